"""A hamlet small enough to be known by heart: what the examples in the documentation speak of.

::

    A────────────B────────────C   Obere Gasse, 400 m; a tram from A to C
    │ 12 homes   ║ 9 steps    ║ 3 steps
    D────────────E────────────F   footpath; at D a kerb of 2 to 8 cm
                  pharmacy, supermarket, bench and library north of the path from E to F

A walker goes where she likes. A wheelchair comes from the homes to the places over the kerb at D only:
possible, not likely, because she passes 3 cm.
"""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wegeketten.city import City

_NORTH, _SOUTH, _WEST, _MIDDLE, _EAST = 51.05, 51.04964, 13.74, 13.742862, 13.745724
_NODES = {
    "A": (_NORTH, _WEST, "public_transport=platform|tram=yes|height=0.30|width=3|tactile_paving=yes"),
    "B": (_NORTH, _MIDDLE, ""),
    "C": (_NORTH, _EAST, "public_transport=platform|tram=yes|height=0.30|width=3|tactile_paving=yes"),
    "D": (_SOUTH, _WEST, "barrier=kerb|kerb:height=2-8 cm"),
    "E": (_SOUTH, _MIDDLE, ""),
    "F": (_SOUTH, _EAST, ""),
}
_WAYS = {
    "ABC": "highway=residential|name=Obere Gasse",
    "DEF": "highway=footway",
    "AD": "highway=footway",
    "BE": "highway=steps|step_count=9",
    "CF": "highway=steps|step_count=3",
}
_PLACES = ("amenity=pharmacy", "shop=supermarket", "amenity=bench", "amenity=library")
_HOMES = 12


def _element(kind: str, number: int, tags: str, attributes: str = "", inside: str = "") -> str:
    pairs = [pair.split("=", 1) for pair in tags.split("|") if pair]
    told = "".join(f'<tag k="{key}" v="{value}"/>' for key, value in pairs)
    return f'<{kind} id="{number}" version="1"{attributes}>{inside}{told}</{kind}>'


def _at(lat: float, lon: float) -> str:
    return f' lat="{lat:.6f}" lon="{lon:.6f}"'


def _extract() -> str:
    lines = ["<?xml version='1.0' encoding='UTF-8'?>", '<osm version="0.6" generator="hamlet">']
    lines += [_element("node", ord(name), tags, _at(lat, lon)) for name, (lat, lon, tags) in _NODES.items()]
    for number in range(_HOMES):
        tags = f"addr:street=Am Weg|addr:housenumber={number + 1}"
        lat = _NORTH - (number + 0.5) / _HOMES * (_NORTH - _SOUTH)
        lines.append(_element("node", 5001 + number, tags, _at(lat, _WEST)))
    for number, tags in enumerate(_PLACES):
        lines.append(_element("node", 7001 + number, tags, _at(_SOUTH + 0.0001, 13.7432 + number * 0.0006)))
    for number, (word, tags) in enumerate(_WAYS.items(), start=1001):
        refs = "".join(f'<nd ref="{ord(name)}"/>' for name in word)
        lines.append(_element("way", number, tags, inside=refs))
    return "\n".join([*lines, "</osm>", ""])


def _timetable(folder: Path) -> Path:
    """A tram from A to C every ten minutes from 7 to 11, on every day."""
    folder.mkdir()
    stops = "stop_id,stop_name,stop_lat,stop_lon\n"
    stops += f"west,Obere Gasse West,{_NORTH},{_WEST}\neast,Obere Gasse Ost,{_NORTH},{_EAST}\n"
    trips, times = "route_id,service_id,trip_id,wheelchair_accessible\n", ""
    for minute in range(0, 240, 10):
        trips += f"1,daily,t{minute},1\n"
        for place, stop in enumerate(("west", "east")):
            now = 7 * 60 + minute + 2 * place
            clock = f"{now // 60}:{now % 60:02d}:00"
            times += f"t{minute},{clock},{clock},{stop},{place}\n"
    days = "monday,tuesday,wednesday,thursday,friday,saturday,sunday"
    tables = {
        "agency": "agency_id,agency_name,agency_url,agency_timezone\n1,Tram,https://example.org,Europe/Berlin\n",
        "routes": "route_id,agency_id,route_short_name,route_long_name,route_type\n1,1,1,,0\n",
        "calendar": f"service_id,{days},start_date,end_date\ndaily,1,1,1,1,1,1,1,20260101,20261231\n",
        "stops": stops,
        "trips": trips,
        "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n" + times,
    }
    for name, text in tables.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


@cache
def hamlet() -> City:
    """Build the hamlet in a temporary folder, once per process.

    Returns
    -------
    City
        Six corners, twelve homes, four places, two tram stops; the folder goes when the process ends.

    Examples
    --------
    >>> city = hamlet()
    >>> len(city.homes["home_id"]), len(city.edges)
    (12, 8)
    """
    from wegeketten.pipeline.build import build

    folder = Path(mkdtemp(prefix="wegeketten-hamlet-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    source = folder / "hamlet.osm"
    source.write_text(_extract(), encoding="utf-8")
    return build(source, folder / "hamlet", gtfs=[_timetable(folder / "feed")])
