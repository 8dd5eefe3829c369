"""Boundaries that the extract cuts: closed along its edge where it is certain which side is meant."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_GAP_M = 150.0  # between the frame and the last node of a line that the extract cut
_SLIVER = 0.01  # of the smaller area; what overlaps by less does not overlap


@dataclass
class CutArea:
    """An area of which only part of the boundary is known.

    Attributes
    ----------
    lines
        The known part of its boundary, metres.
    inside
        Points known to lie in it (its label, the place it is named for).
    """

    lines: BaseGeometry
    inside: list[shapely.Point] = field(default_factory=list)


def close_cut(
    areas: list[CutArea], known: list[BaseGeometry], frame: BaseGeometry
) -> list[BaseGeometry | None]:
    """Close areas along the frame of the extract.

    The lines of an area divide the frame into an inside and an outside. Which is which follows from a point
    known to lie inside, or from areas of the same level: they do not overlap. Where neither decides, or where
    lines end far inside the frame, the area is given up rather than guessed.

    Parameters
    ----------
    areas
        Cut areas of one level.
    known
        Areas of that level whose boundary is complete.
    frame
        Rectangle within which the extract is complete.

    Returns
    -------
    list
        For each area its part within the frame, None where that is unknown.

    Examples
    --------
    >>> frame = shapely.box(0, 0, 10, 10)
    >>> line = shapely.LineString([(4, -5), (4, 15)])
    >>> west = CutArea(line, inside=[shapely.Point(1, 1)])
    >>> east = CutArea(line)
    >>> [shape.bounds for shape in close_cut([west, east], [], frame)]
    [(0.0, 0.0, 4.0, 10.0), (4.0, 0.0, 10.0, 10.0)]
    """
    sides = [_possible_sides(area, known, frame) for area in areas]
    changed = True
    while changed:  # what one area has been found to be decides what its neighbours cannot be
        changed = False
        for row, own in enumerate(sides):
            others = [theirs for other, theirs in enumerate(sides) if other != row and theirs]
            left = [side for side in own if all(_leaves_room(side, theirs) for theirs in others)]
            if left and len(left) < len(own):
                sides[row], changed = left, True
    return [own[0] if len(own) == 1 else None for own in sides]


def _possible_sides(area: CutArea, known: list[BaseGeometry], frame: BaseGeometry) -> list[BaseGeometry]:
    """Sides of its lines that an area may be, by its own points and the areas that are known."""
    sides = _sides(area.lines, frame)
    holding = [side for side in sides if any(side.covers(point) for point in area.inside)]
    return [
        side
        for side in (holding if len(holding) == 1 else sides)
        if not any(_overlap(side, other) for other in known)
    ]


def _leaves_room(side: BaseGeometry, theirs: list[BaseGeometry]) -> bool:
    """Whether another area can be one of its possible sides beside this one."""
    return any(not _overlap(side, other) for other in theirs)


def _sides(lines: BaseGeometry, frame: BaseGeometry) -> list[BaseGeometry]:
    """The two parts into which lines divide a frame; none where they do not divide it."""
    edge = shapely.get_exterior_ring(frame)
    within = shapely.intersection(lines, frame)
    ends = np.array(_loose_ends(within), dtype=object)
    gaps = np.asarray(shapely.shortest_line(ends, edge), dtype=object)
    if (shapely.length(gaps) > _GAP_M).any():
        return []
    drawn = shapely.union_all([within, edge, *gaps[shapely.length(gaps) > 0]])
    faces = np.asarray(shapely.get_parts(shapely.polygonize([drawn])), dtype=object)
    if len(faces) < 2:
        return []
    first, second = shapely.STRtree(faces).query(faces, predicate="touches")
    border_m = shapely.length(shapely.intersection(faces[first], faces[second]))
    beside: dict[int, list[int]] = {}
    for a, b in zip(first[border_m > 0].tolist(), second[border_m > 0].tolist(), strict=True):
        beside.setdefault(a, []).append(b)
    side = {0: 0}
    waiting = [0]
    while waiting:
        face = waiting.pop()
        for other in beside.get(face, ()):
            if other not in side:
                side[other] = 1 - side[face]
                waiting.append(other)
            elif side[other] == side[face]:
                return []
    if len(side) < len(faces):
        return []
    return [shapely.union_all(faces[[row for row in side if side[row] == which]]) for which in (0, 1)]


def _loose_ends(lines: BaseGeometry) -> list[shapely.Point]:
    """Points at which an odd number of lines end."""
    ends: Counter[tuple[float, float]] = Counter()
    for line in shapely.get_parts(lines).tolist():
        if line.geom_type == "LineString" and not line.is_empty:
            ends.update([line.coords[0], line.coords[-1]])
    return [shapely.Point(end) for end, count in sorted(ends.items()) if count % 2]


def _overlap(a: BaseGeometry, b: BaseGeometry) -> bool:
    return bool(a.intersection(b).area > _SLIVER * min(a.area, b.area))
