"""GeoPackages for QGIS: several layers in one file, each with its style, without loading GeoPandas."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import OutputError
from wegeketten.files.atomic import whole_file
from wegeketten.files.gdal import gdal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_FIXED_DATE = "2000-01-01T00:00:00.000Z"  # GDAL would write the clock's time: two runs would differ


@dataclass(frozen=True)
class LayerStyle:
    """Colours of a layer by the values of one column.

    Attributes
    ----------
    column
        Name of the column that decides.
    classes
        ``(lower, upper, colour, label)`` for graduated, in ascending order; colour as ``#rrggbb``.
    """

    column: str
    classes: tuple[tuple[float, float, str, str], ...]


@dataclass(frozen=True)
class Layer:
    """One layer of a GeoPackage.

    Attributes
    ----------
    name
        Without blanks or umlauts.
    columns
        Equally long columns: numbers or text.
    geometry
        Shapely geometries of one type.
    style
        How QGIS draws it when it opens the file; None leaves QGIS its own choice.
    qml
        The same as a style document of QGIS, instead of `style`.
    """

    name: str
    columns: Mapping[str, NDArray[Any] | Sequence[str]]
    geometry: NDArray[np.object_]
    style: LayerStyle | None = None
    qml: str = ""


def write_layers(path: Path, layers: Sequence[Layer], *, epsg: int = 4326) -> None:
    """Write `layers` into one GeoPackage; the same input gives the same bytes.

    Parameters
    ----------
    path
        Target file; appears whole or not at all.
    layers
        Empty layers are written too, so that a project file finds them.
    epsg
        CRS of all geometries.

    Examples
    --------
    >>> import tempfile, pathlib, shapely
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "a.gpkg"
    >>> points = shapely.points([[13.7, 51.0], [13.8, 51.1]])
    >>> write_layers(file, [Layer("homes", {"minutes": np.array([3.0, 9.5])}, points)])
    >>> with sqlite3.connect(file) as connection:
    ...     connection.execute("select count(*) from homes").fetchone()
    (2,)
    """
    pyogrio = gdal()
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _FIXED_DATE})
    try:
        with whole_file(path) as temporary:
            temporary.unlink(missing_ok=True)
            for layer in layers:
                shapes = _of_one_type(layer.geometry)
                _write_layer(pyogrio, temporary, path, layer, shapes, epsg)
            try:
                _write_styles(temporary, [layer for layer in layers if layer.style or layer.qml])
                _check_whole(temporary, path, layers)
            except sqlite3.Error as error:
                raise _unwritten(path) from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _write_layer(
    pyogrio: Any, file: Path, told: Path, layer: Layer, shapes: NDArray[np.object_], epsg: int
) -> None:
    import shapely

    kind = shapely.get_type_id(shapes[0]) if len(shapes) else 0
    plain = shapely.GeometryType(kind).name.title().replace("string", "String")
    try:
        pyogrio.raw.write(
            str(file),
            geometry=shapely.to_wkb(shapes),
            field_data=[_plain(column) for column in layer.columns.values()],
            fields=np.array(list(layer.columns), dtype=object),
            layer=layer.name,
            driver="GPKG",
            geometry_type=plain if kind < 4 else _MULTI[kind],
            crs=f"EPSG:{epsg}",
            append=file.exists(),
            dataset_options={"VERSION": "1.3"},  # what GDAL in long-lived distributions knows
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.FeatureError) as error:
        raise _unwritten(told) from error


def _check_whole(file: Path, told: Path, layers: Sequence[Layer]) -> None:
    """GDAL does not always say that a disk was full: what it wrote is looked through once."""
    import shapely

    with contextlib.closing(sqlite3.connect(file)) as connection:
        sound = connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        for layer in layers:
            index = f"rtree_{layer.name}_geom_rowid"
            wanted = {layer.name: len(layer.geometry)}
            placed = int((shapely.get_num_coordinates(layer.geometry) > 0).sum())
            if placed:
                wanted[index] = placed
            if placed and index not in there:  # what finds rows by place comes last, and is left out first
                sound = False
                break
            for table, count in wanted.items():
                found = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608  # ours
                sound = sound and found == count
    if not sound:
        raise _unwritten(told)


def _unwritten(path: Path) -> OutputError:
    return OutputError(f"cannot write {path}: not all of it arrived; make room, or write elsewhere")


_MULTI = {4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon"}


def _of_one_type(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Polygons and lines as multi-part shapes where the layer holds any of those: a layer has one type."""
    import shapely

    types = set(np.unique(shapely.get_type_id(shapes)).tolist()) if len(shapes) else set()
    for single, several, make in (
        (1, 5, shapely.multilinestrings),
        (3, 6, shapely.multipolygons),
    ):
        if several in types and types <= {single, several}:
            parts = [make(shapely.get_parts(shape)) for shape in shapes]
            return np.array([*parts, None], dtype=object)[:-1]
    return shapes


def _plain(column: NDArray[Any] | Sequence[str]) -> NDArray[Any]:
    array = np.asarray(column)
    return array.astype(object) if array.dtype.kind in "US" else array


def _write_styles(path: Path, layers: Sequence[Layer]) -> None:
    connection = sqlite3.connect(path)
    try:
        connection.execute(
            "create table if not exists layer_styles (id integer primary key autoincrement, "
            "f_table_catalog text, f_table_schema text, f_table_name text, f_geometry_column text, "
            "styleName text, styleQML text, styleSLD text, useAsDefault boolean, "
            "description text, owner text, ui text, update_time text)"
        )
        connection.execute(
            "insert or ignore into gpkg_contents (table_name, data_type, identifier, last_change) "
            "values ('layer_styles', 'attributes', 'layer_styles', ?)",
            (_FIXED_DATE,),
        )
        for layer in layers:
            connection.execute(
                "insert into layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
                "styleName, styleQML, styleSLD, useAsDefault, description, owner, update_time) "
                "values ('', '', ?, 'geom', ?, ?, '', 1, '', '', ?)",
                (layer.name, layer.name, _qml(layer), _FIXED_DATE),
            )
        connection.commit()
    finally:
        connection.close()


def _qml(layer: Layer) -> str:
    import shapely

    style = layer.style
    if style is None:
        return layer.qml
    dimension = int(shapely.get_dimensions(layer.geometry[0])) if len(layer.geometry) else 0
    kind, symbol, colour_key = (
        ("marker", "SimpleMarker", "color"),
        ("line", "SimpleLine", "line_color"),
        ("fill", "SimpleFill", "color"),
    )[dimension]
    ranges, symbols = [], []
    for number, (lower, upper, colour, label) in enumerate(style.classes):
        ranges.append(
            f'<range lower="{lower}" upper="{upper}" symbol="{number}" '
            f'label="{escape(label)}" render="true"/>'
        )
        rgb = ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
        symbols.append(
            f'<symbol name="{number}" type="{kind}" alpha="1"><layer class="{symbol}" enabled="1">'
            f'<Option type="Map"><Option name="{colour_key}" type="QString" value="{rgb},255"/></Option>'
            "</layer></symbol>"
        )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'><qgis styleCategories=\"Symbology\">"
        f'<renderer-v2 type="graduatedSymbol" attr="{escape(style.column)}" '
        'graduatedMethod="GraduatedColor">'
        f"<ranges>{''.join(ranges)}</ranges><symbols>{''.join(symbols)}</symbols></renderer-v2></qgis>"
    )
