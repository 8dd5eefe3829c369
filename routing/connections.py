"""Timetables as rows of connections, and the forward scan: where one is when, leaving at a given time.

A connection is one hop of one vehicle, from one place to the next. Between rides people walk along footpaths,
one at a time; a footpath from a place to itself is the time a change there takes. Footpaths need not be
closed: anyone who walks from a to b and from b to c has no footpath from a to c unless one is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .compiled import b1, i4, i8, kernel, nothing, reads, sealed, tuple_of, writes
from .graph import INF, as_int32

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .graph import Int32

    Flags = NDArray[np.bool_]


class HopColumns(NamedTuple):
    """Columns of connections as kernels take them; `link` is the row before or after on the same vehicle."""

    departure: Int32
    arrival: Int32
    tail: Int32
    head: Int32
    link: Int32
    boards: Flags
    alights: Flags


class WalkColumns(NamedTuple):
    """Footpaths as kernels take them."""

    indptr: Int32
    ends: Int32
    times: Int32


HOPS = tuple_of(HopColumns, *[reads(i4)] * 5, *[reads(b1)] * 2)
WALKS = tuple_of(WalkColumns, *[reads(i4)] * 3)


@dataclass(frozen=True)
class Footpaths:
    """WalkColumns between places, in rows by the place they start from.

    Attributes
    ----------
    indptr
        int32[n + 1]: where each place's walks begin.
    heads
        int32[m]: where they lead.
    times
        int32[m]: how long they take.
    """

    indptr: Int32
    heads: Int32
    times: Int32

    def columns(self) -> WalkColumns:
        """Columns for a kernel.

        Returns
        -------
        WalkColumns
            Views that are only read.
        """
        return WalkColumns(sealed(self.indptr), sealed(self.heads), sealed(self.times))

    @classmethod
    def from_walks(cls, n: int, tails: ArrayLike, heads: ArrayLike, times: ArrayLike) -> Footpaths:
        """Sort walks into rows.

        Parameters
        ----------
        n
            Number of places.
        tails, heads
            Places a walk leads from and to, shape (walks,).
        times
            Seconds or whatever unit the timetable has, shape (walks,).

        Returns
        -------
        Footpaths
            The walks by the place they start from.

        Raises
        ------
        ValueError
            An end is none of the n places, or the arrays differ in length.

        Examples
        --------
        >>> Footpaths.from_walks(2, [1, 0], [0, 1], [30, 60]).indptr
        array([0, 1, 2], dtype=int32)
        """
        starts = as_int32(tails, "tails", upper=n - 1)
        ends = as_int32(heads, "heads", upper=n - 1, size=starts.size)
        spent = as_int32(times, "times", size=starts.size)
        order = np.argsort(starts, kind="stable")
        indptr = np.zeros(n + 1, np.int32)
        np.cumsum(np.bincount(starts, minlength=n), out=indptr[1:])
        return cls(indptr, ends[order], spent[order])

    @property
    def n(self) -> int:
        """Number of places."""
        return self.indptr.size - 1

    def tails(self) -> Int32:
        """Where each walk starts."""
        return np.repeat(np.arange(self.n, dtype=np.int32), np.diff(self.indptr))

    def reverse(self) -> Footpaths:
        """The same walks in rows by the place they lead to."""
        return Footpaths.from_walks(self.n, self.heads, self.tails(), self.times)


@dataclass(frozen=True)
class Connections:
    """HopColumns of vehicles in order of departure; equally long arrays but for `n`.

    Attributes
    ----------
    n
        Number of places.
    departure, arrival
        int32, in one unit, `departure` ascending.
    tail, head
        int32: the places a hop joins.
    before, after
        int32: row of the same vehicle's hop before and after this one, -1 none.
    boards, alights
        Whether one may get in at the tail, and out at the head.
    source
        int32: position of each row in the arrays it was made from.
    """

    n: int
    departure: Int32
    arrival: Int32
    tail: Int32
    head: Int32
    before: Int32
    after: Int32
    boards: Flags
    alights: Flags
    source: Int32

    def __len__(self) -> int:
        return self.departure.size

    def columns(self, link: Int32) -> HopColumns:
        """Columns for a kernel.

        Parameters
        ----------
        link
            `before` or `after`: which way the scan follows vehicles.

        Returns
        -------
        HopColumns
            Views that are only read.
        """
        columns = self.departure, self.arrival, self.tail, self.head, link, self.boards, self.alights
        return HopColumns(*map(sealed, columns))

    @classmethod
    def from_hops(
        cls,
        n: int,
        departure: ArrayLike,
        arrival: ArrayLike,
        tail: ArrayLike,
        head: ArrayLike,
        vehicle: ArrayLike,
        boards: ArrayLike | None = None,
        alights: ArrayLike | None = None,
    ) -> Connections:
        """Sort hops by departure; hops of one vehicle are given in the order they are made.

        Parameters
        ----------
        n
            Number of places.
        departure, arrival
            Times, shape (hops,), whole numbers in any unit.
        tail, head
            Places a hop leads from and to.
        vehicle
            Number of the vehicle that makes the hop.
        boards, alights
            Whether one may get in at the tail and out at the head; always where None.

        Returns
        -------
        Connections
            The hops in order of departure.

        Raises
        ------
        ValueError
            An array has another length, a place does not exist, a hop ends before it starts, or a vehicle
            leaves before it has come; the message names the position.

        Examples
        --------
        >>> hops = Connections.from_hops(3, [5, 2], [6, 4], [1, 0], [2, 1], [7, 8])
        >>> hops.departure.tolist(), hops.before.tolist()
        ([2, 5], [-1, -1])
        """
        leave = as_int32(departure, "departure")
        size = leave.size
        come = as_int32(arrival, "arrival", size=size)
        start = as_int32(tail, "tail", upper=n - 1, size=size)
        end = as_int32(head, "head", upper=n - 1, size=size)
        ride = as_int32(vehicle, "vehicle", size=size)
        _refuse(come < leave, "a hop ends before it starts")
        by_ride = np.argsort(ride, kind="stable")
        same = ride[by_ride][1:] == ride[by_ride][:-1]
        early = np.zeros(size, bool)
        early[by_ride[1:]] = same & (leave[by_ride[1:]] < come[by_ride[:-1]])
        _refuse(early, "a vehicle leaves before it has come")
        position = np.empty(size, np.int64)
        position[by_ride] = np.arange(size)
        order = np.lexsort((position, leave)).astype(np.int32)
        row = np.empty(size, np.int32)
        row[order] = np.arange(size, dtype=np.int32)
        before, after = np.full(size, -1, np.int32), np.full(size, -1, np.int32)
        first, second = row[by_ride[:-1][same]], row[by_ride[1:][same]]
        before[second], after[first] = first, second
        return cls(
            n, leave[order], come[order], start[order], end[order], before, after,
            _flags(boards, size)[order], _flags(alights, size)[order], order,
        )  # fmt: skip

    def masked(self, boards: Flags, alights: Flags) -> Connections:
        """The same hops where getting in and out is allowed on fewer of them (rows of this table).

        Parameters
        ----------
        boards, alights
            Whether one may get in and out, shape (hops,), by row of this table.

        Returns
        -------
        Connections
            A table that shares everything else with this one.

        Examples
        --------
        >>> hops = Connections.from_hops(3, [10, 14], [12, 20], [0, 1], [1, 2], [7, 7])
        >>> len(hops.masked([True, False], [True, True]))
        2
        """
        return Connections(
            self.n, self.departure, self.arrival, self.tail, self.head, self.before, self.after,
            np.ascontiguousarray(self.boards & boards), np.ascontiguousarray(self.alights & alights),
            self.source,
        )  # fmt: skip

    def between(self, start: int, end: int) -> Connections:
        """Only hops that leave at `start` or later and before `end`; a vehicle's hops are cut apart there.

        Parameters
        ----------
        start, end
            First moment, and the moment after the last.

        Returns
        -------
        Connections
            A table of its own; its vehicles have other numbers.

        Examples
        --------
        >>> hops = Connections.from_hops(3, [10, 14], [12, 20], [0, 1], [1, 2], [7, 7])
        >>> hops.between(12, 30).departure.tolist()
        [14]
        """
        low, high = np.searchsorted(self.departure, [start, end]).tolist()
        part = slice(low, high)

        def moved(rows: Int32) -> Int32:
            inside = (rows[part] >= low) & (rows[part] < high)
            return np.where(inside, rows[part] - low, -1).astype(np.int32)

        return Connections(
            self.n, self.departure[part], self.arrival[part], self.tail[part], self.head[part],
            moved(self.before), moved(self.after), self.boards[part], self.alights[part], self.source[part],
        )  # fmt: skip

    def reversed_in_time(self, end: int) -> Connections:
        """The timetable run backwards: what left at t arrives at `end` - t. For ways back.

        Parameters
        ----------
        end
            Moment that becomes 0; no hop may arrive later.

        Returns
        -------
        Connections
            A table of its own.

        Raises
        ------
        ValueError
            A hop arrives after `end`.

        Examples
        --------
        >>> hops = Connections.from_hops(3, [10, 14], [12, 20], [0, 1], [1, 2], [7, 7])
        >>> back = hops.reversed_in_time(100)
        >>> back.departure.tolist(), back.arrival.tolist()
        ([80, 88], [86, 90])
        """
        _refuse(self.arrival > end, f"a hop arrives after {end}")
        vehicle = np.arange(len(self), dtype=np.int64)
        while True:  # number of the vehicle's first hop, by doubling
            earlier = np.where(self.before[vehicle] >= 0, self.before[vehicle], vehicle)
            if np.array_equal(earlier, vehicle):
                break
            vehicle = earlier
        backwards = np.arange(len(self))[::-1]
        turned = Connections.from_hops(
            self.n,
            end - self.arrival[backwards],
            end - self.departure[backwards],
            self.head[backwards],
            self.tail[backwards],
            vehicle[backwards],
            self.alights[backwards],
            self.boards[backwards],
        )
        return Connections(
            turned.n, turned.departure, turned.arrival, turned.tail, turned.head, turned.before, turned.after,
            turned.boards, turned.alights, self.source[backwards][turned.source],
        )  # fmt: skip


def _flags(values: ArrayLike | None, size: int) -> Flags:
    if values is None:
        return np.ones(size, bool)
    flags = np.asarray(values, dtype=bool)
    if flags.shape != (size,):
        raise ValueError(f"flags must hold {size} values, not {flags.shape}")
    return flags


def _refuse(bad: Flags, fault: str) -> None:
    if bad.any():
        raise ValueError(f"{fault}, at position {int(np.flatnonzero(bad)[0])}")


class _Scan(NamedTuple):
    """State of a forward scan; see `Arrivals`. `aboard` tells by connection whether one sits in it."""

    ready: Int32
    reached: Int32
    ready_by: Int32
    reached_by: Int32
    entered: Int32
    aboard: Flags


@kernel(nothing, HOPS, WALKS, i8, tuple_of(_Scan, *[writes(i4)] * 5, writes(b1)))
def _forward(hops: HopColumns, walks: WalkColumns, first: int, scan: _Scan) -> None:
    """Scan from row `first` on; `ready` is when one can board at a place, `reached` when one gets out there.

    Rows that leave at the same moment are gone through again as long as a hop that takes no time has led on:
    whom it brings may catch another of them, in whichever order they stand.
    """
    departure, arrival, tail, head, before, boards, alights = hops
    ready, reached, ready_by, reached_by, entered, aboard = scan
    i = first
    while i < departure.size:
        moment = departure[i]
        again = True
        end = i
        while again:
            again = False
            k = i
            while k < departure.size and departure[k] == moment:
                if not aboard[k]:  # who has got in stays in: where they did so is never changed
                    if before[k] >= 0 and aboard[before[k]]:
                        aboard[k] = True
                        entered[k] = entered[before[k]]
                    elif boards[k] and ready[tail[k]] <= moment:
                        aboard[k] = True
                        entered[k] = k
                if aboard[k]:
                    v = head[k]
                    if alights[k] and arrival[k] < reached[v]:
                        reached[v] = arrival[k]
                        reached_by[v] = k
                        again = again or arrival[k] == moment
                        for f in range(walks.indptr[v], walks.indptr[v + 1]):
                            there = arrival[k] + walks.times[f]
                            if there < ready[walks.ends[f]]:
                                ready[walks.ends[f]] = there
                                ready_by[walks.ends[f]] = k
                k += 1
            end = k
        i = end


@dataclass(frozen=True)
class Arrivals:
    """What a forward scan found; arrays by place.

    Attributes
    ----------
    ready
        When one can be at the place to board: having walked there, or having changed there. `INF` never.
    reached
        When a vehicle has brought one there; `INF` never.
    ready_by, reached_by
        Row of the connection one got out of before; -1 at the start.
    entered
        By connection: row of the one at which one got in.
    """

    ready: Int32
    reached: Int32
    ready_by: Int32
    reached_by: Int32
    entered: Int32

    def earliest(self) -> Int32:
        """When one is at each place, by whichever way."""
        return np.minimum(self.ready, self.reached)

    def rides(self, connections: Connections, row: int) -> list[tuple[int, int]]:
        """Rides that lead to the connection `row`: pairs of rows (got in, got out), in order.

        Parameters
        ----------
        connections
            The timetable of the scan.
        row
            Row of the connection that one gets out of, as in the arrivals.

        Returns
        -------
        list of tuple
            Empty where nobody has to ride.
        """
        found: list[tuple[int, int]] = []
        while row >= 0:
            start = int(self.entered[row])
            found.append((start, row))
            row = int(self.ready_by[connections.tail[start]])
        return found[::-1]


def scan_forward(
    connections: Connections, footpaths: Footpaths, places: ArrayLike, times: ArrayLike
) -> Arrivals:
    """Find where one is when, having been at given places at given times.

    Parameters
    ----------
    connections
        The timetable.
    footpaths
        WalkColumns between rides; a place where one may change has a walk to itself.
    places, times
        Where one may board first, and from when on.

    Returns
    -------
    Arrivals
        The earliest time at each place, and the ride that leads there.

    Raises
    ------
    ValueError
        A place does not exist.

    Examples
    --------
    >>> hops = Connections.from_hops(3, [10, 14], [12, 20], [0, 1], [1, 2], [0, 1])
    >>> change = Footpaths.from_walks(3, [0, 1, 2], [0, 1, 2], [0, 3, 0])
    >>> scan_forward(hops, change, [0], [5]).earliest().tolist()  # the second vehicle is missed
    [5, 12, 2147483647]
    """
    starts = as_int32(places, "places", upper=connections.n - 1)
    since = as_int32(times, "times", size=starts.size)
    ready, reached = np.full(connections.n, INF, np.int32), np.full(connections.n, INF, np.int32)
    np.minimum.at(ready, starts, since)
    first = int(np.searchsorted(connections.departure, since.min())) if since.size else len(connections)
    ready_by, reached_by = np.full(connections.n, -1, np.int32), np.full(connections.n, -1, np.int32)
    entered = np.full(len(connections), -1, np.int32)
    aboard = np.zeros(len(connections), bool)
    _forward(
        connections.columns(connections.before),
        footpaths.columns(),
        first,
        _Scan(ready, reached, ready_by, reached_by, entered, aboard),
    )
    return Arrivals(ready, reached, ready_by, reached_by, entered)
