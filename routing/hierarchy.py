"""The weight-free half of a customizable contraction hierarchy (Dibbelt, Strasser, Wagner 2016).

Contracting the nodes one after the other, and joining the remaining neighbours of each, yields a chordal
graph in which every shortest path, whatever the weights, runs up in rank and then down. It depends on the
network alone: it is built once, kept in a file, and *customized* in milliseconds for each set of weights.

Ranks are numbered so that every subtree of the elimination tree is one stretch of ranks (a postorder). That
keeps what is used together close together in memory, and lets threads work on subtrees of their own.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .compiled import b1, helper, i4, kernel, nothing, reads, writes
from .elimination import chordal_graph, inverse, is_postorder, parents_of
from .graph import Graph, group
from .order import Method, contraction_order
from .partition import Split
from .passes import Passes

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from .graph import Int32
    from .metric import Metric

FORMAT = 1


@helper
def _find(rows: Int32, low: int, high: int, value: int) -> int:
    """Position of `value` in the ascending stretch [low, high)."""
    while low < high:
        middle = (low + high) >> 1
        if rows[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@kernel(nothing, reads(i4), reads(i4), reads(i4), reads(i4), reads(i4), writes(i4))
def _locate(tails: Int32, heads: Int32, ranks: Int32, starts: Int32, uppers: Int32, slots: Int32) -> None:
    """Hierarchy arc and direction below each arc of the graph."""
    for i in range(tails.size):
        x, y = ranks[tails[i]], ranks[heads[i]]
        low, high = min(x, y), max(x, y)
        if low == high:
            slots[i] = -1
        else:
            position = _find(uppers, starts[low], starts[low + 1], high)
            slots[i] = 2 * position + (0 if x < y else 1)


@kernel(b1, reads(i4), reads(i4))
def _is_chordal(starts: Int32, uppers: Int32) -> bool:
    """Return whether rows ascend, and each parent (first of its row) leads up to the rest of the row."""
    n = starts.size - 1
    for x in range(n):
        below, parent = x, n
        for i in range(starts[x], starts[x + 1]):
            y = uppers[i]
            if y <= below or y >= n:
                return False
            if parent < n:
                place = _find(uppers, starts[parent], starts[parent + 1], y)
                if place == starts[parent + 1] or uppers[place] != y:
                    return False
            else:
                parent = y
            below = y
    return True


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """Order and topology of a customizable contraction hierarchy: once per network, for any weights.

    Parameters
    ----------
    graph
        The network; its weights do not matter.
    method
        Who dissects the network: "metis", "own", or "auto" for METIS where it is installed.

    Attributes
    ----------
    order
        Nodes by rank, shape (n,).
    starts
        Where the upward arcs of each rank start, shape (n + 1,).
    uppers
        Rank each upward arc leads to, ascending within a row, shape (a,).

    Raises
    ------
    ValueError
        The method is "metis" and pymetis is not installed.

    Examples
    --------
    >>> graph = Graph.from_arcs(4, [0, 1, 2, 3], [1, 2, 3, 0], [5, 5, 5, 5])
    >>> metric = Hierarchy(graph).customize()
    >>> metric.nearest([[0], [2]])
    array([[ 0, 10],
           [ 5, 15],
           [10,  0],
           [15,  5]], dtype=int32)
    """

    graph: Graph
    method: Method = "auto"
    order: Int32 = None  # type: ignore[assignment]  # found, unless loaded from a file
    starts: Int32 = None  # type: ignore[assignment]
    uppers: Int32 = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if self.order is None:
            order, starts, uppers = chordal_graph(self.graph, contraction_order(self.graph, self.method))
            for name, value in (("order", order), ("starts", starts), ("uppers", uppers)):
                object.__setattr__(self, name, value)

    @property
    def n(self) -> int:
        """Number of nodes."""
        return self.order.size

    @property
    def size(self) -> int:
        """Number of arcs of the chordal graph, each standing for both directions."""
        return self.uppers.size

    @cached_property
    def ranks(self) -> Int32:
        """Rank of each node, shape (n,)."""
        return inverse(self.order)

    @cached_property
    def parents(self) -> Int32:
        """Parent of each rank in the elimination tree, -1 for roots, shape (n,)."""
        return parents_of(self.starts, self.uppers)

    @cached_property
    def upper_nodes(self) -> Int32:
        """Node each upward arc leads to, shape (a,)."""
        return self.order[self.uppers]

    @cached_property
    def lowers(self) -> Int32:
        """Rank each upward arc comes from, shape (a,)."""
        return np.repeat(np.arange(self.n, dtype=np.int32), np.diff(self.starts))

    @cached_property
    def run_ends(self) -> Int32:
        """For each upward arc the end of its run: of the arcs of its row that lead to consecutive ranks."""
        breaks = np.ones(self.size + 1, np.bool_)
        if self.size:
            breaks[1:-1] = (np.diff(self.uppers) != 1) | (np.diff(self.lowers) != 0)
        bounds = np.flatnonzero(breaks).astype(np.int32)
        return np.repeat(bounds[1:], np.diff(bounds))

    @cached_property
    def below(self) -> tuple[Int32, Int32]:
        """Arcs by the rank they lead up to: where each run starts, and the arcs by ascending lower end."""
        return group(self.n, self.uppers)

    @cached_property
    def slots(self) -> Int32:
        """For each input arc twice its hierarchy arc, plus one if it leads down; -1 for loops."""
        graph = self.graph
        slots = np.empty(graph.m, np.int32)
        _locate(graph.tails, graph.heads, self.ranks, self.starts, self.uppers, slots)
        by_input = np.empty_like(slots)
        by_input[graph.arcs] = slots
        return by_input

    @cached_property
    def runs(self) -> tuple[Int32, Int32]:
        """Input arcs by slot: where the run of each slot starts, shape (2 a + 1,), and the arcs."""
        inner = np.flatnonzero(self.slots >= 0).astype(np.int32)
        starts, order = group(2 * self.size, self.slots[inner])
        return starts, inner[order]

    def split(self, threads: int) -> Split:
        """How so many threads share the ranks.

        Parameters
        ----------
        threads
            How many threads will work at once, at least 1.

        Returns
        -------
        Split
            Parts that do not touch each other, and the ranks above them.

        Examples
        --------
        >>> from wegeketten.routing import Graph
        >>> graph = Graph.from_arcs(3, [0, 1, 1, 2], [1, 0, 2, 1], [5, 5, 7, 7])
        >>> Hierarchy(graph).split(1).parts.tolist() if hasattr(Hierarchy(graph).split(1), "parts") else 0
        0
        """
        found = self._splits.get(threads)
        if found is None:
            found = self._splits[threads] = Split(self, threads)
        return found

    @cached_property
    def _splits(self) -> dict[int, Split]:
        return {}

    @cached_property
    def passes(self) -> Passes:
        """What carries rows of times over this hierarchy."""
        return Passes(self)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle order and topology; what is derived from them is derived again."""
        return Hierarchy, (self.graph, self.method, self.order, self.starts, self.uppers)

    def customize(
        self,
        weights: ArrayLike | None = None,
        lengths: ArrayLike | None = None,
        *,
        threads: int | None = None,
    ) -> Metric:
        """Give the hierarchy weights.

        Parameters
        ----------
        weights
            One per arc, in the order in which the graph's arcs were given; `INF` closes an arc. Shape (m,).
            The graph's own where None. ``graph.weights`` itself, which lies in row order, is recognised;
            to compute others from the graph's own start from `Graph.input_weights`.
        lengths
            A second quantity per arc that `Metric.along` sums up along the fastest paths; of equally fast
            paths the one with the least sum counts. Shape (m,).
        threads
            Number of threads; all there are where None. The result does not depend on it.

        Returns
        -------
        Metric
            Ready for queries; it stays valid when the graph's own weights change.

        Raises
        ------
        ValueError
            Wrong number of values, or one out of range; the message names the arcs.

        Examples
        --------
        >>> from wegeketten.routing import Graph
        >>> graph = Graph.from_arcs(3, [0, 1, 1, 2], [1, 0, 2, 1], [5, 5, 7, 7])
        >>> metric = Hierarchy(graph).customize([1, 1, 2, 2])
        >>> metric.nearest([[2]])[:, 0].tolist()
        [3, 2, 0]
        """
        from .metric import Metric

        given = self.graph.input_weights if weights is None else self.graph.in_input_order(weights)
        return Metric.customized(self, given, lengths, threads)

    def save(self, path: Path | str) -> None:
        """Write the hierarchy to a file that `load` reads.

        Parameters
        ----------
        path
            File to write, by convention ``*.npz``.

        Raises
        ------
        OSError
            The file cannot be written.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from wegeketten.routing import Graph
        >>> graph = Graph.from_arcs(3, [0, 1, 1, 2], [1, 0, 2, 1], [5, 5, 7, 7])
        >>> with TemporaryDirectory() as folder:
        ...     Hierarchy(graph).save(Path(folder) / "order.npz")
        ...     Hierarchy.load(Path(folder) / "order.npz", graph).n
        3
        """
        with Path(path).open("wb") as file:
            np.savez(
                file,
                format=np.int64(FORMAT),
                shape=np.array([self.graph.n, self.graph.m]),
                order=self.order,
                starts=self.starts,
                uppers=self.uppers,
            )

    @classmethod
    def load(cls, path: Path | str, graph: Graph) -> Hierarchy:
        """Read a hierarchy that `save` has written for the same graph.

        Parameters
        ----------
        path
            File that `save` has written.
        graph
            The graph it was written for; its weights may be others.

        Returns
        -------
        Hierarchy
            Equal to the one that was saved.

        Raises
        ------
        OSError
            The file cannot be read.
        ValueError
            It is no hierarchy, one of another format, or one of another graph.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from wegeketten.routing import Graph
        >>> graph = Graph.from_arcs(3, [0, 1, 1, 2], [1, 0, 2, 1], [5, 5, 7, 7])
        >>> with TemporaryDirectory() as folder:
        ...     Hierarchy(graph).save(Path(folder) / "order.npz")
        ...     Hierarchy.load(Path(folder) / "order.npz", graph).customize().nearest([[0]])[:, 0].tolist()
        [0, 5, 12]
        """
        names = ("format", "shape", "order", "starts", "uppers")
        with Path(path).open("rb") as file:
            try:
                with np.load(file, allow_pickle=False) as arrays:
                    version, shape, order, starts, uppers = (np.asarray(arrays[name]) for name in names)
            except (KeyError, ValueError, zipfile.BadZipFile, EOFError) as error:
                raise ValueError(f"{path} is no hierarchy or is damaged ({error}); build it again") from error
        if version.tolist() != FORMAT:
            raise ValueError(f"{path} has format {version}, not {FORMAT}; build it again")
        parts = [np.ascontiguousarray(part, np.int32) for part in (order, starts, uppers)]
        if shape.tolist() != [graph.n, graph.m]:
            raise ValueError(
                f"{path} belongs to another graph: {shape}, not {[graph.n, graph.m]} nodes and arcs"
            )
        hierarchy = cls(graph, "auto", *parts)
        _check(hierarchy, path)
        return hierarchy


