"""Damage as disks, nets and hands do it: bits, cuts, repeated and foreign pieces; the same for the same seed."""

# ruff: noqa: E501  # run by hand

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

TOKENS = (
    b"", b"0", b"-1", b"1e999", b"nan", b"inf", b"99999999999999999999", b"\x00", b"\xff\xff\xff\xff", b"'", b'"', b";",
    b",", b"\n", b"<", b">", b"&#0;", b"{", b"}", b"[" * 200, b"\xe2\x80\xae", b"=1+1", b"../../x", b"%00", b" " * 300,
)  # fmt: skip


def mutate(data: bytes, random: np.random.Generator) -> bytes:
    """One to four faults in some bytes."""
    for _ in range(int(random.integers(1, 5))):
        data = _one(data, random)
    return data


def _one(data: bytes, random: np.random.Generator) -> bytes:
    if not data:
        return bytes(random.integers(0, 256, 16, dtype="uint8"))
    at = int(random.integers(0, len(data)))
    size = int(min(len(data) - at, 2 ** int(random.integers(0, 10))))
    kind = int(random.integers(0, 9))
    if kind == 0:
        return data[:at] + bytes([data[at] ^ (1 << int(random.integers(0, 8)))]) + data[at + 1 :]
    if kind == 1:
        return data[:at] + bytes([int(random.integers(0, 256))]) + data[at + 1 :]
    if kind == 2:
        return data[:at]
    if kind == 3:
        return data[:at] + data[at + size :]
    if kind == 4:
        return data[:at] + data[at : at + size] + data[at:]
    if kind == 5:
        return data[:at] + bytes(random.integers(0, 256, size, dtype="uint8")) + data[at + size :]
    if kind == 6:
        other = int(random.integers(0, len(data)))
        return data[:at] + data[other : other + size] + data[at + size :]
    if kind == 7:
        return data[:at] + b"\x00" * size + data[at + size :]
    token = TOKENS[int(random.integers(0, len(TOKENS)))]
    return data[:at] + token + data[at + len(token) :]
