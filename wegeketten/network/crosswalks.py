"""Crossings mapped as ways: the carriageways they lead over, and the kerbs at their ends.

They are followed from bank to bank, through all the ways they are mapped as.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from math import sin
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.model.edges import HIGHWAYS, Kind
from wegeketten.network.arms import heading
from wegeketten.network.crossings import merged_tags, with_kerbs_of
from wegeketten.network.sides import LEFT, RIGHT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from typing import Literal

    from wegeketten.network.draft import Draft
    from wegeketten.network.streets import Streets
    from wegeketten.network.ways import Strip
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
        """Side of the road that lies in a direction.

        Parameters
        ----------
        direction
            Radians.

        Returns
        -------
        Literal['left', 'right']
            In drawing direction of the road.

        Examples
        --------
        >>> east = Carriageway(None, 0.0)
        >>> east.side_towards(1.5), east.side_towards(-1.5)
        ('left', 'right')
        """
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
        """Directions in which roads leave a node, ascending.

        Parameters
        ----------
        ref
            Id of the node.

        Returns
        -------
        list of float
            Radians.
        """
        return [direction for direction, *_ in self._arms_at(ref)]

    def at(self, ref: int) -> Carriageway | None:
        """The road at a node; of several the first by direction.

        Parameters
        ----------
        ref
            Id of the node.

        Returns
        -------
        Carriageway or None
            None where no road meets it.
        """
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
    """Tags of a crossing where it meets one of the carriageways it crosses.

    Parameters
    ----------
    features
        What was read from the extract.
    strip
        The crossing.
    ref
        Id of the node at which they meet.

    Returns
    -------
    dict
        Of the way, then of the node.
    """
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
    draft
        The network under construction; edges and nodes are added to it.
    streets
        Carriageways with their sides.
    features
        What was read from the extract.
    edge_of
        Edge of each piece, -1 for none.
    kerbs
        Ids of nodes mapped as kerbs.
    roads
        Carriageways that are crossed.
    """
    from wegeketten.network.connect import way_ends

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
            unwaited=0,
            road=code,
            side={"left": LEFT, "right": RIGHT, None: 0}[side],
            derived=True,
            reading=reading,
        ),
    )


class CrosswalkPart(NamedTuple):
    """A piece of a crossing, as it is walked from one bank to the other."""

    piece: int
    edge: int
    forward: bool


class Mark(NamedTuple):
    """A node on the way over: metres from the first bank, OSM id."""

    at_m: float
    ref: int


@dataclass
class Crosswalk:
    """One way over, from bank to bank.

    Attributes
    ----------
    legs
        Its pieces in walking order.
    roads, kerbs, islands
        Nodes on carriageways, nodes mapped as kerbs, and nodes mapped as traffic islands off carriageways.
    """

    legs: list[CrosswalkPart]
    length_m: float = 0.0
    roads: list[Mark] = field(default_factory=list)
    kerbs: list[Mark] = field(default_factory=list)
    islands: list[Mark] = field(default_factory=list)


def find_crosswalks(
    draft: Draft,
    streets: Streets,
    features: Features,
    edge_of: Sequence[int],
    kerbs: Collection[int],
    roads: Carriageways,
) -> list[Crosswalk]:
    """All crossings mapped as ways, each from bank to bank.

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
    kerbs
        Ids of nodes mapped as kerbs.
    roads
        Carriageways that are crossed.

    Returns
    -------
    list of Crosswalk
        With the carriageway that each of them crosses.
    """
    walks = sorted(
        (_turned(draft, walk) for walk in _follow(draft, streets, edge_of, roads)),
        key=lambda walk: _banks(draft, walk),
    )
    for walk in walks:
        _mark(walk, streets, features, kerbs, roads)
    return walks


