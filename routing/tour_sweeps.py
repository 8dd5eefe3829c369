"""Sweeps for visits of several kinds of places: what remains to be done, for places and for starts.

A tour is looked at from its end: what remains once one stands at a place is a number per place, and one sweep
over the network turns these numbers into what remains for every start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from .graph import INF, as_int32

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from .changes import Spots
    from .graph import Int32
    from .metric import Direction, Metric
    from .sequences import Stops

Set: TypeAlias = frozenset[int]
State: TypeAlias = tuple[
    int, Set
]  # place the tour is cut at (-1: not cut), and the kinds still to be visited


class Rows(NamedTuple):
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
    def of(cls, metric: Metric, kinds: Sequence[Stops]) -> Rows:
        """Collect the places of all kinds.

        Parameters
        ----------
        metric
            The network.
        kinds
            The places of each kind.

        Returns
        -------
        Rows
            Sorted by kind, then by place.

        Raises
        ------
        ValueError
            There is no kind at all, or a place at a node that does not exist.
        """
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

    def turned(self) -> Rows:
        """The same rows for a tour walked backwards."""
        return self._replace(arrive=self.leave, leave=self.arrive)

    def of_places(self, places: Int32) -> Rows:
        """The rows of some places.

        Parameters
        ----------
        places
            Numbers in ascending order.

        Returns
        -------
        Rows
            With these places numbered through anew.
        """
        number = np.full(self.kind_of.size, -1, np.int32)
        number[places] = np.arange(places.size, dtype=np.int32)
        return self.picked(number[self.place] >= 0, number, places)

    def picked(self, keep: NDArray[np.bool_], number: Int32, places: Int32) -> Rows:
        """Some of the rows.

        Parameters
        ----------
        keep
            Which, shape (rows,).
        number
            New number of each place.
        places
            Old numbers of the places that are left, ascending; each has one row at least.

        Returns
        -------
        Rows
            With these places numbered through anew.
        """
        place = number[self.place[keep]]
        firsts = np.flatnonzero(np.append(True, place[1:] != place[:-1])[: place.size])
        return Rows(
            self.kind[keep], place, self.node[keep], self.arrive[keep], self.leave[keep],
            firsts, self.kind_of[places], self.number[places], self.kinds,
        )  # fmt: skip


class Field(NamedTuple):
    """What remains from each start, per state, and the place that is next."""

    times: Int32
    places: Int32


class Rest(NamedTuple):
    """What remains once one stands at each place, and the place that is next."""

    times: NDArray[np.int64]
    places: Int32


class Sweeper:
    """Works through sets of kinds, from the smallest to the largest, for one or several cuts."""

    def __init__(self, metric: Metric, rows: Rows, direction: Direction, spots: Spots | None) -> None:
        self.metric = metric
        self.rows = rows
        self.direction: Direction = direction
        self.spots = spots
        self.rests: dict[State, Rest] = {}
        self.fields: dict[State, Field] = {}

    def run(self, sets: Mapping[Set, list[int]], cuts: Sequence[int], wanted: Sequence[Set]) -> None:
        """Fill `fields` for the wanted sets and `rests` for all that are needed on the way.

        Parameters
        ----------
        sets
            Sets of kinds, with those that may be visited first.
        cuts
            Places at which tours are cut; -1 for tours that are not.
        wanted
            Sets for which starts want to know.
        """
        nothing = frozenset[int]()
        done_at_once = Rest(
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
                self.rests[state] = Rest(own, places[:, lane])
                continue
            best = np.minimum.reduceat(own, rows.firsts)
            by_row = np.where(own == best[rows.place], np.arange(own.size), own.size)
            exits = np.minimum.reduceat(by_row, rows.firsts)
            self.rests[state] = Rest(best, places[exits, lane])

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
            self.fields[state] = Field(times[:, lane].copy(), places[:, lane].copy())

    def follow(self, state: State, starts: NDArray[np.int64]) -> Int32:
        """Places visited from the given starts in this state, the cut left out.

        Parameters
        ----------
        state
            Where the tour is cut, and the kinds to visit; one of the wanted ones.
        starts
            Numbers of starts that have such a tour.

        Returns
        -------
        Int32
            Places in the order of the visits, shape (starts, kinds).
        """
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
