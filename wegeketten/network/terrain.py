"""Elevation models: heights at points, out of one or more raster files."""

from __future__ import annotations

import importlib.util
import math
import tempfile
import weakref
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import InputDataError, MissingExtraError, UsageError
from wegeketten.files.apart import MOST_MEMORY_BYTES, Apart, Died, Failed
from wegeketten.files.scratch import private_folder
from wegeketten.network import tiff
from wegeketten.network.rasters import rasters_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from wegeketten.network.rasters import Grid, Raster

LOWEST_M, HIGHEST_M = -500.0, 9000.0
"""Heights on land; anything beyond is a void that the file does not declare (−9999, −32768, 3.4e38)."""

_FINE_M = 15.0  # on finer cells whole metres would be steps: other units are meant, or it must be said
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


class Terrain:
    """An elevation model out of one or more files, finest first.

    Parameters
    ----------
    paths
        GeoTIFF in any coordinate reference system, ``.hgt`` (SRTM), ``.xyz`` and ``.asc`` grids, packed or
        not, a
        folder of such files, or a VRT that lists local ones.
    vertical_unit
        ``m`` or ``ft`` …, where the files do not state it or state it wrongly. Without it, the unit is the
        one that the raster band or its coordinate reference system declares; where neither does, metres,
        except for a model whose horizontal unit is the foot, and for whole numbers on fine cells, which
        may be
        decimetres: these are refused.
    crs
        Coordinate reference system of grids that state none.

    Raises
    ------
    MissingExtraError
        rasterio is not installed.
    InputDataError
        A file is missing, is no elevation model or states no coordinate reference system; an archive is
        damaged or suspiciously large.
    UsageError
        `vertical_unit` is unknown.

    Examples
    --------
    >>> Terrain(["no-such-model.tif"])
    Traceback (most recent call last):
    ...
    wegeketten.errors.InputDataError: elevation model no-such-model.tif: no such file
    """

    def __init__(
        self, paths: Iterable[str | Path], *, vertical_unit: str | None = None, crs: str | None = None
    ) -> None:
        if vertical_unit is not None and vertical_unit.strip().lower() not in METRES_PER_UNIT:
            known = ", ".join(sorted(METRES_PER_UNIT))
            raise UsageError(f"unknown vertical unit {vertical_unit!r}; one of {known}")
        self.notes: list[str] = []
        self._voids: dict[str, int] = {}
        self._room = ExitStack()
        self._folder: Path | None = None
        self._helper: Apart | None = None
        weakref.finalize(self, self._room.close)
        tiles = [
            _inspect(raster, vertical_unit, self._apart)
            for path in paths
            for raster in rasters_in(Path(path), self._unpacked, crs)
        ]
        if not tiles:
            raise UsageError("no elevation model given; name at least one file")
        self.tiles = sorted(tiles, key=lambda tile: (tile.resolution_m, tile.path))

    def __enter__(self) -> Terrain:
        return self

    def __exit__(self, *_: object) -> None:
        self._room.close()

    def _apart(self) -> Apart:
        """The process in which GDAL reads; goes with this object."""
        if self._helper is None:
            self._helper = self._room.enter_context(Apart())
        return self._helper

    def _unpacked(self) -> Path:
        """Folder for what has to be unpacked; goes with this object."""
        if self._folder is None:
            self._folder = self._room.enter_context(private_folder(Path(tempfile.gettempdir())))
        return self._folder

    @property
    def finest_m(self) -> float:
        """Cell size of the finest tile, metres."""
        return self.tiles[0].resolution_m

    def heights(self, lonlat: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Heights at points, bilinear between cell centres.

        A point is unknown where any of the cells around it is void, and where no tile covers it. Where two
        tiles meet without overlap, cells of both are used.

        Parameters
        ----------
        lonlat
            WGS 84 degrees, shape (n, 2).

        Returns
        -------
        heights_m
            Shape (n,), NaN where unknown.
        resolution_m
            Shape (n,): cell size of the tile each height comes from, NaN where unknown.

        Raises
        ------
        InputDataError
            A file cannot be read (cut or damaged).
        """
        count = len(lonlat)
        heights, resolution = np.full(count, np.nan), np.full(count, np.nan)
        spare, spare_resolution = np.full(count, np.nan), np.full(count, np.nan)
        positions: dict[str, NDArray[np.float64]] = {}
        for _, group in groupby(self.tiles, key=lambda tile: f"{tile.resolution_m:.2g}"):
            tiles = list(group)
            cell_m = max(tile.resolution_m for tile in tiles)
            total, weight = np.zeros(count), np.zeros(count)
            inside, void = np.zeros(count, bool), np.zeros(count, bool)
            for tile in tiles:
                if tile.crs not in positions:
                    positions[tile.crs] = _positions(tile, lonlat)
                open_ = np.flatnonzero(np.isnan(heights))
                column, row = _cells(tile, positions[tile.crs][open_])
                near = _near(tile, column, row)
                if not near.size:
                    continue
                part, where = self._sample(tile, column[near], row[near]), open_[near]
                heights[where[part.complete]] = part.total[part.complete]
                resolution[where[part.complete]] = tile.resolution_m
                rest, where = ~part.complete, where[~part.complete]
                total[where] += part.total[rest]
                weight[where] += part.weight[rest]
                inside[where] |= part.inside[rest]
                void[where] |= part.void[rest]
            # between tiles of one model that do not overlap, cells of both make a height
            partial = np.isnan(heights) & ~void & (weight > 0)
            joined = partial & (weight > 1 - 1e-6)
            heights[joined], resolution[joined] = (total[joined] / weight[joined]), cell_m
            # the outer half of the outermost cells, unless a coarser model knows better
            rim = partial & ~joined & inside & np.isnan(spare)
            spare[rim], spare_resolution[rim] = total[rim] / weight[rim], cell_m
        unknown = np.isnan(heights)
        heights[unknown], resolution[unknown] = spare[unknown], spare_resolution[unknown]
        return heights, resolution

    def _sample(self, tile: Tile, column: NDArray[np.float64], row: NDArray[np.float64]) -> _Part:
        """What a tile knows about points at these positions, counted in cells from its corner."""
        rows, columns = tile.shape
        count = len(column)
        part = _Part(
            np.zeros(count),
            np.zeros(count),
            (column >= 0) & (column <= columns) & (row >= 0) & (row <= rows),
            np.zeros(count, bool),
            np.zeros(count, bool),
        )
        # positions between cell centres; a nanometre of projection noise must not reach for one more cell
        across, down = np.round(column - 0.5, 7), np.round(row - 0.5, 7)
        left, top = np.floor(across).astype(np.int64), np.floor(down).astype(np.int64)
        right_share, lower_share = across - left, down - top
        for window, members in _windows(left, top, tile.shape):
            cells = self._read(tile, window)
            for step_down in (0, 1):
                for step_right in (0, 1):
                    share = np.where(step_right, right_share[members], 1 - right_share[members])
                    share = share * np.where(step_down, lower_share[members], 1 - lower_share[members])
                    i, j = top[members] + step_down, left[members] + step_right
                    there = (share > 0) & (i >= 0) & (i < rows) & (j >= 0) & (j < columns)
                    value = np.full(len(members), np.nan)
                    value[there] = cells[i[there] - window[0], j[there] - window[2]]
                    void = there & np.isnan(value)
                    part.void[members] |= void
                    good = there & ~void
                    part.total[members[good]] += share[good] * value[good]
                    part.weight[members[good]] += share[good]
        part.complete[:] = ~part.void & (part.weight > 1 - 1e-6)
        return part

    def _read(self, tile: Tile, window: tuple[int, int, int, int]) -> NDArray[np.float64]:
        """Heights of a window in metres, NaN where void."""
        top, bottom, left, right = window
        if tile.grid is not None:
            heights = np.asarray(tile.grid[top:bottom, left:right], dtype=np.float64) * tile.metres
        else:
            heights = self._read_tiff(tile, window)
        heights[~((heights > LOWEST_M) & (heights < HIGHEST_M))] = np.nan
        value, count = plateau(heights, tile.resolution_m)
        if count:
            heights[heights == value] = np.nan
            self._tell_voids(tile, value, count)
        return heights

    def _read_tiff(self, tile: Tile, window: tuple[int, int, int, int]) -> NDArray[np.float64]:
        try:
            found = self._apart().call(tiff.read_window, tile.path, *window)
        except (Died, Failed, MemoryError) as error:
            raise InputDataError(
                f"elevation model {tile.label}: damaged ({_broken(error)}); fetch it again"
            ) from error
        heights: NDArray[np.float64] = found.cells.astype(np.float64)
        if found.mask is not None:
            heights[found.mask] = np.nan
        if found.cells.dtype == np.uint8:
            heights[heights == np.iinfo(np.uint8).max] = np.nan  # an 8-bit model is full here, or void
        floating = np.issubdtype(found.cells.dtype, np.floating)
        if floating and not tile.stated and tile.resolution_m < _FINE_M and all_whole(heights):
            raise _whole_numbers(tile.label, tile.resolution_m)
        scaled: NDArray[np.float64] = (heights * found.scale + found.offset) * tile.metres
        return scaled

    def _tell_voids(self, tile: Tile, value: float, count: int) -> None:
        """One line per file: how many cells were taken for holes."""
        known = self._voids.get(tile.label, 0)
        if count > known:
            self._voids[tile.label] = count
            start = f"elevation model {tile.label}: "
            self.notes = [note for note in self.notes if not note.startswith(start)]
            self.notes.append(
                f"{start}{count} cells of exactly {value:g} m stand out of the ground around them; "
                "they are taken for holes that the file does not declare"
            )


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


@dataclass
class _Part:
    """What one tile knows about some points: sums over the up to four cells around each."""

    total: NDArray[np.float64]  # Σ weight × height, metres
    weight: NDArray[np.float64]
    inside: NDArray[np.bool_]  # the point lies on the tile
    void: NDArray[np.bool_]  # a needed cell of the tile is void
    complete: NDArray[np.bool_]


def _positions(tile: Tile, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    try:
        to_tile = Transformer.from_crs("EPSG:4326", tile.crs, always_xy=True)
    except ProjError as error:
        raise InputDataError(
            f"elevation model {tile.label}: unusable coordinate reference system ({_one_line(error)[:120]})"
        ) from error
    return np.stack(to_tile.transform(lonlat[:, 0], lonlat[:, 1]), axis=1)


def _cells(tile: Tile, xy: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Columns and rows of points, counted in cells from the tile's corner."""
    a, b, c, d, e, f = tile.transform
    x, y = xy[:, 0] - c, xy[:, 1] - f
    determinant = a * e - b * d
    return (e * x - b * y) / determinant, (a * y - d * x) / determinant


def _near(tile: Tile, column: NDArray[np.float64], row: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which points lie on a tile or within half a cell of it."""
    rows, columns = tile.shape
    return np.flatnonzero((column > -0.5) & (column < columns + 0.5) & (row > -0.5) & (row < rows + 0.5))


def _windows(
    left: NDArray[np.int64], top: NDArray[np.int64], shape: tuple[int, int]
) -> Iterator[tuple[tuple[int, int, int, int], NDArray[np.int64]]]:
    """Windows ``(row, stop row, column, stop column)`` to read at once, each with the points it serves."""
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


def _inspect(raster: Raster, vertical_unit: str | None, apart: Callable[[], Apart]) -> Tile:
    label = raster.label
    if raster.grid is not None:
        return _tile_of(raster.grid, raster, vertical_unit)
    _need_rasterio()
    try:
        found = apart().call(tiff.describe, raster.path)
    except (Died, Failed, MemoryError) as error:
        raise InputDataError(
            f"elevation model {label}: not a GeoTIFF, .hgt, .xyz or .asc file ({_broken(error)})"
        ) from error
    unit, kind, crs = found.unit, found.kind, found.crs
    if found.bands > 2 or found.picture or kind.startswith("complex"):
        raise InputDataError(
            f"elevation model {label}: {found.bands} bands of colours or other values; "
            "a picture is no elevation model"
        )
    if crs is None:
        raise InputDataError(
            f"elevation model {label}: states no coordinate reference system; "
            "assign one first, for example with gdal_edit.py -a_srs EPSG:25832"
        )
    a, b, _, d, e, f = found.transform
    if not a * e - b * d or not all(map(math.isfinite, found.transform)):
        raise InputDataError(f"elevation model {label}: its cells have no size; fetch it again")
    from pyproj import CRS

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
    if whole and found.plain and not (vertical_unit or unit) and resolution_m < _FINE_M:
        raise _whole_numbers(label, resolution_m)
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


def _whole_numbers(label: str, resolution_m: float) -> InputDataError:
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
    if vertical_unit is None and max(across, down) < _FINE_M and all_whole(np.asarray(grid.cells[:500])):
        raise _whole_numbers(raster.label, max(across, down))
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


def _broken(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return f"needs more than {MOST_MEMORY_BYTES >> 30} GiB of memory"
    return f"the library that reads it broke down, {error}" if isinstance(error, Died) else _one_line(error)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
