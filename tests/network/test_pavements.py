"""Small drawn streets with the route a person takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from network.walking import anybody, chair, kinds, network_of, walk
from support.drawn import Town

from wegeketten.model.edges import Crossing, Kind
from wegeketten.people.profile import load_profile
from wegeketten.people.seconds import seconds

if TYPE_CHECKING:
    from pathlib import Path

BOTH = "highway=residential|sidewalk=both|name=Gasse"


def test_the_wheelchair_goes_round_by_the_lowered_crossing(tmp_path: Path) -> None:
    """Two homes facing each other; the near crossing has 14 cm kerbs, the lowered one is 180 m away."""
    town = Town(
        """
    h
A.B..................C.....D
    g
""",
        {"ABCD": "highway=tertiary|sidewalk=both|name=Hauptstraße"},
        {
            "B": "highway=crossing|crossing=unmarked|kerb:height=14 cm",
            "C": "highway=crossing|crossing=zebra|kerb=lowered",
        },
    )
    network = network_of(town, tmp_path)
    home, shop = town.position("h"), town.position("g")
    direct, round_ = walk(network, home, shop), walk(network, home, shop, chair)
    assert direct is not None
    assert round_ is not None
    assert kinds(network, direct) == ["pavement", "kerb", "crossing", "kerb", "pavement"]
    assert 20 < direct.metres < 70
    assert kinds(network, round_) == ["pavement", "kerb", "crossing", "kerb", "pavement"]
    assert 2 * 160 < round_.metres < 2 * 190
    assert "n67:3" in network.edges.ids(np.array(round_.edges))


def test_in_the_centre_line_network_everybody_floats_across(tmp_path: Path) -> None:
    town = Town("  h\nA.B.C\n  g", {"ABC": BOTH})
    network = network_of(town, tmp_path, "centre")
    route = walk(network, town.position("h"), town.position("g"), chair)
    assert route is not None
    assert kinds(network, route) == ["street"]


def test_a_junction_of_three_arms_has_three_corners(tmp_path: Path) -> None:
    """Along the main street's far side no kerb is met; across the side street's mouth two."""
    town = Town(
        """
     N
     .
 a   .   b
W....J....E
 c       d
""",
        {"WJ": BOTH, "JE": BOTH, "JN": BOTH},
        cell_m=8,
    )
    network = network_of(town, tmp_path)
    far = walk(network, town.position("c"), town.position("d"))
    near = walk(network, town.position("a"), town.position("b"))
    assert kinds(network, far) == ["pavement"]
    assert kinds(network, near) == ["pavement", "kerb", "crossing", "kerb", "pavement"]
    assert near is not None
    assert far is not None
    crossed = [edge for edge in near.edges if network.edges["kind"][edge] == Kind.crossing]
    assert network.edges.ids(np.array(crossed))[0].startswith("w1003:")  # the side street
    assert network.edges["derived"][crossed].all()
    assert far.metres == pytest.approx(64, abs=2)


def test_a_side_street_without_pavements_is_entered_over_a_kerb(tmp_path: Path) -> None:
    town = Town(
        """
     N
     n
     .
 a   .   b
W....J....E
""",
        {"WJE": BOTH, "JN": "highway=residential|sidewalk=no"},
        cell_m=8,
    )
    network = network_of(town, tmp_path)
    into = walk(network, town.position("a"), town.position("n"))
    past = walk(network, town.position("a"), town.position("b"))
    assert kinds(network, into) == ["pavement", "kerb", "link", "street"]
    assert kinds(network, past) == ["pavement", "kerb", "link", "kerb", "pavement"]


def test_sided_kerbs_of_the_crossed_arm_count_at_their_end(tmp_path: Path) -> None:
    town = Town(
        """
     N
     .
 a   .   b
