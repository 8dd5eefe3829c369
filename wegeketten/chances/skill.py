"""How honest the distributions are in a city: what was known, what its tags taught, what they foretell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.chances.entrances import Entrances
from wegeketten.chances.groups import Groups
from wegeketten.chances.learn import Lessons, magnitudes
from wegeketten.chances.scale import scale, scales
from wegeketten.model.edges import ATTRIBUTE, HIGHWAYS, Crossing, Kind
from wegeketten.tags.assumption import assumed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from wegeketten.chances.groups import Rows
    from wegeketten.city import City
    from wegeketten.people.profile import Profile

    Floats = NDArray[np.float64]

ENOUGH = 30
"""Tagged elements from which on a city is said to teach something."""


class Lesson(NamedTuple):
    """What is known about one attribute in a city.

    Attributes
    ----------
    attribute
        A name of `wegeketten.model.edges.ATTRIBUTES`, or ``entrance``.
    limit
        What it is held against.
    tagged, untagged
        Elements a mapper or a survey speaks of, and edges nobody speaks of.
    prior, learned
        Share of the untagged that keeps the limit, by the prior alone and with the city's tags; None where
        there are none.
    brier, brier_static
        Mean squared error of foretelling the tags of a street from those of all others, and of the fixed
        assumption; None where nothing is tagged.
    """

    attribute: str
    limit: float
    tagged: int
    untagged: int
    prior: float | None
    learned: float | None
    brier: float | None
    brier_static: float | None

    @property
    def skill(self) -> float | None:
        """How much of the fixed assumption's error is gone, 1 for all; None where it made none."""
        if self.brier is None or not self.brier_static:
            return None
        return 1 - self.brier / self.brier_static

    @property
    def enough(self) -> bool:
        """Whether the city has enough mapped to learn from."""
        return self.tagged >= ENOUGH

    def to_json(self) -> dict[str, Any]:
        """As plain values for ``info --json``."""
        return {**self._asdict(), "skill": self.skill, "enough": self.enough}


def lessons_of(city: City, profile: Profile) -> list[Lesson]:
    """What is known about each attribute that a profile's limits hang on, entrances last.

    Parameters
    ----------
    city
        A built city.
    profile
        Whose limits.

    Returns
    -------
    list of Lesson
        The attributes in the order of the profile's limits.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> [lesson.attribute for lesson in lessons_of(hamlet(), load_profile("wheelchair"))][:3]
    ['kerb_cm', 'incline_pct', 'cross_slope_pct']
    """
    nodes = city.nodes
    groups = Groups(city.edges, np.stack([nodes["x"], nodes["y"]], axis=1).astype(np.float64))
    limits = {name: limit for name, limit in _limits(profile) if name in scales()}
    found = [_lesson(groups, name, limit) for name, limit in limits.items()]
    return [*(each for each in found if each.tagged or each.untagged), _entrances(city)]


def _limits(profile: Profile) -> Iterator[tuple[str, float]]:
    limits = profile.limits
    told = {
        "kerb_cm": limits.kerb_cm,
        "incline_pct": limits.incline_up_pct,
        "cross_slope_pct": limits.cross_slope_pct,
        "width_m": limits.width_m,
        "surface_class": limits.surface_class,
        "smoothness_grade": limits.smoothness_grade,
        "step_count": limits.steps_max or None,
        "handrail_sides": 1.0,
        "ramp_wheelchair": 1.0,
        "tactile": 1.0,
        "sound": 1.0,
    }
    for name, limit in told.items():
        if limit is not None:
            yield name, float(limit)


def _lesson(groups: Groups, attribute: str, limit: float) -> Lesson:
    lessons = Lessons(groups, scale(attribute))
    rows = lessons.unknown
    prior = learned = None
    if len(rows):
        lower, upper = (groups.edges[attribute + end][rows] for end in ("_lower", "_upper"))
        if attribute == "incline_pct":
            _, lower, upper = magnitudes(lower, lower, upper)
        before = lessons.prior[lessons.context[rows]]
        prior, learned = (
            float(lessons.scale.passing(shares, limit, lower, upper).mean())
            for shares in (before, lessons.shares(rows)[0])
        )
    brier = static = None
    if len(lessons.known):
        brier, static = briers(foretold(groups, attribute, limit))
    return Lesson(attribute, limit, lessons.elements, len(rows), prior, learned, brier, static)


