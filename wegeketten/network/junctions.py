"""Junctions of streets with pavements: corners, what joins them, and where their arms are crossed."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import cos, pi, sin
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.network.corners import Corner, corners_of, gap_of, offset_of
from wegeketten.network.crossings import Bank, Crossed, cross, crossing_of, step_down
from wegeketten.network.edges import Crossing, Kind
from wegeketten.network.pavements import is_mouth
from wegeketten.network.sides import LEFT, RIGHT, Side
from wegeketten.network.ways import CODE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from wegeketten.network.arms import Arm
    from wegeketten.network.draft import Draft
    from wegeketten.network.pavements import Streets

_CARRIAGEWAYS = (Kind.street, Kind.living_street, Kind.service, Kind.track)
_NEAR_M = 30.0  # a mapped crossing this near stands for crossing at the junction itself
_OPEN = -(1 << 60)  # stands for the arm that a dead end does not have
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


@dataclass
class Joints:
    """What is left to join once every junction has its corners.

    Attributes
    ----------
    to_mapped
        Nodes that should reach a separately mapped pavement nearby.
    to_far_end
        Corner nodes to be joined behind the kerb of a mapped crossing: node, way, whether towards its end.
    """

    to_mapped: list[int] = field(default_factory=list)
    to_far_end: list[tuple[int, int, bool]] = field(default_factory=list)


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
        """Corner to the left of an arm, seen from the junction."""
        return arm

    def corner_right(self, arm: int) -> int:
        """Corner to the right of an arm, seen from the junction."""
        return (arm - 1) % len(self.roads)


def join_junctions(
    draft: Draft,
    streets: Streets,
    arms: Mapping[int, Sequence[Arm]],
    node_tags: Mapping[int, Mapping[str, str]],
) -> Joints:
    """Make the corners of all junctions, and what crosses their arms.

    Parameters
    ----------
    draft
        Holds everything but the streets with sides; foot ways and streets without sides are moved to the
        corners they fall into.
    streets
        Receives the nodes its sides end at.
    arms
        What meets, by vertex.
    node_tags
        Tags of the vertices that have some, by OSM id.
    """
    joints = Joints()
    crossed_at = _crossing_vertices(streets, node_tags)
    for vertex in sorted(arms):
        ref = int(streets.pieces.vertex_ref[vertex])
        junction = _junction(draft, streets, vertex, ref, node_tags.get(ref, {}), arms[vertex])
        _make_ground(draft, streets, junction)
        _make_pavement(draft, streets, junction, joints)
        _raise_mapped(draft, junction)
        _place_feet(draft, streets, junction, joints)
        _step_down(draft, streets, junction)
        _cross_arms(draft, streets, junction, joints, crossed_at)
    return joints


def _junction(
    draft: Draft, streets: Streets, vertex: int, ref: int, tags: Mapping[str, str], arms: Sequence[Arm]
) -> Junction:
    unique = {(arm.edge, arm.at_start): arm for arm in arms}
    roads = [arm for arm in unique.values() if _is_road(streets, arm)]
    feet = [arm for arm in unique.values() if not _is_road(streets, arm)]
    if len(roads) == 1 and not feet and roads[0].edge != _OPEN and not _turns(tags):
        # nobody knows what lies beyond: the sides are not joined around the end
        opposite = (roads[0].heading + 2 * pi) % (2 * pi) - pi
        roads.append(roads[0]._replace(edge=_OPEN, heading=opposite))
    roads.sort(key=lambda arm: (arm.heading, arm.edge))
    x, y = draft.places[vertex]
    offsets = [_offset(streets, arm) for arm in roads]
    return Junction(vertex, ref, tags, roads, feet, corners_of(x, y, [arm.heading for arm in roads], offsets))


def _turns(tags: Mapping[str, str]) -> bool:
    """Whether a dead end is known to be one, with a pavement around it."""
    return tags.get("highway") in ("turning_circle", "turning_loop") or tags.get("noexit") == "yes"


def _is_road(streets: Streets, arm: Arm) -> bool:
    if arm.edge < 0:
        return True
    return arm.kind in _CARRIAGEWAYS and not is_mouth(streets.strips[arm.way])


def _offset(streets: Streets, arm: Arm) -> float:
    return offset_of(arm.highway, streets.strips[arm.way].tags)


def _side(arm: Arm, left: bool) -> int:
    """Side in drawing direction of what lies to the left (or right) of an arm seen from the junction."""
    return LEFT if left == arm.at_start else RIGHT


def _state(streets: Streets, arm: Arm, left: bool) -> tuple[Side, Kind | None]:
    """State of an arm's side, and what is walked there; streets that are one count as ``unknown``."""
    if arm.edge >= 0:
        return Side.unknown, Kind.street
    piece = -1 - arm.edge
    if arm.edge == _OPEN or piece in streets.ghosts:
        return Side.none, None
    side = _side(arm, left)
    return streets.sides[piece][0 if side == LEFT else 1], streets.walked(piece, side)


