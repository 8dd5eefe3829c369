"""The master plan: one folder, offline, whose first page says what its tables say."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from reports.browser import Tab, violations

from wegeketten.errors import UsageError
from wegeketten.reports.inline import outside_addresses
from wegeketten.reports.masterplan import MARKER, write_masterplan
from wegeketten.reports.settings import Settings, read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City

SETTINGS = Settings(
    title="Musterstadt", publisher="Beirat", contact="Rathaus", profiles=("wheelchair",),
    chains=("pharmacy,groceries",), returning=True,
)  # fmt: skip


@pytest.fixture(scope="module")
def plan(town: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_masterplan(town, tmp_path_factory.mktemp("plan") / "out", settings=SETTINGS, pdf=False)


def test_the_folder_holds_what_is_handed_over(plan: Path) -> None:
    names = {str(path.relative_to(plan)) for path in plan.rglob("*") if path.is_file()}
    assert {"index.html", "map.html", "simple.html", MARKER, "districts/01.html"} <= names
    assert {f"tables/{name}" for name in ("masterplan.xlsx", "masterplan.gpkg", "districts.csv")} <= names
    assert not list(plan.parent.glob(".out.parts/*"))


LOW_BUTTONS = """[...document.querySelectorAll("button, select, input")].filter((each) => {
    const box = each.getBoundingClientRect();
    return box.width > 1 && box.height < 44
        && getComputedStyle(each.closest("thead") ?? each).position !== "absolute";
}).map((each) => each.outerHTML)"""
WIDER_THAN_SHOWN = """[...document.querySelectorAll(".scroll")]
    .filter((box) => box.scrollWidth > box.clientWidth)
    .map((box) => box.querySelector("table").id)"""


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["de", "en"])
def test_pages_are_accessible_at_every_width(
    town: City, plan: Path, tmp_path: Path, chromium: Any, axe: str, lang: str
) -> None:
    if lang == "en":
        plan = write_masterplan(town, tmp_path / "out", settings=SETTINGS, lang=lang, pdf=False)
    pages = ("index.html", "districts/01.html", "simple.html", "method.html")
    shown = {390: pages, 820: pages[:1], 1440: pages[:2]} if lang == "de" else {390: pages[:3]}
    for width, names in shown.items():
        height = {390: 844, 820: 1180, 1440: 900}[width]
        for name in names:
            page = chromium.new_page(viewport={"width": width, "height": height})
            tab = Tab(page)
            page.goto((plan / name).as_uri())
            assert violations(tab, axe) == [], (name, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            assert page.evaluate(LOW_BUTTONS) == [], (name, width)
            if width == 390:  # no table of a page is scrolled sideways on a phone
                assert page.evaluate(WIDER_THAN_SHOWN) == [], name
            assert tab.outside == []
            page.close()


def test_method_and_limits_have_a_page_of_their_own(plan: Path) -> None:
    page = (plan / "method.html").read_text(encoding="utf-8")
    assert 'href="method.html"' in (plan / "index.html").read_text(encoding="utf-8")
    for told in ("Was offen bleibt", "keine Angebote", "Baustellen", "Quelle"):
        assert told in page


def test_nothing_is_loaded_from_anywhere_and_links_lead_somewhere(plan: Path) -> None:
    for page in plan.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert outside_addresses(text) == []
        for href in re.findall(r'<a href="([^"#:]+)"', text):
            assert (page.parent / href).is_file() or href.endswith(".pdf"), (page.name, href)


def test_figures_of_the_first_page_are_those_of_the_tables(plan: Path) -> None:
    told = json.loads((plan / MARKER).read_text(encoding="utf-8"))
    page = (plan / "index.html").read_text(encoding="utf-8")
    with (plan / "tables" / "districts.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if row[0] == "Musterstadt" and row[1].startswith("Rollstuhl")]
    for place, answer in ((6, "lead"), (9, "sure"), (10, "likely"), (11, "possible")):
        shares = {row[2]: float(row[place]) for row in rows}
        assert shares["Lebensmittel"] == pytest.approx(told["shares"]["groceries"][answer], abs=1e-4)
    row = next(row for row in rows if row[2] == "Lebensmittel")
    expected, low, high, sure, likely, possible = (round(100 * float(cell)) for cell in row[6:12])
    between = f", zwischen {low} und {high}," if low != high else ""
    assert f"Von etwa {expected} von 100 Wohnadressen aus{between} ist" in page
    assert f"für {sure}, mit den üblichen Annahmen sind es {likely}, möglich {possible}." in page
    with (plan / "tables" / "proposals.csv").open(encoding="utf-8-sig", newline="") as file:
        proposals = list(csv.DictReader(file))
    assert len(proposals) == told["proposals"]
    assert sum(int(row["Kosten von (Euro)"]) for row in proposals) == pytest.approx(
        told["cost_low_eur"], abs=9
    )


def test_a_second_run_gives_the_same_bytes(town: City, plan: Path, tmp_path: Path) -> None:
    again = write_masterplan(town, tmp_path / "out", settings=SETTINGS, pdf=False)
    for path in sorted(plan.rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (again / path.relative_to(plan)).read_bytes(), path.name


def test_a_stopped_run_goes_on(town: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from wegeketten.planning import plan as planning

    def stop(words: str, share: float) -> None:
        if words == "map":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_masterplan(town, tmp_path / "out", settings=SETTINGS, pdf=False, progress=stop)
    assert not (tmp_path / "out").exists()
    assert list(tmp_path.glob(".out.parts/*/plan/plan.json"))
    monkeypatch.setattr(planning, "make_plan", None)  # must not be asked again
    write_masterplan(town, tmp_path / "out", settings=SETTINGS, pdf=False)
    assert (tmp_path / "out" / "index.html").is_file()
    assert not list(tmp_path.glob(".out.parts/*"))


def test_a_timetable_and_counted_people_bring_their_chapters_and_both_prints_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wegeketten.city import City
    from wegeketten.pipeline.hamlet import hamlet

    pytest.importorskip("weasyprint")
    monkeypatch.setattr(City, "weight_unit", "people")
    settings = Settings(title="Hamlet", profiles=("wheelchair", "rollator"), expected=True)
    kept: list[str] = []

    def look(words: str, _share: float) -> None:
        if words == "survey":  # the plan is made
            (path,) = tmp_path.glob(".out.parts/*/plan/plan.json")
            kept.append(json.loads(path.read_bytes())["chosen_by"])

    out = write_masterplan(hamlet(), tmp_path / "out", settings=settings, progress=look)
    for name in ("masterplan.pdf", "masterplan-large.pdf"):
        assert (out / name).read_bytes().startswith(b"%PDF-")
    with (out / "tables" / "stops.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["profile"] for row in csv.DictReader(file)} == {"wheelchair", "rollator"}
    assert (out / "tables" / "needs.csv").is_file()
    (made,) = kept
    assert made == "expected"
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "Welche Haltestellen sind nutzbar?" in page
    assert 'id="needs-title"' in page


def test_a_timetable_that_holds_on_no_usual_day_ends_no_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wegeketten.pipeline.hamlet import hamlet
    from wegeketten.transit.town import TransitTown

    def moment(_town: object, _text: object) -> None:
        raise UsageError("--at Di 08:00: no trip of the timetable runs on that weekday")

    monkeypatch.setattr(TransitTown, "moment", moment)
    out = write_masterplan(hamlet(), tmp_path / "out", settings=Settings(title="Hamlet"), pdf=False)
    assert not (out / "tables" / "stops.csv").exists()
    page = (out / "index.html").read_text(encoding="utf-8")
    (told,) = re.findall(r"Welche Haltestellen nutzbar sind, konnte nicht geprüft werden \(([^)]*)\)", page)
    assert "timetable" not in told  # in German, with the reason


def test_the_workbook_is_one(plan: Path) -> None:
    with zipfile.ZipFile(plan / "tables" / "masterplan.xlsx") as book:
        assert book.testzip() is None
        sheet = book.read("xl/worksheets/sheet2.xml").decode("utf-8")
    assert "Kosten von (Euro)" in sheet
    assert "<f>" not in sheet


def test_pages_say_who_publishes_them(plan: Path) -> None:
    page = (plan / "index.html").read_text(encoding="utf-8")
    assert "Beirat" in page
    assert "Kontakt: Rathaus" in page
    simple = (plan / "simple.html").read_text(encoding="utf-8")
    sentences = re.findall(r"<p>(.*?)</p>", simple)
    assert len(sentences) > 12
    assert all(len(sentence.split()) <= 26 for sentence in sentences)


def test_the_map_offers_the_chains_that_settings_name(plan: Path) -> None:
    found = re.search(r'id="config">(.*?)</script>', (plan / "map.html").read_text(encoding="utf-8"))
    assert found
    services = json.loads(found[1])["services"]
    (chain,) = [each["chain"] for each in services if "chain" in each]
    assert [services[row]["id"] for row in chain["visit"]] == ["pharmacy", "groceries"]
    assert chain["returning"]


def test_settings_are_read_and_checked(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text(
        'title = "Lauf"\nbudget_eur = 50000\nprofiles = ["pram"]\nchains = ["bank"]\nreturning = true\n'
        "expected = true\n",
        encoding="utf-8",
    )
    told = read_settings(path).changed(None, None, ["walker"], None)
    assert (told.title, told.budget_eur, told.profiles) == ("Lauf", 50000, ("walker",))
    assert (told.chains, told.returning, told.expected) == (("bank",), True, True)
    for wrong in (
        'titel = "x"',
        "title = 3",
        "chains = 3",
        "returning = 1",
        'expected = "yes"',
        "returning = true",
        'districts = "x"',
        "budget_eur = -1",
        'logo = "x.bmp"',
        "=",
    ):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(UsageError, match=r"s\.toml|x\.bmp"):
            read_settings(path)
