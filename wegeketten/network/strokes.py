"""Strokes: edges strung together the way one walks straight on, through junctions and past barriers.

Slopes are taken over a base length along the way. An edge is often shorter than that, so its window reaches
into the edges before and behind it; a stroke says which ones these are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHARPEST_TURN_DEG = 60.0
"""Beyond this, going on is turning off (assumption; natural streets in space syntax use 45–70°)."""
SAME_WAY_BONUS_DEG = 90.0
"""The same OSM way goes on even round a hairpin, and is preferred where two continuations compete."""


@dataclass(frozen=True)
class Strokes:
    """Edges in walking order.

    Attributes
    ----------
    edges
        int64, shape (n,): positions in the arrays given to `string`, stroke after stroke.
    reversed
        bool, shape (n,): the edge is passed from v to u.
    starts
        int64, shape (strokes + 1,): where each stroke starts in `edges`.
    """

    edges: NDArray[np.int64]
    reversed: NDArray[np.bool_]
    starts: NDArray[np.int64]


def string(
    u: NDArray[np.int64],
    v: NDArray[np.int64],
    leaving_deg: NDArray[np.float64],
    way: NDArray[np.int64],
    rank: NDArray[np.int64],
) -> Strokes:
    """String edges together at their shared nodes.

    At each node the two edge ends that deviate least from going straight on are joined first.

    Parameters
    ----------
    u, v
        Nodes of each edge, shape (n,).
    leaving_deg
        Shape (n, 2): direction in which the edge leaves u, and in which it leaves v, degrees.
    way
        OSM id of each edge's way.
    rank
        Order of the edges that does not depend on how they are numbered; breaks ties.

    Returns
    -------
    Strokes
        Every edge in exactly one stroke.

    Examples
    --------
    Two edges in line and one that turns off:

    >>> strokes = string(
    ...     np.array([0, 1, 1]), np.array([1, 2, 3]),
    ...     np.array([[0.0, 180.0], [0.0, 180.0], [90.0, 270.0]]), np.array([7, 8, 9]), np.arange(3),
    ... )
    >>> [strokes.edges[a:b].tolist() for a, b in zip(strokes.starts, strokes.starts[1:])]
    [[0, 1], [2]]
    """
    link = _links(u, v, leaving_deg, way, rank)
    return _walk(link, rank)


def _links(
    u: NDArray[np.int64],
    v: NDArray[np.int64],
    leaving_deg: NDArray[np.float64],
    way: NDArray[np.int64],
    rank: NDArray[np.int64],
) -> NDArray[np.int64]:
    """For each edge end (2e at u, 2e+1 at v) the end it is joined with, or -1."""
    node = np.stack([u, v], axis=1).ravel()
    angle = leaving_deg.ravel()
    order = np.argsort(node, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(node[order]) != 0]) if len(order) else np.zeros(0, np.int64)
    sizes = np.diff(np.r_[starts, len(order)])
    within = np.arange(len(order)) - np.repeat(starts, sizes)
    partners = np.repeat(sizes, sizes) - within - 1
    first = np.repeat(np.arange(len(order)), partners)
    offset = np.arange(len(first)) - np.repeat(np.cumsum(partners) - partners, partners)
    one, other = order[first], order[first + 1 + offset]

    turn = np.abs((angle[one] - angle[other] + 360.0) % 360.0 - 180.0)
    same_way = way[one // 2] == way[other // 2]
    cost = turn - SAME_WAY_BONUS_DEG * same_way
    good = ((turn <= SHARPEST_TURN_DEG) | same_way) & (one // 2 != other // 2)
    one, other, cost = one[good], other[good], np.round(cost[good], 3)

    # cheapest pair first, each end once: rounds of pairs that are the best of both their ends
    low, high = np.minimum(rank[one // 2], rank[other // 2]), np.maximum(rank[one // 2], rank[other // 2])
    place = np.empty(len(one), np.int64)
    place[np.lexsort((high, low, cost))] = np.arange(len(one))
    link = np.full(len(node), -1, np.int64)
    worst = len(place)
    while len(one):
        best = np.full(len(node), worst, np.int64)
        np.minimum.at(best, one, place)
        np.minimum.at(best, other, place)
        mutual = (best[one] == place) & (best[other] == place)
        link[one[mutual]], link[other[mutual]] = other[mutual], one[mutual]
        open_ends = (link[one] < 0) & (link[other] < 0)
        one, other, place = one[open_ends], other[open_ends], place[open_ends]
    return link


def _walk(link: NDArray[np.int64], rank: NDArray[np.int64]) -> Strokes:
    joined = link.tolist()
    edges: list[int] = []
    turned: list[bool] = []
    starts: list[int] = []
    seen = [False] * (len(joined) // 2)
    by_rank = np.argsort(rank, kind="stable").tolist()
    ends = [end for edge in by_rank for end in (2 * edge, 2 * edge + 1) if joined[end] < 0]
    rings = [2 * edge for edge in by_rank]  # what is left over closes on itself
    for start in ends + rings:
        if seen[start // 2]:
            continue
        starts.append(len(edges))
        end = start
        while end >= 0 and not seen[end // 2]:
            seen[end // 2] = True
            edges.append(end // 2)
            turned.append(bool(end % 2))
            end = joined[end ^ 1]
    starts.append(len(edges))
    return Strokes(np.array(edges, np.int64), np.array(turned, bool), np.array(starts, np.int64))
