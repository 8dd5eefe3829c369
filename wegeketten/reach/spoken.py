"""Ways, turns and barriers in words, German and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wegeketten.people.checks import ALL_HOURS
from wegeketten.words.catalogue import LANGUAGES, Both, both, load_words, text
from wegeketten.words.names import barrier_name
from wegeketten.words.numbers import metres as metres_in
from wegeketten.words.numbers import minutes_long, short

if TYPE_CHECKING:
    from wegeketten.model.edges import Crossing, Kind
    from wegeketten.reach.barriers import Barrier

_TURNS = ((25.0, "straight"), (60.0, "slight"), (130.0, "turn"), (181.0, "sharp"))
"""A change of direction below so many degrees, and how it is called."""

_WIDE = 5.0
"""Bounds farther apart are told as whole numbers."""

SAME_STEPS = both("barrier.same_steps")
"""Where a flight goes on behind a landing; how many steps it has is stated where it begins."""


def way(kind: Kind, street: str) -> Both:
    """How a stretch is walked, with the street's name where there is one.

    Parameters
    ----------
    kind
        Kind of the edge.
    street
        Name of the street, or "".

    Returns
    -------
    Both
        Without a full stop, to be joined with a length.

    Examples
    --------
    >>> from wegeketten.model.edges import Kind
    >>> way(Kind.pavement, "Hauptstraße").de
    'auf dem Gehweg (Hauptstraße)'
    """
    words = both(f"ways.{kind.name if kind.name in load_words('de')['ways'] else 'other'}")
    return Both(f"{words.de} ({street})", f"{words.en} ({street})") if street else words


def crossing(how: Crossing) -> Both:
    """How a carriageway is crossed.

    Parameters
    ----------
    how
        How the crossing is secured.

    Returns
    -------
    Both
        Without a full stop.

    Examples
    --------
    >>> from wegeketten.model.edges import Crossing
    >>> crossing(Crossing.signals).en
    'cross at the signals'
    """
    return both(f"crossings.{how.name}")


def turn(degrees: float) -> Both:
    """A change of direction, positive to the right.

    Parameters
    ----------
    degrees
        From -180 to 180.

    Returns
    -------
    Both
        Without a full stop.

    Examples
    --------
    >>> turn(88.0), turn(-10.0).en
    (Both(de='rechts abbiegen', en='turn right'), 'continue')
    """
    name = next(name for most, name in _TURNS if abs(degrees) < most)
    return both(f"turns.{name}", side=both("sides.right" if degrees > 0 else "sides.left"))


def spoken_metres(length_m: float) -> Both:
    """A length as people say it.

    Parameters
    ----------
    length_m
        Metres.

    Returns
    -------
    Both
        Such as ``120 m`` or ``1,2 km``.

    Examples
    --------
    >>> spoken_metres(1240.0)
    Both(de='1,2 km', en='1.2 km')
    """
    return Both(*(metres_in(length_m, lang) for lang in LANGUAGES))


def spoken_minutes(seconds: float) -> Both:
    """A duration.

    Parameters
    ----------
    seconds
        Any time of 0 or more.

    Returns
    -------
    Both
        Rounded up to whole minutes.

    Examples
    --------
    >>> spoken_minutes(372.0)
    Both(de='7 Minuten', en='7 minutes')
    """
    return Both(*(minutes_long(seconds, lang) for lang in LANGUAGES))


def barrier(seen: Barrier) -> Both:
    """A barrier with its reading.

    Parameters
    ----------
    seen
        What stands in the way.

    Returns
    -------
    Both
        Without a full stop.

    Examples
    --------
    >>> from wegeketten.reach.barriers import Barrier
    >>> seen = Barrier(
    ...     "n1", "n1", "kerb", 51.0, 13.7, "kerb_cm", 12.0, 3.0, 20.0, "cm", "tagged", 3.0, "blocked"
    ... )
    >>> barrier(seen).de
    'Bordstein, 12 cm, erlaubt sind höchstens 3 cm (in OpenStreetMap eingetragen)'
    >>> felt = Barrier(
    ...     "n1", "n1", "kerb", 51.0, 13.7, "tactile", 0.0, 0.0, 1.0, "yes/no", "assumed", "yes", "unclear"
    ... )
    >>> barrier(felt).en
    'kerb, tactile paving: unknown (assumed)'
    """
    return Both(*(_barrier(seen, lang) for lang in LANGUAGES))


def _barrier(seen: Barrier, lang: str) -> str:
    name, source = barrier_name(seen.kind, lang), text(f"provenance.{seen.provenance}", lang)
    if seen.kind == "rough" and seen.provenance in ("tagged", "surveyed"):
        name = text("barrier.rough_known", lang)
    if seen.limit == ALL_HOURS and seen.kind != "timed":
        return text("barrier.all_hours", lang, name=name)
    if seen.attribute in ("tactile", "sound") and seen.verdict != "passable":
        state = text("barrier.missing" if seen.upper == 0 else "barrier.unknown", lang)
        name = barrier_name("signals", lang) if seen.attribute == "sound" else name
        thing = text(f"barrier.asked_{seen.attribute}", lang)
        return text("barrier.asked", lang, name=name, thing=thing, state=state, source=source)
    if not isinstance(seen.value, float | int) or seen.unit in ("yes/no", "grade", "class", ""):
        return text("barrier.plain", lang, name=name, source=source)
    unit = text(f"barrier.{seen.unit}", lang) if seen.unit in ("steps", "sides") else seen.unit
    form, limit = "barrier.reading", ""
    if isinstance(seen.limit, float | int) and seen.verdict != "passable":
        least = seen.attribute in ("width_m", "handrail_sides")
        form, limit = f"barrier.at_{'least' if least else 'most'}", short(abs(seen.limit), lang)
        if seen.unit == "steps" and not seen.limit:
            form = "barrier.no_steps"
    return text(form, lang, name=name, value=_reading(seen, lang), unit=unit, limit=limit, source=source)


def _reading(seen: Barrier, lang: str) -> str:
    """The value; where the bounds decide, because it is unclear, both bounds."""
    bounds = [bound for bound in (seen.lower, seen.upper) if isinstance(bound, float | int)]
    if seen.verdict != "unclear" or len(bounds) < 2 or bounds[0] == bounds[1]:
        return short(abs(float(seen.value)), lang) if isinstance(seen.value, float | int) else ""
    low, high = sorted(abs(bound) for bound in bounds)
    low = 0.0 if bounds[0] < 0 < bounds[1] else low
    digits = 0 if high - low >= _WIDE else 1
    return f"{short(low, lang, digits)} – {short(high, lang, digits)}"
