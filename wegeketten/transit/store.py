"""A feed in the city folder: only what concerns the city, one table per kind of row."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.files.parquet import read_columns, write_columns
from wegeketten.transit.feed import (
    Calendar,
    Feed,
    FeedStops,
    Frequencies,
    Pathways,
    Transfers,
    Trips,
)
from wegeketten.transit.stop_times import StopTimes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

MARKER = "transit.json"
SURROUNDINGS_M = 2000.0
"""A trip concerns the city where it calls within so many metres of its network."""

_T = TypeVar("_T")
_TABLES: dict[str, type[Any]] = {
    "stops": FeedStops,
    "trips": Trips,
    "times": StopTimes,
    "frequencies": Frequencies,
    "transfers": Transfers,
    "pathways": Pathways,
}
_EXCEPTIONS = ("exception_service", "exception_day", "exception_adds")


def clip(feed: Feed, near: NDArray[np.bool_]) -> Feed:
    """Keep trips that call at one of the stops near the city, whole, and the stops they and it have.

    Parameters
    ----------
    feed
        The feed.
    near
        By stop: whether it lies in the city or its surroundings.

    Returns
    -------
    Feed
        A feed whose rows are numbered anew.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> import numpy as np
    >>> feed = read_city_feed(hamlet().path)
    >>> near, far = (clip(feed, np.array([here, False])) for here in (True, False))
    >>> len(near.trips.ids), len(far.trips.ids)
    (24, 0)
    """
    wanted = np.zeros(len(feed.trips.ids), dtype=bool)
    wanted[feed.times.trip[near[feed.times.stop]]] = True
    trips = np.flatnonzero(wanted)
    calls = np.flatnonzero(wanted[feed.times.trip])
    keep = near.copy()
    keep[feed.times.stop[calls]] = True
    keep[feed.stops.parent[keep & (feed.stops.parent >= 0)]] = True
    stops = np.flatnonzero(keep)
    of_stop, of_trip = _renumbered(stops, len(keep)), _renumbered(trips, len(wanted))
    times = feed.times.take(calls)
    times = replace(times, trip=of_trip[times.trip], stop=of_stop[times.stop])
    kept_stops = _take(feed.stops, stops)
    kept_stops = replace(kept_stops, parent=_through(of_stop, kept_stops.parent))
    frequencies = _take(feed.frequencies, np.flatnonzero(wanted[feed.frequencies.trip]))
    frequencies = replace(frequencies, trip=of_trip[frequencies.trip])
    table = feed.transfers
    fits = np.ones(len(table.kind), dtype=bool)
    for rows, there in (
        (table.from_stop, keep), (table.to_stop, keep), (table.from_trip, wanted), (table.to_trip, wanted),
    ):  # fmt: skip
        fits &= (rows < 0) | there[rows]
    transfers = _take(table, np.flatnonzero(fits))
    transfers = replace(
        transfers,
        from_stop=_through(of_stop, transfers.from_stop), to_stop=_through(of_stop, transfers.to_stop),
        from_trip=_through(of_trip, transfers.from_trip), to_trip=_through(of_trip, transfers.to_trip),
    )  # fmt: skip
    ways = _take(feed.pathways, np.flatnonzero(keep[feed.pathways.from_stop] & keep[feed.pathways.to_stop]))
    ways = replace(ways, from_stop=of_stop[ways.from_stop], to_stop=of_stop[ways.to_stop])
    return replace(
        feed, stops=kept_stops, trips=_take(feed.trips, trips), times=times, frequencies=frequencies,
        transfers=transfers, pathways=ways,
    )  # fmt: skip


def join_feeds(feeds: Sequence[Feed]) -> Feed:
    """One feed of several; ids that several use get the number of their feed in front.

    Parameters
    ----------
    feeds
        At least one.

    Returns
    -------
    Feed
        Rows of the first feed first.

    Raises
    ------
    InputDataError
        They keep different time zones.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> feed = read_city_feed(hamlet().path)
    >>> join_feeds([feed, feed]).stops.ids
    ['west', 'east', '2:west', '2:east']
    """
    if len(feeds) == 1:
        return feeds[0]
    zones = sorted({feed.timezone for feed in feeds} - {""})
    if len(zones) > 1:
        raise InputDataError(
            f"{feeds[1].source}: time zones differ ({', '.join(zones)}); build with one of the feeds"
        )
    first, *others = feeds
    for number, other in enumerate(others, start=2):
        first = _joined(first, other, number)
    return replace(first, timezone=zones[0] if zones else "")


def _joined(a: Feed, b: Feed, number: int) -> Feed:
    stops, trips, services = len(a.stops.ids), len(a.trips.ids), len(a.calendar.services)
    known = set(a.stops.ids)
    ids = [f"{number}:{stop}" if stop in known else stop for stop in b.stops.ids]
    b_stops = replace(b.stops, ids=ids, parent=_shifted(b.stops.parent, stops))
    b_trips = replace(
        b.trips, service=b.trips.service + services,
        ids=[f"{number}:{trip}" for trip in b.trips.ids],
        blocks=[block and f"{number}:{block}" for block in b.trips.blocks],
        route_ids=[f"{number}:{route}" for route in b.trips.route_ids],
    )  # fmt: skip
    b_times = replace(b.times, trip=b.times.trip + trips, stop=b.times.stop + stops)
    calendar = replace(b.calendar, exception_service=b.calendar.exception_service + services)
    transfers = replace(
        b.transfers,
        from_stop=_shifted(b.transfers.from_stop, stops), to_stop=_shifted(b.transfers.to_stop, stops),
        from_trip=_shifted(b.transfers.from_trip, trips), to_trip=_shifted(b.transfers.to_trip, trips),
        from_route=[route and f"{number}:{route}" for route in b.transfers.from_route],
        to_route=[route and f"{number}:{route}" for route in b.transfers.to_route],
    )  # fmt: skip
    ways = replace(b.pathways, from_stop=b.pathways.from_stop + stops, to_stop=b.pathways.to_stop + stops)
    return Feed(
        f"{a.source}, {b.source}", a.timezone, _appended(a.stops, b_stops), _appended(a.trips, b_trips),
        _appended(a.times, b_times), _appended(a.calendar, calendar),
        _appended(a.frequencies, replace(b.frequencies, trip=b.frequencies.trip + trips)),
        _appended(a.transfers, transfers), _appended(a.pathways, ways), [*a.notes, *b.notes],
    )  # fmt: skip


def write_feed(folder: Path, feed: Feed, *, note: Mapping[str, str] | None = None) -> None:
    """Write a feed's tables and ``transit.json`` into a city folder.

    Parameters
    ----------
    folder
        Folder of the city.
    feed
        What is written.
    note
        Further facts for ``transit.json``.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> with TemporaryDirectory() as folder:
    ...     write_feed(Path(folder), read_city_feed(hamlet().path))
    ...     has_feed(Path(folder))
    True
    """
    for name in _TABLES:
        rows = getattr(feed, name)
        columns = {column.name: getattr(rows, column.name) for column in fields(rows)}
        write_columns(folder / f"transit_{name}.parquet", columns, note=note)
    calendar = {column.name: getattr(feed.calendar, column.name) for column in fields(feed.calendar)}
    regular = {name: column for name, column in calendar.items() if name not in _EXCEPTIONS}
    write_columns(folder / "transit_calendar.parquet", regular, note=note)
    exceptions = {name: calendar[name] for name in _EXCEPTIONS}
    write_columns(folder / "transit_exceptions.parquet", exceptions, note=note)
    told = {"source": feed.source, "timezone": feed.timezone, "notes": feed.notes}
    (folder / MARKER).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_city_feed(folder: Path) -> Feed:
    """Read the feed of a city folder.

    Parameters
    ----------
    folder
        Folder of the city.

    Returns
    -------
    Feed
        As it was written.

    Raises
    ------
    InputDataError
        The city was built without a timetable, or a table is damaged.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> feed = read_city_feed(hamlet().path)
    >>> feed.stops.ids, len(feed.trips.ids)
    (['west', 'east'], 24)
    """
    try:
        told = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputDataError(f"{folder}: holds no timetable; build the city with --gtfs FEED.zip") from None
    except (OSError, ValueError) as error:
        raise InputDataError(f"{folder / MARKER}: cannot be read ({error}); build the city again") from error
    tables = {
        name: _rows(kind, read_columns(folder / f"transit_{name}.parquet")) for name, kind in _TABLES.items()
    }
    calendar = read_columns(folder / "transit_calendar.parquet")
    calendar |= read_columns(folder / "transit_exceptions.parquet")
    return Feed(
        told["source"], told["timezone"], calendar=_rows(Calendar, calendar), notes=told["notes"], **tables
    )


def has_feed(folder: Path) -> bool:
    """Whether a city was built with a timetable.

    Parameters
    ----------
    folder
        Folder of the city.

    Returns
    -------
    bool
        Whether ``transit.json`` is there.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> has_feed(hamlet().path)
    True
    """
    return (folder / MARKER).is_file()


def _rows(kind: type[_T], columns: Mapping[str, NDArray[Any]]) -> _T:
    values: dict[str, Any] = {}
    for column in fields(kind):  # type: ignore[arg-type]
        found = columns[column.name]
        values[column.name] = found.tolist() if str(column.type).startswith("list") else found
    return kind(**values)


def _take(rows: _T, which: NDArray[np.int64]) -> _T:
    values = {}
    for column in fields(rows):  # type: ignore[arg-type]
        found = getattr(rows, column.name)
        values[column.name] = (
            [found[row] for row in which.tolist()] if isinstance(found, list) else found[which]
        )
    return replace(rows, **values)  # type: ignore[type-var]


def _appended(a: _T, b: _T) -> _T:
    values = {}
    for column in fields(a):  # type: ignore[arg-type]
        one, other = getattr(a, column.name), getattr(b, column.name)
        values[column.name] = (
            one + other if isinstance(one, list) else np.concatenate([one, other]).astype(one.dtype)
        )
    return replace(a, **values)  # type: ignore[type-var]


def _renumbered(kept: NDArray[np.int64], count: int) -> NDArray[np.int32]:
    rows = np.full(count, -1, dtype=np.int32)
    rows[kept] = np.arange(len(kept), dtype=np.int32)
    return rows


def _through(rows: NDArray[np.int32], old: NDArray[np.int32]) -> NDArray[np.int32]:
    return np.where(old >= 0, rows[old], -1).astype(np.int32) if len(rows) else old


def _shifted(rows: NDArray[np.int32], by: int) -> NDArray[np.int32]:
    return np.where(rows >= 0, rows + by, -1).astype(np.int32)
