"""Compiled steps of the heuristics: exchanging open sites, filling sites up to their capacity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.routing import lazy_kernel as kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Longs = NDArray[np.int64]


@kernel
def nearest_two(cost: Floats, chosen: Longs, first: Floats, second: Floats, place: Longs) -> None:
    """Write each demand's least and second least cost among the chosen sites, and the nearest.

    Parameters
    ----------
    cost
        Shape (demands, sites).
    chosen
        Columns of the open sites, at least one.
    first, second
        Least and second least cost, shape (demands,); written to.
    place
        Position in `chosen` of the nearest, shape (demands,); written to.
    """
    first[:] = np.inf
    second[:] = np.inf
    for number in range(len(chosen)):
        row = cost[chosen[number]]
        for i in range(len(row)):
            if row[i] < first[i]:
                second[i] = first[i]
                first[i] = row[i]
                place[i] = number
            elif row[i] < second[i]:
                second[i] = row[i]


@kernel
def interchange(cost: Floats, chosen: Longs, fixed: NDArray[np.bool_]) -> float:
    """Exchange open for closed sites as long as that lowers the cost, the best first (Whitaker 1983).

    Parameters
    ----------
    cost
        Shape (sites, demands).
    chosen
        Open sites; changed in place.
    fixed
        Sites that stay.

    Returns
    -------
    float
        Cost of the sites that are open in the end.

    Examples
    --------
    >>> import numpy as np
    >>> cost = np.array([[1.0, 9.0, 5.0], [9.0, 1.0, 5.0], [4.0, 4.0, 1.0]])
    >>> chosen = np.array([2])
    >>> found = interchange(cost, chosen, np.zeros(3, np.bool_))
    >>> found, chosen.tolist()
    (9.0, [2])
    """
    sites, demands = cost.shape
    first, second = np.empty(demands), np.empty(demands)
    place = np.zeros(demands, dtype=np.int64)
    is_open = np.zeros(sites, dtype=np.bool_)
    is_open[chosen] = True
    while True:
        nearest_two(cost, chosen, first, second, place)
        loss = np.zeros(len(chosen))
        if len(chosen) > 1:
            for i in range(demands):
                loss[place[i]] += second[i] - first[i]
        else:  # whichever comes instead serves all
            loss[:] = 0.0
        total = first.sum()
        best, best_site, best_place = 1e-9 * max(1.0, total), -1, -1
        kept = np.zeros(len(chosen))
        for site in range(sites):
            if is_open[site]:
                continue
            gain = 0.0
            kept[:] = 0.0
            row = cost[site]
            if len(chosen) == 1:
                gain = total - row.sum()
            else:
                for i in range(demands):
                    if row[i] < first[i]:
                        gain += first[i] - row[i]
                        kept[place[i]] += second[i] - first[i]
                    elif row[i] < second[i]:
                        kept[place[i]] += second[i] - row[i]
            for number in range(len(chosen)):
                if not fixed[chosen[number]] and gain - loss[number] + kept[number] > best:
                    best = gain - loss[number] + kept[number]
                    best_site, best_place = site, number
        if best_site < 0:
            return float(total)
        is_open[chosen[best_place]] = False
        is_open[best_site] = True
        chosen[best_place] = best_site


@kernel
def reduced_costs(cost: Floats, prices: Floats, out: Floats) -> None:
    """Write for each site what opening it would bring if every demand paid its price; 0 or less.

    Parameters
    ----------
    cost
        Shape (sites, demands).
    prices
        What each demand pays for being served.
    out
        Shape (sites,); written to.
    """
    for site in range(len(cost)):
        row = cost[site]
        total = 0.0
        for i in range(len(row)):
            total += min(0.0, row[i] - prices[i])
        out[site] = total


@kernel
def reduced_costs_within(
    cost: Floats, prices: Floats, load: Floats, capacity: Floats, out: Floats, usage: Floats
) -> None:
    """The same where a site serves no more than its capacity: the relaxed knapsack of each.

    `usage` gets how often each demand is served, by sites that pay for themselves, shape (sites, demands).

    Parameters
    ----------
    cost
        Shape (sites, demands).
    prices
        What each demand pays for being served.
    load
        What each demand takes of a site's capacity.
    capacity
        Of each site.
    out
        Shape (sites,); written to.
    usage
        See above; written to.
    """
    for site in range(len(cost)):
        row = cost[site]
        used = usage[site]
        used[:] = 0.0
        rows = np.flatnonzero(row < prices)
        saving = prices[rows] - row[rows]
        order = np.argsort(-saving / np.maximum(load[rows], 1e-300))
        room, total = capacity[site], 0.0
        for number in order:
            i = rows[number]
            share = 1.0 if load[i] <= room else room / load[i]
            if share <= 0.0:
                break
            used[i] = share
            room -= share * load[i]
            total -= share * saving[number]
        out[site] = total


@kernel
def _fill(
    cost: Floats, load: Floats, room: Floats, chosen: Longs, order: Longs, assigned: Longs, penalty: float
) -> bool:
    for i in order:
        best, least = -1, penalty
        for number in range(len(chosen)):
            if load[i] <= room[number] and cost[chosen[number], i] < least:
                best, least = number, cost[chosen[number], i]
        if best < 0:
            return False
        assigned[i] = best
        room[best] -= load[i]
    return True


@kernel
def _shift(cost: Floats, load: Floats, room: Floats, chosen: Longs, assigned: Longs) -> bool:
    """Move single demands to cheaper sites with room; whether any moved."""
    moved = False
    for i in range(len(assigned)):
        now = assigned[i]
        for number in range(len(chosen)):
            if load[i] <= room[number] and cost[chosen[number], i] < cost[chosen[now], i]:
                room[now] += load[i]
                room[number] -= load[i]
                now = number
                moved = True
        assigned[i] = now
    return moved


@kernel
def _swap(cost: Floats, load: Floats, room: Floats, chosen: Longs, assigned: Longs, wishing: Longs) -> bool:
    """Exchange the sites of two demands where that is cheaper and fits; whether any were."""
    moved = False
    for i in wishing:
        for k in range(len(assigned)):
            a, b = assigned[i], assigned[k]
            if a == b:
                continue
            gain = cost[chosen[a], i] + cost[chosen[b], k] - cost[chosen[b], i] - cost[chosen[a], k]
            fits = room[a] + load[i] >= load[k] and room[b] + load[k] >= load[i]
            if gain > 1e-9 and fits:
                room[a] += load[i] - load[k]
                room[b] += load[k] - load[i]
                assigned[i], assigned[k] = b, a
                moved = True
    return moved


@kernel
def assign_within(
    cost: Floats, load: Floats, capacity: Floats, chosen: Longs, assigned: Longs, penalty: float
) -> float:
    """Assign every demand to one open site within the capacities; greedy by regret, then moves and exchanges.

    Parameters
    ----------
    cost
        Shape (sites, demands).
    load, capacity
        By demand; by site.
    chosen
        Open sites.
    assigned
        Gets the place in `chosen` of each demand's site.
    penalty
        Pairs that cost so much are forbidden.

    Returns
    -------
    float
        Total cost; infinite where no assignment was found.
    """
    demands = cost.shape[1]
    first, second = np.empty(demands), np.empty(demands)
    place = np.zeros(demands, dtype=np.int64)
    nearest_two(cost, chosen, first, second, place)
    for i in range(demands):
        second[i] = min(second[i], penalty)
    found = False
    for attempt in range(3):
        if attempt == 0:
            key = -(second - first)
        elif attempt == 1:
            key = -load
        else:
            key = -(second - first) / np.maximum(load, 1e-300)
        room = capacity[chosen].copy()
        if _fill(cost, load, room, chosen, np.argsort(key), assigned, penalty):
            found = True
            break
    if not found:
        return np.inf
    for _ in range(20):
        moved = _shift(cost, load, room, chosen, assigned)
        wishing = np.zeros(demands, dtype=np.int64)
        count = 0
        for i in range(demands):
            if cost[chosen[assigned[i]], i] > first[i]:
                wishing[count] = i
                count += 1
        if count * demands <= 4_000_000:
            moved = _swap(cost, load, room, chosen, assigned, wishing[:count]) or moved
        if not moved:
            break
    total = 0.0
    for i in range(demands):
        total += cost[chosen[assigned[i]], i]
    return total
