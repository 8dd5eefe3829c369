"""Openings against brute force over all subsets, and planted barriers."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from wegeketten.routing import INF
from wegeketten.whatif.graph import WhatIfGraph
from wegeketten.whatif.least_cost import SHIFT, UNSEEN
from wegeketten.whatif.mended_ways import mend_towards
from wegeketten.whatif.unblock import Opener, Opening

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SHUT = [INF, INF]
MIDDLE = 3


def edges_of(opening: Opening | None) -> tuple[int, ...]:
    assert opening is not None
    return opening.edges


def scipy_times(field: WhatIfGraph, goals: Sequence[int], mend: Sequence[int] = ()) -> NDArray[np.int64]:
    """The oracle: scipy's Dijkstra on the reversed graph, least of parallel arcs."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    weights = field.today.astype(np.int64)
    for edge in mend:
        on = field.edge == edge
        weights[on] = np.minimum(field.mended[on], weights[on])
    best: dict[tuple[int, int], int] = {}
    for tail, head, weight in zip(field.tails.tolist(), field.heads.tolist(), weights.tolist(), strict=True):
        if weight < INF:
            best[head, tail] = min(weight, best.get((head, tail), INF))
    n = field.nodes
    # scipy drops zero weights: a tiny share is added and rounded away
    rows = [key[0] for key in best] + [n] * len(goals)
    columns = [key[1] for key in best] + list(goals)
    values = [weight + 1e-7 for weight in best.values()] + [1e-7] * len(goals)
    matrix = csr_array((values, (rows, columns)), shape=(n + 1, n + 1))
    times = dijkstra(matrix, indices=n)[:n]
    return np.where(np.isinf(times), INF, np.floor(np.where(np.isinf(times), 0, times) + 0.01)).astype(
        np.int64
    )


def random_field(
    rng: np.random.Generator, nodes: int = 9, edges: int = 16, closed: float = 0.5
) -> WhatIfGraph:
    u, v = rng.integers(0, nodes, edges), rng.integers(0, nodes, edges)
    today = rng.integers(0, 30, 2 * edges)
    mended = np.minimum(today, rng.integers(0, 30, 2 * edges))
    today[rng.random(2 * edges) < closed] = INF
    mended[rng.random(2 * edges) < 0.1] = INF
    prices = rng.integers(1, 8, edges) * (rng.random(edges) < 0.8)
    return WhatIfGraph.of_edges(nodes, u, v, today, mended, prices)


@pytest.mark.parametrize("seed", range(60))
def test_times_equal_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    field = random_field(rng)
    mend = rng.choice(16, 4, replace=False)
    np.testing.assert_array_equal(field.times([0, 5], mend), scipy_times(field, [0, 5], mend.tolist()))
    turned = field.turned()
    np.testing.assert_array_equal(turned.times([3]), scipy_times(turned, [3]))


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("limit", [INF - 1, 40, 25])
def test_openings_equal_brute_force(seed: int, limit: int) -> None:
    rng = np.random.default_rng(1000 + seed)
    field = random_field(rng, nodes=8, edges=11)
    opener = Opener(field, np.array([0]))
    able = np.flatnonzero(field.mendable).tolist()
    subsets = [
        (int(field.prices[list(chosen)].sum()), chosen, field.times([0], chosen))
        for size in range(len(able) + 1)
        for chosen in combinations(able, size)
    ]
    for start in range(1, 8):
        prices = [price for price, _, times in subsets if times[start] <= limit]
        opening = opener.open_from(start, limit=limit)
        if not prices:
            assert opening is None
            continue
        assert opening is not None
        assert opening.price == min(prices)
        assert opener.certify(start, opening.edges, limit=limit)
        quickest = min(times[start] for price, _, times in subsets if price == opening.price)
        assert opening.units == quickest


