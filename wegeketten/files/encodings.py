"""Encodings of texts: by their mark, else UTF-8, else the one that makes German words of their bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wegeketten.errors import InputDataError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_OLD = (("cp1252", "Windows-1252"), ("cp850", "cp850"), ("mac_roman", "mac_roman"))
_LETTERS = frozenset("äöüßÄÖÜéèáàêëçñåøæ–„“”’€§°²³½")
"""What German texts hold beyond ASCII; the wrong encoding makes other signs of the same bytes."""


def decode(path: Path, raw: bytes, encoding: str | None = None) -> tuple[str, list[str]]:
    r"""Text of a file, and what had to be assumed.

    Parameters
    ----------
    path
        File that the bytes are from, for messages.
    raw
        Its content.
    encoding
        As the user named it; found where None.

    Returns
    -------
    tuple
        Text, and sentences about assumptions.

    Raises
    ------
    UsageError
        There is no such encoding.
    InputDataError
        The file is not in that encoding, or in none that is known.

    Examples
    --------
    >>> from pathlib import Path
    >>> decode(Path("a.csv"), "Straße".encode("utf-16"))[0], decode(Path("a.csv"), b"Stra\xdfe")
    ('Straße', ('Straße', ['a.csv is read as Windows-1252; name another with --encoding']))
    """
    if encoding is not None:
        try:
            return raw.decode(encoding), []
        except LookupError:
            raise UsageError(f"--encoding {encoding}: no such encoding; utf-8, cp1252, utf-16 …") from None
        except UnicodeError as error:
            raise InputDataError(f"{path}: is not {encoding} ({error}); name another --encoding") from error
    try:
        for mark, name in _BOMS:
            if raw.startswith(mark):
                return raw.decode(name), []
        head = raw[:4096]
        if b"\x00" in head:
            wide = _wide(head)
            if wide is None:
                raise InputDataError(f"{path}: no table; it holds bytes that are no text")
            return raw.decode(wide), [f"{path.name} is read as {wide.upper()}"]
    except UnicodeError as error:
        raise InputDataError(f"{path}: damaged text ({error})") from error
    try:
        return raw.decode("utf-8"), []
    except UnicodeDecodeError:
        name, called = old_encoding(raw)
        note = f"{path.name} is read as {called}; name another with --encoding"
        return raw.decode(name, errors="replace"), [note]


def old_encoding(raw: bytes) -> tuple[str, str]:
    r"""Which encoding of the time before Unicode makes words of some bytes: its name, and how it is called.

    Parameters
    ----------
    raw
        Bytes that are no UTF-8.

    Returns
    -------
    tuple
        Name for Python, name for people.

    Examples
    --------
    >>> [old_encoding("Süd, Äußere Neustadt".encode(name))[0] for name in ("cp1252", "cp850", "mac_roman")]
    ['cp1252', 'cp850', 'mac_roman']
    """
    beyond = bytes(byte for byte in raw[:1_000_000] if byte > 127)

    def telling(each: tuple[str, str]) -> int:
        signs = beyond.decode(each[0], errors="replace")
        return sum(1 if sign in _LETTERS else -1 for sign in signs)

    return max(_OLD, key=telling)


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: every other byte is zero in Western text."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > 0.7 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None
