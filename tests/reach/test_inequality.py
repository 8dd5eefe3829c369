"""Inequality and catchments against PySAL, and the laws they keep."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest

from wegeketten.reach.inequality import floating_catchments, gini, gini_bounds, palma, theil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    Case = tuple[np.random.Generator, NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]


def cases(seed: int, count: int = 100) -> Iterator[Case]:
    random = np.random.default_rng(seed)
    for _ in range(count):
        units = int(random.integers(2, 60))
        values = random.random(units) * random.integers(1, 100)
        if random.random() < 0.3:
            values[random.random(units) < 0.3] = 0.0
        if values.sum() > 0:
            yield random, values, random.integers(1, 9, units), random.integers(0, 5, units)


def test_gini_is_pysals() -> None:
    peer = pytest.importorskip("inequality.gini")
    for _, values, weights, _ in cases(1):
        assert gini(values) == pytest.approx(peer.Gini(values).g, abs=1e-9)
        spread = np.repeat(values, weights)
        assert gini(values, weights) == pytest.approx(peer.Gini(spread).g, abs=1e-9)


def test_theil_and_its_parts_are_pysals() -> None:
    peer = pytest.importorskip("inequality.theil")
    for _, values, weights, groups in cases(2):
        spread, members = np.repeat(values, weights), np.repeat(groups, weights)
        theirs, ours = peer.TheilD(spread, members), theil(values, groups, weights)
        assert ours is not None
        assert ours.total == pytest.approx(float(np.ravel(theirs.T)[0]), abs=1e-9)
        assert ours.between == pytest.approx(float(np.ravel(theirs.bg)[0]), abs=1e-9)
        assert ours.within == pytest.approx(float(np.ravel(theirs.wg)[0]), abs=1e-9)
        assert ours.between + ours.within == pytest.approx(ours.total, abs=1e-12)
        assert ours.between >= -1e-12
        assert ours.within >= -1e-12


def test_gini_of_intervals_holds_every_choice() -> None:
    random = np.random.default_rng(4)
    for _ in range(60):
        units = int(random.integers(2, 9))
        low = random.random(units) * random.integers(0, 2, units)
        high = low + random.random(units) * random.integers(0, 2, units)
        weights = random.integers(1, 5, units).astype(float)
        bounds = gini_bounds(low, high, weights)
        if bounds is None:
            assert not high.any()
            continue
        ends = (np.where(which, high, low) for which in itertools.product([False, True], repeat=units))
        within = (low + (high - low) * random.random(units) for _ in range(20))
        found = [gini(values, weights) for values in itertools.chain(ends, within)]
        assert all(bounds[0] - 1e-9 <= value <= bounds[1] + 1e-12 for value in found if value is not None)
        levels = [gini(np.clip(level, low, high), weights) for level in np.linspace(0, high.max(), 500)]
        reached = min(value for value in levels if value is not None)
        assert bounds[0] == pytest.approx(reached, abs=0.01)  # attained, up to the steps tried here


def test_gini_of_intervals_closes_where_nothing_is_open() -> None:
    for _, values, weights, _ in cases(5, 20):
        bounds, value = gini_bounds(values, values, weights), gini(values, weights)
        if value is not None:
            assert bounds is not None
            assert bounds[0] == pytest.approx(value, abs=1e-9)
            assert value <= bounds[1] <= value + 0.1


def test_catchments_are_pysals() -> None:
    fca = pytest.importorskip("access.fca")
    pd = pytest.importorskip("pandas")
    for random, values, weights, _ in cases(3):
        homes, places = len(values), int(random.integers(1, 8))
        costs = random.integers(1, 100, (homes, places))
        supply = random.integers(1, 50, places).astype(float)
        limit = int(random.integers(20, 90))
        rows = [(f"h{i}", f"p{j}", float(costs[i, j])) for i in range(homes) for j in range(places)]
        table = pd.DataFrame(rows, columns=["home", "place", "cost"])
        turned = table.rename(columns={"home": "place", "place": "home"})[["home", "place", "cost"]]
        people = pd.DataFrame({"demand": weights.astype(float)}, index=[f"h{i}" for i in range(homes)])
        offers = pd.DataFrame({"supply": supply}, index=[f"p{j}" for j in range(places)])
        step = {20: 1.0, 50: 0.68, 100: 0.22}
        for decay, steps in ((None, ()), (_stepped(step), tuple(step.items()))):
            theirs = fca.two_stage_fca(
                demand_df=people, supply_df=offers, cost_df=table, max_cost=limit, demand_index=True,
                demand_name="demand", supply_index=True, supply_name="supply", cost_origin="home",
                cost_dest="place", cost_name="cost", weight_fn=decay,
            ).reindex(people.index).fillna(0.0).to_numpy()  # fmt: skip
            ours = floating_catchments(costs, weights, supply, limit, steps=steps)
            assert ours == pytest.approx(theirs, abs=1e-9)
        assert len(turned) == len(table)


def _stepped(step: Mapping[int, float]) -> Callable[[float], float]:
    def weight(cost: float) -> float:
        return next(factor for most, factor in step.items() if cost <= most)

    return weight


def test_inequality_keeps_its_laws() -> None:
    for _, values, weights, groups in cases(4):
        one = gini(values, weights)
        assert one is not None
        assert 0 <= one <= 1
        assert gini(values * 7.5, weights) == pytest.approx(one, abs=1e-12)
        larger, plain = theil(values * 7.5, groups, weights), theil(values, groups, weights)
        assert larger is not None
        assert plain is not None
        assert larger.total == pytest.approx(plain.total)
        poorer = values.copy()
        rich, poor = values.argmax(), values.argmin()
        gift = min(values[poor] * weights[poor], 1e-3)
        poorer[poor] -= gift / weights[poor]
        poorer[rich] += gift / weights[rich]
        after = gini(poorer, weights)
        assert after is not None
        assert after >= one - 1e-12
    assert gini([3, 3, 3]) == pytest.approx(0.0)
    assert gini([0, 0]) is None
    assert theil([0, 0], [0, 1]) is None


def test_palma_cuts_inside_a_unit() -> None:
    for _, values, weights, _ in cases(5):
        fine = np.sort(np.repeat(values, weights * 10))
        tenth = len(fine) // 10
        poor, rich = fine[: 4 * tenth].sum(), fine[len(fine) - tenth :].sum()
        ours = palma(values, weights)
        if poor > 0:
            assert ours == pytest.approx(rich / poor)
        else:
            assert ours is None


def test_catchments_share_all_supply_out() -> None:
    for random, values, weights, _ in cases(6):
        costs = random.random((len(values), 4)) * 10
        supply = random.random(4) * 100
        access = floating_catchments(costs, weights, supply, 6.0)
        reached = (costs <= 6.0).any(axis=0)
        assert (access * weights).sum() == pytest.approx(supply[reached].sum())
