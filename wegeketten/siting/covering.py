"""Covering: the most people within a radius of p sites, and the fewest sites for all or a share of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.siting.exact import merge_rows, relaxed_cover, solve_cover, solve_max_cover
from wegeketten.siting.lagrangian import assign, relax
from wegeketten.siting.median import solve
from wegeketten.siting.problem import Problem, check_count, cost_matrix, fixed_mask, vector
from wegeketten.siting.solution import Siting, snapped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

_MOST_ONES = 200_000  # of a matrix of who covers whom, that the exact solver gets


def max_cover(
    cost: ArrayLike,
    p: int,
    radius: float | ArrayLike,
    weights: ArrayLike | None = None,
    fixed: Sequence[int] | NDArray[np.integer] = (),
    capacity: ArrayLike | None = None,
    *,
    load: ArrayLike | None = None,
    exact: bool = True,
) -> Siting:
    """Open p sites so that the demands within a radius of them weigh most.

    Parameters
    ----------
    cost
        Shape (demands, sites), 0 or more; infinite where the pair is forbidden.
    p
        How many sites are open, the fixed ones among them.
    radius
        Greatest cost at which a site serves a demand; one number, or one for each demand.
    weights
        By demand; 1 where None.
    fixed
        Columns of sites that are open in any case.
    capacity
        By site, or one number for all; None where a site serves any number.
    load
        How much of a capacity each demand takes; its weight where None.
    exact
        Whether what is small enough goes to an exact solver.

    Returns
    -------
    Siting
        `Siting.value` is the weight served and at most `Siting.bound`; demands that nobody serves are
        assigned -1.

    Raises
    ------
    UsageError
        The arrays do not fit one another.

    Examples
    --------
    >>> found = max_cover([[0, 4], [4, 0], [9, 3]], 1, radius=3, weights=[5, 1, 1])
    >>> found.open.tolist(), found.value, found.assigned.tolist()
    ([0], 5.0, [0, -1, -1])
    """
    matrix = cost_matrix(cost)
    demands, sites = matrix.shape
    weight = vector(weights, demands, "weights")
    mask = fixed_mask(fixed, sites)
    check_count(p, mask)
    limit = vector(radius, demands, "radius")
    room = None if capacity is None else vector(capacity, sites, "capacity")
    return _max_cover(matrix, p, limit, weight, mask, room, vector(load, demands, "load", weight), exact)


def _max_cover(
    cost: Floats,
    p: int,
    radius: Floats,
    weight: Floats,
    fixed: NDArray[np.bool_],
    room: Floats | None,
    load: Floats,
    exact: bool,
) -> Siting:
    covers = (cost <= radius[:, None]) & np.isfinite(cost)
    if room is not None:
        return _max_cover_within(cost, covers, p, weight, fixed, room, load, exact)
    total = float(weight.sum())
    rows, merged = merge_rows(covers, weight)
    if not len(rows):
        opened = np.concatenate([np.flatnonzero(fixed), np.flatnonzero(~fixed)])[:p]
        return Siting(np.sort(opened), np.full(len(cost), -1), 0.0, 0.0)
    integral = bool((weight == np.floor(weight)).all())
    missed = np.ascontiguousarray(np.where(rows, 0.0, merged[:, None]).T)
    problem = Problem(missed, float(merged.sum()) + 1.0, fixed, merged, None, integral)
    relaxation = relax(problem, p)
    within = float(merged.sum())
    chosen = relaxation.incumbent.chosen
    value, bound = within - relaxation.incumbent.value, within - problem.raised(relaxation.bound)
    if exact and bound > value + 1e-9 * max(1.0, total) and int(rows.sum()) <= _MOST_ONES:
        found = solve_max_cover(rows, merged, fixed, p)
        bound = min(bound, found.bound)
        if found.chosen is not None:
            solved = float(merged[rows[:, found.chosen].any(axis=1)].sum())
            if solved > value:
                value, chosen = solved, found.chosen
    chosen = np.sort(chosen)
    assigned = _nearest_within(cost, covers, chosen)
    value = float(weight[assigned >= 0].sum())
    return Siting(chosen, assigned, value, snapped(max(bound, value), value))


def _nearest_within(cost: Floats, covers: NDArray[np.bool_], chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    near = np.where(covers[:, chosen], cost[:, chosen], np.inf)
    best = near.argmin(axis=1)
    return np.where(np.isfinite(near[np.arange(len(near)), best]), chosen[best], -1)


def _max_cover_within(
    cost: Floats,
    covers: NDArray[np.bool_],
    p: int,
    weight: Floats,
    fixed: NDArray[np.bool_],
    room: Floats,
    load: Floats,
    exact: bool,
) -> Siting:
    """With capacities: a median problem with one more site, for those whom nobody serves."""
    sites = cost.shape[1]
    total = float(weight.sum())
    penalty = total + 1.0
    matrix = np.where(covers.T, 0.0, penalty)
    matrix = np.ascontiguousarray(np.vstack([matrix, weight]))
    integral = bool((weight == np.floor(weight)).all())
    problem = Problem(matrix, penalty, np.append(fixed, True), load, np.append(room, np.inf), integral)
    best, bound = solve(problem, p + 1, exact=exact)
    if best is None:  # nobody can be served at all
        best = assign(
            problem, np.append(np.concatenate([np.flatnonzero(fixed), np.flatnonzero(~fixed)])[:p], sites)
        )
    chosen = np.sort(best.chosen[best.chosen < sites])
    assigned = np.where(best.assigned < sites, best.assigned, -1)
    value = float(weight[assigned >= 0].sum())
    return Siting(chosen, assigned, value, snapped(max(total - bound, value), value))


def set_cover(
    cost: ArrayLike,
    radius: float | ArrayLike,
    weights: ArrayLike | None = None,
    fixed: Sequence[int] | NDArray[np.integer] = (),
    capacity: ArrayLike | None = None,
    *,
    share: float = 1.0,
    load: ArrayLike | None = None,
    exact: bool = True,
) -> Siting:
    """Open the fewest sites so that every demand, or a share of their weight, lies within a radius of one.

    Parameters
    ----------
    cost
        Shape (demands, sites), 0 or more; infinite where the pair is forbidden.
    radius
        Greatest cost at which a site serves a demand; one number, or one for each demand.
    weights
        By demand; 1 where None.
    fixed
        Columns of sites that are open in any case; they are counted.
    capacity
        By site, or one number for all; None where a site serves any number.
    share
        Share of the weight that must be served, above 0 and at most 1; with 1 demands of no weight are
        served too.
    load
        How much of a capacity each demand takes; its weight where None.
    exact
        Whether what is small enough goes to an exact solver.

    Returns
    -------
    Siting
        `Siting.value` is the number of open sites, `Siting.bound` the number below which it is impossible.

    Raises
    ------
    UsageError
        The arrays do not fit one another, or all sites together do not serve so many.

    Examples
    --------
    >>> set_cover([[0, 4, 9], [4, 0, 5], [9, 5, 0]], radius=5).open.tolist()
    [1]
    >>> set_cover([[0, 4, 9], [4, 0, 5], [9, 5, 0]], radius=3, share=0.6).value
    2.0
    """
    matrix = cost_matrix(cost)
    demands, sites = matrix.shape
    weight = vector(weights, demands, "weights")
    mask = fixed_mask(fixed, sites)
    limit = vector(radius, demands, "radius")
    room = None if capacity is None else vector(capacity, sites, "capacity")
    loads = vector(load, demands, "load", weight)
    if not 0 < share <= 1:
        raise UsageError(f"share = {share}: a number above 0 and at most 1 is needed")
    if room is None and share == 1:
        return _full_cover(matrix, limit, mask, exact)
    target = share * float(weight.sum())
    if share == 1 and (weight == 0).any():
        raise UsageError("weights: all above 0 are needed where everybody is to be served within capacities")

    def serve(p: int) -> Siting:
        return _max_cover(matrix, p, limit, weight, mask, room, loads, exact)

    tried = [sites] if room is not None else [_enough(matrix, limit, weight, mask, target), sites]
    return _fewest(serve, max(1, int(mask.sum())), tried, target)


def _enough(cost: Floats, radius: Floats, weight: Floats, fixed: NDArray[np.bool_], target: float) -> int:
    """How many sites surely reach a target: those of the greedy search; all where it does not get there."""
    covers = (cost <= radius[:, None]) & np.isfinite(cost)
    left = np.where(covers[:, fixed].any(axis=1), 0.0, weight)
    covered, count = float(weight.sum() - left.sum()), int(fixed.sum())
    while covered < target * (1 + 1e-12):
        gains = left @ covers
        best = int(gains.argmax())
        if gains[best] <= 0:
            return len(fixed)
        covered += float(gains[best])
        left[covers[:, best]] = 0.0
        count += 1
    return max(1, count)


def _fewest(serve: Callable[[int], Siting], least: int, tried: Sequence[int], target: float) -> Siting:
    """Smallest number of sites whose maximal covering reaches the target, by bisection.

    The first of the numbers tried that reaches it is where the bisection starts: what is served need not be
    the most that so many sites can serve, so that only all of them prove that the target is out of reach.
    """
    enough = target * (1 - 1e-12)
    for most in tried:
        found = serve(most)
        if found.value >= enough:
            break
    else:
        raise UsageError(
            f"all {most} sites together serve {found.value:g}, {target:g} are needed: "
            "more sites or a greater radius"
        )
    low, high, proven = least, most, least  # proven: no fewer sites can do
    while low < high:
        middle = (low + high) // 2
        answer = serve(middle)
        if answer.value >= enough:
            high, found = middle, answer
        else:
            low = middle + 1
            if answer.bound < enough:
                proven = max(proven, middle + 1)
    while proven < high:  # what was not found may still be possible
        middle = (proven + high) // 2
        if serve(middle).bound >= enough:
            break
        proven = middle + 1
    return Siting(found.open, found.assigned, float(len(found.open)), float(min(proven, len(found.open))))


def _full_cover(cost: Floats, radius: Floats, fixed: NDArray[np.bool_], exact: bool) -> Siting:
    covers = (cost <= radius[:, None]) & np.isfinite(cost)
    lonely = np.flatnonzero(~covers.any(axis=1))
    if len(lonely):
        raise UsageError(
            f"no site lies within the radius of {len(lonely)} of {len(cost)} demands, "
            f"the first in row {lonely[0]}"
        )
    chosen = _greedy(covers, fixed)
    bound = np.ceil(relaxed_cover(covers, fixed) - 1e-6)
    if exact and bound < len(chosen) and int(covers.sum()) <= _MOST_ONES:
        found = solve_cover(covers, fixed)
        bound = max(bound, found.bound)
        if found.chosen is not None and len(found.chosen) < len(chosen):
            chosen = found.chosen
    if not len(chosen):
        chosen = np.zeros(1, dtype=np.int64)
    bound = min(max(bound, 1.0), len(chosen))
    return Siting(chosen, _nearest_within(cost, covers, chosen), float(len(chosen)), float(bound))


def _greedy(covers: NDArray[np.bool_], fixed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The site that covers most of what is left, again and again; what nothing needs is closed."""
    chosen = np.flatnonzero(fixed).tolist()
    left = ~covers[:, fixed].any(axis=1)
    while left.any():
        site = int(covers[left].sum(axis=0).argmax())
        chosen.append(site)
        left &= ~covers[:, site]
    for site in [site for site in chosen if not fixed[site]]:
        rest = [other for other in chosen if other != site]
        if rest and covers[:, rest].any(axis=1).all():
            chosen = rest
    return np.array(sorted(chosen), dtype=np.int64)
