"""How a run of the command line ends: one line on stderr, and the exit code of the contract."""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from wegeketten.command.options import say_error
from wegeketten.errors import WegekettenError
from wegeketten.files.atomic import no_room

if TYPE_CHECKING:
    from collections.abc import Callable

_INTERRUPTED = 130
"""Exit code after Ctrl-C; other signals end with 128 and their number too."""

_ENDING = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK", "SIGXCPU") if hasattr(signal, name)
)
"""Signals that ask a program to end; what it was making is cleaned up first."""

_ended_by: list[int] = []

Misuse: type[Any] = typer.BadParameter.__bases__[0]
"""What typer raises for unknown commands and options; the class has moved between its versions."""


def run_to_the_end(command: Callable[..., Any]) -> int:
    """Run a typer app and return its exit code, whatever happens; ``WEGEKETTEN_DEBUG`` raises faults.

    Parameters
    ----------
    command
        The app.

    Returns
    -------
    int
        0 where all went well.

    Examples
    --------
    >>> run_to_the_end(lambda standalone_mode: 4)
    4
    """
    sys.unraisablehook = _keep_interrupt
    _open_closed()
    _end_cleanly()
    try:
        code = int(command(standalone_mode=False) or 0)
        sys.stdout.flush()  # what cannot be written is reported below
    except Misuse as error:
        return _tell_misuse(error)
    except WegekettenError as error:
        say_error(f"wegeketten: {_one_line(error)}")
        return error.exit_code
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except UnicodeEncodeError as error:
        return _tell_unicode(error)
    except (BrokenPipeError, SystemExit) as ended:
        if isinstance(ended, SystemExit) and not isinstance(ended.__context__, BrokenPipeError):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # typer says 1, a fault
        return 0
    except Exception as error:  # the front door: whatever it was, the user gets one line
        if _wraps_interrupt(error):
            code = _INTERRUPTED
        elif os.environ.get("WEGEKETTEN_DEBUG"):
            raise
        else:
            return _tell_fault(error)
    if code == _INTERRUPTED:
        if _ended_by:
            code = 128 + _ended_by[0]
        say_error("wegeketten: interrupted")
    return code


def _wraps_interrupt(error: BaseException) -> bool:
    """Whether an interrupt was wrapped by who was at work: a compiled kernel, a class in the making.

    A native library that makes its own error of it keeps no more than the name, in the text.
    """
    wrapped = error.__cause__ or error.__context__
    return isinstance(wrapped, KeyboardInterrupt) or "KeyboardInterrupt" in str(error)


def _end_cleanly() -> None:
    """Have signals that end a program do so as Ctrl-C does: what is in the making is taken away."""

    def end(number: int, _frame: object) -> None:
        if not _ended_by:  # a second one must not disturb the cleaning up
            _ended_by.append(number)
            raise KeyboardInterrupt

    for number in _ENDING:
        with suppress(ValueError, OSError):  # not in the main thread of a program
            if signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, end)


def _tell_unicode(error: UnicodeEncodeError) -> int:
    """Names whose bytes are no text, in a path perhaps."""
    if os.environ.get("WEGEKETTEN_DEBUG"):
        raise error
    say_error(f"wegeketten: a name is no UTF-8 text ({_one_line(error)}); rename it")
    return 2


def _open_closed() -> None:
    """Where the caller closed stdout or stderr, what is said goes nowhere."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  # to the end
        elif hasattr(stream, "reconfigure"):  # a Windows redirect knows no arrow: better a question mark
            stream.reconfigure(errors="replace")


def _tell_fault(error: Exception) -> int:
    if isinstance(error, MemoryError):
        say_error(
            "wegeketten: more memory is needed than there is; cut the input to the city, or give fewer "
            "--worlds or --processes"
        )
        return 3
    if no_room(error, Path.cwd()):
        say_error(
            f"wegeketten: nothing more can be written ({_one_line(error)}); make room, or write elsewhere"
        )
        return 2
    say_error(
        f"wegeketten: internal fault: {type(error).__name__}: {_one_line(error)}; "
        "run again with WEGEKETTEN_DEBUG=1 for the details and report it"
    )
    return 1


def _keep_interrupt(unraisable: sys.UnraisableHookArgs) -> None:
    """Ctrl-C while a callback of the compiler runs: Python would report it there and go on.

    It is pressed again a moment later: at once it would end in this very hook.
    """
    if issubclass(unraisable.exc_type, KeyboardInterrupt):
        threading.Timer(0.05, _thread.interrupt_main).start()
    else:
        sys.__unraisablehook__(unraisable)


def _tell_misuse(error: Any) -> int:
    """One line for what the command line does not know; the help where nothing was asked for."""
    context = error.ctx
    if len(sys.argv) < 2 and context is not None:
        say_error(context.get_help())
    else:
        command = "wegeketten" if context is None else context.command_path
        message = " ".join(error.format_message().split()).rstrip(".")
        say_error(f"wegeketten: {message}; see {command} --help")
    return int(error.exit_code)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:1000]
