"""Addresses as people type them, against those that are mapped."""

from __future__ import annotations

import numpy as np
import pytest

from wegeketten.errors import UsageError
from wegeketten.places.address_search import find_address

ROWS = [
    ("Lange Straße", "2", "73271", 0.0), ("Lange Straße", "12a", "73271", 10.0),
    ("Lange Straße", "14", "73271", 20.0), ("Große Gasse", "7", "73271", 30.0),
    ("Hauptstr.", "5", "73271", 40.0), ("Hauptstraße", "5", "73249", 5000.0),
    ("Müller-Weg", "3-5", "73271", 50.0), ("", "9", "", 60.0), ("Platz des 17. Juni", "1", "73271", 70.0),
]  # fmt: skip
TABLE = {
    name: np.array([row[number] for row in ROWS])
    for number, name in enumerate(("street", "housenumber", "postcode", "x"))
} | {
    "y": np.zeros(len(ROWS)), "lat": np.arange(len(ROWS)) * 1.0, "lon": np.arange(len(ROWS)) * 2.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Lange Straße 12a", 1), ("lange str. 12 A", 1), ("LANGE STRASSE, 2", 0),
        ("Lange Strasse 14, 73271", 2),
        ("grosse gasse 7", 3), ("Große  Gasse 7", 3), ("Mueller-Weg 3-5", 6), ("Müllerweg 3 – 5", 6),
        ("Hauptstr 5, 73249", 5), ("Hauptstraße 5 73271", 4), ("Platz des 17. Juni 1", 8),
        ("Hauptstraße 5, 73271 Wendlingen", 4),
    ],
)  # fmt: skip
def test_forms_that_people_write(text: str, row: int) -> None:
    assert find_address([TABLE], text, "--meet") == (row * 1.0, row * 2.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Lange Straße 12", "12 in Lange Straße is not mapped; nearest are 2, 12a, 14"),
        ("Langee Straße 2", "no address in Langee Straße is mapped; nearest are Lange Straße"),
        ("Xyzzy 1", "none in a street of a name like it"),
        ("Hauptstraße 5", "several of it; add a postcode or give one of 4.00000,8.00000 73271"),
        ("Lange Straße", "a street with a house number was expected"),
        ("Rathaus", "a street with a house number was expected"),
        ("Lange Straße 2, 99999", "is not mapped"),
    ],
)
def test_what_is_not_mapped_is_said_with_what_is_near(text: str, words: str) -> None:
    with pytest.raises(UsageError) as told:
        find_address([TABLE], text, "--meet")
    assert words in str(told.value)
    assert "\n" not in str(told.value)


def test_places_count_too() -> None:
    empty = {name: column[:0] for name, column in TABLE.items()}
    found = find_address([empty, TABLE], "Große Gasse 7", "--meet")
    assert found == (3.0, 6.0)
