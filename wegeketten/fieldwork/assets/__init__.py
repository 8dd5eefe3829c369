"""Template, styles and script of the phone page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent


@cache
def fieldwork_asset(*parts: str) -> str:
    """Content of a file in this folder, with line ends as browsers hash them.

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
    >>> fieldwork_asset("walk.css").startswith(":root")
    True
    """
    return _FOLDER.joinpath(*parts).read_bytes().decode("utf-8").replace("\r\n", "\n")
