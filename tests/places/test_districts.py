"""Districts from files, from boundaries, from a grid; their names, ids and who lies in which."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from support.sketch import ORIGIN, PROJECTION, Sketch, lonlat

from wegeketten.errors import InputDataError, UsageError
from wegeketten.places.districts import find_districts, make_grid, osm_districts, read_districts
from wegeketten.places.names import clean_name, slugs

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

EXTENT = (*(ORIGIN - 1000).tolist(), *(ORIGIN + 1000).tolist())


def box(x: float, y: float, size: float = 100.0) -> list[list[float]]:
    return [
        list(lonlat(a, b)) for a, b in ((x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y))
    ]


def write(path: Path, rows: list[tuple[dict[str, Any], list[list[float]]]]) -> Path:
    features = [
        {"type": "Feature", "properties": tags, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for tags, ring in rows
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def at(*points: tuple[float, float]) -> NDArray[np.float64]:
    return ORIGIN + np.array(points, dtype=np.float64).reshape(-1, 2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "d.geojson"


def test_names_ids_and_where(path: Path) -> None:
    write(path, [({"name": "Südvorstadt"}, box(0, 0)), ({"name": "Plauen"}, box(100, 0))])
    districts = read_districts(path, PROJECTION, EXTENT)
    assert districts.name == ["Südvorstadt", "Plauen"]
    assert districts.district_id == ["suedvorstadt", "plauen"]
    assert districts.source == "file"
    assert districts.locate(at((50, 50), (150, 50), (500, 50), (99.9, 1))).tolist() == [0, 1, -1, 0]
    assert set(districts.columns) == {"district_id", "name", "source"}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["id", "name"], "name"),
        (["blocknr", "BEZ"], "BEZ"),
        (["Stadtteil", "bezirk"], "Stadtteil"),
        (["quarter_label"], "quarter_label"),
    ],
)
def test_the_name_column_is_found(path: Path, columns: list[str], expected: str) -> None:
    rows = [({c: i if c == "id" else f"{c} {i}" for c in columns}, box(100 * i, 0)) for i in range(3)]
    districts = read_districts(write(path, rows), PROJECTION, EXTENT)
    assert districts.name == [f"{expected} {i}" for i in range(3)]
    assert expected in districts.notes[0]


def test_a_borough_column_that_repeats_is_no_name_column(path: Path) -> None:
    rows = [({"bezirk": "Mitte", "ortsteil": name}, box(100 * i, 0)) for i, name in enumerate("ABC")]
    assert read_districts(write(path, rows), PROJECTION, EXTENT).name == ["A", "B", "C"]


def test_the_name_column_is_named(path: Path) -> None:
    write(path, [({"a": "x", "b": "y", "nr": 7}, box(0, 0))])
    with pytest.raises(UsageError, match=r"--district-name .*a, b, nr"):
        read_districts(path, PROJECTION, EXTENT)
    assert read_districts(path, PROJECTION, EXTENT, name_column="b").name == ["y"]
    assert read_districts(path, PROJECTION, EXTENT, name_column="nr").name == ["7"]
    with pytest.raises(UsageError, match="did you mean 'nr'"):
        read_districts(path, PROJECTION, EXTENT, name_column="nrr")


def test_names_twice_are_named(path: Path) -> None:
    write(path, [({"name": n}, box(100 * i, 0)) for i, n in enumerate(["Mitte", "Nord", "Mitte"])])
    with pytest.raises(InputDataError, match="'Mitte' more than once"):
        read_districts(path, PROJECTION, EXTENT)


@pytest.mark.parametrize("name", [None, "", " ", "\u200b"])
def test_rows_without_name(path: Path, name: str | None) -> None:
    write(path, [({"name": "Mitte"}, box(0, 0)), ({"name": name}, box(100, 0))])
    with pytest.raises(InputDataError, match="row 2 has no name"):
        read_districts(path, PROJECTION, EXTENT)


def test_overlaps_are_said_and_the_smaller_counts(path: Path) -> None:
    write(path, [({"name": "Groß"}, box(0, 0, 200)), ({"name": "Klein"}, box(150, 0, 100))])
    districts = read_districts(path, PROJECTION, EXTENT)
    assert any("Groß and Klein overlap by 0.5 ha" in note for note in districts.notes)
    assert districts.locate(at((160, 50), (50, 50))).tolist() == [1, 0]


def test_shared_edges_are_no_overlap(path: Path) -> None:
    write(path, [({"name": str(i)}, box(100 * i, 0)) for i in range(4)])
    districts = read_districts(path, PROJECTION, EXTENT)
    assert not any("overlap" in note for note in districts.notes)
    assert districts.locate(at((100, 50)))[0] in (0, 1)


def test_locate_against_shapely(path: Path) -> None:
    rng = np.random.default_rng(1)
    write(path, [({"name": str(i)}, box(*rng.uniform(0, 800, 2), rng.uniform(20, 300))) for i in range(25)])  # type: ignore[call-arg]
    districts = read_districts(path, PROJECTION, EXTENT)
    points = ORIGIN + rng.uniform(0, 1000, (200, 2))
    for point, row in zip(points, districts.locate(points).tolist(), strict=True):
        holding = [i for i, shape in enumerate(districts.geometry) if shape.covers(shapely.Point(point))]
        assert row == min(holding, key=lambda i: districts.geometry[i].area, default=-1)  # type: ignore[attr-defined]


def town() -> Sketch:
    """A municipality with two of its three parts mapped, beside another one."""
    sketch = Sketch()

    def area(x0: float, y0: float, x1: float, y1: float, tags: dict[str, str]) -> None:
        way = sketch.box(x0, y0, x1, y1)
        sketch.relation([("w", way, "outer")], {"type": "boundary", "boundary": "administrative", **tags})

    area(0, 0, 3000, 1000, {"admin_level": "8", "name": "Stadt"})
    area(0, 0, 1000, 1000, {"admin_level": "10", "name": "West"})
    area(1000, 0, 2000, 1000, {"admin_level": "10", "name": "Mitte"})
    area(0, 1000, 3000, 2000, {"admin_level": "8", "name": "Dorf"})
    area(0, 0, 9000, 9000, {"admin_level": "4", "name": "Land"})
    return sketch


def test_finest_level_and_what_remains_of_the_coarser() -> None:
    homes = at((500, 500), (500, 600), (1500, 500), (1500, 600), (2500, 500), (500, 1500), (50_000, 0))
    districts = osm_districts(town().features(), PROJECTION, homes)
    assert districts is not None
    assert districts.source == "osm"
    rows = districts.locate(homes).tolist()
    names = [districts.name[row] if row >= 0 else "" for row in rows]
    assert names == ["West", "West", "Mitte", "Mitte", "Stadt (übriges Gebiet)", "Dorf", ""]


def test_a_level_that_holds_few_homes_is_passed_over() -> None:
    homes = at((500, 500), (1500, 500), *[(2500, y) for y in range(100, 900, 100)], (500, 1500))
    districts = osm_districts(town().features(), PROJECTION, homes)
    assert districts is not None
    assert sorted(districts.name) == ["Dorf", "Stadt"]


def test_suburbs_drawn_as_areas() -> None:
    sketch = Sketch()
    sketch.box(0, 0, 1000, 1000, {"place": "suburb", "name": "West"})
    sketch.box(1000, 0, 2000, 1000, {"place": "suburb", "name": "Ost"})
    districts = osm_districts(sketch.features(), PROJECTION, at((500, 500), (1500, 500)))
    assert districts is not None
    assert districts.name == ["Ost", "West"]


def test_file_before_boundaries_before_grid(path: Path) -> None:
    homes = at((500, 500), (1500, 500))
    write(path, [({"name": "Mein Viertel"}, box(0, 0, 2000))])
    features = town().features()
    assert find_districts(features, PROJECTION, homes, file=path).name == ["Mein Viertel"]
    assert find_districts(features, PROJECTION, homes).name == ["Mitte", "West"]
    sketch = Sketch()
    sketch.line((0, 0), (10, 0))
    assert find_districts(sketch.features(), PROJECTION, homes).source == "grid"


def test_grid_covers_every_home_once() -> None:
    homes = np.random.default_rng(0).uniform(-20_000, 20_000, (500, 2)) * [1, 2]
    grid = make_grid(homes)
    rows = grid.locate(homes)
    assert (rows >= 0).all()
    assert set(rows.tolist()) == set(range(len(grid)))
    assert len(set(grid.name)) == len(grid)
    assert any(name.startswith("AA") for name in grid.name)
    assert (grid.locate(homes + np.array([1000, 0])) != rows).all()


def test_no_homes_no_grid() -> None:
    grid = make_grid(np.zeros((0, 2)))
    assert len(grid) == 0
    assert grid.locate(np.zeros((3, 2))).tolist() == [-1, -1, -1]


@given(st.lists(st.text(max_size=300), max_size=12))
def test_ids_are_safe_everywhere(names: list[str]) -> None:
    found = slugs(names)
    assert len(set(found)) == len(names)
    for slug in found:
        assert slug
        assert len(slug) <= 70
        assert all(char.isascii() and (char.isalnum() or char == "-") for char in slug)
        assert slug == slug.lower()
        assert slug.split(".")[0] not in {"con", "prn", "aux", "nul", "com1", "lpt9"}


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("../../etc", "etc"),
        ("CON", "con-district"),
        ("Weißer Hirsch", "weisser-hirsch"),
        ("Łódź", "lodz"),
        ("a" * 300, "a" * 60),
    ],
)
def test_ids_of_hostile_names(name: str, slug: str) -> None:
    assert slugs([name]) == [slug]


@given(st.text(max_size=400))
def test_names_without_hidden_signs(name: str) -> None:
    cleaned = clean_name(name)
    assert len(cleaned) <= 200
    assert not set(cleaned) & {"\x00", "\n", "\t", "\u202e", "\u200b"}
    assert cleaned == clean_name(cleaned)


def test_the_plain_path_loads_no_table_library() -> None:
    script = (
        "import sys, numpy as np\n"
        "import wegeketten.people.homes, wegeketten.places.find, wegeketten.network.snap\n"
        "from wegeketten.places.districts import make_grid\n"
        "make_grid(np.zeros((1, 2)))\n"
        "print([name for name in ('pandas', 'geopandas', 'scipy', 'pyogrio') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.data
def test_dresden(shared_data: Path) -> None:
    file = shared_data / "districts" / "dresden_stadtteile_2024-03.geojson"
    districts = read_districts(file, PROJECTION, EXTENT)
    assert len(districts) == 64
    assert "Äußere Neustadt" in " ".join(districts.name)
    total_km2 = sum(shape.area for shape in districts.geometry) / 1e6
    assert total_km2 == pytest.approx(328, rel=0.01)  # the city's area
    assert not any("overlap" in note for note in districts.notes)


def test_what_programs_wrap_around_files(tmp_path: Path) -> None:
    import zipfile

    import geopandas

    frame = geopandas.GeoDataFrame(
        {"STT_NAME": ["Nord", "Süd"], "nr": ["1", "2"]},
        geometry=[shapely.box(*(ORIGIN + 9), *(ORIGIN + 90)), shapely.box(*(ORIGIN + 100), *(ORIGIN + 190))],
        crs=25833,
    )
    frame.to_file(tmp_path / "d.shp", encoding="utf-8")
    frame.to_file(tmp_path / "d.gdb", driver="OpenFileGDB")
    frame.to_file(tmp_path / "lines.json", driver="GeoJSONSeq")
    plain = json.loads(frame.to_json(drop_id=True))
    plain.pop("crs", None)
    (tmp_path / "utm.geojson").write_text(json.dumps(plain), encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "mac.zip", "w") as archive:
        for part in sorted(tmp_path.glob("d.???")):
            if part.is_file():
                archive.write(part, part.name)
                archive.writestr(f"__MACOSX/._{part.name}", b"\0")
    for name, crs in (
        ("d.gdb", None),
        ("lines.json", None),
        ("mac.zip", None),
        ("utm.geojson", "EPSG:25833"),
    ):
        read = read_districts(tmp_path / name, PROJECTION, EXTENT, crs=crs)
        assert read.name == ["Nord", "Süd"], name
        middles = shapely.get_coordinates(shapely.centroid(read.geometry)) - ORIGIN
        assert middles == pytest.approx(np.array([[49.5, 49.5], [145, 145]]), abs=0.1), name
    with pytest.raises(InputDataError, match="no degrees"):
        read_districts(tmp_path / "utm.geojson", PROJECTION, EXTENT)
