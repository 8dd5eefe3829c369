"""Keys as mappers write them: which quantity a key states, and for which side and end."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from wegeketten.tags import lexicon

if TYPE_CHECKING:
    from wegeketten.tags.lexicon import Quantity

_PLACES = frozenset({"sidewalk", "footway", "path", "left", "right", "both", "start", "end"})
_LONGEST = 255  # characters; the database of OpenStreetMap allows no more


@lru_cache(maxsize=1 << 16)
def tidy_key(key: str) -> str:
    """Key without slips of the pen: case, blanks, full-width signs, ``.`` for ``:``.

    Parameters
    ----------
    key
        Any text.

    Returns
    -------
    str
        In small letters, with ``:`` between its parts.

    Examples
    --------
    >>> tidy_key(" Kerb.Height ")
    'kerb:height'
    """
    if len(key) > _LONGEST:
        return ""
    if not (key.isascii() and key.isprintable()):
        key = "".join(c for c in unicodedata.normalize("NFKC", key) if c.isprintable() or c.isspace())
    parts = key.casefold().replace(".", ":").split(":")
    return ":".join("_".join(part.split()) for part in parts).strip("_")


@lru_cache(maxsize=1 << 16)
def plain_key(key: str) -> str:
    """Key without the places it speaks of: ``sidewalk``, ``left``, ``end`` and the like.

    Parameters
    ----------
    key
        A tidy key.

    Returns
    -------
    str
        The key with the words for places left out.

    Examples
    --------
    >>> plain_key("sidewalk:left:kerb:height:end")
    'kerb:height'
    >>> plain_key("sidewalk:left")
    'sidewalk'
    """
    key = tidy_key(key)
    known = lexicon.plain_keys()
    if key in known:
        return key
    parts = key.split(":")
    rest = [part for part in parts if part not in _PLACES]
    return ":".join(rest) or ("sidewalk" if parts[0] == "sidewalk" else key)


@lru_cache(maxsize=1 << 16)
def quantity_of(key: str) -> Quantity | None:
    """Quantity that a key states, None where it states none of ours.

    Parameters
    ----------
    key
        A tidy key.

    Returns
    -------
    Quantity or None
        Attribute and unit that the key speaks of.

    Examples
    --------
    >>> quantity_of("sidewalk:right:width").name
    'width'
    >>> quantity_of("name") is None
    True
    """
    return lexicon.plain_keys().get(plain_key(key))