class Cases(NamedTuple):
    """Tagged edges: what is foretold without their own street, what the fixed assumption says, the truth.

    Attributes
    ----------
    chance, static, truth
        That the limit is kept, 0–1. Of a tag that leaves it open the truth is what the prior has within it.
    weight
        The pieces of an element weigh 1 together.
    """

    chance: Floats
    static: Floats
    truth: Floats
    weight: Floats


def foretold(groups: Groups, attribute: str, limit: float) -> Cases:
    """Foretell whether the tagged edges of a city keep a limit, each without the tags of its street.

    Parameters
    ----------
    groups
        Edges of the city by street.
    attribute
        Name of the attribute.
    limit
        Of the profile, in the attribute's unit.

    Returns
    -------
    Cases
        What was foretold, and what the tags say.
    """
    lessons = Lessons(groups, scale(attribute), wary=False)
    rows, rising = lessons.known, lessons.scale.rising
    shares = lessons.shares(rows, street_aside=True)[0]
    value, lower, upper = (groups.edges[attribute + end][rows] for end in ("", "_lower", "_upper"))
    if attribute == "incline_pct":
        _, lower, upper = magnitudes(value, lower, upper)
    chance = lessons.scale.below(shares, np.full(len(rows), limit))
    point = np.abs(without_tags(groups, attribute, rows)[:, 0])
    static = (point <= limit + 1e-4) if rising else (point >= limit - 1e-4)
    truth = lessons.scale.passing(lessons.prior[lessons.context[rows]], limit, lower, upper)
    return Cases(chance, static.astype(np.float64), truth, lessons.counted.sum(axis=1))


def briers(cases: Cases) -> tuple[float, float]:
    """Mean squared errors of what was foretold and of the fixed assumption.

    Parameters
    ----------
    cases
        What was foretold, and what the tags say.

    Returns
    -------
    tuple
        Each from 0 (perfect) to 1.
    """
    errors = (cases.chance - cases.truth) ** 2, (cases.static - cases.truth) ** 2
    chance, static = (float(np.average(error, weights=cases.weight)) for error in errors)
    return chance, static


def without_tags(groups: Groups, attribute: str, rows: Rows) -> NDArray[np.float32]:
    """Value, lower and upper bound that edges would have if nobody had tagged them, shape (rows, 3).

    Parameters
    ----------
    groups
        Edges of the city by street.
    attribute
        Name of the attribute.
    rows
        Rows of edges.

    Returns
    -------
    ndarray
        float32.
    """
    signals = groups.edges["crossing"][rows] == Crossing.signals
    keys = np.stack([groups.kind[rows], groups.road[rows], groups.at_crossing[rows], signals], axis=1)
    distinct, which = np.unique(keys.astype(np.int64), axis=0, return_inverse=True)
    table = []
    for kind, road, crossing, signal in distinct.tolist():
        place = {"at_crossing": bool(crossing), "at_signals": bool(signal)}
        found = assumed(Kind(kind), HIGHWAYS[road], attribute, **place)
        table.append((ATTRIBUTE[attribute].absent,) * 3 if found is None else found[:3])
    values: NDArray[np.float32] = np.array(table, dtype=np.float32).reshape(-1, 3)[which.ravel()]
    return values


def _entrances(city: City) -> Lesson:
    entrances = Entrances(city.places)
    told = city.places["wheelchair"]
    unknown = np.isnan(told)
    prior = learned = None
    if unknown.any():
        before = Entrances({**city.places, "wheelchair": np.full(len(told), np.nan)})
        prior, learned = (float(each.chance[unknown].mean()) for each in (before, entrances))
    return Lesson("entrance", 0.5, int((~unknown).sum()), int(unknown.sum()), prior, learned, None, None)
