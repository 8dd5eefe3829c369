"""A binary heap on plain arrays that grow, for compiled searches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

_F = TypeVar("_F", bound="Callable[..., Any]")
kernel = cast("Callable[[_F], _F]", njit(cache=True, nogil=True))


@kernel
def push(keys: Longs, items: Ints, size: int, key: int, item: int) -> int:
    """Add an entry to a heap of `size`, for which there is room; of equal keys the smaller item comes first.

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


@kernel
def pop(keys: Longs, items: Ints, size: int) -> int:
    """Remove the least entry, which the caller has read from index 0; return the new size."""
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


@kernel
def longer(array: Ints, room: int) -> Ints:
    """The same numbers with room for more."""
    grown = np.empty(room, dtype=np.int32)
    grown[: len(array)] = array
    return grown


@kernel
def longer_long(array: Longs, room: int) -> Longs:
    """As `longer`, for 64-bit numbers."""
    grown = np.empty(room, dtype=np.int64)
    grown[: len(array)] = array
    return grown
