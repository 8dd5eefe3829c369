"""The tables that contributors edit: complete, consistent, free of doubles."""

from __future__ import annotations

import csv

import pytest

from wegeketten.files.resources import shipped
from wegeketten.model.edges import ATTRIBUTE, Kind
from wegeketten.tags import lexicon
from wegeketten.tags.keys import plain_key, tidy_key
from wegeketten.tags.precedence import attribute_of_keys
from wegeketten.tags.spelling import tidy


def rows(name: str) -> list[dict[str, str]]:
    with shipped("tags", name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_words_lie_within_their_quantity_and_are_tidy() -> None:
    for quantity, table in lexicon.words().items():
        limits = lexicon.quantities()[quantity]
        for word, span in table.items():
            assert limits.lower <= span.lower <= span.upper <= limits.upper, (quantity, word)
            for point in (span.value, span.likely):
                assert point is None or span.lower <= point <= span.upper, (quantity, word)
            assert word == tidy(word), word


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("words.csv", ("quantity", "word")),
        ("keys.csv", ("key",)),
        ("units.csv", ("unit",)),
        ("quantities.csv", ("quantity",)),
        ("qualifiers.csv", ("word", "place")),
        ("corpus.csv", ("key", "raw")),
        ("implied.csv", ("key", "value", "attribute", "kind")),
    ],
)
def test_no_row_stands_twice_and_none_is_cut(name: str, columns: tuple[str, ...]) -> None:
    table = rows(name)
    keys = [tuple(row[column] for column in columns) for row in table]
    assert len(set(keys)) == len(keys)
    assert all(None not in row and None not in row.values() for row in table)


def test_every_quantity_has_a_key_and_every_word_a_quantity() -> None:
    names = set(lexicon.quantities())
    assert {quantity.name for quantity in lexicon.plain_keys().values()} == names
    assert {row["quantity"] for row in rows("words.csv")} <= names


def test_keys_are_plain() -> None:
    for key in [*lexicon.plain_keys(), *attribute_of_keys()]:
        assert tidy_key(key) == key
        assert plain_key(key) == key
        assert key in lexicon.plain_keys()


def test_what_is_implied_names_what_exists() -> None:
    for row in rows("implied.csv"):
        assert row["attribute"] in ATTRIBUTE
        assert not row["kind"] or row["kind"] in Kind.__members__
        assert row["how"] in {"guess", "narrow", "override", "replace"}
        lower, upper = lexicon.table_number(row["lower"]), lexicon.table_number(row["upper"])
        widest = ATTRIBUTE[row["attribute"]].widest
        assert widest[0] <= lower <= upper <= widest[1]
        if row["likely"]:
            assert lower <= lexicon.table_number(row["likely"]) <= upper


@pytest.mark.parametrize(
    ("key", "plain"),
    [
        ("sidewalk:left:kerb:height:end", "kerb:height"),
        ("footway:both:surface", "surface"),
        ("Kerb.Left", "kerb"),
        ("sidewalk:right", "sidewalk"),
        ("handrail:center", "handrail:center"),
        ("source:width", "source:width"),
        ("", ""),
        ("::", "::"),
        ("left", "left"),
    ],
)
def test_places_in_keys(key: str, plain: str) -> None:
    assert plain_key(key) == plain
