"""Rings of barriers around doors that are cut off: what any way within the standard has to break through.

Doors with the same ways share their rings. They are found in the neighbourhood that can be walked within
the longest standard once everything is mended, one neighbourhood after the other: memory is that of one of
them, time grows with their number. Prices are calculated within it as well: a way that is short enough stays
inside, so a set of nodes around the door that it has to leave is a ring all the same.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.planning.paid_once import PaidOnce
from wegeketten.routing import INF, lazy_kernel
from wegeketten.whatif.least_cost import UNSEEN, tree
from wegeketten.whatif.local import LocalSearch
from wegeketten.whatif.unblock import Opener

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from wegeketten.planning.task import Task
    from wegeketten.whatif.graph import WhatIfGraph

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

RINGS = 8
"""How many rings per door enter the linear program; more would only make the bound tighter."""

ASKED = 500_000
"""For how many doors of a field the least price is searched."""

NEVER = 2**62


class EdgeSet(bytes):
    """Edges in ascending order as big-endian 32-bit numbers: compact, and sorted as the numbers would be.

    Examples
    --------
    >>> EdgeSet.of(np.array([7, 3, 7])).edges().tolist()
    [3, 7]
    >>> EdgeSet.of(np.array([3, 300])) < EdgeSet.of(np.array([4]))
    True
    """

    @classmethod
    def of(cls, edges: NDArray[np.integer]) -> EdgeSet:
        """The distinct ones of some edges.

        Parameters
        ----------
        edges
            Numbers of edges, in any order, doubles included.

        Returns
        -------
        EdgeSet
            Ascending.
        """
        return cls(np.unique(edges).astype(">i4").tobytes())

    def edges(self) -> Longs:
        """The edges."""
        return np.frombuffer(self, dtype=">i4").astype(np.int64)


class Row(NamedTuple):
    """A door is served at most as far as this holds: of `edges` at least one, worth at least `price`.

    Attributes
    ----------
    price
        Least price of a way within the standard; 0 where only the ring is known.
    edges
        See `EdgeSet`.
    """

    price: int
    edges: EdgeSet


Guard = tuple[EdgeSet, tuple[Row, ...]]
"""What may serve a door within the standard, and the rings around it."""


class _Near(NamedTuple):
    """Helping arcs in the neighbourhood of some doors.

    Attributes
    ----------
    at
        Which of the helping arcs, ascending.
    there
        Time from the doors to their tails, everything mended.
    tail, head
        Price to get to their ends without leaving the neighbourhood, `UNSEEN` where nobody can pay it.
    goals
        By the goals of a task, as bytes: the least price of any of them.
    """

    at: Longs
    there: Longs
    tail: Longs
    head: Longs
    goals: dict[bytes, int]


class Rings:
    """What the tasks of one field share.

    Parameters
    ----------
    field
        The network.
    tasks
        All tasks over it.
    budget
        Money there is.
    """

    def __init__(self, field: WhatIfGraph, tasks: Sequence[Task], budget: float) -> None:
        self.field = field
        self.far = max(task.limit for task in tasks)
        copies = max(1 if task.turn is None else int(task.turn.max(initial=0)) // 2 + 1 for task in tasks)
        self.budget = int(min(budget, NEVER))
        self.most = int(min(budget * copies, NEVER))
        prices = np.append(field.prices, 0)[field.edge]
        helps = (field.mended < field.today) & (prices > 0)
        best = np.where(helps, field.mended, field.today)
        self.helping = np.flatnonzero(helps)
        self.best = best[self.helping].astype(np.int64)
        self.edge = field.edge[self.helping]
        self.tails, self.heads = field.tails[self.helping], field.heads[self.helping]
        shut = field.today >= INF
        self.price_keys = np.where(shut, np.where(helps & (field.mended < INF), prices, -1), 0)
        self.time_keys = np.where(best >= INF, -1, best).astype(np.int64)
        self.search = LocalSearch(field.leaving, field.heads)
        self.asked = 0
        self._goals = {task.goals.tobytes(): task.goals for task in tasks}

    def least_price(self, door: int, task: Task, opener: Opener, paid_once: PaidOnce | None) -> int:
        """At most the least price of a way within the standard; asked too often, of any way at all.

        Parameters
        ----------
        door
            Number of the door.
        task
            What people want to reach.
        opener
            Search for sets of edges.
        paid_once
            The search where a way may pass an edge on several legs, else None.

        Returns
        -------
        int
            Whole euros.
        """
        self.asked += 1
        if self.asked > ASKED:
            return int(opener.price_left[door])
        if paid_once is not None:
            near = self.reached(np.array([door], dtype=np.int32))
            arcs, shares = self.shares(*near, task, opener)
            price = paid_once.least(door, task.limit, arcs, shares)
            return NEVER if price is None else price
        opening = opener.open_from(door, limit=task.limit)
        return NEVER if opening is None else opening.price

    def shares(self, at: Longs, there: Longs, task: Task, opener: Opener) -> tuple[Longs, Longs]:
        """Arcs that may lie on a way within the standard, and how many copies of their edges may.

        Parameters
        ----------
        at
            Helping arcs that can be reached.
        there
            Time at which each tail is reached, units of 0.1 s.
        task
            What people want to reach.
        opener
            Search for sets of edges.

        Returns
        -------
        tuple
            Numbers of arcs, and of copies; equally long.
        """
        at = at[self.short_enough(at, there, task, opener)]
        turn = np.zeros(len(at), dtype=np.int64) if task.turn is None else task.turn[self.helping[at]]
        turns = int(turn.max(initial=0)) + 1
        used = np.unique(self.edge[at].astype(np.int64) * turns + turn) // turns
        edges, copies = np.unique(used, return_counts=True)
        return self.helping[at], copies[np.searchsorted(edges, self.edge[at])]

    @cached_property
    def parts(self) -> Longs:
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
        parts: Longs = label
        return parts

    @cached_property
    def _members(self) -> tuple[Ints, Longs]:
        """All nodes by part, and their parts, ascending."""
        order = np.argsort(self.parts, kind="stable").astype(np.int32)
        return order, self.parts[order]

    def members(self, part: int) -> Ints:
        """The nodes of a part, and the doors that lead into it.

        Parameters
        ----------
        part
            Number of the part.

        Returns
        -------
        Ints
            Numbers of nodes.
        """
        order, key = self._members
        found = [
            order[np.searchsorted(key, one, "left") : np.searchsorted(key, one, "right")]
            for one in (part, part - self.field.nodes)
        ]
        return np.concatenate(found)

    @cached_property
    def _by_tail(self) -> tuple[Longs, Longs]:
        """Offsets per node and helping arcs that leave it."""
        order = np.argsort(self.tails, kind="stable")
        return np.searchsorted(self.tails[order], np.arange(self.field.nodes + 1)), order

    def _leaving(self, nodes: Ints) -> tuple[Longs, Longs]:
        """Helping arcs that leave some nodes, and the row of `nodes` that each one leaves."""
        offsets, arcs = self._by_tail
        first = offsets[nodes]
        count = offsets[nodes + 1] - first
        row = np.repeat(np.arange(len(nodes)), count)
        return arcs[first[row] + np.arange(len(row)) - (np.cumsum(count) - count)[row]], row

    def reached(self, starts: Ints) -> tuple[Longs, Longs]:
        """Helping arcs whose tails some nodes can get to within the longest standard, and the times.

        Parameters
        ----------
        starts
            Nodes to start from.

        Returns
        -------
        tuple
            Arcs, and units of 0.1 s; equally long.
        """
        nodes, times = self.search.near(self.time_keys, starts, self.far)
        at, row = self._leaving(nodes)
        order = np.argsort(at)
        return at[order], times[row[order]]

    def near(self, part: int, door: int) -> _Near:
        """The neighbourhood of a part; `door` is any of its doors.

        Parameters
        ----------
        part
            Number of the part.
        door
            Number of a door of the part.

        Returns
        -------
        _Near
            Kept for other doors of the part.
        """
        nodes, times = self.search.near(self.time_keys, self.members(part), self.far)
        at, row = self._leaving(nodes)
        order = np.argsort(at)
        at, there = at[order], times[row[order]]
        start = np.array([door], dtype=np.int32)
        paid = self.search.fill(self.price_keys, start, self.most, within=nodes)
        best = self.search.best
        goals = {key: int(best[goals].min(initial=UNSEEN)) for key, goals in self._goals.items()}
        found = _Near(at, there, best[self.tails[at]], best[self.heads[at]], goals)
        self.search.clear(paid)
        return found

    def short_enough(self, at: Longs, there: Longs, task: Task, opener: Opener) -> NDArray[np.bool_]:
        """Which helping arcs may lie on a way within the standard that reaches their tails at `there`.

        Parameters
        ----------
        at
            Helping arcs.
        there
            Time at which each tail is reached, units of 0.1 s.
        task
            What people want to reach.
        opener
            Search for sets of edges.

        Returns
        -------
        ndarray
            bool, shape of `at`.
        """
        left = opener.time_left[self.heads[at]]
        fits = (there <= task.limit) & (left <= task.limit)
        fits[fits] = (there + self.best[at] + np.where(fits, left, 0))[fits] <= task.limit
        return np.asarray(fits)


class Side:
    """One task, or one half of a round trip, and the rings around its homes."""

    def __init__(self, rings: Rings, task: Task) -> None:
        self.rings = rings
        self.task = task
        field = task.field
        self.doors = np.arange(field.streets, field.streets + field.homes, dtype=np.int32)
        shares = self._shares()
        self.opener = task.opener if shares is None else Opener(field, task.goals, shares, task.opener)
        self.guards: dict[int, Guard] = {}
        self.arounds: dict[int, EdgeSet] = {}

    def _shares(self) -> Longs | None:
        """In how many copies of the network each edge may lie on a way within the standard."""
        task, rings = self.task, self.rings
        if task.turn is None:
            return None
        arcs, copies = rings.shares(*rings.reached(self.doors), task, task.opener)
        shares = np.ones(len(task.field.prices), dtype=np.int64)
        shares[task.field.edge[arcs]] = copies
        return shares

    @cached_property
    def _paid_once(self) -> PaidOnce | None:
        return None if self.opener.shares is None else PaidOnce(self.opener, self.rings.budget)

    @cached_property
    def left(self) -> Longs:
        """Price from each node to the goals, every copy of an edge paid for; `UNSEEN` beyond all means."""
        field, zeros = self.task.field, np.zeros(len(self.opener.goals), dtype=np.int64)
        left, _ = tree(
            *field.entering, field.tails, self.rings.price_keys, self.opener.goals, zeros, self.rings.most
        )
        return left

    def price(self, home: int) -> int | None:
        """Least price of a way within the standard; None where there is one already.

        Parameters
        ----------
        home
            Number of the home.

        Returns
        -------
        int or None
            Whole euros.
        """
        door = int(self.doors[home])
        if self.opener.today[door] <= self.task.limit:
            return None
        return self.rings.least_price(door, self.task, self.opener, self._paid_once)

    def cut_off(self, home: int) -> bool:
        """Whether a home has no way at all today.

        Parameters
        ----------
        home
            Number of the home.

        Returns
        -------
        bool
            True where not even a long way leads to a goal.
        """
        return bool(self.opener.today[self.doors[home]] >= INF)

    def part(self, home: int) -> int:
        """The part that a home's door leads into.

        Parameters
        ----------
        home
            Number of the home.

        Returns
        -------
        int
            Number of the part.
        """
        return int(self.rings.parts[self.doors[home]])

    def guard(self, home: int, near: _Near) -> None:
        """Note what surrounds a home without any way, given its part's neighbourhood.

        Parameters
        ----------
        home
            Number of the home.
        near
            The neighbourhood.
        """
        task, rings, door = self.task, self.rings, int(self.doors[home])
        at = near.at
        fits = rings.short_enough(at, near.there, task, self.opener)
        kept = at[fits]
        edge, left = rings.edge[kept], self.left
        bounds = (
            (near.tail[fits], near.head[fits], near.goals[task.goals.tobytes()]),
            (left[rings.heads[kept]], left[rings.tails[kept]], int(left[door])),
        )
        fewest = fewest_rings(edge, bounds, RINGS)
        rows = tuple(Row(0, ring) for ring in sorted(fewest))
        self.guards[self.part(home)] = EdgeSet.of(edge), rows

    def around(self, home: int, at: Longs, there: Longs) -> None:
        """Note what may lie on a way within the standard from one home, given what its door can reach.

        Parameters
        ----------
        home
            Number of the home.
        at
            Helping arcs.
        there
            Time at which each tail is reached, units of 0.1 s.
        """
        fits = self.rings.short_enough(at, there, self.task, self.opener)
        self.arounds[home] = EdgeSet.of(self.rings.edge[at[fits]])


def fewest_rings(
    edge: NDArray[np.integer], bounds: Iterable[tuple[Longs, Longs, int]], most: int
) -> list[EdgeSet]:
    """The distinct rings of the fewest edges.

    Parameters
    ----------
    edge
        Edge of each arc.
    bounds
        Arrays ``near`` and ``far`` of one number per arc and a number ``end``: each level below `end` makes a
        ring of the arcs with ``near <= level < far``.
    most
        How many rings.

    Returns
    -------
    list of EdgeSet
        At most `most` rings, that with the fewest edges first.

    Examples
    --------
    >>> near, far = np.array([0, 0, 5]), np.array([5, 9, 9])
    >>> rings = fewest_rings(np.array([1, 2, 3]), [(near, far, 9)], 8)
    >>> [ring.edges().tolist() for ring in rings]
    [[1, 2], [2, 3]]
    """
    names, local = np.unique(edge, return_inverse=True)
    sizes, which, level = [], [], []
    kept = []
    for number, (near, far, end) in enumerate(bounds):
        crossing = np.flatnonzero((near < far) & (near < end))
        kept.append((near[crossing], far[crossing], local.ravel()[crossing]))
        levels = np.unique(np.concatenate([near[crossing], far[crossing]]))
        levels = levels[levels < end]
        sizes.append(_ring_sizes(*kept[-1], levels, len(names)))
        which.append(np.full(len(levels), number))
        level.append(levels)
    size, source, height = (np.concatenate(parts) for parts in (sizes, which, level))
    found: set[EdgeSet] = set()
    largest = 0
    for row in np.lexsort((height, source, size)).tolist():
        if len(found) >= most and size[row] > largest:
            break
        near, far, part = kept[int(source[row])]
        found.add(EdgeSet.of(names[part[(near <= height[row]) & (height[row] < far)]]))
        largest = int(size[row])
    return sorted(found, key=lambda ring: (len(ring), ring))[:most]


@lazy_kernel
def _ring_sizes(near: Longs, far: Longs, edge: Longs, levels: Longs, edges: int) -> Longs:
    """How many distinct edges the ring at each level has; levels ascend."""
    enter, leave = np.argsort(near), np.argsort(far)
    arcs = np.zeros(edges, dtype=np.int64)
    sizes = np.zeros(len(levels), dtype=np.int64)
    size = first = last = 0
    for row in range(len(levels)):
        while first < len(enter) and near[enter[first]] <= levels[row]:
            one = edge[enter[first]]
            size += arcs[one] == 0
            arcs[one] += 1
            first += 1
        while last < len(leave) and far[leave[last]] <= levels[row]:
            one = edge[leave[last]]
            arcs[one] -= 1
            size -= arcs[one] == 0
            last += 1
        sizes[row] = size
    return sizes
