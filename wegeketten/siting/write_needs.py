"""Needs as files: tables, layers with a QGIS style, document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.files.atomic import whole_folder
from wegeketten.files.csv import clean_text, write_csv
from wegeketten.files.geopackage import Layer, LayerStyle, write_layers
from wegeketten.files.json import write_json
from wegeketten.siting.rows import Cluster, Need, Neighbourhood

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.siting.needs import Needs

_POSTS = LayerStyle(
    "posts_whole",
    (
        (0.0, 0.0, "#f7f7f7", "0"),
        (1.0, 1.0, "#fddbc7", "1"),
        (2.0, 3.0, "#ef8a62", "2–3"),
        (4.0, 1e9, "#b2182b", "4–"),
    ),
)
_PEOPLE = LayerStyle(
    "people",
    (
        (0.0, 5000.0, "#d1e5f0", "< 5 000"),
        (5000.0, 10000.0, "#67a9cf", "5 000–10 000"),
        (10000.0, 1e9, "#2166ac", "> 10 000"),
    ),
)


def write_needs(needs: Needs, out: Path) -> None:
    """Write ``needs.csv``, ``clusters.csv``, ``neighbourhoods.csv``, ``needs.gpkg`` and ``needs.json``.

    Parameters
    ----------
    needs
        Result of `find_needs`.
    out
        Folder; appears whole or not at all.
    """
    import shapely

    areas = np.asarray(needs.areas, dtype=object)
    points = np.array([(one.lon, one.lat) for one in needs.clusters], dtype=np.float64).reshape(-1, 2)
    layers = [
        _layer("districts", Need._fields, needs.rows, areas, _POSTS),
        _layer(
            "neighbourhoods",
            Neighbourhood._fields,
            needs.proposal.rows,
            needs.proposal.shapes,
            _PEOPLE,
        ),
        _layer(
            "clusters",
            Cluster._fields,
            needs.clusters,
            np.asarray(shapely.points(points), dtype=object),
            None,
        ),
    ]
    with whole_folder(out, marker="needs.json") as folder:
        write_csv(folder / "needs.csv", Need._fields, needs.rows)
        write_csv(folder / "clusters.csv", Cluster._fields, needs.clusters)
        write_csv(folder / "neighbourhoods.csv", Neighbourhood._fields, needs.proposal.rows)
        write_layers(folder / "needs.gpkg", layers)
        write_json(folder / "needs.json", needs.to_json())


def _layer(
    name: str,
    header: Sequence[str],
    rows: Sequence[Any],
    shapes: NDArray[np.object_],
    style: LayerStyle | None,
) -> Layer:
    columns: dict[str, Any] = {}
    for place, column in enumerate(header):
        cells = [row[place] for row in rows]
        if any(isinstance(cell, str) for cell in cells) or not cells:
            columns[column] = ["" if cell is None else clean_text(str(cell)) for cell in cells]
        else:
            columns[column] = np.array([np.nan if cell is None else float(cell) for cell in cells])
    return Layer(name, columns, shapes, style)
