"""What lies between a door and a way: water, tracks, carriageways, houses, walls."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.network.wall_gaps import WALLS
from wegeketten.osm.rings import is_closed, polygon_of_relation
from wegeketten.tags.cautions import bit_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import shapely
    from numpy.typing import NDArray

    from wegeketten.osm.features import Features
    from wegeketten.osm.projection import Projection

CLASSES = ("over_water", "over_stream", "over_rails", "over_road", "through_house", "over_wall")
"""Cautions, by class of obstacle."""

_RIVERS = frozenset({"river", "canal", "riverbank", "dock", "fairway"})
_STREAMS = frozenset({"stream", "ditch", "drain", "tidal_channel", "weir", "rapids"})
_RAILS = frozenset({"rail", "light_rail", "subway", "narrow_gauge", "monorail", "funicular"})
_WALLS = WALLS | {
    "wire_fence", "hand_rail", "kerb", "block", "railing", "wire", "hedge_bank", "berm", "embankment",
    "chain", "rope", "planter", "log", "tank_trap",
}  # fmt: skip
_WATERS = frozenset({"water", "coastline", "bay", "strait"})
_BANKS = frozenset({"embankment", "dyke", "cutting"})
_LEVEL_KERBS = frozenset({"flush", "no", "none", "at_grade", "lowered"})
_OUTBUILDINGS = frozenset(
    {"garage", "garages", "shed", "carport", "roof", "canopy", "hut", "greenhouse", "no", "farm_auxiliary"}
    | {"sty", "stable", "barn", "service", "container", "ruins", "gatehouse", "bridge", "porch"}
)
_SMALL_M2 = 40.0  # smaller buildings are outbuildings, whatever they are called
_TRIM_M = 0.4  # at either end of a line between: the door lies in a wall, the way beside a kerb


FILE = "obstacles.parquet"
_HOUSES = "through_house"
_NO_HOUSES = "no_house"
"""Class in the file of buildings on the map that are no obstacle: garages, roofs, what stands on pillars."""


class Lot(NamedTuple):
    """Obstacles of one class.

    Attributes
    ----------
    name
        One of `CLASSES`.
    shapes
        Lines and polygons, metres.
    """

    name: str
    shapes: NDArray[np.object_]


class Obstacles:
    """Obstacles of a town, ready to be asked what lies between two places.

    Parameters
    ----------
    lots
        Their shapes by class.
    no_houses
        Buildings that are none of them; those of the base map are told apart by these.
    """

    def __init__(self, lots: Sequence[Lot], no_houses: NDArray[np.object_] | None = None) -> None:
        import shapely

        self.lots = [lot for lot in lots if len(lot.shapes)]
        self.no_houses = np.empty(0, dtype=object) if no_houses is None else no_houses
        self._trees = [shapely.STRtree(lot.shapes) for lot in self.lots]

    def between(self, one: tuple[float, float], other: tuple[float, float]) -> int:
        """Cautions, as bits, of the straight line between two places.

        Parameters
        ----------
        one, other
            x and y in metres.

        Returns
        -------
        int
            Bits of `wegeketten.tags.cautions`.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> x, y = (float(hamlet().nodes[name][0]) for name in "xy")
        >>> hamlet().obstacles.between((x, y), (x + 20, y))
        0
        """
        return int(self.between_many(np.array([one]), np.array([other]))[0])

    def between_many(self, ones: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.uint32]:
        """Cautions, as bits, of many straight lines; a house around either end is one's own.

        Parameters
        ----------
        ones, others
            Ends, metres, shape (lines, 2).

        Returns
        -------
        ndarray
            Shape (lines,).

        Examples
        --------
        >>> import numpy as np
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> xy = np.column_stack([hamlet().nodes["x"], hamlet().nodes["y"]])
        >>> hamlet().obstacles.between_many(xy[:2], xy[:2] + 5).tolist()
        [0, 0]
        """
        import shapely

        found = np.zeros(len(ones), dtype=np.uint32)
        length = np.hypot(*(others - ones).T)
        long = np.flatnonzero(length > 2.5 * _TRIM_M)
        if not len(long):
            return found
        course = (others - ones)[long] / length[long][:, None]
        begin, end = ones[long] + course * _TRIM_M, others[long] - course * _TRIM_M
        lines = np.asarray(shapely.linestrings(np.stack([begin, end], axis=1)))
        for lot, tree in zip(self.lots, self._trees, strict=True):
            rows, hits = tree.query(lines, predicate="intersects")
            if not len(rows):
                continue
            if lot.name in ("through_house", "over_wall"):
                # as near as the line is trimmed: doors are drawn a little inside or outside the wall
                own = shapely.dwithin(lot.shapes[hits], shapely.points(ones[long][rows]), _TRIM_M)
                own |= _encloses(lot.shapes[hits], ones[long][rows])
                rows = rows[~own]
            found[long[np.unique(rows)]] |= np.uint32(bit_of(lot.name))
        return found


def _encloses(shapes: NDArray[np.object_], points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether closed lines run around points: the fence of one's own garden."""
    import shapely

    ring = (
        shapely.is_closed(shapes) & (shapely.get_type_id(shapes) == 1) & (shapely.get_num_points(shapes) > 3)
    )
    inside = np.zeros(len(shapes), dtype=np.bool_)
    rows = np.flatnonzero(ring)
    if len(rows):
        areas = shapely.polygons(_rings(shapes[rows]))
        inside[rows] = shapely.intersects(areas, shapely.points(points[rows]))
    return inside


