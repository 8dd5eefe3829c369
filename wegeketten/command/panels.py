"""The help of the commands: in groups, and in the reader's language."""

from __future__ import annotations

import re
import textwrap
from typing import Any

from typer.core import TyperCommand, TyperGroup

from wegeketten.words.catalogue import help_texts
from wegeketten.words.reader import FOR_ERRORS, language_of_run

PANELS = {
    "A city": ("fetch", "build", "info", "batch", "cut", "export"),
    "Who reaches what": ("scan", "route", "why", "chain", "isochrone", "matrix", "stops", "ride"),
    "What to do": ("plan", "survey", "compare", "site", "needs", "norm", "peers"),
    "To hand over": ("map", "report", "masterplan", "serve"),
    "What it rests on": ("profiles", "services", "schema"),
}
"""Commands by heading; each command belongs to one."""

_EXTRAS = re.compile(r"\s*\[([^\]]*)\]$")
"""What typer appends to the help of an option: its default, whether it is needed."""

_TYPE = re.compile(r"<(list\[)?(\w+)( range)?\]?>|\b(PATH|TEXT|FLOAT|INTEGER)( RANGE)?\b", re.IGNORECASE)


def in_german() -> bool:
    """Whether this run's reader asked for German, by ``--lang`` or the locale; English without either."""
    return language_of_run(FOR_ERRORS) == "de"


def german_of(text: str) -> str:
    """A text of the help in German; what has no German wording stays.

    Parameters
    ----------
    text
        English wording, with what typer appends in brackets.

    Returns
    -------
    str
        On one line.

    Examples
    --------
    >>> german_of("Name of the place.  [required]")
    'Name des Orts.  [nötig]'
    """
    words = help_texts()
    line = " ".join(text.split())
    if line in words:
        return words[line]
    extras = _EXTRAS.search(line)
    if extras is None:
        return line
    parts = [part.partition(": ") for part in extras[1].split("; ")]
    told = "; ".join(words.get(name, name) + colon + value for name, colon, value in parts)
    return f"{german_of(line[: extras.start()])}  [{told}]"


def _german_type(found: re.Match[str]) -> str:
    name = (found[2] or found[4]).lower()
    more = " …" if found[1] else ""
    return f"<{help_texts().get(name, name)}{more}>"


class GermanHelp:
    """Takes what click writes into a help page and writes it in German.

    Parameters
    ----------
    formatter
        Of click, or of typer's copy of it.
    """

    def __init__(self, formatter: Any) -> None:
        self._formatter = formatter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._formatter, name)

    def write_usage(self, program: str, args: str = "", prefix: str | None = None) -> None:
        """Write how the command is called.

        Parameters
        ----------
        program, args
            Name of the command and what it takes.
        prefix
            What stands before; the German word for usage where None.
        """
        words = help_texts()
        for english in ("[OPTIONS]", "COMMAND [ARGS]..."):
            args = args.replace(english, words[english])
        self._formatter.write_usage(program, args, prefix or f"{words['Usage']}: ")

    def write_text(self, text: str) -> None:
        """Write a paragraph.

        Parameters
        ----------
        text
            English wording.
        """
        self._formatter.write_text(german_of(text))

    def section(self, name: str) -> Any:
        """Open a section.

        Parameters
        ----------
        name
            Its heading in English.

        Returns
        -------
        context manager
            Of the formatter.
        """
        return self._formatter.section(help_texts().get(name, name))

    def write_dl(self, rows: Any, *args: Any, **more: Any) -> None:
        """Write a list of options or commands.

        Parameters
        ----------
        rows
            Name and help of each.
        args, more
            Of click's own `write_dl`.
        """
        told = [(_TYPE.sub(_german_type, name), german_of(text)) for name, text in rows]
        self._formatter.write_dl(told, *args, **more)


class SpokenCommand(TyperCommand):
    """A command whose help speaks the reader's language."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help.

        Parameters
        ----------
        ctx
            Context of click.
        formatter
            What is written to.
        """
        spoken: Any = GermanHelp(formatter) if in_german() else formatter
        super().format_help(ctx, spoken)


class GroupedHelp(TyperGroup):
    """A group whose help lists its commands under headings, in the reader's language."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help.

        Parameters
        ----------
        ctx
            Context of click.
        formatter
            What is written to.
        """
        spoken: Any = GermanHelp(formatter) if in_german() else formatter
        super().format_help(ctx, spoken)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands of each heading, and under the last one those that have none.

        Parameters
        ----------
        ctx
            Context of click.
        formatter
            What is written to.
        """
        known = {
            name: command for name in self.list_commands(ctx) if (command := self.get_command(ctx, name))
        }
        grouped = {heading: [name for name in names if name in known] for heading, names in PANELS.items()}
        placed = {name for names in grouped.values() for name in names}
        grouped["Other"] = [name for name in known if name not in placed]
        limit = formatter.width - 6 - max(map(len, known))
        for heading, names in grouped.items():
            shown = [name for name in names if not known[name].hidden]
            if shown:
                with formatter.section(heading):
                    formatter.write_dl([(name, _short_help(known[name], limit)) for name in shown])


def _short_help(command: Any, limit: int) -> str:
    if not in_german():
        return str(command.get_short_help_str(limit))
    return textwrap.shorten(german_of(command.help or ""), limit, placeholder=" …")
