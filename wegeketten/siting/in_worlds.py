"""What chosen sites bring in many worlds: whom to expect, and how often a site keeps what it promises."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.chances.expected_share import INTERVAL
from wegeketten.siting.demand import costs_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.model.answers import Progress
    from wegeketten.people.profile import Profile
    from wegeketten.siting.choice import Choice, SiteTable

KEPT = 0.5
"""A site keeps what it promises in a world where it brings at least this share of what is likely."""


class ExpectedPeople(NamedTuple):
    """People as the worlds have it: mean, and between which numbers they lie in eight of ten.

    Attributes
    ----------
    people, low, high
        People, dwellings or homes, as the city counts.
    worlds
        How many were drawn.
    """

    people: float
    low: float
    high: float
    worlds: int

    @classmethod
    def of(cls, people: NDArray[np.float64]) -> ExpectedPeople:
        """From the people of each world, shape (worlds,).

        Parameters
        ----------
        people
            How many in each world.

        Returns
        -------
        ExpectedPeople
            Mean and interval, to three decimals.

        Examples
        --------
        >>> import numpy as np
        >>> ExpectedPeople.of(np.array([10.0, 10.0, 20.0, 20.0]))
        ExpectedPeople(people=15.0, low=10.0, high=20.0, worlds=4)
        """
        low, high = np.quantile(people, INTERVAL)
        mean, low, high = (round(float(value), 3) for value in (people.mean(), low, high))
        return cls(mean, low, high, len(people))


def tried_in_worlds(
    table: SiteTable,
    profiles: Sequence[Profile],
    service: str,
    choices: Sequence[Choice],
    *,
    worlds: int,
    seed: int = 0,
    progress: Progress | None = None,
) -> list[Choice]:
    """Open the chosen sites in many worlds, one after the other, and count who has one within the standard.

    Parameters
    ----------
    table
        What was chosen from.
    profiles, service
        For whom, and what.
    choices
        What was chosen.
    worlds, seed
        How many worlds are drawn, and which.
    progress
        Called with words and the share done.

    Returns
    -------
    list of Choice
        The same choices, with what to expect of each as a whole and of each new site.
    """
    from wegeketten.chances.world_city import WorldCity
    from wegeketten.chances.worlds import Worlds

    columns = {table.site_id(column): column for column in range(table.sites)}
    rows = [[columns[site.site_id] for site in choice.sites] for choice in choices]
    new = sorted({column for part in rows for column in part if column >= table.there})
    place = {column: column for column in range(table.there)}
    place |= {column: table.there + number for number, column in enumerate(new)}
    chosen = table.candidates.take([column - table.there for column in new])
    drawn = Worlds(table.city, profiles, worlds, seed)
    gained = [np.zeros((worlds, len(part))) for part in rows]
    for number in range(worlds):
        if progress:
            progress("worlds", number / worlds)
        world = WorldCity(drawn, number)
        seconds = costs_of(world, profiles, "likely", table.demand, service, chosen)
        for part, counts in zip(rows, gained, strict=True):
            counts[number] = _one_by_one(seconds[:, [place[column] for column in part]], table)
    return [_told(choice, counts) for choice, counts in zip(choices, gained, strict=True)]


def _one_by_one(seconds: NDArray[np.float64], table: SiteTable) -> NDArray[np.float64]:
    """People newly within the standard by each site, on top of those before it."""
    within = seconds <= table.limit[:, np.newaxis]
    first = within & (np.cumsum(within, axis=1) == 1)
    return np.asarray(table.demand.people @ first, dtype=np.float64)


def _told(choice: Choice, gained: NDArray[np.float64]) -> Choice:
    sites = []
    for site, people in zip(choice.sites, gained.T, strict=True):
        if site.kind == "new":
            expected = ExpectedPeople.of(people)
            chance = float((people >= max(KEPT * site.people_gained, 1e-9)).mean())
            site = site._replace(
                people_expected=expected.people, expected_low=expected.low, expected_high=expected.high,
                chance=round(chance, 4),
            )  # fmt: skip
        sites.append(site)
    whole = ExpectedPeople.of(gained.sum(axis=1)) if gained.size else None
    return replace(choice, sites=tuple(sites), expected=whole)
