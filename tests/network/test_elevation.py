"""Gradients against terrain whose slopes are known in closed form."""

from __future__ import annotations

import math
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from wegeketten.errors import InputDataError, MissingExtraError, UsageError
from wegeketten.model.edges import PLAIN, EdgeTable, Kind, absent_columns
from wegeketten.model.reading import Provenance
from wegeketten.network.elevation import GradeReport, base_length_m, grade, height_error_m, margin_pct
from wegeketten.network.strokes import string
from wegeketten.network.terrain import Terrain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Surface = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]
    Lines = Sequence[Sequence[tuple[float, float] | NDArray[np.float64]]]

rasterio = pytest.importorskip("rasterio", reason="needs rasterio (extra dem)")

EAST, NORTH = 650_000.0, 5_480_000.0
ORIGIN = np.array([EAST, NORTH])


class Utm:
    """EPSG:25832."""

    def __init__(self) -> None:
        self._transformer = Transformer.from_crs(25832, 4326, always_xy=True)

    def to_lonlat(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.stack(self._transformer.transform(xy[:, 0], xy[:, 1]), axis=1)


UTM = Utm()


def write_dem(
    path: Path,
    height: Surface,
    *,
    cell: float = 1.0,
    size: tuple[float, float] = (400, 400),
    origin: tuple[float, float] = (EAST, NORTH),
    crs: str | None = "EPSG:25832",
    **profile: Any,
) -> Path:
    """A GeoTIFF of height(x, y); origin is the lower left corner."""
    rows, columns = round(size[1] / cell), round(size[0] / cell)
    x = origin[0] + (np.arange(columns) + 0.5) * cell
    y = origin[1] + size[1] - (np.arange(rows) + 0.5) * cell
    heights = height(*np.meshgrid(x, y)) * np.ones((rows, columns))
    transform = rasterio.Affine(cell, 0, origin[0], 0, -cell, origin[1] + size[1])
    unit = profile.pop("unit", None)
    dtype = profile.pop("dtype", "float32")
    with rasterio.open(
        path, "w", "GTiff", columns, rows, 1, crs, transform, dtype=dtype, **profile
    ) as target:
        target.write(heights.astype(dtype), 1)
        if unit:
            target.units = (unit,)
    return path


def table(lines: Lines, **columns: Any) -> EdgeTable:
    """Edges from lines of points (metres east and north of the origin), joined where their ends coincide."""
    nodes: dict[tuple[float, ...], int] = {}
    count = len(lines)
    ends = [
        tuple(nodes.setdefault(tuple(point), len(nodes)) for point in (line[0], line[-1])) for line in lines
    ]
    data = {name: np.zeros(count, dtype) for name, dtype in PLAIN.items()}
    data |= absent_columns(count)
    data["u"], data["v"] = np.array(ends, np.int32).reshape(-1, 2).T.copy()
    data["osm_type"][:] = b"w"
    data["osm_id"] = np.arange(count) + 100
    data["part"][:] = -1
    data["kind"][:] = Kind.footway
    data["forward"][:] = data["backward"][:] = True
    points = np.concatenate([np.asarray(line, float) for line in lines]) + ORIGIN
    data["length_m"] = np.array(
        [np.hypot(*np.diff(np.asarray(line, float), axis=0).T).sum() for line in lines], np.float32
    )
    for name in ("rise_m", "fall_m"):
        data[name][:] = np.nan
    data["incline_pct"][:], data["incline_pct_lower"][:], data["incline_pct_upper"][:] = 0, -15, 15
    data["incline_pct_from"][:] = Provenance.assumed
    for name, values in columns.items():
        data[name] = np.asarray(values, data[name].dtype)
    return EdgeTable(data, [], np.r_[0, np.cumsum([len(line) for line in lines])], points)


def plane(east_pct: float, north_pct: float = 0.0, base: float = 200.0) -> Surface:
    return lambda x, y: base + (x - EAST) * east_pct / 100 + (y - NORTH) * north_pct / 100


def graded(tmp_path: Path, height: Surface, edges: EdgeTable, **dem: Any) -> tuple[EdgeTable, GradeReport]:
    report = grade(edges, UTM, Terrain([write_dem(tmp_path / "dem.tif", height, **dem)]))
    return edges, report


@pytest.mark.parametrize("cell", [1.0, 5.0, 25.0])
@pytest.mark.parametrize(("east", "north"), [(5.0, 0.0), (-8.0, 3.0), (0.0, -12.0)])
def test_plane_gives_its_slope_in_every_direction(
    tmp_path: Path, cell: float, east: float, north: float
) -> None:
    rng = np.random.default_rng(7)
    lines = []
    for length in (2.0, 8.0, 30.0, 90.0):
        for angle in rng.uniform(0, 360, 5):
            step = length * np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))])
            start = rng.uniform(150, 250, 2)
            lines.append([start, start + step / 2, start + step])
    edges, report = graded(tmp_path, plane(east, north), table(lines), cell=cell)
    run = np.array([line[-1] - line[0] for line in lines])
    expected = (run @ (east, north)) / np.hypot(*run.T)
    assert edges["incline_pct"] == pytest.approx(expected, abs=0.02)
    assert (edges["incline_pct_lower"] <= expected).all()
    assert (edges["incline_pct_upper"] >= expected).all()
    assert (edges["incline_pct_from"] == Provenance.derived).all()
    assert report.graded == len(lines)
    assert report.unknown == 0
    climb = run @ (east, north) / 100
    assert edges["rise_m"] - edges["fall_m"] == pytest.approx(climb, abs=0.01)
    assert (np.minimum(edges["rise_m"], edges["fall_m"]) < 0.01).all()


