"""Times to several sets of goals at once, found by the routing core instead of one search after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.routing import INF

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.routing import Hierarchy
    from wegeketten.whatif.graph import WhatIfGraph

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]


def times_to(hierarchy: Hierarchy, field: WhatIfGraph, goals: Sequence[Ints], weights: Ints) -> list[Longs]:
    """Time of every node to the nearest goal of each set; the same as `WhatIfGraph.times` finds set by set.

    Ways lead from homes over streets to places, so the core answers for the streets, and a home's time is the
    least over its own doors.

    Parameters
    ----------
    hierarchy
        The hierarchy of the city's network: arcs 0 … m − 1 of `field` are its arcs.
    field
        A graph of `wegeketten.whatif.doors.open_doors`, as people leave their homes.
    goals
        Nodes of places, set by set.
    weights
        Time of each arc of `field`, `INF` where closed.

    Returns
    -------
    list of ndarray
        int64, shape (nodes,), `INF` where there is no way; one for each set.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.whatif.doors import goals_of, open_doors
    >>> city, walker = hamlet(), load_profile("walker")
    >>> doors = open_doors(city, walker, "likely")
    >>> goals = goals_of(city, walker, "likely", "pharmacy", doors)
    >>> (times,) = times_to(city.hierarchy, doors.field, [goals], doors.field.today)
    >>> bool((times == doors.field.times(goals)).all())
    True
    """
    if not len(goals):
        return []
    own = hierarchy.graph.m
    into = np.flatnonzero((field.tails[own:] < field.streets) & (weights[own:] < INF)) + own
    nodes, offsets = [], []
    for chosen in goals:
        entered = into[np.isin(field.heads[into], chosen)]
        nodes.append(field.tails[entered])
        offsets.append(weights[entered])
    found = hierarchy.customize(weights[:own]).nearest(nodes, offsets, direction="to")
    lists, doors = field.leaving, field.home_nodes
    begins = lists.indptr[doors.start : doors.stop + 1].astype(np.int64)
    arcs = lists.arcs[begins[0] : begins[-1]]
    owned = np.flatnonzero(np.diff(begins))  # homes that join the network
    first = (begins - begins[0])[owned]
    heads, door_units = field.heads[arcs], weights[arcs].astype(np.int64)
    answers = []
    for lane, chosen in enumerate(goals):
        times = np.full(field.nodes, INF, dtype=np.int64)
        times[: field.streets] = found[:, lane]
        times[chosen] = 0
        if len(owned):
            times[doors.start + owned] = np.minimum(
                np.minimum.reduceat(door_units + times[heads], first), INF
            )
        answers.append(times)
    return answers
