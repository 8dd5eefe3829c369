"""How long the web service takes for one question: routes, reach areas, a changed barrier.

``python -m benchmarks.serve CITY``: processor milliseconds in this process (searching, drawing and writing
the JSON; no network), for random pairs of homes up to 3 km apart and random barriers; wall time beside.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import TYPE_CHECKING, Any

import numpy as np

import wegeketten as wk
from wegeketten.errors import WegekettenError
from wegeketten.model.edges import Kind
from wegeketten.serve.desk import Desk
from wegeketten.serve.directions import directions
from wegeketten.serve.fields import Fields
from wegeketten.serve.reach_areas import isochrones
from wegeketten.serve.what_if import what_if

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = 23
FARTHEST_M = 3000.0


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("city")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--profile", default="wheelchair")
    options = parser.parse_args()
    city = wk.open(options.city)
    started = time.process_time()
    desk = Desk.of(city, [options.profile])
    desk.warm_up()
    print(f"{city.meta['counts']['homes']} homes, {len(city.edges)} edges, {options.profile}")
    print(f"warm-up {time.process_time() - started:.1f} s of processor time")
    rng = np.random.default_rng(SEED)
    homes = city.homes
    barriers = np.flatnonzero(city.edges["kind"] >= int(Kind.kerb))
    ids = city.edges.ids(barriers)

    def point(row: int) -> list[float]:
        return [float(homes["lon"][row]), float(homes["lat"][row])]

    def pair() -> list[list[float]]:
        one = int(rng.integers(len(homes["x"])))
        far = np.hypot(homes["x"] - homes["x"][one], homes["y"] - homes["y"][one])
        return [point(one), point(int(rng.choice(np.flatnonzero(far <= FARTHEST_M))))]

    def route() -> Callable[[], Any]:
        fields = Fields({"coordinates": pair(), "elevation": True}, 2000)
        return lambda: directions(desk, options.profile, fields, "geojson")

    def area() -> Callable[[], Any]:
        fields = Fields({"locations": [pair()[0]], "range": [900]}, 3000)
        return lambda: isochrones(desk, options.profile, fields)

    def rich() -> Callable[[], Any]:
        wish = {"extra_info": ["surface", "steepness", "waytype", "waycategory"], "maneuvers": True}
        fields = Fields({"coordinates": pair(), "elevation": True, **wish}, 2000)
        return lambda: directions(desk, options.profile, fields, "geojson")

    def others() -> Callable[[], Any]:
        fields = Fields({"coordinates": pair(), "alternative_routes": {"target_count": 3}}, 2000)
        return lambda: directions(desk, options.profile, fields, "geojson")

    def around() -> Callable[[], Any]:
        width = {"restrictions": {"minimum_width": float(rng.uniform(0.5, 1.5))}}
        wish = {"avoid_features": ["steps"], "profile_params": width}
        fields = Fields({"coordinates": pair(), "options": wish, "preference": "shortest"}, 2000)
        return lambda: directions(desk, options.profile, fields, "geojson")

    def ring() -> Callable[[], Any]:
        fields = Fields({"locations": [pair()[0]], "range": [1000], "range_type": "distance"}, 3000)
        return lambda: isochrones(desk, options.profile, fields)

    def change() -> Callable[[], Any]:
        fields = Fields({"edits": [{"barrier": ids[int(rng.integers(len(ids)))]}]}, 9000)
        return lambda: what_if(desk, options.profile, fields, "json")

    def site() -> Callable[[], Any]:
        row = int(rng.integers(len(city.edges)))
        name = city.edges.ids(np.array([row]))[0]
        fields = Fields({"edits": [{"barrier": name, "closed": True}]}, 9000)
        return lambda: what_if(desk, options.profile, fields, "json")

    for name, make in (
        ("route", route),
        ("with extra info", rich),
        ("three routes", others),
        ("other limits", around),
        ("area of 15 min", area),
        ("area of 1 km", ring),
        ("barrier mended", change),
        ("way closed", site),
    ):
        _measure(name, make, options.count)


def _measure(name: str, make: Callable[[], Callable[[], Any]], count: int) -> None:
    cpu, wall, none = [], [], 0
    for _ in range(count):
        ask = make()
        before = time.process_time(), time.perf_counter()
        try:
            json.dumps(ask())
        except WegekettenError:
            none += 1
        cpu.append(1000 * (time.process_time() - before[0]))
        wall.append(1000 * (time.perf_counter() - before[1]))
    told = " ".join(f"{value:7.1f}" for value in np.percentile(cpu, [50, 95, 100]))
    slow = np.percentile(wall, 95)
    print(f"{name:16} processor ms p50 p95 max {told}   wall p95 {slow:7.1f}   refused {none}")


if __name__ == "__main__":
    main()
