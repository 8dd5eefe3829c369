"""Dates as registers write them: ISO, German, American, in words, or as spreadsheets count."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MONTHS = {
    month: number
    for number, words in enumerate(
        (
            "jan januar january jänner jaenner", "feb februar february", "mrz mär maerz märz mar march",
            "apr april", "mai may", "jun juni june", "jul juli july", "aug august",
            "sep sept september", "okt oct oktober october", "nov november", "dez dec dezember december",
        ),
        1,
    )
    for month in words.split()
}  # fmt: skip
_DAY_ZERO = dt.date(1899, 12, 30)  # of spreadsheets
_SERIAL = range(20_000, 80_000)  # 1954 to 2119
_YEARS = range(1950, 2101)
_TIME = r"(?:[ T,]+\d{1,2}[:.]\d{2}.*)?"
_iso = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?" + _TIME).fullmatch
_german = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4}|\d{2})" + _TIME).fullmatch
_signed = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d{2})" + _TIME).fullmatch
_compact = re.compile(r"(\d{4})(\d{2})(\d{2})").fullmatch
_month = re.compile(r"(\d{1,2})[/.](\d{4})").fullmatch
_worded = re.compile(r"(?:\w+, )?(\d{1,2})\.?[ -]*([^\W\d]+)\.?[ ,-]*(\d{4}|\d{2})" + _TIME).fullmatch
_american = re.compile(r"([^\W\d]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})" + _TIME).fullmatch
_serial = re.compile(r"(\d{5})(?:[.,]\d*)?").fullmatch


def month_first(texts: Iterable[str]) -> bool | None:
    """Whether a column writes ``11/15/2026`` with the month first; None where that is unknown.

    Parameters
    ----------
    texts
        Cells of one column.

    Returns
    -------
    bool or None
        True where some cell can only be read that way, False where some cell can only be read the other way.

    Examples
    --------
    >>> month_first(["03/04/2026", "11/15/2026"]), month_first(["03/04/2026"]), month_first(["31/12/26"])
    (True, None, False)
    """
    first = last = False
    for text in texts:
        found = _signed(text.strip())
        if found is not None and found[2] == "/":
            first |= int(found[3]) > 12
            last |= int(found[1]) > 12
    return first if first != last else None


def iso_date(text: str, *, month_first: bool | None = None) -> str | None:
    """ISO date of a text; None where it is none or may be two.

    Parameters
    ----------
    text
        Such as ``15.11.26``, ``15. November 2026``, ``20261115``, or 46341, as spreadsheets count days. A
        month
        or a year without a day counts from its first day.
    month_first
        How the column writes ``03/04/2026``.

    Returns
    -------
    str or None
        ``YYYY-MM-DD``.

    Examples
    --------
    >>> [iso_date(text) for text in ("15.11.26", "46341", "15. November 2026", "20261115",
    ... "2026-11-15T10:30")]
    ['2026-11-15', '2026-11-15', '2026-11-15', '2026-11-15', '2026-11-15']
    >>> iso_date("03/04/2026"), iso_date("03/04/2026", month_first=True), iso_date("in autumn")
    (None, '2026-03-04', None)
    """
    text = " ".join(text.split())
    if (found := _iso(text)) is not None:
        return _checked(found[1], found[2], found[3] or "1")
    if (found := _german(text)) is not None:
        return _checked(found[3], found[2], found[1])
    if (found := _signed(text)) is not None:
        first, second = int(found[1]), int(found[3])
        if found[2] == "-" or first > 12 or first == second:
            month_first = False
        elif second > 12:
            month_first = True
        if month_first is None:
            return None
        return _checked(
            found[4], found[1] if month_first else found[3], found[3] if month_first else found[1]
        )
    if (found := _compact(text)) is not None:
        return _checked(found[1], found[2], found[3])
    if (found := _month(text)) is not None:
        return _checked(found[2], found[1], "1")
    if (found := _worded(text)) is not None and found[2].casefold() in _MONTHS:
        return _checked(found[3], _MONTHS[found[2].casefold()], found[1])
    if (found := _american(text)) is not None and found[1].casefold() in _MONTHS:
        return _checked(found[3], _MONTHS[found[1].casefold()], found[2])
    if (found := _serial(text)) is not None and int(found[1]) in _SERIAL:
        return (_DAY_ZERO + dt.timedelta(days=int(found[1]))).isoformat()
    if text.isascii() and text.isdigit() and int(text) in _YEARS:
        return _checked(text, "1", "1")
    return None


def month_number(word: str) -> int | None:
    """Number of a month by its name or its beginning, German or English; None where it is none.

    Parameters
    ----------
    word
        Such as ``Nov``, ``März`` or ``december``.

    Returns
    -------
    int or None
        From 1 to 12.

    Examples
    --------
    >>> month_number("Okt"), month_number("März"), month_number("Herbst")
    (10, 3, None)
    """
    return _MONTHS.get(word.casefold().rstrip("."))


def _checked(year: str, month: str | int, day: str) -> str | None:
    number = int(year)
    if len(year) == 2:
        number += 2000 if number < 70 else 1900
    if number not in _YEARS:
        return None
    try:
        return dt.date(number, int(month), int(day)).isoformat()
    except ValueError:
        return None
