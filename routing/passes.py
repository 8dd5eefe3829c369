"""Passes of rows over a hierarchy: up from the sources, then down, by one thread or several."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from . import sweep
from .lanes import TIMES
from .search import as_sources
from .workers import THREADED, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from .compiled import Kernel
    from .graph import Int32, UInt32
    from .hierarchy import Hierarchy

Sources = tuple["Int32", "Int32", "Int32", "Int32"]
"""Node, lane, number within its service, and offset of each source."""

_NONE = np.zeros(0, np.int32)
_HALF = TIMES // 2
BOTH = 2  # in place of the number of a half


class Passes:
    """What the passes need to know of a hierarchy."""

    def __init__(self, hierarchy: Hierarchy) -> None:
        self.hierarchy = hierarchy
        self.n = hierarchy.n
        self.topology = as_u4(hierarchy.order), as_u4(hierarchy.starts), as_u4(hierarchy.upper_nodes)

    def times(
        self, block: Sources, up: UInt32, down: UInt32, rows: UInt32, at: Int32 | None, threads: int
    ) -> None:
        """Fill rows of times, all of them or those of the nodes `at`; the others are left as they are."""
        flags = np.zeros(self.n, np.int8)

        def climb(half: int) -> None:
            seeds = block if half == BOTH else tuple(part[block[1] // _HALF == half] for part in block)
            nodes, lanes, _, starts = seeds
            if nodes.size:
                marks, todo = self.ancestors(nodes)
                sweep.climb_times(
                    half, todo, *self.topology, up, as_u4(nodes), as_u4(lanes), as_u4(starts), rows
                )
                climbed[half] = marks

        climbed: dict[int, NDArray[np.int8]] = {}
        if threads > 1 and self.n >= THREADED:
            share([partial(climb, half) for half in (0, 1)], threads)
        else:
            climb(BOTH)
        for half, marks in climbed.items():
            flags |= marks * np.int8(half + 1)  # bit by half: 0 → 1, 1 → 2, both → 3
        self._descend(sweep.descend_times, (*self.topology, down, flags, rows), at, threads)

    def keys(
        self,
        block: Sources,
        up: NDArray[np.uint64],
        down: NDArray[np.uint64],
        rows: tuple[NDArray[np.uint64], UInt32],
        at: Int32 | None,
        threads: int,
    ) -> None:
        """Fill rows of keys and of the numbers of their sources, as `times` does."""
        nodes, lanes, numbers, starts = block
        climbed, todo = self.ancestors(nodes)
        seeds = as_u4(nodes), as_u4(lanes), as_u4(numbers), as_u4(starts)
        sweep.climb_keys(todo, *self.topology, up, *seeds, *rows)
        self._descend(sweep.descend_keys, (*self.topology, down, climbed, *rows), at, threads)

    def ancestors(self, nodes: Int32) -> tuple[NDArray[np.int8], Int32]:
        """Flags of the ranks at or above the given nodes, and those ranks ascending."""
        hierarchy = self.hierarchy
        marks = np.zeros(-(-self.n // 8) * 8, np.int8)
        found = np.empty(self.n, np.int32)
        words = marks.view(np.uint64)
        count = sweep.mark_ancestors(nodes, hierarchy.ranks, hierarchy.parents, marks, words, found)
        return marks[: self.n], found[:count]

    def _descend(
        self, run: Kernel[None], arguments: tuple[object, ...], at: Int32 | None, threads: int
    ) -> None:
        """Run a kernel over ranks from the top down: those on top first, then subtrees side by side."""
        if at is not None:
            run(self.ancestors(at)[1][::-1].copy(), *arguments)
            return
        downward = self.hierarchy.downward
        if threads == 1 or self.n < THREADED:
            run(downward, *arguments)
            return
        firsts, lasts, tops = self.hierarchy.parts
        run(downward[: tops.size], *arguments)
        edges = tops.size + np.append(0, np.cumsum(lasts - firsts))
        bounds = edges[np.unique(np.searchsorted(edges, np.linspace(tops.size, self.n, 8 * threads + 1)))]
        share([partial(run, downward[a:b], *arguments) for a, b in pairwise(bounds)], threads)


def as_u4(array: Int32) -> UInt32:
    """See an array of numbers that are not negative as unsigned, as kernels index fastest."""
    return array.view(np.uint32)


def aligned(n: int, lanes: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Rows that each start on a cache line."""
    spare = 64 // dtype.itemsize
    raw = np.empty(n * lanes + spare, dtype)
    skip = (-raw.ctypes.data // dtype.itemsize) % spare
    return raw[skip : skip + n * lanes].reshape(n, lanes)


@dataclass(frozen=True, eq=False)
class Seeds:
    """The sources of several services, one service after the other, passed through the gate.

    Attributes
    ----------
    nodes, numbers, offsets
        Node, number within its service, and offset of each source.
    pointers
        Where the sources of each service start, shape (k + 1,).
    """

    nodes: Int32
    numbers: Int32
    offsets: Int32
    pointers: Int32

    @classmethod
    def of(cls, n: int, sources: Sequence[ArrayLike], offsets: Sequence[ArrayLike] | None) -> Seeds:
        """Collect sources.

        Raises
        ------
        ValueError
            A source is no node of the network, or the offsets do not match; the message names the positions.
        """
        if offsets is not None and len(offsets) != len(sources):
            raise ValueError(f"offsets must be given for {len(sources)} services, not {len(offsets)}")
        wanted = [np.atleast_1d(np.asarray(nodes)) for nodes in sources]
        spent = None if offsets is None else [np.atleast_1d(np.asarray(starts)) for starts in offsets]
        sizes = [part.size for part in wanted]
        pointers = np.zeros(len(sizes) + 1, np.int32)
        np.cumsum(sizes, out=pointers[1:])
        try:  # all at once, which is several times faster than one by one
            if spent is not None and sizes != [part.size for part in spent]:
                raise ValueError("offsets do not match")
            nodes, starts = as_sources(
                n,
                np.concatenate([_NONE, *wanted]),
                None if spent is None else np.concatenate([_NONE, *spent]),
            )
        except ValueError:
            pairs = [
                as_sources(n, part, None if spent is None else spent[j]) for j, part in enumerate(wanted)
            ]  # raises, with positions as the caller knows them
            nodes, starts = (np.concatenate([_NONE, *parts]) for parts in zip(*pairs, strict=True))
        numbers = np.arange(nodes.size, dtype=np.int32) - np.repeat(pointers[:-1], sizes)
        return cls(nodes, numbers, starts, pointers)

    @property
    def services(self) -> int:
        """How many services there are."""
        return self.pointers.size - 1

    def lanes(self, first: int, count: int) -> Sources:
        """Sources of services first..first + count, each service in a lane of its own."""
        begin, *_, end = bounds = self.pointers[first : first + count + 1]
        lanes = np.repeat(np.arange(bounds.size - 1, dtype=np.int32), np.diff(bounds))
        return self.nodes[begin:end], lanes, self.numbers[begin:end], self.offsets[begin:end]
