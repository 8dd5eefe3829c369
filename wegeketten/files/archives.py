"""Archives from outside: looked through in Python before any library of C opens what is in them."""

from __future__ import annotations

import errno
import gzip
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from wegeketten.errors import InputDataError
from wegeketten.files.bounds import BOUNDS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST_RATIO = 200  # of unpacked to packed, where that is much; a tile of the sea packs better than this
MUCH_UNPACKED_BYTES = 100 * 2**20
_CHUNK = 1 << 20
_DAMAGE = (
    zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError, MemoryError, OverflowError,
    zlib.error,
)  # fmt: skip


def members_of(path: Path, *, what: str = "") -> list[zipfile.ZipInfo]:
    """Files in a zip archive, by name.

    Parameters
    ----------
    path
        The archive.
    what
        What the file is to the user, for messages.

    Returns
    -------
    list of zipfile.ZipInfo
        Folders left out.

    Raises
    ------
    InputDataError
        The archive is damaged, has too many members, or would unpack beyond reason.

    Examples
    --------
    >>> import zipfile
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "feed.zip"
    ...     with zipfile.ZipFile(path, "w") as archive:
    ...         archive.writestr("stops.txt", "stop_id")
    ...     [member.filename for member in members_of(path, what="timetable")]
    ['stops.txt']
    """
    label = f"{what} {path}".strip()
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except (*_DAMAGE, OSError) as error:
        raise InputDataError(f"{label}: damaged archive ({_reason(error)}); fetch it again") from error
    bound = BOUNDS["archive"]
    if len(members) > bound.most:
        raise InputDataError(f"{label}: {len(members)} members, at most {bound.most} are read")
    unpacked, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    most = MUCH_UNPACKED_BYTES if unpacked > MOST_RATIO * packed else bound.most_bytes
    if unpacked > most:
        raise InputDataError(
            f"{label}: would unpack to {unpacked / 2**20:.0f} MiB from {packed / 2**20:.1f} MiB, at most "
            f"{most >> 20} are read; unpack it yourself and name the files"
        )
    return sorted(members, key=lambda member: member.filename)


def check_archive(path: Path, names: Iterable[str] | None = None, *, what: str = "") -> None:
    """Unpack members once, to nowhere, and compare sizes and checksums with what the archive says.

    Parameters
    ----------
    path
        A zip archive.
    names
        Members to look at; all where None.
    what
        How messages call the file.

    Raises
    ------
    InputDataError
        A member is damaged, encrypted or packed in a way that is not read.

    Examples
    --------
    >>> import zipfile
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with zipfile.ZipFile(Path(folder) / "feed.zip", "w") as archive:
    ...         archive.writestr("stops.txt", "stop_id")
    ...     check_archive(Path(folder) / "feed.zip", ["stops.txt"], what="timetable")
    """
    label = f"{what} {path}".strip()
    wanted = None if names is None else set(names)
    members = [m for m in members_of(path, what=what) if wanted is None or m.filename in wanted]
    try:
        with zipfile.ZipFile(path) as archive:
            for member in members:
                if member.flag_bits & 1:
                    raise InputDataError(f"{label}: {member.filename} is encrypted; unpack it yourself")
                with archive.open(member) as file:
                    count = 0
                    while chunk := file.read(_CHUNK):
                        count += len(chunk)
                        if count > member.file_size:
                            break
                if count != member.file_size:
                    raise InputDataError(f"{label}: {member.filename} is damaged; fetch it again")
    except (*_DAMAGE, OSError) as error:
        if isinstance(error, InputDataError):
            raise
        raise InputDataError(f"{label}: damaged archive ({_reason(error)}); fetch it again") from error


def unpack(path: Path, folder: Path, members: Iterable[zipfile.ZipInfo], *, what: str = "") -> list[Path]:
    """Write members into a folder, without their own folders; names that would leave it are refused.

    Parameters
    ----------
    path
        The archive.
    folder
        Where the members are written.
    members
        Some of `members_of`.
    what
        What the file is to the user, for messages.

    Returns
    -------
    list of Path
        The files that were written.

    Raises
    ------
    InputDataError
        See `check_archive`.

    Examples
    --------
    >>> import zipfile
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "feed.zip"
    ...     with zipfile.ZipFile(path, "w") as archive:
    ...         archive.writestr("within/stops.txt", "stop_id")
    ...     found = unpack(path, Path(folder), members_of(path, what="timetable"), what="timetable")
    ...     [each.name for each in found]
    ['stops.txt']
    """
    label = f"{what} {path}".strip()
    written = []
    try:
        with zipfile.ZipFile(path) as archive:
            for member in members:
                target = folder / PurePosixPath(member.filename.replace("\\", "/")).name
                with archive.open(member) as file, target.open("wb") as out:
                    count = 0
                    while chunk := file.read(_CHUNK):
                        count += len(chunk)
                        if count > member.file_size:
                            raise InputDataError(f"{label}: {member.filename} is damaged; fetch it again")
                        out.write(chunk)
                written.append(target)
    except (*_DAMAGE, OSError) as error:
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        if isinstance(error, InputDataError) or full:
            raise
        raise InputDataError(f"{label}: damaged archive ({_reason(error)}); fetch it again") from error
    return written


def gunzip(path: Path, target: Path, *, what: str = "") -> Path:
    """Write what a gzip file holds to `target`.

    Parameters
    ----------
    path
        The gzip file.
    target
        File to write.
    what
        What the file is to the user, for messages.

    Returns
    -------
    Path
        `target`.

    Raises
    ------
    InputDataError
        It is damaged, or unpacks beyond reason.

    Examples
    --------
    >>> import gzip
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     packed = Path(folder) / "town.osm.gz"
    ...     _ = packed.write_bytes(gzip.compress(b"<osm/>"))
    ...     gunzip(packed, Path(folder) / "town.osm", what="extract").read_bytes()
    b'<osm/>'
    """
    label = f"{what} {path}".strip()
    count = 0
    most = MOST_RATIO * path.stat().st_size  # of all members together, a late one too
    try:
        with gzip.open(path) as packed, target.open("wb") as out:
            while chunk := packed.read(_CHUNK):
                count += len(chunk)
                if count > max(most, MUCH_UNPACKED_BYTES):
                    raise InputDataError(
                        f"{label}: unpacks to more than {MUCH_UNPACKED_BYTES >> 20} MiB from "
                        f"{path.stat().st_size / 2**20:.1f} MiB; unpack it yourself"
                    )
                if count > BOUNDS["gzip"].most_bytes:
                    raise InputDataError(
                        f"{label}: unpacks to more than {BOUNDS['gzip'].most_bytes // 10**6} MB; unpack it "
                        "yourself"
                    )
                out.write(chunk)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputDataError(f"{label}: damaged archive ({error}); fetch it again") from error
    return target


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