W....J....E
""",
        {
            "WJE": BOTH,
            "JN": f"{BOTH}|sidewalk:left:kerb:start=flush|sidewalk:right:kerb=raised",
        },
        cell_m=8,
    )
    network = network_of(town, tmp_path)
    near = walk(network, town.position("a"), town.position("b"))
    assert near is not None
    kerbs = [
        network.edges["kerb_cm"][edge] for edge in near.edges if network.edges["kind"][edge] == Kind.kerb
    ]
    assert kerbs == [0.0, 12.0]
    wheels = walk(network, town.position("a"), town.position("b"), chair)
    assert wheels is None or "w1002" not in "".join(network.edges.ids(np.array(wheels.edges)))


def test_a_pavement_on_one_side_only(tmp_path: Path) -> None:
    """On the other side one walks along the edge of the carriageway, and crosses to the pavement."""
    town = Town("     a    \nW.........E\n     b    ", {"WE": "highway=residential|sidewalk=left"}, cell_m=10)
    network = network_of(town, tmp_path)
    sides = {
        (int(side), Kind(int(kind)).name)
        for side, kind in zip(network.edges["side"], network.edges["kind"], strict=True)
        if kind in (Kind.pavement, Kind.street)
    }
    assert sides == {(-1, "pavement"), (1, "street")}
    assert kinds(network, walk(network, town.position("a"), town.position("b"))) == [
        "pavement",
        "kerb",
        "crossing",
        "street",
    ]


def test_the_sides_of_a_dead_end_are_joined_only_where_it_is_known_to_end(tmp_path: Path) -> None:
    drawing = "     a\nJ.........E\n     b"
    ways = {"JE": BOTH}
    opened = network_of(Town(drawing, ways), tmp_path)
    town = Town(drawing, ways, {"E": "highway=turning_circle"})
    closed = network_of(town, tmp_path)
    assert walk(opened, town.position("a"), town.position("b"), chair) is None
    assert kinds(closed, walk(closed, town.position("a"), town.position("b"), chair)) == ["pavement"]


def test_a_mapped_pavement_stands_for_its_side_and_is_not_doubled(tmp_path: Path) -> None:
    town = Town(
        """
P..........Q
W..........E
""",
        {"PQ": "highway=footway|footway=sidewalk", "WE": "highway=residential|sidewalk=both"},
        cell_m=8,
    )
    network = network_of(town, tmp_path)
    pavements = [
        (name, int(side))
        for name, side, kind in zip(
            network.edges.ids(), network.edges["side"], network.edges["kind"], strict=True
        )
        if kind == Kind.pavement
    ]
    assert [side for name, side in pavements if name.startswith("w1002")] == [1] * (len(pavements) - 1)
    assert [name.split(":")[0] for name, _ in pavements].count("w1001") == 1


def test_where_a_mapped_pavement_stops_the_tagged_one_goes_on(tmp_path: Path) -> None:
    town = Town(
        """
P.........Q a.......
W.........M........E
""",
        {
            "PQ": "highway=footway|footway=sidewalk",
            "WM": "highway=residential|sidewalk:left=separate|sidewalk:right=no",
            "ME": "highway=residential|sidewalk:left=yes|sidewalk:right=no",
        },
        cell_m=8,
    )
    network = network_of(town, tmp_path)
    route = walk(network, town.position("P"), town.position("a"), chair)
    assert set(kinds(network, route)) <= {"pavement", "link"}


def test_a_side_tagged_separate_without_any_way_beside_it_is_still_there(tmp_path: Path) -> None:
    town = Town("W.........E", {"WE": "highway=residential|sidewalk:both=separate"})
    network = network_of(town, tmp_path)
    assert {
        int(side)
        for side, kind in zip(network.edges["side"], network.edges["kind"], strict=True)
        if kind == 2
    } == {-1, 1}


def test_mapped_crossings_run_over_their_kerb_nodes(tmp_path: Path) -> None:
    town = Town(
        """
P....p....Q
     k
W....x....E
     l
