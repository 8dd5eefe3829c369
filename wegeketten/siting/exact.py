"""Location problems as integer programs, solved by HiGHS through SciPy, where they are small enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.siting.lagrangian import Incumbent, assign

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.siting.problem import Problem

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

MOST_PAIRS = 40_000
"""Most pairs of demand and site, or ones of a matrix of who covers whom, that go to the solver."""

MOST_PAIRS_WITHIN = 1_500
"""The same under capacities, where every pair is a decision of its own."""

_NODES = 5_000
"""Most branch-and-bound nodes; a limit of time would make results depend on the machine."""


class Exact(NamedTuple):
    """Answer of the solver.

    Attributes
    ----------
    incumbent
        Its best answer; None where it found none.
    bound
        No answer costs less; infinite where there is none.
    """

    incumbent: Incumbent | None
    bound: float


def solve_median(problem: Problem, p: int) -> Exact:
    """Open exactly p sites so that serving every demand from one of them costs least.

    Parameters
    ----------
    problem
        The checked problem.
    p
        How many sites are open, the fixed ones among them.

    Returns
    -------
    Exact
        Sites, value and bound.
    """
    allowed = problem.cost < problem.penalty
    site, demand = np.nonzero(allowed)
    pairs, sites = len(site), problem.sites
    if not allowed.any(axis=0).all():
        return Exact(None, np.inf)
    columns = sites + np.arange(pairs)
    rows = np.arange(pairs)
    blocks = [  # each demand from one site; only from open ones; p of them
        (demand, columns, np.ones(pairs), np.ones(problem.demands), np.ones(problem.demands)),
        (
            np.concatenate([rows, rows]), np.concatenate([columns, site]), np.repeat([1.0, -1.0], pairs),
            np.full(pairs, -np.inf), np.zeros(pairs),
        ),
        (np.zeros(sites, dtype=np.int64), np.arange(sites), np.ones(sites), np.array([p]), np.array([p])),
    ]  # fmt: skip
    if problem.capacity is not None:
        finite = np.isfinite(problem.capacity)
        kept = finite[site]
        room = np.where(finite, problem.capacity, 0.0)
        blocks.append(
            (
                np.concatenate([site[kept], np.arange(sites)]),
                np.concatenate([columns[kept], np.arange(sites)]),
                np.concatenate([problem.load[demand[kept]], -room]),
                np.full(sites, -np.inf), np.zeros(sites),
            )
        )  # fmt: skip
    worth = np.concatenate([np.zeros(sites), problem.cost[site, demand]])
    integral = np.zeros(sites + pairs)
    integral[:sites] = 1
    if problem.capacity is not None:
        integral[:] = 1
    lower = np.concatenate([problem.fixed.astype(float), np.zeros(pairs)])
    result = _milp(worth, blocks, lower, integral)
    if result.status == 2:
        return Exact(None, np.inf)
    bound = -np.inf if result.mip_dual_bound is None else float(result.mip_dual_bound)
    if result.x is None:
        return Exact(None, bound)
    chosen = np.flatnonzero(result.x[:sites] > 0.5)
    share = np.zeros(problem.cost.shape)
    share[site, demand] = result.x[sites:]
    incumbent = assign(problem, chosen)
    if problem.capacity is not None:
        stated = _stated(problem, chosen, share.argmax(axis=0))
        incumbent = min(stated, incumbent, key=lambda one: one.value)
    if not np.isfinite(incumbent.value):
        return Exact(None, bound)
    return Exact(incumbent, incumbent.value if result.status == 0 else min(bound, incumbent.value))


def _stated(problem: Problem, chosen: NDArray[np.int64], assigned: NDArray[np.int64]) -> Incumbent:
    """The solver's own assignment, where it keeps the capacities to the last bit."""
    room = np.inf if problem.capacity is None else problem.capacity
    used = np.bincount(assigned, problem.load, minlength=problem.sites)
    kept = (used <= room + 1e-9 * np.maximum(1.0, used)).all() and np.isin(assigned, chosen).all()
    value = float(problem.cost[assigned, np.arange(problem.demands)].sum())
    return Incumbent(chosen, assigned, value if kept and value < problem.penalty else np.inf)


