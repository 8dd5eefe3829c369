"""Measures switched on and off in the page: every time is that of a search from the start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from reports.toytown import times, toytown, with_works

from wegeketten.planning.compare import compare_measures
from wegeketten.reports.data import LIKELY, POSSIBLE, SURE
from wegeketten.reports.map import map_page, write_page
from wegeketten.reports.map_data import gather
from wegeketten.words.numbers import euro_range

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wegeketten.city import City

pytestmark = pytest.mark.browser

LEVELS = {"sure": SURE, "likely": LIKELY, "possible": POSSIBLE}
SEED = 20261130


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = toytown(12)
    return write_page(map_page(data, profile="wheelchair"), tmp_path_factory.mktemp("maps") / "map.html")


def switch(tab: Any, rows: list[int], *, on: bool) -> None:
    before = tab.page.evaluate("Number(document.documentElement.dataset.ready)")
    tab.page.evaluate(f"wegeketten.switchWorks({rows}, {'true' if on else 'false'}); 0")
    tab.settled(before + 1)


def test_any_order_of_switching_gives_the_times_of_the_set(page: Path, open_tab: Callable[..., Any]) -> None:
    """On, off and on again, for both profiles: equal to a plain search of the town with these works done."""
    data = toytown(12)
    rng = np.random.default_rng(SEED)
    tab = open_tab(page)
    tab.settled()
    changed = 0
    for turn in range(6):
        profile, service = turn % 2, turn % 3
        ready = tab.page.evaluate("Number(document.documentElement.dataset.ready)")
        tab.page.evaluate(f"wegeketten.choose({{profile: {profile}, service: {service}}}); 0")
        tab.settled(ready + 1)
        now = set(tab.page.evaluate("[...wegeketten.state.on]"))
        flipped = rng.choice(len(data.works), 12, replace=False).tolist()
        switch(tab, [row for row in flipped if row in now], on=False)
        switch(tab, [row for row in flipped if row not in now], on=True)
        on = sorted(now ^ set(flipped))
        assert sorted(tab.page.evaluate("[...wegeketten.state.on]")) == on
        layer, edges = data.profiles[profile], data.works.edges[on].tolist()
        for answer, level in LEVELS.items():
            shown = tab.page.evaluate(f"Array.from(wegeketten.state.times.{answer})")
            wanted = times(data, with_works(data, layer, edges, level), service, level)
            assert np.array_equal(shown, wanted), (SEED, turn, answer)
            changed += int((wanted < times(data, layer, service, level)).sum())
    assert changed > 100
    switch(tab, tab.page.evaluate("[...wegeketten.state.on]"), on=False)
    shown = tab.page.evaluate("Array.from(wegeketten.state.times.likely)")
    assert np.array_equal(shown, times(data, layer, service, LIKELY))
    assert tab.faults == []


def test_ways_over_mended_barriers_add_up(page: Path, open_tab: Callable[..., Any]) -> None:
    tab = open_tab(page, fragment="#set=1,2,3")
    tab.settled()
    switch(tab, list(range(0, 60, 2)), on=True)
    rows = tab.page.evaluate("""
        wegeketten.state.times.likely.reduce((rows, units, home) => {
          if (units === 2147483647 || units === wegeketten.state.today.times.likely[home]) return rows;
          const { sweeps } = wegeketten.state;
          const { weights } = sweeps.likely;
          const way = wegeketten.search.way(sweeps.likely, home);
          const whole = way.steps.slice(1, -1).reduce((sum, { edge, from, to }) =>
            sum + (from === to ? 0 : weights[2 * edge + (to < from ? 1 : 0)]), 0);
          rows.push([units, way.units, whole]);
          return rows;
        }, [])""")
    assert len(rows) > 20
    for units, told, whole in rows:
        assert units == told
        assert whole <= units


def test_the_page_says_what_compare_says(town: City, tmp_path: Path, open_tab: Callable[..., Any]) -> None:
    """A built town: times, people who gain and shares of a set equal `compare --measures`."""
    profiles, services = ("wheelchair", "rollator", "blind"), ["groceries", "pharmacy"]
    data = gather(town, profiles=profiles, services=services)
    tab = open_tab(write_page(map_page(data, profile="wheelchair"), tmp_path / "map.html"))
    tab.settled()
    rng = np.random.default_rng(SEED)
    from wegeketten.people.profile import load_profiles

    gained = 0.0
    for turn in range(2):
        on = sorted(rng.choice(len(data.works), min(12, len(data.works)), replace=False).tolist())
        named = town.edges.ids(np.asarray(data.works.edges)[on])
        rows = compare_measures(town, named, load_profiles(profiles), services=services).rows
        switch(tab, tab.page.evaluate("[...wegeketten.state.on]"), on=False)
        switch(tab, on, on=True)
        for p, profile in enumerate(profiles):
            for s, service in enumerate(services):
                ready = tab.page.evaluate("Number(document.documentElement.dataset.ready)")
                tab.page.evaluate(f"wegeketten.choose({{profile: {p}, service: {s}}}); 0")
                tab.settled(ready + 1)
                wanted = next(
                    row for row in rows
                    if (row["district"], row["profile"], row["service"]) == ("", profile, service)
                )  # fmt: skip
                people = tab.page.evaluate("wegeketten.gains().people")
                assert people == pytest.approx(wanted["gained"], abs=1e-3), (SEED, turn, profile, service)
                whole = tab.page.evaluate("wegeketten.shares.at(-1)")
                for answer, column in (("sure", "share_sure_after"), ("likely", "share_after")):
                    assert whole[answer] / whole["weight"] == pytest.approx(wanted[column], abs=1e-4)
                gained += people
    assert gained > 0


def test_switches_costs_and_link(page: Path, open_tab: Callable[..., Any]) -> None:
    tab = open_tab(page)
    tab.settled()
    tab.page.click("#whatif summary")
    before = tab.page.inner_text("#headline")
    boxes = tab.page.locator("#measures-list input")
    boxes.nth(0).check()
    tab.until("wegeketten.state.on.size === 2")
    assert "2.000 bis 8.000\u00a0€" in tab.page.inner_text("#whatif-sum")
    assert tab.page.inner_text("#headline").startswith("Wären die 2 gewählten Stellen behoben: ")
    boxes.nth(1).check()
    tab.until("wegeketten.state.on.size === 4")
    assert "3.000 bis 17.000\u00a0€" in tab.page.inner_text("#whatif-sum")
    fragment = tab.page.evaluate("location.hash")
    assert "set=1,2" in fragment
    again = open_tab(page, fragment=fragment)
    again.settled()
    assert again.page.evaluate("[...wegeketten.state.on].sort()") == tab.page.evaluate(
        "[...wegeketten.state.on].sort()"
    )
    assert again.page.inner_text("#headline") == tab.page.inner_text("#headline")
    tab.page.check("#time-before")
    tab.until("wegeketten.state.time === 'before'")
    assert tab.page.inner_text("#headline").endswith(before)
    tab.page.go_back()
    tab.until("wegeketten.state.time === 'after'")
    tab.page.go_back()
    tab.until("wegeketten.state.on.size === 2")
    assert boxes.nth(0).is_checked()
    assert not boxes.nth(1).is_checked()
    tab.page.go_back()
    tab.until("wegeketten.state.on.size === 0")
    assert tab.page.inner_text("#headline") == before
    assert tab.faults == []


def test_a_tapped_barrier_can_be_switched(page: Path, open_tab: Callable[..., Any]) -> None:
    data = toytown(12)
    tab = open_tab(page)
    tab.settled()
    named = {barrier for mark in data.measures for barrier in mark.barrier_ids}
    network, edge = data.network, int(data.works.edges[-1])
    name = f"{network.osm_type[edge].decode()}{network.osm_id[edge]}" + (
        ":0" if network.part[edge] == 0 else ""
    )
    assert name not in named
    tab.page.evaluate(f"wegeketten.tellBarrier({edge})")
    tab.until("document.querySelector('#answer button.switch') !== null")
    tab.page.click("#answer button.switch")
    tab.until("wegeketten.state.on.size === 1")
    assert f"set={name}" in tab.page.evaluate("location.hash")
    tab.page.click("#whatif summary")
    assert tab.page.locator("#own-list li").count() == 1
    low, high = int(data.works.low_eur[-1]), int(data.works.high_eur[-1])
    assert euro_range(low, high, "de") in tab.page.inner_text("#own-list")
    tab.page.click("#gain-button")
    tab.until("document.querySelector('#gain-status').textContent.startsWith('Mindestens ein Ziel')")


@pytest.mark.parametrize("zoom", [13, 16])
def test_tiles_painted_anew_in_part_are_those_painted_whole(
    page: Path, open_tab: Callable[..., Any], zoom: int
) -> None:
    data = toytown(12)
    at = f"{float(np.mean(data.homes.lat)):.5f}/{float(np.mean(data.homes.lon)):.5f}"
    tab = open_tab(page, fragment=f"#at={zoom}/{at}")
    tab.settled()
    switch(tab, list(range(len(data.works))), on=True)
    tab.until("wegeketten.tiles.due.size === 0")
    pixels = "Object.values(wegeketten.tiles._tiles).map(({ el }) => el.toDataURL())"
    in_part = tab.page.evaluate(pixels)
    tab.page.evaluate("wegeketten.tiles.repaint(null, true)")
    assert in_part == tab.page.evaluate(pixels)
    assert len(set(in_part)) > 1
    switch(tab, list(range(len(data.works))), on=False)
    tab.until("wegeketten.tiles.due.size === 0")
    assert in_part != tab.page.evaluate(pixels)


def test_ranges_of_euros_are_written_alike(page: Path, open_tab: Callable[..., Any]) -> None:
    tab = open_tab(page)
    tab.settled()
    pairs = [
        (8726, 34906),
        (2400, 5640),
        (500, 500),
        (12, 99),
        (40, 123456),
        (999, 1001),
        (1_250_000, 1_260_000),
    ]
    shown = tab.page.evaluate(
        f"{[list(pair) for pair in pairs]}.map(([low, high]) => wegeketten.euroRange(low, high))"
    )
    assert shown == [euro_range(low, high, "de") for low, high in pairs]
