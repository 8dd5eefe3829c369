"""The map of a walk as one inline SVG: ground, streets with their names, the places in walking order.

North is up. One unit is a decimetre, so that coordinates are short whole numbers.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.files.csv import clean_text
from wegeketten.model.edges import Kind
from wegeketten.osm.ground import CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.fieldwork.cards import Card, Meeting

MARGIN_M = 120.0
LEAST_M = 320.0
"""How far the map reaches beyond its places, and how wide it is at least."""

MOST_POINTS = 60_000
"""Points of the ground that are drawn; the smallest areas give way where there are more."""

MOST_NAMES = 40

UNITS = 10.0
"""Units per metre."""

ACROSS = 640.0
"""For how many points across signs and names are sized where nothing else is known: a printed page."""

STREETS = (Kind.street, Kind.living_street, Kind.pedestrian, Kind.service, Kind.cycleway)
_FINE_M = {"water": 1.0, "green": 2.0, "building": 0.7}


class Frame(NamedTuple):
    """Between degrees and the units of a map.

    Attributes
    ----------
    width, height
        Of the map, units.
    lon, lat
        Degrees of the point `x`, `y`.
    x, y
        Units, y downwards.
    per_degree
        Change of x per degree of longitude and of latitude, then of y.
    """

    width: int
    height: int
    lon: float
    lat: float
    x: float
    y: float
    per_degree: tuple[float, float, float, float]

    def place(self, lon: float, lat: float) -> tuple[int, int]:
        """Units of a place.

        Parameters
        ----------
        lon, lat
            Degrees.

        Returns
        -------
        tuple
            Units of the drawing.
        """
        a, b, c, d = self.per_degree
        east, north = lon - self.lon, lat - self.lat
        return round(self.x + a * east + b * north), round(self.y + c * east + d * north)


class WalkMap(NamedTuple):
    """A map: its SVG and what places lie where."""

    svg: str
    frame: Frame


def draw_map(city: City, cards: Sequence[Card], meet: Meeting | None, label: str) -> WalkMap:
    """Draw the map of a walk.

    Parameters
    ----------
    city
        A built city.
    cards
        The places, in walking order.
    meet
        Where the walk starts, if not at its first place.
    label
        What the picture is called for those who cannot see it.

    Returns
    -------
    WalkMap
        Picture and its frame.
    """
    lonlat = [(card.lon, card.lat) for card in cards] + ([(meet.lon, meet.lat)] if meet else [])
    box = _box(city.projection.to_xy(lonlat))
    frame = _frame(city, box)
    way = [frame.place(*each) for each in (lonlat[-1:] if meet else []) + lonlat[: len(cards)]]
    size = max(frame.width, frame.height) / ACROSS
    shown = f'viewBox="0 0 {frame.width} {frame.height}" preserveAspectRatio="xMidYMid meet"'
    me = '<g class="scaled"><circle class="me" r="8"/></g>'
    parts = [
        f'<svg class="walk-map" role="img" aria-label="{escape(label)}" {shown}>',
        *_ground(city, box),
        *_streets(city, box, size),
        *_asked(city, box, cards),
        f'<path class="walk" d="{_path(np.array(way))}"/>',
        f'<g class="my-place away"><circle class="near" r="1"/>{me}</g>',
    ]
    if meet:
        x, y = way[0]
        parts.append(
            f'<g class="meet" transform="translate({x} {y})"><g class="scaled" transform="scale({size:.3f})">'
            '<path d="M0 0V-26H18L12-20L18-14H0"/></g></g>'
        )
    for card in reversed(cards):  # the first lie on top
        x, y = frame.place(card.lon, card.lat)
        parts.append(
            f'<g class="mark" data-place="{card.number - 1}" transform="translate({x} {y})">'
            f'<g class="scaled" transform="scale({size:.3f})"><circle class="hit" r="22"/>'
            f'<circle class="dot" r="12"/><text y="4.5">{card.number}</text></g></g>'
        )
    return WalkMap("".join([*parts, "</svg>"]), frame)


def _box(xy: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """West, south, east, north of what is shown, metres."""
    low, high = xy.min(axis=0) - MARGIN_M, xy.max(axis=0) + MARGIN_M
    more = np.maximum(LEAST_M - (high - low), 0.0) / 2
    low, high = np.floor(low - more), np.ceil(high + more)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _frame(city: City, box: tuple[float, float, float, float]) -> Frame:
    west, south, east, north = box
    middle = np.array([(west + east) / 2, (south + north) / 2])
    lon, lat = city.projection.to_lonlat([middle])[0].tolist()
    step = 0.001
    corners = city.projection.to_xy([[lon + step, lat], [lon, lat + step]]) - middle
    per_degree = corners / step * UNITS
    (a, c), (b, d) = per_degree.tolist()
    x, y = (middle[0] - west) * UNITS, (north - middle[1]) * UNITS
    return Frame(
        round((east - west) * UNITS),
        round((north - south) * UNITS),
        lon,
        lat,
        float(x),
        float(y),
        (a, b, -c, -d),
    )


def _units(xy: NDArray[np.float64], box: tuple[float, float, float, float]) -> NDArray[np.int64]:
    return np.rint((xy - (box[0], box[3])) * (UNITS, -UNITS)).astype(np.int64)


def _path(units: NDArray[np.int64], *, closed: bool = False) -> str:
    """A line as short as it can be written."""
    if len(units) < 2:
        return ""
    steps = np.diff(units, axis=0)
    steps = steps[np.any(steps != 0, axis=1)].tolist()
    told = " ".join(f"{x} {y}" for x, y in steps).replace(" -", "-")
    return f"M{units[0][0]} {units[0][1]}l{told}{'z' if closed else ''}" if steps else ""


def _ground(city: City, box: tuple[float, float, float, float]) -> Iterable[str]:
    import shapely

    columns = city.base
    west, south, east, north = box
    corners = city.projection.to_lonlat([[west, south], [west, north], [east, south], [east, north]])
    (left, low), (right, high) = corners.min(axis=0), corners.max(axis=0)
    bounds = shapely.bounds(columns["geometry"]).reshape(-1, 4)
    near = np.flatnonzero(
        (bounds[:, 0] <= right) & (bounds[:, 2] >= left) & (bounds[:, 1] <= high) & (bounds[:, 3] >= low)
    )
    shapes = shapely.transform(columns["geometry"][near], city.projection.to_xy)
    classes = columns["class"][near].astype(str)
    shapes = shapely.clip_by_rect(shapely.make_valid(shapes), *box)
    area = shapely.area(shapes)
    for name in CLASSES:
        shapes[classes == name] = shapely.simplify(shapes[classes == name], _FINE_M[name])
    largest = np.argsort(-area, kind="stable")
    points = np.cumsum(shapely.get_num_coordinates(shapes[largest]))
    kept = np.zeros(len(near), dtype=bool)
    kept[largest[(points <= MOST_POINTS) & (area[largest] > 2.0)]] = True
    for name in CLASSES:
        rings = shapely.get_rings(shapely.get_parts(shapes[kept & (classes == name)]))
        drawn = "".join(
            _path(_units(shapely.get_coordinates(ring), box), closed=True) for ring in rings.tolist()
        )
        if drawn:
            yield f'<path class="{name}" d="{drawn}"/>'


def _near(city: City, box: tuple[float, float, float, float]) -> NDArray[np.int64]:
    """Edges that may touch the map."""
    edges = city.edges
    starts = edges.bends[:-1]
    if not len(starts):
        return np.zeros(0, dtype=np.int64)
    low, high = np.minimum.reduceat(edges.points, starts), np.maximum.reduceat(edges.points, starts)
    touching = (low <= box[2:]).all(axis=1) & (high >= box[:2]).all(axis=1)
    return np.flatnonzero(touching)


def _line(city: City, row: int) -> NDArray[np.float64]:
    edges = city.edges
    line: NDArray[np.float64] = edges.points[edges.bends[row] : edges.bends[row + 1]]
    return line


def _streets(city: City, box: tuple[float, float, float, float], size: float) -> Iterable[str]:
    import shapely

    edges = city.edges
    near = _near(city, box)
    kind = edges["kind"][near]
    walked = (kind < min(each for each in Kind if each.is_barrier)) & (kind != Kind.ferry)
    major = np.isin(kind, [int(each) for each in STREETS])
    steps = kind == Kind.steps
    for cls, chosen in (("path", walked & ~major & ~steps), ("street", walked & major), ("steps", steps)):
        drawn = []
        for row in near[chosen].tolist():
            line = _line(city, row)
            clipped = shapely.clip_by_rect(shapely.linestrings(line), *box) if len(line) > 1 else None
            for part in shapely.get_parts(clipped).tolist() if clipped is not None else []:
                points = shapely.get_coordinates(shapely.simplify(part, 0.5))
                drawn += [_path(_units(points, box))]
        if drawn:
            yield f'<path class="{cls}" d="{"".join(drawn)}"/>'
    yield from _names(city, box, near[walked], size)


def _names(
    city: City, box: tuple[float, float, float, float], rows: NDArray[np.int64], size: float
) -> Iterable[str]:
    """Names of streets on their longest piece, those of the longest streets; none on another."""
    edges = city.edges
    longest: dict[int, tuple[float, int]] = {}
    total: dict[int, float] = {}
    for row in rows[edges["name"][rows] >= 0].tolist():
        name, length = int(edges["name"][row]), float(edges["length_m"][row])
        total[name] = total.get(name, 0.0) + length
        longest[name] = max(longest.get(name, (0.0, -1)), (length, row))
    taken: list[tuple[float, float, float]] = []
    for name in sorted(total, key=lambda each: (-total[each], each)):
        text = clean_text(edges.names[name], longest=40)
        line = _line(city, longest[name][1])
        at = _units(line, box).astype(np.float64)
        middle, way = (at[0] + at[-1]) / 2, at[-1] - at[0]
        inside = (
            (middle > 0).all()
            and middle[0] < (box[2] - box[0]) * UNITS
            and middle[1] < (box[3] - box[1]) * UNITS
        )
        half = len(text) * 3.2 * size
        if not text or not inside or np.hypot(*way) < half:
            continue
        if any(
            np.hypot(middle[0] - x, middle[1] - y) < max(half, other) + 10 * size for x, y, other in taken
        ):
            continue
        taken.append((float(middle[0]), float(middle[1]), half))
        angle = float(np.degrees(np.arctan2(way[1], way[0])))
        angle = angle - 180 if angle > 90 else angle + 180 if angle < -90 else angle
        yield (
            f'<g transform="translate({middle[0]:.0f} {middle[1]:.0f}) rotate({angle:.0f})">'
            f'<text class="name scaled" data-room="{np.hypot(*way) / half * size:.2f}" '
            f'transform="scale({size:.3f})">{escape(text)}</text></g>'
        )
        if len(taken) == MOST_NAMES:
            break


def _asked(city: City, box: tuple[float, float, float, float], cards: Sequence[Card]) -> Iterable[str]:
    """The stretches that are asked about."""
    for card in cards:
        if card.edge < 0:
            continue
        line = _line(city, card.edge)
        if len(line) > 1:
            drawn = _path(_units(line, box))
            if drawn:
                yield f'<path class="asked" data-place="{card.number - 1}" d="{drawn}"/>'
