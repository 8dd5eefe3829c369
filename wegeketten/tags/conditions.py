"""Conditions on access: ``foot:conditional=no @ (22:00-06:00)``, ``opening_hours`` of ways and gates.

What is open at some hours only is written as one line of text, which the edge table keeps and `state` reads::

    open; no @ 22:00-06:00        open, but for these hours
    closed; yes @ Apr-Oct         closed, but for these months
    Mo-Fr 08:00-18:00             opening hours alone

Several lines that must all be open are joined by `` && ``.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from wegeketten.tags.opening_hours import open_at

if TYPE_CHECKING:
    from collections.abc import Sequence

_WEEKS = tuple(dt.date(2025, month, day) for month, day in ((1, 13), (4, 7), (7, 14), (10, 13)))
"""Mondays of four ordinary weeks, one per season."""

ORDINARY_MONDAY = dt.date(2025, 3, 10)
"""Monday of a week without public holidays: stands for any week, see `wegeketten.reach.hours`."""

AND = " && "
_ALWAYS = frozenset({"", "24/7", "00:00-24:00", "mo-su 00:00-24:00", "mo-su,ph 00:00-24:00"})
_NEVER = frozenset(
    {"off", "closed", "24/7 off", "24/7 closed", "mo-su off", "mo-su closed", "no", "never", "none"}
)
_comment = re.compile(r'"[^"]*"')
_rule = re.compile(r"\s*([a-z_]+)\s*@\s*(\([^()]*(?:\([^()]*\)[^()]*)*\)|[^;]*)\s*(?:;|$)", re.IGNORECASE)
_dash = re.compile(r"\s*[-–]\s*")
_month = re.compile(
    r"\b(january|february|march|april|may|june|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)

_measure = re.compile(
    r"\b(max)?(gross|empty)?(weight|weightrating|axleload|axles|height|length|width|wheels|speed|draught|load)"
    r"\s*[<>=]",
    re.IGNORECASE,
)
_VEHICLES = frozenset(
    {
        "vehicle",
        "motor_vehicle",
        "motorcar",
        "motorcycle",
        "moped",
        "mofa",
        "bicycle",
        "horse",
        "hgv",
        "goods",
    }
    | {"bus", "psv", "taxi", "trailer", "caravan", "motorhome", "tourist_bus", "coach", "hazmat", "tracked"}
)


class Rule(NamedTuple):
    """A value that counts under a condition.

    Attributes
    ----------
    value
        Such as ``no``.
    when
        Opening hours, or anything else a mapper wrote.
    """

    value: str
    when: str


def rules_of(raw: str) -> list[Rule] | None:
    """The rules of a conditional tag; None where it cannot be read.

    Parameters
    ----------
    raw
        Value of a ``…:conditional`` tag.

    Returns
    -------
    list of Rule or None
        In the order of the tag; the last that applies counts.

    Examples
    --------
    >>> rules_of("no @ (22:00-06:00); yes @ PH")
    [Rule(value='no', when='22:00-06:00'), Rule(value='yes', when='PH')]
    >>> rules_of("at night") is None
    True
    """
    found, at = [], 0
    text = raw.strip()
    while at < len(text):
        match = _rule.match(text, at)
        if match is None or match.end() == at:
            return None
        condition = match[2].strip()
        if condition.startswith("(") and condition.endswith(")"):
            condition = condition[1:-1].strip()
        found.append(Rule(match[1].lower(), condition))
        at = match.end()
    return found or None


def of_vehicles(when: str) -> bool:
    """Whether a condition can hold for vehicles only: their weight, their size or their sort.

    Parameters
    ----------
    when
        A rule's condition.

    Returns
    -------
    bool
        True where it never concerns somebody on foot.

    Examples
    --------
    >>> [of_vehicles(when) for when in ("weight>3.5", "hgv AND 22:00-06:00", "22:00-06:00", "!hgv")]
    [True, True, False, False]
    """
    parts = (part.strip().strip("()").strip() for part in re.split(r"\s+AND\s+", when, flags=re.IGNORECASE))
    return any(_measure.search(part) or part.casefold() in _VEHICLES for part in parts)


def line_of(base: bool, rules: Sequence[tuple[bool, str]]) -> str | bool:
    """One line for a base state and what changes it; a plain state where nothing ever does.

    Parameters
    ----------
    base
        Whether open where no rule applies.
    rules
        Whether open, and when; the last that applies counts.

    Returns
    -------
    str or bool
        The line in the syntax of ``opening_hours``; True or False where nothing ever changes.

    Examples
    --------
    >>> line_of(True, [(False, "22:00-06:00")]), line_of(True, [(True, "Su")])
    ('open; no @ 22:00-06:00', True)
    """
    counting = [(open_, when) for open_, when in rules if not _over(when)]
    if all(open_ is base for open_, _ in counting):
        return base
    words = [f"{'yes' if open_ else 'no'} @ {when.replace(';', ',')}" for open_, when in counting]
    return "; ".join(["open" if base else "closed", *words])


def hours_line(raw: str) -> str | bool:
    """One line for ``opening_hours``; a plain state where that is always or never.

    Parameters
    ----------
    raw
        Value of ``opening_hours``.

    Returns
    -------
    str or bool
        The line; True or False where it never changes.

    Examples
    --------
    >>> hours_line("24/7"), hours_line("off"), hours_line("Mo-Fr 08:00-18:00")
    (True, False, 'Mo-Fr 08:00-18:00')
    """
    text = raw.strip()
    plain = _comment.sub("", text).strip().lower()
    if text.lower() in _ALWAYS:
        return True
    return False if plain in _NEVER else text


def both(one: str | bool, other: str | bool) -> str | bool:
    """What is open where both are.

    Parameters
    ----------
    one, other
        Lines in the syntax of ``opening_hours``, or plain states.

    Returns
    -------
    str or bool
        Line or plain state.

    Examples
    --------
    >>> both(True, "Mo-Fr"), both("Mo-Fr", "open; no @ 12:00-13:00"), both(False, "Mo")
    ('Mo-Fr', 'Mo-Fr && open; no @ 12:00-13:00', False)
    """
    if one is False or other is False:
        return False
    if one is True:
        return other
    return one if other is True or other == one else f"{one}{AND}{other}"


@lru_cache(maxsize=1 << 14)
def state(line: str, when: dt.datetime) -> bool | None:
    """Whether something is open at a time; None where it is unknown.

    A time in the ordinary week stands for that hour at any season: where the seasons differ, that is unknown.

    Parameters
    ----------
    line
        In the syntax of ``opening_hours``.
    when
        Local time.

    Returns
    -------
    bool or None
        True for open.

    Examples
    --------
    >>> night = dt.datetime(2025, 3, 10, 23, 0)
    >>> state("open; no @ 22:00-06:00", night), state("closed; yes @ 06:00-22:00", night)
    (False, False)
    >>> state("open; no @ snow", night) is None, state("Apr-Oct", night) is None
    (True, True)
    """
    answers = [_all_seasons(part, when) for part in line.split(AND)]
    if False in answers:
        return False
    return None if None in answers else True


def _all_seasons(part: str, when: dt.datetime) -> bool | None:
    if not ORDINARY_MONDAY <= when.date() < ORDINARY_MONDAY + dt.timedelta(days=7):
        return _state(part, when)
    day = when.date() - ORDINARY_MONDAY
    found = {_state(part, dt.datetime.combine(monday + day, when.time())) for monday in _WEEKS}
    return found.pop() if len(found) == 1 else None


def _state(part: str, when: dt.datetime) -> bool | None:
    base, *rules = part.split("; ")
    if base not in ("open", "closed") or any(" @ " not in rule for rule in rules):
        return _applies(part, when)
    now: bool | None = base == "open"
    for rule in rules:
        value, _, condition = rule.partition(" @ ")
        applies = _applies(condition, when)
        if applies:
            now = value == "yes"
        elif applies is None and now is not (value == "yes"):
            now = None
    return now


@lru_cache(maxsize=1 << 14)
def _applies(condition: str, when: dt.datetime) -> bool | None:
    """Whether a condition holds; parts joined by AND must all do so."""
    parts = [_hold(part, when) for part in re.split(r"\s+AND\s+", condition, flags=re.IGNORECASE)]
    if False in parts:
        return False
    return None if None in parts else True


def _hold(text: str, when: dt.datetime) -> bool | None:
    return open_at(_plain(text), when)


def _plain(text: str) -> str:
    return _month.sub(lambda found: found[1][:3], _dash.sub("-", text.strip().strip("()")))


@lru_cache(maxsize=1 << 12)
def _parsed(text: str):  # type: ignore[no-untyped-def]  # opening_hours has no types
    from opening_hours import OpeningHours, ParserError  # type: ignore[attr-defined]

    text = _plain(text)
    if not text or not text.isprintable() or len(text) > 255:
        return None
    try:
        return OpeningHours(text, country="DE")
    except ParserError:
        return None


@lru_cache(maxsize=1 << 12)
def _over(when: str) -> bool:
    """Whether a condition lies in the past for good, such as works in the summer of 2020."""
    if not re.search(r"\b(19|20)\d\d\b", when):
        return False
    hours = _parsed(when)
    moment = dt.datetime.combine(ORDINARY_MONDAY, dt.time())
    return hours is not None and bool(hours.is_closed(moment)) and hours.next_change(moment) is None
