"""Are the chances honest: hide tags street by street, foretell, reveal; and what the worlds cost.

    python benchmarks/chances.py [elements|shares|martingale|cost]… [--city CITY]…

Without arguments it takes every part, over the extracts in ``../shared/data`` (built once, in a scratch
folder). Beside the chances stand the static assumption (the point value is the truth) and independent draws
(nothing is shared), so that the gain of both is seen. The priors were counted on the same extracts: with
``--put-aside`` each city is foretold with priors from the others alone.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

import wegeketten as wk
from wegeketten.chances import Worlds
from wegeketten.chances.groups import Groups
from wegeketten.chances.skill import Cases, briers, foretold, without_tags
from wegeketten.chances.worlds import BLOCK
from wegeketten.city import City
from wegeketten.errors import InputDataError
from wegeketten.model.edges import EdgeTable, attribute_columns
from wegeketten.model.reading import Provenance
from wegeketten.people.profile import Profile, load_profiles
from wegeketten.reach.expected import find_chances
from wegeketten.reach.shares import units_within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
SCRATCH = Path(tempfile.gettempdir()) / "wegeketten-benchmark-chances"
EXTRACTS = {
    "berlin": ("berlin-miraustrasse_2026-07.osm.pbf", None),
    "zuerich": ("zuerich-hb_2025-11.osm.pbf", None),
    "herrenberg": ("herrenberg_2021-06.osm.pbf", None),
    "darmstadt": ("darmstadt-frankfurt-stations_2024-03.osm.pbf", None),
    "neubrandenburg": ("neubrandenburg_2016-02.osm.bz2", None),
    "lauf": ("lauf-pegnitz_2020-01.osm.pbf", "N49E011.hgt.zip"),
    "porto": ("porto-alegre_2020-08.osm.pbf", "porto-alegre_srtm1.tif"),
}
WHEELED = ("rollator", "wheelchair", "powerchair", "pram")
SCENARIOS = {
    "kerbs": ("kerb_cm",),
    "surfaces": ("surface_class", "smoothness_grade"),
    "widths": ("width_m",),
    "all": ("kerb_cm", "surface_class", "smoothness_grade", "width_m", "incline_pct", "ramp_stroller"),
}
KEPT = ("nodes", "homes", "places", "districts", "catalogue", "home_snaps", "place_snaps", "hierarchy")
LIMIT_OF = {
    "kerb_cm": "kerb_cm",
    "incline_pct": "incline_up_pct",
    "width_m": "width_m",
    "surface_class": "surface_class",
    "smoothness_grade": "smoothness_grade",
}
SEED = 20261130
ASIDE = "Each city foretold with priors from the other cities alone.\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["elements", "shares", "martingale", "cost"])
    parser.add_argument("--city", action="append", default=[])
    parser.add_argument("--repeats", type=int, default=4)
    parser.add_argument("--put-aside", action="store_true")
    chosen = parser.parse_args()
    names = chosen.city or list(EXTRACTS)
    if "elements" in chosen.parts:
        print_elements(names, chosen.put_aside)
    if "shares" in chosen.parts:
        print_shares(names, chosen.repeats, chosen.put_aside)
    if "martingale" in chosen.parts:
        print_martingale(chosen.city[0] if chosen.city else "berlin")
    if "cost" in chosen.parts:
        print_cost(chosen.city[0] if chosen.city else "neubrandenburg")


def city_of(name: str) -> City:
    """The city, built when it is first asked for; a path is a city folder."""
    if name not in EXTRACTS:
        return wk.open(name)
    folder = SCRATCH / name
    try:
        city = wk.open(folder)
        city.edges  # noqa: B018  # a city of an older version lacks columns
        return city
    except InputDataError:
        extract, dem = EXTRACTS[name]
        SCRATCH.mkdir(parents=True, exist_ok=True)
        return wk.build(SHARED / "osm" / extract, folder, dem=[SHARED / "dem" / dem] if dem else [])


def groups_of(city: City) -> Groups:
    return Groups(city.edges, np.stack([city.nodes["x"], city.nodes["y"]], axis=1).astype(np.float64))


# --- element by element -----------------------------------------------------------------------------


def priors_of(aside: bool) -> Callable[[str], AbstractContextManager[None]]:
    """The priors that a city is foretold with: as shipped, or counted on all cities but this one."""
    if not aside:
        return lambda _: nullcontext()
    from priors import priors_without, tables_of

    tables = tables_of(list(EXTRACTS))
    return lambda name: priors_without(name, tables)


def print_elements(names: list[str], aside: bool) -> None:
    profiles, priors = load_profiles(WHEELED), priors_of(aside)
    print("## Element by element, the tags of its own street put aside\n")
    print(ASIDE if aside else "Priors as shipped.\n")
    print("| attribute | profile | elements | Brier | static | skill | worst tenth of 100 or more |")
    print("|---|---|---:|---:|---:|---:|---|")
    cities = [(name, groups_of(city_of(name))) for name in names]
    for attribute in LIMIT_OF:
        for profile in profiles:
            limit = getattr(profile.limits, LIMIT_OF[attribute])
            if limit is None:
                continue
            parts = []
            for name, groups in cities:
                with priors(name):
                    parts.append(foretold(groups, attribute, float(limit)))
            cases = Cases(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
            if cases.weight.sum() < 30:
                continue
            brier, static = briers(cases)
            skill = 1 - brier / static if static > 0 else float("nan")
            print(
                f"| {attribute} | {profile.id} | {cases.weight.sum():.0f} | {brier:.4f} | {static:.4f} "
                f"| {skill:+.2f} | {worst_tenth(cases)} |"
            )
    print()


def worst_tenth(cases: Cases) -> str:
    tenth = np.minimum((cases.chance * 10).astype(int), 9)
    worst = (0.0, 0.0, -1)
    for number in range(10):
        inside = tenth == number
        count = cases.weight[inside].sum()
        if count >= 100:
            off = np.average(cases.chance[inside] - cases.truth[inside], weights=cases.weight[inside])
            worst = max(worst, (abs(off), count, number))
    return "none so large" if worst[2] < 0 else f"{100 * worst[0]:.1f} points, {worst[1]:.0f} in {worst[2]}"


# --- shares -------------------------------------------------------------------------------------------


def hidden(city: City, masks: dict[str, np.ndarray]) -> City:
    """The city as if the readings of some edges had never been tagged."""
    groups = groups_of(city)
    columns = dict(city.edges.columns)
    for attribute, mask in masks.items():
        rows = np.flatnonzero(mask)
        values = without_tags(groups, attribute, rows)
        for place, end in enumerate(("", "_lower", "_upper")):
            columns[attribute + end] = columns[attribute + end].copy()
            columns[attribute + end][rows] = values[:, place]
        columns[f"{attribute}_from"] = columns[f"{attribute}_from"].copy()
        columns[f"{attribute}_from"][rows] = Provenance.assumed
    return with_columns(city, columns)


def with_columns(city: City, columns: dict[str, np.ndarray]) -> City:
    other = City(city.path, city.meta)
    for name in (
        "nodes",
        "homes",
        "places",
        "districts",
        "catalogue",
        "home_snaps",
        "place_snaps",
        "hierarchy",
    ):
        other.__dict__[name] = getattr(city, name)
    lines = (city.edges.bends, city.edges.points)
    other.__dict__["edges"] = EdgeTable(columns, city.edges.names, *lines)
    return other


def masks_of(
    city: City, attributes: tuple[str, ...], share: float, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Tagged readings to hide: those of a share of the streets."""
    groups = groups_of(city)
    streets, street = np.unique(groups.street, return_inverse=True)
    chosen = rng.random(len(streets)) < share if share < 1 else np.ones(len(streets), dtype=bool)
    found = {}
    for attribute in attributes:
        known = np.isin(city.edges[f"{attribute}_from"], (Provenance.surveyed, Provenance.tagged))
        found[attribute] = known & chosen[street]
    if "smoothness_grade" in found:  # what follows from it is hidden with it
        derived = city.edges["surface_class_from"] == Provenance.derived
        found["surface_class"] |= derived & found["smoothness_grade"]
    return {name: mask for name, mask in found.items() if mask.any()}


