"""From what a user names — a city folder, an extract, the word demo — to a city."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from wegeketten.city import FORMAT, MARKER, SCAN_LOG, SCAN_MARKER, open_city
from wegeketten.errors import InputDataError
from wegeketten.files.seal import is_sealed
from wegeketten.osm.path import file_sha256, source_path
from wegeketten.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from wegeketten.city import City

_log = logging.getLogger(__name__)


def obtain_city(text: str, *, progress: Callable[[str, float], None] | None = None) -> City:
    """Open a city folder, or build a city from an extract once and keep it in the user's cache folder.

    Parameters
    ----------
    text
        Path of a city folder or of a scan of one, path of an OSM extract, or ``demo``.
    progress
        Called with words and the share done while a city is built.

    Returns
    -------
    City
        Opened.

    Raises
    ------
    InputDataError
        There is nothing of that name, or it cannot be read.
    """
    path = Path(text)
    if path.is_dir():
        return open_city(_scanned(path) or path)
    source = source_path(text)
    digest = file_sha256(source)
    folder = cache_folder() / f"{digest[:16]}-{FORMAT}-{VERSION}-{_code_stamp()}"
    kept = _kept(folder)
    if kept is not None:
        return kept
    from filelock import FileLock

    from wegeketten.pipeline.build import build
    from wegeketten.pipeline.worker import usual_processes

    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        kept = _kept(folder)
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)
            kept = build(text, folder, processes=usual_processes(), progress=progress)
        return kept


def _kept(folder: Path) -> City | None:
    """A city in the cache; None where there is none or its entry is damaged and must be built again."""
    if not folder.is_dir():
        return None
    try:
        kept = open_city(folder)
        kept.check()
    except InputDataError as error:
        _log.warning("the city kept from an earlier run is damaged and built again (%s)", error)
        return None
    return kept


def _scanned(folder: Path) -> Path | None:
    """The city a scan's folder was made from; None where the folder is no scan."""
    scan = folder / SCAN_MARKER
    if (folder / MARKER).is_file() or not scan.is_file():
        return None
    try:
        told = json.loads(scan.read_text(encoding="utf-8"))
        if not is_sealed(told):
            raise InputDataError(f"{scan}: damaged or changed by hand; scan the city again")
        return Path(json.loads((folder / SCAN_LOG).read_text(encoding="utf-8"))["city"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, InputDataError):
            raise
        raise InputDataError(
            f"{folder / SCAN_LOG}: does not tell which city the scan is of; scan the city again"
        ) from error


def cache_folder() -> Path:
    """Where cities built on the way are kept; the environment's WEGEKETTEN_CACHE overrides it."""
    import os

    from platformdirs import user_cache_dir

    return Path(os.environ.get("WEGEKETTEN_CACHE") or user_cache_dir("wegeketten")) / "cities"


def _code_stamp() -> str:
    """Short digest of the shipped data and code a build depends on: an edited catalogue means a new build."""
    from wegeketten.files.resources import shipped

    digest = hashlib.sha256()
    package = Path(__file__).resolve().parents[1]
    files = [
        path
        for folder in ("model", "osm", "network", "tags", "people", "places", "pipeline")
        for path in (package / folder).glob("*.py")
    ]
    files += [path for path in shipped().rglob("*") if path.suffix in (".toml", ".csv")]
    for path in sorted(files, key=lambda path: path.as_posix()):
        digest.update(path.name.encode())
        digest.update(str(path.stat().st_size).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]
