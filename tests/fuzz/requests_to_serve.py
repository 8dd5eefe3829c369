"""Ask the web service thousands of damaged questions: none ends in a 5xx, and its memory stays steady.

By hand, from the checkout: ``python tests/fuzz/requests_to_serve.py CITY --count 10000 --seed 7``. A service
is started on a free port and asked by two clients at a time. Each question is made from the seed and its
number alone; what fails is named so that it can be asked again with ``--only NUMBER``.
"""

# ruff: noqa: E501  # tables of odd values, run by hand

from __future__ import annotations

import argparse
import copy
import http.client
import json
import random
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

PROFILES = (
    "walker",
    "wheelchair",
    "foot-walking",
    "driving-car",
    "",
    "..",
    "%00",
    "w" * 300,
    "blind?x=1",
    "ä",
)
FORMS = ("", "/json", "/geojson", "/gpx", "/kml", "/", "/json/json")
PATHS = ("directions", "isochrones", "matrix", "snap", "whatif", "export", "status", "directions%2f")
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 7200, 1e308, -1e308, 2**63, 10**400, 0.1, "", "a", "\x00", "\ud800", "ä" * 99, [],
    [[]], [[[1, 2]]], {}, {"a": []}, [None], ["1"], [1.5], "all", ["all"], [1e-320], "1,2", {"barrier": 1},
)  # fmt: skip
NAMES = (
    "coordinates", "locations", "range", "range_type", "interval", "sources", "destinations", "metrics", "radius",
    "edits", "services", "most", "units", "language", "elevation", "instructions", "geometry", "options", "id",
    "answer", "location_type", "profile", "extra_info", "resolve_locations", "preference", "attributes",
    "radiuses", "bearings", "alternative_routes", "instructions_format", "maneuvers", "geometry_simplify",
    "smoothing", "intersections", "area_units", "skip_segments", "continue_straight", "suppress_warnings", "bbox",
    "optimized",
)  # fmt: skip
WISHES: tuple[tuple[str, Any], ...] = (
    ("range_type", "distance"), ("units", "km"), ("units", "mi"), ("preference", "shortest"),
    ("extra_info", ["surface", "steepness", "waytype", "waycategory", "suitability", "osmid", "green"]),
    ("alternative_routes", {"target_count": 3, "share_factor": 0.7, "weight_factor": 2}),
    ("options", {"avoid_features": ["steps", "fords", "ferries"]}),
    ("options", {"profile_params": {"restrictions": {"maximum_incline": 3, "surface_type": "sett"}}}),
    ("options", {"profile_params": {"surface_quality_known": True, "restrictions": {"track_type": "grade2"}}}),
    ("smoothing", 60), ("intersections", True), ("attributes", ["area", "reachfactor", "total_pop"]),
    ("attributes", ["avgspeed", "percentage", "detourfactor"]), ("elevation", True), ("maneuvers", True),
    ("instructions_format", "html"), ("geometry_simplify", True), ("radiuses", 40), ("language", "fr"),
    ("location_type", "destination"), ("interval", 300), ("area_units", "km"),
)  # fmt: skip
"""Fields as a sound request has them."""


