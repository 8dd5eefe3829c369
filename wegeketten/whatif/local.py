"""Searches that touch a small part of a large graph: their cost grows with what they touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.routing import heap_pop, heap_push, lazy_kernel
from wegeketten.whatif.least_cost import UNSEEN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.whatif.graph import Lists

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]


@lazy_kernel
def spread(
    indptr: Ints,
    arcs: Ints,
    ends: Ints,
    keys: Longs,
    starts: Ints,
    limit: int,
    barred: NDArray[np.bool_],
    best: Longs,
    touched: Ints,
    heap_keys: Longs,
    heap_items: Ints,
) -> int:
    """Least keys from any start, written into `best`; see `wegeketten.whatif.least_cost.tree`.

    Parameters
    ----------
    indptr, arcs, ends, keys, starts, limit
        As in `tree`; nothing is owed at the starts.
    barred
        True at nodes that are not entered; empty where there are none.
    best
        `UNSEEN` everywhere; the caller clears what is touched.
    touched
        Filled with the nodes reached, in the order in which they were seen first, shape (nodes,).
    heap_keys, heap_items
        Working space of ``len(arcs) + nodes + 1`` entries at least.

    Returns
    -------
    int
        How many nodes were reached.
    """
    size = 0
    count = 0
    bars = len(barred) > 0
    for start in starts:
        if best[start] == UNSEEN:
            best[start] = 0
            touched[count] = start
            count += 1
            size = heap_push(heap_keys, heap_items, size, 0, start)
    while size > 0:
        key = heap_keys[0]
        node = heap_items[0]
        size = heap_pop(heap_keys, heap_items, size)
        if key > best[node]:
            continue
        for place in range(indptr[node], indptr[node + 1]):
            arc = arcs[place]
            if keys[arc] < 0:
                continue
            end = ends[arc]
            reached = key + keys[arc]
            if reached < best[end] and reached <= limit and not (bars and barred[end]):
                if best[end] == UNSEEN:
                    touched[count] = end
                    count += 1
                best[end] = reached
                if indptr[end] < indptr[end + 1]:  # from others nothing leads on: doors, mostly
                    size = heap_push(heap_keys, heap_items, size, reached, end)
    return count


class LocalSearch:
    """Repeated searches on one graph, whose working space is made once.

    Parameters
    ----------
    lists
        Arcs that leave each node.
    ends
        The node each arc leads to.

    Examples
    --------
    >>> from wegeketten.whatif.graph import WhatIfGraph
    >>> field = WhatIfGraph.of_edges(4, [0, 1, 2], [1, 2, 3], [5] * 6, [5] * 6, [0, 0, 0])
    >>> search = LocalSearch(field.leaving, field.heads)
    >>> keys = field.today.astype(np.int64)
    >>> nodes, times = search.near(keys, np.array([0], dtype=np.int32), 10)
    >>> nodes.tolist(), times.tolist()
    ([0, 1, 2], [0, 5, 10])
    >>> search.near(keys, np.array([2], dtype=np.int32), 10, within=nodes)[0].tolist()
    [2, 1, 0]
    """

    def __init__(self, lists: Lists, ends: Ints) -> None:
        self.lists, self.ends = lists, ends
        nodes, room = len(lists.indptr) - 1, len(lists.arcs) + len(lists.indptr)
        self.best = np.full(nodes, UNSEEN, dtype=np.int64)
        self._barred = np.ones(nodes, dtype=bool)
        self._open = np.zeros(0, dtype=bool)
        self._touched = np.empty(nodes, dtype=np.int32)
        self._heap = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int32)

    def fill(self, keys: Longs, starts: Ints, limit: int, within: Ints | None = None) -> Ints:
        """As `near`, but the keys are left in `best`; the nodes returned have to be given to `clear`.

        Parameters
        ----------
        keys
            Non-negative key of each arc, negative where it is closed.
        starts
            Nodes to start from.
        limit
            Keys beyond it are not followed.
        within
            The only nodes that are entered; all where None.

        Returns
        -------
        Ints
            Nodes that are reached.
        """
        barred = self._open
        if within is not None:
            barred = self._barred
            barred[within] = False
        count = spread(
            *self.lists, self.ends, keys, starts, limit, barred, self.best, self._touched, *self._heap
        )
        if within is not None:
            barred[within] = True
        return self._touched[:count].copy()

    def clear(self, nodes: Ints) -> None:
        """Forget the keys of some nodes.

        Parameters
        ----------
        nodes
            What `fill` returned.
        """
        self.best[nodes] = UNSEEN

    def near(self, keys: Longs, starts: Ints, limit: int, within: Ints | None = None) -> tuple[Ints, Longs]:
        """Nodes that are reached within a limit, and their least keys.

        Parameters
        ----------
        keys
            Non-negative key of each arc, negative where it is closed.
        starts
            Nodes to start from.
        limit
            Keys beyond it are not followed.
        within
            The only nodes that are entered; all where None.

        Returns
        -------
        tuple
            Both of shape (nodes reached,).
        """
        nodes = self.fill(keys, starts, limit, within)
        found = self.best[nodes]
        self.clear(nodes)
        return nodes, found
