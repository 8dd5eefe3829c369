"""Points from files: origins and goals that a user lists."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from wegeketten.errors import InputDataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_BYTES = 200_000_000
_LON = ("lon", "lng", "longitude", "x", "laenge", "länge")
_LAT = ("lat", "latitude", "y", "breite")
_ID = ("id", "name", "home_id", "place_id")


@dataclass(frozen=True)
class Points:
    """Named points.

    Attributes
    ----------
    ids
        Text per point, unique.
    lonlat
        float64, shape (points, 2), degrees (WGS 84).
    """

    ids: list[str]
    lonlat: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.ids)


def read_points(path: str | Path) -> Points:
    """Read points from a CSV with lon and lat, or from any vector format with point geometries.

    Parameters
    ----------
    path
        CSV (comma, semicolon or tab; columns such as ``lon`` and ``lat``, ``id`` or ``name`` where there
        is one), GeoJSON, GeoPackage, Shapefile or GeoParquet.

    Returns
    -------
    Points
        Ids, and degrees of shape (points, 2).

    Raises
    ------
    InputDataError
        The file cannot be read, holds no points, or a row has no coordinates in degrees.
    """
    path = Path(path)
    if path.suffix.lower() in (".csv", ".tsv", ".txt"):
        return _checked(path, *_from_csv(path))
    from wegeketten.files.shapes import read_layer

    layer = read_layer(path, kinds=("Point",))
    shapes = layer.shapes
    if not len(shapes) or any(shape is None or shape.geom_type != "Point" for shape in shapes.tolist()):
        raise InputDataError(f"{path}: points were expected; every row needs one point")
    from pyproj import Transformer

    to_degrees = Transformer.from_crs(layer.crs, "EPSG:4326", always_xy=True)
    xy = shapely.get_coordinates(shapes)
    lon, lat = to_degrees.transform(xy[:, 0], xy[:, 1])
    name = next((column for column in layer.columns if column.lower() in _ID), None)
    ids = [str(each) for each in layer.columns[name]] if name else []
    return _checked(path, ids, np.column_stack([lon, lat]))


def _from_csv(path: Path) -> tuple[list[str], NDArray[np.float64]]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputDataError(f"{path}: more than {_MOST_BYTES // 10**6} MB of points; split the file")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputDataError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputDataError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    head = text.split("\n", 1)[0]
    mark = max(",;\t", key=head.count)
    rows = csv.DictReader(io.StringIO(text), delimiter=mark)
    names = {name.strip().lower(): name for name in rows.fieldnames or [] if name}
    lon, lat = (next((names[key] for key in keys if key in names), None) for keys in (_LON, _LAT))
    if lon is None or lat is None:
        raise InputDataError(f"{path}: no columns lon and lat; it has {', '.join(names) or 'no header'}")
    label = next((names[key] for key in _ID if key in names), None)
    ids, found = [], []
    for number, row in enumerate(rows, start=2):
        try:
            found.append([float(str(row[each]).strip().replace(",", ".")) for each in (lon, lat)])
        except ValueError:
            raise InputDataError(
                f"{path}, row {number}: lon {row[lon]!r} and lat {row[lat]!r} are no numbers"
            ) from None
        if label is not None:
            ids.append(str(row[label] or "").strip())
    return ids, np.array(found, dtype=np.float64).reshape(-1, 2)


def _checked(path: Path, ids: list[str], lonlat: NDArray[np.float64]) -> Points:
    if not len(lonlat):
        raise InputDataError(f"{path}: holds no point")
    wrong = np.flatnonzero(~(np.abs(lonlat) <= np.array([180.0, 90.0])).all(axis=1))
    if len(wrong):
        raise InputDataError(
            f"{path}, point {int(wrong[0]) + 1}: {lonlat[wrong[0]].tolist()} are no degrees; give lon and lat"
        )
    if not ids:
        ids = [str(number) for number in range(1, len(lonlat) + 1)]
    if len(set(ids)) != len(ids):
        twice = next(each for each in ids if ids.count(each) > 1)
        raise InputDataError(f"{path}: the id {twice!r} stands more than once")
    return Points(ids, lonlat)
