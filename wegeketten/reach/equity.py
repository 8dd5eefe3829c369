"""Equity: how far behind a walker each profile is, and how unevenly services are within reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.model.answers import ANSWERS
from wegeketten.reach.inequality import floating_catchments, gini, gini_bounds, palma, theil
from wegeketten.reach.shares import units_within
from wegeketten.routing import INF, UNIT_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.people.profile import Profile
    from wegeketten.reach.home_times import Reach
    from wegeketten.reach.scan import Scan

    Floats = NDArray[np.float64]

WALKER = "walker"
MOST_PLACES = 40
"""Services with more places get no catchments: every pair of home and place would have to be timed."""


class Equity(NamedTuple):
    """A row of ``equity.csv``: one profile, service and answer. None where there is nothing to compare.

    Attributes
    ----------
    profile, service, answer
        For whom, what, and in which of the three answers.
    people
        Weight of the homes.
    standard_s
        Seconds within which the service counts as near.
    share, share_walker, gap_share
        Weighted shares within the standard, of the profile and of a walker in the same answer, and by how
        much
        the profile is behind.
    median_s, median_walker_s
        Time within which half of the people are there; None where fewer ever are.
    gap_minutes
        Median of the extra minutes, of the people whom both reach.
    unreached
        Share of the people who have no way at all.
    share_65, share_80
        Shares within the standard of people over that age, where the city knows them.
    gap_65, gap_80
        By how much they are behind all who are younger.
    worst_district, share_worst, best_district, share_best
        Districts with the smallest and the greatest share.
    gini, palma, theil, theil_between, theil_within
        Inequality of closeness among the people: 1 at the door, 1/2 at the standard, 0 where there is no way.
        Theil's T is split into what lies between districts and within them.
    gap_low, gap_high, gini_low, gini_high
        Only in *likely*: between what the gap to the walker and the Gini coefficient can lie, whatever the
        truth is that the answers leave open: each home anywhere between its *sure* and its *possible* time,
        see `wegeketten.reach.inequality.gini_bounds`.
    places, catchment_mean, catchment_gini
        Only in *likely* and for services of few places: places this profile may use, what each person has
        within the standard (places per 1 000 people, or seats where capacities are known; two-step floating
        catchments), and how unevenly.
    """

    profile: str
    service: str
    answer: str
    people: float
    standard_s: float
    share: float | None
    share_walker: float | None
    gap_share: float | None
    median_s: float | None
    median_walker_s: float | None
    gap_minutes: float | None
    unreached: float | None
    share_65: float | None
    share_80: float | None
    gap_65: float | None
    gap_80: float | None
    worst_district: str | None
    share_worst: float | None
    best_district: str | None
    share_best: float | None
    gini: float | None
    palma: float | None
    theil: float | None
    theil_between: float | None
    theil_within: float | None
    gap_low: float | None
    gap_high: float | None
    gini_low: float | None
    gini_high: float | None
    places: int | None
    catchment_mean: float | None
    catchment_gini: float | None


def equity_of(scan: Scan) -> list[Equity]:
    """One row per profile × service × answer, in the order of the scan.

    Parameters
    ----------
    scan
        Who reaches what, by profile and service.

    Returns
    -------
    list of Equity
        Gap to the walker, and measures of inequality.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reach.scan import scan
    >>> rows = equity_of(scan(hamlet(), profiles=["walker", "wheelchair"], services=["pharmacy"]))
    >>> [row.answer for row in rows if row.profile == "wheelchair"]
    ['sure', 'likely', 'possible']
    """
    from wegeketten.people.profile import load_profiles
    from wegeketten.reach.home_times import reach_of

    walker = load_profiles([WALKER])[0]
    people = _People.of(scan)
    base = _Walker(scan, people, walker, scan.reach.get(WALKER) or reach_of(scan.city, walker, scan.services))
    rows = []
    for profile in scan.profiles:
        catchments = _catchments(scan, profile)
        for column, service in enumerate(scan.services):
            for answer in ANSWERS:
                row = _row(scan, people, profile, base, column, answer)
                if answer == "likely":
                    row = row._replace(**_range(scan, people, profile, base, column)._asdict())
                    if service in catchments:
                        row = row._replace(**catchments[service]._asdict())
                rows.append(row)
        scan.city.forget()
    return rows


class _People(NamedTuple):
    """Who lives at the scan's homes: all, those over 65 and over 80 (nobody where not known); districts."""

    weight: Floats
    over_65: Floats
    over_80: Floats
    district: NDArray[np.int64]

    @classmethod
    def of(cls, scan: Scan) -> _People:
        homes, rows = scan.city.homes, scan.homes
        nobody = np.zeros(len(scan.city.homes["home_id"]))
        columns = [
            np.nan_to_num(homes.get(name, nobody)[rows].astype(np.float64))
            for name in ("weight", "people_65", "people_80")
        ]
        return cls(columns[0], columns[1], columns[2], homes["district"][rows].astype(np.int64))


