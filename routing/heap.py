"""The binary heap of all compiled searches, on plain arrays that the caller makes large enough.

Two layouts of one heap. `push` and `pop` keep a 64-bit key and an item side by side. `push_packed` and
`pop_packed` hold both in one number, the key in the upper half: half the memory, for keys below 2³¹.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .compiled import helper, lazy_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]


@lazy_kernel
def push(keys: Longs, items: Ints, size: int, key: int, item: int) -> int:
    """Add an entry to a heap of `size`, for which there is room; of equal keys the smaller item comes first.

    Parameters
    ----------
    keys, items
        The heap: keys and what belongs to them, the least entry first; changed in place.
    size
        Number of entries before.
    key, item
        The new entry.

    Returns
    -------
    int
        The new size.

    Examples
    --------
    >>> keys, items = np.zeros(2, np.int64), np.zeros(2, np.int32)
    >>> push(keys, items, push(keys, items, 0, 7, 1), 5, 2), keys.tolist(), items.tolist()
    (2, [5, 7], [2, 1])
    """
    place = size
    while place > 0:
        above = (place - 1) >> 1
        if keys[above] < key or (keys[above] == key and items[above] <= item):
            break
        keys[place] = keys[above]
        items[place] = items[above]
        place = above
    keys[place] = key
    items[place] = item
    return size + 1


@lazy_kernel
def pop(keys: Longs, items: Ints, size: int) -> int:
    """Remove the least entry, which the caller has read from index 0; return the new size.

    Parameters
    ----------
    keys, items
        The heap; changed in place.
    size
        Number of entries before, at least 1.

    Returns
    -------
    int
        Number of entries left.

    Examples
    --------
    >>> keys, items = np.array([3, 7, 0]), np.array([1, 2, 0], np.int32)
    >>> pop(keys, items, 2), int(keys[0])
    (1, 7)
    """
    size -= 1
    key = keys[size]
    item = items[size]
    place = 0
    while True:
        below = 2 * place + 1
        if below >= size:
            break
        other = below + 1
        if other < size and (
            keys[other] < keys[below] or (keys[other] == keys[below] and items[other] < items[below])
        ):
            below = other
        if key < keys[below] or (key == keys[below] and item <= items[below]):
            break
        keys[place] = keys[below]
        items[place] = items[below]
        place = below
    keys[place] = key
    items[place] = item
    return size


@helper
def push_packed(heap: NDArray[np.int64], size: int, item: np.int64) -> int:
    """Add an entry to a packed heap of `size`, for which there is room; return the new size.

    Parameters
    ----------
    heap
        Packed entries (key above, item below), the least first; changed in place.
    size
        Number of entries before.
    item
        The new packed entry.

    Returns
    -------
    int
        Number of entries now.
    """
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if heap[above] <= item:
            break
        heap[at] = heap[above]
        at = above
    heap[at] = item
    return size + 1


@helper
def pop_packed(heap: NDArray[np.int64], size: int) -> int:
    """Remove the least entry, which the caller has read from index 0; return the new size.

    Parameters
    ----------
    heap
        Packed entries, the least first; changed in place.
    size
        Number of entries before, at least 1.

    Returns
    -------
    int
        Number of entries left.
    """
    size -= 1
    item = heap[size]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= item:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = item
    return size


@lazy_kernel
def longer(array: Ints, room: int) -> Ints:
    """The same numbers with room for more.

    Parameters
    ----------
    array
        Numbers, one-dimensional.
    room
        Least length of the result.

    Returns
    -------
    Ints
        A copy; what lies behind the old length is not set.

    Examples
    --------
    >>> longer(np.array([4, 5], np.int32), 4)[:2].tolist()
    [4, 5]
    """
    grown = np.empty(room, dtype=np.int32)
    grown[: len(array)] = array
    return grown


@lazy_kernel
def longer_long(array: Longs, room: int) -> Longs:
    """As `longer`, for 64-bit numbers.

    Parameters
    ----------
    array
        Numbers, one-dimensional.
    room
        Least length of the result.

    Returns
    -------
    Longs
        A copy; what lies behind the old length is not set.
    """
    grown = np.empty(room, dtype=np.int64)
    grown[: len(array)] = array
    return grown
