"""In which order to look: sets of readings that decide answers together, whatever the looks will show.

A home's answer is *sure* once every reading on one way within the standard is known to be good; a single look
at one of three kerbs in a row decides nothing. So whole sets are bought, those first that decide most people
per look. And the list has to be drawn up before anybody goes out: what comes after bad news has to be on it
as well. It is drawn up against several towns as they may turn out to be. In each of them every look shows
what it would show there, good or bad, and the ways still in doubt are searched again.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.planning.corridor import next_mended
from wegeketten.planning.portfolio import together
from wegeketten.planning.uncertain import fastest, grow
from wegeketten.routing import INF, lazy_kernel, longer
from wegeketten.whatif.search import SHIFT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.model.answers import Progress
    from wegeketten.model.deadline import Deadline
    from wegeketten.planning.task import Task
    from wegeketten.planning.uncertain import Chances

    Edges = tuple[int, ...]

ROUNDS = 12
"""In how many rounds the list is drawn up; after each, what is on it counts as looked at."""

TOWNS = 12
"""Against how many towns as they may turn out to be the list is drawn up."""

LOOK = np.int64(1) << SHIFT
"""Key of one look: fewer looks come first, then less time."""

MOST_OF_TASK = 100
"""Sets of one task in one town that are weighed, those of the most people per look."""

MOST_SETS = 1500
"""Sets weighed against each other in one round, those of the most people per look."""


class Order(NamedTuple):
    """What to look at.

    Attributes
    ----------
    edges
        By rank.
    people
        By edge: people for whom it stands between *sure* and *possible* when it enters the list, for the
        profile and service where they are most.
    """

    edges: list[int]
    people: dict[int, float]


class _Town:
    """One way the readings may turn out; what has been looked at is known, the rest is in doubt.

    Attributes
    ----------
    fields
        By graph of a task: times that are sure, and times that are possible.
    """

    def __init__(self, tasks: Sequence[Task], odds: Chances | None, rng: np.random.Generator) -> None:
        count = len(tasks[0].field.prices)
        luck = rng.random(count)  # one draw per edge: what one profile may pass, a stronger one may as well
        self.fields = {}
        self.good = {}
        for task in tasks:
            self.fields[task.field] = (task.field.today.copy(), task.field.mended.copy())
            self.good[task.field] = luck < (0.5 if odds is None else odds[task.profile])
        self.tasks = tasks
        self.decided = [False] * len(tasks)

    def look(self, edges: Sequence[int]) -> None:
        """Know what some edges are like here."""
        for task in {task.field: task for task in self.tasks}.values():
            sure, possible = self.fields[task.field]
            for edge in edges:
                arcs = task.field.arcs_on(edge)
                if self.good[task.field][edge]:
                    sure[arcs] = possible[arcs]
                else:
                    possible[arcs] = sure[arcs]

    def doubts(self, number: int) -> _Doubts | None:
        """What is in doubt here for one task; a task that is decided stays so, and is not searched again."""
        if self.decided[number]:
            return None
        found = _doubts(self.tasks[number], *self.fields[self.tasks[number].field])
        self.decided[number] = found is None
        return found


def rank_edges(
    tasks: Sequence[Task],
    most: int,
    *,
    odds: Chances | None = None,
    rounds: int = ROUNDS,
    towns: int = TOWNS,
    progress: Progress | None = None,
    deadline: Deadline | None = None,
) -> Order:
    """Edges in the order in which to look at them.

    Parameters
    ----------
    tasks
        See `wegeketten.planning.uncertain.doubtful_tasks`.
    most
        How many edges.
    odds
        How likely a look is to bring good news, by profile, see
        `wegeketten.planning.uncertain.good_odds`; even where None.
    rounds, towns
        See `ROUNDS` and `TOWNS`.
    progress
        Called with words and the share done.
    deadline
        Once it has passed, the edges of the rounds so far have to do.

    Returns
    -------
    Order
        Edges, and the people each decides.

    Examples
    --------
    Four people are behind two kerbs in a row, three behind another one: that one look comes first.

    >>> from wegeketten.planning.task import Task
    >>> from wegeketten.whatif.graph import WhatIfGraph
    >>> field = WhatIfGraph.of_edges(4, [0, 1, 3], [1, 2, 2], [INF] * 6, [10] * 6, [1, 1, 1])
    >>> people = np.array([4.0, 0.0, 0.0, 3.0])
    >>> rank_edges([Task("pram", "park", field, np.array([2]), people, limit=99)], 9).edges
    [2, 0, 1]
    """
    order = Order([], {})
    if not tasks:
        return order
    rng = np.random.default_rng(len(tasks))  # the same question gets the same answer
    drawn = [_Town(tasks, odds, rng) for _ in range(towns)]
    batch = max(1, -(-most // rounds))
    asked = drawn[:1]  # before the first look all towns are alike
    while len(order.edges) < most and not (order.edges and deadline and deadline.passed):
        if progress:
            progress("survey", len(order.edges) / most)
        sets: dict[Edges, float] = defaultdict(float)
        behind = np.zeros(len(tasks[0].field.prices))
        for number in range(len(tasks)):
            told = together([partial(town.doubts, number) for town in asked])
            found = [doubts for doubts in told if doubts is not None]
            for doubts in found:
                for edges, people in doubts.sets:
                    sets[edges] += people
            if found:
                mean = np.sum([doubts.behind for doubts in found], axis=0) / len(asked)
                behind = np.maximum(behind, mean)
        chosen = choose_looks(sets, batch)[: most - len(order.edges)]
        if not chosen:
            break
        order.edges.extend(chosen)
        order.people.update({edge: float(behind[edge]) for edge in chosen})
        asked = drawn
        for town in drawn:
            town.look(chosen)
    return order


def choose_looks(sets: dict[Edges, float], most: int) -> list[int]:
    """Buy whole sets, again and again the one that decides most people per look still to be taken.

    Parameters
    ----------
    sets
        Edges that decide people together, and the people.
    most
        How many looks at least, as long as there are any; a set once begun is completed.

    Returns
    -------
    list of int
        Edges, the first to look at first.

    Examples
    --------
    >>> choose_looks({(1, 2, 3): 9.0, (4,): 3.0, (1, 2): 3.0}, 9)
    [1, 2, 3, 4]
    """
    from scipy import sparse

    ranked = sorted(sets, key=lambda edges: (-sets[edges] / len(edges), edges))[:MOST_SETS]
    names = np.unique(np.array([edge for edges in ranked for edge in edges], dtype=np.int64))
    row = np.repeat(np.arange(len(ranked)), [len(edges) for edges in ranked])
    column = np.searchsorted(names, [edge for edges in ranked for edge in edges])
    holds = sparse.csr_array(
        (np.ones(len(row), dtype=np.int32), (row, column)), shape=(len(ranked), len(names))
    )
    people = np.array([sets[edges] for edges in ranked])
    left = np.array(holds.sum(axis=1), dtype=np.int64)
    chosen: list[int] = []
    while len(chosen) < most and (left > 0).any():
        shared = (holds @ holds.T).tocoo()
        inside = shared.data == left[shared.col]  # all that `col` still asks for, `row` looks at
        value = np.bincount(shared.row[inside], weights=people[shared.col[inside]], minlength=len(ranked))
        best = int(np.argmax(np.where(left > 0, value / np.maximum(left, 1), -1.0)))
        places = holds.indices[holds.indptr[best] : holds.indptr[best + 1]]
        wanted = np.asarray((holds * (people / np.maximum(left, 1))[:, None]).sum(axis=0))[places]
        chosen += names[places[np.lexsort((places, -wanted))]].tolist()
        keep = np.ones(len(names), dtype=np.int32)
        keep[places] = 0
        holds = sparse.csr_array(holds * keep[None, :])
        holds.eliminate_zeros()
        left = np.array(holds.sum(axis=1), dtype=np.int64)
    return chosen


class _Doubts(NamedTuple):
    """Looks on the ways of the homes in doubt.

    Attributes
    ----------
    sets
        Edges in ascending order and the people whose way they are on; those of the most people per look.
    behind
        float64, shape (edges,): people whose way asks for a look at the edge.
    """

    sets: list[tuple[Edges, float]]
    behind: NDArray[np.float64]


def _doubts(task: Task, sure: NDArray[np.int32], possible: NDArray[np.int32]) -> _Doubts | None:
    """Looks that would decide homes if they brought good news; None where nobody is in doubt.

    A home's way is the one that needs the fewest looks, where it is within the standard; else the fastest.
    """
    field = task.field
    homes = np.arange(field.homes) + field.streets
    quickest, via = fastest(task, possible)
    doubtful = (quickest[homes] <= task.limit) & (task.people > 0)
    if not doubtful.any():
        return None
    doubtful &= fastest(task, sure)[0][homes] > task.limit
    if not doubtful.any():
        return None
    asks = (possible < sure) & (field.edge >= 0)
    keys = np.where(asks, LOOK + possible, sure.astype(np.int64))
    keys[(sure >= INF) & ~asks] = -1
    fewest, fewest_via = grow(task, keys)
    in_time = doubtful & ((fewest[homes] & (LOOK - 1)) <= task.limit)
    behind = np.zeros(len(field.prices))
    found: list[tuple[Edges, float]] = []
    for members, ways in ((in_time, fewest_via), (doubtful & ~in_time, via)):
        nodes = homes[members]
        following = next_mended(ways, field.heads, asks, nodes)
        first, door = np.unique(following[nodes], return_inverse=True)
        people = np.zeros(len(first))
        np.add.at(people, door, task.people[members])
        offsets, edges = _follow(first, following, field.heads, field.edge, people, behind)
        worth = people / np.maximum(np.diff(offsets), 1)
        for place in np.lexsort((first, -worth))[:MOST_OF_TASK].tolist():
            looks = tuple(sorted(edges[offsets[place] : offsets[place + 1]].tolist()))
            if looks:
                found.append((looks, float(people[place])))
    return _Doubts(found, behind)


@lazy_kernel
def _follow(
    first: NDArray[np.int32],
    following: NDArray[np.int32],
    heads: NDArray[np.int32],
    edges: NDArray[np.int32],
    people: NDArray[np.float64],
    behind: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Edges to look at from each first arc on, one after the other; people are added up behind each edge."""
    offsets = np.zeros(len(first) + 1, dtype=np.int64)
    found = np.empty(1024, dtype=np.int32)
    last = np.full(len(behind), -1, dtype=np.int32)  # a door's arc and its street's lie on one edge
    count = 0
    for number in range(len(first)):
        arc = first[number]
        while arc >= 0:
            edge = edges[arc]
            if last[edge] != number:
                last[edge] = number
                behind[edge] += people[number]
                if count == len(found):
                    found = longer(found, 2 * count)
                found[count] = edge
                count += 1
            arc = following[heads[arc]]
        offsets[number + 1] = count
    return offsets, found[:count]
