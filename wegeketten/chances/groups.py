"""What belongs together: each edge's context, street, block and crossing, by keys that last."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.chances.latent import keys_of
from wegeketten.chances.scale import OWN
from wegeketten.model.edges import HIGHWAYS, Crossing, Kind
from wegeketten.model.hashing import mixed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.chances.scale import Scale
    from wegeketten.model.edges import EdgeTable

    Keys = NDArray[np.uint64]
    Rows = NDArray[np.int64]

QUARTER_M = 2000.0
"""Side of a square that stands for a part of a city (assumption)."""

CELL_M = 600.0
"""Side of a square of a city that was built in one period, more or less (assumption)."""

BLOCK_M = 250.0
"""Side of a square of a few houses; it stands for a street where no named one is near."""

NEAR_M = 60.0
"""A nameless way belongs to the named street that passes this near to its middle."""

BESIDE_M = 30.0
"""A way this near to a street is one among houses. Foot ways, paths and tracks are foretold better from other
cities with it than with 50 or 100 m, or with the distance to the next home, which fails where nobody mapped
houses (one city put aside after another: `benchmarks/priors.py`)."""

_STREETS = ("primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "pedestrian")

_MAPPED = (Crossing.unmarked, Crossing.marked, Crossing.signals, Crossing.unknown)


@dataclass(frozen=True, eq=False)
class Groups:
    """Keys of what each edge shares with others: equal keys, equal group; the same in every build.

    Parameters
    ----------
    edges
        The network.
    xy
        Position of each node, metres, shape (nodes, 2).
    """

    edges: EdgeTable
    xy: NDArray[np.float64]

    @cached_property
    def kind(self) -> NDArray[np.uint8]:
        """`Kind` of each edge."""
        return self.edges["kind"].astype(np.uint8)

    @cached_property
    def road(self) -> NDArray[np.uint8]:
        """Class of the carriageway walked along or crossed, of the way itself where there is none."""
        road: NDArray[np.uint8] = np.where(self.edges["road"] > 0, self.edges["road"], self.edges["highway"])
        return road

    @cached_property
    def middle(self) -> NDArray[np.float64]:
        """Middle between the two ends of each edge, metres, shape (edges, 2)."""
        found: NDArray[np.float64] = (self.xy[self.edges["u"]] + self.xy[self.edges["v"]]) / 2
        return found

    @cached_property
    def _crossing_edge(self) -> Rows:
        """Row of a crossing that meets each edge of no length, -1 where none does."""
        at_node = np.full(len(self.xy), -1, dtype=np.int64)
        rows = np.flatnonzero(self.kind == Kind.crossing)[::-1]
        at_node[self.edges["u"][rows]] = rows
        at_node[self.edges["v"][rows]] = rows
        found = np.maximum(at_node[self.edges["u"]], at_node[self.edges["v"]])
        return np.where(self.kind >= Kind.kerb, found, -1)

    @cached_property
    def meets(self) -> NDArray[np.uint8]:
        """`Crossing` that a kerb belongs to; `OWN` for one mapped for itself beside none."""
        near = self._crossing_edge
        found = np.where(near >= 0, self.edges["crossing"][near], 0)
        own = (self.kind == Kind.kerb) & (near < 0) & (self.edges["osm_type"] == b"n")
        return np.where(own, OWN, found).astype(np.uint8)

    @cached_property
    def at_crossing(self) -> NDArray[np.bool_]:
        """Kerbs at mapped crossings, and kerbs that are mapped for themselves."""
        found: NDArray[np.bool_] = np.isin(self.meets, (*map(int, _MAPPED), OWN)) & (self.kind == Kind.kerb)
        return found

    def context(self, scale: Scale) -> Rows:
        """Number of the first context of a scale that speaks of each edge, -1 where none does.

        Parameters
        ----------
        scale
            Scale of an attribute.

        Returns
        -------
        Rows
            Shape (edges,).
        """
        found = np.full(len(self.kind), -1, dtype=np.int64)
        for number, context in enumerate(scale.contexts):
            fits = scale.matches(context, self.kind, self.road, self.meets)
            if context.beside_street is not None:
                fits &= self.beside_street == context.beside_street
            found[(found < 0) & fits] = number
        return found

    @cached_property
    def beside_street(self) -> NDArray[np.bool_]:
        """Whether the middle of each edge lies within `BESIDE_M` of a street or its pavement."""
        from scipy.spatial import cKDTree

        roads = [HIGHWAYS.index(name) for name in _STREETS]
        along = (Kind.street, Kind.living_street, Kind.pedestrian, Kind.pavement)
        fits = np.isin(self.road, roads) & np.isin(self.kind, [int(each) for each in along])
        streets = np.flatnonzero(fits)
        if not len(streets):
            return np.zeros(len(self.kind), dtype=bool)
        points, _ = self._points(streets)
        away, _ = cKDTree(points).query(self.middle, distance_upper_bound=BESIDE_M)
        near: NDArray[np.bool_] = np.isfinite(away)
        return near

    def _points(self, rows: Rows) -> tuple[NDArray[np.float64], Rows]:
        """Points along edges, 25 m apart or less, and the edge each lies on."""
        start, end = self.xy[self.edges["u"][rows]], self.xy[self.edges["v"][rows]]
        pieces = np.clip(np.ceil(np.hypot(*(start - end).T) / 25.0).astype(np.int64), 1, 40)
        owner = np.repeat(np.arange(len(rows)), pieces)
        first = np.repeat(np.cumsum(pieces) - pieces, pieces)
        share = (np.arange(len(owner)) - first + 0.5) / np.repeat(pieces, pieces)
        return start[owner] + share[:, None] * (end - start)[owner], rows[owner]

    @cached_property
    def element(self) -> Keys:
        """What is one thing and has one value: a way with all its pieces on one side, a single kerb."""
        edges = self.edges
        letter = edges["osm_type"].astype("S1").view(np.uint8).astype(np.uint64)
        point = self.kind >= Kind.kerb
        part = np.where(point, edges["part"], 0).astype(np.int64).astype(np.uint64)
        aside = edges["side"].astype(np.int64).astype(np.uint64) + (
            self.kind.astype(np.uint64) << np.uint64(8)
        )
        return mixed(mixed(edges["osm_id"].astype(np.uint64) ^ (letter << np.uint64(56)), part), aside)

    @cached_property
    def crossing(self) -> Keys:
        """Crossing a kerb or a piece of a crossing belongs to; the element where it belongs to none."""
        edges = self.edges
        near = self._crossing_edge
        near = np.where(self.kind == Kind.crossing, np.arange(len(near)), near)
        ids = edges["osm_id"].astype(np.uint64)[near]
        return np.where(near >= 0, mixed(ids, 77), self.element)

    @cached_property
    def street(self) -> Keys:
        """Street by name; by the nearest named one where the way has none; else a block."""
        edges, names = self.edges, self.edges.names
        own = edges["name"].astype(np.int64)
        nearest = np.where(own >= 0, own, self._nearest_name(own))
        hashed = keys_of([*names, ""])
        return np.where(nearest >= 0, mixed(hashed[nearest], 11), self._square(BLOCK_M, 13))

    def _nearest_name(self, own: Rows) -> Rows:
        from scipy.spatial import cKDTree

        named = np.flatnonzero((own >= 0) & (self.kind < Kind.kerb))
        found = np.full(len(own), -1, dtype=np.int64)
        bare = np.flatnonzero(own < 0)
        if not len(named) or not len(bare):
            return found
        points, owner = self._points(named)
        away, at = cKDTree(points).query(self.middle[bare], distance_upper_bound=NEAR_M)
        near = np.isfinite(away)
        found[bare[near]] = own[owner[at[near]]]
        return found

    @cached_property
    def quarter(self) -> Keys:
        """Square of `QUARTER_M` the edge's middle lies in."""
        return self._square(QUARTER_M, 23)

    @cached_property
    def cell(self) -> Keys:
        """Square of `CELL_M` the edge's middle lies in."""
        return self._square(CELL_M, 17)

    @cached_property
    def block(self) -> Keys:
        """Square of `BLOCK_M` the edge's middle lies in."""
        return self._square(BLOCK_M, 19)

    def _square(self, side_m: float, salt: int) -> Keys:
        x, y = np.floor(self.middle / side_m).astype(np.int64).astype(np.uint64).T
        return mixed(mixed(x, salt), y)

    def keys(self, level: str, context: Rows) -> Keys:
        """Keys of a level of `wegeketten.chances.scale.LEVELS`; groups of two contexts are two groups.

        Parameters
        ----------
        level
            Such as ``street`` or ``class``.
        context
            What `context` returned.

        Returns
        -------
        Keys
            uint64, shape (edges,); equal for edges of one group.
        """
        context_key = context.astype(np.uint64) + np.uint64(1)
        if level == "city":
            return mixed(context_key, 3)
        if level == "class":
            return mixed(
                mixed(self.road.astype(np.uint64), 5),
                self.kind.astype(np.uint64) ^ (context_key << np.uint64(16)),
            )
        narrow: Any = getattr(self, level)
        return mixed(narrow, context_key) if level != "crossing" else narrow
