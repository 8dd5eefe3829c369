"""Ctrl-C for work that has something to hand over: the first time asks it to finish, the second ends it."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wegeketten.command.options import say
from wegeketten.errors import UsageError
from wegeketten.model.deadline import Deadline

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def stoppable(seconds: float | None) -> Iterator[Deadline]:
    """Yield a deadline that passes after so many seconds, or when Ctrl-C is pressed for the first time.

    Parameters
    ----------
    seconds
        Seconds; no limit where None.

    Yields
    ------
    Deadline
        Asked again and again by what may stop early.

    Raises
    ------
    UsageError
        `seconds` is not positive.

    Examples
    --------
    >>> with stoppable(60.0) as deadline:
    ...     deadline.passed
    False
    """
    if seconds is not None and not seconds > 0:
        raise UsageError(f"--seconds {seconds:g}: give more than 0")
    deadline = Deadline(seconds)
    if threading.current_thread() is not threading.main_thread():
        yield deadline
        return

    def ask(_number: int, _frame: object) -> None:
        if deadline.passed:
            raise KeyboardInterrupt
        deadline.stop()
        say("finishing: what has been found so far is written; Ctrl-C again ends at once")

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield deadline
    finally:
        signal.signal(signal.SIGINT, before)
