"""A small town as an OSM file: a grid of streets, homes and shops, two boundaries, some kerbs and steps."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

WEST, SOUTH, STEP = 13.70, 51.03, 0.0012
SHOPS = ("shop=supermarket", "amenity=pharmacy", "amenity=doctors", "amenity=bank", "amenity=toilets")


def write_town(path: Path, *, size: int = 7, hostile: Sequence[str] = ()) -> Path:
    """Write the town; every name takes the next of `hostile` where given."""
    longest = 255  # OpenStreetMap's limit
    names = itertools.cycle([text.translate(_NOT_XML)[:longest] for text in hostile])

    def called(plain: str) -> str:
        return next(names) if hostile else plain

    path.write_text("\n".join(_lines(size, called)) + "\n", encoding="utf-8")
    return path


_NOT_XML = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 65534, 65535])


def _lines(size: int, called: Callable[[str], str]) -> Iterator[str]:
    yield "<?xml version='1.0' encoding='UTF-8'?>"
    yield '<osm version="0.6" generator="town">'
    grid = {}
    for row, column in itertools.product(range(size), range(size)):
        grid[row, column] = number = 1000 + row * size + column
        tags = {"barrier": "kerb", "kerb": "raised"} if (row + column) % 5 == 4 else {}
        yield _node(number, row, column, tags)
    for row, column in itertools.product(range(size), range(size)):
        number = 5000 + 10 * (row * size + column)
        street = f"{row + 1}. Straße" if not row % 3 else called(f"{row + 1}. Straße")
        address = {"addr:street": street, "addr:housenumber": called(str(column + 1))}
        yield _node(number, row + 0.2, column + 0.3, address)
        yield _node(number + 1, row - 0.2, column + 0.6, address | {"addr:housenumber": f"{column + 1}a"})
        if (row * size + column) % 4 == 0:
            key, value = SHOPS[(row * size + column) // 4 % len(SHOPS)].split("=")
            access = ("yes", "limited", "no", "")[(row + column) % 4]
            place = {key: value, "name": called(f"{value} {row}{column}")}
            place |= {"opening_hours": called("Mo-Fr 08:00-18:00")} | (
                {"wheelchair": access} if access else {}
            )
            yield _node(number + 2, row + 0.1, column + 0.4, place)
    ways = 20000
    for row in range(size):
        ways += 1
        tags = {"highway": "footway", "surface": "asphalt", "name": called(f"{row + 1}. Straße")}
        if row == 3:
            tags = {"highway": "steps", "step_count": "12", "name": called("Große Treppe")}
        yield _way(ways, [grid[row, column] for column in range(size)], tags)
    for column in range(size):
        ways += 1
        tags = {"highway": "residential", "name": called(f"Allee {column + 1}")}
        yield _way(ways, [grid[row, column] for row in range(size)], tags)
    yield from _yard(size, grid[size - 1, size - 1])
    for half, name in enumerate(("Westend", "Ostend")):
        left, right = (-1, size / 2) if half == 0 else (size / 2, size + 1)
        corners = [(-1, left), (-1, right), (size + 4, right), (size + 4, left)]
        for at, corner in enumerate(corners):
            yield _node(30000 + 10 * half + at, *corner, {})
        ring = [30000 + 10 * half + place for place in (0, 1, 2, 3, 0)]
        yield _way(31000 + half, ring, {})
        border = {"type": "boundary", "boundary": "administrative", "admin_level": "10", "name": called(name)}
        member = f'<member type="way" ref="{31000 + half}" role="outer"/>'
        yield f'<relation id="{32000 + half}" version="1">{member}{_tags(border)}</relation>'
    yield "</osm>"


def _yard(size: int, corner: int) -> Iterator[str]:
    """Homes behind a flight of steps, the only way out."""
    for place in (1, 2):
        yield _node(40000 + place, size - 1 + 2 * place, size - 1, {})
    yield _way(41001, [corner, 40001], {"highway": "steps", "step_count": "20"})
    yield _way(41002, [40001, 40002], {"highway": "footway", "surface": "asphalt", "name": "Hof"})
    for number in range(3):
        address = {"addr:street": "Hof", "addr:housenumber": str(number + 1)}
        yield _node(40010 + number, size + 1.3 + number / 2, size - 0.9, address)


def _node(number: int, row: float, column: float, tags: dict[str, str]) -> str:
    lat, lon = SOUTH + STEP * row / 1.6, WEST + STEP * column
    return f'<node id="{number}" version="1" lat="{lat:.7f}" lon="{lon:.7f}">{_tags(tags)}</node>'


def _way(number: int, nodes: Sequence[int], tags: dict[str, str]) -> str:
    refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
    return f'<way id="{number}" version="1">{refs}{_tags(tags)}</way>'


def _tags(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())
