"""Kernels that carry rows of lanes up the hierarchy from the sources, and down to every node."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .compiled import i1, i4, i8, kernel, nothing, reads, u4, u8, writes
from .lanes import TIMES, prefetch, pull_keys, pull_times, push_half, push_keys, push_times

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .graph import Int32, UInt32

SOON = 16  # ranks between asking for a row and using it
UNREACHED = np.uint64((2**31 - 1) << 32)
"""Key of what is not reached."""


@kernel(i8, reads(i4), reads(i4), reads(i4), writes(i1), reads(u8), writes(i4))
def mark_ancestors(
    nodes: Int32,
    ranks: Int32,
    parents: Int32,
    marks: NDArray[np.int8],
    words: NDArray[np.uint64],
    ancestors: Int32,
) -> int:
    """Mark the ranks of nodes and of everything above them; list them ascending and return how many they are.

    `words` are the marks again, eight to the word, so that empty stretches are passed over quickly.
    """
    for i in range(nodes.size):
        x = ranks[nodes[i]]
        while x >= 0 and marks[x] == 0:
            marks[x] = 1
            x = parents[x]
    count = 0
    for k in range(words.size):
        if words[k] != 0:
            for x in range(8 * k, 8 * k + 8):
                if marks[x] != 0:
                    ancestors[count] = x
                    count += 1
    return count


@kernel(nothing, i8, reads(i4), *[reads(u4)] * 7, writes(u4, 2))
def climb_times(
    half: int,
    todo: Int32,
    order: UInt32,
    starts: UInt32,
    upper_nodes: UInt32,
    weights: UInt32,
    sources: UInt32,
    lanes: UInt32,
    offsets: UInt32,
    rows: NDArray[np.uint32],
) -> None:
    """Clear the rows of `todo` (ascending ranks), seed the sources, carry them up.

    `half` is 0 or 1 for one half of the lanes, 2 for all. The two halves share rows but no lanes, and can be
    carried up side by side; their sources are those of their own lanes.
    """
    first, count = (np.uint32(0), 16) if half == 2 else (np.uint32(8 * half), 8)
    for k in range(todo.size):
        if k + SOON < todo.size:
            prefetch(rows, TIMES * order[todo[k + SOON]])
        for lane in range(count):
            rows[order[todo[k]], first + np.uint32(lane)] = 2**31 - 1
    for i in range(sources.size):
        rows[sources[i], lanes[i]] = min(rows[sources[i], lanes[i]], offsets[i])
    for k in range(todo.size):
        x = np.uint32(todo[k])
        if half == 2:
            push_times(rows, order[x], upper_nodes, weights, starts[x], starts[x + np.uint32(1)])
        else:
            push_half(rows, order[x], half, upper_nodes, weights, starts[x], starts[x + np.uint32(1)])


@kernel(nothing, reads(i4), *[reads(u4)] * 4, reads(i1), writes(u4, 2))
def descend_times(
    todo: Int32,
    order: UInt32,
    starts: UInt32,
    upper_nodes: UInt32,
    weights: UInt32,
    climbed: NDArray[np.int8],
    rows: NDArray[np.uint32],
) -> None:
    """Carry times down to the ranks of `todo`, which descend; rows never climbed to are overwritten."""
    for k in range(todo.size):
        if k + SOON < todo.size:
            prefetch(rows, TIMES * order[todo[k + SOON]])
        x = np.uint32(todo[k])
        pull_times(rows, order[x], climbed[x], upper_nodes, weights, starts[x], starts[x + np.uint32(1)])


@kernel(
    nothing,
    reads(i4),
    *[reads(u4)] * 3,
    reads(u8),
    reads(u4),
    reads(u4),
    reads(u4),
    reads(u4),
    *(writes(u8, 2), writes(u4, 2)),
)
def climb_keys(
    todo: Int32,
    order: UInt32,
    starts: UInt32,
    upper_nodes: UInt32,
    weights: NDArray[np.uint64],
    sources: UInt32,
    lanes: UInt32,
    names: UInt32,
    offsets: UInt32,
    rows: NDArray[np.uint64],
    name_rows: NDArray[np.uint32],
) -> None:
    """As `climb_times`, for keys and whole rows; `names` are what the sources are called."""
    for k in range(todo.size):
        rows[order[todo[k]], :] = UNREACHED
        name_rows[order[todo[k]], :] = 2**32 - 1
    for i in range(sources.size):
        at, lane = sources[i], lanes[i]
        key = np.uint64(offsets[i]) << np.uint64(32)
        if key < rows[at, lane] or (key == rows[at, lane] and names[i] < name_rows[at, lane]):
            rows[at, lane] = key
            name_rows[at, lane] = names[i]
    for k in range(todo.size):
        x = np.uint32(todo[k])
        push_keys(rows, name_rows, order[x], upper_nodes, weights, starts[x], starts[x + np.uint32(1)])


@kernel(nothing, reads(i4), *[reads(u4)] * 3, reads(u8), reads(i1), writes(u8, 2), writes(u4, 2))
def descend_keys(
    todo: Int32,
    order: UInt32,
    starts: UInt32,
    upper_nodes: UInt32,
    weights: NDArray[np.uint64],
    climbed: NDArray[np.int8],
    rows: NDArray[np.uint64],
    name_rows: NDArray[np.uint32],
) -> None:
    """As `descend_times`, for keys."""
    one = np.uint32(1)
    for k in range(todo.size):
        x = np.uint32(todo[k])
        pull_keys(rows, name_rows, order[x], climbed[x], upper_nodes, weights, starts[x], starts[x + one])
