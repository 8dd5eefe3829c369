"""Kernels that carry rows of lanes up the hierarchy from the sources, and down to every node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from .compiled import helper, i1, i4, i8, kernel, nothing, reads, u4, u8, writes
from .graph import INF
from .lanes import prefetch, pull_keys, pull_row, push_keys, push_row
from .split import ABOVE, BELOW

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .compiled import Kernel
    from .graph import Int32, UInt32, UInt64

Number = TypeVar("Number", np.uint32, np.uint64)

SOON = 16  # ranks between asking for a row and using it
UNREACHED = np.uint64((2**31 - 1) << 32)
"""Key of what is not reached."""

NOBODY = 2**32 - 1
"""Number of no source."""

NAMELESS = np.uint64(((2**31 - 1) << 32) | (2**32 - 1))
"""Time and source of what is not reached, as one number."""


@kernel(i8, reads(i4), reads(i4), writes(i1), writes(i4))
def mark_ancestors(ranks: Int32, parents: Int32, marks: NDArray[np.int8], ancestors: Int32) -> int:
    """Mark ranks and everything above them; list them ascending and return how many they are."""
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


@helper
def _reached(
    ranks: Int32,
    parents: Int32,
    first: int,
    last: int,
    above: int,
    marks: NDArray[np.int8],
    words: NDArray[np.uint64],
    todo: Int32,
) -> int:
    """Mark the sources among the ranks first..last, and all above; list those there that are marked so far.

    Only ranks count whose mark says they are `above` the parts, or, where it is 0, in one. `words` are the
    marks again, eight to the word, so that empty stretches are passed over quickly.
    """
    for i in range(ranks.size):
        if first <= ranks[i] < last and marks[ranks[i]] & ABOVE == above:
            marks[ranks[i]] |= BELOW
    count = 0
    for k in range(first >> 3, (last + 7) >> 3):
        if words[k] & np.uint64(0x0101010101010101) != 0:
            for x in range(max(8 * k, first), min(8 * k + 8, last)):
                if marks[x] == above | BELOW:
                    todo[count] = x
                    count += 1
                    if parents[x] >= 0:
                        marks[parents[x]] |= BELOW
    return count


def _climb(
    ranks: Int32,
    parents: Int32,
    first: int,
    last: int,
    above: int,
    marks: NDArray[np.int8],
    words: NDArray[np.uint64],
    todo: Int32,
    gathered: UInt32,
    free: NDArray[Number],
    far: Number,
    order: UInt32,
    starts: UInt32,
    heads: UInt32,
    weights: NDArray[Number],
    sources: UInt32,
    lanes: UInt32,
    values: NDArray[Number],
    rows: NDArray[Number],
) -> None:
    """Carry the sources of rank first..last, `above` the parts or not, up to the rows their arcs lead to.

    `gathered` are nodes whose rows first take what the spare rows, those behind all nodes, have for them;
    `free` are as many zeros. `todo` is working room.
    """
    width = np.uint32(rows.shape[1])
    count = _reached(ranks, parents, first, last, above, marks, words, todo)
    for k in range(count):
        if k + SOON < count:
            prefetch(rows, width * order[todo[k + SOON]])
        for lane in range(width):
            rows[order[todo[k]], lane] = far
    for i in range(ranks.size):
        if first <= ranks[i] < last and marks[ranks[i]] & ABOVE == above:
            rows[sources[i], lanes[i]] = min(rows[sources[i], lanes[i]], values[i])
    for i in range(gathered.size):
        push_row(rows, order.size + i, gathered, free, i, i + 1)
    for k in range(count):
        x = np.uint32(todo[k])
        push_row(rows, order[x], heads, weights, starts[x], starts[x + np.uint32(1)])


def _descend(
    todo: Int32,
    order: UInt32,
    starts: UInt32,
    upper_nodes: UInt32,
    weights: NDArray[Number],
    marks: NDArray[np.int8],
    rows: NDArray[Number],
) -> None:
    """Carry rows down to the ranks of `todo`, which descend; those never climbed to are overwritten."""
    width = np.uint32(rows.shape[1])
    for k in range(todo.size):
        if k + SOON < todo.size:
            prefetch(rows, width * order[todo[k + SOON]])
        x = np.uint32(todo[k])
        climbed = marks[x] & BELOW
        pull_row(rows, order[x], climbed, upper_nodes, weights, starts[x], starts[x + np.uint32(1)])


@kernel(
    nothing,
    *(reads(i4), reads(i4), i8, i8, i8, writes(i1), reads(u8), writes(i4), reads(u4), reads(u8), u8),
    *(reads(u4), reads(u4), reads(u4), reads(u8), reads(u4), reads(u4), reads(u8), reads(u4)),
    *(writes(u8, 2), writes(u4, 2)),
)
def _climb_keys(
    ranks: Int32,
    parents: Int32,
    first: int,
    last: int,
    above: int,
    marks: NDArray[np.int8],
    words: NDArray[np.uint64],
    todo: Int32,
    gathered: UInt32,
    free: UInt64,
    far: np.uint64,
    order: UInt32,
    starts: UInt32,
    heads: UInt32,
    weights: UInt64,
    sources: UInt32,
    lanes: UInt32,
    values: UInt64,
    names: UInt32,
    rows: UInt64,
    name_rows: UInt32,
) -> None:
    """As `_climb`, for keys; `names` are what the sources are called."""
    count = _reached(ranks, parents, first, last, above, marks, words, todo)
    for k in range(count):
        rows[order[todo[k]], :] = far
        name_rows[order[todo[k]], :] = NOBODY
    for i in range(ranks.size):
        if first <= ranks[i] < last and marks[ranks[i]] & ABOVE == above:
            at, lane, key = sources[i], lanes[i], values[i]
            if key < rows[at, lane] or (key == rows[at, lane] and names[i] < name_rows[at, lane]):
                rows[at, lane] = key
                name_rows[at, lane] = names[i]
    for i in range(gathered.size):
        push_keys(rows, name_rows, order.size + i, gathered, free, i, i + 1)
    for k in range(count):
        x = np.uint32(todo[k])
        push_keys(rows, name_rows, order[x], heads, weights, starts[x], starts[x + np.uint32(1)])


@kernel(nothing, reads(i4), *[reads(u4)] * 3, reads(u8), reads(i1), writes(u8, 2), writes(u4, 2))
def _descend_keys(
    todo: Int32,
    order: UInt32,
    starts: UInt32,
    upper_nodes: UInt32,
    weights: NDArray[np.uint64],
    marks: NDArray[np.int8],
    rows: NDArray[np.uint64],
    name_rows: NDArray[np.uint32],
) -> None:
    """As `_descend`, for keys."""
    one = np.uint32(1)
    width = np.uint32(rows.shape[1])
    for k in range(todo.size):
        if k + SOON < todo.size:
            prefetch(rows, width * order[todo[k + SOON]])
            prefetch(name_rows, width * order[todo[k + SOON]])
        x = np.uint32(todo[k])
        climbed = marks[x] & BELOW
        pull_keys(rows, name_rows, order[x], climbed, upper_nodes, weights, starts[x], starts[x + one])


class Kind(NamedTuple):
    """What a row holds, and the kernels for it."""

    number: np.dtype[Any]
    far: np.uint32 | np.uint64
    climb: Kernel[None]
    descend: Kernel[None]


def _kind(number: Any, far: np.uint32 | np.uint64) -> Kind:
    """Kernels for rows of plain numbers of which the least counts."""
    climb = kernel(
        nothing,
        *(reads(i4), reads(i4), i8, i8, i8, writes(i1), reads(u8), writes(i4), reads(u4), reads(number)),
        *(number, reads(u4), reads(u4), reads(u4), reads(number), reads(u4), reads(u4), reads(number)),
        writes(number, 2),
    )(_climb)
    descend = kernel(nothing, reads(i4), *[reads(u4)] * 3, reads(number), reads(i1), writes(number, 2))(
        _descend
    )
    return Kind(far.dtype, far, climb, descend)


TIME = _kind(u4, np.uint32(2**31 - 1))
"""A time."""

NAMED = _kind(u8, NAMELESS)
"""A time, and in the lower half of the number the source it belongs to."""

KEY = Kind(UNREACHED.dtype, UNREACHED, _climb_keys, _descend_keys)
"""A time and, in the lower half, a length; with the number of the source in a second row."""


@kernel(nothing, reads(i4), i8, i8, reads(u8, 2), writes(i4, 2), writes(i4, 2))
def tell_named(
    nodes: Int32, first: int, radius: int, rows: NDArray[np.uint64], times: Int32, names: Int32
) -> None:
    """Write times and sources of nodes into the columns from `first` on; beyond the radius is unreached."""
    count = min(rows.shape[1], times.shape[1] - first)
    for i in range(nodes.size):
        for lane in range(count):
            key = rows[np.uint32(nodes[i]), lane]
            time = np.int64(key >> np.uint64(32))
            reached = time <= radius
            times[i, first + lane] = time if reached else INF
            names[i, first + lane] = np.int32(key & np.uint64(2**32 - 1)) if reached else -1


@kernel(
    nothing,
    *(reads(i4), i8, i8, reads(u8, 2), reads(u4, 2)),
    *(writes(i4, 2), writes(i8, 2), writes(i4, 2)),
)
def tell_keys(
    nodes: Int32,
    first: int,
    radius: int,
    rows: NDArray[np.uint64],
    name_rows: NDArray[np.uint32],
    times: Int32,
    lengths: NDArray[np.int64],
    names: Int32,
) -> None:
    """As `tell_named`, for keys."""
    count = min(rows.shape[1], times.shape[1] - first)
    for i in range(nodes.size):
        for lane in range(count):
            key = rows[np.uint32(nodes[i]), lane]
            time = np.int64(key >> np.uint64(32))
            reached = time <= radius
            times[i, first + lane] = time if reached else INF
            lengths[i, first + lane] = np.int64(key & np.uint64(2**32 - 1)) if reached else -1
            names[i, first + lane] = np.int32(name_rows[np.uint32(nodes[i]), lane]) if reached else -1
