"""Tours that end where they began: cut at a place of one kind, in a way out and a way back.

Each place of that kind is tried, but not for every start. A tour through a start, a place it is cut at and
another place is a circle, and from any of them to any other the shorter half of it is at most half as long as
the whole. So whoever knows of some tour has to look at places within half its time only. All of it happens
within the strongly connected part that the start belongs to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .changes import Spots
from .components import strong_parts
from .graph import INF, Graph
from .neighbourhoods import each_within
from .search import nearest
from .tour_sweeps import Rows, Sweeper

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from .graph import Int32
    from .metric import Direction, Metric
    from .tour_sweeps import Set

    Int64 = NDArray[np.int64]

LANES = 8
"""Lanes that make a sweep worth while."""

FEW = 6
"""Up to so many sweeps' worth of places are tried for all starts: to choose among them would take longer."""

_AROUND = 64  # places whose neighbourhoods are kept at once


class Halves(NamedTuple):
    """What is visited before and after the place at which a tour is cut.

    Attributes
    ----------
    kind
        Kind of that place.
    before, after
        Sets of kinds on the way there, and on the way back, with those that may come first.
    parts
        Sets that may come before; the others come after.
    """

    kind: int
    before: Mapping[Set, list[int]]
    after: Mapping[Set, list[int]]
    parts: list[Set]


class _Best:
    """The best tour of each start so far; of equal ones that over the first place, then of the first part."""

    def __init__(self, size: int, kinds: int) -> None:
        self.times = np.full(size, INF, np.int64)
        self.steps = np.full((size, kinds), -1, np.int32)
        self._cut = np.full(size, INF, np.int32)

    def offer(self, starts: Int64, total: Int64, cut: int) -> Int64:
        """Positions, among the starts, of those with a better tour now; its steps are for the caller."""
        known = self.times[starts]
        as_good = (total == known) & (total < INF) & (cut < self._cut[starts])
        better = np.flatnonzero((total < known) | as_good)
        self.times[starts[better]] = total[better]
        self._cut[starts[better]] = cut
        return better


class _Trial(NamedTuple):
    """Tours cut at any of a few places, for some starts, over some places.

    Attributes
    ----------
    cuts
        Places to cut at, ascending.
    places
        Places to visit, ascending, the cuts among them; all where None.
    starts
        Numbers of the spots.
    """

    cuts: Int32
    places: Int32 | None
    starts: Int64

    def run(self, metric: Metric, rows: Rows, halves: Halves, spots: Spots, best: _Best) -> None:
        """Enter what is better than what was known."""
        places = np.arange(rows.kind_of.size, dtype=np.int32) if self.places is None else self.places
        own = rows if self.places is None else rows.of_places(places)
        some = _some_spots(spots, self.starts)
        others = frozenset(range(rows.kinds)) - {halves.kind}
        cuts = np.searchsorted(places, self.cuts).tolist()
        there = Sweeper(metric, own, "to", some)
        there.run(halves.before, cuts, halves.parts)
        back = Sweeper(metric, own.turned(), "from", some)
        back.run(halves.after, cuts, [others - part for part in halves.parts])
        for cut in cuts:
            for part in halves.parts:
                out, home = (cut, part), (cut, others - part)
                total = there.fields[out].times.astype(np.int64) + back.fields[home].times
                better = best.offer(self.starts, total, int(places[cut]))
                if better.size:
                    middle = np.full((better.size, 1), cut, np.int32)
                    ways = [there.follow(out, better), middle, back.follow(home, better)[:, ::-1]]
                    best.steps[self.starts[better]] = places[np.concatenate(ways, axis=1)]


def _some_spots(spots: Spots, chosen: Int64) -> Spots:
    return Spots(spots.nodes[chosen], spots.offsets[chosen], spots.weights[chosen])


