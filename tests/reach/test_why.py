"""Reasons in toy cities: the planted kerbs are named, with readings, limits and a certificate."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from reach.test_route import flight_of_three, spot
from reach.toy import Edge, kerb, toy_city

from wegeketten.model.edges import Kind
from wegeketten.people.profile import load_profile
from wegeketten.reach.why import find_why
from wegeketten.whatif.doors import Remedies

if TYPE_CHECKING:
    from wegeketten.city import City

FOOT = Kind.pavement


def in_series(count: int) -> City:
    """Home on edge 0, then `count` kerbs with pavements between, the pharmacy on the last pavement."""
    nodes = [(0, 0), (40, 0)]
    edges: list[Edge] = [(0, 1, FOOT, {})]
    for number in range(count):
        x = 40 * (number + 1)
        nodes += [(x, 0), (x + 40, 0)]
        edges += [(len(nodes) - 3, len(nodes) - 2, Kind.kerb, kerb(10 + number))]
        edges += [(len(nodes) - 2, len(nodes) - 1, FOOT, {})]
    return toy_city(nodes, edges, [0], [("pharmacy", len(edges) - 1)])


def lowered(city: City, price: int = 1500) -> Remedies:
    """Every kerb can be lowered."""
    kerbs = city.edges["kind"] == Kind.kerb
    mended = np.where(np.repeat(kerbs, 2), 20, np.iinfo(np.int32).max).astype(np.int32)
    return Remedies(mended, np.where(kerbs, price, 0).astype(np.int64))


@pytest.mark.parametrize("count", range(1, 7))
def test_planted_kerbs_are_all_named(count: int) -> None:
    city = in_series(count)
    why = find_why(
        city, load_profile("wheelchair"), spot(city, 0), "pharmacy", remedies=lowered(city), standard_s=900
    )
    assert not why.reached
    assert why.certified
    assert [barrier.id for barrier in why.blocking] == [f"n{1001 + 2 * number}" for number in range(count)]
    assert why.price_eur == 1500 * count
    document = why.to_json()
    assert list(document)[:3] == ["reached", "blocking", "seconds_after"]
    assert document["blocking"][0]["value"] == 10
    assert document["blocking"][0]["limit"] == 3
    assert json.loads(json.dumps(document)) == document
    assert "Bordstein, 10 cm, erlaubt sind höchstens 3 cm" in why.sentence()
    assert "[n1001]" in why.sentence("en")


def test_a_flight_in_pieces_is_named_once_with_all_its_ids() -> None:
    city = flight_of_three()
    why = find_why(city, load_profile("wheelchair"), spot(city, 0), "pharmacy", standard_s=900)
    assert [barrier.id for barrier in why.blocking] == ["w77:1", "w77:2", "w77:3"]
    assert why.certified
    assert why.sentence("en").count("12 steps") == 1
    assert "[w77:1, w77:2, w77:3]" in why.sentence("en")
    assert why.price_eur == pytest.approx(1.2 * (8000 + 12 * 2000), abs=3)


def test_nothing_blocks_the_walker() -> None:
    city = in_series(2)
    why = find_why(
        city, load_profile("walker"), spot(city, 0), "pharmacy", remedies=lowered(city), standard_s=900
    )
    assert why.reached
    assert why.blocking == ()
    assert why.seconds == why.seconds_after


def test_too_far_in_any_case_still_names_what_closes_the_way() -> None:
    city = in_series(2)
    why = find_why(
        city, load_profile("wheelchair"), spot(city, 0), "pharmacy", remedies=lowered(city), standard_s=30
    )
    assert len(why.blocking) == 2
    assert not why.within


def test_no_measure_no_blame() -> None:
    city = in_series(1)
    none = Remedies.none(len(city.edges))
    why = find_why(city, load_profile("wheelchair"), spot(city, 0), "pharmacy", remedies=none, standard_s=900)
    assert not why.openable
    assert why.to_json()["seconds_after"] is None
    assert "keine bekannte Maßnahme" in why.sentence()


def test_a_long_way_round_is_late_and_the_kerb_is_why() -> None:
    nodes = [(0, 0), (40, 0), (40, 0), (80, 0), (40, 900)]
    edges = [
        (0, 1, FOOT, {}),
        (1, 2, Kind.kerb, kerb(14)),
        (2, 3, FOOT, {}),
        (0, 4, FOOT, {}),
        (4, 3, FOOT, {}),
    ]
    city = toy_city(nodes, edges, [0], [("pharmacy", 2)])
    why = find_why(
        city, load_profile("wheelchair"), spot(city, 0), "pharmacy", remedies=lowered(city), standard_s=600
    )
    assert why.seconds is not None
    assert why.seconds > 600
    assert [barrier.id for barrier in why.blocking] == ["n1001"]
    assert why.seconds_after is not None
    assert why.seconds_after < 600


def test_where_no_place_may_be_used_the_answer_says_so() -> None:
    city = in_series(1)
    chair, door = load_profile("wheelchair"), spot(city, 0)
    bank = find_why(city, chair, door, "bank", remedies=lowered(city))
    assert bank.sentence("en") == "Bank: this extract holds no such place."
    assert (bank.to_json()["places"], bank.to_json()["places_usable"]) == (0, 0)
    city.places["wheelchair"][:] = 0.0
    closed = find_why(city, chair, door, "pharmacy", remedies=lowered(city))
    assert closed.sentence() == "Apotheke: der einzige Ort ist als nicht rollstuhlgerecht eingetragen."
    assert (closed.to_json()["places"], closed.to_json()["places_usable"]) == (1, 0)
    assert not closed.openable
