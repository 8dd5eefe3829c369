"""A chain of errands as one field: a copy of the network per leg, joined at the places that are visited.

From a place of the first kind one goes on in the second copy, and so on. A chain is then a way to
the nearest goal, and all that is known about ways holds for chains. A barrier is in every copy, but it is one
edge: mending it mends all its arcs, and it is paid once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.whatif.doors import assemble
from wegeketten.whatif.graph import WhatIfGraph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.joins.endpoints import Endpoints
    from wegeketten.whatif.doors import Remedies

    Ints = NDArray[np.int32]


class StreetLayer(NamedTuple):
    """The network of one profile and answer.

    Attributes
    ----------
    nodes
        How many.
    u, v
        Ends of the edges.
    today
        int32, shape (2 · edges,): units of each arc, `INF` where closed.
    remedies
        What measures would change.
    """

    nodes: int
    u: Ints
    v: Ints
    today: Ints
    remedies: Remedies


class LayeredGraph(NamedTuple):
    """A chain's field.

    Attributes
    ----------
    field
        All copies; its ``streets`` are the copies' nodes and the places between them.
    goals
        Nodes of the last kind's places, one per place.
    places
        The places they are, as the joints number them, ascending.
    turn
        int32, shape (arcs,): a way uses at most one arc of an edge with the same number (a copy's arcs, but
        those into its places by themselves); what is paid for an edge twice can be recognised by it.
    """

    field: WhatIfGraph
    goals: Ints
    places: NDArray[np.int64]
    turn: Ints


def build_layered_graph(
    streets: StreetLayer,
    homes: Endpoints,
    home_count: int,
    kinds: Sequence[Endpoints],
    *,
    leaving: bool = True,
) -> LayeredGraph:
    """Put the legs of a chain behind one another.

    Parameters
    ----------
    streets
        The network.
    homes, home_count
        Joints of the homes, and how many homes there are.
    kinds
        Joints of the places of each kind, in the order of the visits seen from home.
    leaving
        Whether people go from home to the last kind; else they come home from there, and the field is turned
        so that its ways lead from the homes all the same.

    Returns
    -------
    LayeredGraph
        One copy of the network for each leg.

    Examples
    --------
    A street of three edges, the home on the first, a pharmacy on the last, a doctor on the one between:

    >>> from wegeketten.joins.endpoints import Endpoints
    >>> from wegeketten.whatif.doors import Remedies
    >>> def door(edge):
    ...     half, none = np.array([0.5]), np.zeros(1)
    ...     zero = np.zeros(1, np.int32)
    ...     return Endpoints(zero, zero + edge, half, none, none.astype(np.int64))
    >>> row = np.arange(3, dtype=np.int32)
    >>> streets = StreetLayer(4, row, row + 1, np.full(6, 10, np.int32), Remedies.none(3))
    >>> stages = build_layered_graph(streets, door(0), 1, [door(2), door(1)])
    >>> int(stages.field.times(stages.goals)[stages.field.home_nodes][0])
    30
    """
    legs = len(kinds)
    rows = [np.unique(kind.owner) for kind in kinds]
    counts = [len(each) for each in rows]
    first = legs * streets.nodes + np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    home = int(first[-1])
    parts: list[WhatIfGraph] = []
    turns: list[Ints] = []
    start, start_count, start_node = homes, home_count, home
    for leg, (kind, known) in enumerate(zip(kinds, rows, strict=True)):
        ends = np.searchsorted(known, kind.owner)
        doors = assemble(*streets, start, start_count, kind, leaving=leaving)
        part = doors.field if leaving else doors.field.turned()
        node = np.concatenate(
            [
                leg * streets.nodes + np.arange(streets.nodes),
                start_node + np.arange(start_count),
                first[leg] + ends,
            ]
        ).astype(np.int32)
        last = part.place_node(0)
        turns.append(2 * leg + ((part.heads >= last) & (part.tails < streets.nodes)).astype(np.int32))
        parts.append(_renumbered(part, node))
        start, start_count, start_node = _owned_by(kind, ends), counts[leg], int(first[leg])
    tails, heads, edge, today, mended = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("tails", "heads", "edge", "today", "mended")
    )
    field = WhatIfGraph(home, home_count, 0, tails, heads, edge, today, mended, streets.remedies.prices)
    goals = np.arange(first[-2], first[-1], dtype=np.int32)
    return LayeredGraph(field, goals, rows[-1].astype(np.int64), np.concatenate(turns).astype(np.int32))


def _renumbered(part: WhatIfGraph, node: Ints) -> WhatIfGraph:
    return WhatIfGraph(
        part.streets, part.homes, part.places, node[part.tails], node[part.heads],
        part.edge, part.today, part.mended, part.prices,
    )  # fmt: skip


def _owned_by(access: Endpoints, owner: NDArray[np.integer]) -> Endpoints:
    from wegeketten.joins.endpoints import Endpoints

    return Endpoints(owner.astype(np.int32), access.edge, access.along, access.off_m, access.off_units)
