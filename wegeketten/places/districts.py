"""Districts: from a file, from the boundaries in OpenStreetMap, or a grid, in that order."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

from wegeketten.errors import InputDataError, UsageError
from wegeketten.files.tables import cell_text
from wegeketten.places.boundaries import areal, boundaries
from wegeketten.places.names import clean_name, letters, slugs, tell_apart

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from wegeketten.files.shapes import Layer
    from wegeketten.osm.features import Features, Skipped
    from wegeketten.osm.projection import Projection

    Extent = tuple[float, float, float, float]
    Named = tuple[str, BaseGeometry]

NAME_COLUMNS = (
    "name", "district", "stadtteil", "stadtteilname", "ortsteil", "ortsteilname", "bezirk", "bezirksname",
    "quartier", "bez", "bezeichnung", "bez_name", "stt_name", "ot_name", "label", "gen", "titel", "title",
    "nome", "nimi", "namn", "nom",
)  # fmt: skip
"""Columns taken for the name of a district where none is named by the user, most telling first."""

_number_column = re.compile(
    r"(.*[_ ]|stadtteil|bezirk|ortsteil|stt|st|ot|bez|blk)?"
    r"(nr|nummer|no|num|id|code|schl(uessel|üssel)?|kennung|key)"
).fullmatch
"""How columns with the districts' numbers are called."""

GRID_M = 1000.0
_COVERAGE = 0.5  # share of the homes that a level's districts must hold
_SECOND = 0.02  # and the second largest alone: one district and a sliver divide nothing
_OVERLAP = 0.01  # of the smaller area; drawing errors stay below it


@dataclass(frozen=True)
class Districts:
    """Districts of a city.

    Attributes
    ----------
    district_id
        Names that are safe in paths, unique.
    name
        As the source calls them.
    geometry
        Shapely polygons, metres.
    source
        ``file``, ``osm`` or ``grid``.
    skipped
        Rows of the file that were left out.
    notes
        How the districts were chosen, what was repaired, what overlaps.
    numbers
        Their numbers in the city's own count, empty where the source states none.
    """

    district_id: list[str]
    name: list[str]
    geometry: NDArray[np.object_]
    source: str
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.district_id)

    @property
    def codes(self) -> list[str]:
        """Number of each district in the city's own count, "" where the source states none."""
        return self.numbers or [""] * len(self)

    @property
    def columns(self) -> dict[str, NDArray[Any]]:
        """Columns ``district_id, name, source`` (the geometry is separate, in metres)."""
        columns = {"district_id": self.district_id, "name": self.name, "source": [self.source] * len(self)}
        return {name: np.array(values, dtype=object) for name, values in columns.items()}

    def locate(self, xy: NDArray[np.float64]) -> NDArray[np.int32]:
        """Row of the district each point lies in, -1 outside; the smallest district where several overlap.

        Parameters
        ----------
        xy
            float64, shape (points, 2): metres.

        Returns
        -------
        ndarray
            Shape (points,).

        Examples
        --------
        >>> districts = make_grid(np.array([[500.0, 500.0], [1500.0, 500.0]]))
        >>> districts.name, districts.locate(np.array([[1999.0, 1.0], [5000.0, 0.0]])).tolist()
        (['A1', 'B1'], [1, -1])
        """
        rows = np.full(len(xy), -1, dtype=np.int32)
        if len(self) and len(xy):
            points, hit = _holding(self.geometry, np.asarray(shapely.points(xy)))
            order = np.lexsort((hit, shapely.area(self.geometry)[hit]))[::-1]
            rows[points[order]] = hit[order]
        return rows


def find_districts(
    features: Features,
    projection: Projection,
    homes_xy: NDArray[np.float64],
    *,
    file: str | Path | None = None,
    name_column: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
) -> Districts:
    """Districts from a file if one is given, else from OpenStreetMap, else a grid of 1 km.

    Parameters
    ----------
    features
        The extract.
    projection
        The city's.
    homes_xy
        float64, shape (homes, 2): metres.
    file
        GeoJSON, GeoPackage, Shapefile or GeoParquet.
    name_column
        Column of the file that holds the names; found where None.
    crs, encoding
        Coordinate reference system and encoding of a file that states none.

    Returns
    -------
    Districts
        Shapes in metres, ids and names.

    Raises
    ------
    InputDataError
        The file cannot be used.
    UsageError
        It is unclear which column holds the names.
    """
    if file is not None:
        extent = _extent(features, projection)
        return read_districts(file, projection, extent, name_column=name_column, crs=crs, encoding=encoding)
    return osm_districts(features, projection, homes_xy) or make_grid(homes_xy)


