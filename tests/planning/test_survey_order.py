"""The order of looks: sets against brute force, series, what comes after bad news, odds."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from wegeketten.planning import survey_order
from wegeketten.planning.fewest_looks import BAD, GOOD, UNKNOWN, Room, fewest_looks
from wegeketten.planning.survey_order import choose_looks, rank_edges
from wegeketten.planning.task import Task
from wegeketten.planning.uncertain import Doubt, people_in_doubt
from wegeketten.routing import INF
from wegeketten.whatif.graph import WhatIfGraph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def town(
    streets: int, edges: Sequence[tuple[int, int, int, bool]], people: Sequence[float], limit: int = 10_000
) -> Task:
    """Streets of (u, v, units, whether a look is needed); everybody wants to get to the last node."""
    u, v, units, asks = (np.array(column) for column in zip(*edges, strict=True))
    today = np.repeat(np.where(asks, INF, units), 2)
    field = WhatIfGraph.of_edges(streets, u, v, today, np.repeat(units, 2), asks.astype(np.int64))
    return Task("pram", "park", field, np.array([streets - 1]), np.array(people, dtype=float), limit)


@pytest.mark.parametrize("seed", range(30))
def test_first_set_decides_most_people_per_look(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sets = {
        tuple(sorted(rng.choice(8, rng.integers(1, 5), replace=False).tolist())): float(rng.integers(1, 9))
        for _ in range(6)
    }
    chosen = choose_looks(sets, 8)

    def density(edges: Sequence[int]) -> float:
        return sum(people for each, people in sets.items() if set(each) <= set(edges)) / len(edges)

    best = max(density(edges) for edges in sets)
    assert any(density(chosen[:size]) == best for size in range(1, len(chosen) + 1))
    assert len(set(chosen)) == len(chosen)
    assert set(chosen) == {edge for edges in sets for edge in edges}


def test_a_series_comes_before_its_part_and_nothing_after_it_is_wanted() -> None:
    # 0 -?- 1 -?- 4 for nine people; 2 -?- 4 for four; 3 - 4 is known
    task = town(5, [(0, 1, 5, True), (1, 4, 5, True), (2, 4, 5, True), (3, 4, 5, False)], [9, 0, 4, 7, 0])
    order = rank_edges([Doubt.about(task)], 9)
    assert set(order.edges[:2]) == {0, 1}
    assert order.edges[2:] == [2]
    assert order.people == {0: 9.0, 1: 9.0, 2: 4.0}


def test_what_comes_after_bad_news_is_on_the_list() -> None:
    # the short way asks one look, the second two, the third is beyond the standard
    edges = [(0, 3, 5, True), (0, 1, 5, True), (1, 3, 5, True), (0, 2, 900, True), (2, 3, 900, True)]
    task = town(4, edges, [6, 0, 0, 0], limit=100)
    order = rank_edges([Doubt.about(task)], 9, odds={"pram": np.full(5, 0.5)})
    assert order.edges[0] == 0
    assert set(order.edges[1:]) == {1, 2}
    assert order == rank_edges([Doubt.about(task)], 9, odds={"pram": np.full(5, 0.5)})
    sure_of_good_news = rank_edges([Doubt.about(task)], 9, odds={"pram": np.ones(5)})
    assert sure_of_good_news.edges == [0]


def test_the_way_of_fewest_looks_counts_only_within_the_standard() -> None:
    edges = [(0, 2, 500, True), (0, 1, 5, True), (1, 2, 5, True)]
    task = town(3, edges, [1, 0, 0], limit=100)
    assert set(rank_edges([Doubt.about(task)], 9).edges) == {1, 2}


@pytest.mark.parametrize("seed", range(20))
def test_the_list_decides_everybody_whatever_is_found(seed: int) -> None:
    """Many towns put every look on the list that may matter: once all is looked at nobody is in doubt."""
    rng = np.random.default_rng(seed)
    pairs = list(combinations(range(6), 2))
    rows = [pairs[i] for i in rng.choice(len(pairs), 9, replace=False)]
    edges = [(u, v, int(rng.integers(1, 9)), bool(rng.random() < 0.7)) for u, v in rows]
    task = town(6, edges, rng.integers(1, 5, 6).tolist(), limit=20)
    looked = rank_edges([Doubt.about(task)], 9, towns=64).edges
    for _ in range(20):
        sure, possible = task.field.today.copy(), task.field.mended.copy()
        for edge in looked:
            arcs = task.field.arcs_on(edge)
            good = rng.random() < 0.5
            sure[arcs], possible[arcs] = (possible[arcs],) * 2 if good else (sure[arcs],) * 2
        homes = slice(task.field.streets, task.field.streets + task.field.homes)
        before = task.field.timed(possible).with_mended(range(9))
        doubt = (_times(task, before)[homes] <= 20) & (_times(task, sure)[homes] > 20)
        assert not doubt.any()


def test_nothing_in_doubt_asks_for_nothing() -> None:
    task = town(2, [(0, 1, 5, False)], [3, 0])
    assert people_in_doubt([task]) == 0
    assert rank_edges([Doubt.about(task)], 5).edges == []
    assert rank_edges([], 5).edges == []


def _times(task: Task, weights: NDArray[np.int32]) -> NDArray[np.int64]:
    """Bellman–Ford over the field's arcs."""
    best = np.full(task.field.nodes, INF, dtype=np.int64)
    best[task.goals] = 0
    for _ in range(task.field.nodes):
        reached = np.where(
            (weights < INF) & (best[task.field.heads] < INF), best[task.field.heads] + weights, INF
        )
        np.minimum.at(best, task.field.tails, reached)
    return best


