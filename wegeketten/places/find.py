"""Places: where the catalogue's services are, and by which points they are entered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from wegeketten.osm.features import Skipped
from wegeketten.places.approach import Doors
from wegeketten.places.outlines import centre, read_outlines
from wegeketten.places.service_catalogue import matches

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from wegeketten.osm.features import Features, Way
    from wegeketten.osm.projection import Projection
    from wegeketten.places.service_catalogue import Catalogue, Service

_PLATFORM_M = 50.0  # from where a tram stops to the platform of that name
_WHEELCHAIR = {"yes": 1.0, "designated": 1.0, "limited": 0.5, "no": 0.0}


@dataclass(frozen=True)
class Places:
    """Places, one row per place and service, and their access points.

    Attributes
    ----------
    columns
        place_id, service, name, lon, lat, x, y, wheelchair (1 yes, 0.5 limited, 0 no, NaN unmapped),
        toilets_wheelchair, opening_hours, osm_kind, street, housenumber, level (NaN unmapped).
    owner
        int32: row of the place each access point belongs to, ascending.
    point
        int16: number of the access point within its place.
    xy
        float64, shape (points, 2): metres.
    skipped
        Elements that are the same place as another, each with the one that counts.
    off_ground
        Ids of places mapped as lying on a bridge, in a tunnel or on another layer.
    """

    columns: dict[str, NDArray[Any]]
    owner: NDArray[np.int32]
    point: NDArray[np.int16]
    xy: NDArray[np.float64]
    skipped: list[Skipped] = field(default_factory=list)
    off_ground: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.columns["place_id"])

    @property
    def levels(self) -> NDArray[np.float64]:
        """Storey of each access point, NaN where unmapped."""
        return np.asarray(self.columns["level"][self.owner], dtype=np.float64)

    @property
    def aloft(self) -> NDArray[np.bool_]:
        """Whether each access point lies on a bridge or in a tunnel by its tags."""
        places = [place in self.off_ground for place in self.columns["place_id"].tolist()]
        return np.array(places, dtype=np.bool_)[self.owner]

    @property
    def free(self) -> NDArray[np.bool_]:
        """Whether each access point may lie on a bridge as well as beneath: stops stand on any road."""
        stop = self.columns["service"] == "stop"
        return np.asarray(stop[self.owner], dtype=np.bool_)

    def storeys_from(self, rows: NDArray[np.integer], level: NDArray[np.float64]) -> NDArray[np.float64]:
        """Storeys to be climbed to places by ways nobody mapped: none where they are said to be step-free.

        Parameters
        ----------
        rows
            Of the places.
        level
            Storey of the way by which each is reached.

        Returns
        -------
        ndarray
            Shape of `rows`.
        """
        own = np.nan_to_num(self.columns["level"][rows].astype(np.float64))
        stepfree = self.columns["wheelchair"][rows].astype(np.float64) >= 0.5
        stop = self.columns["service"][rows] == "stop"
        return np.where(stepfree | stop, 0.0, np.abs(own - level))


class Candidate(NamedTuple):
    """An element that offers a service."""

    element: str
    tags: Mapping[str, str]
    shape: BaseGeometry
    ways: list[Way]
    kind: str  # the tag that made it one, amenity=pharmacy

    @property
    def is_area(self) -> bool:
        """Whether the element encloses something."""
        return self.shape.geom_type in ("Polygon", "MultiPolygon")


def find_places(features: Features, catalogue: Catalogue, projection: Projection) -> Places:
    """Find every place of every service of a catalogue.

    A facility mapped twice (as a node and as the outline around it, or twice with the same name close by)
    counts once: the outline stays and takes over what only the other element says.

    Parameters
    ----------
    features
        One extract.
    catalogue
        What counts as a service.
    projection
        To the metric CRS.

    Returns
    -------
    Places
        A row for each place and service.
    """
    doors = Doors(features, projection)
    rows: list[tuple[str, Candidate]] = []
    points: list[NDArray[np.float64]] = []
    skipped: list[Skipped] = []
    for name, candidates in _collect(features, catalogue, projection).items():
        service = catalogue.services[name]
        for candidate in merge_same(candidates, service, skipped):
            rows.append((name, candidate))
            grounds = candidate.is_area and "building" not in candidate.tags
            points.append(doors.of(candidate.shape, candidate.ways, service.approach, is_grounds=grounds))
    counts = np.array([len(each) for each in points], dtype=np.int64)
    owner = np.repeat(np.arange(len(rows)), counts)
    return Places(
        columns=_columns(rows, projection),
        owner=owner.astype(np.int32),
        point=(np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)).astype(np.int16),
        xy=np.concatenate(points) if points else np.zeros((0, 2)),
        skipped=skipped,
        off_ground=frozenset(each.element for _, each in rows if is_off_ground(each.tags)),
    )


def is_off_ground(tags: Mapping[str, str]) -> bool:
    """Whether a place is mapped as lying on a bridge, in a tunnel or on another layer.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    bool
        True where no storey of its own can be read from it.

    Examples
    --------
    >>> is_off_ground({"layer": "1"}), is_off_ground({"tunnel": "yes"}), is_off_ground({"layer": "0"})
    (True, True, False)
    """
    return (
        tags.get("layer", "0").strip() not in ("0", "")
        or tags.get("bridge", "no") != "no"
        or tags.get("tunnel", "no") != "no"
    )


def merge_same(candidates: list[Candidate], service: Service, skipped: list[Skipped]) -> list[Candidate]:
    """Leave each facility once.

    Parameters
    ----------
    candidates
        Elements that offer one service.
    service
        Says how near two elements of one name must be to be the same.
    skipped
        Gets a row for every element that was the same as another.

    Returns
    -------
    list
        In the order of the elements' ids, with tags completed from their twins.
    """
    order = sorted(range(len(candidates)), key=lambda row: _precedence(candidates[row]))
    place = {row: number for number, row in enumerate(order)}
    shapes = np.array([candidate.shape for candidate in candidates], dtype=object)
    near: dict[int, list[int]] = {}
    if len(shapes):
        first, second = shapely.STRtree(shapes).query(
            shapes, predicate="dwithin", distance=max(service.same_within_m, _PLATFORM_M)
        )
        for a, b in zip(first.tolist(), second.tolist(), strict=True):
            if a != b:
                near.setdefault(a, []).append(b)
    kept: dict[int, Candidate] = {}
    for row in order:
        candidate = candidates[row]
        twins = [other for other in near.get(row, ()) if other in kept]
        twin = next(
            (t for t in sorted(twins, key=place.__getitem__) if _same(kept[t], candidate, service)), None
        )
        if twin is None:
            kept[row] = candidate
        else:
            kept[twin] = kept[twin]._replace(tags={**candidate.tags, **kept[twin].tags})
            reason = f"the same place as {kept[twin].element}, mapped twice"
            skipped.append(Skipped(candidate.element, "places", reason))
    return [kept[row] for row in sorted(kept)]


def _collect(features: Features, catalogue: Catalogue, projection: Projection) -> dict[str, list[Candidate]]:
    found: dict[str, list[Candidate]] = {name: [] for name in catalogue.services}

    def offers(tags: Mapping[str, str]) -> bool:
        return bool(catalogue.of(tags))

    def add(element: str, tags: Mapping[str, str], shape: BaseGeometry, ways: list[Way]) -> None:
        for name in catalogue.of(tags):
            service = catalogue.services[name]
            candidate = Candidate(element, tags, shape, ways, _kind(tags, service))
            if ("area" if ways else "node") in service.geometry:
                found[name].append(candidate)

    nodes = [node for node in sorted(features.nodes.values()) if offers(node.tags)]
    xy = projection.to_xy(np.array([(node.lon, node.lat) for node in nodes]).reshape(-1, 2))
    for node, shape in zip(nodes, np.asarray(shapely.points(xy)), strict=True):
        add(f"n{node.id}", node.tags, shape, [])
    for outline in read_outlines(features, projection, offers):
        add(outline.element, outline.tags, outline.shape, outline.ways)
    return found


def _kind(tags: Mapping[str, str], service: Service) -> str:
    wanted = next(wanted for wanted in service.any if matches(tags, wanted))
    key = next(iter(wanted))
    return f"{key}={tags[key]}"


def _precedence(candidate: Candidate) -> tuple[object, ...]:
    """Large outlines before small ones, lines before nodes; then by where they lie."""
    rank = 0 if candidate.is_area else 1 if candidate.ways else 3 if _is_halt(candidate) else 2
    return (rank, -round(candidate.shape.area, 1), *candidate.shape.bounds, candidate.element[0])


def _same(kept: Candidate, other: Candidate, service: Service) -> bool:
    a, b = _label(kept.tags), _label(other.tags)
    within_m = _PLATFORM_M if _is_halt(other) and not _is_halt(kept) else service.same_within_m
    if a and a == b and kept.shape.distance(other.shape) <= within_m:
        return True
    one_name = not a or not b or (min(len(a), len(b)) > 2 and (a in b or b in a))
    if not one_name or (kept.kind != other.kind and a != b):
        return False
    if kept.is_area:
        return bool(kept.shape.buffer(1.0).covers(shapely.Point(centre(other.shape))))
    return bool(kept.shape.equals(other.shape))


def _is_halt(candidate: Candidate) -> bool:
    """Whether it is where the vehicle stops, not where people wait."""
    return candidate.tags.get("public_transport") == "stop_position"


def _label(tags: Mapping[str, str]) -> str:
    """What a place is called, without what two mappers write differently."""
    name = tags.get("name") or tags.get("brand") or tags.get("operator") or ""
    return "".join(char for char in name.casefold() if char.isalnum())


def _columns(rows: list[tuple[str, Candidate]], projection: Projection) -> dict[str, NDArray[Any]]:
    xy = np.array([centre(candidate.shape) for _, candidate in rows]).reshape(-1, 2)
    lonlat = projection.to_lonlat(xy)
    tags = [candidate.tags for _, candidate in rows]

    def text(*keys: str) -> NDArray[Any]:
        return np.array([next((t[k] for k in keys if t.get(k)), "") for t in tags], dtype=object)

    return {
        "place_id": np.array([candidate.element for _, candidate in rows], dtype=object),
        "service": np.array([name for name, _ in rows], dtype=object),
        "name": text("name", "brand", "operator"),
        "lon": lonlat[:, 0],
        "lat": lonlat[:, 1],
        "x": xy[:, 0],
        "y": xy[:, 1],
        "wheelchair": np.array([_wheelchair(t.get("wheelchair")) for t in tags], dtype=np.float64),
        "toilets_wheelchair": np.array([_toilets(t) for t in tags], dtype=np.float64),
        "opening_hours": text("opening_hours"),
        "osm_kind": np.array([candidate.kind for _, candidate in rows], dtype=object),
        "street": text("addr:street", "addr:place"),
        "housenumber": text("addr:housenumber"),
        "level": np.array([storey(t.get("level", "")) for t in tags], dtype=np.float64),
    }


def _wheelchair(raw: str | None) -> float:
    return _WHEELCHAIR.get((raw or "").strip().lower(), np.nan)


def _toilets(tags: Mapping[str, str]) -> float:
    own = _wheelchair(tags.get("toilets:wheelchair"))
    if np.isnan(own) and tags.get("amenity") == "toilets":
        return _wheelchair(tags.get("wheelchair"))
    return own


def storey(raw: str) -> float:
    """Storey nearest to the ground of a level tag, NaN where there is none that can be read.

    Parameters
    ----------
    raw
        Value of ``level``.

    Returns
    -------
    float
        0 is the ground floor.

    Examples
    --------
    >>> storey("-1"), storey("1;0"), storey("0-2"), storey("EG")
    (-1.0, 0.0, 0.0, nan)
    """
    levels = []
    for part in raw.split(";"):
        try:
            levels.append(float(part))
        except ValueError:
            low, dash, high = part.rpartition("-")
            if dash and low.strip().lstrip("-").isdigit() and high.strip().isdigit():
                levels += [float(low), float(high)]
    finite = [level for level in levels if np.isfinite(level)]
    return min(finite, key=abs) if finite else np.nan
