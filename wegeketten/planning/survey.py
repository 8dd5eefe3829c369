"""Where one look would change the most answers: unknown readings ranked by the people they keep in doubt.

A home is in doubt where a service is within the standard in the answer *possible* but not in *sure*. See
`uncertain` for what is in doubt and `survey_order` for what comes first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.city import provenance_of
from wegeketten.errors import UsageError
from wegeketten.fieldwork.cards import Meeting
from wegeketten.model.deadline import Deadline
from wegeketten.model.ranges import within
from wegeketten.model.tabular import Tabular
from wegeketten.people.profile import refuse_presets
from wegeketten.planning.readings import UncertainReading, spots_on
from wegeketten.planning.stop_tasks import Barriers
from wegeketten.planning.survey_order import Order, rank_edges
from wegeketten.planning.uncertain import doubtful_tasks, doubts_about, good_odds
from wegeketten.planning.walks import Walk, bundle, same_places
from wegeketten.transit.register import STOP_MARK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from wegeketten.city import City
    from wegeketten.model.answers import Progress
    from wegeketten.people.profile import Profile
    from wegeketten.planning.stop_tasks import UsableStops
    from wegeketten.transit.raising import StopOffers


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
    meet
        Where all walks start; each starts at its first place where None.
    contact
        Whom the answers go to, as it stands on the pages.
    city
        Where it is, for the maps of the walks; without it there are no maps and no pages for phones.
    saves_eur
        Of a plan's doubtful barriers: what looking at them before building is expected to save, from and to
        euros, as the plan says it; else None.
    """

    profiles: tuple[str, ...]
    spots: tuple[UncertainReading, ...]
    walks: tuple[Walk, ...]
    people_in_doubt: float
    meta: dict[str, Any]
    complete: bool = True
    meet: Meeting | None = None
    contact: str = ""
    city: City | None = field(default=None, repr=False, compare=False)
    saves_eur: tuple[float, float] | None = None

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
            "look_saves_eur": None if self.saves_eur is None else [round(end) for end in self.saves_eur],
            "meet": self.meet and self.meet._asdict(),
            "spots": [
                {name: value for name, value in spot._asdict().items() if name != "edge"}
                for spot in self.spots
            ],
            "walks": [walk.to_json() for walk in self.walks],
            **self.meta,
        }

    def write(self, out: Path) -> None:
        """Write tables, tracks, sheets to print and a page for phones per walk (``walks``).

        Parameters
        ----------
        out
            Folder; appears whole or not at all.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> survey = find_survey(hamlet(), [load_profile("wheelchair")], services=["pharmacy"])
        >>> with TemporaryDirectory() as folder:
        ...     survey.write(Path(folder) / "walks")
        ...     sorted(path.name for path in (Path(folder) / "walks").glob("*.csv"))
        ['survey.csv']
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
    minutes: float = 90.0,
    meet: tuple[float, float] | None = None,
    contact: str = "",
    only: Mapping[str, float] | None = None,
    usable_stops: UsableStops | None = None,
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
    minutes
        Longest walk, minutes; a look takes three.
    meet
        Where all walks start, latitude and longitude; each at its first place where None.
    contact
        Whom the answers go to, in words: an address, an office.
    only
        Barriers to look at, by id, with the people they matter to, instead of a ranking, see
        `wegeketten.planning.proposals.barriers_to_look_at`.
    usable_stops
        What the service ``stop`` has to offer: then platforms are looked at too. Any mapped stop where None.
    progress
        Called with words and the share done.
    deadline
        Once it has passed, the list ends with the readings found so far, see `Survey.complete`.

    Returns
    -------
    Survey
        Readings in the order in which to look, and walks.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> survey = find_survey(hamlet(), [load_profile("wheelchair")], services=["pharmacy"])
    >>> round(survey.people_in_doubt), survey.spots[0].attribute
    (12, 'incline_pct')
    """
    within(most, "-n", 1, 10**7)
    within(walk_m, "--walk", 0, 1e6, above=True)
    within(minutes, "--minutes", 0, 1e5, above=True)
    deadline = deadline or Deadline()
    refuse_presets(profiles, "survey")
    offers = None if usable_stops is None else usable_stops.offers(city, profiles)
    tasks = doubtful_tasks(city, profiles, services, offers)
    doubts = doubts_about(city, tasks)
    odds = good_odds(city, profiles, offers)
    if only is None:
        order = rank_edges(doubts, most, odds=odds, progress=progress, deadline=deadline)
    else:
        order = _named(city, only, offers)
    complete = not deadline.passed or len(order.edges) >= most
    spots = spots_on(city, profiles, order, odds, offers)[:most]
    doubtful = np.zeros(len(city.homes["weight"]), dtype=bool)
    for doubt in doubts:
        doubtful[doubt.homes] = True
    in_doubt = float(city.homes["weight"][doubtful].sum())
    degrees = [(spot.lat, spot.lon) for spot in spots]
    groups = same_places(degrees, [_element(spot.barrier_id) for spot in spots])
    worth = [max(spots[one].people_between for one in group) for group in groups]
    found = bundle([degrees[group[0]] for group in groups], worth, walk_m, minutes=minutes, meet=meet)
    return Survey(
        tuple(profile.id for profile in profiles),
        tuple(spots),
        tuple(walk.of(groups) for walk in found),
        in_doubt,
        provenance_of(city),
        complete,
        _meeting(city, meet),
        contact,
        city,
    )


def _element(barrier_id: str) -> str:
    """What is looked at in one go: all pieces of a way, or one stop."""
    return barrier_id if barrier_id.startswith(STOP_MARK) else barrier_id.partition(":")[0]


def _named(city: City, wanted: Mapping[str, float], offers: StopOffers | None) -> Order:
    """Edges and platforms named by their ids, in that order; private ways are left alone."""
    row_of = {name: row for row, name in enumerate(city.edges.ids())}
    if any(name.startswith(STOP_MARK) for name in wanted):
        if offers is None:
            raise UsageError("--plan: the plan raises platforms; add --usable-stops as for the plan")
        barriers = Barriers(city, offers)
        numbers = [barriers.edges + row for row in range(len(offers.town.platforms["stop"]))]
        for name, number in zip(barriers.ids(numbers), numbers, strict=True):
            row_of.setdefault(name, number)
    unknown = [name for name in wanted if name not in row_of]
    if unknown:
        listed = ", ".join(unknown[:5])
        raise UsageError(f"{listed}: no barrier of {city.path}; was the list made for it?")
    rows = {
        row_of[name]: people
        for name, people in wanted.items()
        if row_of[name] >= len(city.edges) or not city.edges["private"][row_of[name]]
    }
    return Order(list(rows), rows)


def _meeting(city: City, meet: tuple[float, float] | None) -> Meeting | None:
    if meet is None:
        return None
    from wegeketten.reach.whereabouts import at_points

    lat, lon = meet
    return Meeting(lat, lon, at_points(city, city.projection.to_xy([[lon, lat]]))[0].plain())