def _members(junction: Junction, corner: int) -> tuple[tuple[int, bool], tuple[int, bool]]:
    """The two arm sides that bound a corner: arm and whether it is the arm's left."""
    bounds = junction.corners[corner]
    return (bounds.before, True), (bounds.after, False)


def _make_ground(draft: Draft, streets: Streets, junction: Junction) -> None:
    """Nodes on the carriageway's edge: one for all corners that streets without sides connect."""
    count = len(junction.roads)
    group = list(range(count))
    open_arms = [place for place, arm in enumerate(junction.roads) if arm.edge >= 0]
    for place in open_arms:
        left, right = group[junction.corner_left(place)], group[junction.corner_right(place)]
        group = [left if each == right else each for each in group]
    nodes: dict[int, int] = {}
    for place in open_arms:
        mates = [other for other in open_arms if group[other] == group[place]]
        if group[place] not in nodes:
            nodes[group[place]] = _mouth(draft, streets, junction, place) if len(mates) == 1 else -1
    whole = [each for each, node in nodes.items() if node == -1]
    for number, each in enumerate(whole):
        x, y = draft.places[junction.vertex]
        nodes[each] = junction.vertex if number == 0 else draft.place(x, y, junction.ref)
    for place in open_arms:
        _move(draft, junction.roads[place], nodes[group[place]])
    for corner in range(count):
        if group[corner] in nodes:
            junction.ground[corner] = nodes[group[corner]]
            continue
        for arm, left in _members(junction, corner):
            road = junction.roads[arm]
            if road.edge < 0 and _state(streets, road, left)[1] is Kind.street:
                where = junction.corners[corner]
                junction.ground.setdefault(corner, draft.place(where.x, where.y, junction.ref))


def _mouth(draft: Draft, streets: Streets, junction: Junction, place: int) -> int:
    """Node at the mouth of a street without sides: where it leaves the pavements it runs between."""
    arm = junction.roads[place]
    away = (
        max(_offset(streets, other) for other in junction.roads if other is not arm)
        if len(junction.roads) > 1
        else 0
    )
    line = draft.lines[arm.edge]
    if len(line) == 2 and (line[0] == line[1]).all():  # a barrier: stays where it is
        return -1
    length = float(np.hypot(*np.diff(line, axis=0).T).sum())
    away = min(away, length / 3)
    x, y = draft.places[junction.vertex]
    return draft.place(x + away * cos(arm.heading), y + away * sin(arm.heading), junction.ref)


def _make_pavement(draft: Draft, streets: Streets, junction: Junction, joints: Joints) -> None:
    """Nodes of corners where a pavement passes, and the ends of the streets' sides."""
    for corner, where in enumerate(junction.corners):
        members = [
            (junction.roads[arm], left, *_state(streets, junction.roads[arm], left))
            for arm, left in _members(junction, corner)
        ]
        if any(kind is Kind.pavement for *_, kind in members):
            node = junction.pavement[corner] = draft.place(where.x, where.y, junction.ref)
            if any(state is Side.separate for _, _, state, _ in members):
                joints.to_mapped.append(node)
        for arm, left, _, kind in members:
            if arm.edge < 0 and kind is not None:
                node = junction.pavement[corner] if kind is Kind.pavement else junction.ground[corner]
                streets.corner[(-1 - arm.edge, arm.at_start, _side(arm, left))] = node


def _raise_mapped(draft: Draft, junction: Junction) -> None:
    """A pavement mapped as a way meets the carriageway of a street without sides over a kerb, too."""
    headings = [arm.heading for arm in junction.roads]
    for arm in junction.feet:
        corner = gap_of(arm.heading, headings)
        if arm.kind is not Kind.pavement or corner in junction.pavement or corner not in junction.ground:
            continue
        bounds = {junction.roads[place].kind for place, _ in _members(junction, corner)}
        if bounds & {Kind.street, Kind.living_street}:
            where = junction.corners[corner]
            junction.pavement[corner] = draft.place(where.x, where.y, junction.ref)
            junction.mapped.add(corner)


def _place_feet(draft: Draft, streets: Streets, junction: Junction, joints: Joints) -> None:
    """Foot ways join the corner they fall into; mapped crossings run through."""
    headings = [arm.heading for arm in junction.roads]
    through: dict[int, list[Arm]] = {}
    plain: dict[int, list[Arm]] = {}
    for arm in junction.feet:
        into = through if arm.kind is Kind.crossing else plain
        into.setdefault(gap_of(arm.heading, headings), []).append(arm)
    for corner, feet in plain.items():
        node = _corner_node(draft, streets, junction, corner, joints)
        for arm in feet:
            _move(draft, arm, node)
    for corner, crossings in through.items():
        for arm in crossings:
            if corner in junction.pavement:
                joints.to_far_end.append((junction.pavement[corner], arm.way, arm.at_start))
    if not through:
        return
    crossed = _crossed(streets, junction, 0)._replace(lowered=True)
    for node in dict.fromkeys(junction.ground.values()):
        if node != junction.vertex:
            step_down(draft, crossed, Bank(node, kerb=False), junction.vertex, LEFT)
    if len(junction.roads) > 2:
        return
    # a crossing mapped up to the middle of the carriageway leads on to the other side
    for corner in sorted(set(range(len(junction.corners))) - through.keys()):
        bank = _bank(draft, streets, junction, corner, joints)
        if bank is not None and bank.kerb:
            step_down(draft, crossed, bank, junction.vertex, LEFT)


def _corner_node(draft: Draft, streets: Streets, junction: Junction, corner: int, joints: Joints) -> int:
    """Node of a corner; made where nothing but foot ways arrives."""
    for known in (junction.pavement, junction.ground, junction.foot):
        if corner in known:
            return known[corner]
    where = junction.corners[corner]
    node = junction.foot[corner] = draft.place(where.x, where.y, junction.ref)
    if _is_separate(streets, junction, corner):
        joints.to_mapped.append(node)
    return node


def _is_separate(streets: Streets, junction: Junction, corner: int) -> bool:
    return any(
        _state(streets, junction.roads[arm], left)[0] is Side.separate
        for arm, left in _members(junction, corner)
    )


def _step_down(draft: Draft, streets: Streets, junction: Junction) -> None:
    """Where a pavement meets the carriageway of a street without one, a kerb lies between."""
    done = set()
    for corner, node in junction.pavement.items():
        ground = junction.ground.get(corner)
        if ground is None or (node, ground) in done:
            continue
        done.add((node, ground))
        for arm, left in _members(junction, corner):
            road = junction.roads[arm]
            if _state(streets, road, left)[1] is Kind.street:
                crossed = _crossed(streets, junction, arm)
                if corner in junction.mapped:
                    crossed = _at_crossing(crossed._replace(lowered=True), junction)
                step_down(draft, crossed, Bank(node, kerb=True), ground, _side(road, left))
                break


def _cross_arms(
    draft: Draft, streets: Streets, junction: Junction, joints: Joints, crossed_at: set[int]
) -> None:
    """Crossings of the arms: mapped on the node, or implied by the junction."""
    mapped = junction.tags.get("highway") == "crossing" or "crossing" in junction.tags
    count = len(junction.roads)
    through = any(arm.kind is Kind.crossing for arm in junction.feet)
    if count == 2:
        lost = [corner for corner in junction.foot if not _is_separate(streets, junction, corner)]
        own = junction.pavement.keys() | junction.ground.keys()
        end = len(own) == 2 and any(arm.edge == _OPEN for arm in junction.roads)
        if not through and (mapped or end or lost or len(_feet_corners(junction)) == 2):
            _cross_arm(draft, streets, junction, 0, joints, mapped)
        return
    if count < 3:
        return
    for place, arm in enumerate(junction.roads):
        if arm.edge >= 0 or arm.highway in _UNCROSSED:
            continue
        if not through and not _crossing_near(streets, arm, junction.vertex, crossed_at):
            _cross_arm(draft, streets, junction, place, joints, mapped)


