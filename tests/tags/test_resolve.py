"""Who wins: sided over general, measured over typed, tags over assumptions; contradictions are named."""

from __future__ import annotations

import pytest

from wegeketten.model.edges import ATTRIBUTES, Kind
from wegeketten.tags import Provenance, assume, resolve, steps_on
from wegeketten.tags.assumption import rules
from wegeketten.tags.conflict import conflict_rules

TAGGED, DERIVED, ASSUMED, NONE = (
    Provenance.tagged,
    Provenance.derived,
    Provenance.assumed,
    Provenance.none,
)


def test_measured_beats_typed_and_the_conflict_is_named() -> None:
    edge = resolve({"barrier": "kerb", "kerb": "flush", "kerb:height": "12 cm"}, Kind.kerb)
    assert edge.of("kerb_cm") == (12, 12, 12, TAGGED)
    assert [(each.rule, each.won, each.lost) for each in edge.conflicts] == [
        ("two-keys", "kerb:height=12 cm", "kerb=flush")
    ]


def test_agreeing_keys_are_no_conflict() -> None:
    assert not resolve({"barrier": "kerb", "kerb": "lowered", "kerb:height": "2 cm"}, Kind.kerb).conflicts


def test_a_key_that_says_nothing_gives_way() -> None:
    assert resolve({"kerb": "yes", "sloped_curb": "0.02"}, Kind.kerb).of("kerb_cm") == (2, 2, 2, TAGGED)


def test_unreadable_gives_way_and_is_listed() -> None:
    edge = resolve({"kerb:height": "quite high", "kerb": "lowered"}, Kind.kerb)
    assert edge.of("kerb_cm") == (3, 1, 3, TAGGED)
    assert edge.unreadable == (("kerb:height", "quite high"),)


def test_height_counts_on_kerbs_only() -> None:
    assert resolve({"barrier": "kerb", "height": "0.12"}, Kind.kerb).of("kerb_cm").value == 12
    assert resolve({"barrier": "bollard", "height": "0.9"}, Kind.bollard).unreadable == ()


def test_pavement_takes_its_own_side_and_never_the_carriageway() -> None:
    street = {
        "highway": "residential",
        "width": "7",
        "surface": "asphalt",
        "smoothness": "excellent",
        "incline": "4%",
        "sidewalk:left:width": "1,2 m",
        "sidewalk:both:width": "2",
        "sidewalk:both:surface": "sett",
    }
    left = resolve(street, Kind.pavement, side="left", highway="residential")
    right = resolve(street, Kind.pavement, side="right", highway="residential")
    assert left.of("width_m") == (1.2, 1.2, 1.2, TAGGED)
    assert right.of("width_m") == (2, 2, 2, TAGGED)
    assert left.of("surface_class").value == 3
    assert left.of("smoothness_grade").provenance == DERIVED
    assert left.of("incline_pct") == (4, 4, 4, TAGGED)
    bare = resolve(
        {"highway": "residential", "width": "7"}, Kind.pavement, side="left", highway="residential"
    )
    assert bare.of("width_m").provenance == ASSUMED
    assert resolve(street, Kind.street, highway="residential").of("width_m").value == 7


def test_kerbs_of_a_street_by_side_and_end() -> None:
    street = {
        "sidewalk:left:kerb:start": "raised",
        "sidewalk:left:kerb": "lowered",
        "sidewalk:both:kerb": "flush",
    }
    assert resolve(street, Kind.kerb, side="left", end="start").of("kerb_cm").value == 12
    assert resolve(street, Kind.kerb, side="left", end="end").of("kerb_cm").value == 3
    assert resolve(street, Kind.kerb, side="right", end="end").of("kerb_cm").value == 0


def test_kerbs_of_a_crossing_node_by_side() -> None:
    node = {"highway": "crossing", "kerb:left": "raised", "kerb": "lowered"}
    assert resolve(node, Kind.kerb, side="left").of("kerb_cm").value == 12
    assert resolve(node, Kind.kerb, side="right").of("kerb_cm").value == 3


def test_untagged_kerbs() -> None:
    assert resolve({"barrier": "kerb"}, Kind.kerb).of("kerb_cm") == (3, 0, 20, ASSUMED)
    assert resolve({}, Kind.kerb, highway="primary").of("kerb_cm") == (12, 0, 20, ASSUMED)
    assert resolve({}, Kind.kerb, highway="service").of("kerb_cm") == (3, 0, 20, ASSUMED)
    assert resolve({"barrier": "kerb", "kerb": "yes"}, Kind.kerb).of("kerb_cm")[1:] == (0, 20, TAGGED)


