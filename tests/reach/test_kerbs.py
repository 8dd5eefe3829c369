"""Kerbs of a whole city by DIN 18040-3: counted by hand, and told by `info`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from people.tables import pavements, reading
from reach.toy import kerb, toy_city

from wegeketten.model.edges import Kind
from wegeketten.reach.kerbs import Kerbs, count_kerbs, kerbs_of
from wegeketten.reach.quality import Quality, Share
from wegeketten.reports.terminal import print_info

if TYPE_CHECKING:
    from wegeketten.city import City

FELT = reading("tactile", 1)
BARE = reading("tactile", 0)
UNKNOWN = reading("tactile", 0, 0, 1)


def replace_group(kerbs: Kerbs, group: str, count: int) -> Kerbs:
    counts: dict[str, Any] = {group: count}
    return kerbs._replace(**counts)


@pytest.mark.parametrize(
    ("kerb_cm", "tactile", "group"),
    [
        ((3, 3, 3), BARE, "both"),
        ((0, 0, 0), FELT, "both"),
        ((0, 0, 0), BARE, "wheels_only"),
        ((12, 10, 15), BARE, "cane_only"),
        ((0, 0, 1), UNKNOWN, "not_testable"),
        ((3, 0, 20), FELT, "not_testable"),
        ((np.nan, np.nan, np.nan), UNKNOWN, "not_testable"),
    ],
)
def test_a_kerb_counts_in_one_group(
    kerb_cm: tuple[float, float, float], tactile: dict[str, object], group: str
) -> None:
    edges = pavements(
        3, kind=[Kind.pavement, Kind.kerb, Kind.kerb], **reading("kerb_cm", *kerb_cm), **tactile
    )
    whole, east = count_kerbs(edges, np.array([1, -1]), ["West", "Ost"])
    assert whole == replace_group(Kerbs("", 2, 0, 0, 0, 0), group, 2)
    assert east == replace_group(Kerbs("Ost", 1, 0, 0, 0, 0), group, 1)
    assert whole.to_json()["conflict"] == (2 if group.endswith("only") else 0)


def street_of_kerbs() -> City:
    """A kerb of 12 cm in the west, one of 3 cm in the east."""
    nodes = [(0, 0), (50, 0), (50, 0), (150, 0), (150, 0), (200, 0)]
    foot = Kind.pavement
    edges = [(0, 1, foot, {}), (1, 2, Kind.kerb, kerb(12)), (2, 3, foot, {}), (3, 4, Kind.kerb, kerb(3))]
    city = toy_city(nodes, [*edges, (4, 5, foot, {})], [0], [])
    west, east = (city.nodes["lon"][end] for end in (0, 5))
    low = city.nodes["lat"][0]
    halves = [(west - 0.01, (west + east) / 2), ((west + east) / 2, east + 0.01)]
    city.districts = {
        "name": np.array(["West", "Ost"]),
        "geometry": np.array([shapely.box(a, low - 0.01, b, low + 0.01) for a, b in halves]),
    }
    city.meta |= {"counts": {"homes": 1}, "notes": []}
    return city


def test_kerbs_are_told_by_district_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    city = street_of_kerbs()
    found = kerbs_of(city)
    assert found == [
        Kerbs("", 2, 1, 0, 1, 0),
        Kerbs("West", 1, 0, 0, 1, 0),
        Kerbs("Ost", 1, 1, 0, 0, 0),
    ]
    for lang, words in (("de", "prüfbar"), ("en", "testable")):
        print_info(city, Quality([], []), found, lang=lang)
        told = capsys.readouterr().out
        assert words in told
        assert "DIN 18040-3" in told
        assert [line.split() for line in told.splitlines() if line.startswith("West")] == [
            ["West", "1", "0", "0", "1", "0"]
        ]


def test_a_city_without_kerbs_says_nothing_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    city = street_of_kerbs()
    city.edges["kind"][:] = Kind.pavement
    assert kerbs_of(city) == [Kerbs("", 0, 0, 0, 0, 0)]
    print_info(city, Quality([], []), kerbs_of(city))
    assert "DIN 18040-3" not in capsys.readouterr().out


def test_tables_of_many_districts_are_shortened_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = [("", 900.0), *((f"Bezirk{number}", float(number + 1)) for number in range(40))]
    shares = [Share("surface", name, "km", total, 0.0, 1.0, 0.0, 0.0) for name, total in sizes]
    print_info(street_of_kerbs(), Quality(shares, []), [], lang="en")
    told = capsys.readouterr().out
    named = {line.rstrip(":") for line in told.splitlines() if line.startswith("Bezirk")}
    assert named == {f"Bezirk{number}" for number in range(28, 40)}
    assert "28 more districts" in told
