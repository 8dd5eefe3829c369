"""Answers against the schema of openrouteservice's own, as far as its clients read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    Ask = Callable[..., httpx.Response]

WEST, EAST, SOUTH = [13.74, 51.05], [13.7455, 51.05], [13.742, 51.0493]
Amount = Annotated[float, Field(ge=0)]
Lon = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
Position = tuple[Lon, Lat]
Box = tuple[Lon, Lat, Lon, Lat]


class Strict(BaseModel):
    """Types are taken as they are."""

    model_config = ConfigDict(strict=True)


class Engine(Strict):
    version: str


class Metadata(Strict):
    attribution: str
    service: Literal["routing", "isochrones", "matrix", "snap"]
    timestamp: int
    query: dict[str, Any]
    engine: Engine


class Step(Strict):
    distance: Amount
    duration: Amount
    type: Annotated[int, Field(ge=0, le=13)]
    instruction: Annotated[str, Field(min_length=1)]
    name: str
    way_points: tuple[int, int]


class Segment(Strict):
    distance: Amount
    duration: Amount
    steps: list[Step]


class Summary(Strict):
    distance: Amount
    duration: Amount


class Route(Strict):
    summary: Summary
    segments: list[Segment]
    bbox: Box
    geometry: str
    way_points: list[int]


class Routes(Strict):
    bbox: Box
    routes: Annotated[list[Route], Field(min_length=1, max_length=1)]
    metadata: Metadata


class Line(Strict):
    type: Literal["LineString"]
    coordinates: Annotated[list[tuple[Lon, Lat, float]], Field(min_length=2)]


class RouteProperties(Strict):
    summary: Summary
    segments: list[Segment]
    way_points: list[int]


class RouteFeature(Strict):
    type: Literal["Feature"]
    bbox: Box
    properties: RouteProperties
    geometry: Line


class RouteCollection(Strict):
    type: Literal["FeatureCollection"]
    bbox: Box
    features: list[RouteFeature]
    metadata: Metadata


class Polygon(Strict):
    type: Literal["Polygon"]
    coordinates: list[Annotated[list[Position], Field(min_length=4)]]


class AreaProperties(Strict):
    group_index: int
    value: float
    center: Position
    area: Amount
    total_pop: Amount


class AreaFeature(Strict):
    type: Literal["Feature"]
    properties: AreaProperties
    geometry: Polygon


class AreaCollection(Strict):
    type: Literal["FeatureCollection"]
    bbox: Box
    features: list[AreaFeature]
    metadata: Metadata


class Place(Strict):
    location: Position
    snapped_distance: Amount


class Named(Place):
    name: str


class Matrix(Strict):
    durations: list[list[Amount | None]]
    distances: list[list[Amount | None]]
    sources: list[Place | None]
    destinations: list[Place | None]
    metadata: Metadata


class Snaps(Strict):
    locations: list[Named | None]
    metadata: Metadata


def check(schema: type[BaseModel], answer: httpx.Response) -> None:
    assert answer.status_code == 200, answer.text
    schema.model_validate_json(answer.content)


def test_answers_keep_the_schema(ask: Ask) -> None:
    line = {"coordinates": [WEST, SOUTH, EAST]}
    check(Routes, ask("/v2/directions/walker/json", line))
    check(RouteCollection, ask("/v2/directions/walker/geojson", {**line, "elevation": True}))
    spots = {"locations": [WEST, SOUTH, [0, 0]], "metrics": ["distance", "duration"]}
    check(Matrix, ask("/v2/matrix/wheelchair/json", spots))
    check(Snaps, ask("/v2/snap/wheelchair/json", spots))
    check(AreaCollection, ask("/v2/isochrones/walker/geojson", {"locations": [WEST], "range": [60, 300]}))


def test_the_schema_of_the_addresses_is_there(ask: Ask) -> None:
    paths = ask("/openapi.json").json()["paths"]
    assert {"/v2/health", "/v2/directions/{profile}", "/v2/{service}/{profile}", "/whatif"} <= set(paths)
