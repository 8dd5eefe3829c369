"""The order in which nodes are contracted: first all that cost nothing, then by nested dissection.

A node with at most two neighbours can be taken out without adding an arc: a dead end leaves nothing behind,
a node inside a chain leaves the arc between its neighbours. Doing this as long as possible takes out chains,
parallel chains and everything behind a single access, and leaves a core of real junctions of a quarter of
the size, for which small separators are sought: with METIS where it is installed, else by a dissection of our
own.
The order decides how fast the hierarchy is, never what it answers.
"""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

import numpy as np

from .compiled import i4, i8, kernel, nothing, reads, writes
from .graph import Graph, group

if TYPE_CHECKING:
    from .graph import Int32

log = logging.getLogger(__name__)

Method = Literal["auto", "metis", "own"]

_SCAN = 16  # neighbours looked through for an arc that is already there


def neighbours(graph: Graph) -> tuple[Int32, Int32]:
    """Adjacency of the undirected graph below, without loops and doubles, each row ascending.

    Parameters
    ----------
    graph
        Any graph; directions are left out.

    Returns
    -------
    tuple
        Row pointers, shape (n + 1,), and neighbours.

    Examples
    --------
    >>> neighbours(Graph.from_arcs(3, [1, 0, 2, 1], [0, 1, 2, 2], [1, 1, 1, 1]))
    (array([0, 1, 3, 4], dtype=int32), array([1, 0, 2, 1], dtype=int32))
    """
    tails = np.concatenate([graph.tails, graph.heads])
    heads = np.concatenate([graph.heads, graph.tails])
    return simple(graph.n, tails, heads)


def simple(n: int, tails: Int32, heads: Int32) -> tuple[Int32, Int32]:
    """Compressed rows without loops and doubles, ascending within each row.

    Parameters
    ----------
    n
        Number of nodes.
    tails, heads
        Ends of the arcs, in both directions, shape (arcs,).

    Returns
    -------
    tuple
        Where each node's row starts, shape (n + 1,), and the neighbours.

    Examples
    --------
    >>> simple(2, np.array([0, 0, 1, 1], np.int32), np.array([1, 1, 0, 1], np.int32))[1].tolist()
    [1, 0]
    """
    _, order = group(n, heads)
    tails, heads = tails[order], heads[order]
    pointers, order = group(n, tails)
    heads = heads[order]
    kept = np.empty(n + 1, np.int32)
    _squeeze(pointers, heads, kept)
    return kept, heads[: kept[-1]].copy()


@kernel(nothing, reads(i4), writes(i4), writes(i4))
def _squeeze(pointers: Int32, heads: Int32, kept: Int32) -> None:
    """Drop loops and repeated heads in place."""
    count = 0
    for u in range(pointers.size - 1):
        kept[u] = count
        last = u
        for i in range(pointers[u], pointers[u + 1]):
            v = heads[i]
            if v != last and v != u:
                heads[count] = v
                count += 1
                last = v
    kept[pointers.size - 1] = count


