"""Opening hours: whether a place is open at a time, and how many hours of an ordinary week.

The library that evaluates them takes a mere comment for open, and knows neither open ends nor fallbacks
after closed hours. What such texts leave open is unknown here.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from wegeketten.tags.lexicon import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_WEEKS = tuple(dt.datetime(2025, month, day) for month, day in ((1, 13), (4, 7), (7, 14), (10, 13)))
"""Mondays of four ordinary weeks, one per season: local time, as in the tag."""
_WEEK = dt.timedelta(days=7)
_STEP = dt.timedelta(minutes=15)
_LONGEST = 255

_quoted = re.compile(r'"[^"]*"')
_timed = re.compile(r"\d{1,2}:\d{2}|\d{1,2}h|sunrise|sunset|dawn|dusk|24/7", re.IGNORECASE).search
_stated = re.compile(r"\b(open|off|closed|unknown)\b", re.IGNORECASE).search
_asked = re.compile(
    r"vereinbarung|absprache|anfrage|anmeldung|termin|bedarf|appointment|request|agreement|call",
    re.IGNORECASE,
).search
_holidays = re.compile(r"\s*((?:PH|SH)(?:\s*,\s*(?:PH|SH))*)\b(.*)", re.DOTALL).fullmatch
_open_end = re.compile(r"(\d{1,2}:\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*\+")
_no_end = re.compile(r"\d{1,2}:\d{2}\s*\+")


class _Group(NamedTuple):
    """What holds where the group before it says closed: what is sure, and what may be."""

    sure: Any
    wide: Any  # None where it is the same


def open_at(text: str, when: dt.datetime) -> bool | None:
    """Whether a place is open at a time of an ordinary week; None where that is unknown.

    Parameters
    ----------
    text
        Value of ``opening_hours``; may be empty.
    when
        Local time.

    Returns
    -------
    bool or None
        True for open.

    Examples
    --------
    >>> night = dt.datetime(2025, 3, 10, 3)
    >>> [open_at(text, night) for text in ("24/7", '"nach Vereinbarung"', "Mo-Fr 08:00-12:00")]
    [True, None, False]
    >>> evening = night.replace(hour=20)
    >>> texts = ("8:00-18:00+", 'Mo 8:00-9:00 || "auf Anfrage"', "SH 8:00-22:00")
    >>> [open_at(text, evening) for text in texts]
    [None, None, False]
    """
    groups = _groups(text)
    if groups is None:
        return None
    for group in groups:
        for hours in (group.sure, group.wide):
            if hours is None:
                continue
            if hours.is_open(when):
                return True if hours is group.sure else None
            if not hours.is_closed(when):
                return None
    return False


@lru_cache(maxsize=1 << 14)
def hours_open(text: str) -> Span | None:
    """Hours per week, with bounds over the seasons; None where the text cannot be read.

    Parameters
    ----------
    text
        Value of ``opening_hours``.

    Returns
    -------
    Span or None
        Hours a week.

    Examples
    --------
    >>> hours_open("Mo-Fr 09:00-17:00")
    Span(value=40.0, lower=40.0, upper=40.0, likely=40.0)
    >>> hours_open("closed on rainy days") is None
    True
    """
    groups = _groups(text)
    if groups is None:
        return None
    plain = len(groups) == 1 and groups[0].wide is None
    sure, possible = [], []
    for week in _WEEKS:
        opened, unknown = _lengths(groups[0].sure, week) if plain else _sampled(text, week)
        sure.append(opened)
        possible.append(opened + unknown)
    value = round(sum(sure) / len(sure), 3)
    return Span(value, round(min(sure), 3), round(max(possible), 3), value)


def _lengths(hours: Any, week: dt.datetime) -> tuple[float, float]:
    from opening_hours import State

    lengths = dict.fromkeys((State.OPEN, State.UNKNOWN, State.CLOSED), 0.0)
    for start, end, state, _ in hours.intervals(week, week + _WEEK):
        stop = week + _WEEK if end is None else min(end, week + _WEEK)
        lengths[state] += (stop - start).total_seconds() / 3600
    return lengths[State.OPEN], lengths[State.UNKNOWN]


def _sampled(text: str, week: dt.datetime) -> tuple[float, float]:
    """Hours open and hours unknown, by quarters of an hour."""
    states = [open_at(text, week + step * _STEP) for step in range(int(_WEEK / _STEP))]
    quarter = _STEP.total_seconds() / 3600
    return states.count(True) * quarter, states.count(None) * quarter


@lru_cache(maxsize=1 << 14)
def _groups(text: str) -> tuple[_Group, ...] | None:
    """The text's fallback groups (between ``||``), None where it cannot be read."""
    from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]

    if not text or not text.isprintable() or len(text) > _LONGEST:
        return None
    groups = []
    try:
        OpeningHours(text, country="DE")
        for part in _split(text, "||"):
            sure = "; ".join(filter(None, map(_rule, _split(part, ";")))) or "off"
            wide = _open_end.sub(_until_late, sure)
            sure = _open_end.sub(r"\1-\2:\3", sure)
            groups.append(
                _Group(
                    OpeningHours(sure, country="DE"),
                    None if wide == sure else OpeningHours(wide, country="DE"),
                )
            )
    except ParserError:
        return None
    return tuple(groups)


def _rule(rule: str) -> str:
    """A rule as the library should understand it; "" for one that does not concern an ordinary week."""
    found = _holidays(rule)
    if found is not None and "SH" in found[1]:
        if "PH" not in found[1]:
            return ""
        rule = f"PH{found[2]}"
    comment = _quoted.search(rule)
    bare = _quoted.sub("", rule)
    vague = comment is not None and (not _timed(bare) or _asked(comment[0]) is not None)
    if vague and not _stated(bare):
        return f"{bare.strip()} unknown".strip()
    if _no_end.search(_open_end.sub("", bare)) and not _stated(bare):
        return f"{_no_end.sub(lambda end: end[0].rstrip('+ ') + '-24:00', bare).strip()} unknown"
    return rule.strip()


def _until_late(found: re.Match[str]) -> str:
    """An open end may last until two at night, one after midnight until six."""
    past_midnight = int(found[2]) <= int(found[1].partition(":")[0])
    return f"{found[1]}-{'30' if past_midnight else '26'}:00"


def _split(text: str, sign: str) -> Iterator[str]:
    """Parts between a sign, outside quotation marks."""
    start = at = 0
    inside = False
    while at < len(text):
        if text[at] == '"':
            inside = not inside
        elif not inside and text.startswith(sign, at):
            yield text[start:at]
            at += len(sign)
            start = at
            continue
        at += 1
    yield text[start:]
