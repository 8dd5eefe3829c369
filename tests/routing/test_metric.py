"""Updates, tables, routes and counts against the plain search."""

from __future__ import annotations

import numpy as np
import pytest

from wegeketten.routing import INF, Hierarchy, count_within, nearest

from .graphs import Case, cases, town


@pytest.mark.parametrize("case", cases(200, seed=6), ids=str)
def test_updates_equal_a_new_customization(case: Case) -> None:
    random = case.random
    hierarchy = Hierarchy(case.graph())
    metric = hierarchy.customize(case.weights)
    weights = case.weights.copy()
    original = metric.pairs.copy()
    other = metric.copy()
    for _ in range(4):
        count = int(random.integers(0, 4)) if weights.size else 0
        arcs = random.integers(0, max(1, weights.size), count)
        costs = np.where(random.random(count) < 0.2, INF, random.integers(0, case.scale + 1, count))
        for arc, cost in zip(arcs, costs, strict=True):
            weights[arc] = cost
        other.update(arcs, costs)
        fresh = hierarchy.customize(weights)
        np.testing.assert_array_equal(other.pairs, fresh.pairs)
        np.testing.assert_array_equal(other.weights, weights)
        np.testing.assert_array_equal(other.nearest([case.sources]), fresh.nearest([case.sources]))
    np.testing.assert_array_equal(metric.pairs, original)
    np.testing.assert_array_equal(metric.weights, case.weights)


@pytest.mark.parametrize("case", cases(150, seed=8), ids=str)
def test_tables_and_routes_equal_the_plain_search(case: Case) -> None:
    random = case.random
    graph = case.graph()
    metric = Hierarchy(graph, random.choice(["auto", "own"])).customize(case.weights)
    sources = random.integers(0, case.n, int(random.integers(0, 40)))
    targets = random.integers(0, case.n, int(random.integers(0, 9)))
    table = metric.table(sources, targets, threads=int(random.integers(1, 4)))
    assert table.shape == (sources.size, targets.size)
    for i, source in enumerate(sources):
        times, _ = nearest(graph, source)
        np.testing.assert_array_equal(table[i], times[targets])
        if i > 3:
            continue
        for j, target in enumerate(targets[:4]):
            time, arcs = metric.route(source, target)
            assert time == table[i, j]
            if time < INF:
                nodes = [source, *case.heads[arcs]]
                assert nodes[:-1] == list(case.tails[arcs])
                assert nodes[-1] == target
                assert case.weights[arcs].sum() == time
            else:
                assert arcs.size == 0


@pytest.mark.parametrize("case", cases(100, seed=9), ids=str)
def test_counts_equal_one_search_per_source(case: Case) -> None:
    random = case.random
    graph = case.graph()
    sources = random.integers(0, case.n, int(random.integers(0, 200)))
    offsets = random.integers(0, case.scale + 1, sources.size)
    amounts = random.integers(0, 9, sources.size)
    limit = int(random.integers(0, 3 * case.scale + 1))
    expected = np.zeros(case.n, np.int64)
    for source, offset, amount in zip(sources, offsets, amounts, strict=True):
        expected += amount * (nearest(graph, source, offset)[0] <= limit)
    for threads in (1, 3):
        got = count_within(graph, sources, limit, amounts, offsets, threads=threads)
        np.testing.assert_array_equal(got, expected)


def test_an_update_in_a_town_touches_little_and_keeps_lengths_right() -> None:
    case = town(40, 2)
    hierarchy = Hierarchy(case.graph())
    lengths = case.random.integers(0, 900, case.weights.size)
    metric = hierarchy.customize(case.weights, lengths)
    before = metric.along([case.sources])
    arc = int(case.random.integers(0, case.weights.size))
    changed = metric.update([arc], [INF])
    assert changed < hierarchy.size // 4
    weights = case.weights.copy()
    weights[arc] = INF
    for got, wanted in zip(
        metric.along([case.sources]), hierarchy.customize(weights, lengths).along([case.sources]), strict=True
    ):
        np.testing.assert_array_equal(got, wanted)
    metric.update([arc], [case.weights[arc]])
    for got, wanted in zip(metric.along([case.sources]), before, strict=True):
        np.testing.assert_array_equal(got, wanted)
