"""Directions: a route over some points, with its barriers, in openrouteservice's forms."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.serve.extras import extras_of, stretches_of
from wegeketten.serve.heights import climbs_along
from wegeketten.serve.legs import Walker, refuse_far_points
from wegeketten.serve.metadata import bounds_of, metadata
from wegeketten.serve.polyline import encoded, simplified
from wegeketten.serve.refusals import DIRECTIONS
from wegeketten.serve.route_request import route_request
from wegeketten.serve.steps import steps_of
from wegeketten.words.messages import translated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.people.profile import Profile
    from wegeketten.reach.route import Route
    from wegeketten.serve.desk import Desk
    from wegeketten.serve.fields import Fields
    from wegeketten.serve.legs import Leg
    from wegeketten.serve.route_request import RouteRequest

    Drawn = tuple[list[list[float]], dict[str, Any]]


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
    asked = route_request(fields, form)
    refuse_far_points(desk.city, asked)
    walker = Walker(desk, profile, asked)
    if asked.others is None:
        ways = [[walker.leg(pair, number) for number, pair in enumerate(pairwise(asked.points))]]
    else:
        ways = [[leg] for leg in walker.others((asked.points[0], asked.points[1]), asked.others)]
    if form == "gpx":
        return _track(profile, ways[0], asked.lang)
    drawn = [_described(walker, legs, asked) for legs in ways]
    query = {"coordinates": [list(point) for point in asked.points], "format": form}
    frame = {
        "bbox": bounds_of([point for line, _ in drawn for point in line]),
        "metadata": metadata(desk.city, "routing", name, fields, **query),
    }
    if form == "json":
        routes = []
        for line, about in drawn:
            shape = {"geometry": encoded(line)} if asked.with_line else {}
            routes.append({"bbox": bounds_of(line), **about, **shape})
        return {**frame, "routes": routes}
    features = [
        {
            "type": "Feature",
            "bbox": bounds_of(line),
            "properties": about,
            "geometry": {"type": "LineString", "coordinates": line} if asked.with_line else None,
        }
        for line, about in drawn
    ]
    return {"type": "FeatureCollection", **frame, "features": features}


def _described(walker: Walker, legs: Sequence[Leg], asked: RouteRequest) -> Drawn:
    """The line of a route, and what is said of it."""
    line, stops = _whole(legs)
    metres = sum(leg.course.metres for leg in legs)
    segments = []
    for leg, first in zip(legs, stops, strict=False):
        segment: dict[str, Any] = {
            "distance": round(leg.course.metres * asked.factor, 3),
            "duration": leg.route.seconds,
        }
        if asked.with_steps:
            segment["steps"] = steps_of(
                leg.course, leg.line, first, asked.lang, asked.factor,
                html_marks=asked.html, maneuvers=asked.maneuvers,
            )  # fmt: skip
        segments.append(
            {**segment, **_climbs(walker, [leg], asked), **_attributes(walker, leg, metres, asked)}
        )
    summary: dict[str, Any] = {
        "distance": round(metres * asked.factor, 3),
        "duration": round(sum(leg.route.seconds or 0.0 for leg in legs), 1),
        **_climbs(walker, legs, asked),
    }
    warnings = [] if asked.quiet else _warnings(legs, asked)
    about: dict[str, Any] = {
        "summary": summary,
        "segments": segments,
        "way_points": stops,
        **({"warnings": warnings} if warnings else {}),
        "wegeketten": [_told(leg.route) for leg in legs],
    }
    if asked.extras:
        parts = [
            part for leg, first in zip(legs, stops, strict=False)
            for part in stretches_of(walker.city, leg.course, first)
        ]  # fmt: skip
        about["extras"] = extras_of(walker.city, walker.profile, parts, asked.extras, asked.factor)
    return (_simple(line, about), about) if asked.simple else (line, about)


def _whole(legs: Sequence[Leg]) -> tuple[list[list[float]], list[int]]:
    """The line of all legs, and where on it the points asked for lie."""
    line: list[list[float]] = []
    stops = [0]
    for leg in legs:
        same = bool(line) and line[-1][:2] == leg.line[0][:2]
        line += leg.line[1:] if same else leg.line
        stops[-1] = len(line) - len(leg.line)
        stops.append(len(line) - 1)
    return line, stops


def _simple(line: list[list[float]], about: dict[str, Any]) -> list[list[float]]:
    """A line with fewer points; what names points of it is changed in place."""
    steps = [step for segment in about["segments"] for step in segment.get("steps", ())]
    kept = simplified(
        line, {*about["way_points"], *(place for step in steps for place in step["way_points"])}
    )
    number = {place: row for row, place in enumerate(kept)}
    about["way_points"] = [number[place] for place in about["way_points"]]
    for step in steps:
        step["way_points"] = [number[place] for place in step["way_points"]]
    return [line[place] for place in kept]


def _climbs(walker: Walker, legs: Sequence[Leg], asked: RouteRequest) -> dict[str, float]:
    """Metres up and down, as far as they are known."""
    if not asked.high or all(leg.course.climb_m is None for leg in legs):
        return {}
    climbs = [climbs_along(walker.city, leg.course.path) for leg in legs]
    return {
        name: round(sum(climb[number] for climb in climbs), 1)
        for number, name in enumerate(("ascent", "descent"))
    }


def _attributes(walker: Walker, leg: Leg, metres: float, asked: RouteRequest) -> dict[str, float]:
    """Kilometres an hour, how much longer than the straight line, and per cent of the whole route."""
    found: dict[str, float] = {}
    if "avgspeed" in asked.attributes and leg.route.seconds:
        found["avgspeed"] = round(3.6 * leg.course.metres / leg.route.seconds, 2)
    if "detourfactor" in asked.attributes:
        ends = np.array([leg.line[0][:2], leg.line[-1][:2]])
        straight = float(np.hypot(*np.diff(np.asarray(walker.city.projection.to_xy(ends)), axis=0)[0]))
        found["detourfactor"] = round(leg.course.metres / straight, 2) if straight > 0 else 0.0
    if "percentage" in asked.attributes:
        found["percentage"] = round(100 * leg.course.metres / metres, 2) if metres else 0.0
    return found


def _told(route: Route) -> dict[str, Any]:
    """What openrouteservice has no word for: how sure it is, what is passed, what a norm says of it."""
    plain = route.to_json()
    return {name: value for name, value in plain.items() if name not in ("geometry", "instructions")}


def _warnings(legs: Sequence[Leg], asked: RouteRequest) -> list[dict[str, Any]]:
    notes: list[str] = []
    if any(leg.route.answer == "possible" for leg in legs):
        notes.append("the route is possible only: something on it is not likely to be passable")
    if asked.high and any(leg.course.climb_m is None for leg in legs):
        notes.append("heights are not known; 0 stands in their place")
    elif asked.high:
        notes.append("heights are metres above the first point of each part of the route")
    return [
        {"code": number, "message": translated(message, asked.lang)}
        for number, message in enumerate([*notes, *asked.notes], start=1)
    ]


def _track(profile: Profile, legs: Sequence[Leg], lang: str) -> str:
    from wegeketten.files.geojson import Waypoint, gpx
    from wegeketten.reach.spoken import barrier

    marks = [
        Waypoint(seen.lat, seen.lon, getattr(barrier(seen), lang), seen.id)
        for leg in legs
        for seen in leg.route.barriers
    ]
    return gpx(f"wegeketten {profile.id}", np.concatenate([leg.course.line for leg in legs]), marks)
