"""The master plan: which measures, in which order, for whom, at what cost, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.city import provenance_of
from wegeketten.errors import UsageError
from wegeketten.model.answers import ANSWERS
from wegeketten.model.deadline import Deadline
from wegeketten.model.ranges import within
from wegeketten.model.tabular import Tabular
from wegeketten.people.profile import refuse_presets
from wegeketten.people.represented import people_of
from wegeketten.planning.bound import highest_value
from wegeketten.planning.chain_task import outing_task
from wegeketten.planning.in_worlds import gains_in_worlds, tasks_of_worlds
from wegeketten.planning.optimise import choose_measures
from wegeketten.planning.portfolio import Objective, buy_greedily, value_of
from wegeketten.planning.round_trip import state_of
from wegeketten.planning.stop_tasks import Barriers, UsableStops, stops_to_board, with_platforms
from wegeketten.planning.table import draw_lines, tally_up
from wegeketten.planning.task import Bundles, Task, timed
from wegeketten.planning.together import sets_of
from wegeketten.reach.shares import units_within
from wegeketten.transit.usable import SERVICE
from wegeketten.whatif.candidates import find_candidates
from wegeketten.whatif.doors import goals_of, open_doors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from wegeketten.city import City
    from wegeketten.model.answers import Answer, Progress
    from wegeketten.people.profile import Profile
    from wegeketten.planning.chain_task import Outing
    from wegeketten.planning.in_worlds import ExpectedGain
    from wegeketten.planning.table import Line, Tally
    from wegeketten.transit.raising import StopOffers
    from wegeketten.whatif.candidates import Candidates
    from wegeketten.whatif.graph import WhatIfGraph
    from wegeketten.whatif.measures import MeasureCatalogue


LEAST = 0.05
"""Bundles worth less are not proposed: a twentieth of a person reached, or five person-minutes per trip."""


@dataclass(frozen=True)
class Wishes:
    """What the plan is for.

    Attributes
    ----------
    services
        Ids; all of the city's catalogue where empty.
    service_weights, profile_weights
        How much a person reached counts; 1 where nothing is stated.
    round_trip
        Whether the way home counts as much as the way there: down is not up.
    chains
        Chains of errands that people should be able to run. Where there are any, only the services named
        count beside them. Their weights go by their names, such as ``pharmacy>doctor``.
    objective
        What else counts beside people newly within the standard.
    usable_stops
        What the service ``stop`` has to offer: then platforms can be raised too. Any mapped stop where None.
    expected
        Whether measures are chosen by what is to be expected over drawn worlds, and not by *likely*.
    """

    services: tuple[str, ...] = ()
    service_weights: Mapping[str, float] = field(default_factory=dict)
    profile_weights: Mapping[str, float] = field(default_factory=dict)
    round_trip: bool = False
    chains: tuple[Outing, ...] = ()
    objective: Objective = field(default_factory=Objective)
    usable_stops: UsableStops | None = None
    expected: bool = False


class Single(NamedTuple):
    """What one barrier's measure would bring on its own; exact.

    Attributes
    ----------
    edge, barrier_id, kind, works, lat, lon, cost_eur, survey_first
        As in `Line`.
    people_newly_reached, person_services, people_opened, minutes_saved
        As in `Line`.
    """

    edge: int
    barrier_id: str
    kind: str
    works: tuple[str, ...]
    lat: float
    lon: float
    cost_eur: int
    people_newly_reached: float
    person_services: float
    people_opened: float
    minutes_saved: float
    survey_first: bool


@dataclass(frozen=True)
class Plan(Tabular):
    """A ranked list of measures.

    Attributes
    ----------
    profiles, services
        Ids it was drawn up for.
    budget_eur
        Money there is; None where measures are only ranked.
    lines
        By rank.
    singles
        Every barrier whose measure alone brings anything, the most valuable first.
    value, bound
        Person-services newly within the standard, weighted, and what no plan within the budget can exceed
        (None without a budget): both in *likely*, or the mean over the worlds where `chosen_by` says so.
    complete
        False where the search was stopped before its end: the plan is whole and exact, but a longer search
        might have found a better one, or a lower bound.
    worlds
        In how many worlds the lines were tried.
    people_reached, edges
        Curve: after each line, people newly reached so far; and the rows of all mended edges.
    meta
        Provenance of the city, for the outputs.
    chosen_by
        What the measures were chosen by, and what `value` and `bound` count: ``likely``, or ``expected``.
    """

    profiles: tuple[str, ...]
    services: tuple[str, ...]
    budget_eur: float | None
    lines: tuple[Line, ...]
    singles: tuple[Single, ...]
    value: float
    bound: float | None
    people_reached: tuple[float, ...]
    edges: tuple[int, ...]
    meta: dict[str, Any]
    complete: bool = True
    worlds: int = 0
    chosen_by: str = "likely"

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Tables ``measures`` and ``barriers``, with the columns of the files."""
        from wegeketten.planning.write import BARRIER_COLUMNS, MEASURE_COLUMNS, barrier_rows, measure_rows

        return {
            "measures": [dict(zip(MEASURE_COLUMNS, row, strict=True)) for row in measure_rows(self)],
            "barriers": [dict(zip(BARRIER_COLUMNS, row, strict=True)) for row in barrier_rows(self)],
        }

    @property
    def gap(self) -> float | None:
        """Share by which the value may fall short of the best possible; None without a bound."""
        if self.bound is None:
            return None
        return max(0.0, 1.0 - self.value / self.bound) if self.bound > 0 else 0.0

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        curve = [{"cost_eur": 0, "people_reached": 0.0}]
        curve += [
            {"cost_eur": line.cost_total_eur, "people_reached": round(people, 3)}
            for line, people in zip(self.lines, self.people_reached, strict=True)
        ]
        return {
            "profiles": list(self.profiles),
            "services": list(self.services),
            "budget_eur": self.budget_eur,
            "cost_total_eur": self.lines[-1].cost_total_eur if self.lines else 0,
            "people_newly_reached": round(self.people_reached[-1], 3) if self.people_reached else 0.0,
            "value": round(self.value, 3),
            "upper_bound": None if self.bound is None else round(self.bound, 3),
            "gap": None if self.gap is None else round(self.gap, 4),
            "complete": self.complete,
            "worlds": self.worlds,
            "chosen_by": self.chosen_by,
            "curve": curve,
            "measures": [line._asdict() for line in self.lines],
            **self.meta,
        }

    def write(self, out: Path) -> None:
        """Write ``measures.csv``, ``measures.gpkg``, ``barriers.csv`` and ``plan.json`` into a folder.

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
        >>> plan = make_plan(hamlet(), [load_profile("wheelchair")], budget_eur=10_000, worlds=0)
        >>> with TemporaryDirectory() as folder:
        ...     plan.write(Path(folder) / "plan")
        ...     sorted(path.name for path in (Path(folder) / "plan").iterdir())
        ['barriers.csv', 'measures.csv', 'measures.gpkg', 'plan.json']
        """
        from wegeketten.planning.write import write_plan

        write_plan(self, out)


