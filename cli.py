"""The command line: arguments in, messages and tables out; all analysis lives in the package."""

from __future__ import annotations

import gc
import sys
from itertools import chain
from typing import Annotated, Any

import typer

from wegeketten.command import (
    city_commands,
    country_commands,
    decision_commands,
    document_commands,
    door_commands,
    exchange_commands,
    service_commands,
)
from wegeketten.command.exits import run_to_the_end
from wegeketten.command.group import Commands
from wegeketten.command.options import (
    announce_compilation,
    check_language,
    print_version,
)  # fmt: skip
from wegeketten.command.panels import PANELS, GroupedHelp

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
    context: typer.Context,
    version: Annotated[  # noqa: ARG001  # it has done its work when it is read
        bool, typer.Option("--version", help="Print the version.", callback=print_version, is_eager=True)
    ] = False,
    lang: Annotated[
        str | None, typer.Option("--lang", help="Language, de or en, of the help and of what is written.")
    ] = None,
) -> None:
    """Barrier-free route chains from OpenStreetMap: what stands in the way, what to fix first."""
    if lang is not None:
        chosen = check_language(lang)
        context.default_map = {name: {"lang": chosen} for name in chain(*PANELS.values())}


_MODULES = (
    city_commands, country_commands, decision_commands, document_commands, door_commands, exchange_commands,
    service_commands,
)  # fmt: skip


def _function_of(command: str) -> Any:
    """Return the function that a command calls: its name may end in ``_`` (``map_``)."""
    names = (f"{command}_", command)
    return next(getattr(module, name) for module in _MODULES for name in names if hasattr(module, name))


for _name in chain(*PANELS.values()):
    app.command(_name)(_function_of(_name))


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