R....r....S
""",
        {
            "PpQ": "highway=footway|footway=sidewalk",
            "RrS": "highway=footway|footway=sidewalk",
            "pkxlr": "highway=footway|footway=crossing|crossing=zebra",
            "WxE": "highway=secondary|sidewalk=separate",
        },
        {
            "k": "barrier=kerb|kerb=lowered",
            "l": "barrier=kerb|kerb=raised",
            "x": "highway=crossing|crossing=zebra",
        },
        cell_m=5,
    )
    network = network_of(town, tmp_path)
    route = walk(network, town.position("P"), town.position("S"))
    assert kinds(network, route) == [
        "pavement",
        "crossing",
        "kerb",
        "crossing",
        "kerb",
        "crossing",
        "pavement",
    ]
    assert route is not None
    ids = network.edges.ids(np.array(route.edges))
    assert f"n{ord('k')}" in ids
    assert f"n{ord('l')}" in ids
    crossed = [edge for edge in route.edges if network.edges["kind"][edge] == Kind.crossing]
    assert set(network.edges["crossing"][crossed].tolist()) == {int(Crossing.marked)}
    assert walk(network, town.position("P"), town.position("S"), chair) is None
    assert "street" not in {Kind(int(kind)).name for kind in network.edges["kind"]}


def test_a_mapped_crossing_without_kerbs_gets_them(tmp_path: Path) -> None:
    ways = {
        "PpQ": "highway=footway|footway=sidewalk",
        "RrS": "highway=footway|footway=sidewalk",
        "pxr": "highway=footway|footway=crossing",
        "WxE": "highway=secondary|sidewalk=separate",
    }
    drawing = "P....p....Q\n\nW....x....E\n\nR....r....S"
    unknown = network_of(Town(drawing, ways, cell_m=5), tmp_path)
    told = network_of(Town(drawing, ways, {"x": "highway=crossing|kerb=raised"}, cell_m=5), tmp_path)
    kerbs = unknown.edges["kind"] == Kind.kerb
    assert kerbs.sum() == 2
    assert unknown.edges["kerb_cm_lower"][kerbs].tolist() == [0.0, 0.0]
    assert unknown.edges["kerb_cm_upper"][kerbs].tolist() == [20.0, 20.0]
    assert told.edges["kerb_cm"][told.edges["kind"] == Kind.kerb].tolist() == [12.0, 12.0]


@pytest.mark.parametrize("end", ["p", "k"])
def test_the_kerb_at_the_end_of_a_crossing_counts(tmp_path: Path, end: str) -> None:
    """The pavements are tags; the crossing is a way that ends at its kerb, or a little behind it."""
    ways = {
        "WxE": BOTH.replace("residential", "primary"),
        "pkxlr" if end == "p" else "kxl": "highway=footway|footway=crossing",
    }
    drawing = """
              a p
                k
W...............x...............E
                l
              b r
"""
    nodes = {"k": "barrier=kerb|kerb=raised", "l": "barrier=kerb|kerb=lowered"}
    network = network_of(Town(drawing, ways, nodes, cell_m=4), tmp_path)
    town = Town(drawing, ways, nodes, cell_m=4)
    route = walk(network, town.position("a"), town.position("b"))
    assert route is not None
    assert f"n{ord('k')}" in network.edges.ids(np.array(route.edges))
    rolled = walk(network, town.position("a"), town.position("b"), chair)
    assert rolled is None or f"n{ord('k')}" not in network.edges.ids(np.array(rolled.edges))


@pytest.mark.parametrize(
    ("kerb", "likely", "bounds"),
    [("", 3.0, (0.0, 20.0)), ("|kerb=flush", 0.0, (0.0, 1.0)), ("|kerb:height=8 cm", 8.0, (8.0, 8.0))],
)
def test_a_refuge_halves_a_crossing_and_has_kerbs_of_its_own(
    tmp_path: Path, kerb: str, likely: float, bounds: tuple[float, float]
) -> None:
    town = Town(
        "    a     \nW....x....E\n    b     ",
        {"WxE": "highway=secondary|sidewalk=both"},
        {"x": f"highway=crossing|crossing=uncontrolled|crossing:island=yes{kerb}"},
    )
    network = network_of(town, tmp_path)
    route = walk(network, town.position("a"), town.position("b"))
    assert route is not None
    names = [Kind(int(network.edges["kind"][edge])).name for edge in route.edges]
    assert names == ["pavement", "kerb", "crossing", "kerb", "kerb", "crossing", "kerb", "pavement"]
    assert (network.edges["crossing"][route.edges] == Crossing.marked).sum() == 2
    halves = network.edges["unwaited"][route.edges][network.edges["crossing"][route.edges] > 0]
    assert halves.tolist() == [1, 1]  # a refuge makes nobody wait twice as long
    refuge = [edge for edge in route.edges if network.edges["kind"][edge] == Kind.kerb][1:3]
    assert network.edges["derived"][refuge].all()
    assert set(network.edges["osm_id"][refuge].tolist()) == {ord("x")}
    assert network.edges["side"][refuge].tolist() == [0, 0]
    assert network.edges["kerb_cm"][refuge].tolist() == [likely, likely]
    assert network.edges["kerb_cm_lower"][refuge].tolist() == [bounds[0]] * 2
    assert network.edges["kerb_cm_upper"][refuge].tolist() == [bounds[1]] * 2
    assert (walk(network, town.position("a"), town.position("b"), chair) is None) == (likely > 3)


def test_a_foot_way_joins_the_pavement_it_reaches(tmp_path: Path) -> None:
    """Two paths meet a street from either side: joined to its pavement, and to each other over kerbs."""
    town = Town(
        """
   N
   .
