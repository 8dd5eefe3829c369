"""The corners of a junction: between the right side of one arm and the left side of the next."""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.network.ways import CODE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_HALF_WIDTH_M = {
    CODE["motorway"]: 9.0,
    CODE["trunk"]: 8.0,
    CODE["primary"]: 7.0,
    CODE["secondary"]: 6.5,
    CODE["tertiary"]: 5.5,
    CODE["living_street"]: 3.5,
    CODE["service"]: 3.5,
    CODE["track"]: 3.0,
}
_OTHERS_M = 4.5
_PAVEMENT_M = 1.2  # from the kerb to where one walks
_SLANT = 0.35  # corners of very sharp angles are drawn no farther out than offset / _SLANT


class Corner(NamedTuple):
    """A gap between two neighbouring arms of a junction.

    Attributes
    ----------
    before, after
        Places of the arms that bound it, counter-clockwise, in the list of road arms.
    x, y
        Where it is drawn, metres.
    """

    before: int
    after: int
    x: float
    y: float


def offset_of(highway: int, tags: Mapping[str, str]) -> float:
    """Metres from the middle of a carriageway to where one walks beside it; for drawing.

    Parameters
    ----------
    highway
        Number of the road's class.
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    float
        Metres.

    Examples
    --------
    >>> offset_of(CODE["tertiary"], {}), offset_of(CODE["residential"], {"width": "5"})
    (6.7, 3.7)
    """
    try:
        width_m = float(tags.get("width", ""))
    except ValueError:
        width_m = 0.0
    if 2.0 <= width_m <= 30.0:
        return width_m / 2 + _PAVEMENT_M
    half = _HALF_WIDTH_M.get(highway, _OTHERS_M)
    if tags.get("oneway") == "yes" and half > _OTHERS_M:
        half = _OTHERS_M
    return half + _PAVEMENT_M


def corners_of(x: float, y: float, headings: list[float], offsets: list[float]) -> list[Corner]:
    """Corners of a junction at x, y whose arms leave in the given directions.

    Parameters
    ----------
    x, y
        Middle of the junction, metres.
    headings
        Directions of the road arms, ascending, radians.
    offsets
        Metres from each arm's middle to where one walks beside it.

    Returns
    -------
    list of Corner
        Corner k lies to the left of arm k, seen from the junction. A single arm has one, around its end.

    Examples
    --------
    >>> [(round(c.x, 1), round(c.y, 1)) for c in corners_of(0.0, 0.0, [0.0, pi / 2, pi], [5.0, 5.0, 5.0])]
    [(5.0, 5.0), (-5.0, 5.0), (-0.0, -5.0)]
    """
    count = len(headings)
    found = []
    for before in range(count):
        after = (before + 1) % count
        gap = (headings[after] - headings[before]) % (2 * pi) if count > 1 else 2 * pi
        middle = headings[before] + gap / 2
        offset = (offsets[before] + offsets[after]) / 2
        away = offset / max(sin(gap / 2), _SLANT) if gap < pi else offset
        found.append(Corner(before, after, x + away * cos(middle), y + away * sin(middle)))
    return found


def gap_of(heading: float, headings: list[float]) -> int:
    """Corner into which something leaving in a direction falls.

    Parameters
    ----------
    heading
        Direction, radians.
    headings
        Directions of the road arms, ascending, radians.

    Returns
    -------
    int
        Number of the corner.

    Examples
    --------
    >>> gap_of(1.0, [0.0, 2.0]), gap_of(-1.0, [0.0, 2.0]), gap_of(5.0, [0.0])
    (0, 1, 0)
    """
    turned = [(heading - each) % (2 * pi) for each in headings]
    return int(np.argmin(turned))


def beside(line: NDArray[np.float64], side: int, offset_m: float) -> NDArray[np.float64]:
    """Line drawn beside another; side -1 left, 1 right of it.

    Parameters
    ----------
    line
        Points in metres, shape (points, 2).
    side
        -1 left, 1 right.
    offset_m
        Metres from the line.

    Returns
    -------
    ndarray
        Points in metres.

    Examples
    --------
    >>> beside(np.array([[0.0, 0.0], [10.0, 0.0]]), -1, 3.0).tolist()
    [[0.0, 3.0], [10.0, 3.0]]
    """
    step = np.diff(line, axis=0)
    unit = step / np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9)[:, None]
    normal = np.column_stack([-unit[:, 1], unit[:, 0]])
    joint = np.empty_like(line)
    joint[0], joint[-1] = normal[0], normal[-1]
    if len(line) > 2:
        between = normal[:-1] + normal[1:]
        joint[1:-1] = between / np.maximum((between**2).sum(axis=1) / 2, 0.5)[:, None]
    return line - side * offset_m * joint
