"""Timetable scans against a plain search over (place, moment, vehicle) states, on random timetables."""

from __future__ import annotations

import heapq
import random
from itertools import pairwise

import numpy as np
import pytest

from wegeketten.routing import (
    INF,
    Connections,
    Footpaths,
    Graph,
    each_within,
    nearest,
    scan_forward,
    scan_profiles,
    spread_to_doors,
)

Hop = tuple[int, int, int, int, int, bool, bool]
Walk = tuple[int, int, int]
Timetable = tuple[int, list[Hop], list[Walk]]


def random_timetable(seed: int) -> Timetable:
    """Hops as (vehicle, tail, head, departure, arrival, boards, alights) and walks (tail, head, time)."""
    dice = random.Random(seed)
    n = dice.randint(2, 9)
    coarse = dice.choice([1, 1, 5])  # coarse times make hops that take no time and many ties
    hops = []
    for vehicle in range(dice.randint(1, 12)):
        at, clock = dice.randrange(n), dice.randint(0, 60) // coarse * coarse
        for _ in range(dice.randint(1, 6)):
            to = dice.randrange(n)
            arrives = clock + dice.choice([0, 0, 1, 3, 7, 12]) // coarse * coarse
            hops.append((vehicle, at, to, clock, arrives, dice.random() < 0.9, dice.random() < 0.9))
            at, clock = to, arrives + dice.choice([0, 0, 0, 2, 6]) // coarse * coarse
    walks = [(p, p, dice.choice([0, 0, 0, 2, 9])) for p in range(n) if dice.random() < 0.95]
    walks += [
        (a, b, dice.randint(0, 15))
        for a in range(n)
        for b in range(n)
        if a != b and dice.random() < dice.choice([0.05, 0.3])
    ]
    return n, hops, walks


def tables(n: int, hops: list[Hop], walks: list[Walk]) -> tuple[Connections, Footpaths]:
    columns = list(zip(*hops, strict=True))
    vehicle, tail, head, departure, arrival, boards, alights = columns
    connections = Connections.from_hops(n, departure, arrival, tail, head, vehicle, boards, alights)
    return connections, Footpaths.from_walks(
        n, *([list(c) for c in zip(*walks, strict=True)] or [[], [], []])
    )


def plain_search(
    n: int, hops: list[Hop], walks: list[Walk], start: int, moment: int
) -> tuple[list[int], list[int]]:
    """Earliest (ready, out of a vehicle) by place: a search over states, no sorting of connections at all."""
    by_vehicle: dict[int, list[Hop]] = {}
    for hop in hops:
        by_vehicle.setdefault(hop[0], []).append(hop)
    queue, seen = [(moment, "ready", start, 0)], set()
    ready, out = [INF] * n, [INF] * n
    while queue:
        state = heapq.heappop(queue)
        if state in seen:
            continue
        seen.add(state)
        clock, what, where, leg = state
        if what == "ready":
            ready[where] = min(ready[where], clock)
            for ride in by_vehicle.values():
                for number, hop in enumerate(ride):
                    if hop[1] == where and hop[3] >= clock and hop[5]:
                        heapq.heappush(queue, (hop[4], "aboard", hop[0], number))
        elif what == "aboard":
            hop = by_vehicle[where][leg]
            if leg + 1 < len(by_vehicle[where]):
                heapq.heappush(queue, (by_vehicle[where][leg + 1][4], "aboard", where, leg + 1))
            if hop[6]:
                out[hop[2]] = min(out[hop[2]], clock)
                for a, b, time in walks:
                    if a == hop[2]:
                        heapq.heappush(queue, (clock + time, "ready", b, 0))
    return ready, out


@pytest.mark.parametrize("block", range(10))
def test_forward_scan_equals_plain_search(block: int) -> None:
    for seed in range(block * 100, block * 100 + 100):
        n, hops, walks = random_timetable(seed)
        connections, footpaths = tables(n, hops, walks)
        dice = random.Random(-seed)
        start, moment = dice.randrange(n), dice.randint(0, 50)
        found = scan_forward(connections, footpaths, [start], [moment])
        ready, out = plain_search(n, hops, walks, start, moment)
        assert found.ready.tolist() == ready, seed
        assert found.reached.tolist() == out, seed


@pytest.mark.parametrize("block", range(10))
def test_profiles_equal_plain_searches_for_every_moment(block: int) -> None:
    for seed in range(5000 + block * 60, 5000 + block * 60 + 60):
        n, hops, walks = random_timetable(seed)
        connections, footpaths = tables(n, hops, walks)
        dice = random.Random(-seed)
        egress = [dice.choice([INF, INF, 0, 4, 20]) for _ in range(n)]
        profiles = scan_profiles(connections, footpaths, egress)
        start = dice.randrange(n)
        moments = range(0, 70, 3)
        # who "gets out" at the start and walks on: the walks from the start, then at least one ride
        expected = []
        for moment in moments:
            best = INF
            for a, b, time in walks:
                if a != start:
                    continue
                _, out = plain_search(n, hops, walks, b, moment + time)
                best = min([best, *(o + e for o, e in zip(out, egress, strict=True) if INF not in (o, e))])
            expected.append(best)
        assert profiles.arrivals(start, moments).tolist() == expected, seed


