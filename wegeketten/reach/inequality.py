"""Measures of inequality and of floating catchments, on plain arrays with weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


def gini(
    values: ArrayLike, weights: ArrayLike | None = None, order: NDArray[np.int64] | None = None
) -> float | None:
    """Gini coefficient, 0 (all have the same) to 1; None where there is nothing to share.

    Parameters
    ----------
    values
        What each unit has, 0 or more.
    weights
        People in each unit; 1 where None.
    order
        Rows by value, the smallest first, where it is known already.

    Returns
    -------
    float or None
        Exact for weighted units.

    Examples
    --------
    >>> round(gini([1, 2, 3, 4, 10]), 9)
    0.4
    >>> gini([1, 3], weights=[2, 2]) == gini([1, 1, 3, 3])
    True
    """
    value, weight = _sorted(values, weights, order)
    share = value * weight
    total, people = share.sum(), weight.sum()
    if total <= 0:
        return None
    lorenz = np.concatenate([[0.0], np.cumsum(share)]) / total
    width = weight / people
    area = float((width * (lorenz[1:] + lorenz[:-1])).sum())
    return float(np.clip(1.0 - area, 0.0, 1.0))


def gini_bounds(
    low: ArrayLike, high: ArrayLike, weights: ArrayLike | None = None
) -> tuple[float, float] | None:
    """Smallest and greatest Gini coefficient that values between two bounds can have.

    The smallest is exact: values are drawn towards one common level as far as their bounds allow (no other
    choice of the same total is more equal), and the best total is searched; the ratio has one valley. The
    greatest is hard to find; what is given is never below it: it comes from a lower bound of the Lorenz
    curve, point by point, the share that the worst-off hold at least.

    Parameters
    ----------
    low, high
        Bounds of what each unit has, 0 or more, `low` <= `high`.
    weights
        People in each unit; 1 where None.

    Returns
    -------
    tuple of float or None
        Bounds of the coefficient; None where nobody can have anything.

    Examples
    --------
    >>> least, most = gini_bounds([1, 1], [3, 3])
    >>> least, most >= gini([1, 3])
    (0.0, True)
    """
    lows, highs = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    weight = np.ones(len(lows)) if weights is None else np.asarray(weights, dtype=np.float64)
    if (highs * weight).sum() <= 0:
        return None
    return _most_equal(lows, highs, weight), _least_equal(lows, highs, weight)


_ROUNDS, _TRIES = 9, 64
"""For the smallest coefficient: rounds, and totals tried in each between the neighbours of the last best."""


def _most_equal(low: Floats, high: Floats, weight: Floats) -> float:
    """Gini coefficient at the best common level: a search over one valley, two sorts in all."""
    people = weight.sum()
    up, down = np.argsort(high), np.argsort(-low)
    below, above = _Sums.of(high[up], weight[up]), _Sums.of(low[down], weight[down])
    ups, downs = high[up], low[down]
    levels = np.unique(np.concatenate([low, high]))
    first = np.searchsorted(ups, levels, side="left")
    last = np.searchsorted(-downs, -levels, side="left")
    middle = people - below.people[first] - above.people[last]
    totals = below.held[first] + above.held[last] + levels * middle

    def at(total: Floats) -> Floats:
        """Coefficients of the most equal values that add up to each total."""
        level = np.interp(total, totals, levels)
        first = np.searchsorted(ups, level, side="left")
        last = np.searchsorted(-downs, -level, side="left")
        middle = people - below.people[first] - above.people[last]
        held = below.held[first] + above.held[last] + level * middle
        ranked = below.ranked[first] + 2 * people * above.held[last] - above.ranked[last]
        ranked += level * middle * (2 * below.people[first] + middle)
        found = np.divide(ranked, people * held, out=np.full(len(total), 2.0), where=held > 0)
        return cast("Floats", found - 1.0)

    left, right, best = float(totals[0]), float(totals[-1]), 1.0
    for _ in range(_ROUNDS):
        tried = np.linspace(left, right, _TRIES)
        found = at(tried)
        least = int(found.argmin())
        best = min(best, float(found[least]))
        left, right = float(tried[max(least - 1, 0)]), float(tried[min(least + 1, _TRIES - 1)])
    return max(0.0, best)


class _Sums(NamedTuple):
    """Sums over the first units of an order, from none to all.

    Attributes
    ----------
    people, held
        Weights, and values times weights.
    ranked
        Values times weights times twice the rank in the middle of the unit.
    """

    people: Floats
    held: Floats
    ranked: Floats

    @classmethod
    def of(cls, value: Floats, weight: Floats) -> _Sums:
        start = np.zeros(1)
        people, held = np.cumsum(weight), value * weight
        columns = (people, np.cumsum(held), np.cumsum(held * (2 * people - weight)))
        return cls(*(np.concatenate([start, column]) for column in columns))


_BINS, _SHARES = 80, 48
"""For the greatest coefficient: steps to which bounds are rounded outward, points of the Lorenz curve."""


def _least_equal(low: Floats, high: Floats, weight: Floats) -> float:
    """A bound from above: for each share, how many of the worst-off are needed at most to hold it."""
    step = float(high.max()) / _BINS
    lows = np.floor(low / step * (1 - 1e-12)).astype(np.int64)
    highs = np.ceil(high / step * (1 - 1e-12)).astype(np.int64)
    held = np.bincount(lows * (_BINS + 2) + highs, weight)
    cells = np.flatnonzero(held)
    lows, highs, width = cells // (_BINS + 2), cells % (_BINS + 2), held[cells] / weight.sum()
    share = np.arange(1, _SHARES)[:, None] / _SHARES
    key = (1 - share) * lows + share * highs
    order = np.argsort(key, axis=1)
    sums, steps = np.zeros((2, _SHARES - 1, len(cells) + 1))
    np.cumsum(np.take_along_axis(key * width, order, axis=1), axis=1, out=sums[:, 1:])
    np.cumsum(width[order], axis=1, out=steps[:, 1:])
    goals = share[:, 0] * (highs * width).sum()
    needed = [0.0, *(float(np.interp(*each)) for each in zip(goals, sums, steps, strict=True))]
    at, shares = np.array([*needed, 1.0]), np.arange(_SHARES) / _SHARES
    slope = np.divide(shares, at[:-1], out=np.zeros(_SHARES), where=at[:-1] > 0)
    area = float((slope * (at[1:] ** 2 - at[:-1] ** 2)).sum() / 2)
    return float(np.clip(1.0 - 2.0 * area, 0.0, 1.0))


def palma(
    values: ArrayLike, weights: ArrayLike | None = None, order: NDArray[np.int64] | None = None
) -> float | None:
    """Palma ratio: what the best-off tenth has per what the worst-off 40 % have.

    A unit that straddles a limit is divided. None where the worst-off have nothing.

    Parameters
    ----------
    values
        What each unit has, 0 or more.
    weights
        People in each unit; 1 where None.
    order
        Rows by value, the smallest first, where it is known already.

    Returns
    -------
    float or None
        More than 1 where the best-off have more.

    Examples
    --------
    >>> palma([1, 1, 1, 1, 1, 1, 1, 1, 1, 4])
    1.0
    """
    value, weight = _sorted(values, weights, order)
    people = weight.sum()
    if people <= 0:
        return None
    steps = np.concatenate([[0.0], np.cumsum(weight)])
    sums = np.concatenate([[0.0], np.cumsum(value * weight)])
    poor, below_top = np.interp([0.4 * people, 0.9 * people], steps, sums)
    return float((sums[-1] - below_top) / poor) if poor > 0 else None


class Theil(NamedTuple):
    """Theil's T and its parts.

    Attributes
    ----------
    total, between, within
        Of all units; of the groups' means; the rest, inside the groups. The parts add up to the total.
    """

    total: float
    between: float
    within: float


def theil(values: ArrayLike, groups: ArrayLike, weights: ArrayLike | None = None) -> Theil | None:
    """Theil's T, split into what lies between groups and within them; None where there is nothing to share.

    Parameters
    ----------
    values
        What each unit has, 0 or more.
    groups
        Number of the group of each unit, 0 or more.
    weights
        People in each unit; 1 where None.

    Returns
    -------
    Theil or None
        The whole and its two parts, in nats.

    Examples
    --------
    >>> found = theil([1, 2, 3, 4, 10], [0, 0, 1, 1, 1])
    >>> round(found.total, 5), round(found.between + found.within - found.total, 12)
    (0.27636, 0.0)
    """
    value = np.asarray(values, dtype=np.float64)
    weight = np.ones(len(value)) if weights is None else np.asarray(weights, dtype=np.float64)
    total, people = float((value * weight).sum()), float(weight.sum())
    if total <= 0:
        return None
    mean = total / people
    index = np.asarray(groups, dtype=np.int64)
    held = np.bincount(index, value * weight) / total
    width = np.bincount(index, weight) / people
    between = float(_entropy(held, width).sum())
    whole = float((weight / people * _xlogx(value / mean)).sum())
    return Theil(whole, between, whole - between)


def floating_catchments(
    costs: NDArray[np.floating] | NDArray[np.integer],
    people: ArrayLike,
    supply: ArrayLike,
    limit: float,
    *,
    steps: tuple[tuple[float, float], ...] = (),
) -> Floats:
    """Supply per person within reach of each home (two-step floating catchment areas).

    Each place divides its supply by the people who live within the limit; each home adds up what the places
    within its own limit have for a person. The enhanced form weighs near people and places more.

    Parameters
    ----------
    costs
        Shape (homes, places).
    people
        At each home.
    supply
        Capacity of each place.
    limit
        Greatest cost that counts.
    steps
        Pairs of a cost and a weight, ascending: up to that cost the weight holds. Weight 1 up to the limit
        where empty.

    Returns
    -------
    NDArray
        float64, shape (homes,).

    Examples
    --------
    >>> floating_catchments(np.array([[1, 9], [2, 1], [9, 3]]), [10, 10, 20], [40, 60], 5).tolist()
    [2.0, 4.0, 2.0]
    """
    decay = (costs <= limit).astype(np.float64)
    if steps:
        weight = np.zeros(costs.shape)
        for cost, factor in reversed(steps):
            weight[costs <= cost] = factor
        decay *= weight
    demand = np.asarray(people, dtype=np.float64) @ decay
    supply = np.asarray(supply, dtype=np.float64)
    ratio = np.divide(supply, demand, out=np.zeros(len(supply)), where=demand > 0)
    found: Floats = decay @ ratio
    return found


def _sorted(
    values: ArrayLike, weights: ArrayLike | None, order: NDArray[np.int64] | None
) -> tuple[Floats, Floats]:
    value = np.asarray(values, dtype=np.float64)
    weight = np.ones(len(value)) if weights is None else np.asarray(weights, dtype=np.float64)
    order = np.argsort(value, kind="stable") if order is None else order
    return value[order], weight[order]


def _xlogx(values: Floats) -> Floats:
    return values * np.log(np.where(values > 0, values, 1.0))


def _entropy(held: Floats, width: Floats) -> Floats:
    ratio = np.divide(held, width, out=np.zeros(len(held)), where=width > 0)
    return held * np.log(np.where(ratio > 0, ratio, 1.0))
