"""Homes on sketched ground: one per address, at the entrance, buildings where addresses are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sketch import ORIGIN, PROJECTION, Sketch, metres

from wegeketten.osm.extract import read_extract
from wegeketten.osm.projection import projection_of
from wegeketten.people.addresses import count_flats, ends_of_range, plain_street, read_address
from wegeketten.people.homes import Homes, find_homes

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def address(number: str, street: str = "Ring", postcode: str = "01067") -> dict[str, str]:
    return {"addr:street": street, "addr:housenumber": number, "addr:postcode": postcode}


def found(sketch: Sketch) -> Homes:
    return find_homes(sketch.features(), PROJECTION)


def ids(homes: Homes) -> list[str]:
    result: list[str] = homes.columns["home_id"].tolist()
    return result


def spots(homes: Homes) -> list[tuple[float, float]]:
    return metres(np.stack([homes.columns["x"], homes.columns["y"]], axis=1))


@pytest.fixture
def sketch() -> Sketch:
    return Sketch()


def test_addresses_on_nodes_and_buildings(sketch: Sketch) -> None:
    sketch.node(0, 0, address("1"))
    sketch.box(100, 0, 110, 10, {"building": "house", **address("2")})
    sketch.box(200, 0, 300, 90, {"landuse": "residential", **address("3")})
    homes = found(sketch)
    assert ids(homes) == ["n1", "w6", "w11"]
    assert spots(homes) == [(0.0, 0.0), (105.0, 5.0), (250.0, 45.0)]
    assert homes.columns["housenumber"].tolist() == ["1", "2", "3"]
    assert homes.columns["street"].tolist() == ["Ring"] * 3
    assert homes.columns["postcode"].tolist() == ["01067"] * 3
    assert homes.columns["source"].tolist() == ["address"] * 3
    assert homes.columns["weight"].tolist() == [1.0] * 3
    assert homes.columns["district"].tolist() == [0] * 3


@pytest.mark.parametrize(
    ("other", "apart_m", "count"),
    [
        (address("1"), 20, 1),
        (address("1"), 500, 2),  # a street of that name in the next village
        (address("1", postcode=""), 20, 1),
        (address("1", postcode="01099"), 20, 2),
        (address("1", street="RING"), 20, 1),
        (address(" 1 "), 20, 1),
        (address("1a"), 20, 2),
        (address("1", street="Wall"), 20, 2),
    ],
)
def test_the_same_address_once(sketch: Sketch, other: dict[str, str], apart_m: float, count: int) -> None:
    sketch.node(0, 0, address("1"))
    sketch.node(apart_m, 0, {"shop": "bakery", **other})
    homes = found(sketch)
    assert len(homes) == count
    assert any("more than once" in note for note in homes.notes) == (count == 1)


def test_entrance_with_the_address_stands_for_the_building(sketch: Sketch) -> None:
    sketch.box(0, 0, 20, 10, {"building": "yes", **address("7")})
    sketch.node(10, 5, address("7"))
    sketch.node(0, 5, {"entrance": "yes", **address("7")})
    homes = found(sketch)
    assert ids(homes) == ["n7"]
    assert homes.columns["source"].tolist() == ["entrance"]
    assert spots(homes) == [(0.0, 5.0)]


def test_building_is_entered_at_its_mapped_entrance(sketch: Sketch) -> None:
    corners = [sketch.node(*point) for point in ((0, 0), (20, 0), (20, 10), (0, 10))]
    yard = sketch.node(10, 10, {"entrance": "yes"})
    main = sketch.node(10, 0, {"entrance": "main"})
    garage = sketch.node(20, 5, {"entrance": "garage"})
    ring = [corners[0], main, corners[1], garage, corners[2], yard, corners[3], corners[0]]
    sketch.way(ring, {"building": "apartments", **address("7")})
    homes = found(sketch)
    assert ids(homes) == ["w8"]
    assert spots(homes) == [(10.0, 0.0)]
    assert homes.columns["source"].tolist() == ["entrance"]


def test_address_nodes_in_a_row_of_houses_take_the_nearest_entrance(sketch: Sketch) -> None:
    doors = [sketch.node(x, 0, {"entrance": "staircase"}) for x in (10, 30, 90)]
    corners = [sketch.node(*point) for point in ((0, 0), (100, 0), (100, 12), (0, 12))]
    sketch.way([corners[0], *doors, *corners[1:], corners[0]], {"building": "apartments"})
    for x, number in ((10, "1"), (30, "3"), (60, "5")):
        sketch.node(x, 6, address(number))
    assert spots(found(sketch)) == [(10.0, 0.0), (30.0, 0.0), (60.0, 6.0)]


@pytest.mark.parametrize(("number", "count"), [("3-7", 1), ("3–7", 1), ("3/7", 1), ("3;5;7", 1)])
def test_a_range_is_one_home(sketch: Sketch, number: str, count: int) -> None:
    sketch.box(0, 0, 20, 10, {"building": "yes", **address(number)})
    assert len(found(sketch)) == count


def test_a_range_whose_ends_are_mapped_is_left_out(sketch: Sketch) -> None:
    sketch.box(0, 0, 60, 10, {"building": "yes", **address("3-7")})
    for x, number in ((10, "3"), (30, "5"), (50, "7")):
        sketch.node(x, 0, {"entrance": "yes", **address(number)})
    sketch.box(0, 100, 60, 110, {"building": "yes", **address("9-11")})
    sketch.node(10, 100, {"entrance": "yes", **address("9")})
    assert found(sketch).columns["housenumber"].tolist() == ["3", "5", "7", "9", "9-11"]


def test_interpolation_is_counted_not_filled(sketch: Sketch) -> None:
    ends = [sketch.node(0, 0, address("1")), sketch.node(100, 0, address("21"))]
    sketch.way(ends, {"addr:interpolation": "odd"})
    homes = found(sketch)
    assert ids(homes) == ["n1", "n2"]
    assert any("interpolation" in note for note in homes.notes)


def test_house_numbers_that_name_nothing_are_listed(sketch: Sketch) -> None:
    sketch.node(0, 0, address("?"))
    homes = found(sketch)
    assert len(homes) == 0
    assert [(s.element, s.station) for s in homes.skipped] == [("n1", "homes")]


def test_numbers_without_street(sketch: Sketch) -> None:
    for x in (0, 5, 40):
        sketch.node(x, 0, {"addr:housenumber": "5"})
    sketch.node(0, 0, {"addr:housenumber": "6", "addr:place": "Anger"})
    homes = found(sketch)
    assert ids(homes) == ["n1", "n3", "n4"]
    assert homes.columns["street"].tolist() == ["", "", "Anger"]


def test_residential_buildings_stand_in_where_a_district_has_no_addresses(sketch: Sketch) -> None:
    sketch.node(10, 10, address("1"))
    sketch.box(
        30, 0, 40, 10, {"building": "house"}
    )  # the district has addresses: this one is just not mapped
    house = sketch.box(1000, 0, 1010, 10, {"building": "house"})
    flats = sketch.box(1100, 0, 1120, 10, {"building": "yes"})
    for x, tags in enumerate(
        [
            {"building": "garage"},
            {"building": "church"},
            {"building": "yes", "amenity": "school"},
            {"building": "yes", "shop": "bakery"},
        ]
    ):
        sketch.box(1200 + 50 * x, 0, 1212 + 50 * x, 12, tags)
    sketch.box(1500, 0, 1505, 5, {"building": "yes"})  # a shed
    sketch.box(1600, 0, 1700, 100, {"landuse": "industrial"})
    sketch.box(1610, 10, 1640, 40, {"building": "yes"})  # a hall

    def locate(xy: NDArray[np.float64]) -> NDArray[np.int32]:
        return np.where(xy[:, 0] - ORIGIN[0] < 500, 0, 1).astype(np.int32)

    homes = find_homes(sketch.features(), PROJECTION, locate)
    assert ids(homes) == ["n1", f"w{house}", f"w{flats}"]
    assert homes.columns["source"].tolist() == ["address", "building", "building"]
    assert homes.columns["district"].tolist() == [0, 1, 1]
    assert any("2 homes are residential buildings, in 1 districts" in note for note in homes.notes)


def test_a_village_without_addresses_in_a_district_that_has_some(sketch: Sketch) -> None:
    for x in range(0, 200, 20):
        sketch.node(x, 10, address(str(x)))
    village = [sketch.box(3000 + x, 0, 3010 + x, 10, {"building": "house"}) for x in range(0, 100, 20)]
    assert ids(found(sketch))[10:] == [f"w{way}" for way in village]


def test_no_districts_at_all(sketch: Sketch) -> None:
    sketch.box(0, 0, 10, 10, {"building": "house"})

    def nowhere(xy: NDArray[np.float64]) -> NDArray[np.int32]:
        return np.full(len(xy), -1, dtype=np.int32)

    homes = find_homes(sketch.features(), PROJECTION, nowhere)
    assert homes.columns["district"].tolist() == [-1]
    assert any("1 homes are residential buildings" in note for note in homes.notes)
    assert "1 homes lie in no district" in homes.notes


def test_floor_area_is_shared_by_the_homes_of_a_building(sketch: Sketch) -> None:
    sketch.box(0, 0, 20, 10, {"building": "apartments", "building:levels": "5"})
    sketch.node(5, 5, address("1"))
    sketch.node(15, 5, {**address("3"), "addr:flats": "1-12"})
    sketch.node(90, 5, address("5"))
    homes = found(sketch)
    np.testing.assert_allclose(homes.columns["floor_area_m2"], [500.0, 500.0, np.nan], rtol=1e-3)
    np.testing.assert_array_equal(homes.columns["flats"], [np.nan, 12.0, np.nan])


def test_flats_known_only_to_the_twin(sketch: Sketch) -> None:
    sketch.box(0, 0, 20, 10, {"building": "yes", "building:flats": "8", **address("1")})
    sketch.node(0, 5, {"entrance": "yes", **address("1")})
    homes = found(sketch)
    assert ids(homes) == ["n6"]
    assert homes.columns["flats"].tolist() == [8.0]


def test_addresses_where_nobody_lives_are_marked(sketch: Sketch) -> None:
    sketch.box(0, 0, 20, 10, {"building": "church", **address("1")})
    sketch.box(50, 0, 70, 10, {"building": "school"})
    sketch.node(60, 5, address("3"))
    sketch.node(90, 5, address("5"))
    homes = found(sketch)
    by_id = dict(zip(ids(homes), homes.columns["inhabited"].tolist(), strict=True))
    assert by_id == {"w5": False, "n11": False, "n12": True}


def test_nothing_at_all(sketch: Sketch) -> None:
    homes = found(sketch)
    assert len(homes) == 0
    assert homes.columns["x"].shape == (0,)


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_is_an_address_or_none(street: str, number: str) -> None:
    read = read_address({"addr:street": street, "addr:housenumber": number})
    if read is not None:
        assert read.number == number.strip()
        again = read_address({"addr:street": read.street, "addr:housenumber": read.number})
        assert again == read
    assert ends_of_range(number) is None or any(sign in number for sign in "-–/")
    flats = count_flats({"addr:flats": number})
    assert np.isnan(flats) or 0 < flats <= 5000


@given(
    st.sampled_from(["Haupt", "Alte Post", "Dr.-Külz-"]),
    st.sampled_from(["straße", "strasse", "str.", "Str"]),
)
def test_street_names_compare_across_spellings(first: str, last: str) -> None:
    assert plain_street(first + last) == plain_street(first + "straße")


@pytest.mark.data
@pytest.mark.parametrize(
    ("file", "mapped"), [("berlin-miraustrasse_2026-07.osm.pbf", 2682), ("zuerich-hb_2025-11.osm.pbf", 647)]
)
def test_real_addresses(shared_data: Path, file: str, mapped: int) -> None:
    features = read_extract(shared_data / "osm" / file)
    elements: list[Any] = [*features.nodes.values(), *features.ways.values(), *features.relations.values()]
    raw = [e.tags for e in elements if "addr:housenumber" in e.tags]
    assert len(raw) == mapped
    homes = find_homes(features, projection_of(features))
    keys = {
        (
            tags.get("addr:street") or tags.get("addr:place"),
            tags["addr:housenumber"].replace(" ", "").casefold(),
        )
        for tags in raw
    }
    assert len(keys) * 0.97 <= len(homes) <= len(keys) * 1.03
    assert len(set(ids(homes))) == len(homes)
    assert np.isfinite(homes.columns["x"]).all()
