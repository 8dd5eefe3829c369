"""From an elimination order to the chordal graph, its ranks numbered for locality."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .compiled import i4, i8, kernel, nothing, reads, writes
from .graph import group
from .order import neighbours
from .supernodes import supernode_order

if TYPE_CHECKING:
    from .graph import Graph, Int32


@kernel(
    i8,
    *(reads(i4), reads(i4), reads(i4), reads(i4)),
    i8,
    *(writes(i4), writes(i4), writes(i4), writes(i4), writes(i4)),
)
def _eliminate(
    pointers: Int32,
    heads: Int32,
    order: Int32,
    ranks: Int32,
    start: int,
    starts: Int32,
    parents: Int32,
    seen: Int32,
    links: Int32,
    rows: Int32,
) -> int:
    """Fill the rows of the chordal graph from rank `start` on; return where `rows` is full.

    `links` holds the first child of each rank in its first half, the next sibling in its second.
    """
    n = order.size
    for x in range(start, n):
        count = starts[x]
        room = rows.size - count
        if room < n - x:  # only then a row might not fit; find out before it is begun
            need = pointers[order[x] + 1] - pointers[order[x]]
            child = links[x]
            while child >= 0:
                need += starts[child + 1] - starts[child]
                child = links[n + child]
            if need > room:
                return x
        parent = n
        seen[x] = x
        u = order[x]
        for i in range(pointers[u], pointers[u + 1]):
            y = ranks[heads[i]]
            if y > x and seen[y] != x:
                seen[y] = x
                rows[count] = y
                count += 1
                parent = min(parent, y)
        child = links[x]
        while child >= 0:
            for i in range(starts[child], starts[child + 1]):
                y = rows[i]
                if seen[y] != x:
                    seen[y] = x
                    rows[count] = y
                    count += 1
                    parent = min(parent, y)
            child = links[n + child]
        starts[x + 1] = count
        if parent < n:
            parents[x] = parent
            links[n + x] = links[parent]
            links[parent] = x
        else:
            parents[x] = -1
    return n


@kernel(nothing, reads(i4), writes(i4), writes(i4))
def _postorder(parents: Int32, links: Int32, post: Int32) -> None:
    """Number a forest so that each subtree is one stretch ending in its root. `links` is working room."""
    n = parents.size
    links[:] = -1
    for x in range(n - 1, -1, -1):
        if parents[x] >= 0:
            links[n + x] = links[parents[x]]
            links[parents[x]] = x
    count = 0
    for root in range(n):
        if parents[root] >= 0:
            continue
        x = root
        while True:
            while links[x] >= 0:  # down to the first child not yet numbered
                child = links[x]
                links[x] = links[n + child]
                x = child
            post[x] = count
            count += 1
            if x == root:
                break
            x = parents[x]


def inverse(order: Int32) -> Int32:
    """Place of each number in a permutation, shape (n,).

    Parameters
    ----------
    order
        Permutation of 0 … n - 1, shape (n,).

    Returns
    -------
    Int32
        int32, shape (n,): `order[inverse[i]]` is i.

    Examples
    --------
    >>> inverse(np.array([2, 0, 1], np.int32)).tolist()
    [1, 2, 0]
    """
    places = np.empty_like(order)
    places[order] = np.arange(order.size, dtype=np.int32)
    return places


def chordal_graph(graph: Graph, order: Int32) -> tuple[Int32, Int32, Int32]:
    """Chordal graph of an elimination order, renumbered in postorder of its elimination tree.

    Parameters
    ----------
    graph
        The network; directions do not matter.
    order
        Nodes in the order in which they are taken out, shape (n,).

    Returns
    -------
    tuple
        Nodes by rank, shape (n,); where the upward arcs of each rank start, shape (n + 1,); and the ranks
        they lead to, ascending within a row.
    """
    n = graph.n
    pointers, heads = neighbours(graph)
    starts = np.zeros(n + 1, np.int32)
    parents = np.full(n, -1, np.int32)
    seen = np.full(n, -1, np.int32)
    links = np.full(2 * n, -1, np.int32)
    rows = np.empty(2 * n + heads.size + 64, np.int32)
    at = 0
    while True:
        at = _eliminate(pointers, heads, order, inverse(order), at, starts, parents, seen, links, rows)
        if at == n:
            break
        rows = np.concatenate([rows, np.empty(max(rows.size // 2, 2 * n), np.int32)])
    lowers = np.repeat(np.arange(n, dtype=np.int32), np.diff(starts))
    shape = order, lowers, rows[: starts[n]]
    order, starts, uppers = _renumbered(*shape, _subtrees_together(parents))
    lowers = np.repeat(np.arange(n, dtype=np.int32), np.diff(starts))
    order, starts, uppers = _renumbered(order, lowers, uppers, supernode_order(starts, uppers))
    lowers = np.repeat(np.arange(n, dtype=np.int32), np.diff(starts))
    return _renumbered(order, lowers, uppers, _subtrees_together(parents_of(starts, uppers)))


def parents_of(starts: Int32, uppers: Int32) -> Int32:
    """Lowest rank each rank is joined to above it, -1 where there is none.

    Parameters
    ----------
    starts, uppers
        The chordal graph, see `chordal_graph`.

    Returns
    -------
    Int32
        Parents in the elimination tree, shape (n,).

    Examples
    --------
    >>> parents_of(np.array([0, 2, 3, 3]), np.array([1, 2, 2], np.int32)).tolist()
    [1, 2, -1]
    """
    parents = np.full(starts.size - 1, -1, np.int32)
    inner = np.flatnonzero(np.diff(starts) > 0)
    parents[inner] = uppers[starts[inner]]
    return parents


@kernel(nothing, reads(i4), writes(i4))
def _accumulate(parents: Int32, sizes: Int32) -> None:
    for x in range(parents.size):
        if parents[x] >= 0:
            sizes[parents[x]] += sizes[x]


def subtree_sizes(parents: Int32) -> Int32:
    """Ranks in the subtree of each rank, itself included, shape (n,).

    Parameters
    ----------
    parents
        Parent of each rank, -1 at a root; a parent has the higher number.

    Returns
    -------
    Int32
        At least 1 each.

    Examples
    --------
    >>> subtree_sizes(np.array([2, 2, -1], np.int32)).tolist()
    [1, 1, 3]
    """
    sizes = np.ones(parents.size, np.int32)
    _accumulate(parents, sizes)
    return sizes


def is_postorder(parents: Int32) -> bool:
    """Return whether each subtree is one stretch of ranks that ends in its root.

    Parameters
    ----------
    parents
        Parent of each rank, -1 at a root.

    Returns
    -------
    bool
        Whether the order is one.

    Examples
    --------
    >>> is_postorder(np.array([2, 2, -1, 4, -1], np.int32))
    True
    >>> is_postorder(np.array([2, 3, 4, 4, -1], np.int32))
    False
    """
    firsts = np.arange(parents.size) - subtree_sizes(parents) + 1
    inner = parents >= 0
    return bool((firsts[inner] >= firsts[parents[inner]]).all())


def _subtrees_together(parents: Int32) -> Int32:
    """Postorder of a forest: new number of each rank; of several children the highest comes last."""
    n = parents.size
    post = np.empty(n, np.int32)
    _postorder(parents, np.empty(2 * n, np.int32), post)
    return post


def _renumbered(order: Int32, lowers: Int32, uppers: Int32, ranks: Int32) -> tuple[Int32, Int32, Int32]:
    """Order, rows and upward arcs after rank x has become `ranks[x]`."""
    ends = ranks[lowers], ranks[uppers]
    lowers, uppers = np.minimum(*ends), np.maximum(*ends)
    n = order.size
    _, by_upper = group(n, uppers)
    starts, by_lower = group(n, lowers[by_upper])
    return order[inverse(ranks)], starts, uppers[by_upper][by_lower]