def read_districts(
    file: str | Path,
    projection: Projection,
    extent: Extent,
    *,
    name_column: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
) -> Districts:
    """Districts from a file.

    Parameters
    ----------
    file
        GeoJSON, GeoPackage, Shapefile or GeoParquet.
    projection
        The city's.
    extent
        Of the extract, metres: smallest x, y, greatest x, y.
    name_column
        Column that holds the names; found where None.
    crs, encoding
        Coordinate reference system and encoding of a file that states none.

    Returns
    -------
    Districts
        Shapes in metres, ids and names.

    Raises
    ------
    InputDataError
        The file cannot be used, names are missing or occur twice.
    UsageError
        It is unclear which column holds the names.
    """
    from wegeketten.files.shapes import read_layer
    from wegeketten.places.layers import to_city

    layer = read_layer(file, crs=crs, encoding=encoding)
    polygons = to_city(layer, projection, extent)
    column = _name_column(layer, name_column)
    names = []
    for row in polygons.rows.tolist():
        value = layer.columns[column][row]
        name = clean_name(cell_text(value))
        if not name or name == "nan":
            raise InputDataError(f"{file}: row {row + 1} has no name in column {column!r}")
        names.append(name)
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputDataError(
            f"{file}: {', '.join(map(repr, twice[:5]))} more than once in column {column!r}; "
            "merge or rename them, or name another column with --district-name"
        )
    notes = [f"names of the districts come from column {column!r}", *layer.notes, *polygons.notes]
    notes += _overlaps(names, polygons.shapes)
    numbers = _numbers(layer, polygons.rows)
    return Districts(slugs(names), names, polygons.shapes, "file", polygons.skipped, notes, numbers)


def osm_districts(
    features: Features, projection: Projection, homes_xy: NDArray[np.float64]
) -> Districts | None:
    """Districts from boundaries in OpenStreetMap.

    The finest level (``admin_level`` 7 to 11, or areas with ``place=suburb`` and the like) is taken of which
    two districts hold at least 2 % of the homes each, and all together at least half of them. Where homes are
    left over, the next coarser areas cover them: what remains of a municipality only some of whose parts are
    mapped. A boundary that the extract cuts is closed along the extract's edge, see `close_cut`.

    Parameters
    ----------
    features
        What was read from the extract.
    projection
        From degrees to the metres of the city.
    homes_xy
        float64, shape (homes, 2): metres.

    Returns
    -------
    Districts or None
        None where no level will do.
    """
    by_level = boundaries(features, projection, homes_xy.reshape(-1, 2))
    points = np.asarray(shapely.points(homes_xy.reshape(-1, 2)))
    chosen: list[Named] = []
    level_of = 0
    for level in sorted(by_level, reverse=True):
        areas = by_level[level]
        hit, area_of = _holding(_shapes(areas), points)
        used = sorted(set(area_of.tolist()))
        if not chosen:
            second = np.sort(np.bincount(area_of, minlength=2))[-2]
            if second < _SECOND * len(points) or len(set(hit.tolist())) < _COVERAGE * len(points):
                continue
            chosen, level_of = [areas[row] for row in used], level
        else:
            finer = shapely.union_all([shape for _, shape in chosen])
            for row in used:
                name, shape = areas[row]
                rest = areal(shapely.difference(shape, finer))
                if rest is not None:
                    part = rest.area < 0.99 * shape.area
                    chosen.append((f"{name} (übriges Gebiet)" if part else name, rest))
        covered = np.zeros(len(points), dtype=bool)
        covered[_holding(_shapes(chosen), points)[0]] = True
        points = points[~covered]
        if not len(points):
            break
    if not chosen:
        return None
    chosen.sort(key=lambda each: (each[0].casefold(), each[1].bounds))
    names = tell_apart([name for name, _ in chosen])
    notes = [f"districts are boundaries in OpenStreetMap (admin_level {level_of} where mapped)"]
    return Districts(slugs(names), names, _shapes(chosen), "osm", notes=notes)


