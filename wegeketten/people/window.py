"""Large tables, such as a census of a whole country: read block by block, only the city's window is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.files.coordinates import NEAR_M, SYSTEMS, parse_crs
from wegeketten.files.encodings import decode, old_encoding
from wegeketten.files.tables import Table, separator_of, text_table
from wegeketten.people.counts import Columns
from wegeketten.people.positions import GRID, where_told

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.osm.projection import Projection

    Bounds = tuple[float, float, float, float]
    Keep = Callable[[Any], NDArray[np.bool_]]

LARGE_BYTES = 20_000_000
"""A table beyond this is read block by block."""

MOST_BYTES = 4_000_000_000
_HEAD = 1 << 16
_BLOCK = 1 << 23
_MOST_KEPT = 2_000_000
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

    size = path.stat().st_size
    if size > MOST_BYTES:
        raise InputDataError(
            f"{path}: {size / 1e9:.1f} GB, at most {MOST_BYTES / 1e9:.0f} GB are read; cut it to the "
            "city first"
        )
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
            if sum(map(len, rows)) > _MOST_KEPT:
                raise InputDataError(
                    f"{path}: more than {_MOST_KEPT} rows lie within the city's window; cut it to the "
                    "city first"
                )
    except (pa.ArrowException, UnicodeError, OSError) as error:
        if isinstance(error, InputDataError):
            raise
        raise InputDataError(f"{path}: no table ({(str(error).splitlines() or [''])[0][:160]})") from error
    count = sum(map(len, rows))
    if not count:
        raise InputDataError(
            f"{path}: none of its {seen} rows lies within {NEAR_M / 1000:.0f} km of the city's homes; "
            "is it another city's?"
        )
    note = f"{path.name}: {count} of {seen} rows lie within {NEAR_M / 1000:.0f} km of the city and are read"
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
    import pyarrow as pa
    import pyarrow.parquet as pq

    kept: list[Any] = []
    rows: list[NDArray[np.int64]] = []
    seen, keep = 0, None
    try:
        with pq.ParquetFile(path) as file:
            names = [each.name for each in file.schema_arrow if not pa.types.is_nested(each.type)]
            for batch in file.iter_batches(batch_size=1 << 16, columns=names):
                if keep is None:
                    head = batch.slice(0, 200).to_pydict()
                    keep = _predicate(path, Table(path, head, 1), projection, extent, crs)
                mask = keep(batch)
                hit = np.flatnonzero(mask)
                if len(hit):
                    kept.append(batch.filter(pa.array(mask)))
                    rows.append(hit + seen)
                seen += len(batch)
    except (pa.ArrowException, OSError) as error:
        reason = (str(error).splitlines() or [""])[0][:160]
        raise InputDataError(f"{path}: damaged Parquet ({reason})") from error
    count = sum(map(len, rows))
    if not count:
        raise InputDataError(
            f"{path}: none of its {seen} rows lies within {NEAR_M / 1000:.0f} km of the city's homes; "
            "is it another city's?"
        )
    table = pa.Table.from_batches(kept)
    note = f"{path.name}: {count} of {seen} rows lie within {NEAR_M / 1000:.0f} km of the city and are read"
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    return Table(path, columns, 1, [note], np.concatenate(rows) + 1)


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


def _predicate(path: Path, sample: Table, projection: Projection, extent: Bounds, crs: str | None) -> Keep:
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
        boxes = [bounds_in(GRID, projection, extent)]
        last = next((each for each in _LAST_NUMBERS if re.search(each, first)), _LAST_NUMBERS[0])
        return lambda batch: _inside(*_id_numbers(batch.column(spelled[0]), factor, last), boxes)
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
    boxes = [bounds_in(system, projection, extent) for system in systems]
    x, y = spelled
    return lambda batch: _inside(
        _numbers(path, batch.column(x), x), _numbers(path, batch.column(y), y), boxes
    )


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
