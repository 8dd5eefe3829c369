"""Passes of rows over a hierarchy: up from the sources, then down, by one thread or several."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from . import sweep
from .lanes import ROW_BYTES
from .split import ABOVE
from .workers import THREADED, share

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import DTypeLike, NDArray

    from .graph import Int32, UInt32, UInt64
    from .hierarchy import Hierarchy

Sources = tuple["Int32", "Int32", "Int32"]
"""Node, lane and offset of each source."""

_NO_NODES = np.zeros(0, np.uint32)


class _Lease:
    """Memory that goes back to a shelf when the last array on it is gone.

    The system hands out large pieces of memory page by page and cleared, which takes as long as a quarter of
    the pass that fills them.
    """

    def __init__(self, memory: NDArray[np.uint8], shelf: list[NDArray[np.uint8]]) -> None:
        self._memory, self._shelf = memory, shelf
        self.__array_interface__ = memory.__array_interface__

    def __del__(self) -> None:
        if not self._shelf:
            self._shelf.append(self._memory)


class Passes:
    """What the passes need to know of a hierarchy."""

    def __init__(self, hierarchy: Hierarchy) -> None:
        self.hierarchy = hierarchy
        self.n = hierarchy.n
        self.topology = as_u4(hierarchy.order), as_u4(hierarchy.starts), as_u4(hierarchy.upper_nodes)
        self._shelf: list[NDArray[np.uint8]] = []

    def __getstate__(self) -> dict[str, Any]:
        """Memory that waits to be used again stays here."""
        return {**self.__dict__, "_shelf": []}

    def _together(self, threads: int) -> bool:
        """Whether several threads carry the rows."""
        return threads > 1 and self.n >= THREADED

    def rows(self, dtype: DTypeLike, threads: int, lanes: int | None = None) -> NDArray[Any]:
        """Room for a row per node, each starting on a cache line, and behind them those that threads need."""
        kind = np.dtype(dtype)
        lanes = ROW_BYTES // kind.itemsize if lanes is None else lanes
        n = self.n + (self.hierarchy.split(threads).gathered.size if self._together(threads) else 0)
        spare = ROW_BYTES // kind.itemsize
        raw = self._room(n * lanes + spare, kind)
        skip = (-raw.ctypes.data // kind.itemsize) % spare
        return raw[skip : skip + n * lanes].reshape(n, lanes)

    def _room(self, size: int, kind: np.dtype[Any]) -> NDArray[Any]:
        """Uninitialised numbers; those of the last pass once more where nobody looks at them any longer."""
        size *= kind.itemsize
        try:
            memory = self._shelf.pop()
        except IndexError:
            memory = np.empty(0, np.uint8)
        if memory.size < size:
            memory = np.empty(size, np.uint8)
        return np.asarray(_Lease(memory, self._shelf))[:size].view(kind)

    def times(
        self, block: Sources, up: UInt32, down: UInt32, rows: UInt32, at: Int32 | None, threads: int
    ) -> None:
        """Fill rows of times, all of them or those of the nodes `at`; the others are left as they are."""
        self._carry(sweep.TIME, block, up, down, (rows,), at, threads)

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
        seeds = tuple(part if part.dtype == np.uint64 else as_u4(part) for part in seeds)
        together, arguments = self._together(threads), (*self.topology, down)
        split = self.hierarchy.split(threads if together else 1)
        upper_nodes = self.topology[2]
        marks = split.blank.copy() if together else np.zeros_like(split.blank)
        climb = self._climb(kind, seeds, marks, up, rows)
        if together:
            for some, far in zip(rows, (kind.far, sweep.NOBODY), strict=False):
                some[self.n :] = far
            groups = pairwise(split.bounds.tolist())
            share([partial(climb, *group, split.rows) for group in groups], threads)
            climb(0, self.n, upper_nodes, split.gathered, above=ABOVE)
        else:
            climb(0, self.n, upper_nodes)
        if at is not None or not together:
            kind.descend(split.downward if at is None else self._above(at), *arguments, marks, *rows)
            return
        top, *pieces = split.stretches(8 * threads)
        kind.descend(top, *arguments, marks, *rows)
        share([partial(kind.descend, piece, *arguments, marks, *rows) for piece in pieces], threads)

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
        todo, words = np.empty(self.n, np.int32), marks.view(np.uint64)

        def climb(first: int, last: int, heads: UInt32, gathered: UInt32 = _NO_NODES, above: int = 0) -> None:
            state = marks, words, todo[first:last], gathered, np.zeros(gathered.size, kind.number), kind.far
            network = order, starts, heads, up
            kind.climb(ranks, parents, first, last, above, *state, *network, nodes, *others, *rows)

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
