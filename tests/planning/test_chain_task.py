"""Chains as an aim of the plan: against brute force, barriers on separate legs, bounds that hold."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from planning.test_portfolio import PEOPLE
from reach.test_chain import random_city
from reach.toy import kerb, toy_city

from wegeketten.errors import UsageError
from wegeketten.model.edges import Kind
from wegeketten.people.profile import load_profile
from wegeketten.places.service_catalogue import load_catalogue
from wegeketten.planning.bound import highest_value
from wegeketten.planning.chain_task import Outing, outing_task
from wegeketten.planning.optimise import choose_measures
from wegeketten.planning.plan import Wishes, make_plan, make_tasks
from wegeketten.planning.portfolio import Ledger
from wegeketten.planning.round_trip import state_of
from wegeketten.planning.task import UNITS_PER_MINUTE, Bundles, restrict
from wegeketten.reach.chains.errands import Errands
from wegeketten.reach.chains.trips import Trips
from wegeketten.reports.terminal_results import print_plan
from wegeketten.routing import INF
from wegeketten.whatif.candidates import Candidates, find_candidates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City

FOOT = Kind.pavement
CHAIR = load_profile("wheelchair")


def shut_city(seed: int) -> tuple[City, Candidates, Callable[[Errands, Iterable[int]], NDArray[np.int64]]]:
    """Random streets, some of them closed today, mended for a few euros; and how to reckon with any set."""
    city = random_city(seed)
    rng = np.random.default_rng(seed + 1000)
    for snaps in (city.home_snaps, city.place_snaps):  # no two doors at one spot of an edge
        snaps.along[:] = rng.uniform(0.05, 0.95, len(snaps.along))
    today, count = city.weights(CHAIR), len(city.edges)
    open_ = np.where(today.likely < INF, today.likely, rng.integers(50, 900, 2 * count)).astype(np.int32)
    closed = rng.random(2 * count) < 0.45  # by direction: down is not up
    likely = np.where(closed, INF, open_).astype(np.int32)
    city._weights[CHAIR.sha256] = today._replace(likely=likely, possible=open_)
    prices = np.where(closed.reshape(-1, 2).any(axis=1), rng.integers(1, 9, count), 0)
    candidates = Candidates({}, prices, {(CHAIR.id, "likely"): open_}, np.zeros(count, dtype=bool))
    city.homes["weight"][:] = rng.integers(1, 9, len(city.homes["weight"]))

    def brute(errands: Errands, chosen: Iterable[int]) -> NDArray[np.int64]:
        weights = likely.copy()
        for edge in chosen:
            weights[[2 * edge, 2 * edge + 1]] = open_[[2 * edge, 2 * edge + 1]]
        city._weights[CHAIR.sha256] = today._replace(likely=weights, possible=open_)
        trips = Trips(city, CHAIR)
        times = np.full(len(city.homes["weight"]), INF, dtype=np.int64)
        times[trips.precinct.homes.owner] = trips.tours(errands, "likely").times
        city._weights[CHAIR.sha256] = today._replace(likely=likely, possible=open_)
        return times

    return city, candidates, brute


@pytest.mark.parametrize("returning", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_effects_of_sets_equal_the_chains_reckoned_anew(seed: int, returning: bool) -> None:
    city, candidates, brute = shut_city(seed)
    visit = ("pharmacy", "doctor", "stop")[: 1 + seed % 3]
    people = city.homes["weight"]
    task = outing_task(city, CHAIR, candidates, Outing(visit, returning, minutes=40), people)
    errands = Errands(visit, returning=returning)
    able = np.flatnonzero(candidates.prices).tolist()
    rng = np.random.default_rng(seed)
    sets = [(edge,) for edge in able]
    sets += [tuple(sorted(rng.choice(able, size, replace=False).tolist())) for size in (2, 3, 4, len(able))]
    assert task is not None
    state = state_of(task)
    done: list[int] = []
    for _ in range(2):
        base = brute(errands, done)
        np.testing.assert_array_equal(state.home_times, base)
        gain = state.gain(Bundles.of(sets))
        for number, chosen in enumerate(sets):
            after = brute(errands, [*done, *chosen])
            had = base < INF
            assert gain.within[number] == people[(base > task.limit) & (after <= task.limit)].sum()
            assert gain.opened[number] == people[~had & (after < INF)].sum()
            saved = (people[had] * (base - after)[had]).sum() / UNITS_PER_MINUTE
            assert gain.minutes[number] == pytest.approx(saved, abs=1e-9)
        np.testing.assert_array_equal(state.home_times, base)  # looking changes nothing
        done += rng.choice(able, 2, replace=False).tolist()
        assert task is not None
        state = state_of(task)
        state.mend(done)


@pytest.mark.parametrize("returning", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_no_set_is_worth_more_than_the_bound(seed: int, returning: bool) -> None:
    city, candidates, _ = shut_city(seed)
    visit = ("pharmacy", "doctor", "stop")
    able = np.flatnonzero(candidates.prices)[:8].tolist()
    for minutes in (20, 60, 600):
        outing = Outing(visit, returning, minutes)
        task = outing_task(city, CHAIR, candidates, outing, city.homes["weight"])
        assert task is not None
        (task,) = restrict([task], able)
        sets = [chosen for size in range(len(able) + 1) for chosen in combinations(able, size)]
        prices = [int(candidates.prices[list(chosen)].sum()) for chosen in sets]
        values = Ledger([task], PEOPLE).values(sets)
        for budget in (4, 8, 14, 25):
            best = max(value for price, value in zip(prices, values, strict=True) if price <= budget)
            assert highest_value([task], budget) >= best - 1e-6
            portfolio = choose_measures([task], budget, objective=PEOPLE)
            assert portfolio.price <= budget
            assert portfolio.value <= best + 1e-9
            if not returning:  # all sets are counted, so the optimum is found
                assert portfolio.value == pytest.approx(best)


def legs_city() -> City:
    """Home, a kerb, the pharmacy, a kerb, the doctor, in one street; beside home a third kerb and a shop."""
    nodes = [(0, 0), (40, 0), (40, 0), (80, 0), (80, 0), (120, 0), (0, 0), (0, 40)]
    edges = [
        (0, 1, FOOT, {}),
        (1, 2, Kind.kerb, kerb(12)),
        (2, 3, FOOT, {}),
        (3, 4, Kind.kerb, kerb(14)),
        (4, 5, FOOT, {}),
        (0, 6, Kind.kerb, kerb(10)),
        (6, 7, FOOT, {}),
    ]
    city = toy_city(nodes, edges, [0], [("pharmacy", 2), ("doctor", 4), ("groceries", 6)], weights=[5.0])
    city.catalogue = load_catalogue()
    return city


@pytest.mark.parametrize("returning", [False, True])
def test_kerbs_on_different_legs_help_only_together(tmp_path: Path, returning: bool) -> None:
    wishes = Wishes(chains=(Outing(("pharmacy", "doctor"), returning),))
    plan = make_plan(legs_city(), [CHAIR], wishes=wishes, budget_eur=7200)
    plan.write(tmp_path)
    with (tmp_path / "measures.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    name = "pharmacy>doctor>home" if returning else "pharmacy>doctor"
    assert (row["barrier_ids"], row["services"]) == ("n1001;n1003", name)
    assert (float(row["people_newly_reached"]), int(row["cost_eur"])) == (5, 7200)
    assert plan.singles == ()
    assert (plan.value, plan.bound) == (5, pytest.approx(5))  # type: ignore[comparison-overlap]
    document = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert document["chains"][0]["name"] == name
    assert document["chains"][0]["limit_s"]["wheelchair"] > 0
    less = make_plan(legs_city(), [CHAIR], wishes=wishes, budget_eur=7199)
    assert (less.lines, less.bound) == ((), pytest.approx(0))  # type: ignore[comparison-overlap]


def test_a_kerb_on_the_way_there_and_back_is_paid_once() -> None:
    city = legs_city()
    wishes = Wishes(chains=(Outing(("groceries",), True), Outing(("pharmacy", "groceries"))))
    plan = make_plan(city, [CHAIR], wishes=wishes, budget_eur=7200)
    assert sorted(name for line in plan.lines for name in line.barrier_ids) == ["n1001", "n1005"]
    assert plan.lines[-1].cost_total_eur == 7200
    assert plan.value == 10  # two chains of five people


def test_chains_and_services_side_by_side() -> None:
    city = legs_city()
    chain = Outing(("pharmacy", "doctor"))
    wishes = Wishes(("groceries",), {chain.name: 2.0}, chains=(chain,))
    tasks = make_tasks(city, [CHAIR], find_candidates(city, [CHAIR]), wishes)
    assert [(task.service, task.worth) for task in tasks] == [("groceries", 1.0), (chain.name, 2.0)]
    plan = make_plan(city, [CHAIR], wishes=wishes)
    assert sorted(line.services for line in plan.lines) == [("groceries",), (chain.name,)]
    (task,) = make_tasks(city, [CHAIR], find_candidates(city, [CHAIR]), replace(wishes, services=()))
    assert task.service == chain.name


def test_what_has_no_place_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    wishes = Wishes(("groceries", "bank"), chains=(Outing(("pharmacy", "hospital")),))
    plan = make_plan(legs_city(), [CHAIR], wishes=wishes)
    assert plan.services == ("groceries",)
    assert plan.to_json()["without_places"] == ["bank", "pharmacy>hospital"]
    print_plan(plan, lang="de", out=tmp_path)
    assert "Bank, Apotheke > Krankenhaus." in " ".join(capsys.readouterr().out.split())


def test_the_time_of_a_chain() -> None:
    city = legs_city()
    standards = [city.catalogue.standard_s(name, CHAIR) for name in ("pharmacy", "doctor")]
    assert Outing(("pharmacy", "doctor")).limit_s(city, CHAIR) == sum(standards)
    assert Outing(("pharmacy", "doctor"), True).limit_s(city, CHAIR) == sum(standards) + standards[1]
    assert Outing(("pharmacy",), minutes=2).limit_s(city, CHAIR) == 120


@pytest.mark.parametrize("text", ["", "=5", "pharmacy=", "pharmacy=x", "pharmacy=-1", "a," * 9])
def test_chains_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--chain"):
        Outing.parse(text)
