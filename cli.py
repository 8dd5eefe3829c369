"""The command line: arguments in, messages and tables out; all analysis lives in the package."""

from __future__ import annotations

import gc
import sys
from pathlib import Path  # noqa: TC003  # typer reads the annotations when it runs
from typing import Annotated

import typer

from wegeketten.command.exits import run_to_the_end
from wegeketten.command.group import Commands
from wegeketten.command.options import (
    At,
    City,
    Districts,
    From,
    Json,
    Lang,
    Limits,
    OneProfile,
    OptionalFile,
    OptionalOut,
    Out,
    Profiles,
    Seconds,
    Seed,
    Services,
    Strict,
    TransitAt,
    Worlds,
    announce_compilation,
    check_language,
    chosen_profiles,
    open_source,
    parse_point,
    parse_weights,
    print_json,
    print_version,
    say,
    tell_warnings,
)  # fmt: skip
from wegeketten.command.panels import GroupedHelp
from wegeketten.errors import UsageError

_COLLECT_AFTER = (100_000, 20, 50)
"""When Python looks for dead cycles: seldom. An extract is a million small objects, none of them in a cycle,
and looking through them again and again took a tenth of a build."""

app = Commands(
    cls=GroupedHelp,
    name="wegeketten",
    help="Barrier-free route chains from OpenStreetMap: what stands in the way, what to fix first.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def common(
    version: Annotated[  # it has done its work when it is read
        bool, typer.Option("--version", help="Print the version.", callback=print_version, is_eager=True)
    ] = False,
) -> None:
    """Barrier-free route chains from OpenStreetMap: what stands in the way, what to fix first."""


@app.command()
def build(
    source: Annotated[str, typer.Argument(help="OSM extract (.osm.pbf .osm .osm.gz .osm.bz2) or demo.")],
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
    dem_unit: Annotated[str | None, typer.Option(help="Vertical unit of the model: m, dm, cm, ft.")] = None,
    survey: Annotated[Path | None, typer.Option(help="Surveyed values that overrule OpenStreetMap.")] = None,
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
    from wegeketten.progress import progress_bar
    from wegeketten.reports.terminal import describe_city

    language = check_language(lang)
    with progress_bar("build") as tick:
        city = build_city(
            source, out, dem=dem or (), districts=districts, district_name=district_name,
            population=population, people_column=people_column, crs=crs, encoding=encoding,
            dem_unit=dem_unit, survey=survey, services=services, places=parse_lists(places or []),
            gtfs=gtfs or (), stops=stops,
            places_only=places_only or (), pavements=pavements,
            out_of_service=out_of_service or (), processes=processes or usual_processes(), progress=tick,
        )  # fmt: skip
    print_json(city.meta) if as_json else describe_city(city, lang=language)
    tell_warnings(city.meta["notes"], city.meta["counts"].get("skipped", 0), strict=strict)


@app.command()
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
    lang: Lang = None,
    strict: Strict = False,
    as_json: Json = False,
) -> None:
    """Compute how far every home is from every service, for every profile, in three answers."""
    from wegeketten.progress import progress_bar
    from wegeketten.reach.scan import scan as scan_city
    from wegeketten.reach.tables import summary, write_scan
    from wegeketten.reports.terminal import print_scan

    language = check_language(lang)
    with progress_bar("scan") as tick:
        profiles = chosen_profiles(profile, limit)
        opened = open_source(city, tick)
        result = scan_city(
            opened, profiles=profiles, services=service or (), districts=district or (), worlds=worlds,
            seed=seed, progress=tick,
        )  # fmt: skip
        if usable_stops is not None:
            from wegeketten.transit.usable import demand_usable_stops

            demand_usable_stops(result, usable_stops, at=at)
    if out is not None:
        write_scan(result, out)
    print_json(summary(result)) if as_json else print_scan(result, lang=language, out=out)
    tell_warnings(opened.meta["notes"], len(result.skipped), strict=strict)


