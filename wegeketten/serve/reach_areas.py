"""Reach areas (isochrones) in openrouteservice's form: one polygon for each location and limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from wegeketten.errors import UsageError
from wegeketten.model.answers import ANSWERS
from wegeketten.reach.isochrone import find_isochrone
from wegeketten.reach.reach_polygon import to_degrees
from wegeketten.serve.metadata import metadata
from wegeketten.serve.refusals import ISOCHRONES, NO_AREA, NO_POINT, TOO_MUCH, RefusedError

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from wegeketten.serve.desk import Desk
    from wegeketten.serve.fields import Fields

MOST_LOCATIONS = 5
MOST_LIMITS = 10
LONGEST_S = 7200.0
"""Two hours on foot."""

SEAM_M = 0.1
"""Half the width of the seam by which parts of an area hang together."""


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
    points = fields.points("locations", MOST_LOCATIONS)
    limits = _limits(fields)
    if fields.choice("range_type", ("time", "distance"), "time") == "distance":
        raise fields.refuse("range_type: reach areas are by time here, not by distance")
    leaving = fields.choice("location_type", ("start", "destination"), "start") == "start"
    answer = next(each for each in ANSWERS if each == fields.choice("answer", ANSWERS, "likely"))
    features = []
    for number, (lon, lat) in enumerate(points):
        try:
            found = find_isochrone(
                desk.city, profile, [each / 60 for each in limits], start=(lat, lon), answer=answer,
                leaving=leaving,
            )  # fmt: skip
        except UsageError:
            told = f"({lon:.6f}, {lat:.6f})"
            raise RefusedError(
                f"point {number} {told}: no way within 250 m; longitude comes first", NO_POINT, 404
            ) from None
        areas = zip(limits, found.areas, found.to_json()["features"], strict=True)
        for seconds, area, plain in areas:
            if area.shape.is_empty:
                raise RefusedError(
                    f"point {number}: {profile.id} gets nowhere from here in the answer {answer}",
                    NO_AREA,
                    404,
                )
            about = plain["properties"] | {"group_index": number, "value": seconds}
            shape = shapely.geometry.mapping(to_degrees(desk.city, in_one_piece(area.shape)))
            features.append({"type": "Feature", "properties": about, "geometry": shape})
    corners = np.array([shapely.geometry.shape(each["geometry"]).bounds for each in features])
    return {
        "type": "FeatureCollection",
        "bbox": [*corners[:, :2].min(axis=0).tolist(), *corners[:, 2:].max(axis=0).tolist()],
        "features": features,
        "metadata": metadata(
            desk.city, "isochrones", name, fields, locations=[list(each) for each in points], range=limits
        ),
    }


def _limits(fields: Fields) -> list[float]:
    """Seconds, ascending; one limit and an interval stand for all its multiples."""
    values = fields.values.get("range")
    if isinstance(values, int | float) and not isinstance(values, bool):
        fields.values = {**fields.values, "range": [values]}
    rows = fields.rows("range", MOST_LIMITS)
    limits = sorted({fields.bounded("range", each, 1.0, LONGEST_S) for each in rows})
    if len(limits) == 1 and fields.given("interval"):
        step = fields.number("interval", 1.0, LONGEST_S, LONGEST_S)
        count = int(limits[0] / step + 1e-9)
        if count > MOST_LIMITS:
            raise fields.refuse(
                f"interval: {count} areas are too many, at most {MOST_LIMITS} are answered", TOO_MUCH
            )
        steps = {step * (number + 1) for number in range(count)}
        limits = sorted(steps | ({limits[0]} if not count else set()))
    return limits


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
