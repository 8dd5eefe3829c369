"""Squares walked across against squares walked along their outlines.

How much shorter do routes get, and does any get longer?

python benchmarks/squares.py [EXTRACT …]
"""

from __future__ import annotations

import argparse
import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
from walker import SEED, Walker, addresses

from wegeketten.model.edges import EdgeTable, ways_across
from wegeketten.network.build import build_network
from wegeketten.osm.extract import read_extract
from wegeketten.osm.projection import projection_of

if TYPE_CHECKING:
    from wegeketten.network.build import Network

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "osm"
_TOWNS = ("berlin-miraustrasse", "zuerich-hb", "lauf-pegnitz", "neubrandenburg", "porto-alegre", "milano")
_PAIRS = 1000
_SAME = 0.999  # of the length before: nothing was gained


def compare(extract: Path) -> str:
    """One row of the table."""
    features = read_extract(extract)
    projection = projection_of(features)
    network = build_network(features, projection)
    across = ways_across(network.edges.columns)
    elements = {name.split(":")[0] for name in network.edges.ids(np.flatnonzero(across))}
    known = addresses(features)
    rng = random.Random(SEED)
    picks = [rng.sample(range(len(known)), 2) for _ in range(_PAIRS)]
    cells = [f"{len(elements)} | {across.sum()} | {len(across)}"]
    for wheels in (False, True):
        walkers = [Walker(each, projection, wheels=wheels) for each in (around(network), network)]
        edge, at, _ = walkers[0].snap(known)
        metres = np.array(
            [
                [walker.metres((int(edge[a]), int(at[a])), (int(edge[b]), int(at[b]))) for walker in walkers]
                for a, b in picks
            ]
        )
        metres = metres[np.isfinite(metres).all(axis=1) & (metres[:, 0] > 0)]
        share = metres[:, 1] / metres[:, 0]
        shorter = share[share < _SAME]
        typical = f"{1 - np.median(shorter):.1%} | {1 - shorter.min():.1%}" if len(shorter) else "– | –"
        cells.append(f"{len(shorter) / len(share):.1%} | {typical} | {(share > 1 + 1e-6).sum()}")
    return f"| {extract.name.split('.')[0]} | {' | '.join(cells)} |"


def around(network: Network) -> Network:
    """The network with its ways across squares closed."""
    columns = dict(network.edges.columns)
    for way in ("forward", "backward"):
        columns[way] = columns[way] & ~ways_across(columns)
    edges = EdgeTable(columns, network.edges.names, network.edges.bends, network.edges.points)
    return replace(network, edges=edges)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extracts", nargs="*", type=Path)
    options = parser.parse_args()
    print(
        f"{_PAIRS} random pairs of addresses, seed {SEED}; the same doors in both networks.\n\n"
        "| extract | areas walked across | ways across | edges in all "
        "| walker: routes shorter | median of those | most | longer "
        "| wheels: routes shorter | median of those | most | longer |\n"
        "|---|" + "---:|" * 11
    )
    for extract in options.extracts or [next(_DATA.glob(f"{town}_*")) for town in _TOWNS]:
        print(compare(extract), flush=True)


if __name__ == "__main__":
    main()
