"""Differences as files: tables by rule and by edge, a GeoPackage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.files.atomic import whole_folder
from wegeketten.files.json import write_json
from wegeketten.words.catalogue import load_words
from wegeketten.words.decimals import number

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.routers.differences import Differences

COLUMNS = ("what", "rule", "arcs", "edges", "metres", "explanation_de", "explanation_en")
EDGE_COLUMNS = (
    "edge_id", "back", "kind", "what", "rule", "router_reads", "we_read", "tags", "metres",
)  # fmt: skip


def explained(rule: str, lang: str) -> str:
    """A rule in words.

    Parameters
    ----------
    rule
        Name of the rule.
    lang
        Language of the text, ``de`` or ``en``.

    Returns
    -------
    str
        One sentence.

    Examples
    --------
    >>> explained("kerb_cm.no_limit", "en")
    'kerb height: the router tests no limit'
    >>> explained("ors.soft_surface", "en")
    'openrouteservice closes ways of earth, grass, sand and the like'
    """
    words = load_words(lang)
    subject, _, name = rule.partition(".")
    if subject in words["peer_rules"]:
        return str(words["peer_rules"][subject][name])
    label = words["attributes"].get(subject, {}).get("name") or words["peer_subjects"][subject]
    return f"{label}: {words['peer_reasons'][name]}"


def write_differences(found: Differences, out: Path) -> None:
    """Write the sums, the edges and the layer for a GIS.

    Parameters
    ----------
    found
        Result of `find_differences`.
    out
        Folder; appears whole or not at all.
    """
    from wegeketten.files.csv import write_csv
    from wegeketten.files.geopackage import Layer, write_layers

    rows = found.rows()
    with whole_folder(out, marker="peers.json") as folder:
        sums = [
            (*row.values(), explained(row["rule"], "de"), explained(row["rule"], "en"))
            for row in found.sums()
        ]
        write_csv(folder / "peers.csv", COLUMNS, sums)
        write_csv(folder / "peers_edges.csv", EDGE_COLUMNS, [[row[n] for n in EDGE_COLUMNS] for row in rows])
        layers = []
        for what in ("opens", "closes"):
            some = [row for row in rows if row["what"] == what]
            if some:
                columns = {
                    name: [str(row[name]) for row in some] for name in ("edge_id", "kind", "rule", "tags")
                }
                columns["explanation"] = [explained(row["rule"], "de") for row in some]
                shapes = np.array([row["geometry"] for row in some], dtype=object)
                layers.append(Layer(what, columns, shapes))
        if layers:
            write_layers(folder / "peers.gpkg", layers)
        write_json(folder / "peers.json", found.to_json())


def print_differences(found: Differences, *, lang: str) -> None:
    """Print the rules on the terminal, those that open or close first.

    Parameters
    ----------
    found
        Result of `find_differences`.
    lang
        Language of the text, ``de`` or ``en``.
    """
    from rich.console import Console
    from rich.table import Table

    words = load_words(lang)["peers"]
    table = Table(title=words["title"].format(router=found.router, profile=found.own), title_justify="left")
    for name in ("what", "rule", "edges", "km"):
        table.add_column(words[name], justify="right" if name in ("edges", "km") else "left")
    for row in found.sums():
        edges, km = number(row["edges"], lang), number(row["metres"] / 1000, lang, 1)
        table.add_row(words[row["what"]], explained(row["rule"], lang), edges, km)
    Console().print(table)