class _Walker:
    """What all profiles are compared with, each service and answer worked out once."""

    def __init__(self, scan: Scan, people: _People, walker: Profile, reach: Reach) -> None:
        self.scan, self.people, self.walker, self.reach = scan, people, walker, reach
        self._known: dict[tuple[int, str], tuple[NDArray[np.int32], float | None, float | None]] = {}

    def of(self, column: int, answer: str) -> tuple[NDArray[np.int32], float | None, float | None]:
        """Units of each home, share within the standard, median seconds."""
        if (column, answer) not in self._known:
            units = self.reach.units[answer][self.scan.homes, column]
            standard_s = self.scan.catalogue.standard_s(self.scan.services[column], self.walker)
            share = _share(units <= units_within(standard_s), self.people.weight)
            seconds = np.where(units == INF, np.inf, units * UNIT_S)
            self._known[column, answer] = units, share, _median(seconds, self.people.weight)
        return self._known[column, answer]


def _row(scan: Scan, people: _People, profile: Profile, base: _Walker, column: int, answer: str) -> Equity:
    service, weight = scan.services[column], people.weight
    standard_s = scan.catalogue.standard_s(service, profile)
    units = scan.reach[profile.id].units[answer][scan.homes, column]
    theirs, share_walker, median_walker_s = base.of(column, answer)
    within = units <= units_within(standard_s)
    share = _share(within, weight)
    both = (units != INF) & (theirs != INF)
    extra = (units[both].astype(np.float64) - theirs[both]) * UNIT_S / 60
    seconds = np.where(units == INF, np.inf, units * UNIT_S)
    closeness = _closeness(units, standard_s)
    order = np.argsort(units, kind="stable")
    parts = theil(closeness, people.district + 1, weight)
    worst, best = _extremes(scan, within, weight, people.district)
    return Equity(
        profile.id, service, answer, float(weight.sum()), standard_s,
        share, share_walker, None if share is None or share_walker is None else share_walker - share,
        _median(seconds, weight, order), median_walker_s,
        _median(extra, weight[both]), _share(units == INF, weight),
        _share(within, people.over_65), _share(within, people.over_80),
        _behind(within, weight, people.over_65), _behind(within, weight, people.over_80),
        worst[0], worst[1], best[0], best[1],
        gini(closeness, weight, order[::-1]), palma(closeness, weight, order[::-1]),
        parts and parts.total, parts and parts.between, parts and parts.within,
        None, None, None, None, None, None, None,
    )  # fmt: skip


class _Range(NamedTuple):
    gap_low: float | None
    gap_high: float | None
    gini_low: float | None
    gini_high: float | None


def _range(scan: Scan, people: _People, profile: Profile, base: _Walker, column: int) -> _Range:
    """What the answers leave open: whatever holds, a walker is never behind, and a home between two times."""
    service, weight = scan.services[column], people.weight
    standard_s = scan.catalogue.standard_s(service, profile)
    sure, possible = (
        scan.reach[profile.id].units[answer][scan.homes, column] for answer in ("sure", "possible")
    )
    inside = units_within(standard_s)
    least, most = _share(sure <= inside, weight), _share(possible <= inside, weight)
    walker_least, walker_most = base.of(column, "sure")[1], base.of(column, "possible")[1]
    gap: tuple[float | None, float | None] = (None, None)
    if least is not None and most is not None and walker_least is not None and walker_most is not None:
        gap = (max(0.0, walker_least - most), walker_most - least)
        if profile.id == base.walker.id:
            gap = (0.0, 0.0)
    spread = gini_bounds(_closeness(sure, standard_s), _closeness(possible, standard_s), weight)
    return _Range(*gap, *(spread or (None, None)))


