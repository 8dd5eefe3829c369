"""The process that does the work: takes orders as lines of JSON, one answer for each.

One process serves many steps: starting Python and loading compiled code would cost a tiny town more than its
work. It ends when its orders end, so that nothing goes on after whoever gave them is gone.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable

    Main = Callable[[list[str]], int]


def serve(main: Main) -> None:
    """Do what is asked on stdin until it ends.

    Parameters
    ----------
    main
        Runs the command line with arguments and returns its exit code.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    orders: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    locked: list[int] = []
    while True:
        order = orders.get()
        if order["do"] == "lock":
            answer: dict[str, Any] = {"locked": _lock(Path(order["path"]), locked)}
        elif order["do"] == "unlock":
            while locked:
                os.close(locked.pop())
            answer = {}
        else:
            answer = _run(main, order["words"], Path(order["log"]))
        _answer(answers, answer)


def _listen(orders: queue.Queue[dict[str, Any]]) -> None:
    for line in sys.stdin:
        orders.put(json.loads(line))
    os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)


def _answer(stream: TextIO, answer: dict[str, Any]) -> None:
    stream.write(json.dumps(answer) + "\n")
    stream.flush()


def _run(main: Main, words: list[str], log: Path) -> dict[str, Any]:
    """Run one step with its words in a log; says how it ended and how long it took."""
    from wegeketten.batches.steps import PUBLISH

    log.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    kept = [os.dup(1), os.dup(2)]
    started = time.perf_counter()
    try:
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        if words[0] == PUBLISH:
            from wegeketten.batches.publish import publish

            code = main_like(lambda: publish(*words[1:]))
        else:
            code = main(words)
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
    finally:
        for old, number in zip(kept, (1, 2), strict=True):
            os.dup2(old, number)
            os.close(old)
        os.close(handle)
    return {"code": code, "seconds": round(time.perf_counter() - started, 3)}


def main_like(work: Callable[[], object]) -> int:
    """Run something with the exit codes of the command line, one line on stderr where it fails.

    Parameters
    ----------
    work
        Function without arguments.

    Returns
    -------
    int
        Exit code as the command line has it.
    """
    from wegeketten.errors import WegekettenError

    try:
        work()
    except WegekettenError as error:
        sys.stderr.write(f"wegeketten: {error}\n")
        return error.exit_code
    except Exception as error:  # noqa: BLE001  # a fault of one city is that city's
        sys.stderr.write(f"wegeketten: internal fault: {type(error).__name__}: {error}\n")
        return 1
    return 0


def _lock(path: Path, locked: list[int]) -> bool:
    """Take a city for this process; False where another has it. The lock ends with the process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return False
    except (ImportError, OSError):  # no locks here: results still appear whole, at worst twice
        pass
    locked.append(handle)
    return True
