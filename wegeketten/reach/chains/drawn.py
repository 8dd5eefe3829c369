"""Chains of every home in drawn worlds: in which of them the errands can be run at all."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.chances import Worlds
from wegeketten.chances.world_city import WorldCity
from wegeketten.chances.worlds import BLOCK
from wegeketten.routing import INF, share, thread_count

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from wegeketten.reach.chains.errands import Errands
    from wegeketten.reach.chains.trips import Trips

    Bools = NDArray[np.bool_]
    Progress = Callable[[float], None]


def done_in_worlds(
    trips: Trips,
    errands: Errands,
    bounds: tuple[Bools, Bools],
    *,
    worlds: int,
    seed: int = 0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Bools:
    """In which worlds each joined home can run its errands, on whatever way and in whatever time.

    What the answer *sure* promises holds in every world, and what it does not find possible in none.

    Parameters
    ----------
    trips
        Chains of one profile in one city.
    errands
        What is to be done; chains keep to its needs.
    bounds
        Of each joined home whether the chain can be done in *sure* and in *possible*.
    worlds, seed
        How many worlds are drawn, and which.
    threads
        Number of threads; the result does not depend on it.
    progress
        Called with the share done.

    Returns
    -------
    Bools
        Shape (joined homes, worlds).

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reach.chains.errands import Errands
    >>> from wegeketten.reach.chains.trips import Trips
    >>> trips, errands = Trips(hamlet(), load_profile("wheelchair")), Errands(("pharmacy",))
    >>> bounds = [trips.tours(errands, answer).times < INF for answer in ("sure", "possible")]
    >>> done = done_in_worlds(trips, errands, tuple(bounds), worlds=64, seed=1)
    >>> done[:3].mean(axis=1).round(2).tolist()
    [0.55, 0.55, 0.55]
    """
    sure, possible = bounds
    found = np.repeat(sure[:, None], worlds, axis=1)
    open_ = possible & ~sure
    if not open_.any():
        return found
    drawn = Worlds(trips.city, [trips.profile], worlds, seed)
    count = thread_count(threads)
    trips.metric("likely")  # the order of the cut network, once for all worlds

    def answer(number: int, there: Trips) -> None:
        found[open_, number] = there.tours(errands, "likely").times[open_] < INF

    for first in range(0, worlds, BLOCK):
        if progress:
            progress(first / worlds)
        numbers = range(first, min(first + BLOCK, worlds))
        there = [trips.within(WorldCity(drawn, number)) for number in numbers]
        for each in there:  # a block's draws are kept by the worlds, which one thread may ask
            each.city.weights(trips.profile)
        share([partial(answer, *each) for each in zip(numbers, there, strict=True)], count)
    return found
