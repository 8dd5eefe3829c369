"""Layers of polygons from files: checked, and brought into the city's metres."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

from wegeketten.errors import InputDataError
from wegeketten.files.coordinates import between
from wegeketten.osm.features import Skipped

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from wegeketten.files.shapes import Layer
    from wegeketten.osm.projection import Projection

_REPAIR_SHARE = 0.01  # a repair that changes the area by more is the user's to decide


@dataclass(frozen=True)
class Polygons:
    """Checked polygons in the city's CRS.

    Attributes
    ----------
    shapes
        Polygons and multipolygons, metres.
    rows
        int64: row of the layer each comes from.
    skipped
        Rows left out, with the reason.
    notes
        What was repaired.
    """

    shapes: NDArray[np.object_]
    rows: NDArray[np.int64]
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def to_city(
    layer: Layer,
    projection: Projection,
    extent: tuple[float, float, float, float],
    *,
    station: str = "districts",
) -> Polygons:
    """Check a layer's polygons and transform them into the city's CRS.

    Parameters
    ----------
    layer
        What was read.
    projection
        The city's.
    extent
        Of the city in its CRS: smallest x, y, greatest x, y, metres. The layer must overlap it.
    station
        What the polygons are for, as ``skipped.csv`` calls it.

    Returns
    -------
    Polygons
        Valid polygons in metres, with what was left out.

    Raises
    ------
    InputDataError
        Coordinates are not finite, do not fit the stated CRS, or lie elsewhere than the city; a shape crosses
        itself so badly that a repair would change its area by more than 1 %.
    """
    check_coordinates(layer, projection)
    shapes, rows = [], []
    skipped, notes = [], []
    moved = _transformed(layer, projection)
    for row, shape in enumerate(moved.tolist()):
        if shape is None or shape.is_empty:
            skipped.append(Skipped(f"row {layer.row(row)}", station, f"no geometry in {layer.path.name}"))
            continue
        parts = [part for part in _flat(shape) if part.geom_type == "Polygon"]
        if not parts:
            reason = f"{shape.geom_type} in {layer.path.name}, an area was expected"
            skipped.append(Skipped(f"row {layer.row(row)}", station, reason))
            continue
        area = _joined(parts)
        if not area.is_valid:
            area, change = _repaired(area)
            told = layer.row(row)
            if change > _REPAIR_SHARE:
                raise InputDataError(
                    f"{layer.path}: row {told} crosses itself, repairing it would change its area by "
                    f"{change:.0%}; repair it first (QGIS: Fix geometries)"
                    if change <= 1
                    else f"{layer.path}: row {told} crosses itself so that it encloses next to nothing; "
                    "repair it first (QGIS: Fix geometries)"
                )
            notes.append(f"row {told} of {layer.path.name} crossed itself and was repaired ({change:.2%})")
        shapes.append(area)
        rows.append(row)
    if not shapes:
        raise InputDataError(f"{layer.path}: holds no area; districts and cells are polygons")
    found = np.array(shapes, dtype=object)
    _check_overlap(layer, projection, found, extent)
    return Polygons(found, np.array(rows, dtype=np.int64), skipped, notes)


def check_coordinates(layer: Layer, projection: Projection) -> None:
    """Refuse coordinates that are no numbers, or no degrees where the file says degrees.

    Parameters
    ----------
    layer
        What was read.
    projection
        From degrees to the metres of the city.

    Raises
    ------
    InputDataError
        There are such; the row is named.
    """
    points = shapely.get_coordinates(layer.shapes)
    if not np.isfinite(points).all():
        rows = [
            row for row, s in enumerate(layer.shapes) if not np.isfinite(shapely.get_coordinates(s)).all()
        ]
        raise InputDataError(f"{layer.path}: row {layer.row(rows[0])} has coordinates that are no numbers")
    if layer.crs.is_geographic and len(points):
        beyond = points[(np.abs(points[:, 0]) > 180) | (np.abs(points[:, 1]) > 90)]
        if len(beyond):
            x, y = beyond[0].tolist()
            raise InputDataError(
                f"{layer.path}: {x:.0f}, {y:.0f} are no degrees, though the file says {_name(layer.crs)}; "
                f"meant {projection.crs}?"
            )
        if np.ptp(points[:, 0]) > 180:
            raise InputDataError(f"{layer.path}: crosses the 180th meridian; cut it to the city")


def _transformed(layer: Layer, projection: Projection) -> NDArray[np.object_]:
    def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        try:
            return between(points, layer.crs, projection.epsg)
        except InputDataError as error:
            raise InputDataError(f"{layer.path}: {error}") from error

    shapes = np.asarray(shapely.transform(shapely.force_2d(layer.shapes), moved), dtype=object)
    if not np.isfinite(shapely.get_coordinates(shapes)).all():
        raise InputDataError(
            f"{layer.path}: coordinates lie outside the area of {_name(layer.crs)}; is another one meant?"
        )
    return shapes


def _check_overlap(
    layer: Layer,
    projection: Projection,
    shapes: NDArray[np.object_],
    extent: tuple[float, float, float, float],
) -> None:
    city = shapely.box(*extent)
    if bool(shapely.intersects(shapes, city).any()):
        return
    raw = shapely.get_coordinates(layer.shapes)

    def hits(points: NDArray[np.float64]) -> bool:
        """Whether what these points span meets the city; a district is often larger than the extract."""
        return bool(shapely.box(*points.min(axis=0), *points.max(axis=0)).intersects(city))

    if layer.crs.is_geographic and (np.abs(raw[:, 0]) <= 90).all() and hits(projection.to_xy(raw[:, ::-1])):
        raise InputDataError(f"{layer.path}: latitude and longitude are swapped; longitude comes first")
    if hits(raw):
        raise InputDataError(
            f"{layer.path}: says {_name(layer.crs)}, but its numbers fit {projection.crs}; correct it"
        )
    far_km = float(shapely.distance(shapes, city).min()) / 1000
    raise InputDataError(f"{layer.path}: lies {far_km:.0f} km away from the extract; is it another city's?")


def _name(crs: pyproj.CRS) -> str:
    return ":".join(crs.to_authority() or (crs.name,))


def _joined(parts: list[BaseGeometry]) -> BaseGeometry:
    if len(parts) == 1:
        return parts[0]
    return shapely.MultiPolygon([part for part in parts if isinstance(part, shapely.Polygon)])


def _flat(shape: BaseGeometry) -> list[BaseGeometry]:
    parts = shapely.get_parts(shape).tolist()
    return [piece for part in parts for piece in (shapely.get_parts(part).tolist() or [part])]


def _repaired(area: BaseGeometry) -> tuple[BaseGeometry, float]:
    """A valid shape, and by which share its area changed."""
    valid = shapely.make_valid(area, method="structure", keep_collapsed=False)
    parts = [part for part in _flat(valid) if part.geom_type == "Polygon"]
    better = _joined(parts)
    before = abs(float(area.area))
    return better, abs(better.area - before) / max(before, 1e-9)