def test_smoothness_overrides_surface() -> None:
    edge = resolve({"surface": "unhewn_cobblestone", "smoothness": "good"}, Kind.footway)
    assert edge.of("surface_class") == (3, 3, 3, DERIVED)
    assert edge.of("smoothness_grade") == (2, 2, 2, TAGGED)
    assert not edge.conflicts, "neighbouring classes contradict nobody"
    park = resolve({"surface": "compacted", "smoothness": "good"}, Kind.footway)
    assert park.of("surface_class") == (3, 3, 3, DERIVED)
    paved = resolve({"surface": "paved", "smoothness": "good"}, Kind.footway)
    assert paved.of("surface_class") == (2, 1, 3, TAGGED)
    lawn = resolve({"surface": "grass", "smoothness": "excellent"}, Kind.footway)
    assert [(each.rule, each.won, each.lost) for each in lawn.conflicts] == [
        ("implied", "smoothness=excellent", "surface=grass")
    ]
    assert resolve({"surface": "asphalt", "smoothness": "bad"}, Kind.footway).of("surface_class").value == 1


def test_surface_narrows_smoothness() -> None:
    assert resolve({"surface": "sett"}, Kind.footway).of("smoothness_grade") == (3, 2, 5, DERIVED)


def test_incline_up_has_a_sign_and_no_size() -> None:
    up = resolve({"incline": "up"}, Kind.footway).of("incline_pct")
    down = resolve({"incline": "down"}, Kind.footway).of("incline_pct")
    assert (up.lower, up.upper) == (1, 15)
    assert (down.lower, down.upper) == (-15, -1)


def test_cross_slope_is_a_magnitude() -> None:
    assert resolve({"incline:across": "-3%"}, Kind.footway).of("cross_slope_pct") == (3, 3, 3, TAGGED)
    assert resolve({"incline:across": "-3;2%"}, Kind.footway).of("cross_slope_pct")[:3] == (3, 0, 3)


def test_wheelchair_verdict_overrides_assumptions_only() -> None:
    edge = resolve({"wheelchair": "yes", "width": "0.7"}, Kind.footway)
    assert edge.of("incline_pct") == (0, -10, 10, DERIVED)
    assert edge.of("width_m") == (0.7, 0.7, 0.7, TAGGED)
    assert ("implied", "width=0.7", "wheelchair=yes") in [
        (each.rule, each.won, each.lost) for each in edge.conflicts
    ]
    assert resolve({"wheelchair": "yes", "barrier": "kerb"}, Kind.kerb).of("kerb_cm") == (3, 0, 3, DERIVED)
    assert resolve({"wheelchair": "limited", "barrier": "kerb"}, Kind.kerb).of("kerb_cm").upper == 7


def test_permission_is_not_ability() -> None:
    verdict = resolve({"wheelchair": "private"}, Kind.footway).of("wheelchair")
    assert verdict[1:] == (0, 1, TAGGED)


def test_untagged_wheelchair_is_no_verdict() -> None:
    assert resolve({"highway": "footway"}, Kind.footway).of("wheelchair") == (1, 1, 1, NONE)


def test_steps_with_wheelchair_yes_are_unclear_not_open() -> None:
    edge = resolve({"highway": "steps", "wheelchair": "yes"}, Kind.steps)
    assert [each.rule for each in edge.conflicts] == ["steps-wheelchair"]
    assert edge.of("ramp_wheelchair")[:3] == (0, 0, 1)
    ramp = resolve({"highway": "steps", "wheelchair": "yes", "ramp:wheelchair": "yes"}, Kind.steps)
    assert not ramp.conflicts
    assert ramp.of("ramp_wheelchair")[:3] == (1, 1, 1)
    assert ramp.of("ramp_stroller")[:3] == (1, 1, 1)
    none = resolve({"highway": "steps", "wheelchair": "yes", "ramp": "no"}, Kind.steps)
    assert none.of("ramp_wheelchair")[:3] == (0, 0, 0)


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        ({}, (1, 0, 2, ASSUMED)),
        ({"handrail": "yes"}, (1, 1, 2, TAGGED)),
        ({"handrail": "no"}, (0, 0, 0, TAGGED)),
        ({"handrail:left": "yes"}, (1, 1, 2, TAGGED)),
        ({"handrail:left": "yes", "handrail:right": "no"}, (1, 1, 1, TAGGED)),
        ({"handrail:left": "yes", "handrail:right": "yes"}, (2, 2, 2, TAGGED)),
        ({"handrail:left": "no", "handrail:right": "no"}, (0, 0, 0, TAGGED)),
        ({"handrail:left": "no", "handrail:right": "no", "handrail:center": "yes"}, (1, 1, 1, TAGGED)),
        ({"handrail:both": "yes"}, (2, 2, 2, TAGGED)),
        ({"handrail": "both", "handrail:left": "yes"}, (2, 2, 2, TAGGED)),
        ({"handrail": "no", "handrail:left": "yes"}, (1, 1, 2, TAGGED)),
    ],
)
def test_handrails(tags: dict[str, str], wanted: tuple[float, float, float, int]) -> None:
    assert resolve(tags, Kind.steps).of("handrail_sides") == wanted


