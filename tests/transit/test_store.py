"""Feeds cut to a city, joined, written and read again: what can be ridden there stays what it was."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support.feeds import BASE, write_feed

from wegeketten.errors import InputDataError
from wegeketten.transit.feed import Feed, read_feed
from wegeketten.transit.store import clip, has_feed, join_feeds, read_city_feed
from wegeketten.transit.store import write_feed as store_feed
from wegeketten.transit.timetable import timetable_on

if TYPE_CHECKING:
    from pathlib import Path

DAY = dt.date(2026, 3, 2)
EXTRA = {
    "stops": "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
    + "".join(f"{line},0,{'S' if line.startswith('a') else ''}\n" for line in BASE["stops"].splitlines()[1:])
    + "e,E,53.0,9.9,0,\nf,F,53.1,9.9,0,\nS,Station,51.0,13.7,1,\n",
    "trips": BASE["trips"] + "2,daily,far\n2,never,t9\n",
    "stop_times": BASE["stop_times"] + "far,9:00:00,9:00:00,e,1\nfar,9:30:00,9:30:00,f,2\n",
    "transfers": "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nb,b,2,0\nc,d,2,90\ne,f,2,60\n",
    "frequencies": "trip_id,start_time,end_time,headway_secs\nfar,9:00:00,10:00:00,600\n",
    "pathways": "pathway_id,from_stop_id,to_stop_id,pathway_mode,is_bidirectional\np,a,b,1,1\nq,e,f,5,0\n",
}


def feed_of(folder: Path, **changes: str) -> Feed:
    return read_feed(write_feed(folder, {**EXTRA, **changes}))


def arrivals(feed: Feed, start: str) -> dict[str, int]:
    timetable = timetable_on(feed, DAY)
    found = timetable.earliest_arrivals(start, 0).tolist()
    return {s: t for s, t in zip(timetable.stops, found, strict=True) if t != 2**31 - 1}


def test_what_is_near_stays_as_it_was(tmp_path: Path) -> None:
    whole = feed_of(tmp_path / "a")
    near = whole.stops.lat < 51.005  # a alone: the tram calls there and is kept whole
    part = clip(whole, near)
    assert part.stops.ids == ["a", "b", "c", "S"]
    assert part.trips.ids == ["t1"]
    assert part.stops.parent.tolist() == [3, -1, -1, -1]
    assert len(part.frequencies.trip) == 0
    assert part.pathways.ids == ["p"]
    assert part.transfers.from_stop.tolist() == [1]
    assert arrivals(part, "a") == {s: t for s, t in arrivals(whole, "a").items() if s in part.stops.ids}
    nothing = clip(whole, np.zeros(len(near), dtype=bool))
    assert nothing.trips.ids == []
    assert arrivals_of_nothing(nothing) == 0


def arrivals_of_nothing(feed: Feed) -> int:
    return len(timetable_on(feed, DAY).connections)


def test_written_and_read_again(tmp_path: Path) -> None:
    whole = feed_of(tmp_path / "a")
    assert not has_feed(tmp_path)
    with pytest.raises(InputDataError, match="holds no timetable"):
        read_city_feed(tmp_path)
    store_feed(tmp_path, whole)
    again = read_city_feed(tmp_path)
    assert has_feed(tmp_path)
    for table in ("stops", "trips", "times", "calendar", "frequencies", "transfers", "pathways"):
        one, other = getattr(whole, table), getattr(again, table)
        for column in fields(one):
            np.testing.assert_equal(getattr(other, column.name), getattr(one, column.name))
    assert arrivals(again, "a") == arrivals(whole, "a")
    (tmp_path / "transit.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputDataError, match="build the city again"):
        read_city_feed(tmp_path)


def test_two_feeds_beside_each_other(tmp_path: Path) -> None:
    one, two = feed_of(tmp_path / "a"), feed_of(tmp_path / "b")
    both = join_feeds([one, two])
    assert both.stops.ids[len(one.stops.ids) :] == [f"2:{stop}" for stop in two.stops.ids]
    assert arrivals(both, "a") == arrivals(one, "a")
    assert arrivals(both, "2:a") == {f"2:{stop}": time for stop, time in arrivals(two, "a").items()}
    assert join_feeds([one]) is one
    other = feed_of(tmp_path / "c", agency=BASE["agency"].replace("Berlin", "London"))
    with pytest.raises(InputDataError, match="time zones differ"):
        join_feeds([one, other])
