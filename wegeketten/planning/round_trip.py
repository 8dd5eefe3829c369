"""Chains that end at home: the way out and the way back meet at a place of the rarest kind.

Each of its places has a lane of times out and one of times back. A home's time is the least sum over the
lanes, and a measure may lower either part of it, or both.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.planning.task import UNITS_PER_MINUTE, Bundles, Gain, State, Task
from wegeketten.routing import INF, lazy_kernel, longer
from wegeketten.whatif.least_cost import quicken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.whatif.graph import WhatIfGraph

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]


@dataclass(frozen=True)
class RoundTrip(Task):
    """A profile that wants to run errands and come home again.

    Attributes
    ----------
    back
        WhatIfGraph of the way home, turned: its ways lead from the homes to the goals against the walk.
    back_goals
        The goals' nodes in `back`, in the same order.
    back_turn
        As `turn`, for `back`.
    """

    back: WhatIfGraph = field(kw_only=True)
    back_goals: Ints = field(kw_only=True)
    back_turn: Ints | None = field(default=None, kw_only=True)

    def fields(self) -> tuple[WhatIfGraph, ...]:
        """The way out and the way back."""
        return self.field, self.back

    def over(self, *fields: WhatIfGraph) -> RoundTrip:
        """The same round trip over other fields: the way out, the way back.

        Parameters
        ----------
        fields
            Graph of the way out, graph of the way back.

        Returns
        -------
        RoundTrip
            Shares all else with this one.
        """
        return replace(self, field=fields[0], back=fields[1])

    def halves(self) -> tuple[Task, Task]:
        """The way out to any of the places and the way back from any: neither exceeds the round trip."""
        return self._half(self.field, self.goals, self.turn), self._half(
            self.back, self.back_goals, self.back_turn
        )

    def _half(self, way: WhatIfGraph, goals: Ints, turn: Ints | None) -> Task:
        return Task(self.profile, self.service, way, goals, self.people, self.limit, self.worth, turn)


class RoundTripState(State):
    """A round trip while measures are carried out one after the other; see `State`.

    Parameters
    ----------
    task
        The round trip; its fields are left as they are.

    Examples
    --------
    A slope between home and a shop, shut for the way back until it is mended:

    >>> from wegeketten.whatif.graph import WhatIfGraph
    >>> out = WhatIfGraph.of_edges(2, [0], [1], [600, INF], [600, 900], [100])
    >>> back = WhatIfGraph.of_edges(2, [0], [1], [INF, 600], [900, 600], [100])
    >>> goal, people = np.array([1], dtype=np.int32), np.array([3.0, 0.0])
    >>> task = RoundTrip("pram", "shop>home", out, goal, people, 1500, back=back, back_goals=goal)
    >>> state = RoundTripState(task)
    >>> state.gain(Bundles.of([(0,)])).within.tolist()
    [3.0]
    >>> state.mend([0])
    >>> int(state.home_times[0])
    1500
    """

    task: RoundTrip

    def __init__(self, task: RoundTrip) -> None:
        self.task = task
        self.weights = task.field.today.copy()
        self.back_weights = task.back.today.copy()
        self.lanes = _lanes(task.field, task.goals)
        self.back_lanes = _lanes(task.back, task.back_goals)

    @property
    def home_times(self) -> NDArray[np.int64]:
        """Time of each home's round trip now, `INF` where there is none."""
        return sum_of_lanes(
            self.lanes[:, self.task.field.home_nodes], self.back_lanes[:, self.task.back.home_nodes]
        )

    def gain(self, bundles: Bundles, arcs: tuple[Longs, Ints] | None = None) -> Gain:
        """What each bundle would bring on top of what is mended already, each on its own; exact.

        Parameters
        ----------
        bundles
            Sets of edges.
        arcs
            ``bundles.arcs(field)`` if it is known already.

        Returns
        -------
        Gain
            One entry for each bundle.
        """
        out, back = self.task.field, self.task.back
        within, opened, saved, home_offsets, homes = _round_trip_gains(
            _half(out, self.weights, self.lanes, arcs if arcs is not None else bundles.arcs(out)),
            _half(back, self.back_weights, self.back_lanes, bundles.arcs(back)),
            self.task.people,
            self.task.limit,
        )
        return Gain(within, opened, saved / UNITS_PER_MINUTE, home_offsets, homes)

    def carry_out(self, bundles: Bundles) -> Gain:
        """Carry out all bundles, one after the other, and tell what each brings on top of those before.

        Parameters
        ----------
        bundles
            Sets of edges.

        Returns
        -------
        Gain
            One entry for each bundle.
        """
        found = []
        for begin, end in pairwise(bundles.indptr.tolist()):
            edges = bundles.edges[begin:end].tolist()
            found.append(self.gain(Bundles.of([edges])))
            self.mend(edges)
        if not found:
            return self.gain(bundles)
        within, opened, minutes = (
            np.concatenate([getattr(one, name) for one in found]) for name in ("within", "opened", "minutes")
        )
        offsets = np.concatenate([[0], np.cumsum([len(one.homes) for one in found])])
        return Gain(within, opened, minutes, offsets, np.concatenate([one.homes for one in found]))

    def mend(self, edges: Sequence[int]) -> None:
        """Carry out the measures of some edges and bring all times up to date.

        Parameters
        ----------
        edges
            Edges that are mended from now on.
        """
        bundle = Bundles.of([edges])
        for way, weights, lanes in (
            (self.task.field, self.weights, self.lanes),
            (self.task.back, self.back_weights, self.back_lanes),
        ):
            _, changed = bundle.arcs(way)
            room = len(way.tails) + len(changed) + 1
            for times in lanes:
                quicken(
                    *way.entering, way.tails, way.heads, weights, times, changed, way.mended[changed],
                    np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int32),
                    np.empty(way.nodes, dtype=np.int32), np.empty(way.nodes, dtype=np.int64),
                )  # fmt: skip