@kernel(i8, reads(i4), *[writes(i4)] * 8)
def _reduce(  # noqa: C901  (one pass over one structure)
    pointers: Int32,
    heads: Int32,
    twins: Int32,
    degrees: Int32,
    order: Int32,
    cursor: Int32,
    touched: Int32,
    waiting: Int32,
    later: Int32,
) -> int:
    """Take out nodes with at most two neighbours for as long as there are any; return how many.

    `heads` and `twins` (position of the same arc seen from the other side) are rewritten: what remains,
    entries that are not negative, is the core. In each round no two neighbours are taken out, which keeps the
    tree of the hierarchy flat along chains. `touched` starts as -1, the other three are working room.
    """
    n = degrees.size
    for u in range(n):
        cursor[u] = pointers[u]
        degrees[u] = pointers[u + 1] - pointers[u]
    for u in range(n):  # rows are ascending, so twins turn up in order
        for i in range(pointers[u], pointers[u + 1]):
            v = heads[i]
            if u < v:
                twins[i] = cursor[v]
                twins[cursor[v]] = i
            cursor[v] += 1
    count = 0
    for u in range(n):
        if degrees[u] <= 2:
            waiting[count] = u
            count += 1
            cursor[u] = -1  # queued
    taken = 0
    turn = 0
    while count > 0:
        kept = 0
        for k in range(count):
            u = waiting[k]
            if touched[u] == turn:
                later[kept] = u
                kept += 1
                continue
            first, second = -1, -1
            for i in range(pointers[u], pointers[u + 1]):
                if heads[i] >= 0:
                    if first < 0:
                        first = i
                    else:
                        second = i
            order[taken] = u
            taken += 1
            degrees[u] = -1
            if first < 0:
                continue
            a = heads[first]
            here = twins[first]
            heads[first] = -1
            touched[a] = turn
            if second < 0:
                heads[here] = -1
                degrees[a] -= 1
                b = a
            else:
                b = heads[second]
                there = twins[second]
                heads[second] = -1
                touched[b] = turn
                known = a == b
                if not known:
                    x, y = a, b
                    if pointers[b + 1] - pointers[b] < pointers[a + 1] - pointers[a]:
                        x, y = b, a
                    if pointers[x + 1] - pointers[x] <= _SCAN:
                        for i in range(pointers[x], pointers[x + 1]):
                            if heads[i] == y:
                                known = True
                if known:
                    heads[here] = -1
                    heads[there] = -1
                    degrees[a] -= 1
                    degrees[b] -= 1
                else:
                    heads[here] = b
                    heads[there] = a
                    twins[here] = there
                    twins[there] = here
            if degrees[a] <= 2 and cursor[a] >= 0:
                cursor[a] = -1
                later[kept] = a
                kept += 1
            if degrees[b] <= 2 and cursor[b] >= 0:
                cursor[b] = -1
                later[kept] = b
                kept += 1
        waiting, later = later, waiting
        count = kept
        turn += 1
    return taken


def reduce(pointers: Int32, heads: Int32) -> tuple[Int32, Int32, Int32, Int32]:
    """Take out nodes with at most two neighbours as long as there are any.

    Parameters
    ----------
    pointers, heads
        Adjacency, as `neighbours` returns it.

    Returns
    -------
    tuple
        The nodes in the order in which they go; the nodes of the core; and the core's adjacency in numbers of
        its own.
    """
    n = pointers.size - 1
    heads = heads.copy()
    twins = np.empty_like(heads)
    degrees = np.empty(n, np.int32)
    order = np.empty(n, np.int32)
    cursor, waiting, later = (np.empty(n, np.int32) for _ in range(3))
    touched = np.full(n, -1, np.int32)
    taken = _reduce(pointers, heads, twins, degrees, order, cursor, touched, waiting, later)
    core = np.flatnonzero(degrees >= 0).astype(np.int32)
    number = np.full(n, -1, np.int32)
    number[core] = np.arange(core.size, dtype=np.int32)
    tails = np.repeat(np.arange(n, dtype=np.int32), np.diff(pointers))
    alive = heads >= 0
    rows, columns = simple(core.size, number[tails[alive]], number[heads[alive]])
    return order[:taken], core, rows, columns


def contraction_order(graph: Graph, method: Method = "auto") -> Int32:
    """Find the order in which nodes are contracted.

    Parameters
    ----------
    graph
        Only its shape counts, neither weights nor directions.
    method
        Who dissects the core: METIS, our own search, or METIS where it is installed.

    Returns
    -------
    NDArray
        All nodes, first to be contracted first, shape (n,).

    Raises
    ------
    ValueError
        METIS is asked for and not installed.

    Examples
    --------
    >>> from wegeketten.routing import Graph
    >>> graph = Graph.from_arcs(3, [0, 1, 1, 2], [1, 0, 2, 1], [5, 5, 7, 7])
    >>> sorted(contraction_order(graph, "own").tolist())
    [0, 1, 2]
    """
    pointers, heads = neighbours(graph)
    early, core, rows, columns = reduce(pointers, heads)
    has_metis = find_spec("pymetis") is not None
    if method == "metis" and not has_metis:
        raise ValueError("the order method 'metis' needs the package pymetis; use 'own' or install it")
    if core.size == 0:
        late = core
    elif has_metis and method != "own":
        import pymetis

        positions, _ = pymetis.nested_dissection(pymetis.CSRAdjacency(rows, columns))
        late = core[np.asarray(positions, np.int64)]
    else:
        from .dissection import dissect

        log.info("pymetis is not installed: the order is found by our own search, which is slower")
        late = core[dissect(rows, columns)]
    return np.concatenate([early, late]).astype(np.int32)
