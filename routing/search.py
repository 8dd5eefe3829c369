"""Exact shortest paths by a bucket queue: the plain search that everything faster is compared with.

The queue is a radix heap with a wide bottom level: 1024 narrow buckets hold what lies in the current stretch
of time, a few ever wider ones what lies beyond. A bucket is narrower than most arcs (half of them in large
networks), so nearly every node is settled once; what a shorter arc improves within the bucket is settled
again, so the answer is exact.

Most nodes of a street network have no choice to offer: a bend between two neighbours, a dead end. Whoever
reaches one walks on at once, and only nodes where ways part wait in the queue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .compiled import helper, i4, i8, inlined, kernel, reads, several, tuple_of, u4, writes
from .graph import INF, Graph, as_int32
from .lanes import prefetch

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .graph import Int32, UInt32

    Int64 = NDArray[np.int64]

STRETCH_BITS = 10
NARROW = 1 << STRETCH_BITS  # buckets of one width
WIDE = 32 - STRETCH_BITS  # buckets of growing width for what lies beyond
WIDEST_BITS = 5  # at most 32 units: no node is settled more often than that from one source
BENDS = 8  # nodes without a choice passed in one go
LARGE = 200_000  # nodes from which on keys are no longer at hand, and asked for earlier
WIDER_BITS = 8  # at most 256 units there, so that what is settled in a row lies together
SAMPLE = 128  # weights looked at for the width of the buckets
STEPS = 2_000_000  # entries made between two looks at the keyboard

# a key is a time and, in its lower bits, a source: the smaller key is nearer or, of equals, the smaller one
_SOURCE_BITS = 31
_SOURCE = (1 << _SOURCE_BITS) - 1
_FAR = 1 << 40  # beyond every bucket
# the queue begins with the first entry of each bucket; behind every last one stands this, and names node 0
_NONE = NARROW + WIDE


@inlined
def _width_bits(weights: Int32, large: bool) -> int:
    """Width of a narrow bucket as a power of two: three quarters of the arcs are as long, or half of them."""
    widest, share = (WIDER_BITS, 1) if large else (WIDEST_BITS, 3)
    step = weights.size // SAMPLE + 1
    for bits in range(widest, 0, -1):
        shorter = longer = 0
        for i in range(0, weights.size, step):
            if weights[np.uint32(i)] >> bits == 0:
                shorter += 1
            else:
                longer += 1
        if share * shorter <= longer:
            return bits
    return 0


@helper
def _place(d: int, stretch: int) -> int:
    """Bucket of time `d`, counted in widths, while the narrow buckets show `stretch`."""
    distance = (d >> STRETCH_BITS) ^ stretch
    if distance == 0:
        return d & (NARROW - 1)
    bucket = NARROW
    while distance > 1:
        distance >>= 1
        bucket += 1
    return bucket


@helper
def _insert(entry: int, node: int, bucket: int, queue: Int64) -> None:
    """Put an entry at the head of a bucket's list: it names its node and, above, the entry behind it."""
    queue[np.uint32(entry)] = (queue[np.uint32(bucket)] << 32) | np.int64(node)
    queue[np.uint32(bucket)] = entry


@helper
def _next_stretch(keys: Int64, queue: Int64, shift: int, stretch: int) -> int:
    """Spread the lowest wide bucket; return its smallest time in widths, `_FAR` where all are empty."""
    for wide in range(NARROW, NARROW + WIDE):
        smallest = _FAR
        entry = np.uint32(queue[wide])
        while entry != _NONE:  # what has been reached earlier since is no longer of this bucket
            waiting = queue[entry]
            d = keys[np.uint32(waiting)] >> shift
            if _place(d, stretch) == wide:
                smallest = min(smallest, d)
            entry = np.uint32(waiting >> 32)
        entry = np.uint32(queue[wide])
        queue[wide] = _NONE
        while entry != _NONE:
            waiting = queue[entry]
            node = np.uint32(waiting)
            d = keys[node] >> shift
            if _place(d, stretch) == wide:
                _insert(entry, node, _place(d, smallest >> STRETCH_BITS), queue)
            entry = np.uint32(waiting >> 32)
        if smallest < _FAR:
            return smallest
    return _FAR


