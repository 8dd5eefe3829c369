"""No portfolio within the budget can bring more people within the standard than this: a proof by cuts.

Around every door that is cut off, and around the places it is cut off from, lie rings of barriers; any way
breaks through each. A door that has a way, only too long a one, needs at least one of the measures on ways
short enough. Whichever they are, they cost no less than the cheapest way within the standard. Let every door
be served as far as its weakest ring is broken and its least price is spent around it: that program is worth
at least as much as any real portfolio, and so is every bound that the solver proves for it.

A chain passes through copies of the network, and an edge mended once is mended in all of them. Rings stay
rings; for the least price each copy bears its share of the edge's price: no way pays more than is paid.
What costs more than the budget is left out before, or a leg's share of it would seem to be within reach.
A chain that ends at home needs a way out and a way back, so the rings around either hold for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import numpy as np

from wegeketten.model.deadline import Deadline, DeadlinePassedError
from wegeketten.planning.rings import EdgeSet, Rings, Row, Side
from wegeketten.planning.round_trip import RoundTrip, RoundTripState
from wegeketten.planning.task import restrict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.planning.task import Task
    from wegeketten.whatif.graph import WhatIfGraph

    Rows = tuple[Row, ...]

NODES = 200
"""Branch-and-bound nodes spent on the bound; a limit of time would make it depend on the machine."""

SMALL = 300
"""Groups of doors up to which edges are bought whole or not at all; above, the linear program is enough."""


@overload
def highest_value(tasks: Sequence[Task], budget: float) -> float: ...
@overload
def highest_value(tasks: Sequence[Task], budget: float, *, deadline: Deadline | None) -> float | None: ...
def highest_value(tasks: Sequence[Task], budget: float, *, deadline: Deadline | None = None) -> float | None:
    """Upper bound of people newly within the standard, weighted by the tasks' worth.

    Parameters
    ----------
    tasks
        What people want to reach; those of one profile share a field.
    budget
        Money there is.
    deadline
        Until when the proof may take.

    Returns
    -------
    float or None
        Never less than what the best portfolio brings; None where the deadline passed before there was one.

    Examples
    --------
    Two kerbs in series for 100 each, three people behind both, two behind one:

    >>> from wegeketten.planning.task import Task
    >>> from wegeketten.routing import INF
    >>> from wegeketten.whatif.graph import WhatIfGraph
    >>> field = WhatIfGraph.of_edges(3, [0, 1], [1, 2], [INF] * 4, [10] * 4, [100, 100])
    >>> task = Task("pram", "park", field, np.array([2]), np.array([3.0, 2.0, 0.0]), limit=99)
    >>> round(highest_value([task], 200), 6), round(highest_value([task], 99), 6)
    (5.0, 0.0)
    """
    try:
        return _proven(tasks, budget, deadline or Deadline())
    except DeadlinePassedError:
        return None


def _proven(tasks: Sequence[Task], budget: float, deadline: Deadline) -> float:
    prices = tasks[0].field.prices
    tasks = restrict(tasks, np.flatnonzero((prices > 0) & (prices <= budget)).tolist())
    fields = dict.fromkeys(field for task in tasks for field in task.fields())
    halves = [task.halves() if isinstance(task, RoundTrip) else (task,) for task in tasks]
    rings: dict[WhatIfGraph, Rings] = {}
    for field in fields:
        over = [half for group in halves for half in group if half.field is field]
        rings[field] = Rings(field, over, budget)
    sides = [[Side(rings[half.field], half) for half in group] for group in halves]
    open_cases = [_hopeful(task, own, budget, deadline) for task, own in zip(tasks, sides, strict=True)]
    for key in rings:
        _surround(
            rings[key],
            [
                (side, home)
                for own, cases in zip(sides, open_cases, strict=True)
                for number, side in enumerate(own)
                if side.rings is rings[key]
                for home, prices in cases.items()
                if prices[number] is not None
            ],
            deadline,
        )
    total: dict[Rows, float] = {}
    for task, own, cases in zip(tasks, sides, open_cases, strict=True):
        _collect(task, own, cases, total)
    return _solve(total, prices, budget, deadline)


def _hopeful(
    task: Task, sides: Sequence[Side], budget: float, deadline: Deadline
) -> dict[int, list[int | None]]:
    """Homes in need that the budget might serve, and their least price on each side, see `Side.price`."""
    today, best = _times(task, sides)
    cheap = np.ones(len(today), dtype=bool)
    for side in sides:
        cheap &= side.opener.price_left[side.doors] <= budget
    hopeful = np.flatnonzero((today > task.limit) & (best <= task.limit) & cheap & (task.people > 0))
    cases: dict[int, list[int | None]] = {}
    for home in hopeful.tolist():
        deadline.check()
        prices: list[int | None] = []
        for side in sides:
            price = side.price(home)
            if price is not None and price > budget:
                break
            prices.append(price)
        else:
            cases[home] = prices
    return cases


def _surround(rings: Rings, asked: Sequence[tuple[Side, int]], deadline: Deadline) -> None:
    """Find what surrounds the homes asked for, one neighbourhood after the other."""
    by_part: dict[int, list[tuple[Side, int]]] = {}
    by_door: dict[int, list[tuple[Side, int]]] = {}
    for side, home in asked:
        if side.cut_off(home):
            by_part.setdefault(side.part(home), []).append((side, home))
        else:
            by_door.setdefault(int(side.doors[home]), []).append((side, home))
    for part, wanted in by_part.items():
        deadline.check()
        near = rings.near(part, int(wanted[0][0].doors[wanted[0][1]]))
        for side, home in wanted:
            if part not in side.guards:
                side.guard(home, near)
    for door, wanted in by_door.items():
        deadline.check()
        reached = rings.reached(np.array([door], dtype=np.int32))
        for side, home in wanted:
            side.around(home, *reached)


def _collect(
    task: Task, sides: Sequence[Side], cases: dict[int, list[int | None]], total: dict[Rows, float]
) -> None:
    """Add the value of every home in need under the rings that guard it."""
    for home, prices in cases.items():
        rows: set[Row] = set()
        for side, price in zip(sides, prices, strict=True):
            if price is None:
                continue
            if not side.cut_off(home):
                rows.add(Row(price, side.arounds[home]))
                continue
            around, more = side.guards[side.part(home)]
            rows.add(Row(price, around))
            rows.update(more)
        if not rows:  # each way for itself would do today, so some measure around either must help
            whole = [_around(side, home) for side in sides]
            rows.add(Row(0, EdgeSet.of(np.concatenate(whole))))
        key = tuple(sorted(rows))
        total[key] = total.get(key, 0.0) + task.worth * float(task.people[home])


def _around(side: Side, home: int) -> NDArray[np.int64]:
    if home not in side.arounds:
        side.around(home, *side.rings.reached(side.doors[home : home + 1]))
    return side.arounds[home].edges()


def _times(task: Task, sides: Sequence[Side]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Time of every home today and with everything mended."""
    if not isinstance(task, RoundTrip):
        (side,) = sides
        return side.opener.today[side.doors], side.opener.time_left[side.doors]
    now = RoundTripState(task)
    today = now.home_times
    now.mend(np.flatnonzero(task.mendable).tolist())
    return today, now.home_times


