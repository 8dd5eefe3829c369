"""Paths that are drawn through a wall or fence where nobody mapped a gate or an opening.

Somebody drew the path, so one can likely pass; nobody says whether there is a gate, how wide it is, whether
it is locked. Between the two sides lies an edge with the caution ``over_wall``: at most *likely*, named by
`why`. Where a wall ends at a path, a road passes it or steps lead over it, nothing is in doubt.
"""

from __future__ import annotations

from math import pi
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.network.arms import heading

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from wegeketten.network.arms import Arm
    from wegeketten.osm.features import Features, Way
    from wegeketten.osm.projection import Projection

WALLS = frozenset(
    {
        "wall", "fence", "hedge", "guard_rail", "retaining_wall", "city_wall", "jersey_barrier",
        "cable_barrier", "handrail", "ditch",
    }
)  # fmt: skip
"""Linear barriers that nobody crosses but where there is a way through."""

GAP_KEY = "gap_in"
"""Stands in the tags of such a node; no key of OpenStreetMap."""

_PATHS = frozenset({"footway", "path", "pedestrian", "cycleway", "bridleway", "corridor"})
_EXPLAINED = frozenset({"barrier", "entrance", "door", "gate", "opening", "stile", "locked"})
_ALONG = 0.15  # radians: a path that leaves in the wall's own direction leads along it


class Gap(NamedTuple):
    """Where a path meets a wall.

    Attributes
    ----------
    layer
        Of the wall.
    ahead, back
        Directions in which the wall goes on, radians.
    """

    layer: str
    ahead: float
    back: float


def walls_of(features: Features) -> Iterator[Way]:
    """Ways that are one of `WALLS`, whatever else they are.

    Parameters
    ----------
    features
        What was read from the extract.

    Yields
    ------
    Way
        With two nodes or more.
    """
    for way in features.ways.values():
        if way.tags.get("barrier") in WALLS and way.stop - way.start > 1:
            yield way


def gaps_in_walls(features: Features) -> dict[int, dict[str, str]]:
    """Nodes at which paths run through walls, with what the wall is.

    Parameters
    ----------
    features
        What was read from the extract.

    Returns
    -------
    dict
        Tags with `GAP_KEY` alone, by id of the node.
    """
    walls = [way for way in walls_of(features) if "highway" not in way.tags]
    paths = [way for way in features.ways.values() if way.tags.get("highway") in _PATHS]
    if not walls or not paths:
        return {}
    on_paths = np.unique(np.concatenate([features.refs[way.start : way.stop] for way in paths]))
    found: dict[int, dict[str, str]] = {}
    for way, rows in _meetings(features, walls, on_paths):
        for ref in features.refs[way.start + rows].tolist():
            node = features.nodes.get(ref)
            if node is None or _EXPLAINED.isdisjoint(node.tags):
                found[ref] = {GAP_KEY: min(found.get(ref, {}).get(GAP_KEY, "~"), way.tags["barrier"])}
    return found


def gaps_at(
    features: Features, projection: Projection, special: Mapping[int, Mapping[str, str]]
) -> dict[int, list[Gap]]:
    """How the walls lie at the nodes where paths run through them.

    Parameters
    ----------
    features
        What was read from the extract.
    projection
        From degrees to the metres of the city.
    special
        Tags of nodes of ways that make barriers, by id; those with `GAP_KEY` are looked at.

    Returns
    -------
    dict
        By id of the node; none where all walls end there.
    """
    wanted = np.array([ref for ref, tags in special.items() if GAP_KEY in tags], dtype=np.int64)
    found: dict[int, list[Gap]] = {}
    if not len(wanted):
        return found
    walls = [way for way in walls_of(features) if "highway" not in way.tags]
    for way, met in _meetings(features, walls, wanted):
        refs = features.refs[way.start : way.stop]
        xy = np.asarray(projection.to_xy(features.lonlat[way.start : way.stop]))
        closed = bool(refs[0] == refs[-1])
        for row in met.tolist():
            before, after = _neighbours(xy, row, closed=closed)
            if before is not None and after is not None:
                lines = (np.stack((xy[row], after)), np.stack((xy[row], before)))
                ahead, back = (heading(line, True) for line in lines)
                found.setdefault(int(refs[row]), []).append(Gap(way.tags.get("layer", "0"), ahead, back))
    return found


def arms_beyond(gaps: Sequence[Gap], arms: Sequence[Arm], tags_of: Sequence[Mapping[str, str]]) -> list[Arm]:
    """Arms on the far side of a wall, none where nothing crosses it.

    Parameters
    ----------
    gaps
        Walls at the vertex.
    arms
        What meets there.
    tags_of
        Tags of the way of each arm.

    Returns
    -------
    list of Arm
        The side with fewer of them.
    """
    if any(tags.get("highway") not in _PATHS for tags in tags_of):
        return []
    for gap in gaps:
        if any(_elsewhere(tags, gap.layer) for tags in tags_of):
            continue
        wide = (gap.back - gap.ahead) % (2 * pi)
        sides: tuple[list[Arm], list[Arm]] = [], []
        for arm in arms:
            turn = (arm.heading - gap.ahead) % (2 * pi)
            if min(turn, 2 * pi - turn, abs(turn - wide)) > _ALONG and arm.is_edge:
                sides[turn > wide].append(arm)
        if all(sides):
            return min(sides, key=lambda side: (len(side), sorted(arm.heading for arm in side)))
    return []


def _meetings(
    features: Features, walls: Sequence[Way], nodes: NDArray[np.int64]
) -> Iterator[tuple[Way, NDArray[np.intp]]]:
    """Walls that have some of the nodes, and the places of these in the wall; one look for all together."""
    if not walls:
        return
    first = np.cumsum([0, *(way.stop - way.start for way in walls)])
    every = np.concatenate([features.refs[way.start : way.stop] for way in walls])
    met = np.flatnonzero(np.isin(every, nodes))
    begins = np.searchsorted(met, first)
    for row in np.flatnonzero(np.diff(begins)).tolist():
        yield walls[row], met[begins[row] : begins[row + 1]] - first[row]


def _neighbours(
    xy: NDArray[np.float64], row: int, *, closed: bool
) -> tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]:
    """Points of the wall before and after one of its own; None where it begins or ends."""
    last = len(xy) - 1
    before = xy[row - 1] if row else xy[last - 1] if closed else None
    after = xy[row + 1] if row < last else xy[1] if closed else None
    return before, after


def _elsewhere(tags: Mapping[str, str], layer: str) -> bool:
    """Whether a way runs above or below the wall."""
    carried = any(tags.get(key, "no") != "no" for key in ("bridge", "tunnel", "covered"))
    return carried or tags.get("layer", "0") != layer
