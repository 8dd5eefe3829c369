"""A country's census in a town: time and memory of every format, at three numbers of rows.

    python benchmarks/census.py [--rows 300000,3000000] [--only fgb,csv] [--folder DIR]

Writes cells of 100 m of a whole country (a seventh of them inhabited, all around one town), has the people of
one town read out of each file, in a process of its own, and prints processor seconds and the most memory that
it and the process apart held. All formats must put the same people on the homes. Not one of
``python benchmarks``: the files take up to 1 GB each.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.processes import peak_of, run

TOWN_XY = (4_549_000, 3_280_000)  # EPSG:3035, Berlin
WEST, SOUTH, ACROSS, UP = 4_030_000, 2_680_000, 6_400, 8_700
AROUND = 60  # cells around the town that are all inhabited
SEED = 7

READ = """
import sys, numpy as np
from pathlib import Path
from wegeketten.osm.projection import Projection
from wegeketten.people.homes import Homes
from wegeketten.people.population import weigh_homes
rng = np.random.default_rng(1)
town = np.array({town})
homes = Projection(25833).to_xy(Projection(3035).to_lonlat(town + rng.uniform(-2000, 2000, (1000, 2))))
unknown = np.full(1000, np.nan)
ids = np.array([f"n{{i}}" for i in range(1000)], dtype=object)
homes = Homes(dict(home_id=ids, x=homes[:, 0], y=homes[:, 1],
    weight=np.ones(1000), flats=unknown, floor_area_m2=unknown, inhabited=np.ones(1000, dtype=bool)))
weighed = weigh_homes(homes, Path({path!r}), Projection(25833))
print(float(weighed.columns["weight"].sum()), file=open({answer!r}, "w"))
"""


def cells(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """South-west corners in EPSG:3035, and people of each cell."""
    random = np.random.default_rng(SEED)
    far = random.choice(ACROSS * UP, rows, replace=False)
    column, row = (TOWN_XY[0] - WEST) // 100, (TOWN_XY[1] - SOUTH) // 100
    reach = np.arange(-AROUND, AROUND)
    near = np.add.outer((row + reach) * ACROSS, column + reach).ravel()
    which = np.setdiff1d(far, near)[: rows - len(near)]
    which = np.sort(np.concatenate((near, which)))
    xy = np.column_stack((WEST + which % ACROSS * 100, SOUTH + which // ACROSS * 100))
    return xy, which * 2_654_435_761 % 77 + 3


def write(folder: Path, rows: int, wanted: list[str]) -> dict[str, Path]:
    """The census in the formats that are wanted."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    import pyogrio
    import pyproj
    from pyarrow import csv

    xy, people = cells(rows)
    ids = pa.array([f"CRS3035RES100mN{y}E{x}" for x, y in xy.tolist()])
    table = pa.table(
        {"GITTER_ID_100m": ids, "x_mp_100m": xy[:, 0] + 50, "y_mp_100m": xy[:, 1] + 50, "Einwohner": people}
    )
    files = {name: folder / f"{rows}-{name}" for name in FORMATS if name in wanted}
    if "plain.parquet" in files:
        pq.write_table(table, files["plain.parquet"])
    if "plain.csv" in files:
        csv.write_csv(table, files["plain.csv"], csv.WriteOptions(delimiter=";", quoting_style="none"))
    corners = xy.astype(float)
    shapes = shapely.to_wkb(shapely.box(*corners.T, *(corners + 100).T))
    for name, cover in (("geo.parquet", False), ("geo-bbox.parquet", True)):
        if name not in files:
            continue
        about = {"encoding": "WKB", "geometry_types": ["Polygon"], "crs": pyproj.CRS(3035).to_json_dict()}
        columns = {"GITTER_ID_100m": ids, "Einwohner": people, "geometry": pa.array(shapes, pa.binary())}
        if cover:
            sides = ("xmin", "ymin", "xmax", "ymax")
            about["covering"] = {"bbox": {side: ["bbox", side] for side in sides}}
            values = (*corners.T, *(corners + 100).T)
            columns["bbox"] = pa.StructArray.from_arrays([pa.array(each) for each in values], sides)
        geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": about}}
        noted = pa.table(columns).replace_schema_metadata({b"geo": json.dumps(geo).encode()})
        pq.write_table(noted, files[name], row_group_size=1 << 16 if cover else 1 << 20)
    for name, driver, options in (
        ("tree.fgb", "FlatGeobuf", {}), ("plain.fgb", "FlatGeobuf", {"SPATIAL_INDEX": "NO"}),
        ("tree.gpkg", "GPKG", {}), ("features.geojson", "GeoJSON", {"RFC7946": "NO"}),
    ):  # fmt: skip
        if name in files:
            pyogrio.raw.write(
                files[name], shapes, field_data=[np.array(ids.to_pylist(), dtype=object), people],
                fields=["GITTER_ID_100m", "Einwohner"], geometry_type="Polygon", crs="EPSG:3035",
                driver=driver, **options,
            )  # fmt: skip
    return files


FORMATS = (
    "plain.csv", "plain.parquet", "geo.parquet", "geo-bbox.parquet", "tree.fgb", "plain.fgb", "tree.gpkg",
    "features.geojson",
)  # fmt: skip


def main() -> int:
    """Write, read, print a table; 1 where two formats disagree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="300000,3000000")
    parser.add_argument("--only", default=",".join(FORMATS))
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    answers: set[tuple[int, str]] = set()
    print("| file | rows | MB | processor s | most memory, MB |\n|---|--:|--:|--:|--:|", flush=True)
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        for rows in map(int, given.rows.split(",")):
            for each in given.only.split(","):
                (path,) = write(Path(name), rows, [each]).values()
                answer = Path(name) / "answer"
                command = [
                    sys.executable, "-c",
                    READ.format(town=list(TOWN_XY), path=str(path), answer=str(answer)),
                ]  # fmt: skip
                took, peak = run(command), peak_of(command)
                answers.add((rows, answer.read_text()))
                size = path.stat().st_size / 1e6
                print(f"| {each} | {rows} | {size:.0f} | {took.cpu_s:.1f} | {peak:.0f} |", flush=True)
                path.unlink()
    numbers: dict[int, list[str]] = {}
    for rows, people in sorted(answers):
        numbers.setdefault(rows, []).append(people.strip())
    print(f"\npeople on homes: {numbers}")
    return int(any(len(each) > 1 for each in numbers.values()))


if __name__ == "__main__":
    sys.exit(main())
