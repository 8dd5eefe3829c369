"""People of one profile differ in speed: their distribution, their laws, and a world by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import wegeketten as wk
from wegeketten.chances import Worlds
from wegeketten.errors import UsageError
from wegeketten.people.profile import load_profile
from wegeketten.places.service_catalogue import load_catalogue
from wegeketten.reach.expected import find_chances

if TYPE_CHECKING:
    from wegeketten.city import City
    from wegeketten.places.service_catalogue import Catalogue

SERVICES = ["pharmacy", "groceries"]


def catalogue(**standard: float) -> Catalogue:
    """The shipped services, all with one standard."""
    shipped = load_catalogue()
    kept = type(next(iter(shipped.services.values())).standard)(**standard)
    services = {name: one.model_copy(update={"standard": kept}) for name, one in shipped.services.items()}
    return shipped.model_copy(update={"services": services})


def test_a_tenth_is_slower_than_slow_and_a_tenth_faster_than_fast(lazy: City) -> None:
    profile = load_profile("rollator")
    worlds = Worlds(lazy, [profile], 2000, own_speed=True)
    speeds = np.concatenate(
        [worlds.speeds(profile, first) for first in range(0, worlds.count, 8)], axis=1
    ).ravel()
    assert len(speeds) == 2000 * len(lazy.homes["home_id"])
    told = speeds * profile.level_m_s
    for end, part in (("slow_m_s", 0.1), ("typical_m_s", 0.5), ("fast_m_s", 0.9)):
        assert (told <= getattr(profile.speeds, end)).mean() == pytest.approx(part, abs=0.015)


def test_a_home_is_in_time_where_its_time_at_its_own_speed_is(lazy: City) -> None:
    """For the walker nothing is unknown but how far surfaces slow her: times are taken from the scan."""
    walker = load_profile("walker")
    near = catalogue(minutes=2.5)
    seconds = wk.scan(lazy, profiles=["walker"], services=["pharmacy"]).reach["walker"].seconds
    sure, possible = seconds("sure")[:, 0], seconds("possible")[:, 0]
    worlds = Worlds(lazy, [walker], 64, 3, own_speed=True)
    bits = find_chances(lazy, [walker], ["pharmacy"], worlds=worlds, catalogue=near).bits(
        "walker", np.arange(len(sure))
    )[:, 0]
    for first in range(0, 64, 8):
        speeds, block = worlds.speeds(walker, first), bits[:, first : first + 8]
        assert block[sure[:, None] / speeds < 149.5].all()
        assert not block[possible[:, None] / speeds > 150.5].any()
    assert 0 < bits.mean() < 1


@pytest.mark.parametrize("profile", ["rollator", "wheelchair"])
def test_a_standard_in_metres_is_as_far_for_everybody(lazy: City, profile: str) -> None:
    one = load_profile(profile)
    own, same = (
        find_chances(
            lazy, [one], SERVICES, worlds=24, seed=1, own_speed=own, catalogue=catalogue(metres=150)
        ).chance(profile)
        for own in (True, False)
    )
    assert (own == same).all()
    assert 0 < own.mean() < 1


def test_threads_change_nothing(lazy: City) -> None:
    wheels = [load_profile("wheelchair")]
    found = [
        find_chances(
            lazy, wheels, SERVICES, worlds=16, own_speed=True, threads=threads, catalogue=catalogue(minutes=3)
        ).within["wheelchair"]
        for threads in (1, 3)
    ]
    assert (found[0] == found[1]).all()


def test_speeds_are_drawn_with_worlds_alone(lazy: City) -> None:
    with pytest.raises(UsageError, match="--worlds"):
        wk.scan(lazy, own_speed=True)
