"""Rides: every home to the nearest place of each service by public transport, minute by minute."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.joins.endpoints import allowed_places
from wegeketten.model.answers import ANSWERS
from wegeketten.model.tabular import Tabular
from wegeketten.reach.home_times import reach_of
from wegeketten.reach.sweep import sweep_to
from wegeketten.routing import INF, scan_profiles, share, spread_to_doors, thread_count
from wegeketten.transit.town import UNITS_PER_S, TransitTown
from wegeketten.transit.walks import reach_places

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer, Progress
    from wegeketten.people.profile import Profile
    from wegeketten.transit.timetable import Timetable
    from wegeketten.transit.town import Moment
    from wegeketten.transit.walks import Near, StopJoints

    Units = NDArray[np.int32]

HORIZON_S = 4 * 3600
"""A ride that takes longer than this counts as none."""

_AT_ONCE = 2048  # homes whose times are in memory together
_STEP_S = 60


@dataclass(frozen=True)
class Ride:
    """Rides of one profile to one service; arrays by home of the city.

    Attributes
    ----------
    median_s
        By answer float64: median over the window, NaN where at least half of the departures reach nothing.
    low_s, high_s
        float64: tenth and ninetieth percentile of *likely*, NaN where not reached.
    back_s
        By answer float64: median for the way back, being home again in the window; NaN where not asked for or
        not reached.
    rides
        int16: vehicles used in *likely* by the departure nearest to the median; 0 on foot, -1 none.
    stop
        int32: row of the stop where that departure gets in first, -1 on foot or none.
    """

    median_s: dict[str, NDArray[np.float64]]
    low_s: NDArray[np.float64]
    high_s: NDArray[np.float64]
    back_s: dict[str, NDArray[np.float64]]
    rides: NDArray[np.int16]
    stop: Units


@dataclass
class Rides(Tabular):
    """Result of `ride_city`.

    Attributes
    ----------
    city, town, moment, window_s
        What was asked.
    profiles, services
        In the order asked for.
    found
        By profile id and service.
    notes
        What was odd.
    """

    city: City
    town: TransitTown
    moment: Moment
    window_s: int
    profiles: list[Profile]
    services: list[str]
    found: dict[tuple[str, str], Ride]
    notes: list[str]

    def tables(self) -> dict[str, Any]:
        """Tables ``districts`` and ``homes`` (one row per home, profile and service)."""
        from wegeketten.transit.ride_table import DISTRICT_COLUMNS, district_rows, home_rows

        return {
            "districts": [dict(zip(DISTRICT_COLUMNS, row, strict=True)) for row in district_rows(self)],
            "homes": lambda: home_rows(self),
        }

    def to_json(self) -> dict[str, Any]:
        """What was asked, and the share of people who reach a service at all."""
        from wegeketten.transit.ride_table import ride_summary

        return ride_summary(self)

    def write(self, out: Path) -> None:
        """Write ``ride.parquet``, ``ride_districts.csv`` and ``ride.json`` into a folder.

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
        >>> at = "2026-03-03 08:00"
        >>> rides = ride_city(hamlet(), [load_profile("walker")], ["pharmacy"], at=at, window_min=10)
        >>> with TemporaryDirectory() as folder:
        ...     rides.write(Path(folder) / "rides")
        ...     sorted(path.name for path in (Path(folder) / "rides").iterdir())
        ['ride.json', 'ride.parquet', 'ride_districts.csv']
        """
        from wegeketten.transit.ride_table import write_rides

        write_rides(self, out)


def ride_city(
    city: City,
    profiles: Sequence[Profile],
    services: Sequence[str],
    *,
    at: str | None = None,
    window_min: int = 60,
    level: str = "alone",
    back: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Rides:
    """Compute rides for all homes and all minutes of a window.

    Parameters
    ----------
    city
        A city built with a timetable.
    profiles
        Profiles.
    services
        Service ids.
    at
        When the window begins: ``2026-03-03 08:00`` or ``Di 08:00``; a usual Tuesday at eight where None.
    window_min
        Length of the window, minutes, one departure each.
    level
        ``alone`` or ``help``: what one can board.
    back
        Whether the way back is wanted too.
    threads
        Number of threads; all there are where None. The result does not depend on it.
    progress
        Called with words and the share done.

    Returns
    -------
    Rides
        Times by home, for each profile and service.

    Raises
    ------
    InputDataError
        The city has no timetable.
    UsageError
        A service does not exist, the window is empty, or nothing runs on that day.

    Examples
    --------
    >>> from wegeketten.people.profile import load_profile
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> at = "2026-03-03 08:00"
    >>> rides = ride_city(hamlet(), [load_profile("walker")], ["pharmacy"], at=at, window_min=10)
    >>> rides.to_frame()[["service", "share_likely"]].values.tolist()
    [['pharmacy', 1.0]]
    """
    if not 1 <= window_min <= 1440:
        raise UsageError(f"--window {window_min}: minutes from 1 to 1440 were expected")
    town = TransitTown(city, level)
    moment = town.moment(at)
    timetable = town.timetable(moment)
    wanted = city.catalogue.pick(services)
    result = Rides(city, town, moment, window_min * 60, list(profiles), wanted, {}, list(timetable.notes))
    for number, profile in enumerate(profiles):
        if progress:
            progress(profile.id, number / len(profiles))
        doubted = town.doubted_lines(profile)
        if doubted:
            result.notes.append(
                f"lines {', '.join(sorted(set(doubted))[:5])}: no trip takes wheelchairs; read as unknown"
            )
        result.found |= _rides_of(result, timetable, profile, back=back, threads=thread_count(threads))
        city.forget()
    return result


def _rides_of(
    asked: Rides, timetable: Timetable, profile: Profile, *, back: bool, threads: int
) -> dict[tuple[str, str], Ride]:
    joints = asked.town.joints(profile)
    direct = reach_of(asked.city, profile, asked.services).units
    times: dict[Answer, list[_Stats]] = {}
    for answer in ANSWERS:
        times[answer] = _one_way(asked, timetable, joints, answer, direct[answer], threads)
    ways_back: dict[Answer, list[_Stats]] = {}
    for answer in ANSWERS if back else ():
        on_foot = _walk_back(asked, joints, answer)
        ways_back[answer] = _one_way(asked, timetable, joints, answer, on_foot, threads, leaving=False)
    found = {}
    for column, service in enumerate(asked.services):
        likely = times["likely"][column]
        nothing = np.full(len(likely.median), np.nan)
        found[profile.id, service] = Ride(
            {answer: times[answer][column].median for answer in ANSWERS},
            likely.low, likely.high,
            {answer: ways_back[answer][column].median if back else nothing for answer in ANSWERS},
            likely.rides, likely.stop,
        )  # fmt: skip
    return found


def _walk_back(asked: Rides, joints: StopJoints, answer: Answer) -> Units:
    """Walk home from the nearest place of each service, which may take longer than the way there."""
    city, profile, homes = asked.city, joints.profile, joints.homes
    offers = [
        joints.places.take(np.isin(joints.places.owner, allowed_places(city, profile, answer, service)))
        for service in asked.services
    ]
    units = np.full((len(city.homes["home_id"]), len(offers)), INF, dtype=np.int32)
    sweep = sweep_to(city, profile, answer, offers, homes, detailed=False, leaving=False)
    units[homes.owner] = sweep.units
    return units


@dataclass
class _Stats:
    median: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    rides: NDArray[np.int16]
    stop: Units


def _one_way(
    asked: Rides,
    timetable: Timetable,
    joints: StopJoints,
    answer: Answer,
    direct: Units,
    threads: int,
    *,
    leaving: bool = True,
) -> list[_Stats]:
    """Statistics of each service; on the way back one leaves the place in the window.

    The way back is the way there in a timetable that runs backwards. So the minutes of its window are those
    at which one is home again, and what is found is when one must leave the place for that at the latest.
    """
    count = len(asked.city.homes["home_id"])
    egress = reach_places(joints, answer, asked.services, leaving=leaving)
    near = joints.near(joints.homes, count, answer, leaving=leaving)
    walks = joints.between(answer)
    connections = asked.town.open_to(timetable, joints.profile, answer)
    footpaths = timetable.nodes.footpaths([walks])
    start = asked.moment.seconds * UNITS_PER_S
    until = start + (asked.window_s + HORIZON_S) * UNITS_PER_S
    if not leaving:
        latest = start + asked.window_s * UNITS_PER_S
        connections = connections.between(max(latest - (asked.window_s + HORIZON_S) * UNITS_PER_S, 0), latest)
        horizon = int(connections.arrival.max(initial=0)) + 1
        connections = connections.reversed_in_time(horizon)
        footpaths = timetable.nodes.backwards(footpaths)
        start, until = horizon - latest, horizon + 1
    connections = connections.between(max(start, 0), until)
    stats: dict[int, _Stats] = {}

    def piece(column: int) -> None:
        at_node = egress[timetable.nodes.stop, column]
        profiles = scan_profiles(connections, footpaths, at_node)
        stats[column] = _statistics(profiles, near, direct[:, column], asked, start)

    share([partial(piece, column) for column in range(len(asked.services))], threads)
    return [stats[column] for column in range(len(asked.services))]


def _statistics(profiles: Any, near: Near, direct: Units, asked: Rides, start: int) -> _Stats:
    """Percentiles over the window, by home, some homes at a time."""
    count, slots = len(direct), asked.window_s // _STEP_S
    median, tenth, ninetieth = (np.full(count, np.nan) for _ in range(3))
    stats = _Stats(median, tenth, ninetieth, np.full(count, -1, np.int16), np.full(count, -1, np.int32))
    for begin in range(0, count, _AT_ONCE):
        end = min(begin + _AT_ONCE, count)
        low, high = near.indptr[begin], near.indptr[end]
        times, by = spread_to_doors(
            profiles, near.indptr[begin : end + 1] - low, near.stop[low:high], near.units[low:high],
            np.ascontiguousarray(direct[begin:end]), start=start, step=_STEP_S * UNITS_PER_S, count=slots,
        )  # fmt: skip
        times = np.where(times > HORIZON_S * UNITS_PER_S, np.where(by < 0, times, INF), times)
        ranks = [min(int(share * slots), slots - 1) for share in (0.1, 0.5, 0.9)]
        parted = np.partition(times, sorted(set(ranks)), axis=1)
        for target, rank in zip((stats.low, stats.median, stats.high), ranks, strict=True):
            column = parted[:, rank]
            target[begin:end] = np.where(column == INF, np.nan, column / UNITS_PER_S)
        middle = np.argmin(np.abs(times.astype(np.int64) - parted[:, ranks[1]][:, None]), axis=1)
        rows = np.arange(end - begin)
        entry, time = by[rows, middle], times[rows, middle]
        reached = time != INF
        ridden = reached & (entry >= 0)
        stats.rides[begin:end] = np.where(
            ridden, profiles.rides[np.maximum(entry, 0)] if len(profiles.rides) else 0, 0
        )
        stats.rides[begin:end][~reached] = -1
        stop = np.searchsorted(profiles.indptr, entry, side="right") - 1
        stats.stop[begin:end] = np.where(ridden, stop, -1)
    return stats
