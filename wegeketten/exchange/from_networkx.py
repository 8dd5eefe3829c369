"""A city made from a graph of OSMnx."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx

    from wegeketten.city import City


def from_networkx(graph: nx.MultiDiGraph, out: str | Path | None = None, **options: Any) -> City:
    """Make a city of a graph from OSMnx, simplified or not.

    Edges are taken as ways with their attributes as tags, nodes with theirs, and read like an extract. So
    everything counts that OSMnx was configured to keep: add ``kerb``, ``barrier``, ``surface``, ``incline``,
    ``width``, ``sidewalk`` … to ``osmnx.settings.useful_tags_way`` and ``useful_tags_node``. An edge's
    ``grade`` is taken as its incline where no tag states one.

    What is lost: homes, services and districts, which a graph of streets does not hold (build from an extract
    to scan). In a simplified graph also the nodes inside edges, with their kerbs and barriers, and which part
    of a merged edge a value belongs to: values become bounds over all of them, and of several classes the
    hardest stands for the edge. ``oneway`` concerns vehicles and is left out.

    Parameters
    ----------
    graph
        With ``graph["crs"]``, nodes ``x`` and ``y``; edges may have ``geometry``, ``osmid`` and tags.
    out
        Folder for the city. Without it, a temporary folder that goes away with the city.
    options
        Options of `wegeketten.build`, such as ``dem=["N49E011.hgt"]``.

    Returns
    -------
    City
        Of which routes, weights and `to_networkx` work as for any other.

    Raises
    ------
    InputDataError
        The graph has no edges, no ``crs``, or nodes without ``x`` and ``y``.

    Examples
    --------
    >>> import networkx as nx
    >>> from wegeketten.model.edges import Kind
    >>> streets = nx.MultiDiGraph(crs="EPSG:4326")
    >>> streets.add_nodes_from([("a", {"x": 13.73, "y": 51.05}), ("b", {"x": 13.74, "y": 51.05})])
    >>> _ = streets.add_edge("a", "b", highway=["footway", "steps"])
    >>> city = from_networkx(streets)
    >>> Kind(int(city.edges["kind"][0])).name
    'steps'
    """
    from wegeketten.osm.elements import write_elements
    from wegeketten.osm.graph_elements import elements_of_graph
    from wegeketten.pipeline.build import build

    elements = elements_of_graph(graph)
    folder = Path(tempfile.mkdtemp(prefix="wegeketten-"))
    try:
        source = folder / "graph.osm.pbf"
        write_elements(elements, source)
        city = build(source, folder / "city" if out is None else out, **options)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if out is None:
        weakref.finalize(city, shutil.rmtree, folder, ignore_errors=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return city
