"""Portfolios: which measures to buy with a budget, and how far from the best that can be at most."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from wegeketten.planning.corridor import find_corridors
from wegeketten.planning.round_trip import state_of
from wegeketten.planning.task import Bundles
from wegeketten.routing import share, thread_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from wegeketten.model.deadline import Deadline
    from wegeketten.planning.task import Gain, Task
    from wegeketten.whatif.graph import WhatIfGraph

    Edges = tuple[int, ...]

Found = TypeVar("Found")

CORRIDORS = 400
"""How many corridors are valued exactly at a time."""


class Objective(NamedTuple):
    """What counts beside a person newly within the standard, which counts 1 (times the task's worth).

    Attributes
    ----------
    opened
        A person who gets any way at all and had none.
    minute
        A person-minute saved per trip.
    """

    opened: float = 0.25
    minute: float = 0.01


class Pick(NamedTuple):
    """Measures bought together.

    Attributes
    ----------
    edges
        Edges to mend; those bought earlier are not repeated.
    price
        Sum of their prices.
    value
        What they add to the objective on top of the picks before.
    """

    edges: Edges
    price: int
    value: float


@dataclass(frozen=True)
class Portfolio:
    """Measures in the order in which to buy them.

    Attributes
    ----------
    picks
        In order.
    value
        Objective reached by all of them together. The picks' own values need not add up to it: a pick that
        opens a way saves no minutes, the next one does.
    bound
        No portfolio within the budget can have a higher value; None where no bound was asked for.
    """

    picks: tuple[Pick, ...]
    value: float
    bound: float | None = None

    @property
    def price(self) -> int:
        """Money spent."""
        return int(sum(pick.price for pick in self.picks))

    @property
    def edges(self) -> list[int]:
        """All edges mended, ascending."""
        return sorted(edge for pick in self.picks for edge in pick.edges)

    @property
    def gap(self) -> float | None:
        """Share by which the value may fall short of the best possible, 0–1."""
        if self.bound is None:
            return None
        return 0.0 if self.bound <= self.value else 1.0 - self.value / self.bound


class Ledger:
    """Tasks while measures are bought; knows what any bundle of edges would add.

    Parameters
    ----------
    tasks
        All tasks over the same edges; those of one profile share a field.
    objective
        What counts.
    """

    def __init__(self, tasks: Sequence[Task], objective: Objective) -> None:
        self.objective = objective
        self.states = [state_of(task) for task in tasks]
        self.prices: NDArray[np.int64] = tasks[0].field.prices
        self.done: set[int] = set()

    def price(self, edges: Iterable[int]) -> int:
        """Price of the edges that are not mended yet.

        Parameters
        ----------
        edges
            Edges that would be mended.

        Returns
        -------
        int
            Whole euros.
        """
        return int(sum(int(self.prices[edge]) for edge in edges if edge not in self.done))

    def values(self, sets: Sequence[Edges]) -> NDArray[np.float64]:
        """What each set would add to the objective, each on its own; exact.

        Parameters
        ----------
        sets
            Sets of edges.

        Returns
        -------
        ndarray
            In the objective's unit, shape (sets,).
        """
        total = np.zeros(len(sets))
        if not sets:
            return total
        bundles = Bundles.of(sets)
        arcs: dict[WhatIfGraph, tuple[NDArray[np.int64], NDArray[np.int32]]] = {}
        gains: list[Callable[[], Gain]] = []
        for state in self.states:
            field = state.task.field
            if field not in arcs:
                arcs[field] = bundles.arcs(field)
            gains.append(partial(state.gain, bundles, arcs[field]))
        for state, gain in zip(self.states, together(gains), strict=True):
            total += state.task.worth * (
                gain.within + self.objective.opened * gain.opened + self.objective.minute * gain.minutes
            )
        return total

    def buy(self, edges: Edges) -> None:
        """Carry out measures.

        Parameters
        ----------
        edges
            Edges that are mended from now on.
        """
        for state in self.states:
            state.mend(edges)
        self.done.update(edges)

    def corridors(self, most: int = CORRIDORS) -> list[Edges]:
        """Corridors of all tasks as things stand, those that promise the most people per euro.

        Parameters
        ----------
        most
            How many at most.

        Returns
        -------
        list of Edges
            The best first.
        """
        promise: dict[Edges, float] = {}
        found = together([partial(find_corridors, state) for state in self.states])
        for state, corridors in zip(self.states, found, strict=True):
            for chosen, people in corridors.items():
                promise[chosen] = promise.get(chosen, 0.0) + state.task.worth * people
        ranked = sorted(promise, key=lambda chosen: (-promise[chosen] / max(1, self.price(chosen)), chosen))
        return ranked[:most]

    def singles(self) -> list[Edges]:
        """Every edge whose measure would make anything faster for any task."""
        able = np.zeros(len(self.prices), dtype=bool)
        for state in self.states:
            able |= state.task.mendable
        return [(edge,) for edge in np.flatnonzero(able).tolist() if edge not in self.done]


def together(questions: Sequence[Callable[[], Found]]) -> list[Found]:
    """Answers to independent questions, which threads share; in the order of the questions.

    Parameters
    ----------
    questions
        Functions without arguments that change nothing in common.

    Returns
    -------
    list of Found
        One for each question.
    """
    answers: dict[int, Found] = {}

    def ask(number: int) -> None:
        answers[number] = questions[number]()

    share([partial(ask, number) for number in range(len(questions))], thread_count(None))
    return [answers[number] for number in range(len(questions))]


class _Shelf:
    """Bundles with their last known value per euro; values grow old with every purchase."""

    batch = 4

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.value: dict[Edges, float] = {}
        self.age: dict[Edges, int] = {}
        self.holders: dict[int, set[Edges]] = {}
        self.heap: list[tuple[float, Edges]] = []
        self.now = 0

    def add(self, sets: Iterable[Edges]) -> None:
        """Value bundles that are not on the shelf yet; edges that were bought are left out of them."""
        done = self.ledger.done
        rests = {tuple(edge for edge in chosen if edge not in done) for chosen in sets}
        self.value_anew(sorted(rest for rest in rests if rest and rest not in self.age))

    def value_anew(self, fresh: Sequence[Edges]) -> None:
        """Value bundles as things stand."""
        for rest, value in zip(fresh, self.ledger.values(fresh).tolist(), strict=True):
            self._put(rest, value, self.now)

    def best(self, money: float, least: float) -> Edges | None:
        """The bundle with the most value per euro that `money` buys, its value brought up to date."""
        while self.heap:
            old: list[Edges] = []
            while self.heap and len(old) < self.batch:
                ratio, chosen = heapq.heappop(self.heap)
                known = self.value.get(chosen, 0.0)
                if known < least or ratio != -known / self.ledger.price(chosen) or chosen in old:
                    continue  # an older entry of the same bundle, or one that was split up
                if self.ledger.price(chosen) > money:
                    continue
                if self.age[chosen] == self.now and not old:
                    return chosen
                old.append(chosen)
                if self.age[chosen] == self.now:
                    break
            for chosen in [chosen for chosen in old if self.age[chosen] == self.now]:
                heapq.heappush(self.heap, (-self.value[chosen] / self.ledger.price(chosen), chosen))
            self.value_anew([chosen for chosen in old if self.age[chosen] != self.now])
        return None

    def bought(self, edges: Edges) -> None:
        """Note a purchase: bundles that hold one of the edges shrink.

        Until it is looked at again, what is left of a bundle keeps its value; as it costs less, it moves up
        and is looked at early.
        """
        self.now += 1
        done = self.ledger.done
        shrunk: set[Edges] = set()
        for edge in edges:
            shrunk |= self.holders.pop(edge, set())
        for chosen in sorted(shrunk):
            value = self.value.pop(chosen, 0.0)
            self.age.pop(chosen, None)
            rest = tuple(edge for edge in chosen if edge not in done)
            if rest and rest not in self.age and value > 0:
                self._put(rest, value, self.now - 1)

    def _put(self, rest: Edges, value: float, age: int) -> None:
        self.value[rest], self.age[rest] = value, age
        for edge in rest:
            self.holders.setdefault(edge, set()).add(rest)
        if value > 0:
            heapq.heappush(self.heap, (-value / self.ledger.price(rest), rest))


def buy_greedily(
    tasks: Sequence[Task],
    budget: float | None,
    *,
    objective: Objective | None = None,
    least: float = 0.0,
    most: int | None = None,
    after: Iterable[int] = (),
    deadline: Deadline | None = None,
) -> list[Pick]:
    """Buy, again and again, the bundle with the most value per euro.

    Bundles are single measures and corridors. After the first purchases, then ever more rarely, the corridors
    are searched again, because a barrier that was bought may be half of another corridor.

    Parameters
    ----------
    tasks
        What people want to reach.
    budget
        Money there is; None buys while there is anything to gain.
    objective
        What counts; `Objective` with its defaults where None.
    least
        Bundles worth less are left alone.
    most
        How many bundles to buy at most.
    after
        Edges that are mended already and cost nothing more.
    deadline
        Once it has passed, nothing more is bought.

    Returns
    -------
    list
        In order of purchase.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.planning.uncertain import doubtful_tasks
    >>> tasks = doubtful_tasks(hamlet(), [load_profile("wheelchair")], ["pharmacy"])
    >>> [pick.edges for pick in buy_greedily(tasks, None)]
    [(2, 3, 4, 7)]
    """
    ledger = Ledger(tasks, objective or Objective())
    ledger.buy(tuple(after))
    shelf = _Shelf(ledger)
    least = max(least, 1e-9)
    money = float("inf") if budget is None else float(budget)
    picks: list[Pick] = []

    def offer(sets: Iterable[Edges]) -> None:
        shelf.add(chosen for chosen in sets if ledger.price(chosen) <= money)

    offer(ledger.singles())
    look = 0
    while (most is None or len(picks) < most) and not (picks and deadline and deadline.passed):
        if len(picks) >= look and not (deadline and deadline.passed):
            offer(ledger.corridors())
            look += 1 + look // 4
        chosen = shelf.best(money, least)
        if chosen is None:
            break
        price, value = ledger.price(chosen), shelf.value[chosen]
        picks.append(Pick(chosen, price, value))
        money -= price
        ledger.buy(chosen)
        shelf.bought(chosen)
    return picks


def value_of(tasks: Sequence[Task], edges: Iterable[int], objective: Objective | None = None) -> float:
    """What mending all of `edges` at once adds to the objective; exact.

    Parameters
    ----------
    tasks
        What people want to reach.
    edges
        Edges that are mended.
    objective
        What a gain is worth; people within reach where None.

    Returns
    -------
    float
        In the objective's unit.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.planning.uncertain import doubtful_tasks
    >>> tasks = doubtful_tasks(hamlet(), [load_profile("wheelchair")], ["pharmacy"])
    >>> value_of(tasks, range(8)), value_of(tasks, [0])
    (15.0, 0.0)
    """
    return float(Ledger(tasks, objective or Objective()).values([tuple(sorted(set(edges)))])[0])
