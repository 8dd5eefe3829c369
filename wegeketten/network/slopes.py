"""Slopes along strokes: heights on one long axis, and windows of a base length laid over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.network.strokes import string

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from wegeketten.model.edges import EdgeTable
    from wegeketten.network.heights import Lines, Stations

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

GAP_M = 1000.0  # between strokes on the common axis

SHORTEST_BASE_M = 10.0
"""Slopes are never taken over less (assumption: the 15 cm of a 1 m model make 2 % then)."""


def base_length_m(resolution_m: Floats) -> Floats:
    """Length over which a slope is taken: two cells, at least `SHORTEST_BASE_M`.

    Parameters
    ----------
    resolution_m
        Cell size of the model.

    Returns
    -------
    Floats
        Metres, shape of `resolution_m`.

    Examples
    --------
    >>> base_length_m(np.array([1.0, 30.0]))
    array([10., 60.])
    """
    return np.maximum(2.0 * resolution_m, SHORTEST_BASE_M)


@dataclass
class Slopes:
    """What the heights say about each edge; NaN where unknown. Shape (edges,) each.

    Attributes
    ----------
    lowest_pct, highest_pct
        Extremes of the slope along the edge, signed u → v.
    base_m
        Length the slopes were taken over.
    rise_m, fall_m
        Metres climbed and descended u → v.
    """

    lowest_pct: Floats
    highest_pct: Floats
    base_m: Floats
    rise_m: Floats
    fall_m: Floats


class Course:
    """Heights along strokes.

    Attributes
    ----------
    level_m
        Height of each place, smoothed over `SHORTEST_BASE_M` along the strokes.

    Parameters
    ----------
    edges, lines
        The network.
    rows
        Edges that are strung together: all ways with a length, on and off the ground.
    place
        Place at each node.
    level_m
        Height of each place.
    stations, heights_m, resolution_m
        Heights along the ways on the ground, and the cell size they come from.
    finest_m
        Cell size assumed where no height is known.
    """

    def __init__(
        self,
        edges: EdgeTable,
        lines: Lines,
        rows: Rows,
        *,
        place: Rows,
        level_m: Floats,
        stations: Stations,
        heights_m: Floats,
        resolution_m: Floats,
        finest_m: float,
    ) -> None:
        self._count, self._lines = len(edges), lines
        rank = np.empty(len(rows), np.int64)
        rank[np.lexsort([edges[name][rows] for name in ("side", "part", "osm_id", "osm_type")])] = np.arange(
            len(rows)
        )
        u, v = place[edges["u"][rows]], place[edges["v"][rows]]
        strokes = string(u, v, lines.leaving_deg(rows), edges["osm_id"][rows].astype(np.int64), rank)
        self.edge = rows[strokes.edges]
        self.turned = strokes.reversed
        self._first, self._last = strokes.starts[:-1], strokes.starts[1:] - 1
        self._stroke = np.repeat(np.arange(len(self._first)), np.diff(strokes.starts))

        length = lines.length_m[self.edge]
        self._begin = np.cumsum(length) - length + GAP_M * self._stroke
        self._end = self._begin + length
        u, v = u[strokes.edges], v[strokes.edges]
        near, far = np.where(self.turned, (v, u), (u, v))
        self._lay_out(stations, heights_m, level_m[near], level_m[far])

        cell = np.zeros(self._count)
        np.fmax.at(cell, stations.edge, resolution_m)
        coarsest = np.zeros(len(self._first))
        np.maximum.at(coarsest, self._stroke, cell[self.edge])
        self._resolution = np.where(coarsest > 0, coarsest, finest_m)
        self._base = base_length_m(self._resolution)[self._stroke]
        self._floor, self._ceiling = (
            self._begin[self._first][self._stroke],
            self._end[self._last][self._stroke],
        )

        self.level_m = self._smoothed_places(near, far, level_m)
        self._near, self._far = self.level_m[near], self.level_m[far]

    def _lay_out(self, stations: Stations, heights_m: Floats, near_m: Floats, far_m: Floats) -> None:
        """Bring stations between the ends, and all ends, into one order."""
        slot = np.full(self._count, -1)
        slot[self.edge] = np.arange(len(self.edge))
        inner = ~(stations.at_u | stations.at_v)
        mine, along = slot[stations.edge[inner]], stations.along_m[inner]
        at = np.where(self.turned[mine], self._end[mine] - along, self._begin[mine] + along)
        position = np.r_[self._begin, at, self._end]
        order = np.argsort(position, kind="stable")
        self._position = position[order]
        self._height = np.r_[near_m, heights_m[inner], far_m][order]
        pieces = np.diff(self._position) * (self._height[1:] + self._height[:-1]) / 2
        self._voids = np.r_[0, np.cumsum(np.isnan(pieces))]
        self._area = np.r_[0.0, np.cumsum(np.nan_to_num(pieces))]

    def _smoothed_places(self, near: Rows, far: Rows, level_m: Floats) -> Floats:
        """Heights of places, each the mean of what the strokes that pass or end there say."""
        slots = np.arange(len(self.edge))
        said = np.r_[self._mean(slots, self._begin), self._mean(slots, self._end)]
        voices = np.bincount(np.r_[near, far], minlength=len(level_m))
        total = np.bincount(np.r_[near, far], said, minlength=len(level_m))
        result = level_m.copy()
        np.divide(total, voices, out=result, where=voices > 0)
        return result

    def _mean(self, slot: Rows, at: Floats) -> Floats:
        """Mean height around positions, over `SHORTEST_BASE_M` or as far as the stroke reaches to both sides.

        A wall in a fine model becomes a ramp by this; coarse models are smooth at this scale as they are.
        Symmetric, so that an even slope stays what it is; the height itself where a void is near.
        """
        reach = np.minimum(at - self._floor[slot], self._ceiling[slot] - at)
        half = np.clip(reach, 0.0, SHORTEST_BASE_M / 2)
        ends = [at - half, at + half]
        pieces = [np.clip(np.searchsorted(self._position, end, "right") - 1, 0, None) for end in ends]
        low, high = (
            self._area[piece] + (end - self._position[piece]) * (self._height[piece] + self._at(end)) / 2
            for end, piece in zip(ends, pieces, strict=True)
        )
        void = (self._voids[pieces[1]] > self._voids[pieces[0]]) | ~(half > 1e-3) | np.isnan(high - low)
        return np.where(void, self._at(at), (high - low) / np.where(void, 1.0, 2 * half))

    def resolution_m(self) -> Floats:
        """Coarsest cell size along the stroke of each edge, shape (edges,), NaN for edges in no stroke."""
        result = np.full(self._count, np.nan)
        result[self.edge] = self._resolution[self._stroke]
        return result

    def slopes(self, on_ground: NDArray[np.bool_], height_at: Callable[[Floats], Floats]) -> Slopes:
        """Slopes, rise and fall of each edge.

        Parameters
        ----------
        on_ground
            Shape (edges,): ways on the ground.
        height_at
            Heights of metric coordinates, shape (n, 2) → (n,). A stroke shorter than its base length is
            prolonged straight on over the ground.

        Returns
        -------
        Slopes
            In percent and metres, with bounds.
        """
        result = Slopes(*(np.full(self._count, np.nan) for _ in range(5)))
        if not len(self.edge):
            return result
        base = self._base
        length = self._end - self._begin
        pieces = np.maximum((length // base).astype(np.int64), 1)
        heads = np.cumsum(pieces) - pieces
        owner = np.repeat(np.arange(len(self.edge)), pieces)
        width = (length / pieces)[owner]
        start = self._begin[owner] + (np.arange(len(owner)) - heads[owner]) * width
        stop = start + width
        stop[heads + pieces - 1] = self._end
        tail, head = self._mean(owner, start), self._mean(owner, stop)
        tail[heads], head[heads + pieces - 1] = self._near, self._far
        climb = head - tail
        up, down = np.maximum(climb, 0.0), np.maximum(-climb, 0.0)
        up, down = np.add.reduceat(up, heads), np.add.reduceat(down, heads)
        result.rise_m[self.edge] = np.where(self.turned, down, up)
        result.fall_m[self.edge] = np.where(self.turned, up, down)

        # an edge shorter than the base length gets a window around its middle, shifted into the stroke
        floor, ceiling = (
            self._begin[self._first][self._stroke][owner],
            self._end[self._last][self._stroke][owner],
        )
        half = base[owner] / 2
        middle = np.clip((start + stop) / 2, floor + half, np.maximum(ceiling - half, floor + half))
        short = stop - start < base[owner]
        start = np.where(short, middle - half, start)
        stop = np.where(short, np.minimum(middle + half, ceiling), stop)
        width = stop - start
        slope = 100.0 * (self._at(stop) - self._at(start)) / width
        stub_slope, stub_base = self._stubs(on_ground, height_at)
        stub = ~np.isnan(stub_base[self._stroke[owner]])
        slope = np.where(stub, stub_slope[self._stroke[owner]], slope)
        width = np.where(stub, stub_base[self._stroke[owner]], width)
        slope = np.where(self.turned[owner], -slope, slope)
        result.lowest_pct[self.edge] = np.minimum.reduceat(slope, heads)
        result.highest_pct[self.edge] = np.maximum.reduceat(slope, heads)
        result.base_m[self.edge] = np.minimum.reduceat(width, heads)
        return result

    def _at(self, position: Floats) -> Floats:
        if not len(self._position):
            return np.zeros(0)
        found: Floats = np.interp(position, self._position, self._height)
        return found

    def _stubs(
        self, on_ground: NDArray[np.bool_], height_at: Callable[[Floats], Floats]
    ) -> tuple[Floats, Floats]:
        """Slope and base length of strokes shorter than their base length; NaN for the others."""
        begin, end = self._begin[self._first], self._end[self._last]
        base = base_length_m(self._resolution)
        slope, used = np.full(len(begin), np.nan), np.full(len(begin), np.nan)
        stub = np.flatnonzero(end - begin < base)
        if not stub.size:
            return slope, used
        beyond = (base - (end - begin))[stub] / 2
        low, high = self._at(begin[stub]), self._at(end[stub])
        used[stub] = (end - begin)[stub]
        for slots, heights, at_tail in ((self._first[stub], low, True), (self._last[stub], high, False)):
            edge = self.edge[slots]
            leave = self._lines.leaving_deg(edge)
            # the free end of the stroke: u of an edge passed forwards at its tail, v at its head
            at_u = self.turned[slots] != at_tail
            outward = np.radians(np.where(at_u, leave[:, 0], leave[:, 1]) + 180.0)
            tip = np.where(at_u[:, None], *self._lines.ends(edge))
            reached = height_at(tip + beyond[:, None] * np.stack([np.cos(outward), np.sin(outward)], axis=1))
            usable = on_ground[edge] & ~np.isnan(reached)
            heights[usable] = reached[usable]
            used[stub[usable]] += beyond[usable]
        slope[stub] = 100.0 * (high - low) / used[stub]
        return slope, used
