"""Private ways: a way in and out for those who live or have an errand there, never a way through.

The ways and gates that the law closes to passers-by only are walked by residents, visitors and patients, as
the first and last metres of their way. So they stay in the network, as culs-de-sac: each hangs on the one
public place it is nearest to, and is cut where the share of the next such place begins. Nobody can walk
through, in whatever profile or answer, and whoever searches ways need not know.

What is public in itself but lies behind private ways or gates (a courtyard, a gated estate) is reached the
same way, by its nearest gate.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.network.edges import Kind
from wegeketten.network.joints import cut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.network.draft import Draft

_ARDUOUS = (Kind.steps, Kind.escalator, Kind.lift, Kind.stile, Kind.turnstile, Kind.kissing_gate, Kind.block)
_DETOUR_M = 500.0  # walked rather than over one of these: the way on wheels is the way in
_SHORT_M = 1.0  # nearer to an end than this a way is parted from that end, not cut


class Reach(NamedTuple):
    """How a spot is reached over private ways.

    Attributes
    ----------
    metres
        From the exit, in units that count hardships as metres.
    place
        Where the exit lies.
    exit
        Its spot.
    """

    metres: float
    place: tuple[float, float]
    exit: int


class Ground(NamedTuple):
    """What hangs on what.

    Attributes
    ----------
    spot
        int64, by node: nodes of one spot are joined by public ways. Of the main part of the public network
        every node is a spot of its own.
    exits
        Spots of the main public network, with where they lie.
    """

    spot: NDArray[np.int64]
    exits: dict[int, tuple[float, float]]


def close_through(draft: Draft) -> None:
    """Cut private ways, and close private gates, where they lead from one public place to another.

    Private ways that no public one leads to are left out.
    """
    private = [
        edge for edge, style in enumerate(draft.styles) if style.private and (style.forward or style.backward)
    ]
    if not private:
        return
    ground = _ground(draft, private)
    cost = {edge: _cost_m(draft, edge) for edge in private}
    reach = _spread(draft, private, ground, cost)
    lost = []
    for edge in private:
        ends = [reach.get(int(ground.spot[node])) for node in (draft.u[edge], draft.v[edge])]
        begin, end = ends
        if begin is None or end is None:
            lost.append(edge)
        elif begin.exit != end.exit:
            if draft.styles[edge].kind in _ARDUOUS or draft.styles[edge].kind >= Kind.kerb:
                _close(draft, edge)
            else:
                _part(draft, edge, (cost[edge] + end.metres - begin.metres) / 2)
    draft.leave_out(lost)


def _ground(draft: Draft, private: list[int]) -> Ground:
    """Spots of all nodes; the main part is the one with the most metres among those that belong together."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    count = len(draft.places)
    ends = np.array([draft.u, draft.v], dtype=np.int64)
    lawful = np.array([style.forward or style.backward for style in draft.styles], dtype=bool)
    public = lawful.copy()
    public[private] = False

    def parts(which: NDArray[np.bool_]) -> NDArray[np.int64]:
        u, v = ends[:, which]
        arcs = csr_array((np.ones(len(u), dtype=np.int8), (u, v)), shape=(count, count))
        return connected_components(arcs, directed=False)[1].astype(np.int64)  # type: ignore[no-any-return]

    spot, whole = parts(public), parts(lawful)
    metres = np.zeros(int(spot.max()) + 1)
    rows = np.flatnonzero(public)
    np.add.at(metres, spot[ends[0, rows]], [_length_m(draft, edge) for edge in rows.tolist()])
    order = np.lexsort((spot, -metres[spot], whole))
    first = np.ones(count, dtype=bool)
    first[1:] = whole[order][1:] != whole[order][:-1]
    main = np.zeros(len(metres), dtype=bool)
    main[spot[order[first]]] = metres[spot[order[first]]] > 0
    nodes = np.flatnonzero(main[spot])
    spot[nodes] = len(metres) + nodes
    touched = {node for edge in private for node in (draft.u[edge], draft.v[edge])}
    return Ground(
        spot, {int(spot[node]): draft.places[node] for node in touched if spot[node] >= len(metres)}
    )


def _spread(draft: Draft, private: list[int], ground: Ground, cost: dict[int, float]) -> dict[int, Reach]:
    """How every spot is reached from its nearest exit.

    Of two exits equally near the one farther west counts, so that the order of the file does not matter.
    """
    beside: dict[int, list[tuple[int, float]]] = {}
    for edge in private:
        u, v = (int(ground.spot[node]) for node in (draft.u[edge], draft.v[edge]))
        beside.setdefault(u, []).append((v, cost[edge]))
        beside.setdefault(v, []).append((u, cost[edge]))
    heap = [(Reach(0.0, place, spot), spot) for spot, place in sorted(ground.exits.items())]
    heapify(heap)
    reach: dict[int, Reach] = {}
    while heap:
        near, spot = heappop(heap)
        if spot in reach:
            continue
        reach[spot] = near
        for other, more in beside.get(spot, ()):
            if other not in reach:
                heappush(heap, (near._replace(metres=near.metres + more), other))
    return reach


def _length_m(draft: Draft, edge: int) -> float:
    return float(np.hypot(*np.diff(draft.lines[edge], axis=0).T).sum())


def _cost_m(draft: Draft, edge: int) -> float:
    return _length_m(draft, edge) + (_DETOUR_M if draft.styles[edge].kind in _ARDUOUS else 0.0)


def _close(draft: Draft, edge: int) -> None:
    draft.styles[edge] = draft.styles[edge]._replace(forward=False, backward=False)


def _part(draft: Draft, edge: int, at_m: float) -> None:
    """Make two dead ends of an edge, or one where it is parted from its own end."""
    length = _length_m(draft, edge)
    if at_m <= _SHORT_M or length - at_m <= _SHORT_M:
        ends = draft.u if at_m <= length - at_m else draft.v
        ends[edge] = draft.place(*draft.places[ends[edge]], draft.place_ids[ends[edge]])
        return
    node = cut(draft, edge, [at_m])[0]
    draft.u[-1] = draft.place(*draft.places[node])
