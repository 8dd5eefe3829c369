"""The map in a real browser, with the network cut."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from reports.browser import violations
from reports.payloads import PAYLOADS
from reports.toytown import times, toytown

from wegeketten.model.edges import Kind
from wegeketten.reports.data import LIKELY, POSSIBLE, SURE
from wegeketten.reports.map import map_page, write_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.browser

LEVELS = {"sure": SURE, "likely": LIKELY, "possible": POSSIBLE}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("maps")
    data = toytown(20)
    return {
        lang: write_page(map_page(data, lang=lang, profile="wheelchair"), folder / f"{lang}.html")
        for lang in ("de", "en")
    }


def test_times_in_the_browser_are_the_scans(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    data = toytown(20)
    tab = open_tab(pages["de"])
    tab.settled()
    answered = 1
    for p, layer in enumerate(data.profiles):
        for s in range(3):
            tab.page.evaluate(f"wegeketten.choose({{profile: {p}, service: {s}}}); 0")
            answered += 1
            tab.settled(answered)
            for answer, level in LEVELS.items():
                shown = tab.page.evaluate(f"Array.from(wegeketten.state.times.{answer})")
                assert np.array_equal(shown, times(data, layer, s, level)), (layer.id, s, answer)
    assert tab.outside == []
    assert tab.faults == []


def test_ways_add_up_to_their_times(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    tab = open_tab(pages["de"])
    tab.settled()
    rows = tab.page.evaluate("""
        wegeketten.state.times.likely.reduce((rows, units, home) => {
          if (units === 2147483647) return rows;
          const way = wegeketten.search.way(wegeketten.state.sweeps.likely, home);
          const ends = way.steps.flatMap(({ edge, from, to }) => {
            const { u, v } = wegeketten.network;
            const at = (share) => share === 0 ? u[edge] : share === 1 ? v[edge] : -1;
            return [at(from), at(to)];
          });
          const joined = ends.slice(1, -1).every((end, i) => i % 2 || end === ends[i + 2]);
          rows.push([units, way.units, joined, way.metres]);
          return rows;
        }, [])""")
    assert len(rows) > 100
    for units, along_the_way, joined, metres in rows:
        assert units == along_the_way
        assert joined
        assert 0 < metres < 5000


def test_blocked_homes_name_what_blocks_them(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    tab = open_tab(pages["de"])
    tab.settled()
    home = tab.page.evaluate("""
        wegeketten.state.times.possible.findIndex((units, home) =>
          units === 2147483647 && wegeketten.state.layer.homeJointOf[home] >= 0)""")
    assert home >= 0
    tab.page.evaluate(f"wegeketten.select({home})")
    text = tab.page.inner_text("#answer")
    assert "nicht erreichbar" in text
    assert "versperrt" in text
    assert tab.page.locator("#answer ol li").count() > 0


def test_a_flight_in_pieces_is_told_once(tmp_path: Path, open_tab: Callable[..., Any]) -> None:
    data = toytown(20)
    steps = np.flatnonzero(data.network.kind == Kind.steps)[:4]
    data.network.osm_id[steps[:3]] = data.network.osm_id[steps[0]]
    data.network.part[steps[:3]] = [1, 2, 3]
    tab = open_tab(write_page(map_page(data, profile="wheelchair"), tmp_path / "map.html"))
    tab.settled()
    way = ", ".join(f"{{edge: {edge}, from: 0, to: 1}}" for edge in steps.tolist())
    tab.page.evaluate(f"""
        wegeketten.search.way = () => ({{steps: [{way}], metres: 4, place: 0, units: 40, blocked: []}});
        const {{ times, standard }} = wegeketten.state;
        wegeketten.select(times.likely.findIndex((units) => units < standard));
    """)
    assert tab.page.locator("#answer ol li a").all_inner_texts() == [
        f"n{data.network.osm_id[steps[0]]}:1",
        f"n{data.network.osm_id[steps[3]]}",
    ]


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("view", ["map", "list"])
def test_no_violations_of_wcag(
    pages: dict[str, Path], open_tab: Callable[..., Any], axe: str, lang: str, view: str
) -> None:
    tab = open_tab(pages[lang], fragment=f"#view={view}")
    tab.settled()
    tab.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    tab.page.fill("#search", "straße 1")
    if view == "map":
        tab.page.evaluate("wegeketten.select(3)")
        tab.page.fill("#search", "straße 1")
    assert violations(tab, axe) == []
    if view == "list" and lang == "de":
        for kind in ("homes", "barriers"):
            tab.page.click(f"#tab-{kind}")
            assert violations(tab, axe) == []


def test_keyboard_alone_is_enough(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    tab = open_tab(pages["de"])
    tab.settled()
    press = tab.page.keyboard.press
    _tab_to(tab, "profile")
    press("ArrowUp")  # from the wheelchair to the walker
    tab.settled(2)
    assert tab.page.inner_text("#headline").startswith("Zu Fuß: ")
    _tab_to(tab, "search")
    tab.page.keyboard.type("hauptstr. 5")
    press("Enter")  # there are several of them: none is opened in silence
    tab.until("document.activeElement.closest('#search-results') !== null")
    press("Enter")
    tab.until("document.activeElement.closest('#answer') !== null")
    assert tab.page.inner_text("#answer h2").startswith("Hauptstraße 5")
    assert "wahrscheinlich" in tab.page.inner_text("#answer table").lower()
    _tab_to(tab, "list-button")
    press("Enter")
    _tab_to(tab, "tab-districts")
    press("ArrowRight")
    assert tab.page.evaluate("document.activeElement.id") == "tab-homes"
    _tab_until(tab, "document.activeElement.matches('#table-panel td button')")
    press("Enter")
    tab.until("document.activeElement.matches('#answer h2')")


def _tab_to(tab: Any, element_id: str) -> None:
    _tab_until(tab, f"document.activeElement.id === '{element_id}'")


def _tab_until(tab: Any, expression: str) -> None:
    for _ in range(120):
        if tab.page.evaluate(expression):
            outline = tab.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none"
            return
        tab.page.keyboard.press("Tab")
    raise AssertionError(f"never focused: {expression}")


@pytest.mark.parametrize("first", range(0, len(PAYLOADS), 4))
def test_no_name_ever_runs(tmp_path: Path, open_tab: Callable[..., Any], first: int) -> None:
    hostile = PAYLOADS[first:] + PAYLOADS[:first]
    page = write_page(map_page(toytown(6, hostile=hostile), profile="wheelchair"), tmp_path / "map.html")
    tab = open_tab(page)
    tab.settled()
    for home in range(6):
        tab.page.evaluate(f"wegeketten.select({home})")
    for payload in hostile[:4]:
        tab.page.fill("#search", payload[:20])
    tab.page.evaluate("wegeketten.tell(wegeketten.config.measures[0]); wegeketten.tellBarrier(0)")
    tab.page.click("#list-button")
    for kind in ("districts", "homes", "places", "barriers", "measures", "sites", "needs", "walks"):
        tab.page.click(f"#tab-{kind}")
    tab.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert tab.page.evaluate("window.XSS") is None
    assert tab.page.evaluate("document.querySelectorAll('img, svg[onload], [onerror]').length") == 0
    assert tab.outside == []
    assert tab.faults == []


@pytest.mark.parametrize(("width", "height"), [(360, 740), (640, 512)], ids=["phone", "zoom 200 %"])
@pytest.mark.parametrize("view", ["map", "list"])
def test_fits_small_windows(
    pages: dict[str, Path], open_tab: Callable[..., Any], width: int, height: int, view: str
) -> None:
    tab = open_tab(pages["de"], fragment=f"#view={view}", width=width, height=height)
    tab.settled()
    tab.page.evaluate("wegeketten.select(3)")
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    before = tab.page.evaluate("parseFloat(getComputedStyle(document.querySelector('p')).fontSize)")
    tab.page.click("#large-button")
    after = tab.page.evaluate("parseFloat(getComputedStyle(document.querySelector('p')).fontSize)")
    assert after > 1.3 * before
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    small = tab.page.evaluate("""
        [...document.querySelectorAll('button, select, input, summary')].filter((e) => e.checkVisibility())
          .map((e) => (e.closest('label') ?? e).getBoundingClientRect())
          .filter((b) => b.width < 24 || b.height < 24).length""")
    assert small == 0


def test_tapping_the_map_answers(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    tab = open_tab(pages["de"])
    tab.settled()
    tab.page.evaluate("""
        document.querySelectorAll('#layers input')[3].click();
        const { home_lat, home_lon } = wegeketten.doors.columns;
        wegeketten.map.setView([home_lat[7] / 1e6, home_lon[7] / 1e6], 18, { animate: false })""")
    box = tab.page.locator(".folium-map").bounding_box()
    tab.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert tab.until("wegeketten.state.home") == 7
    assert tab.page.locator("#answer tbody tr").count() == 3


def test_the_address_line_brings_the_state_back(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    tab = open_tab(pages["de"], fragment="#profile=walker&service=pharmacy&answer=sure")
    tab.settled()
    tab.page.evaluate("wegeketten.select(11)")
    fragment = tab.page.evaluate("location.hash")
    again = open_tab(pages["de"], fragment=fragment)
    again.settled()
    again.until("wegeketten.state.home === 11")
    assert again.page.input_value("#service") == "1"
    assert again.page.is_checked("#answer-sure")
    assert again.page.inner_text("#answer") == tab.page.inner_text("#answer")


def test_a_broken_fragment_does_no_harm(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    tab = open_tab(pages["de"], fragment="#profile=%3Cimg%3E&at=99/x/y&home=,,&answer=never")
    tab.settled()
    assert tab.faults == []


def test_tables_download_as_csv(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    data = toytown(20)
    tab = open_tab(pages["de"], fragment="#view=list")
    tab.settled()
    tab.page.click("#tab-homes")
    with tab.page.expect_download() as waiting:
        tab.page.click("button.csv")
    raw = waiting.value.path().read_bytes()
    assert waiting.value.suggested_filename == "homes-wheelchair-groceries.csv"
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == len(data.homes)
    shown = sorted(float(row["wahrscheinlich"].replace(",", ".")) for row in rows if row["wahrscheinlich"])
    units = times(data, data.profiles[1], 0, LIKELY)
    assert np.allclose(shown, np.sort(units[units < 2**31 - 1]) / 600, atol=6e-4)


def test_measures_are_in_the_list_too(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    tab = open_tab(pages["de"], fragment="#view=list")
    tab.settled()
    tab.page.click("#tab-measures")
    assert "Bordstein absenken" in tab.page.inner_text("#table-panel tbody")
    tab.page.click("#table-panel td button")
    assert tab.page.inner_text("#answer").startswith("Bordstein absenken\n\n8.000 €\n\nEinschalten: ")
    assert tab.page.is_visible("#map-view")


def test_tables_sort(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    tab = open_tab(pages["de"], fragment="#view=list")
    tab.settled()
    tab.page.click("#tab-homes")
    column = tab.page.locator("thead th", has_text="wahrscheinlich")
    column.locator("button").click()
    column.locator("button").click()
    assert column.get_attribute("aria-sort") == "descending"
    assert tab.page.evaluate("document.activeElement.textContent").startswith("wahrscheinlich")


def test_prints_with_its_table(pages: dict[str, Path], open_tab: Callable[..., Any], tmp_path: Path) -> None:
    from pypdf import PdfReader

    tab = open_tab(pages["de"])
    tab.settled()
    tab.page.pdf(path=str(tmp_path / "map.pdf"), format="A4")
    pages_text = [page.extract_text() for page in PdfReader(tmp_path / "map.pdf").pages]
    whole = "\n".join(pages_text)
    assert "von 100" in whole
    assert "Altstadt West" in whole
    assert "© OpenStreetMap contributors" in whole
    assert "Was möchten Sie wissen?" not in whole
    assert len(pages_text) <= 3


def test_a_phone_shows_the_map_first(pages: dict[str, Path], open_tab: Callable[..., Any], axe: str) -> None:
    """Map on the first screen, the answer as a sheet over it, everything large enough for a finger."""
    tab = open_tab(pages["de"], width=390, height=844, has_touch=True)
    tab.settled()
    frame = tab.page.locator(".map-frame").bounding_box()
    assert frame["y"] < 400
    assert frame["y"] + frame["height"] <= 900
    assert not tab.page.is_visible("#choose")
    tab.page.evaluate("wegeketten.select(3)")
    assert tab.page.is_visible("#answer")
    sheet, frame = (tab.page.locator(one).bounding_box() for one in ("#choose", ".map-frame"))
    assert sheet["y"] - max(0, frame["y"]) > 200  # the map stays on the screen
    home = tab.page.evaluate("""(() => {
        const { home_lat, home_lon } = wegeketten.doors.columns;
        return wegeketten.map.latLngToContainerPoint([home_lat[3] / 1e6, home_lon[3] / 1e6]).y;
    })()""")
    assert frame["y"] + home < sheet["y"]
    for part in ("choose", "answer", "whatif"):
        tab.page.evaluate(f"wegeketten.openSheet('{part}')")
        tab.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        small = tab.page.evaluate("""
            [...document.querySelectorAll('button, select, input, summary')]
              .filter((e) => e.checkVisibility())
              .map((e) => [e.id || e.textContent, (e.closest('label') ?? e).getBoundingClientRect()])
              .filter(([, b]) => b.width < 44 || b.height < 44).map(([name]) => name)""")
        assert small == []
        assert violations(tab, axe) == []
    tab.page.keyboard.press("Escape")
    tab.page.click("#sheet-close")
    assert not tab.page.is_visible("#choose")


def test_back_takes_back_one_step(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    tab = open_tab(pages["de"])
    tab.settled()
    first = tab.page.inner_text("#headline")
    tab.page.select_option("#service", "1")
    tab.settled(2)
    tab.page.evaluate("wegeketten.select(3)")
    tab.page.click("#list-button")
    tab.page.go_back()
    tab.until("wegeketten.state.view === 'map'")
    assert tab.until("wegeketten.state.home === 3")
    tab.page.go_back()
    tab.until("wegeketten.state.home === -1")
    assert tab.page.inner_text("#answer") == ""
    tab.page.go_back()
    tab.until("wegeketten.state.service === 0")
    assert tab.page.input_value("#service") == "0"
    assert tab.page.inner_text("#headline") == first


def test_the_headline_follows_the_answer(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    tab = open_tab(pages["de"])
    tab.settled()
    assert tab.page.get_attribute("#headline", "role") == "status"
    told = {}
    for answer in LEVELS:
        tab.page.check(f"#answer-{answer}")
        tab.until(f"wegeketten.state.answer === '{answer}'")
        told[answer] = tab.page.inner_text("#headline")
    assert "ist belegt, dass" in told["sure"]
    assert "wahrscheinlich in" in told["likely"]
    assert "Höchstens" in told["possible"]
    tab.page.check("#answer-sure")
    assert "nicht gesichert" in tab.page.inner_text("#legend-bands")


def test_the_accessibility_tree_has_no_bare_numbers(
    pages: dict[str, Path], open_tab: Callable[..., Any]
) -> None:
    tab = open_tab(pages["de"])
    tab.settled()
    tab.page.evaluate("wegeketten.select(3)")
    tree = tab.page.locator(".map-frame").aria_snapshot()
    assert 'application "Karte der Wohnadressen' in tree
    assert [line for line in tree.splitlines() if line.rpartition(" ")[2].strip('"').isdigit()] == []


def test_own_limits_change_the_answer_and_say_so(
    pages: dict[str, Path], open_tab: Callable[..., Any]
) -> None:
    tab = open_tab(pages["de"])
    tab.settled()
    assert not tab.page.is_visible("#own-limits-note")
    before = np.array(tab.page.evaluate("Array.from(wegeketten.state.times.likely)"))
    tab.page.evaluate("wegeketten.choose({limits: {kerb_cm: 20}}); 0")
    tab.until("wegeketten.state.limits !== null && wegeketten.state.layer.own")
    tab.until("document.getElementById('own-limits-note').hidden === false")
    after = np.array(tab.page.evaluate("Array.from(wegeketten.state.times.likely)"))
    assert (after <= before).all()
    assert (after < before).any()
    assert "limits=kerb_cm:20" in tab.page.evaluate("location.hash")
    tab.page.click("#own-limits summary")
    tab.page.click("#limits-reset")
    tab.until("document.getElementById('own-limits-note').hidden === true")
    assert np.array_equal(tab.page.evaluate("Array.from(wegeketten.state.times.likely)"), before)


def test_areas_are_what_can_be_reached(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    """Homes within the minutes, walked forwards from one home over the toy town's open arcs."""
    tab = open_tab(pages["de"])
    tab.settled()
    found = tab.page.evaluate("wegeketten.areaOf(3, 9000)")
    wider = tab.page.evaluate("wegeketten.areaOf(3, 18000)")
    assert 0 < found["homes"] < wider["homes"]
    assert 0 < found["metres"] < wider["metres"]
    assert found["furthest"] <= 9000
    tab.page.evaluate("wegeketten.select(3)")
    tab.page.click("#answer details:last-child summary")
    tab.until("document.querySelectorAll('#answer canvas.area').length === 2")
    assert "Wohnadressen" in tab.page.inner_text("#answer figcaption >> nth=0")


