"""Normal numbers that hang on ids and a seed alone: an element draws the same in every build and plan."""

from __future__ import annotations

import zlib
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.model.hashing import mixed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Keys = NDArray[np.uint64]

_PER_HASH = 4
"""Numbers that one hash gives, sixteen bits each."""


def keys_of(texts: Iterable[str]) -> Keys:
    """A key for each text, the same on every machine.

    Parameters
    ----------
    texts
        Any texts.

    Returns
    -------
    Keys
        uint64, shape (texts,).

    Examples
    --------
    >>> keys_of(["Ring", "Markt"]).tolist()
    [804149832, 1674526964]
    """
    return np.fromiter((zlib.crc32(text.encode()) for text in texts), dtype=np.uint64)


def normals(keys: Keys, salt: int, seed: int, first: int, count: int) -> NDArray[np.float32]:
    """Standard normal numbers of some worlds, one row per key.

    Parameters
    ----------
    keys
        Shape (k,).
    salt
        Tells attributes and levels apart.
    seed
        The seed of all worlds.
    first, count
        Which worlds, by number.

    Returns
    -------
    NDArray
        Shape (k, count); a world's column does not depend on which others are asked for.

    Examples
    --------
    >>> keys = np.array([1, 2, 3], dtype=np.uint64)
    >>> bool((normals(keys, 0, 1, 0, 8)[:, 5:] == normals(keys, 0, 1, 5, 3)).all())
    True
    """
    start, stop = first // _PER_HASH, -(-(first + count) // _PER_HASH)
    salted = mixed(mixed(keys, salt), seed & (2**63 - 1))
    bits = np.stack([mixed(salted, block) for block in range(start, stop)], axis=1)
    words = bits.view(np.uint16).reshape(len(keys), (stop - start) * _PER_HASH)
    skipped = first - start * _PER_HASH
    found: NDArray[np.float32] = _quantiles()[words[:, skipped : skipped + count]]
    return found


@cache
def _quantiles() -> NDArray[np.float32]:
    from scipy.special import ndtri

    numbers: NDArray[np.float32] = ndtri((np.arange(1 << 16) + 0.5) / (1 << 16)).astype(np.float32)
    return numbers
