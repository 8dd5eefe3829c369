"""Draws: normal, independent where keys differ, and hanging on key, seed and number alone."""

from __future__ import annotations

import numpy as np

from wegeketten.chances.latent import normals
from wegeketten.model.hashing import mixed

_KEYS = np.arange(20_000, dtype=np.uint64)


def test_draws_are_normal_and_do_not_hang_together() -> None:
    draws = normals(_KEYS, 1, 7, 0, 8).astype(np.float64)
    assert abs(draws.mean()) < 0.01
    assert abs(draws.std() - 1) < 0.01
    together = np.corrcoef(np.concatenate([draws.T, normals(_KEYS, 2, 7, 0, 4).T]))
    assert np.abs(together - np.eye(12)).max() < 0.03
    neighbours = np.corrcoef(draws[:-1, 0], draws[1:, 0])[0, 1]
    assert abs(neighbours) < 0.03


def test_a_world_does_not_depend_on_the_others() -> None:
    all_of_them = normals(_KEYS[:50], 3, 9, 0, 40)
    for first, count in ((0, 1), (3, 8), (17, 23)):
        assert (normals(_KEYS[:50], 3, 9, first, count) == all_of_them[:, first : first + count]).all()


def test_another_seed_other_worlds() -> None:
    assert (normals(_KEYS[:99], 1, 1, 0, 8) != normals(_KEYS[:99], 1, 2, 0, 8)).mean() > 0.99


def test_keys_do_not_collide() -> None:
    assert len(np.unique(mixed(_KEYS, 5))) == len(_KEYS)
