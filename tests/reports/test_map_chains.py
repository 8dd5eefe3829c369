"""Chains of errands in the page: every home's time is that of the package, today and with measures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from reports.browser import violations

from wegeketten.errors import UsageError
from wegeketten.people.profile import load_profiles
from wegeketten.planning.chain_task import Outing, outing_task
from wegeketten.planning.round_trip import state_of
from wegeketten.reports.map import map_page, write_page
from wegeketten.reports.map_data import gather
from wegeketten.routing import INF
from wegeketten.whatif.candidates import find_candidates

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wegeketten.city import City

pytestmark = pytest.mark.browser

SEED = 20261201
PROFILES = ("wheelchair", "rollator", "walker")
OUTINGS = (
    Outing(("pharmacy", "groceries"), returning=True),
    Outing(("groceries", "pharmacy")),
    Outing(("bank", "groceries", "pharmacy"), returning=True, minutes=30),
    Outing(("pharmacy",), returning=True),
)


@pytest.fixture(scope="module")
def page(town: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = gather(
        town, profiles=PROFILES, services=["groceries", "pharmacy", "bank"], chains=OUTINGS, worlds=4
    )
    return write_page(map_page(data, profile="wheelchair"), tmp_path_factory.mktemp("chains") / "map.html")


def switch(tab: Any, rows: list[int], *, on: bool) -> None:
    before = tab.page.evaluate("Number(document.documentElement.dataset.ready)")
    tab.page.evaluate(f"wegeketten.switchWorks({rows}, {'true' if on else 'false'}); 0")
    tab.settled(before + 1)


def test_times_of_chains_are_those_of_the_package(
    town: City, page: Path, open_tab: Callable[..., Any]
) -> None:
    """On and off, for all profiles and answers; a chain's time is that of the plan's own chain."""
    profiles = load_profiles(PROFILES)
    candidates = find_candidates(town, profiles)
    works, people = np.array(sorted(candidates.works)), np.ones(len(town.homes["home_id"]))
    tab = open_tab(page)
    tab.settled()
    rng = np.random.default_rng(SEED)
    done, faster = 0, 0
    for turn in range(8):
        profile, outing = profiles[turn % 3], OUTINGS[turn % 4]
        ready = tab.page.evaluate("Number(document.documentElement.dataset.ready)")
        tab.page.evaluate(f"wegeketten.choose({{profile: {turn % 3}, service: {3 + turn % 4}}}); 0")
        tab.settled(ready + 1)
        now = set(tab.page.evaluate("[...wegeketten.state.on]"))
        flipped = rng.choice(len(works), min(10, len(works)), replace=False).tolist()
        switch(tab, [row for row in flipped if row in now], on=False)
        switch(tab, [row for row in flipped if row not in now], on=True)
        on = sorted(now ^ set(flipped))
        for answer in ("sure", "likely", "possible"):
            shown = tab.page.evaluate(f"Array.from(wegeketten.state.times.{answer})")
            today = tab.page.evaluate(f"Array.from(wegeketten.state.today.times.{answer})")
            task = outing_task(town, profile, candidates, outing, people, answer)
            if task is None:
                assert set(shown) == {INF}
                continue
            state = state_of(task)
            assert np.array_equal(today, state.home_times), (SEED, turn, answer)
            before = state.home_times
            state.mend(works[on].tolist())
            assert np.array_equal(shown, state.home_times), (SEED, turn, answer)
            done += int((state.home_times < INF).sum())
            faster += int((state.home_times < before).sum())
    assert done > 100
    assert faster > 10
    assert tab.faults == []


def test_the_way_of_a_chain_adds_up_and_ends_at_home(page: Path, open_tab: Callable[..., Any]) -> None:
    tab = open_tab(page, fragment="#profile=walker&service=bank-groceries-pharmacy-home")
    tab.settled()
    rows = tab.page.evaluate("""
        wegeketten.state.times.likely.reduce((rows, units, home) => {
          if (units === 2147483647) return rows;
          const sweep = wegeketten.state.sweeps.likely;
          const { u, v } = wegeketten.network;
          const way = sweep.way(home);
          const ends = way.steps.flatMap(({ edge, from, to }) =>
            [from, to].map((at) => (at === 0 ? u[edge] : at === 1 ? v[edge] : `${edge}/${at}`)));
          const joined = ends.slice(1, -1).every((end, i) =>
            i % 2 || end === ends[i + 2] || String(end).includes("/"));
          const kinds = way.visits.map((place) => wegeketten.doors.placeService[place]);
          rows.push([units, way.units, kinds, joined, ends[0] === ends.at(-1), way.metres]);
          return rows;
        }, [])""")
    assert len(rows) > 20
    for units, told, kinds, joined, home_again, metres in rows:
        assert units == told
        assert kinds == [2, 0, 1]
        assert joined
        assert home_again
        assert 0 < metres < 5000
    home = tab.page.evaluate("wegeketten.state.times.likely.findIndex((units) => units < 2147483647)")
    tab.page.evaluate(f"wegeketten.select({home})")
    assert "dann nach Hause" in tab.page.inner_text("#answer")
    assert "Kette" in tab.page.inner_text("#headline")
    tab.page.evaluate("wegeketten.openView('list'); wegeketten.openTab('barriers'); 0")
    assert tab.faults == []


def test_a_chain_too_big_for_a_page_is_refused(town: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wegeketten.reports.map_data.MOST_CHAIN_TIMES", 100)
    chain = Outing(("pharmacy", "groceries"), returning=True)
    with pytest.raises(UsageError, match="leave --return out"):
        gather(town, profiles=["walker"], chains=[chain])


def test_a_chain_needs_its_services(town: City) -> None:
    with pytest.raises(UsageError, match="pharmacy is not on this map"):
        gather(town, profiles=["walker"], services=["groceries"], chains=[Outing(("pharmacy",))])


@pytest.mark.parametrize("fragment", ["", "#view=list"])
def test_no_violations_of_wcag_with_a_chain_and_its_measures(
    page: Path, open_tab: Callable[..., Any], axe: str, fragment: str
) -> None:
    """Every panel open: the chain chosen, its way told, measures switched and what they bring counted."""
    tab = open_tab(page, fragment=fragment)
    tab.settled()
    chain = tab.page.evaluate("wegeketten.config.services.findIndex(({ chain }) => chain?.returning)")
    ready = tab.page.evaluate("Number(document.documentElement.dataset.ready)")
    tab.page.evaluate(f"wegeketten.choose({{service: {chain}}}); 0")
    tab.settled(ready + 1)
    switch(tab, [0, 1, 2], on=True)
    tab.page.evaluate("""
        wegeketten.select(wegeketten.state.times.likely.findIndex((units) => units < 2147483647));
        document.querySelectorAll("details").forEach((one) => { one.open = true; });
    """)
    tab.page.click("#gain-button")
    tab.until(
        "wegeketten.config && document.querySelector('#gain-status').textContent.startsWith('Mindestens')"
    )
    assert tab.page.locator("#answer li").count() > 0
    assert violations(tab, axe) == []
    assert tab.faults == []
