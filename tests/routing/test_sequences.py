"""Tours against trying every order and every choice of places."""

from __future__ import annotations

from itertools import permutations, product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from wegeketten.routing import (
    INF,
    Graph,
    Hierarchy,
    Spots,
    Stops,
    components,
    each_within,
    in_best_order,
    in_order,
    nearest,
    round_tours,
)

from .graphs import Case, cases, town

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.routing import Tours


def kinds_of(case: Case, count: int) -> list[Stops]:
    random = case.random
    kinds = []
    for _ in range(count):
        places = int(random.integers(0 if random.random() < 0.05 else 1, 4))
        rows = np.sort(np.append(np.arange(places), random.integers(0, max(places, 1), places)))
        offsets = random.integers(0, case.scale + 1, (2, rows.size)) * int(random.integers(0, 2))
        kinds.append(Stops(7 * rows, random.integers(0, case.n, rows.size), *offsets))  # type: ignore[arg-type]  # any integers
    return kinds


def spots_of(case: Case) -> Spots:
    count = int(case.random.integers(0, 6))
    return Spots(
        case.random.integers(-1, case.n, (count, 2)),  # type: ignore[arg-type]
        case.random.integers(0, case.scale + 1, (count, 2)),  # type: ignore[arg-type]
        np.ones(count),
    )


def brute(
    case: Case, kinds: Sequence[Stops], orders: Sequence[Sequence[int]], returning: bool, spots: Spots
) -> list[int]:
    """Least time over all orders and places, by a table of all pairs."""
    table = np.stack([nearest(case.graph(), v)[0] for v in range(case.n)]).astype(np.int64)

    def between(out: list[tuple[int, int]], into: list[tuple[int, int]]) -> int:
        return min((a + int(table[u, v]) + b for u, a in out for v, b in into), default=INF)

    def rows(kind: int, place: int, column: str) -> list[tuple[int, int]]:
        mine = kinds[kind].places == place
        return list(
            zip(kinds[kind].nodes[mine].tolist(), getattr(kinds[kind], column)[mine].tolist(), strict=True)
        )

    best = []
    for nodes, offsets in zip(spots.nodes.tolist(), spots.offsets.tolist(), strict=True):
        start = [(v, o) for v, o in zip(nodes, offsets, strict=True) if v >= 0]
        least = INF
        for order in orders:
            for chosen in product(*(np.unique(kinds[k].places).tolist() for k in order)):
                out, time = start, 0
                for kind, place in zip(order, chosen, strict=True):
                    time += between(out, rows(kind, place, "arrive"))
                    out = rows(kind, place, "leave")
                if returning:
                    time += between(out, start)
                least = min(least, time)
        best.append(least)
    return best


def check(
    case: Case, kinds: list[Stops], tours: Tours, expected: list[int], returning: bool, spots: Spots
) -> None:
    assert tours.times.tolist() == expected
    for i, time in enumerate(expected):
        if time == INF:
            assert (tours.places[i] == -1).all()
            continue
        single = Spots(spots.nodes[i : i + 1], spots.offsets[i : i + 1], spots.weights[i : i + 1])
        order = tours.kinds[i].tolist()
        assert sorted(order) == list(range(len(kinds)))
        picked = []
        for step, kind in enumerate(order):
            mine = kinds[kind].places == tours.places[i, step]
            picked.append(
                Stops(*(getattr(kinds[kind], name)[mine] for name in ("places", "nodes", "arrive", "leave")))
            )
        assert brute(case, picked, [range(len(kinds))], returning, single) == [time]


