"""The commands in groups, as ``wegeketten --help`` lists them."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

PANELS = {
    "A city": ("fetch", "build", "info", "batch", "cut", "export"),
    "Who reaches what": ("scan", "route", "why", "chain", "isochrone", "matrix", "stops", "ride"),
    "What to do": ("plan", "survey", "compare", "site", "needs", "norm", "peers"),
    "To hand over": ("map", "report", "masterplan", "serve"),
    "What it rests on": ("profiles", "services", "schema"),
}
"""Commands by heading; each command belongs to one."""


class GroupedHelp(TyperGroup):
    """A group whose help lists its commands under headings."""

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
                    formatter.write_dl([(name, known[name].get_short_help_str(limit)) for name in shown])
