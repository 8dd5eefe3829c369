"""A network as another router sees it: its verdicts, times and costs as whole columns."""

from __future__ import annotations

from dataclasses import fields
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.model.edges import HIGHWAYS, RAW, flight_share
from wegeketten.model.kinds import Kind
from wegeketten.model.reading import Provenance
from wegeketten.people.presets.facts import Facts, Judged
from wegeketten.tags.raw import apart

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from wegeketten.people.figures import Preset
    from wegeketten.people.profile import Profile

    Columns = Mapping[str, NDArray[Any]]
    Reals = NDArray[np.float64]

_RIGHT = {
    "kerb_cm": "kerb_cm",
    "incline_pct": "incline_pct",
    "width_m": "width_m",
    "smoothness_grade": "smoothness_grade",
}
"""Quantities that are taken from our own readings where a preset is as meant."""

_STEEPEST = 0.5


class Seen(NamedTuple):
    """What a router makes of every edge, in both directions.

    Attributes
    ----------
    shut
        Name of the rule that closes an arc, "" where none does; shape (2, edges), row 0 for u → v.
    quantities
        By name, as the router reads them, NaN where it reads nothing; shape (2, edges).
    seconds, cost_s
        Time, and what the router minimises; shape (2, edges).
    speed_rule
        Name of the rule that makes the speed, shape (2, edges).
    """

    shut: NDArray[np.object_]
    quantities: dict[str, Reals]
    seconds: Reals
    cost_s: Reals
    speed_rule: NDArray[np.object_]


class Broken(NamedTuple):
    """One rule of a router and the arcs it closes, shape (2, edges).

    Attributes
    ----------
    attribute
        A quantity, or ``access`` for a rule that is no limit.
    limit
        The limit, or the name of the rule.
    closes
        Where.
    """

    attribute: str
    limit: float | str
    closes: NDArray[np.bool_]


def see(columns: Columns, preset: Preset) -> Seen:
    """Look at edges with the eyes of a router.

    Parameters
    ----------
    columns
        Columns of the edge table, the tags word by word among them.
    preset
        The router.

    Returns
    -------
    Seen
        Rules and costs by arc.

    Raises
    ------
    InputDataError
        The edges carry no tags word by word.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> seen = see(hamlet().edges.columns, load_profile("ors").preset)
    >>> seen.seconds.shape
    (2, 8)
    """
    try:
        raw = columns[RAW]
    except KeyError:
        raise InputDataError(
            f"profile {preset.router}: this network keeps no tags word by word; build the city again"
        ) from None
    length = columns["length_m"].astype(np.float64)
    incline = _incline(columns, length)
    both = [_judged(raw, columns, length, sign * incline, preset) for sign in (1.0, -1.0)]
    found = {
        each.name: np.stack([side[each.name] for side in both])
        for each in fields(Judged)
    }  # fmt: skip
    names = ("kerb_cm", "incline_pct", "width_m", "surface_rank", "smoothness_grade")
    quantities = {name: found[name].astype(np.float64) for name in names}
    if not preset.as_built:
        for name, column in _RIGHT.items():
            quantities[name] = np.stack([_known(columns, column)] * 2)
    walked = np.broadcast_to(np.where(columns["kind"] == Kind.lift, 0.0, length), (2, len(length)))
    seconds = walked / found["speed_m_s"].astype(np.float64) + found["delay_s"].astype(np.float64)
    seconds = np.where(columns["kind"] == Kind.ferry, columns["ride_s"].astype(np.float64), seconds)
    penalty = found["penalty_s"].astype(np.float64) * flight_share(columns)
    cost = seconds * found["factor"].astype(np.float64) + penalty
    return Seen(found["shut"], quantities, seconds, cost, found["speed_rule"])


def broken_rules(seen: Seen, profile: Profile) -> Iterator[Broken]:
    """Rules of the router that close arcs: its own, then the limits that the profile states.

    Parameters
    ----------
    seen
        What the router sees.
    profile
        The mobility profile that is asked about.

    Yields
    ------
    Broken
        In the order in which the router asks.
    """
    for rule in sorted({str(name) for name in np.unique(seen.shut.astype(str))} - {""}):
        yield Broken("access", rule, seen.shut == rule)
    for name, limit, most in limits_of(profile):
        value = seen.quantities[name]
        with np.errstate(invalid="ignore"):
            yield Broken(name, limit, value > limit if most else (value > 0) & (value < limit))


