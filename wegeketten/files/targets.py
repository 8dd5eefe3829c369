"""Where a result may go: what must never be replaced by one is refused before anything is written."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

from wegeketten.errors import OutputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

MARKERS = (
    "city.json", "scan.json", "plan.json", "survey.json", "chain.json", "compare.json", "site.json",
    "needs.json", "norm.json", "stops.json", "ride.json", "masterplan.json", "export.json",
)  # fmt: skip
"""Files by which folders of results are recognised; each lists the files that belong to it."""

_KINDS = (
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
)
_ELSEWHERE = "choose another place with -o"


def file_target(target: Path, *, extract: bool = False) -> Path:
    """Path to which a single file is written; a link is followed.

    Parameters
    ----------
    target
        As the user named it.
    extract
        Whether the result is an extract of OpenStreetMap: nothing else may replace one.

    Returns
    -------
    Path
        The file that a link leads to, if it is one.

    Raises
    ------
    OutputError
        It is a folder, a device, a pipe or a socket, part of a folder of results, or an extract.

    Examples
    --------
    >>> import pathlib
    >>> file_target(pathlib.Path("/dev/null"))
    Traceback (most recent call last):
    ...
    wegeketten.errors.OutputError: /dev/null is a device, no place for a file; choose another place with -o
    """
    found, mode = _looked_at(target)
    if mode is None:
        return found
    if stat.S_ISDIR(mode):
        raise OutputError(f"{target} is a folder, a file was expected; choose another place with -o")
    _refuse_special(target, mode)
    owner = owner_of(found)
    if owner is not None:
        raise OutputError(f"{target} belongs to the result in {owner}; {_ELSEWHERE}")
    if not extract and _is_extract(found):
        raise OutputError(f"{target} is an extract of OpenStreetMap and stays; {_ELSEWHERE}")
    return found


def folder_target(target: Path, *, marker: str) -> Path:
    """Path to which a folder of results is written; a link is followed.

    Parameters
    ----------
    target
        As the user named it.
    marker
        The file by which an older result of the same kind is recognised.

    Returns
    -------
    Path
        The folder that a link leads to, if it is one.

    Raises
    ------
    OutputError
        It is a file, a device, a mount point, or a non-empty folder without `marker`.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     folder_target(Path(folder) / "scan", marker="scan.json").name
    'scan'
    """
    found, mode = _looked_at(target)
    if mode is None:
        return found
    _refuse_special(target, mode)
    if not stat.S_ISDIR(mode):
        raise OutputError(f"{target} is a file, a folder was expected; {_ELSEWHERE}")
    if found.is_mount():  # an old result and a new one change places, which a mount point cannot
        inside = target / marker.removesuffix(".json")
        raise OutputError(f"{target} is a mount point; name a folder in it, such as -o {inside}")
    try:
        foreign = not (found / marker).is_file() and any(found.iterdir())
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror}; {_ELSEWHERE}") from error
    if foreign:
        raise OutputError(
            f"{target} exists and was not written by wegeketten (no {marker} in it); "
            "choose another folder with -o"
        )
    return found


def refuse_special(target: Path) -> None:
    """Refuse a place for a folder where something else is.

    Parameters
    ----------
    target
        As the user named it.

    Raises
    ------
    OutputError
        It is a file, a device, a pipe or a socket.

    Examples
    --------
    >>> import os
    >>> from pathlib import Path
    >>> refuse_special(Path(os.devnull))
    Traceback (most recent call last):
    ...
    wegeketten.errors.OutputError: /dev/null is a device, no place for a file; choose another place with -o
    """
    _, mode = _looked_at(target)
    if mode is None or stat.S_ISDIR(mode):
        return
    _refuse_special(target, mode)
    raise OutputError(f"{target} is a file, a folder was expected; {_ELSEWHERE}")


def check_apart(target: Path, inputs: Iterable[Path]) -> None:
    """Refuse to write over what is read: an input, or a folder that holds one.

    Parameters
    ----------
    target
        Where the result shall go.
    inputs
        Files and folders that are read; what does not exist is passed over.

    Raises
    ------
    OutputError
        `target` is an input or holds one.

    Examples
    --------
    >>> from pathlib import Path
    >>> check_apart(Path("out"), [Path("town.osm")])
    """
    place = _looked_at(target)[0]
    for given in inputs:
        try:
            real = given.resolve(strict=True)
        except (OSError, RuntimeError, ValueError):  # RuntimeError: a link that leads to itself
            continue
        try:
            same = place == real or (place.exists() and place.samefile(real))
        except OSError:
            same = False
        if same:
            raise OutputError(f"{target} is read as {given}, it cannot be the result too; {_ELSEWHERE}")
        if place in real.parents:
            raise OutputError(f"{target} holds {given}, which is read; {_ELSEWHERE}")


def check_ending(path: Path, endings: Sequence[str]) -> None:
    """Refuse to write one kind of file under the name of another.

    Parameters
    ----------
    path
        As the user named it.
    endings
        Such as ``.json``, small letters.

    Raises
    ------
    UsageError
        The path ends otherwise; a path without any ending is let pass.

    Examples
    --------
    >>> import pathlib
    >>> check_ending(pathlib.Path("way.gpx"), (".json",))
    Traceback (most recent call last):
    ...
    wegeketten.errors.UsageError: way.gpx: this result is written as .json; choose that ending with -o
    """
    if path.suffix and path.suffix.lower() not in endings:
        raise UsageError(
            f"{path}: this result is written as {' or '.join(endings)}; choose that ending with -o"
        )


def owner_of(file: Path) -> Path | None:
    """Folder of results that a file belongs to, None where it belongs to none.

    Parameters
    ----------
    file
        Any file.

    Returns
    -------
    Path or None
        The nearest folder above it that has a marker.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> owner_of(hamlet().path / "edges.parquet") == hamlet().path
    True
    """
    for folder in list(file.parents)[:3]:
        for marker in MARKERS:
            if not (folder / marker).is_file():
                continue
            name = file.relative_to(folder).as_posix()
            if name == marker or name in files_of(folder / marker):
                return folder
    return None


def files_of(marker: Path) -> dict[str, dict[str, object]]:
    """Files that a marker lists as belonging to its folder: size and digest by relative path.

    Parameters
    ----------
    marker
        A marker.

    Returns
    -------
    dict
        Empty where it lists none.

    Examples
    --------
    >>> from wegeketten.pipeline.hamlet import hamlet
    >>> "edges.parquet" in files_of(hamlet().path / "city.json")
    True
    """
    try:
        told = json.loads(marker.read_bytes())
        files = told["files"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return files if isinstance(files, dict) else {}


def _looked_at(target: Path) -> tuple[Path, int | None]:
    """Where a path leads, and the mode of what is there; None where nothing is."""
    try:
        found = target.resolve()
        return found, found.stat().st_mode
    except FileNotFoundError:
        return found, None
    except NotADirectoryError as error:
        raise OutputError(f"cannot write {target}: a part of the path is a file; {_ELSEWHERE}") from error
    except (OSError, RuntimeError, ValueError) as error:  # ValueError: a zero byte; RuntimeError: see above
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(f"cannot write {target}: {reason}; {_ELSEWHERE}") from error


def _refuse_special(target: Path, mode: int) -> None:
    for is_kind, name in _KINDS:
        if is_kind(mode):
            raise OutputError(f"{target} is {name}, no place for a file; {_ELSEWHERE}")


def _is_extract(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError:
        return False
    return b"OSMHeader" in head[:64] or b"<osm " in head or b"<osm>" in head