def _solve(total: dict[Rows, float], prices: NDArray[np.int64], budget: float, deadline: Deadline) -> float:
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    wishes = sorted(total.items())
    guards = [(number, row) for number, (rows, _) in enumerate(wishes) for row in rows]
    if not guards:
        return 0.0
    sets = {row.edges: row.edges.edges() for _, row in guards}
    payable = {key: edges[prices[edges] <= budget] for key, edges in sets.items()}  # nobody can buy others
    edges = np.unique(np.concatenate(list(payable.values())))
    if not len(edges):
        return 0.0
    rows, columns, values = (
        [np.zeros(len(edges), dtype=np.int64)],
        [np.arange(len(edges))],
        [prices[edges].astype(float)],
    )
    for row, (number, guard) in enumerate(guards, start=1):
        held = payable[guard.edges]
        share = np.minimum(1.0, prices[held] / guard.price) if guard.price else np.ones(len(held))
        rows.append(np.full(len(held) + 1, row))
        columns.append(np.append(np.searchsorted(edges, held), len(edges) + number))
        values.append(np.append(-share, 1.0))
    row = len(guards) + 1
    triples = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
    count = len(edges) + len(wishes)
    worth = np.zeros(count)
    worth[len(edges) :] = [value for _, value in wishes]
    upper = np.zeros(row)
    upper[0] = budget
    integral = np.zeros(count)
    if len(wishes) <= SMALL:
        integral[: len(edges)] = 1
    result = milp(
        -worth,
        constraints=LinearConstraint(csr_array(triples, shape=(row, count)), -np.inf, upper),
        bounds=Bounds(0, 1),
        integrality=integral,
        options={"node_limit": NODES, "mip_rel_gap": 1e-3}
        | ({} if deadline.left_s is None else {"time_limit": deadline.left_s}),
    )
    if result.status == 1 and deadline.left_s is not None and not integral.any():
        raise DeadlinePassedError  # a linear program that was cut short proves nothing
    proven = result.mip_dual_bound if integral.any() else result.fun
    return float(worth.sum()) if proven is None else min(-float(proven), float(worth.sum()))
