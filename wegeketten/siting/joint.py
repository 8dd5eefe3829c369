"""New places and barriers under one budget: a place is an edge that can be bought, like a lowered kerb.

A site is useless without the kerb on the way to it, a kerb is useless without the site behind it. So both are
put into one graph: behind the door of every possible site lies one more arc, closed today, opened for the
price of the place. What plans do with barriers (corridors of measures that help only together, integer
programs, a proven bound) then holds for both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.city import provenance_of
from wegeketten.errors import UsageError
from wegeketten.joins.endpoints import Endpoints, allowed_places, join_places
from wegeketten.model.tabular import Tabular
from wegeketten.people.represented import people_of
from wegeketten.planning.bound import highest_value
from wegeketten.planning.optimise import choose_measures
from wegeketten.planning.portfolio import Objective, buy_greedily, value_of
from wegeketten.planning.task import Task, restrict
from wegeketten.reach.barriers import midpoints
from wegeketten.reach.shares import units_within
from wegeketten.routing import INF
from wegeketten.siting.candidates import find_candidates, join_candidates
from wegeketten.siting.covering import max_cover
from wegeketten.siting.demand import existing_places
from wegeketten.siting.rows import Bought
from wegeketten.whatif.doors import open_doors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer, Progress
    from wegeketten.people.profile import Profile
    from wegeketten.siting.candidates import Candidates
    from wegeketten.whatif.candidates import Candidates as Remedies
    from wegeketten.whatif.graph import WhatIfGraph
    from wegeketten.whatif.measures import MeasureCatalogue

ONLY_REACHED = Objective(0.0, 0.0)
"""What counts: people newly within the standard."""


@dataclass(frozen=True)
class Joint(Tabular):
    """Sites and measures for one budget.

    Attributes
    ----------
    service, profiles, budget_eur
        What for whom, for how much.
    bought
        In order.
    value, bound
        People newly within the standard, and what no choice within the budget can exceed.
    sites_first, measures_first
        What the two one-sided orders bring: all that is worth it for the one, the rest for the other.
    in_answers
        What the choice brings in each answer.
    notes, meta
        What a reader should know; provenance of the city.
    """

    service: str
    profiles: tuple[str, ...]
    budget_eur: float
    bought: tuple[Bought, ...]
    value: float
    bound: float
    sites_first: float
    measures_first: float
    in_answers: dict[str, float]
    notes: tuple[str, ...]
    meta: dict[str, Any]

    @property
    def gap(self) -> float:
        """Share by which the value may fall short of the best possible."""
        return max(0.0, 1.0 - self.value / self.bound) if self.bound > 0 else 0.0

    def tables(self) -> dict[str, list[dict[str, Any]]]:
        """Table ``joint``, with the columns of ``joint.csv``."""
        return {"joint": [row._asdict() for row in self.bought]}

    def to_json(self) -> dict[str, Any]:
        """Content of ``site.json``."""
        return {
            "objective": "joint",
            "value": round(self.value, 3),
            "bound": round(self.bound, 3),
            "gap": round(self.gap, 6),
            "profiles": list(self.profiles),
            "service": self.service,
            "budget_eur": self.budget_eur,
            "cost_eur": self.bought[-1].cost_total_eur if self.bought else 0,
            "fixed": "existing",
            "added": [row.id for row in self.bought if row.what == "site"],
            "measures": [row.id for row in self.bought if row.what == "measure"],
            "sites_first": round(self.sites_first, 3),
            "measures_first": round(self.measures_first, 3),
            "in_answers": {answer: round(value, 3) for answer, value in self.in_answers.items()},
            "bought": [row._asdict() for row in self.bought],
            "notes": list(self.notes),
            **self.meta,
        }

    def write(self, out: Path) -> None:
        """Write ``sites.csv``, ``joint.csv``, ``sites.gpkg`` and ``site.json`` into a folder.

        Parameters
        ----------
        out
            Folder; appears whole or not at all.
        """
        from wegeketten.siting.write import write_bought

        write_bought(out, self.bought, self.to_json())


class Orders(NamedTuple):
    """Three ways to spend a budget.

    Attributes
    ----------
    steps
        The best choice: sets of edges bought together, in order, with what each adds.
    value, bound
        Its value and what no choice can exceed.
    sites_first, measures_first
        Values of the one-sided orders.
    """

    steps: tuple[tuple[tuple[int, ...], float], ...]
    value: float
    bound: float
    sites_first: float
    measures_first: float


def spend(tasks: Sequence[Task], budget: float, first_site: int) -> Orders:
    """Spend a budget on sites and measures together, and compare with one kind first.

    Parameters
    ----------
    tasks
        Made by `with_sites`; all over the same edges.
    budget
        Money there is.
    first_site
        Edges from this number on are sites, all before are barriers.

    Returns
    -------
    Orders
        The best of the joint choice and both one-sided orders.
    """
    count = len(tasks[0].field.prices)
    kinds = {"sites": range(first_site, count), "measures": range(first_site)}
    joint = choose_measures(tasks, budget, objective=ONLY_REACHED)
    choices = [[(pick.edges, pick.value) for pick in joint.picks]]
    values = [joint.value]
    for first in ("sites", "measures"):
        picks = buy_greedily(restrict(tasks, kinds[first]), budget, objective=ONLY_REACHED)
        done = [edge for pick in picks for edge in pick.edges]
        left = budget - sum(pick.price for pick in picks)
        picks += buy_greedily(tasks, left, objective=ONLY_REACHED, after=done)
        choices.append([(pick.edges, pick.value) for pick in picks])
        values.append(value_of(tasks, [edge for pick in picks for edge in pick.edges], ONLY_REACHED))
    best = int(np.argmax(values))
    bound = min(highest_value(tasks, budget), sites_alone(tasks, budget, first_site))
    bound = max(bound, values[best])
    return Orders(tuple(choices[best]), values[best], bound, values[1], values[2])


def sites_alone(tasks: Sequence[Task], budget: float, first_site: int) -> float:
    """What no choice can exceed, because no more sites can be bought even if all barriers went for nothing.

    Parameters
    ----------
    tasks, budget, first_site
        As for `spend`.

    Returns
    -------
    float
        People; at least what the best choice gains.
    """
    prices = np.sort(tasks[0].field.prices[first_site:])
    most = int(np.searchsorted(np.cumsum(prices), budget, side="right"))
    covers = np.concatenate([_reached_if_mended(task, len(prices), first_site) for task in tasks])
    need = np.concatenate([_in_need(task) for task in tasks])
    count = len(prices)
    cost = np.where(covers[need > 0], 0.0, 1.0)
    if not len(cost):
        return 0.0
    return max_cover(cost, most + 1, 0.5, need[need > 0], [count], exact=False).bound


def _in_need(task: Task) -> NDArray[np.float64]:
    """Worth of the people at each home who have no place within the standard today."""
    late = task.field.times(task.goals)[task.field.home_nodes] > task.limit
    return np.asarray(late * task.people * task.worth, dtype=np.float64)


def _reached_if_mended(task: Task, count: int, first_site: int) -> NDArray[np.bool_]:
    """Homes that would have each site (last column: a place that is there) were all barriers mended."""
    from wegeketten.whatif.least_cost import tree

    graph = task.field
    best = np.minimum(graph.today, graph.mended)
    site = graph.edge - first_site
    keys = np.where(best >= INF, np.int64(-1), best.astype(np.int64))
    keys[site >= 0] = -1  # anyone who is at a site's door is there
    reached = np.zeros((graph.homes, count + 1), dtype=bool)
    columns = [graph.tails[site == number] for number in range(count)]
    first_goal = graph.nodes - count
    columns.append(task.goals[task.goals < first_goal])
    for number, starts in enumerate(columns):
        if len(starts):
            at = np.ascontiguousarray(starts, dtype=np.int32)
            nothing = np.zeros(len(at), dtype=np.int64)
            times, _ = tree(*graph.entering, graph.tails, keys, at, nothing, int(task.limit))
            reached[:, number] = times[graph.home_nodes] <= task.limit
    return reached


def with_sites(
    graph: WhatIfGraph, doors: NDArray[np.int32], site: NDArray[np.integer], prices: NDArray[np.int64]
) -> tuple[WhatIfGraph, NDArray[np.int32]]:
    """A graph with one more arc behind each door of a possible site, closed until the site is bought.

    Parameters
    ----------
    graph
        Streets, homes and places.
    doors
        Nodes of the sites' doors.
    site
        Number of the site each door belongs to.
    prices
        Price of each site, at least 1.

    Returns
    -------
    tuple
        The graph, whose edges from ``len(graph.prices)`` on are the sites; and the goal node of each site.

    Examples
    --------
    A site at node 1, two homes at nodes 0 and 2:

    >>> from wegeketten.whatif.graph import WhatIfGraph
    >>> streets = WhatIfGraph.of_edges(3, [0, 1], [1, 2], [600] * 4, [600] * 4, [0, 0])
    >>> graph, goals = with_sites(streets, np.array([1], np.int32), np.array([0]), np.array([90]))
    >>> graph.times(goals)[:3].tolist() == [INF] * 3, graph.times(goals, mend=[2])[:3].tolist()
    (True, [600, 0, 600])
    """
    first, count = graph.nodes, len(prices)
    edges = len(graph.prices)
    goals = (first + np.arange(count)).astype(np.int32)
    number = np.asarray(site, dtype=np.int64)
    closed = np.full(len(doors), INF, dtype=np.int32)
    bigger = replace(
        graph,
        places=graph.places + count,
        tails=np.concatenate([graph.tails, doors]).astype(np.int32),
        heads=np.concatenate([graph.heads, goals[number]]).astype(np.int32),
        edge=np.concatenate([graph.edge, edges + number]).astype(np.int32),
        today=np.concatenate([graph.today, closed]),
        mended=np.concatenate([graph.mended, np.zeros(len(doors), dtype=np.int32)]),
        prices=np.concatenate([graph.prices, np.maximum(prices, 1)]).astype(np.int64),
    )
    return bigger, goals


def plan_jointly(
    city: City,
    profiles: Sequence[Profile],
    service: str,
    budget_eur: float,
    *,
    candidates: str | None = None,
    cost_eur: float | None = None,
    measures: MeasureCatalogue | None = None,
    most: int = 100,
    progress: Progress | None = None,
) -> Joint:
    """Choose new places of a service and measures on barriers together, within one budget.

    Parameters
    ----------
    city, profiles, service
        As for `choose_sites`; existing places stay.
    budget_eur
        Money there is.
    candidates
        See `find_candidates`.
    cost_eur
        What a place costs where the candidates do not say; never invented.
    measures
        Measures and prices; the shipped ones where None.
    most
        How many candidates at most.
    progress
        Called with words and the share done.

    Returns
    -------
    Joint
        Sites, measures, value and bound.

    Raises
    ------
    UsageError
        The budget is no amount, or nobody says what a place costs.
    """
    from wegeketten.whatif.candidates import find_candidates as find_remedies

    notify = progress or (lambda _words, _share: None)
    if not budget_eur >= 0:
        raise UsageError(f"--budget {budget_eur}: must be 0 or more euros")
    notify("candidates", 0.0)
    found, notes = find_candidates(city, service, wanted=candidates, most=most)
    unpriced = np.isnan(found.cost_eur)
    if unpriced.any() and cost_eur is None:
        raise UsageError(
            f"{int(unpriced.sum())} of {len(found)} candidates have no price: give --site-cost EUR, "
            "or --candidates FILE with a column cost_eur"
        )
    prices = np.rint(np.where(unpriced, cost_eur or 0.0, found.cost_eur)).astype(np.int64)
    remedies = find_remedies(city, profiles, catalogue=measures)
    notify("graphs", 0.1)
    tasks = _tasks(city, profiles, service, found, prices, remedies, "likely")
    notify("budget", 0.3)
    orders = spend(tasks, budget_eur, len(city.edges))
    chosen = [edge for edges, _ in orders.steps for edge in edges]
    in_answers = {"likely": orders.value}
    for answer in ("sure", "possible"):
        other = _tasks(city, profiles, service, found, prices, remedies, answer)
        in_answers[answer] = value_of(other, chosen, ONLY_REACHED)
    return Joint(
        service, tuple(profile.id for profile in profiles), budget_eur,
        tuple(_rows(city, found, prices, remedies, orders)), orders.value, orders.bound,
        orders.sites_first, orders.measures_first,
        {answer: in_answers[answer] for answer in ("sure", "likely", "possible")},
        tuple(notes), provenance_of(city),
    )  # fmt: skip


def _tasks(
    city: City,
    profiles: Sequence[Profile],
    service: str,
    candidates: Candidates,
    prices: NDArray[np.int64],
    remedies: Remedies,
    answer: Answer,
) -> list[Task]:
    tasks = []
    there = existing_places(city, service)
    for profile in profiles:
        old, new = join_places(city, profile), join_candidates(city, profile, candidates)
        old = old.take(np.isin(old.owner, there))
        rows = len(city.places["place_id"])
        places = Endpoints(
            np.concatenate([old.owner, new.owner + rows]).astype(np.int32),
            np.concatenate([old.edge, new.edge]), np.concatenate([old.along, new.along]),
            np.concatenate([old.off_m, new.off_m]), np.concatenate([old.off_units, new.off_units]),
        )  # fmt: skip
        doors = open_doors(city, profile, answer, remedies=remedies.remedies(profile, answer), places=places)
        goals = doors.goals(allowed_places(city, profile, answer, service))
        at_new = np.arange(len(old), len(places))
        graph, site_goals = with_sites(
            doors.field, (at_new + doors.field.place_node(0)).astype(np.int32), new.owner, prices
        )
        limit = units_within(city.catalogue.standard_s(service, profile))
        people = people_of(city, profile)
        tasks.append(Task(profile.id, service, graph, np.concatenate([goals, site_goals]), people, limit))
    return tasks


def _rows(
    city: City, candidates: Candidates, prices: NDArray[np.int64], remedies: Remedies, orders: Orders
) -> list[Bought]:
    rows: list[Bought] = []
    total, edges = 0, len(city.edges)
    for step, (bought, gained) in enumerate(orders.steps, start=1):
        barriers = [edge for edge in bought if edge < edges]
        names = city.edges.ids(np.array(barriers, dtype=np.int64)) if barriers else []
        places = midpoints(city, np.array(barriers, dtype=np.int64)) if barriers else np.zeros((0, 2))
        for site in [edge - edges for edge in bought if edge >= edges]:
            lon, lat = candidates.lonlat[site].tolist()
            total += int(max(1, prices[site]))
            rows.append(
                Bought(
                    step, "site", candidates.site_id[site], candidates.name[site], candidates.kind[site],
                    round(lat, 7), round(lon, 7), int(prices[site]), total, round(gained, 3),
                )
            )  # fmt: skip
        for edge, name, (lon, lat) in zip(barriers, names, np.asarray(places).tolist(), strict=True):
            total += int(remedies.prices[edge])
            rows.append(
                Bought(
                    step, "measure", name, "+".join(remedies.works[edge].ids), _kind(city, edge),
                    round(lat, 7), round(lon, 7), int(remedies.prices[edge]), total, round(gained, 3),
                )
            )  # fmt: skip
    return rows


def _kind(city: City, edge: int) -> str:
    from wegeketten.model.edges import Kind

    return Kind(int(city.edges["kind"][edge])).name
