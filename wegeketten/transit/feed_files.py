"""The files of a GTFS feed, in a zip or a folder, as tables of text whose cells messages can name."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.files.bounds import BOUNDS, read_within, too_large

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_SUSPICIOUS = 32 << 20
_RATIO = 200
"""A table larger than the first and packed tighter than the second is a zip bomb; timetables reach 30."""

_TIME = r"^(?P<h>[0-9]{1,3}):(?P<m>[0-5][0-9]):(?P<s>[0-5][0-9])$"


class FeedFiles:
    """The tables of one feed.

    Parameters
    ----------
    path
        A zip, a folder of ``.txt`` files, or a folder that holds one of these.

    Raises
    ------
    InputDataError
        There is no feed at `path`, or the zip is damaged, encrypted or a bomb.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = _find(Path(path))
        self._members: dict[str, str] = {}
        self._zip: zipfile.ZipFile | None = None
        if self.path.is_dir():
            self._members = {
                file.name.lower(): str(file) for file in sorted(self.path.glob("*.[tT][xX][tT]"))
            }
        else:
            self._open_zip()

    def _open_zip(self) -> None:
        try:
            self._zip = zipfile.ZipFile(self.path)
        except (zipfile.BadZipFile, OSError) as error:
            raise InputDataError(
                f"{self.path}: is no zip that can be read ({error}); get it again"
            ) from error
        names = [PurePosixPath(name) for name in self._zip.namelist()]
        homes = {
            name.parent for name in names if name.name.lower() == "stops.txt" and "__MACOSX" not in name.parts
        }
        if len(homes) != 1:
            what = "holds no stops.txt" if not homes else f"holds {len(homes)} feeds (several stops.txt)"
            self._zip.close()
            raise InputDataError(f"{self.path}: {what}; a GTFS feed is one folder of tables")
        home = homes.pop()
        self._members = {name.name.lower(): str(name) for name in names if name.parent == home}

    def __enter__(self) -> FeedFiles:
        return self

    def __exit__(self, *_: object) -> None:
        if self._zip is not None:
            self._zip.close()

    def __contains__(self, name: str) -> bool:
        return f"{name}.txt" in self._members

    def table(self, name: str, needed: Sequence[str]) -> FeedTable:
        """Read a table; an empty one where the feed does not have it and needs nothing of it.

        Parameters
        ----------
        name
            Name without ``.txt``.
        needed
            Columns that must be there.

        Returns
        -------
        FeedTable
            Its cells are text, without blanks around.

        Raises
        ------
        InputDataError
            The table is missing, lacks one of the columns `needed`, or is no CSV in UTF-8.
        """
        where = f"{self.path}: {name}.txt"
        if name not in self:
            raise InputDataError(f"{where} is missing; GTFS requires it")
        columns = _parse(self._bytes(name), where, lines=name != "stop_times")
        missing = [column for column in needed if column not in columns]
        if missing:
            raise InputDataError(f"{where} has no column {', '.join(missing)}; GTFS requires it")
        return FeedTable(where, columns)

    def optional(self, name: str, needed: Sequence[str]) -> FeedTable | None:
        """As `table`, but None where the feed does not have it.

        Parameters
        ----------
        name
            Name without ``.txt``.
        needed
            Columns that must be there if the table is.

        Returns
        -------
        FeedTable or None
            Its cells are text, without blanks around.
        """
        return self.table(name, needed) if name in self else None

    def _bytes(self, name: str) -> bytes:
        member = self._members[f"{name}.txt"]
        if self._zip is None:
            return read_within(Path(member), "timetable")
        entry = self._zip.getinfo(member)
        tight = entry.file_size > _SUSPICIOUS and entry.file_size > _RATIO * max(entry.compress_size, 1)
        if entry.file_size > BOUNDS["timetable"].most_bytes:
            raise too_large(Path(f"{self.path}:{name}.txt"), entry.file_size, "timetable")
        if tight:
            raise InputDataError(
                f"{self.path}: {name}.txt unpacks from {entry.compress_size} to {entry.file_size} bytes; "
                "no timetable does, the file is refused"
            )
        try:
            return self._zip.read(entry)
        except (
            zipfile.BadZipFile,
            RuntimeError,
            NotImplementedError,
            OSError,
            EOFError,
            ValueError,
        ) as error:
            raise InputDataError(
                f"{self.path}: {name}.txt cannot be unpacked ({error}); get it again"
            ) from error
        except Exception as error:  # zlib.error has no other base
            if type(error).__module__ != "zlib":
                raise
            raise InputDataError(
                f"{self.path}: {name}.txt cannot be unpacked ({error}); get it again"
            ) from error


