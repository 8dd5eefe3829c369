"""Crossings: how they are secured, how they are laid where a node or nothing is mapped, their tags."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.model.edges import HIGHWAYS, Crossing, Kind
from wegeketten.model.lines import length_m, place_at, shapes_of
from wegeketten.network.draft import Style
from wegeketten.network.sides import LEFT, RIGHT
from wegeketten.network.wall_gaps import walls_of
from wegeketten.network.ways import CODE
from wegeketten.tags.cautions import bit_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wegeketten.network.draft import Draft
    from wegeketten.network.streets import Streets
    from wegeketten.network.ways import Strip
    from wegeketten.osm.features import Features, Way
    from wegeketten.osm.projection import Projection

    Point = tuple[float, float]

_SECURED = {
    "traffic_signals": Crossing.signals,
    "pelican": Crossing.signals,
    "toucan": Crossing.signals,
    "puffin": Crossing.signals,
    "zebra": Crossing.marked,
    "marked": Crossing.marked,
    "uncontrolled": Crossing.marked,
    "unmarked": Crossing.unmarked,
    "informal": Crossing.unmarked,
    "island": Crossing.unknown,
}


def crossing_of(tags: Mapping[str, str]) -> Crossing:
    """How a mapped crossing is secured.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    Crossing
        The safest that the tags speak of.

    Examples
    --------
    >>> crossing_of({"crossing": "uncontrolled"}).name, crossing_of({"highway": "crossing"}).name
    ('marked', 'unknown')
    """
    if tags.get("crossing:signals") == "yes" or tags.get("highway") == "traffic_signals":
        return Crossing.signals
    for key in ("crossing", "crossing_ref"):
        for word in tags.get(key, "").split(";"):
            if word.strip() in _SECURED:
                return _SECURED[word.strip()]
    markings = tags.get("crossing:markings")
    if markings is not None:
        return Crossing.unmarked if markings == "no" else Crossing.marked
    return Crossing.unknown


def merged_tags(features: Features, way: Way) -> dict[str, str]:
    """Tags of a mapped crossing, completed by those of the crossing node it runs through.

    Parameters
    ----------
    features
        What was read from the extract.
    way
        The crossing.

    Returns
    -------
    dict
        A copy.
    """
    tags: dict[str, str] = {}
    for ref in features.refs[way.start : way.stop].tolist():
        node = features.nodes.get(ref)
        if node is not None and (node.tags.get("highway") == "crossing" or "crossing" in node.tags):
            tags.update(node.tags)
    tags.update(way.tags)
    return tags


def is_denied(features: Features, way: Way) -> bool:
    """Whether a mapped crossing, or a node it runs through, is mapped as one that cannot be used.

    Parameters
    ----------
    features
        What was read from the extract.
    way
        The crossing.

    Returns
    -------
    bool
        True for ``crossing=no`` and the like.
    """
    if way.tags.get("crossing") == "no":
        return True
    refs = features.refs[way.start : way.stop].tolist()
    return any(features.nodes[ref].tags.get("crossing") == "no" for ref in refs if ref in features.nodes)


def unwaited_halves(streets: Streets) -> dict[int, int]:
    """Halves of a crossing's wait that other pieces of it carry, by piece of a crossing mapped as a way.

    One waits once per carriageway, in however many pieces kerbs and the carriageway's own node cut the way:
    half on either side of that node, all of it where the way ends there. A way that meets no carriageway
    waits on its longest piece.

    Parameters
    ----------
    streets
        Carriageways with their sides.

    Returns
    -------
    dict
        0, 1 or 2 by number of the piece.
    """
    strips, pieces = streets.strips, streets.pieces
    if not strips:
        return {}
    is_crossing = np.array([strip.walk.kind is Kind.crossing for strip in strips], dtype=bool)
    is_road = np.array([strip.walk.is_road and not strip.walk.area for strip in strips], dtype=bool)
    road = np.zeros(len(pieces.vertex_ref), dtype=bool)
    for ends in (pieces.u, pieces.v):
        road[ends[is_road[pieces.way]]] = True
    of_way: dict[int, list[int]] = defaultdict(list)
    met: dict[int, list[int]] = defaultdict(list)
    for piece in np.flatnonzero(is_crossing[pieces.way]).tolist():
        of_way[int(pieces.way[piece])].append(piece)
        for vertex in {int(pieces.u[piece]), int(pieces.v[piece])}:
            if road[vertex]:
                met[vertex].append(piece)
    halves = dict.fromkeys((piece for mates in of_way.values() for piece in mates), 0)
    for mates in met.values():
        if len(mates) > 1:
            for piece in mates:
                halves[piece] += 1
    for mates in met.values():
        if len(mates) == 1 and not any(halves[piece] for piece in of_way[int(pieces.way[mates[0]])]):
            halves[mates[0]] = 2
    for mates in of_way.values():
        if not any(halves[piece] for piece in mates):
            halves[max(mates, key=lambda piece: length_m(pieces.line(piece)))] = 2
    return {piece: 2 - min(count, 2) for piece, count in halves.items()}


class Bank(NamedTuple):
    """Where a crossing begins: a node, and whether a kerb leads down to the carriageway."""

    node: int
    kerb: bool


class Crossed(NamedTuple):
    """The carriageway that is crossed.

    Attributes
    ----------
    strip
        The road.
    how
        How the crossing is secured.
    lowered
        Whether kerbs are lowered there as a rule: at mapped crossings and at the mouths of side streets.
    at_start
        Whether near the beginning of the road's way, for kerbs tagged by end; None in between.
    node_tags, ref
        Of the node that is mapped as a crossing, if any.
    denied
        Whether mappers say that nobody crosses there.
    """

    strip: Strip
    how: Crossing
    lowered: bool
    at_start: bool | None
    node_tags: dict[str, str] | None = None
    ref: int = 0
    denied: bool = False


def cross(draft: Draft, crossed: Crossed, left: Bank, right: Bank) -> None:
    """Lay a crossing from one side of a carriageway to the other, over its kerbs.

    A refuge in the middle cuts it into two halves, with a kerb up and a kerb down between them.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    crossed
        What is crossed, and how.
    left, right
        Where the crossing begins and ends.
    """
    element, tags = _element(crossed)
    walk = crossed.strip.walk
    highway = HIGHWAYS[walk.highway]
    style = _style(crossed)._replace(
        kind=int(Kind.crossing),
        crossing=int(crossed.how),
        reading=draft.read(element, {**tags, "highway": "crossing"}, Kind.crossing, highway=highway),
    )
    if crossed.denied:
        style = style._replace(caution=style.caution | bit_of("not_crossed"))
    start, end = _down(draft, crossed, left, LEFT), _down(draft, crossed, right, RIGHT)
    if has_refuge(tags):
        near, far = _refuge(draft, crossed, start, end)
        style = style._replace(unwaited=1)
        draft.add(start, near, None, style)
        draft.add(far, end, None, style)
    else:
        draft.add(start, end, None, style)


def has_refuge(tags: Mapping[str, str]) -> bool:
    """Whether the tags of a crossing say that one can wait half way.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    bool
        Whether there is an island.

    Examples
    --------
    >>> has_refuge({"crossing:island": "yes"}), has_refuge({"crossing": "zebra"})
    (True, False)
    """
    return (
        tags.get("crossing:island") == "yes"
        or tags.get("crossing") == "island"
        or tags.get("traffic_calming") == "island"
    )


def _refuge(draft: Draft, crossed: Crossed, left: int, right: int) -> tuple[int, int]:
    """Lay a refuge half way between two feet of kerbs: its own kerbs, as high as the crossing's tags say.

    Returns
    -------
    tuple of int
        Feet of its kerbs, towards the left and the right of the carriageway.
    """
    (x0, y0), (x1, y1) = draft.places[left], draft.places[right]
    near, island, far = (draft.place((x0 + x1) / 2, (y0 + y1) / 2, crossed.ref) for _ in range(3))
    element, tags = _element(crossed)
    reading = draft.read(element, refuge_tags(tags), Kind.kerb, highway=HIGHWAYS[crossed.strip.walk.highway])
    style = _style(crossed)._replace(kind=int(Kind.kerb), reading=reading)
    draft.add(near, island, None, style)
    draft.add(island, far, None, style)
    return near, far


def refuge_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """What a crossing's tags say about the kerbs of its refuge: whatever is not said of one bank only.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    dict
        Tags of a kerb.

    Examples
    --------
    >>> refuge_tags({"kerb": "lowered", "kerb:left": "raised"})
    {'kerb': 'lowered', 'highway': 'crossing'}
    """
    both = {
        key: value
        for key, value in tags.items()
        if not key.startswith(("sidewalk", "kerb:left", "kerb:right"))
    }
    return {**both, "highway": "crossing"}


def step_down(draft: Draft, crossed: Crossed, bank: Bank, ground: int, side: int) -> None:
    """Join a pavement to a node on the carriageway, over the kerb.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    crossed
        What is crossed, and how.
    bank
        The end on the pavement.
    ground
        Node on the carriageway.
    side
        -1 left, 1 right in drawing direction.
    """
    foot = _down(draft, crossed, bank, side)
    if bank.kerb and draft.places[foot] == draft.places[ground]:
        # nothing to walk: the kerb itself leads there
        draft.v[-1] = ground
        return
    walk = crossed.strip.walk
    reading = draft.read(crossed.strip.element, {}, Kind.link, highway=HIGHWAYS[walk.highway])
    draft.add(foot, ground, None, _style(crossed)._replace(kind=int(Kind.link), reading=reading))


def _down(draft: Draft, crossed: Crossed, bank: Bank, side: int) -> int:
    """Node at the foot of the kerb."""
    if not bank.kerb:
        return bank.node
    element, tags = _element(crossed)
    mapped = crossed.node_tags is not None
    if crossed.lowered or mapped:
        tags = {**tags, "highway": "crossing"}
    else:
        tags = {key: value for key, value in tags.items() if key not in ("highway", "crossing")}
    x, y = draft.places[bank.node]
    foot = draft.place(x, y, crossed.ref)
    reading = draft.read(
        element,
        tags,
        Kind.kerb,
        side="left" if side == LEFT else "right",
        highway=HIGHWAYS[crossed.strip.walk.highway],
        end=None if crossed.at_start is None else "start" if crossed.at_start else "end",
    )
    draft.add(
        bank.node, foot, None, _style(crossed)._replace(kind=int(Kind.kerb), side=side, reading=reading)
    )
    return foot


def _element(crossed: Crossed) -> tuple[str, dict[str, str]]:
    """Element a crossing's readings come from, and its tags."""
    if crossed.node_tags is None:
        return crossed.strip.element, with_kerbs_of(crossed.strip.tags, {})
    return f"n{crossed.ref}", with_kerbs_of(crossed.strip.tags, crossed.node_tags)


