"""Private folders for what is in the making: known by their name, locked as long as their maker lives."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import stat
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from wegeketten.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = ".wegeketten-"
_private = re.compile(re.escape(_PREFIX) + "[0-9a-f]{12}").fullmatch
"""Names of private folders: whatever is called so and is not locked was left by a dead run."""

ASIDE = "was"
"""Subfolder of a private folder that holds what is being replaced, where two folders cannot change places."""

_PATIENCE_S = 60.0
_OLD_S = 7 * 86_400.0  # where nothing can be locked, only age shows that a run is over


@contextmanager
def private_folder(parent: Path) -> Iterator[Path]:
    """Yield a new folder inside `parent` that goes with the block; remove what dead runs left beside it.

    Parameters
    ----------
    parent
        An existing folder.

    Yields
    ------
    Path
        It is empty.

    Raises
    ------
    OutputError
        Nothing can be written there.

    Examples
    --------
    >>> import tempfile
    >>> with private_folder(Path(tempfile.mkdtemp())) as folder:
    ...     _ = (folder / "half.txt").write_text("in the making")
    >>> folder.exists()
    False
    """
    room = parent / f"{_PREFIX}{secrets.token_hex(6)}"
    held = -1
    try:
        with folder_lock(parent):
            sweep(parent, locked=True)
            room.mkdir()
            held = _hold(room)
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)
        if held >= 0:
            os.close(held)


def is_private(path: Path) -> bool:
    """Whether a path lies in a private folder, where nobody else looks: no need for care.

    Parameters
    ----------
    path
        Any path.

    Returns
    -------
    bool
        Whether it lies in one.

    Examples
    --------
    >>> from pathlib import Path
    >>> is_private(Path("city/edges.parquet"))
    False
    """
    return any(_private(part) for part in path.parts)


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold a folder against other runs that exchange in it; without effect where locks are unknown.

    Parameters
    ----------
    folder
        An existing folder.

    Yields
    ------
    Path
        Nothing; the lock is held until the block ends.

    Raises
    ------
    OutputError
        Another run holds it for more than a minute.
    """
    handle = _opened(folder.resolve())
    if handle < 0:
        yield
        return
    try:
        end = time.monotonic() + _PATIENCE_S
        while _lock(handle) is False:
            if time.monotonic() > end:
                raise OutputError(f"{folder}: another run is writing there; try again when it has ended")
            time.sleep(0.01)
        yield
    finally:
        os.close(handle)


@contextmanager
def held_if_free(folder: Path) -> Iterator[bool]:
    """Hold a folder that no other run holds; what runs meanwhile takes a place of its own.

    Parameters
    ----------
    folder
        An existing folder.

    Yields
    ------
    bool
        Whether it is held; True where locks are unknown.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name, held_if_free(Path(name)) as one, held_if_free(Path(name)) as two:
    ...     one, two
    (True, False)
    """
    handle = _opened(folder)
    if handle < 0:
        yield folder.is_dir()  # gone: another run has just ended
        return
    try:
        yield _lock(handle) is not False and _is_still(folder, handle)
    finally:
        os.close(handle)


def sweep(parent: Path, *, locked: bool = False) -> None:
    """Remove private folders that dead runs left in `parent`; put back what one of them had set aside.

    Parameters
    ----------
    parent
        An existing folder.
    locked
        Whether the caller holds its lock already.
    """
    with contextlib.ExitStack() as stack:
        if not locked:
            stack.enter_context(folder_lock(parent))
        try:
            found = [Path(entry.path) for entry in os.scandir(parent) if _private(entry.name)]
        except OSError:
            return
        for room in found:
            if _is_dead(room):
                for old in room.glob(f"{ASIDE}/*"):
                    if not os.path.lexists(parent / old.name):
                        with suppress(OSError):
                            old.rename(parent / old.name)
                shutil.rmtree(room, ignore_errors=True)


def _is_dead(room: Path) -> bool:
    """Whether a private folder is ours and its maker is gone."""
    try:
        state = room.lstat()
    except OSError:
        return False
    if not stat.S_ISDIR(state.st_mode) or (hasattr(os, "getuid") and state.st_uid != os.getuid()):
        return False
    handle = _opened(room)
    try:
        alone = None if handle < 0 else _lock(handle)
        return time.time() - state.st_mtime > _OLD_S if alone is None else alone
    finally:
        if handle >= 0:
            os.close(handle)


def _hold(room: Path) -> int:
    handle = _opened(room)
    if handle >= 0:
        _lock(handle)
    return handle


def _is_still(folder: Path, handle: int) -> bool:
    """Whether a folder is the one that was opened: not removed meanwhile, nor made anew."""
    try:
        return os.path.samestat(os.fstat(handle), folder.stat())
    except OSError:
        return False


def _opened(folder: Path) -> int:
    """A handle that can be locked, -1 where there is none."""
    if sys.platform == "win32":
        return -1
    try:
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return -1


def _lock(handle: int) -> bool | None:
    """Lock it: True done, False somebody else has, None where the file system knows no locks."""
    if sys.platform == "win32":
        return None
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True