def _rings(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Closed lines as rings."""
    import shapely

    points, owner = shapely.get_coordinates(lines, return_index=True)
    return np.asarray(shapely.linearrings(points, indices=owner))


def write_obstacles(folder: Path, obstacles: Obstacles, projection: Projection) -> None:
    """Write obstacles into a city folder; houses are in the base map already.

    Parameters
    ----------
    folder
        Folder of the city.
    obstacles
        What may lie between doors and ways.
    projection
        From degrees to the metres of the city.
    """
    import shapely

    from wegeketten.files.parquet import write_columns

    lots = [lot for lot in obstacles.lots if lot.name != _HOUSES]
    if len(obstacles.no_houses):
        lots.append(Lot(_NO_HOUSES, obstacles.no_houses))
    names = [lot.name for lot in lots for _ in range(len(lot.shapes))]
    shapes = np.concatenate([lot.shapes for lot in lots]) if lots else np.empty(0, dtype=object)
    lonlat = shapely.transform(shapes, lambda xy: np.round(projection.to_lonlat(xy), 7))
    write_columns(folder / FILE, {"class": np.array(names, dtype=object)}, geometry=np.asarray(lonlat))


def read_obstacles(folder: Path, projection: Projection) -> Obstacles:
    """Read what `write_obstacles` wrote, and the houses of the base map; none where there is no file.

    Parameters
    ----------
    folder
        Folder of the city.
    projection
        From degrees to the metres of the city.

    Returns
    -------
    Obstacles
        In metres.

    Raises
    ------
    InputDataError
        The file is cut.
    """
    import shapely

    from wegeketten.files.parquet import read_columns

    if not (folder / FILE).exists():
        return Obstacles([])
    columns = read_columns(folder / FILE, ("class", "geometry"))
    shapes = np.asarray(shapely.transform(columns["geometry"], projection.to_xy))
    classes = columns["class"].astype(str)
    lots = [Lot(name, shapes[classes == name]) for name in CLASSES if name != _HOUSES]
    base = read_columns(folder / "base.parquet", ("class", "geometry"))
    houses = base["geometry"][base["class"].astype(str) == "building"]
    houses = np.asarray(shapely.make_valid(shapely.transform(houses, projection.to_xy)))
    houses = houses[shapely.area(houses) >= _SMALL_M2]
    no_houses = shapes[classes == _NO_HOUSES]
    return Obstacles([*lots, Lot(_HOUSES, _without(houses, no_houses))], no_houses)


def _without(houses: NDArray[np.object_], others: NDArray[np.object_]) -> NDArray[np.object_]:
    """Houses that are none of some others, drawn alike."""
    import shapely

    if not len(houses) or not len(others):
        return houses
    inside, hit = shapely.STRtree(others).query(shapely.point_on_surface(houses), predicate="within")
    alike = np.abs(shapely.area(houses[inside]) - shapely.area(others[hit])) < 1.0
    kept = np.ones(len(houses), dtype=np.bool_)
    kept[inside[alike]] = False
    return houses[kept]


def find_obstacles(features: Features, projection: Projection) -> Obstacles:
    """Collect what lies on the ground and in the way; bridges, tunnels and other storeys are left out.

    Parameters
    ----------
    features
        What was read from the extract.
    projection
        From degrees to the metres of the city.

    Returns
    -------
    Obstacles
        In metres.
    """
    import shapely

    rows: dict[str, list[tuple[int, int, bool]]] = {name: [] for name in CLASSES}
    spared: list[tuple[int, int, bool]] = []
    for way in features.ways.values():
        if way.stop - way.start < 2:
            continue
        name = _class_of(way.tags)
        if not name and way.tags.get("building", "no") != "no" and is_closed(features, way):
            spared.append((way.start, way.stop, True))
        if name:
            area = is_closed(features, way) and _is_area(way.tags)
            rows[name].append((way.start, way.stop, area))
    extra: dict[str, list[shapely.Geometry]] = {name: [] for name in CLASSES}
    for relation in features.relations.values():
        if relation.tags.get("type") != "multipolygon":
            continue
        name = _class_of(relation.tags)
        if name in ("over_water", "through_house"):
            shape = polygon_of_relation(features, relation)
            if shape is not None:
                extra[name].append(shapely.transform(shape, projection.to_xy))
    lots = []
    for name in CLASSES:
        shapes = _drawn(features, projection, rows[name], extra[name])
        if name == "through_house" and len(shapes):
            shapes = shapes[shapely.area(shapes) >= _SMALL_M2]
        lots.append(Lot(name, shapes))
    no_houses = _drawn(features, projection, spared, [])
    return Obstacles(lots, no_houses[shapely.area(no_houses) >= _SMALL_M2] if len(no_houses) else no_houses)


def _drawn(
    features: Features,
    projection: Projection,
    rows: Sequence[tuple[int, int, bool]],
    extra: Sequence[shapely.Geometry],
) -> NDArray[np.object_]:
    import shapely

    parts: list[NDArray[np.object_]] = []
    for area in (False, True):
        spans = [(start, stop) for start, stop, is_area in rows if is_area is area]
        if spans:
            sizes = np.array([stop - start for start, stop in spans])
            at = np.concatenate([np.arange(start, stop) for start, stop in spans])
            xy = projection.to_xy(features.lonlat[at])
            owner = np.repeat(np.arange(len(spans)), sizes)
            if area:
                rings = shapely.linearrings(xy, indices=owner)
                parts.append(np.asarray(shapely.polygons(rings)))
            else:
                parts.append(np.asarray(shapely.linestrings(xy, indices=owner)))
    if extra:
        parts.append(np.array(list(extra), dtype=object))
    found = np.concatenate(parts) if parts else np.empty(0, dtype=object)
    invalid = ~shapely.is_valid(found)
    if invalid.any():
        found[invalid] = shapely.make_valid(found[invalid])
    return found


def is_house(tags: Mapping[str, str]) -> bool:
    """Whether an element is a building one does not walk through: no garage, no roof.

    Parameters
    ----------
    tags
        Of the element, with tidy keys.

    Returns
    -------
    bool
        Wherever it stands, on a bridge too.

    Examples
    --------
    >>> is_house({"building": "yes"}), is_house({"building": "carport"}), is_house({"highway": "path"})
    (True, False, False)
    """
    return tags.get("building", "no") not in _OUTBUILDINGS


def _class_of(tags: Mapping[str, str]) -> str:
    """Class of obstacle an element is, "" for none.

    Examples
    --------
    >>> _class_of({"waterway": "river"}), _class_of({"building": "house"}), _class_of({"building": "garage"})
    ('over_water', 'through_house', '')
    >>> _class_of({"railway": "rail", "tunnel": "yes"}), _class_of({"highway": "residential"})
    ('', 'over_road')
    >>> _class_of({"natural": "coastline"}), _class_of({"railway": "tram"}), _class_of({"barrier": "block"})
    ('over_water', 'over_road', 'over_wall')
    """
    if tags.get("tunnel", "no") not in ("no", "building_passage") or tags.get("bridge", "no") != "no":
        return ""
    if tags.get("layer", "0") not in ("0", "") or tags.get("location") in ("underground", "overhead"):
        return ""
    if "building" in tags:
        return "through_house" if is_house(tags) else ""
    if (
        tags.get("natural") in _WATERS
        or tags.get("waterway") in _RIVERS
        or tags.get("landuse") == "reservoir"
    ):
        still = tags.get("water") in ("pond", "fountain", "basin", "stream_pool", "ditch")
        return "over_stream" if still or tags.get("intermittent") == "yes" else "over_water"
    if tags.get("waterway") in _STREAMS or tags.get("landuse") == "basin":
        return "over_stream"
    if tags.get("railway") in _RAILS and tags.get("service") != "spur":
        return "over_rails"
    barrier = tags.get("barrier")
    if barrier in _WALLS and not (barrier == "kerb" and tags.get("kerb") in _LEVEL_KERBS):
        return "over_wall"
    if tags.get("natural") in ("cliff", "earth_bank", "gully") or tags.get("man_made") in _BANKS:
        return "over_wall"
    if tags.get("highway", "").removesuffix("_link") in _ROADS and tags.get("area") != "yes":
        return "over_road"
    if tags.get("aeroway") in ("runway", "taxiway") or tags.get("railway") == "tram":
        return "over_road"
    return ""


_ROADS = frozenset(
    {"motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "busway"}
)


def _is_area(tags: Mapping[str, str]) -> bool:
    return (
        "building" in tags
        or tags.get("natural") in ("water", "bay", "strait")
        or tags.get("waterway") in ("riverbank", "dock")
        or tags.get("landuse") in ("reservoir", "basin")
    )
