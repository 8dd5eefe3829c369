"""Passes of rows over a hierarchy: up from the sources, then down, by one thread or several."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from . import sweep
from .compiled import sealed
from .lanes import ROW_BYTES
from .partition import Downward
from .workers import THREADED, share

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import DTypeLike, NDArray

    from .graph import Int32, UInt32, UInt64
    from .hierarchy import Hierarchy

Sources = tuple["Int32", "Int32", "Int32"]
"""Node, lane and offset of each source."""

_NO_NODES, _NO_RANKS = np.zeros(0, np.uint32), np.zeros(0, np.int32)


class _Memory:
    """A piece of memory that begins on a cache line."""

    def __init__(self, size: int) -> None:
        self._kept = np.empty(size + ROW_BYTES, np.uint8)
        self.size, address = size, self._kept.ctypes.data
        self.address = address + -address % ROW_BYTES
        self._tables: dict[tuple[tuple[int, int], str], dict[str, Any]] = {}

    def table(self, shape: tuple[int, int], kind: np.dtype[Any]) -> dict[str, Any]:
        """How numpy learns of a table that lies here."""
        found = self._tables.get((shape, kind.char))
        if found is None:  # to write this down takes as long as a tenth of a small pass
            found = {"data": (self.address, False), "shape": shape, "typestr": kind.str, "version": 3}
            self._tables = {(shape, kind.char): found}
        return found


class _Shelf:
    """Memory of passes whose answers nobody looks at any longer.

    The system hands out large pieces of memory page by page and cleared, which takes as long as a quarter of
    the pass that fills them.
    """

    def __init__(self) -> None:
        self._free: dict[int, _Memory] = {}

    def take(self, shape: tuple[int, int], kind: np.dtype[Any]) -> NDArray[Any]:
        """Room for a table, not cleared; it comes back when the last array made of it is gone."""
        size = shape[0] * shape[1] * kind.itemsize
        memory = self._free.pop(size, None) or _Memory(size)
        return np.asarray(_Lease(memory, self, memory.table(shape, kind)))

    def put_back(self, memory: _Memory) -> None:
        """Keep a piece for the next pass: one of each size, and of two sizes at most.

        Of many that come back together the first stays. It is the newest, at the end of the heap, which would
        otherwise go back to the system page by page.
        """
        if len(self._free) > 1 and memory.size not in self._free:
            self._free.clear()
        self._free.setdefault(memory.size, memory)


class _Lease:
    """What an array holds on to instead of its memory, to learn when that is free again."""

    def __init__(self, memory: _Memory, shelf: _Shelf, table: dict[str, Any]) -> None:
        self._memory, self._shelf, self.__array_interface__ = memory, shelf, table

    def __del__(self) -> None:
        self._shelf.put_back(self._memory)


class Passes:
    """What the passes need to know of a hierarchy."""

    def __init__(self, hierarchy: Hierarchy) -> None:
        self.hierarchy = hierarchy
        self.n = hierarchy.n
        self.topology = as_u4(hierarchy.order), as_u4(hierarchy.starts), as_u4(hierarchy.upper_nodes)
        self._shelf = _Shelf()

    def __getstate__(self) -> dict[str, Any]:
        """Memory that waits to be used again stays here."""
        return {**self.__dict__, "_shelf": _Shelf()}

    def _together(self, threads: int) -> bool:
        """Whether several threads carry the rows."""
        return threads > 1 and self.n >= THREADED

    def rows(self, dtype: DTypeLike, threads: int, lanes: int | None = None) -> NDArray[Any]:
        """Room for a row per node, each starting on a cache line, and behind them those that threads need.

        Parameters
        ----------
        dtype
            Type of a lane.
        threads
            How many threads will work at once; each needs rows of its own.
        lanes
            Lanes per row; those of a times row where None.

        Returns
        -------
        ndarray
            Not set to anything; memory of an earlier answer where that has been given back.
        """
        kind, n = np.dtype(dtype), self.n
        if self._together(threads):
            n += self.hierarchy.split(threads).gathered.size
        return self._shelf.take((n, ROW_BYTES // kind.itemsize if lanes is None else lanes), kind)

    def times(
        self, block: Sources, up: UInt32, down: UInt32, rows: UInt32, at: Int32 | None, threads: int
    ) -> None:
        """Fill rows of times, all of them or those of the nodes `at`; the others are left as they are.

        Parameters
        ----------
        block
            Sources of as many services as a row has lanes.
        up, down
            Weights of the chordal arcs upward and downward.
        rows
            The rows that are filled.
        at
            Ranks that are asked for; all where None.
        threads
            How many threads share the work.
        """
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
        """Fill rows of times with the numbers of their sources in the lower half, as `times` does.

        Parameters
        ----------
        block
            Sources of as many services as a row has lanes.
        numbers
            What each source is called.
        up, down
            Weights of the chordal arcs, times in the upper half.
        rows
            The rows that are filled.
        at
            Ranks that are asked for; all where None.
        threads
            How many threads share the work.
        """
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
        """Fill rows of keys and of the numbers of their sources, as `times` does.

        Parameters
        ----------
        block
            Sources of as many services as a row has lanes.
        numbers
            What each source is called.
        up, down
            Weights of the chordal arcs, times above and lengths below.
        rows
            The rows that are filled, keys and numbers of sources.
        at
            Ranks that are asked for; all where None.
        threads
            How many threads share the work.
        """
        nodes, lanes, starts = block
        values = starts.astype(np.uint64) << np.uint64(32)
        self._carry(sweep.KEY, (nodes, lanes, values, as_u4(numbers)), up, down, rows, at, threads)

    def _carry(
        self,
        kind: sweep.SweepKind,
        seeds: tuple[NDArray[Any], ...],
        up: NDArray[Any],
        down: NDArray[Any],
        rows: tuple[NDArray[Any], ...],
        at: Int32 | None,
        threads: int,
    ) -> None:
        """Carry rows up from the seeds, then down to every node or to those asked for."""
        arguments, upper_nodes = (*self.topology, down), self.topology[2]
        if not self._together(threads):
            marks = np.zeros(self.n, np.int8)
            self._climb(kind, seeds, marks, up, rows)(0, self.n, upper_nodes)
            todo = self.hierarchy.split(1).downward if at is None else Downward.plain(self._above(at))
            kind.descend(*todo, *arguments, marks, *rows)
            return
        split = self.hierarchy.split(threads)
        marks = split.blank.copy()
        climb = self._climb(kind, seeds, marks, up, rows)
        for some, far in zip(rows, (kind.far, sweep.NOBODY), strict=False):
            some[self.n :] = far
        share([partial(climb, *group, split.rows) for group in pairwise(split.bounds.tolist())], threads)
        if split.tops.size:
            climb(0, self.n, upper_nodes, split.gathered, split.tops)
        if at is not None:
            kind.descend(*Downward.plain(self._above(at)), *arguments, marks, *rows)
            return
        top, *pieces = split.stretches(8 * threads)
        kind.descend(*top, *arguments, marks, *rows)
        share([partial(kind.descend, *piece, *arguments, marks, *rows) for piece in pieces], threads)

    def _climb(
        self,
        kind: sweep.SweepKind,
        seeds: tuple[NDArray[Any], ...],
        marks: NDArray[np.int8],
        up: NDArray[Any],
        rows: tuple[NDArray[Any], ...],
    ) -> Callable[..., None]:
        """Climb of ranks first..last over these rows: of all, of one group, or of those above the groups."""
        order, starts, _ = map(sealed, self.topology)
        nodes, lanes, values, *names = map(sealed, seeds)
        ranks, parents = self.hierarchy.ranks[nodes], sealed(self.hierarchy.parents)
        ascending, todo = np.sort(ranks), np.empty(self.n, np.int32)
        named = names[0] if names else sealed(_NO_NODES)
        sources = sweep.Seeds(sealed(ranks), sealed(ascending), nodes, lanes, values, named)
        weights = sealed(up)

        def climb(
            first: int, last: int, heads: UInt32, gathered: UInt32 = _NO_NODES, tops: Int32 = _NO_RANKS
        ) -> None:
            span = sweep.RankRange(first, last, sealed(tops), parents, marks, todo[first:last])
            free = np.zeros(gathered.size, kind.number)
            arcs = sweep.Arcs(order, starts, sealed(heads), weights, sealed(gathered), sealed(free))
            kind.climb(sources, span, arcs, kind.far, *rows)

        return climb

    def _above(self, nodes: Int32) -> Int32:
        """Ranks at or above the given nodes, descending."""
        hierarchy = self.hierarchy
        found = np.empty(self.n, np.int32)
        marks = np.zeros(self.n, np.int8)
        count = sweep.mark_ancestors(hierarchy.ranks[nodes], hierarchy.parents, marks, found)
        return found[:count][::-1].copy()


def as_u4(array: Int32) -> UInt32:
    """See an array of numbers that are not negative as unsigned, as kernels index fastest.

    Parameters
    ----------
    array
        Non-negative numbers.

    Returns
    -------
    UInt32
        A view of the same memory.

    Examples
    --------
    >>> import numpy as np
    >>> as_u4(np.array([1, 2], np.int32)).dtype.name
    'uint32'
    """
    return array.view(np.uint32)
