"""Plans and surveys in toy cities, down to the files."""

from __future__ import annotations

import csv
import json
import sqlite3
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from reach.test_why import in_series
from reach.toy import Edge, kerb, toy_city

from wegeketten.errors import InputDataError, UsageError
from wegeketten.model.edges import Kind
from wegeketten.model.reading import Provenance
from wegeketten.people.profile import load_profile
from wegeketten.places.service_catalogue import load_catalogue
from wegeketten.planning.plan import Wishes, make_plan
from wegeketten.planning.proposals import barriers_to_look_at
from wegeketten.planning.survey import find_survey
from wegeketten.whatif.candidates import find_candidates

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wegeketten.city import City


def city_with(count: int, **columns: Any) -> City:
    city = in_series(count)
    city.catalogue = load_catalogue()
    for number in range(count if columns else 0):
        for name, value in columns.items():
            city.edges[name][1 + 2 * number] = value
    city.homes["weight"][:] = 5.0
    return city


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_survey_of_a_plan_looks_at_what_it_would_mend_unseen(tmp_path: Path) -> None:
    """``survey --plan``: each barrier the plan tells to look at first, and nothing else."""
    count = 3
    city = city_with(count, kerb_cm_from=Provenance.assumed, kerb_cm_lower=0.0, kerb_cm_upper=20.0)
    profiles = [load_profile("wheelchair")]
    make_plan(city, profiles).write(tmp_path)
    rows = table(tmp_path / "measures.csv")
    assert [row["advice"] for row in rows] == ["survey first"]
    only = barriers_to_look_at(tmp_path)
    assert only == {f"n{1001 + 2 * number}": 5.0 for number in range(count)}
    survey = find_survey(city, profiles, only=only)
    assert {spot.barrier_id for spot in survey.spots} == set(only)
    del only["n1003"]
    fewer = find_survey(city, profiles, only=only)
    assert {spot.barrier_id for spot in fewer.spots} == {"n1001", "n1005"}
    seen = city_with(count)
    make_plan(seen, profiles).write(tmp_path / "seen")
    assert barriers_to_look_at(tmp_path / "seen") == {}
    with pytest.raises(InputDataError, match=r"measures\.csv"):
        barriers_to_look_at(tmp_path / "nowhere")


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_series_of_kerbs_is_one_line(tmp_path: Path, count: int) -> None:
    city = city_with(count)
    plan = make_plan(city, [load_profile("wheelchair")])
    plan.write(tmp_path)
    (row,) = table(tmp_path / "measures.csv")
    assert list(row)[:12] == [
        "rank", "measure_id", "barrier_ids", "kinds", "lat", "lon", "cost_eur", "cost_total_eur",
        "people_newly_reached", "minutes_saved", "services", "profiles",
    ]  # fmt: skip
    assert row["barrier_ids"].split(";") == [f"n{1001 + 2 * number}" for number in range(count)]
    assert float(row["people_newly_reached"]) == 5
    assert int(row["cost_eur"]) == 3600 * count
    assert (row["services"], row["profiles"], row["advice"]) == ("pharmacy", "wheelchair", "")
    assert len(table(tmp_path / "barriers.csv")) == (1 if count == 1 else 0)
    document = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert document["curve"][-1] == {"cost_eur": 3600 * count, "people_reached": 5}
    with sqlite3.connect(tmp_path / "measures.gpkg") as connection:
        assert connection.execute("select count(*) from measures").fetchone() == (1,)
        assert connection.execute("select count(*) from layer_styles").fetchone() == (2,)
    connection.close()


def test_a_budget_too_small_buys_nothing_and_says_so(tmp_path: Path) -> None:
    plan = make_plan(city_with(2), [load_profile("wheelchair")], budget_eur=7000)
    assert plan.lines == ()
    assert plan.bound == pytest.approx(0)
    assert plan.gap == 0
    plan.write(tmp_path)
    assert table(tmp_path / "measures.csv") == []
    enough = make_plan(city_with(2), [load_profile("wheelchair")], budget_eur=7200)
    assert (enough.value, enough.bound, enough.gap) == (5, pytest.approx(5), pytest.approx(0))  # type: ignore[comparison-overlap]
    with pytest.raises(UsageError, match="budget"):
        make_plan(city_with(1), [load_profile("wheelchair")], budget_eur=-1)


def test_an_assumed_kerb_is_surveyed_first() -> None:
    unknown = kerb(12, lower=0, upper=20, provenance=Provenance.assumed)
    city = city_with(1, **unknown)
    plan = make_plan(city, [load_profile("wheelchair")])
    assert plan.lines[0].survey_first
    assert plan.lines[0].people_newly_reached == 5
    assert plan.lines[0].people_sure == 5
    assert plan.lines[0].people_possible == 0  # the kerb may be low already


def test_plans_for_several_profiles_count_a_person_once() -> None:
    city = city_with(1)
    profiles = [load_profile("wheelchair"), load_profile("powerchair")]
    plan = make_plan(city, profiles, wishes=Wishes(services=("pharmacy",), round_trip=True))
    (line,) = plan.lines
    assert line.people_newly_reached == 5
    assert line.person_services == 20  # two profiles, there and back
    assert line.profiles == ("wheelchair", "powerchair")


def test_candidates_never_make_an_arc_slower_and_cost_something() -> None:
    city = city_with(3)
    profile = load_profile("wheelchair")
    candidates = find_candidates(city, [profile])
    assert sorted(candidates.works) == [1, 3, 5]
    assert set(np.flatnonzero(candidates.prices).tolist()) == {1, 3, 5}
    assert not candidates.unsure.any()


