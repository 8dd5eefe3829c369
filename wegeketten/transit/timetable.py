"""The timetable of one day: every hop of every vehicle that runs, and where one is when."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.routing import Connections, Footpaths, scan_forward
from wegeketten.transit.feed import read_feed
from wegeketten.transit.transfer_nodes import TransferNodes, transfer_nodes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.transit.feed import Feed

    Ints = NDArray[np.int32]

_DAY_S = 86400


class Hops(NamedTuple):
    """Hops of a day before they are sorted; equally long.

    Attributes
    ----------
    call
        Row of the feed's stop times at which the hop starts; it ends at the next.
    departure, arrival
        Seconds of the service day.
    vehicle
        Number of the vehicle; trips of one block that follow each other at one stop share it.
    """

    call: NDArray[np.int64]
    departure: NDArray[np.int64]
    arrival: NDArray[np.int64]
    vehicle: NDArray[np.int64]


@dataclass(frozen=True)
class Timetable:
    r"""All that runs on one day of service.

    Attributes
    ----------
    feed
        What it was read from.
    date
        The day. Times are seconds from its noon minus twelve hours, as GTFS counts them, so that a day on
        which clocks are put forward or back needs no care.
    hops
        Before sorting; `connections` refers to them by ``source``.
    nodes
        Places: the stops, and where transfers.txt has rules several for one of them.
    unit_s
        Units of time per second.
    notes
        Of the feed, and what is odd about the day.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> for name, text in {
    ...     "stops": "stop_id,stop_lat,stop_lon\na,51,13\nb,51.1,13\n",
    ...     "routes": "route_id,route_type\n1,3\n",
    ...     "trips": "route_id,service_id,trip_id\n1,daily,t\n",
    ...     "stop_times": "trip_id,stop_id,stop_sequence,arrival_time,departure_time\n"
    ...                   "t,a,1,8:00:00,8:00:00\nt,b,2,8:10:00,8:10:00\n",
    ...     "calendar_dates": "service_id,date,exception_type\ndaily,20260302,1\n",
    ... }.items():
    ...     _ = (folder / f"{name}.txt").write_text(text)
    >>> timetable = read_gtfs(folder, "2026-03-02")
    >>> timetable.stops
    ['a', 'b']
    >>> timetable.earliest_arrivals("a", 7 * 3600).tolist()
    [25200, 29400]
    """

    feed: Feed
    date: dt.date
    hops: Hops
    nodes: TransferNodes
    unit_s: int
    notes: list[str]

    @property
    def stops(self) -> list[str]:
        """Ids of all rows of stops.txt, in its order."""
        return self.feed.stops.ids

    @cached_property
    def connections(self) -> Connections:
        """The hops in order of departure; places are those of `nodes`."""
        times, routes = self.feed.times, self.feed.trips.route_ids
        call, after = self.hops.call, self.hops.call + 1
        trip = times.trip[call]
        return Connections.from_hops(
            len(self.nodes.stop),
            self.hops.departure * self.unit_s,
            self.hops.arrival * self.unit_s,
            self.nodes.tails(times.stop[call], trip, routes),
            self.nodes.heads(times.stop[after], trip, routes),
            self.hops.vehicle,
            times.pickup[call] != 1,
            times.drop_off[after] != 1,
        )

    @cached_property
    def calls(self) -> NDArray[np.int64]:
        """By connection: row of the stop times at which it starts; it ends at the next row."""
        found: NDArray[np.int64] = self.hops.call[self.connections.source]
        return found

    @cached_property
    def footpaths(self) -> Footpaths:
        """Changes at the stops, and the walks that transfers.txt names."""
        return self.nodes.footpaths()

    def earliest_arrivals(
        self, stop_id: str, depart_s: int, footpaths: Iterable[tuple[str, str, int]] | None = None
    ) -> Ints:
        """When one can be at each stop, leaving one stop at a time.

        Parameters
        ----------
        stop_id
            Where one is. A station is not its platforms: ask from one of them.
        depart_s
            Seconds of the service day.
        footpaths
            Walks between stops: id, id and seconds, one way each, one at a time between rides; none but those
            of transfers.txt (``transfer_type`` 2) where None.

        Returns
        -------
        NDArray
            int32, one per row of `stops`: seconds of the service day, 2³¹ − 1 where not reached. A change at
            one stop takes no time unless transfers.txt says so. Only trips of this day of service are taken,
            those after midnight among them.

        Raises
        ------
        UsageError
            There is no such stop, or the time is not a whole number of seconds from 0 on.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> import datetime as dt
        >>> from wegeketten.transit.store import read_city_feed
        >>> day = timetable_on(read_city_feed(hamlet().path), dt.date(2026, 3, 3))
        >>> day.earliest_arrivals("west", 7 * 3600 + 60)[:2].tolist()
        [25260, 25920]
        """
        if depart_s < 0 or int(depart_s) != depart_s:
            raise UsageError(f"depart_s {depart_s}: seconds of the service day were expected, 0 or more")
        start = self._row(stop_id)
        walks = self.footpaths
        if footpaths is not None:
            ends = [(self._row(a), self._row(b), int(seconds) * self.unit_s) for a, b, seconds in footpaths]
            columns = tuple(np.array(column, dtype=np.int64) for column in zip(*ends, strict=True))
            walks = self.nodes.footpaths([columns] if columns else ())  # type: ignore[list-item]
        begin, end = walks.indptr[start], walks.indptr[start + 1]
        moment = int(depart_s) * self.unit_s
        places = np.append(walks.heads[begin:end], start)
        times = np.append(walks.times[begin:end].astype(np.int64) + moment, moment)
        found = scan_forward(self.connections, walks, places, times).earliest()
        arrivals = np.full(len(self.stops), np.iinfo(np.int32).max, dtype=np.int32)
        np.minimum.at(arrivals, self.nodes.stop, found)
        reached = arrivals != np.iinfo(np.int32).max
        arrivals[reached] //= self.unit_s
        return arrivals

    def _row(self, stop_id: str) -> int:
        row = self._rows.get(stop_id)
        if row is None:
            from difflib import get_close_matches

            near = get_close_matches(stop_id, self.stops, n=3)
            hint = f"; near it are {', '.join(near)}" if near else ""
            raise UsageError(f"no stop {stop_id!r} in {self.feed.source}{hint}")
        return row

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {stop: row for row, stop in enumerate(self.stops)}


def read_gtfs(path: str | Path, date: str | dt.date) -> Timetable:
    """Read what runs on one day of service from a GTFS feed.

    Parameters
    ----------
    path
        A zip, or a folder of tables.
    date
        The day, ``2026-03-02``, ``20260302`` or a date.

    Returns
    -------
    Timetable
        Without any connection, and with a note, where nothing runs on that day.

    Raises
    ------
    InputDataError
        The feed cannot be used; the message names file, row and column.
    UsageError
        `date` is none.
    """
    day = parse_date(date)
    return timetable_on(read_feed(path), day)


def parse_date(date: str | dt.date) -> dt.date:
    """A date from ``2026-03-02`` or ``20260302``.

    Parameters
    ----------
    date
        Text, or a date, which is handed on.

    Returns
    -------
    date
        The day.

    Raises
    ------
    UsageError
        It is none.

    Examples
    --------
    >>> parse_date("20260302")
    datetime.date(2026, 3, 2)
    """
    if isinstance(date, dt.datetime):
        return date.date()
    if isinstance(date, dt.date):
        return date
    try:
        return dt.date.fromisoformat(date)
    except (TypeError, ValueError):
        raise UsageError(f"{date!r} is no date; write it as 2026-03-02") from None


def timetable_on(feed: Feed, date: dt.date, *, neighbours: bool = False, unit_s: int = 1) -> Timetable:
    """Lay out a feed for one day.

    Parameters
    ----------
    feed
        The feed.
    date
        The day of service.
    neighbours
        Whether trips of the day before that run after midnight belong to it, and those of the day after
        (for journeys that start late); their times are turned into seconds of `date`.
    unit_s
        Units of time per second.

    Returns
    -------
    Timetable
        Connections and footpaths of the day.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> import datetime as dt
    >>> from wegeketten.transit.store import read_city_feed
    >>> day = timetable_on(read_city_feed(hamlet().path), dt.date(2026, 3, 3))
    >>> len(day.connections)
    24
    """
    days = [(date, 0)]
    if neighbours:
        days = [(date + dt.timedelta(days=d), day_offset_s(feed, date, d)) for d in (-1, 0, 1)]
    parts = [_hops_of(feed, day, shift, number) for number, (day, shift) in enumerate(days)]
    hops = Hops(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
    if neighbours:
        kept = hops.departure >= 0
        hops = Hops(*(column[kept] for column in hops))
    notes = list(feed.notes)
    if not len(hops.call):
        notes.append(_nothing_runs(feed, date))
    return Timetable(feed, date, hops, transfer_nodes(feed, unit_s), unit_s, notes)


def day_offset_s(feed: Feed, date: dt.date, days: int) -> int:
    """Seconds from the beginning of one day of service to that of another; 24 h but where clocks change.

    Parameters
    ----------
    feed
        Gives the time zone.
    date
        The first day.
    days
        How many days later; may be negative.

    Returns
    -------
    int
        Negative for an earlier day.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> import datetime as dt
    >>> from wegeketten.transit.store import read_city_feed
    >>> feed = read_city_feed(hamlet().path)
    >>> [day_offset_s(feed, dt.date(2026, 3, day), 1) for day in (27, 28)]
    [86400, 82800]
    """
    if not feed.timezone:
        return days * _DAY_S
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(feed.timezone)
    noon = [dt.datetime.combine(day, dt.time(12), zone) for day in (date, date + dt.timedelta(days=days))]
    return round(noon[1].timestamp() - noon[0].timestamp())


def _nothing_runs(feed: Feed, date: dt.date) -> str:
    span = feed.calendar.span()
    if span is None:
        return f"{feed.source}: no trip runs on any day"
    first, last = (dt.date.fromordinal(day).isoformat() for day in span)
    return f"{feed.source}: no trip runs on {date.isoformat()}; the timetable holds from {first} to {last}"


class _Runs(NamedTuple):
    """Trips as they are run: which one, how much later than written, and in which vehicle."""

    trip: NDArray[np.int64]
    shift: NDArray[np.int64]
    vehicle: NDArray[np.int64]


def _hops_of(feed: Feed, date: dt.date, shift: int, number: int) -> Hops:
    """Hops of one day of service, moved by `shift` seconds; vehicles of the days do not mix."""
    runs = _runs(feed, feed.calendar.active(date))
    first = np.searchsorted(feed.times.trip, np.arange(len(feed.trips.ids) + 1))
    count = np.maximum(np.diff(first)[runs.trip] - 1, 0)
    run = np.repeat(np.arange(len(runs.trip)), count)
    within = np.arange(len(run)) - np.repeat(np.cumsum(count) - count, count)
    call = first[runs.trip][run] + within
    later = runs.shift[run] + shift
    return Hops(
        call.astype(np.int64),
        feed.times.departure[call] + later,
        feed.times.arrival[call + 1] + later,
        runs.vehicle[run] * 3 + number,
    )


def _runs(feed: Feed, active: NDArray[np.bool_]) -> _Runs:
    """Every trip that runs once, those of frequencies.txt as often as it says, blocks in their order."""
    runs_today = active[feed.trips.service]
    scheduled = runs_today.copy()
    scheduled[feed.frequencies.trip] = False
    trip = np.flatnonzero(scheduled)
    shift = np.zeros(len(trip), dtype=np.int64)
    extra_trip, extra_shift = [trip], [shift]
    first = np.searchsorted(feed.times.trip, np.arange(len(feed.trips.ids) + 1))
    table = feed.frequencies
    for row in range(len(table.trip)):
        which = int(table.trip[row])
        if runs_today[which] and first[which] < first[which + 1]:
            starts = np.arange(table.start[row], table.end[row], table.headway[row], dtype=np.int64)
            extra_trip.append(np.full(len(starts), which))
            extra_shift.append(starts - int(feed.times.departure[first[which]]))
    trip, shift = np.concatenate(extra_trip), np.concatenate(extra_shift)
    vehicle = np.arange(len(trip))
    order = _seat_blocks(feed, trip, shift, first, vehicle)
    return _Runs(trip[order], shift[order], vehicle[order])


def _seat_blocks(
    feed: Feed,
    trip: NDArray[np.int64],
    shift: NDArray[np.int64],
    first: NDArray[np.int64],
    vehicle: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Give trips that one vehicle runs one after the other its number; return the order to take them in."""
    times, table = feed.times, feed.transfers
    there = first[trip] < first[trip + 1]
    start = (
        np.where(there, times.departure[np.minimum(first[trip], len(times) - 1)] + shift, 0)
        if len(times)
        else shift
    )
    chains: dict[str, list[int]] = {}
    scheduled = np.flatnonzero(there & (shift == 0)).tolist()
    for run in scheduled:
        block = feed.trips.blocks[trip[run]]
        if block:
            chains.setdefault(block, []).append(run)
    seated = {
        kind: {
            (int(table.from_trip[r]), int(table.to_trip[r]))
            for r in np.flatnonzero(table.kind == kind).tolist()
        }
        for kind in (4, 5)
    }
    links: list[tuple[int, int]] = []
    for chain in chains.values():
        chain.sort(key=lambda run: int(start[run]))
        links += itertools.pairwise(chain)
    if seated[4]:
        run_of = {int(trip[run]): run for run in scheduled}
        links += [(run_of[a], run_of[b]) for a, b in sorted(seated[4]) if a in run_of and b in run_of]
    taken: set[int] = set()
    for a, b in sorted(links, key=lambda pair: int(start[pair[1]])):
        last, begin = int(first[trip[a] + 1]) - 1, int(first[trip[b]])
        in_time = times.arrival[last] <= times.departure[begin] and times.stop[last] == times.stop[begin]
        if in_time and (int(trip[a]), int(trip[b])) not in seated[5] and a not in taken:
            taken.add(a)
            vehicle[b] = vehicle[a]
    return np.lexsort((start, vehicle))
