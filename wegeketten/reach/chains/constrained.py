"""Chains of errands with benches and toilets on the way, for every home: exact, places and order included.

One search runs backwards from the doors where chains may end. A label at a place on the map and a set of
errands done knows the time to the end of the chain, the metres to the next bench and the time to the next
toilet; it is beaten where an earlier one has no more of either. Whoever stands at a home's door has just sat
and been to the toilet, so the first label that arrives there with nothing done is the home's answer. Chains
that end at home end at a different door for each home, and are searched one home at a time.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.routing import INF, UNIT_S, heap_pop, heap_push, lazy_kernel, longer, longer_long

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from wegeketten.reach.chains.graph import DoorGraph
    from wegeketten.reach.chains.needs import Needs
    from wegeketten.routing import Stops, Tours

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]
    Progress = Callable[[float], None]

FAR = 2**40
"""A limit that nothing exceeds."""


class TimedGraph(NamedTuple):
    """The network cut at its doors, as the search reads it.

    Attributes
    ----------
    indptr, arcs
        Arcs that enter each node.
    tails, weights, lengths_dm
        Where each arc starts, its time in units and its length in decimetres.
    benches, toilets
        True at nodes where either is.
    """

    indptr: Ints
    arcs: Ints
    tails: Ints
    weights: Ints
    lengths_dm: Ints
    benches: NDArray[np.bool_]
    toilets: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        precinct: DoorGraph,
        weights: Ints,
        metres: NDArray[np.float64],
        benches: NDArray[np.bool_],
        toilets: NDArray[np.bool_],
    ) -> TimedGraph:
        """From a precinct and what its arcs take in one answer."""
        order = np.argsort(precinct.heads, kind="stable").astype(np.int32)
        indptr = np.zeros(precinct.nodes + 1, dtype=np.int32)
        indptr[1:] = np.cumsum(np.bincount(precinct.heads, minlength=precinct.nodes))
        lengths = np.rint(metres * 10).astype(np.int32)
        return cls(indptr, order, precinct.tails, weights, lengths, benches, toilets)


class Limits(NamedTuple):
    """Needs in the search's units; what is not needed is not counted, so that labels beat each other sooner.

    Attributes
    ----------
    most_walked, most_held
        Decimetres without a bench and units without a toilet.
    """

    most_walked: int
    most_held: int

    @classmethod
    def of(cls, needs: Needs) -> Limits:
        """From metres and minutes.

        Examples
        --------
        >>> from wegeketten.reach.chains.needs import Needs
        >>> Limits.of(Needs(bench_every_m=150)).most_walked
        1500
        """
        bench, toilet = needs
        walked = FAR if bench is None else round(bench * 10)
        return cls(walked, FAR if toilet is None else round(toilet * 60 / UNIT_S))


def rested_tours(
    precinct: DoorGraph,
    ground: TimedGraph,
    kinds: Sequence[Stops],
    needs: Needs,
    *,
    any_order: bool = False,
    returning: bool = False,
    only: NDArray[np.bool_] | None = None,
    progress: Progress | None = None,
) -> Tours:
    """The fastest chain of every joined home that keeps to the needs; exact.

    Parameters
    ----------
    precinct, ground
        The network cut at its doors.
    kinds
        The places of each errand, numbered as the city's places.
    needs
        Benches and toilets.
    any_order, returning
        As in `wegeketten.reach.chains.one_door.Errands`.
    only
        Joined homes to look at; all where None. Chains that end at home are searched one home at a time.
    progress
        Called with the share done.

    Returns
    -------
    Tours
        One row per joined home.
    """
    from wegeketten.routing import Tours

    homes = precinct.homes
    wanted = np.ones(len(homes), dtype=bool) if only is None else only
    search = _searcher(precinct, ground, kinds, needs, wanted, any_order)
    times = np.full(len(homes), INF, dtype=np.int32)
    which = np.full((len(homes), len(kinds)), -1, dtype=np.int32)
    places = np.full((len(homes), len(kinds)), -1, dtype=np.int32)
    if returning:
        rows = np.flatnonzero(wanted)
        for done, home in enumerate(rows.tolist()):
            if progress and done % 64 == 0:
                progress(done / len(rows))
            search(home, times, which, places)
    else:
        search(-1, times, which, places)
    return Tours(times, which, places)


class Leg(NamedTuple):
    """A part of one chain, from door to door.

    Attributes
    ----------
    start, end
        Nodes of the joints at either door.
    arcs
        Between them.
    """

    start: int
    end: int
    arcs: list[int]


def rested_legs(
    precinct: DoorGraph,
    ground: TimedGraph,
    kinds: Sequence[Stops],
    needs: Needs,
    *,
    any_order: bool = False,
    returning: bool = False,
) -> tuple[Tours, list[Leg]]:
    """The fastest chain of the only joined home and its ways; none where no chain keeps to the needs.

    Parameters
    ----------
    precinct, ground, kinds, needs, any_order, returning
        As in `rested_tours`.
    """
    from wegeketten.routing import Tours

    wanted = np.ones(1, dtype=bool)
    search = _searcher(precinct, ground, kinds, needs, wanted, any_order)
    tours = Tours(np.full(1, INF, dtype=np.int32), *np.full((2, 1, len(kinds)), -1, dtype=np.int32))
    way = search(0 if returning else -1, tours.times, tours.kinds, tours.places)
    home = int(precinct.home_nodes[0])
    legs: list[Leg] = []
    start, arcs, entering = home, list[int](), True
    for code in way.tolist():
        if code >= 0:
            arcs.append(code)
        elif entering:
            legs.append(Leg(start, -2 - code, arcs))
            arcs, entering = [], False
        else:
            start, entering = -2 - code, True
    return tours, [*legs, Leg(start, home, arcs)] if returning and legs else legs


def _searcher(
    precinct: DoorGraph,
    ground: TimedGraph,
    kinds: Sequence[Stops],
    needs: Needs,
    wanted: NDArray[np.bool_],
    any_order: bool,
) -> Callable[..., Ints]:
    """`_search` with what all searches share."""
    homes, places = precinct.homes, precinct.places
    return partial(
        _search, *ground, precinct.home_nodes, homes.off_units.astype(np.int64), wanted, places.owner,
        places.off_units.astype(np.int64), *_siblings(places.owner), _served(precinct, kinds),
        len(kinds), any_order, *Limits.of(needs),
    )  # fmt: skip


def _served(precinct: DoorGraph, kinds: Sequence[Stops]) -> NDArray[np.bool_]:
    """Which joints of places each errand may be run at, shape (errands, joints)."""
    served = np.zeros((len(kinds), len(precinct.places)), dtype=bool)
    for number, stops in enumerate(kinds):
        served[number, stops.nodes - precinct.place_nodes[:1]] = True
    return served


def _siblings(owner: Ints) -> tuple[Ints, Ints]:
    """Compressed lists: the joints of each place."""
    indptr = np.zeros(int(owner.max(initial=-1)) + 2, dtype=np.int32)
    indptr[1:] = np.cumsum(np.bincount(owner, minlength=len(indptr) - 1))
    return indptr, np.argsort(owner, kind="stable").astype(np.int32)


@lazy_kernel
def _search(  # noqa: C901  (one loop; compiled code is not split where labels are made)
    indptr: Ints,
    arcs: Ints,
    tails: Ints,
    weights: Ints,
    lengths_dm: Ints,
    benches: NDArray[np.bool_],
    toilets: NDArray[np.bool_],
    home_nodes: Ints,
    home_offs: Longs,
    wanted: NDArray[np.bool_],
    owner: Ints,
    place_offs: Longs,
    joints_indptr: Ints,
    joints: Ints,
    served: NDArray[np.bool_],
    visits: int,
    any_order: bool,
    most_walked: int,
    most_held: int,
    only_home: int,
    times: Ints,
    kinds: Ints,
    places: Ints,
) -> Ints:
    """Search backwards until every home is answered; `only_home` >= 0 ends at that door and asks it only.

    A state is a layer (the set of errands done, or how many in a fixed order) times a node. `times`, `kinds`
    and `places` are filled in. Returned is the way of the home answered last: arcs, and for each visit
    ``-2 - node`` for the joint it is entered by and, where the chain goes on, for the one it is left by.
    """
    nodes = len(indptr) - 1
    full = (1 << visits) - 1 if any_order else visits
    first_home = home_nodes[0] if len(home_nodes) else nodes
    first_place = first_home + len(home_nodes)
    room = 4096
    state_of = np.empty(room, dtype=np.int64)
    from_of = np.empty(room, dtype=np.int32)
    next_of = np.empty(room, dtype=np.int32)
    visit_of = np.empty(room, dtype=np.int32)
    place_of = np.empty(room, dtype=np.int32)
    walked_of = np.empty(room, dtype=np.int64)
    held_of = np.empty(room, dtype=np.int64)
    heap_keys = np.empty(room, dtype=np.int64)
    heap_items = np.empty(room, dtype=np.int32)
    settled = np.full((full + 1) * nodes, -1, dtype=np.int32)
    labels, size = 0, 0
    counts_metres, counts_time = most_walked < FAR, most_held < FAR
    asked = 1 if only_home >= 0 else 0
    if only_home < 0:
        for home in range(len(home_nodes)):
            asked += wanted[home]
    last_label = -1
    # what a label is made from: -2 the ends, then every label that is settled
    source = -2
    while True:
        time, walked, held, layer, node = np.int64(0), np.int64(0), np.int64(0), full, -1
        if source == -1:
            if size == 0 or asked == 0:
                break
            time = heap_keys[0]
            label = heap_items[0]
            size = heap_pop(heap_keys, heap_items, size)
            state = state_of[label]
            layer, node = state // nodes, state % nodes
            if benches[node]:
                walked_of[label] = 0
            if toilets[node]:
                held_of[label] = 0
            walked, held = walked_of[label], held_of[label]
            beaten = False
            other = settled[state]
            while other >= 0:
                if walked_of[other] <= walked and held_of[other] <= held:
                    beaten = True
                    break
                other = next_of[other]
            if beaten:
                continue
            next_of[label] = settled[state]
            settled[state] = label
            home = node - first_home
            if layer == 0 and 0 <= home < len(home_nodes) and times[home] == INF:
                off = home_offs[home]
                asks = home == only_home if only_home >= 0 else wanted[home]
                if asks and held + (off if counts_time else 0) <= most_held:
                    times[home] = time + off
                    asked -= 1
                    last_label = label
                    step, number = label, 0
                    while step >= 0:
                        if visit_of[step] >= 0:
                            kinds[home, number] = visit_of[step]
                            places[home, number] = place_of[step]
                            number += 1
                        step = from_of[step]
            first, last = indptr[node], indptr[node + 1]
            for place in range(first, last):
                arc = arcs[place]
                if weights[arc] >= INF:
                    continue
                taken = np.int64(weights[arc])
                far = walked + (lengths_dm[arc] if counts_metres else 0)
                long = held + (taken if counts_time else 0)
                if far > most_walked or long > most_held:
                    continue
                if labels == room or size == room:
                    room *= 2
                    from_of, next_of = longer(from_of, room), longer(next_of, room)
                    visit_of, place_of = longer(visit_of, room), longer(place_of, room)
                    walked_of, held_of = longer_long(walked_of, room), longer_long(held_of, room)
                    state_of = longer_long(state_of, room)
                    heap_keys, heap_items = longer_long(heap_keys, room), longer(heap_items, room)
                state_of[labels] = layer * nodes + tails[arc]
                from_of[labels], visit_of[labels], place_of[labels] = label, -1, arc
                walked_of[labels], held_of[labels] = far, long
                size = heap_push(heap_keys, heap_items, size, time + taken, labels)
                labels += 1
        elif only_home >= 0:
            off = home_offs[only_home]
            long = off if counts_time else np.int64(0)
            source = -1
            if long <= most_held:
                state_of[labels] = full * nodes + home_nodes[only_home]
                from_of[labels], visit_of[labels], place_of[labels] = -1, -1, -1
                walked_of[labels], held_of[labels] = 0, long
                size = heap_push(heap_keys, heap_items, size, off, labels)
                labels += 1
            continue
        # errands whose place this is: from the door left to every joint it may be entered by
        low, high = 0, len(owner)
        if node >= 0:
            low = node - first_place
            high = low + 1 if low >= 0 else low
        for joint in range(max(low, 0), high):
            for visit in range(visits):
                if not served[visit, joint]:
                    continue
                if any_order:
                    if not (layer >> visit) & 1:
                        continue
                    before = layer ^ (1 << visit)
                elif layer == visit + 1:
                    before = visit
                else:
                    continue
                one = owner[joint]
                start = joints_indptr[one] if node >= 0 else 0
                stop = joints_indptr[one + 1] if node >= 0 else 1
                for place in range(start, stop):
                    enter = joints[place] if node >= 0 else joint
                    off = place_offs[enter] + (place_offs[joint] if node >= 0 else 0)
                    long = held + (off if counts_time else 0)
                    if long > most_held:
                        continue
                    if labels == room or size == room:
                        room *= 2
                        from_of, next_of = longer(from_of, room), longer(next_of, room)
                        visit_of, place_of = longer(visit_of, room), longer(place_of, room)
                        walked_of, held_of = longer_long(walked_of, room), longer_long(held_of, room)
                        state_of = longer_long(state_of, room)
                        heap_keys, heap_items = longer_long(heap_keys, room), longer(heap_items, room)
                    state_of[labels] = np.int64(before) * nodes + first_place + enter
                    from_of[labels] = label if node >= 0 else -1
                    visit_of[labels], place_of[labels] = visit, one
                    walked_of[labels], held_of[labels] = 0, long
                    size = heap_push(heap_keys, heap_items, size, time + off, labels)
                    labels += 1
        source = -1
    way = np.empty(1024, dtype=np.int32)
    count, step = 0, last_label
    while step >= 0:
        if count + 2 > len(way):
            way = longer(way, 2 * len(way))
        following = from_of[step]
        if visit_of[step] >= 0:
            way[count] = -2 - state_of[step] % nodes
            count += 1
            if following >= 0:
                way[count] = -2 - state_of[following] % nodes
                count += 1
        elif place_of[step] >= 0:
            way[count] = place_of[step]
            count += 1
        step = following
    return way[:count]