def _find(path: Path) -> Path:
    if path.is_file():
        return path
    if not path.is_dir():
        raise InputDataError(f"{path}: no such file or folder; a GTFS feed was expected")
    if any(file.name.lower() == "stops.txt" for file in path.iterdir()):
        return path
    inside = [file for file in sorted(path.iterdir()) if file.suffix.lower() == ".zip"]
    inside += [file.parent for file in sorted(path.glob("*/stops.txt"))]
    if len(inside) != 1:
        what = "no feed" if not inside else f"{len(inside)} feeds"
        raise InputDataError(
            f"{path}: {what} in this folder (no stops.txt); name the zip or the folder itself"
        )
    return inside[0]


def _parse(data: bytes, where: str, *, lines: bool) -> dict[str, Any]:
    """Columns by name, text without surrounding blanks."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv as pv

    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputDataError(f"{where} is UTF-16; save it as UTF-8")
    data = data.removeprefix(b"\xef\xbb\xbf")
    header = _header(data, where)
    try:
        table = pv.read_csv(
            pa.BufferReader(data),
            read_options=pv.ReadOptions(column_names=header, skip_rows=1),
            parse_options=pv.ParseOptions(newlines_in_values=lines),
            convert_options=pv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
            ),
        )
        columns = [table.column(position).combine_chunks() for position in range(len(header))]
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        columns = [pa.array(column, pa.string()) for column in _row_by_row(data, header, where, str(error))]
    return {name: pc.utf8_trim_whitespace(column) for name, column in zip(header, columns, strict=True)}


def _row_by_row(data: bytes, header: list[str], where: str, reason: str) -> list[list[str]]:
    """Columns of a table whose rows differ in length: cells that are missing at the end are empty.

    Raises
    ------
    InputDataError
        The text is not UTF-8, or a row has more cells than the header names.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputDataError(f"{where}, row {line}: is not UTF-8; save the table as UTF-8") from error
    rows: list[list[str]] = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""))):
            if number == 0 or not any(cell.strip() for cell in row):
                continue
            if any(cell.strip() for cell in row[len(header) :]):
                raise InputDataError(
                    f"{where}, row {number + 1}: has {len(row)} cells where the header names {len(header)}; "
                    "quote text that holds commas"
                )
            rows.append([*row, *[""] * (len(header) - len(row))][: len(header)])
    except csv.Error as error:
        raise InputDataError(f"{where} is no CSV that can be read ({reason.splitlines()[0]})") from error
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in header]


