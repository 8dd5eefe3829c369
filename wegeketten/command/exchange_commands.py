"""The command that hands a city or a result on to other programs.

Declarations only: options in, one call into the package, messages out.
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # typer reads the annotations when it runs
from typing import Annotated

import typer

from wegeketten.command.options import (
    Json,
    Lang,
    OneAnswer,
    OneProfile,
    Out,
    check_language,
    print_json,
    progress_bar,
    say,
)


def export(
    source: Annotated[
        str, typer.Argument(help="A city, an extract, demo, or the folder of a result.", metavar="SOURCE")
    ],
    out: Out,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="osw, networkx, maproulette, josm, osmchange, geojson, gpkg, geoparquet or qgis.",
        ),
    ],
    profile: OneProfile = "walker",
    answer: OneAnswer = "likely",
    survey: Annotated[
        Path | None,
        typer.Option(help="Survey list (maproulette, josm) or what was surveyed (osmchange) in the city."),
    ] = None,
    base: Annotated[
        Path | None, typer.Option(help="osmchange: the extract with the elements and their versions.")
    ] = None,
    lang: Lang = None,
    as_json: Json = False,
) -> None:
    """Hand a city or a result on: OpenSidewalks, OSMnx, MapRoulette, JOSM, QGIS, GeoParquet."""
    from wegeketten.command.reach_tools import check_answer
    from wegeketten.exchange.export import ExportRequest
    from wegeketten.exchange.export import export as export_as

    language, chosen = check_language(lang), check_answer(answer)
    with progress_bar("export") as tick:
        asked = ExportRequest(source, out, profile, chosen, survey, base, language, tick)
        counts = export_as(form, asked)
    for each in counts.get("left_out", ()):
        say(f"note: {each['row']}: {each['reason']}")
    if as_json:
        print_json({"format": form, "out": str(out), **counts})
    say(f"{out} written")
