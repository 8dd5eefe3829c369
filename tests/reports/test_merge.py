"""Too many homes for a page: merged marks say what their homes would say, and say that they are merged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from reports.toytown import UNREACHED, times, toytown

from wegeketten.reports.data import LIKELY, MapData
from wegeketten.reports.map import map_page, write_page
from wegeketten.reports.merge import MOST_HOMES, group_homes, merge_homes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def crowded(data: MapData, copies: int, seed: int = 0) -> MapData:
    """The same town with every home repeated along its edge: more doors on the same streets."""
    rng = np.random.default_rng(seed)
    homes, joints = data.homes, data.home_joints
    rows = np.tile(np.arange(len(homes)), copies)
    use = np.tile(np.arange(len(joints)), copies)
    owner = np.concatenate([joints.owner + copy * len(homes) for copy in range(copies)])
    return replace(
        data,
        homes=replace(
            homes,
            lon=homes.lon[rows] + rng.uniform(-1e-4, 1e-4, len(rows)),
            lat=homes.lat[rows] + rng.uniform(-1e-4, 1e-4, len(rows)),
            street=[homes.street[row] for row in rows.tolist()],
            housenumber=[str(number + 1) for number in range(len(rows))],
            district=homes.district[rows],
            weight=rng.uniform(0.5, 4, len(rows)),
        ),
        home_joints=replace(
            joints,
            owner=owner,
            edge=joints.edge[use],
            along=rng.random(len(use)).astype(np.float32),
            off_m=rng.uniform(2, 25, len(use)).astype(np.float32),
        ),
        profiles=[replace(layer, home_joints=layer.home_joints[use]) for layer in data.profiles],
    )


def test_few_homes_stay_as_they_are() -> None:
    data = toytown(12)
    assert merge_homes(data) is data
    assert data.homes.merged is None


@pytest.mark.parametrize("most", [1500, 800])
def test_nobody_is_lost(most: int) -> None:
    data = crowded(toytown(12), 6)
    merged = merge_homes(data, most)
    assert len(merged.homes) < len(data.homes)
    assert merged.homes.merged is not None
    assert int(merged.homes.merged.sum()) == len(data.homes)
    for row in (0, 1):
        before = data.homes.weight[data.homes.district == row].sum()
        assert merged.homes.weight[merged.homes.district == row].sum() == pytest.approx(before)
    numbers = {n for text in merged.homes.housenumber for n in text.split(", ")}
    assert len(numbers) == len(data.homes)


@pytest.mark.parametrize("layer", [0, 1])
def test_a_mark_says_what_its_homes_say(layer: int) -> None:
    data = crowded(toytown(12), 6)
    merged = merge_homes(data, 1500)
    group = group_homes(data, 1500)
    mark_of_group = {int(group[row]): mark for mark, row in enumerate(_rows(data, merged))}
    mark = np.array([mark_of_group[number] for number in group.tolist()])
    own = times(data, data.profiles[layer], 0, LIKELY)
    told = times(merged, merged.profiles[layer], 0, LIKELY)[mark]
    assert np.array_equal(own == UNREACHED, told == UNREACHED)
    reached = own < UNREACHED
    assert reached.any()
    pace = (data.profiles[layer].units.reshape(-1, 2).max(axis=1) / data.network.length_m).max()
    off_pace = 10 / data.profiles[layer].speed_mps
    apart = np.abs(own[reached] - told[reached])
    assert apart.max() <= merged.spread_m * max(pace, off_pace) + 5
    assert np.median(apart) < 100  # ten seconds


def _rows(data: MapData, merged: MapData) -> list[int]:
    at = {spot: row for row, spot in enumerate(zip(data.homes.lon, data.homes.lat, strict=True))}
    return [at[spot] for spot in zip(merged.homes.lon, merged.homes.lat, strict=True)]


def test_a_large_city_fits_a_page() -> None:
    data = crowded(toytown(70), 72)
    assert len(data.homes) > 200_000
    merged = merge_homes(data)
    assert len(merged.homes) <= MOST_HOMES
    page = map_page(data, profile="wheelchair")
    assert len(page) < 4_000_000 * len(merged.homes) / 30_000
    assert len(page) < 20_000_000
    assert map_page(data, profile="wheelchair") == page


@pytest.mark.browser
@pytest.mark.parametrize(("lang", "word"), [("de", "zusammengefasst"), ("en", "merged")])
def test_the_page_says_what_is_merged(
    tmp_path: Path, open_tab: Callable[..., Any], lang: str, word: str
) -> None:
    data = crowded(toytown(12), 6)
    merged = merge_homes(data, 800)
    page = write_page(map_page(merged, lang=lang, profile="wheelchair"), tmp_path / "map.html")
    tab = open_tab(page)
    tab.settled()
    sign = "." if lang == "de" else ","
    detail = tab.page.inner_text("#detail")
    assert word in detail
    assert f"{len(data.homes):,}".replace(",", sign) in detail
    assert str(len(merged.homes)) in detail
    assert merged.homes.merged is not None
    home = int(np.argmax(merged.homes.merged))
    tab.page.evaluate(f"wegeketten.select({home})")
    assert str(merged.homes.merged[home]) in tab.page.inner_text("#answer p.small >> nth=0")
    number = merged.homes.housenumber[home].split(", ")[-1]
    tab.page.fill("#search", f"{merged.homes.street[home]} {number}")
    assert number in tab.page.inner_text("#search-results")
    tab.page.click("#list-button")
    total = tab.page.inner_text("#table-panel tbody tr:last-child td >> nth=0")
    assert total == f"{len(data.homes):,}".replace(",", sign)
    tab.page.click("#tab-homes")
    assert word in tab.page.inner_text("#table-panel caption")
    assert tab.faults == []
