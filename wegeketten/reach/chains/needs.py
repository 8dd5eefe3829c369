"""Benches and toilets on the way: what a person needs, and how far it is between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.model.ranges import within

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEAR_M = {"bench": 25.0, "toilet": 50.0}
"""How far from the way, as the crow flies, a bench or a toilet still is on the way; an assumption."""


class Needs(NamedTuple):
    """What a person needs on the way; None is no need.

    Attributes
    ----------
    bench_every_m
        Longest way between two benches, metres. Home and the places visited count as benches.
    toilet_every_min
        Longest time between two toilets, minutes. Home counts as one.
    """

    bench_every_m: float | None = None
    toilet_every_min: float | None = None

    def checked(self) -> Needs:
        """Itself, once both are numbers above 0.

        Raises
        ------
        UsageError
            One is not.
        """
        within(self.bench_every_m, "--bench-every", 0, 1e6, above=True)
        within(self.toilet_every_min, "--toilet-every", 0, 1e5, above=True)
        return self


def longest_gap(positions: NDArray[np.float64], total: float) -> float:
    """Longest stretch without a rest on a way of `total`, rests at `positions`, both ends being rests.

    Parameters
    ----------
    positions
        Where the rests are, in any unit from the start.
    total
        Length of the way in the same unit.

    Returns
    -------
    float
        In the same unit.

    Examples
    --------
    >>> longest_gap(np.array([120.0, 400.0]), 500.0)
    280.0
    """
    return float(np.diff(np.concatenate([[0.0], np.sort(positions), [total]])).max())
