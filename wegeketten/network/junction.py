"""One junction while its corners are being made."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import pi
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.model.edges import Kind
from wegeketten.network.corners import Corner, corners_of, offset_of
from wegeketten.network.pavements import is_mouth
from wegeketten.network.sides import LEFT, RIGHT, Side

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from wegeketten.network.arms import Arm
    from wegeketten.network.draft import Draft
    from wegeketten.network.streets import Streets

_CARRIAGEWAYS = (Kind.street, Kind.living_street, Kind.service, Kind.track)


@dataclass
class Joints:
    """What is left to join once every junction has its corners.

    Attributes
    ----------
    to_mapped
        Nodes that should reach a separately mapped pavement nearby.
    to_far_end
        Corner nodes to be joined behind the kerb of a mapped crossing: node, way, whether towards its end.
    drawn_m
        Length of every edge that meets a junction, metres, before any junction shortened it: what a junction
        makes of an edge must not depend on which of its two ends comes first.
    """

    to_mapped: list[int] = field(default_factory=list)
    to_far_end: list[tuple[int, int, bool]] = field(default_factory=list)
    drawn_m: dict[int, float] = field(default_factory=dict)


@dataclass
class Junction:
    """One vertex while its corners are being made."""

    vertex: int
    ref: int
    tags: Mapping[str, str]
    roads: list[Arm]
    feet: list[Arm]
    corners: list[Corner]
    pavement: dict[int, int] = field(default_factory=dict)  # corner → node on the pavement
    ground: dict[int, int] = field(default_factory=dict)  # corner → node on the carriageway's edge
    foot: dict[int, int] = field(default_factory=dict)  # corner → node where only foot ways arrive
    mapped: set[int] = field(default_factory=set)  # corners at which a mapped pavement meets the carriageway

    def corner_left(self, arm: int) -> int:
        """Corner to the left of an arm, seen from the junction.

        Parameters
        ----------
        arm
            Number of the arm.

        Returns
        -------
        int
            Number of the corner.

        Examples
        --------
        >>> junction = Junction(0, 1, {}, [None] * 4, [], [])
        >>> [junction.corner_left(arm) for arm in range(4)]
        [0, 1, 2, 3]
        """
        return arm

    def corner_right(self, arm: int) -> int:
        """Corner to the right of an arm, seen from the junction.

        Parameters
        ----------
        arm
            Number of the arm.

        Returns
        -------
        int
            Number of the corner.

        Examples
        --------
        >>> junction = Junction(0, 1, {}, [None] * 4, [], [])
        >>> [junction.corner_right(arm) for arm in range(4)]
        [3, 0, 1, 2]
        """
        return (arm - 1) % len(self.roads)


def junction_at(
    draft: Draft, streets: Streets, vertex: int, ref: int, tags: Mapping[str, str], arms: Sequence[Arm]
) -> Junction:
    """The junction at a vertex: its road arms by angle, its foot ways, its corners.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    streets
        Carriageways with their sides.
    vertex
        Number of the vertex.
    ref
        Id of its node.
    tags
        Tags of its node.
    arms
        What meets there.

    Returns
    -------
    Junction
        Ready for corners and crossings.
    """
    unique = {(arm.edge, arm.at_start): arm for arm in arms}
    roads = [arm for arm in unique.values() if _is_road(streets, arm)]
    feet = [arm for arm in unique.values() if not _is_road(streets, arm)]
    if len(roads) == 1 and not feet and not roads[0].is_open_end and not _turns(tags):
        # nobody knows what lies beyond: the sides are not joined around the end
        opposite = (roads[0].heading + 2 * pi) % (2 * pi) - pi
        roads.append(roads[0].opposite(opposite))
    roads.sort(key=lambda arm: (arm.heading, arm.edge))
    x, y = draft.places[vertex]
    offsets = [offset_at(streets, arm) for arm in roads]
    return Junction(vertex, ref, tags, roads, feet, corners_of(x, y, [arm.heading for arm in roads], offsets))


def _turns(tags: Mapping[str, str]) -> bool:
    """Whether a dead end is known to be one, with a pavement around it."""
    return tags.get("highway") in ("turning_circle", "turning_loop") or tags.get("noexit") == "yes"


def _is_road(streets: Streets, arm: Arm) -> bool:
    if not arm.is_edge:
        return True
    return arm.kind in _CARRIAGEWAYS and not is_mouth(streets.strips[arm.way])


def offset_at(streets: Streets, arm: Arm) -> float:
    """Metres from the middle of an arm to where one walks beside it.

    Parameters
    ----------
    streets
        Carriageways with their sides.
    arm
        An arm of a junction.

    Returns
    -------
    float
        0 for arms without sides.
    """
    return offset_of(arm.highway, streets.strips[arm.way].tags)


def side_of(arm: Arm, left: bool) -> int:
    """Side in drawing direction of what lies to the left (or right) of an arm seen from the junction.

    Parameters
    ----------
    arm
        An arm of a junction.
    left
        Whether the left is asked for, else the right.

    Returns
    -------
    int
        -1 left, 1 right in drawing direction.

    Examples
    --------
    >>> from wegeketten.network.arms import Arm
    >>> from wegeketten.model.kinds import Kind
    >>> away = Arm(0, True, 0, Kind.street, 0, 0.0, 0.0, 0)
    >>> side_of(away, True), side_of(away._replace(at_start=False), True)
    (-1, 1)
    """
    return LEFT if left == arm.at_start else RIGHT


def state_of(streets: Streets, arm: Arm, left: bool) -> tuple[Side, Kind | None]:
    """State of an arm's side, and what is walked there; streets that are one count as ``unknown``.

    Parameters
    ----------
    streets
        Carriageways with their sides.
    arm
        An arm of a junction.
    left
        Whether the left is asked for, else the right.

    Returns
    -------
    tuple
        The kind is None where nobody walks there.
    """
    if arm.is_edge:
        return Side.unknown, Kind.street
    piece = arm.piece
    if arm.is_open_end or piece in streets.ghosts:
        return Side.none, None
    side = side_of(arm, left)
    return streets.sides[piece][0 if side == LEFT else 1], streets.walked(piece, side)


def members_of(junction: Junction, corner: int) -> tuple[tuple[int, bool], tuple[int, bool]]:
    """The two arm sides that bound a corner: arm and whether it is the arm's left.

    Parameters
    ----------
    junction
        The junction.
    corner
        Number of the corner.

    Returns
    -------
    tuple
        Against the clock.
    """
    bounds = junction.corners[corner]
    return (bounds.before, True), (bounds.after, False)


def corner_node(draft: Draft, streets: Streets, junction: Junction, corner: int, joints: Joints) -> int:
    """Node of a corner; made where nothing but foot ways arrives.

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
        Nodes that exist already; the new one is added.

    Returns
    -------
    int
        Row of the node.
    """
    for known in (junction.pavement, junction.ground, junction.foot):
        if corner in known:
            return known[corner]
    where = junction.corners[corner]
    node = junction.foot[corner] = draft.place(where.x, where.y, junction.ref)
    if is_separate(streets, junction, corner):
        joints.to_mapped.append(node)
    return node


def is_separate(streets: Streets, junction: Junction, corner: int) -> bool:
    """Whether a corner lies at a side whose pavement is mapped as a way of its own.

    Parameters
    ----------
    streets
        Carriageways with their sides.
    junction
        The junction.
    corner
        Number of the corner.

    Returns
    -------
    bool
        Whether nothing has to be drawn there.
    """
    return any(
        state_of(streets, junction.roads[arm], left)[0] is Side.separate
        for arm, left in members_of(junction, corner)
    )


def move_arm(draft: Draft, arm: Arm, node: int) -> None:
    """Put an arm's end onto another node; what is drawn inside the corner is cut off.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    arm
        An arm of a junction.
    node
        Row of the node.
    """
    edge = arm.edge
    style = draft.styles[edge]
    place = draft.places[node]
    if Kind(style.kind).is_barrier or style.kind == Kind.lift:
        draft.u[edge] = node
        return
    (draft.u if arm.at_start else draft.v)[edge] = node
    line = draft.lines[edge]
    if (line[0 if arm.at_start else -1] == place).all():
        return
    draft.lines[edge] = _shortened(line, arm.at_start, place)


def _shortened(line: NDArray[np.float64], at_start: bool, place: tuple[float, float]) -> NDArray[np.float64]:
    points = line if at_start else line[::-1]
    cut = float(np.hypot(points[0, 0] - place[0], points[0, 1] - place[1]))
    away = np.hypot(points[:, 0] - points[0, 0], points[:, 1] - points[0, 1])
    keep = away > cut
    keep[0] = False
    keep[-1] = True
    result = np.concatenate(([place], points[keep]))
    return result if at_start else result[::-1]