def _random_town(seed: int, nodes: int = 8, count: int = 14) -> Task:
    rng = np.random.default_rng(seed)
    pairs = list(combinations(range(nodes), 2))
    rows = [pairs[i] for i in rng.choice(len(pairs), count, replace=False)]
    edges = [(u, v, int(rng.integers(0, 9)), bool(rng.random() < 0.6)) for u, v in rows]
    return town(nodes, edges, rng.integers(1, 5, nodes).tolist(), limit=int(rng.integers(8, 20)))


@pytest.mark.parametrize("seed", range(60))
def test_fewest_looks_against_times_by_number_of_looks(seed: int) -> None:
    task = _random_town(seed)
    field, doubt = task.field, Doubt.about(task)
    rng = np.random.default_rng(seed)
    known = rng.choice(np.array([UNKNOWN, UNKNOWN, GOOD, BAD], np.int8), len(field.prices))
    (ways,) = fewest_looks(task, doubt.homes, doubt.left, [known], Room(field.nodes))
    state = np.append(known, UNKNOWN)[field.edge]
    sure = np.where(state == GOOD, field.mended, field.today)
    possible = np.where(state == BAD, field.today, field.mended)
    layers = _by_looks(task, sure, possible, len(field.prices))[:, doubt.homes + field.streets]
    for place, way in enumerate(ways.way.tolist()):
        in_time = np.flatnonzero(layers[:, place] <= task.limit)
        if way < 0:
            assert not in_time.size or in_time[0] == 0
            continue
        looks = ways.edges[ways.offsets[way] : ways.offsets[way + 1]].tolist()
        assert len(looks) == in_time[0]
        assert looks == sorted(set(looks))
        found = sure.copy()
        for edge in looks:
            found[field.arcs_on(edge)] = possible[field.arcs_on(edge)]
        assert _times(task, found)[doubt.homes[place] + field.streets] <= layers[in_time[0], place]


@pytest.mark.parametrize("seed", range(30))
def test_asking_only_whom_it_may_concern_changes_nothing(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    doubts = [Doubt.about(_random_town(seed + 1000 * step)) for step in range(3)]
    swift = rank_edges(doubts, 9, rounds=6)
    assert rank_edges(doubts, 9, rounds=6, threads=3) == swift
    monkeypatch.setattr(survey_order, "homes_past", lambda _task, homes, *_: np.arange(len(homes)))
    assert rank_edges(doubts, 9, rounds=6) == swift


def _by_looks(
    task: Task, sure: NDArray[np.int32], possible: NDArray[np.int32], most: int
) -> NDArray[np.int64]:
    """Least times with at most so many looks, one row each, by sweeps over all arcs."""
    field = task.field
    rows = np.full((most + 1, field.nodes), INF, dtype=np.int64)
    rows[:, task.goals] = 0
    for looks in range(most + 1):
        for _ in range(field.nodes):
            plain = np.where(sure < INF, rows[looks][field.heads] + sure, INF)
            np.minimum.at(rows[looks], field.tails, np.minimum(plain, INF))
            if looks:
                asking = np.where(possible < INF, rows[looks - 1][field.heads] + possible, INF)
                np.minimum.at(rows[looks], field.tails, np.minimum(asking, INF))
    return rows


@pytest.mark.parametrize("seed", range(40))
def test_towns_asked_together_give_what_each_gives_alone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    blocks, size, count = 3, 6, 14  # parts of the town that no street joins
    u, v = rng.integers(0, size, (2, blocks * count)) + np.repeat(np.arange(blocks) * size, count)
    units = rng.integers(1, 30, blocks * count)
    asks = rng.random(blocks * count) < 0.5
    today = np.repeat(np.where(asks, INF, units), 2)
    field = WhatIfGraph.of_edges(blocks * size, u, v, today, np.repeat(units, 2), asks.astype(np.int64))
    goals = np.arange(blocks, dtype=np.int32) * size
    doubt = Doubt.about(Task("pram", "park", field, goals, np.ones(blocks * size), 60))
    states = [np.full(blocks * count, UNKNOWN, dtype=np.int8) for _ in range(6)]
    for state in states:
        looked = rng.choice(np.flatnonzero(asks), 4, replace=False)
        state[looked] = rng.choice([GOOD, BAD], 4)
    room = Room(field.nodes)
    together = fewest_looks(doubt.task, doubt.homes, doubt.left, states, room)
    for state, ways in zip(states, together, strict=True):
        (alone,) = fewest_looks(doubt.task, doubt.homes, doubt.left, [state], room)
        for one, other in zip(ways, alone, strict=True):
            np.testing.assert_array_equal(one, other)
    assert (room.part == -1).all()
    assert (room.ahead == INF).all()