def make_plan(
    city: City,
    profiles: Sequence[Profile],
    *,
    wishes: Wishes | None = None,
    budget_eur: float | None = None,
    measures: MeasureCatalogue | None = None,
    most: int | None = None,
    worlds: int = 0,
    seed: int = 0,
    progress: Progress | None = None,
    deadline: Deadline | None = None,
) -> Plan:
    """Rank measures by the people they bring within reach of services per euro.

    Parameters
    ----------
    city
        A built city.
    profiles
        For whom.
    wishes
        Services and weights; all services with weight 1 where None.
    budget_eur
        Money there is; None ranks all measures that bring anything.
    measures
        Measures and prices; the shipped ones where None.
    most
        How many lines at most.
    worlds, seed
        In how many worlds the lines are tried, 0 for none; and which.
    progress
        Called with words and the share done.
    deadline
        Once it has passed, the search ends with the best plan so far, see `Plan.complete`.

    Returns
    -------
    Plan
        Lines in the order in which they should be built.

    Raises
    ------
    UsageError
        A service does not exist, or the budget is negative.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> plan = make_plan(hamlet(), [load_profile("wheelchair")], budget_eur=10_000, worlds=0)
    >>> [(line.works, line.barrier_ids, line.people_newly_reached) for line in plan.lines]
    [(('lower_kerb',), ('n68',), 12.0)]
    """
    within(budget_eur, "--budget", 0)
    within(most, "--most", 1, 10**7)
    wishes = wishes or Wishes()
    if wishes.expected and not worlds:
        raise UsageError("--expected: what is to be expected needs drawn worlds; give --worlds 1 or more")
    notify = progress or (lambda _words, _share: None)
    notify("candidates", 0.0)
    refuse_presets(profiles, "plan")
    candidates = find_candidates(city, profiles, catalogue=measures)
    offers = None
    if wishes.usable_stops is not None:
        offers = _offers(city, profiles, wishes, measures)
        candidates = with_platforms(candidates, offers, profiles, len(city.edges))
    notify("tasks", 0.1)
    make = partial(_tasks_in, profiles, candidates, wishes, offers)
    tasks = make(city)
    names = tuple(dict.fromkeys(task.service for task in tasks))
    meta = _meta(city, profiles, wishes, offers, names)
    ids = tuple(profile.id for profile in profiles)
    chosen_by = "expected" if wishes.expected else "likely"
    nothing = Plan(ids, names, budget_eur, (), (), 0.0, None, (), (), meta, chosen_by=chosen_by)
    if not tasks or not candidates.works:
        return nothing
    notify("effects", 0.2)
    singles = single_effects(city, candidates, tasks, wishes.objective, offers)
    notify("greedy", 0.3)
    deadline = deadline or Deadline()
    aims = tasks_of_worlds(city, profiles, make, worlds=worlds, seed=seed) if wishes.expected else tasks
    if not aims:  # in no world can any place be entered
        return replace(nothing, singles=tuple(singles), worlds=worlds)
    bought = buy_greedily(
        aims, budget_eur, objective=wishes.objective, least=LEAST, most=most, deadline=deadline
    )
    notify(f"bound; {len(bought)} measures so far", 0.4)
    bound = None if budget_eur is None else _bound(aims, budget_eur, deadline)
    so_far = value_of(aims, [edge for pick in bought for edge in pick.edges], Objective(0.0, 0.0))
    reached = f"portfolio; {so_far:.0f}"
    notify(reached if bound is None else f"portfolio; {so_far:.0f} of at most {bound:.0f}", 0.6)
    portfolio = choose_measures(
        aims, budget_eur, objective=wishes.objective, least=LEAST, bound=bound, most=most, bought=bought,
        deadline=deadline,
    )  # fmt: skip
    complete = not deadline.passed
    notify("lines", 0.8)
    picks = [pick.edges for pick in portfolio.picks]
    tallies: dict[str, list[Tally]] = {
        answer: tally_up(tasks if answer == "likely" else make(city, answer), picks) for answer in ANSWERS
    }
    sets = sets_of(tasks, picks, [pick.price for pick in portfolio.picks], tallies["likely"])
    lines = draw_lines(city, candidates, portfolio, tallies, sets, offers)
    curve = [tally.total for tally in tallies["likely"]]
    if worlds and lines:
        notify("worlds", 0.9)
        gains = gains_in_worlds(city, profiles, make, picks, worlds=worlds, seed=seed)
        lines = [_expecting(line, gain) for line, gain in zip(lines, gains, strict=True)]
        if wishes.expected:
            curve = np.cumsum([gain.people for gain in gains]).tolist()
    value = value_of(aims, portfolio.edges, Objective(0.0, 0.0))
    return Plan(
        ids, names, budget_eur, tuple(lines), tuple(singles), value, bound, tuple(curve),
        tuple(portfolio.edges), meta, complete, worlds, chosen_by,
    )  # fmt: skip


