"""Outlines in metres: buildings, grounds and parks from closed ways and multipolygons."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from wegeketten.osm.rings import is_closed, polygon_of_relation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from wegeketten.osm.features import Features, Way
    from wegeketten.osm.projection import Projection

    Wanted = Callable[[Mapping[str, str]], bool]


class Outline(NamedTuple):
    """A way or relation with its shape.

    Attributes
    ----------
    element
        Id such as ``w52001`` or ``r7``.
    tags
        Of the element.
    shape
        Valid polygon or multipolygon in the metric CRS; a line (or the one point left) where the element
        encloses nothing, or where the extract cuts it.
    ways
        The ways it is drawn with.
    """

    element: str
    tags: dict[str, str]
    shape: BaseGeometry
    ways: list[Way]

    @property
    def is_area(self) -> bool:
        """Whether the element encloses something."""
        return self.shape.geom_type in ("Polygon", "MultiPolygon")


def read_outlines(features: Features, projection: Projection, wanted: Wanted) -> list[Outline]:
    """Shapes of all ways and multipolygon relations whose tags are wanted, ways first, by id.

    Parameters
    ----------
    features
        One extract.
    projection
        To the metric CRS.
    wanted
        Asked with the tags of each element.

    Returns
    -------
    list of Outline
        In metres, with element and tags.
    """
    ways = [
        way
        for way in sorted(features.ways.values(), key=lambda way: way.id)
        if way.stop > way.start and wanted(way.tags)
    ]
    found = [
        Outline(f"w{way.id}", way.tags, shape, [way])
        for way, shape in zip(ways, _shapes(features, projection, ways), strict=True)
    ]
    for relation in sorted(features.relations.values(), key=lambda relation: relation.id):
        if not wanted(relation.tags):
            continue
        members = [
            features.ways[ref] for kind, ref, _ in relation.members if kind == "w" and ref in features.ways
        ]
        area = polygon_of_relation(features, relation)
        if area is not None:
            shape = _valid(_projected(area, projection))
        elif members:
            shape = shapely.MultiLineString([_course(features, projection, way) for way in members])
        else:
            continue
        found.append(Outline(f"r{relation.id}", relation.tags, shape, members))
    return found


def centres(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    """Of each shape the centroid where it lies on the shape, else a point that does.

    Parameters
    ----------
    shapes
        Shapely geometries, none of them empty.

    Returns
    -------
    NDArray
        float64, shape (shapes, 2).

    Examples
    --------
    >>> centres(np.array([shapely.box(0, 0, 10, 4)])).tolist()
    [[5.0, 2.0]]
    """
    if not len(shapes):
        return np.zeros((0, 2))
    middles = np.asarray(shapely.centroid(shapes), dtype=object)
    off = ~shapely.covers(shapes, middles)
    middles[off] = shapely.point_on_surface(shapes[off])
    for row in np.flatnonzero(shapely.is_empty(middles)).tolist():  # a line without length
        middles[row] = shapely.Point(shapely.get_coordinates(shapes[row])[0])
    return shapely.get_coordinates(middles)


def centre(shape: BaseGeometry) -> tuple[float, float]:
    """`centres` of a single shape.

    Parameters
    ----------
    shape
        A geometry, metres.

    Returns
    -------
    tuple
        x and y of a point inside it, or next to it.

    Examples
    --------
    >>> import shapely
    >>> centre(shapely.box(0, 0, 40, 20))
    (20.0, 10.0)
    """
    x, y = centres(np.array([shape], dtype=object))[0].tolist()
    return x, y


def _shapes(features: Features, projection: Projection, ways: list[Way]) -> list[BaseGeometry]:
    """Polygons of closed ways, lines of open ones; one projection call for all."""
    if not ways:
        return []
    rows = np.concatenate([np.arange(way.start, way.stop) for way in ways])
    xy = projection.to_xy(features.lonlat[rows])
    sizes = np.array([way.stop - way.start for way in ways])
    closed = np.array([is_closed(features, way) for way in ways])
    number = np.repeat(np.arange(len(ways)), sizes)
    shapes: NDArray[np.object_] = np.empty(len(ways), dtype=object)
    single = sizes == 1
    for which, make in ((closed, _polygons), (~closed & ~single, _lines), (single, _points)):
        if which.any():
            mine = which[number]
            shapes[which] = make(xy[mine], np.repeat(np.arange(which.sum()), sizes[which]))
    broken = ~shapely.is_valid(shapes)
    for place in np.flatnonzero(broken & closed):
        shapes[place] = _valid(shapes[place])
    return list(shapes)


def _polygons(xy: NDArray[np.float64], number: NDArray[np.int64]) -> NDArray[np.object_]:
    return np.asarray(shapely.polygons(shapely.linearrings(xy, indices=number)))


def _lines(xy: NDArray[np.float64], number: NDArray[np.int64]) -> NDArray[np.object_]:
    return np.asarray(shapely.linestrings(xy, indices=number))


def _points(xy: NDArray[np.float64], number: NDArray[np.int64]) -> NDArray[np.object_]:
    return np.asarray(shapely.points(xy[number]))


def _course(features: Features, projection: Projection, way: Way) -> shapely.LineString:
    points = projection.to_xy(features.lonlat[way.start : way.stop])
    return shapely.LineString(points if len(points) > 1 else np.repeat(points, 2, axis=0))


def _projected(shape: BaseGeometry, projection: Projection) -> BaseGeometry:
    return shapely.transform(shape, projection.to_xy)


def _valid(shape: BaseGeometry) -> BaseGeometry:
    """A crossing outline repaired; what has no area left (a there-and-back line) stays as its line."""
    repaired = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    parts = [part for part in shapely.get_parts(repaired).tolist() if part.area > 0]
    if not parts:
        return shapely.LineString(shapely.get_coordinates(shape))
    return shapely.MultiPolygon(parts) if len(parts) > 1 else parts[0]
