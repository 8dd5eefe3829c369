"""Extracts sketched in metres: elements are placed on a plane whose origin lies in Dresden."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from wegeketten.osm.features import Features, Node, Relation, Way
from wegeketten.osm.projection import Projection

PROJECTION = Projection(25833)
ORIGIN = np.array([411_000.0, 5_656_000.0])


def lonlat(x: float, y: float) -> tuple[float, float]:
    """Degrees of a place given in metres from the origin."""
    lon, lat = PROJECTION.to_lonlat(ORIGIN + np.array([x, y]))[0].tolist()
    return lon, lat


def metres(xy: np.ndarray) -> list[tuple[float, float]]:
    """Metres from the origin, rounded to centimetres."""
    return [tuple(row) for row in np.round(xy - ORIGIN, 2).tolist()]


@dataclass
class Sketch:
    """Elements of an extract; ids count up from 1, one count for all kinds."""

    nodes: dict[int, Node] = field(default_factory=dict)
    ways: dict[int, tuple[dict[str, str], list[int]]] = field(default_factory=dict)
    relations: dict[int, Relation] = field(default_factory=dict)
    places: dict[int, tuple[float, float]] = field(default_factory=dict)
    last: int = 0

    def node(self, x: float, y: float, tags: dict[str, str] | None = None) -> int:
        self.last += 1
        self.places[self.last] = lonlat(x, y)
        if tags:
            self.nodes[self.last] = Node(self.last, tags, *self.places[self.last])
        return self.last

    def way(self, refs: list[int], tags: dict[str, str] | None = None) -> int:
        self.last += 1
        self.ways[self.last] = (tags or {}, refs)
        return self.last

    def line(self, *points: tuple[float, float], tags: dict[str, str] | None = None) -> int:
        return self.way([self.node(*point) for point in points], tags)

    def box(self, x0: float, y0: float, x1: float, y1: float, tags: dict[str, str] | None = None) -> int:
        corners = [self.node(*point) for point in ((x0, y0), (x1, y0), (x1, y1), (x0, y1))]
        return self.way([*corners, corners[0]], tags)

    def relation(self, members: list[tuple[str, int, str]], tags: dict[str, str]) -> int:
        self.last += 1
        self.relations[self.last] = Relation(self.last, tags, members)
        return self.last

    def features(self) -> Features:
        refs: list[int] = []
        ways: dict[int, Way] = {}
        for number, (tags, way_refs) in self.ways.items():
            ways[number] = Way(number, tags, len(refs), len(refs) + len(way_refs))
            refs += way_refs
        points = np.array([self.places[ref] for ref in refs]).reshape(-1, 2)
        return Features(self.nodes, ways, self.relations, np.array(refs, dtype=np.int64), points)
