"""Rides in a drawn town: by hand, against single scans, and the laws that hold for all of them."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from support.drawn import Town
from support.feeds import write_feed

import wegeketten as wk
from wegeketten.errors import InputDataError, UsageError
from wegeketten.people.profile import load_profile
from wegeketten.routing import INF, scan_forward
from wegeketten.transit.journey import find_journey
from wegeketten.transit.outing import find_outing
from wegeketten.transit.ride import Ride, Rides, ride_city
from wegeketten.transit.ride_table import ride_columns, write_rides
from wegeketten.transit.stop_table import HEADER, stops_of_city
from wegeketten.transit.town import TransitTown
from wegeketten.transit.usable import demand_usable_stops
from wegeketten.transit.walks import reach_places

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City
    from wegeketten.reach.home_times import Reach

_SMOOTH = "highway=footway|surface=asphalt|width=3|incline=0%"
_PLATFORM = "public_transport=platform|tram=yes|height=0.30|width=3|tactile_paving=yes|ref:IFOPT="

LONG = Town(
    """
    abcd----------e----------fghi
    """,
    ways={"abcd": _SMOOTH, "de": _SMOOTH, "ef": _SMOOTH, "fghi": _SMOOTH},
    nodes={
        "a": "addr:housenumber=1|addr:street=Ring",
        "b": "addr:housenumber=2|addr:street=Ring",
        "i": "amenity=pharmacy|wheelchair=yes",
        "c": _PLATFORM + "de:1:2:3",
        "e": _PLATFORM + "de:1:2:4",
        "g": _PLATFORM + "de:1:2:5",
    },
    cell_m=100.0,
)
"""Two homes at the left, a pharmacy at the right end; trams S - T - U run from c over e to g."""

AT = {"S": "c", "T": "e", "U": "g", "H": "a", "P": "i"}
STOPS = {"S": "de:1:2:3", "T": "de:1:2:4", "U": "de:1:2:5"}


def feed(folder: Path, wheelchair: int = 1, every: int = 10) -> Path:
    stops = "stop_id,stop_name,stop_lat,stop_lon\n"
    for letter, stop in STOPS.items():
        lon, lat = LONG.position(AT[letter])
        stops += f"{stop},{letter},{lat},{lon}\n"
    trips, times = "route_id,service_id,trip_id,wheelchair_accessible\n", ""
    for minute in range(0, 240, every):
        for name, order in (("o", "STU"), ("r", "UTS")):
            trips += f"1,daily,{name}{minute},{wheelchair}\n"
            for place, letter in enumerate(order):
                now = 7 * 60 + minute + 2 * place
                clock = f"{now // 60}:{now % 60:02d}:00"
                times += f"{name}{minute},{clock},{clock},{STOPS[letter]},{place}\n"
    header = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    return write_feed(folder, {"stops": stops, "trips": trips, "stop_times": header + times})


def build(folder: Path, **options: Any) -> City:
    extract = LONG.write(folder / "town.osm")
    return wk.build(extract, folder / "city", gtfs=[feed(folder / "feed", **options)], pavements="centre")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return build(tmp_path_factory.mktemp("long"))


def rides(city: City, profile: str = "wheelchair", **options: Any) -> tuple[Rides, Ride]:
    found = ride_city(city, [load_profile(profile)], ["pharmacy"], **{"at": "2026-03-03 08:00", **options})
    return found, found.found[profile, "pharmacy"]


def test_stops_are_their_platforms(city: City) -> None:
    town = TransitTown(city)
    assert town.platforms["matched_by"].tolist() == ["id"] * 3
    assert town.platforms["platform"].tolist() == [f"n{ord(letter)}" for letter in "ceg"]
    assert (town.platforms["height_cm"] == 30).all()
    assert (town.platforms["matched_m"] < 0.5).all()


def test_median_by_hand(city: City) -> None:
    found, ride = rides(city)
    profile = load_profile("wheelchair")
    joints = found.town.joints(profile)
    near = joints.near(joints.homes, 2, "sure")
    row = found.town.feed.stops.ids.index(STOPS["S"])
    walk = near.units[: near.indptr[1]][near.stop[: near.indptr[1]] == row][0] / 10
    rest = reach_places(joints, "sure", ["pharmacy"])[found.town.feed.stops.ids.index(STOPS["U"]), 0] / 10
    # trams leave at 8:00, 8:10 …: one of the window's minutes is taken, those in between wait
    waits = [(-(60 * m + walk)) % 600 for m in range(60)]
    expected = np.partition([walk + wait + 240 + rest for wait in waits], 30)[30]
    assert ride.median_s["sure"][0] == pytest.approx(expected, abs=0.11)
    assert ride.median_s["likely"][0] == ride.median_s["possible"][0] == ride.median_s["sure"][0]
    assert ride.rides[0] == 1
    assert found.town.feed.stops.ids[ride.stop[0]] == STOPS["S"]
    assert ride.low_s[0] <= ride.median_s["likely"][0] <= ride.high_s[0] <= ride.low_s[0] + 600


def test_every_minute_equals_a_scan_of_its_own(city: City) -> None:
    for profile in ("walker", "rollator"):
        found, ride = rides(city, profile, window_min=15)
        person = load_profile(profile)
        joints = found.town.joints(person)
        timetable = found.town.timetable(found.moment)
        for answer in ("sure", "likely", "possible"):
            near = joints.near(joints.homes, 2, answer)
            egress = reach_places(joints, answer, ["pharmacy"])[:, 0]
            connections = found.town.open_to(timetable, person, answer)
            footpaths = timetable.nodes.footpaths([joints.between(answer)])
            direct = (
                wk.scan(city, profiles=[profile], services=["pharmacy"]).reach[profile].units[answer][:, 0]
            )
            for home in range(2):
                part = slice(near.indptr[home], near.indptr[home + 1])
                times = []
                for minute in range(15):
                    moment = (8 * 3600 + 60 * minute) * 10
                    stops, walks = near.stop[part], near.units[part]
                    found_by = scan_forward(connections, footpaths, stops, walks + moment)
                    out = found_by.reached[: len(egress)].astype(np.int64)
                    reached = (out != INF) & (egress != INF)
                    best = int((out[reached] + egress[reached]).min()) - moment if reached.any() else INF
                    times.append(min(best, int(direct[home])))
                middle = np.partition(times, 7)[7]
                expected = np.nan if middle == INF else middle / 10
                np.testing.assert_equal(ride.median_s[answer][home], expected)


def test_way_back_takes_as_long_in_a_timetable_that_runs_both_ways_alike(city: City) -> None:
    _, there = rides(city)
    _, both = rides(city, back=True)
    for answer in ("sure", "likely", "possible"):
        assert np.isnan(there.back_s[answer]).all()
        assert both.back_s[answer][0] == pytest.approx(both.median_s[answer][0], abs=61)


def test_way_back_in_three_answers(tmp_path: Path) -> None:
    """Where nothing is known of vehicles, sure means on foot, and down takes another time than up."""
    hill = {name: _SMOOTH.replace("incline=0%", "incline=3%") for name in LONG.ways}
    town = replace(LONG, ways=hill)
    extract = town.write(tmp_path / "town.osm")
    feeds = [feed(tmp_path / "feed", wheelchair=0)]
    city = wk.build(extract, tmp_path / "city", gtfs=feeds, pavements="centre")
    found, ride = rides(city, "rollator", back=True)
    walk = wk.route(city, (LONG.position("i")[1], LONG.position("i")[0]), spot("H"), profile="rollator")
    assert walk.seconds is not None
    assert ride.back_s["sure"][0] == pytest.approx(walk.seconds, abs=1)
    assert abs(ride.back_s["sure"][0] - ride.median_s["sure"][0]) > 5
    assert (ride.back_s["sure"] >= ride.back_s["likely"]).all()
    assert (ride.back_s["likely"] >= ride.back_s["possible"]).all()
    assert ride.back_s["likely"][0] < ride.back_s["sure"][0]
    columns = ride_columns(found)
    assert {"back_s", "back_sure_s", "back_possible_s"} <= columns.keys()


def test_nobody_knows_of_wheelchairs(tmp_path: Path, city: City) -> None:
    unknown = build(tmp_path, wheelchair=0)
    _, ride = rides(unknown)
    _, free = rides(city)
    _, walker = rides(unknown, "walker")
    on_foot = wk.scan(unknown, profiles=["wheelchair"], services=["pharmacy"]).reach["wheelchair"]
    np.testing.assert_equal(ride.median_s["sure"], on_foot.seconds("sure")[:, 0])
    np.testing.assert_equal(ride.median_s["possible"], free.median_s["possible"])
    assert (walker.median_s["sure"] <= walker.median_s["likely"]).all()
    assert (np.nan_to_num(ride.median_s["sure"], nan=np.inf) >= ride.median_s["likely"]).all()


def test_vehicles_that_take_no_wheelchair(tmp_path: Path) -> None:
    closed = build(tmp_path, wheelchair=2, every=60)
    found, ride = rides(closed)
    assert not found.notes
    assert (ride.rides <= 0).all()
    stops = stops_of_city(closed, [load_profile("wheelchair")], at="2026-03-03 08:00")
    plain, likely = HEADER.index("class_plain"), HEADER.index("class_likely")
    assert [row[plain] for row in stops.rows] == ["", "", ""]  # too seldom for any class
    assert all(not row[likely] for row in stops.rows)


def test_register_counts_before_the_map(tmp_path: Path) -> None:
    extract = LONG.write(tmp_path / "town.osm")
    register = tmp_path / "steige.csv"
    register.write_text(
        "HST_DHID;STEIG_Name;Steighoehe_cm;Steigbreite_cm;Bodind_Leitstreifen\n"
        "de:1:2:3;A;12;250;J\nde:1:2:5;B;<28;250;N\n",
        encoding="utf-8",
    )
    city = wk.build(extract, tmp_path / "city", gtfs=[feed(tmp_path / "feed")], stops=register)
    table = TransitTown(city).platforms
    assert table["height_cm_upper"].tolist() == [12, 30, 28]
    assert table["height_cm_from"].tolist() == [1, 2, 1]
    assert table["tactile"].tolist() == [1, 1, 0]
    found = stops_of_city(city, [load_profile("wheelchair")], at="2026-03-03 08:00")
    found.write(tmp_path / "out")
    with (tmp_path / "out" / "stops.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert {name: row["verdict_sure"] for name, row in rows.items()} == {
        "S": "help",
        "T": "alone",
        "U": "no",
    }
    assert rows["S"]["reasons"] == "step"
    assert rows["S"]["target_cm"] == "30"
    assert rows["T"]["reasons"] == ""
    assert rows["S"]["departures_per_hour"] == "6"  # to T; the trams that end here let nobody in
    assert rows["T"]["departures_per_hour"] == "12"
    assert rows["S"]["class_sure"] == ""
    assert rows["S"]["class_plain"] == "E"  # 24 trams in 14 hours: 70 minutes, category 6
    assert rows["T"]["class_plain"] == rows["T"]["class_sure"] == "C"


def test_tables_on_disk(tmp_path: Path, city: City) -> None:
    found, ride = rides(city)
    write_rides(found, tmp_path / "out")
    table = pq.read_table(tmp_path / "out" / "ride.parquet").to_pydict()
    assert table["likely_s"] == ride.median_s["likely"].tolist()
    assert table["stop_id"][0] == STOPS["S"]
    assert table["transfers"][0] == 0
    told = json.loads((tmp_path / "out" / "ride.json").read_text(encoding="utf-8"))
    assert told["at"] == "2026-03-03 08:00"
    assert told["reached"]["wheelchair pharmacy"]["sure"] == 1.0


def test_questions_that_cannot_be_answered(tmp_path: Path, city: City) -> None:
    with pytest.raises(UsageError, match="no trip runs on 2030-01-01"):
        rides(city, at="2030-01-01 08:00")
    with pytest.raises(UsageError, match="give a date or weekday and a time"):
        rides(city, at="soon")
    with pytest.raises(UsageError, match="minutes from 1 to 1440"):
        rides(city, window_min=0)
    bare = wk.build(LONG.write(tmp_path / "town.osm"), tmp_path / "bare")
    with pytest.raises(InputDataError, match="build the city with --gtfs"):
        rides(bare)
    with pytest.raises(UsageError, match="--stops needs a timetable"):
        wk.build(tmp_path / "town.osm", tmp_path / "bare", stops=tmp_path / "x.csv")


def test_weekday_means_its_busiest_date(city: City) -> None:
    town = TransitTown(city)
    assert town.moment("Di 9:30").text == "2026-01-06 09:30"
    assert town.moment(None).text == "2026-01-06 08:00"
    assert town.moment("2026-03-03").seconds == 8 * 3600


def spot(letter: str) -> tuple[float, float]:
    lon, lat = LONG.position(AT[letter])
    return lat, lon


def test_journey_in_words(city: City) -> None:
    found = find_journey(city, load_profile("wheelchair"), spot("H"), spot("P"), at="2026-03-03 08:00")
    _, ride = rides(city, window_min=1)
    assert found.answer == "sure"
    assert found.answers["likely"] == pytest.approx(ride.median_s["likely"][0], abs=31)  # points, not doors
    leg = found.legs[0]
    assert (leg.mode, leg.line, leg.board.name, leg.alight.name) == ("tram", "1", "S", "U")
    assert leg.alight.seconds - leg.board.seconds == 240
    assert found.leave_s <= leg.board.seconds
    told = found.to_json()
    assert told["transfers"] == 0
    assert [part["mode"] for part in told["legs"]] == ["walk", "tram", "walk"]
    words = found.sentences("de")
    assert "ohne Umsteigen" in words[0]
    assert "Straßenbahn 1 Richtung U ab S" in words[2]
    assert found.sentences("en")[2].startswith(told["legs"][1]["board"]["time"])


def test_journey_falls_back_to_the_way_on_foot(tmp_path: Path) -> None:
    closed = build(tmp_path, wheelchair=2, every=60)
    found = find_journey(closed, load_profile("wheelchair"), spot("H"), spot("P"), at="2026-03-03 08:00")
    assert not found.legs
    assert found.arrive_s - found.leave_s == pytest.approx(found.answers["likely"])
    unknown = find_journey(closed, load_profile("walker"), spot("H"), spot("P"), at="2026-03-03 02:00")
    assert not unknown.legs
    with pytest.raises(UsageError, match="written as"):
        found.write(tmp_path / "journey.gpx")


def test_scan_with_stops_one_can_use(city: City, tmp_path: Path) -> None:
    def scanned(where: City, per_hour: float, profile: str = "wheelchair") -> Reach:
        result = wk.scan(where, profiles=[profile], services=["stop"])
        demand_usable_stops(result, per_hour, at="2026-03-03 08:00")
        return result.reach[profile]

    often, seldom = (scanned(city, n) for n in (5, 13))
    for answer in ("sure", "likely", "possible"):
        assert (seldom.units[answer] >= often.units[answer]).all()
    assert (often.units["sure"] != INF).all()
    assert (seldom.units["possible"] == INF).all()  # 12 an hour at T, 6 at the ends
    assert (often.place >= 0).all()
    unknown = build(tmp_path, wheelchair=0)
    unsure = scanned(unknown, 5)
    assert (unsure.units["sure"] == INF).all()
    assert (unsure.units["likely"] == often.units["likely"]).all()
    result = wk.scan(city, profiles=["wheelchair"], services=["pharmacy"])
    with pytest.raises(UsageError, match="no service stop"):
        demand_usable_stops(result, 1)


def test_platforms_to_raise_first(tmp_path: Path) -> None:
    extract = LONG.write(tmp_path / "town.osm")
    register = tmp_path / "steige.csv"
    register.write_text("stop_id,height_cm\nde:1:2:3,12\nde:1:2:4,12\nde:1:2:5,12\n", encoding="utf-8")
    city = wk.build(extract, tmp_path / "city", gtfs=[feed(tmp_path / "feed")], stops=register)
    found = stops_of_city(city, [load_profile("wheelchair"), load_profile("walker")], at="2026-03-03 08:00")
    first = found.to_raise[0]
    assert (first.name, first.people_gained, first.profiles) == ("S", 2.0, "wheelchair")
    assert first.target_cm == 30
    assert [each.rank for each in found.to_raise] == list(range(1, len(found.to_raise) + 1))
    assert len(found.to_raise) == 1  # nobody lives near the others


def test_chain_that_rides(city: City) -> None:
    found = find_outing(
        city, load_profile("wheelchair"), spot("H"), ["pharmacy"], returning=True, at="2026-03-03 08:00"
    )
    there, back = found.journeys
    assert [errand.service for errand in found.errands] == ["pharmacy", ""]
    assert (there.legs[0].board.name, there.legs[0].alight.name) == ("S", "U")
    assert (back.legs[0].board.name, back.legs[0].alight.name) == ("U", "S")
    assert back.legs[0].board.seconds >= there.arrive_s
    assert found.answers["sure"] is not None
    assert found.answers["likely"] is not None
    assert found.answers["possible"] is not None
    assert found.answers["sure"] >= found.answers["likely"] >= found.answers["possible"]
    total = found.journeys[-1].arrive_s - found.moment.seconds
    assert found.answers["likely"] == pytest.approx(total, abs=61)  # told from point to point
    one_way = find_outing(city, load_profile("wheelchair"), spot("H"), ["pharmacy"], at="2026-03-03 08:00")
    _, ride = rides(city, window_min=1)
    assert one_way.answers["likely"] == pytest.approx(ride.median_s["likely"][0], abs=31)
    assert "nach Hause" in " ".join(found.sentences("de"))
    assert found.to_json()["stops"][0]["service"] == "pharmacy"
    with pytest.raises(UsageError, match="at least one service"):
        find_outing(city, load_profile("wheelchair"), spot("H"), [""])


def test_stops_near_doors_are_the_same_from_either_side(city: City) -> None:
    """Few doors are searched from, many are searched for: the same doors several times over."""
    joints = TransitTown(city).joints(load_profile("rollator"))
    few, times = joints.homes, 5
    many = replace(
        few,
        owner=np.concatenate([few.owner + 2 * i for i in range(times)]).astype(np.int32),
        **{name: np.tile(getattr(few, name), times) for name in ("edge", "along", "off_m", "off_units")},
    )
    assert len(few) < len(joints.joints) < len(many)
    for answer in ("sure", "likely", "possible"):
        for leaving in (True, False):
            one = joints.near(few, 2, answer, leaving=leaving)
            other = joints.near(many, 2 * times, answer, leaving=leaving)
            assert len(one.stop) > 0
            assert one.indptr.tolist() == other.indptr[:3].tolist()
            assert one.stop.tolist() == other.stop[: len(one.stop)].tolist()
            assert one.units.tolist() == other.units[: len(one.units)].tolist()
