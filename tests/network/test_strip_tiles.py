"""Outlines drawn square by square are those of all strips united at once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import shapely

from wegeketten.model.lines import place_at
from wegeketten.network import strip_tiles
from wegeketten.network.ring_chains import (
    Stretches,
    areas_of,
    joined_rings,
    polygons_of,
    rings_of,
    stretches_within,
)
from wegeketten.network.strip_tiles import StripTiles, united_strips
from wegeketten.network.tile_grid import corners_of, near_strips, on_border, with_corners

NONE = np.empty(0, dtype=object)


def _network(lines: list[Any]) -> Any:
    """Lines as the geometry of an edge table."""
    bends = np.concatenate(([0], np.cumsum([len(line) for line in lines])))
    return SimpleNamespace(points=np.concatenate(lines).astype(float), bends=bends)


def _town(rng: np.random.Generator) -> tuple[list[Any], np.ndarray[Any, Any]]:
    """Streets with bends, some exactly along the axes and over each other's ends, and doors beside them."""
    lines: list[Any] = []
    for _ in range(40):
        start = rng.integers(-200, 200, 2) * 1.0
        step = rng.normal(0, 40, (int(rng.integers(1, 4)), 2))
        lines.append(np.vstack([start, start + np.cumsum(step, axis=0)]))
    for number in range(12):
        start = np.array([(-100.0, 30.0 * number), (20.0 * number, -150.0)][number % 2])
        lines.append(np.vstack([start, start + ((90.0, 0.0), (0.0, 90.0))[number % 2]]))
        lines.append(np.vstack([lines[-1][1], lines[-1][1] + ((50.0, 0.0), (0.0, 50.0))[number % 2]]))
    doors = rng.uniform(-200, 200, (60, 2))
    return lines, np.stack([doors, doors + rng.normal(0, 12, (60, 2))], axis=1)


def _lakes(rng: np.random.Generator) -> np.ndarray[Any, Any]:
    return np.array([shapely.Point(*rng.uniform(-200, 200, 2)).buffer(rng.uniform(5, 60)) for _ in range(4)])


@pytest.mark.parametrize("seed", range(8))
def test_area_equals_the_union_of_all_strips(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lines, paths = _town(rng)
    water = _lakes(rng) if seed % 2 else NONE
    tiles = StripTiles(_network(lines), water)
    shapes = np.array([shapely.LineString(line) for line in lines])
    for number in range(4):  # the later rounds find some squares drawn
        whole = np.flatnonzero(rng.random(len(lines)) < 0.97)
        pieces = shapes[rng.random(len(lines)) < 0.05]
        doors = paths[rng.random(len(paths)) < 0.97]
        rings = tiles.rings(whole, pieces, doors)
        assert rings is not None
        found = polygons_of(rings)
        expected = united_strips(np.concatenate([shapes[whole], pieces]), doors, water)
        assert found is not None
        assert found.is_valid
        assert shapely.symmetric_difference(found, expected).area < 1e-6
        corners = [shapely.get_num_coordinates(area) for area in (found, expected)]
        assert corners[0] == pytest.approx(corners[1], rel=0.01)  # where sides overlap, rounding decides
        assert not on_border(shapely.get_coordinates(found)).any()
        if number < 2:
            tiles.draw_ahead(whole, doors)


def test_what_is_drawn_ahead_is_told_apart_by_what_it_was_drawn_of() -> None:
    """The same square with another edge, another door, another side of the origin is drawn anew."""
    lines = [np.array([[x, 0.0], [x, 40.0]]) for x in (-150.0, 5.0, 15.0)]
    tiles = StripTiles(_network(lines), NONE)
    path = np.array([[[5.0, 20.0], [30.0, 20.0]]])
    asked = [([0], 0), ([1], 0), ([2], 0), ([1, 2], 0), ([1], 1), ([1, 2], 1), ([], 1), ([], 0)]
    for _ in range(2):
        for rows, doors in asked:
            whole = np.array([shapely.LineString(lines[row]) for row in rows], dtype=object)
            expected = united_strips(whole, path[:doors], NONE).area
            for _ in range(2):
                rings = tiles.rings(np.array(rows, dtype=np.int64), NONE, path[:doors])
                assert rings is not None
                assert areas_of(rings).sum() == pytest.approx(expected)
                tiles.draw_ahead(np.array(rows, dtype=np.int64), path[:doors])


def test_feet_are_places_on_edges() -> None:
    """The same as one by one, at the ends and where points lie on each other."""
    rng = np.random.default_rng(5)
    lines, _ = _town(rng)
    lines.append(np.array([[5.0, 5.0], [5.0, 5.0], [9.0, 5.0], [9.0, 5.0]]))
    tiles = StripTiles(_network(lines), NONE)
    rows = np.append(rng.integers(0, len(lines), 200), [len(lines) - 1] * 3)
    shares = np.concatenate([rng.random(180), np.zeros(10), np.ones(10), [0.0, 0.5, 1.0]])
    found = tiles.feet(rows, shares)
    expected = [
        place_at(lines[row], share) for row, share in zip(rows.tolist(), shares.tolist(), strict=True)
    ]
    assert found == pytest.approx(np.array(expected), abs=1e-8)
    assert (tiles.feet(rows[7:9], shares[7:9]) == found[7:9]).all()


def test_a_long_line_over_many_squares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strip_tiles, "AT_ONCE", 3)
    line = np.array([[0.0, 0.0], [2000.0, 700.0]])
    tiles = StripTiles(_network([line]), NONE)
    whole = united_strips(np.array([shapely.LineString(line)]), np.empty((0, 2, 2)), NONE)
    for _ in range(2):
        rings = tiles.rings(np.array([0]), NONE, np.empty((0, 2, 2)))
        assert rings is not None
        assert areas_of(rings).sum() == pytest.approx(whole.area)
        tiles.draw_ahead(np.array([0]), np.empty((0, 2, 2)))
        monkeypatch.setattr(tiles, "_drawn_at_once", None)  # all of it is there now


