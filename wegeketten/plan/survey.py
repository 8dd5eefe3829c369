"""Where one look would change the most answers: unknown readings ranked by the people they keep in doubt.

A home is in doubt where a service is within the standard in the answer *possible* but not in *sure*. The way
that needs the fewest looks decides what would have to be known for it; each reading on that way is credited
with its share of the people behind it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.network.edges import Kind
from wegeketten.plan.lines import provenance_of
from wegeketten.plan.walks import Walk, bundle
from wegeketten.reach.barriers import STRETCHES, midpoints
from wegeketten.reach.doors import Remedies, goals_of, open_doors
from wegeketten.reach.field import INF
from wegeketten.reach.search import SHIFT, UNSEEN, kernel, tree
from wegeketten.routing import UNIT_S

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.people.profile import Profile
    from wegeketten.plan.task import Task
    from wegeketten.reach.field import Field

    Progress = Callable[[str, float], None]

ROUNDS = 12
"""In how many rounds the list is drawn up; after each, what is on it counts as known."""


LOOK = np.int64(1) << SHIFT
"""Key of one look: fewer looks come first, then less time."""


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
        People for whom it stands between *sure* and *possible*, for the profile and service where they are
        most.
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
    in_doubt = _homes_in_doubt(tasks, city)
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

    First come the edges on the ways that need the fewest looks, as if every look brought good news; then
    those on the ways that would be left if it had brought bad news; and so on.

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
    batch = max(1, -(-most // rounds))
    while tasks and len(ranked) < most:
        found = _rank_hopefully(tasks, most - len(ranked), batch, people, progress)
        if not found:
            break
        ranked += found
        tasks = _without(tasks, found)
    return ranked, people


def _rank_hopefully(
    tasks: Sequence[Task], most: int, batch: int, people: dict[int, float], progress: Progress | None
) -> list[int]:
    """Edges as if every look brought good news, until nobody is in doubt."""
    ranked: list[int] = []
    known = {id(task.field): task.field.today.copy() for task in tasks}
    hopes = [_within(task, task.field.mended) for task in tasks]
    while len(ranked) < most:
        if progress:
            progress("survey", len(ranked) / most)
        credit, behind = _credit(tasks, hopes, known)
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
    return ranked


def _without(tasks: Sequence[Task], edges: Sequence[int]) -> list[Task]:
    """The same tasks where some edges stay as they are today."""
    fields: dict[int, Field] = {}
    for task in tasks:
        if id(task.field) not in fields:
            mended = task.field.mended.copy()
            for edge in edges:
                arcs = task.field.arcs_on(edge)
                mended[arcs] = task.field.today[arcs]
            fields[id(task.field)] = task.field.timed(mended)
    return [replace(task, field=fields[id(task.field)]) for task in tasks]


def _credit(
    tasks: Sequence[Task], hopes: Sequence[NDArray[np.bool_]], known: dict[int, NDArray[np.int32]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Per edge: people behind it, each divided by the looks their way needs; and most people of any task."""
    count = len(tasks[0].field.prices)
    credit, most = np.zeros(count), np.zeros(count)
    for task, hope in zip(tasks, hopes, strict=True):
        field, today = task.field, known[id(task.field)]
        doubtful = hope & ~_within(task, today) & (task.people > 0)
        if not doubtful.any():
            continue
        opens = (today >= INF) & (field.mended < INF)
        keys = np.where(opens, LOOK + field.mended, today.astype(np.int64))
        keys[(today >= INF) & ~opens] = -1
        best, via = _tree(task, keys)
        looks = np.maximum(best[field.home_nodes] >> SHIFT, 1)
        share = np.zeros((2, field.nodes))
        share[0, field.home_nodes] = np.where(doubtful, task.people / looks, 0.0)
        share[1, field.home_nodes] = np.where(doubtful, task.people, 0.0)
        # a node hands what it carries to the next on its way; by key, then by steps for ways of no length
        order = np.lexsort((_steps_left(via, field.heads), best))[::-1]
        flow = _flow(order[best[order] < UNSEEN], via, field.heads, field.edge, opens, share, count)
        credit += flow[0]
        most = np.maximum(most, flow[1])
    return credit, most


@kernel
def _steps_left(via: NDArray[np.int32], heads: NDArray[np.int32]) -> NDArray[np.int32]:
    """Arcs from each node to the end of its way."""
    steps = np.full(len(via), -1, dtype=np.int32)
    stack = np.empty(len(via), dtype=np.int32)
    for node in range(len(via)):
        size = 0
        here = node
        while steps[here] < 0 and via[here] >= 0:
            stack[size] = here
            size += 1
            here = heads[via[here]]
        if steps[here] < 0:
            steps[here] = 0
        level = steps[here]
        while size > 0:
            size -= 1
            level += 1
            steps[stack[size]] = level
    return steps


@kernel
def _flow(
    order: NDArray[np.int64],
    via: NDArray[np.int32],
    heads: NDArray[np.int32],
    edges: NDArray[np.int32],
    opens: NDArray[np.bool_],
    carried: NDArray[np.float64],
    count: int,
) -> NDArray[np.float64]:
    """What passes over each edge that needs a look, two quantities at once."""
    passed = np.zeros((2, count))
    for node in order:
        arc = via[node]
        if arc < 0:
            continue
        for row in range(2):
            carried[row, heads[arc]] += carried[row, node]
            if opens[arc]:
                passed[row, edges[arc]] += carried[row, node]
    return passed


def _tree(task: Task, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    starts = np.ascontiguousarray(task.goals, dtype=np.int32)
    return tree(*task.field.entering, task.field.tails, keys, starts, np.zeros(len(starts), dtype=np.int64))


def _within(task: Task, weights: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Homes within the standard."""
    best, _ = _tree(task, np.where(weights >= INF, np.int64(-1), weights.astype(np.int64)))
    return np.asarray(best[task.field.home_nodes] <= task.limit)


def people_in_doubt(tasks: Sequence[Task], known: dict[int, NDArray[np.int32]] | None = None) -> float:
    """Person-services in doubt: people between *sure* and *possible*, summed over the tasks.

    Parameters
    ----------
    tasks
        See `doubtful_tasks`.
    known
        What the looks so far made of the arcs, by the field's ``id``; nothing where None.
    """
    total = 0.0
    for task in tasks:
        today = task.field.today if known is None else known[id(task.field)]
        doubtful = _within(task, task.field.mended) & ~_within(task, today)
        total += float(task.people[doubtful].sum())
    return total


def _homes_in_doubt(tasks: Sequence[Task], city: City) -> float:
    doubtful = np.zeros(len(city.homes["weight"]), dtype=bool)
    for task in tasks:
        doubtful |= _within(task, task.field.mended) & ~_within(task, task.field.today)
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
