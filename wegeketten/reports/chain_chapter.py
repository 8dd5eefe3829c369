"""The chapter on route chains: which everyday errands can be done in one go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.reports.sheet import Cell, Column, Section, Sheet
from wegeketten.words.numbers import minutes, number, percent

if TYPE_CHECKING:
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


def _cells(found: dict[str, Any], lang: str, words: dict[str, Any]) -> list[Cell]:
    share, median_s, times = found["share_likely"], found["median_likely_s"], found["times_walker"]
    longer = words["none"] if times is None else words["times"].format(value=number(times, lang, 1))
    return [
        Cell(
            percent(share or 0.0, lang),
            small=words["none"] if median_s is None else minutes(median_s),
            sort=round(share or 0.0, 6),
        ),
        Cell(longer, sort="" if times is None else times),
    ]


def _district(phrases: Phrases, profile: Any, chain: tuple[str, ...], area: Area) -> dict[str, Any]:
    """The district's row; share and median time count only what is done within `LIMIT_MIN`."""
    from wegeketten.reach.chains.errands import Errands
    from wegeketten.reach.chains.every_home import find_chains

    scan, city = phrases.scan, phrases.scan.city
    key = "chains", profile.id, chain
    found = scan.once(key, lambda: find_chains(city, profile, Errands(chain, returning=True)))
    rows = scan.once((*key, "districts"), found.districts)
    row = rows[-1] if area.row < 0 else next(one for one in rows if one["district"] == area.name)
    district = np.asarray(city.homes["district"])
    members = np.ones(len(district), dtype=bool) if area.row < 0 else district == area.row
    weight = np.where(members, city.homes["weight"].astype(np.float64), 0.0)
    done = found.seconds["likely"] <= 60.0 * LIMIT_MIN  # NaN is not
    total = float(weight.sum())
    told = {"share_likely": float(weight[done].sum()) / total if total else None, "median_likely_s": None}
    if weight[done].any():
        order = np.argsort(found.seconds["likely"][done], kind="stable")
        passed = np.cumsum(weight[done][order])
        middle = order[np.searchsorted(passed, passed[-1] / 2)]
        told["median_likely_s"] = float(found.seconds["likely"][done][middle])
    return row | told
