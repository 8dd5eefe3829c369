"""Tables as columns, on disk as (Geo)Parquet, without loading pandas."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from wegeketten.errors import InputDataError
from wegeketten.whole import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    Columns = dict[str, NDArray[Any]]

WGS84_NOTE = "OGC:CRS84"
"""Geometries are stored as WKB in degrees, lon before lat; GeoParquet's default CRS."""


def write_columns(
    path: Path,
    columns: Mapping[str, NDArray[Any] | list[str]],
    *,
    geometry: NDArray[np.object_] | None = None,
    epsg: int | None = None,
    note: Mapping[str, str] | None = None,
) -> None:
    """Write columns as a Parquet file that GeoPandas and QGIS open too; the same input gives the same bytes.

    Parameters
    ----------
    path
        Target file; appears whole or not at all.
    columns
        Equally long columns in the order they shall have. Byte strings are written as text.
    geometry
        Shapely geometries, one per row, or None for a table without geometry.
    epsg
        CRS of `geometry`; None means lon/lat degrees (OGC:CRS84, the GeoParquet default).
    note
        Extra key–value pairs of the file's metadata (version, source hash, attribution).

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "homes.parquet"
    >>> write_columns(file, {"home_id": ["n1", "n2"], "weight": np.array([1.0, 2.5])})
    >>> read_columns(file)["weight"].tolist()
    [1.0, 2.5]
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = {name: _to_arrow(column) for name, column in columns.items()}
    metadata = {key.encode(): value.encode() for key, value in (note or {}).items()}
    if geometry is not None:
        import shapely

        arrays["geometry"] = pa.array(shapely.to_wkb(geometry), type=pa.binary())
        column: dict[str, object] = {
            "encoding": "WKB",
            "geometry_types": sorted({shape.geom_type for shape in geometry if shape is not None}),
        }
        if epsg is not None:
            import pyproj

            column["crs"] = pyproj.CRS.from_epsg(epsg).to_json_dict()
        geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
        metadata[b"geo"] = json.dumps(geo, sort_keys=True).encode()
    table = pa.table(arrays).replace_schema_metadata(metadata or None)
    with whole_file(path) as temporary:
        pq.write_table(table, temporary, compression="zstd", compression_level=1)


def read_columns(path: Path, names: Iterable[str] | None = None) -> Columns:
    """Read columns written by `write_columns`; geometry comes back as shapely geometries.

    Parameters
    ----------
    path
        File to read.
    names
        Columns wanted, all where None. What is not asked for is not read from disk.

    Raises
    ------
    InputDataError
        The file is missing, cut or lacks a column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path, columns=None if names is None else list(names), memory_map=True)
    except (OSError, pa.ArrowInvalid) as error:
        reason = str(error).splitlines()[0]
        raise InputDataError(f"{path}: cannot be read ({reason}); build the city again") from error
    found: Columns = {name: _to_numpy(table.column(name)) for name in table.column_names}
    missing = set(names or ()) - found.keys()
    if missing:
        raise InputDataError(f"{path}: column {min(missing)!r} is missing; build the city again")
    if "geometry" in found:
        import shapely

        found["geometry"] = shapely.from_wkb(found["geometry"])
    return found


def _to_arrow(column: NDArray[Any] | list[str]) -> Any:
    import pyarrow as pa

    if isinstance(column, list):
        return pa.array(column, type=pa.string())
    if column.dtype.kind == "S":
        return pa.array(column.astype("U"), type=pa.string()).dictionary_encode()
    if column.dtype.kind in "UO":
        return pa.array(column.tolist(), type=pa.string())
    return pa.array(column)


def _to_numpy(column: Any) -> NDArray[Any]:
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return column.to_numpy()  # type: ignore[no-any-return]
