"""What a plan brings in many worlds: what to expect, how often a line helps, what a look first saves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.chances import Worlds
from wegeketten.chances.expected_share import INTERVAL
from wegeketten.chances.world_city import WorldCity
from wegeketten.planning.table import tally_up

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wegeketten.city import City
    from wegeketten.people.profile import Profile
    from wegeketten.planning.task import Task

LOOK_EUR = 60.0
"""What it costs to look at one barrier on the spot and write it down, euros (assumption: an hour's work)."""


class ExpectedGain(NamedTuple):
    """What a line of a plan brings as the worlds have it.

    Attributes
    ----------
    people, low, high
        People newly reached on top of the lines before: mean over the worlds, and between which numbers it
        lies in eight of ten.
    helps
        In which share of the worlds the line brings anybody within reach.
    """

    people: float
    low: float
    high: float
    helps: float

    def look_saves_eur(self, cost_eur: float) -> float:
        """Expected value of looking before building: money not spent where the works would help nobody.

        Parameters
        ----------
        cost_eur
            Price of the line's works.

        Returns
        -------
        float
            Euros.

        Examples
        --------
        >>> ExpectedGain(3.0, 0.0, 4.0, 0.75).look_saves_eur(8000)
        2000.0
        """
        return (1 - self.helps) * cost_eur

    def survey_first(self, cost_eur: float, barriers: int) -> bool:
        """Whether looking at a line's barriers is worth more than it costs.

        Parameters
        ----------
        cost_eur
            Price of the line's works.
        barriers
            How many barriers have to be looked at.

        Returns
        -------
        bool
            Whether to look first.
        """
        return self.look_saves_eur(cost_eur) > LOOK_EUR * barriers


def tasks_of_worlds(
    city: City,
    profiles: Sequence[Profile],
    make: Callable[[City], Sequence[Task]],
    *,
    worlds: int,
    seed: int = 0,
) -> list[Task]:
    """The tasks of all worlds behind one another, a person in each worth her part: their sum is the mean.

    A plan drawn up for them is drawn up for what is to be expected, and a bound for them bounds just that.

    Parameters
    ----------
    city, profiles
        Where, and for whom.
    make
        Makes the plan's tasks for a city; it is given each world as one.
    worlds, seed
        How many worlds are drawn, and which.

    Returns
    -------
    list of Task
        World by world; empty where no world has any.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.planning.uncertain import doubtful_tasks
    >>> wheels = [load_profile("wheelchair")]
    >>> tasks = tasks_of_worlds(
    ...     hamlet(), wheels, lambda world: doubtful_tasks(world, wheels, ["pharmacy"]), worlds=4
    ... )
    >>> [task.worth for task in tasks]
    [0.25, 0.25, 0.25, 0.25]
    """
    drawn = Worlds(city, profiles, worlds, seed)
    return [
        replace(task, worth=task.worth / worlds)
        for number in range(worlds)
        for task in make(WorldCity(drawn, number))
    ]


def gains_in_worlds(
    city: City,
    profiles: Sequence[Profile],
    make: Callable[[City], Sequence[Task]],
    picks: Sequence[Sequence[int]],
    *,
    worlds: int,
    seed: int = 0,
) -> list[ExpectedGain]:
    """Carry a plan's lines out in many worlds, one after the other.

    Parameters
    ----------
    city, profiles
        Where, and for whom.
    make
        Makes the plan's tasks for a city; it is given each world as one.
    picks
        Edges mended by each line, in the plan's order.
    worlds, seed
        How many worlds are drawn, and which.

    Returns
    -------
    list of ExpectedGain
        One for each line.
    """
    drawn = Worlds(city, profiles, worlds, seed)
    people = np.zeros((worlds, len(picks)))
    for number in range(worlds):
        tallies = tally_up(make(WorldCity(drawn, number)), picks)
        people[number] = [tally.people for tally in tallies]
    low, high = np.quantile(people, INTERVAL, axis=0)
    helps = (people > 0).mean(axis=0)
    return [ExpectedGain(*map(float, row)) for row in zip(people.mean(axis=0), low, high, helps, strict=True)]
