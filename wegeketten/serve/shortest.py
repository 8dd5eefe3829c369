"""The shortest way instead of the fastest: found by metres, stated in seconds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.reach.ways import Way, climb_way
from wegeketten.routing import UNIT_S

if TYPE_CHECKING:
    from wegeketten.city import City
    from wegeketten.joins.endpoints import Endpoints
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile
    from wegeketten.serve.variant import Variant


def shortest_way(
    by_metres: Variant, city: City, profile: Profile, answer: Answer, homes: Endpoints, places: Endpoints
) -> Way | None:
    """The shortest way that is open, with the time it takes.

    Parameters
    ----------
    by_metres
        The city with metres in place of seconds.
    city, profile, answer, homes, places
        As for `wegeketten.reach.ways.climb_way`.

    Returns
    -------
    Way or None
        None where there is no way.
    """
    ends = (
        replace(each, off_units=np.rint(each.off_m / UNIT_S).astype(np.int64)) for each in (homes, places)
    )
    way = climb_way(by_metres, by_metres.profile, answer, *ends)
    if way is None:
        return None
    path = way.path
    arcs = 2 * path.edge + ~path.ahead
    whole = getattr(city.weights(profile), answer)[arcs].astype(np.float64)
    units = np.abs(np.rint(whole * path.end) - np.rint(whole * path.start)).astype(np.int64)
    units[0] += int(homes.off_units[0])
    units[-1] += int(places.off_units[0])
    timed = path._replace(units=units)
    return Way(int(units.sum()), lambda: (way.arcs, timed))
