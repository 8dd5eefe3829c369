"""An extract whose elements have other ids: what is built from it must be the same."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import osmium

if TYPE_CHECKING:
    from pathlib import Path


def renumber(source: Path, target: Path, seed: int) -> Path:
    """Permute all ids within their type and write the elements in the order of the new ones."""
    elements: dict[str, list[Any]] = {"n": [], "w": [], "r": []}
    ids: dict[str, set[int]] = {"n": set(), "w": set(), "r": set()}
    for element in osmium.FileProcessor(source):
        tags = {tag.k: tag.v for tag in element.tags}
        kind = "n"
        what: Any = None
        if isinstance(element, osmium.osm.Node):
            what = (element.lon, element.lat)
        elif isinstance(element, osmium.osm.Way):
            kind, what = "w", [("n", node.ref, "") for node in element.nodes]
        elif isinstance(element, osmium.osm.Relation):
            kind, what = "r", [(member.type, member.ref, member.role) for member in element.members]
        else:
            continue
        ids[kind].add(element.id)
        if kind != "n":
            for member, ref, _ in what:
                ids[member].add(ref)
        elements[kind].append((element.id, tags, what))
    shuffler = random.Random(seed)
    new = {}
    for kind, known in ids.items():
        old = sorted(known)
        new[kind] = dict(zip(old, shuffler.sample(old, len(old)), strict=True))
    writer = osmium.SimpleWriter(target)
    make = osmium.osm.mutable
    for kind, found in elements.items():
        for number, tags, what in sorted(
            ((new[kind][old], tags, what) for old, tags, what in found), key=_number
        ):
            if kind == "n":
                writer.add_node(make.Node(id=number, tags=tags, location=what, version=1))
                continue
            members = [(member, new[member][ref], role) for member, ref, role in what]
            if kind == "w":
                refs = [ref for _, ref, _ in members]
                writer.add_way(make.Way(id=number, tags=tags, nodes=refs, version=1))
            else:
                writer.add_relation(make.Relation(id=number, tags=tags, members=members, version=1))
    writer.close()
    return target


def _number(element: tuple[int, Any, Any]) -> int:
    return element[0]
