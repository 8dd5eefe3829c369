"""Graphs of OSMnx from the files it keeps them in: GraphML and GeoPackage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wegeketten.errors import InputDataError
from wegeketten.files.bounds import size_within

if TYPE_CHECKING:
    from pathlib import Path

    import networkx as nx

    from wegeketten.files.shapes import Layer

_ENDS = ("u", "v")


def read_graph(path: Path) -> nx.MultiDiGraph:
    """Read what ``osmnx.save_graphml`` or ``osmnx.save_graph_geopackage`` wrote.

    Parameters
    ----------
    path
        ``.graphml`` or ``.gpkg``. OSM XML of OSMnx is an extract like any other.

    Returns
    -------
    nx.MultiDiGraph
        With coordinates, and values as they were.

    Raises
    ------
    InputDataError
        The file is damaged, or holds no graph.
    """
    size_within(path, "graph")
    return _graphml(path) if path.name.lower().endswith(".graphml") else _geopackage(path)


def _graphml(path: Path) -> nx.MultiDiGraph:
    import networkx as nx

    with path.open("rb") as file:
        head = file.read(1 << 16)
    if b"<graphml" not in head or b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise InputDataError(f"{path}: is no GraphML of OSMnx")
    try:
        graph = nx.read_graphml(path, force_multigraph=True)
    except Exception as error:  # of the XML parser, of NetworkX and of what the file claims to hold
        if isinstance(error, MemoryError):
            raise
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputDataError(f"{path}: cannot be read as GraphML ({reason})") from error
    return nx.MultiDiGraph(graph)


def _geopackage(path: Path) -> nx.MultiDiGraph:
    import networkx as nx

    from wegeketten.files.shapes import read_layer

    nodes = read_layer(f"{path}:nodes", kinds=("Point",))
    edges = read_layer(f"{path}:edges", kinds=("LineString",))
    if "osmid" not in nodes.columns or not set(_ENDS) <= edges.columns.keys():
        raise InputDataError(f"{path}: holds no graph of OSMnx (nodes with osmid, edges with u and v)")
    graph = nx.MultiDiGraph(crs=nodes.crs.to_string())
    for row, (label, shape) in enumerate(zip(nodes.columns["osmid"], nodes.shapes, strict=True)):
        place = {} if shape is None else {"x": shape.x, "y": shape.y}
        graph.add_node(label, **{**_said(nodes, row), **place})
    ends = (edges.columns[name] for name in _ENDS)
    for row, (u, v, shape) in enumerate(zip(*ends, edges.shapes, strict=True)):
        graph.add_edge(u, v, **_said(edges, row), geometry=shape)
    return graph


def _said(layer: Layer, row: int) -> dict[str, Any]:
    """What a row says: empty cells say nothing."""
    cells = ((name, column[row]) for name, column in layer.columns.items() if name not in ("key", *_ENDS))
    return {name: cell for name, cell in cells if cell is not None and cell != "" and cell == cell}
