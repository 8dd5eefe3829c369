"""A town with barriers, homes, places and a tram, and the command line run in this process."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from support.drawn import Town
from support.feeds import write_feed

import wegeketten as wk
from wegeketten.cli import main

_HOMES = "".join(
    f'<node id="{5001 + n}" lat="{51.05 - n * 0.0001:.4f}" lon="13.7400"><tag k="addr:street" v="Am Weg"/>'
    f'<tag k="addr:housenumber" v="{n + 1}"/></node>'
    for n in range(12)
)
_PLACES = "".join(
    f'<node id="{7001 + n}" lat="51.0490" lon="{13.742 + n * 0.001:.3f}"><tag k="{key}" v="{value}"/>'
    '<tag k="name" v="Ort"/></node>'
    for n, (key, value) in enumerate(
        [("amenity", "pharmacy"), ("shop", "supermarket"), ("amenity", "bench"), ("amenity", "library")]
    )
)
_PLATFORM = "public_transport=platform|tram=yes|height=0.30|width=3|tactile_paving=yes|ref:IFOPT="


def town_with_a_tram() -> Town:
    """Three streets across, one of them with steps and kerbs, a tram along the northern one."""
    return Town(
        "A.........B.........C\n.....................\nD.........E.........F",
        {"ABC": "highway=residential", "DEF": "highway=footway", "AD": "highway=footway",
         "BE": "highway=steps|step_count=9", "CF": "highway=footway|kerb=raised"},
        nodes={"A": _PLATFORM + "de:1:2:3", "B": "barrier=kerb|kerb:height=12 cm",
               "C": _PLATFORM + "de:1:2:5", "D": "barrier=kerb|kerb=raised"},
        extra=_HOMES + _PLACES, cell_m=20,
    )  # fmt: skip


def _feed(folder: Any, drawn: Any) -> Any:
    stops = "stop_id,stop_name,stop_lat,stop_lon\n"
    for letter, stop in (("A", "de:1:2:3"), ("C", "de:1:2:5")):
        lon, lat = drawn.position(letter)
        stops += f"{stop},{letter},{lat},{lon}\n"
    trips, times = "route_id,service_id,trip_id,wheelchair_accessible\n", ""
    for minute in range(0, 240, 10):
        trips += f"1,daily,o{minute},1\n"
        for place, stop in enumerate(("de:1:2:3", "de:1:2:5")):
            now = 7 * 60 + minute + 2 * place
            clock = f"{now // 60}:{now % 60:02d}:00"
            times += f"o{minute},{clock},{clock},{stop},{place}\n"
    header = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    return write_feed(folder, {"stops": stops, "trips": trips, "stop_times": header + times})


@pytest.fixture(scope="package")
def town(tmp_path_factory: Any) -> Any:
    """Folder, and the city built in it."""
    folder = tmp_path_factory.mktemp("api")
    drawn = town_with_a_tram()
    source = drawn.write(folder / "town.osm")
    return folder, wk.build(source, folder / "city", gtfs=_feed(folder / "feed", drawn))


@pytest.fixture
def run(capsys: Any) -> Any:
    """Run a command line that succeeds; returns what it printed on stdout."""

    def called(*arguments: object) -> str:
        before = sys.argv
        sys.argv = ["wegeketten", *map(str, arguments)]
        try:
            capsys.readouterr()
            with pytest.raises(SystemExit) as ended:
                main()
        finally:
            sys.argv = before
        said = capsys.readouterr()
        assert not ended.value.code, said.err
        return str(said.out)

    return called
