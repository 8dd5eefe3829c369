"""The catalogue of texts: complete in both languages, nothing missing, nothing unused."""

from __future__ import annotations

import re
import string
from pathlib import Path
from typing import Any

import pytest

from wegeketten.words.catalogue import LANGUAGES, both, load_words, message_texts, sections, text

ROOT = Path(__file__).resolve().parents[2]
TEXTS = ROOT / "wegeketten" / "words" / "texts"
NAMED_BY_DATA = {
    "answers", "asks", "attributes", "checks", "choices", "counted", "counts", "crossings", "faults",
    "figure_values", "figures",
    "gained", "headline", "hints",
    "hours", "kinds",
    "peer_reasons", "peer_rules", "peer_subjects", "profiles", "provenance", "questions", "services", "sides",
    "turns", "units", "ways",
    "wheelchair",
}  # fmt: skip
"""Sections whose keys are ids of data, kinds or attributes; each is checked against its own list below."""


def leaves(entry: Any, path: str = "") -> dict[str, Any]:
    """Texts of a tree by their path; one with two languages is one text."""
    if not isinstance(entry, dict) or entry.keys() == set(LANGUAGES):
        return {path: entry}
    found: dict[str, object] = {}
    for key, value in entry.items():
        found |= leaves(value, f"{path}.{key}" if path else key)
    return found


def slots(wording: Any) -> set[str]:
    """Names of the slots of a text, in all its forms."""
    if isinstance(wording, dict):
        return set().union(*map(slots, wording.values()))
    if isinstance(wording, list):
        return set().union(*map(slots, wording))
    return {name for _, name, _, _ in string.Formatter().parse(wording) if name}


def sources() -> str:
    """Everything that may name a text: Python, the map's script and the templates."""
    folders = [ROOT / "wegeketten", ROOT / "cli.py"]
    files = [one for folder in folders for one in ([folder] if folder.is_file() else folder.rglob("*"))]
    kept = [one for one in files if one.suffix in (".py", ".js", ".html") and "vendor" not in one.parts]
    return "\n".join(one.read_text(encoding="utf-8") for one in kept)


def test_no_text_stands_in_two_files() -> None:
    import tomllib

    names: list[str] = []
    for path in sorted(TEXTS.glob("*.toml")):
        names += tomllib.loads(path.read_text(encoding="utf-8"))
    # messages.toml and help.toml are of their own kind, by English wording; their sections only order them
    ordered = tomllib.loads((TEXTS / "help.toml").read_text(encoding="utf-8"))
    for name in ordered:
        names.remove(name)
    messages = tomllib.loads((TEXTS / "messages.toml").read_text(encoding="utf-8"))
    others = [name for name in names if name not in messages] + sorted(set(sections()) & set(messages))
    assert len(others) == len(set(others))
    assert len(names) == len(sections()) + len(messages)


def test_every_text_has_both_languages_and_the_same_slots() -> None:
    for path, entry in leaves(sections()).items():
        if not isinstance(entry, dict):
            assert len(entry) <= 3, f"{path}: only a unit or a sign is the same in both languages"
            continue
        german, english = entry["de"], entry["en"]
        assert type(german) is type(english)
        assert slots(german) == slots(english), path
        if isinstance(german, list):
            assert len(german) == len(english)
        if isinstance(german, dict):
            assert german.keys() == english.keys()
            assert {"one", "other"} <= german.keys() <= {"zero", "one", "other"}


def test_every_text_is_used() -> None:
    code = sources()
    quoted = set(re.findall(r"""["']([\w. ]+)["']""", code))
    in_pages = set(re.findall(r"\b(?:words|WORDS\.map)\.(\w+)", code))
    heads = {head.rsplit(".", 1)[-1] for head in re.findall(r"""([\w.]+)_(?=["'`{$])""", code)}
    unused = []
    for path in leaves(sections()):
        section, *keys = path.split(".")
        if section in NAMED_BY_DATA:
            continue
        key = keys[-1]
        splits = [(key[:at], key[at + 1 :]) for at in range(len(key)) if key[at] == "_"]
        made_up = any(head in heads and (tail in quoted or "_" not in tail) for head, tail in splits)
        if not (f"{section}.{key}" in quoted or key in quoted or key in in_pages or made_up):
            unused.append(path)
    assert unused == []


