"""Every table of a city or of a result that has places, as a layer for a GIS."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from wegeketten.city import City
from wegeketten.errors import InputDataError
from wegeketten.files.qml import by_value, renderer_of, single
from wegeketten.files.shapes import read_layer
from wegeketten.files.tables import read_table
from wegeketten.model.edges import ATTRIBUTES, HIGHWAYS, Crossing, Kind
from wegeketten.model.kinds import BARRIERS
from wegeketten.model.reading import Provenance
from wegeketten.words.catalogue import load_words
from wegeketten.words.names import kind_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Column = NDArray[Any] | list[str]

_ALL = ("Point", "LineString", "Polygon")
_GREY, _RED, _BLUE, _GREEN, _VIOLET = "#7f7f7f", "#b30000", "#2166ac", "#1b7837", "#762a83"
_GROUND = {"water": "#a6cee3", "green": "#c7e9c0", "building": "#d9d9d9"}
_COLOURS = ("#1b9e77", "#d95f02", "#7570b3", "#e7298a", "#66a61e", "#e6ab02", "#a6761d", "#666666")


class GisLayer(NamedTuple):
    """A layer.

    Attributes
    ----------
    name
        Without blanks or umlauts.
    columns
        Equally long columns: numbers, truths or texts.
    geometry
        Shapely geometries in degrees.
    renderer
        How QGIS draws it.
    """

    name: str
    columns: dict[str, Column]
    geometry: NDArray[np.object_]
    renderer: str

    def title(self, lang: str) -> str:
        """What the layer is called in a reader's language.

        Parameters
        ----------
        lang
            Language of the text, ``de`` or ``en``.

        Returns
        -------
        str
            As a GIS shows it.

        Examples
        --------
        >>> from wegeketten.pipeline.hamlet import hamlet
        >>> [layer.title("de") for layer in layers_of(hamlet(), "en")][:3]
        ['Hindernisse', 'Angebote', 'Wohnadressen']
        """
        return str(load_words(lang)["layers"].get(self.name, self.name.replace("_", " ")))


def layers_of(source: City | Path, lang: str) -> list[GisLayer]:
    """Layers of a city, or of the folder of a result.

    Parameters
    ----------
    source
        A city, or a folder with GeoPackages and tables that have ``lat`` and ``lon``.
    lang
        Of the classes' labels.

    Returns
    -------
    list
        In the order in which they are drawn, the topmost first.

    Raises
    ------
    InputDataError
        No table of the folder has places.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> [layer.name for layer in layers_of(hamlet(), "en")]
    ['barriers', 'places', 'homes', 'edges', 'districts']
    """
    layers = _of_city(source, lang) if isinstance(source, City) else _of_folder(source)
    if not layers:
        raise InputDataError(f"{source}: no table in it has places (lat and lon, or shapes)")
    return layers


def _of_city(city: City, lang: str) -> list[GisLayer]:
    edges = city.edges
    columns = edge_columns(city)
    lonlat = np.round(city.projection.to_lonlat(edges.points), 7)
    owner = np.repeat(np.arange(len(edges)), np.diff(edges.bends))
    lines = np.asarray(shapely.linestrings(lonlat, indices=owner), dtype=object)
    barrier = edges["kind"] >= Kind.kerb
    first = np.asarray(shapely.points(lonlat[edges.bends[:-1]]), dtype=object)
    classes = [
        (kind.name, _COLOURS[number % len(_COLOURS)], kind_name(kind.name, lang))
        for number, kind in enumerate(BARRIERS)
    ]
    ways = [(kind.name, _colour_of(kind), kind_name(kind.name, lang)) for kind in Kind if kind < Kind.kerb]
    ground = [(name, colour, load_words(lang)["layers"][name]) for name, colour in _GROUND.items()]
    found = [
        GisLayer("barriers", _rows(columns, barrier), first[barrier], by_value(0, "kind", classes)),
        GisLayer("places", *_table(city.places), single(0, _BLUE)),
        GisLayer("homes", *_table(city.homes), single(0, _GREY)),
        GisLayer("edges", _rows(columns, ~barrier), lines[~barrier], by_value(1, "kind", ways)),
        GisLayer("districts", *_table(city.districts), single(2, _VIOLET, outline_only=True)),
        GisLayer("base", *_table(city.base), by_value(2, "class", ground)),
    ]
    return [layer for layer in found if len(layer.geometry)]


def _colour_of(kind: Kind) -> str:
    if kind in (Kind.steps, Kind.escalator):
        return _RED
    if kind == Kind.crossing:
        return "#ff7f00"
    if kind in (Kind.street, Kind.service, Kind.track, Kind.ferry):
        return _GREY
    return _BLUE if kind in (Kind.lift, Kind.link) else _GREEN


def edge_columns(city: City) -> dict[str, Column]:
    """The edge table with names for codes: id, kind, street, lengths, and every attribute with its bounds.

    Parameters
    ----------
    city
        The city, as built.

    Returns
    -------
    dict
        Columns that a layer of edges may have, by name.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> columns = edge_columns(hamlet())
    >>> list(columns)[:5]
    ['edge_id', 'kind', 'highway', 'road', 'name']
    """
    edges = city.edges
    names = {int(kind): kind.name for kind in Kind}
    crossings = {int(each): each.name for each in Crossing}
    sources = {int(source): source.name for source in Provenance}
    columns: dict[str, Column] = {
        "edge_id": edges.ids(),
        "kind": [names[kind] for kind in edges["kind"].tolist()],
        "highway": [HIGHWAYS[code] for code in edges["highway"].tolist()],
        "road": [HIGHWAYS[code] for code in edges["road"].tolist()],
        "name": [edges.names[row] if row >= 0 else "" for row in edges["name"].tolist()],
        "crossing": [crossings[code] for code in edges["crossing"].tolist()],
    }
    for name in (
        "side",
        "forward",
        "backward",
        "derived",
        "private",
        "length_m",
        "rise_m",
        "fall_m",
        "level",
    ):
        columns[name] = edges[name]
    for attribute in ATTRIBUTES:
        for end in ("", "_lower", "_upper"):
            columns[attribute.name + end] = edges[attribute.name + end]
        columns[f"{attribute.name}_from"] = [
            sources[code] for code in edges[f"{attribute.name}_from"].tolist()
        ]
    return columns


def _rows(columns: Mapping[str, Column], wanted: NDArray[np.bool_]) -> dict[str, Column]:
    rows = np.flatnonzero(wanted)
    return {
        name: [column[row] for row in rows.tolist()] if isinstance(column, list) else column[rows]
        for name, column in columns.items()
    }


def _table(table: Mapping[str, NDArray[Any]]) -> tuple[dict[str, Column], NDArray[np.object_]]:
    """Columns of a city's table without its metres, and its geometry."""
    kept = {name: _plain(column.tolist(), column) for name, column in table.items() if name not in _LEFT}
    return kept, np.asarray(table["geometry"], dtype=object)


