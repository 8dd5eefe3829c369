"""Reading extracts: what is kept, and what happens to files that are broken, cut or no extracts at all."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import subprocess
import sys
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

import numpy as np
import osmium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wegeketten.errors import InputDataError
from wegeketten.osm.extract import read_extract

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# what XML can carry: no control characters, no lone surrogates; libosmium cuts plane 16, private use
_LETTERS = st.characters(
    exclude_categories=["Cc", "Cs"],
    max_codepoint=0xFFFFF,
    exclude_characters="\ufffe\uffff",
    include_characters="\n\t",
)

SMALL = """<?xml version='1.0' encoding='UTF-8'?>
<osm version="0.6" generator="hand">
 <node id="1" lat="51.0000" lon="13.0000" version="1"/>
 <node id="2" lat="51.0000" lon="13.0010" version="1"><tag k="barrier" v="kerb"/></node>
 <node id="3" lat="51.0010" lon="13.0010" version="1"/>
 <node id="12345678901" lat="51.0010" lon="13.0000" version="1"/>
 <way id="10" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="highway" v="footway"/></way>
 <way id="11" version="1"><nd ref="3"/><nd ref="12345678901"/><nd ref="1"/></way>
 <way id="12" version="1"><nd ref="3"/><nd ref="1"/></way>
 <relation id="20" version="1"><member type="way" ref="11" role="outer"/>
  <tag k="type" v="multipolygon"/><tag k="leisure" v="park"/></relation>
 <relation id="21" version="1"><member type="way" ref="12" role=""/><tag k="type" v="route"/></relation>
