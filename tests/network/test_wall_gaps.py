"""A path drawn through a wall of which nothing is mapped there: likely an opening, never surely one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from network.walking import network_of, walk
from support.drawn import Town

from wegeketten.people.profile import load_profile
from wegeketten.people.verdict import levels
from wegeketten.tags.cautions import named

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FOOT = "highway=footway|surface=asphalt|width=2"
DRAWING = """
 w  s  v
a---x---b
 q  r  t
    d
"""


def _answers(folder: Path, ways: Mapping[str, str], nodes: Mapping[str, str], ends: str = "ab") -> int:
    """In how many answers somebody on foot gets from the one end to the other."""
    town = Town(DRAWING, ways, nodes)
    network = network_of(town, folder)
    found = []
    places = [town.position(letter) for letter in ends]
    for start, goal in (places, places[::-1]):
        route = walk(network, start, goal)
        if route is None:
            return 0
        found.append(int(levels(network.edges.columns, load_profile("walker"))[:, route.edges].min()))
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize("wall", ["wall", "fence", "hedge", "retaining_wall", "city_wall", "ditch"])
@pytest.mark.parametrize("drawn", ["sxr", "rxs", "sxrs"])
def test_a_path_through_a_wall_is_likely(tmp_path: Path, wall: str, drawn: str) -> None:
    assert _answers(tmp_path, {"axb": FOOT, drawn: f"barrier={wall}"}, {}) == 2


@pytest.mark.parametrize(
    ("ways", "nodes", "why"),
    [
        ({"axb": FOOT, "xr": "barrier=wall"}, {}, "the wall ends at the path"),
        ({"axb": FOOT, "wxv": "barrier=wall"}, {}, "the wall only touches the path"),
        ({"axb": FOOT, "sxr": "barrier=wall"}, {"x": "barrier=entrance"}, "an opening is mapped"),
        ({"axb": FOOT, "sxr": "barrier=wall"}, {"x": "barrier=gate|wheelchair=yes"}, "a gate is mapped"),
        ({"axb": f"{FOOT}|bridge=yes", "sxr": "barrier=wall"}, {}, "above the wall"),
        ({"axb": f"{FOOT}|layer=-1", "sxr": "barrier=wall"}, {}, "below the wall"),
        ({"ax": FOOT, "xb": "highway=steps|step_count=3", "sxr": "barrier=wall"}, {}, "steps lead over it"),
        ({"axb": "highway=residential", "sxr": "barrier=wall"}, {}, "a road passes it"),
        ({"axb": FOOT, "axr": "barrier=wall"}, {}, "the path leads along it"),
    ],
)
def test_nothing_is_in_doubt_elsewhere(
    tmp_path: Path, ways: dict[str, str], nodes: dict[str, str], why: str
) -> None:
    assert _answers(tmp_path, ways, nodes) == 3, why


def test_at_a_junction_the_far_side_is_in_doubt_and_the_near_side_is_not(tmp_path: Path) -> None:
    # a - x - d on one side of the wall w-x-v, s behind it
    ways = {"axd": FOOT, "xs": FOOT, "axb": FOOT, "wxv": "barrier=fence"}
    assert _answers(tmp_path, ways, {}, "ad") == 3
    assert _answers(tmp_path, ways, {}, "ab") == 3
    assert _answers(tmp_path, ways, {}, "as") == 2


def test_the_doubt_has_a_name(tmp_path: Path) -> None:
    network = network_of(Town(DRAWING, {"axb": FOOT, "sxr": "barrier=wall"}, {}), tmp_path)
    bits = network.edges.columns["caution"]
    (row,) = np.flatnonzero(bits).tolist()
    assert [each.name for each in named(int(bits[row]))] == ["over_wall"]
    assert network.edges.ids()[row] == f"n{ord('x')}"
