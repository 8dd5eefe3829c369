"""stop_times.txt: where every trip calls and when; times between timepoints by distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wegeketten.transit.feed_files import FeedTable

    Ints = NDArray[np.int32]
    Floats = NDArray[np.float64]

_EARTH_M = 6_371_000.0
_FEW = 20  # one trip in so many may be wrong in a feed that is right


@dataclass(frozen=True)
class StopTimes:
    """Calls in order of trip and sequence; equally long.

    Attributes
    ----------
    trip, stop
        Rows of trips and stops.
    arrival, departure
        Seconds of the service day (24:00:00 and later for the night after it).
    pickup, drop_off
        ``pickup_type`` and ``drop_off_type``: 0 regular, 1 none, 2 phone, 3 ask the driver.
    """

    trip: Ints
    stop: Ints
    arrival: Ints
    departure: Ints
    pickup: NDArray[np.int8]
    drop_off: NDArray[np.int8]

    def __len__(self) -> int:
        return self.trip.size

    def take(self, rows: NDArray[np.integer]) -> StopTimes:
        """The given calls only.

        Parameters
        ----------
        rows
            Rows of the calls.

        Returns
        -------
        StopTimes
            A table of its own.

        Examples
        --------
        >>> import numpy as np
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> from wegeketten.transit.store import read_city_feed
        >>> len(read_city_feed(hamlet().path).times.take(np.array([0, 1])).stop)
        2
        """
        return StopTimes(
            self.trip[rows], self.stop[rows], self.arrival[rows], self.departure[rows],
            self.pickup[rows], self.drop_off[rows],
        )  # fmt: skip


def read_stop_times(
    table: FeedTable,
    stop_ids: Sequence[str],
    trip_ids: Sequence[str],
    lat: Floats,
    lon: Floats,
    notes: list[str],
) -> StopTimes:
    """Read the calls, sort them and fill in the times that are left to readers of the feed.

    Parameters
    ----------
    table
        ``stop_times.txt``.
    stop_ids, trip_ids
        Ids of the stops and trips that exist.
    lat, lon
        Of each stop, degrees; times between calls follow the distance.
    notes
        Gets a sentence for whatever was filled in.

    Returns
    -------
    StopTimes
        Calls in order of trip and sequence.

    Raises
    ------
    InputDataError
        A reference is broken, a sequence number is used twice, a trip begins or ends without a time, or
        time runs backwards in it.
    """
    trips, stops = table.refer("trip_id", trip_ids), table.refer("stop_id", stop_ids)
    sequence = table.whole("stop_sequence", default=None)
    order = np.lexsort((sequence, trips))
    trip, stop = trips[order].astype(np.int64), stops[order].astype(np.int64)
    same = trip[1:] == trip[:-1]
    twice = np.flatnonzero(same & (np.diff(sequence[order]) == 0))
    if len(twice):
        row = int(order[twice[0] + 1])
        raise table.fault(
            row, f"stop_sequence {int(sequence[row])} of trip {trip_ids[trip[twice[0]]]!r} is used twice"
        )
    arrival = table.seconds("arrival_time")[order].astype(np.int64)
    departure = table.seconds("departure_time")[order].astype(np.int64)
    arrival, departure = (
        np.where(arrival < 0, departure, arrival),
        np.where(departure < 0, arrival, departure),
    )
    ends = np.ones(len(trip), dtype=bool)
    ends[1:-1] = ~(same[1:] & same[:-1]) if len(trip) > 1 else True
    bad = _Doubtful(table, order, trip, trip_ids, notes)
    kept = bad.without(ends & (arrival < 0), "no time at its first or last stop")
    order, trip, stop, arrival, departure = (each[kept] for each in (order, trip, stop, arrival, departure))
    blank = int((arrival < 0).sum())
    if blank:
        along = table.number("shape_dist_traveled", least=0, most=1e12)[order]
        _interpolate(trip, stop, arrival, departure, along, lat, lon)
        notes.append(f"{blank} of {len(trip)} stop times are blank; interpolated by distance")
    backwards = departure < arrival
    backwards[1:] |= (trip[1:] == trip[:-1]) & (arrival[1:] < departure[:-1])
    kept = _Doubtful(table, order, trip, trip_ids, notes).without(backwards, "times that run backwards")
    order, trip, stop, arrival, departure = (each[kept] for each in (order, trip, stop, arrival, departure))
    return StopTimes(
        trip.astype(np.int32), stop.astype(np.int32), arrival.astype(np.int32), departure.astype(np.int32),
        table.whole("pickup_type", most=3)[order].astype(np.int8),
        table.whole("drop_off_type", most=3)[order].astype(np.int8),
    )  # fmt: skip


class _Doubtful(NamedTuple):
    """Calls among which trips may be found that cannot have been run so."""

    table: FeedTable
    order: NDArray[np.int64]
    trip: NDArray[np.integer]
    trip_ids: Sequence[str]
    notes: list[str]

    def without(self, bad: NDArray[np.bool_], what: str) -> NDArray[np.bool_]:
        """Calls of trips without a bad one; few such trips are left out with a note.

        Raises
        ------
        InputDataError
            They are more than one in twenty: the feed itself is at fault.
        """
        if not bad.any():
            return np.ones(len(bad), dtype=bool)
        trips = np.unique(self.trip[bad])
        first = int(np.flatnonzero(bad)[0])
        name = self.trip_ids[self.trip[first]]
        if len(trips) * _FEW > len(np.unique(self.trip)):
            raise self.table.fault(int(self.order[first]), f"trip {name!r} has {what}")
        self.notes.append(f"{len(trips)} trips are left out, {name!r} first: {what}")
        return ~np.isin(self.trip, trips)


def _interpolate(
    trip: NDArray[np.integer],
    stop: NDArray[np.integer],
    arrival: NDArray[np.integer],
    departure: NDArray[np.integer],
    along: Floats,
    lat: Floats,
    lon: Floats,
) -> None:
    """Fill blank times (-1) in place, in proportion to the distance between the timepoints around them.

    ``shape_dist_traveled`` is the distance where the whole stretch has it, else the great circle from stop
    to stop; stops that all lie at one point share the time evenly.
    """
    count = len(trip)
    hop_m = np.zeros(count)
    hop_m[1:] = _great_circle_m(lat[stop[:-1]], lon[stop[:-1]], lat[stop[1:]], lon[stop[1:]])
    walked = np.cumsum(np.nan_to_num(hop_m))
    known = np.flatnonzero(arrival >= 0)
    blank = np.flatnonzero(arrival < 0)
    position = np.searchsorted(known, blank)
    a, b = known[position - 1], known[position]  # both exist: trips begin and end with times
    by_shape = _has_shape(along, a, b)
    with np.errstate(invalid="ignore", divide="ignore"):
        shaped = (along[blank] - along[a]) / (along[b] - along[a])
        walked_share = (walked[blank] - walked[a]) / (walked[b] - walked[a])
    even = (blank - a) / (b - a)
    share = np.where(by_shape, shaped, np.where(walked[b] > walked[a], walked_share, even))
    filled = departure[a] + np.rint(share * (arrival[b] - departure[a])).astype(arrival.dtype)
    arrival[blank] = departure[blank] = filled


def _has_shape(along: Floats, a: NDArray[np.integer], b: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Stretches a..b on which every call has a distance and none falls back."""
    unknown = np.concatenate([[0], np.cumsum(np.isnan(along))])
    falls = np.zeros(len(along) + 1, dtype=np.int64)
    falls[2:] = np.cumsum(np.diff(np.nan_to_num(along)) < 0)
    known: NDArray[np.bool_] = (unknown[b + 1] == unknown[a]) & (falls[b + 1] == falls[a + 1])
    rises: NDArray[np.bool_] = np.nan_to_num(along[b]) > np.nan_to_num(along[a])
    return known & rises


def _great_circle_m(lat_a: Floats, lon_a: Floats, lat_b: Floats, lon_b: Floats) -> Floats:
    lat_1, lon_1, lat_2, lon_2 = (np.radians(each) for each in (lat_a, lon_a, lat_b, lon_b))
    half = np.sin((lat_2 - lat_1) / 2) ** 2 + np.cos(lat_1) * np.cos(lat_2) * np.sin((lon_2 - lon_1) / 2) ** 2
    metres: Floats = 2 * _EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return metres
