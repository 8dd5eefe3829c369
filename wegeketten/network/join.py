"""One rule of joining: by which way homes, places and stops join the network, whoever walks.

A point joins the way it is a node of, else the nearest way between which and it nothing lies. What lies
between a point and all ways becomes a caution of the way there. Where the way to the network is longer than a
house is deep, or something lies between, it becomes an edge of its own: drawn, named, walked like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.model.edges import ATTRIBUTES, PLAIN, RAW, EdgeTable, Kind
from wegeketten.model.reading import Provenance
from wegeketten.network.draft import parts_of_elements
from wegeketten.network.snap import SnapIndex, Snaps, snap
from wegeketten.tags import resolve
from wegeketten.tags.assumption import Value
from wegeketten.tags.cautions import bit_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.network.obstacles import Obstacles
    from wegeketten.tags import Resolved

    Nodes = dict[str, NDArray[np.generic]]
    _Table = tuple[dict[str, NDArray[np.generic]], NDArray[np.int64], NDArray[np.float64]]

HOUSE_M = 25.0
"""Longer than this, the way from a door to the network is an edge of its own."""

_LOOKED_AT = 6  # candidates of each point between which and it one looks
_WORTH_M = {
    "over_water": 400.0, "over_rails": 150.0, "over_stream": 100.0, "over_road": 60.0, "through_house": 25.0,
    "over_wall": 15.0,
}  # fmt: skip
"""How many metres farther another way is taken rather than one behind an obstacle."""

_ISLAND_M = 25.0  # and rather than one on a part of the network that leads nowhere
_NOWHERE_M = 400.0  # metres of ways on such a part, at most
_OF_MAIN = 0.2  # and at most so much of what the largest part has
_STEPS_PER_STOREY = 18.0


class Joined(NamedTuple):
    """How points join the network.

    Attributes
    ----------
    rows
        int64: rows of the candidates chosen, one per point, ascending.
    caution
        uint32: what lies between, as bits.
    """

    rows: NDArray[np.int64]
    caution: NDArray[np.uint32]


class Joiner:
    """A network ready to be joined by points on the map, once for many questions.

    Parameters
    ----------
    edges
        The network.
    obstacles
        What may lie between points and ways.
    """

    def __init__(self, edges: EdgeTable, obstacles: Obstacles) -> None:
        self._edges, self._obstacles = edges, obstacles
        self._index = SnapIndex(edges)
        self._nowhere = _leads_nowhere(edges) if len(edges) else np.zeros(0, dtype=np.bool_)

    def join(self, xy: NDArray[np.float64]) -> tuple[Snaps, NDArray[np.uint32]]:
        """Where points join the network, and what lies between, as bits of `tags.cautions`.

        Parameters
        ----------
        xy
            Metres, shape (points, 2).

        Returns
        -------
        tuple
            In the order of the points.
        """
        snaps = snap(self._edges, xy, index=self._index)
        joined = choose_joins(snaps, xy[snaps.owner], self._edges, self._obstacles, nowhere=self._nowhere)
        return snaps.take(joined.rows), joined.caution


def choose_joins(
    snaps: Snaps,
    xy: NDArray[np.float64],
    edges: EdgeTable,
    obstacles: Obstacles,
    *,
    nowhere: NDArray[np.bool_] | None = None,
) -> Joined:
    """Of each point's candidates the one it joins, the same for everybody.

    Parameters
    ----------
    snaps
        Candidates of `snap`, by owner, point and preference.
    xy
        Position of the point of each candidate, metres.
    edges
        The network.
    obstacles
        What may lie between.
    nowhere
        Edges on parts of the network that lead nowhere, where they are known already.

    Returns
    -------
    Joined
        One candidate for each point, with cautions.
    """
    if not len(snaps):
        return Joined(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint32))
    fresh = np.ones(len(snaps), dtype=bool)
    fresh[1:] = (snaps.owner[1:] != snaps.owner[:-1]) | (snaps.point[1:] != snaps.point[:-1])
    group = np.cumsum(fresh) - 1
    rank = np.arange(len(snaps)) - np.flatnonzero(fresh)[group]
    first_rows = np.flatnonzero(fresh)
    in_the_way = _between(snaps, xy, edges, obstacles, first_rows) > 0
    nowhere = _leads_nowhere(edges) if nowhere is None else nowhere
    again = in_the_way | nowhere[snaps.edge[first_rows]]
    rows = np.flatnonzero(rank < np.where(again[group], _LOOKED_AT, 1))
    caution = _between(snaps, xy, edges, obstacles, rows)
    cost = snaps.away_m[rows].astype(np.float64)
    for name, metres in _WORTH_M.items():
        cost += np.where(caution & np.uint32(bit_of(name)), metres, 0.0)
    on_way = snaps.away_m[rows] < 0
    cost += np.where(nowhere[snaps.edge[rows]] & ~on_way, _ISLAND_M, 0.0)
    order = np.lexsort((rank[rows], cost, group[rows]))
    first = np.ones(len(order), dtype=bool)
    first[1:] = group[rows][order][1:] != group[rows][order][:-1]
    best = order[first]
    far = snaps.off_m[rows[best]] > HOUSE_M
    return Joined(rows[best], caution[best] | np.where(far, np.uint32(bit_of("unmapped_way")), np.uint32(0)))


def _between(
    snaps: Snaps, xy: NDArray[np.float64], edges: EdgeTable, obstacles: Obstacles, rows: NDArray[np.int64]
) -> NDArray[np.uint32]:
    """What lies between points and the feet of some candidates, as bits."""
    feet = feet_of(edges, snaps.edge[rows], snaps.along[rows].astype(np.float64))
    return obstacles.between_many(xy[rows], feet)


def feet_of(edges: EdgeTable, edge: NDArray[np.integer], along: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places on edges, metres, shape (places, 2).

    Parameters
    ----------
    edges
        Edges of the network.
    edge
        Rows of edges.
    along
        Share of the edge's length, from 0 to 1.

    Returns
    -------
    ndarray
        float64.

    Examples
    --------
    >>> import numpy as np
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> feet_of(hamlet().edges, np.array([0]), np.array([0.5])).round(1).tolist()
    [[411783.2, 5656138.7]]
    """
    import shapely

    rows, inverse = np.unique(edge, return_inverse=True)
    bends = np.asarray(edges.bends)
    sizes = (bends[rows + 1] - bends[rows]).astype(np.int64)
    at = np.repeat(bends[rows] - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes) + np.arange(sizes.sum())
    lines = shapely.linestrings(edges.points[at], indices=np.repeat(np.arange(len(rows)), sizes))
    feet = shapely.line_interpolate_point(np.asarray(lines)[inverse.ravel()], along, normalized=True)
    return np.asarray(shapely.get_coordinates(feet))


