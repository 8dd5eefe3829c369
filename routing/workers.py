"""Sharing independent pieces of work between threads; kernels release the interpreter while they run."""

from __future__ import annotations

import os
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


THREADED = 1 << 18
"""Rows below which a second thread is not worth its start."""


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
    """Run all pieces, in any order, by up to `threads` threads; an interrupt leaves the rest undone.

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
    pool = ThreadPoolExecutor(min(threads, len(pieces)), thread_name_prefix="routing")
    try:
        futures = [pool.submit(piece) for piece in pieces]
        wait(futures, return_when=FIRST_EXCEPTION)
        for future in futures:
            if future.done():
                future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
