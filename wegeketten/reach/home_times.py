"""Times of all homes to the nearest place of each service, for one profile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.joins.endpoints import allowed_places, join_homes, join_places
from wegeketten.model.answers import ANSWERS
from wegeketten.reach.sweep import sweep_to
from wegeketten.routing import INF, UNIT_S

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.people.profile import Profile


@dataclass(frozen=True)
class Reach:
    """Answers for one profile; rows are the city's homes, columns the scan's services.

    Attributes
    ----------
    units
        Per answer int32[homes, services]: door to door in units of 0.1 s, `INF` where not reached.
    metres
        float32[homes, services]: length of the fastest way in the answer *likely*, NaN where not reached.
    place
        int32[homes, services]: row of the city's places that is nearest in *likely*, -1 where not reached.
    joined
        bool[homes]: whether the home joins any edge this profile may use.
    """

    units: Mapping[str, NDArray[np.int32]]
    metres: NDArray[np.float32]
    place: NDArray[np.int32]
    joined: NDArray[np.bool_]

    def seconds(self, answer: str) -> NDArray[np.float64]:
        """Seconds door to door, NaN where not reached.

        Parameters
        ----------
        answer
            Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.

        Returns
        -------
        ndarray
            Shape (homes, services).
        """
        units = self.units[answer]
        return np.where(units == INF, np.nan, np.round(units * UNIT_S, 1))


def reach_of(city: City, profile: Profile, services: Sequence[str]) -> Reach:
    """Times of all homes to the nearest place of each service for one profile.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.
    services
        Ids of services.

    Returns
    -------
    Reach
        Shape (homes, services), in three answers.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> reach = reach_of(hamlet(), load_profile("walker"), ["pharmacy"])
    >>> reach.seconds("likely").shape
    (12, 1)
    """
    homes, places = join_homes(city, profile), join_places(city, profile)
    count = len(city.homes["home_id"])
    shape = (count, len(services))
    units: dict[str, NDArray[np.int32]] = {answer: np.full(shape, INF, dtype=np.int32) for answer in ANSWERS}
    metres, place = np.full(shape, np.nan, dtype=np.float32), np.full(shape, -1, dtype=np.int32)
    for answer in ANSWERS:
        offers = [
            places.take(np.isin(places.owner, allowed_places(city, profile, answer, service)))
            for service in services
        ]
        sweep = sweep_to(city, profile, answer, offers, homes, detailed=answer == "likely")
        units[answer][homes.owner] = sweep.units
        if answer == "likely":
            metres[homes.owner], place[homes.owner] = sweep.metres, sweep.place
    joined = np.zeros(count, dtype=bool)
    joined[homes.owner] = True
    return Reach(units, metres, place, joined)
