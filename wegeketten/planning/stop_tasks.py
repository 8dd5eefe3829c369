"""Stops one can board as something people want to reach, and platforms as what can be mended for it.

A platform is a node, the vehicle at it another. The arc between them is open where the profile can get in,
and works on the platform may open it. It lies on an edge of its own, numbered behind the edges of the
network, so that plans and surveys weigh kerbs on the way and the platform at its end together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.joins.endpoints import join_homes
from wegeketten.model.edges import Kind
from wegeketten.model.ranges import within
from wegeketten.people.change import Change
from wegeketten.reach.barriers import midpoints
from wegeketten.reach.whereabouts import at_points, whereabouts
from wegeketten.routing import INF
from wegeketten.transit.raising import StopOffers
from wegeketten.transit.register import STOP_MARK
from wegeketten.transit.town import TransitTown
from wegeketten.transit.usable import Demand, note_on_empty_hour
from wegeketten.whatif.doors import open_doors
from wegeketten.whatif.graph import WhatIfGraph
from wegeketten.whatif.measures import Remedy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile
    from wegeketten.reach.whereabouts import Whereabouts
    from wegeketten.whatif.candidates import Candidates
    from wegeketten.whatif.doors import Remedies
    from wegeketten.whatif.measures import MeasureCatalogue

    Goals = tuple[WhatIfGraph, NDArray[np.int32]]

KIND = "stop_platform"
"""Kind of the barrier that a platform is; ways have none of that name."""


@dataclass(frozen=True)
class UsableStops:
    """What is asked of a stop.

    Attributes
    ----------
    per_hour
        Departures a profile can board in the hour after `at`.
    at
        Day and time; a usual Tuesday at eight where None.
    """

    per_hour: float = 1.0
    at: str | None = None

    def offers(
        self, city: City, profiles: Sequence[Profile], catalogue: MeasureCatalogue | None = None
    ) -> StopOffers:
        """Which platforms serve whom, and what could be built at them.

        Parameters
        ----------
        city
            A city built with a timetable.
        profiles
            For whom.
        catalogue
            Measures and prices; the shipped ones where None.

        Returns
        -------
        StopOffers
            For the day that is asked about.

        Raises
        ------
        InputDataError
            The city has no timetable.
        UsageError
            Nothing runs on that day, or no stop has so many departures then.
        """
        town = TransitTown(city)
        demand = Demand.hourly(town.moment(self.at), self.per_hour)
        timetable = town.timetable(demand.moment)
        if note := note_on_empty_hour(town, timetable, demand, self.per_hour):
            raise UsageError(note)
        return StopOffers.of(town, demand, profiles, catalogue)


def demand_of(per_hour: float | None, at: str | None) -> UsableStops | None:
    """What the options ask of stops.

    Parameters
    ----------
    per_hour
        Departures an hour; None where any mapped stop counts.
    at
        Day and time.

    Returns
    -------
    UsableStops or None
        None where nothing is asked.

    Raises
    ------
    UsageError
        A time alone is given, or a number out of range.

    Examples
    --------
    >>> demand_of(2, "Di 08:00").per_hour, demand_of(None, None)
    (2, None)
    """
    if per_hour is None:
        if at is not None:
            raise UsageError("--at is for --usable-stops: give it too")
        return None
    within(per_hour, "--usable-stops", 0, 1e4)
    return UsableStops(per_hour, at)


def with_platforms(
    candidates: Candidates, offers: StopOffers, profiles: Sequence[Profile], edges: int
) -> Candidates:
    """Candidates with the works on platforms behind those on edges.

    Parameters
    ----------
    candidates
        Works on edges.
    offers
        Works on platforms.
    profiles
        For whom.
    edges
        Number of edges of the network.

    Returns
    -------
    Candidates
        Prices and doubts are longer by one for each platform.
    """
    count = len(offers.town.platforms["stop"])
    prices, unsure = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool)
    for row, works in offers.works.items():
        prices[row] = max(1, round(works.price.typical_eur))
    for profile in profiles:
        unsure |= offers.serving(profile, "possible") & ~offers.serving(profile, "likely")
    built = {edges + row: Remedy(works.ids, Change(), works.price) for row, works in offers.works.items()}
    return replace(
        candidates,
        works={**candidates.works, **built},
        prices=np.concatenate([candidates.prices, prices]),
        unsure=np.concatenate([candidates.unsure, unsure & (prices > 0)]),
    )


def stops_to_board(
    city: City,
    profile: Profile,
    answer: Answer,
    remedies: Remedies,
    offers: StopOffers,
    *,
    leaving: bool = True,
) -> Goals:
    """Ways from every home to the vehicles at platforms, today and once they are raised.

    Parameters
    ----------
    city
        The city, or one of its worlds; platforms are the same in all of them.
    profile
        The mobility profile that is asked about.
    answer
        Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.
    remedies
        What measures would change; prices hold those of platforms.
    offers
        Platforms.
    leaving
        Whether people go to the stop, else come home from it.

    Returns
    -------
    tuple
        The graph and the nodes of the vehicles.
    """
    now, then = (offers.serving(profile, answer, mended=mended) for mended in (False, True))
    return boarding_graph(city, profile, answer, remedies, offers, (now, then), leaving=leaving)


def boarding_graph(
    city: City,
    profile: Profile,
    answer: Answer,
    remedies: Remedies,
    offers: StopOffers,
    serving: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    *,
    leaving: bool = True,
) -> Goals:
    """The graph of a city whose places are its platforms, with a vehicle at each that serves anybody.

    Parameters
    ----------
    city, profile, answer, remedies, offers, leaving
        See `stops_to_board`.
    serving
        Rows of the platform table that serve the profile today, and once they are mended.

    Returns
    -------
    tuple
        The graph and the nodes of the vehicles.
    """
    joints = offers.town.joints(profile).joints
    homes = join_homes(city, profile)
    doors = open_doors(
        city, profile, answer, remedies=remedies, homes=homes, home_count=len(city.homes["home_id"]),
        places=joints, leaving=leaving,
    )  # fmt: skip
    graph = doors.field if leaving else doors.field.turned()
    now, then = serving
    rows = np.flatnonzero(then)
    served = np.flatnonzero(then[doors.places.owner])  # joints of platforms with a vehicle
    owner = doors.places.owner[served]
    vehicle = graph.nodes + np.searchsorted(rows, owner)
    today = np.where(now[owner], 0, INF)
    edge = np.where(now[owner], -1, len(city.edges) + owner)
    joined = served + graph.place_node(0)

    def more(old: NDArray[np.int32], new: NDArray[np.integer]) -> NDArray[np.int32]:
        return np.concatenate([old, new]).astype(np.int32)

    field = WhatIfGraph(
        graph.streets, graph.homes, graph.places + len(rows), more(graph.tails, joined),
        more(graph.heads, vehicle), more(graph.edge, edge), more(graph.today, today),
        more(graph.mended, np.zeros(len(owner), dtype=np.int32)), graph.prices,
    )  # fmt: skip
    return field, (graph.nodes + np.arange(len(rows))).astype(np.int32)


class Barriers:
    """Names and places of all that can be mended: edges of the network, and platforms behind them.

    Parameters
    ----------
    city
        The city, as built.
    offers
        Its platforms, None where they are not asked about.
    """

    def __init__(self, city: City, offers: StopOffers | None = None) -> None:
        self.city, self.offers, self.edges = city, offers, len(city.edges)

    def ids(self, rows: Sequence[int]) -> list[str]:
        """Ids of barriers: of the elements on the map, or of the stops.

        Parameters
        ----------
        rows
            Numbers of edges.

        Returns
        -------
        list of str
            In the same order.
        """
        ways = [row for row in rows if row < self.edges]
        named = dict(zip(ways, self.city.edges.ids(np.array(ways, dtype=np.int64)), strict=True))
        return [named[row] if row < self.edges else STOP_MARK + self._of_stop(row)[0] for row in rows]

    def kinds(self, rows: Sequence[int]) -> list[str]:
        """What barriers are, by the names of the code.

        Parameters
        ----------
        rows
            Numbers of edges.

        Returns
        -------
        list of str
            In the same order.
        """
        kind = self.city.edges["kind"]
        return [Kind(int(kind[row])).name if row < self.edges else KIND for row in rows]

    def degrees(self, rows: Sequence[int]) -> NDArray[np.float64]:
        """Where barriers are: lon and lat, shape (rows, 2).

        Parameters
        ----------
        rows
            Numbers of edges.

        Returns
        -------
        ndarray
            Half way along edges; platforms where they are joined.
        """
        found = np.zeros((len(rows), 2))
        numbers = np.asarray(rows, dtype=np.int64)
        ways = numbers < self.edges
        found[ways] = midpoints(self.city, numbers[ways])
        if self.offers is not None:
            table = self.offers.town.platforms
            at = numbers[~ways] - self.edges
            found[~ways] = np.stack([table["lon"][at], table["lat"][at]], axis=1)
        return found

    def whereabouts(self, rows: Sequence[int]) -> list[Whereabouts]:
        """Street, house number and district; a platform is on the street that its stop is named after.

        Parameters
        ----------
        rows
            Numbers of edges.

        Returns
        -------
        list of Whereabouts
            In the same order.
        """
        told: dict[int, Any] = {}
        ways = [row for row in rows if row < self.edges]
        told |= dict(zip(ways, whereabouts(self.city, ways), strict=True))
        others = [row for row in rows if row >= self.edges]
        if others:
            xy = np.asarray(self.city.projection.to_xy(self.degrees(others)), dtype=np.float64)
            for row, where in zip(others, at_points(self.city, xy), strict=True):
                name = self._of_stop(row)[1]
                told[row] = where._replace(street=name or where.street, near=name or where.near)
        return [told[row] for row in rows]

    def _of_stop(self, row: int) -> tuple[str, str]:
        """Id and name of the stop in the timetable."""
        if self.offers is None:
            raise IndexError(f"edge {row} of {self.edges}")
        town = self.offers.town
        stop = int(town.platforms["stop"][row - self.edges])
        return str(town.feed.stops.ids[stop]), str(town.feed.stops.names[stop])
