"""The frame of OSM PBF: a file is a row of blobs, each a packed message; a message is a row of fields."""

from __future__ import annotations

import os
import struct
import zlib
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from isal import isal_zlib

from wegeketten.errors import InputDataError
from wegeketten.files.bounds import size_within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""Wire types of protocol buffers."""

_MOST_HEADER = 64 * 1024  # bytes, by the format's definition
_MOST_BLOB = 32 * 1024 * 1024
_KNOWN_FEATURES = {b"OsmSchema-V0.6", b"DenseNodes"}
_DAMAGED = cast("type[Exception]", isal_zlib.error)  # its stub names an instance
_LEVEL = 1  # of zlib: half the time of the usual 6, a tenth more bytes

THREADS = 2
"""Threads that pack and unpack blobs beside the one that reads them; more than two wait for it."""


class Field(NamedTuple):
    """A field of a message.

    Attributes
    ----------
    number
        Of the field.
    value
        A number, or 0 where the field is bytes.
    start, stop
        Span of its bytes; 0 where it is a number.
    """

    number: int
    value: int
    start: int
    stop: int


class Header(NamedTuple):
    """What a file says of itself.

    Attributes
    ----------
    replication
        Fields on the state of the data (time, number, address), as they are, to be copied.
    """

    replication: bytes


def fields_of(data: bytes, start: int = 0, stop: int | None = None) -> Iterator[Field]:
    r"""Fields of a message.

    Parameters
    ----------
    data
        Bytes that hold the message.
    start, stop
        First byte, and the one after the last; the end of the data where None.

    Yields
    ------
    Field
        Number and value of each.

    Raises
    ------
    ValueError
        It is no message.

    Examples
    --------
    >>> list(fields_of(b"\x08\x96\x01\x12\x02ab"))
    [Field(number=1, value=150, start=0, stop=0), Field(number=2, value=0, start=5, stop=7)]
    """
    at, stop = start, len(data) if stop is None else stop
    while at < stop:
        key, at = _varint(data, at, stop)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            value, at = _varint(data, at, stop)
            yield Field(number, value, 0, 0)
            continue
        if kind == BYTES:
            size, at = _varint(data, at, stop)
        elif kind in (FIXED64, FIXED32):
            size = 8 if kind == FIXED64 else 4
        else:
            raise ValueError("a block is damaged")
        if at + size > stop:
            raise ValueError("a block is damaged")
        yield Field(number, 0, at, at + size)
        at += size


def _varint(data: bytes, at: int, stop: int) -> tuple[int, int]:
    value = shift = 0
    while at < stop and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise ValueError("a block is damaged")


def varint(value: int) -> bytes:
    r"""A number as protocol buffers write it.

    Parameters
    ----------
    value
        A number of 0 or more.

    Returns
    -------
    bytes
        Seven bits to a byte, low bits first.

    Examples
    --------
    >>> varint(150)
    b'\x96\x01'
    """
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def number_field(number: int, value: int) -> bytes:
    """A field that holds a number of 0 or more.

    Parameters
    ----------
    number
        Number of the field.
    value
        Its value.

    Returns
    -------
    bytes
        Key and value.
    """
    return varint(number << 3) + varint(value)


def bytes_field(number: int, value: bytes) -> bytes:
    """A field that holds bytes: a text, a message, packed numbers.

    Parameters
    ----------
    number
        Number of the field.
    value
        Its content.

    Returns
    -------
    bytes
        Key, length and content.
    """
    return varint(number << 3 | BYTES) + varint(len(value)) + value


def read_header(path: Path) -> Header:
    """Header of a PBF file.

    Parameters
    ----------
    path
        A PBF file.

    Returns
    -------
    Header
        What the file says of itself.

    Raises
    ------
    InputDataError
        The file is none, or needs what is not read here (a history).
    """
    size_within(path, "country")
    with path.open("rb") as file:
        first = next(_frames(file, path), None)
    if first is None or first[0] != b"OSMHeader":
        raise InputDataError(f"{path}: is no OSM PBF (it has no header); download it again")
    replication = b""
    try:
        data = _unpacked(first[1])
        for field in fields_of(data):
            text = data[field.start : field.stop]
            if field.number == 4 and text not in _KNOWN_FEATURES:
                told = text.decode("ascii", "replace")
                raise InputDataError(
                    f"{path}: is a PBF of another kind ({told}); give an extract with the current state, "
                    "such as osmium cat writes"
                )
            if field.number == 32:
                replication += number_field(32, field.value)
            elif field.number == 33:
                replication += number_field(33, field.value)
            elif field.number == 34:
                replication += bytes_field(34, text)
    except ValueError as error:
        if isinstance(error, InputDataError):
            raise
        raise _broken(path, error) from error
    return Header(replication)


def read_blocks(path: Path, *, wanted: Callable[[int], bool] | None = None) -> Iterator[tuple[int, bytes]]:
    """Data blocks of a file, unpacked, each with the place in the file at which it ends.

    The next ones are unpacked in other threads meanwhile.

    Parameters
    ----------
    path
        A PBF file.
    wanted
        Says by the number of a data block, from 0 on, whether it is wanted; all are where None.

    Yields
    ------
    tuple
        Place in bytes, and the block.

    Raises
    ------
    InputDataError
        The file is damaged, or packed in a way that is not read here.
    """
    waiting: deque[tuple[int, Future[bytes]]] = deque()

    def next_one() -> tuple[int, bytes]:
        end, unpacked = waiting.popleft()
        try:
            return end, unpacked.result()
        except ValueError as error:
            raise _broken(path, error) from error

    with path.open("rb") as file, ThreadPoolExecutor(THREADS) as pool:
        for kind, blob in _frames(file, path, wanted):
            if kind != b"OSMData" or not blob:
                continue
            waiting.append((file.tell(), pool.submit(_unpacked, blob)))
            if len(waiting) > THREADS:
                yield next_one()
        while waiting:
            yield next_one()


def _frames(
    file: BinaryIO, path: Path, wanted: Callable[[int], bool] | None = None
) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of each blob; no content where it is data that is not wanted."""
    blocks = 0
    while head := file.read(4):
        try:
            (size,) = struct.unpack(">I", head)
            if size > _MOST_HEADER:
                raise ValueError("a block is damaged")
            header = file.read(size)
            kind, length = b"", -1
            for field in fields_of(header):
                if field.number == 1:
                    kind = header[field.start : field.stop]
                elif field.number == 3:
                    length = field.value
            if len(header) != size or not 0 <= length <= _MOST_BLOB:
                raise ValueError("a block is damaged")
            if kind == b"OSMData" and wanted is not None and not wanted(blocks):
                file.seek(length, os.SEEK_CUR)
                blob = b""
            else:
                blob = file.read(length)
                if len(blob) != length:
                    raise ValueError("the file ends within a block")
        except (ValueError, struct.error) as error:
            raise _broken(path, error) from error
        blocks += kind == b"OSMData"
        yield kind, blob


