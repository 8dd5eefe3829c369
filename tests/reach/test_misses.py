"""Why a home misses a service, in toy cities where the one reason is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from reach.toy import Edge, kerb, toy_city

from wegeketten.model.edges import Kind
from wegeketten.reach.misses import REASONS, find_misses
from wegeketten.reach.scan import scan
from wegeketten.routing import Hierarchy

if TYPE_CHECKING:
    from wegeketten.city import City

FOOT = Kind.pavement


def reason(city: City, profile: str = "wheelchair", service: str = "pharmacy") -> str:
    """The one home's reason."""
    city.hierarchy = Hierarchy(city.graph)
    found = find_misses(scan(city, profiles=["walker", profile], services=[service]))
    return REASONS[found.reasons[profile][0, 0]]


def row(length_m: float, between: Edge, service: str = "pharmacy") -> City:
    """Home on the first pavement, something between, the place on the last."""
    nodes = [(0, 0), (40, 0), (40, 0), (40 + length_m, 0)]
    edges = [(0, 1, FOOT, {}), between, (2, 3, FOOT, {})]
    return toy_city(nodes, edges, [0], [(service, 2)])


def test_a_measured_kerb_is_a_barrier() -> None:
    assert reason(row(100, (1, 2, Kind.kerb, kerb(12)))) == "barrier"


def test_a_low_kerb_is_none() -> None:
    assert reason(row(100, (1, 2, Kind.kerb, kerb(2)))) == "within"


def test_what_is_too_far_on_foot_is_too_far() -> None:
    assert reason(row(6000, (1, 2, Kind.kerb, kerb(12)))) == "far"


def test_a_kerb_nobody_measured_is_unknown() -> None:
    unknown = kerb(12) | {"kerb_cm_lower": 0.0, "kerb_cm_upper": 20.0}
    assert reason(row(100, (1, 2, Kind.kerb, unknown))) == "unknown"


def test_speed_is_no_barrier() -> None:
    # a standard in minutes that a person on foot keeps and a wheelchair does not, on a free way
    city = row(3600, (1, 2, Kind.kerb, kerb(0)), service="hospital")
    assert reason(city, service="hospital") == "slow"


def test_the_place_itself_is_at_fault() -> None:
    city = row(100, (1, 2, Kind.kerb, kerb(0)))
    city.places["wheelchair"] = np.zeros(len(city.places["wheelchair"]))
    assert reason(city) == "place"


@pytest.mark.parametrize("between", [(1, 2, Kind.kerb, kerb(12)), (1, 2, Kind.kerb, kerb(0))])
def test_shares_sum_to_one_and_agree_with_the_scan(between: Edge) -> None:
    city = row(100, between)
    city.hierarchy = Hierarchy(city.graph)
    result = scan(city, profiles=["walker", "wheelchair"], services=["pharmacy"])
    shares = find_misses(result).shares("wheelchair", "pharmacy", np.arange(len(city.homes["weight"])))
    assert sum(shares.values()) == pytest.approx(1)
    likely = next(one.share_likely for one in result.total if one.profile == "wheelchair")
    assert shares["within"] == pytest.approx(likely)
