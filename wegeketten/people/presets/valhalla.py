"""Valhalla's pedestrian costing with ``type=wheelchair``: as built, and as its documentation means it.

Read from pedestriancost.cc. Avoided by cost, not by time: steps cost 600 s once for each flight and no
second of time; the limit of 12 % is an option whose check is commented out ("noisy data", issue 6108).
The delays at junctions (stop impact) need Valhalla's own graph and are left out.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from wegeketten.people.presets.facts import Judged

if TYPE_CHECKING:
    from wegeketten.people.presets.facts import Facts

SPEED_M_S = 4.0 / 3.6
MAX_GRADE_PCT = 12.0
STEP_PENALTY_S = 600.0
ELEVATOR_PENALTY_S = 5.0
GATE_PENALTY_S = 10.0
STOP_DELAY_S = (0, 0, 1, 1, 2, 3, 5, 15)
"""Seconds at a junction by stop impact 0 to 7."""

GRADES_PCT = (-10, -8, -6.5, -5, -3, -1.5, 0, 1.5, 3, 5, 6.5, 8, 10, 11.5, 13, 15)
TIME_FACTORS = (
    1.33, 1.22, 1.08, 0.97, 0.88, 0.92, 1.00, 1.10, 1.20, 1.33, 1.43, 1.57, 1.83, 2.03, 2.23, 2.50,
)  # fmt: skip
"""Multiples of the level time by weighted grade (DIN 33466, eased downhill)."""

AVOIDANCE = (2, 1, 0.5, 0.2, 0.1, 0, 0, 0, 0.1, 0.3, 0.4, 0.5, 0.7, 1, 3, 5)
USE_HILLS = 0.5

REFUSED_SURFACES = frozenset(
    {"dirt", "earth", "ground", "mud", "gravel", "grass", "sand", "path", "woodchips", "snow", "ice", "rock",
     "stepping_stones", "pebblestone"}
)  # fmt: skip
"""Surfaces worse than ``compacted`` in Valhalla's order."""

_WHEELCHAIR_YES = frozenset(
    {"yes", "limited", "designated", "private", "permissive", "destination", "official", "delivery", "true"}
)
_WHEELCHAIR_NO = frozenset({"no", "impassable", "partial"})
_ALLEY, _DRIVEWAY = 2.0, 5.0


def grade_row(incline: float) -> int:
    """Row of a slope (rise over run) in the tables by grade; level where it is not known.

    Parameters
    ----------
    incline
        Rise over run, NaN where unknown.

    Returns
    -------
    int
        From 0 to 15.

    Examples
    --------
    >>> [TIME_FACTORS[grade_row(slope)] for slope in (-0.10, -0.03, 0.0, 0.06, 0.15, math.nan)]
    [1.33, 0.88, 1.0, 1.43, 2.5, 1.0]
    """
    if math.isnan(incline):
        return GRADES_PCT.index(0)
    return min(range(len(GRADES_PCT)), key=lambda row: (abs(GRADES_PCT[row] - incline * 100), -row))


def judge(facts: Facts, *, as_built: bool) -> Judged:
    """Hold Valhalla's rules against an edge.

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
    >>> judge(Facts({"highway": "steps"}, kind="steps"), as_built=True).penalty_s
    600.0
    >>> judge(Facts({"surface": "gravel"}), as_built=True).shut
    'surface_worse_than_compacted'
    """
    tags = facts.tags
    shut = ""
    wheelchair = tags.get("wheelchair", "")
    if wheelchair in _WHEELCHAIR_NO:
        shut = "wheelchair_no"
    elif tags.get("surface", "") in REFUSED_SURFACES:
        shut = "surface_worse_than_compacted"
    elif "sac_scale" in tags and tags["sac_scale"] != "no":
        shut = "hiking_path"
    elif not as_built and abs(facts.incline) * 100 > MAX_GRADE_PCT:
        shut = "max_grade"
    service = tags.get("service", "")
    factor = _ALLEY if service == "alley" else _DRIVEWAY if service == "driveway" else 1.0
    penalty = {"steps": STEP_PENALTY_S, "escalator": STEP_PENALTY_S, "lift": ELEVATOR_PENALTY_S}.get(
        facts.kind, GATE_PENALTY_S if facts.kind in ("gate", "lift_gate") else 0.0
    )
    row = grade_row(facts.incline)
    rule = "" if row == GRADES_PCT.index(0) else "grade_table"
    return Judged(
        shut=shut,
        speed_m_s=SPEED_M_S / TIME_FACTORS[row],
        speed_rule=rule,
        factor=factor * (1.0 + (1.0 - USE_HILLS) * AVOIDANCE[row]),
        penalty_s=penalty,
    )
