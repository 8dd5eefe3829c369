"""Directed graphs with integer arc weights in compressed rows, and the gate every input passes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from .compiled import b1, i4, i8, kernel, nothing, reads, writes

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Int32: TypeAlias = NDArray[np.int32]
    UInt32: TypeAlias = NDArray[np.uint32]
    UInt64: TypeAlias = NDArray[np.uint64]

INF = 2**31 - 1
"""Time of what is not reached, and weight of an arc that is closed."""

UNIT_S = 0.1
"""Seconds in one unit of time. The searches themselves are free of units."""

_SHOWN = 5
_UNSIGNED: dict[np.dtype[Any], np.dtype[Any]] = {
    np.dtype(np.int32): np.dtype(np.uint32),
    np.dtype(np.int64): np.dtype(np.uint64),
}


def as_int32(values: ArrayLike, name: str, *, upper: int = INF, size: int | None = None) -> Int32:
    """Pass an input through the gate: whole numbers from 0 to `upper` as one contiguous int32 row.

    Parameters
    ----------
    values
        One-dimensional; integers of any width, or floats that are whole numbers.
    name
        What the values are called in messages.
    upper
        Largest value allowed.
    size
        How many there must be; any number where None.

    Returns
    -------
    Int32
        The values, copied only where they are not such a row already.

    Raises
    ------
    ValueError
        Another shape, a fraction, a NaN, a negative value or one beyond `upper`; the message names
        the first positions.

    Examples
    --------
    >>> as_int32([3, 1], "weights")
    array([3, 1], dtype=int32)
    >>> as_int32([3, -1], "weights")
    Traceback (most recent call last):
    ValueError: weights must lie between 0 and 2147483647; not so at 1 (-1)
    """
    raw = np.asarray(values)
    if raw.ndim == 0:
        raw = raw.reshape(1)
    if raw.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, not of shape {raw.shape}")
    if size is not None and raw.size != size:
        raise ValueError(f"{name} must hold {size} values, not {raw.size}")
    if raw.size == 0:
        return np.zeros(0, np.int32)
    if raw.dtype.kind not in "iufb":
        raise ValueError(f"{name} must be whole numbers, not {raw.dtype}")
    if raw.dtype == np.int64 and raw.flags.c_contiguous:  # the usual case, in one go
        narrow = np.empty(raw.size, np.int32)
        if _narrow(raw, upper, narrow):
            return narrow
    bad: NDArray[np.bool_] | None = None
    if raw.dtype.kind == "f":
        bad = ~((raw >= 0) & (raw <= upper) & (np.floor(raw) == raw))
    elif raw.dtype in _UNSIGNED:  # a negative number looks like one beyond INF: one look will do
        bad = None if int(raw.view(_UNSIGNED[raw.dtype]).max()) <= upper else (raw < 0) | (raw > upper)
    elif raw.dtype.kind != "b":
        bad = (raw < 0) | (raw > upper)
    if bad is not None and bad.any():
        where = np.flatnonzero(bad)
        shown = ", ".join(f"{int(i)} ({raw[i]})" for i in where[:_SHOWN])
        more = f" and {where.size - _SHOWN} more" if where.size > _SHOWN else ""
        raise ValueError(f"{name} must lie between 0 and {upper}; not so at {shown}{more}")
    return np.ascontiguousarray(raw, dtype=np.int32)


@kernel(b1, reads(i8), i8, writes(i4))
def _narrow(values: NDArray[np.int64], upper: int, narrow: Int32) -> bool:
    """Copy numbers from 0 to `upper`; return whether all of them were."""
    fits = True
    for i in range(values.size):
        fits &= 0 <= values[i] <= upper
        narrow[i] = values[i]
    return fits


@kernel(nothing, reads(i4), writes(i4), writes(i4))
def _group(keys: Int32, pointers: Int32, order: Int32) -> None:
    """Stable counting sort: positions of `keys` by key, and where each key's run starts."""
    pointers[:] = 0
    for i in range(keys.size):
        pointers[keys[i] + 1] += 1
    for k in range(1, pointers.size):
        pointers[k] += pointers[k - 1]
    for i in range(keys.size):
        k = keys[i]
        order[pointers[k]] = i
        pointers[k] += 1
    for k in range(pointers.size - 1, 0, -1):
        pointers[k] = pointers[k - 1]
    pointers[0] = 0


