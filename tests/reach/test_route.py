"""Routes in a toy city: over a kerb or round it, in words, as GeoJSON and GPX."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from reach.toy import Edge, kerb, toy_city

from wegeketten.errors import UsageError
from wegeketten.model.edges import Kind
from wegeketten.model.reading import Provenance
from wegeketten.people.profile import load_profile
from wegeketten.reach.barriers import passed
from wegeketten.reach.itinerary import part_of_line
from wegeketten.reach.route import find_route

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City

FOOT = Kind.pavement


def two_ways(**columns: Any) -> City:
    """0 ─ 1 ▪ 2 ─ 3 straight over a kerb, or 0 ─ 4 ─ 3 round it."""
    nodes = [(0, 0), (100, 0), (100, 0), (200, 0), (100, 150)]
    edges = [
        (0, 1, FOOT, {"name": 0}),
        (1, 2, Kind.kerb, columns or kerb(12)),
        (2, 3, FOOT, {"name": 0}),
        (0, 4, FOOT, {"name": 1}),
        (4, 3, FOOT, {"name": 1}),
    ]
    return toy_city(nodes, edges, [0], [("pharmacy", 2)])


def spot(city: City, row: int) -> tuple[float, float]:
    lonlat = city.projection.to_lonlat(city.edges.points[2 * row : 2 * row + 2].mean(axis=0)[None])[0]
    return float(lonlat[1]), float(lonlat[0])


def test_the_walker_goes_over_and_the_wheelchair_round() -> None:
    city = two_ways()
    start, end = spot(city, 0), spot(city, 2)
    over = find_route(city, load_profile("walker"), start, end)
    assert over.course is not None
    assert over.course.metres == pytest.approx(100, abs=0.5)
    assert [barrier.id for barrier in over.barriers] == ["n1001"]
    assert over.barriers[0].limit is None
    round_ = find_route(city, load_profile("wheelchair"), start, end)
    assert round_.course is not None
    assert round_.course.metres == pytest.approx(100 + 2 * np.hypot(100, 150), abs=0.5)
    assert round_.barriers == ()
    assert round_.answer == "sure"


def test_an_unsurveyed_kerb_makes_the_route_no_more_than_likely() -> None:
    city = two_ways(**kerb(3, lower=0, upper=12, provenance=Provenance.assumed))
    route = find_route(city, load_profile("wheelchair"), spot(city, 0), spot(city, 2))
    document = route.to_json()
    assert document["answer"] == "likely"
    assert document["answers"]["sure"] > document["answers"]["likely"]
    (barrier,) = document["barriers"]
    assert barrier["kind"] == "kerb"
    assert (barrier["lower"], barrier["value"], barrier["upper"], barrier["unit"]) == (0, 3, 12, "cm")
    assert (barrier["provenance"], barrier["limit"], barrier["osm"]) == ("assumed", 3, "n1001")
    assert barrier["din_18040_3"] == {
        "wheels": "not testable",
        "cane": "pass",
        "conflict": "not testable",
    }  # the toy city's ground is told to have indicators
    assert document["instructions"][1]["de"].startswith("Bordstein, 0 – 12 cm, erlaubt sind höchstens 3 cm")
    assert json.loads(json.dumps(document)) == document
    assert list(document)[:7] == ["profile", "answer", "seconds", "metres", "climb_m", "barriers", "geometry"]


def test_a_flight_tells_its_steps_where_no_limit_is_in_doubt() -> None:
    """Tactile paving is asked for at kerbs only, and says nothing about steps."""
    flight = {"step_count": 30.0, "step_count_lower": 30.0, "step_count_upper": 30.0}
    unknown = {"tactile": 0.0, "tactile_lower": 0.0, "tactile_upper": 1.0, "tactile_from": Provenance.assumed}
    steps = {**flight, **unknown, "step_count_from": Provenance.tagged}
    edges = [(0, 1, FOOT, {}), (1, 2, Kind.steps, steps), (2, 3, FOOT, {})]
    city = toy_city([(0, 0), (100, 0), (110, 0), (200, 0)], edges, [0], [("pharmacy", 2)])
    (barrier,) = find_route(city, load_profile("blind"), spot(city, 0), spot(city, 2)).barriers
    assert (barrier.kind, barrier.attribute, barrier.value, barrier.unit) == (
        "steps",
        "step_count",
        30,
        "steps",
    )
    assert (barrier.provenance, barrier.limit, barrier.verdict) == ("tagged", None, "passable")


def flight_of_three(*, between: Kind = Kind.steps) -> City:
    """Twelve steps drawn in three pieces; `between` is what the middle piece is."""
    steps = dict.fromkeys(("step_count", "step_count_lower", "step_count_upper"), 12)
    steps |= {"osm_id": 77, "step_count_from": Provenance.tagged}
    edges: list[Edge] = [(0, 1, FOOT, {})]
    for number, share in ((1, 0.5), (2, 0.25), (3, 0.25)):
        piece = steps | {"part": number, "flight_elsewhere": 1 - share}
        edges.append((number, number + 1, between if number == 2 else Kind.steps, piece))
    edges.append((4, 5, FOOT, {}))
    nodes = [(0, 0), (100, 0), (104, 0), (106, 0), (108, 0), (200, 0)]
    return toy_city(nodes, edges, [0], [("pharmacy", 4)])


def test_a_flight_in_pieces_is_one_barrier() -> None:
    city = flight_of_three()
    route = find_route(city, load_profile("walker"), spot(city, 0), spot(city, 4))
    assert [(barrier.id, barrier.value) for barrier in route.barriers] == [("w77:1", 12)]
    assert route.course is not None
    texts = [step.text.en for step in route.course.instructions]
    assert [text.partition(",")[0] for text in texts][1] == "Steps"
    assert texts[1].endswith("8 m")
    assert sum(step.seconds for step in route.course.instructions) == pytest.approx(route.seconds, abs=0.3)


def test_steps_behind_a_landing_are_not_told_as_part_of_it() -> None:
    city = flight_of_three(between=FOOT)
    route = find_route(city, load_profile("walker"), spot(city, 0), spot(city, 4))
    assert route.course is not None
    texts = [step.text for step in route.course.instructions]
    assert [text.en for text in texts[1:4]] == [
        "Steps, 12 steps (mapped in OpenStreetMap), 4 m",
        "Continue, on the pavement, 2 m",
        "On along the same steps, 2 m",
    ]
    assert texts[3].de == "Weiter auf derselben Treppe, 2 m"
    assert sum(step.seconds for step in route.course.instructions) == pytest.approx(route.seconds, abs=0.3)


def test_a_flight_met_again_is_told_again() -> None:
    """Up, and down again on the way back; a landing between two pieces makes no second flight."""
    city = flight_of_three(between=FOOT)
    there, back = [2, 4, 6], [7, 5, 3]
    walker = load_profile("walker")
    assert [barrier.id for barrier in passed(city, walker, there)] == ["w77:1"]
    assert [barrier.id for barrier in passed(city, walker, there + back)] == ["w77:1", "w77:3"]


def test_no_way_is_an_answer() -> None:
    city = toy_city(
        [(0, 0), (50, 0), (50, 0), (90, 0)],
        [(0, 1, FOOT, {}), (1, 2, Kind.kerb, kerb(14)), (2, 3, FOOT, {})],
        [0],
        [],
    )
    route = find_route(city, load_profile("wheelchair"), spot(city, 0), spot(city, 2))
    assert route.to_json()["answer"] == "none"
    assert route.to_json()["geometry"] is None
    assert route.sentence() == "Es ist kein Weg bekannt."


def test_words_name_turns_streets_and_barriers() -> None:
    city = two_ways()
    walker = find_route(city, load_profile("walker"), spot(city, 0), spot(city, 2))
    assert walker.course is not None
    texts = [step.text for step in walker.course.instructions]
    assert texts[0].de == "Auf dem Gehweg (Hauptstraße), 50 m"
    assert texts[1].de.startswith("Bordstein, 12 cm")
    assert texts[2].en == "Continue, on the pavement (Hauptstraße), 50 m"
    chair = find_route(city, load_profile("wheelchair"), spot(city, 0), spot(city, 2))
    assert chair.course is not None
    assert any("Rechts abbiegen" in step.text.de for step in chair.course.instructions)
    assert sum(step.seconds for step in chair.course.instructions) == pytest.approx(chair.seconds, abs=0.3)


def test_tracks_open_elsewhere(tmp_path: Path) -> None:
    city = two_ways()
    route = find_route(city, load_profile("walker"), spot(city, 0), spot(city, 2))
    for name in ("a.json", "a.geojson", "a.gpx"):
        route.write(tmp_path / name)
    line = json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))["features"][0]["geometry"]
    assert line["type"] == "LineString"
    track = ET.parse(tmp_path / "a.gpx").getroot()
    points = track.findall(".//{*}trkpt")
    assert [[float(point.attrib["lon"]), float(point.attrib["lat"])] for point in points] == pytest.approx(
        np.array(line["coordinates"])
    )
    with pytest.raises(UsageError, match=r"\.gpx"):
        route.write(tmp_path / "a.kml")


def test_points_far_away_are_refused_with_the_extent() -> None:
    city = two_ways()
    with pytest.raises(UsageError, match="latitude first"):
        find_route(city, load_profile("walker"), (13.7, 51.0), spot(city, 2))


@pytest.mark.parametrize(("start", "end", "length"), [(0, 1, 20), (0.25, 0.5, 5), (1, 0, 20), (0.5, 0.5, 0)])
def test_cuts_have_the_right_length(start: float, end: float, length: float) -> None:
    part = part_of_line(np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 10.0]]), start, end)
    assert np.hypot(*np.diff(part, axis=0).T).sum() == pytest.approx(length)
