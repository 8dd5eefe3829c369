"""A small town that the service is asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.drawn import Town

import wegeketten as wk

if TYPE_CHECKING:
    from wegeketten.city import City

_HOMES = "".join(
    f'<node id="{5001 + n}" lat="{51.05 - n * 0.0001:.4f}" lon="13.7400"><tag k="addr:street" v="Am Weg"/>'
    f'<tag k="addr:housenumber" v="{n + 1}"/></node>'
    for n in range(12)
)
_PLACES = "".join(
    f'<node id="{7001 + n}" lat="51.0490" lon="{13.742 + n * 0.001:.3f}"><tag k="{key}" v="{value}"/>'
    '<tag k="name" v="Ort"/></node>'
    for n, (key, value) in enumerate([("amenity", "pharmacy"), ("shop", "supermarket"), ("amenity", "bench")])
)


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    folder = tmp_path_factory.mktemp("serve")
    drawn = Town(
        "A.........B.........C\n.....................\nD.........E.........F",
        {"ABC": "highway=residential|name=Am Weg", "DEF": "highway=footway", "AD": "highway=footway",
         "BE": "highway=steps|step_count=9", "CF": "highway=footway"},
        nodes={"D": "barrier=kerb|kerb:height=12 cm", "C": "barrier=kerb|kerb=raised"},
        extra=_HOMES + _PLACES, cell_m=20,
    )  # fmt: skip
    return wk.build(drawn.write(folder / "town.osm"), folder / "city")
