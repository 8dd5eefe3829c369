"""One route, door to door, for a profile: how long, how far, how steep, and over what."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.files.geojson import Waypoint, collection, feature, gpx, line_string
from wegeketten.files.json import json_text, write_text
from wegeketten.joins.endpoints import Endpoints, levels_of, snap_points
from wegeketten.model.answers import ANSWERS
from wegeketten.model.tabular import Tabular
from wegeketten.network.din_run_lengths import summary_of_runs
from wegeketten.people.checks import LEVEL_OF, groups_of
from wegeketten.reach.barriers import Barrier, blocking, passed
from wegeketten.reach.expected import chance_of_way
from wegeketten.reach.itinerary import follow
from wegeketten.reach.spoken import barrier as barrier_words
from wegeketten.reach.ways import search_way
from wegeketten.routing import INF, UNIT_S
from wegeketten.tags.cautions import worst_of
from wegeketten.words.catalogue import text
from wegeketten.words.numbers import metres, minutes_long

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.network.snap import Snaps
    from wegeketten.people.profile import Profile
    from wegeketten.reach.itinerary import Itinerary
    from wegeketten.reach.ways import FindWay, Way

Spot = tuple[float, float]
"""Latitude and longitude in degrees, in the order people say them."""


@dataclass(frozen=True)
class Route(Tabular):
    """One route.

    Attributes
    ----------
    profile
        Id.
    answer
        How certain it is that the person gets through: ``sure``, ``likely``, ``possible``; ``none`` where no
        way is known.
    seconds
        Door to door, None where there is no way.
    answers
        Seconds of the fastest way in each of the three answers, None where there is none.
    course
        Where it leads; None where there is no way.
    barriers
        What it passes, in order.
    chance
        That the way can be gone as described, 0–1; None where no worlds were drawn or there is no way.
    """

    profile: str
    answer: str
    seconds: float | None
    answers: dict[str, float | None]
    course: Itinerary | None
    barriers: tuple[Barrier, ...] = ()
    chance: float | None = None

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Tables ``route`` (one row) and ``barriers``."""
        plain = self.to_json()
        names = ("profile", "answer", "seconds", "metres", "climb_m", "geometry")
        return {"route": [{name: plain[name] for name in names}], "barriers": plain["barriers"]}

    def to_json(self) -> dict[str, Any]:
        """The contract's keys first."""
        course = self.course
        return {
            "profile": self.profile,
            "answer": self.answer,
            "seconds": self.seconds,
            "metres": None if course is None else round(course.metres, 1),
            "climb_m": None if course is None or course.climb_m is None else round(course.climb_m, 1),
            "barriers": [barrier.to_json() for barrier in self.barriers],
            "geometry": None if course is None else line_string(course.line),
            "answers": self.answers,
            "chance": self.chance,
            "instructions": [] if course is None else [step.to_json() for step in course.instructions],
            "din_18040_3_runs": None
            if course is None
            else {
                "verdict": summary_of_runs(course.runs),
                "stretches": [run.to_json() for run in course.runs],
            },
        }

    def sentence(self, lang: str = "de") -> str:
        """The route in one sentence.

        Parameters
        ----------
        lang
            Language of the text, ``de`` or ``en``.

        Returns
        -------
        str
            Ends with a full stop.

        Examples
        --------
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> find_route(hamlet(), load_profile("walker"), (51.0498, 13.74), (51.05, 13.745)).sentence("en")
        '5 minutes, 370 m, certain; no obstacle, no unclear spot.'
        """
        if self.course is None or self.seconds is None:
            return text("route.none", lang)
        return text(
            "route.sentence",
            lang,
            time=minutes_long(self.seconds, lang),
            length=metres(self.course.metres, lang),
            answer=text(f"route.{self.answer}", lang),
            hard=text("route.hard", lang, count=self._count("blocked")),
            unsure=text("route.unsure", lang, count=self._count("unclear")),
        )

    def _count(self, verdict: str) -> int:
        """How many barriers on the way, each once, have a verdict."""
        return len({seen.id for seen in self.barriers if seen.verdict == verdict})

    def write(self, path: Path) -> None:
        """Write as ``.json``, ``.geojson`` or ``.gpx``.

        Parameters
        ----------
        path
            Target file; its ending says which format.

        Raises
        ------
        UsageError
            Another suffix, or a track is asked for where there is no way.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> import json
        >>> route = find_route(hamlet(), load_profile("walker"), (51.05, 13.741), (51.05, 13.745))
        >>> with TemporaryDirectory() as folder:
        ...     route.write(Path(folder) / "way.json")
        ...     json.loads((Path(folder) / "way.json").read_text(encoding="utf-8"))["answer"]
        'sure'
        """
        suffix = path.suffix.lower()
        if suffix not in (".json", ".geojson", ".gpx"):
            raise UsageError(f"{path}: routes are written as .json, .geojson or .gpx")
        if suffix == ".json":
            content = json_text(self.to_json())
        elif self.course is None:
            raise UsageError(f"{path}: there is no way for {self.profile}, so no track can be written")
        elif suffix == ".gpx":
            stops = [Waypoint(seen.lat, seen.lon, barrier_words(seen).de, seen.id) for seen in self.barriers]
            content = gpx(f"wegeketten {self.profile}", self.course.line, stops)
        else:
            plain = self.to_json()
            plain.pop("geometry")
            points = [
                feature(
                    {"type": "Point", "coordinates": [round(seen.lon, 7), round(seen.lat, 7)]}, seen.to_json()
                )
                for seen in self.barriers
            ]
            content = json.dumps(
                collection([feature(line_string(self.course.line), plain), *points]), ensure_ascii=False
            )
        write_text(path, content)


