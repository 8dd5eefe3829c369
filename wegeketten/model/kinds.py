"""What an edge is, and the registry of barriers: one row per kind says all that the rooms need to know of it.

Everything else that distinguishes barriers derives from these rows: which values of ``barrier`` make the
edge, who can shut it, which reading says most, what its width means, the seconds it takes, which measures
remove it, what it is called, and the constants of the map's JavaScript.

A new kind is a row here, with a code of its own, and its line under ``[passages]`` in each shipped profile.
A profile that says nothing about a kind takes it as *unclear*: perhaps passable, never likely.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Literal

Delay = Literal["gate_s", "narrow_s", "door_s"]
Gap = Literal["opening", "beside"]


@dataclass(frozen=True, kw_only=True)
class BarrierKind:
    """What there is to know of a kind of barrier; every field must be stated.

    Attributes
    ----------
    de, en
        What it is called.
    osm
        Values of ``barrier`` that make it.
    closable
        Whether it can be shut. ``foot=no`` on what cannot closes nothing: who wrote it meant vehicles.
    arduous
        Whether it is a detour's worth of trouble for many, so that private ways avoid it.
    excludes_wheels
        Built to keep wheels out: a mapped ``wheelchair=yes`` contradicts it.
    reads
        The attribute that says most about it; None where what it is says most.
    gap
        ``opening``: its own width is that of the passage. ``beside``: one passes beside it, its own width
        says nothing. None: it has no width.
    delay
        Which of a profile's delays it costs, None for none of them (a kerb's depends on its height).
    measures
        Ids of the measures in ``data/measures.toml`` that are for it.
    """

    de: str
    en: str
    osm: tuple[str, ...]
    closable: bool
    arduous: bool
    excludes_wheels: bool
    reads: str | None
    gap: Gap | None
    delay: Delay | None
    measures: tuple[str, ...]


class Kind(enum.IntEnum):
    """What an edge is. From `kerb` on it is a barrier and has a row, see `Kind.is_barrier`.

    Codes are written into city folders: a code once given is never given again.
    """

    _value_: int
    barrier: BarrierKind | None

    def __new__(cls, code: int, barrier: BarrierKind | None = None) -> Kind:
        """Make a member of a code and, for a barrier, its row."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.barrier = barrier
        return member

    street = 1  # carriageway walked along its edge or centre line
    pavement = 2  # one side of a street, or a way mapped as pavement
    footway = 3
    path = 4
    track = 5
    cycleway = 6
    pedestrian = 7  # pedestrian street, outline of a square, or a way across it (derived)
    living_street = 8
    service = 9
    corridor = 10
    platform = 11
    crossing = 12
    link = 13  # joins two networks, derived
    steps = 14
    ramp = 15
    escalator = 16
    moving_walkway = 17
    lift = 18
    ferry = 19

    # barriers, from code 20 on
    kerb = (
        20,
        BarrierKind(
            de="Bordstein", en="kerb", osm=("kerb",),
            closable=False, arduous=False, excludes_wheels=False,
            reads="kerb_cm", gap=None, delay=None, measures=("lower_kerb", "separate_crossing"),
        ),
    )  # fmt: skip
    bollard = (
        21,
        BarrierKind(
            de="Poller", en="bollard",
            osm=("bollard", "bollards", "rising_bollard", "removable_bollard"),
            closable=False, arduous=False, excludes_wheels=False,
            reads="width_m", gap="beside", delay="narrow_s", measures=("move_bollard",),
        ),
    )  # fmt: skip
    cycle_barrier = (
        22,
        BarrierKind(
            de="Umlaufsperre", en="cycle barrier", osm=("cycle_barrier", "motorcycle_barrier", "chicane"),
            closable=True, arduous=False, excludes_wheels=False,
            reads="width_m", gap="opening", delay="narrow_s", measures=("open_cycle_barrier",),
        ),
    )  # fmt: skip
    gate = (
        23,
        BarrierKind(
            de="Tor", en="gate", osm=("gate", "swing_gate", "sliding_gate", "wicket_gate", "bump_gate"),
            closable=True, arduous=False, excludes_wheels=False,
            reads="width_m", gap="opening", delay="gate_s", measures=("wide_gate",),
        ),
    )  # fmt: skip
    stile = (
        24,
        BarrierKind(
            de="Überstieg", en="stile", osm=("stile", "horse_stile", "hampshire_gate"),
            closable=True, arduous=True, excludes_wheels=True,
            reads=None, gap="beside", delay="gate_s", measures=("wide_gate",),
        ),
    )  # fmt: skip
    block = (
        25,
        BarrierKind(
            de="Sperrstein", en="block",
            osm=(
                "block", "jersey_barrier", "wall", "fence", "hedge", "city_wall", "retaining_wall",
                "guard_rail", "boulder", "log", "debris", "planter", "stone", "rock", "tree", "tank_trap",
                "tyres",
            ),
            closable=True, arduous=True, excludes_wheels=True,
            reads="width_m", gap="beside", delay="narrow_s", measures=("remove_obstacle",),
        ),
    )  # fmt: skip
    turnstile = (
        26,
        BarrierKind(
            de="Drehkreuz", en="turnstile",
            osm=("turnstile", "full-height_turnstile", "full_height_turnstile"),
            closable=True, arduous=True, excludes_wheels=True,
            reads=None, gap="opening", delay="gate_s", measures=("wide_gate",),
        ),
    )  # fmt: skip
    kissing_gate = (
        27,
        BarrierKind(
            de="Schwinggatter", en="kissing gate", osm=("kissing_gate",),
            closable=True, arduous=True, excludes_wheels=True,
            reads=None, gap="opening", delay="gate_s", measures=("wide_gate",),
        ),
    )  # fmt: skip
    lift_gate = (
        28,
        BarrierKind(
            de="Schranke", en="lift gate", osm=("lift_gate",),
            closable=True, arduous=False, excludes_wheels=False,
            reads="width_m", gap="opening", delay="gate_s", measures=("wide_gate",),
        ),
    )  # fmt: skip
    chain = (
        29,
        BarrierKind(
            de="Kette", en="chain", osm=("chain", "rope"),
            closable=True, arduous=False, excludes_wheels=False,
            reads="width_m", gap="beside", delay="gate_s", measures=("remove_obstacle",),
        ),
    )  # fmt: skip
    door = (
        30,
        BarrierKind(
            de="Tür", en="door", osm=("door",),
            closable=True, arduous=False, excludes_wheels=False,
            reads="width_m", gap="opening", delay="door_s", measures=("wide_door",),
        ),
    )  # fmt: skip
    obstacle = (  # any other barrier on a way
        31,
        BarrierKind(
            de="Hindernis", en="obstacle", osm=(),
            closable=True, arduous=False, excludes_wheels=False,
            reads="width_m", gap="opening", delay="narrow_s", measures=("remove_obstacle",),
        ),
    )  # fmt: skip
    point = (  # a node with a restriction of its own and nothing in the way: a railway crossing, a ford
        32,
        BarrierKind(
            de="Stelle mit eigener Regel", en="place with a rule of its own", osm=(),
            closable=True, arduous=False, excludes_wheels=False,
            reads=None, gap="opening", delay=None, measures=(),
        ),
    )  # fmt: skip

    @property
    def is_barrier(self) -> bool:
        """Whether the edge stands for a point barrier (zero length)."""
        return self >= Kind.kerb


