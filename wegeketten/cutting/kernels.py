"""Compiled loops over the bytes of PBF blocks: fields, packed numbers, members, and their way back.

All of them take the bytes with `PAD` zeros behind, so that a number that does not end in time ends there;
a span never reaches beyond its message. Where bytes are none of the format, they return -1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.routing import inlined, lazy_kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Longs = NDArray[np.int64]

PAD = 16
_LONGEST_SHIFT = 63


@inlined
def varint_at(data: Bytes, at: Any) -> tuple[Any, Any]:
    """Number at a place, and the place behind it.

    Parameters
    ----------
    data
        Bytes of the block.
    at
        Place of the number's first byte.

    Returns
    -------
    tuple
        The number, and a place.
    """
    value: Any = np.int64(data[at])
    at += 1
    if value > 0x7F:  # most are of one byte: a third of the time
        value &= 0x7F
        shift = np.int64(7)
        while shift <= _LONGEST_SHIFT:
            byte = np.int64(data[at])
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
    return value, at


@lazy_kernel
def plain(value: int) -> int:
    """Whole number of either sign from a zigzag one.

    Parameters
    ----------
    value
        A zigzag number.

    Returns
    -------
    int
        The number it stands for.
    """
    return ((value >> 1) & 0x7FFFFFFFFFFFFFFF) ^ -(value & 1)


@lazy_kernel
def split(data: Bytes, start: int, stop: int, numbers: Longs, starts: Longs, stops: Longs) -> int:
    """Fields of a message: their numbers and spans; of a number its value and -1. Returns how many, or -1.

    Parameters
    ----------
    data
        Bytes of the block.
    start, stop
        First byte of the message, and the one after the last.
    numbers, starts, stops
        Receive the fields.

    Returns
    -------
    int
        Number of fields, -1 where the message is damaged.
    """
    at, count = start, 0
    while at < stop:
        if count == len(numbers):
            return -1
        key, at = varint_at(data, at)
        kind = key & 7
        numbers[count] = key >> 3
        if kind == 0:
            starts[count], at = varint_at(data, at)
            stops[count] = -1
        else:
            if kind == 2:
                size, at = varint_at(data, at)
            elif kind == 1:
                size = np.int64(8)
            elif kind == 5:
                size = np.int64(4)
            else:
                return -1
            if size < 0 or size > stop - at:
                return -1
            starts[count], stops[count] = at, at + size
            at += size
        count += 1
    return count if at == stop else -1


@lazy_kernel
def unpack(data: Bytes, start: int, stop: int, signed: bool, delta: bool, out: Longs, place: int) -> int:
    """Packed numbers into `out` from `place` on. Returns the place behind the last, or -1.

    Parameters
    ----------
    data
        Bytes of the block.
    start, stop
        First byte of the numbers, and the one after the last.
    signed
        Whether they are zigzag numbers.
    delta
        Whether each is the difference to the one before.
    out
        Receives the numbers.
    place
        Where in `out` the first is written.

    Returns
    -------
    int
        A place in `out`, -1 where the numbers are damaged.
    """
    at, value, room = start, np.int64(0), len(out)
    while at < stop:
        number: Any = np.int64(data[at])
        at += 1
        if number > 0x7F:  # as `varint_at`, in place: most numbers are differences of one byte
            number &= 0x7F
            shift = np.int64(7)
            while True:
                byte = np.int64(data[at])
                at += 1
                number |= (byte & 0x7F) << shift
                if byte < 0x80 or shift == _LONGEST_SHIFT:
                    break
                shift += 7
        if signed:
            number = plain(number)
        if place == room:
            return -1
        value = value + number if delta else number
        out[place] = value
        place += 1
    return place if at == stop else -1


@lazy_kernel
def read_lists(
    data: Bytes,
    starts: Longs,
    stops: Longs,
    wanted: int,
    kinds_field: int,
    ids: Longs,
    first: Longs,
    refs: Longs,
    kinds: Longs,
) -> int:
    """Ids of ways or relations and what they refer to: field `wanted`, deltas; `kinds_field` beside it.

    Parameters
    ----------
    data
        Bytes of the block.
    starts, stops
        First byte of each message, and the one after the last.
    wanted
        Number of the field with references.
    kinds_field
        Number of the field with their kinds, 0 for none.
    ids
        Receives the ids.
    first
        Receives where each one's references start.
    refs, kinds
        Receive the references.

    Returns
    -------
    int
        How many references there are, or -1.
    """
    place, kind_place = 0, 0
    for row in range(len(starts)):
        first[row] = place
        at, stop = starts[row], stops[row]
        while at < stop:
            key: Any = np.int64(data[at])  # keys and sizes of one byte in place: twice as fast
            at += 1
            if key > 0x7F:
                key, at = varint_at(data, at - 1)
            field, kind = key >> 3, key & 7
            if kind == 0:
                value, at = varint_at(data, at)
                if field == 1:
                    ids[row] = value
                continue
            if kind != 2:
                return -1
            size: Any = np.int64(data[at])
            at += 1
            if size > 0x7F:
                size, at = varint_at(data, at - 1)
            if size < 0 or size > stop - at:
                return -1
            if field == wanted:
                place = unpack(data, at, at + size, True, True, refs, place)
            elif field == kinds_field:
                kind_place = unpack(data, at, at + size, False, False, kinds, kind_place)
            if place < 0 or kind_place < 0:
                return -1
            at += size
        if at != stop:
            return -1
    first[len(starts)] = place
    return place


@lazy_kernel
def put_varint(out: Bytes, at: int, value: Any) -> int:
    """Write a number; returns the place behind it.

    Parameters
    ----------
    out
        Receives the bytes.
    at
        Place of the first byte.
    value
        A number of 0 or more.

    Returns
    -------
    int
        A place in `out`.
    """
    while value < 0 or value > 0x7F:
        out[at] = np.uint8((value & 0x7F) | 0x80)
        at += 1
        value = (value >> 7) & 0x01FFFFFFFFFFFFFF
    out[at] = np.uint8(value)
    return at + 1


@lazy_kernel
def pack(values: Longs, signed: bool, delta: bool, out: Bytes) -> int:
    """Write packed numbers; returns their size in bytes.

    Parameters
    ----------
    values
        The numbers.
    signed
        Whether they are written as zigzag numbers.
    delta
        Whether differences are written.
    out
        Receives the bytes.

    Returns
    -------
    int
        Number of bytes.
    """
    at, before = 0, np.int64(0)
    for row in range(len(values)):
        value = np.int64(values[row])
        if delta:
            value, before = value - before, value
        if signed:
            value = (value << 1) ^ (value >> 63)
        at = put_varint(out, at, value)
    return at


@lazy_kernel
def strings_used(data: Bytes, starts: Longs, stops: Longs, base: Longs, roles: int, out: Longs) -> int:
    """Strings that ways or relations use: keys, values, user, and field `roles`.

    Parameters
    ----------
    data, starts, stops
        The messages.
    base
        What is added to the strings' numbers, by message.
    roles
        Field of the roles, 0 for ways.
    out
        Takes them.

    Returns
    -------
    int
        How many, or -1.
    """
    count = 0
    for row in range(len(starts)):
        at, stop = starts[row], stops[row]
        while at < stop:
            key, at = varint_at(data, at)
            field, kind = key >> 3, key & 7
            if kind == 0:
                _, at = varint_at(data, at)
                continue
            if kind != 2:
                return -1
            size, at = varint_at(data, at)
            if size < 0 or size > stop - at:
                return -1
            before = count
            if field == 4:
                end = at + size
                inner = at
                while inner < end:
                    key, inner = varint_at(data, inner)
                    if key & 7 != 0:
                        return -1
                    value, inner = varint_at(data, inner)
                    if key >> 3 == 5:
                        out[count] = value
                        count += 1
            elif field == 2 or field == 3 or field == roles:  # numba
                count = unpack(data, at, at + size, False, False, out, count)
                if count < 0:
                    return -1
            for place in range(before, count):
                out[place] += base[row]
            at += size
        if at != stop:
            return -1
    return count


@lazy_kernel
def rewrite(
    data: Bytes,
    starts: Longs,
    stops: Longs,
    base: Longs,
    fresh: Longs,
    roles: int,
    number: int,
    scratch: Bytes,
    body: Bytes,
    out: Bytes,
) -> int:
    """Copy ways or relations with the numbers of their strings replaced; returns the size in bytes.

    Parameters
    ----------
    data, starts, stops, base, roles
        As for `strings_used`, which has found them in order.
    fresh
        New number of each string, by its old one with `base` added.
    number
        Field of the messages in their group.
    scratch, body
        Room for one field and for one message.
    out
        Room for all of them.

    Returns
    -------
    int
        Number of bytes in `out`.
    """
    place = 0
    for row in range(len(starts)):
        at, stop, size = starts[row], stops[row], 0
        while at < stop:
            begin = at
            key, at = varint_at(data, at)
            field = key >> 3
            if key & 7 == 0:
                _, at = varint_at(data, at)
                size = _copy(data, begin, at, body, size)
                continue
            width, at = varint_at(data, at)
            end = at + width
            if field == 4 or field == 2 or field == 3 or field == roles:  # numba
                width = _renumber(data, at, end, base[row], fresh, field == 4, scratch)
                size = put_varint(body, size, key)
                size = put_varint(body, size, width)
                size = _copy(scratch, 0, width, body, size)
            else:
                size = _copy(data, begin, end, body, size)
            at = end
        place = put_varint(out, place, (number << 3) | 2)
        place = put_varint(out, place, size)
        place = _copy(body, 0, size, out, place)
    return place


@lazy_kernel
def _renumber(data: Bytes, at: int, end: int, base: int, fresh: Longs, info: bool, out: Bytes) -> int:
    """Numbers of strings replaced: all of a packed field, or the user of an info message."""
    size = 0
    while at < end:
        begin = at
        value, at = varint_at(data, at)
        if not info:
            size = put_varint(out, size, fresh[value + base])
            continue
        which = value >> 3
        value, at = varint_at(data, at)
        if which == 5:
            out[size] = data[begin]
            size = put_varint(out, size + 1, fresh[value + base])
        else:
            size = _copy(data, begin, at, out, size)
    return size


@lazy_kernel
def _copy(source: Bytes, start: int, stop: int, target: Bytes, place: int) -> int:
    for at in range(start, stop):
        target[place] = source[at]
        place += 1
    return place
