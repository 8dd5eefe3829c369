"""Which platform to raise or widen first: people gained per euro, one platform after the other."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.people.represented import people_of
from wegeketten.reach.shares import units_within
from wegeketten.transit.modes import MODES
from wegeketten.transit.raising import StopOffers
from wegeketten.transit.usable import SERVICE, Demand

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.people.profile import Profile
    from wegeketten.transit.town import TransitTown

    Rows = NDArray[np.bool_]


class Raise(NamedTuple):
    """One platform to raise or widen; a row of ``raise.csv``.

    Attributes
    ----------
    rank
        1 first.
    target_cm
        Height afterwards; None where it is only widened.
    cost_eur, cost_low_eur, cost_high_eur
        Typical price and its range, planning included.
    people_gained
        People who then have a stop within the standard they likely can use, and had none before.
    measure
        Ids of the measures, with a plus between.
    """

    rank: int
    stop_id: str
    name: str
    platform: str
    lat: float
    lon: float
    mode: str
    height_cm: float | None
    target_cm: float | None
    cost_eur: float
    cost_total_eur: float
    people_gained: float
    profiles: str
    measure: str
    cost_low_eur: float
    cost_high_eur: float


def rank_platforms(town: TransitTown, demand: Demand, profiles: Sequence[Profile]) -> list[Raise]:
    """Order the platforms that keep people out: people gained per euro, one after the other.

    What is gained counts people of all `profiles` together, each profile for itself.

    Parameters
    ----------
    town
        The city's public transport.
    demand
        What a stop has to offer.
    profiles
        The mobility profiles that are asked about.

    Returns
    -------
    list of Raise
        The best first.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.transit.town import TransitTown
    >>> from wegeketten.transit.usable import Demand
    >>> town = TransitTown(hamlet())
    >>> rank_platforms(town, Demand.daily(town.moment(None)), [load_profile("walker")])
    []
    """
    offers = StopOffers.of(town, demand, profiles)
    homes = len(town.city.homes["weight"])
    gains: dict[int, list[tuple[str, NDArray[np.int64]]]] = {}
    served: dict[str, Rows] = {}
    people = {profile.id: people_of(town.city, profile) for profile in profiles}
    for profile in profiles:
        joints = town.joints(profile)
        near = joints.near(joints.homes, homes, "likely")
        door = np.repeat(np.arange(homes), np.diff(near.indptr))
        close = near.units <= units_within(standard_s(town.city, profile))
        door, stop = door[close], near.stop[close]
        now, then = (offers.serving(profile, "likely", mended=mended) for mended in (False, True))
        served[profile.id] = np.zeros(homes, dtype=bool)
        served[profile.id][door[np.isin(stop, joints.stop_of[now])]] = True
        for row in np.flatnonzero(then & ~now).tolist():
            gains.setdefault(row, []).append((profile.id, door[stop == joints.stop_of[row]]))
        town.city.forget()
    return _greedy(offers, gains, served, people)


def standard_s(city: City, profile: Profile) -> float:
    """Seconds within which a stop serves a home: the standard of the service ``stop``.

    Parameters
    ----------
    city
        The city, as built.
    profile
        The mobility profile that is asked about.

    Returns
    -------
    float
        That of the shipped catalogue where the city's has no such service.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> round(standard_s(hamlet(), load_profile("walker")))
    301
    """
    from wegeketten.places.service_catalogue import load_catalogue

    catalogue = city.catalogue if SERVICE in city.catalogue.ids else load_catalogue()
    return float(catalogue.standard_s(SERVICE, profile))


def _greedy(
    offers: StopOffers,
    gains: dict[int, list[tuple[str, NDArray[np.int64]]]],
    served: dict[str, Rows],
    people: Mapping[str, NDArray[np.float64]],
) -> list[Raise]:
    """The best platform, then the best of those that remain; old gains are upper bounds of new ones."""
    table, stops = offers.town.platforms, offers.town.feed.stops

    def gain(row: int) -> float:
        return sum(
            float(people[profile][doors[~served[profile][doors]]].sum()) for profile, doors in gains[row]
        )

    def cost(row: int) -> float:
        return offers.works[row].price.typical_eur

    heap = [(-gain(row) / cost(row), row) for row in gains]
    heapq.heapify(heap)
    found: list[Raise] = []
    total = 0.0
    while heap:
        worth, row = heapq.heappop(heap)
        now = -gain(row) / cost(row)
        if now >= 0:
            continue
        if now > worth:  # it has become worth less since
            heapq.heappush(heap, (now, row))
            continue
        gained = gain(row)
        for profile, doors in gains[row]:
            served[profile][doors] = True
        stop, works = int(table["stop"][row]), offers.works[row]
        total += cost(row)
        height = float(table["height_cm"][row])
        found.append(
            Raise(
                len(found) + 1, stops.ids[stop], stops.names[stop], str(table["platform"][row]),
                float(table["lat"][row]), float(table["lon"][row]), MODES[int(offers.mode[stop])],
                None if np.isnan(height) else height, works.target_cm, cost(row), total,
                round(gained, 3), ";".join(sorted({profile for profile, _ in gains[row]})),
                "+".join(works.ids), works.price.low_eur, works.price.high_eur,
            )
        )  # fmt: skip
    return found
