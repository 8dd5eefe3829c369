"""The corpus in ``data/tags/corpus.csv`` is the specification: every row must read as it says."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from wegeketten.files.resources import shipped
from wegeketten.model.reading import Reading
from wegeketten.tags import read
from wegeketten.tags.keys import quantity_of


def corpus() -> list[dict[str, str]]:
    """Rows of the corpus; a raw value that starts with a backslash is written in Python's escapes."""
    with shipped("tags", "corpus.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["raw"].startswith("\\"):
            row["raw"] = row["raw"][1:].encode("ascii").decode("unicode_escape")
    return rows


ROWS = corpus()


def expected(row: dict[str, str]) -> tuple[float | str | None, float | str, float | str]:
    def bound(text: str) -> float | str:
        return text if text in "ABCDEF" else float(text)

    return (bound(row["value"]) if row["value"] else None), bound(row["lower"]), bound(row["upper"])


def same(reading: Reading, wanted: tuple[float | str | None, float | str, float | str]) -> bool:
    return all(
        got == want if isinstance(want, str) or want is None else got == pytest.approx(want, abs=2e-6)
        for got, want in zip(reading[:3], wanted, strict=True)
    )


def test_corpus_is_large_and_has_no_row_twice() -> None:
    assert len(ROWS) >= 400
    assert len({(row["key"], row["raw"]) for row in ROWS}) == len(ROWS)
    assert all(row["note"] for row in ROWS)


def test_every_row_reads_as_it_says() -> None:
    wrong = [
        (row["key"], row["raw"], expected(row), reading)
        for row in ROWS
        if not same(reading := read(row["key"], row["raw"]), expected(row)) or reading.unit != row["unit"]
    ]
    assert not wrong, "\n".join(map(str, wrong))


def test_unreadable_is_assumed_and_widest() -> None:
    for row in ROWS:
        reading = read(row["key"], row["raw"])
        quantity = quantity_of(row["key"])
        assert quantity is not None
        if reading.provenance == "assumed":
            assert reading.value is None
            bounds = ("A", "F") if quantity.unit == "class" else (quantity.lower, quantity.upper)
            assert reading[1:3] == bounds


@pytest.mark.parametrize("raw", [None, 3, 1.5, b"3 cm", ["3"], float("nan"), object()])
def test_what_is_no_text_is_unknown(raw: object) -> None:
    reading = read("width", raw)  # type: ignore[arg-type]
    assert reading == Reading(None, 0.0, 50.0, "m", "assumed")
    assert read(raw, "3 cm").value is None  # type: ignore[arg-type]


def test_texts_of_other_libraries_are_texts() -> None:
    assert read(np.str_("width"), np.str_("1,5")) == read("width", "1,5")


def test_keys_without_a_quantity_read_as_flags() -> None:
    assert read("bench", "yes") == Reading(1.0, 1.0, 1.0, "yes/no", "tagged")
    assert read("name", "Bordstein") == Reading(None, 0.0, 1.0, "yes/no", "assumed")
    assert read("", "") == Reading(None, 0.0, 1.0, "yes/no", "assumed")
