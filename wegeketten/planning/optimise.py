"""Better portfolios than buying greedily: an integer program over the bundles found."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.model.deadline import Deadline
from wegeketten.planning.corridor import find_corridors
from wegeketten.planning.enumeration import WIDEST, all_wishes
from wegeketten.planning.milp import Choice, Wish, solve_program
from wegeketten.planning.portfolio import Ledger, Objective, Pick, Portfolio, buy_greedily, value_of
from wegeketten.planning.round_trip import RoundTrip
from wegeketten.planning.task import Bundles, restrict
from wegeketten.routing import share, thread_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.planning.task import Task
    from wegeketten.whatif.unblock import Opener

    Edges = tuple[int, ...]

LARGEST_PROGRAM = 4000
"""Most bundles of an integer program; above, greedy buying stands alone."""

LABELS = 300_000
"""Where counting all ways of a task takes more labels than this, the ways that were found have to do."""

REPEATS = 4
"""How often the program is solved again with bundles that build on what it chose."""

ROUNDS = 4
"""How often bundles are searched with other prices, what was found made dearer, so that others show up."""

DOORS = 2000
"""For how many doors, all tasks together, the cheapest way within the standard is searched one by one."""


def choose_measures(
    tasks: Sequence[Task],
    budget: float | None,
    *,
    objective: Objective | None = None,
    least: float = 0.0,
    bound: float | None = None,
    most: int | None = None,
    complete: bool = True,
    bought: Sequence[Pick] | None = None,
    deadline: Deadline | None = None,
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
    complete
        Whether to count all ways where there are few enough barriers; benchmarks compare with and without.
    bought
        What `buy_greedily` buys, if it is known already.
    deadline
        Once it has passed, the best portfolio so far is handed over.

    Returns
    -------
    Portfolio
        Bought greedily, or by an integer program over all bundles found where that is worth more.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.planning.uncertain import doubtful_tasks
    >>> tasks = doubtful_tasks(hamlet(), [load_profile("wheelchair")], ["pharmacy"])
    >>> [pick.edges for pick in choose_measures(tasks, None).picks]
    [(2, 3, 4, 7)]
    """
    objective = objective or Objective()
    if bought is None:
        bought = buy_greedily(tasks, budget, objective=objective, least=least, most=most, deadline=deadline)
    best = _portfolio(tasks, bought, objective, bound)
    deadline = deadline or Deadline()
    if budget is None or most is not None or deadline.passed:
        return best
    wishes = _complete_program(tasks, budget) if complete else None
    if wishes is not None:
        choice = solve_program(wishes, tasks[0].field.prices, budget, gap=1e-4)
    else:
        choice = _choose_bundles(tasks, budget, best.edges, deadline)
    if not choice.edges or value_of(tasks, choice.edges, objective) <= best.value:
        return best
    picks = _in_order(tasks, choice.edges, objective)
    money = budget - sum(pick.price for pick in picks)
    done = [edge for pick in picks for edge in pick.edges]
    picks += buy_greedily(tasks, money, objective=objective, least=least, after=done)
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
    """All minimal sets of all doors, where few enough barriers are in question; else None.

    What brings somebody home again is not counted: it is more than one way.
    """
    if any(isinstance(task, RoundTrip) for task in tasks):
        return None
    able = np.zeros(len(tasks[0].field.prices), dtype=bool)
    for task in tasks:
        able |= task.mendable
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


def _choose_bundles(tasks: Sequence[Task], budget: float, start: Sequence[int], deadline: Deadline) -> Choice:
    """Solve the program over all bundles found; then look for bundles that share what was chosen."""
    shelf = _Served(tasks)
    shelf.add(find_bundles(tasks, budget, deadline=deadline))
    choice = Choice((), 0.0, 0.0)
    chosen = tuple(start)
    for _ in range(REPEATS):
        if not deadline.passed:
            shelf.add(find_bundles(tasks, budget, given=chosen, deadline=deadline))
        if len(shelf.sets) > LARGEST_PROGRAM:
            break
        better = solve_program(shelf.wishes(), tasks[0].field.prices, budget, gap=1e-4)
        if better.value <= choice.value:
            break
        choice, chosen = better, better.edges
        if deadline.passed:
            break
    return choice


