"""One raster of an elevation model: its grid, its unit, and what stands for missing heights."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import InputDataError, MissingExtraError
from wegeketten.files.apart import MOST_MEMORY_BYTES, Apart, Died, Failed
from wegeketten.files.coordinates import parse_crs
from wegeketten.network import tiff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from wegeketten.network.rasters import Grid, Raster

FINE_M = 15.0  # on finer cells whole metres would be steps: other units are meant, or it must be said
_FEWEST_VOID = 4
_STEP_M = 4.0
_ANY_STEP_M, _ANY_COUNT = 15.0, 16  # of a value that is no usual one: higher than quays, locks and weirs
_USUAL_VOIDS = (0.0, -1.0, -9.0, -10.0, -32.0, -99.0, -100.0, -327.68, 255.0, 999.0, 9999.0)
BLOCK = 4096  # cells; larger windows than BLOCK × BLOCK are read piece by piece
METRES_PER_UNIT = {
    "m": 1.0,
    "metre": 1.0,
    "meter": 1.0,
    "metres": 1.0,
    "meters": 1.0,
    "dm": 0.1,
    "cm": 0.01,
    "centimetre": 0.01,
    "centimeter": 0.01,
    "ft": 0.3048,
    "feet": 0.3048,
    "foot": 0.3048,
    "international foot": 0.3048,
    "us-ft": 1200 / 3937,
    "ftus": 1200 / 3937,
    "us_survey_foot": 1200 / 3937,
    "us survey foot": 1200 / 3937,
    "us survey feet": 1200 / 3937,
    "foot_us": 1200 / 3937,
}
"""Vertical units as rasters and coordinate systems spell them, in lower case."""


@dataclass(frozen=True)
class Tile:
    """One raster file.

    Attributes
    ----------
    path
        As GDAL opens it; a member of an archive starts with ``/vsizip/``.
    label
        As the user knows it, for messages.
    crs
        Coordinate reference system, WKT.
    transform
        Affine coefficients ``a b c d e f``: column, row → x, y of the cell's corner.
    shape
        Rows, columns.
    resolution_m
        Coarser of the two cell sizes, metres on the ground.
    metres
        Metres per vertical unit.
    grid
        Cells that were read without GDAL, None for a GeoTIFF.
    stated
        Whether the file or the user states the vertical unit, or a scale.
    """

    path: str
    label: str
    crs: str
    transform: tuple[float, float, float, float, float, float]
    shape: tuple[int, int]
    resolution_m: float
    metres: float
    grid: NDArray[Any] | None = None
    stated: bool = True


def plateau(heights: NDArray[np.float64], cell_m: float) -> tuple[float, int]:
    """The value that stands for holes though nothing says so, and how many cells have it; 0 where none does.

    The lowest or highest value of a window where several cells have exactly it and the ground around them,
    which is not level, begins far away: of 0, −99 and the like a step that no wall makes, of any other value
    one that no quay and no weir makes either.

    Parameters
    ----------
    heights
        Heights of a window, metres.
    cell_m
        Cell size.

    Returns
    -------
    tuple
        Height in metres, and number of cells.

    Examples
    --------
    >>> ground = 40 + np.arange(400.0).reshape(20, 20) / 100
    >>> ground[5:9, 5:9] = 0
    >>> plateau(ground, 1.0)
    (0.0, 16)
    >>> ground[5:9, 5:9] = 17.25
    >>> plateau(ground, 1.0), plateau(np.where(ground == 17.25, 36.0, ground), 1.0)  # a harbour
    ((17.25, 16), (0.0, 0))
    """
    known = heights[~np.isnan(heights)]
    if known.size < 16:
        return 0.0, 0
    for value in (float(known.min()), float(known.max())):
        hole = heights == value
        count = int(hole.sum())
        usual = value in _USUAL_VOIDS or (value < -50 and value == round(value))
        if not (_FEWEST_VOID if usual else _ANY_COUNT) <= count <= 0.95 * known.size:
            continue
        wide = np.pad(hole, 1)
        near = wide[:-2, 1:-1] | wide[2:, 1:-1] | wide[1:-1, :-2] | wide[1:-1, 2:]
        rim = heights[near & ~hole & ~np.isnan(heights)]
        if not rim.size:
            continue
        step = np.abs(rim - value)
        alive = value < 0 or len(np.unique(rim)) > 3
        far = max(_STEP_M, min(cell_m, 10.0)) if usual else max(_ANY_STEP_M, 0.6 * cell_m)
        near_m = _STEP_M / 2 if usual else far / 2
        if alive and float(np.median(step)) > far and step.min() > near_m:
            return value, count
    return 0.0, 0


def positions_in(tile: Tile, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points in the coordinate reference system of a tile.

    Parameters
    ----------
    tile
        A tile.
    lonlat
        Degrees, shape (points, 2).

    Returns
    -------
    ndarray
        Shape (points, 2), in the units of the tile's system.

    Raises
    ------
    InputDataError
        Coordinates cannot be transformed into the tile's system.
    """
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    try:
        to_tile = Transformer.from_crs("EPSG:4326", tile.crs, always_xy=True)
    except ProjError as error:
        raise InputDataError(
            f"elevation model {tile.label}: unusable coordinate reference system ({_one_line(error)[:120]})"
        ) from error
    return np.stack(to_tile.transform(lonlat[:, 0], lonlat[:, 1]), axis=1)


