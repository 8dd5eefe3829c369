"""A small invented town as map data, and its times by a search that shares no code with the product."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.joins.endpoints import Endpoints
from wegeketten.model.edges import Kind, element_ids
from wegeketten.reports.data import (
    CLOSED,
    LIKELY,
    POSSIBLE,
    SURE,
    Base,
    District,
    MapData,
    MapHomes,
    MapJoints,
    MapNetwork,
    MapPlaces,
    MapWorks,
    Mark,
    MeasureMark,
    ProfileLayer,
)
from wegeketten.whatif.doors import Remedies, assemble

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wegeketten.whatif.doors import Doors

UNREACHED = 2**31 - 1  # the routing core's INF
WEST, SOUTH, STEP = 13.70, 51.03, 0.001


def toytown(size: int = 12, *, seed: int = 1, hostile: Sequence[str] = ()) -> MapData:
    """A grid of streets with kerbs, homes along it and places; texts of `hostile` in turn everywhere."""
    rng = np.random.default_rng(seed)
    lon = WEST + STEP * np.tile(np.arange(size), size)
    lat = SOUTH + STEP * np.repeat(np.arange(size), size) / 1.6
    node = np.arange(size * size).reshape(size, size)
    u = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()]).astype(np.int32)
    v = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()]).astype(np.int32)
    count = len(u)
    points = np.stack([np.stack([lon[u], lat[u]], 1), np.stack([lon[v], lat[v]], 1)], 1).reshape(-1, 2)
    kind = rng.choice([Kind.street, Kind.footway, Kind.kerb, Kind.steps], count, p=[0.5, 0.3, 0.15, 0.05])
    barrier = kind >= Kind.steps
    height = np.where(kind == Kind.kerb, rng.choice([0.0, 3.0, 12.0], count), 0.0)
    turn = itertools.cycle(hostile)

    def text(plain: str) -> str:
        return next(turn) if hostile else plain

    names = [text(f"{name}straße") for name in ("Haupt", "Birken", "Kloster", "Eulen")]
    name = rng.integers(-1, len(names), count)
    network = MapNetwork(
        lon=lon,
        lat=lat,
        u=u,
        v=v,
        kind=kind.astype(np.uint8),
        lawful=np.where(rng.random(count) < 0.02, 1, 3).astype(np.uint8),
        length_m=np.where(barrier, 1.0, rng.uniform(60, 80, count)).astype(np.float32),
        osm_type=np.where(barrier, b"n", b"w").astype("S1"),
        osm_id=np.arange(count) * 7 + 10_000_000_000,
        part=np.where(barrier, -1, 0).astype(np.int32),
        name=name.astype(np.int32),
        names=names,
        starts=np.arange(count + 1) * 2,
        points=points,
        short_slopes=np.zeros(0, dtype=np.int64),
        readings={
            "kerb_cm": (height, np.maximum(height - 1, 0), height + 3, np.where(kind == Kind.kerb, 4, 0)),
            "step_count": (
                np.full(count, 6.0),
                np.full(count, 3.0),
                np.full(count, 20.0),
                np.where(kind == Kind.steps, 2, 0),
            ),
        },
    )
    homes_count = 40 * size
    home_edge = rng.integers(0, count, homes_count).astype(np.int32)
    home_along = rng.random(homes_count).astype(np.float32)
    home_lon, home_lat = _on(network, home_edge, home_along, rng)
    homes = MapHomes(
        lon=home_lon,
        lat=home_lat,
        street=[text(names[max(row, 0)]) for row in name[home_edge]],
        housenumber=[text(str(i % 97 + 1)) for i in range(homes_count)],
        district=(home_lon > WEST + STEP * size / 2).astype(np.int32),
        weight=rng.uniform(0.5, 4, homes_count),
    )
    place_edge = rng.integers(0, count, 12).astype(np.int32)
    place_along = rng.random(12).astype(np.float32)
    place_edge[0] = home_edge[0]  # one home has a place on its own edge
    place_lon, place_lat = _on(network, place_edge, place_along, rng)
    places = MapPlaces(
        lon=place_lon,
        lat=place_lat,
        place_id=[f"n{i}" for i in range(12)],
        name=[text(f"Ort {i}") for i in range(12)],
        service=np.repeat([0, 1, 2], 4).astype(np.uint8),
        wheelchair=np.tile([1.0, 0.5, 0.0, np.nan], 3),
        opening_hours=[text("Mo-Fr 08:00-18:00") for _ in range(12)],
    )
    profiles = [
        _layer(network, "walker", 1.33, homes_count, rng),
        _layer(network, "wheelchair", 0.7, homes_count, rng),
    ]
    works, profiles = _switchable(network, profiles, rng, text)
    middle = WEST + STEP * size / 2
    box = (WEST - STEP, middle, WEST + STEP * size, SOUTH - STEP, SOUTH + STEP * size)
    return MapData(
        title=text("Musterstadt"),
        network=network,
        homes=homes,
        home_joints=MapJoints(
            np.arange(homes_count), home_edge, home_along, rng.uniform(2, 25, homes_count).astype(np.float32)
        ),
        places=places,
        place_joints=MapJoints(
            np.arange(12), place_edge, place_along, rng.uniform(2, 25, 12).astype(np.float32)
        ),
        services=[
            ("groceries", text("Lebensmittel")),
            ("pharmacy", text("Apotheke")),
            ("own_service", text("Repair-Café")),
        ],
        works=works,
        profiles=profiles,
        districts=[
            District("west", text("Altstadt West"), [_ring(box[0], box[1], box[3], box[4])]),
            District("ost", text("Neustadt Ost"), [_ring(box[1], box[2], box[3], box[4])]),
        ],
        base=Base(
            np.array([0, 1, 2], dtype=np.uint8),
            np.array([0, 5, 10, 15]),
            np.concatenate(
                [_ring(WEST + i * STEP, WEST + (i + 0.6) * STEP, SOUTH, SOUTH + STEP) for i in range(3)]
            ),
        ),
        sources={
            "version": "0.1.0",
            "source": text("musterstadt.osm.pbf"),
            "source_sha256": "0" * 64,
            "osm_timestamp": "2026-07-01",
            "counted": "people",
        },
        measures=_measures(network, works, text),
        walks=[Mark(WEST + 2 * STEP, SOUTH + STEP, text("Bordstein messen"), [])],
        sites=[Mark(WEST + 1.5 * STEP, SOUTH + 2 * STEP, text("1. Bibliothek"), [text("Ring 3")], sign="1")],
        needs=[Mark(WEST + 3 * STEP, SOUTH + 2 * STEP, text("Neustadt"), [text("Treff")], sign="1 Stelle")],
        notes=[text("")] if hostile else [],
    )


def _ring(west: float, east: float, south: float, north: float) -> np.ndarray:
    return np.array([[west, south], [east, south], [east, north], [west, north], [west, south]])


def _on(
    network: MapNetwork, edge: np.ndarray, along: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    u, v = network.u[edge], network.v[edge]
    shift = rng.uniform(-1e-4, 1e-4, (2, len(edge)))
    return (
        network.lon[u] + along * (network.lon[v] - network.lon[u]) + shift[0],
        network.lat[u] + along * (network.lat[v] - network.lat[u]) + shift[1],
    )


def _layer(
    network: MapNetwork, name: str, speed: float, homes: int, rng: np.random.Generator
) -> ProfileLayer:
    count = len(network.u)
    units = np.rint(np.repeat(network.length_m, 2) / speed * 10 * rng.uniform(1, 1.3, 2 * count)).astype(
        np.int64
    )
    units[::7] = 0 if name == "walker" else units[::7]
    kerb = np.full(2 * count, SURE, dtype=np.uint8)
    steps, access = kerb.copy(), kerb.copy()
    if name == "wheelchair":
        unsure = rng.random(2 * count)
        kerb[unsure < 0.3] = LIKELY
        kerb[unsure < 0.1] = POSSIBLE
        kerb[np.repeat(network.readings["kerb_cm"][0] > 5, 2)] = CLOSED
        steps[np.repeat(network.kind == Kind.steps, 2)] = CLOSED
    access[~np.stack([network.lawful & 1, network.lawful >> 1], 1).ravel().astype(bool)] = CLOSED
    outcomes, outcome = np.unique(np.stack([access, kerb, steps], 1), axis=0, return_inverse=True)
    mended, prices = _works(units, np.stack([access, kerb, steps]).min(axis=0), access, rng)
    return ProfileLayer(
        id=name,
        name=name,
        speed_mps=speed,
        units=units,
        checks=[("access", "lawful"), ("kerb_cm", 3.0), ("step_count", 0)],
        outcomes=outcomes,
        outcome=outcome.ravel(),
        home_joints=rng.random(homes) < 0.97,
        place_joints=np.ones(12, dtype=bool),
        place_level=np.tile([SURE, LIKELY, CLOSED, LIKELY], 3).astype(np.uint8)
        if name == "wheelchair"
        else np.full(12, SURE, dtype=np.uint8),
        standard_units=[round(700 / speed * 10)] * 3,
        mended=mended,
        prices=prices,
        price_low=prices // 2,
        price_high=prices * 2,
        works_units=np.zeros(0, dtype=np.int64),
        works_parts=np.zeros((0, 4), dtype=np.uint8),
    )


def _switchable(
    network: MapNetwork, profiles: list[ProfileLayer], rng: np.random.Generator, text: Callable[[str], str]
) -> tuple[MapWorks, list[ProfileLayer]]:
    """Works for three in four edges that somebody cannot pass, open in other answers for either profile."""
    shut = np.any([layer.level < SURE for layer in profiles], axis=0).reshape(-1, 2).any(axis=1)
    edges = np.flatnonzero(shut & (rng.random(len(shut)) < 0.75))
    low = rng.integers(1, 20, len(edges)) * 1000
    works = MapWorks(
        edges, low, 2 * low, 3 * low, rng.integers(0, 2, len(edges)), [text("absenken"), text("verbreitern")],
        network.kind[edges], {},
    )  # fmt: skip
    arcs = np.stack([2 * edges, 2 * edges + 1], axis=1).ravel()
    made = []
    for layer in profiles:
        level = rng.choice([CLOSED, POSSIBLE, LIKELY, SURE], len(arcs), p=[0.1, 0.1, 0.3, 0.5]).astype(
            np.uint8
        )
        units = np.rint(layer.units[arcs] * rng.uniform(0.7, 1.2, len(arcs))).astype(np.int64)
        parts = np.full((len(arcs), 4), SURE, dtype=np.uint8)
        parts[:, 3] = level
        made.append(replace(layer, works_units=units, works_parts=parts))
    return works, made


def _measures(network: MapNetwork, works: MapWorks, text: Callable[[str], str]) -> list[MeasureMark]:
    """Three proposals of two barriers each; the first is written out."""
    named = element_ids(
        *(column[works.edges[:6]] for column in (network.osm_type, network.osm_id, network.part))
    )
    first = MeasureMark(
        WEST + STEP, SOUTH + STEP, text("Bordstein absenken"), [text("8.000 €")], 1, text("Hauptstraße 1"),
        2000.0, 8000.0, True, named[:2],
    )  # fmt: skip
    return [first] + [
        MeasureMark(
            WEST + number * STEP, SOUTH + 2 * STEP, text(f"{number}. Rampe"), [], number, "", 1000.0, 9000.0,
            False, named[2 * number - 2 : 2 * number],
        )
        for number in (2, 3)
    ]  # fmt: skip


def with_works(data: MapData, layer: ProfileLayer, edges: Sequence[int], level: int) -> ProfileLayer:
    """The layer as it is in one answer once works are done: each arc takes the faster of its two times."""
    units, open_to = layer.units.copy(), layer.level.copy()
    row_of = {edge: row for row, edge in enumerate(data.works.edges.tolist())}
    for edge in edges:
        for back in (0, 1):
            arc, at = 2 * edge + back, 2 * row_of[edge] + back
            if layer.works_level[at] < level:
                continue
            after = int(layer.works_units[at])
            units[arc] = min(int(units[arc]), after) if open_to[arc] >= level else after
            open_to[arc] = level
    outcomes, outcome = np.unique(open_to[:, None], axis=0, return_inverse=True)
    return replace(layer, units=units, outcomes=outcomes, outcome=outcome.ravel())


def _works(
    units: np.ndarray, level: np.ndarray, access: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Works for most edges that are closed, a few of which open one direction only."""
    shut = (level < LIKELY) & (access == SURE)
    able = shut.reshape(-1, 2).any(axis=1) & (rng.random(len(level) // 2) < 0.8)
    opened = np.repeat(able, 2) & (access == SURE) & (rng.random(len(level)) < 0.95)
    mended = np.where(opened, np.maximum(1, units * 9 // 10), UNREACHED)
    price = rng.choice([2_000, 8_000, 8_000, 15_000, 120_000], len(able))
    return mended, np.where(able, price, 0)


def doors(data: MapData, layer: ProfileLayer) -> Doors:
    """The town as the field that `why` searches on, in the answer *likely*."""
    network = data.network

    def access(joints: MapJoints, used: np.ndarray) -> Endpoints:
        off_m = joints.off_m[used].astype(np.float64)
        units = np.rint(off_m / layer.speed_mps / 0.1).astype(np.int64)
        along = joints.along[used].astype(np.float64)
        return Endpoints(joints.owner[used], joints.edge[used], along, off_m, units)

    today = np.where(layer.level >= LIKELY, layer.units, UNREACHED).astype(np.int32)
    remedies = Remedies(layer.mended.astype(np.int32), layer.prices.astype(np.int64))
    return assemble(
        len(network.lon), network.u, network.v, today, remedies, access(data.home_joints, layer.home_joints),
        len(data.homes), access(data.place_joints, layer.place_joints),
    )  # fmt: skip


def times(data: MapData, layer: ProfileLayer, service: int, level: int) -> np.ndarray:  # noqa: C901 one rule after the other
    """Door-to-door units of every home by a plain search from each place, as the scan defines them."""
    network = data.network
    weight = np.where(layer.level >= level, layer.units, UNREACHED)
    into: dict[int, list[tuple[int, int]]] = {}
    for e, (a, b) in enumerate(zip(network.u.tolist(), network.v.tolist(), strict=True)):
        for arc, tail, head in ((2 * e, a, b), (2 * e + 1, b, a)):
            if weight[arc] != UNREACHED:
                into.setdefault(head, []).append((tail, int(weight[arc])))

    def part(arc: int, along: float) -> int:
        return int(np.rint(int(weight[arc]) * float(along)))

    def off(joints: MapJoints, row: int) -> int:
        return int(np.rint(float(joints.off_m[row]) / layer.speed_mps / 0.1))

    best: dict[int, int] = {}
    heap: list[tuple[int, int]] = []
    offer = []
    for row in range(len(data.place_joints)):
        owner = int(data.place_joints.owner[row])
        if (
            not layer.place_joints[row]
            or data.places.service[owner] != service
            or layer.place_level[owner] < level
        ):
            continue
        offer.append(row)
        e, along = int(data.place_joints.edge[row]), float(data.place_joints.along[row])
        if weight[2 * e] != UNREACHED:
            heap.append((part(2 * e, along) + off(data.place_joints, row), int(network.u[e])))
        if weight[2 * e + 1] != UNREACHED:
            rest = int(weight[2 * e + 1]) - part(2 * e + 1, along)
            heap.append((rest + off(data.place_joints, row), int(network.v[e])))
    heapq.heapify(heap)
    while heap:
        time, at = heapq.heappop(heap)
        if at in best:
            continue
        best[at] = time
        for tail, extra in into.get(at, ()):
            if tail not in best:
                heapq.heappush(heap, (time + extra, tail))
    out = np.full(len(data.homes), UNREACHED, dtype=np.int64)
    for row in np.flatnonzero(layer.home_joints).tolist():
        e, along = int(data.home_joints.edge[row]), float(data.home_joints.along[row])
        found = []
        if weight[2 * e + 1] != UNREACHED and int(network.u[e]) in best:
            found.append(best[int(network.u[e])] + part(2 * e + 1, along))
        if weight[2 * e] != UNREACHED and int(network.v[e]) in best:
            found.append(best[int(network.v[e])] + int(weight[2 * e]) - part(2 * e, along))
        for place in offer:
            if int(data.place_joints.edge[place]) != e:
                continue
            end = float(data.place_joints.along[place])
            arc = 2 * e if end >= along else 2 * e + 1
            if weight[arc] != UNREACHED:
                found.append(abs(part(arc, end) - part(arc, along)) + off(data.place_joints, place))
        if found:
            out[data.home_joints.owner[row]] = min(found) + off(data.home_joints, row)
    return out
