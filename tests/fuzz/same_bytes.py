"""Run every command that writes twice, in two folders and two processes: the files must be the same, byte by byte.

By hand, from the checkout: ``python tests/fuzz/same_bytes.py [--only export,scan]``. The two processes have other
seeds for Python's hashes and other zones of time, and begin at different seconds. The language is the same: texts follow it.
"""

# ruff: noqa: E501  # run by hand

from __future__ import annotations

import argparse
import filecmp
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parents[1])]

from fuzz import faults
from fuzz.faults import Bench

LOGS = (".log", ".run.json", "ledger/digests.json")
"""Files that say how a run went, not what came out of it."""

WORLDS = (
    {"PYTHONHASHSEED": "1", "TZ": "Europe/Berlin", "LANG": "C.UTF-8"},
    {"PYTHONHASHSEED": "2", "TZ": "Pacific/Auckland", "LANG": "C.UTF-8"},
)

faults.PATIENCE_S = 900  # a machine may be busy, and the first run of a command compiles

MORE = {
    "scan-worlds": "scan city --worlds 3 -o OUT",
    "route-gpx": "route city --from {start} --to {goal} --profile walker -o OUT.gpx",
    "route-transit": "route city --from {start} --to {goal} --profile walker --transit --at 2026-03-03T08:00 -o OUT.json",
    "plan-worlds": "plan city --profile wheelchair --budget 20000 --worlds 2 -o OUT",
    "survey-all": "survey city --profile wheelchair --profile rollator -n 8 -o OUT",
    "peers": "peers city --preset otp -o OUT",
    "isochrone-worlds": "isochrone city --from {start} --profile walker --minutes 5,10 -o OUT.gpkg",
    "cut": "cut town.osm.pbf --areas areas.geojson -o OUT",
    "batch": "batch list.csv --run scan --run needs --workers 2 -o OUT",
    "masterplan-pdf": "masterplan city -o OUT --lang de --budget 20000",
    "report-sites": "report city -o OUT.html --lang de --sites site",
    "compare-measures": "compare city --measures plan/measures.csv --service pharmacy -o OUT",
    "map-plan": "map city -o OUT.html --plan plan",
    "ride-back": "ride city --service pharmacy --window 3 --back --profile walker --at 2026-03-03T08:00 -o OUT",
    **{f"export-{name}": f"export city --format {name} -o OUT.{end}" for name, end in (
        ("osw", "zip"), ("networkx", "graphml"), ("geojson", "geojson"), ("gpkg", "gpkg"), ("geoparquet", "parquet"), ("qgis", "d"),
    )},
    **{f"export-{name}": f"export city --format {name} --survey survey/survey.csv -o OUT.{end}" for name, end in (("maproulette", "geojson"), ("josm", "html"))},
}  # fmt: skip
"""Further commands; OUT is the result's place."""

FIRST = (
    "plan city --profile wheelchair --budget 20000 -o plan", "survey city --profile wheelchair -n 8 -o survey",
    "site city --service pharmacy --add 1 --candidates spots.csv --profile walker -o site",
)  # fmt: skip


def make(folder: Path, wanted: list[str]) -> dict[str, tuple[int, str]]:
    """Run the commands in a folder; how each ended."""
    bench = Bench(folder)
    _further_inputs(folder)
    for words in FIRST:
        ended = bench.wait(bench.start(words))
        if ended.code:
            print(f"{words}: {ended}", file=sys.stderr)
    lat_lon = {
        name: words.split("--from ")[1].split()[0]
        for name, words in (("start", bench.commands["isochrone"].old),)
    }
    goal = bench.commands["route"].old.split("--to ")[1].split()[0]
    lines = {
        name: command.old.replace("OUT", f"made-{name}/{command.out}")
        for name, command in bench.commands.items()
    }
    lines |= {
        name: words.replace("OUT", f"made-{name}/r").format(goal=goal, **lat_lon)
        for name, words in MORE.items()
    }
    told = {}
    for name, words in lines.items():
        if wanted and not any(each in name for each in wanted):
            continue
        (folder / f"made-{name}").mkdir()
        ended = bench.wait(bench.start(words))
        told[name] = (ended.code, ended.said[-300:])
    return told


def _further_inputs(folder: Path) -> None:
    import osmium

    with osmium.SimpleWriter(str(folder / "town.osm.pbf"), overwrite=True) as writer:
        for thing in osmium.FileProcessor(str(folder / "town.osm")):
            writer.add(thing)
    ring = [[13.739, 51.048], [13.742, 51.048], [13.742, 51.051], [13.739, 51.051], [13.739, 51.048]]
    feature = {
        "type": "Feature", "properties": {"AGS": "14612000", "GEN": "Dresden"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }  # fmt: skip
    areas = {"type": "FeatureCollection", "features": [feature]}
    (folder / "areas.geojson").write_text(json.dumps(areas), encoding="utf-8")
    (folder / "list.csv").write_text("city;extract\nanna;town.osm\nbert;town.osm.pbf\n", encoding="utf-8")


def differences(one: Path, other: Path) -> list[str]:
    """Files below two folders that are not the same."""
    sides = [
        {str(path.relative_to(side)) for path in side.rglob("*") if path.is_file()} for side in (one, other)
    ]
    found = [f"only in one: {name}" for name in sorted(sides[0] ^ sides[1])]
    return found + [
        f"differs: {name}"
        for name in sorted(sides[0] & sides[1])
        if not name.endswith(LOGS) and not filecmp.cmp(one / name, other / name, shallow=False)
    ]


def main() -> int:
    """Run from the command line; 1 where a file differs or a command failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--make", type=Path)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    wanted = [each for each in given.only.split(",") if each]
    if given.make:
        print(json.dumps(make(given.make, wanted)))
        return 0
    room = given.keep or Path(tempfile.mkdtemp(prefix="same-"))
    told = []
    for number, world in enumerate(WORLDS):
        folder = room / f"world-{number}"
        folder.mkdir(parents=True)
        words = [sys.executable, __file__, "--make", str(folder), "--only", given.only]
        done = subprocess.run(words, env={**os.environ, **world}, stdout=subprocess.PIPE, check=True)
        told.append(json.loads(done.stdout))
    failed = 0
    for name, (code, said) in told[0].items():
        found = differences(room / "world-0" / f"made-{name}", room / "world-1" / f"made-{name}")
        files = sum(path.is_file() for path in (room / "world-0" / f"made-{name}").rglob("*"))
        wrong = code or told[1][name][0] or not files
        failed += bool(found or wrong)
        print(
            f"{name}: {files} files"
            + (f", exit {code}: {said}" if wrong else "")
            + (f" {found[:8]}" if found else "")
        )
    found = differences(room / "world-0" / "city", room / "world-1" / "city")
    print(f"build: {found or 'the same'}")
    return int(bool(failed or found))


if __name__ == "__main__":
    sys.exit(main())
