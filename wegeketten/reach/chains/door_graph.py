"""The network cut at every door, so that visits may follow one another along one edge."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.joins.endpoints import Endpoints, join_homes, join_places
from wegeketten.routing import INF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.people.profile import Profile
    from wegeketten.routing import Graph, Hierarchy, Metric

    Units = NDArray[np.int32]


@dataclass(frozen=True)
class DoorGraph:
    """Streets cut at the doors of one profile: every door is a node on its edge.

    Attributes
    ----------
    streets
        Number of the streets' nodes; the homes' joints follow, then the places'.
    homes, places
        The joints.
    tails, heads
        int32, shape (arcs,): ends of the arcs.
    on_street
        int32, shape (arcs,): the network's arc (2e ahead, 2e + 1 back) that each arc is a part of.
    start, end
        float64, shape (arcs,): which part of the edge, 0 at u, 1 at v.
    """

    streets: int
    homes: Endpoints
    places: Endpoints
    tails: Units
    heads: Units
    on_street: Units
    start: NDArray[np.float64]
    end: NDArray[np.float64]

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return self.streets + len(self.homes) + len(self.places)

    @property
    def home_nodes(self) -> Units:
        """Nodes of the homes' joints."""
        return (self.streets + np.arange(len(self.homes))).astype(np.int32)

    @property
    def place_nodes(self) -> Units:
        """Nodes of the places' joints."""
        return (self.streets + len(self.homes) + np.arange(len(self.places))).astype(np.int32)

    @cached_property
    def graph(self) -> Graph:
        """As a graph of the routing core; all weights are 1."""
        from wegeketten.routing import Graph

        return Graph.from_arcs(self.nodes, self.tails, self.heads, np.ones(len(self.tails), dtype=np.int32))

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """Order and topology of the graph."""
        from wegeketten.routing import Hierarchy

        return Hierarchy(self.graph)

    def weights(self, network: Units) -> Units:
        """Units of every arc from those of the network's arcs; the parts of an edge add up to it exactly.

        Parameters
        ----------
        network
            Units of 0.1 s of each of the network's arcs, `INF` closed.

        Returns
        -------
        Units
            int32, shape (arcs,).
        """
        whole = network[self.on_street].astype(np.int64)
        units = np.abs(np.rint(whole * self.end) - np.rint(whole * self.start)).astype(np.int64)
        return np.where(whole == INF, INF, units).astype(np.int32)

    def metric(self, network: Units) -> Metric:
        """The hierarchy customised for the weights of the network's arcs.

        Parameters
        ----------
        network
            Units of 0.1 s of each of the network's arcs, `INF` closed.

        Returns
        -------
        Metric
            Ready for queries.
        """
        return self.hierarchy.customize(self.weights(network))


def cut_at_doors(city: City, profile: Profile, *, homes: Endpoints | None = None) -> DoorGraph:
    """The city's network cut at all doors of a profile.

    Parameters
    ----------
    city
        A built city.
    profile
        For whom.
    homes
        Joints other than those of the city's homes.

    Returns
    -------
    DoorGraph
        Streets and doors in one graph.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> doors = cut_at_doors(hamlet(), load_profile("walker"))
    >>> len(doors.homes)
    12
    """
    homes = join_homes(city, profile) if homes is None else homes
    return cut_edges(len(city.nodes["x"]), city.edges.columns, homes, join_places(city, profile))


def cut_edges(
    streets: int, columns: Mapping[str, NDArray[np.generic]], homes: Endpoints, places: Endpoints
) -> DoorGraph:
    """Put doors onto their edges.

    Parameters
    ----------
    streets
        Number of nodes.
    columns
        Columns ``u`` and ``v`` of the edge table.
    homes, places
        Joints.

    Returns
    -------
    DoorGraph
        Each edge with doors on it is several arcs, one after the other.
    """
    u, v = columns["u"].astype(np.int32), columns["v"].astype(np.int32)
    count = len(u)
    edge = np.concatenate([np.arange(count), homes.edge, places.edge, np.arange(count)]).astype(np.int64)
    along = np.concatenate([np.zeros(count), homes.along, places.along, np.ones(count)])
    doors = np.arange(streets, streets + len(homes) + len(places), dtype=np.int32)
    node = np.concatenate([u, doors, v])
    rank = np.concatenate([np.zeros(count), np.ones(len(doors)), np.full(count, 2)])  # u, doors, v
    order = np.lexsort((node, along, rank, edge))
    edge, along, node = edge[order], along[order], node[order]
    first = np.flatnonzero(edge[1:] == edge[:-1])
    tails, heads = node[first], node[first + 1]
    arcs = 2 * edge[first]
    start, end = along[first], along[first + 1]
    return DoorGraph(
        streets,
        homes,
        places,
        np.stack([tails, heads], axis=1).ravel(),
        np.stack([heads, tails], axis=1).ravel(),
        np.stack([arcs, arcs + 1], axis=1).ravel().astype(np.int32),
        np.stack([start, end], axis=1).ravel(),
        np.stack([end, start], axis=1).ravel(),
    )
