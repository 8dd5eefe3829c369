"""Classes and shares: what may be passed, given what is known, by hand and by counting."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from wegeketten.chances.scale import _context, scale, scales
from wegeketten.errors import UsageError
from wegeketten.model.edges import ATTRIBUTES, Kind
from wegeketten.tags.assumption import rules

_SEED = 20261130


def test_every_assumption_has_a_distribution() -> None:
    assumed = set(rules())
    assert assumed <= set(scales())
    assert "entrance" in scales()


@pytest.mark.parametrize("name", [each.name for each in ATTRIBUTES if each.name != "wheelchair"])
def test_every_kind_an_assumption_speaks_of_has_a_context(name: str) -> None:
    contexts = scale(name).contexts
    for rule in rules()[name]:
        for kind in rule.kinds:
            assert any(not each.kinds or kind in each.kinds for each in contexts), (name, kind)
    assert all(each.source for each in contexts)
    assert all(abs(each.shares.sum() - 1) < 1e-9 for each in contexts)


def test_kinds_are_names_of_kinds() -> None:
    for each in scales().values():
        for context in each.contexts:
            assert all(kind in Kind.__members__ for kind in context.kinds)


@pytest.mark.parametrize("name", sorted(name for name, one in scales().items() if not one.step))
def test_passing_agrees_with_counting(name: str) -> None:
    """Draw values evenly within their classes and count how many keep a limit between the bounds."""
    one, rng = scale(name), np.random.default_rng(_SEED)
    ends = one.ends
    shares = rng.dirichlet(np.ones(len(ends) + 1))
    low = np.concatenate([[ends[0] - (ends[1] - ends[0])], ends])
    high = np.concatenate([ends, [ends[-1] + (ends[-1] - ends[-2])]])
    classes = rng.choice(len(shares), 400_000, p=shares)
    sign = 1 if one.rising else -1
    values = sign * rng.uniform(low[classes], high[classes])
    compared = 0
    for _ in range(20):
        lower, limit, upper = np.sort(rng.uniform(values.min(), values.max(), 3))
        inside = values[(values >= lower) & (values <= upper)]
        if len(inside) < 20_000:
            continue
        compared += 1
        kept = (inside <= limit if one.rising else inside >= limit).mean()
        bounds = np.array([lower]), np.array([upper])
        found = one.passing(shares[None], limit, *bounds)[0]
        assert found == pytest.approx(kept, abs=0.015), (name, lower, limit, upper)
    assert compared > 3


def test_bounds_decide_where_they_can() -> None:
    kerb = scale("kerb_cm")
    shares = np.full((3, len(kerb.cuts) + 1), 1.0)
    shares /= shares.sum(axis=1, keepdims=True)
    lower, upper = np.array([0.0, 3.01, 0.0]), np.array([3.0, 20.0, 20.0])
    first, second, third = kerb.passing(shares, 3.0, lower, upper)
    assert first == 1.0
    assert second == 0.0
    assert 0 < third < 1


def test_a_grade_is_a_whole_number() -> None:
    grade = scale("smoothness_grade")
    shares = np.array([[0.5, 0.25, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0]])
    kept = grade.passing(shares, 1.0, np.array([1.0]), np.array([2.0]))[0]
    assert kept == pytest.approx(2 / 3)


def test_a_larger_limit_never_lowers_the_chance() -> None:
    rng = np.random.default_rng(_SEED)
    for one in scales().values():
        shares = rng.dirichlet(np.ones(len(one.cuts) + 1), 50)
        spans = np.sort(rng.uniform(one.cuts[0] - 1, one.cuts[-1] + 1, (50, 2)), axis=1)
        limits = np.sort(rng.uniform(one.cuts[0] - 1, one.cuts[-1] + 1, 12))
        kept = np.stack([one.passing(shares, limit, spans[:, 0], spans[:, 1]) for limit in limits])
        steps = np.diff(kept if one.rising else kept[::-1], axis=0)
        assert (steps >= -1e-9).all(), one.attribute


@pytest.mark.parametrize("column", ["shares", "assumed"])
@pytest.mark.parametrize("parts", [[0, 0, 0], [0.5, 0.8, -0.3], [0.5, 0.5]])
def test_shares_that_are_none_are_refused(column: str, parts: list[float]) -> None:
    entry = {"name": "paths", "shares": [2, 1, 1], "assumed": [1, 1, 2], "elements": 4, "source": "counted"}
    assert _context(entry, 3, Path("kerb.toml")).assumed == pytest.approx([0.25, 0.25, 0.5])
    with pytest.raises(UsageError, match="3 shares are needed, none negative"):
        _context({**entry, column: parts}, 3, Path("kerb.toml"))
