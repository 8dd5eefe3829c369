"""A drawn town about which mappers were lazy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.drawn import Town

import wegeketten as wk

if TYPE_CHECKING:
    from wegeketten.city import City

_STREET = "highway=residential"
_FOOT = "highway=footway"

LAZY = Town(
    """
    H   I   J   K
    a---b---c---d---P
    |   |   |   |
    |   L   M   |
    e---f---g---h---Q
    |   |   |   |
    N   O   R   S
    i---j---k---l---T
    """,
    ways={
        "abcd": _FOOT + "|name=Ring",
        "efgh": _FOOT + "|name=Markt|surface=asphalt|smoothness=good|width=1.5|incline=0%",
        "ijkl": _STREET + "|name=Graben",
        "ae": _FOOT,
        "ei": _FOOT + "|surface=sett",
        "bf": "highway=path",
        "fj": _FOOT,
        "cg": _FOOT + "|incline=up",
        "gk": "highway=steps|incline=up",
        "dh": _FOOT + "|wheelchair=yes",
        "hl": _FOOT + "|surface=asphalt",
        "dP": _FOOT,
        "hQ": _FOOT + "|smoothness=bad",
        "lT": _STREET,
    },
    nodes={
        **{
            letter: f"addr:housenumber={number}|addr:street=Ring"
            for number, letter in enumerate("HIJKLMNORS", 1)
        },
        "P": "amenity=pharmacy|name=Löwe",
        "Q": "amenity=pharmacy|name=Adler|wheelchair=yes",
        "T": "shop=supermarket|name=Markt",
        "b": "barrier=kerb",
        "c": "barrier=kerb|kerb=lowered",
        "f": "barrier=kerb",
        "g": "barrier=bollard",
        "j": "barrier=kerb|kerb=raised",
        "h": "barrier=gate",
    },
    cell_m=12.0,
)


@pytest.fixture(scope="session")
def lazy(tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = tmp_path_factory.mktemp("lazy")
    return wk.build(LAZY.write(folder / "lazy.osm"), folder / "city", pavements="centre")
