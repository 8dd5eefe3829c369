"""Profiles: what the shipped files say, and what happens to files with faults."""

from __future__ import annotations

import math
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wegeketten.errors import UsageError
from wegeketten.files.resources import shipped
from wegeketten.people.figures import Limits, Passages
from wegeketten.people.labels import figures
from wegeketten.people.profile import (
    PROFILES,
    load_profile,
    load_profiles,
    parse_limits,
    profile_ids,
)

if TYPE_CHECKING:
    from pathlib import Path


def leaves(tree: dict[str, Any], at: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for key, value in tree.items():
        flat |= leaves(value, f"{at}{key}.") if isinstance(value, dict) else {f"{at}{key}": value}
    return flat


def own(folder: Path, text: str, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_ids_of_the_contract() -> None:
    assert profile_ids() == ("walker", "senior", "rollator", "wheelchair", "powerchair", "pram", "blind")
    assert [profile.id for profile in load_profiles()] == list(profile_ids())
    assert {path.stem for path in shipped("profiles").glob("*.toml")} == set(profile_ids())


@pytest.mark.parametrize("profile_id", PROFILES)
def test_every_figure_has_a_source(profile_id: str) -> None:
    profile = load_profile(profile_id)
    figures = profile.model_dump(exclude={"id", "wheels", "name", "summary", "pace", "preset", "sources"})
    assert set(profile.sources) == set(leaves(figures))
    for path, source in profile.sources.items():
        assert len(source.source) > 10, path
        assert "without a source" not in source.source, path
        assert (source.mark == "M") == source.source.startswith("from memory, unverified"), path


@pytest.mark.parametrize("profile_id", PROFILES)
def test_one_plain_sentence_in_each_language(profile_id: str) -> None:
    profile = load_profile(profile_id)
    for text in (profile.summary.de, profile.summary.en):
        assert text.endswith(".")
        assert text.count(". ") == 0
    assert profile.name.de != profile.name.en


# Read off the published tables a second time, independently of the files.
PUBLISHED = {
    ("wheelchair", "limits.kerb_cm"): 3,
    ("wheelchair", "limits.incline_up_pct"): 6,
    ("wheelchair", "limits.incline_down_pct"): 10,
    ("wheelchair", "limits.width_m"): 0.9,
    ("wheelchair", "speeds.slow_m_s"): 0.64,
    ("wheelchair", "speeds.typical_m_s"): 0.79,
    ("powerchair", "limits.incline_up_pct"): 12,
    ("powerchair", "speeds.slow_m_s"): 0.7,
    ("powerchair", "speeds.typical_m_s"): 1.4,
    ("powerchair", "speeds.fast_m_s"): 1.67,
    ("rollator", "speeds.slow_m_s"): 0.5,
    ("rollator", "speeds.typical_m_s"): 0.6,
    ("rollator", "speeds.fast_m_s"): 0.8,
    ("senior", "speeds.slow_m_s"): 0.75,
    ("senior", "speeds.typical_m_s"): 1.0,
    ("senior", "speeds.fast_m_s"): 1.24,
    ("senior", "limits.incline_up_pct"): 14,
    ("walker", "speeds.slow_m_s"): 1.11,
    ("walker", "speeds.typical_m_s"): 1.33,
    ("walker", "speeds.fast_m_s"): 1.46,
    ("walker", "slope.best_pct"): -5,
    ("walker", "slope.rate_up"): 3.5,
    ("walker", "surface.F"): 0.6,
    ("walker", "delays.step_up_s"): 0.6,
    ("walker", "delays.lift_s"): 45,
    ("wheelchair", "delays.crossing_signals_s"): 30,
    ("wheelchair", "delays.crossing_unmarked_s"): 10,
    ("wheelchair", "smoothness.intermediate"): 0.7,
    ("wheelchair", "smoothness.bad"): 0.4,
    ("pram", "speeds.typical_m_s"): 1.1,
}


@pytest.mark.parametrize(("profile_id", "path"), PUBLISHED)
def test_figures_as_published(profile_id: str, path: str) -> None:
    assert leaves(load_profile(profile_id).model_dump())[path] == PUBLISHED[profile_id, path]


def test_accessmaps_rates_follow_from_its_limits() -> None:
    for profile_id, up, down in (("wheelchair", 8, 10), ("powerchair", 12, 12), ("rollator", 14, 14)):
        slope = load_profile(profile_id).slope
        assert slope.rate_up == pytest.approx(math.log(5) / (up / 100 + 0.0087), abs=0.01)
        assert slope.rate_down == pytest.approx(math.log(5) / (down / 100 - 0.0087), abs=0.01)


def test_a_walker_can_do_whatever_the_others_can() -> None:
    walker = load_profile("walker").limits
    for name in ("kerb_cm", "incline_up_pct", "incline_down_pct", "width_m", "surface_class", "steps_max"):
        assert getattr(walker, name) is None


# ---------------------------------------------------------------- a user's own file


def test_an_own_file_states_only_what_differs(tmp_path: Path) -> None:
    profile = load_profile(own(tmp_path, 'base = "wheelchair"\n[limits]\nkerb_cm = 6\n'))
    assert profile.id == "mine"
    assert profile.limits.kerb_cm == 6
    assert profile.limits.incline_up_pct == 6
    assert profile.sources["limits.kerb_cm"].source == "stated without a source"
    assert profile.sources["limits.width_m"].mark == "V"


def test_an_own_file_carries_its_sources(tmp_path: Path) -> None:
    text = 'base = "pram"\n[limits]\nwidth_m = { value = 1.0, source = "twin pram, measured", mark = "V" }\n'
    assert load_profile(own(tmp_path, text)).sources["limits.width_m"].source == "twin pram, measured"


def test_a_shipped_file_copied_is_the_same_profile(tmp_path: Path) -> None:
    copy = own(tmp_path, shipped("profiles", "pram.toml").read_text(encoding="utf-8"), "pram.toml")
    assert load_profile(copy) == load_profile("pram")
    assert load_profile(copy).sha256 == load_profile("pram").sha256


def test_all_faults_at_once_with_what_was_meant(tmp_path: Path) -> None:
    path = own(
        tmp_path,
        """
        base = "wheelchair"
        wheels = "yes please"
        [limits]
        kerb = 3
        kerb_cm = -1
        width_m = nan
        surface_class = "G"
        incline_up_pct = { value = 6, sorce = "DIN" }
        [delay]
        kerb_s = 1
        [passages]
        stile = "open"
        """,
    )
    with pytest.raises(UsageError) as caught:
        load_profile(path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    for part in (
        "wheels",
        "unknown key 'limits.kerb', did you mean 'kerb_cm'?",
        "limits.kerb_cm = -1",
        "limits.width_m = nan",
        "limits.surface_class = 'G': expected one of A B C D E F",
        "limits.incline_up_pct: unknown key 'sorce', did you mean 'source'?",
        "unknown key 'delay', did you mean 'delays'?",
        "passages.stile = 'open'",
    ):
        assert part in message, part


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("limits = [", "is not TOML"),
        ('base = "weelchair"', "did you mean 'wheelchair'?"),
        ("", "limits is missing"),
        ('base = "walker"\n[speeds]\nslow_m_s = 2', "must rise in this order"),
        ('base = "walker"\nid = "../x"', "id = '../x'"),
        ('base = "walker"\nlimits = 3', "limits"),
        ('base = "walker"\n[limits]\nkerb_cm = { value = [1], source = 3 }', "limits.kerb_cm"),
    ],
)
def test_faults_end_in_one_line(tmp_path: Path, text: str, part: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_profile(own(tmp_path, text))
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read profile"):
        load_profile(tmp_path / "absent.toml")
    (tmp_path / "latin.toml").write_bytes("# Höhe".encode("latin-1"))
    with pytest.raises(UsageError, match="not TOML in UTF-8"):
        load_profile(tmp_path / "latin.toml")
    with pytest.raises(UsageError, match="cannot read profile"):
        load_profile(tmp_path / "folder.toml" / "x.toml")


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbf" + b'base = "walker"\n')
    assert load_profile(path).id == "mine"


def test_two_profiles_of_one_id(tmp_path: Path) -> None:
    copy = own(tmp_path, 'base = "pram"\nid = "pram"\n')
    with pytest.raises(UsageError, match="two profiles have the id 'pram'"):
        load_profiles(["pram", copy])
    assert len(load_profiles(["pram", "pram"])) == 1


@given(st.text(max_size=80))
def test_no_text_ends_in_a_traceback(text: str) -> None:
    with pytest.raises(UsageError):
        load_profile(text.replace(".toml", "").removesuffix("/") + "?")


@given(st.binary(max_size=200))
def test_no_file_ends_in_a_traceback(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError):
        load_profile(path)


# ---------------------------------------------------------------- limits for one run


@given(
    st.dictionaries(
        st.sampled_from(["kerb_cm", "incline_up_pct", "incline_down_pct", "cross_slope_pct", "width_m"]),
        st.none() | st.floats(0, 9).map(lambda number: round(number, 3)),
    )
)
def test_limits_come_back_as_written(limits: dict[str, float | None]) -> None:
    texts = [f"{name}={'none' if value is None else value}" for name, value in limits.items()]
    assert parse_limits(texts) == limits
    profile = load_profile("wheelchair", parse_limits(texts))
    for name, value in limits.items():
        assert getattr(profile.limits, name) == value
        assert profile.sources[f"limits.{name}"].source == "set for this run"


def test_limits_by_word() -> None:
    limits = parse_limits(
        ["surface_class=D", "steps_max=4", "stile=free", "wheelchair_tag=no", "tactile = needed"]
    )
    profile = load_profile("wheelchair", limits)
    assert profile.limits.surface_class == 4
    assert profile.limits.steps_max == 4
    assert profile.passages.stile == "free"  # type: ignore[attr-defined]  # a field per kind, made at run time
    assert not profile.limits.wheelchair_tag
    assert profile.limits.tactile == "needed"


@pytest.mark.parametrize(
    ("texts", "part"),
    [
        (["kerb"], "'kerb' is not NAME=VALUE"),
        (["kerb_cm="], "is not NAME=VALUE"),
        (["kerb=3"], "no limit is called 'kerb', did you mean 'kerb_cm'?"),
        (["kerb_cm=3", "kerb_cm=4"], "kerb_cm is given twice"),
        (["x", "y=1"], "'x' is not NAME=VALUE, for instance kerb_cm=6; no limit is called 'y'"),
    ],
)
def test_faults_in_limits(texts: list[str], part: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_limits(texts)
    assert part in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kerb_cm", -1),
        ("kerb_cm", math.nan),
        ("kerb_cm", "3,5"),
        ("kerb", 3),
        ("steps_max", 2.5),
        ("stile", 1.0),
    ],
)
def test_impossible_limits(name: str, value: float | str) -> None:
    with pytest.raises(UsageError, match=f"profile wheelchair: .*{name}"):
        load_profile("wheelchair", {name: value})


@given(st.lists(st.text(max_size=30), max_size=4))
def test_no_limit_ends_in_a_traceback(texts: list[str]) -> None:
    try:
        limits = parse_limits(texts)
    except UsageError:
        return
    assert set(limits) <= set(Limits.model_fields) | set(Passages.model_fields)


def test_the_hash_follows_the_figures() -> None:
    profile = load_profile("wheelchair")
    assert len(profile.sha256) == 64
    assert profile.sha256 == load_profile("wheelchair", {"kerb_cm": 3}).sha256
    assert profile.sha256 != load_profile("wheelchair", {"kerb_cm": 4}).sha256
    assert profile.sha256 != load_profile("wheelchair", pace="slow").sha256
    assert len({profile, load_profile("wheelchair")}) == 1


def test_shipped_files_are_tables_of_one_line_figures() -> None:
    for path in shipped("profiles").glob("*.toml"):
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
        for section in ("limits", "passages", "speeds", "slope", "surface", "smoothness", "delays"):
            assert all(
                set(figure) == {"value", "mark", "source", "source_de"} for figure in tree[section].values()
            )


@pytest.mark.parametrize("profile_id", PROFILES)
def test_every_figure_is_named_in_both_languages(profile_id: str) -> None:
    profile = load_profile(profile_id)
    german, english = figures(profile, "de"), figures(profile, "en")
    assert len(german) == len(english) == len(profile.sources)
    assert len({row.figure for row in german}) == len(german)
    assert len({row.figure for row in english}) == len(english)
    assert all(part for row in german + english for part in row)


def test_figures_are_written_as_the_language_writes_them() -> None:
    profile = load_profile("wheelchair", {"kerb_cm": 2.5, "width_m": None})
    german = {row.figure: row for row in figures(profile, "de")}
    assert german["Bordhöhe höchstens"].value == "2,5 cm"
    assert german["Breite mindestens"].value == "unbegrenzt"
    assert german["Belag höchstens Klasse"].value == "Steinpflaster (C)"
    assert german["Ebenheit mindestens"].value == "mittel"
    assert german["Drehkreuz"].value == "nur mit wheelchair=yes"
    english = {row.figure: row for row in figures(profile, "en")}
    assert english["Kerb at most"] == ("Kerb at most", "2.5 cm", "[assumption] set for this run")
    assert german["Bordhöhe höchstens"].source == "[Annahme] für diesen Lauf gesetzt"
    assert english["Speed, typical"].value == "0.79 m/s"
    assert english["Speed, typical"].source.startswith("[public source read] Tolerico 2007")
