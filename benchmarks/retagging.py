"""An extract as another mapper would have drawn it: pavements beside streets stated as tags on the streets.

Streets and pavements are cut where the answer changes, as a mapper cuts them, so that a pavement is stated
where one was and nowhere else; only what a tag now stands for is dropped. Foot ways that met what is dropped
are carried on to the street.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from wegeketten.model.edges import Kind
from wegeketten.model.lines import lookouts, shapes_of
from wegeketten.network.build import strips_of
from wegeketten.network.pavements import find_streets, is_mouth
from wegeketten.network.sides import LEFT, RIGHT, Side, is_buried, sides_of
from wegeketten.network.split import split_ways
from wegeketten.osm.features import Way

if TYPE_CHECKING:
    from collections.abc import Callable

    from wegeketten.network.split import Pieces
    from wegeketten.network.streets import Streets
    from wegeketten.osm.features import Features
    from wegeketten.osm.projection import Projection

_BESIDE_M = 16.0  # from the middle of a carriageway to the pavement that belongs to it
_SPACING_M, _MOST = 10.0, 20  # places along a way from which one looks to either side
_NEW_IDS = 10**12  # parts of ways that are cut are numbered from here
_ATHWART = 0.7  # cosine between looking sideways and a road: it runs across, not alongside
_WORDS = {Side.own: "yes", Side.separate: "yes", Side.none: "no"}


def retagged(features: Features, projection: Projection) -> tuple[Features, int]:
    """The extract with pavements beside streets stated on the streets instead, and how many metres went."""
    strips = strips_of(features, [], roads_too=True)
    pieces = split_ways(features, projection, [strip.way for strip in strips], ())
    streets = find_streets(strips, pieces)
    pairs = {
        piece: _as_told(streets.strip(piece).tags, pair)
        for piece, pair in streets.sides.items()
        if streets.strip(piece).osm_type == "w" and streets.strip(piece).walk.is_road
    }
    for piece, side in _across_a_road(streets, list(pairs)):
        left, right = pairs[piece]
        if (left, right)[side == RIGHT] is Side.separate:
            pairs[piece] = (Side.none, right) if side == LEFT else (left, Side.none)
    gone = _stated(streets, pairs)
    metres = sum(float(np.hypot(*np.diff(pieces.line(piece), axis=0).T).sum()) for piece in gone)
    touched = {piece for piece, pair in pairs.items() if Side.separate in pair}
    cutter = _Cutter(features, pieces, projection)
    by_way: dict[int, list[int]] = defaultdict(list)
    for piece, way in enumerate(pieces.way.tolist()):
        by_way[way].append(piece)
    carried = [cutter.carry_on(vertex, road) for vertex, road in _torn_off(streets, pairs, gone)]
    ways: dict[int, Way] = {}
    parts: dict[int, list[Way]] = {}
    for row, strip in enumerate(strips):
        if strip.osm_type != "w":
            continue
        if gone.intersection(by_way[row]):
            parts[strip.osm_id] = cutter.cut(
                strip.way, by_way[row], [None if piece in gone else strip.tags for piece in by_way[row]]
            )
        elif touched.intersection(by_way[row]):
            parts[strip.osm_id] = cutter.cut(
                strip.way, by_way[row], [_with_sides(strip.tags, pairs.get(piece)) for piece in by_way[row]]
            )
    for way_id, way in features.ways.items():
        for part in parts.get(way_id, [way]):
            ways[part.id] = part
    ways.update((way.id, way) for way in carried)
    refs, lonlat = cutter.points()
    return replace(features, ways=ways, refs=refs, lonlat=lonlat), round(metres)


def _as_told(tags: dict[str, str], pair: tuple[Side, Side]) -> tuple[Side, Side]:
    """A street's sides; where its tags say that a side has no pavement, what lies there is another's."""
    left, right = (
        told if told is Side.none else seen for told, seen in zip(sides_of(tags), pair, strict=True)
    )
    return left, right


def _with_sides(tags: dict[str, str], pair: tuple[Side, Side] | None) -> dict[str, str]:
    """A street's tags with a pavement of its own for each that was mapped as a way."""
    if pair is None:
        return tags
    bare = ("sidewalk", "sidewalk:left", "sidewalk:right", "sidewalk:both")
    changed = {key: value for key, value in tags.items() if key not in bare}
    for name, side in zip(("left", "right"), pair, strict=True):
        if side in _WORDS:
            changed[f"sidewalk:{name}"] = _WORDS[side]
    return changed


