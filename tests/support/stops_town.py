"""A town of three stops: one can be boarded but lies behind a kerb, the platforms of two are too low."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import wegeketten as wk
from support.drawn import Town
from support.feeds import write_feed

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City

AT = "2026-03-03 08:00"
_SMOOTH = "highway=footway|surface=asphalt|width=3|incline=0%"
_STOP = "public_transport=platform|bus=yes|width=3|ref:IFOPT="

TOWN = Town(
    """
    abc-k-d------------------e-fg
    """,
    ways={"abc": _SMOOTH, "ckd": _SMOOTH, "de": _SMOOTH, "efg": _SMOOTH},
    nodes={
        "a": "addr:housenumber=1|addr:street=Ring",
        "b": "addr:housenumber=2|addr:street=Ring",
        "f": "addr:housenumber=9|addr:street=Ring",
        "k": "barrier=kerb|kerb:height=0.12",
        "c": _STOP + "de:1:2:1",
        "d": _STOP + "de:1:2:2",
        "g": _STOP + "de:1:2:3",
    },
    cell_m=40.0,
)
"""Two homes at the left: stop S before a kerb, stop T behind it. One home at the right: stop U."""

STOPS = {"S": ("c", "de:1:2:1"), "T": ("d", "de:1:2:2"), "U": ("g", "de:1:2:3")}


def build(folder: Path, register: str, wheelchair: int = 1) -> City:
    stops, times = "stop_id,stop_name,stop_lat,stop_lon\n", ""
    for letter, (at, stop) in STOPS.items():
        lon, lat = TOWN.position(at)
        stops += f"{stop},{letter},{lat},{lon}\n"
    trips = "route_id,service_id,trip_id,wheelchair_accessible\n"
    for minute, back in itertools.product(range(0, 120, 10), (False, True)):
        name = f"{'r' if back else 'o'}{minute}"
        trips += f"1,daily,{name},{wheelchair}\n"
        for place, letter in enumerate("UTS" if back else "STU"):
            clock = f"{(7 * 60 + minute + 2 * place) // 60}:{(minute + 2 * place) % 60:02d}:00"
            times += f"{name},{clock},{clock},{STOPS[letter][1]},{place}\n"
    header = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    routes = "route_id,agency_id,route_short_name,route_type\n1,a,1,3\n"
    feed = write_feed(
        folder / "feed", {"stops": stops, "trips": trips, "stop_times": header + times, "routes": routes}
    )
    extract = TOWN.write(folder / "town.osm")
    (folder / "steige.csv").write_text(register, encoding="utf-8")
    return wk.build(extract, folder / "city", gtfs=[feed], stops=folder / "steige.csv", pavements="centre")


LOW = "stop_id,height_cm\nde:1:2:1,12\nde:1:2:2,23\nde:1:2:3,12\n"
"""T could be boarded, but lies behind the kerb; S and U are too low."""
