"""Progress on stderr for anything that takes longer than two seconds; silent otherwise."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Tick = Callable[[str, float], None]

QUIET_S = 2.0


@contextmanager
def progress_bar(title: str, *, words: Callable[[str], str] = str) -> Iterator[Tick]:
    """Yield a function that takes what is being done and the share (0–1) that is behind us.

    The bar with the time left appears on stderr after two seconds, and only on a terminal.

    Parameters
    ----------
    title
        What is being done.
    words
        Puts what is being done into the reader's language; not asked where nothing is shown.

    Yields
    ------
    Tick
        Takes words and the share done.

    Examples
    --------
    >>> with progress_bar("Scan") as tick:
    ...     tick("walker", 0.5)
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.fields[title]}"),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    task = bar.add_task("", total=1.0, title=title)
    timer = threading.Timer(QUIET_S, bar.start)
    timer.daemon = True
    timer.start()

    def tick(doing: str, share: float) -> None:
        if not bar.disable:
            bar.update(task, completed=share, description=words(doing))

    try:
        yield tick
    finally:
        timer.cancel()
        timer.join()
        bar.stop()