class Question(NamedTuple):
    """A request as it is sent."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]


class Town(NamedTuple):
    """What questions about a city can name."""

    west: float
    south: float
    east: float
    north: float
    barriers: list[str]


def question(town: Town, seed: int, number: int) -> Question:
    """The question with a number: a sound one, damaged more or less."""
    rng = random.Random(f"{seed}:{number}")

    def point() -> list[Any]:
        lon, lat = rng.uniform(town.west, town.east), rng.uniform(town.south, town.north)
        if rng.random() < 0.1:
            lon, lat = rng.choice([(lat, lon), (lon + 1, lat), (181.0, lat), (lon, -91.0), (0.0, 0.0)])
        return [round(lon, rng.choice((2, 5, 9))), round(lat, rng.choice((2, 5, 9)))]

    def edit() -> dict[str, Any]:
        changes: list[dict[str, Any]] = [
            {},
            {"closed": True},
            {"kerb_cm": rng.uniform(-1, 31)},
            {"incline_pct": rng.uniform(-101, 101)},
            {"width_m": rng.uniform(0, 51), "step_count": rng.randint(0, 501)},
            {"measure": "?"},
            {"kerb": 1},
        ]
        return {"barrier": rng.choice(town.barriers), **rng.choice(changes)}

    path = rng.choice(PATHS[:6]) if rng.random() < 0.9 else rng.choice(PATHS)
    sound: dict[str, dict[str, Any]] = {
        "directions": {"coordinates": [point() for _ in range(rng.choice((2, 2, 2, 3, 5, 60)))]},
        "isochrones": {
            "locations": [point() for _ in range(rng.randint(1, 2))],
            "range": [rng.randint(1, 1500)],
        },
        "matrix": {"locations": [point() for _ in range(rng.choice((1, 2, 5, 40)))]},
        "snap": {
            "locations": [point() for _ in range(rng.choice((1, 2, 40, 300)))],
            "radius": rng.randint(0, 300),
        },
        "export": {"bbox": [point(), point()]},
        "whatif": {
            "edits": [edit() for _ in range(rng.choice((1, 1, 1, 2, 101)))],
            "most": rng.randint(0, 50),
        },
    }
    body = sound.get(path, {})
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        name, value = rng.choice(WISHES)
        body[name] = copy.deepcopy(value)
    if rng.random() < 0.1:
        corners = [point() for _ in range(rng.randint(1, 6))]
        body["options"] = {"avoid_polygons": {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}}
    for _ in range(rng.choice((0, 0, 1, 1, 2, 6))):
        body[rng.choice(NAMES)] = copy.deepcopy(rng.choice(ODD))
    if rng.random() < 0.15 and body:
        _damage(body, rng)
    raw = json.dumps(body).encode()
    if rng.random() < 0.1:
        raw = _mangled(raw, rng)
    method = (
        "POST" if rng.random() < 0.93 else rng.choice(("GET", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"))
    )
    profile = rng.choice(PROFILES[:3]) if rng.random() < 0.9 else rng.choice(PROFILES)
    address = f"{rng.choice(('', '/ors'))}/v2/{path}/{profile}{rng.choice(FORMS[:3]) if rng.random() < 0.9 else rng.choice(FORMS)}"
    if rng.random() < 0.05:
        address, method = f"/v2/directions/walker?start={rng.choice(ODD)}&end={rng.choice(ODD)}", "GET"
    address = "".join(sign if 32 < ord(sign) < 127 else f"%{ord(sign) % 256:02X}" for sign in address)
    headers = {"Content-Type": "application/json"}
    if rng.random() < 0.05:
        headers["Content-Type"] = rng.choice(
            ("text/plain", "", "application/json;" * 50, "multipart/form-data")
        )
    if rng.random() < 0.05:
        headers["Accept-Language"] = rng.choice(("de", "de-DE", "\xff", "xx" * 500))
    return Question(method, address, raw if method in ("POST", "PUT", "PATCH") else b"", headers)


def _damage(body: dict[str, Any], rng: random.Random) -> None:
    """Put something odd somewhere inside a body."""
    place: Any = body
    while isinstance(place, dict | list) and place:
        key = rng.choice(list(place)) if isinstance(place, dict) else rng.randrange(len(place))
        if not isinstance(place[key], dict | list) or not place[key] or rng.random() < 0.3:
            place[key] = copy.deepcopy(rng.choice(ODD))
            return
        place = place[key]


def _mangled(raw: bytes, rng: random.Random) -> bytes:
    how = rng.randrange(6)
    if how == 0:
        return raw[: rng.randrange(len(raw) + 1)]
    if how == 1:
        return bytes(rng.randrange(256) for _ in range(rng.randrange(200)))
    if how == 2:
        return b"[" * rng.choice((10, 5000, 200_000))
    if how == 3:
        return b'{"id":' * rng.choice((900, 990, 5000)) + b"1" + b"}" * 5000
    if how == 4:
        return raw + b" " * rng.choice((1, 1_100_000))
    at = rng.randrange(len(raw))
    return raw[:at] + bytes([rng.randrange(256)]) + raw[at + 1 :]


def ask(address: tuple[str, int], asked: Question) -> tuple[int, bytes]:
    """Status and body of an answer."""
    line = http.client.HTTPConnection(*address, timeout=60)
    try:
        line.request(asked.method, asked.path, body=asked.body or None, headers=asked.headers)
        answer = line.getresponse()
        return answer.status, answer.read()
    except (ConnectionResetError, BrokenPipeError):  # an oversized body is refused before it is sent whole
        return 413, b""
    finally:
        line.close()


def verdict(asked: Question, status: int, body: bytes) -> str:
    """What is wrong with an answer; empty where nothing is."""
    if not 200 <= status < 500:
        return f"status {status}: {body[:200]!r}"
    if asked.method == "HEAD" or not body or ("/gpx" in asked.path and status == 200):
        return ""
    if status >= 400 and body == b"Invalid HTTP request received.":
        return ""
    try:
        found = json.loads(body, parse_constant=lambda word: (_ for _ in ()).throw(ValueError(word)))
    except ValueError as error:
        return f"status {status}: no JSON ({error})"
    if status >= 400 and not isinstance(found.get("error", {}).get("message"), str):
        return f"status {status}: no error in openrouteservice's form"
    return ""


def town_of(folder: str) -> Town:
    """Extent and barriers of a city."""
    import wegeketten as wk

    city = wk.open(folder)
    lon, lat = city.nodes["lon"], city.nodes["lat"]
    ids = city.edges.ids()
    some = random.Random(0).sample(ids, min(500, len(ids)))
    return Town(
        float(lon.min()),
        float(lat.min()),
        float(lon.max()),
        float(lat.max()),
        [*some, "n0", "x1", "w-1:2", "n" * 99],
    )


def resident_kb(process: int) -> int:
    """Memory of a process that runs; 0 where the system does not tell."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        return 0
    lines = [line for line in status.read_text().splitlines() if line.startswith("VmRSS")]
    return int(lines[0].split()[1]) if lines else 0


