"""Crossing the arms of a junction: at mapped crossings, at the mouths of side streets, at open ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.model.edges import Crossing, Kind
from wegeketten.model.lines import length_m
from wegeketten.network.corners import gap_of
from wegeketten.network.crossings import Bank, Crossed, cross, crossing_of
from wegeketten.network.junction import corner_node, is_separate, side_of
from wegeketten.network.sides import LEFT, RIGHT
from wegeketten.network.ways import CODE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wegeketten.network.arms import Arm
    from wegeketten.network.draft import Draft
    from wegeketten.network.junction import Joints, Junction
    from wegeketten.network.streets import Streets

_NEAR_M = 30.0  # a mapped crossing this near stands for crossing at the junction itself
_UNCROSSED = frozenset({CODE["motorway"], CODE["trunk"]})
_IMPORTANCE = {
    CODE[name]: rank
    for rank, name in enumerate(
        (
            "service",
            "living_street",
            "residential",
            "unclassified",
            "tertiary",
            "secondary",
            "primary",
            "trunk",
            "motorway",
        )
    )
}


class Mapped(NamedTuple):
    """Vertices on streets at which a crossing is mapped, as a node or as a way.

    Attributes
    ----------
    used
        Those that one can walk to.
    idle
        OSM id and tags of nodes on streets that nobody walks and no foot way meets: they stand for crossing
        the street at its mouth.
    """

    used: set[int]
    idle: dict[int, tuple[int, Mapping[str, str]]]


def cross_arms(draft: Draft, streets: Streets, junction: Junction, joints: Joints, mapped_at: Mapped) -> None:
    """Crossings of the arms: mapped on the node, or implied by the junction.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    streets
        Carriageways with their sides.
    junction
        The junction.
    joints
        Nodes of its corners.
    mapped_at
        Vertices at which a crossing is mapped.
    """
    mapped = is_crossing(junction.tags)
    count = len(junction.roads)
    through = any(arm.kind is Kind.crossing for arm in junction.feet)
    if count == 2:
        lost = [corner for corner in junction.foot if not is_separate(streets, junction, corner)]
        own = junction.pavement.keys() | junction.ground.keys()
        end = len(own) == 2 and any(arm.is_open_end for arm in junction.roads)
        mouth = _feet_corners(junction) and not any(arm.highway in _UNCROSSED for arm in junction.roads)
        if not through and (mapped or end or lost or mouth):
            _cross_arm(draft, streets, junction, 0, joints, mapped)
        return
    if count < 3:
        return
    laid: set[tuple[frozenset[int], int]] = set()
    for place, arm in enumerate(junction.roads):
        if arm.is_edge or arm.highway in _UNCROSSED:
            continue
        near = _next_vertex(streets, arm)
        if not through and (near == junction.vertex or near not in mapped_at.used):
            _cross_arm(draft, streets, junction, place, joints, mapped, mapped_at.idle.get(near), laid)


def _feet_corners(junction: Junction) -> set[int]:
    headings = [arm.heading for arm in junction.roads]
    return {gap_of(arm.heading, headings) for arm in junction.feet if arm.kind is not Kind.crossing}


def _cross_arm(
    draft: Draft,
    streets: Streets,
    junction: Junction,
    place: int,
    joints: Joints,
    mapped: bool,
    near: tuple[int, Mapping[str, str]] | None = None,
    laid: set[tuple[frozenset[int], int]] | None = None,
) -> None:
    """Cross one arm, unless another arm of its way is crossed between the same banks already.

    Parameters
    ----------
    near
        Id and tags of the crossing that is mapped near the mouth.
    laid
        Banks and ways of the crossings so far; noted here.
    """
    arm = junction.roads[place]
    if (arm.is_edge or arm.is_open_end) and len(junction.roads) == 2:
        place = 1 - place  # the arm with sides says more
        arm = junction.roads[place]
    banks = {}
    for left, corner in ((True, junction.corner_left(place)), (False, junction.corner_right(place))):
        bank = bank_of(draft, streets, junction, corner, joints)
        if bank is None:
            return
        banks[side_of(arm, left)] = bank
    crossing = frozenset(bank.node for bank in banks.values()), arm.way
    if len(crossing[0]) == 2 and (laid is None or crossing not in laid):
        if laid is not None:
            laid.add(crossing)
        crossed = crossed_at_arm(streets, junction, place)
        if len(junction.roads) == 2 and _feet_corners(junction):
            crossed = crossed._replace(
                lowered=True
            )  # where ways meet carriageways kerbs are lowered as a rule
        if mapped:
            crossed = at_crossing(crossed, junction)
        elif near is not None:
            crossed = crossed._replace(how=crossing_of(near[1]), node_tags=dict(near[1]), ref=near[0])
        cross(draft, crossed, banks[LEFT], banks[RIGHT])


def at_crossing(crossed: Crossed, junction: Junction) -> Crossed:
    """The arm as it is crossed at a node mapped as a crossing.

    Parameters
    ----------
    crossed
        An arm.
    junction
        The junction.

    Returns
    -------
    Crossed
        With the tags of the crossing's node.
    """
    if not is_crossing(junction.tags):
        return crossed
    return crossed._replace(how=crossing_of(junction.tags), node_tags=dict(junction.tags), ref=junction.ref)


def bank_of(draft: Draft, streets: Streets, junction: Junction, corner: int, joints: Joints) -> Bank | None:
    """Where a crossing begins or ends at a corner, None where there is nothing to stand on.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    streets
        Carriageways with their sides.
    junction
        The junction.
    corner
        Number of the corner.
    joints
        Nodes of its corners.

    Returns
    -------
    Bank or None
        Node and kerb.
    """
    if corner in junction.pavement:
        return Bank(junction.pavement[corner], kerb=True)
    if corner in junction.ground:
        return Bank(junction.ground[corner], kerb=False)
    if corner in junction.foot or is_separate(streets, junction, corner):
        return Bank(corner_node(draft, streets, junction, corner, joints), kerb=True)
    return None


def crossed_at_arm(streets: Streets, junction: Junction, place: int) -> Crossed:
    """The arm that is crossed; lesser arms are crossed at their mouth, where kerbs are lowered as a rule.

    Parameters
    ----------
    streets
        Carriageways with their sides.
    junction
        The junction.
    place
        Number of the arm.

    Returns
    -------
    Crossed
        With the tags of the road.
    """
    arm = junction.roads[place]
    ranks = [_IMPORTANCE.get(other.highway, 2) for other in junction.roads]
    minor = len(ranks) > 2 and (ranks[place] < max(ranks) or min(ranks) == max(ranks))
    signals = junction.tags.get("highway") == "traffic_signals" and junction.tags.get("crossing") != "no"
    how = Crossing.signals if signals else Crossing.unmarked if minor else Crossing.informal
    denied = junction.tags.get("crossing") == "no" and ranks[place] == max(ranks)
    return Crossed(
        streets.strips[arm.way], how, lowered=minor or signals, at_start=arm.at_start, denied=denied
    )


def is_crossing(tags: Mapping[str, str]) -> bool:
    """Whether a node is mapped as a crossing.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    bool
        False for ``crossing=no``.

    Examples
    --------
    >>> is_crossing({"highway": "crossing"}), is_crossing({"crossing": "zebra"}), is_crossing({})
    (True, True, False)
    >>> is_crossing({"highway": "traffic_signals", "crossing": "no"})
    False
    """
    if tags.get("crossing") == "no":
        return False
    return tags.get("highway") == "crossing" or "crossing" in tags


def crossing_vertices(streets: Streets, node_tags: Mapping[int, Mapping[str, str]]) -> Mapped:
    """Vertices on streets at which a crossing is mapped, as a node or as a way.

    Parameters
    ----------
    streets
        Carriageways with their sides.
    node_tags
        Tags of the vertices that have some, by OSM id.

    Returns
    -------
    Mapped
        Numbers of vertices.
    """
    pieces = streets.pieces
    walked = _walked_to(streets)
    used: set[int] = set()
    idle: dict[int, tuple[int, Mapping[str, str]]] = {}
    for vertex, ref in enumerate(pieces.vertex_ref.tolist()):
        tags = node_tags.get(ref)
        if tags is not None and is_crossing(tags):
            if vertex in walked:
                used.add(vertex)
            else:
                idle[vertex] = (ref, tags)
    crossing = np.array([strip.walk.kind is Kind.crossing for strip in streets.strips], dtype=bool)
    rows = np.flatnonzero(crossing[pieces.way]) if len(streets.strips) else np.empty(0, dtype=np.int64)
    used.update(pieces.u[rows].tolist(), pieces.v[rows].tolist())
    return Mapped(used, idle)


def _walked_to(streets: Streets) -> set[int]:
    """Vertices at which something ends that is walked."""
    closed = streets.ghosts | {
        piece
        for piece in streets.sides
        if streets.walked(piece, LEFT) is None and streets.walked(piece, RIGHT) is None
    }
    ends = zip(streets.pieces.u.tolist(), streets.pieces.v.tolist(), strict=True)
    return {end for piece, pair in enumerate(ends) if piece not in closed for end in pair}


def _next_vertex(streets: Streets, arm: Arm) -> int:
    """Vertex at the far end of an arm, -1 where that is too far to stand for the junction itself."""
    pieces = streets.pieces
    piece = arm.piece
    if length_m(pieces.line(piece)) > _NEAR_M:
        return -1
    return int(pieces.v[piece] if arm.at_start else pieces.u[piece])
