"""Opening hours as hours per ordinary week."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from wegeketten.tags.lexicon import Span

_WEEKS = tuple(dt.datetime(2025, month, day) for month, day in ((1, 13), (4, 7), (7, 14), (10, 13)))
"""Mondays of four ordinary weeks, one per season: local time, as in the tag."""
_WEEK = dt.timedelta(days=7)


@lru_cache(maxsize=1 << 14)
def hours_open(text: str) -> Span | None:
    """Hours per week, with bounds over the seasons; None where the text cannot be read.

    Parameters
    ----------
    text
        Value of ``opening_hours``.

    Examples
    --------
    >>> hours_open("Mo-Fr 09:00-17:00")
    Span(value=40.0, lower=40.0, upper=40.0, likely=40.0)
    >>> hours_open("closed on rainy days") is None
    True
    """
    from opening_hours import OpeningHours, ParserError, State  # type: ignore[attr-defined]

    if not (text.isprintable() and len(text) <= 255):
        return None
    try:
        hours = OpeningHours(text)
    except ParserError:
        return None
    sure, possible = [], []
    for week in _WEEKS:
        lengths = dict.fromkeys((State.OPEN, State.UNKNOWN, State.CLOSED), 0.0)
        for start, end, state, _ in hours.intervals(week, week + _WEEK):
            stop = week + _WEEK if end is None else min(end, week + _WEEK)
            lengths[state] += (stop - start).total_seconds() / 3600
        sure.append(lengths[State.OPEN])
        possible.append(lengths[State.OPEN] + lengths[State.UNKNOWN])
    value = round(sum(sure) / len(sure), 3)
    return Span(value, round(min(sure), 3), round(max(possible), 3), value)
