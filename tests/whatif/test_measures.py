"""The catalogue of measures: prices, choices, files with faults."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from people.tables import pavements, random_table, reading

from wegeketten.errors import UsageError
from wegeketten.model.edges import Crossing, Kind
from wegeketten.people.profile import PROFILES, load_profile
from wegeketten.people.reasons import reasons
from wegeketten.people.verdict import fixed_seconds, weigh
from wegeketten.routing import INF
from wegeketten.whatif.measures import REMEDIABLE, load_measures

if TYPE_CHECKING:
    from pathlib import Path

CATALOGUE = load_measures()
ROUND = 1.2  # planning share


def own(folder: Path, text: str) -> Path:
    path = folder / "costs.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_cost_has_a_source() -> None:
    costs = [
        f"measures.{name}.{part}.{level}"
        for name, measure in CATALOGUE.measures.items()
        for part in ("piece", "unit")
        if getattr(measure, part) is not None
        for level in ("low_eur", "typical_eur", "high_eur")
    ]
    assert set(CATALOGUE.sources) == {"planning.share", *costs}
    for path, source in CATALOGUE.sources.items():
        assert len(source.source) > 15, path
        assert source.source != "stated without a source", path
        assert (source.mark == "A") == source.source.startswith("assumption"), path


def test_the_measures_that_the_plan_needs() -> None:
    answered = {remedy for measure in CATALOGUE.measures.values() for remedy in measure.remedies}
    assert answered >= set(REMEDIABLE) - {"ramp_wheelchair", "ramp_stroller"}


@pytest.mark.parametrize(
    ("name", "amounts", "typical"),
    [
        ("lower_kerb", {}, 3000),
        ("smooth_strip", {"length_m": 10.0}, 230 * 1.8 * 10),
        ("ramp", {"steps": 8.0}, 8000 + 8 * 2000),
        ("handrail", {"length_m": 4.0}, 4 * 600),
        ("regrade", {"length_m": 5.0}, 2000 + 400 * 1.8 * 5),
    ],
)
def test_prices(name: str, amounts: dict[str, float], typical: float) -> None:
    price = CATALOGUE.price(name, **amounts)
    assert price.typical_eur == pytest.approx(typical * ROUND)
    assert 0 < price.low_eur <= price.typical_eur <= price.high_eur


CHOICES = [
    (Kind.kerb, ["kerb_cm"], {}, ("lower_kerb",)),
    (Kind.kerb, ["tactile"], {}, ("tactile_paving",)),
    (Kind.kerb, ["kerb_cm", "tactile"], {}, ("lower_kerb", "tactile_paving")),
    (Kind.kerb, ["kerb_cm", "wheelchair"], {}, ("lower_kerb",)),
    (Kind.kerb, ["wheelchair"], {}, ("lower_kerb",)),
    (Kind.steps, ["step_count"], {"steps": 8}, ("ramp",)),
    (Kind.steps, ["step_count"], {"steps": 40}, ("new_lift",)),
    (Kind.steps, ["handrail_sides"], {"length_m": 3, "steps": 10}, ("handrail",)),
    (Kind.footway, ["surface_class"], {"length_m": 20}, ("smooth_strip",)),
    (Kind.footway, ["surface_class", "cross_slope_pct"], {"length_m": 20}, ("smooth_strip", "level_across")),
    (Kind.footway, ["incline_pct"], {"length_m": 15}, ("regrade",)),
    (Kind.footway, ["incline_pct"], {"length_m": 150}, None),
    (Kind.bollard, ["width_m"], {}, ("move_bollard",)),
    (Kind.stile, ["kind"], {}, ("wide_gate",)),
    (Kind.block, ["kind", "width_m"], {}, ("remove_obstacle",)),
    (Kind.crossing, ["crossing"], {"length_m": 8}, ("zebra",)),
    (Kind.crossing, ["sound"], {"length_m": 8}, ("signal_sound",)),
    (Kind.escalator, ["kind"], {}, None),
    (Kind.footway, ["wheelchair"], {"length_m": 20}, None),  # nobody knows why: look first
    (Kind.footway, ["wheelchair", "surface_class"], {"length_m": 20}, ("smooth_strip",)),
    (Kind.footway, ["access"], {}, None),
    (Kind.footway, ["kerb_cm", "access"], {}, None),
]


@pytest.mark.parametrize(("kind", "attributes", "amounts", "expected"), CHOICES)
def test_the_cheapest_set_is_chosen(
    kind: Kind, attributes: list[str], amounts: dict[str, float], expected: tuple[str, ...] | None
) -> None:
    works = CATALOGUE.works(kind, attributes, **amounts)
    assert (works and works.ids) == expected


@given(
    st.sampled_from(list(Kind)),
    st.sets(st.sampled_from(REMEDIABLE), min_size=1, max_size=4),
    st.floats(0, 300),
    st.integers(0, 60),
)
def test_no_set_is_cheaper(kind: Kind, attributes: set[str], length_m: float, steps: int) -> None:
    works = CATALOGUE.works(kind, attributes, length_m=length_m, steps=steps)
    usable = {
        name: measure
        for name, measure in CATALOGUE.measures.items()
        if measure.suits(kind, length_m=length_m, steps=steps)
    }
    every = [
        sum(CATALOGUE.price(name, length_m=length_m, steps=steps).typical_eur for name in names)
        for size in range(1, 5)
        for names in combinations(usable, size)
        if set().union(*(usable[name].answers(kind, attributes) for name in names)) == attributes
    ]
    assert (works is None) == (not every)
    if works is not None:
        assert works.price.typical_eur == pytest.approx(min(every))


@pytest.mark.parametrize("profile_id", PROFILES)
def test_works_that_answer_all_reasons_open_the_edge(profile_id: str) -> None:
    """Random edges: whatever the catalogue proposes must open the likely answer, and close nothing."""
    profile = load_profile(profile_id)
    edges = random_table(np.random.default_rng(20261122), 400)
    before = weigh(edges, profile)
    opened = 0
    for row in range(len(edges)):
        found = reasons(edges, profile, [2 * row, 2 * row + 1], "likely")
        attributes = {reason.attribute for reason in found}
        if not attributes:
            continue
        works = CATALOGUE.works(
            Kind(int(edges["kind"][row])),
            attributes,
            length_m=float(edges["length_m"][row]),
            steps=float(np.nan_to_num(edges["step_count"][row])),
        )
        if works is None:
            continue
        after = fixed_seconds(edges, profile, np.array([row]), works.change)
        assert (after.likely < INF).all(), (row, attributes, works.ids)
        for answer in ("sure", "likely", "possible"):
            was_open = getattr(before, answer)[2 * row : 2 * row + 2] < INF
            assert (getattr(after, answer)[was_open] < INF).all()
        opened += 1
    assert opened > 0 or profile_id == "walker"


@pytest.mark.parametrize("name", CATALOGUE.measures)
def test_no_measure_closes_or_slows_what_it_is_for(name: str) -> None:
    measure = CATALOGUE.measures[name]
    edges = random_table(np.random.default_rng(7), 3000)
    if measure.crossing:
        edges["crossing"][:] = Crossing.informal
    rows = np.array([row for row in range(len(edges)) if measure.suits(Kind(int(edges["kind"][row])))])
    for profile_id in PROFILES:
        profile = load_profile(profile_id)
        after, before = fixed_seconds(edges, profile, rows, measure.change), weigh(edges, profile)
        arcs = np.stack([2 * rows, 2 * rows + 1], axis=1).ravel()
        for answer in ("sure", "likely", "possible"):
            worse = getattr(after, answer) > getattr(before, answer)[arcs]
            assert not worse.any(), (profile_id, answer, arcs[worse][:5])


def test_a_zebra_opens_an_informal_crossing() -> None:
    profile = load_profile("rollator")
    edges = pavements(1, kind=Kind.crossing, crossing=Crossing.informal, road=4, **reading("kerb_cm", 12))
    zebra = CATALOGUE.measures["zebra"].change
    assert weigh(edges, profile).possible[0] == INF
    assert fixed_seconds(edges, profile, np.array([0]), zebra).sure[0] < INF


# ---------------------------------------------------------------- a city's own prices


def test_own_prices_replace_only_what_they_state(tmp_path: Path) -> None:
    text = '[measures.lower_kerb.piece]\ntypical_eur = { value = 4000, mark = "V", source = "our tenders" }\n'
    catalogue = load_measures(own(tmp_path, text))
    assert catalogue.price("lower_kerb").typical_eur == 4800
    assert catalogue.price("lower_kerb").low_eur == CATALOGUE.price("lower_kerb").low_eur
    assert catalogue.sources["measures.lower_kerb.piece.typical_eur"].source == "our tenders"
    assert catalogue.sha256 != CATALOGUE.sha256
    assert load_measures().sha256 == CATALOGUE.sha256


def test_own_prices_without_a_source_say_so(tmp_path: Path) -> None:
    catalogue = load_measures(own(tmp_path, "[planning]\nshare = 0\n[measures.ramp.piece]\nlow_eur = 10\n"))
    assert catalogue.planning_share == 0
    assert catalogue.sources["measures.ramp.piece.low_eur"].source == "stated without a source"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[measures.lower_kerb.peice]\nlow_eur = 1", "did you mean 'piece'?"),
        ("[measures.lower_kerb.piece]\nlow_eur = 99999", "must rise in this order"),
        ("[measures.lower_kerb.piece]\nlow_eur = -1", "measures.lower_kerb.piece.low_eur = -1"),
        ("[measures.lower_curb.piece]\nlow_eur = 1", "measures.lower_curb.name is missing"),
        ('[measures.ramp]\nkinds = ["stairs"]', "no kind of edge"),
        ('[measures.ramp]\nremedies = ["kerb"]', "no limit"),
        ("[measures.ramp]\ntargets = { kerb = [0, 3] }", "no attribute 'kerb'"),
        ("[measures.ramp]\ntargets = { kerb_cm = [0, 300] }", "within 0 to 30"),
        ("[planning]\nshare = nan", "planning_share = nan"),
        ("planning = 3", "planning_share = 3"),
        ("[measures", "is not TOML"),
        ("measures = 3", "measures"),
    ],
)
def test_faults_end_in_one_line(tmp_path: Path, text: str, part: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_measures(own(tmp_path, text))
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_absent_costs(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read costs"):
        load_measures(tmp_path / "absent.toml")


@given(st.binary(max_size=200))
def test_no_file_ends_in_a_traceback(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz_costs.toml"
    path.write_bytes(content)
    try:
        load_measures(path)
    except UsageError:
        return
