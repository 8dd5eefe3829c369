"""Keys that bear on passage and are not used: nothing mapped is passed over in silence.

``data/tags/passage_keys.csv`` says of every key on the OpenStreetMap wiki's pages for pedestrians and
wheelchairs whether it is used, and if not why.
"""

from __future__ import annotations

from collections import Counter
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from wegeketten.tags import lexicon
from wegeketten.tags.keys import tidy_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class PassageKey(NamedTuple):
    """A key and what becomes of it.

    Attributes
    ----------
    key
        May hold ``*`` for any ending or middle.
    used
        Whether it is read.
    bears
        Whether it bears on passage.
    where
        Module or table that reads it.
    why_not
        Why it is not read.
    """

    key: str
    used: bool
    bears: bool
    where: str
    why_not: str


@cache
def passage_keys() -> tuple[PassageKey, ...]:
    """All rows of the table."""
    return tuple(
        PassageKey(
            row["key"], row["used"] == "yes", row["bears_on_passage"] == "yes", row["where"], row["why_not"]
        )
        for row in lexicon.rows("tags", "passage_keys.csv")
    )


@lru_cache(maxsize=1 << 14)
def unread_key(key: str) -> PassageKey | None:
    """The row of a key that bears on passage and is not used, None for any other.

    Parameters
    ----------
    key
        A tidy key.

    Returns
    -------
    PassageKey or None
        The row of the table.

    Examples
    --------
    >>> unread_key("maxheight").why_not
    'headroom: no profile has a limit'
    >>> unread_key("kerb") is None, unread_key("name:de") is None
    (True, True)
    """
    from fnmatch import fnmatchcase

    tidy = tidy_key(key)
    for row in passage_keys():
        if row.key == tidy or ("*" in row.key and fnmatchcase(tidy, row.key)):
            return row if row.bears and not row.used else None
    return None


def count_unread(tags: Iterable[Mapping[str, str]]) -> Counter[str]:
    """How often each key occurs that bears on passage and is not used.

    Parameters
    ----------
    tags
        Tags of each element.

    Returns
    -------
    Counter
        Number of elements by key.

    Examples
    --------
    >>> count_unread([{"highway": "path", "maxheight": "1.8"}, {"maxheight": "2"}])
    Counter({'maxheight': 2})
    """
    keys: Counter[str] = Counter()
    for each in tags:
        keys.update(each.keys())
    return Counter({key: count for key, count in keys.items() if unread_key(key) is not None})
