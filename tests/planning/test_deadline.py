"""Work that is stopped hands over what it has: whole, exact, and marked."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import numpy as np
import pytest
from planning.test_plan import city_with
from planning.test_rings import town
from reach.toy import kerb

from wegeketten.command.stopping import stoppable
from wegeketten.errors import UsageError
from wegeketten.model.deadline import Deadline, DeadlinePassedError
from wegeketten.model.reading import Provenance
from wegeketten.people.profile import load_profile
from wegeketten.planning.bound import highest_value
from wegeketten.planning.optimise import choose_measures
from wegeketten.planning.plan import make_plan
from wegeketten.planning.portfolio import Objective, value_of
from wegeketten.planning.survey import find_survey
from wegeketten.planning.task import Task

if TYPE_CHECKING:
    from pathlib import Path


class Countdown(Deadline):
    """Passes after it has been asked so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    @property
    def passed(self) -> bool:
        self.times -= 1
        return self.times < 0


def test_a_plan_stopped_at_any_moment_is_whole_and_marked(tmp_path: Path) -> None:
    profile = load_profile("wheelchair")
    city = city_with(3)
    full = make_plan(city, [profile], budget_eur=50_000)
    assert full.complete
    for times in (0, 1, 2, 3, 5, 8, 13):
        plan = make_plan(city, [profile], budget_eur=50_000, deadline=Countdown(times))
        assert not plan.complete or times > 1
        assert plan.bound is not None
        assert plan.value <= full.value <= plan.bound
        assert sum(line.cost_eur for line in plan.lines) <= 50_000
    make_plan(city, [profile], budget_eur=50_000, deadline=Countdown(0)).write(tmp_path)
    assert json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))["complete"] is False


@pytest.mark.parametrize("seed", range(12))
def test_portfolios_and_bounds_of_any_length_hold(seed: int) -> None:
    rng = np.random.default_rng(seed)
    nodes = int(rng.integers(5, 14))
    field = town(rng, nodes)
    people = rng.integers(0, 5, nodes).astype(float)
    task = Task("pram", "park", field, rng.integers(0, nodes, 2).astype(np.int32), people, 120)
    people_only = Objective(0.0, 0.0)
    best = choose_measures([task], 60, objective=people_only)
    for times in range(0, 30, 3):
        stopped = choose_measures(
            [task], 60, objective=people_only, complete=False, deadline=Countdown(times)
        )
        assert stopped.price <= 60
        assert stopped.value == pytest.approx(value_of([task], stopped.edges, people_only))
        assert stopped.value <= best.value + 1e-9
        bound = highest_value([task], 60, deadline=Countdown(times))
        assert bound is None or bound >= best.value - 1e-6


def test_a_survey_that_is_stopped_says_so() -> None:
    unknown = kerb(3, lower=0, upper=12, provenance=Provenance.assumed)
    city, profile = city_with(2, **unknown), load_profile("wheelchair")
    survey = find_survey(city, [profile], services=["pharmacy"], deadline=Countdown(0))
    assert survey.to_json()["complete"] is False
    assert [spot.barrier_id for spot in survey.spots] == ["n1001", "n1003"]
    assert find_survey(city, [profile], services=["pharmacy"]).complete


def test_a_deadline_raises_where_nothing_can_be_handed_over() -> None:
    Deadline().check()
    with pytest.raises(DeadlinePassedError):
        Deadline(0).check()
    assert Deadline().left_s is None
    assert Deadline(0).left_s == 0.0


def test_ctrl_c_asks_once_and_ends_the_second_time(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGINT)
    with stoppable(None) as deadline:
        assert not deadline.passed
        os.kill(os.getpid(), signal.SIGINT)
        assert deadline.passed
        assert "-C " in capsys.readouterr().err  # Ctrl-C, or Strg-C
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(UsageError, match="--seconds 0"), stoppable(0):
        pass
