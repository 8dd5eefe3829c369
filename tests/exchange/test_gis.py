"""Layers for a GIS, read back with GeoPandas and GDAL, and opened in QGIS where there is one."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest

import wegeketten as wk
from wegeketten.errors import InputDataError
from wegeketten.model.edges import Kind
from wegeketten.reach.tables import write_scan

if TYPE_CHECKING:
    from pathlib import Path

BASE = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6" generator="hand">
<node id="1" lat="51.0500" lon="13.7300"/>
<node id="2" lat="51.0500" lon="13.7320"/>
<node id="3" lat="51.0501" lon="13.7320"><tag k="barrier" v="kerb"/><tag k="kerb" v="raised"/></node>
<node id="4" lat="51.0502" lon="13.7320"/>
<node id="5" lat="51.0503" lon="13.7322"><tag k="amenity" v="pharmacy"/>
 <tag k="name" v="A &lt;b&gt; &amp; B"/></node>
<node id="6" lat="51.0499" lon="13.7301"><tag k="addr:street" v="Weg"/>
 <tag k="addr:housenumber" v="1"/></node>
<way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><tag k="highway" v="footway"/>
 <tag k="name" v="Südweg"/></way>
</osm>
"""
LAYERS = {"barriers", "places", "homes", "edges", "districts"}
OPEN_IN_QGIS = """
import json, os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from qgis.core import QgsApplication, QgsProject
application = QgsApplication([], False)
application.initQgis()
said = []
log = QgsApplication.messageLog()
log.messageReceived.connect(lambda text, tag, level: said.append([tag, int(level), text]))
project = QgsProject.instance()
read = project.read(sys.argv[1])
layers = {
    node.name(): [node.layer().isValid(), node.layer().featureCount(), node.layer().renderer().type()]
    for node in project.layerTreeRoot().findLayers()
}
print("RESULT" + json.dumps([read, project.error(), layers, said, project.crs().authid()]))
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> wk.City:
    folder = tmp_path_factory.mktemp("town")
    (folder / "town.osm").write_text(BASE, encoding="utf-8")
    return wk.build(folder / "town.osm", folder / "city")


def test_a_layer_per_table_that_has_places(city: wk.City, tmp_path: Path) -> None:
    counts = wk.export(city, tmp_path / "city.gpkg", "gpkg")
    named = {name for name, _ in pyogrio.list_layers(tmp_path / "city.gpkg").tolist()}
    assert named - {"layer_styles"} == LAYERS
    barrier = city.edges["kind"] >= Kind.kerb
    assert (counts["barriers"], counts["edges"]) == (barrier.sum(), (~barrier).sum())
    ways = gpd.read_file(tmp_path / "city.gpkg", layer="edges")
    assert ways.crs == "EPSG:4326"
    assert sorted(ways["edge_id"]) == sorted(np.array(city.edges.ids())[~barrier])
    metres = ways.to_crs(city.meta["crs"]).length
    assert metres.to_numpy() == pytest.approx(ways["length_m"].to_numpy(), abs=0.05)
    with sqlite3.connect(tmp_path / "city.gpkg") as connection:
        styled = {name for (name,) in connection.execute("select f_table_name from layer_styles")}
    assert styled == LAYERS


def test_all_formats_hold_the_same(city: wk.City, tmp_path: Path) -> None:
    wk.export(city, tmp_path / "city.gpkg", "gpkg")
    wk.export(city, tmp_path / "json", "geojson")
    wk.export(city, tmp_path / "parquet", "geoparquet")
    for name in LAYERS:
        first = gpd.read_file(tmp_path / "city.gpkg", layer=name)
        for other in (
            gpd.read_file(tmp_path / "json" / f"{name}.geojson"),
            gpd.read_parquet(tmp_path / "parquet" / f"{name}.parquet"),
        ):
            assert len(other) == len(first)
            assert other.to_crs("EPSG:4326").geometry.geom_equals_exact(first.geometry, 2e-7).all(), name
            for column in first.columns.drop("geometry"):
                if first[column].dtype.kind in "fiu":
                    assert other[column].to_numpy(float) == pytest.approx(
                        first[column].to_numpy(float), rel=1e-6, nan_ok=True
                    )
                elif first[column].dtype.kind != "b":
                    assert other[column].fillna("").astype(str).tolist() == (
                        first[column].fillna("").astype(str).tolist()
                    ), column


def test_geojson_follows_its_standard(city: wk.City, tmp_path: Path) -> None:
    wk.export(city, tmp_path / "json", "geojson")
    places = json.loads((tmp_path / "json" / "places.geojson").read_text(encoding="utf-8"))
    assert "OpenStreetMap" in places["attribution"]
    assert places["features"][0]["properties"]["name"] == "A <b> & B"
    districts = json.loads((tmp_path / "json" / "districts.geojson").read_text(encoding="utf-8"))
    for feature in districts["features"]:
        ring = np.array(feature["geometry"]["coordinates"][0])
        assert (ring[:-1, 0] * ring[1:, 1] - ring[1:, 0] * ring[:-1, 1]).sum() > 0  # counterclockwise
    text = (tmp_path / "json" / "edges.geojson").read_text(encoding="utf-8")
    assert "NaN" not in text


def test_results_are_layers_too(city: wk.City, tmp_path: Path) -> None:
    write_scan(wk.scan(city, profiles=["walker"], services=["pharmacy"]), tmp_path / "scan")
    (tmp_path / "scan" / "mine.csv").write_text("id,lat,lon,what\n1,51.05,13.73,ä\n2,,,\n", encoding="utf-8")
    counts = wk.export(tmp_path / "scan", tmp_path / "scan.gpkg", "gpkg")
    with zipfile.ZipFile(_project(tmp_path / "scan", tmp_path / "qgis", "de")) as archive:
        text = archive.read("wegeketten.qgs").decode()
    assert counts["mine"] == 1
    assert "homes" in counts
    assert "graduatedSymbol" in text  # the scan's own colours
    with pytest.raises(InputDataError, match="no table in it has places"):
        wk.export(_empty(tmp_path), tmp_path / "x.gpkg", "gpkg")


def _empty(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


def _project(source: wk.City | Path, out: Path, lang: str) -> Path:
    wk.export(source, out, "qgis", lang=lang)
    return out / "wegeketten.qgz"


@pytest.mark.parametrize(("lang", "names"), [("de", {"Hindernisse", "Wege"}), ("en", {"barriers", "ways"})])
def test_the_project_names_its_layers_and_stays_where_it_is(
    city: wk.City, tmp_path: Path, lang: str, names: set[str]
) -> None:
    with zipfile.ZipFile(_project(city, tmp_path / "qgis", lang)) as archive:
        root = ET.fromstring(archive.read("wegeketten.qgs"))
    assert names <= {str(layer.get("name")) for layer in root.iter("layer-tree-layer")}
    sources = {str(layer.findtext("datasource")) for layer in root.iter("maplayer")}
    assert sources == {f"./wegeketten.gpkg|layername={name}" for name in LAYERS}
    assert {layer.findtext("id") for layer in root.iter("maplayer")} == {
        layer.get("id") for layer in root.iter("layer-tree-layer")
    }
    assert all(layer.find("renderer-v2") is not None for layer in root.iter("maplayer"))


def _python_of_qgis() -> str:
    """A Python that has QGIS: this one, or the system's."""
    for python in (shutil.which("python3", path="/usr/bin"), shutil.which("python3")):
        if (
            python
            and not subprocess.run(
                [python, "-c", "import qgis.core"], capture_output=True, check=False
            ).returncode
        ):
            return python
    pytest.skip("QGIS is not installed")


def test_qgis_opens_the_project_without_a_word(city: wk.City, tmp_path: Path) -> None:
    python = _python_of_qgis()
    moved = tmp_path / "elsewhere"
    _project(city, tmp_path / "qgis", "de")
    shutil.move(tmp_path / "qgis", moved)  # paths are relative
    done = subprocess.run(
        [python, "-c", OPEN_IN_QGIS, str(moved / "wegeketten.qgz")],
        capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )  # fmt: skip
    found: list[Any] = json.loads(done.stdout.rpartition("RESULT")[2])
    read, error, layers, said, crs = found
    assert read
    assert (error, said, crs) == ("", [], "EPSG:4326")
    assert set(layers) == {"Hindernisse", "Angebote", "Wohnadressen", "Wege", "Stadtteile"}
    assert all(valid and count for valid, count, _ in layers.values())
    assert layers["Wege"][2] == layers["Hindernisse"][2] == "categorizedSymbol"
