"""Snapping against a brute-force oracle, on small drawn cases, and for speed of growth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from wegeketten.errors import InputDataError
from wegeketten.model.edges import EdgeTable, Kind
from wegeketten.network.snap import ROADS, Snaps, choose, read_snaps, snap, stranded, write_snaps

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def table(
    lines: list[list[tuple[float, float]]],
    kinds: list[Kind] | None = None,
    levels: list[float] | None = None,
    *,
    off_ground: tuple[int, ...] = (),
    closed: tuple[int, ...] = (),
) -> EdgeTable:
    count = len(lines)
    open_ = np.array([row not in closed for row in range(count)])
    columns: dict[str, NDArray[np.generic]] = {
        "u": np.arange(count, dtype=np.int32),
        "v": np.arange(count, dtype=np.int32) + 1,
        "kind": np.array(kinds or [Kind.footway] * count, dtype=np.uint8),
        "forward": open_,
        "backward": open_,
        "level": np.array(levels or [np.nan] * count, dtype=np.float32),
        "level_ground": np.array([row in off_ground for row in range(count)]),
        "derived": np.zeros(count, dtype=bool),
        "private": np.zeros(count, dtype=bool),
        "osm_type": np.full(count, b"w"),
    }
    bends = np.concatenate([[0], np.cumsum([len(line) for line in lines])])
    return EdgeTable(
        columns, [], bends, np.array([p for line in lines for p in line], dtype=np.float64).reshape(-1, 2)
    )


def random_table(seed: int, count: int, side: float) -> EdgeTable:
    rng = np.random.default_rng(seed)
    lines = []
    for _ in range(count):
        start = rng.uniform(0, side, 2)
        steps = rng.normal(0, 25, (rng.integers(1, 5), 2))
        lines.append([tuple(p) for p in np.vstack([start, start + np.cumsum(steps, axis=0)])])
    kinds = [Kind(int(k)) for k in rng.choice([1, 3, 4, 9, 12, 14, 20], count)]
    return table(lines, kinds)


@pytest.mark.parametrize("seed", range(6))
def test_same_as_looking_at_every_edge(seed: int) -> None:
    edges = random_table(seed, 150, 900.0)
    xy = np.random.default_rng(seed + 100).uniform(-100, 1000, (60, 2))
    found = snap(edges, xy, reach_m=250.0, candidates=5)
    shapes = [
        shapely.LineString(edges.points[a:b]) for a, b in zip(edges.bends[:-1], edges.bends[1:], strict=True)
    ]
    fit = np.isin(edges["kind"], [Kind.street, Kind.footway, Kind.path, Kind.service])
    road = np.isin(edges["kind"], [int(kind) for kind in ROADS])
    for row, (x, y) in enumerate(xy):
        distance = np.where(fit, shapely.distance(shapely.Point(x, y), shapes), np.inf)
        order = [e for e in np.argsort(distance, kind="stable") if distance[e] <= 250.0]
        expected = set(order[:5])
        for kind in (road, ~road):
            expected |= {e for e in order if kind[e]} and {next(e for e in order if kind[e])}
        if len(expected) > 5:
            expected -= {order[4]}
        mine = found.owner == row
        assert set(found.edge[mine].tolist()) == {int(e) for e in expected}
        off = found.off_m[mine]
        assert (np.diff(off) >= 0).all()
        np.testing.assert_allclose(off, distance[found.edge[mine]], rtol=1e-5, atol=1e-3)
        for edge, along, off_m in zip(found.edge[mine], found.along[mine], off, strict=True):
            foot = shapes[edge].interpolate(float(along), normalized=True)
            assert foot.distance(shapely.Point(x, y)) == pytest.approx(off_m, abs=2e-3)
    assert {int(s.element) for s in found.skipped} == set(range(len(xy))) - set(found.owner.tolist())


def test_nearest_road_is_kept_behind_many_footways() -> None:
    lines = [[(0.0, float(y)), (100.0, float(y))] for y in range(1, 21)]
    kinds = [Kind.footway] * 19 + [Kind.street]
    found = snap(table(lines, kinds), np.array([[50.0, 0.0]]), candidates=12)
    assert found.edge.tolist() == [*range(11), 19]


def test_nearest_footway_is_kept_behind_many_streets() -> None:
    lines = [[(0.0, float(y)), (100.0, float(y))] for y in range(1, 21)]
    kinds = [Kind.street] * 19 + [Kind.pavement]
    found = snap(table(lines, kinds), np.array([[50.0, 0.0]]), candidates=12)
    assert found.edge.tolist() == [*range(11), 19]


@pytest.mark.parametrize(
    "kind",
    [kind for kind in Kind if kind.is_barrier]
    + [Kind.crossing, Kind.steps, Kind.lift, Kind.escalator, Kind.moving_walkway, Kind.link],
)
def test_no_door_opens_onto(kind: Kind) -> None:
    found = snap(table([[(0, 1), (9, 1)], [(0, 50), (9, 50)]], [kind, Kind.path]), np.array([[5.0, 0.0]]))
    assert found.edge.tolist() == [1]


def test_edges_closed_to_everybody_are_no_candidates() -> None:
    found = snap(table([[(0, 1), (9, 1)]], closed=(0,)), np.array([[5.0, 0.0]]), ids=["n17"])
    assert len(found) == 0
    assert found.skipped[0].element == "n17"
    assert "250 m" in found.skipped[0].reason


def test_a_home_does_not_join_an_underground_platform() -> None:
    edges = table([[(0, 1), (9, 1)], [(0, 90), (9, 90)]], [Kind.platform, Kind.street], [-2.0, np.nan])
    home = np.array([[5.0, 0.0]])
    assert snap(edges, home).edge.tolist() == [1]
    assert snap(edges, home, reach_m=50.0).edge.tolist() == [0]  # nothing else there


def test_a_home_does_not_join_a_tunnel() -> None:
    edges = table([[(0, 1), (9, 1)], [(0, 90), (9, 90)]], off_ground=(0,))
    assert snap(edges, np.array([[5.0, 0.0]])).edge.tolist() == [1, 0]
    on_it = snap(edges, np.array([[5.0, 1.0]]))
    assert on_it.edge.tolist() == [0, 1]
    stop = snap(edges, np.array([[5.0, 0.0]]), free=np.array([True]))
    assert stop.edge.tolist() == [0, 1]


def test_a_place_prefers_its_own_storey_when_it_is_near() -> None:
    edges = table([[(0, 1), (9, 1)], [(0, 40), (9, 40)], [(0, 2), (9, 2)]], levels=[np.nan, -1.0, 3.0])
    shop = np.array([[5.0, 0.0]])
    assert snap(edges, shop, level=np.array([-1.0])).edge.tolist() == [1, 0]
    far = table([[(0, 1), (9, 1)], [(0, 200), (9, 200)]], levels=[np.nan, -1.0])
    assert snap(far, shop, level=np.array([-1.0])).edge.tolist() == [0, 1]


def test_several_access_points_of_one_place() -> None:
    edges = table([[(0, 0), (100, 0)], [(0, 400), (100, 400)]])
    points = np.array([[10.0, 5.0], [20.0, 395.0], [0.0, 5000.0]])
    found = snap(edges, points, np.array([0, 0, 1]), np.array([0, 1, 0]), ids=["w1", "w2"])
    assert found.owner.tolist() == [0, 0]
    assert found.point.tolist() == [0, 1]
    assert found.edge.tolist() == [0, 1]
    assert [s.element for s in found.skipped] == ["w2"]


def test_foot_on_a_bend_counts_metres_along_the_whole_edge() -> None:
    found = snap(table([[(0, 0), (30, 0), (30, 70)]]), np.array([[35.0, 20.0]]))
    assert found.along[0] == pytest.approx(0.5)
    assert found.off_m[0] == pytest.approx(5.0)


def test_edges_without_length_and_no_edges_at_all() -> None:
    found = snap(table([[(3, 4), (3, 4)]]), np.array([[0.0, 0.0]]))
    assert (found.along[0], found.off_m[0]) == (0.0, 5.0)
    assert len(snap(table([]), np.array([[0.0, 0.0]]))) == 0
    assert len(snap(table([[(0, 0), (1, 1)]]), np.zeros((0, 2)))) == 0


def test_a_point_without_coordinates_is_listed() -> None:
    found = snap(table([[(0, 0), (1, 1)]]), np.array([[np.nan, 0.0], [0.0, 0.0]]))
    assert found.owner.tolist() == [1]
    assert [s.element for s in found.skipped] == ["0"]


def test_the_profile_takes_the_first_edge_it_may_use() -> None:
    columns = ([0, 0, 0, 1, 1, 2], [0, 0, 1, 0, 0, 0], [4, 2, 4, 4, 1, 3], [0.5] * 6, [1, 2, 3, 1, 2, 9])
    snaps = Snaps(*(np.array(column) for column in columns))  # type: ignore[arg-type]
    usable = np.zeros(10, dtype=bool)
    usable[[5, 8]] = True  # edge 2 backward, edge 4 forward
    chosen = choose(snaps, usable)
    assert chosen.tolist() == [0, 2, 3]
    assert stranded(snaps, chosen).tolist() == [2]
    assert choose(snaps, np.zeros(10, dtype=bool)).tolist() == []


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_choose_against_a_loop(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(0, 40))
    owner, point = rng.integers(0, 6, count), rng.integers(0, 3, count)
    order = np.lexsort((point, owner))
    arcs, zeros = rng.integers(0, 5, count), np.zeros(count)
    snaps = Snaps(owner[order], point[order], arcs, zeros, zeros)  # type: ignore[arg-type]  # wider numbers do as well
    usable = rng.random(10) < 0.4
    expected, seen = [], set()
    for row in range(count):
        key, edge = (int(snaps.owner[row]), int(snaps.point[row])), int(snaps.edge[row])
        if key not in seen and (usable[2 * edge] or usable[2 * edge + 1]):
            seen.add(key)
            expected.append(row)
    assert choose(snaps, usable).tolist() == expected


def test_moving_everything_changes_nothing() -> None:
    edges = random_table(3, 100, 500.0)
    xy = np.random.default_rng(1).uniform(0, 500, (40, 2))
    here = snap(edges, xy)
    moved = EdgeTable(edges.columns, [], edges.bends, edges.points + np.array([4096.0, 8192.0]))
    there = snap(moved, xy + np.array([4096.0, 8192.0]))
    assert here.edge.tolist() == there.edge.tolist()
    np.testing.assert_allclose(here.off_m, there.off_m, atol=1e-3)


def test_on_disk_and_back(tmp_path: Path) -> None:
    found = snap(random_table(0, 50, 300.0), np.random.default_rng(0).uniform(0, 300, (10, 2)))
    write_snaps(tmp_path / "a.parquet", found)
    write_snaps(tmp_path / "b.parquet", found)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    back = read_snaps(tmp_path / "a.parquet")
    for name in ("owner", "point", "edge", "along", "off_m"):
        column = getattr(found, name)
        assert getattr(back, name).dtype == column.dtype
        assert getattr(back, name).tolist() == column.tolist()
    with pytest.raises(InputDataError, match="build the city again"):
        read_snaps(tmp_path / "none.parquet")
