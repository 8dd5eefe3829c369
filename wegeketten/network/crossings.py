"""Crossings: how they are secured, and the tags of way and node together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wegeketten.network.edges import Crossing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wegeketten.osm.features import Features, Way

_SECURED = {
    "traffic_signals": Crossing.signals,
    "pelican": Crossing.signals,
    "toucan": Crossing.signals,
    "puffin": Crossing.signals,
    "zebra": Crossing.marked,
    "marked": Crossing.marked,
    "uncontrolled": Crossing.marked,
    "unmarked": Crossing.unmarked,
    "informal": Crossing.unmarked,
    "island": Crossing.unknown,
}


def crossing_of(tags: Mapping[str, str]) -> Crossing:
    """How a mapped crossing is secured.

    Examples
    --------
    >>> crossing_of({"crossing": "uncontrolled"}).name, crossing_of({"highway": "crossing"}).name
    ('marked', 'unknown')
    """
    if tags.get("crossing:signals") == "yes" or tags.get("highway") == "traffic_signals":
        return Crossing.signals
    for key in ("crossing", "crossing_ref"):
        for word in tags.get(key, "").split(";"):
            if word.strip() in _SECURED:
                return _SECURED[word.strip()]
    markings = tags.get("crossing:markings")
    if markings is not None:
        return Crossing.unmarked if markings == "no" else Crossing.marked
    return Crossing.unknown


def merged_tags(features: Features, way: Way) -> dict[str, str]:
    """Tags of a mapped crossing, completed by those of the crossing node it runs through."""
    tags: dict[str, str] = {}
    for ref in features.refs[way.start : way.stop].tolist():
        node = features.nodes.get(ref)
        if node is not None and (node.tags.get("highway") == "crossing" or "crossing" in node.tags):
            tags.update(node.tags)
    tags.update(way.tags)
    return tags
