"""A small town that the service is asked about."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from support.drawn import Town
from support.loops import run_apart

import wegeketten as wk
from wegeketten.serve.application import make_app
from wegeketten.serve.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

    from wegeketten.city import City

    Ask = Callable[..., httpx.Response]

JSON = {"content-type": "application/json"}

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


@pytest.fixture(scope="session")
def desk(city: City) -> Desk:
    return Desk.of(city, ["walker", "wheelchair"])


@pytest.fixture(scope="session")
def app(desk: Desk) -> FastAPI:
    return make_app(desk, ["https://maps.example"])


@pytest.fixture(scope="session")
def ask(app: FastAPI) -> Ask:
    def ask(
        path: str,
        body: Any = None,
        *,
        method: str | None = None,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
    ) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
                content = raw if raw is not None else None if body is None else json.dumps(body).encode()
                verb = method or ("GET" if content is None else "POST")
                told = {**(JSON if content is not None else {}), **(headers or {})}
                return await client.request(verb, path, content=content, headers=told)

        return run_apart(go())

    return ask
