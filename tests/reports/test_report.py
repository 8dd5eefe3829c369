"""The district profile and the overview: right figures, plain page, tagged PDF, usable by everybody."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from reach.test_route import flight_of_three
from reports.browser import violations
from reports.matterhorn import faults

from wegeketten.errors import UsageError
from wegeketten.reach.scan import scan
from wegeketten.reports.area_figures import areas_of, spots_of
from wegeketten.reports.bottlenecks import bottlenecks
from wegeketten.reports.chapters import multiples
from wegeketten.reports.district import Report, report_page, write_report, write_reports
from wegeketten.reports.inline import outside_addresses
from wegeketten.reports.pdf import write_pdf
from wegeketten.reports.phrases import Phrases
from wegeketten.reports.sheet import About
from wegeketten.routing import INF, Hierarchy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wegeketten.city import City
    from wegeketten.reach.scan import Scan


@pytest.fixture(scope="module")
def result(town: City) -> Scan:
    return scan(town)


@pytest.fixture(scope="module")
def pages(result: Scan, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    folder = tmp_path_factory.mktemp("reports")
    return {
        (lang, district or "all"): write_report(
            result.city, folder / f"{lang}-{district}.html", district=district, lang=lang, scan=result
        )
        for lang in ("de", "en")
        for district in ("Westend", None)
    }


def test_figures_are_the_scans(result: Scan) -> None:
    areas = areas_of(result)
    assert [area.name for area in areas] == ["", "Ostend", "Westend"]
    assert sum(area.homes for area in areas[1:]) == areas[0].homes == len(result.homes)
    limit = round(result.catalogue.standard_s("pharmacy", result.profiles[3]) * 10)
    assert result.profiles[3].id == "wheelchair"
    column = result.services.index("pharmacy")
    for area in areas[1:]:
        homes = np.flatnonzero(result.city.homes["district"] == area.row)
        units = result.reach["wheelchair"].units["likely"][homes, column]
        assert area.cells["wheelchair", "pharmacy"].likely == pytest.approx(np.mean(units <= limit))
        walker = result.reach["walker"].units["likely"][homes, column]
        both = (units != INF) & (walker != INF)
        if both.any():
            ratio = np.sort(units[both] / walker[both])
            assert area.cells["wheelchair", "pharmacy"].longer in ratio
    for area in areas:
        for service, stock in area.stock.items():
            assert stock.places == sum(stock[1:]), service
    assert areas[0].stock["pharmacy"].places == int((result.city.places["service"] == "pharmacy").sum())


def test_sure_likely_possible_are_nested(result: Scan) -> None:
    for area in areas_of(result):
        for cell in area.cells.values():
            assert cell.sure <= cell.likely <= cell.possible
        for sure, likely, possible in area.basics.values():
            assert sure <= likely <= possible <= len(result.services)


def test_bottlenecks_are_closed_and_ranked(result: Scan) -> None:
    profile = next(one for one in result.profiles if one.id == "wheelchair")
    found = bottlenecks(result, profile)
    people = [one.people for one in found]
    assert people == sorted(people, reverse=True)
    likely = result.city.weights(profile).likely
    assert all(likely[one.arc] == INF for one in found)
    # Three homes in the yard lie behind one flight of steps, and reach none of the services.
    offered = set(result.city.places["service"].tolist())
    steps = result.city.edges.ids(np.array([one.arc // 2 for one in found]))
    assert steps[0].startswith("w41001")
    assert found[0].people == pytest.approx(3 * len(offered))


def test_a_flight_in_pieces_is_one_bottleneck() -> None:
    city = flight_of_three()
    city.hierarchy = Hierarchy(city.graph)
    result = scan(city, profiles=["wheelchair"], services=["pharmacy"])
    (found,) = bottlenecks(result, result.profiles[0])
    assert result.city.edges.ids(np.array([found.arc // 2])) == ["w77:1"]
    assert found.people == 1


def test_spots_hold_several_services_nearby(town: City) -> None:
    for spot in spots_of(town, np.arange(len(town.places["service"]))):
        assert len(spot.services) >= 3


def test_two_runs_give_the_same_bytes(result: Scan, tmp_path: Path) -> None:
    page = report_page(result, row=0, lang="de")
    assert report_page(result, row=0, lang="de") == page
    files = [write_pdf(page, tmp_path / name) for name in ("a.pdf", "b.pdf")]
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_page_is_for_laypeople_first(pages: dict[tuple[str, str], Path], lang: str) -> None:
    page = pages[lang, "Westend"].read_text(encoding="utf-8")
    assert f'<html lang="{lang}">' in page
    body = page[page.index("<h1") :]
    lead = re.findall(r'<p class="lead">(.*?)</p>', body)
    assert len(lead) == 4
    chart = re.search(r'<figure(?! class="locator")', body)
    assert chart is not None
    assert body.index('class="lead"') < chart.start() < body.index("<table")
    assert "© OpenStreetMap contributors" in page
    assert "Open Database License (ODbL) 1.0" in page
    assert outside_addresses(page) == []
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", body)
    assert len(headings) >= 8
    assert all(re.search(r'alt="[^"]{5,}"', image) for image in re.findall(r"<img [^>]*>", page))


def test_all_districts_at_once_are_the_pages_one_by_one(
    town: City, result: Scan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wegeketten.reports import district

    looked = []

    def looking(*args: Any) -> Any:
        looked.append(1)
        return bottlenecks(*args)

    monkeypatch.setattr(district, "bottlenecks", looking)
    together = write_reports(scan(town), tmp_path / "all")
    assert looked == [1]  # the city is looked at once
    assert [path.name for path in together] == ["index.html", "district-1.html", "district-2.html"]
    for path, name in zip(together, (None, "Ostend", "Westend"), strict=True):
        alone = write_report(town, tmp_path / f"{name}.html", district=name, scan=scan(town))
        assert path.read_bytes() == alone.read_bytes()


def test_the_overview_has_a_page_per_district(pages: dict[tuple[str, str], Path]) -> None:
    page = pages["de", "all"].read_text(encoding="utf-8")
    assert page.count('<section class="glance') == 3
    assert "Rangfolge der Stadtteile" in page
    assert "Jedes Angebot für sich" in page


def test_an_unknown_district_is_named(town: City, result: Scan, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Westedn"):
        write_report(town, tmp_path / "x.html", district="Westedn", scan=result)
    assert list(tmp_path.iterdir()) == []


def test_many_districts_are_shortened_and_print_in_any_size(result: Scan, tmp_path: Path) -> None:
    pytest.importorskip("weasyprint")
    report = Report(Phrases(result, "en", "Town"))
    whole, first = report.areas[0], report.areas[1]
    name = report.phrases.focus, "pharmacy"
    share = first.cells[name]._replace(expected=None)
    many = [
        replace(
            first,
            row=row,
            name=f"District {row:02d}",
            cells={**first.cells, name: share._replace(likely=row / 40)},
        )
        for row in range(40)
    ]
    section = multiples([whole, *many], report.phrases)
    assert section.texts[-1] == "Of 40 districts each picture shows only the 24 where the share is smallest."
    picture = next(one for one in section.pictures if one.title == report.phrases.service("pharmacy"))
    shown = re.findall(r"District (\d\d)", picture.picture.alt)
    assert shown == [f"{row:02d}" for row in range(23, -1, -1)]
    assert len(multiples([whole, *many[:24]], report.phrases).texts) == 1
    page = report.page(-1, front=[section])
    for large in (False, True):
        assert write_pdf(page, tmp_path / "many.pdf", large=large).stat().st_size > 10_000


def test_pdf_is_tagged_and_has_language_and_title(result: Scan, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    path = write_report(result.city, tmp_path / "w.pdf", district="Westend", scan=result, pdf=True)
    reader = pypdf.PdfReader(path)
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "de"
    assert root["/MarkInfo"]["/Marked"] is True or bool(root["/MarkInfo"]["/Marked"])
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "Westend" in reader.metadata.title
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    kinds = _structure(root["/StructTreeRoot"])
    assert {"/H1", "/H2", "/P", "/Table", "/TH", "/TD", "/Figure"} <= {kind for kind, _ in kinds}
    assert all(alt for kind, alt in kinds if kind == "/Figure")
    assert "Wer erreicht was?" in reader.pages[0].extract_text()
    assert "Viele Bordsteine" in reader.pages[0].extract_text()  # the first page holds all of the glance


def test_a_publisher_leaves_the_first_page_to_the_situation(result: Scan, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    pytest.importorskip("weasyprint")
    report = Report(Phrases(result, "de", "Musterstadt"))
    page = report.page(0, about=About("Stadt Musterstadt", "Rathaus", "", "Masterplan"))
    write_pdf(page, tmp_path / "plan.pdf")
    first = pypdf.PdfReader(tmp_path / "plan.pdf").pages[0].extract_text()
    assert first.index("Stadt Musterstadt") < first.index("Masterplan") < first.index("Wer erreicht was?")


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("row", [-1, 0])
def test_pdf_holds_what_a_machine_can_check_of_pdf_ua(
    result: Scan, tmp_path: Path, lang: str, row: int
) -> None:
    pypdf = pytest.importorskip("pypdf")
    path = write_pdf(report_page(result, row=row, lang=lang), tmp_path / "r.pdf")
    reader = pypdf.PdfReader(path)
    assert reader.trailer["/Root"]["/Lang"] == lang
    assert faults(reader) == []


def test_the_check_of_a_pdf_finds_what_is_missing(result: Scan, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    path = write_pdf(report_page(result, row=0, lang="de"), tmp_path / "r.pdf")
    writer = pypdf.PdfWriter(clone_from=path)
    for found in writer._objects:
        if isinstance(found, dict) and found.get("/S") == "/TH":
            del found["/A"]["/Scope"]
        if isinstance(found, dict) and found.get("/S") == "/Figure":
            del found["/Alt"]
        if isinstance(found, dict) and found.get("/S") == "/H1":
            found[pypdf.generic.NameObject("/S")] = pypdf.generic.NameObject("/H4")
    del writer._root_object["/Lang"]
    content = writer.pages[0].get_contents()
    content.set_data(content.get_data() + b"\n0 0 10 10 re f\n")
    writer.pages[0][pypdf.generic.NameObject("/Contents")] = content
    writer.write(tmp_path / "broken.pdf")
    found = {fault.split(": ")[-2][-6:] for fault in faults(pypdf.PdfReader(tmp_path / "broken.pdf"))}
    assert found >= {"11-006", "13-004", "14-003", "15-003", "01-005"}


def _structure(node: Any) -> list[tuple[str, str]]:
    node = node.get_object()
    if not hasattr(node, "get"):
        return [pair for child in node for pair in _structure(child)] if isinstance(node, list) else []
    found = [(str(node["/S"]), str(node.get("/Alt", "")))] if "/S" in node else []
    return found + (_structure(node["/K"]) if "/K" in node else [])


def test_people_of_age_are_told(result: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    homes = dict(result.city.homes)
    homes["people_65"], homes["people_80"] = np.full(len(result.homes), 0.5), np.full(len(result.homes), 0.25)
    monkeypatch.setattr(result.city, "homes", homes, raising=False)
    page = report_page(scan(result.city, profiles=["walker", "wheelchair"]), row=-1, lang="de")
    assert "darunter 50 ab 65 Jahren, davon 25 ab 80 Jahren" in page


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("what", ["Westend", "all"])
def test_no_violations_of_wcag(
    pages: dict[tuple[str, str], Path], open_tab: Callable[..., Any], axe: str, lang: str, what: str
) -> None:
    tab = open_tab(pages[lang, what])
    tab.settled()
    assert violations(tab, axe) == []
    assert tab.outside == []
    assert tab.faults == []


@pytest.mark.browser
def test_report_tables_sort_and_download(
    pages: dict[tuple[str, str], Path], open_tab: Callable[..., Any]
) -> None:
    tab = open_tab(pages["de", "all"])
    tab.settled()
    table = tab.page.locator("#ranking")
    head = table.locator("thead th").nth(1)
    head.locator("button").click()
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    shown = [
        int(text.replace(".", "")) for text in table.locator("tbody tr td:nth-child(2)").all_inner_texts()
    ]
    assert shown == sorted(shown, reverse=True)
    with tab.page.expect_download() as waiting:
        tab.page.locator("#ranking").locator("xpath=../following-sibling::button[1]").click()
    text = waiting.value.path().read_text(encoding="utf-8-sig")
    assert text.splitlines()[0].startswith("Stadtteil;Wohnadressen")


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 640])
def test_report_fits_small_windows(
    pages: dict[tuple[str, str], Path], open_tab: Callable[..., Any], width: int
) -> None:
    tab = open_tab(pages["de", "Westend"], width=width)
    tab.settled()
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    tab.page.click(".large-button")
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_overview_prints_one_page_per_district(
    pages: dict[tuple[str, str], Path], open_tab: Callable[..., Any], tmp_path: Path
) -> None:
    pypdf = pytest.importorskip("pypdf")
    tab = open_tab(pages["de", "all"])
    tab.settled()
    tab.page.pdf(path=str(tmp_path / "print.pdf"), format="A4")
    texts = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "print.pdf").pages]
    starts = [number for number, text in enumerate(texts) if "end: Wer erreicht was?" in text]
    assert len(starts) == 2
    assert starts[1] - starts[0] == 1


@pytest.mark.browser
def test_names_of_a_hostile_city_never_run(
    hostile_town: City, tmp_path: Path, open_tab: Callable[..., Any]
) -> None:
    names = [str(name) for name in hostile_town.districts["name"]]
    found = scan(hostile_town, profiles=["walker", "wheelchair"])
    for number, district in enumerate([None, *names]):
        page = write_report(hostile_town, tmp_path / f"{number}.html", district=district, scan=found)
        tab = open_tab(page)
        tab.settled()
        assert tab.page.evaluate("window.XSS") is None
        assert (
            tab.page.evaluate("document.querySelectorAll('img:not([src^=\"data:image/svg\"])').length") == 0
        )
        assert tab.faults == []
        assert tab.outside == []
