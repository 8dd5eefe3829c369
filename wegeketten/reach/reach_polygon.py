"""The outline of a reach area: streets with a strip on either side, never across water."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from wegeketten.network.ring_chains import areas_of, chosen, drawn_rings, polygons_of, rings_of
from wegeketten.network.strip_tiles import united_strips
from wegeketten.routing import INF

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from wegeketten.city import City
    from wegeketten.joins.endpoints import Endpoints
    from wegeketten.model.answers import Answer
    from wegeketten.network.ring_chains import Stretches
    from wegeketten.people.profile import Profile
    from wegeketten.reach.spans import Spans

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
    rows = spans.long_rows(city.edges)
    if not len(rows) + len(reached):
        return shapely.Polygon() if inner is None else inner
    whole = spans.whole[rows]
    paths = _paths(city, reached)
    rings = city.strips.rings(spans.edge[rows[whole]], spans.lines(city.edges, rows[~whole]), paths)
    area = None
    if rings is not None:
        area = polygons_of(_without_small_holes(rings, _unreached(city, reached, rings)))
    if area is None:  # rounding has kept squares from meeting
        area = united_strips(spans.lines(city.edges, rows), paths, city.water)
        rings = rings_of(area)
        area = polygons_of(_without_small_holes(rings, _unreached(city, reached, rings))) or area
    if inner is not None:
        area = shapely.union(area, inner)
    return shapely.normalize(area)


def draw_ahead(city: City, profile: Profile, answer: Answer) -> None:
    """Draw what the inside of most reach areas consists of, so that they need only their rims drawn.

    Parameters
    ----------
    city
        Keeps the outlines (`City.strips`).
    profile, answer
        Whoever takes every edge that is open to them.
    """
    from wegeketten.joins.endpoints import join_homes

    weights = getattr(city.weights(profile), answer)
    taken = (np.minimum(weights[0::2], weights[1::2]) < INF) & (city.edges["length_m"] > 0)
    homes = join_homes(city, profile)
    city.strips.draw_ahead(np.flatnonzero(taken), _paths(city, homes.take(taken[homes.edge])))


def to_degrees(city: City, shape: BaseGeometry) -> BaseGeometry:
    """The same shape in lon, lat, rounded to a centimetre; an area stays one that is valid.

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

    drawn: BaseGeometry = shapely.transform(shape, degrees)
    if not shape.geom_type.endswith("Polygon") or drawn.is_valid:
        return drawn
    mended = shapely.make_valid(drawn, method="structure", keep_collapsed=False)
    rounded: BaseGeometry = shapely.set_precision(mended, 1e-7)
    return rounded


def _paths(city: City, reached: Endpoints) -> NDArray[np.float64]:
    """Straight lines from the doors to the places where they join their edges, shape (doors, 2, 2)."""
    homes = np.column_stack([city.homes["x"][reached.owner], city.homes["y"][reached.owner]])
    return np.stack([homes, city.strips.feet(reached.edge, reached.along)], axis=1)


def _unreached(city: City, reached: Endpoints, rings: Stretches) -> shapely.STRtree:
    """Homes near an area that are not reached."""
    (west, south), (east, north) = rings.points.min(axis=0), rings.points.max(axis=0)
    x, y = city.homes["x"], city.homes["y"]
    other = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    other[reached.owner] = False
    return shapely.STRtree(np.asarray(shapely.points(x[other], y[other])))


def _without_small_holes(rings: Stretches, unreached: shapely.STRtree) -> Stretches:
    """Rings less the small holes, and less what lies in them."""
    sizes = areas_of(rings)
    small = np.flatnonzero((sizes < 0) & (sizes > -SMALLEST_HOLE_M2))
    holes = np.asarray(shapely.polygons(drawn_rings(chosen(rings, small))))
    asked = np.unique(unreached.query(holes, predicate="contains")[0])
    filled = np.delete(np.arange(len(small)), asked)
    gone = np.zeros(len(sizes), dtype=bool)
    gone[small[filled]] = True
    islands = np.flatnonzero(sizes > 0)
    if len(islands) > 1 and len(filled):
        shapes = np.asarray(shapely.polygons(drawn_rings(chosen(rings, islands))))
        gone[islands[np.unique(shapely.STRtree(shapes).query(holes[filled], predicate="contains")[1])]] = True
    return chosen(rings, ~gone)