def _unpacked(blob: bytes) -> bytes:
    raw_size = -1
    for field in fields_of(blob):
        if field.number == 1:
            return blob[field.start : field.stop]
        if field.number == 2:
            raw_size = field.value
        elif field.number == 3:
            if not 0 <= raw_size <= _MOST_BLOB:
                raise ValueError("a block is damaged")
            return _inflated(memoryview(blob)[field.start : field.stop], raw_size)
        elif field.number in (4, 5, 6, 7):
            raise ValueError("it is packed with lz4, zstd or the like; osmium cat writes it anew with zlib")
    raise ValueError("a block is damaged")


def _inflated(compressed: memoryview, size: int) -> bytes:
    """Content of a blob, by ISA-L: half the time of zlib, which checks the same sum."""
    worker = isal_zlib.decompressobj()
    try:
        data = worker.decompress(compressed, size + 1)
    except _DAMAGED as error:
        raise ValueError(str(error)) from error
    if len(data) != size:
        raise ValueError("a block is damaged")
    return data


def _broken(path: Path, error: Exception) -> InputDataError:
    return InputDataError(f"{path}: cannot be read as OSM PBF ({error}); download it again")


def packed(kind: bytes, data: bytes) -> bytes:
    """A blob with its frame, as it lies in a file.

    Parameters
    ----------
    kind
        ``OSMHeader`` or ``OSMData``.
    data
        Content of the blob.

    Returns
    -------
    bytes
        Length, header and compressed content.
    """
    blob = number_field(2, len(data)) + bytes_field(3, zlib.compress(data, _LEVEL))
    header = bytes_field(1, kind) + number_field(3, len(blob))
    return struct.pack(">I", len(header)) + header + blob


def header_blob(box: tuple[int, int, int, int], header: Header, program: str) -> bytes:
    """Header of a new file.

    Parameters
    ----------
    box
        West, south, east, north in units of 1e-7 degrees.
    header
        Of the file it is cut out of.
    program
        Who writes it.

    Returns
    -------
    bytes
        Ready to be written.
    """
    west, south, east, north = (zigzag(value * 100) for value in box)
    edges = number_field(1, west) + number_field(2, east) + number_field(3, north) + number_field(4, south)
    data = bytes_field(1, edges)
    for feature in sorted(_KNOWN_FEATURES, reverse=True):
        data += bytes_field(4, feature)
    data += bytes_field(5, b"Sort.Type_then_ID") + bytes_field(16, program.encode())
    return packed(b"OSMHeader", data + header.replication)


def zigzag(value: int) -> int:
    """A whole number of either sign as one of 0 or more.

    Parameters
    ----------
    value
        Any whole number.

    Returns
    -------
    int
        0, -1, 1, -2 … become 0, 1, 2, 3 ….

    Examples
    --------
    >>> [zigzag(value) for value in (0, -1, 1, -2)]
    [0, 1, 2, 3]
    """
    return value << 1 if value >= 0 else (-value << 1) - 1
