"""A way through the network as parts of edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Path(NamedTuple):
    """Parts of edges, one after the other; equally long arrays.

    Attributes
    ----------
    edge
        Rows of the edge table.
    start, end
        Where on the edge each part starts and ends, 0 at u, 1 at v.
    ahead
        Whether it follows the drawing direction.
    off_m
        Metres between a door and the edge that come on top.
    units
        Time in units of 0.1 s.
    """

    edge: NDArray[np.int64]
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    ahead: NDArray[np.bool_]
    off_m: NDArray[np.float64]
    units: NDArray[np.int64]
