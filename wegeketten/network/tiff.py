"""What GDAL reads from GeoTIFF, as plain values: called in a process apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

MOST_OPEN = 100
"""Files open at once."""

_opened: dict[str, Any] = {}


class Described(NamedTuple):
    """What a GeoTIFF says of itself.

    Attributes
    ----------
    crs
        Coordinate reference system, WKT; None where it states none.
    unit
        Vertical unit of the first band.
    shape
        Rows, columns.
    transform
        Affine coefficients ``a b c d e f``: column, row → x, y of the cell's corner.
    bands, kind
        How many, and of which type.
    plain
        Whether the heights are the cells themselves, without scale and offset.
    picture
        Whether the first band holds colours.
    """

    crs: str | None
    unit: str | None
    shape: tuple[int, int]
    transform: tuple[float, float, float, float, float, float]
    bands: int
    kind: str
    plain: bool
    picture: bool


class Window(NamedTuple):
    """Cells of a part of a GeoTIFF.

    Attributes
    ----------
    cells
        As they stand in the file.
    mask
        True where void; None where no cell is.
    scale, offset
        A height is a cell times the scale plus the offset.
    """

    cells: NDArray[Any]
    mask: NDArray[np.bool_] | None
    scale: float
    offset: float


def describe(path: Path) -> Described:
    """Look at a file without reading its cells.

    Parameters
    ----------
    path
        A raster file.

    Returns
    -------
    Described
        Size, cells and coordinate reference system.
    """
    import rasterio

    with rasterio.open(path, driver="GTiff") as source:
        a, b, c, d, e, f = source.transform[:6]
        return Described(
            None if source.crs is None else source.crs.to_wkt(),
            source.units[0],
            (int(source.shape[0]), int(source.shape[1])),
            (a, b, c, d, e, f),
            int(source.count),
            str(source.dtypes[0]),
            source.scales[0] == 1 and source.offsets[0] == 0,
            source.colorinterp[0].name in ("palette", "red"),
        )


def read_window(path: str, top: int, bottom: int, left: int, right: int) -> Window:
    """Read cells of the first band; the file stays open.

    Parameters
    ----------
    path
        A raster file.
    top, bottom, left, right
        Rows and columns of the window, the last not included.

    Returns
    -------
    Window
        Heights, and which of them are missing.
    """
    import numpy as np
    import rasterio

    source = _opened.get(path)
    if source is None:
        if len(_opened) >= MOST_OPEN:
            forget()
        source = _opened[path] = rasterio.open(path, driver="GTiff")
    cells = source.read(1, window=((top, bottom), (left, right)), masked=True)
    mask = np.ma.getmaskarray(cells)
    return Window(
        np.ma.getdata(cells), mask if mask.any() else None, float(source.scales[0]), float(source.offsets[0])
    )


def forget() -> None:
    """Close all files."""
    while _opened:
        _opened.popitem()[1].close()
