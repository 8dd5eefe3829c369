"""Several errands in one go: the fastest way over one place of each kind, for every node at once.

A tour is looked at from its end: what remains to be done once one stands at a place is a number per place,
and one sweep over the network turns these numbers into what remains for every node. So a fixed order of k
kinds takes k sweeps, and the best order one lane of a sweep per set of kinds. A tour that returns to where it
began is cut at a place of the rarest kind: one part leads to it, the other back from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from .graph import INF, as_int32
from .round_tours import Halves, round_tours
from .tour_sweeps import Rows, Sweeper

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from .changes import Spots
    from .graph import Int32
    from .metric import Metric
    from .tour_sweeps import Set

MOST_KINDS = 8
"""Kinds for which the best order is sought: the number of their sets doubles with each."""


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

        Examples
        --------
        >>> stops = Stops.at([4, 9])
        >>> stops.nodes.tolist(), stops.leave.tolist()
        ([4, 9], [0, 0])
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
    rows = Rows.of(metric, kinds)
    everything = frozenset(range(len(kinds)))
    ahead = {frozenset(range(i, len(kinds))): [i] for i in range(len(kinds))}
    if not returning:
        return _open(metric, rows, ahead, everything, spots)
    cut = _rarest(rows)
    before = {frozenset(range(i, cut)): [i] for i in range(cut)}
    after = {frozenset(range(cut + 1, i + 1)): [i] for i in range(cut + 1, len(kinds))}
    halves = Halves(cut, before, after, [frozenset(range(cut))])
    return _tours(rows, *round_tours(metric, rows, halves, spots))


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
    rows = Rows.of(metric, kinds)
    everything = frozenset(range(len(kinds)))
    if not returning:
        return _open(metric, rows, _subsets(everything), everything, spots)
    cut = _rarest(rows)
    others = _subsets(everything - {cut})
    halves = Halves(cut, others, others, [frozenset(), *others])
    return _tours(rows, *round_tours(metric, rows, halves, spots))


def _subsets(everything: Set) -> dict[Set, list[int]]:
    """Each set that is not empty, with the kinds that may be visited first; smaller sets come first."""
    sizes = range(1, len(everything) + 1)
    return {
        frozenset(chosen): list(chosen) for size in sizes for chosen in combinations(sorted(everything), size)
    }


def _rarest(rows: Rows) -> int:
    return int(np.argmin(np.bincount(rows.kind_of, minlength=rows.kinds)))


def _open(
    metric: Metric, rows: Rows, sets: Mapping[Set, list[int]], everything: Set, spots: Spots | None
) -> Tours:
    sweeper = Sweeper(metric, rows, "to", spots)
    sweeper.run(dict(sorted(sets.items(), key=lambda item: len(item[0]))), [-1], [everything])
    field = sweeper.fields[-1, everything]
    steps = np.full((field.times.size, rows.kinds), -1, np.int32)
    reached = np.flatnonzero(field.times < INF)
    steps[reached] = sweeper.follow((-1, everything), reached)
    return _tours(rows, field.times, steps)


def _tours(rows: Rows, times: Int32 | NDArray[np.int64], steps: Int32) -> Tours:
    known = steps >= 0
    kinds = np.full(steps.shape, -1, np.int32)
    places = np.full(steps.shape, -1, np.int32)
    kinds[known] = rows.kind_of[steps[known]]
    places[known] = rows.number[steps[known]]
    return Tours(times.astype(np.int32), kinds, places)
