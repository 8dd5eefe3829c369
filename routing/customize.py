"""Kernels that give the arcs of a hierarchy their weights."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .compiled import helper, i1, i4, i8, kernel, nothing, reads, u4, u8, writes
from .graph import INF
from .heap import pop_packed, push_packed
from .lanes import relax_run
from .workers import THREADED, share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .compiled import Kernel
    from .graph import Int32, UInt32
    from .hierarchy import Hierarchy

Key = TypeVar("Key", np.uint32, np.uint64)


def _lay(slots: Int32, weights: NDArray[Key], closed: Key, pairs: NDArray[Key]) -> None:
    """Lay the least weight of the input arcs on each arc of the hierarchy."""
    pairs[:] = closed
    for i in range(slots.size):
        slot = slots[i]
        if slot >= 0:
            pairs[np.uint32(slot)] = np.minimum(pairs[np.uint32(slot)], weights[i])


def _triangles(
    todo: Int32,
    starts: UInt32,
    uppers: UInt32,
    lowers: UInt32,
    below: UInt32,
    arcs_below: UInt32,
    above: NDArray[np.int8],
    wanted: int,
    closed: Key,
    run_ends: UInt32,
    position: UInt32,
    pairs: NDArray[Key],
) -> None:
    """Shorten the upward arcs of the given ranks, both ways, by all detours over lower nodes.

    Arc (u, v) is compared with u → x → v for each x below both. Only those x count whose `above` is `wanted`.
    Arcs of x to consecutive ranks meet consecutive arcs of u and are lowered together; the run of an arc ends
    before arc `run_ends` of it. `position` is working room, one number per rank.
    """
    one = np.uint32(1)
    for k in range(todo.size):
        u = np.uint32(todo[k])
        for i in range(starts[u], starts[u + one]):
            position[uppers[i]] = i
        for j in range(below[u], below[u + one]):
            arc = arcs_below[j]
            x = lowers[arc]
            last = starts[x + one]
            if arc + one == last or above[x] != wanted:
                continue
            x_to_u, u_to_x = pairs[arc + arc], pairs[arc + arc + one]
            if x_to_u >= closed and u_to_x >= closed:
                continue
            i = arc + one
            while i < last:
                end = run_ends[i]
                relax_run(pairs, position[uppers[i]], i, end - i, u_to_x, x_to_u)
                i = end


_topology = (reads(i4), reads(u4), reads(u4), reads(u4), reads(u4), reads(u4), reads(i1), i8)
lay_times = kernel(nothing, reads(i4), reads(u4), u4, writes(u4))(_lay)
lay_keys = kernel(nothing, reads(i4), reads(u8), u8, writes(u8))(_lay)
triangles_times = kernel(nothing, *_topology, u4, reads(u4), writes(u4), writes(u4))(_triangles)
triangles_keys = kernel(nothing, *_topology, u8, reads(u4), writes(u4), writes(u8))(_triangles)


def enumerate_triangles(
    run: Kernel[None],
    hierarchy: Hierarchy,
    closed: np.unsignedinteger[Any],
    pairs: NDArray[np.unsignedinteger[Any]],
    threads: int,
) -> None:
    """Run the triangle kernel over the parts side by side, then over what lies above them.

    Parameters
    ----------
    run
        Kernel that lowers one stretch of ranks.
    hierarchy
        The order and its chordal graph.
    closed
        Value of an arc that is closed.
    pairs
        Upward and downward weight of each chordal arc; lowered in place.
    threads
        How many threads share the work.
    """
    split = hierarchy.split(1)  # small parts share the work more evenly
    tops = split.tops
    below, arcs_below = hierarchy.below
    above = np.zeros(hierarchy.n, np.int8)
    above[tops] = 1
    topology = (
        hierarchy.starts.view(np.uint32),
        hierarchy.uppers.view(np.uint32),
        hierarchy.lowers.view(np.uint32),
        below.view(np.uint32),
        arcs_below.view(np.uint32),
        above,
    )

    def piece(todo: Int32, wanted: int) -> None:
        run(todo, *topology, wanted, closed, run_ends, np.empty(hierarchy.n, np.uint32), pairs)

    run_ends = hierarchy.run_ends.view(np.uint32)
    inner = np.flatnonzero(above == 0).astype(np.int32)
    if threads > 1 and hierarchy.size >= THREADED:
        share([partial(piece, inner[a:b], 0) for a, b in split.cuts(8 * threads)], threads)
        share([partial(piece, tops[i :: 4 * threads].copy(), 0) for i in range(4 * threads)], threads)
    else:
        piece(inner, 0)
        piece(tops, 0)
    piece(tops, 1)


@helper
def _between(a: np.uint32, b: np.uint32, starts: UInt32, uppers: UInt32) -> np.int64:
    """Arc between two ranks that are known to be joined."""
    lower, upper = min(a, b), max(a, b)
    low, high = np.int64(starts[lower]), np.int64(starts[lower + np.uint32(1)])
    while low < high:
        middle = (low + high) >> 1
        if uppers[middle] < upper:
            low = middle + 1
        else:
            high = middle
    return low


@helper
def _anew(
    arc: np.int64,
    uppers: UInt32,
    lowers: UInt32,
    below: UInt32,
    arcs_below: UInt32,
    runs: Int32,
    run_arcs: Int32,
    weights: Int32,
    pairs: UInt32,
) -> tuple[np.int64, np.int64]:
    """Both weights of an arc from its input arcs and its lower triangles."""
    up = down = np.int64(INF)
    for k in range(runs[2 * arc], runs[2 * arc + 1]):
        up = min(up, np.int64(weights[run_arcs[k]]))
    for k in range(runs[2 * arc + 1], runs[2 * arc + 2]):
        down = min(down, np.int64(weights[run_arcs[k]]))
    u, v = lowers[arc], uppers[arc]
    i, last_i = np.int64(below[u]), np.int64(below[u + np.uint32(1)])
    j, last_j = np.int64(below[v]), np.int64(below[v + np.uint32(1)])
    while i < last_i and j < last_j:
        to_u, to_v = np.int64(arcs_below[i]), np.int64(arcs_below[j])
        x, y = lowers[to_u], lowers[to_v]
        if x < y:
            i += 1
        elif y < x:
            j += 1
        else:
            up = min(up, np.int64(pairs[2 * to_u + 1]) + np.int64(pairs[2 * to_v]))
            down = min(down, np.int64(pairs[2 * to_v + 1]) + np.int64(pairs[2 * to_u]))
            i += 1
            j += 1
    return up, down


@kernel(
    i8,
    *(reads(i4), reads(u4), reads(u4), reads(u4), reads(u4), reads(u4)),
    *(reads(i4), reads(i4), reads(i4), writes(i1), writes(i8), writes(u4)),
)
def amend(
    changed: Int32,
    starts: UInt32,
    uppers: UInt32,
    lowers: UInt32,
    below: UInt32,
    arcs_below: UInt32,
    runs: Int32,
    run_arcs: Int32,
    weights: Int32,
    waits: NDArray[np.int8],
    heap: NDArray[np.int64],
    pairs: UInt32,
) -> int:
    """Bring `pairs` up to date after the weights below the arcs `changed` have changed; return how many did.

    Arcs are taken in ascending order, so that everything an arc rests on is settled before it.

    Parameters
    ----------
    changed
        Chordal arcs whose input weights have changed.
    starts, uppers, lowers
        The chordal graph: where each rank's arcs start, and their two ends.
    below, arcs_below
        Where the lower triangles of each arc start, and their arcs.
    runs, run_arcs
        Where the input arcs of each chordal arc start, and which they are.
    weights
        New weights of the input arcs.
    waits
        Scratch, one mark per chordal arc, all 0; 0 again at the end.
    heap
        Scratch, with room for all chordal arcs.
    pairs
        Upward and downward weight of each chordal arc; changed in place.

    Returns
    -------
    int
        How many chordal arcs have another weight now.
    """
    size, count = 0, 0
    for k in range(changed.size):
        if waits[changed[k]] == 0:
            waits[changed[k]] = 1
            size = push_packed(heap, size, np.int64(changed[k]))
    while size > 0:
        arc = heap[0]
        size = pop_packed(heap, size)
        waits[arc] = 0
        old_up, old_down = np.int64(pairs[2 * arc]), np.int64(pairs[2 * arc + 1])
        up, down = _anew(arc, uppers, lowers, below, arcs_below, runs, run_arcs, weights, pairs)
        if up == old_up and down == old_down:
            continue
        count += 1
        pairs[2 * arc] = up
        pairs[2 * arc + 1] = down
        u, v = lowers[arc], uppers[arc]
        for other in range(starts[u], starts[u + np.uint32(1)]):
            if other == arc:
                continue
            w = uppers[other]
            out, back = np.int64(pairs[2 * other]), np.int64(pairs[2 * other + 1])
            target = _between(v, w, starts, uppers)
            to_w, to_v = np.int64(pairs[2 * target]), np.int64(pairs[2 * target + 1])
            if w < v:
                to_w, to_v = to_v, to_w
            hit = down + out < to_w or back + up < to_v
            hit = hit or (old_down + out == to_w and to_w < INF) or (back + old_up == to_v and to_v < INF)
            if hit and waits[target] == 0:
                waits[target] = 1
                size = push_packed(heap, size, np.int64(target))
    return count
