"""On a real extract: effects equal the scan's own reckoning, certificates hold, laws of the three answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from wegeketten.people.profile import load_profile
from wegeketten.planning.plan import Wishes, make_plan, make_tasks
from wegeketten.planning.task import Bundles, State
from wegeketten.reach.chains.errands import Errands
from wegeketten.reach.chains.every_home import find_chains
from wegeketten.reach.home_times import reach_of
from wegeketten.routing import INF
from wegeketten.whatif.candidates import Candidates, find_candidates
from wegeketten.whatif.unblock import Opener

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def zuerich(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> City:
    import wegeketten as wk

    extract = shared_data / "osm" / "zuerich-hb_2025-11.osm.pbf"
    return wk.build(extract, tmp_path_factory.mktemp("zuerich") / "city")


def test_effects_equal_the_scan_with_changed_weights(zuerich: City) -> None:
    city, chair, services = zuerich, load_profile("wheelchair"), ("groceries", "doctor")
    candidates = find_candidates(city, [chair])
    tasks = make_tasks(city, [chair], candidates, Wishes(services=services))
    today = city.weights(chair)
    mended = candidates.mended[chair.id, "likely"]
    rng = np.random.default_rng(5)
    helpful = np.flatnonzero(sum(State(task).gain(_singles(candidates)).minutes for task in tasks))
    edges = np.array(sorted(candidates.works))[np.union1d(rng.choice(helpful, 6), rng.integers(0, 300, 6))]
    for edge in [-1, *edges.tolist()]:
        weights = today.likely.copy()
        if edge >= 0:
            arcs = [2 * edge, 2 * edge + 1]
            weights[arcs] = np.minimum(weights[arcs], mended[arcs])
        city.forget()
        city._weights[chair.sha256] = today._replace(likely=weights)
        scanned = reach_of(city, chair, services).units["likely"]
        for column, task in enumerate(tasks):
            state = State(task)
            state.mend([edge] if edge >= 0 else [])
            np.testing.assert_array_equal(state.home_times, scanned[:, column])
    city.forget()


def _singles(candidates: Candidates) -> Bundles:
    return Bundles.of([(edge,) for edge in sorted(candidates.works)])


def test_certificates_hold(zuerich: City) -> None:
    chair = load_profile("wheelchair")
    candidates = find_candidates(zuerich, [chair])
    rng = np.random.default_rng(6)
    opened = 0
    for task in make_tasks(zuerich, [chair], candidates, Wishes()):
        opener = Opener(task.field, task.goals)
        for home in rng.choice(task.field.homes, 12, replace=False).tolist():
            opening = opener.open_from(task.field.streets + home, limit=task.limit)
            if opening is not None and opening.edges:
                opened += 1
                assert opener.certify(task.field.streets + home, opening.edges, limit=task.limit)
    assert opened > 10


def test_a_plan_keeps_its_budget_and_its_bound(zuerich: City) -> None:
    wishes = Wishes(("groceries", "stop"))
    plan = make_plan(zuerich, [load_profile("wheelchair")], budget_eur=40_000, wishes=wishes)
    assert plan.lines
    assert plan.lines[-1].cost_total_eur <= 40_000
    assert plan.bound is not None
    assert plan.bound >= plan.value - 1e-6
    assert list(plan.people_reached) == sorted(plan.people_reached)


def test_chains_fall_from_sure_to_possible(zuerich: City) -> None:
    chains = find_chains(zuerich, load_profile("wheelchair"), Errands(("groceries", "stop"), returning=True))
    seconds = [np.nan_to_num(chains.seconds[answer], nan=INF) for answer in ("sure", "likely", "possible")]
    assert (seconds[0] >= seconds[1]).all()
    assert (seconds[1] >= seconds[2]).all()
    assert np.array_equal(chains.breaks_at >= 0, np.isnan(chains.seconds["likely"]))


@pytest.mark.parametrize("returning", [False, True])
def test_effects_on_chains_equal_the_chains_reckoned_anew(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory, returning: bool
) -> None:
    import wegeketten as wk
    from wegeketten.planning.chain_task import Outing
    from wegeketten.planning.round_trip import state_of
    from wegeketten.reach.chains.trips import Trips

    extract = shared_data / "osm" / "berlin-miraustrasse_2026-07.osm.pbf"
    city, chair = wk.build(extract, tmp_path_factory.mktemp("berlin") / "city"), load_profile("wheelchair")
    candidates = find_candidates(city, [chair])
    outing = Outing(("groceries", "doctor", "stop"), returning)
    (task,) = make_tasks(city, [chair], candidates, Wishes(chains=(outing,)))
    today, mended = city.weights(chair), candidates.mended[chair.id, "likely"]
    able = sorted(candidates.works)
    gain = state_of(task).gain(Bundles.of([(edge,) for edge in able]))
    rng = np.random.default_rng(8)
    helpful = np.flatnonzero(gain.minutes + gain.opened + gain.within > 0)
    some = rng.choice(helpful, min(12, len(helpful)), replace=False)
    sets = [(), *((able[number],) for number in [*some.tolist(), *rng.choice(len(able), 8).tolist()])]
    sets += [tuple(sorted(rng.choice(able, 60, replace=False).tolist())) for _ in range(4)]
    for chosen in sets:
        weights = today.likely.copy()
        arcs = [2 * edge + side for edge in chosen for side in (0, 1)]
        weights[arcs] = np.minimum(weights[arcs], mended[arcs])
        city.forget()
        city._weights[chair.sha256] = today._replace(likely=weights)
        trips = Trips(city, chair)
        times = np.full(task.field.homes, INF, dtype=np.int64)
        errands = Errands(outing.visit, returning=returning)
        times[trips.precinct.homes.owner] = trips.tours(errands, "likely").times
        state = state_of(task)
        state.mend(chosen)
        np.testing.assert_array_equal(state.home_times, times)
    city.forget()