def find_bundles(
    tasks: Sequence[Task],
    budget: float,
    *,
    given: Sequence[int] = (),
    deadline: Deadline | None = None,
) -> list[Edges]:
    """Bundles that `budget` buys: single measures, corridors, and the cheapest ways within the standard.

    Parameters
    ----------
    tasks, budget
        As in `choose_measures`.
    given
        Edges that are likely to be bought anyway: ways over them are searched as if they cost nothing.
    deadline
        Once it has passed, what was found so far has to do.

    Returns
    -------
    list of Edges
        Sets of edges, each affordable.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.planning.uncertain import doubtful_tasks
    >>> tasks = doubtful_tasks(hamlet(), [load_profile("wheelchair")], ["pharmacy"])
    >>> find_bundles(tasks, 1e9)[:2]
    [(0,), (1,)]
    """
    ledger = Ledger(tasks, Objective())
    rng = np.random.default_rng(len(given))  # the same question gets the same answer
    near_free = tasks[0].field.prices.copy()
    near_free[list(given)] = np.minimum(near_free[list(given)], 1)
    doors = min(150, max(24, DOORS // len(tasks)))
    found: list[set[Edges]] = [set() for _ in tasks]

    def look(index: int, factors: NDArray[np.float64]) -> None:
        state, task = ledger.states[index], tasks[index]
        in_need = state.home_times > task.limit
        prices = near_free.copy()
        for number in range(ROUNDS):
            if deadline is not None and deadline.passed:
                return
            corridors = find_corridors(state, prices=prices)
            found[index].update(corridors)
            if not isinstance(task, RoundTrip):
                many = doors if number == 0 else doors // 3
                found[index].update(_cheapest_within(task, task.opener.priced(prices), in_need, many))
            used = np.unique(np.array([edge for chosen in corridors for edge in chosen], dtype=np.int64))
            prices = np.rint(near_free * factors[number]).astype(np.int64)
            prices[near_free > 0] = np.maximum(prices[near_free > 0], 1)
            prices[used] *= 2

    shape = ROUNDS, len(near_free)
    share(
        [partial(look, index, rng.uniform(0.5, 2.0, shape)) for index in range(len(tasks))],
        thread_count(None),
    )
    distinct = set(ledger.singles()).union(*found)
    return sorted(chosen for chosen in distinct if ledger.price(chosen) <= budget)


def _cheapest_within(task: Task, opener: Opener, in_need: NDArray[np.bool_], doors: int) -> set[Edges]:
    homes = np.flatnonzero(in_need & (task.people > 0))
    if len(homes) > doors:  # half of them where most people live, half spread over the city
        first = homes[np.lexsort((homes, -task.people[homes]))][: doors // 2]
        spread = homes[np.linspace(0, len(homes) - 1, doors // 2).astype(np.int64)]
        homes = np.union1d(first, spread)
    openings = (opener.open_from(task.field.streets + int(home), limit=task.limit) for home in homes)
    return {tuple(sorted(opening.edges)) for opening in openings if opening is not None and opening.edges}


def wishes_of(tasks: Sequence[Task], sets: Sequence[Edges]) -> list[Wish]:
    """For each task and home outside the standard, which of the sets bring it within; exact.

    Parameters
    ----------
    tasks
        What people want to reach.
    sets
        Sets of edges that may be mended together.

    Returns
    -------
    list of Wish
        Homes that no set helps are left out.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.planning.uncertain import doubtful_tasks
    >>> tasks = doubtful_tasks(hamlet(), [load_profile("wheelchair")], ["pharmacy"])
    >>> kerb = hamlet().edges["osm_id"].tolist().index(68)
    >>> len(wishes_of(tasks, [(kerb,)]))
    0
    """
    served = _Served(tasks)
    served.add(sets)
    return served.wishes()


class _Served:
    """Which homes each bundle brings within the standard; every bundle is looked at once."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self.states = Ledger(tasks, Objective()).states
        self.sets: list[Edges] = []
        self.known: set[Edges] = set()
        self.pairs: list[list[tuple[NDArray[np.int32], NDArray[np.int64]]]] = [[] for _ in tasks]

    def add(self, sets: Sequence[Edges]) -> None:
        """Look at the bundles that are new."""
        fresh = [chosen for chosen in sets if chosen not in self.known]
        bundles = Bundles.of(fresh)
        for state, pairs in zip(self.states, self.pairs, strict=True):
            gain = state.gain(bundles)
            number = np.repeat(np.arange(len(fresh)), np.diff(gain.offsets)) + len(self.sets)
            pairs.append((gain.homes, number))
        self.sets += fresh
        self.known.update(fresh)

    def wishes(self) -> list[Wish]:
        """One wish per task and group of homes that the same bundles serve."""
        wishes: list[Wish] = []
        for state, pairs in zip(self.states, self.pairs, strict=True):
            home = np.concatenate([homes for homes, _ in pairs])
            number = np.concatenate([numbers for _, numbers in pairs])
            order = np.lexsort((number, home))
            homes, starts = np.unique(home[order], return_index=True)
            ways: dict[Edges, float] = {}
            for each, part in zip(homes.tolist(), np.split(number[order], starts[1:]), strict=False):
                key = tuple(part.tolist())
                ways[key] = ways.get(key, 0.0) + state.task.worth * float(state.task.people[each])
            wishes += [Wish(value, tuple(self.sets[i] for i in key)) for key, value in ways.items()]
        return wishes
