"""Tables as people keep them: CSV in any of its spellings, workbooks, Parquet; assumptions are reported."""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import InputDataError, MissingExtraError, UsageError
from wegeketten.files.archives import check_archive
from wegeketten.files.bounds import count_within, read_within, size_within
from wegeketten.files.encodings import decode
from wegeketten.files.foreign_parquet import read_flat
from wegeketten.files.headers import find_header
from wegeketten.files.numerals import parse_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_SEPARATORS = ";,\t|"
_SHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


_note = re.compile(
    r"\s*(?:©|\(c\)|\*|\d\)|(?:(?:daten)?quellen?|stand|hinweise?|anmerkung(?:en)?|erläuterung(?:en)?|"
    r"sources?|notes?)\b)",
    re.IGNORECASE,
).match
"""How a line below a table begins that tells where it is from."""


@dataclass(frozen=True)
class Table:
    """Columns of a file as they stand in it.

    Attributes
    ----------
    path
        The file.
    columns
        Cells by column name: text, or numbers where the file itself tells them apart from text.
    first_row
        How the user counts the first row of data.
    notes
        What had to be assumed to read it: the encoding, the sheet, lines passed over.
    rows
        How the user counts each row, where rows between may have been left out; None where none was.
    """

    path: Path
    columns: dict[str, list[Any]]
    first_row: int = 2
    notes: list[str] = field(default_factory=list)
    rows: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), []))

    def row_numbers(self) -> NDArray[np.int64]:
        """How the user counts each row."""
        return np.arange(len(self)) + self.first_row if self.rows is None else self.rows

    def texts(self) -> dict[str, list[str]]:
        """All cells as text; whole numbers without a point, nothing for what is empty."""
        return {name: [cell_text(cell) for cell in cells] for name, cells in self.columns.items()}

    def numeric(self) -> list[str]:
        """Columns whose cells are numbers in the file already."""
        return [
            name
            for name, cells in self.columns.items()
            if cells and not any(isinstance(cell, str) for cell in cells)
        ]