def test_every_named_text_exists() -> None:
    code = sources()
    known = leaves(sections())
    called = set(re.findall(r"""\b(?:text|both)\(\s*"([a-z_]+\.[\w. ]+)\"""", code))
    assert called
    assert sorted(name for name in called if name not in known) == []
    said = set(re.findall(r"""\bsay\("(\w+)\"""", "\n".join(
        one.read_text(encoding="utf-8") for one in (ROOT / "wegeketten").rglob("assets/map/*.js")
    )))  # fmt: skip
    said = {name for name in said if not name.endswith("_")}
    assert said
    assert sorted(said - load_words("de")["map"].keys()) == []


def test_sections_named_by_data_have_exactly_its_ids() -> None:
    from wegeketten.fieldwork.choices import PLATFORM_QUESTIONS
    from wegeketten.model.edges import ATTRIBUTES, Crossing, Kind
    from wegeketten.model.reading import Provenance
    from wegeketten.people.profile import load_profile, profile_ids
    from wegeketten.places.service_catalogue import load_catalogue
    from wegeketten.reach.barriers import STRETCHES

    words = sections()
    attributes = {attribute.name for attribute in ATTRIBUTES}
    assert set(words["kinds"]) == {kind.name for kind in Kind}
    assert set(words["attributes"]) == attributes
    for section in ("asks", "choices", "hints", "questions"):
        assert set(words[section]) == attributes | set(PLATFORM_QUESTIONS)
    assert set(words["profiles"]) == set(profile_ids())
    assert set(words["services"]) == set(load_catalogue().ids)
    assert set(words["crossings"]) == {how.name for how in Crossing}
    assert set(words["provenance"]) == {one.name for one in Provenance}
    assert set(words["faults"]) >= set(STRETCHES.values())
    shipped = load_profile("wheelchair")
    for section in ("limits", "speeds", "slope", "delays"):
        assert set(words["figures"][section]) == set(getattr(shipped, section).model_dump())


def test_data_files_and_catalogue_call_things_alike() -> None:
    from wegeketten.people.profile import load_profiles
    from wegeketten.places.service_catalogue import load_catalogue

    for lang in LANGUAGES:
        words = load_words(lang)
        for name, service in load_catalogue().services.items():
            assert getattr(service.name, lang).lower() == words["services"][name]["name"].lower()
            assert service.source_de
        for profile in load_profiles():
            assert getattr(profile.name, lang).lower() == words["profiles"][profile.id]["name"].lower()


@pytest.mark.parametrize(
    ("kind", "german"),
    [("kissing_gate", "Schwinggatter"), ("block", "Sperrstein"), ("moving_walkway", "Rollsteig")],
)
def test_a_kind_has_one_name_everywhere(kind: str, german: str) -> None:
    from wegeketten.people.labels import figures
    from wegeketten.people.profile import load_profile
    from wegeketten.reports.map import page_words
    from wegeketten.words.names import barrier_name, kind_name

    assert kind_name(kind, "de") == barrier_name(kind, "de") == german
    assert german in page_words("de")["kinds"].values()
    assert german in {row.figure for row in figures(load_profile("wheelchair"), "de")}
    everything = "\n".join(path.read_text(encoding="utf-8") for path in TEXTS.glob("*.toml"))
    for other in ("Drängelgitter", "Sperrblock", "Fahrsteig"):
        assert other not in everything


def test_a_text_is_filled() -> None:
    assert text("route.hard", "de", count=1) == "ein Hindernis"
    assert text("route.hard", "en", count=1200) == "1,200 obstacles"
    assert text("why.unusable", "en", name="Bank", count=0) == "Bank: this extract holds no such place."
    assert both("turns.slight", side=both("sides.right")).en == "bear right"
    with pytest.raises(KeyError):
        text("why.blocked", "de", name="x")


def test_german_wordings_hold_no_english() -> None:
    words = re.compile(r"\b(the|with|and|from|homes|please|there is|cannot|without|within|which|share)\b")
    german = [
        part
        for entry in leaves(sections()).values()
        if isinstance(entry, dict)
        for part in _parts(entry["de"])
    ]
    german += message_texts().values()
    assert [wording for wording in german if words.search(re.sub(r"\{[^}]*\}|--\w+", "", wording))] == []


def _parts(wording: Any) -> list[str]:
    if isinstance(wording, dict):
        return [one for value in wording.values() for one in _parts(value)]
    return wording if isinstance(wording, list) else [wording]