W..M..E
   .
   S
""",
        {"WME": BOTH, "MN": "highway=footway", "MS": "highway=footway"},
    )
    network = network_of(town, tmp_path)
    route = walk(network, town.position("N"), town.position("S"))
    assert kinds(network, route) == ["footway", "kerb", "crossing", "kerb", "footway"]
    assert route is not None
    assert 25 < route.metres <= 41


def test_a_driveway_is_passed_without_a_kerb(tmp_path: Path) -> None:
    town = Town(
        "   D\n a .  b\nW..M...E",
        {"WME": BOTH, "MD": "highway=service|service=driveway"},
    )
    network = network_of(town, tmp_path)
    assert kinds(network, walk(network, town.position("a"), town.position("b"))) == ["pavement"]
    assert kinds(network, walk(network, town.position("a"), town.position("D"))) == ["pavement", "service"]


def test_a_mapped_pavement_crosses_a_side_street_over_two_kerbs(tmp_path: Path) -> None:
    """Nothing is mapped as a crossing, and the side street has no sides of its own."""
    ways = {
        "PxQ": "highway=footway|footway=sidewalk",
        "WJE": "highway=tertiary|sidewalk:left=separate|sidewalk:right=no",
        "JxN": "highway=residential",
    }
    drawing = "       N\n       .\n       .\nP......x......Q\nW......J......E"
    network = network_of(Town(drawing, ways, cell_m=8), tmp_path)
    town = Town(drawing, ways, {"x": "highway=crossing|kerb=raised"}, cell_m=8)
    raised = network_of(town, tmp_path)
    route = walk(network, town.position("P"), town.position("Q"))
    assert kinds(network, route) == ["pavement", "kerb", "link", "kerb", "pavement"]
    assert route is not None
    kerbs = [edge for edge in route.edges if network.edges["kind"][edge] == Kind.kerb]
    assert network.edges["kerb_cm_upper"][kerbs].tolist() == [20.0, 20.0]
    assert walk(network, town.position("P"), town.position("N")) is not None
    assert walk(raised, town.position("P"), town.position("Q"), chair) is None


def test_opposite_side_streets_are_not_joined_across_the_main_street(tmp_path: Path) -> None:
    town = Town(
        """
   N
   .
W..M..E
   .
   S
""",
        {"WME": "highway=tertiary|sidewalk=both", "MN": "highway=residential", "MS": "highway=residential"},
    )
    network = network_of(town, tmp_path)
    route = walk(network, town.position("N"), town.position("S"))
    assert route is not None
    names = [Kind(int(network.edges["kind"][edge])).name for edge in route.edges]
    assert names.count("crossing") == 1
    assert names.count("kerb") == 4


def test_a_roundabout_is_walked_around_outside(tmp_path: Path) -> None:
    town = Town(
        """
....N....
....a....
...b.d...
WWWe.c.EE
...f.g...
....h....
....S....
""".replace("WWW", "W..").replace("EE", ".E"),
        {
            "abefhgcda": "highway=tertiary|junction=roundabout|oneway=yes|sidewalk=right",
            "Na": "highway=residential|sidewalk=both",
            "Sh": "highway=residential|sidewalk=both",
            "We": "highway=residential|sidewalk=both",
        },
        cell_m=15,
    )
    network = network_of(town, tmp_path)
    route = walk(network, town.position("N"), town.position("S"))
    names = kinds(network, route)
    assert "street" not in names
    assert names.count("crossing") <= 3
    assert route is not None
    assert route.metres < 260


def test_a_dual_carriageway_is_crossed_one_after_the_other(tmp_path: Path) -> None:
    town = Town(
        """
   N
   .
A..B..C
D..F..G
   .
   S
