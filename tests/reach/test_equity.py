"""Equity of a drawn town: the gap to the walker by hand, pairs against one search per place."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest
from support.drawn import Town

import wegeketten as wk
from wegeketten.joins.endpoints import Endpoints, join_homes, join_places
from wegeketten.joins.pairs import times_between
from wegeketten.model.answers import ANSWERS
from wegeketten.people.profile import load_profile
from wegeketten.reach.equity import equity_of
from wegeketten.reach.tables import write_scan
from wegeketten.routing import INF
from wegeketten.whatif.doors import open_doors

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City

_SMOOTH = "highway=footway|surface=asphalt|width=2|incline=0%"

TOWN = Town(
    """
      H    P             I        Q
    a---------b---------c----------d
      J
    """,
    ways={"ab": _SMOOTH, "bc": _SMOOTH, "cd": _SMOOTH},
    nodes={
        "H": "addr:housenumber=1|addr:street=Ring",
        "J": "addr:housenumber=2|addr:street=Ring",
        "I": "addr:housenumber=3|addr:street=Ring",
        "P": "amenity=community_centre|name=Treff|wheelchair=yes",
        "Q": "amenity=community_centre|name=Haus|wheelchair=no",
        "b": "barrier=kerb|kerb=raised|kerb:height=12 cm",
    },
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = tmp_path_factory.mktemp("equity")
    return wk.build(TOWN.write(folder / "town.osm"), folder / "city", pavements="centre")


def test_gap_to_the_walker_by_hand(town: City, tmp_path: Path) -> None:
    scan = wk.scan(town, profiles=["walker", "wheelchair"], services=["meeting_place"])
    rows = {(row.profile, row.answer): row for row in equity_of(scan)}
    assert len(rows) == 6
    walker, wheels = rows["walker", "likely"], rows["wheelchair", "likely"]
    assert (walker.share, walker.gap_share, walker.gap_minutes) == (1.0, 0.0, 0.0)
    assert wheels.share == pytest.approx(2 / 3)  # I is behind the kerb, and Q has no door for it
    assert wheels.gap_share == pytest.approx(1 / 3)
    assert wheels.unreached == pytest.approx(1 / 3)
    assert (walker.gap_low, walker.gap_high) == (0.0, 0.0)
    assert wheels.gap_low == pytest.approx(1 / 3)  # the kerb is known, so the gap is
    assert wheels.gap_high is not None
    assert wheels.gap_share is not None
    assert wheels.gap_low is not None
    assert wheels.gap_low <= wheels.gap_share <= wheels.gap_high
    assert wheels.gini is not None
    assert wheels.gini_low is not None
    assert wheels.gini_high is not None
    assert wheels.gini_low - 1e-9 <= wheels.gini <= wheels.gini_high
    assert (rows["wheelchair", "sure"].gini_low, rows["wheelchair", "sure"].gap_high) == (None, None)
    assert (walker.places, wheels.places) == (2, 1)
    assert wheels.catchment_mean == pytest.approx(1000 / 3)  # one place, shared by two, over three people
    assert wheels.theil_between is not None
    assert wheels.theil_within is not None
    assert wheels.theil_between + wheels.theil_within == pytest.approx(wheels.theil)
    write_scan(scan, tmp_path / "scan")
    with (tmp_path / "scan" / "equity.csv").open() as file:
        written = list(csv.DictReader(file))
    assert [(row["profile"], row["answer"]) for row in written] == list(rows)
    assert float(written[0]["gini"]) == rows["walker", "sure"].gini


def test_gap_needs_no_walker_in_the_scan(town: City) -> None:
    alone = equity_of(wk.scan(town, profiles=["wheelchair"], services=["meeting_place"]))
    both = equity_of(wk.scan(town, profiles=["walker", "wheelchair"], services=["meeting_place"]))
    assert alone == both[3:]


@pytest.mark.parametrize("name", ["walker", "wheelchair"])
def test_pairs_are_what_single_searches_say(town: City, name: str) -> None:
    profile = load_profile(name)
    joints = join_places(town, profile)
    rows = np.unique(joints.owner)
    sites = Endpoints(
        np.searchsorted(rows, joints.owner).astype(np.int32), joints.edge, joints.along, joints.off_m,
        joints.off_units,
    )  # fmt: skip
    for answer in ANSWERS:
        units = times_between(town, profile, answer, join_homes(town, profile), sites, len(rows))
        doors = open_doors(town, profile, answer)
        for column, row in enumerate(rows.tolist()):
            times = doors.field.times(doors.goals(np.array([row])))[doors.field.home_nodes]
            assert np.minimum(times, INF).tolist() == units[:, column].tolist()
