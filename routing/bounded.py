"""Searches that visit few nodes; what they touch is cleaned up by the caller."""

from __future__ import annotations

from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .compiled import helper, i4, i8, kernel, nothing, reads, tuple_of, u4, writes
from .graph import INF, as_int32
from .heap import pop_packed, push_packed
from .search import as_limit, as_sources
from .workers import share, thread_count

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .graph import Graph, Int32, UInt32

_PIECE = 64  # sources between two looks at the keyboard


@helper
def spread(
    service: int,
    count: int,
    size: int,
    indptr: UInt32,
    heads: UInt32,
    weights: Int32,
    times: Int32,
    fresh: Int32,
    touched: Int32,
    heap: NDArray[np.int64],
) -> int:
    """Settle what improves, starting from the heap's items; return the number of nodes touched.

    Parameters
    ----------
    service
        Number of the service whose times are improved.
    count
        How many nodes are touched so far.
    size
        How many items are on the heap.
    indptr, heads, weights
        The graph, as in `Graph`.
    times
        Times by service and node; lowered in place.
    fresh, touched
        Whether a node was touched, and the list of those that were; both are added to.
    heap
        Packed items (time and node), the least first.

    Returns
    -------
    int
        Nodes touched, those from before included.
    """
    while size > 0:
        item = heap[0]
        size = pop_packed(heap, size)
        d = item >> 32
        u = np.uint32(item & 0xFFFFFFFF)
        if fresh[u] != d:
            continue
        for i in range(indptr[u], indptr[u + np.uint32(1)]):
            v = heads[i]
            reached = d + weights[i]
            if reached < times[v, service] and reached < fresh[v]:
                if fresh[v] == INF:
                    touched[count] = v
                    count += 1
                fresh[v] = reached
                size = push_packed(heap, size, (reached << 32) | np.int64(v))
    return count


class _Room(NamedTuple):
    """Working room of one thread: times, nodes and a heap of a search, and the sums it adds to."""

    fresh: Int32
    touched: Int32
    heap: NDArray[np.int64]
    sums: NDArray[np.int64]


@kernel(
    nothing,
    *(reads(u4), reads(u4), reads(i4), reads(i4, 2)),
    *(i8, i8, reads(i4), reads(i4), reads(i8)),
    tuple_of(_Room, writes(i4), writes(i4), writes(i8), writes(i8)),
)
def _count(
    indptr: UInt32,
    heads: UInt32,
    weights: Int32,
    bounds: Int32,
    begin: int,
    end: int,
    sources: Int32,
    offsets: Int32,
    amounts: NDArray[np.int64],
    room: _Room,
) -> None:
    """Add the amount of each of the sources begin..end to every node whose bound is not exceeded."""
    fresh, touched, heap = room.fresh, room.touched, room.heap
    for i in range(begin, end):
        source, offset = sources[i], np.int64(offsets[i])
        if offset >= bounds[source, 0]:
            continue
        fresh[source] = offset
        touched[0] = source
        size = push_packed(heap, 0, (offset << 32) | np.int64(source))
        count = spread(0, 1, size, indptr, heads, weights, bounds, fresh, touched, heap)
        for k in range(count):
            room.sums[touched[k]] += amounts[i]
            fresh[touched[k]] = INF


def count_within(
    graph: Graph,
    sources: ArrayLike,
    limit: int,
    amounts: ArrayLike | None = None,
    offsets: ArrayLike | None = None,
    *,
    threads: int | None = None,
) -> NDArray[np.int64]:
    """Count, for every node, the sources from which it can be reached within a limit.

    Parameters
    ----------
    graph
        The graph. To count what can be reached *from* each node, give its reverse.
    sources
        Where the opportunities are, shape (k,); a node may appear several times.
    limit
        Largest time, itself included.
    amounts
        How much each source counts, whole numbers, shape (k,); one where None.
    offsets
        Time already spent at each source, shape (k,); zero where None.
    threads
        Number of threads; all there are where None. The result does not depend on it.

    Returns
    -------
    NDArray
        Sum of the amounts within the limit, shape (n,).

    Raises
    ------
    ValueError
        A source is no node of the graph, or amounts or offsets do not match.

    Examples
    --------
    >>> from wegeketten.routing import Graph
    >>> count_within(Graph.from_arcs(3, [0, 1], [1, 2], [5, 5]), [0, 0, 1], 5)
    array([2, 3, 1])
    """
    nodes, starts = as_sources(graph.n, sources, offsets)
    worth = np.ones(nodes.size, np.int64)
    if amounts is not None:
        worth = as_int32(amounts, "amounts", size=nodes.size).astype(np.int64)
    count = min(thread_count(threads), max(1, nodes.size // _PIECE))
    bounds = np.full((graph.n, 1), as_limit(limit) + 1, np.int32)
    indptr, heads = graph.indptr.view(np.uint32), graph.heads.view(np.uint32)
    rooms: SimpleQueue[_Room] = SimpleQueue()
    sums = [np.zeros(graph.n, np.int64) for _ in range(count)]
    for own in sums:
        fresh, touched = np.full(graph.n, INF, np.int32), np.empty(graph.n, np.int32)
        rooms.put(_Room(fresh, touched, np.empty(graph.m + 1, np.int64), own))

    def piece(begin: int) -> None:
        room = rooms.get()
        end = min(begin + _PIECE, nodes.size)
        _count(indptr, heads, graph.weights, bounds, begin, end, nodes, starts, worth, room)
        rooms.put(room)

    share([partial(piece, begin) for begin in range(0, nodes.size, _PIECE)], count)
    total: NDArray[np.int64] = np.sum(sums, axis=0, dtype=np.int64)
    return total