def _header(data: bytes, where: str) -> list[str]:
    first = data.lstrip(b"\r\n")[:65536]
    for end in (b"\n", b"\r"):
        if end in first:
            first = first[: first.index(end)]
            break
    try:
        cells = next(csv.reader(io.StringIO(first.decode("utf-8"))), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputDataError(f"{where}: the header is not UTF-8 text ({error}); save it as UTF-8") from error
    header = [cell.strip().lower() for cell in cells]
    if not any(header):
        raise InputDataError(f"{where} is empty; a header was expected")
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise InputDataError(f"{where}: the header names {twice[0]} twice")
    if ";" in first.decode("utf-8") and len(header) == 1:
        raise InputDataError(f"{where}: columns are separated by semicolons; GTFS asks for commas")
    return [name or f"unnamed {position}" for position, name in enumerate(header)]


class FeedTable:
    """One table of a feed: columns of text, read as what they should be.

    Parameters
    ----------
    where
        File and table, as messages name it.
    columns
        Arrow string arrays of one length.
    """

    def __init__(self, where: str, columns: dict[str, Any]) -> None:
        self.where = where
        self._columns = columns
        self.count = len(next(iter(columns.values()))) if columns else 0

    def __contains__(self, name: str) -> bool:
        return name in self._columns

    def fault(self, row: int, fault: str) -> InputDataError:
        """Make the error that names a row (the header is row 1).

        Parameters
        ----------
        row
            Row of the table, counted from 0.
        fault
            What is wrong, in words.

        Returns
        -------
        InputDataError
            To be raised by the caller.

        Examples
        --------
        >>> import pyarrow as pa
        >>> table = FeedTable("stops.txt", {"stop_id": pa.array(["a", "b"]), "level": pa.array(["2", ""])})
        >>> table.fault(0, "no name").args[0]
        'stops.txt, row 2: no name'
        """
        return InputDataError(f"{self.where}, row {row + 2}: {fault}")

    def arrow(self, name: str) -> Any:
        """The column as an Arrow array; empty text where the table lacks it.

        Parameters
        ----------
        name
            Name of the column.

        Returns
        -------
        Any
            Text, shape (rows,).

        Examples
        --------
        >>> import pyarrow as pa
        >>> table = FeedTable("stops.txt", {"stop_id": pa.array(["a", "b"]), "level": pa.array(["2", ""])})
        >>> table.arrow("level").to_pylist()
        ['2', '']
        """
        import pyarrow as pa

        if name in self._columns:
            return self._columns[name]
        return pa.array([""] * self.count, pa.string())

    def text(self, name: str) -> list[str]:
        """The column as Python strings.

        Parameters
        ----------
        name
            Name of the column.

        Returns
        -------
        list of str
            Without blanks around.

        Examples
        --------
        >>> import pyarrow as pa
        >>> table = FeedTable("stops.txt", {"stop_id": pa.array(["a", "b"]), "level": pa.array(["2", ""])})
        >>> table.text("stop_id"), table.text("stop_name")
        (['a', 'b'], ['', ''])
        """
        found: list[str] = self.arrow(name).to_pylist()
        return found

    def keys(self, name: str) -> list[str]:
        """The column as ids: none empty, none twice.

        Parameters
        ----------
        name
            Name of the column.

        Returns
        -------
        list of str
            In the order of the rows.

        Raises
        ------
        InputDataError
            An id is empty or used twice; the message names file and row.

        Examples
        --------
        >>> import pyarrow as pa
        >>> table = FeedTable("stops.txt", {"stop_id": pa.array(["a", "b"]), "level": pa.array(["2", ""])})
        >>> table.keys("stop_id")
        ['a', 'b']
        """
        ids = self.text(name)
        seen: dict[str, int] = {}
        for row, each in enumerate(ids):
            if not each:
                raise self.fault(row, f"{name} is empty")
            if seen.setdefault(each, row) != row:
                raise self.fault(row, f"{name} {each!r} was used in row {seen[each] + 2} already")
        return ids

    def filled(self, name: str) -> NDArray[np.bool_]:
        """Which rows hold anything in a column.

        Parameters
        ----------
        name
            Name of the column.

        Returns
        -------
        ndarray
            bool, shape (rows,).

        Examples
        --------
        >>> import pyarrow as pa
        >>> table = FeedTable("stops.txt", {"stop_id": pa.array(["a", "b"]), "level": pa.array(["2", ""])})
        >>> table.filled("level").tolist()
        [True, False]
        """
        import pyarrow.compute as pc

        return np.asarray(pc.not_equal(self.arrow(name), "").to_numpy(zero_copy_only=False), dtype=np.bool_)

    def refer(self, name: str, ids: Sequence[str], *, empty: bool = False) -> NDArray[np.int32]:
        """Rows of the ids that a column names; -1 where it is empty and may be.

        Parameters
        ----------
        name
            Name of the column.
        ids
            The ids that exist.
        empty
            Whether a cell may be empty.

        Returns
        -------
        ndarray
            int32, shape (rows,).

        Raises
        ------
        InputDataError
            An id does not exist.

        Examples
        --------
        >>> import pyarrow as pa
        >>> table = FeedTable("stops.txt", {"stop_id": pa.array(["a", "b"]), "level": pa.array(["2", ""])})
        >>> table.refer("stop_id", ["b", "a"]).tolist()
        [1, 0]
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        column = self.arrow(name)
        found = pc.index_in(column, value_set=pa.array(list(ids), pa.string()))
        rows = np.asarray(pc.fill_null(found, -1).to_numpy(zero_copy_only=False), dtype=np.int32)
        missing = rows < 0
        if empty:
            missing &= self.filled(name)
        if missing.any():
            row = int(np.flatnonzero(missing)[0])
            raise self.fault(row, f"{name} {column[row].as_py()!r} does not exist")
        return rows

    def whole(
        self, name: str, *, least: int = 0, most: int = 2**31 - 1, default: int | None = 0
    ) -> NDArray[np.int64]:
        """Whole numbers; `default` where the cell is empty, a fault where that is None.

        Parameters
        ----------
        name
            Name of the column.
        least, most
            Smallest and largest number allowed.
        default
            For empty cells.

        Returns
        -------
        ndarray
            int64, shape (rows,).

        Examples
        --------
        >>> import pyarrow as pa
        >>> table = FeedTable("stops.txt", {"stop_id": pa.array(["a", "b"]), "level": pa.array(["2", ""])})
        >>> table.whole("level", default=0).tolist()
        [2, 0]
        """
        return self.number(
            name, least=least, most=most, default=default, pattern=r"^[+-]?[0-9]{1,12}$"
        ).astype(np.int64)

    def code(self, name: str, most: int, default: int, notes: list[str]) -> NDArray[np.int8]:
        """Codes from 0 to `most` that no ride depends on; `default` where there is none or another one.

        Parameters
        ----------
        name
            Name of the column.
        most
            Largest code that is known.
        default
            For all other cells.
        notes
            Gets a sentence where a code is not known.

        Returns
        -------
        ndarray
            int8, shape (rows,).

        Examples
        --------
        >>> import pyarrow as pa
        >>> table = FeedTable("stops.txt", {"stop_id": pa.array(["a", "b"]), "level": pa.array(["2", ""])})
        >>> notes: list[str] = []
        >>> table.code("level", 3, 1, notes).tolist()
        [2, 1]
        """
        allowed = {str(value): value for value in range(most + 1)}
        cells = self.text(name)
        wrong = sum(1 for cell in cells if cell and cell not in allowed)
        if wrong:
            notes.append(f"{wrong} values of {name} are none that GTFS knows; taken as not said")
        return np.array([allowed.get(cell, default) for cell in cells], dtype=np.int8)

    def number(
        self,
        name: str,
        *,
        least: float,
        most: float,
        default: float | None = float("nan"),
        pattern: str = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$",
    ) -> NDArray[np.float64]:
        """Numbers from `least` to `most`; `default` where the cell is empty, a fault where that is None.

        Parameters
        ----------
        name
            Name of the column.
        least, most
            Smallest and largest number allowed.
        default
            For empty cells.
        pattern
            Regular expression that a cell must match.

        Returns
        -------
        ndarray
            float64, shape (rows,).

        Raises
        ------
        InputDataError
            A cell is no number within the limits; the message names file and row.

        Examples
        --------
        >>> import pyarrow as pa
        >>> table = FeedTable("stops.txt", {"stop_id": pa.array(["a", "b"]), "level": pa.array(["2", ""])})
        >>> table.number("level", least=-5, most=5).tolist()
        [2.0, nan]
        """
        import pyarrow.compute as pc

        column = self.arrow(name)
        filled = self.filled(name)
        good = np.asarray(
            pc.match_substring_regex(column, pattern).to_numpy(zero_copy_only=False), dtype=bool
        )
        if default is None and not filled.all():
            raise self.fault(int(np.flatnonzero(~filled)[0]), f"{name} is empty")
        bad = filled & ~good
        values = np.full(self.count, 0.0 if default is None else default)
        if good.any():
            values[good] = pc.cast(column.filter(good_mask(good)), "float64").to_numpy(zero_copy_only=False)
        bad |= good & ~((values >= least) & (values <= most))
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            limits = f"a number from {least:g} to {most:g}"
            raise self.fault(row, f"{name} {column[row].as_py()!r} is not {limits}")
        return values

    def seconds(self, name: str) -> NDArray[np.int32]:
        """Times H:MM:SS in seconds of the service day, 24:00:00 and later too; -1 where the cell is empty.

        Parameters
        ----------
        name
            Name of the column.

        Returns
        -------
        ndarray
            int32, shape (rows,).

        Raises
        ------
        InputDataError
            A cell is no time; the message names file and row.

        Examples
        --------
        >>> import pyarrow as pa
        >>> table = FeedTable("stop_times.txt", {"arrival_time": pa.array(["8:00:30", "25:10:00"])})
        >>> table.seconds("arrival_time").tolist()
        [28830, 90600]
        """
        import pyarrow.compute as pc

        column = self.arrow(name)
        parts = pc.extract_regex(column, _TIME)
        good = np.asarray(pc.is_valid(parts).to_numpy(zero_copy_only=False), dtype=bool)
        bad = self.filled(name) & ~good
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise self.fault(row, f"{name} {column[row].as_py()!r} is not a time H:MM:SS")
        values = np.full(self.count, -1, dtype=np.int32)
        if good.any():
            kept = parts.filter(good_mask(good))
            h, m, s = (
                pc.cast(pc.struct_field(kept, part), "int32").to_numpy(zero_copy_only=False) for part in "hms"
            )
            values[good] = h * 3600 + m * 60 + s
        return values

    def dates(self, name: str) -> NDArray[np.int32]:
        """Dates YYYYMMDD as proleptic ordinals.

        Parameters
        ----------
        name
            Name of the column.

        Returns
        -------
        ndarray
            int32, shape (rows,).

        Raises
        ------
        InputDataError
            A cell is no date; the message names file and row.

        Examples
        --------
        >>> import datetime as dt
        >>> import pyarrow as pa
        >>> days = FeedTable("calendar.txt", {"start_date": pa.array(["20260303"])}).dates("start_date")
        >>> dt.date.fromordinal(int(days[0])).isoformat()
        '2026-03-03'
        """
        import datetime as dt

        known: dict[str, int] = {}
        for row, cell in enumerate(self.text(name)):
            if cell in known:
                continue
            try:
                if len(cell) != 8 or not cell.isdigit():
                    raise ValueError
                known[cell] = dt.date(int(cell[:4]), int(cell[4:6]), int(cell[6:])).toordinal()
            except ValueError:
                raise self.fault(row, f"{name} {cell!r} is not a date YYYYMMDD") from None
        return np.array([known[cell] for cell in self.text(name)], dtype=np.int32)


def good_mask(flags: NDArray[np.bool_]) -> Any:
    """Flags as Arrow takes them for filtering.

    Parameters
    ----------
    flags
        bool, shape (rows,).

    Returns
    -------
    Any
        Boolean Arrow array.
    """
    import pyarrow as pa

    return pa.array(flags.tolist(), pa.bool_()) if not len(flags) else pa.array(flags)
