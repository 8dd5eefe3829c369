"""How steep an edge may be: from the tagged slopes of the city, or from the error of its elevation model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.chances.learn import magnitudes
from wegeketten.model.reading import Provenance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.chances.groups import Rows
    from wegeketten.chances.learn import Lessons

    Floats = NDArray[np.float64]

NINE_OF_TEN = 1.645
"""Half width of a model's bounds in standard deviations, see `wegeketten.network.elevation.margin_pct`."""

LEAST_RELIEF_PCT = 1.0
"""Standard deviation of the slopes of the flattest town (assumption)."""


class Signed(NamedTuple):
    """Chances by the sign of a slope, shape (rows,) each.

    Attributes
    ----------
    rising
        That the edge climbs u → v.
    if_rising, if_falling
        That its steepness keeps a limit, given the sign.
    """

    rising: Floats
    if_rising: Floats
    if_falling: Floats


@dataclass(frozen=True, eq=False)
class SlopeModel:
    """Slopes of one network.

    Parameters
    ----------
    lessons
        Tagged slopes by magnitude.
    """

    lessons: Lessons

    @cached_property
    def _modelled(self) -> NDArray[np.bool_]:
        """Edges whose slope comes from an elevation model."""
        edges = self.lessons.groups.edges
        derived = edges["incline_pct_from"] == Provenance.derived
        found: NDArray[np.bool_] = derived & np.isfinite(edges["rise_m"]) & ~np.isnan(edges["incline_pct"])
        return found

    @cached_property
    def relief_pct(self) -> float:
        """Standard deviation of the true slopes: what the model shows beyond its own error."""
        edges = self.lessons.groups.edges
        rows = np.flatnonzero(self._modelled)
        weight = edges["length_m"][rows].astype(np.float64)
        if not len(rows) or weight.sum() <= 0:
            return LEAST_RELIEF_PCT
        value = edges["incline_pct"][rows].astype(np.float64)
        seen = np.average(value**2, weights=weight)
        noise = np.average(self._error(rows) ** 2, weights=weight)
        return float(np.sqrt(max(seen - noise, LEAST_RELIEF_PCT**2)))

    def _error(self, rows: Rows) -> Floats:
        """Standard error of the modelled slopes, percentage points."""
        edges = self.lessons.groups.edges
        value = edges["incline_pct"][rows].astype(np.float64)
        lower, upper = edges["incline_pct_lower"][rows], edges["incline_pct_upper"][rows]
        nearer = np.minimum(value - lower, upper - value)
        half = np.where(nearer > 0.05, nearer, (upper - lower) / 2)
        error: Floats = np.maximum(half / NINE_OF_TEN, 0.1)
        return error

    def chances(self, rows: Rows, limit: float) -> Signed:
        """Chances that edges are no steeper than a limit, in percent.

        Parameters
        ----------
        rows
            Rows of edges.
        limit
            Steepest gradient allowed, percent.

        Returns
        -------
        Signed
            Uphill and downhill, from 0 to 1.
        """
        found = self._by_class(rows, limit)
        terrain = np.flatnonzero(self._modelled[rows])
        if len(terrain):
            for mine, theirs in zip(found, self._by_terrain(rows[terrain], limit), strict=True):
                mine[terrain] = theirs
        return found

    def _by_class(self, rows: Rows, limit: float) -> Signed:
        edges, lessons = self.lessons.groups.edges, self.lessons
        value, lower, upper = (edges[f"incline_pct{end}"][rows] for end in ("", "_lower", "_upper"))
        rising = np.where(lower >= 0, 1.0, np.where(upper <= 0, 0.0, 0.5))
        kept = np.full(len(rows), 0.5)
        inside = np.flatnonzero(lessons.context[rows] >= 0)
        if len(inside):
            _, least, most = magnitudes(value[inside], lower[inside], upper[inside])
            shares = lessons.shares(rows[inside])[0]
            kept[inside] = lessons.scale.passing(shares, limit, least, most)
        return Signed(rising, kept, kept.copy())

    def _by_terrain(self, rows: Rows, limit: float) -> Signed:
        from scipy.special import ndtr

        edges = self.lessons.groups.edges
        error, relief = self._error(rows), self.relief_pct
        trust = relief**2 / (relief**2 + error**2)
        lower, upper = (edges[f"incline_pct{end}"][rows].astype(np.float64) for end in ("_lower", "_upper"))
        middle = np.clip(trust * edges["incline_pct"][rows], lower, upper)
        spread = np.sqrt(trust) * error

        def below(at: Floats | float) -> Floats:
            found: Floats = ndtr((np.clip(at, lower, upper) - middle) / spread)
            return found

        start, level, end = below(lower), below(0.0), below(upper)
        up, down = np.maximum(end - level, 0.0), np.maximum(level - start, 0.0)
        rising = up / np.maximum(up + down, 1e-12)
        if_rising = np.clip((below(limit) - level) / np.maximum(up, 1e-12), 0.0, 1.0)
        if_falling = np.clip((level - below(-limit)) / np.maximum(down, 1e-12), 0.0, 1.0)
        return Signed(rising, np.where(up > 1e-9, if_rising, 1.0), np.where(down > 1e-9, if_falling, 1.0))
