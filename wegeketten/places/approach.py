"""By which points a place is entered: mapped entrances, gates, paths that meet its outline, or its edge."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from wegeketten.model.kinds import BARRIERS
from wegeketten.network.flight_ends import find_dead_ends
from wegeketten.network.obstacles import is_house
from wegeketten.places.outlines import centre

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from wegeketten.osm.features import Features, Way
    from wegeketten.osm.projection import Projection

NOT_FOR_VISITORS = frozenset(
    {"no", "emergency", "fire_exit", "exit", "garage", "service", "delivery", "staircase", "home", "private"}
)
"""Values of ``entrance`` that lead nobody into a shop."""

_WALL_GAPS = frozenset({"entrance", "sally_port"})
_GATES = _WALL_GAPS.union(*(row.osm for row in BARRIERS.values() if row.gap == "opening"))
"""Values of ``barrier`` by which one gets onto grounds: those whose width is that of a passage."""
_NOT_WALKED = frozenset(
    {"motorway", "motorway_link", "trunk", "construction", "proposed", "raceway", "razed"}
)

_DOOR_M = 10.0  # an entrance this near to a place's node is its door
_ON_OUTLINE_M = 1.0
_LARGE_M2 = 2500.0  # an outline of this size is not entered at its middle
_SPACING_M = 50.0
_MOST_POINTS = 200


class Doors:
    """Entrances, gates and ends of paths of an extract, ready to be asked for one place after the other."""

    def __init__(self, features: Features, projection: Projection) -> None:
        doors = [node for node in sorted(features.nodes.values()) if is_entrance(node.tags)]
        self._doors = projection.to_xy(np.array([(n.lon, n.lat) for n in doors]).reshape(-1, 2))
        self._tree = shapely.STRtree(np.asarray(shapely.points(self._doors)))
        gates = [node.id for node in features.nodes.values() if node.tags.get("barrier") in _GATES]
        walked = [
            features.refs[way.start : way.stop]
            for way in features.ways.values()
            if "highway" in way.tags and way.tags["highway"] not in _NOT_WALKED
        ]
        self._ways_in = np.unique(np.concatenate([*walked, np.array(gates, dtype=np.int64)]))
        self._features = features
        self._projection = projection
        self._ends = find_dead_ends(features)

    def of(
        self,
        shape: BaseGeometry,
        ways: list[Way],
        approach: Literal["door", "ground", "edge"],
        *,
        is_grounds: bool = False,
    ) -> NDArray[np.float64]:
        """Access points of a place.

        Parameters
        ----------
        shape
            Point, line or area, metres.
        ways
            The ways the shape is drawn with.
        approach
            How the service is entered, see the catalogue.
        is_grounds
            Whether the shape is an area around houses, such as a nursing home's, not a house itself.

        Returns
        -------
        NDArray
            float64, shape (points, 2), at least one point, metres.
        """
        if shape.geom_type == "Point":
            return self._at_node(shape, approach)
        is_area = shape.geom_type in ("Polygon", "MultiPolygon")
        if approach == "door" or not is_area:
            found = self._near(shape.boundary if is_area else shape, _ON_OUTLINE_M)
            if not len(found) and approach == "door" and is_grounds:
                found = self._at_houses(shape)
            if not len(found) and approach == "door" and (shape.area > _LARGE_M2 or self._is_stepped(ways)):
                found = self._where_ways_meet(ways)
            if not len(found):
                found = np.array([centre(shape)]) if approach == "door" else _along(shape)
        elif approach == "ground":
            found = self._near(shape, _ON_OUTLINE_M)
            if not len(found):
                found = self._where_ways_meet(ways)
            if not len(found):
                found = _along(shape.boundary)
        else:
            found = np.concatenate([self._where_ways_meet(ways), _along(shape.boundary)])
        return _thinned(found)

    def _at_node(self, shape: BaseGeometry, approach: str) -> NDArray[np.float64]:
        here = shapely.get_coordinates(shape)
        near = self._near(shape, _DOOR_M) if approach == "door" else here[:0]
        if not len(near):
            return here
        nearest = np.argmin(np.hypot(*(near - here).T))
        return near[nearest : nearest + 1]

    def _near(self, shape: BaseGeometry, within_m: float) -> NDArray[np.float64]:
        return self._doors[np.sort(self._tree.query(shape, predicate="dwithin", distance=within_m))]

    def _at_houses(self, grounds: BaseGeometry) -> NDArray[np.float64]:
        """Doors of the houses on somebody's grounds, else where ways meet these houses."""
        corners = self._house_corners.query(grounds, predicate="intersects")
        houses = [self._houses[at] for at in np.sort(corners).tolist()]
        if not houses:
            return np.zeros((0, 2))
        found = self._near(grounds, _ON_OUTLINE_M)
        return found if len(found) else self._where_ways_meet(houses)

    @cached_property
    def _houses(self) -> list[Way]:
        """Houses, in the order of the extract."""
        return [way for way in self._features.ways.values() if is_house(way.tags) and way.stop > way.start]

    @cached_property
    def _house_corners(self) -> shapely.STRtree:
        """The first corner of each house; a house stands on the grounds its corners lie on."""
        first = np.array([way.start for way in self._houses], dtype=np.int64)
        xy = self._projection.to_xy(self._features.lonlat[first])
        return shapely.STRtree(np.asarray(shapely.points(xy)))

    def _is_stepped(self, ways: list[Way]) -> bool:
        """Whether a flight of steps ends at the wall."""
        rows = [np.arange(way.start, way.stop) for way in ways]
        return bool(rows) and bool(self._ends.among(self._features.refs[np.concatenate(rows)])[1].any())

    def _where_ways_meet(self, ways: list[Way]) -> NDArray[np.float64]:
        if not ways or not len(self._ways_in):
            return np.zeros((0, 2))
        rows = np.concatenate([np.arange(way.start, way.stop) for way in ways])
        _, first = np.unique(self._features.refs[rows], return_index=True)
        rows = rows[np.sort(first)]
        refs = self._features.refs[rows]
        place = np.searchsorted(self._ways_in, refs)  # np.isin would hash all ways' nodes for every place
        met = rows[self._ways_in[np.minimum(place, len(self._ways_in) - 1)] == refs]
        return self._projection.to_xy(self._features.lonlat[met])


def is_entrance(tags: Mapping[str, str]) -> bool:
    """Whether a node is a door for visitors.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    bool
        True for entrances that are not private.

    Examples
    --------
    >>> is_entrance({"entrance": "main"}), is_entrance({"entrance": "emergency"}), is_entrance({})
    (True, False, False)
    """
    value = tags.get("entrance") or ("yes" if tags.get("door", "no") != "no" else "no")
    return value not in NOT_FOR_VISITORS and tags.get("access") not in ("private", "no")


def _along(shape: BaseGeometry) -> NDArray[np.float64]:
    """Points along a line, at most 50 m apart, at least four on a closed one."""
    found = []
    for line in shapely.get_parts(
        shapely.line_merge(shape) if shape.geom_type == "MultiLineString" else shape
    ):
        pieces = max(int(np.ceil(line.length / _SPACING_M)), 4 if line.is_closed else 2)
        stops = np.linspace(0.0, 1.0, pieces + (not line.is_closed), endpoint=not line.is_closed)
        found.append(shapely.get_coordinates(shapely.line_interpolate_point(line, stops, normalized=True)))
    return np.concatenate(found) if found else shapely.get_coordinates(shape)[:1]


def _thinned(points: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(points) <= _MOST_POINTS:
        return points
    return points[np.linspace(0, len(points) - 1, _MOST_POINTS).round().astype(np.int64)]
