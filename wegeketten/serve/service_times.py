"""How far every home is from each service, on the network as it is or with some arcs changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.joins.endpoints import allowed_places, join_homes, join_places
from wegeketten.reach.sweep import sweep_over
from wegeketten.routing import INF

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile
    from wegeketten.routing import Metric


def service_times(
    city: City,
    profile: Profile,
    answer: Answer,
    services: Sequence[str],
    *,
    weights: NDArray[np.int32] | None = None,
    metric: Metric | None = None,
) -> NDArray[np.int32]:
    """Times from all homes to the nearest place of each service.

    Parameters
    ----------
    city, profile, answer
        On which network.
    services
        Service ids.
    weights, metric
        Arc weights instead of the city's own, and the hierarchy customised for them.

    Returns
    -------
    NDArray
        int32, shape (homes, services): units of 0.1 s, `INF` where not reached.
    """
    homes, places = join_homes(city, profile), join_places(city, profile)
    offers = [
        places.take(np.isin(places.owner, allowed_places(city, profile, answer, each))) for each in services
    ]
    weights = getattr(city.weights(profile), answer) if weights is None else weights
    metric = city.metric(profile, answer) if metric is None else metric
    units = np.full((len(city.homes["home_id"]), len(services)), INF, dtype=np.int32)
    units[homes.owner] = sweep_over(city, weights, metric, offers, homes, detailed=False).units
    return units
