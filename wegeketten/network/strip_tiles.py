"""The outline of strips about many lines, drawn square by square, some of them ahead.

Whether a point of the plane lies on the outline of a union is decided by the strips that come near it. So the
plane is cut into squares, the strips that meet a square are united apart from all others, and of that union's
outline the stretches inside the square are kept; they hang together at the squares' borders. All strips have
a corner wherever they cross a border, put there before anything is united, so that both sides of a border end
in the same numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from wegeketten.model.lines import shapes_of
from wegeketten.network.ring_chains import (
    Stretches,
    chosen,
    joined_rings,
    ranges,
    stretches_within,
    together,
    without,
)
from wegeketten.network.tile_grid import (
    corners_of,
    fields_of,
    marks_of,
    near_strips,
    on_border,
    split_stretches,
    with_corners,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from wegeketten.model.edges import EdgeTable
    from wegeketten.network.tile_grid import Marks, Metres, NearStrips, Rows, Shapes

STRIP_M = 8.0
"""Half the width of the strip along an edge: narrower than a river or a railway with its banks."""
PATH_M = 1.5
"""Half the width of the strip from a door to its edge, and of an edge over water (a bridge)."""
CORNERS = 2
"""Segments in a quarter of a strip's round end."""
ABREAST = 4
"""Squares abreast that are drawn together where none is drawn already."""
AT_ONCE = 1000
"""Squares, or fields of squares, whose strips are in memory together."""


class DrawnSquares(NamedTuple):
    """Squares drawn ahead.

    Attributes
    ----------
    square
        Keys, ascending.
    marks
        Of what each was drawn, see `NearStrips.marks`.
    first, last
        Which stretches lie in it.
    stretches
        Of the outline.
    """

    square: Rows
    marks: Marks
    first: Rows
    last: Rows
    stretches: Stretches

    def same(self, squares: Rows, marks: Marks) -> tuple[NDArray[np.bool_], Rows]:
        """Which of some squares are drawn here of the same strips.

        Parameters
        ----------
        squares
            Keys.
        marks
            Of what they are to be drawn.

        Returns
        -------
        tuple
            Mask of the squares, and the row of each that is here.
        """
        row = np.minimum(np.searchsorted(self.square, squares), max(len(self.square) - 1, 0))
        if not len(self.square):
            return np.zeros(len(squares), dtype=bool), row
        return (self.square[row] == squares) & (self.marks[row] == marks).all(axis=1), row


