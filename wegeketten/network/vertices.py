"""Vertices at which what crosses must not meet: storeys, lifts, and places where nobody crosses."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.model.edges import Kind
from wegeketten.network.arms import Arm, heading
from wegeketten.network.barriers import (
    barrier_kind,
    raise_barrier,
)
from wegeketten.network.house_doors import is_entrance, past_houses
from wegeketten.network.lifts import is_lift, raise_lift
from wegeketten.network.uncrossed import part_sides, uncrossed_nodes
from wegeketten.network.walkable_floor import find_floors
from wegeketten.network.wall_gaps import GAP_KEY, arms_beyond, gaps_at

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from wegeketten.network.draft import Draft
    from wegeketten.network.streets import Streets
    from wegeketten.network.walkable_floor import Floor
    from wegeketten.network.ways import Strip
    from wegeketten.osm.features import Features
    from wegeketten.osm.projection import Projection


def split_vertices(
    draft: Draft,
    streets: Streets,
    features: Features,
    projection: Projection,
    edge_of: Sequence[int],
    special: dict[int, dict[str, str]],
    broken: frozenset[str],
    rims: Collection[int],
    floors: Mapping[int, Sequence[Floor]],
) -> dict[int, tuple[str, int]]:
    """Barriers and lifts at the vertices become edges.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    streets
        Carriageways with their sides.
    features
        What was read from the extract.
    projection
        From degrees to the metres of the city.
    edge_of
        Edge of each piece, -1 for none.
    special
        Tags of nodes of ways that make barriers, by id.
    broken
        Ids of lifts and the like that do not run.
    rims
        Vertices on the outline of one area only.
    floors
        Areas around each lift, by its id.

    Returns
    -------
    dict
        Nodes from which lifts lead onto an area, with the type and id of its element.
    """
    lift_ends: dict[int, tuple[str, int]] = {}
    strips, vertex_ref = streets.strips, streets.pieces.vertex_ref
    wanted = np.flatnonzero(np.isin(vertex_ref, np.fromiter(special, np.int64, len(special))))
    arms = _arms_at(streets, edge_of, wanted)
    along = past_houses(draft, features, projection, arms)
    gaps = gaps_at(features, projection, special)

    def move(arm: Arm, node: int) -> None:
        (draft.u if arm.at_start else draft.v)[arm.edge] = node

    def storey(arm: Arm) -> float:
        try:
            layer = float(strips[arm.way].tags.get("layer", "nan"))
        except ValueError:
            layer = float("nan")
        return arm.level if arm.level == arm.level else layer

    for vertex in wanted.tolist():
        ref = int(vertex_ref[vertex])
        tags = special[ref]
        if is_lift(tags):
            walked = [arm for arm in arms[vertex] if arm.is_edge]
            lift_ends |= raise_lift(
                draft, ref, tags, walked, storey, move,
                in_service=f"n{ref}" not in broken, floors=floors.get(ref, ()),
            )  # fmt: skip
            continue
        if GAP_KEY in tags:
            tags_of = [strips[arm.way].tags for arm in arms[vertex]]
            beyond = arms_beyond(gaps.get(ref, ()), arms[vertex], tags_of)
            if beyond:
                raise_barrier(draft, ref, tags, Kind.point, arms[vertex], move, beyond)
            continue
        kind = barrier_kind(tags)
        if vertex in along or (vertex in rims and (kind is Kind.door or is_entrance(tags))):
            continue  # leads off the way or the square, not along it
        if kind is not None:
            raise_barrier(draft, ref, tags, kind, arms[vertex], move)
    for ref in sorted(floors.keys() - set(vertex_ref[wanted].tolist())):  # lifts that no way meets
        node = features.nodes[ref]
        lift_ends |= raise_lift(
            draft, ref, node.tags, (), storey, move, in_service=f"n{ref}" not in broken,
            at=tuple(projection.to_xy([(node.lon, node.lat)])[0].tolist()), floors=floors[ref],
        )  # fmt: skip
    return lift_ends


def points_of(streets: Streets, special: Mapping[int, Mapping[str, str]]) -> dict[int, Mapping[str, str]]:
    """Tags of the nodes that restrict who passes although nothing stands there, by vertex.

    Parameters
    ----------
    streets
        Carriageways with their sides.
    special
        Tags of nodes of ways that make barriers, by id.

    Returns
    -------
    dict
        By number of the vertex.
    """
    refs = [ref for ref, tags in special.items() if barrier_kind(tags) is Kind.point]
    vertices = np.flatnonzero(np.isin(streets.pieces.vertex_ref, np.array(refs, dtype=np.int64)))
    return {vertex: special[int(streets.pieces.vertex_ref[vertex])] for vertex in vertices.tolist()}


def part_where_uncrossed(draft: Draft, streets: Streets, features: Features, edge_of: Sequence[int]) -> None:
    """Part the sides of streets at nodes at which mappers say that nobody crosses.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    streets
        Carriageways with their sides.
    features
        What was read from the extract.
    edge_of
        Edge of each piece, -1 for none.
    """
    refs = uncrossed_nodes(features.nodes)
    vertex_ref = streets.pieces.vertex_ref
    wanted = np.flatnonzero(np.isin(vertex_ref, np.array(refs, dtype=np.int64)))
    if len(wanted):
        tags = {vertex: features.nodes[int(vertex_ref[vertex])].tags for vertex in wanted.tolist()}
        part_sides(draft, _arms_at(streets, edge_of, wanted), tags)


def around_lifts(
    features: Features,
    projection: Projection,
    strips: Sequence[Strip],
    special: Mapping[int, Mapping[str, str]],
) -> dict[int, list[Floor]]:
    """Areas in which each lift stands.

    Parameters
    ----------
    features
        What was read from the extract.
    projection
        From degrees to the metres of the city.
    strips
        All ways that are walked.
    special
        Tags of nodes of ways that make barriers, by id.

    Returns
    -------
    dict
        By id of the lift's node.
    """
    import shapely

    lifts = [ref for ref, tags in special.items() if is_lift(tags)]
    floors = find_floors(features, projection, strips) if lifts else []
    if not floors:
        return {}
    nodes = [features.nodes[ref] for ref in lifts]
    points = np.asarray(shapely.points(projection.to_xy([(node.lon, node.lat) for node in nodes])))
    tree = shapely.STRtree([floor.shape for floor in floors])
    found: dict[int, list[Floor]] = defaultdict(list)
    for row, floor in sorted(tree.query(points, predicate="intersects").T.tolist()):
        found[lifts[row]].append(floors[floor])
    return found


def _arms_at(streets: Streets, edge_of: Sequence[int], vertices: NDArray[np.int64]) -> dict[int, list[Arm]]:
    """Arms of the given vertices, in the order of the pieces; edge -1 for streets with sides."""
    pieces = streets.pieces
    mask = np.zeros(len(pieces.vertex_ref), dtype=bool)
    mask[vertices] = True
    arms: dict[int, list[Arm]] = defaultdict(list)
    for ends, at_start in ((pieces.u, True), (pieces.v, False)):
        for piece in np.flatnonzero(mask[ends]).tolist():
            way, vertex = int(pieces.way[piece]), int(ends[piece])
            walk = streets.strips[way].walk
            turn = heading(pieces.line(piece), at_start)
            arms[vertex].append(
                Arm(edge_of[piece], at_start, way, walk.kind, walk.highway, walk.level, turn, vertex)
            )
    for found in arms.values():
        found.sort(key=lambda arm: (arm.edge, arm.at_start))
    return arms
