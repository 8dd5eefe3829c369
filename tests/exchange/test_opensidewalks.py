"""OpenSidewalks out and in: the verdicts of its own validator, round trips, and what stays unknown.

``opensidewalks_verdicts.csv`` holds single features in an otherwise valid set, and what the validator
(python-osw-validation 0.5.0) says of each. It needs libraries of its own; where the environment variable
``WEGEKETTEN_OSW_VALIDATOR`` names a Python that has it, exported sets are put before it as well.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import wegeketten as wk
from wegeketten.errors import InputDataError
from wegeketten.model.edges import Kind
from wegeketten.osm.extract import read_extract
from wegeketten.osm.opensidewalks import read_sidewalks, schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from wegeketten.city import City

VERDICTS = Path(__file__).with_name("opensidewalks_verdicts.csv")
VERSION = "https://sidewalks.washington.edu/opensidewalks/0.3/schema.json"

TOWN = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6" generator="hand">
<node id="1" lat="51.0500" lon="13.7300"/>
<node id="2" lat="51.0500" lon="13.7320"/>
<node id="3" lat="51.0501" lon="13.7320"><tag k="barrier" v="kerb"/><tag k="kerb" v="lowered"/>
 <tag k="tactile_paving" v="yes"/></node>
<node id="4" lat="51.0502" lon="13.7320"><tag k="barrier" v="kerb"/></node>
<node id="5" lat="51.0502" lon="13.7340"/>
<node id="6" lat="51.0504" lon="13.7340"/>
<node id="7" lat="51.0502" lon="13.7360"><tag k="barrier" v="bollard"/></node>
<node id="8" lat="51.0502" lon="13.7370"/>
<node id="9" lat="51.0503" lon="13.7330"><tag k="amenity" v="bench"/></node>
<way id="10"><nd ref="1"/><nd ref="2"/><tag k="highway" v="footway"/><tag k="footway" v="sidewalk"/>
 <tag k="surface" v="asphalt"/><tag k="width" v="1.8"/><tag k="name" v="Südweg &lt;b&gt;"/></way>
<way id="11"><nd ref="2"/><nd ref="3"/><nd ref="4"/><tag k="highway" v="footway"/>
 <tag k="footway" v="crossing"/><tag k="crossing:markings" v="zebra"/></way>
<way id="12"><nd ref="4"/><nd ref="5"/><tag k="highway" v="footway"/><tag k="incline" v="4%"/></way>
<way id="13"><nd ref="5"/><nd ref="6"/><tag k="highway" v="steps"/><tag k="step_count" v="9"/></way>
<way id="14"><nd ref="5"/><nd ref="7"/><nd ref="8"/><tag k="highway" v="path"/>
 <tag k="surface" v="gravel"/></way>
</osm>
"""


BENCHES = (("77", 0.0), ("007", 0.001))

Sets = dict[str, list[dict[str, Any]]]  # features of each file of a set


def unpacked(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        return {name.split(".")[-2]: json.loads(archive.read(name)) for name in archive.namelist()}


def packed(path: Path, sets: Sets, version: str = VERSION) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, features in sets.items():
            document = {"$schema": version, "type": "FeatureCollection", "features": features}
            archive.writestr(f"opensidewalks.{name}.geojson", json.dumps(document))
    return path


def point(name: str, lon: float, lat: float, **about: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"_id": name, **about},
    }


def line(name: str, tail: str, head: str, points: list[list[float]], **about: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": points},
        "properties": {"_id": name, "_u_id": tail, "_v_id": head, **about},
    }


def street(**crossing: Any) -> Sets:
    """Two pavements and the crossing between them; of its kerbs only what is told."""
    a, b, c, d = [13.73, 51.05], [13.732, 51.05], [13.732, 51.0502], [13.734, 51.0502]
    nodes = [point("a", *a), point("b", *b), point("c", *c), point("d", *d)]
    walk = {"highway": "footway", "footway": "sidewalk"}
    edges = [
        line("1", "a", "b", [a, b], **walk, surface="paving_stones", width=1.5, length=140.2),
        line("2", "b", "c", [b, c], highway="footway", footway="crossing", **crossing),
        line("3", "c", "d", [c, d], **walk, incline=-0.06, **{"ext:surface": "sett"}),
    ]
    return {"nodes": nodes, "edges": edges}


