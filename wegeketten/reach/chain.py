"""A day's errands as one chain: for one home with its way, or for every home at once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.city import ANSWERS
from wegeketten.errors import UsageError
from wegeketten.reach.access import allowed_places
from wegeketten.reach.barriers import passed
from wegeketten.reach.course import Path, follow, lengths
from wegeketten.reach.field import INF
from wegeketten.reach.hours import is_open
from wegeketten.reach.rest import NEAR_M, Needs, longest_gap, rested_way
from wegeketten.reach.route import join_spot
from wegeketten.reach.tour import Precinct, cut_at_doors
from wegeketten.reach.tracks import line_string
from wegeketten.routing import UNIT_S
from wegeketten.whole import whole_file

if TYPE_CHECKING:
    import datetime as dt
    import pathlib

    from numpy.typing import NDArray

    from wegeketten.city import Answer, City
    from wegeketten.people.profile import Profile
    from wegeketten.reach.barriers import Barrier
    from wegeketten.reach.course import Course
    from wegeketten.reach.route import Spot
    from wegeketten.routing import Metric, Stops, Tours

MOST_VISITS = 8


@dataclass(frozen=True)
class Errands:
    """What is to be done.

    Attributes
    ----------
    visit
        Service ids, in the order of the visits.
    any_order
        Whether the order is free.
    returning
        Whether the chain ends at home. Down is not up: the way home counts in its own direction.
    when
        Places must be open at this time of an ordinary week; None does not ask. Unknown hours count as
        open in *likely* and *possible*, not in *sure*.
    needs
        Benches and toilets on the way; for one home only.
    """

    visit: tuple[str, ...]
    any_order: bool = False
    returning: bool = False
    when: dt.datetime | None = None
    needs: Needs = field(default_factory=Needs)

    def checked(self, city: City) -> Errands:
        """With ids as the catalogue writes them.

        Raises
        ------
        UsageError
            A service does not exist, there is none, or there are more than eight.
        """
        if not 1 <= len(self.visit) <= MOST_VISITS:
            raise UsageError(f"--visit: give one to {MOST_VISITS} services, such as pharmacy,doctor,stop")
        names = tuple(city.catalogue.service(name.strip()).id for name in self.visit)
        return Errands(names, self.any_order, self.returning, self.when, self.needs)


class Stop(NamedTuple):
    """One visit.

    Attributes
    ----------
    service, place_id, name
        What is visited.
    lat, lon
        Degrees.
    arrive_s
        Seconds after leaving home.
    open
        Whether it is open at the time asked for; None unknown or not asked.
    """

    service: str
    place_id: str
    name: str
    lat: float
    lon: float
    arrive_s: float
    open: bool | None


@dataclass(frozen=True)
class Chain:
    """One home's chain.

    Attributes
    ----------
    profile, errands
        Who wants what.
    answer
        How certain the way is: ``sure``, ``likely``, ``possible``, or ``none``.
    seconds
        On the way, without the time spent at the stops; None where the chain cannot be done.
    answers
        Seconds of the fastest chain in each answer.
    stops
        In the order of the visits.
    course, barriers
        The whole way.
    longest_without_bench_m, longest_without_toilet_min
        What the way asks of the person.
    needs_met
        Whether the needs are met; None where none were stated.
    breaks_at
        The first service that cannot be reached in the order asked for, ``home`` where only the way back is
        missing, "" where the chain can be done.
    """

    profile: str
    errands: Errands
    answer: str
    seconds: float | None
    answers: dict[str, float | None]
    stops: tuple[Stop, ...] = ()
    course: Course | None = None
    barriers: tuple[Barrier, ...] = ()
    longest_without_bench_m: float | None = None
    longest_without_toilet_min: float | None = None
    needs_met: bool | None = None
    breaks_at: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        course = self.course
        return {
            "profile": self.profile,
            "visit": list(self.errands.visit),
            "any_order": self.errands.any_order,
            "return": self.errands.returning,
            "reached": self.answer != "none",
            "answer": self.answer,
            "seconds": self.seconds,
            "metres": None if course is None else round(course.metres, 1),
            "climb_m": None if course is None or course.climb_m is None else round(course.climb_m, 1),
            "stops": [stop._asdict() for stop in self.stops],
            "barriers": [barrier.to_json() for barrier in self.barriers],
            "breaks_at": self.breaks_at,
            "longest_without_bench_m": self.longest_without_bench_m,
            "longest_without_toilet_min": self.longest_without_toilet_min,
            "needs_met": self.needs_met,
            "answers": self.answers,
            "geometry": None if course is None else line_string(course.line),
            "instructions": [] if course is None else [step.to_json() for step in course.instructions],
        }

    def write(self, path: pathlib.Path) -> None:
        """Write the answer as JSON."""
        with whole_file(path) as temporary:
            text = json.dumps(self.to_json(), ensure_ascii=False, indent=1)
            temporary.write_text(text + "\n", encoding="utf-8")


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
        self.precinct: Precinct = cut_at_doors(city, profile, homes=homes)
        self._metrics: dict[Answer, Metric] = {}

    def metric(self, answer: Answer) -> Metric:
        """The cut network's hierarchy for one answer."""
        if answer not in self._metrics:
            self._metrics[answer] = self.precinct.metric(getattr(self.city.weights(self.profile), answer))
        return self._metrics[answer]

    def stops(self, service: str, answer: Answer, when: dt.datetime | None = None) -> Stops:
        """Places of a service that the profile may visit in an answer; numbered as the city's places."""
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

    def tours(self, errands: Errands, answer: Answer) -> Tours:
        """The fastest chain of every joined home."""
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

    def breaks(self, errands: Errands, answer: Answer) -> NDArray[np.int8]:
        """Per joined home the number of the first visit that fails in the order asked for.

        As many as there are visits where only the way home is missing; -1 where the chain can be done.
        """
        count = len(self.precinct.homes)
        found = np.full(count, -1, dtype=np.int8)
        failed = self.tours(errands, answer).times == INF
        if not failed.any():
            return found
        found[failed] = len(errands.visit)
        for number in range(len(errands.visit), 0, -1):
            part = Errands(errands.visit[:number], errands.any_order, False, errands.when)
            found[failed & (self.tours(part, answer).times == INF)] = number - 1
        return found


