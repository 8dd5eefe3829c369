"""Which stretches of which edges lie within a time: cut exactly where the time is used up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.model.lines import shapes_of, stretch_of
from wegeketten.routing import INF

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.joins.endpoints import Endpoints
    from wegeketten.model.edges import EdgeTable

    Units = NDArray[np.int32]


@dataclass(frozen=True)
class Spans:
    """Stretches of edges; equally long arrays, ordered by edge and place on it.

    Attributes
    ----------
    edge
        Row of the edge.
    start, end
        Shares of the edge's length, 0 at u and 1 at v; ``start < end``.
    """

    edge: NDArray[np.int64]
    start: NDArray[np.float64]
    end: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.edge)

    @property
    def whole(self) -> NDArray[np.bool_]:
        """Spans that cover their edge from end to end."""
        return (self.start <= 0.0) & (self.end >= 1.0)

    def long_rows(self, edges: EdgeTable) -> NDArray[np.int64]:
        """Rows of this table whose edge has a length.

        Parameters
        ----------
        edges
            Edges of the network.

        Returns
        -------
        ndarray
            Ascending.
        """
        return np.flatnonzero(edges["length_m"][self.edge] > 0)

    def lines(self, edges: EdgeTable, rows: NDArray[np.int64]) -> NDArray[np.object_]:
        """Geometry of some spans in the city's metric CRS.

        Parameters
        ----------
        edges
            Edges of the network.
        rows
            Rows of this table whose edge has a length.

        Returns
        -------
        ndarray
            LineStrings in metres.
        """
        bends, points = edges.bends, edges.points
        lines = [points[bends[edge] : bends[edge + 1]] for edge in self.edge[rows].tolist()]
        for row in np.flatnonzero(~self.whole[rows]).tolist():
            span = rows[row]
            lines[row] = stretch_of(lines[row], float(self.start[span]), float(self.end[span]))
        return shapes_of(lines)


def spans_within(
    edges_uv: tuple[Units, Units],
    weights: Units,
    node_units: Units,
    limit: int,
    *,
    leaving: bool,
    joint: Endpoints | None = None,
) -> Spans:
    """Stretches from which (or to which) the time does not exceed the limit.

    Parameters
    ----------
    edges_uv
        Columns u and v of the edge table.
    weights
        int32[2E], units of 0.1 s, `INF` closed; arc 2e leads from u to v, arc 2e + 1 back.
    node_units
        int32[n]: units from the start to each node (`leaving`), or from each node to the goal.
    limit
        Units.
    leaving
        Whether people walk away from the start, so that an edge is entered at its reached end; otherwise
        they walk towards the goal, and an edge is left at the end that reaches it.
    joint
        Where a single start (or goal) joins its own edge, which it may walk without passing a node.

    Returns
    -------
    Spans
        A closed direction gives no span, so nothing leaps over a blocked edge.

    Examples
    --------
    One edge of 100 units; 60 units are left at u and nothing at v:

    >>> u, v = np.array([0], np.int32), np.array([1], np.int32)
    >>> node_units = np.array([40, INF], np.int32)
    >>> found = spans_within((u, v), np.array([100, 100], np.int32), node_units, 100, leaving=True)
    >>> found.start.tolist(), found.end.tolist()
    ([0.0], [0.6])
    """
    u, v = edges_uv
    ahead, back = weights[0::2].astype(np.float64), weights[1::2].astype(np.float64)
    if not leaving:  # towards the goal at u an edge is walked from v to u
        ahead, back = back, ahead
    from_u = _share(limit, node_units[u], ahead)
    from_v = _share(limit, node_units[v], back)
    joined = from_u + from_v >= 1.0
    head = np.flatnonzero((from_u > 0) | (joined & (from_v > 0)))
    tail = np.flatnonzero((from_v > 0) & ~joined)
    pieces = [
        (head, np.zeros(len(head)), np.where(joined[head], 1.0, from_u[head])),
        (tail, 1.0 - from_v[tail], np.ones(len(tail))),
    ]
    if joint is not None and len(joint):
        pieces.append(_own_edge(joint, weights, limit, leaving=leaving))
    edge, start, end = (np.concatenate(part) for part in zip(*pieces, strict=True))
    return _merged(edge.astype(np.int64), start, end)


def _share(limit: int, node: Units, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the edge that can be walked from a node in what is left of the limit."""
    left = float(limit) - node.astype(np.float64)
    closed = (node == INF) | (weight >= INF) | (left < 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(weight > 0, left / weight, 1.0)
    return np.where(closed, 0.0, np.clip(share, 0.0, 1.0))


def _own_edge(
    joint: Endpoints, weights: Units, limit: int, *, leaving: bool
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """The stretch about each joint on its own edge."""
    edge = joint.edge.astype(np.int64)
    ahead, back = weights[2 * edge].astype(np.float64), weights[2 * edge + 1].astype(np.float64)
    if not leaving:
        ahead, back = back, ahead
    off = joint.off_units.astype(np.int32)
    end = np.minimum(1.0, joint.along + _share(limit, off, ahead))
    start = np.maximum(0.0, joint.along - _share(limit, off, back))
    some = end > start
    return edge[some], start[some], end[some]


def _merged(edge: NDArray[np.int64], start: NDArray[np.float64], end: NDArray[np.float64]) -> Spans:
    """Overlapping spans of one edge as one."""
    order = np.lexsort((start, edge))
    edge, start, end = edge[order], start[order], end[order]
    if len(edge) < 2:
        return Spans(edge, start, end)
    begin = 2.0 * edge + start  # one axis for all edges: spans of different edges never touch
    reach = np.maximum.accumulate(2.0 * edge + end)
    first = np.concatenate(([True], begin[1:] > reach[:-1]))
    last = np.concatenate((first[1:], [True]))
    return Spans(edge[first], start[first], reach[last] - 2.0 * edge[last])
