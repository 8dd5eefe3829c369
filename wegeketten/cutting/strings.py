"""The strings of many blocks under one numbering: bytes in one row, found again by their hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.cutting.kernels import put_varint
from wegeketten.routing import lazy_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Longs = NDArray[np.int64]

_LEAST = 1 << 12
_HEAD = 6  # bytes before a string in a table: its field and its length
_OFFSET, _PRIME = -3750763034362895579, 1099511628211  # FNV-1a of 64 bits


class Strings:
    r"""Distinct strings, numbered in the order in which they come; 0 is the empty one.

    Examples
    --------
    >>> strings = Strings()
    >>> data = np.frombuffer(b"kerbway", dtype=np.uint8)
    >>> spans = np.array([0, 4, 0]), np.array([4, 7, 4])
    >>> strings.number(data, *spans).tolist(), len(strings)
    ([1, 2, 1], 3)
    >>> strings.table(np.array([0, 2]))
    b'\n\x00\n\x03way'
    """

    def __init__(self) -> None:
        self._count = 0
        self._bytes = np.empty(_LEAST, dtype=np.uint8)
        self._first = np.zeros(_LEAST, dtype=np.int64)
        self._hashes = np.empty(_LEAST, dtype=np.int64)
        self._slots = np.full(2 * _LEAST, -1, dtype=np.int64)
        self.number(np.empty(0, dtype=np.uint8), np.zeros(1, np.int64), np.zeros(1, np.int64))

    def __len__(self) -> int:
        return self._count

    def number(self, data: Bytes, starts: Longs, stops: Longs) -> Longs:
        """Numbers of strings, new ones where they were not there yet.

        Parameters
        ----------
        data
            Bytes that hold them.
        starts, stops
            First byte of each, and the one after its last.

        Returns
        -------
        Longs
            Shape of `starts`.
        """
        most = self._count + len(starts)
        self._first = _grown(self._first, most + 1)
        self._hashes = _grown(self._hashes, most)
        self._bytes = _grown(self._bytes, int(self._first[self._count] + (stops - starts).sum()))
        if len(self._slots) < 2 * most:
            self._slots = np.full(1 << (4 * most).bit_length(), -1, dtype=np.int64)
            _place_again(self._hashes, self._count, self._slots)
        out = np.empty(len(starts), dtype=np.int64)
        self._count = _number(
            data, starts, stops, self._bytes, self._first, self._hashes, self._slots, self._count, out
        )
        return out

    def table(self, numbers: Longs) -> bytes:
        """Some of the strings as a block's table holds them.

        Parameters
        ----------
        numbers
            Which.

        Returns
        -------
        bytes
            Fields of a message, in the order of `numbers`.
        """
        size = int((self._first[numbers + 1] - self._first[numbers]).sum())
        out = np.empty(size + _HEAD * len(numbers), dtype=np.uint8)
        return out[: _put_table(self._bytes, self._first, numbers, out)].tobytes()


def _grown(column: NDArray[Any], least: int) -> NDArray[Any]:
    if len(column) >= least:
        return column
    wide = np.zeros(max(least, 2 * len(column)), dtype=column.dtype)
    wide[: len(column)] = column
    return wide


@lazy_kernel
def _number(
    data: Bytes,
    starts: Longs,
    stops: Longs,
    kept: Bytes,
    first: Longs,
    hashes: Longs,
    slots: Longs,
    count: int,
    out: Longs,
) -> int:
    mask = len(slots) - 1
    for row in range(len(starts)):
        start, size = starts[row], stops[row] - starts[row]
        value = np.int64(_OFFSET)
        for at in range(start, start + size):
            value = (value ^ np.int64(data[at])) * np.int64(_PRIME)
        value ^= value >> 29
        slot = value & mask
        found = np.int64(-1)
        while slots[slot] >= 0:
            number = slots[slot]
            if hashes[number] == value and first[number + 1] - first[number] == size:
                base, same = first[number], True
                for at in range(size):
                    if kept[base + at] != data[start + at]:
                        same = False
                        break
                if same:
                    found = number
                    break
            slot = (slot + 1) & mask
        if found < 0:
            found = np.int64(count)
            slots[slot] = found
            hashes[found] = value
            base = first[found]
            for at in range(size):
                kept[base + at] = data[start + at]
            first[found + 1] = base + size
            count += 1
        out[row] = found
    return count


@lazy_kernel
def _place_again(hashes: Longs, count: int, slots: Longs) -> None:
    mask = len(slots) - 1
    for number in range(count):
        slot = hashes[number] & mask
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = number


@lazy_kernel
def _put_table(kept: Bytes, first: Longs, numbers: Longs, out: Bytes) -> int:
    place = 0
    for row in range(len(numbers)):
        start, stop = first[numbers[row]], first[numbers[row] + 1]
        out[place] = 10  # a field of bytes with the number 1
        place = put_varint(out, place + 1, stop - start)
        for at in range(start, stop):
            out[place] = kept[at]
            place += 1
    return place
