"""Fields with doors give the times that seeds and joints give."""

from __future__ import annotations

import numpy as np
import pytest

from wegeketten.joins.endpoints import Endpoints, same_edge, seeds_from, seeds_to, times_at
from wegeketten.routing import INF, Graph, Hierarchy, nearest
from wegeketten.whatif.core_times import times_to
from wegeketten.whatif.doors import Remedies, assemble, trace
from wegeketten.whatif.graph import WhatIfGraph
from wegeketten.whatif.least_cost import UNSEEN
from wegeketten.whatif.unblock import Opener


def random_access(rng: np.random.Generator, count: int, edges: int) -> Endpoints:
    along = rng.choice([0.0, 1.0, *rng.random(3)], count)
    off_m = rng.random(count) * 20
    return Endpoints(
        np.arange(count, dtype=np.int32), rng.integers(0, edges, count).astype(np.int32), along, off_m,
        np.rint(off_m).astype(np.int64),
    )  # fmt: skip


@pytest.mark.parametrize("leaving", [True, False])
@pytest.mark.parametrize("seed", range(30))
def test_times_equal_seeds_and_joints(seed: int, leaving: bool) -> None:
    rng = np.random.default_rng(seed)
    nodes, edges = 12, 18
    u, v = rng.integers(0, nodes, edges).astype(np.int32), rng.integers(0, nodes, edges).astype(np.int32)
    today = rng.integers(0, 300, 2 * edges).astype(np.int32)
    today[rng.random(2 * edges) < 0.3] = INF
    homes, places = random_access(rng, 20, edges), random_access(rng, 6, edges)
    doors = assemble(nodes, u, v, today, Remedies.none(edges), homes, 20, places, leaving=leaving)
    field = doors.field if leaving else doors.field.turned()
    ours = field.times(doors.goals(np.arange(6)))[field.home_nodes]

    graph = Graph.from_arcs(nodes, np.stack([u, v], 1).ravel(), np.stack([v, u], 1).ravel(), today)
    seeds = (seeds_to if leaving else seeds_from)(places, (u, v), today)
    node_times, _ = nearest(graph.reverse() if leaving else graph, seeds.nodes, seeds.offsets)
    theirs, _ = times_at(homes, (u, v), today, node_times[:, None], leaving=leaving)
    theirs = theirs[:, 0].astype(np.int64)
    pairs = same_edge(homes, places, today, np.ones(edges, dtype=np.float32), leaving=leaving)
    np.minimum.at(theirs, pairs.home, pairs.units)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("seed", range(10))
def test_traces_add_up(seed: int) -> None:
    rng = np.random.default_rng(seed)
    nodes, edges = 12, 22
    u, v = rng.integers(0, nodes, edges), rng.integers(0, nodes, edges)
    today = rng.integers(0, 300, 2 * edges).astype(np.int32)
    homes, places = random_access(rng, 8, edges), random_access(rng, 3, edges)
    doors = assemble(nodes, u, v, today, Remedies.none(edges), homes, 8, places)
    goals = doors.goals(np.arange(3))
    times = doors.field.times(goals)
    for home in range(8):
        traced = trace(doors, nodes + home, goals, doors.field.today)
        assert traced is not None
        units, arcs = traced
        assert units == times[nodes + home] == doors.field.today[arcs].sum()
        assert doors.field.heads[arcs[:-1]].tolist() == doors.field.tails[arcs[1:]].tolist()
        assert doors.field.heads[arcs[-1]] in goals


def test_a_measure_on_the_own_edge_opens_the_door() -> None:
    homes = Endpoints(np.array([0]), np.array([0]), np.array([0.25]), np.array([0.0]), np.array([7]))
    places = Endpoints(np.array([0]), np.array([0]), np.array([0.75]), np.array([0.0]), np.array([0]))
    remedies = Remedies(np.array([100, 100], dtype=np.int32), np.array([5000]))
    doors = assemble(
        2, np.array([0]), np.array([1]), np.array([INF, INF], dtype=np.int32), remedies, homes, 1, places
    )
    goals = doors.goals(np.array([0]))
    assert doors.field.times(goals)[2] == INF
    assert doors.field.times(goals, [0])[2] == 57


@pytest.mark.parametrize("seed", range(30))
def test_the_core_gives_the_times_of_plain_search(seed: int) -> None:
    rng = np.random.default_rng(seed)
    nodes, edges = 12, 18
    u, v = rng.integers(0, nodes, edges).astype(np.int32), rng.integers(0, nodes, edges).astype(np.int32)
    today = rng.integers(0, 300, 2 * edges).astype(np.int32)
    today[rng.random(2 * edges) < 0.4] = INF
    mended = rng.integers(0, 300, 2 * edges).astype(np.int32)
    remedies = Remedies(mended, rng.integers(0, 5, edges).astype(np.int64))
    homes, places = random_access(rng, 15, edges), random_access(rng, 6, edges)
    field = assemble(nodes, u, v, today, remedies, homes, 20, places).field  # five homes join nothing
    graph = Graph.from_arcs(nodes, np.stack([u, v], 1).ravel(), np.stack([v, u], 1).ravel(), today)
    sets = [np.array([field.place_node(p) for p in chosen], dtype=np.int32) for chosen in ([0, 3], [1], [])]
    for weights in (field.today, field.mended):
        found = times_to(Hierarchy(graph), field, sets, weights)
        for times, goals in zip(found, sets, strict=True):
            plain = WhatIfGraph(
                field.streets, field.homes, field.places, field.tails, field.heads, field.edge,
                weights, weights, field.prices,
            ).times(goals)  # fmt: skip
            np.testing.assert_array_equal(times, plain)


@pytest.mark.parametrize("seed", range(20))
def test_the_least_price_of_a_door_equals_bellman_ford(seed: int) -> None:
    """Doors stand on edges that can be mended, and where an edge is paid in parts, a part may be nothing."""
    rng = np.random.default_rng(seed)
    nodes, edges = 10, 15
    u, v = rng.integers(0, nodes, edges), rng.integers(0, nodes, edges)
    today = rng.integers(0, 60, 2 * edges).astype(np.int32)
    today[rng.random(2 * edges) < 0.6] = INF
    mended = rng.integers(0, 60, 2 * edges).astype(np.int32)
    remedies = Remedies(mended, rng.integers(0, 5, edges).astype(np.int64))
    homes, places = random_access(rng, 8, edges), random_access(rng, 4, edges)
    doors = assemble(nodes, u, v, today, remedies, homes, 8, places)
    field, goals = doors.field, doors.goals(np.array([0, 2]))
    shares = rng.integers(1, 5, edges)
    best = dict.fromkeys(goals.tolist(), 0)
    for _ in range(field.nodes):
        for arc, (tail, head) in enumerate(zip(field.tails.tolist(), field.heads.tolist(), strict=True)):
            edge = field.edge[arc]
            if head not in best or field.mended[arc] >= INF:
                continue
            if field.today[arc] >= INF and not field.prices[edge]:
                continue
            paid = 0 if field.today[arc] < INF else int(field.prices[edge] // shares[edge])
            best[tail] = min(best[head] + paid, best.get(tail, best[head] + paid))
    expected = [best.get(node, int(UNSEEN)) for node in range(field.nodes)]
    assert Opener(field, goals, shares).price_left.tolist() == expected
