"""A live service: stock clients unchanged, the QGIS plugin's way of reading, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

import wegeketten as wk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wegeketten.city import City

ROOT = Path(__file__).resolve().parents[2]
WEST, EAST, SOUTH = [13.74, 51.05], [13.7455, 51.05], [13.742, 51.0493]


class Live:
    """A service in a process of its own."""

    def __init__(self, *arguments: str) -> None:
        hears = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # shells mute jobs
        program = (
            f"import sys; {hears}; sys.argv[0] = 'wegeketten'; from wegeketten.__main__ import main; main()"
        )
        command = [sys.executable, "-c", program, "serve", *arguments]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
        )  # fmt: skip
        self.url = ""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if "http://" in line:
                self.url = next(word for word in line.split() if word.startswith("http://")).rstrip(";.")
                break

    def end(self, number: int) -> tuple[int, str]:
        self.process.send_signal(number)
        self.printed, told = self.process.communicate(timeout=60)
        return self.process.returncode, told


@pytest.fixture(scope="module")
def live(city: City) -> Iterator[Live]:
    service = Live(str(city.path), "--port", "0", "--profile", "walker", "--profile", "wheelchair")
    yield service
    code, told = service.end(signal.SIGTERM)
    assert code == 128 + signal.SIGTERM, told
    assert "Traceback" not in told


def route_of(city: City, profile: str = "walker") -> tuple[float, float]:
    """Seconds and metres from west to east."""
    found = wk.route(city, (WEST[1], WEST[0]), (EAST[1], EAST[0]), profile=profile, worlds=0)
    assert found.seconds is not None
    assert found.course is not None
    return found.seconds, found.course.metres


@pytest.mark.parametrize("prefix", ["", "/ors"])
def test_openrouteservice_py_runs_unchanged(live: Live, city: City, prefix: str) -> None:
    openrouteservice = pytest.importorskip("openrouteservice")
    client = openrouteservice.Client(base_url=live.url + prefix, key="")
    own, _ = route_of(city)
    drawn = client.directions([WEST, EAST], profile="foot-walking", format="geojson", elevation=True)
    assert drawn["features"][0]["properties"]["summary"]["duration"] == own
    plain = client.directions((WEST, EAST), profile="wheelchair", units="km", language="de")
    line = openrouteservice.convert.decode_polyline(plain["routes"][0]["geometry"])
    assert line["coordinates"][0] == pytest.approx(WEST, abs=1e-4)
    areas = client.isochrones(
        [WEST, EAST], profile="foot-walking", range=[120, 300], attributes=["area", "total_pop"], units="m",
        location_type="destination", smoothing=0.5,
    )  # fmt: skip
    assert [each["properties"]["value"] for each in areas["features"]] == [120, 300, 120, 300]
    assert {"area", "total_pop", "center", "group_index"} <= set(areas["features"][0]["properties"])
    table = client.distance_matrix(
        [WEST, EAST, SOUTH], profile="wheelchair", sources=[0], destinations=[1, 2],
        metrics=["duration", "distance"],
        resolve_locations=True, units="m", optimized=True,
    )  # fmt: skip
    assert table["durations"] == [[route_of(city, "wheelchair")[0], None]]
    assert table["sources"][0]["name"] == "Am Weg"
    with pytest.raises(openrouteservice.exceptions.ApiError) as refused:
        client.directions([WEST, [13.0, 51.0]], profile="foot-walking")
    assert refused.value.args[0] == 404
    assert refused.value.args[1]["error"]["code"] == 2010


@pytest.mark.parametrize("prefix", ["", "/ors"])
def test_routingpy_runs_unchanged(live: Live, city: City, prefix: str) -> None:
    routingpy = pytest.importorskip("routingpy")
    client = routingpy.ORS(api_key="x", base_url=live.url + prefix)
    own, metres = route_of(city)
    for form in ("geojson", "json"):
        found = client.directions([WEST, EAST], profile="foot-walking", format=form)
        assert found.duration == int(own)
        assert found.distance == int(round(metres, 3))
        assert len(found.geometry) >= 2
    areas = client.isochrones(WEST, profile="foot-walking", intervals=[120, 300])
    assert [area.interval for area in areas] == [120, 300]
    assert all(len(corner) == 2 for corner in areas[0].geometry)
    assert areas[0].center == WEST
    table = client.matrix([WEST, EAST], profile="foot-walking", metrics=["duration", "distance"])
    assert table.durations[0][1] == own
    assert table.distances[0][1] == pytest.approx(metres, abs=0.01)
    with pytest.raises(routingpy.exceptions.RouterApiError), warnings.catch_warnings():
        client.matrix([WEST, EAST], profile="driving-car")


def test_every_method_of_openrouteservice_py_is_answered_or_refused_in_words(live: Live, city: City) -> None:
    """All parameters of what is answered; a plain 4xx that says why from everything else."""
    openrouteservice = pytest.importorskip("openrouteservice")
    client = openrouteservice.Client(base_url=live.url, key="")
    told = client.directions(
        [WEST, EAST], profile="wheelchair", format="json", preference="shortest", units="mi", language="de",
        geometry=True, instructions=True, instructions_format="html", roundabout_exits=True,
        alternative_routes={"share_factor": 0.6, "target_count": 2, "weight_factor": 1.4},
        attributes=["avgspeed", "detourfactor", "percentage"], maneuvers=True, radiuses=[100, -1],
        continue_straight=False, elevation=True, suppress_warnings=False, optimized=True,
        extra_info=["steepness", "suitability", "surface", "waycategory", "waytype", "tollways"],
        options={"avoid_features": ["ferries", "steps"], "profile_params": {"restrictions": {
            "surface_type": "cobblestone:flattened", "track_type": "grade1", "smoothness_type": "good",
            "maximum_sloped_kerb": 0.06, "maximum_incline": 6}}},
    )["routes"][0]  # fmt: skip
    assert set(told["extras"]) == {"steepness", "suitability", "surface", "waycategory", "waytypes"}
    assert told["segments"][0]["steps"][0]["name"] == "Am Weg"
    assert "<b>Am Weg</b>" in told["segments"][0]["steps"][0]["instruction"]
    areas = client.isochrones(
        [WEST], profile="foot-walking", range_type="distance", range=[0.2], interval=0.1, units="km",
        attributes=["area", "reachfactor", "total_pop"], location_type="start",
    )  # fmt: skip
    assert [each["properties"]["value"] for each in areas["features"]] == [100, 200]
    point = {"type": "Point", "coordinates": WEST}
    job, vehicle = openrouteservice.optimization.Job(0, location=EAST), openrouteservice.optimization.Vehicle
    cars = [vehicle(0, profile="driving-car", start=WEST, end=WEST)]
    refused = {
        "elevation": [
            lambda: client.elevation_point("point", WEST),
            lambda: client.elevation_line("polyline", [WEST, EAST]),
        ],
        "geocode": [
            lambda: client.pelias_search("Am Weg 1"),
            lambda: client.pelias_autocomplete("Am"),
            lambda: client.pelias_structured(address="Am Weg 1"),
            lambda: client.pelias_reverse(WEST),
        ],
        "pois": [
            lambda: client.places("pois", geojson=point, buffer=100, filter_category_ids=[1]),
            lambda: client.places("list"),
        ],
        "optimization": [lambda: client.optimization(jobs=[job], vehicles=cars)],
        "bearings": [lambda: client.directions([WEST, EAST], profile="wheelchair", bearings=[[30, 20], []])],
        "skip_segments": [lambda: client.directions([WEST, EAST], profile="wheelchair", skip_segments=[1])],
        "profile": [lambda: client.directions([WEST, EAST])],  # by car
    }
    for name, calls in refused.items():
        for call in calls:
            with pytest.raises(openrouteservice.exceptions.ApiError) as error:
                call()  # type: ignore[no-untyped-call]
            assert 400 <= error.value.args[0] < 500
            message = error.value.args[1]["error"]["message"]
            assert message.startswith(name)
            assert "no such address" not in message


def test_every_method_of_routingpy_is_answered(live: Live, city: City) -> None:
    routingpy = pytest.importorskip("routingpy")
    client = routingpy.ORS(api_key="x", base_url=live.url)
    own, metres = route_of(city)
    wish = {"share_factor": 0.9, "target_count": 2, "weight_factor": 4}
    for form in ("geojson", "json"):
        found = client.directions(
            [WEST, EAST], profile="foot-walking", format=form, alternative_routes=wish, preference="fastest",
            attributes=["avgspeed"], extra_info=["surface"], radiuses=[50, 50], maneuvers=True, language="en",
            geometry=True, instructions=True, elevation=False, suppress_warnings=True,
            instructions_format="text", roundabout_exits=False, continue_straight=False,
            options={"avoid_features": ["ferries"]},
        )  # fmt: skip
        assert found[0].duration == int(own)
        assert len(found) >= 1
    simple = client.directions([WEST, EAST], profile="foot-walking", geometry_simplify=True, units="km")
    assert simple.distance == pytest.approx(metres, abs=1.5)
    areas = client.isochrones(
        WEST, profile="foot-walking", intervals=[100, 250], interval_type="distance", units="m",
        smoothing=0.3, attributes=["area", "reachfactor"], intersections=True, location_type="destination",
    )  # fmt: skip
    assert [area.interval for area in areas] == [100, 250]
    table = client.matrix(
        [WEST, EAST, SOUTH], profile="foot-walking", sources=[0], destinations=[1, 2], units="km",
        metrics=["distance"], resolve_locations=True,
    )  # fmt: skip
    assert table.distances[0][0] == pytest.approx(metres / 1000, abs=1e-4)


def _asked_as_the_plugin(live: Live, path: str, body: dict[str, Any]) -> Any:
    """As ORS Tools asks: a trailing question mark, its headers, null where nothing is set."""
    import requests

    headers = {"User-Agent": "ORSQGISClient@v2", "Content-type": "application/json", "Authorization": ""}
    answer = requests.post(f"{live.url}{path}?", json=body, headers=headers, timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_qgis_plugin_can_read_the_answers(live: Live, city: City) -> None:
    """What ORS Tools does with each answer, written anew: which keys it takes, how it unpacks them."""
    params = {
        "coordinates": [WEST, EAST], "preference": "fastest", "geometry": "true", "instructions": "false",
        "elevation": True, "id": None, "options": None, "extra_info": None,
    }  # fmt: skip
    answer = _asked_as_the_plugin(live, "/v2/directions/foot-walking/geojson", params)
    feature = answer["features"][0]
    points = [(x, y, z) for x, y, z in feature["geometry"]["coordinates"]]
    assert len(points) > 1
    assert feature["properties"]["summary"]["duration"] == route_of(city)[0]
    assert "distance" in feature["properties"]["summary"]
    params = {
        "locations": [WEST], "range_type": "time", "range": [120, 300], "attributes": ["total_pop"],
        "id": "a", "options": {}, "location_type": "start",
    }  # fmt: skip
    answer = _asked_as_the_plugin(live, "/v2/isochrones/foot-walking", params)
    values = []
    for area in sorted(answer["features"], key=lambda each: each["properties"]["value"], reverse=True):
        ring = [(x, y) for x, y in area["geometry"]["coordinates"][0]]
        assert ring[0] == ring[-1]
        lon, lat = area["properties"]["center"]
        assert [lon, lat] == WEST
        assert area["properties"].get("total_pop") is not None
        values.append(int(area["properties"]["value"] / 60))
    assert values == [5, 2]
    params = {
        "locations": [WEST, SOUTH, EAST], "sources": [0, 1], "destinations": [2], "id": "Matrix",
        "metrics": ["duration", "distance"], "options": {},
    }  # fmt: skip
    answer = _asked_as_the_plugin(live, "/v2/matrix/foot-walking", params)
    assert len(answer["durations"]) == len(answer["distances"]) == 2
    old = _asked_as_the_plugin(live, "/v2/matrix/foot-walking", {**params, "metrics": "distance|duration"})
    assert old["durations"] == answer["durations"]
    answer = _asked_as_the_plugin(live, "/v2/snap/foot-walking", {"locations": [WEST, [0, 0]], "radius": 300})
    taken = [
        (place["location"][0], place["location"][1], place.get("name", ""), place["snapped_distance"])
        for place in answer["locations"]
        if place
    ]
    assert len(taken) == 1


def test_the_qgis_plugin_can_draw_each_step_and_the_network(live: Live, city: City) -> None:
    """Its tools that take an answer apart: each step with extra information, and the network's edges."""
    wish = ["surface", "steepness", "waytype", "waycategory"]
    params = {
        "coordinates": [WEST, EAST], "preference": "shortest", "geometry": "true", "instructions": "false",
        "elevation": True, "id": None, "options": {}, "extra_info": wish,
    }  # fmt: skip
    feature = _asked_as_the_plugin(live, "/v2/directions/foot-walking/geojson", params)["features"][0]
    steps = len(feature["geometry"]["coordinates"]) - 1
    for name in ("surface", "steepness", "waytypes", "waycategory"):
        told = feature["properties"]["extras"][name]["values"]
        assert len([code for first, last, code in told for _ in range(first, last)]) == steps
        assert all(isinstance(code, int) for _, _, code in told)
    x, y = city.nodes["lon"], city.nodes["lat"]
    corners = [[float(x.min()), float(y.min())], [float(x.max()), float(y.max())]]
    answer = _asked_as_the_plugin(live, "/v2/export/foot-walking", {"bbox": corners, "id": "export_request"})
    places = {node["nodeId"]: node["location"] for node in answer["nodes"]}
    assert len(places) == len(answer["nodes"])
    drawn = [
        (places[edge["fromId"]][:2], places[edge["toId"]][:2], float(edge["weight"]))
        for edge in answer["edges"]
    ]
    assert drawn
    assert all(len(end) == 2 and weight >= 0 for *ends, weight in drawn for end in ends)
    params = {"locations": [WEST], "range_type": "distance", "range": [300], "attributes": ["total_pop"],
              "id": None, "options": None, "location_type": "destination", "smoothing": 25}  # fmt: skip
    area = _asked_as_the_plugin(live, "/v2/isochrones/foot-walking", params)["features"][0]
    assert int(area["properties"]["value"] / 1) == 300
    assert all(len(point) == 2 for point in area["geometry"]["coordinates"][0])


