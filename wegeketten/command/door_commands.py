"""Commands about ways from doors: routes, reasons, chains, rides, stops, areas and matrices.

Declarations only: options in, one call into the package, tables and messages out.
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # typer reads the annotations when it runs
from typing import Annotated

import typer

from wegeketten.command.options import (
    At,
    City,
    From,
    Json,
    Lang,
    Limits,
    OneProfile,
    OptionalFile,
    Out,
    Profiles,
    Seed,
    Services,
    TransitAt,
    Worlds,
    check_language,
    chosen_profiles,
    open_source,
    parse_point,
    print_json,
    progress_bar,
)  # fmt: skip


def route(
    city: City,
    start: From,
    end: Annotated[str, typer.Option("--to", help="LAT,LON of the goal.")],
    profile: OneProfile,
    when: At = None,
    limit: Limits = None,
    transit: Annotated[bool, typer.Option("--transit", help="By public transport as well.")] = False,
    assisted: Annotated[bool, typer.Option("--assisted", help="With somebody who lays out a ramp.")] = False,
    worlds: Worlds = 64,
    seed: Seed = 0,
    out: OptionalFile = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Find one route from door to door, with the barriers on it."""
    if transit:
        from wegeketten.command.transit_tools import run_journey

        run_journey(
            city,
            start,
            end,
            profile,
            when,
            limit,
            out,
            check_language(lang),
            assisted=assisted,
            as_json=as_json,
        )
        return
    from wegeketten.reach.hours import city_at, parse_when
    from wegeketten.reach.route import find_route
    from wegeketten.reports.terminal_results import print_route

    language = check_language(lang)
    spots = parse_point(start, "--from"), parse_point(end, "--to")
    time = None if when is None else parse_when(when)
    with progress_bar("route") as tick:
        one = chosen_profiles([profile], limit)[0]
        opened = city_at(open_source(city, tick), time)
        found = find_route(opened, one, *spots, worlds=worlds, seed=seed)
    if out is not None:
        found.write(out)
    print_json(found.to_json()) if as_json else print_route(found, opened, lang=language)


