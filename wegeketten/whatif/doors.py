"""From a city to a `WhatIfGraph`: every home and place becomes a node on the edge its door opens to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.joins.endpoints import allowed_places, join_homes, join_places
from wegeketten.routing import INF
from wegeketten.whatif.graph import WhatIfGraph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.joins.endpoints import Endpoints
    from wegeketten.model.answers import Answer
    from wegeketten.model.path import Path
    from wegeketten.people.profile import Profile

    Units = NDArray[np.int32]
    Longs = NDArray[np.int64]


@dataclass(frozen=True)
class Remedies:
    """What measures would make of the arcs, for one profile.

    Attributes
    ----------
    mended
        int32, shape (2 · edges,): units of each arc after its edge's measure, `INF` where none helps.
    prices
        int64, shape (edges,): price of each edge's measure, 0 where there is none.
    """

    mended: Units
    prices: Longs

    @classmethod
    def none(cls, edges: int) -> Remedies:
        """No measures at all.

        Parameters
        ----------
        edges
            Number of edges.

        Returns
        -------
        Remedies
            Prices of 0: nothing can be mended.

        Examples
        --------
        >>> none = Remedies.none(8)
        >>> len(none.prices)
        8
        """
        return cls(np.full(2 * edges, INF, dtype=np.int32), np.zeros(edges, dtype=np.int64))


@dataclass(frozen=True)
class Doors:
    """A field and what its nodes and arcs stand for.

    Attributes
    ----------
    field
        Arcs 0 … 2E − 1 are the network's own; the doors' arcs follow.
    homes
        Joint of each home that has one; the home's node is ``field.streets + owner``.
    places
        Joints of the places; joint ``p`` has the node ``field.place_node(p)``.
    start, end
        float64, shape (arcs,): where on its edge each arc starts and ends, 0 at u, 1 at v.
    ahead
        bool, shape (arcs,): whether an arc follows its edge's drawing direction.
    off_m
        float64, shape (arcs,): metres between doors and the edge that come on top.
    """

    field: WhatIfGraph
    homes: Endpoints
    places: Endpoints
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    ahead: NDArray[np.bool_]
    off_m: NDArray[np.float64]

    def goals(self, allowed: NDArray[np.integer]) -> NDArray[np.int32]:
        """Nodes of the given places (rows of the city's places).

        Parameters
        ----------
        allowed
            Rows of the city's places.

        Returns
        -------
        ndarray
            Their nodes, those without a joint left out.

        Examples
        --------
        >>> import numpy as np
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> doors = open_doors(hamlet(), load_profile("walker"), "likely")
        >>> len(doors.goals(np.array([0])))
        1
        """
        joints = np.flatnonzero(np.isin(self.places.owner, allowed))
        return (joints + self.field.place_node(0)).astype(np.int32)

    def on_street(self, arcs: Sequence[int]) -> NDArray[np.int64]:
        """The network's arcs (2e ahead, 2e + 1 back) that the field's arcs run on.

        Parameters
        ----------
        arcs
            Arcs of this graph.

        Returns
        -------
        ndarray
            Joints and doors left out.
        """
        rows = np.asarray(arcs, dtype=np.int64)
        return 2 * self.field.edge[rows].astype(np.int64) + ~self.ahead[rows]

    def path(self, arcs: Sequence[int]) -> Path:
        """The parts of edges that arcs of the field run over, with today's times.

        Parameters
        ----------
        arcs
            Arcs of this graph, one after the other.

        Returns
        -------
        Path
            Where the way enters and leaves each edge.
        """
        from wegeketten.model.path import Path

        rows = np.asarray(arcs, dtype=np.int64)
        return Path(
            self.field.edge[rows].astype(np.int64), self.start[rows], self.end[rows], self.ahead[rows],
            self.off_m[rows], self.field.today[rows].astype(np.int64),
        )  # fmt: skip

    def place_of(self, node: int) -> int:
        """Row of the city's places that a place's node stands for.

        Parameters
        ----------
        node
            Node of a place.

        Returns
        -------
        int
            Row of the city's places.
        """
        return int(self.places.owner[node - self.field.place_node(0)])


def open_doors(
    city: City,
    profile: Profile,
    answer: Answer,
    *,
    remedies: Remedies | None = None,
    homes: Endpoints | None = None,
    home_count: int | None = None,
    places: Endpoints | None = None,
    leaving: bool = True,
) -> Doors:
    """The city as a field for one profile and answer.

    Parameters
    ----------
    city
        A built city.
    profile
        For whom.
    answer
        Which edges are open today.
    remedies
        What measures would change; nothing where None.
    homes, home_count, places
        Joints other than those of all homes and places of the city, and how many homes there are then.
    leaving
        Whether people go from home to the places; else they come home from there.

    Returns
    -------
    Doors
        Streets, homes and places in one graph.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> doors = open_doors(hamlet(), load_profile("walker"), "likely")
    >>> len(doors.homes.owner), len(doors.places.owner)
    (12, 6)
    """
    edges = city.edges
    if homes is None:
        homes, home_count = join_homes(city, profile), len(city.homes["home_id"])
    places = join_places(city, profile) if places is None else places
    today = getattr(city.weights(profile), answer)
    remedies = remedies or Remedies.none(len(edges))
    return assemble(
        len(city.nodes["x"]), edges["u"], edges["v"], today, remedies, homes, home_count or 0, places,
        leaving=leaving,
    )  # fmt: skip


def assemble(
    nodes: int,
    u: NDArray[np.generic],
    v: NDArray[np.generic],
    today: Units,
    remedies: Remedies,
    homes: Endpoints,
    home_count: int,
    places: Endpoints,
    *,
    leaving: bool = True,
) -> Doors:
    """Put streets, homes and places together, see `open_doors`.

    Parameters
    ----------
    nodes, u, v
        Number of nodes; ends of the edges.
    today
        int32, shape (2 · edges,): units of each arc, `INF` where closed.
    remedies
        What measures would change.
    homes
        Joints of the homes.
    home_count
        How many homes there are.
    places
        Joints of the places.
    leaving
        Whether people go from home to the places, else back.

    Returns
    -------
    Doors
        Streets, homes and places in one graph.
    """
    u, v = u.astype(np.int32), v.astype(np.int32)
    count = len(u)
    home_node = (nodes + homes.owner).astype(np.int32)
    place_node = (nodes + home_count + np.arange(len(places))).astype(np.int32)
    mended = np.minimum(today, remedies.mended)
    ones, zeros = np.ones(count), np.zeros(count)
    base = _Arcs(
        np.stack([u, v], 1).ravel(), np.stack([v, u], 1).ravel(), np.repeat(np.arange(count), 2),
        np.stack([zeros, ones], 1).ravel(), np.stack([ones, zeros], 1).ravel(), np.arange(2 * count) % 2 == 0,
        np.zeros(2 * count, dtype=np.int64), np.zeros(2 * count),
    )  # fmt: skip
    parts = [base]
    for access, node, outward in ((homes, home_node, leaving), (places, place_node, not leaving)):
        for ends, along in ((u[access.edge], 0.0), (v[access.edge], 1.0)):
            there = np.full(len(access), along)
            ahead = np.full(len(access), outward == (along == 1.0))
            off = access.off_units, access.off_m
            parts.append(
                _Arcs(node, ends, access.edge, access.along, there, ahead, *off)
                if outward
                else _Arcs(ends, node, access.edge, there, access.along, ahead, *off)
            )
    parts.append(_same_edge(homes, places, home_node, place_node, leaving=leaving))
    arcs = _Arcs.joined(parts)
    field = WhatIfGraph(
        nodes, home_count, len(places), arcs.tail, arcs.head, arcs.edge,
        arcs.units(today), arcs.units(mended), remedies.prices,
    )  # fmt: skip
    return Doors(field, homes, places, arcs.start, arcs.end, arcs.ahead, arcs.off_m)


def goals_of(city: City, profile: Profile, answer: Answer, service: str, doors: Doors) -> NDArray[np.int32]:
    """Nodes of the places that offer a service to this profile in this answer.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.
    answer
        Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.
    service
        Id of the service.
    doors
        The city as a graph.

    Returns
    -------
    ndarray
        Ascending.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> city, walker = hamlet(), load_profile("walker")
    >>> len(goals_of(city, walker, "likely", "pharmacy", open_doors(city, walker, "likely")))
    1
    """
    return doors.goals(allowed_places(city, profile, answer, service))


def trace(doors: Doors, start: int, goals: NDArray[np.int32], weights: Units) -> tuple[int, list[int]] | None:
    """The fastest way from a node to any of the goals.

    Parameters
    ----------
    doors
        The city as a graph.
    start
        Node to start from.
    goals
        Nodes, any of which will do.
    weights
        Units of each arc of the field.

    Returns
    -------
    tuple or None
        Units, and the arcs in order; None where there is no way.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> city, walker = hamlet(), load_profile("walker")
    >>> doors = open_doors(city, walker, "likely")
    >>> goals = goals_of(city, walker, "likely", "pharmacy", doors)
    >>> units, arcs = trace(doors, doors.field.home_nodes.start, goals, doors.field.today)
    >>> round(units / 10)
    206
    """
    from wegeketten.whatif.least_cost import UNSEEN, tree

    field = doors.field
    keys = np.where(weights >= INF, np.int64(-1), weights.astype(np.int64))
    best, via = tree(
        *field.leaving, field.heads, keys, np.array([start], dtype=np.int32), np.zeros(1, dtype=np.int64)
    )
    if not len(goals):
        return None
    node = int(goals[np.lexsort((goals, best[goals]))[0]])
    if best[node] == UNSEEN:
        return None
    units, arcs = int(best[node]), []
    while node != start:
        arcs.append(int(via[node]))
        node = int(field.tails[via[node]])
    return units, arcs[::-1]


@dataclass(frozen=True)
class _Arcs:
    tail: NDArray[Any]
    head: NDArray[Any]
    edge: NDArray[Any]
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    ahead: NDArray[
        np.bool_
    ]  # whether in drawing direction; at the ends of an edge the positions do not show it
    off: NDArray[np.int64]
    off_m: NDArray[np.float64]

    @classmethod
    def joined(cls, parts: list[_Arcs]) -> _Arcs:
        def column(name: str, kind: type) -> NDArray[Any]:
            return np.concatenate([getattr(part, name) for part in parts]).astype(kind)

        return cls(
            column("tail", np.int32), column("head", np.int32), column("edge", np.int32),
            column("start", np.float64), column("end", np.float64), column("ahead", np.bool_),
            column("off", np.int64), column("off_m", np.float64),
        )  # fmt: skip

    def units(self, weights: Units) -> Units:
        """Share of the edge's units in walking direction; rounded at each end, as the scan does."""
        edge = self.edge.astype(np.int64)
        whole = np.where(self.ahead, weights[2 * edge], weights[2 * edge + 1]).astype(np.int64)
        at_start, at_end = np.rint(whole * self.start), np.rint(whole * self.end)
        units = np.abs(at_end - at_start).astype(np.int64) + self.off
        return np.where(whole == INF, INF, np.minimum(units, INF)).astype(np.int32)


def _same_edge(
    homes: Endpoints, places: Endpoints, home_node: Units, place_node: Units, *, leaving: bool
) -> _Arcs:
    """Arcs between doors on one edge, which pass no node."""
    order = np.argsort(places.edge, kind="stable")
    keys = places.edge[order]
    low, high = np.searchsorted(keys, homes.edge, "left"), np.searchsorted(keys, homes.edge, "right")
    count = high - low
    home = np.repeat(np.arange(len(homes)), count)
    place = order[np.repeat(low - (np.cumsum(count) - count), count) + np.arange(len(home))]
    tails, heads = home_node[home], place_node[place]
    starts, ends = homes.along[home], places.along[place]
    if not leaving:
        tails, heads, starts, ends = heads, tails, ends, starts
    off = homes.off_units[home] + places.off_units[place]
    off_m = homes.off_m[home] + places.off_m[place]
    return _Arcs(tails, heads, homes.edge[home], starts, ends, ends >= starts, off, off_m)
