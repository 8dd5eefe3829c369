"""transfers.txt as places and walks between them, so that a scan need not know of rules.

Most stops are one place at which a change takes no time. A stop whose rules say otherwise becomes several:
one where people come in from the street, one for each kind of vehicle they get out of, one for each kind they
get into; what a rule says is the length of the walk between two of them, or that there is none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.routing import Footpaths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import ArrayLike, NDArray

    from wegeketten.transit.feed import Feed

    Ints = NDArray[np.int32]
    _Add = Callable[[ArrayLike, ArrayLike, ArrayLike], None]

FORBIDDEN = 3
_MINIMUM = 2


class _Class(NamedTuple):
    """Vehicles that rules of a stop distinguish: one trip, all of a route, or all others (empty)."""

    trip: int
    route: str


_ANY = _Class(-1, "")


class _Rule(NamedTuple):
    rank: int
    source: _Class
    target: _Class
    kind: int
    seconds: int


@dataclass
class TransferNodes:
    """Places of a timetable; the first rows are the stops themselves, where people come in from the street.

    Attributes
    ----------
    stop
        int32[places]: row of the stop each place belongs to.
    out_of, into
        By split stop: its places by class of vehicle got out of, and got into.
    rules
        By pair of stops: what transfers.txt says.
    """

    stop: Ints
    out_of: dict[int, dict[_Class, int]] = field(default_factory=dict)
    into: dict[int, dict[_Class, int]] = field(default_factory=dict)
    rules: dict[tuple[int, int], list[_Rule]] = field(default_factory=dict)

    def heads(self, stop: Ints, trip: Ints, routes: list[str]) -> Ints:
        """Places where vehicles are got out of, by call.

        Parameters
        ----------
        stop
            Row of the stop of each call.
        trip
            Row of the trip of each call.
        routes
            Route of each trip.

        Returns
        -------
        Ints
            Number of a place, shape (calls,).
        """
        return self._places(self.out_of, stop, trip, routes)

    def tails(self, stop: Ints, trip: Ints, routes: list[str]) -> Ints:
        """Places where vehicles are got into, by call.

        Parameters
        ----------
        stop
            Row of the stop of each call.
        trip
            Row of the trip of each call.
        routes
            Route of each trip.

        Returns
        -------
        Ints
            Number of a place, shape (calls,).
        """
        return self._places(self.into, stop, trip, routes)

    @staticmethod
    def _places(split: dict[int, dict[_Class, int]], stop: Ints, trip: Ints, routes: list[str]) -> Ints:
        main = np.arange(stop.max(initial=-1) + 1, dtype=np.int32)
        telling = []  # stops whose rules tell vehicles apart
        for each, classes in split.items():
            if each < len(main):
                main[each] = classes[_ANY]
                if len(classes) > 1:
                    telling.append(each)
        places: Ints = main[stop]
        for row in np.flatnonzero(np.isin(stop, telling)).tolist():
            classes = split[int(stop[row])]
            places[row] = classes[_class_of(classes, int(trip[row]), routes[trip[row]])]
        return places

    def footpaths(self, walks: Iterable[tuple[ArrayLike, ArrayLike, ArrayLike]] = ()) -> Footpaths:
        """All walks: changes at the stops, what transfers.txt adds, and further ones between stops.

        Parameters
        ----------
        walks
            Triples of equally long arrays: rows of the stops, seconds (or any unit the rules are in).

        Returns
        -------
        Footpaths
            Walks between places of the scan.
        """
        tails: list[NDArray[np.int64]] = []
        heads: list[NDArray[np.int64]] = []
        times: list[NDArray[np.int64]] = []

        def add(a: ArrayLike, b: ArrayLike, t: ArrayLike) -> None:
            for column, values in ((tails, a), (heads, b), (times, t)):
                column.append(np.atleast_1d(np.asarray(values, dtype=np.int64)))

        stops = np.unique(self.stop)
        plain = stops[~np.isin(stops, list(self.into))]
        add(plain, plain, np.zeros(len(plain)))
        for stop, into in self.into.items():
            for place in into.values():
                add(stop, place, 0)
            self._between(stop, stop, 0, add)
        given = {(a, b) for a, b in self.rules if a != b}
        for a, b in sorted(given):
            rules = self.rules[a, b]
            if any(rule.kind == _MINIMUM for rule in rules):
                self._between(a, b, None, add)
                free = [rule for rule in rules if rule[1:3] == (_ANY, _ANY) and rule.kind == _MINIMUM]
                if free and a in self.into:  # from the street
                    for place in self._into_places(b):
                        add(a, place, free[0].seconds)
        special = given | {(a, b) for a in self.into for b in self.into}
        for walk in walks:
            self._walk(walk, special, add)
        return Footpaths.from_walks(
            len(self.stop), *(np.concatenate(column) for column in (tails, heads, times))
        )

    def backwards(self, footpaths: Footpaths) -> Footpaths:
        """The walks of a timetable that runs backwards: from the street one gets in where one got out.

        Parameters
        ----------
        footpaths
            What `footpaths` returned.

        Returns
        -------
        Footpaths
            Tails and heads changed over.
        """
        turned = footpaths.reverse()
        street = [stop for stop, places in self.out_of.items() for _ in places]
        doors = [place for places in self.out_of.values() for place in places.values()]
        return Footpaths.from_walks(
            footpaths.n,
            np.concatenate([turned.tails(), np.array(street, dtype=np.int32)]),
            np.concatenate([turned.heads, np.array(doors, dtype=np.int32)]),
            np.concatenate([turned.times, np.zeros(len(doors), dtype=np.int32)]),
        )

    def _walk(
        self, walk: tuple[ArrayLike, ArrayLike, ArrayLike], special: set[tuple[int, int]], add: _Add
    ) -> None:
        a, b, t = (np.asarray(each, dtype=np.int64) for each in walk)
        split = list(self.into)
        odd = np.isin(a, split) | np.isin(b, split)
        if special:
            pairs = np.array(sorted(special), dtype=np.int64)
            width = np.int64(len(self.stop))
            odd |= np.isin(a * width + b, pairs[:, 0] * width + pairs[:, 1])
        add(a[~odd], b[~odd], t[~odd])
        for start, end, time in zip(a[odd].tolist(), b[odd].tolist(), t[odd].tolist(), strict=True):
            if start == end:
                continue
            self._between(start, end, time, add)
            if start in self.into:
                for place in self._into_places(end):
                    add(start, place, time)

    def _into_places(self, stop: int) -> list[int]:
        return list(self.into[stop].values()) if stop in self.into else [stop]

    def _between(self, a: int, b: int, walk: int | None, add: _Add) -> None:
        """Walks from where vehicles are got out of at `a` to where they are got into at `b`."""
        rules = self.rules.get((a, b), [])
        for source, tail in self.out_of.get(a, {_ANY: a}).items():
            for target, head in self.into.get(b, {_ANY: b}).items():
                rule = _most_specific(rules, source, target)
                if rule is not None and rule.kind == FORBIDDEN:
                    continue
                least = rule.seconds if rule is not None and rule.kind == _MINIMUM else None
                if walk is None and least is None:
                    continue
                add(tail, head, max(walk or 0, least or 0))


def _class_of(classes: dict[_Class, int], trip: int, route: str) -> _Class:
    for each in (_Class(trip, route), _Class(-1, route)):
        if each in classes:
            return each
    return _ANY


def _most_specific(rules: list[_Rule], source: _Class, target: _Class) -> _Rule | None:
    def fits(wanted: _Class, given: _Class) -> bool:
        return (wanted.trip < 0 or wanted.trip == given.trip) and (
            not wanted.route or wanted.route == given.route
        )

    fitting = [rule for rule in rules if fits(rule.source, source) and fits(rule.target, target)]
    return max(fitting, key=lambda rule: rule.rank, default=None)


def transfer_nodes(feed: Feed, unit_s: int = 1) -> TransferNodes:
    """Split stops where transfers.txt asks for it.

    Parameters
    ----------
    feed
        The feed. Rules between stations hold for their platforms.
    unit_s
        Units of time per second of the scans to come.

    Returns
    -------
    TransferNodes
        Places of the scan, one or more for each stop.
    """
    stops, table = feed.stops, feed.transfers
    children: dict[int, list[int]] = {}
    for row, parent in enumerate(stops.parent.tolist()):
        if parent >= 0 and stops.kind[row] == 0:
            children.setdefault(parent, []).append(row)
    rules: dict[tuple[int, int], list[_Rule]] = {}
    for row in np.flatnonzero(table.kind <= FORBIDDEN).tolist():
        source = _selector(feed, int(table.from_trip[row]), table.from_route[row])
        target = _selector(feed, int(table.to_trip[row]), table.to_route[row])
        a, b = int(table.from_stop[row]), int(table.to_stop[row])
        named = 6 * sum((s.trip >= 0) * 3 + (s.trip < 0 and bool(s.route)) for s in (source, target))
        rank = named + (a not in children) + (b not in children)
        rule = _Rule(rank, source, target, int(table.kind[row]), int(table.seconds[row]) * unit_s)
        for start in children.get(a, [a]):
            for end in children.get(b, [b]):
                rules.setdefault((start, end), []).append(rule)
    nodes = TransferNodes(np.arange(len(stops.ids), dtype=np.int32), rules=rules)
    out_of: dict[int, set[_Class]] = {}
    into: dict[int, set[_Class]] = {}
    for (a, b), listed in rules.items():
        for rule in listed:
            if rule.source != _ANY or rule.target != _ANY:
                out_of.setdefault(a, set()).add(rule.source)
                into.setdefault(b, set()).add(rule.target)
            elif a == b and (rule.kind == FORBIDDEN or (rule.kind == _MINIMUM and rule.seconds > 0)):
                out_of.setdefault(a, set())
                into.setdefault(a, set())
    owner: list[int] = []
    for stop in sorted(out_of.keys() | into.keys()):
        for places, classes in ((nodes.out_of, out_of), (nodes.into, into)):
            own = places.setdefault(stop, {})
            for each in sorted(classes.get(stop, set()) | {_ANY}):
                own[each] = len(stops.ids) + len(owner)
                owner.append(stop)
    nodes.stop = np.concatenate([nodes.stop, np.array(owner, dtype=np.int32)])
    return nodes


def _selector(feed: Feed, trip: int, route: str) -> _Class:
    return _Class(trip, feed.trips.route_ids[trip]) if trip >= 0 else _Class(-1, route)