class Cover(NamedTuple):
    """Answer about sets that cover.

    Attributes
    ----------
    chosen
        Open sites; None where the solver found none.
    bound
        Fewer sites (or, of a maximal covering, more weight) is impossible; infinite where nothing is
        feasible.
    """

    chosen: NDArray[np.int64] | None
    bound: float


def solve_cover(covers: Bools, fixed: Bools, most: int | None = None) -> Cover:
    """Open the fewest sites that cover every row, or (`most`) any set of at most so many.

    Parameters
    ----------
    covers
        Shape (rows, sites): which sites cover a row.
    fixed
        Open in any case.
    most
        Decide only whether so many are enough; the bound is infinite where that is impossible.

    Returns
    -------
    Cover
        Sites, number and bound.

    Examples
    --------
    >>> covers = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]], dtype=bool)
    >>> solve_cover(covers, np.zeros(3, dtype=bool)).bound
    2.0
    """
    kept = smallest_rows(covers[~covers[:, fixed].any(axis=1)])
    sites = covers.shape[1]
    if not kept.any(axis=1).all():
        return Cover(None, np.inf)
    if not len(kept):
        return Cover(np.flatnonzero(fixed), float(fixed.sum()))
    row, site = np.nonzero(kept)
    blocks = [(row, site, np.ones(len(row)), np.ones(len(kept)), np.full(len(kept), np.inf))]
    worth = np.ones(sites)
    if most is not None:
        everyone = np.arange(sites)
        blocks.append(
            (np.zeros(sites, dtype=np.int64), everyone, np.ones(sites), np.zeros(1), np.array([float(most)]))
        )
        worth = np.zeros(sites)
    result = _milp(worth, blocks, fixed.astype(float), np.ones(sites))
    if result.status == 2:
        return Cover(None, np.inf)
    bound = float(fixed.sum())
    if most is None and result.mip_dual_bound is not None:
        bound = max(bound, float(np.ceil(result.mip_dual_bound - 1e-6)))
    if result.x is None:
        return Cover(None, bound)
    chosen = np.flatnonzero(result.x > 0.5)
    complete = bool(kept[:, chosen].any(axis=1).all())
    return Cover(chosen if complete else None, bound)


def relaxed_cover(covers: Bools, fixed: Bools) -> float:
    """Least number of sites, fractions allowed, that cover every row: a bound on the true number.

    Parameters
    ----------
    covers
        Shape (rows, sites): which sites cover a row.
    fixed
        Open in any case.

    Returns
    -------
    float
        Infinite where some row cannot be covered.

    Examples
    --------
    >>> covers = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]], dtype=bool)
    >>> relaxed_cover(covers, np.zeros(3, dtype=bool))
    1.5
    """
    kept = smallest_rows(covers[~covers[:, fixed].any(axis=1)])
    if not len(kept):
        return float(fixed.sum())
    if not kept.any(axis=1).all():
        return np.inf
    row, site = np.nonzero(kept)
    blocks = [(row, site, np.ones(len(row)), np.ones(len(kept)), np.full(len(kept), np.inf))]
    result = _milp(np.ones(len(fixed)), blocks, fixed.astype(float), np.zeros(len(fixed)))
    return float(result.fun) if result.status == 0 else float(fixed.sum())


