"""Commands about many cities: cut a country into extracts."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # typer reads the annotations when it runs
from typing import Annotated

import typer

from wegeketten.command.options import Json, Lang, check_language, print_json, say


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
    from wegeketten.progress import progress_bar

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