</osm>
"""


def _write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _pbf(folder: Path, xml: str = SMALL) -> Path:
    source = _write(folder, "source.osm", xml)
    target = folder / "small.osm.pbf"
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        for thing in osmium.FileProcessor(str(source)):
            writer.add(thing)
    return target


def _frames(data: bytes) -> list[int]:
    """Where each blob of a PBF ends, read by hand: 4 bytes of length, header, blob."""
    ends, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        header = data[at + 4 : at + 4 + size]
        # field 3 of BlobHeader is the size of the blob, a varint, and comes last
        key = header.rindex(b"\x18")
        blob = 0
        for shift, byte in enumerate(header[key + 1 :]):
            blob |= (byte & 0x7F) << (7 * shift)
        at += 4 + size + blob
        ends.append(at)
    return ends


@pytest.mark.parametrize("form", ["osm", "osm.gz", "osm.bz2", "osm.pbf"])
def test_the_same_elements_from_every_format(tmp_path: Path, form: str) -> None:
    if form == "osm.pbf":
        path = _pbf(tmp_path)
    else:
        packs: dict[str, Callable[[bytes], bytes]]
        packs = {"osm": bytes, "osm.gz": gzip.compress, "osm.bz2": bz2.compress}
        pack = packs[form]
        path = _write(tmp_path, f"a.{form}", pack(SMALL.encode()))
    features = read_extract(path)
    assert {node.id: node.tags for node in features.nodes.values()} == {2: {"barrier": "kerb"}}
    assert (features.nodes[2].lon, features.nodes[2].lat) == pytest.approx((13.001, 51.0))
    assert set(features.ways) == {10, 11}  # 12 is untagged and only in a route
    way = features.ways[11]
    assert features.refs[way.start : way.stop].tolist() == [3, 12345678901, 1]  # beyond 32 bits
    assert features.refs.dtype == np.int64
    np.testing.assert_allclose(
        features.lonlat[way.start : way.stop], [[13.001, 51.001], [13.0, 51.001], [13.0, 51.0]]
    )
    assert features.relations.keys() == {20}
    assert features.relations[20].members == [("w", 11, "outer")]
    assert features.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert not features.skipped


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.osm.pbf", b"", "empty"),
        ("a.osm.pbf", b"<!DOCTYPE html><html><body>404", "web page"),
        ("a.osm.pbf", b'{"type": "FeatureCollection"}', "starts with"),
        ("a.osm.pbf", SMALL.encode(), "call it .osm"),
        ("a.osm.pbf", bytes(range(256)) * 8, "no OSM PBF"),
        ("a.osm", b"<html>", "web page"),
        ("a.osm", b"<?xml version='1.0'?><gpx/>", "no OSM XML"),
        ("a.osm", b"<?xml version='1.0'?><osmChange version='0.6'/>", "changes"),
        ("a.osm", SMALL[:500].encode(), "cannot be read"),
        ("a.osm.gz", SMALL.encode(), "not packed with gzip"),
        ("a.osm.bz2", gzip.compress(SMALL.encode()), "packed with gzip"),
        ("a.osm.gz", gzip.compress(SMALL.encode() * 50)[:-200], ""),
        ("a.osm.bz2", bz2.compress(SMALL.encode())[:-40], ""),
        ("a.osm.bz2", b"BZh9" + b"garbage" * 40, "broken"),
        ("a.shp", SMALL.encode(), "unknown ending"),
        ("a.osm.gz", gzip.compress(b"<osm>" + b" " * 200_000_000), "200 times"),
        ("a.osm.bz2", bz2.compress(b"<osm>" + b" " * 50_000_000), "200 times"),
        ("a.osm", b"<osm version='0.6'></osm>", "no ways"),
    ],
)
def test_unusable_files_end_in_one_line(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    path = _write(tmp_path, name, content)
    with pytest.raises(InputDataError) as caught:
        read_extract(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    assert says in message
    assert caught.value.exit_code == 3


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match="no such file"):
        read_extract(tmp_path / "b.osm.pbf")


@pytest.mark.parametrize("cut", [1, 0.5, 0.9])
def test_a_pbf_cut_inside_a_blob_is_refused(tmp_path: Path, cut: float) -> None:
    data = _pbf(tmp_path).read_bytes()
    keep = len(data) - 1 if cut == 1 else int(len(data) * cut)
    path = _write(tmp_path, "cut.osm.pbf", data[:keep])
    with pytest.raises(InputDataError, match="download it again"):
        read_extract(path)


def test_a_pbf_cut_between_blobs_is_told(tmp_path: Path) -> None:
    """Nothing in the file itself is wrong then; only its content and a checksum beside it can tell."""
    whole = SMALL.replace('<relation id="20"', '<relation id="19"/><relation id="20"')
    data = _pbf(tmp_path, whole).read_bytes()
    ends = _frames(data)
    assert ends[-1] == len(data)
    path = _write(tmp_path, "cut.osm.pbf", data[: ends[-2]])
    (tmp_path / "cut.osm.pbf.md5").write_text(hashlib.md5(data).hexdigest() + "  cut.osm.pbf\n")
    with pytest.raises(InputDataError, match="checksum"):
        read_extract(path)
    (tmp_path / "cut.osm.pbf.md5").unlink()
    no_relations = _write(tmp_path, "no.osm", SMALL[: SMALL.index(" <relation")] + "</osm>")
    assert any("cut off" in row.reason for row in read_extract(no_relations).skipped)


def test_missing_nodes_tear_a_way(tmp_path: Path) -> None:
    xml = SMALL.replace('<nd ref="2"/>', '<nd ref="2"/><nd ref="99"/><nd ref="98"/>').replace(
        '<nd ref="12345678901"/>', '<nd ref="12345678901"/><nd ref="97"/>'
    )
    features = read_extract(_write(tmp_path, "a.osm", xml))
    ten, eleven = features.ways[10], features.ways[11]
    assert features.refs[ten.start : ten.stop].tolist() == [1, 2, 3]
    assert features.refs[eleven.start : eleven.stop].tolist() == [3, 12345678901, 1]
    torn = {int(features.refs[position]) for position in features.gaps}
    assert features.gaps.tolist() == [ten.start + 2, eleven.start + 2]
    assert torn == {3, 1}
    assert ("w10", "2 of its nodes are not in the file") in {
        (row.element, row.reason) for row in features.skipped
    }


def test_a_file_without_most_nodes_is_refused(tmp_path: Path) -> None:
    xml = SMALL.replace('<nd ref="1"/>', '<nd ref="91"/>').replace('<nd ref="3"/>', '<nd ref="93"/>')
    with pytest.raises(InputDataError, match="6 of 8 node references"):
        read_extract(_write(tmp_path, "a.osm", xml))


def test_editor_files_with_negative_ids_are_read(tmp_path: Path) -> None:
    xml = (
        SMALL.replace('id="1"', 'id="-1"')
        .replace('ref="1"', 'ref="-1"')
        .replace('<way id="10"', '<way id="-10"')
    )
    features = read_extract(_write(tmp_path, "a.osm", xml))
    way = features.ways[-10]
    assert features.refs[way.start : way.stop].tolist() == [-1, 2, 3]
    np.testing.assert_allclose(features.lonlat[way.start], [13.0, 51.0])
    assert any("negative" in row.reason for row in features.skipped)


def test_history_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "h.osm.pbf"
    file = osmium.io.File(str(path), "osh.pbf")
    with osmium.SimpleWriter(file) as writer:
        for thing in osmium.FileProcessor(str(_write(tmp_path, "s.osm", SMALL))):
            writer.add(thing)
    with pytest.raises(InputDataError, match="history"):
        read_extract(path)


def test_the_highest_version_of_a_doubled_element_counts(tmp_path: Path) -> None:
    newer = '<way id="10" version="3"><nd ref="1"/><nd ref="3"/><tag k="highway" v="steps"/></way>'
    older = '<way id="10" version="2"><nd ref="1"/><nd ref="3"/><tag k="highway" v="path"/></way>'
    features = read_extract(
        _write(tmp_path, "a.osm", SMALL.replace(' <way id="11"', f'{newer}{older} <way id="11"'))
    )
    assert features.ways[10].tags == {"highway": "steps"}
    assert any("2 ways occur more than once" in row.reason for row in features.skipped)


def test_an_older_version_after_a_newer_one_does_not_count(tmp_path: Path) -> None:
    older = '<way id="10" version="1"><nd ref="1"/><nd ref="3"/><tag k="highway" v="path"/></way>'
    xml = SMALL.replace('<way id="10" version="1"', '<way id="10" version="2"')
    features = read_extract(_write(tmp_path, "a.osm", xml.replace(' <way id="11"', f'{older} <way id="11"')))
    assert features.ways[10].tags == {"highway": "footway"}


@given(st.dictionaries(st.text(_LETTERS, min_size=1, max_size=9), st.text(_LETTERS, max_size=40), max_size=5))
def test_tags_come_through_unchanged(tmp_path_factory: pytest.TempPathFactory, tags: dict[str, str]) -> None:
    """Commas, equals signs, per cents, line breaks, emoji."""
    lines = "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())
    xml = SMALL.replace('<tag k="highway" v="footway"/>', f'<tag k="highway" v="footway"/>{lines}')
    path = tmp_path_factory.getbasetemp() / "tags.osm"
    path.write_text(xml, encoding="utf-8", newline="")
    assert read_extract(path).ways[10].tags == {"highway": "footway", **tags}


@pytest.mark.parametrize(
    ("lon", "lat", "says"), [("-179.9", "51.0", "date line"), ("13.0", "89.0", "84 degrees")]
)
def test_an_area_no_metric_system_can_hold_is_refused(tmp_path: Path, lon: str, lat: str, says: str) -> None:
    xml = SMALL.replace('lat="51.0000" lon="13.0000"', f'lat="{lat}" lon="{lon}"')
    with pytest.raises(InputDataError, match=says):
        read_extract(_write(tmp_path, "a.osm", xml))


@pytest.mark.data
def test_a_town_is_read_whole(shared_data: Path) -> None:
    """Counts of the data folder's own description."""
    features = read_extract(shared_data / "osm" / "berlin-miraustrasse_2026-07.osm.pbf")
    ways = [way.tags for way in features.ways.values()]
    assert sum(tags.get("highway") == "footway" for tags in ways) == 1376
    assert sum(tags.get("highway") == "steps" for tags in ways) == 38
    nodes = [node.tags for node in features.nodes.values()]
    assert sum(tags.get("barrier") == "kerb" for tags in nodes + ways) == 499


