"""What editors and servers write into OSM XML that its reader does not know: deletions, inner geometry."""

from __future__ import annotations

import bz2
import gzip
import re
import zlib
from contextlib import ExitStack
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO, cast

from wegeketten.errors import InputDataError, OutputError
from wegeketten.files.archives import MOST_RATIO, MUCH_UNPACKED_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_CHUNK = 1 << 22
_LONGEST_TAG = 1 << 14
_element = re.compile(rb"<(node|way|relation)\b([^>]*)>")
_deleted = re.compile(rb"\baction\s*=\s*[\"']delete[\"']")
_id = re.compile(rb"\bid\s*=\s*[\"'](-?\d+)[\"']")
_generator = re.compile(rb"<osm\b[^>]*\bgenerator\s*=\s*[\"']([^\"']*)[\"']")
_NO_EDITORS = (
    b"osmium",
    b"osmosis",
    b"osmconvert",
    b"overpass",
    b"cgimap",
    b"openstreetmap server",
    b"osmctools",
)
_inner = re.compile(rb"(<member\b[^>]*[^/>])\s*>(?:\s*<nd\b[^>]*/>)*\s*</member>")


def deleted_in_editor(path: Path, unpacked: Path | None = None) -> frozenset[str]:
    """Elements that an editor has marked ``action="delete"`` and not yet uploaded, such as ``w42``.

    Parameters
    ----------
    path
        OSM XML, packed or not; any other file has none. What a server or a converter wrote is not read
        through: they know no such mark.
    unpacked
        Where an editor's packed file is written unpacked, so that it is unpacked once; nowhere where None.

    Returns
    -------
    frozenset
        Type and number.

    Raises
    ------
    InputDataError
        The file is broken.
    OutputError
        There is no room for the unpacked file.
    """
    if ".osm" not in path.name.lower() or path.name.lower().endswith(".pbf"):
        return frozenset()
    chunks = _chunks(path)
    head = next(chunks, b"")
    if _by_server(head):
        return frozenset()
    try:
        with ExitStack() as stack:
            out = None if unpacked is None else stack.enter_context(unpacked.open("wb"))
            return frozenset(_deletions(chain([head], chunks), out))
    except OSError as error:
        raise OutputError(
            f"cannot write {unpacked} ({error}); make room there, or write elsewhere "
            "(TMPDIR names the place of temporary files)"
        ) from error


def _deletions(chunks: Iterable[bytes], out: BinaryIO | None) -> Iterator[str]:
    """Elements marked as deleted, while the text is copied."""
    rest = b""
    for chunk in chunks:
        if out is not None:
            out.write(chunk)
        text = rest + chunk
        if b"delete" in text:
            for kind, inside in _element.findall(text):
                ref = _id.search(inside) if _deleted.search(inside) else None
                if ref is not None:
                    yield f"{kind[:1].decode()}{ref[1].decode()}"
        cut = text.rfind(b"<")
        rest = text[cut:][:_LONGEST_TAG] if cut >= 0 else b""


def is_packed(path: Path) -> bool:
    """Whether a file of OSM XML is packed, by its name.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    bool
        True for ``.gz`` and ``.bz2``.

    Examples
    --------
    >>> from pathlib import Path
    >>> is_packed(Path("town.osm.bz2")), is_packed(Path("town.osm"))
    (True, False)
    """
    return path.suffix.lower() in (".gz", ".bz2")


def _by_server(head: bytes) -> bool:
    """Whether the program that wrote the file is no editor."""
    found = _generator.search(head[:_LONGEST_TAG])
    return found is not None and found[1].lower().startswith(_NO_EDITORS)


def without_inner_geometry(path: Path, folder: Path) -> Path:
    """A copy of OSM XML without the points that Overpass's ``out geom`` writes inside members of relations.

    Parameters
    ----------
    path
        OSM XML, packed or not.
    folder
        Where the copy is written.

    Returns
    -------
    Path
        The copy.

    Raises
    ------
    InputDataError
        The file is packed beyond reason.
    """
    target = folder / "plain.osm"
    rest = b""
    with target.open("wb") as out:
        for chunk in _chunks(path):
            text = _inner.sub(rb"\1/>", rest + chunk)
            cut = max(text.rfind(b"<member"), 0)
            if len(text) - cut > (1 << 28):
                raise InputDataError(f"{path}: a member of a relation has no end; download it again")
            out.write(text[:cut])
            rest = text[cut:]
        out.write(_inner.sub(rb"\1/>", rest))
    return target


def _chunks(path: Path) -> Iterator[bytes]:
    most, count = max(MOST_RATIO * path.stat().st_size, MUCH_UNPACKED_BYTES), 0
    try:
        with _opened(path) as file:
            while chunk := file.read(_CHUNK):
                count += len(chunk)
                if count > most and is_packed(path):  # a late member is seen here only
                    raise InputDataError(
                        f"{path}: unpacks to more than {most >> 20} MiB, {MOST_RATIO} times its size; this "
                        "is no map data, left unread"
                    )
                yield chunk
    except (OSError, EOFError, zlib.error) as error:
        raise InputDataError(f"{path}: is broken ({error}); download it again") from error


def _opened(path: Path) -> BinaryIO:
    if path.suffix.lower() == ".gz":
        return cast("BinaryIO", gzip.open(path))
    return cast("BinaryIO", bz2.open(path)) if path.suffix.lower() == ".bz2" else path.open("rb")
