"""CSV cells are safe to open and read back the same."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wegeketten.files.csv import clean_cell, clean_text, write_csv

if TYPE_CHECKING:
    from pathlib import Path


@given(st.text())
def test_text_has_no_control_characters_and_runs_no_formula(text: str) -> None:
    cell = clean_cell(text)
    assert not any(character < " " for character in cell)
    assert not cell.startswith(("=", "+", "-", "@"))
    assert clean_text(clean_text(text)) == clean_text(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_read_back_the_same(number: float) -> None:
    assert float(clean_cell(number)) == number


def test_rows_survive_quotes_and_commas(tmp_path: Path) -> None:
    rows = [["a,b", 'say "hi"'], ["Straße", "line\nbreak"]]
    write_csv(tmp_path / "t.csv", ("x", "y"), rows)
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        read = list(csv.reader(file))
    assert read == [["x", "y"], ["a,b", 'say "hi"'], ["Straße", "line break"]]


def test_numbers_of_numpy_are_written_as_numbers() -> None:
    cells = [np.float64(9.775), np.float32(0.5), np.int64(3), np.float64("nan"), np.float64(1e22)]
    assert [clean_cell(cell) for cell in cells] == ["9.775", "0.5", "3", "", "1e+22"]
