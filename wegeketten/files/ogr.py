"""What GDAL reads from vector files, as plain values: called in a process apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from wegeketten.files.gdal import gdal

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


class About(NamedTuple):
    """What a file says of one of its layers.

    Attributes
    ----------
    driver
        Name of the format GDAL takes it for.
    crs
        Its coordinate reference system, None where it states none.
    features
        How many rows it has.
    """

    driver: str
    crs: str | None
    features: int


class Rows(NamedTuple):
    """Rows of a layer.

    Attributes
    ----------
    names
        Of its columns.
    shapes
        Well-known binary of each row, None where it has none.
    columns
        Values, one array for each name.
    places
        int64: number of each row in its file.
    """

    names: list[str]
    shapes: NDArray[np.object_]
    columns: list[NDArray[Any]]
    places: NDArray[np.int64]


def layers(path: Path) -> list[tuple[str, str]]:
    """Names of layers and the kinds of their geometries.

    Parameters
    ----------
    path
        A file that GDAL reads.

    Returns
    -------
    list of tuple
        Name and kind of geometry.
    """
    return [(str(name), str(kind or "")) for name, kind in gdal().list_layers(path)]


def about(path: Path, layer: str, encoding: str | None) -> About:
    """What is known of a layer before it is read.

    Parameters
    ----------
    path
        A file that GDAL reads.
    layer
        Name of the layer.
    encoding
        Of its texts; as the file says where None.

    Returns
    -------
    About
        Columns, system and number of rows.
    """
    found = gdal().read_info(path, layer=layer, encoding=encoding)
    return About(str(found["driver"]), found["crs"], int(found["features"]))


def rows(
    path: Path,
    layer: str,
    box: tuple[float, float, float, float] | None,
    encoding: str | None,
    most: int | None = None,
) -> Rows:
    """Rows of a layer, of those in a box where one is given; two dimensions.

    Parameters
    ----------
    path
        A file that GDAL reads.
    layer
        Name of the layer.
    box
        Smallest x, y, greatest x, y in the layer's system.
    encoding
        Of its texts; as the file says where None.
    most
        Rows after which no more are read.

    Returns
    -------
    Rows
        Shapes and columns.
    """
    meta, places, shapes, columns = gdal().raw.read(
        path, layer=layer, force_2d=True, bbox=box, encoding=encoding, max_features=most, return_fids=True
    )
    return Rows([str(name) for name in meta["fields"]], shapes, list(columns), places)