def test_sound_or_vibration_is_enough() -> None:
    crossing = {"highway": "crossing", "crossing": "traffic_signals"}
    one = resolve(
        crossing | {"traffic_signals:sound": "no", "traffic_signals:vibration": "yes"}, Kind.crossing
    )
    assert one.of("sound")[:3] == (1, 1, 1)
    assert not one.conflicts
    half = resolve(crossing | {"traffic_signals:sound": "no"}, Kind.crossing)
    assert half.of("sound")[:3] == (0, 0, 1)
    both = resolve(
        crossing | {"traffic_signals:sound": "no", "traffic_signals:vibration": "no"}, Kind.crossing
    )
    assert both.of("sound")[:3] == (0, 0, 0)
    assert resolve({"highway": "crossing", "crossing": "zebra"}, Kind.crossing).of("sound").provenance == NONE


def test_barrier_gaps() -> None:
    assert resolve({"barrier": "bollard"}, Kind.bollard).of("width_m") == (1, 0.7, 1.2, ASSUMED)
    assert resolve({"barrier": "bollard", "width": "0.2"}, Kind.bollard).of("width_m").provenance == ASSUMED
    assert resolve({"barrier": "bollard", "maxwidth": "1,5 m"}, Kind.bollard).of("width_m").value == 1.5
    assert resolve({"barrier": "gate", "width": "90 cm"}, Kind.gate).of("width_m").value == 0.9


def test_steps_from_length() -> None:
    assert resolve({"highway": "steps"}, Kind.steps, length_m=7.0).of("step_count") == (20, 1, 44, DERIVED)
    assert resolve({"step_count": "12"}, Kind.steps, length_m=7.0).of("step_count") == (12, 12, 12, TAGGED)
    for length_m in (0.0, 0.1, 1.0, 33.3, 5000.0):
        span = steps_on(length_m)
        assert span.likely is not None
        assert 1 <= span.lower <= span.likely <= span.upper <= 500


def test_keys_with_slips_of_the_pen_count() -> None:
    assert resolve({"Sidewalk.Left.Kerb ": "raised"}, Kind.kerb, side="left").of("kerb_cm").value == 12


def test_order_of_tags_does_not_matter() -> None:
    tags = {"kerb": "raised", "kerb:height": "12 cm", "wheelchair": "yes", "tactile_paving": "no"}
    backwards = dict(reversed(tags.items()))
    assert resolve(tags, Kind.kerb)[:2] == resolve(backwards, Kind.kerb)[:2]


def test_what_does_not_apply_hinders_nobody() -> None:
    edge = resolve({"kerb": "raised", "step_count": "12"}, Kind.footway)
    assert edge.of("kerb_cm") == (0, 0, 0, NONE)
    assert edge.of("step_count") == (0, 0, 0, NONE)


def test_assumptions_are_within_the_widest_interval_and_have_a_reason() -> None:
    names = {attribute.name: attribute for attribute in ATTRIBUTES}
    assert set(rules()) == set(names) - {"wheelchair"}
    for name, table in rules().items():
        for rule in table:
            low, high = names[name].widest
            assert low <= rule.value.lower <= rule.value.value <= rule.value.upper <= high
            assert len(rule.reason) > 10
            assert {kind.name for kind in Kind} >= rule.kinds


def test_every_way_kind_has_assumptions_for_what_limits_a_wheelchair() -> None:
    for kind in (Kind.street, Kind.pavement, Kind.footway, Kind.path, Kind.crossing, Kind.service, Kind.link):
        for attribute in ("incline_pct", "width_m", "surface_class", "smoothness_grade", "cross_slope_pct"):
            assert assume(kind, "residential", attribute).provenance == "assumed"
    for kind in Kind:
        if kind.is_barrier and kind is not Kind.kerb:
            assert assume(kind, "", "width_m").provenance == "assumed"


def test_unknown_attribute_raises() -> None:
    with pytest.raises(KeyError):
        assume(Kind.kerb, "", "colour")
    with pytest.raises(KeyError):
        resolve({}, Kind.kerb).of("colour")


def test_every_conflict_rule_can_occur() -> None:
    for rule in conflict_rules():
        kind = Kind[min(rule.kinds)] if rule.kinds else Kind.crossing
        tags = {key: "yes" if "*" in values else min(values) for key, values in rule.when.items()}
        assert rule.id in [each.rule for each in resolve(tags, kind).conflicts]
        assert rule.wins
        assert rule.reason
