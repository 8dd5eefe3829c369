"""Corridors: sets of measures that help only together, found from the doors they would serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.reach.field import INF
from wegeketten.reach.search import SHIFT, UNSEEN, kernel, tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.plan.task import State

DETOURS = (INF, 3000, 600, 120)
"""How many units (0.1 s) of detour a person would make to spare the city a measure of the middle price.

Each gives its own trees: the first spares every measure that can be spared, the last builds short cuts."""


@kernel
def next_mended(
    via: NDArray[np.int32], heads: NDArray[np.int32], mends: NDArray[np.bool_], nodes: NDArray[np.int64]
) -> NDArray[np.int32]:
    """For each node the next arc on its way that has to be mended, -1 where none is left."""
    unknown = -2
    found = np.full(len(via), unknown, dtype=np.int32)
    stack = np.empty(len(via), dtype=np.int32)
    for node in nodes:
        size = 0
        here = node
        while found[here] == unknown and via[here] >= 0:
            stack[size] = here
            size += 1
            here = heads[via[here]]
        if found[here] == unknown:
            found[here] = -1
        arc = found[here]
        while size > 0:
            size -= 1
            if mends[via[stack[size]]]:
                arc = via[stack[size]]
            found[stack[size]] = arc
    return found


def find_corridors(
    state: State,
    *,
    detours: Sequence[int] = DETOURS,
    most: int = 200,
    prices: NDArray[np.int64] | None = None,
) -> dict[tuple[int, ...], float]:
    """Sets of edges whose measures, together, would give doors outside the standard a better way.

    One tree of cheapest ways grows from all places at once; the measures on each door's way are its corridor.
    Doors behind the same barriers share one.

    Parameters
    ----------
    state
        The task with what is mended already.
    detours
        See `DETOURS`.
    most
        How many corridors to keep per tree, those of the most people.
    prices
        Prices to search with, shape (edges,), where they differ from the field's.

    Returns
    -------
    dict
        Distinct sets of edges, each in ascending order, and the people in need whose corridor it is.
    """
    task, field = state.task, state.task.field
    edge_prices = field.prices if prices is None else prices
    arc_prices = np.append(edge_prices, 0)[field.edge]
    helps = (field.mended < state.weights) & (arc_prices > 0)
    if not helps.any():
        return {}
    middle = max(1, int(np.median(edge_prices[field.mendable])))
    first, last = field.streets, field.streets + field.homes
    in_need = np.flatnonzero((state.times[first:last] > task.limit) & (task.people > 0)) + first
    found: dict[tuple[int, ...], float] = {}
    lists = field.entering
    starts = np.zeros(len(task.goals), dtype=np.int64)
    for detour in detours:
        fine = arc_prices << SHIFT if detour >= INF else arc_prices * detour // middle
        mended = np.where(helps, field.mended + fine, UNSEEN)
        today = np.where(state.weights < INF, state.weights.astype(np.int64), UNSEEN)
        mends = mended < today
        keys = np.where(mends, mended, today)
        keys[keys == UNSEEN] = -1
        best, via = tree(*lists, field.tails, keys, np.ascontiguousarray(task.goals, dtype=np.int32), starts)
        following = next_mended(via, field.heads, mends, np.arange(field.nodes))
        doors = in_need[best[in_need] < UNSEEN]
        arcs, door = np.unique(following[doors], return_inverse=True)
        people = np.bincount(door, weights=task.people[doors - first], minlength=len(arcs))
        for place in np.lexsort((arcs, -people))[:most]:
            chosen: set[int] = set()
            arc = int(arcs[place])
            while arc >= 0:
                chosen.add(int(field.edge[arc]))
                arc = int(following[field.heads[arc]])
            if chosen:
                key = tuple(sorted(chosen))
                found[key] = max(found.get(key, 0.0), float(people[place]))
    return found
