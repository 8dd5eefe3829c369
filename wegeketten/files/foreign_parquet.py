"""Parquet and GeoParquet from elsewhere: read in a process apart, batch by batch, of large ones a window."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.files.apart import Apart, reported
from wegeketten.files.bounds import BOUNDS, count_within, size_within

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Box = tuple[float, float, float, float]

_BATCH = 1 << 16
_BUFFER_BYTES = 1 << 20  # a column's pages are read one after the other, never a whole row group
_SIDES = ("xmin", "ymin", "xmax", "ymax")


class Footer(NamedTuple):
    """What a Parquet file says of itself.

    Attributes
    ----------
    rows
        How many it has.
    columns
        Names of those with one value in each row.
    geo
        What GeoParquet says of its geometry, as JSON; None where the file is none.
    """

    rows: int
    columns: list[str]
    geo: str | None


class ShapedRows(NamedTuple):
    """Rows of a GeoParquet file.

    Attributes
    ----------
    shapes
        Well-known binary of each row, None where it has none.
    columns
        The other columns, a table of Arrow.
    places
        int64: where each row stands in the file, counted from 0.
    """

    shapes: NDArray[np.object_]
    columns: Any
    places: NDArray[np.int64]


def described(path: Path) -> Footer:
    """What a Parquet file says of itself.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Footer
        Rows, columns and what is known of shapes.

    Raises
    ------
    InputDataError
        It is damaged.
    """
    with reported(path), Apart() as apart:
        return apart.call(describe, path)


def is_geoparquet(path: Path) -> bool:
    """Whether a Parquet file says that it holds shapes.

    Parameters
    ----------
    path
        A Parquet file.

    Returns
    -------
    bool
        True for GeoParquet.
    """
    return described(path).geo is not None


def read_flat(path: Path) -> dict[str, list[Any]]:
    """All columns of a Parquet file that hold one value in each row.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict
        Values by column name.

    Raises
    ------
    InputDataError
        It is damaged, or has too many rows.
    """
    size_within(path, "Parquet")
    with reported(path), Apart() as apart:
        about = apart.call(describe, path)
        count_within(path, "Parquet", about.rows)
        table = apart.call(flat, path, about.columns)
    return {name: table.column(name).to_pylist() for name in table.column_names}


def read_shapes(path: Path, about: Footer, geometry: ShapeColumn, box: Box | None) -> ShapedRows:
    """Rows of a GeoParquet file, of those in a box where one is given.

    Parameters
    ----------
    path
        The file.
    about
        What it says of itself.
    geometry
        Where it keeps its shapes.
    box
        Smallest x, y, greatest x, y in the file's system; all rows where None.

    Returns
    -------
    ShapedRows
        Rows that touch the box.

    Raises
    ------
    InputDataError
        It is damaged, or too many shapes would have to be kept.
    """
    with reported(path), Apart() as apart:
        found = apart.call(in_box, path, geometry, about.columns, box, BOUNDS["shapes"].most)
    if found is None:
        raise too_many(path, windowed=box is not None)
    return ShapedRows(*found)


def too_many(path: Path, *, windowed: bool) -> InputDataError:
    """The error for a file of more shapes than are read.

    Parameters
    ----------
    path
        The file.
    windowed
        Whether so many lie around the city.

    Returns
    -------
    InputDataError
        To be raised by the caller.
    """
    most = BOUNDS["shapes"].most
    return InputDataError(
        f"{path}: more than {most} shapes lie in the city's window; cut it to the city first"
        if windowed
        else f"{path}: more than {most} shapes; cut it to the city first"
    )


class ShapeColumn(NamedTuple):
    """Where a GeoParquet file keeps its shapes.

    Attributes
    ----------
    column
        Name of the column with their well-known binary.
    crs
        What is stated of its system.
    covering
        Columns and fields with the least and greatest x and y of each row; empty where there are none.
    """

    column: str
    crs: Any
    covering: tuple[tuple[str, str], ...]


def geometry_of(path: Path, about: Footer) -> ShapeColumn:
    """Where a GeoParquet file keeps its shapes.

    Parameters
    ----------
    path
        The file, for messages.
    about
        What it says of itself.

    Returns
    -------
    ShapeColumn
        Column, system, and the columns that cover it.

    Raises
    ------
    InputDataError
        It is no GeoParquet, or its shapes are encoded otherwise.
    """
    try:
        geo = json.loads(about.geo or "")
        name = geo["primary_column"]
        column = geo["columns"][name]
        encoding, crs = column["encoding"], column.get("crs", "OGC:CRS84")
        covering = (column.get("covering") or {}).get("bbox") or {}
        sides = tuple((str(covering[side][0]), str(covering[side][-1])) for side in _SIDES if covering)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise InputDataError(f"{path}: Parquet, but no GeoParquet (metadata 'geo' missing)") from error
    if encoding != "WKB":
        raise InputDataError(f"{path}: geometry encoded as {encoding}, WKB was expected")
    return ShapeColumn(str(name), crs, sides)


# what follows is called in the process apart


def describe(path: Path) -> Footer:
    """Read the footer of a file; called in a process apart.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Footer
        Rows, columns and what is known of shapes.
    """
    import pyarrow as pa

    with _opened(path) as file:
        names = [each.name for each in file.schema_arrow if not pa.types.is_nested(each.type)]
        geo = (file.schema_arrow.metadata or {}).get(b"geo")
        return Footer(file.metadata.num_rows, names, None if geo is None else geo.decode("utf-8"))


def flat(path: Path, names: list[str]) -> Any:
    """Read columns whole; called in a process apart.

    Parameters
    ----------
    path
        The file.
    names
        Of its columns.

    Returns
    -------
    Any
        A table of Arrow, checked.
    """
    with _opened(path) as file:
        table = file.read(columns=names)
    table.validate(full=True)
    return table


def batches(path: Path, names: list[str]) -> Iterator[Any]:
    """Rows of a file one batch after the other; called in a process apart.

    Parameters
    ----------
    path
        The file.
    names
        Columns wanted.

    Yields
    ------
    Any
        Record batches of Arrow, checked.
    """
    with _opened(path) as file:
        for batch in file.iter_batches(batch_size=_BATCH, columns=names):
            batch.validate(full=True)
            yield batch


def in_box(
    path: Path, geometry: ShapeColumn, names: list[str], box: Box | None, most: int
) -> tuple[NDArray[np.object_], Any, NDArray[np.int64]] | None:
    """Rows whose shapes touch a box; called in a process apart.

    Row groups whose covering columns lie outside are not read at all.

    Parameters
    ----------
    path
        The file.
    geometry
        Where its shapes are.
    names
        Columns with one value in each row.
    box
        Smallest x, y, greatest x, y; all rows where None.
    most
        How many rows may be kept.

    Returns
    -------
    tuple or None
        Well-known binary, the other columns, and the places of the rows; None where there are too many.
    """
    import pyarrow as pa

    others = [name for name in names if name != geometry.column]
    kept: list[Any] = []
    shapes: list[NDArray[np.object_]] = []
    places: list[NDArray[np.int64]] = []
    count = 0
    with _opened(path) as file:
        groups, starts = _groups(file, geometry, box)
        for group, start in zip(groups, starts, strict=True):
            at = start
            for batch in file.iter_batches(
                batch_size=_BATCH, row_groups=[group], columns=[geometry.column, *others]
            ):
                batch.validate(full=True)
                found, hit = _touching(batch.column(geometry.column), box)
                count += len(hit)
                if count > most:
                    return None
                if len(hit):
                    kept.append(batch.select(others).take(pa.array(hit)))
                    shapes.append(found)
                    places.append(hit + at)
                at += len(batch)
        schema = pa.schema([file.schema_arrow.field(name) for name in others])
    table = pa.Table.from_batches(kept, None if kept else schema)
    none: list[NDArray[Any]] = [np.zeros(0, dtype=object)]
    return np.concatenate(shapes or none), table, np.concatenate(places or [np.zeros(0, dtype=np.int64)])


def _opened(path: Path) -> Any:
    import pyarrow.parquet as pq

    return pq.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False)


def _groups(file: Any, geometry: ShapeColumn, box: Box | None) -> tuple[list[int], list[int]]:
    """Row groups that may hold rows in a box, and where each begins."""
    about = file.metadata
    sizes = [about.row_group(group).num_rows for group in range(about.num_row_groups)]
    starts = [0, *np.cumsum(sizes).tolist()][: len(sizes)]
    chosen = [group for group in range(len(sizes)) if box is None or _may_touch(about, group, geometry, box)]
    return chosen, [int(starts[group]) for group in chosen]


def _may_touch(about: Any, group: int, geometry: ShapeColumn, box: Box) -> bool:
    if not geometry.covering:
        return True
    row_group = about.row_group(group)
    spans = {}
    for place in range(row_group.num_columns):
        column = row_group.column(place)
        span = column.statistics
        if span is not None and span.has_min_max:
            spans[column.path_in_schema] = (span.min, span.max)
    try:
        xmin, ymin, xmax, ymax = (spans[".".join(dict.fromkeys(side))] for side in geometry.covering)
        return bool(xmin[0] <= box[2] and xmax[1] >= box[0] and ymin[0] <= box[3] and ymax[1] >= box[1])
    except (KeyError, TypeError):  # no statistics, or of another kind
        return True


def _touching(column: Any, box: Box | None) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Well-known binary of the shapes that touch a box, as GEOS writes it, and their rows."""
    import shapely

    raw = np.empty(len(column), dtype=object)
    raw[:] = column.to_pylist()
    with np.errstate(invalid="ignore"):  # NaN coordinates are reported with their row later on
        shapes = np.asarray(shapely.from_wkb(raw), dtype=object)
        if box is None:
            hit = np.arange(len(shapes))
        else:
            bounds = shapely.bounds(shapes)
            outside = (
                (bounds[:, 0] > box[2])
                | (bounds[:, 2] < box[0])
                | (bounds[:, 1] > box[3])
                | (bounds[:, 3] < box[1])
            )
            empty = np.isnan(bounds).all(axis=1)  # lies nowhere
            hit = np.flatnonzero(~(outside | empty))
    return np.asarray(shapely.to_wkb(shapes[hit]), dtype=object), hit
