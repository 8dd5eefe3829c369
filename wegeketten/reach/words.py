"""Routes and reasons in plain German and English."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wegeketten.model.edges import Crossing, Kind
from wegeketten.people.checks import ALL_HOURS

if TYPE_CHECKING:
    from wegeketten.reach.barriers import Barrier


class Both(NamedTuple):
    """The same words in both languages."""

    de: str
    en: str


WAYS = {
    Kind.street: Both("an der Fahrbahn entlang", "along the edge of the carriageway"),
    Kind.pavement: Both("auf dem Gehweg", "on the pavement"),
    Kind.footway: Both("auf dem Fußweg", "on the footway"),
    Kind.path: Both("auf dem Pfad", "on the path"),
    Kind.track: Both("auf dem Feldweg", "on the track"),
    Kind.cycleway: Both("auf dem Radweg", "on the cycleway"),
    Kind.pedestrian: Both("durch die Fußgängerzone", "through the pedestrian zone"),
    Kind.living_street: Both("durch den verkehrsberuhigten Bereich", "through the living street"),
    Kind.service: Both("auf der Zufahrt", "on the service road"),
    Kind.corridor: Both("durch den Flur", "through the corridor"),
    Kind.platform: Both("auf dem Bahnsteig", "on the platform"),
    Kind.ramp: Both("über die Rampe", "over the ramp"),
    Kind.moving_walkway: Both("auf dem Fahrsteig", "on the moving walkway"),
}
"""How a stretch is walked."""

CROSSINGS = {
    Crossing.none: Both("Straße überqueren", "cross the road"),
    Crossing.unmarked: Both("an der Querung ohne Markierung hinüber", "cross where nothing is marked"),
    Crossing.marked: Both("am markierten Überweg hinüber", "cross at the marked crossing"),
    Crossing.signals: Both("an der Ampel hinüber", "cross at the signals"),
    Crossing.informal: Both("Straße ohne Überweg überqueren", "cross the road where there is no crossing"),
    Crossing.unknown: Both("Straße überqueren", "cross the road"),
}

BARRIERS = {
    "kerb": Both("Bordstein", "kerb"),
    "steps": Both("Treppe", "steps"),
    "lift": Both("Aufzug", "lift"),
    "escalator": Both("Rolltreppe", "escalator"),
    "bollard": Both("Poller", "bollard"),
    "cycle_barrier": Both("Umlaufsperre", "cycle barrier"),
    "gate": Both("Tor", "gate"),
    "stile": Both("Überstieg", "stile"),
    "block": Both("Sperrblock", "block"),
    "turnstile": Both("Drehkreuz", "turnstile"),
    "kissing_gate": Both("Drängelgitter", "kissing gate"),
    "lift_gate": Both("Schranke", "lift gate"),
    "chain": Both("Kette", "chain"),
    "door": Both("Tür", "door"),
    "obstacle": Both("Hindernis", "obstacle"),
    "steep": Both("Gefälle", "slope"),
    "cross_slope": Both("Querneigung", "cross slope"),
    "narrow": Both("Engstelle", "narrow passage"),
    "rough": Both("unebener Belag", "rough surface"),
    "unsuitable": Both("als nicht rollstuhlgerecht eingetragen", "mapped as not accessible to wheelchairs"),
    "no_access": Both("Zugang nicht erlaubt", "no access"),
    "crossing": Both("Querung ohne Überweg", "crossing without a marked place"),
    "signals": Both("Ampel", "traffic signals"),
}

SOURCES = {
    "surveyed": Both("gemessen", "measured"),
    "tagged": Both("in OpenStreetMap eingetragen", "mapped in OpenStreetMap"),
    "derived": Both("abgeleitet", "derived"),
    "assumed": Both("angenommen, nicht erhoben", "assumed, not surveyed"),
    "none": Both("nicht erhoben", "not surveyed"),
}

TURNS = (
    (25.0, Both("weiter", "continue")),
    (60.0, Both("leicht {side}", "bear {side}")),
    (130.0, Both("{side} abbiegen", "turn {side}")),
    (181.0, Both("scharf {side} abbiegen", "turn sharp {side}")),
)
SIDES = {"left": Both("links", "left"), "right": Both("rechts", "right")}


SAME_STEPS = Both("Weiter auf derselben Treppe", "On along the same steps")
"""Where a flight goes on behind a landing; how many steps it has is told where it begins."""


def way(kind: Kind, street: str) -> Both:
    """How a stretch is walked, with the street's name where there is one.

    Examples
    --------
    >>> way(Kind.pavement, "Hauptstraße").de
    'auf dem Gehweg (Hauptstraße)'
    """
    words = WAYS.get(kind, Both("weiter", "on"))
    return Both(f"{words.de} ({street})", f"{words.en} ({street})") if street else words


def turn(degrees: float) -> Both:
    """A change of direction, positive to the right.

    Examples
    --------
    >>> turn(88.0), turn(-10.0).en
    (Both(de='rechts abbiegen', en='turn right'), 'continue')
    """
    side = SIDES["right" if degrees > 0 else "left"]
    words = next(words for most, words in TURNS if abs(degrees) < most)
    return Both(words.de.format(side=side.de), words.en.format(side=side.en))


ASKED = {
    "tactile": Both("Bodenindikatoren", "tactile paving"),
    "sound": Both("hör- oder fühlbare Zeichen", "signs to hear or feel"),
}
"""What some profiles ask to be there."""

UNITS = {"steps": Both("Stufen", "steps"), "sides": Both("Handläufe", "handrails")}
"""Units that are words."""


def metres(length_m: float) -> Both:
    """A length as people say it.

    Examples
    --------
    >>> metres(1240.0)
    Both(de='1,2 km', en='1.2 km')
    """
    if length_m >= 1000:
        text = f"{length_m / 1000:.1f}"
        return Both(f"{text.replace('.', ',')} km", f"{text} km")
    rounded = round(length_m) if length_m < 30 else round(length_m / 10) * 10
    return Both(f"{rounded} m", f"{rounded} m")


def barrier(seen: Barrier) -> Both:
    """A barrier with its reading.

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
    'kerb, tactile paving: unknown (assumed, not surveyed)'
    """
    name = BARRIERS.get(seen.kind, Both(seen.kind, seen.kind.replace("_", " ")))
    source = SOURCES[seen.provenance]
    if seen.limit == ALL_HOURS:
        return Both(f"{name.de}, nicht zu jeder Zeit in Betrieb", f"{name.en}, does not run at all hours")
    if seen.attribute in ASKED and seen.verdict != "passable":
        thing = ASKED[seen.attribute]
        state = Both("fehlen", "missing") if seen.upper == 0 else Both("unbekannt", "unknown")
        name = BARRIERS["signals"] if seen.attribute == "sound" else name
        return Both(
            f"{name.de}, {thing.de}: {state.de} ({source.de})",
            f"{name.en}, {thing.en}: {state.en} ({source.en})",
        )
    if not isinstance(seen.value, float | int) or seen.unit in ("yes/no", "grade", "class", ""):
        return Both(f"{name.de} ({source.de})", f"{name.en} ({source.en})")
    least = seen.attribute in ("width_m", "handrail_sides")
    value = Both(_reading(seen, "de"), _reading(seen, "en"))
    unit = UNITS.get(seen.unit, Both(seen.unit, seen.unit))
    text = Both(f"{name.de}, {value.de} {unit.de}", f"{name.en}, {value.en} {unit.en}")
    if isinstance(seen.limit, float | int) and seen.verdict != "passable":
        limit = Both(_number(seen.limit, "de"), _number(seen.limit, "en"))
        most = Both("mindestens", "at least") if least else Both("höchstens", "at most")
        text = Both(
            f"{text.de}, erlaubt sind {most.de} {limit.de} {unit.de}",
            f"{text.en}, the limit is {most.en} {limit.en} {unit.en}",
        )
    return Both(f"{text.de} ({source.de})", f"{text.en} ({source.en})")


def minutes(seconds: float) -> Both:
    """A duration.

    Examples
    --------
    >>> minutes(372.0)
    Both(de='6 Minuten', en='6 minutes')
    """
    rounded = max(1, round(seconds / 60))
    return Both(
        f"{rounded} Minute{'n' if rounded != 1 else ''}", f"{rounded} minute{'s' if rounded != 1 else ''}"
    )


def _reading(seen: Barrier, lang: str) -> str:
    """The value; where the bounds decide, because it is unclear, both bounds."""
    bounds = [bound for bound in (seen.lower, seen.upper) if isinstance(bound, float | int)]
    if seen.verdict != "unclear" or len(bounds) < 2 or bounds[0] == bounds[1]:
        return _number(float(seen.value), lang) if isinstance(seen.value, float | int) else ""
    low, high = sorted(abs(bound) for bound in bounds)
    low = 0.0 if bounds[0] < 0 < bounds[1] else low
    return f"{_number(low, lang)} – {_number(high, lang)}"


def _number(value: float, lang: str) -> str:
    text = f"{abs(value):.1f}".removesuffix(".0")
    return text.replace(".", ",") if lang == "de" else text
