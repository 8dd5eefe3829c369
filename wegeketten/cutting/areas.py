"""Areas to cut out: municipalities, districts of a country, whatever a file of polygons holds."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from wegeketten.errors import InputDataError, UsageError
from wegeketten.files.tables import cell_text
from wegeketten.osm.projection import projection_at
from wegeketten.places.names import clean_name, slugs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyproj import Transformer
    from shapely.geometry.base import BaseGeometry

    from wegeketten.files.shapes import Layer

KEY_COLUMNS = ("ags", "ars", "rs", "gkz", "bfs_nummer", "nuts", "id", "key")
"""Columns taken for the areas' official keys where none is named, most telling first."""

NAME_COLUMNS = ("gen", "name", "gemeinde", "municipality", "label", "bez_name", "nome", "nom", "namn")
"""Columns taken for their names."""

_LAND = ("gf", 4)
"""VG250 keeps the sea and the lakes of a municipality in rows of their own; this marks the land."""

_MOST_DEGREES = 20.0  # beyond it no area of a country
_FAR_DEGREES = 0.3  # islands lie nearer to their municipality; two of the same name mostly do not


@dataclass(frozen=True)
class Area:
    """One area.

    Attributes
    ----------
    area_id
        Safe as a file name, unique: the official key where there is one.
    name
        As the file calls it.
    outline
        With its margin, degrees, in whole units of 1e-7.
    """

    area_id: str
    name: str
    outline: BaseGeometry

    @property
    def file_name(self) -> str:
        """Name of its extract.

        Examples
        --------
        >>> Area("14612000", "Dresden", shapely.box(13, 51, 14, 52)).file_name
        '14612000-dresden.osm.pbf'
        """
        (slug,) = slugs([self.name])
        return f"{self.area_id}.osm.pbf" if slug == self.area_id else f"{self.area_id}-{slug}.osm.pbf"


def read_areas(
    file: str | Path,
    *,
    margin_m: float = 2000.0,
    name: str | None = None,
    key: str | None = None,
    only: Sequence[str] = (),
    crs: str | None = None,
    encoding: str | None = None,
) -> list[Area]:
    """Areas of a file, in the order of their ids; rows with the same key are one area.

    Parameters
    ----------
    file
        GeoPackage, Shapefile, GeoJSON and others, see `wegeketten.files.shapes.read_layer`;
        ``FILE:LAYER`` names one of several layers, such as ``vg250.gpkg:vg250_gem``.
    margin_m
        How far around an area its extract reaches, metres.
    name, key
        Columns with the names and the official keys; found where None.
    only
        Keys or names of the areas wanted; all where empty.
    crs, encoding
        Of a file that states none.

    Returns
    -------
    list of Area
        Shapes in degrees, with names and keys.

    Raises
    ------
    InputDataError
        The file cannot be used, or an area has no name.
    UsageError
        A column or an area does not exist, or the margin is negative.
    """
    from pyproj import Transformer

    from wegeketten.files.shapes import read_layer

    if not 0 <= margin_m <= 100_000:
        raise UsageError(f"--margin {margin_m:g}: give 0 to 100000 metres")
    layer = read_layer(file, crs=crs, encoding=encoding)
    name_column = _column(layer, name, NAME_COLUMNS)
    key_column = _column(layer, key, KEY_COLUMNS)
    if name_column is None and key_column is None:
        raise UsageError(
            f"{layer.path}: no column of names is known by its heading ({', '.join(layer.columns)}); "
            "name one with --name"
        )
    shapes: dict[str, list[BaseGeometry]] = {}
    names: dict[str, str] = {}
    for row in _land_rows(layer):
        label = clean_name(cell_text(layer.columns[name_column or key_column or ""][row]))
        number = clean_name(cell_text(layer.columns[key_column][row])) if key_column else label
        if not label or not number:
            raise InputDataError(f"{layer.path}: row {row + 1} has no name")
        shapes.setdefault(number, []).append(layer.shapes[row])
        names.setdefault(number, label)
    numbers = sorted(_wanted(layer, names, only))
    to_degrees = Transformer.from_crs(layer.crs, 4326, always_xy=True)
    found = [
        Area(
            area_id,
            names[number],
            _outline(layer, number, shapes[number], margin_m, to_degrees, alone=key_column is None),
        )
        for area_id, number in zip(slugs(numbers), numbers, strict=True)
    ]
    if not found:
        raise InputDataError(f"{layer.path}: there is no area in it")
    return found


