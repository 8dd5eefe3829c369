"""Junctions of streets with pavements: corners, and what joins them."""

from __future__ import annotations

from math import cos, sin
from typing import TYPE_CHECKING

from wegeketten.model.edges import Kind
from wegeketten.model.lines import length_m
from wegeketten.network.corners import gap_of
from wegeketten.network.crossings import Bank, step_down
from wegeketten.network.junction import (
    Joints,
    Junction,
    corner_node,
    junction_at,
    members_of,
    move_arm,
    offset_at,
    side_of,
    state_of,
)
from wegeketten.network.mouths import at_crossing, bank_of, cross_arms, crossed_at_arm, crossing_vertices
from wegeketten.network.sides import LEFT, Side

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wegeketten.network.arms import Arm
    from wegeketten.network.draft import Draft
    from wegeketten.network.streets import Streets


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

    Returns
    -------
    Joints
        Nodes of all corners.
    """
    met = {arm.edge for meeting in arms.values() for arm in meeting if arm.is_edge}
    joints = Joints(drawn_m={edge: length_m(draft.lines[edge]) for edge in met})
    mapped_at = crossing_vertices(streets, node_tags)
    for vertex in sorted(arms):
        ref = int(streets.pieces.vertex_ref[vertex])
        junction = junction_at(draft, streets, vertex, ref, node_tags.get(ref, {}), arms[vertex])
        _make_ground(draft, streets, junction, joints)
        _make_pavement(draft, streets, junction, joints)
        _raise_mapped(draft, junction)
        _place_feet(draft, streets, junction, joints)
        _step_down(draft, streets, junction)
        cross_arms(draft, streets, junction, joints, mapped_at)
    return joints


def _make_ground(draft: Draft, streets: Streets, junction: Junction, joints: Joints) -> None:
    """Nodes on the carriageway's edge: one for all corners that streets without sides connect."""
    count = len(junction.roads)
    group = list(range(count))
    open_arms = [place for place, arm in enumerate(junction.roads) if arm.is_edge]
    for place in open_arms:
        left, right = group[junction.corner_left(place)], group[junction.corner_right(place)]
        group = [left if each == right else each for each in group]
    nodes: dict[int, int] = {}
    for place in open_arms:
        mates = [other for other in open_arms if group[other] == group[place]]
        if group[place] not in nodes:
            nodes[group[place]] = _mouth(draft, streets, junction, place, joints) if len(mates) == 1 else -1
    whole = [each for each, node in nodes.items() if node == -1]
    for number, each in enumerate(whole):
        x, y = draft.places[junction.vertex]
        nodes[each] = junction.vertex if number == 0 else draft.place(x, y, junction.ref)
    for place in open_arms:
        move_arm(draft, junction.roads[place], nodes[group[place]])
    for corner in range(count):
        if group[corner] in nodes:
            junction.ground[corner] = nodes[group[corner]]
            continue
        for arm, left in members_of(junction, corner):
            road = junction.roads[arm]
            if not road.is_edge and state_of(streets, road, left)[1] is Kind.street:
                where = junction.corners[corner]
                junction.ground.setdefault(corner, draft.place(where.x, where.y, junction.ref))


def _mouth(draft: Draft, streets: Streets, junction: Junction, place: int, joints: Joints) -> int:
    """Node at the mouth of a street without sides: where it leaves the pavements it runs between."""
    arm = junction.roads[place]
    away = (
        max(offset_at(streets, other) for other in junction.roads if other is not arm)
        if len(junction.roads) > 1
        else 0
    )
    line = draft.lines[arm.edge]
    if len(line) == 2 and (line[0] == line[1]).all():  # a barrier: stays where it is
        return -1
    away = min(away, joints.drawn_m[arm.edge] / 3)
    x, y = draft.places[junction.vertex]
    return draft.place(x + away * cos(arm.heading), y + away * sin(arm.heading), junction.ref)


def _make_pavement(draft: Draft, streets: Streets, junction: Junction, joints: Joints) -> None:
    """Nodes of corners where a pavement passes, and the ends of the streets' sides."""
    for corner, where in enumerate(junction.corners):
        members = [
            (junction.roads[arm], left, *state_of(streets, junction.roads[arm], left))
            for arm, left in members_of(junction, corner)
        ]
        if any(kind is Kind.pavement for *_, kind in members):
            node = junction.pavement[corner] = draft.place(where.x, where.y, junction.ref)
            if any(state is Side.separate for _, _, state, _ in members):
                joints.to_mapped.append(node)
        for arm, left, _, kind in members:
            if not arm.is_edge and kind is not None:
                node = junction.pavement[corner] if kind is Kind.pavement else junction.ground[corner]
                streets.corner[(arm.piece, arm.at_start, side_of(arm, left))] = node


def _raise_mapped(draft: Draft, junction: Junction) -> None:
    """A pavement mapped as a way meets the carriageway of a street without sides over a kerb, too."""
    headings = [arm.heading for arm in junction.roads]
    for arm in junction.feet:
        corner = gap_of(arm.heading, headings)
        if arm.kind is not Kind.pavement or corner in junction.pavement or corner not in junction.ground:
            continue
        bounds = {junction.roads[place].kind for place, _ in members_of(junction, corner)}
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
        node = corner_node(draft, streets, junction, corner, joints)
        for arm in feet:
            move_arm(draft, arm, node)
    for corner, crossings in through.items():
        for arm in crossings:
            if corner in junction.pavement:
                joints.to_far_end.append((junction.pavement[corner], arm.way, arm.at_start))
    if not through:
        return
    crossed = crossed_at_arm(streets, junction, 0)._replace(lowered=True)
    for node in dict.fromkeys(junction.ground.values()):
        if node != junction.vertex:
            step_down(draft, crossed, Bank(node, kerb=False), junction.vertex, LEFT)
    if len(junction.roads) > 2:
        return
    # a crossing mapped up to the middle of the carriageway leads on to the other side
    for corner in sorted(set(range(len(junction.corners))) - through.keys()):
        bank = bank_of(draft, streets, junction, corner, joints)
        if bank is not None and bank.kerb:
            step_down(draft, crossed, bank, junction.vertex, LEFT)


def _step_down(draft: Draft, streets: Streets, junction: Junction) -> None:
    """Where a pavement meets the carriageway of a street without one, a kerb lies between.

    At a node mapped as a crossing it is the crossing's; a crossing mapped as a way has kerbs of its own.
    """
    done = set()
    through = any(arm.kind is Kind.crossing for arm in junction.feet)
    for corner, node in junction.pavement.items():
        ground = junction.ground.get(corner)
        if ground is None or (node, ground) in done:
            continue
        done.add((node, ground))
        for arm, left in members_of(junction, corner):
            road = junction.roads[arm]
            if state_of(streets, road, left)[1] is Kind.street:
                crossed = crossed_at_arm(streets, junction, arm)
                if corner in junction.mapped:
                    crossed = crossed._replace(lowered=True)
                if corner in junction.mapped or not through:
                    crossed = at_crossing(crossed, junction)
                step_down(draft, crossed, Bank(node, kerb=True), ground, side_of(road, left))
                break
