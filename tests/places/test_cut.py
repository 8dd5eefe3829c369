"""Boundaries that the extract cuts: closed where it is certain, given up where it is not."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from support.sketch import ORIGIN, PROJECTION, Sketch

from wegeketten.osm.demo import demo_extract
from wegeketten.osm.extract import read_extract
from wegeketten.osm.projection import projection_of
from wegeketten.people.homes import gather_sites
from wegeketten.places.cut_areas import CutArea, close_cut
from wegeketten.places.districts import find_districts, osm_districts

if TYPE_CHECKING:
    from pathlib import Path

FRAME = shapely.box(0, 0, 1000, 1000)


def line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(points)


WALL = line((400, -50), (400, 1050))


def test_a_known_point_decides() -> None:
    (west,) = close_cut([CutArea(WALL, [shapely.Point(10, 10)])], [], FRAME)
    assert west is not None
    assert west.equals(shapely.box(0, 0, 400, 1000))


def test_a_known_neighbour_decides() -> None:
    (east,) = close_cut([CutArea(WALL)], [shapely.box(-500, 0, 400, 1000)], FRAME)
    assert east is not None
    assert east.equals(shapely.box(400, 0, 1000, 1000))


def test_nothing_decides() -> None:
    assert close_cut([CutArea(WALL)], [], FRAME) == [None]
    assert close_cut([CutArea(WALL), CutArea(WALL)], [], FRAME) == [None, None]


def test_one_decides_for_all_in_a_row() -> None:
    walls = [line((x, -50), (x, 1050)) for x in (200, 400, 600, 800)]
    areas = [CutArea(shapely.MultiLineString([a, b])) for a, b in pairwise(walls)]
    areas = [CutArea(walls[0], [shapely.Point(1, 1)]), *areas, CutArea(walls[-1])]
    found = close_cut(areas, [], FRAME)
    assert [shape.bounds[::2] for shape in found if shape is not None] == [
        (0, 200), (200, 400), (400, 600), (600, 800), (800, 1000)
    ]  # fmt: skip


def test_a_strip_may_fall_apart() -> None:
    # the area lies outside the two caps that its boundary cuts off
    caps = shapely.MultiLineString([line((0, 200), (200, 0)), line((800, 1000), (1000, 800))])
    inside, outside = (
        close_cut([CutArea(caps, [shapely.Point(*point)])], [], FRAME)[0] for point in ((500, 500), (10, 10))
    )
    assert inside is not None
    assert outside is not None
    assert outside.area == pytest.approx(2 * 20_000)
    assert inside.area + outside.area == pytest.approx(1_000_000)


def test_lines_cut_shortly_before_the_frame_are_led_to_it() -> None:
    (west,) = close_cut([CutArea(line((400, 30), (400, 950)), [shapely.Point(1, 1)])], [], FRAME)
    assert west is not None
    assert west.area == pytest.approx(400_000)


@pytest.mark.parametrize(
    "lines", [line((400, -10), (400, 500)), line((2000, 0), (2000, 10)), line((5, 5), (5, 5)), line()]
)
def test_lines_that_end_inside_or_miss_the_frame(lines: shapely.LineString) -> None:
    assert close_cut([CutArea(lines, [shapely.Point(1, 1)])], [], FRAME) == [None]


def test_contradicting_points_decide_nothing() -> None:
    points = [shapely.Point(1, 1), shapely.Point(900, 1)]
    assert close_cut([CutArea(WALL, points)], [], FRAME) == [None]


def test_districts_of_a_cut_town() -> None:
    sketch = Sketch()
    border = sketch.line((500, -5000), (500, 5000))
    label = sketch.node(100, 300, {"place": "suburb", "name": "West"})
    for name in ("West", "Ost"):
        sketch.relation(
            [("w", border, "outer"), ("w", 999, "outer")],
            {"type": "boundary", "boundary": "administrative", "admin_level": "10", "name": name},
        )
    assert label
    homes = ORIGIN + np.array([(0.0, 0.0), (400.0, 900.0), (600.0, 100.0), (1000.0, 1000.0)])
    districts = osm_districts(sketch.features(), PROJECTION, homes)
    assert districts is not None
    assert districts.name == ["Ost", "West"]
    assert districts.locate(homes).tolist() == [1, 1, 0, 0]


def test_districts_of_the_demo() -> None:
    features = read_extract(demo_extract())
    projection = projection_of(features)
    homes = gather_sites(features, projection).xy
    districts = find_districts(features, projection, homes)
    assert {"Kamppi", "Kluuvi", "Kruununhaka"} <= set(districts.name)
    rows = districts.locate(homes)
    assert (rows >= 0).all()
    for first in range(len(districts)):
        for second in range(first):
            assert districts.geometry[first].intersection(districts.geometry[second]).area < 100
    cathedral = projection.to_xy([[24.9521, 60.1704]])
    assert districts.name[districts.locate(cathedral)[0]] == "Kruununhaka"


@pytest.mark.data
def test_quarters_of_zurich_cover_all_homes(shared_data: Path) -> None:
    features = read_extract(shared_data / "osm" / "zuerich-hb_2025-11.osm.pbf")
    projection = projection_of(features)
    homes = gather_sites(features, projection).xy
    districts = find_districts(features, projection, homes)
    assert {"City", "Lindenhof", "Rathaus", "Hochschulen"} <= set(districts.name)
    assert (districts.locate(homes) >= 0).all()
    town_hall = projection.to_xy([[8.5431, 47.3714]])  # Rathaus, after which its quarter is named
    assert districts.name[districts.locate(town_hall)[0]] == "Rathaus"
