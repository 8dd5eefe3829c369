"""Lines as text: the encoding of polylines that openrouteservice's JSON answers carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


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
