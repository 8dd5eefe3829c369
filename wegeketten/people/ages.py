"""Age groups as columns and rows name them: ``a65undaelter``, ``65 Jahre u.älter``, ``Y_GE65``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from wegeketten.words.umlauts import without_umlauts

if TYPE_CHECKING:
    from collections.abc import Iterable

ENDLESS = 999
"""Upper end of an open group."""

_OPEN = re.compile(
    r"(?:(?:ab|ueber|uber|ue|von|over|ge|mind(?:estens)?)(\d{1,3})(?:plus|jahren?|undaelter|andover)*"
    r"|(\d{1,3})(?:jahren?)?(?:plus|undaeltere?|undmehr|undhoeher|undm|udm|uae|uaelter|andover|andolder|older|ue|ormore))"
)
_BELOW = re.compile(r"(?:unter|bisunter|lt|under|below|bis)(\d{1,3})(?:jahren?)?")
_BETWEEN = re.compile(r"(\d{1,3})(?:jahren?)?(bisunter|tounder|bis|to|_unter|_)(\d{1,3})(?:jahren?)?")
_LEADING = re.compile(
    r"^(?:davon|darunter|imaltervon|imalter|people|personen|population|pop|einwohnerinnen|einwohner|"
    r"bevoelkerung|bewohner|altersgruppen?|altersklassen?|senioren|hochbetagte|kinder|jugendliche|erwachsene|"
    r"anzahl|alter|aged?|ew|bev|a|y|_)+"
)
"""What may stand before the ages themselves."""

_GLUED = re.compile(r"y(\d{2})(\d{2})")


class Band(NamedTuple):
    """Ages from `low` to `high`, both included."""

    low: int
    high: int


def age_band(text: str) -> Band | None:
    """Ages that a column's name or a cell means, None where it speaks of none.

    Parameters
    ----------
    text
        Name of a column, or a cell.

    Returns
    -------
    Band or None
        First and last year of age.

    Examples
    --------
    >>> [age_band(text) for text in ("a65undaelter", "65 Jahre u.älter", "Y_GE65", "65+")]
    [Band(low=65, high=999), Band(low=65, high=999), Band(low=65, high=999), Band(low=65, high=999)]
    >>> age_band("60 bis unter 65 Jahre"), age_band("a70bis79"), age_band("Unter18"), age_band("Einwohner")
    (Band(low=60, high=64), Band(low=70, high=79), Band(low=0, high=17), None)
    >>> age_band("davon im Alter von 65 Jahren und älter"), age_band("Senioren (65+)")
    (Band(low=65, high=999), Band(low=65, high=999))
    """
    plain = _plain(text)
    if not re.search(r"\d", plain):
        return None
    if (found := _GLUED.fullmatch(plain.replace("_", ""))) is not None:
        return _checked(int(found[1]), int(found[2]))
    bare = plain.strip("_")
    for rest in dict.fromkeys((bare, _LEADING.sub("", bare).strip("_"))):
        if (found := _BETWEEN.fullmatch(rest)) is not None:
            upper = int(found[3]) - (1 if "unt" in found[2] or "under" in found[2] else 0)
            return _checked(int(found[1]), upper)
        joined = rest.replace("_", "")
        if (found := _OPEN.fullmatch(joined)) is not None:
            low = int(found[1] or found[2])
            past = joined.startswith(("ueber", "uber", "over")) and low % 10 in (4, 9)  # over 64: from 65
            return _checked(low + past, ENDLESS)
        if (found := _BELOW.fullmatch(joined)) is not None:
            below = int(found[1]) - (0 if joined.startswith("bis") and "unter" not in joined else 1)
            return _checked(0, below)
        if (found := _BETWEEN.fullmatch(joined)) is not None:
            upper = int(found[3]) - (1 if "unt" in found[2] or "under" in found[2] else 0)
            return _checked(int(found[1]), upper)
    return None


def from_age(bands: Iterable[Band], age: int) -> list[Band] | None:
    """The groups that together are everybody of at least some age, None where no choice of groups is.

    Parameters
    ----------
    bands
        Groups of ages that a table has.
    age
        The least age wanted.

    Returns
    -------
    list of Band or None
        Without overlap.

    Examples
    --------
    >>> from_age([Band(60, 64), Band(65, 79), Band(80, ENDLESS)], 65)
    [Band(low=65, high=79), Band(low=80, high=999)]
    >>> from_age([Band(60, 69), Band(70, ENDLESS)], 65) is None
    True
    """
    chosen, low = [], age
    left = sorted(set(bands), key=lambda band: (band.low, -band.high))
    while True:
        next_ = next((band for band in left if band.low == low), None)
        if next_ is None:
            return None
        chosen.append(next_)
        if next_.high >= ENDLESS:
            return chosen
        low = next_.high + 1


def _checked(low: int, high: int) -> Band | None:
    return Band(low, high) if 0 <= low <= 120 and low <= high and (high <= 120 or high == ENDLESS) else None


def _plain(text: str) -> str:
    """Lower case without umlauts; words joined, ranges kept apart by an underscore."""
    low = without_umlauts(text.strip())
    low = re.sub(r"\bu\. ?(?=ae|m)", "und ", low).replace("+", "plus").replace("≥", "ge").replace("<", "lt")
    low = low.replace(">=", "ge").replace("&", "und")
    low = re.sub(r"(\d)[ -]*jaehrigen?", r"\1", low)
    low = re.sub(r"(\d)\s*[-–—]\s*u(?:nter|\.)?\s*(?=\d)", r"\1_unter", low)
    low = re.sub(r"(\d)\s*[-–—]\s*(?=\d)", r"\1_", low)
    low = low.replace("undae.", "undaelter").replace("und ae.", "und aelter").replace("aelter.", "aelter")
    low = re.sub(r"und ae$", "undaelter", low)
    low = re.sub(r"[\s.,;/()]+", "", low)
    return re.sub(r"jahre[nr]?|years?|yrs?|(?<=\d)j(?=und|$)", "", low)
