"""Kernels that give the arcs of a hierarchy their weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from .compiled import i1, i4, i8, kernel, nothing, reads, u4, u8, writes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .graph import Int32, UInt32

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
    pairs: NDArray[Key],
) -> None:
    """Shorten the upward arcs of the given ranks, both ways, by all detours over lower nodes.

    Arc (u, v) is compared with u → x → v for each x below both. Only those x count whose `above` is `wanted`.
    """
    one = np.uint32(1)
    position = np.empty(starts.size, np.uint32)
    for k in range(todo.size):
        u = np.uint32(todo[k])
        for i in range(starts[u], starts[u + one]):
            position[uppers[i]] = 2 * i
        for j in range(below[u], below[u + one]):
            arc = arcs_below[j]
            x = lowers[arc]
            last = starts[x + one]
            if arc + one == last or above[x] != wanted:
                continue
            x_to_u, u_to_x = pairs[arc + arc], pairs[arc + arc + one]
            if x_to_u >= closed and u_to_x >= closed:
                continue
            for i in range(arc + one, last):
                target = position[uppers[i]]
                up = np.minimum(pairs[target], np.add(u_to_x, pairs[i + i]))
                down = np.minimum(pairs[target + one], np.add(x_to_u, pairs[i + i + one]))
                pairs[target] = up
                pairs[target + one] = down


_topology = (reads(i4), reads(u4), reads(u4), reads(u4), reads(u4), reads(u4), reads(i1), i8)
lay_times = kernel(nothing, reads(i4), reads(u4), u4, writes(u4))(_lay)
lay_keys = kernel(nothing, reads(i4), reads(u8), u8, writes(u8))(_lay)
triangles_times = kernel(nothing, *_topology, u4, writes(u4))(_triangles)
triangles_keys = kernel(nothing, *_topology, u8, writes(u8))(_triangles)