""",
        {
            "CBA": "highway=primary|oneway=yes|sidewalk=right",
            "DFG": "highway=primary|oneway=yes|sidewalk=right",
            "BN": BOTH,
            "FS": BOTH,
            "BF": "highway=residential|sidewalk=no",
        },
        cell_m=20,
    )
    network = network_of(town, tmp_path)
    route = walk(network, town.position("N"), town.position("S"))
    assert route is not None
    crossed = {
        network.edges.ids(np.array([edge]))[0].split(":")[0]
        for edge in route.edges
        if network.edges["kind"][edge] == Kind.crossing
    }
    assert crossed >= {"w1001", "w1002"}
    assert "n" not in {name[0] for name in crossed}


def test_streets_nobody_described_stay_one(tmp_path: Path) -> None:
    """Without any word about pavements both networks are the same."""
    ways = {
        "WJE": "highway=residential",
        "JN": "highway=living_street",
        "JS": "highway=track",
        "EX": "highway=pedestrian",
    }
    town = Town("   N\n   .\nW..J..E\n   .  .\n   S  X", ways)
    sides, centre = network_of(town, tmp_path), network_of(town, tmp_path, "centre")
    assert sides.edges.ids() == centre.edges.ids()
    np.testing.assert_array_equal(sides.edges.points, centre.edges.points)


def test_informal_crossings_carry_the_class_of_road(tmp_path: Path) -> None:
    quiet = network_of(Town("W..........E", {"WE": BOTH}), tmp_path)
    busy = network_of(Town("W..........E", {"WE": "highway=primary|sidewalk=both"}), tmp_path)
    informal = quiet.edges["crossing"] == Crossing.informal
    assert informal.sum() >= 1
    between = [
        row
        for row in np.flatnonzero(busy.edges["crossing"] == Crossing.informal)
        if 20 < abs(busy.edges.points[busy.edges.bends[row]][0] - busy.nodes["x"].min()) < 80
    ]
    assert not between


def test_nobody_crosses_over_a_guard_rail(tmp_path: Path) -> None:
    ways = {"WE": BOTH, "rs": "barrier=guard_rail"}
    network = network_of(Town("W..........E\n.r........s.", ways, cell_m=10), tmp_path)
    railed = network_of(Town("W..........E\n.r........s.", ways, cell_m=3.5), tmp_path)
    assert (network.edges["crossing"] == Crossing.informal).sum() == 3  # at both ends and in between
    beside = network_of(Town("W....................E\n.r..................s.", ways, cell_m=3), tmp_path)
    assert (beside.edges["crossing"] == Crossing.informal).sum() == 2
    assert (railed.edges["crossing"] == Crossing.informal).sum() == 2


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("highway=living_street", ["pavement", "kerb", "link", "living_street"]),
        ("highway=track", ["pavement", "track"]),
        ("highway=pedestrian", ["pavement", "pedestrian"]),
        ("highway=cycleway|foot=yes", ["pavement", "cycleway"]),
    ],
)
def test_what_else_leads_off_a_street_with_pavements(tmp_path: Path, tags: str, expected: list[str]) -> None:
    town = Town("   N\n   .\n a .\nW..M...E", {"WME": BOTH, "MN": tags})
    network = network_of(town, tmp_path)
    assert kinds(network, walk(network, town.position("a"), town.position("N"))) == expected


def test_a_square_at_a_street_is_entered_from_the_pavement(tmp_path: Path) -> None:
    town = Town(
        """
.S....T
.......b
W..M.......E
  a
