"""Stops in reports: verdicts, reasons, classes and measures as the tables of ``stops`` have them."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from support.stops_town import AT, LOW, build

import wegeketten as wk
from wegeketten.errors import InputDataError
from wegeketten.people.profile import load_profile
from wegeketten.reach.scan import scan
from wegeketten.reports.district import Report
from wegeketten.reports.phrases import Phrases
from wegeketten.reports.stop_chapter import stop_chapter
from wegeketten.reports.stop_results import read_stops, verdict_of
from wegeketten.transit.stop_table import stops_of_city
from wegeketten.words.catalogue import load_words
from wegeketten.words.numbers import euro_range

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wegeketten.city import City
    from wegeketten.reports.sheet import Section


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return build(tmp_path_factory.mktemp("stops"), LOW)


@pytest.fixture(scope="module")
def folder(city: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("found") / "stops"
    stops_of_city(city, [load_profile("wheelchair"), load_profile("walker")], at=AT).write(out)
    return out


def chapter(city: City, folder: Path, lang: str) -> Section:
    result = scan(city, profiles=["walker", "wheelchair"], services=["stop"])
    report = Report(Phrases(result, lang, "Ort", stops=read_stops(folder)))
    found = stop_chapter(report.areas[0], report.phrases)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("lang", "raise_it", "help_"),
    [("de", "Bussteig anheben", "nur mit Hilfe"), ("en", "Raise the bus platform", "only with help")],
)
def test_the_table_says_who_can_board_and_what_would_help(
    city: City, folder: Path, lang: str, raise_it: str, help_: str
) -> None:
    told = chapter(city, folder, lang)
    assert any("08:00" in each and "2026" in each for each in told.texts)  # the hour that is counted
    groups, table = told.sheets
    rows = {row[0].text: row for row in table.rows}
    titles = [column.title for column in table.columns]
    chair = titles.index(load_words(lang)["profiles"]["wheelchair"]["name"])
    assert rows["S"][chair].text == help_
    assert rows["S"][chair].small  # with the reason
    assert rows["S"][-1].text == raise_it
    assert rows["S"][-1].small == euro_range(36000, 120000, lang)
    assert rows["T"][chair].text == load_words(lang)["report"]["stop_verdicts"]["sure"]
    assert rows["T"][-1].text == "–"
    # 12 buses an hour at T, 6 at each end
    assert [
        rows[name][titles.index(load_words(lang)["report"]["column_departures"])].sort for name in "STU"
    ] == [6, 12, 6]
    by_group = {row[0].text: [cell.sort for cell in row[1:5]] for row in groups.rows}
    assert by_group[load_words(lang)["profiles"]["wheelchair"]["name"]] == [1, 1, 2, 0]
    assert by_group[load_words(lang)["profiles"]["walker"]["name"]] == [3, 3, 0, 0]


def test_shares_of_homes_are_a_recount(city: City, folder: Path) -> None:
    import pyarrow.parquet as pq

    groups, _ = chapter(city, folder, "de").sheets
    told = pq.read_table(folder / "classes.parquet").to_pylist()
    weights = dict(zip(city.homes["home_id"].tolist(), city.homes["weight"].tolist(), strict=True))
    for row, profile in zip(groups.rows, ("walker", "wheelchair"), strict=True):
        mine = [each for each in told if each["profile"] == profile]
        for cell, letters in zip(row[5:], ("AB", "CD", "EF", ""), strict=True):
            share = sum(
                weights[each["home_id"]] for each in mine
                if (each["class_likely"] in letters if each["class_likely"] else not letters)
            ) / sum(weights.values())  # fmt: skip
            assert cell.sort == pytest.approx(share)


def test_pages_and_master_plan_have_the_chapter(city: City, folder: Path, tmp_path: Path) -> None:
    wk.report(city, tmp_path / "ort.html", stops=folder, service="stop", worlds=0)
    page = (tmp_path / "ort.html").read_text(encoding="utf-8")
    assert "Welche Haltestellen sind nutzbar?" in page
    assert "Bussteig anheben" in page
    wk.report(city, tmp_path / "plain.html", service="stop", worlds=0)
    assert "Welche Haltestellen" not in (tmp_path / "plain.html").read_text(encoding="utf-8")


def test_names_from_the_feed_are_text(city: City, folder: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "classes.parquet").write_bytes((folder / "classes.parquet").read_bytes())
    text = (folder / "stops.csv").read_text(encoding="utf-8-sig")
    (bad / "stops.csv").write_text(text.replace(",S,", ",<script>alert(1)</script>,"), encoding="utf-8")
    wk.report(city, tmp_path / "ort.html", stops=bad, service="stop", worlds=0)
    assert "<script>alert" not in (tmp_path / "ort.html").read_text(encoding="utf-8")


def test_verdicts_and_faults(folder: Path, tmp_path: Path) -> None:
    def told(*levels: str) -> str:
        return verdict_of(
            dict(zip(("verdict_sure", "verdict_likely", "verdict_possible"), levels, strict=True))
        )

    assert told("alone", "alone", "alone") == "sure"
    assert told("help", "alone", "alone") == "likely"
    assert told("help", "help", "alone") == "help"
    assert told("no", "no", "help") == "unknown"
    assert told("no", "no", "no") == "no"
    with pytest.raises(InputDataError, match="no such file"):
        read_stops(tmp_path)
    (tmp_path / "stops.csv").write_text("stop_id,name\nx,y\n", encoding="utf-8")
    with pytest.raises(InputDataError, match="column 'lat' is missing"):
        read_stops(tmp_path)


def test_a_master_plan_weighs_platforms_and_kerbs_in_one_list(
    city: City, folder: Path, tmp_path: Path
) -> None:
    wk.masterplan(city, tmp_path / "plan", profile="wheelchair", stops=folder, usable_stops=1, pdf=False)
    page = (tmp_path / "plan/index.html").read_text(encoding="utf-8")
    assert "Welche Haltestellen sind nutzbar?" in page
    with (tmp_path / "plan/tables/measures.csv").open(encoding="utf-8-sig", newline="") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    assert {row["kinds"] for row in rows} == {"kerb", "stop_platform"}
    assert json.loads((tmp_path / "plan/masterplan.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def map_file(city: City, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("map")
    made = wk.plan(city, profile="wheelchair", service="stop", usable_stops=1, at=AT, worlds=0)
    made.write(out / "plan")
    few: dict[str, Any] = {"profile": ("walker", "wheelchair"), "service": "stop"}
    return wk.map(city, out / "map.html", plan=out / "plan", stops=folder, lang="en", **few)


def test_the_map_holds_stops_and_platforms_to_raise(map_file: Path) -> None:
    found = re.search(r'<script[^>]*id="config"[^>]*>(.*?)</script>', map_file.read_text("utf-8"), re.DOTALL)
    assert found is not None
    config = json.loads(found[1])
    assert [mark["title"] for mark in config["stops"]] == ["T (bus)", "S (bus)", "U (bus)"]
    chair = next(line for line in config["stops"][1]["lines"] if "only with help" in line)
    assert "step into the vehicle" in chair
    assert f"Raise the bus platform: {euro_range(36000, 120000, 'en')}" in chair
    raised = [mark for mark in config["measures"] if "platform of a stop" in mark["title"]]
    assert raised
    assert all(mark["works"] == [] for mark in raised)  # the page reckons with ways only


@pytest.mark.browser
def test_the_map_shows_stops(map_file: Path, open_tab: Callable[..., Any]) -> None:
    tab = open_tab(map_file)
    tab.settled()
    box = tab.page.locator("[data-layer=stops]")
    assert not box.is_checked()
    tab.page.evaluate("document.querySelector('[data-layer=stops]').click(); 0")
    assert tab.page.locator(".spot.stops").count() >= 1
    tab.page.evaluate("wegeketten.tell(wegeketten.config.stops[1]); 0")
    assert "only with help" in tab.page.content()
    assert tab.faults == []
    assert tab.outside == []
