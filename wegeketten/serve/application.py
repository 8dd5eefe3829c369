"""The service as an ASGI application: paths, answers, and errors in openrouteservice's form."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from wegeketten.errors import InputDataError, WegekettenError
from wegeketten.serve.directions import directions
from wegeketten.serve.fields import Fields, parse_body
from wegeketten.serve.guard import Guard
from wegeketten.serve.matrices import matrix
from wegeketten.serve.network_export import network_export
from wegeketten.serve.reach_areas import isochrones
from wegeketten.serve.refusals import (
    DIRECTIONS,
    EXPORT,
    ISOCHRONES,
    MATRIX,
    SNAP,
    WHAT_IF,
    RefusedError,
    error_body,
)
from wegeketten.serve.snapping import snap
from wegeketten.serve.what_if import what_if
from wegeketten.version import VERSION
from wegeketten.words.messages import translated

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from wegeketten.serve.desk import Desk

    Answerer = Callable[[Desk, str, Fields, str], dict[str, Any] | str]

_log = logging.getLogger(__name__)

SERVICES: dict[str, tuple[Answerer, int, tuple[str, ...]]] = {
    "directions": (directions, DIRECTIONS, ("json", "geojson", "gpx")),
    "isochrones": (
        lambda desk, name, fields, _form: isochrones(desk, name, fields),
        ISOCHRONES,
        ("geojson",),
    ),
    "matrix": (lambda desk, name, fields, _form: matrix(desk, name, fields), MATRIX, ("json",)),
    "export": (lambda desk, name, fields, _form: network_export(desk, name, fields), EXPORT, ("json",)),
    "snap": (snap, SNAP, ("json", "geojson")),
    "whatif": (what_if, WHAT_IF, ("json", "geojson")),
}
"""What is answered: how, with which numbers for errors, in which forms; the first where none is named."""

ELSEWHERE = {
    "geocode": "addresses are not looked up here; give longitude and latitude",
    "elevation": "heights are not served by themselves; a route carries them with elevation: true",
    "pois": "places are not listed here; wegeketten export writes them",
    "optimization": "visits are not put in order here; give the points in their order",
}
"""What openrouteservice's clients can ask for besides, and why it is not answered."""

_FORMLESS = {EXPORT: 6, SNAP: 6}
"""Kind of the error about a form that is not written, where it is not 7."""

_TYPES = {"json": "application/json", "geojson": "application/geo+json", "gpx": "application/gpx+xml"}


def make_app(desk: Desk, origins: Sequence[str] = ()) -> FastAPI:
    """The application for a desk.

    Parameters
    ----------
    desk
        City and profiles.
    origins
        Web pages that may read answers.

    Returns
    -------
    FastAPI
        Ready for a server.
    """
    app = FastAPI(title="wegeketten", version=VERSION, docs_url=None, redoc_url=None, redirect_slashes=False)
    routes = _routes(desk)
    app.include_router(routes)
    app.include_router(routes, prefix="/ors", include_in_schema=False)
    app.add_exception_handler(Exception, _tell_fault)
    app.add_exception_handler(WegekettenError, _tell_error)
    app.add_exception_handler(HTTPException, _tell_status)
    if origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=list(origins), allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type"],
        )  # fmt: skip
    app.add_middleware(Guard, refuse=_refusal, origins=tuple(origins))
    return app


def _routes(desk: Desk) -> APIRouter:
    routes = APIRouter()

    @routes.get("/v2/health")
    async def health() -> dict[str, str]:
        """Whether the service can answer."""
        return {"status": "ready"}

    @routes.get("/v2/status")
    async def status() -> dict[str, Any]:
        """What the service answers, and for whom."""
        return _status(desk)

    for name in ELSEWHERE:
        for path in (f"/{name}", f"/{name}/{{rest:path}}"):
            routes.add_api_route(path, _elsewhere(name), methods=["GET", "POST"], include_in_schema=False)

    @routes.get("/v2/directions/{profile}")
    async def short_directions(request: Request, profile: str) -> Response:
        """Directions from ``start`` to ``end``, each as longitude and latitude, as GeoJSON."""
        asked = request.query_params
        values = {"coordinates": [_pair(asked.get(name), name) for name in ("start", "end")]}
        return await _answer(desk, "directions", profile, Fields(values, DIRECTIONS), "geojson")

    @routes.post("/whatif")
    async def plain_what_if(request: Request) -> Response:
        """What edits of barriers would change; the profile stands in the body."""
        fields = parse_body(await request.body(), WHAT_IF)
        profile = fields.needed("profile")
        if not isinstance(profile, str):
            raise fields.refuse("profile: a word was expected")
        return await _answer(desk, "whatif", profile, fields, "json")

    @routes.post("/v2/{service}/{profile}")
    async def usual(request: Request, service: str, profile: str) -> Response:
        """A question in the form that comes first."""
        return await _post(desk, request, service, profile, "")

    @routes.post("/v2/{service}/{profile}/{form}")
    async def formed(request: Request, service: str, profile: str, form: str) -> Response:
        """A question in a form of one's own choice."""
        return await _post(desk, request, service, profile, form)

    return routes


