"""Chances of single ways: a route, a chain, and whether a door reaches a service today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.drawn import Town

import wegeketten as wk
from wegeketten.people.profile import load_profile
from wegeketten.reach.chains.errands import Errands
from wegeketten.reach.chains.one_door import find_chain
from wegeketten.reach.expected import find_chances
from wegeketten.reach.route import find_route
from wegeketten.reach.why import find_why

if TYPE_CHECKING:
    from wegeketten.city import City

_SURE = "highway=footway|surface=asphalt|smoothness=good|width=2|incline=0%|cross_slope=1%"

KERB = Town(
    """
    H        P
    a---b----c
    """,
    ways={"ab": _SURE, "bc": _SURE},
    nodes={
        "H": "addr:housenumber=1|addr:street=Ring",
        "P": "amenity=pharmacy|wheelchair=yes",
        "b": "barrier=kerb",
    },
)


@pytest.fixture(scope="module")
def kerb(tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = tmp_path_factory.mktemp("kerb")
    return wk.build(KERB.write(folder / "kerb.osm"), folder / "city", pavements="centre")


def spot(city: City, table: str, row: int = 0) -> tuple[float, float]:
    columns = getattr(city, table)
    return float(columns["lat"][row]), float(columns["lon"][row])


def test_one_unknown_kerb_and_its_chance(kerb: City) -> None:
    """The only unknown is one kerb: route, door and home say what the kerb's distribution says."""
    chair = load_profile("wheelchair")
    ends = spot(kerb, "homes"), spot(kerb, "places")
    route = find_route(kerb, chair, *ends, worlds=800)
    home = find_chances(kerb, [chair], ["pharmacy"], worlds=800).chance("wheelchair")[0, 0]
    why = find_why(kerb, chair, ends[0], "pharmacy", worlds=800)
    chain = find_chain(kerb, chair, ends[0], Errands(("pharmacy",)), worlds=800)
    assert 0 < home < 1
    assert route.chance == pytest.approx(home)  # the same draws
    assert why.chance == pytest.approx(home)
    assert chain.chance == pytest.approx(home)
    from wegeketten.chances import Worlds

    (hurdle,) = Worlds(kerb, [chair], 8).odds.hurdles(chair)[1]
    assert home == pytest.approx(float(hurdle.chance[0, 0]), abs=0.06)
    assert route.to_json()["chance"] == route.chance


def test_what_is_sure_has_no_doubt(kerb: City) -> None:
    walker = load_profile("walker")
    route = find_route(kerb, walker, spot(kerb, "homes"), spot(kerb, "places"), worlds=16)
    assert route.chance == 1.0
    assert find_route(kerb, walker, spot(kerb, "homes"), spot(kerb, "places")).chance is None


def test_a_detour_only_adds_to_the_chance(lazy: City) -> None:
    """Reaching a service by whatever way is never less likely than by the way that is told."""
    chair = load_profile("wheelchair")
    compared = 0
    for home in range(len(lazy.homes["home_id"])):
        start = spot(lazy, "homes", home)
        chain = find_chain(lazy, chair, start, Errands(("pharmacy",)), worlds=64)
        why = find_why(lazy, chair, start, "pharmacy", worlds=64)
        if chain.chance is not None:
            assert why.chance is not None
            assert chain.chance is not None
            assert why.chance >= chain.chance
            compared += 1
    assert compared > 4
