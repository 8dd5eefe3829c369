"""Whether a file is what its name says, before anything is read from it."""

from __future__ import annotations

import bz2
import hashlib
import re
import zlib
from typing import TYPE_CHECKING

from wegeketten.errors import InputDataError
from wegeketten.files.bounds import size_within

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = {
    ".osm.pbf": "pbf",
    ".pbf": "pbf",
    ".osm": "osm",
    ".osm.gz": "osm.gz",
    ".osm.bz2": "osm.bz2",
    ".xml": "osm",
}
"""Endings of file names and what libosmium calls their formats."""

_HEAD = 1 << 20  # bytes looked at to recognise the format: a first bzip2 block fits
_SAMPLE = 1 << 17  # packed bytes tried for their expansion
_MOST_TIMES = 200  # OSM XML packs 1 : 10 to 1 : 30; anyone who claims more packs emptiness
_HARMLESS = 1 << 22  # unpacked bytes that are never too many


def check_file(path: Path) -> str:
    """Format of an extract, once name and content agree.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    str
        ``pbf``, ``osm``, ``osm.gz`` or ``osm.bz2``.

    Raises
    ------
    InputDataError
        The file is absent, empty, of an unknown ending, or its content is not what the ending says.
    """
    if not path.is_file():
        raise InputDataError(f"{path}: no such file")
    size_within(path, "extract")
    name = path.name.lower()
    form = next(
        (FORMATS[ending] for ending in sorted(FORMATS, key=len, reverse=True) if name.endswith(ending)), ""
    )
    if not form:
        raise InputDataError(f"{path}: unknown ending; an extract is .osm.pbf, .osm, .osm.gz or .osm.bz2")
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise InputDataError(f"{path}: is empty; download it again")
    if form == "pbf":
        # four bytes of length, then a blob header whose type is OSMHeader
        if b"OSMHeader" not in head[4:64]:
            raise InputDataError(f"{path}: is no OSM PBF ({_looks_like(head)}); download it again")
        return form
    if form == "osm.gz":
        head = _unpack(path, head, b"\x1f\x8b", "gzip")
        _check_expansion(path, form)
    elif form == "osm.bz2":
        head = _unpack(path, head, b"BZh", "bzip2")
        _check_expansion(path, form)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"<osmChange" in start[:4096]:
        raise InputDataError(f"{path}: is a file of changes; give an extract with the current state")
    if not start.startswith((b"<?xml", b"<osm", b"<!--")) or b"<osm" not in start[:65536]:
        raise InputDataError(f"{path}: is no OSM XML ({_looks_like(start)}); download it again")
    return form


def check_sums(path: Path) -> None:
    """Compare with the checksum beside the file, as download servers lay it (``NAME.md5``), if there is one.

    Parameters
    ----------
    path
        The extract.

    Raises
    ------
    InputDataError
        The file is not the one the checksum was made for.
    """
    beside = path.with_name(path.name + ".md5")
    if not beside.is_file():
        return
    words = beside.read_text(encoding="utf-8", errors="replace").split()
    with path.open("rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if words and words[0].lower() != found:
        raise InputDataError(f"{path}: does not match its checksum in {beside.name}; download it again")


def stated_time(path: Path, form: str) -> str:
    """Time of the data as Overpass's XML states it (``<meta osm_base="…"/>``), or "".

    Parameters
    ----------
    path
        The extract.
    form
        Its format, as libosmium names it.

    Returns
    -------
    str
        ISO time.
    """
    if not form.startswith("osm"):
        return ""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if form != "osm":
        head = _unpack(path, head, *((b"\x1f\x8b", "gzip") if form == "osm.gz" else (b"BZh", "bzip2")))
    found = re.search(rb"""<meta\s+osm_base=["']([0-9T:.Z+-]{10,35})["']""", head[:4096])
    return found[1].decode() if found else ""


def _looks_like(head: bytes) -> str:
    start = head.lstrip()[:200]
    lower = start.lower()
    if lower.startswith((b"<!doctype html", b"<html")):
        return "it is a web page"
    if start.startswith(b"\x1f\x8b"):
        return "it is packed with gzip"
    if start.startswith(b"BZh"):
        return "it is packed with bzip2"
    if start.startswith(b"PK\x03\x04"):
        return "it is a zip archive"
    if b"OSMHeader" in head[4:64]:
        return "it is OSM PBF: call it .osm.pbf"
    if b"<osm" in lower:
        return "it is OSM XML: call it .osm"
    text = "".join(letter if letter.isprintable() else "." for letter in start[:24].decode("latin-1"))
    return f"it starts with {text!r}"


def _unpack(path: Path, head: bytes, magic: bytes, name: str) -> bytes:
    """First unpacked kilobytes of a packed file."""
    if not head.startswith(magic):
        raise InputDataError(f"{path}: is not packed with {name} ({_looks_like(head)}); download it again")
    try:
        if name == "gzip":
            return zlib.decompressobj(wbits=31).decompress(head, 65536)
        return bz2.BZ2Decompressor().decompress(head, 65536)
    except (OSError, zlib.error) as error:
        raise InputDataError(f"{path}: is broken ({error}); download it again") from error


def _check_expansion(path: Path, form: str) -> None:
    """Refuse a packed file whose first part unpacks into far more than map data ever does."""
    with path.open("rb") as file:
        packed = file.read(_SAMPLE)
    try:
        if form == "osm.gz":
            unpacked = len(zlib.decompressobj(wbits=31).decompress(packed, _MOST_TIMES * _SAMPLE + 1))
        else:
            unpacked = len(bz2.BZ2Decompressor().decompress(packed, _MOST_TIMES * _SAMPLE + 1))
    except (OSError, zlib.error) as error:
        raise InputDataError(f"{path}: is broken ({error}); download it again") from error
    if unpacked > max(_MOST_TIMES * len(packed), _HARMLESS):
        raise InputDataError(
            f"{path}: unpacks into more than {_MOST_TIMES} times its size; this is no map data, left unread"
        )
