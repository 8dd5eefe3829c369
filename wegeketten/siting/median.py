"""The p-median problem: p sites so that everybody, weighted, is as near as possible on the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.siting.exact import MOST_PAIRS, MOST_PAIRS_WITHIN, solve_median
from wegeketten.siting.lagrangian import Incumbent, relax, useful_sites
from wegeketten.siting.problem import check_count, cost_matrix, fixed_mask, make_problem, vector
from wegeketten.siting.solution import Siting, snapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from wegeketten.siting.problem import Problem


def p_median(
    cost: ArrayLike,
    p: int,
    weights: ArrayLike | None = None,
    fixed: Sequence[int] | NDArray[np.integer] = (),
    capacity: ArrayLike | None = None,
    *,
    load: ArrayLike | None = None,
    exact: bool = True,
) -> Siting:
    """Open p sites so that the weighted cost of serving every demand from one of them is least.

    Parameters
    ----------
    cost
        Shape (demands, sites): cost of one unit of the demand at the site, 0 or more; infinite where the
        pair is
        forbidden.
    p
        How many sites are open, the fixed ones among them.
    weights
        By demand; 1 where None.
    fixed
        Columns of sites that are open in any case.
    capacity
        By site, or one number for all; None where a site serves any number. Each demand goes to one site as
        a whole.
    load
        How much of a capacity each demand takes; its weight where None.
    exact
        Whether what is small enough goes to an exact solver; else bound and value come from the Lagrangian
        alone.

    Returns
    -------
    Siting
        `Siting.bound` is at most `Siting.value`; the two are equal where the answer is proven best.

    Raises
    ------
    UsageError
        The arrays do not fit one another, or nobody can open p sites that serve every demand.

    Examples
    --------
    >>> found = p_median([[0, 4, 9], [4, 0, 5], [9, 5, 0]], 1, weights=[1, 1, 3])
    >>> found.open.tolist(), found.value, found.bound
    ([2], 14.0, 14.0)
    >>> p_median([[0, 4, 9], [4, 0, 5], [9, 5, 0]], 2, fixed=[0]).assigned.tolist()
    [0, 0, 2]
    """
    matrix = cost_matrix(cost)
    demands, sites = matrix.shape
    weight = vector(weights, demands, "weights")
    mask = fixed_mask(fixed, sites)
    check_count(p, mask)
    room = None if capacity is None else vector(capacity, sites, "capacity")
    problem = make_problem(matrix, weight, mask, vector(load, demands, "load", weight), room)
    best, bound = solve(problem, p, exact=exact)
    if best is None:
        raise UsageError(
            f"no {p} sites serve every demand: pairs are forbidden or capacities too small"
            if np.isinf(bound)
            else f"no {p} sites were found that serve every demand within their capacities"
        )
    return Siting(np.sort(best.chosen), best.assigned, best.value, bound)


def solve(problem: Problem, p: int, *, exact: bool = True) -> tuple[Incumbent | None, float]:
    """Best answer (None where there is none without forbidden pairs) and bound of a checked problem.

    The Lagrangian comes first. Where it leaves a gap, the sites that it does not rule out go to the integer
    program, if that is small enough.

    Parameters
    ----------
    problem
        The checked problem.
    p
        How many sites are open, the fixed ones among them.
    exact
        Whether to go on to the integer program where a gap is left.

    Returns
    -------
    tuple
        Answer, and a bound that no answer falls below.
    """
    relaxation = relax(problem, p)
    best, bound = relaxation.incumbent, problem.raised(relaxation.bound)
    proven = bound >= best.value - 1e-9 * max(1.0, abs(best.value))
    if exact and not (proven and best.value < problem.penalty):
        keep = np.ones(problem.sites, dtype=bool)
        if best.value < problem.penalty:
            keep = useful_sites(problem, p, relaxation)
        most = MOST_PAIRS if problem.capacity is None else MOST_PAIRS_WITHIN
        if int((problem.cost[keep] < problem.penalty).sum()) <= most:
            found = solve_median(problem.take(keep), p)
            columns = np.flatnonzero(keep)
            if found.incumbent is not None and found.incumbent.value < best.value:
                chosen, assigned = columns[found.incumbent.chosen], columns[found.incumbent.assigned]
                best = Incumbent(chosen, assigned, found.incumbent.value)
            # sites left out can only give answers that are no better than the incumbent
            bound = max(bound, problem.raised(min(found.bound, best.value)))
            if np.isinf(found.bound) and best.value >= problem.penalty:
                return None, np.inf
    if best.value >= problem.penalty:
        return None, bound
    return best, snapped(min(bound, best.value), best.value)
