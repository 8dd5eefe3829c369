"""Calls in a process apart: what a library of C makes of foreign bytes may end it, never this one."""

from __future__ import annotations

import os
import pickle
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO, Self, TypeVar, cast

from wegeketten.errors import InputDataError
from wegeketten.files.python_process import end_process, start_python

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

Result = TypeVar("Result")

MOST_MEMORY_BYTES = 8 << 30
"""Address space of the process apart, where the system can limit it."""

_lock = threading.RLock()
_users = 0
_helper: subprocess.Popen[bytes] | None = None


class Died(Exception):  # noqa: N818  # a word of its own says more than DiedError
    """The process apart ended while it worked."""


class Failed(Exception):  # noqa: N818  # likewise
    """The library refused, with a message of its own."""


class Apart:
    """The process apart, for as long as the block lasts; blocks within one another share it.

    It is started with the first call. Where no process can be started (Python inside another program), calls
    are made here.

    Examples
    --------
    >>> with Apart() as apart:
    ...     apart.call(divmod, 17, 5)
    (3, 2)
    >>> with Apart() as apart:
    ...     apart.call(os._exit, 3)
    Traceback (most recent call last):
    ...
    wegeketten.files.apart.Died: exit code 3
    """

    def __enter__(self) -> Self:
        global _users  # one process for all blocks
        with _lock:
            _users += 1
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the process to other blocks, and end it where there are none."""
        global _users
        with _lock:
            _users -= 1
            if _users <= 0:
                _users = 0
                _end()

    def call(self, work: Callable[..., Result], *args: Any) -> Result:
        """Have a function of a module called with arguments that can be pickled, and hand back its result.

        Parameters
        ----------
        work
            A function that the other process can import.
        args
            What it is called with.

        Returns
        -------
        Result
            What the function returned.

        Raises
        ------
        Died
            The process ended: the message says how.
        InputDataError
            The function refused what it read, in words for the user.
        Failed
            The function raised something else; the message is its first line.
        MemoryError
            It needs more memory than there is, or than `MOST_MEMORY_BYTES`.
        """
        global _helper
        with _lock:
            if _helper is None:
                _helper = start_python(f"from {__name__} import serve; serve()", quiet=True)
            if _helper is None:
                kind, result = _tried(work, args)
            else:
                kind, result = _asked(_helper, work, args)
        if kind == "memory":
            raise MemoryError
        if kind == "refused":
            raise InputDataError(str(result))
        if kind == "failed":
            raise Failed(result)
        return result  # type: ignore[no-any-return]


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Say of a file what became of the calls in a block.

    Parameters
    ----------
    path
        The file they read.

    Yields
    ------
    None
        Once.

    Raises
    ------
    InputDataError
        The process ended, memory did not suffice, or the library refused.

    Examples
    --------
    >>> from pathlib import Path
    >>> with reported(Path("a.parquet")), Apart() as apart:
    ...     apart.call(divmod, 1, 0)
    Traceback (most recent call last):
    ...
    wegeketten.errors.InputDataError: a.parquet: cannot be read (integer division or modulo by zero)
    """
    try:
        yield
    except Died as error:
        raise InputDataError(
            f"{path}: damaged: the library that reads it broke down ({error}); fetch it again"
        ) from error
    except MemoryError as error:
        raise InputDataError(
            f"{path}: needs more than {MOST_MEMORY_BYTES >> 30} GiB of memory; cut it to the city first"
        ) from error
    except Failed as error:
        raise InputDataError(f"{path}: cannot be read ({error})") from error


def _asked(
    helper: subprocess.Popen[bytes], work: Callable[..., Any], args: tuple[Any, ...]
) -> tuple[str, Any]:
    questions, answers = cast("BinaryIO", helper.stdin), cast("BinaryIO", helper.stdout)  # both are pipes
    whole = False
    try:
        pickle.dump((work, args), questions, pickle.HIGHEST_PROTOCOL)
        questions.flush()
        answer: tuple[str, Any] = pickle.load(answers)  # noqa: S301  # from our own process
        whole = True
    except (EOFError, OSError, pickle.UnpicklingError):
        code = helper.wait()
        raise Died(f"signal {-code}" if code < 0 else f"exit code {code}") from None
    finally:
        if not whole:  # interrupted perhaps: what is still in the pipes belongs to no later question
            _end()
    return answer


def _end() -> None:
    global _helper
    helper, _helper = _helper, None
    if helper is not None:
        end_process(helper)


def serve() -> None:
    """Answer questions from stdin until it ends: the life of the process apart."""
    _limit()
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # nothing else may get into an answer
        while True:
            try:
                work, args = pickle.load(sys.stdin.buffer)  # noqa: S301  # from the process that started this one
            except (EOFError, pickle.UnpicklingError):
                return
            _send(_tried(work, args), answers)


def _send(answer: tuple[str, Any], answers: BinaryIO) -> None:
    try:
        pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()
    except BrokenPipeError:
        os._exit(1)  # nobody listens any more


def _tried(work: Callable[..., Any], args: tuple[Any, ...]) -> tuple[str, Any]:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a library's remarks about foreign files
        try:
            return "done", work(*args)
        except MemoryError:
            return "memory", None
        except InputDataError as error:
            return "refused", str(error)
        except Exception as error:  # noqa: BLE001  # of whichever library; reported where the file is known
            return "failed", (str(error).splitlines() or [type(error).__name__])[0][:300]


def _limit() -> None:
    if sys.platform == "linux":
        import resource

        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, resource.RLIM_INFINITY))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