def validated(path: Path) -> str:
    """Whether the validator passes a set, and what it says; skips where it is not."""
    python = os.environ.get("WEGEKETTEN_OSW_VALIDATOR")
    if not python:
        pytest.skip("WEGEKETTEN_OSW_VALIDATOR names no Python that has python-osw-validation")
    code = (
        "import sys\nfrom python_osw_validation import OSWValidation\n"
        "found = OSWValidation(zipfile_path=sys.argv[1]).validate()\nprint(found.is_valid, found.errors)"
    )
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [python, "-W", "ignore", "-c", code, str(path)], capture_output=True, text=True, check=True, env=plain
    )
    return done.stdout.strip().splitlines()[-1]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[City, Path]:
    folder = tmp_path_factory.mktemp("town")
    (folder / "town.osm").write_text(TOWN, encoding="utf-8")
    city = wk.build(folder / "town.osm", folder / "city")
    wk.export(city, folder / "town.zip", "osw")
    return city, folder / "town.zip"


def verdicts() -> list[dict[str, str]]:
    with VERDICTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", verdicts(), ids=lambda row: row["feature"][-60:])
def test_verdicts_are_those_of_the_validator(tmp_path: Path, row: dict[str, str]) -> None:
    feature, dataset = json.loads(row["feature"]), row["dataset"]
    walk = {"highway": "footway", "footway": "sidewalk"}
    sets = {
        "nodes": [point("a", 0.0, 0.0), point("b", 1.0, 1.0)],
        "edges": [line("e", "a", "b", [[0.0, 0.0], [0.5, 0.25], [1.0, 1.0]], **walk)],
    }
    sets[dataset] = [feature] if dataset == "edges" else [*sets.get(dataset, []), feature]
    path = packed(tmp_path / "set.zip", sets)
    if row["valid"] == "yes":
        assert read_sidewalks(path).features[dataset][-1] == feature
    else:
        with pytest.raises(InputDataError) as told:
            read_sidewalks(path)
        assert str(told.value).startswith(str(path))
        assert "\n" not in str(told.value)


def test_what_is_exported_says_what_the_city_knows(town: tuple[City, Path]) -> None:
    city, path = town
    sets = unpacked(path)
    nodes = {node["properties"]["_id"]: node for node in sets["nodes"]["features"]}
    kerbs = [node["properties"] for node in nodes.values() if node["properties"].get("barrier") == "kerb"]
    told = sorted((kerb.get("kerb", "unknown"), kerb["ext:kerb_cm_from"]) for kerb in kerbs)
    assert ("lowered", "tagged") in told
    assert all(kerb != "unknown" or source == "assumed" for kerb, source in told)
    assert len(told) == (city.edges["kind"] == Kind.kerb).sum()
    lowered = next(kerb for kerb in kerbs if kerb.get("kerb") == "lowered")
    assert lowered["tactile_paving"] == "yes"
    assert (lowered["ext:kerb_cm_lower"], lowered["ext:kerb_cm_upper"]) == (1.0, 3.0)
    ways = {edge["properties"]["_id"]: edge["properties"] for edge in sets["edges"]["features"]}
    assert ways["w10"]["surface"] == "paved"
    assert (ways["w10"]["width"], ways["w10"]["name"]) == (1.8, "Südweg <b>")
    assert "width" not in ways["w12"]  # nobody said it
    assert ways["w12"]["ext:width_m_from"] == "assumed"
    assert (ways["w12"]["incline"], ways["w13"]["step_count"]) == (0.04, 9)
    gravel = next(way for name, way in ways.items() if name.startswith("w14"))
    assert (gravel["surface"], gravel["ext:highway"]) == ("unpaved", "path")
    assert {
        p["properties"].get("amenity") or p["properties"]["barrier"] for p in sets["points"]["features"]
    } == {
        "bench",
        "bollard",
    }


def test_ends_of_edges_are_nodes_and_every_edge_is_there(town: tuple[City, Path]) -> None:
    city, path = town
    sets = unpacked(path)
    nodes = {node["properties"]["_id"]: node["geometry"]["coordinates"] for node in sets["nodes"]["features"]}
    assert len(nodes) == len(sets["nodes"]["features"])
    for edge in sets["edges"]["features"]:
        about, points = edge["properties"], edge["geometry"]["coordinates"]
        assert (points[0], points[-1]) == (nodes[about["_u_id"]], nodes[about["_v_id"]])
    names = {edge["properties"]["_id"].partition("/")[0] for edge in sets["edges"]["features"]}
    carried = {node["properties"].get("ext:barrier_ids") for node in sets["nodes"]["features"]}
    assert set(city.edges.ids()) <= names | carried
    read_sidewalks(path)


def test_the_same_city_gives_the_same_bytes(town: tuple[City, Path], tmp_path: Path) -> None:
    city, path = town
    wk.export(city, tmp_path / "again.zip", "osw")
    assert (tmp_path / "again.zip").read_bytes() == path.read_bytes()


def test_validator_passes_the_export(town: tuple[City, Path]) -> None:
    assert validated(town[1]).startswith("True")


