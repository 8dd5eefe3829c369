"""Platforms of a sketched town and which stops they are; ids hidden, and what then is ambiguous."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from support.sketch import ORIGIN, PROJECTION, Sketch

from wegeketten.errors import InputDataError
from wegeketten.transit.feed import FeedStops
from wegeketten.transit.matching import Matches, match_stops
from wegeketten.transit.platforms import find_platforms, known_of
from wegeketten.transit.register import read_register
from wegeketten.transit.stop_times import _great_circle_m

if TYPE_CHECKING:
    from pathlib import Path


def stops_at(*rows: tuple[str, str, str, float, float]) -> tuple[FeedStops, np.ndarray]:
    count = len(rows)
    xy = ORIGIN + np.array([row[3:] for row in rows], dtype=np.float64)
    lonlat = PROJECTION.to_lonlat(xy)
    bytes_ = np.zeros(count, np.int8)
    return (
        FeedStops(
            [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows], lonlat[:, 1], lonlat[:, 0],
            bytes_, np.full(count, -1, np.int32), bytes_, np.full(count, np.nan, np.float32), bytes_ - 1,
        ),
        xy,
    )  # fmt: skip


def matched(
    sketch: Sketch, *rows: tuple[str, str, str, float, float], modes: str = "bus"
) -> tuple[list[tuple[str, str, str]], Matches]:
    stops, xy = stops_at(*rows)
    platforms = find_platforms(sketch.features(), PROJECTION)
    found = match_stops(stops, xy, [frozenset([modes])] * len(rows), platforms, np.arange(len(rows)))
    names = [platforms[row].id if row >= 0 else "" for row in found.platform.tolist()]
    return [
        (rows[stop][0], name, by) for stop, name, by in zip(found.stop.tolist(), names, found.by, strict=True)
    ], found


def platform(sketch: Sketch, x: float, y: float, **tags: str) -> int:
    return sketch.node(x, y, {"public_transport": "platform", "bus": "yes", **tags})


def test_an_id_decides_however_near_another_is() -> None:
    sketch = Sketch()
    right = platform(sketch, 90, 0, **{"ref:IFOPT": "de:1:2:3:4"})
    platform(sketch, 1, 0, name="Markt")
    rows, _ = matched(sketch, ("de:1:2:3:4", "Markt", "", 0, 0))
    assert rows == [("de:1:2:3:4", f"n{right}", "id")]


def test_ids_above_and_below() -> None:
    sketch = Sketch()
    a = platform(sketch, 0, 0, ref="1", **{"ref:IFOPT": "de:1:2:3:1"})
    b = platform(sketch, 60, 0, ref="2", **{"ref:IFOPT": "de:1:2:3:2"})
    rows, _ = matched(sketch, ("de:1:2", "Markt", "2", 30, 0), ("de:1:2:3:1:9", "Markt", "", 30, 0))
    assert rows == [("de:1:2", f"n{b}", "area"), ("de:1:2:3:1:9", f"n{a}", "id")]


def test_an_id_far_away_is_a_mistake() -> None:
    sketch = Sketch()
    platform(sketch, 900, 0, **{"ref:IFOPT": "de:1:2:3:4"})
    near = platform(sketch, 5, 0)
    rows, _ = matched(sketch, ("de:1:2:3:4", "Markt", "", 0, 0))
    assert rows == [("de:1:2:3:4", f"n{near}", "place")]


def test_numbers_names_modes_and_nearness() -> None:
    sketch = Sketch()
    one = platform(sketch, 0, 0, local_ref="1", name="Bahnhof")
    two = platform(sketch, 12, 0, local_ref="2", name="Bahnhof")
    tram = sketch.node(40, 0, {"public_transport": "platform", "tram": "yes", "name": "Bahnhof"})
    rows, _ = matched(sketch, ("x", "Bahnhof", "2", 2, 0), ("y", "Bahnhof", "1", 10, 0))
    assert rows == [("x", f"n{two}", "number"), ("y", f"n{one}", "number")]
    rows, _ = matched(sketch, ("z", "Bahnhof", "", 35, 0), modes="tram")
    assert rows == [("z", f"n{tram}", "name")]


def test_two_that_fit_alike_are_both_kept() -> None:
    sketch = Sketch()
    a, b = platform(sketch, 0, 0, name="Markt"), platform(sketch, 0, 14, name="Markt")
    rows, found = matched(
        sketch, ("x", "Markt", "", 0, 6), ("y", "Markt", "", 0, 60), ("z", "Rand", "", 0, 500)
    )
    assert rows[:2] == [("x", f"n{a}", "name"), ("x", f"n{b}", "name")]
    assert found.margin[0] == pytest.approx(2, abs=0.01)
    assert found.ambiguous().tolist() == [0, 1]
    assert rows[-1] == ("z", "", "none")


def test_a_pole_on_a_platform_is_that_platform() -> None:
    sketch = Sketch()
    way = sketch.box(0, 0, 20, 3, {"public_transport": "platform", "height": "0.18", "width": "3"})
    sketch.node(
        10, 2, {"highway": "bus_stop", "name": "Markt", "ref:IFOPT": "de:1:2:3", "tactile_paving": "yes"}
    )
    [platform_] = find_platforms(sketch.features(), PROJECTION)
    assert platform_.id == f"w{way}"
    assert platform_.ifopt == "de:1:2:3"
    assert platform_.known["height_cm"].value == 18
    assert platform_.known["tactile"].value == 1
    assert platform_.known["width_m"].value == 3


def test_a_platform_in_the_middle_has_two_ids() -> None:
    sketch = Sketch()
    right = platform(sketch, 80, 0, **{"ref:IFOPT": "de:1:2:4:101;de:1:2:4:102"})
    platform(sketch, 1, 0, name="Markt")
    for stop in ("de:1:2:4:101", "de:1:2:4:102"):
        rows, _ = matched(sketch, (stop, "Markt", "", 0, 0))
        assert rows == [(stop, f"n{right}", "id")]


def _both_sides(*poles: tuple[float, float], both: bool = True) -> list[str]:
    """Platforms along one or both sides of a street 16 m wide, and poles; what is left of it."""
    sketch = Sketch()
    for side in (0, 16) if both else (0,):
        ends = [sketch.node(x, side) for x in (0, 15)]
        sketch.way(ends, {"public_transport": "platform", "bus": "yes", "name": "Markt"})
    for x, y in poles:
        sketch.node(x, y, {"highway": "bus_stop", "name": "Markt", "tactile_paving": "yes"})
    return [each.id[0] for each in find_platforms(sketch.features(), PROJECTION)]


def test_a_stop_mapped_twice_is_one() -> None:
    assert _both_sides((7, -7), (7, 23)) == ["w", "w"]  # each beside its platform
    assert _both_sides((7, 8)) == ["w", "w"]  # on the carriageway between them
    assert _both_sides((7, 8), both=False) == ["n", "w"]  # may be the other side
    assert _both_sides((7, 60)) == ["n", "w", "w"]  # too far away


def test_an_old_stop_on_the_carriageway_is_none() -> None:
    sketch = Sketch()
    sides = [platform(sketch, 0, y, name="Markt") for y in (0, 14)]
    sketch.node(1, 7, {"highway": "bus_stop", "name": "Markt"})
    third = platform(sketch, 30, 0, name="Markt")
    found = [each.id for each in find_platforms(sketch.features(), PROJECTION)]
    assert found == [f"n{each}" for each in (*sides, third)]


def test_hidden_ids_are_found_again_or_told() -> None:
    """Streets with stops on both sides, as the timetable has them: off by up to 12 m."""
    dice = np.random.default_rng(19)
    sketch, rows = Sketch(), []
    truth = {}
    for number in range(200):
        x, y = 400.0 * (number % 20), 400.0 * (number // 20)
        for side in (0, 1):
            dx, dy = dice.normal(0, 4, 2).clip(-12, 12)
            element = platform(
                sketch, x + 30 * side, y + 12 * side, name=f"Halt {number}", local_ref=str(side + 1)
            )
            rows.append(
                (
                    f"{number}:{side}",
                    f"Stadt, Halt {number}",
                    str(side + 1) if number % 2 else "",
                    x + 30 * side + dx,
                    y + 12 * side + dy,
                )
            )
            truth[rows[-1][0]] = f"n{element}"
    found, matches = matched(sketch, *rows)
    best: dict[str, str] = {}
    for name, chosen, _ in found:
        best.setdefault(name, chosen)
    wrong = {name for name, chosen in best.items() if chosen != truth[name]}
    told = {rows[stop][0] for stop in matches.ambiguous().tolist()}
    assert len(wrong) <= 0.02 * len(rows)
    assert wrong <= told
    assert len(told) <= 0.3 * len(rows)


@pytest.mark.parametrize(
    ("tags", "quantity", "expected"),
    [
        ({"height": "0.23"}, "height_cm", (23, 23, 23)),
        ({"height": "23 cm"}, "height_cm", (23, 23, 23)),
        ({"height": "18"}, "height_cm", (18, 18, 18)),
        ({"height": "0,55 m"}, "height_cm", (55, 55, 55)),
        ({"height": "200 mm"}, "height_cm", (20, 20, 20)),
        ({"kerb:height": "0.16", "height": "0.2"}, "height_cm", (16, 16, 16)),
        ({"kerb": "flush"}, "height_cm", (0, 0, 1)),
        ({"width": "2,5"}, "width_m", (2.5, 2.5, 2.5)),
        ({"tactile_paving": "no"}, "tactile", (0, 0, 0)),
        ({"wheelchair": "limited"}, "wheelchair", (0.5, 0.5, 0.5)),
    ],
)
def test_what_tags_tell(tags: dict[str, str], quantity: str, expected: tuple[float, float, float]) -> None:
    assert known_of(tags)[quantity][:3] == pytest.approx(expected)


def test_height_nobody_understands_is_unknown() -> None:
    assert "height_cm" not in known_of({"height": "unklar"})


def test_registers(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(
        "\ufeffHST_DHID;STEIG_Name;Longitude;Latitude;Steighoehe_cm;Steigbreite_Engstelle_cm;Bodind_Leitstreifen\n"
        'de:1:2;"A; links";13,74;51,05;"18,5";-;J\n;B;13.75;51.06;>20;150;n\n'.encode()
    )
    one, two = read_register(path).entries
    assert (one.id, one.name, one.lon, one.lat) == ("de:1:2", "A; links", 13.74, 51.05)
    assert one.known["height_cm"].value == 18.5
    assert "width_m" not in one.known
    assert two.known["height_cm"][:1] == (20.0,)
    assert np.isnan(two.known["height_cm"].value)
    assert two.known["tactile"].value == 0
    for text, message in (
        ("", "no rows in it"),
        ("a,b\n1,2\n", "no column names the platform"),
        ("dhid,height_cm\nx,hoch\n", "row 2: height_cm 'hoch' is not a number"),
        ("dhid,height_cm\nx,900\n", "is not a number in its range"),
        ("dhid,tactile\nx,vielleicht\n", "is neither yes nor no"),
        ("dhid,lat,lon\nx,500,13\n", "is not a degree"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputDataError, match=message):
            read_register(path)


def test_register_tells_what_was_passed_over_and_counts_rows_as_the_file_does(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes("Bahnsteige 2026\n\ndhid;name;height_cm\n\nde:1;Süd;18\n".encode("cp1252"))
    found = read_register(path)
    assert [entry.name for entry in found.entries] == ["Süd"]
    assert any("above the header" in note for note in found.notes)
    assert len(found.notes) == 2  # and that it is Windows-1252
    path.write_text(path.read_text("cp1252").replace(";18", ";hoch"), encoding="utf-8")
    with pytest.raises(InputDataError, match="row 5: height_cm 'hoch'"):
        read_register(path)


def test_distance_over_ground() -> None:
    one = np.array([51.0])
    assert _great_circle_m(one, np.array([13.0]), one + 1, np.array([13.0]))[0] == pytest.approx(
        111_195, abs=5
    )
