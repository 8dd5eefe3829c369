"""Private ways: a way in and out for those who live or have an errand there, never a way through.

The ways and gates that the law closes to passers-by only are walked by residents, visitors and patients, as
the first and last metres of their way. So they stay in the network, as culs-de-sac: each hangs on the one
public place it is nearest to, and is cut where the share of the next such place begins. Nobody can walk
through, in whatever profile or answer, and anyone who searches ways need not know.

What is public in itself but lies behind private ways or gates (a courtyard, a gated estate) is joined to the
rest by one such way, the shortest. No two public places that are joined without private ways come nearer.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.model.kinds import ARDUOUS, Kind
from wegeketten.network.connect import cut_edge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from wegeketten.network.draft import Draft

    Place = tuple[float, float]

_BETWEEN = (Kind.crossing, Kind.link)
_DETOUR_M = 500.0  # walked rather than over one of these: the way on wheels is the way in
_SHORT_M = 1.0  # nearer to an end than this a way is parted from that end, not cut


class Reach(NamedTuple):
    """How a node is reached over private ways.

    Attributes
    ----------
    metres
        From the exit, hardships counted as metres.
    place
        Where the exit lies; of two equally near the one farther west counts, whatever its id.
    exit
        Its node.
    """

    metres: float
    place: Place
    exit: int


def close_through(draft: Draft) -> list[str]:
    """Cut private ways, and close private gates, where they lead from one public place to another.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.

    Returns
    -------
    list of str
        Ids of the private ways that no public one leads to: they are left out.
    """
    public, private = _told_apart(draft)
    if not len(private):
        return []
    cost = {edge: _cost_m(draft, edge) for edge in private.tolist()}
    part = parts_of(draft, public)
    reach = _spread(draft, cost, set(_ends(draft, public).ravel().tolist()))
    lost, borders = [], []
    for edge in cost:
        begin, end = reach.get(draft.u[edge]), reach.get(draft.v[edge])
        if begin is None or end is None:
            lost.append(edge)
        elif begin.exit != end.exit:
            borders.append((edge, begin, end))
    kept = _openings(borders, cost, part, _mainlands(draft, public, private, part))
    for edge, begin, end in borders:
        if edge in kept:
            continue
        if draft.styles[edge].kind in ARDUOUS or draft.styles[edge].kind >= Kind.kerb:
            draft.styles[edge] = draft.styles[edge]._replace(forward=False, backward=False)
        else:
            _part(draft, edge, (cost[edge] + end.metres - begin.metres) / 2)
    gone = _elements(draft, lost)
    draft.leave_out(lost)
    return sorted(
        gone - _elements(draft, range(len(draft.styles))), key=lambda name: (name[0], int(name[1:]))
    )


def _told_apart(draft: Draft) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of the public and the private edges that are lawful at all.

    What only joins private ways, such as the crossing of a private street, is private too.
    """
    styles = draft.styles
    lawful = np.array([style.forward or style.backward for style in styles], dtype=bool)
    private = np.array([style.private for style in styles], dtype=bool) & lawful
    if not private.any():
        return np.flatnonzero(lawful), np.flatnonzero(private)
    public = np.flatnonzero(lawful & ~private)
    part = parts_of(draft, public)
    beside = np.zeros(int(part.max()) + 1, dtype=bool)
    beside[part[_ends(draft, np.flatnonzero(private))]] = True
    walked = [styles[edge].kind not in _BETWEEN and styles[edge].kind < Kind.kerb for edge in public.tolist()]
    of_its_own = np.zeros_like(beside)
    of_its_own[part[_ends(draft, public[np.array(walked, dtype=bool)])]] = True
    for edge in public[(beside & ~of_its_own)[part[_ends(draft, public)[0]]]].tolist():
        styles[edge] = styles[edge]._replace(private=True)
        private[edge] = True
    return np.flatnonzero(lawful & ~private), np.flatnonzero(private)


def _elements(draft: Draft, edges: Iterable[int]) -> set[str]:
    """Ids of the ways and relations some edges come from."""
    styles = [draft.styles[edge] for edge in edges]
    return {f"{style.osm_type}{style.osm_id}" for style in styles if style.osm_type != "n"}


