"""A matrix as a file: CSV or Parquet, one row per origin and goal, written block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import UsageError
from wegeketten.files.atomic import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray
    from pyarrow import csv
    from pyarrow import parquet as pq

    from wegeketten.reach.matrix import Block

COLUMNS = ("from_id", "to_id", "seconds", "metres")


def write_matrix(path: Path, origins: Sequence[str], goals: Sequence[str], blocks: Iterable[Block]) -> int:
    """Write a matrix in long form, in constant memory; returns the number of rows.

    Columns ``from_id, to_id, seconds, metres``; the last two are empty (null) where there is no way. Rows
    are ordered by goal and then by origin.

    Parameters
    ----------
    path
        CSV or Parquet file; appears whole or not at all.
    origins, goals
        Ids.
    blocks
        Times and lengths, one block of goals after the other.

    Returns
    -------
    int
        Rows written, the header not counted.

    Raises
    ------
    UsageError
        Another suffix than ``.csv`` or ``.parquet``.
    """
    import pyarrow as pa

    names = pa.array([_clean(each) for each in origins], pa.string())
    rows = 0
    with whole_file(path) as temporary, _writer(path, temporary) as writer:
        for block in blocks:
            count = block.seconds.shape[1]
            clean = [_clean(goal) for goal in goals[block.first : block.first + count]]
            table = pa.table(
                {
                    "from_id": pa.concat_arrays([names] * count),
                    "to_id": pa.array(clean, pa.string()).take(np.repeat(np.arange(count), len(names))),
                    "seconds": _nullable(block.seconds.ravel(order="F")),
                    "metres": _nullable(_decimetres(block.metres.ravel(order="F"))),
                },
                schema=_schema(),
            )
            writer.write_table(table)
            rows += table.num_rows
    return rows


def check_suffix(path: Path) -> None:
    """Refuse other files than CSV and Parquet before anything is worked out.

    Parameters
    ----------
    path
        File that is to be written.

    Raises
    ------
    UsageError
        Another suffix than ``.csv`` or ``.parquet``.

    Examples
    --------
    >>> from pathlib import Path
    >>> check_suffix(Path("times.parquet"))
    """
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise UsageError(f"{path}: a matrix is written as .csv or .parquet")


def write_counts(path: Path, origins: Sequence[str], counts: NDArray[np.int32]) -> None:
    """Write how many goals each origin reaches: columns ``from_id, count``.

    Parameters
    ----------
    path
        CSV or Parquet file; appears whole or not at all.
    origins
        Ids.
    counts
        Number of goals, shape (origins,).

    Raises
    ------
    UsageError
        Another suffix than ``.csv`` or ``.parquet``.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import numpy as np
    >>> with TemporaryDirectory() as folder:
    ...     write_counts(Path(folder) / "counts.csv", ["n1", "n2"], np.array([3, 0], np.int32))
    ...     print((Path(folder) / "counts.csv").read_text(encoding="utf-8-sig").split())
    ['"from_id","count"', '"n1",3', '"n2",0']
    """
    import pyarrow as pa

    schema = pa.schema([("from_id", pa.string()), ("count", pa.int32())])
    table = pa.table({"from_id": [_clean(each) for each in origins], "count": counts}, schema=schema)
    with whole_file(path) as temporary, _writer(path, temporary, schema) as writer:
        writer.write_table(table)


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema(
        [
            ("from_id", pa.string()),
            ("to_id", pa.string()),
            ("seconds", pa.float64()),
            ("metres", pa.float64()),
        ]
    )


def _writer(path: Path, temporary: Path, schema: pa.Schema | None = None) -> csv.CSVWriter | pq.ParquetWriter:
    from pyarrow import csv
    from pyarrow import parquet as pq

    check_suffix(path)
    schema = schema or _schema()
    if path.suffix.lower() == ".csv":
        return csv.CSVWriter(temporary, schema, write_options=csv.WriteOptions(quoting_style="needed"))
    return pq.ParquetWriter(temporary, schema, compression="zstd", use_dictionary=True)


def _nullable(values: NDArray[np.float64]) -> pa.Array:
    import pyarrow as pa

    return pa.array(values, pa.float64(), from_pandas=True)


def _decimetres(metres: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.asarray(np.round(metres.astype(np.float64), 1), dtype=np.float64)


def _clean(text: str) -> str:
    from wegeketten.files.csv import clean_cell

    return clean_cell(text)