def find_chain(city: City, profile: Profile, start: Spot, errands: Errands) -> Chain:
    """The fastest chain from one point.

    Parameters
    ----------
    city
        A built city.
    profile
        For whom.
    start
        Latitude and longitude, degrees.
    errands
        What is to be done. Where benches or toilets are needed, the places of the fastest chain are kept and
        the ways between them keep to the limits.

    Raises
    ------
    UsageError
        A service does not exist, or no way is near the point.
    """
    errands = errands.checked(city)
    trips = Trips(city, profile, start=start)
    tours = {answer: trips.tours(errands, answer) for answer in ANSWERS}
    answers: dict[str, float | None] = {
        answer: None if tour.times[0] == INF else round(float(tour.times[0]) * UNIT_S, 1)
        for answer, tour in tours.items()
    }
    led: Answer | None = next(
        (answer for answer in ("likely", "possible") if answers[answer] is not None), None
    )
    if led is None:
        at = int(trips.breaks(errands, "possible")[0])
        name = "home" if at == len(errands.visit) else errands.visit[at]
        return Chain(profile.id, errands, "none", None, answers, breaks_at=name)
    tour = tours[led]
    legs = _Legs(trips, led, errands)
    walked = legs.walk([int(place) for place in tour.places[0]])
    arcs = np.array([arc for leg in walked.ways for arc in leg], dtype=np.int64)
    on_street = trips.precinct.on_street[arcs]
    weights = city.weights(profile)
    sure = (
        led == "likely"
        and bool((weights.sure[on_street] != INF).all())
        and _places_sure(trips, tour, errands)
    )
    path = legs.path(walked)
    barriers = tuple(passed(city, profile, on_street))
    stops = tuple(
        _stop(city, errands, int(kind), int(place), float(units) * UNIT_S)
        for kind, place, units in zip(tour.kinds[0], tour.places[0], walked.arrivals, strict=False)
    )
    gaps = legs.gaps(walked)
    return Chain(
        profile.id, errands, "sure" if sure else led, round(walked.total * UNIT_S, 1), answers, stops,
        follow(city, path, barriers), barriers, *gaps, _met(errands.needs, gaps),
    )  # fmt: skip


def _places_sure(trips: Trips, tour: Tours, errands: Errands) -> bool:
    return all(
        int(place) in set(trips.stops(errands.visit[int(kind)], "sure", errands.when).places.tolist())
        for kind, place in zip(tour.kinds[0], tour.places[0], strict=True)
    )


def _stop(city: City, errands: Errands, kind: int, place: int, seconds: float) -> Stop:
    places = city.places
    when = errands.when
    state = None if when is None else is_open(str(places["opening_hours"][place]), when)
    return Stop(
        errands.visit[kind], str(places["place_id"][place]), str(places["name"][place]),
        round(float(places["lat"][place]), 7), round(float(places["lon"][place]), 7),
        round(seconds, 1), state,
    )  # fmt: skip


