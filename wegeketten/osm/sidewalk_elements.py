"""Features of OpenSidewalks as elements of OpenStreetMap, and which became which."""

from __future__ import annotations

from itertools import chain, count
from typing import TYPE_CHECKING, Any, NamedTuple

from wegeketten.model.edges import ATTRIBUTE
from wegeketten.osm.elements import Elements
from wegeketten.osm.opensidewalks import EXTENSION
from wegeketten.osm.sidewalk_members import NAMES, SEAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wegeketten.osm.opensidewalks import Sidewalks

HEAD = "head"
_MOST_ID = 1 << 62
_OWN = ("_lower", "_upper", "_from")
_ROADS = frozenset(
    {"trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "service"}
)


class Original(NamedTuple):
    """A feature of a set and the element it became.

    Attributes
    ----------
    dataset
        ``nodes``, ``edges`` …
    element
        ``n5``, ``w7``; "" where it became none, ``head`` for what the file says of itself.
    feature
        As it was in the file.
    """

    dataset: str
    element: str
    feature: dict[str, Any]


def elements_of(found: Sidewalks) -> tuple[Elements, list[Original]]:
    """Take nodes, points, edges, lines, polygons and zones as nodes and ways.

    Ids that are those of OpenStreetMap, or look like them, are kept. What nothing is said of gets no tag, so
    it stays unknown. Members ``ext:KEY`` count as the tag KEY; our own bounds are not read here (a set of
    ours becomes a network without tags, see `wegeketten.network.sidewalk_network`), but a value that was
    surveyed or tagged exactly is.

    Parameters
    ----------
    found
        A checked set.

    Returns
    -------
    tuple
        The elements, and every feature with the element it became.
    """
    return _Conversion(found).both()


class _Conversion:
    def __init__(self, found: Sidewalks) -> None:
        self.found = found
        features = list(chain.from_iterable(found.features.values()))
        numbers = [number for each in features if (number := _number(each["properties"]["_id"]))]
        free = max(numbers, default=0) + 1
        self._free = count(free)
        self.elements = Elements(timestamp=_timestamp(found))
        self.originals = [Original(dataset, HEAD, head) for dataset, head in found.heads.items()]
        self._nodes: dict[str, int] = {}
        edges = found.features.get("edges", ())
        self._sidewalks = any(edge["properties"].get("footway") == "sidewalk" for edge in edges)

    def both(self) -> tuple[Elements, list[Original]]:
        for feature in self.found.features.get("nodes", ()):
            self._point("nodes", feature)
        for feature in self.found.features.get("points", ()):
            self._point("points", feature)
        for dataset in ("edges", "lines", "zones", "polygons"):
            for feature in self.found.features.get(dataset, ()):
                self._way(dataset, feature)
        return self.elements, self.originals

    def _point(self, dataset: str, feature: dict[str, Any]) -> None:
        about = feature["properties"]
        label = about["_id"]
        number = _number(label.removeprefix("n") if dataset == "points" else label)
        if not number or number in self.elements.nodes:
            number = next(self._free)
        lon, lat = feature["geometry"]["coordinates"][:2]
        self.elements.nodes[number] = (float(lon), float(lat), _node_tags(about))
        if dataset == "nodes":
            self._nodes[about["_id"]] = number
        self.originals.append(Original(dataset, f"n{number}", feature))

    def _way(self, dataset: str, feature: dict[str, Any]) -> None:
        about = feature["properties"]
        points = feature["geometry"]["coordinates"]
        if dataset in ("zones", "polygons"):
            points = points[0]
        tags = _edge_tags(about) if dataset == "edges" else _area_tags(about)
        if dataset == "edges" and self._sidewalks and tags.get("highway") in _ROADS:
            tags.setdefault("sidewalk", "separate")  # the format draws pavements as edges of their own
        refs = self._refs(about, points)
        if not tags or len(refs) < 2:
            self.originals.append(Original(dataset, "", feature))
            return
        number = _number(about["_id"])
        if not number or number in self.elements.ways:
            number = next(self._free)
        self.elements.ways[number] = (refs, tags)
        self.originals.append(Original(dataset, f"w{number}", feature))

    def _refs(self, about: Mapping[str, Any], points: list[list[float]]) -> list[int]:
        """Nodes of a line or ring: those of the set at its ends or corners, fresh ones elsewhere."""
        if "_u_id" in about:
            inner = [self._fresh(*point[:2]) for point in points[1:-1]]
            return [self._nodes[about["_u_id"]], *inner, self._nodes[about["_v_id"]]]
        corners = {self._at(name): self._nodes[name] for name in about.get("_w_id", ())}
        refs = [corners.get(tuple(point[:2])) or self._fresh(*point[:2]) for point in points]
        if points[0][:2] == points[-1][:2]:
            refs[-1] = refs[0]
        return refs

    def _at(self, name: str) -> tuple[float, ...]:
        return self.elements.nodes[self._nodes[name]][:2]

    def _fresh(self, lon: float, lat: float) -> int:
        number = next(self._free)
        self.elements.nodes[number] = (float(lon), float(lat), {})
        return number


def _number(label: str) -> int:
    """The id of OpenStreetMap a label is; 0 where it is none."""
    if not (label.isascii() and label.isdigit()) or label.startswith("0") or len(label) > 19:
        return 0
    return number if (number := int(label)) < _MOST_ID else 0


def _timestamp(found: Sidewalks) -> str:
    stamps = [str(head["dataTimestamp"]) for head in found.heads.values() if head.get("dataTimestamp")]
    return min(stamps, default="")


def _extensions(about: Mapping[str, Any]) -> dict[str, str]:
    """Members ``ext:KEY`` as tags; those of ours only where they are exact."""
    tags = {}
    ours = NAMES if SEAL in about else frozenset()
    for name, value in about.items():
        key = name.removeprefix(EXTENSION)
        if key == name or not key or isinstance(value, dict | list) or key.removesuffix("_from") in ATTRIBUTE:
            continue
        if any(key.endswith(end) and key.removesuffix(end) in ATTRIBUTE for end in _OWN):
            continue
        if key in _IDS or key in ours:
            continue
        tags[key] = {True: "yes", False: "no"}[value] if isinstance(value, bool) else _text(value)
    for name, (key, unit) in _EXACT.items():
        lower, upper = (about.get(f"{EXTENSION}{name}{end}") for end in ("_lower", "_upper"))
        known = about.get(f"{EXTENSION}{name}_from") in ("surveyed", "tagged")
        if known and isinstance(lower, int | float) and lower == upper:
            tags[key] = f"{lower:g}{unit}"
    if about.get(f"{EXTENSION}wheelchair_from") in ("surveyed", "tagged"):
        verdict = {0: "no", 0.5: "limited", 1: "yes"}.get(about.get(f"{EXTENSION}wheelchair", -1))
        tags |= {"wheelchair": verdict} if verdict else {}
    return tags


_IDS = frozenset({"edge_id", "osm_id", "barrier_ids", "kind", "forward", "backward"})
_EXACT = {"kerb_cm": ("kerb:height", " cm"), "cross_slope_pct": ("incline:across", "%")}


def _node_tags(about: Mapping[str, Any]) -> dict[str, str]:
    own = {name: _text(value) for name, value in about.items() if not name.startswith(("_", EXTENSION))}
    return {**_extensions(about), **own}


def _edge_tags(about: Mapping[str, Any]) -> dict[str, str]:
    tags = _node_tags(about)
    more = _extensions(about)
    tags.pop("length", None)
    if isinstance(about.get("incline"), int | float):
        tags["incline"] = f"{round(100 * about['incline'], 6):g}%"
    elif "climb" in about:
        tags["incline"] = about["climb"]
    tags.pop("climb", None)
    if "step_count" in about:
        tags["step_count"] = f"{about['step_count']:g}"
    for key in ("surface", "highway"):  # the schema's words are few: what stands beside them says more
        if key in more and (key == "surface" or about.get("highway") in (None, "footway")):
            tags[key] = more[key]
    if "highway" not in tags and "foot" in tags and tags["foot"] not in ("no", "use_sidepath"):
        tags["highway"] = "footway"
    return tags if tags.keys() & {"highway", "route", "railway"} else {}


def _area_tags(about: Mapping[str, Any]) -> dict[str, str]:
    tags = _node_tags(about)
    tags.pop("length", None)
    if tags.get("highway") == "pedestrian":
        tags["area"] = "yes"
    return tags


def _text(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)
