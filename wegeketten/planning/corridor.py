"""Corridors: sets of measures that help only together, found from the doors they would serve."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.planning.round_trip import RoundTripState
from wegeketten.routing import INF
from wegeketten.whatif.least_cost import UNSEEN
from wegeketten.whatif.mended_ways import mend_towards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from wegeketten.planning.task import State
    from wegeketten.whatif.graph import WhatIfGraph

DETOURS = (INF, 3000, 600, 120)
"""How many units (0.1 s) of detour a person would make to spare the city a measure of the middle price.

Each gives its own trees: the first spares every measure that can be spared, the last builds short cuts."""


def find_corridors(
    state: State,
    *,
    detours: Sequence[int] = DETOURS,
    most: int = 200,
    prices: NDArray[np.int64] | None = None,
) -> dict[tuple[int, ...], float]:
    """Sets of edges whose measures, together, would give doors outside the standard a better way.

    One tree of cheapest ways grows from all places at once; the measures on each door's way are its corridor.
    Doors behind the same barriers share one.

    Parameters
    ----------
    state
        The task with what is mended already.
    detours
        See `DETOURS`.
    most
        How many corridors to keep per tree, those of the most people.
    prices
        Prices to search with, shape (edges,), where they differ from the field's.

    Returns
    -------
    dict
        Distinct sets of edges, each in ascending order, and the people in need whose corridor it is.
    """
    edge_prices = state.task.field.prices if prices is None else prices
    if not (state.task.mendable & (edge_prices > 0)).any():
        return {}
    middle = max(1, int(np.median(edge_prices[state.task.mendable])))
    in_need = np.flatnonzero((state.home_times > state.task.limit) & (state.task.people > 0))
    found: dict[tuple[int, ...], float] = {}
    for detour in detours:
        if isinstance(state, RoundTripState):
            key, runs = _round_trips(state, edge_prices, middle, detour, in_need)
        else:
            key, runs = _ways(state, edge_prices, middle, detour, in_need)
        people = state.task.people[in_need[key >= 0]]
        keys, door = np.unique(key[key >= 0], return_inverse=True)
        behind = np.bincount(door, weights=people, minlength=len(keys))
        for place in np.lexsort((keys, -behind))[:most]:
            chosen = {edge for run, arc in runs(int(keys[place])) for edge in run.edges_from(arc)}
            if chosen:
                corridor = tuple(sorted(chosen))
                found[corridor] = max(found.get(corridor, 0.0), float(behind[place]))
    return found


class _Run(NamedTuple):
    """A tree of cheapest ways."""

    field: WhatIfGraph
    best: NDArray[np.int64]
    following: NDArray[np.int32]

    @classmethod
    def grow(
        cls,
        field: WhatIfGraph,
        weights: NDArray[np.int32],
        times: NDArray[np.int64],
        prices: NDArray[np.int64],
        middle: int,
        detour: int,
    ) -> _Run:
        """Grow from where `times` are known; an arc is walked as it is or mended, whichever key is less."""
        best, following = mend_towards(
            *field.entering, field.tails, field.heads, field.edge,
            weights, field.mended, np.where(prices > 0, prices, -1), times, middle, detour,
        )  # fmt: skip
        return cls(field, best, following)

    def edges_from(self, arc: int) -> Iterator[int]:
        """Edges to be mended from an arc on, itself included."""
        while arc >= 0:
            yield int(self.field.edge[arc])
            arc = int(self.following[self.field.heads[arc]])


def _ways(
    state: State, prices: NDArray[np.int64], middle: int, detour: int, in_need: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Callable[[int], list[tuple[_Run, int]]]]:
    """For each home in need the first arc to mend, -1 where there is none; and what follows from it."""
    field = state.task.field
    run = _Run.grow(field, state.weights, state.times, prices, middle, detour)
    doors = in_need + field.streets
    first = np.where(run.best[doors] < UNSEEN, run.following[doors], -1).astype(np.int64)
    return first, lambda arc: [(run, arc)]


def _round_trips(
    state: RoundTripState, prices: NDArray[np.int64], middle: int, detour: int, in_need: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Callable[[int], list[tuple[_Run, int]]]]:
    """The same for round trips: each home's best lane and first arcs to mend, out and back, as one key."""
    task = state.task
    sides = (
        (task.field, state.weights, state.lanes),
        (task.back, state.back_weights, state.back_lanes),
    )
    arcs = [len(field.tails) + 1 for field, _, _ in sides]
    least = np.full(len(in_need), UNSEEN, dtype=np.int64)
    key = np.full(len(in_need), -1, dtype=np.int64)
    lanes: list[list[_Run]] = []
    for lane in range(len(task.goals)):
        runs = [
            _Run.grow(field, weights, lanes_[lane], prices, middle, detour)
            for field, weights, lanes_ in sides
        ]
        out, back = (run.best[in_need + run.field.streets] for run in runs)
        both = (out < UNSEEN) & (back < UNSEEN)
        better = both & (np.where(both, out, 0) + np.where(both, back, 0) < least)
        first = [run.following[in_need + run.field.streets].astype(np.int64) + 1 for run in runs]
        least[better] = (out + back)[better]
        key[better] = ((lane * arcs[0] + first[0]) * arcs[1] + first[1])[better]
        lanes.append(runs)

    def follow(one: int) -> list[tuple[_Run, int]]:
        rest, second = divmod(one, arcs[1])
        lane, first = divmod(rest, arcs[0])
        return [(lanes[lane][0], first - 1), (lanes[lane][1], second - 1)]

    return key, follow
