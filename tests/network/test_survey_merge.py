"""What several people say of one reading, merged."""

from __future__ import annotations

import random

import pytest

from wegeketten.network.survey_merge import merge_rows
from wegeketten.tags.survey_file import SurveyRow, observed


def row(
    value: str, file: str, *, attribute: str = "kerb_cm", date: str = "2026-11-30", by: str = ""
) -> SurveyRow:
    span = observed(attribute, attribute, value)
    assert span is not None
    return SurveyRow("row 1", None, None, None, attribute, span, date, f"{attribute}={value}", by, "", file)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["0-3", "2"], (2, 2, "")),  # both are true
        (["0-3", "1-6"], (1, 3, "")),
        (["2", "3"], (2, 3, "")),  # two measurements, as near as folding rules are
        (["2", "4"], (2, 4, "widened")),
        (["1-3", "3.1-6"], (1, 6, "widened")),  # two different buttons
        (["1-3", "3-6"], (1, 6, "widened")),  # they only touch
        (["0-1", "0-1", "6-12"], (0, 12, "widened")),  # two do not outvote one
    ],
)
def test_bounds_hold_what_is_said(said: list[str], expected: tuple[float, float, str]) -> None:
    merged = merge_rows([row(value, f"{number}.csv") for number, value in enumerate(said)], 12.0)
    assert (merged.lower, merged.upper, merged.resolution) == expected
    assert merged.lower <= merged.value <= merged.upper


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["-3..3", "-6..6"], "widened"),  # level, or rising one way or the other
        (["-6..6", "-12..12"], "widened"),
        (["3.1..6", "-12..12"], "widened"),
        (["3.1..6", "-6..6"], ""),  # one of them knows which way
        (["4", "-6..6"], ""),
        (["1", "-3..3"], ""),
    ],
)
def test_a_slope_of_unknown_direction_is_still_a_slope(said: list[str], expected: str) -> None:
    rows = [row(f"{value} %", value, attribute="incline_pct") for value in said]
    assert merge_rows(rows, 0.0).resolution == expected


def test_of_two_the_worse_is_the_point_value() -> None:
    assert merge_rows([row("2", "a"), row("10", "b")], 0.0).value == 10
    widths = [row(value, value, attribute="width_m") for value in ("0.8", "1.5")]
    assert merge_rows(widths, 0.0).value == 0.8


def test_a_correction_of_ones_own_is_no_contradiction() -> None:
    merged = merge_rows([row("9", "a", date="2026-11-01"), row("2", "a", date="2026-11-20")], 0.0)
    assert (merged.value, merged.resolution, merged.counted) == (2, "", (1,))
    two = [row("9", "a", date="2026-11-01", by="Ann"), row("2", "a", date="2026-11-20", by="Bo")]
    assert merge_rows(two, 0.0).resolution == "widened"


def test_years_apart_the_later_counts_and_is_told() -> None:
    merged = merge_rows([row("9", "a", date="2024-05-01"), row("2", "b")], 0.0)
    assert (merged.lower, merged.upper, merged.resolution) == (2, 2, "later")
    assert merged.contradicting == (0, 1)


def test_order_does_not_matter() -> None:
    seed = random.randrange(10**6)
    rng = random.Random(seed)
    for _ in range(200):
        rows = [
            row(
                rng.choice(["0-1", "1.1-3", "3.1-6", "2", "4", "12"]),
                rng.choice("abc"),
                date=rng.choice(["2026-11-30", "2026-11-02", "2025-01-01", ""]),
            )
            for _ in range(rng.randint(1, 5))
        ]
        shuffled = rng.sample(rows, len(rows))
        one, other = merge_rows(rows, 5.0), merge_rows(shuffled, 5.0)
        assert one[:3] == other[:3], seed
        assert one.resolution == other.resolution, seed
        counted = [rows[each].span for each in one.counted]
        if one.resolution == "widened":  # nothing that counts is shut out
            assert all(one.lower <= span.lower and span.upper <= one.upper for span in counted), seed
