"""Contradictory tags: the documented table ``data/tags/conflicts.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from wegeketten.files.resources import shipped
from wegeketten.model.kinds import BARRIERS
from wegeketten.model.reading import Provenance
from wegeketten.tags.assumption import Value
from wegeketten.tags.spelling import tidy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wegeketten.model.kinds import Kind

_NOTHING = frozenset({"no", "none"})


class Conflict(NamedTuple):
    """A contradiction in the tags of one element.

    Attributes
    ----------
    rule
        Id in ``conflicts.toml``; ``two-keys`` where two keys disagree about one attribute, ``implied`` where
        one tag contradicts what another implies.
    attribute
        The attribute concerned, "" where the rule names none.
    won, lost
        The tags, or the bounds of a measured value.
    """

    rule: str
    attribute: str
    won: str
    lost: str


class ConflictRule(NamedTuple):
    """A table ``[[conflict]]``."""

    id: str
    kinds: frozenset[str]
    when: dict[str, frozenset[str]]
    unless: tuple[str, ...]
    wins: str
    reason: str
    effect: dict[str, Any]


_EXCLUDING = tuple(kind.name for kind, row in BARRIERS.items() if row.excludes_wheels)


@cache
def conflict_rules() -> tuple[ConflictRule, ...]:
    """All rules of the table, in its order."""
    entries = tomllib.loads(shipped("tags", "conflicts.toml").read_text(encoding="utf-8"))["conflict"]
    return tuple(
        ConflictRule(
            entry["id"],
            frozenset(_EXCLUDING if entry.get("excludes_wheels") else entry.get("kinds", ())),
            {key: frozenset(values) for key, values in entry["when"].items()},
            tuple(entry.get("unless", ())),
            entry["wins"],
            entry["reason"],
            entry.get("effect", {}),
        )
        for entry in entries
    )


@cache
def _rules_for(kind: Kind) -> tuple[ConflictRule, ...]:
    return tuple(rule for rule in conflict_rules() if not rule.kinds or kind.name in rule.kinds)


def contradictions(
    tags: Mapping[str, str], kind: Kind, values: list[Value], positions: Mapping[str, int]
) -> list[Conflict]:
    """Conflicts of the table that occur, after which `values` hold what the table rules.

    Parameters
    ----------
    tags
        Tags with tidy keys.
    kind
        What the edge is.
    values
        One per attribute; changed in place where a rule has an effect on what is not tagged.
    positions
        Where each attribute stands in `values`.

    Returns
    -------
    list of Conflict
        In the order of the table of rules.
    """
    found = []
    for rule in _rules_for(kind):
        if not rule.when.keys() <= tags.keys() or any(key in tags for key in rule.unless):
            continue
        if not all(_fits(tidy(tags[key]), wanted) for key, wanted in rule.when.items()):
            continue
        attribute = rule.effect.get("attribute", "")
        tagged = ", ".join(f"{key}={tags[key]}" for key in rule.when)
        found.append(Conflict(rule.id, attribute, rule.wins, tagged))
        if attribute and values[positions[attribute]].provenance != Provenance.tagged:
            value, lower, upper = (float(rule.effect[name]) for name in ("value", "lower", "upper"))
            values[positions[attribute]] = Value(value, lower, upper, int(Provenance.derived))
    return found


def _fits(text: str, wanted: frozenset[str]) -> bool:
    return text in wanted or ("*" in wanted and text not in _NOTHING)
