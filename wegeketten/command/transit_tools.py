"""The commands `stops`, `ride` and `route --transit`: options in, tables and sentences out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wegeketten.command.options import (
    chosen_profiles,
    open_source,
    parse_point,
    print_json,
    progress_bar,
    say,
)
from wegeketten.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def run_stops(
    source: str,
    out: Path,
    profiles: list[str] | None,
    at: str | None,
    limits: list[str] | None,
    *,
    as_json: bool,
) -> None:
    """Judge a city's stops and write the tables.

    Parameters
    ----------
    source
        City folder, extract, or ``demo``.
    out
        Target folder.
    profiles
        Ids and files.
    at
        Day or weekday, and time.
    limits
        Limits that replace those of the profile, such as ``kerb_cm=6``.
    as_json
        Whether a JSON document is printed instead of text.

    Raises
    ------
    InputDataError
        The city was built without a timetable.
    """
    from wegeketten.transit.stop_table import stops_of_city

    with progress_bar("stops") as tick:
        chosen = chosen_profiles(profiles, limits)
        found = stops_of_city(open_source(source, tick), chosen, at=at, progress=tick)
        found.write(out)
    if as_json:
        print_json(found.to_json())
    for note in found.notes:
        say(f"note: {note}")
    say(f"{out} written")


def run_ride(
    source: str,
    out: Path,
    services: list[str] | None,
    profiles: list[str] | None,
    at: str | None,
    window: int,
    limits: list[str] | None,
    *,
    assisted: bool,
    back: bool,
    as_json: bool,
) -> None:
    """Compute rides for every home and write the tables.

    Parameters
    ----------
    source
        City folder, extract, or ``demo``.
    out
        Target folder.
    services
        Ids; all where None.
    profiles
        Ids and files.
    at
        Day or weekday, and time.
    window
        Minutes.
    limits
        Limits that replace those of the profile, such as ``kerb_cm=6``.
    assisted
        Whether somebody helps at the vehicle.
    back
        Whether the way back counts too.
    as_json
        Whether a JSON document is printed instead of text.

    Raises
    ------
    InputDataError
        The city was built without a timetable.
    UsageError
        No profile is named.
    """
    from wegeketten.transit.ride import ride_city

    if not profiles:
        raise UsageError("ride: give --profile ID, once or several times")
    with progress_bar("ride") as tick:
        chosen = chosen_profiles(profiles, limits)
        found = ride_city(
            open_source(source, tick), chosen, services or (), at=at, window_min=window,
            level="help" if assisted else "alone", back=back, progress=tick,
        )  # fmt: skip
        found.write(out)
    if as_json:
        print_json(found.to_json())
    for note in found.notes:
        say(f"note: {note}")
    say(f"{out} written")


def run_journey(
    source: str,
    start: str,
    end: str,
    profile: str,
    at: str | None,
    limits: list[str] | None,
    out: Path | None,
    lang: str,
    *,
    assisted: bool,
    as_json: bool,
) -> None:
    """Find one journey and print it.

    Parameters
    ----------
    source
        City folder, extract, or ``demo``.
    start, end
        Latitude and longitude with a comma between.
    profile
        Id or file.
    at
        Day or weekday, and time.
    limits
        Limits that replace those of the profile, such as ``kerb_cm=6``.
    out
        Target file; none where None.
    lang
        Language of the text, ``de`` or ``en``.
    assisted
        Whether somebody helps at the vehicle.
    as_json
        Whether a JSON document is printed instead of text.

    Raises
    ------
    InputDataError
        The city was built without a timetable.
    """
    from wegeketten.transit.journey import find_journey

    spots = parse_point(start, "--from"), parse_point(end, "--to")
    with progress_bar("route") as tick:
        one = chosen_profiles([profile], limits)[0]
        city = open_source(source, tick)
        found = find_journey(city, one, *spots, at=at, level="help" if assisted else "alone")
    if out is not None:
        found.write(out)
    if as_json:
        print_json(found.to_json())
        return
    from wegeketten.reports.terminal_results import print_sentences

    print_sentences(found.sentences(lang))


def run_outing(
    source: str,
    start: str | None,
    visits: list[str],
    profile: str,
    at: str | None,
    limits: list[str] | None,
    out: Path | None,
    lang: str,
    *,
    returning: bool,
    plain: bool,
    as_json: bool,
) -> None:
    """Find a chain of errands that may ride, and print it.

    Parameters
    ----------
    source
        City folder, extract, or ``demo``.
    start
        Latitude and longitude with a comma between.
    visits
        Service ids.
    profile
        Id or file.
    at
        Day or weekday, and time.
    limits
        Limits that replace those of the profile, such as ``kerb_cm=6``.
    out
        Target file; none where None.
    lang
        Language of the text, ``de`` or ``en``.
    returning
        Whether the chain ends at home.
    plain
        Whether nothing was asked that only chains on foot have.
    as_json
        Whether a JSON document is printed instead of text.

    Raises
    ------
    InputDataError
        The city was built without a timetable.
    UsageError
        No door is given, or something is asked that only chains on foot have.
    """
    from wegeketten.reports.terminal_results import print_sentences
    from wegeketten.transit.outing import find_outing

    if start is None or not plain:
        raise UsageError(
            "--transit: give one door (--from LAT,LON); benches, toilets and a free order go on foot only"
        )
    spot = parse_point(start, "--from")
    with progress_bar("chain") as tick:
        one = chosen_profiles([profile], limits)[0]
        found = find_outing(open_source(source, tick), one, spot, visits, returning=returning, at=at)
    if out is not None:
        found.write(out)
    print_json(found.to_json()) if as_json else print_sentences(found.sentences(lang))
