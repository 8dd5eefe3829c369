"""Whether a place is open on a weekday at a time; what cannot be read is unknown, not closed."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from wegeketten.errors import UsageError
from wegeketten.tags.conditions import ORDINARY_MONDAY, state
from wegeketten.tags.opening_hours import open_at

if TYPE_CHECKING:
    from wegeketten.city import City

_TIMED = (
    "forward", "backward", "hours", "hours_wheelchair",
    "wheelchair", "wheelchair_lower", "wheelchair_upper", "wheelchair_from",
)  # fmt: skip
DAYS = {"mo": 0, "di": 1, "tu": 1, "mi": 2, "we": 2, "do": 3, "th": 3, "fr": 4, "sa": 5, "so": 6, "su": 6}

_when = re.compile(
    r"\s*([A-Za-z]{2})[A-Za-z]*\.?[\s,]+(\d{1,2})(?:[:.](\d{2}))?(?:\s*(?:uhr|h))?\s*", re.IGNORECASE
).fullmatch


def parse_when(text: str) -> dt.datetime:
    """A weekday and a time in an ordinary week.

    Parameters
    ----------
    text
        Such as ``Mo 10:30``, ``Dienstag 9`` or ``Sat 14:00``.

    Returns
    -------
    datetime
        In a week without holidays; the date itself means nothing.

    Raises
    ------
    UsageError
        The text is nothing of that kind.

    Examples
    --------
    >>> parse_when("Di 9:30")
    datetime.datetime(2025, 3, 11, 9, 30)
    """
    found = _when(text)
    day = DAYS.get(found[1].casefold()) if found else None
    if found is None or day is None:
        raise UsageError(f"{text!r}: give a weekday and a time, for instance: Mo 10:30")
    hour, minute = int(found[2]), int(found[3] or 0)
    if hour > 23 or minute > 59:
        raise UsageError(f"{text!r}: there is no such time of day")
    return dt.datetime.combine(ORDINARY_MONDAY + dt.timedelta(days=day), dt.time(hour, minute))


@lru_cache(maxsize=1 << 14)
def is_open(text: str, when: dt.datetime) -> bool | None:
    """Whether a place is open.

    Parameters
    ----------
    text
        Value of ``opening_hours``; may be empty.
    when
        Local time.

    Returns
    -------
    bool or None
        None where nothing is mapped, the text cannot be read, or it says that it depends.

    Examples
    --------
    >>> monday = parse_when("Mo 10:00")
    >>> [is_open(text, monday) for text in ("Mo-Fr 08:00-18:00; PH off", "Tu 10:00-12:00", "by chance")]
    [True, False, None]
    """
    return open_at(text, when)


def city_at(city: City, when: dt.datetime | None) -> City:
    """The city as it is at a time: what is shut then is closed, be it a lift, a gate or a way.

    What is surely open is as sure as any other; hours that cannot be read leave it likely.

    Parameters
    ----------
    city
        The city, as built.
    when
        Local time; the city stays as it is where None.

    Returns
    -------
    City
        A city that shares all tables that do not change.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> city = hamlet()
    >>> city_at(city, None) is city
    True
    """
    import numpy as np

    from wegeketten.model.reading import Provenance

    edges = city.edges
    rows = np.flatnonzero(edges["hours"] > 0)
    wheels = np.flatnonzero(edges["hours_wheelchair"] > 0)
    if when is None or not (len(rows) or len(wheels)):
        return city
    columns = {name: edges[name].copy() for name in _TIMED}
    for row in rows.tolist():
        now = state(edges.names[columns["hours"][row] - 1], when)
        if now is False:
            columns["forward"][row] = columns["backward"][row] = False
        if now is not None:
            columns["hours"][row] = 0
    for row in wheels.tolist():
        now = state(edges.names[columns["hours_wheelchair"][row] - 1], when)
        if now is False:
            for name in ("wheelchair", "wheelchair_lower", "wheelchair_upper"):
                columns[name][row] = 0.0
            columns["wheelchair_from"][row] = Provenance.tagged
        if now is not None:
            columns["hours_wheelchair"][row] = 0
    view = type(city)(city.path, city.meta, _own=frozenset({"edges"}))
    kept = {name: value for name, value in vars(city).items() if not name.startswith("_")}
    vars(view).update({**kept, "edges": edges.changed(columns)})
    return view
