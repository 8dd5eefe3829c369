"""Chains of one profile in one city: the network cut at its doors, and the fastest tours on it."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.joins.endpoints import allowed_places
from wegeketten.reach.chains.constrained import ChainLeg, TimedGraph, rested_legs, rested_tours
from wegeketten.reach.chains.door_graph import DoorGraph, cut_at_doors
from wegeketten.reach.chains.needs import NEAR_M, Needs
from wegeketten.reach.hours import is_open
from wegeketten.reach.route import join_spot
from wegeketten.routing import INF

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile
    from wegeketten.reach.chains.errands import Errands
    from wegeketten.reach.route import Spot
    from wegeketten.routing import Metric, Stops, Tours

    Progress = Callable[[float], None]


class Trips:
    """Chains of one profile in one city; the network is cut at the doors once.

    Parameters
    ----------
    city
        A built city.
    profile
        For whom.
    start
        A point instead of the city's homes: latitude and longitude, degrees.
    """

    def __init__(self, city: City, profile: Profile, *, start: Spot | None = None) -> None:
        self.city = city
        self.profile = profile
        homes = None if start is None else join_spot(city, profile, start)
        self.precinct: DoorGraph = cut_at_doors(city, profile, homes=homes)
        self._metrics: dict[Answer, Metric] = {}
        self._grounds: dict[Answer, TimedGraph] = {}

    def within(self, city: City) -> Trips:
        """The same doors in the city as it is in another state.

        Parameters
        ----------
        city
            The same network; which arcs are open and which places can be entered may differ.

        Returns
        -------
        Trips
            Shares the cut network and its order.

        Examples
        --------
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> trips = Trips(hamlet(), load_profile("walker"))
        >>> trips.within(hamlet()).precinct is trips.precinct
        True
        """
        other = copy(self)
        other.city, other._metrics, other._grounds = city, {}, {}
        return other

    def metric(self, answer: Answer) -> Metric:
        """The cut network's hierarchy for one answer.

        Parameters
        ----------
        answer
            Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.

        Returns
        -------
        Metric
            Kept for the next question.
        """
        if answer not in self._metrics:
            self._metrics[answer] = self.precinct.metric(getattr(self.city.weights(self.profile), answer))
        return self._metrics[answer]

    def stops(self, service: str, answer: Answer, when: dt.datetime | None = None) -> Stops:
        """Places of a service that the profile may visit in an answer; numbered as the city's places.

        Parameters
        ----------
        service
            Id of the service.
        answer
            Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.
        when
            Local time at which the places must be open; any where None.

        Returns
        -------
        Stops
            Nodes and offsets.

        Examples
        --------
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> len(Trips(hamlet(), load_profile("walker")).stops("pharmacy", "likely").nodes)
        1
        """
        from wegeketten.routing import Stops

        rows = allowed_places(self.city, self.profile, answer, service)
        if when is not None:
            hours = self.city.places["opening_hours"]
            states = [is_open(str(hours[row]), when) for row in rows.tolist()]
            keep = [state is True or (state is None and answer != "sure") for state in states]
            rows = rows[np.array(keep, dtype=bool)]
        places = self.precinct.places
        joints = np.flatnonzero(np.isin(places.owner, rows))
        off = places.off_units[joints].astype(np.int32)
        return Stops(places.owner[joints].astype(np.int32), self.precinct.place_nodes[joints], off, off)

    def metres(self) -> NDArray[np.float64]:
        """Length of every arc of the cut network."""
        share = np.abs(self.precinct.end - self.precinct.start)
        return share * self.city.edges["length_m"][self.precinct.on_street // 2].astype(np.float64)

    def rests(self, service: str, answer: Answer) -> NDArray[np.bool_]:
        """Nodes of the cut network with a bench or a toilet that the profile may use in an answer.

        Parameters
        ----------
        service
            ``bench`` or ``toilet``.
        answer
            Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.

        Returns
        -------
        ndarray
            bool, shape (nodes,).
        """
        precinct = self.precinct
        near = np.zeros(precinct.nodes, dtype=bool)
        if service in self.city.catalogue.ids:
            allowed = allowed_places(self.city, self.profile, answer, service)
            joints = np.isin(precinct.places.owner, allowed) & (precinct.places.off_m <= NEAR_M[service])
            near[precinct.place_nodes[joints]] = True
        return near

    def tours(self, errands: Errands, answer: Answer, progress: Progress | None = None) -> Tours:
        """The fastest chain of every joined home that keeps to the errands' needs, if there are any.

        Parameters
        ----------
        errands
            What is to be done.
        answer
            Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.
        progress
            Called with what is being done and the share that is done.

        Returns
        -------
        Tours
            A row for each joined home.

        Examples
        --------
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> from wegeketten.reach.chains.errands import Errands
        >>> tours = Trips(hamlet(), load_profile("walker")).tours(Errands(("pharmacy",)), "likely")
        >>> (tours.times[:3] / 10).round().tolist()
        [206.0, 203.0, 201.0]
        """
        fastest = self._fastest(errands, answer)
        if errands.needs == Needs():
            return fastest
        return rested_tours(
            *self._rested(errands, answer), any_order=errands.any_order, returning=errands.returning,
            only=fastest.times < INF, progress=progress,
        )  # fmt: skip

    def legs(self, errands: Errands, answer: Answer) -> tuple[Tours, list[ChainLeg]]:
        """The fastest chain from the only home that keeps to the needs, and its ways; none without such.

        Parameters
        ----------
        errands
            What is to be done.
        answer
            Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.

        Returns
        -------
        tuple
            Time and places, and the way of each leg.
        """
        return rested_legs(
            *self._rested(errands, answer), any_order=errands.any_order, returning=errands.returning
        )

    def _rested(self, errands: Errands, answer: Answer) -> tuple[DoorGraph, TimedGraph, list[Stops], Needs]:
        if answer not in self._grounds:
            weights = self.precinct.weights(getattr(self.city.weights(self.profile), answer))
            rests = self.rests("bench", answer), self.rests("toilet", answer)
            self._grounds[answer] = TimedGraph.of(self.precinct, weights, self.metres(), *rests)
        kinds = [self.stops(service, answer, errands.when) for service in errands.visit]
        return self.precinct, self._grounds[answer], kinds, errands.needs

    def _fastest(self, errands: Errands, answer: Answer) -> Tours:
        from wegeketten.routing import Spots, in_best_order, in_order

        precinct = self.precinct
        count = len(precinct.homes)
        spots = Spots(
            np.stack([precinct.home_nodes, np.full(count, -1, dtype=np.int32)], axis=1),
            np.stack([precinct.homes.off_units, np.full(count, INF)], axis=1).astype(np.int32),
            np.ones(count),
        )
        kinds = [self.stops(service, answer, errands.when) for service in errands.visit]
        tour = in_best_order if errands.any_order else in_order
        return tour(self.metric(answer), kinds, returning=errands.returning, spots=spots)

    def breaks(self, errands: Errands, answer: Answer, tours: Tours | None = None) -> NDArray[np.int8]:
        """Per joined home the number of the first visit that fails in the order asked for.

        As many as there are visits where only the way home is missing; -1 where the chain can be done.

        Parameters
        ----------
        errands
            What is to be done.
        answer
            Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.
        tours
            Result of `tours`, where it is known already.

        Returns
        -------
        ndarray
            Counted from 0, shape (joined homes,).
        """
        count = len(self.precinct.homes)
        found = np.full(count, -1, dtype=np.int8)
        failed = (tours or self.tours(errands, answer)).times == INF
        if not failed.any():
            return found
        found[failed] = len(errands.visit)
        for number in range(len(errands.visit), 0, -1):
            part = replace(errands, visit=errands.visit[:number], returning=False)
            found[failed & (self.tours(part, answer).times == INF)] = number - 1
        return found
