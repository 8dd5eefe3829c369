"""Many cities: `cut` against osmium and a bare read, `batch` against a plain loop over the same towns.

    python -m benchmarks.country cut EXTRACT [--areas 25] [--radius 0.18] [--once] [--loop] [--osmium 25]
    python -m benchmarks.country batch EXTRACT… [--towns 400] [--side 200] [--pairs 3]
    python -m benchmarks.country queries DATASET [--towns 400]

Towns are pieces of the extracts around buildings, 200 m wide: overhead shows where there is little work.
Processor seconds, those of child processes included.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely

STEPS = "scan --profile rollator"
MARGIN_M = 500.0
_LOOP = """
import csv, gc, sys
from pathlib import Path
from wegeketten.batches.publish import publish
from wegeketten.cli import app
from wegeketten.command.exits import run_to_the_end

gc.set_threshold(100_000, 20, 50)
listing, out = map(Path, sys.argv[1:3])

def run(*words):
    sys.argv = ["wegeketten", *map(str, words)]
    return run_to_the_end(app)

for row in csv.DictReader(listing.open(encoding="utf-8")):
    city = out / row["city"]
    if run("build", listing.parent / row["extract"], "-o", city / "build", "--processes", "1"):
        continue
    run("scan", city / "build", "-o", city / "scan", "--profile", "rollator")
    publish(str(city / "build"), str(city / "scan"), str(out / "set"), row["city"], row["name"], "key")
