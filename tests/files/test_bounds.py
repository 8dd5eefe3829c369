"""Every input of every command has a bound, and its message names it: complete by construction."""

from __future__ import annotations

import gzip
import os
import re
import typing
import zipfile
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from support.drawn import Town
from support.feeds import write_feed
from support.sketch import ORIGIN, PROJECTION

from wegeketten import cli
from wegeketten.command.panels import PANELS
from wegeketten.errors import InputDataError
from wegeketten.files import bounds
from wegeketten.files.bounds import BOUNDS, OPTIONS, Bound

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EXTENT = (float(ORIGIN[0]), float(ORIGIN[1]), float(ORIGIN[0]) + 100, float(ORIGIN[1]) + 100)
OUTPUTS = {"out", "template"}
NO_FILES = {"crs", "encoding", "places_only", "run", "limit", "weight", "command", "preset", "place"}
"""Options whose help speaks of files, and which name none."""


def options() -> dict[str, set[str]]:
    """Options that take files or folders, and the commands they belong to."""
    found: dict[str, set[str]] = {}
    front: Any = cli
    for command in chain(*PANELS.values()):
        hints = typing.get_type_hints(front._function_of(command), include_extras=True)
        for name, hint in hints.items():
            kind = str(getattr(hint, "__origin__", hint))
            told = " ".join(str(getattr(each, "help", "")) for each in getattr(hint, "__metadata__", ()))
            speaks = re.search(r"(?i)\bfiles?\b|folder|toml|extract|shapefile|\.csv", told)
            if "Path" in kind or ("str" in kind and speaks):
                found.setdefault(name.rstrip("_"), set()).add(command)
    return {name: commands for name, commands in found.items() if name not in OUTPUTS | NO_FILES}


def test_every_option_that_takes_a_file_has_its_bounds() -> None:
    found = options()
    assert {name: found[name] for name in found.keys() - OPTIONS.keys()} == {}
    assert OPTIONS.keys() - found.keys() <= {"after"}  # an argument that `compare` takes apart
    kinds = set(chain(*OPTIONS.values()))
    assert kinds | {"request"} == BOUNDS.keys()


def test_requests_are_bounded() -> None:
    from wegeketten.serve import fields

    assert BOUNDS["request"].most_bytes == fields.MOST_BYTES


def _extract(folder: Path) -> object:
    from wegeketten.osm.extract import read_extract

    town = Town("H\na--b", ways={"ab": "highway=residential"}, nodes={"H": "addr:housenumber=1"})
    return read_extract(town.write(folder / "t.osm"))


def _country(folder: Path) -> object:
    from wegeketten.cutting.blobs import read_header

    (folder / "t.osm.pbf").write_bytes(b"\x00\x00\x00\x0d\x0a\x09OSMHeader" * 9)
    return read_header(folder / "t.osm.pbf")


def _graph(folder: Path) -> object:
    from wegeketten.osm.graph_files import read_graph

    (folder / "g.graphml").write_text("<graphml/>" * 9)
    return read_graph(folder / "g.graphml")


def _csv(folder: Path) -> Path:
    (folder / "a.csv").write_text("name,lon,lat\nA,13.7,51\nB,13.8,51\nC,13.9,51\n")
    return folder / "a.csv"


def _table(folder: Path) -> object:
    from wegeketten.files.tables import read_table

    return read_table(_csv(folder))


def _large_table(folder: Path) -> object:
    from wegeketten.people.window import window_table

    lonlat = PROJECTION.to_lonlat(ORIGIN + np.arange(6).reshape(3, 2))
    rows = "".join(f"{lon};{lat};1\n" for lon, lat in lonlat.tolist())
    (folder / "b.csv").write_text(f"lon;lat;people\n{rows}")
    return window_table(folder / "b.csv", PROJECTION, EXTENT)


def _workbook(folder: Path) -> object:
    from wegeketten.files.tables import read_table

    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["a", "b"], [1, 2], [3, 4], [5, 6]):
        book.active.append(row)
    book.save(folder / "a.xlsx")
    return read_table(folder / "a.xlsx")


def _parquet(folder: Path) -> object:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from wegeketten.files.tables import read_table

    pq.write_table(pa.table({"a": [1, 2, 3]}), folder / "a.parquet")
    return read_table(folder / "a.parquet")


def _layer(name: str, driver: str) -> Callable[[Path], object]:
    def read(folder: Path) -> object:
        import pyogrio

        from wegeketten.files.shapes import read_layer

        squares = shapely.to_wkb([shapely.box(at, at, at + 1, at + 1) for at in range(3)])
        pyogrio.raw.write(
            folder / name, squares, field_data=[np.arange(3)], fields=["a"], geometry_type="Polygon",
            crs="EPSG:4326", driver=driver,
        )  # fmt: skip
        return read_layer(folder / name)

    return read


def _elevation(folder: Path) -> object:
    from wegeketten.network.terrain import Terrain

    rows = (f"{x} {y} 100\n" for y in range(5_656_000, 5_656_005) for x in range(411_000, 411_005))
    (folder / "dgm1_33_411_5656.xyz").write_text("".join(rows))
    with Terrain([folder / "dgm1_33_411_5656.xyz"]) as terrain:
        return terrain.tiles


