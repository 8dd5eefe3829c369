"""What is packed comes back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wegeketten.reports.varint import TEXT_LIMIT, Pack, clean, unpack
from wegeketten.reports.words import load_words, minutes, number, percent

INT32 = st.integers(-(2**31) + 1, 2**31 - 1)


@given(st.lists(INT32), st.booleans())
def test_integers_come_back(values: list[int], delta: bool) -> None:
    pack = Pack()
    pack.integers("x", values, delta=delta)
    assert unpack(pack.to_base64())["x"].tolist() == values


@given(st.lists(st.integers(-(2**52), 2**52)))
def test_osm_ids_come_back(values: list[int]) -> None:
    pack = Pack()
    pack.wide("x", values)
    assert unpack(pack.to_base64())["x"].tolist() == values


@given(st.lists(st.text()))
def test_texts_come_back_cleaned(values: list[str]) -> None:
    pack = Pack()
    pack.texts("x", values)
    assert unpack(pack.to_base64())["x"] == [clean(value) for value in values]


@given(st.text())
def test_cleaned_texts_are_short_lines_without_controls(value: str) -> None:
    text = clean(value)
    assert len(text) <= TEXT_LIMIT
    assert len(text.splitlines()) <= 1
    assert not any(sign in text for sign in "\x00\u202e\u2066\u2028")
    text.encode("utf-8")


def test_columns_of_all_kinds_share_one_text() -> None:
    pack = Pack()
    pack.octets("codes", [0, 255])
    pack.floats("weight", [1.5, 2.25])
    pack.integers("none", [])
    pack.texts("names", [])
    found = unpack(pack.to_base64())
    assert found["codes"].tolist() == [0, 255]
    assert found["weight"].tolist() == [1.5, 2.25]
    assert len(found["none"]) == 0
    assert found["names"] == []


def test_both_languages_have_the_same_words() -> None:
    def keys(words: dict, path: str = "") -> set[str]:
        found = set()
        for name, value in words.items():
            found |= keys(value, f"{path}{name}.") if isinstance(value, dict) else {path + name}
        return found

    assert keys(load_words("de")) == keys(load_words("en"))


def test_every_kind_profile_service_and_attribute_has_a_word() -> None:
    from wegeketten.model.edges import ATTRIBUTES, Kind
    from wegeketten.people.profile import profile_ids
    from wegeketten.places.catalogue import load_catalogue
    from wegeketten.reports.words import LANGUAGES

    for lang in LANGUAGES:
        words = load_words(lang)
        assert {str(int(kind)) for kind in Kind} == set(words["kinds"])
        assert {attribute.name for attribute in ATTRIBUTES} == set(words["attributes"])
        assert set(profile_ids()) == set(words["profiles"])
        assert set(load_catalogue().ids) == set(words["services"])


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0 %"), (0.001, "<1 %"), (0.5, "50 %"), (0.9999, ">99 %"), (1, "100 %")]
)
def test_shares_never_pretend_none_or_all(share: float, text: str) -> None:
    assert percent(share, "de") == text


def test_numbers_as_the_language_writes_them() -> None:
    assert number(1234567.89, "de", 2) == "1.234.567,89"
    assert number(np.float64(0.5), "en", 1) == "0.5"
    assert [minutes(s) for s in (0, 59.9, 60, 60.1, 5400)] == [
        "0 min",
        "1 min",
        "1 min",
        "2 min",
        "1 h 30 min",
    ]