def why(
    city: City,
    start: From,
    service: Annotated[str, typer.Option("--service", help="Service id.")],
    profile: OneProfile,
    limit: Limits = None,
    worlds: Worlds = 64,
    seed: Seed = 0,
    out: OptionalFile = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Name the barriers between a home and a service: the cheapest set whose removal opens a way."""
    from wegeketten.reach.why import find_why
    from wegeketten.reports.terminal_results import print_why

    language = check_language(lang)
    spot = parse_point(start, "--from")
    with progress_bar("why") as tick:
        one = chosen_profiles([profile], limit)[0]
        opened = open_source(city, tick)
        opened.catalogue.service(service)
        found = find_why(opened, one, spot, service, worlds=worlds, seed=seed)
    if out is not None:
        found.write(out)
    if as_json:
        print_json(found.to_json())
    else:
        print_why(found, opened, lang=language)


def chain(
    city: City,
    visit: Annotated[str, typer.Option("--visit", help="Service ids in order: pharmacy,doctor,stop.")],
    profile: OneProfile,
    start: Annotated[
        str | None, typer.Option("--from", help="LAT,LON of one door; every home without it.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder; a .json file for one door.")
    ] = None,
    returning: Annotated[bool, typer.Option("--return", help="The chain ends at home.")] = False,
    any_order: Annotated[bool, typer.Option("--any-order", help="The order of the visits is free.")] = False,
    when: At = None,
    bench: Annotated[
        float | None, typer.Option("--bench-every", help="Longest way between benches, metres.")
    ] = None,
    toilet: Annotated[
        float | None, typer.Option("--toilet-every", help="Longest time between toilets, minutes.")
    ] = None,
    transit: Annotated[
        bool, typer.Option("--transit", help="By public transport as well, from one door.")
    ] = False,
    limit: Limits = None,
    worlds: Worlds = 64,
    seed: Seed = 0,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Find a chain of errands: for one door, or for every home at once."""
    from wegeketten.reach.chains.errands import Errands
    from wegeketten.reach.chains.every_home import Chains, find_chains
    from wegeketten.reach.chains.needs import Needs
    from wegeketten.reach.chains.one_door import find_chain
    from wegeketten.reach.hours import parse_when
    from wegeketten.reports.terminal_results import print_chain, print_chains

    language = check_language(lang)
    if transit:
        from wegeketten.command.transit_tools import run_outing

        plain = not any_order and bench is None and toilet is None
        run_outing(
            city, start, visit.split(","), profile, when, limit, out, language, returning=returning,
            plain=plain, as_json=as_json,
        )  # fmt: skip
        return
    spot = None if start is None else parse_point(start, "--from")
    errands = Errands(
        tuple(name for name in visit.split(",") if name.strip()), any_order, returning,
        None if when is None else parse_when(when), Needs(bench, toilet).checked(),
    )  # fmt: skip
    with progress_bar("chain") as tick:
        one = chosen_profiles([profile], limit)[0]
        opened = open_source(city, tick)
        found = (
            find_chains(opened, one, errands, worlds=worlds, seed=seed, progress=tick)
            if spot is None
            else find_chain(opened, one, spot, errands, worlds=worlds, seed=seed)
        )
    if out is not None:
        found.write(out)
    if as_json:
        print_json(found.to_json())
    elif isinstance(found, Chains):
        print_chains(found, lang=language)
    else:
        print_chain(found, opened, lang=language)


def isochrone(
    city: City,
    out: Out,
    minutes: Annotated[str, typer.Option("--minutes", help="Limits, such as 5,10,15.")],
    profile: OneProfile,
    start: Annotated[str | None, typer.Option("--from", help="LAT,LON of a point.")] = None,
    service: Annotated[str | None, typer.Option("--service", help="All places of a service instead.")] = None,
    answer: Annotated[
        str, typer.Option(help="How certain the ways are: sure, likely or possible.")
    ] = "likely",
    back: Annotated[
        bool, typer.Option("--back", help="Turn the walk: to the point, or from the places.")
    ] = False,
    when: At = None,
    limit: Limits = None,
    as_json: Json = False,
) -> None:
    """Draw what a profile reaches within so many minutes: .geojson or .gpkg."""
    from wegeketten.command.reach_tools import run_isochrone

    run_isochrone(city, out, minutes, profile, start, service, answer, back, when, limit, as_json=as_json)


def matrix(
    city: City,
    out: Out,
    origins: Annotated[
        str, typer.Option("--from", help="File of points (CSV with lon and lat, GeoJSON …), or homes.")
    ],
    goals: Annotated[str, typer.Option("--to", help="File of points, a service id, or homes.")],
    profile: OneProfile,
    answer: Annotated[
        str, typer.Option(help="How certain the ways are: sure, likely or possible.")
    ] = "likely",
    back: Annotated[bool, typer.Option("--back", help="The way back, from the goals.")] = False,
    within: Annotated[
        float | None, typer.Option("--within", help="Count the goals within so many minutes.")
    ] = None,
    when: At = None,
    limit: Limits = None,
    as_json: Json = False,
) -> None:
    """Write times and lengths from many points to many: .csv or .parquet."""
    from wegeketten.command.reach_tools import run_matrix

    run_matrix(city, out, origins, goals, profile, answer, back, within, when, limit, as_json=as_json)


def stops(
    city: City,
    out: Out,
    profile: Profiles = None,
    at: TransitAt = None,
    limit: Limits = None,
    as_json: Json = False,
) -> None:
    """Judge the stops of public transport: who can board, how often something leaves, what to raise."""
    from wegeketten.command.transit_tools import run_stops

    run_stops(city, out, profile, at, limit, as_json=as_json)


def ride(
    city: City,
    out: Out,
    service: Services = None,
    profile: Profiles = None,
    at: TransitAt = None,
    window: Annotated[int, typer.Option(help="Minutes of departures, one each.")] = 60,
    assisted: Annotated[bool, typer.Option("--assisted", help="With somebody who lays out a ramp.")] = False,
    back: Annotated[bool, typer.Option("--back", help="The way back as well.")] = False,
    limit: Limits = None,
    as_json: Json = False,
) -> None:
    """Compute door to door by public transport: every home to the nearest place of every service."""
    from wegeketten.command.transit_tools import run_ride

    run_ride(city, out, service, profile, at, window, limit, assisted=assisted, back=back, as_json=as_json)
