"""Where new places open in a drawn town: by hand, whatever the candidates, never in water."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support.drawn import Town

import wegeketten as wk
from wegeketten.errors import InputDataError, UsageError
from wegeketten.people.profile import Profile, load_profile
from wegeketten.siting.candidates import find_candidates, street_corners
from wegeketten.siting.choice import Wanted
from wegeketten.siting.joint import plan_jointly
from wegeketten.siting.site import choose_sites, find_sites

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City

_SMOOTH = "highway=residential|surface=asphalt|width=6|incline=0%|sidewalk=no"
_FOOT = "highway=footway|surface=asphalt|width=2|incline=0%"
_HOME = "addr:street=Ring|addr:housenumber="

# two clusters of homes, west and east; the one meeting place is in the west; a library and a church wait
TOWN = Town(
    """
      A C E                                            I K M
    a--b---------c------------------d-----------------e-----f
      B D  P     L                                     J N  T
                 g                                     h
    """,
    ways={"abcdef": _SMOOTH, "cg": _SMOOTH, "eh": _SMOOTH, "db": _FOOT},
    nodes={
        **{letter: f"{_HOME}{number}" for number, letter in enumerate("ABCDEIJKMN", start=1)},
        "P": "amenity=community_centre|name=Treff West|wheelchair=yes",
        "L": "amenity=library|name=Bibliothek",
        "T": "amenity=place_of_worship|name=Kapelle",
    },
    cell_m=20.0,
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = tmp_path_factory.mktemp("site")
    return wk.build(TOWN.write(folder / "town.osm"), folder / "city", pavements="centre")


@pytest.fixture(scope="module")
def rollator() -> list[Profile]:
    return [load_profile("rollator")]


def test_the_church_in_the_east_is_chosen(town: City, rollator: list[Profile], tmp_path: Path) -> None:
    found = choose_sites(town, rollator, Wanted(add=1, candidates="library,church", minutes=6))
    assert found.people_today["likely"] == 5
    new = [site for site in found.choices[0].sites if site.kind == "new"]
    assert [site.name for site in new] == ["Kapelle"]
    assert new[0].people_gained == 5
    assert found.choices[0].value == found.choices[0].bound == 10
    found.write(tmp_path / "out")
    with (tmp_path / "out" / "sites.csv").open() as file:
        rows = list(csv.DictReader(file))
    contract = "rank,site_id,name,kind,lat,lon,cost_eur,people_served,people_gained,median_s,p90_s"
    assert list(rows[0])[:11] == contract.split(",")
    assert [row["kind"] for row in rows] == ["existing", "new"]
    document = json.loads((tmp_path / "out" / "site.json").read_text())
    keys = {"objective", "value", "bound", "gap", "profiles", "service", "fixed", "added"}
    assert keys <= set(document)
    assert document["fixed"] == [f"n{ord('P')}"]


def test_all_objectives_agree_where_there_is_one_good_place(town: City, rollator: list[Profile]) -> None:
    wanted = Wanted(add=1, candidates="library,church", objectives=("cover", "median", "center"), minutes=6)
    found = choose_sites(town, rollator, wanted)
    for choice in found.choices:
        assert [site.name for site in choice.sites if site.kind == "new"] == ["Kapelle"], choice.objective
        assert choice.gap == 0
        answers = [choice.answers[answer]["value_of_choice"] for answer in ("sure", "likely", "possible")]
        assert answers == sorted(answers, reverse=choice.objective != "cover")


def test_until_says_how_many(town: City, rollator: list[Profile]) -> None:
    half = choose_sites(town, rollator, Wanted(until=0.5, candidates="library,church", minutes=6))
    assert half.choices[0].value == 0  # the place that is there is enough
    all_ = choose_sites(town, rollator, Wanted(until=1.0, candidates="library,church", minutes=6))
    assert all_.choices[0].value == 1
    with pytest.raises(UsageError, match="--until"):
        choose_sites(town, rollator, Wanted(until=1.0, candidates="library", minutes=6))


def test_existing_places_stay_unless_they_may_move(town: City, rollator: list[Profile]) -> None:
    stay = choose_sites(town, rollator, Wanted(add=1, minutes=6))
    assert any(site.kind == "existing" for site in stay.choices[0].sites)
    move = choose_sites(town, rollator, Wanted(add=1, minutes=5, fixed=False))
    assert move.choices[0].value >= stay.choices[0].value
    assert move.fixed == ()


def test_capacity_is_kept(town: City, rollator: list[Profile]) -> None:
    found = choose_sites(town, rollator, Wanted(add=1, candidates="church", capacity=3, minutes=6))
    assert found.choices[0].value == 6


def test_value_rises_with_every_place(town: City, rollator: list[Profile]) -> None:
    values = [choose_sites(town, rollator, Wanted(add=n, minutes=3)).choices[0].value for n in (1, 2, 3)]
    assert values == sorted(values)


def test_a_list_of_premises_with_prices(town: City, rollator: list[Profile], tmp_path: Path) -> None:
    lon, lat = TOWN.position("K")
    file = tmp_path / "premises.csv"
    file.write_text(f"id;name;lon;lat;cost_eur\n7;Rathaus;{lon};{lat};90.000,00\n8;Fern;9.0;48.0;1\n")
    candidates, notes = find_candidates(town, "meeting_place", wanted=str(file))
    assert candidates.site_id == ["f7"]
    assert candidates.cost_eur.tolist() == [90_000.0]
    assert len(notes) == 1
    found = choose_sites(town, rollator, Wanted(add=1, candidates=str(file), minutes=6))
    assert found.choices[0].sites[-1].cost_eur == 90_000.0


def test_corners_keep_out_of_water_and_cemeteries(tmp_path: Path) -> None:
    drawing = """
     A B C D E F G
    a------b------c
           d
    """
    (west, top), (east, bottom) = (
        Town(drawing, {}, cell_m=20.0).at(8, -2),
        Town(drawing, {}, cell_m=20.0).at(14, 2),
    )
    corners = [(west, top), (east, top), (east, bottom), (west, bottom)]
    nodes = "".join(
        f'<node id="{900 + i}" version="1" lat="{y}" lon="{x}"/>' for i, (x, y) in enumerate(corners)
    )
    refs = "".join(f'<nd ref="{900 + i}"/>' for i in (0, 1, 2, 3, 0))
    for tag, count in (("natural=water", 0), ("landuse=cemetery", 0), ("landuse=residential", 1)):
        key, value = tag.split("=")
        extra = f'{nodes}<way id="990" version="1">{refs}<tag k="{key}" v="{value}"/></way>'
        homes = {letter: f"{_HOME}{number}" for number, letter in enumerate("ABCDEFG", start=1)}
        drawn = Town(drawing, {"abc": _SMOOTH, "bd": _SMOOTH}, homes, cell_m=20.0, extra=extra)
        folder = tmp_path / value
        folder.mkdir()
        city = wk.build(drawn.write(folder / "town.osm"), folder / "city", pavements="centre")
        assert len(street_corners(city, 10)) == count, tag


def test_joint_plan_of_a_town(town: City, rollator: list[Profile]) -> None:
    joint = plan_jointly(
        town, rollator, "meeting_place", 120_000, candidates="church,library", cost_eur=60_000
    )
    assert joint.value <= joint.bound
    assert joint.value >= max(joint.sites_first, joint.measures_first)
    assert {row.what for row in joint.bought} <= {"site", "measure"}
    assert all(row.cost_total_eur <= 120_000 for row in joint.bought)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Wanted(service="pub"), "unknown service"),
        (Wanted(add=0), "--add"),
        (Wanted(add=99, candidates="church"), "candidates"),
        (Wanted(objectives=("best",)), "--objective"),
        (Wanted(capacity=0), "--capacity"),
        (Wanted(until=2.0), "--until"),
        (Wanted(candidates="palace"), "palace"),
        (Wanted(budget_eur=5.0), "--with-measures"),
        (Wanted(with_measures=True), "--budget"),
        (Wanted(with_measures=True, budget_eur=5.0), "price"),
        (Wanted(add=1, objectives=("median",), capacity=2), "serve"),
    ],
)
def test_what_cannot_be_is_said(town: City, rollator: list[Profile], wanted: Wanted, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        find_sites(town, rollator, wanted)


def test_a_list_that_is_none(town: City, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(InputDataError, match="coordinates"):
        find_candidates(town, "meeting_place", wanted=str(file))
    assert np.isfinite(street_corners(town, 5).xy).all()


def test_no_church_among_graves(tmp_path: Path) -> None:
    drawing = """
     A B C D E F G
    a------b------c
           d
    """
    (west, top), (east, bottom) = (
        Town(drawing, {}, cell_m=20.0).at(8, -2),
        Town(drawing, {}, cell_m=20.0).at(14, 2),
    )
    corners = [(west, top), (east, top), (east, bottom), (west, bottom)]
    nodes = "".join(
        f'<node id="{900 + i}" version="1" lat="{y}" lon="{x}"/>' for i, (x, y) in enumerate(corners)
    )
    refs = "".join(f'<nd ref="{900 + i}"/>' for i in (0, 1, 2, 3, 0))
    for value, count in (("cemetery", 0), ("residential", 1)):
        extra = f'{nodes}<way id="990" version="1">{refs}<tag k="landuse" v="{value}"/></way>'
        church = {"b": "amenity=place_of_worship|name=Kapelle", "A": f"{_HOME}1"}
        drawn = Town(drawing, {"abc": _SMOOTH, "bd": _SMOOTH}, church, cell_m=20.0, extra=extra)
        folder = tmp_path / value
        folder.mkdir()
        city = wk.build(drawn.write(folder / "town.osm"), folder / "city", pavements="centre")
        if count:
            assert len(find_candidates(city, "meeting_place", wanted="church")[0]) == count
        else:
            with pytest.raises(UsageError, match=r"no place .* try corners"):
                find_candidates(city, "meeting_place", wanted="church")


def test_functions_of_the_package_do_what_the_commands_do(town: City, tmp_path: Path) -> None:
    found = wk.site(town, profile="rollator", add=1, candidates="library,church", minutes=6, worlds=16)
    found.write(tmp_path / "one")
    choose_sites(
        town, [load_profile("rollator")], Wanted(add=1, candidates="library,church", minutes=6, worlds=16)
    ).write(tmp_path / "other")
    assert (tmp_path / "one" / "sites.csv").read_bytes() == (tmp_path / "other" / "sites.csv").read_bytes()
    assert sum(row.posts_whole for row in wk.needs(town, per_post=5).rows) == 2
    places = found.to_geodataframe()
    assert places["kind"].tolist() == ["existing", "new"]
    assert places.geometry.is_valid.all()
    told = wk.needs(town)
    assert told.to_geodataframe().geometry.notna().all()
    assert len(told.to_frame("neighbourhoods")) == len(told.proposal.rows)


def test_where_nothing_is_sure_the_likely_answer_still_comes(tmp_path: Path) -> None:
    drawn = Town(
        """
          A          T
        a----b----c-----d
        """,
        ways={"abcd": "highway=footway"},  # nothing is known of it: sure for nobody on wheels
        nodes={
            "A": f"{_HOME}1", "T": "amenity=place_of_worship|name=Kapelle",
            "b": "barrier=kerb|kerb=lowered",
        },
    )  # fmt: skip
    city = wk.build(drawn.write(tmp_path / "town.osm"), tmp_path / "city", pavements="centre")
    wanted = Wanted(add=1, candidates="church", objectives=("cover", "median", "center"))
    found = choose_sites(city, [load_profile("wheelchair")], wanted)
    answers = {choice.objective: choice.answers for choice in found.choices}
    assert answers["cover"]["likely"]["value"] == 1
    assert answers["center"]["sure"]["value"] is None
    found.write(tmp_path / "out")


def test_worlds_say_what_to_expect_and_how_sure_a_place_is(town: City, rollator: list[Profile]) -> None:
    wanted = Wanted(add=2, candidates="library,church", minutes=6, worlds=8, seed=3)
    (choice,) = choose_sites(town, rollator, wanted).choices
    assert choice.expected is not None
    sure, possible = (choice.answers[answer]["value_of_choice"] for answer in ("sure", "possible"))
    assert sure <= choice.expected.low <= choice.expected.people <= choice.expected.high <= possible
    for site in choice.sites:
        if site.kind == "existing":
            assert site.chance is None
            assert site.people_expected is None
            continue
        assert site.chance is not None
        assert 0 <= site.chance <= 1
        low, mean, high = (site.expected_low, site.people_expected, site.expected_high)
        assert low is not None
        assert mean is not None
        assert high is not None
        assert low <= mean <= high
    (again,) = choose_sites(town, rollator, wanted).choices
    assert again == choice


def test_every_place_says_where_it_is(town: City, rollator: list[Profile]) -> None:
    (choice,) = choose_sites(town, rollator, Wanted(add=1, candidates="church", minutes=6)).choices
    assert all(site.where.startswith("Ring ") for site in choice.sites)
    assert choice.expected is None


@pytest.mark.parametrize(("ground", "left"), [("natural=water", 1), ("landuse=residential", 2)])
def test_a_listed_place_in_a_lake_is_never_proposed(tmp_path: Path, ground: str, left: int) -> None:
    drawing = """
     A B C D E F G
    a------b------c
    """
    plain = Town(drawing, {}, cell_m=20.0)
    ring = [plain.at(8, -1), plain.at(14, -1), plain.at(14, 3), plain.at(8, 3)]
    extra = "".join(
        f'<node id="{900 + i}" version="1" lat="{y}" lon="{x}"/>' for i, (x, y) in enumerate(ring)
    )
    key, value = ground.split("=")
    refs = "".join(f'<nd ref="{900 + i}"/>' for i in (0, 1, 2, 3, 0))
    extra += f'<way id="990" version="1">{refs}<tag k="{key}" v="{value}"/></way>'
    homes = {letter: f"{_HOME}{number}" for number, letter in enumerate("ABCDEFG", start=1)}
    drawn = Town(drawing, {"abc": _SMOOTH}, homes, cell_m=20.0, extra=extra)
    city = wk.build(drawn.write(tmp_path / "town.osm"), tmp_path / "city", pavements="centre")
    (lon, lat), (other_lon, other_lat) = drawn.position("D"), drawn.position("A")
    listed = tmp_path / "list.csv"
    listed.write_text(f"name,lon,lat\nIm See,{lon},{lat}\nAn Land,{other_lon},{other_lat}\n")
    found, notes = find_candidates(city, "meeting_place", wanted=str(listed))
    assert len(found) == left
    assert any("in water" in note for note in notes) == (left == 1)


def test_no_place_at_a_motorway(tmp_path: Path) -> None:
    drawing = """
     A B C D E F G
    a------b------c
           L
    m------n------o
    """
    homes = {letter: f"{_HOME}{number}" for number, letter in enumerate("ABCDEFG", start=1)}
    nodes = {**homes, "L": "amenity=library|name=Rasthof"}
    for road, left in (("motorway", 0), ("residential", 1)):
        ways = {"abc": _SMOOTH, "mno": f"highway={road}"}
        drawn = Town(drawing, ways, nodes, cell_m=15.0)
        folder = tmp_path / road
        folder.mkdir()
        city = wk.build(drawn.write(folder / "town.osm"), folder / "city", pavements="centre")
        if left:
            assert find_candidates(city, "meeting_place", wanted="library")[0].name == ["Rasthof"]
        else:
            with pytest.raises(UsageError, match="no place"):
                find_candidates(city, "meeting_place", wanted="library")
