"""A profile's limits held against whole columns of readings.

Every limit becomes one `Check` whose levels say, per edge, in which answers it holds. The verdict is the
lowest level over all checks, so sure ⊆ likely ⊆ possible holds by construction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from wegeketten.model.edges import HIGHWAYS, Crossing
from wegeketten.model.kinds import Kind
from wegeketten.model.reading import Provenance
from wegeketten.network.short_slopes import LONG_PCT, SHORT_PCT
from wegeketten.tags.cautions import most_for, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from wegeketten.model.answers import Answer
    from wegeketten.people.figures import Need, Preset, RoadLimit
    from wegeketten.people.profile import Profile
    from wegeketten.tags.cautions import Group

    Columns: TypeAlias = Mapping[str, NDArray[Any]]
    Levels: TypeAlias = NDArray[np.uint8]
    Flags: TypeAlias = NDArray[np.bool_]

CLOSED, POSSIBLE, LIKELY, SURE = range(4)
"""Levels: in how many of the three answers a limit holds."""

LEVEL_OF: dict[Answer, int] = {"sure": SURE, "likely": LIKELY, "possible": POSSIBLE}
"""Level that an edge must reach to be open in an answer."""

ROAD_ORDER = (
    "living_street",
    "pedestrian",
    "service",
    "track",
    "residential",
    "road",
    "unclassified",
    "tertiary",
    "secondary",
    "primary",
    "trunk",
    "motorway",
)
"""Roads from quiet to busy; ``road`` is a road of unknown class."""

OFF_GROUND = (Kind.steps, Kind.escalator, Kind.moving_walkway, Kind.lift, Kind.ferry)
"""Kinds whose slope and surface are not those of the ground."""


_NAMES_OF_PRESET = {"surface_rank": "surface_class"}
"""What a router's quantity is called among our attributes, where that differs."""

ALL_HOURS = "all hours"
"""Limit that a lift breaks which runs at some hours only: nobody can be sure of it."""


class Check(NamedTuple):
    """One limit against all edges.

    Attributes
    ----------
    attribute
        An attribute of the edge table, or ``access``, ``kind``, ``crossing``, ``caution``.
    limit
        The limit as the profile states it.
    levels
        Shape (edges,) where both directions are alike, else (2, edges): row 0 for u → v.
    """

    attribute: str
    limit: float | str
    levels: Levels


def checks(columns: Columns, profile: Profile) -> Iterator[Check]:
    """Hold every limit of a profile against columns of the edge table.

    Parameters
    ----------
    columns
        Columns of an `EdgeTable`, or of some of its rows.
    profile
        The mobility profile that is asked about.

    Yields
    ------
    Check
        Limits that the profile does not have are left out.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> [check.attribute for check in checks(hamlet().edges.columns, load_profile("wheelchair"))][:4]
    ['access', 'kind', 'caution', 'kerb_cm']
    """
    if profile.preset is not None:
        yield from _checks_of_preset(columns, profile, profile.preset)
        return
    limits = profile.limits
    kind = columns["kind"]
    told = _known(columns, "wheelchair")
    yes = told & (columns["wheelchair_lower"] >= 1) if limits.wheelchair_tag else None
    ground = ~np.isin(kind, OFF_GROUND)
    yield Check("access", "lawful", _lawful(columns))
    yield from _passages(columns, profile, yes)
    yield Check("kind", ALL_HOURS, np.where(columns["hours"] > 0, LIKELY, SURE).astype(np.uint8))
    yield Check("caution", "none", cautious(columns["caution"], profile))
    if limits.kerb_cm is not None:
        yield _check(columns, "kerb_cm", limits.kerb_cm, _at_most(columns, "kerb_cm", limits.kerb_cm), yes)
    for limit, uphill in ((limits.incline_up_pct, True), (limits.incline_down_pct, False)):
        if limit is not None:
            levels = _slope(columns, limit, uphill=uphill)
            levels[:, ~ground] = SURE
            yield _check(columns, "incline_pct", limit if uphill else -limit, levels, yes)
    if limits.cross_slope_pct is not None:
        levels = _at_most(columns, "cross_slope_pct", limits.cross_slope_pct)
        levels[~ground] = SURE
        yield _check(columns, "cross_slope_pct", limits.cross_slope_pct, levels, yes)
    if limits.width_m is not None:
        levels = _at_least(columns, "width_m", limits.width_m)
        levels[free_kinds(profile)[kind]] = SURE
        yield _check(columns, "width_m", limits.width_m, levels, yes)
    graded = _known(columns, "smoothness_grade")
    if limits.smoothness_grade is not None:
        levels = _at_most(columns, "smoothness_grade", limits.smoothness_grade)
        levels[~(ground & graded)] = SURE
        yield _check(columns, "smoothness_grade", limits.smoothness_grade, levels, yes)
    if limits.surface_class is not None:
        levels = _at_most(columns, "surface_class", limits.surface_class)
        levels[~ground | graded] = SURE
        yield _check(columns, "surface_class", limits.surface_class, levels, yes)
    yield from _steps(columns, profile)
    if limits.informal_crossing != "any":
        busy = _busier(limits.informal_crossing)[columns["road"]]
        refused = (columns["crossing"] == Crossing.informal) & busy
        yield Check("crossing", limits.informal_crossing, np.where(refused, CLOSED, SURE).astype(np.uint8))
    yield from _signs(columns, "tactile", limits.tactile, kind == Kind.kerb)
    yield from _signs(columns, "sound", limits.sound, columns["crossing"] == Crossing.signals)
    if limits.wheelchair_tag:
        levels = _level(
            columns["wheelchair_upper"] >= 0.5, columns["wheelchair"] >= 0.5, columns["wheelchair_lower"] >= 1
        )
        levels[~told] = SURE
        yield Check(
            "wheelchair", "yes", np.where(columns["hours_wheelchair"] > 0, np.minimum(levels, LIKELY), levels)
        )