def _leads_nowhere(edges: EdgeTable) -> NDArray[np.bool_]:
    """Edges on small parts of the network that hang together with nothing, whoever walks."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    lawful = edges["forward"].astype(bool) | edges["backward"].astype(bool)
    u, v = edges["u"], edges["v"]
    nodes = int(max(u.max(), v.max())) + 1
    graph = coo_matrix((lawful[lawful].astype(np.int8), (u[lawful], v[lawful])), shape=(nodes, nodes))
    label = connected_components(graph, directed=False)[1][u]
    metres = np.bincount(label, weights=np.where(lawful, edges["length_m"], 0.0))
    small: NDArray[np.bool_] = (metres < min(_NOWHERE_M, _OF_MAIN * float(metres.max())))[label]
    return small


class Ways(NamedTuple):
    """Ways from doors to the network that become edges.

    Attributes
    ----------
    row
        Row of the join each belongs to.
    xy
        Where it begins, metres, shape (ways, 2).
    storeys
        Storeys climbed on the way by steps nobody mapped, 0 for none.
    """

    row: NDArray[np.int64]
    xy: NDArray[np.float64]
    storeys: NDArray[np.float64]


def lay_ways(
    edges: EdgeTable, nodes: Nodes, snaps: Snaps, caution: NDArray[np.uint32], ways: Ways
) -> tuple[EdgeTable, Nodes, Snaps]:
    """Cut the network where such ways meet it, and lay them.

    Parameters
    ----------
    edges, nodes
        The network.
    snaps
        One join per row.
    caution
        Of each join.
    ways
        Those that become edges.

    Returns
    -------
    tuple
        Edges, nodes, and the joins on them: those of `ways` lie at the beginnings of their own.
    """
    if not len(ways.row):
        return edges, nodes, snaps
    count = len(nodes["x"])
    cutting = _Cuts(edges, snaps.edge[ways.row], snaps.along[ways.row].astype(np.float64), count)
    (columns, bends, points), new_xy = cutting.table(edges)
    begins = count + len(new_xy) + np.arange(len(ways.row))
    laid = _approaches(edges, snaps.edge[ways.row], begins, cutting.node, caution[ways.row], ways)
    there = feet_of(edges, snaps.edge[ways.row], snaps.along[ways.row].astype(np.float64))
    laid["length_m"] = np.hypot(*(there - ways.xy).T).astype(np.float32)
    before = len(columns["u"])
    columns = {name: np.concatenate([columns[name], laid[name]]) for name in edges.columns}
    columns["part"] = parts_of_elements(columns["osm_type"], columns["osm_id"])
    bends = np.concatenate([bends, bends[-1] + 2 * (1 + np.arange(len(ways.row)))])
    points = np.concatenate([points, np.stack([ways.xy, there], axis=1).reshape(-1, 2)])
    edge, along = cutting.moved(snaps.edge.astype(np.int64), snaps.along.astype(np.float64))
    edge[ways.row] = before + np.arange(len(ways.row))
    along[ways.row] = 0.0
    off_m = snaps.off_m.copy()
    off_m[ways.row] = 0.0
    xy = np.concatenate([new_xy, ways.xy])
    grown = {
        "osm_id": np.concatenate([nodes["osm_id"], np.zeros(len(xy), dtype=np.int64)]),
        "x": np.concatenate([nodes["x"], xy[:, 0]]),
        "y": np.concatenate([nodes["y"], xy[:, 1]]),
    }
    kept = Snaps(snaps.owner, snaps.point, edge.astype(np.int32), along.astype(np.float32), off_m)
    return EdgeTable(columns, edges.names, bends, points), grown, kept


class _Cuts:
    """Where edges are cut, and the nodes there.

    Attributes
    ----------
    node
        Node of each place: an end of its edge, or a new one.
    """

    def __init__(
        self, edges: EdgeTable, edge: NDArray[np.integer], along: NDArray[np.float64], nodes: int
    ) -> None:
        edge = edge.astype(np.int64)
        at_u, at_v = along <= 0.0, along >= 1.0
        self.node = np.where(at_u, edges["u"][edge], edges["v"][edge]).astype(np.int64)
        inner = np.flatnonzero(~at_u & ~at_v)
        keys = np.stack([edge[inner], np.round(along[inner], 9)], axis=1)
        places, inverse = np.unique(keys, axis=0, return_inverse=True)
        self.node[inner] = nodes + inverse.ravel()
        self.edge = places[:, 0].astype(np.int64)
        self.along = places[:, 1]
        self._nodes = nodes
        self._edges = len(edges)

    def table(
        self, edges: EdgeTable
    ) -> tuple[
        tuple[dict[str, NDArray[np.generic]], NDArray[np.int64], NDArray[np.float64]], NDArray[np.float64]
    ]:
        """Columns, bends and points of the cut edges, and the places of the new nodes."""
        feet = feet_of(edges, self.edge, self.along) if len(self.edge) else np.empty((0, 2))
        count = np.bincount(self.edge, minlength=self._edges) + 1
        self._first = np.concatenate([[0], np.cumsum(count)[:-1]])
        owner = np.repeat(np.arange(self._edges), count)
        columns: dict[str, NDArray[Any]] = {name: edges[name][owner] for name in edges.columns}
        piece = np.arange(len(owner)) - self._first[owner]
        below = np.zeros(len(owner))
        above = np.ones(len(owner))
        number = np.arange(len(self.edge)) - np.searchsorted(self.edge, self.edge)
        rows = self._first[self.edge] + number
        above[rows], below[rows + 1] = self.along, self.along
        new = self._nodes + np.arange(len(self.edge))
        columns["v"][rows] = new
        columns["u"][rows + 1] = new
        share = (above - below).astype(np.float32)
        for name in ("length_m", "rise_m", "fall_m", "ride_s"):
            columns[name] = (columns[name] * share).astype(np.float32)
        cut = np.flatnonzero(count[owner] > 1)
        bends = np.asarray(edges.bends).astype(np.int64)
        lines: list[NDArray[np.float64]] = []
        sizes = (bends[owner + 1] - bends[owner]).astype(np.int64)
        for row in cut.tolist():
            line = edges.points[bends[owner[row]] : bends[owner[row] + 1]]
            first = None if piece[row] == 0 else feet[np.searchsorted(self.edge, owner[row]) + piece[row] - 1]
            last = (
                None
                if piece[row] == count[owner[row]] - 1
                else feet[np.searchsorted(self.edge, owner[row]) + piece[row]]
            )
            lines.append(_stretch(line, below[row], above[row], first, last))
            sizes[row] = len(lines[-1])
        new_bends = np.concatenate([[0], np.cumsum(sizes)])
        points = np.empty((int(new_bends[-1]), 2))
        whole = np.flatnonzero(count[owner] == 1)
        gone = np.concatenate([[0], np.cumsum(sizes[whole])[:-1]])
        target = np.repeat(new_bends[whole] - gone, sizes[whole])
        source = np.repeat(bends[owner[whole]] - gone, sizes[whole])
        run = np.arange(int(sizes[whole].sum()))
        points[target + run] = edges.points[source + run]
        for row, line in zip(cut.tolist(), lines, strict=True):
            points[new_bends[row] : new_bends[row + 1]] = line
        return (columns, new_bends, points), feet

    def moved(
        self, edge: NDArray[np.int64], along: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Where places on the uncut edges lie on the cut ones."""
        begin, end = np.searchsorted(self.edge, edge, "left"), np.searchsorted(self.edge, edge, "right")
        if not len(self.edge):
            return edge, along
        most = 1.0 - 1e-9
        place = np.searchsorted(self.edge + np.minimum(self.along, most), edge + np.minimum(along, most))
        number = np.clip(place, begin, end) - begin
        below = np.where(number > 0, self.along[np.maximum(begin + number - 1, 0)], 0.0)
        last = begin + number >= end
        above = np.where(last, 1.0, self.along[np.minimum(begin + number, len(self.along) - 1)])
        span = np.where(above > below, above - below, 1.0)
        return self._first[edge] + number, np.clip((along - below) / span, 0.0, 1.0)


