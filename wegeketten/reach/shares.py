"""Shares: of a district's homes, how many reach a service within its standard."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.city import ANSWERS
from wegeketten.routing import INF, UNIT_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.reach.scan import Scan


class Share(NamedTuple):
    """A row of ``districts.csv``; shares are weighted, 0–1, None in a district without homes."""

    district: str
    profile: str
    service: str
    homes: int
    weight: float
    standard_s: float
    share_sure: float | None
    share_likely: float | None
    share_possible: float | None
    median_likely_s: float | None
    p90_likely_s: float | None


def shares_by_district(scan: Scan) -> list[Share]:
    """One row per district × profile × service, in the order of the scan."""
    district = scan.city.homes["district"][scan.homes]
    rows = []
    for row in scan.districts.tolist():
        members = scan.homes[district == row]
        rows += shares_of(scan, members, str(scan.city.districts["name"][row]))
    return rows


def shares_of(scan: Scan, homes: NDArray[np.int64], name: str) -> list[Share]:
    """Shares of a group of homes, one row per profile × service.

    Parameters
    ----------
    scan
        The scan.
    homes
        Rows of the city's homes.
    name
        What the group is called in the column `district`.
    """
    weight = scan.city.homes["weight"][homes]
    total = float(weight.sum())
    rows = []
    for profile in scan.profiles:
        reach = scan.reach[profile.id]
        for column, service in enumerate(scan.services):
            standard_s = scan.catalogue.services[service].standard_s(profile.level_m_s)
            within = {
                answer: reach.units[answer][homes, column] <= round(standard_s / UNIT_S) for answer in ANSWERS
            }
            likely = reach.units["likely"][homes, column]
            share = {
                answer: float(weight[within[answer]].sum() / total) if total > 0 else None
                for answer in ANSWERS
            }
            rows.append(
                Share(
                    name,
                    profile.id,
                    service,
                    len(homes),
                    total,
                    standard_s,
                    share["sure"],
                    share["likely"],
                    share["possible"],
                    _quantile_s(likely, weight, 0.5),
                    _quantile_s(likely, weight, 0.9),
                )
            )
    return rows


def _quantile_s(units: NDArray[np.int32], weight: NDArray[np.float64], share: float) -> float | None:
    """Smallest time within which at least `share` of the weight arrives; None where so many never do."""
    total = weight.sum()
    if not len(units) or total <= 0:
        return None
    order = np.argsort(units, kind="stable")
    cumulated = np.cumsum(weight[order])
    unit = int(units[order][np.searchsorted(cumulated, share * total * (1 - 1e-12))])
    return None if unit == INF else unit * UNIT_S
