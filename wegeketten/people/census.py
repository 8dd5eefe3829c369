"""Where people live: census grids, points and polygons, read with suspicion."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

from wegeketten.errors import InputDataError
from wegeketten.people.counts import OVER_80, Columns

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.osm.features import Skipped
    from wegeketten.osm.projection import Projection

    Floats = NDArray[np.float64]
    Assign = Callable[[Floats], NDArray[np.int64]]

_LON = ("lon", "lng", "long", "longitude", "längengrad", "laengengrad")
_LAT = ("lat", "latitude", "breitengrad")
_ETRS_X, _ETRS_Y = ("x_mp_100m", "x_mp_1km", "x_mp_10km"), ("y_mp_100m", "y_mp_1km", "y_mp_10km")
_SIZES_M = (100, 200, 250, 500, 1000, 2000, 5000, 10000)
_GRID = 3035  # ETRS89-extended / LAEA Europe, the CRS of Europe's census grids
_MOST_BYTES = 2_000_000_000
_NEAR_M = 10_000.0


@dataclass(frozen=True)
class Cells:
    """Cells or points with people; equally long arrays.

    Attributes
    ----------
    people
        People (or dwellings) in each cell, NaN where the census keeps the number secret.
    over_65, over_80
        People of that age, NaN where unknown; None where the file says nothing.
    unit
        ``people`` or ``dwellings``.
    assign
        Gives the row of the cell each x, y (the city's metres) lies in, -1 outside all.
    points
        float64, shape (cells, 2): the cells' middles in the city's metres.
    regular
        Whether they tile the plane, so that a point outside lives elsewhere.
    reach_m
        Farthest distance at which a person of a point may live.
    skipped, notes
        What was left out and what a reader of the results should know.
    """

    people: Floats
    over_65: Floats | None
    over_80: Floats | None
    unit: str
    assign: Assign
    points: Floats
    regular: bool
    reach_m: float
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_census(path: Path, projection: Projection, extent: tuple[float, float, float, float]) -> Cells:
    """Read where people live.

    Parameters
    ----------
    path
        CSV with the German census grid's columns, CSV of points with lon, lat and people, or polygons with
        people (GeoPackage, GeoParquet, GeoJSON, Shapefile).
    projection
        The city's.
    extent
        Of the homes, metres: smallest x, y, greatest x, y.

    Raises
    ------
    InputDataError
        The file cannot be read, has no column of people, holds numbers of people that are none or negative
        (but for the census's codes for secrecy, -1 and -9), or lies elsewhere.
    """
    try:
        with path.open("rb") as file:
            start = file.read(16)
        size = path.stat().st_size
    except OSError as error:
        raise InputDataError(f"{path}: cannot be read ({error.strerror})") from error
    if size > _MOST_BYTES:
        raise InputDataError(f"{path}: {size / 1e9:.1f} GB is too large; cut it to the city first")
    binary = start.startswith((b"SQLite", b"PAR1", b"PK", b"\x00\x00\x27\x0a"))
    if binary or start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"<")):
        return _polygons(path, projection, extent)
    return _table(path, projection, extent)


def _polygons(path: Path, projection: Projection, extent: tuple[float, float, float, float]) -> Cells:
    from wegeketten.places.layers import read_layer, to_city

    layer = read_layer(path)
    found = to_city(layer, projection, extent, station="population")
    columns = {
        name: [_as_text(values[row]) for row in found.rows.tolist()] for name, values in layer.columns.items()
    }
    typed = [name for name, values in layer.columns.items() if not any(isinstance(v, str) for v in values)]
    reader = Columns(path, columns, found.rows + 1, typed)
    people, unit = reader.people()
    areas = shapely.area(found.shapes)

    def assign(xy: Floats) -> NDArray[np.int64]:
        rows = np.full(len(xy), -1, dtype=np.int64)
        tree = shapely.STRtree(np.asarray(shapely.points(xy)))
        hit, points = tree.query(found.shapes, predicate="intersects")
        order = np.lexsort((hit, areas[hit]))[::-1]
        rows[points[order]] = hit[order]
        return rows

    middles = shapely.get_coordinates(shapely.centroid(found.shapes))
    over_65, over_80 = reader.over_65(people), reader.optional(OVER_80)
    return Cells(
        people, over_65, over_80, unit, assign, middles, regular=True, reach_m=0.0,
        skipped=found.skipped, notes=[*found.notes, *reader.notes],
    )  # fmt: skip


def _table(path: Path, projection: Projection, extent: tuple[float, float, float, float]) -> Cells:
    columns, notes = _read_csv(path)
    reader = Columns(path, columns)
    people, unit = reader.people()
    over_65, over_80 = reader.over_65(people), reader.optional(OVER_80)
    notes += reader.notes
    lonlat, grid_xy = _positions(reader)
    xy = projection.to_xy(lonlat)
    _check_where(path, lonlat, xy, projection, extent)
    size_m = _cell_size_m(grid_xy)
    if grid_xy is not None and size_m:
        assign = _grid_assign(grid_xy, size_m, projection)
        _check_unique(path, grid_xy)
        return Cells(people, over_65, over_80, unit, assign, xy, True, 0.0, notes=notes)
    tree = shapely.STRtree(np.asarray(shapely.points(xy)))
    reach_m, regular = _spacing(tree, xy)

    def assign_nearest(homes: Floats) -> NDArray[np.int64]:
        rows = np.full(len(homes), -1, dtype=np.int64)
        hit = tree.query_nearest(np.asarray(shapely.points(homes)), max_distance=reach_m, all_matches=False)
        rows[hit[0]] = hit[1]
        return rows

    notes.append(f"homes belong to the nearest point with people within {reach_m:.0f} m")
    return Cells(people, over_65, over_80, unit, assign_nearest, xy, regular, reach_m, notes=notes)


def _as_text(value: object) -> str:
    return "" if value is None else str(value)


def _read_csv(path: Path) -> tuple[dict[str, list[str]], list[str]]:
    """Columns of text and what had to be assumed to read them."""
    raw = path.read_bytes()
    notes = []
    if b"\x00" in raw[:4096]:
        raise InputDataError(f"{path}: no table (neither CSV nor GeoPackage, GeoParquet or GeoJSON)")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
        notes.append(f"{path.name} was read as Windows-1252")
    header = text.partition("\n")[0]
    separator = max(";,\t|", key=header.count)
    try:
        lines = csv.reader(io.StringIO(text), delimiter=separator)
        rows = [line for line in lines if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise InputDataError(f"{path}: no table ({error})") from error
    if len(rows) < 2:
        raise InputDataError(f"{path}: no rows in it")
    names = [name.strip() for name in rows[0]]
    ragged = [number + 1 for number, row in enumerate(rows) if len(row) != len(names)]
    if ragged:
        raise InputDataError(
            f"{path}: row {ragged[0]} has {len(rows[ragged[0] - 1])} cells, the header {len(names)} "
            f"({len(ragged)} such rows)"
        )
    return {name: [row[place] for row in rows[1:]] for place, name in enumerate(names)}, notes


def _positions(reader: Columns) -> tuple[Floats, Floats | None]:
    """Lon/lat of each row, and its place in Europe's census grid where the file states it."""
    lon, lat = reader.find(_LON), reader.find(_LAT)
    etrs_x, etrs_y = reader.find(_ETRS_X), reader.find(_ETRS_Y)
    if etrs_x and etrs_y:
        grid_xy = _pairs(reader, etrs_x, etrs_y, 1e7)
        return _from_grid(grid_xy), grid_xy
    if not (lon and lat):
        hint = "; columns x and y say nothing about their coordinate system" if reader.find(("x",)) else ""
        raise InputDataError(f"{reader.path}: no columns lon and lat (or x_mp_100m and y_mp_100m){hint}")
    degrees = np.column_stack(
        (
            reader.numbers(lon, low=-180.0, high=180.0, codes=False),
            reader.numbers(lat, low=-90.0, high=90.0, codes=False),
        )
    )
    if reader.find(("x",)) and reader.find(("y",)):
        stated = _pairs(reader, "x", "y", 1e8)
        if np.abs(_from_grid(stated) - degrees).max() < 2e-5:  # x, y are the grid's: lon, lat say so
            return degrees, stated
    return degrees, None


def _pairs(reader: Columns, x: str, y: str, high: float) -> Floats:
    return np.column_stack([reader.numbers(name, low=-high, high=high, codes=False) for name in (x, y)])


def _from_grid(grid_xy: Floats) -> Floats:
    import pyproj

    back = pyproj.Transformer.from_crs(_GRID, 4326, always_xy=True)
    return np.column_stack(back.transform(grid_xy[:, 0], grid_xy[:, 1]))


def _cell_size_m(grid_xy: Floats | None) -> int:
    """Size of the cells of which the points are the middles, 0 where they are none."""
    if grid_xy is None:
        return 0
    whole = np.rint(grid_xy).astype(np.int64)
    step = int(np.gcd.reduce((whole - whole[0]).ravel()))
    # the middles of a 500 m grid are middles of a 100 m grid too: the largest that fits is meant
    fitting = [
        size for size in _SIZES_M if step % size == 0 and (np.abs(grid_xy % size - size / 2) < 0.5).all()
    ]
    return max(fitting, default=0) if step else min(fitting, default=0)


def _grid_assign(grid_xy: Floats, size_m: int, projection: Projection) -> Assign:
    import pyproj

    forth = pyproj.Transformer.from_crs(projection.epsg, _GRID, always_xy=True)
    keys = _keys(np.floor(grid_xy / size_m))
    order = np.argsort(keys, kind="stable")

    def assign(xy: Floats) -> NDArray[np.int64]:
        there = np.column_stack(forth.transform(xy[:, 0], xy[:, 1]))
        wanted = _keys(np.floor(there / size_m))
        place = np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)
        rows = order[place]
        return np.where(keys[rows] == wanted, rows, -1)

    return assign


def _keys(cells: Floats) -> NDArray[np.int64]:
    return cells[:, 0].astype(np.int64) * 1_000_000 + cells[:, 1].astype(np.int64)


def _check_unique(path: Path, grid_xy: Floats) -> None:
    _, first, count = np.unique(grid_xy, axis=0, return_index=True, return_counts=True)
    if (count > 1).any():
        row = int(first[count > 1][0]) + 2
        raise InputDataError(f"{path}: the cell of row {row} occurs more than once; sum or drop the others")


def _spacing(tree: shapely.STRtree, xy: Floats) -> tuple[float, bool]:
    """How far a home may be from its point, and whether the points make a regular grid."""
    if len(xy) < 3:
        return 500.0, False
    points = np.asarray(shapely.points(xy))
    (row, _), apart_m = tree.query_nearest(points, exclusive=True, return_distance=True, all_matches=False)
    usual, wide = (float(value) for value in np.percentile(apart_m, [50, 95]))
    return max(0.75 * wide, 50.0), len(row) == len(xy) and wide <= 1.2 * usual


def _check_where(
    path: Path,
    lonlat: Floats,
    xy: Floats,
    projection: Projection,
    extent: tuple[float, float, float, float],
) -> None:
    low, high = np.array(extent[:2]) - _NEAR_M, np.array(extent[2:]) + _NEAR_M

    def near(points: Floats) -> bool:
        return bool(((points > low) & (points < high)).all(axis=1).any())

    if near(xy):
        return
    swapped = lonlat[:, ::-1]
    if (np.abs(swapped[:, 1]) <= 90).all() and near(projection.to_xy(swapped)):
        raise InputDataError(f"{path}: lon and lat are swapped")
    raise InputDataError(
        f"{path}: no row lies within {_NEAR_M / 1000:.0f} km of the city's homes; is it another city's?"
    )
