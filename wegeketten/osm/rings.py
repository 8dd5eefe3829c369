"""Closed ways and multipolygon relations become polygons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wegeketten.osm.features import Features, Relation, Way


def is_closed(features: Features, way: Way) -> bool:
    """Whether a way ends where it starts and can enclose an area (four points or more).

    Parameters
    ----------
    features
        What was read from the extract.
    way
        A way of the extract.

    Returns
    -------
    bool
        Whether it can be an outline.
    """
    return way.stop - way.start >= 4 and features.refs[way.start] == features.refs[way.stop - 1]


def polygon_of_relation(features: Features, relation: Relation) -> shapely.MultiPolygon | None:
    """Area of a multipolygon or boundary relation, lon/lat degrees.

    Member ways are joined by their node ids. A ring that the extract cuts is left out.

    Parameters
    ----------
    features
        Holds the member ways.
    relation
        Members of role ``outer`` (or none) enclose, those of role ``inner`` are holes.

    Returns
    -------
    MultiPolygon or None
        None where no outer ring is complete.
    """
    outer = [ref for kind, ref, role in relation.members if kind == "w" and role in ("outer", "")]
    inner = [ref for kind, ref, role in relation.members if kind == "w" and role == "inner"]
    shells = [shapely.Polygon(ring) for ring in _rings(features, outer)]
    if not shells:
        return None
    area = shapely.union_all(shapely.make_valid(np.array(shells, dtype=object)))
    holes = [shapely.make_valid(shapely.Polygon(ring)) for ring in _rings(features, inner)]
    if holes:
        area = shapely.difference(area, shapely.union_all(holes))
    parts = [part for part in shapely.get_parts(area) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts) if parts else None


def _rings(features: Features, ways: Iterable[int]) -> list[np.ndarray]:
    """Coordinates of the rings that the given ways make when joined end to end."""
    pieces: list[tuple[list[int], np.ndarray]] = []
    for ref in ways:
        way = features.ways.get(ref)
        if way is not None and way.stop - way.start >= 2:
            pieces.append(
                (features.refs[way.start : way.stop].tolist(), features.lonlat[way.start : way.stop])
            )
    rings = []
    at: dict[int, list[int]] = {}
    for number, (refs, points) in enumerate(pieces):
        if refs[0] == refs[-1]:
            rings.append(points)
        else:
            at.setdefault(refs[0], []).append(number)
            at.setdefault(refs[-1], []).append(number)
    used: set[int] = set()
    for number, (refs, points) in enumerate(pieces):
        if number in used or refs[0] == refs[-1]:
            continue
        used.add(number)
        chain, first, last = [points], refs[0], refs[-1]
        while first != last:
            following = next((other for other in at.get(last, ()) if other not in used), None)
            if following is None:
                break
            used.add(following)
            other_refs, other_points = pieces[following]
            forward = other_refs[0] == last
            chain.append(other_points[1:] if forward else other_points[-2::-1])
            last = other_refs[-1] if forward else other_refs[0]
        if first == last:
            rings.append(np.concatenate(chain))
    return [ring for ring in rings if len(ring) >= 4]
