"""What lies beside a street, and how one gets from there onto the carriageway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from network.walking import chair, kinds, network_of, walk
from support.drawn import Town

from wegeketten.model.edges import Kind

if TYPE_CHECKING:
    from pathlib import Path


def test_a_oneway_alley_beside_a_mapped_pavement_is_walked(tmp_path: Path) -> None:
    """One direction makes half a dual carriageway of a tertiary road, not of a service road."""
    drawing = "P.......Q....\nA.......B...C\n   h        g"
    for highway, walked in (("service", True), ("tertiary", False)):
        town = Town(
            drawing,
            {
                "PQ": "highway=footway|footway=sidewalk",
                "AB": f"highway={highway}|oneway=yes|sidewalk=no",
                "BC": "highway=service|sidewalk=no",
            },
            cell_m=8,
        )
        network = network_of(town, tmp_path)
        route = walk(network, town.position("h"), town.position("g"), chair)
        assert (kinds(network, route) == ["street", "service"]) is walked


def test_the_pavement_above_a_tunnel_is_not_beside_it(tmp_path: Path) -> None:
    """The tunnel stays one line of its own; seen from it the pavement would be its own separate one."""
    town = Town(
        "P........Q\nW........E\n\nN........S",
        {
            "PQ": "highway=footway|footway=sidewalk",
            "WE": "highway=service|tunnel=yes|layer=-1",
            "NS": "highway=residential",
        },
        cell_m=8,
    )
    network = network_of(town, tmp_path)
    sides = dict(zip(network.edges.ids(), network.edges["side"].tolist(), strict=True))
    assert sides["w1002"] == 0


def test_at_a_mapped_crossing_one_steps_down_where_its_kerb_is(tmp_path: Path) -> None:
    """West of the crossing there is a pavement, east of it the carriageway: its kerb leads there."""
    ways = {"AB": "highway=residential|sidewalk=left", "BC": "highway=residential|sidewalk=right"}
    drawing = " a       b \nA....B....C"
    for kerb, cm in (("lowered", 3.0), ("raised", 12.0)):
        tags = f"highway=crossing|crossing=uncontrolled|kerb={kerb}"
        town = Town(drawing, ways, {"B": tags}, cell_m=8)
        network = network_of(town, tmp_path)
        route = walk(network, town.position("a"), town.position("b"))
        assert kinds(network, route) == ["pavement", "kerb", "street"]
        assert route is not None
        assert [
            network.edges["kerb_cm"][e] for e in route.edges if network.edges["kind"][e] == Kind.kerb
        ] == [cm]
    network = network_of(Town(drawing, ways, cell_m=8), tmp_path)
    assert walk(network, town.position("a"), town.position("b"), chair) is None


def test_signals_for_cars_only_are_no_crossing(tmp_path: Path) -> None:
    """At many stop lines mappers say so: ``highway=traffic_signals`` with ``crossing=no``."""
    ways = dict.fromkeys(("As", "sB"), "highway=secondary|sidewalk=both")
    for crossing, crossed in (("traffic_signals", True), ("no", False)):
        tags = f"highway=traffic_signals|crossing={crossing}"
        town = Town(" a     \nA..s..B\n b     ", ways, {"s": tags}, cell_m=8)
        network = network_of(town, tmp_path)
        assert any(name.startswith("n115") for name in network.edges.ids()) is crossed
        assert (walk(network, town.position("a"), town.position("b"), chair) is not None) is crossed