def _tasks_in(
    profiles: Sequence[Profile],
    candidates: Candidates,
    wishes: Wishes,
    offers: StopOffers | None,
    city: City,
    answer: Answer = "likely",
) -> list[Task]:
    """The plan's tasks in the city or in one of its worlds."""
    return make_tasks(city, profiles, candidates, wishes, answer, offers=offers)


def _meta(
    city: City, profiles: Sequence[Profile], wishes: Wishes, offers: StopOffers | None, names: Sequence[str]
) -> dict[str, Any]:
    """What a plan tells: limits of chains, the hour of usable stops, sources, what has no places."""
    chains = [outing.checked(city) for outing in wishes.chains]
    meta: dict[str, Any] = {"chains": [_limits(city, profiles, chain) for chain in chains]}
    if offers is not None:
        asked_of = offers.demand
        meta["usable_stops"] = {"departures_per_hour": asked_of.least, "at": asked_of.moment.text}
    meta |= provenance_of(city)
    asked = [city.catalogue.service(name).id for name in wishes.services]
    asked += [chain.name for chain in chains]
    meta["without_places"] = [name for name in dict.fromkeys(asked) if name not in names]
    return meta


def _expecting(line: Line, gain: ExpectedGain) -> Line:
    """A line with what the worlds have it bring."""
    return line._replace(
        people_expected=gain.people,
        people_low=gain.low,
        people_high=gain.high,
        helps=gain.helps,
        look_saves_eur=gain.look_saves_eur(line.cost_eur),
        survey_first=line.survey_first and gain.survey_first(line.cost_eur, len(line.barrier_ids)),
    )


