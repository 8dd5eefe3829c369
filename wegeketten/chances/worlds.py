"""Worlds: what every unknown of a network might be, drawn by the elements' ids and a seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.chances.entrances import Entrances
from wegeketten.chances.groups import Groups
from wegeketten.chances.latent import keys_of, normals
from wegeketten.chances.odds import Odds
from wegeketten.chances.times import TIMED, Drawn, class_limits, timed_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from wegeketten.chances.groups import Keys, Rows
    from wegeketten.chances.odds import Hurdle
    from wegeketten.chances.times import Times
    from wegeketten.city import City
    from wegeketten.people.profile import Profile

    Normals = NDArray[np.float32]

NINTH = 1.2815515655446004
"""Normal number that nine of ten draws do not exceed."""

BLOCK = 8
"""Worlds that are drawn together: as many as there are bits in a byte of an answer."""


class _Test(NamedTuple):
    """A hurdle in normal numbers: it is taken where the draw is no greater."""

    at: NDArray[np.int64]  # where the draws of the rows are
    into: NDArray[np.int64]  # where the rows are among all that the profile tests
    limit: Normals  # (2, rows), as `Hurdle.chance`
    falling: Normals | None


class _Source(NamedTuple):
    """Where the draws of one attribute come from."""

    attribute: str
    rows: Rows
    levels: list[tuple[int, Keys, NDArray[np.int64], Normals]]  # salt, keys, group of each row, weight
    elements: Keys
    own: Normals
    rising: Normals | None  # of slopes: an edge climbs u → v where its sign's draw is no greater


class _Terms(NamedTuple):
    """What a profile meets."""

    open: NDArray[np.bool_]  # arcs open whatever is drawn, shape (edges, 2)
    rows: Rows  # edges on which something is tested
    tests: list[tuple[int, _Test]]  # by source


@dataclass(eq=False)
class Worlds:
    """Drawings of one network.

    Parameters
    ----------
    city
        A built city.
    profiles
        Who walks in these worlds. What they meet is the same for all: who may do more never finds less.
    count
        How many worlds.
    seed
        Another seed, other worlds; the same seed, the same worlds in every build, plan and comparison.
    sharing
        Whether what belongs together is drawn together; else each element by itself.
    wary, only
        See `wegeketten.chances.odds.Odds`.
    own_speed
        Whether people differ in speed, see `speeds`; else all of a profile are as fast as it says.
    """

    city: City
    profiles: Sequence[Profile]
    count: int
    seed: int = 0
    sharing: bool = True
    wary: bool = True
    only: Mapping[str, NDArray[np.bool_]] | None = None
    own_speed: bool = False
    _kept: dict[tuple[int, int], tuple[Normals, NDArray[np.bool_] | None]] = field(
        default_factory=dict, repr=False
    )

    _timed: dict[tuple[str, int], Drawn] = field(default_factory=dict, repr=False)
    _between: dict[str, tuple[Rows, Normals]] = field(default_factory=dict, repr=False)

    @cached_property
    def odds(self) -> Odds:
        """Distributions learned from the city."""
        nodes = self.city.nodes
        groups = Groups(self.city.edges, np.stack([nodes["x"], nodes["y"]], axis=1).astype(np.float64))
        return Odds(groups, self.wary, self.only)

    @cached_property
    def entrances(self) -> Entrances:
        """Entrances of the city's places."""
        return Entrances(self.city.places, self.sharing)

    @cached_property
    def _people(self) -> Keys:
        """Key of each home's person."""
        return keys_of(self.city.homes["home_id"].astype(str).tolist())

    @cached_property
    def _prepared(self) -> tuple[dict[str, _Terms], list[_Source]]:
        met = {profile.id: self.odds.hurdles(profile) for profile in self.profiles}
        rows: dict[str, list[Rows]] = {}
        for _, hurdles in met.values():
            for hurdle in hurdles:
                rows.setdefault(hurdle.attribute, []).append(hurdle.rows)
        for name in TIMED:
            rows.setdefault(name, []).append(timed_rows(self.odds, name))
        merged = {name: np.unique(np.concatenate(parts)) for name, parts in rows.items()}
        number = {name: place for place, name in enumerate(merged)}
        sources = [self._source(name, merged[name]) for name in merged]
        terms = {}
        for profile, (open_, hurdles) in met.items():
            tested = np.unique(np.concatenate([np.zeros(0, np.int64), *(each.rows for each in hurdles)]))
            tests = [
                (number[each.attribute], _test(each, merged[each.attribute], tested))
                for each in hurdles
                if len(each.rows)
            ]
            terms[profile] = _Terms(np.ascontiguousarray(open_.T), tested, tests)
        return terms, sources

    def _source(self, attribute: str, rows: Rows) -> _Source:
        from scipy.special import ndtri

        salt = _salt(attribute)
        left = np.ones(len(rows))
        levels = []
        for place, shared in enumerate(self.odds.unsure(attribute, rows) if self.sharing else ()):
            keys, group = np.unique(shared.keys, return_inverse=True)
            levels.append((salt + 1 + place, keys, group, np.sqrt(shared.part).astype(np.float32)))
            left = left - shared.part
        rising = None
        if attribute == "incline_pct":
            rising = ndtri(self.odds.slopes.chances(rows, 1.0).rising).astype(np.float32)
        own = np.sqrt(np.maximum(left, 0.0)).astype(np.float32)
        return _Source(attribute, rows, levels, self.odds.groups.element[rows], own, rising)

    def classes(self, attribute: str, first: int) -> Drawn:
        """Classes of the edges whose time hangs on an attribute, in the worlds from `first` on.

        Parameters
        ----------
        attribute
            One of `wegeketten.chances.times.TIMED`.
        first
            Number of a world with which a block begins.

        Returns
        -------
        Drawn
            Class of each edge in each world of the block.
        """
        found = self._timed.get((attribute, first))
        if found is None:
            if any(block != first for _, block in self._timed):
                self._timed.clear()
            if attribute not in self._between:
                rows = timed_rows(self.odds, attribute)
                self._between[attribute] = rows, class_limits(self.odds, attribute, rows)
            rows, limits = self._between[attribute]
            sources = self._prepared[1]
            number = next(place for place, each in enumerate(sources) if each.attribute == attribute)
            draws, rising = self._drawn(number, first)
            at = np.searchsorted(sources[number].rows, rows)
            draws = draws[at]
            classes = np.zeros(draws.shape, dtype=np.int8)
            for limit in limits.T:
                classes += draws > limit[:, None]
            found = Drawn(rows, classes, None if rising is None else rising[at])
            self._timed[attribute, first] = found
        return found

    def units(self, times: Times, first: int) -> NDArray[np.int32]:
        """Weights of the arcs of `times.rows` in the worlds from `first` on, shape (worlds, 2 · rows).

        In units of 0.1 s, whether the arc is open or not; there and back of one edge after the other.

        Parameters
        ----------
        times
            Times of the profile.
        first
            Number of a world with which a block begins.

        Returns
        -------
        ndarray
            int32.
        """
        units = times.of(*(self.classes(name, first) for name in TIMED))
        return units.reshape(len(units), -1)

    def varies(self, profile: Profile) -> bool:
        """Whether anything a profile meets is drawn at all.

        Parameters
        ----------
        profile
            The mobility profile that is asked about.

        Returns
        -------
        bool
            False where all arcs of the profile are known to be open or closed.

        Examples
        --------
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> from wegeketten.chances.odds import Odds
        >>> profiles = [load_profile(name) for name in ("walker", "wheelchair")]
        >>> worlds = Worlds(hamlet(), profiles, 8, seed=1)
        >>> [worlds.varies(profile) for profile in profiles]
        [False, True]
        """
        return bool(self._prepared[0][profile.id].tests)

    def open(self, profile: Profile, first: int) -> NDArray[np.bool_]:
        """Arcs open to a profile in at most `BLOCK` worlds from `first` on, shape (worlds, 2 · edges).

        Parameters
        ----------
        profile
            The mobility profile that is asked about.
        first
            Number of a world with which a block begins.

        Returns
        -------
        ndarray
            bool.
        """
        terms = self._prepared[0][profile.id]
        count = min(BLOCK, self.count - first)
        passed = np.ones((len(terms.rows), count), dtype=bool)
        sloped = None
        for source, test in terms.tests:
            draws, rising = self._drawn(source, first)
            draws = draws[test.at]
            if rising is None or test.falling is None:
                passed[test.into] &= draws <= test.limit[0][:, None]
                continue
            if sloped is None:
                sloped = np.ones((2, *passed.shape), dtype=bool)
            up = rising[test.at]
            for way in (0, 1):
                limit = np.where(up, test.limit[way][:, None], test.falling[way][:, None])
                sloped[way, test.into] &= draws <= limit
        ways = [passed, passed] if sloped is None else [passed & one for one in sloped]
        open_ = np.empty((count, len(terms.open), 2), dtype=bool)
        for world in range(count):
            open_[world] = terms.open
            for way in (0, 1):
                open_[world, terms.rows, way] &= ways[way][:, world]
        return open_.reshape(count, -1)

    def entered(self, first: int) -> NDArray[np.bool_]:
        """Places that can be entered in the worlds from `first` on, shape (places, worlds).

        Parameters
        ----------
        first
            Number of a world with which a block begins.

        Returns
        -------
        ndarray
            bool.
        """
        count = min(BLOCK, self.count - first)
        if self.only is not None and "entrance" not in self.only:
            return np.ones((len(self.city.places["service"]), count), dtype=bool)
        return self.entrances.open(self.seed, first, count)

    def speeds(self, profile: Profile, first: int) -> NDArray[np.float64]:
        """How many times as fast as the profile's pace each home's person is, shape (homes, worlds).

        Two halves of a log-normal distribution: a tenth is slower than the profile's slow speed, half than
        its typical one, nine tenths than its fast one. Whoever lives at a home is as fast for every service,
        and as slow or fast for her profile in every one of the profiles.

        Parameters
        ----------
        profile
            Whose speeds.
        first
            Number of a world with which a block begins.

        Returns
        -------
        ndarray
            1 for the profile's own pace.

        Examples
        --------
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> walker = load_profile("walker")
        >>> Worlds(hamlet(), [walker], 8).speeds(walker, 0).shape
        (12, 8)
        """
        count = min(BLOCK, self.count - first)
        draws = normals(self._people, _salt("speed"), self.seed, first, count)
        speeds = profile.speeds
        slower, faster = (
            np.log(end / speeds.typical_m_s) / NINTH for end in (speeds.slow_m_s, speeds.fast_m_s)
        )
        factor = np.exp(np.where(draws < 0, -draws * slower, draws * faster))
        found: NDArray[np.float64] = factor * speeds.typical_m_s / profile.level_m_s
        return found

    def _drawn(self, number: int, first: int) -> tuple[Normals, NDArray[np.bool_] | None]:
        """Draws of an attribute in a block of worlds, kept for the next profile."""
        found = self._kept.get((number, first))
        if found is None:
            if any(block != first for _, block in self._kept):
                self._kept.clear()
            source = self._prepared[1][number]
            count = min(BLOCK, self.count - first)
            salt = _salt(source.attribute)
            elements, element = np.unique(source.elements, return_inverse=True)
            draws = source.own[:, None] * normals(elements, salt, self.seed, first, count)[element]
            for level_salt, keys, group, weight in source.levels:
                draws += weight[:, None] * normals(keys, level_salt, self.seed, first, count)[group]
            rising = None
            if source.rising is not None:
                signs = normals(elements, salt + 99, self.seed, first, count)[element]
                rising = signs <= source.rising[:, None]
            found = self._kept[number, first] = draws, rising
        return found


def _salt(attribute: str) -> int:
    """Number that tells attributes apart; levels and signs count on from it."""
    return int(keys_of([attribute])[0])


def _test(hurdle: Hurdle, rows: Rows, tested: Rows) -> _Test:
    from scipy.special import ndtri

    limit = ndtri(hurdle.chance).astype(np.float32)
    falling = None if hurdle.falling is None else ndtri(hurdle.falling).astype(np.float32)
    at, into = np.searchsorted(rows, hurdle.rows), np.searchsorted(tested, hurdle.rows)
    return _Test(at, into, limit, falling)
