"""Where one look would change the most answers: unknown readings ranked by the people they keep in doubt.

A home is in doubt where a service is within the standard in the answer *possible* but not in *sure*. The way
that needs the fewest looks decides what would have to be known for it; each reading on that way is credited
with its share of the people behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.network.edges import Kind
from wegeketten.plan.corridor import next_mended
from wegeketten.plan.lines import provenance_of
from wegeketten.plan.walks import Walk, bundle
from wegeketten.reach.barriers import STRETCHES, midpoints
from wegeketten.reach.doors import Remedies, goals_of, open_doors
from wegeketten.reach.field import INF
from wegeketten.reach.search import SHIFT, UNSEEN, tree
from wegeketten.routing import UNIT_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.people.profile import Profile
    from wegeketten.plan.task import Task
    from wegeketten.reach.field import Field

    Progress = Callable[[str, float], None]

ROUNDS = 12
"""In how many rounds the list is drawn up; after each, what is on it counts as known."""


class Spot(NamedTuple):
    """One reading to look at.

    Attributes
    ----------
    rank
        1 is looked at first.
    edge
        Row of the edge table.
    barrier_id, kind, attribute
        What to look at; `attribute` as in the edge table.
    lower, upper, unit
        What is known of it.
    lat, lon
        Degrees.
    people_between
        People for whom it stands between *sure* and *possible*, for the profile where they are most.
    osm_value
        The point value assumed or mapped so far, None where there is none.
    """

    rank: int
    edge: int
    barrier_id: str
    kind: str
    attribute: str
    lower: float | str | None
    upper: float | str | None
    unit: str
    lat: float
    lon: float
    people_between: float
    osm_value: float | str | None


@dataclass(frozen=True)
class Survey:
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
    """

    profiles: tuple[str, ...]
    spots: tuple[Spot, ...]
    walks: tuple[Walk, ...]
    people_in_doubt: float
    meta: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "profiles": list(self.profiles),
            "people_in_doubt": round(self.people_in_doubt, 1),
            "spots": [
                {name: value for name, value in spot._asdict().items() if name != "edge"}
                for spot in self.spots
            ],
            "walks": [walk.to_json() for walk in self.walks],
            **self.meta,
        }

    def write(self, out: Path) -> None:
        """Write ``survey.csv``, ``survey.gpkg``, ``survey.gpx``, ``survey.html`` and ``survey.json``."""
        from wegeketten.plan.sheets import write_survey

        write_survey(self, out)


