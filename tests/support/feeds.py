"""Small GTFS feeds written as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

BASE = {
    "agency": "agency_id,agency_name,agency_url,agency_timezone\nA,A,http://a.example,Europe/Berlin\n",
    "stops": "stop_id,stop_name,stop_lat,stop_lon\n"
    "a,A,51.00,13.7\nb,B,51.01,13.7\nc,C,51.02,13.7\nd,D,51.03,13.7\n",
    "routes": "route_id,agency_id,route_short_name,route_long_name,route_type\n1,A,1,,0\n2,A,2,,3\n",
    "trips": "route_id,service_id,trip_id\n1,daily,t1\n2,daily,t2\n",
    "stop_times": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "t1,8:00:00,8:00:00,a,1\nt1,8:10:00,8:11:00,b,2\nt1,8:20:00,8:20:00,c,3\n"
        "t2,8:10:00,8:10:00,b,1\nt2,8:30:00,8:30:00,d,2\n"
    ),
    "calendar": (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "daily,1,1,1,1,1,1,1,20260101,20261231\n"
    ),
}
"""Tram 1 a - b - c, and bus 2 b - d, which leaves b as the tram comes in."""


def write_feed(folder: Path, changes: dict[str, str | bytes | None] | None = None) -> Path:
    """Write `BASE` with tables replaced, added, or left out where None."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**BASE, **(changes or {})}.items():
        if text is not None:
            (folder / f"{name}.txt").write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder
