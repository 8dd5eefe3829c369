"""Each model against counting everything, on thousands of small cases."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING

import numpy as np
import pytest

from wegeketten.errors import UsageError
from wegeketten.siting import max_cover, p_center, p_median, set_cover
from wegeketten.siting.covering import _fewest
from wegeketten.siting.solution import Siting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Drawn = tuple[Floats, Floats, NDArray[np.int64], int, Floats | None]

CASES = int(os.environ.get("WEGEKETTEN_CASES", "300"))  # 2 000 by hand


def draw(random: np.random.Generator) -> Drawn:
    """Demands, weights, fixed sites, number of sites and capacities of a small case."""
    demands, sites = int(random.integers(1, 7)), int(random.integers(1, 6))
    whole = random.random() < 0.6
    cost = (
        random.integers(0, 12, (demands, sites)).astype(float) if whole else random.random((demands, sites))
    )
    if random.random() < 0.4:
        cost[random.random((demands, sites)) < 0.2] = np.inf
    weights = (
        random.integers(0, 5, demands).astype(float) if random.random() < 0.7 else random.random(demands)
    )
    if random.random() < 0.5:
        weights[weights == 0] = 1
    stay = int(random.integers(0, sites)) if random.random() < 0.4 else 0
    fixed = random.choice(sites, stay, replace=False)
    p = int(random.integers(max(1, stay), sites + 1))
    capacity = None
    if random.random() < 0.4:
        capacity = random.integers(1, 8, sites).astype(float) if whole else random.random(sites) * 6
    return cost, weights, fixed, p, capacity


def choices(sites: int, p: int, fixed: NDArray[np.int64]) -> Iterator[tuple[int, ...]]:
    """Every set of p sites that holds the fixed ones."""
    for chosen in itertools.combinations(range(sites), p):
        if set(fixed.tolist()) <= set(chosen):
            yield chosen


def assignments(
    cost: Floats,
    weights: Floats,
    chosen: tuple[int, ...],
    capacity: Floats,
    *,
    skipping: bool,
) -> NDArray[np.int64]:
    """Every assignment to chosen sites within their capacities, one per row; -1 for nobody."""
    options = [-1, *chosen] if skipping else list(chosen)
    every = np.array(list(itertools.product(options, repeat=len(cost))), np.int64)
    served = every >= 0
    allowed = (~served | np.isfinite(cost[np.arange(len(cost)), every])).all(axis=1)
    for site in chosen:
        allowed &= ((every == site) * weights).sum(axis=1) <= capacity[site] + 1e-12
    return every[allowed]


def costs_of(cost: Floats, weights: Floats, every: NDArray[np.int64]) -> Floats:
    """What each demand pays in each assignment."""
    paid: Floats = weights * cost[np.arange(len(cost)), every]
    return paid


def best_median(
    cost: Floats,
    weights: Floats,
    p: int,
    fixed: NDArray[np.int64],
    capacity: Floats | None,
) -> float:
    best = np.inf
    for chosen in choices(cost.shape[1], p, fixed):
        if capacity is None:
            near = cost[:, chosen].min(axis=1)
            if np.isfinite(near).all():
                best = min(best, float((weights * near).sum()))
        else:
            every = assignments(cost, weights, chosen, capacity, skipping=False)
            best = min(best, costs_of(cost, weights, every).sum(axis=1).min(initial=np.inf))
    return best


def best_center(
    cost: Floats,
    weights: Floats,
    p: int,
    fixed: NDArray[np.int64],
    capacity: Floats | None,
) -> float:
    best = np.inf
    cost, weights = cost[weights > 0], weights[weights > 0]
    if not len(cost):
        return 0.0
    for chosen in choices(cost.shape[1], p, fixed):
        if capacity is None:
            best = min(best, float((weights * cost[:, chosen].min(axis=1)).max()))
        else:
            every = assignments(cost, weights, chosen, capacity, skipping=False)
            best = min(best, costs_of(cost, weights, every).max(axis=1).min(initial=np.inf))
    return best


def best_cover(
    cost: Floats,
    weights: Floats,
    p: int,
    fixed: NDArray[np.int64],
    capacity: Floats | None,
    radius: float,
) -> float:
    best = 0.0
    near = np.where(cost <= radius, cost, np.inf)
    for chosen in choices(cost.shape[1], p, fixed):
        if capacity is None:
            best = max(best, float(weights[np.isfinite(near[:, chosen]).any(axis=1)].sum()))
        else:
            every = assignments(near, weights, chosen, capacity, skipping=True)
            best = max(best, ((every >= 0) * weights).sum(axis=1).max(initial=0.0))
    return best


def check(
    found: Siting,
    cost: Floats,
    weights: Floats,
    p: int,
    fixed: NDArray[np.int64],
    capacity: Floats | None,
    radius: float = np.inf,
    *,
    everybody: bool = True,
) -> None:
    """An answer keeps what it must keep, whatever its value."""
    assert len(set(found.open.tolist())) == p
    assert set(fixed.tolist()) <= set(found.open.tolist())
    for row, site in enumerate(found.assigned.tolist()):
        if site >= 0:
            assert site in found.open
            assert cost[row, site] <= radius
            assert np.isfinite(cost[row, site])
        elif everybody:
            raise AssertionError(f"demand {row} is not served")
    if capacity is not None:
        for site in range(cost.shape[1]):
            assert weights[found.assigned == site].sum() <= capacity[site] + 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("exact", [True, False])
def test_median_counts_out(exact: bool) -> None:
    random, missed = np.random.default_rng(1), 0
    for case in range(CASES):
        cost, weights, fixed, p, capacity = draw(random)
        best = best_median(cost, weights, p, fixed, capacity)
        try:
            found = p_median(cost, p, weights, fixed, capacity, exact=exact)
        except UsageError:
            assert best == np.inf or not exact, case
            missed += best < np.inf
            continue
        check(found, cost, weights, p, fixed, capacity)
        paid = sum(weights[i] * cost[i, j] for i, j in enumerate(found.assigned))
        assert found.value == pytest.approx(paid), case
        assert found.bound <= best + 1e-7, case
        assert found.value >= best - 1e-9, case
        if exact:
            assert found.value == pytest.approx(best), case
            assert found.bound == pytest.approx(best), case
        missed += found.value > best + 1e-9
    assert missed <= (0 if exact else CASES // 100)


@pytest.mark.slow
@pytest.mark.parametrize("exact", [True, False])
def test_center_counts_out(exact: bool) -> None:
    random, missed = np.random.default_rng(2), 0
    for case in range(CASES):
        cost, weights, fixed, p, capacity = draw(random)
        best = best_center(cost, weights, p, fixed, capacity)
        try:
            found = p_center(cost, p, weights, fixed, capacity, exact=exact)
        except UsageError:
            assert best == np.inf or not exact, case
            missed += best < np.inf
            continue
        check(found, cost, weights, p, fixed, capacity, everybody=bool((weights > 0).all()))
        assert (found.assigned[weights > 0] >= 0).all()
        assert found.bound <= best + 1e-7, case
        assert found.value >= best - 1e-9, case
        if exact:
            assert found.value == pytest.approx(best), case
            assert found.bound == pytest.approx(best), case
        missed += found.value > best + 1e-9
    assert missed <= (0 if exact else CASES // 100)


@pytest.mark.slow
@pytest.mark.parametrize("exact", [True, False])
def test_max_cover_counts_out(exact: bool) -> None:
    random, missed = np.random.default_rng(3), 0
    for case in range(CASES):
        cost, weights, fixed, p, capacity = draw(random)
        radius = float(random.random() * 8)
        best = best_cover(cost, weights, p, fixed, capacity, radius)
        found = max_cover(cost, p, radius, weights, fixed, capacity, exact=exact)
        check(found, cost, weights, p, fixed, capacity, radius, everybody=False)
        assert found.value == pytest.approx(weights[found.assigned >= 0].sum()), case
        assert found.bound >= best - 1e-7, case
        assert found.value <= best + 1e-9, case
        if exact:
            assert found.value == pytest.approx(best), case
            assert found.bound == pytest.approx(best), case
        missed += found.value < best - 1e-9
    assert missed <= (0 if exact else CASES // 100)


@pytest.mark.slow
@pytest.mark.parametrize("exact", [True, False])
def test_set_cover_counts_out(exact: bool) -> None:
    random, missed = np.random.default_rng(4), 0
    for case in range(CASES):
        cost, weights, fixed, _, capacity = draw(random)
        radius = float(random.random() * 8)
        weights[weights == 0] = 1
        share = 1.0 if random.random() < 0.5 else float(random.uniform(0.2, 1))
        needed = share * weights.sum() * (1 - 1e-12) - 1e-12
        counts = range(max(1, len(fixed)), cost.shape[1] + 1)
        enough = [k for k in counts if best_cover(cost, weights, k, fixed, capacity, radius) >= needed]
        best = min(enough, default=np.inf)
        try:
            found = set_cover(cost, radius, weights, fixed, capacity, share=share, exact=exact)
        except UsageError:
            assert best == np.inf or not exact, case
            missed += best < np.inf
            continue
        check(found, cost, weights, int(found.value), fixed, capacity, radius, everybody=share == 1)
        assert weights[found.assigned >= 0].sum() >= needed - 1e-9, case
        assert found.bound <= best <= found.value, case
        if exact:
            assert found.value == best == found.bound, case
        missed += found.value > best
    assert missed <= (0 if exact else CASES // 100)


def _town(random: np.random.Generator, demands: int = 120, sites: int = 40) -> Floats:
    homes, places = random.random((demands, 2)) * 1000, random.random((sites, 2)) * 1000
    result: Floats = np.rint(np.hypot(*(homes[:, None] - places[None]).transpose(2, 0, 1)))
    return result


def test_more_sites_are_never_worse() -> None:
    random = np.random.default_rng(5)
    for _ in range(10):
        cost, weights = _town(random), random.integers(1, 9, 120)
        fixed = random.choice(40, 4, replace=False)
        answers = [p_median(cost, p, weights, fixed) for p in range(4, 10)]
        assert all(b.value <= a.value for a, b in itertools.pairwise(answers))
        assert all(set(fixed.tolist()) <= set(one.open.tolist()) for one in answers)
        covers = [max_cover(cost, p, 150, weights, fixed) for p in range(4, 10)]
        assert all(b.value >= a.value for a, b in itertools.pairwise(covers))
        centers = [p_center(cost, p, None, fixed) for p in range(4, 10)]
        assert all(b.value <= a.value for a, b in itertools.pairwise(centers))


def test_capacities_hold_in_towns() -> None:
    random = np.random.default_rng(6)
    for _ in range(5):
        cost, weights = _town(random), random.integers(1, 9, 120).astype(float)
        capacity = np.full(40, weights.sum() / 9)
        found = p_median(cost, 10, weights, capacity=capacity)
        used = np.bincount(found.assigned, weights, minlength=40)
        assert (used <= capacity + 1e-9).all()
        assert found.bound <= found.value
        assert found.gap < 0.05
        free = p_median(cost, 10, weights)
        assert free.value <= found.value
        served = max_cover(cost, 6, 200, weights, capacity=capacity)
        assert (
            np.bincount(served.assigned[served.assigned >= 0], weights[served.assigned >= 0])
            <= capacity.max()
        ).all()
        assert served.value <= served.bound <= weights.sum()


def test_a_weak_covering_does_not_put_a_share_out_of_reach() -> None:
    def serve(p: int) -> Siting:  # with 2 sites it misses what they can serve
        value = {1: 5.0, 2: 7.0, 3: 9.0, 4: 10.0}[p]
        return Siting(np.arange(p), np.zeros(1, np.int64), value, 10.0 if p > 1 else 5.0)

    found = _fewest(serve, 1, [2, 4], 9.0)
    assert found.value == 3.0
    assert found.bound <= 2.0  # by 2 perhaps, as far as the bounds say
    with pytest.raises(UsageError, match="all 4 sites together serve 10, 11 are needed"):
        _fewest(serve, 1, [2, 4], 11.0)


def test_share_of_a_cover_is_the_smallest_number() -> None:
    random = np.random.default_rng(7)
    cost, weights = _town(random), random.integers(1, 9, 120).astype(float)
    found = set_cover(cost, 180, weights, share=0.9)
    p = int(found.value)
    assert max_cover(cost, p, 180, weights).value >= 0.9 * weights.sum()
    assert max_cover(cost, p - 1, 180, weights).bound < 0.9 * weights.sum()
    assert found.bound == p


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: p_median([[1.0, np.nan]], 1), "cost"),
        (lambda: p_median([[1.0, -2.0]], 1), "cost"),
        (lambda: p_median([1.0], 1), "matrix"),
        (lambda: p_median([[1.0, 2.0]], 3), "p = 3"),
        (lambda: p_median([[1.0, 2.0]], 1, fixed=[0, 1]), "p = 1"),
        (lambda: p_median([[1.0, 2.0]], 1, fixed=[2]), "fixed"),
        (lambda: p_median([[1.0, 2.0]], 1, weights=[1, 2]), "weights"),
        (lambda: p_median([[1.0, 2.0]], 1, weights=[3], capacity=2), "serve"),
        (lambda: p_median([[np.inf, np.inf]], 1), "serve"),
        (lambda: p_center([[np.inf, 1.0], [1.0, np.inf]], 1), "serve"),
        (lambda: set_cover([[5.0]], 3), "radius"),
        (lambda: set_cover([[5.0]], 3, share=0.0), "share"),
        (lambda: set_cover([[5.0], [2.0]], 3, share=0.9), "serve"),
    ],
)
def test_what_cannot_be_is_refused(call: Callable[[], object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        call()


def test_answers_repeat_to_the_last_bit() -> None:
    cost = _town(np.random.default_rng(8))
    first, second = p_median(cost, 6), p_median(cost, 6)
    assert first.open.tolist() == second.open.tolist()
    assert (first.value, first.bound) == (second.value, second.bound)
