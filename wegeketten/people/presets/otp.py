"""OpenTripPlanner 2 with ``wheelchair=true``: as built, and as its documentation means it.

Read from WheelchairPreferences, WheelchairRequest, StreetEdge and OsmEntity. Nothing on streets is forbidden;
what is not accessible costs a multiple of its time. There a barrier's multiple weighs on the streets beside
it; our barriers are edges without length, so kerbs and bollards cost nothing more here.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from wegeketten.people.presets.facts import Judged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wegeketten.people.presets.facts import Facts

SPEED_M_S = 1.33
INACCESSIBLE = 25.0
STAIRS_AS_BUILT, STAIRS_AS_MEANT = 100.0, 25.0
STAIRS_TIME = 3.0
MAX_SLOPE = 0.083
LIFT_UNKNOWN_S, LIFT_NO_S = 20.0, 3600.0
BARRIERS = frozenset(
    {"wall", "ditch", "guard_rail", "handrail", "hedge", "retaining_wall", "city_wall", "cable_barrier",
     "block", "bus_trap", "debris", "horse_stile", "stile", "turnstile", "wedge", "bar", "barrier_board",
     "chain", "fence", "jersey_barrier", "log", "tank_trap", "tyres"}
)  # fmt: skip
"""Values of ``barrier`` that are not accessible."""


def slope_factor(incline: float, *, as_built: bool) -> float:
    """What a slope beyond 8.3 % multiplies the cost by.

    The documentation says that every percent doubles; the code adds as much again.

    Parameters
    ----------
    incline
        Rise over run.
    as_built
        Whether as the code has it, else as it is documented.

    Returns
    -------
    float
        1 up to the limit.

    Examples
    --------
    >>> [round(slope_factor(slope, as_built=True), 6) for slope in (0.08, 0.093, 0.103)]
    [1.0, 2.0, 3.0]
    >>> [round(slope_factor(slope, as_built=False), 6) for slope in (0.08, 0.093, 0.103)]
    [1.0, 2.0, 4.0]
    """
    over = 0.0 if math.isnan(incline) else abs(incline) - MAX_SLOPE
    if over <= 0:
        return 1.0
    return 1.0 + 100.0 * over if as_built else 2.0 ** min(100.0 * over, 30.0)


def is_accessible(tags: Mapping[str, str], kind: str) -> bool:
    """Whether an element counts as accessible; all that is not spoken of does.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.
    kind
        What the element is: ``way``, ``elevator`` or the like.

    Returns
    -------
    bool
        As the router decides.

    Examples
    --------
    >>> is_accessible({"barrier": "kerb"}, "kerb"), is_accessible({"barrier": "kerb", "kerb": "no"}, "kerb")
    (False, True)
    """
    wheelchair = tags.get("wheelchair", "")
    if wheelchair in ("yes", "no"):
        return wheelchair == "yes"
    if tags.get("barrier") == "kerb" or kind == "kerb":
        return "barrier" not in tags or tags.get("kerb") in ("flush", "lowered", "no")
    return kind not in ("steps", "escalator") and tags.get("barrier", "") not in BARRIERS


def judge(facts: Facts, *, as_built: bool) -> Judged:
    """Hold OpenTripPlanner's rules against an edge.

    Parameters
    ----------
    facts
        What the router sees of the edge.
    as_built
        Whether as the code has it, else as it is documented.

    Returns
    -------
    Judged
        Rules that close it, and its cost.

    Examples
    --------
    >>> from wegeketten.people.presets.facts import Facts
    >>> judge(Facts({"highway": "steps"}, kind="steps"), as_built=True).factor
    2500.0
    """
    incline = 0.0 if math.isnan(facts.incline) else facts.incline
    accessible = is_accessible(facts.tags, facts.kind)
    factor, speed, rule = slope_factor(incline, as_built=as_built), SPEED_M_S, ""
    if not accessible:
        factor *= INACCESSIBLE
    penalty = 0.0
    if facts.kind in ("steps", "escalator"):
        factor *= STAIRS_AS_BUILT if as_built else STAIRS_AS_MEANT
        speed, rule = SPEED_M_S / STAIRS_TIME, "stairs_time"
    elif facts.kind == "lift":
        penalty = {"yes": 0.0, "no": LIFT_NO_S}.get(facts.tags.get("wheelchair", ""), LIFT_UNKNOWN_S)
    else:
        tobler = math.exp(-3.5 * abs(max(-0.5, min(0.5, incline)) + 0.05)) / math.exp(-3.5 * 0.05)
        speed, rule = SPEED_M_S * tobler, "tobler" if incline else ""
    return Judged(speed_m_s=speed, speed_rule=rule, factor=factor, penalty_s=penalty)
