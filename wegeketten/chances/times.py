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
from wegeketten.routing import INF, UNIT_S

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
    """Edges whose time hangs on a value of an attribute that nobody knows, ascending.

    Parameters
    ----------
    odds
        Distributions of the city.
    attribute
        ``surface_class`` or ``incline_pct``.

    Returns
    -------
    Rows
        Rows of the edge table.
    """
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
    """Normal numbers between neighbouring classes of each edge, shape (rows, classes - 1).

    Parameters
    ----------
    odds
        Distributions of the city.
    attribute
        ``surface_class`` or ``incline_pct``.
    rows
        Rows of edges.

    Returns
    -------
    ndarray
        Ascending within a row.
    """
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
        ground, slow = level_parts(some, self.profile)
        level = some["length_m"].astype(np.float64) / self.profile.level_m_s / UNIT_S
        told = self.seconds.astype(np.float64).reshape(-1, 2)[self.rows] / UNIT_S
        self._level = level.astype(np.float32)
        self._slow, self._pace = slow.T.astype(np.float32), (1 / ground).astype(np.float32)
        self._rest = (told - (level / ground * slow).T).astype(np.float32)
        self._paces = (1 / ground_speeds(self.profile)).astype(np.float32)
        cuts = self.odds.lessons("incline_pct").scale.cuts
        steep = np.concatenate([[cuts[0] / 2], (cuts[1:] + cuts[:-1]) / 2, cuts[-1:]])
        limits = self.profile.limits.incline_up_pct, self.profile.limits.incline_down_pct
        up, down = (
            1 / speed_factor(self.profile, sign * np.minimum(steep, 50.0 if limit is None else limit) / 100)
            for sign, limit in zip((1, -1), limits, strict=True)
        )
        # by the way the edge climbs and its class: how much slower it is there and back
        self._slopes = np.stack([np.stack([down, up]), np.stack([up, down])]).astype(np.float32)
        surface, slope = (timed_rows(self.odds, attribute) for attribute in TIMED)
        self._surface_at, self._slope_at = (np.searchsorted(self.rows, each) for each in (surface, slope))

    def of(self, surface: Drawn, slope: Drawn) -> NDArray[np.int32]:
        """Units of 0.1 s in each world of a block, shape (worlds, rows, 2): there and back.

        Parameters
        ----------
        surface, slope
            Classes that were drawn, by world.

        Returns
        -------
        ndarray
            int32.
        """
        worlds = surface.classes.shape[1]
        found = np.empty((worlds, len(self.rows), 2), dtype=np.int32)
        for world in range(worlds):
            pace, slow = self._pace.copy(), self._slow.copy()
            pace[self._surface_at] = self._paces[surface.classes[:, world]]
            if slope.rising is not None and len(self._slope_at):
                rising, classes = slope.rising[:, world].astype(np.int8), slope.classes[:, world]
                for way in (0, 1):
                    slow[self._slope_at, way] = self._slopes[way, rising, classes]
            units = self._rest + (self._level * pace)[:, None] * slow
            np.rint(np.clip(units, 0, INF // 2, out=units), out=units)
            found[world] = units
        return found
