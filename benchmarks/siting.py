"""Location models at the size of a city: 10 000 homes, 500 candidates, 30 existing places kept, 10 new ones.

Homes lie in clusters of a plane as they do in a town, candidates among them; costs are distances by right
angles in whole metres. Each model prints its value, its proven gap, processor and wall seconds, and the
memory of the process at its end. OR-Library's networks, where ../shared/data/siting is there, print how many
are at the known optimum.
"""

from __future__ import annotations

import resource
import time
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.siting.center import p_center
from wegeketten.siting.covering import max_cover, set_cover
from wegeketten.siting.median import p_median

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from wegeketten.siting.solution import Siting

SEED, HOMES, CANDIDATES, EXISTING, NEW = 20261130, 10_000, 500, 30, 10
WIDE_M, NEAR_M = 6_000, 500


def town(seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Costs in metres, shape (homes, candidates), and people of each home."""
    random = np.random.default_rng(seed)
    centres = random.uniform(0, WIDE_M, (40, 2))
    homes = centres[random.integers(0, len(centres), HOMES)] + random.normal(0, 350, (HOMES, 2))
    sites = homes[random.choice(HOMES, CANDIDATES, replace=False)] + random.normal(0, 80, (CANDIDATES, 2))
    cost = np.rint(np.abs(homes[:, None] - sites[None]).sum(axis=2))
    return cost, random.integers(1, 12, HOMES).astype(float)


def main() -> None:
    """Print the table."""
    cost, people = town(SEED)
    fixed = list(range(EXISTING))
    models: dict[str, Callable[[], Siting]] = {
        "median": lambda: p_median(cost, EXISTING + NEW, people, fixed),
        "coverage": lambda: max_cover(cost, EXISTING + NEW, NEAR_M, people, fixed),
        "worst home": lambda: p_center(cost, EXISTING + NEW, None, fixed),
        "how many for 90 %": lambda: set_cover(cost, NEAR_M, people, fixed, share=0.9),
    }
    p_median(cost[:50, :10], 2)  # compiled before the clock starts
    print(f"{HOMES} homes, {CANDIDATES} candidates, {EXISTING} kept, {NEW} new; seed {SEED}\n")
    print("| model | value | gap | processor s | wall s | MB |\n|---|---|---|---|---|---|")
    for name, solve in models.items():
        wall, own = time.perf_counter(), time.process_time()
        found = solve()
        gap = abs(found.bound - found.value) / max(1.0, abs(found.value))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"| {name} | {found.value:.0f} | {gap:.2%} | {time.process_time() - own:.1f} "
            f"| {time.perf_counter() - wall:.1f} | {memory:.0f} |", flush=True,
        )  # fmt: skip


if __name__ == "__main__":
    main()
