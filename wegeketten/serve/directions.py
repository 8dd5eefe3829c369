"""Directions: a route over some points, with its barriers, in openrouteservice's forms."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.reach.route import find_route
from wegeketten.reach.ways import climb_way
from wegeketten.serve.heights import heights_along
from wegeketten.serve.metadata import bounds_of, factor_of, metadata
from wegeketten.serve.polyline import encoded
from wegeketten.serve.refusals import DIRECTIONS, NO_POINT, NO_WAY, RefusedError
from wegeketten.serve.steps import steps_of
from wegeketten.words.messages import translated

if TYPE_CHECKING:
    from wegeketten.city import City
    from wegeketten.joins.endpoints import Endpoints
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile
    from wegeketten.reach.itinerary import Itinerary
    from wegeketten.reach.route import Route
    from wegeketten.reach.ways import Way
    from wegeketten.serve.desk import Desk
    from wegeketten.serve.fields import Fields, Point
    from wegeketten.words.catalogue import Lang

MOST_POINTS = 50
"""Points of one route."""

_UNUSED = ("alternative_routes", "bearings", "extra_info", "maximum_speed", "schedule", "skip_segments")


@dataclass(frozen=True)
class Leg:
    """The route from one point to the next.

    Attributes
    ----------
    route, course
        The route and where it leads.
    line
        Longitude, latitude, and a height where it was asked for.
    """

    route: Route
    course: Itinerary
    line: list[list[float]]


def directions(desk: Desk, name: str, fields: Fields, form: str) -> dict[str, Any] | str:
    """Answer a request for directions.

    Parameters
    ----------
    desk
        What the service keeps at hand.
    name
        The profile as the client names it.
    fields
        The request.
    form
        ``json``, ``geojson`` or ``gpx``.

    Returns
    -------
    dict or str
        A JSON document, or text for GPX.

    Raises
    ------
    RefusedError
        The request is wrong, a point is near no way, or there is no route.
    """
    profile = desk.profile(name, DIRECTIONS)
    points = fields.points("coordinates", MOST_POINTS, least=2)
    factor = factor_of(fields)
    lang: Lang = "de" if str(fields.values.get("language") or "")[:2].casefold() == "de" else "en"
    high = fields.flag("elevation", default=False)
    with_steps = fields.flag("instructions", default=True)
    with_line = fields.flag("geometry", default=True)
    legs = [_leg(desk.city, profile, pair, number, high=high) for number, pair in enumerate(pairwise(points))]
    if form == "gpx":
        return _track(profile, legs, lang)
    line, stops = _whole(legs)
    segments = []
    for leg, first in zip(legs, stops, strict=False):
        segment: dict[str, Any] = {
            "distance": round(leg.course.metres * factor, 3),
            "duration": leg.route.seconds,
        }
        if with_steps:
            segment["steps"] = steps_of(leg.course, leg.line, first, lang, factor)
        segments.append(segment)
    summary: dict[str, Any] = {
        "distance": round(sum(leg.course.metres for leg in legs) * factor, 3),
        "duration": round(sum(leg.route.seconds or 0.0 for leg in legs), 1),
    }
    warnings = _warnings(legs, fields, lang, high=high)
    about: dict[str, Any] = {
        "summary": summary,
        "segments": segments,
        "way_points": stops,
        **({"warnings": warnings} if warnings else {}),
        **({"extras": {}} if fields.given("extra_info") else {}),
        "wegeketten": [_told(leg.route) for leg in legs],
    }
    box = bounds_of(line)
    asked = {"coordinates": [list(point) for point in points], "format": form}
    frame = {"bbox": box, "metadata": metadata(desk.city, "routing", name, fields, **asked)}
    if form == "json":
        if with_line:
            about["geometry"] = encoded(line)
        return {**frame, "routes": [{"bbox": box, **about}]}
    shape = {"type": "LineString", "coordinates": line} if with_line else None
    feature = {"type": "Feature", "bbox": box, "properties": about, "geometry": shape}
    return {"type": "FeatureCollection", **frame, "features": [feature]}


def _leg(city: City, profile: Profile, pair: tuple[Point, Point], number: int, *, high: bool) -> Leg:
    ways: dict[str, Way] = {}

    def find(city: City, profile: Profile, answer: Answer, homes: Endpoints, places: Endpoints) -> Way | None:
        way = climb_way(city, profile, answer, homes, places)
        if way is not None:
            ways[answer] = way
        return way

    start, end = ((lat, lon) for lon, lat in pair)
    try:
        route = find_route(city, profile, start, end, find_way=find)
    except UsageError:
        raise _far_point(city, pair, number) from None
    if route.course is None:
        why = ", ".join(sorted({f"{seen.kind} {seen.id}" for seen in route.barriers})[:5])
        names = f"{number} {_told_point(pair[0])} and {number + 1} {_told_point(pair[1])}"
        if why:
            message = f"there is no route for {profile.id} between points {names}; at its ends stand: {why}"
        else:
            message = f"there is no route for {profile.id} between points {names}"
        raise RefusedError(message, NO_WAY, 404)
    line = np.round(route.course.line, 6)
    if high:
        path = ways["likely" if "likely" in ways else "possible"].path
        line = np.column_stack([line, np.round(heights_along(city, path, route.course.line), 1)])
    return Leg(route, route.course, line.tolist())


def _far_point(city: City, pair: tuple[Point, Point], number: int) -> RefusedError:
    xy = np.asarray(city.projection.to_xy(np.array(pair)), dtype=np.float64)
    far = 0 if not len(city.joiner.join(xy[:1])[0]) else 1
    return RefusedError(
        f"point {number + far} {_told_point(pair[far])}: no way within 250 m; longitude comes first",
        NO_POINT,
        404,
    )


def _told_point(point: Point) -> str:
    return f"({point[0]:.6f}, {point[1]:.6f})"


def _whole(legs: list[Leg]) -> tuple[list[list[float]], list[int]]:
    """The line of all legs, and where on it the points asked for lie."""
    line: list[list[float]] = []
    stops = [0]
    for leg in legs:
        same = bool(line) and line[-1][:2] == leg.line[0][:2]
        line += leg.line[1:] if same else leg.line
        stops[-1] = len(line) - len(leg.line)
        stops.append(len(line) - 1)
    return line, stops


def _told(route: Route) -> dict[str, Any]:
    """What openrouteservice has no word for: how sure it is, what is passed, what a norm says of it."""
    plain = route.to_json()
    return {name: value for name, value in plain.items() if name not in ("geometry", "instructions")}


def _warnings(legs: list[Leg], fields: Fields, lang: Lang, *, high: bool) -> list[dict[str, Any]]:
    notes: list[str] = []
    if any(leg.route.answer == "possible" for leg in legs):
        notes.append("the route is possible only: something on it is not likely to be passable")
    if high and any(leg.course.climb_m is None for leg in legs):
        notes.append("heights are not known; 0 stands in their place")
    elif high:
        notes.append("heights are metres above the first point of each part of the route")
    unused = [name for name in _UNUSED if fields.given(name) and fields.values[name] != []]
    options = fields.values.get("options")
    if isinstance(options, dict) and options:
        unused.append("options")
    if fields.values.get("preference") == "shortest":
        unused.append("preference")
    if unused:
        notes.append(f"not used: {', '.join(unused)}; the profile decides what can be passed")
    return [
        {"code": number, "message": translated(message, lang)}
        for number, message in enumerate(notes, start=1)
    ]


def _track(profile: Profile, legs: list[Leg], lang: str) -> str:
    from wegeketten.files.geojson import Waypoint, gpx
    from wegeketten.reach.spoken import barrier

    marks = [
        Waypoint(seen.lat, seen.lon, getattr(barrier(seen), lang), seen.id)
        for leg in legs
        for seen in leg.route.barriers
    ]
    return gpx(f"wegeketten {profile.id}", np.concatenate([leg.course.line for leg in legs]), marks)
