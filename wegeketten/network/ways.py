"""Which ways are walked, and as what."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from wegeketten.model.edges import HIGHWAYS, Kind
from wegeketten.network.access import access_of_way, errand_of_way

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wegeketten.network.access import Access
    from wegeketten.osm.features import Features, Way

CODE = {name: code for code, name in enumerate(HIGHWAYS)}

ROADS = frozenset(
    CODE[name]
    for name in (
        "motorway",
        "trunk",
        "primary",
        "secondary",
        "tertiary",
        "unclassified",
        "residential",
        "living_street",
        "service",
        "road",
        "track",
    )
)
"""Classes with a carriageway for motor vehicles."""

_KINDS = {
    "living_street": Kind.living_street,
    "service": Kind.service,
    "track": Kind.track,
    "footway": Kind.footway,
    "path": Kind.path,
    "bridleway": Kind.path,
    "cycleway": Kind.cycleway,
    "pedestrian": Kind.pedestrian,
    "steps": Kind.steps,
    "corridor": Kind.corridor,
    "platform": Kind.platform,
    "elevator": Kind.lift,
    "ferry": Kind.ferry,
}
_OTHER_NAMES = {"bus_stop": "platform", "ladder": "steps", "mini_roundabout": "residential"}
_OF_ANOTHER_KIND = frozenset({"highway", "route", "railway", "man_made", "public_transport", "building"})
_FERRY_M_S = 2.5  # about 9 km/h: small ferries across rivers
_iso = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?").fullmatch
_PARTS = ("footway", "path", "cycleway", "pedestrian")


class Walkability(NamedTuple):
    """How a way is walked.

    Attributes
    ----------
    kind
        What its edges are.
    highway
        Code of `HIGHWAYS`.
    access
        By law; where passers-by have none, of those who live or have an errand there.
    off_ground
        Bridge, tunnel or indoors: the terrain says nothing about it.
    level
        Storey, NaN where none or several are mapped.
    area
        Walked along its outline, and across it (`squares`).
    private
        Closed to passers-by: a way in and out, never through.
    """

    kind: Kind
    highway: int
    access: Access
    off_ground: bool
    level: float
    area: bool
    private: bool = False

    @property
    def is_road(self) -> bool:
        """Whether there is a carriageway."""
        return self.highway in ROADS


def walk_of(tags: Mapping[str, str]) -> Walkability | None:
    """How a way is walked; None for anything that is no way.

    A way that the law closes is returned too, for the crossings and junctions it takes part in.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    Walkability or None
        Kind of the edges, and whether one may walk.

    Examples
    --------
    >>> walk_of({"highway": "footway", "footway": "sidewalk"}).kind.name
    'pavement'
    >>> walk_of({"highway": "primary_link"}).kind.name, HIGHWAYS[walk_of({"highway": "primary_link"}).highway]
    ('street', 'primary')
    >>> walk_of({"highway": "construction"}) is None, walk_of({"route": "ferry"}).kind.name
    (True, 'ferry')
    """
    name = tags.get("highway", "")
    name = name.removesuffix("_link")
    if not name or name not in CODE:
        name = _unnamed(tags, name)
        if not name:
            return None
    errand = errand_of_way(tags)
    return Walkability(
        _kind(name, tags),
        CODE[name],
        errand or access_of_way(tags),
        _off_ground(tags),
        level_of(tags),
        _is_area(name, tags),
        bool(errand),
    )


def level_of(tags: Mapping[str, str]) -> float:
    """Storey of an element, NaN where none or more than one is mapped.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    float
        0 is the ground floor.

    Examples
    --------
    >>> level_of({"level": "-1"}), level_of({"level": "0;1"}), level_of({})
    (-1.0, nan, nan)
    """
    levels = levels_of(tags)
    return levels[0] if len(levels) == 1 else float("nan")


def levels_of(tags: Mapping[str, str]) -> tuple[float, ...]:
    """All storeys an element reaches, ascending; ``0-2`` means three.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.

    Returns
    -------
    tuple
        Empty where none can be read.

    Examples
    --------
    >>> levels_of({"level": "-1;0;1.5"}), levels_of({"level": "0-2"}), levels_of({"level": "nan"})
    ((-1.0, 0.0, 1.5), (0.0, 1.0, 2.0), ())
    """
    found: set[float] = set()
    for part in tags.get("level", "").replace(",", ".").split(";"):
        text = part.strip()
        low, dash, high = text[1:].partition("-") if text.startswith("-") else text.partition("-")
        try:
            first = float(text[: len(low) + text.startswith("-")])
            last = float(high) if dash else first
        except ValueError:
            continue
        if not (abs(first) <= 200 and abs(last) <= 200):  # nor what is no number
            continue
        found.add(first)
        found.update(first + step for step in range(1, int(last - first) + 1))
    return tuple(sorted(found))


def _unnamed(tags: Mapping[str, str], name: str) -> str:
    """Class of ways that are walked without a known highway class."""
    if name in _OTHER_NAMES:
        return _OTHER_NAMES[name]
    if name:
        return ""
    if tags.get("railway") == "platform" or tags.get("public_transport") == "platform":
        return "platform"
    if tags.get("man_made") == "pier" or tags.get("man_made") == "jetty":
        return "footway"
    if tags.get("indoor") == "corridor" or tags.get("room") == "corridor":
        return "corridor"
    return "ferry" if tags.get("route") == "ferry" else ""


def sailed_ways(features: Features) -> dict[int, dict[str, str]]:
    """Ways that only a relation of a ferry's route describes, with the tags they have from it.

    Parameters
    ----------
    features
        What was read from the extract.

    Returns
    -------
    dict
        Tags by id of the way.
    """
    found = {}
    for relation in features.relations.values():
        if relation.tags.get("route") != "ferry" or relation.tags.get("type") != "route":
            continue
        said = {key: value for key, value in relation.tags.items() if key not in ("type", "ref", "network")}
        for kind, ref, role in relation.members:
            way = features.ways.get(ref) if kind == "w" and "platform" not in role else None
            if way is not None and _OF_ANOTHER_KIND.isdisjoint(way.tags):
                found[ref] = {**said, **way.tags}
    return found


def ride_s(tags: Mapping[str, str], length_m: float) -> float:
    """Seconds on board a ferry: as tagged, else at the speed of a small one; half an interval to wait.

    Parameters
    ----------
    tags
        Tags of the element, with tidy keys.
    length_m
        Metres of the crossing.

    Returns
    -------
    float
        Seconds.

    Examples
    --------
    >>> ride_s({"duration": "00:05"}, 300.0), ride_s({"duration": "8", "interval": "00:20"}, 300.0)
    (300.0, 1080.0)
    >>> ride_s({}, 250.0)
    100.0
    """
    duration = _clock_s(tags.get("duration", ""))
    waiting = _clock_s(tags.get("interval", "")) / 2
    return (duration or length_m / _FERRY_M_S) + waiting


def _clock_s(text: str) -> float:
    """Seconds of ``hh:mm``, ``hh:mm:ss``, ``PT5M`` or minutes; 0 where it is none of these."""
    text = text.strip().upper()
    if found := _iso(text):
        hours, minutes, seconds = (float(part or 0) for part in found.groups())
        return 3600 * hours + 60 * minutes + seconds
    parts = text.split(":")
    if not all(part.isdecimal() for part in parts) or len(parts) > 3:
        return 0.0
    if len(parts) == 1:
        return 60.0 * int(parts[0])
    return float(sum(int(part) * unit for part, unit in zip(parts, (3600, 60, 1), strict=False)))


def _kind(name: str, tags: Mapping[str, str]) -> Kind:
    kind = _KINDS.get(name, Kind.street)
    if tags.get("conveying", "no") not in ("no", ""):
        return Kind.escalator if kind is Kind.steps else Kind.moving_walkway
    if kind is Kind.steps:
        return kind
    for key in _PARTS:
        part = tags.get(key)
        if part == "sidewalk":
            return Kind.pavement
        if part == "crossing":
            return Kind.crossing
        if part == "ramp":
            return Kind.ramp
    if kind in (Kind.footway, Kind.path, Kind.cycleway) and _is_crossing(tags):
        return Kind.crossing
    if kind is Kind.footway and tags.get("ramp") == "yes":
        return Kind.ramp
    return kind


def _is_crossing(tags: Mapping[str, str]) -> bool:
    """Whether a way whose part has no word of its own is a crossing: it says how it is crossed."""
    silent = all(tags.get(key, "crossing").endswith("crossing") for key in ("footway", "path", "cycleway"))
    return silent and tags.get("crossing", "no") not in ("no", "none", "")


def _off_ground(tags: Mapping[str, str]) -> bool:
    return (
        tags.get("bridge", "no") != "no"
        or tags.get("tunnel", "no") not in ("no", "culvert")
        or tags.get("indoor", "no") not in ("no", "")
        or tags.get("highway") == "corridor"
        or tags.get("route") == "ferry"
        or tags.get("location") in ("underground", "indoor")
        or tags.get("covered") == "building_passage"
    )


def _is_area(name: str, tags: Mapping[str, str]) -> bool:
    if tags.get("area") == "yes" or tags.get("type") == "multipolygon":
        return True
    return name in ("platform", "corridor", "elevator") and tags.get("area") != "no" and "indoor" in tags


class Strip(NamedTuple):
    """A way that is walked: the element, its points and how."""

    osm_type: str
    osm_id: int
    way: Way
    walk: Walkability

    @property
    def element(self) -> str:
        """Id such as ``w52001``."""
        return f"{self.osm_type}{self.osm_id}"

    @property
    def tags(self) -> dict[str, str]:
        """Tags of the element."""
        return self.way.tags
