"""Lines of the list of known faults (`test_fault_table.py`) that no room's own tests prove."""

# commands stand as they are typed

from __future__ import annotations

import datetime as dt
import gzip
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from test_faults import ROOT, TOWN, called

import wegeketten as wk
from wegeketten.errors import InputDataError

if TYPE_CHECKING:
    from pathlib import Path

    from support.drawn import Town


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town and its city, not to be spoiled."""
    folder = tmp_path_factory.mktemp("lines")
    wk.build(TOWN.write(folder / "town.osm"), folder / "city", pavements="centre")
    return folder


def districts_of(made: Path) -> Any:
    geopandas = pytest.importorskip("geopandas")
    import shapely

    nodes = wk.open(made / "city").nodes
    lon, lat = np.asarray(nodes["lon"]), np.asarray(nodes["lat"])
    west, east, south, north = lon.min() - 0.001, lon.max() + 0.001, lat.min() - 0.001, lat.max() + 0.001
    middle = (west + east) / 2
    shapes = [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)]
    return geopandas.GeoDataFrame({"name": ["Äußere Neustadt", "Süd"]}, geometry=shapes, crs=4326)


def door(town: Town, name: str) -> str:
    lon, lat = town.position(name)
    return f"{lat},{lon}"


@pytest.mark.parametrize(
    ("hours", "at_night"),
    [
        ('"nach Vereinbarung"', None),
        ('Mo-Fr 08:00-12:00; "nach Vereinbarung"', None),
        ('Mo-Fr 08:00-12:00 || "auf Anfrage"', None),
        ("SH 08:00-22:00", False),
        ("08:00-18:00+", None),
        ("24/7", True),
        ("Mo-Fr 08:00-12:00", False),
    ],
)
def test_hours_that_nobody_states_are_unknown(hours: str, at_night: bool | None) -> None:
    from wegeketten.tags.opening_hours import open_at

    assert open_at(hours, dt.datetime(2025, 3, 10, 23)) is at_night


@pytest.mark.parametrize("kind", ["device", "block", "pipe", "socket"])
@pytest.mark.parametrize("words", ["scan city -o", "map city -o"])
def test_what_is_no_file_is_never_replaced(made: Path, tmp_path: Path, kind: str, words: str) -> None:
    place = tmp_path / "special"
    try:
        if kind == "pipe":
            os.mkfifo(place)
        elif kind == "socket":
            with socket.socket(socket.AF_UNIX) as one:
                one.bind(str(place))
        else:
            mode, number = (
                (stat.S_IFCHR, os.makedev(1, 3)) if kind == "device" else (stat.S_IFBLK, os.makedev(7, 200))
            )
            os.mknod(place, mode | 0o600, number)
    except OSError as error:
        pytest.skip(f"cannot be made here ({error})")
    before = place.lstat()
    ended = called(*words.split(), place, cwd=made)
    assert ended.code == 2, ended
    after = place.lstat()
    assert (after.st_mode, after.st_ino, after.st_rdev) == (before.st_mode, before.st_ino, before.st_rdev)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("why city --from DOOR --service pharmacy --profile walker -o x.gpx", 2, ".json"),
        ("map city -o m.html --tiles javascript:alert(1)//{z}/{x}/{y}", 2, "http"),
        ("info loop", 3, "loop"),
        ("scan city -o loop", 2, "choose another place"),
        ("build https://example.org/a.osm.pbf -o new", 3, "wegeketten fetch"),
        ("build Herrenberg -o new", 3, "wegeketten fetch"),
        ("scan city -o no-\udce4-text", 2, "no UTF-8"),
        ("build no-\udce4-text.osm -o new", 3, "no such file"),
        ("build a\x1b[31mb\u202e.osm -o new", 3, "no such file"),
        ("masterplan city -o m --bench-every nan", 2, "--bench-every"),
        ("chain city --visit pharmacy --profile walker --toilet-every inf -o c", 2, "--toilet-every"),
        ("plan city --service pharmacy --most -1 -o p", 2, "--most"),
        ("survey city --walk nan -o s", 2, "--walk"),
    ],
)
def test_careless_words_end_in_one_clean_line(made: Path, words: str, code: int, said: str) -> None:
    if not (made / "loop").is_symlink():
        (made / "loop").symlink_to("loop")
    before = sorted(path.name for path in made.iterdir())
    ended = called(*words.replace("DOOR", door(TOWN, "H")).split(), cwd=made)
    assert ended.code == code, ended
    assert said in ended.said
    assert "\x1b" not in ended.said
    assert "\u202e" not in ended.said
    assert sorted(path.name for path in made.iterdir()) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("route city --from DOOR --to DOOR --profile wheelchair --limit kerb_cm=3,5", ""),
        ("chain city --visit pharmacy --from DOOR --profile walker --at Mo#10.30", ""),
        ("scan city --profile wheelchair --service pharmacy --limit incline_up_pct=0.06", "is 6 meant?"),
        ("scan city --profile wheelchair --service pharmacy --limit kerb_cm=0.03", "is 3 meant?"),
    ],
)
def test_words_as_germans_write_them(made: Path, words: str, said: str) -> None:
    parts = [word.replace("#", " ") for word in words.replace("DOOR", door(TOWN, "H")).split()]
    ended = called(*parts, cwd=made)
    assert ended.code == 0, ended
    assert said.replace("is 6 meant?", "6").replace("is 3 meant?", "3") in ended.said


@pytest.mark.parametrize("inner", [(0.0, 1.0), (0.0, 0.5)])
def test_equal_and_nested_districts_are_told(made: Path, tmp_path: Path, inner: tuple[float, float]) -> None:
    frame = districts_of(made)
    west, south, east, north = frame.total_bounds
    import shapely

    low, high = (west + share * (east - west) for share in inner)
    frame["geometry"] = [shapely.box(west, south, east, north), shapely.box(low, south, high, north)]
    frame.to_file(tmp_path / "d.gpkg")
    city = wk.build(made / "town.osm", tmp_path / "city", districts=tmp_path / "d.gpkg")
    notes = city.meta["notes"]
    assert any("overlap by" in note and "Süd" in note for note in notes), notes


def test_wide_equals_signs_run_no_formula() -> None:
    from wegeketten.files.csv import clean_cell

    for sign in "=+-@＝＋－＠":
        assert clean_cell(f"{sign}HYPERLINK(1)")[0] not in "=+-@＝＋－＠", sign


def test_a_late_member_of_a_packed_extract_is_bounded(tmp_path: Path) -> None:
    """A file that is small and in order at first, and unpacks to gigabytes at its end."""
    head = TOWN.xml().encode().replace(b"</osm>", b"").ljust(1 << 22)
    late = gzip.compress(bytes([32]) * (1 << 22), 9) * 30
    (tmp_path / "late.osm.gz").write_bytes(gzip.compress(head) + late + gzip.compress(b"</osm>"))
    with pytest.raises(InputDataError, match="no map data"):
        wk.build(tmp_path / "late.osm.gz", tmp_path / "city")


def test_a_damaged_model_ends_in_a_sentence_not_in_a_dead_process(made: Path, tmp_path: Path) -> None:
    raw = np.random.default_rng(15).integers(100, 120, (1201, 1201)).astype(">i2").tobytes()
    with zipfile.ZipFile(tmp_path / "N51E013.hgt.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("N51E013.hgt", raw)
    packed = bytearray((tmp_path / "N51E013.hgt.zip").read_bytes())
    packed[len(packed) // 3] ^= 0x40
    (tmp_path / "N51E013.hgt.zip").write_bytes(packed)
    ended = called(
        "build", "town.osm", "-o", tmp_path / "new", "--dem", tmp_path / "N51E013.hgt.zip", cwd=made
    )
    assert ended.code == 3, ended
    assert not (tmp_path / "new").exists()


def test_more_memory_than_there_is_ends_in_one_sentence(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What NumPy raises for an array that no machine holds, in the middle of writing."""
    from wegeketten.pipeline import stations

    def too_much(*_: object, **__: object) -> None:
        np.zeros(1 << 60, dtype=np.uint8)

    monkeypatch.setattr(stations.CityWriter, "join", too_much)
    ended = called("build", "town.osm", "-o", tmp_path / "new", "--lang", "en", cwd=made)
    assert ended.code == 3, ended
    assert "more memory is needed than there is; cut the input to the city" in ended.said
    assert "fault" not in ended.said
    assert list(tmp_path.iterdir()) == []