def _stretch(
    line: NDArray[np.float64],
    below: float,
    above: float,
    first: NDArray[np.float64] | None,
    last: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    """Part of a line between two shares of its length, with its exact ends."""
    step = np.hypot(*np.diff(line, axis=0).T)
    at = np.concatenate([[0.0], np.cumsum(step)])
    at /= at[-1] or 1.0
    inner = line[(at > below) & (at < above)]
    head = line[:1] if first is None else first[None]
    tail = line[-1:] if last is None else last[None]
    return np.concatenate([head, inner, tail])


def _approaches(
    edges: EdgeTable,
    onto: NDArray[np.integer],
    begins: NDArray[np.int64],
    ends: NDArray[np.int64],
    caution: NDArray[np.uint32],
    ways: Ways,
) -> dict[str, NDArray[np.generic]]:
    """Columns of the ways from doors to the network."""
    count = len(ways.row)
    columns: dict[str, NDArray[np.generic]] = {
        name: np.zeros(count, dtype=dtype) for name, dtype in PLAIN.items()
    }
    columns["u"], columns["v"] = begins.astype(np.int32), ends.astype(np.int32)
    columns["osm_type"], columns["osm_id"] = edges["osm_type"][onto], edges["osm_id"][onto]
    kinds = np.where(ways.storeys > 0, int(Kind.steps), int(Kind.footway)).astype(np.uint8)
    columns["kind"] = kinds
    for name in ("forward", "backward", "derived", "private"):
        columns[name] = np.ones(count, dtype=bool)
    columns["level"], columns["name"] = np.full(count, np.nan, dtype=np.float32), edges["name"][onto]
    columns["caution"] = caution.astype(np.uint32)
    for name in ("rise_m", "fall_m"):
        columns[name] = np.full(count, np.nan, dtype=np.float32)
    footway, steps = resolve({}, Kind.footway), resolve({"highway": "steps"}, Kind.steps)
    for position, attribute in enumerate(ATTRIBUTES):
        value = _values(footway, steps, position, attribute.name, ways.storeys)
        for place, suffix in enumerate(("", "_lower", "_upper")):
            columns[attribute.name + suffix] = value[:, place].astype(np.float32)
        columns[f"{attribute.name}_from"] = value[:, 3].astype(np.uint8)
    if RAW in edges.columns:
        columns[RAW] = np.full(count, "", dtype=object)
    return columns


def _values(
    footway: Resolved, steps: Resolved, position: int, name: str, storeys: NDArray[np.float64]
) -> NDArray[np.float64]:
    rows = []
    for climbed in storeys.tolist():
        value = steps.values[position] if climbed else footway.values[position]
        if climbed and name == "step_count":
            count = _STEPS_PER_STOREY * climbed
            value = Value(count, 1.0, 1.5 * count, value.provenance)
        elif climbed and name in ("ramp_wheelchair", "ramp_stroller"):
            value = Value(0.0, 0.0, 1.0, int(Provenance.assumed))  # there may be a lift
        rows.append(tuple(value))
    return np.array(rows, dtype=np.float64).reshape(-1, 4)
