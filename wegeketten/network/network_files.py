"""The edge table on disk: GeoParquet that QGIS opens, read column by column, geometry on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.files.parquet import read_columns, write_columns
from wegeketten.model.edges import ATTRIBUTES, PLAIN, RAW, EdgeTable, LazyColumns, attribute_columns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wegeketten.osm.projection import Projection

_HOURS = ("hours", "hours_wheelchair")
_TEXTS = ("name", *_HOURS)
_COORDINATE_DIGITS = 7  # OpenStreetMap's own precision, about a centimetre


def write_edges(
    path: Path, edges: EdgeTable, projection: Projection, *, note: Mapping[str, str] | None = None
) -> None:
    """Write the edge table with ids, street names and lines in lon/lat degrees.

    Parameters
    ----------
    path
        Target file.
    edges
        The table, geometry in the city's metric CRS.
    projection
        Back to lon/lat.
    note
        Metadata of the file.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "edges.parquet"
    ...     write_edges(path, hamlet().edges, hamlet().projection)
    ...     read_edges(path, hamlet().projection).ids() == hamlet().edges.ids()
    True
    """
    import shapely

    names = np.array([*edges.names, ""], dtype=object)
    columns: dict[str, Any] = {"edge_id": edges.ids()}
    columns.update({name: edges.columns[name] for name in PLAIN if name not in _TEXTS})
    columns["name"] = names[edges.columns["name"]]
    for name in _HOURS:
        columns[name] = names[edges.columns[name].astype(np.int64) - 1]
    for attribute in ATTRIBUTES:
        columns.update({name: edges.columns[name] for name in attribute_columns([attribute.name])})
    columns[RAW] = edges.columns.get(RAW, np.full(len(edges), "", dtype=object))
    lonlat = np.round(projection.to_lonlat(edges.points), _COORDINATE_DIGITS)
    lines = shapely.linestrings(lonlat, indices=np.repeat(np.arange(len(edges)), np.diff(edges.bends)))
    write_columns(path, columns, geometry=np.asarray(lines), note=note)


def read_edges(path: Path, projection: Projection) -> EdgeTable:
    """Read an edge table written by `write_edges`; its lines are read when they are first asked for.

    Parameters
    ----------
    path
        The file.
    projection
        From degrees to the metres of the city.

    Returns
    -------
    EdgeTable
        As it was written.

    Raises
    ------
    InputDataError
        The file is missing, cut or lacks a column.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> len(read_edges(hamlet().path / "edges.parquet", hamlet().projection))
    8
    """
    raw = read_columns(path, [*PLAIN, *attribute_columns()])
    rows: dict[str, int] = {}
    index = [rows.setdefault(name, len(rows)) if name else -1 for name in raw["name"].tolist()]
    hours = {
        name: [rows.setdefault(text, len(rows)) + 1 if text else 0 for text in raw[name].tolist()]
        for name in _HOURS
    }
    columns = {
        name: np.asarray(raw[name], dtype=dtype)
        for name, dtype in PLAIN.items()
        if name not in (*_TEXTS, "osm_type")
    }
    columns["osm_type"] = raw["osm_type"].astype("S1")
    columns["name"] = np.array(index, dtype=np.int32)
    columns.update({name: np.array(column, dtype=np.int32) for name, column in hours.items()})
    columns.update({name: raw[name] for name in attribute_columns()})
    ordered = {name: columns[name] for name in (*PLAIN, *attribute_columns())}

    def lines() -> tuple[np.ndarray, np.ndarray]:
        import shapely

        shapes = read_columns(path, ["geometry"])["geometry"]
        lonlat, row = shapely.get_coordinates(shapes, return_index=True)
        bends = np.zeros(len(shapes) + 1, dtype=np.int64)
        np.cumsum(np.bincount(row, minlength=len(shapes)), out=bends[1:])
        return bends, projection.to_xy(lonlat)

    return EdgeTable(LazyColumns(ordered, lambda: _read_raw(path)), list(rows), lines=lines)


def _read_raw(path: Path) -> np.ndarray:
    """The tags word by word; equal texts are one object."""
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, memory_map=True, read_dictionary=[RAW]) as file:
            column = file.read(columns=[RAW]).column(RAW).unify_dictionaries().combine_chunks()
    except (OSError, KeyError, ValueError) as error:  # Arrow's own errors are of these kinds
        raise InputDataError(f"{path}: column {RAW!r} cannot be read; build the city again") from error
    texts = np.array([*column.dictionary.to_pylist(), ""], dtype=object)
    return np.asarray(texts[column.indices.to_numpy()], dtype=object)
