"""Gaps between benches and toilets; opening hours."""

from __future__ import annotations

import numpy as np
import pytest

from wegeketten.errors import UsageError
from wegeketten.reach.chains.needs import longest_gap
from wegeketten.reach.hours import is_open, parse_when


def test_gaps() -> None:
    assert longest_gap(np.zeros(0), 300.0) == 300.0
    assert longest_gap(np.array([250.0, 100.0]), 300.0) == 150.0


@pytest.mark.parametrize("text", ["", "heute", "Mo", "Xx 10:00", "Mo 25:00", "Mo 10:99"])
def test_times_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_when(text)


@pytest.mark.parametrize(
    ("hours", "when", "expected"),
    [
        ("Mo-Fr 09:00-18:00", "Mo 10:00", True),
        ("Mo-Fr 09:00-18:00", "Sonntag 10:00", False),
        ("Fr 22:00-03:00", "Sat 01:30", True),
        ("24/7", "Di 3", True),
        ("", "Di 3", None),
        ("sometimes", "Di 3", None),
        ("Mo 08:00-12:00 unknown", "Mo 9:00", None),
    ],
)
def test_open_closed_unknown(hours: str, when: str, expected: bool | None) -> None:
    assert is_open(hours, parse_when(when)) is expected