def main() -> int:
    """Ask, and say what failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("city")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", type=int)
    options = parser.parse_args()
    town = town_of(options.city)
    command = [sys.executable, "-m", "wegeketten", "serve", options.city, "--port", "0", "--json"]
    command += ["--profile", "walker", "--profile", "wheelchair"]
    service = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert service.stdout is not None
    document = service.stdout.readline()
    while "}" not in document:
        document += service.stdout.readline()
    address = "127.0.0.1", int(json.loads(document)["url"].rsplit(":", 1)[1])
    numbers = iter([options.only] if options.only is not None else range(options.count))
    failed: list[str] = []
    statuses: dict[int, int] = {}
    memory: list[int] = []
    lock = threading.Lock()

    def client() -> None:
        while True:
            with lock:
                number = next(numbers, None)
                if number is None:
                    return
                if number % 500 == 0:
                    memory.append(resident_kb(service.pid) // 1024)
            asked = question(town, options.seed, number)
            try:
                status, body = ask(address, asked)
                wrong = verdict(asked, status, body)
            except (OSError, ValueError, http.client.HTTPException) as error:
                status, wrong = 0, repr(error)
            with lock:
                statuses[status] = statuses.get(status, 0) + 1
                if wrong:
                    failed.append(f"{number}: {asked.method} {asked.path[:80]} {wrong}")

    started = time.monotonic()
    clients = [threading.Thread(target=client) for _ in range(2)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    memory.append(resident_kb(service.pid) // 1024)
    service.terminate()
    code = service.wait(60)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    wanted = 1 if options.only is not None else options.count
    if sum(statuses.values()) != wanted:
        failed.append(f"{sum(statuses.values())} of {wanted} questions were asked")
    print("\n".join(failed[:20]))
    print(f"statuses {dict(sorted(statuses.items()))}, {len(failed)} failed, exit code {code}")
    print(f"memory MB at every 500th question: {memory}")
    print(f"{time.monotonic() - started:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of processor time")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
