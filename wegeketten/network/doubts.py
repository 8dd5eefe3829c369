"""Doubts about a way or a point of it: cautions that follow from several tags together."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from wegeketten.network.access import is_unclear
from wegeketten.tags.cautions import bit_of, cautions_of, keys

if TYPE_CHECKING:
    from collections.abc import Mapping

_FLIGHTS = frozenset({"steps", "ladder", "elevator"})
_STEPPED = ("steps", "stairs", "step", "footway", "path", "step_count")
_SPEAKING_CLASSES = frozenset({"ford", "ladder"})
_NONE = frozenset({"", "no", "none", "false", "0"})
_NO_LINE = frozenset({"no", "kerb", "entrance", "border_control", "height_restrictor", "toll_booth"})
_RAIL = frozenset({"crossing", "level_crossing", "tram_crossing", "tram_level_crossing"})


def doubts_of_way(tags: Mapping[str, str]) -> int:
    """What is mapped of a way that bears on passage, as bits of `tags.cautions`.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    int
        0 where there is nothing.

    Examples
    --------
    >>> from wegeketten.tags.cautions import named
    >>> [each.name for each in named(doubts_of_way({"highway": "footway", "step_count": "3"}))]
    ['steps_within']
    >>> [each.name for each in named(doubts_of_way({"highway": "path", "foot": "unknown"}))]
    ['law_unclear']
    >>> doubts_of_way({"highway": "steps", "step_count": "3"}), doubts_of_way({"highway": "footway"})
    (0, 0)
    """
    if _speaking().isdisjoint(tags) and tags.get("highway") not in _SPEAKING_CLASSES:
        return 0  # nearly all ways
    found = cautions_of(tags)
    if tags.get("highway") not in _FLIGHTS and _is_stepped(tags):
        found |= bit_of("steps_within")
    if tags.get("barrier", "no") not in _NO_LINE:  # a fence or a gate on the whole way
        found |= bit_of("obstructed")
    if is_unclear(tags):
        found |= bit_of("law_unclear")
    if tags.get("construction", "no") not in _NONE | {"minor"} and tags.get("highway") != "construction":
        found |= bit_of("temporary")
    return found


@cache
def _speaking() -> frozenset[str]:
    """Keys that may raise a doubt about a way, its class apart."""
    return (keys() - {"highway"}) | {*_STEPPED, "barrier", "construction", "foot", "access", "locked"}


def _is_stepped(tags: Mapping[str, str]) -> bool:
    """Whether a way that is no flight says of itself that there are steps."""
    for key in _STEPPED:
        word = tags.get(key, "")
        if key in ("footway", "path"):
            if word == "steps":
                return True
        elif word.strip().casefold() not in _NONE:
            return True
    return False


def doubts_of_node(tags: Mapping[str, str]) -> int:
    """What is mapped of a point of a way that bears on passage, as bits of `tags.cautions`.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    int
        0 where there is nothing.

    Examples
    --------
    >>> from wegeketten.tags.cautions import named
    >>> [each.name for each in named(doubts_of_node({"railway": "crossing", "crossing": "no"}))]
    ['not_crossed']
    """
    found = cautions_of(tags)
    if is_unclear(tags):
        found |= bit_of("law_unclear")
    if tags.get("railway") in _RAIL and tags.get("crossing") == "no":
        found |= bit_of("not_crossed")
    return found