def test_a_killed_run_s_folders_are_swept_by_the_next(made: Path, tmp_path: Path) -> None:
    shutil.copy(made / "town.osm", tmp_path)
    code = (
        "import os, signal, sys; sys.path.insert(0, sys.argv[1])\n"
        "from wegeketten.pipeline import stations\n"
        "stations.CityWriter.join = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)\n"
        "sys.argv[1:] = ['build', 'town.osm', '-o', 'new', '--processes', '1']\n"
        "from wegeketten import cli; cli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT)], cwd=tmp_path, capture_output=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL
    assert called("build", "town.osm", "-o", "new", cwd=tmp_path).code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "town.osm"]


def test_the_obvious_call_of_the_routing_core_is_the_right_one() -> None:
    from wegeketten.routing import Graph, Hierarchy, nearest

    random = np.random.default_rng(15)
    tails, heads = random.integers(0, 30, (2, 120)).astype(np.int32)
    graph = Graph.from_arcs(30, tails, heads, random.integers(1, 99, 120).astype(np.int32))
    sources = np.array([3], dtype=np.int32)
    try:
        metric = Hierarchy(graph).customize(graph.weights)
    except (TypeError, ValueError, AttributeError):
        return  # made impossible is as good
    assert metric.nearest([sources])[:, 0].tolist() == nearest(graph, sources)[0].tolist()


