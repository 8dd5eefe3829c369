"""The ground a map is drawn on: water, green and buildings, without the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from wegeketten.osm.rings import is_closed, polygon_of_relation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from wegeketten.osm.features import Features

CLASSES = ("water", "green", "building")

_GREEN = {
    "leisure": {"park", "garden", "playground", "pitch", "nature_reserve", "common", "golf_course"},
    "landuse": {"grass", "forest", "meadow", "village_green", "recreation_ground", "cemetery", "allotments"},
    "amenity": {"grave_yard"},
    "natural": {"wood", "scrub", "grassland", "heath"},
}


class Ground(NamedTuple):
    """Polygons with their class, in drawing order (water, green, building), then by OSM id."""

    classes: list[str]
    shapes: NDArray[np.object_]


def read_ground(features: Features) -> Ground:
    """Collect the base map's polygons, lon/lat degrees.

    Parameters
    ----------
    features
        What was read from the extract.

    Returns
    -------
    Ground
        Polygons by class.
    """
    starts: dict[str, list[int]] = {name: [] for name in CLASSES}
    for way in sorted(features.ways.values(), key=lambda way: way.id):
        name = ground_class(way.tags)
        if name and is_closed(features, way):
            starts[name].append(way.id)
    shapes: list[NDArray[np.object_]] = []
    classes: list[str] = []
    for name in CLASSES:
        ways = [features.ways[number] for number in starts[name]]
        sizes = np.array([way.stop - way.start for way in ways], dtype=np.int64)
        if len(ways):
            rows = np.concatenate([np.arange(way.start, way.stop) for way in ways])
            rings = shapely.linearrings(features.lonlat[rows], indices=np.repeat(np.arange(len(ways)), sizes))
            shapes.append(shapely.polygons(rings))
            classes += [name] * len(ways)
        for relation in sorted(features.relations.values(), key=lambda relation: relation.id):
            if ground_class(relation.tags) == name and relation.tags.get("type") == "multipolygon":
                area = polygon_of_relation(features, relation)
                if area is not None:
                    parts = shapely.get_parts(area)
                    shapes.append(parts)
                    classes += [name] * len(parts)
    return Ground(classes, np.concatenate(shapes) if shapes else np.zeros(0, dtype=object))


def ground_class(tags: Mapping[str, str]) -> str:
    """Class of the base map an element belongs to, or "".

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    str
        Name of the class.

    Examples
    --------
    >>> ground_class({"leisure": "park"}), ground_class({"building": "yes"}), ground_class({"amenity": "bar"})
    ('green', 'building', '')
    """
    if tags.get("building", "no") != "no":
        return "building"
    if tags.get("natural") == "water" or tags.get("waterway") == "riverbank" or "water" in tags:
        return "water"
    if any(tags.get(key) in values for key, values in _GREEN.items()):
        return "green"
    return ""


def fast_nodes(features: Features) -> dict[str, NDArray[np.generic]]:
    """Nodes of motorways, trunk roads and their links (no place for a door): ``osm_id, lon, lat``, by id.

    Parameters
    ----------
    features
        What was read from the extract.

    Returns
    -------
    dict
        Columns of equal length.
    """
    parts = [
        np.arange(way.start, way.stop)
        for way in features.ways.values()
        if way.tags.get("highway", "").removesuffix("_link") in ("motorway", "trunk")
    ]
    rows = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
    ids, first = np.unique(features.refs[rows].astype(np.int64), return_index=True)
    lonlat = features.lonlat[rows[first]].reshape(-1, 2)
    return {"osm_id": ids, "lon": lonlat[:, 0], "lat": lonlat[:, 1]}
