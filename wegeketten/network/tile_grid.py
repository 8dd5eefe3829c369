"""The squares that the plane is cut into for outlines: what comes near each, and cuts at their borders."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from wegeketten.model.hashing import mixed
from wegeketten.network.ring_chains import Stretches, ranges

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Metres = NDArray[np.float64]
    Rows = NDArray[np.int64]
    Shapes = NDArray[np.object_]
    Marks = NDArray[np.uint64]

SQUARE_M = 64.0
"""Side of a square: some ten strips in a town; a rim so wide is united anew for every question."""
ASIDE_M = np.array([0.41421356237, 0.73205080757])
"""Borders lie beside round numbers, where drawn towns have their streets."""
SOUTH = 1 << 31
"""Rows of squares south of a projection's origin that keys can tell."""


class NearStrips(NamedTuple):
    """Which strip comes near which square.

    Attributes
    ----------
    square
        Key of the square, ascending.
    row
        Row of the strip.
    """

    square: Rows
    row: Rows

    def taken(self, mask: NDArray[np.bool_]) -> NearStrips:
        """Those of some strips.

        Parameters
        ----------
        mask
            Over the rows of all strips.

        Returns
        -------
        NearStrips
            In the same order.
        """
        kept = mask[self.row]
        return NearStrips(self.square[kept], self.row[kept])

    def of(self, squares: Rows) -> list[Rows]:
        """Rows near each of some squares.

        Parameters
        ----------
        squares
            Their keys.

        Returns
        -------
        list of ndarray
            One for each square.
        """
        first = np.searchsorted(self.square, squares)
        last = np.searchsorted(self.square, squares, side="right")
        return [self.row[begin:end] for begin, end in zip(first.tolist(), last.tolist(), strict=True)]

    def marks(self, marks: Marks, squares: Rows) -> Marks:
        """Which set of strips comes near each of some squares, told by a sum.

        Parameters
        ----------
        marks
            Of all strips, see `marks_of`.
        squares
            Keys, ascending; all squares that something comes near are among them.

        Returns
        -------
        ndarray
            128 bits for each square, shape (squares, 2).
        """
        sums = np.zeros((len(squares), 2), dtype=np.uint64)
        if len(self.square):
            first = np.flatnonzero(np.diff(self.square, prepend=self.square[0] - 1))
            told = np.add.reduceat(marks[self.row], first, axis=0)
            sums[np.searchsorted(squares, self.square[first])] = told
        return sums


def marks_of(words: NDArray[np.uint64]) -> Marks:
    """A number of 128 bits for each row of numbers, as good as random.

    Parameters
    ----------
    words
        Shape (rows, numbers).

    Returns
    -------
    ndarray
        Shape (rows, 2).

    Examples
    --------
    >>> len(np.unique(marks_of(np.arange(1000, dtype=np.uint64)[:, None])))
    2000
    """
    marks = np.empty((len(words), 2), dtype=np.uint64)
    for half, seed in enumerate((0x9E3779B97F4A7C15, 0xD1B54A32D192ED03)):
        state = np.full(len(words), seed, dtype=np.uint64)
        for column in words.T:
            state = mixed(state, column)
        marks[:, half] = state
    return marks


