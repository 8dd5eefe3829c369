"""The laws of the chances on a real town, and that its tags are foretold better than by fixed assumptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import wegeketten as wk
from wegeketten.chances.skill import lessons_of
from wegeketten.people.profile import load_profile
from wegeketten.reach.shares import units_within

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def herrenberg(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> City:
    return wk.build(
        shared_data / "osm" / "herrenberg_2021-06.osm.pbf", tmp_path_factory.mktemp("herrenberg") / "city"
    )


def test_sure_is_certain_and_the_impossible_never_happens(herrenberg: City) -> None:
    scan = wk.scan(herrenberg, worlds=24, seed=9)
    between = 0
    for profile in scan.profiles:
        limits = [units_within(herrenberg.catalogue.standard_s(each, profile)) for each in scan.services]
        assert scan.chances is not None
        units, chance = scan.reach[profile.id].units, scan.chances.chance(profile.id)
        assert (chance[units["sure"] <= np.array(limits)] == 1).all()
        assert (chance[units["possible"] > np.array(limits)] == 0).all()
        between += ((chance > 0) & (chance < 1)).sum()
    assert between > 0


def test_a_street_is_foretold_better_than_by_the_fixed_assumption(herrenberg: City) -> None:
    told = {lesson.attribute: lesson for lesson in lessons_of(herrenberg, load_profile("wheelchair"))}
    surface = told["surface_class"]
    assert surface.enough
    assert surface.skill is not None
    assert surface.skill > 0.1
    assert not told["cross_slope_pct"].enough  # nobody tags it, and that is said
    assert told["cross_slope_pct"].brier is None
