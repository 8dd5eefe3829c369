"""Public transport as functions: stops and rides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wegeketten.api.inputs import city_of, listed, profiles_of
from wegeketten.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wegeketten.api.inputs import Limit, Profiles
    from wegeketten.city import City
    from wegeketten.transit.ride import Rides
    from wegeketten.transit.stop_table import StopTable


def stops(
    city: City | str | Path, *, profile: Profiles = (), at: str | None = None, limit: Limit = ()
) -> StopTable:
    """Judge the stops of public transport: who can board, how often something leaves, what to raise.

    Parameters
    ----------
    city
        A city built with a timetable.
    profile, limit
        Profiles, all shipped ones where empty, and limits changed for this run.
    at
        Day and time, such as ``"2026-03-03 08:00"``; a usual Tuesday at eight where None.

    Returns
    -------
    StopTable
        A row for each stop, and who can use it.

    Raises
    ------
    InputDataError
        The city has no timetable.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> stops(hamlet(), profile="wheelchair").to_frame()["verdict_likely"].tolist()
    ['alone', 'help']
    """
    from wegeketten.transit.stop_table import stops_of_city

    return stops_of_city(city_of(city), profiles_of(profile, limit), at=at)


def ride(
    city: City | str | Path,
    *,
    profile: Profiles,
    service: str | Sequence[str] = (),
    at: str | None = None,
    window: int = 60,
    assisted: bool = False,
    back: bool = False,
    limit: Limit = (),
) -> Rides:
    """Compute door to door by public transport: every home to the nearest place of every service.

    Parameters
    ----------
    city, at, limit
        As for `stops`.
    profile
        One or several.
    service
        Service ids; all where empty.
    window
        Minutes of departures, one each.
    assisted
        With somebody who lays out a ramp.
    back
        The way back as well.

    Returns
    -------
    Rides
        Times by home, for each profile and service.

    Raises
    ------
    InputDataError
        The city has no timetable.
    UsageError
        No profile is named, or a service does not exist.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> found = ride(hamlet(), profile="walker", service="pharmacy", at="2026-03-03 08:00")
    >>> found.to_frame()["share_likely"].tolist()
    [1.0]
    """
    from wegeketten.transit.ride import ride_city

    if not profile:
        raise UsageError("ride: give --profile ID, once or several times")
    level = "help" if assisted else "alone"
    chosen = profiles_of(profile, limit)
    return ride_city(city_of(city), chosen, listed(service), at=at, window_min=window, level=level, back=back)
