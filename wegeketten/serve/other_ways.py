"""Other ways than the fastest: little slower, mostly elsewhere, and not needlessly winding.

Where a search from the start and one from the goal agree over a longer stretch (a plateau), the way over it
is the fastest one between its two ends as well as through it; ways over long plateaus are what people take
for a route of its own (Abraham et al. 2013, choice routing). Where there are too few plateaus, as in a small
town, ways over single nodes follow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.joins.endpoints import seeds_from, seeds_to
from wegeketten.reach.ways import Way, through
from wegeketten.routing import INF

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.joins.endpoints import Endpoints, Seeds
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile

MOST_TRIED = 30
"""Plateaus that are looked at, the most promising first; and single nodes after them."""


class Bounds(NamedTuple):
    """How other ways may differ from the fastest.

    Attributes
    ----------
    most
        Most routes, the fastest included.
    slower
        How many times as long they may take.
    shared
        Which part of an other way may run on ways given before.
    """

    most: int
    slower: float
    shared: float


def other_ways(
    city: City, profile: Profile, answer: Answer, ends: tuple[Endpoints, Endpoints], best: Way, bounds: Bounds
) -> list[Way]:
    """Other ways between two points.

    Parameters
    ----------
    city, profile, answer
        On which network.
    ends
        Joints of the start and of the goal.
    best
        The fastest way.
    bounds
        What counts as another way.

    Returns
    -------
    list of Way
        Fewer than asked for where there are no more; the most promising first.
    """
    weights = getattr(city.weights(profile), answer)
    uv = city.edges["u"], city.edges["v"]
    starts, goals = seeds_from(ends[0], uv, weights), seeds_to(ends[1], uv, weights)
    if not len(starts.nodes) or not len(goals.nodes):
        return []
    metric = city.metric(profile, answer)
    ahead = metric.nearest([starts.nodes], [starts.offsets], direction="from")[:, 0]
    back = metric.nearest([goals.nodes], [goals.offsets], direction="to")[:, 0]
    kept, found = [_edges_of(best)], []
    for via in _vias(uv, weights, ahead, back, int(best.units * bounds.slower)):
        if len(kept) >= bounds.most:
            break
        arcs = _over(city, profile, answer, via, starts, goals)
        way = _way(weights, ends, *arcs)
        rows = _edges_of(way)
        if way.units > best.units * bounds.slower or len(np.unique(rows)) < len(rows):
            continue
        if all(_shared(way, rows, other) <= bounds.shared for other in kept):
            kept.append(rows)
            found.append(way)
    return found


def _vias(
    uv: tuple[NDArray[np.int32], NDArray[np.int32]],
    weights: NDArray[np.int32],
    ahead: NDArray[np.int32],
    back: NDArray[np.int32],
    most: int,
) -> Iterator[int]:
    """A node of each plateau, by how much longer the plateau is than the detour over it; then other nodes."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    tails, heads = np.stack(uv, axis=1).ravel(), np.stack(uv[::-1], axis=1).ravel()
    to, on, cost = ahead.astype(np.int64), back.astype(np.int64), weights.astype(np.int64)
    total = to + on
    flat = (weights != INF) & (to[tails] + cost == to[heads]) & (on[heads] + cost == on[tails])
    flat &= (ahead[tails] != INF) & (back[heads] != INF) & (total[tails] <= most)
    arcs = np.flatnonzero(flat)
    size = len(ahead)
    shape = (np.ones(len(arcs), dtype=np.int8), (tails[arcs], heads[arcs]))
    _, part = connected_components(coo_array(shape, shape=(size, size)), directed=False)
    nodes = np.unique(np.concatenate([tails[arcs], heads[arcs]]))
    order = np.lexsort((to[nodes], part[nodes]))
    nodes = nodes[order]
    first = np.flatnonzero(np.diff(part[nodes], prepend=-1) != 0)
    last = np.append(first[1:], len(nodes))[: len(first)] - 1
    gain = (to[nodes[last]] - to[nodes[first]]) - total[nodes[first]]
    for row in np.argsort(-gain, kind="stable")[:MOST_TRIED].tolist():
        yield int(nodes[first[row]])
    rest = np.setdiff1d(np.flatnonzero((ahead != INF) & (back != INF) & (total <= most)), nodes)
    rest = rest[np.argsort(total[rest], kind="stable")]
    for row in np.unique(np.linspace(0, len(rest) - 1, min(MOST_TRIED, len(rest))).astype(int)).tolist():
        yield int(rest[row])


def _over(
    city: City, profile: Profile, answer: Answer, via: int, starts: Seeds, goals: Seeds
) -> tuple[bool, bool, NDArray[np.int32]]:
    """At which ends the first and the last edge are left and entered, and the arcs between, over a node."""
    metric = city.metric(profile, answer)
    node = np.array([via], dtype=np.int32)
    there = metric.table(starts.nodes, node)[:, 0].astype(np.int64) + starts.offsets
    on = metric.table(node, goals.nodes)[0].astype(np.int64) + goals.offsets
    one, other = int(there.argmin()), int(on.argmin())
    arcs = [
        metric.route(int(starts.nodes[one]), via)[1],
        metric.route(via, int(goals.nodes[other]))[1],
    ]
    return bool(starts.at_v[one]), bool(goals.at_v[other]), np.concatenate(arcs)


def _way(
    weights: NDArray[np.int32],
    ends: tuple[Endpoints, Endpoints],
    from_v: bool,
    to_v: bool,
    between: NDArray[np.int32],
) -> Way:
    arcs, path = through(weights, *ends, from_v, to_v, between)
    return Way(int(path.units.sum()), lambda: (arcs, path))


def _edges_of(way: Way) -> NDArray[np.int64]:
    return way.path.edge


def _shared(way: Way, rows: NDArray[np.int64], other: Sequence[int] | NDArray[np.int64]) -> float:
    """Which part of a way, by time, runs on the edges of another one."""
    units = way.path.units
    return float(units[np.isin(rows, other)].sum()) / max(1, int(units.sum()))
