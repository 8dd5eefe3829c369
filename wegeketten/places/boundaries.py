"""Boundaries of districts in OpenStreetMap, by administrative level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from wegeketten.places.cut_areas import CutArea, close_cut
from wegeketten.places.names import clean_name
from wegeketten.places.outlines import read_outlines

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from wegeketten.osm.features import Features
    from wegeketten.osm.projection import Projection
    from wegeketten.places.outlines import Outline

    Named = tuple[str, BaseGeometry]

_LEVELS = range(7, 12)  # administrative levels of municipalities and their parts
_PLACES = {"borough": 9, "suburb": 10, "quarter": 10, "neighbourhood": 11}
_CENTRES = ("label", "admin_centre")


def boundaries(
    features: Features, projection: Projection, homes_xy: NDArray[np.float64]
) -> dict[int, list[Named]]:
    """Named areas by administrative level, whole or closed along the extract's edge.

    Parameters
    ----------
    features
        The extract.
    projection
        To the metric CRS.
    homes_xy
        float64, shape (homes, 2), metres: they show how far the extract reaches.

    Returns
    -------
    dict
        Name and shape of the areas of each level. One mapped both as boundary and as place counts once.
    """
    whole: dict[int, dict[str, BaseGeometry]] = {}
    cut: dict[int, dict[str, CutArea]] = {}
    named_places = _named_places(features, projection)
    for outline in read_outlines(features, projection, lambda tags: _level(tags) is not None):
        level = _level(outline.tags)
        name = clean_name(outline.tags.get("name", ""))
        if level is None or not name:
            continue
        if outline.is_area:
            areas = whole.setdefault(level, {})
            if name not in areas or outline.tags.get("boundary") == "administrative":
                areas[name] = outline.shape
        elif outline.element[0] == "r":
            inside = _points_inside(features, projection, outline) or named_places.get(name, [])
            cut.setdefault(level, {})[name] = CutArea(outline.shape, inside)
    found = {level: list(areas.items()) for level, areas in whole.items()}
    if len(homes_xy):
        frame = shapely.box(*homes_xy.min(axis=0), *homes_xy.max(axis=0))
        for level, torn in cut.items():
            known = [shape for _, shape in found.get(level, [])]
            for name, shape in zip(torn, close_cut(list(torn.values()), known, frame), strict=True):
                if shape is not None and name not in whole.get(level, {}):
                    found.setdefault(level, []).append((name, shape))
    return found


def _points_inside(features: Features, projection: Projection, outline: Outline) -> list[shapely.Point]:
    """Label or centre that a boundary relation names."""
    members = features.relations[int(outline.element[1:])].members
    nodes = [features.nodes.get(ref) for kind, ref, role in members if kind == "n" and role in _CENTRES]
    lonlat = [(node.lon, node.lat) for node in nodes if node is not None]
    return [shapely.Point(*xy) for xy in projection.to_xy(lonlat).tolist()]


def _named_places(features: Features, projection: Projection) -> dict[str, list[shapely.Point]]:
    """Nodes of settlements and their parts, by name."""
    nodes = [node for node in sorted(features.nodes.values()) if "place" in node.tags and "name" in node.tags]
    xy = projection.to_xy([(node.lon, node.lat) for node in nodes])
    found: dict[str, list[shapely.Point]] = {}
    for node, place in zip(nodes, xy.tolist(), strict=True):
        found.setdefault(clean_name(node.tags["name"]), []).append(shapely.Point(*place))
    return found


def _level(tags: Mapping[str, str]) -> int | None:
    if tags.get("boundary") == "administrative":
        raw = tags.get("admin_level", "").strip()
        return int(raw) if raw.isdecimal() and int(raw) in _LEVELS else None
    return _PLACES.get(tags.get("place", ""))


def areal(shape: BaseGeometry) -> BaseGeometry | None:
    """The polygons of a shape, slivers of drawing errors left out.

    Parameters
    ----------
    shape
        Any geometry, metres.

    Returns
    -------
    BaseGeometry or None
        Polygon or MultiPolygon; None where nothing is left.

    Examples
    --------
    >>> import shapely
    >>> areal(shapely.box(0, 0, 40, 40)).area, areal(shapely.LineString([(0, 0), (9, 9)])) is None
    (1600.0, True)
    """
    parts = [part for part in shapely.get_parts(shape).tolist() if part.geom_type == "Polygon"]
    parts = [part for part in parts if part.area > 100.0]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
