"""Labels of a chain with needs: the search behind `constrained`, compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.routing import INF, heap_pop, heap_push, inlined, lazy_kernel, longer, longer_long

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.reach.chains.constrained import TimedGraph

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

FAR = 2**40
"""A limit that nothing exceeds."""


class DoorArrays(NamedTuple):
    """Homes and places as the search reads them.

    Attributes
    ----------
    home_nodes, home_offs, wanted
        Node of each joined home, units between its door and the edge, and whether its answer is asked for.
    owner, place_offs
        Place of each joint, and units between its door and the edge. The joints' nodes follow the homes'.
    joints_indptr, joints
        The joints of each place, as compressed lists.
    served
        Which joints each errand may be run at, shape (errands, joints).
    """

    home_nodes: Ints
    home_offs: Longs
    wanted: NDArray[np.bool_]
    owner: Ints
    place_offs: Longs
    joints_indptr: Ints
    joints: Ints
    served: NDArray[np.bool_]


class SearchTask(NamedTuple):
    """What a search is asked.

    Attributes
    ----------
    visits, any_order
        Number of errands, and whether their order is free.
    most_walked, most_held
        See `NeedLimits`.
    only_home
        The home at whose door the chain ends and that alone is asked; -1: chains end at the last errand.
    """

    visits: int
    any_order: bool
    most_walked: int
    most_held: int
    only_home: int


class Labels(NamedTuple):
    """All labels made so far and the heap of those not yet settled: arrays filled from the front.

    Attributes
    ----------
    state
        Layer times the number of nodes, plus the node; a layer is the set of errands still to be done
        after this point (or their number, in a fixed order).
    before, peer
        Label this one was made from, and the label settled at its state before it; -1 for none.
    visit, place
        The errand run here and at which place; else -1 and the arc walked, -1 at an end.
    walked, held
        Decimetres to the next bench and units to the next toilet.
    keys, items
        The heap: units to the end of the chain, and the label.
    sizes
        How many labels there are, and how many of them the heap holds, shape (2,).
    """

    state: Longs
    before: Ints
    peer: Ints
    visit: Ints
    place: Ints
    walked: Longs
    held: Longs
    keys: Longs
    items: Ints
    sizes: Longs


ARC, DOOR = 0, 1
"""What a step of a way is: an arc that is walked, or a joint at which a place is entered or left."""


@lazy_kernel
def search_labels(
    ground: TimedGraph, doors: DoorArrays, errands: SearchTask, times: Ints, kinds: Ints, places: Ints
) -> Ints:
    """Search backwards until every home asked for is answered; fill in `times`, `kinds` and `places`.

    Returned are the steps of the home answered last, shape (steps, 2): `ARC` or `DOOR`, and its number. A
    place has a `DOOR` step for the joint it is entered by and, where the chain goes on, one for the joint it
    is left by.

    Parameters
    ----------
    ground
        The network cut at its doors.
    doors
        Homes and places.
    errands
        What the search is asked.
    times, kinds, places
        Tours by home; filled in.

    Returns
    -------
    Ints
        int32.
    """
    nodes = len(ground.indptr) - 1
    full = (1 << errands.visits) - 1 if errands.any_order else errands.visits
    settled = np.full((full + 1) * nodes, -1, dtype=np.int32)
    homes = len(doors.home_nodes)
    first_home = doors.home_nodes[0] if homes else nodes
    widest = np.diff(doors.joints_indptr).max() if len(doors.joints) else 0
    labels = _empty(max(4096, errands.visits * len(doors.owner) + 1))
    _seed(labels, doors, errands, full, nodes)
    asked = 1 if errands.only_home >= 0 else int(doors.wanted.sum())
    answered = -1
    while labels.sizes[1] > 0 and asked > 0:
        time, label = labels.keys[0], labels.items[0]
        labels.sizes[1] = heap_pop(labels.keys, labels.items, labels.sizes[1])
        state = labels.state[label]
        layer, node = state // nodes, state % nodes
        if not _settle(labels, ground, settled, label, state, node):
            continue
        home = node - first_home
        if layer == 0 and 0 <= home < homes and _answers(labels, doors, errands, times, label, home):
            times[home] = time + doors.home_offs[home]
            _write_visits(labels, label, kinds[home], places[home])
            asked -= 1
            answered = label
        more = ground.indptr[node + 1] - ground.indptr[node] + errands.visits * widest
        if labels.sizes[0] + more > len(labels.state):
            labels = _grown(labels, more)
        _walk_arcs(labels, ground, errands, label, time, node, state - node)
        if node >= first_home + homes:
            _run_errands(labels, doors, errands, label, time, layer, node, nodes)
    return _steps_to(labels, answered, nodes)


@lazy_kernel
def _empty(room: int) -> Labels:
    """No labels, and room for some."""
    return Labels(
        np.empty(room, np.int64),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(room, np.int32),
        np.zeros(2, np.int64),
    )


@lazy_kernel
def _grown(labels: Labels, more: int) -> Labels:
    """The same labels with twice the room, and with room for so many more."""
    room = 2 * len(labels.state) + more
    return Labels(
        longer_long(labels.state, room),
        longer(labels.before, room),
        longer(labels.peer, room),
        longer(labels.visit, room),
        longer(labels.place, room),
        longer_long(labels.walked, room),
        longer_long(labels.held, room),
        longer_long(labels.keys, room),
        longer(labels.items, room),
        labels.sizes,
    )


@inlined
def _add(
    labels: Labels, state: int, before: int, visit: int, place: int, walked: int, held: int, time: int
) -> None:
    """Add a label, for which there is room, to the others and to the heap."""
    label = labels.sizes[0]
    labels.state[label] = state
    labels.before[label] = before
    labels.visit[label] = visit
    labels.place[label] = place
    labels.walked[label] = walked
    labels.held[label] = held
    labels.sizes[0] = label + 1
    labels.sizes[1] = heap_push(labels.keys, labels.items, labels.sizes[1], time, label)


@inlined
def _layer_before(layer: int, visit: int, any_order: bool) -> int:
    """Layer before an errand is run, given the layer after it; -1 where it cannot be the one."""
    if any_order:
        return layer ^ (1 << visit) if (layer >> visit) & 1 else -1
    return visit if layer == visit + 1 else -1


@lazy_kernel
def _seed(labels: Labels, doors: DoorArrays, errands: SearchTask, full: int, nodes: int) -> None:
    """Labels where chains end: at the only home's door, or at every joint that serves a last errand."""
    counts_time = errands.most_held < FAR
    if errands.only_home >= 0:
        off = doors.home_offs[errands.only_home]
        held = off if counts_time else 0
        if held <= errands.most_held:
            _add(labels, full * nodes + doors.home_nodes[errands.only_home], -1, -1, -1, 0, held, off)
        return
    first_place = _first_place(doors, nodes)
    for joint in range(len(doors.owner)):
        for visit in range(errands.visits):
            before = _layer_before(full, visit, errands.any_order)
            off = doors.place_offs[joint]
            held = off if counts_time else 0
            if before < 0 or not doors.served[visit, joint] or held > errands.most_held:
                continue
            _add(labels, before * nodes + first_place + joint, -1, visit, doors.owner[joint], 0, held, off)


