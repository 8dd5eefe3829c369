"""A lift that runs at some hours: likely without a time, sure or closed at one."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest
from reach.toy import Edge, toy_city
from support.drawn import Town

import wegeketten as wk
from wegeketten.model.answers import ANSWERS
from wegeketten.model.kinds import Kind
from wegeketten.people.profile import load_profile
from wegeketten.reach.chains.errands import Errands
from wegeketten.reach.chains.one_door import find_chain
from wegeketten.reach.hours import city_at, parse_when
from wegeketten.reach.route import find_route

if TYPE_CHECKING:
    from pathlib import Path

STATION = Town(
    """
     H                     P
    a------l-----b---------c
    """,
    ways={"al": "highway=footway|level=0", "lb": "highway=footway|level=1", "bc": "highway=footway"},
    nodes={"H": "addr:housenumber=1|addr:street=Ring", "P": "amenity=pharmacy|wheelchair=yes"},
)


def built(hours: str, folder: Path) -> wk.City:
    lift = f"highway=elevator|opening_hours={hours}" if hours else "highway=elevator"
    town = Town(STATION.drawing, STATION.ways, {**STATION.nodes, "l": lift})
    return wk.build(town.write(folder / "town.osm"), folder / "city")


@pytest.mark.parametrize(
    ("hours", "at", "answer"),
    [
        ("", None, "sure"),
        ("24/7", None, "sure"),
        ("Mo-Fr 08:00-18:00", None, "likely"),
        ("Mo-Fr 08:00-18:00", "Mo 10:00", "sure"),
        ("Mo-Fr 08:00-18:00", "So 10:00", "none"),
        ("by appointment", "Mo 10:00", "likely"),
    ],
)
def test_a_lift_runs_at_its_hours(tmp_path: Path, hours: str, at: str | None, answer: str) -> None:
    city = city_at(wk.open(built(hours, tmp_path).path), None if at is None else parse_when(at))
    (h_lon, h_lat), (p_lon, p_lat) = STATION.position("H"), STATION.position("P")
    walker = load_profile("walker")
    route = find_route(city, walker, (h_lat, h_lon), (p_lat, p_lon))
    assert route.answer == answer
    if answer == "likely":
        assert [barrier.kind for barrier in route.barriers] == ["lift"]
        assert "does not run at all hours" in str(route.to_json()["instructions"])


def test_a_chain_at_a_time_uses_no_lift_that_stands_still(tmp_path: Path) -> None:
    city = built("Mo-Fr 08:00-18:00", tmp_path)
    lon, lat = STATION.position("H")
    for at, reached in (("Mo 10:00", True), ("So 10:00", False)):
        chain = find_chain(
            city, load_profile("walker"), (lat, lon), Errands(("pharmacy",), when=parse_when(at))
        )
        assert (chain.seconds is not None) is reached
    assert find_chain(city, load_profile("walker"), (lat, lon), Errands(("pharmacy",))).answer == "likely"


@pytest.mark.parametrize("at", ["Mo 10:00", "So 10:00"])
def test_a_pickled_city_answers_the_same(tmp_path: Path, at: str) -> None:
    opened = wk.open(built("Mo-Fr 08:00-18:00", tmp_path).path)
    closed = city_at(opened, parse_when(at))
    walker = load_profile("walker")
    (h_lon, h_lat), (p_lon, p_lat) = STATION.position("H"), STATION.position("P")
    for city in (opened, closed):
        before = find_route(city, walker, (h_lat, h_lon), (p_lat, p_lon)).to_json()
        again: wk.City = pickle.loads(pickle.dumps(city))
        assert find_route(again, walker, (h_lat, h_lon), (p_lat, p_lon)).to_json() == before
    assert len(pickle.dumps(opened)) < 10_000  # the folder is read again, not sent


def test_a_city_in_memory_is_pickled_whole() -> None:
    edges: list[Edge] = [(0, 1, Kind.footway, {}), (1, 2, Kind.steps, {}), (2, 3, Kind.footway, {})]
    city = toy_city([(0, 0), (50, 0), (60, 0), (99, 0)], edges, [0], [("stop", 2)])
    again: wk.City = pickle.loads(pickle.dumps(city))
    for profile in (load_profile("walker"), load_profile("wheelchair")):
        for answer in ANSWERS:
            before, after = (each.metric(profile, answer).nearest([[0]]) for each in (city, again))
            assert after.tolist() == before.tolist()
