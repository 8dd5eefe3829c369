"""Joining what was drawn apart: corners and separately mapped pavements, and the far ends of crossings."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.model.edges import HIGHWAYS, Kind
from wegeketten.model.lines import length_m, shapes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import shapely
    from numpy.typing import NDArray

    from wegeketten.network.draft import Draft
    from wegeketten.network.streets import Streets

_REACH_M = 14.0  # from a corner to the pavement that passes it
_ENDS_M = 10.0  # from the end of a mapped way to the pavement it should reach
_FAR_M = 30.0  # from a corner to the end of a mapped crossing
_TOUCH_M = 0.5  # a link to a street may touch it
_SNAP_M = 1.0  # nearer to an edge's end than this, the end itself is joined
_LOOSE = (
    Kind.pavement,
    Kind.footway,
    Kind.path,
    Kind.cycleway,
    Kind.pedestrian,
    Kind.service,
    Kind.steps,
    Kind.crossing,
)
_CARRIAGEWAYS = (Kind.street, Kind.living_street, Kind.service)
_FOOT = (Kind.pavement, Kind.footway, Kind.path, Kind.cycleway, Kind.pedestrian, Kind.platform)


class Wish(NamedTuple):
    """A node that should be joined to the nearest of some edges."""

    node: int
    reach_m: float


def join_far_ends(
    draft: Draft, streets: Streets, wishes: Sequence[tuple[int, int, bool]], edge_of: Sequence[int]
) -> None:
    """Join corners to the ends of mapped crossings, behind whatever kerbs the crossing has.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    streets
        Carriageways with their sides.
    wishes
        Node of the corner, way of the crossing, and whether its end is meant (else its beginning).
    edge_of
        Edge of each piece, -1 for none.
    """
    ends = _far_vertices(streets, edge_of)
    for node, way, towards_end in wishes:
        if way not in ends:
            continue
        edge, far = ends[way][towards_end]
        (x0, y0), (x1, y1) = draft.places[node], draft.places[far]
        if far != node and (x1 - x0) ** 2 + (y1 - y0) ** 2 <= _FAR_M**2:
            _link(draft, node, far, edge)


def _far_vertices(streets: Streets, edge_of: Sequence[int]) -> dict[int, dict[bool, tuple[int, int]]]:
    """First and last edge of each way, and the vertex there: it lies behind a kerb at the very end."""
    ends: dict[int, dict[bool, tuple[int, int]]] = {}
    pieces = streets.pieces
    for piece, way in enumerate(pieces.way.tolist()):
        edge = edge_of[piece]
        if edge >= 0:
            ends.setdefault(way, {False: (edge, int(pieces.u[piece]))})[True] = (edge, int(pieces.v[piece]))
    return ends


def way_ends(streets: Streets, edge_of: Sequence[int]) -> dict[int, dict[bool, tuple[int, bool]]]:
    """First and last edge of each way: by way, whether its end, then edge and whether it begins there.

    Parameters
    ----------
    streets
        Carriageways with their sides.
    edge_of
        Edge of each piece, -1 for none.

    Returns
    -------
    dict
        Two entries for each way that has edges.
    """
    ends: dict[int, dict[bool, tuple[int, bool]]] = {}
    for piece, way in enumerate(streets.pieces.way.tolist()):
        edge = edge_of[piece]
        if edge < 0:
            continue
        ends.setdefault(way, {False: (edge, True)})[True] = (edge, False)
    return ends


def loose_ends(draft: Draft) -> list[Wish]:
    """Ends of mapped foot ways and drives at which nothing goes on.

    Who maps pavements as tags ends a path where the pavement is, not always at the street's middle. A kerb at
    the end of a platform leads down to the carriageway, not back to the pavement behind.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.

    Returns
    -------
    list of Wish
        Nodes, and what they may be joined to.
    """
    degree = draft.degree()
    platform = {
        node
        for edge, style in enumerate(draft.styles)
        if style.kind == Kind.platform
        for node in (draft.u[edge], draft.v[edge])
    }
    return [
        Wish(node, _ENDS_M)
        for edge, style in enumerate(draft.styles)
        if (style.kind in _LOOSE or style.kind >= Kind.kerb)
        and not (style.derived or style.level_ground or style.private)
        for node, behind in ((draft.u[edge], draft.v[edge]), (draft.v[edge], draft.u[edge]))
        if degree[node] == 1 and not (style.kind == Kind.kerb and behind in platform)
    ]


def torn_ends(draft: Draft, streets: Streets) -> list[Wish]:
    """Ends of pavements drawn from tags at which nothing goes on.

    Short stretches in the mouths of junctions often bear no tags: the pavement stops there on the map, but
    not on the ground. A bridge ends on the ground where the street goes on.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    streets
        Carriageways with their sides.

    Returns
    -------
    list of Wish
        Nodes, and what they may be joined to.
    """
    degree = draft.degree()
    ground = _on_ground(streets)
    return [
        Wish(node, _REACH_M)
        for edge, style in enumerate(draft.styles)
        if style.kind == Kind.pavement and style.derived and not style.private
        for node in (draft.u[edge], draft.v[edge])
        if degree[node] == 1 and (not style.level_ground or draft.place_ids[node] in ground)
    ]


def _on_ground(streets: Streets) -> set[int]:
    """OSM ids of the vertices at which a street on the ground begins or ends."""
    pieces = streets.pieces
    wanted = np.array(
        [strip.walk.is_road and not strip.walk.off_ground for strip in streets.strips], dtype=bool
    )
    rows = np.flatnonzero(wanted[pieces.way]) if len(wanted) else np.empty(0, dtype=np.int64)
    return set(pieces.vertex_ref[np.concatenate([pieces.u[rows], pieces.v[rows]])].tolist())


def step_off_ends(draft: Draft, roads: shapely.STRtree) -> None:
    """Ends of mapped pavements at which nothing goes on lead down to the carriageway beside them.

    A kerb lies between; like others where foot ways meet carriageways it is lowered as a rule.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    roads
        Carriageways, see `road_tree`.
    """
    degree = draft.degree()
    ending = {
        node: edge
        for edge, style in enumerate(draft.styles)
        if style.kind == Kind.pavement and not (style.derived or style.level_ground or style.private)
        for node in (draft.u[edge], draft.v[edge])
        if degree[node] == 1
    }
    carriageways = [
        edge
        for edge, style in enumerate(draft.styles)
        if style.kind in _CARRIAGEWAYS
        and style.forward
        and style.backward
        and not (style.level_ground or style.private)
    ]
    count = len(draft.u)
    joined = join_to_edges(draft, [Wish(node, _ENDS_M) for node in ending], carriageways, roads)
    for link in range(count, len(draft.u)):
        node, style = draft.u[link], draft.styles[link]
        if style.kind != Kind.link or node not in joined:
            continue
        pavement = draft.styles[ending[node]]
        reading = draft.read(
            f"{pavement.osm_type}{pavement.osm_id}",
            {"highway": "crossing"},
            Kind.kerb,
            highway=HIGHWAYS[style.road],
        )
        draft.u[link] = draft.place(*draft.places[node], draft.place_ids[node])
        kerb = pavement._replace(kind=int(Kind.kerb), road=style.road, derived=True, reading=reading)
        draft.add(node, draft.u[link], None, kerb)


def foot_edges(draft: Draft, *, mapped: bool) -> list[int]:
    """Foot ways on public ground: those mapped as ways, or the pavements derived from streets.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    mapped
        Whether ways are asked for, else pavements.

    Returns
    -------
    list of int
        Rows of edges.
    """
    return [
        edge
        for edge, style in enumerate(draft.styles)
        if style.kind in _FOOT and style.derived != mapped and not (style.level_ground or style.private)
    ]


def join_to_edges(
    draft: Draft, wishes: Sequence[Wish], edges: Sequence[int], roads: shapely.STRtree
) -> set[int]:
    """Join nodes to the nearest of some edges by a link, cutting it where it is met.

    No link crosses a carriageway.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    wishes
        Nodes, and what they may be joined to.
    edges
        Rows of the edges that may be joined.
    roads
        Carriageways, see `road_tree`.

    Returns
    -------
    set of int
        Nodes that were joined.
    """
    import shapely

    if not wishes or not edges:
        return set()
    lines = shapes_of([draft.lines[edge] for edge in edges])
    nodes = np.array([wish.node for wish in wishes])
    points = np.asarray(shapely.points(np.array(draft.places)[nodes]))
    reach = np.array([wish.reach_m for wish in wishes])
    asked, found = shapely.STRtree(lines).query(points, predicate="dwithin", distance=reach)
    along = shapely.line_locate_point(lines[found], points[asked])
    distance = shapely.distance(points[asked], lines[found])
    here = shapely.get_coordinates(points[asked])
    there = shapely.get_coordinates(shapely.line_interpolate_point(lines[found], along))
    share = np.maximum(distance - _TOUCH_M, 0.0) / np.maximum(distance, 1e-9)
    links = shapely.linestrings(np.stack([here, here + (there - here) * share[:, None]], axis=1))
    blocked = np.zeros(len(asked), dtype=bool)
    blocked[np.unique(roads.query(np.asarray(links), predicate="intersects")[0])] = True
    blocked &= distance > _TOUCH_M
    cuts: dict[int, list[tuple[float, int]]] = defaultdict(list)
    served: set[int] = set()
    for pair in np.lexsort((_order_of(draft, edges, found), distance, asked)).tolist():
        wish, edge = int(asked[pair]), edges[int(found[pair])]
        node = int(nodes[wish])
        if wish in served or blocked[pair] or node in (draft.u[edge], draft.v[edge]):
            continue
        served.add(wish)
        cuts[edge].append((float(along[pair]), node))
    for edge, joined in cuts.items():
        style_edge = edge
        for (_, node), met in zip(
            sorted(joined), cut_edge(draft, edge, [along for along, _ in sorted(joined)]), strict=True
        ):
            if met != node:
                _link(draft, node, met, style_edge)
    return {int(nodes[wish]) for wish in served}


def _order_of(draft: Draft, edges: Sequence[int], found: NDArray[np.integer]) -> NDArray[np.int64]:
    """Of edges equally near the one that goes first: by kind and place, whatever their ids.

    Parameters
    ----------
    found
        Places in `edges`.

    Returns
    -------
    NDArray
        For each of `found` its place among them, shape (found,).
    """

    def key(row: int) -> tuple[object, ...]:
        edge = edges[row]
        line, style = draft.lines[edge], draft.styles[edge]
        ends = sorted((line[0].tolist(), line[-1].tolist()))
        return style.kind, ends, length_m(line), style.highway, style.side

    rows, inverse = np.unique(found, return_inverse=True)
    place = np.empty(len(rows), dtype=np.int64)
    place[sorted(range(len(rows)), key=lambda number: key(int(rows[number])))] = np.arange(len(rows))
    ordered: NDArray[np.int64] = place[inverse.ravel()]
    return ordered


def cut_edge(draft: Draft, edge: int, along_m: Sequence[float]) -> list[int]:
    """Cut an edge at distances from its beginning, ascending; return the nodes there.

    Distances within a metre of an end yield that end and cut nothing.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    edge
        Row of the edge.
    along_m
        Metres from its beginning.

    Returns
    -------
    list of int
        One node for each distance.
    """
    line = draft.lines[edge]
    step = np.hypot(*np.diff(line, axis=0).T)
    at = np.concatenate(([0.0], np.cumsum(step)))
    total = float(at[-1])
    last = draft.v[edge]
    nodes: list[int] = []
    current, begin, done = edge, 0.0, draft.u[edge]
    for wanted in along_m:
        if wanted - begin <= _SNAP_M or total - wanted <= _SNAP_M:
            nodes.append(done if wanted - begin <= _SNAP_M else last)
            continue
        x = float(np.interp(wanted, at, line[:, 0]))
        y = float(np.interp(wanted, at, line[:, 1]))
        node = draft.place(x, y)
        draft.v[current] = node
        draft.lines[current] = _between(line, at, begin, wanted)
        current = draft.add(node, last, _between(line, at, wanted, total), draft.styles[edge])
        nodes.append(node)
        begin, done = wanted, node
    return nodes


def _between(
    line: NDArray[np.float64], at: NDArray[np.float64], begin: float, end: float
) -> NDArray[np.float64]:
    inner = (at > begin + 1e-9) & (at < end - 1e-9)
    ends = [[float(np.interp(place, at, line[:, axis])) for axis in (0, 1)] for place in (begin, end)]
    return np.concatenate(([ends[0]], line[inner], [ends[1]]))


def _link(draft: Draft, node: int, other: int, edge: int) -> None:
    """A derived edge of negligible length, named after the edge it leads to."""
    style = draft.styles[edge]
    reading = draft.read(f"{style.osm_type}{style.osm_id}", {}, Kind.link)
    draft.add(
        node,
        other,
        None,
        style._replace(
            kind=int(Kind.link),
            crossing=0,
            unwaited=0,
            side=0,
            forward=True,
            backward=True,
            derived=True,
            reading=reading,
        ),
    )


def road_tree(streets: Streets) -> shapely.STRtree:
    """Carriageways to be looked up.

    Parameters
    ----------
    streets
        Carriageways with their sides.

    Returns
    -------
    shapely.STRtree
        Of the lines of all pieces that are carriageways.
    """
    import shapely

    is_road = np.array([strip.walk.is_road for strip in streets.strips], dtype=bool)[streets.pieces.way]
    return shapely.STRtree(
        shapes_of([streets.pieces.line(piece) for piece in np.flatnonzero(is_road).tolist()])
    )


def wishes_of(nodes: Iterable[int]) -> list[Wish]:
    """Wishes of corners for a mapped pavement.

    Parameters
    ----------
    nodes
        Nodes of the corners.

    Returns
    -------
    list of Wish
        One for each.
    """
    return [Wish(node, _REACH_M) for node in dict.fromkeys(nodes)]