def test_missing_kerbs_stay_unknown(tmp_path: Path) -> None:
    city = wk.build(packed(tmp_path / "set.zip", street()), tmp_path / "city")
    kerbs = city.edges["kind"] == Kind.kerb
    assert kerbs.sum() == 2
    assert (city.edges["kerb_cm_lower"][kerbs] == 0).all()
    assert (city.edges["kerb_cm_upper"][kerbs] >= 15).all()
    assert "holds ways but no relations" not in (city.path / "skipped.csv").read_text(encoding="utf-8")


def test_what_a_set_says_counts_as_tagged(tmp_path: Path) -> None:
    sets = street(**{"crossing:markings": "zebra"})
    sets["nodes"][1]["properties"] |= {"barrier": "kerb", "kerb": "flush", "tactile_paving": "yes"}
    city = wk.build(packed(tmp_path / "set.zip", sets), tmp_path / "city")
    rows = {name.partition(":")[0]: row for row, name in enumerate(city.edges.ids())}
    assert city.edges["width_m"][rows["w1"]] == pytest.approx(1.5)
    assert city.edges["incline_pct"][rows["w3"]] == pytest.approx(-6)
    assert city.edges["surface_class"][rows["w3"]] == 3  # what stands in ext:surface says more
    kerbs = city.edges["kerb_cm_upper"][city.edges["kind"] == Kind.kerb]
    assert kerbs.min() == 1


def test_a_set_comes_back_whole(tmp_path: Path) -> None:
    sets = street(**{"crossing:markings": "ladder"})
    sets["points"] = [point("t", 13.731, 51.05, natural="tree", leaf_cycle="evergreen")]
    ring = [[13.73, 51.05], [13.732, 51.05], [13.732, 51.0502], [13.73, 51.05]]
    area = {"type": "Polygon", "coordinates": [ring]}
    sets["polygons"] = [
        {
            "type": "Feature",
            "geometry": area,
            "properties": {"_id": "h", "building": "house", "name": "Nr. 1"},
        }
    ]
    about = {"_id": "z", "_w_id": ["a", "b", "c"], "highway": "pedestrian", "surface": "paved"}
    sets["zones"] = [{"type": "Feature", "geometry": area, "properties": about}]
    fence = {"type": "LineString", "coordinates": ring[:2]}
    sets["lines"] = [{"type": "Feature", "geometry": fence, "properties": {"_id": "f", "barrier": "fence"}}]
    city = wk.build(packed(tmp_path / "set.zip", sets), tmp_path / "city")
    counts = wk.export(city, tmp_path / "back.zip", "osw")
    assert counts == {name: len(features) for name, features in sets.items()}
    back = unpacked(tmp_path / "back.zip")
    for name, features in sets.items():
        assert back[name]["$schema"] == VERSION
        for feature, other in zip(features, back[name]["features"], strict=True):
            assert other["geometry"] == feature["geometry"]
            said = other["properties"]
            assert {key: said[key] for key in feature["properties"]} == feature["properties"]
            assert all(key.startswith("ext:") for key in said.keys() - feature["properties"].keys())
    assert back["edges"]["features"][0]["properties"]["ext:surface_class_from"] == "tagged"


def test_what_was_surveyed_since_overrules_the_set(tmp_path: Path) -> None:
    (tmp_path / "found.csv").write_text("osm,attribute,value\nw1,width,0.70 m\nw3,surface,gravel\n")
    source = packed(tmp_path / "set.zip", street())
    city = wk.build(source, tmp_path / "city", survey=tmp_path / "found.csv")
    wk.export(city, tmp_path / "back.zip", "osw")
    edges = {
        edge["properties"]["_id"]: edge["properties"]
        for edge in unpacked(tmp_path / "back.zip")["edges"]["features"]
    }
    assert (edges["1"]["width"], edges["1"]["surface"]) == (0.7, "paving_stones")
    assert (edges["3"]["surface"], edges["3"]["ext:surface_class_from"]) == ("unpaved", "surveyed")


def test_ids_that_are_no_numbers_or_come_twice(tmp_path: Path) -> None:
    sets = street()
    sets["points"] = [
        point("77", 13.731, 51.05, amenity="bench"),
        point("007", 13.7312, 51.05, amenity="bench"),
    ]
    sets["nodes"][0]["properties"]["_id"] = "77"
    sets["edges"][0]["properties"]["_u_id"] = "77"
    city = wk.build(packed(tmp_path / "set.zip", sets), tmp_path / "city")
    assert 77 in city.nodes["osm_id"].tolist()
    assert (city.places["service"] == "bench").sum() == 2
    assert len(np.unique(city.places["place_id"])) == 2


