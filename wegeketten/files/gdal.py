"""GDAL through pyogrio, without the half of pyogrio that is for tables of pandas."""

from __future__ import annotations

import sys
from typing import Any

_HEAVY = ("geopandas", "pandas", "pyproj")

_loaded: list[Any] = []


def gdal() -> Any:
    """The package pyogrio with its module ``raw``.

    pyogrio looks for pandas, GeoPandas and pyproj as soon as it is imported, which takes a third of a short
    run, though only its tables need them. Here they are out of sight while it looks. What was loaded so is
    kept to ourselves: anyone who imports pyogrio later gets it with all three.

    Examples
    --------
    >>> gdal().raw.__name__
    'pyogrio.raw'
    """
    if not _loaded:
        _loaded.append(_load())
    return _loaded[0]


def _load() -> Any:
    known = "pyogrio" in sys.modules or any(name in sys.modules for name in _HEAVY)
    if not known:
        sys.modules.update(dict.fromkeys(_HEAVY))  # type: ignore[arg-type]  # None: not to be found
    try:
        import pyogrio
        import pyogrio.raw
    finally:
        if not known:
            for name in _HEAVY:
                del sys.modules[name]
            for name, module in list(sys.modules.items()):
                compiled = not str(getattr(module, "__file__", "")).endswith(".py")
                if name.partition(".")[0] == "pyogrio" and not compiled:
                    del sys.modules[name]
    return pyogrio
