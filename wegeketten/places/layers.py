"""Layers of polygons from files: read with suspicion, checked, and brought into the city's metres."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from wegeketten.errors import InputDataError
from wegeketten.osm.features import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyproj
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from wegeketten.osm.projection import Projection

_MOST_BYTES = 1_000_000_000
_REPAIR_SHARE = 0.01  # a repair that changes the area by more is the user's to decide
_KINDS = "GeoJSON, GeoPackage, Shapefile or GeoParquet"


@dataclass(frozen=True)
class Layer:
    """Shapes and columns of a file, as they are in it.

    Attributes
    ----------
    path
        The file.
    shapes
        Shapely geometries, None where a row has none.
    columns
        Values by column name.
    crs
        Coordinate reference system of the shapes.
    """

    path: Path
    shapes: NDArray[np.object_]
    columns: dict[str, list[Any]]
    crs: pyproj.CRS


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


def read_layer(path: str | Path) -> Layer:
    """Read a GeoJSON, GeoPackage, Shapefile or GeoParquet file; told by its content, not by its name.

    Parameters
    ----------
    path
        A local file. Addresses on the net, archives and GDAL's virtual files are refused: they may name other
        files than the one that was given.

    Raises
    ------
    InputDataError
        The file is missing, of another kind, damaged or without a coordinate reference system.
    """
    if "://" in str(path) or str(path).startswith("/vsi"):
        raise InputDataError(f"{path}: only local files are read; download it first")
    path = Path(path)
    try:
        with path.open("rb") as file:
            start = file.read(4096)
        size = path.stat().st_size
    except OSError as error:
        raise InputDataError(f"{path}: cannot be read ({error.strerror})") from error
    if size > _MOST_BYTES:
        raise InputDataError(f"{path}: {size / 1e9:.1f} GB is too large for a layer of areas; cut it first")
    return _reader_for(path, start)(path)


def _reader_for(path: Path, start: bytes) -> Callable[[Path], Layer]:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        return _read_geojson
    if start.startswith(b"SQLite format 3\x00"):
        return _read_geopackage
    if start.startswith(b"PAR1"):
        return _read_geoparquet
    if start.startswith(b"\x00\x00\x27\x0a"):
        return _read_shapefile
    if b"<OGRVRTDataSource" in text or path.suffix.lower() == ".vrt":
        raise InputDataError(f"{path}: a virtual file (VRT) that points to others; give the file itself")
    if start.startswith(b"PK"):
        raise InputDataError(f"{path}: an archive; unpack it and give the {_KINDS} in it")
    what = "empty" if not start else f"it starts with {start[:12]!r}"
    raise InputDataError(f"{path}: no {_KINDS} ({what})")


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

    Raises
    ------
    InputDataError
        Coordinates are not finite, do not fit the stated CRS, or lie elsewhere than the city; a shape crosses
        itself so badly that a repair would change its area by more than 1 %.
    """
    _check_coordinates(layer, projection)
    shapes, rows = [], []
    skipped, notes = [], []
    moved = _transformed(layer, projection)
    for row, shape in enumerate(moved.tolist()):
        if shape is None or shape.is_empty:
            skipped.append(Skipped(f"row {row + 1}", station, f"no geometry in {layer.path.name}"))
            continue
        parts = [part for part in _flat(shape) if part.geom_type == "Polygon"]
        if not parts:
            reason = f"{shape.geom_type} in {layer.path.name}, an area was expected"
            skipped.append(Skipped(f"row {row + 1}", station, reason))
            continue
        area = _joined(parts)
        if not area.is_valid:
            area, change = _repaired(area)
            if change > _REPAIR_SHARE:
                raise InputDataError(
                    f"{layer.path}: row {row + 1} crosses itself, repairing it would change its area by "
                    f"{change:.0%}; repair it first (QGIS: Fix geometries)"
                )
            notes.append(f"row {row + 1} of {layer.path.name} crossed itself and was repaired ({change:.2%})")
        shapes.append(area)
        rows.append(row)
    if not shapes:
        raise InputDataError(f"{layer.path}: there is no area in it")
    found = np.array(shapes, dtype=object)
    _check_overlap(layer, projection, found, extent)
    return Polygons(found, np.array(rows, dtype=np.int64), skipped, notes)


