"""Cheapest ways on which barriers may be mended, grown from the ways there are today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.routing import heap_pop, heap_push, lazy_kernel
from wegeketten.whatif.least_cost import INF, SHIFT, UNSEEN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]


@lazy_kernel
def mend_towards(
    indptr: Ints,
    arcs: Ints,
    tails: Ints,
    heads: Ints,
    edge: Ints,
    weights: Ints,
    mended: Ints,
    prices: Longs,
    times: Longs,
    middle: int,
    detour: int,
) -> tuple[Longs, Ints]:
    """Cheapest ways to the goals where every arc may be walked as it is or mended for its price.

    Today's times are known. Only nodes that mending brings nearer are visited: that is the whole search.

    Parameters
    ----------
    indptr, arcs
        Arcs that enter each node.
    tails, heads, edge
        Ends and edge of the arcs, -1 for the edge of a door.
    weights, mended
        Times of the arcs now and after their measure.
    prices
        Price of each edge's measure, negative where it cannot be mended, shape (edges,).
    times
        Time of each node to its nearest goal over `weights`, `INF` where there is no way.
    middle, detour
        The key of a way is its time and, for every `middle` euros, `detour` units; where `detour` is `INF`
        its price, and among equal prices its time (``price << SHIFT | time``).

    Returns
    -------
    tuple
        Least key of every node (`UNSEEN` where no way can be made), and the first arc on its way that has to
        be mended, -1 where there is none.
    """
    nodes = len(indptr) - 1
    best = np.empty(nodes, dtype=np.int64)
    for node in range(nodes):
        best[node] = times[node] if times[node] < INF else UNSEEN
    following = np.full(nodes, -1, dtype=np.int32)
    through = np.full(nodes, -1, dtype=np.int32)
    done = np.zeros(nodes, dtype=np.bool_)
    heap_keys = np.empty(2 * len(arcs) + 1, dtype=np.int64)
    heap_items = np.empty(2 * len(arcs) + 1, dtype=np.int32)
    size = 0
    for arc in range(len(tails)):
        if mended[arc] >= weights[arc] or edge[arc] < 0 or times[heads[arc]] >= INF:
            continue
        price = prices[edge[arc]]
        if price < 0:
            continue
        fine = price << SHIFT if detour >= INF else price * detour // middle
        end, node = tails[arc], heads[arc]
        reached = times[node] + fine + mended[arc]
        known = through[end]
        first = known >= 0 and (times[node], node) < (times[known], known)
        if reached < best[end] or (reached == best[end] and first):
            best[end], following[end], through[end] = reached, arc, node
            if indptr[end] < indptr[end + 1]:
                size = heap_push(heap_keys, heap_items, size, reached, end)
    while size > 0:
        key, node = heap_keys[0], heap_items[0]
        size = heap_pop(heap_keys, heap_items, size)
        if done[node] or key > best[node]:
            continue
        done[node] = True
        for place in range(indptr[node], indptr[node + 1]):
            arc = arcs[place]
            price = np.int64(-1) if edge[arc] < 0 else prices[edge[arc]]
            taken = np.int64(weights[arc]) if weights[arc] < INF else UNSEEN
            mends = False
            if mended[arc] < weights[arc] and price >= 0:
                fine = price << SHIFT if detour >= INF else price * detour // middle
                mends = fine + mended[arc] < taken
                taken = min(taken, fine + mended[arc])
            if taken == UNSEEN:
                continue
            end = tails[arc]
            reached = key + taken
            known = through[end]
            first = known >= 0 and not done[end] and (key, node) < (best[known], known)
            if reached < best[end] or (reached == best[end] and first):
                fresh = reached < best[end]
                best[end], through[end] = reached, node
                following[end] = arc if mends else following[node]
                if fresh and indptr[end] < indptr[end + 1]:  # from others nothing leads on: doors, mostly
                    size = heap_push(heap_keys, heap_items, size, reached, end)
    return best, following