def _bound(tasks: Sequence[Task], budget: float, deadline: Deadline) -> float:
    """What no plan for the money can exceed; where there is no time left, what all measures would bring."""
    if not deadline.passed:
        found = highest_value(tasks, budget, deadline=deadline)
        if found is not None:
            return found
    able = np.zeros(len(tasks[0].field.prices), dtype=bool)
    for task in tasks:
        able |= task.mendable
    return value_of(tasks, np.flatnonzero(able).tolist(), Objective(0.0, 0.0))


def make_tasks(
    city: City,
    profiles: Sequence[Profile],
    candidates: Candidates,
    wishes: Wishes,
    answer: Answer = "likely",
    *,
    offers: StopOffers | None = None,
) -> list[Task]:
    """One task per profile and service (and direction, for round trips), then one per profile and chain.

    Parameters
    ----------
    city
        The city, as built.
    profiles
        The mobility profiles that are asked about.
    candidates
        Works on edges, and their prices.
    wishes
        Services, chains and weights.
    answer
        Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.
    offers
        Platforms, where the service ``stop`` means stops one can board.

    Returns
    -------
    list of Task
        Tasks of one profile share their graph; that of stops one can board has its own.
    """
    catalogue = city.catalogue
    services = [catalogue.service(name).id for name in wishes.services]
    if not services and not wishes.chains:
        services = list(catalogue.ids)
    directions = (True, False) if wishes.round_trip else (True,)
    tasks: list[Task] = []
    for profile in profiles:
        people = people_of(city, profile)
        for leaving in directions if services else ():
            remedies = candidates.remedies(profile, answer)
            doors = open_doors(city, profile, answer, remedies=remedies, leaving=leaving)
            streets = doors.field if leaving else doors.field.turned()
            wanted: list[Task] = []
            for service in services:
                field_, goals = streets, goals_of(city, profile, answer, service, doors)
                if offers is not None and service == SERVICE:
                    field_, goals = stops_to_board(city, profile, answer, remedies, offers, leaving=leaving)
                if not len(goals):
                    continue
                limit = units_within(catalogue.standard_s(service, profile))
                worth = wishes.service_weights.get(service, 1.0) * wishes.profile_weights.get(profile.id, 1.0)
                wanted.append(
                    Task(profile.id, service, field_, goals, people, limit, worth / len(directions))
                )
            tasks += timed(city, wanted) if leaving else wanted
        for outing in wishes.chains:
            chain = outing.checked(city)
            worth = wishes.service_weights.get(chain.name, 1.0) * wishes.profile_weights.get(profile.id, 1.0)
            task = outing_task(city, profile, candidates, chain, people, answer, worth)
            tasks += [] if task is None else [task]
    return tasks


