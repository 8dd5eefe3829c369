"""Heights along a route, as far as the climbs of its edges are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.model.path import Path


def heights_along(city: City, path: Path, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres above the start of a route at each point of its line.

    Parameters
    ----------
    city, path
        Where it leads.
    lonlat
        Its line, degrees, shape (points, 2).

    Returns
    -------
    NDArray
        float64, shape (points,); where an edge's climb is unknown it counts as level.
    """
    if not len(lonlat):
        return np.zeros(0)
    net = city.edges["rise_m"][path.edge].astype(np.float64) - city.edges["fall_m"][path.edge]
    net = np.nan_to_num(np.where(path.ahead, net, -net) * np.abs(path.end - path.start))
    metres = np.abs(path.end - path.start) * city.edges["length_m"][path.edge].astype(np.float64)
    steps = np.hypot(*np.diff(np.asarray(city.projection.to_xy(lonlat), dtype=np.float64), axis=0).T)
    walked = np.concatenate([[0.0], np.cumsum(steps)])
    along = np.concatenate([[0.0], np.cumsum(metres)])
    if not along[-1] > 0 or not walked[-1] > 0:
        return np.zeros(len(lonlat))
    climbed = np.concatenate([[0.0], np.cumsum(net)])
    return np.asarray(np.interp(walked / walked[-1] * along[-1], along, climbed), dtype=np.float64)


def climbs_along(city: City, path: Path) -> tuple[float, float]:
    """Metres up and metres down along a route, as far as they are known.

    Parameters
    ----------
    city, path
        Where it leads.

    Returns
    -------
    tuple of float
        Both 0 or more.
    """
    share = np.abs(path.end - path.start)
    rise, fall = (city.edges[name][path.edge].astype(np.float64) * share for name in ("rise_m", "fall_m"))
    up, down = np.where(path.ahead, rise, fall), np.where(path.ahead, fall, rise)
    return float(np.nansum(up)), float(np.nansum(down))
