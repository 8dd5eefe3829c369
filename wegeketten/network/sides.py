"""What lies on either side of a carriageway: a pavement of its own, one mapped as a way, or none."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.model.edges import Kind
from wegeketten.model.lines import lookouts, shapes_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import shapely
    from numpy.typing import NDArray

    from wegeketten.network.split import Pieces
    from wegeketten.network.ways import Strip

    Pair = tuple["Side", "Side"]

LEFT, RIGHT = -1, 1


class Side(enum.IntEnum):
    """One side of a carriageway."""

    unknown = 0
    none = 1  # no pavement: one walks along the edge of the carriageway
    own = 2  # a pavement tagged on the street
    separate = 3  # a pavement mapped as a way of its own


_WORDS = {
    "yes": Side.own,
    "separate": Side.separate,
    "no": Side.none,
    "none": Side.none,
    "lane": Side.own,
    "left": Side.own,
    "right": Side.own,
    "both": Side.own,
}
_BARE = {
    "both": (Side.own, Side.own),
    "yes": (Side.own, Side.own),
    "left": (Side.own, Side.none),
    "right": (Side.none, Side.own),
    "separate": (Side.separate, Side.separate),
    "no": (Side.none, Side.none),
    "none": (Side.none, Side.none),
    "left;right": (Side.own, Side.own),
    "right;left": (Side.own, Side.own),
}
_SPACING_M = 12.0  # between the places at which a street looks for pavements beside it
_REACH_M = 16.0  # from the middle of the carriageway
_MOST = 12  # places per piece
_SHORT_M = 30.0  # shorter streets are no witnesses for a pavement that nobody mapped


def sides_of(tags: Mapping[str, str]) -> Pair:
    """Left and right side by the street's tags; sided keys count before ``sidewalk``.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    Pair
        What is known of each.

    Examples
    --------
    >>> [side.name for side in sides_of({"sidewalk": "right"})]
    ['none', 'own']
    >>> [side.name for side in sides_of({"sidewalk:both": "separate", "sidewalk:left": "no"})]
    ['none', 'separate']
    >>> [side.name for side in sides_of({"sidewalk:left:kerb": "raised"})]
    ['own', 'unknown']
    """
    found = list(_BARE.get(tags.get("sidewalk", ""), (Side.unknown, Side.unknown)))
    for place, name in enumerate(("left", "right")):
        for key in (f"sidewalk:{name}", "sidewalk:both"):
            word = _WORDS.get(tags.get(key, ""))
            if word is not None:
                found[place] = word
                break
        else:
            if found[place] is Side.unknown and _described(tags, name):
                found[place] = Side.own
    return found[0], found[1]


def _described(tags: Mapping[str, str], name: str) -> bool:
    starts = tuple(f"{key}:{side}:" for key in ("sidewalk", "footway") for side in (name, "both"))
    return any(key.startswith(starts) for key in tags if key.startswith(("sidewalk:", "footway:")))


def sides_of_pieces(strips: Sequence[Strip], pieces: Pieces, roads: NDArray[np.int64]) -> list[Pair]:
    """Sides of each piece of a road, by tags and by the pavements that lie beside it.

    A mapped pavement beside a street stands for that side whatever the street's tags say, so that nothing is
    doubled; a side tagged ``separate`` beside which no foot way is mapped is the street's own pavement.

    Parameters
    ----------
    strips, pieces
        The network's ways and their pieces.
    roads
        Rows of the pieces asked for.

    Returns
    -------
    list of Pair
        In the order of `roads`.
    """
    tagged = [sides_of(strip.tags) if strip.walk.is_road else (Side.none, Side.none) for strip in strips]
    given = [tagged[way] for way in pieces.way[roads].tolist()]
    pavement = share_seen(strips, pieces, roads, (Kind.pavement,))
    doubtful = np.array([Side.separate in pair for pair in given], dtype=bool)
    foot = np.zeros((len(roads), 2))
    if doubtful.any():
        kinds = (Kind.pavement, Kind.footway, Kind.path, Kind.cycleway, Kind.pedestrian, Kind.crossing)
        foot[doubtful] = share_seen(strips, pieces, roads[doubtful], kinds)
    alone = _alone(pieces, roads, foot)
    result = []
    for row, (pair, beside) in enumerate(zip(given, pavement.tolist(), strict=True)):
        sides = list(pair)
        bare = strips[int(pieces.way[roads[row]])].tags.get("sidewalk") == "separate"
        for place in (0, 1):
            if beside[place] >= 0.5:
                sides[place] = Side.separate
            elif sides[place] is Side.separate and alone[row, place]:
                other = foot[row, 1 - place] > 0
                sides[place] = (Side.none if other else Side.unknown) if bare else Side.own
        result.append((sides[0], sides[1]))
    return result


def _alone(pieces: Pieces, roads: NDArray[np.int64], foot: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Sides of pieces beside which no foot way runs; of short pieces if their whole way has none.

    In the mouths of wide junctions the pavement is out of sight; that says nothing.
    """
    along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(pieces.xy, axis=0).T))))
    size = along[pieces.last[roads]] - along[pieces.first[roads]]
    way = pieces.way[roads]
    whole = np.bincount(way, weights=size, minlength=1)
    seen = np.stack([np.bincount(way, weights=foot[:, place], minlength=1) for place in (0, 1)], axis=1)
    nobody = (seen[way] == 0) & (whole[way] >= _SHORT_M)[:, None]
    alone: NDArray[np.bool_] = (foot == 0) & (nobody | (size >= 2 * _SHORT_M)[:, None])
    return alone


