"""Seals: a folder of results lists its files with their digests, so that a reader can detect damage."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

SEAL = "seal"
"""Key of a marker that holds the digest of all the rest of it."""


def seal_folder(folder: Path, marker: str) -> None:
    """List every file of a folder in its marker, and have all of it on the disk.

    Parameters
    ----------
    folder
        With all its files written; logs (``*.log``) are not listed, they differ from run to run.
    marker
        Name of a file with a JSON object; anything else is left as it is.
    """
    files = {}
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        name = path.relative_to(folder).as_posix()
        if name != marker and path.suffix != ".log":
            files[name] = {"bytes": path.stat().st_size, "sha256": file_digest(path)}
        sync(path)
    content = _object(folder / marker)
    if content is not None:
        content = {key: value for key, value in content.items() if key not in ("files", SEAL)}
        content["files"] = files
        content[SEAL] = digest_of(content)
        (folder / marker).write_text(
            json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        sync(folder / marker)
    for path in [*(each for each in folder.rglob("*") if each.is_dir()), folder]:
        sync(path)


def is_sealed(content: dict[str, Any]) -> bool:
    """Whether the content of a marker is what was written, to the last sign.

    Parameters
    ----------
    content
        Content of the marker.

    Returns
    -------
    bool
        False where it has no seal, or another one.

    Examples
    --------
    >>> content = {"name": "Lauf"}
    >>> is_sealed({**content, SEAL: digest_of(content)}), is_sealed({"name": "Hof", SEAL: digest_of(content)})
    (True, False)
    """
    return bool(content.get(SEAL) == digest_of({key: value for key, value in content.items() if key != SEAL}))


def digest_of(content: dict[str, Any]) -> str:
    """Digest of a JSON object, whatever the order of its keys and the blanks between them.

    Parameters
    ----------
    content
        A JSON object.

    Returns
    -------
    str
        Hexadecimal.

    Examples
    --------
    >>> digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})
    True
    """
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file's content, hexadecimal.

    Parameters
    ----------
    path
        An existing file.

    Returns
    -------
    str
        64 signs.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     (Path(folder) / "empty").touch()
    ...     file_digest(Path(folder) / "empty")[:16]
    'e3b0c44298fc1c14'
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Have a file or folder on the disk before the next step.

    Parameters
    ----------
    path
        File or folder.

    Raises
    ------
    OSError
        The content of a file cannot be written to the disk.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     sync(Path(folder))
    """
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:  # folders cannot be opened everywhere
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if path.is_file():
            raise error
    finally:
        os.close(handle)


def _object(marker: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(marker.read_bytes())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
