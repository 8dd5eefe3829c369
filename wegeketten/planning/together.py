"""Which lines of a plan only work together: a step that brings little itself and makes others possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wegeketten.planning.table import tally_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.planning.table import Tally
    from wegeketten.planning.task import Task

LITTLE = 0.25
"""A line that brings less than this share of the plan's people per euro may be there for others."""

MOST_CHECKED = 12
"""So many such lines are looked into, in the plan's order; each costs as much as counting the plan."""

LOST = 0.2
"""A line loses by the absence of another where it brings a fifth less without it."""


def sets_of(
    tasks: Sequence[Task], picks: Sequence[Sequence[int]], prices: Sequence[int], tallies: Sequence[Tally]
) -> list[int]:
    """Number of the set each line belongs to; lines of one set only work together.

    A line belongs to those that bring clearly less where it is left out, if its own gain is small for its
    price.

    Parameters
    ----------
    tasks
        What people want to reach, in *likely*.
    picks, prices
        Edges and price of each line, in the plan's order.
    tallies
        What each line brings, see `wegeketten.planning.table.tally_up`.

    Returns
    -------
    list of int
        Numbers from 1, by the first line of each set.
    """
    together = list(range(len(picks)))
    people, money = sum(one.people for one in tallies), sum(prices)
    average = people / money if money else 0.0
    poor = [
        line
        for line, (tally, price) in enumerate(zip(tallies, prices, strict=True))
        if line + 1 < len(picks) and tally.people < LITTLE * average * price
    ]
    for line in poor[:MOST_CHECKED]:
        rest = [number for number in range(len(picks)) if number != line]
        without = dict(zip(rest, tally_up(tasks, [picks[number] for number in rest]), strict=True))
        lost = {number: tallies[number].people - without[number].people for number in rest if number > line}
        for number, less in lost.items():
            if less > max(LOST * tallies[number].people, tallies[line].people, 0.5):
                _join(together, line, number)
    firsts = sorted({_root(together, line) for line in range(len(picks))})
    return [1 + firsts.index(_root(together, line)) for line in range(len(picks))]


def _root(together: list[int], line: int) -> int:
    while together[line] != line:
        line = together[line]
    return line


def _join(together: list[int], one: int, other: int) -> None:
    """The earlier line stands for both."""
    low, high = sorted((_root(together, one), _root(together, other)))
    together[high] = low
