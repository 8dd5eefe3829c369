"""Whole processes, timed from outside by the operating system's own accounting."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

_COMPILED = Path(tempfile.gettempdir()) / "wegeketten-bytecode"


def as_installed() -> dict[str, str]:
    """Environment in which Python keeps its bytecode, as an installer leaves it.

    Where ``PYTHONDONTWRITEBYTECODE`` is set every process would compile every module it imports again, which
    takes seconds, ours and OSMnx's.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {"PYTHONPYCACHEPREFIX": str(_COMPILED), **kept}


class Run(NamedTuple):
    """One finished process: wall-clock and processor seconds, peak memory in MB."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def run(command: list[str]) -> Run:
    """Run a command to its end, output thrown away.

    Raises
    ------
    RuntimeError
        It ended with another exit code than 0; the message carries the end of its stderr.
    """
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=as_installed())
    stderr = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    code = os.waitstatus_to_exitcode(status)
    if code:
        raise RuntimeError(f"{command[:3]} ended with {code}: {stderr.decode(errors='replace')[-500:]}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def medians(commands: dict[str, list[str]], *, repeats: int = 3) -> dict[str, Run]:
    """Median figures per command; the commands take turns, so drift of the machine hits all alike."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(repeats):
        for name, command in commands.items():
            runs[name].append(run(command))
    return {
        name: Run(*(median(getattr(one, figure) for one in results) for figure in Run._fields))
        for name, results in runs.items()
    }


def python(code: str) -> list[str]:
    """Command that runs a snippet in this interpreter."""
    return [sys.executable, "-c", code]
