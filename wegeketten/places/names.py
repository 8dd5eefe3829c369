"""Names of districts: cleaned, distinguished, and turned into ids that are safe everywhere."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)  # names that Windows keeps for devices
_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "đ": "d", "ł": "l"}
)
_SLUG_LENGTH = 60


def slugs(names: Iterable[str]) -> list[str]:
    """Ids that are safe as file names everywhere, unique, in the order of the names.

    Parameters
    ----------
    names
        Any texts.

    Returns
    -------
    list of str
        One for each name.

    Examples
    --------
    >>> slugs(["Äußere Neustadt", "../../etc", "CON", "Äussere Neustadt", "東京"])
    ['aeussere-neustadt', 'etc', 'con-district', 'aeussere-neustadt-2', 'district']
    """
    taken: set[str] = set()
    found = []
    for name in names:
        plain = unicodedata.normalize("NFKD", name.lower().translate(_UMLAUTS)).lower()
        letters = [char for char in plain if not unicodedata.combining(char)]
        kept = "".join(char if char.isascii() and char.isalnum() else "-" for char in letters)
        slug = "-".join(part for part in kept.split("-") if part)[:_SLUG_LENGTH].strip("-") or "district"
        if slug in _RESERVED:
            slug += "-district"
        unique, number = slug, 1
        while unique in taken:
            number += 1
            unique = f"{slug}-{number}"
        taken.add(unique)
        found.append(unique)
    return found


def clean_name(name: str) -> str:
    r"""A name without control characters and marks of writing direction, at most 200 characters.

    Parameters
    ----------
    name
        Any text.

    Returns
    -------
    str
        May be "".

    Examples
    --------
    >>> clean_name("Am\u200f  Markt\n")
    'Am Markt'
    """
    spaced = "".join(" " if char.isspace() else char for char in name)
    kept = "".join(char for char in spaced if unicodedata.category(char) not in ("Cc", "Cf"))
    return " ".join(kept.split())[:200]


def tell_apart(names: list[str]) -> list[str]:
    """Number names that occur more than once.

    Parameters
    ----------
    names
        Any texts.

    Returns
    -------
    list of str
        One for each name, all different.

    Examples
    --------
    >>> tell_apart(["Mitte", "Nord", "Mitte"])
    ['Mitte', 'Nord', 'Mitte (2)']
    """
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def letters(number: int) -> str:
    """Column of a city map by number.

    Parameters
    ----------
    number
        Counted from 0.

    Returns
    -------
    str
        Such as ``A`` or ``AB``.

    Examples
    --------
    >>> letters(0), letters(25), letters(26)
    ('A', 'Z', 'AA')
    """
    text = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 26)
        text = chr(ord("A") + digit) + text
    return text
