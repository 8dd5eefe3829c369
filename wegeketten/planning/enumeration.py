"""Every minimal set of measures that brings a door within the standard, where few enough to be counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.planning.milp import Wish
from wegeketten.routing import INF, heap_pop, heap_push, lazy_kernel, longer, longer_long

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.planning.task import Task

WIDEST = 62
"""Most edges that fit the sets of the count (bits of an int64)."""


@lazy_kernel
def _count_ways(  # noqa: C901  (one loop; compiled code is not split where labels are made)
    indptr: NDArray[np.int32],
    arcs: NDArray[np.int32],
    tails: NDArray[np.int32],
    today: NDArray[np.int32],
    mended: NDArray[np.int32],
    bits: NDArray[np.int64],
    bit_prices: NDArray[np.int64],
    goals: NDArray[np.int32],
    limit: int,
    budget: int,
    most: int,
) -> tuple[int, NDArray[np.int32], NDArray[np.int64]]:
    """All (node, set) pairs: mending the set gives a way within the limit that no subset gives as fast.

    Labels are settled in order of time, so a label is beaten where an earlier set at its node lies within its
    own. Returns -1 as count where there are more than `most`.
    """
    nodes = len(indptr) - 1
    room = 4096
    node_of = np.empty(room, dtype=np.int32)
    mask_of = np.empty(room, dtype=np.int64)
    price_of = np.empty(room, dtype=np.int64)
    next_of = np.empty(room, dtype=np.int32)
    heap_keys = np.empty(room, dtype=np.int64)
    heap_items = np.empty(room, dtype=np.int32)
    settled = np.full(nodes, -1, dtype=np.int32)
    kept = np.zeros(room, dtype=np.int32)
    count, labels, size = 0, 0, 0
    for goal in goals:
        node_of[labels], mask_of[labels], price_of[labels] = goal, 0, 0
        size = heap_push(heap_keys, heap_items, size, 0, labels)
        labels += 1
    while size > 0:
        time = heap_keys[0]
        label = heap_items[0]
        size = heap_pop(heap_keys, heap_items, size)
        node, mask = node_of[label], mask_of[label]
        beaten = False
        other = settled[node]
        while other >= 0:
            if mask_of[other] & ~mask == 0:
                beaten = True
                break
            other = next_of[other]
        if beaten:
            continue
        next_of[label] = settled[node]
        settled[node] = label
        if count == most:
            return -1, node_of[:0], mask_of[:0]
        kept[count] = label
        count += 1
        for place in range(indptr[node], indptr[node + 1]):
            arc = arcs[place]
            for mend in range(2):
                grown, price = mask, price_of[label]
                taken = np.int64(today[arc])
                if mend == 1:
                    if bits[arc] == 0 or mended[arc] >= today[arc]:
                        continue
                    taken = np.int64(mended[arc])
                    if mask & bits[arc] == 0:
                        grown = mask | bits[arc]
                        price += bit_prices[arc]
                if taken >= INF or taken + time > limit or price > budget:
                    continue
                if labels == room or size == room:
                    room *= 2
                    node_of, next_of = longer(node_of, room), longer(next_of, room)
                    mask_of, price_of = longer_long(mask_of, room), longer_long(price_of, room)
                    heap_keys, heap_items = longer_long(heap_keys, room), longer(heap_items, room)
                    kept = longer(kept, room)
                node_of[labels], mask_of[labels], price_of[labels] = tails[arc], grown, price
                size = heap_push(heap_keys, heap_items, size, taken + time, labels)
                labels += 1
    found_nodes = np.empty(count, dtype=np.int32)
    found_masks = np.empty(count, dtype=np.int64)
    for number in range(count):
        found_nodes[number] = node_of[kept[number]]
        found_masks[number] = mask_of[kept[number]]
    return count, found_nodes, found_masks


def all_wishes(
    task: Task, edges: Sequence[int], budget: float, *, most: int = 2_000_000
) -> list[Wish] | None:
    """The complete integer program of one task: for each home all minimal sets within standard and budget.

    Parameters
    ----------
    task
        What people want to reach; counted is who comes within the standard.
    edges
        Edges that may be mended, at most `WIDEST`.
    budget
        Money there is.
    most
        Labels after which the count is given up.

    Returns
    -------
    list or None
        Wishes of the homes that are not within the standard today; None where there are too many ways.
    """
    if len(edges) > WIDEST:
        return None
    field = task.field
    bit = np.zeros(len(field.prices) + 1, dtype=np.int64)
    bit[np.asarray(edges, dtype=np.int64)] = np.int64(1) << np.arange(len(edges), dtype=np.int64)
    bits = bit[field.edge]
    count, nodes, masks = _count_ways(
        *field.entering, field.tails, field.today, field.mended, bits, np.append(field.prices, 0)[field.edge],
        np.ascontiguousarray(task.goals, dtype=np.int32), task.limit, int(min(budget, 2**40)), most,
    )  # fmt: skip
    if count < 0:
        return None
    sets: dict[int, list[tuple[int, ...]]] = {}
    homes = nodes - field.streets
    for home, mask in zip(homes.tolist(), masks.tolist(), strict=True):
        if 0 <= home < field.homes and task.people[home] > 0:
            sets.setdefault(home, []).append(
                tuple(edge for number, edge in enumerate(edges) if mask >> number & 1)
            )
    return [
        Wish(task.worth * float(task.people[home]), tuple(ways))
        for home, ways in sorted(sets.items())
        if () not in ways
    ]
