"""Where a table's columns are named: below titles, in one line or two, above units or numbers of columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from wegeketten.files.numerals import parse_number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_YEAR = re.compile(r"\D{0,8}(?:\d{1,2}\.\d{1,2}\.)?(?:19|20)\d\d(?:-\d\d-\d\d.*)?")


class Header(NamedTuple):
    """Names of columns, and where the rows begin.

    Attributes
    ----------
    names
        One for each column, "" where it has none.
    start
        Place of the first row of data.
    above
        Lines above the names.
    """

    names: list[str]
    start: int
    above: int


def find_header(lines: Sequence[Sequence[Any]], text: Callable[[Any], str]) -> Header:
    """Find the names of columns: the first line about as wide as the table; titles above it are shorter.

    Parameters
    ----------
    lines
        Cells of each line that is not empty.
    text
        A cell as text.

    Returns
    -------
    Header
        Where the table begins, and the names of its columns.

    Examples
    --------
    >>> find_header([["Einwohner"], ["Nr", "Name", "EW"], ["1", "2", "3"], ["01", "Nord", "7"]], str)
    Header(names=['Nr', 'Name', 'EW'], start=3, above=1)
    >>> find_header([["Name", "Einwohner", ""], ["", "männlich", "weiblich"], ["Nord", "6", "7"]], str).names
    ['Name', 'Einwohner männlich', 'Einwohner weiblich']
    """
    cells = [[text(cell).strip() for cell in line] for line in lines[:200]]
    at = _named(cells)
    for upper in (at - 1, at):
        if 0 <= upper < len(cells) - 2 and _is_split(cells[upper], cells[upper + 1], cells[upper + 2 :]):
            names = _joined(cells[upper], cells[upper + 1])
            return Header(names, upper + 2 + _counted(cells, upper + 2), upper)
    return Header(cells[at], at + 1 + _counted(cells, at + 1), at)


def _named(cells: list[list[str]]) -> int:
    filled = [sum(map(bool, line)) for line in cells]
    usual = sorted(filled)[len(filled) // 2]
    for at, (count, names) in enumerate(zip(filled, cells, strict=True)):
        if count >= max(2, 0.6 * usual) and len(set(filter(None, names))) == count and len(cells) > at + 1:
            return at
        if at > 20:
            break
    return 0


def _is_split(upper: list[str], lower: list[str], rows: list[list[str]]) -> bool:
    """Whether two lines name the columns together: a merged cell stands over several of the line below."""
    width = max(len(upper), len(lower))
    upper, lower = _wide(upper, width), _wide(lower, width)
    under = [place for place in range(width) if lower[place]]
    if not upper[0] or not under or len(under) == width:
        return False
    if not any(not upper[place] for place in under) or any(
        not (upper[place] or lower[place]) and any(len(row) > place and row[place] for row in rows)
        for place in range(width)
    ):
        return False
    if not all(_is_name(lower[place]) for place in under):
        return False
    # what names columns stands over other things than itself
    return not any(len(row) > place and row[place] == lower[place] for row in rows for place in under)


def _is_name(cell: str) -> bool:
    return parse_number(cell) != parse_number(cell) or _YEAR.fullmatch(cell) is not None


def _wide(line: list[str], width: int) -> list[str]:
    return line + [""] * (width - len(line))


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    width = max(len(upper), len(lower))
    upper, lower = _wide(upper, width), _wide(lower, width)
    names, over = [], ""
    for above, below in zip(upper, lower, strict=True):
        over = above or over
        names.append(f"{over} {below}".strip() if below else above)
    return names


def _counted(cells: list[list[str]], at: int) -> int:
    """1 where the line below the names only counts the columns or says ``Anzahl``, else 0."""
    if at >= len(cells) - 1:
        return 0
    line = [cell.strip("()") for cell in cells[at]]
    if len(line) > 2 and line == [str(place) for place in range(1, len(line) + 1)]:
        return 1
    words = [cell.casefold() for cell in line if cell]
    return int(bool(words) and all(word in ("anzahl", "number", "personen", "%", "in %") for word in words))
