"""Chains with benches and toilets for every home against brute force without any dominance."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np
import pytest
from reach.test_route import spot
from reach.toy import toy_city

from wegeketten.model.edges import Kind
from wegeketten.people.profile import load_profile
from wegeketten.places.service_catalogue import load_catalogue
from wegeketten.reach.chains.errands import Errands
from wegeketten.reach.chains.every_home import find_chains
from wegeketten.reach.chains.needs import Needs
from wegeketten.reach.chains.one_door import find_chain
from wegeketten.reach.chains.trips import Trips
from wegeketten.routing import INF

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wegeketten.city import City

KINDS = ("pharmacy", "doctor", "stop")


def random_city(seed: int) -> City:
    rng = np.random.default_rng(seed)
    nodes = [(float(x), float(y)) for x, y in rng.integers(0, 400, (7, 2))]
    edges = []
    for _ in range(11):
        u, v = rng.choice(7, 2, replace=False).tolist()
        slope = {"incline_pct": float(rng.integers(-7, 8))}
        bounds = {f"incline_pct_{end}": slope["incline_pct"] for end in ("lower", "upper")}
        edges.append((u, v, Kind.pavement, {**slope, **bounds, "incline_pct_from": 2}))
    places = [(kind, int(rng.integers(11))) for kind in KINDS for _ in range(2)]
    places += [(kind, int(rng.integers(11))) for kind in ("bench", "bench", "bench", "toilet", "toilet")]
    city = toy_city(nodes, edges, rng.integers(0, 11, 4).tolist(), places)
    city.catalogue = load_catalogue()
    return city


class Oracle:
    """States (node, errands done, metres walked, time held), forward from one home, all that differ kept."""

    def __init__(self, trips: Trips, errands: Errands) -> None:
        precinct = trips.precinct
        self.trips, self.errands = trips, errands
        self.rests = trips.rests("bench", "likely"), trips.rests("toilet", "likely")
        weights = precinct.weights(trips.city.weights(trips.profile).likely).tolist()
        metres = np.rint(trips.metres() * 10).astype(int).tolist()
        self.leaving: dict[int, list[tuple[int, int, int]]] = {}
        for arc, (tail, head) in enumerate(
            zip(precinct.tails.tolist(), precinct.heads.tolist(), strict=True)
        ):
            if weights[arc] < INF:
                self.leaving.setdefault(tail, []).append((weights[arc], head, metres[arc]))
        self.joints = []
        for service in errands.visit:
            stops = trips.stops(service, "likely")
            self.joints.append(
                list(zip(*(part.tolist() for part in (stops.places, stops.nodes, stops.arrive)), strict=True))
            )
        self.everything = frozenset(range(len(errands.visit)))

    def steps(
        self, node: int, done: frozenset[int], walked: int
    ) -> Iterator[tuple[int, int, frozenset[int], int]]:
        """Time, node, errands done and metres walked after each step; node -1 is the end."""
        for taken, head, metres in self.leaving.get(node, []):
            yield taken, head, done, walked + metres
        for visit in self.everything - done if self.errands.any_order else {len(done)} & self.everything:
            for place, _, off in (joint for joint in self.joints[visit] if joint[1] == node):
                after = done | {visit}
                if after == self.everything and not self.errands.returning:
                    yield off, -1, after, walked
                for same, leave, out in self.joints[visit]:
                    if same == place:
                        yield off + out, leave, after, 0

    def time(self, home: int) -> int:
        bench, toilet = self.errands.needs
        most_walked = 10**9 if bench is None else round(bench * 10)
        most_held = 10**9 if toilet is None else round(toilet * 600)
        home_node = int(self.trips.precinct.home_nodes[home])
        off = int(self.trips.precinct.homes.off_units[home])
        heap: list[tuple[int, int, int, frozenset[int], int, int]]
        heap, seen = [(off, 0, home_node, frozenset(), 0, off)], set()
        for count in range(1, 10**9, 1000):
            if not heap:
                break
            time, _, node, done, walked, held = heapq.heappop(heap)
            if node == -1:
                return time
            walked, held = (
                0 if rests[node] else now for rests, now in zip(self.rests, (walked, held), strict=True)
            )
            if (node, done, walked, held) in seen:
                continue
            seen.add((node, done, walked, held))
            steps = list(self.steps(node, done, walked))
            if node == home_node and done == self.everything and self.errands.returning:
                steps.append((off, -1, done, walked))
            for number, (taken, end, after, far) in enumerate(steps):
                if far <= most_walked and held + taken <= most_held:
                    heapq.heappush(heap, (time + taken, count + number, end, after, far, held + taken))
        return INF


@pytest.mark.parametrize("any_order", [False, True])
@pytest.mark.parametrize("returning", [False, True])
@pytest.mark.parametrize("needs", [Needs(150), Needs(None, 6), Needs(120, 5)])
@pytest.mark.parametrize("seed", range(4))
def test_every_home_equals_brute_force(seed: int, needs: Needs, returning: bool, any_order: bool) -> None:
    city = random_city(seed)
    trips = Trips(city, load_profile("wheelchair"))
    errands = Errands(KINDS[: 2 + (seed == 0)], any_order=any_order, returning=returning, needs=needs)
    tours = trips.tours(errands, "likely")
    oracle = Oracle(trips, errands)
    expected = [oracle.time(home) for home in range(len(trips.precinct.homes))]
    assert tours.times.tolist() == expected


def test_needs_leave_some_homes_out_and_lengthen_other_chains() -> None:
    """The parameters above decide something: of all those chains some are lost and some are longer."""
    lost = longer = kept = 0
    for seed in range(6):
        trips = Trips(random_city(seed), load_profile("wheelchair"))
        free = trips.tours(Errands(KINDS[:2]), "likely").times
        for needs in (Needs(260), Needs(None, 9), Needs(300, 10)):
            times = trips.tours(Errands(KINDS[:2], needs=needs), "likely").times
            assert (times >= free).all()
            lost += int(((times == INF) & (free < INF)).sum())
            longer += int(((times < INF) & (times > free)).sum())
            kept += int(((times == free) & (free < INF)).sum())
    assert min(lost, longer, kept) > 0


@pytest.mark.parametrize("any_order", [False, True])
@pytest.mark.parametrize("returning", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_one_door_gets_the_way_that_takes_what_the_search_for_all_says(
    seed: int, returning: bool, any_order: bool
) -> None:
    city, profile = random_city(seed), load_profile("wheelchair")
    errands = Errands(KINDS[:2], any_order=any_order, returning=returning, needs=Needs(300, 10))
    for edge in range(11):
        start = spot(city, edge)
        units = int(Trips(city, profile, start=start).tours(errands, "likely").times[0])
        chain = find_chain(city, profile, start, errands)
        if units == INF:
            assert not chain.needs_met
        else:
            assert chain.seconds == pytest.approx(units / 10)
            assert chain.needs_met
            assert len(chain.stops) == 2
            assert chain.seconds is not None
            assert chain.stops[-1].arrive_s <= chain.seconds
            assert returning or chain.stops[-1].arrive_s == chain.seconds


def test_chains_of_all_homes_keep_to_the_needs_and_say_where_they_break() -> None:
    city = random_city(3)
    errands = Errands(KINDS[:2], needs=Needs(300, 10))
    chains = find_chains(city, load_profile("wheelchair"), errands)
    done = np.isfinite(chains.seconds["likely"])
    assert done.any()
    assert not done.all()
    assert ((chains.breaks_at < 0) == done).all()
    assert chains.to_json()["bench_every_m"] == 300
    assert np.isfinite(chains.walker_s).sum() > done.sum()
