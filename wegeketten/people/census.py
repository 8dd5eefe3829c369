"""Where people live: census grids, points and polygons, read with suspicion."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from wegeketten.errors import InputDataError, UsageError
from wegeketten.files.archives import gunzip, members_of, unpack
from wegeketten.files.coordinates import NEAR_M, to_degrees
from wegeketten.files.foreign_parquet import is_geoparquet
from wegeketten.files.scratch import private_folder
from wegeketten.files.tables import cell_text, read_start, read_table, split_layer
from wegeketten.people.cells import Cells, Said, area_cells, inside_shares
from wegeketten.people.counts import Columns
from wegeketten.people.long_form import pivoted
from wegeketten.people.positions import GRID, positions, where_told
from wegeketten.people.statistics import by_district
from wegeketten.people.unplaced import check_classes, parted, placed_rows
from wegeketten.people.window import LARGE_BYTES, bounds_in, window_parquet, window_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from wegeketten.files.shapes import Layer
    from wegeketten.osm.features import Skipped
    from wegeketten.osm.projection import Projection
    from wegeketten.places.districts import Districts

    Extent = tuple[float, float, float, float]
    Floats = NDArray[np.float64]
    Assign = Callable[[Floats], NDArray[np.int64]]

_SIZES_M = (100, 200, 250, 500, 1000, 2000, 5000, 10000)
_COARSE_M = 500  # cells of this size and more are shared where the extract's edge cuts them


def read_census(
    path: Path,
    projection: Projection,
    extent: Extent,
    *,
    said: Said | None = None,
    coverage: shapely.Geometry | None = None,
    districts: Districts | None = None,
) -> Cells:
    """Read where people live.

    Parameters
    ----------
    path
        A table (CSV, workbook, Parquet) with cells of a census grid, points, or the names of districts; or
        polygons or points with people (GeoPackage, GeoParquet, GeoJSON, Shapefile, GML, KML, FlatGeobuf).
    projection
        The city's.
    extent
        Of the homes, metres: smallest x, y, greatest x, y.
    said
        What the user says about the file.
    coverage
        What the extract covers, metres: of a polygon or a large cell that reaches beyond, only the share
        inside
        lives here.
    districts
        Of the city, for statistics by district.

    Returns
    -------
    Cells
        People by cell.

    Raises
    ------
    InputDataError
        The file cannot be read, has no column that counts all people, holds numbers of people that are
        none or
        negative (but for the census's codes for secrecy, -1 and -9), or lies elsewhere.
    UsageError
        What the user says does not fit the file.
    """
    said = said or Said()
    file, layer = split_layer(path)
    start, size = read_start(file)
    packed = _packed_table(file, start, layer)
    if packed is not None:
        with private_folder(Path(tempfile.gettempdir())) as room:
            inner = _unpacked(file, packed, room)
            try:
                return read_census(
                    inner, projection, extent, said=said, coverage=coverage, districts=districts
                )
            except (InputDataError, UsageError) as error:
                raise type(error)(str(error).replace(str(inner), f"{file}:{inner.name}")) from error
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"PK") and any(
        m.filename.startswith(("xl/", "content.xml")) for m in members_of(file)
    ):
        table = read_table(file, sheet=layer)
    elif start.startswith(b"PAR1") and not is_geoparquet(file):
        large = 8 * size > LARGE_BYTES  # packed: a row may take less than a byte per column
        table = window_parquet(file, projection, extent, crs=said.crs) if large else read_table(file)
    elif start.startswith((b"SQLite", b"PAR1", b"PK", b"\x00\x00\x27\x0a", b"fgb")) or text.startswith(
        (b"{", b"<")
    ):
        return _shapes(path, projection, extent, said, coverage)
    elif size > LARGE_BYTES:
        table = window_table(file, projection, extent, encoding=said.encoding, crs=said.crs)
    else:
        table = read_table(file, encoding=said.encoding, sheet=layer)
    columns = table.texts()
    rows = table.row_numbers()
    reader = Columns(file, columns, rows, table.numeric(), decimal=said.decimal)
    reader.notes += table.notes
    if where_told(reader) is None:
        return by_district(reader, said, districts, coverage)
    columns, rows = pivoted(reader, rows)
    reader = Columns(file, columns, rows, table.numeric(), notes=reader.notes, decimal=said.decimal)
    reader, lost, skipped = placed_rows(reader, said)
    found = _table(reader, projection, extent, said, coverage)
    return replace(found, lost=lost, skipped=[*found.skipped, *skipped])


def _packed_table(path: Path, start: bytes, layer: str | None) -> str | None:
    """Name of the one table in an archive; None where the file is none, or holds something else."""
    if start.startswith(b"\x1f\x8b"):
        return path.name.removesuffix(".gz")
    if not start.startswith(b"PK\x03\x04"):
        return None
    names = [member.filename for member in members_of(path)]
    tables = [
        name
        for name in names
        if name.lower().endswith((".csv", ".txt", ".tsv")) and "__MACOSX" not in name and "/._" not in name
    ]
    if not tables or any(
        name.startswith(("xl/", "content.xml")) or name.lower().endswith(".shp") for name in names
    ):
        return None
    if layer is not None:
        tables = [name for name in tables if layer in (name, Path(name).name, Path(name).stem)]
    if len(tables) != 1:
        listed = ", ".join(Path(name).name for name in names[:8])
        raise InputDataError(
            f"{path}: holds several files ({listed}); name the one with people: {path}:{Path(names[0]).name}"
        )
    return tables[0]


def _unpacked(path: Path, name: str, room: Path) -> Path:
    """A packed table, unpacked."""
    members = members_of(path) if name and path.suffix.lower() != ".gz" else []
    chosen = [member for member in members if member.filename == name]
    inner = unpack(path, room, chosen)[0] if chosen else gunzip(path, room / Path(name).name)
    if read_start(inner)[0].startswith((b"PK\x03\x04", b"\x1f\x8b")):
        raise InputDataError(f"{path}: an archive in an archive; unpack it")
    return inner


def _shapes(
    path: Path, projection: Projection, extent: Extent, said: Said, coverage: shapely.Geometry | None
) -> Cells:
    from wegeketten.files.shapes import AREAS_OR_POINTS, read_layer
    from wegeketten.places.layers import to_city

    layer = read_layer(
        path, crs=said.crs, encoding=said.encoding, kinds=AREAS_OR_POINTS,
        bounds=lambda crs: bounds_in(crs, projection, extent),
    )  # fmt: skip
    kinds = shapely.get_type_id(layer.shapes)
    if ((kinds == 0) | (kinds == 4)).sum() > 0.5 * max((kinds >= 0).sum(), 1):
        return _layer_points(layer, projection, extent, said)
    found = to_city(layer, projection, extent, station="population")
    reader, lost, skipped = _of_layer(layer, found.rows, said)
    rows = np.array([layer.row(row) for row in found.rows.tolist()], dtype=np.int64)
    people, unit = reader.people(said.column)
    over_65, over_80 = reader.over(65, people), reader.over(80, people)
    return area_cells(
        found.shapes, people, over_65, over_80, unit, rows, coverage,
        skipped=[*found.skipped, *skipped], notes=[*layer.notes, *found.notes, *reader.notes], lost=lost,
    )  # fmt: skip


def _layer_points(layer: Layer, projection: Projection, extent: Extent, said: Said) -> Cells:
    from wegeketten.places.layers import check_coordinates

    kept = np.flatnonzero(shapely.get_num_coordinates(layer.shapes) > 0)
    check_coordinates(layer, projection)
    middles = shapely.get_coordinates(shapely.centroid(layer.shapes[kept]))
    lonlat = to_degrees(middles, layer.crs)
    reader, lost, skipped = _of_layer(layer, kept, said)
    reader.notes += layer.notes
    found = _points(reader, lonlat, None, 0, projection, extent, said, None)
    return replace(found, lost=lost, skipped=[*found.skipped, *skipped])


def _of_layer(layer: Layer, kept: NDArray[np.int64], said: Said) -> tuple[Columns, float, list[Skipped]]:
    """The rows of a layer that have a shape, and what is lost with the others."""
    columns = {name: [cell_text(value) for value in values] for name, values in layer.columns.items()}
    typed = [name for name, values in layer.columns.items() if not any(isinstance(v, str) for v in values)]
    rows = np.array([layer.row(row) for row in range(len(layer.shapes))], dtype=np.int64)
    missing = ~np.isin(np.arange(len(rows)), kept)
    return parted(Columns(layer.path, columns, rows, typed, decimal=said.decimal), missing, said)


def _table(
    reader: Columns, projection: Projection, extent: Extent, said: Said, coverage: shapely.Geometry | None
) -> Cells:
    where = positions(reader, projection, extent, said.crs)
    reader.notes += where.notes
    return _points(reader, where.lonlat, where.grid_xy, where.size_m, projection, extent, said, coverage)


def _points(
    reader: Columns,
    lonlat: Floats,
    grid_xy: Floats | None,
    size_m: int,
    projection: Projection,
    extent: Extent,
    said: Said,
    coverage: shapely.Geometry | None,
) -> Cells:
    path = reader.path
    people, unit = reader.people(said.column)
    check_classes(reader, people)
    over_65, over_80 = reader.over(65, people), reader.over(80, people)
    notes = reader.notes
    rows = np.array([reader.row(row) for row in range(len(people))], dtype=np.int64)
    xy = projection.to_xy(lonlat)
    _check_where(path, lonlat, xy, projection, extent)
    size_m = size_m or _cell_size_m(grid_xy)
    if grid_xy is not None and size_m:
        assign = _grid_assign(grid_xy, size_m, projection)
        _check_unique(path, grid_xy, rows)
        inside = (
            inside_shares(_squares(grid_xy, size_m, projection), coverage) if size_m >= _COARSE_M else None
        )
        return Cells(people, over_65, over_80, unit, assign, xy, True, 0.0, rows, inside, notes=notes)
    people, over_65, over_80, xy, rows = _merged(people, over_65, over_80, xy, rows, notes)
    tree = shapely.STRtree(np.asarray(shapely.points(xy)))
    reach_m, regular = _spacing(tree, xy)

    def assign_nearest(homes: Floats) -> NDArray[np.int64]:
        found = np.full(len(homes), -1, dtype=np.int64)
        hit = tree.query_nearest(np.asarray(shapely.points(homes)), max_distance=reach_m, all_matches=False)
        found[hit[0]] = hit[1]
        return found

    notes.append(f"homes belong to the nearest point with people within {reach_m:.0f} m")
    return Cells(people, over_65, over_80, unit, assign_nearest, xy, regular, reach_m, rows, notes=notes)


def _merged(
    people: Floats,
    over_65: Floats | None,
    over_80: Floats | None,
    xy: Floats,
    rows: NDArray[np.int64],
    notes: list[str],
) -> tuple[Floats, Floats | None, Floats | None, Floats, NDArray[np.int64]]:
    """Points at one place as one: rows of the flats of a house, say."""
    _, first, point = np.unique(np.round(xy, 3), axis=0, return_index=True, return_inverse=True)
    if len(first) == len(xy):
        return people, over_65, over_80, xy, rows
    point = point.reshape(-1)

    def summed(values: Floats) -> Floats:
        total = np.bincount(point, np.nan_to_num(values)).astype(np.float64)
        total[np.bincount(point, ~np.isnan(values)) == 0] = np.nan
        return total

    notes.append(f"{len(xy) - len(first)} rows lie exactly where another does; their people are summed")
    older = [None if values is None else summed(values) for values in (over_65, over_80)]
    return summed(people), older[0], older[1], xy[first], rows[first]


def _squares(grid_xy: Floats, size_m: int, projection: Projection) -> NDArray[np.object_]:
    """Cells of the European grid as polygons in the city's metres."""
    half = size_m / 2
    corners = np.array([(-half, -half), (half, -half), (half, half), (-half, half)])
    around = (grid_xy[:, None, :] + corners[None]).reshape(-1, 2)
    xy = projection.to_xy(to_degrees(around, GRID)).reshape(-1, 4, 2)
    return np.asarray(shapely.polygons(xy), dtype=object)


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

    forth = pyproj.Transformer.from_crs(projection.epsg, GRID, always_xy=True)
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


def _check_unique(path: Path, grid_xy: Floats, rows: NDArray[np.int64]) -> None:
    _, first, count = np.unique(grid_xy, axis=0, return_index=True, return_counts=True)
    if (count > 1).any():
        row = int(rows[first[count > 1][0]])
        raise InputDataError(f"{path}: the cell of row {row} occurs more than once; sum or drop the others")


def _spacing(tree: shapely.STRtree, xy: Floats) -> tuple[float, bool]:
    """How far a home may be from its point, and whether the points make a regular grid."""
    if len(xy) < 3:
        return 500.0, False
    points = np.asarray(shapely.points(xy))
    (row, _), apart_m = tree.query_nearest(points, exclusive=True, return_distance=True, all_matches=False)
    usual, wide = (float(value) for value in np.percentile(apart_m, [50, 95]))
    wide = min(wide, 4 * usual)  # a few rows far away, at 0 and 0 perhaps, widen nothing
    return max(0.75 * wide, 50.0), len(row) == len(xy) and wide <= 1.2 * usual


def _check_where(
    path: Path,
    lonlat: Floats,
    xy: Floats,
    projection: Projection,
    extent: Extent,
) -> None:
    low, high = np.array(extent[:2]) - NEAR_M, np.array(extent[2:]) + NEAR_M

    def near(points: Floats) -> bool:
        return bool(((points > low) & (points < high)).all(axis=1).any())

    if near(xy):
        return
    swapped = lonlat[:, ::-1]
    if (np.abs(swapped[:, 1]) <= 90).all() and near(projection.to_xy(swapped)):
        raise InputDataError(f"{path}: lon and lat are swapped")
    raise InputDataError(
        f"{path}: no row lies within {NEAR_M / 1000:.0f} km of the city's homes; is it another city's?"
    )
