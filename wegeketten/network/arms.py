"""What meets at a vertex."""

from __future__ import annotations

from math import atan2
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from wegeketten.model.edges import Kind


class Arm(NamedTuple):
    """One end of an edge at a vertex.

    Attributes
    ----------
    edge
        Row of the draft. Streets with sides have no edge of their own: theirs stands for a piece, and is only
        read by `piece` and made by `of_piece`. It keeps arms in a fixed order.
    at_start
        Whether the edge begins here, else it ends here.
    way
        Row of the list of ways.
    kind, highway, level
        Of the way.
    heading
        Direction in which the arm leaves, radians, mathematical sense.
    node
        Row of the node it ends at now.
    """

    edge: int
    at_start: bool
    way: int
    kind: Kind
    highway: int
    level: float
    heading: float
    node: int

    @property
    def is_edge(self) -> bool:
        """Whether it is an edge of the draft, not a street with sides and no open end."""
        return self.edge >= 0

    @property
    def is_open_end(self) -> bool:
        """Whether it stands for the arm that a dead end does not have."""
        return self.edge == _OPEN_END

    @property
    def piece(self) -> int:
        """Row of the pieces, for an arm of a street with sides."""
        return -1 - self.edge

    @staticmethod
    def of_piece(piece: int) -> int:
        """What stands in `edge` for a piece of a street with sides.

        Parameters
        ----------
        piece
            Number of the piece.

        Returns
        -------
        int
            A negative number, so that it is no row of an edge.

        Examples
        --------
        >>> arm = Arm(Arm.of_piece(3), True, 0, 1, 0, 0.0, 0.0, 0)
        >>> arm.piece, arm.is_edge
        (3, False)
        """
        return -1 - piece

    def opposite(self, heading: float) -> Arm:
        """The open end across from a dead end's only arm.

        Parameters
        ----------
        heading
            Direction of the other arm, radians.

        Returns
        -------
        Arm
            An arm without an edge.

        Examples
        --------
        >>> end = Arm(0, True, 0, 1, 0, 0.0, 0.5, 7).opposite(3.6)
        >>> end.is_open_end, end.heading
        (True, 3.6)
        """
        return self._replace(edge=_OPEN_END, heading=heading)


_OPEN_END = -(1 << 60)
_LOOK_M = 8.0  # the direction an arm takes beyond the mouth's rounding


def heading(line: NDArray[np.float64], at_start: bool, look_m: float = _LOOK_M) -> float:
    """Direction in which a line leaves its first (or last) point, judged over some metres.

    Parameters
    ----------
    line
        Points in metres, shape (points, 2).
    at_start
        Whether at its first point, else at its last.
    look_m
        Metres of the line that count.

    Returns
    -------
    float
        Radians, counted from east against the clock.

    Examples
    --------
    >>> import numpy as np
    >>> heading(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 20.0]]), True, look_m=0.5)
    0.0
    """
    points = line.tolist() if at_start else line[::-1].tolist()
    x0, y0 = points[0]
    gone = 0.0
    x, y = x0, y0
    for nx, ny in points[1:]:
        step = ((nx - x) ** 2 + (ny - y) ** 2) ** 0.5
        if step > 0 and gone + step >= look_m:
            share = (look_m - gone) / step
            x, y = x + share * (nx - x), y + share * (ny - y)
            break
        gone += step
        x, y = nx, ny
    return atan2(y - y0, x - x0)
