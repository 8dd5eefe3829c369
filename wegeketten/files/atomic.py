"""Outputs appear whole or not at all: written under a temporary name beside the target, then renamed."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from wegeketten.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Yield a temporary path in the target's folder; rename it to `target` when the block succeeds.

    Parameters
    ----------
    target
        The file that shall exist afterwards. An older file of that name is replaced only on success.

    Raises
    ------
    OutputError
        The folder does not exist and cannot be made, or is not writable.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> with whole_file(folder / "a.txt") as path:
    ...     _ = path.write_text("all of it")
    >>> (folder / "a.txt").read_text()
    'all of it'
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.stem}-", suffix=target.suffix, dir=target.parent)
        os.close(handle)
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror}; choose another place with -o") from error
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.chmod(0o644)
        temporary.replace(target)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


@contextmanager
def whole_folder(target: Path, *, marker: str) -> Iterator[Path]:
    """Yield a temporary folder beside `target`; move it there when the block succeeds.

    Parameters
    ----------
    target
        The folder that shall exist afterwards.
    marker
        A file by which an older result of ours is recognised. An existing non-empty folder without it is
        never replaced.

    Raises
    ------
    OutputError
        `target` exists and is not one of our results, or the place is not writable.
    """
    check_replaceable(target, marker=marker)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror}; choose another place with -o") from error
    try:
        yield temporary
        temporary.chmod(0o755)
        old = None
        if target.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
            target.replace(old / "was")
        temporary.replace(target)
        if old is not None:
            shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def check_replaceable(target: Path, *, marker: str) -> None:
    """Refuse to replace anything that is not an older result of ours.

    Raises
    ------
    OutputError
        `target` is a file, or a non-empty folder without the file `marker`.
    """
    if target.is_file():
        raise OutputError(f"{target} is a file, a folder was expected; choose another place with -o")
    if target.is_dir() and any(target.iterdir()) and not (target / marker).is_file():
        raise OutputError(
            f"{target} exists and was not written by wegeketten (no {marker} in it); "
            "choose another folder with -o"
        )
