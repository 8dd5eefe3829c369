"""How large an input may be: one bound for each kind of file, in bytes and in elements.

What GDAL and Arrow read is bounded in memory too (`files.apart.MOST_MEMORY_BYTES`); what is read here takes a
known multiple of its bytes.
"""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING, NamedTuple

from wegeketten.errors import InputDataError

if TYPE_CHECKING:
    from pathlib import Path


class Bound(NamedTuple):
    """How large files of one kind may be.

    Attributes
    ----------
    most_bytes
        Size of the file, or of what an archive unpacks to.
    most
        Elements in it; 0 where its bytes bound them.
    of
        What the elements are.
    """

    most_bytes: int
    most: int = 0
    of: str = ""


_MB, _GB = 1_000_000, 1_000_000_000

BOUNDS = {
    "extract": Bound(8 * _GB, 300_000_000, "node references of ways"),
    "country": Bound(200 * _GB),  # read in two passes, block by block
    "graph": Bound(2 * _GB),
    "table": Bound(200 * _MB, 5_000_000, "rows"),
    "large table": Bound(4 * _GB, 2_000_000, "rows around the city"),
    "workbook": Bound(100 * _MB, 5_000_000, "rows"),
    "Parquet": Bound(20 * _GB, 5_000_000, "rows"),
    "shapes": Bound(2 * _GB, 2_000_000, "shapes"),
    "shapes in parts": Bound(20 * _GB, 2_000_000, "shapes"),  # GeoPackage, FlatGeobuf, GeoParquet
    "GeoJSON": Bound(300 * _MB, 2_000_000, "shapes"),  # ten times as much as Python's values
    "elevation": Bound(2 * _GB, 400_000_000, "cells"),
    "archive": Bound(8 << 30, 2000, "members"),
    "gzip": Bound(2 * _GB),
    "survey": Bound(200 * _MB, 5_000_000, "rows"),
    "list of places": Bound(200 * _MB, 5_000_000, "rows"),
    "register": Bound(200 * _MB, 1_000_000, "rows"),
    "timetable": Bound(3 * _GB),  # of one table, unpacked; all of Germany's stop times take less
    "settings": Bound(5 * _MB),
    "logo": Bound(500_000),
    "list of cities": Bound(50 * _MB, 100_000, "cities"),
    "result": Bound(2 * _GB),
    "request": Bound(1 * _MB),
}
"""By kind of input."""

_UNCUT = {"settings", "logo", "list of cities", "result", "country"}

_SHAPES = ("shapes", "shapes in parts", "GeoJSON", "archive")
_LISTED = ("list of places", "workbook", "Parquet", *_SHAPES)

OPTIONS = {
    "source": ("extract", "graph", "archive", "result"),
    "city": ("extract", "result"), "before": ("extract", "result"), "after": ("extract", "result"),
    "dem": ("elevation", "archive", "gzip"),
    "districts": _SHAPES, "areas": _SHAPES,
    "population": ("table", "large table", "workbook", "Parquet", "gzip", *_SHAPES),
    "survey": ("survey", "workbook", "Parquet", "result", *_SHAPES),
    "services": ("settings",), "profile": ("settings",), "costs": ("settings",), "name": ("settings",),
    "settings": ("settings", "logo"),
    "places": _LISTED, "candidates": _LISTED, "origins": _LISTED, "goals": _LISTED, "centres": _LISTED,
    "there": _LISTED,
    "gtfs": ("timetable", "archive"),
    "stops": ("register", "result"),
    "measures": ("result",), "of_plan": ("result",), "plan": ("result",), "sites": ("result",),
    "needs": ("result",),
    "index": ("table", "workbook", "Parquet"),
    "listing": ("list of cities", "settings"),
    "country": ("country",),
    "base": ("extract",),
}  # fmt: skip
"""Which bounds hold for what is given to an option of any command, by the option's name in Python."""


def size_within(path: Path, kind: str) -> int:
    """Size of a regular file, once it lies within the bound of its kind.

    Parameters
    ----------
    path
        The file.
    kind
        Key of `BOUNDS`.

    Returns
    -------
    int
        Bytes.

    Raises
    ------
    InputDataError
        It is larger, or no regular file: a pipe would be waited for, a device never ends.
    OSError
        It is not there.
    """
    about = path.stat()
    if stat.S_ISDIR(about.st_mode):
        raise IsADirectoryError(21, "Is a directory", str(path))
    if not stat.S_ISREG(about.st_mode):
        raise InputDataError(f"{path}: is no regular file")
    if about.st_size > BOUNDS[kind].most_bytes:
        raise too_large(path, about.st_size, kind)
    return about.st_size


def read_within(path: Path, kind: str) -> bytes:
    """Content of a file, once its size lies within the bound of its kind.

    Parameters
    ----------
    path
        The file.
    kind
        Key of `BOUNDS`.

    Returns
    -------
    bytes
        All of it.

    Raises
    ------
    InputDataError
        It is too large, or no regular file.
    OSError
        It is not there, or cannot be read.

    Examples
    --------
    >>> import os
    >>> from pathlib import Path
    >>> read_within(Path(os.devnull), "settings")
    Traceback (most recent call last):
    ...
    wegeketten.errors.InputDataError: /dev/null: is no regular file
    """
    size_within(path, kind)
    return path.read_bytes()


def count_within(path: Path, kind: str, count: int) -> None:
    """Refuse a file with more elements than files of its kind may have.

    Parameters
    ----------
    path
        The file.
    kind
        Key of `BOUNDS`.
    count
        How many there are.

    Raises
    ------
    InputDataError
        There are too many.

    Examples
    --------
    >>> from pathlib import Path
    >>> count_within(Path("a.csv"), "table", 6_000_000)
    Traceback (most recent call last):
    ...
    wegeketten.errors.InputDataError: a.csv: 6000000 rows, at most 5000000 are read; cut it to the city first
    """
    bound = BOUNDS[kind]
    if bound.most and count > bound.most:
        raise InputDataError(
            f"{path}: {count} {bound.of}, at most {bound.most} are read; cut it to the city first"
        )


def too_large(path: Path, size: int, kind: str) -> InputDataError:
    """The error for a file beyond its bound.

    Parameters
    ----------
    path
        The file.
    size
        Its size in bytes.
    kind
        Key of `BOUNDS`.

    Returns
    -------
    InputDataError
        To be raised by the caller.
    """
    most = BOUNDS[kind].most_bytes
    return InputDataError(
        f"{path}: {size / 1e6:.1f} MB, at most {most / 1e6:g} MB are read; is it the right file?"
        if kind in _UNCUT
        else f"{path}: {size / 1e6:.1f} MB, at most {most / 1e6:g} MB are read; cut it to the city first"
    )