@inlined
def _walk(
    indptr: UInt32,
    heads: UInt32,
    weights: Int32,
    keys: Int64,
    arrived: Int32,
    u: np.uint32,
    v: np.uint32,
    arc: np.int64,
    key: np.int64,
) -> np.int64:
    """Take an arc from `u` to `v` and walk on while there is no choice; return the node where ways part.

    An arc that leads straight back improves nothing, so a node with no other ends the walk, which is shown by
    -1, and one with one other continues it.
    """
    bends = BENDS
    while True:
        keys[v] = key
        if arrived.size > 0:
            arrived[v] = arc
        begin = indptr[v]
        degree = indptr[v + np.uint32(1)] - begin
        if degree > 2 or bends == 0:
            return np.int64(v)
        if degree == 0:
            return np.int64(-1)
        last = np.uint32(begin + degree - 1)
        one, other = heads[begin], heads[last]
        back = one == u
        if not back and other != u:
            return np.int64(v)
        if degree == 1:
            return np.int64(-1)
        u = v
        arc = np.int64(last) if back else np.int64(begin)
        v = other if back else one
        key += np.int64(weights[np.uint32(arc)]) << _SOURCE_BITS
        if key >= keys[v]:
            return np.int64(-1)
        bends -= 1


class _Answer(NamedTuple):
    """The arc by which each node is reached, empty where nobody asks; its time and the source."""

    arrived: Int32
    times: Int32
    labels: Int32


@kernel(
    several(i8, 3),
    *(reads(u4), reads(u4), reads(i4), reads(i4), reads(i4), i8, i8),
    *(i8, i8, writes(i8), writes(i8), tuple_of(_Answer, *[writes(i4)] * 3)),
)
def _search(  # noqa: C901  (the hot loop, kept in one piece)
    indptr: UInt32,
    heads: UInt32,
    weights: Int32,
    sources: Int32,
    offsets: Int32,
    limit: int,
    target: int,
    d: int,
    entries: int,
    keys: Int64,
    queue: Int64,
    answer: _Answer,
) -> tuple[np.int64, int, int]:
    """Go on from the bucket of `d`, counted in widths, with so many entries made.

    Return how many entries more than fit would be needed, and where to go on then. None means that the search
    is over and the answer written. Offsets come with the first call only. A node that is reached twice waits
    twice; nothing is ever taken out of the middle of a list, and no entry is used again. Where `arrived` has
    room, it keeps the arc by which each node is reached.
    """
    arrived, times, labels = answer
    shift = _width_bits(weights, keys.size > LARGE) + _SOURCE_BITS
    stretch, bucket = d >> STRETCH_BITS, d & (NARROW - 1)
    if entries == 0:
        keys[:] = (limit + 1) << _SOURCE_BITS  # nothing beyond the limit gets below this
        queue[:_NONE] = _NONE
        queue[_NONE] = _NONE << 32
        entries = _NONE
    # The order of sources matters for equal times and zero weights: the lists are last in, first out, so the
    # smallest number floods first and hardly anything is relabelled.
    for i in range(offsets.size - 1, -1, -1):
        v = np.uint32(sources[i])
        key = (np.int64(offsets[i]) << _SOURCE_BITS) | i
        if key < keys[v]:
            keys[v] = key
            entries += 1
            _insert(entries, v, _place(key >> shift, stretch), queue)
    while True:
        while queue[np.uint32(bucket)] != _NONE:
            waiting = queue[np.uint32(queue[np.uint32(bucket)])]
            u = np.uint32(waiting)
            begin, end = indptr[u], indptr[u + np.uint32(1)]
            missing = entries + np.int64(end - begin) + 1 - queue.size
            if missing > 0:
                return missing, d, entries
            behind = np.uint32(waiting >> 32)
            queue[np.uint32(bucket)] = behind
            # what the next in the list will be asked for
            waiting = queue[behind]
            if keys.size > LARGE:
                follower = np.uint32(waiting)
                for i in range(indptr[follower], indptr[follower + np.uint32(1)]):
                    prefetch(heads, indptr[heads[i]])
                    prefetch(weights, indptr[heads[i]])
                waiting = queue[np.uint32(waiting >> 32)]
                follower = np.uint32(waiting)
                for i in range(indptr[follower], indptr[follower + np.uint32(1)]):
                    prefetch(keys, heads[i])
                    prefetch(indptr, heads[i])
                waiting = queue[np.uint32(waiting >> 32)]
            follower = np.uint32(waiting)
            prefetch(heads, indptr[follower])
            prefetch(weights, indptr[follower])
            follower = np.uint32(queue[np.uint32(waiting >> 32)])
            prefetch(keys, follower)
            prefetch(indptr, follower)
            key = keys[u]
            if key >> shift != d:
                continue
            for i in range(begin, end):
                v = heads[i]
                reached = key + (np.int64(weights[i]) << _SOURCE_BITS)
                if reached < keys[v]:
                    node = _walk(indptr, heads, weights, keys, arrived, u, v, i, reached)
                    if node >= 0:
                        entries += 1
                        _insert(entries, node, _place(keys[node] >> shift, stretch), queue)
        bucket += 1
        while bucket < NARROW and queue[np.uint32(bucket)] == _NONE:
            bucket += 1
        d = (stretch << STRETCH_BITS) | bucket
        if bucket == NARROW:
            d = _next_stretch(keys, queue, shift, stretch)
            stretch, bucket = d >> STRETCH_BITS, d & (NARROW - 1)
        if d == _FAR or (target >= 0 and d > keys[target] >> shift):
            break
    for i in range(times.size):
        time = keys[i] >> _SOURCE_BITS
        times[i] = time if time <= limit else INF
        labels[i] = keys[i] & _SOURCE if time <= limit else -1
    return np.int64(0), d, entries


