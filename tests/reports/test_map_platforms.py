"""Platforms raised in the page: times, people who gain and links, beside kerbs on the way to them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from reports.toytown import times, toytown, with_works
from support.stops_town import AT, LOW, build

import wegeketten as wk
from wegeketten.errors import UsageError
from wegeketten.people.profile import load_profile, load_profiles
from wegeketten.planning.chain_task import outings
from wegeketten.planning.compare import compare_measures
from wegeketten.planning.stop_tasks import UsableStops
from wegeketten.reports.data import CLOSED, LIKELY, POSSIBLE, SURE
from wegeketten.reports.map import map_page, write_page
from wegeketten.reports.map_data import gather

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wegeketten.city import City
    from wegeketten.reports.data import MapData

SEED = 20261201
LEVELS = {"sure": SURE, "likely": LIKELY, "possible": POSSIBLE}
ASKED = UsableStops(1, AT)
STOPS = [0, 1, 2, 3, 6]
"""Places of the toy town whose works can be switched: all of its first service, one of its second."""


def with_stops(data: MapData) -> MapData:
    """The toy town with works on some of its places."""
    rng = np.random.default_rng(SEED)
    before = {0: CLOSED, 1: POSSIBLE, 2: CLOSED, 3: LIKELY, 6: CLOSED}
    profiles = []
    for layer in data.profiles:
        level = layer.place_level.copy()
        level[list(before)] = list(before.values())
        after = np.maximum(level[STOPS], rng.integers(1, 4, len(STOPS))).astype(np.uint8)
        profiles.append(replace(layer, place_level=level, works_places=after))
    works = data.works
    more = np.arange(1, len(STOPS) + 1) * 30_000
    works = replace(
        works,
        places=np.array(STOPS),
        low_eur=np.concatenate([works.low_eur, more]),
        typical_eur=np.concatenate([works.typical_eur, 2 * more]),
        high_eur=np.concatenate([works.high_eur, 3 * more]),
        name=np.concatenate([works.name, np.zeros(len(STOPS), dtype=np.int64)]),
    )
    return replace(data, works=works, profiles=profiles)


def switch(tab: Any, rows: list[int], *, on: bool) -> None:
    before = tab.page.evaluate("Number(document.documentElement.dataset.ready)")
    tab.page.evaluate(f"wegeketten.switchWorks({rows}, {'true' if on else 'false'}); 0")
    tab.settled(before + 1)


def choose(tab: Any, profile: int, service: int) -> None:
    ready = tab.page.evaluate("Number(document.documentElement.dataset.ready)")
    tab.page.evaluate(f"wegeketten.choose({{profile: {profile}, service: {service}}}); 0")
    tab.settled(ready + 1)


@pytest.mark.browser
def test_any_order_of_switching_gives_the_times_of_the_set(
    tmp_path: Path, open_tab: Callable[..., Any]
) -> None:
    """Platforms and edges, on, off and on again: equal to a plain search with these works done."""
    data = with_stops(toytown(12))
    edges = len(data.works.edges)
    tab = open_tab(write_page(map_page(data, profile="wheelchair"), tmp_path / "map.html"))
    tab.settled()
    rng = np.random.default_rng(SEED)
    gained_by_stops = 0
    for turn in range(8):
        profile, service = turn % 2, (0, 0, 1, 0)[turn % 4]
        choose(tab, profile, service)
        now = set(tab.page.evaluate("[...wegeketten.state.on]"))
        flipped = rng.choice(edges, 8, replace=False).tolist()
        flipped += (edges + rng.choice(len(STOPS), 3, replace=False)).tolist()
        switch(tab, [row for row in flipped if row in now], on=False)
        switch(tab, [row for row in flipped if row not in now], on=True)
        on = sorted(now ^ set(flipped))
        assert sorted(tab.page.evaluate("[...wegeketten.state.on]")) == on
        layer = data.profiles[profile]
        levels = layer.place_level.copy()
        for row in (one - edges for one in on if one >= edges):
            levels[STOPS[row]] = layer.works_places[row]
        mended = data.works.edges[[row for row in on if row < edges]].tolist()
        for answer, level in LEVELS.items():
            shown = tab.page.evaluate(f"Array.from(wegeketten.state.times.{answer})")
            kerbs = with_works(data, layer, mended, level)
            wanted = times(data, replace(kerbs, place_level=levels), service, level)
            assert np.array_equal(shown, wanted), (SEED, turn, answer)
            gained_by_stops += int((wanted < times(data, kerbs, service, level)).sum())
    assert gained_by_stops > 200
    switch(tab, tab.page.evaluate("[...wegeketten.state.on]"), on=False)
    shown = tab.page.evaluate("Array.from(wegeketten.state.times.likely)")
    assert np.array_equal(shown, times(data, data.profiles[profile], service, LIKELY))
    assert tab.faults == []


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return build(tmp_path_factory.mktemp("low"), LOW)


@pytest.mark.browser
def test_the_page_says_what_compare_says(city: City, tmp_path: Path, open_tab: Callable[..., Any]) -> None:
    """Every set of the town's kerb and platforms: people who gain and shares, for two profiles."""
    profiles = ("wheelchair", "walker")
    data = gather(city, profiles=profiles, services=["stop"], usable_stops=ASKED)
    names = [
        *city.edges.ids(np.asarray(data.works.edges)),
        *(data.places.place_id[place] for place in np.asarray(data.works.places).tolist()),
    ]
    assert {"stop:de:1:2:1", "stop:de:1:2:3"} <= set(names)
    tab = open_tab(write_page(map_page(data, profile="wheelchair"), tmp_path / "map.html"))
    tab.settled()
    gained = 0.0
    rng = np.random.default_rng(SEED)
    for turn in range(6):
        rows = np.flatnonzero(rng.random(len(names)) < 0.5).tolist()
        found = compare_measures(
            city, [names[row] for row in rows], load_profiles(profiles), services=["stop"], usable_stops=ASKED
        )
        switch(tab, tab.page.evaluate("[...wegeketten.state.on]"), on=False)
        switch(tab, rows, on=True)
        for number, profile in enumerate(profiles):
            choose(tab, number, 0)
            (wanted,) = [row for row in found.rows if (row["district"], row["profile"]) == ("", profile)]
            people = tab.page.evaluate("wegeketten.gains().people")
            assert people == pytest.approx(wanted["gained"], abs=1e-3), (SEED, turn, profile)
            whole = tab.page.evaluate("wegeketten.shares.at(-1)")
            for answer, column in (("sure", "share_sure_after"), ("likely", "share_after")):
                assert whole[answer] / whole["weight"] == pytest.approx(wanted[column], abs=1e-4)
            gained += people
    assert gained > 0
    assert tab.faults == []


