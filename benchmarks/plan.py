"""Plans measured: exact effects, portfolios against the optimum, certificates, chains.

    python benchmarks/plan.py [-o results/plan.md]

Every figure is computed in this run from the extracts in ``../shared/data``; cities are built into a
temporary folder. The oracle for single effects is the scan's own way of reckoning: the network's weights are
changed, the hierarchy is customised anew and all homes are looked up again.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import wegeketten as wk
from wegeketten.joins.endpoints import allowed_places, join_homes, join_places, same_edge, seeds_to, times_at
from wegeketten.people.profile import load_profile
from wegeketten.planning.bound import highest_value
from wegeketten.planning.enumeration import WIDEST, all_wishes
from wegeketten.planning.milp import solve_program
from wegeketten.planning.optimise import choose_measures
from wegeketten.planning.plan import Wishes, make_tasks, single_effects
from wegeketten.planning.portfolio import Ledger, Objective, buy_greedily, value_of
from wegeketten.planning.task import Bundles, State, restrict
from wegeketten.reach.chains.errands import Errands
from wegeketten.reach.chains.trips import Trips
from wegeketten.routing import INF
from wegeketten.whatif.candidates import find_candidates
from wegeketten.whatif.unblock import Opener

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wegeketten.city import City
    from wegeketten.people.profile import Profile
    from wegeketten.planning.task import Task

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "osm"
EXTRACTS = {
    "Berlin": "berlin-miraustrasse_2026-07.osm.pbf",
    "Zürich": "zuerich-hb_2025-11.osm.pbf",
    "Lauf": "lauf-pegnitz_2020-01.osm.pbf",
    "Neubrandenburg": "neubrandenburg_2016-02.osm.bz2",
    "Milano": "milano_2014-10.osm.pbf",
}
WHEELED = ("wheelchair", "powerchair", "rollator")
PEOPLE = Objective(0.0, 0.0)
BARRIERS, PAIRS = 200, 500

out: list[str] = []


def say(line: str = "") -> None:
    print(line, flush=True)
    out.append(line)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--out", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    parts = {
        "effects": effects, "speed": speed, "portfolio": portfolio, "certificates": certificates,
        "chains": chains,
    }  # fmt: skip
    say("# Plans, measured")
    say()
    say(f"numpy {np.__version__}, Python {sys.version.split()[0]}; one command: `python benchmarks/plan.py`.")
    with tempfile.TemporaryDirectory() as folder:
        cities = {name: wk.build(SHARED / file, Path(folder) / name) for name, file in EXTRACTS.items()}
        for name, part in parts.items():
            if not options.only or name in options.only:
                say()
                part(cities)
    if options.out:
        options.out.write_text("\n".join(out) + "\n", encoding="utf-8")


def scan_times(city: City, profile: Profile, weights: Any, service: str) -> Any:
    """Units of every home as the scan reckons them, for any weights of the network."""
    u, v = city.edges["u"], city.edges["v"]
    homes, places = join_homes(city, profile), join_places(city, profile)
    offer = places.take(np.isin(places.owner, allowed_places(city, profile, "likely", service)))
    seeds = seeds_to(offer, (u, v), weights)
    metric = city.hierarchy.customize(weights)
    nodes = metric.nearest([seeds.nodes], [seeds.offsets], direction="to")
    units, _ = times_at(homes, (u, v), weights, nodes)
    times = np.full(len(city.homes["home_id"]), INF, dtype=np.int64)
    times[homes.owner] = units[:, 0]
    pairs = same_edge(homes, offer, weights, city.edges["length_m"])
    np.minimum.at(times, homes.owner[pairs.home], pairs.units)
    return times


def effects(cities: dict[str, City]) -> None:
    say("## Single effects against recomputation")
    say()
    say("| city | profile, service | barriers | with an effect | homes compared | largest difference |")
    say("|---|---|---|---|---|---|")
    for name in ("Berlin", "Zürich"):
        city, profile, service = cities[name], load_profile("wheelchair"), "groceries"
        candidates = find_candidates(city, [profile])
        (task,) = make_tasks(city, [profile], candidates, Wishes(services=(service,)))
        rng = np.random.default_rng(7)
        able = np.array(sorted(candidates.works))
        edges = rng.choice(able, min(BARRIERS, len(able)), replace=False)
        state = State(task)
        gain = state.gain(Bundles.of([(int(edge),) for edge in edges]))
        likely = city.weights(profile).likely
        mended = candidates.mended[profile.id, "likely"]
        base = scan_times(city, profile, likely, service)
        worst, touched = int(np.abs(base - state.home_times).max()), 0
        for number, edge in enumerate(edges.tolist()):
            weights = likely.copy()
            arcs = [2 * edge, 2 * edge + 1]
            weights[arcs] = np.minimum(weights[arcs], mended[arcs])
            after = scan_times(city, profile, weights, service)
            one = State(task)
            one.mend([edge])
            worst = max(worst, int(np.abs(after - one.home_times).max()))
            had = base < INF
            figures = (
                task.people[(base > task.limit) & (after <= task.limit)].sum() - gain.within[number],
                task.people[~had & (after < INF)].sum() - gain.opened[number],
                (task.people[had] * (base - after)[had]).sum() / 600 - gain.minutes[number],
            )
            worst = max(worst, *(round(abs(float(figure)) * 1000) for figure in figures))
            touched += bool((after != base).any())
        compared = f"{len(base) * len(edges):,}"
        say(f"| {name} | {profile.id}, {service} | {len(edges)} | {touched} | {compared} | {worst} |")


def speed(cities: dict[str, City]) -> None:
    say("## All barriers × all services × three wheeled profiles, one thread")
    say()
    say("| city | edges | homes | barriers with a measure | tasks | searches | with an effect | seconds |")
    say("|---|---|---|---|---|---|---|---|")
    for name, city in cities.items():
        profiles = [load_profile(profile) for profile in WHEELED]
        candidates = find_candidates(city, profiles)
        tasks = make_tasks(city, profiles, candidates, Wishes())
        single_effects(city, candidates, tasks[:1], Objective())  # compile
        started = time.perf_counter()
        found = single_effects(city, candidates, tasks, Objective())
        seconds = time.perf_counter() - started
        barriers = len(candidates.works)
        say(
            f"| {name} | {len(city.edges):,} | {len(city.homes['home_id']):,} | {barriers:,} | "
            f"{len(tasks)} | "
            f"{barriers * len(tasks):,} | {len(found):,} | {seconds:.2f} |"
        )
        city.forget()


def district_tasks(city: City, district: int, services: tuple[str, ...]) -> list[Task]:
    """Tasks of one district and the 60 barriers with a measure nearest to the middle of its homes."""
    profile = load_profile("wheelchair")
    candidates = find_candidates(city, [profile])
    inside = city.homes["district"] == district
    tasks = [
        replace(task, people=task.people * inside)
        for task in make_tasks(city, [profile], candidates, Wishes(services=services))
    ]
    rows = np.array(sorted(candidates.works))
    middle = np.array([np.median(city.homes[axis][inside]) for axis in "xy"])
    place = city.edges.points[city.edges.bends[rows]]
    near = np.lexsort((rows, np.hypot(*(place - middle).T)))[: WIDEST - 2]
    return restrict(tasks, rows[near].tolist()) if tasks else []


def in_sequence(tasks: Sequence[Task], order: Sequence[int], budget: float) -> float:
    """Buy barriers in a given order while the money lasts."""
    chosen, money = [], budget
    for edge in order:
        price = int(tasks[0].field.prices[edge])
        if price <= money:
            chosen.append(int(edge))
            money -= price
    return value_of(tasks, chosen, PEOPLE)


def rankings(city: City, tasks: Sequence[Task]) -> dict[str, list[int]]:
    field = tasks[0].field
    edges = np.flatnonzero(field.mendable & (field.prices > 0))
    single = Ledger(tasks, PEOPLE).values([(int(edge),) for edge in edges])
    left = np.full(len(edges), np.inf)
    for task in tasks:
        times = Opener(field, task.goals).time_left.astype(np.float64)
        for number, edge in enumerate(edges.tolist()):
            left[number] = min(left[number], times[field.tails[field.arcs_on(edge)]].min())
    kerb = city.edges["kerb_cm"][edges].astype(np.float64)
    steps = np.nan_to_num(city.edges["step_count"][edges].astype(np.float64))
    severity = np.nan_to_num(kerb) / 3 + steps
    return {
        "single gain": edges[np.lexsort((edges, -single / field.prices[edges]))].tolist(),
        "nearest to services": edges[np.lexsort((edges, left))].tolist(),
        "most severe first": edges[np.lexsort((edges, -severity))].tolist(),
    }


def portfolio(cities: dict[str, City]) -> None:
    say("## Portfolios against the optimum of the complete integer program")
    say()
    say("People × services newly within the standard, wheelchair, four services; homes of a district and the")
    say("60 barriers nearest to their middle, so that all ways can be counted.")
    say("*bundles* is what large cities get: greedy buying and a program over the bundles found, without")
    say("counting all ways. The bound is what is printed where no optimum can be computed.")
    say()
    say(
        "| district | budget € | optimum | bundles | share | greedy alone | single gain | nearest | "
        "most severe | bound |"
    )
    say("|---|---|---|---|---|---|---|---|---|---|")
    shares = []
    services = ("groceries", "doctor", "stop", "playground")
    for name, city in cities.items():
        if name == "Milano":
            continue
        weight = np.bincount(np.maximum(city.homes["district"], 0), minlength=len(city.districts["name"]))
        for district in np.argsort(-weight, kind="stable")[:3].tolist():
            tasks = district_tasks(city, district, services)
            if not tasks:
                continue
            ranks = rankings(city, tasks)
            for budget in (5_000, 15_000, 30_000, 60_000, 120_000):
                edges = np.flatnonzero(tasks[0].field.mendable).tolist()
                counted = [all_wishes(task, edges, budget) for task in tasks]
                if any(wishes is None for wishes in counted):
                    continue
                wishes = [wish for more in counted if more for wish in more]
                best = solve_program(wishes, tasks[0].field.prices, budget, nodes=1_000_000)
                if not best.value:  # nobody can be helped for that money
                    continue
                ours = choose_measures(tasks, budget, objective=PEOPLE, complete=False)
                greedy = buy_greedily(tasks, budget, objective=PEOPLE)
                greedy_value = value_of(tasks, [edge for pick in greedy for edge in pick.edges], PEOPLE)
                bound = highest_value(tasks, budget)
                others = [in_sequence(tasks, order, budget) for order in ranks.values()]
                share = ours.value / best.value
                shares.append(share)
                label = str(city.districts["name"][district])
                say(
                    f"| {name} {label} | {budget:,} | {best.value:.0f} | {ours.value:.0f} | "
                    f"{100 * share:.1f} % | {greedy_value:.0f} | "
                    f"{' | '.join(f'{other:.0f}' for other in others)} | {bound:.0f} |"
                )
        city.forget()
    if shares:
        say()
        say(
            f"Least share {100 * min(shares):.1f} %, mean {100 * float(np.mean(shares)):.1f} %, "
            f"{len(shares)} cases."
        )


def certificates(cities: dict[str, City]) -> None:
    say("## Certificates run again")
    say()
    say(f"{PAIRS // 2} random pairs of a home and a service in each city that no way (or none in time)")
    say("joins today and some set of measures joins. Each set is mended and searched again, and each of its")
    say("subsets that lack one barrier.")
    say()
    say("| city | drawn | reached already | no measure | opened | sets of 1, 2, 3 … | hold | seconds |")
    say("|---|---|---|---|---|---|---|---|")
    for name in ("Berlin", "Zürich"):
        city, profile = cities[name], load_profile("wheelchair")
        started = time.perf_counter()
        candidates = find_candidates(city, [profile])
        tasks = make_tasks(city, [profile], candidates, Wishes())
        rng = np.random.default_rng(11)
        openers = [Opener(task.field, task.goals) for task in tasks]
        drawn = reached = opened = hopeless = hold = 0
        sizes = np.zeros(64, dtype=int)
        while opened < PAIRS // 2 and drawn < 100 * PAIRS:
            drawn += 1
            number = int(rng.integers(len(tasks)))
            task, opener = tasks[number], openers[number]
            start = task.field.streets + int(rng.integers(task.field.homes))
            limit = task.limit
            if opener.today[start] <= limit:
                reached += 1
                continue
            opening = opener.open_from(start, limit=limit)
            if opening is None:
                limit = INF - 1
                opening = opener.open_from(start, limit=limit) if opener.today[start] >= INF else None
            if opening is None:
                hopeless += 1
                continue
            opened += 1
            sizes[len(opening.edges)] += 1
            hold += opener.certify(start, opening.edges, limit=limit)
        listed = " ".join(str(count) for count in np.trim_zeros(sizes[1:], "b").tolist())
        say(
            f"| {name} | {drawn} | {reached} | {hopeless} | {opened} | {listed} | {hold} of {opened} | "
            f"{time.perf_counter() - started:.1f} |"
        )


def chains(cities: dict[str, City]) -> None:
    say("## A chain of four kinds for every home, after customisation")
    say()
    say("| city | homes | order s | customise s | in order s | returning s | any order, returning s |")
    say("|---|---|---|---|---|---|---|")
    visit = ("groceries", "doctor", "stop", "playground")
    for name, city in cities.items():
        trips = Trips(city, load_profile("wheelchair"))
        started = time.perf_counter()
        _ = trips.precinct.hierarchy
        ordered = time.perf_counter() - started
        started = time.perf_counter()
        _ = trips.metric("likely")
        customised = time.perf_counter() - started
        figures = []
        for errands in (Errands(visit), Errands(visit, returning=True), Errands(visit, True, True)):
            best = min(_timed(trips, errands) for _ in range(2))  # the first run of all compiles
            figures.append(f"{best:.3f}")
        say(
            f"| {name} | {len(trips.precinct.homes):,} | {ordered:.2f} | {customised:.3f} | "
            f"{' | '.join(figures)} |"
        )
        city.forget()


def _timed(trips: Trips, errands: Errands) -> float:
    started = time.perf_counter()
    trips.tours(errands, "likely")
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
