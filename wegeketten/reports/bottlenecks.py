"""The barriers that stand in most people's way: counted over each home's way with the fewest barriers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.joins.endpoints import allowed_places, join_homes, join_places, seeds_to
from wegeketten.model.edges import each_flight_once
from wegeketten.routing import INF, UNIT_S, lazy_kernel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.people.profile import Profile
    from wegeketten.reach.scan import Scan


MOST_UNITS = 1_000_000
"""Longest time along one arc, about a day; what takes longer is closed anyway."""


class Bottleneck(NamedTuple):
    """A closed arc and how much lies behind it.

    Attributes
    ----------
    arc
        The arc, as most people would pass it.
    people
        People (or homes) times services that are not reached and whose way with the fewest barriers leads
        over it.
    """

    arc: int
    people: float


def bottlenecks(scan: Scan, profile: Profile) -> list[Bottleneck]:
    """Closed arcs by the people behind them, the most first.

    Only homes count that do not reach the service at all in *likely*. Each is followed along the way that
    crosses the fewest closed arcs (and among those the fastest), and counts at every barrier on it; of a
    flight of steps the piece most are behind stands for all.

    Parameters
    ----------
    scan
        A scan with this profile.
    profile
        For whom.

    Returns
    -------
    list of Bottleneck
        With the people behind each.
    """
    city = scan.city
    edges = city.edges
    weights = city.weights(profile)
    lawful = np.stack([edges["forward"], edges["backward"]], axis=1).ravel().astype(bool)
    closed = (weights.likely == INF) & lawful
    slow = np.minimum(np.rint(weights.seconds / UNIT_S), MOST_UNITS)  # a way no one manages has no end
    units = np.where(lawful, slow.astype(np.int64), INF).astype(np.int32)
    load = np.zeros(len(units))
    people = np.asarray(city.homes["weight"], dtype=np.float64)
    for column, service in enumerate(scan.services):
        cut_off = np.zeros(len(people), dtype=bool)
        cut_off[scan.homes] = scan.reach[profile.id].units["likely"][scan.homes, column] == INF
        if cut_off.any():
            _add(load, city, profile, service, (units, closed), np.where(cut_off, people, 0.0))
    both = np.maximum(load[0::2], load[1::2])
    edge = np.flatnonzero(both > 0)
    order = edge[np.lexsort((edge, -both[edge]))]
    order = order[each_flight_once(edges.columns, order)]
    arcs = np.where(load[2 * order] >= load[2 * order + 1], 2 * order, 2 * order + 1)
    total = load[2 * order] + load[2 * order + 1]
    return [Bottleneck(arc, count) for arc, count in zip(arcs.tolist(), total.tolist(), strict=True)]


def _add(
    load: NDArray[np.float64],
    city: City,
    profile: Profile,
    service: str,
    arcs: tuple[NDArray[np.int32], NDArray[np.bool_]],
    people: NDArray[np.float64],
) -> None:
    from wegeketten.whatif.least_cost import SHIFT, UNSEEN, tree

    units, closed = arcs
    u, v = city.edges["u"].astype(np.int32), city.edges["v"].astype(np.int32)
    offers = join_places(city, profile)
    offers = offers.take(np.isin(offers.owner, allowed_places(city, profile, "likely", service)))
    seeds = seeds_to(offers, (u, v), units)
    if not len(seeds.nodes):
        return
    heads, tails = np.stack([v, u], axis=1).ravel(), np.stack([u, v], axis=1).ravel()
    order = np.argsort(heads, kind="stable").astype(np.int32)
    indptr = np.searchsorted(heads[order], np.arange(len(city.nodes["x"]) + 1)).astype(np.int32)
    keys = (closed.astype(np.int64) << SHIFT) + units
    keys[units == INF] = -1
    best, via = tree(indptr, order, tails, keys, seeds.nodes, seeds.offsets.astype(np.int64))
    homes = join_homes(city, profile)
    by_u, by_v = best[u[homes.edge]], best[v[homes.edge]]
    start = np.where(by_v < by_u, v[homes.edge], u[homes.edge])
    behind = np.zeros(len(best))
    np.add.at(behind, start, people[homes.owner])
    behind[best == UNSEEN] = 0
    # From the farthest node inwards: each hands on everything that lies behind it.
    _hand_on(np.argsort(-best, kind="stable"), via, heads, closed, behind, load)


@lazy_kernel
def _hand_on(
    order: NDArray[np.int64],
    via: NDArray[np.int32],
    heads: NDArray[np.int32],
    closed: NDArray[np.bool_],
    behind: NDArray[np.float64],
    load: NDArray[np.float64],
) -> None:
    for node in order:
        arc = via[node]
        if arc >= 0 and behind[node] != 0:
            behind[heads[arc]] += behind[node]
            if closed[arc]:
                load[arc] += behind[node]


def within(found: Sequence[Bottleneck], district: NDArray[np.integer], row: int) -> list[Bottleneck]:
    """Those whose edge lies in a district; all for row -1.

    Parameters
    ----------
    found
        Result of `bottlenecks`.
    district
        District of each edge, see `wegeketten.reach.quality.edge_districts`.
    row
        Row of the district, -1 for all.

    Returns
    -------
    list of Bottleneck
        In the same order.
    """
    return [one for one in found if row < 0 or district[one.arc // 2] == row]
