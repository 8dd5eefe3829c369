"""Rebuild test: pavements mapped as ways are dropped and stated as tags on the streets.

Do routes stay as long?

python benchmarks/pavements.py [EXTRACT …]
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
import shapely
from walker import SEED, Walker, addresses

from wegeketten.network.build import build_network, strips_of
from wegeketten.network.edges import Kind
from wegeketten.network.lines import length_m, lookouts
from wegeketten.network.pavements import find_streets
from wegeketten.network.sides import Side
from wegeketten.network.split import split_ways
from wegeketten.osm.extract import read_extract
from wegeketten.osm.features import Way
from wegeketten.osm.projection import projection_of
from wegeketten.tags import Provenance

if TYPE_CHECKING:
    from wegeketten.network.build import Network, Strip
    from wegeketten.network.split import Pieces
    from wegeketten.osm.features import Features
    from wegeketten.osm.projection import Projection

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "osm"
_TOWNS = ("berlin-miraustrasse", "zuerich-hb", "milano")
_PAIRS = 500
_MOST_HOMES = 20_000
_BESIDE_M = 16.0  # from the middle of the carriageway, as the network looks
_TOLD = re.compile("sidewalk(:(left|right|both))?")
_AT_M = 1.0  # so near a crossing passes a kerb


def retagged(features: Features, projection: Projection) -> tuple[Features, float]:
    """The extract with pavements beside streets dropped and stated on the streets instead.

    A side of a street gets ``yes`` where its pavement is mapped as a way along at least half of the street;
    the other side keeps what it had. Of each pavement only those pieces are dropped that lie beside such a
    side, so that nothing is lost that no tag states.

    Returns
    -------
    tuple
        The new extract, and the metres of pavement dropped.
    """
    strips = strips_of(features, [], roads_too=True)
    pieces = split_ways(features, projection, [strip.way for strip in strips], ())
    streets = find_streets(strips, pieces)
    sided = np.array([piece for piece in sorted(streets.sides) if strips[pieces.way[piece]].osm_type == "w"])
    seen = np.array([[side is Side.separate for side in streets.sides[piece]] for piece in sided.tolist()])
    way = pieces.way[sided]
    size = np.array([length_m(pieces.line(piece)) for piece in sided.tolist()])
    whole = np.bincount(way, weights=size)
    shares = [np.bincount(way, weights=size * seen[:, side]) / np.maximum(whole, 1e-9) for side in (0, 1)]
    stated = np.stack(shares, axis=1) >= 0.5
    tags_of: dict[int, dict[str, str] | None] = {}
    zones = []
    for piece, pair in zip(sided.tolist(), stated[way].tolist(), strict=True):
        if any(pair):
            tags_of[piece] = _stated(strips[pieces.way[piece]].tags, streets.sides[piece], pair)
            line = shapely.LineString(pieces.line(piece))
            zones += [
                shapely.buffer(line, sign * _BESIDE_M, single_sided=True)
                for sign, known in zip((1, -1), pair, strict=True)
                if known
            ]
    pavement = np.array([strip.walk.kind is Kind.pavement for strip in strips], dtype=bool)
    mapped = np.flatnonzero(pavement[pieces.way])
    owner, place, _ = lookouts(pieces.xy, pieces.first[mapped], pieces.last[mapped], 5.0, 40)
    near = np.unique(shapely.STRtree(zones).query(shapely.points(place), predicate="intersects")[0])
    share = np.bincount(owner[near], minlength=len(mapped)) / np.bincount(owner, minlength=len(mapped))
    dropped = mapped[share >= 0.5]
    tags_of.update(dict.fromkeys(dropped.tolist()))
    metres = sum(length_m(pieces.line(piece)) for piece in dropped.tolist())
    return _recut(features, projection, strips, pieces, tags_of), metres


def _stated(tags: dict[str, str], sides: tuple[Side, Side], seen: list[bool]) -> dict[str, str]:
    """Tags of a street whose sides are stated: ``yes`` where a pavement was seen."""
    words = {Side.own: "yes", Side.separate: "separate", Side.none: "no"}
    kept = {key: value for key, value in tags.items() if not _TOLD.fullmatch(key)}
    for name, side, known in zip(("left", "right"), sides, seen, strict=True):
        word = "yes" if known else words.get(side)
        if word is not None:
            kept[f"sidewalk:{name}"] = word
    return kept


def _recut(
    features: Features,
    projection: Projection,
    strips: list[Strip],
    pieces: Pieces,
    tags_of: dict[int, dict[str, str] | None],
) -> Features:
    """The extract with some pieces under other tags, or gone where these are None."""
    runs: dict[int, list[tuple[dict[str, str] | None, int, int]]] = defaultdict(list)
    changed = {strips[pieces.way[piece]].osm_id for piece in tags_of}
    for piece, way in enumerate(pieces.way.tolist()):
        strip = strips[way]
        if strip.osm_type != "w" or strip.osm_id not in changed:
            continue
        tags = tags_of.get(piece, strip.tags)
        first, last = int(pieces.first[piece]), int(pieces.last[piece])
        known = runs[strip.osm_id]
        if known and known[-1][0] == tags and known[-1][2] == first:
            known[-1] = (tags, known[-1][1], last)
        else:
            known.append((tags, first, last))
    refs, lonlat = [features.refs], [features.lonlat]
    ways: dict[int, Way] = {}
    fresh, count = max(features.ways) + 1, len(features.refs)
    for way_id, way in features.ways.items():
        if way_id not in runs:
            ways[way_id] = way
            continue
        for number, (tags, first, last) in enumerate(runs[way_id]):
            if tags is None:
                continue
            name = way_id if number == 0 else fresh
            fresh += number > 0
            refs.append(pieces.refs[first : last + 1])
            lonlat.append(projection.to_lonlat(pieces.xy[first : last + 1]))
            ways[name] = Way(name, tags, count, count + last + 1 - first)
            count += last + 1 - first
    return replace(features, ways=ways, refs=np.concatenate(refs), lonlat=np.concatenate(lonlat))


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
        before, after = (Walker(network, projection, wheels=wheels) for network in (original, rebuilt))
        snaps = [(walker, *walker.snap(known)[:2]) for walker in (before, after)]
        deviation = []
        for a, b in picks:
            was, now = (
                walker.metres((int(edge[a]), int(at[a])), (int(edge[b]), int(at[b])))
                for walker, edge, at in snaps
            )
            deviation.append(abs(now - was) / max(was, 1.0))
        figures = np.array(deviation)
        cells.append(
            f"{np.median(figures):.1%} | {np.quantile(figures, 0.95):.1%} | {(figures <= 0.15).mean():.1%}"
        )
    raised = raised_kerbs(original)
    _, edge, at = snaps[1]
    over = sum(crosses(after, raised, *((int(edge[home]), int(at[home])) for home in pair)) for pair in picks)
    cells.append(f"{len(raised)} | {over}")
    cells.append(f"{sides_s / centre_s:.1f}")
    return f"| {extract.name.split('.')[0]} | {dropped / 1000:.1f} | {' | '.join(cells)} |"


def raised_kerbs(network: Network) -> np.ndarray:
    """Places of kerbs that are mapped and too high for wheels."""
    edges = network.edges
    rows = np.flatnonzero(
        (edges["kind"] == Kind.kerb) & (edges["kerb_cm"] > 3.0) & (edges["kerb_cm_from"] == Provenance.tagged)
    )
    return np.asarray(shapely.points(edges.points[edges.bends[rows]]))


def crosses(walker: Walker, raised: np.ndarray, start: tuple[int, int], goal: tuple[int, int]) -> bool:
    """Whether a route for wheels crosses a carriageway where the original has a raised kerb.

    Only derived crossings can: on a mapped one the kerb is an edge of its own, closed in both networks.
    """
    rows = walker.passed(start, goal)
    rows = rows[(walker.edges["kind"][rows] == Kind.crossing) & walker.edges["derived"][rows]]
    if not len(rows) or not len(raised):
        return False
    tree = shapely.STRtree(raised)
    return bool(len(tree.query(walker.lines[rows], predicate="dwithin", distance=_AT_M)[0]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extracts", nargs="*", type=Path)
    options = parser.parse_args()
    print(
        f"{_PAIRS} random pairs of addresses, seed {SEED}; wheels: kerbs above 3 cm and steps closed, by "
        "point values.\n\n"
        "| extract | km of pavement dropped | walker: median | 95 % | within 15 % "
        "| wheels: median | 95 % | within 15 % | raised kerbs mapped | routes for wheels that cross at one "
        "| network station, times the centre line's |\n"
        "|---|" + "---:|" * 10
    )
    for extract in options.extracts or [next(_DATA.glob(f"{town}_*")) for town in _TOWNS]:
        print(compare(extract), flush=True)


if __name__ == "__main__":
    main()
