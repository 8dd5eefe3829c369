"""What pyogrio is spared, nobody else has to miss."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import sys
import numpy as np
import shapely
from pathlib import Path
from wegeketten.files.geopackage import Layer, write_layers
path = Path(sys.argv[1])
write_layers(path, [Layer("homes", {"a": np.array([1.0])}, shapely.points([[13.7, 51.0]]))])
assert "pandas" not in sys.modules
import geopandas
assert geopandas.read_file(path)["a"].tolist() == [1.0]
write_layers(path, [Layer("homes", {"a": np.array([2.0])}, shapely.points([[13.7, 51.0]]))])
assert geopandas.read_file(path)["a"].tolist() == [2.0]
"""


def test_a_geopackage_is_written_without_pandas_which_still_reads_it(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "a.gpkg")], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
