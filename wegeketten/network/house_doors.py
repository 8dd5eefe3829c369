"""Doors: a mapped entrance with steps, a kerb or a narrow door is a barrier between the way and the house.

Behind the door lies a stub of a corridor. It is nearest to anyone who lives there, so homes and places at the
entrance join the network behind its barrier, and not beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.model.edges import Kind
from wegeketten.network.barriers import barrier_kind, has_steps
from wegeketten.network.connect import Wish, join_to_edges, road_tree
from wegeketten.network.draft import Style
from wegeketten.network.walkable_floor import is_house
from wegeketten.osm.rings import is_closed, polygon_of_relation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import shapely
    from numpy.typing import NDArray

    from wegeketten.network.arms import Arm
    from wegeketten.network.draft import Draft
    from wegeketten.network.streets import Streets
    from wegeketten.osm.features import Features, Way
    from wegeketten.osm.projection import Projection

_REACH_M = 40.0  # from an entrance to the way it opens onto
_PUBLIC_M = 15.0  # so near a public way goes before a private one that is nearer
_STUB_M = 0.2
_LOOK_M = 0.5  # so far along a way one sees whether it leads into a house
_INSIDE_M = 0.05  # and so far behind the wall one is inside
_SPEAKING = ("wheelchair", "step_count", "kerb", "kerb:height", "width", "door:width", "ramp:wheelchair")
_JOINED = (
    Kind.street,
    Kind.pavement,
    Kind.footway,
    Kind.path,
    Kind.track,
    Kind.pedestrian,
    Kind.living_street,
    Kind.service,
    Kind.platform,
)


def speaks(tags: Mapping[str, str]) -> bool:
    """Whether an entrance says anything about getting in.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    bool
        Whether it has to be drawn.

    Examples
    --------
    >>> speaks({"entrance": "main", "step_count": "2"}), speaks({"entrance": "yes"})
    (True, False)
    """
    return "entrance" in tags and tags["entrance"] != "no" and any(key in tags for key in _SPEAKING)


def is_entrance(tags: Mapping[str, str]) -> bool:
    """Whether a node is a door in a wall, and no barrier that stands on its own.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    bool
        False for gates.

    Examples
    --------
    >>> is_entrance({"entrance": "main", "kerb": "raised"}), is_entrance({"door": "yes", "barrier": "gate"})
    (True, False)
    """
    return "barrier" not in tags and ("entrance" in tags or "door" in tags)


def past_houses(
    draft: Draft, features: Features, projection: Projection, arms: Mapping[int, Sequence[Arm]]
) -> set[int]:
    """Entrances in the walls of houses that ways pass, while none leads in.

    Steps, kerb and door stand between the way and the house then, see `hang_doors`, and not across the way.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    features
        What was read from the extract.
    projection
        From degrees to the metres of the city.
    arms
        What meets at each vertex.

    Returns
    -------
    set
        Ids of nodes.
    """
    import shapely

    passed: dict[int, int] = {}
    for vertex, found in arms.items():
        node = features.nodes.get(draft.place_ids[vertex])
        if len(found) > 1 and node is not None and is_entrance(node.tags):
            passed[node.id] = vertex
    outside: dict[int, bool] = {}
    for ref, house in _houses_at(features, np.array(sorted(passed), dtype=np.int64)):
        inside = shapely.buffer(shapely.transform(house, projection.to_xy), -_INSIDE_M)
        ahead = [_ahead(draft, arm) for arm in arms[passed[ref]] if arm.is_edge]
        outside[ref] = outside.get(ref, True) and not shapely.intersects(inside, ahead).any()
    return {passed[ref] for ref, every in outside.items() if every}


def _houses_at(features: Features, refs: NDArray[np.int64]) -> Iterator[tuple[int, shapely.Geometry]]:
    """Houses with one of these nodes in their walls: node and area, degrees."""
    import shapely

    if not len(refs):
        return
    ways = list(features.ways.values())
    starts = np.array([way.start for way in ways], dtype=np.int64)
    order = np.argsort(starts, kind="stable")
    at = np.flatnonzero(np.isin(features.refs, refs))
    rows = order[np.searchsorted(starts[order], at, side="right") - 1]
    walls: dict[int, tuple[Way, set[int]]] = {}
    for way, place in zip((ways[row] for row in rows.tolist()), at.tolist(), strict=True):
        if place < way.stop:
            walls.setdefault(way.id, (way, set()))[1].add(int(features.refs[place]))
    for way, nodes in walls.values():
        if is_house(way.tags) and is_closed(features, way):
            area = shapely.make_valid(shapely.Polygon(features.lonlat[way.start : way.stop]))
            yield from ((node, area) for node in sorted(nodes))
    for relation in features.relations.values():
        members = [walls[ref][1] for kind, ref, _ in relation.members if kind == "w" and ref in walls]
        if members and relation.tags.get("type") == "multipolygon" and is_house(relation.tags):
            whole = polygon_of_relation(features, relation)
            if whole is not None:
                yield from ((node, whole) for node in sorted(set().union(*members)))


def _ahead(draft: Draft, arm: Arm) -> shapely.Point:
    """A little along the way from where it leaves the entrance."""
    import shapely

    line = draft.lines[arm.edge]
    return shapely.line_interpolate_point(shapely.LineString(line if arm.at_start else line[::-1]), _LOOK_M)


def hang_doors(draft: Draft, streets: Streets, features: Features, projection: Projection) -> None:
    """Give every speaking entrance its barriers, joined to the way it lies on.

    Where it lies on none, that is the nearest on its side of the street.

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
    """
    nodes = [node for node in features.nodes.values() if speaks(node.tags)]
    if not nodes:
        return
    xy = projection.to_xy([(node.lon, node.lat) for node in nodes]).tolist()
    vertex_of = {ref: row for row, ref in enumerate(streets.pieces.vertex_ref.tolist())}
    degree = draft.degree()
    outside: list[tuple[int, int]] = []  # node of the list, place before its door
    wishes = []
    for row, (node, (x, y)) in enumerate(zip(nodes, xy, strict=True)):
        vertex = vertex_of.get(node.id)
        if vertex is None or degree[vertex] == 0:
            place = draft.place(x, y, node.id)
            wishes.append(Wish(place, _REACH_M))
        else:
            place = vertex
        outside.append((row, place))
    roads = road_tree(streets)
    near = [wish._replace(reach_m=_PUBLIC_M) for wish in wishes]
    joined = join_to_edges(draft, near, _outside(draft, private=False), roads)
    others = [wish for wish in wishes if wish.node not in joined]
    joined |= join_to_edges(draft, others, _outside(draft, private=True), roads)
    off_way = {wish.node for wish in wishes}
    unjoined = off_way - joined
    for row, place in outside:
        if place not in unjoined:
            tags = nodes[row].tags
            if place not in off_way and degree[place] == 1 and barrier_kind(tags) is Kind.kerb:
                # where a way ends at the entrance its kerb has been raised there
                tags = {key: value for key, value in tags.items() if key not in ("kerb", "kerb:height")}
            _hang(draft, nodes[row].id, tags, place)


def _outside(draft: Draft, *, private: bool) -> list[int]:
    """Ways that doors open onto, private ones among them or not."""
    return [
        edge
        for edge, style in enumerate(draft.styles)
        if style.kind in _JOINED
        and not style.level_ground
        and (style.forward or style.backward)
        and (private or not style.private)
    ]


def _hang(draft: Draft, ref: int, tags: Mapping[str, str], place: int) -> None:
    """Steps, kerb and door one after the other, then the stub."""
    x, y = draft.places[place]
    element = f"n{ref}"
    for kind in entrance_barriers(tags):
        behind = draft.place(x, y, ref)
        style = Style("n", ref, int(kind), reading=draft.read(element, tags, kind))
        draft.add(place, behind, None, style)
        place = behind
    inside = draft.place(x, y + _STUB_M, ref)
    style = Style("n", ref, int(Kind.corridor), derived=True, reading=draft.read(element, {}, Kind.corridor))
    draft.add(place, inside, None, style)


def entrance_barriers(tags: Mapping[str, str]) -> list[Kind]:
    """Barriers that an entrance makes.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    list of Kind
        In the order in which one meets them.

    Examples
    --------
    >>> [kind.name for kind in entrance_barriers({"entrance": "yes", "step_count": "3", "door:width": "0.8"})]
    ['steps', 'door']
    """
    found = []
    if has_steps(tags):
        found.append(Kind.steps)
    if "kerb" in tags or "kerb:height" in tags:
        found.append(Kind.kerb)
    return [*found, Kind.door]
