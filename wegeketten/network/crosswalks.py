"""Crossings mapped as ways: the carriageways they lead over, and the kerbs at their ends."""

from __future__ import annotations

from collections import defaultdict
from math import sin
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.network.arms import heading
from wegeketten.network.crossings import merged_tags, with_kerbs_of
from wegeketten.network.edges import HIGHWAYS, Kind
from wegeketten.network.sides import LEFT, RIGHT

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import Literal

    from wegeketten.network.build import Strip
    from wegeketten.network.draft import Draft
    from wegeketten.network.pavements import Streets
    from wegeketten.osm.features import Features


class Carriageway(NamedTuple):
    """A road where a crossing meets it.

    Attributes
    ----------
    strip
        The road.
    heading
        Its direction there, radians, as it is drawn.
    """

    strip: Strip
    heading: float

    def side_towards(self, direction: float) -> Literal["left", "right"]:
        """Side of the road that lies in a direction."""
        return "left" if sin(direction - self.heading) > 0 else "right"


class Carriageways:
    """Roads by the nodes they lead through."""

    def __init__(self, streets: Streets, features: Features) -> None:
        self._streets = streets
        self._vertex = {ref: row for row, ref in enumerate(streets.pieces.vertex_ref.tolist())}
        self._refs = {
            ref
            for strip in streets.strips
            if strip.walk.is_road
            for ref in features.refs[strip.way.start : strip.way.stop].tolist()
        }
        self._arms: dict[int, list[tuple[float, int, bool]]] | None = None

    def __contains__(self, ref: int) -> bool:
        return ref in self._refs

    def arms(self, ref: int) -> list[float]:
        """Directions in which roads leave a node, ascending."""
        return [direction for direction, *_ in self._arms_at(ref)]

    def at(self, ref: int) -> Carriageway | None:
        """The road at a node; of several the first by direction."""
        for direction, piece, at_start in self._arms_at(ref):
            return Carriageway(self._streets.strip(piece), direction if at_start else direction + np.pi)
        return None

    def _arms_at(self, ref: int) -> list[tuple[float, int, bool]]:
        if self._arms is None:
            self._arms = self._find_arms()
        return self._arms.get(self._vertex.get(ref, -1), [])

    def _find_arms(self) -> dict[int, list[tuple[float, int, bool]]]:
        """Arms of roads at the vertices of crossings."""
        strips, pieces = self._streets.strips, self._streets.pieces
        found: dict[int, list[tuple[float, int, bool]]] = defaultdict(list)
        if not len(strips):
            return found
        met = np.zeros(len(pieces.vertex_ref), dtype=bool)
        crossing = np.array([strip.walk.kind is Kind.crossing for strip in strips], dtype=bool)[pieces.way]
        met[pieces.u[crossing]] = met[pieces.v[crossing]] = True
        is_road = np.array([strip.walk.is_road for strip in strips], dtype=bool)[pieces.way]
        for ends, at_start in ((pieces.u, True), (pieces.v, False)):
            for piece in np.flatnonzero(is_road & met[ends]).tolist():
                direction = heading(pieces.line(piece), at_start)
                found[int(ends[piece])].append((direction, piece, at_start))
        for arms in found.values():
            arms.sort()
        return found


def tags_at(features: Features, strip: Strip, ref: int) -> dict[str, str]:
    """Tags of a crossing where it meets one of the carriageways it crosses."""
    node = features.nodes.get(ref)
    if node is not None and (node.tags.get("highway") == "crossing" or "crossing" in node.tags):
        return {**node.tags, **strip.tags}
    return merged_tags(features, strip.way)


def complete_kerbs(
    draft: Draft,
    streets: Streets,
    features: Features,
    edge_of: Sequence[int],
    kerbs: Collection[int],
    roads: Carriageways,
) -> None:
    """Mapped crossings without a mapped kerb get one at each end, of the height their tags say or unknown.

    An end on the carriageway itself, or one at which only another crossing goes on, has no kerb.

    Parameters
    ----------
    kerbs
        Ids of nodes mapped as kerbs.
    roads
        Carriageways that are crossed.
    """
    from wegeketten.network.joints import way_ends

    ends = way_ends(streets, edge_of)
    degree = np.zeros(len(draft.places), dtype=np.int64)
    for edge, style in enumerate(draft.styles):
        if style.kind != Kind.crossing:
            degree[draft.u[edge]] += 1
            degree[draft.v[edge]] += 1
    for way, strip in enumerate(streets.strips):
        if strip.walk.kind is not Kind.crossing or way not in ends:
            continue
        refs = features.refs[strip.way.start : strip.way.stop].tolist()
        middle = [place for place, ref in enumerate(refs) if ref in roads] or [len(refs) // 2]
        for at_end, reach in ((False, refs[: middle[0] + 1]), (True, refs[middle[-1] :])):
            tip = refs[-1 if at_end else 0]
            if tip in roads or any(ref in kerbs for ref in reach):
                continue
            edge, at_start = ends[way][at_end]
            node = draft.u[edge] if at_start else draft.v[edge]
            if degree[node]:
                _insert_kerb(draft, strip, features, edge, at_start, roads, reach[0 if at_end else -1])


def _insert_kerb(
    draft: Draft,
    strip: Strip,
    features: Features,
    edge: int,
    at_start: bool,
    roads: Carriageways,
    met: int,
) -> None:
    """A kerb between an end of a crossing and the carriageway that it meets at a node."""
    node = draft.u[edge] if at_start else draft.v[edge]
    foot = draft.place(*draft.places[node], draft.place_ids[node])
    (draft.u if at_start else draft.v)[edge] = foot
    road = roads.at(met)
    tags = tags_at(features, strip, met)
    line = draft.lines[edge]
    side = None
    if road is not None:
        tags = with_kerbs_of(road.strip.tags, tags)
        # drawn from the tip towards the road: the tip lies behind
        side = road.side_towards(heading(line, at_start) + np.pi)
    style = draft.styles[edge]
    code = road.strip.walk.highway if road is not None else 0
    reading = draft.read(
        strip.element, {**tags, "highway": "crossing"}, Kind.kerb, side=side, highway=HIGHWAYS[code]
    )
    draft.add(
        node,
        foot,
        None,
        style._replace(
            kind=int(Kind.kerb),
            crossing=0,
            road=code,
            side={"left": LEFT, "right": RIGHT, None: 0}[side],
            derived=True,
            reading=reading,
        ),
    )
