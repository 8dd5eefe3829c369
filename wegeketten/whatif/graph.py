"""A network with doors: streets, homes and places as one graph whose arcs have two lives.

Homes and places are nodes of their own, joined to the edge they stand on. So a home's time is a node's time,
and a mended edge takes its doors along.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.routing import INF

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


class Lists(NamedTuple):
    """Compressed lists: those of item ``i`` are ``arcs[indptr[i]:indptr[i + 1]]``."""

    indptr: NDArray[np.int32]
    arcs: NDArray[np.int32]


@dataclass(frozen=True, eq=False)  # one is itself only, and may be a key
class WhatIfGraph:
    """Arcs with today's times and the times after each edge's measure.

    Attributes
    ----------
    streets, homes, places
        How many nodes of each; they are numbered in this order.
    tails, heads
        int32, shape (arcs,): ends of the arcs.
    edge
        int32, shape (arcs,): the edge an arc lies on; a door's arc lies on the edge the door opens to.
    today
        int32, shape (arcs,): time now, in the core's unit; `INF` closed.
    mended
        int32, shape (arcs,): time once the edge's measure is carried out; never more than `today`.
    prices
        int64, shape (edges,): price of each edge's measure, at least 1; 0 where there is none.

    Examples
    --------
    One street of two edges, the second closed until it is mended for 100:

    >>> field = WhatIfGraph.of_edges(3, [0, 1], [1, 2], [10, 10, INF, INF], [10, 10, 12, 12], [0, 100])
    >>> field.times([2])[:3].tolist() == [INF, INF, 0]
    True
    >>> field.times([2], mend=[1])[:3].tolist()
    [22, 12, 0]
    """

    streets: int
    homes: int
    places: int
    tails: NDArray[np.int32]
    heads: NDArray[np.int32]
    edge: NDArray[np.int32]
    today: NDArray[np.int32]
    mended: NDArray[np.int32]
    prices: NDArray[np.int64]

    @classmethod
    def of_edges(
        cls,
        streets: int,
        u: Iterable[int] | NDArray[np.integer],
        v: Iterable[int] | NDArray[np.integer],
        today: Iterable[int] | NDArray[np.integer],
        mended: Iterable[int] | NDArray[np.integer],
        prices: Iterable[int] | NDArray[np.integer],
    ) -> WhatIfGraph:
        """A field without doors: every node is a home of its own (node = home + streets, joined at no cost).

        Parameters
        ----------
        streets
            Number of nodes.
        u, v
            Ends of the edges.
        today, mended
            Times of arcs 2e (u → v) and 2e + 1 (v → u), before and after the measure.
        prices
            Price of each edge's measure.

        Returns
        -------
        WhatIfGraph
            Without doors.

        Examples
        --------
        >>> graph = WhatIfGraph.of_edges(2, [0, 1], [1, 2], [100, 100, INF, INF], [100, 100, 50, 50], [0, 7])
        >>> graph.times([2])[:3].tolist() == [INF, INF, 0], graph.times([2], mend=[1])[:3].tolist()
        (True, [150, 50, 0])
        """
        first, second = _ints(u), _ints(v)
        spots = np.arange(streets, dtype=np.int32)
        count = len(first)
        nothing = np.zeros(streets, dtype=np.int32)
        return cls(
            streets,
            streets,
            0,
            np.concatenate([np.stack([first, second], 1).ravel(), spots + streets]).astype(np.int32),
            np.concatenate([np.stack([second, first], 1).ravel(), spots]).astype(np.int32),
            np.concatenate([np.repeat(np.arange(count), 2), np.full(streets, -1)]).astype(np.int32),
            np.concatenate([_ints(today), nothing]),
            np.concatenate([np.minimum(_ints(mended), _ints(today)), nothing]),
            np.asarray(prices, dtype=np.int64),
        )

    @property
    def nodes(self) -> int:
        """All nodes: streets, then homes, then places."""
        return self.streets + self.homes + self.places

    @property
    def home_nodes(self) -> slice:
        """The homes' nodes."""
        return slice(self.streets, self.streets + self.homes)

    def place_node(self, place: int) -> int:
        """The node of a place.

        Parameters
        ----------
        place
            Number of the place.

        Returns
        -------
        int
            Behind the nodes of streets and homes.
        """
        return self.streets + self.homes + place

    @cached_property
    def leaving(self) -> Lists:
        """Arcs that leave each node."""
        return _lists(self.tails, self.nodes)

    @cached_property
    def entering(self) -> Lists:
        """Arcs that enter each node."""
        return _lists(self.heads, self.nodes)

    @cached_property
    def on_edge(self) -> Lists:
        """Arcs on each edge, doors included."""
        there = self.edge >= 0
        lists = _lists(self.edge[there], len(self.prices))
        return Lists(lists.indptr, np.flatnonzero(there).astype(np.int32)[lists.arcs])

    @cached_property
    def mendable(self) -> NDArray[np.bool_]:
        """Edges whose measure would make any of their arcs faster, shape (edges,)."""
        able = np.zeros(len(self.prices), dtype=bool)
        better = (self.mended < self.today) & (self.edge >= 0)
        able[self.edge[better]] = True
        return able & (self.prices > 0)

    def turned(self) -> WhatIfGraph:
        """The same field for ways that start at the places: every arc reversed."""
        return WhatIfGraph(
            self.streets, self.homes, self.places,
            self.heads, self.tails, self.edge, self.today, self.mended, self.prices,
        )  # fmt: skip

    def priced(self, prices: NDArray[np.int64]) -> WhatIfGraph:
        """The same field with other prices; an edge of price 0 cannot be mended.

        Parameters
        ----------
        prices
            Whole euros of each edge's measure, shape (edges,).

        Returns
        -------
        WhatIfGraph
            Shares all else with this one.

        Examples
        --------
        >>> import numpy as np
        >>> graph = WhatIfGraph.of_edges(2, [0, 1], [1, 2], [100, 100, INF, INF], [100, 100, 50, 50], [0, 7])
        >>> graph.priced(np.array([0, 9])).prices.tolist()
        [0, 9]
        """
        return self._sharing(replace(self, prices=prices))

    def timed(self, mended: NDArray[np.int32]) -> WhatIfGraph:
        """The same field with other times after the measures.

        Parameters
        ----------
        mended
            int32, shape (arcs,), units of 0.1 s.

        Returns
        -------
        WhatIfGraph
            Shares all else with this one.
        """
        return self._sharing(replace(self, mended=mended))

    def _sharing(self, other: WhatIfGraph) -> WhatIfGraph:
        for name in ("leaving", "entering", "on_edge"):  # they hold for any times and prices, and are dear
            if name in self.__dict__:
                other.__dict__[name] = self.__dict__[name]
        return other

    def with_mended(self, edges: Iterable[int]) -> NDArray[np.int32]:
        """Today's times, but with the measures of the given edges carried out, shape (arcs,).

        Parameters
        ----------
        edges
            Edges that are mended.

        Returns
        -------
        ndarray
            A copy.

        Examples
        --------
        >>> graph = WhatIfGraph.of_edges(2, [0, 1], [1, 2], [100, 100, INF, INF], [100, 100, 50, 50], [0, 7])
        >>> sorted(graph.with_mended([1]).tolist())
        [0, 0, 50, 50, 100, 100]
        """
        times = self.today.copy()
        for edge in edges:
            arcs = self.arcs_on(edge)
            times[arcs] = self.mended[arcs]
        return times

    def arcs_on(self, edge: int) -> NDArray[np.int32]:
        """Arcs of one edge, doors included.

        Parameters
        ----------
        edge
            Number of the edge.

        Returns
        -------
        ndarray
            Ascending.

        Examples
        --------
        >>> graph = WhatIfGraph.of_edges(2, [0, 1], [1, 2], [100, 100, INF, INF], [100, 100, 50, 50], [0, 7])
        >>> graph.arcs_on(1).tolist()
        [2, 3]
        """
        lists = self.on_edge
        return lists.arcs[lists.indptr[edge] : lists.indptr[edge + 1]]

    def times(self, goals: Iterable[int], mend: Iterable[int] = ()) -> NDArray[np.int64]:
        """Time of every node to the nearest goal, `INF` where there is no way.

        Parameters
        ----------
        goals
            Nodes to get to.
        mend
            Edges whose measures are carried out.

        Returns
        -------
        ndarray
            int64, shape (nodes,), in the core's unit.

        Examples
        --------
        >>> graph = WhatIfGraph.of_edges(2, [0, 1], [1, 2], [100, 100, INF, INF], [100, 100, 50, 50], [0, 7])
        >>> graph.times([2], mend=[1])[:3].tolist()
        [150, 50, 0]
        """
        from wegeketten.whatif.least_cost import UNSEEN, tree

        weights = self.with_mended(mend)
        keys = np.where(weights >= INF, np.int64(-1), weights.astype(np.int64))
        starts = _ints(goals)
        lists = self.entering
        best, _ = tree(*lists, self.tails, keys, starts, np.zeros(len(starts), dtype=np.int64))
        best[best == UNSEEN] = INF
        return np.minimum(best, INF)


def _ints(values: Iterable[int] | NDArray[np.integer]) -> NDArray[np.int32]:
    return np.ascontiguousarray(values if isinstance(values, np.ndarray) else list(values), dtype=np.int32)


def _lists(owner: NDArray[np.int32], count: int) -> Lists:
    order = np.argsort(owner, kind="stable").astype(np.int32)
    indptr = np.zeros(count + 1, dtype=np.int32)
    indptr[1:] = np.cumsum(np.bincount(owner, minlength=count))
    return Lists(indptr, order)
