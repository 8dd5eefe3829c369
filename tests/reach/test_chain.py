"""Chains against brute force over all choices of places, on small random cities."""

from __future__ import annotations

import json
from itertools import pairwise, permutations, product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from reach.test_route import spot
from reach.toy import kerb, toy_city

from wegeketten.errors import UsageError
from wegeketten.model.edges import Kind
from wegeketten.people.profile import load_profile
from wegeketten.places.service_catalogue import load_catalogue
from wegeketten.reach.chains.errands import Errands
from wegeketten.reach.chains.needs import Needs
from wegeketten.reach.chains.one_door import find_chain
from wegeketten.reach.chains.trips import Trips
from wegeketten.reach.hours import parse_when
from wegeketten.routing import INF

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City

FOOT = Kind.pavement
KINDS = ("pharmacy", "doctor", "stop")


def random_city(seed: int) -> City:
    rng = np.random.default_rng(seed)
    nodes = [(float(x), float(y)) for x, y in rng.integers(0, 600, (9, 2))]
    edges = []
    for _ in range(15):
        u, v = rng.choice(9, 2, replace=False).tolist()
        steep = {"incline_pct": float(rng.integers(-9, 9))} if rng.random() < 0.5 else {}
        bounds = {f"incline_pct_{end}": value for value in steep.values() for end in ("lower", "upper")}
        edges.append((u, v, FOOT, {**steep, **bounds, "incline_pct_from": 2}))
    places = [(kind, int(rng.integers(15))) for kind in KINDS for _ in range(3)]
    city = toy_city(nodes, edges, rng.integers(0, 15, 6).tolist(), places)
    city.catalogue = load_catalogue()
    return city


