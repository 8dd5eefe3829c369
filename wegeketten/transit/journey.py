"""One journey by public transport, step by step: platform, line, direction, time, where to change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.files.json import write_json
from wegeketten.model.answers import ANSWERS
from wegeketten.model.tabular import Tabular
from wegeketten.reach.route import find_route, join_spot
from wegeketten.routing import INF, scan_forward
from wegeketten.transit.modes import MODES
from wegeketten.transit.town import UNITS_PER_S, TransitTown
from wegeketten.words.catalogue import text
from wegeketten.words.numbers import metres as metres_words
from wegeketten.words.numbers import minutes_long

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile
    from wegeketten.reach.route import Route, Spot
    from wegeketten.transit.timetable import Timetable
    from wegeketten.transit.town import Moment
    from wegeketten.transit.walks import Near, StopJoints


class Halt(NamedTuple):
    """A stop of a journey; seconds of the day of service."""

    stop_id: str
    name: str
    platform: str
    lat: float
    lon: float
    seconds: int


@dataclass(frozen=True)
class Walk:
    """A stretch on foot; `route` is None where one only changes at one stop."""

    start_s: int
    seconds: float
    route: Route | None


@dataclass(frozen=True)
class Leg:
    """A stretch in a vehicle.

    Attributes
    ----------
    mode, line, headsign
        ``tram``, its number, where it goes.
    board, alight
        Where and when.
    surely
        Whether getting in and out is sure for the profile, else something about it is unknown.
    """

    mode: str
    line: str
    headsign: str
    board: Halt
    alight: Halt
    surely: bool


@dataclass(frozen=True)
class Journey(Tabular):
    """The earliest journey after a moment.

    Attributes
    ----------
    profile, moment
        Who asks, and when they could leave.
    answer
        ``sure``, ``likely``, ``possible`` or ``none``.
    answers
        Seconds from the moment to the arrival in each answer, None where there is no way.
    leave_s, arrive_s
        When one has to leave, and is there; seconds of the day of service.
    parts
        Walks and rides in order.
    """

    profile: str
    moment: Moment
    answer: str
    answers: dict[str, float | None]
    leave_s: int
    arrive_s: float
    parts: tuple[Walk | Leg, ...]

    @property
    def legs(self) -> list[Leg]:
        """The rides."""
        return [part for part in self.parts if isinstance(part, Leg)]

    @property
    def routes(self) -> list[Route]:
        """The ways on foot."""
        return [part.route for part in self.parts if isinstance(part, Walk) and part.route is not None]

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Table ``legs``: ways on foot and rides, in their order."""
        return {"legs": [_row(part) for part in self.parts]}

    def to_json(self) -> dict[str, Any]:
        """The keys of a route first."""
        known = [route.course for route in self.routes if route.course is not None]
        there = self.answer != "none"
        return {
            "profile": self.profile,
            "answer": self.answer,
            "seconds": round(self.arrive_s - self.leave_s, 1) if there else None,
            "metres": round(sum(course.metres for course in known), 1) if there else None,
            "climb_m": None,
            "barriers": [barrier.to_json() for route in self.routes for barrier in route.barriers],
            "geometry": {"type": "LineString", "coordinates": self._line()} if there else None,
            "answers": self.answers,
            "at": self.moment.text,
            "leave": clock(self.leave_s) if there else None,
            "arrive": clock(self.arrive_s) if there else None,
            "transfers": max(len(self.legs) - 1, 0),
            "legs": [_told(part) for part in self.parts],
            "instructions": {lang: self.sentences(lang) for lang in ("de", "en")},
        }

    def _line(self) -> list[list[float]]:
        return [point for part in self.parts for point in _line_of(part)]

    def sentences(self, lang: str) -> list[str]:
        """The journey in plain words, one sentence per step.

        Parameters
        ----------
        lang
            Language of the text, ``de`` or ``en``.

        Returns
        -------
        list of str
            In order, ready to be printed.

        Examples
        --------
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> west, east = (51.0499, 13.74), (51.05, 13.7457)
        >>> journey = find_journey(hamlet(), load_profile("walker"), west, east, at="2026-03-03 08:00")
        >>> journey.sentences("en")[0][:90]
        'Leave at 08:00, arrive at 08:05: 6 minutes, no change (certain).'
        """
        if self.answer == "none":
            return [text("journey.none", lang, at=self.moment.text)]
        time = minutes_long(self.arrive_s - self.leave_s, lang)
        told = [
            text(
                "journey.whole", lang, leave=clock(self.leave_s), arrive=clock(self.arrive_s), time=time,
                answer=text(f"route.{self.answer}", lang), count=max(len(self.legs) - 1, 0),
            )
        ]  # fmt: skip
        for part in self.parts:
            if isinstance(part, Walk):
                told += _walk_words(part, lang)
                continue
            told.append(
                text(
                    "journey.ride",
                    lang,
                    time=clock(part.board.seconds),
                    mode=text(f"journey.{part.mode}", lang),
                    line=part.line,
                    towards=part.headsign or part.alight.name,
                    stop=_place(part.board, lang),
                    goal=_place(part.alight, lang),
                    arrive=clock(part.alight.seconds),
                )
            )
            if not part.surely:
                told.append(text("journey.unsure", lang))
        return told

    def write(self, path: Path) -> None:
        """Write as ``.json``.

        Parameters
        ----------
        path
            File that ends in ``.json``; appears whole or not at all.

        Raises
        ------
        UsageError
            Another suffix.
        """
        if path.suffix.lower() != ".json":
            raise UsageError(f"{path}: journeys by public transport are written as .json")
        write_json(path, self.to_json())


