"""Kerb to kerb: streets with pavements are walked on either side, and crossed at crossings and junctions.

No geometry is needed for what joins what, only the order of the arms by angle; offsets are for drawing. At a
junction of d arms there are d corners. A corner where a pavement passes is a node of its own; streets without
pavements, and foot ways, join the corner they fall into, over a kerb where they lead onto the carriageway.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.model.edges import HIGHWAYS, Kind
from wegeketten.network.access import hours_of_way, wheelchair_hours
from wegeketten.network.arms import Arm, heading
from wegeketten.network.barriers import style_of_barrier
from wegeketten.network.corners import beside
from wegeketten.network.doubts import doubts_of_way
from wegeketten.network.draft import Style
from wegeketten.network.sides import LEFT, RIGHT, Side, sides_of_pieces
from wegeketten.network.streets import Streets
from wegeketten.network.ways import CODE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from wegeketten.network.draft import Draft
    from wegeketten.network.split import Pieces
    from wegeketten.network.ways import Strip

    Line = NDArray[np.float64]

SIDE_NAMES = {LEFT: "left", RIGHT: "right"}

"""Classes that in one direction are taken for half of a dual carriageway: no one walks along its median."""

_MOUTHS = frozenset({"driveway", "parking_aisle", "drive-through", "emergency_access"})
"""Service ways that a pavement passes without a kerb."""


def find_streets(strips: Sequence[Strip], pieces: Pieces) -> Streets:
    """Tell streets with sides from those that are one.

    Parameters
    ----------
    strips
        All ways that are walked or crossed.
    pieces
        The pieces they are cut into.

    Returns
    -------
    Streets
        With the sides of each piece.
    """
    streets = Streets(strips, pieces)
    is_road = np.array([strip.walk.is_road and not strip.walk.area for strip in strips], dtype=bool)
    roads = np.flatnonzero(is_road[pieces.way]) if len(strips) else np.empty(0, dtype=np.int64)
    for piece, pair in zip(roads.tolist(), sides_of_pieces(strips, pieces, roads), strict=True):
        if Side.own in pair or Side.separate in pair:
            streets.sides[piece] = pair
        elif not streets.strip(piece).walk.access and not is_mouth(streets.strip(piece)):
            streets.ghosts.add(piece)
    return streets


def is_mouth(strip: Strip) -> bool:
    """Whether a road without sides meets a pavement without a kerb: a driveway, a track.

    Parameters
    ----------
    strip
        A road.

    Returns
    -------
    bool
        Whether the pavement goes on across it.
    """
    return strip.tags.get("service") in _MOUTHS or strip.walk.highway == CODE["track"]


def restrict_pavements(
    draft: Draft, streets: Streets, arms: Mapping[int, Sequence[Arm]], points: Mapping[int, Mapping[str, str]]
) -> None:
    """Let what restricts who passes a node of a street hold on its pavements too.

    A gate stands on the carriageway, and the pavements pass it. Tracks, fords, laws cross the whole street.

    Parameters
    ----------
    draft, streets
        With the corners of all junctions.
    arms
        What meets, by vertex.
    points
        Tags of the nodes, by vertex.
    """
    for vertex, tags in points.items():
        here = [arm for arm in arms.get(vertex, ()) if not arm.is_edge and arm.piece in streets.sides]
        if len(here) != 2:
            continue
        ref = draft.place_ids[vertex]
        style = style_of_barrier(draft, ref, tags, Kind.point, here)
        near, far = here
        passed = {streets.corner.get((near.piece, near.at_start, side)) for side in (LEFT, RIGHT)}
        for side in (LEFT, RIGHT):
            key = (far.piece, far.at_start, side)
            node = streets.corner.get(key)
            if node is None or node not in passed:
                continue
            streets.corner[key] = draft.place(*draft.places[node], ref)
            draft.add(node, streets.corner[key], None, style)


def lay_pavements(draft: Draft, streets: Streets) -> dict[tuple[int, int], int]:
    """Edges along both sides of every street that has sides.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    streets
        Carriageways with their sides.

    Returns
    -------
    dict
        Edge by piece and side.
    """
    laid: dict[tuple[int, int], int] = {}
    styles: dict[tuple[int, int, Kind], Style] = {}
    for piece in sorted(streets.sides):
        for side in (LEFT, RIGHT):
            kind = streets.walked(piece, side)
            if kind is None:
                continue
            way = int(streets.pieces.way[piece])
            style = styles.get((way, side, kind))
            if style is None:
                style = styles[(way, side, kind)] = _style(draft, streets.strips[way], side, kind)
            u = streets.corner[(piece, True, side)]
            v = streets.corner[(piece, False, side)]
            line = _side_line(draft, streets, piece, side, u, v)
            laid[(piece, side)] = draft.add(u, v, line, style)
    return laid


def _style(draft: Draft, strip: Strip, side: int, kind: Kind) -> Style:
    walk, tags = strip.walk, strip.tags
    pavement = kind is Kind.pavement
    return Style(
        strip.osm_type,
        strip.osm_id,
        int(kind),
        highway=walk.highway,
        road=walk.highway,
        side=side,
        # a pavement is open although the carriageway may be closed
        forward=True if pavement else walk.access.forward,
        backward=True if pavement else walk.access.backward,
        level_ground=walk.off_ground,
        level=walk.level,
        derived=True,
        private=walk.private,
        name=draft.name(tags.get("name")),
        hours=draft.hours(hours_of_way(tags)),
        hours_wheelchair=draft.hours(wheelchair_hours(tags)),
        caution=doubts_of_way(tags),
        reading=draft.read(
            strip.element,
            tags,
            kind,
            side=SIDE_NAMES[side] if pavement else None,  # type: ignore[arg-type]  # a literal
            highway=HIGHWAYS[walk.highway],
        ),
    )


def _side_line(draft: Draft, streets: Streets, piece: int, side: int, u: int, v: int) -> Line:
    """The street's line moved aside, from corner to corner."""
    middle = streets.pieces.line(piece)
    offset_m = streets.offset_m(piece)
    line = beside(middle, side, offset_m)
    step = np.hypot(*np.diff(middle, axis=0).T)
    along = np.concatenate(([0.0], np.cumsum(step)))
    inner = (along > offset_m) & (along < along[-1] - offset_m)
    return np.concatenate(([draft.places[u]], line[inner], [draft.places[v]]))