def _banks(draft: Draft, walk: Crosswalk) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where a crossing begins and ends."""
    first, last = walk.legs[0], walk.legs[-1]
    begin = (draft.u if first.forward else draft.v)[first.edge]
    end = (draft.v if last.forward else draft.u)[last.edge]
    return draft.places[begin], draft.places[end]


def _turned(draft: Draft, walk: Crosswalk) -> Crosswalk:
    """The crossing as walked from its western bank: what comes first must not hang on ids."""
    begin, end = _banks(draft, walk)
    if begin <= end:
        return walk
    return Crosswalk([leg._replace(forward=not leg.forward) for leg in reversed(walk.legs)])


def _mark(
    walk: Crosswalk, streets: Streets, features: Features, kerbs: Collection[int], roads: Carriageways
) -> None:
    """Note the nodes that matter along the way over."""
    pieces, begin = streets.pieces, 0.0
    known: set[int] = set()
    for leg in walk.legs:
        first, last = int(pieces.first[leg.piece]), int(pieces.last[leg.piece])
        line = pieces.xy[first : last + 1]
        at = begin + np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))))
        refs = pieces.refs[first : last + 1]
        end = float(at[-1])
        if not leg.forward:
            at, refs = (begin + end - at)[::-1], refs[::-1]
        for ref, at_m in zip(refs.tolist(), at.tolist(), strict=True):
            if ref in known:
                continue
            known.add(ref)
            node = features.nodes.get(ref)
            if ref in roads:
                walk.roads.append(Mark(at_m, ref))
            elif ref in kerbs:
                walk.kerbs.append(Mark(at_m, ref))
            elif node is not None and node.tags.get("traffic_calming") == "island":
                walk.islands.append(Mark(at_m, ref))
        begin = end
    walk.length_m = begin


def _follow(
    draft: Draft, streets: Streets, edge_of: Sequence[int], roads: Carriageways
) -> Iterator[Crosswalk]:
    """Crossings from bank to bank, through all the ways they are mapped as."""
    refs = streets.pieces.vertex_ref
    piece_of: dict[int, int] = {}
    ends: dict[int, list[int]] = defaultdict(list)
    for piece, edge in enumerate(edge_of):
        if edge >= 0 and streets.strip(piece).walk.kind is Kind.crossing:
            piece_of[edge] = piece
            ends[draft.u[edge]].append(edge)
            ends[draft.v[edge]].append(edge)
    behind: dict[int, int] = {}  # what lies at the other end of a barrier
    for edge, style in enumerate(draft.styles):
        if style.kind >= Kind.kerb:
            behind[draft.u[edge]], behind[draft.v[edge]] = draft.v[edge], draft.u[edge]
    degree = draft.degree()

    def onward(edge: int, node: int) -> tuple[int, int] | None:
        """Edge that goes on at a node of an edge, and the node at which it begins; None at a bank."""
        on_road = node < len(refs) and int(refs[node]) in roads
        if not on_road:
            if degree[node] != 2:
                return None
            if len(ends[node]) == 1 and node in behind:
                node = behind[node]
                if degree[node] != 2:
                    return None
        others = [other for other in ends.get(node, ()) if other != edge]
        return (others[0], node) if len(others) == 1 else None

    def run(edge: int, node: int) -> list[CrosswalkPart]:
        """Legs beyond an edge, which ends at a node."""
        legs = []
        step = onward(edge, node)
        while step is not None and step[0] not in seen:
            edge, node = step
            seen.add(edge)
            forward = draft.u[edge] == node
            legs.append(CrosswalkPart(piece_of[edge], edge, forward))
            step = onward(edge, draft.v[edge] if forward else draft.u[edge])
        return legs

    seen: set[int] = set()
    for edge, piece in piece_of.items():
        if edge not in seen:
            seen.add(edge)
            before = [leg._replace(forward=not leg.forward) for leg in run(edge, draft.u[edge])]
            yield Crosswalk([*before[::-1], CrosswalkPart(piece, edge, True), *run(edge, draft.v[edge])])