def sum_of_lanes(out: Longs, back: Longs) -> Longs:
    """Least sum over the lanes, `INF` where no lane has both parts.

    Parameters
    ----------
    out, back
        Times out and back, shape (lanes, n).

    Returns
    -------
    Longs
        Shape (n,).

    Examples
    --------
    >>> sum_of_lanes(np.array([[5, INF], [9, 2]]), np.array([[7, 1], [1, INF]])).tolist() == [10, INF]
    True
    """
    if not len(out):
        return np.full(out.shape[1], INF, dtype=np.int64)
    sums = np.where((out >= INF) | (back >= INF), INF, out + back)
    least: Longs = np.minimum(sums.min(axis=0), INF)
    return least


def state_of(task: Task) -> State:
    """The state a task starts in.

    Parameters
    ----------
    task
        What people want to reach.

    Returns
    -------
    State
        Nothing is mended yet.
    """
    return RoundTripState(task) if isinstance(task, RoundTrip) else State(task)


def _lanes(field: WhatIfGraph, goals: Ints) -> Longs:
    """Times of all nodes to each goal, shape (goals, nodes)."""
    lanes = np.full((len(goals), field.nodes), INF, dtype=np.int64)
    for lane, goal in zip(lanes, goals, strict=True):
        lane[:] = field.times([int(goal)])
    return lanes


class _Half(NamedTuple):
    """The way out or the way back: a field, its times to each goal, and what each set of measures changes."""

    indptr: Ints
    arcs: Ints
    tails: Ints
    heads: Ints
    weights: Ints
    lanes: Longs
    sets_indptr: Longs
    set_arcs: Ints
    set_weights: Ints
    first_home: int


class _Scratch(NamedTuple):
    """Room for one search at a time."""

    heap_keys: Longs
    heap_items: Ints
    touched: Ints
    before: Longs


def _half(field: WhatIfGraph, weights: Ints, lanes: Longs, arcs: tuple[Longs, Ints]) -> _Half:
    """One half of a round trip for the kernel; `arcs` are the bundles' on this field."""
    offsets, changed = arcs
    return _Half(
        *field.entering, field.tails, field.heads, weights, lanes,
        offsets, changed, field.mended[changed], field.streets,
    )  # fmt: skip


