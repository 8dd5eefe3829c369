"""The centre-line network: what is walked, where ways are cut, and barriers as edges."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from network.walking import chair, kinds, network_of, walk
from support.drawn import Town

from wegeketten.errors import UsageError
from wegeketten.model.edges import PLAIN, RAW, Kind, attribute_columns, flight_share
from wegeketten.model.kinds import KIND_OF_BARRIER
from wegeketten.network.access import access_of_node, access_of_way
from wegeketten.network.barriers import barrier_kind
from wegeketten.network.build import build_network
from wegeketten.network.ways import levels_of, walk_of
from wegeketten.osm.extract import read_extract
from wegeketten.osm.projection import projection_of
from wegeketten.people.profile import PROFILES, load_profile
from wegeketten.people.verdict import weigh
from wegeketten.routing import INF

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.network.build import Network


def _kinds(network: Network) -> Counter[str]:
    return Counter(Kind(int(kind)).name for kind in network.edges["kind"])


@pytest.mark.parametrize(
    ("tags", "forward", "backward"),
    [
        ("highway=residential", True, True),
        ("highway=motorway", False, False),
        ("highway=trunk", False, False),
        ("highway=trunk|foot=yes", True, True),
        ("highway=trunk|sidewalk=both", True, True),
        ("highway=primary|motorroad=yes", False, False),
        ("highway=primary|foot=use_sidepath", False, False),
        ("highway=cycleway", False, False),
        ("highway=cycleway|foot=designated|segregated=yes", True, True),
        ("highway=footway|access=private", False, False),
        ("highway=footway|access=private|foot=permissive", True, True),
        ("highway=service|access=customers", True, True),
        ("highway=track|access=agricultural", True, True),
        ("highway=footway|access=no|foot=yes", True, True),
        ("highway=footway|foot=no", False, False),
        ("highway=residential|oneway=yes", True, True),
        ("highway=footway|oneway:foot=yes", True, False),
        ("highway=footway|oneway:foot=-1", False, True),
        ("highway=steps|conveying=forward", True, False),
        ("highway=steps|conveying=backward", False, True),
        ("highway=steps|conveying=reversible", True, True),
        ("highway=path|foot:backward=no", True, False),
        ("highway=footway|construction=yes", False, False),
    ],
)
def test_the_law_on_foot(tags: str, forward: bool, backward: bool) -> None:
    access = access_of_way(dict(pair.split("=", 1) for pair in tags.split("|")))
    assert access == (forward, backward)


def test_locked_and_private_barriers_are_closed() -> None:
    assert not access_of_node({"barrier": "gate", "access": "private"})
    assert not access_of_node({"barrier": "gate", "locked": "yes"})
    assert access_of_node({"barrier": "gate", "access": "private", "foot": "yes"})


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"highway": "tertiary_link"}, Kind.street),
        ({"highway": "footway", "footway": "sidewalk"}, Kind.pavement),
        ({"highway": "path", "path": "crossing"}, Kind.crossing),
        ({"highway": "cycleway", "cycleway": "crossing", "foot": "yes"}, Kind.crossing),
        ({"highway": "steps", "conveying": "yes"}, Kind.escalator),
        ({"highway": "footway", "conveying": "forward"}, Kind.moving_walkway),
        ({"highway": "footway", "footway": "ramp"}, Kind.ramp),
        ({"railway": "platform"}, Kind.platform),
        ({"public_transport": "platform", "highway": "bus_stop"}, Kind.platform),
        ({"indoor": "corridor"}, Kind.corridor),
        ({"man_made": "pier"}, Kind.footway),
        ({"highway": "elevator"}, Kind.lift),
        ({"highway": "construction", "construction": "footway"}, None),
        ({"highway": "proposed"}, None),
        ({"route": "ferry", "foot": "yes"}, Kind.ferry),
        ({"railway": "rail"}, None),
        ({"building": "yes"}, None),
        ({"highway": "bus_guideway"}, None),
    ],
)
def test_what_a_way_is_walked_as(tags: dict[str, str], kind: Kind | None) -> None:
    found = walk_of(tags)
    assert (found.kind if found else None) == kind


@given(st.text(max_size=30))
def test_levels_are_read_from_any_text(text: str) -> None:
    levels = levels_of({"level": text})
    assert list(levels) == sorted(set(levels))
    assert len(levels) <= 500


@pytest.mark.parametrize("barrier", sorted(KIND_OF_BARRIER))
def test_every_barrier_on_a_way_is_an_edge(tmp_path: Path, barrier: str) -> None:
    network = network_of(Town("A.b.C", {"AbC": "highway=path"}, {"b": f"barrier={barrier}"}), tmp_path)
    (row,) = np.flatnonzero(network.edges["kind"] >= Kind.kerb)
    assert Kind(int(network.edges["kind"][row])) == KIND_OF_BARRIER[barrier]
    assert network.edges.ids(np.array([row])) == [f"n{ord('b')}"]
    assert network.edges["length_m"][row] == 0
    assert network.nodes["osm_id"][network.edges["u"][row]] == ord("b")
    assert network.nodes["osm_id"][network.edges["v"][row]] == ord("b")
    assert len(network.edges) == 3
    assert network.edges["derived"].sum() == 0


@pytest.mark.parametrize(("barrier", "open_"), [("bollard", True), ("gate", False), ("lift_gate", False)])
def test_only_what_can_be_shut_is_closed_by_law(tmp_path: Path, barrier: str, open_: bool) -> None:
    town = Town("A.b.C", {"AbC": "highway=path"}, {"b": f"barrier={barrier}|foot=no"})
    network = network_of(town, tmp_path)
    (row,) = np.flatnonzero(network.edges["kind"] >= Kind.kerb)
    assert network.edges["forward"][row] == network.edges["backward"][row] == open_


def test_harmless_barriers_and_crossings_are_no_barriers() -> None:
    assert barrier_kind({"barrier": "entrance"}) is None
    assert barrier_kind({"barrier": "height_restrictor"}) is None
    assert barrier_kind({"highway": "crossing", "kerb": "raised"}) is None
    assert barrier_kind({"barrier": "no such thing"}) is Kind.obstacle


def test_at_a_junction_the_barrier_stands_on_the_lesser_way(tmp_path: Path) -> None:
    """A bollard where a path leaves a street closes the path, not the street."""
    town = Town(
        "W..b..E\n   .\n   P", {"WbE": "highway=residential", "bP": "highway=path"}, {"b": "barrier=bollard"}
    )
    network = network_of(town, tmp_path, "centre")
    along = walk(network, town.position("W"), town.position("E"))
    into = walk(network, town.position("W"), town.position("P"))
    assert kinds(network, along) == ["street"]
    assert kinds(network, into) == ["street", "bollard", "path"]


def test_a_kerb_lies_between_crossing_and_pavement(tmp_path: Path) -> None:
    ways = {"WkE": "highway=footway|footway=sidewalk", "kX": "highway=footway|footway=crossing"}
    town = Town("W..k..E\n   .\n   X", ways, {"k": "barrier=kerb|kerb=raised"})
    network = network_of(town, tmp_path)
    assert kinds(network, walk(network, town.position("W"), town.position("E"), chair)) == ["pavement"]
    (kerb,) = np.flatnonzero(network.edges["kind"] == Kind.kerb)
    crossing = int(np.flatnonzero(network.edges["kind"] == Kind.crossing)[0])
    ends = {int(network.edges[end][kerb]) for end in "uv"}
    assert ends & {int(network.edges[end][crossing]) for end in "uv"}


def test_four_alike_paths_behind_a_gate(tmp_path: Path) -> None:
    """The two that run straight on stay joined, the others are behind the gate."""
    ways = {"Wg": "highway=path", "gE": "highway=path", "gN": "highway=path", "gS": "highway=path"}
    network = network_of(Town("   N\nW..g..E\n   .\n   S", ways, {"g": "barrier=gate"}), tmp_path)
    assert _kinds(network)["gate"] == 2


def test_a_kerb_mapped_as_a_line_counts_where_a_way_runs_through_it(tmp_path: Path) -> None:
    ways = {"AkB": "highway=footway", "NkS": "barrier=kerb|kerb:height=5 cm"}
    network = network_of(Town("  N\nA.k.B\n  S", ways), tmp_path)
    (kerb,) = np.flatnonzero(network.edges["kind"] == Kind.kerb)
    assert network.edges["kerb_cm"][kerb] == 5


def test_a_lift_joins_storeys(tmp_path: Path) -> None:
    ways = {
        "Al": "highway=corridor|level=0|indoor=yes",
        "lB": "highway=corridor|level=1|indoor=yes",
        "lC": "highway=corridor|level=-1|indoor=yes",
    }
    town = Town("A..l..B\n   .\n   C", ways, {"l": "highway=elevator|level=-1;0;1|wheelchair=yes"})
    network = network_of(town, tmp_path)
    assert _kinds(network)["lift"] == 2  # -1 to 0, 0 to 1
    assert kinds(network, walk(network, town.position("A"), town.position("B"), chair)) == [
        "corridor",
        "lift",
        "corridor",
    ]
    features = read_extract(town.write(tmp_path / "lift.osm"))
    broken = build_network(features, projection_of(features), out_of_service=[f"n{ord('l')}"])
    assert _kinds(broken)["lift"] == 2
    assert walk(broken, town.position("A"), town.position("B")) is None
    with pytest.raises(UsageError, match=rf"--out-of-service n9: no lift .* there are n{ord('l')}"):
        build_network(features, projection_of(features), out_of_service=["n9"])
    for tags in ("operational_status=broken", "opening_hours=off"):
        mapped = Town("A..l..B", {"Al": ways["Al"], "lB": ways["lB"]}, {"l": f"highway=elevator|{tags}"})
        assert walk(network_of(mapped, tmp_path), town.position("A"), town.position("B")) is None


def test_ways_crossing_without_a_shared_node_stay_apart(tmp_path: Path) -> None:
    town = Town("  N\nW.b.E\n  S", {"WE": "highway=footway|bridge=yes|layer=1", "NS": "highway=footway"})
    network = network_of(town, tmp_path)
    assert walk(network, town.position("W"), town.position("N")) is None
    assert network.edges["level_ground"].tolist() == [True, False]


def test_a_square_is_walked_along_its_outline(tmp_path: Path) -> None:
    """Also by a way that ends inside it."""
    ways = {"ABCDA": "highway=pedestrian|area=yes", "Xi": "highway=footway", "CY": "highway=footway"}
    town = Town("  A....B\nX....i\n\n  D....C..Y", ways)
    network = network_of(town, tmp_path)
    route = walk(network, town.position("X"), town.position("Y"))
    assert route is not None
    assert "link" in kinds(network, route)
    assert _kinds(network)["pedestrian"] >= 2


def test_a_square_mapped_as_a_relation(tmp_path: Path) -> None:
    relation = (
        '<relation id="9" version="1"><member type="way" ref="1001" role="outer"/>'
        '<tag k="type" v="multipolygon"/><tag k="highway" v="pedestrian"/></relation>'
    )
    town = Town("A....B\n......\nD....C..Y", {"ABCDA": "", "CY": "highway=footway"}, extra=relation)
    network = network_of(town, tmp_path)
    assert {name.split(":")[0] for name in network.edges.ids()} == {"r9", "w1002"}


def test_broken_geometry_does_no_harm(tmp_path: Path) -> None:
    """A way of one node, a repeated node, a closed loop, two ways between the same nodes."""
    ways = {
        "A": "highway=footway",
        "AAB": "highway=footway",
        "BCDB": "highway=footway",
        "BA": "highway=path",
        "EE": "highway=footway",
    }
    network = network_of(Town("A..B..C\n    D  E", ways), tmp_path)
    edges = network.edges
    assert (edges["u"] != edges["v"]).all()
    assert np.isfinite(edges["length_m"]).all()
    assert (edges["length_m"] > 0).all()
    assert {name.split(":")[0] for name in edges.ids()} == {"w1002", "w1003", "w1004"}
    assert [row.element for row in network.skipped] == ["w1001"]


def test_a_torn_way_is_no_bridge_over_the_gap(tmp_path: Path) -> None:
    town = Town("A..B....C..D", {"ABCD": "highway=footway"})
    path = town.write(tmp_path / "town.osm")
    path.write_text(
        path.read_text().replace(f'<nd ref="{ord("C")}"/>', f'<nd ref="999999"/><nd ref="{ord("C")}"/>')
    )
    features = read_extract(path)
    network = build_network(features, projection_of(features))
    assert len(network.edges) == 2
    assert walk(network, town.position("A"), town.position("D")) is None


def test_nodes_at_one_place_that_are_not_joined_are_told(tmp_path: Path) -> None:
    """They stay apart: a bridge may end above a path."""
    town = Town("A..B..C", {"AB": "highway=footway", "bC": "highway=footway"})
    path = tmp_path / "town.osm"
    lon, lat = town.position("B")
    twin = f'<node id="{ord("b")}" version="1" lat="{lat}" lon="{lon}"/>'
    xml = Town("A..B..C\n      b", town.ways).xml()
    lines = [twin if line.startswith(f'<node id="{ord("b")}"') else line for line in xml.split("\n")]
    path.write_text("\n".join(lines))
    features = read_extract(path)
    network = build_network(features, projection_of(features))
    assert walk(network, town.position("A"), town.position("C")) is None
    assert [(row.element, row.station) for row in network.skipped] == [(f"n{ord('B')}", "network")]


def test_a_barrier_where_nothing_is_left_of_the_way_does_no_harm(tmp_path: Path) -> None:
    """Its neighbours on either side are missing in the file."""
    town = Town("A..b..C", {"AbC": "highway=footway", "AC": "highway=footway"}, {"b": "barrier=gate"})
    path = town.write(tmp_path / "town.osm")
    gone = '<nd ref="999999"/>'
    node = f'<nd ref="{ord("b")}"/>'
    path.write_text(path.read_text().replace(node, f"{gone}{node}{gone}", 1))
    features = read_extract(path)
    network = build_network(features, projection_of(features))
    assert network.edges.ids() == ["w1002"]


def test_each_piece_of_a_flight_states_the_steps_of_the_whole(tmp_path: Path) -> None:
    """The way is the flight: a second way that goes on is another one."""
    ways = {"AMB": "highway=steps|step_count=30", "MC": "highway=footway", "BF": "highway=steps|step_count=4"}
    edges = network_of(Town("A..M......B.F\n   C", ways), tmp_path).edges
    names = edges.ids()
    rows = [names.index(name) for name in ("w1001:1", "w1001:2", "w1003")]
    assert edges["step_count"][rows].tolist() == [30.0, 30.0, 4.0]
    assert flight_share(edges.columns)[rows] == pytest.approx([0.3, 0.7, 1.0], abs=1e-4)
    assert (flight_share(edges.columns)[edges["kind"] != Kind.steps] == 1).all()


def test_uncounted_steps_are_reckoned_from_the_whole_length(tmp_path: Path) -> None:
    ways = {"AMB": "highway=steps", "MC": "highway=footway", "DE": "highway=steps"}
    edges = network_of(Town("A..M......B\n   C\nD.........E", ways), tmp_path).edges
    names = edges.ids()
    rows = [names.index(name) for name in ("w1001:1", "w1001:2", "w1003")]
    for suffix in ("", "_lower", "_upper", "_from"):
        assert len(set(edges[f"step_count{suffix}"][rows].tolist())) == 1, suffix
    assert edges["step_count_lower"][rows[0]] < 100 / 0.35 < edges["step_count_upper"][rows[0]]


@pytest.mark.parametrize("mapped", ["way", "relation"])
def test_an_area_of_steps_is_no_flight_as_long_as_its_outline(tmp_path: Path, mapped: str) -> None:
    """Three metres deep and twenty wide: nobody climbs the 46 m around it."""
    tags = "highway=steps|area=yes"
    relation = (
        '<relation id="9"><member type="way" ref="1001" role="outer"/><tag k="type" v="multipolygon"/>'
        '<tag k="highway" v="steps"/><tag k="area" v="yes"/></relation>'
    )
    ways = {"ABCDA": tags if mapped == "way" else "", "AE": "highway=footway", "DF": "highway=footway"}
    ways |= {"BG": "highway=footway", "CH": "highway=footway"}
    drawing = (
        "E                    G\nA....................B\n.\n.\nD....................C\nF                    H"
    )
    town = Town(drawing, ways, cell_m=1.0, extra=relation if mapped == "relation" else "")
    edges = network_of(town, tmp_path).edges
    rows = np.flatnonzero(edges["kind"] == Kind.steps)
    assert (flight_share(edges.columns)[rows] == 1).all()
    for row in rows.tolist():
        low, length, high = (
            edges[name][row] for name in ("step_count_lower", "length_m", "step_count_upper")
        )
        assert low < length / 0.35 < high < 7 * length, edges.ids(np.array([row]))


def test_a_flight_cut_in_pieces_is_judged_and_walked_as_the_uncut_one(tmp_path: Path) -> None:
    """Eight steps are more than three, however many nodes lie on them."""
    drawing = "A.B..C.D..E.F\n   G   H"
    tags = "highway=steps|step_count=8"
    paths = {"AB": "highway=footway", "EF": "highway=footway"}
    whole = network_of(Town(drawing, {"BE": tags, **paths}), tmp_path).edges
    cut = {"BCDE": tags, **paths, "CG": "highway=footway", "DH": "highway=footway"}
    pieces = network_of(Town(drawing, cut), tmp_path).edges
    steps, parts = (np.flatnonzero(edges["kind"] == Kind.steps) for edges in (whole, pieces))
    assert (len(steps), len(parts)) == (1, 3)
    for name in PROFILES:
        uncut, flight = (weigh(edges, load_profile(name)) for edges in (whole, pieces))
        for answer in ("sure", "likely", "possible"):
            open_ = getattr(uncut, answer)[2 * steps] < INF
            assert ((getattr(flight, answer)[2 * parts] < INF) == open_).all(), (name, answer)
        assert flight.seconds[2 * parts].sum() == pytest.approx(uncut.seconds[2 * steps[0]], rel=1e-5), name


def test_entrances_with_steps_stand_between_the_way_and_the_house(tmp_path: Path) -> None:
    town = Town(
        "     h\n\nA.........B",
        {"AB": "highway=residential"},
        {"h": "entrance=main|step_count=3|wheelchair=no"},
    )
    network = network_of(town, tmp_path)
    route = walk(network, town.position("A"), town.position("h"))
    assert kinds(network, route) == ["street", "link", "steps", "door", "corridor"]
    assert walk(network, town.position("A"), town.position("h"), chair) is None


HOUSE = """
  r-----s
  |  o  |
