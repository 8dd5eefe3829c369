"""Who may use a private way: patients, residents and neighbours, as the first or last metres of their way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from support.drawn import Town

import wegeketten as wk
from wegeketten.people.profile import load_profile
from wegeketten.planning.uncertain import doubtful_tasks
from wegeketten.reach.route import find_route
from wegeketten.whatif.candidates import find_candidates

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City

# the street runs round; a private lane of 120 m joins its ends, a surgery lies on the lane, a kerb before it
LANE = """\
H
a...........b


        P
c.....k.....d
"""
WAYS = {"cabd": "highway=footway|surface=asphalt|width=2|incline=0%", "ckd": "highway=service|access=private"}
NODES = {
    "H": "addr:housenumber=1|addr:street=Ring",
    "P": "amenity=doctors",
    "k": "barrier=kerb|kerb=raised|kerb:height=12 cm",
}


@pytest.fixture(scope="module", params=["centre", "sides"])
def lane(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[City, Town]:
    folder = tmp_path_factory.mktemp("lane")
    town = Town(LANE, WAYS, NODES)
    return wk.build(town.write(folder / "lane.osm"), folder / "city", pavements=request.param), town


def test_patients_walk_the_private_lane_from_its_nearer_end(lane: tuple[City, Town]) -> None:
    city, _ = lane
    reach = wk.scan(city, profiles=["walker"], services=["doctor"]).reach["walker"]
    # 10 m to the street, 120 m and 40 m along it to d, 40 m of lane, 10 m to the door; by c it were 80 m less
    assert reach.metres[0, 0] == pytest.approx(220, rel=0.01)


def test_nobody_walks_through_the_lane(lane: tuple[City, Town]) -> None:
    city, town = lane
    (west, south), (east, _) = town.position("c"), town.position("d")
    route = find_route(city, load_profile("walker"), (south, west), (south, east))
    assert route.course is not None
    assert route.course.metres == pytest.approx(200, rel=0.01)


def test_plans_and_surveys_keep_off_private_ground(lane: tuple[City, Town]) -> None:
    city, _ = lane
    chair = load_profile("wheelchair")
    private = city.edges["private"]
    assert private.any()
    assert not find_candidates(city, [chair]).prices[private].any()
    for task in doubtful_tasks(city, [chair]):
        opened = np.unique(task.field.edge[task.field.mended < task.field.today])
        assert not private[opened[opened < len(private)]].any()


def test_a_town_without_private_ways_is_built_as_ever(tmp_path: Path) -> None:
    ways = {word: tags.replace("access=private", "access=yes") for word, tags in WAYS.items()}
    city = wk.build(Town(LANE, ways, NODES).write(tmp_path / "t.osm"), tmp_path / "city", pavements="centre")
    reach = wk.scan(city, profiles=["walker"], services=["doctor"]).reach["walker"]
    assert not city.edges["private"].any()
    assert reach.metres[0, 0] == pytest.approx(140, rel=0.01)
