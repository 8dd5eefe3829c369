"""Tags word by word: what other routers read on an edge, kept beside our own readings.

A city keeps them as one text per edge, so that a peer's reading of the same tags can be worked out later
(`wegeketten.people.presets`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

KEYS = frozenset(
    {
        "access", "barrier", "construction", "crossing", "curb", "foot", "footway", "highway", "incline",
        "kerb", "kerb:height", "curb:height", "motorroad", "opening_hours", "ramp:wheelchair", "sac_scale",
        "service", "sidewalk", "sloped_curb", "sloped_kerb", "smoothness", "surface", "tracktype",
        "wheelchair", "width",
    }
)  # fmt: skip
"""Keys that at least one of the routers reads."""

SIDES = ("sidewalk:", "footway:left:", "footway:right:", "footway:both:")
"""Beginnings of keys about one side of a street."""

_BETWEEN = "\x1f"


def joined(tags: Mapping[str, str]) -> str:
    """Tags that a peer may read, as one text.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    str
        Keys in ascending order; those that no peer reads are left out.

    Examples
    --------
    >>> joined({"name": "Am Markt", "kerb": "raised"})
    'kerb=raised'
    """
    return _BETWEEN.join(f"{key}={tags[key]}" for key in sorted(tags) if key in KEYS or key.startswith(SIDES))


@lru_cache(maxsize=65536)
def apart(text: str) -> dict[str, str]:
    """Tags from a text of `joined`; not to be changed, the same text gives the same dictionary.

    Parameters
    ----------
    text
        What `joined` returned.

    Returns
    -------
    dict
        Keys and values.

    Examples
    --------
    >>> apart(joined({"kerb": "raised", "width": "1,5 m"}))
    {'kerb': 'raised', 'width': '1,5 m'}
    """
    return dict(pair.split("=", 1) for pair in text.split(_BETWEEN)) if text else {}
