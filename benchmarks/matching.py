"""Stops matched to platforms with their ids hidden: every platform of real extracts that can be told apart.

Where ``ref:IFOPT`` is mapped, the stop is where the map has its ``stop_position`` of that id. All platforms
with a name, a number or an id are asked for once more from where a timetable might put them: off by a
normal error of 8 m each way (or as the first argument says), at most 25 m. Of each stop the name and the
kind of vehicle are known, and in half the runs the number of the platform. Right: the best match is the
platform. Told: another one is, and the stop is reported as ambiguous with the platform among its candidates.
Wrong: neither.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from wegeketten.osm.extract import read_extract
from wegeketten.osm.projection import projection_of
from wegeketten.transit.feed import FeedStops
from wegeketten.transit.matching import match_stops
from wegeketten.transit.platforms import find_platforms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.osm.features import Features
    from wegeketten.osm.projection import Projection
    from wegeketten.transit.platforms import Platform

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "osm"
TOWNS = ("herrenberg", "darmstadt", "berlin", "zuerich", "lauf", "neubrandenburg", "wendlingen")
SEED, MOST_M = 20261130, 25.0
SPREAD_M = float(next((a for a in sys.argv[1:] if a[0].isdigit()), 8))


class Asked(NamedTuple):
    """A stop whose platform is known."""

    name: str
    code: str
    modes: frozenset[str]
    x: float
    y: float
    right: frozenset[int]


def ids(platform: Platform) -> list[str]:
    return [part.strip() for part in platform.ifopt.split(";") if part.count(":") >= 4]


def mapped_stops(features: Features, projection: Projection, platforms: Sequence[Platform]) -> list[Asked]:
    """Stops that the map itself has, apart from their platforms."""
    by_id: dict[str, set[int]] = defaultdict(set)
    for row, platform in enumerate(platforms):
        for each in ids(platform):
            by_id[each].add(row)
    found = []
    for node in features.nodes.values():
        tags = node.tags
        right = {
            row for row in by_id.get(tags.get("ref:IFOPT", ""), ()) if platforms[row].id != f"n{node.id}"
        }
        if tags.get("public_transport") != "stop_position" or not right:
            continue
        x, y = projection.to_xy(np.array([[node.lon, node.lat]]))[0]
        code = tags.get("local_ref") or tags.get("ref") or tags["ref:IFOPT"].rpartition(":")[2]
        modes = frozenset(mode for row in right for mode in platforms[row].modes)
        found.append(Asked(tags.get("name", ""), code, modes, float(x), float(y), frozenset(right)))
    return found


def displaced(platforms: Sequence[Platform], seed: int) -> list[Asked]:
    """Every platform that is told apart, from where a timetable might put it."""
    rng = np.random.default_rng(seed)
    found = []
    for row, platform in enumerate(platforms):
        if not (platform.names or platform.refs or platform.ifopt):
            continue
        at = shapely.get_coordinates(platform.shape.interpolate(0.5, normalized=True)
                                     if platform.shape.geom_type == "LineString"
                                     else platform.shape.representative_point())[0]  # fmt: skip
        x, y = at + rng.normal(0, SPREAD_M, 2).clip(-MOST_M, MOST_M)
        name, code = min(platform.names, default=""), min(platform.refs, default="")
        found.append(Asked(name, code, platform.modes, float(x), float(y), frozenset([row])))
    return found


def judge(
    asked: Sequence[Asked], platforms: Sequence[Platform], projection: Projection, *, codes: bool
) -> list[int]:
    """How many are right, told and wrong, and how many stops keep several platforms."""
    hidden = [replace(each, ifopt="") for each in platforms]
    xy = np.array([[each.x, each.y] for each in asked]).reshape(-1, 2)
    lonlat = projection.to_lonlat(xy) if len(xy) else xy
    byte = np.zeros(len(asked), np.int8)
    stops = FeedStops(
        [str(number) for number in range(len(asked))], [each.name for each in asked],
        [each.code if codes else "" for each in asked], lonlat[:, 1], lonlat[:, 0], byte,
        np.full(len(asked), -1, np.int32), byte, np.full(len(asked), np.nan, np.float32), byte - 1,
    )  # fmt: skip
    matches = match_stops(stops, xy, [each.modes for each in asked], hidden, np.arange(len(asked)))
    kept: dict[int, list[int]] = defaultdict(list)
    for stop, row in zip(matches.stop.tolist(), matches.platform.tolist(), strict=True):
        kept[stop].append(row)
    counts = [0, 0, 0]
    for number, each in enumerate(asked):
        rows = kept[number]
        counts[0 if rows[0] in each.right else 1 if each.right & set(rows) else 2] += 1
        if "-v" in sys.argv and rows[0] not in each.right:
            print("   ", each, [platforms[row] if row >= 0 else None for row in rows][:3])
    return [*counts, sum(len(rows) > 1 for rows in kept.values())]


def main() -> None:
    print("| extract | stops | number told | right | told as ambiguous | wrong | ambiguous in all |")
    print("|---|---|---|---|---|---|---|")
    sums: dict[tuple[str, bool], NDArray[np.int64]] = defaultdict(lambda: np.zeros(5, dtype=np.int64))
    for town in TOWNS:
        path = next(iter(sorted(SHARED.glob(f"{town}*"))), None)
        if path is None:
            continue
        features = read_extract(path)
        projection = projection_of(features)
        platforms = find_platforms(features, projection)
        for kind, asked in (("mapped", mapped_stops(features, projection, platforms)),
                            ("displaced", displaced(platforms, SEED))):  # fmt: skip
            for codes in (True, False):
                if asked:
                    told = judge(asked, platforms, projection, codes=codes)
                    sums[kind, codes] += [len(asked), *told]
                    print(f"| {town}, {kind} | {len(asked)} | {codes} | {' | '.join(map(str, told))} |")
    for (kind, codes), row in sums.items():
        count, right, told, wrong, many = row.tolist()
        print(f"| all, {kind} | {count} | {codes} | {right / count:.1%} | {told / count:.1%} | "
              f"{wrong / count:.1%} | {many / count:.1%} |")  # fmt: skip


if __name__ == "__main__":
    main()
