"""Outlines of reach areas in degrees."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import shapely

from wegeketten.reach.reach_polygon import to_degrees
from wegeketten.serve.reach_areas import _one_polygon

CITY: Any = SimpleNamespace(projection=SimpleNamespace(to_lonlat=lambda xy: xy * 1e-5))
"""A city where a metre is 0.00001 degrees."""


def test_an_area_stays_valid_where_rounding_closes_a_neck() -> None:
    halves = [shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)]
    shape = shapely.union_all([*halves, shapely.box(10, 5.001, 20, 5.003)])
    assert shape.is_valid
    assert shape.geom_type == "Polygon"
    drawn = to_degrees(CITY, shape)
    assert drawn.is_valid
    assert drawn.geom_type == "MultiPolygon"
    assert drawn.area * 1e10 == pytest.approx(200)
    whole = _one_polygon(CITY, shape)  # clients of openrouteservice read one polygon
    assert whole.is_valid
    assert whole.geom_type == "Polygon"


def test_lines_keep_their_points() -> None:
    line = shapely.LineString([(0, 0), (0.001, 0)])
    assert len(shapely.get_coordinates(to_degrees(CITY, line))) == 2
