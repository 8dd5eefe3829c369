"""The plain search against scipy, to the last unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from wegeketten.routing import INF, Graph, nearest, path, within
from wegeketten.routing import graph as arrays

from .graphs import Case, cases, reference, town


@pytest.mark.parametrize("case", cases(400), ids=str)
def test_nearest_equals_scipy(case: Case) -> None:
    graph = case.graph()
    times, source = nearest(graph, case.sources, case.offsets)
    expected, first = reference(case)
    np.testing.assert_array_equal(times, expected)
    np.testing.assert_array_equal(source, first)
    limit = int(case.random.integers(0, 3 * case.scale))
    limited, _ = nearest(graph, case.sources, case.offsets, limit=limit)
    np.testing.assert_array_equal(limited, np.where(expected <= limit, expected, INF))
    nodes, inside = within(graph, case.sources, limit, case.offsets)
    np.testing.assert_array_equal(nodes, np.flatnonzero(expected <= limit))
    np.testing.assert_array_equal(inside, expected[nodes])


@pytest.mark.parametrize("case", cases(150, seed=7), ids=str)
def test_path_is_a_path_of_the_right_length(case: Case) -> None:
    graph = case.graph()
    start, end = (int(v) for v in case.random.integers(0, case.n, 2))
    time, arcs = path(graph, start, end)
    expected, _ = nearest(graph, [start])
    assert time == expected[end]
    if time == INF:
        assert arcs.size == 0
        return
    nodes = [start, *case.heads[arcs]]
    assert nodes[:-1] == list(case.tails[arcs])
    assert nodes[-1] == end
    assert case.weights[arcs].sum() == time


def test_scipy_itself_agrees_where_it_can_express_the_question() -> None:
    random = np.random.default_rng(5)
    n, m = 3000, 9000
    tails, heads = random.integers(0, n, (2, m))
    weights = random.integers(1, 10**6, m)
    graph = Graph.from_arcs(n, tails, heads, weights)
    matrix = csr_matrix((graph.weights.astype(float), graph.heads, graph.indptr), shape=(n, n))
    sources = random.choice(n, 4, replace=False)
    expected = dijkstra(matrix, indices=sources, min_only=True)
    expected[np.isinf(expected)] = INF
    np.testing.assert_array_equal(nearest(graph, sources)[0], expected)


def test_many_zero_weights_cost_no_more_than_others() -> None:
    n = 20_000
    ring = np.arange(n)
    graph = Graph.from_arcs(n, ring, (ring + 1) % n, np.zeros(n, int))
    times, source = nearest(graph, ring[::-1])
    assert not times.any()
    assert not source.any()
    times, source = nearest(graph, ring)
    assert not times.any()
    assert not source.any()


def test_weights_of_all_sizes_in_one_graph() -> None:
    big = [1, 2**16 - 1, 2**16, 2**20, 10**6, 2**30, 2**30 - 1]
    tails, heads, weights = [], [], []
    for i, weight in enumerate(big):
        tails += [i, i, i + 1]
        heads += [i + 1, min(i + 2, len(big)), 0]
        weights += [weight, weight + big[min(i + 1, len(big) - 1)] - 1, 3]
    case = Case(
        len(big) + 1, np.array(tails), np.array(heads), np.array(weights), np.array([0, 3]), np.array([9, 0])
    )
    times, source = nearest(case.graph(), case.sources, case.offsets)
    expected, first = reference(case)
    np.testing.assert_array_equal(times, expected)
    np.testing.assert_array_equal(source, first)


def test_an_empty_graph_and_one_without_sources() -> None:
    empty = Graph.from_arcs(0, [], [], [])
    assert nearest(empty, [])[0].size == 0
    single = Graph.from_arcs(1, [0], [0], [0])
    assert nearest(single, [])[0].tolist() == [INF]
    assert nearest(single, [0])[0].tolist() == [0]
    assert path(single, 0, 0)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((2, [0, 1], [1, 0], [3, -4]), r"weights must lie between 0 and 2147483647; not so at 1 \(-4\)"),
        ((2, [0, 2], [1, 0], [3, 4]), r"tails must lie between 0 and 1; not so at 1 \(2\)"),
        ((2, [0], [1], [np.nan]), r"weights .* not so at 0 \(nan\)"),
        ((2, [0], [1], [1.5]), r"weights .* not so at 0 \(1.5\)"),
        ((2, [0], [1], [2**31]), r"weights .* not so at 0"),
        ((2, [0], [1, 1], [2]), r"heads must hold 1 values, not 2"),
        ((2, [0], [1], ["2"]), r"weights must be whole numbers"),
        ((-1, [], [], []), r"n must lie"),
    ],
)
def test_the_gate_names_what_is_wrong(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Graph.from_arcs(*arguments)  # type: ignore[arg-type]


def test_the_gate_takes_arrays_of_any_kind_and_compiles_nothing_twice() -> None:
    from wegeketten.routing import search

    graph = Graph.from_arcs(3, np.array([0, 1]), np.array([1, 2]), np.array([4, 5]))
    frozen = np.array([0], np.int64)
    frozen.setflags(write=False)
    kinds: list[Any] = [
        [0],
        (0,),
        0,
        np.array([0], np.uint8),
        np.array([0.0]),
        np.array([0, 9, 0])[::2][:1],
        frozen,
    ]
    for kind in kinds:
        assert nearest(graph, kind)[0].tolist() == [0, 4, 9]
    for array in (graph.indptr, graph.heads, graph.weights):
        array.setflags(write=False)
    assert nearest(graph, 0)[0].tolist() == [0, 4, 9]
    assert len(search._search.signatures) == 1


def test_weights_follow_the_input_arcs() -> None:
    random = np.random.default_rng(3)
    n, m = 50, 200
    tails, heads = random.integers(0, n, (2, m))
    first, second = random.integers(0, 99, (2, m))
    graph = Graph.from_arcs(n, tails, heads, first)
    np.testing.assert_array_equal(graph.input_weights, first)
    np.testing.assert_array_equal(graph.tails[graph.positions], tails)
    other = graph.with_weights(second)
    same = Graph.from_arcs(n, tails, heads, second)
    np.testing.assert_array_equal(nearest(other, [3, 4])[0], nearest(same, [3, 4])[0])
    there_and_back = graph.reverse().reverse()
    np.testing.assert_array_equal(nearest(there_and_back, [3, 4])[0], nearest(graph, [3, 4])[0])


def test_a_search_taken_in_slices_is_the_same_search(monkeypatch: pytest.MonkeyPatch) -> None:
    from wegeketten.routing import search

    monkeypatch.setattr(search, "STEPS", 1)
    for case in cases(120, seed=12):
        times, source = nearest(case.graph(), case.sources, case.offsets)
        expected, first = reference(case)
        np.testing.assert_array_equal(times, expected, case.name)
        np.testing.assert_array_equal(source, first, case.name)
        start, end = (int(v) for v in case.random.integers(0, case.n, 2))
        time, arcs = path(case.graph(), start, end)
        assert time == nearest(case.graph(), [start])[0][end], case.name
        assert time == INF or case.weights[arcs].sum() == time, case.name


@pytest.mark.parametrize("seed", range(40))
def test_short_arcs_among_long_ones(seed: int) -> None:
    """What a bucket holds may shorten itself: a bucket is as wide as the long arcs allow."""
    random = np.random.default_rng(seed)
    n, m = 300, 1500
    tails, heads = random.integers(0, n, (2, m))
    short, long = random.integers(0, 30, m), random.integers(500, 10**6, m)
    weights = np.where(random.random(m) < random.choice([0.05, 0.4]), short, long)
    sources, offsets = random.integers(0, n, 9), random.integers(0, 40, 9)
    case = Case(n, tails, heads, weights, sources, offsets, f"short-seed{seed}")
    times, source = nearest(case.graph(), sources, offsets)
    expected, first = reference(case)
    np.testing.assert_array_equal(times, expected)
    np.testing.assert_array_equal(source, first)


def test_times_and_offsets_up_to_the_last_unit() -> None:
    graph = Graph.from_arcs(5, [0, 1, 1, 3], [1, 2, 3, 4], [INF - 3, INF - 1, 2, 0])
    assert nearest(graph, [0])[0].tolist() == [0, INF - 3, INF, INF - 1, INF - 1]
    assert nearest(graph, [0])[1].tolist() == [0, 0, -1, 0, 0]
    assert nearest(graph, [0], limit=INF - 2)[0].tolist() == [0, INF - 3, INF, INF, INF]
    assert nearest(graph, [1, 1], [INF, INF - 3])[0].tolist() == [INF, INF - 3, INF, INF - 1, INF - 1]
    assert nearest(graph, [1, 1], [INF, INF - 3])[1].tolist() == [-1, 1, -1, 1, 1]
    assert path(graph, 0, 4) == (INF - 1, pytest.approx([0, 2, 3]))  # type: ignore[comparison-overlap]


def test_bends_dead_ends_loops_and_one_way_streets() -> None:
    """A long road whose middle is reached from both ends, from a source beside it and past every oddity."""
    length = 60
    road = np.arange(length)
    tails = [*road[:-1], *road[1:], 5, 9, 9, length, 20, length + 1, 30, 30]
    heads = [*road[1:], *road[:-1], 5, 8, 10, 20, length + 1, 21, length + 2, length + 3]
    weights = [*([7] * (length - 1)), *([7] * (length - 1)), 0, 6, 6, 1, 2, 3, 4, 0]
    offsets = np.array([0, 30, 9, 0])
    sources = np.array([0, length - 1, length, 12])
    case = Case(length + 4, np.array(tails), np.array(heads), np.array(weights), sources, offsets)
    for some in (slice(0, 1), slice(0, 2), slice(1, 3), slice(0, 4)):
        case.sources, case.offsets = sources[some], offsets[some]
        times, source = nearest(case.graph(), case.sources, case.offsets)
        expected, first = reference(case)
        np.testing.assert_array_equal(times, expected)
        np.testing.assert_array_equal(source, first)


def test_a_path_ends_early_and_leaves_nothing_behind() -> None:
    case = town(40, seed=3)
    graph = case.graph()
    times, source = nearest(graph, case.sources)
    ends = case.random.integers(0, graph.n, 40)
    expected, _ = nearest(graph, ends[:1])
    for end in ends:
        time, arcs = path(graph, int(ends[0]), int(end))
        assert time == expected[end]
        assert time == INF or case.weights[arcs].sum() == time
    again, same = nearest(graph, case.sources)
    np.testing.assert_array_equal(again, times)
    np.testing.assert_array_equal(same, source)


@pytest.mark.parametrize("kind", ["i1", "i2", "i4", "i8", ">i4", ">i8", "u1", "u8", ">u2", "f4", "f8", "?"])
def test_the_gate_sees_both_ends_of_every_kind_of_number(kind: str) -> None:
    good = np.array([1, 0, 1], kind)
    assert arrays.as_int32(good, "weights").tolist() == [1, 0, 1]
    assert arrays.as_int32(good[::2], "weights", upper=1).tolist() == [1, 1]
    if kind != "?":
        with pytest.raises(ValueError, match=r"not so at 1 \(2"):
            arrays.as_int32(np.array([1, 2, 0], kind), "weights", upper=1)
    if np.dtype(kind).kind in "if":
        with pytest.raises(ValueError, match=r"not so at 2 \(-1"):
            arrays.as_int32(np.array([1, 0, -1], kind), "weights")