BARRIERS: dict[Kind, BarrierKind] = {kind: kind.barrier for kind in Kind if kind.barrier is not None}
"""The rows of the registry, by kind."""

KIND_OF_BARRIER: dict[str, Kind] = {value: kind for kind, row in BARRIERS.items() for value in row.osm}
"""Kinds by value of ``barrier``; anything else is an obstacle."""

CLOSABLE = frozenset(kind for kind, row in BARRIERS.items() if row.closable)
"""Barriers that can be shut."""

ARDUOUS = frozenset({Kind.steps, Kind.escalator, Kind.lift}) | {
    kind for kind, row in BARRIERS.items() if row.arduous
}
"""What private ways are led around."""

NAMED_WAYS = frozenset({Kind.steps, Kind.escalator, Kind.lift, Kind.ferry})
"""Kinds that are no point barriers and are still named on every way."""

STOREY_WAYS = frozenset({Kind.steps, Kind.ramp, Kind.escalator, Kind.moving_walkway, Kind.lift})
"""Ways on which height is won or which carry people."""

PASSAGES = ("escalator", "moving_walkway", "lift", *(kind.name for kind in BARRIERS if kind is not Kind.kerb))
"""Names of the kinds about which a profile says how they are passed; a kerb's height decides instead."""


def kinds_for_measure(measure: str) -> tuple[str, ...]:
    """Names of the barriers that a measure is for.

    Parameters
    ----------
    measure
        Id of the measure.

    Returns
    -------
    tuple
        Names as in OpenStreetMap, in the order of the registry.

    Examples
    --------
    >>> kinds_for_measure("remove_obstacle"), kinds_for_measure("second_handrail")
    (('block', 'chain', 'obstacle'), ())
    """
    return tuple(kind.name for kind, row in BARRIERS.items() if measure in row.measures)
