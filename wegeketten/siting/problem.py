"""A location problem as checked arrays: costs, weights, fixed sites, capacities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

_ROUNDING = 1e-9
"""Relative error of a sum of float64 that a bound must stay clear of."""


@dataclass(frozen=True)
class Problem:
    """Demands, sites and what it costs to serve one from the other.

    Attributes
    ----------
    cost
        float64, shape (sites, demands), contiguous: weight times cost; `penalty` where the pair is forbidden.
    penalty
        More than any answer without forbidden pairs costs.
    fixed
        bool, shape (sites,): sites that are open in every answer.
    load
        float64, shape (demands,): how much of a site's capacity each demand takes.
    capacity
        float64, shape (sites,); None where sites serve any number.
    integral
        Whether every cost is a whole number, so that bounds may be rounded up.
    """

    cost: Floats
    penalty: float
    fixed: NDArray[np.bool_]
    load: Floats
    capacity: Floats | None
    integral: bool

    @property
    def sites(self) -> int:
        """Number of sites."""
        return len(self.cost)

    @property
    def demands(self) -> int:
        """Number of demands."""
        return int(self.cost.shape[1])

    def raised(self, bound: float) -> float:
        """Round a lower bound up to the next value an answer can have, clear of rounding errors.

        Parameters
        ----------
        bound
            No answer costs less.

        Returns
        -------
        float
            At least `bound`.
        """
        if not self.integral:
            return bound
        return float(np.ceil(bound - _ROUNDING * max(1.0, abs(bound)) * 100))

    def take(self, sites: NDArray[np.bool_]) -> Problem:
        """The same problem with some of the sites only.

        Parameters
        ----------
        sites
            Which stay, shape (sites,).

        Returns
        -------
        Problem
            Its columns are numbered anew.
        """
        capacity = None if self.capacity is None else self.capacity[sites]
        return Problem(
            np.ascontiguousarray(self.cost[sites]), self.penalty, self.fixed[sites], self.load, capacity,
            self.integral
        )  # fmt: skip


def cost_matrix(cost: ArrayLike) -> Floats:
    """Check a matrix of costs, one row per demand, one column per site; infinite where a pair is forbidden.

    Parameters
    ----------
    cost
        What serving each demand from each site costs, any unit.

    Returns
    -------
    Floats
        float64, shape (demands, sites).

    Raises
    ------
    UsageError
        It is no matrix, is empty, or holds NaN or negative costs.

    Examples
    --------
    >>> cost_matrix([[1, 2], [3, float("inf")]])
    array([[ 1.,  2.],
           [ 3., inf]])
    """
    matrix = np.asarray(cost, dtype=np.float64)
    if matrix.ndim != 2 or not matrix.size:
        raise UsageError(f"cost: a matrix [demands, sites] is needed, not an array of shape {matrix.shape}")
    if np.isnan(matrix).any() or (matrix < 0).any():
        row, column = np.argwhere(np.isnan(matrix) | (matrix < 0))[0].tolist()
        raise UsageError(
            f"cost[{row}, {column}] is {matrix[row, column]}: costs are 0 or more, infinite where forbidden"
        )
    return matrix


def vector(values: ArrayLike | None, length: int, name: str, default: Floats | float = 1.0) -> Floats:
    """Check numbers of 0 or more, one for each demand or site; one number holds for all of them.

    Parameters
    ----------
    values
        The numbers; `default` where None.
    length
        How many there must be.
    name
        What the values are called in messages.
    default
        One number, or one for each.

    Returns
    -------
    Floats
        float64, shape (length,).

    Raises
    ------
    UsageError
        Not as many numbers as needed, or one that is negative or no number.

    Examples
    --------
    >>> vector(None, 2, "weights", 1.0)
    array([1., 1.])
    """
    array = np.asarray(default if values is None else values, dtype=np.float64)
    if array.ndim == 0:
        array = np.full(length, float(array))
    if array.shape != (length,):
        raise UsageError(f"{name}: {length} numbers are needed, not an array of shape {array.shape}")
    if np.isnan(array).any() or (array < 0).any():
        raise UsageError(f"{name}: numbers of 0 or more are needed")
    return array


def fixed_mask(fixed: Sequence[int] | NDArray[np.integer], sites: int) -> NDArray[np.bool_]:
    """Check columns of sites that are open in every answer.

    Parameters
    ----------
    fixed
        Columns; none where empty.
    sites
        Number of sites.

    Returns
    -------
    ndarray
        bool, shape (sites,).

    Raises
    ------
    UsageError
        A column that does not exist.

    Examples
    --------
    >>> fixed_mask([2], 3)
    array([False, False,  True])
    """
    rows = np.asarray(fixed, dtype=np.int64).ravel()
    if ((rows < 0) | (rows >= sites)).any():
        raise UsageError(f"fixed: columns from 0 to {sites - 1} are needed, not {rows.tolist()}")
    mask = np.zeros(sites, dtype=bool)
    mask[rows] = True
    return mask


def check_count(p: int, fixed: NDArray[np.bool_]) -> None:
    """Check that so many sites can be open, the fixed ones among them.

    Parameters
    ----------
    p
        How many sites are to be open.
    fixed
        Which are open in any case, shape (sites,).

    Raises
    ------
    UsageError
        There are fewer sites, or more fixed ones; or none is to be open.

    Examples
    --------
    >>> import numpy as np
    >>> check_count(2, np.array([True, False, False]))
    """
    if p != int(p) or not max(1, int(fixed.sum())) <= p <= len(fixed):
        raise UsageError(
            f"p = {p}: from {max(1, int(fixed.sum()))} to {len(fixed)} sites can be open, "
            "the fixed ones among them"
        )


def make_problem(
    cost: Floats, weights: Floats, fixed: NDArray[np.bool_], load: Floats, capacity: Floats | None
) -> Problem:
    """Turn checked arrays round, weigh the costs, and put the penalty in place of forbidden pairs.

    Parameters
    ----------
    cost
        Shape (demands, sites), infinite where a pair is forbidden.
    weights
        People of each demand.
    fixed
        Which sites are open in any case.
    load
        What each demand takes of a site's capacity.
    capacity
        Of each site; no limits where None.

    Returns
    -------
    Problem
        Ready for the solvers.

    Examples
    --------
    >>> import numpy as np
    >>> cost = np.array([[1.0, 9.0, 5.0], [9.0, 1.0, 5.0], [4.0, 4.0, 1.0]])
    >>> problem = make_problem(cost, np.ones(3), np.zeros(3, np.bool_), np.ones(3), None)
    >>> problem.raised(5.5)
    6.0
    """
    weighted = np.ascontiguousarray(cost.T)
    forbidden = ~np.isfinite(weighted)
    weighted = np.where(forbidden, 0.0, weighted) * weights
    penalty = float(weighted.max(axis=0).sum()) + 1.0
    weighted[forbidden] = penalty
    integral = bool((weighted == np.floor(weighted)).all())
    return Problem(weighted, penalty, fixed, load, capacity, integral)
