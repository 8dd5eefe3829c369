"""The slope rule over whole walks: metres between landings do not end where an edge does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.model.reading import Provenance
from wegeketten.network.din_run_lengths import check_run
from wegeketten.network.strokes import string

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.model.edges import EdgeTable
    from wegeketten.network.strokes import Strokes

    Flags = NDArray[np.bool_]


def run_verdicts(
    edges: EdgeTable, rows: NDArray[np.int64], *, model_resolution_m: float | None
) -> tuple[Flags, Flags, Flags]:
    """Test the slope rule along strokes of the given edges.

    Parameters
    ----------
    edges
        The edge table.
    rows
        Edges that are walked.
    model_resolution_m
        Cell size of the model that derived slopes come from: one coarser than a landing sees no landings,
        so that only what is surely too steep fails by it.

    Returns
    -------
    tuple
        Per row: whether it surely passes, whether it surely fails, whether its point values pass.
    """
    count = len(rows)
    passes, fails, likely = (np.zeros(count, dtype=bool) for _ in range(3))
    if not count:
        return passes, fails, likely
    length = edges["length_m"][rows].astype(np.float64)
    lower, value, upper = (
        edges[f"incline_pct{end}"][rows].astype(np.float64) for end in ("_lower", "", "_upper")
    )
    derived = edges["incline_pct_from"][rows] == Provenance.derived
    cell = np.where(derived, model_resolution_m or np.nan, np.nan)
    strokes = _strokes(edges, rows)
    for first, last in zip(strokes.starts[:-1].tolist(), strokes.starts[1:].tolist(), strict=True):
        part, turned = strokes.edges[first:last], strokes.reversed[first:last]
        low, high = np.where(turned, -upper[part], lower[part]), np.where(turned, -lower[part], upper[part])
        middle = np.where(turned, -value[part], value[part])
        bad, open_ = _along(length[part], low, high, cell[part])
        passes[part], fails[part] = ~bad & ~open_, bad
        point, unclear = _along(length[part], middle, middle, np.full(len(part), np.nan))
        likely[part] = ~point & ~unclear
    return passes, fails, likely


def _along(
    length: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    cell: NDArray[np.float64],
) -> tuple[Flags, Flags]:
    """Per edge of one stroke: whether some of it fails, and whether some of it is not testable."""
    stop = np.cumsum(length)
    start = stop - length
    failed, untestable = np.zeros(len(length), dtype=bool), np.zeros(len(length), dtype=bool)
    for stretch in check_run(length, lower, upper, model_resolution_m=cell):
        if stretch.verdict == "pass":
            continue
        touched = (start < stretch.stop_m - 1e-9) & (stop > stretch.start_m + 1e-9)
        (failed if stretch.verdict == "fail" else untestable)[touched] = True
    return failed, untestable


def _strokes(edges: EdgeTable, rows: NDArray[np.int64]) -> Strokes:
    bends, points = edges.bends, edges.points
    first, last = bends[rows], bends[rows + 1] - 1
    ahead, behind = points[first + 1] - points[first], points[last - 1] - points[last]
    leaving = np.degrees(
        np.column_stack([np.arctan2(ahead[:, 1], ahead[:, 0]), np.arctan2(behind[:, 1], behind[:, 0])])
    )
    u, v = edges["u"][rows].astype(np.int64), edges["v"][rows].astype(np.int64)
    way = edges["osm_id"][rows].astype(np.int64)
    rank = np.empty(len(rows), dtype=np.int64)
    rank[np.lexsort((edges["part"][rows], way, edges["osm_type"][rows]))] = np.arange(len(rows))
    return string(u, v, leaving, way, rank)
