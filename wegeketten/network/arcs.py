"""From edges to arcs: what the routing core is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from wegeketten.model.edges import EdgeTable
    from wegeketten.routing import Graph


def graph_of(edges: EdgeTable, nodes: int) -> Graph:
    """The network as a directed graph; edge row e makes arc 2e (u → v) and 2e + 1 (v → u).

    Parameters
    ----------
    edges
        The edge table.
    nodes
        Number of nodes.

    Returns
    -------
    Graph
        With all weights 1; a profile's weights are given to its hierarchy later.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> graph = graph_of(hamlet().edges, len(hamlet().nodes["x"]))
    >>> graph.n, graph.m
    (7, 16)
    """
    from wegeketten.routing import Graph

    u, v = edges["u"].astype(np.int32), edges["v"].astype(np.int32)
    tails = np.stack([u, v], axis=1).ravel()
    heads = np.stack([v, u], axis=1).ravel()
    return Graph.from_arcs(nodes, tails, heads, np.ones(2 * len(u), dtype=np.int32))
