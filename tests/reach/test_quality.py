"""Shares of provenance: counted by hand on a handful of edges."""

from __future__ import annotations

import numpy as np
import pytest

from wegeketten.model.edges import PLAIN, EdgeTable, Kind, absent_columns
from wegeketten.reach.quality import quality_shares
from wegeketten.tags import Provenance


def table(*rows: tuple[Kind, float, str, Provenance]) -> EdgeTable:
    columns = absent_columns(len(rows))
    for name, dtype in PLAIN.items():
        columns[name] = np.zeros(len(rows), dtype=dtype)
    for position, (kind, length_m, attribute, source) in enumerate(rows):
        columns["kind"][position] = kind
        columns["length_m"][position] = length_m
        if attribute:
            columns[f"{attribute}_from"][position] = source
    return EdgeTable(columns, [])


def test_shares_by_length_and_by_count() -> None:
    edges = table(
        (Kind.footway, 300, "width_m", Provenance.tagged),
        (Kind.footway, 100, "width_m", Provenance.assumed),
        (Kind.bollard, 0, "width_m", Provenance.tagged),
        (Kind.link, 500, "width_m", Provenance.assumed),
        (Kind.kerb, 0, "kerb_cm", Provenance.surveyed),
        (Kind.kerb, 0, "kerb_cm", Provenance.assumed),
        (Kind.kerb, 0, "kerb_cm", Provenance.assumed),
        (Kind.street, 200, "", Provenance.none),
    )
    district = np.array([0, 1, 0, 0, 0, 1, -1, -1])
    shares = {
        (share.attribute, share.district): share
        for share in quality_shares(edges, district, ["Mitte", "Ost"])
    }
    whole = shares["width_m", ""]
    assert (whole.unit, whole.total) == ("km", 0.4)
    assert whole[4:] == pytest.approx((0, 0.75, 0, 0.25))
    assert shares["width_m", "Mitte"].tagged == 1
    assert shares["width_m", "Ost"].assumed == 1
    kerbs = shares["kerb_cm", ""]
    assert (kerbs.unit, kerbs.total) == ("kerbs", 3)
    assert kerbs.surveyed == pytest.approx(1 / 3)
    assert shares["kerb_cm", "Mitte"].surveyed == 1
    assert ("sound", "") not in shares


def test_a_flight_in_pieces_counts_once() -> None:
    edges = table(
        (Kind.steps, 3, "step_count", Provenance.tagged),
        (Kind.steps, 7, "step_count", Provenance.tagged),
        (Kind.steps, 5, "step_count", Provenance.derived),
    )
    edges.columns["flight_elsewhere"][:2] = [0.7, 0.3]
    flights = quality_shares(edges, np.full(3, -1), [])[0]
    assert (flights.unit, flights.total) == ("flights", 2)
    assert (flights.tagged, flights.derived) == pytest.approx((0.5, 0.5))


def test_district_without_any_has_no_share() -> None:
    edges = table((Kind.kerb, 0, "kerb_cm", Provenance.tagged))
    shares = quality_shares(edges, np.array([0]), ["Mitte", "Ost"])
    empty = next(share for share in shares if share.district == "Ost" and share.attribute == "kerb_cm")
    assert empty[3:] == (0, None, None, None, None)


def test_wheelchair_is_measured_against_all_ways() -> None:
    edges = table(
        (Kind.footway, 100, "wheelchair", Provenance.tagged), (Kind.footway, 300, "", Provenance.none)
    )
    share = quality_shares(edges, np.array([-1, -1]), [])[0]
    assert (share.attribute, share.tagged, share.assumed) == ("wheelchair", 0.25, 0)


def test_ways_across_squares_are_no_kilometres_of_way() -> None:
    edges = table(
        (Kind.pedestrian, 100, "width_m", Provenance.tagged),
        (Kind.pedestrian, 700, "width_m", Provenance.assumed),
        (Kind.pavement, 100, "width_m", Provenance.assumed),
    )
    edges.columns["derived"][1:] = True
    whole = next(share for share in quality_shares(edges, np.full(3, -1), []) if share.attribute == "width_m")
    assert whole.total == 0.2
    assert whole.tagged == 0.5
