"""Bound and answer of large problems: Lagrangian relaxation, interchange, reduction of sites."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.siting.interchange import (
    assign_within,
    interchange,
    nearest_two,
    reduced_costs,
    reduced_costs_within,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.siting.problem import Problem

    Floats = NDArray[np.float64]
    Longs = NDArray[np.int64]

_ITERATIONS = 600
_PATIENCE = 15  # steps without a better bound before they are shortened
_EVERY = 60  # steps between two heuristic answers
_STARTS = 12  # random starts of the heuristic
_TRIED = 30  # sites tried in an exchange under capacities


@dataclass
class Incumbent:
    """The best answer so far; `value` is infinite where there is none.

    Attributes
    ----------
    chosen
        Open sites.
    assigned
        Site of each demand.
    value
        Total cost.
    """

    chosen: Longs
    assigned: Longs
    value: float


class Relaxation(NamedTuple):
    """A bound and what it proves.

    Attributes
    ----------
    bound
        No answer costs less; not rounded.
    reduced
        Reduced cost of each site at the best prices found.
    incumbent
        The best answer met on the way.
    """

    bound: float
    reduced: Floats
    incumbent: Incumbent


def improve(problem: Problem, chosen: Longs) -> Incumbent:
    """Exchange sites until no exchange helps, and assign all demands.

    Parameters
    ----------
    problem
        The checked problem.
    chosen
        Columns of the sites to begin with.

    Returns
    -------
    Incumbent
        An answer that no single exchange makes better.

    Examples
    --------
    >>> import numpy as np
    >>> cost = np.array([[1.0, 9.0, 5.0], [9.0, 1.0, 5.0], [4.0, 4.0, 1.0]])
    >>> from wegeketten.siting.problem import make_problem
    >>> problem = make_problem(cost, np.ones(3), np.zeros(3, np.bool_), np.ones(3), None)
    >>> improve(problem, np.array([2])).value
    11.0
    """
    chosen = np.ascontiguousarray(chosen, dtype=np.int64).copy()
    value = interchange(problem.cost, chosen, problem.fixed)
    return Incumbent(chosen, nearest(problem, chosen), float(value))


def nearest(problem: Problem, chosen: Longs) -> Longs:
    """The open site that serves each demand at the least cost.

    Parameters
    ----------
    problem
        The checked problem.
    chosen
        Columns of the open sites.

    Returns
    -------
    Longs
        Column of a site, shape (demands,).

    Examples
    --------
    >>> import numpy as np
    >>> cost = np.array([[1.0, 9.0, 5.0], [9.0, 1.0, 5.0], [4.0, 4.0, 1.0]])
    >>> from wegeketten.siting.problem import make_problem
    >>> problem = make_problem(cost, np.ones(3), np.zeros(3, np.bool_), np.ones(3), None)
    >>> nearest(problem, np.array([0, 1])).tolist()
    [0, 1, 0]
    """
    first, second = np.empty(problem.demands), np.empty(problem.demands)
    place = np.zeros(problem.demands, dtype=np.int64)
    nearest_two(problem.cost, np.ascontiguousarray(chosen, dtype=np.int64), first, second, place)
    return np.asarray(chosen, dtype=np.int64)[place]


def assign(problem: Problem, chosen: Longs) -> Incumbent:
    """Assign all demands to given open sites within their capacities.

    Parameters
    ----------
    problem
        The checked problem.
    chosen
        Columns of the open sites.

    Returns
    -------
    Incumbent
        Value infinite where the capacities do not suffice.
    """
    if problem.capacity is None:
        assigned = nearest(problem, chosen)
        value = float(problem.cost[assigned, np.arange(problem.demands)].sum())
        return Incumbent(chosen, assigned, value)
    place = np.zeros(problem.demands, dtype=np.int64)
    chosen = np.ascontiguousarray(chosen, dtype=np.int64)
    value = assign_within(problem.cost, problem.load, problem.capacity, chosen, place, problem.penalty)
    return Incumbent(chosen, chosen[place], float(value))


def relax(problem: Problem, p: int, *, iterations: int = _ITERATIONS, seed: int = 0) -> Relaxation:
    """Bound a problem from below by prices on its demands, improved step by step (Held, Wolfe, Crowder 1974).

    Parameters
    ----------
    problem
        The problem.
    p
        How many sites are open, the fixed ones among them.
    iterations
        Most steps; time would make the answer depend on the machine.
    seed
        Of the heuristic's random starts.

    Returns
    -------
    Relaxation
        Bound, prices and the best answer that was met.

    Examples
    --------
    >>> import numpy as np
    >>> cost = np.array([[1.0, 9.0, 5.0], [9.0, 1.0, 5.0], [4.0, 4.0, 1.0]])
    >>> from wegeketten.siting.problem import make_problem
    >>> problem = make_problem(cost, np.ones(3), np.zeros(3, np.bool_), np.ones(3), None)
    >>> relax(problem, 2).bound <= 6
    True
    """
    steps = _Steps(problem, p)
    stall, length = 0, 2.0
    for step in range(iterations):
        chosen, value, gradient = steps.evaluate()
        if value > steps.bound + 1e-9 * max(1.0, abs(value)):
            stall = 0
            steps.keep(value)
        else:
            stall += 1
            if stall >= _PATIENCE:
                length, stall = length * 0.6, 0
        if step % _EVERY == 0 or (problem.capacity is not None and step % 20 == 0):
            steps.offer(chosen)
        norm = float(gradient @ gradient)
        if norm == 0 or steps.proven() or length < 1e-4:
            steps.offer(chosen)
            break
        target = steps.best.value if np.isfinite(steps.best.value) else problem.penalty
        steps.prices += length * max(target - value, 1e-6 * max(1.0, abs(target))) / norm * gradient
    if not steps.proven():
        _restart(steps, np.random.default_rng(seed))
    return Relaxation(steps.bound, steps.reduced, steps.best)


class _Steps:
    """State of the subgradient search."""

    def __init__(self, problem: Problem, p: int) -> None:
        self.problem, self.p = problem, p
        two = np.partition(problem.cost, min(1, problem.sites - 1), axis=0)
        self.prices = two[min(1, problem.sites - 1)].copy()
        self.free = np.flatnonzero(~problem.fixed)
        self.forced = np.flatnonzero(problem.fixed)
        self.now, self.reduced = np.zeros(problem.sites), np.zeros(problem.sites)
        self.bound = -np.inf
        nobody = np.zeros(0, dtype=np.int64)
        self.best = Incumbent(nobody, np.full(problem.demands, -1), np.inf)
        within = problem.capacity is not None
        self.usage = np.zeros(problem.cost.shape if within else (0, 0))

    def evaluate(self) -> tuple[Longs, float, Floats]:
        """Open sites, value and gradient of the relaxed problem at the prices."""
        problem = self.problem
        if problem.capacity is None:
            reduced_costs(problem.cost, self.prices, self.now)
        else:
            reduced_costs_within(
                problem.cost, self.prices, problem.load, problem.capacity, self.now, self.usage
            )
        count = self.p - len(self.forced)
        order = self.free[np.argsort(self.now[self.free], kind="stable")[:count]]
        chosen = np.concatenate([self.forced, order])
        value = float(self.prices.sum() + self.now[chosen].sum())
        if problem.capacity is None:
            served = (problem.cost[chosen] < self.prices).sum(axis=0).astype(np.float64)
        else:
            served = self.usage[chosen].sum(axis=0)
        return chosen, value, 1.0 - served

    def keep(self, value: float) -> None:
        self.bound = value
        self.reduced[:] = self.now

    def offer(self, chosen: Longs) -> None:
        """Make an answer of the relaxed problem's sites."""
        found = improve(self.problem, chosen)
        if self.problem.capacity is not None:
            found = min(
                assign(self.problem, found.chosen), assign(self.problem, chosen), key=lambda one: one.value
            )
        if found.value < self.best.value:
            self.best = found

    def proven(self) -> bool:
        value = self.best.value
        bound = self.problem.raised(self.bound)
        return bool(np.isfinite(value) and bound >= value - 1e-9 * max(1.0, abs(value)))