def _offers(
    city: City, profiles: Sequence[Profile], wishes: Wishes, measures: MeasureCatalogue | None
) -> StopOffers:
    """Platforms, where the plan is for stops one can board."""
    asked = wishes.services or (() if wishes.chains else city.catalogue.ids)
    if wishes.usable_stops is None or SERVICE not in [city.catalogue.service(name).id for name in asked]:
        raise UsageError(
            f"--usable-stops: the plan is not for the service {SERVICE}; add --service {SERVICE}"
        )
    return wishes.usable_stops.offers(city, profiles, measures)


def _limits(city: City, profiles: Sequence[Profile], outing: Outing) -> dict[str, Any]:
    """A chain and the seconds within which it counts as done, for the plan's document."""
    limits = {profile.id: round(outing.limit_s(city, profile), 1) for profile in profiles}
    return {"name": outing.name, "visit": list(outing.visit), "return": outing.returning, "limit_s": limits}


def single_effects(
    city: City,
    candidates: Candidates,
    tasks: Sequence[Task],
    objective: Objective,
    offers: StopOffers | None = None,
) -> list[Single]:
    """What the works on each edge would bring on their own, for all tasks; exact.

    Parameters
    ----------
    city
        The city, as built.
    candidates
        Works on edges, and their prices.
    tasks
        What people want to reach.
    objective
        What a gain is worth.
    offers
        The city's platforms, where they can be mended too.

    Returns
    -------
    list of Single
        The best first.
    """
    edges = sorted(candidates.works)
    bundles = Bundles.of([(edge,) for edge in edges])
    count = len(edges)
    value, services, opened, minutes = (np.zeros(count) for _ in range(4))
    gained: list[dict[int, float]] = [{} for _ in edges]
    arcs: dict[WhatIfGraph, Any] = {}
    for task in tasks:
        if task.field not in arcs:
            arcs[task.field] = bundles.arcs(task.field)
        gain = state_of(task).gain(bundles, arcs[task.field])
        value += task.worth * (gain.within + objective.opened * gain.opened + objective.minute * gain.minutes)
        services += gain.within
        opened += gain.opened
        minutes += gain.minutes
        for number in np.flatnonzero(np.diff(gain.offsets)).tolist():
            for home in gain.homes[gain.offsets[number] : gain.offsets[number + 1]].tolist():
                gained[number][home] = max(gained[number].get(home, 0.0), float(task.people[home]))
    kept = np.flatnonzero(value > 0)
    order = kept[np.lexsort((kept, -value[kept]))]
    rows = np.array(edges, dtype=np.int64)[order].tolist()
    barriers = Barriers(city, offers)
    names, kinds, places = barriers.ids(rows), barriers.kinds(rows), barriers.degrees(rows)
    return [
        Single(
            row, name, kind, candidates.works[row].ids, lat, lon,
            int(candidates.prices[row]), sum(gained[number].values()), float(services[number]),
            float(opened[number]), float(minutes[number]), bool(candidates.unsure[row]),
        )
        for number, row, name, kind, (lon, lat) in zip(
            order.tolist(), rows, names, kinds, places.tolist(), strict=True
        )
    ]  # fmt: skip
