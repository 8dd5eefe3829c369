"""Candidate changes, the people they are for, and what is found out about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .graph import as_int32

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

    from .graph import Int32


@dataclass(frozen=True, eq=False)
class Changes:
    """Candidate changes, each of one or several arcs.

    Attributes
    ----------
    pointers
        Where the arcs of each change start, shape (c + 1,).
    arcs
        Arcs by their input number, shape (a,).
    weights
        Weight each of them would get, shape (a,). A weight that is not lower than now changes nothing.

    Examples
    --------
    >>> Changes.of([([4, 5], [30, 30]), ([8], [0])]).pointers
    array([0, 2, 3], dtype=int32)
    """

    pointers: Int32
    arcs: Int32
    weights: Int32

    @classmethod
    def of(cls, changes: Iterable[tuple[ArrayLike, ArrayLike]]) -> Changes:
        """Collect changes given as pairs of arcs and their new weights.

        Parameters
        ----------
        changes
            For each change, the arcs it touches (in the order of the input) and their new weights.

        Returns
        -------
        Changes
            All changes in one table.

        Raises
        ------
        ValueError
            A pair whose halves differ in length, or a value out of range.

        Examples
        --------
        >>> changes = Changes.of([([0], [5]), ([1, 2], [3, 3])])
        >>> changes.arcs.tolist()
        [0, 1, 2]
        """
        pairs = []
        for number, (arcs, weights) in enumerate(changes):
            rows = as_int32(arcs, f"arcs of change {number}")
            pairs.append((rows, as_int32(weights, f"weights of change {number}", size=rows.size)))
        pointers = np.zeros(len(pairs) + 1, np.int32)
        np.cumsum([rows.size for rows, _ in pairs], out=pointers[1:])
        none = [np.zeros(0, np.int32)]
        return cls(
            pointers,
            np.concatenate([rows for rows, _ in pairs] or none),
            np.concatenate([weights for _, weights in pairs] or none),
        )


@dataclass(frozen=True, eq=False)
class Spots:
    """Places where people are: each hangs on one or two nodes, usually both ends of the edge it lies on.

    A spot's time is the least over its ends of offset plus the node's time.

    Attributes
    ----------
    nodes
        Shape (p, 2); -1 where there is no second end.
    offsets
        Time between spot and node, shape (p, 2); `INF` where that end cannot be used.
    weights
        People, or whatever is to be summed, shape (p,).
    """

    nodes: Int32
    offsets: Int32
    weights: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Improvements:
    """Every fall of a node's time, one row each, sorted by change, service and node; all of shape (r,).

    Attributes
    ----------
    change
        Number of the change.
    service
        Column of the given times.
    node
        The node.
    time
        Its time after the change.
    """

    change: Int32
    service: Int32
    node: Int32
    time: Int32


@dataclass(frozen=True, eq=False)
class Gains:
    """What each change is worth per service; all of shape (c, k).

    Attributes
    ----------
    saved
        Sum over spots reached before of weight times units of time saved.
    reached
        Weight of spots not reached at all before.
    within
        Weight of spots that were beyond the service's limit, or not reached, and come within it.
    """

    saved: NDArray[np.float64]
    reached: NDArray[np.float64]
    within: NDArray[np.float64]