class Told(NamedTuple):
    """One district × profile × service: the share with the tags, and what was foretold without them."""

    truth: float  # home by home within what sure and possible left open without the tags
    raw: float  # whatever the tags say
    likely: float
    width: float  # sure to possible, without the tags
    by_world: np.ndarray


def print_shares(names: list[str], repeats: int, aside: bool) -> None:
    priors = priors_of(aside)
    print("## Shares: tags hidden by street, foretold, revealed\n")
    print(ASIDE if aside else "Priors as shipped.\n")
    print("Cells are district × wheeled profile × service; those on which nothing hangs are left out.\n")
    print("`raw` also counts homes that the tags carry beyond *possible*: on faster ground than assumed.\n")
    print("`even`: inside, where a truth that many worlds share counts by how many of them lie below it.")
    print(
        "Errors: mean distance from the truth, points, of the mean over the worlds, of their median, and of"
    )
    print("*likely* (the static assumption).\n")
    columns = "extract|hidden|draws|cells|inside|even|raw|width|of bounds|mean|median|likely"
    print(f"| {columns.replace('|', ' | ')} |")
    print("|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    rng = np.random.default_rng(SEED)
    for name in names:
        city = city_of(name)
        for scenario, attributes in SCENARIOS.items():
            for share in (0.5, 1.0):
                rounds = [masks_of(city, attributes, share, rng) for _ in range(repeats if share < 1 else 1)]
                rounds = [masks for masks in rounds if masks]
                if not rounds:
                    continue
                for sharing in (True, False):
                    with priors(name):
                        told = [each for masks in rounds for each in foreseen(city, masks, sharing)]
                    label = f"{'half' if share < 1 else 'all'} of {scenario}"
                    print_row(name, label, "shared" if sharing else "independent", told)
    print()


def print_row(name: str, label: str, draws: str, told: list[Told]) -> None:
    if not told:
        print(f"| {name} | {label} | {draws} | 0 |{' – |' * 8}")
        return
    worlds = np.stack([each.by_world for each in told])
    low, high = np.quantile(worlds, (0.1, 0.9), axis=1)
    parts = ("truth", "likely", "raw")
    truth, likely, raw = (np.array([getattr(each, part) for each in told]) for part in parts)
    covered = [((value >= low - 1e-9) & (value <= high + 1e-9)).mean() for value in (truth, raw)]
    same = np.abs(worlds - truth[:, None]) <= 1e-6
    ranks = ((worlds < truth[:, None]) & ~same).mean(axis=1)
    # of the worlds that share the truth's value: the part between the tenth and the ninetieth in 100
    ties = same.mean(axis=1)
    part = np.clip(0.9 - ranks, 0, ties) - np.clip(0.1 - ranks, 0, ties)
    even = np.where(ties > 0, part / np.maximum(ties, 1e-9), (ranks >= 0.1) & (ranks <= 0.9)).mean()
    bounds = np.mean([each.width for each in told])
    width = (high - low).mean()
    points = worlds.mean(axis=1), np.median(worlds, axis=1), likely
    errors = [np.abs(value - truth).mean() for value in points]
    print(
        f"| {name} | {label} | {draws} | {len(told)} | {100 * covered[0]:.0f} % | {100 * even:.0f} % "
        f"| {100 * covered[1]:.0f} % | {100 * width:.2f} | {width / max(bounds, 1e-9):.2f} | "
        + " | ".join(f"{100 * error:.2f}" for error in errors)
        + " |",
        flush=True,
    )


def foreseen(city: City, masks: dict[str, np.ndarray], sharing: bool) -> Iterator[Told]:
    profiles = load_profiles(WHEELED)
    offered = set(city.places["service"].tolist())
    services = [service for service in city.catalogue.pick(()) if service in offered]
    blind = hidden(city, masks)
    worlds = Worlds(blind, profiles, 64, SEED, sharing, wary=False, only=masks)
    chances = find_chances(blind, profiles, services, worlds=worlds)
    before, after = (wk.scan(each, profiles=profiles, services=services) for each in (blind, city))
    weight, district = city.homes["weight"].astype(float), city.homes["district"]
    for profile in profiles:
        limits = [units_within(city.catalogue.standard_s(service, profile)) for service in services]
        inside = {
            (when, answer): scan.reach[profile.id].units[answer] <= np.array(limits)
            for when, scan in (("before", before), ("after", after))
            for answer in ("sure", "likely", "possible")
        }
        told = inside["after", "likely"] | inside["before", "sure"]
        inside["told"] = told & inside["before", "possible"]
        for row in np.unique(district).tolist():
            homes = np.flatnonzero(district == row)
            if not weight[homes].sum() > 0:
                continue
            shares = {
                key: np.average(flags[homes], axis=0, weights=weight[homes]) for key, flags in inside.items()
            }
            by_world = chances.by_world(profile.id, homes, weight[homes])
            for column in range(len(services)):
                truth, likely = shares["told"][column], shares["before", "likely"][column]
                raw = shares["after", "likely"][column]
                if np.ptp(by_world[column]) < 1e-9 and abs(truth - by_world[column, 0]) < 1e-9:
                    continue  # nothing hangs on what was hidden
                width = shares["before", "possible"][column] - shares["before", "sure"][column]
                yield Told(truth, raw, likely, width, by_world[column])


# --- laws and cost ------------------------------------------------------------------------------------


def print_martingale(name: str, rounds: int = 200) -> None:
    """Truths drawn from the model itself, revealed street by street: what is expected must not drift."""
    city, rng = city_of(name), np.random.default_rng(SEED)
    profiles = load_profiles(["wheelchair"])
    mask = masks_of(city, ("surface_class", "smoothness_grade"), 1.0, rng)["surface_class"]
    blind = hidden(city, {"surface_class": mask, "smoothness_grade": mask})
    streets, street = np.unique(groups_of(city).street, return_inverse=True)
    truths = Worlds(blind, profiles, rounds, SEED + 1, wary=False, only={"surface_class": mask})
    before = mean_share(blind, profiles, {"surface_class": mask})
    changes = []
    for number in range(rounds):
        told = mask & (rng.random(len(streets)) < rng.uniform(0.1, 0.9))[street]
        drawn = truths.classes("surface_class", number - number % BLOCK)
        known = told[drawn.rows]
        rows, value = drawn.rows[known], drawn.classes[known, number % BLOCK] + 1
        columns = {column: blind.edges[column].copy() for column in attribute_columns(["surface_class"])}
        for end in ("", "_lower", "_upper"):
            columns[f"surface_class{end}"][rows] = value
        columns["surface_class_from"][rows] = Provenance.tagged
        revealed = with_columns(blind, {**blind.edges.columns, **columns})
        changes.append(mean_share(revealed, profiles, {"surface_class": mask & ~told}) - before)
    error = np.std(changes, ddof=1) / np.sqrt(rounds)
    print(f"## More tags, no drift: {rounds} random reveals of surfaces in {name}\n")
    print(f"Expected share {100 * before:.2f}; mean change {100 * np.mean(changes):+.3f} points,")
    print(f"standard error {100 * error:.3f}: {abs(np.mean(changes)) / error:.1f} standard errors\n")


def mean_share(city: City, profiles: list[Profile], only: dict[str, np.ndarray]) -> float:
    """Expected share over all homes and services."""
    offered = set(city.places["service"].tolist())
    services = [service for service in city.catalogue.pick(()) if service in offered]
    worlds = Worlds(city, profiles, 24, SEED, wary=False, only=only)
    chance = find_chances(city, profiles, services, worlds=worlds).chance(profiles[0].id)
    return float(np.average(chance.mean(axis=1), weights=city.homes["weight"]))


def print_cost(name: str, worlds: int = 64) -> None:
    city = city_of(name)
    wk.scan(city, worlds=8)  # kernels compiled, tables read
    seconds = {}
    for label, count in (("bare", 0), ("worlds", worlds)):
        best = []
        for _ in range(3):
            fresh = wk.open(city.path)
            start = time.process_time()
            wk.scan(fresh, worlds=count)
            best.append(time.process_time() - start)
        seconds[label] = min(best)
    ratio = seconds["worlds"] / seconds["bare"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"## Cost in {name}, seconds of CPU\n")
    print(f"Bare scan {seconds['bare']:.2f}, with {worlds} worlds {seconds['worlds']:.2f}")
    print(f"\nRatio {ratio:.2f}; largest memory of this process {peak:.0f} MB\n")


if __name__ == "__main__":
    sys.exit(main())
