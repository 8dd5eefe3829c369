"""Short slopes: DIN 18040-3 allows 12 % over at most a metre, however steep the limit for longer ones is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.model.edges import Kind

if TYPE_CHECKING:
    from wegeketten.model.edges import EdgeTable

LONG_PCT = 6.0
"""Slope that DIN 18040-3 allows on longer stretches."""

SHORT_PCT = 12.0
"""Slope that it allows over at most `MOST_M`."""

MOST_M = 1.0
"""Length of such a stretch, metres."""

_ROUNDING_M = 0.005
_OFF_GROUND = (Kind.steps, Kind.escalator, Kind.moving_walkway, Kind.lift, Kind.ferry)


def mark_short_slopes(edges: EdgeTable) -> None:
    """Fill the column ``short_slope``: edges of stretches above 6 % no longer than a metre in all.

    Edges that follow one another, be it over a kerb, are one stretch.

    Parameters
    ----------
    edges
        Edges of the network.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> edges = hamlet().edges.changed({})
    >>> mark_short_slopes(edges)
    >>> int(edges["short_slope"].sum())
    0
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    steepest = np.fmax(np.abs(edges["incline_pct_lower"]), np.abs(edges["incline_pct_upper"]))
    ground = ~np.isin(edges["kind"], [int(kind) for kind in _OFF_GROUND])
    barrier = edges["kind"] >= Kind.kerb
    told = edges["incline_pct_from"] > 0
    steep = ground & ~barrier & told & ~(steepest <= LONG_PCT)
    short = np.zeros(len(edges), dtype=np.bool_)
    if (steep & (edges["length_m"] <= MOST_M + _ROUNDING_M)).any():
        rows = np.flatnonzero(steep | barrier)
        u, v = edges["u"][rows], edges["v"][rows]
        nodes = int(max(edges["u"].max(), edges["v"].max())) + 1
        graph = coo_matrix((np.ones(len(rows), dtype=np.int8), (u, v)), shape=(nodes, nodes))
        part = connected_components(graph, directed=False)[1][u]
        metres = np.bincount(part, weights=np.where(steep[rows], edges["length_m"][rows], 0.0))
        short[rows] = steep[rows] & (metres[part] <= MOST_M + _ROUNDING_M)
    edges.columns["short_slope"] = short
