"""Commands about many cities: cut a country into extracts, run a batch."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # typer reads the annotations when it runs
from typing import Annotated

import typer

from wegeketten.command.options import Json, Lang, check_language, print_json, progress_bar, say
from wegeketten.errors import UsageError


def cut(
    country: Annotated[Path, typer.Argument(help="Extract of a country or state, .osm.pbf.")],
    areas: Annotated[Path, typer.Option(help="Polygons: VG250 and the like; FILE:LAYER names a layer.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for the extracts.")],
    margin: Annotated[float, typer.Option(help="Metres around each area.")] = 2000.0,
    area: Annotated[
        list[str] | None, typer.Option(help="Key or name of an area; all of them without it.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Column with the areas' names.")] = None,
    key: Annotated[str | None, typer.Option(help="Column with their official keys.")] = None,
    at_once: Annotated[int, typer.Option(help="Areas that share two passes over the file.")] = 100,
    crs: Annotated[str | None, typer.Option(help="Coordinate system of areas that state none.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of a Shapefile that states none.")] = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Cut one extract per area out of the extract of a country, ways and relations whole."""
    from wegeketten.cutting.cut import cut as cut_country

    check_language(lang)
    with progress_bar("cut") as tick:
        found = cut_country(
            country, areas, out, margin_m=margin, at_once=at_once, progress=tick,
            name=name, key=key, only=area or (), crs=crs, encoding=encoding,
        )  # fmt: skip
    if as_json:
        print_json([each._asdict() for each in found])
    for each in found:
        if not each.extract:
            say(f"note: {each.name}: nothing of the extract lies in it")
    say(f"{out / 'areas.csv'} written; next: wegeketten batch {out / 'areas.csv'} -o DATASET")


def batch(
    context: typer.Context,
    listing: Annotated[Path, typer.Argument(metavar="LIST", help="Cities: CSV or TOML; areas.csv of cut.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder of the dataset.")],
    run: Annotated[
        list[str] | None, typer.Option(help='Command for each city: scan, "plan --profile rollator".')
    ] = None,
    executor: Annotated[str, typer.Option(help="local: this machine; dask: a cluster.")] = "local",
    scheduler: Annotated[
        str | None, typer.Option(help="Dask scheduler, tcp://HOST:PORT; a cluster of our own without it.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Cities at a time; one per processor.")] = None,
    retry: Annotated[str | None, typer.Option(help="failed: try again what failed.")] = None,
    only: Annotated[list[int] | None, typer.Option(help="Number of a city in the list, from 1 on.")] = None,
    minutes: Annotated[float, typer.Option(help="Time limit of each step.")] = 120.0,
    memory: Annotated[float, typer.Option(help="Memory limit of each step, MB; 0: none.")] = 0.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would run, and how long.")] = False,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Run builds, scans and more for many cities, as often interrupted as you like, into one dataset."""
    from wegeketten.batches.process import Limits
    from wegeketten.batches.run import Batch
    from wegeketten.command.batch_check import check_commands
    from wegeketten.command.batch_words import tell_result, tell_todo

    language = check_language(lang)
    if retry not in (None, "failed"):
        raise UsageError(f"--retry {retry}: there is failed")
    opened = Batch(listing, out, run=run or (), only=only or ())
    undone = [city for city in opened.cities if not all(step.done for step in opened.steps[city.city])]
    check_commands(context.find_root(), undone)
    if dry_run:
        tell_todo(opened.todo(retry=retry is not None), workers, as_json=as_json)
        return
    with progress_bar("batch") as tick:
        result = opened.run(
            executor=executor, scheduler=scheduler, workers=workers, retry=retry is not None,
            limits=Limits(minutes * 60, memory), lang=language, progress=tick,
        )  # fmt: skip
    tell_result(result, out, as_json=as_json)
