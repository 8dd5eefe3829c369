"""Every arc that another router decides otherwise has one named rule, in words of both languages."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support.drawn import Town

import wegeketten as wk
from wegeketten.errors import UsageError
from wegeketten.people.checks import LIKELY, checks
from wegeketten.people.profile import PRESETS, load_profile
from wegeketten.people.verdict import levels
from wegeketten.routers.differences import CLOSES, OPENS, TIMES, Differences, find_differences
from wegeketten.routers.write import COLUMNS, explained, print_differences
from wegeketten.words.catalogue import load_words

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City
    from wegeketten.model.answers import Answer

HOME = (
    '<node id="5001" lat="51.0501" lon="13.7400"><tag k="addr:street" v="Am Weg"/>'
    '<tag k="addr:housenumber" v="1"/></node>'
    '<node id="7001" lat="51.0499" lon="13.7420"><tag k="amenity" v="pharmacy"/></node>'
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = tmp_path_factory.mktemp("peers")
    drawn = Town(
        "A.....b.....C.....d.....E\n.........................\nF.....G.....H.....I.....J",
        {"AbCdE": "highway=footway|surface=asphalt", "AF": "highway=steps", "FG": "highway=path|surface=mud",
         "GH": "highway=path|surface=sand|wheelchair=yes", "HI": "highway=footway|smoothness=bad",
         "IJ": "highway=footway|access=private", "EJ": "highway=footway|incline=9 %",
         "CH": "highway=footway"},
        nodes={"b": "barrier=kerb|kerb=raised", "d": "barrier=kerb"}, extra=HOME,
    )  # fmt: skip
    return wk.build(drawn.write(folder / "town.osm"), folder / "city")


def _check(city: City, preset: str, answer: Answer = "likely") -> Differences:
    own, router = load_profile("wheelchair"), load_profile(preset)
    found = find_differences(city, router, own, answer=answer)
    ours = levels(city.edges.columns, own) >= LIKELY
    theirs = levels(city.edges.columns, router) >= LIKELY
    expected = {OPENS: theirs & ~ours, CLOSES: ours & ~theirs}
    for what, where in expected.items():  # each arc that differs is there, once
        row, edge = np.nonzero(where)
        assert sorted(found.arc[found.what == what].tolist()) == sorted((2 * edge + row).tolist())
    assert len(set(found.arc.tolist())) == len(found.arc)
    for rule in set(found.rule.tolist()):
        assert explained(rule, "de") != explained(rule, "en")
    return found


def _by_id(found: Differences) -> dict[tuple[str, str], str]:
    return {(row["edge_id"], row["what"]): row["rule"] for row in found.rows()}


@pytest.mark.parametrize("preset", PRESETS)
def test_every_difference_has_its_rule(town: City, preset: str) -> None:
    _check(town, preset)


def test_the_rules_are_the_right_ones(town: City) -> None:
    rules = _by_id(_check(town, "ors"))
    assert rules["n98", OPENS] == "kerb_cm.no_limit"
    assert rules["w1007", OPENS] == "incline_pct.no_limit"
    assert rules["w1006:1", CLOSES] == "ors.restricted"
    own, sent = load_profile("wheelchair"), load_profile("ors", {"kerb_cm": 3})
    assert _by_id(find_differences(town, sent, own))["n98", OPENS] == "kerb_cm.not_read"
    meant = _by_id(_check(town, "ors-meant"))
    assert ("n98", OPENS) not in meant  # raised is read rightly there, and 12 cm is more than 6
    assert meant["w1007", CLOSES] == "incline_pct.stricter_limit"  # downhill as well
    built = _by_id(_check(town, "valhalla"))
    assert built["w1002", OPENS] == "step_count.costs_only"
    assert built["w1005", OPENS] == "smoothness_grade.no_limit"
    assert _by_id(_check(town, "accessmap"))["n100", CLOSES] == "accessmap.no_kerb_ramp_mapped"
    assert ("n100", CLOSES) not in _by_id(_check(town, "accessmap-meant"))


def test_lifting_our_own_limit_makes_the_difference_go_away(town: City) -> None:
    """The rule names a limit of ours; without it the arc is open to us too, if nothing else closes it."""
    own, router = load_profile("wheelchair"), load_profile("ors")
    found = find_differences(town, router, own)
    lifted = 0
    for at in np.flatnonzero(found.what == OPENS).tolist():
        attribute, arc = str(found.rule[at]).split(".")[0], int(found.arc[at])
        broken = {
            check.attribute
            for check in checks(town.edges.columns, own)
            if np.broadcast_to(check.levels, (2, len(town.edges)))[arc % 2, arc // 2] < LIKELY
        }
        assert attribute in broken
        if broken == {"kerb_cm"}:
            without = find_differences(town, router, load_profile("wheelchair", {"kerb_cm": None}))
            assert arc not in without.arc[without.what == OPENS]
            lifted += 1
    assert lifted


def test_files_hold_the_sums(town: City, tmp_path: Path) -> None:
    found = wk.peers(town, preset="ors")
    found.write(tmp_path / "out")
    with (tmp_path / "out" / "peers.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert sum(int(row["arcs"]) for row in rows) == len(found.arc)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "peers.csv", "peers_edges.csv", "peers.gpkg", "peers.json",
    }  # fmt: skip
    assert found.to_json()["arcs_decided_otherwise"] == int((found.what != TIMES).sum())
    frame = found.to_geodataframe("edges")
    assert len(frame) == int((found.what != TIMES).sum())
    assert frame.crs == "EPSG:4326"


def test_the_terminal_writes_numbers_as_the_reader_does(
    town: City, capsys: pytest.CaptureFixture[str]
) -> None:
    found = wk.peers(town, preset="ors")
    sums = {lang: _printed(found, lang, capsys) for lang in ("de", "en")}
    km = [f"{row['metres'] / 1000:.1f}" for row in found.sums()]
    assert km
    assert all(figure in sums["en"] for figure in km)
    assert all(figure.replace(".", ",") in sums["de"] for figure in km)


def _printed(found: Differences, lang: str, capsys: pytest.CaptureFixture[str]) -> str:
    print_differences(found, lang=lang)
    return capsys.readouterr().out


def test_a_preset_is_compared_with_a_profile() -> None:
    with pytest.raises(UsageError, match="preset"):
        find_differences(None, load_profile("walker"), load_profile("wheelchair"))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="preset"):
        find_differences(None, load_profile("ors"), load_profile("otp"))  # type: ignore[arg-type]


def test_every_rule_of_a_router_has_words() -> None:
    """Rules are collected from edges of all sorts; words nobody needs are found as well."""
    from importlib import import_module

    from wegeketten.people.presets.facts import Facts

    tags = [
        {"highway": "path", key: value}
        for key, value in (
            ("access", "no"), ("sac_scale", "mountain_hiking"), ("surface", "mud"), ("smoothness", "bad"),
            ("tracktype", "grade5"), ("wheelchair", "no"), ("construction", "yes"), ("motorroad", "yes"),
            ("kerb", "raised"), ("kerb", "unknown"), ("wheelchair", "yes"),
        )
    ] + [
        {"highway": "steps", "wheelchair": "no", "foot": "yes"}, {"highway": "steps"}, {"barrier": "stile"},
        {"highway": "primary", "sidewalk": "no"}, {"highway": "primary"}, {"highway": "footway"},
        {"highway": "footway", "footway": "crossing"},
    ]  # fmt: skip
    facts = [
        Facts(one, kind, incline=slope)
        for one in tags
        for kind in ("footway", "steps", "kerb", "stile")
        for slope in (-0.2, 0.0, 0.2)
    ]
    words, speeds = load_words("en")["peer_rules"], {"base_speed"}
    for router in ("ors", "valhalla", "accessmap", "otp"):
        judge = import_module(f"wegeketten.people.presets.{router}").judge
        judged = [judge(each, as_built=built) for each in facts for built in (True, False)]
        assert {one.shut for one in judged} - {""} == set(words.get(router, {})), router
        speeds |= {one.speed_rule for one in judged} - {""}
    assert speeds == set(words["time"])


@pytest.mark.data
@pytest.mark.parametrize("extract", ["berlin-miraustrasse_2026-07", "zuerich-hb_2025-11"])
def test_every_difference_in_a_real_town_has_its_rule(
    shared_data: Path, tmp_path: Path, extract: str
) -> None:
    city = wk.build(shared_data / "osm" / f"{extract}.osm.pbf", tmp_path / "city")
    for preset in PRESETS:
        found = _check(city, preset)
        assert found.arcs == 2 * len(city.edges)
