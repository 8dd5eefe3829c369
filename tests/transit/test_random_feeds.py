"""The reader and the scan together against a plain search that reads the same files with the csv module."""

from __future__ import annotations

import csv
import heapq
import random
from typing import TYPE_CHECKING

import pytest
from support.feeds import write_feed

from wegeketten.transit import read_gtfs

if TYPE_CHECKING:
    from pathlib import Path

INF = 2**31 - 1


def clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def random_feed(folder: Path, seed: int) -> list[str]:
    dice = random.Random(seed)
    stops = [f"s{i}" for i in range(dice.randint(2, 7))]
    minute = dice.choice([60, 60, 17])
    trips, calls, dates = ["route_id,service_id,trip_id"], [], ["service_id,date,exception_type"]
    for t in range(dice.randint(1, 9)):
        service = dice.choice(["w", "x", "y"])
        trips.append(f"{dice.choice([1, 2])},{service},t{t}")
        now, step = dice.randint(0, 40) * minute, dice.choice([1, 7])
        for sequence in range(dice.randint(1, 6)):
            arrive = now
            now += dice.choice([0, 0, 1]) * minute
            calls.append(f"t{t},{clock(arrive)},{clock(now)},{dice.choice(stops)},{sequence * step}")
            now += dice.randint(0, 6) * minute
    dice.shuffle(calls)
    dates += [f"{s},20260302,{dice.choice([1, 1, 2])}" for s in "wx"]
    transfers = ["from_stop_id,to_stop_id,transfer_type,min_transfer_time"]
    for a in stops:
        for b in stops:
            if dice.random() < 0.15:
                kind = dice.choice([0, 1, 2, 2, 3])
                transfers.append(f"{a},{b},{kind},{dice.randint(0, 300) if kind == 2 else ''}")
    weekday = "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    write_feed(folder, {
        "stops": "stop_id,stop_lat,stop_lon\n" + "".join(f"{s},51,13\n" for s in stops),
        "trips": "\n".join(trips) + "\n",
        "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n" + "\n".join(calls) + "\n",
        "calendar": weekday + f"y,{dice.choice([0, 1, 1])},1,1,1,1,1,1,20260101,20261231\n",
        "calendar_dates": "\n".join(dates) + "\n",
        "transfers": "\n".join(transfers) + "\n",
    })  # fmt: skip
    return stops


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.txt").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def seconds(text: str) -> int:
    h, m, s = text.split(":")
    return int(h) * 3600 + int(m) * 60 + int(s)


def running_trips(folder: Path) -> dict[str, list[dict[str, str]]]:
    services = {r["service_id"] for r in rows(folder, "calendar") if r["monday"] == "1"}
    for r in rows(folder, "calendar_dates"):
        if r["date"] == "20260302":
            (services.add if r["exception_type"] == "1" else services.discard)(r["service_id"])
    running = {r["trip_id"] for r in rows(folder, "trips") if r["service_id"] in services}
    trips: dict[str, list[dict[str, str]]] = {}
    for r in sorted(rows(folder, "stop_times"), key=lambda r: int(r["stop_sequence"])):
        if r["trip_id"] in running:
            trips.setdefault(r["trip_id"], []).append(r)
    return trips


def walks_of(folder: Path) -> dict[str, list[tuple[str, int]]]:
    walks: dict[str, list[tuple[str, int]]] = {
        r["stop_id"]: [(r["stop_id"], 0)] for r in rows(folder, "stops")
    }
    for r in rows(folder, "transfers"):
        a, b, kind = r["from_stop_id"], r["to_stop_id"], r["transfer_type"]
        if a == b and kind in "23":
            walks[a] = [w for w in walks[a] if w[0] != a]
        if kind == "2":
            walks[a].append((b, int(r["min_transfer_time"])))
    return walks


def plain_arrivals(folder: Path, start: str, moment: int) -> dict[str, int]:
    trips, walks = running_trips(folder), walks_of(folder)
    found: dict[str, int] = {start: moment}
    queue = [(moment, "at", start, 0)] + [(moment + t, "at", b, 0) for b, t in walks[start] if b != start]
    seen = set()
    while queue:
        state = heapq.heappop(queue)
        if state in seen:
            continue
        seen.add(state)
        now, what, where, number = state
        if what == "at":
            found[where] = min(found.get(where, INF), now)
            for trip, calls in trips.items():
                for i, call in enumerate(calls[:-1]):
                    if call["stop_id"] == where and seconds(call["departure_time"]) >= now:
                        heapq.heappush(queue, (seconds(calls[i + 1]["arrival_time"]), "in", trip, i + 1))
        else:
            calls = trips[where]
            stop = calls[number]["stop_id"]
            found[stop] = min(found.get(stop, INF), now)
            for b, t in walks[stop]:
                heapq.heappush(queue, (now + t, "at", b, 0))
            if number + 1 < len(calls):
                heapq.heappush(queue, (seconds(calls[number + 1]["arrival_time"]), "in", where, number + 1))
    return found


@pytest.mark.parametrize("block", range(12))
def test_equal_to_a_plain_search(tmp_path: Path, block: int) -> None:
    for seed in range(block * 25, block * 25 + 25):
        folder = tmp_path / str(seed)
        stops = random_feed(folder, seed)
        timetable = read_gtfs(folder, "2026-03-02")
        for start in stops[:3]:
            for moment in (0, 900):
                expected = plain_arrivals(folder, start, moment)
                found = timetable.earliest_arrivals(start, moment).tolist()
                assert found == [expected.get(stop, INF) for stop in stops], (seed, start, moment)