def share_seen(
    strips: Sequence[Strip], pieces: Pieces, roads: NDArray[np.int64], kinds: tuple[Kind, ...]
) -> NDArray[np.float64]:
    """Share of places along each road from which a way of the given kinds is seen to the left and right.

    From a tunnel nothing is seen but what is in a tunnel, nor that from the street above.

    Parameters
    ----------
    strips
        All ways that are walked or crossed.
    pieces
        The pieces they are cut into.
    roads
        Rows of pieces.
    kinds
        Kinds of ways that are looked for.

    Returns
    -------
    ndarray
        From 0 to 1, shape (roads, 2).
    """
    import shapely

    share = np.zeros((len(roads), 2))
    kind = np.array([strip.walk.kind in kinds for strip in strips], dtype=bool)
    wanted = np.flatnonzero(kind[pieces.way]) if len(strips) else np.empty(0, dtype=np.int64)
    if not len(wanted) or not len(roads):
        return share
    buried = np.array([is_buried(strip.tags) for strip in strips], dtype=bool)[pieces.way]
    beside = shapes_of([pieces.line(piece) for piece in wanted.tolist()])
    tree = shapely.STRtree(beside)
    near = _near(tree, pieces, roads)
    rows = roads[near]
    owner, place, normal = lookouts(pieces.xy, pieces.first[rows], pieces.last[rows], _SPACING_M, _MOST)
    count = np.bincount(owner, minlength=len(rows))
    for column, sign in enumerate((1.0, -1.0)):
        rays = np.asarray(shapely.linestrings(np.stack([place, place + sign * _REACH_M * normal], axis=1)))
        ray, found = tree.query(rays, predicate="intersects")
        seen = np.unique(ray[buried[rows[owner[ray]]] == buried[wanted[found]]])
        share[near, column] = np.bincount(owner[seen], minlength=len(rows)) / np.maximum(count, 1)
    return share


def is_buried(tags: Mapping[str, str]) -> bool:
    """Whether a way runs in a tunnel: the pavement on the street above is not beside it.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    bool
        Whether it lies below the ground.

    Examples
    --------
    >>> is_buried({"tunnel": "yes"}), is_buried({"tunnel": "building_passage"}), is_buried({"layer": "-1"})
    (True, False, False)
    """
    return tags.get("tunnel", "no") not in ("no", "building_passage", "culvert")


def _near(tree: shapely.STRtree, pieces: Pieces, roads: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those of the roads around which anything lies within reach, by their bounding boxes."""
    import shapely

    bounds = shapely.bounds(shapes_of([pieces.line(piece) for piece in roads.tolist()]))
    boxes = shapely.box(*(bounds + np.array([-1, -1, 1, 1]) * _REACH_M).T)
    near: NDArray[np.int64] = np.unique(tree.query(np.asarray(boxes))[0])
    return near
