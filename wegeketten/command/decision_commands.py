"""Commands about what to do first: plans, surveys, comparisons, sites and needs.

Declarations only: options in, one call into the package, tables and messages out.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path  # noqa: TC003  # typer reads the annotations when it runs
from typing import Annotated

import typer

from wegeketten.command.options import (
    City,
    Json,
    Lang,
    Limits,
    OneProfile,
    OptionalOut,
    Out,
    Profiles,
    Seconds,
    Seed,
    Services,
    TransitAt,
    Worlds,
    check_language,
    chosen_profiles,
    open_source,
    parse_weights,
    place_named,
    print_json,
    progress_bar,
    say,
)  # fmt: skip
from wegeketten.errors import UsageError


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
    usable_stops: Annotated[
        float | None, typer.Option(help="Count only stops one can board, with so many departures an hour.")
    ] = None,
    at: TransitAt = None,
    worlds: Worlds = 16,
    seed: Seed = 0,
    expected: Annotated[
        bool, typer.Option("--expected", help="Choose by what the worlds let expect on average; slower.")
    ] = False,
    seconds: Seconds = None,
    limit: Limits = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Rank the measures that bring most people within reach for the money."""
    from wegeketten.command.stopping import stoppable
    from wegeketten.planning.chain_task import Outing
    from wegeketten.planning.plan import Wishes, make_plan
    from wegeketten.planning.stop_tasks import demand_of
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
        wishes = Wishes(
            services, weights, of_profiles, round_trip=round_trip, chains=chains,
            usable_stops=demand_of(usable_stops, at), expected=expected,
        )  # fmt: skip
        with stoppable(seconds) as deadline:
            made = make_plan(
                opened, profiles, wishes=wishes, budget_eur=budget, measures=load_measures(costs), most=most,
                worlds=worlds, seed=seed, progress=tick, deadline=deadline,
            )  # fmt: skip
    made.write(out)
    print_json(made.to_json()) if as_json else print_plan(made, lang=language, out=out)


def survey(
    city: Annotated[str | None, typer.Argument(help="City folder, extract or demo.")] = None,
    out: OptionalOut = None,
    profile: Profiles = None,
    service: Services = None,
    number: Annotated[int, typer.Option("-n", help="How many readings to list.")] = 100,
    walk: Annotated[float, typer.Option(help="Longest walk, metres.")] = 2000.0,
    minutes: Annotated[float, typer.Option(help="Longest walk, minutes; three for each place.")] = 90.0,
    meet: Annotated[str | None, typer.Option(help="Address or LAT,LON where all walks start.")] = None,
    contact: Annotated[str, typer.Option(help="Whom the answers go to, as the pages say it.")] = "",
    of_plan: Annotated[
        Path | None, typer.Option("--plan", help="Folder of a plan: what it would mend but nobody has seen.")
    ] = None,
    usable_stops: Annotated[
        float | None, typer.Option(help="Count only stops one can board, with so many departures an hour.")
    ] = None,
    at: TransitAt = None,
    template: Annotated[Path | None, typer.Option(help="Write an empty survey file and stop.")] = None,
    seconds: Seconds = None,
    limit: Limits = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """List where one look would change the most answers, as walks for phones and paper; or a template."""
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
    from wegeketten.planning.proposals import barriers_to_look_at, read_proposals, saved_by_looking
    from wegeketten.planning.stop_tasks import demand_of
    from wegeketten.planning.survey import find_survey
    from wegeketten.reports.terminal_results import print_survey

    only = barriers_to_look_at(of_plan) if of_plan else None
    saves = saved_by_looking(read_proposals(of_plan)) if of_plan else None
    language = check_language(lang)
    with progress_bar("survey") as tick:
        profiles = chosen_profiles(profile, limit)
        opened = open_source(city, tick)
        start = place_named(opened, meet, "--meet") if meet else None
        with stoppable(seconds) as deadline:
            found = find_survey(
                opened, profiles, services=opened.catalogue.pick(service or ()), most=number, walk_m=walk,
                minutes=minutes, meet=start, contact=contact, only=only,
                usable_stops=demand_of(usable_stops, at), progress=tick, deadline=deadline,
            )  # fmt: skip
    found = replace(found, saves_eur=saves)
    found.write(out)
    print_json(found.to_json()) if as_json else print_survey(found, lang=language, out=out)


def compare(
    before: City,
    after: Annotated[str | None, typer.Argument(help="The same city later; not with --measures.")] = None,
    out: OptionalOut = None,
    profile: Profiles = None,
    service: Services = None,
    measures: Annotated[
        Path | None, typer.Option(help="measures.csv of a plan: compare with and without them.")
    ] = None,
    usable_stops: Annotated[
        float | None, typer.Option(help="Count only stops one can board, with so many departures an hour.")
    ] = None,
    at: TransitAt = None,
    worlds: Worlds = 32,
    seed: Seed = 0,
    limit: Limits = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Compare a city at two dates, or with and without a list of measures: who gained, who lost, and why."""
    from wegeketten.planning.compare import barriers_of, check_question, compare_cities, compare_measures
    from wegeketten.reports.terminal_results import print_comparison
    from wegeketten.transit.register import STOP_MARK

    language = check_language(lang)
    asked = check_question(after, measures, usable_stops, at)
    with progress_bar("compare") as tick:
        profiles = chosen_profiles(profile, limit)
        opened = open_source(before, tick)
        services = opened.catalogue.pick(service or ())
        if measures is not None:
            mended = barriers_of(measures)
            platforms = sum(name.startswith(STOP_MARK) for name in mended)
            if platforms and asked is None:
                say(f"note: {platforms} platforms of stops are left out; --usable-stops counts them")
            found = compare_measures(opened, mended, profiles, services=services, usable_stops=asked)
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
    worlds: Worlds = 16,
    seed: Seed = 0,
    limit: Limits = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Find where new places of a service serve people best, with the proof of how good that is."""
    from wegeketten.siting.choice import Wanted
    from wegeketten.siting.site import find_sites, parse_fixed, parse_objectives
    from wegeketten.siting.terminal import print_sites

    language = check_language(lang)
    wanted = Wanted(
        service, add, parse_objectives(objective), parse_fixed(fixed), candidates, capacity,
        None if until is None else until / 100, minutes, budget, with_measures, site_cost, costs,
        worlds, seed,
    )  # fmt: skip
    with progress_bar("site") as tick:
        profiles = chosen_profiles(profile or ["rollator"], limit)
        found = find_sites(open_source(city, tick), profiles, wanted, progress=tick)
    found.write(out)
    print_json(found.to_json()) if as_json else print_sites(found, lang=language, out=out)


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
    from wegeketten.siting.needs import Asked, find_needs
    from wegeketten.siting.terminal import print_needs

    language = check_language(lang)
    with progress_bar("needs") as tick:
        one = chosen_profiles([profile], limit)[0]
        asked = Asked(per_post, posts, index, strength, centres, there)
        found = find_needs(open_source(city, tick), one, asked, progress=tick)
    found.write(out)
    print_json(found.to_json()) if as_json else print_needs(found, lang=language, out=out)
