"""Plans and surveys in many worlds: what to expect, how often a line helps, what a look is worth."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support.drawn import Town

import wegeketten as wk
from wegeketten.chances import Worlds
from wegeketten.chances.world_city import WorldCity
from wegeketten.people.profile import load_profile
from wegeketten.planning.compare import compare_cities
from wegeketten.planning.plan import Wishes, make_plan
from wegeketten.planning.proposals import read_proposals, saved_by_looking
from wegeketten.planning.survey import find_survey
from wegeketten.reach.expected import find_chances
from wegeketten.reach.shares import units_within
from wegeketten.reports.terminal_results import print_plan, print_survey
from wegeketten.words.numbers import euro_range

if TYPE_CHECKING:
    from wegeketten.city import City

_SURE = "highway=footway|surface=asphalt|smoothness=good|width=2|incline=0%|cross_slope=1%"

BEHIND = Town(
    """
    H        P
    a---b----c
        |
        d
        |
        |
        e
        J
    """,
    ways={"ab": _SURE, "bc": _SURE, "bde": _SURE},
    nodes={
        "H": "addr:housenumber=1|addr:street=Ring",
        "J": "addr:housenumber=2|addr:street=Ring",
        "P": "amenity=pharmacy|wheelchair=yes",
        "c": "",
        "b": "",
        "a": "",
        "d": "barrier=kerb|kerb=raised|kerb:height=12 cm",
    },
)

UNKNOWN = Town(
    BEHIND.drawing,
    ways={"abc": _SURE, "bde": _SURE},
    nodes={**BEHIND.nodes, "b": "barrier=kerb|kerb=yes", "d": ""},
)


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> dict[str, City]:
    folder = tmp_path_factory.mktemp("towns")
    return {
        name: wk.build(town.write(folder / f"{name}.osm"), folder / name, pavements="centre")
        for name, town in (("known", BEHIND), ("unknown", UNKNOWN))
    }


def test_a_world_as_a_city_reaches_what_the_chances_say(lazy: City) -> None:
    """The scan of a world finds within the standard whoever is there in the bits of that world."""
    chair = load_profile("wheelchair")
    worlds = Worlds(lazy, [chair], 24, seed=4)
    chances = find_chances(lazy, [chair], ["pharmacy"], worlds=worlds)
    everyone = np.arange(len(lazy.homes["home_id"]))
    bits = chances.bits("wheelchair", everyone)[:, 0]
    limit = units_within(lazy.catalogue.standard_s("pharmacy", chair))
    for number in (0, 5, 23):
        city = WorldCity(worlds, number)
        from wegeketten.reach.home_times import reach_of

        units = reach_of(city, chair, ["pharmacy"]).units["likely"][:, 0]
        assert ((units <= limit) == bits[:, number]).all()
    assert 0 < bits.mean() < 1


def test_survey_says_how_likely_a_look_brings_good_news(towns: dict[str, City], tmp_path: Path) -> None:
    found = find_survey(towns["unknown"], [load_profile("wheelchair")], services=["pharmacy"])
    assert found.spots
    kerb = next(spot for spot in found.spots if spot.attribute == "kerb_cm")
    assert 0 < kerb.chance < 1
    found.write(tmp_path / "survey")
    with (tmp_path / "survey" / "survey.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        worth = float(row["chance_good"]) * float(row["people_between"])
        assert float(row["people_expected"]) == pytest.approx(worth, abs=2e-3)


def test_a_plan_counts_what_to_expect(lazy: City, tmp_path: Path) -> None:
    profiles = [load_profile("wheelchair"), load_profile("pram")]
    made = make_plan(lazy, profiles, wishes=Wishes(services=("pharmacy", "groceries")), worlds=16)
    bare = make_plan(lazy, profiles, wishes=Wishes(services=("pharmacy", "groceries")))
    assert [line.barrier_ids for line in made.lines] == [line.barrier_ids for line in bare.lines]
    assert made.lines
    for line in made.lines:
        assert line.people_low is not None
        assert line.people_high is not None
        assert line.helps is not None
        assert line.people_expected is not None
        assert 0 <= line.people_low <= line.people_high
        assert 0 <= line.helps <= 1
        assert line.look_saves_eur == pytest.approx((1 - line.helps) * line.cost_eur)
        assert (line.people_expected > 0) == (line.helps > 0)
    assert all(line.helps is None for line in bare.lines)
    made.write(tmp_path / "plan")
    with (tmp_path / "plan" / "measures.csv").open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    assert float(row["people_expected"]) == pytest.approx(made.lines[0].people_expected, abs=1e-3)


def test_where_all_is_known_the_plan_is_certain(towns: dict[str, City]) -> None:
    chair = load_profile("wheelchair")
    made = make_plan(towns["known"], [chair], wishes=Wishes(services=("pharmacy",)), worlds=8)
    assert made.lines
    for line in made.lines:
        assert line.people_expected == line.people_low == line.people_high
        assert line.helps in (0.0, 1.0)


def test_a_comparison_shares_its_worlds(lazy: City) -> None:
    """Two builds of one town differ in no world; a lost kerb shows in the expected shares."""
    profiles = [load_profile("wheelchair"), load_profile("walker")]
    same = compare_cities(lazy, lazy, profiles, services=["pharmacy"], worlds=24, seed=3)
    for row in same.rows:
        assert row["change_low"] == row["change_high"] == 0
        assert row["share_expected_before"] == row["share_expected_after"]
    bare = compare_cities(lazy, lazy, profiles, services=["pharmacy"])
    assert all("change_low" not in row for row in bare.rows)
    expected = wk.scan(lazy, profiles=profiles, services=["pharmacy"], worlds=24, seed=3).expected_total
    told = [row["share_expected_before"] for row in same.rows if row["district"] == ""]
    assert told == pytest.approx([each.expected for each in expected], abs=1e-4)


def test_plan_report_and_survey_name_one_value_of_looking(
    lazy: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What looking first saves is the plan's own figure wherever it stands, as the range of its costs."""
    wheels = [load_profile("wheelchair")]
    made = make_plan(lazy, wishes=Wishes(services=("pharmacy", "groceries")), profiles=wheels, worlds=8)
    made.write(tmp_path / "plan")
    doubtful = [line for line in made.lines if line.survey_first]
    low = sum((1 - (line.helps or 0)) * line.cost_low_eur for line in doubtful)
    high = sum((1 - (line.helps or 0)) * line.cost_high_eur for line in doubtful)
    assert 0 < low < high
    saved = saved_by_looking(read_proposals(tmp_path / "plan"))
    assert saved is not None
    assert saved == pytest.approx((low, high), rel=0.02)
    surveyed = wk.survey(lazy, profile="wheelchair", plan=tmp_path / "plan")
    assert surveyed.saves_eur == saved
    assert surveyed.to_json()["look_saves_eur"] == [round(end) for end in saved]
    phrase = f"expected to save {euro_range(*saved, 'en')}"
    print_plan(made, lang="en", out=tmp_path / "plan")
    print_survey(surveyed, lang="en", out=tmp_path / "survey")
    assert " ".join(capsys.readouterr().out.split()).count(phrase) == 2
    page = wk.report(
        lazy, tmp_path / "report.html", plan=tmp_path / "plan", profile="wheelchair", lang="en", worlds=0
    )
    assert isinstance(page, Path)
    assert phrase in " ".join(page.read_text(encoding="utf-8").replace("&nbsp;", " ").split())