"""
_QUERIES = {
    "twenty cities with the fewest people near groceries": """
        SELECT name, share_likely FROM 'SET/overview.parquet'
        WHERE profile = 'PROFILE' AND service = 'groceries' ORDER BY share_likely, name LIMIT 20""",
    "twenty districts of the country with the most people far from a pharmacy": """
        SELECT city, district, weight * (1 - share_likely) AS far
        FROM read_parquet('SET/districts/*/*.parquet', hive_partitioning = true, hive_types_autocast = false)
        WHERE profile = 'PROFILE' AND service = 'pharmacy' ORDER BY far DESC, city, district LIMIT 20""",
    "share of the country's people by service": """
        SELECT service, sum(weight * share_likely) / sum(weight) AS likely
        FROM read_parquet('SET/districts/*/*.parquet', hive_partitioning = true, hive_types_autocast = false)
        WHERE profile = 'PROFILE' GROUP BY service ORDER BY service""",
    "median minutes to the pharmacy, city by city, of all homes": """
        SELECT city, count(*), median(likely_s) / 60
        FROM read_parquet('SET/homes/*/profile=PROFILE/*.parquet', hive_partitioning = true,
                          hive_types_autocast = false)
        WHERE service = 'pharmacy' GROUP BY city ORDER BY city""",
}


def processor_seconds() -> float:
    """Of this process and its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def measured(words: list[str]) -> tuple[float, float]:
    """Processor and wall seconds of a command."""
    one = dict.fromkeys(("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    before, start = processor_seconds(), time.perf_counter()
    subprocess.run(
        words, check=False, env={**os.environ, **one}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    return processor_seconds() - before, time.perf_counter() - start


def measured_together(*commands: list[str]) -> list[float]:
    """Processor seconds of commands that run at the same time, so that noise disturbs them alike."""
    one = dict.fromkeys(("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    running = [
        subprocess.Popen(
            words, env={**os.environ, **one}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for words in commands
    ]
    used = [os.wait4(each.pid, 0)[2] for each in running]
    return [each.ru_utime + each.ru_stime for each in used]


def write_areas(path: Path, shapes: list[shapely.Polygon], prefix: str) -> None:
    """A file of areas with ids."""
    features = [
        {
            "type": "Feature",
            "properties": {"id": f"{prefix}{number:03d}", "name": f"{prefix} {number}"},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for number, shape in enumerate(shapes)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")


def box_of(extract: Path) -> tuple[float, float, float, float]:
    """Extent of an extract's nodes, stray ones left out."""
    from wegeketten.cutting.blobs import read_blocks
    from wegeketten.cutting.blocks import UNITS, Block

    found = []
    for _, data in read_blocks(extract):
        nodes = Block(data).nodes(places_only=True)
        if not len(nodes.ids):
            break  # ways begin here
        found.append(np.stack([nodes.lon[::50], nodes.lat[::50]], axis=1) / UNITS)
    places = np.concatenate(found)
    (west, south), (east, north) = np.percentile(places, 1, axis=0), np.percentile(places, 99, axis=0)
    return float(west), float(south), float(east), float(north)


def building_places(extract: Path) -> np.ndarray:
    """First corners of buildings, lon and lat."""
    found = [
        (way.nodes[0].location.lon, way.nodes[0].location.lat)
        for way in osmium.FileProcessor(str(extract)).with_locations()
        if way.is_way() and "building" in way.tags and way.nodes[0].location.valid()
    ]
    return np.array(found).reshape(-1, 2)


_WARM = 'cut(extract, areas, room + "/warm", margin_m=MARGIN)'
_CUT = """
import json, resource, sys, time
from wegeketten.cutting.cut import cut
extract, areas, room = sys.argv[1:]
WARM
before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
rows = cut(extract, areas, room + "/cut", margin_m=MARGIN)
after = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
                  "wall": time.perf_counter() - start, "mb": after.ru_maxrss / 1024,
                  "nodes": sum(row.nodes for row in rows),
                  "files": {row.city: row.extract for row in rows if row.extract}}))
"""


def bench_cut(
    extract: Path,
    areas: int,
    room: Path,
    radius: float,
    *,
    once: bool,
    python_loop: bool,
    against_osmium: int,
) -> None:
    """`cut` with a grid of round areas, reads that do nothing, and osmium's own extracts line by line."""
    west, south, east, north = box_of(extract)
    side = round(areas**0.5)
    across, up = (east - west) / side, (north - south) / side
    shapes = [
        shapely.Point(west + (x + 0.5) * across, south + (y + 0.5) * up).buffer(min(across, up) * radius)
        for y in range(side)
        for x in range(side)
    ]
    listed = room / "areas.geojson"
    write_areas(listed, shapes, "A")
    code = _CUT.replace("WARM", "" if once else _WARM).replace("MARGIN", str(MARGIN_M))
    words = [sys.executable, "-c", code, str(extract), str(listed), str(room)]
    told = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    print(f"{told['nodes']} nodes in {len(told['files'])} extracts")
    print(
        f"cut: {told['cpu']:.2f} s of processor time, {told['wall']:.1f} s of wall time, {told['mb']:.0f} MB"
    )
    times = 1 if once else 3
    reads = {
        "unpacking alone": min(unpacking_seconds(extract) for _ in range(times)),
        "bare read in C++ (osmium.apply, empty)": min(bare_seconds(extract) for _ in range(times)),
        "osmium fileinfo -e": measured(["osmium", "fileinfo", "-e", str(extract)])[0],
    }
    if not once:
        words = ["osmium", "cat", str(extract), "-O", "-o", str(room / "c.osm.pbf")]
        reads["osmium cat"] = measured(words)[0]
    if python_loop:
        reads["bare loop in Python (FileProcessor)"] = loop_seconds(extract)
    for name, seconds in reads.items():
        print(f"{name}: {seconds:.2f} s (cut takes {told['cpu'] / seconds:.2f} × as long)")
    if against_osmium:
        compare_with_osmium(extract, listed, room, told, against_osmium)


def bare_seconds(extract: Path) -> float:
    """Processor seconds of reading all and doing nothing with it."""
    start = time.process_time()
    with osmium.io.Reader(str(extract)) as reader:
        osmium.apply(reader, osmium.filter.EmptyTagFilter())
    return time.process_time() - start


def loop_seconds(extract: Path) -> float:
    """Processor seconds of a loop over all elements in Python."""
    start = time.process_time()
    for _ in osmium.FileProcessor(str(extract)):
        pass
    return time.process_time() - start


def unpacking_seconds(extract: Path) -> float:
    """Processor seconds of unpacking all blocks, nothing decoded."""
    from wegeketten.cutting.blobs import read_blocks

    start = time.process_time()
    for _ in read_blocks(extract):
        pass
    return time.process_time() - start


def compare_with_osmium(extract: Path, listed: Path, room: Path, told: dict[str, Any], most: int) -> None:
    """Areas with `osmium extract` in one go, timed, and its extracts against ours, element by element."""
    from wegeketten.cutting.areas import read_areas

    theirs = room / "osmium"
    theirs.mkdir(exist_ok=True)
    asked = [
        {"output": f"{area.area_id}.osm.pbf",
         "multipolygon": json.loads(shapely.to_geojson(area.outline))["coordinates"]}
        for area in read_areas(listed, margin_m=MARGIN_M)
        if area.area_id in list(told["files"])[-most:]
    ]  # fmt: skip
    config = room / "osmium.json"
    config.write_text(json.dumps({"directory": str(theirs), "extracts": asked}), encoding="utf-8")
    words = ["osmium", "extract", "-c", str(config), "-s", "complete_ways", str(extract), "--overwrite"]
    seconds = measured(words)[0]
    different = compared = 0
    for city, file in list(told["files"].items())[-most:]:
        both = [lines_of(path) for path in (theirs / f"{city}.osm.pbf", room / "cut" / file)]
        compared += len(both[0])
        different += len(set(both[0]) ^ set(both[1])) + (both[0] != both[1])
    print(f"osmium extract, {len(asked)} areas: {seconds:.1f} s; {compared} elements, {different} differ")


def lines_of(extract: Path) -> list[bytes]:
    """Elements of an extract, a line each."""
    words = ["osmium", "cat", "-f", "opl", str(extract)]
    return subprocess.run(words, capture_output=True, check=True).stdout.splitlines()


def bench_batch(extracts: list[Path], towns: int, side_m: float, room: Path, pairs: int) -> None:
    """A batch of tiny towns beside the same in a plain loop, and the batch again when it is done."""
    from wegeketten.cutting.cut import cut

    rng = np.random.default_rng(24)
    lines = ["city,name,extract"]
    for extract in extracts:
        places = building_places(extract)
        low, high = np.percentile(places, 5, axis=0), np.percentile(places, 95, axis=0)
        places = places[((places >= low) & (places <= high)).all(axis=1)]  # extracts are torn at their edges
        each = towns // len(extracts)
        chosen = places[rng.choice(len(places), each)] + rng.normal(0, 0.0002, (each, 2))
        prefix = extract.name[:4]
        wide, high = 0.0014 * side_m / 200, 0.0009 * side_m / 200
        boxes = [shapely.box(x - wide, y - high, x + wide, y + high) for x, y in chosen.tolist()]
        write_areas(room / f"{prefix}.geojson", boxes, prefix)
        rows = cut(extract, room / f"{prefix}.geojson", room / prefix, margin_m=0.0, at_once=towns)
        lines += [f"{row.city},{row.name},{prefix}/{row.extract}" for row in rows if row.extract]
    listing = room / "list.csv"
    listing.write_text("\n".join(lines) + "\n", encoding="utf-8")
    batch = [sys.executable, "-m", "wegeketten", "batch", str(listing), "--run", STEPS, "--workers", "1"]
    loop = [sys.executable, "-c", _LOOP, str(listing), str(room / "loop")]
    measured([*batch, "-o", str(room / "warm"), "--only", "1"])  # compiles
    whole = np.zeros(2)
    for pair in range(pairs):
        for old in ("loop", "set"):
            shutil.rmtree(room / old, ignore_errors=True)
        took = measured_together(loop, [*batch, "-o", str(room / "set")])
        whole += took
        print(
            f"{len(lines) - 1} towns, pair {pair + 1}:",
            f"loop {took[0]:.1f} s, batch {took[1]:.1f} s of processor time",
            f"({100 * (took[1] / took[0] - 1):+.1f} %)",
            flush=True,
        )
    print(f"overhead over all pairs: {100 * (whole[1] / whole[0] - 1):+.1f} %")
    again = [measured([*batch, "-o", str(room / "set")]) for _ in range(3)]
    print(f"a finished one again: {min(cpu for cpu, _ in again):.2f} s of processor time, ", end="")
    print(f"{min(wall for _, wall in again):.2f} s of wall time (best of {len(again)})")
    different, compared = compare_parts(room / "loop" / "set", room / "set")
    print(f"files of the dataset that differ from the loop's: {different} of {compared}")


def bench_queries(dataset: Path, partitions: int, room: Path, profile: str) -> None:
    """Questions to a country made of a dataset's cities, each of them many times, as links."""
    import duckdb

    cities = sorted(path.name.partition("=")[2] for path in (dataset / "districts").glob("city=*"))
    sources = {f"c{number:05d}": cities[number % len(cities)] for number in range(partitions)}
    for city, source in sources.items():
        for part in ("homes", "districts"):
            shutil.copytree(
                dataset / part / f"city={source}", room / part / f"city={city}", copy_function=os.link
            )
    write_country_overview(dataset, room, sources)
    homes = duckdb.sql(
        f"SELECT count(*) FROM read_parquet('{room}/homes/*/profile={profile}/*.parquet')"
    ).fetchall()
    print(f"{partitions} cities, {homes[0][0]} rows of homes for {profile}")
    for title, query in _QUERIES.items():
        text = query.replace("SET", str(room)).replace("PROFILE", profile)
        took = []
        for _ in range(5):
            cpu, start = processor_seconds(), time.perf_counter()
            rows = duckdb.sql(text).fetchall()
            took.append((time.perf_counter() - start, processor_seconds() - cpu))
        wall, cpu = min(took)
        print(f"{title}: {len(rows)} rows, {wall:.2f} s of wall time, {cpu:.2f} s of processor time")


def write_country_overview(dataset: Path, room: Path, sources: dict[str, str]) -> None:
    """The overview of a dataset whose cities stand in it many times."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(dataset / "overview.parquet")
    rows: dict[str, list[int]] = {}
    for row, city in enumerate(table.column("city").to_pylist()):
        rows.setdefault(city, []).append(row)
    parts = []
    for city, source in sources.items():
        part = table.take(pa.array(rows.get(source, []), pa.int64()))
        for name in ("city", "name"):
            place = part.schema.get_field_index(name)
            part = part.set_column(place, name, pa.array([city] * len(part), pa.string()))
        parts.append(part)
    pq.write_table(pa.concat_tables(parts), room / "overview.parquet", compression="zstd")


def compare_parts(one: Path, other: Path) -> tuple[int, int]:
    """Tables of two datasets: how many differ, and how many there are."""
    names = {path.relative_to(root) for root in (one, other) for path in root.glob("*/city=*/**/*.parquet")}
    same = [
        (one / name).is_file()
        and (other / name).is_file()
        and (one / name).read_bytes() == (other / name).read_bytes()
        for name in names
    ]
    return len(names) - sum(same), len(names)


def main() -> None:
    """Run one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("cut", "batch", "queries"))
    parser.add_argument("extracts", type=Path, nargs="+")
    parser.add_argument("--areas", type=int, default=25)
    parser.add_argument("--radius", type=float, default=0.18, help="of areas, as a share of their distance")
    parser.add_argument("--towns", type=int, default=400)
    parser.add_argument("--side", type=float, default=200.0, help="of towns, metres")
    parser.add_argument("--pairs", type=int, default=1, help="how often loop and batch run side by side")
    parser.add_argument(
        "--osmium", type=int, default=0, help="compare so many areas with osmium extract, which takes long"
    )
    parser.add_argument("--once", action="store_true", help="a large extract: no run to warm up, one of each")
    parser.add_argument("--loop", action="store_true", help="a loop in Python too")
    parser.add_argument("--profile", default="rollator")
    parser.add_argument("--keep", type=Path, help="folder for what is made, which then stays")
    asked = parser.parse_args()
    room = asked.keep or Path(tempfile.mkdtemp(prefix="country-"))
    room.mkdir(parents=True, exist_ok=True)
    try:
        if asked.what == "cut":
            bench_cut(
                asked.extracts[0], asked.areas, room, asked.radius,
                once=asked.once, python_loop=asked.loop, against_osmium=asked.osmium,
            )  # fmt: skip
        elif asked.what == "queries":
            bench_queries(asked.extracts[0], asked.towns, room, asked.profile)
        else:
            bench_batch(asked.extracts, asked.towns, asked.side, room, asked.pairs)
    finally:
        if asked.keep is None:
            shutil.rmtree(room, ignore_errors=True)


if __name__ == "__main__":
    main()