def _checks_of_preset(columns: Columns, profile: Profile, preset: Preset) -> Iterator[Check]:
    """Another router knows no bounds: an arc is open in all answers or in none."""
    from wegeketten.people.presets.seen import broken_rules, see

    yield Check("access", "lawful", _lawful(columns))
    for rule in broken_rules(see(columns, preset), profile):
        name = _NAMES_OF_PRESET.get(rule.attribute, rule.attribute)
        yield Check(name, rule.limit, np.where(rule.closes, CLOSED, SURE).astype(np.uint8))


def groups_of(profile: Profile) -> tuple[Group, ...]:
    """Which groups of people the cautions speak of somebody belongs to.

    Parameters
    ----------
    profile
        The mobility profile that is asked about.

    Returns
    -------
    tuple
        Names in ``data/tags/cautions.csv``.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> [groups_of(load_profile(name)) for name in ("walker", "pram", "blind")]
    [('feet',), ('wheels', 'pram'), ('feet', 'blind')]
    """
    limits = profile.limits
    found: list[Group] = ["wheels" if profile.wheels else "feet"]
    if profile.wheels and limits.steps_ramp == "stroller":
        found.append("pram")
    if not profile.wheels and limits.steps_max_without_handrail is not None:
        found.append("frail")
    if limits.tactile != "ignored":
        found.append("blind")
    return tuple(found)


def cautious(bits: NDArray[np.uint32], profile: Profile) -> Levels:
    """In how many answers edges may be passed for all that their cautions say.

    Parameters
    ----------
    bits
        Cautions of each edge.
    profile
        The mobility profile that is asked about.

    Returns
    -------
    Levels
        From 0 (none) to 3 (all), shape of `bits`.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> import numpy as np
    >>> cautious(np.array([0], np.uint32), load_profile("blind")).tolist()
    [3]
    """
    levels = np.full(len(bits), SURE, np.uint8)
    rows = np.flatnonzero(bits)
    if len(rows):
        groups = groups_of(profile)
        for caution in named(int(np.bitwise_or.reduce(bits[rows]))):
            here = rows[(bits[rows] & np.uint32(caution.bit)) > 0]
            levels[here] = np.minimum(levels[here], most_for(groups, caution))
    return levels


def _lawful(columns: Columns) -> Levels:
    return np.stack([columns["forward"], columns["backward"]]).astype(np.uint8) * np.uint8(SURE)


def _passages(columns: Columns, profile: Profile, yes: Flags | None) -> Iterator[Check]:
    """One check per way of refusing; a mapped yes opens what is unclear."""
    levels_of = {"unclear": POSSIBLE, "tagged": CLOSED, "closed": CLOSED}
    passage_of = _passage_of(profile)
    for passage, refused in levels_of.items():
        there = np.array([how == passage for how in passage_of])[columns["kind"]]
        if not there.any():
            continue
        levels = np.where(there, refused, SURE).astype(np.uint8)
        if passage == "tagged":
            tagged = _level(
                columns["wheelchair_upper"] >= 0.5,
                columns["wheelchair"] >= 0.5,
                columns["wheelchair_lower"] >= 1,
            )
            tagged[~_known(columns, "wheelchair")] = CLOSED
            levels = np.where(there, tagged, SURE).astype(np.uint8)
        elif passage == "unclear" and yes is not None:
            levels[yes] = SURE
        yield Check("kind", passage, levels)


def _passage_of(profile: Profile) -> list[str]:
    """How each code of `Kind` is passed, "" for what is no passage; a barrier not spoken of is unclear."""
    passage_of = [""] * int(Kind.kerb) + ["unclear"] * (256 - int(Kind.kerb))
    passage_of[Kind.kerb] = ""  # its height decides
    for name, passage in profile.passages.model_dump().items():
        passage_of[Kind[name]] = passage
    return passage_of