def _feet_corners(junction: Junction) -> set[int]:
    headings = [arm.heading for arm in junction.roads]
    return {gap_of(arm.heading, headings) for arm in junction.feet if arm.kind is not Kind.crossing}


def _cross_arm(
    draft: Draft, streets: Streets, junction: Junction, place: int, joints: Joints, mapped: bool
) -> None:
    arm = junction.roads[place]
    if (arm.edge >= 0 or arm.edge == _OPEN) and len(junction.roads) == 2:
        place = 1 - place  # the arm with sides says more
        arm = junction.roads[place]
    banks = {}
    for left, corner in ((True, junction.corner_left(place)), (False, junction.corner_right(place))):
        bank = _bank(draft, streets, junction, corner, joints)
        if bank is None:
            return
        banks[_side(arm, left)] = bank
    if banks[LEFT].node != banks[RIGHT].node:
        crossed = _crossed(streets, junction, place)
        if len(junction.roads) == 2 and _feet_corners(junction):
            crossed = crossed._replace(
                lowered=True
            )  # where ways meet carriageways kerbs are lowered as a rule
        if mapped:
            crossed = _at_crossing(crossed, junction)
        cross(draft, crossed, banks[LEFT], banks[RIGHT])


def _at_crossing(crossed: Crossed, junction: Junction) -> Crossed:
    """The arm as it is crossed at a node mapped as a crossing."""
    if junction.tags.get("highway") != "crossing" and "crossing" not in junction.tags:
        return crossed
    return crossed._replace(how=crossing_of(junction.tags), node_tags=dict(junction.tags), ref=junction.ref)


def _bank(draft: Draft, streets: Streets, junction: Junction, corner: int, joints: Joints) -> Bank | None:
    """Where a crossing begins or ends at a corner, None where there is nothing to stand on."""
    if corner in junction.pavement:
        return Bank(junction.pavement[corner], kerb=True)
    if corner in junction.ground:
        return Bank(junction.ground[corner], kerb=False)
    if corner in junction.foot or _is_separate(streets, junction, corner):
        return Bank(_corner_node(draft, streets, junction, corner, joints), kerb=True)
    return None


def _crossed(streets: Streets, junction: Junction, place: int) -> Crossed:
    """The arm that is crossed; lesser arms are crossed at their mouth, where kerbs are lowered as a rule."""
    arm = junction.roads[place]
    ranks = [_IMPORTANCE.get(other.highway, 2) for other in junction.roads]
    minor = len(ranks) > 2 and (ranks[place] < max(ranks) or min(ranks) == max(ranks))
    signals = junction.tags.get("highway") == "traffic_signals"
    how = Crossing.signals if signals else Crossing.unmarked if minor else Crossing.informal
    return Crossed(streets.strips[arm.way], how, lowered=minor or signals, at_start=arm.at_start)


def _crossing_vertices(streets: Streets, node_tags: Mapping[int, Mapping[str, str]]) -> set[int]:
    """Vertices on streets at which a crossing is mapped, as a node or as a way."""
    pieces = streets.pieces
    found = {
        vertex
        for vertex, ref in enumerate(pieces.vertex_ref.tolist())
        if (tags := node_tags.get(ref)) is not None
        and ("crossing" in tags or tags.get("highway") == "crossing")
    }
    crossing = np.array([strip.walk.kind is Kind.crossing for strip in streets.strips], dtype=bool)
    rows = np.flatnonzero(crossing[pieces.way]) if len(streets.strips) else np.empty(0, dtype=np.int64)
    found.update(pieces.u[rows].tolist(), pieces.v[rows].tolist())
    return found


def _crossing_near(streets: Streets, arm: Arm, vertex: int, crossed_at: set[int]) -> bool:
    """Whether the arm is crossed at a mapped crossing before its next junction, near this one."""
    pieces = streets.pieces
    piece = -1 - arm.edge
    step = np.diff(pieces.line(piece), axis=0)
    if float(np.hypot(step[:, 0], step[:, 1]).sum()) > _NEAR_M:
        return False
    other = int(pieces.v[piece] if arm.at_start else pieces.u[piece])
    return other in crossed_at and other != vertex


def _move(draft: Draft, arm: Arm, node: int) -> None:
    """Put an arm's end onto another node; what is drawn inside the corner is cut off."""
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
