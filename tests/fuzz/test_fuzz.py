"""A short run over every kind; the long one is started by hand (``run.py``)."""

# run by hand

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wegeketten.files.csv import clean_text


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_damaged_inputs_are_read_or_refused() -> None:
    seed = os.environ.get("WEGEKETTEN_SEED", "20261130")
    count = os.environ.get("WEGEKETTEN_FUZZ", "6")
    run = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("run.py")), "--count", count, "--seed", seed],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, clean_text(run.stdout[-3000:] + run.stderr[-1000:], longest=4000)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_kills_full_disks_and_crowds_leave_old_or_new() -> None:
    seed = os.environ.get("WEGEKETTEN_SEED", "20261130")
    words = [
        "--only",
        "scan,isochrone-gpkg",
        "--kills",
        "2",
        "--full",
        "2",
        "--rounds",
        "1",
        "--writers",
        "3",
    ]
    run = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("faults.py")), *words, "--seed", seed],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, clean_text(run.stdout[-3000:] + run.stderr[-1000:], longest=4000)
