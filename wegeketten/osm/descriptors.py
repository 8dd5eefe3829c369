"""Descriptors that libosmium leaves open when it ends on a broken PBF: closed, so that none run out."""

from __future__ import annotations

import os
import traceback
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPEN = Path("/dev/fd")
"""Names the descriptors of this process; absent on Windows, where nothing is done."""


@contextmanager
def none_left_open(*paths: Path) -> Iterator[None]:
    """Close what was opened of some files within the block and is still open when the block has failed.

    First the frames that failed let go of their readers and writers, whose own threads end then: nothing that
    is closed here is closed a second time by somebody else.

    Parameters
    ----------
    *paths
        Files that a native reader or writer opens.

    Yields
    ------
    None
        While the block runs.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile() as file, suppress(ValueError), none_left_open(Path(file.name)):
    ...     left = os.open(file.name, os.O_RDONLY)
    ...     raise ValueError
    >>> os.fstat(left)
    Traceback (most recent call last):
    ...
    OSError: [Errno 9] Bad file descriptor
    """
    before = _open_files()  # a number may stand for another file afterwards
    try:
        yield
    except BaseException as error:
        traceback.clear_frames(error.__traceback__)
        there = set()
        for path in paths:
            with suppress(OSError):
                there.add(_identity(path.stat()))
        for descriptor, identity in _open_files().items():
            if identity in there and before.get(descriptor) != identity:
                with suppress(OSError):
                    os.close(descriptor)
        raise


def _open_files() -> dict[int, tuple[int, int]]:
    """Which file each descriptor of this process stands for."""
    found = {}
    with suppress(OSError):
        for each in list(_OPEN.iterdir()):
            with suppress(OSError):
                found[int(each.name)] = _identity(os.fstat(int(each.name)))
    return found


def _identity(told: os.stat_result) -> tuple[int, int]:
    return told.st_dev, told.st_ino
