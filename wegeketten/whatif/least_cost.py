"""Searches that may mend barriers on their way: compiled kernels on plain arrays.

All of them work on arcs ``tail → head`` in compressed adjacency lists and on integer times in the routing
core's unit. What differs from the core's searches is that an arc may have two lives, today's and mended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.routing import heap_pop, heap_push, lazy_kernel, longer, longer_long

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

INF = np.int64(2**31 - 1)
"""Not reached, or closed; the same number as in `wegeketten.routing`."""

UNSEEN = np.int64(2**63 - 1)
"""Key of a node that no way leads to."""

SHIFT = np.int64(33)
"""Keys are ``price << SHIFT | time``: the price decides, among equal prices the time."""


@lazy_kernel
def tree(
    indptr: Ints,
    arcs: Ints,
    ends: Ints,
    keys: Longs,
    starts: Ints,
    start_keys: Longs,
    limit: int = 2**63 - 2,
) -> tuple[Longs, Ints]:
    """Least keys from any start to every node.

    Parameters
    ----------
    indptr, arcs
        Adjacency lists: the arcs of node ``v`` are ``arcs[indptr[v]:indptr[v + 1]]``.
    ends
        The node each arc leads to in the direction of the search, shape (arcs,).
    keys
        Non-negative key of each arc, negative where it is closed, shape (arcs,).
    starts, start_keys
        Nodes to start from and what is already owed there.
    limit
        Keys beyond it are not followed.

    Returns
    -------
    tuple
        Least key of every node (`UNSEEN` where none), and the arc it was reached by (-1 at starts and
        unseen nodes).
    """
    nodes = len(indptr) - 1
    best = np.full(nodes, UNSEEN, dtype=np.int64)
    via = np.full(nodes, -1, dtype=np.int32)
    done = np.zeros(nodes, dtype=np.bool_)
    heap_keys = np.empty(len(arcs) + len(starts) + 1, dtype=np.int64)
    heap_items = np.empty(len(arcs) + len(starts) + 1, dtype=np.int32)
    size = 0
    for index in range(len(starts)):
        node = starts[index]
        if start_keys[index] < best[node]:
            best[node] = start_keys[index]
            size = heap_push(heap_keys, heap_items, size, start_keys[index], node)
    while size > 0:
        key = heap_keys[0]
        node = heap_items[0]
        size = heap_pop(heap_keys, heap_items, size)
        if done[node]:
            continue
        done[node] = True
        for place in range(indptr[node], indptr[node + 1]):
            arc = arcs[place]
            if keys[arc] < 0:
                continue
            end = ends[arc]
            reached = key + keys[arc]
            if reached < best[end] and reached <= limit:
                best[end] = reached
                via[end] = arc
                if indptr[end] < indptr[end + 1]:  # from others nothing leads on: doors, mostly
                    size = heap_push(heap_keys, heap_items, size, reached, end)
    return best, via


@lazy_kernel
def cheapest_within(  # noqa: C901  (one loop; compiled code is not split where labels are made)
    indptr: Ints,
    arcs: Ints,
    ends: Ints,
    today: Ints,
    mended: Ints,
    prices: Longs,
    start: int,
    goal: NDArray[np.bool_],
    time_left: Longs,
    price_left: Longs,
    limit: int,
    quickest: Longs,
) -> tuple[int, int, Ints, NDArray[np.bool_]]:
    """Least price, then least time, of a way from `start` to any goal that takes at most `limit`.

    An arc costs ``today`` for nothing, or ``mended`` for its price. Labels (price, time) are settled in order
    of price; at one node later labels must be faster to count: one number per node shows what is dominated.

    Parameters
    ----------
    indptr, arcs, ends
        Adjacency as in `tree`.
    today, mended
        Times of each arc before and after its measure; `INF` where closed or not mendable.
    prices
        Positive price of mending each arc.
    start
        Node to start from.
    goal
        True at the nodes that end the search.
    time_left, price_left
        Lower bounds of time and price from each node to a goal, with everything mended; `UNSEEN` where no
        way can be made.
    limit
        Longest time allowed, same unit as the arcs.
    quickest
        Working space, shape (nodes,): `UNSEEN` everywhere, and left so.

    Returns
    -------
    tuple
        Price (-1 where there is no such way), time, the arcs of the way, and which of them have to be mended.
    """
    none, no_mends = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.bool_)
    if time_left[start] == UNSEEN or time_left[start] > limit:
        return -1, -1, none, no_mends
    room = 1024
    label_node = np.empty(room, dtype=np.int32)
    label_from = np.empty(room, dtype=np.int32)
    label_arc = np.empty(room, dtype=np.int32)
    label_mends = np.empty(room, dtype=np.int32)
    label_price = np.empty(room, dtype=np.int64)
    label_time = np.empty(room, dtype=np.int64)
    heap_keys = np.empty(room, dtype=np.int64)
    heap_items = np.empty(room, dtype=np.int32)
    label_node[0], label_from[0], label_arc[0], label_mends[0] = start, -1, 0, 0
    label_price[0], label_time[0] = 0, 0
    labels = 1
    size = heap_push(heap_keys, heap_items, 0, (price_left[start] << SHIFT) + time_left[start], 0)
    while size > 0:
        label = heap_items[0]
        size = heap_pop(heap_keys, heap_items, size)
        node = label_node[label]
        price = label_price[label]
        time = label_time[label]
        if time >= quickest[node]:
            continue
        quickest[node] = time
        if goal[node]:
            count = 0
            step = label
            while label_from[step] >= 0:
                count += 1
                step = label_from[step]
            way, mends = np.empty(count, dtype=np.int32), np.empty(count, dtype=np.bool_)
            step = label
            while label_from[step] >= 0:
                count -= 1
                way[count], mends[count] = label_arc[step], label_mends[step] == 1
                step = label_from[step]
            for step in range(labels):
                quickest[label_node[step]] = UNSEEN
            return price, time, way, mends
        for place in range(indptr[node], indptr[node + 1]):
            arc = arcs[place]
            end = ends[arc]
            if time_left[end] == UNSEEN:
                continue
            for mend in range(2):
                if mend == 0:
                    taken = np.int64(today[arc])
                    paid = price
                else:
                    taken = np.int64(mended[arc])
                    paid = price + prices[arc]
                    if taken >= today[arc]:
                        continue
                if taken >= INF:
                    continue
                taken += time
                if taken + time_left[end] > limit or taken >= quickest[end]:
                    continue
                if labels == room or size == room:
                    room *= 2
                    label_node = longer(label_node, room)
                    label_from = longer(label_from, room)
                    label_arc = longer(label_arc, room)
                    label_mends = longer(label_mends, room)
                    label_price = longer_long(label_price, room)
                    label_time = longer_long(label_time, room)
                    heap_keys = longer_long(heap_keys, room)
                    heap_items = longer(heap_items, room)
                label_node[labels] = end
                label_from[labels] = label
                label_arc[labels] = arc
                label_mends[labels] = mend
                label_price[labels] = paid
                label_time[labels] = taken
                key = ((paid + price_left[end]) << SHIFT) + taken + time_left[end]
                size = heap_push(heap_keys, heap_items, size, key, labels)
                labels += 1
    for step in range(labels):
        quickest[label_node[step]] = UNSEEN
    return -1, -1, none, no_mends


@lazy_kernel
def quicken(
    indptr: Ints,
    arcs: Ints,
    tails: Ints,
    heads: Ints,
    weights: Ints,
    times: Longs,
    changed: Ints,
    changed_weights: Ints,
    heap_keys: Longs,
    heap_items: Ints,
    touched: Ints,
    before: Longs,
) -> int:
    """Lower some arcs and bring every node's time to its nearest goal up to date, in place.

    Only nodes whose time falls are visited: that is the whole search.

    Parameters
    ----------
    indptr, arcs
        Arcs that *enter* each node.
    tails, heads
        Ends of the arcs.
    weights
        Today's weights; the changed arcs are lowered in place.
    times
        Times to the nearest goal, `INF` where there is no way; updated in place.
    changed, changed_weights
        Arcs and the weights they drop to; a weight that is not lower changes nothing.
    heap_keys, heap_items
        Working space of ``len(arcs) + len(changed) + 1`` entries at least.
    touched, before
        Filled with the nodes whose time fell and their times before, shape (nodes,).

    Returns
    -------
    int
        How many nodes were touched.
    """
    size = 0
    count = 0
    for index in range(len(changed)):
        arc = changed[index]
        if changed_weights[index] < weights[arc]:
            weights[arc] = changed_weights[index]
    for index in range(len(changed)):
        arc = changed[index]
        head = heads[arc]
        if weights[arc] >= INF or times[head] >= INF:
            continue
        reached = times[head] + weights[arc]
        if reached < times[tails[arc]]:
            size = heap_push(heap_keys, heap_items, size, reached, tails[arc])
    while size > 0:
        time = heap_keys[0]
        node = heap_items[0]
        size = heap_pop(heap_keys, heap_items, size)
        if time >= times[node]:
            continue
        touched[count] = node
        before[count] = times[node]
        count += 1
        times[node] = time
        for place in range(indptr[node], indptr[node + 1]):
            arc = arcs[place]
            if weights[arc] >= INF:
                continue
            reached = time + weights[arc]
            if reached < times[tails[arc]]:
                size = heap_push(heap_keys, heap_items, size, reached, tails[arc])
    return count


class ArcSets(NamedTuple):
    """Sets of arcs that get new weights.

    Attributes
    ----------
    indptr, arcs, weights
        The arcs of set ``i`` and their new weights are the slices ``indptr[i]:indptr[i + 1]``.
    """

    indptr: Longs
    arcs: Ints
    weights: Ints


@lazy_kernel
def gains(
    indptr: Ints,
    arcs: Ints,
    tails: Ints,
    heads: Ints,
    weights: Ints,
    times: Longs,
    sets: ArcSets,
    first_home: int,
    people: NDArray[np.float64],
    limit: int,
    keep: bool,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], Longs, Ints]:
    """What each of many sets of lowered arcs would bring, each on its own or on top of those before.

    Parameters
    ----------
    indptr, arcs, tails, heads, weights, times
        As in `quicken`; left as they were unless they are kept lowered.
    sets
        The sets of arcs that are lowered.
    first_home, people
        Homes are the nodes from `first_home` on; people in each.
    limit
        The standard: within it a home counts as reached.
    keep
        Whether each set stays lowered for the sets behind it, and after them.

    Returns
    -------
    tuple
        Per set: people newly within the limit; people who have a way now and had none; the sum of people
        times time saved among those who had a way before. Then per set a slice (int64 offsets) of the homes
        newly within the limit.
    """
    sets_indptr, set_arcs, set_weights = sets
    count_of_sets = len(sets_indptr) - 1
    nodes = len(indptr) - 1
    homes = len(people)
    within = np.zeros(count_of_sets)
    opened = np.zeros(count_of_sets)
    saved = np.zeros(count_of_sets)
    offsets = np.zeros(count_of_sets + 1, dtype=np.int64)
    found = np.empty(1024, dtype=np.int32)
    count = 0
    heap_keys = np.empty(len(arcs) + len(set_arcs) + 1, dtype=np.int64)
    heap_items = np.empty(len(arcs) + len(set_arcs) + 1, dtype=np.int32)
    touched = np.empty(nodes, dtype=np.int32)
    before = np.empty(nodes, dtype=np.int64)
    for number in range(count_of_sets):
        start, stop = sets_indptr[number], sets_indptr[number + 1]
        changed = set_arcs[start:stop]
        old = np.empty(stop - start, dtype=np.int32)
        for index in range(stop - start):
            old[index] = weights[changed[index]]
        reached = quicken(
            indptr, arcs, tails, heads, weights, times, changed, set_weights[start:stop],
            heap_keys, heap_items, touched, before,
        )  # fmt: skip
        for index in range(reached):
            node = touched[index]
            home = node - first_home
            if 0 <= home < homes:
                was, now = before[index], times[node]
                if was >= INF:
                    opened[number] += people[home]
                else:
                    saved[number] += people[home] * (was - now)
                if was > limit >= now:
                    within[number] += people[home]
                    if count == len(found):
                        found = longer(found, 2 * count)
                    found[count] = home
                    count += 1
            if not keep:
                times[node] = before[index]
        if not keep:
            for index in range(stop - start):
                weights[changed[index]] = old[index]
        offsets[number + 1] = count
    return within, opened, saved, offsets, found[:count]
