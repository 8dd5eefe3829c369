"""How long a profile takes for each edge, from the point values and within the profile's limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from wegeketten.model.edges import ATTRIBUTE, Crossing, flight_share
from wegeketten.model.kinds import BARRIERS, Kind
from wegeketten.model.reading import Provenance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.people.checks import Columns
    from wegeketten.people.profile import Profile

    Reals: TypeAlias = NDArray[np.float64]

STEEPEST = 0.5
"""Slope beyond which the speed falls no further: steeper streets are faults of the terrain model."""

STEP_RUN_M = 0.3
"""Going of one step, metres: DIN 18065 step formula with a rise of 0.16 m gives 0.63 − 2 · 0.16 = 0.31."""

RAMP_PCT = 6.0
"""Slope at which a ramp beside steps is calculated (DIN 18040-3: at most 6 %)."""


def seconds(columns: Columns, profile: Profile) -> Reals:
    """Seconds for each edge in both directions.

    The same for all three answers: a value beyond a limit counts as the limit, for where the edge is passed
    at all the truth must lie within it.

    Parameters
    ----------
    columns
        Columns of an `EdgeTable`, or of some of its rows.
    profile
        The mobility profile that is asked about.

    Returns
    -------
    numpy.ndarray
        float64, shape (2, edges); row 0 for u → v. Closed edges have seconds too.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> both = seconds(hamlet().edges.columns, load_profile("walker"))
    >>> both.shape, both[:, 0].round(1).tolist()
    ((2, 8), [150.8, 150.8])
    """
    if profile.preset is not None:
        from wegeketten.people.presets.seen import see

        return see(columns, profile.preset).seconds
    kind = columns["kind"]
    length = columns["length_m"].astype(np.float64)
    slope, uphill = _relief(columns, length)
    level_s = length / (profile.level_m_s * _ground(columns, profile))
    total = level_s * _slowness(profile, slope, uphill)
    conveyed = np.isin(kind, (Kind.escalator, Kind.moving_walkway))
    total[:, conveyed] = length[conveyed] / profile.delays.conveyor_m_s
    total[:, kind == Kind.lift] = 0.0
    sailed = kind == Kind.ferry
    total[:, sailed] = columns["ride_s"][sailed]
    rows = np.flatnonzero(kind == Kind.steps)
    if len(rows):
        total[:, rows] = _stairs(
            {name: column[rows] for name, column in columns.items()}, profile, uphill[:, rows]
        )
    total += _delays(columns, profile)
    return total


def costs_s(columns: Columns, profile: Profile) -> Reals:
    """What a search minimises for each edge in both directions: seconds, for all profiles of our own.

    Other routers count what they avoid (steps, steep slopes) as cost beside the time.

    Parameters
    ----------
    columns
        Columns of an `EdgeTable`, or of some of its rows.
    profile
        The mobility profile that is asked about.

    Returns
    -------
    Reals
        Shape (2, edges): there and back.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> import numpy as np
    >>> columns, walker = hamlet().edges.columns, load_profile("walker")
    >>> bool(np.array_equal(costs_s(columns, walker), seconds(columns, walker)))
    True
    """
    if profile.preset is None:
        return seconds(columns, profile)
    from wegeketten.people.presets.seen import see

    return see(columns, profile.preset).cost_s


def level_parts(columns: Columns, profile: Profile) -> tuple[Reals, Reals]:
    """What the seconds of ways are made of: speed by the ground, and slowness by the slope.

    Parameters
    ----------
    columns
        Columns of an `EdgeTable`, or of some of its rows.
    profile
        The mobility profile that is asked about.

    Returns
    -------
    tuple
        Multiples of the level speed, shape (edges,), and of the level time there and back, (2, edges).
    """
    slope, uphill = _relief(columns, columns["length_m"].astype(np.float64))
    return _ground(columns, profile), _slowness(profile, slope, uphill)


def ground_speeds(profile: Profile) -> Reals:
    """Multiples of the level speed by surface class, from A on; what is beyond the limit counts as it.

    Parameters
    ----------
    profile
        The mobility profile that is asked about.

    Returns
    -------
    Reals
        Shape (classes,), at most 1.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> ground_speeds(load_profile("wheelchair")).tolist()
    [1.0, 0.95, 0.7, 0.7, 0.7, 0.7]
    """
    speeds = np.array(list(profile.surface.model_dump().values()))
    worst = profile.limits.surface_class or len(speeds)
    limited: Reals = speeds[np.minimum(np.arange(len(speeds)), worst - 1)]
    return limited


def speed_factor(profile: Profile, slope: Reals) -> Reals:
    """Speed on a slope as a multiple of the speed on the level.

    Parameters
    ----------
    profile
        The mobility profile that is asked about.
    slope
        Rise over run in walking direction, negative downhill.

    Returns
    -------
    Reals
        Shape of `slope`.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> speed_factor(load_profile("walker"), np.array([-0.05, 0.0, 0.06])).round(3).tolist()
    [1.191, 1.0, 0.811]
    """
    figures = profile.slope
    best = figures.best_pct / 100
    rate = np.where(slope >= best, figures.rate_up, figures.rate_down)
    factor = np.exp(figures.rate_up * abs(best) - rate * np.abs(slope - best))
    return np.minimum(factor, figures.fastest)


def _relief(columns: Columns, length: Reals) -> tuple[Reals, Reals]:
    """Steepness (0 and more), and the share of the way that climbs from u to v and from v to u, (2, edges).

    Rise and fall from the terrain where known, for a tagged incline is the steepest stretch, not the mean.
    Each share is calculated on its own: an edge drawn the other way round gives the same to the last bit.
    """
    incline = _point(columns, "incline_pct") / 100
    heights = np.stack([columns["rise_m"], columns["fall_m"]]).astype(np.float64)
    climbed = heights.sum(axis=0)
    known = np.isfinite(climbed) & (length > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(known, climbed / length, np.abs(incline))
        uphill = np.where(known, heights / climbed, _rising(incline))
    flat = ~(slope > 0)
    slope[flat], uphill[:, flat] = 0.0, 0.5
    return slope, uphill


def _rising(incline: Reals) -> NDArray[np.bool_]:
    """Whether an incline climbs from u to v, and from v to u, shape (2, edges)."""
    return np.stack([incline > 0, incline < 0])


def _slowness(profile: Profile, slope: Reals, uphill: Reals) -> Reals:
    """Multiples of the level time, shape (2, edges)."""
    up, down = (
        1 / speed_factor(profile, sign * np.minimum(slope, STEEPEST if limit is None else limit / 100))
        for sign, limit in ((1, profile.limits.incline_up_pct), (-1, profile.limits.incline_down_pct))
    )
    return _both(uphill, up, down)


def _both(uphill: Reals, up: Reals, down: Reals) -> Reals:
    """What is counted upward and downward, by the shares of the way, in both directions, shape (2, edges)."""
    return uphill * up + uphill[::-1] * down


def _ground(columns: Columns, profile: Profile) -> Reals:
    """Multiples of the level speed: by smoothness where mapped, else by surface."""
    by_surface = np.array(list(profile.surface.model_dump().values()))
    by_grade = np.array(list(profile.smoothness.model_dump().values()))
    worst_surface = profile.limits.surface_class or len(by_surface)
    worst_grade = profile.limits.smoothness_grade or len(by_grade)
    surface = np.rint(_point(columns, "surface_class")).clip(1, worst_surface).astype(np.int8)
    grade = np.rint(_point(columns, "smoothness_grade")).clip(1, worst_grade).astype(np.int8)
    came_from = columns["smoothness_grade_from"]
    graded = (came_from == Provenance.surveyed) | (came_from == Provenance.tagged)
    return np.where(graded, by_grade[grade - 1], by_surface[surface - 1])


def _stairs(steps: Columns, profile: Profile, uphill: Reals) -> Reals:
    """Steps are climbed one by one, landings walked; who cannot climb the whole flight takes the ramp."""
    delays, limits = profile.delays, profile.limits
    length = steps["length_m"].astype(np.float64)
    incline = _point(steps, "incline_pct")
    share = np.where(incline == 0, uphill, _rising(incline))
    uncounted = (steps["step_count_from"] == Provenance.none) | ~(steps["step_count"] > 0)
    part = flight_share(steps)
    flight = np.where(uncounted, np.maximum(1, np.rint(length / part / STEP_RUN_M)), steps["step_count"])
    count = flight * part
    landings_s = np.maximum(0, length - STEP_RUN_M * count) / profile.level_m_s
    up, down = count * delays.step_up_s + landings_s, count * delays.step_down_s + landings_s
    climbed = _both(share, up, down)
    if limits.steps_max is None:
        return climbed
    ramp = np.full(len(length), RAMP_PCT / 100)
    ramped = length / profile.level_m_s * _slowness(profile, ramp, share)
    return np.where(flight > limits.steps_max, ramped, climbed)


def _delays(columns: Columns, profile: Profile) -> Reals:
    """Seconds beside the way itself, alike in both directions."""
    delays, kind, crossing = profile.delays, columns["kind"], columns["crossing"]
    by_kind = np.zeros(256)
    for barrier, row in BARRIERS.items():
        by_kind[barrier] = 0.0 if row.delay is None else getattr(delays, row.delay)
    by_kind[Kind.lift] = delays.lift_s
    by_crossing = np.zeros(256)
    by_crossing[Crossing.unmarked] = delays.crossing_unmarked_s
    by_crossing[Crossing.marked] = delays.crossing_marked_s
    by_crossing[Crossing.signals] = delays.crossing_signals_s
    by_crossing[Crossing.informal] = delays.crossing_informal_s
    by_crossing[Crossing.unknown] = delays.crossing_unknown_s
    kerb_cm = _point(columns, "kerb_cm")
    if profile.limits.kerb_cm is not None:
        kerb_cm = np.minimum(kerb_cm, profile.limits.kerb_cm)
    kerb = kind == Kind.kerb
    waited = 1 - columns["unwaited"] / 2
    total: Reals = (
        by_kind[kind]
        + waited * by_crossing[crossing]
        + delays.kerb_s_per_cm * kerb_cm
        + delays.kerb_s * (kerb & (kerb_cm > 1))
        + delays.kerb_without_tactile_s * (kerb & ~(columns["tactile"] >= 0.5))
        + waited
        * delays.signal_without_sound_s
        * ((crossing == Crossing.signals) & ~(columns["sound"] >= 0.5))
    )
    return total


def _point(columns: Columns, name: str) -> Reals:
    """Point values; where there is none, the one within the bounds nearest to an undisturbed way."""
    value = columns[name].astype(np.float64)
    missing = np.isnan(value)
    if missing.any():
        lower, upper = columns[f"{name}_lower"][missing], columns[f"{name}_upper"][missing]
        nearest = np.fmin(np.fmax(ATTRIBUTE[name].absent, lower), upper)
        value[missing] = np.nan_to_num(nearest, nan=ATTRIBUTE[name].absent)
    return value
