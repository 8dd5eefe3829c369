"""Refuges: the same real crossing, mapped as a node or as a way, asks the same of everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from network.walking import Walked, kinds, network_of, walk
from support.drawn import Town

from wegeketten.model.edges import Crossing, Kind
from wegeketten.network.build import build_network
from wegeketten.network.ways import CODE
from wegeketten.osm.extract import read_extract
from wegeketten.osm.projection import projection_of
from wegeketten.people.profile import PROFILES, load_profile
from wegeketten.people.seconds import seconds
from wegeketten.people.verdict import levels

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.network.build import Network

FOOT = "highway=footway"
PAVED = f"{FOOT}|footway=sidewalk"
OVER = f"{FOOT}|footway=crossing"

# the middle of a long main road, so that nothing else leads across
DRAWING = """
     a  p  b
        k
        i
W.......x.......E
        j
        l
     c  r  d
"""


def _crossed(network: Network, town: Town) -> Walked:
    route = walk(network, town.position("p"), town.position("r"))
    assert route is not None
    return route


def _asked(network: Network, route: Walked) -> tuple[list[Any], list[list[int]], float]:
    """Kerbs met on a route, from either end; per profile how many answers it is open in; waits."""
    edges, rows = network.edges, np.array(route.edges)
    kerbs = rows[edges["kind"][rows] == Kind.kerb]
    columns = ("kerb_cm", "kerb_cm_lower", "kerb_cm_upper", "kerb_cm_from", "tactile", "tactile_upper")
    met = np.stack([edges[name][kerbs].astype(float) for name in columns], axis=1).tolist()
    crossed = rows[np.isin(edges["kind"][rows], (Kind.kerb, Kind.crossing))]
    open_in = [
        levels(edges.columns, load_profile(name))[:, crossed].min(axis=1).tolist() for name in PROFILES
    ]
    waits = (edges["crossing"][rows] > 0) * (1 - edges["unwaited"][rows] / 2)
    return met, open_in, float(waits.sum())


@pytest.mark.parametrize(
    "said",
    [
        "crossing=zebra",
        "crossing=traffic_signals|kerb=raised|tactile_paving=yes",
        "crossing:island=yes",
        "crossing=island",
        "crossing=traffic_signals|crossing:island=yes|tactile_paving=yes",
        "crossing=zebra|traffic_calming=island",
        "crossing=zebra|crossing:island=yes|kerb=raised",
        "crossing=zebra|crossing:island=yes|kerb=flush|tactile_paving=yes",
        "crossing=zebra|crossing:island=yes|kerb:height=5 cm",
        "crossing=zebra|crossing:island=yes|kerb:left=raised|kerb:right=lowered",
        "crossing=zebra|crossing:island=yes|kerb=lowered|kerb:right=raised",
    ],
)
@pytest.mark.parametrize("road", ["", "|sidewalk:left:kerb=flush|sidewalk:right:kerb:height=6 cm"])
@pytest.mark.parametrize("backwards", [False, True])
def test_node_and_way_ask_the_same(tmp_path: Path, said: str, road: str, backwards: bool) -> None:
    street = f"highway=primary{road}"
    drawn = "rxp" if backwards else "pxr"
    node = {"x": f"highway=crossing|{said}"}
    towns = {
        "node": Town(DRAWING, {"WxE": f"{street}|sidewalk=both"}, node, cell_m=5),
        "way, pavements mapped": Town(
            DRAWING,
            {"WxE": f"{street}|sidewalk=separate", "apb": PAVED, "crd": PAVED, drawn: OVER},
            node,
            cell_m=5,
        ),
        "way, pavements tagged": Town(
            DRAWING, {"WxE": f"{street}|sidewalk=both", drawn: OVER}, node, cell_m=5
        ),
        "two ways": Town(
            DRAWING,
            {"WxE": f"{street}|sidewalk=separate", "apb": PAVED, "crd": PAVED, "px": OVER, "xr": OVER},
            node,
            cell_m=5,
        ),
    }
    found = {}
    for name, town in towns.items():
        network = network_of(town, tmp_path)
        met, open_in, waits = _asked(network, _crossed(network, town))
        assert (len(met), waits) == (4 if "island" in said else 2, 1), name
        found[name] = met, open_in
    for name, asked in found.items():
        assert asked == found["node"], name


def test_what_the_way_says_counts_too(tmp_path: Path) -> None:
    ways = {"WxE": "highway=primary|sidewalk=separate", "apb": PAVED, "crd": PAVED}
    plain = Town(DRAWING, {**ways, "pxr": OVER}, cell_m=5)
    told = Town(DRAWING, {**ways, "pxr": f"{OVER}|crossing:island=yes|kerb=lowered"}, cell_m=5)
    network = network_of(plain, tmp_path)
    assert kinds(network, _crossed(network, plain)).count("kerb") == 2
    network = network_of(told, tmp_path)
    route = _crossed(network, told)
    assert kinds(network, route) == ["pavement", "kerb", "crossing", "kerb", "crossing", "kerb", "pavement"]
    rows = np.array(route.edges)
    kerbs = rows[network.edges["kind"][rows] == Kind.kerb]
    assert len(kerbs) == 4
    assert network.edges["kerb_cm"][kerbs].tolist() == [3.0] * 4
    assert network.edges["derived"][kerbs].all()
    assert {name.split(":")[0] for name in network.edges.ids(kerbs)} == {"w1004"}
    assert route.metres == pytest.approx(30, abs=0.5)


@pytest.mark.parametrize(
    ("way", "mapped", "derived"),
    [
        ("pxr", "", 4),
        ("pkxlr", "kl", 2),  # the banks' kerbs are mapped, the refuge's are not
        ("pixjr", "ij", 2),  # the other way round
        ("pkixjlr", "kijl", 0),
        ("pkixr", "ki", 2),  # one half is mapped
    ],
)
def test_mapped_kerbs_are_never_doubled(tmp_path: Path, way: str, mapped: str, derived: int) -> None:
    town = Town(
        """
