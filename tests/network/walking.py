"""An independent way to walk a network in tests: plain Dijkstra in Python over the edge table."""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.model.edges import Kind
from wegeketten.network.build import Network, build_network
from wegeketten.osm.extract import read_extract
from wegeketten.osm.projection import projection_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.drawn import Town


class Walked(NamedTuple):
    """A route: metres, and its edges with their rows."""

    metres: float
    edges: list[int]


def network_of(town: Town, folder: Path, pavements: str = "sides") -> Network:
    """Network of a drawn town."""
    features = read_extract(town.write(folder / "town.osm"))
    return build_network(features, projection_of(features), pavements=pavements)


def anybody(network: Network, edge: int) -> bool:
    """Somebody who can do everything."""
    return True


def chair(network: Network, edge: int) -> bool:
    """Somebody for whom 3 cm, lifts and ramps will do: by point values."""
    columns = network.edges.columns
    if columns["kind"][edge] in (Kind.steps, Kind.stile, Kind.escalator, Kind.turnstile, Kind.block):
        return False
    return bool(columns["kerb_cm"][edge] <= 3.0)


def nearest_edge(network: Network, lonlat: tuple[float, float]) -> tuple[int, float, float]:
    """Edge nearest to a place, where along it (share) and how far off: what snapping does."""
    from wegeketten.osm.projection import projection_at

    x, y = projection_at(*lonlat).to_xy([lonlat])[0].tolist()
    best = (math.inf, -1, 0.0)
    edges = network.edges
    for row in range(len(edges)):
        if edges.columns["kind"][row] >= Kind.kerb or edges.columns["kind"][row] in (
            Kind.crossing,
            Kind.link,
            Kind.lift,
            Kind.steps,
        ):
            continue
        line = edges.points[edges.bends[row] : edges.bends[row + 1]]
        gone, total = 0.0, float(np.hypot(*np.diff(line, axis=0).T).sum())
        for (x0, y0), (x1, y1) in zip(line[:-1].tolist(), line[1:].tolist(), strict=True):
            size = math.hypot(x1 - x0, y1 - y0)
            share = 0.0
            if size > 0:
                share = min(1.0, max(0.0, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / size**2))
            off = math.hypot(x0 + share * (x1 - x0) - x, y0 + share * (y1 - y0) - y)
            if off < best[0] - 1e-9:
                best = (off, row, (gone + share * size) / total if total else 0.0)
            gone += size
    return best[1], best[2], best[0]


def walk(
    network: Network,
    start: tuple[float, float],
    goal: tuple[float, float],
    can: Callable[[Network, int], bool] = anybody,
) -> Walked | None:
    """Shortest way between two places by metres, None where there is none."""
    columns = network.edges.columns
    first, along_first, _ = nearest_edge(network, start)
    last, along_last, _ = nearest_edge(network, goal)
    length = columns["length_m"].astype(float)
    if first == last:
        return Walked(abs(along_first - along_last) * float(length[first]), [first])
    around: dict[int, list[tuple[int, int]]] = {}
    for edge, (u, v) in enumerate(zip(columns["u"].tolist(), columns["v"].tolist(), strict=True)):
        if not can(network, edge):
            continue
        if columns["forward"][edge]:
            around.setdefault(u, []).append((v, edge))
        if columns["backward"][edge]:
            around.setdefault(v, []).append((u, edge))
    goals = {
        int(columns["u"][last]): along_last * float(length[last]),
        int(columns["v"][last]): (1 - along_last) * float(length[last]),
    }
    queue: list[tuple[float, int, tuple[int, ...]]] = [
        (along_first * float(length[first]), int(columns["u"][first]), (first,)),
        ((1 - along_first) * float(length[first]), int(columns["v"][first]), (first,)),
    ]
    done: set[int] = set()
    best: Walked | None = None
    while queue:
        metres, node, edges = heapq.heappop(queue)
        if best is not None and metres >= best.metres:
            break
        if node in done:
            continue
        done.add(node)
        if node in goals and (best is None or metres + goals[node] < best.metres):
            best = Walked(metres + goals[node], [*edges, last])
        for other, edge in around.get(node, ()):
            if other not in done:
                heapq.heappush(queue, (metres + float(length[edge]), other, (*edges, edge)))
    return best


def kinds(network: Network, route: Walked | None) -> list[str]:
    """Names of the kinds along a route, repetitions left out."""
    names: list[str] = []
    for edge in route.edges if route else []:
        name = Kind(int(network.edges.columns["kind"][edge])).name
        if not names or names[-1] != name:
            names.append(name)
    return names
