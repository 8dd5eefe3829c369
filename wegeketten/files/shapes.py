"""Layers of shapes from files of every kind that cities hand out: read with suspicion, as they are."""

from __future__ import annotations

import difflib
import json
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from wegeketten.errors import InputDataError, UsageError
from wegeketten.files.apart import Apart, reported
from wegeketten.files.archives import members_of, unpack
from wegeketten.files.bounds import BOUNDS, count_within, size_within
from wegeketten.files.coordinates import parse_crs
from wegeketten.files.encodings import old_encoding
from wegeketten.files.foreign_parquet import described, geometry_of, read_shapes, too_many
from wegeketten.files.scratch import private_folder
from wegeketten.files.tables import read_start, split_layer

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyproj
    from numpy.typing import NDArray

    Bounds = Callable[[Any], tuple[float, float, float, float]]

AREAS = ("Polygon", "Surface")
AREAS_OR_POINTS = (*AREAS, "Point")
"""Kinds of geometries as GDAL calls them, the wanted first."""

_LARGE_BYTES = 50_000_000  # of a larger file that does not tell how many it holds, likewise
_MANY = 50_000  # of more shapes only those around the city are read
_KINDS = "GeoJSON, GeoPackage, Shapefile, GML, KML, FlatGeobuf or GeoParquet"
_TECHNICAL = frozenset(
    {"gml_id", "fid", "lowerCorner", "upperCorner", "OBJECTID", "Shape_Length", "Shape_Area"}
)


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
    notes
        What had to be chosen or assumed to read it.
    places
        int64: how the user counts each row, where rows between were left out; None where none was.
    """

    path: Path
    shapes: NDArray[np.object_]
    columns: dict[str, list[Any]]
    crs: pyproj.CRS
    notes: list[str] = field(default_factory=list)
    places: NDArray[np.int64] | None = None

    def row(self, row: int) -> int:
        """How the user counts a row.

        Parameters
        ----------
        row
            Row of the layer, counted from 0.

        Returns
        -------
        int
            Counted from 1 in the file.
        """
        return row + 1 if self.places is None else int(self.places[row])


def read_layer(
    path: str | Path,
    *,
    crs: str | None = None,
    encoding: str | None = None,
    kinds: tuple[str, ...] = AREAS,
    bounds: Bounds | None = None,
) -> Layer:
    """Read a layer of shapes; what kind of file it is in is recognised by its content, not by its name.

    Parameters
    ----------
    path
        A local file: GeoJSON, GeoPackage, Shapefile (also zipped), GML, KML, FlatGeobuf or GeoParquet. One of
        several layers is named as ``FILE:LAYER``. Addresses on the net and GDAL's virtual files are refused:
        they may name other files than the one that was given.
    crs
        Coordinate reference system of a file that states none.
    encoding
        Of the texts of a Shapefile; found where None.
    kinds
        Geometries that are wanted, to choose among layers.
    bounds
        Gives the city's window in the layer's system; of a layer of many shapes only those in it are read.

    Returns
    -------
    Layer
        Shapes, columns and system.

    Raises
    ------
    InputDataError
        The file is missing, of another kind, damaged or without a coordinate reference system, or it must be
        said which of its layers is meant.
    """
    if "://" in str(path) or str(path).startswith("/vsi"):
        raise InputDataError(f"{path}: only local files are read; download it first")
    path, layer = split_layer(path)
    if path.is_dir() and path.suffix.lower() == ".gdb":
        return _read_ogr(_Asked(path, layer, crs, encoding, kinds, bounds), ("OpenFileGDB",))
    start, _ = read_start(path)
    size_within(path, "shapes in parts" if start.startswith((b"SQLite", b"PAR1", b"fgb")) else "shapes")
    asked = _Asked(path, layer, crs, encoding, kinds, bounds)
    return _reader_for(path, start)(asked)


class _Asked(NamedTuple):
    """What is to be read."""

    path: Path
    layer: str | None
    crs: str | None
    encoding: str | None
    kinds: tuple[str, ...]
    bounds: Bounds | None


def _reader_for(path: Path, start: bytes) -> Callable[[_Asked], Layer]:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        return _read_geojson
    for sign, reader in (
        (b"SQLite format 3\x00", _read_geopackage),
        (b"PAR1", _read_geoparquet),
        (b"\x00\x00\x27\x0a", _read_shapefile),
        (b"fgb\x03", _read_flatgeobuf),
    ):
        if start.startswith(sign):
            return reader
    if b"<OGRVRTDataSource" in text or path.suffix.lower() == ".vrt":
        raise InputDataError(f"{path}: a virtual file (VRT) that points to others; give the file itself")
    if start.startswith(b"PK"):
        return _read_zip
    if text.startswith(b"<"):
        return _read_xml
    if path.suffix.lower() == ".dbf" and path.with_suffix(".shp").is_file():
        return lambda asked: _read_shapefile(asked._replace(path=path.with_suffix(".shp")))
    what = "empty" if not start else f"it starts with {start[:12]!r}"
    raise InputDataError(f"{path}: no {_KINDS} ({what})")


def _read_geojson(asked: _Asked) -> Layer:
    path = asked.path
    if path.stat().st_size > _LARGE_BYTES and asked.bounds is not None:
        return _read_ogr(asked, ("GeoJSON", "GeoJSONSeq"))  # row by row
    size_within(path, "GeoJSON")
    try:
        text = path.read_bytes().decode("utf-8-sig")
        document = _lines_of(text) or json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputDataError(f"{path}: no GeoJSON ({error})") from error
    kind = document.get("type")
    features = document.get("features") if kind == "FeatureCollection" else [document]
    if kind is None and {"geometryType", "spatialReference"} & document.keys():
        raise InputDataError(f"{path}: JSON of ArcGIS; ask its server for GeoJSON (f=geojson)")
    if kind == "Topology" or not isinstance(features, list):
        raise InputDataError(f"{path}: no GeoJSON feature collection (type {kind!r})")
    count_within(path, "GeoJSON", len(features))
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
    stated = geojson_crs(path, document)
    if asked.crs is not None and document.get("crs") is None and _beyond_degrees(shapes):
        stated = _crs(path, parse_crs(asked.crs))
    return Layer(path, shapes, columns, stated)


def _lines_of(text: str) -> dict[str, Any] | None:
    """A collection out of a feature on each line, as some programs write them; None where it is another."""
    first, _, rest = text.lstrip("\x1e \r\n").partition("\n")
    if not rest.strip() or not first.rstrip().endswith("}"):
        return None
    lines = [line for line in (first, *rest.splitlines()) if line.strip("\x1e \r")]
    features = [json.loads(line.strip("\x1e \r")) for line in lines]
    return {"type": "FeatureCollection", "features": features}


def _beyond_degrees(shapes: NDArray[np.object_]) -> bool:
    bounds = shapely.total_bounds(shapes)
    return bool(np.isfinite(bounds).all() and np.abs(bounds).max() > 360)


def geojson_crs(path: Path, document: dict[str, Any]) -> pyproj.CRS:
    """System that a GeoJSON document states as was usual before RFC 7946; since then WGS 84 is the rule.

    Parameters
    ----------
    path
        The file, for messages.
    document
        Its content.

    Returns
    -------
    pyproj.CRS
        WGS 84 where it states none.

    Raises
    ------
    InputDataError
        It states one that is unknown.
    """
    import pyproj

    stated = document.get("crs")
    if stated is None:
        return pyproj.CRS.from_epsg(4326)
    about = stated.get("properties") if isinstance(stated, dict) else None
    named = about.get("name") if isinstance(about, dict) else None
    return _crs(path, named)


def _read_geopackage(asked: _Asked) -> Layer:
    return _read_ogr(asked, ("GPKG",))


def _read_flatgeobuf(asked: _Asked) -> Layer:
    return _read_ogr(asked, ("FlatGeobuf",))


def _read_xml(asked: _Asked) -> Layer:
    """GML (what a WFS answers) or KML; other XML is refused."""
    with asked.path.open("rb") as file:
        head = file.read(1 << 16)
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise InputDataError(f"{asked.path}: XML with a document type of its own is not read")
    drivers = ("LIBKML", "KML") if b"<kml" in head else ("GML",) if b"opengis.net/gml" in head else ()
    if drivers:
        # GDAL would look for a schema beside the file, and leave a file of its own there
        with private_folder(Path(tempfile.gettempdir())) as room:
            copy = room / (asked.path.stem + (".kml" if drivers[-1] == "KML" else ".gml"))
            shutil.copyfile(asked.path, copy)
            try:
                read = _read_ogr(asked._replace(path=copy), drivers)
            except InputDataError as error:
                raise InputDataError(str(error).replace(str(copy), str(asked.path))) from error
            return replace(read, path=asked.path)
    if b"<table" in head.lower():
        raise InputDataError(
            f"{asked.path}: no table, but a web page; open it in a spreadsheet and save it as XLSX"
        )
    if b"ExceptionReport" in head or b"<html" in head.lower():
        raise InputDataError(f"{asked.path}: a server's error page; download it again")
    raise InputDataError(f"{asked.path}: no {_KINDS} (it is other XML)")


def _read_shapefile(asked: _Asked) -> Layer:
    shx, dbf = (asked.path.with_suffix(end) for end in (".shx", ".dbf"))
    upper = [asked.path.with_suffix(end).is_file() for end in (".SHX", ".DBF")]
    missing = [
        each.name for each, other in zip((shx, dbf), upper, strict=True) if not each.is_file() and not other
    ]
    if missing:
        raise InputDataError(
            f"{asked.path}: {' and '.join(missing)} missing beside it; a Shapefile is .shp, .shx, "
            ".dbf and .prj"
        )
    layer = _read_ogr(asked._replace(encoding="ISO-8859-1"), ("ESRI Shapefile",))
    texts = [
        name
        for name, cells in layer.columns.items()
        if any(isinstance(c, str) and not c.isascii() for c in cells)
    ]
    if not texts:
        return layer
    coding, note = _shapefile_encoding(asked, [layer.columns[name] for name in texts])
    try:
        for name in texts:
            layer.columns[name] = [
                cell.encode("latin-1").decode(coding) if isinstance(cell, str) else cell
                for cell in layer.columns[name]
            ]
    except (LookupError, ValueError) as error:
        if isinstance(error, UnicodeError):
            reason = f"{asked.path}: texts are not {coding}; name another with --encoding"
            raise InputDataError(reason) from error
        raise UsageError(f"--encoding {coding}: no such encoding; utf-8, cp1252 …") from None
    return replace(layer, notes=[*layer.notes, f"{asked.path.name}: texts are read as {coding} ({note})"])


def _shapefile_encoding(asked: _Asked, columns: list[list[Any]]) -> tuple[str, str]:
    """Encoding of texts that were read byte by byte, and why."""
    if asked.encoding is not None:
        return asked.encoding, "as you said"
    raw = [cell.encode("latin-1", "replace") for cells in columns for cell in cells if isinstance(cell, str)]

    def fits(coding: str) -> bool:
        try:
            return all(text.decode(coding) is not None for text in raw)
        except (ValueError, LookupError):  # ValueError: a zero byte in its name
            return False

    beside = next((p for end in (".cpg", ".CPG") if (p := asked.path.with_suffix(end)).is_file()), None)
    if beside is not None:
        stated = beside.read_bytes()[:40].decode("ascii", "ignore").strip()
        stated = {"ansi 1252": "cp1252", "system": "cp1252", "88591": "latin-1"}.get(stated.lower(), stated)
        stated = f"cp{stated}" if stated.isdigit() else stated
        if stated and fits(stated):
            return stated, f"stated in {beside.name}"
    if fits("utf-8"):
        return "utf-8", "as its bytes show; another can be named with --encoding"
    return old_encoding(b" ".join(raw))[0], "no .cpg file states one; another can be named with --encoding"


def _read_zip(asked: _Asked) -> Layer:
    """The one file of shapes in an archive, unpacked into a folder of its own."""
    members = [one for one in members_of(asked.path) if not _is_shadow(one.filename)]
    names = [member.filename for member in members]
    if any(".gdb/" in name for name in names):
        raise InputDataError(f"{asked.path}: a geodatabase in an archive; unpack it and name the .gdb folder")
    if any(name.startswith("xl/") for name in names):
        raise InputDataError(f"{asked.path}: a workbook without shapes; areas come as {_KINDS}")
    ends = (".shp", ".gpkg", ".geojson", ".json", ".gml", ".kml", ".fgb", ".parquet")
    for end in ends:
        found = [member for member in members if member.filename.lower().endswith(end)]
        if asked.layer is not None:
            found = [m for m in found if asked.layer in (m.filename, Path(m.filename).stem)] or found
        if not found:
            continue
        if len(found) > 1:
            stems = [Path(member.filename).stem for member in found]
            told = stems if len(set(stems)) == len(stems) else [member.filename for member in found]
            raise InputDataError(
                f"{asked.path}: several files in it ({', '.join(told[:8])}); name one: {asked.path}:{told[0]}"
            )
        stem = found[0].filename[: -len(end)].lower()
        with private_folder(Path(tempfile.gettempdir())) as room:
            parts = [m for m in members if m.filename.lower().startswith(stem + ".")]
            unpack(asked.path, room, parts)
            inner = room / Path(found[0].filename).name
            start, _ = read_start(inner)
            if start.startswith(b"PK"):
                raise InputDataError(f"{asked.path}: an archive in an archive; unpack it")
            layer = None if asked.layer in (found[0].filename, inner.stem) else asked.layer
            try:
                read = _reader_for(inner, start)(asked._replace(path=inner, layer=layer))
            except InputDataError as error:
                raise InputDataError(str(error).replace(str(inner), f"{asked.path}:{inner.name}")) from error
            return replace(read, path=asked.path)
    raise InputDataError(
        f"{asked.path}: an archive without {_KINDS}; it holds {', '.join(names[:6]) or 'nothing'}"
    )


def _is_shadow(name: str) -> bool:
    """Whether a member of an archive is what macOS adds beside each file."""
    return "__MACOSX/" in name or Path(name).name.startswith("._")


def _read_ogr(asked: _Asked, drivers: tuple[str, ...]) -> Layer:
    from wegeketten.files import ogr

    path = asked.path
    with reported(path), Apart() as apart:
        name = _choose_layer(asked, apart.call(ogr.layers, path))
        about = apart.call(ogr.about, path, name, asked.encoding)
        if about.driver not in drivers:  # whatever the first bytes say, GDAL decides by looking further
            raise InputDataError(f"{path}: opens as {about.driver}, {drivers[0]} was expected")
        crs = about.crs or _said(asked)
        box = _window(asked, about.features, crs)
        rows = apart.call(ogr.rows, path, name, box, asked.encoding, BOUNDS["shapes"].most + 1)
    if len(rows.shapes) > BOUNDS["shapes"].most:
        raise too_many(path, windowed=box is not None)
    shapes = _from_wkb(path, rows.shapes)
    columns = {
        name: column.tolist()
        for name, column in zip(rows.names, rows.columns, strict=True)
        if name not in _TECHNICAL
    }
    notes = [f"{path.name}: layer {name!r} is read"] if asked.layer else []
    if box is not None:
        notes.append(_around(path, len(shapes), about.features))
    first = 0 if about.driver == "GPKG" else 1  # a GeoPackage counts from 1
    return Layer(path, shapes, columns, _crs(path, crs), notes, None if box is None else rows.places + first)


def _window(asked: _Asked, count: int, crs: Any) -> tuple[float, float, float, float] | None:
    """The city's window in the file's system, where a file holds so many shapes that only those are read."""
    if asked.bounds is None or not crs:
        return None
    many = count > _MANY if count >= 0 else asked.path.stat().st_size > _LARGE_BYTES  # -1: not known
    return asked.bounds(_crs(asked.path, crs)) if many else None


def _around(path: Path, kept: int, count: int) -> str:
    """What became of a file of which only a window is read."""
    if not kept:
        raise InputDataError(
            f"{path}: none of its {count} shapes lies around the city; is it another city's?"
            if count >= 0
            else f"{path}: none of its shapes lies around the city; is it another city's?"
        )
    if count < 0:
        return f"{path.name}: all that lies around the city is read ({kept} shapes)"
    return f"{path.name}: {kept} of {count} shapes lie around the city and are read"


def _choose_layer(asked: _Asked, found: list[tuple[str, str]]) -> str:
    """The layer the user named, else the only one with the wanted geometries."""
    names = [name for name, _ in found]
    if asked.layer is not None:
        if asked.layer in names:
            return asked.layer
        near = difflib.get_close_matches(asked.layer, names, 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names[:12])}"
        raise InputDataError(f"{asked.path}: no layer {asked.layer!r}; {hint}")
    for wanted in asked.kinds:
        layers = [
            name
            for name, kind in found
            if wanted in kind
            or (wanted == asked.kinds[0] and kind in ("Unknown", "Geometry", "GeometryCollection"))
        ]
        others = [
            f"{name}: {kind}"
            for name, kind in found
            if name not in layers and any(other in kind for other in asked.kinds)
        ]
        if len(layers) == 1 and not others:
            return layers[0]
        if len(layers) == 1:
            raise InputDataError(
                f"{asked.path}: several layers may be meant ({layers[0]}: {wanted}, {', '.join(others[:11])})"
                f"; name one: {asked.path}:{layers[0]}"
            )
        if layers:
            raise InputDataError(
                f"{asked.path}: several layers of {wanted.lower()}s ({', '.join(layers[:12])}); "
                f"name one: {asked.path}:{layers[0]}"
            )
    if not found:
        raise InputDataError(f"{asked.path}: there is no layer in it")
    raise InputDataError(
        f"{asked.path}: no layer of {' or '.join(kind.lower() + 's' for kind in asked.kinds)} in it "
        f"(there are {', '.join(f'{name}: {kind}' for name, kind in found[:6])})"
    )


def _read_geoparquet(asked: _Asked) -> Layer:
    path = asked.path
    about = described(path)
    geometry = geometry_of(path, about)
    # no key means OGC:CRS84, an explicit null means unknown
    crs = _crs(path, geometry.crs or _said(asked))
    box = _window(asked, about.rows, crs)
    found = read_shapes(path, about, geometry, box)
    columns = {name: found.columns.column(name).to_pylist() for name in found.columns.column_names}
    notes = [] if box is None else [_around(path, len(found.shapes), about.rows)]
    places = None if box is None else found.places + 1
    return Layer(path, _from_wkb(path, found.shapes), columns, crs, notes, places)


def _from_wkb(path: Path, binary: NDArray[np.object_]) -> NDArray[np.object_]:
    try:
        with np.errstate(invalid="ignore"):  # NaN coordinates are reported with their row later on
            return np.asarray(shapely.from_wkb(binary), dtype=object)
    except shapely.errors.GEOSException as error:
        reason = (str(error).splitlines() or ["damaged"])[0]
        raise InputDataError(f"{path}: cannot be read ({reason})") from error


def _said(asked: _Asked) -> int | str | None:
    """System that the user names, as every option ``--crs`` understands it."""
    return None if asked.crs is None else parse_crs(asked.crs)


def _crs(path: Path, stated: Any) -> pyproj.CRS:
    import pyproj

    if not stated:
        raise InputDataError(
            f"{path}: no coordinate reference system is stated; name it with --crs, such as --crs EPSG:25833"
        )
    try:
        return stated if isinstance(stated, pyproj.CRS) else pyproj.CRS.from_user_input(stated)
    except pyproj.exceptions.CRSError as error:
        raise InputDataError(f"{path}: unknown coordinate reference system {str(stated)[:60]!r}") from error
