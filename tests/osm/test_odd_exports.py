"""Exports that are not sorted, edited and not uploaded, or wrong in one place."""

# lines of files stand as they are in them

from __future__ import annotations

import bz2
import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import osmium
import pytest
from osm.test_extract import _write

from wegeketten.errors import InputDataError, OutputError
from wegeketten.osm.extract import read_extract
from wegeketten.osm.xml_repair import deleted_in_editor

if TYPE_CHECKING:
    from collections.abc import Callable

NODES = "".join(f'<node id="{i}" version="1" lat="51.00{i}" lon="13.0"/>' for i in range(1, 5))
WAY = (
    '<way id="10" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/>'
    '<tag k="highway" v="footway"/></way>'
)
BARE = '<way id="11" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/></way>'


def document(*parts: str) -> str:
    return '<?xml version="1.0"?><osm version="0.6">' + "".join(parts) + "</osm>"


def test_ways_before_their_nodes_as_overpass_turbo_exports_them(tmp_path: Path) -> None:
    usual = read_extract(_write(tmp_path, "a.osm", document(NODES, WAY)))
    turbo = read_extract(_write(tmp_path, "b.osm", document(WAY, NODES)))
    assert turbo.refs.tolist() == usual.refs.tolist() == [1, 2, 3, 4]
    assert (turbo.lonlat == usual.lonlat).all()


def test_points_inside_ways_and_geometry_inside_members(tmp_path: Path) -> None:
    inside = WAY
    for i in range(1, 5):
        inside = inside.replace(f'ref="{i}"/>', f'ref="{i}" lat="51.00{i}" lon="13.0"/>')
    member = (
        '<relation id="5" version="1"><member type="way" ref="10" role="outer">'
        '<nd lat="51.001" lon="13.0"/><nd lat="51.002" lon="13.0"/></member>'
        '<tag k="type" v="multipolygon"/></relation>'
    )
    features = read_extract(_write(tmp_path, "a.osm", document(inside, member)))
    assert features.refs.tolist() == [1, 2, 3, 4]
    assert features.relations[5].members == [("w", 10, "outer")]


@pytest.mark.parametrize("name", ["a.osm", "a.osm.gz", "a.osm.bz2"])
def test_what_an_editor_has_deleted_is_gone(tmp_path: Path, name: str) -> None:
    deleted = BARE.replace("<way ", "<way action='delete' ")
    packs: dict[str, Callable[[bytes], bytes]] = {"a.osm.gz": gzip.compress, "a.osm.bz2": bz2.compress}
    pack = packs.get(name, bytes)
    features = read_extract(_write(tmp_path, name, pack(document(NODES, WAY, deleted).encode())))
    assert list(features.ways) == [10]


def test_what_an_editor_packed_is_unpacked_once(tmp_path: Path) -> None:
    text = document(NODES, WAY, BARE.replace("<way ", "<way action='delete' ")).encode()
    copy = tmp_path / "copy.osm"
    found = deleted_in_editor(_write(tmp_path, "a.osm.bz2", bz2.compress(text)), copy)
    assert len(found) == 1
    assert copy.read_bytes() == text


def test_no_room_for_what_is_unpacked_is_one_line(tmp_path: Path) -> None:
    packed = _write(tmp_path, "a.osm.gz", gzip.compress(document(NODES, WAY).encode()))
    with pytest.raises(OutputError, match="make room there"):
        deleted_in_editor(packed, tmp_path / "nowhere" / "copy.osm")


def test_what_a_server_wrote_has_no_deletions(tmp_path: Path) -> None:
    """A note that reads like one is none, and the file is not read twice."""
    deleted = BARE.replace("<way ", "<way action='delete' ")
    text = document(NODES, WAY, deleted).replace("<osm ", '<osm generator="osmium/1.16" ', 1)
    assert deleted_in_editor(_write(tmp_path, "a.osm", text)) == frozenset()


def test_one_node_far_away_is_named(tmp_path: Path) -> None:
    for lat in ("46.0", "-20.0", "53.0"):
        far = NODES.replace('lat="51.004"', f'lat="{lat}"')
        with pytest.raises(InputDataError, match=r"straight to n4|degrees of latitude"):
            read_extract(_write(tmp_path, "a.osm", document(far, WAY)))


def test_text_that_is_no_unicode_is_one_line(tmp_path: Path) -> None:
    from wegeketten.osm.path import source_path

    with pytest.raises(InputDataError, match="wegeketten fetch"):
        source_path("Dresden")
    with pytest.raises(InputDataError, match="fetch"):
        source_path("https://download.geofabrik.de/europe/monaco-latest.osm.pbf")


def test_a_broken_file_leaves_nothing_open(tmp_path: Path) -> None:
    """libosmium keeps the descriptor of a PBF it cannot read; a thousand of them use up all there are."""
    sound = tmp_path / "sound.osm.pbf"
    with osmium.SimpleWriter(str(sound)) as writer:
        for element in osmium.FileProcessor(str(_write(tmp_path, "a.osm", document(NODES, WAY)))):
            writer.add(element)
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(sound.read_bytes()[:-40])
    with pytest.raises(InputDataError):
        read_extract(broken)
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(5):
        with pytest.raises(InputDataError):
            read_extract(broken)
    assert len(list(Path("/dev/fd").iterdir())) == before
    read_extract(sound)