@pytest.fixture
def choosy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Choose places for starts even where there are few."""
    monkeypatch.setattr(round_tours, "FEW", -1)


@pytest.mark.parametrize("returning", [False, True])
@pytest.mark.parametrize("case", cases(60, seed=11), ids=str)
def test_tours_equal_trying_everything(case: Case, returning: bool) -> None:
    kinds = kinds_of(case, int(case.random.integers(1, 4)))
    metric = Hierarchy(case.graph()).customize(case.weights)
    nodes = np.stack([np.arange(case.n), np.full(case.n, -1)], axis=1)[:12]
    every = Spots(nodes, np.zeros_like(nodes), np.ones(len(nodes)))
    spots = spots_of(case)
    for search, orders in (
        (in_order, [tuple(range(len(kinds)))]),
        (in_best_order, list(permutations(range(len(kinds))))),
    ):
        tours = search(metric, kinds, returning=returning)
        assert tours.times.shape == (case.n,)
        few = type(tours)(tours.times[:12], tours.kinds[:12], tours.places[:12])
        check(case, kinds, few, brute(case, kinds, orders, returning, every), returning, every)
        tours = search(metric, kinds, returning=returning, spots=spots)
        check(case, kinds, tours, brute(case, kinds, orders, returning, spots), returning, spots)


@pytest.mark.usefixtures("choosy")
@pytest.mark.parametrize("case", cases(60, seed=13), ids=str)
def test_round_tours_over_chosen_places_equal_trying_everything(case: Case) -> None:
    test_tours_equal_trying_everything(case, returning=True)


@pytest.mark.parametrize("seed", range(8))
def test_choosing_places_changes_nothing_in_a_town(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even which of equally good places is visited; ways are one-way or closed here and there."""
    case = town(14, seed)
    random = case.random
    tails, heads = np.append(case.tails, case.heads), np.append(case.heads, case.tails)
    weights = random.integers(0, 5 if seed % 2 else 300, tails.size)
    weights[random.random(tails.size) < 0.1 * (seed % 4)] = INF
    metric = Hierarchy(Graph.from_arcs(case.n, tails, heads, weights)).customize(weights)
    kinds = []
    for count in random.integers(6, 30, int(random.integers(1, 4))):
        rows = np.sort(random.integers(0, count, 2 * count))
        offsets = random.integers(0, 40, (2, rows.size))
        offsets[random.random(offsets.shape) < 0.1] = INF
        kinds.append(Stops(rows, random.integers(0, case.n, rows.size), *offsets))  # type: ignore[arg-type]
    ends = random.integers(-1, case.n, (40, 2))
    spots = Spots(ends, random.integers(0, 40, (40, 2)), np.ones(40))  # type: ignore[arg-type]
    for search in (in_order, in_best_order):
        for starts in (spots, None):
            monkeypatch.setattr(round_tours, "FEW", 10**6)
            every = search(metric, kinds, returning=True, spots=starts)
            monkeypatch.setattr(round_tours, "FEW", -1)
            chosen = search(metric, kinds, returning=True, spots=starts)
            for name in ("times", "kinds", "places"):
                assert getattr(chosen, name).tolist() == getattr(every, name).tolist()


@pytest.mark.parametrize("case", cases(27, seed=17), ids=str)
def test_strong_parts_are_those_of_scipy(case: Case) -> None:
    graph = case.graph()
    part = components.strong_parts(graph)
    walked = case.weights < INF
    ends = case.tails[walked], case.heads[walked]
    arcs = csr_array((np.ones(walked.sum()), ends), shape=(case.n, case.n))
    count, expected = connected_components(arcs, connection="strong")
    assert len(np.unique(part)) == len(np.unique(np.stack([part, expected]), axis=1).T) == count
    assert (part[ends[0]] >= part[ends[1]]).all()


@pytest.mark.parametrize("case", cases(18, seed=19), ids=str)
def test_neighbourhoods_end_at_the_limit_of_each_node(case: Case) -> None:
    """What is found lies within its own limit, by ways on which every node does."""
    limit = case.random.integers(-1, 3 * case.scale + 1, case.n, dtype=np.int32)
    rows, nodes, times = each_within(case.graph(), [0, 1], case.sources[:1], [0], limit)
    walked, expected = {int(case.sources[0]): 0}, {}
    while walked:
        node = min(walked, key=lambda one: (walked[one], one))
        time = walked.pop(node)
        if time > limit[node] or node in expected:
            continue
        expected[node] = time
        for arc in np.flatnonzero((case.tails == node) & (case.weights < INF)).tolist():
            head, arrival = int(case.heads[arc]), time + int(case.weights[arc])
            walked[head] = min(walked.get(head, arrival), arrival)
    assert rows.tolist() == [0, len(expected)]
    assert dict(zip(nodes.tolist(), times.tolist(), strict=True)) == expected


def test_eight_kinds_in_the_best_order() -> None:
    case = town(7, 1)
    tails, heads = np.append(case.tails, case.heads), np.append(case.heads, case.tails)
    graph = Graph.from_arcs(case.n, tails, heads, case.random.integers(0, 400, tails.size))
    metric = Hierarchy(graph).customize(graph.input_weights)
    island = np.flatnonzero(nearest(graph, case.tails[0])[0] < INF)
    kinds = [Stops.at(case.random.choice(island, 2)) for _ in range(8)]
    kinds[3] = Stops.at(kinds[3].nodes[:1])
    for returning in (False, True):
        best = in_best_order(metric, kinds, returning=returning)
        for _ in range(20):
            order = case.random.permutation(8)
            given = in_order(metric, [kinds[k] for k in order], returning=returning)
            assert (best.times <= given.times).all()
        start = int(np.flatnonzero(best.times < INF)[0])
        again = in_order(metric, [kinds[k] for k in best.kinds[start]], returning=returning)
        assert again.times[start] == best.times[start]


def test_wrong_questions_get_an_answer_in_words() -> None:
    metric = Hierarchy(Graph.from_arcs(2, [0], [1], [3])).customize([3])
    with pytest.raises(ValueError, match="at least one kind"):
        in_order(metric, [])
    with pytest.raises(ValueError, match="at most 8 kinds"):
        in_best_order(metric, [Stops.at([0])] * 9)
    with pytest.raises(ValueError, match="nodes of kind 1 must lie between 0 and 1"):
        in_order(metric, [Stops.at([0]), Stops.at([2])])
