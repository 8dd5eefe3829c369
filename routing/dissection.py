"""Nested dissection of our own, for where METIS is not installed: slower, not wrong.

A part is cut where it is narrow between two nodes far apart: nodes are sorted by how much nearer they are to
one of the two than to the other, and of all cuts along this line that leave both sides large enough the one
with the smallest boundary is taken. All cuts are judged in one pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .compiled import helper, i4, kernel, nothing, reads, tuple_of, writes

if TYPE_CHECKING:
    from .graph import Int32

_LEAF = 4


@helper
def _spread(
    start: int, part: int, pointers: Int32, heads: Int32, parts: Int32, distances: Int32, queue: Int32
) -> int:
    """Breadth-first search within a part, whose distances must be -1; return how many nodes are reached."""
    distances[start] = 0
    queue[0] = start
    count = 1
    done = 0
    while done < count:
        u = queue[done]
        done += 1
        for i in range(pointers[u], pointers[u + 1]):
            v = heads[i]
            if parts[v] == part and distances[v] < 0:
                distances[v] = distances[u] + 1
                queue[count] = v
                count += 1
    return count


@helper
def _best_cut(size: int, low: int, high: int, counts: Int32, left: Int32, right: Int32) -> tuple[int, bool]:
    """Choose the cut after key `low` .. `high` - 1, and whether its boundary is taken from the right side.

    `counts` holds the nodes of each key; `left` and `right` hold, as differences, how many nodes of either
    side lie at each cut. The value of a cut is its boundary, dearer the less even it is.
    """
    best, from_right = -1, False
    best_value = 1e300
    before = at_left = at_right = 0
    for key in range(low, high):
        before += counts[key]
        at_left += left[key]
        at_right += right[key]
        share = min(before, size - before) / size
        boundary = min(at_left, at_right)
        value = (boundary + 1) / share if share >= 0.2 else 1e9 * (boundary + 1) / share
        if value < best_value:
            best, best_value, from_right = key, value, at_right < at_left
    return best, from_right


class _Graph(NamedTuple):
    """Adjacency in compressed rows, and the part each node is in: -1 in a separator."""

    pointers: Int32
    heads: Int32
    parts: Int32


class _Room(NamedTuple):
    """Working room: distances from two ends, a queue and a side per node; counts per key, twice the size."""

    from_a: Int32
    from_b: Int32
    queue: Int32
    sides: Int32
    counts: Int32
    left: Int32
    right: Int32


@helper
def _key_part(graph: _Graph, room: _Room, part: int, nodes: Int32) -> tuple[int, int]:
    """Turn distances of a part's nodes into keys, which grow from one end to the other; least and greatest.

    A part of several islands gets no keys, but one of them a side of its own: least above greatest.
    """
    room.from_a[nodes] = -1
    room.from_b[nodes] = -1
    reached = _spread(nodes[0], part, graph.pointers, graph.heads, graph.parts, room.from_a, room.queue)
    if reached < nodes.size:
        for u in nodes:
            room.sides[u] = 0 if room.from_a[u] >= 0 else 1
        return 1, 0
    one_end = room.queue[reached - 1]
    room.from_a[nodes] = -1
    _spread(one_end, part, graph.pointers, graph.heads, graph.parts, room.from_a, room.queue)
    other_end = room.queue[nodes.size - 1]
    _spread(other_end, part, graph.pointers, graph.heads, graph.parts, room.from_b, room.queue)
    n = graph.parts.size
    low, high = 2 * n, 0
    for u in nodes:
        key = n + room.from_a[u] - room.from_b[u]
        room.from_a[u] = key
        low, high = min(low, key), max(high, key)
    return low, high


@helper
def _count_cuts(graph: _Graph, room: _Room, part: int, nodes: Int32, low: int, high: int) -> None:
    """Count the nodes of each key, and as differences how many each cut has at either side of it."""
    room.counts[low : high + 2] = 0
    room.left[low : high + 2] = 0
    room.right[low : high + 2] = 0
    for u in nodes:
        key = room.from_a[u]
        smallest, largest = key, key
        for i in range(graph.pointers[u], graph.pointers[u + 1]):
            if graph.parts[graph.heads[i]] == part:
                smallest = min(smallest, room.from_a[graph.heads[i]])
                largest = max(largest, room.from_a[graph.heads[i]])
        room.counts[key] += 1
        room.left[key] += 1
        room.left[largest] -= 1
        room.right[smallest] += 1
        room.right[key] -= 1


@helper
def _choose_sides(graph: _Graph, room: _Room, part: int, nodes: Int32, cut: int, from_right: bool) -> None:
    """Put nodes on the sides of a cut, 0 and 1, and the boundary of one of them between the sides: 2."""
    for u in nodes:
        side = 0 if room.from_a[u] <= cut else 1
        room.sides[u] = side
        if side == (1 if from_right else 0):
            for i in range(graph.pointers[u], graph.pointers[u + 1]):
                v = graph.heads[i]
                if graph.parts[v] == part and (room.from_a[v] <= cut) != (side == 0):
                    room.sides[u] = 2
                    break


@helper
def _sort_sides(nodes: Int32, queue: Int32, sides: Int32) -> tuple[int, int]:
    """Sort nodes in place by side, as they stand within one; where the second and the third side begin."""
    place = second = third = 0
    for k in range(nodes.size):
        queue[k] = nodes[k]
    for side in range(3):
        if side == 1:
            second = place
        elif side == 2:
            third = place
        for k in range(nodes.size):
            if sides[queue[k]] == side:
                nodes[place] = queue[k]
                place += 1
    return second, third


@kernel(
    nothing,
    *(reads(i4), reads(i4), writes(i4), writes(i4), writes(i4)),
    tuple_of(_Room, *[writes(i4)] * 7),
)
def _dissect(pointers: Int32, heads: Int32, order: Int32, parts: Int32, stack: Int32, room: _Room) -> None:
    """Write the order; `parts` starts as 0, `stack` is working room of twice the size."""
    graph = _Graph(pointers, heads, parts)
    order[:] = np.arange(order.size)
    stack[0], stack[1] = 0, order.size
    waiting, part = 1, 0
    while waiting > 0:
        waiting -= 1
        first, last = stack[2 * waiting], stack[2 * waiting + 1]
        if last - first <= _LEAF:
            continue
        part += 1
        nodes = order[first:last]
        parts[nodes] = part
        low, high = _key_part(graph, room, part, nodes)
        if low == high:
            continue
        if low < high:
            _count_cuts(graph, room, part, nodes, low, high)
            cut, from_right = _best_cut(nodes.size, low, high, room.counts, room.left, room.right)
            _choose_sides(graph, room, part, nodes, cut, from_right)
        second, third = _sort_sides(nodes, room.queue, room.sides)
        parts[nodes[third:]] = -1
        for begin, end in ((0, second), (second, third)):
            if _LEAF < end - begin < nodes.size:
                stack[2 * waiting] = first + begin
                stack[2 * waiting + 1] = first + end
                waiting += 1


def dissect(pointers: Int32, heads: Int32) -> Int32:
    """Order the nodes of an undirected graph so that separators come after what they separate.

    Parameters
    ----------
    pointers, heads
        Adjacency in compressed rows, both directions of each edge, without loops.

    Returns
    -------
    NDArray
        The nodes, first to be contracted first, shape (n,).

    Examples
    --------
    >>> path = np.array([0, 1, 3, 5, 7, 9, 10]), np.array([1, 0, 2, 1, 3, 2, 4, 3, 5, 4])
    >>> dissect(*(part.astype(np.int32) for part in path)).tolist()
    [4, 5, 0, 1, 2, 3]
    """
    n = pointers.size - 1
    order, *of_nodes = (np.empty(n, np.int32) for _ in range(5))
    stack, *of_keys = (np.empty(2 * n + 2, np.int32) for _ in range(4))
    _dissect(pointers, heads, order, np.zeros(n, np.int32), stack, _Room(*of_nodes, *of_keys))
    return order
