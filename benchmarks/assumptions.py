"""How honest are the assumptions: hide tags that mappers did set, assume, and compare with what was hidden.

    python benchmarks/assumptions.py [EXTRACT]…

Without arguments it reads Berlin and Zürich from ``../shared/data``. For every attribute it prints how many
elements have a measured or typed value, the share of these that lies inside the interval assumed without the
tag (target: 95 %), how wide that interval is on average, and the mean error of the point value. Tags without
a point value (``incline=up``, ``kerb=yes``) are no truth and are left out; other tags of the element stay, so
an interval may be narrowed by them (surface by smoothness, say). Last it counts how many tags were read.
"""

from __future__ import annotations

import math
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import osmium

from wegeketten.model.edges import ATTRIBUTES, HIGHWAYS, Kind
from wegeketten.network.barriers import barrier_kind
from wegeketten.network.ways import walk_of
from wegeketten.tags import Provenance, measure, resolve
from wegeketten.tags.keys import plain_key, quantity_of
from wegeketten.tags.precedence import attribute_of_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "osm"
CITIES = ("berlin-miraustrasse_2026-07.osm.pbf", "zuerich-hb_2025-11.osm.pbf")
TARGET = 0.95


def main() -> None:
    files = [Path(name) for name in sys.argv[1:]] or [SHARED / name for name in CITIES]
    compared: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
    read, unread = Counter[str](), Counter[tuple[str, str]]()
    for file in files:
        for tags, length_m in elements(file):
            count(tags, read, unread)
            for kind, side, highway in edges_of(tags):
                compare(tags, kind, side, highway, length_m, compared)
    print_coverage(compared, files)
    print_reading(read, unread)


def elements(file: Path) -> Iterator[tuple[dict[str, str], float | None]]:
    """Tags of nodes and ways, and the length of ways in metres."""
    tagged = osmium.filter.EmptyTagFilter()
    for element in osmium.FileProcessor(str(file)).with_locations().with_filter(tagged):
        tags = dict(element.tags)
        if element.is_way():
            line = [node.location for node in element.nodes if node.location.valid()]
            yield tags, sum(map(metres, line, line[1:]))
        elif element.is_node():
            yield tags, None


def metres(first: osmium.osm.Location, second: osmium.osm.Location) -> float:
    east = (second.lon - first.lon) * math.cos(math.radians(first.lat))
    return 111_195 * math.hypot(east, second.lat - first.lat)


def edges_of(tags: dict[str, str]) -> Iterator[tuple[Kind, str | None, str]]:
    """Kind, side and class of the edges that an element's tags speak of."""
    walk = walk_of(tags)
    if walk is not None:
        highway = HIGHWAYS[walk.highway]
        yield walk.kind, None, highway
        for side in ("left", "right"):
            if any(key.startswith((f"sidewalk:{side}:", "sidewalk:both:")) for key in tags):
                yield Kind.pavement, side, highway
    elif "highway" not in tags or tags["highway"] == "crossing":
        kind = barrier_kind(tags)
        if kind is not None:
            yield kind, None, ""
        if tags.get("highway") == "crossing":
            yield Kind.crossing, None, ""
            if "kerb" in tags or "kerb:height" in tags:
                yield Kind.kerb, None, ""


def compare(
    tags: dict[str, str],
    kind: Kind,
    side: str | None,
    highway: str,
    length_m: float | None,
    compared: dict[str, list[tuple[float, float, float, float]]],
) -> None:
    known = attribute_of_keys()
    told = resolve(tags, kind, side=side, highway=highway, length_m=length_m)
    for attribute, truth in zip(ATTRIBUTES, told.values, strict=True):
        if truth.provenance != Provenance.tagged or attribute.name == "wheelchair":
            continue
        mine = {key for key in tags if known.get(plain_key(key)) == attribute.name}
        mine |= (
            {key for key in tags if key.startswith("handrail")}
            if attribute.name == "handrail_sides"
            else set()
        )
        spans = [measure(key, tags[key]) for key in mine]
        if not any(span is not None and span.value is not None for span in spans):
            continue
        hidden = {key: raw for key, raw in tags.items() if key not in mine}
        guess = resolve(hidden, kind, side=side, highway=highway, length_m=length_m).of(attribute.name)
        if guess.provenance != Provenance.none:
            compared[attribute.name].append((truth.value, guess.lower, guess.value, guess.upper))


def count(tags: dict[str, str], read: Counter[str], unread: Counter[tuple[str, str]]) -> None:
    for key, raw in tags.items():
        quantity = quantity_of(key)
        if quantity is None or (quantity.name == "kerb_height" and tags.get("barrier") != "kerb"):
            continue
        if measure(key, raw) is None:
            unread[key, raw] += 1
        else:
            read[quantity.name] += 1


def print_coverage(compared: dict[str, list[tuple[float, float, float, float]]], files: list[Path]) -> None:
    print(f"Assumed against tagged in {', '.join(file.name for file in files)}\n")
    print("| attribute | tagged | inside | target | mean interval | widest | mean error of the point |")
    print("|---|---:|---:|---|---:|---:|---:|")
    for attribute in ATTRIBUTES:
        rows = compared.get(attribute.name)
        if not rows:
            print(f"| {attribute.name} | 0 | – | – | – | {attribute.widest[1] - attribute.widest[0]:g} | – |")
            continue
        inside = sum(lower - 1e-6 <= truth <= upper + 1e-6 for truth, lower, _, upper in rows) / len(rows)
        width = sum(upper - lower for _, lower, _, upper in rows) / len(rows)
        error = sum(abs(truth - value) for truth, _, value, _ in rows) / len(rows)
        verdict = "met" if inside >= TARGET else "missed"
        print(
            f"| {attribute.name} ({attribute.unit}) | {len(rows)} | {100 * inside:.1f} % | {verdict} "
            f"| {width:.1f} | {attribute.widest[1] - attribute.widest[0]:g} | {error:.2f} |"
        )


def print_reading(read: Counter[str], unread: Counter[tuple[str, str]]) -> None:
    total, lost = sum(read.values()), sum(unread.values())
    print(
        f"\n{total} of {total + lost} tags of these keys were read "
        f"({100 * total / (total + lost):.2f} %). Not read:"
    )
    for (key, raw), number in sorted(unread.items(), key=lambda item: (-item[1], item[0])):
        print(f"- {key}={raw!r} ({number})")


if __name__ == "__main__":
    main()
