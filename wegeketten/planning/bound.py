"""No portfolio within the budget can bring more people within the standard than this: a proof by cuts.

Around every door that is cut off, and around the places it is cut off from, lie rings of barriers; any way
breaks through each. A door that has a way, only too long a one, needs at least one of the measures on ways
short enough. Whichever they are, they cost no less than the cheapest way within the standard. Let every door
be served as far as its weakest ring is broken and its least price is spent around it: that program is worth
at least as much as any real portfolio, and so is every bound that the solver proves for it.

A chain passes through copies of the network, and an edge mended once is mended in all of them. Rings stay
rings; for the least price each copy bears its share of the edge's price: no way pays more than is paid.
A chain that ends at home needs a way out and a way back, so the rings around either hold for it.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.planning.round_trip import RoundTrip, RoundTripState
from wegeketten.routing import INF
from wegeketten.whatif.search import UNSEEN, tree
from wegeketten.whatif.unblock import Opener

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.planning.task import Task
    from wegeketten.whatif.graph import WhatIfGraph

    Edges = tuple[int, ...]
    Rows = tuple["Row", ...]

NODES = 200
"""Branch-and-bound nodes spent on the bound; a limit of time would make it depend on the machine."""

ASKED = 20_000
"""For how many doors of a field the exact least price is searched."""

NEVER = 2**62

SMALL = 300
"""Groups of doors up to which edges are bought whole or not at all; above, the linear program is enough."""

RINGS = 8
"""How many rings per door enter the linear program; more would only make the bound tighter."""


def highest_value(tasks: Sequence[Task], budget: float) -> float:
    """Upper bound of people newly within the standard, weighted by the tasks' worth.

    Parameters
    ----------
    tasks
        What people want to reach; those of one profile share a field.
    budget
        Money there is.

    Returns
    -------
    float
        Never less than what the best portfolio brings.

    Examples
    --------
    Two kerbs in series for 100 each, three people behind both, two behind one:

    >>> from wegeketten.planning.task import Task
    >>> from wegeketten.whatif.graph import WhatIfGraph
    >>> field = WhatIfGraph.of_edges(3, [0, 1], [1, 2], [INF] * 4, [10] * 4, [100, 100])
    >>> task = Task("pram", "park", field, np.array([2]), np.array([3.0, 2.0, 0.0]), limit=99)
    >>> round(highest_value([task], 200), 6), round(highest_value([task], 99), 6)
    (5.0, 0.0)
    """
    total: dict[Rows, float] = {}
    rings: dict[int, _Rings] = {}
    for task in tasks:
        halves = task.halves() if isinstance(task, RoundTrip) else (task,)
        sides = []
        for half in halves:
            key = id(half.field)
            if key not in rings:
                far = max(other.limit for other in tasks if any(half.field is one for one in other.fields()))
                rings[key] = _Rings(half.field, far)
            sides.append(_Side(rings[key], half))
        _collect(task, sides, budget, total)
    return _solve(total, tasks[0].field.prices, budget)


def _collect(task: Task, sides: Sequence[_Side], budget: float, total: dict[Rows, float]) -> None:
    """Add the value of every home in need under the rings that guard it."""
    today, best = _times(task, sides)
    cheap = np.ones(len(today), dtype=bool)
    for side in sides:
        cheap &= side.opener.price_left[side.doors] <= budget
    hopeful = np.flatnonzero((today > task.limit) & (best <= task.limit) & cheap & (task.people > 0))
    for home in hopeful.tolist():
        rows: set[Row] = set()
        for side in sides:
            more = side.rows(home, budget)
            if more is None:  # not for this money
                break
            rows.update(more)
        else:
            if not rows:  # each way for itself would do today, so some measure around either must help
                around = {edge for side in sides for edge in side.around(home)}
                rows.add(Row(0, tuple(sorted(around))))
            key = tuple(sorted(rows))
            total[key] = total.get(key, 0.0) + task.worth * float(task.people[home])


def _times(task: Task, sides: Sequence[_Side]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Time of every home today and with everything mended."""
    if not isinstance(task, RoundTrip):
        (side,) = sides
        return side.opener.today[side.doors], side.opener.time_left[side.doors]
    now = RoundTripState(task)
    today = now.home_times
    now.mend(np.flatnonzero(task.mendable).tolist())
    return today, now.home_times


class Row(NamedTuple):
    """A door is served at most as far as this holds: of `edges` at least one, worth at least `price`.

    Attributes
    ----------
    price
        Least price of a way within the standard; 0 where only the ring is known.
    edges
        Ascending.
    """

    price: int
    edges: Edges


class _Guard(NamedTuple):
    """What surrounds a part of the network: prices to get away, times to the helping arcs, rings by price."""

    away: NDArray[np.int64]
    there: NDArray[np.int64]
    crossed: list[tuple[int, NDArray[np.int64]]]


