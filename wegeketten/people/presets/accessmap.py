"""AccessMap's manual wheelchair: as built, and as its documentation means it.

Read from accessmap-webapp (defaults.js) and unweaver's cost functions. As built, a crossing without mapped
ramps is closed like one without ramps, and slopes count on stretches above 3 m only. Kerbs are edges here, so
the ramps are asked for at each kerb.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from wegeketten.people.presets.facts import Judged

if TYPE_CHECKING:
    from wegeketten.people.presets.facts import Facts

BEST = -0.0087
"""Slope of the greatest speed, rise over run."""
CROSSING_S = 30.0
LIFT_S = 45.0
SHORTEST_M = 3.0
"""Limits of slope are tested on longer stretches only."""
BASE_M_S, UPHILL, DOWNHILL = 0.8, 0.08, -0.10
"""Manual wheelchair."""

_RAMPS = frozenset({"lowered", "flush", "rolled", "sloped", "dropped"})
_WALLS = frozenset({"raised", "regular", "normal"})


def speed_m_s(incline: float, base: float = BASE_M_S, up: float = UPHILL, down: float = DOWNHILL) -> float:
    """Speed on a slope: a fifth of the base speed exactly at either limit.

    Parameters
    ----------
    incline
        Rise over run.
    base
        Speed on the level, m/s.
    up, down
        Limits of the incline, rise over run; `down` is negative.

    Returns
    -------
    float
        m/s.

    Examples
    --------
    >>> [round(speed_m_s(slope), 2) for slope in (-0.06, -0.03, 0.0, 0.03, 0.06, 0.08)]
    [0.32, 0.55, 0.68, 0.4, 0.23, 0.16]
    >>> [round(speed_m_s(slope, 1.0, 0.14, -0.14), 2) for slope in (0.0, 0.03, 0.06)]
    [0.91, 0.66, 0.48]
    """
    limit = up if incline > BEST else down
    return base * math.exp(-math.log(5) / abs(limit - BEST) * abs(incline - BEST))


def judge(facts: Facts, *, as_built: bool) -> Judged:
    """Hold AccessMap's rules against an edge walked in drawing direction.

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
    >>> kerb = Facts({"barrier": "kerb"}, kind="kerb")
    >>> judge(kerb, as_built=True).shut, judge(kerb, as_built=False).shut
    ('no_kerb_ramp_mapped', '')
    """
    incline = 0.0 if math.isnan(facts.incline) else facts.incline
    shut = ""
    if facts.kind == "kerb":
        kerb = facts.tags.get("kerb", "")
        if kerb in _WALLS:
            shut = "kerb_raised"
        elif kerb not in _RAMPS and as_built:
            shut = "no_kerb_ramp_mapped"
    elif facts.kind in ("steps", "escalator"):
        shut = "steps"
    elif facts.kind != "lift" and (facts.length_m > SHORTEST_M or not as_built):
        shut = "uphill_limit" if incline > UPHILL else "downhill_limit" if incline < DOWNHILL else ""
    delay = LIFT_S if facts.kind == "lift" else CROSSING_S if facts.kind == "crossing" else 0.0
    within = min(max(incline, DOWNHILL), UPHILL)
    return Judged(shut=shut, speed_m_s=speed_m_s(within), speed_rule="slope_exponential", delay_s=delay)
