"""In which order to look: sets of readings that decide answers together, whatever the looks will show.

A home's answer is *sure* once every reading on one way within the standard is known to be good; a single look
at one of three kerbs in a row decides nothing. So whole sets are bought, those first that decide most people
per look. And the list has to be drawn up before anybody goes out: what comes after bad news has to be on it
as well. It is drawn up against several towns as they may turn out to be. In each of them every look shows
what it would show there, good or bad, and the ways that can pass there are searched again (`fewest_looks`).
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from wegeketten.planning.fewest_looks import BAD, GOOD, UNKNOWN, Room, fewest_looks, homes_past
from wegeketten.routing import share, thread_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from wegeketten.model.answers import Progress
    from wegeketten.model.deadline import Deadline
    from wegeketten.planning.uncertain import Chances, Doubt
    from wegeketten.whatif.graph import WhatIfGraph

    Edges = tuple[int, ...]
    Rooms = dict[int, SimpleQueue[Room]]

Found = TypeVar("Found")

ROUNDS = 12
"""In how many rounds the list is drawn up; after each, what is on it counts as looked at."""

TOWNS = 12
"""Against how many towns as they may turn out to be the list is drawn up."""

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
    """One way the readings may turn out.

    Attributes
    ----------
    known
        By graph of a task: what is known of each edge, see `wegeketten.planning.fewest_looks`.
    """

    def __init__(self, doubts: Sequence[Doubt], odds: Chances | None, rng: np.random.Generator) -> None:
        count = len(doubts[0].task.field.prices)
        luck = rng.random(count)  # one draw per edge: what one profile may pass, a stronger one may as well
        self.known: dict[WhatIfGraph, NDArray[np.int8]] = {}
        self._good: dict[WhatIfGraph, NDArray[np.bool_]] = {}
        for task, _, _ in doubts:
            self.known[task.field] = np.full(count, UNKNOWN, dtype=np.int8)
            self._good[task.field] = luck < (0.5 if odds is None else odds[task.profile])

    def look(self, edges: Sequence[int]) -> None:
        """Know what some edges are like here."""
        for field, known in self.known.items():
            known[edges] = np.where(self._good[field][edges], GOOD, BAD)


class _Asked:
    """Which looks the homes in doubt of one task ask for in each town, brought up to date look by look."""

    def __init__(self, doubt: Doubt, towns: int, rooms: Rooms) -> None:
        self._doubt, self._rooms = doubt, rooms[doubt.task.field.nodes]
        nothing = np.full(len(doubt.task.field.prices), UNKNOWN, dtype=np.int8)
        with _borrowed(self._rooms) as room:
            (first,) = fewest_looks(doubt.task, doubt.homes, doubt.left, [nothing], room)
        self._offsets, self._edges = first.offsets, first.edges
        self._people = doubt.task.people[doubt.homes]
        self._way = [first.way] * towns  # they share what is the same in all, here and below
        self.sets = [self._best(first.way)] * towns

    def look(self, edges: list[int], towns: Sequence[_Town]) -> None:
        """Ask the homes again whose ways can pass edges that have been looked at."""
        task, homes, left = self._doubt
        with _borrowed(self._rooms) as room:
            past = homes_past(task, homes, left, edges, room)
        past = past[np.max([way[past] for way in self._way], axis=0, initial=-1) >= 0]  # others are decided
        if not len(past):
            return
        known = [town.known[task.field] for town in towns]
        behind = len(self._offsets) - 1
        with _borrowed(self._rooms) as room:
            parts = fewest_looks(task, homes[past], left, known, room)
        distinct = list({id(part): part for part in parts}.values())
        first: dict[int, int] = {}
        for part in distinct:
            first[id(part)], behind = behind, behind + len(part.offsets) - 1
        changed: dict[tuple[int, int], NDArray[np.int32]] = {}
        before = list(self._way)
        for number, (way, part) in enumerate(zip(before, parts, strict=True)):
            key = id(way), id(part)
            if key not in changed:
                changed[key] = way.copy()
                changed[key][past] = np.where(part.way >= 0, part.way + first[id(part)], -1)
            self._way[number] = changed[key]
        sizes = np.concatenate([np.diff(self._offsets), *(np.diff(part.offsets) for part in distinct)])
        self._keep_used(sizes, np.concatenate([self._edges, *(part.edges for part in distinct)]))
        self.sets = self._of_each(self._best)

    def _keep_used(self, sizes: NDArray[np.int64], edges: NDArray[np.int32]) -> None:
        """Take over ways that some home goes, and number them anew."""
        used = np.zeros(len(sizes), dtype=bool)
        self._of_each(lambda way: used.__setitem__(way[way >= 0], True))
        number = np.append(np.cumsum(used) - 1, -1).astype(np.int32)  # the last one for those without a way
        self._way = self._of_each(lambda way: number[way])
        self._offsets = np.concatenate([[0], np.cumsum(sizes[used])])
        self._edges = edges[np.repeat(used, sizes)]

    def _of_each(self, find: Callable[[NDArray[np.int32]], Found]) -> list[Found]:
        """What `find` finds for each town; asked once where towns share their ways."""
        found = {key: find(way) for key, way in {id(way): way for way in self._way}.items()}
        return [found[id(way)] for way in self._way]

    def _best(self, way: NDArray[np.int32]) -> list[tuple[Edges, float]]:
        """Sets of edges and the people whose way asks for them; those of the most people per look."""
        asking = np.flatnonzero(way >= 0)
        people = self._each(way)
        first = np.zeros(len(people), dtype=np.int64)
        first[way[asking[::-1]]] = asking[::-1]  # of equals that of the first home comes first
        worth = people / np.maximum(np.diff(self._offsets), 1)
        kept = np.flatnonzero(people > 0)
        if len(kept) > MOST_OF_TASK:
            least = np.partition(worth[kept], -MOST_OF_TASK)[-MOST_OF_TASK]
            kept = kept[worth[kept] >= least]
        kept = kept[np.lexsort((first[kept], -worth[kept]))][:MOST_OF_TASK]
        return [
            (tuple(self._edges[self._offsets[one] : self._offsets[one + 1]].tolist()), float(people[one]))
            for one in kept.tolist()
        ]

    def _each(self, way: NDArray[np.int32]) -> NDArray[np.float64]:
        """People of each way in one town."""
        asking = way >= 0
        count = len(self._offsets) - 1
        return np.bincount(way[asking], self._people[asking], count).astype(np.float64)

    def behind(self, place: NDArray[np.int64], chosen: int, towns: int) -> NDArray[np.float64]:
        """People whose way asks for each of some edges, the mean of the first towns.

        `place` has the number of each edge that is chosen, -1 elsewhere; there are so many `chosen`.
        """
        hits = place[self._edges]
        entries = np.flatnonzero(hits >= 0)
        ways = np.searchsorted(self._offsets, entries, side="right") - 1
        total, here, last = np.zeros(chosen), np.zeros(chosen), None
        for way in self._way[:towns]:
            if way is not last:
                here = np.bincount(hits[entries], self._each(way)[ways], chosen).astype(np.float64)
                last = way
            total += here
        return total / towns


def _rooms(doubts: Sequence[Doubt], count: int) -> Rooms:
    """Working space for so many threads; what threads share is made before they ask for it."""
    rooms: Rooms = {}
    for field in {doubt.task.field for doubt in doubts}:
        _ = field.entering, field.leaving, field.on_edge
        if field.nodes not in rooms:
            rooms[field.nodes] = SimpleQueue()
            for _ in range(count):
                rooms[field.nodes].put(Room(field.nodes))
    return rooms


@contextmanager
def _borrowed(rooms: SimpleQueue[Room]) -> Iterator[Room]:
    """Working space that nobody else uses for the time being."""
    room = rooms.get()
    try:
        yield room
    finally:
        rooms.put(room)


def rank_edges(
    doubts: Sequence[Doubt],
    most: int,
    *,
    odds: Chances | None = None,
    rounds: int = ROUNDS,
    towns: int = TOWNS,
    threads: int | None = None,
    progress: Progress | None = None,
    deadline: Deadline | None = None,
) -> Order:
    """Edges in the order in which to look at them.

    Parameters
    ----------
    doubts
        One for each task of `wegeketten.planning.uncertain.doubtful_tasks`.
    most
        How many edges.
    odds
        How likely a look is to bring good news, by profile, see
        `wegeketten.planning.uncertain.good_odds`; even where None.
    rounds, towns
        See `ROUNDS` and `TOWNS`.
    threads
        Number of threads; all there are where None. The result does not depend on it.
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
    >>> from wegeketten.planning.uncertain import Doubt
    >>> from wegeketten.routing import INF
    >>> from wegeketten.whatif.graph import WhatIfGraph
    >>> field = WhatIfGraph.of_edges(4, [0, 1, 3], [1, 2, 2], [INF] * 6, [10] * 6, [1, 1, 1])
    >>> people = np.array([4.0, 0.0, 0.0, 3.0])
    >>> task = Task("pram", "park", field, np.array([2]), people, limit=99)
    >>> rank_edges([Doubt.about(task)], 9).edges
    [2, 0, 1]
    """
    order = Order([], {})
    if not doubts:
        return order
    rng = np.random.default_rng(len(doubts))  # the same question gets the same answer
    drawn = [_Town(doubts, odds, rng) for _ in range(towns)]
    count = thread_count(threads)
    begun: dict[int, _Asked] = {}
    rooms = _rooms(doubts, count)

    def begin(number: int) -> None:
        begun[number] = _Asked(doubts[number], towns, rooms)

    share([partial(begin, number) for number, one in enumerate(doubts) if len(one.homes)], count)
    asked = [begun[number] for number in sorted(begun)]
    batch = max(1, -(-most // rounds))
    counted = 1  # before the first look all towns are alike
    while len(order.edges) < most and not (order.edges and deadline and deadline.passed):
        if progress:
            progress("survey", len(order.edges) / most)
        sets: dict[Edges, float] = defaultdict(float)
        for one in asked:
            for told in one.sets[:counted]:
                for edges, people in told:
                    sets[edges] += people
        chosen = choose_looks(sets, batch)[: most - len(order.edges)]
        if not chosen:
            break
        order.edges.extend(chosen)
        place = np.full(len(doubts[0].task.field.prices), -1, dtype=np.int64)
        place[chosen] = np.arange(len(chosen))
        behind = np.max([one.behind(place, len(chosen), counted) for one in asked], axis=0)
        order.people.update(zip(chosen, behind.tolist(), strict=True))
        for town in drawn:
            town.look(chosen)
        share([partial(one.look, chosen, drawn) for one in asked], count)
        counted = towns
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
