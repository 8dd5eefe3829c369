"""Places on sketched ground: what counts, what counts once, and where one gets in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from support.sketch import PROJECTION, Sketch, metres

from wegeketten.osm.extract import read_extract
from wegeketten.osm.projection import projection_of
from wegeketten.places.find import Places, find_places, storey
from wegeketten.places.service_catalogue import load_catalogue

if TYPE_CHECKING:
    from pathlib import Path


def found(sketch: Sketch) -> Places:
    return find_places(sketch.features(), load_catalogue(), PROJECTION)


def ids(places: Places, service: str | None = None) -> list[str]:
    pairs = zip(places.columns["place_id"], places.columns["service"], strict=True)
    return [place for place, offered in pairs if service in (None, offered)]


def doors(places: Places, row: int = 0) -> list[tuple[float, float]]:
    return metres(places.xy[places.owner == row])


@pytest.fixture
def sketch() -> Sketch:
    return Sketch()


def test_node_outline_and_relation(sketch: Sketch) -> None:
    sketch.node(0, 0, {"amenity": "pharmacy", "name": "Löwe"})
    sketch.box(1000, 0, 1020, 10, {"amenity": "pharmacy", "building": "yes", "name": "Adler"})
    outer, inner = sketch.box(2000, 0, 2040, 40), sketch.box(2010, 10, 2030, 30)
    sketch.relation(
        [("w", outer, "outer"), ("w", inner, "inner")],
        {"type": "multipolygon", "building": "yes", "amenity": "pharmacy", "name": "Bär"},
    )
    places = found(sketch)
    assert ids(places) == ["n1", "w6", "r17"]
    assert places.columns["name"].tolist() == ["Löwe", "Adler", "Bär"]
    assert places.columns["osm_kind"].tolist() == ["amenity=pharmacy"] * 3
    middle = np.stack([places.columns["x"], places.columns["y"]], axis=1)
    assert metres(middle)[:2] == [(0.0, 0.0), (1010.0, 5.0)]
    x, y = metres(middle)[2]  # in the built ring, not in the courtyard
    assert not (10 < x - 2000 < 30 and 10 < y < 30)


def test_one_place_may_offer_several_services(sketch: Sketch) -> None:
    sketch.node(0, 0, {"shop": "supermarket", "post_office": "post_partner"})
    places = found(sketch)
    assert places.columns["service"].tolist() == ["groceries", "post"]
    assert places.columns["place_id"].tolist() == ["n1", "n1"]


@pytest.mark.parametrize(
    ("first", "second", "apart_m", "count"),
    [
        ({"name": "Rewe"}, {"name": "REWE"}, 40, 1),
        ({"name": "Rewe"}, {"name": "Rewe"}, 60, 2),
        ({"name": "Rewe"}, {"name": "Edeka"}, 5, 2),
        ({"brand": "Rewe"}, {"name": "Rewe"}, 30, 1),
        ({}, {}, 5, 2),
        ({}, {}, 0, 1),
        ({"name": "Rewe"}, {}, 0, 1),
        ({"name": "Rewe"}, {}, 5, 2),
    ],
)
def test_two_nodes(
    sketch: Sketch, first: dict[str, str], second: dict[str, str], apart_m: float, count: int
) -> None:
    sketch.node(0, 0, {"shop": "supermarket", **first})
    sketch.node(apart_m, 0, {"shop": "supermarket", **second})
    places = found(sketch)
    assert len(places) == count
    assert len(places.skipped) == 2 - count


@pytest.mark.parametrize(("name", "count"), [("Rewe", 1), ("", 1), ("Rewe Markt Müller", 1), ("Edeka", 2)])
def test_node_in_an_outline(sketch: Sketch, name: str, count: int) -> None:
    sketch.node(10, 10, {"shop": "supermarket", "name": name, "wheelchair": "yes", "opening_hours": "24/7"})
    sketch.box(0, 0, 30, 20, {"shop": "supermarket", "building": "retail", "name": "Rewe"})
    places = found(sketch)
    assert len(places) == count
    if count == 1:
        assert ids(places) == ["w6"]
        assert places.columns["wheelchair"].tolist() == [1.0]  # only the node said so
        assert places.columns["opening_hours"].tolist() == ["24/7"]
        assert [(s.element, s.station) for s in places.skipped] == [("n1", "places")]
        assert "w6" in places.skipped[0].reason


def test_the_outlines_own_verdict_counts_more(sketch: Sketch) -> None:
    sketch.node(10, 10, {"shop": "supermarket", "wheelchair": "yes"})
    sketch.box(0, 0, 30, 20, {"shop": "supermarket", "wheelchair": "no"})
    assert found(sketch).columns["wheelchair"].tolist() == [0.0]


def test_school_ground_with_school_buildings(sketch: Sketch) -> None:
    sketch.box(0, 0, 100, 100, {"amenity": "school", "name": "19. Grundschule"})
    sketch.box(10, 10, 40, 40, {"amenity": "school", "building": "school"})
    sketch.box(60, 60, 90, 90, {"amenity": "school", "building": "school", "name": "Gymnasium"})
    assert ids(found(sketch)) == ["w5", "w15"]


def test_poles_of_one_stop_on_both_sides_are_two(sketch: Sketch) -> None:
    sketch.node(0, 0, {"highway": "bus_stop", "name": "Markt"})
    sketch.node(2, 1, {"public_transport": "platform", "bus": "yes", "name": "Markt"})
    sketch.node(20, 10, {"highway": "bus_stop", "name": "Markt"})
    assert ids(found(sketch), "stop") == ["n1", "n3"]


def test_where_the_tram_stops_is_no_place_beside_its_platform(sketch: Sketch) -> None:
    sketch.node(0, 0, {"railway": "tram_stop", "public_transport": "stop_position", "name": "Markt"})
    sketch.line((30, 0), (60, 0), tags={"railway": "platform", "name": "Markt"})
    sketch.node(500, 0, {"railway": "tram_stop", "public_transport": "stop_position", "name": "Ring"})
    assert ids(found(sketch), "stop") == ["n5", "w4"]


def test_benches_side_by_side_are_two(sketch: Sketch) -> None:
    sketch.node(0, 0, {"amenity": "bench"})
    sketch.node(1.5, 0, {"amenity": "bench"})
    assert len(found(sketch)) == 2


def test_wheelchair_values(sketch: Sketch) -> None:
    for step, value in enumerate(["yes", "designated", "limited", "no", "unknown", ""]):
        sketch.node(1000 * step, 0, {"amenity": "toilets", "wheelchair": value})
    sketch.node(9000, 0, {"amenity": "library", "toilets:wheelchair": "yes"})
    columns = found(sketch).columns
    expected = [1.0, 1.0, 0.5, 0.0, np.nan, np.nan]
    toilets = columns["service"] == "toilet"
    np.testing.assert_array_equal(columns["wheelchair"][toilets], expected)
    np.testing.assert_array_equal(columns["toilets_wheelchair"][toilets], expected)
    np.testing.assert_array_equal(columns["toilets_wheelchair"][~toilets], [1.0])


def test_entrances_of_a_building_are_its_access(sketch: Sketch) -> None:
    main = sketch.node(0, 10, {"entrance": "main"})
    side = sketch.node(40, 10, {"entrance": "yes"})
    fire = sketch.node(20, 0, {"entrance": "emergency"})
    corners = [sketch.node(*point) for point in ((0, 0), (40, 0), (40, 20), (0, 20))]
    sketch.way(
        [corners[0], fire, corners[1], side, corners[2], corners[3], main, corners[0]],
        {"amenity": "library", "building": "yes"},
    )
    assert sorted(doors(found(sketch))) == [(0.0, 10.0), (40.0, 10.0)]


def test_node_takes_the_door_beside_it(sketch: Sketch) -> None:
    sketch.node(0, 0, {"amenity": "pharmacy"})
    sketch.node(6, 0, {"entrance": "yes"})
    sketch.node(-3, 0, {"entrance": "garage"})
    assert doors(found(sketch)) == [(6.0, 0.0)]


def test_small_building_without_entrances_is_entered_at_its_middle(sketch: Sketch) -> None:
    sketch.box(0, 0, 20, 10, {"shop": "supermarket", "building": "yes"})
    assert doors(found(sketch)) == [(10.0, 5.0)]


def test_large_building_is_entered_where_paths_meet_it(sketch: Sketch) -> None:
    door = sketch.node(50, 0)
    corners = [sketch.node(*point) for point in ((0, 0), (100, 0), (100, 80), (0, 80))]
    sketch.way([corners[0], door, *corners[1:], corners[0]], {"shop": "supermarket", "building": "yes"})
    sketch.way([door, sketch.node(50, -30)], {"highway": "footway"})
    assert doors(found(sketch)) == [(50.0, 0.0)]


def test_grounds_around_houses_are_entered_at_the_houses(sketch: Sketch) -> None:
    """As a nursing home in Neubrandenburg: a path ends at the wall of one of its houses."""
    wall = sketch.node(50, 40)
    corners = [sketch.node(*point) for point in ((30, 40), (30, 60), (70, 60), (70, 40))]
    sketch.way([corners[0], wall, *corners[:0:-1], corners[0]], {"building": "yes"})
    sketch.way([wall, sketch.node(50, -30)], {"highway": "path"})
    sketch.way(
        [sketch.node(10, 10), sketch.node(10, -30)], {"highway": "path"}
    )  # to a shed's wall, a dead end
    sketch.box(0, 0, 100, 100, {"amenity": "nursing_home", "area": "yes"})
    sketch.box(1000, 0, 1100, 100, {"amenity": "nursing_home"})
    sketch.box(1010, 10, 1040, 40, {"building": "yes"})
    sketch.node(1040, 30, {"entrance": "yes"})
    sketch.node(1010, 30, {"entrance": "home"})
    places = found(sketch)
    assert doors(places, 0) == [(50.0, 40.0)]
    assert doors(places, 1) == [(1040.0, 30.0)]


def test_ground_is_entered_by_the_doors_in_it_else_its_gates_else_anywhere(sketch: Sketch) -> None:
    sketch.box(0, 0, 200, 200, {"amenity": "hospital", "name": "Nord"})
    sketch.node(100, 100, {"entrance": "main"})
    gate = sketch.node(1000, 100, {"barrier": "gate"})
    corners = [sketch.node(*point) for point in ((1000, 0), (1200, 0), (1200, 200), (1000, 200))]
    sketch.way([*corners, gate, corners[0]], {"amenity": "hospital", "name": "Süd"})
    sketch.box(3000, 0, 3200, 200, {"amenity": "hospital", "name": "Ost"})
    places = found(sketch)
    assert doors(places, 0) == [(100.0, 100.0)]
    assert doors(places, 1) == [(1000.0, 100.0)]
    around = np.array(doors(places, 2))
    assert len(around) == 16
    assert ((around[:, 0] % 200 < 0.1) | (around[:, 0] % 200 > 199.9) | (around[:, 1] % 200 < 0.1)).any()


def test_park_is_entered_along_its_edge_and_where_paths_meet_it(sketch: Sketch) -> None:
    entry = sketch.node(33, 0)
    corners = [sketch.node(*point) for point in ((0, 0), (400, 0), (400, 300), (0, 300))]
    sketch.way([corners[0], entry, *corners[1:], corners[0]], {"leisure": "park"})
    sketch.way([sketch.node(33, -20), entry, sketch.node(33, 50)], {"highway": "path"})
    points = doors(found(sketch))
    assert (33.0, 0.0) in points
    assert len(points) - 1 in (28, 29)  # every 50 m
    on_edge = [x in (0.0, 400.0) or y in (0.0, 300.0) for x, y in points]
    assert all(on_edge)


def test_access_points_are_numbered_within_their_place(sketch: Sketch) -> None:
    sketch.box(0, 0, 100, 100, {"leisure": "park"})
    sketch.node(500, 0, {"leisure": "playground"})
    places = found(sketch)
    assert (np.diff(places.owner) >= 0).all()
    for row in range(len(places)):
        assert places.point[places.owner == row].tolist() == list(range((places.owner == row).sum()))


def test_outline_cut_by_the_extract_still_counts(sketch: Sketch) -> None:
    sketch.line((0, 0), (100, 0), (100, 100), tags={"leisure": "park"})
    far = sketch.line((900, 0), (900, 500))
    sketch.relation([("w", far, "outer"), ("w", 4711, "outer")], {"type": "multipolygon", "leisure": "park"})
    sketch.way([sketch.node(2000, 0)], {"leisure": "park"})
    assert len(found(sketch)) == 3


def test_degenerate_outlines_do_not_break(sketch: Sketch) -> None:
    a, b = sketch.node(0, 0), sketch.node(10, 0)
    sketch.way([a, b, a, a], {"leisure": "park"})
    c = sketch.node(500, 0)
    sketch.way([c, c], {"amenity": "bench"})
    bow = [sketch.node(*point) for point in ((1000, 0), (1100, 100), (1100, 0), (1000, 100))]
    sketch.way([*bow, bow[0]], {"leisure": "playground"})
    sketch.way([], {"leisure": "park"})
    places = found(sketch)
    assert sorted(places.columns["service"].tolist()) == ["bench", "park", "playground"]
    assert np.isfinite(places.xy).all()


def test_levels_and_addresses(sketch: Sketch) -> None:
    tags = {"amenity": "bank", "level": "-1", "addr:street": "Ring", "addr:housenumber": "3"}
    sketch.node(0, 0, tags)
    places = found(sketch)
    assert places.levels.tolist() == [-1.0]
    assert (places.columns["street"][0], places.columns["housenumber"][0]) == ("Ring", "3")


@pytest.mark.parametrize("raw", ["", "x", "1-", "-", ";", "nan", "inf", "1e999"])
def test_storeys_that_say_nothing(raw: str) -> None:
    assert not np.isfinite(storey(raw)) or storey(raw) == 1.0


def test_nothing_at_all(sketch: Sketch) -> None:
    places = found(sketch)
    assert len(places) == 0
    assert places.xy.shape == (0, 2)
    assert places.levels.tolist() == []


def test_order_of_elements_does_not_matter(sketch: Sketch) -> None:
    rng = np.random.default_rng(5)
    for _ in range(60):
        x, y = rng.uniform(0, 300, 2)
        sketch.node(x, y, {"shop": "supermarket", "name": rng.choice(["A", "B", ""])})
    features = sketch.features()
    first = find_places(features, load_catalogue(), PROJECTION)
    features.nodes = dict(reversed(features.nodes.items()))
    second = find_places(features, load_catalogue(), PROJECTION)
    assert ids(first) == ids(second)
    assert first.xy.tolist() == second.xy.tolist()


@pytest.mark.data
def test_raw_tags_of_a_real_town_are_all_there(shared_data: Path) -> None:
    features = read_extract(shared_data / "osm" / "zuerich-hb_2025-11.osm.pbf")
    places = find_places(features, load_catalogue(), projection_of(features))
    everything = {
        f"{letter}{element.id}": element.tags
        for letter, kind in (("n", features.nodes), ("w", features.ways), ("r", features.relations))
        for element in kind.values()
    }
    doubles = {skipped.element for skipped in places.skipped}
    for key, value, service in (
        ("amenity", "pharmacy", "pharmacy"),
        ("amenity", "doctors", "doctor"),
        ("shop", "supermarket", "groceries"),
        ("amenity", "bank", "bank"),
        ("leisure", "park", "park"),
        ("highway", "bus_stop", "stop"),
    ):
        raw = {element for element, tags in everything.items() if tags.get(key) == value}
        assert raw - set(ids(places, service)) <= doubles
        assert len(raw) > 2
