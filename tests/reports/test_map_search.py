"""Addresses as people type them: the right house, or an honest word that it is not mapped."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from reports.toytown import toytown

from wegeketten.pipeline.build import build
from wegeketten.reports.map import map_page, write_page
from wegeketten.reports.map_data import gather

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.browser

STREETS = {
    "Nürnberger Straße": ["4", "6", "10", "50", "50a"],
    "Marktplatz": ["1", "24", "240"],
    "Simonshofer Straße": ["10", "12"],
    "Straße des 17. Juni": ["17", "135"],
    "Hermann-Löns-Weg": ["3", "3 b"],
    "Neue Gasse": ["7"],
    "Jägerstraße": ["2-4", "9"],
    "Am Bitterbach": ["1"],
    "Kirchenweg": ["5"],
    "Kirchweg": ["5"],
    "Laufer Straße": ["8"],
    "Platz der Republik": ["11"],
}

# typed → house that Enter opens at once
OPENED = {
    "Marktplatz 24": "Marktplatz 24",
    "marktpl. 24": "Marktplatz 24",
    "MARKTPLATZ 24": "Marktplatz 24",
    "24 Marktplatz": "Marktplatz 24",
    "markt platz 24": "Marktplatz 24",
    "Marktplatz24": "Marktplatz 24",
    "Lauf, Marktplatz 24": "Marktplatz 24",
    "91207 Lauf Marktplatz 24": "Marktplatz 24",
    "Marktplatz 24, 91207 Lauf": "Marktplatz 24",
    "Nürnberger Straße 50": "Nürnberger Straße 50",
    "Nuernberger Strasse 50": "Nürnberger Straße 50",
    "nurnberger str 50": "Nürnberger Straße 50",
    "Nürnberger Str. 50 a": "Nürnberger Straße 50a",
    "nürnbergerstr. 50A": "Nürnberger Straße 50a",
    "Straße Nürnberger 6": "Nürnberger Straße 6",
    "simonshoferstrasse 12": "Simonshofer Straße 12",
    "Straße des 17. Juni 135": "Straße des 17. Juni 135",
    "str. des 17. juni 17": "Straße des 17. Juni 17",
    "hermann löns weg 3": "Hermann-Löns-Weg 3",
    "Hermann-Loens-Weg 3b": "Hermann-Löns-Weg 3 b",
    "Neue Gasse 7": "Neue Gasse 7",
    "Jaegerstr 9": "Jägerstraße 9",
    "Jägerstraße 4": "Jägerstraße 2-4",
    "am bitterbach 1": "Am Bitterbach 1",
    "Kirchweg 5": "Kirchweg 5",
    "Kirchenweg 5": "Kirchenweg 5",
    "Laufer Str. 8": "Laufer Straße 8",
    "Republik Platz der 11": "Platz der Republik 11",
}

# typed → house that is offered first, but only opened when it is chosen
OFFERED = {
    "Marktplaz 24": "Marktplatz 24",
    "Makrtplatz 24": "Marktplatz 24",
    "Simonshofer Strase 10": "Simonshofer Straße 10",
    "Nürnberg 50": "Nürnberger Straße 50",
    "Herman Löns Weg 3": "Hermann-Löns-Weg 3",
    "bitterbach 1": "Am Bitterbach 1",
    "Nürnberger Straße": "Nürnberger Straße 4",
}

# typed → what is not mapped, and the nearest houses that are
MISSING = {
    "Nürnberger Str. 5": ["Nürnberger Straße 4", "Nürnberger Straße 6"],
    "Marktplatz 2": ["Marktplatz 1", "Marktplatz 24"],
    "Neue Gasse 70": ["Neue Gasse 7"],
}

NOTHING = ("Zeppelinallee 3", "91207", "xy")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = toytown(6)
    doors = [(street, number) for street, numbers in STREETS.items() for number in numbers]
    rows = range(len(data.homes))
    listed = [doors[row] if row < len(doors) else ("", "") for row in rows]
    homes = replace(
        data.homes, street=[street for street, _ in listed], housenumber=[number for _, number in listed]
    )
    names = ["Annen-Apotheke", "Bahnhof", "Edeka", ""] * 3
    data = replace(data, title="Lauf", homes=homes, places=replace(data.places, name=names))
    return write_page(map_page(data), tmp_path_factory.mktemp("maps") / "map.html")


def ask(tab: Any, typed: str) -> tuple[str, list[str], str]:
    """What Enter opens, what is listed and what is said."""
    tab.page.evaluate("wegeketten.closeAnswer()")
    tab.page.fill("#search", typed)
    listed = tab.page.locator("#search-results button").all_inner_texts()
    said = tab.page.inner_text("#search-status")
    tab.page.press("#search", "Enter")
    opened = tab.page.locator("#answer h2")
    return (opened.inner_text() if opened.count() else ""), listed, said


def test_forty_searches(page: Path, open_tab: Callable[..., Any]) -> None:
    assert len(OPENED) + len(OFFERED) + len(MISSING) + len(NOTHING) > 40
    tab = open_tab(page)
    tab.settled()
    for typed, wanted in OPENED.items():
        assert ask(tab, typed)[0] == wanted, typed
    for typed, wanted in OFFERED.items():
        opened, listed, _ = ask(tab, typed)
        assert not opened, typed
        assert listed[0].startswith(wanted), typed
    for typed, near in MISSING.items():
        opened, listed, said = ask(tab, typed)
        assert not opened, typed
        assert "nicht erfasst" in said, typed
        assert [any(one.startswith(name + ",") for one in listed) for name in near] == [True] * len(near), (
            typed
        )
    for typed in NOTHING:
        opened, listed, said = ask(tab, typed)
        assert (opened, listed) == ("", []), typed
        assert "Nichts gefunden" in said
    assert tab.faults == []


def test_places_are_found_by_name_and_by_kind(page: Path, open_tab: Callable[..., Any]) -> None:
    tab = open_tab(page)
    tab.settled()
    opened, listed, _ = ask(tab, "Apotheke")
    assert len(listed) == 6  # four pharmacies, and two more that bear the word in their name
    assert not opened
    _, listed, _ = ask(tab, "anen apotheke")
    assert listed[0].startswith("Annen-Apotheke (")
    tab.page.click("#search-results button")
    assert tab.page.inner_text("#answer h2") == "Annen-Apotheke"


def test_a_wrong_letter_is_told(page: Path, open_tab: Callable[..., Any]) -> None:
    tab = open_tab(page)
    tab.settled()
    _, _, said = ask(tab, "Simonshofer Strase 10")
    assert "Meinten Sie Simonshofer Straße?" in said


def test_kinds_ranges_and_short_forms(page: Path, open_tab: Callable[..., Any]) -> None:
    """What people in Lauf type: see the searches on the real town below."""
    tab = open_tab(page)
    tab.settled()
    for typed in (
        "Marktplatz Nr. 24",
        "Marktplatz 24, 91207 Lauf a. d. Pegnitz",
        "D-91207 Lauf Marktplatz 24",
    ):
        assert ask(tab, typed)[0] == "Marktplatz 24", typed
    assert ask(tab, "Jägerstr. 2-4")[0] == "Jägerstraße 2-4"
    assert len(ask(tab, "Supermarkt")[1]) == 4
    assert [one.startswith("Bahnhof") for one in ask(tab, "Lebensmittelladen Bahnhof")[1]] == [True]
    assert all(one.startswith("Edeka") for one in ask(tab, "Edeka")[1])


# typed → house that Enter opens in the real Lauf an der Pegnitz, or nothing
LAUF = {
    "Marktplatz 24": "Marktplatz 24",
    "marktpl. 24": "Marktplatz 24",
    "Marktplatz24": "Marktplatz 24",
    "24 Marktplatz": "Marktplatz 24",
    "Marktplatz Hausnummer 24": "Marktplatz 24",
    "91207 Lauf an der Pegnitz, Marktplatz 24": "Marktplatz 24",
    "Marktplatz 24, 91207 Lauf a.d. Pegnitz": "Marktplatz 24",
    "Marktplatz 24, Lauf (Pegnitz)": "Marktplatz 24",
    "Nürnberger Str. 50": "Nürnberger Straße 50",
    "Nuernberger Strasse 50": "Nürnberger Straße 50",
    "NÜRNBERGER STRASSE 50": "Nürnberger Straße 50",
    "Nürnbergerstr. 50": "Nürnberger Straße 50",
    "Nürnberger Str. 18 A": "Nürnberger Straße 18a",
    "Hersbrucker Str. 52 b": "Hersbrucker Straße 52b",
    "hersbruckerstr 52c": "Hersbrucker Straße 52c",
    "Schlossplatz 2": "Schloßplatz 2-4",
    "Schloßplatz 4": "Schloßplatz 2-4",
    "Schlosspl. 2-4": "Schloßplatz 2-4",
    "Am Schloss 3": "Am Schloß 3",
    "Simonshofer Straße 8": "Simonshofer Straße 8;10",
    "Simonshofer Str 10": "Simonshofer Straße 10",
    "Bierweg 4": "Bierweg 2-6",
    "Ottogasse 10b": "Ottogasse 10a-d",
    "Dr Hans Reichold Weg 3": "Dr.-Hans-Reichold-Weg 3",
    "Doktor-Hans-Reichold-Weg 3": "Dr.-Hans-Reichold-Weg 3",
    "St.-Salvator-Weg 5": "Sankt-Salvator-Weg 5",
    "St. Salvator Weg 5": "Sankt-Salvator-Weg 5",
    "Von Scheurl Str. 4": "Von-Scheurl-Straße 4",
    "Kunigundenstr. 5": "Kunigundenstraße 5",
    "Kunigundeng. 5": "Kunigundengasse 5",
    "Roentgenstrasse 5": "Röntgenstraße 5",
    "Meissenbachstr. 5": "Meißenbachstraße 5",
    "Haendelstr. 5": "Händelstraße 5",
    "Urlashoehe 3": "Urlashöhe 3",
    "Krankenhaus": "Krankenhaus",
    "Schloss Apotheke": "Schloss-Apotheke",
    "Marktplaz 24": "",
    "Simonshofer Strase 10": "",
    "Kupferschmiedgasse 3": "",
    "Nürnberger Str. 5": "",
    "Marktplatz 99": "",
    "Laufer Str. 5, Rückersdorf": "",
    "Hauptstraße 5": "",
    "Rewe": "",
    "Zahnarzt": "",
}

# typed → what is offered first
LAUF_OFFERS = {
    "Kupferschmiedgasse 3": "Kupferschmiedsgasse 3",
    "Marktplaz 24": "Marktplatz 24",
    "Nürnberger Str. 5": "Nürnberger Straße 2",
    "Laufer Str. 5, Rückersdorf": "Laufer Straße 4",
    "Rewe": "Rewe (Lebensmittel)",
    "Bushaltestelle Röthstraße": "Röthstraße (Haltestelle)",
    "WC": "öffentliche Toilette",
}


@pytest.mark.data
def test_searches_on_a_real_town(shared_data: Path, tmp_path: Path, open_tab: Callable[..., Any]) -> None:
    city = build(shared_data / "osm/lauf-pegnitz_2020-01.osm.pbf", tmp_path / "lauf")
    data = gather(city, profiles=["walker"])
    tab = open_tab(write_page(map_page(data), tmp_path / "map.html"))
    tab.settled()
    opened = {typed: ask(tab, typed)[0] for typed in LAUF}
    assert opened == LAUF
    for typed, first in LAUF_OFFERS.items():
        assert ask(tab, typed)[1][0].startswith(first), typed
    assert "nicht erfasst" in ask(tab, "Marktplatz 99")[2]
    assert tab.faults == []
