"""Stops one can use as a service: in a scan, and which platform to raise first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.model.answers import ANSWERS
from wegeketten.reach.sweep import sweep_to
from wegeketten.transit.boarding import LIKELY, boarding_figures, judge_stops
from wegeketten.transit.departures import departures
from wegeketten.transit.modes import MODES
from wegeketten.transit.town import TransitTown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.people.profile import Profile
    from wegeketten.reach.scan import Scan
    from wegeketten.transit.timetable import Timetable
    from wegeketten.transit.walks import StopJoints

SERVICE = "stop"
_PLACE_M = 120.0  # from a platform to the mapped stop that stands for it in a scan's place_id


def demand_usable_stops(scan: Scan, per_hour: float, *, at: str | None = None, level: str = "alone") -> None:
    """Let the service ``stop`` of a scan mean stops that each profile can board, served often enough.

    Parameters
    ----------
    scan
        A scan whose table of districts has not been asked for yet; its columns of the service are replaced.
    per_hour
        Least number of departures in the hour after `at` that the profile can board, in each answer.
    at
        Day and time, a usual Tuesday at eight where None.
    level
        ``alone`` or ``help``.

    Raises
    ------
    InputDataError
        The city has no timetable.
    UsageError
        The scan has no service ``stop``, or it drew worlds: chances know nothing of timetables.
    """
    if SERVICE not in scan.services:
        raise UsageError(f"--usable-stops: the scan has no service {SERVICE}; add --service {SERVICE}")
    if scan.chances is not None:
        raise UsageError("--usable-stops: worlds know nothing of timetables; leave out --worlds")
    town = TransitTown(scan.city, level)
    moment = town.moment(at)
    timetable = town.timetable(moment)
    column = scan.services.index(SERVICE)
    nearest = _nearest_places(scan.city, town)
    for profile in scan.profiles:
        joints, reach = town.joints(profile), scan.reach[profile.id]
        for answer in ANSWERS:
            rows = _served_rows(town, timetable, joints, profile, answer, moment.seconds, per_hour)
            offer = joints.joints.take(rows[joints.joints.owner])
            sweep = sweep_to(scan.city, profile, answer, [offer], joints.homes, detailed=answer == "likely")
            reach.units[answer][joints.homes.owner, column] = sweep.units[:, 0]
            if answer == "likely":
                reach.metres[joints.homes.owner, column] = sweep.metres[:, 0]
                found = sweep.place[:, 0]
                reach.place[joints.homes.owner, column] = np.where(found >= 0, nearest[found], -1)
        scan.city.forget()
    scan.demands["stop"] = {"departures_per_hour": per_hour, "at": moment.text, "level": level}


def _served_rows(
    town: TransitTown,
    timetable: Timetable,
    joints: StopJoints,
    profile: Profile,
    answer: Any,
    start_s: int,
    per_hour: float,
) -> NDArray[np.bool_]:
    """Rows of the platform table that count: in *sure* those that are meant beyond doubt."""
    boards = town.open_to(timetable, profile, answer).boards
    served = departures(timetable, boards, town.mode, start_s, 3600).sum(axis=1) >= per_hour
    rows: NDArray[np.bool_] = served[joints.stop_of]
    if answer == "possible":
        return rows
    return rows & (joints.is_first if answer == "likely" else joints.is_alone)


def _nearest_places(city: City, town: TransitTown) -> NDArray[np.int64]:
    """By platform: row of the mapped place of the service nearest to it, -1 where there is none."""
    from scipy.spatial import cKDTree

    rows = np.flatnonzero(city.places["service"] == SERVICE)
    lonlat = np.stack([town.platforms["lon"], town.platforms["lat"]], axis=1)
    if not len(rows) or not len(lonlat):
        return np.full(len(lonlat), -1, dtype=np.int64)
    tree = cKDTree(np.stack([city.places["x"][rows], city.places["y"][rows]], axis=1))
    away, nearest = tree.query(np.asarray(city.projection.to_xy(lonlat)))
    return np.where(away <= _PLACE_M, rows[nearest], -1).astype(np.int64)


class Raise(NamedTuple):
    """One platform to raise; a row of ``raise.csv``.

    Attributes
    ----------
    rank
        1 first.
    people_gained
        People who then have a stop within `WITHIN_S` they likely can use, and had none before.
    """

    rank: int
    stop_id: str
    name: str
    platform: str
    lat: float
    lon: float
    mode: str
    height_cm: float | None
    target_cm: float
    cost_eur: float
    cost_total_eur: float
    people_gained: float
    profiles: str


WITHIN_S = 600
"""A stop serves a home from which it is reached within ten minutes."""


def rank_platforms(town: TransitTown, timetable: Timetable, profiles: Sequence[Profile]) -> list[Raise]:
    """Order the platforms whose step keeps people out: people gained per euro, one after the other.

    What is gained counts people of all `profiles` together, each profile for itself. A platform counts where
    nothing but the step is in the way in *likely*, and where a vehicle calls that could then be boarded.

    Parameters
    ----------
    town
        The city's public transport.
    timetable
        The day that departures are counted on.
    profiles
        The mobility profiles that are asked about.

    Returns
    -------
    list of Raise
        The best first.
    """
    figures, table = boarding_figures(), town.platforms
    weight = town.city.homes["weight"].astype(np.float64)
    homes = len(weight)
    busiest = departures(timetable, timetable.connections.boards, town.mode, 0, 86400)
    gains: dict[int, list[tuple[str, NDArray[np.int64]]]] = {}
    served: dict[str, NDArray[np.bool_]] = {}
    for profile in profiles:
        joints = town.joints(profile)
        near = joints.near(joints.homes, homes, "likely")
        door = np.repeat(np.arange(homes), np.diff(near.indptr))
        close = near.units <= WITHIN_S * 10
        door, stop = door[close], near.stop[close]
        usable = town.usable(profile)["likely"]
        now = np.asarray((usable & (busiest > 0)).any(axis=1), dtype=np.bool_)
        served[profile.id] = np.zeros(homes, dtype=bool)
        served[profile.id][door[now[stop]]] = True
        verdict = judge_stops(table, town.feed.stops.boarding(), profile, town.level)
        other = np.minimum(np.minimum(verdict.platform, verdict.guidance), verdict.said)
        for row in np.flatnonzero(joints.is_first & (other >= LIKELY)).tolist():
            mode = int(busiest[table["stop"][row]].argmax())
            if verdict.step[row, mode] < LIKELY and busiest[table["stop"][row], mode]:
                gains.setdefault(row, []).append((profile.id, door[stop == table["stop"][row]]))
        town.city.forget()
    return _greedy(town, gains, served, weight, busiest, figures)


def _greedy(
    town: TransitTown,
    gains: dict[int, list[tuple[str, NDArray[np.int64]]]],
    served: dict[str, NDArray[np.bool_]],
    weight: NDArray[np.float64],
    busiest: NDArray[np.int64],
    figures: Any,
) -> list[Raise]:
    """The best platform, then the best of those that remain; old gains are upper bounds of new ones."""
    import heapq

    table, stops = town.platforms, town.feed.stops

    def gain(row: int) -> float:
        return sum(float(weight[doors[~served[profile][doors]]].sum()) for profile, doors in gains[row])

    def cost(row: int) -> float:
        return float(figures.costs[MODES[int(busiest[table["stop"][row]].argmax())]])

    heap = [(-gain(row) / cost(row), row) for row in gains]
    heapq.heapify(heap)
    found: list[Raise] = []
    total = 0.0
    while heap:
        worth, row = heapq.heappop(heap)
        now = -gain(row) / cost(row)
        if now >= 0:
            continue
        if now > worth:  # it has become worth less since
            heapq.heappush(heap, (now, row))
            continue
        people = gain(row)
        for profile, doors in gains[row]:
            served[profile][doors] = True
        stop = int(table["stop"][row])
        mode = MODES[int(busiest[stop].argmax())]
        total += cost(row)
        height = float(table["height_cm"][row])
        found.append(
            Raise(
                len(found) + 1, stops.ids[stop], stops.names[stop], str(table["platform"][row]),
                float(table["lat"][row]), float(table["lon"][row]), mode,
                None if np.isnan(height) else height, float(figures.targets[mode]), cost(row), total,
                round(people, 3), ";".join(sorted({profile for profile, _ in gains[row]})),
            )
        )  # fmt: skip
    return found
