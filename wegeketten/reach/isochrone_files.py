"""Reach areas as files: GeoJSON and GeoPackage."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from wegeketten.errors import UsageError
from wegeketten.files.atomic import whole_file
from wegeketten.routing import INF, UNIT_S

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.files.geopackage import Layer, LayerStyle
    from wegeketten.reach.isochrone import Isochrone

_COLOURS = ("#08519c", "#3182bd", "#6baed6", "#9ecae1", "#c6dbef")


def write_isochrone(found: Isochrone, path: Path) -> None:
    """Write reach areas as ``.geojson`` or ``.gpkg``.

    Parameters
    ----------
    found
        Result of `find_isochrone`.
    path
        Target file; its ending says which format.

    Raises
    ------
    UsageError
        Another suffix.
    """
    suffix = path.suffix.lower()
    if suffix == ".geojson":
        text = json.dumps(found.to_json(), ensure_ascii=False) + "\n"
        with whole_file(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
    elif suffix == ".gpkg":
        from wegeketten.files.geopackage import write_layers

        write_layers(path, _layers(found))
    else:
        raise UsageError(f"{path}: reach areas are written as .geojson or .gpkg")


def _layers(found: Isochrone) -> list[Layer]:

    from wegeketten.files.geopackage import Layer, LayerStyle
    from wegeketten.reach.reach_polygon import to_degrees

    city, count = found.city, len(found.areas)
    order = range(count - 1, -1, -1)  # the largest first, so that the smaller lie on top
    seconds = [area.seconds for area in found.areas]
    classes = tuple(
        (
            ([0.0, *seconds][row]) / 60,
            seconds[row] / 60,
            _COLOURS[min(len(_COLOURS) - 1, row)],
            f"{seconds[row] / 60:g} min",
        )
        for row in range(count)
    )
    style = LayerStyle("minutes", classes)
    areas = Layer(
        "areas",
        {
            "minutes": np.array([seconds[row] / 60 for row in order]),
            "homes": np.array([len(found.areas[row].homes) for row in order]),
            "people": np.array([found.areas[row].weight for row in order]),
            "profile": [found.profile] * count,
            "answer": [found.answer] * count,
        },
        np.array([_multi(to_degrees(city, found.areas[row].shape)) for row in order], dtype=object),
        style,
    )
    return [areas, _edges(found, style), _homes(found, style)]


def _edges(found: Isochrone, style: LayerStyle) -> Layer:
    """Each stretch with the smallest limit it lies within."""
    from wegeketten.files.geopackage import Layer
    from wegeketten.reach.reach_polygon import to_degrees

    city = found.city
    ids: list[str] = []
    minutes: list[float] = []
    shapes = []
    for area in reversed(found.areas):
        rows = area.spans.long_rows(city.edges)
        lines = area.spans.lines(city.edges, rows)
        ids += city.edges.ids(area.spans.edge[rows])
        minutes += [area.seconds / 60] * len(rows)
        shapes += lines.tolist()
    lines = np.array([to_degrees(city, line) for line in shapes], dtype=object)
    return Layer("edges", {"edge_id": ids, "minutes": np.array(minutes)}, lines, style)


def _homes(found: Isochrone, style: LayerStyle) -> Layer:
    from wegeketten.files.geopackage import Layer

    homes = found.city.homes
    rows = found.areas[-1].homes
    units = found.home_units[rows]
    columns: dict[str, NDArray[Any] | list[str]] = {
        "home_id": [str(each) for each in homes["home_id"][rows]],
        "minutes": np.where(units == INF, np.nan, np.round(units * UNIT_S / 60, 1)),
        "weight": homes["weight"][rows].astype(np.float64),
    }
    points = np.asarray(shapely.points(homes["lon"][rows], homes["lat"][rows]))
    return Layer("homes", columns, points, style)


def _multi(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.MultiPolygon([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])