a   p   b

    k

    i
W...x...E
    j

    l

c   r   d
""",
        {
            "WxE": "highway=primary|sidewalk=separate",
            "apb": PAVED,
            "crd": PAVED,
            way: f"{OVER}|crossing:island=yes",
        },
        dict.fromkeys(mapped, "barrier=kerb|kerb:height=1 cm"),
        cell_m=2,
    )
    network = network_of(town, tmp_path)
    rows = np.array(_crossed(network, town).edges)
    kerbs = rows[network.edges["kind"][rows] == Kind.kerb]
    assert len(kerbs) == 4
    assert network.edges["derived"][kerbs].sum() == derived
    assert (network.edges["kerb_cm"][kerbs] == 1).sum() == 4 - derived
    letters = {
        chr(int(network.edges["osm_id"][row])) for row in kerbs if network.edges["osm_type"][row] == b"n"
    }
    assert letters == set(mapped)


DUAL = """
    P
    p
A...x...B
    m
C...y...D
    r
    R
"""


@pytest.mark.parametrize(
    ("ways", "nodes", "kerbs"),
    [
        ({"pxyr": OVER}, {}, 4),
        ({"pxm": OVER, "myr": OVER}, {}, 4),
        ({"px": OVER, "xy": f"{OVER}|crossing=island", "yr": OVER}, {}, 4),
        ({"pxm": OVER, "myr": OVER}, {"m": "traffic_calming=island"}, 4),
        ({"pxyr": OVER}, dict.fromkeys("xy", "highway=crossing|crossing:island=no"), 4),
        ({"pxyr": f"{OVER}|crossing:island=no"}, {}, 2),
        ({"pxmyr": OVER}, {"m": "barrier=kerb|kerb=raised"}, 4),
    ],
)  # fmt: skip
def test_between_two_carriageways_there_is_a_refuge(
    tmp_path: Path, ways: dict[str, str], nodes: dict[str, str], kerbs: int
) -> None:
    """However the crossing is cut in ways; a no on each carriageway speaks of that one alone."""
    roads = dict.fromkeys(("AxB", "CyD"), "highway=primary|oneway=yes|sidewalk=separate")
    town = Town(DUAL, {"Pp": FOOT, "rR": FOOT, **roads, **ways}, nodes, cell_m=6)
    network = network_of(town, tmp_path)
    route = walk(network, town.position("P"), town.position("R"))
    assert route is not None
    names = [Kind(int(network.edges["kind"][edge])).name for edge in route.edges]
    assert names.count("kerb") == kerbs
    assert route.metres == pytest.approx(36, abs=0.5)


def test_lanes_side_by_side_have_no_refuge(tmp_path: Path) -> None:
    """A bus lane drawn as a road of its own, 3 m from the street."""
    roads = {"AxB": "highway=tertiary|oneway=yes", "CyD": "highway=service|access=no|bus=yes"}
    town = Town(DUAL.replace("    m\n", ""), {"Pp": FOOT, "rR": FOOT, **roads, "pxyr": OVER}, cell_m=3)
    network = network_of(town, tmp_path)
    route = walk(network, town.position("P"), town.position("R"))
    assert route is not None
    assert [Kind(int(network.edges["kind"][edge])).name for edge in route.edges].count("kerb") == 2


def test_a_crossing_mapped_on_one_half_only_has_its_refuge(tmp_path: Path) -> None:
    """Of a road nobody walks beside; on the other half the way is no crossing in words."""
    ways = {"WxE": "highway=tertiary", "apb": FOOT, "crd": FOOT, "px": OVER, "xr": FOOT}
    town = Town(DRAWING, ways, {"x": "highway=crossing|crossing:island=yes|kerb=lowered"}, cell_m=5)
    network = network_of(town, tmp_path)
    rows = np.array(_crossed(network, town).edges)
    kerbs = rows[network.edges["kind"][rows] == Kind.kerb]
    assert len(kerbs) == 3  # two of the refuge, one of the bank whose half is a crossing
    assert network.edges["kerb_cm"][kerbs].tolist() == [3.0] * 3


def test_aisles_of_a_car_park_have_no_refuge_between_them(tmp_path: Path) -> None:
    roads = dict.fromkeys(("AxB", "CyD"), "highway=service|service=parking_aisle")
    town = Town(DUAL, {"Pp": FOOT, "rR": FOOT, **roads, "pxyr": OVER}, cell_m=6)
    network = network_of(town, tmp_path)
    assert (network.edges["kind"] == Kind.kerb).sum() == 2


def test_a_drive_beside_the_street_draws_no_refuge_away(tmp_path: Path) -> None:
    roads = {"AxB": "highway=primary|sidewalk=no", "CyD": "highway=service|service=driveway"}
    ways = {"Pp": FOOT, "rR": FOOT, **roads, "pxyr": OVER}
    town = Town(DUAL, ways, {"x": "highway=crossing|crossing:island=yes"}, cell_m=6)
    network = network_of(town, tmp_path)
    edges = network.edges
    kerbs = np.flatnonzero(edges["kind"] == Kind.kerb)
    places = [tuple(edges.points[edges.bends[row]].round(1).tolist()) for row in kerbs]
    assert len(kerbs) == 4
    assert len(set(places)) == 3
    assert edges["road"][kerbs].tolist().count(CODE["primary"]) == 3


def test_a_crossing_that_touches_no_road_has_its_refuge_half_way(tmp_path: Path) -> None:
    ways = {"apb": PAVED, "crd": PAVED, "pr": f"{OVER}|crossing:island=yes"}
    town = Town(DRAWING.replace("W.......x.......E", "W................E"), ways, cell_m=5)
    network = network_of(town, tmp_path)
    rows = np.array(_crossed(network, town).edges)
    assert (network.edges["kind"][rows] == Kind.kerb).sum() == 4
    halves = rows[network.edges["kind"][rows] == Kind.crossing]
    assert network.edges["length_m"][halves].tolist() == pytest.approx([15, 15], abs=0.1)


def test_a_crossing_without_the_word_footway_crossing_is_one(tmp_path: Path) -> None:
    ways = {"WxE": "highway=primary|sidewalk=separate", "apb": PAVED, "crd": PAVED}
    town = Town(DRAWING, {**ways, "pxr": f"{FOOT}|crossing=zebra|crossing:island=yes"}, cell_m=5)
    network = network_of(town, tmp_path)
    assert kinds(network, _crossed(network, town)).count("kerb") == 3  # two of the four follow one another


def test_centre_lines_know_no_refuges(tmp_path: Path) -> None:
    ways = {"WxE": "highway=primary", "apb": PAVED, "crd": PAVED, "pxr": f"{OVER}|crossing:island=yes"}
    network = network_of(Town(DRAWING, ways, cell_m=5), tmp_path, "centre")
    assert (network.edges["kind"] == Kind.kerb).sum() == 2


@pytest.mark.parametrize("way", ["pxyr", "pxmyr"])
@pytest.mark.parametrize("cut", [False, True])
def test_a_refuge_makes_nobody_wait_longer(tmp_path: Path, way: str, cut: bool) -> None:
    """Over two carriageways one waits twice, wherever the refuge cuts the crossing."""
    roads = dict.fromkeys(("AxB", "CyD"), "highway=primary|oneway=yes|sidewalk=separate")
    signals = f"{OVER}|crossing=traffic_signals"
    drawn = {way[:-2]: signals, way[-3:]: signals} if cut else {way: signals}
    town = Town(DUAL, {"Pp": FOOT, "rR": FOOT, **roads, **drawn}, {}, cell_m=6)
    network = network_of(town, tmp_path)
    route = walk(network, town.position("P"), town.position("R"))
    assert route is not None
    assert [int(network.edges["kind"][edge]) for edge in route.edges].count(Kind.kerb) == 4
    crossed = [edge for edge in route.edges if network.edges["crossing"][edge] == Crossing.signals]
    assert (1 - network.edges["unwaited"][crossed] / 2).sum() == 2
    profile = load_profile("wheelchair")
    none = {**network.edges.columns, "crossing": np.zeros_like(network.edges["crossing"])}
    more = seconds(network.edges.columns, profile)[0] - seconds(none, profile)[0]
    assert more[route.edges].sum() == pytest.approx(2 * profile.delays.crossing_signals_s)


@pytest.mark.data
def test_refuges_of_a_real_town(shared_data: Path) -> None:
    """Every crossing that says it has a refuge meets as many kerbs there as at its banks."""
    features = read_extract(shared_data / "osm" / "berlin-miraustrasse_2026-07.osm.pbf")
    network = build_network(features, projection_of(features))
    edges = network.edges
    told = [
        way.id
        for way in features.ways.values()
        if way.tags.get("footway") == "crossing" and way.tags.get("crossing:island") == "yes"
    ]
    assert told
    names = edges.ids()
    assert len(set(names)) == len(names)
    assert (edges["length_m"][edges["kind"] == Kind.crossing] > 0).all()