@pytest.mark.parametrize(
    ("lat", "full", "told"),
    [
        ("91", False, "InputDataError {path}: cannot be read as OpenStreetMap data (invalid location)"),
        ("51", True, "OutputError cannot write "),
    ],
)
def test_what_cannot_be_passed_on_is_told_and_the_process_lives(
    tmp_path: Path, lat: str, full: bool, told: str
) -> None:
    """libosmium's writer ends the process when one that failed is taken apart."""
    path = tmp_path / "small.osm"
    path.write_text(SMALL.replace('lat="51.0000"', f'lat="{lat}"', 1), encoding="utf-8")
    code = "import sys\nfrom wegeketten.osm.extract import read_extract\n"
    if full:
        pytest.importorskip("resource")
        code += "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (9, 9))\n"
    code += (
        "try:\n    read_extract(sys.argv[1])\n"
        "except Exception as error:\n    print(type(error).__name__, error)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(told.format(path=path))


def test_elements_that_find_no_room_are_told_and_the_process_lives(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    code = (
        "import pathlib, resource, sys\n"
        "from wegeketten.osm.elements import Elements, write_elements\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9, 9))\n"
        "try:\n    write_elements(Elements(), pathlib.Path(sys.argv[1]))\n"
        "except Exception as error:\n    print(type(error).__name__, error)\n"
    )
    path = tmp_path / "none.osm.pbf"
    result = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"OutputError cannot write {path} (")
