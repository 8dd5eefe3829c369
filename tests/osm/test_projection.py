"""Metres and degrees: the zone of the place, there and back, true to scale by pyproj's own geodesics."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from wegeketten.errors import MissingExtraError
from wegeketten.osm import demo
from wegeketten.osm.projection import Projection, projection_at


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [
        (13.74, 51.05, 25833),  # Dresden
        (11.28, 49.51, 25832),  # Lauf
        (24.94, 60.17, 25835),  # Helsinki
        (-51.2, -30.0, 32722),  # Porto Alegre
        (-0.1, 51.5, 25830),  # London
        (139.7, 35.7, 32654),  # Tokyo
        (13.2, 32.9, 32633),  # Tripoli: the zone is European, the latitude is not
        (180.0, 0.0, 32660),
    ],
)
def test_the_zone_of_a_place(lon: float, lat: float, epsg: int) -> None:
    assert projection_at(lon, lat) == Projection(epsg)


@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(-0.02, 0.02), st.floats(-0.02, 0.02))
def test_there_and_back_and_true_to_scale(lon: float, lat: float, east: float, north: float) -> None:
    projection = projection_at(lon, lat)
    places = np.array([[lon, lat], [lon + east, lat + north]])
    xy = projection.to_xy(places)
    np.testing.assert_allclose(projection.to_lonlat(xy), places, atol=1e-7)
    true_m = Geod(ellps="WGS84").inv(*places[0], *places[1])[2]
    assert np.hypot(*(xy[1] - xy[0])) == pytest.approx(true_m, rel=2e-3, abs=0.01)


def test_no_points_are_no_trouble() -> None:
    assert Projection(25833).to_xy(np.empty((0, 2))).shape == (0, 2)


def test_without_the_extra_the_demo_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r'pip install "wegeketten\[demo\]"'):
        demo.demo_extract()
