"""CSV as people and programs open it: no cell runs as a formula, no name breaks a line."""

from __future__ import annotations

import csv
import math
import unicodedata
from typing import TYPE_CHECKING

from wegeketten.files.atomic import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_LONGEST = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def clean_text(text: str, *, longest: int = _LONGEST) -> str:
    r"""Free text from outside (a name in OpenStreetMap) without control, bidi or private characters.

    Parameters
    ----------
    text
        Anything.
    longest
        Characters kept; a longer text ends in "…".

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
        return repr(value)
    text = clean_text(str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file (UTF-8, comma, LF) that appears whole or not at all."""
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([clean_cell(cell) for cell in row] for row in rows)
