"""The elimination tree cut for threads: subtrees that do not touch one another, and the ranks above them.

And the order in which rows are carried down, by one thread or several.
"""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .compiled import i1, i4, kernel, nothing, reads, writes
from .elimination import subtree_sizes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .graph import Int32, UInt32
    from .hierarchy import Hierarchy

_ALONE = 10
"""Parts sought for a single thread, which runs through one after the other."""

_EACH = 1.5
"""Parts sought for each of several: more share the work more evenly, fewer leave less above them."""

BELOW, ABOVE = 1, 2
"""Marks of ranks a pass has reached: one in a part, one above the parts (where 3 is one that is reached)."""


_STRETCH = 8192
"""Ranks among which those with an arc or two come last, which then need no loop and surprise no processor.
The rows of so many stay in the second cache meanwhile."""


class Downward(NamedTuple):
    """Ranks in an order in which each comes after all it leads up to.

    Attributes
    ----------
    ranks
        The ranks.
    turns
        Places among them where ranks with any number of arcs give way to ranks with one or two, and back,
        in turn; the last is their number.
    """

    ranks: UInt32
    turns: Int32

    @classmethod
    def plain(cls, ranks: Int32) -> Downward:
        """Descending ranks as they are.

        Parameters
        ----------
        ranks
            Ranks, highest first.

        Returns
        -------
        Downward
            One run, with nothing to skip.
        """
        return cls(ranks.view(np.uint32), np.array([ranks.size, ranks.size], np.int32))