def cell_text(cell: object) -> str:
    """A cell as text.

    Parameters
    ----------
    cell
        Value as the library reads it.

    Returns
    -------
    str
        "" for an empty cell.

    Examples
    --------
    >>> [cell_text(cell) for cell in (11.0, 2.5, None, float("nan"), "ä ", True)]
    ['11', '2.5', '', '', 'ä ', '1']
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float):
        if math.isnan(cell):
            return ""
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell)


def split_layer(path: str | Path) -> tuple[Path, str | None]:
    """Path and name of the layer or sheet in it, from ``FILE``, ``FILE:LAYER`` or ``FILE|layername=LAYER``.

    Parameters
    ----------
    path
        As the user wrote it.

    Returns
    -------
    tuple
        Path of the file, and name of the layer, None where none is named.

    Examples
    --------
    >>> split_layer("city.gpkg|layername=quarters")[1], split_layer("city.gpkg")[1]
    ('quarters', None)
    """
    text = str(path)
    if "|layername=" in text:
        file, _, layer = text.partition("|layername=")
        return Path(file), layer
    whole = Path(path)
    head, colon, layer = text.rpartition(":")
    try:
        if not colon or not layer or whole.exists() or not Path(head).exists():
            return whole, None
    except (OSError, ValueError):
        return whole, None
    return Path(head), layer


def read_table(
    path: str | Path,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    kind: str = "table",
) -> Table:
    """Read a CSV file, a workbook (XLSX, ODS, XLS) or a Parquet file without geometry.

    Parameters
    ----------
    path
        A local file.
    encoding
        Of a CSV file; found where None: by its mark, else UTF-8, else Windows-1252 (reported).
    sheet
        Of a workbook; the only one that holds a table where None.
    kind
        Of input, for its bound.

    Returns
    -------
    Table
        Columns of text, with notes on what had to be assumed.

    Raises
    ------
    InputDataError
        The file is missing, too large, damaged, or no table.
    UsageError
        There is no such encoding or sheet, or the sheet must be named.
    MissingExtraError
        A workbook was given and python-calamine is not installed.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from wegeketten.files.csv import write_csv
    >>> with TemporaryDirectory() as folder:
    ...     write_csv(Path(folder) / "a.csv", ["id", "cm"], [["n68", 2.5]])
    ...     list(read_table(Path(folder) / "a.csv").columns)
    ['id', 'cm']
    """
    path = Path(path)
    start, _ = read_start(path)
    if start.startswith(b"PAR1"):
        return _parquet(path)
    if start.startswith(_SHEETS):
        size_within(path, "workbook")
        return _workbook(path, sheet)
    _check_kind(path, start)
    text, notes = decode(path, read_within(path, kind), encoding)
    found = text_table(path, text, notes)
    count_within(path, kind, len(found))
    return found


def read_start(path: Path, count: int = 4096) -> tuple[bytes, int]:
    """First bytes of a file, and its size.

    Parameters
    ----------
    path
        The file.
    count
        Number of bytes wanted.

    Returns
    -------
    tuple
        Bytes, and size in bytes.

    Raises
    ------
    InputDataError
        It is no regular file, or cannot be read.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.csv").write_bytes(b"id,cm")
    ...     read_start(Path(folder) / "a.csv", 2)
    (b'id', 5)
    """
    try:
        if path.is_dir():
            raise InputDataError(f"{path}: is a folder, a file was expected")
        if path.exists() and not path.is_file():
            raise InputDataError(f"{path}: is no regular file")
        with path.open("rb") as file:
            return file.read(count), path.stat().st_size
    except (OSError, ValueError) as error:
        if isinstance(error, InputDataError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise InputDataError(f"{path}: cannot be read ({reason})") from error


_OTHER_KINDS = (
    (b"%PDF", "PDF"), (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"II*\x00", "TIFF"),
    (b"{\\rtf", "RTF"), (b"\x1f\x8b", "gzip"), (b"7z\xbc\xaf", "7z"), (b"Rar!", "RAR"),
)  # fmt: skip


def _check_kind(path: Path, start: bytes) -> None:
    """Refuse what is no text, by name; a page of the web is what some programs call a workbook."""
    kind = next((kind for sign, kind in _OTHER_KINDS if start.startswith(sign)), None)
    if kind is not None:
        raise InputDataError(f"{path}: no table, but {kind}; save it as CSV or XLSX first")
    if re.match(rb"(?i)(\xef\xbb\xbf)?\s*<(!doctype html|html|table|meta|head)", start):
        raise InputDataError(
            f"{path}: no table, but a web page; open it in a spreadsheet and save it as XLSX"
        )


def text_table(path: Path, text: str, notes: list[str]) -> Table:
    """Table from the text of a CSV file.

    Parameters
    ----------
    path
        The file, for messages.
    text
        Its content.
    notes
        Sentences about its encoding.

    Returns
    -------
    Table
        Columns of text.

    Raises
    ------
    InputDataError
        There are no rows, or their number of cells differs from the header's.
    """
    if "\x00" in text:
        raise InputDataError(f"{path}: no table; it holds zero bytes")
    first = 1
    text = _without_remarks(text)
    if text[:4].lower() == "sep=":  # a hint to spreadsheets
        separator, text, first = text[4:5], text.partition("\n")[2], 2
    else:
        separator = separator_of(text)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        rows = [(reader.line_num, line) for line in reader if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise InputDataError(f"{path}: no table ({error})") from error
    if len(rows) < 2:
        raise InputDataError(f"{path}: no rows in it")
    notes = list(notes)
    while len(rows) > 2 and _is_remark(rows[-1][1]) and len(rows[0][1]) + len(rows[1][1]) > 2:
        notes.append(f"{path.name}: {rows.pop()[1][0].strip()[:60]!r} below the table is passed over")
    lines = [line for _, line in rows]
    header = find_header(lines, cell_text)
    head, names, body = header.start, header.names, lines[header.start :]
    if header.above:
        notes.append(f"{path.name}: {header.above} lines above the header are passed over")
    while names and not names[-1] and all(len(line) <= len(names) for line in body):
        if any(len(line) == len(names) and line[-1].strip() for line in body):
            break
        width = len(names) - 1
        names, body = names[:width], [line[:width] for line in body]
    ragged = [at for at, line in enumerate(body) if len(line) != len(names)]
    if ragged:
        line = rows[head + ragged[0]][0] + first - 1
        raise InputDataError(
            f"{path}: row {line} has {len(body[ragged[0]])} cells, the header {len(names)} "
            f"({len(ragged)} such rows)"
        )
    places = np.array([line + first - 1 for line, _ in rows[head:]], dtype=np.int64)
    return Table(path, _columns(path, names, body), rows[head - 1][0] + first, notes, places)


def _is_remark(line: Sequence[str]) -> bool:
    """Whether a line below a table is none of its rows: one cell alone, or one that begins like a note."""
    return len(line) == 1 or (not any(cell.strip() for cell in line[1:]) and _note(line[0]) is not None)


def _without_remarks(text: str) -> str:
    """Blank lines for those that begin with ``#`` above a table; a header that does loses the sign."""
    if not re.match(r"#[^;,\t|]", text):
        return text
    remarks = re.match(r"(?:#[^\r\n]*(?:\r\n|\r|\n))+", text)
    if remarks is None:
        return text
    above, table = text[: remarks.end()].splitlines(keepends=True), text[remarks.end() :]
    separator = separator_of(table)
    first = table.partition("\n")[0].split(separator)
    blank = [re.sub(r"[^\r\n]", "", line) for line in above]
    if len(above[-1].split(separator)) == len(first) > 1 and any(map(_is_number, first)):
        blank[-1] = above[-1].lstrip("# ")
    return "".join(blank) + table


