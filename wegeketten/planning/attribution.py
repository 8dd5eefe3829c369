"""What a comparison finds, written down as it comes in: who gained and lost, and which edges did it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from wegeketten.model.edges import ATTRIBUTE, Kind
from wegeketten.planning.stop_tasks import Barriers
from wegeketten.routing import INF, UNIT_S
from wegeketten.transit.usable import SERVICE
from wegeketten.whatif.doors import goals_of, open_doors
from wegeketten.whatif.unblock import Opener

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile
    from wegeketten.planning.stop_tasks import Goals
    from wegeketten.transit.raising import StopOffers
    from wegeketten.whatif.doors import Doors, Remedies

    Times = dict[Answer, NDArray[np.int64]]

NOTICED_S = 30.0
"""A change of time that a person notices; smaller ones count neither as faster nor as slower."""


class Cause(NamedTuple):
    """One edge whose change brought or took away a service.

    Attributes
    ----------
    barrier_id, kind, lat, lon
        What and where; no coordinates where the cause is no single edge.
    change
        Which readings differ.
    gained, lost
        People times services within the standard after and not before, and the reverse; where several edges
        are needed together each counts them all.
    profiles, services
        Ids concerned.
    """

    barrier_id: str
    kind: str
    lat: float | None
    lon: float | None
    change: str
    gained: float
    lost: float
    profiles: tuple[str, ...]
    services: tuple[str, ...]


_Key: TypeAlias = tuple[str, str, float | None, float | None, str]
_OTHER: _Key = ("", "places or ways", None, None, "added or removed")


@dataclass
class Suspects:
    """Edges of one city that another has otherwise, for one profile; what services share is made once.

    Attributes
    ----------
    city, other
        Where homes are looked at, and what it is compared with.
    profile
        For whom.
    remedies
        The other city's edges, as if they were measures.
    known
        The city's doors with these remedies, if they are open already.
    match
        For each edge its row in `other`, -1 where there is none; None where the cities are one.
    offers, boarding
        Platforms that measures may be for, numbered behind the edges, and the graph with their vehicles in
        the answer *likely*; None where any mapped stop counts.
    """

    city: City
    other: City
    profile: Profile
    remedies: Remedies
    known: Doors | None = None
    match: NDArray[np.int64] | None = None
    offers: StopOffers | None = None
    boarding: Goals | None = None
    _names: dict[int, _Key] = field(default_factory=dict, init=False)

    @cached_property
    def doors(self) -> Doors:
        """The city in the answer *likely*; opened only where somebody gained or lost."""
        return self.known or open_doors(self.city, self.profile, "likely", remedies=self.remedies)

    def named(self, edge: int) -> _Key:
        """What an edge is called among the causes.

        Parameters
        ----------
        edge
            Number of the edge.

        Returns
        -------
        _Key
            Equal for edges of one element.
        """
        if edge not in self._names:
            self._names[edge] = self._named(edge)
        return self._names[edge]

    def _named(self, edge: int) -> _Key:
        barriers = Barriers(self.city, self.offers)
        lon, lat = barriers.degrees([edge])[0].tolist()
        name, kind = barriers.ids([edge])[0], barriers.kinds([edge])[0]
        if self.match is None:
            return name, kind, lat, lon, "measure"
        return name, kind, lat, lon, _difference(self.city, self.other, edge, int(self.match[edge]))

    def way_to(self, service: str) -> Goals:
        """The graph on which people come to a service, and where it is there.

        Parameters
        ----------
        service
            Id of the service.

        Returns
        -------
        tuple
            The what-if graph and the nodes of the places; of vehicles where stops have to be boarded.
        """
        if self.boarding is not None and service == SERVICE:
            return self.boarding
        doors = self.doors
        return doors.field, goals_of(self.city, self.profile, "likely", service, doors)


def change_figures(weights: NDArray[np.float64], limit: int, before: Times, after: Times) -> dict[str, Any]:
    """What a change does to a group of homes and one service, as the columns of ``changes.csv`` state it.

    Parameters
    ----------
    weights
        People (or what the city's homes weigh), shape (homes,).
    limit
        The standard in units of 0.1 s.
    before, after
        Units of each home to the service, by answer.

    Returns
    -------
    dict
        Plain values by column.
    """
    total = float(weights.sum())

    def people(which: NDArray[np.bool_]) -> float:
        return round(float(weights[which].sum()), 3)

    def share(times: NDArray[np.int64]) -> float | None:
        return round(float(weights[times <= limit].sum()) / total, 4) if total else None

    def median(times: NDArray[np.int64]) -> float | None:
        reached = times[times < INF]
        return round(float(np.median(reached)) * UNIT_S, 1) if len(reached) else None

    old, new = before["likely"], after["likely"]
    noticed = round(NOTICED_S / UNIT_S)
    return {
        "homes": len(weights),
        "weight": round(total, 3),
        "share_before": share(old),
        "share_after": share(new),
        "gained": people((old > limit) & (new <= limit)),
        "lost": people((old <= limit) & (new > limit)),
        "faster": people(new + noticed <= old),
        "slower": people(old + noticed <= new),
        "share_sure_before": share(before["sure"]),
        "share_sure_after": share(after["sure"]),
        "share_possible_before": share(before["possible"]),
        "share_possible_after": share(after["possible"]),
        "median_before_s": median(old),
        "median_after_s": median(new),
    }


class Attribution:
    """Rows and causes as they come in."""

    def __init__(self, city: City, homes: NDArray[np.int64]) -> None:
        self.weight = city.homes["weight"][homes].astype(np.float64)
        district = city.homes["district"][homes]
        order = np.argsort(district, kind="stable")
        ends = np.searchsorted(district[order], np.arange(len(city.districts["name"]) + 1)).tolist()
        self.order = order  # homes district by district, those outside all of them first
        self.groups: list[tuple[str, slice]] = [
            (str(name), slice(first, last))
            for name, first, last in zip(city.districts["name"], ends, ends[1:], strict=False)
        ]
        self.groups.append(("", slice(None)))
        self.rows: list[dict[str, Any]] = []
        self.people: dict[_Key, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self.concerned: dict[_Key, set[tuple[str, str]]] = defaultdict(set)

    def note(self, profile: str, service: str, limit: int, before: Times, after: Times) -> None:
        """One row per district, and one for all.

        Parameters
        ----------
        profile, service
            Ids.
        limit
            Time that counts as reached, units of 0.1 s.
        before, after
            Times of all homes in both cities, in three answers.
        """
        weight = self.weight[self.order]
        earlier, later = (
            {answer: units[self.order] for answer, units in each.items()} for each in (before, after)
        )
        for name, part in self.groups:
            if len(weight[part]):
                figures = change_figures(
                    weight[part],
                    limit,
                    {answer: units[part] for answer, units in earlier.items()},
                    {answer: units[part] for answer, units in later.items()},
                )
                self.rows.append({"district": name, "profile": profile, "service": service, **figures})

    def blame(
        self, suspects: Suspects, service: str, limit: int, homes: NDArray[np.int64], *, gain: bool
    ) -> None:
        """Find the fewest edges whose change explains why `homes` are within reach in the other city.

        Parameters
        ----------
        suspects
            What differs between the cities.
        service
            Id of the service.
        limit
            Time that counts as reached, units of 0.1 s.
        homes
            Rows of homes that are within reach in one city only.
        gain
            Whether they are within reach afterwards, else before.
        """
        if not len(homes):
            return
        city, profile = suspects.city, suspects.profile
        graph, goals = suspects.way_to(service)
        opener = Opener(graph, goals)
        weight = city.homes["weight"].astype(np.float64)
        for home in homes.tolist():
            opening = opener.open_from(graph.streets + home, limit=limit)
            if opening is None or not opening.edges:
                self._count([_OTHER], weight[home], profile.id, service, gain=gain)
                continue
            self._count(
                [suspects.named(edge) for edge in opening.edges], weight[home], profile.id, service, gain=gain
            )

    def _count(
        self,
        named: Iterable[_Key],
        people: float,
        profile: str,
        service: str,
        *,
        gain: bool,
    ) -> None:
        for key in named:
            self.people[key][0 if gain else 1] += float(people)
            self.concerned[key].add((profile, service))

    def causes(self) -> tuple[Cause, ...]:
        """All causes, the most people first."""
        found = [
            Cause(
                *key, gained, lost, tuple(sorted({profile for profile, _ in self.concerned[key]})),
                tuple(sorted({service for _, service in self.concerned[key]})),
            )
            for key, (gained, lost) in self.people.items()
        ]  # fmt: skip
        return tuple(
            sorted(found, key=lambda cause: (-(cause.gained + cause.lost), cause.barrier_id, cause.change))
        )


def _difference(city: City, other: City, edge: int, twin: int) -> str:
    parts = []
    for attribute in ATTRIBUTE:
        old, new = float(city.edges[attribute][edge]), float(other.edges[attribute][twin])
        if old != new and not (np.isnan(old) and np.isnan(new)):
            parts.append(f"{attribute} {old:g} → {new:g}")
    old_kind, new_kind = Kind(int(city.edges["kind"][edge])), Kind(int(other.edges["kind"][twin]))
    if old_kind != new_kind:
        parts.append(f"{old_kind.name} → {new_kind.name}")
    return ", ".join(parts) or "bounds or access"
