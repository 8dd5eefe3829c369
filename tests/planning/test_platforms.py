"""Platforms in plans and surveys: works there, kerbs on the way to them, and what nobody has measured."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from support.stops_town import AT, LOW, build

import wegeketten as wk
from wegeketten.errors import UsageError
from wegeketten.people.profile import load_profile
from wegeketten.planning.compare import compare_measures
from wegeketten.planning.plan import Wishes, make_plan
from wegeketten.planning.proposals import barriers_to_look_at, proposals_of
from wegeketten.planning.stop_tasks import UsableStops
from wegeketten.planning.survey import find_survey
from wegeketten.transit.boarding import LIKELY, judge_stops
from wegeketten.transit.raise_first import rank_platforms
from wegeketten.transit.raising import StopOffers, works_for
from wegeketten.transit.stop_table import HEADER, stops_of_city
from wegeketten.transit.town import TransitTown
from wegeketten.transit.usable import Demand, demand_usable_stops
from wegeketten.whatif.measures import load_measures

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return build(tmp_path_factory.mktemp("low"), LOW)


def plan(city: City, **options: Any) -> Any:
    wishes = Wishes(("stop",), usable_stops=UsableStops(1, AT))
    return make_plan(city, [load_profile("wheelchair")], wishes=wishes, **options)


def test_the_cheaper_of_kerb_and_platform_comes_first(city: City) -> None:
    """Lowering the kerb to T costs 3 600 €, raising S 72 000 €: both would serve the same two homes."""
    found = plan(city)
    first, second, third = found.lines
    assert third.barrier_ids == ("stop:de:1:2:1",)  # nearer to both homes, but no new reach
    assert third.people_newly_reached == 0 < third.minutes_saved
    assert (first.kinds, first.works, first.people_newly_reached) == (("kerb",), ("lower_kerb",), 2.0)
    assert (second.barrier_ids, second.kinds) == (("stop:de:1:2:3",), ("stop_platform",))
    assert second.works == ("raise_bus_platform",)
    assert (second.cost_low_eur, second.cost_eur, second.cost_high_eur) == (36000, 72000, 120000)
    assert second.people_newly_reached == 1.0
    assert (second.street, second.services, second.survey_first) == ("U", ("stop",), False)
    assert found.meta["usable_stops"] == {"departures_per_hour": 1, "at": AT}
    told = {single.barrier_id: single.people_newly_reached for single in found.singles}
    assert told["stop:de:1:2:1"] == 2.0
    assert "stop:de:1:2:2" not in told  # high enough
    assert plan(city, budget_eur=10000).lines[0].works == ("lower_kerb",)


def test_where_nothing_runs_at_eight_the_busiest_hour_is_counted(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    evening = TransitTown(city).moment(AT)._replace(seconds=20 * 3600)  # buses run from 7 to 9
    monkeypatch.setattr(TransitTown, "moment", lambda _self, _text: evening)
    chair = [load_profile("wheelchair")]
    asked, usual = stops_of_city(city, chair, at="20:00"), stops_of_city(city, chair)
    assert (asked.moment.text[-5:], usual.moment.text[-5:]) in {("20:00", "07:00"), ("20:00", "08:00")}
    column = HEADER.index("departures_per_hour")
    assert {row[column] for row in asked.rows} == {0}
    assert all(row[column] > 0 for row in usual.rows)
    assert asked.notes == ()
    (note,) = usual.notes
    assert "20:00" in note
    assert usual.moment.text in note


def test_raised_platforms_are_compared_as_the_plan_counts_them(city: City) -> None:
    """Each measure alone brings whom the plan says; all together no fewer, and nobody is slower."""
    chair, asked = [load_profile("wheelchair")], UsableStops(1, AT)
    made = plan(city)
    for single in made.singles:
        found = compare_measures(city, [single.barrier_id], chair, services=["stop"], usable_stops=asked)
        (row,) = [row for row in found.rows if not row["district"]]
        assert row["gained"] == single.people_newly_reached
        assert row["lost"] == row["slower"] == 0
        told = [(cause.barrier_id, cause.kind, cause.gained) for cause in found.causes]
        kind = "stop_platform" if single.barrier_id.startswith("stop:") else "kerb"
        assert told == [(single.barrier_id, kind, single.people_newly_reached)]
    names = [name for line in made.lines for name in line.barrier_ids]
    found = compare_measures(city, names, chair, services=["stop"], usable_stops=asked)
    (row,) = [row for row in found.rows if not row["district"]]
    assert (row["gained"], row["share_before"], row["share_after"]) == (3.0, 0.0, 1.0)
    with pytest.raises(UsageError, match="stop:nowhere"):
        compare_measures(city, ["stop:nowhere"], chair, usable_stops=asked)
    with pytest.raises(UsageError, match="add --service stop"):
        compare_measures(city, names, chair, services=["pharmacy"], usable_stops=asked)


def test_plan_and_list_of_platforms_say_the_same(city: City) -> None:
    """Measure, price and people of each single platform are those of ``raise.csv``."""
    found = {single.barrier_id: single for single in plan(city).singles}
    town = TransitTown(city)
    ranked = rank_platforms(town, Demand.daily(town.moment(AT)), [load_profile("wheelchair")])
    table = stops_of_city(city, [load_profile("wheelchair")], at=AT)
    rows = {row[0]: dict(zip(HEADER, row, strict=True)) for row in table.rows}
    assert {each.stop_id for each in ranked} == {"de:1:2:1", "de:1:2:3"}
    for each in ranked:
        single, row = found[f"stop:{each.stop_id}"], rows[each.stop_id]
        assert "+".join(single.works) == each.measure == row["measure"] == "raise_bus_platform"
        assert single.cost_eur == each.cost_eur == row["cost_eur"]
        assert (each.cost_low_eur, each.cost_high_eur) == (row["cost_low_eur"], row["cost_high_eur"])
        assert single.people_newly_reached == each.people_gained
    assert rows["de:1:2:2"]["measure"] == ""


def test_what_is_built_is_what_was_planned(city: City, tmp_path: Path) -> None:
    """A town whose register has the planned height gains what the plan promised, and no more."""
    built = build(tmp_path, LOW.replace("de:1:2:3,12", "de:1:2:3,22"))

    def reached(one: City) -> float:
        scan = wk.scan(one, profile="wheelchair", service="stop", usable_stops=1, at=AT)
        limit = one.catalogue.standard_s("stop", load_profile("wheelchair")) * 10
        return float((scan.reach["wheelchair"].units["likely"][:, 0] <= limit).sum())

    single = next(each for each in plan(city).singles if each.barrier_id == "stop:de:1:2:3")
    assert reached(built) - reached(city) == single.people_newly_reached == 1.0


def test_a_survey_asks_for_heights_where_they_decide(tmp_path: Path) -> None:
    """Nobody measured S; T and U are known. The answer, filled in, is read by the next build."""
    before = build(tmp_path, LOW.replace("de:1:2:1,12\n", ""), wheelchair=0)
    profiles = [load_profile("wheelchair")]
    found = find_survey(before, profiles, services=["stop"], usable_stops=UsableStops(1, AT))
    asked = {(spot.barrier_id, spot.attribute): spot for spot in found.spots}
    spot = asked["stop:de:1:2:1", "platform_height_cm"]
    assert (spot.lower, spot.upper, spot.people_between, spot.unit) == (0, 130, 2.0, "cm")
    assert not any(name == "stop:de:1:2:3" for name, _ in asked)  # a look would change nothing
    plain = find_survey(before, profiles, services=["stop"])
    assert not any(each.barrier_id.startswith("stop:") for each in plain.spots)
    found.write(tmp_path / "survey")
    assert "Haltestellenkante" in (tmp_path / "survey/survey.html").read_text(encoding="utf-8")
    pages = list((tmp_path / "survey/walks").glob("*.html"))
    assert any("Kante, an der man einsteigt" in page.read_text(encoding="utf-8") for page in pages)
    with (tmp_path / "survey/survey.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["value"] = "22..40 cm" if row["attribute"] == "platform_height_cm" else ""
    answers = tmp_path / "filled.csv"
    with answers.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    city = wk.build(
        tmp_path / "town.osm", tmp_path / "later", gtfs=[tmp_path / "feed"], stops=answers, pavements="centre"
    )
    town = TransitTown(city)
    number = town.feed.stops.ids.index("de:1:2:1")
    at = int(np.flatnonzero(town.platforms["stop"] == number)[0])
    assert (town.platforms["height_cm_lower"][at], town.platforms["height_cm_upper"][at]) == (22, 40)


def test_a_plan_sends_people_to_platforms_nobody_measured(tmp_path: Path) -> None:
    city = build(tmp_path, "stop_id,width_m\nde:1:2:1,3\n")
    found = plan(city)
    line = next(each for each in found.lines if each.barrier_ids == ("stop:de:1:2:3",))
    assert line.survey_first  # a bus platform is likely too low, but nobody measured this one
    found.write(tmp_path / "plan")
    only = barriers_to_look_at(tmp_path / "plan")
    profiles = [load_profile("wheelchair")]
    with pytest.raises(UsageError, match="add --usable-stops"):
        find_survey(city, profiles, only=only)
    survey = find_survey(city, profiles, only=only, usable_stops=UsableStops(1, AT))
    assert ("stop:de:1:2:3", "platform_height_cm") in {
        (one.barrier_id, one.attribute) for one in survey.spots
    }
    proposal = next(each for each in proposals_of(found) if "stop:de:1:2:3" in each.barrier_ids)
    assert (proposal.what("de"), proposal.action("de")) == ("Steig einer Haltestelle", "Bussteig anheben")


def test_a_narrow_platform_is_widened(tmp_path: Path) -> None:
    city = build(tmp_path, "stop_id,height_cm,width_m\nde:1:2:1,12,1.2\nde:1:2:2,23,1.2\nde:1:2:3,23,1.2\n")
    singles = {each.barrier_id: each for each in plan(city).singles}
    assert singles["stop:de:1:2:1"].works == ("raise_bus_platform", "widen_platform")
    assert singles["stop:de:1:2:3"].works == ("widen_platform",)
    assert singles["stop:de:1:2:1"].cost_eur == 72000 + 30000


@pytest.mark.parametrize(("mode", "target"), [("bus", 22), ("tram", 30), ("rail", 55)])
def test_no_platform_is_lowered(mode: str, target: float) -> None:
    catalogue = load_measures()
    for height in range(80):
        works = works_for(["step"], mode, float(height), catalogue)
        assert (works is None) == (height >= target)
    unknown = works_for(["step"], mode, float("nan"), catalogue)
    assert unknown is not None
    assert unknown.target_cm == target
    assert works_for(["step"], "ferry", 3.0, catalogue) is None
    assert works_for([], mode, 3.0, catalogue) is None


def test_works_help_whom_they_are_for(city: City) -> None:
    town = TransitTown(city)
    profile = load_profile("wheelchair")
    offers = StopOffers.of(town, Demand.daily(town.moment(AT)), [profile])
    after = judge_stops(offers.raised.platforms, offers.raised.boarding, profile).overall
    assert all(after[row, offers.mode[town.platforms["stop"][row]]] >= LIKELY for row in offers.works)
    for answer in ("sure", "likely", "possible"):
        now, then = offers.serving(profile, answer), offers.serving(profile, answer, mended=True)
        assert not (now & ~then).any()
    assert town.platforms["height_cm"].tolist() == [12, 23, 12]  # the town itself is left alone


def test_nothing_is_planned_for_presets_of_other_routers(city: City) -> None:
    for wanted, make in (("plan", make_plan), ("survey", find_survey)):
        with pytest.raises(UsageError, match=f"{wanted} --profile ors: presets decide by tags"):
            make(city, [load_profile("walker"), load_profile("ors")])


def test_an_hour_in_which_nothing_runs_is_noted(city: City) -> None:
    scan = wk.scan(city, profiles=["walker"], services=["stop"])
    assert "no stop has 1 departures" in demand_usable_stops(scan, 1, at="2026-03-03 03:00")[0]
    scan = wk.scan(city, profiles=["walker"], services=["stop"])
    assert demand_usable_stops(scan, 1, at=AT) == []


def test_options_that_do_not_fit(city: City) -> None:
    with pytest.raises(UsageError, match="add --service stop"):
        make_plan(
            city, [load_profile("wheelchair")], wishes=Wishes(("pharmacy",), usable_stops=UsableStops(1, AT))
        )
    with pytest.raises(UsageError, match="no stop has 1 departures in the hour after 2026-03-03 03:00"):
        wk.plan(city, profile="wheelchair", service="stop", usable_stops=1, at="2026-03-03 03:00")
    with pytest.raises(UsageError, match="--at is for --usable-stops"):
        wk.plan(city, profile="wheelchair", at=AT)
    made = wk.plan(city, profile="wheelchair", service="stop", usable_stops=1, at=AT, worlds=2)
    assert made.lines[0].people_expected is not None
