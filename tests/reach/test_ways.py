"""The hierarchy finds ways as fast as the plain search does, and tells the same of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from support.drawn import Town

import wegeketten as wk
from wegeketten.network.join import Joiner
from wegeketten.network.snap import SnapIndex, snap
from wegeketten.people.profile import load_profile
from wegeketten.reach.route import find_route
from wegeketten.reach.ways import climb_way

if TYPE_CHECKING:
    from wegeketten.city import City

if TYPE_CHECKING:
    from wegeketten.city import City

SEED = 23


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = tmp_path_factory.mktemp("ways")
    town = Town(
        "A...B...C...D\n.............\nE...F...G...H\n.............\nI...J...K...L",
        {"ABCD": "highway=residential", "EFGH": "highway=footway", "IJKL": "highway=residential",
         "AEI": "highway=footway", "BF": "highway=steps|step_count=9", "FJ": "highway=path",
         "CGK": "highway=footway|incline=8%", "DHL": "highway=residential|oneway:foot=yes"},
        nodes={"E": "barrier=kerb|kerb:height=12 cm", "G": "barrier=cycle_barrier",
               "J": "barrier=kerb|kerb=raised"},
        cell_m=15,
    )  # fmt: skip
    return wk.build(town.write(folder / "town.osm"), folder / "city")


@pytest.mark.parametrize("profile", ["walker", "wheelchair", "blind"])
def test_both_manners_tell_the_same(city: City, profile: str) -> None:
    one, rng = load_profile(profile), np.random.default_rng(SEED)
    lat, lon = city.nodes["lat"], city.nodes["lon"]
    reached = 0
    for number in range(60):
        spots = [
            (float(rng.uniform(lat.min(), lat.max())), float(rng.uniform(lon.min(), lon.max())))
            for _ in range(2)
        ]
        if number < 8:  # both on one edge, or at one place
            spots[1] = (spots[0][0] + number * 2e-6, spots[0][1])
        plain = find_route(city, one, *spots)
        quick = find_route(city, one, *spots, find_way=climb_way)
        assert quick.answers == plain.answers, (SEED, number)
        assert (quick.answer, quick.seconds) == (plain.answer, plain.seconds), (SEED, number)
        if quick.course is not None and plain.course is not None:
            reached += 1
            steps = sum(step.seconds for step in quick.course.instructions)
            assert quick.seconds is not None
            assert quick.seconds is not None
            assert steps <= quick.seconds + 1
            if quick.course.metres == plain.course.metres:  # else equally fast ways of different lengths
                assert quick.to_json() == plain.to_json(), (SEED, number)
    assert reached > 20


def test_an_index_made_once_snaps_alike(city: City) -> None:
    rng = np.random.default_rng(SEED)
    x, y = city.nodes["x"], city.nodes["y"]
    xy = np.column_stack([rng.uniform(x.min(), x.max(), 50), rng.uniform(y.min(), y.max(), 50)])
    index = SnapIndex(city.edges)
    for rows in (xy[:1], xy, xy[:0]):
        fresh, known = snap(city.edges, rows), snap(city.edges, rows, index=index)
        for name in ("owner", "edge", "along", "off_m", "away_m"):
            assert (getattr(fresh, name) == getattr(known, name)).all()
    together, _ = Joiner(city.edges, city.obstacles).join(xy)
    alone = [city.joiner.join(xy[row : row + 1])[0] for row in range(len(xy))]
    assert together.edge.tolist() == [edge for each in alone for edge in each.edge.tolist()]


def test_a_city_at_some_hour_is_joined_anew(city: City) -> None:
    from wegeketten.reach.hours import city_at, parse_when

    assert city.joiner is city.joiner
    view = city_at(city, parse_when("Mo 10:00"))
    assert view is city or view.joiner is not city.joiner
