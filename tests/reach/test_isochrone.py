"""Reach areas against brute force and the scan."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from reach.toy import Edge, toy_city

import wegeketten as wk
from wegeketten.errors import UsageError
from wegeketten.model.edges import Kind
from wegeketten.people.profile import load_profile
from wegeketten.reach.isochrone import find_isochrone
from wegeketten.reach.scan import scan
from wegeketten.reach.spans import Spans, spans_within
from wegeketten.routing import INF, Hierarchy

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City


def _line_of(count: int) -> City:
    """Edges of 100 m in a row, with a home in the middle of each."""
    nodes = [(100.0 * x, 0.0) for x in range(count + 1)]
    edges: list[Edge] = [(x, x + 1, Kind.footway, {}) for x in range(count)]
    return _swept(toy_city(nodes, edges, homes=list(range(count)), places=[("pharmacy", 0)]))


def _swept(city: City) -> City:
    """The toy city with a hierarchy, which real cities keep in their folder."""
    city.hierarchy = Hierarchy(city.graph)
    return city


def _time_at(
    edge: int,
    share: float,
    uv: tuple[NDArray[np.int32], NDArray[np.int32]],
    weights: NDArray[np.int32],
    units: NDArray[np.int32],
    *,
    leaving: bool,
) -> float:
    """Time between the start and a place on an edge, walked out from either end: the oracle."""
    ahead, back = weights[2 * edge], weights[2 * edge + 1]
    if not leaving:
        ahead, back = back, ahead
    best = float("inf")
    for node, weight, part in ((uv[0][edge], ahead, share), (uv[1][edge], back, 1 - share)):
        if units[node] != INF and weight != INF:
            best = min(best, float(units[node]) + float(weight) * part)
    return best


@pytest.mark.parametrize("seed", range(200))
def test_spans_equal_the_times_along_every_edge(seed: int) -> None:
    rng = np.random.default_rng(seed)
    nodes, edges = int(rng.integers(2, 9)), int(rng.integers(1, 25))
    uv = rng.integers(0, nodes, edges).astype(np.int32), rng.integers(0, nodes, edges).astype(np.int32)
    weights = rng.integers(0, 120, 2 * edges).astype(np.int32)
    weights[rng.random(2 * edges) < 0.2] = INF
    units = rng.integers(0, 150, nodes).astype(np.int32)
    units[rng.random(nodes) < 0.2] = INF
    leaving, limit = bool(rng.integers(2)), 100
    found = spans_within(uv, weights, units, limit, leaving=leaving)
    assert (found.start < found.end).all()
    for edge in range(edges):
        spans = [
            (a, b)
            for e, a, b in zip(found.edge.tolist(), found.start.tolist(), found.end.tolist(), strict=True)
            if e == edge
        ]
        for share in np.linspace(0.005, 0.995, 67).tolist():
            time = _time_at(edge, share, uv, weights, units, leaving=leaving)
            if abs(time - limit) > 1e-6:
                inside = any(a <= share <= b for a, b in spans)
                assert inside == (time <= limit), (seed, edge, share)


def test_spans_of_one_edge_are_merged() -> None:
    uv = np.array([0], np.int32), np.array([1], np.int32)
    found = spans_within(uv, np.array([100, 100], np.int32), np.array([40, 50], np.int32), 100, leaving=True)
    assert (found.start.tolist(), found.end.tolist()) == ([0.0], [1.0])
    assert isinstance(found, Spans)
    assert found.whole.all()


@pytest.mark.parametrize("leaving", [True, False])
def test_areas_are_nested_and_hold_the_homes_within(leaving: bool) -> None:
    city, walker = _line_of(9), load_profile("walker")
    spot = float(city.homes["lat"][4]), float(city.homes["lon"][4])
    found = find_isochrone(city, walker, [3, 1, 2], start=spot, leaving=leaving)
    assert [area.seconds for area in found.areas] == [60.0, 120.0, 180.0]
    points = shapely.points(city.homes["x"], city.homes["y"])
    for small, large in zip(found.areas, found.areas[1:], strict=False):
        assert large.shape.buffer(1e-6).contains(small.shape)
        assert set(small.homes.tolist()) <= set(large.homes.tolist())
    for area in found.areas:
        reached = np.zeros(9, dtype=bool)
        reached[area.homes] = True
        assert (shapely.contains(area.shape, points) == reached).all()
        metres = walker.level_m_s * area.seconds
        assert (reached == (np.abs(np.arange(9) - 4) * 100 <= metres)).all()


def test_a_closed_edge_is_not_leapt_over() -> None:
    nodes = [(0, 0), (50, 0), (100, 0), (150, 0)]
    edges = [
        (0, 1, Kind.footway, {}),
        (1, 2, Kind.steps, {"step_count": 9.0, "step_count_lower": 9.0, "step_count_upper": 9.0}),
        (2, 3, Kind.footway, {}),
    ]
    city = _swept(toy_city(nodes, edges, homes=[0, 2], places=[("pharmacy", 0)]))
    spot = float(city.homes["lat"][0]), float(city.homes["lon"][0])
    wheels = find_isochrone(city, load_profile("wheelchair"), [10], start=spot, answer="possible").areas[0]
    feet = find_isochrone(city, load_profile("walker"), [10], start=spot, answer="possible").areas[0]
    assert wheels.homes.tolist() == [0]
    assert feet.homes.tolist() == [0, 1]
    assert set(wheels.spans.edge.tolist()) == {0}
    assert not wheels.shape.contains(shapely.Point(city.homes["x"][1], city.homes["y"][1]))


def test_reach_of_a_service_equals_the_scan(tmp_path: Path) -> None:
    city, profile = _line_of(12), load_profile("rollator")
    result = scan(city, profiles=[profile], services=["pharmacy"])
    found = find_isochrone(city, profile, [5], service="pharmacy", answer="likely")
    units = result.reach["rollator"].units["likely"][:, 0]
    assert (found.home_units == units).all()
    assert found.areas[0].homes.tolist() == np.flatnonzero(units <= 3000).tolist()


def test_geojson_is_what_clients_read(tmp_path: Path) -> None:
    city, file = _line_of(5), tmp_path / "area.geojson"
    spot = float(city.homes["lat"][2]), float(city.homes["lon"][2])
    find_isochrone(city, load_profile("walker"), [2], start=spot).write(file)
    document = json.loads(file.read_text(encoding="utf-8"))
    (feature,) = document["features"]
    assert document["attribution"] == "© OpenStreetMap contributors"
    assert feature["geometry"]["type"] == "Polygon"
    about = feature["properties"]
    assert (about["value"], about["group_index"], about["total_pop"]) == (120.0, 0, 3.0)
    assert about["center"] == pytest.approx([spot[1], spot[0]], abs=1e-7)
    shape = shapely.geometry.shape(feature["geometry"])
    assert shape.is_valid
    assert shape.contains(shapely.Point(about["center"]))


def test_geopackage_has_its_layers(tmp_path: Path) -> None:
    pyogrio = pytest.importorskip("pyogrio")
    city, file = _line_of(5), tmp_path / "area.gpkg"
    spot = float(city.homes["lat"][2]), float(city.homes["lon"][2])
    find_isochrone(city, load_profile("walker"), [1, 2], start=spot).write(file)
    assert {name for name, _ in pyogrio.list_layers(file)} >= {"areas", "edges", "homes"}


@pytest.mark.parametrize("minutes", [[], [0], [-5], [601], [float("nan")]])
def test_wrong_limits_are_refused(minutes: list[float]) -> None:
    with pytest.raises(UsageError, match="isochrone"):
        find_isochrone(_line_of(2), load_profile("walker"), minutes, service="pharmacy")


def test_point_or_service() -> None:
    with pytest.raises(UsageError, match="one of them"):
        find_isochrone(_line_of(2), load_profile("walker"), [5])


@pytest.mark.data
def test_areas_of_a_real_town(shared_data: Path, tmp_path: Path) -> None:
    city = wk.build(shared_data / "osm" / "berlin-miraustrasse_2026-07.osm.pbf", tmp_path / "city")
    rng = np.random.default_rng(20261130)
    points = shapely.points(city.homes["x"], city.homes["y"])
    outside = missed = 0
    for name in ("walker", "wheelchair"):
        for home in rng.choice(len(city.homes["x"]), 6, replace=False).tolist():
            spot = float(city.homes["lat"][home]), float(city.homes["lon"][home])
            for area in find_isochrone(city, load_profile(name), [5, 15], start=spot).areas:
                shapely.prepare(area.shape)
                inside = shapely.contains(area.shape, points)
                reached = np.zeros(len(city.homes["x"]), dtype=np.bool_)
                reached[area.homes] = True
                assert not (reached & ~inside).any()
                missed += int((inside & ~reached).sum())
                outside += int((~reached).sum())
    assert missed <= 0.03 * outside
