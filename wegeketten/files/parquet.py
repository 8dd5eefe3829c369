"""Tables as columns, on disk as (Geo)Parquet, without loading pandas."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from wegeketten.errors import InputDataError
from wegeketten.files.atomic import whole_file

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
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "homes.parquet"
    >>> write_columns(file, {"home_id": ["n1", "n2"], "weight": np.array([1.0, 2.5])})
    >>> read_columns(file)["weight"].tolist()
    [1.0, 2.5]
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = {name: to_arrow(column) for name, column in columns.items()}
    metadata = {key.encode(): value.encode() for key, value in (note or {}).items()}
    if geometry is not None:
        import shapely

        arrays["geometry"] = _to_variable(pa.binary(), shapely.to_wkb(geometry).tolist())
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
    pool = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())  # gives memory back that Arrow's own pool would keep
    try:
        with whole_file(path) as temporary:
            pq.write_table(table, temporary, compression="zstd", compression_level=1)
    finally:
        pa.set_memory_pool(pool)
        del table, arrays
        pool.release_unused()


def read_columns(path: Path, names: Iterable[str] | None = None) -> Columns:
    """Read columns written by `write_columns`; geometry comes back as shapely geometries.

    Parameters
    ----------
    path
        File to read.
    names
        Columns wanted, all where None. What is not asked for is not read from disk.

    Returns
    -------
    Columns
        Arrays by name.

    Raises
    ------
    InputDataError
        The file is missing, cut or lacks a column.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> list(read_columns(hamlet().path / "nodes.parquet", ["x", "y"]))
    ['x', 'y']
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, memory_map=True) as file:
            table = file.read(columns=None if names is None else list(names))
    except (OSError, pa.ArrowInvalid) as error:
        reason = str(error).splitlines()[0]
        raise InputDataError(f"{path}: cannot be read ({reason}); build the city again") from error
    found: Columns = {name: to_numpy(table.column(name)) for name in table.column_names}
    missing = set(names or ()) - found.keys()
    if missing:
        raise InputDataError(f"{path}: column {min(missing)!r} is missing; build the city again")
    if "geometry" in found:
        import shapely

        found["geometry"] = shapely.from_wkb(found["geometry"])
    return found


def to_arrow(column: NDArray[Any] | list[str], missing: NDArray[np.bool_] | None = None) -> Any:
    """An Arrow array from plain buffers; `pyarrow.array` would load pandas to see whether it got a series.

    Parameters
    ----------
    column
        Numbers, truths or texts.
    missing
        True where a number is null; none is where None.

    Returns
    -------
    Any
        Of the type that fits the numbers.

    Examples
    --------
    >>> import numpy as np
    >>> to_arrow(np.array([1.5, 0.0]), np.array([False, True])).to_pylist()
    [1.5, None]
    """
    import numpy as np
    import pyarrow as pa

    if not isinstance(column, list) and column.dtype.kind in "SUO":
        column = [cell.decode() if isinstance(cell, bytes) else cell for cell in column.tolist()]
    if isinstance(column, list):
        return _to_variable(pa.string(), [str(cell).encode("utf-8", "replace") for cell in column])
    if column.dtype.kind == "b":
        bits = np.packbits(column, bitorder="little")
        return pa.Array.from_buffers(pa.bool_(), len(column), [None, pa.py_buffer(bits)])
    values = np.ascontiguousarray(column)
    there = None if missing is None else pa.py_buffer(np.packbits(~missing, bitorder="little"))
    return pa.Array.from_buffers(
        pa.from_numpy_dtype(values.dtype), len(values), [there, pa.py_buffer(values)]
    )


def _to_variable(kind: Any, cells: list[bytes]) -> Any:
    """Text or bytes, one after the other, with offsets."""
    import numpy as np
    import pyarrow as pa

    offsets = np.zeros(len(cells) + 1, dtype=np.int32)
    np.cumsum([len(cell) for cell in cells], out=offsets[1:])
    return pa.Array.from_buffers(
        kind, len(cells), [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(cells))]
    )


_NUMPY_NAMES = {"halffloat": "float16", "float": "float32", "double": "float64"}
"""Types that Arrow calls otherwise than numpy."""


def to_numpy(column: Any) -> NDArray[Any]:
    """One contiguous array of a column of Arrow that lacks no value; text becomes Python strings.

    Parameters
    ----------
    column
        Array or chunked array of Arrow.

    Returns
    -------
    ndarray
        Shape (rows,).
    """
    import numpy as np
    import pyarrow as pa

    if pa.types.is_string(column.type) or pa.types.is_binary(column.type):
        found = np.empty(len(column), dtype=object)
        found[:] = column.to_pylist()
        return found
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0) if array.num_chunks else pa.array([], column.type)
    if pa.types.is_boolean(column.type):
        bits = np.frombuffer(array.buffers()[1], dtype=np.uint8)
        return np.unpackbits(bits, count=len(array) + array.offset, bitorder="little")[array.offset :].astype(
            bool
        )
    name = str(column.type)  # `to_pandas_dtype` loads pandas before Arrow 22
    dtype = np.dtype(_NUMPY_NAMES.get(name, name))
    buffer = array.buffers()[1]
    if buffer is None:
        return np.zeros(0, dtype=dtype)
    return np.frombuffer(buffer, dtype=dtype, count=len(array), offset=array.offset * dtype.itemsize)
