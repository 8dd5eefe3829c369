"""What a district profile shows: figures of one area, taken from a scan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.reach.coverage import FEWEST_HOMES, cut_districts
from wegeketten.reach.shares import expected_of, shares_of
from wegeketten.routing import INF

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from wegeketten.chances import ExpectedShare
    from wegeketten.city import City
    from wegeketten.reach.scan import Scan


class AreaShare(NamedTuple):
    """One profile and one service in one area.

    Attributes
    ----------
    sure, likely, possible
        Weighted shares of homes within the standard, 0–1.
    standard_s, median_s
        The standard, and the time of the middle home in *likely*; None where half the homes do not arrive.
    longer
        How many times as long as a walker the middle home takes (homes both reach); None where nobody does.
    expected
        What is to be expected between *sure* and *possible*; None where no worlds were drawn.
    """

    sure: float
    likely: float
    possible: float
    standard_s: float
    median_s: float | None
    longer: float | None
    expected: ExpectedShare | None = None

    @property
    def lead(self) -> float:
        """The share to be told first: what is to be expected, or *likely* where no worlds were drawn."""
        drawn = self.expected
        return self.likely if drawn is None or drawn.expected is None else drawn.expected

    @property
    def between(self) -> tuple[float, float]:
        """Where it lies in eight of ten worlds; from *sure* to *possible* where none were drawn."""
        drawn = self.expected
        if drawn is None or drawn.low is None or drawn.high is None:
            return self.sure, self.possible
        return drawn.low, drawn.high


class Stock(NamedTuple):
    """Places of a service in an area by their own accessibility."""

    places: int
    accessible: int
    limited: int
    barred: int
    unmapped: int


class MapPoint(NamedTuple):
    """A point around which several services are within short distance of each other."""

    lat: float
    lon: float
    services: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Area:
    """Figures of a district, or of all of the city (row -1).

    Attributes
    ----------
    homes, weight
        Homes, and what they weigh (people, or homes).
    people_65, people_80
        Where a population file gave them, else None.
    cells
        By profile id and service id.
    basics
        By profile id: of the services that exist in the city, how many the average home reaches within the
        standard, in the three answers.
    reached
        The same as it is to be told first, see `AreaShare.lead`.
    stock
        By service id.
    spots
        Where several services are close together.
    cut
        Whether the extract shows only a piece of it, see `wegeketten.reach.coverage`.
    """

    row: int
    name: str
    homes: int
    weight: float
    people_65: float | None
    people_80: float | None
    cells: Mapping[tuple[str, str], AreaShare]
    basics: Mapping[str, tuple[float, float, float]]
    reached: Mapping[str, float]
    stock: Mapping[str, Stock]
    spots: Sequence[MapPoint]
    cut: bool = False

    @property
    def few(self) -> bool:
        """Whether it has too few homes for figures: single homes could be read from them."""
        return self.homes < FEWEST_HOMES or not self.weight

    @property
    def judged(self) -> bool:
        """Whether it is shown with figures and takes part in comparisons."""
        return not self.few and not self.cut


SPOT_RADIUS_M = 100.0
"""Services this close together count as being under one roof."""

MOST_SPOTS = 6


def areas_of(scan: Scan) -> list[Area]:
    """Figures of all of the city first, then of each of its districts.

    Parameters
    ----------
    scan
        A scan with all profiles and services the report shall speak of.

    Returns
    -------
    list of Area
        The whole city first.
    """
    city = scan.city
    district = np.asarray(city.homes["district"])
    place_district = district_of_points(city, city.places["lon"], city.places["lat"])
    cut = cut_districts(city)
    areas = [_area(scan, -1, "", np.arange(len(district)), np.arange(len(place_district)))]
    for row in range(len(city.districts["name"])):
        homes, places = np.flatnonzero(district == row), np.flatnonzero(place_district == row)
        area = _area(scan, row, str(city.districts["name"][row]), homes, places)
        areas.append(replace(area, cut=bool(cut[row])))
    return areas


def district_of_points(city: City, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
    """Row of the first district that holds each point, -1 for none.

    Parameters
    ----------
    city
        The city, as built.
    lon, lat
        Degrees, shape (points,).

    Returns
    -------
    ndarray
        Shape (points,).
    """
    import shapely

    found = np.full(len(lon), -1, dtype=np.int64)
    point, shape = shapely.STRtree(city.districts["geometry"]).query(
        shapely.points(lon, lat), predicate="intersects"
    )
    order = np.lexsort((shape, point))[::-1]  # the first district is written last
    found[point[order]] = shape[order]
    return found


def _area(scan: Scan, row: int, name: str, homes: NDArray[np.int64], places: NDArray[np.int64]) -> Area:
    weight = np.asarray(scan.city.homes["weight"], dtype=np.float64)[homes]
    offered = set(scan.city.places["service"].tolist())
    columns = {service: column for column, service in enumerate(scan.services)}
    cells = {}
    basics = {profile.id: (0.0, 0.0, 0.0) for profile in scan.profiles}
    reached = dict.fromkeys(basics, 0.0)
    expected = expected_of(scan, homes) or repeat(None)
    for share, between in zip(shares_of(scan, homes, name), expected, strict=False):
        longer = _longer(scan, share.profile, columns[share.service], homes, weight)
        three = (share.share_sure or 0.0, share.share_likely or 0.0, share.share_possible or 0.0)
        cell = AreaShare(*three, share.standard_s, share.median_likely_s, longer, between)
        cells[share.profile, share.service] = cell
        if share.service in offered:
            before = basics[share.profile]
            basics[share.profile] = (before[0] + three[0], before[1] + three[1], before[2] + three[2])
            reached[share.profile] += cell.lead
    return Area(
        row,
        name,
        len(homes),
        float(weight.sum()),
        _people(scan, "people_65", homes),
        _people(scan, "people_80", homes),
        cells,
        basics,
        reached,
        {service: _stock(scan, service, places) for service in scan.services},
        spots_of(scan.city, places),
    )


def _people(scan: Scan, column: str, homes: NDArray[np.int64]) -> float | None:
    if column not in scan.city.homes:
        return None
    return float(np.nansum(np.asarray(scan.city.homes[column], dtype=np.float64)[homes]))


def _longer(
    scan: Scan, profile: str, column: int, homes: NDArray[np.int64], weight: NDArray[np.float64]
) -> float | None:
    if "walker" not in scan.reach:
        return None
    units = scan.reach[profile].units["likely"][homes, column]
    walker = scan.reach["walker"].units["likely"][homes, column]
    both = (units != INF) & (walker != INF) & (walker > 0) & (weight > 0)
    if not both.any():
        return None
    ratio = units[both] / walker[both]
    order = np.argsort(ratio, kind="stable")
    cumulated = np.cumsum(weight[both][order])
    return float(ratio[order][np.searchsorted(cumulated, cumulated[-1] / 2)])


def _stock(scan: Scan, service: str, places: NDArray[np.int64]) -> Stock:
    columns = scan.city.places
    rows = places[columns["service"][places] == service]
    wheelchair = np.asarray(columns["wheelchair"], dtype=np.float64)[rows]
    return Stock(
        len(rows),
        int((wheelchair == 1).sum()),
        int((wheelchair == 0.5).sum()),
        int((wheelchair == 0).sum()),
        int(np.isnan(wheelchair).sum()),
    )


def spots_of(city: City, places: NDArray[np.int64]) -> list[MapPoint]:
    """Places with the most different services within `SPOT_RADIUS_M`, best first, none near another.

    Benches, stops, parks and playgrounds stand nearly everywhere and do not count.

    Parameters
    ----------
    city
        The city, as built.
    places
        Rows of the city's places.

    Returns
    -------
    list of MapPoint
        At most a few.
    """
    from scipy.spatial import cKDTree

    columns = city.places
    everywhere = ("bench", "stop", "park", "playground")
    rows = places[~np.isin(columns["service"][places].astype(str), everywhere)]
    if not len(rows):
        return []
    xy = np.stack([columns["x"][rows], columns["y"][rows]], axis=1)
    tree = cKDTree(xy)
    near = [np.sort(rows[found]) for found in tree.query_ball_point(xy, SPOT_RADIUS_M)]
    kinds = [sorted(set(columns["service"][found].astype(str).tolist())) for found in near]
    taken: list[int] = []
    for at in sorted(range(len(rows)), key=lambda i: (-len(kinds[i]), int(rows[i]))):
        if len(kinds[at]) < 3 or len(taken) == MOST_SPOTS:
            break
        if all(np.hypot(*(xy[at] - xy[other])) > 2 * SPOT_RADIUS_M for other in taken):
            taken.append(at)
    return [
        MapPoint(
            float(columns["lat"][rows[at]]),
            float(columns["lon"][rows[at]]),
            tuple(kinds[at]),
            tuple(
                dict.fromkeys(str(columns["name"][row]) for row in near[at].tolist() if columns["name"][row])
            ),
        )
        for at in taken
    ]