@inlined
def _first_place(doors: DoorArrays, nodes: int) -> int:
    """Node of the first joint of a place."""
    return (doors.home_nodes[0] if len(doors.home_nodes) else nodes) + len(doors.home_nodes)


@inlined
def _settle(labels: Labels, ground: TimedGraph, settled: Ints, label: int, state: int, node: int) -> bool:
    """Settle a label at its state, unless an earlier one there has no more of either need."""
    if ground.benches[node]:
        labels.walked[label] = 0
    if ground.toilets[node]:
        labels.held[label] = 0
    walked, held = labels.walked[label], labels.held[label]
    other = settled[state]
    while other >= 0:
        if labels.walked[other] <= walked and labels.held[other] <= held:
            return False
        other = labels.peer[other]
    labels.peer[label] = settled[state]
    settled[state] = label
    return True


@inlined
def _answers(
    labels: Labels, doors: DoorArrays, errands: SearchTask, times: Ints, label: int, home: int
) -> bool:
    """Whether a label at a home's door with nothing done yet is the first, and is asked for."""
    if times[home] != INF:
        return False
    asks = home == errands.only_home if errands.only_home >= 0 else doors.wanted[home]
    off = doors.home_offs[home] if errands.most_held < FAR else 0
    return bool(asks and labels.held[label] + off <= errands.most_held)


