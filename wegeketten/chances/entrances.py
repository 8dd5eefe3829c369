"""Whether a place can be entered where no mapper says so."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.chances.latent import keys_of, normals
from wegeketten.chances.learn import STEEPENING
from wegeketten.chances.odds import LIMITED
from wegeketten.chances.scale import scale
from wegeketten.model.hashing import mixed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Columns = Mapping[str, NDArray[Any]]

_SALT = 5881


@dataclass(frozen=True, eq=False)
class Entrances:
    """Places of a city: what is mapped of their entrances, and what that says of the others.

    Parameters
    ----------
    places
        Columns ``place_id``, ``service`` and ``wheelchair`` (1, 0.5, 0, NaN where nobody mapped it).
    sharing
        Whether entrances of one service are drawn together.
    """

    places: Columns
    sharing: bool = True

    @cached_property
    def _services(self) -> tuple[list[str], NDArray[np.int64]]:
        names, rows = np.unique(self.places["service"].astype(str), return_inverse=True)
        return names.tolist(), rows

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """Chance of yes, limited and no for each service of the city, shape (services, 3)."""
        return self._learned[0]

    @cached_property
    def _learned(self) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
        names, rows = self._services
        entrance = scale("entrance")
        chosen = [
            next(
                number
                for number, each in enumerate(entrance.contexts)
                if not each.services or name in each.services
            )
            for name in names
        ]
        context = np.array(chosen, dtype=np.int64)
        prior = np.array([entrance.contexts[number].shares for number in chosen]).reshape(-1, 3)
        known = ~np.isnan(self.places["wheelchair"])
        seen = np.zeros((len(names), 3))
        classes = entrance.class_of(self.places["wheelchair"][known])
        np.add.at(seen, (rows[known], classes), 1.0)
        of_context = np.zeros((len(entrance.contexts), 3))
        np.add.at(of_context, context, seen)
        wide, narrow = entrance.weights["city"], entrance.weights["class"]
        shares = (wide * prior + of_context[context]) / (
            wide + of_context[context].sum(axis=1, keepdims=True)
        )
        total = seen.sum(axis=1)
        shares = (narrow * shares + seen) / (narrow + total)[:, None]
        city = min(STEEPENING / (wide + len(classes) + 1.0), 0.9)
        service = np.minimum(STEEPENING / (narrow + total + 1.0), 0.9) * (1.0 - city)
        return shares, service, city

    @cached_property
    def chance(self) -> NDArray[np.float64]:
        """Chance that each place can be entered by somebody of whom the tag speaks, shape (places,)."""
        told = self.places["wheelchair"].astype(np.float64)
        shares = self.shares[self._services[1]]
        unknown = shares[:, 0] + LIMITED * shares[:, 1]
        known = np.where(told == 1, 1.0, np.where(told >= 0.5, LIMITED, 0.0))
        chance: NDArray[np.float64] = np.where(np.isnan(told), unknown, known)
        return chance

    def open(self, seed: int, first: int, count: int) -> NDArray[np.bool_]:
        """Places that can be entered in some worlds, shape (places, count).

        Parameters
        ----------
        seed
            Of the random numbers.
        first, count
            First world, and how many.

        Returns
        -------
        ndarray
            The same for a world whatever block it is asked in.
        """
        from scipy.special import ndtri

        names, rows = self._services
        ids = self.places["place_id"].astype(str)
        keys = mixed(keys_of(ids.tolist()), 29)
        _, service, city = self._learned
        draws = normals(keys, _SALT, seed, first, count)
        if self.sharing:
            of_city = normals(np.ones(1, dtype=np.uint64), _SALT, seed, first, count)
            named = keys_of(names)
            of_service = normals(named, _SALT + 1, seed, first, count)[rows]
            part = service[rows][:, None]
            draws = np.sqrt(city) * of_city + np.sqrt(part) * of_service + np.sqrt(1.0 - city - part) * draws
        found: NDArray[np.bool_] = draws <= ndtri(self.chance)[:, None]
        return found
