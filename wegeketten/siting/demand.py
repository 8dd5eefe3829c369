"""Who is to be served and how far it is: rows of people, columns of sites, for each of the three answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.joins.endpoints import Endpoints, allowed_places, join_homes, join_places
from wegeketten.joins.pairs import times_between
from wegeketten.people.represented import people_of
from wegeketten.reach.shares import units_within
from wegeketten.routing import INF, UNIT_S
from wegeketten.siting.candidates import join_candidates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile
    from wegeketten.siting.candidates import Candidates

MOST_PAIRS = 60_000_000
"""Most pairs of people and site: half a gigabyte of costs."""


@dataclass(frozen=True)
class Demand:
    """People, one row per home and profile at which anybody lives.

    Attributes
    ----------
    home
        Row of the city's homes.
    profile
        Number of the profile.
    people
        float64: how many.
    limit
        int64: the standard in units of 0.1 s.
    """

    home: NDArray[np.int64]
    profile: NDArray[np.int64]
    people: NDArray[np.float64]
    limit: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.home)


def demand_of(
    city: City, profiles: Sequence[Profile], service: str, standard_s: float | None = None
) -> Demand:
    """People of every profile; of its age group where the city knows ages, see `AGE_GROUPS` of plans.

    Parameters
    ----------
    city
        The city, as built.
    profiles
        The mobility profiles that are asked about.
    service
        Id of the service.
    standard_s
        Time within which the service should be reached, seconds; the catalogue's where None.

    Returns
    -------
    Demand
        A row for each profile and home with people.

    Raises
    ------
    UsageError
        Nobody lives in the city.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> demand = demand_of(hamlet(), [load_profile("walker")], "pharmacy")
    >>> demand.people.tolist()[:3]
    [1.0, 1.0, 1.0]
    """
    parts = []
    for number, profile in enumerate(profiles):
        people = people_of(city, profile)
        rows = np.flatnonzero(people > 0)
        limit = units_within(
            standard_s if standard_s is not None else city.catalogue.standard_s(service, profile)
        )
        parts.append((rows, np.full(len(rows), number), people[rows], np.full(len(rows), limit)))
    home, which, weight, limits = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    if not len(home):
        raise UsageError(f"{city.path}: nobody lives here whom a place could serve")
    return Demand(home, which, weight.astype(np.float64), limits.astype(np.int64))


def existing_places(city: City, service: str) -> NDArray[np.int64]:
    """Rows of the city's places of a service.

    Parameters
    ----------
    city
        The city, as built.
    service
        Id of the service.

    Returns
    -------
    ndarray
        Ascending.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> existing_places(hamlet(), "pharmacy").tolist()
    [1]
    """
    return np.flatnonzero(city.places["service"] == service)


def costs_of(
    city: City,
    profiles: Sequence[Profile],
    answer: Answer,
    demand: Demand,
    service: str,
    candidates: Candidates,
) -> NDArray[np.float64]:
    """Seconds from all people to all sites: existing places first, then candidates; infinite where none.

    Existing places count for those to whom their doors are open in this answer; a new place is taken to have
    a door that everybody can use.

    Parameters
    ----------
    city
        The city, as built.
    profiles
        The mobility profiles that are asked about.
    answer
        Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.
    demand
        The people.
    service
        Id of the service.
    candidates
        Possible new sites.

    Returns
    -------
    ndarray
        Shape (rows of the demand, sites).

    Raises
    ------
    UsageError
        There are too many pairs to hold.
    """
    places = existing_places(city, service)
    count = len(places) + len(candidates)
    if len(demand) * count > MOST_PAIRS:
        raise UsageError(
            f"{len(demand)} homes of all profiles and {count} sites are {len(demand) * count:,} pairs, "
            f"more than {MOST_PAIRS:,}: plan for fewer profiles or candidates"
        )
    seconds = np.full((len(demand), count), np.inf)
    for number, profile in enumerate(profiles):
        rows = np.flatnonzero(demand.profile == number)
        joints = join_places(city, profile)
        joints = joints.take(np.isin(joints.owner, allowed_places(city, profile, answer, service)))
        new = join_candidates(city, profile, candidates)
        sites = Endpoints(
            np.concatenate([np.searchsorted(places, joints.owner), new.owner + len(places)]).astype(np.int32),
            np.concatenate([joints.edge, new.edge]), np.concatenate([joints.along, new.along]),
            np.concatenate([joints.off_m, new.off_m]), np.concatenate([joints.off_units, new.off_units]),
        )  # fmt: skip
        units = times_between(city, profile, answer, join_homes(city, profile), sites, count)
        units = units[demand.home[rows]]
        seconds[rows] = np.where(units == INF, np.inf, units * UNIT_S)
    return seconds
