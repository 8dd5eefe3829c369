"""Why homes miss a service: too far on foot as well, the place itself, unknown, slower, or a barrier.

A home misses a service where the way takes longer than the standard in *likely*. Each miss has one reason,
the first that fits:

``far``      people on foot miss it too
``place``    it would be within the standard if the nearest place let this profile in
``unknown``  it is within the standard in *possible*: what nobody has measured decides
``slow``     even with every barrier gone the way takes longer than the standard
``barrier``  with the barriers gone it would be within the standard
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.joins.endpoints import join_homes, join_places
from wegeketten.reach.shares import units_within
from wegeketten.reach.sweep import sweep_over, sweep_to
from wegeketten.routing import INF, UNIT_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from wegeketten.people.profile import Profile
    from wegeketten.reach.scan import Scan

REASONS = ("within", "far", "place", "unknown", "slow", "barrier")
"""Reasons by their code; 0 is no miss."""

_MOST_UNITS = 1_000_000
"""Longest time along one arc, about a day; what takes longer is closed anyway."""


@dataclass(frozen=True)
class Misses:
    """Why each home misses each service.

    Attributes
    ----------
    scan
        The scan.
    reasons
        By profile id: uint8, homes of the city × services of the scan, codes of `REASONS`.
    """

    scan: Scan
    reasons: Mapping[str, NDArray[np.uint8]]

    def shares(self, profile: str, service: str, homes: NDArray[np.int64]) -> dict[str, float]:
        """Share of the weight of some homes by reason; they sum to 1, or are 0 where nothing weighs.

        Parameters
        ----------
        profile, service
            Ids.
        homes
            Rows of the city's homes.

        Returns
        -------
        dict
            From 0 to 1 by name of the reason.
        """
        column = self.scan.services.index(service)
        weight = np.asarray(self.scan.city.homes["weight"], dtype=np.float64)[homes]
        counted = np.bincount(self.reasons[profile][homes, column], weight, minlength=len(REASONS))
        total = counted.sum()
        return {
            name: float(part / total) if total else 0.0
            for name, part in zip(REASONS, counted.tolist(), strict=True)
        }


def find_misses(scan: Scan) -> Misses:
    """Find the reason of every miss of a scan.

    Parameters
    ----------
    scan
        A scan with the profile ``walker``; without it nothing counts as too far on foot.

    Returns
    -------
    Misses
        Reason of each home, profile and service that is not reached.

    Examples
    --------
    >>> import numpy as np
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reach.scan import scan
    >>> misses = find_misses(scan(hamlet(), profiles=["wheelchair"], services=["pharmacy"]))
    >>> shares = misses.shares("wheelchair", "pharmacy", np.arange(12))
    >>> {reason: share for reason, share in shares.items() if share}
    {'unknown': 1.0}
    """
    found = {}
    for profile in scan.profiles:
        found[profile.id] = _reasons(scan, profile)
        scan.city.forget()
    return Misses(scan, found)


def _reasons(scan: Scan, profile: Profile) -> NDArray[np.uint8]:
    city, reach = scan.city, scan.reach[profile.id]
    limits = _limits(scan, profile)
    homes, places = join_homes(city, profile), join_places(city, profile)
    owners = city.places["service"].astype(str)
    offers = [places.take(owners[places.owner] == service) for service in scan.services]
    count = len(city.homes["home_id"])
    let_in, freed = (np.full((count, len(scan.services)), INF, dtype=np.int32) for _ in range(2))
    let_in[homes.owner] = sweep_to(city, profile, "likely", offers, homes, detailed=False).units
    open_units = _all_open(scan, profile)
    metric = city.hierarchy.customize(open_units)
    freed[homes.owner] = sweep_over(city, open_units, metric, offers, homes, detailed=False).units
    within = reach.units["likely"] <= limits
    if "walker" in scan.reach and profile.id != "walker":
        walker = next(one for one in scan.profiles if one.id == "walker")
        far = scan.reach["walker"].units["likely"] > _limits(scan, walker)
    else:
        far = freed > limits
    choices = [within, far, let_in <= limits, reach.units["possible"] <= limits, freed > limits]
    return np.select(choices, [0, 1, 2, 3, 4], default=5).astype(np.uint8)


def _limits(scan: Scan, profile: Profile) -> NDArray[np.int32]:
    """Longest time within each service's standard, in units."""
    standards = [units_within(scan.catalogue.standard_s(service, profile)) for service in scan.services]
    return np.array(standards, dtype=np.int32)


def _all_open(scan: Scan, profile: Profile) -> NDArray[np.int32]:
    """Units of each arc with every barrier gone; what the law closes stays closed."""
    edges = scan.city.edges
    lawful = np.stack([edges["forward"], edges["backward"]], axis=1).ravel().astype(bool)
    seconds = scan.city.weights(profile).seconds
    units = np.minimum(np.rint(seconds / UNIT_S), _MOST_UNITS).astype(np.int64)
    return np.where(lawful, units, INF).astype(np.int32)