def _steps(columns: Columns, profile: Profile) -> Iterator[Check]:
    """Steps: few enough, and with a handrail or few enough to need none; or a ramp beside them.

    A mapper's ``wheelchair=yes`` on steps is a contradiction that `data/tags/conflicts.toml` resolves:
    perhaps a ramp is there that nobody mapped, so the steps are possible, not likely.
    """
    limits = profile.limits
    rows = np.flatnonzero(columns["kind"] == Kind.steps)
    if not len(rows):
        return
    steps = {name: column[rows] for name, column in columns.items()}
    ramp = np.zeros(len(rows), np.uint8)
    if limits.steps_ramp != "no":
        ramp = _at_least(steps, "ramp_wheelchair", 1)
    if limits.steps_ramp == "stroller":
        ramp = np.maximum(ramp, _at_least(steps, "ramp_stroller", 1))

    def spread(levels: Levels) -> Levels:
        out = np.full(len(columns["kind"]), SURE, np.uint8)
        out[rows] = np.maximum(levels, ramp)
        return out

    if limits.steps_max is not None:
        yield Check("step_count", limits.steps_max, spread(_few_steps(steps, limits.steps_max)))
    bare = limits.steps_max_without_handrail
    if bare is not None and (limits.steps_max is None or bare < limits.steps_max):
        held = np.maximum(_at_least(steps, "handrail_sides", 1), _few_steps(steps, bare))
        yield Check("handrail_sides", 1.0, spread(held))


def _few_steps(steps: Columns, limit: int) -> Levels:
    levels = _at_most(steps, "step_count", limit)
    uncounted = steps["step_count_from"] == Provenance.none
    levels[uncounted] = POSSIBLE if limit > 0 else CLOSED
    return levels


def _signs(columns: Columns, name: str, need: Need, there: Flags) -> Iterator[Check]:
    if need == "ignored":
        return
    levels = _at_least(columns, name, 1)
    if need == "for_sure":
        levels = np.maximum(levels, LIKELY)
    levels[~there] = SURE
    yield Check(name, "yes", levels)


def _check(columns: Columns, name: str, limit: float, levels: Levels, yes: Flags | None) -> Check:
    """Let a mapper's ``wheelchair=yes`` overrule what was only assumed."""
    if yes is not None:
        levels[..., yes & (columns[f"{name}_from"] == Provenance.assumed)] = SURE
    return Check(name, limit, levels)


def _known(columns: Columns, name: str) -> Flags:
    came_from = columns[f"{name}_from"]
    known: Flags = (came_from == Provenance.surveyed) | (came_from == Provenance.tagged)
    return known


def _level(possible: Flags, likely: Flags, sure: Flags) -> Levels:
    """Nested by force: what is not possible is not likely either, whatever a column says."""
    likely = likely & possible
    sure = sure & likely
    return possible.view(np.uint8) + likely.view(np.uint8) + sure.view(np.uint8)


def _at_most(columns: Columns, name: str, limit: float) -> Levels:
    """A bound of NaN is unknown; without a point value the worst bound decides."""
    sure = columns[f"{name}_upper"] <= limit
    return _level(~(columns[f"{name}_lower"] > limit), (columns[name] <= limit) | sure, sure)


def _at_least(columns: Columns, name: str, limit: float) -> Levels:
    sure = columns[f"{name}_lower"] >= limit
    return _level(~(columns[f"{name}_upper"] < limit), (columns[name] >= limit) | sure, sure)


def _slope(columns: Columns, limit: float, *, uphill: bool) -> Levels:
    """Levels of both directions: the way back climbs what the way there descends."""
    rising = _at_most(columns, "incline_pct", limit)
    falling = _at_least(columns, "incline_pct", -limit)
    short = np.flatnonzero(columns["short_slope"])
    if len(short) and LONG_PCT <= limit < SHORT_PCT:
        few = {
            name: columns[name][short] for name in ("incline_pct", "incline_pct_lower", "incline_pct_upper")
        }
        rising[short] = _at_most(few, "incline_pct", SHORT_PCT)
        falling[short] = _at_least(few, "incline_pct", -SHORT_PCT)
    return np.stack([rising, falling] if uphill else [falling, rising])


def free_kinds(profile: Profile) -> Flags:
    """Kinds at which the width does not count, as a table over `Kind`.

    Steps belong to them where a ramp beside them may be taken: their width is not the ramp's.

    Parameters
    ----------
    profile
        The mobility profile that is asked about.

    Returns
    -------
    Flags
        bool by code of the kind.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.model.kinds import Kind
    >>> free = free_kinds(load_profile("wheelchair"))
    >>> bool(free[Kind.gate])
    False
    """
    table = np.array([passage == "free" for passage in _passage_of(profile)])
    table[Kind.steps] = profile.limits.steps_ramp != "no"
    return table


def _busier(limit: RoadLimit) -> Flags:
    """Which codes of `HIGHWAYS` are busier than the limit, as a table."""
    if limit == "never":
        return np.ones(len(HIGHWAYS), bool)
    busier = ROAD_ORDER[ROAD_ORDER.index(limit) + 1 :]
    return np.array([name in busier for name in HIGHWAYS])
