"""Chains of errands with benches and toilets on the way, for every home: exact, places and order included.

One search runs backwards from the doors where chains may end. A label at a place on the map and a set of
errands done knows the time to the end of the chain, the metres to the next bench and the time to the next
toilet; it is beaten where an earlier one has no more of either. Who stands at a home's door has just sat
and been to the toilet, so the first label that arrives there with nothing done is the home's answer. Chains
that end at home end at a different door for each home, and are searched one home at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.reach.chains.labels import ARC, FAR, DoorArrays, SearchTask, search_labels
from wegeketten.routing import INF, UNIT_S

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from wegeketten.reach.chains.door_graph import DoorGraph
    from wegeketten.reach.chains.needs import Needs
    from wegeketten.routing import Stops, Tours

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]
    Progress = Callable[[float], None]


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
        """From a precinct and what its arcs take in one answer.

        Parameters
        ----------
        precinct
            The network cut at all doors.
        weights
            Units of 0.1 s of each of its arcs.
        metres
            Length of each of its arcs.
        benches, toilets
            Whether there is one at a node that the profile may use.

        Returns
        -------
        TimedGraph
            Lengths in tenths of a metre.
        """
        order = np.argsort(precinct.heads, kind="stable").astype(np.int32)
        indptr = np.zeros(precinct.nodes + 1, dtype=np.int32)
        indptr[1:] = np.cumsum(np.bincount(precinct.heads, minlength=precinct.nodes))
        lengths = np.rint(metres * 10).astype(np.int32)
        return cls(indptr, order, precinct.tails, weights, lengths, benches, toilets)


class NeedLimits(NamedTuple):
    """Needs in the search's units; what is not needed is not counted, so that labels beat each other sooner.

    Attributes
    ----------
    most_walked, most_held
        Decimetres without a bench and units without a toilet.
    """

    most_walked: int
    most_held: int

    @classmethod
    def of(cls, needs: Needs) -> NeedLimits:
        """From metres and minutes.

        Parameters
        ----------
        needs
            Metres between benches, minutes between toilets; no limit where None.

        Returns
        -------
        NeedLimits
            Tenths of a metre, and units of 0.1 s.

        Examples
        --------
        >>> from wegeketten.reach.chains.needs import Needs
        >>> NeedLimits.of(Needs(bench_every_m=150)).most_walked
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
    tours = Tours(
        np.full(len(homes), INF, dtype=np.int32), *np.full((2, len(homes), len(kinds)), -1, dtype=np.int32)
    )
    if returning:
        rows = np.flatnonzero(wanted)
        for done, home in enumerate(rows.tolist()):
            if progress and done % 64 == 0:
                progress(done / len(rows))
            search(home, tours)
    else:
        search(-1, tours)
    return tours


class ChainLeg(NamedTuple):
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
) -> tuple[Tours, list[ChainLeg]]:
    """The fastest chain of the only joined home and its ways; none where no chain keeps to the needs.

    Parameters
    ----------
    precinct, ground, kinds, needs, any_order, returning
        As in `rested_tours`.

    Returns
    -------
    tuple
        Time and places, and the way of each leg.
    """
    from wegeketten.routing import Tours

    wanted = np.ones(1, dtype=bool)
    search = _searcher(precinct, ground, kinds, needs, wanted, any_order)
    tours = Tours(np.full(1, INF, dtype=np.int32), *np.full((2, 1, len(kinds)), -1, dtype=np.int32))
    steps = search(0 if returning else -1, tours)
    home = int(precinct.home_nodes[0])
    legs: list[ChainLeg] = []
    start, arcs, entering = home, list[int](), True
    for what, number in steps.tolist():
        if what == ARC:
            arcs.append(number)
        elif entering:
            legs.append(ChainLeg(start, number, arcs))
            arcs, entering = [], False
        else:
            start, entering = number, True
    return tours, [*legs, ChainLeg(start, home, arcs)] if returning and legs else legs


def _searcher(
    precinct: DoorGraph,
    ground: TimedGraph,
    kinds: Sequence[Stops],
    needs: Needs,
    wanted: NDArray[np.bool_],
    any_order: bool,
) -> Callable[..., Ints]:
    """`search_labels` with what all searches share; takes the only home asked (or -1) and the tours."""
    homes, places = precinct.homes, precinct.places
    doors = DoorArrays(
        precinct.home_nodes, homes.off_units.astype(np.int64), wanted, places.owner,
        places.off_units.astype(np.int64), *_siblings(places.owner), _served(precinct, kinds),
    )  # fmt: skip
    limits = NeedLimits.of(needs)

    def search(only_home: int, tours: Tours) -> Ints:
        errands = SearchTask(len(kinds), any_order, *limits, only_home)
        return search_labels(ground, doors, errands, tours.times, tours.kinds, tours.places)

    return search


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
