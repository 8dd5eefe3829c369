"""A town of which the distribution of travel times is known on paper, and a planner's feeds as published."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from wegeketten.routing import INF, Connections, Footpaths, scan_profiles
from wegeketten.transit import read_gtfs
from wegeketten.transit.ride import _statistics
from wegeketten.transit.walks import Near

if TYPE_CHECKING:
    from pathlib import Path

MINUTE = 600  # units of 0.1 s


def line(headway_min: int, ride_min: int, phase_min: int = 0) -> Connections:
    leave = np.arange(phase_min, 24 * 60, headway_min) * MINUTE
    count = len(leave)
    zero, one = np.zeros(count, np.int32), np.ones(count, np.int32)
    return Connections.from_hops(2, leave, leave + ride_min * MINUTE, zero, one, np.arange(count))


@pytest.mark.parametrize(("headway", "phase"), [(20, 0), (20, 7), (30, 11), (10, 3)])
def test_waits_are_spread_evenly_over_the_headway(headway: int, phase: int) -> None:
    """Walk 5, ride 20, walk 6: 31 minutes and a wait up to the headway, each as often as any other."""
    connections = line(headway, 20, phase)
    stay = Footpaths.from_walks(2, [0, 1], [0, 1], [0, 0])
    profiles = scan_profiles(connections, stay, [INF, 6 * MINUTE])
    near = Near(np.array([0, 1], np.int32), np.array([0], np.int32), np.array([5 * MINUTE], np.int32))
    window = SimpleNamespace(window_s=4 * headway * 60)
    found = _statistics(profiles, near, np.array([INF], np.int32), window, 8 * 60 * MINUTE)  # type: ignore[arg-type]
    for share, value in ((0.1, found.low), (0.5, found.median), (0.9, found.high)):
        assert value[0] == pytest.approx(60 * (31 + share * headway), abs=60)
    assert found.rides[0] == 1


def test_a_faster_vehicle_that_overtakes_is_waited_for() -> None:
    slow = [(m * 20, m * 20 + 45) for m in range(60)]
    fast = [(m * 20 + 10, m * 20 + 25) for m in range(60)]
    hops = np.array(slow + fast) * MINUTE
    count = len(hops)
    connections = Connections.from_hops(
        2, hops[:, 0], hops[:, 1], np.zeros(count, int), np.ones(count, int), np.arange(count)
    )
    profiles = scan_profiles(connections, Footpaths.from_walks(2, [0, 1], [0, 1], [0, 0]), [INF, 0])
    minutes = np.arange(480, 500) * MINUTE
    took = (profiles.arrivals(0, minutes) - minutes) // MINUTE
    assert took.tolist() == [(10 - m) % 20 + 15 for m in range(20)]  # nobody takes the slow one


PLANNER = [
    # feed, day, from, to, leave, arrive
    ("mmri_1g", "2014-01-01", "1g1", "1g2", 120, 240),
    ("mmri_1g", "2014-01-01", "1g1", "1g2", 181, 360),
    ("mmri_1g", "2014-01-02", "1g1", "1g2", 0, None),
    ("mmri_1g", "2014-01-03", "1g1", "1g2", 300, 360),
    ("mmri_2a1", "2014-01-01", "2a1", "2a2", 60, 120),
    ("mmri_2a1", "2014-01-01", "2a1", "2a2", 120, 360),
    ("mmri_2c", "2014-01-01", "2c1", "2c3", 60, 240),
    ("mmri_2c", "2014-01-01", "2c1", "2c5", 60, 360),
    ("mmri_2d", "2014-01-01", "2d1", "2d4", 60, 240),
    ("mmri_2e1", "2014-01-01", "2e11", "2e16", 60, 300),
    ("mmri_2e2", "2014-01-01", "2e21", "2e26", 60, 300),
    ("mmri_3b", "2014-01-01", "3b1", "3b2", 0, 120),
    ("mmri_3b", "2014-01-01", "3b1", "3b2", 61, 720),
    ("mmri_3c", "2014-01-03", "3c1", "3c3", 90, 360),
    ("mmri_3d", "2014-01-01", "3d1", "3d2", 60, 120),
    ("mmri_3g1", "2014-01-01", "3g11", "3g16", 60, 300),
    ("otp_pathways", "2014-01-02", "A", "C", 0, 1200),
    ("otp_pathways", "2014-01-02", "F", "E", 0, 1200),
]


@pytest.mark.data
@pytest.mark.parametrize(("feed", "day", "start", "goal", "leave", "arrive"), PLANNER)
def test_feeds_of_a_national_planner(
    shared_data: Path, feed: str, day: str, start: str, goal: str, leave: int, arrive: int | None
) -> None:
    timetable = read_gtfs(shared_data / "gtfs" / "mini" / feed, dt.date.fromisoformat(day))
    found = int(timetable.earliest_arrivals(start, leave)[timetable.stops.index(goal)])
    assert found == (INF if arrive is None else arrive)


@pytest.mark.data
def test_departures_equal_a_plain_count(shared_data: Path) -> None:
    """Caltrain, trains that leave each station between seven and nine, counted with the csv module."""
    import csv
    import io
    import zipfile

    from wegeketten.transit.departures import departures

    path = shared_data / "gtfs" / "caltrain_gtfs.zip"
    timetable = read_gtfs(path, "2010-03-03")
    mode = np.zeros(len(timetable.feed.trips.ids), dtype=np.int64)
    found = departures(timetable, timetable.connections.boards, mode, 7 * 3600, 7200)[:, 0]
    with zipfile.ZipFile(path) as file:
        rows = {
            name: list(csv.DictReader(io.StringIO(file.read(f"{name}.txt").decode("utf-8-sig"))))
            for name in ("trips", "stop_times", "calendar", "calendar_dates")
        }
    services = {
        r["service_id"] for r in rows["calendar"]
        if r["wednesday"] == "1" and r["start_date"] <= "20100303" <= r["end_date"]
    }  # fmt: skip
    for r in rows["calendar_dates"]:
        if r["date"] == "20100303":
            (services.add if r["exception_type"] == "1" else services.discard)(r["service_id"])
    running = {r["trip_id"] for r in rows["trips"] if r["service_id"] in services}
    last: dict[str, int] = {}
    for r in rows["stop_times"]:
        last[r["trip_id"]] = max(last.get(r["trip_id"], -1), int(r["stop_sequence"]))
    expected = dict.fromkeys(timetable.stops, 0)
    for r in rows["stop_times"]:
        h, m, _ = (int(part) for part in r["departure_time"].split(":"))
        ends = int(r["stop_sequence"]) == last[r["trip_id"]]
        if r["trip_id"] in running and not ends and 7 <= h + m / 60 < 9:
            expected[r["stop_id"]] += 1
    assert dict(zip(timetable.stops, found.tolist(), strict=True)) == expected