def with_kerbs_of(road: Mapping[str, str], crossing: Mapping[str, str]) -> dict[str, str]:
    """Tags of a crossing, with the kerbs of the road where the crossing has no word on kerbs.

    Parameters
    ----------
    road
        Tags of the road.
    crossing
        Tags of the crossing.

    Returns
    -------
    dict
        A copy.

    Examples
    --------
    >>> with_kerbs_of({"sidewalk:left:kerb": "flush", "lanes": "2"}, {"crossing": "zebra"})
    {'sidewalk:left:kerb': 'flush', 'crossing': 'zebra'}
    """
    kerbs = {
        key: value
        for key, value in road.items()
        if "kerb" in key
        or key.startswith(("sidewalk:left:tactile", "sidewalk:right:tactile", "sidewalk:both:tactile"))
    }
    if any("kerb" in key for key in crossing):
        kerbs = {}
    return {**kerbs, **crossing}


def _style(crossed: Crossed) -> Style:
    strip, mapped = crossed.strip, crossed.node_tags is not None
    return Style(
        "n" if mapped else strip.osm_type,
        crossed.ref if mapped else strip.osm_id,
        int(Kind.crossing),
        road=strip.walk.highway,
        level_ground=strip.walk.off_ground,
        level=strip.walk.level,
        derived=True,
    )