def _is_number(cell: str) -> bool:
    return not math.isnan(parse_number(cell.strip()))


def separator_of(text: str) -> str:
    r"""Sign between the cells: the one that comes most often in the first lines, outside quotation marks.

    Parameters
    ----------
    text
        Content of a CSV file.

    Returns
    -------
    str
        Comma, semicolon, tab or bar.

    Examples
    --------
    >>> separator_of("a;b;c\n1,5;2;3\n")
    ';'
    """
    lines = [re.sub(r'"[^"]*"', "", line) for line in text[:20_000].splitlines()[:20] if line.strip()]
    if not lines:
        return ";"

    def regular(sign: str) -> tuple[int, int]:
        counts = [line.count(sign) for line in lines]
        usual = max(set(counts), key=lambda count: (counts.count(count), count))
        return (counts.count(usual) if usual else 0, usual)

    if lines[0].count(";") or lines[0].count("\t"):  # a comma may then be a decimal one
        return max(";\t", key=lines[0].count)
    best = max(_SEPARATORS, key=regular)
    return best if regular(best)[1] else max(_SEPARATORS, key=lines[0].count)


def _columns(path: Path, names: Sequence[Any], rows: Sequence[Sequence[Any]]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {}
    for place, raw in enumerate(names):
        name = cell_text(raw).strip() or f"column {place + 1}"
        if name in columns:
            cells = [row[place] for row in rows]
            if cells == columns[name]:
                continue
            raise InputDataError(f"{path}: column {name!r} occurs twice; rename or drop one")
        columns[name] = [row[place] for row in rows]
    return columns


def _parquet(path: Path) -> Table:
    columns = read_flat(path)
    if not any(columns.values()):
        raise InputDataError(f"{path}: no rows in it")
    return Table(path, columns, 1)


def _workbook(path: Path, sheet: str | None) -> Table:
    if zipfile.is_zipfile(path):
        check_archive(path)
    try:
        import python_calamine
    except ImportError as error:
        raise MissingExtraError(
            f"{path}: workbooks need python-calamine; install it with: pip install 'wegeketten[excel]'"
        ) from error
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = list(book.sheet_names)
        if sheet is not None and sheet not in sheets:
            raise UsageError(f"{path}: no sheet {sheet!r}; there are {', '.join(sheets)}")
        found: dict[str, list[tuple[int, list[Any]]]] = {}
        for name in [sheet] if sheet is not None else sheets:
            lines: list[list[Any]] = list(book.get_sheet_by_name(name).to_python(skip_empty_area=False))
            rows = [
                (at, row) for at, row in enumerate(lines, 1) if any(cell_text(cell).strip() for cell in row)
            ]
            if len(rows) > 1 and max(len(row) for _, row in rows) > 1:
                found[name] = rows
    except (UsageError, InputDataError):
        raise
    except Exception as error:  # the reader's errors share no class of their own
        raise InputDataError(f"{path}: no workbook that can be read ({_first_line(error)})") from error
    if not found:
        raise InputDataError(f"{path}: no sheet with a table in it")
    if len(found) > 1:
        raise UsageError(
            f"{path}: several sheets hold tables ({', '.join(found)}); name one: {path}:{next(iter(found))}"
        )
    name, numbered = next(iter(found.items()))
    places = [line for line, _ in numbered]
    filled = [row for _, row in numbered]
    header = find_header(filled, cell_text)
    body = filled[header.start :]
    cells = [[None if cell == "" else cell for cell in row] for row in body]
    if not cells:
        raise InputDataError(f"{path}: no rows in sheet {name!r}")
    wide = [header.names, *body]
    width = max(at for row in wide for at, cell in enumerate(row, 1) if cell_text(cell).strip())
    names = header.names[:width] + [""] * (width - len(header.names))
    columns = _columns(path, names, [row[:width] for row in cells])
    notes = [f"{path.name}: sheet {name!r} is read"] if len(sheets) > 1 else []
    if header.above:
        notes.append(f"{path.name}: {header.above} lines above the header are passed over")
    count_within(path, "workbook", len(body))
    return Table(path, columns, places[header.start], notes, np.array(places[header.start :]))


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