@lazy_kernel
def _write_visits(labels: Labels, label: int, kinds: Ints, places: Ints) -> None:
    """The errands and places of the chain that a label begins, in their order."""
    number = 0
    while label >= 0:
        if labels.visit[label] >= 0:
            kinds[number] = labels.visit[label]
            places[number] = labels.place[label]
            number += 1
        label = labels.before[label]


@inlined
def _walk_arcs(
    labels: Labels,
    ground: TimedGraph,
    errands: SearchTask,
    label: int,
    time: int,
    node: int,
    layer_start: int,
) -> None:
    """Labels at the tails of the arcs that lead to a settled label's node; its layer's states begin there."""
    walked, held = labels.walked[label], labels.held[label]
    counts_metres, counts_time = errands.most_walked < FAR, errands.most_held < FAR
    for place in range(ground.indptr[node], ground.indptr[node + 1]):
        arc = ground.arcs[place]
        if ground.weights[arc] >= INF:
            continue
        taken = int(ground.weights[arc])
        far = walked + (ground.lengths_dm[arc] if counts_metres else 0)
        long = held + (taken if counts_time else 0)
        if far > errands.most_walked or long > errands.most_held:
            continue
        _add(labels, layer_start + ground.tails[arc], label, -1, arc, far, long, time + taken)


@inlined
def _run_errands(
    labels: Labels,
    doors: DoorArrays,
    errands: SearchTask,
    label: int,
    time: int,
    layer: int,
    node: int,
    nodes: int,
) -> None:
    """Labels for the errands that end at a settled label's door: one per joint the place is entered by."""
    first_place = _first_place(doors, nodes)
    held, joint = labels.held[label], node - first_place
    one = doors.owner[joint]
    for visit in range(errands.visits):
        before = _layer_before(layer, visit, errands.any_order)
        if before < 0 or not doors.served[visit, joint]:
            continue
        for place in range(doors.joints_indptr[one], doors.joints_indptr[one + 1]):
            enter = doors.joints[place]
            off = doors.place_offs[enter] + doors.place_offs[joint]
            long = held + (off if errands.most_held < FAR else 0)
            if long > errands.most_held:
                continue
            _add(labels, before * nodes + first_place + enter, label, visit, one, 0, long, time + off)


@lazy_kernel
def _steps_to(labels: Labels, label: int, nodes: int) -> Ints:
    """Steps of the chain that a label begins; none for -1. See `search_labels`."""
    steps = np.empty((1024, 2), dtype=np.int32)
    count = 0
    while label >= 0:
        if count + 2 > len(steps):
            grown = np.empty((2 * len(steps), 2), dtype=np.int32)
            grown[:count] = steps[:count]
            steps = grown
        following = labels.before[label]
        if labels.visit[label] >= 0:
            steps[count, 0], steps[count, 1] = DOOR, labels.state[label] % nodes
            count += 1
            if following >= 0:
                steps[count, 0], steps[count, 1] = DOOR, labels.state[following] % nodes
                count += 1
        elif labels.place[label] >= 0:
            steps[count, 0], steps[count, 1] = ARC, labels.place[label]
            count += 1
        label = following
    return steps[:count]
