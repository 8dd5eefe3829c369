"""A city's public transport, opened: its timetable, its platforms, and who can board where."""

from __future__ import annotations

import datetime as dt
import re
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.files.parquet import read_columns
from wegeketten.transit.boarding import answers_by_stop, is_undemanding, judge_stops, judge_trips
from wegeketten.transit.modes import MODES, mode_of
from wegeketten.transit.store import read_city_feed
from wegeketten.transit.timetable import timetable_on
from wegeketten.transit.walks import StopJoints

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile
    from wegeketten.routing import Connections
    from wegeketten.transit.feed import Feed
    from wegeketten.transit.timetable import Timetable

UNITS_PER_S = 10
"""Units of the routing core per second."""

_DATED = re.compile(r"\s*(\d{4}-\d{2}-\d{2})(?:[T\s]+(\d{1,2})(?::(\d{2}))?)?\s*").fullmatch
_USUAL = "Di 08:00"


class Moment(NamedTuple):
    """A day of service and a time on it."""

    date: dt.date
    seconds: int

    @property
    def text(self) -> str:
        """Such as ``2026-03-03 08:00``."""
        return f"{self.date.isoformat()} {self.seconds // 3600:02d}:{self.seconds // 60 % 60:02d}"


class TransitTown:
    """The tables of a city that was built with a timetable.

    Parameters
    ----------
    city
        The city.
    level
        ``alone``: what one can board without help; ``help``: with somebody who lays out a ramp.

    Raises
    ------
    InputDataError
        The city has no timetable.
    """

    def __init__(self, city: City, level: str = "alone") -> None:
        self.city = city
        self.level = level
        self.feed: Feed = read_city_feed(city.path)
        self.platforms: dict[str, NDArray[Any]] = read_columns(city.path / "transit_platforms.parquet")
        self.boarding: NDArray[np.integer] = self.feed.stops.boarding()
        self._timetables: dict[dt.date, Timetable] = {}
        self._joints: dict[str, StopJoints] = {}

    @cached_property
    def mode(self) -> NDArray[np.int64]:
        """By trip: column of its kind of vehicle in `modes.MODES`."""
        modes = {
            route_type: MODES.index(mode_of(route_type)) for route_type in set(self.feed.trips.mode.tolist())
        }
        return np.array([modes[each] for each in self.feed.trips.mode.tolist()], dtype=np.int64)

    def joints(self, profile: Profile) -> StopJoints:
        """Where the stops join the network for a profile; kept for the next question.

        Parameters
        ----------
        profile
            The mobility profile that is asked about.

        Returns
        -------
        StopJoints
            Doors of the platforms.
        """
        if profile.sha256 not in self._joints:
            joints = StopJoints(self.city, self.platforms, len(self.feed.stops.ids), profile)
            self._joints[profile.sha256] = joints
        return self._joints[profile.sha256]

    def usable(self, profile: Profile) -> dict[str, NDArray[np.bool_]]:
        """By answer: whether a stop can be used by mode, shape (stops, modes).

        Parameters
        ----------
        profile
            The mobility profile that is asked about.

        Returns
        -------
        dict
            A table for each of ``sure``, ``likely`` and ``possible``.

        Examples
        --------
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> town = TransitTown(hamlet())
        >>> usable = town.usable(load_profile("wheelchair"))
        >>> {answer: stops.any(axis=1).tolist() for answer, stops in usable.items()}
        {'sure': [True, True], 'likely': [True, True], 'possible': [True, True]}
        """
        verdict = judge_stops(self.platforms, self.boarding, profile, self.level)
        return answers_by_stop(
            self.platforms,
            verdict.overall,
            len(self.feed.stops.ids),
            undemanding=is_undemanding(profile),
        )

    def changed(self, platforms: dict[str, NDArray[Any]], boarding: NDArray[np.integer]) -> TransitTown:
        """The same town with other platforms; stops stay where they are.

        Parameters
        ----------
        platforms
            The platform table, with the same rows at the same places.
        boarding
            What the timetable says of each stop: 0 nothing, 1 some can board, 2 none.

        Returns
        -------
        TransitTown
            Shares feed, timetables and joints with this one.
        """
        other = copy(self)
        other.platforms, other.boarding = platforms, boarding
        return other

    def open_to(
        self, timetable: Timetable, profile: Profile, answer: Answer, *, platforms: Answer | None = None
    ) -> Connections:
        """The day's connections on which getting in and out is allowed only where a profile can.

        Parameters
        ----------
        timetable
            The day.
        profile
            The mobility profile that is asked about.
        answer
            Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.
        platforms
            Another answer for the platforms than for vehicles.

        Returns
        -------
        Connections
            Rows as in `timetable.connections`.
        """
        stops = self.usable(profile)[platforms or answer]
        level, _ = judge_trips(self.feed.trips, profile)
        least = {"sure": 3, "likely": 2, "possible": 1}[answer]
        call = timetable.calls
        trip = self.feed.times.trip[call]
        vehicle, mode = level[trip] >= least, self.mode[trip]
        boards = vehicle & stops[self.feed.times.stop[call], mode]
        alights = vehicle & stops[self.feed.times.stop[call + 1], mode]
        if answer == "sure":  # what has to be arranged by telephone is not sure
            boards &= self.feed.times.pickup[call] == 0
            alights &= self.feed.times.drop_off[call + 1] == 0
        return timetable.connections.masked(boards, alights)

    def timetable(self, moment: Moment) -> Timetable:
        """What runs on a day, with the nights before and after it; units of 0.1 s.

        Parameters
        ----------
        moment
            Day and time.

        Returns
        -------
        Timetable
            Kept for the next question.

        Raises
        ------
        UsageError
            Nothing runs.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> town = TransitTown(hamlet())
        >>> len(town.timetable(town.moment("2026-03-03 08:00")).connections)
        48
        """
        found = self._timetables.get(moment.date)
        if found is None:
            found = timetable_on(self.feed, moment.date, neighbours=True, unit_s=UNITS_PER_S)
            self._timetables[moment.date] = found
        if not len(found.hops.call):
            raise UsageError(f"--at {moment.text}: {found.notes[-1].partition(': ')[2]}")
        return found

    def moment(self, text: str | None) -> Moment:
        """A day and time from ``2026-03-03 08:00``, or from ``Di 08:00`` on a day as busy as any.

        Parameters
        ----------
        text
            Date or weekday, and time; a usual Tuesday at eight where None.

        Returns
        -------
        Moment
            Date, second of the day, and the text it was read from.

        Raises
        ------
        UsageError
            The text is nothing of that kind, or the timetable holds on no such day.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> town = TransitTown(hamlet())
        >>> town.moment("2026-03-03 08:00").date.isoformat()
        '2026-03-03'
        """
        dated = _DATED(text or "")
        if dated:
            try:
                date = dt.date.fromisoformat(dated[1])
            except ValueError:
                raise UsageError(f"--at {text!r}: there is no such date") from None
            hour, minute = int(dated[2] or 8), int(dated[3] or 0)
            if hour > 23 or minute > 59:
                raise UsageError(f"--at {text!r}: there is no such time of day")
            return Moment(date, hour * 3600 + minute * 60)
        from wegeketten.reach.hours import parse_when

        try:
            when = parse_when(text or _USUAL)
        except UsageError:
            raise UsageError(
                f"--at {text!r}: give a date or weekday and a time: 2026-03-03 08:00, Di 08:00"
            ) from None
        return Moment(self._busiest(when.weekday(), text), when.hour * 3600 + when.minute * 60)

    def _busiest(self, weekday: int, text: str | None) -> dt.date:
        """First of the days of that name on which most trips run."""
        span = self.feed.calendar.span()
        if span is None:
            raise UsageError(f"--at {text or _USUAL}: no trip of the timetable runs on any day")
        trips = np.bincount(self.feed.trips.service, minlength=len(self.feed.calendar.services))
        best, most = None, 0
        first = span[0] + (weekday - dt.date.fromordinal(span[0]).weekday()) % 7
        for day in range(first, span[1] + 1, 7):
            date = dt.date.fromordinal(day)
            count = int(trips[self.feed.calendar.active(date)].sum())
            if count > most:
                best, most = date, count
        if best is None:
            raise UsageError(f"--at {text or _USUAL}: no trip of the timetable runs on that weekday")
        return best

    def doubted_lines(self, profile: Profile) -> list[str]:
        """Lines whose statements on wheelchairs are not believed.

        Parameters
        ----------
        profile
            The mobility profile that is asked about.

        Returns
        -------
        list of str
            Names of the lines, each once.

        Examples
        --------
        >>> from wegeketten.people.profile import load_profile
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> town = TransitTown(hamlet())
        >>> town.doubted_lines(load_profile("wheelchair"))
        []
        """
        return judge_trips(self.feed.trips, profile)[1]
