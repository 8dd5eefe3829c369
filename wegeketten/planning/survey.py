"""Where one look would change the most answers: unknown readings ranked by the people they keep in doubt.

A home is in doubt where a service is within the standard in the answer *possible* but not in *sure*. See
`uncertain` for what is in doubt and `survey_order` for what comes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.city import provenance_of
from wegeketten.model.deadline import Deadline
from wegeketten.model.ranges import within
from wegeketten.model.tabular import Tabular
from wegeketten.planning.readings import UncertainReading, spots_on
from wegeketten.planning.survey_order import rank_edges
from wegeketten.planning.uncertain import doubtful_tasks, good_odds, homes_in_doubt
from wegeketten.planning.walks import Walk, bundle

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wegeketten.city import City
    from wegeketten.model.answers import Progress
    from wegeketten.people.profile import Profile


@dataclass(frozen=True)
class Survey(Tabular):
    """Readings to look at, and walks that pass them.

    Attributes
    ----------
    profiles
        Ids.
    spots
        By rank.
    walks
        Bundles of spots near each other, the most useful first.
    people_in_doubt
        People between *sure* and *possible* for at least one profile and service.
    meta
        Provenance of the city, for the outputs.
    complete
        False where the search was stopped before as many readings were found as had been asked for.
    """

    profiles: tuple[str, ...]
    spots: tuple[UncertainReading, ...]
    walks: tuple[Walk, ...]
    people_in_doubt: float
    meta: dict[str, Any]
    complete: bool = True

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Table ``survey``, with the columns of the file."""
        from wegeketten.planning.write import SURVEY_COLUMNS, survey_rows

        return {"survey": [dict(zip(SURVEY_COLUMNS, row, strict=True)) for row in survey_rows(self)]}

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "profiles": list(self.profiles),
            "people_in_doubt": round(self.people_in_doubt, 1),
            "complete": self.complete,
            "spots": [
                {name: value for name, value in spot._asdict().items() if name != "edge"}
                for spot in self.spots
            ],
            "walks": [walk.to_json() for walk in self.walks],
            **self.meta,
        }

    def write(self, out: Path) -> None:
        """Write ``survey.csv``, ``survey.gpkg``, ``survey.gpx``, ``survey.html`` and ``survey.json``.

        Parameters
        ----------
        out
            Folder; appears whole or not at all.
        """
        from wegeketten.planning.write import write_survey

        write_survey(self, out)


def find_survey(
    city: City,
    profiles: Sequence[Profile],
    *,
    services: Sequence[str] = (),
    most: int = 100,
    walk_m: float = 2000.0,
    progress: Progress | None = None,
    deadline: Deadline | None = None,
) -> Survey:
    """Rank what is unknown by the people it keeps in doubt, and bundle it into walks.

    Parameters
    ----------
    city
        A built city.
    profiles
        For whom.
    services
        Ids; all of the city's catalogue where empty.
    most
        How many readings to list.
    walk_m
        Longest walk, metres on foot.
    progress
        Called with words and the share done.
    deadline
        Once it has passed, the list ends with the readings found so far, see `Survey.complete`.

    Returns
    -------
    Survey
        Readings in the order in which to look, and walks.
    """
    within(most, "-n", 1, 10**7)
    within(walk_m, "--walk", 0, 1e6, above=True)
    deadline = deadline or Deadline()
    tasks = doubtful_tasks(city, profiles, services)
    odds = good_odds(city, profiles)
    order = rank_edges(tasks, most, odds=odds, progress=progress, deadline=deadline)
    complete = not deadline.passed or len(order.edges) >= most
    spots = spots_on(city, profiles, order, odds)[:most]
    doubtful = np.zeros(len(city.homes["weight"]), dtype=bool)
    for task in tasks:
        doubtful |= homes_in_doubt(task)
    in_doubt = float(city.homes["weight"][doubtful].sum())
    walks = bundle([(spot.lat, spot.lon) for spot in spots], [spot.people_between for spot in spots], walk_m)
    ids = tuple(profile.id for profile in profiles)
    return Survey(ids, tuple(spots), tuple(walks), in_doubt, provenance_of(city), complete)
