"""Towns given in metres east and north of a place near Dresden: for tests in which distances matter."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import cos, radians
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City

LAT, LON, M_PER_DEG = 51.05, 13.74, 111_195.0
GOOD = "surface=asphalt|width=2.5|incline=0%|smoothness=good"
"""What a way says that hinders nobody."""


@dataclass
class Plot:
    """A town; nodes by name, ways of names between blanks, tags as ``key=value`` between bars."""

    nodes: dict[str, tuple[float, float, str]] = field(default_factory=dict)
    ways: list[tuple[str, str]] = field(default_factory=list)
    relations: list[tuple[list[tuple[int, str]], str]] = field(default_factory=list)

    def node(self, name: str, x: float, y: float, tags: str = "") -> Plot:
        """Add a node."""
        self.nodes[name] = (x, y, tags)
        return self

    def way(self, names: str, tags: str) -> Plot:
        """Add a way through nodes; unknown names such as ``20,-5`` are places of their own."""
        for name in names.split():
            if name not in self.nodes:
                x, y = map(float, name.split(","))
                self.nodes[name] = (x, y, "")
        self.ways.append((names, tags))
        return self

    def area(self, west: float, south: float, east: float, north: float, tags: str) -> Plot:
        """Add a rectangle."""
        corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        return self.way(" ".join(f"{x:g},{y:g}" for x, y in corners), tags)

    def spot(self, x: float, y: float) -> tuple[float, float]:
        """Latitude and longitude of a place, as commands take it."""
        return LAT + y / M_PER_DEG, LON + x / (M_PER_DEG * cos(radians(LAT)))

    def write(self, path: Path) -> Path:
        """Write the town as an OSM file."""
        number = {name: row for row, name in enumerate(self.nodes, start=1)}
        lines = ["<osm version='0.6' generator='plotted'>"]
        for name, (x, y, tags) in self.nodes.items():
            lat, lon = self.spot(x, y)
            lines.append(
                f"<node id='{number[name]}' version='1' lat='{lat:.9f}' lon='{lon:.9f}'>{_tags(tags)}</node>"
            )
        for row, (names, tags) in enumerate(self.ways, start=1001):
            refs = "".join(f"<nd ref='{number[name]}'/>" for name in names.split())
            lines.append(f"<way id='{row}' version='1'>{refs}{_tags(tags)}</way>")
        for row, (members, tags) in enumerate(self.relations, start=2001):
            inside = "".join(f"<member type='way' ref='{ref}' role='{role}'/>" for ref, role in members)
            lines.append(f"<relation id='{row}' version='1'>{inside}{_tags(tags)}</relation>")
        path.write_text("\n".join([*lines, "</osm>", ""]), encoding="utf-8")
        return path

    def build(self, folder: Path) -> City:
        """The town as a built city."""
        from wegeketten.pipeline.build import build

        return build(self.write(folder / "town.osm"), folder / "city")


def _tags(text: str) -> str:
    pairs = [pair.split("=", 1) for pair in text.split("|")] if text else []
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in pairs)