_PLAIN = ("side", "forward", "backward", "derived", "private", "length_m", "rise_m", "fall_m", "level")
_LEFT = frozenset({"geometry", "x", "y"})


def _plain(cells: Sequence[Any], array: NDArray[Any] | None = None) -> Column:
    """A column as numbers or truths where all cells are such, else as texts."""
    if array is not None and array.dtype.kind in "biuf":
        return array
    there = [cell for cell in cells if cell is not None]
    if there and all(isinstance(cell, bool) for cell in there) and len(there) == len(cells):
        return np.array(cells, dtype=bool)
    if there and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in there):
        if len(there) == len(cells) and all(isinstance(cell, int) for cell in cells):
            return np.array(cells, dtype=np.int64)
        return np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64)
    return ["" if cell is None else str(cell) for cell in cells]


def _of_folder(folder: Path) -> list[GisLayer]:
    if not folder.is_dir():
        raise InputDataError(f"{folder}: no folder of results and no city")
    found: dict[str, GisLayer] = {}
    for path in sorted(folder.glob("*.gpkg")):
        for name, style in _listed(path):
            found.setdefault(name, _of_geopackage(path, name, style))
    for path in sorted([*folder.glob("*.csv"), *folder.glob("*.parquet")]):
        layer = None if path.stem in found else _of_table(path)
        if layer is not None:
            found[path.stem] = layer
    return list(found.values())


def _listed(path: Path) -> list[tuple[str, str]]:
    """Layers of a GeoPackage and their styles."""
    try:
        with sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True) as connection:
            names = connection.execute(
                "select table_name from gpkg_contents where data_type = 'features' order by table_name"
            ).fetchall()
            tables = {name for (name,) in connection.execute("select name from sqlite_master").fetchall()}
            styles = {}
            if "layer_styles" in tables:
                styles = dict(
                    connection.execute("select f_table_name, styleQML from layer_styles").fetchall()
                )
        connection.close()
    except sqlite3.Error as error:
        raise InputDataError(f"{path}: cannot be read ({error})") from error
    return [(str(name), str(styles.get(name, ""))) for (name,) in names]


def _of_geopackage(path: Path, name: str, style: str) -> GisLayer:
    layer = read_layer(f"{path}:{name}", kinds=_ALL)
    there = np.array([shape is not None for shape in layer.shapes], dtype=bool)
    shapes = np.asarray(layer.shapes, dtype=object)[there]
    columns = {
        str(column): _plain([cell for cell, kept in zip(cells, there, strict=True) if kept])
        for column, cells in layer.columns.items()
    }
    return GisLayer(name, columns, shapes, renderer_of(style) or single(_dimension(shapes), _RED))


def _of_table(path: Path) -> GisLayer | None:
    """A table whose columns ``lat`` and ``lon`` say where each row is; None for others."""
    try:
        table = read_table(path)
    except InputDataError:
        return None  # without rows, or no table at all
    if not {"lat", "lon"} <= set(table.columns):
        return None
    columns = {name: _numbers(cells) for name, cells in table.columns.items()}
    lonlat = [columns[name] for name in ("lon", "lat")]
    if any(isinstance(column, list) for column in lonlat):
        return None
    degrees = np.asarray(lonlat, dtype=np.float64)
    placed: NDArray[np.bool_] = np.asarray(np.isfinite(degrees).all(axis=0), dtype=bool)
    points = np.asarray(shapely.points(*degrees[:, placed]), dtype=object)
    return GisLayer(path.stem, _rows(columns, placed), points, single(0, _RED))


def _numbers(cells: Sequence[Any]) -> Column:
    """Cells as numbers where every filled one is a number."""
    if all(isinstance(cell, str) for cell in cells):
        try:
            return np.array([float(cell.strip().replace(",", ".") or "nan") for cell in cells])
        except ValueError:
            return [str(cell) for cell in cells]
    return _plain(list(cells))


def _dimension(shapes: NDArray[np.object_]) -> int:
    return int(shapely.get_dimensions(shapes[0])) if len(shapes) else 0
