"""The fewest looks by which each home can be sure of a service within the standard.

A way passes edges that are sure and edges that ask for a look. Of all ways that take no longer than the
standard, a home's is the one that asks for the fewest looks, and of those the fastest. One search from the
goals finds it for all homes at once: at a node it keeps every pair of looks and time that no other undercuts
in both. A way within the standard stays among the nodes that lie within it by what is *possible*, so after a
few looks only the homes whose ways can pass there have to be asked again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.routing import INF, heap_pop, heap_push, lazy_kernel, longer, longer_long

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.planning.task import Task

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

UNKNOWN, GOOD, BAD = 0, 1, 2
"""What is known of an edge: nothing yet, that it can be passed, that it cannot."""

_SHIFT = np.int64(33)
_TIME = (np.int64(1) << _SHIFT) - 1
_NONE = np.int64(2**63 - 1)


class Room:
    """Working space of all searches on graphs of one size; everything is left as it was found.

    Parameters
    ----------
    nodes
        Nodes of the graph.
    """

    def __init__(self, nodes: int) -> None:
        self.back = np.full(nodes, INF, dtype=np.int32)
        self.ahead = np.full(nodes, INF, dtype=np.int32)
        self.settled = np.full(nodes, INF, dtype=np.int32)
        self.tried = np.full(nodes, _NONE, dtype=np.int64)
        self.label = np.full(nodes, -1, dtype=np.int32)
        self.part = np.full(nodes, -1, dtype=np.int32)
        self.nothing = np.zeros(nodes, dtype=np.int32)


class Ways(NamedTuple):
    """Which looks the ways of some homes ask for.

    Attributes
    ----------
    way
        int32, shape (homes,): number of each home's way; -1 where it needs no look, or has none in time.
    offsets, edges
        Edges of way ``i``, ascending: ``edges[offsets[i]:offsets[i + 1]]``.
    """

    way: Ints
    offsets: Longs
    edges: Ints


class _Some(NamedTuple):
    """Ways of some of the homes that are asked about, by their positions."""

    wanted: Longs
    ways: Ways


def homes_past(task: Task, homes: Longs, left: Ints, edges: list[int], room: Room) -> Longs:
    """Homes that have a way within the standard over any of some edges, if all looks bring good news.

    Parameters
    ----------
    task
        What people want to reach; *sure* is today, *possible* is mended.
    homes
        Homes that are asked about.
    left
        int32, shape (nodes,): least possible time to a goal, `INF` beyond the standard.
    edges
        Edges that are looked at.
    room
        Working space.

    Returns
    -------
    ndarray
        Positions in `homes`, ascending.
    """
    field = task.field
    arcs = np.concatenate([field.arcs_on(edge) for edge in edges])
    arcs = arcs[(field.mended[arcs] < field.today[arcs]) & (left[field.heads[arcs]] < INF)]
    times = field.mended[arcs].astype(np.int64) + left[field.heads[arcs]]
    touched = _spread(
        *field.entering, field.tails, field.mended, field.tails[arcs], times,
        room.nothing, task.limit, room.back,
    )  # fmt: skip
    there = room.back[homes + field.streets] < INF
    room.back[touched] = INF
    return np.flatnonzero(there)


def fewest_looks(
    task: Task, homes: Longs, left: Ints, known: list[NDArray[np.int8]], room: Room
) -> list[Ways]:
    """Ways of the fewest looks within the standard, for several states of knowledge.

    Parameters
    ----------
    task
        What people want to reach; *sure* is today, *possible* is mended.
    homes
        Homes that are asked about.
    left
        int32, shape (nodes,): least possible time to a goal, `INF` beyond the standard.
    known
        Per state `UNKNOWN`, `GOOD` or `BAD` for each edge, shape (edges,).
    room
        Working space.

    Returns
    -------
    list of Ways
        One for each state, the same object where nothing that matters sets two apart. They do not depend on
        which other homes are asked about.

    Examples
    --------
    Two kerbs in a row, or one and a longer way round:

    >>> from wegeketten.planning.task import Task
    >>> from wegeketten.whatif.graph import WhatIfGraph
    >>> field = WhatIfGraph.of_edges(3, [0, 1, 0], [1, 2, 2], [INF] * 6, [10] * 4 + [50] * 2, [1, 1, 1])
    >>> homes, left = np.array([0]), np.array([20, 10, 0, 20, 10, 0], np.int32)
    >>> known = [np.zeros(3, np.int8)]
    >>> for limit in 30, 60:
    ...     task = Task("pram", "park", field, np.array([2], np.int32), np.ones(3), limit)
    ...     fewest_looks(task, homes, left, known, Room(field.nodes))[0].edges.tolist()
    [0, 1]
    [2]
    """
    field = task.field
    doors = (homes + field.streets).astype(np.int32)
    touched = _spread(
        *field.leaving, field.heads, field.mended, doors, np.zeros(len(doors), dtype=np.int64),
        left, task.limit, room.ahead,
    )  # fmt: skip
    number = _number_parts(*field.leaving, field.heads, field.mended, room.ahead, touched, room.part)
    goals = np.sort(task.goals[room.ahead[task.goals] < INF]).astype(np.int32)
    graph = _Arcs(*field.entering, field.tails, field.edge, field.today, field.mended)

    def search(inside: NDArray[np.bool_], state: NDArray[np.int8]) -> _Some:
        """Ways of the homes in some parts, in one state of knowledge."""
        wanted = np.flatnonzero(inside[room.part[doors]])
        mine = touched[inside[room.part[touched]]]
        kept = _Labels(room.ahead, room.settled, room.tried, room.label, mine)
        ways = _search(
            graph, state, goals[inside[room.part[goals]]], doors[wanted],
            field.streets, field.homes, task.limit, kept,
        )  # fmt: skip
        return _Some(wanted, Ways(*ways))

    groups = _alike(task, known, room, number)
    pieces = {
        (row, chosen): search(inside, known[states.index(chosen)])
        for row, (states, inside) in enumerate(groups)
        for chosen in dict.fromkeys(states)
    }
    room.ahead[touched], room.part[touched] = INF, -1
    whole: dict[tuple[int, ...], Ways] = {}
    found = []
    for chosen in zip(*(states for states, _ in groups), strict=True):
        if chosen not in whole:
            whole[chosen] = _joined([pieces[piece] for piece in enumerate(chosen)], len(homes))
        found.append(whole[chosen])
    return found


def _alike(
    task: Task, known: list[NDArray[np.int8]], room: Room, count: int
) -> list[tuple[tuple[int, ...], NDArray[np.bool_]]]:
    """Parts of the region, grouped by which states of knowledge are the same within them.

    Per group the number of what is known there in each state, equal where nothing sets two states apart, and
    which of the parts belong to it.
    """
    field = task.field
    varied = np.flatnonzero(np.any([state != known[0] for state in known], axis=0))
    within: dict[int, list[int]] = {}
    for edge in varied.tolist():
        arcs = field.arcs_on(edge)
        arcs = arcs[field.mended[arcs] < field.today[arcs]]
        for part in set(room.part[field.tails[arcs]].tolist()) & set(room.part[field.heads[arcs]].tolist()):
            if part >= 0:
                within.setdefault(part, []).append(edge)
    groups: dict[tuple[int, ...], NDArray[np.bool_]] = {}
    rest = np.arange(count + 1) < count  # the last one stands for homes outside of all parts
    for part, edges in within.items():
        numbers: dict[bytes, int] = {}
        states = tuple(numbers.setdefault(state[edges].tobytes(), len(numbers)) for state in known)
        groups.setdefault(states, np.zeros(count + 1, dtype=bool))[part] = True
        rest[part] = False
    same = (0,) * len(known)
    groups[same] = groups.get(same, np.zeros(count + 1, dtype=bool)) | rest
    return list(groups.items())


def _joined(pieces: list[_Some], count: int) -> Ways:
    """Ways of all `count` homes from those of some, numbered in the order of the first home of each."""
    way = np.full(count, -1, dtype=np.int32)
    behind = 0
    for wanted, ways in pieces:
        way[wanted] = np.where(ways.way >= 0, ways.way + behind, -1)
        behind += len(ways.offsets) - 1
    sizes = np.concatenate([np.diff(ways.offsets) for _, ways in pieces])
    edges = np.concatenate([ways.edges for _, ways in pieces])
    numbers, first = np.unique(way[way >= 0], return_index=True)
    order = numbers[np.argsort(first)]
    rank = np.full(behind + 1, -1, dtype=np.int32)  # the last one for those without a way
    rank[order] = np.arange(len(order))
    starts = np.concatenate([[0], np.cumsum(sizes)])
    offsets = np.concatenate([[0], np.cumsum(sizes[order])]).astype(np.int64)
    places = np.repeat(starts[order] - offsets[:-1], sizes[order]) + np.arange(offsets[-1])
    return Ways(rank[way], offsets, edges[places])


@lazy_kernel
def _root(part: Ints, node: int) -> int:
    """The node that stands for the part a node belongs to; the way there gets shorter."""
    while part[node] != node:
        part[node] = part[part[node]]
        node = part[node]
    return node


@lazy_kernel
def _number_parts(
    indptr: Ints, arcs: Ints, heads: Ints, weights: Ints, ahead: Ints, touched: Ints, part: Ints
) -> int:
    """Number the parts of a region that no arc joins, written into `part`; how many there are."""
    for node in touched:
        part[node] = node
    for node in touched:
        for place in range(indptr[node], indptr[node + 1]):
            arc = arcs[place]
            if weights[arc] < INF and ahead[heads[arc]] < INF:
                one, other = _root(part, node), _root(part, heads[arc])
                part[max(one, other)] = min(one, other)
    roots = np.empty(len(touched), dtype=np.int32)
    for index in range(len(touched)):
        roots[index] = _root(part, touched[index])
    count = 0
    for root in np.unique(roots):
        part[root] = count
        count += 1
    numbers = part[roots]
    for index in range(len(touched)):
        part[touched[index]] = numbers[index]
    return count


@lazy_kernel
def _spread(  # noqa: C901  (one loop; compiled code is not split where arrays grow)
    indptr: Ints,
    arcs: Ints,
    ends: Ints,
    weights: Ints,
    starts: Ints,
    start_times: Longs,
    beyond: Ints,
    limit: int,
    times: Ints,
) -> Ints:
    """Least times from any start, no further than what is left beyond each node allows; nodes touched."""
    heap_keys = np.empty(1024, dtype=np.int64)
    heap_items = np.empty(1024, dtype=np.int32)
    touched = np.empty(1024, dtype=np.int32)
    size = 0
    count = 0
    for index in range(len(starts)):
        node, time = starts[index], start_times[index]
        if time + beyond[node] > limit or time >= times[node]:
            continue
        if times[node] == INF:
            if count == len(touched):
                touched = longer(touched, 2 * count)
            touched[count] = node
            count += 1
        times[node] = time
        if size == len(heap_keys):
            heap_keys, heap_items = longer_long(heap_keys, 2 * size), longer(heap_items, 2 * size)
        size = heap_push(heap_keys, heap_items, size, time, node)
    while size > 0:
        time = heap_keys[0]
        node = heap_items[0]
        size = heap_pop(heap_keys, heap_items, size)
        if time > times[node]:
            continue
        for place in range(indptr[node], indptr[node + 1]):
            arc = arcs[place]
            if weights[arc] >= INF:
                continue
            end = ends[arc]
            reached = time + weights[arc]
            if reached >= times[end] or reached + beyond[end] > limit:
                continue
            if times[end] == INF:
                if count == len(touched):
                    touched = longer(touched, 2 * count)
                touched[count] = end
                count += 1
            times[end] = reached
            if indptr[end] < indptr[end + 1]:
                if size == len(heap_keys):
                    heap_keys, heap_items = longer_long(heap_keys, 2 * size), longer(heap_items, 2 * size)
                size = heap_push(heap_keys, heap_items, size, reached, end)
    return touched[:count]


class _Arcs(NamedTuple):
    """Arcs by the node they lead to, the edge each lies on, and its weights in the two answers."""

    indptr: Ints
    arcs: Ints
    tails: Ints
    edges: Ints
    sure: Ints
    possible: Ints


class _Labels(NamedTuple):
    """What is kept by node, of the nodes `touched`; all others are as they were found.

    Attributes
    ----------
    ahead
        Time from the nearest door, `INF` outside of the part that is searched.
    settled, tried
        Least time settled, and the last key that was tried.
    door_label
        Label of a door, -1 none.
    touched
        Nodes to be left as they were found.
    """

    ahead: Ints
    settled: Ints
    tried: Longs
    door_label: Ints
    touched: Ints


@lazy_kernel
def _search(  # noqa: C901  (one loop; compiled code is not split where labels are made)
    graph: _Arcs,
    known: NDArray[np.int8],
    goals: Ints,
    doors: Ints,
    first_home: int,
    home_count: int,
    limit: int,
    kept: _Labels,
) -> tuple[Ints, Longs, Ints]:
    """Settle labels (looks, time) from the goals on; see `Ways` for the result.

    A label counts where it is faster than all of its node with as few looks. Among equal ones the first made
    counts: the order of making follows from the graph alone, not from which part of it is searched.
    """
    indptr, arcs, tails, edges, sure, possible = graph
    ahead, settled, tried, door_label, touched = kept
    room = 4096
    node_of = np.empty(room, dtype=np.int32)
    asked = np.empty(room, dtype=np.int32)  # the edge a label's last arc asks about
    asking = np.empty(room, dtype=np.int32)  # the label at or behind each that asks for a look
    after = np.empty(room, dtype=np.int32)  # the next one behind a label that asks
    heap_keys = np.empty(room, dtype=np.int64)
    heap_items = np.empty(room, dtype=np.int32)
    labels = 0
    size = 0
    for index in range(len(goals)):
        if labels == room:
            room *= 2
            node_of, asked, asking = longer(node_of, room), longer(asked, room), longer(asking, room)
            after, heap_items = longer(after, room), longer(heap_items, room)
            heap_keys = longer_long(heap_keys, room)
        node_of[labels], asking[labels] = goals[index], -1
        tried[goals[index]] = 0
        size = heap_push(heap_keys, heap_items, size, 0, labels)
        labels += 1
    while size > 0:
        key = heap_keys[0]
        label = heap_items[0]
        size = heap_pop(heap_keys, heap_items, size)
        node = node_of[label]
        time = key & _TIME
        if time >= settled[node]:
            continue
        settled[node] = time
        for place in range(indptr[node], indptr[node + 1]):
            arc = arcs[place]
            end = tails[arc]
            if ahead[end] >= INF:
                continue
            edge = edges[arc]
            plain, look = sure[arc], possible[arc]
            if edge < 0 or look >= plain or known[edge] == BAD:
                look = INF
            elif known[edge] == GOOD:
                plain, look = look, INF
            for asks in range(2):
                weight = look if asks else plain
                if weight >= INF:
                    continue
                reached = time + weight
                if reached + ahead[end] > limit or reached >= settled[end]:
                    continue
                new = ((key >> _SHIFT) + asks << _SHIFT) | reached
                old = tried[end]
                if old <= new and (old & _TIME) <= reached:
                    continue
                door = first_home <= end < first_home + home_count
                if door and old <= new:
                    continue
                tried[end] = new
                if labels == room:
                    room *= 2
                    node_of, asked, asking = longer(node_of, room), longer(asked, room), longer(asking, room)
                    after, heap_items = longer(after, room), longer(heap_items, room)
                    heap_keys = longer_long(heap_keys, room)
                node_of[labels] = end
                asking[labels] = asking[label]
                if asks:
                    asked[labels], after[labels], asking[labels] = edge, asking[label], labels
                if door:
                    door_label[end] = labels
                if indptr[end] < indptr[end + 1]:
                    size = heap_push(heap_keys, heap_items, size, new, labels)
                labels += 1
    number = np.full(labels, -1, dtype=np.int32)
    way = np.full(len(doors), -1, dtype=np.int32)
    offsets = np.zeros(len(doors) + 1, dtype=np.int64)
    found = np.empty(1024, dtype=np.int32)
    ways = 0
    count = 0
    for index in range(len(doors)):
        label = door_label[doors[index]]
        if label < 0 or asking[label] < 0:
            continue
        label = asking[label]
        if number[label] < 0:
            number[label] = ways
            start = count
            step = label
            while step >= 0:
                edge = asked[step]
                step = after[step]
                place = count
                while place > start and found[place - 1] > edge:
                    place -= 1
                if place > start and found[place - 1] == edge:
                    continue  # a door's arc and its street's lie on one edge
                if count == len(found):
                    found = longer(found, 2 * count)
                for later in range(count, place, -1):
                    found[later] = found[later - 1]
                found[place] = edge
                count += 1
            ways += 1
            offsets[ways] = count
        way[index] = number[label]
    for index in range(len(touched)):
        settled[touched[index]] = INF
        tried[touched[index]] = _NONE
        door_label[touched[index]] = -1
    return way, offsets[: ways + 1], found[:count]
