"""What is asked of a hierarchy with weights: the nearest sources of services, for all nodes or some."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from .graph import INF, as_int32
from .lanes import KEYS, TIMES
from .readout import tell_keys, tell_named
from .search import as_limit, as_sources
from .workers import THREADED, share, thread_count

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from .compiled import Kernel
    from .graph import Int32, UInt32, UInt64
    from .passes import Passes, Sources

_NONE = np.zeros(0, np.int32)
_LANES = np.arange(TIMES, dtype=np.int32)
"""Numbers of the services of a full row: made again at every call, they show in the time of a small sweep."""


@dataclass(eq=False)
class Seeds:
    """The sources of several services, one service after the other, passed through the gate.

    Attributes
    ----------
    nodes, services, offsets
        Node, number of the service, and offset of each source.
    pointers
        Where the sources of each service start, k + 1 of them.
    """

    nodes: Int32
    services: Int32
    offsets: Int32
    pointers: list[int]

    @classmethod
    def of(cls, n: int, sources: Sequence[ArrayLike], offsets: Sequence[ArrayLike] | None) -> Seeds:
        """Collect sources.

        Parameters
        ----------
        n
            Number of nodes.
        sources
            Nodes of each service's places, one row of numbers per service.
        offsets
            Time from each source to its place, in the same shape; 0 where None.

        Returns
        -------
        Seeds
            All services in one table.

        Raises
        ------
        ValueError
            A source is no node of the network, or the offsets do not match; the message names the positions.

        Examples
        --------
        >>> seeds = Seeds.of(3, [[0, 2]], None)
        >>> sorted(vars(seeds)) if hasattr(seeds, "__dict__") else seeds._fields
        ['nodes', 'offsets', 'pointers', 'services']
        """
        if offsets is not None and len(offsets) != len(sources):
            raise ValueError(f"offsets must be given for {len(sources)} services, not {len(offsets)}")
        wanted = [_row(nodes) for nodes in sources]
        spent = None if offsets is None else [_row(starts) for starts in offsets]
        sizes = [part.size for part in wanted]
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
        lanes = _LANES if len(sizes) == TIMES else np.arange(len(sizes), dtype=np.int32)
        services = lanes.repeat(sizes)
        return cls(nodes, services, starts, [0, *accumulate(sizes)])

    @property
    def count(self) -> int:
        """How many services there are."""
        return len(self.pointers) - 1

    @cached_property
    def numbers(self) -> Int32:
        """Number of each source within its service."""
        firsts = np.array(self.pointers, np.int32)[self.services]
        return np.arange(self.nodes.size, dtype=np.int32) - firsts

    def lanes(self, first: int, count: int) -> Sources:
        """Node, lane and offset of the sources of services first..first + count, a lane for each service.

        Parameters
        ----------
        first, count
            First service, and how many.

        Returns
        -------
        Sources
            Three rows of equal length.
        """
        if self.count <= count:
            return self.nodes, self.services, self.offsets
        some = self._block(first, count)
        lanes = self.services[some] - np.int32(first) if first else self.services[some]
        return self.nodes[some], lanes, self.offsets[some]

    def names(self, first: int, count: int) -> Int32:
        """Numbers of the same sources within their services.

        Parameters
        ----------
        first, count
            First service, and how many.

        Returns
        -------
        Int32
            Position of each source among those of its service.
        """
        return self.numbers[self._block(first, count)]

    def _block(self, first: int, count: int) -> slice:
        return slice(self.pointers[first], self.pointers[min(first + count, self.count)])


def _row(values: ArrayLike) -> NDArray[Any]:
    """As an array of at least one dimension."""
    found = np.asarray(values)
    return found if found.ndim else found.reshape(1)


@dataclass(eq=False)
class Question:
    """The sources of several services, and who wants to know how far they are.

    Attributes
    ----------
    seeds
        The sources.
    nodes
        Who wants to know, shape (t,); everybody where None.
    limit
        Largest time that counts as reached.
    threads
        How many may work on the answer.
    """

    n: int
    seeds: Seeds
    nodes: Int32 | None
    limit: int
    threads: int

    @classmethod
    def of(
        cls,
        n: int,
        sources: Sequence[ArrayLike],
        offsets: Sequence[ArrayLike] | None,
        at: ArrayLike | None,
        radius: int | None,
        threads: int | None,
    ) -> Question:
        """Pass a question through the gate.

        Parameters
        ----------
        n
            Number of nodes.
        sources, offsets
            As in `Seeds.of`.
        at
            Nodes that are asked for; all where None.
        radius
            Largest time that is returned; no limit where None.
        threads
            How many threads share the work; all processors where None.

        Returns
        -------
        Question
            A question whose numbers are all in range.

        Raises
        ------
        ValueError
            A node or a number is out of range; the message names it.
        """
        nodes = None if at is None else as_int32(at, "at", upper=n - 1)
        return cls(n, Seeds.of(n, sources, offsets), nodes, as_limit(radius), thread_count(threads))

    @property
    def _shape(self) -> tuple[int, int]:
        return self.n if self.nodes is None else self.nodes.size, self.seeds.count

    def times(self, passes: Passes, up: UInt32, down: UInt32) -> Int32:
        """Times of the nearest sources.

        Parameters
        ----------
        passes
            Carries the sweeps out.
        up, down
            Weights of the chordal arcs upward and downward.

        Returns
        -------
        Int32
            Shape (nodes asked for, services); `INF` where no source is reached.
        """
        k, found = self.seeds.count, []
        whose = slice(self.n) if self.nodes is None else self.nodes
        for first in range(0, k, TIMES):
            rows = passes.rows(np.uint32, self.threads)
            passes.times(self.seeds.lanes(first, TIMES), up, down, rows, self.nodes, self.threads)
            found.append(rows.view(np.int32)[whose, : k - first])
        if k == TIMES:
            out = found[0]
        else:  # a table of its own, without unused lanes
            out = np.concatenate([np.empty((self._shape[0], 0), np.int32), *found], axis=1)
        if self.limit < INF - 1:
            out[out > self.limit] = INF
        return out

    def named(self, passes: Passes, up: UInt64, down: UInt64) -> tuple[Int32, Int32]:
        """Times and numbers of the nearest sources.

        Parameters
        ----------
        passes
            Carries the sweeps out.
        up, down
            Weights of the chordal arcs, times in the upper half.

        Returns
        -------
        tuple
            Times as `times` returns them, and which source of the service it is, -1 for none.
        """
        answers = np.empty(self._shape, np.int32), np.empty(self._shape, np.int32)
        rows = (passes.rows(np.uint64, self.threads),)
        self._fill(passes.named, tell_named, (up, down), rows, answers)
        return answers

    def along(self, passes: Passes, up: UInt64, down: UInt64) -> tuple[Int32, NDArray[np.int64], Int32]:
        """Times of the nearest sources, lengths of the ways there, and numbers of the sources.

        Parameters
        ----------
        passes
            Carries the sweeps out.
        up, down
            Weights of the chordal arcs, times above and lengths below.

        Returns
        -------
        tuple
            Three tables of shape (nodes asked for, services).
        """
        shape = self._shape
        answers = np.empty(shape, np.int32), np.empty(shape, np.int64), np.empty(shape, np.int32)
        rows = passes.rows(np.uint64, self.threads), passes.rows(np.uint32, self.threads, KEYS)
        self._fill(passes.keys, tell_keys, (up, down), rows, answers)
        return answers

    def _fill(
        self,
        carry: Callable[..., None],
        tell: Kernel[None],
        weights: tuple[UInt64, UInt64],
        rows: tuple[NDArray[Any], ...],
        answers: tuple[NDArray[Any], ...],
    ) -> None:
        """Carry rows for one block of services after the other, and write down what they say."""
        for first in range(0, self.seeds.count, KEYS):
            block, names = self.seeds.lanes(first, KEYS), self.seeds.names(first, KEYS)
            carry(block, names, *weights, rows, self.nodes, self.threads)
            self._tell(tell, first, rows, answers)

    def _tell(
        self,
        tell: Kernel[None],
        first: int,
        rows: tuple[NDArray[Any], ...],
        answers: tuple[NDArray[Any], ...],
    ) -> None:
        """Have a kernel write what the rows say into the columns from `first` on."""
        nodes = np.arange(self.n, dtype=np.int32) if self.nodes is None else self.nodes
        pieces = 4 * self.threads if nodes.size >= THREADED else 1
        edges = np.linspace(0, nodes.size, pieces + 1).astype(int).tolist()
        parts = [slice(*edge) for edge in pairwise(edges)]
        said = first, self.limit, *rows
        share(
            [partial(tell, nodes[part], *said, *(a[part] for a in answers)) for part in parts], self.threads
        )
