"""Homes: addresses, at their entrances where mapped; residential buildings where addresses are missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from wegeketten.network.flight_ends import find_dead_ends
from wegeketten.osm.features import Skipped
from wegeketten.people.addresses import Address, count_flats, distinct, read_address
from wegeketten.people.dwellings import (
    RESIDENTIAL,
    UNINHABITED,
    count_storeys,
    is_elsewhere,
    may_be_dwelling,
)
from wegeketten.places.outlines import centres, read_outlines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from numpy.typing import NDArray

    from wegeketten.osm.features import Features
    from wegeketten.osm.projection import Projection
    from wegeketten.places.outlines import Outline

    Locate = Callable[[NDArray[np.float64]], NDArray[np.int32]]

_NO_FRONT_DOOR = frozenset({"no", "emergency", "fire_exit", "exit", "garage", "service", "delivery", "shop"})
_DOOR_RANK = {"main": 0, "home": 1, "staircase": 1, "yes": 2}

_AT_PATH, _AT_FLIGHT = 4, 5
"""Where a path, or else a flight of steps, ends at the wall of a house without a mapped entrance."""

_DOOR_M = 15.0  # an address inside a house of many addresses takes the entrance this near
_AREA_M = 1000.0
_SCANTY = 0.1  # addresses per residential building without one, below which buildings count as homes


class Site(NamedTuple):
    """Where a home may be."""

    element: str
    address: Address | None
    xy: tuple[float, float]
    source: str  # entrance, address or building
    building: int  # row of the buildings, -1 outside any
    flats: float
    inhabited: bool


@dataclass(frozen=True)
class Sites:
    """What an extract says about homes, before districts are known.

    Attributes
    ----------
    addresses
        Each address once.
    buildings
        Residential buildings without an address.
    floor_m2
        float64: floor area by row of `Site.building`.
    skipped
        What could not be read.
    notes
        What a reader of the results should know.
    """

    addresses: list[Site]
    buildings: list[Site]
    floor_m2: NDArray[np.float64]
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def xy(self) -> NDArray[np.float64]:
        """Positions of all addresses and buildings, float64, shape (sites, 2), metres."""
        return np.array([site.xy for site in self.addresses + self.buildings]).reshape(-1, 2)


@dataclass(frozen=True)
class Homes:
    """Homes, sorted by element.

    Attributes
    ----------
    columns
        home_id, lon, lat, x, y, street, housenumber, postcode, district (row of the districts, -1 none),
        weight, source (entrance, address, building), flats, floor_area_m2 (this home's share of its building;
        NaN unknown), inhabited (False where the building is one in which nobody lives).
    skipped
        What could not be read.
    notes
        What a reader of the results should know.
    unit
        What ``weight`` counts: ``homes``, ``dwellings`` or ``people``.
    """

    columns: dict[str, NDArray[Any]]
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unit: str = "homes"

    def __len__(self) -> int:
        return len(self.columns["home_id"])


def find_homes(features: Features, projection: Projection, locate: Locate | None = None) -> Homes:
    """Homes of an extract in one go: `gather_sites`, then `settle`.

    Parameters
    ----------
    features
        What was read from the extract.
    projection
        From degrees to the metres of the city.
    locate
        Gives the row of the district of each x, y; one district where None.

    Returns
    -------
    Homes
        A row for each home.
    """
    return settle(gather_sites(features, projection), projection, locate)


def settle(sites: Sites, projection: Projection, locate: Locate | None = None) -> Homes:
    """Choose the homes: all addresses, and residential buildings where next to no addresses are mapped.

    Whether addresses are missing is asked of every square kilometre of every district.

    Parameters
    ----------
    sites
        From `gather_sites`.
    projection
        To lon/lat.
    locate
        Gives the row of the district of each x, y (-1 outside); one district where None.

    Returns
    -------
    Homes
        A row for each home.
    """
    found = sites.addresses + sites.buildings
    xy = np.array([site.xy for site in found]).reshape(-1, 2)
    district = np.zeros(len(found), dtype=np.int32) if locate is None else locate(xy)
    addressed = np.arange(len(found)) < len(sites.addresses)
    # a village without addresses is missed if only its municipality is looked at
    _, area = np.unique(
        np.column_stack((district, np.floor(xy / _AREA_M).astype(np.int64))), axis=0, return_inverse=True
    )
    known, unknown = (
        np.bincount(area[addressed], minlength=len(xy)),
        np.bincount(area[~addressed], minlength=len(xy)),
    )
    scanty = known < _SCANTY * unknown
    rows = np.flatnonzero(addressed | scanty[area])
    notes = list(sites.notes)
    if not len(rows):
        notes.append("no addresses and no residential buildings are mapped: there are no homes")
    added = rows[~addressed[rows]]
    if len(added):
        notes.append(
            f"{len(added)} homes are residential buildings, in {len(np.unique(district[added]))} districts: "
            "where there is less than one address per ten of them within a square kilometre"
        )
    rows = np.array(sorted(rows.tolist(), key=lambda row: _by_element(found[row])), dtype=np.int64)
    homes = [found[row] for row in rows.tolist()]
    outside = int((district[rows] < 0).sum())
    if outside:
        notes.append(f"{outside} homes lie in no district")
    return Homes(_columns(homes, xy[rows], district[rows], sites.floor_m2, projection), sites.skipped, notes)


def gather_sites(features: Features, projection: Projection) -> Sites:
    """Read all addresses and residential buildings of an extract.

    An address mapped several times (on a house, its entrance and a shop in it) counts once, at the entrance
    where one is mapped. A range such as 3-7 is one address; it is left out where both ends are mapped.
    Interpolation lines are counted, not filled.

    Parameters
    ----------
    features
        What was read from the extract.
    projection
        From degrees to the metres of the city.

    Returns
    -------
    Sites
        Addresses and buildings, with what was left out.
    """
    buildings = [
        outline
        for outline in read_outlines(features, projection, lambda tags: tags.get("building", "no") != "no")
        if outline.is_area
    ]
    houses = _Houses(features, projection, buildings)
    sites, skipped = _addressed(features, projection, houses)
    order = sorted(range(len(sites)), key=lambda row: (_preference(sites[row]), sites[row].xy))
    addresses = [site.address for site in sites if site.address is not None]
    kept, twin = distinct(addresses, [site.xy for site in sites], order)
    flats = {row: sites[row].flats for row in kept}
    for row, stands in twin.items():
        if np.isnan(flats.get(stands, 0.0)):
            flats[stands] = sites[row].flats
    unique = [houses.at_door(sites[row]._replace(flats=flats[row])) for row in kept]
    notes = [f"{len(twin)} addresses were mapped more than once and count once"] if twin else []
    lines = sum("addr:interpolation" in way.tags for way in features.ways.values())
    if lines:
        notes.append(f"{lines} interpolation lines: only the numbers mapped at their nodes count as homes")
    return Sites(unique, houses.unaddressed(features, projection, sites), houses.floor_m2, skipped, notes)


class _Houses:
    """Buildings with their entrances."""

    def __init__(self, features: Features, projection: Projection, outlines: list[Outline]) -> None:
        self.outlines = outlines
        self.shapes = np.array([outline.shape for outline in outlines], dtype=object)
        self.tree = shapely.STRtree(self.shapes)
        self.area_m2 = np.asarray(shapely.area(self.shapes), dtype=np.float64)
        storeys = [count_storeys(outline.tags) for outline in outlines]
        self.floor_m2 = self.area_m2 * np.array(storeys, dtype=np.float64)
        self._doors = _doors_of(features, projection, outlines)

    def around(self, xy: NDArray[np.float64]) -> NDArray[np.int64]:
        """Row of the building each point lies in, -1 where in none; the smallest where several."""
        rows = np.full(len(xy), -1, dtype=np.int64)
        if len(self.outlines) and len(xy):
            points, houses = self.tree.query(np.asarray(shapely.points(xy)), predicate="intersects")
            order = np.lexsort((houses, self.area_m2[houses]))[::-1]
            rows[points[order]] = houses[order]
        return rows

    def at_door(self, site: Site) -> Site:
        """The site moved to the entrance of its house, where that is known."""
        doors = self._doors.get(site.building, [])
        if not doors or site.source == "entrance":
            return site
        if site.element[0] == "n":  # one of perhaps many addresses in the house
            near = [door for door in doors if _apart_m(door[1], site.xy) <= _DOOR_M]
            door = min(near, key=lambda door: (_apart_m(door[1], site.xy), door), default=None)
        else:
            door = min(doors)
        if door is None:
            return site
        return site._replace(xy=door[1], source=site.source if door[0] >= _AT_PATH else "entrance")

    def unaddressed(self, features: Features, projection: Projection, sites: list[Site]) -> list[Site]:
        """Residential buildings in and on which no address is mapped."""
        taken = {site.building for site in sites}
        rows = [
            row
            for row, (outline, area_m2) in enumerate(zip(self.outlines, self.area_m2.tolist(), strict=True))
            if row not in taken and may_be_dwelling(outline.tags, area_m2)
        ]
        wanted = np.array(rows, dtype=np.int64)
        middles = centres(self.shapes[wanted])
        outlines = read_outlines(features, projection, is_elsewhere)
        grounds = np.array([outline.shape for outline in outlines if outline.is_area], dtype=object)
        vague = np.array([self.outlines[row].tags["building"] not in RESIDENTIAL for row in rows], dtype=bool)
        _, hit = shapely.STRtree(np.asarray(shapely.points(middles))).query(grounds, predicate="intersects")
        elsewhere = np.zeros(len(rows), dtype=bool)
        elsewhere[hit] = True
        keep = np.flatnonzero(~(vague & elsewhere))
        found = []
        for row, (x, y) in zip(wanted[keep].tolist(), middles[keep].tolist(), strict=True):
            house = self.outlines[row]
            site = Site(house.element, None, (x, y), "building", row, count_flats(house.tags), inhabited=True)
            found.append(self.at_door(site)._replace(source="building"))
        return found


def _doors_of(
    features: Features, projection: Projection, outlines: list[Outline]
) -> dict[int, list[tuple[int, tuple[float, float]]]]:
    """Front doors without an address of their own, by row of the house: rank, position."""
    doors = [
        node
        for node in sorted(features.nodes.values())
        if node.tags.get("entrance", "no") not in _NO_FRONT_DOOR and "addr:housenumber" not in node.tags
    ]
    ends = find_dead_ends(features)
    pairs = [(row, way) for row, outline in enumerate(outlines) for way in outline.ways]
    if not (doors or len(ends.ref)) or not pairs:
        return {}
    rows = np.concatenate([np.arange(way.start, way.stop) for _, way in pairs])
    refs = features.refs[rows]
    house = np.repeat([row for row, _ in pairs], [way.stop - way.start for _, way in pairs])
    found: dict[int, list[tuple[int, tuple[float, float]]]] = {}
    if doors:
        ids = np.array([node.id for node in doors], dtype=np.int64)
        xy = projection.to_xy(np.array([(node.lon, node.lat) for node in doors])).tolist()
        place = np.minimum(np.searchsorted(ids, refs), len(ids) - 1)
        on_house = ids[place] == refs
        for row, door in sorted(set(zip(house[on_house].tolist(), place[on_house].tolist(), strict=True))):
            rank = _DOOR_RANK.get(doors[door].tags["entrance"], 3)
            found.setdefault(row, []).append((rank, (xy[door][0], xy[door][1])))
    entered = {ref for ref, node in features.nodes.items() if "entrance" in node.tags or "door" in node.tags}
    here, flight = ends.among(refs)
    known = {*found, *house[np.isin(refs, np.fromiter(entered, np.int64, len(entered)))].tolist()}
    stepped = set(house[flight].tolist()) - known
    for at in np.flatnonzero(here & np.isin(house, sorted(stepped))).tolist():
        x, y = projection.to_xy(features.lonlat[rows[at : at + 1]])[0].tolist()
        found.setdefault(int(house[at]), []).append((_AT_FLIGHT if flight[at] else _AT_PATH, (x, y)))
    return found


def _addressed(
    features: Features, projection: Projection, houses: _Houses
) -> tuple[list[Site], list[Skipped]]:
    skipped: list[Skipped] = []

    def address_of(element: str, tags: Mapping[str, str]) -> Address | None:
        address = read_address(tags)
        if address is None:
            reason = f"house number {tags['addr:housenumber']!r} names no house"
            skipped.append(Skipped(element, "homes", reason))
        return address

    nodes = [
        (node, address)
        for node in sorted(features.nodes.values())
        if "addr:housenumber" in node.tags and (address := address_of(f"n{node.id}", node.tags))
    ]
    xy = projection.to_xy(np.array([(node.lon, node.lat) for node, _ in nodes]).reshape(-1, 2))
    within = houses.around(xy)
    sites = []
    for (node, address), (x, y), house in zip(nodes, xy.tolist(), within.tolist(), strict=True):
        door = node.tags.get("entrance", "no") not in _NO_FRONT_DOOR
        source = "entrance" if door or node.tags.get("building") == "entrance" else "address"
        inhabited = house < 0 or houses.outlines[house].tags["building"] not in UNINHABITED
        sites.append(Site(f"n{node.id}", address, (x, y), source, house, count_flats(node.tags), inhabited))
    row_of = {outline.element: row for row, outline in enumerate(houses.outlines)}
    outlines = read_outlines(features, projection, lambda tags: "addr:housenumber" in tags)
    middles = centres(np.array([outline.shape for outline in outlines], dtype=object))
    for outline, (x, y) in zip(outlines, middles.tolist(), strict=True):
        address = address_of(outline.element, outline.tags)
        if address is not None:
            house = row_of.get(outline.element, -1)
            if house < 0:
                house = int(houses.around(np.array([[x, y]]))[0])
            inhabited = outline.tags.get("building") not in UNINHABITED
            flats = count_flats(outline.tags)
            sites.append(Site(outline.element, address, (x, y), "address", house, flats, inhabited))
    return sites, skipped


def _preference(site: Site) -> int:
    """Entrances first, then houses, then plain address nodes."""
    if site.source == "entrance":
        return 0
    return 1 if site.element[0] != "n" else 2


def _by_element(site: Site) -> tuple[int, int]:
    return "nwr".index(site.element[0]), int(site.element[1:])


def _apart_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(np.hypot(a[0] - b[0], a[1] - b[1]))


def _columns(
    homes: list[Site],
    xy: NDArray[np.float64],
    district: NDArray[np.int32],
    floor_m2: NDArray[np.float64],
    projection: Projection,
) -> dict[str, NDArray[Any]]:
    lonlat = projection.to_lonlat(xy)
    house = np.array([site.building for site in homes], dtype=np.int64)
    sharing = np.bincount(house + 1, minlength=1)[house + 1] if len(house) else house
    area = np.full(len(homes), np.nan)
    area[house >= 0] = floor_m2[house[house >= 0]] / sharing[house >= 0]
    empty = Address("", "", "", ("", ""))
    addresses = [site.address or empty for site in homes]

    def text(values: list[str]) -> NDArray[Any]:
        return np.array(values, dtype=object)

    return {
        "home_id": text([site.element for site in homes]),
        "lon": lonlat[:, 0],
        "lat": lonlat[:, 1],
        "x": xy[:, 0],
        "y": xy[:, 1],
        "street": text([address.street for address in addresses]),
        "housenumber": text([address.number for address in addresses]),
        "postcode": text([address.postcode for address in addresses]),
        "district": district.astype(np.int32),
        "weight": np.ones(len(homes)),
        "source": text([site.source for site in homes]),
        "flats": np.array([site.flats for site in homes], dtype=np.float64),
        "floor_area_m2": area,
        "inhabited": np.array([site.inhabited for site in homes], dtype=bool),
    }
