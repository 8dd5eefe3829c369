"""Small maps as SVG pictures: where a district lies, and what is proposed in it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.model.kinds import Kind
from wegeketten.reports.charts import Picture, picture_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from wegeketten.city import City

    Points = NDArray[np.float64]

MOST_LINES = 4000
"""Streets drawn on one map; of more, the longest are kept."""

MOST_MARKS = 40

_DRAWN = (Kind.street, Kind.living_street, Kind.pedestrian, Kind.service, Kind.footway, Kind.path, Kind.track)


class _Frame:
    """From the city's metres to the picture's pixels, north up."""

    def __init__(self, bounds: Sequence[float], width: int, most_height: int) -> None:
        west, south, east, north = bounds
        margin = 0.04 * max(east - west, north - south, 1.0)
        west, south, east, north = west - margin, south - margin, east + margin, north + margin
        self.scale = min(width / (east - west), most_height / (north - south))
        self.width, self.height = width, int(np.ceil((north - south) * self.scale))
        self.west = west - (width / self.scale - (east - west)) / 2
        self.north = north
        self.bounds = (self.west, south, self.west + width / self.scale, north)

    def __call__(self, xy: Points) -> Points:
        return np.stack([(xy[:, 0] - self.west) * self.scale, (self.north - xy[:, 1]) * self.scale], axis=1)


def locator_map(city: City, row: int, *, alt: str, width: int = 220) -> Picture:
    """Outlines of all districts, one of them filled.

    Parameters
    ----------
    city
        A built city.
    row
        Row of the district that is filled.
    alt
        Text alternative.
    width
        Pixels.

    Returns
    -------
    Picture
        SVG with its text alternative.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> picture = locator_map(hamlet(), 0, alt="Where the district lies")
    >>> picture.alt
    'Where the district lies'
    """
    import shapely

    shapes = _metric(city)
    frame = _Frame(shapely.total_bounds(shapes).tolist(), width, int(1.2 * width))
    parts = [_area(shape, frame, "#f2efe9", "#8a857c") for shape in shapes]
    parts.append(_area(shapes[row], frame, "#5f87ad", "#08427a"))
    return picture_of(parts, frame.width, frame.height, alt)


def district_map(
    city: City, row: int, *, numbers: Sequence[tuple[float, float, str]], alt: str, width: int = 360
) -> Picture:
    """Streets of a district, or of the whole city for row -1, with numbered places.

    Parameters
    ----------
    city
        A built city.
    row
        Row of the district, -1 for all.
    numbers
        Latitude, longitude and number of each place.
    alt
        Text alternative.
    width
        Pixels.

    Returns
    -------
    Picture
        SVG with its text alternative.
    """
    import shapely

    shapes = _metric(city)
    chosen = shapes if row < 0 else shapes[row : row + 1]
    if len(chosen):
        bounds = shapely.total_bounds(chosen).tolist()
    else:
        bounds = [float(f(city.nodes[axis])) for f in (np.min, np.max) for axis in ("x", "y")]
    frame = _Frame(bounds, width, int(1.1 * width))
    parts = [_area(shape, frame, "#f7f5f0", "#8a857c") for shape in chosen]
    parts.append(f"<path d='{_streets(city, frame)}' fill='none' stroke='#b9b2a6' stroke-width='1'/>")
    placed: list[Points] = []
    for lat, lon, number in numbers[:MOST_MARKS]:
        at = frame(np.asarray(city.projection.to_xy(np.array([[lon, lat]])), dtype=np.float64))[0]
        at = _beside(at, placed)
        placed.append(at)
        parts.append(
            f"<circle cx='{at[0]:.1f}' cy='{at[1]:.1f}' r='10' fill='#08427a' stroke='#fff' "
            "stroke-width='2'/>"
            f"<text x='{at[0]:.1f}' y='{at[1] + 4.5:.1f}' text-anchor='middle' font-size='13' "
            f"font-weight='bold' fill='#fff' font-family='DejaVu Sans, sans-serif'>{escape(number)}</text>"
        )
    return picture_of(parts, frame.width, frame.height, alt)


def _beside(at: Points, placed: Sequence[Points]) -> Points:
    """A place for a number that covers none of those before, as near as may be."""
    for step in range(24):
        turned = 2.4 * step
        moved = at + 0.9 * step * np.array([np.cos(turned), np.sin(turned)]) * 2
        if all(np.hypot(*(moved - other)) >= 19 for other in placed):
            return moved
    return at


def _metric(city: City) -> NDArray[np.object_]:
    import shapely

    shapes = shapely.transform(
        city.districts["geometry"], lambda points: np.asarray(city.projection.to_xy(points))
    )
    return np.asarray(shapely.simplify(shapes, 15.0), dtype=object)


def _area(shape: BaseGeometry, frame: _Frame, fill: str, stroke: str) -> str:
    import shapely

    lines = []
    for part in shapely.get_parts(shape):
        if shapely.get_type_id(part) == 3:
            rings = [shapely.get_exterior_ring(part), *shapely.get_rings(part)[1:]]
            lines += [_path(frame(shapely.get_coordinates(ring))) + "Z" for ring in rings]
    return (
        f"<path d='{''.join(lines)}' fill='{fill}' fill-rule='evenodd' stroke='{stroke}' stroke-width='1'/>"
    )


def _streets(city: City, frame: _Frame) -> str:
    edges = city.edges
    west, south, east, north = frame.bounds
    x, y = city.nodes["x"][edges["u"]], city.nodes["y"][edges["u"]]
    inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    rows = np.flatnonzero(inside & np.isin(edges["kind"], [int(kind) for kind in _DRAWN]))
    if len(rows) > MOST_LINES:
        rows = np.sort(rows[np.argsort(-edges["length_m"][rows], kind="stable")[:MOST_LINES]])
    drawn = []
    for row in rows.tolist():
        points = frame(np.asarray(edges.points[edges.bends[row] : edges.bends[row + 1]], dtype=np.float64))
        drawn.append(_path(points[[0, -1]] if len(rows) > MOST_LINES // 2 else points))
    return "".join(drawn)


def _path(points: Points) -> str:
    """A path in whole pixels, without points that fall together."""
    spots = np.rint(points).astype(int)
    kept = np.ones(len(spots), dtype=bool)
    kept[1:] = (spots[1:] != spots[:-1]).any(axis=1)
    x, y = spots[kept].T.tolist()
    return f"M{x[0]} {y[0]}" + "".join(f"L{a} {b}" for a, b in zip(x[1:], y[1:], strict=True))
