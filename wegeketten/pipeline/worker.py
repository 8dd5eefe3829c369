"""A second process for one piece of work that can be done beside the rest."""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import pickle
import sys
import threading
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, Generic, Self, TypeVar

from wegeketten.files.python_process import end_process, start_python

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Sequence
    from types import TracebackType

Result = TypeVar("Result")


class Worker(Generic[Result]):
    """One piece of work, done by a second process where there is one, else right here.

    The process starts with the block and loads what the work will need, so that it is ready when the work is.
    It is no fork: it knows nothing but what it is given, on every system, beside any threads. What it warns
    of and what it raises comes out of `result`. If the worker dies (out of memory, say), the
    work runs in this process.

    Parameters
    ----------
    second
        Whether to start a process.
    modules
        What it shall load beforehand.

    Examples
    --------
    >>> with Worker(second=True) as worker:
    ...     worker.submit(divmod, 17, 5)
    ...     worker.result()
    (3, 2)
    """

    def __init__(self, *, second: bool, modules: Sequence[str] = ()) -> None:
        self._second, self._modules = second, modules
        self._process: subprocess.Popen[bytes] | None = None
        self._work: tuple[Callable[..., Result], tuple[Any, ...]] | None = None

    def __enter__(self) -> Self:
        if self._second:
            code = f"from {__name__} import serve; serve({list(self._modules)!r})"
            self._process = start_python(code)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    @property
    def pid(self) -> int | None:
        """Of the second process, None where there is none (any more)."""
        return None if self._process is None else self._process.pid

    def submit(self, work: Callable[..., Result], *args: Any) -> None:
        """Hand over the work; it begins now where a second process does it, else with `result`.

        Parameters
        ----------
        work
            A function that the other process can import.
        args
            What it is called with.
        """
        self._work = work, args
        if self._process is not None and self._process.stdin is not None:
            try:
                pickle.dump(self._work, self._process.stdin, pickle.HIGHEST_PROTOCOL)
                self._process.stdin.flush()
            except OSError:  # the second process has ended
                self._end()

    def result(self) -> Result:
        """Wait for the result.

        Raises
        ------
        Exception
            Whatever the work raised, of the same class and with the same message.
        ValueError
            No work was given.
        """
        if self._work is None:
            raise ValueError("no work was given")
        work, args = self._work
        self._work = None
        if self._process is not None and self._process.stdout is not None:
            try:
                told, result, error = pickle.load(self._process.stdout)  # noqa: S301  # our own process
            except Exception:  # noqa: BLE001  # no whole answer, or one that cannot be read here
                self._end()
            else:
                self._end()
                for message, category, file, line in told:
                    warnings.warn_explicit(message, category, file, line)
                if error is not None:
                    raise error
                return result  # type: ignore[no-any-return]
        return work(*args)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            end_process(process)


def give_back_memory() -> None:
    """Have the C library give freed memory back to the system, which glibc does not do by itself.

    What one process has put down is then there for the other.
    """
    if sys.platform == "linux":
        with suppress(AttributeError, OSError):  # other C libraries have no such call
            ctypes.CDLL(None).malloc_trim(0)


def usual_processes() -> int:
    """2 where this process may use two processors, else 1.

    Counted as `wegeketten.routing.workers.thread_count` does, which would load the compiler.
    """
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, 2)


def serve(modules: Sequence[str]) -> None:
    """Do one piece of work that arrives at stdin, send back what came of it: the second process's life.

    Parameters
    ----------
    modules
        Modules that the work will need.
    """
    gc.disable()  # it ends before dead cycles could matter
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answer:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing else may get into the answer
        for module in modules:
            importlib.import_module(module)
        try:
            work, args = pickle.load(sys.stdin.buffer)  # noqa: S301  # from the process that started this one
        except (EOFError, pickle.UnpicklingError):  # it was not needed after all, or who gave it is gone
            return
        threading.Thread(target=_end_with_parent, daemon=True).start()
        _answer(work, args, answer)


def _end_with_parent() -> None:
    """Nothing more comes from the process that started this one: stdin ends when it does, however it ends."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


def _answer(work: Callable[..., Any], args: tuple[Any, ...], answer: BinaryIO) -> None:
    """Work and send what came of it; nothing where it cannot be sent, and the caller will do it again."""
    result = error = None
    with warnings.catch_warnings(record=True) as told:
        try:
            result = work(*args)
        except MemoryError:
            return
        except Exception as raised:  # noqa: BLE001  # it is raised again where the work was given
            error = raised
    heard = [(str(one.message), one.category, one.filename, one.lineno) for one in told]
    try:
        sent = pickle.dumps((heard, result, error), pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, AttributeError, TypeError, MemoryError):
        return
    answer.write(sent)
