"""Ways with benches and toilets against brute force over all simple label paths; opening hours."""

from __future__ import annotations

import heapq

import numpy as np
import pytest

from wegeketten.errors import UsageError
from wegeketten.reach.field import INF
from wegeketten.reach.hours import is_open, parse_when
from wegeketten.reach.rest import longest_gap, rested_way


def brute(n, arcs, start, goal, benches, toilets, most_walked, most_held):
    """States (node, walked, held) enumerated without any dominance."""
    heap, seen = [(0, start, 0, 0)], set()
    while heap:
        time, node, walked, held = heapq.heappop(heap)
        if node == goal:
            return time
        walked, held = (0 if benches[node] else walked), (0 if toilets[node] else held)
        if (node, walked, held) in seen:
            continue
        seen.add((node, walked, held))
        for tail, head, weight, length in arcs:
            if tail == node and walked + length <= most_walked and held + weight <= most_held:
                heapq.heappush(heap, (time + weight, head, walked + length, held + weight))
    return -1


@pytest.mark.parametrize("seed", range(60))
def test_rested_ways_equal_brute_force(seed):
    rng = np.random.default_rng(seed)
    n, m = 8, 22
    tails, heads = rng.integers(0, n, m), rng.integers(0, n, m)
    weights, lengths = rng.integers(1, 9, m), rng.integers(0, 9, m)
    benches, toilets = rng.random(n) < 0.3, rng.random(n) < 0.3
    most_walked, most_held = int(rng.integers(4, 25)), int(rng.integers(4, 30))
    goal_times = np.full(n, INF, dtype=np.int64)
    goal_times[n - 1] = 0
    order = np.argsort(tails, kind="stable").astype(np.int32)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(tails, minlength=n))]).astype(np.int32)
    time, _, way = rested_way(
        indptr, order, heads.astype(np.int32), weights.astype(np.int32), lengths.astype(np.int32),
        np.array([0], dtype=np.int32), np.zeros(1, dtype=np.int64), 0, 0, goal_times, benches, toilets,
        most_walked, most_held,
    )  # fmt: skip
    arcs = list(zip(tails.tolist(), heads.tolist(), weights.tolist(), lengths.tolist(), strict=True))
    assert time == brute(n, arcs, 0, n - 1, benches, toilets, most_walked, most_held)
    if time >= 0:
        assert weights[way].sum() == time
        assert [0, *heads[way].tolist()][-1] == n - 1


def test_gaps():
    assert longest_gap(np.zeros(0), 300.0) == 300.0
    assert longest_gap(np.array([250.0, 100.0]), 300.0) == 150.0


@pytest.mark.parametrize("text", ["", "heute", "Mo", "Xx 10:00", "Mo 25:00", "Mo 10:99"])
def test_times_that_are_none_are_refused(text):
    with pytest.raises(UsageError):
        parse_when(text)


@pytest.mark.parametrize(
    ("hours", "when", "expected"),
    [
        ("Mo-Fr 09:00-18:00", "Mo 10:00", True),
        ("Mo-Fr 09:00-18:00", "Sonntag 10:00", False),
        ("Fr 22:00-03:00", "Sat 01:30", True),
        ("24/7", "Di 3", True),
        ("", "Di 3", None),
        ("sometimes", "Di 3", None),
        ("Mo 08:00-12:00 unknown", "Mo 9:00", None),
    ],
)
def test_open_closed_unknown(hours, when, expected):
    assert is_open(hours, parse_when(when)) is expected
