"""Elevation models: heights at points, out of one or more raster files."""

from __future__ import annotations

import tempfile
import weakref
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import InputDataError, UsageError
from wegeketten.files.apart import Apart, Died, Failed
from wegeketten.files.scratch import private_folder
from wegeketten.network import tiff
from wegeketten.network.rasters import rasters_in
from wegeketten.network.tile import (
    FINE_M,
    METRES_PER_UNIT,
    Tile,
    all_whole,
    cause_of,
    cells_near,
    cells_of,
    inspect_raster,
    plateau,
    positions_in,
    unit_error,
    windows_over,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

LOWEST_M, HIGHEST_M = -500.0, 9000.0
"""Heights on land; anything beyond is a void that the file does not declare (−9999, −32768, 3.4e38)."""


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
            inspect_raster(raster, vertical_unit, self._apart, crs)
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
                    positions[tile.crs] = positions_in(tile, lonlat)
                open_ = np.flatnonzero(np.isnan(heights))
                column, row = cells_of(tile, positions[tile.crs][open_])
                near = cells_near(tile, column, row)
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
        for window, members in windows_over(left, top, tile.shape):
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
                f"elevation model {tile.label}: damaged ({cause_of(error)}); fetch it again"
            ) from error
        heights: NDArray[np.float64] = found.cells.astype(np.float64)
        if found.mask is not None:
            heights[found.mask] = np.nan
        if found.cells.dtype == np.uint8:
            heights[heights == np.iinfo(np.uint8).max] = np.nan  # an 8-bit model is full here, or void
        floating = np.issubdtype(found.cells.dtype, np.floating)
        if floating and not tile.stated and tile.resolution_m < FINE_M and all_whole(heights):
            raise unit_error(tile.label, tile.resolution_m)
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


@dataclass
class _Part:
    """What one tile knows about some points: sums over the up to four cells around each."""

    total: NDArray[np.float64]  # Σ weight × height, metres
    weight: NDArray[np.float64]
    inside: NDArray[np.bool_]  # the point lies on the tile
    void: NDArray[np.bool_]  # a needed cell of the tile is void
    complete: NDArray[np.bool_]
