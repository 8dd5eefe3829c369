"""Further processes of this Python: started to be spoken to through pipes, and ended whatever they do."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

_PYTHONS = ("python", "pypy", "graalpy")


def start_python(code: str, *, quiet: bool = False) -> subprocess.Popen[bytes] | None:
    """Start this Python with a line of code and pipes to its stdin and stdout.

    It is no fork: it has this process's import path and nothing else, and Ctrl-C does not reach it.

    Parameters
    ----------
    code
        What it does.
    quiet
        Whether what it says on stderr is dropped, else it is this process's.

    Returns
    -------
    subprocess.Popen or None
        None where no process can be started.

    Examples
    --------
    >>> process = start_python("print(6 * 7)")
    >>> process.stdout.readline().strip()
    b'42'
    >>> end_process(process)
    """
    if not Path(sys.executable or "").name.lower().startswith(_PYTHONS):
        return None  # a program with Python inside would start once more, and wait for its user
    own_group: dict[str, Any] = {"start_new_session": True}  # Ctrl-C is for us; we end it then
    if sys.platform == "win32":
        own_group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    try:
        return subprocess.Popen(  # noqa: S603  # this very Python
            [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {code}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if quiet else None,
            **own_group,
        )
    except OSError:
        return None


def end_process(process: subprocess.Popen[bytes]) -> None:
    """End a process and let go of its pipes.

    Parameters
    ----------
    process
        Running or not.

    Examples
    --------
    >>> import subprocess
    >>> import sys
    >>> process = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    >>> end_process(process)
    >>> process.poll() is not None
    True
    """
    process.kill()
    for stream in (process.stdin, process.stdout):
        with suppress(OSError):  # what was left in it can go nowhere
            if stream is not None:
                stream.close()
    process.wait()