def solve_max_cover(covers: Bools, weights: Floats, fixed: Bools, p: int) -> Cover:
    """Open exactly p sites so that the rows covered weigh most; `bound` is a weight.

    Parameters
    ----------
    covers
        Shape (rows, sites): which sites cover a row.
    weights
        People of each row.
    fixed
        Open in any case.
    p
        How many sites are open, the fixed ones among them.

    Returns
    -------
    Cover
        Sites, weight and bound.

    Examples
    --------
    >>> covers = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 0]], dtype=bool)
    >>> solve_max_cover(covers, np.array([1.0, 1.0, 5.0]), np.zeros(3, dtype=bool), 1).chosen.tolist()
    [0]
    """
    patterns, weights = merge_rows(covers, weights)
    rows, sites = patterns.shape
    row, site = np.nonzero(patterns)
    everyone = np.arange(sites)
    blocks = [
        (
            np.concatenate([row, np.arange(rows)]), np.concatenate([site, sites + np.arange(rows)]),
            np.concatenate([np.ones(len(row)), -np.ones(rows)]), np.zeros(rows), np.full(rows, np.inf),
        ),
        (np.zeros(sites, dtype=np.int64), everyone, np.ones(sites), np.array([p]), np.array([p])),
    ]  # fmt: skip
    worth = np.concatenate([np.zeros(sites), -weights])
    integral = np.concatenate([np.ones(sites), np.zeros(rows)])
    lower = np.concatenate([fixed.astype(float), np.zeros(rows)])
    result = _milp(worth, blocks, lower, integral)
    total = float(weights.sum())
    bound = total if result.mip_dual_bound is None else min(total, -float(result.mip_dual_bound))
    if result.x is None:
        return Cover(None, bound)
    chosen = np.flatnonzero(result.x[:sites] > 0.5)
    value = float(weights[patterns[:, chosen].any(axis=1)].sum())
    return Cover(chosen, value if result.status == 0 else max(bound, value))


def merge_rows(covers: Bools, weights: Floats) -> tuple[Bools, Floats]:
    """Join rows that the same sites cover; rows that none covers are dropped.

    Parameters
    ----------
    covers
        Shape (rows, sites): which sites cover a row.
    weights
        People of each row.

    Returns
    -------
    tuple
        The joined rows, and the sum of the people of each.

    Examples
    --------
    >>> rows, weights = merge_rows(np.array([[1, 0], [0, 0], [1, 0]], dtype=bool), np.array([1.0, 5.0, 2.0]))
    >>> rows.tolist(), weights.tolist()
    ([[True, False]], [3.0])
    """
    some = covers.any(axis=1)
    packed = np.packbits(covers[some], axis=1)
    _, first, group = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    joined = np.bincount(group.ravel(), weights[some], minlength=len(first)).astype(np.float64)
    return covers[some][first], joined


def smallest_rows(covers: Bools) -> Bools:
    """Rows whose covering implies that of all others: none holds all the sites of another.

    Parameters
    ----------
    covers
        Shape (rows, sites): which sites cover a row.

    Returns
    -------
    Bools
        Some of the rows, in their order.

    Examples
    --------
    >>> smallest_rows(np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1], [1, 0, 0]], dtype=bool)).astype(int).tolist()
    [[0, 0, 1], [1, 0, 0]]
    """
    if not len(covers):
        return covers
    rows = np.unique(covers, axis=0)
    if len(rows) > 6_000:
        return rows
    count = rows.sum(axis=1)
    shared = rows.astype(np.float32) @ rows.T.astype(np.float32)
    holds = (shared == count[None, :]) & (count[None, :] < count[:, None])  # [i, k]: row i holds all of row k
    smallest: Bools = rows[~holds.any(axis=1)]
    return smallest


def _milp(worth: Floats, blocks: list[tuple[Any, ...]], lower: Floats, integral: Floats) -> Any:
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    constraints = []
    for row, column, value, low, high in blocks:
        matrix = csr_array((value, (row, column)), shape=(len(low), len(worth)))
        constraints.append(LinearConstraint(matrix, low, high))
    return milp(
        worth,
        constraints=constraints,
        bounds=Bounds(lower, np.ones(len(worth))),
        integrality=integral,
        options={"node_limit": _NODES, "mip_rel_gap": 0.0},
    )
