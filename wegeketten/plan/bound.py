"""No portfolio within the budget can bring more people within the standard than this: a proof by cuts.

Around every door that is cut off lie rings of barriers, and any way out breaks through each ring. A door
that has a way, only too long a one, needs at least one of the measures on ways short enough. Let every edge
be bought in part and every door be served as far as its weakest ring is paid for: that linear program is
worth at least as much as any real portfolio.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    total: dict[tuple[Edges, ...], float] = {}
    for field, group in _by_field(tasks):
        _Rings(field).collect(group, budget, total)
    return _solve(total, tasks[0].field.prices, budget)


def _by_field(tasks: Sequence[Task]) -> Iterable[tuple[Field, list[Task]]]:
    groups: dict[int, list[Task]] = {}
    for task in tasks:
        groups.setdefault(id(task.field), []).append(task)
    return [(group[0].field, group) for group in groups.values()]


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
        self.memory: dict[int, tuple[NDArray[np.int64], list[tuple[int, Edges]]]] = {}

    def collect(self, tasks: Sequence[Task], budget: float, total: dict[tuple[Edges, ...], float]) -> None:
        """Add the value of every door in need under the rings that guard it."""
        far = max(task.limit for task in tasks)
        openers = [Opener(task.field, task.goals) for task in tasks]
        label = self._parts()
        near: dict[int, NDArray[np.int64]] = {}
        for task, opener in zip(tasks, openers, strict=True):
            doors = np.arange(self.field.streets, self.field.streets + self.field.homes)
            today, best = opener.today[doors], opener.time_left[doors]
            price = opener.price_left[doors]
            hopeful = (today > task.limit) & (best <= task.limit) & (price <= budget) & (task.people > 0)
            for door, now in zip(doors[hopeful].tolist(), today[hopeful].tolist(), strict=True):
                if now >= INF:
                    rings = self._around(door, label[door], task)
                else:
                    rings = self._on_short_ways(door, task, opener, far, near)
                value = task.worth * float(task.people[door - self.field.streets])
                total[rings] = total.get(rings, 0.0) + value

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

    def _around(self, door: int, part: int, task: Task) -> tuple[Edges, ...]:
        if part not in self.memory:
            field = self.field
            away, _ = tree(
                *field.leaving,
                field.heads,
                self.price_keys,
                np.array([door], dtype=np.int32),
                np.zeros(1, np.int64),
            )
            tail, head = away[field.tails[self.helping]], away[field.heads[self.helping]]
            levels = np.unique(tail[tail < head])
            rings = []
            for level in levels[levels < UNSEEN].tolist():
                crossed = self.helping[(tail <= level) & (level < head)]
                rings.append((level, tuple(np.unique(field.edge[crossed]).tolist())))
            self.memory[part] = (away, rings)
        away, rings = self.memory[part]
        goal = int(away[task.goals].min())
        guarding = sorted((len(ring), ring) for level, ring in rings if level < goal)
        return tuple(sorted({ring for _, ring in guarding[:RINGS]}))

    def _on_short_ways(
        self, door: int, task: Task, opener: Opener, far: int, near: dict[int, NDArray[np.int64]]
    ) -> tuple[Edges, ...]:
        field = self.field
        if door not in near:
            near[door], _ = tree(
                *field.leaving,
                field.heads,
                self.time_keys,
                np.array([door], dtype=np.int32),
                np.zeros(1, np.int64),
                far,
            )
        there = near[door][field.tails[self.helping]]
        left = opener.time_left[field.heads[self.helping]]
        fits = (there <= task.limit) & (left <= task.limit)
        fits[fits] = (there + self.best[self.helping] + left)[fits] <= task.limit
        return (tuple(np.unique(field.edge[self.helping[fits]]).tolist()),)


def _solve(total: dict[tuple[Edges, ...], float], prices: NDArray[np.int64], budget: float) -> float:
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    wishes = sorted(total.items())
    edges = sorted({edge for rings, _ in wishes for ring in rings for edge in ring})
    if not edges:
        return 0.0
    column = {edge: number for number, edge in enumerate(edges)}
    rows: list[int] = [0] * len(edges)
    columns: list[int] = list(range(len(edges)))
    values: list[float] = [float(prices[edge]) for edge in edges]
    row = 1
    for number, (rings, _) in enumerate(wishes):
        for ring in rings:
            rows += [row] * (len(ring) + 1)
            columns += [column[edge] for edge in ring] + [len(edges) + number]
            values += [-1.0] * len(ring) + [1.0]
            row += 1
    count = len(edges) + len(wishes)
    worth = np.zeros(count)
    worth[len(edges) :] = [value for _, value in wishes]
    upper = np.zeros(row)
    upper[0] = budget
    most = np.ones(count)
    most[: len(edges)][[prices[edge] > budget for edge in edges]] = 0.0  # nobody can buy those
    result = linprog(
        -worth,
        A_ub=csr_array((values, (rows, columns)), shape=(row, count)),
        b_ub=upper,
        bounds=np.stack([np.zeros(count), most], axis=1),
        method="highs",
    )
    return float(worth.sum()) if result.fun is None else -float(result.fun)