def round_tours(metric: Metric, rows: Rows, halves: Halves, spots: Spots | None) -> tuple[Int64, Int32]:
    """The best tours that return.

    Parameters
    ----------
    metric
        The network.
    rows
        All places of all kinds.
    halves
        Where tours are cut, and what may come before and after.
    spots
        Starts; every node where None.

    Returns
    -------
    tuple
        Times, shape (starts,), `INF` where there is none; and the places in the order in which they are
        visited, shape (starts, kinds), -1 where there is none.
    """
    if spots is None:
        nodes = np.stack([np.arange(metric.n), np.full(metric.n, -1)], axis=1).astype(np.int32)
        spots = Spots(nodes, np.zeros_like(nodes), np.ones(metric.n))
    best = _Best(len(spots.nodes), rows.kinds)
    cuts = np.flatnonzero(rows.kind_of == halves.kind).astype(np.int32)
    at_once = max(1, LANES // len(halves.parts))
    if cuts.size <= FEW * at_once or len(spots.nodes) <= FEW:
        everybody = np.arange(len(spots.nodes))
        for first in range(0, cuts.size, at_once):
            _Trial(cuts[first : first + at_once], None, everybody).run(metric, rows, halves, spots, best)
        return best.times, best.steps
    around = _Surroundings(metric, rows, halves.kind, spots)
    some = _Best(len(spots.nodes), rows.kinds)  # found among few places, so that as good ones may be missing
    for chosen in around.first_trials(at_once):
        chosen.run(around.metric, around.rows, halves, around.spots, some)
    for chosen in around.trials(some.times, at_once):
        chosen.run(around.metric, around.rows, halves, around.spots, best)
    return best.times, np.where(best.steps >= 0, around.place_of[best.steps], np.int32(-1))


class _Surroundings:
    """The network as tours that return can use it, and which places are worth a try for whom.

    Attributes
    ----------
    metric, rows, spots
        As given, but nothing leads from one strongly connected part to another.
    place_of
        Number, among the places given, of each place that is left.
    """

    def __init__(self, metric: Metric, rows: Rows, kind: int, spots: Spots) -> None:
        n, places = metric.n, rows.kind_of.size
        ends = np.asarray(spots.nodes)
        joined = ends >= 0
        owner = np.nonzero(joined)[0]
        tails, heads = metric.hierarchy.graph.tails, metric.hierarchy.graph.heads
        weights = metric.weights[metric.hierarchy.graph.arcs]
        spot_node, place_node = owner + n + places, rows.place + n
        near, offsets = ends[joined], np.asarray(spots.offsets)[joined]
        whole = Graph.from_arcs(
            n + places + len(ends),
            np.concatenate([tails, rows.node, place_node, spot_node, near]),
            np.concatenate([heads, place_node, rows.node, near, spot_node]),
            np.concatenate([weights, rows.arrive, rows.leave, offsets, offsets]),
        )
        part = strong_parts(whole)
        inside = np.equal(part[whole.tails], part[whole.heads])
        self._ahead = Graph(whole.indptr, whole.heads, np.where(inside, whole.weights, INF), whole.arcs)
        self._back = self._ahead.reverse()
        crossing = np.not_equal(part[tails], part[heads])
        self.metric = metric
        if crossing.any():
            open_arcs = metric.weights.copy()
            open_arcs[metric.hierarchy.graph.arcs[crossing]] = INF
            self.metric = metric.hierarchy.customize(open_arcs)
        self.place_of, self.rows = _within_parts(rows, part, n)
        usable = joined & (part[np.maximum(ends, 0)] == part[n + places :, None])
        self.spots = Spots(
            np.where(usable, ends, -1).astype(np.int32), np.asarray(spots.offsets), spots.weights
        )
        there = np.zeros((int(part.max(initial=-1)) + 1, rows.kinds), bool)
        there[part[n + self.place_of], self.rows.kind_of] = True
        self._served = np.flatnonzero(np.take(there.all(axis=1), part[n + places :]))
        self._n, self._places, self._kind = n, places, kind
        self._hubs = _Hubs.of(self.rows, self.spots)

    def _in_order(self) -> Int32:
        """Places to cut at, those near each other one after the other."""
        cuts = np.flatnonzero(self.rows.kind_of == self._kind).astype(np.int32)
        ranks = self.metric.hierarchy.ranks[self.rows.node[self.rows.firsts[cuts]]]
        return cuts[np.argsort(ranks, kind="stable")]

    def first_trials(self, at_once: int) -> Iterator[_Trial]:
        """Each start's nearest place to cut at, and around it the nearest of the other kinds."""
        single: dict[Set, list[int]] = {frozenset([kind]): [kind] for kind in range(self.rows.kinds)}
        nearby = []
        for rows, direction in ((self.rows, "to"), (self.rows.turned(), "from")):
            sweeper = Sweeper(self.metric, rows, direction, None)  # type: ignore[arg-type]  # a literal
            sweeper.run(single, [-1], [])
            nearby += [sweeper.rests[-1, chosen].places for chosen in single]
        own = frozenset([self._kind])
        out = Sweeper(self.metric, self.rows, "to", _some_spots(self.spots, self._served))
        out.run({own: [self._kind]}, [-1], [own])
        nearest_cut = out.fields[-1, own].places
        cuts = self._in_order()
        for first in range(0, cuts.size, at_once):
            block = np.sort(cuts[first : first + at_once])
            places = np.unique(np.concatenate([block, *(near[block] for near in nearby)]))
            starts = self._served[np.isin(nearest_cut, block)]
            if starts.size:
                yield _Trial(block, places[places >= 0].astype(np.int32), starts)

    def trials(self, limits: Int64, at_once: int) -> Iterator[_Trial]:
        """What may be better than tours that take `limits`, or as good, shape (spots,)."""
        cuts = self._in_order()
        halves = np.minimum(limits, INF - 1) // 2
        bounds = self._bounds(halves)
        for begin in range(0, cuts.size, _AROUND):
            some = cuts[begin : begin + _AROUND]
            pairs = self._pairs(some, bounds, halves)
            radius = np.full(some.size, -1, np.int64)
            np.maximum.at(radius, pairs[:, 0], halves[pairs[:, 1]])
            visited = self._visits(some, radius)
            for first in range(0, some.size, at_once):
                block = np.arange(first, min(first + at_once, some.size))
                starts = np.unique(pairs[np.isin(pairs[:, 0], block), 1])
                places = np.flatnonzero(visited[:, block].any(axis=1)).astype(np.int32)
                if starts.size:
                    yield _Trial(np.sort(some[block]), np.union1d(places, some[block]), starts)

    def _bounds(self, halves: Int64) -> list[tuple[Graph, Int32]]:
        """For ways to places and back from them: the graph to search, and how far from where it is worth it.

        A search backwards from a place goes on at a node as long as it may still come upon a start: one whose
        half tour is longer than its way to the node and the search's way so far.
        """
        starts = self._served + self._n + self._places
        most = int(halves[self._served].max(initial=0))
        found = []
        for graph, turned in ((self._back, self._ahead), (self._ahead, self._back)):
            spent, _ = nearest(turned, starts, most - halves[self._served], limit=most)
            found.append((graph, np.where(spent == INF, -1, most - spent).astype(np.int32)))
        return found

    def _pairs(self, cuts: Int32, bounds: list[tuple[Graph, Int32]], halves: Int64) -> Int64:
        """Position of a cut and number of a spot, for all within half a tour of each other."""
        seeds = self._n + self.place_of[cuts]
        found = [np.zeros((0, 2), np.int64)]
        for graph, bound in bounds:
            ptr, nodes, times = each_within(
                graph, np.arange(cuts.size + 1), seeds, np.zeros_like(seeds), bound
            )
            whose = np.repeat(np.arange(cuts.size), np.diff(ptr))
            spot = nodes.astype(np.int64) - self._n - self._places
            near = (spot >= 0) & (times <= halves[np.maximum(spot, 0)])
            found.append(np.stack([whose[near], spot[near]], axis=1))
        pairs = np.concatenate(found)
        return pairs[np.isin(pairs[:, 1], self._served)]

    def _visits(self, cuts: Int32, radius: Int64) -> NDArray[np.bool_]:
        """Whether each place is within the radius of each cut, one way or the other; shape (places, cuts)."""
        rows = self.rows
        within = np.zeros((rows.kind_of.size, cuts.size), bool)
        for hubs, direction in ((self._hubs, "to"), (self._hubs.turned(), "from")):
            times = hubs.times(self.metric, cuts, direction, rows.kinds + 1)  # type: ignore[arg-type]  # a literal
            within |= times[: rows.kind_of.size] <= radius
        return within


class _Hubs(NamedTuple):
    """Places, and spots with two ends: what a tour may enter by one node and leave by another."""

    firsts: Int64  # first row of each
    hub: Int32
    node: Int32
    arrive: Int64
    leave: Int64

    @classmethod
    def of(cls, rows: Rows, spots: Spots) -> _Hubs:
        both = np.flatnonzero((np.asarray(spots.nodes) >= 0).all(axis=1))
        node = np.concatenate([rows.node, np.asarray(spots.nodes)[both].ravel()])
        time = np.asarray(spots.offsets)[both].ravel()
        arrive, leave = (np.concatenate([own, time]).astype(np.int64) for own in (rows.arrive, rows.leave))
        hub = np.concatenate([rows.place, np.repeat(np.arange(both.size) + rows.kind_of.size, 2)])
        return cls(
            np.flatnonzero(np.append(True, hub[1:] != hub[:-1])[: hub.size]),
            hub.astype(np.int32), node.astype(np.int32), arrive, leave,
        )  # fmt: skip

    def turned(self) -> _Hubs:
        return self._replace(arrive=self.leave, leave=self.arrive)

    def times(self, metric: Metric, cuts: Int32, direction: Direction, most: int) -> Int64:
        """Least time of each hub to some places by a way through `most` hubs; shape (hubs, cuts)."""
        own = [np.flatnonzero(self.hub == cut) for cut in cuts]
        nodes = [self.node[picked] for picked in own]
        since = [np.minimum(self.arrive[picked], INF).astype(np.int32) for picked in own]
        for _ in range(most):
            here = metric.nearest(nodes, since, direction=direction, at=self.node).astype(np.int64)
            least = np.minimum.reduceat(here + self.leave[:, None], self.firsts)
            through = least[self.hub] + self.arrive[:, None]
            sooner = (through < here) & (through < INF)
            if not sooner.any():
                break
            for lane in range(cuts.size):
                picked = np.flatnonzero(sooner[:, lane])
                nodes[lane] = np.append(nodes[lane], self.node[picked])
                since[lane] = np.append(since[lane], through[picked, lane].astype(np.int32))
        return least


def _within_parts(rows: Rows, part: Int32, n: int) -> tuple[Int32, Rows]:
    """Rows whose node lies in the same part as the place, and the places that have such."""
    keep = np.equal(part[rows.node], part[n + rows.place])
    left = np.unique(rows.place[keep]).astype(np.int32)
    number = np.full(rows.kind_of.size, -1, np.int32)
    number[left] = np.arange(left.size, dtype=np.int32)
    return left, rows.picked(keep, number, left)
