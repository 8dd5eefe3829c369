"""Constants that the map's JavaScript shares with Python, written from where they are defined."""

from __future__ import annotations

import json

from wegeketten.model.answers import ANSWERS
from wegeketten.model.kinds import STOREY_WAYS, Kind
from wegeketten.model.reading import Provenance
from wegeketten.network.short_slopes import LONG_PCT, SHORT_PCT
from wegeketten.people.checks import LEVEL_OF, OFF_GROUND
from wegeketten.reach.coverage import FEWEST_HOMES
from wegeketten.reports.data import CHANCE_STEPS, OWN_LIMITS
from wegeketten.routing import INF, UNIT_S

_MAJOR = (Kind.street, Kind.cycleway, Kind.pedestrian, Kind.living_street)
"""Kinds that the base map draws as streets."""


def constants() -> dict[str, object]:
    """Values by the name under which every module of the page sees them.

    Examples
    --------
    >>> constants()["FIRST_BARRIER"], constants()["STOREY_WAYS"]
    (20, [14, 15, 16, 17, 18])
    """
    return {
        "INF": INF,
        "UNIT_S": UNIT_S,
        "ANSWERS": list(ANSWERS),
        "LEVEL": {answer: LEVEL_OF[answer] for answer in reversed(ANSWERS)},
        "FIRST_BARRIER": int(min(kind for kind in Kind if kind.is_barrier)),
        "KERB": int(Kind.kerb),
        "STEPS": int(Kind.steps),
        "STOREY_WAYS": sorted(int(kind) for kind in STOREY_WAYS),
        "MAJOR": [int(kind) for kind in _MAJOR],
        "OFF_GROUND": [int(kind) for kind in OFF_GROUND],
        "LONG_PCT": LONG_PCT,
        "SHORT_PCT": SHORT_PCT,
        "ASSUMED": int(Provenance.assumed),
        "TOLD": int(Provenance.tagged),
        "FEWEST_HOMES": FEWEST_HOMES,
        "CHANCE_STEPS": CHANCE_STEPS,
        "OWN_LIMITS": list(OWN_LIMITS),
    }


def constants_script() -> str:
    """The constants as JavaScript, a line each."""
    return "".join(f"const {name} = {json.dumps(value)};\n" for name, value in constants().items())
