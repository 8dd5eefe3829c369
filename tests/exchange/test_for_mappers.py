"""What goes back to OpenStreetMap: challenges, links and changes, each against a parser that is not ours."""

from __future__ import annotations

import json
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import osmium
import pytest

import wegeketten as wk
from wegeketten.errors import InputDataError, UsageError
from wegeketten.exchange.survey_list import app_for, read_tasks
from wegeketten.exchange.survey_tags import KEYS, known_values
from wegeketten.files.resources import shipped
from wegeketten.model.edges import ATTRIBUTE, Kind
from wegeketten.tags.readers import measure

Town = tuple[Path, wk.City]
Changes = tuple[Path, dict[str, Any]]
Found = list[tuple[str, str, str, str]]

BASE = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6" generator="hand">
<node id="1" version="1" lat="51.0500" lon="13.7300"/>
<node id="2" version="1" lat="51.0500" lon="13.7320"/>
<node id="3" version="7" lat="51.0501000" lon="13.7320000"><tag k="barrier" v="kerb"/>
 <tag k="note" v="&lt;Kante&gt; &amp; &quot;Bord&quot;"/></node>
<node id="4" version="2" lat="51.0502" lon="13.7320"><tag k="barrier" v="kerb"/>
 <tag k="kerb" v="raised"/></node>
<node id="5" version="1" lat="51.0502" lon="13.7340"/>
<node id="6" version="1" lat="51.0504" lon="13.7340"/>
<node id="7" version="3" lat="51.0502" lon="13.7360"><tag k="barrier" v="bollard"/></node>
<node id="8" version="1" lat="51.0502" lon="13.7370"/>
<node id="9" version="1" lat="51.0504" lon="13.7300"/>
<way id="10" version="4"><nd ref="1"/><nd ref="2"/><tag k="highway" v="footway"/></way>
<way id="11" version="5"><nd ref="2"/><nd ref="3"/><nd ref="4"/><tag k="highway" v="footway"/>
 <tag k="footway" v="crossing"/></way>
