"""What holds for every command: no result goes where an input lies, tables in the dialect asked for."""

from __future__ import annotations

import functools
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from wegeketten.command.panels import SpokenCommand
from wegeketten.files.csv import choose_dialect
from wegeketten.files.targets import check_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

RESULTS = ("out", "template")
"""Parameters of commands that name what is written; every other path is read."""

Csv = Annotated[
    str, typer.Option("--csv", help="Tables for programs (plain) or for a spreadsheet set to German (de).")
]

_NO_PATHS = frozenset({"lang", "csv", "at", "when", *RESULTS})


class Commands(typer.Typer):
    """The commands, each with what they have in common."""

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Any], Any]:
        """Register a command: its result is kept apart from what it reads, its tables know ``--csv``.

        Parameters
        ----------
        name
            Name of the command; that of the function where None.
        settings
            Of typer's own `command`.

        Returns
        -------
        callable
            Decorator that leaves the function as it is.
        """
        register = super().command(name, **{"cls": SpokenCommand, **settings})

        def take(function: Callable[..., None]) -> Callable[..., None]:
            known = inspect.signature(function).parameters
            register(_guarded(function) if set(known) & set(RESULTS) else function)
            return function

        return take


def _guarded(function: Callable[..., None]) -> Callable[..., None]:
    hints = get_type_hints(function, include_extras=True)
    signature = inspect.signature(function)

    @functools.wraps(function)
    def guarded(csv: str = "plain", **given: Any) -> None:
        choose_dialect(csv)
        check_results(given)
        function(**given)

    parameters = [each.replace(annotation=hints[each.name]) for each in signature.parameters.values()]
    dialect = inspect.Parameter("csv", inspect.Parameter.KEYWORD_ONLY, default="plain", annotation=Csv)
    guarded.__signature__ = signature.replace(parameters=[*parameters, dialect])  # type: ignore[attr-defined]
    guarded.__annotations__ = {**hints, "csv": Csv}
    return guarded


def check_results(given: Mapping[str, Any]) -> None:
    """Refuse a command whose result would replace what it reads.

    Parameters
    ----------
    given
        Values of a command's parameters by name.

    Raises
    ------
    OutputError
        A result is an input, or a folder that holds one.
    """
    inputs = [
        path
        for name, value in given.items()
        if name not in _NO_PATHS
        for path in _paths(value)
        if _there(path)
    ]
    for name in RESULTS:
        if isinstance(given.get(name), Path):
            check_apart(given[name], inputs)


def _paths(value: Any) -> Iterator[Path]:
    """What a value may name: a path, one after ``ID=``, or one before ``:LAYER``."""
    if isinstance(value, Path):
        yield value
        value = str(value)
    if isinstance(value, str):
        yield Path(value)
        for sign, part in (("=", 2), (":", 0)):
            if sign in value:
                yield Path(value.partition(sign)[part] if part else value.rpartition(sign)[0])
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _paths(each)


def _there(path: Path) -> bool:
    try:
        return bool(path.name) and path.exists()
    except (OSError, ValueError):
        return False