@pytest.mark.parametrize("name", ["d.gml", "d.kml", "d.fgb", "d.shp", "d.gpkg", "d.geojson", "d.zip"])
def test_districts_in_every_format(made: Path, tmp_path: Path, name: str) -> None:
    frame = districts_of(made)
    path = tmp_path / name
    if name == "d.zip":
        frame.to_file(tmp_path / "z.shp")
        with zipfile.ZipFile(path, "w") as archive:
            for part in tmp_path.glob("z.*"):
                archive.write(part, f"shape/{part.name}")
    else:
        frame.to_file(path, **({"driver": "KML"} if name == "d.kml" else {}))
    city = wk.build(made / "town.osm", tmp_path / "city", districts=path)
    assert sorted(map(str, city.districts["name"])) == ["Süd", "Äußere Neustadt"]


@pytest.mark.parametrize(
    ("said", "first"), [(None, "Äußere Neustadt"), ("cp1252", "Äußere Neustadt"), ("utf-8", "")]
)
def test_an_encoding_that_is_said_is_taken(made: Path, tmp_path: Path, said: str | None, first: str) -> None:
    districts_of(made).to_file(tmp_path / "d.shp", encoding="cp1252")
    (tmp_path / "d.cpg").unlink(missing_ok=True)
    words = ["build", "town.osm", "-o", tmp_path / "new", "--districts", tmp_path / "d.shp"]
    ended = called(*words, *(("--encoding", said) if said else ()), cwd=made)
    assert ended.code == (0 if first else 3), ended
    if first:
        assert first in map(str, wk.open(tmp_path / "new").districts["name"])


