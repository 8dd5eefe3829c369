"""What the first kernel of a process loads, and what it leaves as numba would have it."""

from __future__ import annotations

import subprocess
import sys


def test_kernels_load_no_scipy_and_leave_numba_its_linear_algebra() -> None:
    code = (
        "import sys, numpy as np, numba\n"
        "from wegeketten.routing import Graph, strong_parts\n"
        "strong_parts(Graph.from_arcs(2, [0], [1], [5]))\n"
        "print('scipy.linalg' in sys.modules)\n"
        "print(numba.njit(lambda a: a @ a)(np.eye(2)).tolist(), 'scipy.linalg' in sys.modules)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert told.split("\n")[:2] == ["False", "[[1.0, 0.0], [0.0, 1.0]] True"]
