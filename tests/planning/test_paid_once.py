"""The least price of a way over two legs against all sets of measures."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from wegeketten.planning.paid_once import PaidOnce
from wegeketten.routing import INF
from wegeketten.whatif.graph import WhatIfGraph
from wegeketten.whatif.unblock import Opener

NODES, EDGES = 6, 9


def two_legs(seed: int) -> WhatIfGraph:
    """A random network twice, joined where the first errand is done; edges are the same in both."""
    rng = np.random.default_rng(seed)
    pairs = list(combinations(range(NODES), 2))
    rows = np.array([pairs[i] for i in rng.choice(len(pairs), EDGES, replace=False)])
    units = rng.integers(1, 9, EDGES)
    shut = rng.random(EDGES) < 0.7
    shops = rng.choice(NODES, 2, replace=False)
    u = np.concatenate([rows[:, 0], rows[:, 0] + NODES, shops])
    v = np.concatenate([rows[:, 1], rows[:, 1] + NODES, shops + NODES])
    mended = np.repeat(np.concatenate([units, units, [0, 0]]), 2)
    today = np.where(np.repeat(np.concatenate([shut, shut, [False] * 2]), 2), INF, mended)
    today[4 * EDGES + 1 :: 2] = mended[4 * EDGES + 1 :: 2] = INF  # nobody goes back to the first leg
    prices = np.where(shut, rng.integers(1, 60, EDGES), 0)
    field = WhatIfGraph.of_edges(2 * NODES, u, v, today, mended, np.append(prices, np.zeros(EDGES + 2, int)))
    edge = np.where(
        field.edge >= 2 * EDGES, -1, np.where(field.edge >= EDGES, field.edge - EDGES, field.edge)
    )
    return replace(field, edge=edge.astype(np.int32), prices=prices.astype(np.int64))


@pytest.mark.parametrize("seed", range(40))
def test_least_price_against_all_sets(seed: int) -> None:
    field = two_legs(seed)
    goal, limit = np.array([NODES + 1]), 24
    opener = Opener(field, goal, np.full(EDGES, 2))
    search = PaidOnce(opener, 10_000)
    dear = np.flatnonzero(field.prices)
    sets = [chosen for size in range(len(dear) + 1) for chosen in combinations(dear.tolist(), size)]
    reached = {chosen: field.times(goal, chosen)[:NODES] <= limit for chosen in sets}
    arcs = np.flatnonzero(field.edge >= 0)
    for start in range(NODES):
        costs = [int(field.prices[list(chosen)].sum()) for chosen in sets if reached[chosen][start]]
        found = search.least(start, limit, arcs, np.full(len(arcs), 2))
        assert found == (min(costs) if costs else None)
        if costs:
            assert PaidOnce(opener, min(costs) - 1).least(start, limit, arcs, np.full(len(arcs), 2)) is None
