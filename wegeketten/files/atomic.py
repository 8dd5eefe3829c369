"""Outputs appear whole or not at all: made in a private folder beside the target, put in place in one step.

Every result, a file or a folder, is written with `whole_file` or `whole_folder`. Both refuse what a
result must never replace (`targets`), sweep what dead runs left (`scratch`), and leave the old result until
the new one is there.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import stat
import sys
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from wegeketten.errors import OutputError, WegekettenError
from wegeketten.files.scratch import ASIDE, folder_lock, is_private, private_folder
from wegeketten.files.seal import seal_folder, sync
from wegeketten.files.targets import check_apart, file_target, files_of, folder_target

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

NO_ROOM = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
"""What the system says when a disk, a quota or a file is full."""

_FULL_WORDS = ("no space left", "disk is full", "disk quota", "file too large", "disk i/o error")
_LITTLE = 1 << 16  # bytes free: a disk with no more is full


@contextmanager
def whole_file(target: Path, *, inputs: Iterable[Path] = (), extract: bool = False) -> Iterator[Path]:
    """Yield a path to write to; what was written there takes the target's place when the block succeeds.

    Parameters
    ----------
    target
        The file that shall exist afterwards. An older file of that name is replaced only on success.
    inputs
        Files and folders that are read for it; it must be none of them.
    extract
        Whether the result is an extract of OpenStreetMap: nothing else replaces one.

    Yields
    ------
    Path
        A file beside the target that does not exist yet.

    Raises
    ------
    OutputError
        The target is no place for a file (a folder, a device, a pipe, an input, part of a folder of results),
        its folder cannot be made or written, or there is no room.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> with whole_file(folder / "a.txt") as path:
    ...     _ = path.write_text("all of it")
    >>> (folder / "a.txt").read_text()
    'all of it'
    """
    if is_private(target):
        yield target
        return
    place = file_target(target, extract=extract)
    check_apart(target, inputs)
    with _room(place, target) as room:
        temporary = room / place.name
        with _told(target, ours=True):
            temporary.touch()
        with _told(target):
            yield temporary
        with _told(target, ours=True):
            sync(temporary)
            if place.exists():
                temporary.chmod(stat.S_IMODE(place.stat().st_mode))
            temporary.replace(place)
            sync(place.parent)


@contextmanager
def whole_folder(target: Path, *, marker: str, inputs: Iterable[Path] = ()) -> Iterator[Path]:
    """Yield a new folder to fill; it takes the target's place, in one step, when the block succeeds.

    The marker then lists all files with their digests. Files in an older result that are the user's own
    stay: whatever is neither listed in its marker nor written again.

    Parameters
    ----------
    target
        The folder that shall exist afterwards.
    marker
        Name of the JSON file by which a result of this kind is recognised. An existing non-empty folder
        without it is never replaced.
    inputs
        Files and folders that are read for it; they must lie elsewhere.

    Yields
    ------
    Path
        An empty folder beside the target.

    Raises
    ------
    OutputError
        `target` exists and is no result of this kind, holds an input, cannot be written, or there is no room.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> out = pathlib.Path(tempfile.mkdtemp()) / "plan"
    >>> with whole_folder(out, marker="plan.json") as folder:
    ...     _ = (folder / "plan.json").write_text("{}")
    >>> sorted(path.name for path in out.iterdir())
    ['plan.json']
    """
    if is_private(target):
        target.mkdir(exist_ok=True)
        yield target
        return
    check_apart(target, inputs)
    place = folder_target(target, marker=marker)
    with _room(place, target) as room:
        fresh = room / place.name
        with _told(target, ours=True):
            fresh.mkdir()
        with _told(target):
            yield fresh
        with _told(target, ours=True):
            seal_folder(fresh, marker)
            with folder_lock(place.parent):
                folder_target(target, marker=marker)  # somebody may have been faster
                if place.exists():
                    _take_along(place, fresh, marker)
                    fresh.chmod(stat.S_IMODE(place.stat().st_mode))
                _put_in_place(fresh, place, room)
                sync(place.parent)


def check_replaceable(target: Path, *, marker: str, inputs: Iterable[Path] = ()) -> None:
    """Refuse, before the work begins, what `whole_folder` would refuse.

    Parameters
    ----------
    target
        The folder that shall exist afterwards.
    marker
        Name of the JSON file by which a result of this kind is recognised.
    inputs
        Files and folders that are read for it.

    Raises
    ------
    OutputError
        See `whole_folder`.

    Examples
    --------
    >>> from pathlib import Path
    >>> check_replaceable(Path("no-such-folder"), marker="scan.json", inputs=[Path("town.osm")])
    """
    if not is_private(target):
        check_apart(target, inputs)
        folder_target(target, marker=marker)


def no_room(error: BaseException, place: Path) -> bool:
    """Whether an error, of whichever library, means that nothing more can be written at a place.

    Parameters
    ----------
    error
        What was raised.
    place
        File or folder that was written to.

    Returns
    -------
    bool
        True for a full disk, a quota or a file that may not grow.

    Examples
    --------
    >>> from pathlib import Path
    >>> no_room(OSError(28, "No space left on device"), Path("/tmp")), no_room(ValueError("x"), Path("/tmp"))
    (True, False)
    """
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return True
    if any(words in str(error).lower() for words in _FULL_WORDS):
        return True
    if isinstance(error, OSError | RuntimeError) and hasattr(os, "statvfs"):
        with suppress(OSError):
            state = os.statvfs(place)
            return state.f_bavail * state.f_frsize < _LITTLE
    return False


@contextmanager
def _room(place: Path, target: Path) -> Iterator[Path]:
    """A private folder beside a target; folders made for it go again where nothing comes of it."""
    missing = [each for each in place.parents if not each.exists()]
    with ExitStack() as stack:
        for folder in reversed(missing):
            stack.callback(_remove_empty, folder)
        with _told(target, ours=True):
            place.parent.mkdir(parents=True, exist_ok=True)
            room = stack.enter_context(private_folder(place.parent))
        yield room


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


@contextmanager
def _told(target: Path, *, ours: bool = False) -> Iterator[None]:
    """A full disk is reported as such, whichever library met it; of `ours`, all that the system refuses."""
    try:
        yield
    except WegekettenError:
        raise
    except Exception as error:
        if no_room(error, target.parent):
            raise OutputError(
                f"cannot write {target}: no room left; make room, or write elsewhere"
            ) from error
        if ours and isinstance(error, OSError):
            reason = error.strerror or str(error)
            raise OutputError(f"cannot write {target}: {reason}; choose another place with -o") from error
        raise


def _take_along(old: Path, fresh: Path, marker: str) -> None:
    """Give the user's own files of an older result a second name in the new one."""
    listed = files_of(old / marker)
    ours = set(listed) | {marker}
    for path in sorted(old.rglob("*")):
        name = path.relative_to(old)
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                (fresh / name).mkdir(parents=True, exist_ok=True)
            continue
        if name.as_posix() in ours or (path.suffix == ".log" and name.parts == (path.name,)):
            continue
        there = fresh / name
        if os.path.lexists(there) or is_private(path):
            continue
        there.parent.mkdir(parents=True, exist_ok=True)
        _second_name(path, there)


def _second_name(path: Path, there: Path) -> None:
    if path.is_symlink():
        there.symlink_to(path.readlink())
        return
    try:
        os.link(path, there)
    except OSError:
        if path.is_file():
            shutil.copy2(path, there)


def _put_in_place(fresh: Path, place: Path, room: Path) -> None:
    """Exchange in one step where the system can; else in an order from which `sweep` recovers."""
    if not os.path.lexists(place):
        fresh.rename(place)
    elif not _exchange(fresh, place):
        aside = room / ASIDE
        aside.mkdir()
        place.rename(aside / place.name)
        fresh.rename(place)


def _exchange(one: Path, other: Path) -> bool:
    """Have two folders change places in one step; False where the system or file system cannot."""
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "linux":
            here = -100  # AT_FDCWD
            done = library.renameat2(here, os.fsencode(one), here, os.fsencode(other), 2)  # RENAME_EXCHANGE
        elif sys.platform == "darwin":
            done = library.renamex_np(os.fsencode(one), os.fsencode(other), 2)  # RENAME_SWAP
        else:
            return False
    except (AttributeError, OSError, TypeError):
        return False
    if done == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM):
        return False
    raise OSError(code, os.strerror(code), str(other))