_SPACING_M = 70.0  # between informal crossings of a street
_SHORTEST_M = 40.0  # streets shorter than this are crossed at their ends
_QUIET = frozenset(
    CODE[name] for name in ("residential", "living_street", "unclassified", "service", "road", "tertiary")
)


def cross_informally(
    draft: Draft,
    streets: Streets,
    laid: Mapping[tuple[int, int], int],
    features: Features,
    projection: Projection,
) -> None:
    """Streets with pavements can be crossed between their junctions; who may is the profile's business.

    Main roads are left out, and places where a wall, fence or guard rail lies between the pavements.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    streets
        Carriageways with their sides.
    laid
        Edge of each pavement by piece and side.
    features
        What was read from the extract.
    projection
        From degrees to the metres of the city.
    """
    from wegeketten.network.connect import cut_edge

    places = _informal_places(draft, streets, laid)
    open_ = _unwalled(places, features, projection)
    for piece, wanted in places.items():
        shares = [share for share, *_ in wanted if (piece, share) in open_]
        edges = [laid[(piece, side)] for side in (LEFT, RIGHT)]
        kinds = [draft.styles[edge].kind for edge in edges]
        met = [
            cut_edge(draft, edge, [share * size for share in shares])
            for edge, size in zip(edges, [length_m(draft.lines[edge]) for edge in edges], strict=True)
        ]
        crossed = Crossed(streets.strip(piece), Crossing.informal, lowered=False, at_start=None)
        for one, other in zip(*met, strict=True):
            left, right = (
                Bank(node, kind == Kind.pavement) for node, kind in zip((one, other), kinds, strict=True)
            )
            cross(draft, crossed, left, right)


