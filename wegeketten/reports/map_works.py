"""Works that can be switched on and off in the map: where and what, their price, what becomes of each arc."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.reports.bottlenecks import MOST_UNITS
from wegeketten.reports.data import OWN_LIMITS, MapWorks
from wegeketten.routing import INF, UNIT_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.people.profile import Profile
    from wegeketten.whatif.measures import Remedy


class Mended(NamedTuple):
    """What the works make of their arcs for one profile.

    Attributes
    ----------
    units
        int64, two per row of `MapWorks.edges`: time along each arc after the works.
    parts
        uint8, shape (arcs, limits): see `wegeketten.reports.data.ProfileLayer`.
    """

    units: NDArray[np.int64]
    parts: NDArray[np.uint8]


def find_works(city: City, profiles: Sequence[Profile], lang: str) -> tuple[MapWorks, dict[str, Mended]]:
    """Works for everything that is closed to any of the profiles, chosen for all of them together.

    They are the works that ``compare --measures`` carries out for the same profiles.

    Parameters
    ----------
    city
        A built city.
    profiles
        For whom.
    lang
        ``de`` or ``en``: language of the works' names.

    Returns
    -------
    tuple
        The works, and by profile id what they do.
    """
    from wegeketten.whatif.candidates import find_candidates
    from wegeketten.whatif.measures import load_measures

    catalogue = load_measures()
    candidates = find_candidates(city, profiles, catalogue=catalogue)
    rows = np.array(sorted(candidates.works), dtype=np.int64)
    remedies = [candidates.works[row] for row in rows.tolist()]
    texts = [
        "; ".join(str(getattr(catalogue.measures[each].name, lang)) for each in remedy.ids)
        for remedy in remedies
    ]
    names = sorted(set(texts))
    number = {text: row for row, text in enumerate(names)}
    works = MapWorks(
        edges=rows,
        low_eur=np.array([round(remedy.price.low_eur) for remedy in remedies], dtype=np.int64),
        typical_eur=candidates.prices[rows],
        high_eur=np.array([round(remedy.price.high_eur) for remedy in remedies], dtype=np.int64),
        name=np.array([number[text] for text in texts], dtype=np.int64),
        names=names,
        kind=rows[:0],
        readings={},
    )
    after = _columns_after(city, rows, remedies)
    works = replace(
        works,
        kind=after["kind"],
        readings={
            name: (after[name], after[f"{name}_lower"], after[f"{name}_upper"], after[f"{name}_from"])
            for name in dict.fromkeys(OWN_LIMITS.values())
        },
    )
    return works, {profile.id: _mended(after, profile) for profile in profiles}


def _columns_after(
    city: City, rows: NDArray[np.int64], remedies: Sequence[Remedy]
) -> dict[str, NDArray[Any]]:
    """Columns of the edges at `rows` as the works leave them."""
    after = {name: column[rows] for name, column in city.edges.columns.items()}
    groups: dict[tuple[str, ...], list[int]] = {}
    for row, remedy in enumerate(remedies):
        groups.setdefault(remedy.ids, []).append(row)
    for members in groups.values():
        change = remedies[members[0]].change
        for name, column in change.applied({name: column[members] for name, column in after.items()}).items():
            after[name][members] = column
    return after


def _mended(after: dict[str, NDArray[Any]], profile: Profile) -> Mended:
    """Times and levels of edges as they are after the works."""
    from wegeketten.people.checks import SURE, checks
    from wegeketten.people.verdict import weigh_columns

    count = len(after["kind"])
    parts = np.full((2, count, len(OWN_LIMITS) + 1), SURE, dtype=np.uint8)
    for check in checks(after, profile):
        column = part_of(check.attribute, check.limit)
        parts[:, :, column] = np.minimum(parts[:, :, column], check.levels)
    weights = weigh_columns(after, profile)
    units = np.minimum(np.rint(weights.seconds / UNIT_S), MOST_UNITS).astype(np.int64)
    units = np.where(weights.possible == INF, units, weights.possible)
    return Mended(units, parts.transpose(1, 0, 2).reshape(2 * count, len(OWN_LIMITS) + 1))


def part_of(attribute: str, limit: float | str) -> int:
    """Column of `ProfileLayer.works_parts` that a check belongs to.

    Parameters
    ----------
    attribute, limit
        Of the check. The limit of a slope is negative where it speaks of going down.

    Returns
    -------
    int
        The last column for a limit that nobody can set on the map.

    Examples
    --------
    >>> part_of("kerb_cm", 3.0), part_of("incline_pct", 6.0), part_of("incline_pct", -10.0)
    (0, 1, 3)
    """
    if isinstance(limit, str) or limit < 0:
        return len(OWN_LIMITS)
    return [*OWN_LIMITS.values(), attribute].index(attribute)
