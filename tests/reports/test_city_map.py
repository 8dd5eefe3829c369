"""The map of a built city: what the browser shows is what the scan says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from wegeketten.model.answers import ANSWERS
from wegeketten.pipeline.build import build
from wegeketten.reach.scan import scan
from wegeketten.reach.shares import shares_of
from wegeketten.reports.map import map_page, write_map, write_page
from wegeketten.reports.map_data import gather

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wegeketten.city import City

PROFILES = ("walker", "rollator", "wheelchair", "blind")


def test_two_maps_of_a_city_are_the_same(town: City, tmp_path: Path) -> None:
    first = write_map(town, tmp_path / "a.html", profile="wheelchair").read_bytes()
    assert write_map(town, tmp_path / "b.html", profile="wheelchair").read_bytes() == first


def test_every_level_and_time_is_the_profiles(town: City) -> None:
    from wegeketten.people.profile import load_profile

    for layer in gather(town, profiles=PROFILES).profiles:
        weights = town.weights(load_profile(layer.id))
        for answer, least in (("sure", 3), ("likely", 2), ("possible", 1)):
            wanted = getattr(weights, answer)
            assert np.array_equal(np.where(layer.level >= least, layer.units, 2**31 - 1), wanted)


@pytest.mark.browser
def test_browser_and_scan_agree(town: City, tmp_path: Path, open_tab: Callable[..., Any]) -> None:
    services = ["groceries", "pharmacy", "doctor", "toilet"]
    _assert_agreement(town, tmp_path, open_tab, PROFILES, services)


@pytest.mark.browser
@pytest.mark.data
def test_browser_and_scan_agree_on_a_real_city(
    shared_data: Path, tmp_path: Path, open_tab: Callable[..., Any]
) -> None:
    source = shared_data / "osm" / "berlin-miraustrasse_2026-07.osm.pbf"
    services = ["pharmacy", "stop", "park"]
    _assert_agreement(
        build(source, tmp_path / "city"), tmp_path, open_tab, ["rollator", "powerchair"], services
    )


def _assert_agreement(
    city: City, tmp_path: Path, open_tab: Callable[..., Any], profiles: Any, services: list[str]
) -> None:
    result = scan(city, profiles=profiles, services=services)
    page = write_page(map_page(gather(city, profiles=profiles, services=services)), tmp_path / "map.html")
    tab = open_tab(page)
    tab.settled()
    answered = 1
    everyone = np.arange(len(city.homes["home_id"]))
    shares = {(share.profile, share.service): share for share in shares_of(result, everyone, "")}
    for p, profile in enumerate(result.profiles):
        for s, service in enumerate(services):
            tab.page.evaluate(f"wegeketten.choose({{profile: {p}, service: {s}}}); 0")
            answered += 1
            tab.settled(answered)
            for answer in ANSWERS:
                shown = tab.page.evaluate(f"Array.from(wegeketten.state.times.{answer})")
                assert np.array_equal(shown, result.reach[profile.id].units[answer][:, s]), (
                    profile.id,
                    service,
                )
            whole = tab.page.evaluate("wegeketten.shares[wegeketten.shares.length - 1]")
            share = shares[profile.id, service]
            for answer in ANSWERS:
                assert whole[answer] / whole["weight"] == pytest.approx(
                    getattr(share, f"share_{answer}"), abs=1e-6
                )
    assert tab.faults == []
    assert tab.outside == []


@pytest.mark.browser
def test_names_of_a_hostile_city_never_run(
    hostile_town: City, tmp_path: Path, open_tab: Callable[..., Any]
) -> None:
    page = write_map(hostile_town, tmp_path / "map.html", title="<img src=x onerror=window.XSS=1>")
    tab = open_tab(page)
    tab.settled()
    for home in range(0, 101, 7):
        tab.page.evaluate(f"wegeketten.select({home})")
    tab.page.click("#list-button")
    for kind in ("districts", "homes", "places", "barriers"):
        tab.page.click(f"#tab-{kind}")
    assert tab.page.evaluate("window.XSS") is None
    assert tab.page.evaluate("document.querySelectorAll('img').length") == 0
    assert tab.faults == []
    assert tab.outside == []
