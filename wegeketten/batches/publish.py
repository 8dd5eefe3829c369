"""A city's part of the dataset: homes by profile and districts, as partitions that SQL engines read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.batches.steps import PUBLISHED
from wegeketten.files.atomic import whole_folder
from wegeketten.files.csv import read_csv
from wegeketten.files.json import write_json
from wegeketten.files.parquet import to_arrow
from wegeketten.model.licence import ATTRIBUTION
from wegeketten.reach.records import EXPECTED
from wegeketten.reach.shares import Share

if TYPE_CHECKING:
    from numpy.typing import NDArray

HOMES = "_homes.json"
"""Marker of a city's homes in the dataset."""

_TEXTS = ("district", "profile", "service")
_WHOLE = ("homes", "worlds")


def publish(city: str, scan: str, dataset: str, city_id: str, name: str, key: str) -> None:
    """Put a scan into the dataset: the homes, then the districts, whose marker says that both are there.

    Parameters
    ----------
    city, scan
        Folders of the city and of its scan.
    dataset
        Folder of the dataset.
    city_id, name
        Of the city.
    key
        Of the step.

    Raises
    ------
    InputDataError
        A folder is no city or no scan.
    OutputError
        The dataset cannot be written.
    """
    from wegeketten.city import open_city

    opened = open_city(Path(city))
    homes = Path(dataset) / "homes" / f"city={city_id}"
    districts = Path(dataset) / "districts" / f"city={city_id}"
    homes.parent.mkdir(parents=True, exist_ok=True)
    districts.parent.mkdir(parents=True, exist_ok=True)
    with whole_folder(homes, marker=HOMES) as folder:
        _write_homes(Path(scan) / "homes.parquet", folder)
        write_json(folder / HOMES, {"city": city_id, "key": key, "attribution": ATTRIBUTION})
    with whole_folder(districts, marker=PUBLISHED) as folder:
        lonlat = _centre(opened.homes)
        told = {"city": city_id, "name": name, "key": key, "lon": lonlat[0], "lat": lonlat[1]}
        _write_districts(opened.districts, Path(scan) / "districts.csv", folder / "part-0.parquet")
        write_json(folder / PUBLISHED, {**told, "attribution": ATTRIBUTION})


def _centre(homes: dict[str, NDArray[Any]]) -> tuple[float | None, float | None]:
    """Middle of a city's people."""
    weight = homes["weight"].astype(np.float64)
    if not weight.sum() > 0:
        return None, None
    lon, lat = (round(float(np.average(homes[axis], weights=weight)), 6) for axis in ("lon", "lat"))
    return lon, lat


def _write_homes(scanned: Path, folder: Path) -> None:
    """One file per profile; the scan has a group of rows for each."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    with pq.ParquetFile(scanned) as file:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            for profile in pc.unique(table.column("profile")).to_pylist():
                mine = table.filter(pc.equal(table.column("profile"), pa.scalar(profile)))
                lon, lat = (np.asarray(mine.column(axis).to_numpy(), np.float64) for axis in ("lon", "lat"))
                mine = mine.drop_columns(["profile"])
                target = folder / f"profile={profile}"
                target.mkdir(exist_ok=True)
                _write_geo(target / "part-0.parquet", mine, _points(lon, lat), lon, lat, lon, lat, ["Point"])


def _points(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Any:
    """Points as well-known binary, in one column of fixed width written as bytes."""
    import pyarrow as pa
    import shapely

    return pa.array(list(np.asarray(shapely.to_wkb(shapely.points(lon, lat)), object)), pa.binary())


def _write_districts(districts: dict[str, NDArray[Any]], table: Path, target: Path) -> None:
    import pyarrow as pa
    import shapely

    rows = read_csv(table)
    number = {str(name): row for row, name in enumerate(districts["name"])}
    at = np.array([number[row["district"]] for row in rows], dtype=np.int64)
    columns: dict[str, Any] = {"district_id": to_arrow([str(districts["district_id"][row]) for row in at])}
    known = (*Share._fields, *(name for name in EXPECTED if rows and name in rows[0]))
    for name in known:
        cells = [row[name] for row in rows]
        if name in _TEXTS:
            columns[name] = to_arrow(cells)
        else:
            kind = pa.int64() if name in _WHOLE else pa.float64()
            numbers = [float(cell) if cell else None for cell in cells]
            columns[name] = pa.array(numbers, pa.float64()).cast(kind)
    shapes = districts["geometry"][at]
    west, south, east, north = shapely.bounds(shapes).reshape(-1, 4).T
    kinds = sorted({shape.geom_type for shape in shapes})
    geometry = pa.array(shapely.to_wkb(shapes).tolist(), pa.binary())
    _write_geo(target, pa.table(columns), geometry, west, south, east, north, kinds)


def _write_geo(
    path: Path,
    table: Any,
    geometry: Any,
    west: NDArray[np.float64],
    south: NDArray[np.float64],
    east: NDArray[np.float64],
    north: NDArray[np.float64],
    kinds: list[str],
) -> None:
    """GeoParquet 1.1 with a column of bounds, by which readers pass over what lies elsewhere."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    names = ("xmin", "ymin", "xmax", "ymax")
    sides = (west, south, east, north)
    bounds = pa.StructArray.from_arrays([to_arrow(side) for side in sides], names=list(names))
    table = table.append_column("geometry", geometry).append_column("bbox", bounds)
    covering = {name: ["bbox", name] for name in names}
    about = {"encoding": "WKB", "geometry_types": kinds, "covering": {"bbox": covering}}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": about}}
    note = {"geo": json.dumps(geo, sort_keys=True), "attribution": ATTRIBUTION}
    pq.write_table(table.replace_schema_metadata(note), path, compression="zstd", compression_level=1)
