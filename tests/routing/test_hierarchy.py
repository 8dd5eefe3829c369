"""The hierarchy against the plain search: the same numbers whatever order, threads and numbering."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from wegeketten.routing import INF, Graph, Hierarchy, elimination, nearest

from .graphs import Case, cases, make, reference, town

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.routing import metric as metrics
    from wegeketten.routing import order as ordering


def services(case: Case, count: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    sizes = case.random.integers(0, 6, count)
    sources = [case.random.integers(0, case.n, size) for size in sizes]
    return sources, [case.random.integers(0, case.scale + 1, size) for size in sizes]


@pytest.mark.parametrize("method", ["auto", "own"])
@pytest.mark.parametrize("case", cases(250, seed=2), ids=str)
def test_sweeps_equal_the_plain_search(case: Case, method: ordering.Method) -> None:
    graph = case.graph()
    metric = Hierarchy(graph, method).customize(case.weights)
    expected, first = reference(case)
    times, source = metric.nearest([case.sources], [case.offsets], with_source=True)
    np.testing.assert_array_equal(times[:, 0], expected)
    np.testing.assert_array_equal(source[:, 0], first)
    sources, offsets = services(case, int(case.random.integers(0, 20)))
    directions: tuple[tuple[metrics.Direction, Graph], ...] = (("from", graph), ("to", graph.reverse()))
    for direction, searched in directions:
        answers = [nearest(searched, s, o) for s, o in zip(sources, offsets, strict=True)]
        plain = metric.nearest(sources, offsets, direction=direction)
        assert plain.shape == (case.n, len(sources))
        assert plain.dtype == np.int32
        times, source = metric.nearest(sources, offsets, direction=direction, with_source=True)
        np.testing.assert_array_equal(times, plain)
        for j, (t, i) in enumerate(answers):
            np.testing.assert_array_equal(plain[:, j], t)
            np.testing.assert_array_equal(source[:, j], i)
        radius = int(case.random.integers(0, 2 * case.scale + 1))
        near, who = metric.nearest(sources, offsets, direction=direction, with_source=True, radius=radius)
        np.testing.assert_array_equal(near, np.where(plain <= radius, plain, INF))
        np.testing.assert_array_equal(who, np.where(plain <= radius, source, -1))


@pytest.mark.parametrize("case", cases(120, seed=3), ids=str)
def test_lengths_are_the_least_along_fastest_paths(case: Case) -> None:
    """Oracle: scaled weights make time and length one number, which the plain search minimises."""
    random = case.random
    weights = np.where(case.weights == INF, INF, random.integers(0, 4, case.weights.size))
    lengths = random.integers(0, 9, weights.size)
    scale = 10 * case.n + 10
    joint = np.where(weights == INF, INF, np.minimum(weights, INF - 1) * scale + lengths)
    graph = Graph.from_arcs(case.n, case.tails, case.heads, joint)
    metric = Hierarchy(graph).customize(weights, lengths)
    offsets = random.integers(0, 3, case.sources.size)
    for direction, searched in (("from", graph), ("to", graph.reverse())):
        expected, source = nearest(searched, case.sources, offsets * scale)
        times, sums, who = metric.along([case.sources], [offsets], direction=direction)  # type: ignore[arg-type]
        reached = expected < INF
        np.testing.assert_array_equal(times[:, 0], np.where(reached, expected // scale, INF))
        np.testing.assert_array_equal(sums[:, 0], np.where(reached, expected % scale, -1))
        np.testing.assert_array_equal(who[:, 0], source)


@pytest.mark.parametrize("seed", range(3))
def test_a_town_with_any_threads_order_and_numbering(seed: int) -> None:
    case = town(90, seed)
    graph = case.graph()
    random = case.random
    sources = [random.integers(0, case.n, 30) for _ in range(18)]
    lengths = random.integers(1, 5000, case.weights.size)
    expected = np.stack([nearest(graph, s)[0] for s in sources], axis=1)
    orders = {}
    methods: tuple[ordering.Method, ...] = ("auto", "own")
    along: tuple[Any, ...] = ()
    for method in methods:
        hierarchy = Hierarchy(graph, method)
        orders[method] = hierarchy.order
        for threads in (1, 2, 3):
            metric = hierarchy.customize(case.weights, lengths, threads=threads)
            np.testing.assert_array_equal(metric.nearest(sources, threads=threads), expected)
            answer = metric.along(sources, threads=threads)
            if threads == 1 and method == "auto":
                along = answer
            for got, wanted in zip(answer, along, strict=True):
                np.testing.assert_array_equal(got, wanted)
    assert (Hierarchy(graph).order == orders["auto"]).all()
    number = random.permutation(case.n)
    shuffle = random.permutation(case.tails.size)
    other = Graph.from_arcs(
        case.n, number[case.tails][shuffle], number[case.heads][shuffle], case.weights[shuffle]
    )
    metric = Hierarchy(other).customize(case.weights[shuffle], lengths[shuffle])
    shuffled: tuple[Any, ...] = tuple(metric.along([number[s] for s in sources]))
    for got, wanted in zip(shuffled, along, strict=True):
        np.testing.assert_array_equal(got[number], wanted)


def test_threads_share_large_networks_without_changing_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from wegeketten.routing import customize, passes, query

    case = town(60, 9)
    hierarchy = Hierarchy(case.graph())
    sources = [case.random.integers(0, case.n, 30) for _ in range(16)]
    lengths = case.random.integers(1, 5000, case.weights.size)
    alone = hierarchy.customize(case.weights, lengths, threads=1)
    for module in (customize, passes, query):
        monkeypatch.setattr(module, "THREADED", 1)
    together = hierarchy.customize(case.weights, lengths, threads=2)
    np.testing.assert_array_equal(together.pairs, alone.pairs)
    np.testing.assert_array_equal(together.nearest(sources, threads=2), alone.nearest(sources, threads=1))
    for got, wanted in zip(together.along(sources, threads=2), alone.along(sources, threads=1), strict=True):
        np.testing.assert_array_equal(got, wanted)


def test_more_nodes_than_the_caches_hold() -> None:
    """Large networks are asked for ahead of their use, and searched by wider buckets."""
    from wegeketten.routing import search, sweep

    case = town(258, 5)
    assert case.n > max(search.LARGE, sweep.DISTANT)
    graph = case.graph()
    expected, first = reference(case)
    for got, wanted in zip(nearest(graph, case.sources, case.offsets), (expected, first), strict=True):
        np.testing.assert_array_equal(got, wanted)
    metric = Hierarchy(graph).customize(case.weights, case.random.integers(1, 900, case.weights.size))
    for threads in (1, 2):
        asked = [case.sources], [case.offsets]
        np.testing.assert_array_equal(metric.nearest(*asked, threads=threads)[:, 0], expected)
        times, source = metric.nearest(*asked, threads=threads, with_source=True)
        np.testing.assert_array_equal(times[:, 0], expected)
        np.testing.assert_array_equal(source[:, 0], first)
        times, lengths, _ = metric.along(*asked, threads=threads)
        np.testing.assert_array_equal(times[:, 0], expected)
        np.testing.assert_array_equal(lengths[:, 0] < 0, expected == INF)


@pytest.mark.parametrize("kind", ["chains", "trees", "dense", "islands"])
def test_saved_and_loaded_it_is_the_same(kind: str, tmp_path: Path) -> None:
    case = make(kind, 41)
    graph = case.graph()
    hierarchy = Hierarchy(graph)
    hierarchy.save(tmp_path / "h.npz")
    first = (tmp_path / "h.npz").read_bytes()
    loaded = Hierarchy.load(tmp_path / "h.npz", graph)
    for name in ("order", "starts", "uppers"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(hierarchy, name))
    loaded.save(tmp_path / "h.npz")
    assert (tmp_path / "h.npz").read_bytes() == first
    np.testing.assert_array_equal(
        loaded.customize(case.weights).nearest([case.sources]),
        hierarchy.customize(case.weights).nearest([case.sources]),
    )


def test_a_file_of_another_graph_or_a_damaged_one_is_refused(tmp_path: Path) -> None:
    one, other = make("grid", 3), make("dense", 3)
    path = tmp_path / "h.npz"
    Hierarchy(one.graph()).save(path)
    with pytest.raises(ValueError, match="another graph"):
        Hierarchy.load(path, other.graph())
    shuffled = one.random.permutation(one.n)
    same_size = Graph.from_arcs(one.n, shuffled[one.tails], one.heads, one.weights)
    with pytest.raises(ValueError, match="another graph"):
        Hierarchy.load(path, same_size)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match="damaged"):
        Hierarchy.load(path, one.graph())
    path.write_bytes(b"")
    with pytest.raises(ValueError, match="damaged"):
        Hierarchy.load(path, one.graph())


@pytest.mark.parametrize("wrong", ["graph arc", "fill-in arc", "twice", "order", "wrapped"])
def test_numbers_that_would_lead_the_kernels_astray_are_refused(wrong: str, tmp_path: Path) -> None:
    graph = town(9, 1).graph()
    order, starts, uppers = (getattr(Hierarchy(graph), name).copy() for name in ("order", "starts", "uppers"))
    row = int(np.flatnonzero(np.diff(starts) > 3)[0])
    end = starts[row + 1]
    if wrong == "graph arc":  # found nevertheless in the row behind, which leads to the same rank
        graph = Graph.from_arcs(3, [0, 1], [2, 2], [5, 7])
        order, starts, uppers = np.arange(3), np.array([0, 0, 1, 1]), np.array([2])
    elif wrong == "fill-in arc":
        drawn = np.sort(Hierarchy(graph).ranks[np.stack([graph.tails, graph.heads], axis=1)])
        arcs = {(low, up) for low, up in drawn.tolist()}
        lowers = np.repeat(np.arange(graph.n), np.diff(starts))
        later = [
            i
            for i in range(uppers.size)
            if i > starts[lowers[i]] and (int(lowers[i]), int(uppers[i])) not in arcs
        ]
        uppers = np.delete(uppers, later[0])
        starts[lowers[later[0]] + 1 :] -= 1
    elif wrong == "twice":
        uppers[end - 2] = uppers[end - 1]
    elif wrong == "order":
        uppers[end - 2 : end] = uppers[end - 2 : end][::-1].copy()
    else:
        starts[1:3] = 2**31 - 1, -2
    Hierarchy(graph, "auto", *(part.astype(np.int32) for part in (order, starts, uppers))).save(
        tmp_path / "h.npz"
    )
    with pytest.raises(ValueError, match="damaged"):
        Hierarchy.load(tmp_path / "h.npz", graph)


def test_ranks_that_are_no_postorder_are_refused(tmp_path: Path) -> None:
    """Climbs keep what lies ahead on a stack, which only a postorder keeps sorted."""
    case = town(9, 1)
    hierarchy = Hierarchy(case.graph())
    parents = hierarchy.parents
    depth = np.zeros(hierarchy.n, np.int32)
    for x in range(hierarchy.n - 1, -1, -1):
        depth[x] = depth[parents[x]] + 1 if parents[x] >= 0 else 0
    ranks = elimination.inverse(
        np.argsort(-depth, kind="stable").astype(np.int32)
    )  # deepest first: an order all the same
    other = Hierarchy(
        case.graph(),
        "auto",
        *elimination._renumbered(hierarchy.order, hierarchy.lowers, hierarchy.uppers, ranks),
    )
    other.save(tmp_path / "h.npz")
    with pytest.raises(ValueError, match="damaged"):
        Hierarchy.load(tmp_path / "h.npz", case.graph())


def test_wrong_questions_get_an_answer_in_words() -> None:
    graph = Graph.from_arcs(3, [0, 1], [1, 2], [4, 5])
    hierarchy = Hierarchy(graph)
    with pytest.raises(ValueError, match="weights must hold 2 values, not 1"):
        hierarchy.customize([1])
    metric = hierarchy.customize([4, 5])
    with pytest.raises(ValueError, match=r"sources must lie between 0 and 2; not so at 0 \(3\)"):
        metric.nearest([[3]])
    with pytest.raises(ValueError, match="offsets must be given for 1 services, not 2"):
        metric.nearest([[0]], [[1], [2]])
    with pytest.raises(ValueError, match="customize the hierarchy with lengths"):
        metric.along([[0]])
    with pytest.raises(ValueError, match="threads must be at least 1"):
        metric.nearest([[0]], threads=0)


def test_nothing_is_compiled_twice() -> None:
    from wegeketten.routing import compiled, customize, graph, order, search, sweep
    from wegeketten.routing import readout as answers

    for module in (answers, customize, graph, order, search, sweep):
        for value in vars(module).values():
            if isinstance(value, compiled.Kernel):
                assert len(value.signatures) <= 1


def test_a_direction_that_is_none_is_refused() -> None:
    metric = Hierarchy(Graph.from_arcs(2, [0], [1], [3])).customize([3])
    with pytest.raises(ValueError, match="direction must be 'from' or 'to', not 'back'"):
        metric.nearest([[0]], direction="back")  # type: ignore[call-overload]


def test_lengths_add_up_in_networks_too_large_for_the_easy_bound() -> None:
    """All arcs together are longer than 2**32, no path is: as in a city of a million edges."""
    count, long = 40, 2**31 - 1  # a star: two arcs at most make a path between tips
    hub = np.zeros(count, np.int64)
    tips = np.arange(1, count + 1)
    graph = Graph.from_arcs(count + 1, np.r_[hub, tips], np.r_[tips, hub], [5] * (2 * count))
    lengths = np.r_[np.full(count, long), np.full(count, long - 7)]
    metric = Hierarchy(graph).customize(graph.input_weights, lengths)
    assert metric._in_doubt
    times, sums, source = metric.along([[1], [2, 3]])
    assert sums[0].tolist() == [long - 7] * 2
    assert sums[4].tolist() == [2 * long - 7] * 2
    assert times[4].tolist() == [10, 10]
    assert source[4].tolist() == [0, 0]
    small = Hierarchy(graph).customize(graph.input_weights, lengths // 10**6).along([[1], [2, 3]])
    np.testing.assert_array_equal(small[0], times)
    np.testing.assert_array_equal(small[2], source)


def test_lengths_that_overflow_are_an_error_not_a_wrong_number() -> None:
    long = 2**31 - 1
    graph = Graph.from_arcs(4, [0, 1, 2], [1, 2, 3], [5, 5, 5])
    metric = Hierarchy(graph).customize(graph.input_weights, [long] * 3)
    np.testing.assert_array_equal(metric.along([[0]], at=[2])[1], [[2 * long]])
    with pytest.raises(ValueError, match="coarser unit"):
        metric.along([[0]])


@pytest.mark.parametrize("case", cases(27, seed=41), ids=str)
def test_own_weights_of_a_graph_mean_its_own_arcs(case: Case) -> None:
    graph = case.graph()
    hierarchy = Hierarchy(graph)
    right = hierarchy.customize(case.weights).nearest([[0]])
    np.testing.assert_array_equal(right[:, 0], nearest(graph, [0])[0])
    for metric in (
        hierarchy.customize(),
        hierarchy.customize(graph.weights),
        hierarchy.customize(graph.weights[:]),
        hierarchy.customize(graph.weights.view(np.uint32)),
    ):
        np.testing.assert_array_equal(metric.nearest([[0]]), right)
    np.testing.assert_array_equal(graph.with_weights(graph.weights).weights, graph.weights)
    again: Hierarchy = pickle.loads(pickle.dumps(hierarchy))
    np.testing.assert_array_equal(again.customize().nearest([[0]]), right)
