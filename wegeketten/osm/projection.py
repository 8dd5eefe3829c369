"""The metric coordinate system of a city: the UTM zone its centre lies in."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from pyproj import Transformer

    from wegeketten.osm.features import Features

_EUROPE = range(28, 39)  # UTM zones of ETRS89, EPSG:25828 to EPSG:25838
_EUROPE_LATITUDES = (34.0, 72.0)


class Projection:
    """Between degrees and metres.

    Parameters
    ----------
    epsg
        Code of a metric coordinate system with axes east, north.

    Examples
    --------
    >>> projection = Projection(25833)
    >>> xy = projection.to_xy([[13.7373, 51.0504]])
    >>> xy.round().tolist()
    [[411494.0, 5656188.0]]
    >>> projection.to_lonlat(xy).round(6).tolist()
    [[13.7373, 51.0504]]
    """

    def __init__(self, epsg: int) -> None:
        self.epsg = epsg

    def __repr__(self) -> str:
        return f"Projection({self.epsg})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Projection) and other.epsg == self.epsg

    def __hash__(self) -> int:
        return hash(self.epsg)

    @cached_property
    def _forth(self) -> Transformer:
        from pyproj import Transformer

        return Transformer.from_crs(4326, self.epsg, always_xy=True)

    @cached_property
    def _back(self) -> Transformer:
        from pyproj import Transformer

        return Transformer.from_crs(self.epsg, 4326, always_xy=True)

    def to_xy(self, lonlat: ArrayLike) -> NDArray[np.float64]:
        """Metres from degrees.

        Parameters
        ----------
        lonlat
            Shape (n, 2): longitude, latitude.

        Returns
        -------
        ndarray of float64, shape (n, 2)
            x, y in metres.
        """
        return _through(self._forth, lonlat)

    def to_lonlat(self, xy: ArrayLike) -> NDArray[np.float64]:
        """Degrees from metres.

        Parameters
        ----------
        xy
            Shape (n, 2): x, y in metres.

        Returns
        -------
        ndarray of float64, shape (n, 2)
            Longitude, latitude.
        """
        return _through(self._back, xy)

    @property
    def crs(self) -> str:
        """Name such as ``EPSG:25833``."""
        return f"EPSG:{self.epsg}"


def _through(transformer: Transformer, points: ArrayLike) -> NDArray[np.float64]:
    points = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    if not len(points):
        return np.empty((0, 2))
    first, second = transformer.transform(points[:, 0], points[:, 1])
    return np.column_stack((first, second))


def projection_at(lon: float, lat: float) -> Projection:
    """Projection for a place: ETRS89 / UTM in Europe, WGS 84 / UTM elsewhere.

    Parameters
    ----------
    lon, lat
        Degrees.

    Returns
    -------
    Projection
        Both ways.

    Examples
    --------
    >>> projection_at(13.3, 52.5), projection_at(-51.2, -30.0)
    (Projection(25833), Projection(32722))
    """
    zone = min(int((lon + 180.0) // 6.0) + 1, 60)
    low, high = _EUROPE_LATITUDES
    if zone in _EUROPE and low <= lat <= high:
        return _of_code(25800 + zone)
    return _of_code((32600 if lat >= 0 else 32700) + zone)


@lru_cache(maxsize=8)
def _of_code(epsg: int) -> Projection:
    """One for all that lies in a zone: making its transformers takes longer than most towns' points."""
    return Projection(epsg)


def projection_of(features: Features) -> Projection:
    """Projection for an extract: of the median point of its ways, which no stray element can move.

    Parameters
    ----------
    features
        What was read from the extract.

    Returns
    -------
    Projection
        Both ways.
    """
    lon, lat = np.median(features.lonlat, axis=0).tolist()
    return projection_at(lon, lat)
