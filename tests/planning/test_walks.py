"""Places in walks: every place once, none too long, and no order that a turn would shorten."""

from __future__ import annotations

import itertools
import math
import random
from typing import TYPE_CHECKING

import pytest

from wegeketten.planning.walks import DETOUR, LOOK_MIN, WALKED_M_PER_MIN, bundle, same_places

if TYPE_CHECKING:
    from collections.abc import Sequence

M_PER_DEG = 6_371_008.8 * math.pi / 180


def length(order: Sequence[int], spots: Sequence[tuple[float, float]]) -> float:
    cos = math.cos(math.radians(51))
    legs = itertools.pairwise(order)
    return DETOUR * M_PER_DEG * sum(
        math.hypot(spots[a][0] - spots[b][0], cos * (spots[a][1] - spots[b][1])) for a, b in legs
    )  # fmt: skip


@pytest.mark.parametrize("meet", [None, (51.002, 13.002)])
def test_every_place_is_in_one_walk_of_sensible_length(meet: tuple[float, float] | None) -> None:
    seed = random.randrange(10**6)
    rng = random.Random(seed)
    spots = [(51 + rng.random() * 0.02, 13 + rng.random() * 0.02) for _ in range(80)]
    walks = bundle(spots, [rng.random() for _ in spots], 2500, minutes=60, meet=meet)
    assert sorted(stop for walk in walks for stop in walk.stops) == list(range(80)), seed
    everywhere = [*spots, meet] if meet else spots
    for walk in walks:
        order = [len(spots), *walk.stops] if meet else list(walk.stops)
        assert walk.metres == pytest.approx(length(order, everywhere), rel=1e-3), seed
        assert walk.minutes == pytest.approx(walk.metres / WALKED_M_PER_MIN + LOOK_MIN * len(walk.places))
        if len(walk.places) > 1:
            assert walk.metres <= 2500, seed
            assert walk.minutes <= 60, seed
        for i, j in itertools.combinations(range(1 if meet else 0, len(order)), 2):
            turned = order[:i] + order[i : j + 1][::-1] + order[j + 1 :]
            assert length(turned, everywhere) >= walk.metres * (1 - 1e-6) - 0.1, seed


def test_two_hundred_places_are_a_dozen_walks_not_one() -> None:
    spots = [(51 + row * 0.0001, 13 + column * 0.0001) for row in range(10) for column in range(20)]
    walks = bundle(spots, [1.0] * 200, 2000, minutes=90)
    assert all(walk.minutes <= 90 for walk in walks)
    assert 7 <= len(walks) <= 12


def test_one_look_at_what_lies_together() -> None:
    spots = [(51.0, 13.0), (51.0, 13.0002), (51.0, 13.0), (51.01, 13.0)]
    assert same_places(spots, ["w1", "w1", "n2", "w1"]) == [[0, 1], [2], [3]]
