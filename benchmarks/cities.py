"""The whole tool on cities of growing size, one table: processor time, memory, and how both grow.

    python benchmarks/cities.py [NAME …] [--only COMMAND …] [--once] [--peers] [--keep FOLDER] [-o FILE]

Cities are tiles of a real extract side by side, made by ``tile.py`` of the tools beside the checkout: ``bmK``
Berlin-Miraustraße, ``nbK`` Neubrandenburg, K times (``bm40`` has Dresden's size, ``nb40`` and ``bm150``
Berlin's). Without a name bm1, bm4, nb1 and nb4 are measured, which takes minutes; larger ones by hand.
`--keep` uses city folders again that lie there. Each command is a process of its own, timed from outside;
memory is that of the process tree. Growth is the slope between the smallest and the largest city of a kind,
net of the time it takes to start. With `--once` a command runs once, and its wall time is told too. With
`--peers` OSMnx and pandana do the job on the same
tiles, and OSRM where ``osrm-extract`` is installed.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))

from processes import peak_of, python, run, watched

SHARED = Path(__file__).resolve().parents[2] / "shared"
EXTRACTS = {
    "bm": ("berlin-miraustrasse_2026-07.osm.pbf", "zensus2011_100m_berlin-miraustr.csv"),
    "nb": ("neubrandenburg_2016-02.osm.bz2", "zensus2011_100m_neubrandenburg.csv"),
}
USUAL = ("bm1", "bm4", "nb1", "nb4")
MOST_GROWTH = 1.15
CHAIN = "doctor,stop"
"""Errands that both extracts have within reach of a wheelchair; without a place a plan has nothing to do."""

_PANDANA = """
import bz2, pathlib, sys, tempfile, warnings
warnings.simplefilter("ignore")
import osmium, osmnx as ox, pandana
source = {source!r}
target = str(pathlib.Path(tempfile.mkdtemp()) / "x.osm")
with osmium.SimpleWriter(target) as writer:
    for item in osmium.FileProcessor(source):
        writer.add(item)
graph = ox.graph_from_xml(target, simplify=True, retain_all=True)
nodes, edges = ox.graph_to_gdfs(graph)
edges = edges.reset_index()
network = pandana.Network(nodes["x"], nodes["y"], edges["u"], edges["v"], edges[["length"]])
for tags in ({{"shop": "supermarket"}}, {{"amenity": "pharmacy"}}, {{"amenity": "doctors"}},
             {{"highway": "bus_stop"}}, {{"amenity": "bank"}}, {{"leisure": "park"}}):
    try:
        places = ox.features_from_xml(target, tags=tags)
    except Exception:
        continue
    middle = places.geometry.representative_point()
    network.set_pois("p", 5000, 1, middle.x, middle.y)
    network.nearest_pois(5000, "p", num_pois=1)
