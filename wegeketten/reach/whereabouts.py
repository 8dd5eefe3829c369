"""Where something is, as people say it: street, nearest house number, district."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City

STREET_REACH_M = 80.0
"""A way without a name is named after the street of the nearest address this near."""

ADDRESS_REACH_M = 250.0
"""Farther addresses say nothing about a place."""


class Whereabouts(NamedTuple):
    """Where something is; empty where nothing is near.

    Attributes
    ----------
    street
        Name of the way, or of the street whose address is nearest.
    near
        Nearest address with a house number, on the same street where one is near enough.
    district
        Name of the district.
    row
        Row of the district, -1 for none.
    """

    street: str
    near: str
    district: str
    row: int

    def plain(self) -> str:
        """Street and house number, or the street alone.

        Examples
        --------
        >>> Whereabouts("Marktplatz", "Marktplatz 24", "Altstadt", 0).plain()
        'Marktplatz 24'
        """
        return self.near or self.street


def whereabouts(city: City, rows: Sequence[int] | NDArray[np.integer]) -> list[Whereabouts]:
    """Tell where edges are.

    Parameters
    ----------
    city
        A built city.
    rows
        Rows of the edge table.

    Returns
    -------
    list of Whereabouts
        One for each row.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> whereabouts(hamlet(), [0])
    [Whereabouts(street='Obere Gasse', near='Am Weg 1', district='A1', row=0)]
    """
    from wegeketten.reach.barriers import midpoint

    edges = city.edges
    taken = [int(row) for row in rows]
    if not taken:
        return []
    middles = np.array([midpoint(edges, row) for row in taken], dtype=np.float64)
    names = [edges.names[name] if (name := int(edges["name"][row])) >= 0 else "" for row in taken]
    return at_points(city, middles, names)


def at_points(city: City, xy: NDArray[np.float64], streets: Sequence[str] = ()) -> list[Whereabouts]:
    """Tell where points are, in the city's metres; `streets` are the names already known.

    Parameters
    ----------
    city
        The city, as built.
    xy
        Metres, shape (points, 2).
    streets
        Street of each point, "" where none is known.

    Returns
    -------
    list of Whereabouts
        One for each point.
    """
    from scipy.spatial import cKDTree

    homes = city.homes
    street = homes["street"].astype(str)
    number = homes["housenumber"].astype(str)
    full = np.flatnonzero((street != "") & (number != ""))
    known = list(streets) or [""] * len(xy)
    district = _districts(city, xy)
    names = [str(name) for name in city.districts["name"]]
    nearest: list[list[int]] = [[] for _ in range(len(xy))]
    if len(full):
        home_xy = np.stack([homes["x"][full], homes["y"][full]], axis=1)
        tree = cKDTree(home_xy)
        _, found = tree.query(xy, k=min(24, len(full)), distance_upper_bound=ADDRESS_REACH_M)
        found = np.asarray(found).reshape(len(xy), -1)
        nearest = [[int(full[one]) for one in row if one < len(full)] for row in found.tolist()]
    told = []
    for place, candidates in enumerate(nearest):
        name = known[place]
        same = [row for row in candidates if street[row] == name]
        best = (same or candidates)[:1]
        if not name and best and _distance(homes, best[0], xy[place]) <= STREET_REACH_M:
            name = str(street[best[0]])
        near = f"{street[best[0]]} {number[best[0]]}" if best else ""
        row = int(district[place])
        told.append(Whereabouts(name, near, names[row] if row >= 0 else "", row))
    return told


def _distance(homes: dict[str, NDArray[np.generic]], row: int, point: NDArray[np.float64]) -> float:
    return float(np.hypot(float(homes["x"][row]) - point[0], float(homes["y"][row]) - point[1]))


def _districts(city: City, xy: NDArray[np.float64]) -> NDArray[np.int64]:
    import shapely

    lonlat = np.asarray(city.projection.to_lonlat(xy), dtype=np.float64)
    found = np.full(len(lonlat), -1, dtype=np.int64)
    tree = shapely.STRtree(city.districts["geometry"])
    point, shape = tree.query(np.asarray(shapely.points(lonlat)), predicate="intersects")
    order = np.lexsort((shape, point))[::-1]  # the first district is written last
    found[point[order]] = shape[order]
    return found
