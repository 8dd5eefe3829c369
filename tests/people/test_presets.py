"""Other routers' rules against the values read in, or run from, their own sources."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from wegeketten.errors import InputDataError, UsageError
from wegeketten.files.resources import shipped
from wegeketten.model.edges import RAW, EdgeTable
from wegeketten.model.kinds import Kind
from wegeketten.people.checks import SURE
from wegeketten.people.presets import accessmap, ors, otp, valhalla
from wegeketten.people.presets.facts import Facts
from wegeketten.people.presets.seen import see
from wegeketten.people.profile import PRESETS, PROFILES, load_profile, load_profiles
from wegeketten.people.seconds import costs_s, seconds
from wegeketten.people.verdict import levels, weigh
from wegeketten.tags import read
from wegeketten.tags.raw import apart, joined

if TYPE_CHECKING:
    from collections.abc import Sequence


@pytest.mark.parametrize(
    ("text", "built", "right"),
    [
        ("raised", -100, None), ("no", 15, 0), ("rolled", 15, None), ("regular", 15, None), ("yes", 3, None),
        ("0.15", 0, 15), ("0.2", 0, 20), ("15 cm", 0, 15), ("20 cm", 0, 20), ("3cm", -100, 3),
        ("15cm", -100, 15), ("0,03", -100, 3), ("<3cm", -100, None), ("12", 3, 12), ("15", 3, 15),
        ("lowered", 3, 3), ("flush", 0, 0),
    ],
)  # fmt: skip
def test_openrouteservice_reads_kerbs_as_its_own_parser_did(
    text: str, built: float, right: float | None
) -> None:
    assert ors.kerb_cm(text) == built
    if right is not None:  # what the same text means
        key = "kerb" if text.isalpha() else "kerb:height"
        assert read(key, text).value == pytest.approx(right)


@pytest.mark.parametrize(
    ("text", "built", "right"),
    [
        ("6°", 15, 10.5), ("3°", 14, 5.2), ("5°", 15, 8.7), ("2°", 15, 3.5), ("up", 10, None),
        ("down", 10, None), ("10-12%", 0, None), ("<6%", 0, None), ("1:12", 0, 8.3), ("20 %", 15, 20),
    ],
)  # fmt: skip
def test_openrouteservice_reads_inclines_as_its_own_parser_did(
    text: str, built: float, right: float | None
) -> None:
    assert ors.incline_pct(text) == built
    if right is not None:
        assert read("incline", text).value == pytest.approx(right, abs=0.05)


@pytest.mark.parametrize("text", ["1,5", "1,5 m", "1.5m", "90cm", "2;3", "~1.5"])
def test_openrouteservice_loses_these_widths(text: str) -> None:
    assert ors.width_cm(text) == ors.IGNORED


def test_openrouteservice_ranks_a_boardwalk_below_mud() -> None:
    ranks = ors.SURFACE_RANKS
    assert sorted(set(ranks.values())) == list(range(1, 27))
    assert ranks["mud"] < ranks["wood"] == 25
    assert ranks["sett"] == ranks["unhewn_cobblestone"] == ranks["cobblestone:flattened"] == 6


@pytest.mark.parametrize(
    ("tags", "rule"),
    [
        ("highway=steps", "steps"),
        ("highway=steps;wheelchair=yes", ""),  # tested before the steps are
        ("highway=steps;wheelchair=no", "restricted"),
        ("highway=steps;wheelchair=no;foot=yes", "wheelchair_no"),
        ("highway=footway;access=private", "restricted"),
        ("highway=footway;access=private;foot=yes", ""),
        ("highway=path;sac_scale=mountain_hiking;wheelchair=yes", "mountain_path"),
        ("highway=path;sac_scale=hiking", ""),
        ("highway=path;surface=mud", "soft_surface"),
        ("highway=path;smoothness=bad", "rough"),
        ("highway=track;tracktype=grade4", "track"),
        ("highway=primary;sidewalk=separate", "no_sidewalk"),
        ("highway=primary", ""),
        ("highway=primary_link;sidewalk=no", "no_sidewalk"),
        ("highway=primary;motorroad=yes", "motorroad"),
        ("highway=construction", "construction"),
        ("highway=residential", ""),
    ],
)
def test_openrouteservice_asks_in_its_own_order(tags: str, rule: str) -> None:
    assert ors.shut(dict(pair.split("=") for pair in tags.split(";"))) == rule


def test_openrouteservice_is_as_fast_as_a_walker_and_twice_as_fast_on_crossings() -> None:
    assert ors.speed_kmh({"highway": "living_street"})[0] == 5.0
    assert ors.speed_kmh({"highway": "footway", "footway": "crossing"})[0] == 10.0
    assert ors.speed_kmh({"highway": "secondary"})[0] == pytest.approx(3.2)
    assert ors.speed_kmh({"highway": "service"})[0] == pytest.approx(3.6)


def test_valhalla_has_its_tables() -> None:
    published = {
        -10: 1.33, -8: 1.22, -6.5: 1.08, -5: 0.97, -3: 0.88, -1.5: 0.92, 0: 1.0, 1.5: 1.1, 3: 1.2, 5: 1.33,
        6.5: 1.43, 8: 1.57, 10: 1.83, 11.5: 2.03, 13: 2.23, 15: 2.5,
    }  # fmt: skip
    for pct, factor in published.items():
        judged = valhalla.judge(Facts(incline=pct / 100), as_built=True)
        assert judged.speed_m_s == pytest.approx(4 / 3.6 / factor)
    assert valhalla.STOP_DELAY_S == (0, 0, 1, 1, 2, 3, 5, 15)
    steep = Facts({"highway": "path"}, incline=0.13)
    assert valhalla.judge(steep, as_built=True).shut == ""  # its check is commented out
    assert valhalla.judge(steep, as_built=False).shut == "max_grade"
    assert valhalla.judge(Facts({"kerb": "raised"}, kind="kerb"), as_built=True).shut == ""
    assert [valhalla.judge(Facts({"wheelchair": w}), as_built=True).shut for w in ("limited", "no")] == [
        "",
        "wheelchair_no",
    ]


def test_accessmap_has_the_speeds_reckoned_from_it() -> None:
    manual = {-6: 0.32, -3: 0.55, 0: 0.68, 3: 0.40, 6: 0.23, 8: 0.16}
    assert {pct: round(accessmap.speed_m_s(pct / 100), 2) for pct in manual} == manual
    cane = {0: 0.91, 3: 0.66, 6: 0.48}
    assert {pct: round(accessmap.speed_m_s(pct / 100, 1.0, 0.14, -0.14), 2) for pct in cane} == cane
    for base, up, down in ((0.8, 0.08, -0.10), (2.0, 0.12, -0.12)):
        assert accessmap.speed_m_s(up, base, up, down) == pytest.approx(base / 5)
        assert accessmap.speed_m_s(down, base, up, down) == pytest.approx(base / 5)
    short = Facts({"highway": "footway"}, incline=0.2, length_m=2.0)
    assert accessmap.judge(short, as_built=True).shut == ""
    assert accessmap.judge(short, as_built=False).shut == "uphill_limit"
    assert accessmap.judge(Facts(kind="crossing"), as_built=True).delay_s == 30
    assert accessmap.judge(Facts(kind="lift"), as_built=True).delay_s == 45


def test_opentripplanner_adds_where_its_documentation_doubles() -> None:
    slopes = (0.083, 0.093, 0.103, 0.113)
    assert [otp.slope_factor(s, as_built=True) for s in slopes] == pytest.approx([1, 2, 3, 4])
    assert [otp.slope_factor(s, as_built=False) for s in slopes] == pytest.approx([1, 2, 4, 8])
    steps = Facts({"highway": "steps"}, kind="steps")
    assert otp.judge(steps, as_built=True).factor == 25 * 100
    assert otp.judge(steps, as_built=False).factor == 25 * 25
    assert otp.judge(steps, as_built=True).speed_m_s == pytest.approx(1.33 / 3)
    for kerb, open_ in (("flush", True), ("lowered", True), ("no", True), ("raised", False), ("", False)):
        assert otp.is_accessible({"barrier": "kerb", "kerb": kerb}, "kerb") is open_
    assert otp.judge(Facts({"barrier": "chain"}, kind="chain"), as_built=True).factor == 25


def test_presets_are_chosen_by_id_and_never_by_default() -> None:
    assert {one.id for one in load_profiles()} == set(PROFILES)
    assert {path.stem for path in shipped("profiles", "presets").glob("*.toml")} == set(PRESETS)
    for name in PRESETS:
        profile = load_profile(name)
        assert profile.id == name
        assert profile.preset is not None
        assert profile.preset.as_built == (not name.endswith("-meant"))
        assert profile.preset.router == name.removesuffix("-meant")
        assert set(profile.sources["limits.kerb_cm"].source) > set("no")
    with pytest.raises(UsageError, match="did you mean 'ors'"):
        load_profile("orss")


def _edges(rows: Sequence[tuple[Kind, str, dict[str, object]]]) -> EdgeTable:
    from reach.toy import toy_city

    nodes = [(20.0 * n, 0.0) for n in range(len(rows) + 1)]
    plain = [(n, n + 1, kind, columns) for n, (kind, _, columns) in enumerate(rows)]
    edges = toy_city(nodes, plain, homes=[0], places=[("pharmacy", 0)]).edges
    texts = [joined(dict(pair.split("=", 1) for pair in tags.split(";") if pair)) for _, tags, _ in rows]
    edges.columns[RAW] = np.array(texts, dtype=object)
    return edges


def test_limits_that_a_client_sends_are_held_against_what_the_engine_reads() -> None:
    rows: list[tuple[Kind, str, dict[str, object]]] = [
        (Kind.kerb, "barrier=kerb;kerb=raised", {}),
        (Kind.kerb, "barrier=kerb;kerb=no", {}),
        (Kind.kerb, "barrier=kerb;kerb:height=15 cm", {}),
        (Kind.footway, "highway=footway;incline=2°", {}),
        (Kind.footway, "highway=footway;width=90cm", {}),
        (Kind.footway, "highway=footway;width=0.8", {}),
        (Kind.footway, "highway=footway", {}),
    ]
    edges = _edges(rows)
    assert (levels(edges.columns, load_profile("ors")) == SURE).all()  # no documented limit is applied
    sent = load_profile("ors", {"kerb_cm": 6, "incline_up_pct": 6, "width_m": 0.9})
    open_ = (levels(edges.columns, sent) == SURE).all(axis=0)
    assert open_.tolist() == [True, False, True, False, True, False, True]


def test_a_router_knows_one_answer_and_costs_are_not_times() -> None:
    edges = _edges([(Kind.steps, "highway=steps", {}), (Kind.footway, "highway=footway", {})])
    for name in PRESETS:
        profile = load_profile(name)
        weights = weigh(edges, profile)
        assert (weights.sure == weights.likely).all()
        assert (weights.likely == weights.possible).all()
    walled = load_profile("valhalla")
    time, cost = seconds(edges.columns, walled), costs_s(edges.columns, walled)
    assert (cost - time)[:, 0].tolist() == [600.0, 600.0]
    assert time[0, 1] == cost[0, 1] == pytest.approx(18.0)
    rollator = load_profile("rollator")
    assert (costs_s(edges.columns, rollator) == seconds(edges.columns, rollator)).all()


def test_both_directions_have_their_own_slope() -> None:
    edges = _edges([(Kind.footway, "highway=footway", {"rise_m": 1.8, "fall_m": 0.0})])  # 9 %
    preset = load_profile("accessmap").preset
    assert preset is not None
    up, down = see(edges.columns, preset).shut[:, 0]
    assert (up, down) == ("uphill_limit", "")


def test_without_its_tags_a_city_has_no_presets() -> None:
    edges = _edges([(Kind.footway, "", {})])
    del edges.columns[RAW]
    with pytest.raises(InputDataError, match="build the city again"):
        weigh(edges, load_profile("ors"))


def test_tags_are_kept_word_by_word() -> None:
    tags = {"kerb:height": "0,03", "surface": "a=b", "name": "x", "sidewalk:left:kerb:start": "flush"}
    kept = dict(tags)
    del kept["name"]
    assert apart(joined(tags)) == kept
    assert apart("") == {}
    assert math.isnan(ors.judge(Facts(tags), as_built=True).kerb_cm)
