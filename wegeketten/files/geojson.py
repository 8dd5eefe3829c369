"""Ways and walks for other programs: GeoJSON (RFC 7946) and GPX 1.1."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from wegeketten.model.licence import ATTRIBUTION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry


class Waypoint(NamedTuple):
    """A named point on a way.

    Attributes
    ----------
    lat, lon
        Degrees.
    name, note
        What it is; the note may be empty.
    """

    lat: float
    lon: float
    name: str
    note: str = ""


def line_string(line: NDArray[Any]) -> dict[str, Any]:
    """GeoJSON geometry of a line of lon, lat.

    Parameters
    ----------
    line
        Degrees, shape (points, 2).

    Returns
    -------
    dict
        With seven decimals.

    Examples
    --------
    >>> import numpy as np
    >>> line_string(np.array([[13.7, 51.0], [13.71, 51.0]]))
    {'type': 'LineString', 'coordinates': [[13.7, 51.0], [13.71, 51.0]]}
    """
    return {
        "type": "LineString",
        "coordinates": [[round(lon, 7), round(lat, 7)] for lon, lat in line.tolist()],
    }


def polygonal(shape: BaseGeometry) -> dict[str, Any]:
    """GeoJSON geometry of an area in lon, lat, as the area's numbers are.

    Parameters
    ----------
    shape
        Polygon or multipolygon, degrees.

    Returns
    -------
    dict
        Rings are closed.

    Examples
    --------
    >>> import shapely
    >>> polygonal(shapely.Polygon([(0, 0), (1, 0), (1, 1)]))
    {'type': 'Polygon', 'coordinates': [[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]]}
    """
    import shapely

    _, points, (rings, parts) = shapely.to_ragged_array(shapely.get_parts(shape))
    plain = points.tolist()
    drawn = [plain[begin:end] for begin, end in pairwise(rings.tolist())]
    areas = [drawn[begin:end] for begin, end in pairwise(parts.tolist())]
    if shape.geom_type == "Polygon":
        return {"type": "Polygon", "coordinates": areas[0]}
    return {"type": "MultiPolygon", "coordinates": areas}


def feature(geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    """GeoJSON feature.

    Parameters
    ----------
    geometry
        GeoJSON geometry.
    properties
        Plain values by name.

    Returns
    -------
    dict
        Ready for JSON.

    Examples
    --------
    >>> feature({"type": "Point", "coordinates": [13.7, 51.0]}, {"id": 1})["type"]
    'Feature'
    """
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(features: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """GeoJSON feature collection with the attribution OpenStreetMap's licence asks for.

    Parameters
    ----------
    features
        GeoJSON features.

    Returns
    -------
    dict
        Ready for JSON.

    Examples
    --------
    >>> collection([feature({"type": "Point", "coordinates": [13.74, 51.05]}, {"n": 1})])["type"]
    'FeatureCollection'
    """
    return {"type": "FeatureCollection", "attribution": ATTRIBUTION, "features": list(features)}


def gpx(name: str, line: NDArray[Any] | None, stops: Iterable[Waypoint] = ()) -> str:
    """A GPX document with waypoints and, where a line is given, one track.

    Parameters
    ----------
    name
        Title.
    line
        lon, lat in degrees, shape (points, 2).
    stops
        Waypoints.

    Returns
    -------
    str
        XML document.

    Examples
    --------
    >>> text = gpx("Rundgang", None, [Waypoint(51.0, 13.7, "Bordstein <3 cm?")])
    >>> '<wpt lat="51.0000000" lon="13.7000000"><name>Bordstein &lt;3 cm?</name></wpt>' in text
    True
    """
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<gpx version="1.1" creator="wegeketten" xmlns="http://www.topografix.com/GPX/1/1">',
        f"<metadata><name>{_text(name)}</name><copyright author={_quoted(ATTRIBUTION)}/></metadata>",
    ]
    for stop in stops:
        note = f"<desc>{_text(stop.note)}</desc>" if stop.note else ""
        lines.append(
            f'<wpt lat="{stop.lat:.7f}" lon="{stop.lon:.7f}"><name>{_text(stop.name)}</name>{note}</wpt>'
        )
    if line is not None:
        points = "".join(f'<trkpt lat="{lat:.7f}" lon="{lon:.7f}"/>' for lon, lat in line.tolist())
        lines.append(f"<trk><name>{_text(name)}</name><trkseg>{points}</trkseg></trk>")
    return "\n".join([*lines, "</gpx>", ""])


def _text(text: str) -> str:
    return escape("".join(sign for sign in text if sign.isprintable()), quote=False)


def _quoted(text: str) -> str:
    return '"' + escape(text, quote=False).replace('"', "&quot;") + '"'
