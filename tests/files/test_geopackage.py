"""Layers have one type of shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyogrio
import shapely

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
