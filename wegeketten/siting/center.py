"""The p-center problem: p sites so that anyone who is worst off is as near as possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.siting.covering import _max_cover, _nearest_within
from wegeketten.siting.exact import relaxed_cover, solve_cover
from wegeketten.siting.interchange import interchange
from wegeketten.siting.problem import check_count, cost_matrix, fixed_mask, vector
from wegeketten.siting.solution import Siting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Answer = tuple[NDArray[np.int64], NDArray[np.int64]]  # open sites, assignment

_MOST_ONES = 1_000_000  # of a matrix of who covers whom, that the exact solver gets


def p_center(
    cost: ArrayLike,
    p: int,
    weights: ArrayLike | None = None,
    fixed: Sequence[int] | NDArray[np.integer] = (),
    capacity: ArrayLike | None = None,
    *,
    load: ArrayLike | None = None,
    exact: bool = True,
) -> Siting:
    """Open p sites so that the greatest weighted cost of any demand is least.

    Parameters
    ----------
    cost
        Shape (demands, sites), 0 or more; infinite where the pair is forbidden.
    p
        How many sites are open, the fixed ones among them.
    weights
        By demand, multiplies its cost; 1 where None. Demands of weight 0 do not count.
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
        `Siting.bound` is at most `Siting.value`; the two are equal where the answer is proven best.

    Raises
    ------
    UsageError
        The arrays do not fit one another, or no p sites serve every demand.

    Examples
    --------
    >>> found = p_center([[0, 4, 9], [4, 0, 5], [9, 5, 0]], 1)
    >>> found.open.tolist(), found.value
    ([1], 5.0)
    """
    matrix = cost_matrix(cost)
    demands, sites = matrix.shape
    weight = vector(weights, demands, "weights")
    mask = fixed_mask(fixed, sites)
    check_count(p, mask)
    room = None if capacity is None else vector(capacity, sites, "capacity")
    loads = vector(load, demands, "load", weight)
    counts = weight > 0
    weighted = np.where(
        np.isfinite(matrix), np.where(np.isfinite(matrix), matrix, 0) * weight[:, None], np.inf
    )
    asked = weighted[counts]
    if not counts.any():
        opened = np.sort(np.concatenate([np.flatnonzero(mask), np.flatnonzero(~mask)])[:p])
        return Siting(opened, _nearest_within(matrix, np.isfinite(matrix), opened), 0.0, 0.0)
    radii = np.unique(asked[np.isfinite(asked)])
    floor = float(asked.min(axis=1).max())
    radii = radii[radii >= floor]
    if not len(radii):
        raise UsageError("no site may serve one of the demands: all its pairs are forbidden")
    if room is None:
        decide = _Decision(asked, p, mask, exact)
    else:
        decide = _Decision(asked, p, mask, exact, room=room, load=loads[counts])
    chosen, value, bound = decide.search(radii)
    if room is None:
        return Siting(chosen, _nearest_within(matrix, np.isfinite(matrix), chosen), value, bound)
    assigned = np.full(demands, -1)
    assigned[counts] = decide.assigned
    return Siting(chosen, assigned, value, bound)


class _Decision:
    """Whether p sites serve everybody within a radius."""

    def __init__(
        self,
        cost: Floats,
        p: int,
        fixed: Bools,
        exact: bool,
        *,
        room: Floats | None = None,
        load: Floats | None = None,
    ) -> None:
        self.cost, self.p, self.fixed, self.exact = cost, p, fixed, exact
        self.room = room
        self.load = np.ones(len(cost)) if load is None else load
        self.assigned = np.full(len(cost), -1)
        self.chosen: NDArray[np.int64] | None = None

    def search(self, radii: Floats) -> tuple[NDArray[np.int64], float, float]:
        """Smallest radius found to be enough and smallest not proven too small, by three bisections."""
        best = _first(radii, 0, len(radii), self._found)
        if best == len(radii) and not self._solved(radii[-1]):
            raise UsageError(f"no {self.p} sites were found that serve every demand")
        best = min(best, len(radii) - 1)
        least = _first(radii, 0, best, lambda radius: not self._impossible(radius))
        while least < best:
            middle = (least + best) // 2
            answer = self._solved(radii[middle])
            if answer:
                best = middle
            elif answer is False:
                least = middle + 1
            else:
                break
        if self.chosen is None:
            raise UsageError(f"no {self.p} sites were found that serve every demand")
        chosen = np.sort(self.chosen)
        value = float(radii[best])
        if self.room is None:
            value = float(self.cost[:, chosen].min(axis=1).max())
        return chosen, value, float(min(radii[least], value))

    def _found(self, radius: float) -> bool:
        """Whether the heuristic finds p sites; leaves them in `chosen`."""
        if self.room is not None:
            return bool(self._within(radius, exact=False))
        covers = self.cost <= radius
        missed = np.ascontiguousarray(~covers.T, dtype=np.float64)
        chosen = _spread(covers, self.p, self.fixed)
        if interchange(missed, chosen, self.fixed) > 0:
            return False
        self.chosen = chosen
        return True

    def _impossible(self, radius: float) -> bool:
        """Whether a relaxation proves that p sites are too few."""
        covers = self.cost <= radius
        return relaxed_cover(covers, self.fixed) > self.p + 1e-6

    def _solved(self, radius: float) -> bool | None:
        """The exact solver's answer; None where it has none."""
        if self.room is not None:
            return self._within(radius, exact=self.exact)
        covers = self.cost <= radius
        if not self.exact or int(covers.sum()) > _MOST_ONES:
            return None
        found = solve_cover(covers, self.fixed, self.p)
        if found.chosen is not None:
            rest = np.setdiff1d(np.arange(covers.shape[1]), found.chosen)
            self.chosen = np.concatenate([found.chosen, rest[: self.p - len(found.chosen)]])
            return True
        return False if np.isinf(found.bound) else None

    def _within(self, radius: float, *, exact: bool) -> bool | None:
        ones = np.ones(len(self.cost))
        limit = np.full(len(self.cost), radius)
        answer = _max_cover(self.cost, self.p, limit, ones, self.fixed, self.room, self.load, exact)
        if answer.value >= len(self.cost):
            self.chosen, self.assigned = answer.open, answer.assigned
            return True
        return False if answer.bound < len(self.cost) - 1e-6 else None


def _first(radii: Floats, low: int, high: int, test: Callable[[float], bool]) -> int:
    """Smallest place from `low` whose radius passes a monotone test, `high` where none before it does."""
    while low < high:
        middle = (low + high) // 2
        if test(float(radii[middle])):
            high = middle
        else:
            low = middle + 1
    return low


def _spread(covers: Bools, p: int, fixed: Bools) -> NDArray[np.int64]:
    """Start of the heuristic: the site that covers most of what is left, p times."""
    chosen = np.flatnonzero(fixed).tolist()
    left = ~covers[:, fixed].any(axis=1)
    free = ~fixed.copy()
    while len(chosen) < p:
        count = np.where(free, covers[left].sum(axis=0), -1)
        site = int(count.argmax())
        chosen.append(site)
        free[site] = False
        left &= ~covers[:, site]
    return np.array(chosen, dtype=np.int64)
