"""libosmium's writer, kept from ending the process when it cannot write."""

from __future__ import annotations

import ctypes
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from wegeketten.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def open_writer(path: Path, form: str, **options: Any) -> Iterator[Any]:
    """Yield a writer of OpenStreetMap data and close it.

    Parameters
    ----------
    path
        File to write; what is there is replaced.
    form
        Format as libosmium names it, ``pbf`` or ``opl,add_metadata=version``.
    **options
        Of the writer.

    Yields
    ------
    Any
        `osmium.SimpleWriter`.

    Raises
    ------
    OutputError
        The file cannot be written to its end.
    """
    import osmium

    writer = osmium.SimpleWriter(osmium.io.File(str(path), form), overwrite=True, **options)
    try:
        yield writer
        writer.close()
    except Exception as error:
        # one that failed fails again when it is taken apart, which ends the process: it is never
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(writer))
        if str(error).startswith("Write failed"):
            raise OutputError(
                f"cannot write {path} ({error}); make room there, or write elsewhere "
                "(TMPDIR names the place of temporary files)"
            ) from error
        raise
