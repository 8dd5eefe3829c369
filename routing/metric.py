"""A hierarchy with weights, and what can be asked of it for all nodes at once."""

from __future__ import annotations

from functools import cached_property, partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from . import customize
from .graph import INF, as_int32
from .lanes import TIMES
from .passes import as_u4
from .query import Question
from .sweep import UNREACHED
from .workers import share, thread_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from .graph import Int32, UInt32, UInt64
    from .hierarchy import Hierarchy

Direction = Literal["from", "to"]


class Metric:
    """A hierarchy with weights; made by `Hierarchy.customize`.

    Attributes
    ----------
    hierarchy
        Order and topology.
    weights
        Weight of each input arc, shape (m,).
    lengths
        Second quantity of each input arc, shape (m,), or None.
    pairs
        Least weight of each hierarchy arc, alternating upward and downward, shape (2 a,).
    """

    def __init__(self, hierarchy: Hierarchy, weights: Int32, lengths: Int32 | None, pairs: UInt32) -> None:
        self.hierarchy = hierarchy
        self.weights = weights
        self.lengths = lengths
        self.pairs = pairs

    @classmethod
    def customized(
        cls, hierarchy: Hierarchy, weights: ArrayLike, lengths: ArrayLike | None, threads: int | None
    ) -> Metric:
        """See `Hierarchy.customize`.

        Parameters
        ----------
        hierarchy
            Order and chordal graph.
        weights
            One per arc in the order of the input, shape (m,); `INF` closes an arc.
        lengths
            Second quantity per arc, such as metres; none where None.
        threads
            How many threads share the work; all processors where None.

        Returns
        -------
        Metric
            The hierarchy with these weights.
        """
        m = hierarchy.graph.m
        costs = as_int32(weights, "weights", size=m).copy()  # `update` must not reach the caller's array
        extra = None if lengths is None else as_int32(lengths, "lengths", size=m)
        pairs = np.empty(2 * hierarchy.size, np.uint32)
        customize.lay_times(hierarchy.slots, costs.view(np.uint32), np.uint32(INF), pairs)
        customize.enumerate_triangles(
            customize.triangles_times, hierarchy, np.uint32(INF), pairs, thread_count(threads)
        )
        return cls(hierarchy, costs, extra, pairs)

    @property
    def n(self) -> int:
        """Number of nodes."""
        return self.hierarchy.n

    @cached_property
    def up(self) -> UInt32:
        """Weight of each hierarchy arc upward, shape (a,)."""
        return self.pairs[0::2].copy()

    @cached_property
    def down(self) -> UInt32:
        """Weight of each hierarchy arc downward, shape (a,)."""
        return self.pairs[1::2].copy()

    @cached_property
    def _key_pairs(self) -> NDArray[np.uint64]:
        """As `pairs`, with the time in the upper and the length in the lower half."""
        if self.lengths is None:
            return self.pairs.astype(np.uint64) << np.uint64(32)
        hierarchy = self.hierarchy
        keys = (self.weights.astype(np.uint64) << np.uint64(32)) | self.lengths.astype(np.uint64)
        keys[self.weights == INF] = UNREACHED
        pairs = np.empty(2 * hierarchy.size, np.uint64)
        customize.lay_keys(hierarchy.slots, keys, UNREACHED, pairs)
        customize.enumerate_triangles(
            customize.triangles_keys, hierarchy, UNREACHED, pairs, thread_count(None)
        )
        return pairs

    @cached_property
    def _up_keys(self) -> NDArray[np.uint64]:
        return self._key_pairs[0::2].copy()

    @cached_property
    def _down_keys(self) -> NDArray[np.uint64]:
        return self._key_pairs[1::2].copy()

    @overload
    def nearest(
        self,
        sources: Sequence[ArrayLike],
        offsets: Sequence[ArrayLike] | None = ...,
        *,
        direction: Direction = ...,
        radius: int | None = ...,
        at: ArrayLike | None = ...,
        with_source: Literal[False] = ...,
        threads: int | None = ...,
    ) -> Int32: ...
    @overload
    def nearest(
        self,
        sources: Sequence[ArrayLike],
        offsets: Sequence[ArrayLike] | None = ...,
        *,
        direction: Direction = ...,
        radius: int | None = ...,
        at: ArrayLike | None = ...,
        with_source: Literal[True],
        threads: int | None = ...,
    ) -> tuple[Int32, Int32]: ...
    def nearest(
        self,
        sources: Sequence[ArrayLike],
        offsets: Sequence[ArrayLike] | None = None,
        *,
        direction: Direction = "from",
        radius: int | None = None,
        at: ArrayLike | None = None,
        with_source: bool = False,
        threads: int | None = None,
    ) -> Int32 | tuple[Int32, Int32]:
        """Time between every node and the nearest source of each of k services.

        Parameters
        ----------
        sources
            For each service its nodes, any number.
        offsets
            For each service the time already spent at each source; zero where None.
        direction
            "from" the source to the node, or from the node "to" the source.
        radius
            Nodes further than this count as not reached.
        at
            Nodes to answer for, shape (t,), which then stand for n below; all where None. Far fewer than all
            are answered in a fraction of the time.
        with_source
            Also return which source it is.
        threads
            Number of threads; all there are where None. The result does not depend on it.

        Returns
        -------
        NDArray
            Times, shape (n, k), `INF` where not reached. With `with_source` also the position of the nearest
            source within its service, shape (n, k), the smallest among equals, -1 where not reached.

        Raises
        ------
        ValueError
            A source is no node of the network, or the offsets do not match.

        Examples
        --------
        >>> from wegeketten.routing import Graph, Hierarchy
        >>> graph = Graph.from_arcs(3, [0, 1, 2], [1, 2, 0], [5, 5, 5])
        >>> metric = Hierarchy(graph).customize(graph.input_weights)
        >>> metric.nearest([[0], [1, 2]], direction="to", with_source=True)
        (array([[ 0,  5],
               [10,  0],
               [ 5,  0]], dtype=int32), array([[0, 0],
               [0, 0],
               [0, 1]], dtype=int32))
        """
        question = Question.of(self.n, sources, offsets, at, radius, threads)
        passes = self.hierarchy.passes
        if with_source:
            return question.named(passes, *_turned(direction, self, "_up_named", "_down_named"))
        return question.times(passes, *_turned(direction, self, "up", "down"))

    def along(
        self,
        sources: Sequence[ArrayLike],
        offsets: Sequence[ArrayLike] | None = None,
        *,
        direction: Direction = "from",
        radius: int | None = None,
        at: ArrayLike | None = None,
        threads: int | None = None,
    ) -> tuple[Int32, NDArray[np.int64], Int32]:
        """Time to the nearest source, the sum of lengths along the way there, and which source it is.

        Of several fastest ways the one with the least sum counts, and of several sources the first one that
        can be reached so; the answer does not depend on how nodes or arcs are numbered.

        Parameters
        ----------
        sources, offsets, direction, radius, at, threads
            As in `nearest`. Offsets add to the time, not to the length.

        Returns
        -------
        tuple
            Times, lengths (-1 where not reached) and positions of the sources, all of shape (n, k).

        Raises
        ------
        ValueError
            As in `nearest`, or the hierarchy was customized without lengths.

        Examples
        --------
        >>> from wegeketten.routing import Graph, Hierarchy
        >>> graph = Graph.from_arcs(3, [0, 1, 1, 2], [1, 0, 2, 1], [5, 5, 7, 7])
        >>> times, lengths, source = Hierarchy(graph).customize(lengths=[50, 50, 70, 70]).along([[0]])
        >>> times[:, 0].tolist(), lengths[:, 0].tolist()
        ([0, 5, 12], [0, 50, 120])
        """
        if self.lengths is None:
            raise ValueError("customize the hierarchy with lengths to sum them up along paths")
        question = Question.of(self.n, sources, offsets, at, radius, threads)
        passes = self.hierarchy.passes
        found = question.along(passes, *_turned(direction, self, "_up_keys", "_down_keys"))
        if self._in_doubt:
            times = question.times(passes, *_turned(direction, self, "up", "down"))
            if (times != found[0]).any():
                raise ValueError("the lengths along a fastest path exceed 2**32; use a coarser unit")
        return found

    @cached_property
    def _in_doubt(self) -> bool:
        """Whether the lengths along some path might need more than the lower half of a key.

        No path is as long as the longest arcs out of all nodes together, which settles it for networks of a
        town's size. In a larger one nobody walks that far either, and each answer shows it: a key is the
        sum of ``time · 2**32 + length``, so lengths that overflow show as a time that is not the least one.
        """
        if self.lengths is None:
            return False
        graph = self.hierarchy.graph
        longest = np.zeros(self.n, np.int64)
        np.maximum.at(longest, graph.tails[graph.positions], self.lengths)
        return int(longest.sum()) >= 2**32

    def with_lengths(self, lengths: ArrayLike) -> Metric:
        """Return the same metric with a second quantity per input arc, as `Hierarchy.customize` takes it.

        Parameters
        ----------
        lengths
            Non-negative whole numbers, shape (m,), in the order of the input arcs.

        Returns
        -------
        Metric
            A metric that shares its weights with this one.

        Raises
        ------
        ValueError
            Wrong number of values, or one out of range.

        Examples
        --------
        >>> from wegeketten.routing import Graph, Hierarchy
        >>> graph = Graph.from_arcs(3, [0, 1, 1, 2], [1, 0, 2, 1], [5, 5, 7, 7])
        >>> metric = Hierarchy(graph).customize().with_lengths([50, 50, 70, 70])
        >>> metric.along([[0]])[1][:, 0].tolist()
        [0, 50, 120]
        """
        extra = as_int32(lengths, "lengths", size=self.weights.size)
        return Metric(self.hierarchy, self.weights.copy(), extra, self.pairs.copy())

    def copy(self) -> Metric:
        """Return a metric of its own that `update` can change without touching this one."""
        return Metric(self.hierarchy, self.weights.copy(), self.lengths, self.pairs.copy())

    def update(self, arcs: ArrayLike, weights: ArrayLike) -> int:
        """Change the weights of a few arcs in place, in time that grows with what changes.

        Parameters
        ----------
        arcs
            Arcs by their input number, shape (c,); an arc named twice gets the last weight.
        weights
            Their new weights, higher or lower, shape (c,).

        Returns
        -------
        int
            Number of hierarchy arcs whose weight has changed.

        Raises
        ------
        ValueError
            An arc does not exist, or a weight is out of range; the message names the positions.

        Examples
        --------
        >>> from wegeketten.routing import Graph, Hierarchy
        >>> graph = Graph.from_arcs(3, [0, 1, 2], [1, 2, 0], [5, 5, 5])
        >>> metric = Hierarchy(graph).customize(graph.input_weights)
        >>> metric.update([1], [2])
        1
        >>> metric.nearest([[0]]).ravel()
        array([0, 5, 7], dtype=int32)
        """
        rows = as_int32(arcs, "arcs", upper=self.weights.size - 1)
        costs = as_int32(weights, "weights", size=rows.size)
        hierarchy = self.hierarchy
        self.weights[rows] = costs
        slots = hierarchy.slots[rows]
        count = int(
            customize.amend(
                slots[slots >= 0] >> 1,
                *(as_u4(hierarchy.starts), as_u4(hierarchy.uppers), as_u4(hierarchy.lowers)),
                *(as_u4(hierarchy.below[0]), as_u4(hierarchy.below[1]), *hierarchy.runs, self.weights),
                *(np.zeros(hierarchy.size, np.int8), np.empty(hierarchy.size, np.int64), self.pairs),
            )
        )
        for name in ("up", "down", "_up_named", "_down_named", "_key_pairs", "_up_keys", "_down_keys"):
            self.__dict__.pop(name, None)
        return count

    def table(
        self,
        sources: ArrayLike,
        targets: ArrayLike,
        *,
        threads: int | None = None,
    ) -> Int32:
        """Time from every source to every target.

        Parameters
        ----------
        sources, targets
            Nodes, shape (s,) and (t,).
        threads
            Number of threads; all there are where None. The result does not depend on it.

        Returns
        -------
        NDArray
            Shape (s, t); `INF` where there is no path.

        Raises
        ------
        ValueError
            One of them is no node of the network.

        Examples
        --------
        >>> from wegeketten.routing import Graph, Hierarchy
        >>> graph = Graph.from_arcs(3, [0, 1, 2], [1, 2, 0], [5, 6, 7])
        >>> Hierarchy(graph).customize(graph.input_weights).table([0, 2], [0, 1, 2])
        array([[ 0,  5, 11],
               [ 7, 12,  0]], dtype=int32)
        """
        froms = as_int32(sources, "sources", upper=self.n - 1)
        tos = as_int32(targets, "targets", upper=self.n - 1)
        table = np.empty((froms.size, tos.size), np.int32)
        passes = self.hierarchy.passes
        up, down = self.up, self.down
        spare: SimpleQueue[UInt32] = SimpleQueue()
        count = thread_count(threads)
        for _ in range(min(count, max(1, froms.size // TIMES))):
            spare.put(passes.rows(np.uint32, 1))

        def piece(first: int) -> None:
            rows = spare.get()
            nodes = froms[first : first + TIMES]
            lanes = np.arange(nodes.size, dtype=np.int32)
            passes.times((nodes, lanes, 0 * lanes), up, down, rows, tos, 1)
            table[first : first + TIMES] = rows[tos, : nodes.size].T.view(np.int32)
            spare.put(rows)

        share([partial(piece, first) for first in range(0, froms.size, TIMES)], count)
        return table

    def route(self, source: int, target: int) -> tuple[int, Int32]:
        """Find one shortest path.

        Parameters
        ----------
        source, target
            Its two ends.

        Returns
        -------
        tuple
            Its time, and its arcs in order by their input numbers. `INF` and no arcs where there is no path.

        Raises
        ------
        ValueError
            One of the ends is no node of the network.

        Examples
        --------
        >>> from wegeketten.routing import Graph, Hierarchy
        >>> graph = Graph.from_arcs(3, [0, 1, 2], [1, 2, 0], [5, 6, 7])
        >>> Hierarchy(graph).customize(graph.input_weights).route(2, 1)
        (12, array([2, 0], dtype=int32))
        """
        from .unpack import route

        return route(self, source, target)

    @cached_property
    def _up_named(self) -> UInt64:
        return self.up.astype(np.uint64) << np.uint64(32)

    @cached_property
    def _down_named(self) -> UInt64:
        return self.down.astype(np.uint64) << np.uint64(32)


def _turned(direction: Direction, metric: Metric, up: str, down: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Weights upward and downward as seen in a direction."""
    if direction not in ("from", "to"):
        raise ValueError(f"direction must be 'from' or 'to', not {direction!r}")
    names = (up, down) if direction == "from" else (down, up)
    return getattr(metric, names[0]), getattr(metric, names[1])
