"""Lines as text, the encoding that openrouteservice's JSON answers carry; and lines with fewer points."""

from __future__ import annotations

from itertools import pairwise
from math import cos, hypot, radians
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Line = Sequence[Sequence[float]]

COARSE_M = 2.0
"""How far a simplified line may lie from the line."""

_DEGREE_M = 111_320.0


def encoded(points: Iterable[Sequence[float]]) -> str:
    """Points as an encoded polyline of five digits; a third value, metres of height, has two.

    Parameters
    ----------
    points
        Longitude, latitude, and perhaps a height.

    Returns
    -------
    str
        Printable signs.

    Examples
    --------
    >>> encoded([(-120.2, 38.5), (-120.95, 40.7), (-126.453, 43.252)])
    '_p~iF~ps|U_ulLnnqC_mqNvxq`@'
    """
    text = []
    last = [0, 0, 0]
    for point in points:
        values = [round(point[1] * 1e5), round(point[0] * 1e5)]
        if len(point) > 2:
            values.append(round(point[2] * 100))
        for axis, value in enumerate(values):
            text.append(_encoded(value - last[axis]))
            last[axis] = value
    return "".join(text)


def _encoded(value: int) -> str:
    rest = ~(value << 1) if value < 0 else value << 1
    signs = []
    while rest >= 0x20:
        signs.append(chr((0x20 | (rest & 0x1F)) + 63))
        rest >>= 5
    signs.append(chr(rest + 63))
    return "".join(signs)


def simplified(line: Line, fixed: Iterable[int]) -> list[int]:
    """Points of a line that are enough to draw it within `COARSE_M` (Douglas and Peucker).

    Parameters
    ----------
    line
        Longitude and latitude of each point.
    fixed
        Points that stay besides the first and the last.

    Returns
    -------
    list of int
        Numbers of points, ascending.

    Examples
    --------
    >>> simplified([(0, 0), (0.001, 0.00001), (0.002, 0), (0.002, 0.001)], [])
    [0, 2, 3]
    """
    squeezed = cos(radians(line[0][1]))
    flat = [(point[0] * squeezed * _DEGREE_M, point[1] * _DEGREE_M) for point in line]
    kept = {0, len(flat) - 1, *fixed}
    open_ends = list(pairwise(sorted(kept)))
    while open_ends:
        first, last = open_ends.pop()
        far = max(range(first + 1, last), key=lambda place: _off(flat, place, first, last), default=first)
        if far != first and _off(flat, far, first, last) > COARSE_M:
            kept.add(far)
            open_ends += [(first, far), (far, last)]
    return sorted(kept)


def _off(flat: Line, place: int, first: int, last: int) -> float:
    """Metres between a point and the stretch between two others."""
    (x, y), (x0, y0), (x1, y1) = flat[place], flat[first], flat[last]
    east, north = x1 - x0, y1 - y0
    length = east * east + north * north
    share = min(1.0, max(0.0, ((x - x0) * east + (y - y0) * north) / length)) if length else 0.0
    return hypot(x - x0 - share * east, y - y0 - share * north)
