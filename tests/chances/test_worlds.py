"""Worlds of a drawn town: laws home by home, an independent search as judge, draws by their chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

import wegeketten as wk
from wegeketten.chances import Worlds
from wegeketten.chances.times import Times
from wegeketten.joins.endpoints import allowed_places, join_homes, join_places, same_edge, seeds_to, times_at
from wegeketten.people.profile import Profile, load_profile, load_profiles
from wegeketten.reach.expected import find_chances
from wegeketten.reach.shares import units_within
from wegeketten.routing import INF

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.chances.expected_share import Chances
    from wegeketten.city import City

_SERVICES = ["pharmacy", "groceries"]


@pytest.fixture(scope="module")
def profiles() -> list[Profile]:
    return load_profiles()


@pytest.fixture(scope="module")
def chances(lazy: City, profiles: list[Profile]) -> Chances:
    return find_chances(lazy, profiles, _SERVICES, worlds=64, seed=3)


def test_sure_is_certain_and_what_is_not_possible_never_happens(
    lazy: City, profiles: list[Profile], chances: Chances
) -> None:
    scan = wk.scan(lazy, profiles=profiles, services=_SERVICES)
    between = 0
    for profile in profiles:
        limits = np.array([units_within(lazy.catalogue.standard_s(each, profile)) for each in _SERVICES])
        units = scan.reach[profile.id].units
        chance = chances.chance(profile.id)
        assert (chance[units["sure"] <= limits] == 1).all()
        assert (chance[units["possible"] > limits] == 0).all()
        between += ((chance > 0) & (chance < 1)).sum()
    assert between > 10  # the town is one about which something is unknown


def test_whoever_may_do_more_reaches_no_less_in_any_world(lazy: City) -> None:
    better = load_profile("wheelchair", {"kerb_cm": 15, "incline_up_pct": 14, "surface_class": "E"})
    better = better.model_copy(update={"id": "better"})
    both = [load_profile("wheelchair"), better]
    found = find_chances(lazy, both, _SERVICES, worlds=40, seed=5)
    homes = np.arange(len(lazy.homes["home_id"]))
    less, more = (found.bits(one.id, homes) for one in both)
    assert (more >= less).all()
    assert (more > less).any()


def test_worlds_do_not_depend_on_threads_number_or_company(
    lazy: City, profiles: list[Profile], chances: Chances
) -> None:
    again = find_chances(lazy, profiles, _SERVICES, worlds=64, seed=3, threads=3)
    fewer = find_chances(lazy, profiles[3:5], _SERVICES, worlds=24, seed=3, threads=1)
    other = find_chances(lazy, profiles, _SERVICES, worlds=64, seed=4)
    for profile in profiles:
        assert (chances.within[profile.id] == again.within[profile.id]).all()
    for profile in profiles[3:5]:
        assert (chances.within[profile.id][:, :, :3] == fewer.within[profile.id]).all()
    assert any((chances.within[one.id] != other.within[one.id]).any() for one in profiles)


def test_an_independent_search_finds_the_same_in_every_world(
    lazy: City, profiles: list[Profile], chances: Chances
) -> None:
    """Weights of a world by hand, Dijkstra by scipy, joints by the scan's own rules."""
    u, v = lazy.edges["u"], lazy.edges["v"]
    nodes = len(lazy.nodes["x"])
    for profile in (profiles[3], profiles[5]):
        homes, places = join_homes(lazy, profile), join_places(lazy, profile)
        possible = lazy.weights(profile).possible
        for world in (0, 9, 30):
            block, lane = divmod(world, 8)
            open_ = chances.worlds.open(profile, 8 * block)[lane]
            entered = chances.worlds.entered(8 * block)[:, lane]
            times = Times(chances.worlds.odds, profile, lazy.weights(profile).seconds)
            weights = possible.copy()
            arcs = np.stack([2 * times.rows, 2 * times.rows + 1], axis=1).ravel()
            weights[arcs] = chances.worlds.units(times, 8 * block)[lane]
            weights[~open_] = INF
            for column, service in enumerate(_SERVICES):
                rows = allowed_places(lazy, profile, "possible", service)
                if profile.limits.wheelchair_tag and lazy.catalogue.service(service).wheelchair:
                    rows = rows[entered[rows]]
                offer = places.take(np.isin(places.owner, rows))
                seeds = seeds_to(offer, (u, v), weights)
                best = np.full(nodes, np.inf)
                for node, offset in zip(seeds.nodes, seeds.offsets, strict=True):
                    best = np.minimum(best, _times_to(nodes, u, v, weights, int(node)) + offset)
                today = np.where(np.isfinite(best), best, INF).astype(np.int32)[:, None]
                units = times_at(homes, (u, v), weights, today)[0][:, 0]
                pairs = same_edge(homes, offer, weights, lazy.edges["length_m"])
                np.minimum.at(units, pairs.home, pairs.units)
                limit = units_within(lazy.catalogue.standard_s(service, profile))
                bits = chances.bits(profile.id, homes.owner)[:, column, world]
                assert (bits == (units <= limit)).all(), (profile.id, world, service)


