"""One world as a city: whatever asks a city for its answer *likely* gets what is so in that world."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.chances.times import Times
from wegeketten.chances.worlds import BLOCK
from wegeketten.city import City
from wegeketten.people.verdict import Weights
from wegeketten.routing import INF

if TYPE_CHECKING:
    from wegeketten.chances.worlds import Worlds
    from wegeketten.people.profile import Profile

_SHARED = (
    "nodes", "edges", "homes", "districts", "catalogue", "home_snaps", "place_snaps", "projection", "graph",
    "hierarchy",
)  # fmt: skip


class WorldCity(City):
    """A city as it is in one world.

    The answers *sure* and *likely* are what is so in that world; *possible* stays, so that homes and places
    join the network where they always do. Of a place's entrance it is known whether it can be entered.

    Parameters
    ----------
    worlds
        Drawings of the city.
    number
        Which of them.
    """

    def __init__(self, worlds: Worlds, number: int) -> None:
        city = worlds.city
        super().__init__(city.path, city.meta)
        for name in _SHARED:
            self.__dict__[name] = getattr(city, name)
        self._worlds, self._first, self._lane = worlds, number - number % BLOCK, number % BLOCK
        entered = worlds.entered(self._first)[:, self._lane]
        self.__dict__["places"] = {**city.places, "wheelchair": np.where(entered, 1.0, 0.0)}

    def weights(self, profile: Profile) -> Weights:
        """Arc weights of a profile in this world, in units of 0.1 s.

        Parameters
        ----------
        profile
            The mobility profile that is asked about.

        Returns
        -------
        Weights
            *sure* and *likely* are those of this world; *possible* is that of the city.
        """
        if profile.sha256 not in self._weights:
            told = self._worlds.city.weights(profile)
            open_ = self._worlds.open(profile, self._first)[self._lane]
            times = Times(self._worlds.odds, profile, told.seconds)
            units = told.possible.copy()
            arcs = np.stack([2 * times.rows, 2 * times.rows + 1], axis=1).ravel()
            units[arcs] = self._worlds.units(times, self._first)[self._lane]
            units[~open_] = INF
            self._weights[profile.sha256] = Weights(units, units, told.possible, told.seconds)
        return self._weights[profile.sha256]
