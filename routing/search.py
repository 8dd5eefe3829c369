"""Exact shortest paths by a bucket queue: the plain search that everything faster is compared with.

The queue is a radix heap with a wide bottom level: 2**16 buckets of one unit each hold what lies in the
current stretch of time, a few coarser ones what lies beyond. The buckets are lists linked through the arcs
themselves, so nothing is allocated while searching. Weights may be of any size; with tenths of seconds or
centimetres almost every arc enters its final bucket at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .compiled import helper, i4, i8, kernel, reads, u4, u8, writes
from .graph import INF, Graph, as_int32
from .lanes import prefetch, trailing_zeros

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .graph import Int32, UInt32

FINE_BITS = 16
FINE = 1 << FINE_BITS  # buckets of one unit
COARSE = 32 - FINE_BITS  # buckets of growing width for what lies beyond
STEPS = 2_000_000  # nodes settled between two looks at the keyboard
# links of the lists are the number of an entry plus one, so that fresh memory means: waits in no bucket
_ABSENT = 0
_LAST = -1


@helper
def _place(d: int, epoch: int) -> int:
    """Bucket of time `d` while the fine buckets show stretch `epoch`."""
    distance = (d >> FINE_BITS) ^ epoch
    if distance == 0:
        return d & (FINE - 1)
    bucket = FINE
    while distance > 1:
        distance >>= 1
        bucket += 1
    return bucket


@helper
def _insert(entry: int, bucket: int, after: Int32, first: Int32, marks: NDArray[np.uint64]) -> None:
    old = first[bucket]
    after[np.uint32(entry)] = old
    first[bucket] = entry + 1
    if old < 0 and bucket < FINE:
        marks[bucket >> 6] |= np.uint64(1) << np.uint64(bucket & 63)


@helper
def _next_fine(bucket: int, first: Int32, marks: NDArray[np.uint64]) -> int:
    """First filled bucket from `bucket` on; `FINE` where there is none."""
    while bucket < FINE:
        word = marks[bucket >> 6] >> np.uint64(bucket & 63)
        if word == 0:
            bucket = (bucket | 63) + 1
            continue
        bucket += trailing_zeros(word)
        if first[bucket] >= 0:
            break
        marks[bucket >> 6] &= ~(np.uint64(1) << np.uint64(bucket & 63))
        bucket += 1
    return bucket


@helper
def _next_stretch(
    heads: UInt32,
    sources: UInt32,
    times: Int32,
    after: Int32,
    first: Int32,
    marks: NDArray[np.uint64],
    epoch: int,
) -> int:
    """Spread the lowest coarse bucket; return its smallest time, `INF` where all are empty."""
    for coarse in range(FINE, first.size):
        smallest = INF
        link = first[coarse]
        while link > 0:  # an entry whose node has long been reached earlier is no longer of this bucket
            entry = link - 1
            d = times[heads[entry] if entry < heads.size else sources[entry - heads.size]]
            if _place(d, epoch) == coarse:
                smallest = min(smallest, d)
            link = after[entry]
        link = first[coarse]
        first[coarse] = _LAST
        while link > 0:
            entry = link - 1
            link = after[entry]
            d = times[heads[entry] if entry < heads.size else sources[entry - heads.size]]
            after[entry] = _ABSENT
            if _place(d, epoch) == coarse:
                _insert(entry, _place(d, smallest >> FINE_BITS), after, first, marks)
        if smallest < INF:
            return smallest
    return INF


@kernel(
    i8,
    *(reads(u4), reads(u4), reads(i4)),
    *(reads(u4), reads(i4), i8, i8, i8, i8),
    *(writes(i4), writes(i4), writes(i4), writes(i4), writes(u8), writes(i8)),
)
def _search(  # noqa: C901  (the hot loop, kept in one piece)
    indptr: UInt32,
    heads: UInt32,
    weights: Int32,
    sources: UInt32,
    offsets: Int32,
    limit: int,
    target: int,
    by_arc: int,
    steps: int,
    times: Int32,
    labels: Int32,
    after: Int32,
    first: Int32,
    marks: NDArray[np.uint64],
    now: NDArray[np.int64],
) -> int:
    """Settle about `steps` nodes from the time `now[0]` on; return how many, fewer when the search is over.

    What waits in the buckets are arcs that have reached their head, and behind them sources, whose offsets
    come with the first call only; so a node that is reached twice waits twice, and nothing is ever taken out
    of the middle of a list. The label of a node becomes the source it belongs to (the smallest of equals),
    or, where `by_arc` is set, the position of the arc by which it is reached.
    """
    epoch = now[0] >> FINE_BITS
    bucket = now[0] & (FINE - 1)
    arcs = weights.size
    # The order of sources matters for equal times and zero weights: the lists are last in, first out, so the
    # smallest number floods first and hardly anything is relabelled.
    for i in range(offsets.size - 1, -1, -1):
        v = sources[i]
        offset = offsets[i]
        if offset <= limit and offset <= times[v]:
            times[v] = offset
            labels[v] = -1 if by_arc else i
            _insert(arcs + i, _place(offset, epoch), after, first, marks)
    settled = 0
    while settled < steps:
        bucket = _next_fine(bucket, first, marks)
        if bucket == FINE:
            d = _next_stretch(heads, sources, times, after, first, marks, epoch)
            if d == INF:
                break
            epoch = d >> FINE_BITS
            bucket = d & (FINE - 1)
        d = (epoch << FINE_BITS) | bucket
        while first[bucket] > 0:
            entry = np.uint32(first[bucket] - 1)
            u = heads[entry] if entry < arcs else sources[entry - arcs]
            link = after[entry]
            first[bucket] = link
            if 0 < link <= arcs:
                follower = heads[np.uint32(link - 1)]
                prefetch(heads, indptr[follower])
                prefetch(weights, indptr[follower])
                prefetch(times, follower)
                prefetch(labels, follower)
                prefetch(after, link - 1)
            after[entry] = _ABSENT
            if times[u] != d:
                continue
            settled += 1
            if u == target:
                return 0
            label = labels[u]
            for i in range(indptr[u], indptr[u + np.uint32(1)]):
                v = heads[i]
                reached = d + weights[i]
                known = times[v]
                if reached > known:
                    continue
                if reached < known:
                    if reached > limit:
                        continue
                    times[v] = reached
                    labels[v] = i if by_arc else label
                elif label < labels[v] and not by_arc:
                    labels[v] = label
                    if reached > d or after[i] != _ABSENT:
                        continue
                else:
                    continue
                prefetch(indptr, v)
                _insert(i, _place(reached, epoch), after, first, marks)
    now[0] = (epoch << FINE_BITS) | bucket
    return settled


def _run(
    graph: Graph, sources: Int32, offsets: Int32, limit: int, target: int = -1, *, by_arc: bool = False
) -> tuple[Int32, Int32]:
    times = np.full(graph.n, INF, np.int32)
    labels = np.full(graph.n, -1, np.int32)
    after = np.zeros(graph.m + sources.size, np.int32)
    first = np.full(FINE + COARSE, _LAST, np.int32)
    marks = np.zeros(FINE // 64, np.uint64)
    now = np.zeros(1, np.int64)
    indptr, heads = graph.indptr.view(np.uint32), graph.heads.view(np.uint32)
    seeds = sources.view(np.uint32)
    settled = STEPS
    while settled >= STEPS:  # in slices, so that Ctrl-C is heard
        settled = _search(
            *(indptr, heads, graph.weights, seeds, offsets, limit, target, int(by_arc), STEPS),
            *(times, labels, after, first, marks, now),
        )
        offsets = offsets[:0]
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


def as_limit(limit: int | None) -> int:
    """Pass a limit through the gate; `INF` - 1, which every reached node keeps, where there is none.

    Raises
    ------
    ValueError
        It is negative.
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
    return _run(graph, nodes, starts, as_limit(limit))


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
