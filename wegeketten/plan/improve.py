"""Better portfolios than buying greedily: an integer program over the bundles found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.plan.corridor import find_corridors
from wegeketten.plan.exhaust import WIDEST, all_wishes
from wegeketten.plan.portfolio import Ledger, Objective, Pick, Portfolio, buy_greedily, value_of
from wegeketten.plan.program import Wish, solve_program
from wegeketten.plan.task import Bundles, restrict
from wegeketten.reach.opening import Opener

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.plan.task import Task

    Edges = tuple[int, ...]

LARGEST_PROGRAM = 4000
"""Most bundles of an integer program; above, greedy buying stands alone."""

LABELS = 300_000
"""Where counting all ways of a task takes more labels than this, the ways that were found have to do."""

ROUNDS = 4
"""How often corridors are searched again with what was found made dearer, so that other ways show up."""

DOORS = 150
"""For how many doors per task the cheapest way within the standard is searched one by one."""


def choose_measures(
    tasks: Sequence[Task],
    budget: float | None,
    *,
    objective: Objective | None = None,
    least: float = 0.0,
    bound: float | None = None,
    most: int | None = None,
) -> Portfolio:
    """The best portfolio found, its picks in the order in which to buy them.

    Parameters
    ----------
    tasks
        What people want to reach.
    budget
        Money there is; None ranks measures until nothing is to be gained.
    objective
        What counts.
    least
        Bundles worth less are left alone.
    bound
        Highest value possible, if known; it is handed through.
    most
        How many bundles to buy at most.

    Returns
    -------
    Portfolio
        Bought greedily, or by an integer program over all bundles found where that is worth more.
    """
    objective = objective or Objective()
    best = _portfolio(
        tasks, buy_greedily(tasks, budget, objective=objective, least=least, most=most), objective, bound
    )
    if budget is None or most is not None:
        return best
    wishes = _complete_program(tasks, budget)
    if wishes is None:
        sets = find_bundles(tasks, budget)
        if len(sets) > LARGEST_PROGRAM:
            return best
        wishes = wishes_of(tasks, sets)
    choice = solve_program(wishes, tasks[0].field.prices, budget, gap=1e-4)
    if not choice.edges or value_of(tasks, choice.edges, objective) <= best.value:
        return best
    picks = _in_order(tasks, choice.edges, objective)
    money = budget - sum(pick.price for pick in picks)
    bought = [edge for pick in picks for edge in pick.edges]
    picks += buy_greedily(tasks, money, objective=objective, least=least, after=bought)
    return _portfolio(tasks, picks, objective, bound)


def _portfolio(
    tasks: Sequence[Task], picks: Sequence[Pick], objective: Objective, bound: float | None
) -> Portfolio:
    edges = [edge for pick in picks for edge in pick.edges]
    return Portfolio(tuple(picks), value_of(tasks, edges, objective), bound)


def _in_order(tasks: Sequence[Task], edges: Edges, objective: Objective) -> list[Pick]:
    """The given edges in the order in which they are worth the most; those that add nothing are left out."""
    picks = buy_greedily(restrict(tasks, edges), None, objective=objective)
    bought = [edge for pick in picks for edge in pick.edges]
    rest = tuple(edge for edge in edges if edge not in bought)
    ledger = Ledger(tasks, objective)
    ledger.buy(tuple(bought))
    value = float(ledger.values([rest])[0])
    return [*picks, Pick(rest, ledger.price(rest), value)] if rest and value > 0 else picks


def _complete_program(tasks: Sequence[Task], budget: float) -> list[Wish] | None:
    """All minimal sets of all doors, where few enough barriers are in question; else None."""
    able = np.zeros(len(tasks[0].field.prices), dtype=bool)
    for task in tasks:
        able |= task.field.mendable
    edges = np.flatnonzero(able).tolist()
    if len(edges) > WIDEST:
        return None
    wishes: list[Wish] = []
    for task in tasks:
        more = all_wishes(task, edges, budget, most=LABELS)
        if more is None:
            return None
        wishes += more
    return wishes


def find_bundles(tasks: Sequence[Task], budget: float) -> list[Edges]:
    """Bundles that `budget` buys: single measures, corridors, and the cheapest ways within the standard."""
    ledger = Ledger(tasks, Objective())
    found: set[Edges] = set(ledger.singles())
    for state in ledger.states:
        prices = state.task.field.prices.copy()
        for _ in range(ROUNDS):
            corridors = find_corridors(state, prices=prices)
            found.update(corridors)
            used = np.unique(np.array([edge for chosen in corridors for edge in chosen], dtype=np.int64))
            prices[used] *= 2
        found.update(_cheapest_within(state.task, state.home_times > state.task.limit))
    return sorted(chosen for chosen in found if ledger.price(chosen) <= budget)


def _cheapest_within(task: Task, in_need: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> set[Edges]:
    opener = Opener(task.field, task.goals)
    homes = np.flatnonzero(in_need & (task.people > 0))
    homes = homes[np.lexsort((homes, -task.people[homes]))][:DOORS]
    openings = (opener.open_from(task.field.streets + int(home), limit=task.limit) for home in homes)
    return {tuple(sorted(opening.edges)) for opening in openings if opening is not None and opening.edges}


def wishes_of(tasks: Sequence[Task], sets: Sequence[Edges]) -> list[Wish]:
    """For each task and home outside the standard, which of the sets bring it within; exact."""
    bundles = Bundles.of(sets)
    wishes: list[Wish] = []
    ledger = Ledger(tasks, Objective())
    for state in ledger.states:
        gain = state.gain(bundles)
        number = np.repeat(np.arange(len(sets)), np.diff(gain.offsets))
        order = np.lexsort((number, gain.homes))
        homes, starts = np.unique(gain.homes[order], return_index=True)
        ways: dict[Edges, float] = {}
        for home, part in zip(homes.tolist(), np.split(number[order], starts[1:]), strict=False):
            key = tuple(part.tolist())
            ways[key] = ways.get(key, 0.0) + state.task.worth * float(state.task.people[home])
        wishes += [Wish(value, tuple(sets[i] for i in key)) for key, value in ways.items()]
    return wishes