@app.command()
def info(city: City, as_json: Json = False, lang: Lang = None) -> None:
    """Show what a city folder holds, how much of it is surveyed or assumed, and whom its kerbs serve."""
    from wegeketten.chances.skill import lessons_of
    from wegeketten.people.profile import load_profile
    from wegeketten.progress import progress_bar
    from wegeketten.reach.kerbs import kerbs_of
    from wegeketten.reach.quality import city_quality
    from wegeketten.reports.terminal import print_info, print_lessons

    language = check_language(lang)
    with progress_bar("info") as tick:
        opened = open_source(city, tick)
        quality, kerbs = city_quality(opened), kerbs_of(opened)
        lessons = lessons_of(opened, load_profile("wheelchair"))
    if as_json:
        told = [each.to_json() for each in kerbs]
        taught = [each.to_json() for each in lessons]
        print_json(
            {**opened.meta, "quality": quality.to_json(), "kerbs_din_18040_3": told, "chances": taught}
        )
    else:
        print_info(opened, quality, kerbs, lang=language)
        print_lessons(lessons, lang=language)


@app.command()
def profiles(as_json: Json = False, lang: Lang = None) -> None:
    """List the mobility profiles, every figure with its source."""
    from wegeketten.people.profile import load_profiles
    from wegeketten.reports.terminal import print_profiles

    loaded = load_profiles()
    if as_json:
        print_json([profile.model_dump(mode="json") for profile in loaded])
    else:
        print_profiles(loaded, lang=check_language(lang))


@app.command()
def services(as_json: Json = False, lang: Lang = None) -> None:
    """List the basic services with their reach standards and sources."""
    from wegeketten.places.catalogue import load_catalogue
    from wegeketten.reports.terminal import print_services

    catalogue = load_catalogue()
    if as_json:
        print_json(catalogue.model_dump(mode="json"))
    else:
        print_services(catalogue, lang=check_language(lang))


@app.command()
def fetch(
    place: Annotated[str, typer.Argument(help='Name of a place, such as "Dresden, Germany".')],
    out: Annotated[Path, typer.Option("-o", "--out", help="Extract to write, .osm.pbf or .osm.gz.")],
    lang: Lang = None,
) -> None:
    """Download a place from OpenStreetMap into an extract that build reads."""
    from wegeketten.osm.fetch import fetch_place
    from wegeketten.progress import progress_bar

    check_language(lang)
    with progress_bar("fetch") as tick:
        written = fetch_place(place, out, progress=tick)
    say(f"{written} written; next: wegeketten build {written} -o CITY")


@app.command()
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
    from wegeketten.progress import progress_bar
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


@app.command()
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
    from wegeketten.progress import progress_bar
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


@app.command()
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
    from wegeketten.progress import progress_bar
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
            find_chains(opened, one, errands, progress=tick)
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


