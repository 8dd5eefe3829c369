"""Sharing independent pieces of work between threads; kernels release the interpreter while they run."""

from __future__ import annotations

import os
from functools import cache
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Work = Callable[[], None]
    Helper = SimpleQueue[Work]

THREADED = 1 << 16
"""Rows below which a second thread is not worth waking."""


def thread_count(threads: int | None) -> int:
    """Number of threads meant by `threads`: the processors this process may use where None.

    Parameters
    ----------
    threads
        What a caller asked for.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    ValueError
        Fewer than one.

    Examples
    --------
    >>> thread_count(3)
    3
    """
    if threads is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if threads < 1:
        raise ValueError(f"threads must be at least 1, not {threads}")
    return int(threads)


def share(pieces: Sequence[Callable[[], None]], threads: int) -> None:
    """Run all pieces, in any order, by up to `threads` threads, the caller's among them.

    The helpers stay for the next time: to start one takes as long as a small town's sweep. An error or an
    interrupt leaves the pieces undone that nobody has begun.

    Parameters
    ----------
    pieces
        Functions without arguments that touch nothing in common.
    threads
        How many threads share the work.

    Examples
    --------
    >>> done = []
    >>> share([lambda: done.append(1), lambda: done.append(2)], 2)
    >>> sorted(done)
    [1, 2]
    """
    if threads <= 1 or len(pieces) <= 1:
        for piece in pieces:
            piece()
        return
    todo = iter(pieces)
    faults: list[BaseException] = []

    def work() -> None:
        try:
            for piece in todo:
                piece()
        except BaseException as fault:  # noqa: BLE001  # raised again by the caller's thread
            faults.append(fault)
            for _ in todo:  # nobody begins another
                pass

    ended: list[None] = []  # counted: an interrupt may swallow what the queue has just handed over
    idle, done = _idle(os.getpid()), SimpleQueue[None]()

    def aid() -> None:
        work()
        ended.append(None)
        done.put(None)

    helpers = [idle.pop() if idle else _helper() for _ in range(min(threads, len(pieces)) - 1)]
    for helper in helpers:
        helper.put(aid)
    work()
    while len(ended) < len(helpers):  # whatever is pressed meanwhile
        try:
            done.get()
        except KeyboardInterrupt as pressed:
            faults.append(pressed)
    idle += helpers
    if faults:
        raise faults[0]


def _helper() -> Helper:
    """Start a thread that does what is put into the queue returned."""
    inbox: Helper = SimpleQueue()

    def serve() -> None:
        while True:
            inbox.get()()

    Thread(target=serve, name="routing", daemon=True).start()
    return inbox


@cache
def _idle(process: int) -> list[Helper]:  # noqa: ARG001  # threads do not survive a fork
    """Helpers of a process that wait for work."""
    return []