"""

out: list[str] = []


class Figure(NamedTuple):
    """What one command took on one city."""

    cpu_s: float
    peak_mb: float
    wall_s: float | None = None


def say(line: str = "") -> None:
    print(line, flush=True)
    out.append(line)


def tiled(name: str, folder: Path) -> Path:
    """The extract of a tiled city, with its census and districts beside it; made where it is missing."""
    target = folder / f"{name}.osm.pbf"
    if not target.exists():
        extract, census = EXTRACTS[name[:2]]
        subprocess.run(
            [
                sys.executable, str(SHARED / "tools" / "tile.py"), str(SHARED / "data" / "osm" / extract),
                name[2:], str(target), "--census", str(SHARED / "data" / "population" / census),
                "--out-census", str(target.with_suffix("").with_suffix(".csv")),
                "--districts", str(target.with_suffix("").with_suffix(".geojson")),
            ],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    return target


def commands(name: str, folder: Path) -> dict[str, list[str]]:
    """What is measured, by name; ``build`` first, as the others need its city."""
    source, city = tiled(name, folder), str(folder / name)
    tool = [sys.executable, "-m", "wegeketten"]
    stem = str(folder / name)
    to = ["-o", str(folder / "out")]
    chair = ["--profile", "wheelchair"]
    three = [*chair, "--profile", "rollator", "--profile", "walker"]
    districts = json.loads(Path(f"{stem}.geojson").read_text(encoding="utf-8"))["features"]
    first = str(districts[0]["properties"]["name"])
    return {
        "build": [
            *tool, "build", str(source), "-o", city, "--population", f"{stem}.csv",
            "--districts", f"{stem}.geojson",
        ],
        "scan": [*tool, "scan", city, *to],
        "plan": [*tool, "plan", city, *chair, "--budget", "50000", *to],
        "plan, three profiles": [*tool, "plan", city, *three, "--budget", "50000", *to],
        "plan, chain and back": [
            *tool, "plan", city, *chair, "--budget", "50000", "--chain", CHAIN, "--return", *to,
        ],
        "survey, all profiles": [*tool, "survey", city, *to],
        "compare with itself": [*tool, "compare", city, city, *to],
        "chain and back, every home": [*tool, "chain", city, "--visit", CHAIN, "--return", *chair, *to],
        "map": [*tool, "map", city, "-o", str(folder / "map.html")],
        "report, one district": [
            *tool, "report", city, "--district", first, "-o", str(folder / "report.html"),
        ],
        "report, every district": [*tool, "report", city, "--each", *to],
        "masterplan": [*tool, "masterplan", city, *to],
    }  # fmt: skip


def measured(command: list[str], target: Path, *, once: bool = False) -> Figure:
    """Processor time of one run and memory of another, or both of one; results are thrown away."""
    shutil.rmtree(target, ignore_errors=True)
    if once:
        one = watched(command)
        return Figure(one.cpu_s, one.peak_mb, one.wall_s)
    cpu_s = run(command).cpu_s
    shutil.rmtree(target, ignore_errors=True)
    return Figure(cpu_s, peak_of(command))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", default=list(USUAL))
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("-o", "--out", type=Path)
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, dict[str, Figure]] = {}
    say("# Cities of growing size\n")
    say("Processor seconds / MB of the process tree; in brackets the time as a multiple of the scan's.")
    say("Behind a comma wall time, where each command ran once.\n" if options.once else "")
    for name in options.names:
        found[name] = {}
        for what, command in commands(name, folder).items():
            if what == "build" and (folder / name / "city.json").exists():
                continue
            if options.only and what.split(",")[0] not in {"build", "scan", *options.only}:
                continue
            target = folder / (name if what == "build" else "out")
            try:
                found[name][what] = measured(command, target, once=options.once)
            except RuntimeError as error:
                print(f"{name} {what}: {error}", file=sys.stderr)
        if options.peers:
            job = python(_PANDANA.format(source=str(tiled(name, folder))))
            found[name]["OSMnx + pandana, 6 services"] = measured(job, folder / "out")
            if shutil.which("osrm-extract"):
                profile = "/usr/share/osrm/profiles/foot.lua"
                job = [
                    "osrm-extract",
                    "-p",
                    profile,
                    str(tiled(name, folder)),
                    "-o",
                    str(folder / "out.osrm"),
                ]
                found[name]["OSRM extract"] = measured(job, folder / "out")
        print(name, found[name], file=sys.stderr, flush=True)
    _table(found)
    _growth(found)
    if options.out:
        options.out.write_text("\n".join(out) + "\n", encoding="utf-8")
        options.out.with_suffix(".svg").write_text(plot(found), encoding="utf-8")


def _table(found: dict[str, dict[str, Figure]]) -> None:
    names = list(found)
    say(f"| | {' | '.join(names)} |")
    say("|---" * (len(names) + 1) + "|")
    for what in dict.fromkeys(what for figures in found.values() for what in figures):
        cells = []
        for name in names:
            figure, scan = found[name].get(what), found[name].get("scan")
            ratio = f" ({figure.cpu_s / scan.cpu_s:.1f})" if figure and scan and what != "scan" else ""
            wall = f", {figure.wall_s:.0f} s" if figure and figure.wall_s is not None else ""
            cells.append(f"{figure.cpu_s:.1f} / {figure.peak_mb:.0f}{ratio}{wall}" if figure else "–")
        say(f"| {what} | {' | '.join(cells)} |")


def _growth(found: dict[str, dict[str, Figure]]) -> None:
    """Exponent of growth from the smallest to the largest city of each kind, and a bar for it."""
    start = run([sys.executable, "-m", "wegeketten", "services"]).cpu_s
    say()
    say(f"Growth as a power of the number of tiles, net of {start:.1f} s to start; at most {MOST_GROWTH}.\n")
    say("| | kind | power | |")
    say("|---|---|---|---|")
    for kind in EXTRACTS:
        sizes = sorted((int(name[2:]), name) for name in found if name.startswith(kind))
        if len(sizes) < 2:
            continue
        (few, first), (many, last) = sizes[0], sizes[-1]
        for what in found[last]:
            if what in found[first]:
                net = [max(0.01, found[name][what].cpu_s - start) for name in (first, last)]
                power = math.log(net[1] / net[0]) / math.log(many / few)
                bar = "█" * max(0, round(10 * power)) + (" over" if power > MOST_GROWTH else "")
                say(f"| {what} | {first} → {last} | {power:.2f} | {bar} |")


def plot(found: dict[str, dict[str, Figure]]) -> str:
    """Processor time against the number of tiles, both in powers of ten, one line per command and kind.

    Parameters
    ----------
    found
        Figures by city and command.

    Returns
    -------
    str
        An SVG; the grey line grows as the number of tiles does.
    """
    wide, high, edge = 760, 520, 60
    seconds = [figure.cpu_s for figures in found.values() for figure in figures.values()]
    tiles = [int(name[2:]) for name in found]
    low, top = math.log10(max(0.1, min(seconds))), math.log10(max(seconds)) + 0.05
    most = max(0.1, math.log10(max(tiles)))

    def at(count: int, took: float) -> str:
        across = edge + math.log10(count) / most * (wide - 5 * edge)
        return f"{across:.1f},{high - edge - (math.log10(took) - low) / (top - low) * (high - 2 * edge):.1f}"

    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}"'
    slope = f"{at(1, 10**low)} {at(max(tiles), 10**low * max(tiles))}"
    legend = f"1 to {max(tiles)} tiles; {10**low:.1f} to {10**top:.0f} processor seconds; grey: as the city"
    lines = [
        svg + ' font-family="sans-serif" font-size="11">',
        f'<polyline points="{slope}" stroke="#bbb" fill="none"/>',
        f'<text x="{edge}" y="{high - 20}">{legend}</text>',
    ]
    commands_ = list(dict.fromkeys(what for figures in found.values() for what in figures))
    for number, what in enumerate(commands_):
        colour = f"hsl({360 * number // len(commands_)} 70% 38%)"
        for kind, dashes in zip(EXTRACTS, ("", "5 3"), strict=True):
            points = sorted(
                (int(name[2:]), figures[what].cpu_s)
                for name, figures in found.items()
                if name.startswith(kind) and what in figures
            )
            if points:
                drawn = " ".join(at(*point) for point in points)
                lines.append(
                    f'<polyline points="{drawn}" stroke="{colour}" stroke-dasharray="{dashes}" fill="none"/>'
                )
                x, y = at(*points[-1]).split(",")
                lines.append(f'<text x="{float(x) + 5:.1f}" y="{y}" fill="{colour}">{kind} {what}</text>')
    return "\n".join([*lines, "</svg>"]) + "\n"


if __name__ == "__main__":
    main()
