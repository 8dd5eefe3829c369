"""Nested dissection of our own, for where METIS is not installed: slower, not wrong.

A part is cut where it is narrow between two nodes far apart: nodes are sorted by how much nearer they are to
one of the two than to the other, and of all cuts along this line that leave both sides large enough the one
with the smallest boundary is taken. All cuts are judged in one pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .compiled import helper, i4, kernel, nothing, reads, writes

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


@kernel(nothing, reads(i4), reads(i4), *[writes(i4)] * 10)
def _dissect(  # noqa: C901  (one loop, one stack)
    pointers: Int32,
    heads: Int32,
    order: Int32,
    parts: Int32,
    from_a: Int32,
    from_b: Int32,
    queue: Int32,
    sides: Int32,
    stack: Int32,
    counts: Int32,
    left: Int32,
    right: Int32,
) -> None:
    """All but the first three are working room, the last four of twice the size; `parts` starts as 0."""
    n = order.size
    for u in range(n):
        order[u] = u
    stack[0] = 0
    stack[1] = n
    waiting = 1
    part = 0
    while waiting > 0:
        waiting -= 1
        first = stack[2 * waiting]
        last = stack[2 * waiting + 1]
        size = last - first
        if size <= _LEAF:
            continue
        part += 1
        for k in range(first, last):
            parts[order[k]] = part
            from_a[order[k]] = -1
            from_b[order[k]] = -1
        reached = _spread(order[first], part, pointers, heads, parts, from_a, queue)
        if reached < size:  # several islands: split one off, nothing to separate
            for k in range(first, last):
                sides[order[k]] = 0 if from_a[order[k]] >= 0 else 1
        else:
            a = queue[reached - 1]
            for k in range(first, last):
                from_a[order[k]] = -1
            _spread(a, part, pointers, heads, parts, from_a, queue)
            _spread(queue[size - 1], part, pointers, heads, parts, from_b, queue)
            low, high = 2 * n, 0
            for k in range(first, last):
                u = order[k]
                key = n + from_a[u] - from_b[u]
                from_a[u] = key
                low = min(low, key)
                high = max(high, key)
            if low == high:
                continue
            for key in range(low, high + 2):
                counts[key] = 0
                left[key] = 0
                right[key] = 0
            for k in range(first, last):
                u = order[k]
                key = from_a[u]
                smallest, largest = key, key
                for i in range(pointers[u], pointers[u + 1]):
                    if parts[heads[i]] == part:
                        smallest = min(smallest, from_a[heads[i]])
                        largest = max(largest, from_a[heads[i]])
                counts[key] += 1
                left[key] += 1
                left[largest] -= 1
                right[smallest] += 1
                right[key] -= 1
            cut, from_right = _best_cut(size, low, high, counts, left, right)
            for k in range(first, last):
                u = order[k]
                side = 0 if from_a[u] <= cut else 1
                sides[u] = side
                if side == (1 if from_right else 0):
                    for i in range(pointers[u], pointers[u + 1]):
                        v = heads[i]
                        if parts[v] == part and (from_a[v] <= cut) != (side == 0):
                            sides[u] = 2
                            break
        place = first
        for k in range(first, last):
            queue[k - first] = order[k]
        for side in range(3):
            begin = place
            for k in range(size):
                if sides[queue[k]] == side:
                    order[place] = queue[k]
                    place += 1
            if side == 2:
                for k in range(begin, last):
                    parts[order[k]] = -1
            elif place - begin > _LEAF and place - begin < size:
                stack[2 * waiting] = begin
                stack[2 * waiting + 1] = place
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
    order, from_a, from_b, queue, sides = (np.empty(n, np.int32) for _ in range(5))
    stack, counts, left, right = (np.empty(2 * n + 2, np.int32) for _ in range(4))
    room = (np.zeros(n, np.int32), from_a, from_b, queue, sides, stack, counts, left, right)
    _dissect(pointers, heads, order, *room)
    return order
