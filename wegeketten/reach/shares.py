"""Shares: of a district's homes, how many reach a service within its standard."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.model.answers import ANSWERS
from wegeketten.routing import INF, UNIT_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.chances import ExpectedShare
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


def units_within(seconds: float) -> int:
    """Longest time in whole units that lies within so many seconds.

    A time counts as within a standard exactly where the seconds that the tables print for it do.

    Parameters
    ----------
    seconds
        Any time of 0 or more.

    Returns
    -------
    int
        Units of 0.1 s.

    Examples
    --------
    >>> units_within(751.8796992481202), units_within(0.3), units_within(1e12) == INF - 1
    (7518, 3, True)
    """
    return min(int(seconds / UNIT_S + 1e-6), INF - 1)


def shares_by_district(scan: Scan) -> list[Share]:
    """One row per district × profile × service, in the order of the scan.

    Parameters
    ----------
    scan
        Who reaches what, by profile and service.

    Returns
    -------
    list of Share
        Shares from 0 to 1 in three answers, and medians in seconds.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reach.scan import scan
    >>> result = scan(hamlet(), profiles=["walker", "wheelchair"], services=["pharmacy"])
    >>> [(row.profile, row.share_likely) for row in shares_by_district(result)]
    [('walker', 1.0), ('wheelchair', 0.0)]
    """
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

    Returns
    -------
    list of Share
        Shares from 0 to 1 in three answers, and medians in seconds.

    Examples
    --------
    >>> import numpy as np
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reach.scan import scan
    >>> result = scan(hamlet(), profiles=["walker", "wheelchair"], services=["pharmacy"])
    >>> [(row.district, row.homes) for row in shares_of(result, np.arange(3), "three doors")]
    [('three doors', 3), ('three doors', 3)]
    """
    weight = scan.city.homes["weight"][homes]
    total = float(weight.sum())
    rows = []
    for profile in scan.profiles:
        reach = scan.reach[profile.id]
        standards_s = [scan.catalogue.standard_s(service, profile) for service in scan.services]
        limits = np.array([units_within(standard_s) for standard_s in standards_s], dtype=np.int32)
        shares = [_share_within(reach.units[answer][homes], limits, weight) for answer in ANSWERS]
        median_s, p90_s = _quantiles_s(reach.units["likely"][homes], weight, (0.5, 0.9))
        rows += [
            Share(
                name, profile.id, service, len(homes), total, standards_s[column],
                shares[0][column], shares[1][column], shares[2][column], median_s[column], p90_s[column],
            )
            for column, service in enumerate(scan.services)
        ]  # fmt: skip
    return rows


def expected_by_district(scan: Scan) -> list[ExpectedShare]:
    """Expected share for each row of `shares_by_district`; nothing where no worlds were drawn.

    Parameters
    ----------
    scan
        Who reaches what, by profile and service.

    Returns
    -------
    list of ExpectedShare
        Empty, or as long as `shares_by_district`.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reach.scan import scan
    >>> result = scan(hamlet(), profiles=["wheelchair"], services=["pharmacy"], worlds=16)
    >>> [0 < row.expected < 1 for row in expected_by_district(result)]
    [True]
    >>> expected_by_district(scan(hamlet(), profiles=["wheelchair"], services=["pharmacy"]))
    []
    """
    district = scan.city.homes["district"][scan.homes]
    rows: list[ExpectedShare] = []
    for row in scan.districts.tolist():
        rows += expected_of(scan, scan.homes[district == row])
    return rows


def expected_of(scan: Scan, homes: NDArray[np.int64]) -> list[ExpectedShare]:
    """Expected share for each row of `shares_of`; nothing where no worlds were drawn.

    Parameters
    ----------
    scan
        Who reaches what, by profile and service.
    homes
        Rows of the city's homes.

    Returns
    -------
    list of ExpectedShare
        Empty, or as long as `shares_of`.
    """
    if scan.chances is None:
        return []
    return [share for profile in scan.profiles for share in scan.chances.shares(profile.id, homes)]


def _share_within(
    units: NDArray[np.int32], limits: NDArray[np.int32], weight: NDArray[np.float64]
) -> list[float | None]:
    """Weighted share of the rows within each column's limit; None where there is no weight."""
    total = weight.sum()
    if total <= 0:
        return [None] * units.shape[1]
    shares: list[float | None] = (weight @ (units <= limits) / total).tolist()
    return shares


def _quantiles_s(
    units: NDArray[np.int32], weight: NDArray[np.float64], shares: tuple[float, ...]
) -> list[list[float | None]]:
    """Per share and column the smallest time within which that share of the weight arrives, seconds.

    None where so many never arrive.
    """
    total = weight.sum()
    if total <= 0:
        return [[None] * units.shape[1] for _ in shares]
    order = np.argsort(units, axis=0, kind="stable")
    cumulated = np.cumsum(weight[order], axis=0)
    columns = np.arange(units.shape[1])
    found = []
    for share in shares:
        rank = np.minimum((cumulated < share * total * (1 - 1e-12)).sum(axis=0), len(units) - 1)
        unit = units[order[rank, columns], columns]
        found.append([None if one == INF else round(one * UNIT_S, 1) for one in unit.tolist()])
    return found
