"""Benches and toilets on the way: how far it is between them, and ways that keep to a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.reach.field import INF
from wegeketten.reach.search import _longer, _longer_long, _pop, _push, kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

NEAR_M = {"bench": 25.0, "toilet": 50.0}
"""How far from the way, as the crow flies, a bench or a toilet still is on the way; an assumption."""


class Needs(NamedTuple):
    """What a person needs on the way; None is no need.

    Attributes
    ----------
    bench_every_m
        Longest way between two benches, metres. Home and the places visited count as benches.
    toilet_every_min
        Longest time between two toilets, minutes. Home counts as one.
    """

    bench_every_m: float | None = None
    toilet_every_min: float | None = None


@kernel
def rested_way(  # noqa: C901  (one loop; compiled code is not split where labels are made)
    indptr: Ints,
    arcs: Ints,
    ends: Ints,
    weights: Ints,
    lengths_dm: Ints,
    starts: Ints,
    start_times: Longs,
    start_walked: int,
    start_held: int,
    goal_times: Longs,
    benches: NDArray[np.bool_],
    toilets: NDArray[np.bool_],
    most_walked: int,
    most_held: int,
) -> tuple[int, int, Ints]:
    """Fastest way on which neither the metres since a bench nor the time since a toilet exceed their limits.

    Labels (time, walked, held) are settled in order of time; a label is beaten where an earlier one at its
    node had walked and held no more.

    Parameters
    ----------
    indptr, arcs, ends
        Arcs that leave each node, and where they lead.
    weights, lengths_dm
        Units of time and decimetres of each arc.
    starts, start_times
        Nodes to start from and the time already spent there.
    start_walked, start_held
        Decimetres since the last bench and units since the last toilet.
    goal_times
        Time from each node to the goal's door, `INF` at nodes that are no goal.
    benches, toilets
        True at nodes where either is.
    most_walked, most_held
        The limits.

    Returns
    -------
    tuple
        Time (-1 where there is no such way), time held at the end, and the arcs.
    """
    nodes = len(indptr) - 1
    room = 4096
    node_of = np.empty(room, dtype=np.int32)
    from_of = np.empty(room, dtype=np.int32)
    arc_of = np.empty(room, dtype=np.int32)
    next_of = np.empty(room, dtype=np.int32)
    walked_of = np.empty(room, dtype=np.int64)
    held_of = np.empty(room, dtype=np.int64)
    heap_keys = np.empty(room, dtype=np.int64)
    heap_items = np.empty(room, dtype=np.int32)
    settled = np.full(nodes + 1, -1, dtype=np.int32)
    labels, size = 0, 0
    for index in range(len(starts)):
        node_of[labels], from_of[labels], arc_of[labels] = starts[index], -1, -1
        walked_of[labels], held_of[labels] = start_walked, start_held + start_times[index]
        size = _push(heap_keys, heap_items, size, start_times[index], labels)
        labels += 1
    while size > 0:
        time = heap_keys[0]
        label = heap_items[0]
        size = _pop(heap_keys, heap_items, size)
        node = node_of[label]
        if node == nodes:  # the goal's door
            count = 0
            step = from_of[label]
            while from_of[step] >= 0:
                count += 1
                step = from_of[step]
            way = np.empty(count, dtype=np.int32)
            step = from_of[label]
            while from_of[step] >= 0:
                count -= 1
                way[count] = arc_of[step]
                step = from_of[step]
            return time, held_of[label], way
        if benches[node]:
            walked_of[label] = 0
        if toilets[node]:
            held_of[label] = 0
        beaten = False
        other = settled[node]
        while other >= 0:
            if walked_of[other] <= walked_of[label] and held_of[other] <= held_of[label]:
                beaten = True
                break
            other = next_of[other]
        if beaten:
            continue
        next_of[label] = settled[node]
        settled[node] = label
        first = indptr[node]
        for place in range(first, indptr[node + 1] + 1):
            at_goal = place == indptr[node + 1]
            if at_goal:
                taken, length, end = goal_times[node], 0, nodes
            else:
                arc = arcs[place]
                taken, length, end = np.int64(weights[arc]), lengths_dm[arc], ends[arc]
            if taken >= INF:
                continue
            walked, held = walked_of[label] + length, held_of[label] + taken
            if walked > most_walked or held > most_held:
                continue
            if labels == room or size == room:
                room *= 2
                node_of, from_of = _longer(node_of, room), _longer(from_of, room)
                arc_of, next_of = _longer(arc_of, room), _longer(next_of, room)
                walked_of, held_of = _longer_long(walked_of, room), _longer_long(held_of, room)
                heap_keys, heap_items = _longer_long(heap_keys, room), _longer(heap_items, room)
            node_of[labels], from_of[labels] = end, label
            arc_of[labels] = -1 if at_goal else arcs[place]
            walked_of[labels], held_of[labels] = walked, held
            size = _push(heap_keys, heap_items, size, time + taken, labels)
            labels += 1
    none = np.empty(0, dtype=np.int32)
    return -1, -1, none


def longest_gap(positions: NDArray[np.float64], total: float) -> float:
    """Longest stretch without a rest on a way of `total`, rests at `positions`, both ends being rests.

    Examples
    --------
    >>> longest_gap(np.array([120.0, 400.0]), 500.0)
    280.0
    """
    return float(np.diff(np.concatenate([[0.0], np.sort(positions), [total]])).max())
