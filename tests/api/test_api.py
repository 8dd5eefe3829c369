"""The functions of `wk`: the same tables as the command line, byte by byte, as frames and in notebooks."""

from __future__ import annotations

import filecmp
import json
import sys
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from support.drawn import Town

import wegeketten as wk
from wegeketten.cli import main
from wegeketten.errors import UsageError, WegekettenError

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City

_HOMES = "".join(
    f'<node id="{5001 + n}" lat="{51.05 - n * 0.0001:.4f}" lon="13.7400"><tag k="addr:street" v="Am Weg"/>'
    f'<tag k="addr:housenumber" v="{n + 1}"/></node>'
    for n in range(12)
)
_PLACES = "".join(
    f'<node id="{7001 + n}" lat="51.0490" lon="{13.742 + n * 0.001:.3f}"><tag k="{key}" v="{value}"/>'
    '<tag k="name" v="Ort"/></node>'
    for n, (key, value) in enumerate([("amenity", "pharmacy"), ("shop", "supermarket"), ("amenity", "bench")])
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, City]:
    folder = tmp_path_factory.mktemp("api")
    drawn = Town(
        "A.........B.........C\n.....................\nD.........E.........F",
        {"ABC": "highway=residential", "DEF": "highway=footway", "AD": "highway=footway",
         "BE": "highway=steps;step_count=9", "CF": "highway=footway;kerb=raised"},
        nodes={"D": "barrier=kerb;kerb:height=12 cm", "C": "barrier=kerb;kerb=raised"},
        extra=_HOMES + _PLACES, cell_m=20,
    )  # fmt: skip
    source = drawn.write(folder / "town.osm")
    return folder, wk.build(source, folder / "city")


def _run(*arguments: object) -> None:
    before = sys.argv
    sys.argv = ["wegeketten", *map(str, arguments)]
    try:
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        sys.argv = before
    assert not ended.value.code


def _same(one: Path, other: Path) -> None:
    names = sorted(path.name for path in one.iterdir())
    assert names == sorted(path.name for path in other.iterdir())
    for name in names:
        if not name.endswith((".log.json", "log.json")):
            assert filecmp.cmp(one / name, other / name, shallow=False), name


def test_plan_survey_compare_norm_and_chains_write_what_the_commands_write(town: tuple[Path, City]) -> None:
    folder, city = town
    path = city.path
    _run("plan", path, "--profile", "wheelchair", "--budget", "20000", "-o", folder / "plan")
    made = wk.plan(city, profile="wheelchair", budget=20000.0)
    made.write(folder / "plan2")
    _same(folder / "plan", folder / "plan2")
    _run("survey", path, "--profile", "wheelchair", "-n", "5", "-o", folder / "survey")
    wk.survey(city, profile="wheelchair", n=5).write(folder / "survey2")
    _same(folder / "survey", folder / "survey2")
    measures = folder / "plan" / "measures.csv"
    _run("compare", path, "--measures", measures, "--profile", "wheelchair", "-o", folder / "compare")
    wk.compare(city, profile="wheelchair", measures=measures).write(folder / "compare2")
    _same(folder / "compare", folder / "compare2")
    _run("norm", path, "-o", folder / "norm")
    wk.norm(city).write(folder / "norm2")
    _same(folder / "norm", folder / "norm2")
    _run("chain", path, "--visit", "pharmacy,groceries", "--profile", "walker", "-o", folder / "chain")
    wk.chain(city, ["pharmacy", "groceries"]).write(folder / "chain2")
    _same(folder / "chain", folder / "chain2")


def test_matrix_and_isochrone_write_what_the_commands_write(town: tuple[Path, City]) -> None:
    folder, city = town
    _run(
        "matrix",
        city.path,
        "--from",
        "homes",
        "--to",
        "pharmacy",
        "--profile",
        "walker",
        "-o",
        folder / "m.csv",
    )
    found = wk.matrix(city, "homes", "pharmacy")
    found.write(folder / "m2.csv")
    assert filecmp.cmp(folder / "m.csv", folder / "m2.csv", shallow=False)
    frame = found.to_frame()
    read = pd.read_csv(folder / "m.csv")
    assert list(frame.columns) == list(read.columns)
    assert np.allclose(frame["seconds"], read["seconds"], equal_nan=True)
    _run(
        "isochrone", city.path, "--from", "51.0499,13.74", "--minutes", "2,5", "--profile", "walker",
        "-o", folder / "i.geojson",
    )  # fmt: skip
    wk.isochrone(city, [2, 5], start=(51.0499, 13.74)).write(folder / "i2.geojson")
    assert filecmp.cmp(folder / "i.geojson", folder / "i2.geojson", shallow=False)


def test_route_and_why_say_what_the_commands_say(
    town: tuple[Path, City], capsys: pytest.CaptureFixture[str]
) -> None:
    _, city = town
    wheels = ("--profile", "wheelchair", "--json")
    _run("route", city.path, "--from", "51.05,13.74", "--to", "51.049,13.742", *wheels)
    told = json.loads(capsys.readouterr().out)
    found = wk.route(city, "51.05,13.74", shapely.Point(13.742, 51.049), profile="wheelchair")
    assert json.loads(json.dumps(found.to_json())) == told
    _run("why", city.path, "--from", "51.05,13.74", "--service", "pharmacy", *wheels)
    told = json.loads(capsys.readouterr().out)
    assert json.loads(json.dumps(wk.why(city, (51.05, 13.74), "pharmacy").to_json())) == told


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
