"""The lines of a plan: what each purchase brings, counted out for people to read."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.planning.round_trip import state_of
from wegeketten.planning.stop_tasks import Barriers
from wegeketten.planning.task import Bundles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wegeketten.city import City
    from wegeketten.planning.portfolio import Portfolio
    from wegeketten.planning.task import Task
    from wegeketten.transit.raising import StopOffers
    from wegeketten.whatif.candidates import Candidates


class Line(NamedTuple):
    """One line of the plan: measures that are carried out together.

    Attributes
    ----------
    rank
        1 is first.
    measure_id
        Stable for the same set of barriers.
    barrier_ids, kinds, works
        What is mended, what it is, and by which measures of the catalogue.
    lat, lon
        Middle of the barriers, degrees.
    cost_eur, cost_low_eur, cost_high_eur
        Typical price and its range.
    cost_total_eur
        Typical prices of all lines so far.
    people_newly_reached
        People for whom any of the services comes within the standard for any of the profiles, on top of the
        lines before.
    people_sure, people_possible
        The same where only what is guaranteed counts as open today, or all that cannot be ruled out.
    person_services
        People times services newly within the standard, profiles side by side.
    people_opened
        People times services that get a way at all and had none.
    minutes_saved
        Person-minutes saved per trip by those who had a way before.
    services, profiles
        Ids of those for whom anybody is newly reached or saves time.
    survey_first
        Whether a barrier of the line is one by assumption only: measure it before building. Where worlds were
        drawn, only if that is worth more than the look costs.
    set_number
        Lines of one set only work together, see `wegeketten.planning.together`.
    street, near, district
        Where the first barrier is, see `wegeketten.reach.whereabouts`.
    people_expected, people_low, people_high
        People newly reached as the worlds have it: the mean, and the span of eight in ten; None without.
    helps
        Share of the worlds in which the line brings anybody within reach.
    look_saves_eur
        Expected value of looking first: euros not spent on works that would help nobody.
    """

    rank: int
    measure_id: str
    barrier_ids: tuple[str, ...]
    kinds: tuple[str, ...]
    works: tuple[str, ...]
    lat: float
    lon: float
    cost_eur: int
    cost_low_eur: int
    cost_high_eur: int
    cost_total_eur: int
    people_newly_reached: float
    people_sure: float
    people_possible: float
    person_services: float
    people_opened: float
    minutes_saved: float
    services: tuple[str, ...]
    profiles: tuple[str, ...]
    survey_first: bool
    set_number: int = 0
    street: str = ""
    near: str = ""
    district: str = ""
    people_expected: float | None = None
    people_low: float | None = None
    people_high: float | None = None
    helps: float | None = None
    look_saves_eur: float | None = None


class Tally(NamedTuple):
    """What one purchase brings on top of those before.

    Attributes
    ----------
    people
        People for whom any service comes within the standard for any profile.
    person_services, opened, minutes
        See `Line`.
    services, profiles
        Ids of those it brings anything for.
    total
        People reached by all purchases so far, each counted once.
    """

    people: float
    person_services: float
    opened: float
    minutes: float
    services: tuple[str, ...]
    profiles: tuple[str, ...]
    total: float


def tally_up(tasks: Sequence[Task], picks: Sequence[Sequence[int]]) -> list[Tally]:
    """Carry out bundles one after the other and note what each brings.

    Parameters
    ----------
    tasks
        What people want to reach.
    picks
        Edges mended by each purchase, in order.

    Returns
    -------
    list of Tally
        One for each purchase.
    """
    bundles = Bundles.of(picks)
    gains = [(task, state_of(task).carry_out(bundles)) for task in tasks]
    ever: dict[int, float] = {}
    tallies = []
    for number in range(len(picks)):
        gained: dict[int, float] = {}
        services: Counter[str] = Counter()
        profiles: Counter[str] = Counter()
        within = opened = minutes = 0.0
        for task, gain in gains:
            within += float(gain.within[number])
            opened += float(gain.opened[number])
            minutes += float(gain.minutes[number])
            for home in gain.homes[gain.offsets[number] : gain.offsets[number + 1]].tolist():
                gained[home] = max(gained.get(home, 0.0), float(task.people[home]))
            if gain.within[number] > 0 or gain.opened[number] > 0 or gain.minutes[number] > 0:
                services[task.service] += 1
                profiles[task.profile] += 1
        for home, people in gained.items():
            ever[home] = max(ever.get(home, 0.0), people)
        tallies.append(
            Tally(
                sum(gained.values()),
                within,
                opened,
                minutes,
                tuple(services),
                tuple(profiles),
                sum(ever.values()),
            )
        )
    return tallies


def draw_lines(
    city: City,
    candidates: Candidates,
    portfolio: Portfolio,
    tallies: Mapping[str, Sequence[Tally]],
    sets: Sequence[int] = (),
    offers: StopOffers | None = None,
) -> list[Line]:
    """One line per purchase.

    Parameters
    ----------
    city
        The city, as built.
    candidates
        Works on edges, and their prices.
    portfolio
        What was bought.
    tallies
        By answer, see `tally_up`.
    sets
        Number of the set of each purchase; each is its own where empty.
    offers
        The city's platforms, where they can be bought too.

    Returns
    -------
    list of Line
        In the order of the purchases.
    """
    lines, total = [], 0
    barriers = Barriers(city, offers)
    where = barriers.whereabouts([pick.edges[0] for pick in portfolio.picks])
    for number, pick in enumerate(portfolio.picks):
        sure, likely, possible = (tallies[answer][number] for answer in ("sure", "likely", "possible"))
        rows = np.array(pick.edges, dtype=np.int64)
        names = barriers.ids(pick.edges)
        lon, lat = barriers.degrees(pick.edges).mean(axis=0).tolist()
        works = [candidates.works[row] for row in pick.edges]
        total += pick.price
        digest = hashlib.sha256(";".join(sorted(names)).encode()).hexdigest()
        lines.append(
            Line(
                rank=number + 1,
                measure_id=f"M-{digest[:8]}",
                barrier_ids=tuple(names),
                kinds=tuple(barriers.kinds(pick.edges)),
                works=tuple("+".join(each.ids) for each in works),
                lat=lat,
                lon=lon,
                cost_eur=pick.price,
                cost_low_eur=round(sum(each.price.low_eur for each in works)),
                cost_high_eur=round(sum(each.price.high_eur for each in works)),
                cost_total_eur=total,
                people_newly_reached=likely.people,
                people_sure=sure.people,
                people_possible=possible.people,
                person_services=likely.person_services,
                people_opened=likely.opened,
                minutes_saved=likely.minutes,
                services=likely.services,
                profiles=likely.profiles,
                survey_first=bool(candidates.unsure[rows].any()),
                set_number=sets[number] if sets else number + 1,
                street=where[number].street,
                near=where[number].near,
                district=where[number].district,
            )
        )
    return lines
