"""Numbers as tables write them: point or comma part the decimals, or the thousands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from wegeketten.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MINUS = "\N{MINUS SIGN}"
"""As typesetters write it; keyboards have another."""

_GROUPED = re.compile(
    r"[+-]?\d{1,3}(?P<sign>[.,])\d{3}(?:(?P=sign)\d{3})*(?:(?!(?P=sign))(?P<decimal>[.,])\d*)?", re.ASCII
)
"""Digits in threes, and perhaps decimals after the other sign."""

_in_threes = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u2009\u202f'’]\d{3})+(?:[.,]\d*)?", re.ASCII).fullmatch
_spaced = re.compile(r"[ \u00a0\u2009\u202f'’]")


def parse_number(text: str, thousands: str = "") -> float:
    r"""Read a number; NaN where it is none.

    Parameters
    ----------
    text
        Without blanks around it. One sign parts the decimals; of two different ones the last does.
    thousands
        Sign that parts thousands in this column, "" where none is known to.

    Returns
    -------
    float
        The number.

    Examples
    --------
    >>> parse_number("0.25"), parse_number("1,5"), parse_number("1.200"), parse_number("1.200", ".")
    (0.25, 1.5, 1.2, 1200.0)
    >>> parse_number("1.234,5"), parse_number("1,234.5"), parse_number("1.234.567"), parse_number("1.2.3")
    (1234.5, 1234.5, 1234567.0, nan)
    >>> parse_number("12 345"), parse_number("12’345,5"), parse_number("12 34")
    (12345.0, 12345.5, nan)
    >>> parse_number("\N{MINUS SIGN}9")
    -9.0
    """
    text = plain_digits(text).replace(MINUS, "-")
    thousands = _grouping(text) or thousands
    try:
        return float((text.replace(thousands, "") if thousands else text).replace(",", "."))
    except ValueError:
        return float("nan")


def plain_digits(text: str) -> str:
    """A number without the blanks or apostrophes that part its thousands, which nothing else can mean.

    Parameters
    ----------
    text
        As it is written.

    Returns
    -------
    str
        Without them.

    Examples
    --------
    >>> plain_digits("1 234"), plain_digits("1'234,5")
    ('1234', '1234,5')
    """
    return _spaced.sub("", text) if _in_threes(text) else text


class Signs(NamedTuple):
    """How a column of counts is written.

    Attributes
    ----------
    thousands
        Sign that parts thousands, "" where none does.
    open
        Places of the numbers that may be read in two ways.
    """

    thousands: str
    open: list[int]


def check_decimal(word: str | None) -> str:
    """Sign that a user says parts decimals; "" where nothing was said.

    Parameters
    ----------
    word
        ``point`` or ``comma``, or the sign itself.

    Returns
    -------
    str
        ``.`` or ``,``.

    Raises
    ------
    UsageError
        It is neither.

    Examples
    --------
    >>> check_decimal("comma"), check_decimal(None)
    (',', '')
    """
    known = {"point": ".", ".": ".", "comma": ",", ",": ","}
    if word is None:
        return ""
    if word.strip().lower() not in known:
        raise UsageError(f"--decimal {word}: point or comma")
    return known[word.strip().lower()]


def signs_of(texts: Iterable[str], decimal_sign: str = "") -> Signs:
    """Find out what point and comma mean in a column of counts.

    ``1.200`` may be 1200 or 1.2. Others of the column decide: beside ``0.25`` it is 1.2, beside ``1,5``
    or ``1.234.567`` it is 1200; beside whole numbers only, or where they contradict one another, it is open.

    Parameters
    ----------
    texts
        Cells of the column.
    decimal_sign
        What the user says parts decimals, "" where nothing was said; it decides what would be open.

    Returns
    -------
    Signs
        Sign for thousands and sign for decimals, as far as they are known.

    Examples
    --------
    >>> signs_of(["80", "1.200"], ",").thousands, signs_of(["80", "1.200"], ".").thousands
    ('.', '')
    >>> signs_of(["80", "1.200"]), signs_of(["0.25", "1.200"]), signs_of(["1,5", "1.200"])
    (Signs(thousands='', open=[1]), Signs(thousands='', open=[]), Signs(thousands='.', open=[]))
    """
    decimal: set[str] = set()
    grouping: set[str] = set()
    unclear: list[int] = []
    signs: set[str] = set()
    for place, raw in enumerate(texts):
        text = plain_digits(raw)
        found = _GROUPED.fullmatch(text)
        if found is not None and _grouping(text):
            grouping.add(found["sign"])
            decimal.update(found["decimal"] or "")
        elif found is not None and not text.lstrip("+-").startswith("0"):
            unclear.append(place)
            signs.add(found["sign"])
        else:
            decimal.update(set(text) & {".", ","})
    told = decimal | grouping
    if not told and decimal_sign:
        return Signs("".join(signs - {decimal_sign}), [])
    if not told or len(decimal) > 1 or len(grouping) > 1 or decimal & grouping:
        return Signs("", unclear)
    thousands = grouping or {".", ","} - decimal
    return Signs("".join(thousands & signs), [])


def axis_numbers(first: Sequence[str], second: Sequence[str]) -> tuple[list[float], list[float]]:
    """Both coordinates of points; what parts thousands surely in the one does so in the other.

    Parameters
    ----------
    first, second
        Cells of the two columns.

    Returns
    -------
    tuple
        Numbers of both, NaN where a cell is none.

    Examples
    --------
    >>> axis_numbers(["386.076"], ["5.826.552"]), axis_numbers(["386.5"], ["5826552.25"])
    (([386076.0], [5826552.0]), ([386.5], [5826552.25]))
    """
    one, two = thousands_of_axes(first, second)
    return [parse_number(text.strip(), one) for text in first], [
        parse_number(text.strip(), two) for text in second
    ]


def thousands_of_axes(first: Sequence[str], second: Sequence[str]) -> tuple[str, str]:
    """Sign that parts thousands in each of two columns of coordinates, "" where numbers show it themselves.

    Parameters
    ----------
    first, second
        Cells of the two columns.

    Returns
    -------
    tuple
        Two signs.

    Examples
    --------
    >>> thousands_of_axes(["386.076", "386.100"], ["5.826.552", "5.826.560"])
    ('.', '')
    """
    filled = [[plain_digits(text.strip()) for text in texts if text.strip()] for texts in (first, second)]
    found = [signs_of(texts) for texts in filled]
    sure = [{sign for sign in map(_grouping, texts) if sign} for texts in filled]

    def sign(own: int) -> str:
        other = sure[1 - own]
        if found[own].thousands or not found[own].open or len(other) != 1:
            return found[own].thousands
        return next(iter(other)) if all(map(_GROUPED.fullmatch, filled[own])) else ""

    return sign(0), sign(1)


def _grouping(text: str) -> str:
    """Sign that surely parts thousands in a number: it comes twice, or another one parts the decimals."""
    found = _GROUPED.fullmatch(text)
    sure = found is not None and (found["decimal"] or text.count(found["sign"]) > 1)
    return found["sign"] if found is not None and sure else ""