def test_way_back_in_time_equals_forward_scan() -> None:
    for seed in range(300):
        n, hops, walks = random_timetable(seed)
        connections, footpaths = tables(n, hops, walks)
        end = 1000
        back = connections.reversed_in_time(end)
        again = back.reversed_in_time(end)
        assert sorted(zip(*_columns(connections), strict=True)) == sorted(zip(*_columns(again), strict=True))
        goal = seed % n
        egress = np.full(n, INF, np.int32)
        egress[goal] = 0
        forward = scan_profiles(connections, footpaths, egress)
        # leaving the goal in reversed time: every place is reached as late as it must be left
        latest = scan_forward(back, footpaths.reverse(), [goal], [end - 60])
        for place in range(n):
            rows = slice(forward.indptr[place], forward.indptr[place + 1])
            on_time = forward.departure[rows][forward.arrival[rows] <= 60]
            # the forward profile begins with a walk from the place, the backward scan ends with one
            best = -INF if not on_time.size else int(on_time.max())
            found = latest.ready[place]
            if place != goal:
                assert (best == -INF) == (found == INF)
                assert best == -INF or end - found == best


def _columns(c: Connections) -> list[list[int]]:
    return [x.tolist() for x in (c.departure, c.arrival, c.tail, c.head, c.boards, c.alights)]


def test_between_keeps_what_leaves_in_the_stretch() -> None:
    connections, _ = tables(*random_timetable(4))
    part = connections.between(10, 40)
    assert ((part.departure >= 10) & (part.departure < 40)).all()
    rows = np.flatnonzero(part.before >= 0)
    assert (part.after[part.before[rows]] == rows).all()
    assert (part.source >= 0).all()


def test_masking_never_makes_anybody_faster() -> None:
    for seed in range(200):
        n, hops, walks = random_timetable(seed)
        connections, footpaths = tables(n, hops, walks)
        allowed = np.random.default_rng(seed).random(len(connections)) < 0.7
        less = connections.masked(allowed, allowed)
        free = scan_forward(connections, footpaths, [0], [0]).earliest()
        assert (scan_forward(less, footpaths, [0], [0]).earliest() >= free).all()


def test_rides_lead_from_the_start_to_the_end() -> None:
    for seed in range(200):
        connections, footpaths = tables(*random_timetable(seed))
        found = scan_forward(connections, footpaths, [0], [5])
        for place in np.flatnonzero(found.reached != INF).tolist():
            rides = found.rides(connections, int(found.reached_by[place]))
            assert connections.arrival[rides[-1][1]] == found.reached[place]
            assert connections.departure[rides[0][0]] >= 5
            for (_, out), (into, _) in pairwise(rides):
                assert connections.departure[into] >= connections.arrival[out]


def test_doors_equal_a_plain_minimum() -> None:
    for seed in range(100):
        n, hops, walks = random_timetable(seed)
        connections, footpaths = tables(n, hops, walks)
        dice = np.random.default_rng(seed)
        egress = np.where(dice.random(n) < 0.4, dice.integers(0, 9, n), INF)
        profiles = scan_profiles(connections, footpaths, egress)
        doors = 5
        near = [np.flatnonzero(dice.random(n) < 0.5) for _ in range(doors)]
        walks_to = [dice.integers(0, 12, len(each)) for each in near]
        ptr = np.concatenate([[0], np.cumsum([len(each) for each in near])]).astype(np.int32)
        direct = np.where(dice.random(doors) < 0.5, 40, INF).astype(np.int32)
        times, by = spread_to_doors(
            profiles, ptr, np.concatenate(near).astype(np.int32), np.concatenate(walks_to).astype(np.int32),
            direct, start=3, step=7, count=8,
        )  # fmt: skip
        for door in range(doors):
            for slot in range(8):
                moment = 3 + 7 * slot
                best = int(direct[door])
                for place, walk in zip(near[door], walks_to[door], strict=True):
                    arrival = int(profiles.arrivals(int(place), [moment + walk])[0])
                    best = min(best, arrival - moment if arrival != INF else INF)
                assert times[door, slot] == best
                assert (by[door, slot] >= 0) == (best < direct[door])


def test_neighbourhoods_equal_single_searches() -> None:
    dice = np.random.default_rng(3)
    n, m = 60, 200
    graph = Graph.from_arcs(n, dice.integers(0, n, m), dice.integers(0, n, m), dice.integers(0, 30, m))
    ptr, seeds, offsets = [0], [], []
    for _ in range(100):
        size = int(dice.integers(0, 4))
        seeds += dice.integers(0, n, size).tolist()
        offsets += dice.integers(0, 20, size).tolist()
        ptr.append(len(seeds))
    for threads in (1, 2):
        rows, nodes, times = each_within(graph, ptr, seeds, offsets, 40, threads=threads)
        for start in range(100):
            part = slice(ptr[start], ptr[start + 1])
            found = dict(
                zip(nodes[rows[start] : rows[start + 1]], times[rows[start] : rows[start + 1]], strict=True)
            )
            if ptr[start] == ptr[start + 1]:
                assert not found
                continue
            expected, _ = nearest(graph, seeds[part], offsets[part], limit=40)
            assert found == {i: t for i, t in enumerate(expected.tolist()) if t != INF}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"arrival": [3]}, "ends before it starts"),
        ({"tail": [9]}, "tail must lie between"),
        ({"departure": [-4]}, "departure must lie between"),
        ({"boards": [True, False]}, "flags must hold 1"),
    ],
)
def test_refuses_what_is_no_timetable(change: dict[str, list[int]], fault: str) -> None:
    hop = {"departure": [4], "arrival": [5], "tail": [0], "head": [1], "vehicle": [0]} | change
    with pytest.raises(ValueError, match=fault):
        Connections.from_hops(2, **hop)


def test_vehicle_cannot_leave_before_it_has_come() -> None:
    with pytest.raises(ValueError, match="leaves before it has come, at position 1"):
        Connections.from_hops(3, [4, 5], [6, 9], [0, 1], [1, 2], [0, 0])
