"""What an edge's unknown attributes may cost a profile: per arc and limit the chance that it holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.chances.groups import Groups
from wegeketten.chances.learn import Lessons
from wegeketten.chances.scale import scales
from wegeketten.chances.slopes import SlopeModel
from wegeketten.model.reading import Provenance
from wegeketten.people.checks import CLOSED, LIKELY, SURE, checks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from wegeketten.chances.groups import Rows
    from wegeketten.chances.learn import Unsure
    from wegeketten.city import City
    from wegeketten.people.checks import Check
    from wegeketten.people.profile import Profile

    Floats = NDArray[np.float64]

UNCLEAR = 0.5
"""Chance that a passage nobody described can be taken (assumption: nothing is known either way)."""

LIMITED = 0.8
"""Chance that what a mapper calls limited is good enough (assumption; Wheelmap: one step of at most 7 cm)."""

FLIGHT_SPREAD = 0.55
"""Standard deviation of the logarithm of a flight's steps where only its length is known: 387 counted flights
reach from 0.17 to 1.1 m a step around 0.36 m, nine of ten of them."""


class Hurdle(NamedTuple):
    """One unknown that decides about some edges.

    Attributes
    ----------
    attribute
        Whose draw decides.
    rows
        Edges, ascending.
    chance
        That the edge can be passed, float64, shape (2, rows): u → v, v → u. Of a slope: if it climbs u → v.
    rising, falling
        Of a slope: chance that it climbs u → v, shape (rows,); and `chance` if it falls.
    """

    attribute: str
    rows: Rows
    chance: Floats
    rising: Floats | None = None
    falling: Floats | None = None


@dataclass(frozen=True, eq=False)
class Odds:
    """Distributions of all attributes of one network.

    Attributes
    ----------
    groups
        What belongs together.
    wary
        See `Lessons`.
    only
        By attribute which edges are unknown, bool, shape (edges,); everything else is as in the answer
        *likely*. Everything that no mapper stated where None.
    """

    groups: Groups
    wary: bool = True
    only: Mapping[str, NDArray[np.bool_]] | None = None
    _lessons: dict[str, Lessons] = field(default_factory=dict, repr=False)

    def lessons(self, attribute: str) -> Lessons:
        """What the city teaches about an attribute.

        Parameters
        ----------
        attribute
            Name of the attribute.

        Returns
        -------
        Lessons
            Kept for the next question.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> Odds.of(hamlet()).lessons("kerb_cm").scale.attribute
        'kerb_cm'
        """
        if attribute not in self._lessons:
            self._lessons[attribute] = Lessons(self.groups, scales()[attribute], self.wary)
        return self._lessons[attribute]

    @classmethod
    def of(cls, city: City) -> Odds:
        """Distributions learned from a city.

        Parameters
        ----------
        city
            The city, as built.

        Returns
        -------
        Odds
            Distributions of all attributes, each learned when it is asked for.

        Examples
        --------
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> odds = Odds.of(hamlet())
        >>> chance = odds.passable(load_profile("wheelchair"))
        >>> kerb = hamlet().edges["osm_id"].tolist().index(68)
        >>> round(float(chance[kerb]), 2)
        0.91
        """
        nodes = city.nodes
        return cls(Groups(city.edges, np.stack([nodes["x"], nodes["y"]], axis=1).astype(np.float64)))

    @cached_property
    def slopes(self) -> SlopeModel:
        """How steep edges may be."""
        return SlopeModel(self.lessons("incline_pct"))

    def hurdles(self, profile: Profile) -> tuple[NDArray[np.bool_], list[Hurdle]]:
        """What is open to a profile whatever is found, and what hangs on what is found.

        Parameters
        ----------
        profile
            The mobility profile that is asked about.

        Returns
        -------
        tuple
            Arcs that no known value closes, bool, shape (2, edges); and the hurdles on them.

        Examples
        --------
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> always, hurdles = Odds.of(hamlet()).hurdles(load_profile("walker"))
        >>> bool(always.all()), len(hurdles)
        (True, 0)
        """
        columns = self.groups.edges.columns
        open_ = np.ones((2, len(self.groups.kind)), dtype=bool)
        found = []
        for check in checks(columns, profile):
            levels = self._settled(check.attribute, np.broadcast_to(check.levels, open_.shape))
            open_ &= levels != CLOSED
            unsure = ((levels > CLOSED) & (levels < SURE)).any(axis=0)
            rows = np.flatnonzero(unsure)
            if len(rows):
                hurdle = self._slope(check, rows) if check.attribute == "incline_pct" else None
                hurdle = hurdle or Hurdle(check.attribute, rows, self._chance(check, rows, profile))
                found.append(_bounded(hurdle, levels[:, rows]))
        return open_, [_still_open(hurdle, open_) for hurdle in found]

    def passable(self, profile: Profile) -> Floats:
        """Chance that each edge can be passed both ways, unknown by unknown, shape (edges,).

        Parameters
        ----------
        profile
            The mobility profile that is asked about.

        Returns
        -------
        Floats
            From 0 to 1.

        Examples
        --------
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> odds = Odds.of(hamlet())
        >>> round(float(odds.passable(load_profile("walker")).min()), 2)
        1.0
        """
        open_, hurdles = self.hurdles(profile)
        chance: Floats = np.asarray(open_.all(axis=0), dtype=np.float64)
        for hurdle in hurdles:
            kept: Floats = hurdle.chance.min(axis=0)
            if hurdle.rising is not None and hurdle.falling is not None:
                falling: Floats = hurdle.falling.min(axis=0)
                kept = np.asarray(hurdle.rising * kept + (1 - hurdle.rising) * falling)
            chance[hurdle.rows] *= kept
        return chance

    def _settled(self, attribute: str, levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Levels with all that is not drawn as it is in the answer *likely*."""
        if self.only is None:
            return levels
        drawn = self.only.get(attribute, False)
        return np.where(drawn, levels, np.where(levels >= LIKELY, SURE, CLOSED)).astype(np.uint8)

    def _slope(self, check: Check, rows: Rows) -> Hurdle:
        """Climbing is limited on the way up, descending on the way down."""
        limit = float(check.limit)
        signed = self.slopes.chances(rows, abs(limit))
        free = np.ones(len(rows))
        if_rising, if_falling = [signed.if_rising, free], [free, signed.if_falling]
        if limit < 0:
            if_rising, if_falling = if_rising[::-1], if_falling[::-1]
        return Hurdle(check.attribute, rows, np.stack(if_rising), signed.rising, np.stack(if_falling))

    def _chance(self, check: Check, rows: Rows, profile: Profile) -> Floats:
        name = check.attribute
        if name in ("step_count", "handrail_sides"):
            return self._flights(check, rows, profile)
        if name in ("tactile", "sound"):
            if _need(profile, name) == "for_sure":  # asked for in the sure answer alone
                return np.ones((1, len(rows)))
            return self._passing(name, rows, 1.0)
        if name in scales():
            return self._passing(name, rows, float(check.limit))
        if name == "kind" and check.limit != "unclear":  # hours of a lift, as in the answer likely
            return np.ones((1, len(rows)))
        levels = check.levels if check.levels.ndim == 1 else check.levels[0]
        return (
            np.where(levels[rows] > 1, LIMITED, UNCLEAR)[None]
            if name == "wheelchair"
            else np.full((1, len(rows)), UNCLEAR)
        )

    def _passing(self, name: str, rows: Rows, limit: float) -> Floats:
        """Chance that an attribute keeps a limit, shape (1, rows)."""
        lessons, edges = self.lessons(name), self.groups.edges
        chance = np.full(len(rows), UNCLEAR)
        inside = np.flatnonzero(lessons.context[rows] >= 0)
        if len(inside):
            some = rows[inside]
            lower, upper = edges[f"{name}_lower"][some], edges[f"{name}_upper"][some]
            chance[inside] = lessons.scale.passing(lessons.shares(some)[0], limit, lower, upper)
        return chance[None]

    def _flights(self, check: Check, rows: Rows, profile: Profile) -> Floats:
        """Chance that a flight has few enough steps, or a rail, or a ramp beside it."""
        limits = profile.limits
        ways = []
        if limits.steps_ramp != "no":
            ways.append(self._passing("ramp_wheelchair", rows, 1.0)[0])
        if limits.steps_ramp == "stroller":
            ways.append(self._passing("ramp_stroller", rows, 1.0)[0])
        most = limits.steps_max if check.attribute == "step_count" else limits.steps_max_without_handrail
        ways.append(self._few(rows, float(most or 0)))
        if check.attribute == "handrail_sides":
            ways.append(self._passing("handrail_sides", rows, 1.0)[0])
        closed: Floats = np.prod([1.0 - way for way in ways], axis=0)
        return (1.0 - closed)[None]

    def _few(self, rows: Rows, most: float) -> Floats:
        """Chance that a flight has no more steps than so many."""
        from scipy.special import ndtr

        edges = self.groups.edges
        value, lower, upper = (
            edges["step_count" + end][rows].astype(np.float64) for end in ("", "_lower", "_upper")
        )
        middle = np.log(np.maximum(value, 1.0))
        below, start, end = (
            ndtr((np.log(np.maximum(at, 0.25)) - middle) / FLIGHT_SPREAD)
            for at in (np.full(len(rows), most + 0.5), lower - 0.5, upper + 0.5)
        )
        measured = np.clip((below - start) / np.maximum(end - start, 1e-9), 0.0, 1.0)
        measured = np.where(upper <= most, 1.0, np.where(lower > most, 0.0, measured))
        by_length = edges["step_count_from"][rows] == Provenance.derived
        chance: Floats = np.where(by_length, measured, self._passing("step_count", rows, most)[0])
        return chance

    def unsure(self, attribute: str, rows: Rows) -> list[Unsure]:
        """What edges share of an attribute's variance; nothing where it has no distribution of its own.

        Parameters
        ----------
        attribute
            Name of the attribute.
        rows
            Rows of edges.

        Returns
        -------
        list of Unsure
            One for each of them.
        """
        if attribute not in scales():
            return []
        lessons = self.lessons(attribute)
        held = np.where(lessons.context[rows] >= 0, 1.0, 0.0)
        return [each._replace(part=each.part * held) for each in lessons.shares(rows)[1]]


def _need(profile: Profile, name: str) -> str:
    return str(getattr(profile.limits, name))


def _bounded(hurdle: Hurdle, levels: NDArray[np.uint8]) -> Hurdle:
    """What is sure stays open, what is closed stays closed."""

    def held(chance: Floats) -> Floats:
        found: Floats = np.where(levels == SURE, 1.0, np.where(levels == CLOSED, 0.0, chance))
        return found

    falling = None if hurdle.falling is None else held(hurdle.falling)
    return hurdle._replace(chance=held(hurdle.chance), falling=falling)


def _still_open(hurdle: Hurdle, open_: NDArray[np.bool_]) -> Hurdle:
    """Without edges that are closed both ways by something else, or that the hurdle never closes."""
    kept = open_[:, hurdle.rows].any(axis=0) & (hurdle.chance < 1).any(axis=0)
    if hurdle.falling is not None:
        kept |= open_[:, hurdle.rows].any(axis=0) & (hurdle.falling < 1).any(axis=0)
    rising = None if hurdle.rising is None else hurdle.rising[kept]
    falling = None if hurdle.falling is None else hurdle.falling[:, kept]
    return Hurdle(hurdle.attribute, hurdle.rows[kept], hurdle.chance[:, kept], rising, falling)
