"""One sweep: all homes to the nearest of several groups of places at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from wegeketten.joins.endpoints import same_edge, seeds_from, seeds_to, times_at
from wegeketten.routing import INF

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.joins.endpoints import Endpoints, SameEdge, Seeds
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile
    from wegeketten.routing import Metric


@dataclass(frozen=True)
class Sweep:
    """Result of a sweep; rows are the homes' joints, columns the groups of places.

    Attributes
    ----------
    units
        int32: door to door in units of 0.1 s, `INF` where not reached.
    metres
        float32: length of the fastest way, NaN where not reached or not asked for.
    place
        int32: owner of the nearest joint, -1 where not reached or not asked for.
    """

    units: NDArray[np.int32]
    metres: NDArray[np.float32]
    place: NDArray[np.int32]


def sweep_to(
    city: City,
    profile: Profile,
    answer: Answer,
    offers: Sequence[Endpoints],
    homes: Endpoints,
    *,
    detailed: bool,
    leaving: bool = True,
) -> Sweep:
    """Time from every home to the nearest place of each group, or back from it.

    Parameters
    ----------
    city, profile, answer
        On which network.
    offers
        Joints of the places, one group per column.
    homes
        Joints of the homes, one row each.
    detailed
        Whether metres and places are wanted, which costs about twice the time.
    leaving
        Whether people walk from the homes to the places; otherwise they come back.

    Returns
    -------
    Sweep
        Units of 0.1 s, shape (homes, groups).

    Examples
    --------
    >>> from wegeketten.joins.endpoints import join_homes, join_places
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> city, walker = hamlet(), load_profile("walker")
    >>> homes, places = join_homes(city, walker), join_places(city, walker)
    >>> sweep_to(city, walker, "likely", [places], homes, detailed=False).units.shape
    (12, 1)
    """
    weights = getattr(city.weights(profile), answer)
    metric = city.metric(profile, answer)
    return sweep_over(city, weights, metric, offers, homes, detailed=detailed, leaving=leaving)


def sweep_over(
    city: City,
    weights: NDArray[np.int32],
    metric: Metric,
    offers: Sequence[Endpoints],
    homes: Endpoints,
    *,
    detailed: bool,
    leaving: bool = True,
) -> Sweep:
    """The same on arc weights of one's own; `metric` is the hierarchy customised for them.

    Parameters
    ----------
    city
        The city, as built.
    weights
        int32[2E], units of 0.1 s, `INF` closed.
    metric
        The hierarchy customised for `weights`.
    offers
        Joints of the places, one group per column.
    homes
        Joints of the homes, one row each.
    detailed
        Whether metres and places are wanted.
    leaving
        Whether people walk from the homes to the places, else back.

    Returns
    -------
    Sweep
        Units of 0.1 s, shape (homes, groups).

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.joins.endpoints import join_homes, join_places
    >>> city, walker = hamlet(), load_profile("walker")
    >>> homes, places = join_homes(city, walker), join_places(city, walker)
    >>> weights, metric = city.weights(walker).likely, city.metric(walker, "likely")
    >>> sweep_over(city, weights, metric, [places], homes, detailed=True).metres.round()[:2].tolist()
    [[2.0], [5.0]]
    """
    uv = city.edges["u"], city.edges["v"]
    lengths = city.edges["length_m"]
    seeds = [(seeds_to if leaving else seeds_from)(offer, uv, weights) for offer in offers]
    sources, offsets = [seed.nodes for seed in seeds], [seed.offsets for seed in seeds]
    direction: Literal["from", "to"] = "to" if leaving else "from"
    if detailed:
        arc_cm = np.repeat(np.rint(lengths * 100).astype(np.int32), 2)
        measured = metric.with_lengths(arc_cm)
        node_units, node_cm, source = measured.along(sources, offsets, direction=direction)
    else:
        node_units = metric.nearest(sources, offsets, direction=direction)
    units, through_v = times_at(homes, uv, weights, node_units, leaving=leaving)
    metres = np.full(units.shape, np.nan, dtype=np.float32)
    place = np.full(units.shape, -1, dtype=np.int32)
    for column, (offer, seed) in enumerate(zip(offers, seeds, strict=True)):
        if detailed:
            reached = np.flatnonzero(units[:, column] != INF)
            over_v = through_v[reached, column]
            joint, length = _way(
                city, homes.take(reached), over_v, offer, seed, node_cm[:, column], source[:, column]
            )
            metres[reached, column], place[reached, column] = length, offer.owner[joint]
        pairs = same_edge(homes, offer, weights, lengths, leaving=leaving)
        home, row = _better(offer, pairs, units[:, column])
        units[home, column] = pairs.units[row]
        if detailed:
            metres[home, column] = pairs.metres[row]
            place[home, column] = offer.owner[pairs.place[row]]
    return Sweep(units, metres, place)


def _way(
    city: City,
    homes: Endpoints,
    over_v: NDArray[np.bool_],
    offer: Endpoints,
    seed: Seeds,
    node_cm: NDArray[np.int64],
    source: NDArray[np.int32],
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Joint at which each way ends, and its length in metres, door to door."""
    lengths = city.edges["length_m"]
    edge = homes.edge
    node = np.where(over_v, city.edges["v"][edge], city.edges["u"][edge])
    share = np.where(over_v, 1 - homes.along, homes.along)
    row = source[node]
    joint = seed.joint[row]
    rest = np.where(seed.at_v[row], 1 - offer.along[joint], offer.along[joint])
    length = (
        homes.off_m
        + share * lengths[edge]
        + node_cm[node] / 100
        + rest * lengths[offer.edge[joint]]
        + offer.off_m[joint]
    )
    return joint, length


def _better(
    offer: Endpoints, pairs: SameEdge, units: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Homes that reach a place of the group along their own edge sooner, and the rows of those pairs."""
    order = np.lexsort((offer.owner[pairs.place], pairs.units))[::-1]  # the best pair is written last
    home = pairs.home[order]
    better = pairs.units[order] < units[home]
    return home[better], order[better]
