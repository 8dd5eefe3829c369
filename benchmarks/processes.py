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
    """One finished process and those it started: wall-clock and processor seconds, peak memory in MB."""

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


def peak_of(command: list[str]) -> float:
    """Most memory in MB that a command and the processes it starts hold at one time, by looking every 10 ms.

    Memory that several of them share counts once (the kernel's proportional set size); looking slows them
    down, so this run is not the one that is timed. On other systems than Linux it is the largest process.
    """
    if not Path("/proc/self/smaps_rollup").exists():
        return run(command).peak_mb
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=as_installed()
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(_held_kb(pid) for pid in _family(process.pid)))
        time.sleep(0.01)
    return peak / 1024


def watched(command: list[str]) -> Run:
    """Time and memory from one run, for what takes minutes: looking four times a second costs it nothing.

    Memory is counted as by `peak_of`.

    Raises
    ------
    RuntimeError
        It ended with another exit code than 0.
    """
    started, peak = time.perf_counter(), 0
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=as_installed()
    )
    while True:
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended:
            break
        peak = max(peak, sum(_held_kb(pid) for pid in _family(process.pid)))
        time.sleep(0.25)
    code = os.waitstatus_to_exitcode(status)
    process.returncode = code
    if code:
        raise RuntimeError(f"{command[:4]} ended with {code}")
    return Run(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, peak / 1024)


def _family(pid: int) -> list[int]:
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            text = children.read_text()
        except OSError:  # it ended meanwhile
            continue
        for child in text.split():
            found += _family(int(child))
    return found


def _held_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it ended meanwhile
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def medians(commands: dict[str, list[str]], *, repeats: int = 3) -> dict[str, Run]:
    """Median times per command and its peak memory; the commands take turns, so drift hits all alike.

    Each timed run follows one that is not: after half a minute of something else the system has put away what
    a program needs, which costs a short command more of its time than a long one.
    """
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(repeats):
        for name, command in commands.items():
            run(command)
            runs[name].append(run(command))
    return {
        name: Run(
            median(one.wall_s for one in results),
            median(one.cpu_s for one in results),
            median(peak_of(commands[name]) for _ in range(repeats)),
        )
        for name, results in runs.items()
    }


def python(code: str) -> list[str]:
    """Command that runs a snippet in this interpreter."""
    return [sys.executable, "-c", code]
