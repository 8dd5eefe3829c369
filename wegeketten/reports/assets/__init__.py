"""Page templates, styles and scripts that reports carry inside."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent


@cache
def asset_text(*parts: str) -> str:
    """Content of a text file in this folder, with line ends as browsers hash them.

    Parameters
    ----------
    parts
        Folders and name of the file.

    Returns
    -------
    str
        With LF at the ends of lines.

    Examples
    --------
    >>> asset_text("map.css").startswith(":root")
    True
    """
    return asset_bytes(*parts).decode("utf-8").replace("\r\n", "\n")


def asset_bytes(*parts: str) -> bytes:
    """Content of a file in this folder as it lies there.

    Parameters
    ----------
    parts
        Folders and name of the file.

    Returns
    -------
    bytes
        Its content.
    """
    return _FOLDER.joinpath(*parts).read_bytes()
