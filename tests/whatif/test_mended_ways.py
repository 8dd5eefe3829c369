"""Ways that may mend against Bellman-Ford, and times from the routing core against plain search."""

from __future__ import annotations

import numpy as np
import pytest

from tests.whatif.test_doors import random_access
from tests.whatif.test_unblock import random_field, scipy_times
from wegeketten.routing import INF, Graph, Hierarchy
from wegeketten.whatif.core_times import times_to
from wegeketten.whatif.doors import Remedies, assemble
from wegeketten.whatif.graph import WhatIfGraph
from wegeketten.whatif.least_cost import SHIFT, UNSEEN
from wegeketten.whatif.mended_ways import mend_towards

MIDDLE = 3


def least_keys(field: WhatIfGraph, goals: list[int], detour: int) -> list[int]:
    """The oracle: every arc relaxed as often as there are nodes, in Python's own numbers."""
    best = [int(UNSEEN)] * field.nodes
    for goal in goals:
        best[goal] = 0
    for _ in range(field.nodes):
        for tail, head, edge, today, mended in zip(
            field.tails.tolist(), field.heads.tolist(), field.edge.tolist(), field.today.tolist(),
            field.mended.tolist(), strict=True,
        ):  # fmt: skip
            price = int(field.prices[edge]) if edge >= 0 else 0
            keys = [today] if today < INF else []
            if price > 0 and mended < today:
                keys.append(mended + (price << int(SHIFT) if detour >= INF else price * detour // MIDDLE))
            if keys and best[head] < UNSEEN:
                best[tail] = min(best[tail], best[head] + min(keys))
    return best


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("detour", [INF, 30, 4])
def test_keys_equal_bellman_ford_and_arcs_lead_there(seed: int, detour: int) -> None:
    rng = np.random.default_rng(seed)
    field = random_field(rng, closed=0.6)
    goals = [0, 5]
    best, following = mend_towards(
        *field.entering, field.tails, field.heads, field.edge, field.today, field.mended, field.prices,
        field.times(goals), MIDDLE, detour,
    )  # fmt: skip
    assert best.tolist() == least_keys(field, goals, detour)
    for node in np.flatnonzero(best < UNSEEN).tolist():
        arcs, arc = [], int(following[node])
        while arc >= 0:
            arcs.append(arc)
            arc = int(following[field.heads[arc]])
        prices = [int(field.prices[field.edge[one]]) for one in arcs]
        fine = sum(price << int(SHIFT) if detour >= INF else price * detour // MIDDLE for price in prices)
        edges = {int(field.edge[one]) for one in arcs}
        # the way costs what its arcs to mend cost, and what is left of the key is time to walk on it
        assert scipy_times(field, goals, sorted(edges))[node] <= best[node] - fine
        assert len(arcs) <= field.nodes


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
