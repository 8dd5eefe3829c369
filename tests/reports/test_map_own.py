"""Limits of one's own and chances in the page are those of the package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from wegeketten.people.profile import load_profile
from wegeketten.people.verdict import fixed_seconds, levels
from wegeketten.reach.expected import find_chances
from wegeketten.reports.data import CHANCE_STEPS
from wegeketten.reports.map import map_page, write_page
from wegeketten.reports.map_data import gather
from wegeketten.routing import INF, UNIT_S
from wegeketten.whatif.candidates import find_candidates

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wegeketten.city import City
    from wegeketten.people.verdict import Weights

pytestmark = pytest.mark.browser

OWN: tuple[dict[str, float | str | bool | None], ...] = (
    {"kerb_cm": 6},
    {"kerb_cm": 0, "width_m": 0.7},
    {"incline_up_pct": 12},
    {"kerb_cm": 12, "incline_up_pct": 3, "width_m": 1.5},
)


@pytest.mark.parametrize("profile", ["wheelchair", "walker"])
def test_own_limits_judge_as_the_package_does(
    town: City, tmp_path: Path, open_tab: Callable[..., Any], profile: str
) -> None:
    tab = open_tab(write_page(map_page(gather(town, profiles=[profile])), tmp_path / "map.html"))
    tab.settled()
    changed = 0
    for turn, limits in enumerate(OWN, start=2):
        tab.page.evaluate(f"wegeketten.choose({{limits: {limits}}}); 0")
        tab.settled(turn)
        shown = np.array(tab.page.evaluate("Array.from(wegeketten.state.layer.level)"))
        wanted = levels(town.edges.columns, load_profile(profile, limits=limits)).T.ravel()
        assert np.array_equal(shown, wanted), limits
        changed += int((wanted != levels(town.edges.columns, load_profile(profile)).T.ravel()).sum())
    assert changed > 0
    assert tab.faults == []


def units(weights: Weights) -> np.ndarray:
    """Times of all arcs, closed ones included."""
    found: np.ndarray = np.rint(weights.seconds / UNIT_S).astype(np.int64)
    return found


@pytest.mark.parametrize("profile", ["wheelchair", "walker"])
def test_works_are_judged_by_own_limits(
    town: City, tmp_path: Path, open_tab: Callable[..., Any], profile: str
) -> None:
    """Measures and limits of one's own at once: each edge as the package judges it after the works."""
    profiles = ["wheelchair", "rollator", profile]
    data = gather(town, profiles=list(dict.fromkeys(profiles)))
    works = find_candidates(town, [load_profile(name) for name in dict.fromkeys(profiles)]).works
    tab = open_tab(write_page(map_page(data, profile=profile), tmp_path / "map.html"))
    tab.settled()
    base, rows = load_profile(profile), list(range(len(data.works)))
    tab.page.evaluate(f"wegeketten.switchWorks({rows}, true); 0")
    tab.settled(2)
    better = 0
    for turn, limits in enumerate(OWN, start=3):
        tab.page.evaluate(f"wegeketten.choose({{limits: {limits}}}); 0")
        tab.settled(turn)
        own = load_profile(profile, limits=limits)
        for answer in ("sure", "likely", "possible"):
            shown = np.array(tab.page.evaluate(f"Array.from(wegeketten.state.sweeps.{answer}.weights)"))
            today = getattr(town.weights(own), answer)
            wanted = np.where(today < INF, units(town.weights(base)), INF)  # times stay those of the profile
            for row, remedy in works.items():
                arcs = [2 * row, 2 * row + 1]
                is_open = (
                    getattr(fixed_seconds(town.edges, own, np.array([row]), remedy.change), answer) < INF
                )
                after = units(fixed_seconds(town.edges, base, np.array([row]), remedy.change))
                wanted[arcs] = np.where(is_open, np.minimum(wanted[arcs], after), wanted[arcs])
            assert np.array_equal(shown, wanted), (limits, answer)
            better += int(((wanted < INF) & (today == INF)).sum())
    assert better > 0
    assert not tab.page.evaluate("document.getElementById('whatif-own-limits').hidden")
    assert tab.faults == []


def test_chances_are_those_of_the_scan(town: City, tmp_path: Path, open_tab: Callable[..., Any]) -> None:
    services = ["groceries", "pharmacy"]
    data = gather(town, profiles=["wheelchair"], services=services, worlds=16, seed=3)
    found = find_chances(town, [load_profile("wheelchair")], services, worlds=16, seed=3).chance("wheelchair")
    tab = open_tab(write_page(map_page(data, service="pharmacy"), tmp_path / "map.html"))
    tab.settled()
    shown = np.array(tab.page.evaluate("Array.from(wegeketten.state.layer.chance)")).reshape(found.shape)
    assert np.array_equal(shown, np.rint(found * CHANCE_STEPS))
    home = int(np.flatnonzero((found[:, 1] > 0.2) & (found[:, 1] < 0.8))[0])
    tab.page.evaluate(f"wegeketten.select({home})")
    told = tab.page.inner_text("#answer .chance")
    assert f"etwa {round(5 * shown[home, 1])} von 100" in told
    assert "16 Ziehungen" in told
