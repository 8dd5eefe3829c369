"""The sums of a norm on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wegeketten.norms.clauses import Norm


def print_norm(norm: Norm, sums: list[dict[str, object]], *, lang: str) -> None:
    """Print one line per clause: how much of the network passes, fails or cannot be tested.

    Parameters
    ----------
    norm
        The norm.
    sums
        Rows of ``norm_districts.csv``.
    lang
        Language of the text, ``de`` or ``en``.
    """
    from rich.console import Console
    from rich.table import Table

    from wegeketten.norms.verdicts import VERDICTS
    from wegeketten.words.catalogue import load_words

    words = load_words(lang)["norm"]
    title = f"{getattr(norm.name, lang)} ({norm.edition})" if norm.edition else getattr(norm.name, lang)
    table = Table(title=title, caption=words["unit"], title_justify="left", caption_justify="left")
    table.add_column(words["clause"])
    for verdict in VERDICTS:
        table.add_column(words[verdict], justify="right")
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
