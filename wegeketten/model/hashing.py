"""Numbers as good as random that hang on their input alone, the same on every machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Keys = NDArray[np.uint64]


def mixed(keys: Keys, salt: int | Keys) -> Keys:
    """Keys stirred with another number (the finisher of SplitMix64).

    Parameters
    ----------
    keys
        Any numbers of 64 bits.
    salt
        What is mixed in.

    Returns
    -------
    Keys
        Shape of `keys`.

    Examples
    --------
    >>> keys = np.array([1, 2], dtype=np.uint64)
    >>> len({*mixed(keys, 7).tolist(), *mixed(keys, 8).tolist()})
    4
    """
    with np.errstate(over="ignore"):
        other = np.asarray(salt, dtype=np.uint64)
        x = keys ^ (other * np.uint64(0x9E3779B97F4A7C15) + np.uint64(0x632BE59BD9B4E019))
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        stirred: Keys = x ^ (x >> np.uint64(31))
    return stirred
