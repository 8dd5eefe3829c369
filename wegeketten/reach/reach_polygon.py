"""The outline of a reach area: streets with a strip on either side, never across water."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from wegeketten.city import City
    from wegeketten.joins.endpoints import Endpoints
    from wegeketten.reach.spans import Spans

STRIP_M = 8.0
"""Half the width of the strip along a reached edge: narrower than a river or a railway with its banks."""
PATH_M = 1.5
"""Half the width of the strip from a door to its edge, and of an edge over water (a bridge)."""
SMALLEST_HOLE_M2 = 400.0
"""Smaller gaps inside the outline are filled unless a home lies in them that is not reached."""


def polygon_of(
    city: City, spans: Spans, reached: Endpoints, *, inner: BaseGeometry | None = None
) -> BaseGeometry:
    """Outline of the stretches and doors within a limit.

    Parameters
    ----------
    city
        Gives geometry, homes and the base map's water.
    spans
        Stretches within the limit.
    reached
        Joints of the homes within the limit; each home lies inside the outline.
    inner
        Outline of the next smaller limit, which lies inside this one.

    Returns
    -------
    BaseGeometry
        Polygon or multipolygon in the city's metric CRS.
    """
    _, lines = spans.lines(city.edges)
    paths = _paths(city, reached)
    parts = [shapely.buffer(lines, STRIP_M, quad_segs=2), shapely.buffer(paths, PATH_M, quad_segs=2)]
    area = shapely.union_all(np.concatenate(parts))
    if area.is_empty:
        return area if inner is None else inner
    water = _water(city, area)
    if water is not None:
        bridges = shapely.union_all(shapely.buffer(lines[shapely.intersects(lines, water)], PATH_M))
        wet = parts[1][shapely.intersects(parts[1], water)]  # of the doors' paths only these lose anything
        area = shapely.union_all([shapely.difference(area, water), bridges, *wet])
    area = _without_small_holes(area, _unreached(city, reached, area))
    if inner is not None:
        area = shapely.union(area, inner)
    return shapely.normalize(area)


def to_degrees(city: City, shape: BaseGeometry) -> BaseGeometry:
    """The same shape in lon, lat, rounded to a centimetre.

    Parameters
    ----------
    city
        The city, as built.
    shape
        Metres.

    Returns
    -------
    BaseGeometry
        Degrees.
    """

    def degrees(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.round(city.projection.to_lonlat(xy), 7), dtype=np.float64)

    return shapely.transform(shape, degrees)


def _paths(city: City, reached: Endpoints) -> NDArray[np.object_]:
    """Straight lines from the doors to the places where they join their edges."""
    from wegeketten.model.lines import place_at

    if not len(reached):
        return np.empty(0, dtype=object)
    bends, points = city.edges.bends, city.edges.points
    x, y = city.homes["x"][reached.owner], city.homes["y"][reached.owner]
    feet = [
        place_at(points[bends[edge] : bends[edge + 1]], along)
        for edge, along in zip(reached.edge.tolist(), reached.along.tolist(), strict=True)
    ]
    ends = np.stack([np.column_stack([x, y]), np.asarray(feet, dtype=np.float64)], axis=1)
    return np.asarray(shapely.linestrings(ends))


def _water(city: City, area: BaseGeometry) -> BaseGeometry | None:
    """The base map's water that meets an area, metres; None where there is none."""
    if "files" not in city.meta:  # a city in memory has no base map
        return None
    shapes = city.base["geometry"][city.base["class"] == "water"]
    if not len(shapes):
        return None
    box = shapely.box(*to_degrees(city, shapely.box(*area.bounds)).bounds)
    near = shapes[shapely.intersects(shapes, box)]
    if not len(near):
        return None

    def metres(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(city.projection.to_xy(lonlat))

    return shapely.union_all(shapely.make_valid(shapely.transform(near, metres)))


def _unreached(city: City, reached: Endpoints, area: BaseGeometry) -> shapely.STRtree:
    """Homes near an area that are not reached."""
    west, south, east, north = area.bounds
    x, y = city.homes["x"], city.homes["y"]
    other = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    other[reached.owner] = False
    return shapely.STRtree(np.asarray(shapely.points(city.homes["x"][other], city.homes["y"][other])))


def _without_small_holes(area: BaseGeometry, unreached: shapely.STRtree) -> BaseGeometry:
    parts = []
    for part in shapely.get_parts(area):
        rings = shapely.get_rings(part)
        holes = np.asarray(shapely.polygons(rings[1:]))
        keep = [
            ring
            for ring, hole in zip(rings[1:], holes, strict=True)
            if hole.area >= SMALLEST_HOLE_M2 or len(unreached.query(hole, predicate="contains"))
        ]
        parts.append(shapely.polygons(rings[0], holes=keep or None))
    return shapely.union_all(parts) if len(parts) > 1 else parts[0]
