"""When rows of a table were counted: years, quarters, months and days, in words or numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.tags.dates import iso_date, month_number

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NAMES = re.compile(r"jahr|year|datum|stichtag|stand|zeit|date|quartal|quarter|monat|month")
_QUARTER = (
    r"(?:(?P<a>[1-4]|iv|iii|ii|i)\.? ?(?:quartal|quarter|qu?\.?)|q(?:uartal)? ?(?P<b>[1-4]|iv|iii|ii|i)|"
    r"(?:(?P<z>(?:19|20)\d\d)[ /_-]*(?:q|quartal ?)?)?(?P<c>iv|iii|ii|i|(?<=q)[1-4]))"
    r"[ /,_-]*(?P<y>(?:19|20)\d\d)?"
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


def is_time(name: str, cells: list[str]) -> bool:
    """Whether a column says when its row was counted.

    Parameters
    ----------
    name
        Name of the column.
    cells
        Its cells.

    Returns
    -------
    bool
        True for dates, years, quarters and months.

    Examples
    --------
    >>> is_time("Quartal", ["IV/2024"]), is_time("Stichtag", ["31.12.2024"]), is_time("Jahr", ["Haus"])
    (True, True, False)
    """
    named = re.search(
        r"jahr|year|datum|stichtag|stand|zeit|date|quartal|quarter|monat|month", name.casefold()
    )
    if named is None or "alter" in name.casefold() or "geburt" in name.casefold():
        return False
    return all(_when(text) is not None for text in dict.fromkeys(cells) if text)


def latest_rows(columns: list[list[str]]) -> tuple[str, NDArray[np.bool_]]:
    """The latest date that some columns together state, as they spell it, and the rows of that date.

    Parameters
    ----------
    columns
        Cells of each column; what one leaves out another may say, such as year and month.

    Returns
    -------
    tuple
        Text, and bool of shape (rows,).

    Examples
    --------
    >>> latest_rows([["2024", "2024", "2023"], ["9", "10", "12"]])
    ('2024 10', array([False,  True, False]))
    """
    dates = []
    for cells in zip(*columns, strict=True):
        parts = [_when(cell) or (0, 0, 0) for cell in cells]
        dates.append(tuple(max(each) for each in zip(*parts, strict=True)))
    latest = max(dates)
    row = dates.index(latest)
    told = " ".join(cells[row] for cells in columns)
    return told, np.array([date == latest for date in dates])


def _when(text: str) -> tuple[int, int, int] | None:
    """Year, month and day of a text, 0 for what it does not say; None where it is no time.

    Examples
    --------
    >>> [_when(text) for text in ("31.12.2024", "IV/2024", "2024-Q4", "Okt 2024", "10/2024", "9", "2024")]
    [(2024, 12, 31), (2024, 12, 0), (2024, 12, 0), (2024, 10, 0), (2024, 10, 0), (0, 9, 0), (2024, 0, 0)]
    """
    low = " ".join(text.casefold().replace("stand", "").replace("am", "").split()).strip(": ")
    if re.fullmatch(r"(?:19|20)\d\d(?:[.,]0+)?", low):
        return int(low[:4]), 0, 0
    if re.fullmatch(r"\d{1,2}", low) and 1 <= int(low) <= 12:
        return 0, int(low), 0
    quarter = re.fullmatch(_QUARTER, low)
    if quarter is not None:
        found = next(filter(None, (quarter["a"], quarter["b"], quarter["c"])))
        year = quarter["y"] or quarter["z"]
        return int(year or 0), 3 * (int(found) if found.isdigit() else _ROMAN[found]), 0
    word = re.fullmatch(r"([^\W\d]+)\.? ?((?:19|20)\d\d)?", low)
    if word is not None:
        month = month_number(word[1])
        return None if month is None else (int(word[2] or 0), month, 0)
    month_year = re.fullmatch(r"(?:(\d{1,2})[/.-]((?:19|20)\d\d)|((?:19|20)\d\d)[/.-](\d{1,2}))", low)
    if month_year is not None:
        year, month = month_year[2] or month_year[3], int(month_year[1] or month_year[4])
        return (int(year), month, 0) if 1 <= month <= 12 else None
    date = iso_date(low)
    return None if date is None else (int(date[:4]), int(date[5:7]), int(date[8:10]))
