"""Many lines at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def shapes_of(lines: Sequence[NDArray[np.float64]]) -> NDArray[np.object_]:
    """Shapely lines from lists of points.

    Parameters
    ----------
    lines
        Points of each line in metres, shape (points, 2).

    Returns
    -------
    ndarray
        LineStrings, shape (lines,).

    Examples
    --------
    >>> [line.length for line in shapes_of([np.array([[0.0, 0.0], [3.0, 4.0]])])]
    [5.0]
    """
    import shapely

    if not len(lines):
        return np.empty(0, dtype=object)
    owner = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    return np.asarray(shapely.linestrings(np.concatenate(lines), indices=owner))


def length_m(line: NDArray[np.float64]) -> float:
    """Length of one line.

    Parameters
    ----------
    line
        Points in metres, shape (points, 2).

    Returns
    -------
    float
        Metres.

    Examples
    --------
    >>> length_m(np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 5.0]]))
    6.0
    """
    step = line[1:] - line[:-1]
    return float(np.hypot(step[:, 0], step[:, 1]).sum())


def place_at(line: NDArray[np.float64], share: float) -> tuple[float, float]:
    """Place at a share of a line's length.

    Parameters
    ----------
    line
        Points in metres, shape (points, 2).
    share
        From 0 (the first point) to 1 (the last).

    Returns
    -------
    tuple
        x and y in metres.

    Examples
    --------
    >>> place_at(np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0]]), 0.75)
    (4.0, 2.0)
    """
    step = line[1:] - line[:-1]
    along = np.concatenate(([0.0], np.cumsum(np.hypot(step[:, 0], step[:, 1]))))
    wanted = share * along[-1]
    return float(np.interp(wanted, along, line[:, 0])), float(np.interp(wanted, along, line[:, 1]))


def stretch_of(line: NDArray[np.float64], start: float, end: float) -> NDArray[np.float64]:
    """Points of a stretch of a line.

    Parameters
    ----------
    line
        Points in metres, shape (points, 2).
    start, end
        Shares of the line's length, ``start < end``.

    Returns
    -------
    ndarray
        Both ends and the line's own points between them.

    Examples
    --------
    >>> line = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0]])
    >>> stretch_of(line, 0.25, 0.75).tolist()
    [[2.0, 0.0], [4.0, 0.0], [4.0, 2.0]]
    """
    step = line[1:] - line[:-1]
    along = np.concatenate(([0.0], np.cumsum(np.hypot(step[:, 0], step[:, 1]))))
    begin, stop = max(start, 0.0) * along[-1], min(end, 1.0) * along[-1]
    x, y = (np.interp((begin, stop), along, line[:, axis]) for axis in (0, 1))
    between = line[(along > begin) & (along < stop)]
    return np.concatenate(([[x[0], y[0]]], between, [[x[1], y[1]]]))


def lookouts(
    xy: NDArray[np.float64], first: NDArray[np.int64], last: NDArray[np.int64], spacing_m: float, most: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Places along pieces of lines, away from their ends.

    Parameters
    ----------
    xy
        Points of all lines.
    first, last
        Rows of the first and last point of each piece.
    spacing_m
        Metres between places; every piece has at least three.
    most
        Places per piece at most.

    Returns
    -------
    tuple
        Piece of each place; its x, y; the unit normal to the left.
    """
    step = xy[1:] - xy[:-1]
    size = np.hypot(step[:, 0], step[:, 1])
    along = np.concatenate(([0.0], np.cumsum(size)))
    begin, total = along[first], along[last] - along[first]
    count = np.clip(total // spacing_m, 3, most).astype(np.int64)
    piece = np.repeat(np.arange(len(first)), count)
    number = np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count)
    at = begin[piece] + total[piece] * (number + 0.5) / count[piece]
    segment = np.clip(np.searchsorted(along, at, side="right") - 1, first[piece], last[piece] - 1)
    unit = step[segment] / np.maximum(size[segment], 1e-9)[:, None]
    place = xy[segment] + unit * (at - along[segment])[:, None]
    return piece, place, np.column_stack([-unit[:, 1], unit[:, 0]])
