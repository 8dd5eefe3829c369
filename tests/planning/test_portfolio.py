"""Portfolios against all subsets; planted chains of kerbs are bought whole, decoys never."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from planning.test_task import random_task

from wegeketten.planning.bound import highest_value
from wegeketten.planning.enumeration import all_wishes
from wegeketten.planning.milp import solve_program
from wegeketten.planning.optimise import choose_measures, find_bundles, wishes_of
from wegeketten.planning.portfolio import Ledger, Objective, buy_greedily, value_of
from wegeketten.planning.task import Task, restrict
from wegeketten.routing import INF
from wegeketten.whatif.graph import WhatIfGraph

PEOPLE = Objective(0, 0)
BUDGETS = (3, 6, 10, 15, 25)


def small_task(seed: int, edges: int) -> Task:
    task = random_task(seed, nodes=25, edges=45)
    able = np.flatnonzero(task.field.mendable)[:edges].tolist()
    return restrict([task], able)[0]


@pytest.mark.parametrize("seed", range(12))
def test_the_complete_program_is_the_best_of_all_subsets(seed: int) -> None:
    task = small_task(seed, 9)
    able = np.flatnonzero(task.field.mendable).tolist()
    sets = [chosen for size in range(len(able) + 1) for chosen in combinations(able, size)]
    prices = [int(task.field.prices[list(chosen)].sum()) for chosen in sets]
    values = Ledger([task], PEOPLE).values(sets)
    for budget in BUDGETS:
        best = max(value for price, value in zip(prices, values, strict=True) if price <= budget)
        wishes = all_wishes(task, able, budget)
        assert wishes is not None
        choice = solve_program(wishes, task.field.prices, budget)
        assert choice.value == pytest.approx(best)
        assert value_of([task], choice.edges, PEOPLE) == pytest.approx(best)
        assert highest_value([task], budget) >= best - 1e-6
        portfolio = choose_measures([task], budget, objective=PEOPLE)
        assert portfolio.price <= budget
        assert portfolio.value == pytest.approx(best)


@pytest.mark.parametrize("seed", range(8))
def test_values_of_picks_add_up_to_the_value_of_all(seed: int) -> None:
    tasks = [small_task(seed, 30), small_task(seed, 30)]
    tasks[1] = Task("pram", "park", tasks[0].field, np.array([3]), tasks[0].people[::-1].copy(), 80, 0.5)
    objective = Objective(minute=0)
    picks = buy_greedily(tasks, 20, objective=objective)
    edges = [edge for pick in picks for edge in pick.edges]
    assert len(edges) == len(set(edges))
    assert sum(pick.value for pick in picks) == pytest.approx(value_of(tasks, edges, objective))
    assert sum(pick.price for pick in picks) <= 20


@pytest.mark.parametrize("seed", range(8))
def test_the_program_over_bundles_promises_no_more_than_it_keeps(seed: int) -> None:
    task = small_task(seed, 25)
    sets = find_bundles([task], 12)
    choice = solve_program(wishes_of([task], sets), task.field.prices, 12)
    assert choice.value <= value_of([task], choice.edges, PEOPLE) + 1e-9
    assert value_of([task], choice.edges, PEOPLE) <= highest_value([task], 12) + 1e-6


def planted(count: int) -> Task:
    """A home behind `count` kerbs in series; beside it kerbs that lead nowhere, cheap as dirt."""
    u = [*range(count), *range(count)]
    v = [*range(1, count + 1), *range(count + 1, 2 * count + 1)]
    edges = len(u)
    prices = [1000] * count + [1] * count
    field = WhatIfGraph.of_edges(2 * count + 1, u, v, [INF] * 2 * edges, [50] * 2 * edges, prices)
    people = np.zeros(field.homes)
    people[0] = 7.0
    return Task("wheelchair", "doctor", field, np.array([count]), people, 50 * count)


@pytest.mark.parametrize("count", range(1, 7))
def test_planted_series_are_bought_whole_and_decoys_never(count: int) -> None:
    task = planted(count)
    assert buy_greedily([task], 1000 * count - 1) == []
    picks = buy_greedily([task], None)
    assert [edge for pick in picks for edge in pick.edges] == list(range(count))
    assert len(picks) == 1
    assert highest_value([task], 1000 * count) == pytest.approx(7.0)
    assert highest_value([task], 1000 * count - 1) == pytest.approx(0.0)


@pytest.mark.parametrize("count", range(2, 7))
def test_series_found_among_too_many_barriers_to_count(count: int) -> None:
    # 80 side kerbs that each help one person a little on the way make counting all ways hopeless
    base = planted(count)
    spots = base.field.streets
    u = np.concatenate([base.field.tails[: 4 * count : 2], np.zeros(80)]).astype(int)
    v = np.concatenate([base.field.heads[: 4 * count : 2], np.arange(spots, spots + 80)]).astype(int)
    prices = np.concatenate([base.field.prices, np.full(80, 900)])
    shut = np.full(2 * len(u), INF)
    field = WhatIfGraph.of_edges(spots + 80, u, v, shut, np.full(2 * len(u), 50), prices)
    people = np.zeros(field.homes)
    people[0] = 7.0
    task = Task("wheelchair", "doctor", field, np.array([count]), people, 50 * count)
    portfolio = choose_measures([task], 1000 * count + 950)
    assert portfolio.edges == list(range(count))


def test_a_barrier_shared_by_two_chains_is_paid_once() -> None:
    # 0 -a- 1 -b- 3(goal), 2 -c- 1: b serves both
    field = WhatIfGraph.of_edges(4, [0, 1, 2], [1, 3, 1], [INF] * 6, [10] * 6, [100, 100, 100])
    task = Task("senior", "stop", field, np.array([3]), np.array([4.0, 0.0, 3.0, 0.0]), 600)
    portfolio = choose_measures([task], 300)
    assert (portfolio.edges, portfolio.price) == ([0, 1, 2], 300)
    assert [pick.edges for pick in portfolio.picks] == [(0, 1), (2,)]
