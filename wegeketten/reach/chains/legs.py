"""The ways between the stops of one chain, arc by arc."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.model.path import Path
from wegeketten.reach.chains.needs import NEAR_M, longest_gap
from wegeketten.reach.itinerary import lengths
from wegeketten.routing import UNIT_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.model.answers import Answer
    from wegeketten.reach.chains.constrained import ChainLeg
    from wegeketten.reach.chains.trips import Trips


class Walked(NamedTuple):
    """Legs of one chain.

    Attributes
    ----------
    ways
        Arcs of each leg.
    ends, offs
        Metres and units off the edge at the start and the end of each leg.
    arrivals
        Units after leaving home, at the end of each leg.
    total
        Units of the whole chain.
    """

    ways: list[list[int]]
    ends: list[tuple[float, float]]
    offs: list[tuple[int, int]]
    arrivals: list[int]
    total: int


class Legs:
    """The ways between the stops of one chain, arc by arc."""

    def __init__(self, trips: Trips, answer: Answer) -> None:
        self.trips = trips
        self.weights = trips.precinct.weights(getattr(trips.city.weights(trips.profile), answer))
        self.rests = {service: trips.rests(service, answer) for service in NEAR_M}

    def walk(self, legs: Sequence[ChainLeg]) -> Walked:
        """What the legs take, one after the other.

        Parameters
        ----------
        legs
            From door to door, each beginning where the one before ends.

        Returns
        -------
        Walked
            Arcs, seconds and metres.
        """
        precinct = self.trips.precinct
        off_units = np.concatenate([precinct.homes.off_units, precinct.places.off_units])
        off_m = np.concatenate([precinct.homes.off_m, precinct.places.off_m])
        walked = Walked([], [], [], [], 0)
        total = 0
        for leg in legs:
            doors = np.array([leg.start, leg.end]) - precinct.streets
            units, metres = off_units[doors].tolist(), off_m[doors].tolist()
            total += int(self.weights[np.array(leg.arcs, dtype=np.int64)].sum()) + sum(units)
            walked.ways.append(leg.arcs)
            walked.ends.append((metres[0], metres[1]))
            walked.offs.append((units[0], units[1]))
            walked.arrivals.append(total)
        return walked._replace(total=total)

    def path(self, walked: Walked) -> Path:
        """The whole chain as parts of edges; the metres off the edges hang on the first and last parts.

        Parameters
        ----------
        walked
            What `walk` returned.

        Returns
        -------
        Path
            To be drawn and described.
        """
        precinct = self.trips.precinct
        arcs = np.array([arc for way in walked.ways for arc in way], dtype=np.int64)
        off_m, off = np.zeros(len(arcs)), np.zeros(len(arcs), dtype=np.int64)
        at = 0
        for way, metres, units in zip(walked.ways, walked.ends, walked.offs, strict=True):
            if len(arcs):
                first, last = min(at, len(arcs) - 1), min(max(at + len(way) - 1, 0), len(arcs) - 1)
                off_m[first] += metres[0]
                off_m[last] += metres[1]
                off[first] += units[0]
                off[last] += units[1]
            at += len(way)
        street = precinct.on_street[arcs].astype(np.int64)
        return Path(
            street // 2, precinct.start[arcs], precinct.end[arcs], street % 2 == 0, off_m,
            self.weights[arcs].astype(np.int64) + off,
        )  # fmt: skip

    def gaps(self, walked: Walked) -> tuple[float | None, float | None]:
        """Longest metres without a bench, longest minutes without a toilet.

        Parameters
        ----------
        walked
            What `walk` returned.

        Returns
        -------
        tuple
            None where the need is not asked for.
        """
        path = self.path(walked)
        if not len(path.edge):
            return None, None
        heads = self.trips.precinct.heads
        arcs = np.array([arc for way in walked.ways for arc in way], dtype=np.int64)
        metres = np.cumsum(lengths(self.trips.city, path))
        minutes = np.cumsum(path.units) * UNIT_S / 60
        stops = np.cumsum([len(way) for way in walked.ways])[:-1] - 1
        stops = stops[stops >= 0]
        benches = np.concatenate([metres[self.rests["bench"][heads[arcs]]], metres[stops]])
        toilets = minutes[self.rests["toilet"][heads[arcs]]]
        return (
            round(longest_gap(benches, float(metres[-1])), 1),
            round(longest_gap(toilets, float(minutes[-1])), 2),
        )
