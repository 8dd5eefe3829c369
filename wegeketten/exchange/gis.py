"""Layers as files that every GIS reads: GeoPackage, GeoJSON, GeoParquet, and a project of QGIS."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from wegeketten.exchange.layers import GisLayer, layers_of
from wegeketten.exchange.qgis import project_document
from wegeketten.files.atomic import whole_folder
from wegeketten.files.geopackage import Layer, write_layers
from wegeketten.files.json import write_json, write_text
from wegeketten.files.parquet import write_columns
from wegeketten.files.qml import style_document
from wegeketten.model.licence import ATTRIBUTION
from wegeketten.version import VERSION
from wegeketten.words.catalogue import load_words

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City

MARKER = "export.json"
DATA = "wegeketten.gpkg"
PROJECT = "wegeketten.qgz"
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def write_gis(source: City | Path, out: Path, form: str, *, lang: str) -> dict[str, int]:
    """Write every table that has places.

    Parameters
    ----------
    source
        A city, or the folder of a result.
    out
        ``gpkg``: a file with all layers; else a folder.
    form
        ``gpkg``, ``geojson`` or ``geoparquet`` (a file per layer), or ``qgis`` (a GeoPackage and a project).
    lang
        Of the names and classes of layers.

    Returns
    -------
    dict
        Number of features by layer.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> with TemporaryDirectory() as folder:
    ...     write_gis(hamlet(), Path(folder) / "hamlet.gpkg", "gpkg", lang="en")
    {'barriers': 1, 'places': 6, 'homes': 12, 'edges': 7, 'districts': 1}
    """
    layers = layers_of(source, lang)
    counts = {layer.name: len(layer.geometry) for layer in layers}
    if form == "gpkg":
        write_layers(out, [_styled(layer) for layer in layers])
        return counts
    with whole_folder(out, marker=MARKER) as folder:
        if form == "qgis":
            write_layers(folder / DATA, [_styled(layer) for layer in layers])
            _write_project(folder / PROJECT, layers, lang)
        for layer in layers:
            if form == "geojson":
                write_text(folder / f"{layer.name}.geojson", geojson_text(layer))
            elif form == "geoparquet":
                _write_parquet(folder / f"{layer.name}.parquet", layer)
        write_json(
            folder / MARKER,
            {"version": VERSION, "attribution": ATTRIBUTION, "format": form, "layers": counts},
        )
    return counts


def _styled(layer: GisLayer) -> Layer:
    return Layer(layer.name, layer.columns, layer.geometry, qml=style_document(layer.renderer))


def _write_project(path: Path, layers: list[GisLayer], lang: str) -> None:
    title = str(load_words(lang)["layers"]["project"])
    document = project_document(title, [(layer, layer.title(lang)) for layer in layers], DATA)
    info = zipfile.ZipInfo(path.with_suffix(".qgs").name, _FIXED_DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, document.encode("utf-8"))


def geojson_text(layer: GisLayer) -> str:
    """A layer as GeoJSON (RFC 7946): degrees with seven decimals, outer rings counterclockwise.

    Parameters
    ----------
    layer
        Rows with geometry in degrees.

    Returns
    -------
    str
        A JSON document.
    """
    shapes = shapely.orient_polygons(shapely.transform(layer.geometry, lambda xy: np.round(xy, 7)))
    names = list(layer.columns)
    columns = [
        column if isinstance(column, list) else [_cell(cell) for cell in column.tolist()]
        for column in layer.columns.values()
    ]
    rows = zip(*columns, strict=True) if columns else iter([()] * len(shapes))
    features = [
        '{"type":"Feature","geometry":'
        + geometry
        + ',"properties":'
        + json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, allow_nan=False)
        + "}"
        for geometry, row in zip(shapely.to_geojson(shapes).tolist(), rows, strict=True)
    ]
    told = {"type": "FeatureCollection", "name": layer.name, "attribution": ATTRIBUTION}
    return json.dumps(told, ensure_ascii=False)[:-1] + ',"features":[\n' + ",\n".join(features) + "\n]}\n"


def _cell(value: Any) -> Any:
    """A number as JSON has it: none for what is no number, no noise of float32."""
    if isinstance(value, float):
        return round(value, 7) if np.isfinite(value) else None
    return value


def _write_parquet(path: Path, layer: GisLayer) -> None:
    """GeoParquet, with plain columns lon and lat of the middle for programs that know no geometry."""
    middle = shapely.centroid(layer.geometry)
    plain = {"lon": shapely.get_x(middle), "lat": shapely.get_y(middle)}
    columns = {**layer.columns, **{name: each for name, each in plain.items() if name not in layer.columns}}
    note = {"attribution": ATTRIBUTION, "version": VERSION}
    write_columns(path, columns, geometry=layer.geometry, note=note)
