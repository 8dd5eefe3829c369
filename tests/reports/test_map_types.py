"""The map's JavaScript under TypeScript's checker, and its constants as Python writes them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from wegeketten.reports.map_constants import constants

_HERE = Path(__file__).resolve().parent
_TSC = _HERE / ".browser/typescript/lib/tsc.js"
_ROOT = _HERE.parents[1]


def _check(project: Path) -> subprocess.CompletedProcess[str]:
    if not _TSC.is_file() or shutil.which("node") is None:
        pytest.skip("TypeScript is not here; tests/reports/browser-setup.sh fetches it")
    command = ["node", str(_TSC), "-p", str(project)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_javascript_is_sound_and_a_misspelt_name_is_found(tmp_path: Path) -> None:
    """One run over a copy with one fault: nothing else is told, so the rest is sound, and the fault is."""
    for part in ("tests/reports/map-types", "wegeketten/reports/assets/map"):
        shutil.copytree(_ROOT / part, tmp_path / part)
    module = tmp_path / "wegeketten/reports/assets/map/answer.js"
    text = module.read_text(encoding="utf-8")
    module.write_text(text.replace("stateOf(item.level)", "stateOff(item.level)", 1), encoding="utf-8")
    run = _check(tmp_path / "tests/reports/map-types")
    (told,) = [line for line in run.stdout.splitlines() if "error TS" in line]
    assert "stateOff" in told, run.stdout
    assert run.returncode != 0


def test_types_name_the_constants_that_python_writes() -> None:
    told = (_HERE / "map-types/globals.d.ts").read_text(encoding="utf-8")
    assert {*re.findall(r"declare const (\w+)", told)} - {"L"} == set(constants())
