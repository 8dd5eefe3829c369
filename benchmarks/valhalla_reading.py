"""Where Valhalla reads OpenStreetMap differently than we do, one difference at a time.

Each `Difference` turns an extract into one that our network reads as Valhalla reads the original (its
``graph.lua``, 3.9.1). Made alone it tells whether a deviation comes from it; all together they leave both
routers on the same ways.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from wegeketten.model.kinds import CLOSABLE
from wegeketten.network.access import NO
from wegeketten.network.barriers import barrier_kind
from wegeketten.network.ways import walk_of
from wegeketten.osm.features import Node

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wegeketten.osm.features import Features

    Tags = dict[str, str]

_ERRAND = NO - {"no", "never", "prohibited", "military"}
_RURAL = ("agricultural", "forestry", "discouraged")
_OWN = ("footway", "pedestrian", "steps", "path")
_WALLS = ("fence", "wall", "jersey_barrier", "debris", "barrier_board")
_PAVED = ("sidewalk", "sidewalk:left", "sidewalk:right", "sidewalk:both")


class Difference(NamedTuple):
    """A difference between the two readings.

    Attributes
    ----------
    name
        As the table calls it.
    applied
        The extract as Valhalla reads it in this respect.
    """

    name: str
    applied: Callable[[Features], Features]


def _ways(change: Callable[[Tags], Tags | None]) -> Callable[[Features], Features]:
    """Change or leave out (None) ways by their tags."""

    def applied(features: Features) -> Features:
        ways = {}
        for number, way in features.ways.items():
            tags = change(way.tags)
            if tags is not None:
                ways[number] = way if tags is way.tags else way._replace(tags=tags)
        return replace(features, ways=ways)

    return applied


def _outlines(features: Features) -> Features:
    kept = _ways(lambda tags: None if tags.get("area") == "yes" else tags)(features)
    return replace(kept, relations={})


def _private(tags: Tags) -> Tags:
    closed = tags["foot"] in _ERRAND if "foot" in tags else tags.get("access") in _ERRAND
    return {**tags, "foot": "yes"} if closed else tags


def _sidepath(tags: Tags) -> Tags:
    return {**tags, "foot": "yes"} if tags.get("foot") == "use_sidepath" else tags


def _gates(features: Features) -> Features:
    nodes = {}
    for number, node in features.nodes.items():
        tags = node.tags
        if barrier_kind(tags) in CLOSABLE and tags.get("access") != "no" and tags.get("foot") != "no":
            tags = {**tags, "foot": "yes"}
        nodes[number] = node._replace(tags=tags)
    return replace(features, nodes=nodes)


def _shut(closed: Callable[[Tags], bool]) -> Callable[[Features], Features]:
    """Make closed gates of some point barriers."""

    def applied(features: Features) -> Features:
        gate = {"barrier": "gate", "foot": "no"}
        nodes = {
            number: node._replace(tags={**node.tags, **gate}) if closed(node.tags) else node
            for number, node in features.nodes.items()
        }
        return replace(features, nodes=nodes)

    return applied


def _wall(tags: Tags) -> bool:
    return tags.get("barrier") in _WALLS and not {"foot", "access"} & set(tags)


def _bollard(tags: Tags) -> bool:
    """For us ``foot=no`` on what cannot be shut speaks of vehicles."""
    closed = tags["foot"] == "no" if "foot" in tags else tags.get("access") == "no"
    return closed and barrier_kind(tags) not in CLOSABLE


def _oneway(tags: Tags) -> Tags:
    bound = tags.get("highway") in _OWN and tags.get("oneway") in ("yes", "1", "true", "-1")
    return {**tags, "oneway:foot": tags["oneway"]} if bound and "oneway:foot" not in tags else tags


def _escalators(tags: Tags) -> Tags:
    if tags.get("conveying", "no") == "no" or "oneway" in tags:
        return tags
    return {key: value for key, value in tags.items() if key != "conveying"}


def _rural(tags: Tags) -> Tags:
    key = "foot" if "foot" in tags else "access"
    return {**tags, "foot": "no"} if tags.get(key) in _RURAL else tags


def _classes(tags: Tags) -> Tags:
    """Trunk roads are walked, cycleways and bus roads are not, unless ``foot`` says otherwise."""
    if "foot" in tags or tags.get("access") in NO or tags.get("motorroad") == "yes":
        return tags
    name = tags.get("highway", "").removesuffix("_link")
    if name == "trunk":
        return {**tags, "foot": "yes"}
    return {**tags, "foot": "no"} if name in ("cycleway", "bridleway", "busway", "motorway") else tags


def _nameless(tags: Tags) -> Tags | None:
    """Piers and corridors without ``highway`` are no ways to Valhalla; platforms of railways are."""
    known = "highway" in tags or tags.get("railway") == "platform" or walk_of(tags) is None
    return tags if known else None


_DIFFERENCES = (
    Difference("Valhalla does not walk the outlines of squares and platforms", _outlines),
    Difference("Valhalla walks private ways", _ways(_private)),
    Difference("Valhalla passes private and locked gates", _gates),
    Difference("Valhalla walks roads of `foot=use_sidepath`", _ways(_sidepath)),
    Difference("Valhalla takes `oneway` on foot ways for a rule for people on foot", _ways(_oneway)),
    Difference("Valhalla goes against escalators without `oneway`", _ways(_escalators)),
    Difference("Valhalla does not walk `access=agricultural` or `forestry`", _ways(_rural)),
    Difference("Valhalla reads trunk roads, cycleways and bus roads otherwise", _ways(_classes)),
    Difference("Valhalla does not pass walls and fences mapped across a way", _shut(_wall)),
    Difference("Valhalla knows no ways without `highway`", _ways(_nameless)),
)


def differences(extract: Path) -> tuple[Difference, ...]:
    """All differences on an extract, in the order in which they are tried on a pair."""
    import osmium

    known: set[int] = set()
    cut: set[int] = set()
    bare: dict[int, Node] = {}  # points without a barrier, which we do not read
    for thing in osmium.FileProcessor(str(extract), osmium.osm.NODE | osmium.osm.WAY):
        if thing.is_node():
            known.add(thing.id)
            if thing.tags.get("foot") == "no" and "barrier" not in thing.tags:
                bare[thing.id] = Node(thing.id, {"foot": "no"}, thing.lon, thing.lat)
        elif "highway" in thing.tags and not all(node.ref in known for node in thing.nodes):
            cut.add(thing.id)

    def whole(features: Features) -> Features:
        ways = {number: way for number, way in features.ways.items() if number not in cut}
        return replace(features, ways=ways)

    def points(features: Features) -> Features:
        return _shut(_bollard)(replace(features, nodes={**bare, **features.nodes}))

    return (
        *_DIFFERENCES,
        Difference("Valhalla does not pass bollards and other points of `foot=no` or `access=no`", points),
        Difference("Valhalla leaves out ways that the extract cuts", whole),
    )
