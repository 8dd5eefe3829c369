"""What was drawn apart and belongs together, and what only looks that way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from network.walking import chair, kinds, network_of, walk
from support.drawn import Town

from wegeketten.model.edges import Kind

if TYPE_CHECKING:
    from pathlib import Path

BOTH = "highway=residential|sidewalk=both|name=Gasse"


@pytest.mark.parametrize("between", ["", "|bridge=yes"])
def test_the_pavement_of_a_bridge_goes_on_where_the_bridge_ends(tmp_path: Path, between: str) -> None:
    """Beyond the bridge's end a few metres bear no tags; on the bridge itself nothing is guessed."""
    ways = {
        "AB": f"{BOTH}|bridge=yes|layer=1",
        "BC": f"highway=service|access=no|bus=yes{between}",
        "CD": BOTH,
    }
    town = Town(" a           b \nA......B.C.....D\n c           d ", ways, cell_m=6)
    network = network_of(town, tmp_path)
    for start, goal in ("ab", "cd"):
        route = walk(network, town.position(start), town.position(goal), chair)
        assert (kinds(network, route) == ["pavement", "link", "pavement"]) is not bool(between)


@pytest.mark.parametrize(("storey", "joined"), [("", True), ("|layer=-1|level=-1|indoor=yes", False)])
def test_a_way_that_ends_above_a_hall_does_not_end_in_it(tmp_path: Path, storey: str, joined: bool) -> None:
    drawing = " P.......Q\n .       .\nF....E   .\n .       .\n S.......R"
    ways = {"PQRSP": f"highway=pedestrian|area=yes{storey}", "FE": "highway=footway"}
    town = Town(drawing, ways)
    network = network_of(town, tmp_path)
    route = walk(network, town.position("F"), town.position("Q"))
    assert route is not None  # between the storeys there must be a way that nobody mapped
    assert bool(network.edges["caution"][route.edges].any()) is not joined


def test_where_a_mapped_pavement_stops_one_steps_down_to_the_street(tmp_path: Path) -> None:
    """The kerb there is unknown, but lowered as a rule; out of reach nothing is joined."""
    ways = {
        "PQ": "highway=footway|footway=sidewalk",
        "WM": "highway=residential|sidewalk:left=separate|sidewalk:right=no",
        "ME": "highway=residential",
    }
    for drawing, joined in (("P....Q\nW....M....E", True), ("P....Q\n\nW....M....E", False)):
        town = Town(drawing, ways, cell_m=8)
        network = network_of(town, tmp_path)
        route = walk(network, town.position("P"), town.position("E"), chair)
        assert (kinds(network, route) == ["pavement", "kerb", "link", "street"]) is joined
        if route is not None:
            kerb = next(row for row in route.edges if network.edges["kind"][row] == Kind.kerb)
            assert network.edges["kerb_cm_upper"][kerb] == 20.0
            assert network.edges.ids(np.array([kerb]))[0].startswith("w1001")


@pytest.mark.parametrize(
    ("barrier", "met"),
    [("", ["link"]), ("barrier=bollard", ["link", "bollard"]), ("barrier=kerb|kerb=flush", ["link", "kerb"])],
)
def test_a_barrier_where_the_sides_of_a_street_end_is_passed(
    tmp_path: Path, barrier: str, met: list[str]
) -> None:
    ways = {"Ak": "highway=living_street|sidewalk=right", "kJ": "highway=living_street"}
    town = Town("A......k...J\n a         ", ways, {"k": barrier} if barrier else {}, cell_m=8)
    network = network_of(town, tmp_path)
    route = walk(network, town.position("a"), town.position("J"), chair)
    assert kinds(network, route) == ["pavement", "kerb", *met, "living_street"]


@pytest.mark.parametrize("side", ["highway=residential|sidewalk=no", "highway=service"])
def test_two_arms_of_a_street_between_the_same_banks_are_crossed_once(tmp_path: Path, side: str) -> None:
    """North of a mouth there is one pavement, south of it one carriageway's edge, and one way between."""
    ways = {"WJE": "highway=residential|sidewalk=left", "JS": side}
    network = network_of(Town("W....J....E\n     .\n     .\n     S", ways, cell_m=8), tmp_path)
    edges = network.edges
    laid = [
        (ids.split(":")[0], *sorted(map(tuple, edges.points[[a, b - 1]].round(1).tolist())))
        for ids, kind, a, b in zip(edges.ids(), edges["kind"], edges.bends, edges.bends[1:], strict=False)
        if kind == Kind.crossing
    ]
    assert len(laid) == len(set(laid)) == 5


@pytest.mark.parametrize(("kerb", "passed"), [("lowered", True), ("raised", False)])
def test_a_crossing_mapped_on_a_ramp_nobody_walks_is_the_one_at_its_mouth(
    tmp_path: Path, kerb: str, passed: bool
) -> None:
    """The pavement beside the main street passes the ramp of a garage where the crossing is mapped."""
    ways = {"WJ": BOTH, "JE": BOTH, "JkS": "highway=service|foot=no"}
    drawing = "W....J....E\n a   k   b \n     .\n     S"
    town = Town(drawing, ways, {"k": f"highway=crossing|crossing=zebra|kerb={kerb}"}, cell_m=8)
    network = network_of(town, tmp_path)
    route = walk(network, town.position("a"), town.position("b"))
    assert kinds(network, route) == ["pavement", "kerb", "crossing", "kerb", "pavement"]
    assert route is not None
    met = np.array([row for row in route.edges if network.edges["kind"][row] != Kind.pavement])
    assert {name.split(":")[0] for name in network.edges.ids(met)} == {"n107"}
    assert (walk(network, town.position("a"), town.position("b"), chair) is not None) is passed


def test_the_kerb_at_a_platform_s_far_end_leads_to_the_carriageway_only(tmp_path: Path) -> None:
    """A bus platform behind a raised kerb, drawn along the pavement that the street's tags make."""
    ways = {"WE": BOTH, "hk": "highway=footway", "kl": "highway=platform"}
    nodes = {"k": "barrier=kerb|kerb=raised", "l": "barrier=kerb|kerb=lowered"}
    town = Town("   h\n   k..l\nW.........E\n", ways, nodes, cell_m=6)
    network = network_of(town, tmp_path)
    ids = network.edges.ids()
    assert "n107" in ids
    kerb = ids.index("n108")
    ends = [network.edges[name][kerb] for name in ("u", "v")]
    degree = np.bincount(np.concatenate([network.edges["u"], network.edges["v"]]))
    assert sorted(degree[ends].tolist()) == [1, 2]