class Split:
    """An elimination tree cut into parts, which are subtrees, and the ranks above them.

    Neighbouring parts form a *group*: a stretch of ranks that one thread carries up. What a group brings to
    the ranks above goes to spare rows of its own, so that no two threads write to one row.

    Parameters
    ----------
    hierarchy
        Whose ranks.
    threads
        How many will share them.

    Attributes
    ----------
    firsts, lasts
        First rank of each part, and its last rank + 1.
    tops
        Ranks above the parts, ascending.
    """

    def __init__(self, hierarchy: Hierarchy, threads: int) -> None:
        self.hierarchy = hierarchy
        parents = hierarchy.parents
        self._groups = 2 * threads
        parts = _ALONE if threads == 1 else round(_EACH * threads)
        self.firsts, self.lasts, self.tops = _cut(parents, max(1, parents.size // parts))
        self._stretches: dict[int, list[Downward]] = {}

    @cached_property
    def _from_top(self) -> Int32:
        """All ranks from the top down: those above the parts, then part by part. Shape (n,)."""
        pieces = [self.tops[::-1]] + [
            np.arange(last - 1, first - 1, -1, dtype=np.int32)
            for first, last in zip(self.firsts, self.lasts, strict=True)
        ]
        return np.concatenate(pieces).astype(np.int32)

    @cached_property
    def downward(self) -> Downward:
        """All ranks from the top down, part by part; of a stretch those with an arc or two last."""
        return self._sorted(self._from_top)

    def _sorted(self, ranks: Int32) -> Downward:
        """Ranks from the top down, those with an arc or two after the others within each stretch."""
        stretch = np.arange(ranks.size, dtype=np.int32) // _STRETCH
        turn = 2 * stretch + self._simple[ranks]
        last = int(stretch[-1]) if ranks.size else -1
        order = np.argsort(turn, kind="stable")
        ends = np.cumsum(np.bincount(turn, minlength=2 * last + 2))
        return Downward(ranks[order].view(np.uint32), ends.astype(np.int32))

    @cached_property
    def _simple(self) -> NDArray[np.bool_]:
        """Ranks with an arc or two, and nothing but such ranks below them."""
        arcs = np.diff(self.hierarchy.starts)
        simple: NDArray[np.bool_] = (arcs == 1) | (arcs == 2)
        _keep_whole(self.hierarchy.parents, simple.view(np.int8))
        return simple

    def cuts(self, pieces: int) -> list[tuple[int, int]]:
        """Whole parts in about as many pieces as asked for: first and last + 1 among all their ranks.

        Parameters
        ----------
        pieces
            How many are wanted; at least 1.

        Returns
        -------
        list of tuple
            Stretches that follow each other and leave nothing out.
        """
        edges = np.append(0, np.cumsum(self.lasts - self.firsts))
        bounds = edges[np.unique(np.searchsorted(edges, np.linspace(0, edges[-1], pieces + 1)))]
        return list(pairwise(bounds.tolist()))

    def stretches(self, pieces: int) -> list[Downward]:
        """Ranks from the top down, as `downward`: those above the parts, then parts in about as many pieces.

        The pieces are independent; the largest come first, so that threads that share them end together.

        Parameters
        ----------
        pieces
            How many are wanted; at least 1.

        Returns
        -------
        list of Downward
            What is above first: all others need it.
        """
        found = self._stretches.get(pieces)
        if found is None:
            above, below = self._from_top[: self.tops.size], self._from_top[self.tops.size :]
            parts = sorted((below[a:b] for a, b in self.cuts(pieces)), key=len, reverse=True)
            found = [self._sorted(part) for part in (above, *parts)]
            self._stretches[pieces] = found
        return found

    @cached_property
    def blank(self) -> NDArray[np.int8]:
        """Marks of a pass by several threads before it begins, shape (n,)."""
        marks = np.zeros(self.hierarchy.n, np.int8)
        marks[self.tops] = ABOVE
        return marks

    @cached_property
    def bounds(self) -> Int32:
        """First rank of each group, and n: groups with about as many arcs each. Shape (g + 1,)."""
        starts = self.hierarchy.starts
        arcs = np.append(0, np.cumsum(starts[self.lasts] - starts[self.firsts] + 1))
        cuts = np.unique(np.searchsorted(arcs, np.linspace(0, arcs[-1], self._groups + 1)[1:-1]))
        inner = self.firsts[cuts[cuts < self.firsts.size]]
        return np.concatenate([[0], inner[inner > 0], [self.hierarchy.n]]).astype(np.int32)

    @cached_property
    def _spares(self) -> tuple[UInt32, UInt32]:
        hierarchy, tops = self.hierarchy, self.tops
        above = self.blank == ABOVE
        arcs = np.flatnonzero(above[hierarchy.uppers] & ~above[hierarchy.lowers])
        group = np.searchsorted(self.bounds, hierarchy.lowers[arcs], "right") - 1
        pairs = group * tops.size + np.searchsorted(tops, hierarchy.uppers[arcs])
        distinct, spare = np.unique(pairs, return_inverse=True)
        rows = hierarchy.upper_nodes.copy()
        rows[arcs] = hierarchy.n + spare
        gathered = hierarchy.order[tops[distinct % tops.size]] if distinct.size else tops[:0]
        return rows.view(np.uint32), gathered.view(np.uint32)

    @property
    def rows(self) -> UInt32:
        """Row each upward arc leads to when groups climb side by side: a node's, or a spare one from n on."""
        return self._spares[0]

    @property
    def gathered(self) -> UInt32:
        """Node whose row the content of each spare row belongs to, shape (s,)."""
        return self._spares[1]


def _cut(parents: Int32, size: int) -> tuple[Int32, Int32, Int32]:
    """Largest subtrees of at most `size` ranks, and all ranks above."""
    sizes = subtree_sizes(parents)
    small = sizes <= size
    above = parents.copy()
    inner = parents >= 0
    above[inner] = small[parents[inner]]
    roots = np.flatnonzero(small & ~(inner & (above == 1)))
    lasts = (roots + 1).astype(np.int32)
    return lasts - sizes[roots], lasts, np.flatnonzero(~small).astype(np.int32)


@kernel(nothing, reads(i4), writes(i1))
def _keep_whole(parents: Int32, simple: NDArray[np.int8]) -> None:
    """Take the mark from whatever is above a rank without it."""
    for x in range(parents.size):
        if parents[x] >= 0 and simple[x] == 0:
            simple[parents[x]] = 0