def _restart(steps: _Steps, random: np.random.Generator) -> None:
    """Look for a better answer from random sites; under capacities by exchanges tried one by one."""
    problem, count = steps.problem, steps.p - len(steps.forced)
    if count == 0:
        return
    for _ in range(_STARTS):
        steps.offer(np.concatenate([steps.forced, random.choice(steps.free, count, replace=False)]))
        if steps.proven():
            return
    if problem.capacity is None or not np.isfinite(steps.best.value):
        return
    promising = steps.free[np.argsort(steps.reduced[steps.free], kind="stable")][: count + _TRIED]
    better = True
    while better and not steps.proven():
        better = False
        for site in promising.tolist():
            if site in steps.best.chosen:
                continue
            for place in np.flatnonzero(~problem.fixed[steps.best.chosen]).tolist():
                tried = steps.best.chosen.copy()
                tried[place] = site
                found = assign(problem, tried)
                if found.value < steps.best.value - 1e-9 * max(1.0, abs(found.value)):
                    steps.best, better = found, True
                    break


def useful_sites(problem: Problem, p: int, relaxation: Relaxation) -> NDArray[np.bool_]:
    """Sites that a better answer than the incumbent can have open; all others are proven closed.

    Opening a site that the relaxed problem leaves closed raises the bound by the difference to the last one
    it
    opens; where that reaches the incumbent, the site can be left out.

    Parameters
    ----------
    problem
        The checked problem.
    p
        How many sites are open.
    relaxation
        What `relax` returned.

    Returns
    -------
    ndarray
        bool, shape (sites,).
    """
    free = np.flatnonzero(~problem.fixed)
    count = p - int(problem.fixed.sum())
    keep = problem.fixed.copy()
    if count == 0:
        return keep
    values = relaxation.reduced[free]
    order = np.argsort(values, kind="stable")
    last = values[order[count - 1]]
    raised = relaxation.bound + np.maximum(values - last, 0.0)
    target = relaxation.incumbent.value
    clear = 1e-7 * max(1.0, abs(target))
    worse = raised > target - 1 + clear if problem.integral else raised > target + clear
    keep[free[~worse]] = True
    keep[free[order[:count]]] = True
    return keep
