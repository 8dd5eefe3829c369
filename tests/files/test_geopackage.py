"""Layers have one type of shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyogrio
import pytest
import shapely

from wegeketten.errors import OutputError
from wegeketten.files.geopackage import Layer, write_layers

if TYPE_CHECKING:
    from pathlib import Path


def test_a_layer_of_polygons_and_multipolygons_is_one_of_multipolygons(tmp_path: Path) -> None:
    one, two = (
        shapely.box(0, 0, 1, 1),
        shapely.MultiPolygon([shapely.box(2, 0, 3, 1), shapely.box(4, 0, 5, 1)]),
    )
    shapes = np.array([one, two], dtype=object)
    write_layers(tmp_path / "a.gpkg", [Layer("areas", {"n": np.array([1, 2])}, shapes)])
    assert pyogrio.read_info(tmp_path / "a.gpkg", layer="areas")["geometry_type"] == "MultiPolygon"
    read = shapely.from_wkb(pyogrio.raw.read(tmp_path / "a.gpkg", layer="areas")[2])
    assert [shape.area for shape in read] == [1.0, 2.0]


def test_what_a_full_disk_cuts_off_is_never_a_result(tmp_path: Path) -> None:
    """GDAL leaves out the index of places, or commits nothing, without a word."""
    resource = pytest.importorskip("resource")
    points = np.asarray(shapely.points(np.random.default_rng(4).uniform(0, 9, (300, 2))), dtype=object)
    layers = [Layer("one", {"a": np.arange(300.0)}, points), Layer("two", {"a": np.arange(3.0)}, points[:3])]
    write_layers(tmp_path / "whole.gpkg", layers)
    whole = (tmp_path / "whole.gpkg").read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    refused = 0
    for most in range(8192, len(whole) + 4096, 8192):
        file = tmp_path / f"{most}.gpkg"
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
            write_layers(file, layers)
        except OutputError:
            refused += 1
            assert not file.exists()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        if file.exists():
            assert file.read_bytes() == whole
    assert refused > 5
    assert {path.suffix for path in tmp_path.iterdir()} == {".gpkg"}
