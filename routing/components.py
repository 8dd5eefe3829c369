"""Parts of a graph in which every node leads to every other and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .compiled import i4, kernel, nothing, reads, u4, writes
from .graph import INF

if TYPE_CHECKING:
    from .graph import Graph, Int32, UInt32


@kernel(nothing, reads(u4), reads(u4), reads(i4), writes(i4), writes(i4), writes(i4), writes(i4), writes(i4))
def _tarjan(
    indptr: UInt32,
    heads: UInt32,
    weights: Int32,
    labels: Int32,
    low: Int32,
    following: Int32,
    trail: Int32,
    waiting: Int32,
) -> None:
    """Label the strong parts, Tarjan's way without recursion; `labels` are -1 at first."""
    parts, seen, held = 0, 0, 0
    for root in range(labels.size):
        if low[root] >= 0:
            continue
        depth = 0
        trail[0] = root
        low[root] = seen
        following[root] = indptr[root]
        # `waiting` holds the nodes without a label in the order in which they were seen; behind it lie those
        # nodes' numbers, so that a root of a part is recognised by a `low` that is still its own number
        waiting[held] = root
        waiting[labels.size + root] = seen
        held += 1
        seen += 1
        while depth >= 0:
            u = trail[depth]
            if following[u] < indptr[u + 1]:
                i = following[u]
                following[u] += 1
                if weights[i] == INF:
                    continue
                v = heads[i]
                if low[v] < 0:
                    low[v] = seen
                    following[v] = indptr[v]
                    waiting[held] = v
                    waiting[labels.size + v] = seen
                    held += 1
                    seen += 1
                    depth += 1
                    trail[depth] = v
                elif labels[v] < 0:
                    low[u] = min(low[u], low[v])
                continue
            depth -= 1
            if depth >= 0:
                low[trail[depth]] = min(low[trail[depth]], low[u])
            if low[u] == waiting[labels.size + u]:
                while True:
                    held -= 1
                    v = waiting[held]
                    labels[v] = parts
                    if v == u:
                        break
                parts += 1


def strong_parts(graph: Graph) -> Int32:
    """Number of the strongly connected part each node belongs to; closed arcs do not count.

    Parameters
    ----------
    graph
        The graph.

    Returns
    -------
    ndarray
        int32, shape (n,): numbered from 0, a part before those that lead to it.

    Examples
    --------
    >>> from wegeketten.routing import Graph
    >>> strong_parts(Graph.from_arcs(4, [0, 1, 2, 2], [1, 0, 1, 3], [5, 5, 5, INF]))
    array([0, 0, 1, 2], dtype=int32)
    """
    n = graph.n
    labels, low = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    room = np.empty(n, np.int32), np.empty(n + 1, np.int32), np.empty(2 * n, np.int32)
    _tarjan(graph.indptr.view(np.uint32), graph.heads.view(np.uint32), graph.weights, labels, low, *room)
    return labels
