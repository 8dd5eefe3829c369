"""Walks between doors, stops and places for a profile and an answer: the ends of a ride, and changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.joins.endpoints import (
    join_homes,
    join_places,
    join_points,
    same_edge,
    seeds_from,
    seeds_to,
)
from wegeketten.routing import INF, each_within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.joins.endpoints import Endpoints
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile

    Units = NDArray[np.int32]
    Triples = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]

ACCESS_S = 1200
"""Longest walk from a door to a stop or from a stop to a place, seconds."""

TRANSFER_S = 600
"""Longest walk between two rides, seconds."""


@dataclass(frozen=True)
class Near:
    """Stops near doors, in rows by door.

    Attributes
    ----------
    indptr
        int32[doors + 1].
    stop
        int32: row of the stop.
    units
        int32: walk in units of 0.1 s.
    """

    indptr: Units
    stop: Units
    units: Units


class StopJoints:
    """Where a city's stops join the network for one profile.

    Parameters
    ----------
    city
        A city built with a timetable.
    platforms
        Columns of its platform table.
    stops
        Number of stops of the feed.
    profile
        Whose ways count.
    """

    def __init__(self, city: City, platforms: dict[str, NDArray[Any]], stops: int, profile: Profile) -> None:
        self.city = city
        self.profile = profile
        self.stops = stops
        self.stop_of = platforms["stop"].astype(np.int64)
        lonlat = np.stack([platforms["lon"], platforms["lat"]], axis=1)
        self.joints: Endpoints = join_points(city, profile, lonlat)
        first = np.ones(len(self.stop_of), dtype=bool)
        first[1:] = self.stop_of[1:] != self.stop_of[:-1]
        self.is_first: NDArray[np.bool_] = first
        self._between: dict[str, Triples] = {}
        self._rows_of = np.bincount(self.stop_of, minlength=stops)
        self.is_alone: NDArray[np.bool_] = self._rows_of[self.stop_of] == 1

    @cached_property
    def homes(self) -> Endpoints:
        """Joints of the city's homes."""
        return join_homes(self.city, self.profile)

    @cached_property
    def places(self) -> Endpoints:
        """Joints of the city's places."""
        return join_places(self.city, self.profile)

    def near(self, doors: Endpoints, count: int, answer: Answer, *, leaving: bool = True) -> Near:
        """Stops within `ACCESS_S` of doors.

        Parameters
        ----------
        doors
            Joints; owners from 0 to `count`.
        count
            Number of doors' owners.
        answer
            Which ways are open. Where a stop may be one of several platforms the farthest counts in *sure*,
            the best match in *likely*, the nearest in *possible*.
        leaving
            Whether one walks from the door to the stop, else back.

        Returns
        -------
        Near
            Pairs of door and stop, and units of 0.1 s.
        """
        return _in_rows(*self._reduced(answer, *self._pairs(doors, answer, ACCESS_S, leaving=leaving)), count)

    def near_m(self, doors: Endpoints, count: int, answer: Answer, within_m: float) -> Near:
        """Stops within so many metres of way of doors; `Near.units` are then tenths of a metre.

        Parameters
        ----------
        doors
            Joints; owners from 0 to `count`.
        count
            Number of owners.
        answer
            Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.
        within_m
            Metres of way.

        Returns
        -------
        Near
            Pairs of door and stop.
        """
        pairs = self._pairs(doors, answer, within_m, leaving=True, metres=True)
        return _in_rows(*self._reduced(answer, *pairs), count)

    def between(self, answer: Answer) -> Triples:
        """Walks from stop to stop within `TRANSFER_S`: rows of the stops, units of 0.1 s; kept.

        Parameters
        ----------
        answer
            Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.

        Returns
        -------
        Triples
            Each pair of stops once in each direction.
        """
        if answer not in self._between:
            self._between[answer] = self._walks_between(answer)
        return self._between[answer]

    def _walks_between(self, answer: Answer) -> Triples:
        row, stop, units = self._reduced(answer, *self._pairs(self.joints, answer, TRANSFER_S, leaving=True))
        # the same once more for the platforms one starts from
        kept = self._kept(answer, row)
        row, stop, units = row[kept], stop[kept], units[kept]
        key = self.stop_of[row] * self.stops + stop
        pair, time = _grouped(key, units, worst=answer == "sure", need=self._rows_of[self.stop_of[row]])
        a, b = np.divmod(pair, self.stops)
        apart = a != b
        return a[apart], b[apart], time[apart]

    def worst_or_best(self, answer: Answer, units: NDArray[np.integer]) -> NDArray[np.int64]:
        """Times by joint become times by stop; `INF` where a stop has none. Shape (stops, …).

        Parameters
        ----------
        answer
            Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.
        units
            Times by joint, shape (joints, …).

        Returns
        -------
        ndarray
            The largest time in *sure*, that of the best match in *likely*, the least in *possible*.
        """
        owner = self.joints.owner
        by_row = np.full((len(self.stop_of), *units.shape[1:]), INF, dtype=np.int64)
        np.minimum.at(by_row, owner, units)
        if answer == "likely":
            found = np.full((self.stops, *units.shape[1:]), INF, dtype=np.int64)
            found[self.stop_of[self.is_first]] = by_row[self.is_first]
        elif answer == "sure":
            found = np.full((self.stops, *units.shape[1:]), -1, dtype=np.int64)
            np.maximum.at(found, self.stop_of, by_row)
            found[found < 0] = INF
        else:
            found = np.full((self.stops, *units.shape[1:]), INF, dtype=np.int64)
            np.minimum.at(found, self.stop_of, by_row)
        return found

    def _pairs(
        self, doors: Endpoints, answer: Answer, limit: float, *, leaving: bool, metres: bool = False
    ) -> Triples:
        """Door, platform row and time (or length) of all pairs within the limit, in tenths."""
        city, limit, joints = self.city, round(limit * 10), self.joints
        weights = getattr(city.weights(self.profile), answer)
        if metres:
            arc_dm = np.repeat(np.rint(city.edges["length_m"] * 10).astype(np.int32), 2)
            weights = np.where(weights == INF, INF, arc_dm).astype(np.int32)
            doors, joints = (
                replace(each, off_units=np.rint(each.off_m * 10).astype(np.int64)) for each in (doors, joints)
            )
        uv = city.edges["u"], city.edges["v"]
        graph = city.graph.with_weights(weights)
        start = (seeds_from if leaving else seeds_to)(doors, uv, weights)
        goal = (seeds_to if leaving else seeds_from)(joints, uv, weights)
        from_doors = len(doors) < len(joints)  # the fewer are searched from
        one, other = (start, goal) if from_doors else (goal, start)
        owners = (doors if from_doors else joints).owner[one.joint]
        order = np.argsort(owners, kind="stable")
        ptr = np.zeros(int(owners.max(initial=-1)) + 2, dtype=np.int64)
        np.cumsum(np.bincount(owners, minlength=len(ptr) - 1), out=ptr[1:])
        rows, nodes, times = each_within(
            graph if from_doors == leaving else graph.reverse(),
            ptr,
            one.nodes[order],
            one.offsets[order],
            limit,
        )
        owner = np.repeat(np.arange(len(ptr) - 1), np.diff(rows))
        by_node = np.argsort(nodes, kind="stable")
        low, high = (np.searchsorted(nodes[by_node], other.nodes, side) for side in ("left", "right"))
        count = high - low
        seed = np.repeat(np.arange(len(other.nodes)), count)
        at = by_node[
            np.repeat(low, count) + np.arange(len(seed)) - np.repeat(np.cumsum(count) - count, count)
        ]
        units = times[at].astype(np.int64) + other.offsets[seed]
        far = (joints if from_doors else doors).owner[other.joint[seed]].astype(np.int64)
        door, row = (owner[at], far) if from_doors else (far, owner[at])
        found = same_edge(doors, joints, weights, city.edges["length_m"], leaving=leaving)
        same = [doors.owner[found.home], joints.owner[found.place], found.units]
        door = np.concatenate([door, same[0]]).astype(np.int64)
        row = np.concatenate([row, same[1]]).astype(np.int64)
        units = np.concatenate([units, same[2]]).astype(np.int64)
        within = units <= limit
        return door[within], row[within], units[within]

    def _reduced(self, answer: Answer, door: Any, row: Any, units: Any) -> Triples:
        """Pairs of door and platform become pairs of door and stop."""
        kept = self._kept(answer, row)
        door, row, units = door[kept], row[kept], units[kept]
        # first the nearest way to each platform, then the worst or best platform of each stop
        pair, time = _grouped(door * len(self.stop_of) + row, units)
        door, row = np.divmod(pair, max(len(self.stop_of), 1))
        stop = self.stop_of[row]
        pair, time = _grouped(
            door * self.stops + stop, time, worst=answer == "sure", need=self._rows_of[stop]
        )
        door, stop = np.divmod(pair, self.stops)
        return door, stop, time

    def _kept(self, answer: Answer, row: NDArray[np.int64]) -> NDArray[np.bool_]:
        kept: NDArray[np.bool_] = self.is_first[row] if answer == "likely" else np.ones(len(row), dtype=bool)
        return kept


