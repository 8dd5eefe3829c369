"""Which areas a node lies in: outlines as edges in bands of latitude, exact in whole units of position."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from wegeketten.cutting.blocks import UNITS
from wegeketten.routing import lazy_kernel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Longs = NDArray[np.int64]
    Ints = NDArray[np.int32]

_SIDE = 64  # cells of the coarse grid along each side
_MOST_BANDS = 4096


class Outlines:
    """The outlines of all areas.

    Parameters
    ----------
    shapes
        Polygons in degrees.

    Examples
    --------
    >>> outlines = Outlines([shapely.box(9, 45, 10, 46), shapely.box(9.5, 45, 11, 46)])
    >>> node, area = outlines.holding(np.array([96_000_000]), np.array([455_000_000]))
    >>> node.tolist(), area.tolist()
    ([0, 0], [0, 1])
    """

    def __init__(self, shapes: Sequence[BaseGeometry]) -> None:
        self.boxes = np.empty((len(shapes), 4), dtype=np.int64)
        bands, firsts, edges = [], [0], []
        band_first = [0]
        for row, shape in enumerate(shapes):
            mine = _edges(shape)
            low, high = int(mine[:, [1, 3]].min()), int(mine[:, [1, 3]].max())
            self.boxes[row] = (mine[:, [0, 2]].min(), low, mine[:, [0, 2]].max(), high)
            count = min(max(len(mine) // 2, 16), _MOST_BANDS)
            height = (high - low) // count + 1
            lowest = (np.minimum(mine[:, 1], mine[:, 3]) - low) // height
            highest = (np.maximum(mine[:, 1], mine[:, 3]) - low) // height
            times = highest - lowest + 1
            edge = np.repeat(np.arange(len(mine)), times)
            ends = np.cumsum(times)
            band = np.arange(len(edge)) - np.repeat(ends - times, times) + np.repeat(lowest, times)
            order = np.argsort(band, kind="stable")
            edges.append(mine[edge[order]])
            starts = np.searchsorted(band[order], np.arange(count + 1))
            firsts.extend((starts[1:] + firsts[-1]).tolist())
            bands.append((count, height))
            band_first.append(band_first[-1] + count)
        self._bands = np.array(bands, dtype=np.int64).reshape(-1, 2)
        self._band_first = np.array(band_first, dtype=np.int64)
        self._first = np.array(firsts, dtype=np.int64)
        self._edges = np.concatenate(edges) if edges else np.empty((0, 4), dtype=np.int64)
        self._make_grid()

    def _make_grid(self) -> None:
        low, high = self.boxes[:, :2].min(axis=0), self.boxes[:, 2:].max(axis=0)
        size = (high - low) // _SIDE + 1
        self._grid = np.array([*low, *high, *size], dtype=np.int64)
        cells: list[list[int]] = [[] for _ in range(_SIDE * _SIDE)]
        for row, (west, south, east, north) in enumerate(self.boxes.tolist()):
            (x0, y0), (x1, y1) = (
                ((np.array(p) - low) // size).tolist() for p in ((west, south), (east, north))
            )
            for y in range(y0, y1 + 1):
                for x in range(x0, x1 + 1):
                    cells[y * _SIDE + x].append(row)
        self._cell_first = np.cumsum([0, *map(len, cells)]).astype(np.int64)
        self._cell_areas = np.array([row for cell in cells for row in cell], dtype=np.int64)

    def holding(self, lon: Longs, lat: Longs) -> tuple[Longs, Ints]:
        """Pairs of a point (its row) and an area that holds it, in the order of the points.

        Parameters
        ----------
        lon, lat
            Units of 1e-7 degrees.

        Returns
        -------
        tuple
            Rows of points, and numbers of areas.
        """
        room = len(lon) * 2 + 64
        while True:
            rows, areas = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int32)
            count = _hold(
                lon, lat, self._grid, self._cell_first, self._cell_areas, self.boxes, self._bands,
                self._band_first, self._first, self._edges, rows, areas,
            )  # fmt: skip
            if count <= room:
                return rows[:count], areas[:count]
            room = count


def _edges(shape: BaseGeometry) -> Longs:
    parts = []
    for polygon in shapely.get_parts(shape):
        for ring in (polygon.exterior, *polygon.interiors):
            points = np.rint(shapely.get_coordinates(ring) * UNITS).astype(np.int64)
            parts.append(np.hstack([points[:-1], points[1:]]))
    return np.concatenate(parts)


@lazy_kernel
def _hold(
    lon: Longs,
    lat: Longs,
    grid: Longs,
    cell_first: Longs,
    cell_areas: Longs,
    boxes: Longs,
    bands: Longs,
    band_first: Longs,
    first: Longs,
    edges: Longs,
    rows: Longs,
    areas: Ints,
) -> int:
    count = 0
    for row in range(len(lon)):
        x, y = lon[row], lat[row]
        if x < grid[0] or y < grid[1] or x > grid[2] or y > grid[3]:
            continue
        cell = (y - grid[1]) // grid[5] * _SIDE + (x - grid[0]) // grid[4]
        for place in range(cell_first[cell], cell_first[cell + 1]):
            area = cell_areas[place]
            if x < boxes[area, 0] or y < boxes[area, 1] or x > boxes[area, 2] or y > boxes[area, 3]:
                continue
            band = band_first[area] + (y - boxes[area, 1]) // bands[area, 1]
            inside = False
            for edge in range(first[band], first[band + 1]):
                x1, y1, x2, y2 = edges[edge, 0], edges[edge, 1], edges[edge, 2], edges[edge, 3]
                if (y1 > y) != (y2 > y):
                    left, right = (x - x1) * (y2 - y1), (y - y1) * (x2 - x1)
                    if (left < right) == (y2 > y1):
                        inside = not inside
            if inside:
                if count < len(rows):
                    rows[count] = row
                    areas[count] = area
                count += 1
    return count
