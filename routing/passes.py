"""Passes of rows over a hierarchy: up from the sources, then down, by one thread or several."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import sweep
from .lanes import ROW_BYTES
from .split import Downward
from .workers import THREADED, share

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import DTypeLike, NDArray

    from .graph import Int32, UInt32, UInt64
    from .hierarchy import Hierarchy

Sources = tuple["Int32", "Int32", "Int32"]
"""Node, lane and offset of each source."""

_NO_NODES, _NO_RANKS = np.zeros(0, np.uint32), np.zeros(0, np.int32)


class _Lease:
    """Rows that go back to a shelf when the last array made of them is gone.

    The system hands out large pieces of memory page by page and cleared, which takes as long as a quarter of
    the pass that fills them.
    """

    def __init__(self, rows: _Shelved, shelf: list[_Shelved]) -> None:
        self._rows, self._shelf = rows, shelf
        self.__array_interface__ = rows.interface

    def __del__(self) -> None:
        if not self._shelf:
            self._shelf.append(self._rows)


class _Shelved(NamedTuple):
    """Rows nobody looks at, and how numpy is told where they are."""

    rows: NDArray[Any]
    interface: dict[str, Any]


class Passes:
    """What the passes need to know of a hierarchy."""

    def __init__(self, hierarchy: Hierarchy) -> None:
        self.hierarchy = hierarchy
        self.n = hierarchy.n
        self.topology = as_u4(hierarchy.order), as_u4(hierarchy.starts), as_u4(hierarchy.upper_nodes)
        self._shelf: list[_Shelved] = []

    def __getstate__(self) -> dict[str, Any]:
        """Memory that waits to be used again stays here."""
        return {**self.__dict__, "_shelf": []}

    def _together(self, threads: int) -> bool:
        """Whether several threads carry the rows."""
        return threads > 1 and self.n >= THREADED

    def rows(self, dtype: DTypeLike, threads: int, lanes: int | None = None) -> NDArray[Any]:
        """Room for a row per node, each starting on a cache line, and behind them those that threads need."""
        kind = np.dtype(dtype)
        spare = ROW_BYTES // kind.itemsize
        shape = self.n, spare if lanes is None else lanes
        if self._together(threads):
            shape = self.n + self.hierarchy.split(threads).gathered.size, shape[1]
        try:  # those of the last pass once more, where they fit
            shelved = self._shelf.pop()
        except IndexError:
            shelved = None
        if shelved is None or shelved.rows.shape != shape or shelved.rows.dtype != kind:
            raw = np.empty(shape[0] * shape[1] + spare, kind)
            skip = (-raw.ctypes.data // kind.itemsize) % spare
            rows = raw[skip : skip + shape[0] * shape[1]].reshape(shape)
            shelved = _Shelved(rows, rows.__array_interface__)
        return np.asarray(_Lease(shelved, self._shelf))

    def times(
        self, block: Sources, up: UInt32, down: UInt32, rows: UInt32, at: Int32 | None, threads: int
    ) -> None:
        """Fill rows of times, all of them or those of the nodes `at`; the others are left as they are."""
        self._carry(sweep.TIME, (block[0], block[1], as_u4(block[2])), up, down, (rows,), at, threads)

    def named(
        self,
        block: Sources,
        numbers: Int32,
        up: UInt64,
        down: UInt64,
        rows: tuple[UInt64],
        at: Int32 | None,
        threads: int,
    ) -> None:
        """Fill rows of times with the numbers of their sources in the lower half, as `times` does."""
        nodes, lanes, starts = block
        values = starts.astype(np.uint64) << np.uint64(32) | numbers.astype(np.uint64)
        self._carry(sweep.NAMED, (nodes, lanes, values), up, down, rows, at, threads)

    def keys(
        self,
        block: Sources,
        numbers: Int32,
        up: UInt64,
        down: UInt64,
        rows: tuple[UInt64, UInt32],
        at: Int32 | None,
        threads: int,
    ) -> None:
        """Fill rows of keys and of the numbers of their sources, as `times` does."""
        nodes, lanes, starts = block
        values = starts.astype(np.uint64) << np.uint64(32)
        self._carry(sweep.KEY, (nodes, lanes, values, as_u4(numbers)), up, down, rows, at, threads)

    def _carry(
        self,
        kind: sweep.Kind,
        seeds: tuple[NDArray[Any], ...],
        up: NDArray[Any],
        down: NDArray[Any],
        rows: tuple[NDArray[Any], ...],
        at: Int32 | None,
        threads: int,
    ) -> None:
        """Carry rows up from the seeds, then down to every node or to those asked for."""
        together, arguments = self._together(threads), (*self.topology, down)
        split = self.hierarchy.split(threads if together else 1)
        upper_nodes = self.topology[2]
        marks = split.blank.copy() if together else np.zeros(split.blank.size, np.int8)
        climb = self._climb(kind, seeds, marks, up, rows)
        if together:
            for some, far in zip(rows, (kind.far, sweep.NOBODY), strict=False):
                some[self.n :] = far
            groups = pairwise(split.bounds.tolist())
            share([partial(climb, *group, split.rows) for group in groups], threads)
            if split.tops.size:
                climb(0, self.n, upper_nodes, split.gathered, split.tops)
        else:
            climb(0, self.n, upper_nodes)
        if at is not None or not together:
            todo = split.downward if at is None else Downward.plain(self._above(at))
            kind.descend(*todo, *arguments, marks, *rows)
            return
        top, *pieces = split.stretches(8 * threads)
        kind.descend(*top, *arguments, marks, *rows)
        share([partial(kind.descend, *piece, *arguments, marks, *rows) for piece in pieces], threads)

    def _climb(
        self,
        kind: sweep.Kind,
        seeds: tuple[NDArray[Any], ...],
        marks: NDArray[np.int8],
        up: NDArray[Any],
        rows: tuple[NDArray[Any], ...],
    ) -> Callable[..., None]:
        """Climb of ranks first..last over these rows: of all, of one group, or of those above the groups."""
        hierarchy = self.hierarchy
        order, starts, _ = self.topology
        nodes, *others = seeds
        ranks, parents = hierarchy.ranks[nodes], hierarchy.parents
        ascending, todo = ranks.copy(), np.empty(self.n, np.int32)
        ascending.sort()

        def climb(
            first: int, last: int, heads: UInt32, gathered: UInt32 = _NO_NODES, tops: Int32 = _NO_RANKS
        ) -> None:
            state = tops, marks, todo[first:last], gathered, np.zeros(gathered.size, kind.number), kind.far
            network = order, starts, heads, up
            kind.climb(ranks, ascending, parents, first, last, *state, *network, nodes, *others, *rows)

        return climb

    def _above(self, nodes: Int32) -> Int32:
        """Ranks at or above the given nodes, descending."""
        hierarchy = self.hierarchy
        found = np.empty(self.n, np.int32)
        marks = np.zeros(self.n, np.int8)
        count = sweep.mark_ancestors(hierarchy.ranks[nodes], hierarchy.parents, marks, found)
        return found[:count][::-1].copy()


def as_u4(array: Int32) -> UInt32:
    """See an array of numbers that are not negative as unsigned, as kernels index fastest."""
    return array.view(np.uint32)