def _looks(pieces: Pieces, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Rays to the left, then to the right of pieces: the piece, its side, where each begins, and itself."""
    owner, place, normal = lookouts(pieces.xy, pieces.first[rows], pieces.last[rows], _SPACING_M, _MOST)
    ends = [place + sign * _BESIDE_M * normal for sign in (1.0, -1.0)]
    rays = np.concatenate([shapely.linestrings(np.stack([place, end], axis=1)) for end in ends])
    sides = np.repeat([LEFT, RIGHT], len(owner))
    return np.tile(rows[owner], 2), sides, np.concatenate([place, place]), rays


def _first_seen(
    rays: np.ndarray, begins: np.ndarray, lines: np.ndarray, own: Callable[[int, int], bool]
) -> dict[int, tuple[float, int]]:
    """Nearest of some lines that each ray meets, and how far off; `own` says which do not count."""
    found: dict[int, tuple[float, int]] = {}
    asked, seen = shapely.STRtree(lines).query(rays, predicate="intersects")
    met = shapely.intersection(rays[asked], lines[seen])
    away = shapely.distance(shapely.points(begins[asked]), met)
    for ray, line, metres in zip(asked.tolist(), seen.tolist(), away.tolist(), strict=True):
        if not own(ray, line) and (ray not in found or metres < found[ray][0]):
            found[ray] = (metres, line)
    return found


def _rows_of(streets: Streets, wanted: Callable[[int], bool]) -> np.ndarray:
    return np.array([piece for piece in range(len(streets.pieces.way)) if wanted(piece)], dtype=np.int64)


def _across_a_road(streets: Streets, asked: list[int]) -> list[tuple[int, int]]:
    """Sides of streets whose pavement lies beyond another carriageway alongside: it is that one's."""
    pieces = streets.pieces
    roads = _rows_of(
        streets,
        lambda piece: (
            streets.strip(piece).walk.is_road
            and not is_mouth(streets.strip(piece))
            and not is_buried(streets.strip(piece).tags)
        ),
    )
    walks = _rows_of(streets, lambda piece: streets.strip(piece).walk.kind is Kind.pavement)
    if not len(walks) or not asked:
        return []
    owner, sides, begins, rays = _looks(pieces, np.array(asked))
    bits = [np.stack([line[:-1], line[1:]], axis=1) for line in map(pieces.line, roads.tolist())]
    road_of = np.repeat(roads, [len(each) for each in bits])
    road_bits = np.concatenate(bits)
    along = road_bits[:, 1] - road_bits[:, 0]
    along /= np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    looking = shapely.get_coordinates(rays).reshape(-1, 2, 2)
    looking = (looking[:, 1] - looking[:, 0]) / _BESIDE_M

    def no_other(ray: int, bit: int) -> bool:
        """The street itself, or one that runs athwart."""
        return road_of[bit] == owner[ray] or abs(float(along[bit] @ looking[ray])) > _ATHWART

    nearest_road = _first_seen(rays, begins, shapely.linestrings(road_bits), no_other)
    nearest_walk = _first_seen(
        rays, begins, shapes_of([pieces.line(row) for row in walks.tolist()]), lambda *_: False
    )
    votes: dict[tuple[int, int], int] = defaultdict(int)
    for ray, (metres, _) in nearest_walk.items():
        beyond = ray in nearest_road and nearest_road[ray][0] < metres
        votes[(int(owner[ray]), int(sides[ray]))] += 1 if beyond else -1
    return [key for key, vote in votes.items() if vote > 0]


def _stated(streets: Streets, pairs: dict[int, tuple[Side, Side]]) -> set[int]:
    """Pieces of pavements that see, at most of their places, the side of a street that states them now."""
    pieces = streets.pieces
    roads = _rows_of(
        streets,
        lambda piece: streets.strip(piece).walk.is_road and not is_buried(streets.strip(piece).tags),
    )
    walks = _rows_of(streets, lambda piece: streets.strip(piece).walk.kind is Kind.pavement)
    if not len(walks):
        return set()
    owner, _, begins, rays = _looks(pieces, walks)
    lines = shapes_of([pieces.line(row) for row in roads.tolist()])
    seen = _first_seen(rays, begins, lines, lambda *_: False)
    places = len(rays) // 2
    votes: dict[int, int] = defaultdict(int)
    for place in range(places):
        stated = False
        for ray in (place, place + places):
            if ray in seen:
                road = int(roads[seen[ray][1]])
                side = _side_at(pieces.line(road), begins[ray])
                pair = pairs.get(road)
                stated |= pair is not None and pair[side == RIGHT] is Side.separate
        votes[int(owner[place])] += 1 if stated else -1
    return {piece for piece, vote in votes.items() if vote >= 0}


def _side_at(line: np.ndarray, place: np.ndarray) -> int:
    """Side of a line on which a place lies."""
    step = np.diff(line, axis=0)
    share = ((place - line[:-1]) * step).sum(axis=1) / np.maximum((step**2).sum(axis=1), 1e-9)
    foot = line[:-1] + np.clip(share, 0.0, 1.0)[:, None] * step
    nearest = int(np.hypot(*(foot - place).T).argmin())
    (dx, dy), (px, py) = step[nearest], place - line[nearest]
    return LEFT if dx * py - dy * px > 0 else RIGHT


def _torn_off(streets: Streets, pairs: dict[int, tuple[Side, Side]], gone: set[int]) -> list[tuple[int, int]]:
    """Vertices at which a foot way that stays met a pavement that goes, and the street that states it now.

    Crossings lead to a street anyway.
    """
    pieces = streets.pieces
    ends: dict[str, set[int]] = defaultdict(set)
    for piece, (u, v) in enumerate(zip(pieces.u.tolist(), pieces.v.tolist(), strict=True)):
        kind, road = streets.strip(piece).walk.kind, streets.strip(piece).walk.is_road
        what = "gone" if piece in gone else "road" if road or kind is Kind.crossing else "foot"
        if what != "foot" or kind is not Kind.pavement:
            ends[what] |= {u, v}
    vertices = sorted((ends["gone"] & ends["foot"]) - ends["road"])
    stating = [piece for piece in sorted(pairs) if Side.separate in pairs[piece]]
    if not vertices or not stating:
        return []
    lines = shapes_of([pieces.line(piece) for piece in stating])
    places = shapely.points(pieces.vertex_xy[vertices])
    asked, near = shapely.STRtree(lines).query(places, predicate="dwithin", distance=_BESIDE_M)
    away = shapely.distance(places[asked], lines[near])
    found: dict[int, int] = {}
    for row in np.lexsort((near, away, asked)).tolist():
        vertex, piece = vertices[int(asked[row])], stating[int(near[row])]
        side = _side_at(pieces.line(piece), pieces.vertex_xy[vertex])
        if pairs[piece][side == RIGHT] is Side.separate:
            found.setdefault(vertex, piece)
    return list(found.items())


class _Cutter:
    """Cuts ways at the ends of their pieces and keeps the points of the parts."""

    def __init__(self, features: Features, pieces: Pieces, projection: Projection) -> None:
        self.features, self.pieces, self.projection = features, pieces, projection
        self.where = {ref: row for row, ref in enumerate(features.refs.tolist())}
        self.refs: list[int] = []
        self.number = _NEW_IDS
        self.joints: dict[int, list[tuple[float, int]]] = defaultdict(
            list
        )  # by piece: metres along, new point
        self.new: dict[int, tuple[float, float]] = {}  # lon/lat of new points

    def carry_on(self, vertex: int, road: int) -> Way:
        """A foot way from a vertex to the nearest place on a street, where a point is put in."""
        line = shapely.LineString(self.pieces.line(road))
        along = line.project(shapely.Point(self.pieces.vertex_xy[vertex]))
        self.number += 1
        x, y = line.interpolate(along).coords[0]
        self.new[self.number] = tuple(self.projection.to_lonlat(np.array([[x, y]]))[0].tolist())
        self.joints[road].append((along, self.number))
        start = len(self.features.refs) + len(self.refs)
        self.refs += [int(self.pieces.vertex_ref[vertex]), self.number]
        return Way(self.number, {"highway": "footway"}, start, start + 2)

    def cut(self, way: Way, rows: list[int], tagged: list[dict[str, str] | None]) -> list[Way]:
        """Parts of a way, neighbours of the same tags in one; nothing where the tags are None."""
        parts, last = [], -1
        for piece, tags in zip(rows, tagged, strict=True):
            refs = self._refs(piece)
            if tags is not None and parts and parts[-1][0] == tags and last == refs[0]:
                parts[-1][1].extend(refs[1:])
            elif tags is not None:
                parts.append((tags, refs))
            last = refs[-1] if tags is not None else -1
        found = []
        for tags, refs in parts:
            start = len(self.features.refs) + len(self.refs)
            self.refs += refs
            self.number += 1
            number = way.id if len(parts) == 1 else self.number
            found.append(way._replace(id=number, tags=tags, start=start, stop=start + len(refs)))
        return found

    def _refs(self, piece: int) -> list[int]:
        """Points of a piece, those put in among them."""
        pieces = self.pieces
        refs = pieces.refs[pieces.first[piece] : pieces.last[piece] + 1]
        step = np.hypot(*np.diff(pieces.line(piece), axis=0).T)
        at = np.concatenate(([0.0], np.cumsum(step)))
        inner = sorted(self.joints.get(piece, []))
        merged = sorted(
            [*zip(at.tolist(), refs.tolist(), strict=True), *inner],
            key=lambda point: min(max(point[0], 0.0), float(at[-1])),
        )
        if not inner:
            return refs.tolist()  # type: ignore[no-any-return]
        ends = [int(refs[0]), int(refs[-1])]
        return [ends[0], *(ref for _, ref in merged if ref not in ends), ends[1]]

    def points(self) -> tuple[np.ndarray, np.ndarray]:
        """Points of all ways: the extract's, then those of the parts."""
        features = self.features
        known = np.array([self.where.get(ref, 0) for ref in self.refs], dtype=np.int64)
        lonlat = features.lonlat[known]
        for row, ref in enumerate(self.refs):
            if ref in self.new:
                lonlat[row] = self.new[ref]
        return (
            np.concatenate([features.refs, np.array(self.refs, dtype=np.int64)]),
            np.concatenate([features.lonlat, lonlat]),
        )
