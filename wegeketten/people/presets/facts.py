"""What a router's rules are given of an edge, and what they make of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

UNREAD = math.nan
"""A quantity that the router does not read: it passes."""


@dataclass(frozen=True)
class Facts:
    """An edge as a router's importer sees it.

    Attributes
    ----------
    tags
        Of the element, word by word.
    kind
        Name of a `wegeketten.model.kinds.Kind`.
    highway
        Class of the way, as `wegeketten.model.edges.HIGHWAYS` names it.
    side
        ``left`` or ``right`` of a street, "" for anything else.
    length_m
        Length of the edge.
    incline
        Rise over run there, signed; NaN where neither tags nor the elevation model say it.
    """

    tags: Mapping[str, str] = field(default_factory=dict)
    kind: str = "footway"
    highway: str = "footway"
    side: str = ""
    length_m: float = 10.0
    incline: float = math.nan


@dataclass(frozen=True)
class Judged:
    """What a router makes of an edge, without regard to length and slope.

    Attributes
    ----------
    shut
        Name of the rule that closes the edge; "" where none does.
    kerb_cm, incline_pct, width_m, surface_rank, smoothness_grade
        As the router reads them; `UNREAD` where it reads nothing. The incline is a magnitude.
    speed_m_s
        On the level.
    speed_rule
        Name of the rule that makes the speed what it is; "" for the plain speed.
    delay_s
        Seconds beside the way.
    factor
        What a second costs: 1 is plain time. `penalty_s` is cost without time.
    """

    shut: str = ""
    kerb_cm: float = UNREAD
    incline_pct: float = UNREAD
    width_m: float = UNREAD
    surface_rank: float = UNREAD
    smoothness_grade: float = UNREAD
    speed_m_s: float = 1.0
    speed_rule: str = ""
    delay_s: float = 0.0
    factor: float = 1.0
    penalty_s: float = 0.0
