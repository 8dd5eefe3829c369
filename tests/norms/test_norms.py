"""Norms against cases that a planner can read, and laws that hold for any reading."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from reach.toy import toy_city

import wegeketten as wk
from wegeketten.errors import UsageError
from wegeketten.model.edges import ATTRIBUTE, Attribute, Crossing, EdgeTable
from wegeketten.model.kinds import Kind
from wegeketten.norms.clauses import NORMS, load_norm
from wegeketten.norms.verdicts import CONTRADICTORY, VERDICTS, judge, judge_city
from wegeketten.norms.write import write_norm

with (Path(__file__).parent / "cases.csv").open(encoding="utf-8") as _file:
    CASES = list(csv.DictReader(_file))


def _columns(text: str) -> dict[str, float]:
    name, _, value = text.partition("=")
    if name == "crossing":
        return {"crossing": int(Crossing[value])}
    if ".." not in value:
        return {name: float(value)}
    lower, upper = (float(part) for part in value.split(".."))
    return {f"{name}_lower": lower, name: (lower + upper) / 2, f"{name}_upper": upper}


def _edges(kind: str, *readings: str) -> EdgeTable:
    columns: dict[str, float] = {}
    for reading in filter(None, readings):
        columns |= _columns(reading)
    city = toy_city([(0, 0), (10, 0)], [(0, 1, Kind[kind], columns)], homes=[], places=[])
    return city.edges


@pytest.mark.parametrize("case", CASES, ids=[f"{c['clause']}-{c['reading']}-{c['other']}" for c in CASES])
def test_a_case_as_a_planner_reads_it(case: dict[str, str]) -> None:
    norm = load_norm(case["norm"])
    judged = {
        each.clause.id: each for each in judge(_edges(case["kind"], case["reading"], case["other"]), norm)
    }
    found = judged[case["clause"]]
    told = [VERDICTS[code] for code in found.verdict.tolist()]
    assert told == ([case["expected"]] if case["expected"] else []), case["why"]


def test_there_are_sixty_cases_and_each_clause_of_the_german_norm_has_one() -> None:
    assert len(CASES) >= 60
    told = {case["clause"] for case in CASES if case["norm"] == "din18040-3"}
    assert told == {clause.id for clause in load_norm("din18040-3").clause}


def _random_edges(rng: np.random.Generator) -> EdgeTable:
    kinds = [kind for kind in Kind if not kind.is_barrier or kind.barrier is not None]
    edges = []
    for number in range(40):
        kind = kinds[int(rng.integers(len(kinds)))]
        columns: dict[str, float] = {}
        for attribute in ATTRIBUTE.values():
            lower, upper = np.sort(rng.uniform(*_range(attribute), 2)).tolist()
            if rng.random() < 0.3:
                upper = lower
            columns |= {f"{attribute.name}_lower": lower, f"{attribute.name}_upper": upper}
            columns[attribute.name] = float(rng.uniform(lower, upper))
        edges.append((number, number + 1, kind, columns))
    nodes = [(number * float(rng.choice([0.5, 2, 8, 30])), 0.0) for number in range(41)]
    return toy_city(nodes, edges, homes=[], places=[]).edges


def _range(attribute: Attribute) -> tuple[float, float]:
    return {"incline_pct": (-10, 10), "width_m": (0.5, 3), "kerb_cm": (0, 6), "cross_slope_pct": (0, 5)}.get(
        attribute.name, attribute.widest
    )


@pytest.mark.parametrize("name", NORMS)
@pytest.mark.parametrize("seed", range(12))
def test_the_truth_inside_the_bounds_never_turns_a_verdict(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    edges, norm = _random_edges(rng), load_norm(name)
    before = judge(edges, norm)
    for attribute in ATTRIBUTE:
        low, high = edges[f"{attribute}_lower"].copy(), edges[f"{attribute}_upper"].copy()
        truth = (low + (high - low) * rng.random(len(low))).astype(np.float32).clip(low, high)
        for end in ("_lower", "", "_upper"):
            edges.columns[f"{attribute}{end}"] = truth.copy()
    for then, now in zip(before, judge(edges, norm), strict=True):
        assert (now.verdict[then.verdict == 0] == 0).all(), (name, seed, then.clause.id)
        assert (now.verdict[then.verdict == 1] == 1).all(), (name, seed, then.clause.id)
        assert (~then.sure | now.likely).all()
        assert (~now.likely | then.possible).all()


def test_contradicting_tags_are_told() -> None:
    edges = _edges("kerb", "kerb_cm=0..0")
    element = edges.ids()[0].split(":")[0]
    judged = judge(edges, load_norm("din18040-3"), conflicts={element: frozenset({"kerb_cm"})})
    by_id = {each.clause.id: each for each in judged}
    assert by_id["kerb-wheels"].verdict.tolist() == [CONTRADICTORY]
    assert not by_id["kerb-wheels"].sure.any()


def test_a_coarse_model_passes_nothing() -> None:
    edges = _edges("footway", "incline_pct=0..1", "length_m=40")
    edges.columns["incline_pct_from"][:] = int(wk.tags.Provenance.derived)
    slope = next(
        each
        for each in judge(edges, load_norm("din18040-3"), model_resolution_m=30.0)
        if each.clause.id == "slope"
    )
    assert VERDICTS[int(slope.verdict[0])] == "untestable"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('id = "x"\n', "clause is missing"),
        ('id = "x"\n[name]\nde = "x"\nen = "x"\n[[clause]]\nid = "a"\nquantity = "kerb_com"\n', "kerb_cm"),
        ("id = [", "TOML"),
    ],
)
def test_a_wrong_norm_is_told(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=words):
        load_norm(str(file))


def test_an_unknown_norm_is_told() -> None:
    with pytest.raises(UsageError, match="din18040-3"):
        load_norm("din18040")


@pytest.mark.data
def test_sums_per_district_equal_the_edges(shared_data: Path, tmp_path: Path) -> None:
    city = wk.build(shared_data / "osm" / "berlin-miraustrasse_2026-07.osm.pbf", tmp_path / "city")
    norm = load_norm("din18040-3")
    judged = judge_city(city, norm)
    sums = write_norm(city, norm, judged, tmp_path / "norm")
    with (tmp_path / "norm" / "norm.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for total in (row for row in sums if not row["district"]):
        mine = [row for row in rows if row["clause"] == total["clause"]]
        for verdict in VERDICTS:
            these = [row for row in mine if row["verdict"] == verdict]
            assert len(these) == total[f"{verdict}_edges"]
            assert sum(float(row["metres"]) for row in these) / 1000 == pytest.approx(
                total[f"{verdict}_km"], abs=0.01
            )
    for row in (row for row in sums if row["district"]):
        mine = [r for r in rows if (r["clause"], r["district"]) == (row["clause"], row["district"])]
        assert len(mine) == sum(int(str(row[f"{verdict}_edges"])) for verdict in VERDICTS)
