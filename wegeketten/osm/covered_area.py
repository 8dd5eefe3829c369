"""The ground that an extract covers: beyond it nothing is mapped, anyone who may live there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import shapely

    from wegeketten.osm.features import Features
    from wegeketten.osm.projection import Projection

CELL_M = 50.0
"""How exactly the edge is known."""

_CLOSE_M = 400.0  # gaps narrower than this between mapped things are covered too: fields, woods, water
_MOST_CELLS = 4_000_000


def coverage_of(features: Features, projection: Projection) -> shapely.Geometry | None:
    """Area in which an extract maps something, metres; None where it maps next to nothing.

    Gaps of some hundred metres and holes are covered, single ways that lead out of the extract are not.

    Parameters
    ----------
    features
        What was read from the extract.
    projection
        From degrees to the metres of the city.

    Returns
    -------
    shapely.Geometry or None
        Polygon or MultiPolygon.
    """
    import shapely
    from scipy import ndimage

    xy = projection.to_xy(features.lonlat)
    if len(xy) < 3:
        return None
    low, high = xy.min(axis=0), xy.max(axis=0)
    cell_m = max(CELL_M, float(np.sqrt(np.prod(high - low + 1.0) / _MOST_CELLS)))
    reach = max(round(_CLOSE_M / cell_m), 1)
    pad = reach + 2
    column, row = (np.floor((xy - low) / cell_m).astype(np.int64) + pad).T
    taken = np.zeros((int(row.max()) + pad + 1, int(column.max()) + pad + 1), dtype=bool)
    taken[row, column] = True
    near = ndimage.distance_transform_edt(~taken) <= reach
    closed = ndimage.distance_transform_edt(near) > reach - 0.5
    filled = ndimage.binary_fill_holes(closed | taken)
    # what is thinner than 150 m is a way that leads out
    opened = ndimage.binary_opening(filled, structure=np.ones((3, 3), dtype=bool))
    _, count = ndimage.label(opened)
    if not count:
        return None
    boxes = _runs(opened) * cell_m
    x0, y0 = (low - pad * cell_m).tolist()
    shapes = shapely.box(boxes[:, 0] + x0, boxes[:, 1] + y0, boxes[:, 2] + x0, boxes[:, 3] + y0)
    area: shapely.Geometry = shapely.union_all(shapes)
    found: shapely.Geometry = shapely.intersection(area, shapely.box(*low.tolist(), *high.tolist()))
    return found


def _runs(cells: Any) -> Any:
    """Corners x0, y0, x1, y1 of the stretches of set cells in each row."""
    edges = np.diff(np.pad(cells, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, first = np.nonzero(edges == 1)
    _, end = np.nonzero(edges == -1)
    return np.column_stack((first, row, end, row + 1)).astype(np.float64)
