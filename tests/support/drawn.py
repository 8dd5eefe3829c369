"""Towns drawn as text: letters are nodes at their place on a grid, ways are words of letters."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import cos, radians
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LAT, LON = 51.05, 13.74
M_PER_DEG = 111_195.0


@dataclass
class Town:
    """A town on a grid; `cell_m` metres from one character to the next, and from line to line.

    Ids are fixed: node ids follow the letters' code points, ways are numbered from 1001 in the order given,
    homes from 5001, places from 7001.
    """

    drawing: str
    ways: Mapping[str, str]
    nodes: Mapping[str, str] = field(default_factory=dict)
    cell_m: float = 10.0
    extra: str = ""

    def position(self, letter: str) -> tuple[float, float]:
        """Longitude and latitude of a letter."""
        for row, line in enumerate(self.drawing.strip("\n").split("\n")):
            column = line.find(letter)
            if column >= 0:
                return self.at(column, row)
        raise KeyError(letter)

    def at(self, column: float, row: float) -> tuple[float, float]:
        """Longitude and latitude of a place on the grid."""
        lat = LAT - row * self.cell_m / M_PER_DEG
        lon = LON + column * self.cell_m / (M_PER_DEG * cos(radians(LAT)))
        return round(lon, 9), round(lat, 9)

    def xml(self) -> str:
        """The town as an OSM file."""
        letters = sorted({c for c in self.drawing if c.isalnum()} | set("".join(self.ways)) | set(self.nodes))
        lines = ["<?xml version='1.0' encoding='UTF-8'?>", '<osm version="0.6" generator="drawn">']
        for letter in letters:
            lon, lat = self.position(letter)
            lines.append(
                _element("node", ord(letter), self.nodes.get(letter, ""), f' lat="{lat}" lon="{lon}"')
            )
        for number, (word, tags) in enumerate(self.ways.items(), start=1001):
            refs = "".join(f'<nd ref="{ord(letter)}"/>' for letter in word.split("#")[0])
            lines.append(_element("way", number, tags, "", refs))
        return "\n".join([*lines, self.extra, "</osm>", ""])

    def write(self, path: Path) -> Path:
        """Write the town to `path` and return it."""
        path.write_text(self.xml(), encoding="utf-8")
        return path


def _element(kind: str, number: int, tags: str, attributes: str, inside: str = "") -> str:
    pairs = [pair.split("=", 1) for pair in tags.split("|")] if tags else []
    texts = "".join(f"<tag k={quoteattr(key.strip())} v={quoteattr(value)}/>" for key, value in pairs)
    return f'<{kind} id="{number}" version="1"{attributes}>{inside}{texts}</{kind}>'
