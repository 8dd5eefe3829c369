"""One way to write and round numbers, times, money, dates and hours."""

from __future__ import annotations

import numpy as np
import pytest

from wegeketten.words import numbers
from wegeketten.words.numbers import (
    euro_range,
    limit_minutes,
    metres,
    minutes,
    minutes_long,
    number,
    opening_hours,
    percent,
    whole_minutes,
)


@pytest.mark.parametrize(
    ("share", "shown"), [(0, "0 %"), (0.001, "<1 %"), (0.5, "50 %"), (0.9999, ">99 %"), (1, "100 %")]
)
def test_shares_never_pretend_none_or_all(share: float, shown: str) -> None:
    assert percent(share, "de") == shown


def test_numbers_as_the_language_writes_them() -> None:
    assert number(1234567.89, "de", 2) == "1.234.567,89"
    assert number(np.float64(0.5), "en", 1) == "0.5"
    assert number(-0.04, "de") == "0"
    shown = [minutes(s) for s in (0, 59.9, 60, 60.1, 5400)]
    assert shown == ["0 min", "1 min", "1 min", "2 min", "1 h 30 min"]


def test_a_time_reads_the_same_in_a_table_and_in_a_sentence() -> None:
    for seconds in range(1, 5000, 7):
        assert minutes_long(seconds, "de").split()[0] == str(whole_minutes(seconds))


def test_equal_numbers_never_carry_opposite_verdicts() -> None:
    random = np.random.default_rng(20)
    for limit, time in zip(random.uniform(61, 4000, 4000), random.uniform(1, 4000, 4000), strict=True):
        shown, most = whole_minutes(time, limit), limit_minutes(limit)
        assert (shown <= most) == (time <= limit), (limit, time)


def test_costs_are_ranges_no_finer_than_known() -> None:
    assert euro_range(2400, 5640, "de") == "2.400 bis 5.600\u00a0€"
    assert euro_range(120, 98000, "de") == "100 bis 98.000\u00a0€"
    random = np.random.default_rng(21)
    for low in random.uniform(1, 1e6, 300):
        high = low * random.uniform(1, 9)
        said = [
            float(part.replace(".", ""))
            for part in euro_range(low, high, "de").replace("\u00a0€", "").split(" bis ")
        ]
        assert said == sorted(said)
        assert said[-1] == pytest.approx(high, rel=0.06)


def test_lengths() -> None:
    assert [metres(m, "de") for m in (3.4, 87, 994, 996, 1240)] == [
        "3 m",
        "90 m",
        "990 m",
        "1,0 km",
        "1,2 km",
    ]


@pytest.mark.parametrize(
    ("rule", "german"),
    [
        ("Mo-Fr 08:00-12:00,14:00-18:00", "Mo–Fr 08:00–12:00,14:00–18:00"),
        ("Tu-Fr 9:00-18:00; PH off", "Di–Fr 9:00–18:00; feiertags zu"),
        ('Su 10:00-12:00 "nach Vereinbarung"', 'So 10:00–12:00 "nach Vereinbarung"'),
        ("24/7", "rund um die Uhr"),
        ("sunrise-sunset", "Sonnenaufgang–Sonnenuntergang"),
        ("", ""),
    ],
)
def test_opening_hours_in_german(rule: str, german: str) -> None:
    assert opening_hours(rule, "de") == german


def test_dates() -> None:
    assert numbers.date("2020-01-14T21:22:02Z", "de") == "14. Januar 2020"
    assert numbers.date(None, "en") == "unknown"
    assert numbers.date("around 2020", "de") == "around 2020"
