"""Laws and single cases of the verdict."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people.tables import pavements, random_table, reading, tables

from wegeketten.errors import InputDataError
from wegeketten.model.answers import ANSWERS
from wegeketten.model.edges import ATTRIBUTES, HIGHWAYS, Crossing, EdgeTable, Kind
from wegeketten.model.reading import Provenance
from wegeketten.people.change import Change
from wegeketten.people.checks import LEVEL_OF
from wegeketten.people.profile import PROFILES, Profile, load_profile
from wegeketten.people.reasons import readings, reasons
from wegeketten.people.seconds import _relief, _slowness, speed_factor
from wegeketten.people.verdict import Weights, fixed_seconds, verdict_of_place, weigh
from wegeketten.routing import INF

if TYPE_CHECKING:
    from random import Random

    from numpy.typing import NDArray

AT_MOST = ("kerb_cm", "cross_slope_pct", "surface_class", "smoothness_grade", "step_count")
AT_LEAST = ("width_m", "handrail_sides", "ramp_wheelchair", "ramp_stroller", "tactile", "sound", "wheelchair")

profiles = st.sampled_from(PROFILES).map(load_profile)


def replaced(edges: EdgeTable, **columns: np.ndarray) -> EdgeTable:
    table = {name: column.copy() for name, column in edges.columns.items()}
    for name, column in columns.items():
        table[name][:] = column
    return EdgeTable(table, edges.names, edges.bends, edges.points)


def answers(edges: EdgeTable, profile: Profile, arc: int = 0) -> tuple[str, ...]:
    weights = weigh(edges, profile)
    return tuple(answer for answer in ANSWERS if getattr(weights, answer)[arc] < INF)


def no_better(after: Weights, before: Weights) -> bool:
    return all((getattr(after, answer) >= getattr(before, answer)).all() for answer in ANSWERS)


# ---------------------------------------------------------------- laws


@given(tables(), profiles)
def test_three_answers_are_nested_and_share_their_times(edges: EdgeTable, profile: Profile) -> None:
    weights = weigh(edges, profile)
    assert np.isfinite(weights.seconds).all()
    assert (weights.seconds >= 0).all()
    assert (weights.sure >= weights.likely).all()
    assert (weights.likely >= weights.possible).all()
    for column in weights[:3]:
        assert column.dtype == np.int32
        opened = column < INF
        assert (np.abs(column[opened] - weights.seconds[opened] * 10.0) <= 0.51).all()


@given(tables(), profiles, st.floats(0, 30), st.booleans())
def test_a_higher_kerb_makes_nobody_faster(
    edges: EdgeTable, profile: Profile, more_cm: float, only_upper: bool
) -> None:
    names = ["kerb_cm_upper"] if only_upper else ["kerb_cm", "kerb_cm_lower", "kerb_cm_upper"]
    higher = replaced(edges, **{name: edges[name] + np.float32(more_cm) for name in names})
    assert no_better(weigh(higher, profile), weigh(edges, profile))


@given(tables(), profiles, st.sampled_from(AT_MOST + AT_LEAST), st.floats(0, 5))
def test_a_worse_bound_opens_nothing(edges: EdgeTable, profile: Profile, name: str, by: float) -> None:
    suffixes = ("", "_upper") if name in AT_MOST else ("", "_lower")
    sign = np.float32(by if name in AT_MOST else -by)
    worse = replaced(edges, **{name + suffix: edges[name + suffix] + sign for suffix in suffixes})
    before, after = weigh(edges, profile), weigh(worse, profile)
    for answer in ANSWERS:
        assert not ((getattr(after, answer) < INF) & (getattr(before, answer) == INF)).any()


@given(tables(), profiles, st.integers(0, 2**32 - 1))
def test_what_is_sure_holds_wherever_the_truth_lies(edges: EdgeTable, profile: Profile, seed: int) -> None:
    """A point drawn from the bounds may be the truth: sure survives it, and what it opens is possible."""
    random = np.random.default_rng(seed)
    truth: dict[str, NDArray[Any]] = {}
    for attribute in ATTRIBUTES:
        name = attribute.name
        if name == "wheelchair":  # a word that was said, not a quantity within bounds
            continue
        end = random.choice(["_lower", "_upper"], len(edges))
        drawn = np.where(end == "_lower", edges[f"{name}_lower"], edges[f"{name}_upper"])
        truth |= {name: drawn, f"{name}_lower": drawn, f"{name}_upper": drawn}
    known = weigh(replaced(edges, **truth), profile)
    guessed = weigh(edges, profile)
    assert not ((guessed.sure < INF) & (known.likely == INF)).any()
    assert not ((known.likely < INF) & (guessed.possible == INF)).any()


@given(tables(), profiles, st.randoms(use_true_random=False))
def test_the_order_of_edges_does_not_matter(edges: EdgeTable, profile: Profile, random: Random) -> None:
    order = list(range(len(edges)))
    random.shuffle(order)
    shuffled = EdgeTable({name: c[order] for name, c in edges.columns.items()}, [], edges.bends, edges.points)
    for before, after in zip(weigh(edges, profile), weigh(shuffled, profile), strict=True):
        assert (before.reshape(-1, 2)[order] == after.reshape(-1, 2)).all()


def test_climbs_and_falls_count_alike_from_either_end() -> None:
    """To the last bit: tenths of a second are rounded, and half a tenth may go either way."""
    random = np.random.default_rng(11)
    length = random.uniform(1, 90, 10_000)
    rise, fall = random.uniform(0, 5, (2, 10_000)).astype(np.float32)
    flat = {"incline_pct": 0 * rise, "incline_pct_lower": 0 * rise, "incline_pct_upper": 0 * rise}
    profile = load_profile("senior")
    one = _slowness(profile, *_relief({**flat, "rise_m": rise, "fall_m": fall}, length))
    other = _slowness(profile, *_relief({**flat, "rise_m": fall, "fall_m": rise}, length))
    np.testing.assert_array_equal(one, other[::-1])


@given(tables(), profiles)
def test_drawing_an_edge_the_other_way_round_swaps_its_arcs(edges: EdgeTable, profile: Profile) -> None:
    turned = replaced(
        edges,
        incline_pct=-edges["incline_pct"],
        incline_pct_lower=-edges["incline_pct_upper"],
        incline_pct_upper=-edges["incline_pct_lower"],
        forward=edges["backward"],
        backward=edges["forward"],
        rise_m=edges["fall_m"],
        fall_m=edges["rise_m"],
    )
    before, after = weigh(edges, profile), weigh(turned, profile)
    for answer in ANSWERS:
        there, back = getattr(before, answer).reshape(-1, 2).T
        assert (np.stack([back, there], axis=1).ravel() == getattr(after, answer)).all()
    assert np.allclose(before.seconds.reshape(-1, 2)[:, ::-1], after.seconds.reshape(-1, 2), rtol=1e-6)


@given(tables(), profiles)
def test_an_arc_is_closed_exactly_where_there_is_a_reason(edges: EdgeTable, profile: Profile) -> None:
    weights = weigh(edges, profile)
    arcs = np.arange(2 * len(edges))
    for answer in ANSWERS:
        given_reasons = reasons(edges, profile, arcs, answer)
        closed = np.flatnonzero(getattr(weights, answer) == INF)
        assert sorted({reason.arc for reason in given_reasons}) == closed.tolist()
        assert all(reason.verdict in ("blocked", "unclear") for reason in given_reasons)
    assert all(reason.verdict == "blocked" for reason in reasons(edges, profile, arcs, "possible"))


@given(tables(), profiles, st.integers(0, 2**32 - 1))
def test_a_measure_without_effect_changes_no_weight(edges: EdgeTable, profile: Profile, seed: int) -> None:
    rows = np.random.default_rng(seed).integers(0, len(edges), 3)
    for whole, part in zip(weigh(edges, profile), fixed_seconds(edges, profile, rows, Change()), strict=True):
        assert (whole.reshape(-1, 2)[rows].ravel() == part).all()


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), profiles)
def test_lifting_a_limit_closes_nothing(seed: int, profile: Profile) -> None:
    edges = random_table(np.random.default_rng(seed), 60)
    before = weigh(edges, profile)
    for name in (
        "kerb_cm",
        "incline_up_pct",
        "incline_down_pct",
        "cross_slope_pct",
        "width_m",
        "surface_class",
    ):
        after = weigh(edges, load_profile(profile.id, {name: None}))
        for answer in ANSWERS:
            assert not ((getattr(after, answer) == INF) & (getattr(before, answer) < INF)).any()


# ---------------------------------------------------------------- single cases

ALL = ANSWERS
GUESS = ("likely", "possible")
MAYBE = ("possible",)
NONE: tuple[str, ...] = ()
ASSUMED, TAGGED, SURVEYED = Provenance.assumed, Provenance.tagged, Provenance.surveyed

CASES = [
    # kerbs: flush, lowered [1–3], raised, unknown, surveyed
    ("wheelchair", reading("kerb_cm", 0, 0, 1), ALL),
    ("wheelchair", reading("kerb_cm", 3, 1, 3), ALL),
    ("wheelchair", reading("kerb_cm", 12, 3.01, 20), NONE),
    ("wheelchair", reading("kerb_cm", np.nan, 0, 20), MAYBE),
    ("wheelchair", reading("kerb_cm", 3, 0, 20, ASSUMED), GUESS),
    ("powerchair", reading("kerb_cm", 5, 3, 10), GUESS),
    ("pram", reading("kerb_cm", 12, 3.01, 20), GUESS),
    ("walker", reading("kerb_cm", 30), ALL),
    ("blind", reading("kerb_cm", 0), ALL),
    # inclines in drawing direction
    ("wheelchair", reading("incline_pct", 6), ALL),
    ("wheelchair", reading("incline_pct", 7), NONE),
    ("wheelchair", reading("incline_pct", -7), ALL),
    ("wheelchair", reading("incline_pct", 4, 1, 15), GUESS),
    ("wheelchair", reading("incline_pct", np.nan, -15, 15), MAYBE),
    ("rollator", reading("incline_pct", -9), NONE),
    ("walker", reading("incline_pct", 25), ALL),
    # cross slope, width, surface
    ("wheelchair", reading("cross_slope_pct", 7), NONE),
    ("wheelchair", reading("width_m", 0.9), ALL),
    ("wheelchair", reading("width_m", 0.89), NONE),
    ("wheelchair", reading("width_m", 0.95, 0.7, 1.2), GUESS),
    ("wheelchair", reading("surface_class", 3), ALL),
    ("wheelchair", reading("surface_class", 4), NONE),
    ("wheelchair", reading("surface_class", 2, 1, 4), GUESS),
    ("walker", reading("surface_class", 6), ALL),
    # a mapped smoothness decides alone, a derived one does not
    ("wheelchair", reading("surface_class", 4) | reading("smoothness_grade", 2), ALL),
    ("wheelchair", reading("surface_class", 1) | reading("smoothness_grade", 5), NONE),
    (
        "wheelchair",
        reading("surface_class", 1) | reading("smoothness_grade", 5, 1, 8, Provenance.derived),
        ALL,
    ),
    # the mapper's word
    ("wheelchair", reading("wheelchair", 0), NONE),
    ("wheelchair", reading("wheelchair", 0.5), GUESS),
    ("rollator", reading("wheelchair", 0), ALL),
    ("wheelchair", reading("wheelchair", 1) | reading("kerb_cm", 12, 0, 20, ASSUMED), ALL),
    ("wheelchair", reading("wheelchair", 1) | reading("kerb_cm", 12, 12, 12, TAGGED), NONE),
    ("wheelchair", reading("wheelchair", 0.5) | reading("kerb_cm", 12, 0, 20, ASSUMED), MAYBE),
    # steps
    ("wheelchair", {"kind": Kind.steps} | reading("step_count", 3), NONE),
    ("wheelchair", {"kind": Kind.steps} | reading("step_count", 3) | reading("ramp_wheelchair", 1), ALL),
    ("wheelchair", {"kind": Kind.steps} | reading("step_count", 3) | reading("ramp_stroller", 1), NONE),
    ("wheelchair", {"kind": Kind.steps} | reading("step_count", 9) | reading("wheelchair", 1), NONE),
    (  # what the tags room makes of steps with wheelchair=yes
        "wheelchair",
        {"kind": Kind.steps}
        | reading("step_count", 9)
        | reading("wheelchair", 1)
        | reading("ramp_wheelchair", 0, 0, 1),
        MAYBE,
    ),
    (
        "wheelchair",
        {"kind": Kind.steps}
        | reading("step_count", 9)
        | reading("wheelchair", 1)
        | reading("ramp_wheelchair", 0, 0, 0, TAGGED),
        NONE,
    ),
    ("pram", {"kind": Kind.steps} | reading("step_count", 3), ALL),
    ("pram", {"kind": Kind.steps} | reading("step_count", 4), NONE),
    ("pram", {"kind": Kind.steps} | reading("step_count", 4) | reading("ramp_stroller", 1), ALL),
    ("pram", {"kind": Kind.steps} | reading("step_count", 3, 2, 6), GUESS),
    ("pram", {"kind": Kind.steps}, MAYBE),  # steps that nobody counted
    ("senior", {"kind": Kind.steps} | reading("step_count", 12) | reading("handrail_sides", 1), ALL),
    ("senior", {"kind": Kind.steps} | reading("step_count", 12) | reading("handrail_sides", 0), NONE),
    ("senior", {"kind": Kind.steps} | reading("step_count", 3) | reading("handrail_sides", 0), ALL),
    (
        "senior",
        {"kind": Kind.steps} | reading("step_count", 12) | reading("handrail_sides", 1, 0, 2, ASSUMED),
        GUESS,
    ),
    ("walker", {"kind": Kind.steps} | reading("step_count", 300) | reading("handrail_sides", 0), ALL),
    # kinds
    ("wheelchair", {"kind": Kind.stile}, NONE),
    ("wheelchair", {"kind": Kind.stile} | reading("wheelchair", 1), NONE),
    ("wheelchair", {"kind": Kind.kissing_gate}, NONE),
    ("wheelchair", {"kind": Kind.kissing_gate} | reading("wheelchair", 1), ALL),
    ("wheelchair", {"kind": Kind.bollard} | reading("width_m", 0.8), NONE),
    ("walker", {"kind": Kind.bollard} | reading("width_m", 0.1), ALL),
    ("wheelchair", {"kind": Kind.obstacle}, MAYBE),
    ("wheelchair", {"kind": Kind.obstacle} | reading("wheelchair", 1), ALL),
    ("rollator", {"kind": Kind.escalator}, NONE),
    ("senior", {"kind": Kind.escalator}, ALL),
    ("wheelchair", {"kind": Kind.lift}, ALL),
    # crossing where nothing is mapped
    ("rollator", {"crossing": Crossing.informal, "road": HIGHWAYS.index("residential")}, ALL),
    ("rollator", {"crossing": Crossing.informal, "road": HIGHWAYS.index("tertiary")}, NONE),
    ("rollator", {"crossing": Crossing.unmarked, "road": HIGHWAYS.index("primary")}, ALL),
    ("walker", {"crossing": Crossing.informal, "road": HIGHWAYS.index("primary")}, ALL),
    # signs for blind people count in the sure answer only
    ("blind", {"kind": Kind.kerb} | reading("tactile", 0), GUESS),
    ("blind", {"kind": Kind.kerb} | reading("tactile", 1), ALL),
    ("blind", {"crossing": Crossing.signals} | reading("sound", 0, 0, 1, ASSUMED), GUESS),
    # law
    ("walker", {"forward": False}, NONE),
    ("walker", {"backward": False}, ALL),
]


@pytest.mark.parametrize(("profile", "columns", "expected"), CASES)
def test_one_edge(profile: str, columns: dict[str, object], expected: tuple[str, ...]) -> None:
    assert answers(pavements(1, **columns), load_profile(profile)) == expected


def test_the_way_back_climbs_what_the_way_there_descends() -> None:
    edges = pavements(1, **reading("incline_pct", 8, 7, 9))
    chair = load_profile("wheelchair")
    assert answers(edges, chair, arc=0) == NONE
    assert answers(edges, chair, arc=1) == ALL


def test_never_crossing_means_no_road_at_all() -> None:
    careful = load_profile("blind", {"informal_crossing": "never"})
    assert answers(pavements(1, crossing=Crossing.informal), careful) == NONE
    assert answers(pavements(1, crossing=Crossing.marked), careful) == ALL


def test_needed_signs_count_in_all_answers() -> None:
    strict = load_profile("blind", {"tactile": "needed"})
    assert answers(pavements(1, kind=Kind.kerb, **reading("tactile", 0, 0, 1)), strict) == MAYBE


# ---------------------------------------------------------------- times


def seconds(edges: EdgeTable, profile: str) -> list[float]:
    result: list[float] = weigh(edges, load_profile(profile)).seconds.tolist()
    return result


def test_level_ground_is_length_over_speed() -> None:
    assert seconds(pavements(), "walker") == pytest.approx([100 / 1.33] * 2)
    assert weigh(pavements(), load_profile("rollator", pace="slow")).likely.tolist() == [2000, 2000]


def test_slope_from_the_terrain_differs_by_direction() -> None:
    up, down = seconds(pavements(1, rise_m=6, fall_m=0), "walker")
    assert up == pytest.approx(100 / 1.33 * math.exp(3.5 * 0.06), rel=1e-5)
    assert down == pytest.approx(100 / 1.33 * math.exp(3.5 * 0.01 - 3.5 * 0.05), rel=1e-5)


def test_a_hill_in_between_counts_both_ways() -> None:
    over = seconds(pavements(1, rise_m=3, fall_m=3), "wheelchair")
    assert over[0] == pytest.approx(over[1])
    assert over[0] > seconds(pavements(), "wheelchair")[0]


def test_the_terrain_counts_before_the_tagged_maximum() -> None:
    tagged = pavements(1, rise_m=1, fall_m=0, **reading("incline_pct", 12))
    assert seconds(tagged, "walker") == pytest.approx(seconds(pavements(1, rise_m=1, fall_m=0), "walker"))


def test_accessmaps_fifth_at_the_limit() -> None:
    chair = load_profile("wheelchair")
    best = speed_factor(chair, np.array([-0.0087])) / 1.0
    assert best <= 1.0
    uncut = chair.slope.rate_up * 0.0087
    assert np.log(speed_factor(chair, np.array([0.08]))) == pytest.approx(uncut - math.log(5), abs=1e-3)


def test_beyond_the_limit_counts_as_the_limit() -> None:
    steep = pavements(1, **reading("incline_pct", 30, 2, 40))
    at_limit = pavements(1, **reading("incline_pct", 6))
    assert seconds(steep, "wheelchair")[0] == pytest.approx(seconds(at_limit, "wheelchair")[0])


def test_steps_count_one_by_one_and_landings_are_walked() -> None:
    flight = pavements(1, kind=Kind.steps, length_m=3, **reading("step_count", 10))
    assert seconds(flight, "walker") == pytest.approx([6, 6], rel=1e-5)
    landing = pavements(1, kind=Kind.steps, length_m=4.33, **reading("step_count", 10))
    assert seconds(landing, "walker") == pytest.approx([7, 7], rel=1e-4)


def test_pieces_of_a_flight_take_their_share_of_its_seconds() -> None:
    """A pram is lifted over three steps: over eight it takes the ramp, on every piece of them."""
    parts = {"length_m": [0.6, 0.6, 1.2], "flight_elsewhere": [0.75, 0.75, 0.5]}
    for name in ("walker", "pram"):
        cut = weigh(pavements(3, kind=Kind.steps, **parts, **reading("step_count", 8)), load_profile(name))
        whole = seconds(pavements(1, kind=Kind.steps, length_m=2.4, **reading("step_count", 8)), name)
        assert cut.seconds[::2].tolist() == pytest.approx(
            [whole[0] / 4, whole[0] / 4, whole[0] / 2], rel=1e-5
        )
    uncounted = pavements(2, kind=Kind.steps, length_m=1.5, flight_elsewhere=0.5)
    assert weigh(uncounted, load_profile("walker")).seconds.sum() == pytest.approx(12, rel=1e-5)


def test_uncounted_steps_are_counted_from_the_length() -> None:
    assert seconds(pavements(1, kind=Kind.steps, length_m=3), "walker") == pytest.approx([6, 6], rel=1e-5)


def test_crossings_kerbs_and_doors_add_seconds() -> None:
    base = seconds(pavements(), "wheelchair")[0]
    assert seconds(pavements(1, crossing=Crossing.signals), "wheelchair")[0] == pytest.approx(base + 30)
    kerb = pavements(1, kind=Kind.kerb, length_m=0, **reading("kerb_cm", 3, 1, 3))
    assert seconds(kerb, "wheelchair")[0] == pytest.approx(3 * 1.67, rel=1e-5)
    assert seconds(pavements(1, kind=Kind.lift, length_m=5), "wheelchair") == pytest.approx([45, 45])
    assert seconds(pavements(1, kind=Kind.door, length_m=0), "wheelchair") == pytest.approx([15, 15])


def test_a_signal_nobody_hears_costs_a_cycle() -> None:
    silent = pavements(1, crossing=Crossing.signals, **reading("sound", 0))
    speaking = pavements(1, crossing=Crossing.signals, **reading("sound", 1))
    assert seconds(silent, "blind")[0] - seconds(speaking, "blind")[0] == pytest.approx(30, abs=1e-4)


@pytest.mark.parametrize(
    "columns",
    [{"length_m": np.nan}, {"length_m": -1}, {"rise_m": -300.0, "fall_m": np.inf, "length_m": np.inf}],
)
def test_broken_edges_are_named_and_refused(columns: dict[str, float]) -> None:
    edges = pavements(3, **columns)
    with pytest.raises(InputDataError, match="w1000, w1001, w1002: no usable time for profile walker"):
        weigh(edges, load_profile("walker"))


# ---------------------------------------------------------------- reasons and measures


def test_a_reason_names_limit_and_reading_in_walking_direction() -> None:
    edges = pavements(2, **reading("incline_pct", -8, -9, -7, Provenance.derived))
    (reason,) = reasons(edges, load_profile("wheelchair"), [3], "likely")
    assert reason == (3, "incline_pct", 6.0, 8.0, 7.0, 9.0, "%", "derived", "blocked")


def test_an_unclear_surface_is_given_as_letters() -> None:
    edges = pavements(1, **reading("surface_class", 5, 3, 5))
    (reason,) = reasons(edges, load_profile("wheelchair"), [0], "likely")
    assert reason[1:] == ("surface_class", "C", "E", "C", "E", "class", "tagged", "unclear")
    assert reasons(edges, load_profile("wheelchair"), [0], "possible") == []


def test_readings_name_what_is_passed_too() -> None:
    edges = pavements(1, kind=Kind.kerb, length_m=0, **reading("kerb_cm", 3, 1, 3))
    passed = readings(edges, load_profile("wheelchair"), [0])
    assert [(each.attribute, each.value, each.verdict) for each in passed] == [("kerb_cm", 3.0, "passable")]


def test_a_lowered_kerb_opens_and_a_better_one_stays() -> None:
    edges = pavements(2, kind=Kind.kerb, length_m=0, **reading("kerb_cm", 12, 3, 20))
    edges["kerb_cm"][1], edges["kerb_cm_lower"][1], edges["kerb_cm_upper"][1] = 0, 0, 1
    lowered = Change({"kerb_cm": (0.0, 3.0)}, clears_wheelchair_no=True)
    chair = load_profile("wheelchair")
    before, after = weigh(edges, chair), fixed_seconds(edges, chair, np.array([0, 1]), lowered)
    assert before.possible[:2].tolist() == [50, 50]
    assert before.likely[:2].tolist() == [INF, INF]
    assert after.sure.tolist() == [50, 50, 0, 0]


def test_a_measure_answers_the_mappers_no_only_where_it_says_so() -> None:
    edges = pavements(1, **reading("wheelchair", 0), **reading("kerb_cm", 12))
    chair, row, targets = load_profile("wheelchair"), np.array([0]), {"kerb_cm": (0.0, 3.0)}
    assert fixed_seconds(edges, chair, row, Change(targets)).possible[0] == INF
    assert fixed_seconds(edges, chair, row, Change(targets, clears_wheelchair_no=True)).sure[0] < INF


@given(tables(), profiles)
def test_cutting_to_a_target_makes_nothing_worse(edges: EdgeTable, profile: Profile) -> None:
    change = Change(
        {"kerb_cm": (0, 3), "width_m": (1.8, 50), "incline_pct": (-6, 6), "surface_class": (1, 2)}
    )
    after = fixed_seconds(edges, profile, np.arange(len(edges)), change)
    before = weigh(edges, profile)
    for answer in ANSWERS:
        assert not ((getattr(after, answer) == INF) & (getattr(before, answer) < INF)).any()


@pytest.mark.parametrize("profile_id", PROFILES)
def test_a_place_is_judged_by_its_own_tag(profile_id: str) -> None:
    profile = load_profile(profile_id)
    chair = profile_id in ("wheelchair", "powerchair")
    assert verdict_of_place(0.0, profile) == (NONE if chair else ALL)
    assert verdict_of_place(math.nan, profile) == verdict_of_place(None, profile) == (GUESS if chair else ALL)
    assert verdict_of_place(1.0, profile) == ALL
    assert verdict_of_place(0.5, profile) == (GUESS if chair else ALL)


def test_levels_count_the_answers() -> None:
    assert LEVEL_OF == {"sure": 3, "likely": 2, "possible": 1}


# ---------------------------------------------------------------- profiles compared, with peers too


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_who_passes_more(seed: int) -> None:
    """What anybody passes a walker passes, and a power wheelchair passes what a manual one does."""
    edges = random_table(np.random.default_rng(seed), 80)
    weights = {profile_id: weigh(edges, load_profile(profile_id)) for profile_id in PROFILES}
    for less, more in [*((profile_id, "walker") for profile_id in PROFILES), ("wheelchair", "powerchair")]:
        for answer in ANSWERS:
            assert not (
                (getattr(weights[less], answer) < INF) & (getattr(weights[more], answer) == INF)
            ).any(), (less, more, answer)


# Speeds that others computed from the published formulas, m/s by slope in per cent.
PEERS = {
    "walker": {-5: 1.67, 0: 1.40, 6: 1.13},
    "wheelchair": {-6: 0.32, -3: 0.55, 0: 0.68, 3: 0.40, 6: 0.23, 8: 0.16},
    "rollator": {0: 0.91, 3: 0.66, 6: 0.48},
}


@pytest.mark.parametrize("profile_id", PEERS)
def test_slope_speeds_have_the_published_shape(profile_id: str) -> None:
    published = PEERS[profile_id]
    slopes = np.array(list(published)) / 100
    ours = speed_factor(load_profile(profile_id), slopes)
    assert ours == pytest.approx(np.array(list(published.values())) / published[0], abs=0.02)
