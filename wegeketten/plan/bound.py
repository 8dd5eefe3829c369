"""No portfolio within the budget can bring more people within the standard than this: a proof by cuts.

Around every door that is cut off lie rings of barriers, and any way out breaks through each ring. A door
that has a way, only too long a one, needs at least one of the measures on ways short enough. Whichever they
are, they cost no less than the cheapest way within the standard. Let every door be served as far as its
weakest ring is broken and its least price is spent around it: that program is worth at least as much as any
real portfolio, and so is every bound that the solver proves for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.reach.field import INF
from wegeketten.reach.opening import Opener
from wegeketten.reach.search import UNSEEN, tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from wegeketten.plan.task import Task
    from wegeketten.reach.field import Field

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

    >>> from wegeketten.plan.task import Task
    >>> from wegeketten.reach.field import Field
    >>> field = Field.of_edges(3, [0, 1], [1, 2], [INF] * 4, [10] * 4, [100, 100])
    >>> task = Task("pram", "park", field, np.array([2]), np.array([3.0, 2.0, 0.0]), limit=99)
    >>> round(highest_value([task], 200), 6), round(highest_value([task], 99), 6)
    (5.0, 0.0)
    """
    total: dict[Rows, float] = {}
    for field, group in _by_field(tasks):
        _Rings(field).collect(group, budget, total)
    return _solve(total, tasks[0].field.prices, budget)


def _by_field(tasks: Sequence[Task]) -> Iterable[tuple[Field, list[Task]]]:
    groups: dict[int, list[Task]] = {}
    for task in tasks:
        groups.setdefault(id(task.field), []).append(task)
    return [(group[0].field, group) for group in groups.values()]


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


class _Rings:
    def __init__(self, field: Field) -> None:
        self.field = field
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

    def collect(self, tasks: Sequence[Task], budget: float, total: dict[Rows, float]) -> None:
        """Add the value of every door in need under the rings that guard it."""
        far = max(task.limit for task in tasks)
        label = self._parts()
        near: dict[int, NDArray[np.int64]] = {}
        for task in tasks:
            opener = Opener(task.field, task.goals)
            doors = np.arange(self.field.streets, self.field.streets + self.field.homes)
            today, best = opener.today[doors], opener.time_left[doors]
            price = opener.price_left[doors]
            hopeful = (today > task.limit) & (best <= task.limit) & (price <= budget) & (task.people > 0)
            guards: dict[int, tuple[Edges, Rows]] = {}
            for door, now in zip(doors[hopeful].tolist(), today[hopeful].tolist(), strict=True):
                least = self._least_price(door, task, opener)
                if least > budget:
                    continue
                if now < INF:
                    if door not in near:
                        near[door] = self._there(np.array([door], dtype=np.int32), far)
                    around = self._edges(self._short_enough(near[door], task, opener))
                    rows: Rows = ()
                else:
                    part = int(label[door])
                    if part not in guards:
                        guards[part] = self._around(door, part, label, task, opener, far)
                    around, rows = guards[part]
                rows = (Row(least, around), *rows)
                value = task.worth * float(task.people[door - self.field.streets])
                total[rows] = total.get(rows, 0.0) + value

    def _least_price(self, door: int, task: Task, opener: Opener) -> int:
        """Least price of a way within the standard; once that was asked often enough, of any way at all."""
        self.asked += 1
        if self.asked > ASKED:
            return int(opener.price_left[door])
        opening = opener.open_from(door, limit=task.limit)
        return NEVER if opening is None else opening.price

    def _parts(self) -> NDArray[np.int64]:
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

    def _around(
        self, door: int, part: int, label: NDArray[np.int64], task: Task, opener: Opener, far: int
    ) -> tuple[Edges, Rows]:
        """What may serve any door of a part within the standard, and the rings of it that guard the part."""
        field = self.field
        if part not in self.memory:
            start = np.array([door], dtype=np.int32)
            away, _ = tree(*field.leaving, field.heads, self.price_keys, start, np.zeros(1, np.int64))
            tail, head = away[field.tails[self.helping]], away[field.heads[self.helping]]
            levels = np.unique(tail[tail < head])
            members = np.flatnonzero((label == part) | (label == part - field.nodes)).astype(np.int32)
            crossed = [
                (int(level), np.flatnonzero((tail <= level) & (level < head)))
                for level in levels[levels < UNSEEN]
            ]
            self.memory[part] = _Guard(away, self._there(members, far), crossed)
        guard = self.memory[part]
        fits = self._short_enough(guard.there, task, opener)
        goal = int(guard.away[task.goals].min())
        rings = set()
        for level, arcs in guard.crossed:
            if level < goal:
                ring = np.zeros_like(fits)
                ring[arcs] = fits[arcs]
                rings.add(self._edges(ring))
        fewest = sorted(rings, key=lambda ring: (len(ring), ring))[:RINGS]
        return self._edges(fits), tuple(Row(0, ring) for ring in sorted(fewest))

    def _edges(self, helping: NDArray[np.bool_]) -> Edges:
        return tuple(np.unique(self.field.edge[self.helping[helping]]).tolist())

    def _there(self, starts: NDArray[np.int32], far: int) -> NDArray[np.int64]:
        """Time from the nearest of some nodes to the tails of the helping arcs, everything mended."""
        field = self.field
        zeros = np.zeros(len(starts), dtype=np.int64)
        times, _ = tree(*field.leaving, field.heads, self.time_keys, starts, zeros, far)
        return times[field.tails[self.helping]]

    def _short_enough(self, there: NDArray[np.int64], task: Task, opener: Opener) -> NDArray[np.bool_]:
        """Which helping arcs may lie on a way within the standard that reaches their tails at `there`."""
        left = opener.time_left[self.field.heads[self.helping]]
        fits = (there <= task.limit) & (left <= task.limit)
        fits[fits] = (there + self.best[self.helping] + left)[fits] <= task.limit
        return np.asarray(fits)


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
