"""What survey walks have changed: answers that nobody could be sure of and now can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.model.edges import ATTRIBUTES
from wegeketten.model.reading import Provenance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.planning.attribution import Times

EFFECT_COLUMNS = ("profile", "service", "in_doubt_before", "now_sure", "now_known_not", "in_doubt_after")
"""Columns of ``survey_effect.csv``; all but the first two count homes, dwellings or people."""


class SurveyEffect(NamedTuple):
    """What was found out, and for whom that decides something.

    Attributes
    ----------
    files
        How many survey files the second city was built with.
    readings, places
        Readings that are surveyed there and were not before, or otherwise; and the elements they are of.
    conflicts
        Readings of which the files say what cannot all be true.
    people, people_sure, people_known_not
        Homes, dwellings or people for whom an answer is decided for at least one profile and service: at all,
        that they surely get there, that they do not. Some are in both.
    rows
        One per profile and service, with the columns `EFFECT_COLUMNS`.
    """

    files: int
    readings: int
    places: int
    conflicts: int
    people: float
    people_sure: float
    people_known_not: float
    rows: tuple[dict[str, Any], ...]


class Thanks:
    """Collects, profile by profile and service by service, whose answers a survey has decided."""

    def __init__(self, weight: NDArray[np.float64]) -> None:
        self.weight = weight
        self.sure = np.zeros(len(weight), dtype=bool)
        self.known_not = np.zeros(len(weight), dtype=bool)
        self.rows: list[dict[str, Any]] = []

    def note(self, profile: str, service: str, limit: int, before: Times, after: Times) -> None:
        """Count what was in doubt before, and what has become of it.

        Parameters
        ----------
        profile, service
            Ids.
        limit
            Time that counts as reached, units of 0.1 s.
        before, after
            Times of all homes in both cities, in three answers.
        """
        doubt = (before["possible"] <= limit) & (before["sure"] > limit)
        sure, known_not = doubt & (after["sure"] <= limit), doubt & (after["possible"] > limit)
        still = (after["possible"] <= limit) & (after["sure"] > limit)
        self.sure |= sure
        self.known_not |= known_not
        counts = [round(self._people(which), 3) for which in (doubt, sure, known_not, still)]
        self.rows.append(dict(zip(EFFECT_COLUMNS, (profile, service, *counts), strict=True)))

    def _people(self, which: NDArray[np.bool_]) -> float:
        return float(self.weight[which].sum())

    def effect(self, before: City, after: City, there: NDArray[np.int64]) -> SurveyEffect | None:
        """What the survey of the second city has done; None where nothing is surveyed that was not.

        Parameters
        ----------
        before, after
            The cities.
        there
            For each edge of the first its row in the second, -1 where there is none.

        Returns
        -------
        SurveyEffect or None
            None where the survey changed nothing.
        """
        counts = after.meta.get("counts", {})
        known = np.flatnonzero(there >= 0)
        readings, touched = 0, np.zeros(len(known), dtype=bool)
        for attribute in ATTRIBUTES:
            found = after.edges[f"{attribute.name}_from"][there[known]] == Provenance.surveyed
            ends = [attribute.name + end for end in ("_from", "_lower", "_upper")]
            same = [before.edges[end][known] == after.edges[end][there[known]] for end in ends]
            new = found & ~np.logical_and.reduce(same)
            readings += int(new.sum())
            touched |= new
        if not readings:
            return None
        elements = {name.partition(":")[0] for name in before.edges.ids(known[touched])}
        return SurveyEffect(
            int(counts.get("survey_files", 1)),
            readings,
            len(elements),
            int(counts.get("survey_conflicts", 0)),
            round(self._people(self.sure | self.known_not), 3),
            round(self._people(self.sure), 3),
            round(self._people(self.known_not), 3),
            tuple(self.rows),
        )


def effect_rows(effect: SurveyEffect) -> Sequence[Sequence[object]]:
    """Rows of ``survey_effect.csv``.

    Parameters
    ----------
    effect
        What the survey changed.

    Returns
    -------
    list of list of object
        One for each profile and service.
    """
    return [[row[name] for name in EFFECT_COLUMNS] for row in effect.rows]