@lazy_kernel
def _lower_lanes(
    half: _Half,
    number: int,
    fresh: Longs,
    marks: NDArray[np.bool_],
    found: Ints,
    count: int,
    scratch: _Scratch,
) -> int:
    """Write the homes' times after a set into `fresh`, list those that fall; lanes stay as they were."""
    homes, lanes, weights, touched = len(marks), half.lanes, half.weights, scratch.touched
    changed = half.set_arcs[half.sets_indptr[number] : half.sets_indptr[number + 1]]
    lowered = half.set_weights[half.sets_indptr[number] : half.sets_indptr[number + 1]]
    old = np.empty(len(changed), dtype=np.int32)
    for index in range(len(changed)):
        old[index] = weights[changed[index]]
    for lane in range(len(lanes)):
        reached = quicken(
            half.indptr, half.arcs, half.tails, half.heads, weights, lanes[lane], changed, lowered,
            scratch.heap_keys, scratch.heap_items, touched, scratch.before,
        )  # fmt: skip
        for index in range(reached):
            node = touched[index]
            home = node - half.first_home
            if 0 <= home < homes:
                fresh[lane, home] = lanes[lane, node]
                if not marks[home]:
                    marks[home] = True
                    found[count] = home
                    count += 1
            lanes[lane, node] = scratch.before[index]
    for index in range(len(changed)):
        weights[changed[index]] = old[index]
    return count


@lazy_kernel
def _round_trip_gains(
    out: _Half, back: _Half, people: NDArray[np.float64], limit: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], Longs, Ints]:
    """As `wegeketten.whatif.least_cost.gains`, for round trips."""
    sets, homes, lanes = len(out.sets_indptr) - 1, len(people), len(out.lanes)
    within, opened, saved = np.zeros(sets), np.zeros(sets), np.zeros(sets)
    offsets = np.zeros(sets + 1, dtype=np.int64)
    found = np.empty(1024, dtype=np.int32)
    count = 0
    room = max(len(out.arcs) + len(out.set_arcs), len(back.arcs) + len(back.set_arcs)) + 1
    nodes = max(len(out.indptr), len(back.indptr)) - 1
    scratch = _Scratch(
        np.empty(room, dtype=np.int64),
        np.empty(room, dtype=np.int32),
        np.empty(nodes, dtype=np.int32),
        np.empty(nodes, dtype=np.int64),
    )
    fresh = out.lanes[:, out.first_home : out.first_home + homes].copy()
    back_fresh = back.lanes[:, back.first_home : back.first_home + homes].copy()
    marks = np.zeros(homes, dtype=np.bool_)
    faster = np.empty(homes, dtype=np.int32)
    for number in range(sets):
        listed = _lower_lanes(out, number, fresh, marks, faster, 0, scratch)
        listed = _lower_lanes(back, number, back_fresh, marks, faster, listed, scratch)
        for index in range(listed):
            home = faster[index]
            was, now = INF, INF
            for lane in range(lanes):
                there, home_again = (
                    out.lanes[lane, out.first_home + home],
                    back.lanes[lane, back.first_home + home],
                )
                if there < INF and home_again < INF:
                    was = min(was, there + home_again)
                if fresh[lane, home] < INF and back_fresh[lane, home] < INF:
                    now = min(now, fresh[lane, home] + back_fresh[lane, home])
                fresh[lane, home], back_fresh[lane, home] = there, home_again
            marks[home] = False
            if now >= was:
                continue
            if was >= INF:
                opened[number] += people[home]
            else:
                saved[number] += people[home] * (was - now)
            if was > limit >= now:
                within[number] += people[home]
                if count == len(found):
                    found = longer(found, 2 * count)
                found[count] = home
                count += 1
        offsets[number + 1] = count
    return within, opened, saved, offsets, found[:count]
