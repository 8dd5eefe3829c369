"""Slips of the pen in the tags that decide who may pass: ``Highway=Footway``, blanks, ``foot=no @ (…)``."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from wegeketten.tags.keys import tidy_key
from wegeketten.tags.unread import passage_keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wegeketten.osm.features import Features, Node, Relation, Way

_Element = TypeVar("_Element", "Node", "Way", "Relation")

_OF_WAYS = frozenset({"highway", "railway", "public_transport", "barrier", "kerb", "entrance", "door"}) | {
    "route", "indoor", "room", "man_made", "crossing", "access", "foot", "wheelchair", "ford", "sidewalk",
}  # fmt: skip
"""Keys of the elements that are looked at: ways that are walked and what stands on them."""

_WORDS = frozenset(
    {"highway", "footway", "path", "cycleway", "pedestrian", "sidewalk", "sidewalk:left", "sidewalk:right"}
    | {"sidewalk:both", "crossing", "crossing:island", "crossing:signals", "barrier", "conveying", "bridge"}
    | {"tunnel", "indoor", "area", "covered", "location", "locked", "segregated", "railway", "route", "room"}
    | {"public_transport", "motorroad", "construction", "impassable", "oneway:foot", "entrance"}
    | {"door", "foot", "access", "foot:forward", "foot:backward", "wheelchair", "service", "ramp"}
)
"""Keys whose values are words of a list, in small letters."""

_TIMED = frozenset({"foot", "access", "wheelchair", "locked"})
"""Keys of which some mappers write conditions where ``…:conditional`` was meant."""

_unconditional = re.compile(r"^[^@;]+$").match


def without_slips(tags: dict[str, str]) -> dict[str, str]:
    """Tags as they were meant.

    Parameters
    ----------
    tags
        Tags of an element.

    Returns
    -------
    dict
        A copy only where something changed.

    Examples
    --------
    >>> without_slips({"Highway": "Footway ", "name": "Am Markt", "ACCESS": "no"})
    {'highway': 'footway', 'name': 'Am Markt', 'access': 'no'}
    >>> without_slips({"barrier": "gate", "foot": "yes; no @ (22:00-06:00)"})
    {'barrier': 'gate', 'foot': 'yes', 'foot:conditional': 'no @ (22:00-06:00)'}
    >>> without_slips({"access": "yes @ (08:00-18:00)"})
    {'access': 'no', 'access:conditional': 'yes @ (08:00-18:00)'}
    """
    if not all(map(str.islower, tags)):
        slips = {key: tidy_key(key) for key in tags if not key.islower()}
        wrong = {key: tidy for key, tidy in slips.items() if tidy in _keys() and tidy not in tags}
        if wrong:
            tags = {wrong.get(key, key): value for key, value in tags.items()}
    bent = {key: tags[key] for key in _WORDS & tags.keys() if _is_bent(key, tags[key])}
    if not bent:
        return tags
    mended: dict[str, str] = {}
    for key, value in tags.items():
        if key not in bent:
            mended[key] = value
        elif "@" not in value or key not in _TIMED:
            mended[key] = value.strip().casefold()
        else:
            mended |= _split(key, value, tags)
    return mended


def _is_bent(key: str, value: str) -> bool:
    return value != value.strip().casefold() or (key in _TIMED and "@" in value)


def _split(key: str, value: str, tags: dict[str, str]) -> dict[str, str]:
    """A value with conditions as two tags: what holds else, and the conditions."""
    first, _, rest = value.partition(";")
    base = first.strip().casefold() if _unconditional(first) else ""
    conditions = rest.strip() if base else value.strip()
    conditional = f"{key}:conditional"
    return {
        key: base or ("yes" if conditions.casefold().startswith("no") else "no"),
        conditional: "; ".join(filter(None, (tags.get(conditional, ""), conditions))),
    }


def _keys() -> frozenset[str]:
    return frozenset(row.key for row in passage_keys() if row.used)


def mended(features: Features) -> Features:
    """An extract without such slips on its ways and on what stands on them.

    Parameters
    ----------
    features
        What was read from the extract; stays as it is.

    Returns
    -------
    Features
        The same where there are none.
    """
    keys: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    _gather(features.nodes.values(), keys, pairs)
    _gather(features.ways.values(), keys, pairs)
    _gather(features.relations.values(), keys, pairs)
    known = _keys()
    wrong_keys = frozenset(key for key in keys if not key.islower() and tidy_key(key) in known)
    wrong = frozenset(pair for pair in pairs if pair[0] in _WORDS and _is_bent(*pair))
    if not wrong_keys and not wrong:
        return features
    return replace(
        features,
        nodes=_changed(features.nodes, wrong_keys, wrong),
        ways=_changed(features.ways, wrong_keys, wrong),
        relations=_changed(features.relations, wrong_keys, wrong),
    )


def _gather(elements: Iterable[_Element], keys: set[str], pairs: set[tuple[str, str]]) -> None:
    for element in elements:
        keys.update(element.tags)
        if not _OF_WAYS.isdisjoint(element.tags):
            pairs.update(element.tags.items())


def _changed(
    table: dict[int, _Element], wrong_keys: frozenset[str], wrong: frozenset[tuple[str, str]]
) -> dict[int, _Element]:
    changed = {}
    for ref, element in table.items():
        if not (wrong_keys.isdisjoint(element.tags) and wrong.isdisjoint(element.tags.items())):
            changed[ref] = element._replace(tags=without_slips(element.tags))
    return {**table, **changed}
