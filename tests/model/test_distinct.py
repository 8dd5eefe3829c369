"""Distinct rows against numpy's own way of finding them."""

from __future__ import annotations

import numpy as np
import pytest

from wegeketten.model.distinct import distinct_rows


@pytest.mark.parametrize("seed", range(40))
def test_rows_and_numbers_are_those_of_numpy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = int(rng.integers(0, 200)), int(rng.integers(1, 6))
    table = rng.integers(-3, 4, shape) * int(rng.choice([1, 10**9]))
    first, code = distinct_rows(table.T)
    rows, index, number = np.unique(table, axis=0, return_index=True, return_inverse=True)
    np.testing.assert_array_equal(table[first], rows)
    np.testing.assert_array_equal(first, index)
    np.testing.assert_array_equal(code, number.ravel())


def test_values_that_are_no_number_are_alike() -> None:
    first, code = distinct_rows([np.array([np.nan, 1.0, np.nan]), np.array([2.0, 2.0, 2.0])])
    assert (first.tolist(), code.tolist()) == ([1, 0], [1, 0, 1])