def arms_of_streets(draft: Draft, streets: Streets, edge_of: Sequence[int]) -> dict[int, list[Arm]]:
    """All arms at the vertices where a street with sides, or one that is only crossed, arrives.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    streets
        Carriageways with their sides.
    edge_of
        Draft row of each piece, -1 for streets with sides. Arms of such streets stand for their piece.

    Returns
    -------
    dict
        By number of the vertex.
    """
    pieces = streets.pieces
    sided = sorted({*streets.sides, *streets.ghosts})
    vertices = {int(end[piece]) for piece in sided for end in (pieces.u, pieces.v)}
    vertices |= _ends_of(streets, (Kind.pavement,)) & _ends_of(streets, (Kind.street, Kind.living_street))
    arms: dict[int, list[Arm]] = defaultdict(list)
    for piece in sided:
        for ends, at_start in ((pieces.u, True), (pieces.v, False)):
            vertex = int(ends[piece])
            arms[vertex].append(_arm(streets, Arm.of_piece(piece), piece, at_start, vertex))
    for edge, piece, at_start, vertex in _ends_at(draft, edge_of, vertices, len(pieces.vertex_ref)):
        arms[vertex].append(_arm(streets, edge, piece, at_start, vertex))
    return arms


def _ends_of(streets: Streets, kinds: tuple[Kind, ...]) -> set[int]:
    """Vertices at which ways of some kinds end or are cut."""
    wanted = np.array([strip.walk.kind in kinds for strip in streets.strips], dtype=bool)
    rows = np.flatnonzero(wanted[streets.pieces.way]) if len(wanted) else np.empty(0, dtype=np.int64)
    return set(np.concatenate([streets.pieces.u[rows], streets.pieces.v[rows]]).tolist())


def _ends_at(
    draft: Draft, edge_of: Sequence[int], vertices: set[int], count: int
) -> Iterable[tuple[int, int, bool, int]]:
    """Edges that end at the vertices, with the piece that gives their direction.

    A barrier edge takes its direction from the piece behind it.
    """
    piece_of = {edge: piece for piece, edge in enumerate(edge_of) if edge >= 0}
    behind: dict[int, tuple[int, bool]] = {}
    for edge in range(len(piece_of), len(draft.u)):  # what was added after the pieces
        if draft.v[edge] >= count:
            behind[draft.v[edge]] = (edge, True)
    for edge, (u, v) in enumerate(zip(draft.u, draft.v, strict=True)):
        piece = piece_of.get(edge)
        if piece is None:
            continue
        for node, at_start in ((u, True), (v, False)):
            if node in vertices:
                yield edge, piece, at_start, node
            elif node in behind:
                barrier, _ = behind[node]
                if draft.u[barrier] in vertices:
                    yield barrier, piece, at_start, draft.u[barrier]


def _arm(streets: Streets, edge: int, piece: int, at_start: bool, vertex: int) -> Arm:
    walk = streets.strip(piece).walk
    way = int(streets.pieces.way[piece])
    turn = heading(streets.pieces.line(piece), at_start)
    return Arm(edge, at_start, way, walk.kind, walk.highway, walk.level, turn, vertex)
