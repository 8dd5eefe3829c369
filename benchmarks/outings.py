"""Plans for chains of errands measured: single effects against recomputation, value against bound.

    python benchmarks/outings.py [-o results/outings.md]

The oracle reckons chains as ``chain`` does: the network's weights are changed, the network cut at its doors
is customised anew and the chains of all homes are searched again.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import wegeketten as wk
from wegeketten.people.profile import load_profile
from wegeketten.planning.chain_task import Outing
from wegeketten.planning.plan import Wishes, make_plan, make_tasks
from wegeketten.planning.round_trip import state_of
from wegeketten.planning.task import Bundles
from wegeketten.reach.chains.errands import Errands
from wegeketten.reach.chains.trips import Trips
from wegeketten.routing import INF
from wegeketten.whatif.candidates import find_candidates

if TYPE_CHECKING:
    from wegeketten.city import City

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "osm"
EXTRACTS = {"Berlin": "berlin-miraustrasse_2026-07.osm.pbf", "Zürich": "zuerich-hb_2025-11.osm.pbf"}
VISIT = ("groceries", "doctor", "stop")
BARRIERS, BUDGETS = 40, (30_000, 120_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--out", type=Path)
    options = parser.parse_args()
    effects = [
        "| city | returns | barriers | with an effect | homes compared | largest difference |",
        "|---|---|---|---|---|---|",
    ]
    plans = [
        "| city | returns | budget € | value | bound | share | seconds |",
        "|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name, file in EXTRACTS.items():
            city = wk.build(SHARED / file, Path(folder) / name)
            for returning in (False, True):
                outing = Outing(VISIT, returning)
                effects.append(f"| {name} | {'yes' if returning else 'no'} | {compared(city, outing)} |")
                plans += [
                    f"| {name} | {'yes' if returning else 'no'} | {planned(city, outing, budget)} |"
                    for budget in BUDGETS
                ]
    lines = [
        "# Plans for chains, measured",
        "",
        f"A wheelchair's chain {' > '.join(VISIT)}. {BARRIERS} barriers, half of them such as have an",
        "effect: times of all homes once each is mended, against chains reckoned anew (units of 0.1 s).",
        "",
        *effects,
        "",
        "People newly able to run the chain in time, and the proven upper bound:",
        "",
        *plans,
    ]
    text = "\n".join(lines) + "\n"
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")


def compared(city: City, outing: Outing) -> str:
    """Single effects against recomputation, as cells of the table."""
    chair = load_profile("wheelchair")
    candidates = find_candidates(city, [chair])
    (task,) = make_tasks(city, [chair], candidates, Wishes(chains=(outing,)))
    mended = candidates.mended[chair.id, "likely"]
    able = np.array(sorted(candidates.works))
    gain = state_of(task).gain(Bundles.of([(int(edge),) for edge in able]))
    helps = gain.minutes + gain.opened + gain.within > 0
    rng = np.random.default_rng(8)
    some = rng.permutation(able[helps])[: BARRIERS // 2]
    rest = rng.permutation(np.setdiff1d(able, some))[: BARRIERS - len(some)]
    weights, worst, touched = city.weights(chair), 0, 0
    base = state_of(task).home_times
    for edge in [*some.tolist(), *rest.tolist()]:
        changed = weights.likely.copy()
        arcs = [2 * edge, 2 * edge + 1]
        changed[arcs] = np.minimum(changed[arcs], mended[arcs])
        city.forget()
        city._weights[chair.sha256] = weights._replace(likely=changed)
        trips = Trips(city, chair)
        times = np.full(task.field.homes, INF, dtype=np.int64)
        errands = Errands(outing.visit, returning=outing.returning)
        times[trips.precinct.homes.owner] = trips.tours(errands, "likely").times
        state = state_of(task)
        state.mend([edge])
        worst = max(worst, int(np.abs(state.home_times - times).max()))
        touched += bool((times != base).any())
    city.forget()
    count = len(some) + len(rest)
    return f"{count} | {touched} | {count * len(base):,} | {worst}"


def planned(city: City, outing: Outing, budget: int) -> str:
    """Value and bound of a plan, as cells of the table."""
    started = time.perf_counter()
    plan = make_plan(city, [load_profile("wheelchair")], wishes=Wishes(chains=(outing,)), budget_eur=budget)
    seconds = time.perf_counter() - started
    city.forget()
    bound = plan.bound or 0.0
    share = f"{100 * plan.value / bound:.1f} %" if bound else "–"
    return f"{budget:,} | {plan.value:.0f} | {bound:.1f} | {share} | {seconds:.1f}"


if __name__ == "__main__":
    main()
