"""What lies near each of many starts: bounded searches, one after the other, that visit few nodes each."""

from __future__ import annotations

from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .bounded import spread
from .compiled import i4, i8, kernel, reads, sealed, several, tuple_of, u4, writes
from .graph import INF, as_int32
from .heap import push_packed
from .search import as_limit
from .workers import share, thread_count

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .graph import Graph, Int32, UInt32

_PIECE = 32  # starts between two looks at the keyboard


class _Starts(NamedTuple):
    """Nodes and offsets that belong to each start, in compressed rows."""

    indptr: Int32
    nodes: Int32
    offsets: Int32


class _Room(NamedTuple):
    """Working room of one thread: times, nodes and a heap of a search."""

    fresh: Int32
    touched: Int32
    heap: NDArray[np.int64]


@kernel(
    several(i8, 2),
    *(reads(u4), reads(u4), reads(i4), reads(i4, 2)),
    tuple_of(_Starts, *[reads(i4)] * 3),
    *(i8, i8, i8),
    tuple_of(_Room, writes(i4), writes(i4), writes(i8)),
    *[writes(i4)] * 3,
)
def _balls(
    indptr: UInt32,
    heads: UInt32,
    weights: Int32,
    bounds: Int32,
    starts: _Starts,
    start: int,
    end: int,
    filled: int,
    room: _Room,
    nodes: Int32,
    times: Int32,
    ends: Int32,
) -> tuple[int, int]:
    """Search from the starts start..end; return the start that found no room any more, and what is filled."""
    fresh, touched, heap = room.fresh, room.touched, room.heap
    for s in range(start, end):
        size, count = 0, 0
        for i in range(starts.indptr[s], starts.indptr[s + 1]):
            node, offset = starts.nodes[i], np.int64(starts.offsets[i])
            if offset < bounds[node, 0] and offset < fresh[node]:
                if fresh[node] == INF:
                    touched[count] = node
                    count += 1
                fresh[node] = offset
                size = push_packed(heap, size, (offset << 32) | np.int64(node))
        count = spread(0, count, size, indptr, heads, weights, bounds, fresh, touched, heap)
        fits = filled + count <= nodes.size
        for k in range(count):
            if fits:
                nodes[filled + k] = touched[k]
                times[filled + k] = fresh[touched[k]]
            fresh[touched[k]] = INF
        if not fits:
            return s, filled
        filled += count
        ends[s] = count
    return end, filled


def _bounds(n: int, limit: int | Int32) -> Int32:
    """First time at each node that is too long."""
    if isinstance(limit, int):
        return np.full((n, 1), as_limit(limit) + 1, np.int32)
    return (np.clip(limit.astype(np.int64), -1, INF - 1) + 1).astype(np.int32).reshape(n, 1)


def each_within(
    graph: Graph,
    seed_ptr: ArrayLike,
    seeds: ArrayLike,
    offsets: ArrayLike,
    limit: int | Int32,
    *,
    threads: int | None = None,
) -> tuple[NDArray[np.int64], Int32, Int32]:
    """Nodes within a limit of each of many starts, in rows.

    Parameters
    ----------
    graph
        The graph. For times *to* the starts, give its reverse.
    seed_ptr, seeds, offsets
        In rows by start: the nodes it is next to, and the time to them.
    limit
        Largest time, itself included; or one per node, shape (n,), negative where nothing is looked for. A
        search does not go on behind a node that is beyond its own.
    threads
        Number of threads; all there are where None. The result does not depend on it.

    Returns
    -------
    tuple
        int64[starts + 1]: where each start's row begins; the nodes and their times.

    Raises
    ------
    ValueError
        A seed is no node of the graph, or the arrays do not match.

    Examples
    --------
    >>> from wegeketten.routing import Graph
    >>> line = Graph.from_arcs(3, [0, 1], [1, 2], [5, 5])
    >>> rows, nodes, times = each_within(line, [0, 1, 2], [0, 1], [0, 2], 7)
    >>> rows.tolist(), nodes.tolist(), times.tolist()
    ([0, 2, 4], [0, 1, 1, 2], [0, 5, 2, 7])
    """
    ptr = as_int32(seed_ptr, "seed_ptr")
    nodes = as_int32(seeds, "seeds", upper=graph.n - 1)
    since = as_int32(offsets, "offsets", size=nodes.size)
    if not ptr.size or ptr[-1] != nodes.size or (np.diff(ptr) < 0).any():
        raise ValueError("seed_ptr must be ascending rows that end with the seeds")
    starts = ptr.size - 1
    count = min(thread_count(threads), max(1, starts // _PIECE))
    bounds = _bounds(graph.n, limit)
    indptr, heads = graph.indptr.view(np.uint32), graph.heads.view(np.uint32)
    seeds_of = _Starts(sealed(ptr), sealed(nodes), sealed(since))
    rooms: SimpleQueue[_Room] = SimpleQueue()
    seeds_most = int(np.diff(ptr).max(initial=0))
    for _ in range(count):
        fresh, touched = np.full(graph.n, INF, np.int32), np.empty(graph.n, np.int32)
        rooms.put(_Room(fresh, touched, np.empty(graph.m + seeds_most + 1, np.int64)))
    sizes = np.zeros(starts, np.int32)
    found: dict[int, tuple[Int32, Int32]] = {}

    def piece(begin: int) -> None:
        room = rooms.get()
        end, at, filled = min(begin + _PIECE, starts), begin, 0
        near, times = np.empty(1 << 12, np.int32), np.empty(1 << 12, np.int32)
        while True:
            at, filled = _balls(
                *(indptr, heads, graph.weights, bounds, seeds_of, at, end, filled, room, near, times, sizes)
            )
            if at == end:
                break
            near, times = np.concatenate((near, np.empty_like(near))), np.concatenate((times, times))
        found[begin] = near[:filled], times[:filled]
        rooms.put(room)

    share([partial(piece, begin) for begin in range(0, starts, _PIECE)], count)
    parts = [found[begin] for begin in sorted(found)]
    rows = np.zeros(starts + 1, np.int64)
    np.cumsum(sizes, out=rows[1:])
    empty = [np.zeros(0, np.int32)]
    return (
        rows,
        np.concatenate([near for near, _ in parts] or empty),
        np.concatenate([times for _, times in parts] or empty),
    )
