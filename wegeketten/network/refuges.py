"""Refuges on crossings mapped as ways: two halves, with a kerb down and a kerb up between them.

What lies half way may be a node of one way, the joint of two, or a third.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.model.edges import HIGHWAYS, Kind
from wegeketten.model.lines import length_m
from wegeketten.network.arms import heading
from wegeketten.network.corners import gap_of
from wegeketten.network.crossings import has_refuge, merged_tags, refuge_tags, with_kerbs_of
from wegeketten.network.crosswalks import tags_at
from wegeketten.network.pavements import is_mouth
from wegeketten.network.ways import CODE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wegeketten.network.crosswalks import Carriageways, Crosswalk, CrosswalkPart, Mark
    from wegeketten.network.draft import Draft
    from wegeketten.network.streets import Streets
    from wegeketten.osm.features import Features

_FEET = (Kind.crossing, Kind.link, Kind.pavement, Kind.footway, Kind.path, Kind.cycleway, Kind.pedestrian)
_WIDE_M = 5.0  # between the middles of two carriageways: half a lane each, and 1.5 m to stand on
_AT_M = 0.3  # so near to where two legs meet a refuge lies there
_NEAR_M = 2.5  # a kerb so near to the middle of a refuge is the refuge's own


class Kerb(NamedTuple):
    """A kerb of a refuge: the carriageway it lies at (0 for none), and whether a node is mapped for it."""

    road: int
    mapped: bool


class Refuge(NamedTuple):
    """Where to wait: metres from the first bank, kerbs towards it and beyond; the node if on a road, or 0."""

    at_m: float
    near: Kerb
    far: Kerb
    ref: int = 0


class Refuges:
    """Refuges of all crossings mapped as ways: found first, laid once every crossing has its kerbs.

    Attributes
    ----------
    kerbs
        Ids of mapped kerbs that belong to a refuge and not to the bank.
    """

    def __init__(
        self,
        draft: Draft,
        streets: Streets,
        features: Features,
        walks: Sequence[Crosswalk],
        roads: Carriageways,
    ) -> None:
        self._draft, self._streets, self._features, self._roads = draft, streets, features, roads
        self._found = [(walk, self._refuges_of(walk)) for walk in walks]
        self.kerbs = {
            kerb.ref
            for walk, refuges in self._found
            for refuge in refuges
            if refuge.ref
            for kerb in self._own_kerbs(walk, refuge.at_m)
        }

    def lay(self) -> None:
        """Cut the crossings where their refuges are, and raise the kerbs nobody mapped."""
        at_roads: dict[int, tuple[Crosswalk, Refuge]] = {}
        for walk, refuges in self._found:
            for refuge in refuges:
                if refuge.ref:
                    at_roads.setdefault(refuge.ref, (walk, refuge))
        if at_roads:
            self._lay_on_roads(at_roads)
        for walk, refuges in self._found:
            for refuge in refuges:
                if not refuge.ref and not (refuge.near.mapped and refuge.far.mapped):
                    self._lay_between(walk, refuge)

    def _refuges_of(self, walk: Crosswalk) -> list[Refuge]:
        """Where one waits on the way over.

        Between two carriageways there is a refuge, unless they lie side by side, serve car parks, or
        somebody says there is none; on a single one where somebody says so.
        """
        told, denied = self._told(walk)
        roads = [mark for mark in walk.roads if not self._is_drive(mark)] or walk.roads[:1]
        pairs = list(pairwise(roads))
        gaps = [
            (one, other)
            for one, other in pairs
            if not denied and other.at_m - one.at_m >= _WIDE_M and not self._both_serve(one, other)
        ]
        if told and pairs and not gaps:
            gaps = [max(pairs, key=lambda pair: pair[1].at_m - pair[0].at_m)]
        if gaps:
            return [self._between(walk, *gap) for gap in gaps]
        if not told:
            return []
        if walk.islands or not roads:
            at_m = walk.islands[0].at_m if walk.islands else walk.length_m / 2
            if not 0.0 < at_m < walk.length_m:
                return []  # what goes on there has the kerb
            return [self._around(walk, at_m, roads[0].ref if roads else 0)]
        return [self._around(walk, roads[0].at_m, roads[0].ref)._replace(ref=roads[0].ref)]

    def _is_drive(self, mark: Mark) -> bool:
        """Whether a pavement would pass the carriageway without a kerb."""
        road = self._roads.at(mark.ref)
        return road is None or is_mouth(road.strip)

    def _both_serve(self, *marks: Mark) -> bool:
        met = [self._roads.at(mark.ref) for mark in marks]
        return all(road is not None and road.strip.walk.highway == CODE["service"] for road in met)

    def _told(self, walk: Crosswalk) -> tuple[bool, bool]:
        """Whether the tags say that there is a refuge, and whether they say that there is none."""
        ways = [self._streets.strip(leg.piece).tags for leg in walk.legs]
        nodes = [node.tags for mark in walk.roads if (node := self._features.nodes.get(mark.ref)) is not None]
        merged = [merged_tags(self._features, self._streets.strip(leg.piece).way) for leg in walk.legs]
        told = bool(walk.islands) or any(has_refuge(tags) for tags in (*ways, *nodes, *merged))
        no = [tags.get("crossing:island") == "no" for tags in nodes]
        # a no on each of two carriageways speaks of each alone where both are drawn as a dual carriageway
        alone = len(no) > 1 and all(no) and len(no) == len(walk.roads) and not self._dual(walk)
        return told, not told and (alone or any(tags.get("crossing:island") == "no" for tags in ways))

    def _dual(self, walk: Crosswalk) -> bool:
        met = [self._roads.at(mark.ref) for mark in walk.roads]
        return all(road is not None and road.strip.tags.get("oneway") == "yes" for road in met) and (
            len({road.strip.walk.highway for road in met if road is not None}) == 1
        )

    def _between(self, walk: Crosswalk, one: Mark, other: Mark) -> Refuge:
        middle = next(
            (mark.at_m for mark in walk.islands if one.at_m < mark.at_m < other.at_m),
            (one.at_m + other.at_m) / 2,
        )
        near, far = (
            Kerb(mark.ref, any(low < kerb.at_m <= high for kerb in walk.kerbs))
            for mark, low, high in ((one, one.at_m, middle), (other, middle, other.at_m))
        )
        return Refuge(middle, near, far)

    def _around(self, walk: Crosswalk, at_m: float, road: int) -> Refuge:
        own = self._own_kerbs(walk, at_m)
        return Refuge(
            at_m,
            Kerb(road, any(kerb.at_m < at_m for kerb in own)),
            Kerb(road, any(kerb.at_m > at_m for kerb in own)),
        )

    def _own_kerbs(self, walk: Crosswalk, at_m: float) -> list[Mark]:
        """Of the mapped kerbs those of a refuge: the inner of two on a half, or one close by."""
        own = []
        for half in (
            [kerb for kerb in walk.kerbs if kerb.at_m < at_m],
            [kerb for kerb in walk.kerbs if kerb.at_m > at_m],
        ):
            if half:
                inner = min(half, key=lambda kerb: abs(kerb.at_m - at_m))
                if len(half) > 1 or abs(inner.at_m - at_m) <= _NEAR_M:
                    own.append(inner)
        return own

    def _lay_between(self, walk: Crosswalk, refuge: Refuge) -> None:
        """Lay a refuge off the carriageways: where two legs meet, or within one."""
        begin = 0.0
        for number, leg in enumerate(walk.legs):
            size = length_m(self._draft.lines[leg.edge])
            end = begin + size
            if abs(end - refuge.at_m) <= _AT_M and self._part(walk, number, refuge):
                return
            if refuge.at_m < end or number == len(walk.legs) - 1:
                along_m = refuge.at_m - begin if leg.forward else end - refuge.at_m
                self._cut(walk, number, min(max(along_m, 0.05 * size), 0.95 * size), refuge)
                return
            begin = end

    def _part(self, walk: Crosswalk, number: int, refuge: Refuge) -> bool:
        """Part a leg from the next where they meet; False where they meet at a barrier or not at all."""
        draft = self._draft
        legs = walk.legs[number : number + 2]
        ends = [(leg.edge, leg.forward == late) for leg, late in zip(legs, (False, True), strict=False)]
        nodes = {(draft.u if at_start else draft.v)[edge] for edge, at_start in ends}
        if len(legs) < 2 or len(nodes) > 1:
            return False
        node = nodes.pop()
        for leg, (edge, at_start), kerb in zip(legs, ends, (refuge.near, refuge.far), strict=True):
            if not kerb.mapped:
                foot = draft.place(*draft.places[node], draft.place_ids[node])
                (draft.u if at_start else draft.v)[edge] = foot
                self._raise(leg, node, foot, kerb.road)
        return True

    def _cut(self, walk: Crosswalk, number: int, along_m: float, refuge: Refuge) -> None:
        """Cut a leg in two halves, with the refuge's kerbs between them."""
        draft = self._draft
        leg = walk.legs[number]
        edge, line = leg.edge, draft.lines[leg.edge]
        at = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))))
        x, y = (float(np.interp(along_m, at, line[:, axis])) for axis in (0, 1))
        begin = end = draft.place(x, y)
        kerbs = [kerb for kerb in (refuge.near, refuge.far) if not kerb.mapped]
        for kerb in kerbs if leg.forward else kerbs[::-1]:
            before, end = end, draft.place(x, y)
            self._raise(leg, before, end, kerb.road)
        one, other = self._shared_wait(draft.u[edge], draft.v[edge], draft.styles[edge].unwaited)
        last, draft.v[edge] = draft.v[edge], begin
        draft.lines[edge] = np.concatenate((line[at < along_m], [[x, y]]))
        style = draft.styles[edge]
        draft.styles[edge] = style._replace(unwaited=one)
        tail = np.concatenate(([[x, y]], line[at > along_m]))
        rest = draft.add(end, last, tail, style._replace(unwaited=other))
        walk.legs.insert(number + leg.forward, leg._replace(edge=rest))

    def _shared_wait(self, u: int, v: int, unwaited: int) -> tuple[int, int]:
        """Halves of the wait that either part of a leg leaves to others: one waits at the carriageway."""
        if unwaited != 1:
            return (1, 1) if unwaited == 0 else (2, 2)
        refs = self._streets.pieces.vertex_ref
        on_road = [node < len(refs) and int(refs[node]) in self._roads for node in (u, v)]
        return (2, 1) if on_road == [False, True] else (1, 2)

    def _lay_on_roads(self, wanted: Mapping[int, tuple[Crosswalk, Refuge]]) -> None:
        """Refuges in the middle of a carriageway: whatever leads on from its node does so over a kerb."""
        draft = self._draft
        refs = self._streets.pieces.vertex_ref
        rows = np.flatnonzero(np.isin(refs, np.fromiter(wanted, np.int64, len(wanted)))).tolist()
        arms: dict[int, list[tuple[int, bool]]] = {row: [] for row in rows}
        for edge, style in enumerate(draft.styles):
            if style.kind in _FEET:
                for node, at_start in ((draft.u[edge], True), (draft.v[edge], False)):
                    if node in arms:
                        arms[node].append((edge, at_start))
        for node, met in arms.items():
            walk, refuge = wanted[int(refs[node])]
            roads = self._roads.arms(refuge.ref)
            halves: dict[int, list[tuple[int, bool]]] = defaultdict(list)
            for edge, at_start in met:
                halves[gap_of(heading(draft.lines[edge], at_start), roads)].append((edge, at_start))
            if len(halves) < 2:
                continue
            mapped = {(leg.edge, not leg.forward) for leg in walk.legs if refuge.near.mapped}
            mapped |= {(leg.edge, leg.forward) for leg in walk.legs if refuge.far.mapped}
            for _, half in sorted(halves.items()):
                if mapped.isdisjoint(half):
                    foot = draft.place(*draft.places[node], refuge.ref)
                    for edge, at_start in half:
                        (draft.u if at_start else draft.v)[edge] = foot
                    self._raise(walk.legs[0], node, foot, refuge.ref)

    def _raise(self, leg: CrosswalkPart, node: int, other: int, road: int) -> None:
        """A kerb of a refuge, as high as the crossing's tags say: read as at a crossing that is a node."""
        strip = self._streets.strip(leg.piece)
        tags = tags_at(self._features, strip, road)
        met = self._roads.at(road)
        code = 0
        if met is not None:
            tags, code = with_kerbs_of(met.strip.tags, tags), met.strip.walk.highway
        reading = self._draft.read(strip.element, refuge_tags(tags), Kind.kerb, highway=HIGHWAYS[code])
        style = self._draft.styles[leg.edge]
        self._draft.add(
            node,
            other,
            None,
            style._replace(
                kind=int(Kind.kerb), crossing=0, unwaited=0, road=code, derived=True, reading=reading
            ),
        )