def find_journey(
    city: City,
    profile: Profile,
    start: Spot,
    end: Spot,
    *,
    at: str | None = None,
    moment: Moment | None = None,
    town: TransitTown | None = None,
    level: str = "alone",
) -> Journey:
    """Find the journey that arrives first, in *likely*, or in *possible* where there is no likely one.

    Parameters
    ----------
    city
        A city built with a timetable.
    profile
        For whom.
    start, end
        Latitude and longitude, degrees.
    at
        When one could leave: ``2026-03-03 08:00`` or ``Di 08:00``.
    moment
        The same to the second, instead of `at`.
    town
        The city's public transport where it is open already.
    level
        ``alone`` or ``help``.

    Returns
    -------
    Journey
        Walks and rides in order, with times.

    Raises
    ------
    InputDataError
        The city has no timetable.
    UsageError
        No way is near one of the points, or nothing runs on that day.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> west, east = (51.0499, 13.74), (51.05, 13.7457)
    >>> journey = find_journey(hamlet(), load_profile("walker"), west, east, at="2026-03-03 08:00")
    >>> journey.answer
    'sure'
    """
    town = town or TransitTown(city, level)
    moment = moment or town.moment(at)
    timetable = town.timetable(moment)
    joints = town.joints(profile)
    on_foot = find_route(city, profile, start, end)
    home, goal = join_spot(city, profile, start), join_spot(city, profile, end)
    answers: dict[str, float | None] = {}
    found: dict[str, _Ridden | None] = {}
    for answer in ANSWERS:
        ridden = _ride(
            town, timetable, joints, answer, moment,
            joints.near(home, 1, answer), joints.near(goal, 1, answer, leaving=False),
        )  # fmt: skip
        walked = on_foot.answers[answer]
        times = [each for each in (ridden.seconds if ridden else None, walked) if each is not None]
        answers[answer] = min(times) if times else None
        found[answer] = ridden if ridden is not None and ridden.seconds == answers[answer] else None
    led = next((answer for answer in ("likely", "possible") if answers[answer] is not None), None)
    if led is None:
        return Journey(profile.id, moment, "none", answers, moment.seconds, moment.seconds, ())
    ridden = found[led]
    if ridden is None:
        seconds = answers[led] or 0.0
        walk = Walk(moment.seconds, seconds, on_foot)
        return Journey(
            profile.id, moment, on_foot.answer, answers, moment.seconds, moment.seconds + seconds, (walk,)
        )
    parts = _parts(town, timetable, profile, ridden, start, end, moment)
    first = next(part for part in parts if isinstance(part, Leg))
    leave = first.board.seconds - -(-ridden.access_units // UNITS_PER_S)
    sure = led == "likely" and all(leg.surely for leg in parts if isinstance(leg, Leg))
    sure = sure and all(
        part.route is None or part.route.answer == "sure" for part in parts if isinstance(part, Walk)
    )
    arrive = moment.seconds + ridden.seconds
    return Journey(profile.id, moment, "sure" if sure else led, answers, leave, arrive, tuple(parts))


class _Ridden(NamedTuple):
    """What a scan found for one answer."""

    seconds: float
    rides: list[tuple[int, int]]
    access_units: int
    egress_units: int
    connections: Any
    surely: list[bool]


def _ride(
    town: TransitTown,
    timetable: Timetable,
    joints: StopJoints,
    answer: Answer,
    moment: Moment,
    near: Near,
    goal: Near,
) -> _Ridden | None:
    connections = town.open_to(timetable, joints.profile, answer)
    footpaths = timetable.nodes.footpaths([joints.between(answer)])
    now = moment.seconds * UNITS_PER_S
    if not len(near.stop) or not len(goal.stop):
        return None
    found = scan_forward(connections, footpaths, near.stop, near.units + now)
    reached = np.full(len(timetable.stops), INF, dtype=np.int64)
    by = np.full(len(timetable.stops), -1, dtype=np.int64)
    for node in np.argsort(
        -found.reached.astype(np.int64), kind="stable"
    ).tolist():  # the earliest comes last
        if found.reached[node] != INF:
            reached[timetable.nodes.stop[node]] = found.reached[node]
            by[timetable.nodes.stop[node]] = found.reached_by[node]
    total = np.where(reached[goal.stop] == INF, INF, reached[goal.stop] + goal.units)
    best = int(np.argmin(total))
    if total[best] == INF:
        return None
    rides = found.rides(connections, int(by[goal.stop[best]]))
    first = int(timetable.nodes.stop[connections.tail[rides[0][0]]])
    access = int(near.units[near.stop == first].min())
    sure = town.open_to(timetable, joints.profile, "sure")
    surely = [bool(sure.boards[a] and sure.alights[b]) for a, b in rides]
    return _Ridden(
        (int(total[best]) - now) / UNITS_PER_S, rides, access, int(goal.units[best]), connections, surely
    )


def _parts(
    town: TransitTown,
    timetable: Timetable,
    profile: Profile,
    ridden: _Ridden,
    start: Spot,
    end: Spot,
    moment: Moment,
) -> list[Walk | Leg]:
    feed, connections = town.feed, ridden.connections
    parts: list[Walk | Leg] = []
    at, clock_s = start, moment.seconds
    for (into, out), surely in zip(ridden.rides, ridden.surely, strict=True):
        call = int(timetable.calls[into])
        trip = int(feed.times.trip[call])
        board = _halt(town, int(feed.times.stop[call]), int(connections.departure[into]) // UNITS_PER_S)
        end_call = int(timetable.calls[out]) + 1
        alight = _halt(town, int(feed.times.stop[end_call]), int(connections.arrival[out]) // UNITS_PER_S)
        parts.append(_walk(town, profile, at, (board.lat, board.lon), clock_s))
        parts.append(
            Leg(
                MODES[int(town.mode[trip])], feed.trips.lines[trip], feed.trips.headsigns[trip],
                board, alight, surely,
            )
        )  # fmt: skip
        at, clock_s = (alight.lat, alight.lon), alight.seconds
    parts.append(_walk(town, profile, at, end, clock_s))
    return [part for part in parts if isinstance(part, Leg) or part.route is not None]


def _walk(town: TransitTown, profile: Profile, start: Spot, end: Spot, clock_s: int) -> Walk:
    if start == end:
        return Walk(clock_s, 0.0, None)
    route = find_route(town.city, profile, start, end)
    return Walk(clock_s, route.seconds or 0.0, route)


def _halt(town: TransitTown, stop: int, seconds: int) -> Halt:
    """Where a stop is joined to the network: at its platform."""
    stops, table = town.feed.stops, town.platforms
    rows = np.flatnonzero(table["stop"] == stop)
    lat, lon = float(stops.lat[stop]), float(stops.lon[stop])
    if len(rows):
        lat, lon = float(table["lat"][rows[0]]), float(table["lon"][rows[0]])
    return Halt(stops.ids[stop], stops.names[stop], stops.codes[stop], lat, lon, seconds)


def _line_of(part: Walk | Leg) -> list[list[float]]:
    """Points of a part, lon and lat; none for a walk without a way."""
    if isinstance(part, Leg):
        return [[part.board.lon, part.board.lat], [part.alight.lon, part.alight.lat]]
    if part.route is None or part.route.course is None:
        return []
    return [[round(x, 7), round(y, 7)] for x, y in np.asarray(part.route.course.line)[:, :2].tolist()]


def _row(part: Walk | Leg) -> dict[str, Any]:
    """A part as a row of a table."""
    told, line = _told(part), _line_of(part)
    return {
        "mode": told["mode"],
        "line": told.get("line"),
        "board": part.board.name if isinstance(part, Leg) else None,
        "alight": part.alight.name if isinstance(part, Leg) else None,
        "seconds": told["seconds"],
        "metres": told.get("metres"),
        "geometry": {"type": "LineString", "coordinates": line} if len(line) > 1 else None,
    }


def _told(part: Walk | Leg) -> dict[str, Any]:
    if isinstance(part, Walk):
        route = part.route
        return {
            "mode": "walk",
            "seconds": round(part.seconds, 1),
            "metres": None if route is None or route.course is None else round(route.course.metres, 1),
            "answer": None if route is None else route.answer,
        }
    return {
        "mode": part.mode,
        "line": part.line,
        "headsign": part.headsign,
        "board": {**part.board._asdict(), "seconds": None, "time": clock(part.board.seconds)},
        "alight": {**part.alight._asdict(), "seconds": None, "time": clock(part.alight.seconds)},
        "seconds": part.alight.seconds - part.board.seconds,
        "surely": part.surely,
    }


def _walk_words(walk: Walk, lang: str) -> list[str]:
    if walk.route is None or walk.route.course is None:
        return []
    length = metres_words(walk.route.course.metres, lang)
    told = [text("journey.walk", lang, time=minutes_long(walk.seconds, lang), length=length)]
    if walk.route.barriers:
        told[0] += " " + text("journey.barriers", lang, count=len(walk.route.barriers))
    return told


def _place(halt: Halt, lang: str) -> str:
    name = halt.name or halt.stop_id
    return text("journey.platform", lang, name=name, platform=halt.platform) if halt.platform else name


def clock(seconds: float) -> str:
    """Time of day of a second of the day of service; after midnight it starts again.

    Parameters
    ----------
    seconds
        Seconds since the beginning of the day of service.

    Returns
    -------
    str
        Such as ``08:05``.

    Examples
    --------
    >>> clock(8 * 3600 + 61), clock(25 * 3600)
    ('08:01', '01:00')
    """
    whole = int(seconds) % 86400
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}"
