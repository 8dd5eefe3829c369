"""The least price of a way that may pass an edge on several legs and pays for it once.

Where each leg pays a share of the price, the sum is never more than what is paid, but it is less where the
way passes the edge on fewer legs than it might. Then there are two cases: the edge is bought, and free on all
legs from then on, or it is not, and closed. Either is searched again, those of the least price first.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.routing import INF
from wegeketten.whatif.least_cost import UNSEEN, cheapest_within

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.whatif.unblock import Opener

    Longs = NDArray[np.int64]

CASES = 24
"""Searches for one start; after so many the least price of the cases left is the answer, which is a bound."""


class _Case(NamedTuple):
    """What is decided, and the cheapest way as legs share the price of what is not."""

    price: int
    bought: tuple[int, ...]
    closed: tuple[int, ...]
    edges: dict[int, int]


class PaidOnce:
    """Asks for many starts of one opener; working space is made once.

    Parameters
    ----------
    opener
        With shares.
    most
        Prices above it need not be told apart.
    """

    def __init__(self, opener: Opener, most: int) -> None:
        self._opener, self._most = opener, most
        self._today, self._mended = opener.field.today.copy(), opener.mended.copy()
        self._prices = opener.arc_prices.copy()
        self._quickest = np.full(opener.field.nodes, UNSEEN, dtype=np.int64)

    def least(self, start: int, limit: int, arcs: Longs, shares: Longs) -> int | None:
        """Least price of a way within a limit, or a lower bound of it.

        Parameters
        ----------
        start
            Node to start from.
        limit
            Largest time, units of 0.1 s.
        arcs, shares
            Arcs that may have to be mended on such a way, and on how many legs their edges may.

        Returns
        -------
        int or None
            Whole euros; None where no way costs at most `most`.

        Examples
        --------
        One kerb that two legs might pass, and the way passes it once:

        >>> from wegeketten.whatif.graph import WhatIfGraph
        >>> from wegeketten.whatif.unblock import Opener
        >>> field = WhatIfGraph.of_edges(2, [0], [1], [INF] * 2, [9] * 2, [100])
        >>> opener = Opener(field, np.array([1]), np.array([2]))
        >>> PaidOnce(opener, 500).least(0, 20, np.array([0, 1]), np.array([2, 2]))
        100
        """
        field = self._opener.field
        usual = self._prices[arcs]
        self._prices[arcs] = field.prices[field.edge[arcs]] // shares
        try:
            return self._least(start, limit)
        finally:
            self._prices[arcs] = usual

    def _least(self, start: int, limit: int) -> int | None:
        prices = self._opener.field.prices
        first = self._case(start, limit, (), ())
        waiting = [] if first is None else [first]
        searches = 1
        while waiting:
            case = heappop(waiting)
            left = {edge: int(prices[edge]) - shared for edge, shared in case.edges.items()}
            edge = max(left, key=lambda one: (left[one], one), default=-1)
            if edge < 0 or left[edge] <= 0 or searches >= CASES:
                return case.price
            for choice in ((*case.bought, edge), case.closed), (case.bought, (*case.closed, edge)):
                found = self._case(start, limit, *choice)
                searches += 1
                if found is not None:  # what a case costs, its parts cost at least
                    heappush(waiting, found._replace(price=max(found.price, case.price)))
        return None

    def _case(self, start: int, limit: int, bought: tuple[int, ...], closed: tuple[int, ...]) -> _Case | None:
        """The cheapest way where some edges are bought and others closed; None where it costs too much."""
        opener, field = self._opener, self._opener.field
        paid = int(field.prices[list(bought)].sum())
        if paid > self._most:
            return None
        left = opener.price_left
        if bought:  # legs of the rest of the way may have shared these prices: no more than they are
            left = np.where(left == UNSEEN, left, np.maximum(left - paid, 0))
        decided = [field.arcs_on(edge) for edge in (*bought, *closed)]
        free = [arcs[opener.mended[arcs] < field.today[arcs]] for arcs in decided[: len(bought)]]
        for arcs in free:
            self._today[arcs] = opener.mended[arcs]
        for arcs in decided:
            self._mended[arcs] = INF
        price, _, way, mends = cheapest_within(
            *field.leaving, field.heads, self._today, self._mended, self._prices,
            start, opener.is_goal, opener.time_left, left, limit, self._quickest,
        )  # fmt: skip
        for arcs in decided:
            self._today[arcs], self._mended[arcs] = field.today[arcs], opener.mended[arcs]
        if price < 0 or paid + price > self._most:
            return None
        edges: dict[int, int] = {}
        for arc in way[mends].tolist():
            edge = int(field.edge[arc])
            edges[edge] = edges.get(edge, 0) + int(self._prices[arc])
        return _Case(paid + int(price), bought, closed, edges)
