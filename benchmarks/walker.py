"""Distances in our own network, for the benchmarks that compare networks."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import shapely

from wegeketten.model.edges import Kind, ways_across
from wegeketten.model.lines import shapes_of
from wegeketten.network.snap import NEVER
from wegeketten.routing import INF, Graph, nearest, path

if TYPE_CHECKING:
    from wegeketten.model.edges import EdgeTable
    from wegeketten.network.build import Network
    from wegeketten.osm.features import Features
    from wegeketten.osm.projection import Projection

CM = 100
SEED = 20261122
_WHEELS = 3.0  # cm of kerb


class Walker:
    """Distances in our own network.

    With `homes` doors open only where the homes of a city may: never onto a crossing or a link, and never
    onto another storey.
    """

    def __init__(
        self, network: Network, projection: Projection, *, wheels: bool = False, homes: bool = False
    ) -> None:
        self.projection = projection
        self.edges = edges = network.edges
        lawful = np.stack([edges["forward"], edges["backward"]], 1).astype(bool)
        if wheels:
            lawful &= ~_stops_wheels(edges)[:, None]
        self.lawful = lawful
        self.doors = _has_homes(edges) if homes else np.ones(len(edges), dtype=bool)
        # doors open onto the outlines of squares, not onto the ways across them
        self.doors &= ~ways_across(edges.columns)
        self.u, self.v = edges["u"].astype(np.int64), edges["v"].astype(np.int64)
        self.cm = np.rint(edges["length_m"].astype(np.float64) * CM).astype(np.int64)
        tails, heads = np.stack([self.u, self.v], 1).ravel(), np.stack([self.v, self.u], 1).ravel()
        weights = np.where(lawful.ravel(), np.repeat(self.cm, 2), INF)
        self.graph = Graph.from_arcs(len(network.nodes["x"]), tails, heads, weights)
        self.lines = shapes_of(
            [edges.points[a:b] for a, b in zip(edges.bends[:-1], edges.bends[1:], strict=True)]
        )
        self.tree = shapely.STRtree(self.lines)
        self.rows = self._joinable()
        self.joinable = shapely.STRtree(self.lines[self.rows])

    def _joinable(self) -> np.ndarray:
        """Edges of the main component a door may open onto."""
        edges = self.edges
        open_ = self.lawful.all(axis=1)
        seed = int(self.u[np.flatnonzero(open_)[np.argmax(self.cm[open_])]])
        best = np.empty(0, dtype=np.int64)
        for start in [seed, *random.Random(SEED).sample(range(self.graph.n), 8)]:
            reached = nearest(self.graph, [start])[0] < INF
            rows = np.flatnonzero(reached[self.u] & (edges["kind"] < Kind.kerb) & open_ & self.doors)
            best = rows if len(rows) > len(best) else best
        return best

    def snap(self, lonlat: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Edge, centimetres from its beginning, and the place itself in lon/lat."""
        points = shapely.points(self.projection.to_xy(lonlat))
        found = self.rows[self.joinable.query_nearest(points, all_matches=False)[1]]
        along = shapely.line_locate_point(self.lines[found], points)
        places = shapely.get_coordinates(shapely.line_interpolate_point(self.lines[found], along))
        share = along / np.maximum(shapely.length(self.lines[found]), 1e-9)
        return found, np.rint(share * self.cm[found]).astype(np.int64), self.projection.to_lonlat(places)

    def metres(self, start: tuple[int, int], goal: tuple[int, int]) -> float:
        """Shortest way between two places on edges."""
        (edge, at), (last, to) = start, goal
        times, _ = nearest(self.graph, [self.u[edge], self.v[edge]], [at, self.cm[edge] - at])
        ways = [int(times[self.u[last]]) + to, int(times[self.v[last]]) + int(self.cm[last] - to)]
        if edge == last:
            ways.append(abs(to - at))
        return min(ways) / CM if min(ways) < INF else float("inf")

    def passed(self, start: tuple[int, int], goal: tuple[int, int]) -> np.ndarray:
        """Rows of the edges between two places on edges, in walking order, without the first and last."""
        (edge, at), (last, to) = start, goal
        ways = []
        for node, gone in ((self.u[edge], at), (self.v[edge], self.cm[edge] - at)):
            for end, left in ((self.u[last], to), (self.v[last], self.cm[last] - to)):
                cm, arcs = path(self.graph, int(node), int(end)) if node != end else (0, [])
                ways.append((int(cm) + int(gone) + int(left), np.array(arcs, dtype=np.int64) // 2))
        return min(ways, key=lambda way: way[0])[1]


def addresses(features: Features) -> np.ndarray:
    """Lon/lat of all addresses."""
    found = [(node.lon, node.lat) for node in features.nodes.values() if "addr:housenumber" in node.tags]
    found += [
        tuple(features.lonlat[way.start : way.stop].mean(axis=0).tolist())
        for way in features.ways.values()
        if "addr:housenumber" in way.tags
    ]
    return np.array(sorted(found))


def _has_homes(edges: EdgeTable) -> np.ndarray:
    """Edges that a home on the ground may open onto, as in `wegeketten.network.snap`."""
    level = edges["level"].astype(np.float64)
    elsewhere = (edges["level_ground"].astype(bool) & np.isnan(level)) | (np.nan_to_num(level) != 0.0)
    return ~np.isin(edges["kind"], NEVER) & ~elsewhere


def _stops_wheels(edges: EdgeTable) -> np.ndarray:
    """Edges a wheelchair cannot pass by their point values: kerbs above 3 cm, steps and the like."""
    never = (Kind.steps, Kind.escalator, Kind.stile, Kind.turnstile, Kind.block)
    return (edges["kerb_cm"] > _WHEELS) | np.isin(edges["kind"], never)
