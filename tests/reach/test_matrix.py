"""Matrices against single routes."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from reach.test_isochrone import _line_of

import wegeketten as wk
from wegeketten.errors import InputDataError, UsageError
from wegeketten.osm.projection import Projection
from wegeketten.people.profile import Profile, load_profile
from wegeketten.places.points import Points, read_points
from wegeketten.reach.matrix import (
    count_within,
    ends_of_homes,
    ends_of_points,
    ends_of_service,
    matrix_blocks,
)
from wegeketten.reach.matrix_files import write_counts, write_matrix
from wegeketten.reach.route import find_route

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from wegeketten.city import City
    from wegeketten.reach.matrix import MatrixEnds


PROJECTION = Projection(25833)
EXTENT = (400_000.0, 5_650_000.0, 420_000.0, 5_660_000.0)


def _matrix(
    city: City, profile: Profile, origins: MatrixEnds, goals: MatrixEnds, **options: Any
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    blocks = list(matrix_blocks(city, profile, origins, goals, **options))
    return np.hstack([b.seconds for b in blocks]), np.hstack([b.metres for b in blocks])


def test_there_and_back_on_a_line(tmp_path: Path) -> None:
    city, walker = _line_of(100), load_profile("walker")
    homes = ends_of_homes(city, walker)
    seconds, metres = _matrix(city, walker, homes, homes)
    apart = np.abs(np.subtract.outer(np.arange(100), np.arange(100))) * 100.0
    assert np.abs(metres - apart).max() < 0.2
    assert np.abs(seconds - apart / walker.level_m_s).max() < 0.05 * 101
    back, _ = _matrix(city, walker, homes, homes, back=True)
    assert (back == seconds.T).all()
    counts = count_within(city, walker, homes, homes, 120.0)
    assert (counts == (seconds <= 120).sum(axis=1)).all()


def test_files_say_the_same(tmp_path: Path) -> None:
    city, walker = _line_of(70), load_profile("walker")
    homes, goals = ends_of_homes(city, walker), ends_of_service(city, walker, "likely", "pharmacy")
    for name in ("m.csv", "m.parquet"):
        rows = write_matrix(tmp_path / name, homes.ids, goals.ids, matrix_blocks(city, walker, homes, goals))
        assert rows == 70
    with (tmp_path / "m.csv").open(encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    table = pq.read_table(tmp_path / "m.parquet").to_pydict()
    assert [row["from_id"] for row in read] == table["from_id"] == homes.ids
    assert [float(row["seconds"]) for row in read] == table["seconds"]
    assert all(len(row["metres"].partition(".")[2]) <= 1 for row in read)  # decimetres, no float32 dust
    assert table["metres"] == [round(value, 1) for value in table["metres"]]
    write_counts(tmp_path / "c.csv", homes.ids, count_within(city, walker, homes, goals, 600.0))
    with pytest.raises(UsageError, match=r"csv or \.parquet"):
        write_counts(tmp_path / "c.txt", homes.ids, np.zeros(70, np.int32))


def test_a_point_off_every_way_reaches_nothing() -> None:
    city, walker = _line_of(3), load_profile("walker")
    points = Points(["near", "far"], np.array([[city.homes["lon"][0], city.homes["lat"][0]], [0.0, 0.0]]))
    origins = ends_of_points(city, walker, points)
    seconds, metres = _matrix(city, walker, origins, ends_of_homes(city, walker))
    assert np.isfinite(seconds[0]).all()
    assert np.isnan(seconds[1]).all()
    assert np.isnan(metres[1]).all()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,a,b\n1,2,3\n", "columns lon and lat"),
        ("lon,lat\nx,3\n", "point 1: no position"),
        ("lon,lat\n", "no"),
        ("lon,lat\n4e6,5e6\n", "point 1: no position"),
        ("id,lon,lat\na,1,2\na,3,4\n", "more than once"),
    ],
)
def test_unusable_points_are_refused(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "points.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputDataError, match=words):
        read_points(file, PROJECTION, EXTENT)


def test_german_csv_is_read(tmp_path: Path) -> None:
    file = tmp_path / "punkte.csv"
    file.write_text("Name;Lon;Lat\nRathaus;13,74;51,05\n", encoding="utf-8-sig")
    points = read_points(file, PROJECTION, EXTENT)
    assert points.ids == ["Rathaus"]
    assert points.lonlat == pytest.approx(np.array([[13.74, 51.05]]), abs=1e-8)
    assert points.notes == ()
    file.write_text("Name;Lon;Lat\nRathaus;13,74;51,05\nStand: 2026\n", encoding="utf-8-sig")
    (note,) = read_points(file, PROJECTION, EXTENT).notes  # what is passed over is told
    assert "below the table" in note


@pytest.mark.parametrize(
    "text",
    [
        "id;rechtswert;hochwert\na;411700;5656100\n",
        "id;east;north\na;411700,0;5656100,0\n",
        "id,wkt\na,SRID=25833;POINT(411700 5656100)\n",
        "id,geom\na,POINT(411700 5656100)\n",
    ],
)
def test_metres_and_well_known_text_are_read_as_in_lists_of_places(tmp_path: Path, text: str) -> None:
    file = tmp_path / "points.csv"
    file.write_text(text, encoding="utf-8")
    points = read_points(file, PROJECTION, EXTENT)
    assert points.ids == ["a"]
    assert PROJECTION.to_xy(points.lonlat) == pytest.approx(np.array([[411700.0, 5656100.0]]), abs=0.01)


@pytest.mark.data
def test_a_matrix_of_a_real_town_equals_its_routes(shared_data: Path, tmp_path: Path) -> None:
    city = wk.build(shared_data / "osm" / "berlin-miraustrasse_2026-07.osm.pbf", tmp_path / "city")
    rng = np.random.default_rng(1130)
    rows = rng.choice(len(city.homes["lon"]), 12, replace=False)
    lonlat = np.column_stack([city.homes["lon"], city.homes["lat"]])[rows].astype(np.float64)
    for name in ("walker", "wheelchair"):
        profile = load_profile(name)
        for answer in ("sure", "likely", "possible"):
            stops = ends_of_points(city, profile, Points([str(row) for row in rows], lonlat), answer)
            seconds, _ = _matrix(city, profile, stops, stops, answer=answer)
            for a, b in rng.integers(0, 12, (25, 2)).tolist():
                route = find_route(city, profile, tuple(lonlat[a][::-1]), tuple(lonlat[b][::-1]))
                expected = route.answers[answer]
                assert (expected is None and np.isnan(seconds[a, b])) or seconds[a, b] == expected