def find_survey(
    city: City,
    profiles: Sequence[Profile],
    *,
    services: Sequence[str] = (),
    most: int = 100,
    walk_m: float = 2000.0,
    progress: Progress | None = None,
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
    """
    tasks = doubtful_tasks(city, profiles, services)
    edges, people = rank_edges(tasks, most, progress=progress)
    spots = _spots(city, profiles, edges, people)[:most]
    in_doubt = _people_in_doubt(tasks, city)
    walks = bundle([(spot.lat, spot.lon) for spot in spots], [spot.people_between for spot in spots], walk_m)
    ids = tuple(profile.id for profile in profiles)
    return Survey(ids, tuple(spots), tuple(walks), in_doubt, provenance_of(city))


def doubtful_tasks(city: City, profiles: Sequence[Profile], services: Sequence[str] = ()) -> list[Task]:
    """Tasks whose field is open today where that is sure, and mended where it is possible; a look costs 1."""
    from wegeketten.plan.task import Task

    catalogue = city.catalogue
    wanted = [catalogue.service(name).id for name in services] or list(catalogue.ids)
    tasks = []
    for profile in profiles:
        weights = city.weights(profile)
        unclear = ((weights.sure >= INF) & (weights.possible < INF)).reshape(-1, 2).any(axis=1)
        looks = np.asarray(unclear, dtype=np.int64)
        doors = open_doors(city, profile, "sure", remedies=Remedies(weights.possible, looks))
        people = city.homes["weight"].astype(np.float64)
        for service in wanted:
            goals = goals_of(city, profile, "possible", service, doors)
            limit = int(catalogue.service(service).standard_s(profile.level_m_s) / UNIT_S)
            if len(goals):
                tasks.append(Task(profile.id, service, doors.field, goals, people, limit))
        city.forget()
    return tasks


def rank_edges(
    tasks: Sequence[Task], most: int, *, rounds: int = ROUNDS, progress: Progress | None = None
) -> tuple[list[int], dict[int, float]]:
    """Edges in the order in which to look at them, and the people each keeps in doubt.

    Parameters
    ----------
    tasks
        See `doubtful_tasks`.
    most
        How many edges.
    rounds
        See `ROUNDS`.

    Returns
    -------
    tuple
        Edges by rank; people by edge, as things stand when it enters the list.
    """
    ranked: list[int] = []
    people: dict[int, float] = {}
    known: dict[int, NDArray[np.int32]] = {id(task.field): task.field.today.copy() for task in tasks}
    batch = max(1, -(-most // rounds))
    while tasks and len(ranked) < most:
        if progress:
            progress("survey", len(ranked) / most)
        credit, behind = _credit(tasks, known)
        credit[ranked] = 0
        order = np.lexsort((np.arange(len(credit)), -credit))
        chosen = [int(edge) for edge in order[: min(batch, most - len(ranked))] if credit[edge] > 0]
        if not chosen:
            break
        ranked += chosen
        people.update({edge: float(behind[edge]) for edge in chosen})
        for field in {id(task.field): task.field for task in tasks}.values():
            for edge in chosen:
                arcs = field.arcs_on(edge)
                known[id(field)][arcs] = field.mended[arcs]
    return ranked, people


def _credit(
    tasks: Iterable[Task], known: dict[int, NDArray[np.int32]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Per edge: people behind it, each divided by the looks their way needs; and the people as such."""
    tasks = list(tasks)
    count = len(tasks[0].field.prices)
    credit, most = np.zeros(count), np.zeros(count)
    for field_id in dict.fromkeys(id(task.field) for task in tasks):
        group = [task for task in tasks if id(task.field) == field_id]
        at_home: dict[int, NDArray[np.float64]] = {}
        for task in group:
            for edges, people, homes in _ways_in_doubt(task, known[field_id]):
                credit[list(edges)] += people / len(edges)
                for edge in edges:
                    seen = at_home.setdefault(edge, np.zeros(task.field.homes))
                    seen[homes] = task.people[homes]
        for edge, seen in at_home.items():
            most[edge] = max(most[edge], seen.sum())
    return credit, most


def _ways_in_doubt(
    task: Task, today: NDArray[np.int32]
) -> list[tuple[tuple[int, ...], float, NDArray[np.int64]]]:
    """Sets of edges to look at, with the people and homes whose way with the fewest looks has just them."""
    field = task.field
    starts = np.ascontiguousarray(task.goals, dtype=np.int32)
    zeros = np.zeros(len(starts), dtype=np.int64)
    homes = _homes_in_doubt(field, task, today)
    if not len(homes):
        return []
    opens = (today >= INF) & (field.mended < INF)
    keys = np.where(today < INF, today.astype(np.int64), (np.int64(1) << SHIFT) + field.mended)
    keys[(today >= INF) & ~opens] = -1
    best, via = tree(*field.entering, field.tails, keys, starts, zeros)
    following = next_mended(via, field.heads, opens, np.arange(field.nodes))
    doors = field.streets + homes
    doors = doors[best[doors] < UNSEEN]
    arcs, number = np.unique(following[doors], return_inverse=True)
    found = []
    for place, arc in enumerate(arcs.tolist()):
        edges: list[int] = []
        while arc >= 0:
            edges.append(int(field.edge[arc]))
            arc = int(following[field.heads[arc]])
        if edges:
            members = doors[number == place] - field.streets
            found.append((tuple(dict.fromkeys(edges)), float(task.people[members].sum()), members))
    return found


def _homes_in_doubt(field: Field, task: Task, today: NDArray[np.int32]) -> NDArray[np.int64]:
    starts = np.ascontiguousarray(task.goals, dtype=np.int32)
    zeros = np.zeros(len(starts), dtype=np.int64)
    within = []
    for weights in (today, field.mended):
        keys = np.where(weights >= INF, np.int64(-1), weights.astype(np.int64))
        best, _ = tree(*field.entering, field.tails, keys, starts, zeros)
        within.append(best[field.home_nodes] <= task.limit)
    return np.flatnonzero(~within[0] & within[1] & (task.people > 0))


def people_in_doubt(tasks: Sequence[Task], known: dict[int, NDArray[np.int32]]) -> float:
    """Person-services in doubt: people between *sure* and *possible*, summed over the tasks."""
    return float(
        sum(task.people[_homes_in_doubt(task.field, task, known[id(task.field)])].sum() for task in tasks)
    )


def _people_in_doubt(tasks: Sequence[Task], city: City) -> float:
    doubtful = np.zeros(len(city.homes["weight"]), dtype=bool)
    for task in tasks:
        doubtful[_homes_in_doubt(task.field, task, task.field.today)] = True
    return float(city.homes["weight"][doubtful].sum())


def _spots(
    city: City, profiles: Sequence[Profile], edges: Sequence[int], people: dict[int, float]
) -> list[Spot]:
    """One spot per unclear reading of each edge."""
    from wegeketten.people.reasons import reasons

    rows = np.asarray(edges, dtype=np.int64)
    if not len(rows):
        return []
    ids = city.edges.ids(rows)
    places = midpoints(city, rows)
    unclear: dict[tuple[int, str], Any] = {}
    for profile in profiles:
        arcs = np.stack([2 * rows, 2 * rows + 1], axis=1).ravel()
        for reason in reasons(city.edges, profile, arcs, "sure"):
            if reason.verdict == "unclear" and reason.attribute not in ("access", "kind", "crossing"):
                unclear.setdefault((reason.arc // 2, reason.attribute), reason)
    spots: list[Spot] = []
    for row, name, (lon, lat) in zip(rows.tolist(), ids, places.tolist(), strict=True):
        kind = Kind(int(city.edges["kind"][row]))
        for (edge, attribute), reason in sorted(unclear.items(), key=lambda item: item[0]):
            if edge != row:
                continue
            lower, upper, value = _as_drawn(city, row, attribute, reason)
            plain = not kind.is_barrier and kind not in (Kind.steps, Kind.lift, Kind.crossing)
            spots.append(
                Spot(
                    len(spots) + 1,
                    row,
                    name,
                    STRETCHES.get(attribute, kind.name) if plain else kind.name,
                    attribute,
                    lower,
                    upper,
                    reason.unit,
                    lat,
                    lon,
                    people[row],
                    value,
                )
            )
    return spots


def _as_drawn(city: City, row: int, attribute: str, reason: Any) -> tuple[Any, Any, Any]:
    """Bounds and value in drawing direction: a survey states inclines along the way, not along a walk."""
    if attribute != "incline_pct":
        return reason.lower, reason.upper, reason.value
    numbers = [float(city.edges[attribute + suffix][row]) for suffix in ("_lower", "_upper", "")]
    lower, upper, value = (None if np.isnan(number) else number for number in numbers)
    return lower, upper, value
