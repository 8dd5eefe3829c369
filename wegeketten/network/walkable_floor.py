"""The open floor of squares, platforms and halls: the mapped area without what stands in it."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.model.edges import Kind
from wegeketten.network.barriers import HARMLESS
from wegeketten.network.ways import CODE, levels_of, walk_of
from wegeketten.osm.rings import is_closed, polygon_of_relation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import shapely
    from numpy.typing import NDArray

    from wegeketten.network.ways import Strip
    from wegeketten.osm.features import Features, Way
    from wegeketten.osm.projection import Projection

_KINDS = (
    Kind.pedestrian,
    Kind.footway,
    Kind.path,
    Kind.pavement,
    Kind.cycleway,
    Kind.living_street,
    Kind.platform,
    Kind.corridor,
)
"""Kinds of areas that are walked across. Yards and car parks are not: who knows where the cars stand."""

_SOLID: Mapping[str, frozenset[str]] = {
    "natural": frozenset({"water", "scrub", "shrubbery", "wood", "grassland", "tree_row"}),
    "landuse": frozenset({"grass", "flowerbed", "village_green", "meadow", "construction", "basin"}),
    "leisure": frozenset({"garden", "swimming_pool", "pitch", "outdoor_seating"}),
    "amenity": frozenset({"fountain", "parking", "bicycle_parking"}),
    "waterway": frozenset({"river", "stream", "canal", "ditch", "drain", "riverbank", "dock"}),
    "railway": frozenset({"rail", "light_rail", "subway", "narrow_gauge", "monorail", "platform"}),
    "public_transport": frozenset({"platform"}),
    "tourism": frozenset({"artwork"}),
    "man_made": frozenset({"planter", "pier", "tower", "storage_tank"}),
    "indoor": frozenset({"room", "wall"}),
}
"""What nobody walks through, by key and value; any building, monument or barrier besides."""

_LINES = frozenset({"barrier", "waterway", "railway", "highway"})  # keys of lines, which enclose nothing
_PASSED = HARMLESS | {"bollard", "kerb_ramp"}
_LEVEL_KERBS = frozenset({"flush", "no", "none", "at_grade"})
_QUIET = frozenset(CODE[name] for name in ("service", "living_street", "track"))
_THICK_M = 0.1  # on either side of a line that nobody crosses
_AROUND = 0.5  # share of an area within a building from where on it is inside, not beside


class Floor(NamedTuple):
    """An area that is walked across.

    Attributes
    ----------
    strip
        The element it comes from.
    shape
        One polygon of it, metres.
    """

    strip: Strip
    shape: shapely.Polygon


def find_floors(features: Features, projection: Projection, strips: Sequence[Strip]) -> list[Floor]:
    """Areas that are walked across, as polygons, in the order of the strips.

    Rings that the extract cuts make none.

    Parameters
    ----------
    features
        What was read from the extract.
    projection
        From degrees to the metres of the city.
    strips
        All ways that are walked.

    Returns
    -------
    list of Floor
        With the strip that each belongs to.
    """
    import shapely

    floors = []
    done: set[int] = set()
    for strip in strips:
        walk = strip.walk
        if walk.kind not in _KINDS or walk.private or not (walk.access.forward and walk.access.backward):
            continue
        shape: shapely.Geometry | None
        if strip.osm_type == "r":
            if strip.osm_id in done:
                continue
            done.add(strip.osm_id)
            shape = polygon_of_relation(features, features.relations[strip.osm_id])
        elif is_closed(features, strip.way) and _is_floor(strip):
            shape = shapely.Polygon(features.lonlat[strip.way.start : strip.way.stop])
        else:
            continue
        if shape is not None:
            shape = shapely.make_valid(shapely.transform(shape, projection.to_xy))
            floors += [Floor(strip, part) for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return floors


def _is_floor(strip: Strip) -> bool:
    """Whether a closed way is an area; a closed platform is one unless somebody says it is none."""
    return strip.walk.area or (strip.walk.kind is Kind.platform and strip.tags.get("area") != "no")


class Thing(NamedTuple):
    """Something that stands on a floor.

    Attributes
    ----------
    element, tags
        Where it comes from.
    shape
        Metres.
    """

    element: str
    tags: Mapping[str, str]
    shape: shapely.Geometry


def clear(
    floors: Sequence[Floor], features: Features, projection: Projection
) -> tuple[list[shapely.Geometry], list[list[Thing]]]:
    """Polygons of floors without buildings, barriers, water, plants, tracks and main roads on them.

    Parameters
    ----------
    floors
        Result of `find_floors`.
    features
        What was read from the extract.
    projection
        From degrees to the metres of the city.

    Returns
    -------
    tuple
        What is left of each floor, and what stands on it.
    """
    import shapely

    if not floors:
        return [], []
    shapes = np.array([floor.shape for floor in floors], dtype=object)
    found = list(_things(features, projection, shapes))
    things = np.array([thing for *_, thing in found], dtype=object)
    standing: dict[int, list[Thing]] = defaultdict(list)
    for row, number in shapely.STRtree(things).query(shapes, predicate="intersects").T.tolist():
        strip = floors[row].strip
        element, tags, thing = found[number]
        if element == strip.element or not _hinders(tags, strip):
            continue
        inside = shapely.area(shapely.intersection(shapes[row], thing)) / shapely.area(shapes[row])
        if inside <= _AROUND:
            standing[row].append(Thing(element, tags, thing))
    left: list[shapely.Geometry] = [
        shapely.difference(floor.shape, shapely.union_all([thing.shape for thing in standing[row]]))
        if standing[row]
        else floor.shape
        for row, floor in enumerate(floors)
    ]
    return left, [standing[row] for row in range(len(floors))]


def _things(
    features: Features, projection: Projection, shapes: NDArray[np.object_]
) -> Iterator[tuple[str, dict[str, str], shapely.Geometry]]:
    """What may stand on some floors: element, tags and shape in metres, those far from any left out."""
    import shapely

    ways, boxes = _boxes(features)
    low_x, low_y, high_x, high_y = shapely.bounds(shapes).T
    frames = np.asarray(shapely.box(low_x - 1.0, low_y - 1.0, high_x + 1.0, high_y + 1.0))
    around = np.asarray(shapely.transform(frames, projection.to_lonlat))
    near = np.unique(shapely.STRtree(around).query(boxes)[0]).tolist()
    members: dict[int, list[int]] = defaultdict(list)
    for relation in features.relations.values():
        if relation.tags.get("type") == "multipolygon" and _is_solid(relation.tags):
            for kind, ref, _ in relation.members:
                if kind == "w":
                    members[ref].append(relation.id)
    found: set[int] = set()
    for row in near:
        way = ways[row]
        found.update(members.get(way.id, ()))
        if _is_solid(way.tags):
            xy = projection.to_xy(features.lonlat[way.start : way.stop])
            enclosed = is_closed(features, way) and (_LINES.isdisjoint(way.tags) or _encloses(way.tags))
            thing = shapely.Polygon(xy) if enclosed else _thick(shapely.LineString(xy), way.tags)
            yield f"w{way.id}", way.tags, shapely.make_valid(thing)
    for number in sorted(found):
        relation = features.relations[number]
        area = polygon_of_relation(features, relation)
        if area is not None:
            yield f"r{number}", relation.tags, shapely.transform(area, projection.to_xy)


def _thick(line: shapely.LineString, tags: Mapping[str, str]) -> shapely.Geometry:
    """A line as wide as it is: steps by their width, anything else a little."""
    import shapely

    stated = tags.get("width") or tags.get("est_width") or ""
    found = _number.match(stated.replace(",", ".")) if tags.get("highway") == "steps" else None
    half = float(found[0]) / 2 if found else 0.0  # wider than any way: no quantity of `tags`
    if half <= _THICK_M:
        return shapely.buffer(line, _THICK_M)
    return shapely.buffer(line, half, cap_style="flat")


_number = re.compile(r"\d{1,3}(\.\d+)?")


def _boxes(features: Features) -> tuple[list[Way], NDArray[np.object_]]:
    """All ways with their bounding boxes, degrees."""
    import shapely

    ways = [way for way in features.ways.values() if way.stop - way.start > 1]
    if not ways:
        return [], np.empty(0, dtype=object)
    starts = np.array([way.start for way in ways])
    stops = np.array([way.stop for way in ways])
    # pairs of a way's first row and the first row after it; the stretches between ways are skipped
    rows = np.stack([starts, stops], axis=1).ravel()
    padded = np.concatenate([features.lonlat, [[0.0, 0.0]]])
    low, high = (of.reduceat(padded, rows, axis=0)[::2] for of in (np.minimum, np.maximum))
    return ways, np.asarray(shapely.box(*low.T, *high.T))


def is_house(tags: Mapping[str, str]) -> bool:
    """Whether something is a building with walls.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    bool
        False for roofs and carports.

    Examples
    --------
    >>> is_house({"building": "yes"}), is_house({"building": "roof"})
    (True, False)
    """
    return tags.get("building", "no") not in ("no", "roof", "carport", "canopy")


def _is_solid(tags: Mapping[str, str]) -> bool:
    """Whether nobody walks through something.

    Examples
    --------
    >>> _is_solid({"building": "yes"}), _is_solid({"barrier": "wall"}), _is_solid({"amenity": "fountain"})
    (True, True, True)
    >>> _is_solid({"building": "roof"}), _is_solid({"barrier": "kerb", "kerb": "flush"}), _is_solid({})
    (False, False, False)
    """
    if not tags:
        return False
    if is_house(tags):
        return True
    barrier = tags.get("barrier", "no")
    if barrier not in _PASSED and not (barrier == "kerb" and tags.get("kerb") in _LEVEL_KERBS):
        return True
    if "historic" in tags or any(tags.get(key) in values for key, values in _SOLID.items()):
        return True
    if "steps" in (tags.get("highway"), tags.get("area:highway")) or tags.get("conveying", "no") != "no":
        return True
    walk = walk_of(tags) if "highway" in tags else None
    return walk is not None and walk.is_road and walk.highway not in _QUIET and not walk.area


def _encloses(tags: Mapping[str, str]) -> bool:
    return tags.get("area") == "yes" or tags.get("railway") == "platform"


def _hinders(tags: Mapping[str, str], strip: Strip) -> bool:
    """Whether something stands on a floor's own storey and is in the way there."""
    levels = levels_of(tags)
    floor = strip.walk.level
    if levels:
        return (floor if floor == floor else 0.0) in levels and not _same_kind(tags, strip)
    indoors = strip.walk.off_ground or (floor == floor and floor != 0.0)
    if indoors or tags.get("location") in ("underground", "overhead"):
        return False
    if tags.get("tunnel", "no") != "no" or tags.get("layer", "0") != strip.tags.get("layer", "0"):
        return False
    return not _same_kind(tags, strip)


def _same_kind(tags: Mapping[str, str], strip: Strip) -> bool:
    """Whether something is a part of the floor: a platform of a platform."""
    part = tags.get("railway") == "platform" or tags.get("public_transport") == "platform"
    return part and strip.walk.kind is Kind.platform
