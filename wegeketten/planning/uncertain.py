"""What is in doubt: services within the standard in the answer *possible*, but not in *sure*."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.chances.odds import Odds
from wegeketten.planning.task import Task, on_network
from wegeketten.reach.shares import units_within
from wegeketten.routing import INF
from wegeketten.transit.usable import SERVICE
from wegeketten.whatif.core_times import times_to
from wegeketten.whatif.doors import Remedies, goals_of, open_doors
from wegeketten.whatif.least_cost import tree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.people.profile import Profile
    from wegeketten.transit.raising import StopOffers

    Chances = Mapping[str, NDArray[np.float64]]
    Found = tuple[NDArray[np.int64], NDArray[np.int32]]


def doubtful_tasks(
    city: City, profiles: Sequence[Profile], services: Sequence[str] = (), offers: StopOffers | None = None
) -> list[Task]:
    """Tasks whose field is open today where that is sure, and mended where it is possible; a look costs 1.

    Nobody looks at private ways: they stay as they are in *sure*.

    Parameters
    ----------
    city
        The city, as built.
    profiles
        The mobility profiles that are asked about.
    services
        Ids of services.
    offers
        Platforms, where the service ``stop`` means stops one can board; one can look at them too.

    Returns
    -------
    list of Task
        One for each profile and service.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> tasks = doubtful_tasks(hamlet(), [load_profile("wheelchair")], ["pharmacy"])
    >>> [len(Doubt.about(task).homes) for task in tasks]
    [12]
    """
    from wegeketten.planning.stop_tasks import boarding_graph

    catalogue = city.catalogue
    wanted = [catalogue.service(name).id for name in services] or list(catalogue.ids)
    private = np.repeat(city.edges["private"].astype(bool), 2)
    tasks = []
    for profile in profiles:
        weights = city.weights(profile)
        seen = np.where(private, weights.sure, weights.possible)
        unclear = ((weights.sure >= INF) & (seen < INF)).reshape(-1, 2).any(axis=1)
        looks = np.asarray(unclear, dtype=np.int64)
        serving = None if offers is None else offers.in_doubt(profile)
        if serving is not None:
            looks = np.concatenate([looks, serving[1] & ~serving[0]])
        remedies = Remedies(seen, looks)
        doors = open_doors(city, profile, "sure", remedies=remedies)
        people = city.homes["weight"].astype(np.float64)
        for service in wanted:
            field, goals = doors.field, goals_of(city, profile, "possible", service, doors)
            if offers is not None and serving is not None and service == SERVICE:
                field, goals = boarding_graph(city, profile, "sure", remedies, offers, serving)
            limit = units_within(catalogue.standard_s(service, profile))
            if len(goals):
                tasks.append(Task(profile.id, service, field, goals, people, limit))
        city.forget()
    return tasks


def good_odds(
    city: City, profiles: Sequence[Profile], offers: StopOffers | None = None
) -> dict[str, NDArray[np.float64]]:
    """How likely a look at each edge brings good news, by profile; even for platforms.

    The chance that the edge can be passed both ways, as the distributions have it that learn from what is
    mapped, see `wegeketten.chances`.

    Parameters
    ----------
    city
        The city, as built.
    profiles
        The mobility profiles that are asked about.
    offers
        Platforms behind the edges, None where they are not asked about.

    Returns
    -------
    dict
        From 0 to 1, shape (edges,), by id of the profile.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> odds = good_odds(hamlet(), [load_profile("wheelchair")])
    >>> kerb = hamlet().edges["osm_id"].tolist().index(68)
    >>> round(float(odds["wheelchair"][kerb]), 2)
    0.91
    """
    odds = Odds.of(city)
    even = np.full(0 if offers is None else len(offers.town.platforms["stop"]), 0.5)
    return {profile.id: np.concatenate([odds.passable(profile), even]) for profile in profiles}


def fastest(task: Task, weights: NDArray[np.int32]) -> Found:
    """Time of every node to the task's goals for any times of the arcs, no further than the standard.

    Parameters
    ----------
    task
        What people want to reach.
    weights
        Units of 0.1 s of each arc of the graph, `INF` closed.

    Returns
    -------
    Found
        Shape (nodes,) each.
    """
    keys = np.where(weights >= INF, np.int64(-1), weights.astype(np.int64))
    starts = np.ascontiguousarray(task.goals, dtype=np.int32)
    nothing = np.zeros(len(starts), dtype=np.int64)
    return tree(*task.field.entering, task.field.tails, keys, starts, nothing, task.limit)


class Doubt(NamedTuple):
    """Who is in doubt about one service.

    Attributes
    ----------
    task
        What people want to reach; *sure* is today, *possible* is mended.
    homes
        int64: homes within the standard in *possible* but not in *sure*, ascending.
    left
        int32, shape (nodes,): least possible time to a goal, `INF` beyond the standard.
    """

    task: Task
    homes: NDArray[np.int64]
    left: NDArray[np.int32]

    @classmethod
    def about(cls, task: Task) -> Doubt:
        """Two searches, in *possible* and in *sure*.

        Parameters
        ----------
        task
            What people want to reach.

        Returns
        -------
        Doubt
            Homes where nobody lives are left out.

        Examples
        --------
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> tasks = doubtful_tasks(hamlet(), [load_profile("walker")], ["pharmacy"])
        >>> [len(Doubt.about(task).homes) for task in tasks]
        [0]
        """
        return cls.between(task, fastest(task, task.field.mended)[0], fastest(task, task.field.today)[0])

    @classmethod
    def between(cls, task: Task, possible: NDArray[np.int64], sure: NDArray[np.int64]) -> Doubt:
        """From times that are known already; those beyond the standard may be missing.

        Parameters
        ----------
        task
            What people want to reach.
        possible, sure
            Time of every node to its nearest goal.

        Returns
        -------
        Doubt
            Homes where nobody lives are left out.
        """
        left = np.where(possible <= task.limit, possible, INF).astype(np.int32)
        doors = task.field.home_nodes
        homes = np.flatnonzero((left[doors] <= task.limit) & (sure[doors] > task.limit) & (task.people > 0))
        return cls(task, homes, left)


def doubts_about(city: City, tasks: Sequence[Task]) -> list[Doubt]:
    """Who is in doubt about each task; the routing core answers for all tasks of a graph at once.

    Parameters
    ----------
    city
        The city the tasks were made for.
    tasks
        See `doubtful_tasks`.

    Returns
    -------
    list of Doubt
        One for each task, the same as `Doubt.about` gives.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> tasks = doubtful_tasks(hamlet(), [load_profile("wheelchair")], ["pharmacy"])
    >>> [len(doubt.homes) for doubt in doubts_about(hamlet(), tasks)]
    [12]
    """
    found: dict[int, Doubt] = {}
    for own, field, goals in on_network(city, tasks):
        possible = times_to(city.hierarchy, field, goals, field.mended)
        sure = times_to(city.hierarchy, field, goals, field.today)
        for number, *times in zip(own, possible, sure, strict=True):
            found[number] = Doubt.between(tasks[number], *times)
    return [found.get(number) or Doubt.about(task) for number, task in enumerate(tasks)]


def people_in_doubt(tasks: Sequence[Task]) -> float:
    """Person-services in doubt: people between *sure* and *possible*, summed over the tasks.

    Parameters
    ----------
    tasks
        See `doubtful_tasks`.

    Returns
    -------
    float
        A person counts once for each service.

    Examples
    --------
    Three people live behind a kerb that nobody has measured:

    >>> from wegeketten.planning.task import Task
    >>> from wegeketten.whatif.graph import WhatIfGraph
    >>> field = WhatIfGraph.of_edges(2, [0], [1], [INF, INF], [10, 10], [1])
    >>> people_in_doubt([Task("pram", "park", field, np.array([1]), np.array([3.0, 2.0]), limit=99)])
    3.0
    """
    return sum(float(task.people[Doubt.about(task).homes].sum()) for task in tasks)
