"""Times of many pairs at once: every home to each of many sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.joins.endpoints import same_edge, seeds_to, times_at
from wegeketten.routing import INF

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.joins.endpoints import Endpoints
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile

_AT_ONCE = 64  # columns of times at all nodes that are in memory together


def times_between(
    city: City, profile: Profile, answer: Answer, homes: Endpoints, sites: Endpoints, count: int
) -> NDArray[np.int32]:
    """Time from every home to every site, door to door.

    Parameters
    ----------
    city
        A built city.
    profile, answer
        For whom, and which edges are open.
    homes
        Joints of the homes.
    sites
        Joints of the sites; their owners are numbered from 0, a site may have several.
    count
        Number of sites; those without a joint are not reached.

    Returns
    -------
    NDArray
        int32, shape (homes of the city, count): units of 0.1 s, `INF` where not reached.

    Examples
    --------
    >>> from wegeketten.joins.endpoints import join_homes, join_places
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> city, walker = hamlet(), load_profile("walker")
    >>> homes, places = join_homes(city, walker), join_places(city, walker)
    >>> times_between(city, walker, "likely", homes, places, len(city.places["service"])).shape
    (12, 6)
    """
    weights = getattr(city.weights(profile), answer)
    uv = city.edges["u"], city.edges["v"]
    metric = city.metric(profile, answer)
    units = np.full((len(city.homes["home_id"]), count), INF, dtype=np.int32)
    order = np.argsort(sites.owner, kind="stable")
    bounds = np.searchsorted(sites.owner[order], np.arange(count + 1))
    ends = np.unique(np.concatenate([uv[0][homes.edge], uv[1][homes.edge]]))
    for first in range(0, count, _AT_ONCE):
        last = min(first + _AT_ONCE, count)
        seeds = [
            seeds_to(sites.take(order[bounds[site] : bounds[site + 1]]), uv, weights) for site in
            range(first, last)
        ]  # fmt: skip
        node_times = np.full((len(city.nodes["x"]), last - first), INF, dtype=np.int32)
        node_times[ends] = metric.nearest(
            [seed.nodes for seed in seeds], [seed.offsets for seed in seeds], direction="to", at=ends
        )
        units[homes.owner, first:last] = times_at(homes, uv, weights, node_times)[0]
    pairs = same_edge(homes, sites, weights, city.edges["length_m"])
    np.minimum.at(units, (homes.owner[pairs.home], sites.owner[pairs.place]), pairs.units.astype(np.int32))
    return units
