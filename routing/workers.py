"""Sharing independent pieces of work between threads; kernels release the interpreter while they run."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


THREADED = 1 << 16
"""Rows below which a second thread is not worth waking."""

_HELPERS = 64  # at most, and only as many as are ever needed at once


def thread_count(threads: int | None) -> int:
    """Number of threads meant by `threads`: the processors this process may use where None.

    Raises
    ------
    ValueError
        Fewer than one.
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

    def work() -> None:
        try:
            for piece in todo:
                piece()
        except BaseException:
            for _ in todo:  # nobody begins another
                pass
            raise

    helpers = [_pool(os.getpid()).submit(work) for _ in range(min(threads, len(pieces)) - 1)]
    try:
        work()
    finally:
        begun = [helper for helper in helpers if not helper.cancel()]
        wait(begun)
    for helper in begun:
        helper.result()


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """The helpers of a process; threads do not survive a fork."""
    return ThreadPoolExecutor(_HELPERS, thread_name_prefix=f"routing-{process}")
