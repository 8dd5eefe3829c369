"""What the map says stands in the way is what the command `why` says, home by home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from reports.toytown import doors, toytown

from wegeketten.pipeline.build import build
from wegeketten.reports.data import LIKELY
from wegeketten.reports.map import map_page, write_page
from wegeketten.reports.map_data import gather
from wegeketten.routing import INF
from wegeketten.whatif.unblock import Opener
from wegeketten.words.numbers import euro_range

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wegeketten.reach.why import Why
    from wegeketten.reports.data import MapData

pytestmark = pytest.mark.browser

# For each home: edges, units after, price; whether certified, within the standard, possible at all.
ASK = """
((homes) => {
  return homes.map((home) => {
    const why = wegeketten.whyNot(home);
    if (!why) return null;
    const edges = why.edges.map(({ edge }) => edge);
    return [edges, why.units, why.price, why.certified, why.within, why.openable];
  });
})
"""


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_map_names_the_certified_set_of_the_toy_town(
    tmp_path: Path, open_tab: Callable[..., Any], seed: int
) -> None:
    data = toytown(14, seed=seed)
    tab = open_tab(write_page(map_page(data, profile="wheelchair"), tmp_path / "map.html"))
    tab.settled()
    sizes = []
    for service in range(3):
        asked = list(range(len(data.homes)))
        oracle = _Oracle(data, service)
        tab.page.evaluate(f"wegeketten.choose({{profile: 1, service: {service}}}); 0")
        tab.settled(2 + service)
        for home, shown in zip(asked, tab.page.evaluate(ASK, asked), strict=True):
            wanted = oracle.ask(home)
            assert shown == wanted, (service, home)
            sizes.append(len(shown[0]) if shown else 0)
    assert max(sizes) >= 2
    assert sum(size > 0 for size in sizes) > 50
    assert tab.faults == []


class _Oracle:
    """The same question put to the package's own search, for the second profile of a toy town."""

    def __init__(self, data: MapData, service: int) -> None:
        self.layer = data.profiles[1]
        self.field = doors(data, self.layer)
        allowed = np.flatnonzero((data.places.service == service) & (self.layer.place_level >= LIKELY))
        self.opener = Opener(self.field.field, self.field.goals(allowed))
        self.standard = self.layer.standard_units[service]

    def ask(self, home: int) -> list[Any] | None:
        start = self.field.field.streets + home
        today = int(self.opener.today[start])
        if not self.layer.home_joints[home] or today <= self.standard:
            return None
        limit, opening = self.standard, self.opener.open_from(start, limit=self.standard)
        within = opening is not None
        if opening is None and today == INF:
            limit = INF - 1
            opening = self.opener.open_from(start, limit=limit)
        if opening is None:
            return [[], today, 0, False, False, today < INF]
        edges = list(opening.edges)
        units = int(self.field.field.times(self.opener.goals, edges)[start])
        certified = self.opener.certify(start, edges, limit=limit)
        return [edges, units, opening.price, certified, within, True]


def test_the_panel_tells_the_set_and_its_price(tmp_path: Path, open_tab: Callable[..., Any]) -> None:
    data = toytown(14)
    tab = open_tab(write_page(map_page(data, profile="wheelchair"), tmp_path / "map.html"))
    tab.settled()
    oracle = _Oracle(data, 0)
    answers = [(home, oracle.ask(home)) for home in range(len(data.homes))]
    home, wanted = next((home, told) for home, told in answers if told and len(told[0]) >= 2)
    tab.page.evaluate(f"wegeketten.select({home})")
    text = tab.page.inner_text("#answer")
    assert "Was im Weg steht" in text
    assert f"Alle {len(wanted[0])} zusammen reichen" in text
    layer = data.profiles[1]
    low, high = (int(prices[list(wanted[0])].sum()) for prices in (layer.price_low, layer.price_high))
    assert euro_range(low, high, "de") in text
    listed = tab.page.locator("#answer ol[type=A] li")
    assert listed.count() == len(wanted[0])
    network = data.network
    for item, edge in zip(listed.all_inner_texts(), wanted[0], strict=True):
        assert f"{network.osm_type[edge].decode()}{network.osm_id[edge]}" in item
    letters = " · ".join(tab.page.locator(".share span").all_inner_texts()).split(" · ")
    assert {"A", "B"} <= set(letters)


@pytest.mark.data
def test_the_map_of_berlin_says_what_why_says(
    shared_data: Path, tmp_path: Path, open_tab: Callable[..., Any]
) -> None:
    from wegeketten.people.profile import load_profile
    from wegeketten.reach.why import find_why

    city = build(shared_data / "osm" / "berlin-miraustrasse_2026-07.osm.pbf", tmp_path / "city")
    profiles, services = ["rollator", "wheelchair", "blind"], ["pharmacy", "toilet", "park"]
    page = map_page(gather(city, profiles=profiles, services=services))
    tab = open_tab(write_page(page, tmp_path / "map.html"))
    tab.settled()
    answered, compared = 1, 0
    for p, profile in enumerate(profiles):
        for s, service in enumerate(services):
            tab.page.evaluate(f"wegeketten.choose({{profile: {p}, service: {s}}}); 0")
            answered += 1
            tab.settled(answered)
            told = _whys(city, load_profile(profile), service)
            homes = list(range(0, len(told), 5))
            for home, shown in zip(homes, tab.page.evaluate(ASK, homes), strict=True):
                why = told[home]
                if shown is None:
                    assert why is None or why.reached, (profile, service, home)
                    continue
                assert why is not None
                ids = city.edges.ids(np.array(shown[0], dtype=np.int64)) if shown[0] else []
                assert list(ids) == [barrier.id for barrier in why.blocking], (profile, service, home)
                assert shown[2] == why.price_eur
                assert shown[3:] == [why.certified, why.within, why.openable]
                if why.seconds_after is not None:
                    assert shown[1] == round(why.seconds_after * 10)
                compared += bool(shown[0])
            asked = [home for home in homes if (why := told[home]) and why.blocking][:3]
            for home in asked:  # and as the command asks, by the position of the door
                spot = float(city.homes["lat"][home]), float(city.homes["lon"][home])
                asked_at = find_why(city, load_profile(profile), spot, service)
                assert asked_at is not None
                shown_why = told[home]
                assert shown_why is not None
                assert asked_at.blocking == shown_why.blocking
    assert compared > 100
    assert tab.faults == []


def _whys(city: Any, profile: Any, service: str) -> list[Why | None]:
    """The answer of `wegeketten why` for every fifth home; None where the profile finds no way near it."""
    from wegeketten.reach.why import explain
    from wegeketten.whatif.candidates import find_candidates
    from wegeketten.whatif.doors import goals_of, open_doors

    remedies = find_candidates(city, [profile]).remedies(profile)
    field = open_doors(city, profile, "likely", remedies=remedies)
    opener = Opener(field.field, goals_of(city, profile, "likely", service, field))
    standard_s = city.catalogue.standard_s(service, profile)
    joined = set(field.homes.owner.tolist())
    return [
        explain(city, profile, field, opener, home, service, standard_s)
        if home % 5 == 0 and home in joined
        else None
        for home in range(len(city.homes["home_id"]))
    ]