def cells_of(tile: Tile, xy: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Columns and rows of points, counted in cells from the tile's corner.

    Parameters
    ----------
    tile
        A tile.
    xy
        Points in its coordinate reference system, shape (points, 2).

    Returns
    -------
    tuple
        With fractions; cell middles lie at half numbers.
    """
    a, b, c, d, e, f = tile.transform
    x, y = xy[:, 0] - c, xy[:, 1] - f
    determinant = a * e - b * d
    return (e * x - b * y) / determinant, (a * y - d * x) / determinant


def cells_near(tile: Tile, column: NDArray[np.float64], row: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which points lie on a tile or within half a cell of it.

    Parameters
    ----------
    tile
        A tile.
    column, row
        Result of `cells_of`.

    Returns
    -------
    ndarray
        Rows of the points, ascending.
    """
    rows, columns = tile.shape
    return np.flatnonzero((column > -0.5) & (column < columns + 0.5) & (row > -0.5) & (row < rows + 0.5))


def windows_over(
    left: NDArray[np.int64], top: NDArray[np.int64], shape: tuple[int, int]
) -> Iterator[tuple[tuple[int, int, int, int], NDArray[np.int64]]]:
    """Windows ``(row, stop row, column, stop column)`` to read at once, each with the points it serves.

    Parameters
    ----------
    left, top
        Column and row of the cell to the upper left of each point.
    shape
        Rows and columns of the raster.

    Yields
    ------
    tuple
        At most one for each block of `BLOCK` × `BLOCK` cells, and rows of points.
    """
    rows, columns = shape
    block_row, block_column = top // BLOCK, left // BLOCK
    key = block_row * (columns // BLOCK + 3) + block_column
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(key[order]) != 0])
    for members in np.split(order, starts[1:]):
        yield (
            (
                max(int(top[members].min()), 0),
                min(int(top[members].max()) + 2, rows),
                max(int(left[members].min()), 0),
                min(int(left[members].max()) + 2, columns),
            ),
            members,
        )


def inspect_raster(
    raster: Raster, vertical_unit: str | None, apart: Callable[[], Apart], stated_crs: str | None = None
) -> Tile:
    """Look at a raster without reading its heights.

    Parameters
    ----------
    raster
        The file, or a grid that was read from text.
    vertical_unit
        Unit of the heights as the user names it; as the file says where None.
    apart
        Gives the process in which libraries read foreign files.
    stated_crs
        Coordinate reference system, as the user names it, of a raster that states none.

    Returns
    -------
    Tile
        What is known before heights are read.

    Raises
    ------
    InputDataError
        The file is no raster of heights, or its unit or coordinate reference system is missing.
    """
    label = raster.label
    if raster.grid is not None:
        return _tile_of(raster.grid, raster, vertical_unit)
    _need_rasterio()
    try:
        found = apart().call(tiff.describe, raster.path)
    except (Died, Failed, MemoryError) as error:
        raise InputDataError(
            f"elevation model {label}: not a GeoTIFF, .hgt, .xyz or .asc file ({cause_of(error)})"
        ) from error
    unit, kind, crs = found.unit, found.kind, found.crs
    if found.bands > 2 or found.picture or kind.startswith("complex"):
        raise InputDataError(
            f"elevation model {label}: {found.bands} bands of colours or other values; "
            "a picture is no elevation model"
        )
    from pyproj import CRS

    if crs is None and stated_crs is not None:
        crs = CRS.from_user_input(parse_crs(stated_crs)).to_wkt()
    if crs is None:
        raise InputDataError(
            f"elevation model {label}: states no coordinate reference system; name it with --crs, "
            "such as --crs EPSG:25833"
        )
    a, b, _, d, e, f = found.transform
    if not a * e - b * d or not all(map(math.isfinite, found.transform)):
        raise InputDataError(f"elevation model {label}: its cells have no size; fetch it again")
    system = CRS.from_wkt(crs)
    horizontal = system.sub_crs_list[0] if system.is_compound else system
    if horizontal.is_geographic:
        middle = math.radians(f + e * found.shape[0] / 2 + d * found.shape[1] / 2)
        degree_m = 6_371_008.8 * math.pi / 180
        cell_x = math.hypot(a, d) * degree_m * max(math.cos(middle), 0.01)
        cell_y = math.hypot(b, e) * degree_m
    else:
        factor = horizontal.axis_info[0].unit_conversion_factor
        cell_x, cell_y = math.hypot(a, d) * factor, math.hypot(b, e) * factor
    resolution_m = max(cell_x, cell_y)
    whole = np.issubdtype(np.dtype(kind), np.integer) and kind != "uint8"
    if whole and found.plain and not (vertical_unit or unit) and resolution_m < FINE_M:
        raise unit_error(label, resolution_m)
    return Tile(
        str(raster.path),
        label,
        crs,
        found.transform,
        found.shape,
        resolution_m,
        _metres_per_unit(label, vertical_unit or unit, system),
        stated=bool(vertical_unit or unit) or not found.plain,
    )


