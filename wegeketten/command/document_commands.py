"""Commands that write documents: map, report and master plan.

Declarations only: options in, one call into the package, tables and messages out.
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # typer reads the annotations when it runs
from typing import Annotated

import typer

from wegeketten.command.options import (
    City,
    Districts,
    Lang,
    Out,
    Profiles,
    Seed,
    Services,
    TransitAt,
    Worlds,
    check_language,
    open_source,
    progress_bar,
    say,
)  # fmt: skip
from wegeketten.errors import UsageError


def map_(
    city: City,
    out: Out,
    profile: Profiles = None,
    service: Services = None,
    plan_: Annotated[Path | None, typer.Option("--plan", help="Folder written by plan.")] = None,
    survey_: Annotated[Path | None, typer.Option("--survey", help="Folder written by survey.")] = None,
    sites: Annotated[Path | None, typer.Option(help="Folder written by site.")] = None,
    needs: Annotated[Path | None, typer.Option(help="Folder written by needs.")] = None,
    stops: Annotated[Path | None, typer.Option(help="Folder written by stops.")] = None,
    chain: Annotated[
        list[str] | None,
        typer.Option("--chain", help="Errands in order, with minutes if you like: pharmacy,doctor,stop=45."),
    ] = None,
    returning: Annotated[bool, typer.Option("--return", help="The chains end at home.")] = False,
    usable_stops: Annotated[
        float | None, typer.Option(help="Count only stops one can board, with so many departures an hour.")
    ] = None,
    at: TransitAt = None,
    title: Annotated[str | None, typer.Option(help="Name of the place.")] = None,
    tiles: Annotated[str | None, typer.Option(help="Address of online tiles; none by default.")] = None,
    worlds: Worlds = 0,
    seed: Seed = 0,
    lang: Lang = None,
) -> None:
    """Draw the city as one HTML file that works without a network."""
    from wegeketten.planning.chain_task import outings
    from wegeketten.planning.stop_tasks import demand_of
    from wegeketten.reports.map import MANY_BYTES, write_map

    language = check_language(lang)
    asked = demand_of(usable_stops, at)
    chains = outings(chain or (), returning=returning)
    with progress_bar("map") as tick:
        opened = open_source(city, tick)
        tick("map", 0.5)
        written = write_map(
            opened, out, lang=language, profiles=profile or (), services=opened.catalogue.pick(service or ()),
            title=title, plan=plan_, survey=survey_, sites=sites, needs=needs, stops=stops, chains=chains,
            usable_stops=asked, tiles=tiles, worlds=worlds, seed=seed,
        )  # fmt: skip
    size = written.stat().st_size
    if size > MANY_BYTES:
        megabytes = f"{size / 1e6:.0f}"
        say(
            f"note: the map has {megabytes} MB, which phones may not open; "
            "fewer profiles (--profile) make it smaller"
        )
    say(f"{written} written")


def report(
    city: City,
    out: Out,
    district: Annotated[str | None, typer.Option("--district", help="District name or id.")] = None,
    profile: Profiles = None,
    service: Services = None,
    plan_: Annotated[Path | None, typer.Option("--plan", help="Folder written by plan.")] = None,
    survey_: Annotated[Path | None, typer.Option("--survey", help="Folder written by survey.")] = None,
    sites: Annotated[Path | None, typer.Option(help="Folder written by site.")] = None,
    needs: Annotated[Path | None, typer.Option(help="Folder written by needs.")] = None,
    stops: Annotated[Path | None, typer.Option(help="Folder written by stops.")] = None,
    title: Annotated[str | None, typer.Option(help="Name of the place.")] = None,
    each: Annotated[bool, typer.Option("--each", help="A folder with a page per district.")] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="A tagged PDF beside the HTML file.")] = False,
    worlds: Worlds = 32,
    seed: Seed = 0,
    lang: Lang = None,
) -> None:
    """Write the profile of a district, or of the whole city, as one HTML file."""
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
            pages = write_reports(
                result,
                out,
                lang=language,
                title=title,
                plan=plan_,
                survey=survey_,
                sites=sites,
                needs=needs,
                stops=stops,
            )
            say(f"{out}: {len(pages)} pages written")
            return
        files = [] if out.suffix.lower() == ".pdf" else [out]
        files += [out.with_suffix(".pdf")] if pdf or not files else []
        for number, file in enumerate(files):
            tick(file.name, 0.5 + number / 4)
            write_report(
                opened, file, district=district, lang=language, pdf=file.suffix == ".pdf", scan=result,
                title=title, plan=plan_, survey=survey_, sites=sites, needs=needs, stops=stops,
            )  # fmt: skip
    say(f"{', '.join(map(str, files))} written")


def masterplan(
    city: City,
    out: Out,
    settings: Annotated[Path | None, typer.Option(help="Title, names, logo, contact … (TOML).")] = None,
    profile: Profiles = None,
    district: Districts = None,
    budget: Annotated[float | None, typer.Option(help="Money there is, euros.")] = None,
    title: Annotated[str | None, typer.Option(help="Name of the place.")] = None,
    sites: Annotated[Path | None, typer.Option(help="Folder written by site.")] = None,
    needs: Annotated[
        Path | None, typer.Option(help="Folder written by needs; else computed where people were counted.")
    ] = None,
    stops: Annotated[
        Path | None, typer.Option(help="Folder written by stops; else computed where there is a timetable.")
    ] = None,
    usable_stops: Annotated[
        float | None, typer.Option(help="Count only stops one can board, with so many departures an hour.")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="A tagged PDF of it all.")] = True,
    lang: Lang = None,
) -> None:
    """Write the master plan: one folder with pages, map, tables and PDF to hand over."""
    from wegeketten.reports.masterplan import Extras, write_masterplan
    from wegeketten.reports.settings import Settings, read_settings

    language = check_language(lang)
    told = (read_settings(settings) if settings else Settings()).changed(
        title, district, profile, budget, usable_stops
    )
    with progress_bar("masterplan") as tick:
        opened = open_source(city, tick)
        extras = Extras(sites, needs, stops)
        written = write_masterplan(
            opened, out, settings=told, lang=language, pdf=pdf, extras=extras, progress=tick
        )
    say(f"{written} written")
