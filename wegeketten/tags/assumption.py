"""What is assumed where nothing is tagged: intervals and points from ``data/assumptions``."""

from __future__ import annotations

import math
import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from wegeketten.files.resources import shipped
from wegeketten.model.reading import Provenance, Reading
from wegeketten.tags import lexicon
from wegeketten.tags.lexicon import Span, table_number

if TYPE_CHECKING:
    from wegeketten.model.edges import Kind


class Value(NamedTuple):
    """A reading in numbers, as the edge table stores it.

    Attributes
    ----------
    value, lower, upper
        In the attribute's unit; surface classes as 1–6.
    provenance
        A `Provenance` as a plain integer.
    """

    value: float
    lower: float
    upper: float
    provenance: int

    def within(self, lower: float, upper: float, likely: float | None = None) -> Value | None:
        """Narrowed to an interval, as derived knowledge; None where the two do not meet.

        Parameters
        ----------
        lower, upper
            Ends of the interval, in the attribute's unit.
        likely
            Point value to prefer inside the narrowed bounds; the nearest value to the old one where None.

        Returns
        -------
        Value or None
            Bounds that lie in both, with provenance ``derived``.
        """
        low, high = max(self.lower, lower), min(self.upper, upper)
        if low > high:
            return None
        value = self.value if likely is None else likely
        return Value(min(max(value, low), high), low, high, int(Provenance.derived))


class Rule(NamedTuple):
    """One assumption; a table ``[[rule]]`` of a file in ``data/assumptions``."""

    kinds: frozenset[str]
    highways: frozenset[str]
    at_crossing: bool
    at_signals: bool
    value: Value
    reason: str


@cache
def rules() -> dict[str, tuple[Rule, ...]]:
    """Rules by attribute, in the order in which they are tried."""
    table = {}
    for path in sorted(shipped("assumptions").glob("*.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        table[document["attribute"]] = tuple(map(_rule, document["rule"]))
    return table


def _rule(entry: dict[str, Any]) -> Rule:
    value, lower, upper = (table_number(str(entry[name])) for name in ("value", "lower", "upper"))
    return Rule(
        frozenset(entry.get("kinds", ())),
        frozenset(entry.get("highways", ())),
        entry.get("at_crossing", False),
        entry.get("at_signals", False),
        Value(value, lower, upper, int(Provenance.assumed)),
        entry["reason"],
    )


@cache
def assumed(
    kind: Kind, highway: str, attribute: str, *, at_crossing: bool = False, at_signals: bool = False
) -> Value | None:
    """Assumption in numbers; None where the attribute does not apply to the kind.

    Parameters
    ----------
    kind
        What the edge is.
    highway
        Class of the way or of the carriageway.
    attribute
        Name of the attribute.
    at_crossing
        Whether a kerb lies at a crossing.
    at_signals
        Whether that crossing has signals.

    Returns
    -------
    Value or None
        Point value and bounds with provenance ``assumed``.

    Examples
    --------
    >>> from wegeketten.model.kinds import Kind
    >>> value = assumed(Kind.kerb, "", "kerb_cm")
    >>> value.value, value.lower, value.upper
    (12.0, 0.0, 20.0)
    """
    if kind.is_barrier and attribute == "width_m" and kind.name != "kerb":
        return barrier_gap(kind.name)
    for rule in rules().get(attribute, ()):
        if (
            (not rule.kinds or kind.name in rule.kinds)
            and (not rule.highways or highway in rule.highways)
            and (at_crossing or not rule.at_crossing)
            and (at_signals or not rule.at_signals)
        ):
            return rule.value
    return None


@cache
def applies(kind: Kind, attribute: str) -> bool:
    """Whether an attribute may apply to a kind of edge.

    Parameters
    ----------
    kind
        What the edge is.
    attribute
        Name of the attribute.

    Returns
    -------
    bool
        True where some edges of the kind can have it.

    Examples
    --------
    >>> from wegeketten.model.edges import Kind
    >>> applies(Kind.kerb, "kerb_cm"), applies(Kind.kerb, "step_count")
    (True, False)
    """
    if kind.is_barrier and attribute == "width_m":
        return kind.name != "kerb"
    return any(not rule.kinds or kind.name in rule.kinds for rule in rules().get(attribute, ()))


def barrier_gap(barrier: str) -> Value:
    """Width of the gap a barrier leaves where nobody measured it, metres.

    Parameters
    ----------
    barrier
        Value of ``barrier``; an unknown one counts as an obstacle.

    Returns
    -------
    Value
        Point value and bounds in metres.

    Examples
    --------
    >>> barrier_gap("bollard")
    Value(value=1.0, lower=0.7, upper=1.2, provenance=4)
    """
    gaps = lexicon.words()["barrier"]
    gap = gaps.get(barrier) or gaps["obstacle"]
    likely = gap.lower if gap.likely is None else gap.likely
    return Value(likely, gap.lower, gap.upper, int(Provenance.assumed))


def assume(kind: Kind, highway: str, attribute: str, *, at_crossing: bool = False) -> Reading:
    """Assumption for an attribute where nothing is tagged.

    Parameters
    ----------
    kind
        What the edge is.
    highway
        Class of the way, or of the carriageway walked along or crossed; "" where there is none.
    attribute
        A name of `wegeketten.model.edges.ATTRIBUTES`.
    at_crossing
        Whether the edge belongs to a mapped crossing (kerbs are lowered there as a rule).

    Returns
    -------
    Reading
        In numbers (surface classes as 1–6), provenance ``assumed``; ``none`` and the value that never hinders
        where the attribute does not apply to the kind.

    Raises
    ------
    KeyError
        There is no such attribute.

    Examples
    --------
    >>> from wegeketten.model.edges import Kind
    >>> assume(Kind.kerb, "residential", "kerb_cm", at_crossing=True)
    Reading(value=3.0, lower=0.0, upper=20.0, unit='cm', provenance='assumed')
    >>> assume(Kind.pavement, "residential", "kerb_cm").provenance
    'none'
    """
    from wegeketten.model.edges import ATTRIBUTE

    column = ATTRIBUTE[attribute]
    value = assumed(kind, highway, attribute, at_crossing=at_crossing, at_signals=True)
    if value is None:
        return Reading(column.absent, column.absent, column.absent, column.unit, Provenance.none.name)
    return Reading(value.value, value.lower, value.upper, column.unit, Provenance.assumed.name)


@cache
def _estimate() -> dict[str, float]:
    estimate: dict[str, float] = tomllib.loads(
        shipped("assumptions", "steps.toml").read_text(encoding="utf-8")
    )["estimate"]
    return estimate


def steps_on(length_m: float) -> Span:
    """Number of steps of a flight of which only the length is known.

    Parameters
    ----------
    length_m
        Length of the way in plan, landings included, metres.

    Returns
    -------
    Span
        Number of steps with bounds.

    Examples
    --------
    >>> steps_on(7.0)
    Span(value=None, lower=1.0, upper=44.0, likely=20.0)
    """
    estimate = _estimate()
    most = lexicon.quantities()["step_count"].upper
    lower = min(max(1.0, float(math.floor(length_m / estimate["most"] - estimate["slack"]))), most)
    upper = min(math.ceil(length_m / estimate["least"] + estimate["slack"]), most)
    likely = min(max(round(length_m / estimate["value"]), lower), upper)
    return Span(None, lower, float(upper), float(likely))