def find_route(
    city: City,
    profile: Profile,
    start: Spot,
    end: Spot,
    *,
    worlds: int = 0,
    seed: int = 0,
    find_way: FindWay | None = None,
) -> Route:
    """The fastest route in the answer *likely*, or in *possible* where there is no likely one.

    Parameters
    ----------
    city
        A built city.
    profile
        For whom.
    start, end
        Latitude and longitude, degrees.
    worlds, seed
        How many worlds are drawn for the route's chance, 0 for none; and which.
    find_way
        How the fastest way is found: a plain search where None, which needs nothing made ready; for many
        questions `wegeketten.reach.ways.climb_way`. Of ways that are equally fast they may find another.

    Returns
    -------
    Route
        Line, steps, barriers and times.

    Raises
    ------
    UsageError
        No way is near one of the points.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> route = find_route(hamlet(), load_profile("walker"), (51.0498, 13.74), (51.05, 13.745))
    >>> route.answer, round(route.seconds)
    ('sure', 280)
    """
    search = find_way or search_way
    answers: dict[str, float | None] = {}
    ways: dict[str, Way] = {}
    spotted = [snap_spot(city, spot) for spot in (start, end)]
    joints = {}
    for answer in ANSWERS:
        joints[answer] = [_joint(profile, *each, answer) for each in spotted]
        way = search(city, profile, answer, *joints[answer])
        answers[answer] = None if way is None else round(way.units * UNIT_S, 1)
        if way is not None:
            ways[answer] = way
    led = next((answer for answer in ("likely", "possible") if answer in ways), None)
    if led is None:
        closed = tuple(
            seen
            for spot, each in zip((start, end), spotted, strict=True)
            for seen in at_door(city, profile, spot, *each)
        )
        return Route(profile.id, "none", None, answers, None, closed)
    on_street = ways[led].arcs
    joined = all(len(joint) for joint in joints["sure"])
    certain = led == "likely" and joined and bool((city.weights(profile).sure[on_street] != INF).all())
    there, back = (
        between(city, profile, spot, *each) for spot, each in zip((start, end), spotted, strict=True)
    )
    barriers = (*there, *passed(city, profile, on_street), *back)
    course = follow(city, ways[led].path, barriers)
    course = course.with_ends(_drawn(start, there), _drawn(end, back))
    chance = chance_of_way(city, profile, on_street, worlds=worlds, seed=seed) if worlds else None
    return Route(profile.id, "sure" if certain else led, answers[led], answers, course, barriers, chance)


