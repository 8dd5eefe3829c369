"""Many to many against routes and peers in one run: equal times, processor seconds, memory.

python benchmarks/matrix.py [--size 5000] [--routes 2000] [--valhalla PYTHON EXTRACT] [CITY]

CITY is a city folder or an extract; Neubrandenburg beside the checkout where none is given. pandana answers
pair by pair on the same arcs and seconds. PYTHON is an interpreter that has pyvalhalla, see
``benchmarks/valhalla.py``; Valhalla answers on its own network, so only its time is compared. Ratios are of
processor seconds within this run; ours include the metres.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.api.inputs import city_of
from wegeketten.people.profile import load_profile
from wegeketten.places.points import Points
from wegeketten.reach.matrix import ends_of_points, matrix_blocks
from wegeketten.reach.route import find_route
from wegeketten.routing import INF, UNIT_S

if TYPE_CHECKING:
    from wegeketten.city import City

_TOWN = Path(__file__).resolve().parents[2] / "shared" / "data" / "osm" / "neubrandenburg_2016-02.osm.bz2"
_SEED = 20261130
_SMALL = 300
_WORKER = Path(__file__).with_name("valhalla_matrix_worker.py")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("city", nargs="?", default=str(_TOWN))
    options.add_argument("--size", type=int, default=5000)
    options.add_argument("--routes", type=int, default=2000)
    options.add_argument("--valhalla", nargs=2, metavar=("PYTHON", "EXTRACT"))
    asked = options.parse_args()
    city = city_of(asked.city)
    rng = np.random.default_rng(_SEED)
    homes = rng.choice(len(city.homes["lon"]), asked.size, replace=asked.size > len(city.homes["lon"]))
    lonlat = np.column_stack([city.homes["lon"], city.homes["lat"]])[homes].astype(np.float64)
    points = Points([str(row) for row in range(len(homes))], lonlat)
    walker = load_profile("walker")
    stops = ends_of_points(city, walker, points)
    next(iter(matrix_blocks(city, walker, stops, stops)))  # compiled, customised
    print("| what | pairs | processor s | ratio |")
    print("|---|---:|---:|---:|")
    few = ends_of_points(city, walker, Points(points.ids[:_SMALL], lonlat[:_SMALL]))
    started = time.process_time()
    small = np.hstack([block.seconds for block in matrix_blocks(city, walker, few, few)])
    ours = time.process_time() - started
    print(f"| wegeketten | {small.size} | {ours:.2f} | 1 |", flush=True)
    other = pandana_seconds(city, lonlat[:_SMALL])
    print(f"| pandana | {small.size} | {other:.2f} | {other / ours:.1f} |", flush=True)
    if asked.valhalla:
        other = valhalla_seconds(*asked.valhalla, lonlat[:_SMALL])
        print(f"| Valhalla matrix | {small.size} | {other:.2f} | {other / ours:.1f} |", flush=True)
    started = time.process_time()
    reached = sum(
        int(np.isfinite(block.seconds).sum()) for block in matrix_blocks(city, walker, stops, stops)
    )
    whole = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"| wegeketten | {len(homes) ** 2} | {whole:.1f} | |")
    print(f"\n{reached} of {len(homes) ** 2} pairs are reached; peak memory {peak} MB (pandana included).")
    print(
        f"{same_as_routes(city, lonlat[:_SMALL], small, asked.routes, rng)} of {asked.routes} routes differ."
    )


def same_as_routes(
    city: City, lonlat: np.ndarray, seconds: np.ndarray, count: int, rng: np.random.Generator
) -> int:
    """How many single routes take another time than their cell of the matrix."""
    walker, wrong = load_profile("walker"), 0
    for a, b in rng.integers(0, len(lonlat), (count, 2)).tolist():
        start, end = (tuple(lonlat[row][::-1]) for row in (a, b))
        route = find_route(city, walker, start, end, worlds=0).answers["likely"]
        cell = seconds[a, b]
        wrong += not ((route is None and np.isnan(cell)) or route == cell)
    return wrong


def pandana_seconds(city: City, lonlat: np.ndarray) -> float:
    """Processor seconds of pandana for all pairs of the nodes nearest to the points, its network prepared."""
    import pandana
    import pandas as pd

    weights = city.weights(load_profile("walker")).likely
    tails = np.stack([city.edges["u"], city.edges["v"]], axis=1).ravel()
    heads = np.stack([city.edges["v"], city.edges["u"]], axis=1).ravel()
    open_ = weights < INF
    x, y = (pd.Series(city.nodes[name].astype(float)) for name in ("x", "y"))
    frame = pd.DataFrame({"s": weights[open_] * UNIT_S})
    network = pandana.Network(x, y, pd.Series(tails[open_]), pd.Series(heads[open_]), frame, twoway=False)
    xy = city.projection.to_xy(lonlat)
    nodes = np.asarray(network.get_node_ids(xy[:, 0], xy[:, 1]))
    a, b = np.repeat(nodes, len(nodes)), np.tile(nodes, len(nodes))
    started = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it lists every pair without a way
        network.shortest_path_lengths(a.tolist(), b.tolist())
    return time.process_time() - started


def valhalla_seconds(python: str, extract: str, lonlat: np.ndarray) -> float:
    """Processor seconds of Valhalla's matrix, its tiles built."""
    with tempfile.TemporaryDirectory() as folder:
        pairs = Path(folder) / "points.json"
        pairs.write_text(json.dumps(lonlat.tolist()), encoding="utf-8")
        run = subprocess.run(
            [python, "-P", str(_WORKER), extract, folder, str(pairs)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if run.returncode:
            print(run.stderr[-500:], file=sys.stderr)
            return float("nan")
        return float(run.stdout.split()[-1])


if __name__ == "__main__":
    main()