@app.command()
def compare(
    before: City,
    after: Annotated[str | None, typer.Argument(help="The same city later; not with --measures.")] = None,
    out: OptionalOut = None,
    profile: Profiles = None,
    service: Services = None,
    measures: Annotated[
        Path | None, typer.Option(help="measures.csv of a plan: compare with and without them.")
    ] = None,
    worlds: Worlds = 32,
    seed: Seed = 0,
    limit: Limits = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Compare a city at two dates, or with and without a list of measures: who gained, who lost, and why."""
    from wegeketten.planning.compare import barriers_of, compare_cities, compare_measures
    from wegeketten.progress import progress_bar
    from wegeketten.reports.terminal_results import print_comparison

    language = check_language(lang)
    if (after is None) == (measures is None):
        raise UsageError("compare needs two cities, or one city and --measures FILE")
    with progress_bar("compare") as tick:
        profiles = chosen_profiles(profile, limit)
        opened = open_source(before, tick)
        services = opened.catalogue.pick(service or ())
        if measures is not None:
            found = compare_measures(opened, barriers_of(measures), profiles, services=services)
        else:
            found = compare_cities(
                opened, open_source(after or "", tick), profiles, services=services, worlds=worlds, seed=seed,
                progress=tick,
            )  # fmt: skip
    if out is not None:
        found.write(out)
    if as_json:
        print_json(found.to_json())
    else:
        print_comparison(found, opened, lang=language, out=out)


@app.command()
def plan(
    city: City,
    out: Out,
    profile: Profiles = None,
    service: Services = None,
    budget: Annotated[float | None, typer.Option(help="Money there is, euros.")] = None,
    costs: Annotated[Path | None, typer.Option(help="Your own unit costs (TOML).")] = None,
    most: Annotated[int | None, typer.Option(help="How many measures at most.")] = None,
    weight: Annotated[
        list[str] | None, typer.Option(help="ID=VALUE: how much a service or profile counts.")
    ] = None,
    round_trip: Annotated[
        bool, typer.Option("--round-trip", help="The way home counts as much as the way there.")
    ] = False,
    chain: Annotated[
        list[str] | None,
        typer.Option("--chain", help="Errands in order, with minutes if you like: pharmacy,doctor,stop=45."),
    ] = None,
    returning: Annotated[bool, typer.Option("--return", help="The chains end at home.")] = False,
    worlds: Worlds = 16,
    seed: Seed = 0,
    seconds: Seconds = None,
    limit: Limits = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Rank the measures that bring most people within reach for the money."""
    from wegeketten.command.stopping import stoppable
    from wegeketten.planning.chain_task import Outing
    from wegeketten.planning.plan import Wishes, make_plan
    from wegeketten.progress import progress_bar
    from wegeketten.reports.terminal_results import print_plan
    from wegeketten.whatif.measures import load_measures

    language = check_language(lang)
    if returning and not chain:
        raise UsageError("--return is for chains: give --chain, or --round-trip for services")
    with progress_bar("plan") as tick:
        profiles = chosen_profiles(profile, limit)
        opened = open_source(city, tick)
        weights = parse_weights(weight or [])
        of_profiles = {one.id: weights.pop(one.id) for one in profiles if one.id in weights}
        chains = tuple(Outing.parse(text, returning=returning).checked(opened) for text in chain or ())
        opened.catalogue.pick(name for name in weights if name not in {each.name for each in chains})
        services = () if chains and not service else tuple(opened.catalogue.pick(service or ()))
        wishes = Wishes(services, weights, of_profiles, round_trip=round_trip, chains=chains)
        with stoppable(seconds) as deadline:
            made = make_plan(
                opened, profiles, wishes=wishes, budget_eur=budget, measures=load_measures(costs), most=most,
                worlds=worlds, seed=seed, progress=tick, deadline=deadline,
            )  # fmt: skip
    made.write(out)
    print_json(made.to_json()) if as_json else print_plan(made, lang=language, out=out)


@app.command()
def survey(
    city: Annotated[str | None, typer.Argument(help="City folder, extract or demo.")] = None,
    out: OptionalOut = None,
    profile: Profiles = None,
    service: Services = None,
    number: Annotated[int, typer.Option("-n", help="How many readings to list.")] = 100,
    walk: Annotated[float, typer.Option(help="Longest walk, metres.")] = 2000.0,
    template: Annotated[Path | None, typer.Option(help="Write an empty survey file and stop.")] = None,
    seconds: Seconds = None,
    limit: Limits = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """List where one look would change the most answers, as walks; or write a survey template."""
    from wegeketten.progress import progress_bar

    if template is not None:
        from wegeketten.tags.survey_file import write_template

        write_template(template)
        say(f"{template} written; fill it in and give it to: wegeketten build --survey {template}")
        return
    if city is None or out is None:
        raise UsageError("survey needs a CITY and -o OUT, or --template FILE")
    if number < 1:
        raise UsageError(f"-n {number}: give 1 or more")
    from wegeketten.command.stopping import stoppable
    from wegeketten.planning.survey import find_survey
    from wegeketten.reports.terminal_results import print_survey

    language = check_language(lang)
    with progress_bar("survey") as tick:
        profiles = chosen_profiles(profile, limit)
        opened = open_source(city, tick)
        with stoppable(seconds) as deadline:
            found = find_survey(
                opened, profiles, services=opened.catalogue.pick(service or ()), most=number, walk_m=walk,
                progress=tick, deadline=deadline,
            )  # fmt: skip
    found.write(out)
    print_json(found.to_json()) if as_json else print_survey(found, lang=language, out=out)


@app.command()
def site(
    city: City,
    out: Out,
    service: Annotated[str, typer.Option("--service", help="Service id.")] = "meeting_place",
    add: Annotated[int, typer.Option("--add", help="How many new places.")] = 3,
    until: Annotated[
        float | None, typer.Option("--until", help="As many as bring so many percent within the standard.")
    ] = None,
    objective: Annotated[str, typer.Option(help="cover, median, center, or all three.")] = "cover",
    fixed: Annotated[str, typer.Option(help="existing: places stay; none: they may be moved.")] = "existing",
    candidates: Annotated[
        str | None,
        typer.Option(help="File, or kinds of premises, services, corners: library,school,corners."),
    ] = None,
    capacity: Annotated[float | None, typer.Option(help="People a place can serve.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Another standard than the catalogue's.")] = None,
    budget: Annotated[float | None, typer.Option(help="Money for places and measures, euros.")] = None,
    with_measures: Annotated[
        bool, typer.Option("--with-measures", help="Spend --budget on places and barriers together.")
    ] = False,
    site_cost: Annotated[float | None, typer.Option("--site-cost", help="What a place costs, euros.")] = None,
    costs: Annotated[Path | None, typer.Option(help="Your own unit costs (TOML).")] = None,
    profile: Profiles = None,
    limit: Limits = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Find where new places of a service serve people best, with the proof of how good that is."""
    from wegeketten.progress import progress_bar
    from wegeketten.siting.choice import Wanted
    from wegeketten.siting.site import find_sites, parse_fixed, parse_objectives
    from wegeketten.siting.terminal import print_sites

    language = check_language(lang)
    wanted = Wanted(
        service, add, parse_objectives(objective), parse_fixed(fixed), candidates, capacity,
        None if until is None else until / 100, minutes, budget, with_measures, site_cost, costs,
    )  # fmt: skip
    with progress_bar("site") as tick:
        profiles = chosen_profiles(profile or ["rollator"], limit)
        found = find_sites(open_source(city, tick), profiles, wanted, progress=tick)
    found.write(out)
    print_json(found.to_json()) if as_json else print_sites(found, lang=language, out=out)


@app.command()
def needs(
    city: City,
    out: Out,
    per_post: Annotated[float, typer.Option(help="People per post of neighbourhood management.")] = 20_000,
    posts: Annotated[int | None, typer.Option(help="Posts in all, instead of a rate.")] = None,
    index: Annotated[Path | None, typer.Option(help="Social indicators: district;indicator;value.")] = None,
    strength: Annotated[float, typer.Option(help="What one standard deviation of them adds.")] = 0.25,
    centres: Annotated[Path | None, typer.Option(help="The city's own list of service centres.")] = None,
    there: Annotated[Path | None, typer.Option(help="Posts there are: district;posts, or places.")] = None,
    profile: OneProfile = "rollator",
    limit: Limits = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Say what each district needs: posts of neighbourhood management, centres, meeting places."""
    from wegeketten.progress import progress_bar
    from wegeketten.siting.needs import Asked, find_needs
    from wegeketten.siting.terminal import print_needs

    language = check_language(lang)
    with progress_bar("needs") as tick:
        one = chosen_profiles([profile], limit)[0]
        asked = Asked(per_post, posts, index, strength, centres, there)
        found = find_needs(open_source(city, tick), one, asked, progress=tick)
    found.write(out)
    print_json(found.to_json()) if as_json else print_needs(found, lang=language, out=out)


@app.command("map")
def map_(
    city: City,
    out: Out,
    profile: Profiles = None,
    service: Services = None,
    plan_: Annotated[Path | None, typer.Option("--plan", help="Folder written by plan.")] = None,
    survey_: Annotated[Path | None, typer.Option("--survey", help="Folder written by survey.")] = None,
    tiles: Annotated[str | None, typer.Option(help="Address of online tiles; none by default.")] = None,
    lang: Lang = None,
) -> None:
    """Draw the city as one HTML file that works without a network."""
    from wegeketten.progress import progress_bar
    from wegeketten.reports.map import write_map

    language = check_language(lang)
    with progress_bar("map") as tick:
        opened = open_source(city, tick)
        tick("map", 0.5)
        written = write_map(
            opened, out, lang=language, profiles=profile or (), services=opened.catalogue.pick(service or ()),
            plan=plan_, survey=survey_, tiles=tiles,
        )  # fmt: skip
    say(f"{written} written")


@app.command()
def report(
    city: City,
    out: Out,
    district: Annotated[str | None, typer.Option("--district", help="District name or id.")] = None,
    profile: Profiles = None,
    service: Services = None,
    plan_: Annotated[Path | None, typer.Option("--plan", help="Folder written by plan.")] = None,
    survey_: Annotated[Path | None, typer.Option("--survey", help="Folder written by survey.")] = None,
    title: Annotated[str | None, typer.Option(help="Name of the place.")] = None,
    each: Annotated[bool, typer.Option("--each", help="A folder with a page per district.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="A tagged PDF beside the HTML file.")] = False,
    worlds: Worlds = 32,
    seed: Seed = 0,
    lang: Lang = None,
) -> None:
    """Write the profile of a district, or of the whole city, as one HTML file."""
    from wegeketten.progress import progress_bar
    from wegeketten.reach.scan import scan as scan_city
    from wegeketten.reports.district import write_report, write_reports

    language = check_language(lang)
    if each and (district or pdf):
        raise UsageError("--each writes HTML pages of all districts: leave --district and --pdf out")
    with progress_bar("report") as tick:
        opened = open_source(city, tick)
        tick("scan", 0.2)
        result = scan_city(opened, profiles=profile or (), services=service or (), worlds=worlds, seed=seed)
        if each:
            pages = write_reports(result, out, lang=language, title=title, plan=plan_, survey=survey_)
            say(f"{out}: {len(pages)} pages written")
            return
        files = [] if out.suffix.lower() == ".pdf" else [out]
        files += [out.with_suffix(".pdf")] if pdf or not files else []
        for number, file in enumerate(files):
            tick(file.name, 0.5 + number / 4)
            write_report(
                opened, file, district=district, lang=language, pdf=file.suffix == ".pdf", scan=result,
                title=title, plan=plan_, survey=survey_,
            )  # fmt: skip
    say(f"{', '.join(map(str, files))} written")


@app.command()
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


@app.command()
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


@app.command()
def masterplan(
    city: City,
    out: Out,
    settings: Annotated[Path | None, typer.Option(help="Title, names, logo, contact … (TOML).")] = None,
    profile: Profiles = None,
    district: Districts = None,
    budget: Annotated[float | None, typer.Option(help="Money there is, euros.")] = None,
    title: Annotated[str | None, typer.Option(help="Name of the place.")] = None,
    sites: Annotated[Path | None, typer.Option(help="Folder written by site.")] = None,
    needs: Annotated[Path | None, typer.Option(help="Folder written by needs.")] = None,
    stops: Annotated[Path | None, typer.Option(help="Folder written by stops.")] = None,
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="A tagged PDF of it all.")] = True,
    lang: Lang = None,
) -> None:
    """Write the master plan: one folder with pages, map, tables and PDF to hand over."""
    from wegeketten.progress import progress_bar
    from wegeketten.reports.masterplan import Extras, write_masterplan
    from wegeketten.reports.settings import Settings, read_settings

    language = check_language(lang)
    told = (read_settings(settings) if settings else Settings()).changed(title, district, profile, budget)
    with progress_bar("masterplan") as tick:
        opened = open_source(city, tick)
        extras = Extras(sites, needs, stops)
        written = write_masterplan(
            opened, out, settings=told, lang=language, pdf=pdf, extras=extras, progress=tick
        )
    say(f"{written} written")


@app.command()
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


@app.command()
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


@app.command()
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


def main() -> None:
    """Run the command line; every failure ends in one line on stderr and an exit code of the contract."""
    announce_compilation()
    gc.set_threshold(*_COLLECT_AFTER)
    sys.exit(run_to_the_end(app))


if __name__ == "__main__":
    main()
