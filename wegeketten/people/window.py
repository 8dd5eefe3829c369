"""Large tables, such as a census of a whole country: read block by block, only the city's window is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.files.apart import Apart, reported
from wegeketten.files.bounds import BOUNDS, size_within
from wegeketten.files.coordinates import NEAR_M, SYSTEMS, parse_crs
from wegeketten.files.encodings import decode, old_encoding
from wegeketten.files.foreign_parquet import batches, describe
from wegeketten.files.tables import Table, separator_of, text_table
from wegeketten.people.counts import Columns
from wegeketten.people.positions import GRID, where_told

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.osm.projection import Projection

    Bounds = tuple[float, float, float, float]

LARGE_BYTES = 20_000_000
"""A table beyond this is read block by block."""

_HEAD = 1 << 16
_BLOCK = 1 << 23
_LAST_NUMBERS = (r"N(?P<y>\d+)_?E(?P<x>\d+)\s*$", r"E(?P<x>\d+)_?N(?P<y>\d+)\s*$")


def window_table(
    path: Path, projection: Projection, extent: Bounds, *, encoding: str | None = None, crs: str | None = None
) -> Table:
    """Rows of a large CSV file that lie within 10 km of the city.

    Parameters
    ----------
    path
        A CSV file with a column for each coordinate, or with the names of grid cells.
    projection, extent
        The city.
    encoding, crs
        As the user names them.

    Returns
    -------
    Table
        The header and the rows within.

    Raises
    ------
    InputDataError
        The file is too large, is damaged, or does not say where its rows lie.
    """
    import pyarrow as pa
    from pyarrow import csv

    size_within(path, "large table")
    with path.open("rb") as file:
        head = file.read(_HEAD)
    sample, separator, coding, skip = _sample(path, head, encoding)
    keep = _predicate(path, sample, projection, extent, crs)
    names = list(sample.columns)
    kept: dict[str, list[str]] = {name: [] for name in names}
    rows: list[NDArray[np.int64]] = []
    seen = 0
    try:
        reader = csv.open_csv(
            path,
            read_options=csv.ReadOptions(
                block_size=_BLOCK, encoding=coding, skip_rows=skip, use_threads=True, column_names=names,
                skip_rows_after_names=0,
            ),
            parse_options=csv.ParseOptions(delimiter=separator, newlines_in_values=False),
            convert_options=csv.ConvertOptions(
                column_types={name: pa.string() for name in names}, strings_can_be_null=False
            ),
        )  # fmt: skip
        for batch in reader:
            mask = keep(batch)
            hit = np.flatnonzero(mask)
            if len(hit):
                part = batch.filter(pa.array(mask))
                for name, column in zip(names, part.columns, strict=True):
                    kept[name] += column.to_pylist()
                rows.append(hit + seen)
            seen += len(batch)
            if sum(map(len, rows)) > BOUNDS["large table"].most:
                raise _too_many(path)
    except (pa.ArrowException, UnicodeError, OSError) as error:
        if isinstance(error, InputDataError):
            raise
        raise InputDataError(f"{path}: no table ({(str(error).splitlines() or [''])[0][:160]})") from error
    count = sum(map(len, rows))
    if not count:
        raise _none(path, seen)
    note = _told(path, count, seen)
    return Table(
        path, dict(kept), sample.first_row, [*sample.notes, note], np.concatenate(rows) + sample.first_row
    )


def window_parquet(path: Path, projection: Projection, extent: Bounds, *, crs: str | None = None) -> Table:
    """Rows of a large Parquet file that lie within 10 km of the city, read batch by batch.

    Parameters
    ----------
    path
        A Parquet file with columns as `window_table` takes them.
    projection, extent
        The city.
    crs
        As the user names it.

    Returns
    -------
    Table
        The columns and the rows within.

    Raises
    ------
    InputDataError
        The file is damaged, or does not say where its rows lie.
    """
    size_within(path, "Parquet")
    with reported(path), Apart() as apart:
        about = apart.call(describe, path)
        head = apart.call(first_rows, path, about.columns)
        keep = _predicate(path, Table(path, head, 1), projection, extent, crs)
        found = apart.call(rows_within, path, about.columns, keep, BOUNDS["large table"].most)
    if found is None:
        raise _too_many(path)
    table, rows = found
    if not len(rows):
        raise _none(path, about.rows)
    note = _told(path, len(rows), about.rows)
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    return Table(path, columns, 1, [note], rows + 1)


def first_rows(path: Path, names: list[str]) -> dict[str, list[Any]]:
    """The first rows of a Parquet file; called in a process apart.

    Parameters
    ----------
    path
        The file.
    names
        Columns wanted.

    Returns
    -------
    dict
        Values by column name.
    """
    for batch in batches(path, names):
        return dict(batch.slice(0, 200).to_pydict())
    return {name: [] for name in names}


def rows_within(
    path: Path, names: list[str], keep: NearCity, most: int
) -> tuple[Any, NDArray[np.int64]] | None:
    """Rows of a Parquet file that lie in a window; called in a process apart.

    Parameters
    ----------
    path
        The file.
    names
        Columns wanted.
    keep
        Which rows lie in it.
    most
        How many may be kept.

    Returns
    -------
    tuple or None
        A table of Arrow and the places of its rows in the file; None where there are too many.
    """
    import pyarrow as pa

    kept: list[Any] = []
    rows = [np.zeros(0, dtype=np.int64)]
    seen = count = 0
    for batch in batches(path, names):
        mask = keep(batch)
        hit = np.flatnonzero(mask)
        count += len(hit)
        if count > most:
            return None
        if len(hit):
            kept.append(batch.filter(pa.array(mask)))
            rows.append(hit + seen)
        seen += len(batch)
    return pa.Table.from_batches(kept) if kept else None, np.concatenate(rows)


def _too_many(path: Path) -> InputDataError:
    most = BOUNDS["large table"].most
    return InputDataError(
        f"{path}: more than {most} rows lie within the city's window; cut it to the city first"
    )


def _none(path: Path, seen: int) -> InputDataError:
    return InputDataError(
        f"{path}: none of its {seen} rows lies within {NEAR_M / 1000:.0f} km of the city's homes; "
        "is it another city's?"
    )


def _told(path: Path, count: int, seen: int) -> str:
    return f"{path.name}: {count} of {seen} rows lie within {NEAR_M / 1000:.0f} km of the city and are read"


def bounds_in(system: int | str, projection: Projection, extent: Bounds) -> Bounds:
    """The city's window in another system: smallest x, y, greatest x, y.

    Parameters
    ----------
    system
        Code or name of the other system.
    projection
        From degrees to the metres of the city.
    extent
        Of the city, metres: smallest x, y, greatest x, y.

    Returns
    -------
    Bounds
        In the units of the other system.
    """
    import pyproj

    low_x, low_y, high_x, high_y = extent
    change = pyproj.Transformer.from_crs(projection.epsg, system, always_xy=True)
    return tuple(  # type: ignore[return-value]
        change.transform_bounds(low_x - NEAR_M, low_y - NEAR_M, high_x + NEAR_M, high_y + NEAR_M)
    )


def _sample(path: Path, head: bytes, encoding: str | None) -> tuple[Table, str, str, int]:
    """The first rows as a table, the separator, the encoding, and lines to pass over."""
    whole = head[: head.rfind(b"\n") + 1] or head
    text, notes = decode(path, whole, encoding)
    coding = encoding or (old_encoding(whole)[0] if notes else "utf8")
    if whole.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in whole:
        raise InputDataError(f"{path}: a large table in UTF-16; save it as UTF-8 first")
    separator = separator_of(text)
    sample = text_table(path, text, notes)
    return sample, separator, coding, sample.first_row - 1


class NearCity(NamedTuple):
    """Which rows of a batch lie around the city.

    Attributes
    ----------
    path
        File of the rows, for messages.
    columns
        Their coordinates, or the one with the names of grid cells.
    boxes
        What is around the city, in each system that may be meant.
    factor, last
        Metres of a step in the names of cells, and where they hold its numbers.
    """

    path: Path
    columns: list[str]
    boxes: list[Bounds]
    factor: int = 0
    last: str = ""

    def __call__(self, batch: Any) -> NDArray[np.bool_]:
        """Whether each row lies in one of the boxes."""
        if self.last:
            x, y = _id_numbers(batch.column(self.columns[0]), self.factor, self.last)
        else:
            x, y = (_numbers(self.path, batch.column(name), name) for name in self.columns)
        return _inside(x, y, self.boxes)


def _predicate(
    path: Path, sample: Table, projection: Projection, extent: Bounds, crs: str | None
) -> NearCity:
    """Whether rows lie in the city's window, by the columns that say where."""
    reader = Columns(path, sample.texts())
    told = where_told(reader)
    if told is None:
        raise InputDataError(f"{path}: no columns that say where its rows lie; a table this large needs them")
    kind, names = told
    spelled = [next(n for n in sample.columns if n.strip().casefold() == name.casefold()) for name in names]
    if kind == "id":
        first = next(text.strip() for text in reader.texts(names[0]) if text.strip())
        size = re.match(r"(?:[A-Z]{2}_)?(\d+)(k?)m", first, re.IGNORECASE)
        factor = 1 if size is None else int(size[1]) * (1000 if size[2] else 1)
        last = next((each for each in _LAST_NUMBERS if re.search(each, first)), _LAST_NUMBERS[0])
        return NearCity(path, spelled, [bounds_in(GRID, projection, extent)], factor, last)
    if kind == "text":
        raise InputDataError(
            f"{path}: a large table with well-known text; give its coordinates in a column each"
        )
    if kind == "grid":
        systems: list[int | str] = [GRID]
    elif kind == "degrees":
        systems = [4326]
    else:
        systems = [parse_crs(crs)] if crs else list(dict.fromkeys((projection.epsg, *SYSTEMS, 3857, 4326)))
    return NearCity(path, spelled, [bounds_in(system, projection, extent) for system in systems])


def _inside(x: NDArray[np.float64], y: NDArray[np.float64], boxes: list[Bounds]) -> NDArray[np.bool_]:
    mask = np.zeros(len(x), dtype=bool)
    for low_x, low_y, high_x, high_y in boxes:
        mask |= (x >= low_x) & (x <= high_x) & (y >= low_y) & (y <= high_y)
    return mask


def _numbers(path: Path, column: Any, name: str) -> NDArray[np.float64]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(column.type):
        column = pc.cast(column, pa.string())
    text = pc.replace_substring(pc.utf8_trim_whitespace(column), ",", ".")
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)  # lies nowhere
    try:
        return np.asarray(pc.cast(text, pa.float64()).to_numpy(zero_copy_only=False))
    except pa.ArrowInvalid as error:
        raise InputDataError(f"{path}: column {name!r}: {str(error).splitlines()[0][:120]}") from error


def _id_numbers(column: Any, factor: int, last: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.extract_regex(column, last)
    x, y = (
        pc.fill_null(pc.cast(pc.struct_field(found, name), pa.float64()), np.nan).to_numpy(
            zero_copy_only=False
        )
        for name in ("x", "y")
    )
    return np.asarray(x) * factor, np.asarray(y) * factor
