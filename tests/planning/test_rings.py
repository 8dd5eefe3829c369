"""Rings of barriers against their definition, and bounds of towns side by side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from wegeketten.planning.bound import highest_value
from wegeketten.planning.rings import EdgeSet, fewest_rings
from wegeketten.planning.task import Task
from wegeketten.routing import INF
from wegeketten.whatif.graph import WhatIfGraph
from wegeketten.whatif.least_cost import UNSEEN, tree
from wegeketten.whatif.local import LocalSearch


def town(rng: np.random.Generator, nodes: int, copies: int = 1) -> WhatIfGraph:
    """A random town, drawn `copies` times side by side without a way between them."""
    edges = int(rng.integers(nodes, 3 * nodes))
    u, v = rng.integers(0, nodes, (2, edges))
    shut = rng.random(edges) < 0.4
    today = np.where(np.repeat(shut, 2), INF, rng.integers(1, 60, 2 * edges))
    mended = np.where(np.repeat(shut, 2), rng.integers(1, 60, 2 * edges), today)
    prices = np.where(shut, rng.integers(1, 30, edges), 0)
    shift = np.repeat(np.arange(copies) * nodes, edges)
    return WhatIfGraph.of_edges(
        copies * nodes, np.tile(u, copies) + shift, np.tile(v, copies) + shift,
        np.tile(today, copies), np.tile(mended, copies), np.tile(prices, copies),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_the_fewest_rings_are_those_of_the_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    arcs = int(rng.integers(0, 25))
    edge = rng.integers(0, 12, arcs)
    bounds = [
        (rng.integers(0, 9, arcs), rng.integers(0, 9, arcs), int(rng.integers(0, 10))) for _ in range(2)
    ]
    wanted = set()
    for near, far, end in bounds:
        first = near[(near < far)].min(initial=99)
        for level in range(int(first), end):
            wanted.add(tuple(sorted(set(edge[(near <= level) & (level < far)].tolist()))))
    breaks = {level for near, far, _ in bounds for level in (*near.tolist(), *far.tolist())}
    found = [tuple(ring.edges().tolist()) for ring in fewest_rings(edge, bounds, 99)]
    assert set(found) <= wanted | {()}, breaks
    assert {ring for ring in wanted if ring} <= set(found)
    assert [len(ring) for ring in found] == sorted(len(ring) for ring in found)
    assert [tuple(ring.edges().tolist()) for ring in fewest_rings(edge, bounds, 3)] == found[:3]


def test_sets_of_edges_sort_as_their_numbers_do() -> None:
    rng = np.random.default_rng(3)
    sets = [rng.integers(0, 2**31 - 1, int(rng.integers(0, 4))) for _ in range(50)]
    packed = sorted(EdgeSet.of(edges) for edges in sets)
    assert [tuple(one.edges().tolist()) for one in packed] == sorted(
        tuple(np.unique(edges).tolist()) for edges in sets
    )


@pytest.mark.parametrize("seed", range(40))
def test_a_local_search_is_a_tree_cut_off(seed: int) -> None:
    rng = np.random.default_rng(seed)
    field = town(rng, int(rng.integers(2, 30)))
    keys = np.where(field.today >= INF, -1, field.today).astype(np.int64)
    search = LocalSearch(field.leaving, field.heads)
    for _ in range(4):
        starts = rng.integers(0, field.streets, int(rng.integers(0, 4))).astype(np.int32)
        limit = int(rng.integers(0, 200))
        nodes, times = search.near(keys, starts, limit)
        zeros = np.zeros(len(starts), dtype=np.int64)
        best, _ = tree(*field.leaving, field.heads, keys, starts, zeros, limit)
        found = np.full(field.nodes, UNSEEN)
        found[nodes] = times
        np.testing.assert_array_equal(found, best)
        assert (search.best == UNSEEN).all()


@pytest.mark.parametrize("seed", range(25))
def test_towns_side_by_side_are_bounded_as_alone(seed: int) -> None:
    """With money for all, twice the town is worth twice as much; a town far away changes nothing."""
    rng = np.random.default_rng(seed)
    nodes, state = int(rng.integers(4, 14)), rng.bit_generator.state
    one = town(rng, nodes)
    rng.bit_generator.state = state
    two = town(rng, nodes, copies=2)
    people = rng.integers(0, 5, nodes).astype(float)
    goals, limit = rng.integers(0, nodes, 2).astype(np.int32), int(rng.integers(40, 200))
    alone = Task("pram", "park", one, goals, people, limit)
    both = Task("pram", "park", two, np.r_[goals, goals + nodes], np.tile(people, 2), limit)
    far = Task("pram", "park", two, goals, np.r_[people, 0 * people], limit)
    rich = 10_000.0
    assert highest_value([both], rich) == pytest.approx(2 * highest_value([alone], rich))
    for budget in (rich, 25.0):
        assert highest_value([far], budget) == pytest.approx(highest_value([alone], budget), rel=2e-3)


def test_no_leg_pays_a_share_of_what_is_dearer_than_the_budget() -> None:
    """Two short cuts in series, the first met by others on another leg: half its price buys nothing."""
    u, v = [0, 1, 0, 3], [1, 2, 2, 2]
    today, mended = [INF] * 4 + [200] * 2 + [INF] * 2, [10] * 4 + [200] * 2 + [10] * 2
    field = WhatIfGraph.of_edges(4, u, v, today, mended, [150, 50, 0, 0])
    field = replace(field, edge=np.where(field.edge == 3, 0, field.edge).astype(np.int32))
    people, turn = np.array([3.0, 0.0, 0.0, 1.0]), np.zeros(len(field.tails), dtype=np.int32)
    turn[6:8] = 2
    task = Task("pram", "park", field, np.array([2]), people, limit=99, turn=turn)
    assert highest_value([task], 140) == 0
    assert round(highest_value([task], 200), 6) == 4
