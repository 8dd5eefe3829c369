"""What a location model answers: open sites, who goes where, the value and the proof of how good it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Siting:
    """Answer of a location model.

    Attributes
    ----------
    open
        int64: columns of the open sites, ascending; fixed sites are among them.
    assigned
        int64, shape (demands,): the open site that serves each demand, -1 where none does.
    value
        Objective of this answer.
    bound
        What no answer can do better than: at most `value` where the model minimises, at least where it
        maximises.

    Examples
    --------
    >>> import numpy as np
    >>> Siting(np.array([1]), np.array([1, 1]), value=103.0, bound=100.0).gap
    0.02912621359223301
    """

    open: NDArray[np.int64]
    assigned: NDArray[np.int64]
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """Share by which the value may fall short of the best possible, 0 where it is proven best."""
        difference = abs(self.value - self.bound)
        if difference == 0:
            return 0.0
        return difference / max(abs(self.value), abs(self.bound))


def snapped(bound: float, value: float) -> float:
    """A bound that differs from the value by rounding errors only is the value.

    Parameters
    ----------
    bound
        What no answer can exceed, or fall below.
    value
        Of the answer that was found.

    Returns
    -------
    float
        `value` where they are equal but for rounding, else `bound`.

    Examples
    --------
    >>> snapped(3.0000000000001, 3.0), snapped(2.9, 3.0)
    (3.0, 2.9)
    """
    return value if abs(bound - value) <= 1e-9 * max(1.0, abs(value)) else bound
