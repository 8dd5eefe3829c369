"""The page of all cities of a batch, in a browser: accessible and no wider than its window."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from reports.browser import violations

from wegeketten.batches.page import overview_page
from wegeketten.files.json import write_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_NAMES = (
    "Adorf",
    "<b>Bestadt</b>",
    "Mönchengladbach an der langen Niederung unter dem Walde",
    "Dorf ohne Laden",
)


def country() -> dict[str, Any]:
    """An overview of four cities: two profiles, three services, one of them unknown in one city."""
    rows = [
        (city, profile, service)
        for city in range(len(_NAMES))
        for profile in ("walker", "rollator")
        for service in ("groceries", "pharmacy", "stop")
    ]
    likely = np.array([(7 * row % 11) / 10.5 for row in range(len(rows))])
    likely[-1] = np.nan
    return {
        "city": [f"c{city}" for city, _, _ in rows],
        "name": [_NAMES[city] for city, _, _ in rows],
        "lon": np.array([7.0 + city for city, _, _ in rows]),
        "lat": np.array([51.0 + city / 3 for city, _, _ in rows]),
        "profile": [profile for _, profile, _ in rows],
        "service": [service for _, _, service in rows],
        "homes": np.full(len(rows), 100),
        "people": np.array([10.0 ** (2 + city) for city, _, _ in rows]),
        "standard_s": np.full(len(rows), 900.0),
        "share_sure": likely / 2,
        "share_likely": likely,
        "share_possible": (1 + likely) / 2,
    }


def test_each_cell_names_its_column_for_phones() -> None:
    cells = re.findall("<td[^>]*>", overview_page(country(), "en"))
    assert len(cells) > 20
    assert all(re.search('data-title="[^"]+"', cell) for cell in cells)


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_overview_of_a_batch_is_accessible(
    tmp_path: Path, open_tab: Callable[..., Any], axe: str, lang: str, width: int
) -> None:
    write_text(tmp_path / "overview.html", overview_page(country(), lang))
    tab = open_tab(tmp_path / "overview.html", width=width)
    assert violations(tab, axe) == []
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.page.locator("text=<b>Bestadt</b>").count() > 0
