"""Timetables: equality with nigiri pair by pair, and the cost of rides for a whole city and a whole day.

Needs the extra ``bench`` (pynigiri) and the real feeds in ../shared/data. nigiri counts in minutes and takes
two for every change, and it joins stops of one name: the feeds are written out so that both read the same.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from wegeketten.routing import INF, scan_profiles, share, thread_count
from wegeketten.transit import read_gtfs
from wegeketten.transit.feed import read_feed
from wegeketten.transit.ride import _statistics
from wegeketten.transit.timetable import timetable_on
from wegeketten.transit.walks import Near

if TYPE_CHECKING:
    from wegeketten.transit.timetable import Timetable

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
FEEDS = (("porto-alegre-eptc_2019.zip", "2019-04-17"), ("caltrain_gtfs.zip", "2010-03-03"))
PAIRS = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
SEED = 20261130
CHANGE_S = 120


def clock(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def write_out(source: Path, folder: Path) -> Path:
    """The feed with every time in whole minutes, names of their own and two minutes for a change."""
    feed = read_feed(source)

    def table(name: str, header: str, rows: list[list[object]]) -> None:
        with (folder / f"{name}.txt").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(header.split())
            writer.writerows(rows)

    stops, trips, times, calendar = feed.stops, feed.trips, feed.times, feed.calendar
    zone = feed.timezone or "Europe/Berlin"
    table(
        "agency", "agency_id agency_name agency_url agency_timezone", [["a", "a", "http://a.example", zone]]
    )
    at = zip(stops.ids, stops.lat.tolist(), stops.lon.tolist(), strict=True)
    rows = [[stop, f"n{row}", lat, lon] for row, (stop, lat, lon) in enumerate(at)]
    table("stops", "stop_id stop_name stop_lat stop_lon", rows)
    table(
        "routes", "route_id agency_id route_short_name route_long_name route_type", [["r", "a", "r", "", 3]]
    )
    table(
        "trips",
        "route_id service_id trip_id",
        [["r", calendar.services[s], t] for t, s in zip(trips.ids, trips.service.tolist(), strict=True)],
    )
    calls = zip(
        times.trip.tolist(),
        times.arrival.tolist(),
        times.departure.tolist(),
        times.stop.tolist(),
        strict=True,
    )
    first = np.searchsorted(times.trip, times.trip)  # nigiri keeps sequence numbers in 16 bits
    rows = [
        [trips.ids[trip], clock(come // 60 * 60), clock(go // 60 * 60), stops.ids[stop], number - begin]
        for number, ((trip, come, go, stop), begin) in enumerate(zip(calls, first.tolist(), strict=True))
    ]
    table("stop_times", "trip_id arrival_time departure_time stop_id stop_sequence", rows)
    table(
        "transfers",
        "from_stop_id to_stop_id transfer_type min_transfer_time",
        [[s, s, 2, CHANGE_S] for s in stops.ids],
    )
    days = [
        [calendar.services[s], dt.date.fromordinal(d).strftime("%Y%m%d"), 1]
        for d in range(*span(feed))
        for s in np.flatnonzero(calendar.active(dt.date.fromordinal(d))).tolist()
    ]
    table("calendar_dates", "service_id date exception_type", days)
    return folder


def span(feed: object) -> tuple[int, int]:
    first, last = feed.calendar.span()  # type: ignore[attr-defined]
    return first, last + 1


def compare(name: str, day: str) -> None:
    """Earliest arrivals of random pairs, ours and nigiri's."""
    import pynigiri as ng

    with tempfile.TemporaryDirectory() as place:
        folder = write_out(SHARED / "gtfs" / name, Path(place))
        config = ng.LoaderConfig()
        config.link_stop_distance = 0
        date = dt.date.fromisoformat(day)
        until = (date + dt.timedelta(days=2)).isoformat()
        theirs = ng.load_timetable(
            [ng.TimetableSource("", str(folder), config)], day, until, ng.FinalizeOptions()
        )
        ours = read_gtfs(folder, day)
    noon = dt.datetime.combine(date, dt.time(12), ZoneInfo(ours.feed.timezone)).timestamp()
    zero = round(noon) - 43200
    dice = random.Random(SEED)
    names = [ours.stops[row] for row in np.unique(ours.feed.times.stop).tolist()]
    row_of = {stop: row for row, stop in enumerate(ours.stops)}
    where = {stop: theirs.find_location(stop) for stop in names}
    counts = dict.fromkeys(("pairs", "equal", "neither", "theirs on the next day only", "different"), 0)
    cpu = [0.0, 0.0]
    while counts["pairs"] < PAIRS:
        start, moment = dice.choice(names), dice.randrange(5 * 60, 22 * 60) * 60
        begun = time.process_time()
        arrivals = ours.earliest_arrivals(start, moment)
        cpu[0] += time.process_time() - begun
        for goal in dice.sample(names, min(20, len(names))):
            if goal == start:
                continue
            counts["pairs"] += 1
            query = ng.Query()
            query.start, query.destination = [ng.Offset(where[start], 0)], [ng.Offset(where[goal], 0)]
            query.start_time = (zero + moment) // 60
            query.start_match_mode = query.dest_match_mode = ng.LocationMatchMode.EXACT
            query.max_travel_time, query.use_start_footpaths = 2880, False
            begun = time.process_time()
            journeys = ng.route(theirs, query)
            cpu[1] += time.process_time() - begun
            found = min((journey.dest_time * 60 - zero for journey in journeys), default=None)
            counts[judged(int(arrivals[row_of[goal]]), found)] += 1
    print(f"{name} {day}: " + ", ".join(f"{word} {count}" for word, count in counts.items()))
    print(
        f"  CPU: one scan from a start to all stops {cpu[0] / counts['pairs'] * 20 * 1e3:.2f} ms, "
        f"nigiri {cpu[1] / counts['pairs'] * 1e3:.2f} ms a pair"
    )


