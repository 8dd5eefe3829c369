"""Layers of areas: every broken, mislabelled or hostile file ends in one clear line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from support.sketch import ORIGIN, PROJECTION, lonlat

from wegeketten.errors import InputDataError
from wegeketten.files.parquet import write_columns
from wegeketten.files.shapes import read_layer
from wegeketten.places.layers import Polygons, to_city

if TYPE_CHECKING:
    from pathlib import Path

EXTENT = (*(ORIGIN - 1000).tolist(), *(ORIGIN + 1000).tolist())
Ring = list[list[float]]
SQUARE: Ring = [[0, 0], [100, 0], [100, 100], [0, 100], [0, 0]]


def ring(points: Ring) -> Ring:
    return [list(lonlat(*point)) for point in points]


def polygon(points: Ring = SQUARE) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [ring(points)]}


def geojson(path: Path, *geometries: Any, **more: Any) -> Path:
    features = [
        {"type": "Feature", "properties": {"name": f"D{row}"}, "geometry": geometry}
        for row, geometry in enumerate(geometries)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}), encoding="utf-8")
    return path


def polygons(path: Path) -> Polygons:
    return to_city(read_layer(path), PROJECTION, EXTENT)


def refused(path: Path) -> str:
    with pytest.raises(InputDataError) as caught:
        polygons(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "d.geojson"


def table(crs: int | None = 25833) -> Any:
    import geopandas

    x, y = ORIGIN.tolist()
    return geopandas.GeoDataFrame(
        {"name": ["Mitte"]}, geometry=[shapely.box(x, y, x + 100, y + 100)], crs=crs
    )


@pytest.mark.parametrize("name", ["d.gpkg", "d.shp", "d.geojson", "d.parquet"])
@pytest.mark.parametrize("crs", [25833, 4326, 3857, 31468])
def test_four_formats_in_any_crs(tmp_path: Path, name: str, crs: int) -> None:
    frame = table().to_crs(4326 if name == "d.geojson" else crs)
    (frame.to_parquet if name == "d.parquet" else frame.to_file)(tmp_path / name)
    layer = read_layer(tmp_path / name)
    assert layer.columns["name"] == ["Mitte"]
    shape = to_city(layer, PROJECTION, EXTENT).shapes[0]
    np.testing.assert_allclose(shape.bounds, [*ORIGIN, *(ORIGIN + 100)], atol=0.01)


def test_our_own_geoparquet(tmp_path: Path) -> None:
    shapes = np.array([shapely.Polygon(ring(SQUARE))])
    write_columns(tmp_path / "d.parquet", {"name": ["Mitte"]}, geometry=shapes)
    assert polygons(tmp_path / "d.parquet").shapes[0].area == pytest.approx(10_000, rel=1e-3)


def test_geojson_with_the_old_crs_member(path: Path) -> None:
    x, y = ORIGIN.tolist()
    square = {"type": "Polygon", "coordinates": [[[x + a, y + b] for a, b in SQUARE]]}
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25833"}}
    assert polygons(geojson(path, square, crs=crs)).shapes[0].area == pytest.approx(10_000)


def test_holes_parts_and_height(path: Path) -> None:
    outer, inner = ring(SQUARE), ring([[20, 20], [20, 40], [40, 40], [40, 20], [20, 20]])
    high = [[*point, 113.0] for point in ring([[200, 0], [250, 0], [250, 50], [200, 0]])]
    collection = {
        "type": "GeometryCollection",
        "geometries": [polygon(), {"type": "Point", "coordinates": outer[0]}],
    }
    found = polygons(
        geojson(path, {"type": "MultiPolygon", "coordinates": [[outer, inner], [high]]}, collection)
    )
    assert found.shapes[0].area == pytest.approx(10_000 - 400 + 1250, rel=1e-3)
    assert not found.shapes[0].has_z
    assert found.shapes[1].geom_type == "Polygon"


def test_rows_without_area_are_listed(path: Path) -> None:
    point = {"type": "Point", "coordinates": [13.74, 51.05]}
    empty = {"type": "Polygon", "coordinates": []}
    found = polygons(geojson(path, None, point, polygon(), empty))
    assert found.rows.tolist() == [2]
    assert [s.element for s in found.skipped] == ["row 1", "row 2", "row 4"]


def test_a_slightly_crossing_outline_is_repaired_and_said(path: Path) -> None:
    nearly: Ring = [[0, 0], [100, 0], [100, 100], [0, 100], [0, 1], [1, -0.5], [0, 0]]
    found = polygons(geojson(path, polygon(nearly)))
    assert found.shapes[0].is_valid
    assert any("crossed itself" in note for note in found.notes)


def test_a_bow_tie_is_refused(path: Path) -> None:
    bow: Ring = [[0, 0], [100, 100], [100, 0], [0, 100], [0, 0]]
    assert "row 1 crosses itself" in refused(geojson(path, polygon(bow)))


def test_no_area_at_all(path: Path) -> None:
    assert "no area" in refused(geojson(path, None))
    assert "no area" in refused(geojson(path))


def test_missing_crs(tmp_path: Path) -> None:
    import geopandas

    frame = table()
    frame.to_file(tmp_path / "d.shp")
    (tmp_path / "d.prj").unlink()
    assert "no coordinate reference system" in refused(tmp_path / "d.shp")
    bare = geopandas.GeoDataFrame({"name": ["Mitte"]}, geometry=list(frame.geometry))
    bare.to_parquet(tmp_path / "d.parquet")
    assert "no coordinate reference system" in refused(tmp_path / "d.parquet")


def test_metres_labelled_as_degrees(path: Path) -> None:
    x, y = ORIGIN.tolist()
    square = {"type": "Polygon", "coordinates": [[[x + a, y + b] for a, b in SQUARE]]}
    assert "meant EPSG:25833?" in refused(geojson(path, square))


def test_another_metric_crs_than_stated(path: Path) -> None:
    x, y = ORIGIN.tolist()
    square = {"type": "Polygon", "coordinates": [[[x + a, y + b] for a, b in SQUARE]]}
    crs = {"type": "name", "properties": {"name": "EPSG:25832"}}
    assert "fit EPSG:25833" in refused(geojson(path, square, crs=crs))


def test_latitude_first(path: Path) -> None:
    around: Ring = [
        [-2000, -2000],
        [2000, -2000],
        [2000, 2000],
        [-2000, 2000],
        [-2000, -2000],
    ]  # the whole city
    for square in (SQUARE, around):
        swapped = {"type": "Polygon", "coordinates": [[point[::-1] for point in ring(square)]]}
        assert "swapped" in refused(geojson(path, swapped))


def test_another_city(path: Path) -> None:
    assert "km away" in refused(geojson(path, polygon([[x + 80_000, y] for x, y in SQUARE])))


def test_round_the_world(path: Path) -> None:
    wide = {"type": "Polygon", "coordinates": [[[-179, 0], [179, 0], [179, 60], [-179, 0]]]}
    assert "180th meridian" in refused(geojson(path, wide))


def test_coordinates_that_are_no_numbers(path: Path) -> None:
    text = geojson(path, polygon()).read_text(encoding="utf-8")
    path.write_text(text.replace(str(lonlat(100, 100)[0]), "NaN"), encoding="utf-8")
    assert "feature 1" in refused(path)
    with np.errstate(invalid="ignore"):
        broken = shapely.Polygon([(13.7, 51.0), (float("nan"), 51.1), (13.8, 51.1)])
    shapes = np.array([shapely.Polygon(ring(SQUARE)), broken])
    write_columns(path.with_suffix(".parquet"), {"name": ["a", "b"]}, geometry=shapes)
    assert "row 2" in refused(path.with_suffix(".parquet"))


def test_virtual_files_are_refused_under_any_name(tmp_path: Path) -> None:
    secret = geojson(tmp_path / "secret.geojson", polygon())
    layer = f"<OGRVRTLayer name='x'><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>"
    text = f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>"
    for name in ("d.geojson", "d.gpkg", "d.vrt", "d.shp"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert "VRT" in refused(tmp_path / name)


@pytest.mark.parametrize("name", ["https://example.org/d.geojson", "/vsicurl/http://example.org/d.geojson"])
def test_nothing_is_fetched(name: str) -> None:
    with pytest.raises(InputDataError, match="local files"):
        read_layer(name)


def test_other_kinds(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04")
    assert "damaged archive" in refused(tmp_path / "a.zip")
    (tmp_path / "b.geojson").write_bytes(b"")
    assert "empty" in refused(tmp_path / "b.geojson")
    (tmp_path / "c.geojson").write_text("<html>404</html>", encoding="utf-8")
    assert "error page" in refused(tmp_path / "c.geojson")
    assert "cannot be read" in refused(tmp_path / "none.gpkg")
    assert "folder" in refused(tmp_path)
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"name": ["a"]}), tmp_path / "d.parquet")
    assert "no GeoParquet" in refused(tmp_path / "d.parquet")


@pytest.mark.parametrize("name", ["d.gpkg", "d.shp", "d.parquet"])
def test_cut_files(tmp_path: Path, name: str) -> None:
    frame = table()
    (frame.to_parquet if name == "d.parquet" else frame.to_file)(tmp_path / name)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: len(content) // 3])
    refused(tmp_path / name)


def test_several_layers(tmp_path: Path) -> None:
    table().to_file(tmp_path / "d.gpkg", layer="a")
    table().to_file(tmp_path / "d.gpkg", layer="b")
    assert "(a, b)" in refused(tmp_path / "d.gpkg")


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "d.geojson"
    path.write_bytes(content)
    refused(path)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "features", "geometry", "coordinates", "properties", "crs", "name"]),
            inner,
        )
    ),
    max_leaves=20,
)


@given(json_values, st.sampled_from(["FeatureCollection", "Feature", "Polygon", "MultiPolygon", "Topology"]))
@settings(max_examples=200, deadline=None)
def test_any_json(tmp_path_factory: pytest.TempPathFactory, value: Any, kind: str) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "d.geojson"
    document = {**value, "type": kind} if isinstance(value, dict) else {"type": kind, "features": value}
    path.write_text(json.dumps(document), encoding="utf-8")
    refused(path)
