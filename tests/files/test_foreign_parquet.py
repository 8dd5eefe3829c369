"""Files of a whole country: a window of them in every format; Parquet never in our own process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest
import shapely
from support.sketch import ORIGIN, PROJECTION

from wegeketten.errors import InputDataError
from wegeketten.files import foreign_parquet, shapes
from wegeketten.files.bounds import BOUNDS
from wegeketten.files.foreign_parquet import describe, geometry_of, in_box
from wegeketten.people.homes import Homes
from wegeketten.people.population import weigh_homes

if TYPE_CHECKING:
    from pathlib import Path

SIDE = 40
"""Cells of 1 km in each direction, the town in one of the corners."""


def homes() -> Homes:
    xy = ORIGIN + np.array([[500.0, 500.0], [1500.0, 500.0]])
    unknown = np.full(2, np.nan)
    return Homes(
        {
            "home_id": np.array(["n1", "n2"], dtype=object), "x": xy[:, 0], "y": xy[:, 1],
            "weight": np.ones(2), "flats": unknown,
            "floor_area_m2": unknown, "inhabited": np.array([True, True]),
        }
    )  # fmt: skip


def country(path: Path, *, cover: bool = False, twisted: int | None = None) -> Path:
    """A country of SIDE² cells, cell n with n people; `twisted` is one that crosses itself."""
    x, y = (each.ravel() for each in np.meshgrid(np.arange(SIDE) * 1000.0, np.arange(SIDE) * 1000.0))
    low, high = np.column_stack((x, y)) + ORIGIN, np.column_stack((x, y)) + ORIGIN + 1000
    cells = shapely.box(*low.T, *high.T)
    if twisted is not None:
        (a, b), (c, d) = low[twisted], high[twisted]
        cells[twisted] = shapely.Polygon([(a, b), (c, d), (c, b), (a, d)])
    binary, people = shapely.to_wkb(cells), np.arange(len(cells))
    if path.suffix == ".parquet":
        about: dict[str, Any] = {
            "encoding": "WKB", "geometry_types": ["Polygon"], "crs": pyproj.CRS(25833).to_json_dict(),
        }  # fmt: skip
        columns = {"Einwohner": pa.array(people), "geometry": pa.array(binary, pa.binary())}
        if cover:
            sides = ("xmin", "ymin", "xmax", "ymax")
            about["covering"] = {"bbox": {side: ["bbox", side] for side in sides}}
            values = [pa.array(each) for each in (*low.T, *high.T)]
            columns["bbox"] = pa.StructArray.from_arrays(values, sides)
        geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": about}}
        table = pa.table(columns).replace_schema_metadata({b"geo": json.dumps(geo).encode()})
        pq.write_table(table, path, row_group_size=100)
    else:
        driver = {".fgb": "FlatGeobuf", ".gpkg": "GPKG", ".geojson": "GeoJSON", ".shp": "ESRI Shapefile"}
        pyogrio.raw.write(
            path, binary, field_data=[people], fields=["Einwohner"], geometry_type="Polygon",
            crs="EPSG:25833", driver=driver[path.suffix],
        )  # fmt: skip
    return path


@pytest.mark.parametrize("name", ["plain.parquet", "cover.parquet", "d.fgb", "d.gpkg", "d.geojson", "d.shp"])
def test_of_a_country_only_the_window_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(shapes, "_MANY", 100)
    monkeypatch.setattr(shapes, "_LARGE_BYTES", 1000)
    path = country(tmp_path / name, cover=name.startswith("cover"))
    weighed = weigh_homes(homes(), path, PROJECTION)
    assert weighed.columns["weight"].tolist() == [0.0, 1.0]
    read = next(note for note in weighed.notes if "lie around the city and are read" in note)
    kept = int(read.split(": ")[1].split()[0])
    assert read.endswith(f"of {SIDE**2} shapes lie around the city and are read")
    assert 12 * 11 <= kept <= 14 * 13  # 10 km beyond the homes, in two directions only


@pytest.mark.parametrize("name", ["plain.parquet", "cover.parquet", "d.fgb", "d.gpkg"])
def test_rows_are_counted_as_in_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(shapes, "_MANY", 100)
    path = country(tmp_path / name, cover=name.startswith("cover"), twisted=5 * SIDE + 3)
    told = 5 * SIDE + 3 + 1
    if name == "d.fgb":  # its index sorts the rows
        told = 1 + pyogrio.raw.read(path)[3][0].tolist().index(told - 1)
    with pytest.raises(InputDataError, match=f"row {told} crosses itself"):
        weigh_homes(homes(), path, PROJECTION)


def test_row_groups_elsewhere_are_not_read(tmp_path: Path) -> None:
    path = country(tmp_path / "c.parquet", cover=True)
    about = describe(path)
    geometry = geometry_of(path, about)
    east, north = ORIGIN.tolist()
    box = (east + 10, north + 20_010, east + 20, north + 20_020)
    with pq.ParquetFile(path) as file:
        groups, starts = foreign_parquet._groups(file, geometry, box)
    assert (groups, starts) == ([8], [800])
    found = in_box(path, geometry, about.columns, box, 10)
    assert found is not None
    assert found[2].tolist() == [800]
    assert found[1].to_pydict() == {"Einwohner": [800]}


def test_parquet_is_read_in_a_process_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a damaged file does to the library happens to that process."""
    shaped = country(tmp_path / "d.parquet")
    lon, lat = PROJECTION.to_lonlat(ORIGIN + np.array([500.0, 500.0]))[0].tolist()
    pq.write_table(pa.table({"lon": [lon], "lat": [lat], "Einwohner": [7]}), tmp_path / "p.parquet")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("in our own process")

    monkeypatch.setattr(pq, "ParquetFile", refuse)
    monkeypatch.setattr(pq, "read_schema", refuse)
    monkeypatch.setattr(pq, "read_table", refuse)
    assert weigh_homes(homes(), shaped, PROJECTION).columns["weight"].tolist() == [0.0, 1.0]
    assert weigh_homes(homes(), tmp_path / "p.parquet", PROJECTION).columns["weight"].sum() == 7


@pytest.mark.parametrize("geo", ["{", "[]", '{"primary_column": "x"}', '{"columns": []}'])
def test_what_is_no_geoparquet_is_said(tmp_path: Path, geo: str) -> None:
    path = tmp_path / "d.parquet"
    pq.write_table(pa.table({"a": [1]}).replace_schema_metadata({b"geo": geo.encode()}), path)
    with pytest.raises(InputDataError, match="no GeoParquet"):
        shapes.read_layer(path)


def test_a_shapefile_of_the_time_of_dos_keeps_its_umlauts(tmp_path: Path) -> None:
    pyogrio.raw.write(
        tmp_path / "d.shp", shapely.to_wkb(np.array([shapely.box(0, 0, 9, 9)])),
        field_data=[np.array(["Süd, Äußere Höhe"], dtype=object)], fields=["name"], geometry_type="Polygon",
        crs="EPSG:25833", driver="ESRI Shapefile", encoding="CP850",
    )  # fmt: skip
    (tmp_path / "d.cpg").unlink()
    assert shapes.read_layer(tmp_path / "d.shp").columns["name"] == ["Süd, Äußere Höhe"]


def test_too_many_shapes_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BOUNDS, "shapes", BOUNDS["shapes"]._replace(most=1000))
    for name in ("d.fgb", "d.parquet"):
        with pytest.raises(InputDataError, match="more than 1000 shapes; cut it"):
            shapes.read_layer(country(tmp_path / name))
