"""Exact shortest paths by a bucket queue: the plain search that everything faster is compared with.

The queue is a radix heap with a wide bottom level: 2**16 buckets of one unit each hold what lies in the current
stretch of time, a few coarser ones what lies beyond. All buckets are doubly linked lists through the nodes
themselves, so nothing is allocated while searching and a node moves when its time falls. Weights may be of any
size; with tenths of seconds or centimetres almost every node enters its final bucket at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .compiled import helper, i4, i8, kernel, reads, u8, writes
from .graph import INF, Graph, as_int32

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .graph import Int32

FINE_BITS = 16
FINE = 1 << FINE_BITS  # buckets of one unit
COARSE = 32 - FINE_BITS  # buckets of growing width for what lies beyond
STEPS = 2_000_000  # nodes settled between two looks at the keyboard
_ABSENT = -2  # in `after`: the node is in no bucket
_LAST = -1

# the queue's few scalars, kept in an array so that a search can be resumed
_NOW, _EPOCH, _FINE_COUNT, _COUNT = 0, 1, 2, 3


@helper
def _place(d: int, epoch: int) -> int:
    """Bucket of time `d` while the fine buckets show stretch `epoch`."""
    distance = (d >> FINE_BITS) ^ epoch
    if distance == 0:
        return d & (FINE - 1)
    bit = 0
    while distance > 1:
        distance >>= 1
        bit += 1
    return FINE + bit


@helper
def _insert(
    v: int,
    bucket: int,
    first: Int32,
    after: Int32,
    before: Int32,
    marks: NDArray[np.uint64],
    state: NDArray[np.int64],
) -> None:
    old = first[bucket]
    after[v] = old
    before[v] = -1 - bucket
    first[bucket] = v
    if old >= 0:
        before[old] = v
    if bucket < FINE:
        marks[bucket >> 6] |= np.uint64(1) << np.uint64(bucket & 63)
        state[_FINE_COUNT] += 1
    state[_COUNT] += 1


@helper
def _remove(
    v: int, first: Int32, after: Int32, before: Int32, state: NDArray[np.int64], epoch_of_v: int
) -> None:
    follower = after[v]
    leader = before[v]
    if leader >= 0:
        after[leader] = follower
    else:
        first[-1 - leader] = follower
    if follower >= 0:
        before[follower] = leader
    after[v] = _ABSENT
    if epoch_of_v == state[_EPOCH]:
        state[_FINE_COUNT] -= 1
    state[_COUNT] -= 1


@helper
def _advance(
    times: Int32,
    first: Int32,
    after: Int32,
    before: Int32,
    marks: NDArray[np.uint64],
    state: NDArray[np.int64],
) -> None:
    """Move the queue to its next node: to the next fine bucket, or to the next stretch of time."""
    if state[_FINE_COUNT] > 0:
        bucket = state[_NOW] & (FINE - 1)
        while True:
            word = marks[bucket >> 6] >> np.uint64(bucket & 63)
            if word == 0:
                bucket = (bucket | 63) + 1
                continue
            if word & np.uint64(1) == 0:
                bucket += 1
                continue
            if first[bucket] < 0:
                marks[bucket >> 6] &= ~(np.uint64(1) << np.uint64(bucket & 63))
                bucket += 1
                continue
            state[_NOW] = (state[_EPOCH] << FINE_BITS) | bucket
            return
    coarse = FINE
    while first[coarse] < 0:
        coarse += 1
    smallest = INF
    v = first[coarse]
    while v >= 0:
        smallest = min(smallest, times[v])
        v = after[v]
    v = first[coarse]
    first[coarse] = _LAST
    state[_NOW] = smallest
    state[_EPOCH] = smallest >> FINE_BITS
    while v >= 0:
        follower = after[v]
        state[_COUNT] -= 1
        _insert(v, _place(times[v], state[_EPOCH]), first, after, before, marks, state)
        v = follower


@kernel(
    i8,
    *(reads(i4), reads(i4), reads(i4)),
    *(reads(i4), reads(i4), i8, i8, i8, i8),
    *(writes(i4), writes(i4), writes(i4), writes(i4), writes(i4), writes(u8), writes(i8)),
)
def _search(
    indptr: Int32,
    heads: Int32,
    weights: Int32,
    sources: Int32,
    offsets: Int32,
    limit: int,
    target: int,
    by_arc: int,
    steps: int,
    times: Int32,
    labels: Int32,
    first: Int32,
    after: Int32,
    before: Int32,
    marks: NDArray[np.uint64],
    state: NDArray[np.int64],
) -> int:
    """Settle up to `steps` nodes; return how many, fewer when the search is over.

    `labels` receives the source each node belongs to (the smallest of equals), or, where `by_arc` is set, the
    position of the arc by which each node is reached.
    """
    # Sources come with the first call only. Their order matters for equal times and zero weights: the lists are
    # last in, first out, so the smallest number floods first and nothing is relabelled twice.
    for i in range(sources.size - 1, -1, -1):
        v = sources[i]
        offset = offsets[i]
        if offset > limit or offset > times[v]:
            continue
        if times[v] < INF:
            _remove(v, first, after, before, state, times[v] >> FINE_BITS)
        times[v] = offset
        labels[v] = -1 if by_arc else i
        _insert(v, _place(offset, state[_EPOCH]), first, after, before, marks, state)
    settled = 0
    while state[_COUNT] > 0 and settled < steps:
        _advance(times, first, after, before, marks, state)
        d = state[_NOW]
        bucket = d & (FINE - 1)
        while first[bucket] >= 0:
            u = first[bucket]
            _remove(u, first, after, before, state, state[_EPOCH])
            settled += 1
            if u == target:
                state[_COUNT] = 0
                return settled
            label = labels[u]
            for i in range(indptr[u], indptr[u + 1]):
                reached = d + weights[i]
                if reached > limit:
                    continue
                v = heads[i]
                known = times[v]
                if reached < known:
                    if known < INF:
                        _remove(v, first, after, before, state, known >> FINE_BITS)
                    times[v] = reached
                    labels[v] = i if by_arc else label
                    _insert(v, _place(reached, state[_EPOCH]), first, after, before, marks, state)
                elif reached == known and not by_arc and label < labels[v]:
                    labels[v] = label
                    if after[v] == _ABSENT:
                        _insert(v, bucket, first, after, before, marks, state)
    return settled


def _run(
    graph: Graph, sources: Int32, offsets: Int32, limit: int, target: int = -1, *, by_arc: bool = False
) -> tuple[Int32, Int32]:
    times = np.full(graph.n, INF, np.int32)
    labels = np.full(graph.n, -1, np.int32)
    first = np.full(FINE + COARSE, _LAST, np.int32)
    after = np.full(graph.n, _ABSENT, np.int32)
    before = np.empty(graph.n, np.int32)
    marks = np.zeros(FINE // 64, np.uint64)
    state = np.zeros(4, np.int64)
    none = np.zeros(0, np.int32)
    settled = STEPS
    while settled >= STEPS:  # in slices, so that Ctrl-C is heard
        settled = _search(
            *(graph.indptr, graph.heads, graph.weights, sources, offsets, limit, target, int(by_arc), STEPS),
            *(times, labels, first, after, before, marks, state),
        )
        sources = offsets = none
    return times, labels


def as_sources(n: int, sources: ArrayLike, offsets: ArrayLike | None) -> tuple[Int32, Int32]:
    """Pass sources and their offsets through the gate.

    Raises
    ------
    ValueError
        A source is no node of the graph, or the offsets do not match; the message names the positions.
    """
    nodes = as_int32(sources, "sources", upper=n - 1)
    starts = (
        np.zeros(nodes.size, np.int32) if offsets is None else as_int32(offsets, "offsets", size=nodes.size)
    )
    return nodes, starts


def _as_limit(limit: int | None) -> int:
    if limit is None:
        return INF - 1
    if limit < 0:
        raise ValueError(f"limit must not be negative, not {limit}")
    return min(int(limit), INF - 1)


def nearest(
    graph: Graph, sources: ArrayLike, offsets: ArrayLike | None = None, *, limit: int | None = None
) -> tuple[Int32, Int32]:
    """Time to every node from the source nearest to it, and which source that is.

    Parameters
    ----------
    graph
        The graph. For times *to* the nearest source, give its reverse.
    sources
        Nodes to start from, shape (k,); one node may appear several times.
    offsets
        Time already spent at each source, shape (k,); zero where None.
    limit
        Nodes further than this count as not reached.

    Returns
    -------
    tuple
        Times, shape (n,), `INF` where not reached; and the position in `sources` of the nearest one, shape (n,),
        the smallest among equals, -1 where not reached.

    Raises
    ------
    ValueError
        A source is no node of the graph, or the offsets do not match.

    Examples
    --------
    >>> graph = Graph.from_arcs(4, [0, 1, 3], [1, 2, 2], [5, 5, 7])
    >>> nearest(graph, [0, 3], [0, 1])
    (array([0, 5, 8, 1], dtype=int32), array([0, 0, 1, 1], dtype=int32))
    """
    nodes, starts = as_sources(graph.n, sources, offsets)
    return _run(graph, nodes, starts, _as_limit(limit))


def within(
    graph: Graph, sources: ArrayLike, limit: int, offsets: ArrayLike | None = None
) -> tuple[Int32, Int32]:
    """Nodes that can be reached within a limit (an isochrone).

    Parameters
    ----------
    graph, sources, offsets
        As in `nearest`.
    limit
        Largest time, itself included.

    Returns
    -------
    tuple
        The nodes in ascending order and their times, both of shape (r,).

    Raises
    ------
    ValueError
        As in `nearest`.

    Examples
    --------
    >>> graph = Graph.from_arcs(4, [0, 1, 3], [1, 2, 2], [5, 5, 7])
    >>> within(graph, 0, 5)
    (array([0, 1], dtype=int32), array([0, 5], dtype=int32))
    """
    times, _ = nearest(graph, sources, offsets, limit=limit)
    nodes = np.flatnonzero(times < INF).astype(np.int32)
    return nodes, times[nodes]


def path(graph: Graph, source: int, target: int) -> tuple[int, Int32]:
    """Find one shortest path.

    Parameters
    ----------
    graph
        The graph.
    source, target
        Its two ends.

    Returns
    -------
    tuple
        Its time, and its arcs in order by their input numbers. `INF` and no arcs where there is no path.

    Raises
    ------
    ValueError
        One of the ends is no node of the graph.

    Examples
    --------
    >>> graph = Graph.from_arcs(4, [0, 1, 3], [1, 2, 2], [5, 5, 7])
    >>> path(graph, 0, 2)
    (10, array([0, 1], dtype=int32))
    >>> path(graph, 2, 0)
    (2147483647, array([], dtype=int32))
    """
    nodes, starts = as_sources(graph.n, [source], None)
    end = int(as_int32([target], "target", upper=graph.n - 1)[0])
    times, reached_by = _run(graph, nodes, starts, INF - 1, end, by_arc=True)
    steps: list[int] = []
    if times[end] < INF:
        at = end
        while reached_by[at] >= 0:
            position = int(reached_by[at])
            steps.append(position)
            at = int(graph.tails[position])
    return int(times[end]), graph.arcs[np.array(steps[::-1], np.int64)].astype(np.int32)