def _met(needs: Needs, gaps: tuple[float | None, float | None]) -> bool | None:
    limits = (needs.bench_every_m, needs.toilet_every_min)
    asked = [(limit, gap) for limit, gap in zip(limits, gaps, strict=True) if limit is not None]
    if not asked:
        return None
    return all(gap is not None and gap <= limit + 1e-9 for limit, gap in asked)


class _Walked(NamedTuple):
    ways: list[list[int]]
    ends: list[tuple[float, float]]  # metres off the edge at the start and the end of each leg
    offs: list[tuple[int, int]]  # the same in units
    arrivals: list[int]
    total: int


class _Legs:
    """The ways between the stops of one chain, arc by arc."""

    def __init__(self, trips: Trips, answer: Answer, errands: Errands) -> None:
        self.trips = trips
        self.answer = answer
        self.errands = errands
        precinct = trips.precinct
        self.weights = precinct.weights(getattr(trips.city.weights(trips.profile), answer))
        share = np.abs(precinct.end - precinct.start)
        self.metres = share * trips.city.edges["length_m"][precinct.on_street // 2].astype(np.float64)
        order = np.argsort(precinct.tails, kind="stable").astype(np.int32)
        counts = np.bincount(precinct.tails, minlength=precinct.nodes)
        self.leaving = (np.concatenate([[0], np.cumsum(counts)]).astype(np.int32), order)
        self.rests = {service: self._on_the_way(service) for service in NEAR_M}

    def _on_the_way(self, service: str) -> NDArray[np.bool_]:
        precinct = self.trips.precinct
        near = np.zeros(precinct.nodes, dtype=bool)
        if service in self.trips.city.catalogue.ids:
            allowed = allowed_places(self.trips.city, self.trips.profile, self.answer, service)
            joints = np.isin(precinct.places.owner, allowed) & (precinct.places.off_m <= NEAR_M[service])
            near[precinct.place_nodes[joints]] = True
        return near

    def walk(self, places: list[int]) -> _Walked:
        """Join the stops by the fastest ways; by those that keep to the needs where there are any."""
        precinct = self.trips.precinct
        home = (precinct.home_nodes[:1], precinct.homes.off_units[:1], precinct.homes.off_m[:1])
        doors = [home]
        for place in places:
            joints = np.flatnonzero(precinct.places.owner == place)
            doors.append(
                (
                    precinct.place_nodes[joints],
                    precinct.places.off_units[joints],
                    precinct.places.off_m[joints],
                )
            )
        if self.errands.returning:
            doors.append(home)
        rested = self._chain(doors, self.errands.needs)
        return rested if rested is not None else self._chain(doors, Needs()) or _Walked([], [], [], [], 0)

    def _chain(self, doors: list[Any], needs: Needs) -> _Walked | None:
        """Stops with several doors may be left by another door than they were entered by."""
        walked = _Walked([], [], [], [], 0)
        total, held = 0, 0
        far = 2**40
        most_walked = far if needs.bench_every_m is None else round(needs.bench_every_m * 10)
        most_held = far if needs.toilet_every_min is None else round(needs.toilet_every_min * 60 / UNIT_S)
        lengths_dm = np.rint(self.metres * 10).astype(np.int32)
        for start, end in pairwise(doors):
            goal = np.full(self.trips.precinct.nodes, INF, dtype=np.int64)
            np.minimum.at(goal, end[0], end[1])
            time, held, way = rested_way(
                *self.leaving, self.trips.precinct.heads, self.weights, lengths_dm,
                start[0].astype(np.int32), start[1].astype(np.int64), 0, held, goal,
                self.rests["bench"], self.rests["toilet"], most_walked, most_held,
            )  # fmt: skip
            if time < 0:
                return None
            first = int(self.trips.precinct.tails[way[0]]) if len(way) else self._shared(start, end, time)
            last = int(self.trips.precinct.heads[way[-1]]) if len(way) else first
            out, into = int(np.flatnonzero(start[0] == first)[0]), int(np.flatnonzero(end[0] == last)[0])
            total += time
            walked.ways.append(way.tolist())
            walked.ends.append((float(start[2][out]), float(end[2][into])))
            walked.offs.append((int(start[1][out]), int(end[1][into])))
            walked.arrivals.append(total)
        return walked._replace(total=total)

    def _shared(self, start: Any, end: Any, time: int) -> int:
        """The node that both doors share where a leg has no arcs."""
        both = [
            node
            for number, node in enumerate(start[0].tolist())
            if any(start[1][number] + off == time for off in end[1][end[0] == node].tolist())
        ]
        return int(both[0])

    def path(self, walked: _Walked) -> Path:
        """The whole chain as parts of edges; the metres off the edges hang on the first and last parts."""
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

    def gaps(self, walked: _Walked) -> tuple[float | None, float | None]:
        """Longest metres without a bench, longest minutes without a toilet."""
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
