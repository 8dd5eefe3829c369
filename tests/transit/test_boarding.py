"""Verdicts by hand: platform, step, vehicle, guidance; what is unknown; what contradicts itself."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from wegeketten.errors import UsageError
from wegeketten.model.reading import Provenance
from wegeketten.people.profile import load_profile
from wegeketten.transit.boarding import answers_by_stop, boarding_figures, judge_stops, judge_trips
from wegeketten.transit.modes import MODES
from wegeketten.transit.platforms import QUANTITIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORDS = {3: "sure", 2: "likely", 1: "possible", 0: "no"}


def table(*rows: dict[str, Any]) -> dict[str, NDArray[Any]]:
    """Platforms: a quantity as a number, or as (lower, upper); what is not named is unknown."""
    columns = {"stop": np.arange(len(rows), dtype=np.int32)}
    for name, (low, high) in QUANTITIES.items():
        told = [row.get(name) for row in rows]
        pairs = [(low, high) if t is None else t if isinstance(t, tuple) else (t, t) for t in told]
        columns[f"{name}_lower"] = np.array([p[0] for p in pairs], np.float32)
        columns[f"{name}_upper"] = np.array([p[1] for p in pairs], np.float32)
        points = [np.nan if t is None or isinstance(t, tuple) else t for t in told]
        columns[name] = np.array(points, np.float32)
        columns[f"{name}_from"] = np.array(
            [Provenance.none if t is None else Provenance.tagged for t in told], np.uint8
        )
    return columns


def verdict(row: dict[str, Any], mode: str, profile: str, level: str = "alone", boarding: int = 0) -> str:
    found = judge_stops(table(row), np.array([boarding], np.int8), load_profile(profile), level)
    return WORDS[int(found.overall[0, MODES.index(mode)])]


WIDE = {"width_m": 2.5}

BY_HAND = [
    # kerb and vehicle, alone
    ({**WIDE, "height_cm": 22}, "bus", "wheelchair", "alone", 0, "sure"),
    ({**WIDE, "height_cm": 24}, "bus", "wheelchair", "alone", 0, "sure"),
    ({**WIDE, "height_cm": 21}, "bus", "wheelchair", "alone", 0, "likely"),
    ({**WIDE, "height_cm": 20}, "bus", "wheelchair", "alone", 0, "likely"),
    ({**WIDE, "height_cm": 18}, "bus", "wheelchair", "alone", 0, "possible"),
    ({**WIDE, "height_cm": 15}, "bus", "wheelchair", "alone", 0, "possible"),
    ({**WIDE, "height_cm": 14}, "bus", "wheelchair", "alone", 0, "no"),
    ({**WIDE, "height_cm": 3}, "bus", "wheelchair", "alone", 0, "no"),
    ({**WIDE, "height_cm": (18, 24)}, "bus", "wheelchair", "alone", 0, "possible"),
    ({**WIDE, "height_cm": (22, 24)}, "bus", "wheelchair", "alone", 0, "sure"),
    ({**WIDE}, "bus", "wheelchair", "alone", 0, "possible"),
    ({**WIDE, "height_cm": 30}, "tram", "wheelchair", "alone", 0, "sure"),
    ({**WIDE, "height_cm": 23}, "tram", "wheelchair", "alone", 0, "likely"),
    ({**WIDE, "height_cm": 20}, "tram", "wheelchair", "alone", 0, "possible"),
    ({**WIDE, "height_cm": 12}, "tram", "wheelchair", "alone", 0, "no"),
    ({**WIDE, "height_cm": 55}, "rail", "wheelchair", "alone", 0, "likely"),
    ({**WIDE, "height_cm": 76}, "rail", "wheelchair", "alone", 0, "possible"),
    ({**WIDE, "height_cm": 38}, "rail", "wheelchair", "alone", 0, "no"),
    # with help
    ({**WIDE, "height_cm": 14}, "bus", "wheelchair", "help", 0, "sure"),
    ({**WIDE, "height_cm": 0}, "bus", "wheelchair", "help", 0, "sure"),
    ({**WIDE, "height_cm": 38}, "rail", "wheelchair", "help", 0, "likely"),
    # other people
    ({}, "bus", "walker", "alone", 0, "sure"),
    ({}, "rail", "blind", "alone", 0, "likely"),
    ({"tactile": 1}, "rail", "blind", "alone", 0, "sure"),
    ({"tactile": 0}, "tram", "blind", "alone", 0, "likely"),
    ({"height_cm": 12}, "bus", "senior", "alone", 0, "sure"),
    ({"height_cm": 16}, "bus", "pram", "alone", 0, "likely"),
    ({"height_cm": 16, "width_m": 1}, "bus", "pram", "alone", 0, "sure"),
    ({"height_cm": 22, "width_m": 1}, "bus", "rollator", "alone", 0, "sure"),
    ({"height_cm": 16, "width_m": 1}, "bus", "rollator", "alone", 0, "possible"),
    ({"height_cm": 22, "width_m": 0.7}, "bus", "rollator", "alone", 0, "no"),
    # width and turning
    ({"height_cm": 22}, "bus", "wheelchair", "alone", 0, "likely"),
    ({"height_cm": 22, "width_m": 1.5}, "bus", "wheelchair", "alone", 0, "sure"),
    ({"height_cm": 22, "width_m": 1.4}, "bus", "wheelchair", "alone", 0, "no"),
    ({"height_cm": 22, "width_m": (1.2, 1.8)}, "bus", "powerchair", "alone", 0, "likely"),
    # what is said outright
    ({**WIDE, "wheelchair": 1}, "bus", "wheelchair", "alone", 0, "sure"),
    ({**WIDE, "wheelchair": 1, "height_cm": 3}, "bus", "wheelchair", "alone", 0, "no"),
    ({**WIDE, "wheelchair": 0}, "bus", "wheelchair", "alone", 0, "no"),
    ({**WIDE, "wheelchair": 0}, "bus", "walker", "alone", 0, "sure"),
    ({**WIDE, "wheelchair": 0.5}, "bus", "wheelchair", "alone", 0, "possible"),
    ({**WIDE, "wheelchair": 0.5}, "bus", "wheelchair", "help", 0, "likely"),
    ({**WIDE}, "bus", "wheelchair", "alone", 1, "likely"),
    ({**WIDE}, "bus", "wheelchair", "alone", 2, "no"),
    ({**WIDE, "wheelchair": 1}, "bus", "wheelchair", "alone", 2, "possible"),
    ({**WIDE, "wheelchair": 0}, "bus", "wheelchair", "alone", 1, "possible"),
]


@pytest.mark.parametrize(("row", "mode", "profile", "level", "boarding", "expected"), BY_HAND)
def test_verdict_by_hand(
    row: dict[str, Any], mode: str, profile: str, level: str, boarding: int, expected: str
) -> None:
    assert verdict(row, mode, profile, level, boarding) == expected


def test_narrower_bounds_never_lower_the_best_nor_raise_the_worst() -> None:
    dice = np.random.default_rng(4)
    for _ in range(40):
        low, high = sorted(dice.integers(0, 60, 2).tolist())
        point = int(dice.integers(low, high + 1))
        for mode in MODES:
            for level in ("alone", "help"):
                wide = verdict({**WIDE, "height_cm": (low, high)}, mode, "wheelchair", level)
                exact = verdict({**WIDE, "height_cm": point}, mode, "wheelchair", level)
                assert not (wide == "sure" and exact != "sure")
                assert not (wide == "no" and exact != "no")


def test_help_is_never_worse_than_alone() -> None:
    order = ["no", "possible", "likely", "sure"]
    dice = np.random.default_rng(5)
    for _ in range(30):
        row = {name: float(dice.integers(0, 2)) for name in ("wheelchair", "ramp") if dice.random() < 0.4}
        if dice.random() < 0.7:
            row["height_cm"] = float(dice.integers(0, 80))
        for mode in MODES:
            alone, helped = (verdict(row, mode, "wheelchair", level) for level in ("alone", "help"))
            assert order.index(alone) <= order.index(helped)


def test_trips() -> None:
    trips = SimpleNamespace(
        wheelchair=np.array([0, 1, 2, *[2] * 20, *[0] * 20, 2], np.int8),
        lines=["1"] * 3 + ["7"] * 41,
        route_ids=["1"] * 3 + ["7"] * 41,
    )
    chair, doubted = judge_trips(trips, load_profile("wheelchair"))  # type: ignore[arg-type]
    assert chair[:3].tolist() == [2, 3, 0]
    assert chair[3:].tolist() == [1] * 20 + [2] * 20 + [1]  # a line that never says yes says nothing
    assert doubted == ["7"]
    assert judge_trips(trips, load_profile("walker"))[0].tolist() == [3] * 44  # type: ignore[arg-type]
    assert judge_trips(trips, load_profile("pram"))[0][:3].tolist() == [2, 3, 1]  # type: ignore[arg-type]


def test_a_stop_that_may_be_one_of_two_platforms() -> None:
    platforms = {"stop": np.array([0, 0, 2], np.int32)}
    levels = np.array([[3, 2], [1, 3], [2, 0]], np.int8)
    found = answers_by_stop(platforms, levels, 3)
    assert found["sure"].tolist() == [[False, False], [False, False], [False, False]]
    assert found["likely"].tolist() == [[True, True], [False, False], [True, False]]
    assert found["possible"].tolist() == [[True, True], [True, True], [True, False]]


def test_figures_have_sources_and_levels_have_names() -> None:
    figures = boarding_figures()
    assert all("source" in told and "source_de" in told for told in figures.sources.values() if told)
    with pytest.raises(UsageError, match="alone and help"):
        judge_stops(table({}), np.zeros(1, np.int8), load_profile("walker"), "somehow")