def make_grid(homes_xy: NDArray[np.float64], *, size_m: float = GRID_M) -> Districts:
    """Square cells that hold homes, named like a city map's: letters eastward, numbers southward.

    Parameters
    ----------
    homes_xy
        float64, shape (homes, 2): metres.
    size_m
        Length of a cell's side.

    Returns
    -------
    Districts
        Only cells with homes.

    Examples
    --------
    >>> make_grid(np.array([[100.0, 2500.0], [1500.0, 100.0]])).name
    ['A1', 'B3']
    """
    cells = np.unique(np.floor(homes_xy.reshape(-1, 2) / size_m).astype(np.int64), axis=0)
    if not len(cells):
        return Districts([], [], np.zeros(0, dtype=object), "grid")
    west, north = cells[:, 0].min(), cells[:, 1].max()
    order = np.lexsort((north - cells[:, 1], cells[:, 0]))
    cells = cells[order]
    names = [f"{letters(int(x - west))}{north - y + 1}" for x, y in cells.tolist()]
    low, high = cells * size_m, (cells + 1) * size_m
    shapes = np.asarray(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]), dtype=object)
    notes = [f"no districts are mapped: a grid of {size_m:g} m stands in for them"]
    return Districts(slugs(names), names, shapes, "grid", notes=notes)


def _holding(
    shapes: NDArray[np.object_], points: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of a point and a shape that holds it."""
    # the other way round is ten times slower: the tree prepares the shapes it is asked with, not those in it
    shape, point = shapely.STRtree(points).query(shapes, predicate="intersects")
    return point, shape


def _shapes(areas: list[Named]) -> NDArray[np.object_]:
    return np.array([shape for _, shape in areas], dtype=object)


def _extent(features: Features, projection: Projection) -> Extent:
    low, high = features.lonlat.min(axis=0), features.lonlat.max(axis=0)
    corners = [(low[0], low[1]), (low[0], high[1]), (high[0], low[1]), (high[0], high[1])]
    xy = projection.to_xy(corners)
    (x0, y0), (x1, y1) = xy.min(axis=0).tolist(), xy.max(axis=0).tolist()
    return x0, y0, x1, y1


def _numbers(layer: Layer, rows: NDArray[np.int64]) -> list[str]:
    """Numbers of the districts, from a column called so that tells them apart; empty where none does."""
    for name in layer.columns:
        if not _number_column(name.casefold()):
            continue
        texts = [cell_text(layer.columns[name][row]).strip() for row in rows.tolist()]
        if len(set(texts)) == len(texts) and all(re.fullmatch(r"\d{1,6}", text) for text in texts):
            return texts
    return []


def _name_column(layer: Layer, wanted: str | None) -> str:
    columns = list(layer.columns)
    if wanted is not None:
        if wanted in columns:
            return wanted
        near = difflib.get_close_matches(wanted, columns, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(columns) or 'no columns'}"
        raise UsageError(f"{layer.path}: no column {wanted!r}; {hint}")
    by_folded = {re.sub(r"[_ -]", "", name.casefold()): name for name in reversed(columns)}
    by_folded |= {name.casefold(): name for name in reversed(columns)}
    for known in NAME_COLUMNS:
        if known in by_folded and _tells_apart(layer.columns[by_folded[known]]):
            return by_folded[known]
    telling = [name for name in columns if _tells_apart(layer.columns[name])]
    if len(telling) == 1:
        return telling[0]
    if len(columns) == 1 and len(set(map(cell_text, layer.columns[columns[0]])) - {""}) == len(layer.shapes):
        return columns[0]
    for known in NAME_COLUMNS:  # a name column with faults is better named in the message about the faults
        if known in by_folded:
            return by_folded[known]
    raise UsageError(
        f"{layer.path}: which column holds the names? Say so with --district-name "
        f"(there are {', '.join(columns) or 'none'})"
    )


def _tells_apart(values: list[Any]) -> bool:
    """Whether a column holds a text of its own for every row."""
    texts = [value for value in values if isinstance(value, str) and value.strip()]
    return len(texts) == len(values) == len(set(texts))


def _overlaps(names: list[str], shapes: NDArray[np.object_]) -> list[str]:
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = first < second
    first, second = first[pairs], second[pairs]
    if not len(first):
        return []
    common = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    smaller = np.minimum(shapely.area(shapes[first]), shapely.area(shapes[second]))
    bad = np.flatnonzero(common > _OVERLAP * smaller)
    return [
        f"{names[first[pair]]} and {names[second[pair]]} overlap by {common[pair] / 1e4:.1f} ha; "
        "homes there count for the smaller one"
        for pair in bad.tolist()
    ]