def door_to_door(trips: Trips) -> NDArray[np.float64]:
    """Times between all doors by scipy, doors on one edge included."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    precinct = trips.precinct
    weights = precinct.weights(trips.city.weights(trips.profile).likely)
    best: dict[tuple[int, int], float] = {}
    for tail, head, weight in zip(
        precinct.tails.tolist(), precinct.heads.tolist(), weights.tolist(), strict=True
    ):
        if weight < INF:
            best[tail, head] = min(best.get((tail, head), np.inf), weight + 1e-6)
    rows, columns = zip(*best, strict=True)
    matrix = csr_array((list(best.values()), (rows, columns)), shape=(precinct.nodes, precinct.nodes))
    result: NDArray[np.float64] = np.floor(dijkstra(matrix) + 0.01)
    return result


@pytest.mark.parametrize("any_order", [False, True])
@pytest.mark.parametrize("returning", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_chains_of_every_home_equal_brute_force(seed: int, returning: bool, any_order: bool) -> None:
    city = random_city(seed)
    trips = Trips(city, load_profile("wheelchair"))
    errands = Errands(KINDS, any_order=any_order, returning=returning)
    tours = trips.tours(errands, "likely")
    times = door_to_door(trips)
    by_kind = [[place for place in range(9) if city.places["service"][place] == kind] for kind in KINDS]
    node = {
        int(owner): int(n)
        for owner, n in zip(trips.precinct.places.owner, trips.precinct.place_nodes, strict=True)
    }
    for number, home in enumerate(trips.precinct.home_nodes.tolist()):
        best = np.inf
        for order in permutations(range(3)) if any_order else [(0, 1, 2)]:
            for places in product(*(by_kind[kind] for kind in order)):
                if not all(place in node for place in places):
                    continue
                stops = [home, *(node[place] for place in places), *([home] if returning else [])]
                best = min(best, sum(times[a, b] for a, b in pairwise(stops)))
        assert tours.times[number] == (INF if np.isinf(best) else best)


def errand_city(**columns: Any) -> City:
    """Home, pharmacy and doctor on one street, a kerb before the doctor."""
    nodes = [(0, 0), (100, 0), (200, 0), (200, 0), (300, 0)]
    edges = [
        (0, 1, FOOT, {"name": 0}),
        (1, 2, FOOT, {"name": 0}),
        (2, 3, Kind.kerb, columns or kerb(2)),
        (3, 4, FOOT, {"name": 0}),
    ]
    places = [("pharmacy", 1), ("doctor", 3), ("bench", 1), ("toilet", 3)]
    city = toy_city(nodes, edges, [0], places, hours=["Mo-Fr 08:00-18:00", "", "", ""])
    city.catalogue = load_catalogue()
    return city


def test_one_chain_with_stops_and_way() -> None:
    city = errand_city()
    chain = find_chain(
        city, load_profile("wheelchair"), spot(city, 0), Errands(("pharmacy", "doctor"), returning=True)
    )
    document = chain.to_json()
    assert document["answer"] == "sure"
    assert document["metres"] == pytest.approx(400, abs=0.5)
    assert [stop["service"] for stop in document["stops"]] == ["pharmacy", "doctor"]
    assert document["stops"][0]["arrive_s"] < document["stops"][1]["arrive_s"] < document["seconds"]
    assert document["seconds"] == document["answers"]["likely"]
    assert [barrier["id"] for barrier in document["barriers"]] == ["n1002", "n1002"]
    assert json.loads(json.dumps(document)) == document


def test_a_chain_that_breaks_says_where() -> None:
    city = errand_city(**kerb(14))
    chair = load_profile("wheelchair")
    chain = find_chain(city, chair, spot(city, 0), Errands(("pharmacy", "doctor", "pharmacy")))
    assert (chain.answer, chain.breaks_at, chain.seconds) == ("none", "doctor", None)
    assert Trips(city, chair).breaks(Errands(("pharmacy", "doctor")), "likely").tolist() == [1]
    assert Trips(city, load_profile("walker")).breaks(Errands(("pharmacy", "doctor")), "likely").tolist() == [
        -1
    ]


def test_closed_places_are_not_visited_and_unknown_hours_are_not_sure() -> None:
    city, walker = errand_city(), load_profile("walker")
    sunday = Errands(("pharmacy",), when=parse_when("So 10:00"))
    assert find_chain(city, walker, spot(city, 0), sunday).breaks_at == "pharmacy"
    monday = find_chain(
        city, walker, spot(city, 0), Errands(("pharmacy", "doctor"), when=parse_when("Mo 10:00"))
    )
    assert [stop.open for stop in monday.stops] == [True, None]
    assert monday.answer == "likely"
    assert monday.answers["sure"] is None


def test_benches_are_counted_and_kept_to() -> None:
    city, walker = errand_city(), load_profile("walker")
    chain = find_chain(city, walker, spot(city, 0), Errands(("doctor",), needs=Needs(bench_every_m=110)))
    assert chain.longest_without_bench_m == pytest.approx(100, abs=0.5)
    assert chain.needs_met
    too_far = find_chain(city, walker, spot(city, 0), Errands(("doctor",), needs=Needs(bench_every_m=90)))
    assert not too_far.needs_met
    assert too_far.seconds == chain.seconds


@pytest.mark.parametrize("visit", [(), ("pharmacy",) * 9, ("farmacy",)])
def test_errands_that_cannot_be_run_are_refused(visit: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        find_chain(errand_city(), load_profile("walker"), (51.0, 13.0), Errands(visit))


def test_chains_of_all_homes_fill_the_tables(tmp_path: Path) -> None:
    import csv

    from wegeketten.files.parquet import read_columns
    from wegeketten.reach.chains.every_home import COLUMNS, find_chains

    city = errand_city(**kerb(14))
    errands = Errands(("pharmacy", "doctor"), returning=True)
    chains = find_chains(city, load_profile("wheelchair"), errands)
    chains.write(tmp_path)
    with (tmp_path / "chains.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(COLUMNS)
    assert [row["district"] for row in rows] == ["Mitte", ""]
    assert (rows[0]["share_likely"], rows[0]["breaks_at"], rows[0]["median_likely_s"]) == (
        "0.0",
        "doctor",
        "",
    )
    homes = read_columns(tmp_path / "homes.parquet")
    assert homes["breaks_at"].tolist() == ["doctor"]
    powered = find_chains(errand_city(**kerb(2)), load_profile("wheelchair"), errands)
    (district, _) = powered.districts()
    assert district["share_likely"] == 1
    assert district["times_walker"] > 1
    assert powered.to_json()["districts"][0]["chain"] == "home>pharmacy>doctor>home"
