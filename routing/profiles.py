"""The profile scan: for every place and every moment at once, when one arrives at the nearest of many goals.

One sweep over a timetable, from its last connection to its first. A place's profile is a row of departures
with the arrival each leads to, later departures first. A footpath is taken into account when its connection
is, whether or not the place it leads to gained by it: footpaths are not closed, so a journey that is of no
use at the place of boarding may be the best for somebody who walks there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .compiled import helper, i4, i8, kernel, nothing, reads, sealed, tuple_of, writes
from .connections import HOPS, WALKS, WalkColumns
from .graph import INF, as_int32

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from .connections import Connections, Footpaths, HopColumns
    from .graph import Int32

RIDES = 32
"""A key is an arrival times this plus the number of rides: of equal arrivals the one with fewer changes."""

_MOST_RIDES = RIDES - 1
_ROOM = 64  # entries of a profile to begin with
_LATEST = INF // RIDES - 1


@helper
def _key_at(entries: Int32, count: int, place: int, moment: int) -> int:
    """Best key of those who are at `place` at `moment`; the entry sought is among the last ones made."""
    i = count - 1
    while i >= 0 and entries[place, i, 0] < moment:
        i -= 1
    return INF if i < 0 else entries[place, i, 1]


@helper
def _insert(entries: Int32, count: int, place: int, leave: int, key: int) -> int:
    """Add an entry that is not dominated; drop those it dominates; return how many there are now."""
    i = count
    while i > 0 and entries[place, i - 1, 0] < leave:
        i -= 1
    if i > 0 and entries[place, i - 1, 0] == leave:  # same departure, later arrival
        i -= 1
    j = i
    while j < count and entries[place, j, 1] >= key:
        j += 1
    if j == i:
        for q in range(count - 1, i - 1, -1):
            entries[place, q + 1, 0] = entries[place, q, 0]
            entries[place, q + 1, 1] = entries[place, q, 1]
    elif j > i + 1:
        gone = j - i - 1
        for q in range(j, count):
            entries[place, q - gone, 0] = entries[place, q, 0]
            entries[place, q - gone, 1] = entries[place, q, 1]
    entries[place, i, 0] = leave
    entries[place, i, 1] = key
    return count + 1 - (j - i)


@kernel(
    i8,
    *(HOPS, WALKS, reads(i4), i8, writes(i4), writes(i4), writes(i4, 3)),
)
def _sweep(
    hops: HopColumns, walks: WalkColumns, egress: Int32, last: int, best: Int32, counts: Int32, entries: Int32
) -> int:
    """Scan backwards from row `last`; return the row at which a profile ran out of room, -1 when done.

    Rows that leave at the same moment are gone through again as long as one of them takes no time and
    something was found, for it may be of use to another of them.
    """
    departure, arrival, tail, head, after, boards, alights = hops
    room = entries.shape[1]
    end = last
    while end >= 0:
        moment = departure[end]
        again = True
        begin = end
        while again:
            again = False
            instant, found = False, False
            k = end
            while k >= 0 and departure[k] == moment:
                key: int = best[after[k]] if after[k] >= 0 else INF
                if alights[k]:
                    v = head[k]
                    if egress[v] != INF:
                        key = min(key, (np.int64(arrival[k]) + egress[v]) * RIDES)
                    onward = _key_at(entries, counts[v], v, arrival[k])
                    if onward < key and (onward & _MOST_RIDES) < _MOST_RIDES:
                        key = onward + 1
                    instant = instant or arrival[k] == moment
                best[k] = key
                if key != INF and boards[k]:
                    u = tail[k]
                    for f in range(walks.indptr[u], walks.indptr[u + 1]):
                        s, leave = walks.ends[f], moment - walks.times[f]
                        if _key_at(entries, counts[s], s, leave) <= key:
                            continue
                        if counts[s] == room:
                            return end
                        counts[s] = _insert(entries, counts[s], s, leave, key)
                        found = True
                k -= 1
            begin = k
            again = instant and found
        end = begin
    return -1


@dataclass(frozen=True)
class Profiles:
    """Departures and arrivals of every place, in rows.

    Attributes
    ----------
    indptr
        int32[n + 1]: where each place's row begins.
    departure
        int32[m]: latest moment to be at the place, ascending within a row; may be negative.
    arrival
        int32[m]: when the goal is reached, ascending.
    rides
        int32[m]: in how many vehicles.
    """

    indptr: Int32
    departure: Int32
    arrival: Int32
    rides: Int32

    def arrivals(self, place: int, moments: ArrayLike) -> Int32:
        """When the goal is reached by those who are at a place at given moments; `INF` never.

        Parameters
        ----------
        place
            Where one is.
        moments
            From when on, in the unit of the timetable; any order.

        Returns
        -------
        Int32
            Shape of `moments`.
        """
        low, high = self.indptr[place], self.indptr[place + 1]
        at = low + np.searchsorted(self.departure[low:high], np.asarray(moments))
        found = np.full(at.shape, INF, np.int32)
        found[at < high] = self.arrival[at[at < high]]
        return found


def scan_profiles(connections: Connections, footpaths: Footpaths, egress: ArrayLike) -> Profiles:
    """Find for every place and moment when one arrives at the nearest goal, by at least one ride.

    Parameters
    ----------
    connections
        The timetable.
    footpaths
        WalkColumns between rides; a place where one may change, or board, has a walk to itself.
    egress
        int32[n]: time from having got out at each place to the nearest goal, `INF` where none is near.

    Returns
    -------
    Profiles
        For each place, the moments to leave at and when one arrives.

    Raises
    ------
    ValueError
        `egress` does not fit, or the timetable reaches too far into the future.

    Examples
    --------
    >>> from wegeketten.routing import Connections, Footpaths
    >>> hops = Connections.from_hops(3, [10, 14, 30], [12, 20, 33], [0, 1, 1], [1, 2, 2], [0, 1, 2])
    >>> stay = Footpaths.from_walks(3, [0, 1, 2], [0, 1, 2], [0, 0, 0])
    >>> scan_profiles(hops, stay, [2**31 - 1, 2**31 - 1, 5]).arrivals(0, [9, 10, 11]).tolist()
    [25, 25, 2147483647]
    """
    goals = as_int32(egress, "egress", size=connections.n)
    near = goals[goals != INF]
    if len(connections) and near.size and int(connections.arrival.max()) + int(near.max()) > _LATEST:
        raise ValueError(f"arrivals must not lie beyond {_LATEST}")
    into = footpaths.reverse()
    best = np.empty(len(connections), np.int32)
    counts = np.zeros(connections.n, np.int32)
    entries = np.empty((connections.n, _ROOM, 2), np.int32)
    row = len(connections) - 1
    hops, walks = connections.columns(connections.after), into.columns()
    while True:
        row = _sweep(hops, walks, goals, row, best, counts, entries)
        if row < 0:
            break
        entries = np.concatenate((entries, np.empty_like(entries)), axis=1)
    return _in_rows(counts, entries)


def _in_rows(counts: Int32, entries: Int32) -> Profiles:
    indptr = np.zeros(counts.size + 1, np.int32)
    np.cumsum(counts, out=indptr[1:])
    within = np.arange(entries.shape[1])[None, :] < counts[:, None]
    kept = entries[within]
    # rows are turned round: the earliest departure first
    ends = np.repeat(indptr[1:], counts)
    starts = np.repeat(indptr[:-1], counts)
    turned = starts + ends - 1 - np.arange(kept.shape[0])
    kept = kept[turned]
    return Profiles(
        indptr,
        np.ascontiguousarray(kept[:, 0]),
        kept[:, 1] // RIDES,
        kept[:, 1] % RIDES + np.int32(1),
    )


class _Entries(NamedTuple):
    """Rows of `Profiles` as kernels take them."""

    indptr: Int32
    departure: Int32
    arrival: Int32
    rides: Int32


@kernel(
    nothing,
    *(WALKS, tuple_of(_Entries, *[reads(i4)] * 4)),
    *(reads(i4), i8, i8, writes(i4, 2), writes(i4, 2), writes(i4)),
)
def _spread(
    near: WalkColumns,
    entries: _Entries,
    direct: Int32,
    start: int,
    step: int,
    times: Int32,
    by: Int32,
    slots: Int32,
) -> None:
    """Durations of the doors by moment; `by` names the entry used, -1 on foot alone."""
    indptr, departure, arrival, rides = entries
    count = times.shape[1]
    for h in range(times.shape[0]):
        for m in range(count):
            slots[m] = INF
            by[h, m] = -1
        for a in range(near.indptr[h], near.indptr[h + 1]):
            s, walk = near.ends[a], np.int64(near.times[a])
            for e in range(indptr[s], indptr[s + 1]):
                slot = (np.int64(departure[e]) - walk - start) // step
                if slot < 0:
                    continue
                slot = min(slot, count - 1)
                known = by[h, slot]
                if arrival[e] < slots[slot] or (
                    arrival[e] == slots[slot] and known >= 0 and rides[e] < rides[known]
                ):
                    slots[slot] = arrival[e]
                    by[h, slot] = e
                if slot == count - 1:
                    break  # later departures of this stop arrive later
        soonest, entry = np.int64(INF), np.int32(-1)
        for m in range(count - 1, -1, -1):
            if slots[m] < soonest:
                soonest, entry = slots[m], by[h, m]
            elif slots[m] == soonest and entry >= 0 and by[h, m] >= 0 and rides[by[h, m]] < rides[entry]:
                entry = by[h, m]
            moment = start + m * step
            time = np.int64(INF) if soonest == INF else soonest - moment
            by[h, m] = entry
            if direct[h] <= time:
                time = np.int64(direct[h])
                by[h, m] = -1
            times[h, m] = time


def spread_to_doors(
    profiles: Profiles,
    near_ptr: Int32,
    near: Int32,
    walks: Int32,
    direct: Int32,
    *,
    start: int,
    step: int,
    count: int,
) -> tuple[Int32, Int32]:
    """Durations from doors to the goal at regular moments of departure.

    Parameters
    ----------
    profiles
        By place.
    near_ptr, near, walks
        In rows by door: the places near it and how long the walk there takes.
    direct
        int32[doors]: time on foot alone, `INF` where there is no way.
    start, step, count
        The moments asked for: start, start + step, start + 2 step …

    Returns
    -------
    tuple
        int32[doors, count]: durations, `INF` where the goal is not reached; and the row of the profile entry
        used, -1 on foot alone or not at all.
    """
    doors = near_ptr.size - 1
    times, by = np.empty((doors, count), np.int32), np.empty((doors, count), np.int32)
    paths = WalkColumns(*map(sealed, (near_ptr, near, walks)))
    columns = profiles.indptr, profiles.departure, profiles.arrival, profiles.rides
    entries = _Entries(*map(sealed, columns))
    _spread(paths, entries, direct, start, step, times, by, np.empty(count, np.int32))
    return times, by
