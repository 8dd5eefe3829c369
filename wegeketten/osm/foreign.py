"""Sources that are no extract of OpenStreetMap but become one: OpenSidewalks, graphs of OSMnx."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.osm.elements import Elements
    from wegeketten.osm.sidewalk_elements import Original


@dataclass(frozen=True)
class ForeignSource:
    """What another program's file holds, as elements.

    Attributes
    ----------
    elements
        Nodes and ways.
    originals
        Of a set of OpenSidewalks: its features, and which element each became.
    """

    elements: Elements
    originals: list[Original] = field(default_factory=list)


def foreign_elements(path: Path) -> ForeignSource | None:
    """Elements of a file that is no extract, by its content and ending; None where it is none of these.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    ForeignSource or None
        Elements, and what they were translated from.

    Raises
    ------
    InputDataError
        It is one of these, but something in it is wrong.
    """
    if not path.is_file():
        return None
    name = path.name.lower()
    if name.endswith(".zip"):
        from wegeketten.osm.opensidewalks import is_set, read_sidewalks
        from wegeketten.osm.sidewalk_elements import elements_of

        if is_set(path):
            return ForeignSource(*elements_of(read_sidewalks(path)))
    if name.endswith((".graphml", ".gpkg")):
        from wegeketten.osm.graph_elements import elements_of_graph
        from wegeketten.osm.graph_files import read_graph

        return ForeignSource(elements_of_graph(read_graph(path)))
    return None
