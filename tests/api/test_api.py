"""The functions of `wk`: the same tables as the command line, byte by byte, as frames and in notebooks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely

import wegeketten as wk
from wegeketten.errors import UsageError, WegekettenError

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City


def test_every_result_is_a_frame_with_places(town: tuple[Path, City]) -> None:
    _, city = town
    results = {
        "scan": wk.scan(city, profiles=["walker"], services=["pharmacy"]),
        "route": wk.route(city, (51.05, 13.74), (51.049, 13.742)),
        "why": wk.why(city, (51.05, 13.74), "pharmacy"),
        "chain": wk.chain(city, "pharmacy", start=(51.05, 13.74)),
        "chains": wk.chain(city, "pharmacy"),
        "plan": wk.plan(city, profile="wheelchair", budget=1e5),
        "survey": wk.survey(city, profile="wheelchair", n=3),
        "isochrone": wk.isochrone(city, 5, service="pharmacy"),
        "matrix": wk.matrix(city, "homes", "homes"),
        "norm": wk.norm(city),
    }
    for name, result in results.items():
        for table in result.tables():
            frame, places = result.to_frame(table), result.to_geodataframe(table)
            assert len(frame) == len(places), (name, table)
            assert "geometry" not in frame.columns
            assert places.crs == "EPSG:4326"
        assert "<table" in result._repr_html_()
    assert results["route"].to_geodataframe().geometry.iloc[0].geom_type == "LineString"
    assert set(results["isochrone"].to_geodataframe().geom_type) <= {"Polygon", "MultiPolygon"}
    homes = results["scan"].to_frame("homes")
    assert (homes["sure_s"].isna() | (homes["sure_s"] >= homes["likely_s"])).all()
    with pytest.raises(UsageError, match="there are"):
        results["scan"].to_frame("houses")


def test_a_result_is_a_map_in_a_notebook(town: tuple[Path, City]) -> None:
    _, city = town
    page = wk.isochrone(city, 5, start=(51.05, 13.74)).explore().get_root().render()
    assert "leaflet" in page


def test_districts_and_points_may_be_frames(town: tuple[Path, City]) -> None:
    folder, city = town
    areas = gpd.GeoDataFrame(
        {"name": ["West", "Ost"]},
        geometry=[shapely.box(13.73, 51.04, 13.741, 51.06), shapely.box(13.741, 51.04, 13.76, 51.06)],
        crs="EPSG:4326",
    )
    built = wk.build(
        folder / "town.osm", folder / "city2", districts=areas.to_crs("EPSG:25833"), district_name="name"
    )
    assert set(built.districts["name"]) == {"West", "Ost"}
    points = gpd.GeoDataFrame(index=["a"], geometry=[shapely.Point(13.74, 51.05)], crs="EPSG:4326")
    assert wk.matrix(city, points, "pharmacy").origins == ("a",)


def test_errors_are_builtins_too(town: tuple[Path, City]) -> None:
    _, city = town
    with pytest.raises(ValueError, match="latitude"):
        wk.route(city, (91, 13), (51, 13))
    with pytest.raises(WegekettenError):
        wk.why(city, (51.05, 13.74), "chemist")
    with pytest.raises(UsageError, match="pair"):
        wk.route(city, "Rathaus", (51, 13))


def test_nothing_heavy_is_imported_before_it_is_used() -> None:
    import subprocess

    code = (
        "import sys, wegeketten as wk; wk.route, wk.plan, wk.matrix, wk.isochrone\n"
        "print(sorted({'pandas', 'geopandas', 'numba', 'folium', 'osmium', 'shapely'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_every_name_is_there() -> None:
    for name in wk.__all__:
        assert getattr(wk, name) is not None
    assert dir(wk) == sorted(wk.__all__)