a.q--e--t.b
     .
     m
"""
PASSING = {
    "by one way": {"aqetb": "highway=footway"},
    "by two ways that meet there": {"aqe": "highway=footway", "etb": "highway=footway"},
    "a step from the wall": {"aeb": "highway=footway"},
    "where a path comes up to it": {"aqetb": "highway=footway", "me": "highway=footway"},
}


@pytest.mark.parametrize("passing", PASSING)
@pytest.mark.parametrize("house", ["way", "relation"])
@pytest.mark.parametrize("threshold", ["kerb:height=12 cm", "step_count=2", "wheelchair=no|door:width=0.6"])
def test_what_stands_at_an_entrance_is_not_in_the_way_of_who_passes(
    tmp_path: Path, passing: str, house: str, threshold: str
) -> None:
    """It is between the way and the house."""
    ways = PASSING[passing] | {"qetsrq": "building=yes" if house == "way" else ""}
    members = f'<member type="way" ref="{1000 + len(ways)}" role="outer"/>'
    area = f'<tag k="type" v="multipolygon"/><tag k="building" v="yes"/>{members}'
    extra = f'<relation id="1" version="1">{area}</relation>' if house == "relation" else ""
    town = Town(HOUSE, ways, {"e": f"entrance=yes|{threshold}"}, extra=extra)
    network = network_of(town, tmp_path)
    for start, goal in ("ab", "am", "ma") if "me" in ways else ("ab", "ba"):
        route = walk(network, town.position(start), town.position(goal), chair)
        assert kinds(network, route) == ["footway"], (start, goal)
    (stub,) = np.flatnonzero(network.edges["kind"] == Kind.corridor)
    assert network.edges["osm_id"][stub] == ord("e")
    behind = np.flatnonzero(network.edges["v"] == network.edges["u"][stub])
    assert [Kind(int(network.edges["kind"][row])).name for row in behind] == ["door"]


@pytest.mark.parametrize(
    "ways", [{"meo": "highway=footway"}, {"aqetb": "highway=footway", "meo": "highway=path"}]
)
def test_a_way_into_a_house_has_the_kerb_of_its_entrance(tmp_path: Path, ways: dict[str, str]) -> None:
    nodes = {"e": "entrance=yes|kerb:height=12 cm"}
    town = Town(HOUSE, {**ways, "qetsrq": "building=yes"}, nodes)
    network = network_of(town, tmp_path)
    assert "kerb" in kinds(network, walk(network, town.position("m"), town.position("o")))


def test_all_columns_have_their_types(tmp_path: Path) -> None:
    network = network_of(Town("A..b..C", {"AbC": "highway=residential"}, {"b": "barrier=gate"}), tmp_path)
    columns = network.edges.columns
    assert list(columns) == [*PLAIN, *attribute_columns(), RAW]
    assert set(columns[RAW].tolist()) >= {"barrier=gate", "highway=residential"}
    for name, dtype in PLAIN.items():
        assert columns[name].dtype == dtype, name
    for name in attribute_columns():
        assert columns[name].dtype == (np.uint8 if name.endswith("_from") else np.float32)


@pytest.mark.data
@pytest.mark.parametrize("pavements", ["sides", "centre"])
def test_a_real_town(shared_data: Path, pavements: str) -> None:
    """Every kerb, bollard and flight of steps on a way is there; most of the network hangs together."""
    features = read_extract(shared_data / "osm" / "berlin-miraustrasse_2026-07.osm.pbf")
    network = build_network(features, projection_of(features), pavements=pavements)
    edges = network.edges
    names = edges.ids()
    assert len(set(names)) == len(names)
    on_ways = {
        ref
        for way in features.ways.values()
        if (walk := walk_of(way.tags)) is not None and walk.access and not walk.is_road
        for ref in features.refs[way.start + 1 : way.stop - 1].tolist()
    }
    on_roads = {
        ref
        for way in features.ways.values()
        if (walk := walk_of(way.tags)) is not None and walk.is_road
        for ref in features.refs[way.start : way.stop].tolist()
    }
    kerbs = {
        node.id
        for node in features.nodes.values()
        if node.tags.get("barrier") == "kerb" and node.id in on_ways - on_roads
    }
    assert kerbs <= set(edges["osm_id"][edges["kind"] == Kind.kerb].tolist())
    parent = np.arange(len(network.nodes["x"]))
    for _ in range(200):
        low = np.minimum(parent[edges["u"]], parent[edges["v"]])
        before = parent.copy()
        np.minimum.at(parent, edges["u"], low)
        np.minimum.at(parent, edges["v"], low)
        parent = parent[parent]
        if (before == parent).all():
            break
    length = np.bincount(parent[edges["u"]], weights=edges["length_m"])
    assert length.max() > 0.97 * length.sum()


def test_other_ids_make_the_same_network(tmp_path: Path) -> None:
    """Permuting ids changes nothing but names, and two builds are alike to the last bit."""
    ways = {
        "WJ": "highway=residential|sidewalk=both",
        "JE": "highway=residential|sidewalk=both",
        "JN": "highway=residential|sidewalk=left",
        "aNb": "highway=footway",
    }
    drawing = "  a.N.b\n    .\nW...J...E"
    first = network_of(Town(drawing, ways, {"J": "highway=traffic_signals"}), tmp_path)
    again = network_of(Town(drawing, ways, {"J": "highway=traffic_signals"}), tmp_path)
    for name, column in first.edges.columns.items():
        np.testing.assert_array_equal(column, again.edges.columns[name])
    swap = str.maketrans("WJENab", "EbWaNJ")
    other = network_of(
        Town(
            drawing.translate(swap),
            {word.translate(swap): tags for word, tags in ways.items()},
            {"b": "highway=traffic_signals"},
        ),
        tmp_path,
    )

    def shape(network: Network) -> Counter[tuple[int, float]]:
        edges = network.edges
        return Counter(
            zip(edges["kind"].tolist(), np.round(edges["length_m"].astype(float), 2).tolist(), strict=True)
        )

    assert shape(first) == shape(other)
