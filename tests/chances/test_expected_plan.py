"""Plans chosen by what is to be expected: against every affordable set of measures, and their bound."""

from __future__ import annotations

import json
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from wegeketten.chances import Worlds
from wegeketten.chances.world_city import WorldCity
from wegeketten.errors import UsageError
from wegeketten.people.profile import load_profile
from wegeketten.pipeline.hamlet import hamlet
from wegeketten.planning.plan import Wishes, make_plan, make_tasks
from wegeketten.planning.portfolio import Objective, value_of
from wegeketten.whatif.candidates import find_candidates

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City

SERVICES = ("pharmacy", "groceries")
WORLDS, SEED = 5, 7


def means_of_sets(city: City, budget: float) -> dict[tuple[int, ...], float]:
    """Mean over the worlds of what every affordable set of measures brings."""
    profiles = [load_profile("wheelchair")]
    candidates = find_candidates(city, profiles)
    drawn = Worlds(city, profiles, WORLDS, SEED)
    tasks = [
        make_tasks(WorldCity(drawn, number), profiles, candidates, Wishes(SERVICES))
        for number in range(WORLDS)
    ]
    prices = tasks[0][0].field.prices
    helpful = np.unique(np.concatenate([np.flatnonzero(one.mendable) for world in tasks for one in world]))
    bought = {
        chosen
        for size in range(1, 4)
        for chosen in combinations(helpful.tolist(), size)
        if prices[list(chosen)].sum() <= budget
    }
    plain = Objective(0.0, 0.0)
    return {
        chosen: float(np.mean([value_of(world, chosen, plain) for world in tasks]))
        for chosen in sorted(bought)
    }


@pytest.mark.parametrize("budget", [25_000, 40_000])
def test_no_affordable_set_beats_the_bound_and_the_plan_is_the_best_of_them(lazy: City, budget: int) -> None:
    by_set = means_of_sets(lazy, budget)
    made = make_plan(
        lazy, [load_profile("wheelchair")], wishes=Wishes(SERVICES, expected=True), budget_eur=budget,
        worlds=WORLDS, seed=SEED,
    )  # fmt: skip
    assert len(by_set) > 3
    assert max(by_set.values()) > 0
    assert made.bound is not None
    assert max(by_set.values()) <= made.bound + 1e-6
    assert made.value >= max(by_set.values()) - 1e-6
    assert made.value <= made.bound + 1e-6
    assert made.value == pytest.approx(by_set[tuple(sorted(made.edges))])
    by_likely = make_plan(
        lazy,
        [load_profile("wheelchair")],
        wishes=Wishes(SERVICES),
        budget_eur=budget,
        worlds=WORLDS,
        seed=SEED,
    )
    assert made.value > by_set[tuple(sorted(by_likely.edges))]


def test_the_plan_says_what_it_was_chosen_by(lazy: City, tmp_path: Path) -> None:
    wheels = [load_profile("wheelchair")]
    for name, expected in (("likely", False), ("expected", True)):
        made = make_plan(lazy, wishes=Wishes(SERVICES, expected=expected), profiles=wheels, worlds=WORLDS)
        made.write(tmp_path / name)
        told = json.loads((tmp_path / name / "plan.json").read_text(encoding="utf-8"))
        assert told["chosen_by"] == name
    gains = [line.people_expected or 0.0 for line in made.lines]
    assert made.people_reached == pytest.approx(np.cumsum(gains).tolist())


def test_what_is_to_be_expected_needs_worlds(lazy: City) -> None:
    with pytest.raises(UsageError, match="--worlds"):
        make_plan(lazy, [load_profile("pram")], wishes=Wishes(SERVICES, expected=True), worlds=0)


def test_where_no_world_has_a_place_one_can_enter_nothing_is_bought() -> None:
    """Of the hamlet's only pharmacy nobody knows the entrance: in this one world it has a step."""
    made = make_plan(
        hamlet(), [load_profile("wheelchair")], wishes=Wishes(("pharmacy",), expected=True),
        budget_eur=10_000, worlds=1, seed=1,
    )  # fmt: skip
    assert (made.lines, made.value, made.bound, made.chosen_by) == ((), 0.0, None, "expected")
    assert made.singles
