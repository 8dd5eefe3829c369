"""Points from files: origins and goals that a user lists."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.places.listed import read_positions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.osm.projection import Projection
    from wegeketten.places.listed import Extent

_ID = ("id", "name", "home_id", "place_id")
_DIGITS = 9


@dataclass(frozen=True)
class Points:
    """Named points.

    Attributes
    ----------
    ids
        Text per point, unique.
    lonlat
        float64, shape (points, 2), degrees (WGS 84).
    notes
        What was guessed or left out when the file was read, one sentence each.
    """

    ids: list[str]
    lonlat: NDArray[np.float64]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)


def read_points(path: str | Path, projection: Projection, extent: Extent) -> Points:
    """Read points from a table or from any vector format.

    Parameters
    ----------
    path
        As for `wegeketten.places.listed.read_listed`: lon and lat, metres, well-known text, or a layer; names
        come from a column ``id`` or ``name`` where there is one.
    projection, extent
        Of the city; metres of an unstated system are taken for the one in which they lie there.

    Returns
    -------
    Points
        In the file's order.

    Raises
    ------
    InputDataError
        The file cannot be read, holds no points, or a row has no position.
    """
    path = Path(path)
    columns, xy, notes = read_positions(path, projection, extent)
    if not len(xy):
        raise InputDataError(f"{path}: holds no point")
    lost = np.flatnonzero(~np.isfinite(xy).all(axis=1))
    if len(lost):
        raise InputDataError(f"{path}, point {int(lost[0]) + 1}: no position in degrees or metres")
    known = {name.strip().casefold(): values for name, values in reversed(columns.items())}
    told = next((known[name] for name in _ID if name in known), None)
    ids = [str(row + 1) for row in range(len(xy))] if told is None else [one.strip() for one in told]
    if len(set(ids)) != len(ids):
        twice = next(each for each in ids if ids.count(each) > 1)
        raise InputDataError(f"{path}: the id {twice!r} stands more than once")
    lonlat: NDArray[np.float64] = np.asarray(projection.to_lonlat(xy), dtype=np.float64)
    return Points(ids, lonlat.round(_DIGITS), tuple(notes))