class _Side:
    """One task, or one half of a round trip, and the rings around its homes."""

    def __init__(self, rings: _Rings, task: Task) -> None:
        self.rings = rings
        self.task = task
        field = task.field
        self.doors = np.arange(field.streets, field.streets + field.homes)
        self.opener = Opener(field, task.goals, self._shares())
        self.guards: dict[int, tuple[Edges, Rows]] = {}

    def _shares(self) -> NDArray[np.int64] | None:
        """In how many copies of the network each edge may lie on a way within the standard."""
        task, rings = self.task, self.rings
        if task.turn is None:
            return None
        opener = Opener(task.field, task.goals)
        there = rings.there(self.doors.astype(np.int32), task.limit)
        helping = rings.helping[rings.short_enough(there, task, opener)]
        turns = int(task.turn.max(initial=0)) + 1
        used = np.unique(task.field.edge[helping].astype(np.int64) * turns + task.turn[helping]) // turns
        return np.maximum(np.bincount(used, minlength=len(task.field.prices)), 1)

    @cached_property
    def left(self) -> NDArray[np.int64]:
        """Price from each node to the goals, every copy of an edge paid for."""
        field, zeros = self.task.field, np.zeros(len(self.opener.goals), dtype=np.int64)
        left, _ = tree(*field.entering, field.tails, self.rings.price_keys, self.opener.goals, zeros)
        return left

    @cached_property
    def inward(self) -> list[tuple[int, NDArray[np.int64]]]:
        """Rings around the goals: whatever lies farther off has to break through each."""
        field, helping = self.task.field, self.rings.helping
        return _crossed(self.left[field.heads[helping]], self.left[field.tails[helping]])

    def rows(self, home: int, budget: float) -> Rows | None:
        """What guards a home that has no way within the standard; None where `budget` buys none."""
        door, task, opener, rings = int(self.doors[home]), self.task, self.opener, self.rings
        now = int(opener.today[door])
        if now <= task.limit:
            return ()
        least = rings.least_price(door, task, opener)
        if least > budget:
            return None
        if now < INF:
            return (Row(least, self.around(home)),)
        part = int(rings.parts[door])
        if part not in self.guards:
            self.guards[part] = rings.around(door, part, self)
        around, rows = self.guards[part]
        return (Row(least, around), *rows)

    def around(self, home: int) -> Edges:
        """What may lie on a way within the standard from one home."""
        there = self.rings.near(int(self.doors[home]))
        return self.rings.edges(self.rings.short_enough(there, self.task, self.opener))