class StripTiles:
    """Strips along the edges of a network and along the paths of its doors.

    Parameters
    ----------
    edges
        Edges of the network.
    water
        Polygons in metres that strips do not cross, but for a narrow one where a line leads over.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> tiles = StripTiles(hamlet().edges, np.empty(0, dtype=object))
    >>> rings = tiles.rings(np.array([0]), np.empty(0, dtype=object), np.empty((0, 2, 2)))
    >>> len(rings.bounds) - 1
    1
    """

    def __init__(self, edges: EdgeTable, water: Shapes) -> None:
        self.points, self.bends = edges.points, edges.bends
        first = self.bends[:-1]
        self._low = np.minimum.reduceat(self.points, first, axis=0) - STRIP_M
        self._high = np.maximum.reduceat(self.points, first, axis=0) + STRIP_M
        steps = np.hypot(*np.diff(self.points, axis=0, append=self.points[-1:]).T)
        self._along = np.cumsum(steps) - steps  # over the gaps between edges as well: no matter
        self._marks = marks_of(np.arange(len(first), dtype=np.uint64)[:, None])
        self._near: dict[int, NearStrips] = {}
        self._water = shapely.STRtree(with_corners(water))
        self._ahead: list[DrawnSquares] = []

    def feet(self, rows: NDArray[Any], shares: Metres) -> Metres:
        """Places on edges: whoever asks for one gets the same numbers.

        Parameters
        ----------
        rows
            Rows of the edges, one per place.
        shares
            From 0 (the edge's first point) to 1 (its last).

        Returns
        -------
        ndarray
            x and y in metres, shape (places, 2).
        """
        first, last = self.bends[:-1][rows], self.bends[1:][rows] - 1
        begin, end = self._along[first], self._along[last]
        wanted = begin + shares * (end - begin)
        step = np.clip(np.searchsorted(self._along, wanted, side="right") - 1, first, last - 1)
        size = self._along[step + 1] - self._along[step]
        share = np.divide(wanted - self._along[step], size, out=np.zeros(len(step)), where=size > 0)
        return np.asarray(self.points[step] + share[:, None] * (self.points[step + 1] - self.points[step]))

    def draw_ahead(self, whole: Rows, paths: Metres) -> None:
        """Keep the outline of the strips along whole edges and paths, for whoever asks for part of it.

        Parameters
        ----------
        whole
            Rows of edges with a length.
        paths
            Straight lines between a door and its edge, shape (paths, 2, 2).
        """
        none = np.empty(0, dtype=object)
        near = self._met(whole, none, paths, abreast=1)
        squares, marks = self._squares(near, paths)
        new = np.ones(len(squares), dtype=bool)
        for drawn in self._ahead:
            new &= ~drawn.same(squares, marks)[0]
        squares, marks = squares[new], marks[new]
        if not len(squares):
            return
        wide = self._met(whole, none, paths, abreast=ABREAST)
        fields = fields_of(squares, ABREAST)
        stretches, square = split_stretches(self._drawn(fields, wide, none, paths, abreast=ABREAST))
        first, last = (np.searchsorted(square, squares, side=side) for side in ("left", "right"))
        self._ahead.append(DrawnSquares(squares, marks, first, last, stretches))

    def rings(self, whole: Rows, pieces: Shapes, paths: Metres) -> Stretches | None:
        """Outline of the strips along whole edges, pieces of edges, and paths.

        Parameters
        ----------
        whole
            Rows of edges with a length.
        pieces
            Lines in metres.
        paths
            Straight lines between a door and its edge, shape (paths, 2, 2).

        Returns
        -------
        Stretches or None
            Rings with the covered ground on their left; None where they do not close, as rounding may have
            it.
        """
        abreast = 1 if self._ahead else ABREAST
        near = self._met(whole, pieces, paths, abreast=abreast)
        squares, marks = self._squares(near, paths)
        missing = np.ones(len(squares), dtype=bool)
        parts = []
        passing = np.isin(squares, near[1].square)
        for drawn in self._ahead:
            same, row = drawn.same(squares, marks)
            taken = row[same & missing & ~passing]
            missing[same & ~passing] = False
            parts.append(chosen(drawn.stretches, ranges(drawn.first[taken], drawn.last[taken])))
        parts.append(self._drawn(squares[missing], near, pieces, paths, abreast=abreast))
        rings = joined_rings(together(parts))
        return None if rings is None else without(rings, on_border(rings.points))

    def _met(
        self, whole: Rows, pieces: Shapes, paths: Metres, *, abreast: int
    ) -> tuple[NearStrips, NearStrips, NearStrips]:
        """Which edges, pieces and paths come near which squares."""
        if abreast not in self._near:
            self._near[abreast] = near_strips(self._low, self._high, abreast)
        mask = np.zeros(len(self.bends) - 1, dtype=bool)
        mask[whole] = True
        low, high = np.split(shapely.bounds(pieces).reshape(-1, 4), 2, axis=1)
        return (
            self._near[abreast].taken(mask),
            near_strips(low - STRIP_M, high + STRIP_M, abreast),
            near_strips(paths.min(axis=1) - PATH_M, paths.max(axis=1) + PATH_M, abreast),
        )

    def _squares(self, near: tuple[NearStrips, NearStrips, NearStrips], paths: Metres) -> tuple[Rows, Marks]:
        """All squares that something comes near, and which edges and paths these are."""
        squares = np.unique(np.concatenate([each.square for each in near]))
        ends = np.ascontiguousarray(paths).reshape(-1, 4).view(np.uint64)
        return squares, near[0].marks(self._marks, squares) + near[2].marks(marks_of(ends), squares)

    def _drawn(
        self,
        squares: Rows,
        near: tuple[NearStrips, NearStrips, NearStrips],
        pieces: Shapes,
        paths: Metres,
        *,
        abreast: int,
    ) -> Stretches:
        """Outlines in some squares, or in fields of squares."""
        parts = [Stretches(np.empty((0, 2)), np.zeros(1, dtype=np.int64))]
        for begin in range(0, len(squares), AT_ONCE):
            some = squares[begin : begin + AT_ONCE]
            parts.append(self._drawn_at_once(some, near, pieces, paths, abreast=abreast))
        return together(parts)

    def _drawn_at_once(
        self,
        squares: Rows,
        near: tuple[NearStrips, NearStrips, NearStrips],
        pieces: Shapes,
        paths: Metres,
        *,
        abreast: int,
    ) -> Stretches:
        edges_of, pieces_of, paths_of = (each.of(squares) for each in near)
        rows = np.unique(np.concatenate(edges_of))
        used = np.unique(np.concatenate(paths_of))
        lines = shapes_of([self.points[self.bends[row] : self.bends[row + 1]] for row in rows.tolist()])
        ways = _Strips(np.concatenate([lines, pieces]), STRIP_M, self._water)
        walks = _Strips(np.asarray(shapely.linestrings(paths[used])), PATH_M, self._water)
        ways_of = [
            np.concatenate([np.searchsorted(rows, some), len(rows) + others])
            for some, others in zip(edges_of, pieces_of, strict=True)
        ]
        walks_of = [np.searchsorted(used, some) for some in paths_of]
        most = max(len(some) + len(others) for some, others in zip(ways_of, walks_of, strict=True))
        table = np.full((len(squares), most), None)
        for line, some, others in zip(table, ways_of, walks_of, strict=True):
            line[: len(some)] = ways.strips[some]
            line[len(some) : len(some) + len(others)] = walks.strips[others]
        areas = np.asarray(shapely.union_all(table, axis=1))
        low, high = corners_of(squares, abreast)
        boxes = np.asarray(shapely.box(*low.T, *high.T))
        meeting, lakes = self._water.query(boxes, predicate="intersects")
        for square in np.unique(meeting).tolist():
            lake = self._water.geometries[lakes[meeting == square]]
            wet = shapely.union_all(shapely.clip_by_rect(lake, *(low[square] - 1.0), *(high[square] + 1.0)))
            dry = shapely.difference(areas[square], wet)
            bridges = [*ways.narrow(ways_of[square]), *walks.narrow(walks_of[square])]
            areas[square] = shapely.union_all([dry, *bridges])
        return stretches_within(areas, low, high)


