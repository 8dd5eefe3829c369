"""A chain of errands that may ride between them: the places, and how to get from each to the next.

Whoever is earlier somewhere is never later anywhere after it, so the earliest time at each place of one
errand is all that the next needs: one scan per errand finds the best chain over all places at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.files.json import write_json
from wegeketten.joins.endpoints import allowed_places, same_edge, seeds_from, times_at
from wegeketten.model.answers import ANSWERS
from wegeketten.model.tabular import Tabular
from wegeketten.reach.route import join_spot
from wegeketten.routing import INF, nearest, scan_forward
from wegeketten.transit.journey import Journey, clock, find_journey
from wegeketten.transit.town import UNITS_PER_S, Moment, TransitTown
from wegeketten.words.catalogue import text
from wegeketten.words.names import service_name
from wegeketten.words.numbers import minutes_long

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.joins.endpoints import Endpoints
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile
    from wegeketten.reach.route import Spot
    from wegeketten.transit.timetable import Timetable
    from wegeketten.transit.walks import Near, StopJoints

_NEVER = np.iinfo(np.int64).max // 4


@dataclass(frozen=True)
class Errand:
    """One visit: the service, its place (empty for home), its name, and when one is there."""

    service: str
    place_id: str
    name: str
    lat: float
    lon: float
    arrive_s: float


@dataclass(frozen=True)
class Outing(Tabular):
    """A chain for one door.

    Attributes
    ----------
    profile, moment
        Who asks, and when they could leave.
    answers
        Seconds of the whole chain in each answer, None where it breaks.
    errands, journeys
        The visits, and the journey to each.
    """

    profile: str
    moment: Moment
    answers: dict[str, float | None]
    errands: tuple[Errand, ...]
    journeys: tuple[Journey, ...]

    @property
    def seconds(self) -> float | None:
        """From leaving to being at the last place, None where there is no chain."""
        return self.journeys[-1].arrive_s - self.journeys[0].leave_s if self.journeys else None

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Tables ``visits`` and ``legs``."""
        return {
            "visits": [dict(vars(errand)) for errand in self.errands],
            "legs": [
                {"visit": number, **row}
                for number, journey in enumerate(self.journeys, start=1)
                for row in journey.tables()["legs"]
            ],
        }

    def to_json(self) -> dict[str, Any]:
        """The chain with its journeys."""
        seconds = self.seconds
        return {
            "profile": self.profile,
            "at": self.moment.text,
            "seconds": None if seconds is None else round(seconds, 1),
            "answers": self.answers,
            "stops": [
                {**vars(errand), "arrive_s": None, "arrive": clock(errand.arrive_s)}
                for errand in self.errands
            ],
            "legs": [journey.to_json() for journey in self.journeys],
        }

    def sentences(self, lang: str) -> list[str]:
        """The chain in plain words.

        Parameters
        ----------
        lang
            Language of the text, ``de`` or ``en``.

        Returns
        -------
        list of str
            In order, ready to be printed.
        """
        seconds = self.seconds
        if seconds is None:
            return [text("journey.breaks", lang, at=self.moment.text)]
        told = [text("journey.chain", lang, count=len(self.errands), time=minutes_long(seconds, lang))]
        for errand, journey in zip(self.errands, self.journeys, strict=True):
            what = service_name(errand.service, lang) if errand.service else text("journey.home", lang)
            name = f" ({errand.name})" if errand.name else ""
            told.append(text("journey.errand", lang, what=what, name=name, arrive=clock(errand.arrive_s)))
            told += journey.sentences(lang)[1:]
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


@dataclass(frozen=True)
class _Layer:
    """Where an errand may be done: joints numbered from 0, and stops near each, on leaving and coming."""

    service: str
    rows: NDArray[np.int64]
    joints: Endpoints
    towards: Near
    away: Near


@dataclass
class _Day:
    """All that a chain of one answer needs."""

    town: TransitTown
    timetable: Timetable
    joints: StopJoints
    answer: Answer

    def __post_init__(self) -> None:
        self.weights = getattr(self.town.city.weights(self.joints.profile), self.answer)
        self.graph = self.town.city.graph.with_weights(self.weights)
        self.connections = self.town.open_to(self.timetable, self.joints.profile, self.answer)
        self.footpaths = self.timetable.nodes.footpaths([self.joints.between(self.answer)])

    def layer(self, service: str, joints: Endpoints) -> _Layer:
        rows, owner = np.unique(joints.owner, return_inverse=True)
        joints = replace(joints, owner=owner.astype(np.int32))
        return _Layer(
            service, rows.astype(np.int64), joints,
            self.joints.near(joints, len(rows), self.answer),
            self.joints.near(joints, len(rows), self.answer, leaving=False),
        )  # fmt: skip

    def step(self, a: _Layer, times: NDArray[np.int64], b: _Layer) -> NDArray[np.int64]:
        """Earliest times at the places of the next errand, from those at the last; units of the day."""
        found = self._on_foot(a, times, b)
        door = np.repeat(np.arange(len(a.rows)), np.diff(a.towards.indptr))
        ready = times[door] + a.towards.units
        start = ready < _NEVER
        if not start.any() or not len(b.away.stop):
            return found
        out = scan_forward(self.connections, self.footpaths, a.towards.stop[start], ready[start]).reached
        by_stop = np.full(len(self.timetable.stops), _NEVER, dtype=np.int64)
        np.minimum.at(by_stop, self.timetable.nodes.stop, np.where(out == INF, _NEVER, out.astype(np.int64)))
        goal = np.repeat(np.arange(len(b.rows)), np.diff(b.away.indptr))
        np.minimum.at(found, goal, np.minimum(by_stop[b.away.stop] + b.away.units, _NEVER))
        return found

    def _on_foot(self, a: _Layer, times: NDArray[np.int64], b: _Layer) -> NDArray[np.int64]:
        uv = self.town.city.edges["u"], self.town.city.edges["v"]
        found = np.full(len(b.rows), _NEVER, dtype=np.int64)
        earliest = int(times.min(initial=_NEVER))
        if earliest == _NEVER:
            return found
        seeds = seeds_from(a.joints, uv, self.weights)
        since = times[a.joints.owner[seeds.joint]] - earliest + seeds.offsets
        there = since < INF
        if there.any():
            at_node, _ = nearest(self.graph, seeds.nodes[there], since[there])
            units, _ = times_at(b.joints, uv, self.weights, at_node[:, None], leaving=False)
            walked = np.where(units[:, 0] == INF, _NEVER, units[:, 0].astype(np.int64) + earliest)
            np.minimum.at(found, b.joints.owner, walked)
        pairs = same_edge(a.joints, b.joints, self.weights, self.town.city.edges["length_m"])
        open_ = pairs.units != INF
        at = times[a.joints.owner[pairs.home[open_]]] + pairs.units[open_]
        np.minimum.at(found, b.joints.owner[pairs.place[open_]], np.minimum(at, _NEVER))
        return found