def test_districts_without_areas_end_with_3(made: Path, tmp_path: Path) -> None:
    (tmp_path / "d.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    words = [
        "build",
        "town.osm",
        "-o",
        tmp_path / "new",
        "--districts",
        tmp_path / "d.geojson",
        "--lang",
        "en",
    ]
    ended = called(*words, cwd=made)
    assert ended.code == 3
    assert "holds no area" in ended.said


@pytest.mark.parametrize("kind", ["population", "places", "survey", "stops", "candidates"])
def test_which_system_is_meant_is_asked_and_settled_for_every_kind(
    made: Path, tmp_path: Path, kind: str
) -> None:
    """Metres that two old systems put into the city, a good hundred metres apart."""
    import pyproj
    from support.feeds import write_feed

    lon, lat = TOWN.position("P")
    x, y = pyproj.Transformer.from_crs(4326, 31469, always_xy=True).transform(lon, lat)
    path = tmp_path / "list.csv"
    columns = {
        "population": ("Einwohner", "7"),
        "places": ("Name", "Apotheke"),
        "survey": ("attribute;value", "kerb_cm;4"),
        "stops": ("stop_id;height_cm", "a;18"),
        "candidates": ("Name", "Laden"),
    }[kind]
    path.write_text(
        f"{columns[0]};Rechtswert (GK);Hochwert (GK)\n{columns[1]};{x:.2f};{y:.2f}\n".replace(".", ",")
    )
    words: list[object] = ["build", "town.osm", "-o", tmp_path / "new", "--lang", "en"]
    if kind == "candidates":  # no option there: the file can say it
        words = [
            "site",
            "city",
            "--service",
            "pharmacy",
            "--add",
            "1",
            "--lang",
            "en",
            "-o",
            tmp_path / "new",
        ]
        settled: list[object] = []
    else:
        words += [f"--{kind}", f"pharmacy={path}" if kind == "places" else path]
        settled = ["--crs", "GK5"]
    if kind == "stops":
        words += ["--gtfs", write_feed(tmp_path / "feed")]
    if kind == "candidates":
        words += ["--candidates", path]
    asked = called(*words, cwd=made)
    assert asked.code == 3, asked
    assert "which coordinate system" in asked.said
    assert ("--crs EPSG:" in asked.said) == (kind != "candidates")
    assert not (tmp_path / "new").exists()
    if kind == "candidates":
        assert "SRID=" in asked.said
        path.write_text(
            f"Name;Lage\nLaden;SRID=31469;POINT ({x} {y})\n".replace("SRID=31469;", '"SRID=31469;').replace(
                ")\n", ')"\n'
            )
        )
    done = called(*words, *settled, cwd=made)
    assert done.code in (0, 4), done


def test_a_system_is_named_alike_for_every_kind_of_file(made: Path, tmp_path: Path) -> None:
    districts_of(made).to_crs(31468).to_file(tmp_path / "d.shp")
    (tmp_path / "d.prj").unlink()
    words = ["build", "town.osm", "-o", tmp_path / "new", "--districts", tmp_path / "d.shp", "--lang", "en"]
    asked = called(*words, cwd=made)
    assert asked.code == 3
    assert "--crs" in asked.said
    assert called(*words, "--crs", "GK 4", cwd=made).code == 0


def test_layers_of_several_kinds_are_asked_about(made: Path, tmp_path: Path) -> None:
    frame = districts_of(made)
    frame.to_file(tmp_path / "a.gpkg", layer="areas")
    frame.assign(EW=[7, 8], geometry=frame.to_crs(25833).centroid.to_crs(4326)).to_file(
        tmp_path / "a.gpkg", layer="points"
    )
    words = ["build", "town.osm", "-o", tmp_path / "new", "--lang", "en", "--population"]
    asked = called(*words, tmp_path / "a.gpkg", cwd=made)
    assert asked.code == 3
    assert "areas: Polygon, points: Point" in asked.said
    assert called(*words, f"{tmp_path / 'a.gpkg'}:points", cwd=made).code == 0
