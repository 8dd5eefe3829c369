"""Columns on disk: what was written comes back, other programs read it too, pandas is not needed."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from wegeketten.errors import InputDataError
from wegeketten.files.parquet import read_columns, write_columns

if TYPE_CHECKING:
    from pathlib import Path

_DTYPES = [np.int8, np.uint8, np.int16, np.int32, np.int64, np.float32, np.float64, bool]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_columns_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    rows = data.draw(st.integers(0, 20))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    columns = {np.dtype(dtype).name: rng.integers(0, 2**7, rows).astype(dtype) for dtype in _DTYPES}
    texts = data.draw(
        st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=rows, max_size=rows)
    )
    path = tmp_path_factory.mktemp("columns") / "t.parquet"
    write_columns(path, {**columns, "text": texts, "short": np.full(rows, b"w", dtype="S1")})
    back = read_columns(path)
    for name, column in columns.items():
        assert back[name].dtype == column.dtype
        np.testing.assert_array_equal(back[name], column)
    assert back["text"].tolist() == texts
    assert back["short"].tolist() == ["w"] * rows


def test_geopandas_reads_the_geometry(tmp_path: Path) -> None:
    geopandas = pytest.importorskip("geopandas")
    points = shapely.points([[13.7, 51.0], [13.8, 51.1]])
    write_columns(tmp_path / "t.parquet", {"name": ["a", "Straße"]}, geometry=points)
    frame = geopandas.read_parquet(tmp_path / "t.parquet")
    assert frame["name"].tolist() == ["a", "Straße"]
    assert frame.crs.to_epsg() == 4326 or frame.crs.to_string() == "OGC:CRS84"
    assert frame.geometry.x.tolist() == [13.7, 13.8]


def test_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_columns(tmp_path / name, {"x": np.arange(5.0)}, note={"version": "1"})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_broken_or_foreign_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 nonsense")
    with pytest.raises(InputDataError, match=r"cut\.parquet"):
        read_columns(tmp_path / "cut.parquet")
    with pytest.raises(InputDataError, match=r"none\.parquet"):
        read_columns(tmp_path / "none.parquet")
    write_columns(tmp_path / "t.parquet", {"x": np.arange(3)})
    with pytest.raises(InputDataError, match="'y'"):
        read_columns(tmp_path / "t.parquet", ["x", "y"])


def test_pandas_is_not_loaded(tmp_path: Path) -> None:
    code = (
        "import sys, numpy as np, pathlib\nfrom wegeketten.files.parquet import read_columns, write_columns\n"
        f"path = pathlib.Path({str(tmp_path / 't.parquet')!r})\n"
        "write_columns(path, {'x': np.arange(3), 'b': np.array([True, False, True]), 't': ['a', 'b', 'c']})\n"
        "read_columns(path)\nprint('pandas' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
