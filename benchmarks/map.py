"""The council's map against folium's GeoJson and GeoDataFrame.explore, with the same data in the same run.

    python benchmarks/map.py [-o results/map.md] [--source FILE] [--homes 30000] [--patience 600]

Needs Chromium and Playwright. The city is built from the extract; homes are repeated, each copy a few metres
aside, until there are as many as asked for. All three maps draw the same homes, ways and ground. The two
others carry one profile and one service, ours carries seven and sixteen and the network to search on; their
libraries are served from memory at once, ours are inside the file and counted in its size.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import geopandas as gpd

    from wegeketten.city import City
    from wegeketten.reports.data import MapData

SOURCE = Path(__file__).resolve().parents[2] / "shared/data/osm/neubrandenburg_2016-02.osm.bz2"
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
BANDS = ("#08427a", "#2a78b8", "#b3580e", "#8f1d14", "#2b2b2b")

# Data count as visible two frames after the page's own scripts have drawn them.
WATCH = """
(() => {
  const timer = setInterval(() => {
    if (!(%s)) return;
    clearInterval(timer);
    requestAnimationFrame(() => requestAnimationFrame(() => { window.dataVisible = performance.now(); }));
  }, 10);
})();
"""
# A fixed piece of arithmetic in the same page: times as multiples of it do not depend on the machine.
STEADY = """
(() => {
  const started = performance.now();
  const values = new Float64Array(1 << 16);
  for (let round = 0; round < 400; round++) {
    for (let i = 0; i < values.length; i++) values[i] = values[i] * 0.5 + i;
  }
  return performance.now() - started;
})()
"""
PAN = """
new Promise((done) => {
  const map = %s;
  let last = performance.now();
  let worst = 0;
  let frames = 0;
  const step = (now) => {
    worst = Math.max(worst, now - last);
    last = now;
    if (frames++ === 60) return done(worst);
    map.panBy([12, 6], { animate: false });
    requestAnimationFrame(step);
  };
  requestAnimationFrame((now) => { last = now; requestAnimationFrame(step); });
})
"""


class Page(NamedTuple):
    """A map to measure: file, condition of being drawn, expression of its Leaflet map."""

    name: str
    path: Path
    build_s: float
    drawn: str
    leaflet: str
    runs: int


class Row(NamedTuple):
    """What was measured: medians of the runs; also the least time to data, for other work only adds to it."""

    name: str
    build_s: float
    size_mb: float
    packed_mb: float
    paint_s: float
    data_s: float
    least_s: float
    steady: float
    pan_ms: float
    heap_mb: float


def main() -> int:
    """Measure and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("-o", "--out", type=Path)
    arguments.add_argument("--source", type=Path, default=SOURCE)
    arguments.add_argument("--homes", type=int, default=30_000)
    arguments.add_argument("--patience", type=int, default=600, help="seconds to wait for the slowest page")
    given = arguments.parse_args()
    if not given.source.is_file() or shutil.which("chromium") is None:
        print(f"needs {given.source} and chromium; one of them is not here", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        text = _measure(given, Path(folder))
    print(text)
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(text, encoding="utf-8")
    return 0


def _measure(given: argparse.Namespace, folder: Path) -> str:
    import wegeketten as wk
    from wegeketten.reports.map import map_page, write_page
    from wegeketten.reports.map_data import gather

    city = wk.build(given.source, folder / "city")
    data = with_homes(gather(city), given.homes)
    started = time.perf_counter()
    page = write_page(map_page(data, profile="wheelchair", service="pharmacy"), folder / "wegeketten.html")
    pages = [
        Page(
            "wegeketten map",
            page,
            time.perf_counter() - started,
            "Number(document.documentElement.dataset.ready ?? 0) && document.querySelector('.leaflet-tile')",
            "wegeketten.map",
            7,
        )
    ]
    layers = frames(city, data)
    for name, make in (("folium.GeoJson", by_folium), ("GeoDataFrame.explore", by_explore)):
        started = time.perf_counter()
        made = make(layers)
        path = folder / f"{name}.html"
        made.save(str(path))
        variable = made.get_name()
        drawn = f"document.querySelectorAll('path.leaflet-interactive').length > {given.homes}"
        if name == "GeoDataFrame.explore":
            drawn = f"typeof {variable} !== 'undefined' && document.querySelector('canvas')"
        pages.append(Page(name, path, time.perf_counter() - started, drawn, variable, 1))
    rows = [row for page in pages if (row := look(page, given.patience))]
    return table(rows, data)


def with_homes(data: MapData, count: int) -> MapData:
    """The same city with its homes repeated up to a number, every copy a little aside."""
    homes, joints = data.homes, data.home_joints
    size = len(homes)
    copies = -(-count // size)
    rows = np.tile(np.arange(size), copies)[:count]
    aside = np.repeat(np.arange(copies), size)[:count] * 4e-5
    joint_rows = np.tile(np.arange(len(joints)), copies)
    owner = np.concatenate([joints.owner + copy * size for copy in range(copies)])
    kept = owner < count
    joint_rows, owner = joint_rows[kept], owner[kept]
    return replace(
        data,
        homes=replace(
            homes,
            lon=homes.lon[rows] + aside,
            lat=homes.lat[rows] + aside / 2,
            street=[homes.street[row] for row in rows.tolist()],
            housenumber=[homes.housenumber[row] for row in rows.tolist()],
            district=homes.district[rows],
            weight=homes.weight[rows],
        ),
        home_joints=replace(
            joints,
            owner=owner,
            edge=joints.edge[joint_rows],
            along=joints.along[joint_rows],
            off_m=joints.off_m[joint_rows],
        ),
        profiles=[replace(layer, home_joints=layer.home_joints[joint_rows]) for layer in data.profiles],
    )


def frames(city: City, data: MapData) -> dict[str, gpd.GeoDataFrame]:
    """Ground, ways and homes as GeoPandas users have them."""
    import geopandas as gpd
    import shapely

    import wegeketten as wk
    from wegeketten.files.parquet import read_columns

    ground = read_columns(city.path / "base.parquet")
    shapes = shapely.simplify(ground["geometry"], 1e-5)
    network, homes = data.network, data.homes
    owner = np.repeat(np.arange(len(network.u)), np.diff(network.starts))
    lines = shapely.linestrings(network.points, indices=owner)
    drawn = network.length_m > 0
    reach = wk.scan(city, profiles=["wheelchair"], services=["pharmacy"]).reach["wheelchair"]
    copies = np.tile(np.arange(len(city.homes["lon"])), -(-len(homes) // len(city.homes["lon"])))[
        : len(homes)
    ]
    times = {
        answer: np.round(reach.seconds(answer)[copies, 0] / 60, 1)
        for answer in ("sure", "likely", "possible")
    }
    return {
        "ground": gpd.GeoDataFrame({"class": ground["class"]}, geometry=shapes, crs=4326),
        "ways": gpd.GeoDataFrame({"kind": network.kind[drawn].astype(int)}, geometry=lines[drawn], crs=4326),
        "homes": gpd.GeoDataFrame(
            {
                "street": homes.street,
                "number": homes.housenumber,
                "district": homes.district.astype(int),
                **times,
            },
            geometry=shapely.points(np.round(homes.lon, 6), np.round(homes.lat, 6)),
            crs=4326,
        ),
    }


def _style(feature: dict[str, Any]) -> dict[str, Any]:
    properties = feature["properties"]
    if "class" in properties:
        fill = {"water": "#cfe3ee", "green": "#e2eedb"}.get(properties["class"], "#e6e0d8")
        return {"fillColor": fill, "color": fill, "weight": 0, "fillOpacity": 1}
    if "kind" in properties:
        return {"color": "#d5cfc4", "weight": 2}
    minutes = properties["likely"]
    band = 4 if minutes is None or np.isnan(minutes) else int(np.searchsorted([11, 22, 33], minutes))
    return {"color": BANDS[band], "fillColor": BANDS[band], "fillOpacity": 1, "weight": 1}


def by_folium(layers: dict[str, gpd.GeoDataFrame]) -> Any:
    """Three GeoJson layers with a style function and a tooltip, as the documentation shows."""
    import folium

    middle = layers["homes"].geometry.iloc[0]
    made = folium.Map([middle.y, middle.x], zoom_start=13, tiles=None)
    for name, frame in layers.items():
        options: dict[str, Any] = {"style_function": _style}
        if name == "homes":
            options["tooltip"] = folium.GeoJsonTooltip([c for c in frame.columns if c != "geometry"])
            options["marker"] = folium.CircleMarker(radius=3)
        folium.GeoJson(frame, name=name, **options).add_to(made)
    return made


def by_explore(layers: dict[str, gpd.GeoDataFrame]) -> Any:
    """The same by GeoPandas, on canvas."""
    made = None
    for name, frame in layers.items():
        options: dict[str, Any] = {"style_kwds": {"style_function": _style}, "tooltip": name == "homes"}
        if made is None:
            made = frame.explore(tiles=None, prefer_canvas=True, **options)
        else:
            frame.explore(m=made, **options)
    return made


def look(page: Page, patience: int) -> Row | None:
    """Open a page in fresh profiles and take the medians."""
    from playwright.sync_api import sync_playwright

    values: list[tuple[float, ...]] = []
    with sync_playwright() as running:
        for _ in range(page.runs):
            browser = running.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
            tab = browser.new_page(viewport={"width": 1280, "height": 800})
            tab.set_default_timeout(patience * 1000)
            tab.route(re.compile("^https?://"), _serve)
            tab.add_init_script(WATCH % page.drawn)
            tab.goto(page.path.as_uri(), timeout=patience * 1000, wait_until="commit")
            end = time.monotonic() + patience
            while not (visible := tab.evaluate("window.dataVisible")):
                if time.monotonic() > end:
                    print(f"{page.name}: nothing to see after {patience} s", file=sys.stderr)
                    browser.close()
                    return None
                time.sleep(0.05)
            paint = tab.evaluate(
                "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"
            )
            pan = tab.evaluate(PAN % page.leaflet)
            heap = tab.evaluate("performance.memory.usedJSHeapSize")
            steady = visible / tab.evaluate(STEADY)
            values.append((paint / 1000, visible / 1000, steady, pan, heap / 1e6))
            browser.close()
    paint_s, data_s, steady, pan_ms, heap_mb = (
        statistics.median(column) for column in zip(*values, strict=True)
    )
    least_s = min(value[1] for value in values)
    raw = page.path.read_bytes()
    packed = len(gzip.compress(raw, 6)) / 1e6
    return Row(
        page.name, page.build_s, len(raw) / 1e6, packed, paint_s, data_s, least_s, steady, pan_ms, heap_mb
    )


def _serve(route: Any) -> None:
    """Libraries of the other maps, without a network: Leaflet from our own copy, the rest empty."""
    from wegeketten.reports.assets import asset_text

    name = route.request.url.rsplit("/", 1)[-1]
    kind = "text/css" if name.endswith(".css") else "application/javascript"
    body = asset_text("vendor", name) if name in ("leaflet.js", "leaflet.css") else ""
    route.fulfill(status=200, content_type=kind, body=body)


def table(rows: list[Row], data: MapData) -> str:
    """The rows as Markdown, with the ratios that count."""
    ours, others = rows[0], rows[1:]
    counts = f"{len(data.homes):,} homes, {len(data.network.u):,} edges, {len(data.base.klass):,} outlines"
    lines = [
        "# The map, measured",
        "",
        f"`python benchmarks/map.py`: {counts}; {_machine()}.",
        (
            "Medians of 7 runs in fresh profiles for the first row, one run for the others; "
            "the calibration is a fixed piece of arithmetic run in the same page."
        ),
        "The first row carries 7 profiles × 16 services × 3 answers and finds ways, the others one of each.",
        "",
        (
            "| map | writing s | MB | gzip MB | first paint s | data visible s | least s | × calibration "
            "| worst pan frame ms | heap MB |"
        ),
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.name} | {row.build_s:.1f} | {row.size_mb:.2f} | {row.packed_mb:.2f} | {row.paint_s:.2f} "
        f"| {row.data_s:.2f} | {row.least_s:.2f} | {row.steady:.0f} | {row.pan_ms:.0f} | {row.heap_mb:.0f} |"
        for row in rows
    ]
    lines += [
        "",
        "| against | times faster to data (at least 10) | times smaller (at least 8) |",
        "|---|---|---|",
    ]
    lines += [
        f"| {row.name} | {row.data_s / ours.data_s:.1f} | {row.size_mb / ours.size_mb:.1f} |"
        for row in others
    ]
    return "\n".join([*lines, ""])


def _machine() -> str:
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} processors, load {load:.1f} at the end, headless Chromium 1280 × 800"


if __name__ == "__main__":
    sys.exit(main())
