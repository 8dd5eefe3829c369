"""Which platform a stop of the timetable is: by id, by stop area, by number, name and nearness.

Where two platforms fit about as well both are kept, so that answers become bounds and not guesses.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.transit.feed import FeedStops
    from wegeketten.transit.platforms import Platform

REACH_M = 120.0
"""No platform farther from its stop is looked at unless an id names it."""

_ID_REACH_M = 600.0  # an id that names a platform farther away is a mistake
_MARGIN = 25.0  # metres of score by which the best must lead the second to count alone
_NUMBER, _NAME, _MODE, _WAY = 60.0, 30.0, 80.0, 10.0  # metres that each of these is worth


@dataclass(frozen=True)
class Matches:
    """Platforms of stops, best first; equally long columns, ordered by stop.

    Attributes
    ----------
    stop
        int32: row of the stop.
    platform
        int32: row of the platform; -1 where the stop has none and is taken where the timetable puts it.
    by
        ``id``, ``area``, ``number``, ``name``, ``place``, or ``none``.
    distance_m
        From the stop as the timetable has it to the platform.
    margin
        By how much, in metres of score, the best leads the second; infinite where it is alone.
    """

    stop: NDArray[np.int32]
    platform: NDArray[np.int32]
    by: list[str]
    distance_m: NDArray[np.float64]
    margin: NDArray[np.float64]

    def ambiguous(self) -> NDArray[np.int32]:
        """Stops that keep several platforms."""
        stops, counts = np.unique(self.stop, return_counts=True)
        found: NDArray[np.int32] = stops[counts > 1].astype(np.int32)
        return found


def match_stops(
    stops: FeedStops,
    xy: NDArray[np.float64],
    modes: Sequence[frozenset[str]],
    platforms: Sequence[Platform],
    rows: NDArray[np.integer],
) -> Matches:
    """Match stops to platforms.

    Parameters
    ----------
    stops
        Of the timetable.
    xy
        Where each lies, metres, shape (stops, 2).
    modes
        By stop: what calls there (``rail tram bus ferry``).
    platforms
        Of the map.
    rows
        Rows of the stops wanted.

    Returns
    -------
    Matches
        Pairs of stop and platform, and how each was found.
    """
    shapes = np.array([platform.shape for platform in platforms], dtype=object)
    tree = shapely.STRtree(shapes)
    by_id: dict[str, list[int]] = {}
    for number, platform in enumerate(platforms):
        for each in platform.ifopt.split(";"):  # both edges of a platform in the middle
            if each.strip():
                by_id.setdefault(each.strip(), []).append(number)
    found: list[tuple[int, int, str, float, float]] = []
    for row in np.asarray(rows).tolist():
        point = shapely.Point(xy[row])
        named = _by_id(stops.ids[row], by_id, point, shapes)
        if named:
            by = "id" if len(named) == 1 else "area"
            found += _settled(row, _scored(row, stops, modes[row], platforms, named, point, shapes), by)
            continue
        near = tree.query(point, predicate="dwithin", distance=REACH_M).tolist()
        found += _settled(row, _scored(row, stops, modes[row], platforms, sorted(near), point, shapes), "")
    columns = list(zip(*found, strict=True)) if found else [(), (), (), (), ()]
    return Matches(
        np.array(columns[0], dtype=np.int32), np.array(columns[1], dtype=np.int32), list(columns[2]),
        np.array(columns[3], dtype=np.float64), np.array(columns[4], dtype=np.float64),
    )  # fmt: skip


def _by_id(
    stop_id: str, by_id: dict[str, list[int]], point: shapely.Point, shapes: NDArray[np.object_]
) -> list[int]:
    """Platforms whose id is the stop's, or lies above or below it in the tree of ids (de:12:3:4:5)."""
    if not by_id:
        return []
    exact = by_id.get(stop_id, [])
    parts = stop_id.split(":")
    if not exact and len(parts) >= 4:
        for length in range(len(parts) - 1, 2, -1):  # an ancestor: the area of platforms the stop is one of
            exact = by_id.get(":".join(parts[:length]), [])
            if exact:
                break
    if not exact and len(parts) >= 3:
        exact = [row for other, rows in by_id.items() if other.startswith(stop_id + ":") for row in rows]
    return [row for row in exact if point.distance(shapes[row]) <= _ID_REACH_M]


def _scored(
    row: int,
    stops: FeedStops,
    modes: frozenset[str],
    platforms: Sequence[Platform],
    candidates: list[int],
    point: shapely.Point,
    shapes: NDArray[np.object_],
) -> list[tuple[float, int, str, float]]:
    """Candidates with their score (smaller is better, in metres), best first."""
    code, name = _plain(stops.codes[row]), _plain(stops.names[row])
    scored = []
    for number in candidates:
        platform = platforms[number]
        distance = float(point.distance(shapes[number]))
        score, by = distance, "place"
        if modes and platform.modes and not (modes & platform.modes):
            score += _MODE
        if name and any(_alike(name, _plain(other)) for other in platform.names):
            score, by = score - _NAME, "name"
        if platform.area:
            score -= _WAY
        refs = {_plain(ref) for ref in platform.refs}
        if code and refs:
            score, by = (score - _NUMBER, "number") if code in refs else (score + _NUMBER, by)
        if platform.id[0] != "n":
            score -= _WAY
        scored.append((score, number, by, distance))
    return sorted(scored)


def _settled(
    row: int, scored: list[tuple[float, int, str, float]], by: str
) -> list[tuple[int, int, str, float, float]]:
    """Rows of the result: the best, and whatever is nearly as good and elsewhere."""
    if not scored:
        return [(row, -1, "none", float("nan"), float("inf"))]
    best = scored[0]
    kept = [best] + [other for other in scored[1:] if other[0] - best[0] < _MARGIN]
    margin = scored[1][0] - best[0] if len(scored) > 1 else float("inf")
    return [(row, number, by or how, distance, margin) for _, number, how, distance in kept]


def _plain(text: str) -> str:
    """Letters and digits only, without accents and case; Str. is Straße."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss").replace("str.", "strasse"))
    return re.sub(r"[^0-9a-z]+", " ", folded.encode("ascii", "ignore").decode()).strip()


def _alike(a: str, b: str) -> bool:
    """Whether one name holds all words of the other."""
    one, other = set(a.split()), set(b.split())
    return bool(one and other) and (one <= other or other <= one)