def test_only_the_own_address_listens(live: Live) -> None:
    port = int(live.url.rsplit(":", 1)[1])
    with urlopen(f"http://127.0.0.1:{port}/v2/health", timeout=10) as answer:
        assert answer.read() == b'{"status":"ready"}'
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for other in others - {"127.0.0.1", "127.0.1.1"}:
        with socket.socket() as probe:
            probe.settimeout(2)
            assert probe.connect_ex((other, port)) != 0


def test_a_port_in_use_is_one_line(live: Live, city: City) -> None:
    port = live.url.rsplit(":", 1)[1]
    other = subprocess.run(
        [sys.executable, "-m", "wegeketten", "serve", str(city.path), "--port", port],
        capture_output=True, text=True, cwd=ROOT, check=False, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "LANGUAGE": "en"},
    )  # fmt: skip
    assert other.returncode == 2
    assert other.stdout == ""
    assert len(other.stderr.splitlines()) == 1
    assert f"--port {port}" in other.stderr


def test_ctrl_c_ends_it_with_130(city: City) -> None:
    service = Live(str(city.path), "--port", "0", "--profile", "walker", "--json")
    code, told = service.end(signal.SIGINT)
    assert code == 130, told
    assert "Traceback" not in told
    assert json.loads(service.printed) == {"url": service.url}
