"""Walking distances against an independent router: Valhalla, pedestrian costing, ``shortest``.

python benchmarks/valhalla.py [--valhalla PYTHON] [--pavements centre|sides] [EXTRACT …]

PYTHON is an interpreter that has pyvalhalla (wheels exist for Python 3.12):
python3.12 -m venv /opt/valhalla && /opt/valhalla/bin/pip install pyvalhalla
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parent))

from walker import SEED, Walker, addresses

from wegeketten.network.access import access_of_way
from wegeketten.network.build import build_network
from wegeketten.network.edges import Kind
from wegeketten.osm.extract import read_extract
from wegeketten.osm.projection import projection_of
from wegeketten.routing import path

if TYPE_CHECKING:
    from collections.abc import Callable

    from wegeketten.osm.features import Features

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "osm"
_TOWNS = ("berlin-miraustrasse", "lauf-pegnitz", "neubrandenburg", "zuerich-hb")
_PAIRS = 500
_BESIDE_M = 8.0  # farther apart than this two lines are two ways
_HEAD = """\
Deviation from Valhalla in three ways: both start on the same way, and Valhalla's shortest answer counts
(`shortest` and default costing, and where we are more than 5 % shorter its way through three points of ours);
the same with `shortest` alone, which misses ways it knows by kilometres in large extracts; both start at the
address and snap on their own. And once as in the first three columns, like for like: on a network of ours
without the outlines of squares and platforms, which Valhalla does not walk, and with ways of `access=private`
and `foot=use_sidepath`, which it does walk.

