"""A browser for the pages, and pages for the browser."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from reports.browser import Tab
from reports.payloads import PAYLOADS
from reports.town import write_town

from wegeketten.pipeline.build import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wegeketten.city import City

_CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_AXE = Path(__file__).parent / ".browser" / "axe-core/axe.min.js"


@pytest.fixture(scope="session")
def axe() -> str:
    """Source of axe-core; the test is skipped where ``browser-setup.sh`` has not fetched it."""
    if not _AXE.is_file():
        pytest.skip("axe-core is not here; tests/reports/browser-setup.sh fetches it")
    return _AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, headless; the test is skipped where there is none."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no Chromium here; tests/reports/browser-setup.sh installs it")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=program, args=_CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A small built city."""
    folder = tmp_path_factory.mktemp("town")
    return build(write_town(folder / "musterstadt_2026-07.osm"), folder / "city")


@pytest.fixture(scope="session")
def hostile_town(tmp_path_factory: pytest.TempPathFactory) -> City:
    """The same city with texts that have run elsewhere as names of everything."""
    folder = tmp_path_factory.mktemp("hostile")
    return build(write_town(folder / "town.osm", hostile=PAYLOADS), folder / "city")


@pytest.fixture
def open_tab(chromium: Any) -> Iterator[Callable[..., Tab]]:
    """Open a file with the network cut."""
    contexts = []

    def open_file(
        path: Path, *, fragment: str = "", width: int = 1280, height: int = 900, **options: Any
    ) -> Tab:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, bypass_csp=False, **options
        )
        contexts.append(context)
        context.route(re.compile("^(https?|wss?)://"), lambda route: route.abort())
        tab = Tab(context.new_page())
        tab.page.goto(path.as_uri() + fragment)
        return tab

    yield open_file
    for context in contexts:
        context.close()
