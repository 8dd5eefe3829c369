"""Sites as files: table, layers with a QGIS style, document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.files.atomic import whole_folder
from wegeketten.files.csv import clean_text, write_csv
from wegeketten.files.geopackage import Layer, LayerStyle, write_layers
from wegeketten.files.json import write_json
from wegeketten.siting.rows import Bought, Site

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_RANKS = LayerStyle(
    "rank",
    ((0.0, 0.0, "#4d4d4d", "existing"), (1.0, 3.0, "#7f0000", "1–3"), (4.0, 1e9, "#ef6548", "4–")),
)


def write_sites(out: Path, sites: Sequence[Site], document: dict[str, Any]) -> None:
    """Write ``sites.csv``, ``sites.gpkg`` and ``site.json``.

    Parameters
    ----------
    out
        Folder; appears whole or not at all.
    sites
        Existing, new and given up places.
    document
        Content of ``site.json``.
    """
    with whole_folder(out, marker="site.json") as folder:
        write_csv(folder / "sites.csv", Site._fields, sites)
        write_layers(folder / "sites.gpkg", [_points("sites", Site._fields, sites, _RANKS)])
        write_json(folder / "site.json", document)


def write_bought(out: Path, bought: Sequence[Bought], document: dict[str, Any]) -> None:
    """Write ``sites.csv``, ``joint.csv``, ``sites.gpkg`` and ``site.json`` of a joint plan.

    Parameters
    ----------
    out
        Folder; appears whole or not at all.
    bought
        Places and measures in the order in which they were bought.
    document
        Content of ``site.json``.
    """
    sites = [row for row in bought if row.what == "site"]
    header = (*Site._fields[:11], "premises")
    told = [
        (
            rank, row.id, row.name, "new", row.lat, row.lon, row.cost_eur, None, row.people_gained,
            None, None, row.kind,
        )
        for rank, row in enumerate(sites, start=1)
    ]  # fmt: skip
    steps = LayerStyle("step", ((1.0, 3.0, "#7f0000", "1–3"), (4.0, 1e9, "#ef6548", "4–")))
    with whole_folder(out, marker="site.json") as folder:
        write_csv(folder / "sites.csv", header, told)
        write_csv(folder / "joint.csv", Bought._fields, bought)
        write_layers(folder / "sites.gpkg", [_points("joint", Bought._fields, bought, steps)])
        write_json(folder / "site.json", document)


def _points(name: str, header: Sequence[str], rows: Sequence[Any], style: LayerStyle) -> Layer:
    import shapely

    columns: dict[str, Any] = {}
    for place, column in enumerate(header):
        cells = [row[place] for row in rows]
        if any(isinstance(cell, str) for cell in cells) or not cells:
            columns[column] = ["" if cell is None else clean_text(str(cell)) for cell in cells]
        else:
            columns[column] = np.array([np.nan if cell is None else float(cell) for cell in cells])
    points = np.array([(row.lon, row.lat) for row in rows], dtype=np.float64).reshape(-1, 2)
    return Layer(name, columns, np.asarray(shapely.points(points), dtype=object), style)