def judged(ours: int, theirs: float | None) -> str:
    if theirs is None:
        return "neither" if ours == INF else "different"
    if ours == theirs:
        return "equal"
    return "theirs on the next day only" if ours == INF and theirs >= 86400 else "different"


def hexagons() -> np.ndarray:
    """Longitude and latitude of the hexagons of Porto Alegre where people live."""
    import shapely

    with (SHARED / "population" / "porto-alegre_hexgrid.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    lon = next(name for name in rows[0] if name.lower() in ("lon", "x", "longitude"))
    lat = next(name for name in rows[0] if name.lower() in ("lat", "y", "latitude"))
    people = [name for name in rows[0] if name.lower() in ("population", "pop", "people")]
    kept = [row for row in rows if not people or float(row[people[0]] or 0) > 0]
    points = shapely.points([[float(row[lon]), float(row[lat])] for row in kept])
    return np.asarray(shapely.get_coordinates(points))


def rides() -> None:
    """Every hexagon, 16 services, 3 speeds, 3 answers, all minutes of a day; walks are air lines × 1.3."""
    from scipy.spatial import cKDTree

    feed = read_feed(SHARED / "gtfs" / FEEDS[0][0])
    timetable = timetable_on(feed, dt.date.fromisoformat(FEEDS[0][1]), neighbours=True, unit_s=10)
    scale = np.array([111_320 * np.cos(np.radians(-30)), 110_540])
    stops, homes = np.stack([feed.stops.lon, feed.stops.lat], 1) * scale, hexagons() * scale
    tree = cKDTree(stops)
    dice = np.random.default_rng(SEED)
    places = [stops[dice.choice(len(stops), 40, replace=False)] for _ in range(16)]
    asked = SimpleNamespace(window_s=86400)
    wall, cpu = time.perf_counter(), time.process_time()
    swept = [0.0]
    for speed in (1.33, 0.79, 0.6):
        for share_open in (0.5, 0.8, 1.0):
            one_profile(timetable, tree, stops, homes, places, speed, share_open, asked, swept)
    sweeps = f"of these {swept[0]:.1f} s sweeps"
    print(
        f"{len(homes)} hexagons × 16 services × 3 profiles × 3 answers × 1440 minutes: "
        f"{time.perf_counter() - wall:.1f} s, {time.process_time() - cpu:.1f} s CPU, {sweeps}, "
        f"{len(timetable.connections)} connections of three days"
    )


def one_profile(timetable: Timetable, tree, stops, homes, places, speed, share_open, asked, swept) -> None:
    dice = np.random.default_rng(1)
    limit = 1200 * speed / 1.3
    found = tree.query_ball_point(homes, limit)
    ptr = np.concatenate([[0], np.cumsum([len(each) for each in found])]).astype(np.int32)
    near = np.concatenate([np.array(each, np.int32) for each in found])
    door = np.repeat(np.arange(len(homes)), np.diff(ptr))
    units = np.rint(np.hypot(*(homes[door] - stops[near]).T) * 13 / speed).astype(np.int32)
    pairs = tree.query_pairs(600 * speed / 1.3, output_type="ndarray")
    walk = np.rint(np.hypot(*(stops[pairs[:, 0]] - stops[pairs[:, 1]]).T) * 13 / speed)
    walks = [(pairs[:, 0], pairs[:, 1], walk), (pairs[:, 1], pairs[:, 0], walk)]
    open_ = dice.random(len(timetable.connections)) < share_open
    connections, footpaths = timetable.connections.masked(open_, open_), timetable.nodes.footpaths(walks)
    connections = connections.between(0, 28 * 36000)

    def service(column: int) -> None:
        away = np.min(np.hypot(*(stops[:, None, :] - places[column][None]).transpose(2, 0, 1)), axis=1)
        egress = np.where(away <= limit, np.rint(away * 13 / speed), INF).astype(np.int64)
        begun = time.thread_time()
        profiles = scan_profiles(connections, footpaths, egress)
        swept[0] += time.thread_time() - begun
        direct = np.min(np.hypot(*(homes[:, None, :] - places[column][None]).transpose(2, 0, 1)), axis=1)
        on_foot = np.rint(direct * 13 / speed).astype(np.int32)
        _statistics(profiles, Near(ptr, near, units), on_foot, asked, 0)

    share([partial(service, column) for column in range(16)], thread_count(None))


if __name__ == "__main__":
    rides()
    for feed_name, feed_day in FEEDS:
        compare(feed_name, feed_day)