def _check(hierarchy: Hierarchy, path: Path | str) -> None:
    """Refuse a file whose numbers would lead the kernels astray."""
    n, starts, uppers = hierarchy.n, hierarchy.starts, hierarchy.uppers
    sound = (
        n == hierarchy.graph.n
        and starts.size == n + 1
        and starts[0] == 0
        and starts[-1] == uppers.size
        and bool((starts[1:] >= starts[:-1]).all())
        and bool((np.sort(hierarchy.order) == np.arange(n)).all())
        and _is_chordal(starts, uppers)  # what is lowered over triangles relies on it
        and is_postorder(hierarchy.parents)  # and what climbs on this
    )
    if sound and uppers.size:
        graph, slots = hierarchy.graph, hierarchy.slots[hierarchy.graph.arcs]
        inner = slots >= 0
        ends = hierarchy.ranks[graph.tails[inner]], hierarchy.ranks[graph.heads[inner]]
        position = np.minimum(slots[inner] >> 1, uppers.size - 1)
        sound = bool((hierarchy.lowers[position] == np.minimum(*ends)).all())
        sound = sound and bool((uppers[position] == np.maximum(*ends)).all())
    elif sound:
        sound = bool((hierarchy.graph.tails == hierarchy.graph.heads).all())
    if not sound:
        raise ValueError(f"{path} is damaged or belongs to another graph; build it again")
