"""Real extracts: nearly every tag is read, and what mappers tagged lies inside what is assumed without."""

from __future__ import annotations

import importlib.util
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

CITIES = ("berlin-miraustrasse_2026-07.osm.pbf", "zuerich-hb_2025-11.osm.pbf")


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "assumptions.py"
    spec = importlib.util.spec_from_file_location("benchmark_assumptions", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.data
def test_tags_are_read_and_lie_inside_the_assumptions(shared_data: Path, benchmark: ModuleType) -> None:
    compared: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
    read, unread = Counter[str](), Counter[tuple[str, str]]()
    for city in CITIES:
        for tags, length_m in benchmark.elements(shared_data / "osm" / city):
            benchmark.count(tags, read, unread)
            for kind, side, highway in benchmark.edges_of(tags):
                benchmark.compare(tags, kind, side, highway, length_m, compared)
    assert sum(read.values()) > 15_000
    assert sum(unread.values()) <= 0.01 * sum(read.values()), unread
    assert {"kerb_cm", "incline_pct", "width_m", "surface_class", "smoothness_grade", "step_count"} <= set(
        compared
    )
    for attribute, rows in compared.items():
        inside = sum(lower - 1e-6 <= truth <= upper + 1e-6 for truth, lower, _, upper in rows)
        assert inside >= 0.95 * len(rows), attribute


@pytest.mark.data
@pytest.mark.parametrize(
    "extract",
    ["lauf-pegnitz_2020-01.osm.pbf", "neubrandenburg_2016-02.osm.bz2", "porto-alegre_2020-08.osm.pbf"],
)
def test_99_of_100_tags_are_read_elsewhere(shared_data: Path, benchmark: ModuleType, extract: str) -> None:
    read, unread = Counter[str](), Counter[tuple[str, str]]()
    for tags, _ in benchmark.elements(shared_data / "osm" / extract):
        benchmark.count(tags, read, unread)
    assert sum(read.values()) > 1000
    assert sum(unread.values()) <= 0.01 * sum(read.values()), unread
