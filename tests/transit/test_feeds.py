"""Feeds as they are really published: the right value, or one clear message."""

from __future__ import annotations

import datetime as dt
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support.feeds import BASE, write_feed

from wegeketten.errors import InputDataError, UsageError
from wegeketten.transit import read_gtfs
from wegeketten.transit.feed import read_feed
from wegeketten.transit.timetable import day_offset_s, timetable_on

if TYPE_CHECKING:
    from pathlib import Path

INF = 2**31 - 1
DAY = "2026-03-02"
H = 3600

Changes = dict[str, str | bytes | None]  # text of a table instead of the usual one; None leaves it out


def arrivals(
    folder: Path, changes: Changes | None = None, *, start: str = "a", at: int = 8 * H, day: str = DAY
) -> dict[str, int]:
    timetable = read_gtfs(write_feed(folder / "feed", changes), day)
    found = timetable.earliest_arrivals(start, at).tolist()
    return {s: t for s, t in zip(timetable.stops, found, strict=True) if t != INF}


USUAL = {"a": 8 * H, "b": 8 * H + 600, "c": 8 * H + 1200, "d": 8 * H + 1800}


def crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


RIGHT: dict[str, tuple[Changes, dict[str, int]]] = {
    "as it should be": ({}, USUAL),
    "byte order mark": ({"stops": b"\xef\xbb\xbf" + BASE["stops"].encode()}, USUAL),
    "Windows line ends": ({name: crlf(text) for name, text in BASE.items()}, USUAL),
    "old Mac line ends": ({"stops": BASE["stops"].replace("\n", "\r").encode()}, USUAL),
    "no line end at the end": ({"trips": BASE["trips"].rstrip()}, USUAL),
    "empty lines": ({"trips": BASE["trips"] + "\n\n"}, USUAL),
    "quotes with commas": ({"stops": BASE["stops"].replace(",A,", ',"A, ""old"" town",')}, USUAL),
    "quotes with a line break": ({"stops": BASE["stops"].replace(",A,", ',"A\nB",')}, USUAL),
    "blanks around cells": ({"stop_times": BASE["stop_times"].replace(",a,", ", a ,")}, USUAL),
    "columns in another order, and more of them": (
        {"trips": "trip_id,x,service_id,route_id\nt1,9,daily,1\nt2,9,daily,2\n"},
        USUAL,
    ),
    "rows that end early": ({"stops": BASE["stops"].replace("stop_lon", "stop_lon,zone_id,stop_url")}, USUAL),
    "rows out of order": (
        {
            "stop_times": "".join(
                [BASE["stop_times"].splitlines(True)[0], *BASE["stop_times"].splitlines(True)[:0:-1]]
            )
        },
        USUAL,
    ),
    "gaps in the sequence": ({"stop_times": BASE["stop_times"].replace(",c,3", ",c,700")}, USUAL),
    "only exceptions": (
        {"calendar": None, "calendar_dates": "service_id,date,exception_type\ndaily,20260302,1\n"},
        USUAL,
    ),
    "removed on this day": (
        {"calendar_dates": "service_id,date,exception_type\ndaily,20260302,2\n"},
        {"a": 8 * H},
    ),
    "a service nobody names": (
        {"trips": BASE["trips"].replace("2,daily", "2,never")},
        {k: USUAL[k] for k in "abc"},
    ),
    "blank times": (
        {"stop_times": BASE["stop_times"].replace("t1,8:10:00,8:11:00,b,2", "t1,,,b,2")},
        USUAL,
    ),
    "blank times by shape": (
        {
            "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled\n"
            "t1,8:00:00,8:00:00,a,1,0\nt1,,,b,2,3\nt1,8:20:00,8:20:00,c,3,4\n"
        },
        {"a": 8 * H, "b": 8 * H + 900, "c": 8 * H + 1200},
    ),
    "only a departure": (
        {"stop_times": BASE["stop_times"].replace("t1,8:00:00,8:00:00", "t1,,8:00:00")},
        USUAL,
    ),
    "after midnight": (
        {"stop_times": BASE["stop_times"].replace("8:", "25:")},
        {k: v + 17 * H for k, v in USUAL.items()} | {"a": 8 * H},
    ),
    "a stop called at twice": (
        {"stop_times": BASE["stop_times"] + "t1,8:25:00,8:25:00,a,4\nt1,8:40:00,8:40:00,d,5\n"},
        USUAL,
    ),
    "no pick-up": (
        {
            "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type\n"  # noqa: E501
            "t1,8:00:00,8:00:00,a,1,0,0\nt1,8:10:00,8:11:00,b,2,0,1\nt1,8:20:00,8:20:00,c,3,0,0\n"
        },
        {"a": 8 * H, "c": 8 * H + 1200},
    ),
    "every ten minutes": (
        {"frequencies": "trip_id,start_time,end_time,headway_secs,exact_times\nt1,8:05:00,9:00:00,600,1\n"},
        {"a": 8 * H, "b": 8 * H + 900, "c": 8 * H + 1500},
    ),
    "no agency": ({"agency": None}, USUAL),
    "departures of a station": (
        {
            "stops": "stop_id,stop_name,stop_lat,stop_lon,location_type\na,A,51,13.7,1\nb,B,51.01,13.7,0\n"
            "c,C,51.02,13.7,\nd,D,51.03,13.7,\n"
        },
        USUAL,
    ),
    "a change that takes a while": (
        {"transfers": "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nb,b,2,1\n"},
        {k: USUAL[k] for k in "abc"},
    ),
    "a change that is not possible": (
        {"transfers": "from_stop_id,to_stop_id,transfer_type\nb,b,3\n"},
        {k: USUAL[k] for k in "abc"},
    ),
    "a change from trip to trip that is not possible": (
        {"transfers": "from_stop_id,to_stop_id,from_trip_id,to_trip_id,transfer_type\nb,b,t1,t2,3\n"},
        {k: USUAL[k] for k in "abc"},
    ),
    "the special rule wins over the general": (
        {
            "transfers": "from_stop_id,to_stop_id,from_route_id,to_route_id,transfer_type\nb,b,,,3\nb,b,1,2,1\n"  # noqa: E501
        },
        USUAL,
    ),
    "rules between stations hold for platforms": (
        {
            "stops": "stop_id,stop_lat,stop_lon,location_type,parent_station\na,51,13.7,,\nb,51.01,13.7,,S\n"
            "c,51.02,13.7,,\nd,51.03,13.7,,\nS,51.01,13.7,1,\n",
            "transfers": "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nS,S,2,60\n",
        },
        {k: USUAL[k] for k in "abc"},
    ),
    "one block, one vehicle": (
        {
            "trips": "route_id,service_id,trip_id,block_id\n1,daily,t1,7\n2,daily,t2,7\n",
            "stop_times": BASE["stop_times"]
            .replace("t1,8:20:00,8:20:00,c,3\n", "")
            .replace("8:11:00,b,2", "8:10:00,b,2"),
            "transfers": "from_stop_id,to_stop_id,transfer_type\nb,b,3\n",
        },
        {k: USUAL[k] for k in "abd"},
    ),
    "unknown codes that no ride depends on": (
        {
            "trips": "route_id,service_id,trip_id,wheelchair_accessible,direction_id\n1,daily,t1,yes,N\n2,daily,t2,7,\n"  # noqa: E501
        },
        USUAL,
    ),
}