def test_reversed_edge_has_the_opposite_gradient(tmp_path: Path) -> None:
    there, back = [(10, 20), (150, 60)], [(150, 60), (10, 20)]
    edges, _ = graded(tmp_path, plane(6.0), table([there, back]))
    assert edges["incline_pct"][0] == pytest.approx(-edges["incline_pct"][1], abs=1e-3)
    assert edges["incline_pct_lower"][0] == pytest.approx(-edges["incline_pct_upper"][1], abs=1e-3)
    assert edges["rise_m"][0] == pytest.approx(edges["fall_m"][1], abs=1e-3)


def test_edge_over_a_crest_shows_both_slopes(tmp_path: Path) -> None:
    crest = EAST + 200

    def roof(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        return 300 - 0.08 * np.abs(x - crest)

    edges, _ = graded(tmp_path, roof, table([[(100, 50), (260, 50)]]), cell=2.0)
    assert abs(edges["incline_pct"][0]) == pytest.approx(8, abs=0.1)
    assert edges["incline_pct_lower"][0] < -8 < 8 < edges["incline_pct_upper"][0]
    # the crest is rounded off over the base length of 10 m: 8 % × 10 m / 4
    assert edges["rise_m"][0] == pytest.approx(8.0 - 0.2, abs=0.05)
    assert edges["fall_m"][0] == pytest.approx(4.8 - 0.2, abs=0.05)


def test_short_edge_over_a_wall_takes_its_slope_along_the_way(tmp_path: Path) -> None:
    """A terrace of 1.6 m in a 1 m model: 80 % on two metres, if one looked at the edge alone."""

    def terrace(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(x < EAST + 200, 100.0, 101.6)

    lines = [[(100, 50), (199, 50)], [(199, 50), (201, 50)], [(201, 50), (300, 50)]]
    edges, _ = graded(tmp_path, terrace, table(lines, osm_id=[5, 5, 5], part=[0, 1, 2]))
    assert 10 < edges["incline_pct"][1] < 20
    assert edges["rise_m"][1] / 2 < 0.2  # times are reckoned from the rise
    assert edges["rise_m"].sum() == pytest.approx(1.6, abs=0.01)


def test_hairpin_is_smoothed_along_the_way_not_across(tmp_path: Path) -> None:
    """Two legs of a hairpin 4 m apart on a 10 % slope, climbing 5 % each: never the 10 % straight up."""
    legs = [(140 if k % 2 else 100, 100 + 20 * k) for k in range(7)]
    lines = [[legs[k], legs[k + 1]] for k in range(6)]
    edges, _ = graded(tmp_path, plane(0, 10), table(lines, osm_id=[9] * 6, part=range(6)), cell=5.0)
    expected = 10 * 20 / math.hypot(40, 20)
    assert edges["incline_pct"] == pytest.approx(np.full(6, expected), abs=0.05)


def valley(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """A valley 60 m wide and 20 m deep in a plain at 100 m."""
    return np.where(np.abs(x - EAST - 200) < 30, 80.0, 100.0)


def test_bridge_over_a_valley_is_level(tmp_path: Path) -> None:
    lines = [
        [(50, 50), (160, 50)],
        [(160, 50), (200, 50)],
        [(200, 50), (240, 50)],
        [(240, 50), (350, 50)],
    ]
    edges, report = graded(tmp_path, valley, table(lines, level_ground=[0, 1, 1, 0]))
    assert np.abs(edges["incline_pct"]).max() < 0.1
    assert edges["rise_m"].sum() == pytest.approx(0, abs=0.01)
    assert edges["fall_m"].sum() == pytest.approx(0, abs=0.01)
    assert edges["incline_pct_upper"][1] >= 6  # a ramp up to the bridge would not show
    assert report.straight == 2


def test_bridge_between_unequal_banks_has_one_slope(tmp_path: Path) -> None:
    def cut(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        return plane(5)(x, y) - np.where(np.abs(x - EAST - 200) < 40, 30.0, 0.0)

    lines = [[(50, 50), (150, 50)]] + [[(150 + 20 * k, 50), (170 + 20 * k, 50)] for k in range(5)]
    lines += [[(250, 50), (350, 50)]]
    edges, _ = graded(tmp_path, cut, table(lines, level_ground=[0, 1, 1, 1, 1, 1, 0]))
    assert edges["incline_pct"] == pytest.approx(np.full(7, 5.0), abs=0.05)


def test_kerb_on_a_bridge_does_not_interrupt_it(tmp_path: Path) -> None:
    lines = [[(50, 50), (160, 50)], [(160, 50), (200, 50)], [(200, 50), (240, 50)], [(240, 50), (350, 50)]]
    edges = table([*lines, [(200, 50), (200, 50)]], level_ground=[0, 1, 1, 0, 1])
    # the node in the middle is split in two, joined by a kerb
    far = int(edges["u"].max()) + 1
    far = max(far, int(edges["v"].max()) + 1)
    edges.columns["u"][2] = far
    edges.columns["v"][4] = far
    edges.columns["kind"][4] = Kind.kerb
    before = edges["incline_pct"][4]
    edges, _ = graded(tmp_path, valley, edges)
    assert np.abs(edges["incline_pct"][:4]).max() < 0.1
    assert edges["incline_pct"][4] == before
    assert edges["rise_m"][4] == edges["fall_m"][4] == 0


def test_way_off_the_ground_that_touches_nothing_stays_unknown(tmp_path: Path) -> None:
    lines = [[(50, 50), (160, 50)], [(160, 90), (200, 90)]]
    edges, report = graded(tmp_path, plane(3), table(lines, level_ground=[0, 1]))
    assert edges["incline_pct_from"].tolist() == [Provenance.derived, Provenance.assumed]
    assert np.isnan(edges["rise_m"][1])
    assert report.unknown == 1
    assert report.unknown_share == pytest.approx(40 / 150)


def test_void_is_unknown_never_a_height(tmp_path: Path) -> None:
    def holed(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(np.abs(x - EAST - 200) < 5, -9999.0, plane(4)(x, y))

    lines = [[(50, 50), (120, 50)], [(190, 50), (230, 50)], [(280, 50), (350, 50)]]
    for extra in ({"nodata": -9999.0}, {}):  # declared or not
        edges, report = graded(tmp_path, holed, table(lines), **extra)
        assert edges["incline_pct_from"].tolist() == [3, 4, 3]
        assert edges["incline_pct"][[0, 2]] == pytest.approx([4, 4], abs=0.02)
        assert edges["incline_pct_lower"][1] == -15
        assert np.isnan(edges["rise_m"][1])
        assert report.unknown_m == pytest.approx(40)


def test_outside_is_unknown(tmp_path: Path) -> None:
    edges, report = graded(tmp_path, plane(4), table([[(50, 50), (120, 50)], [(390, 50), (600, 50)]]))
    assert edges["incline_pct_from"].tolist() == [3, 4]
    assert report.unknown == 1


def test_model_elsewhere_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match="knows no height anywhere"):
        graded(tmp_path, plane(4), table([[(50, 50), (120, 50)]]), origin=(EAST + 5000, NORTH))


def test_tag_wins_and_up_gets_its_size_from_the_model(tmp_path: Path) -> None:
    lines = [[(50, 50 + 20 * k), (150, 50 + 20 * k)] for k in range(5)]
    nan = np.nan
    edges = table(
        lines,
        incline_pct=[-2, 3, nan, nan, 9],
        incline_pct_lower=[-2.5, 0, -100, 0, 8],
        incline_pct_upper=[-1.5, 15, 0, 3, 10],
        incline_pct_from=[2, 2, 2, 2, 1],
    )
    edges, report = graded(tmp_path, plane(5), edges)
    # kept, sized, sized against the model's sign, sized within the tag's bounds, surveyed
    assert edges["incline_pct"] == pytest.approx([-2, 5, -5, 3, 9], abs=0.02)
    assert edges["incline_pct_from"].tolist() == [2, 3, 3, 3, 1]
    assert edges["incline_pct_lower"][1] >= 0
    assert edges["incline_pct_upper"][2] <= 0
    margin = margin_pct(np.array([1.0]), np.array([10.0]))[0]
    assert edges["incline_pct_lower"][2] == pytest.approx(-5 - margin, abs=0.1)
    assert (report.tagged, report.signed, report.contradictions) == (2, 3, 1)
    assert edges["rise_m"] == pytest.approx(np.full(5, 5.0), abs=0.02)


def test_bounds_that_tags_imply_hold(tmp_path: Path) -> None:
    """Someone says wheelchair=yes: at most 10 %, whatever the model claims; else the model narrows."""
    edges = table(
        [[(50, 50), (150, 50)], [(50, 70), (150, 70)]],
        incline_pct=[0, 0],
        incline_pct_lower=[-10, -3],
        incline_pct_upper=[10, 3],
        incline_pct_from=[Provenance.derived] * 2,
    )
    edges, report = graded(tmp_path, plane(8), edges)
    assert edges["incline_pct"] == pytest.approx([8, 3], abs=0.05)
    assert edges["incline_pct_lower"] == pytest.approx([8 - 3.49, -3], abs=0.05)
    assert edges["incline_pct_upper"] == pytest.approx([10, 3])
    assert report.graded == 2


def test_tag_that_the_model_denies_is_counted(tmp_path: Path) -> None:
    edges = table(
        [[(50, 50), (150, 50)]], incline_pct=[-12], incline_pct_lower=[-13], incline_pct_upper=[-11]
    )
    edges.columns["incline_pct_from"][:] = Provenance.tagged
    edges, report = graded(tmp_path, plane(12), edges)
    assert edges["incline_pct"][0] == -12
    assert report.contradictions == 1


def test_steps_and_lifts(tmp_path: Path) -> None:
    def cliff(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(x < EAST + 200, 100.0, 110.0)

    lines: list[list[tuple[float, float]]]
    lines = [[(150, 50), (195, 50)], [(195, 50), (210, 50)], [(210, 50), (300, 50)]]
    lines += [[(195, 50), (195, 80)], [(195, 80), (210, 80)], [(210, 80), (210, 50)]]
    lines += [[(150, 50), (150.5, 50)]]
    kinds = [Kind.footway, Kind.steps, Kind.footway, Kind.footway, Kind.steps, Kind.footway, Kind.lift]
    edges = table(
        lines,
        kind=kinds,
        step_count=[0, 0, 0, 0, 50, 0, 0],
        step_count_from=[0, 0, 0, 0, Provenance.tagged, 0, 0],
    )
    edges, _ = graded(tmp_path, cliff, edges)
    assert edges["incline_pct"][[0, 2]] == pytest.approx([0, 0], abs=1e-3)  # the cliff stays on the steps
    assert edges["incline_pct_from"][1] == Provenance.assumed
    assert edges["rise_m"][1] == pytest.approx(10, abs=0.01)  # end to end
    assert edges["rise_m"][4] == pytest.approx(50 * 0.16)  # counted
    assert edges["rise_m"][6] == edges["fall_m"][6] == 0


def test_pieces_of_a_flight_climb_its_steps_together(tmp_path: Path) -> None:
    edges = table(
        [[(150, 50), (200, 50)], [(200, 50), (203, 50)], [(203, 50), (210, 50)], [(210, 50), (260, 50)]],
        kind=[Kind.footway, Kind.steps, Kind.steps, Kind.footway],
        step_count=[0, 30, 30, 0],
        step_count_from=[0, Provenance.tagged, Provenance.tagged, 0],
        incline_pct_lower=[-15, 0, 0, -15],
        incline_pct_from=[Provenance.assumed, Provenance.tagged, Provenance.tagged, Provenance.assumed],
        flight_elsewhere=[0, 0.7, 0.3, 0],
    )
    edges, _ = graded(tmp_path, plane(8), edges)
    assert edges["rise_m"][1:3] == pytest.approx([9 * 0.16, 21 * 0.16])


def test_steps_down_from_a_bridge_do_not_bend_it(tmp_path: Path) -> None:
    """Stairs end on the ground below; the deck stays straight and the stairs have its height."""
    lines = [[(50, 50), (160, 50)], [(160, 50), (200, 50)], [(200, 50), (240, 50)], [(240, 50), (350, 50)]]
    lines += [[(200, 50), (200, 70)], [(200, 70), (200, 150)]]
    edges = table(
        lines, level_ground=[0, 1, 1, 0, 0, 0], kind=[Kind.footway] * 4 + [Kind.steps, Kind.footway]
    )
    edges, _ = graded(tmp_path, valley, edges)
    assert np.abs(edges["incline_pct"][:4]).max() < 0.1
    assert edges["fall_m"][4] == pytest.approx(20, abs=0.01)


def test_cliff_across_a_street_is_an_artefact(tmp_path: Path) -> None:
    edges, report = graded(
        tmp_path, lambda x, y: np.where(x < EAST + 200, 0.0, 30.0), table([[(195, 50), (205, 50)]])
    )
    assert edges["incline_pct_from"][0] == Provenance.assumed
    assert np.isnan(edges["rise_m"][0])
    assert (report.implausible, report.unknown) == (1, 1)


@pytest.mark.parametrize(
    ("unit", "factor"), [("ft", 0.3048), ("us-ft", 1200 / 3937), ("m", 1.0), ("cm", 0.01), (None, 1.0)]
)
def test_vertical_units(tmp_path: Path, unit: str | None, factor: float) -> None:
    edges, _ = graded(
        tmp_path,
        lambda x, y: plane(5)(x, y) / factor,
        table([[(50, 50), (150, 50)]]),
        unit=unit,
        dtype="float64",
    )
    assert edges["incline_pct"][0] == pytest.approx(5, abs=0.01)


def test_vertical_unit_may_be_given(tmp_path: Path) -> None:
    path = write_dem(tmp_path / "feet.tif", lambda x, y: plane(5)(x, y) / 0.3048)
    edges = table([[(50, 50), (150, 50)]])
    grade(edges, UTM, Terrain([path], vertical_unit="ft"))
    assert edges["incline_pct"][0] == pytest.approx(5, abs=0.01)
    with pytest.raises(UsageError, match="unknown vertical unit 'ell'"):
        Terrain([path], vertical_unit="ell")


def test_unknown_vertical_units_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match="unknown vertical unit 'fathom'"):
        Terrain([write_dem(tmp_path / "a.tif", plane(1), unit="fathom")])
    # New York Long Island, US survey feet, nothing said about heights
    with pytest.raises(InputDataError, match="vertical unit not stated"):
        Terrain([write_dem(tmp_path / "b.tif", plane(1), crs="EPSG:2263")])
    with pytest.raises(InputDataError, match="no coordinate reference system"):
        Terrain([write_dem(tmp_path / "c.tif", plane(1), crs=None)])


def lonlat(points: NDArray[np.float64] | Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    return UTM.to_lonlat(np.asarray(points, float) + ORIGIN)


def test_tiles_without_overlap_join_without_a_seam(tmp_path: Path) -> None:
    hill = plane(3, -2)
    paths = [
        write_dem(
            tmp_path / f"{i}{j}.tif", hill, cell=5, size=(200, 200), origin=(EAST + 200 * i, NORTH + 200 * j)
        )
        for i in (0, 1)
        for j in (0, 1)
    ]
    points = np.random.default_rng(3).uniform(5, 395, (500, 2))
    points[:200, 0] = np.linspace(196, 204, 200)
    points[200:300, 1] = np.linspace(196, 204, 100)
    heights, resolution = Terrain(paths).heights(lonlat(points))
    expected = hill(*(points + ORIGIN).T)
    assert heights == pytest.approx(expected, abs=2e-3)
    assert (resolution == 5).all()


def test_seam_of_fine_tiles_does_not_fall_back_on_a_coarse_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wegeketten.network.tiff.MOST_OPEN", 1)
    monkeypatch.setattr("wegeketten.files.apart.Apart.call", lambda _, work, *args: work(*args))  # right here
    paths = [
        write_dem(tmp_path / f"{i}.tif", plane(2), cell=1, size=(200, 400), origin=(EAST + 200 * i, NORTH))
        for i in (0, 1)
    ]
    paths.append(write_dem(tmp_path / "coarse.tif", plane(2, base=500), cell=20))
    points = np.stack([np.linspace(198, 202, 41), np.full(41, 100.0)], axis=1)
    heights, resolution = Terrain(paths).heights(lonlat(points))
    assert heights == pytest.approx(plane(2)(*(points + ORIGIN).T), abs=1e-3)
    assert (resolution == 1).all()


def test_finest_tile_wins_and_coarse_one_fills(tmp_path: Path) -> None:
    coarse = write_dem(tmp_path / "coarse.tif", plane(0, base=50), cell=20)
    fine = write_dem(
        tmp_path / "fine.tif", plane(0, base=60), cell=1, size=(100, 100), origin=(EAST + 100, NORTH + 100)
    )
    heights, resolution = Terrain([coarse, fine]).heights(lonlat([(150, 150), (300, 300), (1000, 1000)]))
    assert heights[:2] == pytest.approx([60, 50])
    assert resolution[:2].tolist() == [1, 20]
    assert np.isnan(heights[2])


def test_point_beside_a_void_or_outside_is_unknown(tmp_path: Path) -> None:
    path = write_dem(tmp_path / "a.tif", lambda x, y: np.where(x < EAST + 100, 10.0, -32768.0), cell=10)
    heights, _ = Terrain([path]).heights(
        lonlat([(94, 50), (96, 50), (104, 50), (-1, 50), (1, 50), (50, 399)])
    )
    assert np.isnan(heights).tolist() == [False, True, True, True, False, False]


def test_large_window_is_read_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wegeketten.network.tile.BLOCK", 64)
    path = write_dem(tmp_path / "a.tif", plane(2, 7), cell=1)
    points = np.random.default_rng(5).uniform(1, 399, (4000, 2))
    heights, _ = Terrain([path]).heights(lonlat(points))
    assert heights == pytest.approx(plane(2, 7)(*(points + ORIGIN).T), abs=1e-3)


def test_hgt_zipped_with_voids(tmp_path: Path) -> None:
    cells = np.full((1201, 1201), 300, ">i2")
    cells[:, 600:] = 350
    cells[900, :] = -32768
    with zipfile.ZipFile(tmp_path / "N49E011.hgt.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("N49E011.hgt", cells.tobytes())
        archive.writestr("readme.txt", "not a raster")
    terrain = Terrain([tmp_path / "N49E011.hgt.zip"])
    assert terrain.finest_m == pytest.approx(92.7, abs=0.1)
    # row 900 lies at 50° − 900 × 3″
    heights, _ = terrain.heights(np.array([[11.1, 49.9], [11.9, 49.9], [11.1, 49.25], [12.5, 49.5]]))
    assert heights[:2].tolist() == [300, 350]
    assert np.isnan(heights[2:]).all()


def test_archives_that_are_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("flat.tif", bytes(110_000_000))
    with pytest.raises(InputDataError, match="unpack it yourself"):
        Terrain([bomb])
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(InputDataError, match=r"holds no \.hgt"):
        Terrain([tmp_path / "empty.zip"])
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for k in range(2001):
            archive.writestr(f"{k}.txt", "")
    with pytest.raises(InputDataError, match="2001 members"):
        Terrain([tmp_path / "many.zip"])
    (tmp_path / "cut.zip").write_bytes(bomb.read_bytes()[:1000])
    with pytest.raises(InputDataError, match="damaged archive"):
        Terrain([tmp_path / "cut.zip"])


def test_files_that_are_no_model(tmp_path: Path) -> None:
    other = tmp_path / "other.tif"
    other.write_text("<OGRVRTDataSource/>")
    with pytest.raises(InputDataError, match="not a GeoTIFF"):
        Terrain([other])
    good = write_dem(tmp_path / "good.tif", plane(1), compress="deflate")
    cut = tmp_path / "cut.tif"
    cut.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    with pytest.raises(InputDataError, match=r"cut\.tif"):
        Terrain([cut]).heights(lonlat([(10, 10), (390, 390)]))


def test_without_rasterio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_dem(tmp_path / "a.tif", plane(1))
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'wegeketten\[dem\]'"):
        Terrain([path])


def test_eight_bit_model_is_full_at_255(tmp_path: Path) -> None:
    path = write_dem(
        tmp_path / "a.tif", lambda x, y: np.where(x < EAST + 200, 40, 255), dtype="uint8", cell=5
    )
    heights, _ = Terrain([path]).heights(lonlat([(100, 50), (300, 50)]))
    assert heights[0] == 40
    assert np.isnan(heights[1])


def hills(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = x - EAST, y - NORTH
    result: NDArray[np.float64] = 150 + 12 * np.sin(x / 60) + 9 * np.cos(y / 45) + 0.02 * x
    return result


def grid_town(rng: np.random.Generator, size: int = 9, step: float = 37.0) -> Lines:
    points = {
        (i, j): (40 + i * step + rng.uniform(-6, 6), 40 + j * step + rng.uniform(-6, 6))
        for i in range(size)
        for j in range(size)
    }
    lines = [[points[i, j], points[i + 1, j]] for i in range(size - 1) for j in range(size)]
    lines += [[points[i, j], points[i, j + 1]] for i in range(size) for j in range(size - 1)]
    return lines


def test_permuting_and_turning_edges_changes_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(11)
    lines = grid_town(rng)
    terrain = Terrain([write_dem(tmp_path / "dem.tif", hills, cell=5.0)])
    level = rng.random(len(lines)) < 0.1
    first = table(lines, level_ground=level)
    grade(first, UTM, terrain)
    order = rng.permutation(len(lines))
    turned = rng.random(len(lines)) < 0.5
    second = table(
        [lines[k][::-1] if turned[k] else lines[k] for k in order],
        level_ground=level[order],
        osm_id=order + 100,
    )
    grade(second, UTM, terrain)
    sign = np.where(turned[order], -1, 1)
    assert second["incline_pct"] * sign == pytest.approx(first["incline_pct"][order], abs=1e-3, nan_ok=True)
    flipped = turned[order]
    rise = np.where(flipped, second["fall_m"], second["rise_m"])
    assert rise == pytest.approx(first["rise_m"][order], abs=1e-4, nan_ok=True)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 40), st.integers(1, 120))
def test_every_edge_is_in_one_stroke_and_ends_are_joined_once(seed: int, nodes: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    u, v = rng.integers(0, nodes, (2, count))
    strokes = string(
        u, v, rng.uniform(-180, 180, (count, 2)), rng.integers(0, 9, count), rng.permutation(count)
    )
    assert sorted(strokes.edges.tolist()) == list(range(count))
    for start, stop in zip(strokes.starts, strokes.starts[1:], strict=False):
        edge, turned = strokes.edges[start:stop], strokes.reversed[start:stop]
        head, tail = np.where(turned, u[edge], v[edge]), np.where(turned, v[edge], u[edge])
        assert (head[:-1] == tail[1:]).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_heights_close_on_every_ring(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """Rise minus fall is a potential: round every block it sums to nothing, bridges or not."""
    rng = np.random.default_rng(seed)
    lines = grid_town(rng, size=5)
    path = tmp_path_factory.getbasetemp() / "hills.tif"
    if not path.exists():
        write_dem(path, hills, cell=5.0)
    edges = table(lines, level_ground=rng.random(len(lines)) < 0.25)
    grade(edges, UTM, Terrain([path]))
    gain = (edges["rise_m"] - edges["fall_m"]).astype(float)
    ends = zip(edges["u"].tolist(), edges["v"].tolist(), gain.tolist(), strict=True)
    pairs = [(u, v, dz) for u, v, dz in ends if not math.isnan(dz)]
    level = {pairs[0][0]: 0.0} if pairs else {}
    known = 0
    while known < len(level):  # until nothing is added: each node gets its height by some way
        known = len(level)
        for u, v, dz in pairs:
            if u in level:
                level.setdefault(v, level[u] + dz)
            elif v in level:
                level[u] = level[v] - dz
    for u, v, dz in pairs:  # and every other way agrees
        if u in level:
            assert level[v] == pytest.approx(level[u] + dz, abs=1e-2)


def test_bounds_hold_for_a_noisy_model(tmp_path: Path) -> None:
    """Smooth hills, a model with the error its class is said to have: nine of ten slopes within bounds."""
    rng = np.random.default_rng(2)
    cell = 10.0
    noise = float(height_error_m(np.array([cell]))[0])
    edges = table(grid_town(rng))
    xy = edges.points.reshape(-1, 2, 2)
    ends = hills(xy[:, :, 0], xy[:, :, 1])
    mean = 100 * (ends[:, 1] - ends[:, 0]) / edges["length_m"]
    edges, _ = graded(tmp_path, lambda x, y: hills(x, y) + rng.normal(0, noise, x.shape), edges, cell=cell)
    within = (edges["incline_pct_lower"] <= mean) & (mean <= edges["incline_pct_upper"])
    assert within.mean() >= 0.9


def test_coarser_models_have_wider_bounds() -> None:
    cells = np.array([1.0, 5.0, 10.0, 30.0, 90.0])
    margins = margin_pct(cells, base_length_m(cells))
    assert (np.diff(margins) > 0).all()


def test_empty_network(tmp_path: Path) -> None:
    _, report = graded(
        tmp_path,
        plane(1),
        EdgeTable(
            {name: np.zeros(0, dtype) for name, dtype in PLAIN.items()} | absent_columns(0),
            [],
            np.zeros(1, np.int64),
            np.zeros((0, 2)),
        ),
    )
    assert report.ways == 0
    assert report.unknown_share == 0
