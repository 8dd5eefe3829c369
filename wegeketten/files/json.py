"""Results as JSON and plain text: UTF-8, one form for all, whole or not at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from wegeketten.files.atomic import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def json_text(document: object) -> str:
    r"""A JSON document as results hold it: readable signs, one blank per level, no NaN.

    Parameters
    ----------
    document
        Plain values.

    Returns
    -------
    str
        Ends with a line end.

    Examples
    --------
    >>> json_text({"name": "Süd"})
    '{\n "name": "Süd"\n}\n'
    """
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def write_json(path: Path, document: object, *, inputs: Iterable[Path] = ()) -> None:
    """Write a JSON document; see `whole_file` for what is refused.

    Parameters
    ----------
    path
        Target file; appears whole or not at all.
    document
        Plain values.
    inputs
        Files that are read for it.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_json(Path(folder) / "a.json", {"n": [1, 2]})
    ...     print((Path(folder) / "a.json").read_text(encoding="utf-8"))
    {
     "n": [
      1,
      2
     ]
    }
    """
    write_text(path, json_text(document), inputs=inputs)


def write_text(path: Path, text: str, *, encoding: str = "utf-8", inputs: Iterable[Path] = ()) -> None:
    """Write text with LF at the ends of lines; see `whole_file` for what is refused.

    Parameters
    ----------
    path
        Target file; appears whole or not at all.
    text
        Its content.
    encoding
        Name of the encoding.
    inputs
        Files that are read for it.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_text(Path(folder) / "a.txt", "one")
    ...     (Path(folder) / "a.txt").read_bytes()
    b'one'
    """
    with whole_file(path, inputs=inputs) as temporary:
        temporary.write_text(text, encoding=encoding, newline="\n", errors="replace")
