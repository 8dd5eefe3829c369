"""Reach areas (isochrones) in openrouteservice's form: one polygon for each location and limit."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from wegeketten.errors import UsageError
from wegeketten.files.geojson import polygonal
from wegeketten.model.answers import ANSWERS
from wegeketten.reach.isochrone import find_isochrone
from wegeketten.reach.reach_polygon import to_degrees
from wegeketten.serve.fields import shown
from wegeketten.serve.metadata import UNITS, factor_of, metadata
from wegeketten.serve.refusals import ISOCHRONES, NO_AREA, NO_POINT, TOO_MUCH, RefusedError
from wegeketten.serve.wishes import wishes_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.reach.isochrone import Isochrone
    from wegeketten.serve.desk import Desk
    from wegeketten.serve.fields import Fields, Point

MOST_LOCATIONS = 5
MOST_LIMITS = 10
LONGEST_S = 7200.0
"""Two hours on foot."""
LONGEST_M = 10_000.0

SEAM_M = 0.1
"""Half the width of the seam by which parts of an area hang together."""

ATTRIBUTES = ("area", "reachfactor", "total_pop")
MOST_CROSSED = 200
"""Intersections in one answer."""


@dataclass(frozen=True)
class AreaRequest:
    """What is asked for.

    Attributes
    ----------
    points
        Longitude and latitude each.
    limits
        Seconds or metres, ascending.
    by_length
        Whether they are metres.
    leaving
        Whether people leave the points; otherwise they walk towards them.
    answer
        How certain the ways must be.
    attributes
        Some of `ATTRIBUTES`.
    area_factor
        By what square metres are multiplied.
    smoothing
        How much bays are filled, 0 to 1.
    crossed
        Whether the intersections of areas of different points are wanted.
    """

    points: list[Point]
    limits: list[float]
    by_length: bool
    leaving: bool
    answer: Answer
    attributes: list[str]
    area_factor: float
    smoothing: float
    crossed: bool


def isochrones(desk: Desk, name: str, fields: Fields) -> dict[str, Any]:
    """Answer a request for reach areas.

    Parameters
    ----------
    desk
        What the service keeps at hand.
    name
        The profile as the client names it.
    fields
        The request.

    Returns
    -------
    dict
        A JSON document.

    Raises
    ------
    RefusedError
        The request is wrong, or nobody gets anywhere from a location.
    """
    profile = desk.profile(name, ISOCHRONES)
    asked = _request(fields)
    wishes = wishes_of(fields)
    network = desk.by_metres(profile, wishes) if asked.by_length else desk.network(profile, wishes)
    features: list[dict[str, Any]] = []
    shapes: list[list[BaseGeometry]] = []
    drawn: list[BaseGeometry] = []
    for number, (lon, lat) in enumerate(asked.points):
        try:
            found = find_isochrone(
                *network, [each / 60 for each in asked.limits], start=(lat, lon), answer=asked.answer,
                leaving=asked.leaving,
            )  # fmt: skip
        except UsageError:
            told = f"({lon:.6f}, {lat:.6f})"
            raise RefusedError(
                f"point {number} {told}: no way within 250 m; longitude comes first", NO_POINT, 404
            ) from None
        shapes.append(_shapes(found, asked, number))
        for limit, shape, plain in zip(asked.limits, shapes[-1], found.properties(), strict=True):
            about = plain | {"group_index": number, "value": limit}
            about |= _figures(shape, limit * (1.0 if asked.by_length else profile.level_m_s), asked)
            drawn.append(_one_polygon(desk.city, shape))
            features.append({"type": "Feature", "properties": about, "geometry": polygonal(drawn[-1])})
    corners = shapely.bounds(drawn)
    if asked.crossed:
        features += _intersections(desk, shapes, asked)
    query = {
        "locations": [list(each) for each in asked.points], "range": asked.limits,
        "range_type": "distance" if asked.by_length else "time",
    }  # fmt: skip
    return {
        "type": "FeatureCollection",
        "bbox": [*corners[:, :2].min(axis=0).tolist(), *corners[:, 2:].max(axis=0).tolist()],
        "features": features,
        "metadata": metadata(desk.city, "isochrones", name, fields, **query),
    }


def _request(fields: Fields) -> AreaRequest:
    points = fields.points("locations", MOST_LOCATIONS)
    by_length = fields.choice("range_type", ("time", "distance"), "time") == "distance"
    factor = factor_of(fields)
    limits = _limits(fields, LONGEST_M, 1 / factor) if by_length else _limits(fields, LONGEST_S, 1.0)
    attributes = fields.words("attributes", 50)
    for word in attributes:
        if word not in ATTRIBUTES:
            raise fields.refuse(f"attributes: {shown(word)} is not known, choose {', '.join(ATTRIBUTES)}")
    smoothing = fields.number("smoothing", 0.0, 100.0, 0.0)
    return AreaRequest(
        points,
        limits,
        by_length,
        fields.choice("location_type", ("start", "destination"), "start") == "start",
        next(each for each in ANSWERS if each == fields.choice("answer", ANSWERS, "likely")),
        attributes,
        UNITS[fields.choice("area_units", list(UNITS), "m")] ** 2,
        smoothing if smoothing <= 1 else smoothing / 100,  # clients say up to 1, the service up to 100
        fields.flag("intersections", default=False),
    )


def _shapes(found: Isochrone, asked: AreaRequest, number: int) -> list[BaseGeometry]:
    """The areas about a point, each holding the smaller ones."""
    shapes: list[BaseGeometry] = []
    for area in found.areas:
        if area.shape.is_empty:
            raise RefusedError(
                f"point {number}: {found.profile} gets nowhere from here in the answer {asked.answer}",
                NO_AREA,
                404,
            )
        shape = smoothed(area.shape, asked.smoothing) if asked.smoothing else area.shape
        shapes.append(shapely.union(shape, shapes[-1]) if shapes and asked.smoothing else shape)
    return shapes


def _one_polygon(city: City, shape: BaseGeometry) -> BaseGeometry:
    """An area in one piece in lon, lat; a neck that rounding would cut becomes as wide as a seam."""
    whole = in_one_piece(shape)
    drawn = to_degrees(city, whole)
    if drawn.geom_type == "Polygon":
        return drawn
    return to_degrees(city, in_one_piece(shapely.buffer(whole, SEAM_M)))


def _figures(shape: BaseGeometry, radius_m: float, asked: AreaRequest) -> dict[str, float]:
    """Size of an area in the unit asked for, and its share of the circle that level ground would give."""
    told: dict[str, float] = {}
    if asked.smoothing or asked.area_factor != 1.0:
        told["area"] = round(shape.area * asked.area_factor, 1 if asked.area_factor == 1.0 else 6)
    if "reachfactor" in asked.attributes:
        told["reachfactor"] = round(min(1.0, shape.area / (np.pi * radius_m**2)), 4)
    return told


def _intersections(desk: Desk, shapes: list[list[BaseGeometry]], asked: AreaRequest) -> list[dict[str, Any]]:
    """Where areas of two points overlap; ``contours`` names point and limit of both."""
    features: list[dict[str, Any]] = []
    places = [(group, row) for group, own in enumerate(shapes) for row in range(len(own))]
    for one, other in combinations(places, 2):
        if one[0] == other[0]:
            continue
        shape = shapely.intersection(shapes[one[0]][one[1]], shapes[other[0]][other[1]])
        if not shape.area:
            continue
        parts = [part for part in shapely.get_parts(shape) if part.area]
        about: dict[str, Any] = {"contours": [list(one), list(other)]}
        if "area" in asked.attributes:
            about["area"] = round(shape.area * asked.area_factor, 6)
        drawn = to_degrees(desk.city, parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts))
        features.append({"type": "Feature", "properties": about, "geometry": polygonal(drawn)})
    return features[:MOST_CROSSED]


def _limits(fields: Fields, longest: float, scale: float) -> list[float]:
    """Seconds or metres, ascending; one limit and an interval stand for all its multiples."""
    values = fields.values.get("range")
    if isinstance(values, int | float) and not isinstance(values, bool):
        fields.values = {**fields.values, "range": [values]}
    rows = fields.rows("range", MOST_LIMITS)
    limits = sorted({fields.bounded("range", each, 1.0 / scale, longest / scale) for each in rows})
    if len(limits) == 1 and fields.given("interval"):
        step = fields.number("interval", 1.0 / scale, longest / scale, longest / scale)
        count = int(limits[0] / step + 1e-9)
        if count > MOST_LIMITS:
            raise fields.refuse(
                f"interval: {count} areas are too many, at most {MOST_LIMITS} are answered", TOO_MUCH
            )
        steps = {step * (number + 1) for number in range(count)}
        limits = sorted(steps | ({limits[0]} if not count else set()))
    return [round(each * scale, 6) for each in limits]


def smoothed(shape: BaseGeometry, smoothing: float) -> BaseGeometry:
    """An area with its bays and gaps filled; what lies in them is not reached.

    Parameters
    ----------
    shape
        Polygon or multipolygon, metres.
    smoothing
        0 to 1; at 1 bays as wide as the radius of a circle of the same size are filled.

    Returns
    -------
    BaseGeometry
        It holds the area.

    Examples
    --------
    >>> fork = shapely.union(shapely.box(0, 0, 100, 10), shapely.box(0, 20, 100, 30))
    >>> smoothed(shapely.union(fork, shapely.box(0, 0, 10, 30)), 1.0).area > 2900
    True
    """
    width = smoothing * np.sqrt(shape.area / np.pi) / 2
    closed = shapely.buffer(shapely.buffer(shape, width, quad_segs=4), -width, quad_segs=4)
    whole: BaseGeometry = shapely.union(closed, shape)
    return whole


def in_one_piece(shape: BaseGeometry) -> BaseGeometry:
    """A polygon of a reach area, its parts sewn together along the shortest lines between them.

    Clients of openrouteservice read one polygon; parts arise where a bridge or a tunnel leads on, so that
    people do get from one to the other.

    Parameters
    ----------
    shape
        Polygon or multipolygon, metres.

    Returns
    -------
    BaseGeometry
        One polygon.

    Examples
    --------
    >>> parts = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(3, 0, 4, 1)])
    >>> whole = in_one_piece(parts)
    >>> whole.geom_type, round(whole.area, 1)
    ('Polygon', 2.4)
    """
    parts: list[BaseGeometry] = list(shapely.get_parts(shape))
    while len(parts) > 1:
        parts.sort(key=lambda part: -part.area)
        rest = shapely.union_all(parts[1:])
        seam = shapely.shortest_line(parts[0], rest).buffer(SEAM_M, cap_style="square")
        parts = list(shapely.get_parts(shapely.union_all([*parts, seam])))
    return parts[0]
