"""The other end of a working process: starts it, gives orders, holds it to its limits."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from wegeketten.files.python_process import end_process

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

_LOOK_S = 0.25
"""How often time and memory are looked at."""

_START = "from wegeketten.cli import serve_batch; serve_batch()"
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True)
class Limits:
    """What a step may take.

    Attributes
    ----------
    seconds, memory_mb
        Zero or less: as much as it likes.
    """

    seconds: float = 7200.0
    memory_mb: float = 0.0


class Lost(Exception):  # noqa: N818  # no error of ours: the process is gone
    """A working process ended; `kind` says why, as the ledger calls it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Process:
    """A working process.

    Parameters
    ----------
    limits
        Of each step.
    command
        What is started; the command line of this package where None.
    """

    def __init__(self, limits: Limits, *, command: Sequence[str] | None = None) -> None:
        self.limits = limits
        self._command = [sys.executable, "-c", _START] if command is None else list(command)
        self._process: subprocess.Popen[bytes] | None = None
        self.peak_mb = 0.0

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def order(self, **order: Any) -> dict[str, Any]:
        """Have something done and return the answer.

        Parameters
        ----------
        order
            What is to be done; it can be pickled.

        Returns
        -------
        dict
            The answer by name.

        Raises
        ------
        Lost
            The process ended, or was ended because it passed a limit.
        """
        process = self._running()
        self.peak_mb = 0.0
        try:
            orders = cast("BinaryIO", process.stdin)  # a pipe, see `_running`
            orders.write(json.dumps(order).encode() + b"\n")
            orders.flush()
        except OSError:
            raise self._lost() from None
        return self._answer(process)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            one = dict.fromkeys(("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
            root = str(Path(__file__).resolve().parents[2])
            paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
            self._process = subprocess.Popen(  # noqa: S603  # this Python, our own module
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **one, "LC_ALL": "C.UTF-8", "PYTHONPATH": os.pathsep.join(paths)},
                start_new_session=True,  # Ctrl-C is for whoever gives the orders
            )
        return self._process

    def _answer(self, process: subprocess.Popen[bytes]) -> dict[str, Any]:
        answers = cast("BinaryIO", process.stdout)  # a pipe, see `_running`
        start = time.monotonic()
        while True:
            ready, _, _ = select.select([answers], [], [], _LOOK_S)
            if ready:
                line = answers.readline()
                if not line.endswith(b"\n"):
                    raise self._lost()
                found: dict[str, Any] = json.loads(line)
                return found
            self.peak_mb = max(self.peak_mb, _resident_mb(process.pid))
            seconds, most = self.limits.seconds, self.limits.memory_mb
            if 0 < seconds < time.monotonic() - start:
                self.end()
                raise Lost("time", f"took longer than {seconds:g} seconds")
            if 0 < most < self.peak_mb:
                self.end()
                raise Lost("memory", f"took more than {most:g} MB of memory")

    def _lost(self) -> Lost:
        code = 0
        if self._process is not None:
            code = self._process.wait()
            self.end()
        return Lost("killed", f"its process was ended (exit code {code})")

    def end(self) -> None:
        """End the process; what it was making goes with the next run."""
        process, self._process = self._process, None
        if process is not None:
            end_process(process)


def _resident_mb(pid: int) -> float:
    """Memory of a process, 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE / 1e6
    except (OSError, ValueError, IndexError):
        return 0.0