def group(n: int, keys: Int32) -> tuple[Int32, Int32]:
    """Sort positions by key, stably, in linear time.

    Parameters
    ----------
    n
        Number of possible keys.
    keys
        Values from 0 to n - 1, shape (m,).

    Returns
    -------
    tuple
        Where the run of each key starts, shape (n + 1,), and the positions in order of their key, shape (m,).

    Examples
    --------
    >>> group(3, np.array([2, 0, 2], np.int32))
    (array([0, 1, 1, 3], dtype=int32), array([1, 0, 2], dtype=int32))
    """
    pointers = np.empty(n + 1, np.int32)
    order = np.empty(keys.size, np.int32)
    _group(keys, pointers, order)
    return pointers, order


@kernel(nothing, reads(i4), writes(i4), i8)
def _spread(pointers: Int32, tails: Int32, n: int) -> None:
    for u in range(n):
        tails[pointers[u] : pointers[u + 1]] = u


@dataclass(frozen=True, eq=False)
class Graph:
    """A directed graph in compressed rows; parallel arcs, loops and zero weights are welcome.

    Attributes
    ----------
    indptr
        Where the arcs of each node start, shape (n + 1,).
    heads
        Node each arc leads to, shape (m,).
    weights
        Non-negative weight of each arc, shape (m,); `INF` closes an arc.
    arcs
        Number of each arc in the order in which the arcs were given, shape (m,). For a graph made by
        `from_arcs` these are the rows of its input; every answer that names arcs uses them.

    Raises
    ------
    ValueError
        The arrays do not fit together or hold values out of range; the message names the positions.

    Examples
    --------
    >>> graph = Graph([0, 2, 3, 3], [1, 2, 2], [4, 9, 3])
    >>> graph.n, graph.m
    (3, 3)
    """

    indptr: Int32
    heads: Int32
    weights: Int32
    arcs: Int32 = None  # type: ignore[assignment]  # filled in below

    def __post_init__(self) -> None:
        indptr = as_int32(self.indptr, "indptr")
        if indptr.size == 0 or indptr[0] != 0 or (np.diff(indptr) < 0).any():
            raise ValueError("indptr must start with 0 and never fall")
        m = int(indptr[-1])
        heads = as_int32(self.heads, "heads", upper=indptr.size - 2, size=m)
        weights = as_int32(self.weights, "weights", size=m)
        given: ArrayLike | None = self.arcs
        if given is None:
            arcs = np.arange(m, dtype=np.int32)
        else:
            arcs = as_int32(given, "arcs", upper=max(m - 1, 0), size=m)
            if np.bincount(arcs, minlength=m).max(initial=1) > 1:
                raise ValueError("arcs must name every input arc once")
        for name, value in (("indptr", indptr), ("heads", heads), ("weights", weights), ("arcs", arcs)):
            object.__setattr__(self, name, value)

    @classmethod
    def from_arcs(cls, n: int, tails: ArrayLike, heads: ArrayLike, weights: ArrayLike) -> Graph:
        """Make a graph from a list of arcs; arcs of one node keep the order in which they are given.

        Parameters
        ----------
        n
            Number of nodes.
        tails, heads
            Nodes each arc leaves and enters, shape (m,).
        weights
            Non-negative weights, shape (m,); `INF` closes an arc.

        Returns
        -------
        Graph
            The arcs by the node they leave.

        Raises
        ------
        ValueError
            A node or weight out of range; the message names the arcs.

        Examples
        --------
        >>> graph = Graph.from_arcs(3, [1, 0, 0], [2, 2, 1], [3, 9, 4])
        >>> graph.heads, graph.arcs
        (array([2, 1, 2], dtype=int32), array([1, 2, 0], dtype=int32))
        """
        if not 0 <= n < INF:
            raise ValueError(f"n must lie between 0 and {INF - 1}, not {n}")
        froms = as_int32(tails, "tails", upper=n - 1)
        tos = as_int32(heads, "heads", upper=n - 1, size=froms.size)
        costs = as_int32(weights, "weights", size=froms.size)
        indptr, arcs = group(n, froms)
        return cls._trusted(indptr, tos[arcs], costs[arcs], arcs)

    @classmethod
    def _trusted(cls, indptr: Int32, heads: Int32, weights: Int32, arcs: Int32) -> Graph:
        graph = object.__new__(cls)
        for name, value in (("indptr", indptr), ("heads", heads), ("weights", weights), ("arcs", arcs)):
            object.__setattr__(graph, name, value)
        return graph

    @property
    def n(self) -> int:
        """Number of nodes."""
        return self.indptr.size - 1

    @property
    def m(self) -> int:
        """Number of arcs."""
        return self.heads.size

    @cached_property
    def tails(self) -> Int32:
        """Node each arc leaves, in row order, shape (m,)."""
        tails = np.empty(self.m, np.int32)
        _spread(self.indptr, tails, self.n)
        return tails

    @cached_property
    def positions(self) -> Int32:
        """Row position of each input arc, shape (m,): the inverse of `arcs`."""
        positions = np.empty(self.m, np.int32)
        positions[self.arcs] = np.arange(self.m, dtype=np.int32)
        return positions

    @cached_property
    def input_weights(self) -> Int32:
        """Weights in the order in which the arcs were given, shape (m,)."""
        weights = np.empty(self.m, np.int32)
        weights[self.arcs] = self.weights
        return weights

    def in_input_order(self, values: ArrayLike) -> ArrayLike:
        """Put the graph's own `weights`, which lie in row order, in the order of the input arcs.

        Who writes ``graph.weights`` where input order is asked for means `input_weights`; taken as they lie
        they would silently belong to other arcs. Any other values are returned as they are.

        Parameters
        ----------
        values
            One per arc, in the order of the input arcs, or `weights` or a view of it.

        Returns
        -------
        ArrayLike
            One value per arc, in the order in which arcs were given to `from_arcs`.

        Examples
        --------
        >>> graph = Graph.from_arcs(3, [1, 0, 0], [2, 2, 1], [3, 9, 4])
        >>> graph.weights.tolist(), graph.in_input_order(graph.weights).tolist()
        ([9, 4, 3], [3, 9, 4])
        """
        own = self.weights
        if (
            isinstance(values, np.ndarray)
            and (values.shape, values.strides) == (own.shape, own.strides)
            and values.__array_interface__["data"][0] == own.__array_interface__["data"][0]
        ):
            return self.input_weights
        return values

    def with_weights(self, weights: ArrayLike) -> Graph:
        """Return the same graph with other weights, given in the order of the input arcs.

        Parameters
        ----------
        weights
            Non-negative weights, shape (m,); `INF` closes an arc.

        Returns
        -------
        Graph
            A graph that shares all but the weights with this one.

        Raises
        ------
        ValueError
            Wrong number, or a weight out of range; the message names the arcs.

        Examples
        --------
        >>> graph = Graph.from_arcs(3, [1, 0, 0], [2, 2, 1], [3, 9, 4])
        >>> graph.with_weights([30, 90, 40]).weights
        array([90, 40, 30], dtype=int32)
        """
        costs = as_int32(self.in_input_order(weights), "weights", size=self.m)
        return self._trusted(self.indptr, self.heads, costs[self.arcs], self.arcs)

    def reverse(self) -> Graph:
        """Return the graph with every arc turned round; the input arcs keep their numbers.

        Examples
        --------
        >>> back = Graph.from_arcs(3, [1, 0, 0], [2, 2, 1], [3, 9, 4]).reverse()
        >>> back.tails, back.heads, back.arcs
        (array([1, 2, 2], dtype=int32), array([0, 0, 1], dtype=int32), array([2, 1, 0], dtype=int32))
        """
        indptr, order = group(self.n, self.heads)
        return self._trusted(indptr, self.tails[order], self.weights[order], self.arcs[order])
