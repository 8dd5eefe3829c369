"""A city's own lists of places: meeting places, service centres, municipal property."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from wegeketten.errors import InputDataError
from wegeketten.files.numerals import axis_numbers, parse_number, signs_of
from wegeketten.osm.features import Skipped

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.osm.projection import Projection

    Extent = tuple[float, float, float, float]

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
    "shape": ("shape", "geom", "geometry", "wkt", "ewkt", "the_geom", "geometrie"),
}
"""Columns by what they mean, most telling first; upper and lower case are the same."""

_EWKT = re.compile(
    r"^\s*(?:SRID\s*=\s*(?P<srid>\d+)\s*;)?\s*(?P<wkt>[A-Z]+\s*(?:Z|M|ZM)?\s*\(.*\))\s*$",
    re.IGNORECASE | re.DOTALL,
)
_YES = frozenset({"yes", "ja", "j", "true", "1", "designated", "voll", "uneingeschränkt", "vollständig"})
_SOME = frozenset({"limited", "eingeschränkt", "teilweise", "bedingt"})
_NO = frozenset({"no", "nein", "n", "false", "0"})
_NEAR_M = 10_000.0


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
    notes
        What had to be assumed to read the file.
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
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.ids)


def read_listed(
    path: Path,
    projection: Projection,
    extent: Extent,
    *,
    crs: str | None = None,
    encoding: str | None = None,
    optional: bool = False,
) -> Listed:
    """Read a list of places.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, Shapefile, GeoParquet and the like; or a table (CSV, XLSX) with columns lon and
        lat, with metres (UTM or Gauß-Krüger: the system in which they lie in the city), or with well-known
        text such as ``SRID=25833;POINT(411000 5655000)``.
    projection
        The city's.
    extent
        Of the city in its CRS, metres; places more than 10 km beyond are left out.
    crs, encoding
        System of columns in metres and encoding of the file, as the user names them.
    optional
        Whether the user can name the system on the command line.

    Returns
    -------
    Listed
        Places in metres, with what was left out.

    Raises
    ------
    InputDataError
        The file cannot be read, states no coordinates, or none of its places lies in the city.
    """
    read = read_positions(path, projection, extent, crs=crs, encoding=encoding, optional=optional)
    return _placed(path, read, extent)


class PlacedRows(NamedTuple):
    """A list as it stands in its file, and where its rows lie.

    Attributes
    ----------
    columns
        Texts by the names of the columns.
    xy
        float64, shape (rows, 2): metres in the city's CRS, NaN where a row does not say.
    notes
        What had to be assumed to read the file.
    """

    columns: dict[str, list[str]]
    xy: NDArray[np.float64]
    notes: list[str]


def read_positions(
    path: Path,
    projection: Projection,
    extent: Extent,
    *,
    crs: str | None = None,
    encoding: str | None = None,
    optional: bool = False,
) -> PlacedRows:
    """Columns of a list as texts, and where each row lies; NaN where it does not say.

    Parameters
    ----------
    path, projection, extent, crs, encoding, optional
        As for `read_listed`.

    Returns
    -------
    PlacedRows
        Columns, places and notes.

    Raises
    ------
    InputDataError
        The file cannot be read, or states no coordinates.
    """
    from wegeketten.files.bounds import size_within
    from wegeketten.files.tables import read_start

    start, _ = read_start(path)
    size_within(path, "list of places")
    shapes = start.startswith((b"SQLite", b"PAR1", b"\x00\x00\x27\x0a", b"fgb")) or start.lstrip(
        b"\xef\xbb\xbf \t\r\n"
    ).startswith((b"{", b"<"))
    zipped = start.startswith(b"PK") and path.suffix.lower() not in (".xlsx", ".ods")
    if shapes or zipped:
        return _of_layer(path, projection, crs, encoding)
    return _of_table(path, projection, _System(extent, crs, optional), encoding)


class _System(NamedTuple):
    """What decides in which system metres are."""

    extent: Extent
    crs: str | None  # the user's word
    optional: bool  # whether there is an option for it


def _of_layer(path: Path, projection: Projection, crs: str | None, encoding: str | None) -> PlacedRows:
    from wegeketten.files.coordinates import between
    from wegeketten.files.shapes import read_layer
    from wegeketten.files.tables import cell_text

    layer = read_layer(path, crs=crs, encoding=encoding, kinds=("Point", "Polygon", "Surface"))
    xy = np.full((len(layer.shapes), 2), np.nan)
    there = np.flatnonzero(shapely.get_num_coordinates(layer.shapes) > 0)
    if len(there):
        middles = shapely.get_coordinates(shapely.point_on_surface(layer.shapes[there]))
        xy[there] = between(middles, layer.crs.to_wkt(), projection.epsg)
    return PlacedRows(
        {name: [cell_text(v) for v in values] for name, values in layer.columns.items()}, xy, layer.notes
    )


def _of_table(path: Path, projection: Projection, system: _System, encoding: str | None) -> PlacedRows:
    from wegeketten.files.coordinates import metre_columns, well_known_text
    from wegeketten.files.tables import read_table

    table = read_table(path, encoding=encoding, kind="list of places")
    columns = table.texts()
    lon, lat = _column(columns, "lon"), _column(columns, "lat")
    if lon is not None and lat is not None:
        degrees = _pairs(lon, lat)
        degrees[~((np.abs(degrees[:, 0]) <= 180) & (np.abs(degrees[:, 1]) <= 90))] = np.nan
        xy = _to_xy(projection, degrees)
        if not _inside(xy, system.extent).any() and _exchanged(degrees, projection, system.extent):
            raise InputDataError(f"{path}: lon and lat are swapped")
        return PlacedRows(columns, xy, table.notes)
    shape = _column(columns, "shape")
    if shape is None:
        shape = next(
            (c for c in columns.values() if any(_EWKT.match(well_known_text(cell)) for cell in c[:20])), None
        )
    if shape is not None:
        return PlacedRows(columns, _of_text(path, shape, projection, system), table.notes)
    pair = metre_columns(columns)
    if pair is not None:
        metres = np.array(axis_numbers(columns[pair[0]], columns[pair[1]]), dtype=np.float64).T.reshape(-1, 2)
        return PlacedRows(columns, _in_metres(path, metres, pair, projection, system), table.notes)
    raise InputDataError(
        f"{path}: no coordinates: columns lon and lat, metres such as east and north, or well-known text are "
        f"needed; there are {', '.join(list(columns)[:12])}"
    )


def _pairs(first: list[str], second: list[str]) -> NDArray[np.float64]:
    rows = [(parse_number(x.strip()), parse_number(y.strip())) for x, y in zip(first, second, strict=True)]
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


def _of_text(path: Path, texts: list[str], projection: Projection, system: _System) -> NDArray[np.float64]:
    """Well-known text, with or without the number of its coordinate system."""
    from wegeketten.files.coordinates import between, well_known_text

    xy = np.full((len(texts), 2), np.nan)
    systems: dict[int, list[int]] = {}
    for row, text in enumerate(texts):
        match = _EWKT.match(well_known_text(text))
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
            xy[rows] = _in_metres(path, xy[rows], ("x", "y"), projection, system)
        else:
            xy[rows] = between(xy[rows], f"EPSG:{srid}", projection.epsg)
    return xy


def _in_metres(
    path: Path,
    metres: NDArray[np.float64],
    columns: tuple[str, str],
    projection: Projection,
    system: _System,
) -> NDArray[np.float64]:
    """Metres whose system is not stated: the one in which they lie in the city."""
    from wegeketten.files.coordinates import Ground, between, find_system

    found = np.full(metres.shape, np.nan)
    there = np.isfinite(metres).all(axis=1)
    if there.any():
        ground = Ground(projection.epsg, system.extent)
        meant = find_system(path, metres[there], columns, ground, system.crs, optional=system.optional)
        found[there] = between(metres[there], meant, projection.epsg)
    return found


def _exchanged(degrees: NDArray[np.float64], projection: Projection, extent: Extent) -> bool:
    """Whether places lie in the city once their latitude is taken for their longitude."""
    other = degrees[np.isfinite(degrees).all(axis=1)][:, ::-1]
    return bool(_inside(_to_xy(projection, other[np.abs(other[:, 1]) <= 90]), extent).any())


def _to_xy(projection: Projection, degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    xy = np.full(degrees.shape, np.nan)
    there = np.isfinite(degrees).all(axis=1)
    xy[there] = projection.to_xy(degrees[there])
    return xy


def _inside(xy: NDArray[np.float64], extent: Extent) -> NDArray[np.bool_]:
    finite = np.isfinite(xy).all(axis=1)
    low, high = np.array(extent[:2]) - _NEAR_M, np.array(extent[2:]) + _NEAR_M
    return np.asarray(finite & ((xy >= low) & (xy <= high)).all(axis=1))


def _placed(
    path: Path,
    read: PlacedRows,
    extent: Extent,
) -> Listed:
    columns, xy, notes = read
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
        """Seats and euros: nobody writes thousandths, so `1.200` is 1200 unless its column says else."""
        cells = [cell.replace("€", "").strip() for cell in text(meaning)]
        signs = signs_of(cells)
        thousands = dict.fromkeys(signs.open, ".,")
        found = np.array(
            [
                parse_number(cell, next((c for c in cell if c in thousands.get(row, "")), signs.thousands))
                for row, cell in enumerate(cells)
            ],
            dtype=np.float64,
        )
        return np.where(found >= 0, found, np.nan).reshape(-1)

    ids = [one or str(row + 1) for one, row in zip(text("id"), rows, strict=True)]
    if len(set(ids)) < len(ids):
        ids = [str(row + 1) for row in rows]
    return Listed(
        xy[rows], ids, text("name"), text("opening_hours"), text("street"), text("housenumber"),
        numbers("capacity"), numbers("cost_eur"),
        np.array([_verdict(cell) for cell in text("wheelchair")], dtype=np.float64), skipped, notes,
    )  # fmt: skip


def _verdict(cell: str) -> float:
    word = cell.strip().casefold()
    return 1.0 if word in _YES else 0.5 if word in _SOME else 0.0 if word in _NO else np.nan


def _column(columns: dict[str, list[str]], meaning: str) -> list[str] | None:
    known = {name.strip().casefold(): values for name, values in reversed(columns.items())}
    return next((known[name] for name in NAMES[meaning] if name in known), None)