def _run(
    graph: Graph, sources: Int32, offsets: Int32, limit: int, target: int = -1
) -> tuple[Int32, Int32, Int32]:
    n = graph.n
    times, labels, keys = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int64)
    arrived = np.full(n, -1, np.int32) if target >= 0 else times[:0]
    queue = np.empty(_NONE + 1 + sources.size + min(graph.m, STEPS), np.int64)
    indptr, heads = graph.indptr.view(np.uint32), graph.heads.view(np.uint32)
    d = entries = 0
    while True:  # in slices, so that Ctrl-C is heard
        missing, d, entries = _search(
            *(indptr, heads, graph.weights, sources, offsets, limit, target),
            *(d, entries, keys, queue, _Answer(arrived, times, labels)),
        )
        if missing == 0:
            return times, labels, arrived
        offsets = offsets[:0]
        more = max(int(missing), min(queue.size, STEPS))
        queue = np.concatenate((queue, np.empty(more, np.int64)))


def as_sources(n: int, sources: ArrayLike, offsets: ArrayLike | None) -> tuple[Int32, Int32]:
    """Pass sources and their offsets through the gate.

    Parameters
    ----------
    n
        Number of nodes.
    sources
        Nodes a search starts from; one number or a row of them.
    offsets
        Time at each source; 0 where None.

    Returns
    -------
    tuple
        Nodes and offsets, equally long.

    Raises
    ------
    ValueError
        A source is no node of the graph, or the offsets do not match; the message names the positions.

    Examples
    --------
    >>> nodes, offsets = as_sources(3, [2, 0], None)
    >>> nodes.tolist(), offsets.tolist()
    ([2, 0], [0, 0])
    """
    nodes = as_int32(sources, "sources", upper=n - 1)
    starts = (
        np.zeros(nodes.size, np.int32) if offsets is None else as_int32(offsets, "offsets", size=nodes.size)
    )
    return nodes, starts


def as_limit(limit: int | None) -> int:
    """Pass a limit through the gate; `INF` - 1, which every reached node keeps, where there is none.

    Parameters
    ----------
    limit
        Largest time that is wanted; None for no limit.

    Returns
    -------
    int
        From 0 to `INF` - 1.

    Raises
    ------
    ValueError
        It is negative.

    Examples
    --------
    >>> as_limit(30), as_limit(None) == INF - 1
    (30, True)
    """
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
        Times, shape (n,), `INF` where not reached; and the position in `sources` of the nearest one,
        shape (n,), the smallest among equals, -1 where not reached.

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
    times, labels, _ = _run(graph, nodes, starts, as_limit(limit))
    return times, labels


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
    times, _, arrived = _run(graph, nodes, starts, INF - 1, end)
    steps: list[int] = []
    if times[end] < INF:
        at = end
        while arrived[at] >= 0:
            position = int(arrived[at])
            steps.append(position)
            at = int(graph.tails[position])
    return int(times[end]), graph.arcs[np.array(steps[::-1], np.int64)].astype(np.int32)