@pytest.mark.parametrize("count", range(1, 7))
def test_kerbs_in_series_are_all_found(count: int) -> None:
    # 0 ─k─ 1 ─k─ 2 … count, beside it decoys: kerbs that lead nowhere
    u = [*range(count), 0, 1, 0]
    v = [*range(1, count + 1), count + 1, count + 2, count + 3]
    field = WhatIfGraph.of_edges(count + 4, u, v, SHUT * len(u), [20, 20] * len(u), [300] * count + [1, 1, 1])
    opening = Opener(field, np.array([count])).open_from(0)
    assert opening is not None
    assert opening.edges == tuple(range(count))
    assert opening.units == 20 * count


@pytest.mark.parametrize("count", range(2, 7))
def test_the_cheaper_alternative_is_taken(count: int) -> None:
    # a series of cheap kerbs against one dear flight of steps
    u, v = [*range(count), 0], [*range(1, count + 1), count]
    field = WhatIfGraph.of_edges(
        count + 1, u, v, SHUT * (count + 1), [9] * 2 * (count + 1), [10] * count + [10 * count + 1]
    )
    opener = Opener(field, np.array([count]))
    assert edges_of(opener.open_from(0)) == tuple(range(count))
    assert edges_of(opener.open_from(0, limit=9 * count - 1)) == (count,)


def test_a_slope_may_be_open_downhill_only() -> None:
    # up is too steep until regraded, down is not: the way there needs the measure, the way back none
    field = WhatIfGraph.of_edges(2, [0], [1], [INF, 40], [60, 40], [5000])
    there = Opener(field, np.array([1]))
    back = Opener(field.turned(), np.array([1]))
    assert edges_of(there.open_from(0)) == (0,)
    assert edges_of(back.open_from(0)) == ()


def test_no_measure_no_opening() -> None:
    field = WhatIfGraph.of_edges(2, [0], [1], SHUT, SHUT, [100])
    assert Opener(field, np.array([1])).open_from(0) is None


def test_the_start_may_be_the_goal() -> None:
    field = WhatIfGraph.of_edges(1, [], [], [], [], [])
    opening = Opener(field, np.array([0])).open_from(0)
    assert opening is not None
    assert (opening.edges, opening.price, opening.units) == ((), 0, 0)


def least_keys(field: WhatIfGraph, prices: NDArray[np.int64], goals: list[int], detour: int) -> list[int]:
    """The oracle: every arc relaxed as often as there are nodes, in Python's own numbers."""
    best = [int(UNSEEN)] * field.nodes
    for goal in goals:
        best[goal] = 0
    for _ in range(field.nodes):
        for tail, head, edge, today, mended in zip(
            field.tails.tolist(), field.heads.tolist(), field.edge.tolist(), field.today.tolist(),
            field.mended.tolist(), strict=True,
        ):  # fmt: skip
            price = int(prices[edge]) if edge >= 0 else -1
            keys = [today] if today < INF else []
            if price >= 0 and mended < today:
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
    prices = np.where(field.prices > 0, rng.integers(0, 8, len(field.prices)), -1)  # some for nothing
    best, following = mend_towards(
        *field.entering, field.tails, field.heads, field.edge, field.today, field.mended, prices,
        field.times(goals), MIDDLE, detour,
    )  # fmt: skip
    assert best.tolist() == least_keys(field, prices, goals, detour)
    for node in np.flatnonzero(best < UNSEEN).tolist():
        arcs, arc = [], int(following[node])
        while arc >= 0:
            arcs.append(arc)
            arc = int(following[field.heads[arc]])
        paid = [int(prices[field.edge[one]]) for one in arcs]
        fine = sum(price << int(SHIFT) if detour >= INF else price * detour // MIDDLE for price in paid)
        edges = {int(field.edge[one]) for one in arcs}
        # the way costs what its arcs to mend cost, and what is left of the key is time to walk on it
        assert scipy_times(field, goals, sorted(edges))[node] <= best[node] - fine
        assert len(arcs) <= field.nodes