def _read_geojson(path: Path) -> Layer:
    import pyproj

    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputDataError(f"{path}: no GeoJSON ({error})") from error
    kind = document.get("type")
    features = document.get("features") if kind == "FeatureCollection" else [document]
    if kind == "Topology" or not isinstance(features, list):
        raise InputDataError(f"{path}: no GeoJSON feature collection (type {kind!r})")
    shapes = np.empty(len(features), dtype=object)
    properties = []
    for row, feature in enumerate(features):
        try:
            geometry = feature["geometry"] if feature.get("type") == "Feature" else feature
            shapes[row] = None if geometry is None else shapely.from_geojson(json.dumps(geometry))
            properties.append(dict(feature.get("properties") or {}))
        except (shapely.errors.GEOSException, KeyError, TypeError, AttributeError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise InputDataError(f"{path}: feature {row + 1} is no valid GeoJSON ({reason})") from error
    names = list(dict.fromkeys(name for each in properties for name in each))
    columns = {name: [each.get(name) for each in properties] for name in names}
    stated = document.get("crs")  # before RFC 7946; since then WGS 84 is the rule
    if stated is None:
        return Layer(path, shapes, columns, pyproj.CRS.from_epsg(4326))
    about = stated.get("properties") if isinstance(stated, dict) else None
    named = about.get("name") if isinstance(about, dict) else None
    return Layer(path, shapes, columns, _crs(path, named))


def _read_geopackage(path: Path) -> Layer:
    import pyogrio

    try:
        found = pyogrio.list_layers(path)
    except pyogrio.errors.DataSourceError as error:
        raise InputDataError(f"{path}: cannot be read ({str(error).splitlines()[0]})") from error
    layers = [str(name) for name, kind in found if kind and "Polygon" in kind]
    if not layers:
        raise InputDataError(f"{path}: no layer of polygons in it")
    if len(layers) > 1:
        raise InputDataError(f"{path}: several layers of polygons ({', '.join(layers)}); keep one")
    return _read_ogr(path, "GPKG", layers[0])


def _read_shapefile(path: Path) -> Layer:
    return _read_ogr(path, "ESRI Shapefile", None)


def _read_ogr(path: Path, driver: str, layer: str | None) -> Layer:
    import pyogrio

    try:
        opened_by = pyogrio.read_info(path, layer=layer)["driver"]
        if opened_by != driver:  # whatever the first bytes say, GDAL decides by looking further
            raise InputDataError(f"{path}: opens as {opened_by}, {driver} was expected")
        meta, _, geometry, fields = pyogrio.raw.read(path, layer=layer, force_2d=True)
        shapes = _from_wkb(geometry)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        shapely.errors.GEOSException,
    ) as error:
        raise InputDataError(f"{path}: cannot be read ({str(error).splitlines()[0]})") from error
    columns = {str(name): column.tolist() for name, column in zip(meta["fields"], fields, strict=True)}
    return Layer(path, shapes, columns, _crs(path, meta["crs"]))


def _read_geoparquet(path: Path) -> Layer:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
        geo = json.loads((table.schema.metadata or {})[b"geo"])
        name = geo["primary_column"]
        about = geo["columns"][name]
        if about["encoding"] != "WKB":
            raise InputDataError(f"{path}: geometry encoded as {about['encoding']}, WKB was expected")
        shapes = _from_wkb(table.column(name).to_numpy())
    except (pa.ArrowInvalid, OSError, shapely.errors.GEOSException) as error:
        raise InputDataError(f"{path}: cannot be read ({str(error).splitlines()[0]})") from error
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, InputDataError):
            raise
        raise InputDataError(f"{path}: Parquet, but no GeoParquet (metadata 'geo' missing)") from error
    columns = {other: table.column(other).to_pylist() for other in table.column_names if other != name}
    # GeoParquet: no key means OGC:CRS84, an explicit null means unknown
    return Layer(path, shapes, columns, _crs(path, about.get("crs", "OGC:CRS84")))


def _from_wkb(binary: NDArray[np.object_]) -> NDArray[np.object_]:
    with np.errstate(invalid="ignore"):  # NaN coordinates are reported with their row later on
        return np.asarray(shapely.from_wkb(binary), dtype=object)


def _crs(path: Path, stated: Any) -> pyproj.CRS:
    import pyproj

    if not stated:
        raise InputDataError(
            f"{path}: no coordinate reference system is stated; set one (QGIS: Assign projection)"
        )
    try:
        return pyproj.CRS.from_user_input(stated)
    except pyproj.exceptions.CRSError as error:
        raise InputDataError(f"{path}: unknown coordinate reference system {str(stated)[:60]!r}") from error


def _check_coordinates(layer: Layer, projection: Projection) -> None:
    points = shapely.get_coordinates(layer.shapes)
    if not np.isfinite(points).all():
        rows = [
            row for row, s in enumerate(layer.shapes) if not np.isfinite(shapely.get_coordinates(s)).all()
        ]
        raise InputDataError(f"{layer.path}: row {rows[0] + 1} has coordinates that are no numbers")
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
    import pyproj

    change = pyproj.Transformer.from_crs(layer.crs, projection.epsg, always_xy=True)

    def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(change.transform(points[:, 0], points[:, 1]))

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