def test_the_own_export_is_read_with_no_more_certainty(town: tuple[City, Path], tmp_path: Path) -> None:
    """Read back, nobody is sure of a way that the city was not sure of."""
    from wegeketten.people.profile import load_profile
    from wegeketten.routing import INF

    city, path = town
    back = wk.build(path, tmp_path / "back")

    def sure_metres(one: City, profile: str) -> float:
        weights = one.weights(load_profile(profile)).sure.reshape(-1, 2)
        return float(one.edges["length_m"][(weights < INF).any(axis=1)].sum())

    for profile in ("walker", "wheelchair", "blind"):
        assert sure_metres(back, profile) <= sure_metres(city, profile) + 1
    assert (back.edges["kind"] == Kind.kerb).sum() >= (city.edges["kind"] == Kind.kerb).sum()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: s["edges"][0]["properties"].update(surface="sett"), "surface='sett' is none of asphalt"),
        (lambda s: s["edges"][0]["properties"].update(incline=None), "incline is empty"),
        (lambda s: s["nodes"].append(s["nodes"][0]), "_id 'a' was given before"),
        (lambda s: s["edges"][1]["properties"].update(_v_id="x"), "_v_id 'x' is no node of the set"),
        (lambda s: s.pop("edges"), "holds no edges"),
        (lambda s: s.update(trees=s["nodes"]), "trees.geojson is none of the six files"),
    ],
)
def test_invalid_sets_are_refused_in_one_line(
    tmp_path: Path, change: Callable[[Sets], object], words: str
) -> None:
    sets = street()
    change(sets)
    with pytest.raises(InputDataError, match=words):
        wk.build(packed(tmp_path / "set.zip", sets), tmp_path / "city")
    assert not (tmp_path / "city").exists()


def test_files_that_are_no_json(tmp_path: Path) -> None:
    path = packed(tmp_path / "set.zip", street())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("more.points.geojson", '{"type": "FeatureCollection", "features": [NaN]}')
    with pytest.raises(InputDataError, match="holds NaN, which is no number in JSON"):
        read_sidewalks(path)
    packed(path, street(), version="https://example.org/0.9")
    with pytest.raises(InputDataError, match=r"states no \$schema of OpenSidewalks"):
        read_sidewalks(path)


@pytest.mark.parametrize(
    "about",
    [{"name": "x" * 5000}, {"name": "a\0b"}, {"name": "a\ud800b"}, {"ext:" + "k" * 3000: "v"}, {"ext:": "v"}],
    ids=["long", "zero", "surrogate", "key", "empty"],
)
def test_texts_that_openstreetmap_cannot_hold(tmp_path: Path, about: dict[str, str]) -> None:
    """They once ended the process inside libosmium."""
    sets = street()
    sets["edges"][0]["properties"] |= about
    found = read_extract(packed(tmp_path / "set.zip", sets))
    for way in found.ways.values():
        assert all(len(key) <= 255 and len(value) <= 255 for key, value in way.tags.items())
        assert "".join(way.tags.values()).isprintable()
    assert found.originals[-3].feature["properties"].items() >= about.items()


def test_every_kind_of_the_schema_has_only_known_values() -> None:
    told = schema()
    for dataset in told.datasets.values():
        for kind in dataset.kinds:
            assert {"_id"} <= kind.allowed
            for name, value in kind.constants.items():
                assert value == "*" or name not in told.values or value in told.values[name]["words"]


@pytest.mark.data
def test_real_sets(shared_data: Path, tmp_path: Path) -> None:
    """The five valid and invalid sets of the validator's own tests, and the valid one comes back whole."""
    folder = shared_data / "osw"
    if not folder.is_dir():
        pytest.skip("no sets of OpenSidewalks here")
    for name in ("edge_u_id_coord_mismatch", "edges_invalid", "nodes_invalid", "wrong_datatype"):
        with pytest.raises(InputDataError) as told:
            wk.build(folder / f"{name}.zip", tmp_path / name)
        assert "\n" not in str(told.value)
    city = wk.build(folder / "valid.zip", tmp_path / "city")
    wk.export(city, tmp_path / "back.zip", "osw")
    first = read_sidewalks(folder / "valid.zip")
    back = read_sidewalks(tmp_path / "back.zip")
    assert back.heads == first.heads
    for dataset, features in first.features.items():
        for one, other in zip(features, back.features[dataset], strict=True):
            assert one["geometry"] == other["geometry"]
            assert one["properties"].items() <= other["properties"].items()
    if os.environ.get("WEGEKETTEN_OSW_VALIDATOR"):
        assert validated(tmp_path / "back.zip").startswith("True")
