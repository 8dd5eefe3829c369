"""Effects of lowered weights against searching everything anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from wegeketten.routing import INF, Changes, Graph, Hierarchy, Spots, effects, gains, improvements, nearest

from .graphs import Case, cases, town

if TYPE_CHECKING:
    from numpy.typing import NDArray


def question(case: Case) -> tuple[list[np.ndarray], Changes]:
    random = case.random
    sources = [random.integers(0, case.n, random.integers(0, 4)) for _ in range(int(random.integers(1, 5)))]
    changes = []
    for _ in range(int(random.integers(0, 8))):
        size = int(random.integers(0, 4)) if case.tails.size else 0
        arcs = random.integers(0, max(1, case.tails.size), size)
        changes.append((arcs, random.integers(0, case.scale + 1, size)))
    return sources, Changes.of(changes)


def search(case: Case, weights: np.ndarray, sources: list[np.ndarray], direction: str) -> np.ndarray:
    graph = Graph.from_arcs(case.n, case.tails, case.heads, weights)
    graph = graph.reverse() if direction == "to" else graph
    return np.stack([nearest(graph, s)[0] for s in sources], axis=1)


def after(case: Case, changes: Changes, number: int) -> np.ndarray:
    weights = case.weights.copy()
    part = slice(changes.pointers[number], changes.pointers[number + 1])
    np.minimum.at(weights, changes.arcs[part], changes.weights[part])
    return weights


@pytest.mark.parametrize("direction", ["from", "to"])
@pytest.mark.parametrize("case", cases(150, seed=4), ids=str)
def test_improvements_equal_a_new_search(case: Case, direction: str) -> None:
    sources, changes = question(case)
    before = search(case, case.weights, sources, direction)
    found = improvements(case.graph(), before, changes, direction=direction, threads=1)  # type: ignore[arg-type]
    rows = np.stack([found.change, found.service, found.node], axis=1)
    assert (np.lexsort(rows.T[::-1]) == np.arange(len(rows))).all()
    for number in range(changes.pointers.size - 1):
        expected = search(case, after(case, changes, number), sources, direction)
        mine = before.copy()
        part = found.change == number
        mine[found.node[part], found.service[part]] = found.time[part]
        np.testing.assert_array_equal(mine, expected)
        assert part.sum() == (expected < before).sum()


@pytest.mark.parametrize("direction", ["from", "to"])
@pytest.mark.parametrize("case", cases(120, seed=5), ids=str)
def test_gains_equal_a_new_search(case: Case, direction: str) -> None:
    random = case.random
    sources, changes = question(case)
    count = int(random.integers(0, 12))
    spots = Spots(
        random.integers(-1, case.n, (count, 2)),  # type: ignore[arg-type]  # any integers
        np.where(random.random((count, 2)) < 0.1, INF, random.integers(0, case.scale + 1, (count, 2))),
        random.integers(0, 5, count).astype(float),
    )
    limits = random.integers(0, 2 * case.scale + 1, len(sources))

    def of_spots(times: np.ndarray) -> np.ndarray:
        padded = np.vstack([times.astype(np.int64), np.full((1, times.shape[1]), INF)])
        result: NDArray[np.int64] = np.minimum(
            INF, (padded[spots.nodes] + spots.offsets[:, :, None].astype(np.int64)).min(axis=1)
        )
        return result

    before = search(case, case.weights, sources, direction)
    here = of_spots(before)
    worth = gains(case.graph(), before, changes, spots, limits=limits, direction=direction, threads=1)  # type: ignore[arg-type]
    for number in range(changes.pointers.size - 1):
        there = of_spots(search(case, after(case, changes, number), sources, direction))
        people = spots.weights[:, None]
        known = here < INF
        np.testing.assert_allclose(worth.saved[number], (people * known * (here - there)).sum(axis=0))
        np.testing.assert_allclose(worth.reached[number], (people * (~known & (there < INF))).sum(axis=0))
        within = (here > limits) & (there <= limits)
        np.testing.assert_allclose(worth.within[number], (people * within).sum(axis=0))


def test_threads_and_little_room_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    case = town(25, 4)
    graph = case.graph()
    sources = [case.random.integers(0, case.n, 8) for _ in range(16)]
    times = Hierarchy(graph).customize(case.weights).nearest(sources, direction="to")
    arcs = case.random.integers(0, case.tails.size, (200, 2))
    changes = Changes.of((pair, [0, 0]) for pair in arcs)
    spots = Spots(
        case.random.integers(0, case.n, (500, 2)),  # type: ignore[arg-type]
        case.random.integers(0, 99, (500, 2)),  # type: ignore[arg-type]
        np.ones(500),
    )
    limits = np.full(16, 900)
    alone = improvements(graph, times, changes, threads=1)
    worth = gains(graph, times, changes, spots, limits=limits, threads=1)
    assert alone.change.size > 1000
    monkeypatch.setattr(effects, "_ROWS", 3)
    together = improvements(graph, times, changes, threads=3)
    for name in ("change", "service", "node", "time"):
        np.testing.assert_array_equal(getattr(together, name), getattr(alone, name))
    other = gains(graph, times, changes, spots, limits=limits, threads=3)
    for name in ("saved", "reached", "within"):
        np.testing.assert_array_equal(getattr(other, name), getattr(worth, name))


def test_wrong_questions_get_an_answer_in_words() -> None:
    graph = Graph.from_arcs(3, [0, 1], [1, 2], [4, 5])
    times = nearest(graph, [0])[0].reshape(-1, 1)
    one = Changes.of([([1], [0])])
    with pytest.raises(ValueError, match=r"times must be of shape \(3, k\)"):
        improvements(graph, times[:2], one)
    with pytest.raises(ValueError, match="arcs must lie between 0 and 1"):
        improvements(graph, times, Changes.of([([2], [0])]))
    with pytest.raises(ValueError, match="weights of change 0 must hold 1"):
        Changes.of([([2], [0, 1])])
    with pytest.raises(ValueError, match="direction"):
        improvements(graph, times, one, direction="there")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="finite"):
        gains(graph, times, one, Spots(np.zeros((1, 2), int), np.zeros((1, 2), int), np.array([np.nan])))
