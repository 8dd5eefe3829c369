"""Heights along edges and at their ends, out of an elevation model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.model.edges import EdgeTable

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

DENSEST_M = 2.5  # stations need not be closer than this, however fine the model is


class Lines:
    """Edges' geometry with positions along it, metres from u.

    Attributes
    ----------
    length_m
        Shape (edges,); exactly 0 for point barriers.
    """

    def __init__(self, edges: EdgeTable) -> None:
        self._points = edges.points
        legs = np.hypot(*np.diff(edges.points, axis=0).T) if len(edges.points) else np.zeros(0)
        self._at = np.r_[0.0, np.cumsum(legs)]
        self._first, self._last = edges.bends[:-1], edges.bends[1:] - 1
        self._start, self._stop = self._at[self._first], self._at[self._last]
        length = self._stop - self._start
        self.length_m: Floats = np.where(length > 1e-6, length, 0.0)

    def xy(self, edge: Rows, along_m: Floats) -> Floats:
        """Points on edges, shape (n, 2).

        Parameters
        ----------
        edge
            Rows of edges.
        along_m
            Metres from the beginning of each.

        Returns
        -------
        Floats
            Metres.
        """
        if not len(edge):
            return np.zeros((0, 2))
        at = np.clip(self._start[edge] + along_m, self._start[edge], self._stop[edge])
        return np.stack([np.interp(at, self._at, self._points[:, axis]) for axis in (0, 1)], axis=1)

    def ends(self, edge: Rows) -> tuple[Floats, Floats]:
        """First and last points of edges, to the last bit the same for edges that meet.

        Parameters
        ----------
        edge
            Rows of edges.

        Returns
        -------
        tuple
            Metres, shape (edges, 2) each.
        """
        return self._points[self._first[edge]], self._points[self._last[edge]]

    def leaving_deg(self, edge: Rows) -> Floats:
        """Directions in which edges leave u and v, degrees, shape (n, 2).

        Taken over the first ten metres: a kink at the kerb does not make a turn.

        Parameters
        ----------
        edge
            Rows of edges.

        Returns
        -------
        Floats
            Counted from east against the clock.
        """
        length = self.length_m[edge]
        reach = np.minimum(10.0, length)
        result = np.empty((len(edge), 2))
        for column, (here, there) in enumerate(((np.zeros(len(edge)), reach), (length, length - reach))):
            step = self.xy(edge, there) - self.xy(edge, here)
            result[:, column] = np.degrees(np.arctan2(step[:, 1], step[:, 0]))
        return result


@dataclass
class Stations:
    """Points along edges at which heights are taken: edge after edge, u first, both ends included."""

    edge: Rows
    along_m: Floats
    xy: Floats
    at_u: NDArray[np.bool_]
    at_v: NDArray[np.bool_]


def stations_along(lines: Lines, edge: Rows, cell_m: float) -> Stations:
    """Stations evenly along the given edges, at most one cell (but never less than `DENSEST_M`) apart.

    Parameters
    ----------
    lines
        Geometry of all edges.
    edge
        Rows of edges.
    cell_m
        Cell size of the model.

    Returns
    -------
    Stations
        Edge and metres along it.
    """
    pieces = np.maximum(np.ceil(lines.length_m[edge] / max(cell_m, DENSEST_M)).astype(np.int64), 1)
    owner = np.repeat(edge, pieces + 1)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(pieces + 1) - (pieces + 1), pieces + 1)
    last = np.repeat(pieces, pieces + 1)
    along = number / last * lines.length_m[owner]
    at_u, at_v = number == 0, number == last
    xy = lines.xy(owner, along)
    xy[at_u], xy[at_v] = lines.ends(edge)
    return Stations(owner, along, xy, at_u, at_v)


def places_of(edges: EdgeTable, joint: NDArray[np.bool_]) -> Rows:
    """Number of the place at each node; nodes joined by an edge without length are one place.

    Parameters
    ----------
    edges
        Edges of the network.
    joint
        Edges without length, whose ends are one place.

    Returns
    -------
    Rows
        Shape (nodes,).

    Examples
    --------
    >>> import numpy as np
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> edges = hamlet().edges
    >>> same = places_of(edges, edges["length_m"] == 0)
    >>> int(same[edges["u"][7]]) == int(same[edges["v"][7]])
    True
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = int(max(edges["u"].max(), edges["v"].max())) + 1 if len(edges) else 0
    u, v = edges["u"][joint], edges["v"][joint]
    links = coo_array((np.ones(len(u), np.int8), (u, v)), shape=(count, count))
    label: Rows = connected_components(links, directed=False)[1].astype(np.int64)
    return label


