"""From a path through the hierarchy to the arcs of the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .graph import INF, as_int32

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .graph import Int32, UInt32
    from .metric import Metric


def route(metric: Metric, source: int, target: int) -> tuple[int, Int32]:
    """See `Metric.route`.

    Parameters
    ----------
    metric
        The weights.
    source, target
        Nodes.

    Returns
    -------
    tuple
        Time and the input arcs from source to target.

    Examples
    --------
    >>> from wegeketten.routing import Graph, Hierarchy
    >>> graph = Graph.from_arcs(3, [0, 1, 1, 2], [1, 0, 2, 1], [5, 5, 7, 7])
    >>> time, arcs = route(Hierarchy(graph).customize(), 0, 2)
    >>> time, arcs.tolist()
    (12, [0, 2])
    """
    hierarchy = metric.hierarchy
    start, end = hierarchy.ranks[as_int32([source, target], "source and target", upper=metric.n - 1)].tolist()
    ahead = _climb(metric, start, metric.pairs[0::2])
    back = _climb(metric, end, metric.pairs[1::2])
    common = [(ahead[x] + back[x], x) for x in ahead if x in back]
    time, top = min(common, default=(INF, -1))
    if time >= INF:
        return INF, np.zeros(0, np.int32)
    upward = _trace(metric, top, start, ahead, 0)
    downward = _trace(metric, top, end, back, 1)
    arcs: list[int] = []
    for slot in upward[::-1] + downward:
        _unpack(metric, slot, arcs)
    return int(time), np.array(arcs, np.int32)


def _climb(metric: Metric, start: int, weights: UInt32) -> dict[int, int]:
    """Time to every rank above `start` by upward arcs alone."""
    hierarchy = metric.hierarchy
    times = {start: 0}
    x = start
    while x >= 0:
        if x in times:
            low, high = hierarchy.starts[x], hierarchy.starts[x + 1]
            own = times[x]
            for y, weight in zip(
                hierarchy.uppers[low:high].tolist(), weights[low:high].tolist(), strict=True
            ):
                if own + weight < times.get(y, INF):
                    times[y] = own + weight
        x = int(hierarchy.parents[x])
    return times


def _trace(metric: Metric, top: int, start: int, times: dict[int, int], side: int) -> list[int]:
    """Slots of the arcs from `top` down to `start`, along which `times` were reached."""
    hierarchy = metric.hierarchy
    below, arcs_below = hierarchy.below
    slots = []
    x = top
    while x != start:
        arcs = arcs_below[below[x] : below[x + 1]]
        for arc, y in zip(arcs.tolist(), hierarchy.lowers[arcs].tolist(), strict=True):
            if y in times and times[y] + int(metric.pairs[2 * arc + side]) == times[x]:
                slots.append(2 * arc + side)
                x = y
                break
    return slots


def _unpack(metric: Metric, slot: int, arcs: list[int]) -> None:
    """Append the input arcs that a slot stands for."""
    hierarchy = metric.hierarchy
    starts, run = hierarchy.runs
    waiting = [slot]
    while waiting:
        slot = waiting.pop()
        weight = int(metric.pairs[slot])
        own = run[starts[slot] : starts[slot + 1]]
        direct = own[metric.weights[own] == weight]
        if direct.size:
            arcs.append(int(direct[0]))
            continue
        to_u, to_v = _triangles(metric, slot >> 1)
        # from the lower end u over x to the upper end v, or back
        halves = (2 * to_v + 1, 2 * to_u) if slot & 1 else (2 * to_u + 1, 2 * to_v)
        sums = metric.pairs[halves[0]].astype(np.int64) + metric.pairs[halves[1]]
        x = int(np.argmax(sums == weight))
        waiting += [int(halves[1][x]), int(halves[0][x])]


def _triangles(metric: Metric, arc: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Arcs from every rank below both ends of an arc, to the lower and to the upper end."""
    hierarchy = metric.hierarchy
    below, arcs_below = hierarchy.below
    u, v = int(hierarchy.lowers[arc]), int(hierarchy.uppers[arc])
    to_u = arcs_below[below[u] : below[u + 1]]
    to_v = arcs_below[below[v] : below[v + 1]]
    _, at_u, at_v = np.intersect1d(
        hierarchy.lowers[to_u], hierarchy.lowers[to_v], assume_unique=True, return_indices=True
    )
    return to_u[at_u].astype(np.int64), to_v[at_v].astype(np.int64)