def _column(layer: Layer, wanted: str | None, known: Sequence[str]) -> str | None:
    if wanted is not None:
        if wanted not in layer.columns:
            near = difflib.get_close_matches(wanted, list(layer.columns), n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(layer.columns)}"
            raise UsageError(f"{layer.path}: no column {wanted!r}; {hint}")
        return wanted
    folded = {column.casefold(): column for column in reversed(list(layer.columns))}
    return next((folded[each] for each in known if each in folded), None)


def _land_rows(layer: Layer) -> list[int]:
    """Rows that have a shape; of VG250 those on land."""
    mark, land = _LAND
    column = next((name for name in layer.columns if name.casefold() == mark), None)
    rows = [row for row, shape in enumerate(layer.shapes) if shape is not None and not shape.is_empty]
    if column is None:
        return rows
    return [row for row in rows if cell_text(layer.columns[column][row]) == str(land)]


def _wanted(layer: Layer, names: dict[str, str], only: Sequence[str]) -> list[str]:
    if not only:
        return list(names)
    found = []
    for text in only:
        folded = text.casefold()
        hits = [key for key, label in names.items() if folded in (key.casefold(), label.casefold())]
        if not hits:
            near = difflib.get_close_matches(text, [*names.values(), *names], n=3)
            told = ", ".join(near or list(names.values())[:5])
            raise UsageError(f"{layer.path}: no area {text!r}; there are {told} …")
        found += hits
    return list(dict.fromkeys(found))


def _far_apart(shapes: list[BaseGeometry]) -> bool:
    """Whether some are no islands of the others but, so far away, another place of the same name."""
    if len(shapes) < 2:
        return False
    wide = shapely.union_all([shapely.box(*shape.bounds).buffer(_FAR_DEGREES / 2) for shape in shapes])
    return len(shapely.get_parts(wide)) > 1


def _outline(
    layer: Layer,
    number: str,
    shapes: list[BaseGeometry],
    margin_m: float,
    to_degrees: Transformer,
    *,
    alone: bool,
) -> BaseGeometry:
    """An area with its margin, degrees; `alone` where the name alone says which rows it is made of."""

    def degrees(points: Any) -> Any:
        return np.column_stack(to_degrees.transform(points[:, 0], points[:, 1]))

    parts = [shapely.make_valid(shapely.transform(shapely.force_2d(shape), degrees)) for shape in shapes]
    whole = shapely.union_all(parts)
    west, south, east, north = whole.bounds
    fits = -180 <= west <= east <= 180 and -85 <= south <= north <= 85
    if not fits or max(east - west, north - south) > _MOST_DEGREES or not whole.area > 0:
        raise InputDataError(
            f"{layer.path}: area {number!r} has no usable shape in degrees; is the coordinate system right?"
        )
    if alone and _far_apart(parts):
        raise UsageError(
            f"{layer.path}: areas that lie far apart are all called {number!r}; "
            "name a column of keys with --key"
        )
    projection = projection_at((west + east) / 2, (south + north) / 2)
    wide = shapely.buffer(shapely.transform(whole, projection.to_xy), margin_m, quad_segs=4)
    if margin_m:
        wide = shapely.simplify(wide, margin_m / 100)
    back = shapely.transform(wide, lambda points: np.round(projection.to_lonlat(points), 7))
    return shapely.MultiPolygon(
        [part for part in shapely.get_parts(back) if part.geom_type == "Polygon" and part.area > 0]
    )
