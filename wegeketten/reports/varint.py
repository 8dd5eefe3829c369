"""Columns of numbers and texts as one compact text that a browser unpacks without help.

Integers become zig-zag varints, of the values themselves or of their differences; everything is joined,
deflated and written as base64. The counterpart is ``assets/map/decode.js``.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.files.csv import clean_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

TEXT_LIMIT = 200
"""Longest text taken over from outside, in characters; a longer one ends in an ellipsis."""


def clean(text: object, limit: int = TEXT_LIMIT) -> str:
    r"""A text from outside without control and direction characters, of bounded length.

    Parameters
    ----------
    text
        Anything; None becomes an empty text.
    limit
        Longest result in characters.

    Returns
    -------
    str
        On one line.

    Examples
    --------
    >>> clean("Café\u202eegap\x00 am  Markt\n")
    'Caféegap am Markt'
    """
    if text is None:
        return ""
    return clean_text(" ".join(str(text)[: 4 * limit].split()), longest=limit)


def varints(values: ArrayLike) -> bytes:
    """Non-negative integers, seven bits to a byte, low bits first.

    Parameters
    ----------
    values
        Integers from 0 to 2**63 - 1.

    Returns
    -------
    bytes
        One after the other.

    Examples
    --------
    >>> varints([0, 127, 128, 300]).hex()
    '007f8001ac02'
    """
    numbers = np.asarray(values, dtype=np.uint64)
    widths = np.ones(len(numbers), dtype=np.int64)
    rest = numbers >> np.uint64(7)
    while rest.any():
        widths += rest > 0
        rest >>= np.uint64(7)
    starts = np.concatenate([[0], np.cumsum(widths)])
    out = np.zeros(int(starts[-1]), dtype=np.uint8)
    for place in range(int(widths.max(initial=0))):
        has = widths > place
        digit = (numbers[has] >> np.uint64(7 * place)) & np.uint64(127)
        more = (widths[has] > place + 1).astype(np.uint8) << 7
        out[starts[:-1][has] + place] = digit.astype(np.uint8) | more
    return out.tobytes()


def zigzag(values: ArrayLike) -> NDArray[np.uint64]:
    """Signed integers as unsigned ones, small numbers staying small.

    Parameters
    ----------
    values
        Integers of either sign.

    Returns
    -------
    ndarray
        0, -1, 1, -2 … become 0, 1, 2, 3 ….

    Examples
    --------
    >>> zigzag([0, -1, 1, -2]).tolist()
    [0, 1, 2, 3]
    """
    numbers = np.asarray(values, dtype=np.int64)
    return ((numbers << 1) ^ (numbers >> 63)).astype(np.uint64)


class Pack:
    """Named columns on their way into a page.

    Examples
    --------
    >>> pack = Pack()
    >>> pack.integers("lon", [13404000, 13404010])
    >>> pack.texts("name", ["Apotheke", ""])
    >>> sorted(unpack(pack.to_base64()))
    ['lon', 'name']
    """

    def __init__(self) -> None:
        self._head: list[list[Any]] = []
        self._parts: list[bytes] = []

    def _add(self, name: str, kind: str, count: int, part: bytes) -> None:
        self._head.append([name, kind, count, len(part)])
        self._parts.append(part)

    def integers(self, name: str, values: ArrayLike, *, delta: bool = False) -> None:
        """Integers below 2**31 in size; `delta` stores differences, good for what grows or runs on.

        Parameters
        ----------
        name
            Name of the column.
        values
            The numbers, one-dimensional.
        delta
            Whether differences are stored.

        Examples
        --------
        >>> pack = Pack()
        >>> pack.integers("column", [13404000, 13404010])
        >>> list(unpack(pack.to_base64())["column"])
        [np.int64(13404000), np.int64(13404010)]
        """
        numbers = np.asarray(values, dtype=np.int64)
        self._add(
            name,
            "D" if delta else "I",
            len(numbers),
            varints(zigzag(_differences(numbers) if delta else numbers)),
        )

    def wide(self, name: str, values: ArrayLike) -> None:
        """Integers up to 2**53 in size (OSM ids), as differences.

        Parameters
        ----------
        name
            Name of the column.
        values
            The numbers, one-dimensional.

        Examples
        --------
        >>> pack = Pack()
        >>> pack.wide("column", [10000000001, 10000000005])
        >>> list(unpack(pack.to_base64())["column"])
        [np.int64(10000000001), np.int64(10000000005)]
        """
        numbers = np.asarray(values, dtype=np.int64)
        self._add(name, "W", len(numbers), varints(zigzag(_differences(numbers))))

    def octets(self, name: str, values: ArrayLike) -> None:
        """Small codes from 0 to 255, one byte each.

        Parameters
        ----------
        name
            Name of the column.
        values
            The numbers, one-dimensional.

        Examples
        --------
        >>> pack = Pack()
        >>> pack.octets("column", [1, 0, 3])
        >>> list(unpack(pack.to_base64())["column"])
        [np.uint8(1), np.uint8(0), np.uint8(3)]
        """
        numbers = np.asarray(values, dtype=np.uint8)
        self._add(name, "B", len(numbers), numbers.tobytes())

    def floats(self, name: str, values: ArrayLike) -> None:
        """Numbers in single precision.

        Parameters
        ----------
        name
            Name of the column.
        values
            The numbers, one-dimensional.

        Examples
        --------
        >>> pack = Pack()
        >>> pack.floats("column", [0.5, 2.5])
        >>> list(unpack(pack.to_base64())["column"])
        [np.float32(0.5), np.float32(2.5)]
        """
        numbers = np.asarray(values, dtype="<f4")
        self._add(name, "F", len(numbers), numbers.tobytes())

    def texts(self, name: str, values: Iterable[object]) -> None:
        """Texts from outside, cleaned by `clean`.

        Parameters
        ----------
        name
            Name of the column.
        values
            One for each row.

        Examples
        --------
        >>> pack = Pack()
        >>> pack.texts("column", ["Apotheke", ""])
        >>> list(unpack(pack.to_base64())["column"])
        ['Apotheke', '']
        """
        cleaned = [clean(value) for value in values]
        self._add(name, "T", len(cleaned), "\n".join(cleaned).encode("utf-8"))

    def to_base64(self) -> str:
        """All columns as one text."""
        head = json.dumps(self._head, separators=(",", ":")).encode("ascii")
        whole = struct.pack("<I", len(head)) + head + b"".join(self._parts)
        return base64.b64encode(zlib.compress(whole, 9)).decode("ascii")


def _differences(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.diff(numbers, prepend=np.int64(0))


def unpack(text: str) -> dict[str, Any]:
    """What the browser does with `Pack.to_base64`, for tests and for reading a map back.

    Parameters
    ----------
    text
        Result of `Pack.to_base64`.

    Returns
    -------
    dict
        Column name to a numpy array, or to a list of texts.

    Examples
    --------
    >>> pack = Pack()
    >>> pack.integers("u", [5, 3, 9], delta=True)
    >>> unpack(pack.to_base64())["u"].tolist()
    [5, 3, 9]
    """
    whole = zlib.decompress(base64.b64decode(text))
    (size,) = struct.unpack_from("<I", whole)
    columns: dict[str, Any] = {}
    at = 4 + size
    for name, kind, count, length in json.loads(whole[4 : 4 + size]):
        part = whole[at : at + length]
        at += length
        if kind == "T":
            columns[name] = part.decode("utf-8").split("\n") if count else []
        elif kind == "B":
            columns[name] = np.frombuffer(part, dtype=np.uint8)
        elif kind == "F":
            columns[name] = np.frombuffer(part, dtype="<f4")
        else:
            numbers = _read_varints(part, count)
            columns[name] = np.cumsum(numbers) if kind in "DW" else numbers
    return columns


def _read_varints(part: bytes, count: int) -> NDArray[np.int64]:
    out = np.zeros(count, dtype=np.int64)
    value = shift = row = 0
    for byte in part:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            out[row] = (value >> 1) ^ -(value & 1)
            value = shift = 0
            row += 1
    return out
