"""Roads that are not crossed at a junction, by ``crossing=no`` on its node.

On a centre line one street would lead straight over the other. So the road is walked on either side from
there to the next junctions: whoever wants to go across does it where nothing forbids it. Between the sides
lies one edge with the caution ``not_crossed``: at most *possible*, named by `why`.
"""

from __future__ import annotations

from collections import defaultdict
from math import pi
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.model.edges import HIGHWAYS, Crossing, Kind
from wegeketten.network.draft import Style
from wegeketten.tags.cautions import bit_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from wegeketten.network.arms import Arm
    from wegeketten.network.draft import Draft
    from wegeketten.osm.features import Node

_ASIDE_M = 2.0
_ROADS = frozenset({Kind.street, Kind.living_street, Kind.service})


class _Parted(NamedTuple):
    """A junction whose two sides hang together no more: its nodes left and right of one arm of the road."""

    arm: Arm
    other: Arm
    beyond: int  # node of what lies clockwise of `arm`, counter-clockwise of `other`


def uncrossed_nodes(nodes: Mapping[int, Node]) -> list[int]:
    """Ids of the nodes at which mappers say that nobody crosses.

    Parameters
    ----------
    nodes
        Nodes of the extract, by id.

    Returns
    -------
    list of int
        Ascending.
    """
    return [ref for ref, node in nodes.items() if node.tags.get("crossing") == "no"]


def part_sides(
    draft: Draft, arms: Mapping[int, Sequence[Arm]], tags_of: Mapping[int, Mapping[str, str]]
) -> None:
    """Walk roads on either side where they are not crossed.

    Parameters
    ----------
    draft
        Edges laid along the ways; those of the roads get a second one.
    arms
        What meets at each vertex whose node says ``crossing=no``.
    tags_of
        Tags of the node of each such vertex.
    """
    parted: dict[int, _Parted] = {}
    for vertex, met in arms.items():
        road = _through_road(draft, vertex, met)
        if road is None:
            continue
        one, other = road
        minor = [arm for arm in met if arm not in road]
        clockwise = [arm for arm in minor if _turn(one, arm) > _turn(one, other)]
        if not clockwise or len(clockwise) == len(minor):
            continue  # all streets meet it on one side
        beyond = draft.place(*draft.places[vertex], draft.place_ids[vertex])
        for arm in clockwise:
            (draft.u if arm.at_start else draft.v)[arm.edge] = beyond
        parted[vertex] = _Parted(one, other, beyond)
    if parted:
        _walk_both_sides(draft, parted)
    for vertex, junction in parted.items():
        draft.add(vertex, junction.beyond, None, _way_across(draft, junction.arm, tags_of[vertex], vertex))


def _through_road(draft: Draft, vertex: int, met: Sequence[Arm]) -> tuple[Arm, Arm] | None:
    """The two arms of the road that leads through a junction and outranks all that meets it there."""
    if len(met) < 4 or any(not arm.is_edge or arm.kind is Kind.crossing for arm in met):
        return None
    if any((draft.u if arm.at_start else draft.v)[arm.edge] != vertex for arm in met):
        return None  # a barrier stands between
    ranked = sorted((arm for arm in met if arm.kind in _ROADS), key=lambda arm: arm.highway)
    if len(ranked) < 2 or (len(ranked) > 2 and ranked[2].highway == ranked[1].highway):
        return None
    one, other = ranked[:2]
    return (one, other) if one.highway == other.highway else None


def _turn(one: Arm, other: Arm) -> float:
    """Angle from one arm to another, counter-clockwise, 0 to 2 pi."""
    return (other.heading - one.heading) % (2 * pi)


def _walk_both_sides(draft: Draft, parted: Mapping[int, _Parted]) -> None:
    """Lay the second side of the road on all stretches that begin at parted junctions."""
    ends: dict[tuple[int, bool], tuple[int, int]] = {}  # edge, at its start: nodes left and right of it
    for vertex, junction in parted.items():
        for arm, left_of_arm, right_of_arm in (
            (junction.arm, vertex, junction.beyond),
            (junction.other, junction.beyond, vertex),
        ):
            pair = (left_of_arm, right_of_arm) if arm.at_start else (right_of_arm, left_of_arm)
            ends[arm.edge, arm.at_start] = pair
    meeting = _edges_at(draft)
    queue = list(ends)
    while queue:  # on over bends of the road and ends of it, up to the next junction
        edge, at_start = queue.pop()
        if (edge, not at_start) in ends:
            continue
        node = (draft.v if at_start else draft.u)[edge]
        onward = [each for each in meeting[node] if each != edge]
        if len(onward) > 1 or draft.u[edge] == draft.v[edge]:
            ends[edge, not at_start] = (node, node)
            continue
        twin = draft.place(*draft.places[node], draft.place_ids[node])
        ends[edge, not at_start] = (node, twin)
        if onward:
            follower = onward[0]
            starts = draft.u[follower] == node
            same_course = starts == at_start
            ends[follower, starts] = (node, twin) if same_course else (twin, node)
            queue.append((follower, starts))
    for edge in sorted({edge for edge, _ in ends}):
        (left_u, right_u), (left_v, right_v) = ends[edge, True], ends[edge, False]
        draft.u[edge], draft.v[edge] = left_u, left_v
        draft.add(right_u, right_v, _aside(draft.lines[edge]), draft.styles[edge])


def _edges_at(draft: Draft) -> dict[int, list[int]]:
    meeting: dict[int, list[int]] = defaultdict(list)
    for edge, (u, v) in enumerate(zip(draft.u, draft.v, strict=True)):
        meeting[u].append(edge)
        meeting[v].append(edge)
    return meeting


def _aside(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """A line to the right of another, with the same ends."""
    step = np.diff(line, axis=0)
    length = np.hypot(*step.T)
    if length.sum() < 6 * _ASIDE_M or (length == 0).any():
        return line
    course = step / length[:, None]
    normal = np.stack([course[:, 1], -course[:, 0]], axis=1)
    first, last = line[0] + course[0] * _ASIDE_M, line[-1] - course[-1] * _ASIDE_M
    bends = line[1:-1] + _mean(normal[:-1], normal[1:]) * _ASIDE_M
    begin, end = first + normal[0] * _ASIDE_M, last + normal[-1] * _ASIDE_M
    return np.concatenate([line[:1], begin[None], bends, end[None], line[-1:]])


def _mean(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    middle = one + other
    size = np.hypot(*middle.T)[:, None]
    return np.asarray(np.divide(middle, size, out=np.array(one), where=size > 1e-6))


def _way_across(draft: Draft, road: Arm, tags: Mapping[str, str], vertex: int) -> Style:
    ref = draft.place_ids[vertex]
    said = {**tags, "highway": "crossing"}
    return Style(
        "n",
        ref,
        int(Kind.crossing),
        highway=road.highway,
        road=road.highway,
        crossing=int(Crossing.unmarked),
        derived=True,
        caution=bit_of("not_crossed"),
        name=draft.styles[road.edge].name,
        reading=draft.read(f"n{ref}", said, Kind.crossing, highway=HIGHWAYS[road.highway]),
    )
