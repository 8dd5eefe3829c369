"""How long edges take in a world: an unknown surface or slope costs time, not passage alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.chances.learn import magnitudes
from wegeketten.model.edges import Kind
from wegeketten.model.reading import Provenance
from wegeketten.people.checks import OFF_GROUND
from wegeketten.people.seconds import ground_speeds, level_parts, speed_factor

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.chances.groups import Rows
    from wegeketten.chances.odds import Odds
    from wegeketten.people.profile import Profile

    Floats = NDArray[np.float64]
    Classes = NDArray[np.int8]

TIMED = ("surface_class", "incline_pct")
"""Attributes whose values make an edge faster or slower, beside what they close."""


def timed_rows(odds: Odds, attribute: str) -> Rows:
    """Edges whose time hangs on a value of an attribute that nobody knows, ascending."""
    edges, kind = odds.groups.edges, odds.groups.kind
    wide = (edges[f"{attribute}_upper"] - edges[f"{attribute}_lower"]) > 1e-6
    wide &= (odds.lessons(attribute).context >= 0) & ~np.isin(kind, [int(each) for each in OFF_GROUND])
    wide &= kind < Kind.kerb
    if attribute == "surface_class":
        came_from = edges["smoothness_grade_from"]
        wide &= ~np.isin(came_from, (Provenance.surveyed, Provenance.tagged))
    else:  # where the terrain is known it says how far a way climbs
        wide &= ~np.isfinite(edges["rise_m"])
    if odds.only is not None:
        wide &= odds.only.get(attribute, np.zeros(len(kind), dtype=bool))
    return np.flatnonzero(wide)


def class_limits(odds: Odds, attribute: str, rows: Rows) -> NDArray[np.float32]:
    """Normal numbers between neighbouring classes of each edge, shape (rows, classes - 1)."""
    from scipy.special import ndtri

    lessons = odds.lessons(attribute)
    lower, upper = (odds.groups.edges[attribute + end][rows] for end in ("_lower", "_upper"))
    if attribute == "incline_pct":
        _, lower, upper = magnitudes(lower, lower, upper)
    shares = lessons.shares(rows)[0]
    cuts = lessons.scale.cuts if lessons.scale.rising else lessons.scale.cuts[::-1]
    kept = [lessons.scale.passing(shares, float(cut), lower, upper) for cut in cuts]
    limits: NDArray[np.float32] = ndtri(np.stack(kept, axis=1)).astype(np.float32)
    return limits


class Drawn(NamedTuple):
    """Classes of some edges in a block of worlds.

    Attributes
    ----------
    rows
        Edges, ascending.
    classes
        Shape (rows, worlds).
    rising
        Of slopes: whether the edge climbs u → v.
    """

    rows: Rows
    classes: Classes
    rising: NDArray[np.bool_] | None = None


@dataclass(eq=False)
class Times:
    """Seconds of edges with an unknown surface or slope, for one profile.

    Parameters
    ----------
    odds
        Distributions.
    profile
        For whom.
    seconds
        Seconds of every arc as they are in the three answers, shape (2 · edges,).
    """

    odds: Odds
    profile: Profile
    seconds: NDArray[np.float32]

    def __post_init__(self) -> None:
        rows = [timed_rows(self.odds, attribute) for attribute in TIMED]
        self.rows: Rows = np.unique(np.concatenate(rows))
        edges = self.odds.groups.edges
        some: dict[str, Any] = {name: column[self.rows] for name, column in edges.columns.items()}
        self._ground, self._slow = level_parts(some, self.profile)
        length = some["length_m"].astype(np.float64)
        self._level = length / self.profile.level_m_s
        told = self.seconds.astype(np.float64).reshape(-1, 2)[self.rows].T
        self._rest = told - self._level / self._ground * self._slow
        self._speeds = ground_speeds(self.profile)
        scale = self.odds.lessons("incline_pct").scale
        steep = np.concatenate([[scale.cuts[0] / 2], (scale.cuts[1:] + scale.cuts[:-1]) / 2, scale.cuts[-1:]])
        limits = self.profile.limits.incline_up_pct, self.profile.limits.incline_down_pct
        self._up, self._down = (
            1 / speed_factor(self.profile, sign * np.minimum(steep, 50.0 if limit is None else limit) / 100)
            for sign, limit in zip((1, -1), limits, strict=True)
        )

    def of(self, surface: Drawn, slope: Drawn) -> Floats:
        """Seconds in each world of a block, shape (worlds, 2, rows)."""
        worlds = surface.classes.shape[1]
        ground = np.repeat(self._ground[:, None], worlds, axis=1)
        ground[np.searchsorted(self.rows, surface.rows)] = self._speeds[surface.classes]
        slow = np.repeat(self._slow[:, :, None], worlds, axis=2)
        at = np.searchsorted(self.rows, slope.rows)
        if slope.rising is not None and len(at):
            up, down = self._up[slope.classes], self._down[slope.classes]
            slow[0][at] = np.where(slope.rising, up, down)
            slow[1][at] = np.where(slope.rising, down, up)
        found = self._rest[:, :, None] + self._level[None, :, None] / ground * slow
        seconds: Floats = np.maximum(found, 0.0).transpose(2, 0, 1)
        return seconds
