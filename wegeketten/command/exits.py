"""How a run of the command line ends: one line on stderr, and the exit code of the contract."""

from __future__ import annotations

import _thread
import errno
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from wegeketten.command.options import say
from wegeketten.errors import WegekettenError

if TYPE_CHECKING:
    from collections.abc import Callable

_NO_ROOM = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
"""What the system says when a disk, a quota or a file is full."""

_INTERRUPTED = 130
"""Exit code after Ctrl-C."""

_Misuse: type[BaseException] = typer.BadParameter.__bases__[0]
"""What typer raises for unknown commands and options; the class has moved between its versions."""


def run_to_the_end(command: Callable[..., Any]) -> int:
    """Run a typer app and return its exit code, whatever happens; ``WEGEKETTEN_DEBUG`` raises faults.

    Examples
    --------
    >>> run_to_the_end(lambda standalone_mode: 4)
    4
    """
    sys.unraisablehook = _keep_interrupt
    _open_closed()
    try:
        code = int(command(standalone_mode=False) or 0)
        sys.stdout.flush()  # what cannot be written is told below
    except _Misuse as error:
        return _tell_misuse(error)
    except WegekettenError as error:
        say(f"wegeketten: {_one_line(error)}")
        return error.exit_code
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except (BrokenPipeError, SystemExit) as ended:
        if isinstance(ended, SystemExit) and not isinstance(ended.__context__, BrokenPipeError):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # typer says 1, a fault
        return 0
    except Exception as error:  # the front door: whatever it was, the user gets one line
        if os.environ.get("WEGEKETTEN_DEBUG"):
            raise
        return _tell_fault(error)
    if code == _INTERRUPTED:
        say("wegeketten: interrupted")
    return code


def _open_closed() -> None:
    """Where the caller closed stdout or stderr, what is said goes nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  # to the end


def _tell_fault(error: Exception) -> int:
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        say(f"wegeketten: nothing more can be written ({_one_line(error)}); make room, or write elsewhere")
        return 2
    say(
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
        say(context.get_help())
    else:
        command = "wegeketten" if context is None else context.command_path
        message = " ".join(error.format_message().split()).rstrip(".")
        say(f"wegeketten: {message}; see {command} --help")
    return int(error.exit_code)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:1000]
