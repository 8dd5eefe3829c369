"""Elements on their way into an extract: collected by id, written in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wegeketten.errors import InputDataError
from wegeketten.osm.writer import open_writer

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {"node": "n", "way": "w", "relation": "r"}
LONGEST = 255
"""Signs of a key or a value in OpenStreetMap; libosmium ends the process over ones that are much longer."""


@dataclass
class Elements:
    """Elements by id.

    Attributes
    ----------
    nodes
        Longitude, latitude, tags.
    ways
        Node ids, tags.
    relations
        Members ``(type, id, role)``, tags.
    timestamp
        Time of the data, ISO 8601, or "".
    """

    nodes: dict[int, tuple[float, float, dict[str, str]]] = field(default_factory=dict)
    ways: dict[int, tuple[list[int], dict[str, str]]] = field(default_factory=dict)
    relations: dict[int, tuple[list[tuple[str, int, str]], dict[str, str]]] = field(default_factory=dict)
    timestamp: str = ""

    def add(self, answer: dict[str, Any]) -> None:
        """Take over an answer of Overpass; the oldest timestamp counts.

        Parameters
        ----------
        answer
            The JSON document.

        Raises
        ------
        InputDataError
            An element is not shaped as Overpass's JSON is.
        """
        stated = answer.get("osm3s", {}).get("timestamp_osm_base", "")
        self.timestamp = min(filter(None, (self.timestamp, stated)), default="")
        for element in answer["elements"]:
            try:
                tags = {str(key): str(value) for key, value in element.get("tags", {}).items()}
                number = int(element["id"])
                if element["type"] == "node":
                    self.nodes[number] = (float(element["lon"]), float(element["lat"]), tags)
                elif element["type"] == "way":
                    self.ways[number] = ([int(ref) for ref in element["nodes"]], tags)
                elif element["type"] == "relation":
                    members = [(KINDS[m["type"]], int(m["ref"]), str(m["role"])) for m in element["members"]]
                    self.relations[number] = (members, tags)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise InputDataError(
                    f"Overpass: element {str(element)[:80]!r} is not shaped as expected ({error!r})"
                ) from error


def write_elements(elements: Elements, path: Path, form: str = "pbf") -> None:
    """Write nodes, ways and relations in order of their ids; the same elements give the same bytes.

    Parameters
    ----------
    elements
        What to write.
    path
        Target; written in place.
    form
        ``pbf``, ``osm``, ``osm.gz`` or ``osm.bz2``.
    """
    import osmium
    from osmium.osm import mutable

    header = osmium.io.Header()
    header.set("generator", "wegeketten")
    header.set("sorting", "Type_then_ID")
    if elements.timestamp:
        header.set("timestamp", elements.timestamp)
        header.set("osmosis_replication_timestamp", elements.timestamp)
    plain = "osm" if form.startswith("osm") else form
    with open_writer(path, plain, header=header) as writer:
        for number in sorted(elements.nodes):
            lon, lat, tags = elements.nodes[number]
            writer.add_node(mutable.Node(id=number, location=(lon, lat), tags=fitting_tags(tags)))
        for number in sorted(elements.ways):
            refs, tags = elements.ways[number]
            writer.add_way(mutable.Way(id=number, nodes=refs, tags=fitting_tags(tags)))
        for number in sorted(elements.relations):
            members, tags = elements.relations[number]
            writer.add_relation(mutable.Relation(id=number, members=members, tags=fitting_tags(tags)))
    if plain == "osm":
        _state_time(path, form, elements.timestamp)


def fitting_tags(tags: dict[str, str]) -> dict[str, str]:
    r"""Tags as OpenStreetMap can hold them: printable signs, not too many; keys that cannot be are left out.

    Parameters
    ----------
    tags
        Tags of an element.

    Returns
    -------
    dict
        Those that OpenStreetMap can hold.

    Examples
    --------
    >>> fitting_tags({"name": "a\0b" + 300 * "c", "k" * 300: "v", "": "v"})["name"][:4]
    'abcc'
    """
    if all(len(key) + len(value) < LONGEST and (key + value).isprintable() for key, value in tags.items()):
        return {key: value for key, value in tags.items() if key}
    return {
        key: "".join(sign for sign in value if sign.isprintable())[:LONGEST]
        for key, value in tags.items()
        if 0 < len(key) <= LONGEST and key.isprintable()
    }


def _state_time(path: Path, form: str, timestamp: str) -> None:
    """State the data's time in OSM XML as Overpass does (libosmium's header cannot), then pack it."""
    import bz2
    import gzip

    text = path.read_bytes()
    if timestamp:
        start = text.index(b">", text.index(b"<osm ")) + 1
        text = text[:start] + f'\n  <meta osm_base="{timestamp}"/>'.encode() + text[start:]
    if form == "osm.gz":
        text = gzip.compress(text, mtime=0)
    elif form == "osm.bz2":
        text = bz2.compress(text)
    path.write_bytes(text)
