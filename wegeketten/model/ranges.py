"""The one gate for numbers that users and programs give: within their range, and a number at all."""

from __future__ import annotations

import math
from typing import TypeVar

from wegeketten.errors import UsageError

Number = TypeVar("Number", int, float)


def within(
    value: Number | None, name: str, low: float, high: float = math.inf, *, above: bool = False
) -> Number | None:
    """Hand a number on, once it lies in its range; None, where nothing was given, is handed on too.

    Parameters
    ----------
    value
        What was given.
    name
        How the user calls it, such as ``--budget``.
    low, high
        Least and greatest number allowed; infinity itself never is.
    above
        Whether `low` itself is too little.

    Returns
    -------
    Number or None
        The number as it was given.

    Raises
    ------
    UsageError
        It is no number, or lies outside.

    Examples
    --------
    >>> within(3, "-n", 1)
    3
    >>> within(float("nan"), "--walk", 0)
    Traceback (most recent call last):
    ...
    wegeketten.errors.UsageError: --walk nan: give a number of 0 or more
    """
    if value is None:
        return None
    try:
        fits = math.isfinite(value) and (low < value if above else low <= value) and value <= high
    except (TypeError, ValueError, OverflowError):
        fits = False
    if fits:
        return value
    least = f"above {low:g}" if above else f"of {low:g} or more"
    wanted = least if high == math.inf else f"from {low:g} to {high:g}"
    raise UsageError(f"{name} {value}: give a number {wanted}")
