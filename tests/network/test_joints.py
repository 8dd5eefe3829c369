"""What was drawn apart and belongs together, and what only looks that way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.network.walking import chair, kinds, network_of, walk
from tests.support.drawn import Town

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
    assert (walk(network, town.position("F"), town.position("Q")) is not None) is joined
