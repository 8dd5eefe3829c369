"""Straight ways across an open floor: who sees whom, which corners lie between, and which ways suffice."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import shapely
    from numpy.typing import NDArray

    Metres = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_DETOUR = 1.1  # a way across is laid where the ways there are would be so many times as long,
_SPARED_M = 2.0  # and at least so much longer
_SAME_M = 1.0  # entries nearer to each other than this are one
_TRIM_M = 0.5  # of a way across next to an entry: a wall may run along the outline there
_ASIDE_M = 0.3  # from what stands there to where one passes it
_MOST_CORNERS = 60
_COARSER = 2.0  # corners are looked for on outlines so much coarser until they are few


class Across(NamedTuple):
    """A straight way: rows of its ends, entries first, corners after them."""

    one: int
    other: int


def worth_crossing(xy: Metres, apart: Metres) -> Flags:
    """Pairs of entries between which a straight line would spare enough, shape (entries, entries).

    Parameters
    ----------
    xy
        Entries, metres, shape (entries, 2).
    apart
        Metres between entries by the ways there are, `inf` for none, shape (entries, entries).

    Returns
    -------
    Flags
        bool.

    Examples
    --------
    >>> worth_crossing(np.array([[0.0, 0.0], [10.0, 10.0]]), np.array([[0.0, 20.0], [20.0, 0.0]])).tolist()
    [[False, True], [False, False]]
    """
    straight = _straight(xy)
    return np.triu(_is_worth(apart, straight) & (straight >= _SAME_M), 1)


def ways_across(xy: Metres, apart: Metres, floor: shapely.Geometry) -> tuple[list[Across], Metres]:
    """Ways across a floor, so that from any entry to any other nobody walks much farther than straight.

    The shortest are laid first, and none that those before already replace. Where entries do not see each
    other, ways lead past the corners in between.

    Parameters
    ----------
    xy, apart
        As for `worth_crossing`.
    floor
        What is walked, holes left out.

    Returns
    -------
    tuple
        Ways, and the places of the corners they use, shape (corners, 2).

    Examples
    --------
    Two entries at opposite corners of a square, walked along its outline so far:

    >>> import shapely
    >>> corners = np.array([[0.0, 0.0], [10.0, 10.0]])
    >>> around = np.array([[0.0, 20.0], [20.0, 0.0]])
    >>> ways_across(corners, around, shapely.box(0, 0, 10, 10))[0]
    [Across(one=0, other=1)]
    """
    import shapely

    count = len(xy)
    ones, others = np.nonzero(worth_crossing(xy, apart))
    if not len(ones):
        return [], np.empty((0, 2))
    air = shapely.buffer(floor, 0.02)
    shapely.prepare(air)
    seen = _sees(air, xy[ones], xy[others], _TRIM_M, _TRIM_M)
    corners = np.empty((0, 3, 2)) if seen.all() else corners_of(floor)
    sight = np.full((count + len(corners),) * 2, np.inf)
    sight[ones[seen], others[seen]] = _straight(xy)[ones[seen], others[seen]]
    if len(corners):
        _look_at_corners(air, xy, corners, sight)
    sight = np.minimum(sight, sight.T)
    ways = _lay(ones, others, sight, apart)
    return _only_used(ways, corners[:, 0], count)


def _straight(xy: Metres) -> Metres:
    return np.asarray(np.hypot(xy[:, None, 0] - xy[None, :, 0], xy[:, None, 1] - xy[None, :, 1]))


def _is_worth(known: Metres, across: Metres) -> Flags:
    return np.asarray((known > across * _DETOUR) & (known - across >= _SPARED_M))


def _sees(air: shapely.Geometry, ones: Metres, others: Metres, trim_m: float, trim_other_m: float) -> Flags:
    """Whether straight lines stay on the floor; next to entries nobody looks."""
    import shapely

    step = others - ones
    size = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9)[:, None]
    unit = step / size
    begin = ones + unit * np.minimum(trim_m, 0.25 * size)
    end = others - unit * np.minimum(trim_other_m, 0.25 * size)
    return np.asarray(shapely.covers(air, shapely.linestrings(np.stack([begin, end], axis=1))))


def corners_of(floor: shapely.Geometry) -> Metres:
    """Places past which one walks around what stands on a floor, by x and y, metres.

    A little aside of the reflex corners of its outline; fewer and farther off where there are very many.

    Parameters
    ----------
    floor
        Polygon or MultiPolygon, metres.

    Returns
    -------
    NDArray
        Shape (corners, 3, 2): each with its neighbours on the outline.

    Examples
    --------
    >>> import shapely
    >>> ell = shapely.Polygon([(0, 0), (20, 0), (20, 10), (10, 10), (10, 20), (0, 20)])
    >>> corners_of(ell)[:, 0].round(1).tolist()
    [[9.7, 9.7]]
    """
    import shapely

    aside_m = _ASIDE_M
    while True:
        inner = shapely.buffer(floor, -aside_m, join_style="mitre").simplify(0.8 * aside_m)
        rings = [
            (shapely.get_coordinates(ring)[:-1], hole)
            for part in shapely.get_parts(inner)
            if part.geom_type == "Polygon"
            for hole, ring in ((False, part.exterior), *((True, ring) for ring in part.interiors))
        ]
        found = np.concatenate([np.empty((0, 3, 2)), *(_bent(ring, hole) for ring, hole in rings)])
        if len(found) <= _MOST_CORNERS:
            return found[np.lexsort((found[:, 0, 1], found[:, 0, 0]))]
        aside_m *= _COARSER


def _bent(ring: Metres, hole: bool) -> Metres:
    """Points of a ring at which the floor bends around something, with their neighbours."""
    last, following = np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0)
    turn = _cross(ring - last, following - ring)
    counter_clockwise = _cross(ring, following).sum() > 0
    bent = (turn > 0) == (hole == counter_clockwise)
    return np.stack([ring[bent], last[bent], following[bent]], axis=1)


def _cross(one: Metres, other: Metres) -> Metres:
    return np.asarray(one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0])


def _look_at_corners(air: shapely.Geometry, xy: Metres, corners: Metres, sight: Metres) -> None:
    """Fill in the metres between entries and corners, and between corners, that see each other.

    Only lines that touch a corner without running into it lie on shortest ways.
    """
    count = len(xy)
    ones, others = np.divmod(np.arange(count * len(corners)), len(corners))
    touches = _touches(xy[ones], corners[others])
    ones, others = ones[touches], others[touches]
    seen = _sees(air, xy[ones], corners[others, 0], _TRIM_M, 0.0)
    _measure(sight, xy[ones[seen]], ones[seen], corners[others[seen], 0], others[seen] + count)
    ones, others = np.triu_indices(len(corners), 1)
    touches = _touches(corners[ones, 0], corners[others]) & _touches(corners[others, 0], corners[ones])
    ones, others = ones[touches], others[touches]
    seen = _sees(air, corners[ones, 0], corners[others, 0], 0.0, 0.0)
    _measure(
        sight, corners[ones[seen], 0], ones[seen] + count, corners[others[seen], 0], others[seen] + count
    )


def _touches(places: Metres, corners: Metres) -> Flags:
    """Whether lines from places to corners pass them with both neighbours on one side."""
    line = corners[:, 0] - places
    sides = [_cross(line, corners[:, neighbour] - corners[:, 0]) for neighbour in (1, 2)]
    return np.asarray(sides[0] * sides[1] >= -1e-9)


def _measure(
    sight: Metres, tails: Metres, ones: NDArray[np.int64], heads: Metres, others: NDArray[np.int64]
) -> None:
    sight[ones, others] = np.hypot(heads[:, 0] - tails[:, 0], heads[:, 1] - tails[:, 1])


def _lay(ones: NDArray[np.int64], others: NDArray[np.int64], sight: Metres, apart: Metres) -> list[Across]:
    """The ways that suffice between pairs of entries, those of the nearest first."""
    from scipy.sparse.csgraph import csgraph_from_dense, dijkstra

    count = len(apart)
    graph = csgraph_from_dense(sight, null_value=np.inf)
    metres, before = dijkstra(graph, directed=False, indices=np.arange(count), return_predecessors=True)
    known = np.full_like(sight, np.inf)
    known[:count, :count] = apart
    np.fill_diagonal(known, 0.0)
    ways: list[Across] = []
    laid: set[Across] = set()
    order = np.lexsort((others, ones, np.round(metres[ones, others], 2)))
    for start, goal in zip(ones[order].tolist(), others[order].tolist(), strict=True):
        straight_m = metres[start, goal]
        if not np.isfinite(straight_m) or not _is_worth(known[start, goal], straight_m):
            continue
        node = goal
        while node != start:
            last, node = node, int(before[start, node])
            way = Across(min(last, node), max(last, node))
            if way not in laid:
                laid.add(way)
                ways.append(way)
                there = known[:, node, None] + sight[node, last] + known[None, last, :]
                np.minimum(known, there, out=known)
                np.minimum(known, there.T, out=known)
    return ways


def _only_used(ways: list[Across], corners: Metres, count: int) -> tuple[list[Across], Metres]:
    """Leave out corners past which no way leads."""
    used = sorted({end for way in ways for end in way if end >= count})
    row = {end: count + number for number, end in enumerate(used)}
    renamed = [Across(row.get(way.one, way.one), row.get(way.other, way.other)) for way in ways]
    return renamed, corners[np.array(used, dtype=np.int64) - count]
