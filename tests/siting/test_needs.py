"""What districts need: posts that sum exactly, weights by index, neighbourhoods that no main road cuts."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from support.drawn import Town

import wegeketten as wk
from wegeketten.errors import InputDataError, UsageError
from wegeketten.people.profile import load_profile
from wegeketten.siting.needs import Asked, find_needs
from wegeketten.siting.neighbourhoods import propose
from wegeketten.siting.posts import largest_remainder, posts_needed, read_index, shared_with

if TYPE_CHECKING:
    from wegeketten.city import City


@given(st.lists(st.floats(0, 60), min_size=1, max_size=40), st.none() | st.integers(0, 90))
@example([2.2e-313], 1)
def test_posts_sum_exactly(needed: list[float], total: int | None) -> None:
    whole = largest_remainder(needed, total)
    asked = int(np.floor(sum(needed) + 0.5 + 1e-9)) if total is None else total
    if sum(needed) > 1e-6:
        assert whole.sum() == asked
        share = np.array(needed) if total is None else np.array(needed) * asked / sum(needed)
        assert (np.abs(whole - share) < 1 + 1e-6).all()
    assert (whole >= 0).all()


def test_rate_and_index_leave_the_citys_total_as_it_is() -> None:
    people = np.array([12_000.0, 30_000.0, 18_000.0])
    assert posts_needed(people).sum() == pytest.approx(3.0)
    weighted = posts_needed(people, [1.5, 0.8, 1.0])
    assert weighted.sum() == pytest.approx(3.0)
    assert weighted[0] > posts_needed(people)[0]
    with pytest.raises(UsageError, match="--per-post"):
        posts_needed(people, per_post=0)


def test_index_by_name_or_id_in_standard_deviations(tmp_path: Path) -> None:
    path = tmp_path / "index.csv"
    rows = ("Nord;SGB II;10", "2;SGB II;20", "Nord;allein;30", "Süd;allein;50", "Fern;allein;1")
    path.write_text("\n".join(("district;indicator;value", *rows)) + "\n")
    weights, notes = read_index(path, ["Nord", "Süd", "West"], ["1", "2", "3"], 0.25)
    assert weights.tolist() == pytest.approx([0.75, 1.25, 1.0])  # one deviation below, one above, not in it
    assert len(notes) == 3
    path.write_text("district;value\nNord;viel\n")
    with pytest.raises(InputDataError, match="no number"):
        read_index(path, ["Nord"], ["1"], 0.25)
    path.write_text("district;value\nFern;3\n")
    with pytest.raises(InputDataError, match="none of its districts"):
        read_index(path, ["Nord"], ["1"], 0.25)


_STREET = "highway=residential|surface=asphalt|width=6|incline=0%"
_MAIN = "highway=primary|surface=asphalt|width=9|incline=0%"
_HOME = "addr:street={}|addr:housenumber={}"

# six homes north and six south of a main road that runs through; a zebra joins them
TOWN = Town(
    """
      A B C    D E F
    a--------b--------c
             |
    r--------s--------t
             |
    d--------e--------f
      G H I    J K L
          Q S
    """,
    ways={"abc": _STREET, "bse": _STREET, "def": _STREET, "rst": _MAIN},
    nodes={
        **{letter: _HOME.format("Nordweg", number) for number, letter in enumerate("ABCDEF", start=1)},
        **{letter: _HOME.format("Südweg", number) for number, letter in enumerate("GHIJKL", start=1)},
        "s": "highway=crossing|crossing=zebra",
        "Q": "amenity=community_centre|name=Treff Süd",
        "S": "amenity=nursing_home|name=Pflege",
    },
    cell_m=12.0,
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = tmp_path_factory.mktemp("needs")
    return wk.build(TOWN.write(folder / "town.osm"), folder / "city")


def test_a_main_road_divides(town: City) -> None:
    two = propose(town, least=3, most=8)
    assert sorted((row.around, row.homes, row.crosses) for row in two.rows) == [
        ("Nordweg", 6, ""),
        ("Südweg", 6, ""),
    ]
    assert {row.size for row in two.rows} == {"fits"}
    assert sum(row.meeting_places for row in two.rows) == 1
    ones = {int(n) for n in two.home}
    assert ones == {0, 1}


def test_what_is_too_small_joins_across_and_says_so(town: City) -> None:
    one = propose(town, least=7, most=20)
    assert [(row.homes, row.crosses) for row in one.rows] == [(12, "primary")]


def test_what_is_too_large_is_divided(town: City) -> None:
    parts = propose(town, least=2, most=3)
    assert sum(row.people for row in parts.rows) == 12
    assert all(row.people <= 3 for row in parts.rows)
    streets = {row.around for row in parts.rows}
    assert streets == {"Nordweg", "Südweg"}


def test_needs_of_a_town(town: City, tmp_path: Path) -> None:
    centres = tmp_path / "centres.csv"
    lon, lat = TOWN.position("E")
    centres.write_text(f"name,lon,lat\nZentrum,{lon},{lat}\n")
    there = tmp_path / "posts.csv"
    name = str(town.districts["name"][int(town.homes["district"][0])])
    there.write_text(f"district;posts\n{name};1,5\n")
    found = find_needs(town, load_profile("rollator"), Asked(per_post=4, centres=centres, there=there))
    rows = [row for row in found.rows if row.people > 0]
    assert sum(row.people for row in rows) == 12
    assert sum(row.posts_whole for row in found.rows) == 3
    assert sum(row.centres for row in found.rows) == 1
    assert sum(row.meeting_places for row in found.rows) == 1
    assert sum(row.posts_there or 0 for row in found.rows) == 1.5
    assert all(row.meeting_reach_likely is not None for row in rows)
    assert found.clusters[0].services == "meeting_place;senior_service"
    found.write(tmp_path / "out")
    with (tmp_path / "out" / "needs.csv").open() as file:
        written = list(csv.DictReader(file))
    contract = "district,people,people_65,posts_needed,posts_whole,posts_there,centre_reach_likely"
    assert list(written[0])[:9] == [*contract.split(","), "meeting_reach_likely", "source"]
    assert all(row["source"] for row in written)
    document = json.loads((tmp_path / "out" / "needs.json").read_text())
    assert document["posts_whole"] == 3
    assert (tmp_path / "out" / "needs.gpkg").is_file()


def test_what_is_not_known_stays_unknown(town: City) -> None:
    found = find_needs(town, load_profile("walker"))
    assert all(row.posts_there is None and row.people_65 is None for row in found.rows)
    assert any("every home counts as one person" in note for note in found.notes)
    with pytest.raises(InputDataError):
        find_needs(town, load_profile("walker"), Asked(there=Path("/nonexistent/posts.csv")))


# the same twelve homes north and south, no road between them but tracks that one street crosses on the ground
TRACKS = Town(
    """
      A B C    D E F
    a--------b--------c
             |
    r--------s--------t
             |
    d--------e--------f
      G H I    J K L
    """,
    ways={"abc": _STREET, "bse": _STREET, "def": _STREET, "rst": "railway=rail"},
    nodes={
        **{letter: _HOME.format("Nordweg", number) for number, letter in enumerate("ABCDEF", start=1)},
        **{letter: _HOME.format("Südweg", number) for number, letter in enumerate("GHIJKL", start=1)},
        "s": "railway=level_crossing",
    },
    cell_m=12.0,
)


@pytest.mark.parametrize(("line", "parts"), [("rail", 2), ("tram", 1), ("abandoned", 1)])
def test_tracks_on_the_ground_divide(tmp_path: Path, line: str, parts: int) -> None:
    drawn = Town(
        TRACKS.drawing,
        {**TRACKS.ways, "rst": f"railway={line}"},
        TRACKS.nodes,
        cell_m=12.0,
    )
    city = wk.build(drawn.write(tmp_path / "town.osm"), tmp_path / "city", pavements="centre")
    rows = propose(city, least=3, most=20).rows
    assert sorted((row.around, row.homes) for row in rows) == (
        [("Nordweg", 6), ("Südweg", 6)] if parts == 2 else [(rows[0].around, 12)]
    )
    if parts == 2:
        assert [row.crosses for row in propose(city, least=7, most=20).rows] == ["railway"]


@given(st.lists(st.floats(0.01, 3), min_size=1, max_size=12), st.integers(0, 2**16))
def test_shared_posts_hang_together(needed: list[float], seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = len(needed)
    touching = np.triu(rng.random((count, count)) < 0.3, 1)
    touching |= touching.T
    beside = [np.flatnonzero(row).tolist() for row in touching]
    whole = largest_remainder(needed)
    owner = shared_with(needed, whole, beside)
    label = connected_components(coo_array(touching), directed=False)[1]
    for row in range(count):
        there = bool(whole[label == label[row]].sum())
        assert (owner[row] >= 0) == there, (needed, beside)
        if whole[row]:
            assert owner[row] == row
    for post in set(owner.tolist()) - {-1}:
        members = np.flatnonzero(owner == post)
        parts = connected_components(coo_array(touching[np.ix_(members, members)]), directed=False)[0]
        assert whole[post] > 0
        assert parts == 1
