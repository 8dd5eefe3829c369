"""Kernels that carry rows of lanes up the hierarchy from the sources, and down to every node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from .compiled import helper, i1, i4, i8, kernel, nothing, reads, tuple_of, u4, u8, writes
from .lanes import (
    TIMES,
    fill_row,
    prefetch_early,
    pull_ends,
    pull_key_ends,
    pull_keys,
    pull_row,
    push_keys,
    push_row,
)
from .partition import ABOVE, BELOW

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .compiled import Kernel
    from .graph import Int32, UInt32, UInt64

Number = TypeVar("Number", np.uint32, np.uint64)

DISTANT = 50_000  # ranks from which on rows and arcs are asked for ahead: they lie far from the processor
SOON = 32  # ranks between asking for arcs, or on the way up for rows, and using them
EARLY = np.uint64(128)  # ranks between asking for a row and using it on the way down
UNREACHED = np.uint64((2**31 - 1) << 32)
"""Key of what is not reached."""

NOBODY = 2**32 - 1
"""Number of no source."""

NAMELESS = np.uint64(((2**31 - 1) << 32) | (2**32 - 1))
"""Time and source of what is not reached, as one number."""


@kernel(i8, reads(i4), reads(i4), writes(i1), writes(i4))
def mark_ancestors(ranks: Int32, parents: Int32, marks: NDArray[np.int8], ancestors: Int32) -> int:
    """Mark ranks and everything above them; list them ascending and return how many they are.

    Parameters
    ----------
    ranks
        Where to begin.
    parents
        Parent of each rank, -1 at a root.
    marks
        One per rank, all 0; 0 again at the end.
    ancestors
        Room for the list.

    Returns
    -------
    int
        Length of the list.
    """
    for i in range(ranks.size):
        marks[ranks[i]] = BELOW
    count = 0
    for x in range(parents.size):
        if marks[x] == BELOW:
            ancestors[count] = x
            count += 1
            if parents[x] >= 0:
                marks[parents[x]] = BELOW
    return count


class RankRange(NamedTuple):
    """Which ranks are carried, and how far one is.

    Attributes
    ----------
    first, last
        First of the ranks, and the one behind the last.
    tops
        Ranks above the parts of several threads; where there are some, only these of all ranks are carried.
    parents
        Parent of each rank, -1 at a root.
    marks
        One per rank: `ABOVE` where it is a top.
    todo
        Working room, one per rank from first to last.
    """

    first: int
    last: int
    tops: Int32
    parents: Int32
    marks: NDArray[np.int8]
    todo: Int32


class Seeds(NamedTuple):
    """Sources of a pass.

    Attributes
    ----------
    ranks, ascending
        Rank of each, and the same sorted.
    nodes, lanes, values
        Node, lane and the number that begins there.
    names
        What each is called; empty where the kind of sweep has no names beside the numbers.
    """

    ranks: Int32
    ascending: Int32
    nodes: Int32
    lanes: Int32
    values: NDArray[Any]
    names: UInt32


class Arcs(NamedTuple):
    """The chordal arcs upward; `gathered` are nodes whose rows first take what spare rows have for them.

    Attributes
    ----------
    order
        Node of each rank.
    starts, heads, weights
        Arcs of the ranks in compressed rows.
    gathered, free
        Nodes, and as many zeros; spare rows lie behind all nodes.
    """

    order: UInt32
    starts: UInt32
    heads: UInt32
    weights: NDArray[Any]
    gathered: UInt32
    free: NDArray[Any]


@helper
def _reached_above(sources: Int32, span: RankRange) -> int:
    """List those of the tops that are a source, that a part leads up to, or that lie above one of these."""
    marks, todo = span.marks, span.todo
    for x in sources:
        if marks[x] & ABOVE:
            marks[x] |= BELOW
    count = 0
    for x in span.tops:
        if marks[x] & BELOW:
            todo[count] = x
            count += 1
            if span.parents[x] >= 0:
                marks[span.parents[x]] |= BELOW
    return count


@helper
def _reached(sources: Int32, span: RankRange) -> int:
    """Mark the sources of a span and all above them; list these ranks ascending.

    Of the ranks `ABOVE` the parts only those are marked that one of these leads up to. `sources` are
    ascending ranks. In a postorder, whatever has been reached and lies ahead is above the rank at hand, so
    that it can wait on a stack, nearest on top: at the end of `todo`.
    """
    marks, todo = span.marks, span.todo
    count, at, waiting = 0, np.searchsorted(sources, span.first), todo.size
    while True:
        x = np.int64(span.last)
        if at < sources.size and sources[at] < x:
            x = np.int64(sources[at])
        if waiting < todo.size and todo[waiting] <= x:
            x = np.int64(todo[waiting])
            waiting += 1
        elif x == span.last:
            return count
        while at < sources.size and sources[at] == x:
            at += 1
        if marks[x] & ABOVE:
            continue
        marks[x] |= BELOW
        todo[count] = x
        count += 1
        parent = span.parents[x]
        if parent >= 0:
            if marks[parent] & ABOVE:
                marks[parent] |= BELOW
            elif waiting == todo.size or todo[waiting] != parent:
                waiting -= 1
                todo[waiting] = parent


@helper
def _ask_for_arcs(heads: UInt32, weights: NDArray[Number], first: np.uint32, width: np.uint32) -> None:
    """Have arcs from `first` on fetched: two cache lines of heads, and of weights, `width` to the line."""
    prefetch_early(heads, first)
    prefetch_early(heads, first + np.uint32(TIMES))
    prefetch_early(weights, first)
    prefetch_early(weights, first + width)


def _climb(seeds: Seeds, span: RankRange, arcs: Arcs, far: Number, rows: NDArray[Number]) -> None:
    """Carry the sources of a span of ranks up to the rows their arcs lead to."""
    order, starts, heads, weights = arcs.order, arcs.starts, arcs.heads, arcs.weights
    marks, todo = span.marks, span.todo
    if span.tops.size > 0:
        above, count = ABOVE, _reached_above(seeds.ascending, span)
    else:
        above, count = 0, _reached(seeds.ascending, span)
    for k in range(count):
        fill_row(rows, order[np.uint32(todo[k])], far)
    for i in range(seeds.ranks.size):
        rank = seeds.ranks[i]
        if span.first <= rank < span.last and marks[rank] & ABOVE == above:
            source, lane = np.uint32(seeds.nodes[i]), np.uint32(seeds.lanes[i])
            rows[source, lane] = min(rows[source, lane], seeds.values[i])
    for i in range(arcs.gathered.size):
        push_row(rows, order.size + i, arcs.gathered, arcs.free, i, i + 1)
    width = np.uint32(rows.shape[1])
    distant = order.size > DISTANT
    for k in range(count):
        if distant:
            later = np.uint32(todo[min(k + 2 * SOON, count - 1)])
            prefetch_early(starts, later)
            prefetch_early(order, later)
            y = np.uint32(todo[min(k + SOON, count - 1)])
            _ask_for_arcs(heads, weights, starts[y], width)
            prefetch_early(rows, width * order[y])
        x = np.uint32(todo[k])
        push_row(rows, order[x], heads, weights, starts[x], starts[x + np.uint32(1)])


def _descend(
    todo: UInt32,
    turns: Int32,
    order: UInt32,
    starts: UInt32,
    upper_nodes: UInt32,
    weights: NDArray[Number],
    marks: NDArray[np.int8],
    rows: NDArray[Number],
) -> None:
    """Carry rows down to the ranks of `todo`; those never climbed to are overwritten.

    `turns` are the places in `todo` where any number of arcs gives way to one or two, and back.
    """
    width, one = np.uint32(rows.shape[1]), np.uint32(1)
    begin, last, distant = np.uint64(0), np.uint64(todo.size - 1), order.size > DISTANT
    for turn in range(0, turns.size, 2):
        middle, end = np.uint64(turns[turn]), np.uint64(turns[turn + 1])
        for k in range(begin, middle):
            if distant:
                prefetch_early(rows, width * order[todo[min(k + EARLY, last)]])
                _ask_for_arcs(upper_nodes, weights, starts[todo[min(k + np.uint64(SOON), last)]], width)
            x = todo[k]
            pull_row(rows, order[x], marks[x] & BELOW, upper_nodes, weights, starts[x], starts[x + one])
        for k in range(middle, end):
            if distant:
                prefetch_early(rows, width * order[todo[min(k + EARLY, last)]])
            x = todo[k]
            pull_ends(rows, order[x], marks[x] & BELOW, upper_nodes, weights, starts[x], starts[x + one])
        begin = end


def _climb_types(number: Any) -> tuple[object, ...]:
    """Types of what a climb takes besides the rows."""
    return (
        tuple_of(Seeds, *[reads(i4)] * 4, reads(number), reads(u4)),
        tuple_of(RankRange, i8, i8, reads(i4), reads(i4), writes(i1), writes(i4)),
        tuple_of(Arcs, *[reads(u4)] * 3, reads(number), reads(u4), reads(number)),
        number,
    )


@kernel(nothing, *_climb_types(u8), writes(u8, 2), writes(u4, 2))
def _climb_keys(
    seeds: Seeds, span: RankRange, arcs: Arcs, far: np.uint64, rows: UInt64, name_rows: UInt32
) -> None:
    """As `_climb`, for keys, with the names of the sources in rows of their own."""
    order, starts, heads, weights = arcs.order, arcs.starts, arcs.heads, arcs.weights
    marks, todo = span.marks, span.todo
    if span.tops.size > 0:
        above, count = ABOVE, _reached_above(seeds.ascending, span)
    else:
        above, count = 0, _reached(seeds.ascending, span)
    for k in range(count):
        node = order[np.uint32(todo[k])]
        rows[node, :] = far
        name_rows[node, :] = NOBODY
    for i in range(seeds.ranks.size):
        rank = seeds.ranks[i]
        if span.first <= rank < span.last and marks[rank] & ABOVE == above:
            at, lane, key = np.uint32(seeds.nodes[i]), np.uint32(seeds.lanes[i]), seeds.values[i]
            if key < rows[at, lane] or (key == rows[at, lane] and seeds.names[i] < name_rows[at, lane]):
                rows[at, lane] = key
                name_rows[at, lane] = seeds.names[i]
    for i in range(arcs.gathered.size):
        push_keys(rows, name_rows, order.size + i, arcs.gathered, arcs.free, i, i + 1)
    width = np.uint32(rows.shape[1])
    for k in range(count):
        if order.size > DISTANT:
            y = np.uint32(todo[min(k + SOON, count - 1)])
            _ask_for_arcs(heads, weights, starts[y], width)
            prefetch_early(rows, width * order[y])
            prefetch_early(name_rows, width * order[y])
        x = np.uint32(todo[k])
        push_keys(rows, name_rows, order[x], heads, weights, starts[x], starts[x + np.uint32(1)])


@kernel(nothing, reads(u4), reads(i4), *[reads(u4)] * 3, reads(u8), reads(i1), writes(u8, 2), writes(u4, 2))
def _descend_keys(
    todo: UInt32,
    turns: Int32,
    order: UInt32,
    starts: UInt32,
    upper_nodes: UInt32,
    weights: NDArray[np.uint64],
    marks: NDArray[np.int8],
    rows: NDArray[np.uint64],
    name_rows: NDArray[np.uint32],
) -> None:
    """As `_descend`, for keys."""
    width, one = np.uint32(rows.shape[1]), np.uint32(1)
    begin, last, distant = np.uint64(0), np.uint64(todo.size - 1), order.size > DISTANT
    for turn in range(0, turns.size, 2):
        middle, end = np.uint64(turns[turn]), np.uint64(turns[turn + 1])
        for k in range(begin, end):
            if distant:
                soon = width * order[todo[min(k + EARLY, last)]]
                prefetch_early(rows, soon)
                prefetch_early(name_rows, soon)
            x, climbed = todo[k], marks[todo[k]] & BELOW
            low, high = starts[x], starts[x + one]
            if k < middle:
                pull_keys(rows, name_rows, order[x], climbed, upper_nodes, weights, low, high)
            else:
                pull_key_ends(rows, name_rows, order[x], climbed, upper_nodes, weights, low, high)
        begin = end


class SweepKind(NamedTuple):
    """What a row holds, and the kernels for it."""

    number: np.dtype[Any]
    far: np.uint32 | np.uint64
    climb: Kernel[None]
    descend: Kernel[None]


def _kind(number: Any, far: np.uint32 | np.uint64) -> SweepKind:
    """Kernels for rows of plain numbers of which the least counts."""
    climb = kernel(nothing, *_climb_types(number), writes(number, 2))(_climb)
    descend = kernel(
        nothing, reads(u4), reads(i4), *[reads(u4)] * 3, reads(number), reads(i1), writes(number, 2)
    )(_descend)
    return SweepKind(far.dtype, far, climb, descend)


TIME = _kind(u4, np.uint32(2**31 - 1))
"""A time."""

NAMED = _kind(u8, NAMELESS)
"""A time, and in the lower half of the number the source it belongs to."""

KEY = SweepKind(UNREACHED.dtype, UNREACHED, _climb_keys, _descend_keys)
"""A time and, in the lower half, a length; with the number of the source in a second row."""