@pytest.mark.parametrize("seed", range(6))
def test_corners_on_borders_change_no_area(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = shapely.buffer(shapely.points(rng.uniform(-300, 300, (20, 2))), rng.uniform(1, 150, 20))
    frame = shapely.difference(shapely.box(-200, -200, 200, 200), shapely.box(-99, -99, 9, 99))
    shapes = np.array([*shapes, frame])
    cut = with_corners(shapes)
    assert shapely.is_valid(cut).all()
    assert shapely.area(cut) == pytest.approx(shapely.area(shapes), rel=1e-12)
    low, high = np.split(shapely.bounds(shapes), 2, axis=1)
    near = near_strips(low, high)
    corner = corners_of(near.square)
    parts = shapely.intersection(cut[near.row], shapely.box(*corner[0].T, *corner[1].T))
    assert np.bincount(near.row, shapely.area(parts)) == pytest.approx(shapely.area(shapes))


def test_rings_that_do_not_close_are_not_guessed() -> None:
    ends = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0 + 1e-12, 1.0], [0.0, 1.0], [0.0, 0.0]])
    assert joined_rings(Stretches(ends, np.array([0, 3, 6]))) is None
    twice = np.concatenate([ends[:3], ends[:3], ends[[2, 4, 5]]])
    assert joined_rings(Stretches(twice, np.array([0, 3, 6, 9]))) is None


def test_islands_lie_in_the_hole_of_another_ring() -> None:
    shape = shapely.difference(shapely.box(0, 0, 90, 90), shapely.box(10, 10, 80, 80))
    island = shapely.difference(shapely.box(20, 20, 70, 70), shapely.box(30, 30, 60, 60))
    both = shapely.union_all([shape, island, shapely.box(200, 0, 210, 10)])
    low, high = corners_of(np.unique(near_strips(np.zeros((1, 2)), np.full((1, 2), 210.0)).square))
    rings = joined_rings(stretches_within(np.full(len(low), _with_corners(both)), low, high))
    assert rings is not None
    for drawn in (polygons_of(rings), polygons_of(rings_of(both))):
        assert drawn is not None
        assert shapely.equals(drawn, both)
    assert polygons_of(rings_of(both)._replace(points=rings_of(both).points[::-1])) is None


def _with_corners(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.MultiPolygon(with_corners(np.array(shapely.get_parts(shape))).tolist())
