"""The cheapest set of barriers whose removal opens a way, with a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.routing import INF
from wegeketten.whatif.least_cost import SHIFT, UNSEEN, cheapest_within, tree
from wegeketten.whatif.mended_ways import mend_towards

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from wegeketten.whatif.graph import WhatIfGraph


@dataclass(frozen=True)
class Opening:
    """A way that measures open.

    Attributes
    ----------
    edges
        Edges to mend, in the order of the way.
    price
        Sum of their prices.
    units
        Time of the way once they are mended, in the core's unit.
    way
        Arcs of the way, in order.
    """

    edges: tuple[int, ...]
    price: int
    units: int
    way: tuple[int, ...]


@dataclass
class Opener:
    """Looks for openings towards one set of goals; what all starts share is computed once.

    Attributes
    ----------
    field
        The network with doors.
    goals
        Nodes to get to.
    shares
        int64, shape (edges,): in how many parts an edge's price is paid where a way may pass it several
        times; prices are lower bounds then. None where it is paid as a whole.
    known
        An opener of the same network and goals where the same edges can be mended for other prices: what it
        knows of times holds here too. None where there is none.
    now
        Time of every node to the nearest goal as things are, where it is known already.

    Examples
    --------
    Two ways from 0 to 3: over one barrier for 500, or over two for 100 each.

    >>> from wegeketten.whatif.graph import INF, WhatIfGraph
    >>> shut = [INF, INF]
    >>> field = WhatIfGraph.of_edges(
    ...     4, [0, 0, 1, 2], [3, 1, 2, 3], shut * 2 + [10] * 2 + shut, [5] * 2 + [8] * 6, [500, 100, 0, 100]
    ... )
    >>> opener = Opener(field, np.array([3]))
    >>> opening = opener.open_from(0)
    >>> opening.edges, opening.price, opening.units
    ((1, 3), 200, 26)
    >>> opener.open_from(0, limit=20).edges
    (0,)
    >>> opener.certify(0, opening.edges)
    True
    """

    field: WhatIfGraph
    goals: NDArray[np.int32]
    shares: NDArray[np.int64] | None = None
    known: Opener | None = None
    now: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        self.goals = np.ascontiguousarray(self.goals, dtype=np.int32)

    @cached_property
    def is_goal(self) -> NDArray[np.bool_]:
        """True at the goals, shape (nodes,)."""
        mask = np.zeros(self.field.nodes, dtype=bool)
        mask[self.goals] = True
        return mask

    @cached_property
    def _edge_prices(self) -> NDArray[np.int64]:
        """What a way pays wherever it uses an edge's measure, shape (edges,); a share may be 0."""
        return self.field.prices if self.shares is None else self.field.prices // self.shares

    @cached_property
    def arc_prices(self) -> NDArray[np.int64]:
        """Price of mending the edge of each arc, 0 where nothing can be mended, shape (arcs,)."""
        return np.append(self._edge_prices, 0)[self.field.edge]  # doors without an edge point at the 0

    @cached_property
    def mended(self) -> NDArray[np.int32]:
        """Time of each arc after its measure; `INF` where there is no measure that helps."""
        if self.known is not None:
            return self.known.mended
        field = self.field
        helps = (field.mended < field.today) & np.append(field.prices > 0, False)[field.edge]
        return np.where(helps, field.mended, np.int32(INF)).astype(np.int32)

    @cached_property
    def today(self) -> NDArray[np.int64]:
        """Time of every node to the nearest goal as things are."""
        if self.known is not None:
            return self.known.today
        return self.field.times(self.goals) if self.now is None else self.now

    @cached_property
    def time_left(self) -> NDArray[np.int64]:
        """Time of every node to its nearest goal with everything mended; `UNSEEN` where there is none."""
        if self.known is not None:
            return self.known.time_left
        best = np.minimum(self.field.today, self.mended)
        return self._tree(np.where(best >= INF, np.int64(-1), best.astype(np.int64)))[0]

    @cached_property
    def price_left(self) -> NDArray[np.int64]:
        """Least price of every node, however long the way; `UNSEEN` where no way can be made."""
        field = self.field
        prices = np.where(field.prices > 0, self._edge_prices, -1)
        keys, _ = mend_towards(
            *field.entering, field.tails, field.heads, field.edge,
            field.today, self.mended, prices, self.today, 1, INF,
        )  # fmt: skip
        return np.where(keys == UNSEEN, UNSEEN, keys >> SHIFT)

    @cached_property
    def _quickest(self) -> NDArray[np.int64]:
        """Working space of the search from one start; an opener is asked by one thread at a time."""
        return np.full(self.field.nodes, UNSEEN, dtype=np.int64)

    def _tree(self, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        field = self.field
        return tree(*field.entering, field.tails, keys, self.goals, np.zeros(len(self.goals), dtype=np.int64))

    def priced(self, prices: NDArray[np.int64]) -> Opener:
        """The same question where measures have other prices; the same measures must have one.

        Parameters
        ----------
        prices
            Whole euros of each edge's measure, shape (edges,).

        Returns
        -------
        Opener
            Shares what it knows of times with this one.
        """
        return Opener(self.field.priced(prices), self.goals, self.shares, self)

    def open_from(self, start: int, *, limit: int = INF - 1) -> Opening | None:
        """The cheapest set of measures that gives `start` a way of at most `limit`.

        Parameters
        ----------
        start
            A node.
        limit
            Longest time that counts, in the core's unit.

        Returns
        -------
        Opening or None
            With no edges where there is such a way already; None where no set of measures opens one.
            Because every measure has a price, no proper subset of the set opens a way.
        """
        field = self.field
        price, units, way, mends = self._cheapest_from(start, limit)
        if price < 0:
            return None
        edges = tuple(dict.fromkeys(field.edge[way[mends]].tolist()))
        return self._minimal(start, Opening(edges, int(price), int(units), tuple(way.tolist())), limit)

    def _cheapest_from(self, start: int, limit: int) -> tuple[int, int, NDArray[np.int32], NDArray[np.bool_]]:
        field = self.field
        return cheapest_within(
            *field.leaving, field.heads, field.today, self.mended, self.arc_prices,
            start, self.is_goal, self.time_left, self.price_left, limit, self._quickest,
        )  # fmt: skip

    def _minimal(self, start: int, opening: Opening, limit: int) -> Opening:
        """Account for an edge that the way enters twice: its price was counted twice, so look once more."""
        price = int(self.field.prices[list(opening.edges)].sum())
        if price == opening.price:
            return opening
        edges = list(opening.edges)
        for edge in opening.edges:
            rest = [other for other in edges if other != edge]
            if self.reaches(start, rest, limit=limit):
                edges = rest
        units = int(self.field.times(self.goals, edges)[start])
        return Opening(tuple(edges), int(self.field.prices[edges].sum()), units, opening.way)

    def reaches(self, start: int, edges: Iterable[int], *, limit: int = INF - 1) -> bool:
        """Whether `start` has a way of at most `limit` once `edges` are mended.

        Parameters
        ----------
        start
            Node to start from.
        edges
            Edges that are mended.
        limit
            Largest time, units of 0.1 s.

        Returns
        -------
        bool
            Judged by a search of its own.
        """
        return bool(self.field.times(self.goals, edges)[start] <= limit)

    def certify(self, start: int, edges: Iterable[int], *, limit: int = INF - 1) -> bool:
        """Search again: mending all of `edges` opens a way, and leaving out any one of them does not.

        Mending more never closes a way, so no proper subset opens one either.

        Parameters
        ----------
        start
            Node to start from.
        edges
            Edges that are mended.
        limit
            Largest time, units of 0.1 s.

        Returns
        -------
        bool
            Whether the set opens a way and is minimal.
        """
        wanted = list(edges)
        if not self.reaches(start, wanted, limit=limit):
            return False
        return not any(
            self.reaches(start, [other for other in wanted if other != left_out], limit=limit)
            for left_out in wanted
        )
