"""Ways are cut where they meet and where a node carries something that matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from wegeketten.osm.features import Features, Way
    from wegeketten.osm.projection import Projection


@dataclass
class Pieces:
    """Ways cut into pieces.

    Attributes
    ----------
    refs, xy
        int64 and float64, shape (points,) and (points, 2): the points of all ways, one after the other.
    way
        Row of the list of ways each piece is cut from.
    first, last
        Rows of a piece's first and last point, inclusive.
    u, v
        Rows of `vertex_ref` a piece joins.
    vertex_ref, vertex_xy
        OSM ids and positions of the nodes where pieces meet or end.
    """

    refs: NDArray[np.int64]
    xy: NDArray[np.float64]
    way: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    u: NDArray[np.int64]
    v: NDArray[np.int64]
    vertex_ref: NDArray[np.int64]
    vertex_xy: NDArray[np.float64]

    def line(self, piece: int) -> NDArray[np.float64]:
        """Points of one piece, x, y in metres.

        Parameters
        ----------
        piece
            Number of the piece.

        Returns
        -------
        ndarray
            Shape (points, 2).
        """
        return self.xy[self.first[piece] : self.last[piece] + 1]


def split_ways(
    features: Features, projection: Projection, ways: Sequence[Way], special: Collection[int]
) -> Pieces:
    """Cut ways at shared nodes, at their ends, at gaps and at special nodes.

    A closed way with at most one such node is cut in its middle too, so that no piece returns to where it
    began. Repeated points are dropped; ways of a single point make no piece.

    Parameters
    ----------
    features
        The extract.
    projection
        To metres.
    ways
        The ways to cut.
    special
        Ids of nodes to cut at besides.

    Returns
    -------
    Pieces
        Pieces and vertices.
    """
    starts = np.array([way.start for way in ways], dtype=np.int64)
    stops = np.array([way.stop for way in ways], dtype=np.int64)
    sizes = stops - starts
    way_of = np.repeat(np.arange(len(ways)), sizes)
    rows = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes) + np.repeat(starts, sizes)
    gap = np.isin(rows, features.gaps)
    refs = features.refs[rows]
    fresh = np.ones(len(refs), dtype=bool)
    fresh[1:] = (refs[1:] != refs[:-1]) | (way_of[1:] != way_of[:-1]) | gap[1:]
    refs, rows, way_of, gap = refs[fresh], rows[fresh], way_of[fresh], gap[fresh]

    ids, number, uses = np.unique(refs, return_inverse=True, return_counts=True)
    marked = uses >= 2
    if special:
        marked |= np.isin(ids, np.fromiter(special, dtype=np.int64, count=len(special)))
    start = np.ones(len(refs), dtype=bool)  # of a way or of what follows a gap
    start[1:] = (way_of[1:] != way_of[:-1]) | gap[1:]
    end = np.ones(len(refs), dtype=bool)
    end[:-1] = start[1:]
    cut = marked[number] | start | end
    for row in _closed_without_cut(number, cut, start, end).tolist():
        cut[row] = True
    # a node cut in one way is a vertex in all of them
    marked[number[cut]] = True
    cut = marked[number]

    at = np.flatnonzero(cut)
    joined = ~start[at[1:]] if len(at) else np.empty(0, dtype=bool)
    first, last = at[:-1][joined], at[1:][joined]
    vertex = np.cumsum(marked) - 1
    xy = projection.to_xy(features.lonlat[rows])
    vertex_xy = np.empty((int(marked.sum()), 2))
    vertex_xy[vertex[number[at]]] = xy[at]
    return Pieces(
        refs,
        xy,
        way_of[first],
        first,
        last,
        vertex[number[first]],
        vertex[number[last]],
        ids[marked],
        vertex_xy,
    )


def _closed_without_cut(
    number: NDArray[np.int64], cut: NDArray[np.bool_], start: NDArray[np.bool_], end: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Middle points of pieces that would return to their own beginning."""
    at = np.flatnonzero(cut)
    first, last = at[:-1], at[1:]
    loop = (number[first] == number[last]) & ~start[last] & ~end[first] & (last - first > 1)
    middle: NDArray[np.int64] = (first[loop] + last[loop]) // 2
    return middle
