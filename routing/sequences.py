"""Several errands in one go: the fastest way over one place of each kind, for every node at once.

A tour is looked at from its end: what remains to be done once one stands at a place is a number per place,
and one sweep over the network turns these numbers into what remains for every node. So a fixed order of k
kinds takes k sweeps, and the best order one lane of a sweep per set of kinds. A tour that returns to where it
began is cut at a place of the rarest kind: one part leads to it, the other back from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from .graph import INF, as_int32

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from .changes import Spots
    from .graph import Int32
    from .metric import Direction, Metric

MOST_KINDS = 8
"""Kinds for which the best order is sought: the number of their sets doubles with each."""

_BLOCK = 8  # lanes that make a sweep worth while

Set: TypeAlias = frozenset[int]
State: TypeAlias = tuple[
    int, Set
]  # place the tour is cut at (-1: not cut), and the kinds still to be visited


@dataclass(frozen=True, eq=False)
class Stops:
    """Places of one kind and the nodes they are entered and left by; all of shape (r,).

    Attributes
    ----------
    places
        Number of the place each row belongs to. A place may have several rows, one per node beside it.
    nodes
        The node.
    arrive
        Time from the node to the place.
    leave
        Time from the place to the node.
    """

    places: Int32
    nodes: Int32
    arrive: Int32
    leave: Int32

    @classmethod
    def at(cls, nodes: ArrayLike) -> Stops:
        """Places that are nodes themselves.

        Parameters
        ----------
        nodes
            Nodes of the places, shape (places,).

        Returns
        -------
        Stops
            Places numbered as they were given, with no way in between.

        Raises
        ------
        ValueError
            A node that is negative or no number.
        """
        rows = as_int32(nodes, "nodes")
        return cls(np.arange(rows.size, dtype=np.int32), rows, np.zeros_like(rows), np.zeros_like(rows))


@dataclass(frozen=True, eq=False)
class Tours:
    """The fastest tour for each start.

    Attributes
    ----------
    times
        Shape (n,); `INF` where there is none.
    kinds
        Number of the kind visited first, second …, shape (n, k); -1 where there is no tour.
    places
        Number of the place visited first, second …, as its kind's `Stops` number it, shape (n, k).
    """

    times: Int32
    kinds: Int32
    places: Int32


def in_order(
    metric: Metric, kinds: Sequence[Stops], *, returning: bool = False, spots: Spots | None = None
) -> Tours:
    """Visit one place of each kind in the given order.

    Parameters
    ----------
    metric
        The network.
    kinds
        The places of each kind, in the order of the visits, at least one kind.
    returning
        Whether the tour ends where it began instead of at its last place.
    spots
        Starts that hang on one or two nodes; every node is a start where None. A returning tour may leave by
        one node and come back by the other.

    Returns
    -------
    Tours
        Time and places of the best tour from each start.

    Raises
    ------
    ValueError
        No kind at all, or a place at a node that does not exist.

    Examples
    --------
    >>> from wegeketten.routing import Graph, Hierarchy
    >>> graph = Graph.from_arcs(4, [0, 1, 2, 1, 2, 3], [1, 2, 3, 0, 1, 2], [5] * 6)
    >>> metric = Hierarchy(graph).customize(graph.input_weights)
    >>> tours = in_order(metric, [Stops.at([3]), Stops.at([0, 2])], returning=True)
    >>> tours.times, tours.places[:, 1]
    (array([30, 20, 10, 10], dtype=int32), array([0, 1, 1, 1], dtype=int32))
    """
    rows = _Rows.of(metric, kinds)
    everything = frozenset(range(len(kinds)))
    ahead = {frozenset(range(i, len(kinds))): [i] for i in range(len(kinds))}
    if not returning:
        return _open(metric, rows, ahead, everything, spots)
    cut = _rarest(rows)
    before = {frozenset(range(i, cut)): [i] for i in range(cut)}
    after = {frozenset(range(cut + 1, i + 1)): [i] for i in range(cut + 1, len(kinds))}
    return _closed(metric, rows, cut, before, after, [frozenset(range(cut))], spots)


def in_best_order(
    metric: Metric, kinds: Sequence[Stops], *, returning: bool = False, spots: Spots | None = None
) -> Tours:
    """Visit one place of each kind in whatever order is fastest.

    Parameters
    ----------
    metric, kinds, returning, spots
        As in `in_order`; at most eight kinds.

    Returns
    -------
    Tours
        Time, places and order of the best tour from each start.

    Raises
    ------
    ValueError
        No kind or more than eight, or a place at a node that does not exist.

    Examples
    --------
    >>> from wegeketten.routing import Graph, Hierarchy
    >>> graph = Graph.from_arcs(4, [0, 1, 2, 1, 2, 3], [1, 2, 3, 0, 1, 2], [5] * 6)
    >>> metric = Hierarchy(graph).customize(graph.input_weights)
    >>> tours = in_best_order(metric, [Stops.at([3]), Stops.at([0])])
    >>> tours.times, tours.kinds[:, 0]
    (array([15, 20, 20, 15], dtype=int32), array([1, 1, 0, 0], dtype=int32))
    """
    if len(kinds) > MOST_KINDS:
        raise ValueError(f"the best order is sought for at most {MOST_KINDS} kinds, not {len(kinds)}")
    rows = _Rows.of(metric, kinds)
    everything = frozenset(range(len(kinds)))
    if not returning:
        return _open(metric, rows, _subsets(everything), everything, spots)
    cut = _rarest(rows)
    others = _subsets(everything - {cut})
    return _closed(metric, rows, cut, others, others, [frozenset(), *others], spots)


class _Rows(NamedTuple):
    """The rows of all kinds behind one another, sorted by place; places are numbered through."""

    kind: Int32
    place: Int32
    node: Int32
    arrive: Int32
    leave: Int32
    firsts: NDArray[np.int64]  # first row of each place
    kind_of: Int32  # kind of each place
    number: Int32  # number of each place as its Stops give it
    kinds: int

    @classmethod
    def of(cls, metric: Metric, kinds: Sequence[Stops]) -> _Rows:
        if not kinds:
            raise ValueError("a tour needs at least one kind of place")
        table = []
        for i, stops in enumerate(kinds):
            size = np.size(stops.places)
            columns = [
                as_int32(stops.places, f"places of kind {i}", size=size),
                as_int32(stops.nodes, f"nodes of kind {i}", upper=metric.n - 1, size=size),
                as_int32(stops.arrive, f"arrive of kind {i}", size=size),
                as_int32(stops.leave, f"leave of kind {i}", size=size),
            ]
            order = np.argsort(columns[0], kind="stable")
            table.append([np.full(size, i, np.int32), *(column[order] for column in columns)])
        kind, number, node, arrive, leave = (np.concatenate(column) for column in zip(*table, strict=True))
        new = np.ones(kind.size, bool)
        new[1:] = (kind[1:] != kind[:-1]) | (number[1:] != number[:-1])
        place = (np.cumsum(new) - 1).astype(np.int32)
        firsts = np.flatnonzero(new)
        return cls(kind, place, node, arrive, leave, firsts, kind[firsts], number[firsts], len(kinds))

    def turned(self) -> _Rows:
        """The same rows for a tour walked backwards."""
        return self._replace(arrive=self.leave, leave=self.arrive)


class _Field(NamedTuple):
    """What remains from each start, per state, and the place that is next."""

    times: Int32
    places: Int32


class _Rest(NamedTuple):
    """What remains once one stands at each place, and the place that is next."""

    times: NDArray[np.int64]
    places: Int32


def _subsets(everything: Set) -> dict[Set, list[int]]:
    """Each set that is not empty, with the kinds that may be visited first; smaller sets come first."""
    sizes = range(1, len(everything) + 1)
    return {
        frozenset(chosen): list(chosen) for size in sizes for chosen in combinations(sorted(everything), size)
    }


def _rarest(rows: _Rows) -> int:
    return int(np.argmin(np.bincount(rows.kind_of, minlength=rows.kinds)))


class _Sweeper:
    """Works through sets of kinds, from the smallest to the largest, for one or several cuts."""

    def __init__(self, metric: Metric, rows: _Rows, direction: Direction, spots: Spots | None) -> None:
        self.metric = metric
        self.rows = rows
        self.direction: Direction = direction
        self.spots = spots
        self.rests: dict[State, _Rest] = {}
        self.fields: dict[State, _Field] = {}

    def run(self, sets: Mapping[Set, list[int]], cuts: Sequence[int], wanted: Sequence[Set]) -> None:
        """Fill `fields` for the wanted sets and `rests` for all that are needed on the way."""
        nothing = frozenset[int]()
        done_at_once = _Rest(
            np.zeros(self.rows.kind_of.size, np.int64), np.full(self.rows.kind_of.size, -1, np.int32)
        )
        by_size: dict[int, list[State]] = {}
        for cut in cuts:
            if cut < 0:
                self.rests[cut, nothing] = done_at_once
            else:
                by_size.setdefault(0, []).append((cut, nothing))
            for chosen in sets:
                by_size.setdefault(len(chosen), []).append((cut, chosen))
        for size in sorted(by_size):
            states = by_size[size]
            seeds = [self._seeds(state, sets) for state in states]
            self._settle(states, seeds)
            final = [i for i, (_, chosen) in enumerate(states) if chosen in wanted]
            if final:
                self._spread([states[i] for i in final], [seeds[i] for i in final])

    def _seeds(self, state: State, sets: Mapping[Set, list[int]]) -> tuple[Int32, Int32]:
        """Rows a tour in this state may go to next, and what remains at each node then."""
        cut, chosen = state
        rows = self.rows
        if not chosen:
            picked = np.flatnonzero(rows.place == cut)
            return picked.astype(np.int32), rows.arrive[picked]
        parts, starts = [], []
        for kind in sets[chosen]:
            picked = np.flatnonzero(rows.kind == kind)
            rest = self.rests[cut, chosen - {kind}].times[rows.place[picked]]
            parts.append(picked)
            starts.append(np.minimum(rest + rows.arrive[picked], INF))
        return np.concatenate(parts).astype(np.int32), np.concatenate(starts).astype(np.int32)

    def _sweep(self, seeds: list[tuple[Int32, Int32]], at: Int32 | None) -> tuple[Int32, Int32]:
        """Times, and the place behind each, at some nodes or all."""
        times, names = self.metric.nearest(
            [self.rows.node[picked] for picked, _ in seeds],
            [starts for _, starts in seeds],
            direction=self.direction,
            at=at,
            with_source=True,
        )
        places = np.full(names.shape, -1, np.int32)
        for lane, (picked, _) in enumerate(seeds):
            known = names[:, lane] >= 0
            places[known, lane] = self.rows.place[picked[names[known, lane]]]
        return times, places

    def _settle(self, states: list[State], seeds: list[tuple[Int32, Int32]]) -> None:
        """What remains at each place: leave it by its best node."""
        rows = self.rows
        times, places = self._sweep(seeds, rows.node)
        remaining = np.minimum(times.astype(np.int64) + rows.leave[:, None], INF)
        for lane, state in enumerate(states):
            own = remaining[:, lane]
            if own.size == 0:
                self.rests[state] = _Rest(own, places[:, lane])
                continue
            best = np.minimum.reduceat(own, rows.firsts)
            by_row = np.where(own == best[rows.place], np.arange(own.size), own.size)
            exits = np.minimum.reduceat(by_row, rows.firsts)
            self.rests[state] = _Rest(best, places[exits, lane])

    def _spread(self, states: list[State], seeds: list[tuple[Int32, Int32]]) -> None:
        spots = self.spots
        if spots is None:
            times, places = self._sweep(seeds, None)
        else:
            ends = np.asarray(spots.nodes)
            used = np.unique(ends[ends >= 0]).astype(np.int32)
            at_nodes, next_places = self._sweep(seeds, used)
            place_of_node = np.searchsorted(used, np.maximum(ends, 0)).clip(max=max(used.size - 1, 0))
            if used.size == 0:
                at_nodes = np.full((1, len(states)), INF, np.int32)
                next_places = np.full((1, len(states)), -1, np.int32)
            sums = at_nodes[place_of_node].astype(np.int64) + np.asarray(spots.offsets)[:, :, None]
            sums = np.minimum(np.where((ends >= 0)[:, :, None], sums, INF), INF)
            side = sums.argmin(axis=1)
            times = np.take_along_axis(sums, side[:, None, :], 1)[:, 0].astype(np.int32)
            places = np.take_along_axis(next_places[place_of_node], side[:, None, :], 1)[:, 0]
        for lane, state in enumerate(states):
            self.fields[state] = _Field(times[:, lane].copy(), places[:, lane].copy())

    def follow(self, state: State, starts: NDArray[np.int64]) -> Int32:
        """Places visited from the given starts in this state, the cut left out; shape (s, kinds)."""
        cut, chosen = state
        steps = np.full((starts.size, len(chosen)), -1, np.int32)
        if not chosen or not starts.size:
            return steps
        here = self.fields[state].places[starts]
        steps[:, 0] = here
        left = np.array([sum(1 << kind for kind in chosen)] * starts.size)
        for step in range(1, len(chosen)):
            left &= ~(1 << self.rows.kind_of[here].astype(np.int64))
            following = np.empty_like(here)
            for mask in np.unique(left).tolist():
                rest = self.rests[cut, frozenset(kind for kind in chosen if mask >> kind & 1)]
                those = left == mask
                following[those] = rest.places[here[those]]
            here = following
            steps[:, step] = here
        return steps


def _open(
    metric: Metric, rows: _Rows, sets: Mapping[Set, list[int]], everything: Set, spots: Spots | None
) -> Tours:
    sweeper = _Sweeper(metric, rows, "to", spots)
    sweeper.run(dict(sorted(sets.items(), key=lambda item: len(item[0]))), [-1], [everything])
    field = sweeper.fields[-1, everything]
    steps = np.full((field.times.size, rows.kinds), -1, np.int32)
    reached = np.flatnonzero(field.times < INF)
    steps[reached] = sweeper.follow((-1, everything), reached)
    return _tours(rows, field.times, steps)


def _closed(
    metric: Metric,
    rows: _Rows,
    cut_kind: int,
    before: Mapping[Set, list[int]],
    after: Mapping[Set, list[int]],
    parts: list[Set],
    spots: Spots | None,
) -> Tours:
    """Try every place of one kind to cut the tour at; `parts` are the sets that may come before it."""
    others = frozenset(range(rows.kinds)) - {cut_kind}
    size = metric.n if spots is None else len(spots.nodes)
    times = np.full(size, INF, np.int64)
    steps = np.full((size, rows.kinds), -1, np.int32)
    cuts = np.flatnonzero(rows.kind_of == cut_kind).tolist()
    at_once = max(1, _BLOCK // len(parts))
    for first in range(0, len(cuts), at_once):
        block = cuts[first : first + at_once]
        there = _Sweeper(metric, rows, "to", spots)
        there.run(before, block, parts)
        back = _Sweeper(metric, rows.turned(), "from", spots)
        back.run(after, block, [others - part for part in parts])
        for cut in block:
            for part in parts:
                out, home = (cut, part), (cut, others - part)
                total = there.fields[out].times.astype(np.int64) + back.fields[home].times
                better = np.flatnonzero(total < times)
                times[better] = total[better]
                middle = np.full((better.size, 1), cut, np.int32)
                ways = [there.follow(out, better), middle, back.follow(home, better)[:, ::-1]]
                steps[better] = np.concatenate(ways, axis=1)
    return _tours(rows, times.astype(np.int32), steps)


def _tours(rows: _Rows, times: Int32, steps: Int32) -> Tours:
    known = steps >= 0
    kinds = np.full(steps.shape, -1, np.int32)
    places = np.full(steps.shape, -1, np.int32)
    kinds[known] = rows.kind_of[steps[known]]
    places[known] = rows.number[steps[known]]
    return Tours(times, kinds, places)
