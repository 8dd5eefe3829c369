"""Verdicts as files: norm.csv, norm_districts.csv and norm.gpkg."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from wegeketten.city import provenance_of
from wegeketten.files.atomic import whole_folder
from wegeketten.files.json import write_json
from wegeketten.model.lines import shapes_of
from wegeketten.norms.verdicts import CONTRADICTORY, FAIL, PASS, UNTESTABLE, VERDICTS, district_sums

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.files.geopackage import Layer
    from wegeketten.norms.clauses import Norm
    from wegeketten.norms.verdicts import ClauseVerdicts

COLUMNS = (
    "edge_id", "clause", "quantity", "lower", "value", "upper", "limit", "verdict",
    "sure", "likely", "possible", "metres", "district",
)  # fmt: skip


def write_norm(
    city: City, norm: Norm, judged: Sequence[ClauseVerdicts], out: Path
) -> list[dict[str, object]]:
    """Write the verdicts into a folder; returns the sums per district.

    Files: ``norm.csv`` (a row per edge and clause), ``norm_districts.csv`` (kilometres and numbers per
    district, clause and verdict; the whole network has an empty district), ``norm.gpkg`` (the same lines
    and points for a GIS) and ``norm.json`` (norm, edition, sources, city).

    Parameters
    ----------
    city
        The city, as built.
    norm
        The norm.
    judged
        Result of `judge_city`.
    out
        Folder; appears whole or not at all.

    Returns
    -------
    list of dict
        Rows of ``norm_districts.csv``.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> from wegeketten.norms.clauses import load_norm
    >>> from wegeketten.norms.verdicts import judge_city
    >>> norm = load_norm("din18040-3")
    >>> with TemporaryDirectory() as folder:
    ...     rows = write_norm(hamlet(), norm, judge_city(hamlet(), norm), Path(folder) / "norm")
    >>> rows[0]["clause"]
    'passage-width'
    """
    from wegeketten.files.csv import write_csv
    from wegeketten.files.geopackage import write_layers
    from wegeketten.reach.quality import edge_districts

    district = edge_districts(city)
    sums = district_sums(city, list(judged), district)
    ids = np.array(city.edges.ids(), dtype=object)
    with whole_folder(out, marker="norm.json") as folder:
        write_csv(folder / "norm.csv", COLUMNS, edge_rows(city, judged, district))
        write_csv(folder / "norm_districts.csv", list(sums[0]), [list(row.values()) for row in sums])
        write_layers(folder / "norm.gpkg", _layers(city, judged, ids))
        write_json(folder / "norm.json", _about(city, norm))
    return sums


def edge_rows(
    city: City, judged: Sequence[ClauseVerdicts], district: NDArray[np.integer[Any]]
) -> Iterator[tuple[object, ...]]:
    """Rows of ``norm.csv``, see `COLUMNS`; `district` is the row of each edge's district, -1 for none.

    Parameters
    ----------
    city
        The city, as built.
    judged
        Result of `judge_city`.
    district
        Row of each edge's district, -1 for none.

    Yields
    ------
    tuple
        In the order of clauses and edges.
    """
    ids = city.edges.ids()
    names = ["", *(str(name) for name in city.districts["name"])]
    lengths = city.edges["length_m"]
    for found in judged:
        sure, possible = found.sure, found.possible
        for row, edge in enumerate(found.edge.tolist()):
            yield (
                ids[edge], found.clause.id, found.clause.quantity,
                _plain(found.lower[row]), _plain(found.value[row]), _plain(found.upper[row]),
                found.clause.limit, VERDICTS[int(found.verdict[row])],
                bool(sure[row]), bool(found.likely[row]), bool(possible[row]),
                _plain(lengths[edge]), names[int(district[edge]) + 1],
            )  # fmt: skip


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 3)


def _layers(city: City, judged: Sequence[ClauseVerdicts], ids: NDArray[np.object_]) -> list[Layer]:
    """Lines for edges with a length, points for the others."""
    from wegeketten.files.geopackage import Layer, LayerStyle

    bends, points = city.edges.bends, city.edges.points
    degrees = np.asarray(city.projection.to_lonlat(points))
    long = city.edges["length_m"] > 0
    style = LayerStyle(
        "code",
        (
            (PASS - 0.5, PASS + 0.5, "#1b7837", "pass"),
            (FAIL - 0.5, FAIL + 0.5, "#b2182b", "fail"),
            (UNTESTABLE - 0.5, UNTESTABLE + 0.5, "#969696", "untestable"),
            (CONTRADICTORY - 0.5, CONTRADICTORY + 0.5, "#762a83", "contradictory"),
        ),
    )
    layers = []
    for name, wanted in (("lines", long), ("points", ~long)):
        picked = [found.edge[wanted[found.edge]] for found in judged]
        rows = np.concatenate(picked)
        verdict = np.concatenate([found.verdict[wanted[found.edge]] for found in judged])
        clauses = [found.clause.id for found, some in zip(judged, picked, strict=True) for _ in some]
        columns: dict[str, NDArray[Any] | list[str]] = {
            "edge_id": [str(each) for each in ids[rows]],
            "clause": clauses,
            "verdict": [VERDICTS[code] for code in verdict.tolist()],
            "code": verdict.astype(np.int64),
        }
        shapes = (
            shapes_of([degrees[bends[row] : bends[row + 1]] for row in rows.tolist()])
            if name == "lines"
            else np.asarray(shapely.points(degrees[bends[rows]]))
        )
        layers.append(Layer(name, columns, shapes, style))
    return layers


def _about(city: City, norm: Norm) -> dict[str, Any]:
    return {
        "norm": norm.id,
        "edition": norm.edition,
        "name": norm.name.model_dump(),
        "clauses": [clause.model_dump(mode="json") for clause in norm.clause],
        **provenance_of(city),
    }
