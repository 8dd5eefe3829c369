"""Commands about a city as a whole: build it, scan it, look into it, fetch an extract.

Declarations only: options in, one call into the package, tables and messages out.
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # typer reads the annotations when it runs
from typing import Annotated

import typer

from wegeketten.command.options import (
    City,
    Districts,
    Json,
    Lang,
    Limits,
    OneAnswer,
    OneProfile,
    OptionalOut,
    Out,
    Profiles,
    Seed,
    Services,
    Strict,
    TransitAt,
    Worlds,
    check_language,
    chosen_profiles,
    language_asked,
    open_source,
    print_json,
    progress_bar,
    say,
    tell_warnings,
)  # fmt: skip
from wegeketten.errors import UsageError


def build(
    source: Annotated[
        str,
        typer.Argument(
            help="OSM extract (.osm.pbf .osm .osm.gz .osm.bz2), OSW .zip, OSMnx .graphml .gpkg, or demo."
        ),
    ],
    out: Out,
    dem: Annotated[
        list[Path] | None, typer.Option(help="Elevation model: GeoTIFF, .hgt, .xyz, .asc, zipped, a folder.")
    ] = None,
    districts: Annotated[Path | None, typer.Option(help="District polygons.")] = None,
    district_name: Annotated[str | None, typer.Option(help="Column with the districts' names.")] = None,
    population: Annotated[
        Path | None, typer.Option(help="Census grid, points, polygons, or statistics by district.")
    ] = None,
    people_column: Annotated[
        str | None, typer.Option(help="Column of the population that counts everybody.")
    ] = None,
    crs: Annotated[
        str | None, typer.Option(help="Coordinate system of files that state none: EPSG:25833.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of CSV files and Shapefiles that state none.")
    ] = None,
    decimal: Annotated[
        str | None, typer.Option(help="What parts decimals in tables with 1.200 or 1,200: point or comma.")
    ] = None,
    dem_unit: Annotated[str | None, typer.Option(help="Vertical unit of the model: m, dm, cm, ft.")] = None,
    survey: Annotated[
        list[Path] | None, typer.Option(help="Surveyed values that overrule OpenStreetMap; files, a folder.")
    ] = None,
    services: Annotated[Path | None, typer.Option(help="Your own catalogue of services (TOML).")] = None,
    places: Annotated[
        list[str] | None, typer.Option(help="ID=FILE: the city's own list of places of a service.")
    ] = None,
    places_only: Annotated[
        list[str] | None, typer.Option(help="Service of which only the listed places count.")
    ] = None,
    gtfs: Annotated[list[Path] | None, typer.Option(help="Timetable: GTFS zip or folder.")] = None,
    stops: Annotated[Path | None, typer.Option(help="Register of platforms: heights, widths, ramps.")] = None,
    pavements: Annotated[str, typer.Option(help="sides: kerb to kerb; centre: road centre lines.")] = "sides",
    out_of_service: Annotated[
        list[str] | None, typer.Option(help="Id of a lift or escalator that is out of order.")
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, max=2, help="Processes that share the work; 2 where there is room.")
    ] = None,
    lang: Lang = None,
    strict: Strict = False,
    as_json: Json = False,
) -> None:
    """Read an extract into a city folder: network with every barrier as an edge, homes, places, districts."""
    from wegeketten.pipeline.build import build as build_city
    from wegeketten.pipeline.worker import usual_processes
    from wegeketten.places.add import parse_lists
    from wegeketten.reports.terminal import describe_city

    language = check_language(lang)
    with progress_bar("build") as tick:
        city = build_city(
            source, out, dem=dem or (), districts=districts, district_name=district_name,
            population=population, people_column=people_column, crs=crs, encoding=encoding,
            decimal=decimal, dem_unit=dem_unit, survey=survey or (), services=services,
            places=parse_lists(places or []), gtfs=gtfs or (), stops=stops,
            places_only=places_only or (), pavements=pavements,
            out_of_service=out_of_service or (), processes=processes or usual_processes(),
            lang=language_asked(), progress=tick,
        )  # fmt: skip
    print_json(city.meta) if as_json else describe_city(city, lang=language)
    tell_warnings(city.meta["notes"], city.meta["counts"].get("skipped", 0), strict=strict)


def scan(
    city: City,
    out: OptionalOut = None,
    profile: Profiles = None,
    service: Services = None,
    district: Districts = None,
    limit: Limits = None,
    usable_stops: Annotated[
        float | None, typer.Option(help="Count only stops one can board, with so many departures an hour.")
    ] = None,
    at: TransitAt = None,
    worlds: Worlds = 0,
    seed: Seed = 0,
    own_speed: Annotated[
        bool, typer.Option("--own-speed", help="In the drawn worlds people of a profile differ in speed.")
    ] = False,
    lang: Lang = None,
    strict: Strict = False,
    as_json: Json = False,
) -> None:
    """Compute how far every home is from every service, for every profile, in three answers."""
    from wegeketten.reach.scan import scan as scan_city
    from wegeketten.reach.tables import summary, write_scan
    from wegeketten.reports.terminal import print_scan

    if at is not None and usable_stops is None:
        raise UsageError("--at is the day of a timetable: give --usable-stops as well")
    language = check_language(lang)
    with progress_bar("scan") as tick:
        profiles = chosen_profiles(profile, limit)
        opened = open_source(city, tick)
        result = scan_city(
            opened, profiles=profiles, services=service or (), districts=district or (), worlds=worlds,
            seed=seed, own_speed=own_speed, progress=tick,
        )  # fmt: skip
        notes = list(opened.meta["notes"])
        if usable_stops is not None:
            from wegeketten.transit.usable import demand_usable_stops

            notes += demand_usable_stops(result, usable_stops, at=at)
    if out is not None:
        write_scan(result, out, lang=language_asked())
    print_json(summary(result)) if as_json else print_scan(result, lang=language, out=out)
    tell_warnings(notes, len(result.skipped), strict=strict)


def info(city: City, as_json: Json = False, lang: Lang = None) -> None:
    """Show what a city folder holds, how much of it is surveyed or assumed, and whom its kerbs serve."""
    from wegeketten.reach.info import city_info
    from wegeketten.reports.terminal import print_info, print_lessons

    language = check_language(lang)
    with progress_bar("info") as tick:
        opened = open_source(city, tick)
        found = city_info(opened)
    if as_json:
        print_json(found.to_json())
    else:
        print_info(opened, found.quality, found.kerbs, lang=language)
        print_lessons(found.lessons, lang=language)


def profiles(as_json: Json = False, lang: Lang = None) -> None:
    """List the mobility profiles, every figure with its source."""
    from wegeketten.people.profile import load_profiles
    from wegeketten.reports.terminal import print_profiles

    loaded = load_profiles()
    if as_json:
        print_json([profile.model_dump(mode="json") for profile in loaded])
    else:
        print_profiles(loaded, lang=check_language(lang))


def services(as_json: Json = False, lang: Lang = None) -> None:
    """List the basic services with their reach standards and sources."""
    from wegeketten.places.service_catalogue import load_catalogue
    from wegeketten.reports.terminal import print_services

    catalogue = load_catalogue()
    if as_json:
        print_json(catalogue.model_dump(mode="json"))
    else:
        print_services(catalogue, lang=check_language(lang))


def fetch(
    place: Annotated[str, typer.Argument(help='Name of a place, such as "Dresden, Germany".')],
    out: Annotated[Path, typer.Option("-o", "--out", help="Extract to write, .osm.pbf or .osm.gz.")],
    lang: Lang = None,
) -> None:
    """Download a place from OpenStreetMap into an extract that build reads."""
    from wegeketten.osm.fetch import fetch_place

    check_language(lang)
    with progress_bar("fetch") as tick:
        written = fetch_place(place, out, progress=tick)
    say(f"{written} written; next: wegeketten build {written} -o CITY")


def norm(
    city: City,
    out: Out,
    name: Annotated[
        str, typer.Option("--norm", help="din18040-3, tsi-prm, prowag, ada, or a TOML file.")
    ] = "din18040-3",
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Hold a norm's clauses against every edge: pass, fail, untestable or contradictory."""
    from wegeketten.command.reach_tools import run_norm

    run_norm(city, out, name, lang, as_json=as_json)


def peers(
    city: City,
    out: Out,
    preset: Annotated[
        str,
        typer.Option("--preset", help="ors, valhalla, accessmap or otp, as built; with -meant: as meant."),
    ] = "ors",
    profile: OneProfile = "wheelchair",
    answer: OneAnswer = "likely",
    limit: Annotated[
        list[str] | None, typer.Option("--limit", help="NAME=VALUE that a client sends to the router.")
    ] = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Show where another router decides otherwise than a profile, and by which rule."""
    from wegeketten.command.reach_tools import run_peers

    run_peers(city, out, preset, profile, answer, limit, lang, as_json=as_json)


def schema(
    command: Annotated[str | None, typer.Argument(help="Name of a command; the list without it.")] = None,
) -> None:
    """Print the JSON Schema of what a command prints with --json."""
    from wegeketten.files.schemas import load_schema, schema_names

    print_json(schema_names() if command is None else load_schema(command))