""",
        {"WME": BOTH, "MSTM": "highway=pedestrian|area=yes"},
        cell_m=12,
    )
    network = network_of(town, tmp_path)
    near = walk(network, town.position("S"), town.position("b"))
    assert kinds(network, near) == ["pedestrian", "pavement"]
    across = walk(network, town.position("T"), town.position("a"))
    assert kinds(network, across) == ["pedestrian", "kerb", "crossing", "kerb", "pavement"]


def test_a_traffic_island_has_kerbs_of_its_own(tmp_path: Path) -> None:
    """Two carriageways, a crossing over each, an island between: four kerbs of unknown height."""
    ways = {
        "Pp": "highway=footway",
        "pxi": "highway=footway|footway=crossing",
        "ij": "highway=footway|footway=traffic_island",
        "jyr": "highway=footway|footway=crossing",
        "rR": "highway=footway",
        "AxB": "highway=primary|oneway=yes|sidewalk=separate",
        "CyD": "highway=primary|oneway=yes|sidewalk=separate",
    }
    town = Town("  P\n  p\nA.x.B\n  i\n  j\nC.y.D\n  r\n  R", ways, cell_m=6)
    network = network_of(town, tmp_path)
    route = walk(network, town.position("P"), town.position("R"))
    assert route is not None
    names = [Kind(int(network.edges["kind"][edge])).name for edge in route.edges]
    assert names.count("kerb") == 4
    assert names.count("crossing") == 4
    assert route.metres == pytest.approx(42, abs=0.5)


@pytest.mark.parametrize("pavements", ["sides", "centre"])
@pytest.mark.parametrize(
    ("ways", "nodes", "waits"),
    [
        ({"pxr": ""}, {}, 1),  # the carriageway's node cuts the way in two
        ({"pkxlr": ""}, {"k": "barrier=kerb", "l": "barrier=kerb"}, 1),  # … and kerbs in four
        ({"pkx": "", "xlr": ""}, {"k": "barrier=kerb", "l": "barrier=kerb"}, 1),  # one way per half
        ({"pklr": ""}, {"k": "barrier=kerb", "l": "barrier=kerb"}, 1),  # drawn without the carriageway's node
        ({"pxlyr": "", "CyD": "highway=primary|sidewalk=separate"}, {}, 2),  # two carriageways
    ],
)
def test_one_waits_once_per_carriageway(
    tmp_path: Path, ways: dict[str, str], nodes: dict[str, str], waits: int, pavements: str
) -> None:
    crossing = "highway=footway|footway=crossing|crossing=traffic_signals"
    drawn = {
        "PpQ": "highway=footway|footway=sidewalk",
        "RrS": "highway=footway|footway=sidewalk",
        "AxB": "highway=primary|sidewalk=separate",
        **{word: tags or crossing for word, tags in ways.items()},
    }
    town = Town("P.p.Q\n  k  \nA.x.B\n  l  \nC.y.D\nR.r.S", drawn, nodes, cell_m=4)
    network = network_of(town, tmp_path, pavements)
    columns = network.edges.columns
    route = walk(network, town.position("P"), town.position("S"))
    assert route is not None
    wait = np.where(columns["crossing"] == Crossing.signals, 1 - columns["unwaited"].astype(float) / 2, 0.0)
    assert wait[route.edges].sum() == waits
    profile = load_profile("wheelchair")
    none = {**columns, "crossing": np.zeros_like(columns["crossing"])}
    more = seconds(columns, profile)[0] - seconds(none, profile)[0]
    assert more[route.edges].sum() == pytest.approx(waits * profile.delays.crossing_signals_s)


def test_a_motorroad_is_crossed_by_paths_but_not_walked(tmp_path: Path) -> None:
    town = Town("   N\n   .\nW..M..E\n   .\n   S", {"WME": "highway=trunk", "NMS": "highway=path"})
    network = network_of(town, tmp_path)
    route = walk(network, town.position("N"), town.position("S"), anybody)
    assert kinds(network, route) == ["path", "kerb", "crossing", "kerb", "path"]


def test_the_pavement_of_a_bus_road_is_open(tmp_path: Path) -> None:
    """Who writes ``access=no`` and ``bus=designated`` speaks of the carriageway."""
    town = Town("  a    b  \nW........E", {"WE": "highway=service|access=no|bus=designated|sidewalk=both"})
    network = network_of(town, tmp_path)
    assert kinds(network, walk(network, town.position("a"), town.position("b"), chair)) == ["pavement"]
    works = Town("  a    b  \nW........E", {"WE": "highway=service|access=no|sidewalk=both"})
    assert not (network_of(works, tmp_path).edges["kind"] == Kind.pavement).any()


def test_pavements_go_on_past_a_short_stretch_without_tags(tmp_path: Path) -> None:
    """A few metres of bus lane between two streets tear the pavements apart on the map only."""
    ways = {"AB": BOTH, "BC": "highway=service|access=no|bus=yes", "CD": BOTH}
    drawing = " a           b \nA......B.C.....D\n c           d "
    town = Town(drawing, ways, cell_m=6)
    network = network_of(town, tmp_path)
    for start, goal in ("ab", "cd"):
        route = walk(network, town.position(start), town.position(goal), chair)
        assert kinds(network, route) == ["pavement", "link", "pavement"]
        assert route is not None
        assert route.metres == pytest.approx(72, abs=2)
    torn = [
        edge
        for edge in range(len(network.edges))
        if network.edges["kind"][edge] == Kind.link and network.edges["length_m"][edge] > 8
    ]
    assert network.edges["derived"][torn].all()
    far = Town(drawing.replace(".C", "......C"), ways, cell_m=6)
    network = network_of(far, tmp_path)
    assert walk(network, far.position("a"), far.position("b"), chair) is None
