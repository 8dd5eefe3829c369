"""What readers of a council found wrong in German texts: the old wording is gone, the better one is there."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from wegeketten.words.catalogue import load_words, text
from wegeketten.words.numbers import date

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]

GONE = (
    *(
        "von 100 Menschen erreichen wahrscheinlich",
        "erreichen ein Ziel neu",
        "erreichen dadurch ein Ziel neu",
    ),
    *("dieses Profil nicht durch", "Menschen oder Wohnungen", "Kosten etwa", "Billiger geht es nicht"),
    *("Diese eine Stelle genügt", "Oberfläche lose", "Es gibt keinen Weg, und auch ohne Barrieren"),
    *("keine zusammenhängende Wegeverbindung", "Zeit der mittleren Adresse", "achmessen", "sind 1 "),
    *("nahe genug haben", "Anteil der Menschen, von denen die ganze Kette", "mal Angebote dahinter"),
    *("ein eigenes Stück Weg ist", "Dienstekatalog", "unebener Belag", "Gefälle: Längsneigung"),
    *("Querneigung: Querneigung", "ein Blick am meisten Antworten ändert", "A – F class", "getaggt"),
    *("Auf Inseln, von denen", "Am weitesten zurück", "neu erreicht"),
    *("im Zweifel", "Zum besten möglichen Plan", "(obere Schranke)", "Menschen oder Wohnadressen"),
    *("gezogenen Welten", "ohne die gewählte Stelle", "sicher begehbar"),
    *("sicher nutzbar", "Es sei denn, Sie wollen", "neu bauen", "stünde frei", "Dienstleistungszentren"),
    *("kostet nur dort etwas", "bricht bei", "zerschneidet", "zur Zeit."),
)
"""Wordings that must not come back, in any German text of the catalogue."""

THERE = (
    "Sicher belegt ist das für", "Mit dem Rollstuhl", "Für blinde und sehbehinderte Menschen mit Langstock",
    "Für ältere Menschen zu Fuß", "nicht gesichert", "Grobe Kosten", "Es reicht, diese eine Stelle",
    "kein durchgehender Fußweg", "die Hälfte ist schneller", "Stellen, die jemand ansehen sollte",
    "von denen aus der ganze Weg hin und zurück", "durch diese Stelle ein Angebot", "Liste der Angebote",
    "ungeeigneter oder unbekannter Belag", "Steigung oder Gefälle", "Abgeschnitten",
    "Am schlechtesten erreichbar",
    "Besser als dieser Plan geht es für dieses Geld um höchstens", "Blindenleitstreifen (Bodenindikatoren)",
    "nicht vermessen", "durchgespielten Fällen", "nachweislich begehbar", "innerhalb des Richtwerts",
    "nur dort eingerechnet, wo jemand einen Preis genannt hat", "Fotos werden nie mitgeschickt",
)  # fmt: skip
"""Wordings that say it better."""


def german(entry: Any) -> Iterator[str]:
    """Every German text below an entry of the catalogue."""
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, dict):
        for value in entry.values():
            yield from german(value)
    elif isinstance(entry, list):
        for value in entry:
            yield from german(value)


def everything() -> list[str]:
    """German of the catalogue and of the data files."""
    found = list(german({key: value for key, value in load_words("de").items() if key != "lang"}))
    for path in sorted((ROOT / "data").rglob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        found += [told for told in german(_german_only(content)) if told]
    return found


def _german_only(entry: Any) -> Any:
    if isinstance(entry, dict):
        if isinstance(entry.get("de"), str):
            return entry["de"]
        kept = {key: _german_only(value) for key, value in entry.items()}
        return {key: value for key, value in kept.items() if isinstance(value, dict) or key.endswith("_de")}
    return entry


@pytest.mark.parametrize("wording", GONE)
def test_what_was_wrong_is_gone(wording: str) -> None:
    assert [told for told in everything() if wording in told] == []


def test_what_is_better_is_there() -> None:
    told = "\n".join(everything())
    assert [wording for wording in THERE if wording not in told] == []


def test_one_home_address_is_one() -> None:
    assert (
        text("report.few", "de", name="A10", count=1)
        == "In A10 ist eine Wohnadresse erfasst: zu wenig für Anteile."
    )


def test_days_and_kinds_are_words() -> None:
    assert date("2020-01-14", "de") == "14. Januar 2020"
    services = load_words("de")["services"]
    assert (services["bench"]["name"], services["kindergarten"]["name"]) == ("Sitzbank", "Kindergarten")