def near_strips(low: Metres, high: Metres, abreast: int = 1) -> NearStrips:
    """Which box comes near which square.

    Parameters
    ----------
    low, high
        Corners of the boxes, shape (boxes, 2).
    abreast
        Squares along a side of what counts as one.

    Returns
    -------
    NearStrips
        By square, then by row.

    Examples
    --------
    >>> near_strips(np.array([[1.0, 1.0]]), np.array([[66.0, 2.0]])).row.tolist()
    [0, 0]
    """
    one, other = square_of(low) // abreast, square_of(high) // abreast
    size = other - one + 1
    count = size.prod(axis=1)
    row = np.repeat(np.arange(len(one)), count)
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    square = _key(one[row] + np.column_stack([step % size[row, 0], step // size[row, 0]]))
    order = np.argsort(square, kind="stable")
    return NearStrips(square[order], row[order])


def fields_of(squares: Rows, abreast: int) -> Rows:
    """The fields of several squares abreast that some squares lie in.

    Parameters
    ----------
    squares
        Their keys.
    abreast
        Squares along a side of a field.

    Returns
    -------
    ndarray
        Keys of the fields, ascending.

    Examples
    --------
    >>> squares = near_strips(np.array([[1.0, 1.0]]), np.array([[99.0, 99.0]])).square
    >>> len(squares), len(fields_of(squares, 4))
    (4, 1)
    """
    return np.asarray(np.unique(_key(_numbers(squares) // abreast)))


def corners_of(squares: Rows, abreast: int = 1) -> tuple[Metres, Metres]:
    """South-western and north-eastern corners of squares.

    Parameters
    ----------
    squares
        Their keys.
    abreast
        Squares along a side of what counts as one.

    Returns
    -------
    tuple
        Metres, shape (squares, 2) each.

    Examples
    --------
    >>> low, high = corners_of(near_strips(np.array([[-1.0, -99.0]]), np.array([[0.0, -98.0]])).square)
    >>> (high - low).round(6).tolist()
    [[64.0, 64.0]]
    """
    numbers = _numbers(squares) * abreast
    return _border(numbers), _border(numbers + abreast)


def split_stretches(chains: Stretches) -> tuple[Stretches, Rows]:
    """Stretches cut at the borders of squares, which they cross at their corners only.

    Parameters
    ----------
    chains
        Stretches.

    Returns
    -------
    tuple
        Shorter stretches, and the key of the square each lies in, ascending.

    Examples
    --------
    >>> shape = with_corners(np.array([shapely.box(1, 1, 100, 10)]))[0]
    >>> ring = shapely.get_coordinates(shape)
    >>> len(split_stretches(Stretches(ring, np.array([0, len(ring)])))[1])
    3
    """
    points, bounds = chains
    square = _key(square_of((points[1:] + points[:-1]) / 2))  # of the step from each point to the next
    square[bounds[1:-1] - 1] = -1  # from one stretch to another
    first = np.flatnonzero(np.diff(square, prepend=-1) != 0)
    last = np.append(first[1:], len(square))
    real = square[first] != -1
    first, last = first[real], last[real] + 1
    order = np.argsort(square[first], kind="stable")
    first, last = first[order], last[order]
    return Stretches(points[ranges(first, last)], np.append(0, np.cumsum(last - first))), square[first]


def with_corners(shapes: Shapes) -> Shapes:
    """Polygons with a corner wherever they cross a border between squares.

    Parameters
    ----------
    shapes
        Polygons, metres.

    Returns
    -------
    ndarray
        The same areas.

    Examples
    --------
    >>> shape = with_corners(np.array([shapely.box(1, 1, 100, 10)]))[0]
    >>> shape.area, len(shape.exterior.coords)
    (891.0, 7)
    """
    if not len(shapes):
        return shapes
    kind, points, (rings, parts) = shapely.to_ragged_array(shapes)
    square = square_of(points)
    crossed = np.abs(np.diff(square, axis=0))
    crossed[rings[1:-1] - 1] = 0  # from one ring to the next
    added = []
    for axis in (0, 1):
        count = crossed[:, axis]
        step = np.repeat(np.arange(len(count)), count)
        number = np.arange(len(step)) - np.repeat(np.cumsum(count) - count, count)
        border = _border(np.minimum(square[step, axis], square[step + 1, axis]) + 1 + number, axis)
        start, stop = points[step], points[step + 1]
        share = (border - start[:, axis]) / (stop[:, axis] - start[:, axis])
        corner = start + share[:, None] * (stop - start)
        corner[:, axis] = border
        added.append((step, share, corner))
    step, share, corner = (np.concatenate(each) for each in zip(*added, strict=True))
    order = np.lexsort((share, step))
    more = np.insert(points, step[order] + 1, corner[order], axis=0)
    moved = rings + np.searchsorted(np.sort(step), rings)
    return np.asarray(shapely.from_ragged_array(kind, more, (moved, parts)))


def on_border(points: Metres) -> NDArray[np.bool_]:
    """Which points lie on a border between squares, to the last digit.

    Parameters
    ----------
    points
        Metres, shape (points, 2).

    Returns
    -------
    ndarray
        Mask.

    Examples
    --------
    >>> shape = with_corners(np.array([shapely.box(1, 1, 100, 10)]))[0]
    >>> int(on_border(shapely.get_coordinates(shape)).sum())
    2
    """
    near = np.rint((points - ASIDE_M) / SQUARE_M).astype(np.int64)
    return np.asarray((points == _border(near)).any(axis=1))


def square_of(points: Metres) -> Rows:
    """Column and row of the square each point lies in.

    Parameters
    ----------
    points
        Metres, shape (points, 2).

    Returns
    -------
    ndarray
        Shape (points, 2).

    Examples
    --------
    >>> square_of(np.array([[0.0, 0.0], [65.0, 0.0]])).tolist()
    [[-1, -1], [1, -1]]
    """
    return np.asarray(np.floor((points - ASIDE_M) / SQUARE_M), dtype=np.int64)


def _key(numbers: Rows) -> Rows:
    """One number for column and row of a square."""
    return np.asarray((numbers[:, 0] << 32) + numbers[:, 1] + SOUTH)


def _numbers(key: Rows) -> Rows:
    return np.column_stack([key >> 32, (key & 0xFFFFFFFF) - SOUTH])


def _border(number: Rows, axis: int | None = None) -> Metres:
    aside = ASIDE_M if axis is None else ASIDE_M[axis]
    return np.asarray(aside + number * SQUARE_M)
