"""What else is mapped that bears on passage: fords, mountain paths, seasons; ``data/tags/cautions.csv``.

An edge carries a set of cautions as bits of one number; each caution says, group by group, in which answers
the edge may be passed at best.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from wegeketten.tags import lexicon

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Group = Literal["feet", "frail", "wheels", "pram", "blind"]

GROUPS: tuple[Group, ...] = ("feet", "frail", "wheels", "pram", "blind")
"""Who passes: on foot, on foot but not steady, on wheels, with a pram, without sight."""

_LEVELS = {"no": 0, "possible": 1, "likely": 2, "sure": 3}
_NOTHING = frozenset({"", "no", "none", "false", "0"})


class Caution(NamedTuple):
    """One caution.

    Attributes
    ----------
    name
        A word such as ``ford``.
    bit
        Its bit in the column ``caution``.
    levels
        By group: 3 all answers, 2 likely and possible, 1 possible, 0 none.
    """

    name: str
    bit: int
    levels: Mapping[Group, int]


class _Rule(NamedTuple):
    values: frozenset[str]
    bit: int


@cache
def cautions() -> tuple[Caution, ...]:
    """All cautions, in the order of the table; rows that differ in their levels are cautions of their own.

    Examples
    --------
    >>> {each.levels["wheels"] for each in cautions() if each.name == "ford"}
    {1}
    """
    return tuple(_read()[0])


@cache
def _read() -> tuple[list[Caution], dict[str, list[_Rule]]]:
    found: dict[tuple[object, ...], Caution] = {}
    rules: dict[str, list[_Rule]] = {}
    for row in lexicon.rows("tags", "cautions.csv"):
        levels = {group: _LEVELS[row[group]] for group in GROUPS}
        key = (row["caution"], *levels.values())
        caution = found.setdefault(key, Caution(row["caution"], 1 << len(found), levels))
        for name in filter(None, row["key"].split(";")):
            rules.setdefault(name, []).append(_Rule(frozenset(row["value"].split(";")), caution.bit))
    return list(found.values()), rules


def bit_of(name: str) -> int:
    """Bit of the caution of a name.

    Parameters
    ----------
    name
        Name of the caution in ``data/tags/cautions.csv``.

    Returns
    -------
    int
        A power of two.

    Raises
    ------
    KeyError
        There is none of that name.

    Examples
    --------
    >>> named(bit_of(named(1)[0].name)) == named(1)
    True
    """
    return _bits()[name]


@cache
def _bits() -> dict[str, int]:
    bits: dict[str, int] = {}
    for caution in cautions():
        bits.setdefault(caution.name, caution.bit)
    return bits


def cautions_of(tags: Mapping[str, str]) -> int:
    """Cautions that an element's tags ask for, as bits.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    int
        0 where they ask for none.

    Examples
    --------
    >>> named(cautions_of({"highway": "path", "ford": "stepping_stones"}))[0].name
    'stepping_stones'
    >>> cautions_of({"highway": "path", "ford": "no", "name": "Furtweg"})
    0
    """
    rules = _read()[1]
    found = 0
    for key in rules.keys() & tags.keys():
        for value in tags[key].split(";"):
            words = {value.strip(), value.strip().casefold()}
            bits = [rule.bit for rule in rules[key] if not words.isdisjoint(rule.values)]
            if not bits and words.isdisjoint(_NOTHING):
                bits = [rule.bit for rule in rules[key] if "*" in rule.values]
            for bit in bits:
                found |= bit
    return found


def named(bits: int) -> list[Caution]:
    """The cautions of a set of bits.

    Parameters
    ----------
    bits
        Cautions as bits.

    Returns
    -------
    list of Caution
        In the order of the table.

    Examples
    --------
    >>> [caution.id for caution in named(0)]
    []
    """
    return [caution for caution in cautions() if bits & caution.bit]


def most_for(groups: Iterable[Group], caution: Caution) -> int:
    """In how many answers somebody may pass who belongs to several groups: the strictest counts.

    Parameters
    ----------
    groups
        Groups that somebody belongs to.
    caution
        What lies in the way.

    Returns
    -------
    int
        From 0 (never) to 3 (even in *sure*).
    """
    return min(caution.levels[group] for group in groups)


def worst_of(bits: int, groups: Sequence[Group]) -> str:
    """Name of the caution of a set that hinders somebody most; "" for none.

    Parameters
    ----------
    bits
        Cautions as bits.
    groups
        Groups that somebody belongs to.

    Returns
    -------
    str
        Name in ``data/tags/cautions.csv``.

    Examples
    --------
    >>> worst_of(bit_of("ford") | bit_of("stepping_stones"), ("wheels",))
    'stepping_stones'
    """
    found = named(bits)
    return min(found, key=lambda caution: most_for(groups, caution)).name if found else ""


def keys() -> frozenset[str]:
    """Keys that are read here."""
    return frozenset(_read()[1])