def _informal_places(
    draft: Draft, streets: Streets, laid: Mapping[tuple[int, int], int]
) -> dict[int, list[tuple[float, Point, Point]]]:
    """By piece: shares of its length where it may be crossed, with the places on either side."""
    places: dict[int, list[tuple[float, Point, Point]]] = {}
    for piece in sorted({piece for piece, _ in laid}):
        strip = streets.strip(piece)
        left, right = laid.get((piece, LEFT)), laid.get((piece, RIGHT))
        if left is None or right is None or strip.walk.highway not in _QUIET or strip.walk.off_ground:
            continue
        lines = draft.lines[left], draft.lines[right]
        shortest = min(map(length_m, lines))
        if shortest >= _SHORTEST_M:
            count = max(1, int(shortest // _SPACING_M))
            shares = [(number + 1) / (count + 1) for number in range(count)]
            places[piece] = [
                (share, place_at(lines[0], share), place_at(lines[1], share)) for share in shares
            ]
    return places


def _unwalled(
    places: Mapping[int, Sequence[tuple[float, Point, Point]]], features: Features, projection: Projection
) -> set[tuple[int, float]]:
    """Places between whose sides no linear barrier lies."""
    keys = [(piece, share) for piece, wanted in places.items() for share, *_ in wanted]
    walls = [features.lonlat[way.start : way.stop] for way in walls_of(features)]
    if not keys or not walls:
        return set(keys)
    import shapely

    whole = projection.to_xy(np.concatenate(walls))
    lines = shapes_of(np.split(whole, np.cumsum([len(wall) for wall in walls])[:-1]))
    ways = shapes_of([np.array(ends) for wanted in places.values() for _, *ends in wanted])
    walled = set(np.unique(shapely.STRtree(lines).query(ways, predicate="intersects")[0]).tolist())
    return {key for row, key in enumerate(keys) if row not in walled}