@pytest.mark.parametrize("case", RIGHT)
def test_right_value(tmp_path: Path, case: str) -> None:
    changes, expected = RIGHT[case]
    assert arrivals(tmp_path, changes) == expected


WRONG: dict[str, tuple[Changes, str]] = {
    "no stops": ({"stops": None}, "no feed in this folder"),
    "no trips": ({"trips": None}, "trips.txt is missing"),
    "no calendar at all": ({"calendar": None}, "neither calendar.txt nor calendar_dates.txt"),
    "empty table": ({"trips": ""}, "trips.txt: is empty|trips.txt is empty"),
    "no such column": ({"trips": "trip_id,route_id\nt1,1\n"}, "has no column service_id"),
    "semicolons": ({"trips": BASE["trips"].replace(",", ";")}, "separated by semicolons"),
    "too many cells": (
        {"trips": BASE["trips"] + "1,daily,t3,x\n"},
        "row 4: has 4 cells where the header names 3",
    ),
    "UTF-16": ({"stops": BASE["stops"].encode("utf-16")}, "is UTF-16; save it as UTF-8"),
    "Latin-1": ({"stops": BASE["stops"].replace(",B,", ",Grünau,").encode("latin-1")}, "row 3: is not UTF-8"),
    "column twice": (
        {"trips": "trip_id,route_id,service_id,trip_id\nt1,1,daily,t1\n"},
        "names trip_id twice",
    ),
    "stop twice": ({"stops": BASE["stops"] + "a,A,51,13\n"}, "row 6: stop_id 'a' was used in row 2 already"),
    "trip twice": ({"trips": BASE["trips"] + "1,daily,t1\n"}, "row 4: trip_id 't1' was used in row 2"),
    "empty id": ({"stops": BASE["stops"] + ",A,51,13\n"}, "row 6: stop_id is empty"),
    "unknown stop": (
        {"stop_times": BASE["stop_times"] + "t1,9:00:00,9:00:00,z,9\n"},
        "row 7: stop_id 'z' does not exist",
    ),
    "unknown trip": (
        {"stop_times": BASE["stop_times"] + "z,9:00:00,9:00:00,a,9\n"},
        "row 7: trip_id 'z' does not exist",
    ),
    "unknown route": (
        {"trips": BASE["trips"].replace("2,daily", "9,daily")},
        "row 3: route_id '9' does not exist",
    ),
    "unknown parent": (
        {"stops": "stop_id,stop_lat,stop_lon,parent_station\na,51,13,x\n"},
        "row 2: parent_station 'x' does not exist",
    ),
    "its own parent": (
        {"stops": "stop_id,stop_lat,stop_lon,parent_station\na,51,13,a\n"},
        "is not a station, or it may have none",
    ),
    "sequence twice": (
        {"stop_times": BASE["stop_times"].replace(",c,3", ",c,2")},
        "row 4: stop_sequence 2 of trip 't1' is used twice",
    ),
    "no time at the end": (
        {"stop_times": BASE["stop_times"].replace("8:20:00,8:20:00", ",")},
        "trip 't1' has no time at its first or last stop",
    ),
    "backwards": (
        {"stop_times": BASE["stop_times"].replace("8:20:00,8:20:00", "8:09:00,8:09:00")},
        "row 4: trip 't1' has times that run backwards",
    ),
    "no time": (
        {"stop_times": BASE["stop_times"].replace("8:20:00,8:20:00", "8:75:00,8:75:00")},
        "row 4: arrival_time '8:75:00' is not a time",
    ),
    "no seconds": (
        {"stop_times": BASE["stop_times"].replace("8:20:00,8:20:00", "8:20,8:20")},
        "'8:20' is not a time H:MM:SS",
    ),
    "decimal comma": (
        {"stops": BASE["stops"].replace("51.00", '"51,00"')},
        "row 2: stop_lat '51,00' is not a number",
    ),
    "no place": (
        {"stops": BASE["stops"].replace("51.00", "")},
        "row 2: stop 'a' has no stop_lat and stop_lon",
    ),
    "off the globe": (
        {"stops": BASE["stops"].replace("51.00", "151.00")},
        "stop_lat '151.00' is not a number from -90 to 90",
    ),
    "no date": (
        {"calendar": BASE["calendar"].replace("20260101", "2026-01-01")},
        "start_date '2026-01-01' is not a date YYYYMMDD",
    ),
    "no such date": (
        {"calendar": BASE["calendar"].replace("20260101", "20260230")},
        "'20260230' is not a date",
    ),
    "ends before it starts": (
        {"calendar": BASE["calendar"].replace("20261231", "20251231")},
        "end_date lies before start_date",
    ),
    "added and removed": (
        {"calendar_dates": "service_id,date,exception_type\ndaily,20260302,1\ndaily,20260302,2\n"},
        "row 3: the service is added and removed",
    ),
    "no headway": (
        {"frequencies": "trip_id,start_time,end_time,headway_secs\nt1,8:00:00,9:00:00,0\n"},
        "headway_secs '0' is not a number from 1",
    ),
    "change without time": (
        {"transfers": "from_stop_id,to_stop_id,transfer_type\nb,b,2\n"},
        "transfer_type 2 needs a min_transfer_time",
    ),
    "change at no stop": (
        {"transfers": "from_stop_id,to_stop_id,transfer_type\nb,z,0\n"},
        "to_stop_id 'z' does not exist",
    ),
    "no such time zone": ({"agency": BASE["agency"].replace("Berlin", "Dresden")}, "is no time zone"),
    "two time zones": (
        {"agency": BASE["agency"] + "B,B,http://b.example,Europe/Paris\n"},
        "several time zones",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_one_clear_message(tmp_path: Path, case: str) -> None:
    changes, message = WRONG[case]
    with pytest.raises(InputDataError, match=message) as caught:
        arrivals(tmp_path, changes)
    assert "\n" not in str(caught.value)


def zipped(path: Path, prefix: str = "", extra: dict[str, bytes] | None = None) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in BASE.items():
            file.writestr(f"{prefix}{name}.txt", text)
        for name, data in (extra or {}).items():
            file.writestr(name, data)
    return path


def test_zips(tmp_path: Path) -> None:
    folder = write_feed(tmp_path / "folder")
    plain = read_gtfs(folder, DAY).earliest_arrivals("a", 0).tolist()
    inside = tmp_path / "inside"
    inside.mkdir()
    for path in (
        zipped(tmp_path / "plain.zip"),
        zipped(tmp_path / "nested.zip", "gtfs/", {"__MACOSX/gtfs/._stops.txt": b"\x00"}),
        zipped(inside / "feed.zip").parent,
        folder.parent / "folder",
    ):
        assert read_gtfs(path, DAY).earliest_arrivals("a", 0).tolist() == plain


def test_zips_that_cannot_be_used(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "bomb.zip")
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("transfers.txt", b"transfer_type\n" + b"0\n" * (40 << 20))
    with pytest.raises(InputDataError, match="no timetable does"):
        read_feed(bomb)
    cut = zipped(tmp_path / "cut.zip")
    cut.write_bytes(cut.read_bytes()[:-200])
    with pytest.raises(InputDataError, match="no zip that can be read"):
        read_feed(cut)
    torn = zipped(tmp_path / "torn.zip")
    data = bytearray(torn.read_bytes())
    data[200:230] = b"\xff" * 30
    torn.write_bytes(data)
    with pytest.raises(InputDataError, match="cannot be unpacked"):
        read_feed(torn)
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as file:
        file.writestr("readme.md", "x")
    with pytest.raises(InputDataError, match="holds no stops"):
        read_feed(tmp_path / "other.zip")
    with pytest.raises(InputDataError, match="holds 2 feeds"):
        read_feed(zipped(tmp_path / "two.zip", "one/", {"two/stops.txt": b"stop_id\n"}))
    with pytest.raises(InputDataError, match="no such file or folder"):
        read_feed(tmp_path / "nothing")


def test_days_of_the_week_and_their_limits(tmp_path: Path) -> None:
    calendar = BASE["calendar"].replace("daily,1,1,1,1,1,1,1", "daily,1,0,0,0,0,0,1")
    feed = read_feed(write_feed(tmp_path, {"calendar": calendar}))
    runs = {
        day: bool(feed.calendar.active(dt.date.fromisoformat(day)).any())
        for day in ("2026-03-02", "2026-03-03", "2026-03-08", "2025-12-28", "2027-01-03")
    }
    assert runs == {
        "2026-03-02": True,
        "2026-03-03": False,
        "2026-03-08": True,
        "2025-12-28": False,
        "2027-01-03": False,
    }
    empty = timetable_on(feed, dt.date(2027, 1, 3))
    assert empty.earliest_arrivals("a", 5).tolist() == [5, INF, INF, INF]
    assert "no trip runs on 2027-01-03; the timetable holds from 2026-01-01 to 2026-12-31" in empty.notes[-1]


def test_clocks_put_forward_and_back(tmp_path: Path) -> None:
    feed = read_feed(write_feed(tmp_path))
    assert day_offset_s(feed, dt.date(2026, 3, 28), 1) == 23 * H
    assert day_offset_s(feed, dt.date(2026, 10, 24), 1) == 25 * H
    assert day_offset_s(feed, dt.date(2026, 3, 3), -1) == -24 * H
    # on the day itself times are counted from noon minus twelve hours: nothing changes
    for day in ("2026-03-29", "2026-10-25"):
        assert read_gtfs(tmp_path, day).earliest_arrivals("a", 8 * H).tolist() == list(USUAL.values())


def test_the_night_of_the_day_before(tmp_path: Path) -> None:
    late = BASE["stop_times"].replace("8:", "24:")
    feed = read_feed(write_feed(tmp_path, {"stop_times": late}))
    day = dt.date(2026, 3, 2)
    alone, all_three = timetable_on(feed, day), timetable_on(feed, day, neighbours=True)
    assert alone.earliest_arrivals("a", 0)[1] == 24 * H + 600
    assert all_three.earliest_arrivals("a", 0)[1] == 600
    forward = timetable_on(feed, dt.date(2026, 3, 29), neighbours=True)  # this day began an hour later
    assert (
        forward.earliest_arrivals("a", 0)[1] == 600 + H
        if day_offset_s(feed, dt.date(2026, 3, 29), -1) == -23 * H
        else 600
    )


def test_footpaths_are_walked_one_at_a_time(tmp_path: Path) -> None:
    timetable = read_gtfs(write_feed(tmp_path), DAY)
    walks = [("c", "d", 60), ("b", "c", 30), ("d", "a", 5)]
    found = timetable.earliest_arrivals("a", 8 * H, walks).tolist()
    assert found == [8 * H, 8 * H + 600, 8 * H + 630, 8 * H + 1260]
    assert timetable.earliest_arrivals("c", 0, walks).tolist() == [INF, INF, 0, 60]


def test_walks_that_transfers_txt_names(tmp_path: Path) -> None:
    transfers = "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nc,d,2,120\na,c,3,\n"
    timetable = read_gtfs(write_feed(tmp_path, {"transfers": transfers}), DAY)
    assert timetable.earliest_arrivals("a", 8 * H).tolist()[3] == 8 * H + 1320
    # a walk given and a shortest time named: the longer of the two
    assert timetable.earliest_arrivals("c", 0, [("c", "d", 30)]).tolist()[3] == 120


def test_questions_that_make_no_sense(tmp_path: Path) -> None:
    timetable = read_gtfs(write_feed(tmp_path), dt.date(2026, 3, 2))
    with pytest.raises(UsageError, match="no stop 'x'"):
        timetable.earliest_arrivals("x", 0)
    with pytest.raises(UsageError, match="depart_s -1"):
        timetable.earliest_arrivals("a", -1)
    with pytest.raises(UsageError, match="is no date"):
        read_gtfs(tmp_path, "2.3.2026")


def test_result_is_int32_by_row_of_stops(tmp_path: Path) -> None:
    found = read_gtfs(write_feed(tmp_path), DAY).earliest_arrivals("b", 0)
    assert found.dtype == np.int32
    assert found.shape == (4,)
