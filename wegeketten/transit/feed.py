"""A GTFS feed in memory: what it says, checked, whatever the date."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.transit.feed_files import FeedFiles
from wegeketten.transit.stop_times import StopTimes, read_stop_times

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.transit.feed_files import FeedTable

    Ints = NDArray[np.int32]
    Bytes = NDArray[np.int8]

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_OF_CALLS = ("trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time")
STOP, STATION, ENTRANCE, NODE, AREA = range(5)
"""Values of ``location_type``."""


@dataclass(frozen=True)
class FeedStops:
    """Rows of stops.txt; equally long.

    Attributes
    ----------
    ids, names, codes
        ``stop_id``, ``stop_name``, ``platform_code``.
    lat, lon
        Degrees; NaN where a generic node or boarding area has none.
    kind
        ``location_type``: 0 stop or platform, 1 station, 2 entrance, 3 node, 4 boarding area.
    parent
        Row of ``parent_station``, -1 none.
    wheelchair
        ``wheelchair_boarding`` as written: 0 nothing said, 1 some, 2 none.
    level
        ``level_index``; NaN unknown.
    access
        ``stop_access``: 0 only through the station, 1 from the street, -1 nothing said.
    """

    ids: list[str]
    names: list[str]
    codes: list[str]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    kind: Bytes
    parent: Ints
    wheelchair: Bytes
    level: NDArray[np.float32]
    access: Bytes

    def boarding(self) -> Bytes:
        """``wheelchair_boarding`` with what platforms inherit of their station."""
        inherits = (self.wheelchair == 0) & (self.parent >= 0)
        return np.where(inherits, self.wheelchair[self.parent], self.wheelchair).astype(np.int8)


@dataclass(frozen=True)
class Trips:
    """Rows of trips.txt with what their routes say; equally long.

    Attributes
    ----------
    ids, lines, headsigns, blocks
        ``trip_id``; the route's short name (or its long one, or its id); ``trip_headsign``; ``block_id``.
    route_ids
        ``route_id``.
    mode
        ``route_type``.
    service
        Row of the service (days of operation).
    direction
        ``direction_id``, -1 nothing said.
    wheelchair
        ``wheelchair_accessible``: 0 nothing said, 1 room for at least one, 2 none.
    """

    ids: list[str]
    lines: list[str]
    headsigns: list[str]
    blocks: list[str]
    route_ids: list[str]
    mode: NDArray[np.int16]
    service: Ints
    direction: Bytes
    wheelchair: Bytes


@dataclass(frozen=True)
class Calendar:
    """Days on which services run.

    Attributes
    ----------
    services
        ``service_id``.
    weekdays
        Bit d set: runs on weekday d (0 Monday); by service, 0 where calendar.txt does not name it.
    first, last
        Days as proleptic ordinals; by service.
    exception_service, exception_day, exception_adds
        Rows of calendar_dates.txt.
    """

    services: list[str]
    weekdays: Bytes
    first: Ints
    last: Ints
    exception_service: Ints
    exception_day: Ints
    exception_adds: NDArray[np.bool_]

    def active(self, date: dt.date) -> NDArray[np.bool_]:
        """Which services run on a day.

        Parameters
        ----------
        date
            The day of service.

        Returns
        -------
        ndarray
            bool, shape (services,).

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> import datetime as dt
        >>> from wegeketten.transit.store import read_city_feed
        >>> days = read_city_feed(hamlet().path).calendar
        >>> [days.active(dt.date(year, 3, 3)).tolist() for year in (2026, 2027)]
        [[True], [False]]
        """
        day = date.toordinal()
        runs = ((self.weekdays >> date.weekday()) & 1).astype(bool) & (self.first <= day) & (day <= self.last)
        here = self.exception_day == day
        runs[self.exception_service[here]] = self.exception_adds[here]
        return runs

    def span(self) -> tuple[int, int] | None:
        """First and last day on which anything may run, None where there is none."""
        days = np.concatenate(
            [
                self.first[self.weekdays != 0],
                self.last[self.weekdays != 0],
                self.exception_day[self.exception_adds],
            ]
        )
        return (int(days.min()), int(days.max())) if len(days) else None


@dataclass(frozen=True)
class Frequencies:
    """Rows of frequencies.txt: a trip that runs every so often; seconds of the service day."""

    trip: Ints
    start: Ints
    end: Ints
    headway: Ints
    exact: NDArray[np.bool_]


@dataclass(frozen=True)
class Transfers:
    """Rows of transfers.txt; -1 where a stop, route or trip is not named.

    Attributes
    ----------
    from_stop, to_stop, from_trip, to_trip
        Rows of stops and trips.
    from_route, to_route
        Ids of routes, empty where none is named.
    kind
        ``transfer_type``.
    seconds
        ``min_transfer_time``, -1 none.
    """

    from_stop: Ints
    to_stop: Ints
    from_trip: Ints
    to_trip: Ints
    from_route: list[str]
    to_route: list[str]
    kind: Bytes
    seconds: Ints


@dataclass(frozen=True)
class Pathways:
    """Rows of pathways.txt: ways inside a station.

    Attributes
    ----------
    ids
        ``pathway_id``.
    from_stop, to_stop
        Rows of stops.
    mode
        1 walkway, 2 stairs, 3 moving walkway, 4 escalator, 5 lift, 6 and 7 gates.
    both_ways
        Whether it may be walked either way.
    length_m, seconds, steps, slope, width_m
        As published; NaN unknown. Steps are signed, slope is a ratio.
    """

    ids: list[str]
    from_stop: Ints
    to_stop: Ints
    mode: Bytes
    both_ways: NDArray[np.bool_]
    length_m: NDArray[np.float64]
    seconds: NDArray[np.float64]
    steps: NDArray[np.float64]
    slope: NDArray[np.float64]
    width_m: NDArray[np.float64]


@dataclass(frozen=True)
class Feed:
    """One feed, or several joined.

    Attributes
    ----------
    source
        Where it was read from.
    timezone
        Of the first agency; empty where nothing is said.
    notes
        What was odd and how it was taken.
    """

    source: str
    timezone: str
    stops: FeedStops
    trips: Trips
    times: StopTimes
    calendar: Calendar
    frequencies: Frequencies
    transfers: Transfers
    pathways: Pathways
    notes: list[str] = field(default_factory=list)


def read_feed(path: str | Path) -> Feed:
    """Read a feed strictly: every reference exists, every time can be read, nothing is guessed silently.

    Parameters
    ----------
    path
        A zip, or a folder of tables.

    Returns
    -------
    Feed
        Checked tables, with notes on what was mended or left out.

    Raises
    ------
    InputDataError
        The feed cannot be used; the message names file, row and column.
    """
    with FeedFiles(path) as files:
        notes: list[str] = []
        stops = _stops(files, notes)
        calendar = _calendar(files)
        trips, calendar = _trips(files, calendar, notes)
        times = read_stop_times(
            files.table("stop_times", _OF_CALLS),
            stops.ids, trips.ids, stops.lat, stops.lon, notes,
        )  # fmt: skip
        feed = Feed(
            str(path), _timezone(files), stops, trips, times, calendar, _frequencies(files, trips),
            _transfers(files, stops, trips), _pathways(files, stops), notes,
        )  # fmt: skip
    _note_oddities(feed)
    return feed


def _timezone(files: FeedFiles) -> str:
    table = files.optional("agency", ("agency_timezone",))
    zones = [] if table is None else sorted(set(table.text("agency_timezone")) - {""})
    if len(zones) > 1:
        raise InputDataError(
            f"{files.path}: agency.txt names several time zones ({', '.join(zones)}); there may be one"
        )
    if zones:
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(zones[0])
        except (KeyError, ValueError, OSError):
            raise InputDataError(
                f"{files.path}: agency.txt: agency_timezone {zones[0]!r} is no time zone"
            ) from None
    return zones[0] if zones else ""


def _stops(files: FeedFiles, notes: list[str]) -> FeedStops:
    table = files.table("stops", ("stop_id",))
    ids = table.keys("stop_id")
    kind = table.whole("location_type", most=4)
    nan = float("nan")
    lat = table.number("stop_lat", least=-90, most=90, default=nan)
    lon = table.number("stop_lon", least=-180, most=180, default=nan)
    placeless = np.flatnonzero((kind <= ENTRANCE) & (np.isnan(lat) | np.isnan(lon)))
    if len(placeless):
        raise table.fault(int(placeless[0]), f"stop {ids[placeless[0]]!r} has no stop_lat and stop_lon")
    parent = table.refer("parent_station", ids, empty=True)
    _check_parents(table, ids, kind, parent)
    return FeedStops(
        ids, table.text("stop_name"), table.text("platform_code"), lat, lon, kind.astype(np.int8), parent,
        table.code("wheelchair_boarding", 2, 0, notes), _levels(files, table),
        table.code("stop_access", 1, -1, notes),
    )  # fmt: skip


def _check_parents(table: FeedTable, ids: list[str], kind: NDArray[np.int64], parent: Ints) -> None:
    for row in np.flatnonzero(parent >= 0).tolist():
        above = int(parent[row])
        wanted = STOP if kind[row] == AREA else STATION
        if kind[row] == STATION or kind[above] != wanted:
            what = "a platform" if wanted == STOP else "a station"
            raise table.fault(
                row, f"parent_station {ids[above]!r} of {ids[row]!r} is not {what}, or it may have none"
            )


def _levels(files: FeedFiles, stops: FeedTable) -> NDArray[np.float32]:
    found = np.full(stops.count, np.nan, dtype=np.float32)
    table = files.optional("levels", ("level_id", "level_index"))
    if table is not None and "level_id" in stops:
        rows = stops.refer("level_id", table.keys("level_id"), empty=True)
        index = table.number("level_index", least=-1000, most=1000, default=None)
        found[rows >= 0] = index[rows[rows >= 0]]
    return found


def _calendar(files: FeedFiles) -> Calendar:
    regular = files.optional("calendar", ("service_id", *_DAYS, "start_date", "end_date"))
    special = files.optional("calendar_dates", ("service_id", "date", "exception_type"))
    if regular is None and special is None:
        raise InputDataError(
            f"{files.path}: neither calendar.txt nor calendar_dates.txt; GTFS requires one of them"
        )
    services = [] if regular is None else regular.keys("service_id")
    weekdays, first, last = (np.zeros(len(services), np.int32) for _ in range(3))
    if regular is not None:
        for day, name in enumerate(_DAYS):
            weekdays |= (regular.whole(name, most=1, default=None) << day).astype(np.int32)
        first, last = regular.dates("start_date"), regular.dates("end_date")
        wrong = np.flatnonzero(last < first)
        if len(wrong):
            raise regular.fault(int(wrong[0]), "end_date lies before start_date")
    if special is None:
        none = np.zeros(0, np.int32)
        return Calendar(services, weekdays.astype(np.int8), first, last, none, none, none.astype(bool))
    index = {service: row for row, service in enumerate(services)}
    rows = np.array(
        [index.setdefault(each, len(index)) for each in special.text("service_id")], dtype=np.int32
    )
    more = len(index) - len(services)
    days = special.dates("date")
    kinds = special.whole("exception_type", least=1, most=2, default=None)
    seen: dict[tuple[int, int], int] = {}
    for row, (service, day, kind) in enumerate(
        zip(rows.tolist(), days.tolist(), kinds.tolist(), strict=True)
    ):
        if seen.setdefault((service, day), kind) != kind:
            raise special.fault(row, "the service is added and removed on the same date")
    pad = np.zeros(more, np.int32)
    return Calendar(
        list(index), np.concatenate([weekdays, pad]).astype(np.int8), np.concatenate([first, pad]),
        np.concatenate([last, pad - 1]), rows, days, kinds == 1,
    )  # fmt: skip


def _trips(files: FeedFiles, calendar: Calendar, notes: list[str]) -> tuple[Trips, Calendar]:
    routes = files.table("routes", ("route_id", "route_type"))
    route_ids = routes.keys("route_id")
    modes = routes.whole("route_type", most=1800, default=None)
    short, long = routes.text("route_short_name"), routes.text("route_long_name")
    lines = [a or b or c for a, b, c in zip(short, long, route_ids, strict=True)]
    table = files.table("trips", ("route_id", "service_id", "trip_id"))
    ids = table.keys("trip_id")
    route = table.refer("route_id", route_ids)
    index = {service: row for row, service in enumerate(calendar.services)}
    service = np.array(
        [index.setdefault(each, len(index)) for each in table.text("service_id")], dtype=np.int32
    )
    unknown = len(index) - len(calendar.services)
    if unknown:
        count = int((service >= len(calendar.services)).sum())
        notes.append(f"{count} trips never run: no calendar names their service")
        pad = np.zeros(unknown, np.int32)
        calendar = Calendar(
            list(index), np.concatenate([calendar.weekdays, pad.astype(np.int8)]),
            np.concatenate([calendar.first, pad]), np.concatenate([calendar.last, pad - 1]),
            calendar.exception_service, calendar.exception_day, calendar.exception_adds,
        )  # fmt: skip
    trips = Trips(
        ids, [lines[row] for row in route.tolist()], table.text("trip_headsign"), table.text("block_id"),
        [route_ids[row] for row in route.tolist()], modes[route].astype(np.int16), service,
        table.code("direction_id", 1, -1, notes),
        table.code("wheelchair_accessible", 2, 0, notes),
    )  # fmt: skip
    return trips, calendar


def _frequencies(files: FeedFiles, trips: Trips) -> Frequencies:
    table = files.optional("frequencies", ("trip_id", "start_time", "end_time", "headway_secs"))
    if table is None:
        none = np.zeros(0, np.int32)
        return Frequencies(none, none, none, none, none.astype(bool))
    start, end = table.seconds("start_time"), table.seconds("end_time")
    headway = table.whole("headway_secs", least=1, default=None).astype(np.int32)
    wrong = np.flatnonzero((start < 0) | (end <= start))
    if len(wrong):
        raise table.fault(int(wrong[0]), "start_time must lie before end_time")
    exact = table.whole("exact_times", most=1) == 1
    return Frequencies(table.refer("trip_id", trips.ids), start, end, headway, exact)


def _transfers(files: FeedFiles, stops: FeedStops, trips: Trips) -> Transfers:
    table = files.optional("transfers", ("transfer_type",))
    if table is None:
        none = np.zeros(0, np.int32)
        return Transfers(none, none, none, none, [], [], none.astype(np.int8), none)
    kind = table.whole("transfer_type", most=5)
    seconds = table.whole("min_transfer_time", least=-1, most=86400, default=-1)
    from_stop = table.refer("from_stop_id", stops.ids, empty=True)
    to_stop = table.refer("to_stop_id", stops.ids, empty=True)
    from_trip = table.refer("from_trip_id", trips.ids, empty=True)
    to_trip = table.refer("to_trip_id", trips.ids, empty=True)
    nowhere = np.flatnonzero((kind <= 3) & ((from_stop < 0) | (to_stop < 0)))
    if len(nowhere):
        raise table.fault(int(nowhere[0]), "from_stop_id and to_stop_id must be given")
    timeless = np.flatnonzero((kind == 2) & (seconds < 0))
    if len(timeless):
        raise table.fault(int(timeless[0]), "transfer_type 2 needs a min_transfer_time")
    seatless = np.flatnonzero((kind >= 4) & ((from_trip < 0) | (to_trip < 0)))
    if len(seatless):
        raise table.fault(int(seatless[0]), "transfer_type 4 and 5 need from_trip_id and to_trip_id")
    return Transfers(
        from_stop, to_stop, from_trip, to_trip, table.text("from_route_id"), table.text("to_route_id"),
        kind.astype(np.int8), seconds.astype(np.int32),
    )  # fmt: skip


def _pathways(files: FeedFiles, stops: FeedStops) -> Pathways:
    table = files.optional(
        "pathways", ("pathway_id", "from_stop_id", "to_stop_id", "pathway_mode", "is_bidirectional")
    )
    if table is None:
        none, nothing = np.zeros(0, np.int32), np.zeros(0)
        return Pathways(
            [],
            none,
            none,
            none.astype(np.int8),
            none.astype(bool),
            nothing,
            nothing,
            nothing,
            nothing,
            nothing,
        )
    return Pathways(
        table.keys("pathway_id"),
        table.refer("from_stop_id", stops.ids),
        table.refer("to_stop_id", stops.ids),
        table.whole("pathway_mode", least=1, most=7, default=None).astype(np.int8),
        table.whole("is_bidirectional", most=1, default=None) == 1,
        table.number("length", least=0, most=1e5),
        table.number("traversal_time", least=0, most=1e5),
        table.number("stair_count", least=-1e4, most=1e4),
        table.number("max_slope", least=-2, most=2),
        table.number("min_width", least=0, most=1e3),
    )


def _note_oddities(feed: Feed) -> None:
    """What is lawful and still likely a mistake."""
    halts = np.unique(feed.times.stop)
    halts = halts[feed.stops.kind[halts] != STOP]
    if len(halts):
        feed.notes.append(f"{len(halts)} stations or entrances have departures of their own; taken as stops")
    lonely = len(feed.trips.ids) - len(np.unique(feed.times.trip))
    if lonely:
        feed.notes.append(f"{lonely} trips have no stop times")
    nowhere = (feed.stops.lat == 0) & (feed.stops.lon == 0)
    if nowhere.any():
        feed.notes.append(f"{int(nowhere.sum())} stops lie at latitude and longitude 0")
