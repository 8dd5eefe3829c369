"""Squares are walked across: straight where one can, around what stands there, on their own storey."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from network.walking import chair, kinds, network_of, walk
from support.drawn import Town

from wegeketten.model.edges import Kind
from wegeketten.network.build import build_network, strips_of
from wegeketten.network.snap import snap
from wegeketten.network.visibility import corners_of, ways_across
from wegeketten.network.walkable_floor import find_floors
from wegeketten.osm.extract import read_extract
from wegeketten.osm.projection import projection_of
from wegeketten.tags import Provenance

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.network.build import Network
    from wegeketten.osm.features import Features
    from wegeketten.osm.projection import Projection

SQUARE = "highway=pedestrian|area=yes"
WAYS = {"AaBCcDA": SQUARE, "Xa": "highway=footway", "cY": "highway=footway"}
DRAWING = """
    X
A...a......B
............
.....p.q....
.....s.r....
............
D......c...C
       Y
"""


def _across(network: Network, element: str = "w1001") -> list[int]:
    edges = network.edges
    return [
        row
        for row, name in enumerate(edges.ids())
        if name.split(":")[0] == element
        and edges["derived"][row]
        and edges["kind"][row] not in (Kind.link, Kind.kerb)
    ]


def test_a_square_is_walked_across_and_its_outline_stays(tmp_path: Path) -> None:
    town = Town(DRAWING, {**WAYS, "AaBCcDA": f"{SQUARE}|surface=sett|smoothness=bad|incline=3%|width=40"})
    network = network_of(town, tmp_path)
    (row,) = _across(network)
    edges = network.edges
    straight = float(np.hypot(30, 50))
    assert edges["length_m"][row] == pytest.approx(straight, abs=0.2)
    assert Kind(int(edges["kind"][row])) is Kind.pedestrian
    assert edges["forward"][row]
    assert edges["backward"][row]
    assert (edges["surface_class"][row], edges["smoothness_grade"][row]) == (3.0, 4.0)
    assert edges["surface_class_from"][row] == edges["smoothness_grade_from"][row] == Provenance.tagged
    for name in ("incline_pct", "width_m"):
        assert edges[f"{name}_lower"][row] < edges[f"{name}_upper"][row]
        assert edges[f"{name}_from"][row] == Provenance.assumed
    route = walk(network, town.position("X"), town.position("Y"))
    assert route is not None
    assert route.metres == pytest.approx(20 + straight, abs=0.5)
    around = network_of(town, tmp_path, "centre")
    assert not _across(around)
    outline = [network.edges.ids()[row] for row in range(len(edges)) if not edges["derived"][row]]
    assert sorted(outline) == sorted(around.edges.ids())
    outside = walk(around, town.position("X"), town.position("Y"))
    assert outside is not None
    assert outside.metres > 20 + straight + 15


@pytest.mark.parametrize(
    ("thing", "blocked"),
    [
        ("building=yes", True),
        ("amenity=fountain", True),
        ("landuse=grass", True),
        ("building=yes|layer=-1", False),
        ("building=yes|level=2", False),
        ("building=roof", False),
        ("leisure=playground", False),
        ("railway=rail", True),
        ("railway=rail|tunnel=yes", False),
        ("barrier=wall", True),
        ("barrier=kerb", True),
        ("barrier=kerb|kerb=flush", False),
        ("highway=residential", True),
        ("highway=service", False),
    ],
)
def test_nobody_walks_through_what_stands_there(tmp_path: Path, thing: str, blocked: bool) -> None:
    town = Town(DRAWING, {**WAYS, "pqrsp": thing})
    network = network_of(town, tmp_path)
    straight = float(np.hypot(30, 50)) + 20
    route = walk(network, town.position("X"), town.position("Y"))
    assert route is not None
    assert (route.metres > straight + 0.2) == blocked
    assert route.metres < straight + 12  # past the corner, not along the outline
    lines = _lines(network, _across(network))
    shape = shapely.Polygon([_xy(town, letter, network) for letter in "pqrs"])
    assert shapely.crosses(lines, shape).any() != blocked


def _xy(town: Town, letter: str, network: Network) -> tuple[float, float]:
    from wegeketten.osm.projection import projection_at

    lon, lat = town.position(letter)
    x, y = projection_at(lon, lat).to_xy([(lon, lat)])[0].tolist()
    return x, y


def _lines(network: Network, rows: list[int]) -> np.ndarray:
    edges = network.edges
    lines = [edges.points[edges.bends[row] : edges.bends[row + 1]] for row in rows]
    return np.array([shapely.LineString(line) for line in lines], dtype=object)


def test_holes_of_a_relation_are_walked_around(tmp_path: Path) -> None:
    relation = (
        '<relation id="9" version="1"><member type="way" ref="1001" role="outer"/>'
        '<member type="way" ref="1004" role="inner"/>'
        '<tag k="type" v="multipolygon"/><tag k="highway" v="pedestrian"/></relation>'
    )
    town = Town(DRAWING, {**WAYS, "AaBCcDA": "", "pqrsp": ""}, extra=relation)
    network = network_of(town, tmp_path)
    rows = _across(network, "r9")
    hole = shapely.Polygon([_xy(town, letter, network) for letter in "pqrs"])
    assert rows
    assert not shapely.crosses(_lines(network, rows), hole).any()
    route = walk(network, town.position("X"), town.position("Y"))
    assert route is not None
    assert float(np.hypot(30, 50)) + 20 < route.metres < 90


def test_around_the_corner_of_an_angled_square(tmp_path: Path) -> None:
    town = Town(
        "X\na.B...\n......\n......\n..E..F\n......\nD....c\n     Y",
        {"aBEFcDa": SQUARE, "aX": "highway=footway", "cY": "highway=footway"},
    )
    network = network_of(town, tmp_path)
    route = walk(network, town.position("X"), town.position("Y"))
    by_corner = 10 + float(np.hypot(20, 30) + np.hypot(30, 20)) + 10
    assert route is not None
    assert by_corner <= route.metres < by_corner + 2
    assert len(_across(network)) == 2


@pytest.mark.parametrize(("level", "joined"), [("", True), ("|level=0", True), ("|level=-1", False)])
def test_a_way_on_another_storey_does_not_enter(tmp_path: Path, level: str, joined: bool) -> None:
    """An underpass that ends below the square."""
    ways = {"ABCDA": f"{SQUARE}|level=0", "Xi": f"highway=footway{level}", "CY": "highway=footway"}
    town = Town("  A....B\nX....i\n\n  D....C..Y", ways)
    network = network_of(town, tmp_path)
    route = walk(network, town.position("X"), town.position("Y"))
    assert (route is not None) == joined


def test_stairs_in_a_square_are_entered_on_their_own_storey(tmp_path: Path) -> None:
    ways = {
        "AaBCcDA": f"{SQUARE}|level=1",
        "Xa": "highway=footway|level=1",
        "cY": "highway=footway|level=1",
        "ps": "highway=steps|level=0;1",
        "qp": "highway=footway|level=0",
    }
    town = Town(DRAWING, ways)
    network = network_of(town, tmp_path)
    route = walk(network, town.position("q"), town.position("Y"))
    assert "steps" in kinds(network, route)
    assert walk(network, town.position("q"), town.position("Y"), chair) is None


@pytest.mark.parametrize("level", ["", "|level=0;-1"])
def test_no_way_across_leads_round_a_lift_or_stairs_of_unknown_storeys(tmp_path: Path, level: str) -> None:
    """Which of two ends on a square is the one below it? Where nobody says, none is entered across it."""
    lift = {"AaBCcDA": SQUARE, "Xap": "highway=footway", "pcY": "highway=footway"}
    stairs = {**lift, "pq": f"highway=steps{level}", "qcY": "highway=footway"}
    del stairs["pcY"]
    for ways, node, kind in ((lift, f"highway=elevator{level}", Kind.lift), (stairs, "", Kind.steps)):
        network = network_of(Town(DRAWING, ways, {"p": node} if node else {}), tmp_path)
        (row,) = np.flatnonzero(network.edges["kind"] == kind)
        ends = {int(network.edges[name][row]) for name in ("u", "v")}
        across = _across(network)
        assert not [row for row in across if ends & {int(network.edges[name][row]) for name in ("u", "v")}]


def test_what_lies_beside_each_other_needs_no_way_across(tmp_path: Path) -> None:
    """A narrow platform: along its edge is as near as across."""
    ways = {"aBcDa": "railway=platform", "Xa": "highway=footway", "cY": "highway=footway"}
    town = Town("Xa.........B\n D.........cY", ways, cell_m=3)
    assert not _across(network_of(town, tmp_path))
    wide = Town("Xa.........B\n\n\n\n\n D.........cY", ways, cell_m=6)
    assert len(_across(network_of(wide, tmp_path))) == 1


def test_closed_squares_and_yards_are_not_crossed(tmp_path: Path) -> None:
    for tags in (f"{SQUARE}|access=private", "highway=service|area=yes", "highway=pedestrian"):
        assert not _across(network_of(Town(DRAWING, {**WAYS, "AaBCcDA": tags}), tmp_path))


def test_a_mapped_way_across_is_not_doubled(tmp_path: Path) -> None:
    network = network_of(Town(DRAWING, {**WAYS, "apc": "highway=footway|surface=asphalt"}), tmp_path)
    assert not _across(network)


def test_doors_are_entries(tmp_path: Path) -> None:
    """A door on the outline leads off the square, not along it."""
    town = Town(
        DRAWING.replace("D......c...C", "D..d...c...C"),
        {"AaBCcdDA": SQUARE, "Xa": "highway=footway"},
        {"d": "entrance=main|step_count=1|wheelchair=no"},
    )
    network = network_of(town, tmp_path)
    (row,) = _across(network)
    assert network.edges["length_m"][row] == pytest.approx(float(np.hypot(10, 50)), abs=0.2)
    (steps,) = np.flatnonzero(network.edges["kind"] == Kind.steps)
    assert network.edges["u"][steps] in (network.edges["u"][row], network.edges["v"][row])
    assert (network.edges["kind"] == Kind.door).sum() == 1
    past = network_of(town, tmp_path, "centre")
    rim = [row for row, name in enumerate(past.edges.ids()) if name.startswith("w1001")]
    assert (past.edges["kind"][rim] == Kind.pedestrian).all()
    assert "door" not in kinds(past, walk(past, town.position("A"), town.position("C")))


def test_doors_open_onto_the_outline(tmp_path: Path) -> None:
    town = Town(DRAWING, WAYS)
    network = network_of(town, tmp_path)
    (row,) = _across(network)
    line = network.edges.points[network.edges.bends[row] : network.edges.bends[row + 1]]
    found = snap(network.edges, line.mean(axis=0)[None, :])
    assert row not in found.edge.tolist()
    assert len(found)


def test_many_entries_make_few_ways_and_short_detours() -> None:
    """No pair walks 10 % and 2 m more than straight; the ways are far fewer than the pairs."""
    rng = np.random.default_rng(3)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 60))
    xy = 40 * np.column_stack([np.cos(angle), np.sin(angle)])
    floor = shapely.Polygon(xy)
    apart = np.full((60, 60), np.inf)
    ways, corners = ways_across(xy, apart, floor)
    assert not len(corners)
    assert len(ways) < 60 * 59 / 2 / 4
    known = np.full((60, 60), np.inf)
    straight = np.hypot(*(xy[:, None] - xy[None, :]).transpose(2, 0, 1))
    for one, other in ways:
        known[one, other] = known[other, one] = straight[one, other]
    np.fill_diagonal(known, 0)
    for middle in range(60):
        known = np.minimum(known, known[:, middle, None] + known[None, middle, :])
    assert ((known <= 1.1 * straight + 1e-6) | (known - straight <= 2) | (straight < 1)).all()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60)
def test_ways_stay_on_any_floor(seed: int) -> None:
    """Random rims with round holes: only the last half metre next to an entry may leave the floor."""
    rng = np.random.default_rng(seed)
    count = rng.integers(5, 25)
    angle, radius = np.sort(rng.uniform(0, 2 * np.pi, count)), rng.uniform(5, 60, count)
    rim = shapely.make_valid(
        shapely.Polygon(np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None])
    )
    rim = max(shapely.get_parts(rim), key=shapely.area)
    floor = rim
    for _ in range(rng.integers(0, 5)):
        hole = shapely.Point(rng.uniform(-30, 30, 2)).buffer(
            rng.uniform(1, 8), quad_segs=int(rng.integers(1, 9))
        )
        floor = shapely.difference(floor, hole)
    ring = rim.exterior
    entries = int(rng.integers(2, 15))
    along = np.sort(rng.uniform(0, ring.length, entries))
    xy = shapely.get_coordinates(shapely.line_interpolate_point(ring, along))
    around = np.abs(along[:, None] - along)
    apart = np.minimum(around, ring.length - around)
    ways, corners = ways_across(xy, apart, floor)
    assert len(set(ways)) == len(ways)
    places = np.concatenate([xy, corners])
    for one, other in ways:
        outside = shapely.difference(shapely.LineString(places[[one, other]]), shapely.buffer(floor, 0.03))
        assert outside.length <= 0.5 * ((one < entries) + (other < entries)) + 1e-6


def test_a_round_fountain_has_few_corners() -> None:
    floor = shapely.box(0, 0, 100, 100) - shapely.Point(50, 50).buffer(20, quad_segs=64)
    corners = corners_of(floor)[:, 0]
    assert 4 <= len(corners) <= 60
    assert shapely.contains(floor, shapely.points(corners)).all()


def test_other_ids_make_the_same_ways_across(tmp_path: Path) -> None:
    ways = {**WAYS, "pqrsp": "building=yes", "BZ": "highway=footway"}
    drawing = DRAWING.replace("       Y", "       Y   Z")
    first = network_of(Town(drawing, ways), tmp_path)
    again = network_of(Town(drawing, ways), tmp_path)
    for name, column in first.edges.columns.items():
        np.testing.assert_array_equal(column, again.edges.columns[name])
    np.testing.assert_array_equal(first.edges.points, again.edges.points)
    swap = str.maketrans("AaBCcDXYZpqrs", "srqpZYXDcCBaA")
    other = network_of(
        Town(drawing.translate(swap), {word.translate(swap): tags for word, tags in ways.items()}), tmp_path
    )

    def shape(network: Network) -> Counter[tuple[float, ...]]:
        lines = _lines(network, _across(network))
        return Counter(tuple(np.round(shapely.get_coordinates(line), 2).ravel()) for line in lines)

    assert shape(first) == shape(other)
    assert sum(shape(first).values()) >= 3


@pytest.mark.data
@pytest.mark.parametrize("extract", ["zuerich-hb_2025-11.osm.pbf", "neubrandenburg_2016-02.osm.bz2"])
def test_ways_across_real_squares_stay_on_them(shared_data: Path, extract: str) -> None:
    features = read_extract(shared_data / "osm" / extract)
    projection = projection_of(features)
    network = build_network(features, projection)
    edges = network.edges
    assert len(set(edges.ids())) == len(edges)
    by_element = _shapes(features, projection)
    names = [name.split(":")[0] for name in edges.ids()]
    checked = 0
    for element, shape in by_element.items():
        rows = [row for row, name in enumerate(names) if name == element]
        rows = [row for row in rows if edges["derived"][row] and edges["kind"][row] < Kind.crossing]
        for line in _lines(network, rows):
            outside = shapely.length(shapely.difference(line, shapely.buffer(shape, 0.05)))
            assert outside <= 1.0 + 1e-6, (element, line)  # the last step to an entry beside the outline
            checked += 1
    assert checked > (500 if "zuerich" in extract else 50)


def _shapes(features: Features, projection: Projection) -> dict[str, shapely.Geometry]:
    floors = find_floors(features, projection, strips_of(features, [], roads_too=True))
    shapes: dict[str, shapely.Geometry] = {}
    for floor in floors:
        element = floor.strip.element
        shapes[element] = shapely.union(shapes.get(element, shapely.Polygon()), floor.shape)
    return shapes


HALLS = """
E............F
.A..........B.
...p..q.......
..............
.D..........C.
H............G
"""


def test_what_may_end_on_either_of_two_floors_joins_none(tmp_path: Path) -> None:
    """An escalator between stacked halls must not make its own end a free way from one to the other."""
    hall = "highway=pedestrian|area=yes|indoor=yes|level="
    ways = {
        "ABCDA": f"{hall}-1",
        "EFGHE": f"{hall}-2",
        "pq": "highway=steps|conveying=yes|level=-1;-2|indoor=yes",
    }
    town = Town(HALLS, ways)
    network = network_of(town, tmp_path)
    assert walk(network, town.position("A"), town.position("E")) is None
    alone = network_of(Town(HALLS, {key: ways[key] for key in ("ABCDA", "pq")}), tmp_path)
    assert (alone.edges["kind"] == Kind.link).sum() == 2


def test_a_way_that_ends_in_a_shaft_goes_on_by_the_lift(tmp_path: Path) -> None:
    """Shafts are drawn storey by storey; the storey above is a ride away, not a step."""
    drawing = "A.....B\n.......\n.s..r..\n...p...\n.t..u..\n.......\nD.....C\n\nX"
    ways = {
        "ABCsA": "highway=pedestrian|area=yes|level=0",
        "sruts": "highway=elevator|level=0|indoor=yes",
        "Xp": "highway=footway|indoor=yes",
    }
    town = Town(drawing, ways)
    network = network_of(town, tmp_path)
    route = walk(network, town.position("X"), town.position("B"))
    assert route is not None
    assert kinds(network, route)[:2] == ["footway", "lift"]
