"""Candidates: for every edge that closes a way to somebody, the works that would open it, and their price."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.model.answers import ANSWERS
from wegeketten.model.edges import Kind, flight_share
from wegeketten.routing import INF
from wegeketten.whatif.doors import Remedies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.people.change import Change
    from wegeketten.people.profile import Profile
    from wegeketten.whatif.measures import MeasureCatalogue, Remedy


@dataclass(frozen=True)
class Candidates:
    """Works by edge, the same for all profiles that are planned for.

    Attributes
    ----------
    works
        By row of the edge table; edges without any are missing.
    prices
        int64, shape (edges,): typical price in whole euros, at least 1; 0 where nothing can be done.
    mended
        By profile id and answer, int32, shape (2 · edges,): units of each arc after the works, `INF` where
        they do not open it.
    unsure
        bool, shape (edges,): the barrier is one by its likely value only, a look might do instead of works.
    """

    works: dict[int, Remedy]
    prices: NDArray[np.int64]
    mended: dict[tuple[str, Answer], NDArray[np.int32]]
    unsure: NDArray[np.bool_]

    def remedies(self, profile: Profile, answer: Answer = "likely") -> Remedies:
        """What the works would do for one profile in one answer.

        Parameters
        ----------
        profile
            The mobility profile that is asked about.
        answer
            Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.

        Returns
        -------
        Remedies
            Times of the arcs afterwards, and prices.
        """
        return Remedies(self.mended[profile.id, answer], self.prices)


def find_candidates(
    city: City,
    profiles: Sequence[Profile],
    *,
    catalogue: MeasureCatalogue | None = None,
    answer: Answer = "likely",
    rows: NDArray[np.int64] | None = None,
) -> Candidates:
    """Choose works for every edge of public ways that is closed to one of the profiles.

    Where the works that would help all of them together do not exist, those for as many profiles as possible
    are chosen, in the order given.

    Parameters
    ----------
    city
        A built city.
    profiles
        For whom.
    catalogue
        Measures and prices; the shipped ones where None.
    answer
        In which answer the edges are closed.
    rows
        The only edges that are looked at; all where None.

    Returns
    -------
    Candidates
        Price and times after the measures, by edge.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> found = find_candidates(hamlet(), [load_profile("wheelchair")])
    >>> sorted({works.ids for works in found.works.values()})
    [('lower_kerb',), ('ramp',)]
    """
    from wegeketten.whatif.measures import load_measures

    catalogue = catalogue or load_measures()
    count = len(city.edges)
    looked_at = np.arange(count) if rows is None else np.asarray(rows, dtype=np.int64)
    broken = [_broken_limits(city, profile, answer, looked_at) for profile in profiles]
    closed = np.zeros(count, dtype=bool)
    unsure = np.zeros(count, dtype=bool)
    for profile in profiles:
        weights = city.weights(profile)
        shut = getattr(weights, answer) == INF
        closed |= shut.reshape(-1, 2).any(axis=1)
        unsure |= (shut & (weights.possible != INF)).reshape(-1, 2).any(axis=1)
    closed &= ~city.edges["private"].astype(bool)  # nobody builds on other people's ground
    chosen = _choose_works(city, broken, looked_at[closed[looked_at]], catalogue)
    prices = np.zeros(count, dtype=np.int64)
    for row, works in chosen.items():
        prices[row] = max(1, round(works.price.typical_eur))
    mended = {
        (profile.id, each): units
        for profile in profiles
        for each, units in _mended(city, profile, chosen).items()
    }
    helps = np.zeros(count, dtype=bool)
    for profile in profiles:
        faster = mended[profile.id, answer] < getattr(city.weights(profile), answer)
        helps |= faster.reshape(-1, 2).any(axis=1)
    prices[~helps] = 0
    helping = {row: each for row, each in chosen.items() if helps[row]}
    return Candidates(helping, prices, mended, unsure & helps)


def _broken_limits(
    city: City, profile: Profile, answer: Answer, rows: NDArray[np.int64]
) -> dict[str, NDArray[np.bool_]]:
    """By attribute, the edges on which it closes either direction; the law is not a matter of works."""
    from wegeketten.people.checks import LEVEL_OF, checks

    broken: dict[str, NDArray[np.bool_]] = {}
    count = len(city.edges)
    few = len(rows) < count
    columns = {name: column[rows] if few else column for name, column in city.edges.columns.items()}
    for check in checks(columns, profile):
        if check.attribute == "access":
            continue
        shut = np.atleast_2d(check.levels < LEVEL_OF[answer]).any(axis=0)
        if shut.any():
            broken.setdefault(check.attribute, np.zeros(count, dtype=bool))[rows] |= shut
    return broken


def _choose_works(
    city: City,
    broken: Sequence[dict[str, NDArray[np.bool_]]],
    rows: NDArray[np.int64],
    catalogue: MeasureCatalogue,
) -> dict[int, Remedy]:
    share = flight_share(city.edges.columns)[rows]  # of whole flights; each piece pays its part
    length = np.round(city.edges["length_m"][rows].astype(np.float64) / share, 1)
    kind, steps = city.edges["kind"][rows], city.edges["step_count"][rows].astype(np.float64)
    unknown = ~(steps > 0)
    steps = np.where(unknown & (kind == Kind.steps), np.maximum(1.0, length / 0.3), np.nan_to_num(steps))
    chosen: dict[int, Remedy] = {}
    told = zip(rows.tolist(), kind.tolist(), length.tolist(), steps.tolist(), share.tolist(), strict=True)
    for (row, code, metres, count, part), reasons in zip(told, _reasons(broken, rows), strict=True):
        wanted: frozenset[str] = frozenset()
        best: Remedy | None = None
        for more in reasons:
            if not more <= wanted:
                found = catalogue.works(Kind(code), wanted | more, length_m=metres, steps=count)
                if found is not None:
                    wanted, best = wanted | more, found
        if best is not None:
            chosen[row] = best if part == 1 else replace(best, price=best.price.part(part))
    return chosen


def _reasons(
    broken: Sequence[dict[str, NDArray[np.bool_]]], rows: NDArray[np.int64]
) -> Iterator[tuple[frozenset[str], ...]]:
    """By row and profile: attributes that close the edge; most edges have one of few sets of them."""
    names = [(profile, attribute) for profile, limits in enumerate(broken) for attribute in limits]
    table = np.zeros((len(rows), len(names)), dtype=bool)
    for column, (profile, attribute) in enumerate(names):
        table[:, column] = broken[profile][attribute][rows]
    known: dict[bytes, tuple[frozenset[str], ...]] = {}
    for packed, row in zip(np.packbits(table, axis=1), table, strict=True):
        key = packed.tobytes()
        if key not in known:
            met = [names[column] for column in np.flatnonzero(row).tolist()]
            known[key] = tuple(
                frozenset(attribute for of, attribute in met if of == profile)
                for profile in range(len(broken))
            )
        yield known[key]


def _mended(city: City, profile: Profile, chosen: dict[int, Remedy]) -> dict[Answer, NDArray[np.int32]]:
    from wegeketten.people.verdict import fixed_seconds

    mended: dict[Answer, NDArray[np.int32]] = {
        answer: np.full(2 * len(city.edges), INF, dtype=np.int32) for answer in ANSWERS
    }
    groups: dict[tuple[str, ...], tuple[Change, list[int]]] = {}
    for row, works in chosen.items():
        groups.setdefault(works.ids, (works.change, []))[1].append(row)
    for change, members in groups.values():
        rows = np.array(members, dtype=np.int64)
        after = fixed_seconds(city.edges, profile, rows, change)
        for answer, units in mended.items():
            units[2 * rows], units[2 * rows + 1] = getattr(after, answer)[0::2], getattr(after, answer)[1::2]
    return mended
