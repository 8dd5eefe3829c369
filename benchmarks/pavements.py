"""Rebuild test: pavements mapped as ways are dropped and stated as tags on the streets.

Do routes stay as long?

python benchmarks/pavements.py [EXTRACT …]
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
import shapely
from retagging import retagged
from walker import CM, SEED, Walker, addresses

from wegeketten.model.edges import Kind
from wegeketten.network.build import build_network
from wegeketten.osm.extract import read_extract
from wegeketten.osm.projection import projection_of
from wegeketten.routing import INF, path
from wegeketten.tags import Provenance

if TYPE_CHECKING:
    from wegeketten.model.edges import EdgeTable
    from wegeketten.network.build import Network

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "osm"
_TOWNS = ("berlin-miraustrasse", "zuerich-hb", "milano")
_PAIRS = 500
_MOST_HOMES = 20_000
_SAME_M = 30.0  # farther apart than this two doors are not the same
_AT_M = 1.0  # so near a crossing passes a kerb
_LESS = 0.15  # by so much of itself a way round a kerb is shorter


def compare(extract: Path) -> str:
    """One row of the table."""
    features = read_extract(extract)
    projection = projection_of(features)
    build_network(features, projection)  # what is read once per process is read here
    started = time.perf_counter()
    original = build_network(features, projection)
    sides_s = time.perf_counter() - started
    started = time.perf_counter()
    build_network(features, projection, pavements="centre")
    centre_s = time.perf_counter() - started
    tagged, dropped = retagged(features, projection)
    rebuilt = build_network(tagged, projection)
    known = addresses(features)
    rng = random.Random(SEED)
    if len(known) > _MOST_HOMES:
        known = known[np.sort(rng.sample(range(len(known)), _MOST_HOMES))]
    picks = [rng.sample(range(len(known)), 2) for _ in range(_PAIRS)]
    cells = []
    for wheels in (False, True):
        before, after = (
            Walker(network, projection, wheels=wheels, homes=True) for network in (original, rebuilt)
        )
        snaps = [(walker, *walker.snap(known)) for walker in (before, after)]
        deviation = []
        for a, b in picks:
            was, now = (
                walker.metres((int(edge[a]), int(at[a])), (int(edge[b]), int(at[b])))
                for walker, edge, at, _ in snaps
            )
            deviation.append(abs(now - was) / max(was, 1.0))
        figures = np.array(deviation)
        doors = [projection.to_xy(places) for *_, places in snaps]
        same = (np.hypot(*(doors[0] - doors[1]).T) <= _SAME_M)[np.array(picks)].all(axis=1)
        cells.append(
            f"{np.median(figures):.1%} | {np.quantile(figures, 0.95):.1%} | {(figures <= 0.15).mean():.1%} "
            f"| {(figures[same] <= 0.15).mean():.1%} of {same.sum()}"
        )
    raised = raised_kerbs(original)
    edge = snaps[1][1]
    over = sum(crosses(after, raised, int(edge[a]), int(edge[b])) for a, b in picks)
    cells.append(f"{len(raised)} | {over} | {easier(before, after)}")
    return f"| {extract.name.split('.')[0]} | {dropped} | {' | '.join(cells)} | {sides_s / centre_s:.1f} |"


def rows_of_raised(edges: EdgeTable) -> np.ndarray:
    """Kerbs that are mapped and too high for wheels."""
    return np.flatnonzero(
        (edges["kind"] == Kind.kerb) & (edges["kerb_cm"] > 3.0) & (edges["kerb_cm_from"] == Provenance.tagged)
    )


def raised_kerbs(network: Network) -> np.ndarray:
    """Places of kerbs that are mapped and too high for wheels."""
    edges = network.edges
    return np.asarray(shapely.points(edges.points[edges.bends[rows_of_raised(edges)]]))


def detours(walker: Walker) -> dict[str, float]:
    """Metres for wheels from one side of each raised kerb to its other side, by the kerb's element."""
    rows = rows_of_raised(walker.edges)
    found: dict[str, float] = {}
    for row, name in zip(rows.tolist(), walker.edges.ids(rows), strict=True):
        cm = int(path(walker.graph, int(walker.u[row]), int(walker.v[row]))[0])
        metres = cm / CM if cm < INF else float("inf")
        element = name.split(":")[0]
        found[element] = min(metres, found.get(element, float("inf")))
    return found


def easier(before: Walker, after: Walker) -> int:
    """Raised kerbs that wheels get round on a shorter way than in the original, or that are gone."""
    now = detours(after)
    return sum(now.get(kerb, 0.0) < (1 - _LESS) * metres for kerb, metres in detours(before).items())


def crosses(walker: Walker, raised: np.ndarray, start: int, goal: int) -> bool:
    """Whether a route for wheels crosses a carriageway where the original has a raised kerb."""
    steps = path(walker.graph, int(walker.u[start]), int(walker.u[goal]))[1] // 2
    crossed = walker.lines[steps[walker.edges["kind"][steps] == Kind.crossing]]
    if not len(crossed) or not len(raised):
        return False
    return bool(len(shapely.STRtree(raised).query(crossed, predicate="dwithin", distance=_AT_M)[0]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extracts", nargs="*", type=Path)
    options = parser.parse_args()
    print(
        f"{_PAIRS} random pairs of addresses, seed {SEED}; wheels: kerbs above 3 cm and steps closed, by "
        "point values.\n\n"
        "| extract | metres of pavement dropped "
        "| walker: median | 95 % | within 15 % | of those with the same doors "
        "| wheels: median | 95 % | within 15 % | of those with the same doors "
        "| raised kerbs mapped | routes for wheels that cross at one | kerbs easier to get round "
        "| network station, times the centre line's |\n"
        "|---|" + "---:|" * 13
    )
    for extract in options.extracts or [next(_DATA.glob(f"{town}_*")) for town in _TOWNS]:
        print(compare(extract), flush=True)


if __name__ == "__main__":
    main()
