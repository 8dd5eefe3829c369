"""The page of a survey walk in a real browser, as on a phone: what is tapped is what ``build`` reads."""

from __future__ import annotations

import base64
import json
import random
import re
from typing import TYPE_CHECKING, Any

import pytest
from reports.browser import violations

from wegeketten.fieldwork.choices import QUESTIONS
from wegeketten.fieldwork.phone import LARGEST_BYTES, phone_page
from wegeketten.network.survey_overlay import overlay_survey
from wegeketten.people.profile import load_profiles
from wegeketten.planning.survey import find_survey
from wegeketten.planning.walks import Walk
from wegeketten.tags.survey_file import COLUMNS, observed, parse_survey

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wegeketten.city import City

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844, "has_touch": True}
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def walk_pages(city: City, folder: Path, **options: Any) -> dict[str, Path]:
    """One walk that asks for everything there is, in both languages."""
    survey = find_survey(
        city, load_profiles(["wheelchair", "blind", "pram"]), most=400, walk_m=9000, minutes=900, **options
    )
    walk = max(survey.walks, key=lambda each: len(each.places))
    rare = [place for place in walk.places if survey.spots[place[0]].kind in ("kerb", "steps")]
    common = [place for place in walk.places if place not in rare]
    walk = Walk((*common[:24], *rare), walk.metres, walk.worth)
    found = {}
    for lang in ("de", "en"):
        page = phone_page(survey, city, walk, 1, lang)
        assert len(page.encode()) < LARGEST_BYTES
        found[lang] = folder / f"{lang}.html"
        found[lang].write_text(page, encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def pages(town: City, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return walk_pages(town, tmp_path_factory.mktemp("walks"), meet=(51.032, 13.702), contact="Rathaus")


def config(page: Path) -> dict[str, Any]:
    (text,) = re.findall(r'id="config">(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)
    found: dict[str, Any] = json.loads(text)
    return found


def saved(tab: Any, folder: Path) -> Path:
    """The file that the page hands over."""
    with tab.page.expect_download() as download:
        tab.page.click("#download")
    path = folder / str(download.value.suggested_filename)
    download.value.save_as(path)
    return path


def choose(tab: Any, attribute: str, value: int | str) -> None:
    tab.page.locator(f"#ask-{attribute} > .tiles input[value='{value}']").check(force=True)


def answer_all(
    tab: Any, known: dict[str, Any], rng: random.Random, places: range
) -> dict[tuple[str, str], str]:
    """Tap something at every place; what each line of the file has to say."""
    expected: dict[tuple[str, str], str] = {}
    for number in places:
        for ask in known["places"][number]["asks"]:
            attribute, question = ask["attribute"], known["questions"][ask["attribute"]]
            choice = rng.randrange(len(question["choices"]))
            choose(tab, attribute, choice)
            direction = ""
            told = QUESTIONS[attribute].choices[choice]
            if question["signed"] and told.falling:
                direction = rng.choice(["up", "down", ""])
                tab.page.locator(f"input[name='{attribute}-direction'][value='{direction}']").check(
                    force=True
                )
            for name, _, _, turned in ask["targets"]:
                up = (direction == "up") != (turned and direction != "")
                value = told.value if up or not told.falling else told.falling if direction else told.either
                expected[name, attribute] = value
        if number + 1 < len(known["places"]):
            tab.page.click("#next")
    return expected


@pytest.mark.parametrize("lang", ["de", "en"])
def test_no_violations_on_the_page_for_paper(
    town: City, open_tab: Callable[..., Any], axe: str, lang: str, tmp_path: Path
) -> None:
    """The overview that lists all walks, as written."""
    survey = find_survey(town, load_profiles(["wheelchair", "blind"]), most=60, meet=(51.032, 13.702))
    survey.write(tmp_path / "survey")
    page = tmp_path / "survey" / ("survey.html" if lang == "de" else "survey.en.html")
    for width in (390, 1440):
        tab = open_tab(page, width=width, height=900)  # it has no program that would tell when it is ready
        assert violations(tab, axe) == []
        assert tab.outside == []
        assert tab.faults == []


def test_all_that_is_tapped_arrives_and_a_reload_loses_nothing(
    town: City, pages: dict[str, Path], open_tab: Callable[..., Any], tmp_path: Path
) -> None:
    seed = random.randrange(10**6)
    rng = random.Random(seed)
    known = config(pages["de"])
    count = len(known["places"])
    assert count > 24
    assert {each["attribute"] for place in known["places"] for each in place["asks"]} >= {
        "incline_pct", "surface_class", "width_m", "kerb_cm", "tactile",
    }  # fmt: skip
    tab = open_tab(pages["de"], **PHONE)
    tab.settled()
    half = count // 2
    expected = answer_all(tab, known, rng, range(half))
    tab.page.reload()
    tab.settled()
    assert tab.page.inner_text("#progress") == f"{half} von {count} Stellen erledigt"
    assert tab.page.inner_text("#card-title").startswith(f"Stelle {half + 1}:")
    expected |= answer_all(tab, known, rng, range(half, count))
    file = saved(tab, tmp_path)
    found = parse_survey(file)
    assert found.rejected == []
    assert file.read_text(encoding="utf-8-sig").splitlines()[0].split(",") == list(COLUMNS)
    assert not any(row.by or row.note for row in found.rows)
    laid = overlay_survey(town.edges, town.nodes, file, town.projection)
    assert laid.unmatched == []
    row_of = {name: row for row, name in enumerate(town.edges.ids())}
    for (name, attribute), value in expected.items():
        span = observed(attribute, attribute, value)
        assert span is not None
        held = [float(laid.edges[attribute + end][row_of[name]]) for end in ("_lower", "_upper")]
        assert held == pytest.approx([span.lower, span.upper], abs=1e-5), (name, attribute, value, seed)
    assert tab.outside == []
    assert tab.faults == []


def test_unsure_notes_numbers_and_what_is_only_sent_on_request(
    pages: dict[str, Path], open_tab: Callable[..., Any], tmp_path: Path
) -> None:
    known = config(pages["en"])
    tab = open_tab(
        pages["en"],
        geolocation={"latitude": 51.0321, "longitude": 13.7022},
        permissions=["geolocation"],
        **PHONE,
    )
    tab.settled()
    first, name = known["places"][0]["asks"][0]["attribute"], known["places"][0]["asks"][0]["targets"][0][0]
    choose(tab, first, -1)
    tab.page.fill("#note", '=HYPERLINK("x")\n"lovely", kerb=3 cm')
    tab.page.fill("#name", "Ann Example")
    number = next(
        n for n, each in enumerate(known["places"]) if each["asks"][0]["attribute"] == "incline_pct" and n
    )
    tab.page.click("#places summary")
    tab.page.click(f"#list li:nth-child({number + 1}) button")
    tab.page.fill("#exact-incline_pct", "99")
    assert tab.page.is_visible("#exact-incline_pct-wrong")
    assert "1 of" not in tab.page.inner_text("#progress")
    tab.page.fill("#exact-incline_pct", "4,5")
    assert not tab.page.is_visible("#exact-incline_pct-wrong")
    text = saved(tab, tmp_path).read_text(encoding="utf-8-sig")
    assert "Ann" not in text
    assert "position" not in text
    lines = text.splitlines()
    assert f"{name},{first},," in lines[1]
    assert "\"not sure; '=HYPERLINK" not in text
    assert "-4.5..4.5 %" in text
    assert [row.attribute for row in parse_survey(tmp_path / next(tmp_path.iterdir())).rows] == [
        "incline_pct"
    ] * len(known["places"][number]["asks"][0]["targets"])
    tab.page.check("#with-name")
    tab.page.check("#with-position")
    tab.until("document.getElementById('position').textContent.length > 20")
    assert tab.page.locator(".my-place").evaluate("(me) => !me.classList.contains('away')")
    tab.page.fill("#exact-incline_pct", "5")
    text = saved(tab, tmp_path).read_text(encoding="utf-8-sig")
    assert "Ann Example" in text
    assert "position 51.03210 13.70220" in text


def test_without_store_or_position_the_page_says_so_and_works(
    pages: dict[str, Path], chromium: Any, open_tab: Callable[..., Any], tmp_path: Path
) -> None:
    tab = open_tab(pages["de"], **PHONE)
    tab.page.add_init_script(
        "for (const name of ['localStorage', 'indexedDB']) Object.defineProperty(window, name,"
        " { get() { throw new DOMException('blocked', 'SecurityError'); } });"
    )
    tab.page.reload()
    tab.settled()
    assert "merkt sich nichts" in tab.page.inner_text("#kept")
    tab.page.click("#locate")
    tab.until("document.getElementById('position').textContent.startsWith('Ihr Gerät gibt')")
    attribute = config(pages["de"])["places"][0]["asks"][0]["attribute"]
    choose(tab, attribute, 0)
    tab.page.set_input_files("#photo", {"name": "a.png", "mimeType": "image/png", "buffer": PIXEL})
    tab.until("document.getElementById('card').textContent.includes('nicht speichern')")
    assert parse_survey(saved(tab, tmp_path)).rows
    assert tab.faults == []


def test_photos_stay_on_the_phone(
    pages: dict[str, Path], open_tab: Callable[..., Any], tmp_path: Path
) -> None:
    tab = open_tab(pages["de"], **PHONE)
    tab.settled()
    tab.page.set_input_files("#photo", {"name": "a.png", "mimeType": "image/png", "buffer": PIXEL})
    tab.until("document.querySelector('#photos img')?.naturalWidth === 1")
    tab.page.set_input_files("#photo", {"name": "a.png", "mimeType": "image/png", "buffer": b"no picture"})
    tab.until("document.getElementById('card').textContent.includes('kein Bild')")
    tab.page.reload()
    tab.settled()
    tab.until("document.querySelector('#photos img')?.naturalWidth === 1")
    assert saved(tab, tmp_path).stat().st_size < 300
    tab.page.click("#photos button")
    tab.until("document.querySelectorAll('#photos img').length === 0")


def test_sharing_hands_over_the_same_file(
    pages: dict[str, Path], open_tab: Callable[..., Any], tmp_path: Path
) -> None:
    tab = open_tab(pages["de"], **PHONE)
    tab.page.add_init_script(
        "navigator.canShare = () => true;"
        "navigator.share = async ({ files }) => { window.given = [files[0].name, await files[0].text()]; };"
    )
    tab.page.reload()
    tab.settled()
    choose(tab, config(pages["de"])["places"][0]["asks"][0]["attribute"], 1)
    tab.page.click("#share")
    tab.until("document.getElementById('sent').textContent.startsWith('Danke')")
    name, text = tab.page.evaluate("window.given")
    file = saved(tab, tmp_path)
    assert file.name == name
    assert file.read_text(encoding="utf-8-sig").splitlines() == text.removeprefix("\ufeff").splitlines()


@pytest.mark.parametrize(("lang", "scheme"), [("de", "light"), ("de", "dark"), ("en", "light")])
def test_no_violations_of_wcag(
    pages: dict[str, Path], open_tab: Callable[..., Any], axe: str, lang: str, scheme: str
) -> None:
    tab = open_tab(pages[lang], color_scheme=scheme, **PHONE)
    tab.settled()
    tab.page.click("#places summary")
    for number in wide(config(pages[lang])):
        tab.page.click(f"#list li:nth-child({number + 1}) button")
        for field in tab.page.locator(".exact input").all():
            field.fill("1000000")
        for question in tab.page.locator("#card > fieldset").all():
            question.locator(".tiles input").nth(1).check(force=True)
        assert violations(tab, axe) == []
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 390


def wide(known: dict[str, Any]) -> list[int]:
    """Places that together ask all there is."""
    seen: set[str] = set()
    found = []
    for number, place in enumerate(known["places"]):
        asked = {ask["attribute"] for ask in place["asks"]}
        if not asked <= seen:
            seen |= asked
            found.append(number)
    return found


def test_everything_is_large_enough_for_a_thumb(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    tab = open_tab(pages["de"], **PHONE)
    tab.settled()
    tab.page.click("#places summary")
    for number in wide(config(pages["de"])):
        tab.page.click(f"#list li:nth-child({number + 1}) button")
        small = tab.page.evaluate("""
            [...document.querySelectorAll(
              'button, summary, input[type=text], textarea, .tile, .tick, input[type=file]')]
              .map((part) => [part.id || part.className, part.getBoundingClientRect()])
              .filter(([, box]) => box.width && (box.width < 44 || box.height < 44))
              .map(([name, box]) => `${name} ${box.width} x ${box.height}`)""")
        assert small == []


def test_keyboard_alone_is_enough(
    pages: dict[str, Path], open_tab: Callable[..., Any], tmp_path: Path
) -> None:
    tab = open_tab(pages["de"], width=1280, height=900)
    tab.settled()
    attribute = config(pages["de"])["places"][0]["asks"][0]["attribute"]
    tab_until(tab, f"document.activeElement.name === '{attribute}'")
    assert (
        tab.page.evaluate("getComputedStyle(document.activeElement.closest('.tile')).outlineStyle") == "solid"
    )
    tab.page.keyboard.press("Space")
    tab.page.keyboard.press("ArrowDown")
    tab_until(tab, "document.activeElement.id === 'next'")
    tab.page.keyboard.press("Enter")
    assert tab.page.evaluate("document.activeElement.id") == "card"
    assert tab.page.inner_text("#card-title").startswith("Stelle 2")
    tab_until(tab, "document.activeElement.id === 'download'")
    with tab.page.expect_download() as download:
        tab.page.keyboard.press("Enter")
    download.value.save_as(tmp_path / "a.csv")
    (row, *_) = parse_survey(tmp_path / "a.csv").rows
    told = QUESTIONS[attribute].choices[1]
    assert row.span == observed(attribute, attribute, told.either or told.value)


def tab_until(tab: Any, expression: str) -> None:
    for _ in range(150):
        if tab.page.evaluate(expression):
            return
        tab.page.keyboard.press("Tab")
    raise AssertionError(f"never focused: {expression}")


def test_accessibility_tree(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    tab = open_tab(pages["en"], **PHONE)
    tab.settled()
    number = next(
        n for n, each in enumerate(config(pages["en"])["places"]) if each["asks"][0]["attribute"] == "kerb_cm"
    )
    tab.page.click("#places summary")
    tab.page.click(f"#list li:nth-child({number + 1}) button")
    choose(tab, "kerb_cm", 1)
    tree = tab.page.locator("body").aria_snapshot()
    for line in (
        'heading "Walk 1" [level=1]',
        'img "Map of walk 1; the same places are in the list below"',
        f'region "Place {number + 1}: kerb"',
        'group "How high is the kerb at its lowest point?"',
        'radio "level, up to 1 cm"',
        'radio "up to 3 cm" [checked]',
        'radio "not sure"',
        'textbox "Or measured, in cm"',
        'textbox "Note (optional)"',
        'button "Zoom in"',
        'navigation "Through the walk"',
        'button "Save as a file"',
    ):
        assert line in tree, line
    assert not re.search(
        r"(radio|button|textbox|checkbox|region)( \[|:|$)", tree, re.MULTILINE
    )  # all have names


def test_no_name_ever_runs(hostile_town: City, open_tab: Callable[..., Any], tmp_path: Path) -> None:
    page = walk_pages(hostile_town, tmp_path, contact="</script><script>window.XSS=20</script>")["de"]
    tab = open_tab(page, **PHONE)
    tab.settled()
    tab.page.fill("#note", "</textarea><img src=x onerror='window.XSS=21'>")
    for _ in range(12):
        tab.page.click("#next")
    tab.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert tab.page.evaluate("window.XSS") is None
    assert tab.page.evaluate("document.querySelectorAll('img, svg[onload], [onerror]').length") == 0
    text = saved(tab, tmp_path).read_text(encoding="utf-8-sig")
    assert "onerror" in text
    assert tab.outside == []
    assert tab.faults == []


def test_the_printed_sheet_has_a_row_per_place_and_the_answers(
    pages: dict[str, Path], open_tab: Callable[..., Any]
) -> None:
    known = config(pages["de"])
    tab = open_tab(pages["de"], **PHONE)
    tab.settled()
    attribute = known["places"][0]["asks"][0]["attribute"]
    choose(tab, attribute, 1)
    tab.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    tab.page.emulate_media(media="print")
    assert tab.page.locator("#sheet tbody tr").count() == len(known["places"])
    ticked = tab.page.locator("#sheet span").filter(has_text="☒").all_inner_texts()
    assert ticked[0] == f"☒ {known['questions'][attribute]['choices'][1]['label']}"
    for part, there in {
        "#sheet": True,
        "#frame": True,
        "#card": False,
        "#end": False,
        "#steps": False,
    }.items():
        assert tab.page.is_visible(part) is there, part


def test_the_map_is_tapped_moved_and_zoomed(pages: dict[str, Path], open_tab: Callable[..., Any]) -> None:
    tab = open_tab(pages["de"], **PHONE)
    tab.settled()
    tab.page.click("#whole")
    last = len(config(pages["de"])["places"])
    box = tab.page.locator(f".mark[data-place='{last - 1}'] .dot").bounding_box()
    tab.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert tab.page.inner_text("#card-title").startswith(f"Stelle {last}:")
    tab.page.evaluate("window.scrollTo(0, 0)")
    before = tab.page.locator(".walk-map").get_attribute("viewBox")
    frame = tab.page.locator("#frame").bounding_box()
    tab.page.mouse.move(frame["x"] + 200, frame["y"] + 100)
    tab.page.mouse.down()
    tab.page.mouse.move(frame["x"] + 120, frame["y"] + 130, steps=4)
    tab.page.mouse.up()
    moved = tab.page.locator(".walk-map").get_attribute("viewBox")
    assert moved != before
    tab.page.click("#zoom-in")
    width = [
        float(text.split()[2]) for text in (moved, tab.page.locator(".walk-map").get_attribute("viewBox"))
    ]
    assert width[1] < width[0]
