"""One thing people want to reach, as the planner sees it: a field, its goals, and what counts as reached."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.routing import INF
from wegeketten.whatif.core_times import times_to
from wegeketten.whatif.unblock import Opener

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.whatif.graph import WhatIfGraph

UNITS_PER_MINUTE = 600


@dataclass(frozen=True)
class Task:
    """A profile that wants a service.

    Attributes
    ----------
    profile, service
        Ids.
    field
        The network for this profile, answer and direction.
    goals
        Nodes of the service's places.
    people
        float64, shape (homes,): people (or homes) at each door.
    limit
        The standard in units of 0.1 s: within it the service counts as reached.
    worth
        Weight of one person reached in the objective: service weight times equity weight.
    turn
        Where an edge has arcs in several copies of the network (see `plan.layered_graph.LayeredGraph`): a way
        uses at most one of its arcs with the same number. None where a way passes an edge once.
    today
        Time of every node to its nearest goal as things are, where it is known already.
    """

    profile: str
    service: str
    field: WhatIfGraph
    goals: NDArray[np.int32]
    people: NDArray[np.float64]
    limit: int
    worth: float = 1.0
    turn: NDArray[np.int32] | None = None
    today: NDArray[np.int64] | None = None

    def fields(self) -> tuple[WhatIfGraph, ...]:
        """All fields the task is about."""
        return (self.field,)

    def over(self, *fields: WhatIfGraph) -> Task:
        """The same task over other fields, given in the order of `fields`.

        Parameters
        ----------
        fields
            Graphs, as many as the task has.

        Returns
        -------
        Task
            Shares all else with this one.
        """
        return replace(self, field=fields[0])

    @cached_property
    def opener(self) -> Opener:
        """Looks for ways to the goals that measures open; what all who ask need is computed once."""
        return Opener(self.field, self.goals, now=self.today)

    @property
    def mendable(self) -> NDArray[np.bool_]:
        """Edges whose measure would make anything faster for the task, shape (edges,)."""
        able = np.zeros(len(self.field.prices), dtype=bool)
        for field in self.fields():
            able |= field.mendable
        return able


def restrict(tasks: Sequence[Task], edges: Iterable[int]) -> list[Task]:
    """The same tasks where only the given edges can be mended; tasks go on sharing their fields.

    Parameters
    ----------
    tasks
        What people want to reach.
    edges
        Edges that can still be mended.

    Returns
    -------
    list of Task
        One for each task.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.planning.uncertain import doubtful_tasks
    >>> tasks = doubtful_tasks(hamlet(), [load_profile("wheelchair")], ["pharmacy"])
    >>> len(restrict(tasks, [0]))
    1
    """
    known: dict[WhatIfGraph, WhatIfGraph] = {}
    kept = np.fromiter(set(edges), dtype=np.int64)

    def restricted(field: WhatIfGraph) -> WhatIfGraph:
        if field not in known:
            prices = np.zeros_like(field.prices)
            prices[kept] = field.prices[kept]
            known[field] = field.priced(prices)
        return known[field]

    return [task.over(*map(restricted, task.fields())) for task in tasks]


def timed(city: City, tasks: Sequence[Task]) -> list[Task]:
    """The same tasks with today's times, which the routing core finds for all tasks of a graph at once.

    Parameters
    ----------
    city
        The city whose network the tasks' graphs hold; people leave their homes.
    tasks
        What people want to reach. Those on graphs with edges of their own, platforms for example, are left
        as they are.

    Returns
    -------
    list of Task
        One for each task.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.planning.uncertain import doubtful_tasks
    >>> tasks = doubtful_tasks(hamlet(), [load_profile("wheelchair")], ["pharmacy"])
    >>> (task,) = timed(hamlet(), tasks)
    >>> bool((task.today == task.field.times(task.goals)).all())
    True
    """
    known: dict[int, NDArray[np.int64]] = {}
    for own, field, goals in on_network(city, tasks):
        known |= dict(zip(own, times_to(city.hierarchy, field, goals, field.today), strict=True))
    return [replace(task, today=known.get(number)) for number, task in enumerate(tasks)]


def on_network(
    city: City, tasks: Sequence[Task]
) -> Iterator[tuple[list[int], WhatIfGraph, list[NDArray[np.int32]]]]:
    """Tasks that the city's routing core can answer, those of one graph together.

    Graphs with edges of their own, platforms for example, are left out: the core does not know them.

    Parameters
    ----------
    city
        The city whose network the tasks' graphs hold; people leave their homes.
    tasks
        What people want to reach.

    Yields
    ------
    tuple
        Numbers of the tasks on a graph, the graph, and the goals of each of them.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.planning.uncertain import doubtful_tasks
    >>> tasks = doubtful_tasks(hamlet(), [load_profile("wheelchair")], ["pharmacy", "stop"])
    >>> [own for own, _, _ in on_network(hamlet(), tasks)]
    [[0, 1]]
    """
    for field in dict.fromkeys(task.field for task in tasks if len(task.field.prices) == len(city.edges)):
        own = [number for number, task in enumerate(tasks) if task.field is field]
        yield own, field, [tasks[number].goals for number in own]


class Bundles(NamedTuple):
    """Sets of edges in compressed form: bundle ``i`` is ``edges[indptr[i]:indptr[i + 1]]``."""

    indptr: NDArray[np.int64]
    edges: NDArray[np.int64]

    @classmethod
    def of(cls, sets: Sequence[Sequence[int]]) -> Bundles:
        """Pack a list of sets.

        Parameters
        ----------
        sets
            Edges of each bundle.

        Returns
        -------
        Bundles
            One array for all.

        Examples
        --------
        >>> Bundles.of([(4, 7), (), (1,)]).indptr.tolist()
        [0, 2, 2, 3]
        """
        indptr = np.zeros(len(sets) + 1, dtype=np.int64)
        indptr[1:] = np.cumsum([len(chosen) for chosen in sets])
        edges = np.fromiter(
            (edge for chosen in sets for edge in chosen), dtype=np.int64, count=int(indptr[-1])
        )
        return cls(indptr, edges)

    def arcs(self, field: WhatIfGraph) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """The arcs on the edges of each bundle, doors included: offsets per bundle, and the arcs.

        Parameters
        ----------
        field
            The graph of a task.

        Returns
        -------
        tuple
            int64, shape (bundles + 1,), and int32.
        """
        lists = field.on_edge
        counts = (lists.indptr[self.edges + 1] - lists.indptr[self.edges]).astype(np.int64)
        total = int(counts.sum())
        ends = np.cumsum(counts)
        places = np.repeat(lists.indptr[self.edges] - (ends - counts), counts) + np.arange(total)
        offsets = np.concatenate([[0], ends])[self.indptr]
        return offsets.astype(np.int64), lists.arcs[places]


class Gain(NamedTuple):
    """What sets of measures bring to one task, one entry per set.

    Attributes
    ----------
    within
        People newly within the standard.
    opened
        People who have a way at all and had none before.
    minutes
        Person-minutes saved per trip by those who had a way before.
    offsets, homes
        Homes newly within the standard: those of set ``i`` are ``homes[offsets[i]:offsets[i + 1]]``.
    """

    within: NDArray[np.float64]
    opened: NDArray[np.float64]
    minutes: NDArray[np.float64]
    offsets: NDArray[np.int64]
    homes: NDArray[np.int32]


class State:
    """A task while measures are carried out one after the other.

    Parameters
    ----------
    task
        The task; its field is left as it is.

    Examples
    --------
    >>> from wegeketten.whatif.graph import WhatIfGraph
    >>> shut = [INF, INF]
    >>> field = WhatIfGraph.of_edges(3, [0, 1], [1, 2], shut * 2, [600] * 4, [100, 100])
    >>> task = Task("wheelchair", "pharmacy", field, np.array([2]), np.array([3.0, 2.0, 0.0]), limit=900)
    >>> state = State(task)
    >>> state.gain(Bundles.of([(0,), (1,), (0, 1)])).opened.tolist()
    [0.0, 2.0, 5.0]
    >>> state.mend([1])
    >>> state.gain(Bundles.of([(0,)])).opened.tolist(), state.gain(Bundles.of([(0,)])).within.tolist()
    ([3.0], [0.0])
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.weights = task.field.today.copy()
        self.times = task.opener.today.copy()

    @property
    def home_times(self) -> NDArray[np.int64]:
        """Time of each home now, `INF` where there is no way."""
        return self.times[self.task.field.home_nodes]

    def gain(self, bundles: Bundles, arcs: tuple[NDArray[np.int64], NDArray[np.int32]] | None = None) -> Gain:
        """What each bundle would bring on top of what is mended already, each on its own; exact.

        Parameters
        ----------
        bundles
            Sets of edges.
        arcs
            ``bundles.arcs(field)`` if it is known already (tasks of one profile share it).

        Returns
        -------
        Gain
            One entry for each bundle.
        """
        return self._gains(bundles, arcs, keep=False)

    def carry_out(self, bundles: Bundles) -> Gain:
        """Carry out all bundles, one after the other, and tell what each brings on top of those before.

        Parameters
        ----------
        bundles
            Sets of edges.

        Returns
        -------
        Gain
            One entry for each bundle, the same as `gain` and `mend` give in turn.
        """
        return self._gains(bundles, None, keep=True)

    def _gains(
        self, bundles: Bundles, arcs: tuple[NDArray[np.int64], NDArray[np.int32]] | None, *, keep: bool
    ) -> Gain:
        from wegeketten.whatif.least_cost import ArcSets, gains

        field = self.task.field
        offsets, changed = arcs if arcs is not None else bundles.arcs(field)
        within, opened, saved, home_offsets, homes = gains(
            *field.entering, field.tails, field.heads, self.weights, self.times,
            ArcSets(offsets, changed, field.mended[changed]),
            field.streets, self.task.people, self.task.limit, keep,
        )  # fmt: skip
        return Gain(within, opened, saved / UNITS_PER_MINUTE, home_offsets, homes)

    def mend(self, edges: Sequence[int]) -> None:
        """Carry out the measures of some edges and bring all times up to date.

        Parameters
        ----------
        edges
            Edges that are mended from now on.
        """
        from wegeketten.whatif.least_cost import quicken

        field = self.task.field
        _, changed = Bundles.of([edges]).arcs(field)
        room = len(field.tails) + len(changed) + 1
        quicken(
            *field.entering, field.tails, field.heads, self.weights, self.times,
            changed, field.mended[changed],
            np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int32),
            np.empty(field.nodes, dtype=np.int32), np.empty(field.nodes, dtype=np.int64),
        )  # fmt: skip

    def reached(self) -> float:
        """People within the standard now."""
        return float(self.task.people[self.home_times <= self.task.limit].sum())

    def opened(self) -> float:
        """People who have any way now."""
        return float(self.task.people[self.home_times < INF].sum())
