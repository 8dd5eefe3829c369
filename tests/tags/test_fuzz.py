"""Whatever the bytes: no exception, bounds in order, the value inside its bounds."""

from __future__ import annotations

import math
from typing import Literal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from wegeketten.model.edges import ATTRIBUTES, Kind
from wegeketten.tags import measure, read, resolve
from wegeketten.tags.lexicon import plain_keys, qualifiers, units, words

KEYS = sorted(plain_keys())
PIECES = (
    [
        "0",
        "3",
        "12",
        "1,5",
        ".5",
        "999999999",
        "1e400",
        "nan",
        "inf",
        "-",
        "+",
        "–",
        "−",
        "/",
        ":",
        ";",
        "|",
        " ",
        "  ",
        "..",
    ]
    + ["(", ")", "\x00", "\ud800", "٣", "½", "²", "％", "\u202e", "to", "bis", "in"]
    + list(units())
    + [word for word, _ in qualifiers()]
    + sorted({word for table in words().values() for word in table})[::7]
)
keys = (
    st.sampled_from(KEYS) | st.builds("sidewalk:left:{}".format, st.sampled_from(KEYS)) | st.text(max_size=30)
)
raws = (
    st.text(st.characters(), max_size=60)
    | st.lists(st.sampled_from(PIECES), max_size=9).map("".join)
    | st.binary(max_size=40).map(lambda raw: raw.decode("utf-8", "surrogateescape"))
    | st.binary(max_size=40).map(lambda raw: raw.decode("latin-1"))
)


@settings(max_examples=1500, deadline=None)
@given(keys, raws)
@example("width", "~" * 100)
@example("width", "<~>" * 33)
@example("incline", "up down " * 12)
@example("incline", "1/0")
@example("kerb:height", "9" * 100_000)
@example("surface", ":" * 100)
@example("surface", ";" * 100)
@example("kerb", "a" * 256)
@example("k" * 100_000, "3")
@example("opening_hours", "\ud800")
@example("opening_hours", "24/7 " * 60)
def test_no_text_raises_and_bounds_hold(key: str, raw: str) -> None:
    reading = read(key, raw)
    assert reading.lower is not None
    assert reading.upper is not None
    assert type(reading.lower) is type(reading.upper)
    assert reading.lower <= reading.upper  # type: ignore[operator]
    if reading.value is not None:
        assert reading.lower <= reading.value <= reading.upper  # type: ignore[operator]
        assert reading.provenance == "tagged"
    if not isinstance(reading.lower, str):
        assert math.isfinite(reading.lower)
        assert math.isfinite(reading.upper)  # type: ignore[arg-type]
    span = measure(key, raw)
    assert (span is None) == (reading.provenance == "assumed")
    if span is not None and span.likely is not None:
        assert span.lower <= span.likely <= span.upper


@settings(max_examples=500, deadline=None)
@given(
    st.dictionaries(keys | st.sampled_from(["highway", "footway", "barrier"]), raws, max_size=12),
    st.sampled_from(Kind),
    st.sampled_from([None, "left", "right"]),
    st.sampled_from(["", "residential", "primary"]),
    st.sampled_from([None, "start", "end"]),
    st.none() | st.floats(0, 1000),
)
def test_no_tags_raise_and_values_stay_within_bounds(
    tags: dict[str, str],
    kind: Kind,
    side: Literal["left", "right"] | None,
    highway: str,
    end: Literal["start", "end"] | None,
    length_m: float | None,
) -> None:
    resolved = resolve(tags, kind, side=side, highway=highway, end=end, length_m=length_m)
    for attribute, value in zip(ATTRIBUTES, resolved.values, strict=True):
        assert attribute.widest[0] <= value.lower <= value.value <= value.upper <= attribute.widest[1]
        if value.provenance == 0:
            assert value.lower == value.value == value.upper == attribute.absent


@settings(max_examples=400, deadline=None)
@given(
    st.floats(0.01, 29.9),
    st.sampled_from(["cm", "mm", "m", "in"]),
    st.sampled_from([".", ","]),
    st.sampled_from(["", " "]),
)
def test_units_agree(height_cm: float, unit: str, comma: str, blank: str) -> None:
    written = f"{height_cm / {'cm': 1, 'mm': 0.1, 'm': 100, 'in': 2.54}[unit]:.6f}".replace(".", comma)
    value = read("kerb:height", f"{written}{blank}{unit}").value
    assert isinstance(value, float)
    assert math.isclose(value, height_cm, abs_tol=1e-4)


@settings(max_examples=300, deadline=None)
@given(st.floats(0.1, 26.0))
def test_degrees_are_tangents_and_signs_mirror(degrees: float) -> None:
    up, down = read("incline", f"{degrees:.4f}°"), read("incline", f"-{degrees:.4f} °")
    assert isinstance(up.value, float)
    assert math.isclose(up.value, 100 * math.tan(math.radians(float(f"{degrees:.4f}"))), abs_tol=1e-5)
    assert down.value == -up.value


@settings(max_examples=300, deadline=None)
@given(st.floats(0.2, 20), st.floats(0.2, 20))
def test_ranges_and_lists_hold_both_ends(first: float, second: float) -> None:
    ends = sorted((round(first, 2), round(second, 2)))
    for text in (f"{first:.2f}-{second:.2f}", f"{first:.2f} m;{second:.2f} m"):
        reading = read("width", text)
        assert [reading.lower, reading.upper] == ends
    assert read("width", f"{first:.2f};{second:.2f}").value == ends[0]