@pytest.mark.browser
def test_measures_stops_and_links(city: City, tmp_path: Path, open_tab: Callable[..., Any]) -> None:
    """A platform of the plan can be switched, one that is tapped too, and the link holds both."""
    made = wk.plan(city, profile="wheelchair", service="stop", usable_stops=1, at=AT, worlds=0)
    made.write(tmp_path / "plan")
    wk.stops(city, profile="wheelchair", at=AT).write(tmp_path / "stops")
    page = wk.map(
        city, tmp_path / "map.html", profile="wheelchair", service="stop", usable_stops=1, at=AT,
        plan=tmp_path / "plan", stops=tmp_path / "stops",
    )  # fmt: skip
    tab = open_tab(page)
    tab.settled()
    assert "am 3. März 2026: mindestens 1." in tab.page.text_content("#standard-told")
    assert ". Als Haltestelle zählt hier nur" in tab.page.text_content("#standard-told")
    tab.page.click("#whatif summary")
    boxes = tab.page.locator("#measures-list input")
    first = len(
        gather(city, profiles=["wheelchair"], services=["stop"]).works
    )  # numbers of platforms start here
    items = tab.page.evaluate("wegeketten.config.measures")
    platform = next(row for row, item in enumerate(items) if max(item["works"], default=0) >= first)
    boxes.nth(platform).check()
    tab.until("wegeketten.state.on.size >= 1")
    assert tab.page.evaluate("wegeketten.gains().people") > 0
    stop = tab.page.evaluate("wegeketten.config.stops.findIndex((item) => item.place === 'stop:de:1:2:3')")
    switch(tab, tab.page.evaluate("[...wegeketten.state.on]"), on=False)
    tab.page.evaluate(f"wegeketten.tell(wegeketten.config.stops[{stop}])")
    tab.until("document.querySelector('#answer button.switch') !== null")
    tab.page.click("#answer button.switch")
    tab.until("wegeketten.state.on.size === 1")
    assert "Steig einer Haltestelle" in tab.page.inner_text("#own-list") or tab.page.evaluate(
        "wegeketten.config.measures.some((item) => wegeketten.isOn(item))"
    )
    fragment = tab.page.evaluate("location.hash")
    again = open_tab(page, fragment=fragment)
    again.settled()
    assert again.page.evaluate("[...wegeketten.state.on]") == tab.page.evaluate("[...wegeketten.state.on]")
    assert again.page.inner_text("#headline") == tab.page.inner_text("#headline")
    assert tab.faults == again.faults == []


def test_today_is_what_a_scan_with_usable_stops_says(city: City) -> None:
    scan = wk.scan(city, profile="wheelchair", service="stop", usable_stops=1, at=AT)
    data = gather(city, profiles=["wheelchair"], services=["stop"], usable_stops=ASKED)
    for answer, level in LEVELS.items():
        found = times(data, data.profiles[0], 0, level)
        assert np.array_equal(found, scan.reach["wheelchair"].units[answer][:, 0]), answer


def test_what_cannot_be_told_is_refused(city: City) -> None:
    with pytest.raises(UsageError, match="add --service stop"):
        gather(city, profiles=["walker"], services=["pharmacy"], usable_stops=ASKED)
    with pytest.raises(UsageError, match="leave out --worlds"):
        gather(city, profiles=["walker"], services=["stop"], usable_stops=ASKED, worlds=2)
    with pytest.raises(UsageError, match="any mapped stop"):
        gather(
            city, profiles=[load_profile("walker")], services=["stop"], usable_stops=ASKED,
            chains=outings(["stop"], returning=False),
        )  # fmt: skip
