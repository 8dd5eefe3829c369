"""More tags move what is to be expected in no direction on average: truths drawn, then revealed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.chances import Worlds
from wegeketten.city import City
from wegeketten.model.edges import EdgeTable
from wegeketten.model.reading import Provenance
from wegeketten.people.profile import load_profile
from wegeketten.reach.expected import find_chances

if TYPE_CHECKING:
    from numpy.typing import NDArray

REVEALS, SEED = 40, 11
KEPT = ("nodes", "homes", "places", "districts", "catalogue", "home_snaps", "place_snaps", "hierarchy")


def revealed(city: City, rows: NDArray[np.int64], grades: NDArray[np.int64]) -> City:
    """The city once somebody has tagged some surfaces."""
    columns = dict(city.edges.columns)
    for end in ("", "_lower", "_upper"):
        columns[f"surface_class{end}"] = columns[f"surface_class{end}"].copy()
        columns[f"surface_class{end}"][rows] = grades
    columns["surface_class_from"] = columns["surface_class_from"].copy()
    columns["surface_class_from"][rows] = Provenance.tagged
    other = City(city.path, city.meta)
    other.__dict__.update({name: getattr(city, name) for name in KEPT})
    other.__dict__["edges"] = EdgeTable(columns, city.edges.names, city.edges.bends, city.edges.points)
    return other


def expected(city: City, unknown: NDArray[np.bool_]) -> float:
    """Share of home × service a wheelchair is to be expected to reach, where only surfaces are unsure."""
    wheels = [load_profile("wheelchair")]
    worlds = Worlds(city, wheels, 16, SEED, wary=False, only={"surface_class": unknown})
    return float(
        find_chances(city, wheels, ["pharmacy", "groceries"], worlds=worlds).chance("wheelchair").mean()
    )


def test_reveals_have_no_drift(lazy: City) -> None:
    wheels, rng = [load_profile("wheelchair")], np.random.default_rng(SEED)
    edges = lazy.edges
    unknown = (edges["surface_class_upper"] - edges["surface_class_lower"]) > 0
    truths = Worlds(lazy, wheels, REVEALS, SEED + 1, wary=False, only={"surface_class": unknown})
    before, changes = expected(lazy, unknown), []
    elements, element = np.unique(truths.odds.groups.element, return_inverse=True)
    for number in range(REVEALS):
        drawn = truths.classes("surface_class", number - number % 8)
        seen = (rng.random(len(elements)) < 0.4)[element[drawn.rows]]
        rows, grades = drawn.rows[seen], drawn.classes[seen, number % 8].astype(np.int64) + 1
        left = unknown.copy()
        left[rows] = False
        changes.append(expected(revealed(lazy, rows, grades), left) - before)
    error = np.std(changes, ddof=1) / np.sqrt(REVEALS)
    assert np.std(changes) > 0.01, "nothing hangs on what is revealed"
    assert abs(np.mean(changes)) <= 2 * error
