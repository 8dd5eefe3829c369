"""Stops one can use as a service: which they are, and how a scan counts them alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.model.answers import ANSWERS
from wegeketten.reach.sweep import sweep_to
from wegeketten.transit.departures import departures
from wegeketten.transit.town import TransitTown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.answers import Answer
    from wegeketten.people.profile import Profile
    from wegeketten.reach.scan import Scan
    from wegeketten.transit.timetable import Timetable
    from wegeketten.transit.town import Moment

SERVICE = "stop"
_PLACE_M = 120.0  # from a platform to the mapped stop that stands for it in a scan's place_id


class Demand(NamedTuple):
    """What a stop has to offer so that it counts.

    Attributes
    ----------
    moment
        Day, and time where it matters.
    start_s, window_s
        In which departures are counted, seconds of the service day.
    least
        Departures there must be in it.
    """

    moment: Moment
    start_s: int
    window_s: int
    least: float

    @classmethod
    def hourly(cls, moment: Moment, per_hour: float) -> Demand:
        """So many departures in the hour after a moment.

        Parameters
        ----------
        moment
            Day and time.
        per_hour
            Least number of departures.

        Returns
        -------
        Demand
            Of one hour.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> from wegeketten.transit.town import TransitTown
        >>> demand = Demand.hourly(TransitTown(hamlet()).moment("2026-03-03 08:00"), 2)
        >>> demand.start_s, demand.window_s, demand.least
        (28800, 3600, 2)
        """
        return cls(moment, moment.seconds, 3600, per_hour)

    @classmethod
    def daily(cls, moment: Moment) -> Demand:
        """Any departure on the day.

        Parameters
        ----------
        moment
            Its time does not matter.

        Returns
        -------
        Demand
            Of one day.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> from wegeketten.transit.town import TransitTown
        >>> demand = Demand.daily(TransitTown(hamlet()).moment("2026-03-03 08:00"))
        >>> demand.start_s, demand.window_s, demand.least
        (0, 86400, 1)
        """
        return cls(moment, 0, 86400, 1)


def note_on_empty_hour(town: TransitTown, timetable: Timetable, demand: Demand, per_hour: float) -> str:
    """A sentence where no stop has so many departures then, whoever can board: nobody can be served.

    Parameters
    ----------
    town
        The city with its timetable.
    timetable
        Of that day.
    demand
        The hour.
    per_hour
        Least number of departures in it.

    Returns
    -------
    str
        Empty where some stop has.
    """
    boards = timetable.connections.boards
    counts = departures(timetable, boards, town.mode, demand.start_s, demand.window_s).sum(axis=1)
    if counts.max(initial=0) >= per_hour:
        return ""
    when = demand.moment.text
    return (
        f"--usable-stops: no stop has {per_hour:g} departures in the hour after {when}; choose another --at"
    )


def demand_usable_stops(
    scan: Scan, per_hour: float, *, at: str | None = None, level: str = "alone"
) -> list[str]:
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

    Returns
    -------
    list of str
        A note where nothing runs so often then, and so nobody is served.

    Raises
    ------
    InputDataError
        The city has no timetable.
    UsageError
        The scan has no service ``stop``, or it drew worlds: chances know nothing of timetables.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.reach.scan import scan
    >>> result = scan(hamlet(), profiles=["walker"], services=["stop"])
    >>> demand_usable_stops(result, 1.0, at="2026-03-03 08:00")
    []
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
    demand = Demand.hourly(moment, per_hour)
    for profile in scan.profiles:
        joints, reach = town.joints(profile), scan.reach[profile.id]
        for answer in ANSWERS:
            rows = served_stops(town, timetable, profile, answer, demand)[joints.stop_of]
            if answer != "possible":  # in *sure* those that are meant beyond doubt
                rows = rows & (joints.is_first if answer == "likely" else joints.is_alone)
            offer = joints.joints.take(rows[joints.joints.owner])
            sweep = sweep_to(scan.city, profile, answer, [offer], joints.homes, detailed=answer == "likely")
            reach.units[answer][joints.homes.owner, column] = sweep.units[:, 0]
            if answer == "likely":
                reach.metres[joints.homes.owner, column] = sweep.metres[:, 0]
                found = sweep.place[:, 0]
                reach.place[joints.homes.owner, column] = np.where(found >= 0, nearest[found], -1)
        scan.city.forget()
    scan.demands["stop"] = {"departures_per_hour": per_hour, "at": moment.text, "level": level}
    note = note_on_empty_hour(town, timetable, demand, per_hour)
    return [note] if note else []


def served_stops(
    town: TransitTown,
    timetable: Timetable,
    profile: Profile,
    answer: Answer,
    demand: Demand,
    *,
    platforms: Answer | None = None,
) -> NDArray[np.bool_]:
    """Stops at which a profile can get in, often enough.

    Parameters
    ----------
    town
        The city's public transport.
    timetable
        The day.
    profile
        The mobility profile that is asked about.
    answer
        Which reading of what is unknown counts: ``sure``, ``likely`` or ``possible``.
    demand
        What a stop has to offer.
    platforms
        Another answer for the platforms than for vehicles.

    Returns
    -------
    ndarray
        bool, shape (stops,).
    """
    boards = town.open_to(timetable, profile, answer, platforms=platforms).boards
    counts = departures(timetable, boards, town.mode, demand.start_s, demand.window_s).sum(axis=1)
    return np.asarray(counts >= demand.least)


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
