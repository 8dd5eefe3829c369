"""Survey walks from page to city: every value that is tapped on a phone, and every contradiction.

Run by hand; it needs Chromium: ``python -m benchmarks.survey_walks EXTRACT CITY`` (CITY: built of
EXTRACT without a survey). Prints what was tapped, what arrived, and what contradictions came to.
"""

from __future__ import annotations

import csv
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import wegeketten as wk
from wegeketten.fieldwork.choices import QUESTIONS
from wegeketten.fieldwork.phone import phone_page
from wegeketten.planning.walks import Walk
from wegeketten.tags.survey_file import observed

if TYPE_CHECKING:
    from wegeketten.planning.survey import Survey

PLACES = 200
DISAGREE = 10


def main(extract: str, city_folder: str) -> None:
    """Fill in 200 places, build, compare; then let five people contradict each other ten times."""
    from playwright.sync_api import sync_playwright

    seed = random.randrange(10**6)
    rng = random.Random(seed)
    folder = Path(tempfile.mkdtemp())
    before = wk.open(city_folder)
    survey = wk.survey(before, profile=["wheelchair", "blind"], n=700, minutes=1e5, walk=1e6)
    places = survey.walks[0].places[:PLACES]
    print(f"seed {seed}; {len(places)} places, {sum(map(len, places))} readings")
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = _page(survey, before, places, folder / "walk.html")
        start = time.process_time()
        expected = _fill(browser, page, folder / "one.csv", rng, reload_at=len(places) // 2)
        after = wk.build(extract, folder / "after", survey=folder / "one.csv")
        wrong = [name for name, value in expected.items() if not _holds(after, *name, value)]
        print(f"{len(expected)} values tapped, {len(wrong)} did not arrive {wrong[:3]}")
        print(
            f"page {page.stat().st_size / 1000:.0f} kB; {time.process_time() - start:.0f} s of processor time"
        )
        found = wk.compare(before, after, profile="wheelchair", worlds=0).survey
        assert found is not None
        print(found._replace(rows=()))
        page = _page(survey, before, places[:40], folder / "short.html")
        sent = folder / "sent"
        sent.mkdir()
        said = _five(browser, page, sent, rng)
        browser.close()
    both = wk.build(extract, folder / "both", survey=sent)
    with (folder / "both/survey_conflicts.csv").open(encoding="utf-8", newline="") as file:
        told = [row["attribute"] for row in csv.DictReader(file)]
    print(f"5 files, {said} contradictions made, {len(told)} listed")
    print("\n".join(note for note in both.meta["notes"] if "survey" in note or "stays possible" in note))


def _page(survey: Survey, city: Any, places: Any, path: Path) -> Path:
    path.write_text(phone_page(survey, city, Walk(tuple(places), 0.0, 0.0), 1), encoding="utf-8")
    return path


def _known(tab: Any) -> Any:
    return tab.evaluate("JSON.parse(document.getElementById('config').textContent)")


def _fill(
    browser: Any, page: Path, to: Path, rng: random.Random, reload_at: int
) -> dict[tuple[str, str], str]:
    tab = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True).new_page()
    tab.goto(page.as_uri())
    known, expected = _known(tab), {}
    for number, place in enumerate(known["places"]):
        for ask in place["asks"]:
            attribute = ask["attribute"]
            choice = rng.randrange(len(QUESTIONS[attribute].choices))
            _tap(tab, attribute, choice)
            told = QUESTIONS[attribute].choices[choice]
            for name, *_ in ask["targets"]:
                expected[name, attribute] = told.either or told.value
        if number == reload_at:
            tab.reload()
        if number + 1 < len(known["places"]):
            tab.click("#next")
    _save(tab, to)
    return expected


def _five(browser: Any, page: Path, folder: Path, rng: random.Random) -> int:
    """Five people answer alike; in ten readings one of them does not."""
    tab = browser.new_context().new_page()
    tab.goto(page.as_uri())
    known = _known(tab)
    asks = [(n, ask["attribute"]) for n, place in enumerate(known["places"]) for ask in place["asks"]]
    right = {ask: rng.randrange(len(QUESTIONS[ask[1]].choices)) for ask in asks}
    other = {ask: rng.randrange(5) for ask in rng.sample(asks, DISAGREE)}
    for person in range(5):
        tab = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True).new_page()
        tab.goto(page.as_uri())
        for number, place in enumerate(known["places"]):
            for ask in place["asks"]:
                key = number, ask["attribute"]
                count = len(QUESTIONS[ask["attribute"]].choices)
                _tap(tab, ask["attribute"], (right[key] + (other.get(key) == person)) % count)
            if number + 1 < len(known["places"]):
                tab.click("#next")
        _save(tab, folder / f"person{person}.csv")
    return len(other)


def _tap(tab: Any, attribute: str, choice: int) -> None:
    tab.locator(f"#ask-{attribute} > .tiles input[value='{choice}']").check(force=True)


def _save(tab: Any, to: Path) -> None:
    with tab.expect_download() as download:
        tab.click("#download")
    download.value.save_as(to)


def _holds(city: Any, name: str, attribute: str, value: str) -> bool:
    span = observed(attribute, attribute, value)
    (row,) = [n for n, each in enumerate(city.edges.ids()) if each == name]
    ends = [float(city.edges[attribute + end][row]) for end in ("_lower", "_upper")]
    return span is not None and abs(ends[0] - span.lower) < 1e-4 and abs(ends[1] - span.upper) < 1e-4


if __name__ == "__main__":
    main(*sys.argv[1:])
