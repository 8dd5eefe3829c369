"""A day's errands as one chain: for one home with its way, or for every home at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.files.geojson import line_string
from wegeketten.files.json import write_json
from wegeketten.files.targets import check_ending
from wegeketten.model.answers import ANSWERS
from wegeketten.model.tabular import Tabular
from wegeketten.reach.barriers import passed
from wegeketten.reach.chains.legs import Legs
from wegeketten.reach.chains.needs import Needs
from wegeketten.reach.chains.trips import Trips
from wegeketten.reach.expected import chance_of_way
from wegeketten.reach.hours import city_at, is_open
from wegeketten.reach.itinerary import follow
from wegeketten.routing import INF, UNIT_S

if TYPE_CHECKING:
    import pathlib

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile
    from wegeketten.reach.barriers import Barrier
    from wegeketten.reach.chains.errands import Errands
    from wegeketten.reach.itinerary import Itinerary
    from wegeketten.reach.route import Spot
    from wegeketten.routing import Tours


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
class Chain(Tabular):
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
    chance
        That the chain can be gone as described, entrances included, 0–1; None where no worlds were drawn.
    """

    profile: str
    errands: Errands
    answer: str
    seconds: float | None
    answers: dict[str, float | None]
    stops: tuple[Stop, ...] = ()
    course: Itinerary | None = None
    barriers: tuple[Barrier, ...] = ()
    longest_without_bench_m: float | None = None
    longest_without_toilet_min: float | None = None
    needs_met: bool | None = None
    breaks_at: str = ""
    chance: float | None = None

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Tables ``stops``, ``barriers`` and ``chain`` (one row)."""
        plain = self.to_json()
        names = ("profile", "answer", "seconds", "metres", "climb_m", "breaks_at", "geometry")
        return {
            "stops": plain["stops"],
            "barriers": plain["barriers"],
            "chain": [{name: plain[name] for name in names}],
        }

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
            "chance": self.chance,
            "geometry": None if course is None else line_string(course.line),
            "instructions": [] if course is None else [step.to_json() for step in course.instructions],
        }

    def write(self, path: pathlib.Path) -> None:
        """Write the answer as JSON.

        Parameters
        ----------
        path
            File that ends in ``.json``; appears whole or not at all.

        Raises
        ------
        UsageError
            The file's name says that it is something else.
        """
        check_ending(path, (".json",))
        write_json(path, self.to_json())


def find_chain(
    city: City, profile: Profile, start: Spot, errands: Errands, *, worlds: int = 0, seed: int = 0
) -> Chain:
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
        What is to be done. The chain returned is the fastest that keeps to the needs for benches and
        toilets; where none does, it is the fastest.
    worlds, seed
        How many worlds are drawn for the chain's chance, 0 for none; and which.

    Returns
    -------
    Chain
        The way, or why there is none.

    Raises
    ------
    UsageError
        A service does not exist, or no way is near the point.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reach.chains.errands import Errands
    >>> walker, door = load_profile("walker"), (51.0498, 13.74)
    >>> chain = find_chain(hamlet(), walker, door, Errands(("pharmacy", "groceries")))
    >>> chain.answer, round(chain.seconds)
    ('sure', 239)
    """
    errands = errands.checked(city)
    city = city_at(city, errands.when)
    trips = Trips(city, profile, start=start)
    without_needs = replace(errands, needs=Needs())
    tours = {answer: trips.tours(without_needs, answer) for answer in ANSWERS}
    answers: dict[str, float | None] = {
        answer: None if tour.times[0] == INF else round(float(tour.times[0]) * UNIT_S, 1)
        for answer, tour in tours.items()
    }
    led: Answer | None = next(
        (answer for answer in ("likely", "possible") if answers[answer] is not None), None
    )
    if led is None:
        at = int(trips.breaks(without_needs, "possible")[0])
        name = "home" if at == len(errands.visit) else errands.visit[at]
        return Chain(profile.id, errands, "none", None, answers, breaks_at=name)
    tour, ways = trips.legs(errands, led)
    if not ways:
        tour, ways = trips.legs(without_needs, led)
    legs = Legs(trips, led)
    walked = legs.walk(ways)
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
    chance = None
    if worlds:
        entered = [int(place) for place in tour.places[0]]
        chance = chance_of_way(city, profile, on_street, places=entered, worlds=worlds, seed=seed)
    return Chain(
        profile.id, errands, "sure" if sure else led, round(walked.total * UNIT_S, 1), answers, stops,
        follow(city, path, barriers), barriers, *gaps, _met(errands.needs, gaps), chance=chance,
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
