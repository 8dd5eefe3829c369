"""CSV as people and programs open it: no cell runs as a formula, no name breaks a line."""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from contextvars import ContextVar
from typing import TYPE_CHECKING

from wegeketten.errors import InputDataError, UsageError
from wegeketten.files.atomic import whole_file
from wegeketten.files.bounds import read_within

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_LONGEST = 500
_number = re.compile(r"-?\d+,\d+(?:e-?\d+)?").fullmatch
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the start of a formula, in full width too."""

_SEPARATORS = {"plain": ",", "de": ";"}
_chosen: ContextVar[str] = ContextVar("csv dialect", default="plain")


def clean_text(text: str, *, longest: int = _LONGEST) -> str:
    r"""Free text from outside (a name in OpenStreetMap) without control, bidi or private characters.

    Parameters
    ----------
    text
        Anything.
    longest
        Characters kept; a longer text ends in "…".

    Returns
    -------
    str
        On one line.

    Examples
    --------
    >>> clean_text("Caf\u202e\x00é\n")
    'Café'
    """
    if text.isprintable():
        kept = text.strip()
        return kept if len(kept) <= longest else kept[: longest - 1] + "…"
    kept = "".join(
        " " if character in "\t\n\r" else character
        for character in text
        if character in "\t\n\r" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")
    ).strip()
    return kept if len(kept) <= longest else kept[: longest - 1] + "…"


def clean_cell(value: object) -> str:
    """One CSV cell; text that a spreadsheet would run as a formula gets a leading apostrophe.

    Numbers are written with the shortest digits that read back the same; None and NaN are empty.

    Parameters
    ----------
    value
        Text, number, truth or None.

    Returns
    -------
    str
        Text of the cell, not yet quoted.

    Examples
    --------
    >>> [clean_cell(cell) for cell in ("=1+1", -2.5, float("nan"), None, True)]
    ["'=1+1", '-2.5', '', '', '1']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int | float):
        if isinstance(value, float) and not math.isfinite(value):
            return ""
        text = repr(float(value)) if isinstance(value, float) else repr(value)
        return text.replace(".", ",") if _chosen.get() == "de" else text
    text = clean_text(str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


def choose_dialect(name: str) -> None:
    """Have all CSV files from now on written so that a spreadsheet set to German opens them right.

    Parameters
    ----------
    name
        ``plain`` (comma, decimal point) or ``de`` (semicolon, decimal comma, a mark for UTF-8).

    Raises
    ------
    UsageError
        There is no such dialect.
    """
    if name not in _SEPARATORS:
        raise UsageError(f"--csv {name}: there are {' and '.join(_SEPARATORS)}")
    _chosen.set(name)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file (UTF-8, comma, LF; see `choose_dialect`) that appears whole or not at all.

    Parameters
    ----------
    path
        Target file.
    header
        Names of the columns.
    rows
        As many values as there are names.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_csv(Path(folder) / "a.csv", ["id", "cm"], [["n68", 2.5]])
    ...     (Path(folder) / "a.csv").read_text(encoding="utf-8").split()
    ['id,cm', 'n68,2.5']
    """
    dialect = _chosen.get()
    encoding = "utf-8-sig" if dialect == "de" else "utf-8"
    with whole_file(path) as temporary, temporary.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=_SEPARATORS[dialect], lineterminator="\n")
        writer.writerow(header)
        writer.writerows([clean_cell(cell) for cell in row] for row in rows)


def read_csv(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file of our own, in either dialect; numbers have a decimal point again.

    Parameters
    ----------
    path
        File that `write_csv` has written.

    Returns
    -------
    list of dict
        Cells by column name.

    Raises
    ------
    InputDataError
        The file cannot be read, is no UTF-8, or a row is cut.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_csv(Path(folder) / "a.csv", ["id", "cm"], [["n68", 2.5]])
    ...     read_csv(Path(folder) / "a.csv")
    [{'id': 'n68', 'cm': '2.5'}]
    """
    try:
        text = read_within(path, "result").decode("utf-8-sig")
        german = ";" in text.partition("\n")[0]
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if german else ",")
        header, *rows = list(reader) or [[]]
    except (OSError, UnicodeError, csv.Error) as error:
        raise InputDataError(f"{path}: cannot be read as CSV in UTF-8 ({error})") from error
    for number, row in enumerate(rows, 2):
        if row and len(row) != len(header):
            raise InputDataError(f"{path}: row {number} has {len(row)} cells, the header {len(header)}")
    if german:
        rows = [[_pointed(cell) for cell in row] for row in rows]
    return [dict(zip(header, row, strict=True)) for row in rows if row]


def _pointed(cell: str) -> str:
    return cell.replace(",", ".") if _number(cell) else cell
