"""A city's own lists of places: meeting places, service centres, municipal property."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from wegeketten.errors import InputDataError
from wegeketten.files.numerals import number
from wegeketten.osm.features import Skipped

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.osm.projection import Projection

NAMES = {
    "name": ("name", "bezeichnung", "titel", "title", "einrichtung", "objekt", "label"),
    "id": ("id", "nr", "nummer", "objectid", "fid", "ogc_fid", "gml_id", "place_id"),
    "capacity": ("capacity", "kapazitaet", "kapazität", "plaetze", "plätze", "anzahl_plaetze", "seats"),
    "opening_hours": ("opening_hours", "oeffnungszeiten", "öffnungszeiten", "oeffnungszeit", "öffnungszeit"),
    "wheelchair": ("wheelchair", "rollstuhl", "rollstuhlgerecht", "barrierefrei", "barrierefreiheit"),
    "cost_eur": ("cost_eur", "kosten_eur", "kosten", "cost"),
    "street": ("street", "strasse", "straße", "addr:street", "str", "strassenname"),
    "housenumber": ("housenumber", "hausnummer", "addr:housenumber", "hausnr", "hnr"),
    "lon": ("lon", "lng", "long", "longitude", "längengrad", "laengengrad"),
    "lat": ("lat", "latitude", "breitengrad"),
    "east": ("x", "east", "easting", "ostwert", "rechtswert", "utm_x", "x_utm", "e", "xcoord"),
    "north": ("y", "north", "northing", "nordwert", "hochwert", "utm_y", "y_utm", "n", "ycoord"),
    "shape": ("shape", "geom", "geometry", "wkt", "ewkt", "the_geom", "geometrie"),
}
"""Columns by what they mean, most telling first; upper and lower case are the same."""

_UTM = (25832, 25833, 25831)
_EWKT = re.compile(
    r"^\s*(?:SRID\s*=\s*(?P<srid>\d+)\s*;)?\s*(?P<wkt>[A-Z]+\s*(?:Z|M|ZM)?\s*\(.*\))\s*$",
    re.IGNORECASE | re.DOTALL,
)
_YES = frozenset({"yes", "ja", "j", "true", "1", "designated", "voll", "uneingeschränkt", "vollständig"})
_SOME = frozenset({"limited", "eingeschränkt", "teilweise", "bedingt"})
_NO = frozenset({"no", "nein", "n", "false", "0"})
_NEAR_M = 10_000.0
_MOST_BYTES = 200_000_000


@dataclass(frozen=True)
class Listed:
    """Places of a list, one row each.

    Attributes
    ----------
    xy
        float64, shape (places, 2): metres in the city's CRS.
    ids, names, opening_hours, street, housenumber
        Text, "" where there is none.
    capacity, cost_eur, wheelchair
        Numbers, NaN where there are none; wheelchair 1 yes, 0.5 limited, 0 no.
    skipped
        Rows left out, with the reason.
    """

    xy: NDArray[np.float64]
    ids: list[str]
    names: list[str]
    opening_hours: list[str]
    street: list[str]
    housenumber: list[str]
    capacity: NDArray[np.float64]
    cost_eur: NDArray[np.float64]
    wheelchair: NDArray[np.float64]
    skipped: list[Skipped] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.ids)


def read_listed(
    path: Path, projection: Projection, extent: tuple[float, float, float, float] | None = None
) -> Listed:
    """Read a list of places.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, Shapefile or GeoParquet; or CSV with columns lon and lat, with UTM coordinates
        (ETRS89, the zone in which the places lie in the city), or with well-known text such as
        ``SRID=25833;POINT(411000 5655000)``.
    projection
        The city's.
    extent
        Of the city in its CRS, metres; places more than 10 km beyond are left out. None: anywhere.

    Raises
    ------
    InputDataError
        The file cannot be read, states no coordinates, or none of its places lies in the city.
    """
    try:
        with path.open("rb") as file:
            start = file.read(64)
        size = path.stat().st_size
    except OSError as error:
        raise InputDataError(f"{path}: cannot be read ({error.strerror})") from error
    if size > _MOST_BYTES:
        raise InputDataError(f"{path}: {size / 1e6:.0f} MB is too large for a list of places")
    binary = start.startswith((b"SQLite", b"PAR1", b"PK", b"\x00\x00\x27\x0a"))
    if binary or start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"<")):
        columns, xy = _of_layer(path, projection)
    else:
        columns, xy = _of_table(path, projection, extent)
    return _placed(path, columns, xy, extent)


def _of_layer(path: Path, projection: Projection) -> tuple[dict[str, list[str]], NDArray[np.float64]]:
    import pyproj

    from wegeketten.places.layers import read_layer

    layer = read_layer(path)
    xy = np.full((len(layer.shapes), 2), np.nan)
    there = np.flatnonzero([shape is not None and not shape.is_empty for shape in layer.shapes])
    if len(there):
        middles = shapely.get_coordinates(shapely.point_on_surface(layer.shapes[there]))
        change = pyproj.Transformer.from_crs(layer.crs, projection.epsg, always_xy=True)
        xy[there] = np.column_stack(change.transform(*middles.T))
    texts = {name: ["" if v is None else str(v) for v in values] for name, values in layer.columns.items()}
    return texts, xy


def _of_table(
    path: Path, projection: Projection, extent: tuple[float, float, float, float] | None
) -> tuple[dict[str, list[str]], NDArray[np.float64]]:
    columns = _read_csv(path)
    lon, lat = _column(columns, "lon"), _column(columns, "lat")
    if lon is not None and lat is not None:
        degrees = np.array([[number(x), number(y)] for x, y in zip(lon, lat, strict=True)]).reshape(-1, 2)
        bad = ~((np.abs(degrees[:, 0]) <= 180) & (np.abs(degrees[:, 1]) <= 90))
        degrees[bad] = np.nan
        return columns, _to_xy(projection, degrees)
    shape = _column(columns, "shape")
    if shape is None:
        shape = next((values for values in columns.values() if values and _EWKT.match(values[0])), None)
    if shape is not None:
        return columns, _of_text(path, shape, projection, extent)
    east, north = _column(columns, "east"), _column(columns, "north")
    if east is None or north is None:
        raise InputDataError(
            f"{path}: no coordinates: columns lon and lat, east and north (UTM), or well-known text "
            f"are needed; there are {', '.join(list(columns)[:12])}"
        )
    metres = np.array([[number(x), number(y)] for x, y in zip(east, north, strict=True)]).reshape(-1, 2)
    return columns, _from_utm(path, metres, projection, extent)


def _of_text(
    path: Path, texts: list[str], projection: Projection, extent: tuple[float, float, float, float] | None
) -> NDArray[np.float64]:
    """Well-known text, with or without the number of its coordinate system."""
    xy = np.full((len(texts), 2), np.nan)
    systems: dict[int, list[int]] = {}
    for row, text in enumerate(texts):
        match = _EWKT.match(text)
        if match is None:
            continue
        try:
            shape = shapely.from_wkt(match["wkt"].upper())
        except shapely.errors.GEOSException:
            continue
        if not shape.is_empty:
            xy[row] = shapely.get_coordinates(shapely.point_on_surface(shape))[0]
            systems.setdefault(int(match["srid"] or 0), []).append(row)
    for srid, rows in systems.items():
        if srid == 4326 or (srid == 0 and (np.abs(xy[rows]) <= 180).all()):
            xy[rows] = _to_xy(projection, xy[rows])
        elif srid == 0:
            xy[rows] = _from_utm(path, xy[rows], projection, extent)
        else:
            xy[rows] = _transformed(path, xy[rows], srid, projection)
    return xy


def _transformed(
    path: Path, points: NDArray[np.float64], epsg: int, projection: Projection
) -> NDArray[np.float64]:
    import pyproj

    if epsg == projection.epsg:
        return points
    try:
        change = pyproj.Transformer.from_crs(epsg, projection.epsg, always_xy=True)
    except pyproj.exceptions.CRSError as error:
        raise InputDataError(f"{path}: SRID {epsg} is no coordinate system") from error
    found = np.column_stack(change.transform(*points.T))
    found[~np.isfinite(found).all(axis=1)] = np.nan
    return found


def _from_utm(
    path: Path,
    metres: NDArray[np.float64],
    projection: Projection,
    extent: tuple[float, float, float, float] | None,
) -> NDArray[np.float64]:
    """Metres whose zone is not stated: the zone in which they lie in the city."""
    zones = dict.fromkeys((projection.epsg, *_UTM))
    best = max(
        zones, key=lambda epsg: int(_inside(_transformed(path, metres, epsg, projection), extent).sum())
    )
    found = _transformed(path, metres, best, projection)
    if extent is not None and not _inside(found, extent).any():
        raise InputDataError(
            f"{path}: its coordinates lie outside the city in every UTM zone of Germany; "
            "give columns lon and lat, or well-known text with SRID"
        )
    return found


def _to_xy(projection: Projection, degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    xy = np.full(degrees.shape, np.nan)
    there = np.isfinite(degrees).all(axis=1)
    xy[there] = projection.to_xy(degrees[there])
    return xy


def _inside(xy: NDArray[np.float64], extent: tuple[float, float, float, float] | None) -> NDArray[np.bool_]:
    finite = np.isfinite(xy).all(axis=1)
    if extent is None:
        return np.asarray(finite)
    low, high = np.array(extent[:2]) - _NEAR_M, np.array(extent[2:]) + _NEAR_M
    return np.asarray(finite & ((xy >= low) & (xy <= high)).all(axis=1))


def _placed(
    path: Path,
    columns: dict[str, list[str]],
    xy: NDArray[np.float64],
    extent: tuple[float, float, float, float] | None,
) -> Listed:
    inside = _inside(xy, extent)
    if not inside.any():
        raise InputDataError(f"{path}: none of its {len(xy)} places lies in the city")
    finite: list[bool] = np.asarray(np.isfinite(xy).all(axis=1)).tolist()
    outside = "lies outside the city"
    skipped = [
        Skipped(f"{path.name} row {row + 1}", "places", outside if finite[row] else "no position")
        for row in np.flatnonzero(~inside).tolist()
    ]
    rows = np.flatnonzero(inside).tolist()

    def text(meaning: str) -> list[str]:
        values = _column(columns, meaning)
        return [""] * len(rows) if values is None else [values[row].strip() for row in rows]

    def numbers(meaning: str) -> NDArray[np.float64]:
        found = np.array([number(cell.replace("€", "").strip()) for cell in text(meaning)], dtype=np.float64)
        return np.where(found >= 0, found, np.nan).reshape(-1)

    ids = [one or str(row + 1) for one, row in zip(text("id"), rows, strict=True)]
    if len(set(ids)) < len(ids):
        ids = [str(row + 1) for row in rows]
    return Listed(
        xy[rows], ids, text("name"), text("opening_hours"), text("street"), text("housenumber"),
        numbers("capacity"), numbers("cost_eur"),
        np.array([_verdict(cell) for cell in text("wheelchair")], dtype=np.float64), skipped,
    )  # fmt: skip


def _verdict(cell: str) -> float:
    word = cell.strip().casefold()
    return 1.0 if word in _YES else 0.5 if word in _SOME else 0.0 if word in _NO else np.nan


def _column(columns: dict[str, list[str]], meaning: str) -> list[str] | None:
    known = {name.strip().casefold(): values for name, values in reversed(columns.items())}
    return next((known[name] for name in NAMES[meaning] if name in known), None)


def _read_csv(path: Path) -> dict[str, list[str]]:
    raw = path.read_bytes()
    if b"\x00" in raw[:4096]:
        raise InputDataError(f"{path}: no table (neither CSV nor GeoJSON, GeoPackage, Shapefile, GeoParquet)")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    header = text.partition("\n")[0]
    separator = max(";,\t|", key=header.count)
    try:
        rows: list[list[str]] = [
            row for row in csv.reader(io.StringIO(text), delimiter=separator) if any(row)
        ]
    except csv.Error as error:
        raise InputDataError(f"{path}: no table ({error})") from error
    if len(rows) < 2:
        raise InputDataError(f"{path}: no rows in it")
    names: list[Any] = [name.strip() for name in rows[0]]
    ragged = [place + 1 for place, row in enumerate(rows) if len(row) != len(names)]
    if ragged:
        raise InputDataError(
            f"{path}: row {ragged[0]} has {len(rows[ragged[0] - 1])} cells, the header {len(names)}"
        )
    return {name: [row[place] for row in rows[1:]] for place, name in enumerate(names)}
