"""Where the rows of a table lie: degrees, cells of the European grid, or metres of a surveyor's system."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.files.coordinates import (
    Ground,
    find_system,
    metre_columns,
    named,
    to_degrees,
    well_known_text,
)
from wegeketten.files.numerals import thousands_of_axes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wegeketten.osm.projection import Projection
    from wegeketten.people.counts import Columns

    Floats = NDArray[np.float64]
    Extent = tuple[float, float, float, float]

GRID = 3035
"""ETRS89-extended / LAEA Europe, the system of Europe's census grids."""

LON = (
    "lon",
    "lng",
    "long",
    "longitude",
    "längengrad",
    "laengengrad",
    "laenge",
    "länge",
    "geo_lon",
    "x_wgs84",
)
LAT = ("lat", "latitude", "breitengrad", "breite", "geo_lat", "y_wgs84")
GRID_X = ("x_mp_100m", "x_mp_1km", "x_mp_10km", "x_mp_500m", "x_mp_250m")
GRID_Y = ("y_mp_100m", "y_mp_1km", "y_mp_10km", "y_mp_500m", "y_mp_250m")

_SIZES_M = (100, 200, 250, 500, 1000, 2000, 5000, 10000)
_WORDY = re.compile(
    r"(?:[A-Z]{2}_)?(?:CRS3035)?_?RES(\d+)(k?)m_?(?:N(?P<n>\d+)_?E(?P<e>\d+)|E(?P<e2>\d+)_?N(?P<n2>\d+))",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"(?:[A-Z]{2}_)?(\d+)(k?)m_?(?:N(?P<n>\d+)_?E(?P<e>\d+)|E(?P<e2>\d+)_?N(?P<n2>\d+))", re.IGNORECASE
)
_POINT = re.compile(
    r"(?:SRID\s*=\s*(?P<srid>\d+)\s*;)?\s*POINT\s*Z?\s*\(\s*(?P<x>-?\d+(?:\.\d+)?)\s+(?P<y>-?\d+(?:\.\d+)?)"
    r"(?:\s+-?\d+(?:\.\d+)?)?\s*\)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Positions:
    """Where rows lie.

    Attributes
    ----------
    lonlat
        float64, shape (rows, 2), degrees.
    grid_xy
        Middles of cells of the European grid, metres in EPSG:3035; None where the rows are points.
    size_m
        Of the cells; 0 where it has to be found from their middles.
    notes
        What the coordinates were taken for.
    """

    lonlat: Floats
    grid_xy: Floats | None = None
    size_m: int = 0
    notes: list[str] = field(default_factory=list)


def where_told(reader: Columns) -> tuple[str, tuple[str, ...]] | None:
    """How a table says where its rows lie (grid, degrees, id, metres) and in which columns; None: not.

    Parameters
    ----------
    reader
        The table.

    Returns
    -------
    tuple or None
        What kind of position, and names of columns.
    """
    grid, degrees, metres, name = (
        _grid_columns(reader), _degrees(reader), _metres(reader), _id_column(reader)
    )  # fmt: skip
    if grid:
        return "grid", grid
    if degrees:
        return "degrees", degrees
    if name:
        return "id", (name,)
    if metres:
        return "metres", metres
    text = _text_column(reader)
    return ("text", (text,)) if text else None


def positions(reader: Columns, projection: Projection, extent: Extent, crs: str | None = None) -> Positions:
    """Find out where the rows of a table lie.

    Parameters
    ----------
    reader
        The table.
    projection, extent
        The city: its metres and where it lies in them; they decide which system coordinates are in that state
        none.
    crs
        System of columns in metres, as the user names it (``EPSG:25833``).

    Returns
    -------
    Positions
        Metres of each row, and the size of its cell.

    Raises
    ------
    InputDataError
        No columns state it, coordinates are no numbers, or their system must be named.
    UsageError
        `crs` is unknown.
    """
    grid = _grid_columns(reader)
    if grid is not None:
        xy = _pairs(reader, *grid, 1e7)
        told = re.search(r"_(\d+)(k?)m$", grid[0].casefold())
        size_m = int(told[1]) * (1000 if told[2] else 1) if told is not None else 0
        fits = size_m and (np.abs(xy % size_m - size_m / 2) < 0.5).all()
        return Positions(to_degrees(xy, GRID), xy, size_m if fits else 0)
    name = _id_column(reader)
    degrees, metres = _degrees(reader), _metres(reader)
    if degrees is not None:
        lon, lat = degrees
        lonlat = np.column_stack(
            (
                reader.numbers(lon, low=-180.0, high=180.0, codes=False),
                reader.numbers(lat, low=-90.0, high=90.0, codes=False),
            )
        )
        if metres is not None and tuple(map(str.casefold, metres)) == ("x", "y"):
            stated = _pairs(reader, *metres, 1e8)
            if np.abs(to_degrees(stated, GRID) - lonlat).max() < 2e-5:  # x, y are the grid's: lon, lat say so
                return Positions(lonlat, stated)
        return Positions(lonlat, notes=[f"{reader.path.name}: places come from {lon!r} and {lat!r}"])
    if name is not None:
        xy, size_m = _from_ids(reader, name)
        note = f"{reader.path.name}: places come from the cells' names in {name!r} ({size_m} m, EPSG:3035)"
        return Positions(to_degrees(xy, GRID), xy, size_m, [note])
    ground = Ground(projection.epsg, extent)
    text = _text_column(reader)
    if metres is not None:
        xy, srid = _pairs(reader, *metres, 1e8), 0
        epsg = find_system(reader.path, xy, metres, ground, crs)
        note = f"{reader.path.name}: {metres[0]!r} and {metres[1]!r} are read as {named(epsg)}"
    elif text is not None:
        xy, srid = _of_texts(reader, text)
        epsg = find_system(reader.path, xy, (text, text), ground, str(srid) if srid and not crs else crs)
        note = f"{reader.path.name}: places come from the points in {text!r}, read as {named(epsg)}"
    else:
        raise InputDataError(
            f"{reader.path}: no columns that say where: lon and lat, x_mp_100m and y_mp_100m, GITTER_ID, or "
            "metres such as Rechtswert and Hochwert"
        )
    if crs is None and not srid:
        note = f"{note}, the only one that fits the city; another can be named with --crs"
    notes = [note]
    if epsg == GRID and (size_m := _corner_size_m(xy)):
        notes.append(f"{reader.path.name}: they are the south-west corners of cells of {size_m} m")
        xy = xy + size_m / 2
    lonlat = to_degrees(xy, epsg)
    return Positions(lonlat, xy if epsg == GRID and _cell_middles(xy) else None, notes=notes)


def grid_cells(texts: list[str]) -> tuple[Floats, NDArray[np.int64]] | None:
    """Middles and sizes (metres, EPSG:3035) of cells by their names; None where one is no such name.

    Parameters
    ----------
    texts
        Such as ``CRS3035RES100mN2751100E4322700``.

    Returns
    -------
    tuple or None
        Shape (cells, 2), and int64 of shape (cells,).

    Examples
    --------
    >>> grid_cells(["CRS3035RES100mN3276800E4544800", "1kmN3276E4544"])[0].tolist()
    [[4544850.0, 3276850.0], [4544500.0, 3276500.0]]
    """
    middles, sizes = np.empty((len(texts), 2)), np.empty(len(texts), dtype=np.int64)
    for row, text in enumerate(texts):
        found, factor = _WORDY.fullmatch(text), 1
        if found is None:
            found, factor = _SHORT.fullmatch(text), 0
        if found is None:
            return None
        size = int(found[1]) * (1000 if found[2] else 1)
        if not 0 < size <= 100_000:
            return None
        factor = factor or size
        sizes[row] = size
        east, north = int(found["e"] or found["e2"]), int(found["n"] or found["n2"])
        middles[row] = east * factor + size / 2, north * factor + size / 2
    return middles, sizes


def _from_ids(reader: Columns, name: str) -> tuple[Floats, int]:
    texts = [text.strip() for text in reader.texts(name)]
    found = grid_cells(texts)
    if found is None:
        row = next(at for at, text in enumerate(texts) if grid_cells([text]) is None)
        raise InputDataError(
            f"{reader.path}: column {name!r}, row {reader.row(row)}: {texts[row][:40]!r} names no grid cell"
        )
    middles, sizes = found
    if len(set(sizes.tolist())) > 1:
        raise InputDataError(
            f"{reader.path}: cells of {sizes.min()} m and {sizes.max()} m in one file; part them"
        )
    return middles, int(sizes[0])


def _grid_columns(reader: Columns) -> tuple[str, str] | None:
    x, y = reader.find(GRID_X), reader.find(GRID_Y)
    return (x, y) if x and y else None


def _degrees(reader: Columns) -> tuple[str, str] | None:
    lon, lat = reader.find(LON), reader.find(LAT)
    return (lon, lat) if lon and lat else None


def _metres(reader: Columns) -> tuple[str, str] | None:
    return metre_columns(reader.names)


def _text_column(reader: Columns) -> str | None:
    """Column with well-known text of points."""
    for name in reader.names:
        first = next((text.strip() for text in reader.texts(name)[:50] if text.strip()), "")
        if _POINT.fullmatch(well_known_text(first)):
            return name
    return None


def _of_texts(reader: Columns, name: str) -> tuple[Floats, int]:
    """Coordinates of points in well-known text, and the number of their system, 0 where none is stated."""
    xy = np.empty((len(reader.texts(name)), 2))
    stated = set()
    for row, text in enumerate(reader.texts(name)):
        found = _POINT.fullmatch(well_known_text(text).strip())
        if found is None:
            raise InputDataError(
                f"{reader.path}: column {name!r}, row {reader.row(row)}: {text[:40]!r} is no point"
            )
        xy[row] = float(found["x"]), float(found["y"])
        stated.add(int(found["srid"] or 0))
    if len(stated) > 1:
        raise InputDataError(f"{reader.path}: column {name!r} mixes coordinate reference systems")
    return xy, stated.pop()


def _id_column(reader: Columns) -> str | None:
    for name in reader.names:
        first = next((text.strip() for text in reader.texts(name)[:50] if text.strip()), "")
        if first and grid_cells([first]) is not None:
            return name
    return None


def _pairs(reader: Columns, x: str, y: str, high: float) -> Floats:
    signs = thousands_of_axes(reader.texts(x), reader.texts(y))
    return np.column_stack(
        [
            reader.numbers(name, low=-high, high=high, codes=False, thousands=sign)
            for name, sign in zip((x, y), signs, strict=True)
        ]
    )


def _corner_size_m(xy: Floats) -> int:
    """Size of the cells whose corners these are, 0 where they are none: whole hundreds, apart by a cell."""
    if len(xy) < 2 or (np.abs(xy % 100) > 1e-6).any():
        return 0
    step = int(np.gcd.reduce(np.rint(xy - xy[0]).astype(np.int64).ravel()))
    return max((size for size in _SIZES_M if step and step % size == 0 and not (xy % size).any()), default=0)


def _cell_middles(xy: Floats) -> bool:
    return any((np.abs(xy % size - size / 2) < 0.5).all() for size in _SIZES_M)
