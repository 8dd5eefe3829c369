"""What a batch says: what would run and how long, what ran, what failed."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import typer

from wegeketten.command.options import print_json, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wegeketten.batches.run import Result, Todo

_MOST_LISTED = 20


def tell_todo(rows: Sequence[Todo], workers: int | None, *, as_json: bool) -> None:
    """Print what would run: a line per step on stdout, the sum on stderr.

    Parameters
    ----------
    rows
        What would run.
    workers
        How many cities at a time; None for all processors.
    as_json
        Whether a JSON document is printed instead of text.
    """
    if as_json:
        print_json([vars(row) for row in rows])
        return
    for row in rows:
        seconds = "" if row.seconds is None else f"{row.seconds:.1f} s"
        sys.stdout.write(f"{row.city}\t{row.step}\t{row.state}\t{seconds}\n")
    todo = [row for row in rows if row.state == "to do"]
    known = [row.seconds for row in todo if row.seconds is not None]
    many = workers or os.cpu_count() or 1
    minutes = round(sum(known) / many / 60, 1)
    say(f"{len(todo)} of {len(rows)} steps to run")
    if todo and len(known) == len(todo):
        say(f"about {minutes:g} minutes with {many} at a time")
    elif todo:
        say(f"for {len(todo) - len(known)} steps no time is known yet; it is learnt from those that run")


def tell_result(result: Result, out: Path, *, as_json: bool) -> None:
    """Print what ran and what failed; end with exit code 4 where a city failed.

    Parameters
    ----------
    result
        What ran and what failed.
    out
        Folder of the batch.
    as_json
        Whether a JSON document is printed instead of text.
    """
    if as_json:
        print_json(result.to_json())
    for failure in result.failures[:_MOST_LISTED]:
        say(f"{failure.city}: {failure.step} failed ({failure.kind}): {failure.message}")
    if result.failures:
        say(f"{len(result.failures)} cities failed; see {out / 'ledger'}; again with --retry failed")
    say(f"{out}: {len(result.ran)} steps run, {result.done} were done already")
    if result.failures:
        raise typer.Exit(4)