def _ends(draft: Draft, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Nodes u and v of some edges, shape (2, edges)."""
    return np.array([draft.u, draft.v], dtype=np.int64)[:, edges]


def parts_of(draft: Draft, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Label of what each node is joined to by some edges: the smallest row among its nodes.

    Parameters
    ----------
    draft
        The network under construction; edges and nodes are added to it.
    edges
        Rows of the edges that count.

    Returns
    -------
    ndarray
        Shape (nodes,).
    """
    u, v = _ends(draft, edges)
    label = np.arange(len(draft.places))
    while True:
        before = label.copy()
        here, there = label[u], label[v]
        low = np.minimum(here, there)
        np.minimum.at(label, here, low)
        np.minimum.at(label, there, low)
        while (label != label[label]).any():
            label = label[label]
        if (label == before).all():
            return label


def _mainlands(
    draft: Draft, public: NDArray[np.int64], private: NDArray[np.int64], part: NDArray[np.int64]
) -> list[int]:
    """Of the public parts that private ways join with one another, the one with the most metres.

    As the crow flies between the ends of its edges: that distinguishes a town from a courtyard.
    """
    whole = parts_of(draft, np.concatenate([public, private]))
    u, v = _ends(draft, public)
    places = np.array(draft.places)
    metres = np.bincount(part[u], weights=np.hypot(*(places[v] - places[u]).T))
    parts, first = np.unique(part[u], return_index=True)
    group = whole[u[first]]
    order = np.lexsort((parts, -metres[parts], group))
    best = np.ones(len(order), dtype=bool)
    best[1:] = group[order][1:] != group[order][:-1]
    found: list[int] = parts[order[best]].tolist()
    return found


def _spread(draft: Draft, cost: dict[int, float], public: set[int]) -> dict[int, Reach]:
    """How every node of private ways is reached from the nearest public one."""
    beside: dict[int, list[tuple[int, float]]] = {}
    for edge, metres in cost.items():
        u, v = draft.u[edge], draft.v[edge]
        beside.setdefault(u, []).append((v, metres))
        beside.setdefault(v, []).append((u, metres))
    reach = {node: Reach(0.0, draft.places[node], node) for node in beside if node in public}
    heap = [
        (near._replace(metres=metres), other)
        for node, near in reach.items()
        for other, metres in beside[node]
    ]
    heapify(heap)
    while heap:
        near, node = heappop(heap)
        if node in reach:
            continue
        reach[node] = near
        for other, more in beside[node]:
            if other not in reach:
                heappush(heap, (near._replace(metres=near.metres + more), other))
    return reach


def _openings(
    borders: list[tuple[int, Reach, Reach]], cost: dict[int, float], part: NDArray[np.int64], main: list[int]
) -> set[int]:
    """Of the private ways between two public parts those that stay whole: one to every part off the main."""
    beside: dict[int, list[tuple[float, Place, int, int]]] = {}
    for edge, begin, end in borders:
        metres = begin.metres + cost[edge] + end.metres
        for here, there in ((begin, end), (end, begin)):
            opening = (metres, there.place, edge, int(part[there.exit]))
            beside.setdefault(int(part[here.exit]), []).append(opening)
    heap: list[tuple[float, Place, int, int]] = [(0.0, (0.0, 0.0), -1, label) for label in main]
    seen: set[int] = set()
    kept: set[int] = set()
    while heap:
        metres, _, edge, label = heappop(heap)
        if label in seen:
            continue
        seen.add(label)
        kept.add(edge)
        for more, place, way, other in beside.get(label, ()):
            if other not in seen:
                heappush(heap, (metres + more, place, way, other))
    return kept


def _length_m(draft: Draft, edge: int) -> float:
    return float(np.hypot(*np.diff(draft.lines[edge], axis=0).T).sum())


def _cost_m(draft: Draft, edge: int) -> float:
    return _length_m(draft, edge) + (_DETOUR_M if draft.styles[edge].kind in ARDUOUS else 0.0)


def _part(draft: Draft, edge: int, at_m: float) -> None:
    """Make two dead ends of an edge, or one where it is parted from its own end."""
    length = _length_m(draft, edge)
    if at_m <= _SHORT_M or length - at_m <= _SHORT_M:
        ends = draft.u if at_m <= length - at_m else draft.v
        ends[edge] = draft.place(*draft.places[ends[edge]], draft.place_ids[ends[edge]])
        return
    node = cut_edge(draft, edge, [at_m])[0]
    draft.u[-1] = draft.place(*draft.places[node])
