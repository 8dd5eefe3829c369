"""The command line: arguments in, messages and tables out; all analysis lives in the package."""

from __future__ import annotations

import gc
import sys
from typing import Annotated

import typer

from wegeketten.command.city_commands import build, fetch, info, norm, peers, profiles, scan, schema, services
from wegeketten.command.country_commands import batch, cut
from wegeketten.command.decision_commands import compare, needs, plan, site, survey
from wegeketten.command.document_commands import map_, masterplan, report
from wegeketten.command.door_commands import chain, isochrone, matrix, ride, route, stops, why
from wegeketten.command.exchange_commands import export
from wegeketten.command.exits import run_to_the_end
from wegeketten.command.group import Commands
from wegeketten.command.options import (
    announce_compilation,
    print_version,
)  # fmt: skip
from wegeketten.command.panels import GroupedHelp
from wegeketten.command.service_commands import serve

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


_COMMANDS = {
    "build": build,
    "scan": scan,
    "info": info,
    "profiles": profiles,
    "services": services,
    "schema": schema,
    "fetch": fetch,
    "cut": cut,
    "batch": batch,
    "norm": norm,
    "peers": peers,
    "route": route,
    "why": why,
    "chain": chain,
    "isochrone": isochrone,
    "matrix": matrix,
    "stops": stops,
    "ride": ride,
    "plan": plan,
    "survey": survey,
    "compare": compare,
    "site": site,
    "needs": needs,
    "map": map_,
    "report": report,
    "masterplan": masterplan,
    "export": export,
    "serve": serve,
}

for _name, _command in _COMMANDS.items():
    app.command(_name)(_command)


def main() -> None:
    """Run the command line; every failure ends in one line on stderr and an exit code of the contract."""
    announce_compilation()
    gc.set_threshold(*_COLLECT_AFTER)
    sys.exit(run_to_the_end(app))


def serve_batch() -> None:
    """Do the steps of a batch as they are asked for on stdin; `wegeketten.batches.child` says how."""
    from wegeketten.batches.child import serve

    def run(words: list[str]) -> int:
        sys.argv = ["wegeketten", *words]
        return run_to_the_end(app)

    announce_compilation()
    gc.set_threshold(*_COLLECT_AFTER)
    serve(run)


if __name__ == "__main__":
    main()