def find_outing(
    city: City,
    profile: Profile,
    start: Spot,
    visits: Sequence[str],
    *,
    returning: bool = False,
    at: str | None = None,
    level: str = "alone",
) -> Outing:
    """Find the chain of errands, in their order, that is done first.

    Parameters
    ----------
    city
        A city built with a timetable.
    profile
        For whom.
    start
        Latitude and longitude of the door.
    visits
        Service ids in the order of the visits.
    returning
        Whether it ends at home.
    at
        When one could leave.
    level
        ``alone`` or ``help``.

    Returns
    -------
    Outing
        Legs in order, with times.

    Raises
    ------
    InputDataError
        The city has no timetable.
    UsageError
        A service does not exist, none is named, or nothing runs on that day.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> door, visits = (51.0499, 13.74), ["pharmacy", "groceries"]
    >>> outing = find_outing(hamlet(), load_profile("walker"), door, visits, at="2026-03-03 08:00")
    >>> round(outing.seconds), len(outing.journeys)
    (247, 2)
    """
    named = [name.strip() for name in visits if name.strip()]
    if not named:
        raise UsageError("chain: name at least one service with --visit")
    for name in named:
        city.catalogue.service(name)
    town = TransitTown(city, level)
    moment = town.moment(at)
    timetable, joints = town.timetable(moment), town.joints(profile)
    home = join_spot(city, profile, start)
    answers: dict[str, float | None] = {}
    chosen: dict[str, list[tuple[str, int]]] = {}
    for answer in ANSWERS:
        day = _Day(town, timetable, joints, answer)
        layers = [day.layer("", home)]
        for name in named:
            offer = joints.places.take(
                np.isin(joints.places.owner, allowed_places(city, profile, answer, name))
            )
            layers.append(day.layer(name, offer))
        if returning:
            layers.append(layers[0])
        seconds, chosen[answer] = _best(day, layers, moment.seconds * UNITS_PER_S)
        answers[answer] = seconds
    led = next((answer for answer in ("likely", "possible") if answers[answer] is not None), None)
    if led is None:
        return Outing(profile.id, moment, answers, (), ())
    return _told(town, profile, start, chosen[led], moment, answers)


def _best(day: _Day, layers: list[_Layer], now: int) -> tuple[float | None, list[tuple[str, int]]]:
    """Seconds of the best chain and its places (service and row), found from the end backwards."""
    times = [np.array([now], dtype=np.int64)]
    for a, b in pairwise(layers):
        times.append(day.step(a, times[-1], b))
        if times[-1].min(initial=_NEVER) == _NEVER:
            return None, []
    at = int(np.argmin(times[-1]))
    total = (int(times[-1][at]) - now) / UNITS_PER_S
    places = [(layers[-1].service, int(layers[-1].rows[at]))]
    for number in range(len(layers) - 2, 0, -1):
        for before in np.argsort(times[number], kind="stable").tolist():
            alone = np.full(len(times[number]), _NEVER, dtype=np.int64)
            alone[before] = times[number][before]
            if day.step(layers[number], alone, layers[number + 1])[at] == times[number + 1][at]:
                at = int(before)
                break
        places.append((layers[number].service, int(layers[number].rows[at])))
    return total, places[::-1]


def _told(
    town: TransitTown,
    profile: Profile,
    start: Spot,
    places: list[tuple[str, int]],
    moment: Moment,
    answers: dict[str, float | None],
) -> Outing:
    """The journeys between the chosen places, one after the other."""
    errands, journeys = [], []
    here, now = start, moment
    table = town.city.places
    for service, row in places:
        there = (float(table["lat"][row]), float(table["lon"][row])) if service else start
        journey = find_journey(town.city, profile, here, there, moment=now, town=town)
        name = str(table["name"][row]) if service else ""
        place_id = str(table["place_id"][row]) if service else ""
        errands.append(Errand(service, place_id, name, *there, journey.arrive_s))
        journeys.append(journey)
        here, now = there, Moment(moment.date, int(-(-journey.arrive_s // 1)))
    return Outing(profile.id, moment, answers, tuple(errands), tuple(journeys))
