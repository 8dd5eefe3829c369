"""The map's page as text: the same each time, nothing from anywhere, nothing that runs but its own code."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import numpy as np
import pytest
from reports.payloads import PAYLOADS
from reports.toytown import toytown

from wegeketten.errors import InputDataError, UsageError
from wegeketten.reports import inline
from wegeketten.reports.data import District
from wegeketten.reports.inline import outside_addresses
from wegeketten.reports.map import map_page, write_page
from wegeketten.reports.map_data import gather
from wegeketten.reports.varint import unpack

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City


class Elements(HTMLParser):
    """Start tags with their attributes, and the content of scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.code: list[tuple[dict[str, str | None], str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self.code.append((dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] in ("script", "style"):
            attributes, before = self.code[-1]
            self.code[-1] = (attributes, before + data)

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(("/" + tag, {}))


@pytest.mark.parametrize("lang", ["de", "en"])
def test_two_runs_give_the_same_page(lang: str) -> None:
    assert map_page(toytown(), lang=lang) == map_page(toytown(), lang=lang)


def test_page_states_language_title_attribution_and_licence() -> None:
    page = map_page(toytown(), lang="de")
    assert '<html lang="de">' in page
    assert "<title>Barrierefreie Wege: Musterstadt</title>" in page
    assert "© OpenStreetMap contributors" in page
    assert "https://opendatacommons.org/licenses/odbl/1-0/" in page
    assert "user-scalable" not in page
    assert "BSD-2-Clause" in page  # Leaflet's licence is named where its code is


def test_policy_allows_exactly_the_pages_own_code() -> None:
    page = map_page(toytown())
    elements = Elements(page)
    policy = next(a["content"] for t, a in elements.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")
    allowed = set(re.findall(r"'sha256-([^']+)'", policy))
    runs = [code for attributes, code in elements.code if attributes.get("type") is None]
    assert {base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in runs} == allowed


def test_nothing_is_asked_from_anywhere() -> None:
    page = map_page(toytown())
    assert outside_addresses(page) == []
    for tag, attributes in Elements(page).tags:
        if tag != "a":
            assert not any(str(value).startswith(("http:", "https:", "//")) for value in attributes.values())
        assert not any(name.startswith("on") for name in attributes)


@pytest.mark.parametrize(
    "tiles",
    [
        "javascript:alert(1)//{z}{x}{y}",
        "https://tile.example.org/one.png",
        "https://a.org/{z}/{x}/{y}.png; script-src *",
        'https://a.org/{z}/{x}/{y}"><script>',
        "//a.org/{z}/{x}/{y}.png",
    ],
)
def test_other_things_than_tiles_are_refused(tiles: str) -> None:
    with pytest.raises(UsageError, match="--tiles"):
        map_page(toytown(), tiles=tiles)


def test_online_tiles_only_on_request() -> None:
    page = map_page(toytown(), tiles="https://tile.example.org/{z}/{x}/{y}.png")
    assert "img-src data: blob: https://tile.example.org;" in page
    assert "tile.example.org" not in map_page(toytown())


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_name_leaves_its_place(payload: str) -> None:
    plain, planted = Elements(map_page(toytown())), Elements(map_page(toytown(hostile=[payload])))
    # The notes of a hostile town add one paragraph; every other tag is the same.
    extra: list[tuple[str, dict[str, str]]] = [("p", {}), ("/p", {})]
    assert [t for t, _ in planted.tags] == _with_note([t for t, _ in plain.tags], [t for t, _ in extra])
    own = [code for attributes, code in planted.code if attributes.get("type") is None]
    assert own == [code for attributes, code in plain.code if attributes.get("type") is None]


def _with_note(tags: list[str], note: list[str]) -> list[str]:
    end = len(tags) - 1 - tags[::-1].index("/details")
    return tags[:end] + note + tags[end:]


def test_a_changed_vendored_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    inline.vendored.cache_clear()
    monkeypatch.setattr(inline, "asset_bytes", lambda *_: b"changed")
    with pytest.raises(InputDataError, match="not the pinned file"):
        inline.vendored("leaflet", "leaflet.js")
    inline.vendored.cache_clear()


@pytest.mark.parametrize(
    "choice", [{"profile": "unicyclist"}, {"service": "volcano"}, {"answer": "perhaps"}, {"lang": "fr"}]
)
def test_unknown_choices_are_named(choice: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=next(iter(choice.values()))):
        map_page(toytown(), **choice)


def test_data_in_the_page_are_the_data_given() -> None:
    data = toytown()
    page = map_page(data)
    islands = dict(re.findall(r'<script type="text/plain" id="([^"]+)">([^<]*)</script>', page))
    network = unpack(islands["data-network"])
    assert network["u"].tolist() == data.network.u.tolist()
    assert network["osm_id"].tolist() == data.network.osm_id.tolist()
    doors = unpack(islands["data-doors"])
    assert np.allclose(doors["home_lon"] / 1e6, data.homes.lon, atol=6e-7)
    assert [doors["streets"][row] for row in doors["home_street"]] == list(data.homes.street)
    config = json.loads(re.search(r'id="config">(.*?)</script>', page).group(1))  # type: ignore[union-attr]
    assert [profile["id"] for profile in config["profiles"]] == ["walker", "wheelchair"]


def test_written_whole(tmp_path: Path) -> None:
    page = map_page(toytown(4))
    assert write_page(page, tmp_path / "new" / "map.html").read_text(encoding="utf-8") == page
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["map.html"]


def test_a_city_without_districts_or_places_has_a_map_too() -> None:
    from dataclasses import replace

    data = replace(toytown(4), districts=[District("x", "ohne Umriss", [])])
    assert "ohne Umriss" in map_page(data)


def test_the_page_dates_map_and_people(town: City) -> None:
    """On page one, in words: how old is what one looks at."""
    dated = replace(town, meta={**town.meta, "osm_timestamp": "2020-01-14T21:22:02Z"})
    page = map_page(gather(dated, profiles=["walker"], services=["pharmacy"]))
    assert '<p id="stand">Karte vom 14. Januar 2020.</p>' in page
    undated = replace(town, meta={**town.meta, "osm_timestamp": ""})
    assert "Map of an unknown day." in map_page(
        gather(undated, profiles=["walker"], services=["pharmacy"], lang="en"), lang="en"
    )
