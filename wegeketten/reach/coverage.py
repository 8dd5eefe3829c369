"""Which districts the extract shows only a piece of: their figures are no verdict on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.city import City

FEWEST_HOMES = 10
"""Groups of fewer homes show no figures: nobody's home is to be read from them."""

NEAR_EDGE_M = 500.0
"""From homes this near to the extract's edge, places beyond it would matter."""

_ON_FRAME, _BEYOND, _NEAR_HOMES = 0.25, 0.1, 0.5
_FRAME_M = 150.0


def cut_districts(city: City) -> NDArray[np.bool_]:
    """Whether the extract's edge cuts a district so that it cannot be judged.

    That is so where a quarter of its outline runs along the edge, or a tenth of it lies beyond, and more than
    half of its homes are nearer to the edge than `NEAR_EDGE_M`. Where that holds for half of all homes, the
    extract is all edge, and none is distinguished from another.

    Parameters
    ----------
    city
        A built city.

    Returns
    -------
    ndarray
        Shape (districts,).

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> cut_districts(hamlet()).tolist()
    [False]
    """
    import shapely

    shapes = city.districts["geometry"]
    if not len(shapes) or len(city.nodes["x"]) < 3:
        return np.zeros(len(shapes), dtype=bool)
    hull = shapely.convex_hull(shapely.MultiPoint(np.stack([city.nodes["x"], city.nodes["y"]], axis=1)))
    edge = shapely.boundary(hull)
    metric = shapely.transform(shapes, lambda points: np.asarray(city.projection.to_xy(points)))
    outline = shapely.boundary(metric)
    length, area = shapely.length(outline), shapely.area(metric)
    on_frame = shapely.length(shapely.intersection(outline, shapely.buffer(edge, _FRAME_M)))
    beyond = area - shapely.area(shapely.intersection(metric, hull))
    torn = (on_frame >= _ON_FRAME * np.maximum(length, 1e-9)) | (beyond >= _BEYOND * np.maximum(area, 1e-9))
    if not len(city.homes["x"]):
        return np.zeros(len(shapes), dtype=bool)
    homes = np.asarray(shapely.points(np.stack([city.homes["x"], city.homes["y"]], axis=1)))
    near = shapely.distance(homes, edge) < NEAR_EDGE_M
    if near.mean() > _NEAR_HOMES:
        return np.zeros(len(shapes), dtype=bool)
    district = np.asarray(city.homes["district"])
    inside = district >= 0
    count = np.bincount(district[inside], minlength=len(shapes))
    lonely = np.bincount(district[inside], near[inside], minlength=len(shapes))
    return np.asarray(torn & (lonely > _NEAR_HOMES * count))
