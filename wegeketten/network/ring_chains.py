"""Stretches of rings that hang together at their ends, and the polygons of whole rings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Metres = NDArray[np.float64]
    Rows = NDArray[np.int64]


class Stretches(NamedTuple):
    """Lists of points, one behind the other.

    Attributes
    ----------
    points
        Metres, shape (points, 2).
    bounds
        Where each list begins, and the end of the last, shape (lists + 1,).
    """

    points: Metres
    bounds: Rows


def stretches_within(areas: NDArray[np.object_], low: Metres, high: Metres) -> Stretches:
    """The outline of each area inside a box of its own, the area on the left hand.

    Parameters
    ----------
    areas
        Polygons or multipolygons with a corner wherever their outline meets their box's border.
    low, high
        Corners of the boxes, shape (areas, 2).

    Returns
    -------
    Stretches
        Stretches, area by area; one that ends where it began is a ring.

    Examples
    --------
    >>> area = shapely.Polygon([(-5, 1), (0, 1), (5, 1), (5, 2), (0, 2), (-5, 2)])
    >>> stretches_within(np.array([area]), np.array([[0.0, 0.0]]), np.array([[9.0, 9.0]])).points.tolist()
    [[0.0, 1.0], [5.0, 1.0], [5.0, 2.0], [0.0, 2.0]]
    """
    parts, area_of = shapely.get_parts(shapely.orient_polygons(areas), return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    area = area_of[part_of[ring]]
    inside = np.asarray(((points >= low[area]) & (points <= high[area])).all(axis=1))
    kept = inside[1:] & inside[:-1] & (ring[1:] == ring[:-1])
    turn = np.diff(np.concatenate(([0], kept.astype(np.int8), [0])))
    first, last = np.flatnonzero(turn == 1), np.flatnonzero(turn == -1) + 1
    return Stretches(points[ranges(first, last)], np.append(0, np.cumsum(last - first)))


def together(parts: Sequence[Stretches]) -> Stretches:
    """Several lists of chains as one.

    Parameters
    ----------
    parts
        At least one.

    Returns
    -------
    Stretches
        In the same order.

    Examples
    --------
    >>> one = Stretches(np.zeros((3, 2)), np.array([0, 3]))
    >>> together([one, one]).bounds.tolist()
    [0, 3, 6]
    """
    sizes = np.concatenate([np.diff(part.bounds) for part in parts])
    points = np.concatenate([part.points for part in parts])
    return Stretches(points, np.concatenate(([0], np.cumsum(sizes))))


def joined_rings(chains: Stretches) -> Stretches | None:
    """Rings made of chains, each of which goes on where another one begins.

    Parameters
    ----------
    chains
        Stretches of rings, and rings.

    Returns
    -------
    Stretches
        Rings whose last point is not repeated; None where an end is no other chain's only beginning.

    Examples
    --------
    >>> half = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]
    >>> joined_rings(Stretches(np.array(half), np.array([0, 3, 6]))).points.tolist()
    [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
    """
    points, bounds = chains
    begin = points[bounds[:-1]].copy().view(np.complex128)[:, 0]
    end = points[bounds[1:] - 1].copy().view(np.complex128)[:, 0]
    follower = np.arange(len(begin))
    loose = np.flatnonzero(begin != end)
    if len(loose):
        order = loose[np.argsort(begin[loose])]
        place = np.searchsorted(begin[order], end[loose])
        found = order[np.minimum(place, len(order) - 1)]
        if (begin[found] != end[loose]).any() or (begin[order][1:] == begin[order][:-1]).any():
            return None
        follower[loose] = found
    after, seen = follower.tolist(), [False] * len(begin)
    order_of: list[int] = []
    rings: list[int] = []
    for chain in range(len(after)):
        if seen[chain]:
            continue
        rings.append(len(order_of))
        while not seen[chain]:
            seen[chain] = True
            order_of.append(chain)
            chain = after[chain]
    taken = np.array(order_of, dtype=np.int64)
    first, last = bounds[:-1][taken], bounds[1:][taken] - 1
    ends = np.concatenate(([0], np.cumsum(last - first)))
    return Stretches(points[ranges(first, last)], np.append(ends[rings], ends[-1]))


def without(chains: Stretches, gone: NDArray[np.bool_]) -> Stretches:
    """Rings without some of their points; what keeps fewer than three is no ring.

    Parameters
    ----------
    chains
        Rings.
    gone
        Mask of the points.

    Returns
    -------
    Stretches
        The rest.

    Examples
    --------
    >>> ring = Stretches(np.arange(8.0).reshape(4, 2), np.array([0, 4]))
    >>> without(ring, np.array([False, True, False, False])).bounds.tolist()
    [0, 3]
    """
    count = np.concatenate(([0], np.cumsum(~gone)))
    first, last = count[chains.bounds[:-1]], count[chains.bounds[1:]]
    return chosen(Stretches(chains.points[~gone], np.append(first, count[-1])), last - first >= 3)


def areas_of(rings: Stretches) -> Metres:
    """Square metres within each ring, below 0 where it turns to the right (a hole).

    Parameters
    ----------
    rings
        Rings of at least three points.

    Returns
    -------
    ndarray
        Shape (rings,).

    Examples
    --------
    >>> square = [[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0]]
    >>> areas_of(Stretches(np.array(square + square[::-1]), np.array([0, 4, 8]))).tolist()
    [4.0, -4.0]
    """
    points, bounds = rings
    if len(bounds) < 2:
        return np.empty(0)
    near = points - np.repeat(points[bounds[:-1]], np.diff(bounds), axis=0)
    after = np.arange(1, len(points) + 1)
    after[bounds[1:] - 1] = bounds[:-1]
    cross = near[:, 0] * near[after, 1] - near[after, 0] * near[:, 1]
    return np.asarray(np.add.reduceat(cross, bounds[:-1]) / 2)


def polygons_of(rings: Stretches) -> BaseGeometry | None:
    """The area within rings.

    Parameters
    ----------
    rings
        Outer rings turn to the left, holes to the right.

    Returns
    -------
    BaseGeometry or None
        Polygon or multipolygon; None where a hole lies in no ring, or rings cross or meet along a line.

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [9.0, 0.0], [9.0, 9.0], [0.0, 9.0]])
    >>> rings = Stretches(np.concatenate([square, 3 + square[::-1] / 3]), np.array([0, 4, 8]))
    >>> polygons_of(rings).area
    72.0
    """
    sizes = areas_of(rings)
    drawn = drawn_rings(rings)
    outer, holes = drawn[sizes > 0], drawn[sizes < 0]
    owner = np.zeros(len(holes), dtype=np.int64)
    if len(outer) != 1:
        plain = np.asarray(shapely.polygons(outer))
        first = rings.bounds[:-1][sizes < 0]
        middle = (rings.points[first] + rings.points[first + 1]) / 2 if len(first) else np.empty((0, 2))
        hole, around = shapely.STRtree(plain).query(shapely.points(middle), predicate="intersects")
        order = np.lexsort((-sizes[sizes > 0][around], hole))
        owner[:] = -1
        owner[hole[order]] = around[order]  # the smallest comes last and stays
        if (owner < 0).any():
            return None
    parts = [shapely.polygons(ring, holes[owner == number]) for number, ring in enumerate(outer)]
    area: BaseGeometry = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return area if shapely.is_valid(area) else None


def drawn_rings(rings: Stretches) -> NDArray[np.object_]:
    """Rings as shapely's.

    Parameters
    ----------
    rings
        Rings of at least three points.

    Returns
    -------
    ndarray
        LinearRings, shape (rings,).

    Examples
    --------
    >>> ring = Stretches(np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0]]), np.array([0, 3]))
    >>> drawn_rings(ring)[0].is_closed
    True
    """
    owner = np.repeat(np.arange(len(rings.bounds) - 1), np.diff(rings.bounds))
    return np.asarray(shapely.linearrings(rings.points, indices=owner), dtype=object).reshape(-1)


def rings_of(area: BaseGeometry) -> Stretches:
    """The rings of an area, the area on the left hand.

    Parameters
    ----------
    area
        Polygon or multipolygon.

    Returns
    -------
    Stretches
        The last point is not repeated.

    Examples
    --------
    >>> areas_of(rings_of(shapely.box(0, 0, 2, 2))).tolist()
    [4.0]
    """
    rings = shapely.get_rings(shapely.get_parts(shapely.orient_polygons(area)))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    last = np.diff(ring, append=len(rings)) > 0
    ends = np.flatnonzero(last) - np.arange(len(rings))
    return Stretches(points[~last], np.concatenate(([0], ends)))


def chosen(rings: Stretches, which: NDArray[Any]) -> Stretches:
    """Some of the rings.

    Parameters
    ----------
    rings
        Any.
    which
        Their numbers, or a mask.

    Returns
    -------
    Stretches
        In the same order.

    Examples
    --------
    >>> ring = Stretches(np.arange(12.0).reshape(6, 2), np.array([0, 3, 6]))
    >>> chosen(ring, np.array([False, True])).points[0].tolist()
    [6.0, 7.0]
    """
    first, last = rings.bounds[:-1][which], rings.bounds[1:][which]
    return Stretches(rings.points[ranges(first, last)], np.concatenate(([0], np.cumsum(last - first))))


def ranges(first: Rows, last: Rows) -> Rows:
    """All numbers from each first up to below its last, one range behind the other.

    Parameters
    ----------
    first, last
        Ends of the ranges.

    Returns
    -------
    ndarray
        Sum of the ranges' sizes.

    Examples
    --------
    >>> ranges(np.array([5, 9]), np.array([7, 10])).tolist()
    [5, 6, 9]
    """
    sizes = last - first
    return np.asarray(np.arange(sizes.sum()) + np.repeat(first - np.cumsum(sizes) + sizes, sizes))
