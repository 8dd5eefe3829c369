"""Ids are names: an extract with other ids gives the same network and the same times."""

from __future__ import annotations

from collections import Counter
from pathlib import Path  # noqa: TC003  (fixtures)

import numpy as np
import pytest
from support.renumbered import renumber

import wegeketten as wk
from wegeketten.model.answers import ANSWERS
from wegeketten.model.edges import Kind


def _edges(city: wk.City) -> Counter[tuple[object, ...]]:
    """Edges by what they are and where they lie, whatever they are called."""
    edges = city.edges
    names = ("kerb_cm", "incline_pct", "width_m", "step_count", "unwaited", "crossing", "derived", "private")
    found: Counter[tuple[object, ...]] = Counter()
    for row in range(len(edges)):
        line = np.round(edges.points[edges.bends[row] : edges.bends[row + 1]], 2) + 0.0
        there, back = tuple(map(tuple, line.tolist())), tuple(map(tuple, line[::-1].tolist()))
        values = [float(edges[name][row]) for name in names]
        if back < there:
            values[1] = -values[1]
        open_to = int(edges["forward"][row]) + int(edges["backward"][row])
        kind = Kind(int(edges["kind"][row])).name
        found[kind, min(there, back), open_to, *map(str, np.round(values, 3) + 0.0)] += 1
    return found


def _times(city: wk.City, profiles: list[str]) -> Counter[tuple[object, ...]]:
    scan = wk.scan(city, profiles=profiles)
    places = np.round(np.stack([city.homes["lon"], city.homes["lat"]], axis=1), 6).tolist()
    found: Counter[tuple[object, ...]] = Counter()
    for profile in profiles:
        reach = scan.reach[profile]
        for home, place in enumerate(places):
            found[(profile, *place, *(str(reach.units[answer][home].tolist()) for answer in ANSWERS))] += 1
    return found


@pytest.mark.data
@pytest.mark.parametrize(("extract", "seed"), [("zuerich-hb_2025-11", 1), ("lauf-pegnitz_2020-01", 2)])
def test_other_ids_change_nothing(extract: str, seed: int, shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "osm" / f"{extract}.osm.pbf"
    other = renumber(source, tmp_path / "other.osm.pbf", seed)
    cities = [wk.build(file, tmp_path / name) for file, name in ((source, "a"), (other, "b"))]
    one, two = (_edges(city) for city in cities)
    assert not one - two
    assert not two - one
    one, two = (_times(city, ["walker", "wheelchair", "blind"]) for city in cities)
    assert not one - two
    assert not two - one