def test_the_way_is_told_in_words(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    tab = open_tab(pages["de"])
    tab.settled()
    home = tab.page.evaluate(
        "wegeketten.state.times.likely.findIndex((units) => units > 3000 && units < 20000)"
    )
    tab.page.evaluate(f"wegeketten.select({home})")
    tab.page.click("#answer .way-in-words summary")
    lines = tab.page.locator("#answer .directions li").all_inner_texts()
    assert lines[0].startswith("Sie starten: ")
    assert lines[-1].startswith("Sie sind da: Ort ")
    assert len(lines) > 2


def test_barriers_name_the_homes_behind_them(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    """Added up along the tree, as if every home's way with the fewest barriers were walked by itself."""
    tab = open_tab(pages["de"], fragment="#view=list")
    tab.settled()
    rows = tab.page.evaluate("""
        (() => {
          const { state, search, doors } = wegeketten;
          const added = wegeketten.burdens();
          const walked = added.map(() => 0);
          state.times.likely.forEach((units, home) => {
            if (units !== 2147483647) return;
            const way = search.way(state.sweeps.open, home);
            for (const { edge } of way?.steps.slice(0, -1) ?? []) walked[edge] += doors.weight[home];
          });
          return [...walked].map((weight, edge) => [weight, added[edge], wegeketten.edgeState(edge)]);
        })()""")
    blocked = [(walked, added) for walked, added, state in rows if state == "blocked"]
    assert sum(walked > 0 for walked, _ in blocked) > 5
    for walked, added in blocked:
        assert added == pytest.approx(walked, abs=1e-3)
    tab.page.click("#tab-barriers")
    behind = tab.page.locator("#table-panel tbody tr td:nth-child(5)").all_inner_texts()
    shown = [float(text.replace(".", "").replace(",", ".")) for text in behind]
    assert shown == sorted(shown, reverse=True)


def test_a_piece_of_a_district_is_no_verdict(tmp_path: Path, open_tab: Callable[..., Any]) -> None:
    data = toytown(20)
    west, east = data.districts
    data = replace(data, districts=[replace(west, cut=True), east])
    tab = open_tab(write_page(map_page(data), tmp_path / "map.html"), fragment="#view=list")
    tab.settled()
    rows = tab.page.locator("#table-panel tbody tr").all_inner_texts()
    assert sum("nur Randstück" in row for row in rows) == 1


def test_dark_and_print_change_the_colours(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    tab = open_tab(pages["de"], color_scheme="dark")
    tab.settled()
    ground = "getComputedStyle(document.querySelector('.folium-map')).backgroundColor"
    assert tab.page.evaluate(ground) == "rgb(27, 29, 32)"
    pixel = """(() => { const tile = document.querySelector('.leaflet-tile-pane canvas');
        return [...tile.getContext('2d').getImageData(1, 1, 1, 1).data.slice(0, 3)]; })()"""
    assert sum(tab.page.evaluate(pixel)) < 200
    tab.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert sum(tab.page.evaluate(pixel)) > 600
    tab.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert sum(tab.page.evaluate(pixel)) < 200


def test_paper_shows_the_whole_town(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    tab = open_tab(pages["de"], fragment="#at=18/51.031/13.701")
    tab.settled()
    inside = "wegeketten.map.getBounds().contains(L.latLngBounds(wegeketten.config.bounds))"
    assert not tab.page.evaluate(inside)
    tab.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert tab.page.evaluate(inside)
    assert "Bordstein absenken" in tab.page.evaluate("document.getElementById('print-table').textContent")
    tab.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert tab.page.evaluate("wegeketten.map.getZoom()") == 18


def test_from_far_away_squares_stand_for_homes(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    tab = open_tab(pages["de"], fragment="#at=12/51.0359/13.7095")
    tab.settled()
    cells = tab.page.evaluate("wegeketten.painted.cells(false, 12).rows")
    weights, within = (sum(cell[key] for cell in cells) for key in ("weight", "within"))
    whole = tab.page.evaluate("wegeketten.shares.at(-1)")
    assert weights == pytest.approx(whole["weight"], rel=1e-6)
    assert within == pytest.approx(whole["likely"], rel=1e-6)
    few = [cell for cell in cells if cell["homes"] < 10]
    assert few
    assert all(cell["step"] == -1 for cell in few)
    assert any(cell["step"] >= 0 for cell in cells)
    cell = few[0]
    tab.page.evaluate(f"wegeketten.tellCell({cell['x']} + 1e-9, {cell['y']} + 1e-9, 12)")
    assert "%" not in tab.page.inner_text("#answer")