def _elsewhere(name: str) -> Callable[[], Awaitable[None]]:
    async def refuse() -> None:
        raise RefusedError(f"{name}: {ELSEWHERE[name]}", 404, 404)

    return refuse


async def _post(desk: Desk, request: Request, service: str, profile: str, form: str) -> Response:
    if service not in SERVICES:
        raise HTTPException(404)
    _, number, forms = SERVICES[service]
    wanted = form or forms[0]
    if wanted not in forms:
        raise RefusedError(
            f"{service}: answers come as {', '.join(forms)}", number + _FORMLESS.get(number, 7), 406
        )
    return await _answer(desk, service, profile, parse_body(await request.body(), number), wanted)


async def _answer(desk: Desk, service: str, profile: str, fields: Fields, form: str) -> Response:
    answerer = SERVICES[service][0]

    def work() -> bytes:
        with desk.busy:
            found = answerer(desk, profile, fields, form)
        return found.encode() if isinstance(found, str) else _bytes(found)

    return Response(await run_in_threadpool(work), media_type=_TYPES[form])


def _bytes(document: dict[str, Any]) -> bytes:
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def _pair(text: str | None, name: str) -> list[float]:
    """A point of the short form, ``13.74,51.05``."""
    if text is None:
        raise RefusedError(f"{name}: is missing", DIRECTIONS + 1)
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise RefusedError(f"{name}: longitude,latitude was expected", DIRECTIONS + 2) from None
    return [lon, lat]


def _status(desk: Desk) -> dict[str, Any]:
    city = desk.city
    profiles = {
        f"profile {number}": {"profiles": name, "creation_date": "", "storages": {}}
        for number, name in enumerate(desk.profiles, start=1)
    }
    return {
        "languages": ["de", "en"],
        "engine": {"version": f"wegeketten {VERSION}", "graph_date": city.meta.get("osm_timestamp")},
        "services": ["routing", "isochrones", "matrix", "snap", "export", "whatif"],
        "profiles": profiles,
        "counts": city.meta.get("counts"),
    }


def _language(headers: Any) -> str:
    """Language of errors: German where the client prefers it."""
    first = str(headers.get("accept-language", "")).strip()[:2].casefold()
    return "de" if first == "de" else "en"


def _error(headers: Any, message: str, code: int, status: int) -> Response:
    told = translated(" ".join(message.split())[:1000], _language(headers))
    return Response(_bytes(error_body(told, code)), status, media_type="application/json")


async def _tell_error(request: Request, error: Exception) -> Response:
    if isinstance(error, RefusedError):
        return _error(request.headers, str(error), error.code, error.status)
    return _error(request.headers, str(error), 2003, 409 if isinstance(error, InputDataError) else 400)


async def _tell_status(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 400
    message = {
        404: "there is no such address; see /v2/status for what is answered",
        405: "this address is asked by another method",
    }.get(status, "the request cannot be read")
    return _error(request.headers, message, status, status)


async def _tell_fault(request: Request, error: Exception) -> Response:
    """What nobody foresaw is a fault of ours; client and log learn of it."""
    _log.error("internal fault at %s: %s", request.url.path, " ".join(repr(error).split())[:500])
    return _error(request.headers, f"internal fault: {type(error).__name__}", 500, 500)


def _refusal(scope: Any, message: str, status: int) -> Response:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return _error(headers, message, status, status)
