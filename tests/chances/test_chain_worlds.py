"""Chains of every home in drawn worlds: laws, an independent search, and what is written."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest

from wegeketten.chances import Worlds
from wegeketten.chances.world_city import WorldCity
from wegeketten.errors import UsageError
from wegeketten.people.profile import load_profile
from wegeketten.reach.chains.drawn import done_in_worlds
from wegeketten.reach.chains.errands import Errands
from wegeketten.reach.chains.every_home import find_chains
from wegeketten.reach.chains.needs import Needs
from wegeketten.reach.chains.trips import Trips
from wegeketten.routing import INF

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City

VISIT = ("pharmacy", "groceries")
WORLDS = 24


@pytest.mark.parametrize("returning", [False, True])
@pytest.mark.parametrize("profile", ["walker", "rollator", "wheelchair"])
def test_a_chain_s_chance_lies_between_its_sure_and_its_possible(
    lazy: City, profile: str, returning: bool
) -> None:
    found = find_chains(lazy, load_profile(profile), Errands(VISIT, returning=returning), worlds=WORLDS)
    chance = found.chance
    assert chance is not None
    sure, possible = (np.isfinite(found.seconds[answer]) for answer in ("sure", "possible"))
    assert (chance[sure] == 1).all()
    assert (chance[~possible] == 0).all()
    if profile == "wheelchair":
        assert ((chance > 0) & (chance < 1)).any()
    for row in found.districts():
        if row["weight"]:
            assert row["share_sure"] <= row["share_low"] <= row["share_high"] <= row["share_possible"]
            assert row["share_sure"] <= row["share_expected"] <= row["share_possible"]


def closed(trips: Trips, world: City) -> np.ndarray:
    """From which node of the cut network which can be reached, by squaring a matrix."""
    doors = trips.precinct
    open_ = doors.weights(world.weights(trips.profile).likely) < INF
    reach = np.eye(doors.nodes, dtype=bool)
    reach[doors.tails[open_], doors.heads[open_]] = True
    for _ in range(int(np.ceil(np.log2(doors.nodes)))):
        reach = (reach.astype(np.float32) @ reach.astype(np.float32)) > 0
    return reach


@pytest.mark.parametrize("any_order", [False, True])
@pytest.mark.parametrize("returning", [False, True])
def test_an_independent_search_runs_the_same_chains(lazy: City, returning: bool, any_order: bool) -> None:
    wheels = load_profile("wheelchair")
    trips, errands = Trips(lazy, wheels), Errands(VISIT, any_order, returning)
    bounds = tuple(trips.tours(errands, answer).times < INF for answer in ("sure", "possible"))
    done = done_in_worlds(trips, errands, (bounds[0], bounds[1]), worlds=8, seed=3)
    drawn = Worlds(lazy, [wheels], 8, 3)
    for number in range(8):
        world = WorldCity(drawn, number)
        reach = closed(trips, world)
        kinds = [trips.within(world).stops(service, "likely").nodes for service in VISIT]
        orders = [kinds, kinds[::-1]] if any_order else [kinds]
        for home, node in enumerate(trips.precinct.home_nodes.tolist()):
            able = any(
                reach[node, a] and reach[a, b] and (reach[b, node] or not returning)
                for one, two in orders
                for a in one.tolist()
                for b in two.tolist()
            )
            assert done[home, number] == ((able or bounds[0][home]) and bounds[1][home])


def test_threads_and_more_worlds_change_no_world(lazy: City) -> None:
    trips, errands = Trips(lazy, load_profile("wheelchair")), Errands(VISIT, returning=True)
    sure, possible = (trips.tours(errands, answer).times < INF for answer in ("sure", "possible"))
    one, many, more = (
        done_in_worlds(trips, errands, (sure, possible), worlds=worlds, threads=threads)
        for worlds, threads in ((12, 1), (12, 4), (20, 2))
    )
    assert (one == many).all()
    assert (one == more[:, :12]).all()


def test_needs_lower_chances_and_never_raise_them(lazy: City) -> None:
    free, bound = (
        find_chains(lazy, load_profile("rollator"), Errands(VISIT, needs=needs), worlds=8).chance
        for needs in (Needs(), Needs(bench_every_m=40))
    )
    assert free is not None
    assert bound is not None
    assert (bound <= free).all()
    assert bound.sum() < free.sum()


def test_what_is_written_has_the_chance_of_each_home(lazy: City, tmp_path: Path) -> None:
    wheels, errands = load_profile("wheelchair"), Errands(VISIT)
    find_chains(lazy, wheels, errands, worlds=16, seed=5).write(tmp_path / "drawn")
    find_chains(lazy, wheels, errands).write(tmp_path / "bare")
    homes = pq.read_table(tmp_path / "drawn" / "homes.parquet").to_pydict()
    assert set(homes) - set(pq.read_schema(tmp_path / "bare" / "homes.parquet").names) == {"chance"}
    with (tmp_path / "drawn" / "chains.csv").open(encoding="utf-8", newline="") as file:
        total = list(csv.DictReader(file))[-1]
    mean = np.average(homes["chance"], weights=homes["weight"])
    assert float(total["share_expected"]) == pytest.approx(mean, abs=1e-4)
    assert total["worlds"] == "16"
    told = json.loads((tmp_path / "drawn" / "chain.json").read_text(encoding="utf-8"))
    assert (told["worlds"], told["seed"]) == (16, 5)


def test_worlds_that_make_no_sense_are_refused(lazy: City) -> None:
    with pytest.raises(UsageError, match="--worlds"):
        find_chains(lazy, load_profile("walker"), Errands(VISIT), worlds=-1)
