"""The chapter on route chains: which everyday errands can be done in one go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.people.profile import load_profile
from wegeketten.reports.sheet import Cell, Column, Section, Sheet
from wegeketten.routing import INF, UNIT_S
from wegeketten.words.numbers import minutes, number, percent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.people.profile import Profile
    from wegeketten.reports.area_figures import Area
    from wegeketten.reports.phrases import Phrases

CHAINS = (
    ("doctor", "pharmacy"),
    ("groceries", "bank"),
    ("pharmacy", "doctor", "stop"),
    ("meeting_place", "toilet"),
)
"""Everyday errands, in this order and back home; those with a service nobody offers are left out."""

LIMIT_MIN = 60
"""Longest time on the way, minutes; what takes longer is no everyday errand."""


def chains(area: Area, phrases: Phrases) -> Section | None:
    """Shares and times of everyday chains; None where none of them exists in the city.

    Parameters
    ----------
    area
        The district, or the whole city.
    phrases
        Words and scan.

    Returns
    -------
    Section or None
        A chapter of the report.
    """
    words, lang, scan = phrases.words, phrases.lang, phrases.scan
    known = [chain for chain in CHAINS if set(chain) <= set(phrases.offered)]
    profiles = [one for one in scan.profiles if one.id in ("rollator", "wheelchair")] or scan.profiles[-1:]
    if not known or not area.weight:
        return None
    rows = []
    for chain in known:
        steps = [words["home_step"], *(phrases.service(service) for service in chain), words["home_step"]]
        row = [Cell(" → ".join(steps))]
        for profile in profiles:
            found = _district(phrases, profile, chain, area)
            row += _cells(found, lang, words)
        rows.append(row)
    columns = [Column(words["column_chain"])]
    for profile in profiles:
        name = phrases.profile(profile.id)
        columns += [Column(name, number=True), Column(words["column_longer"].format(name=name), number=True)]
    text = words["chains_text"].format(counted=phrases.counted, limit=LIMIT_MIN)
    sheet = Sheet("chains", words["chains"], columns, rows, cls="cards", quiet=True)
    return Section("chains-title", words["chains"], [text], [sheet])


def _cells(found: dict[str, float | None], lang: str, words: dict[str, Any]) -> list[Cell]:
    share, median_s, times = found["share"], found["median_s"], found["times_walker"]
    longer = words["none"] if times is None else words["times"].format(value=number(times, lang, 1))
    return [
        Cell(
            percent(share or 0.0, lang),
            small=words["none"] if median_s is None else minutes(median_s),
            sort=round(share or 0.0, 6),
        ),
        Cell(longer, sort="" if times is None else times),
    ]


def _district(
    phrases: Phrases, profile: Profile, chain: tuple[str, ...], area: Area
) -> dict[str, float | None]:
    """Share and median time of what is done within `LIMIT_MIN`, and how many times as long as a walker."""
    city = phrases.scan.city
    walker = phrases.scan.once("walker", lambda: load_profile("walker"))
    seconds, walker_s = _seconds(phrases, profile, chain), _seconds(phrases, walker, chain)
    district = np.asarray(city.homes["district"])
    members = np.ones(len(district), dtype=bool) if area.row < 0 else district == area.row
    weight = np.where(members, city.homes["weight"].astype(np.float64), 0.0)
    done = seconds <= 60.0 * LIMIT_MIN  # NaN is not
    both = members & np.isfinite(seconds) & (walker_s > 0)
    total = float(weight.sum())
    return {
        "share": float(weight[done].sum()) / total if total else None,
        "median_s": _median(seconds[done], weight[done]),
        "times_walker": float(np.median(seconds[both] / walker_s[both])) if both.any() else None,
    }


def _median(seconds: NDArray[np.float64], weight: NDArray[np.float64]) -> float | None:
    """Weighted median; None where there is no weight."""
    if not weight.any():
        return None
    order = np.argsort(seconds, kind="stable")
    passed = np.cumsum(weight[order])
    return float(seconds[order][np.searchsorted(passed, passed[-1] / 2)])


def _seconds(phrases: Phrases, profile: Profile, chain: tuple[str, ...]) -> NDArray[np.float64]:
    """Seconds of every home's chain in *likely*, NaN where there is none; found once for all areas."""
    from wegeketten.reach.chains.errands import Errands
    from wegeketten.reach.chains.trips import Trips

    scan, city = phrases.scan, phrases.scan.city

    def find() -> NDArray[np.float64]:
        trips = scan.once(("trips", profile.id), lambda: Trips(city, profile))
        tours = trips.tours(Errands(chain, returning=True).checked(city), "likely")
        seconds = np.full(len(city.homes["home_id"]), np.nan)
        seconds[trips.precinct.homes.owner] = np.where(tours.times == INF, np.nan, tours.times * UNIT_S)
        return seconds

    return scan.once(("chain", profile.id, chain), find)