def _archive(folder: Path) -> object:
    from wegeketten.files.archives import members_of

    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for name in "abc":
            archive.writestr(name, b"0123456789" * 300_000)
    return members_of(folder / "a.zip")


def _gzip(folder: Path) -> object:
    from wegeketten.files.archives import gunzip

    (folder / "a.csv.gz").write_bytes(gzip.compress(b"a;b\n" * 1_000_000))
    return gunzip(folder / "a.csv.gz", folder / "a.csv")


def _survey(folder: Path) -> object:
    from wegeketten.tags.survey_file import parse_survey

    rows = "".join(f"51,13.7{each},width,1.5\n" for each in range(3))
    (folder / "s.csv").write_text(f"lat,lon,attribute,value\n{rows}")
    return parse_survey(folder / "s.csv")


def _places(folder: Path) -> object:
    from wegeketten.places.listed import read_listed

    return read_listed(_csv(folder), PROJECTION, EXTENT)


def _register(folder: Path) -> object:
    from wegeketten.transit.register import read_register

    (folder / "r.csv").write_text("stop_id,lat,lon,height_cm\n" + "a,51,13.7,18\n" * 3)
    return read_register(folder / "r.csv")


def _timetable(folder: Path) -> object:
    from wegeketten.transit.feed_files import FeedFiles

    feed = write_feed(folder / "gtfs")
    with zipfile.ZipFile(folder / "gtfs.zip", "w") as archive:
        for path in feed.iterdir():
            archive.write(path, path.name)
    for path in (feed, folder / "gtfs.zip"):
        with pytest.raises(InputDataError, match="at most"):
            FeedFiles(path).table("stops", ["stop_id"])
    return FeedFiles(folder / "gtfs.zip").table("stops", ["stop_id"])


def _settings(folder: Path) -> object:
    from wegeketten.people.profile import load_profiles

    (folder / "mine.toml").write_text('base = "rollator"\n' * 9)
    return load_profiles([str(folder / "mine.toml")])


def _logo(folder: Path) -> object:
    from wegeketten.reports.settings import _picture

    (folder / "a.png").write_bytes(b"\x89PNG" * 9)
    return _picture(folder / "a.png")


def _cities(folder: Path) -> object:
    from wegeketten.batches.listing import read_list

    (folder / "l.csv").write_text("city;place\na;A\nb;B\nc;C\n")
    return read_list(folder / "l.csv")


def _result(folder: Path) -> object:
    from wegeketten.files.csv import read_csv

    return read_csv(_csv(folder))


MET: dict[str, Callable[[Path], object]] = {
    "extract": _extract, "country": _country, "graph": _graph, "table": _table, "large table": _large_table,
    "workbook": _workbook, "Parquet": _parquet, "shapes": _layer("a.shp", "ESRI Shapefile"),
    "shapes in parts": _layer("a.fgb", "FlatGeobuf"), "GeoJSON": _layer("a.geojson", "GeoJSON"),
    "elevation": _elevation, "archive": _archive, "gzip": _gzip, "survey": _survey,
    "list of places": _places, "register": _register, "timetable": _timetable, "settings": _settings,
    "logo": _logo, "list of cities": _cities, "result": _result,
}  # fmt: skip
"""How the bound of each kind is met."""


def test_the_bound_of_every_kind_is_met_below() -> None:
    assert MET.keys() | {"request"} == BOUNDS.keys()


@pytest.mark.parametrize("kind", MET)
def test_bytes_beyond_the_bound_are_refused_by_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setitem(BOUNDS, kind, BOUNDS[kind]._replace(most_bytes=10))
    with pytest.raises(InputDataError, match=r"at most [\de.+-]+( MB)?( are| of)|more than \d+ MB") as told:
        MET[kind](tmp_path)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("kind", [kind for kind, bound in BOUNDS.items() if bound.most])
def test_elements_beyond_the_bound_are_refused_by_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    few = {"shapes in parts": "shapes"}.get(kind, kind)  # one number for both
    monkeypatch.setitem(BOUNDS, few, BOUNDS[few]._replace(most=1))
    with pytest.raises(InputDataError, match=r"at most 1 are read|more than 1 (shapes|rows)"):
        MET[kind](tmp_path)


def test_a_pipe_is_no_file_to_wait_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(InputDataError, match="no regular file"):
        bounds.read_within(tmp_path / "pipe.toml", "settings")


def test_bounds_are_what_they_say() -> None:
    assert all(isinstance(bound, Bound) and bound.most_bytes > 0 for bound in BOUNDS.values())
    assert all(bool(bound.most) == bool(bound.of) for bound in BOUNDS.values())


@pytest.mark.parametrize("kind", ["a pipe", "a file"])
def test_a_dataset_takes_no_place_of_something_else(tmp_path: Path, kind: str) -> None:
    from wegeketten.batches.run import write_marker
    from wegeketten.errors import OutputError

    place = tmp_path / "dataset"
    if kind == "a pipe":
        os.mkfifo(place)
    else:
        place.write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=f"is {kind}"):
        write_marker(place)
    assert place.is_fifo() or place.read_text(encoding="utf-8") == "mine"