class _Strips:
    """Strips about lines, and narrow ones about those that lead over water."""

    def __init__(self, lines: Shapes, width_m: float, water: shapely.STRtree) -> None:
        self.strips = with_corners(shapely.buffer(lines, width_m, quad_segs=CORNERS))
        # a door's path is narrow itself, and what of it lies over water counts from its sides
        path = width_m == PATH_M
        wet = np.unique(water.query(self.strips if path else lines, predicate="intersects")[0])
        self._narrow = np.full(len(lines), None, dtype=object)
        self._narrow[wet] = self.strips[wet] if path else with_corners(shapely.buffer(lines[wet], PATH_M))

    def narrow(self, rows: Rows) -> Shapes:
        """Narrow strips along those of some lines that lead over water.

        Parameters
        ----------
        rows
            Rows of the lines.

        Returns
        -------
        ndarray
            Polygons, fewer than rows.
        """
        found = self._narrow[rows]
        return np.asarray(found[~shapely.is_missing(found)])


def united_strips(lines: Shapes, paths: Metres, water: Shapes) -> BaseGeometry:
    """The same area as `StripTiles.rings` encloses, all strips united at once.

    Parameters
    ----------
    lines
        Lines in metres.
    paths
        Straight lines between doors and edges, shape (paths, 2, 2).
    water
        Polygons in metres.

    Returns
    -------
    BaseGeometry
        Polygon or multipolygon.

    Examples
    --------
    >>> line = np.array([shapely.LineString([(0, 0), (50, 0)])])
    >>> strips = united_strips(line, np.empty((0, 2, 2)), np.array([shapely.box(20, -9, 30, 9)]))
    >>> round(strips.area)
    851
    """
    strips = shapely.buffer(lines, STRIP_M, quad_segs=CORNERS)
    walks = np.asarray(shapely.buffer(shapely.linestrings(paths), PATH_M, quad_segs=CORNERS))
    area = shapely.union_all(np.concatenate([strips, walks]))
    wet = shapely.union_all(water[shapely.STRtree(water).query(area, predicate="intersects")])
    if wet.is_empty:
        return area
    bridges = shapely.buffer(lines[shapely.intersects(lines, wet)], PATH_M)
    dry = shapely.difference(area, wet)
    united: BaseGeometry = shapely.union_all([dry, *bridges, *walks[shapely.intersects(walks, wet)]])
    return united
