"""`cut` against a plain reading of what complete_ways means, element by element."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import osmium
import pytest
import shapely
from osmium.osm import mutable

from wegeketten.cutting.areas import read_areas
from wegeketten.cutting.cut import cut
from wegeketten.errors import InputDataError, OutputError, UsageError
from wegeketten.files.csv import read_csv

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

SEEDS = range(4)


def write_country(path: Path, seed: int, *, form: str = "pbf") -> None:
    """Nodes all over 10 × 10 km, ways that leave every area, relations of relations; deterministic."""
    rng = random.Random(seed)
    node_ids = sorted(rng.sample(range(1, 13_000_000_000), 900))
    way_ids, relation_ids = (sorted(rng.sample(range(1, 1_500_000_000), n)) for n in (260, 60))
    about: dict[str, Any] = {
        "version": 3,
        "timestamp": "2026-01-02T03:04:05Z",
        "changeset": 77,
        "uid": 5,
        "user": "Jörg",
    }
    with osmium.SimpleWriter(osmium.io.File(str(path), form), overwrite=True) as writer:
        for number in node_ids:
            tags = {"name": f"Ort {number % 7}", "ele": "3"} if rng.random() < 0.2 else {}
            place = (13 + rng.random() * 0.15, 51 + rng.random() * 0.1)
            writer.add_node(mutable.Node(id=number, location=place, tags=tags, **about))
        for number in way_ids:
            refs = rng.sample(node_ids, rng.randint(1, 6))
            tags = {"highway": rng.choice(["footway", "path"]), "name": f"Weg „{number % 11}“"}
            writer.add_way(mutable.Way(id=number, nodes=[*refs, refs[0]], tags=tags, **about))
        for number in relation_ids:
            members = [("w", rng.choice(way_ids), "outer") for _ in range(rng.randint(0, 2))]
            if rng.random() < 0.5:
                members.append(("n", rng.choice(node_ids), "stop"))
            if rng.random() < 0.6:
                members.append(("r", rng.choice(relation_ids), ""))
            tags = {"type": "site", "note": "x" * (number % 300)}
            writer.add_relation(mutable.Relation(id=number, members=members, tags=tags, **about))


def opl(path: Path) -> list[str]:
    """Elements of a file, one line each."""
    target = path.with_suffix(".opl")
    with osmium.io.Reader(str(path)) as reader, osmium.SimpleWriter(str(target), overwrite=True) as writer:
        osmium.apply(reader, writer)
    return target.read_text(encoding="utf-8").splitlines()


def complete_ways(lines: list[str], outline: BaseGeometry) -> list[str]:
    """What belongs to an area, read off the definition; knows nothing of blocks, columns or indexes."""
    fields = [line.split(" ") for line in lines]
    inside = {
        f[0]
        for f in fields
        if f[0][0] == "n" and shapely.contains_xy(outline, float(f[-2][1:]), float(f[-1][1:]))
    }
    refs = {f[0]: f[-1][1:].split(",") for f in fields if f[0][0] == "w"}
    ways = {way for way, nodes in refs.items() if inside & set(nodes)}
    nodes = inside.union(*(refs[way] for way in ways))
    members = {
        f[0]: {each.partition("@")[0] for each in f[-1][1:].split(",")} for f in fields if f[0][0] == "r"
    }
    relations = {name for name, of in members.items() if of & (inside | ways)}
    while more := {name for name, of in members.items() if of & relations} - relations:
        relations |= more
    wanted = nodes | ways | relations
    return [line for line, f in zip(lines, fields, strict=True) if f[0] in wanted]


def write_areas(path: Path, shapes: dict[str, BaseGeometry]) -> Path:
    features = ",".join(
        f'{{"type":"Feature","properties":{{"name":"{name}"}},"geometry":{shapely.to_geojson(shape)}}}'
        for name, shape in shapes.items()
    )
    path.write_text(f'{{"type":"FeatureCollection","features":[{features}]}}', encoding="utf-8")
    return path


def random_areas(seed: int) -> dict[str, BaseGeometry]:
    rng = random.Random(1000 + seed)
    shapes: dict[str, BaseGeometry] = {}
    for number in range(6):
        x, y = 13 + rng.random() * 0.15, 51 + rng.random() * 0.1
        ring = shapely.Point(x, y).buffer(0.01 + rng.random() * 0.03, quad_segs=3)
        hole = shapely.Point(x, y).buffer(0.005)
        shapes[f"Gebiet {number}"] = shapely.difference(ring, hole) if number % 2 else ring
    return shapes


@pytest.mark.parametrize("form", ["pbf", "pbf,pbf_dense_nodes=false", "pbf,add_metadata=none"])
@pytest.mark.parametrize("seed", SEEDS)
def test_every_area_holds_what_complete_ways_defines(tmp_path: Path, seed: int, form: str) -> None:
    country = tmp_path / "land.osm.pbf"
    write_country(country, seed, form=form)
    areas = write_areas(tmp_path / "areas.geojson", random_areas(seed))
    rows = cut(country, areas, tmp_path / "out", margin_m=150.0, at_once=4)
    lines = opl(country)
    outlines = {area.area_id: area.outline for area in read_areas(areas, margin_m=150.0)}
    assert any(row.extract for row in rows)
    for row in rows:
        expected = complete_ways(lines, outlines[row.city])
        if not row.extract:
            assert expected == []
            continue
        found = opl(tmp_path / "out" / row.extract)
        assert found == expected, f"seed {seed}"
        assert [row.nodes, row.ways, row.relations] == [
            sum(line[0] == kind for line in expected) for kind in "nwr"
        ]


def test_a_second_run_changes_nothing_and_mends_what_is_missing(tmp_path: Path) -> None:
    country, out = tmp_path / "land.osm.pbf", tmp_path / "out"
    write_country(country, 1)
    areas = write_areas(tmp_path / "areas.geojson", random_areas(1))
    cut(country, areas, out)
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in out.glob("*.pbf")}
    first = min(before)
    (out / first).write_bytes(b"torn")
    rows = cut(country, areas, out)
    after = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in out.glob("*.pbf")}
    assert after[first][0] == before[first][0]
    assert all(after[name] == before[name] for name in before if name != first)
    assert [row["city"] for row in read_csv(out / "areas.csv")] == [row.city for row in rows]


def test_one_go_or_one_by_one_gives_the_same_bytes(tmp_path: Path) -> None:
    country = tmp_path / "land.osm.pbf"
    write_country(country, 2)
    areas = write_areas(tmp_path / "areas.geojson", random_areas(2))
    cut(country, areas, tmp_path / "all")
    cut(country, areas, tmp_path / "each", at_once=1)
    names = sorted(path.name for path in (tmp_path / "all").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "each").iterdir())
    for name in names:
        assert (tmp_path / "all" / name).read_bytes() == (tmp_path / "each" / name).read_bytes()


def test_bytes_of_an_extract_do_not_depend_on_who_else_is_cut(tmp_path: Path) -> None:
    country = tmp_path / "land.osm.pbf"
    with osmium.SimpleWriter(str(country)) as writer:  # two blocks: the first belongs to the east alone
        for number in range(1, 8200):
            east = number <= 8000
            tags = {"a" if number % 2 else "b": "x"} if number % 50 == 0 or not east else {}
            writer.add_node(mutable.Node(id=number, location=(13.5 if east else 13.05, 51.05), tags=tags))
    boxes: dict[str, BaseGeometry] = {
        "Ost": shapely.box(13.4, 51, 13.6, 51.1),
        "West": shapely.box(13, 51, 13.1, 51.1),
    }
    areas = write_areas(tmp_path / "areas.geojson", boxes)
    for folder, at_once in (("all", 2), ("each", 1)):
        cut(country, areas, tmp_path / folder, at_once=at_once)
    for name in ("ost.osm.pbf", "west.osm.pbf", "areas.csv"):
        assert (tmp_path / "all" / name).read_bytes() == (tmp_path / "each" / name).read_bytes()


@pytest.mark.parametrize("ending", ["gpkg", "shp"])
def test_areas_of_germany_come_with_keys_names_and_lakes(tmp_path: Path, ending: str) -> None:
    import geopandas

    boxes = [shapely.box(13.02, 51.02, 13.06, 51.06), shapely.box(13.06, 51.02, 13.08, 51.04),
             shapely.box(13.1, 51.02, 13.14, 51.06)]  # fmt: skip
    frame = geopandas.GeoDataFrame(
        {
            "AGS": ["14612000", "14612000", "14625"],
            "GEN": ["Dresden", "Dresden", "Bautzen/Görlitz ..\\"],
            "GF": [4, 2, 4],
        },
        geometry=boxes,
        crs=4326,
    ).to_crs(25832)
    path = tmp_path / f"vg250.{ending}"
    if ending == "gpkg":
        frame.to_file(path, layer="vg250_gem", driver="GPKG")
        path = Path(f"{path}:vg250_gem")
    else:
        frame.to_file(path, driver="ESRI Shapefile", encoding="utf-8")
    found = read_areas(path, margin_m=0.0)
    assert [area.file_name for area in found] == [
        "14612000-dresden.osm.pbf", "14625-bautzen-goerlitz.osm.pbf",
    ]  # fmt: skip
    assert found[0].outline.area == pytest.approx(0.04 * 0.04, rel=1e-3)
    wide = read_areas(path, margin_m=1000.0, only=["dresden"])
    assert len(wide) == 1
    assert wide[0].outline.bounds[1] == pytest.approx(51.02 - 1000 / 111_250, abs=3e-4)


def test_two_places_of_one_name_are_not_one_area_unless_a_key_says_so(tmp_path: Path) -> None:
    import geopandas

    boxes = [shapely.box(13.0, 51.0, 13.1, 51.1), shapely.box(13.12, 51.0, 13.2, 51.1),
             shapely.box(11.0, 50.0, 11.1, 50.1)]  # fmt: skip
    frame = geopandas.GeoDataFrame(
        {"nuts": ["DE1", "DE1", "DE2"], "name": "Neustadt"}, geometry=boxes, crs=4326
    )
    frame[["name", "geometry"]].to_file(tmp_path / "bare.geojson")
    frame.to_file(tmp_path / "keys.geojson")
    with pytest.raises(UsageError, match="called 'Neustadt'; name a column of keys"):
        read_areas(tmp_path / "bare.geojson")
    assert [area.area_id for area in read_areas(tmp_path / "keys.geojson")] == ["de1", "de2"]
    assert [area.area_id for area in read_areas(tmp_path / "keys.geojson", only=["DE2"])] == ["de2"]
    frame[:2][["name", "geometry"]].to_file(tmp_path / "near.geojson")  # an island
    assert len(read_areas(tmp_path / "near.geojson")) == 1


def test_what_cannot_be_cut_is_said_in_one_line(tmp_path: Path) -> None:
    country = tmp_path / "land.osm.pbf"
    write_country(country, 3)
    areas = write_areas(tmp_path / "areas.geojson", random_areas(3))
    far = write_areas(tmp_path / "far.geojson", {"Rom": shapely.box(12.4, 41.8, 12.6, 42)})
    with pytest.raises(InputDataError, match="none of the areas"):
        cut(country, far, tmp_path / "out")
    with pytest.raises(UsageError, match="no area 'Gebiet 77'; there are"):
        cut(country, areas, tmp_path / "out", only=["Gebiet 77"])
    with pytest.raises(UsageError, match="--margin -1"):
        cut(country, areas, tmp_path / "out", margin_m=-1.0)
    with pytest.raises(UsageError, match="--at-once 0"):
        cut(country, areas, tmp_path / "out", at_once=0)
    with pytest.raises(UsageError, match="no column 'gen'"):
        read_areas(areas, name="gen")
    with pytest.raises(OutputError, match="folder was expected"):
        cut(country, areas, far)
    xml = tmp_path / "land.osm"
    xml.write_text("<osm version='0.6'></osm>")
    with pytest.raises(InputDataError, match="cut reads"):
        cut(xml, areas, tmp_path / "out")
    backwards = tmp_path / "back.osm.pbf"
    with osmium.SimpleWriter(str(backwards)) as writer:
        writer.add_way(mutable.Way(id=1, nodes=[1]))
        writer.add_node(mutable.Node(id=1, location=(13.05, 51.05)))
    with pytest.raises(InputDataError, match="osmium sort"):
        cut(backwards, areas, tmp_path / "out")


@pytest.mark.parametrize("seed", range(30))
def test_a_damaged_file_is_refused_and_leaves_nothing(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    country = tmp_path / "land.osm.pbf"
    write_country(country, 0)
    raw = bytearray(country.read_bytes())
    if seed % 3 == 0:
        del raw[rng.randrange(len(raw) // 2, len(raw) - 1) :]
    else:
        for _ in range(1 + seed % 5):
            raw[rng.randrange(200, len(raw))] ^= 1 << rng.randrange(8)
    country.write_bytes(raw)
    areas = write_areas(tmp_path / "areas.geojson", random_areas(0))
    refused = None
    try:
        cut(country, areas, tmp_path / "out")
    except InputDataError as error:  # a changed position is no damage that can be seen
        refused = str(error)
    assert refused is None or ("\n" not in refused and not (tmp_path / "out").exists())


def test_a_block_of_nonsense_never_reaches_beyond_its_bytes() -> None:
    """Past zlib's checksum: bytes of a block changed at random end in ValueError or in some elements."""
    import tempfile

    from wegeketten.cutting.blobs import read_blocks
    from wegeketten.cutting.blocks import Block

    with tempfile.TemporaryDirectory() as folder:
        country = Path(folder) / "land.osm.pbf"
        write_country(country, 0)
        blocks = [data for _, data in read_blocks(country)]
    rng = random.Random(24)
    for _ in range(600):
        raw = bytearray(rng.choice(blocks))
        for _ in range(rng.randint(1, 6)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        try:
            block = Block(bytes(raw))
            for kind in block.kinds:
                if kind == 0:
                    nodes = block.nodes()
                    assert len(nodes.ids) == len(nodes.lon) == len(nodes.tag_first) - 1
                else:
                    listed = block.listing(kind)
                    assert listed.first[-1] == len(listed.refs)
            block.strings()
        except ValueError:
            pass
