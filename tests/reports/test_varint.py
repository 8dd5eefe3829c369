"""What is packed comes back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wegeketten.reports.varint import TEXT_LIMIT, Pack, clean, unpack

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