def _drawn(spot: Spot, between: Sequence[Barrier]) -> NDArray[np.float64]:
    """The point as part of the line, where the way there is no mere step; shape (0 or 1, 2)."""
    return np.reshape([spot[1], spot[0]] if between else [], (-1, 2)).astype(np.float64)


def at_door(
    city: City, profile: Profile, spot: Spot, snaps: Snaps, caution: NDArray[np.uint32]
) -> list[Barrier]:
    """Why somebody gets nowhere from a point: what lies between, and what closes the way it joins.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.
    spot
        Latitude and longitude, degrees.
    snaps, caution
        Of the point, see `snap_spot`.

    Returns
    -------
    list of Barrier
        Empty where nothing closes it.
    """
    arcs = [2 * int(snaps.edge[0])]
    closed = [seen for seen in blocking(city, profile, arcs, "possible") if seen.verdict == "blocked"]
    return [*between(city, profile, spot, snaps, caution), *closed]


def between(
    city: City, profile: Profile, spot: Spot, snaps: Snaps, caution: NDArray[np.uint32]
) -> list[Barrier]:
    """What lies between a point and the way it joins, as a barrier; parameters as for `at_door`.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.
    spot
        Latitude and longitude, degrees.
    snaps, caution
        Of the point, see `snap_spot`.

    Returns
    -------
    list of Barrier
        One barrier, or none.
    """
    name = worst_of(int(caution[0]), groups_of(profile))
    if not name:
        return []
    place = city.edges.ids(snaps.edge[:1])[0]
    verdict = ("blocked", "unclear", "unclear", "passable")[int(levels_of(caution, profile)[0])]
    return [
        Barrier(
            place, place.partition(":")[0], name, spot[0], spot[1], "caution", name, name, name, "",
            "derived", "none", verdict,
        )
    ]  # fmt: skip


def join_spot(city: City, profile: Profile, spot: Spot, answer: Answer = "possible") -> Endpoints:
    """Joint of a point on the map, the same for every profile; none where nobody passes what lies between.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.
    spot
        Latitude and longitude, degrees.
    answer
        In which answer what lies between the point and the way must be passed.

    Returns
    -------
    Endpoints
        One joint or none.

    Raises
    ------
    UsageError
        The point lies outside the city: no way is near it.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> join_spot(hamlet(), load_profile("walker"), (51.05, 13.741), "likely").owner.tolist()
    [0]
    """
    return _joint(profile, *snap_spot(city, spot), answer)


def _joint(profile: Profile, snaps: Snaps, caution: NDArray[np.uint32], answer: Answer) -> Endpoints:
    rows = np.flatnonzero(levels_of(caution, profile) >= LEVEL_OF[answer])
    off_m = snaps.off_m[rows].astype(np.float64)
    return Endpoints(
        owner=np.zeros(len(rows), dtype=np.int32),
        edge=snaps.edge[rows],
        along=snaps.along[rows].astype(np.float64),
        off_m=off_m,
        off_units=np.rint(off_m / profile.level_m_s / UNIT_S).astype(np.int64),
    )


def snap_spot(city: City, spot: Spot) -> tuple[Snaps, NDArray[np.uint32]]:
    """Where a point on the map joins the network, and what lies between.

    Parameters
    ----------
    city
        The city, as built.
    spot
        Latitude and longitude, degrees.

    Returns
    -------
    tuple
        Joints with all edges near, and cautions as bits.

    Raises
    ------
    UsageError
        No way is near the point.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> snaps, caution = snap_spot(hamlet(), (51.05, 13.741))
    >>> caution.tolist()
    [0]
    """
    lat, lon = spot
    xy = np.asarray(city.projection.to_xy(np.array([[lon, lat]])), dtype=np.float64)
    snaps, caution = snap_points(city, xy)
    if not len(snaps):
        raise UsageError(
            f"{lat}, {lon}: no way within 250 m in {city.path}; write latitude first, then longitude, "
            f"inside {_extent(city)}"
        )
    return snaps, caution


def _extent(city: City) -> str:
    lon, lat = city.nodes["lon"], city.nodes["lat"]
    return f"{lat.min():.3f},{lon.min():.3f} … {lat.max():.3f},{lon.max():.3f}"