<way id="12" version="6"><nd ref="4"/><nd ref="5"/><nd ref="7"/><tag k="highway" v="footway"/></way>
<way id="13" version="2"><nd ref="5"/><nd ref="6"/><tag k="highway" v="steps"/></way>
<way id="14" version="1"><nd ref="7"/><nd ref="8"/><tag k="highway" v="footway"/></way>
<way id="15" version="1"><nd ref="1"/><nd ref="9"/><tag k="highway" v="footway"/></way>
</osm>
"""
HEAD = "lat,lon,osm,attribute,value,date,by\n"
FOUND = [
    ("n3", "kerb", "2,5 cm", "2026-11-20"),
    ("w13", "step_count", "12", "2026-11-20"),
    ("w13", "handrail", "both", ""),
    ("n7", "width", "0.95 m", ""),
    ("w10", "surface", "sett", "2026-11-21"),
    ("w10", "width", "1,40", ""),
    ("w10", "incline", "3.5°", ""),
    ("w14", "smoothness_grade", "3", ""),
    ("w15", "wheelchair", "limited", ""),
]
REFUSED = [
    ("n4", "kerb", "1 cm", "cannot both be true"),
    ("w12", "width", "1.1", "said of a piece of the way"),
    ("w14", "surface", "C", "a class is no surface"),
    ("w15", "surface", "Schotter", "is no surface that OpenStreetMap knows"),
    ("w15", "width", "about 2 m", "is no exact value"),
    ("n99", "kerb", "3 cm", "no edge of n99"),
]


def rows_of(found: Found) -> str:
    return HEAD + "".join(f',,{osm},{key},"{value}",{date},AB\n' for osm, key, value, date in found)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    folder = tmp_path_factory.mktemp("town")
    (folder / "base.osm").write_text(BASE, encoding="utf-8")
    return folder, wk.build(folder / "base.osm", folder / "city")


@pytest.fixture(scope="module")
def changes(town: Town) -> Changes:
    folder, city = town
    # of way 12 one piece only is meant: the one from 5 to 7
    refused = [(osm, key, value, "") for osm, key, value, _ in REFUSED]
    rows = rows_of([*FOUND, *refused]).replace(",,w12,", "51.0502,13.7350,w12,")
    (folder / "found.csv").write_text(rows, encoding="utf-8")
    told = wk.export(
        city, folder / "found.osc", "osmchange", survey=folder / "found.csv", base=folder / "base.osm"
    )
    return folder / "found.osc", told


def elements(path: Path) -> dict[str, tuple[int, dict[str, str], Any]]:
    """Elements of a file as pyosmium reads it: version, tags, and where or of what they are."""
    found = {}
    each: Any
    for each in osmium.FileProcessor(str(path)):
        name = f"{each.type_str()}{each.id}"
        body = (each.location.lon, each.location.lat) if each.is_node() else [n.ref for n in each.nodes]
        found[name] = (each.version, {tag.k: tag.v for tag in each.tags}, body)
    return found


def test_changes_are_the_base_elements_with_what_was_seen(town: Town, changes: Changes) -> None:
    path, told = changes
    base, changed = elements(town[0] / "base.osm"), elements(path)
    assert set(changed) == {"n3", "n7", "w10", "w13", "w14", "w15"}
    added = {}
    for name, (version, tags, body) in changed.items():
        assert (version, body) == (base[name][0], base[name][2])
        assert base[name][1].items() <= tags.items()
        added[name] = dict(tags.items() - base[name][1].items())
    assert added == {
        "n3": {"kerb:height": "2.5 cm", "check_date:kerb:height": "2026-11-20"},
        "n7": {"maxwidth:physical": "0.95"},
        "w10": {
            "surface": "sett",
            "check_date:surface": "2026-11-21",
            "width": "1.4",
            "incline": added["w10"]["incline"],
        },
        "w13": {"step_count": "12", "check_date:step_count": "2026-11-20", "handrail": "both"},
        "w14": {"smoothness": "intermediate"},
        "w15": {"wheelchair": "limited"},
    }
    slope = measure("incline", added["w10"]["incline"])
    assert slope is not None
    assert slope.value == pytest.approx(6.116, abs=1e-3)
    assert (told["elements"], told["tags"]) == (6, sum(map(len, added.values())))


def test_what_becomes_no_change_is_told(changes: Changes) -> None:
    reasons = {each["row"]: each["reason"] for each in changes[1]["left_out"]}
    assert len(reasons) == len(REFUSED)
    for number, (*_, words) in enumerate(REFUSED, start=len(FOUND) + 1):
        assert words in reasons[f"found.csv, row {number}"]


def test_the_changed_map_says_what_the_survey_says(town: Town, changes: Changes, tmp_path: Path) -> None:
    """The base with the changes, read as an extract, holds the surveyed values as tags."""
    folder, _ = town
    (tmp_path / "seen.csv").write_text(rows_of(FOUND), encoding="utf-8")
    surveyed = wk.build(folder / "base.osm", tmp_path / "surveyed", survey=tmp_path / "seen.csv")
    changed = elements(changes[0])
    text = BASE
    for name, (_, tags, _) in changed.items():
        kind = {"n": "node", "w": "way"}[name[0]]
        for key in tags.keys() - elements(folder / "base.osm")[name][1].keys():
            head = re.compile(rf'(<{kind} id="{name[1:]}" .*?)(</{kind}>)', re.DOTALL)
            text = head.sub(rf'\1<tag k="{key}" v="{tags[key]}"/>\2', text, count=1)
    (tmp_path / "new.osm").write_text(text, encoding="utf-8")
    mapped = wk.build(tmp_path / "new.osm", tmp_path / "mapped")
    assert mapped.edges.ids() == surveyed.edges.ids()
    for name in ATTRIBUTE:
        seen = surveyed.edges[f"{name}_from"] == 1
        for column in (name, f"{name}_lower", f"{name}_upper"):
            assert mapped.edges[column][seen] == pytest.approx(surveyed.edges[column][seen], abs=1e-4), name


def test_nothing_is_written_of_what_is_not_surveyed(town: Town, tmp_path: Path) -> None:
    folder, city = town
    (tmp_path / "none.csv").write_text(HEAD + ",,n3,kerb,about 3 cm,,\n", encoding="utf-8")
    with pytest.raises(InputDataError, match="no row becomes a change"):
        wk.export(
            city, tmp_path / "x.osc", "osmchange", survey=tmp_path / "none.csv", base=folder / "base.osm"
        )
    assert not (tmp_path / "x.osc").exists()


def test_contradicting_people_change_nothing(town: Town, tmp_path: Path) -> None:
    folder, city = town
    said = HEAD + ",,n3,kerb,1 cm,2026-11-20,AB\n,,n3,kerb,9 cm,2026-11-21,CD\n,,w10,width,2,,AB\n"
    (tmp_path / "two.csv").write_text(said, encoding="utf-8")
    told = wk.export(
        city, tmp_path / "x.osc", "osmchange", survey=tmp_path / "two.csv", base=folder / "base.osm"
    )
    assert set(elements(tmp_path / "x.osc")) == {"w10"}
    assert [each["reason"] for each in told["left_out"]] == ["contradicts another row of the same place"] * 2


def test_extracts_without_versions_are_refused(town: Town, tmp_path: Path) -> None:
    _, city = town
    (tmp_path / "bare.osm").write_text(re.sub(r' version="\d+" lat', " lat", BASE), encoding="utf-8")
    (tmp_path / "seen.csv").write_text(rows_of(FOUND), encoding="utf-8")
    with pytest.raises(InputDataError, match="states no versions"):
        wk.export(
            city, tmp_path / "x.osc", "osmchange", survey=tmp_path / "seen.csv", base=tmp_path / "bare.osm"
        )
    with pytest.raises(UsageError, match="needs --survey"):
        wk.export(city, tmp_path / "x.osc", "osmchange")


LIST = """rank,barrier_id,kind,lat,lon,attribute,lower,upper,people_between,unit,street,near
1,n3,kerb,51.0501,13.732,kerb_cm,0,20,120.5,cm,Südweg,"Südweg 3 <b>"
2,w13,steps,51.0503,13.734,step_count,1,40,80,steps,,
3,w13,steps,51.0503,13.734,handrail_sides,0,2,95,sides,,
4,w10,narrow,51.05,13.731,width_m,0.8,6,10,m,,
5,w10:2,narrow,51.05,13.7315,width_m,0.8,6,10,m,,
6,x77,narrow,51.05,13.731,width_m,0.8,6,10,m,,
"""


PLACES = [(51.0501, 13.732), (51.0503, 13.734), (51.05, 13.731), (51.05, 13.7315)]


@pytest.fixture
def walks(tmp_path: Path) -> Path:
    (tmp_path / "walks").mkdir()
    (tmp_path / "walks" / "survey.csv").write_text(LIST, encoding="utf-8")
    return tmp_path / "walks"


def _tasks_of_a_challenge(text: str) -> dict[str, dict[str, Any]]:
    """Tasks by name, by the rules of MapRoulette's own service (ChallengeProvider of its backend).

    Lines end at line feeds and nowhere else. A file counts as one task per line where its first line begins
    with the record separator, else where its first two are objects. A task is named after its first feature's
    ``id``, and of two tasks of one name in a challenge the second is refused.
    """
    lines = text.split("\n")
    while lines and not lines[-1]:
        lines.pop()
    apart = len(lines) > 1 and all(line.startswith("{") and line.endswith("}") for line in lines[:2])
    assert (len(lines[0]) > 1 and lines[0][0] == "\x1e") or apart
    tasks: dict[str, dict[str, Any]] = {}
    for line in lines:
        task = json.loads(line.lstrip("\x1e"))
        first = task["features"][0]
        name = next(str(first[key]) for key in ("id", "@id", "osmid", "osm_id", "name") if key in first)
        assert name not in tasks
        tasks[name] = task
    return tasks


@pytest.mark.parametrize("count", [1, 2, 3])
def test_maproulettes_own_rules_find_every_task(walks: Path, tmp_path: Path, count: int) -> None:
    """Also a single one."""
    listed = (walks / "survey.csv").read_text(encoding="utf-8").splitlines()
    (walks / "survey.csv").write_text("\n".join(listed[: count + 1]) + "\n", encoding="utf-8")
    out = tmp_path / "challenge.geojson"
    wk.export(walks, out, "maproulette", lang="de")
    tasks = _tasks_of_a_challenge(out.read_text(encoding="utf-8"))
    elements_of = [place for task in tasks.values() for place in task["features"]]
    assert len(elements_of) == min(count, 2)  # two questions about the steps are one place
    for name, task in tasks.items():
        assert name.split("/")[0] in {"node", "way", "relation"}
        assert int(name.split("/")[1]) > 0
        assert {place["id"] for place in task["features"]} == {name}


@pytest.mark.parametrize("lang", ["de", "en"])
def test_a_challenge_is_one_feature_collection_per_line(
    town: Town, walks: Path, tmp_path: Path, lang: str
) -> None:
    out = tmp_path / "challenge.geojson"
    assert wk.export(walks, out, "maproulette", lang=lang) == {"tasks": 3}
    raw = out.read_bytes()
    assert raw.endswith(b"\n")
    lines = raw.decode().split("\n")[:-1]
    assert len(lines) == 3
    known = {name.replace("n", "node/").replace("w", "way/") for name in elements(town[0] / "base.osm")}
    for line in lines:
        assert line[0] == "\x1e"
        task = json.loads(line[1:])
        assert set(task) == {"type", "features"}
        for feature in task["features"]:
            assert feature["geometry"]["type"] == "Point"
            assert feature["id"] == feature["properties"]["@id"] == task["features"][0]["id"]
            assert feature["id"] in known
    assert [len(json.loads(line[1:])["features"]) for line in lines] == [1, 1, 2]  # two pieces of one way
    assert len({json.loads(line[1:])["features"][0]["id"] for line in lines}) == len(lines)
    first, steps, way = (json.loads(line[1:])["features"][0]["properties"] for line in lines)
    assert "StreetComplete" in first["app"]
    assert (steps["people"], steps["rank"]) == (95.0, 2)
    assert steps["question"].count(";") == 1
    assert "Vespucci" in way["app"]
    assert ("fragt danach" in first["app"]) == (lang == "de")


def test_with_its_city_a_list_knows_the_kinds_of_ways(town: Town, walks: Path) -> None:
    tasks = {task.barrier_id: task for task in read_tasks(walks, town[1])}
    assert tasks["w10"].questions[0].app == "StreetComplete"  # a footway, whose width it asks


class Links(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.found += [str(value) for name, value in attrs if name == "href"]


def test_josm_links_load_the_place_and_select_the_element(walks: Path, tmp_path: Path) -> None:
    wk.export(walks, tmp_path / "josm.html", "josm", lang="de")
    page = Links((tmp_path / "josm.html").read_text(encoding="utf-8"))
    assert "b" not in page.tags  # names are text
    assert "script" not in page.tags
    remote = [link for link in page.found if link.startswith("http://127.0.0.1:8111/load_and_zoom?")]
    selected = [parse_qs(urlsplit(link).query) for link in remote]
    assert [each["select"] for each in selected] == [["node3"], ["way13"], ["way10"], ["way10"]]
    for each, (lat, lon) in zip(selected, PLACES, strict=True):
        left, right, bottom, top = (float(each[side][0]) for side in ("left", "right", "bottom", "top"))
        assert left < lon < right
        assert bottom < lat < top
        assert right - left < 0.002
    assert page.found[1] == "https://www.openstreetmap.org/node/3"


def test_lists_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match="no survey list here"):
        wk.export(tmp_path, tmp_path / "x.geojson", "maproulette")
    (tmp_path / "survey.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputDataError, match="column missing: barrier_id"):
        wk.export(tmp_path, tmp_path / "x.geojson", "maproulette")
    with pytest.raises(UsageError, match=r"a file that ends in \.html was expected"):
        wk.export(tmp_path, tmp_path / "x.txt", "josm")
    with pytest.raises(UsageError, match="there is no such format"):
        wk.export(tmp_path, tmp_path / "x.txt", "shapefile")


def test_every_app_asks_for_attributes_and_kinds_there_are() -> None:
    told = tomllib.loads(shipped("exchange", "apps.toml").read_text(encoding="utf-8"))
    for entry in told["asks"]:
        assert set(entry["attributes"]) <= ATTRIBUTE.keys()
        assert set(entry.get("kinds", ())) <= {kind.name for kind in Kind}
        assert set(entry["elements"]) <= set("nwr")
    assert app_for("kerb_cm", "kerb", "w") == ("Vespucci", False)


def test_every_known_value_is_one_we_read() -> None:
    assert KEYS.keys() == ATTRIBUTE.keys()
    for key, values in known_values().items():
        for value in values:
            assert measure(key, value) is not None, (key, value)
