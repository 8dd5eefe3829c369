"""The command that answers other programs."""

from __future__ import annotations

from typing import Annotated

import typer

from wegeketten.command.options import City, Json, Profiles, open_source, print_json, progress_bar, say


def serve(
    city: City,
    port: Annotated[int, typer.Option("--port", help="Port on this machine; 0 for any free one.")] = 8080,
    profile: Profiles = None,
    allow_origin: Annotated[
        list[str] | None, typer.Option(help="A web page that may ask, such as https://maps.example.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Answer openrouteservice's clients on this machine: routes, areas, matrices, what-if."""
    from wegeketten.serve.loopback import listen, need_extra, run

    need_extra()
    with listen(port) as door, progress_bar("serve") as tick:
        opened = open_source(city, tick)

        def ready(address: str) -> None:
            tick("", 1.0)
            print_json({"url": address}) if as_json else None
            say(f"{city} is served at {address}; Ctrl-C ends it")

        run(opened, door, profiles=profile or (), origins=allow_origin or (), progress=tick, ready=ready)