def _closeness(units: NDArray[np.int32], standard_s: float) -> Floats:
    """1 at the door, 1/2 at the standard, 0 where there is no way."""
    there = units != INF
    closeness: Floats = there.astype(np.float64)
    if standard_s > 0:
        closeness[there] = 1.0 / (1.0 + units[there] * (UNIT_S / standard_s))
    return closeness


def _behind(within: NDArray[np.bool_], weight: Floats, older: Floats) -> float | None:
    """Share of the younger within the standard less that of the older."""
    old, young = _share(within, older), _share(within, np.maximum(weight - older, 0.0))
    return None if old is None or young is None else young - old


def _share(which: NDArray[np.bool_], weight: Floats) -> float | None:
    total = weight.sum()
    return float(weight[which].sum() / total) if total > 0 else None


def _median(values: Floats, weight: Floats, order: NDArray[np.int64] | None = None) -> float | None:
    """Smallest value within which half of the weight lies; None where that is infinite."""
    total = weight.sum()
    if total <= 0:
        return None
    order = np.argsort(values) if order is None else order
    place = int(np.searchsorted(np.cumsum(weight[order]), total * 0.5 * (1 - 1e-12)))
    value = float(values[order][min(place, len(values) - 1)])
    return round(value, 3) if np.isfinite(value) else None


def _extremes(
    scan: Scan, within: NDArray[np.bool_], weight: Floats, district: NDArray[np.integer]
) -> tuple[tuple[str | None, float | None], tuple[str | None, float | None]]:
    """Districts of the smallest and the greatest share; the first of equals."""
    count = len(scan.city.districts["name"])
    inside = district >= 0
    total = np.bincount(district[inside], weight[inside], minlength=count)
    reached = np.bincount(district[inside & within], weight[inside & within], minlength=count)
    rows = np.flatnonzero(total > 0)
    if not len(rows):
        return (None, None), (None, None)
    shares = reached[rows] / total[rows]
    names = scan.city.districts["name"]
    low, high = int(shares.argmin()), int(shares.argmax())
    return (str(names[rows[low]]), float(shares[low])), (str(names[rows[high]]), float(shares[high]))


class _Catchment(NamedTuple):
    places: int
    catchment_mean: float | None
    catchment_gini: float | None


def _catchments(scan: Scan, profile: Profile) -> dict[str, _Catchment]:
    """Floating catchments of services with few places; people of all districts compete for them."""
    from wegeketten.joins.endpoints import Endpoints, allowed_places, join_homes, join_places
    from wegeketten.joins.pairs import times_between

    city = scan.city
    rows_of = {service: allowed_places(city, profile, "likely", service) for service in scan.services}
    chosen = {service: rows for service, rows in rows_of.items() if 0 < len(rows) <= MOST_PLACES}
    if not chosen:
        return {}
    rows = np.unique(np.concatenate(list(chosen.values())))
    joints = join_places(city, profile)
    joints = joints.take(np.isin(joints.owner, rows))
    sites = Endpoints(
        np.searchsorted(rows, joints.owner).astype(np.int32), joints.edge, joints.along, joints.off_m,
        joints.off_units
    )  # fmt: skip
    units = times_between(city, profile, "likely", join_homes(city, profile), sites, len(rows))
    people = city.homes["weight"].astype(np.float64)
    capacity = city.places.get("capacity")
    found = {}
    for service, places in chosen.items():
        supply = np.full(len(places), 1000.0)
        if capacity is not None and np.isfinite(capacity[places]).all():
            supply = capacity[places].astype(np.float64)
        limit = units_within(scan.catalogue.standard_s(service, profile))
        access = floating_catchments(units[:, np.searchsorted(rows, places)], people, supply, limit)
        access, weight = access[scan.homes], people[scan.homes]
        total = weight.sum()
        mean = float((access * weight).sum() / total) if total > 0 else None
        found[service] = _Catchment(len(places), mean, gini(access, weight))
    return found