def all_whole(heights: NDArray[Any]) -> bool:
    """Whether heights are whole numbers that differ, as no model in metres on fine cells has them.

    Parameters
    ----------
    heights
        Heights of a window.

    Returns
    -------
    bool
        False where all are equal.

    Examples
    --------
    >>> all_whole(400 + np.arange(400.0).reshape(20, 20) // 20), all_whole(np.full((20, 20), 40.0))
    (True, False)
    """
    known = heights[np.isfinite(heights)]
    return bool(known.size >= 256 and (known == np.rint(known)).all() and len(np.unique(known)) > 2)


def unit_error(label: str, resolution_m: float) -> InputDataError:
    """Error for heights whose unit must be named.

    Parameters
    ----------
    label
        What the user calls the file.
    resolution_m
        Size of its cells.

    Returns
    -------
    InputDataError
        To be raised by the caller.

    Examples
    --------
    >>> unit_error("dgm.tif", 1.0).args[0][:9]
    'elevation'
    """
    return InputDataError(
        f"elevation model {label}: whole numbers on cells of {resolution_m:g} m: metres, decimetres or "
        "centimetres? Say so with --dem-unit m, dm or cm"
    )


def _tile_of(grid: Grid, raster: Raster, vertical_unit: str | None) -> Tile:
    """A tile whose cells were read without GDAL."""
    from pyproj import CRS

    system = CRS.from_user_input(grid.crs)
    a, _, _, _, e, f = grid.transform
    across, down = abs(a), abs(e)
    if system.is_geographic:
        degree_m = 6_371_008.8 * math.pi / 180
        middle = math.radians(f + e * grid.cells.shape[0] / 2)
        across, down = across * degree_m * max(math.cos(middle), 0.01), down * degree_m
    else:
        factor = float(system.axis_info[0].unit_conversion_factor)
        across, down = across * factor, down * factor
    shape = (int(grid.cells.shape[0]), int(grid.cells.shape[1]))
    metres = _metres_per_unit(raster.label, vertical_unit, system)
    if vertical_unit is None and max(across, down) < FINE_M and all_whole(np.asarray(grid.cells[:500])):
        raise unit_error(raster.label, max(across, down))
    wkt = system.to_wkt()
    return Tile(
        str(raster.path), raster.label, wkt, grid.transform, shape, max(across, down), metres, grid.cells
    )


def _metres_per_unit(label: str, stated: str | None, system: Any) -> float:
    if stated:
        try:
            return METRES_PER_UNIT[stated.strip().lower()]
        except KeyError:
            raise InputDataError(
                f"elevation model {label}: unknown vertical unit {stated!r}; correct it, "
                "for example with gdal_edit.py -units m"
            ) from None
    for axis in system.axis_info:
        if axis.direction.lower() in {"up", "down"}:
            return float(axis.unit_conversion_factor)
    if not system.is_geographic and abs(system.axis_info[0].unit_conversion_factor - 1) > 1e-6:
        raise InputDataError(
            f"elevation model {label}: horizontal unit is the {system.axis_info[0].unit_name}, "
            "vertical unit not stated; state it, for example with gdal_edit.py -units m (or ft)"
        )
    return 1.0


def _need_rasterio() -> None:
    """Raise where rasterio is not installed; it is not loaded here."""
    try:
        there = importlib.util.find_spec("rasterio") is not None
    except ValueError:
        there = False
    if not there:
        raise MissingExtraError(
            "elevation models need rasterio; install it with: pip install 'wegeketten[dem]'"
        )


def cause_of(error: BaseException) -> str:
    """What went wrong with a file that another process was reading, in one line.

    Parameters
    ----------
    error
        What the process or the library raised.

    Returns
    -------
    str
        Without a full stop.

    Examples
    --------
    >>> cause_of(ValueError("the band is missing"))
    'the band is missing'
    """
    if isinstance(error, MemoryError):
        return f"needs more than {MOST_MEMORY_BYTES >> 30} GiB of memory"
    return f"the library that reads it broke down, {error}" if isinstance(error, Died) else _one_line(error)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