def limits_of(profile: Profile) -> list[tuple[str, float, bool]]:
    """Limits a preset has: quantity, limit, and whether it is the most (or the least) allowed.

    The incline is compared by its magnitude, up and down alike.

    Parameters
    ----------
    profile
        The mobility profile that is asked about.

    Returns
    -------
    list of tuple
        Names as in the router's own request.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> limits_of(load_profile("ors-meant"))[:2]
    [('kerb_cm', 6.0, True), ('incline_pct', 6.0, True)]
    """
    from wegeketten.people.presets.ors import RANK_OF_CLASS

    limits = profile.limits
    rank = None if limits.surface_class is None else float(RANK_OF_CLASS[limits.surface_class - 1])
    stated = (
        ("kerb_cm", limits.kerb_cm, True),
        ("incline_pct", limits.incline_up_pct, True),
        ("width_m", limits.width_m, False),
        ("surface_rank", rank, True),
        ("smoothness_grade", limits.smoothness_grade, True),
    )
    return [(name, float(limit), most) for name, limit, most in stated if limit is not None]


def _incline(columns: Columns, length: Reals) -> Reals:
    """Rise over run from u to v, where tags or the elevation model say it."""
    tagged = _signed(columns)
    rise, fall = columns["rise_m"].astype(np.float64), columns["fall_m"].astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        modelled = np.where(length > 0, (rise - fall) / length, np.nan)
    found = np.where(np.isnan(modelled), tagged, modelled)
    on_ground = ~np.isin(columns["kind"], (Kind.steps, Kind.escalator, Kind.lift, Kind.ferry))
    return np.where(on_ground & (columns["kind"] < Kind.kerb), found, np.nan).clip(-_STEEPEST, _STEEPEST)


def _signed(columns: Columns) -> Reals:
    value = columns["incline_pct"].astype(np.float64) / 100.0
    return np.where(_is_known(columns, "incline_pct"), value, np.nan)


def _known(columns: Columns, name: str) -> Reals:
    value = np.abs(columns[name].astype(np.float64))
    return np.where(_is_known(columns, name), value, np.nan)


def _is_known(columns: Columns, name: str) -> NDArray[np.bool_]:
    came_from = columns[f"{name}_from"]
    known: NDArray[np.bool_] = (came_from != Provenance.assumed) & (came_from != Provenance.none)
    return known


def _judged(
    raw: NDArray[Any], columns: Columns, length: Reals, incline: Reals, preset: Preset
) -> dict[str, NDArray[Any]]:
    """One judgement for each sort of edge, spread over the edges."""
    judge = import_module(f"wegeketten.people.presets.{preset.router}").judge
    texts: dict[str, int] = {}
    code = np.array([texts.setdefault(text, len(texts)) for text in raw.tolist()], dtype=np.int64)
    grade = np.where(np.isnan(incline), 10**6, np.round(incline * 1e4)).astype(np.int64)
    if preset.router == "ors":
        grade[:] = 10**6  # it reads tags only
    stretch = (length > 3.0).astype(np.int64)
    sort = np.stack([code, columns["kind"], columns["highway"], columns["side"], grade, stretch])
    sorts, inverse = np.unique(sort.astype(np.int64), axis=1, return_inverse=True)
    names = list(texts)
    judged = []
    for text, kind, highway, side, slope, far in sorts.T.tolist():
        facts = Facts(
            apart(names[text]), Kind(kind).name, HIGHWAYS[highway], ("left", "", "right")[side + 1],
            10.0 if far else 1.0, float("nan") if slope == 10**6 else slope / 1e4,
        )  # fmt: skip
        judged.append(judge(facts, as_built=preset.as_built))
    rows = inverse.ravel()
    return {
        each.name: np.array([getattr(one, each.name) for one in judged], dtype=object)[rows]
        for each in fields(Judged)
    }