def _times_to(
    nodes: int, u: NDArray[np.int32], v: NDArray[np.int32], weights: NDArray[np.int32], goal: int
) -> NDArray[np.float64]:
    tails, heads = np.concatenate([u, v]), np.concatenate([v, u])
    costs = np.concatenate([weights[0::2], weights[1::2]]).astype(float)
    keep = costs < INF
    # the least of parallel arcs, and nothing of what costs nothing is lost: scipy drops zeros
    order = np.lexsort((-costs[keep], heads[keep], tails[keep]))
    graph = csr_array((nodes, nodes))
    table = {}
    for arc in order:
        table[int(tails[keep][arc]), int(heads[keep][arc])] = costs[keep][arc] + 1e-9
    graph = csr_array((list(table.values()), tuple(np.array(list(table)).T)), shape=(nodes, nodes))
    found = dijkstra(graph.T.tocsr(), indices=goal)
    return np.where(np.isfinite(found), np.rint(found), np.inf)


@pytest.mark.parametrize("sharing", [True, False])
def test_arcs_are_open_as_often_as_their_chance_says(lazy: City, sharing: bool) -> None:
    """The shared draws change what hangs together, never how often each arc is open."""
    profile = load_profile("wheelchair")
    worlds = Worlds(lazy, [profile], 4000, seed=11, sharing=sharing)
    certain, hurdles = worlds.odds.hurdles(profile)
    expected = certain.astype(float)
    for hurdle in hurdles:
        chance = hurdle.chance
        if hurdle.rising is not None:
            continue
        expected[:, hurdle.rows] *= chance
    slopes = [hurdle for hurdle in hurdles if hurdle.rising is not None]
    sloped = np.unique(np.concatenate([hurdle.rows for hurdle in slopes]))
    rising = worlds.odds.slopes.chances(sloped, 1.0).rising
    both = []
    for part in ("chance", "falling"):  # the least chance decides: all slope limits hang on one draw
        least = np.ones((2, len(sloped)))
        for hurdle in slopes:
            at = np.searchsorted(sloped, hurdle.rows)
            least[:, at] = np.minimum(least[:, at], getattr(hurdle, part))
        both.append(least)
    expected[:, sloped] *= rising * both[0] + (1 - rising) * both[1]
    seen = np.mean([worlds.open(profile, first) for first in range(0, 4000, 8)], axis=(0, 1))
    error = np.sqrt(np.maximum(expected * (1 - expected), 1e-4) / 4000)
    assert (np.abs(seen.reshape(-1, 2).T - expected) < 4.5 * error).all()


def test_what_belongs_together_is_drawn_together(lazy: City) -> None:
    """All pieces of a way are alike in every world, with sharing and without."""
    profile = load_profile("wheelchair")
    edges = lazy.edges
    ring = np.flatnonzero((edges["osm_id"] == 1001) & (edges["kind"] < 20))
    assert len(ring) > 1
    for sharing in (True, False):
        worlds = Worlds(lazy, [profile], 64, sharing=sharing)
        for first in range(0, 64, 8):
            open_ = worlds.open(profile, first)[:, 2 * ring]
            assert (open_ == open_[:, :1]).all()


def test_nothing_unknown_is_nothing_drawn(lazy: City, profiles: list[Profile]) -> None:
    walker = profiles[0]
    worlds = Worlds(lazy, [walker], 8)
    assert not worlds.varies(walker)
    assert (worlds.open(walker, 0) == (lazy.weights(walker).possible != INF)).all()


def test_a_kerb_found_to_be_raised_raises_nobody_s_chance(lazy: City, tmp_path: Path) -> None:
    """And whoever has no limit for kerbs does not notice."""
    from dataclasses import replace

    from chances.conftest import LAZY

    town = replace(LAZY, nodes={**LAZY.nodes, "b": "barrier=kerb|kerb=raised"})
    raised = wk.build(town.write(tmp_path / "raised.osm"), tmp_path / "city", pavements="centre")
    profiles = load_profiles(["wheelchair", "rollator", "pram", "blind", "walker"])
    before, after = (find_chances(city, profiles, _SERVICES, worlds=256, seed=2) for city in (lazy, raised))
    for profile in profiles:
        change = after.chance(profile.id).mean() - before.chance(profile.id).mean()
        assert change <= 0.02
        if profile.limits.kerb_cm is None:
            assert change == 0
    assert after.chance("wheelchair").mean() < before.chance("wheelchair").mean()
