"""Digests of input files, kept from run to run: a file of the same size, time and number is known."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from wegeketten.errors import InputDataError
from wegeketten.files.json import write_json
from wegeketten.files.seal import file_digest

if TYPE_CHECKING:
    from pathlib import Path


class Digests:
    """Digests by path.

    Parameters
    ----------
    memory
        File in which they are kept; one that cannot be read counts as empty.
    """

    def __init__(self, memory: Path) -> None:
        self._memory = memory
        self._known: dict[str, list[object]] = {}
        try:
            known = json.loads(memory.read_text(encoding="utf-8"))
            self._known = {str(path): list(entry) for path, entry in known.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            pass
        self._now: dict[Path, str] = {}
        self._changed = False

    def of(self, path: Path) -> str:
        """SHA-256 of a file's content, or of a folder's files with their names.

        Parameters
        ----------
        path
            File or folder.

        Returns
        -------
        str
            Hexadecimal; kept for the next question.

        Raises
        ------
        InputDataError
            It cannot be read.

        Examples
        --------
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     (Path(folder) / "empty").touch()
        ...     Digests(Path(folder)).of(Path(folder) / "empty")[:8]
        'e3b0c442'
        """
        if path not in self._now:
            try:
                self._now[path] = self._folder(path) if path.is_dir() else self._file(path)
            except OSError as error:
                raise InputDataError(f"{path}: cannot be read ({error.strerror or error})") from error
        return self._now[path]

    def _folder(self, path: Path) -> str:
        told = "".join(
            f"{each.relative_to(path).as_posix()}\n{self._file(each)}\n"
            for each in sorted(path.rglob("*"))
            if each.is_file()
        )
        return hashlib.sha256(told.encode()).hexdigest()

    def _file(self, path: Path) -> str:
        state = path.stat()
        entry = [state.st_size, state.st_mtime_ns, state.st_ino]
        known = self._known.get(str(path))
        if known is not None and known[:3] == entry:
            return str(known[3])
        digest = file_digest(path)
        self._known[str(path)] = [*entry, digest]
        self._changed = True
        return digest

    def keep(self) -> None:
        """Write them down."""
        if self._changed:
            write_json(self._memory, self._known)
            self._changed = False