def _in_rows(door: NDArray[np.int64], stop: NDArray[np.int64], units: NDArray[np.int64], count: int) -> Near:
    order = np.lexsort((stop, door))
    indptr = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(np.bincount(door, minlength=count), out=indptr[1:])
    return Near(indptr, stop[order].astype(np.int32), units[order].astype(np.int32))


def _grouped(
    key: NDArray[np.int64],
    units: NDArray[np.int64],
    *,
    worst: bool = False,
    need: NDArray[np.int64] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Least time per key; or the greatest, of keys that occur as often as they must."""
    order = np.lexsort((units, key))
    key, units = key[order], units[order]
    first = np.ones(len(key), dtype=bool)
    first[1:] = key[1:] != key[:-1]
    start = np.flatnonzero(first)
    if not worst:
        return key[start], units[start]
    end = np.append(start[1:], len(key))
    there = end - start >= (1 if need is None else need[order][start])
    return key[start][there], units[end[there] - 1]


def reach_places(
    joints: StopJoints, answer: Answer, services: Sequence[str], *, leaving: bool = True
) -> NDArray[np.int64]:
    """Walk from every stop to the nearest place of each service (or back), units of 0.1 s.

    Parameters
    ----------
    joints
        Doors of the platforms.
    answer
        Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.
    services
        Ids of services.
    leaving
        Whether one walks from the stop to the place, else back.

    Returns
    -------
    NDArray
        int64, shape (stops, services); `INF` where none lies within `ACCESS_S`.
    """
    from wegeketten.joins.endpoints import allowed_places, times_at

    city, profile = joints.city, joints.profile
    weights = getattr(city.weights(profile), answer)
    uv = city.edges["u"], city.edges["v"]
    offers = [
        joints.places.take(np.isin(joints.places.owner, allowed_places(city, profile, answer, service)))
        for service in services
    ]
    seeds = [(seeds_to if leaving else seeds_from)(offer, uv, weights) for offer in offers]
    node_times = city.metric(profile, answer).nearest(
        [seed.nodes for seed in seeds],
        [seed.offsets for seed in seeds],
        direction="to" if leaving else "from",
    )
    units, _ = times_at(joints.joints, uv, weights, node_times, leaving=leaving)
    for column, offer in enumerate(offers):
        pairs = same_edge(joints.joints, offer, weights, city.edges["length_m"], leaving=leaving)
        np.minimum.at(units[:, column], pairs.home, np.minimum(pairs.units, INF).astype(np.int32))
    found = joints.worst_or_best(answer, units)
    found[found > ACCESS_S * 10] = INF
    return found
