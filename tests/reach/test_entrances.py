"""Whoever lives behind an entrance passes its steps, however the entrance is joined to the ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from support.drawn import Town

import wegeketten as wk

if TYPE_CHECKING:
    from pathlib import Path

DRAWING = """
        r----s
        |    |
        q--e-t
H          .
a----------m-------b
"""
HOUSE = {"qetsrq": "building=yes|amenity=pharmacy|name=Löwe"}
STREET = {"amb": "highway=footway"}
JOINED = {
    "from afar": {},
    "by a path that ends there": {"me": "highway=footway"},
    "by a path that goes on": {"me": "highway=footway", "es": "highway=corridor|indoor=yes"},
    "by a path along the house": {"me": "highway=footway", "qe": "highway=footway", "et": "highway=footway"},
}


@pytest.mark.parametrize("joined", JOINED)
@pytest.mark.parametrize(
    ("entrance", "reached"),
    [
        ("", True),
        ("|step_count=3", False),
        ("|step_count=3|ramp:wheelchair=yes", True),
        ("|kerb:height=12 cm", False),
        ("|door:width=0.7", False),
        ("|wheelchair=no", False),
    ],
)
def test_the_entrance_s_own_barriers_count(tmp_path: Path, joined: str, entrance: str, reached: bool) -> None:
    nodes = {"H": "addr:housenumber=1|addr:street=Ring", "e": f"entrance=main{entrance}"}
    town = Town(DRAWING, {**HOUSE, **STREET, **JOINED[joined]}, nodes, cell_m=6)
    city = wk.build(town.write(tmp_path / "town.osm"), tmp_path / "city")
    scan = wk.scan(city, profiles=["wheelchair", "walker"], services=["pharmacy"])
    (home,) = np.flatnonzero(city.homes["home_id"] == f"n{ord('H')}")
    assert np.isfinite(scan.reach["walker"].seconds("sure")[home, 0])
    assert np.isfinite(scan.reach["wheelchair"].seconds("likely")[home, 0]) == reached