def place_heights(edges: EdgeTable, place: Rows, stations: Stations, heights_m: Floats) -> Floats:
    """Height of each place: the mean of what the ways on the ground that end there say.

    Unknown where one of them does not know, or where there is none.

    Parameters
    ----------
    edges
        Edges of the network.
    place
        Result of `places_of`.
    stations
        Result of `stations_along`.
    heights_m
        Height at each station, NaN where unknown.

    Returns
    -------
    Floats
        Metres, shape (places,).
    """
    node = np.r_[edges["u"][stations.edge[stations.at_u]], edges["v"][stations.edge[stations.at_v]]]
    said = np.r_[heights_m[stations.at_u], heights_m[stations.at_v]]
    count = int(place.max()) + 1 if len(place) else 0
    voices = np.bincount(place[node], minlength=count)
    total = np.bincount(place[node], weights=said, minlength=count)
    mean = np.full(count, np.nan)
    np.divide(total, voices, out=mean, where=voices > 0)
    return mean


def draw_straight(u: Rows, v: Rows, length_m: Floats, anchored: NDArray[np.bool_], height_m: Floats) -> None:
    """Give heights to places off the ground: straight lines from one end of a bridge to the other.

    Where bridges branch, slopes balance at the fork (weights 1 / length). Places that hang together and touch
    the ground nowhere, or at an unknown height, stay unknown.

    Parameters
    ----------
    u, v
        Places at both ends of the edges off the ground (bridges, tunnels, indoor ways, steps).
    length_m
        Their length, above 0.
    anchored
        Shape (places,): whether a way on the ground ends there.
    height_m
        Shape (places,): changed in place, for places that are not anchored.

    Examples
    --------
    A bridge of 30 m and 10 m between heights of 100 m and 104 m:

    >>> height_m = np.array([100.0, np.nan, 104.0])
    >>> anchored = np.array([True, False, True])
    >>> draw_straight(np.array([0, 1]), np.array([1, 2]), np.array([30.0, 10.0]), anchored, height_m)
    >>> height_m
    array([100., 103., 104.])
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.sparse.linalg import spsolve

    useful = (u != v) & ~(anchored[u] & anchored[v])
    tail, head = np.r_[u[useful], v[useful]], np.r_[v[useful], u[useful]]
    pull = 1.0 / np.r_[length_m[useful], length_m[useful]]
    count = len(height_m)
    loose = ~anchored
    hanging = loose[tail] & loose[head]
    links = coo_array((np.ones(hanging.sum()), (tail[hanging], head[hanging])), shape=(count, count))
    _, group = connected_components(links, directed=False)
    held, broken = np.zeros(count, bool), np.zeros(count, bool)
    grip = loose[tail] & ~loose[head]
    held[group[tail[grip]]] = True
    broken[group[tail[grip & np.isnan(height_m[head])]]] = True
    wanted = loose & held[group] & ~broken[group]
    places = np.flatnonzero(wanted)
    if not places.size:
        return
    number = np.full(count, -1)
    number[places] = np.arange(len(places))
    mine = wanted[tail]
    inner, edge_end = mine & wanted[head], mine & ~wanted[head]
    row = np.r_[number[tail[inner]], number[tail[mine]]]
    column = np.r_[number[head[inner]], number[tail[mine]]]
    matrix = coo_array((np.r_[-pull[inner], pull[mine]], (row, column)), shape=(len(places), len(places)))
    right = np.bincount(number[tail[edge_end]], pull[edge_end] * height_m[head[edge_end]], len(places))
    height_m[places] = spsolve(matrix.tocsc(), right)