class _Rings:
    """What the tasks of one field share."""

    def __init__(self, field: WhatIfGraph, far: int) -> None:
        self.field = field
        self.far = far
        prices = np.append(field.prices, 0)[field.edge]
        self.prices = prices
        helps = (field.mended < field.today) & (prices > 0)
        self.best = np.where(helps, field.mended, field.today)
        self.helping = np.flatnonzero(helps)
        shut = field.today >= INF
        self.price_keys = np.where(shut, np.where(helps & (field.mended < INF), prices, -1), 0)
        self.time_keys = np.where(self.best >= INF, -1, self.best).astype(np.int64)
        self.asked = 0
        self.memory: dict[int, _Guard] = {}
        self.nearby: dict[int, NDArray[np.int64]] = {}

    def near(self, door: int) -> NDArray[np.int64]:
        """Times from a door, see `there`."""
        if door not in self.nearby:
            self.nearby[door] = self.there(np.array([door], dtype=np.int32), self.far)
        return self.nearby[door]

    def least_price(self, door: int, task: Task, opener: Opener) -> int:
        """At most the least price of a way within the standard; asked too often, of any way at all."""
        self.asked += 1
        if self.asked > ASKED:
            return int(opener.price_left[door])
        if opener.shares is not None:
            price = opener.price_from(door, limit=task.limit)
            return NEVER if price is None else price
        opening = opener.open_from(door, limit=task.limit)
        return NEVER if opening is None else opening.price

    @cached_property
    def parts(self) -> NDArray[np.int64]:
        """For each node a number that nodes share only where the same nodes can be got to today.

        A door has a number of its own unless its one way out leads into one strongly connected part.
        """
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        field = self.field
        open_ = field.today < INF
        shape = (field.nodes, field.nodes)
        matrix = csr_array((np.ones(int(open_.sum())), (field.tails[open_], field.heads[open_])), shape=shape)
        count, label = connected_components(matrix, directed=True, connection="strong")
        label = label.astype(np.int64)
        tails, heads = field.tails[open_], field.heads[open_]
        is_door = (tails >= field.streets) & (tails < field.streets + field.homes)
        doors, ends = tails[is_door], label[heads[is_door]]
        low, high = np.full(field.nodes, count), np.full(field.nodes, -1)
        np.minimum.at(low, doors, ends)
        np.maximum.at(high, doors, ends)
        alike = low == high
        label[alike] = low[alike] + field.nodes
        parts: NDArray[np.int64] = label
        return parts

    def around(self, door: int, part: int, side: _Side) -> tuple[Edges, Rows]:
        """What may serve any door of a part within the standard, and the rings of it that guard the part."""
        field, task = self.field, side.task
        if part not in self.memory:
            start = np.array([door], dtype=np.int32)
            away, _ = tree(*field.leaving, field.heads, self.price_keys, start, np.zeros(1, np.int64))
            tail, head = away[field.tails[self.helping]], away[field.heads[self.helping]]
            crossed = _crossed(tail, head)
            members = np.flatnonzero((self.parts == part) | (self.parts == part - field.nodes)).astype(
                np.int32
            )
            self.memory[part] = _Guard(away, self.there(members, self.far), crossed)
        guard = self.memory[part]
        fits = self.short_enough(guard.there, task, side.opener)
        goal = int(guard.away[task.goals].min())
        rings = set()
        for crossed, end in ((guard.crossed, goal), (side.inward, int(side.left[door]))):
            for level, arcs in crossed:
                if level < end:
                    ring = np.zeros_like(fits)
                    ring[arcs] = fits[arcs]
                    rings.add(self.edges(ring))
        fewest = sorted(rings, key=lambda ring: (len(ring), ring))[:RINGS]
        return self.edges(fits), tuple(Row(0, ring) for ring in sorted(fewest))

    def edges(self, helping: NDArray[np.bool_]) -> Edges:
        return tuple(np.unique(self.field.edge[self.helping[helping]]).tolist())

    def there(self, starts: NDArray[np.int32], far: int) -> NDArray[np.int64]:
        """Time from the nearest of some nodes to the tails of the helping arcs, everything mended."""
        field = self.field
        zeros = np.zeros(len(starts), dtype=np.int64)
        times, _ = tree(*field.leaving, field.heads, self.time_keys, starts, zeros, far)
        return times[field.tails[self.helping]]

    def short_enough(self, there: NDArray[np.int64], task: Task, opener: Opener) -> NDArray[np.bool_]:
        """Which helping arcs may lie on a way within the standard that reaches their tails at `there`."""
        left = opener.time_left[self.field.heads[self.helping]]
        fits = (there <= task.limit) & (left <= task.limit)
        fits[fits] = (there + self.best[self.helping] + left)[fits] <= task.limit
        return np.asarray(fits)


def _crossed(near: NDArray[np.int64], far: NDArray[np.int64]) -> list[tuple[int, NDArray[np.int64]]]:
    """By level of price, the helping arcs that lead from within it (`near`) to beyond it (`far`)."""
    levels = np.unique(near[near < far])
    return [
        (int(level), np.flatnonzero((near <= level) & (level < far))) for level in levels[levels < UNSEEN]
    ]


def _solve(total: dict[Rows, float], prices: NDArray[np.int64], budget: float) -> float:
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    wishes = sorted(total.items())
    edges = sorted({edge for rings, _ in wishes for ring in rings for edge in ring.edges})
    if not edges:
        return 0.0
    column = {edge: number for number, edge in enumerate(edges)}
    rows: list[int] = [0] * len(edges)
    columns: list[int] = list(range(len(edges)))
    values: list[float] = [float(prices[edge]) for edge in edges]
    row = 1
    for number, (rings, _) in enumerate(wishes):
        for ring in rings:
            rows += [row] * (len(ring.edges) + 1)
            columns += [column[edge] for edge in ring.edges] + [len(edges) + number]
            shares = [
                min(1.0, float(prices[edge]) / ring.price) if ring.price else 1.0 for edge in ring.edges
            ]
            values += [-share for share in shares] + [1.0]
            row += 1
    count = len(edges) + len(wishes)
    worth = np.zeros(count)
    worth[len(edges) :] = [value for _, value in wishes]
    upper = np.zeros(row)
    upper[0] = budget
    most = np.ones(count)
    most[: len(edges)][[prices[edge] > budget for edge in edges]] = 0.0  # nobody can buy those
    integral = np.zeros(count)
    if len(wishes) <= SMALL:
        integral[: len(edges)] = 1
    result = milp(
        -worth,
        constraints=LinearConstraint(
            csr_array((values, (rows, columns)), shape=(row, count)), -np.inf, upper
        ),
        bounds=Bounds(np.zeros(count), most),
        integrality=integral,
        options={"node_limit": NODES, "mip_rel_gap": 1e-3},
    )
    proven = result.mip_dual_bound if integral.any() else result.fun
    return float(worth.sum()) if proven is None else min(-float(proven), float(worth.sum()))