| extract | pairs | median | 95 % | within 5 % | shortest alone: median | 95 % | within 5 % \
| from the address: median | 95 % | within 5 % | like for like: pairs | median | 95 % | within 5 % |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"""

Pair = tuple[tuple[int, int], tuple[int, int]]


def ask(valhalla: str, extract: Path, folder: Path, pairs: list[list[list[float]]]) -> list[dict]:
    """Let Valhalla answer."""
    source = extract
    if extract.suffix == ".bz2":
        import osmium

        source = folder / "extract.osm.pbf"
    if source != extract and not source.exists():
        with osmium.SimpleWriter(str(source), overwrite=True) as writer:
            for thing in osmium.FileProcessor(str(extract)):
                writer.add(thing)
    (folder / "pairs.json").write_text(json.dumps(pairs))
    worker = Path(__file__).with_name("valhalla_worker.py")
    command = [
        valhalla,
        "-P",
        str(worker),
        str(source),
        str(folder),
        str(folder / "pairs.json"),
        str(folder / "out.json"),
    ]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return json.loads((folder / "out.json").read_text())


def reason(
    walker: Walker, pair: Pair, ours_m: float, theirs: dict, closed: shapely.STRtree, squares: set[int]
) -> str:
    """Why a pair deviates: what one router walks that the other does not."""
    points = walker.projection.to_xy(decode(theirs["shape"]))
    shape = shapely.LineString(np.concatenate([points[:1], points]))
    if ours_m < theirs["metres"]:
        return _only_ours(walker, pair, shape, squares)
    at = np.arange(0.0, shape.length + 1.0, 10.0)
    places = np.asarray(shapely.line_interpolate_point(shape, at))
    away = places[walker.tree.query_nearest(places, all_matches=False, return_distance=True)[1] > _BESIDE_M]
    if len(away):
        near = closed.query(away, predicate="dwithin", distance=2.0)[0]
        return (
            "Valhalla walks ways closed by law"
            if len(near)
            else "Valhalla walks ways that end elsewhere for us"
        )
    return "Valhalla crosses where we do not, or passes closed gates and escalators against their direction"


def _only_ours(walker: Walker, pair: Pair, shape: shapely.LineString, squares: set[int]) -> str:
    """The kind of way that only we walk, by metres."""
    (edge, _), (last, _) = pair
    steps = path(walker.graph, int(walker.u[edge]), int(walker.u[last]))[1] // 2
    middles = shapely.line_interpolate_point(walker.lines[steps], 0.5, normalized=True)
    only = steps[shapely.distance(middles, shape) > _BESIDE_M]
    if not len(only):
        return "Valhalla snaps to another way, or turns round in front of the door"
    metres = Counter[str]()
    for row in only.tolist():
        if walker.edges["osm_type"][row] == b"r" or int(walker.edges["osm_id"][row]) in squares:
            return "only we walk the outline of a square"
        metres[Kind(int(walker.edges["kind"][row])).name] += float(walker.edges["length_m"][row])
    return f"only we walk a {metres.most_common(1)[0][0]}"


def _let_pass(
    walker: Walker,
    pairs: list[Pair],
    ours: list[float],
    answers: list[dict],
    asked: Callable[[list[list[list[float]]]], list[dict]],
    places: np.ndarray,
) -> None:
    """Where we are much shorter, let Valhalla pass three points of our way: it may know and miss it."""
    rows, routes = [], []
    for row, (pair, mine, answer) in enumerate(zip(pairs, ours, answers, strict=True)):
        if answer and mine < 0.95 * answer["metres"]:
            (edge, _), (last, _) = pair
            steps = path(walker.graph, int(walker.u[edge]), int(walker.u[last]))[1] // 2
            picks = steps[[len(steps) * share // 4 for share in (1, 2, 3)]] if len(steps) > 4 else []
            middles = shapely.line_interpolate_point(walker.lines[picks], 0.5, normalized=True)
            between = walker.projection.to_lonlat(shapely.get_coordinates(middles)).tolist()
            rows.append(row)
            routes.append([places[row, 0].tolist(), *between, places[row, 1].tolist()])
    for row, answer in zip(rows, asked(routes) if routes else [], strict=True):
        if answer and answer["metres"] < answers[row]["metres"]:
            answers[row] |= {key: answer[key] for key in ("metres", "shape")}


def decode(text: str) -> np.ndarray:
    """Lon/lat of an encoded polyline with six digits."""
    values, value, shift = [], 0, 0
    for letter in text:
        bits = ord(letter) - 63
        value |= (bits & 31) << shift
        shift += 5
        if bits < 32:
            values.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    return np.cumsum(np.array(values).reshape(-1, 2), axis=0)[:, ::-1] / 1e6


def known_to_both(features: Features) -> Features:
    """The extract as both read it: no outlines of areas; private ways and roads beside a path open."""
    ways = {}
    for number, way in features.ways.items():
        if way.tags.get("area") == "yes":
            continue
        private = way.tags.get("access") == "private" and "foot" not in way.tags
        beside = way.tags.get("foot") == "use_sidepath"
        ways[number] = way._replace(tags={**way.tags, "foot": "yes"}) if private or beside else way
    return replace(features, ways=ways, relations={})


def like_for_like(walker: Walker, places: np.ndarray, answers: list[dict]) -> str:
    """Figures of the pairs whose ends lie on ways of this network."""
    edge, at, found = walker.snap(places.reshape(-1, 2))
    gap_m = np.hypot(*(walker.projection.to_xy(found) - walker.projection.to_xy(places.reshape(-1, 2))).T)
    deviation = []
    for row, answer in enumerate(answers):
        if answer and gap_m[2 * row : 2 * row + 2].max() < 1.0:
            start, goal = ((int(edge[k]), int(at[k])) for k in (2 * row, 2 * row + 1))
            deviation.append(abs(walker.metres(start, goal) - answer["metres"]) / max(answer["metres"], 1.0))
    values = np.array(deviation)
    figures = f"{np.median(values):.2%} | {np.quantile(values, 0.95):.2%}"
    return f"{len(values)} | {figures} | {(values <= 0.05).mean():.1%}"


def compare(extract: Path, valhalla: str, pavements: str, folder: Path) -> tuple[str, Counter[str]]:
    """One row of the table, and the reasons of the pairs beyond 5 %."""
    features = read_extract(extract)
    projection = projection_of(features)
    walker = Walker(build_network(features, projection, pavements=pavements), projection)
    known = addresses(features)
    rng = random.Random(SEED)
    picks = np.array([rng.sample(range(len(known)), 2) for _ in range(_PAIRS)])
    edge, at, places = walker.snap(known)
    answers = ask(valhalla, extract, folder, [*places[picks].tolist(), *known[picks].tolist()])
    ours = [walker.metres((int(edge[a]), int(at[a])), (int(edge[b]), int(at[b]))) for a, b in picks.tolist()]
    closed_ways = [
        shapely.LineString(projection.to_xy(features.lonlat[way.start : way.stop]))
        for way in features.ways.values()
        if "highway" in way.tags and way.stop - way.start > 1 and not access_of_way(way.tags)
    ]
    closed = shapely.STRtree(closed_ways)
    squares = {way.id for way in features.ways.values() if way.tags.get("area") == "yes"}
    texts, reasons = [], Counter[str]()
    snapped, raw = answers[:_PAIRS], answers[_PAIRS:]
    pairs = [((int(edge[a]), int(at[a])), (int(edge[b]), int(at[b]))) for a, b in picks.tolist()]
    _let_pass(
        walker, pairs, ours, snapped, lambda routes: ask(valhalla, extract, folder, routes), places[picks]
    )
    for theirs, field in ((snapped, "metres"), (snapped, "shortest_metres"), (raw, "metres")):
        deviation = np.array(
            [
                abs(mine - answer[field]) / max(answer[field], 1.0)
                for mine, answer in zip(ours, theirs, strict=True)
                if answer
            ]
        )
        figures = f"{np.median(deviation):.2%}", f"{np.quantile(deviation, 0.95):.2%}"
        texts.append(f"{len(deviation)} | {' | '.join(figures)} | {(deviation <= 0.05).mean():.1%}")
    for pair, mine, answer in zip(pairs, ours, snapped, strict=True):
        if answer and abs(mine - answer["metres"]) > 0.05 * answer["metres"]:
            reasons[reason(walker, pair, mine, answer, closed, squares)] += 1
    both = Walker(build_network(known_to_both(features), projection, pavements=pavements), projection)
    texts.append(f"- | {like_for_like(both, places[picks], snapped)}")
    cells = [texts[0], *(text.split(" | ", 1)[1] for text in texts[1:])]
    return f"| {extract.name.split('.')[0]} | {' | '.join(cells)} |", reasons


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extracts", nargs="*", type=Path)
    parser.add_argument("--valhalla", default="/opt/valhalla/bin/python")
    parser.add_argument("--pavements", default="centre", choices=("centre", "sides"))
    options = parser.parse_args()
    extracts = options.extracts or [next(_DATA.glob(f"{town}_*")) for town in _TOWNS]
    print(f"Network: {options.pavements}; {_PAIRS} random address pairs per extract, seed {SEED}.\n")
    print(_HEAD)
    found = {}
    for extract in extracts:
        with tempfile.TemporaryDirectory() as folder:
            row, found[extract.name] = compare(extract, options.valhalla, options.pavements, Path(folder))
        print(row, flush=True)
    print("\nPairs beyond 5 % and why:\n")
    for name, reasons in found.items():
        listed = "; ".join(f"{count} × {why}" for why, count in reasons.most_common()) or "none"
        print(f"- {name}: {listed}")


if __name__ == "__main__":
    sys.exit(main())
