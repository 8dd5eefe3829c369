"""The sums of a norm on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wegeketten.norms.clauses import Norm

_HEADINGS = {
    "de": ("Forderung", "erfüllt", "verletzt", "nicht prüfbar", "widersprüchlich"),
    "en": ("clause", "pass", "fail", "untestable", "contradictory"),
}
_TITLE = {
    "de": "Anteil der Länge; bei Borden und Durchgängen der Anzahl",
    "en": "share of length; of kerbs and passages, of their number",
}


def print_norm(norm: Norm, sums: list[dict[str, object]], *, lang: str) -> None:
    """Print one line per clause: how much of the network passes, fails or cannot be tested."""
    from rich.console import Console
    from rich.table import Table

    from wegeketten.norms.verdicts import VERDICTS

    title = f"{getattr(norm.name, lang)} ({norm.edition})" if norm.edition else getattr(norm.name, lang)
    table = Table(title=title, caption=_TITLE[lang], title_justify="left", caption_justify="left")
    for number, heading in enumerate(_HEADINGS[lang]):
        table.add_column(heading, justify="left" if number == 0 else "right")
    titles = {clause.id: getattr(clause.title, lang) for clause in norm.clause}
    for row in sums:
        if row["district"]:
            continue
        unit = "km" if any(float(str(row[f"{each}_km"])) for each in VERDICTS) else "edges"
        values = [float(str(row[f"{each}_{unit}"])) for each in VERDICTS]
        total = sum(values)
        cells = ["–" if not total else f"{100 * value / total:.0f} %" for value in values]
        table.add_row(titles[str(row["clause"])], *cells)
    Console().print(table)
