"""Effects of single measures and of sets against a full search, difference 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from wegeketten.planning.round_trip import RoundTrip, state_of
from wegeketten.planning.task import UNITS_PER_MINUTE, Bundles, State, Task
from wegeketten.routing import INF
from wegeketten.whatif.graph import WhatIfGraph

if TYPE_CHECKING:
    from collections.abc import Sequence


def random_task(seed: int, nodes: int = 40, edges: int = 70) -> Task:
    rng = np.random.default_rng(seed)
    u, v = rng.integers(0, nodes, edges), rng.integers(0, nodes, edges)
    today = rng.integers(0, 60, 2 * edges)
    mended = np.minimum(today, rng.integers(0, 60, 2 * edges))
    today[rng.random(2 * edges) < 0.4] = INF
    prices = rng.integers(1, 9, edges) * (rng.random(edges) < 0.7)
    field = WhatIfGraph.of_edges(nodes, u, v, today, mended, prices)
    goals = rng.choice(nodes, 2, replace=False)
    return Task(
        "wheelchair",
        "pharmacy",
        field,
        goals.astype(np.int32),
        rng.integers(0, 9, nodes).astype(float),
        limit=120,
    )


def brute(task: Task, done: Sequence[int], chosen: Sequence[int]) -> tuple[float, float, float, list[int]]:
    """People within, opened and minutes saved, by two full searches."""
    homes = task.field.home_nodes
    old = task.field.times(task.goals, done)[homes]
    new = task.field.times(task.goals, [*done, *chosen])[homes]
    had = old < INF
    return (
        task.people[(old > task.limit) & (new <= task.limit)].sum(),
        task.people[~had & (new < INF)].sum(),
        (task.people[had] * (old - new)[had]).sum() / UNITS_PER_MINUTE,
        np.flatnonzero((old > task.limit) & (new <= task.limit)).tolist(),
    )


@pytest.mark.parametrize("seed", range(25))
def test_gains_equal_a_full_search(seed: int) -> None:
    task = random_task(seed)
    rng = np.random.default_rng(seed)
    able = np.flatnonzero(task.field.mendable)
    sets = [(edge,) for edge in able.tolist()]
    sets += [tuple(rng.choice(able, size, replace=False).tolist()) for size in (2, 3, 5, 9) for _ in range(5)]
    state = State(task)
    done: list[int] = []
    for _ in range(3):
        gain = state.gain(Bundles.of(sets))
        for number, chosen in enumerate(sets):
            within, opened, minutes, homes = brute(task, done, chosen)
            assert gain.within[number] == within
            assert gain.opened[number] == opened
            assert gain.minutes[number] == pytest.approx(minutes, abs=1e-9)
            found = gain.homes[gain.offsets[number] : gain.offsets[number + 1]]
            assert sorted(found.tolist()) == homes
        pick = rng.choice(able, 2, replace=False).tolist()
        state.mend(pick)
        done += pick
        np.testing.assert_array_equal(state.times, task.field.times(task.goals, done))


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("there_and_back", [False, True])
def test_carrying_out_in_order_equals_full_searches(seed: int, there_and_back: bool) -> None:
    task = random_task(seed)
    rng = np.random.default_rng(100 + seed)
    able = np.flatnonzero(task.field.mendable)
    picks = [tuple(rng.choice(able, size, replace=False).tolist()) for size in (2, 1, 4, 2, 3)]
    if there_and_back:  # home over the same streets: the sum of both ways, to one and the same goal
        goal = task.goals[:1]
        out = task.field
        task = RoundTrip(
            task.profile, task.service, out, goal, task.people, 2 * task.limit, back=out, back_goals=goal
        )
    state = state_of(task)
    gain = state.carry_out(Bundles.of(picks))
    assert len(gain.within) == len(picks)
    done: list[int] = []
    for number, chosen in enumerate(picks):
        half = Task("", "", task.field, task.goals, task.people, task.limit // (1 + there_and_back))
        within, opened, minutes, homes = brute(half, done, chosen)
        assert gain.within[number] == within
        assert gain.opened[number] == opened
        assert gain.minutes[number] == pytest.approx((1 + there_and_back) * minutes, abs=1e-9)
        found = gain.homes[gain.offsets[number] : gain.offsets[number + 1]]
        assert sorted(found.tolist()) == homes
        done += chosen
    final = (1 + there_and_back) * half.field.times(task.goals, done)[half.field.home_nodes]
    np.testing.assert_array_equal(state.home_times, np.minimum(final, INF))
    assert not len(state_of(task).carry_out(Bundles.of([])).within)


def test_gains_leave_the_state_untouched() -> None:
    task = random_task(3)
    state = State(task)
    weights, times = state.weights.copy(), state.times.copy()
    state.gain(Bundles.of([(edge,) for edge in range(70)]))
    np.testing.assert_array_equal(state.weights, weights)
    np.testing.assert_array_equal(state.times, times)