def flight_in(shares: Sequence[float], **columns: Any) -> City:
    """A home, one flight of 12 steps and 6 m drawn in pieces, the pharmacy behind it."""
    ends = 50 + 6 * np.cumsum([0, *shares])
    piece: dict[str, Any] = {"osm_id": 77, "step_count_from": Provenance.tagged}
    piece |= dict.fromkeys(("step_count", "step_count_lower", "step_count_upper"), 12) | columns
    edges: list[Edge] = [(0, 1, Kind.pavement, {})]
    for number, share in enumerate(shares, start=1):
        part = {"part": number, "flight_elsewhere": 1 - share} if len(shares) > 1 else {}
        edges.append((number, number + 1, Kind.steps, piece | part))
    edges.append((len(shares) + 1, len(shares) + 2, Kind.pavement, {}))
    nodes = [(0, 0), *((x, 0) for x in ends), (120, 0)]
    return toy_city(nodes, edges, [0], [("pharmacy", len(edges) - 1)], weights=[5.0])


def test_a_flight_in_pieces_costs_what_the_uncut_one_costs() -> None:
    """And gets the same works: twelve steps get a ramp, thirty a lift, however they are cut."""
    profile = load_profile("wheelchair")
    for count, works in ((12, "ramp"), (30, "new_lift")):
        steps = dict.fromkeys(("step_count", "step_count_lower", "step_count_upper"), count)
        (whole,) = make_plan(flight_in([1.0], **steps), [profile]).lines
        (cut,) = make_plan(flight_in([0.5, 0.25, 0.25], **steps), [profile]).lines
        assert whole.works == (works,)
        assert cut.works == (works,) * 3
        assert cut.barrier_ids == ("w77:1", "w77:2", "w77:3")
        assert cut.people_newly_reached == whole.people_newly_reached == 5
        for name in ("cost_eur", "cost_low_eur", "cost_high_eur"):
            assert getattr(cut, name) == pytest.approx(getattr(whole, name), abs=3), name


def test_a_flight_is_counted_once_on_a_survey() -> None:
    unknown = {"step_count_lower": 1, "step_count_upper": 20, "step_count_from": Provenance.derived}
    survey = find_survey(
        flight_in([0.5, 0.25, 0.25], **unknown), [load_profile("pram")], services=["pharmacy"]
    )
    assert [spot.attribute for spot in survey.spots] == ["step_count"]


def test_the_survey_names_the_kerbs_in_doubt(tmp_path: Path) -> None:
    unknown = kerb(3, lower=0, upper=12, provenance=Provenance.assumed)
    city = city_with(2, **unknown)
    survey = find_survey(city, [load_profile("wheelchair")], services=["pharmacy"], most=10)
    assert [(spot.barrier_id, spot.attribute) for spot in survey.spots] == [
        ("n1001", "kerb_cm"),
        ("n1003", "kerb_cm"),
    ]
    assert survey.people_in_doubt == 5
    survey.write(tmp_path)
    rows = table(tmp_path / "survey.csv")
    assert list(rows[0])[:9] == [
        "rank", "barrier_id", "kind", "lat", "lon", "attribute", "lower", "upper", "people_between",
    ]  # fmt: skip
    assert (float(rows[0]["lower"]), float(rows[0]["upper"]), float(rows[0]["people_between"])) == (0, 12, 5)
    page = (tmp_path / "survey.html").read_text(encoding="utf-8")
    assert "Bordhöhe: " in page
    assert '<html lang="de">' in page
    assert (tmp_path / "survey.gpx").read_text(encoding="utf-8").count("<wpt ") == 2


def test_a_survey_asks_for_nothing_that_no_file_can_state(tmp_path: Path) -> None:
    """A way under caution keeps people in doubt as well, but nobody can measure that."""
    city = city_with(2, **kerb(3, lower=0, upper=12, provenance=Provenance.assumed))
    city.edges["caution"][1] = 1 << 8
    survey = find_survey(city, [load_profile("wheelchair")], services=["pharmacy"])
    assert {spot.attribute for spot in survey.spots} == {"kerb_cm"}
    survey.write(tmp_path)


def test_nothing_in_doubt_nothing_to_survey(tmp_path: Path) -> None:
    survey = find_survey(city_with(1), [load_profile("wheelchair")], services=["pharmacy"])
    assert survey.spots == ()
    survey.write(tmp_path)
    assert table(tmp_path / "survey.csv") == []


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_plan(city_with(2), [load_profile("wheelchair")], budget_eur=9000).write(tmp_path / name)
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_a_filled_in_survey_is_read_back(tmp_path: Path) -> None:
    from wegeketten.tags.survey_file import read_survey

    unknown = kerb(3, lower=0, upper=12, provenance=Provenance.assumed)
    survey = find_survey(city_with(2, **unknown), [load_profile("wheelchair")], services=["pharmacy"])
    survey.write(tmp_path)
    rows = table(tmp_path / "survey.csv")
    rows[0] |= {"value": "2,5", "date": "2026-05-01", "by": "Seniorenbeirat"}
    with (tmp_path / "filled.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (row,), rejected = read_survey(tmp_path / "filled.csv")
    assert rejected == []
    assert (row.osm, row.attribute, row.span.value) == (("n", 1001, -1), "kerb_cm", 2.5)
    assert (row.date, row.by) == ("2026-05-01", "Seniorenbeirat")
