"""People spread over homes: totals kept, secrecy respected, faults named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from support.sketch import ORIGIN, PROJECTION, lonlat

from wegeketten.errors import InputDataError, MissingExtraError
from wegeketten.files.numerals import check_decimal
from wegeketten.files.parquet import write_columns
from wegeketten.people.cells import Said
from wegeketten.people.homes import Homes
from wegeketten.people.population import shares, weigh_homes

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

TO_GRID = pyproj.Transformer.from_crs(25833, 3035, always_xy=True)
FROM_GRID = pyproj.Transformer.from_crs(3035, 4326, always_xy=True)
CORNER = np.floor(np.array(TO_GRID.transform(*ORIGIN)) / 1000) * 1000  # of a 1 km cell


def homes_at(
    xy: list[tuple[float, float]],
    *,
    flats: list[float] | None = None,
    floor_m2: list[float] | None = None,
    inhabited: list[bool] | None = None,
) -> Homes:
    """Homes at metres from the corner of a 1 km cell of the census grid."""
    grid = CORNER + np.array(xy, dtype=np.float64).reshape(-1, 2)
    degrees = np.column_stack(FROM_GRID.transform(grid[:, 0], grid[:, 1]))
    place = PROJECTION.to_xy(degrees)
    unknown = [float("nan")] * len(xy)
    return Homes(
        {
            "home_id": np.array([f"n{row}" for row in range(len(xy))], dtype=object),
            "x": place[:, 0],
            "y": place[:, 1],
            "weight": np.ones(len(xy)),
            "flats": np.array(flats or unknown),
            "floor_area_m2": np.array(floor_m2 or unknown),
            "inhabited": np.array([True] * len(xy) if inhabited is None else inhabited),
        }
    )


def grid_rows(cells: dict[tuple[int, int], str], size: int = 100) -> list[str]:
    """Rows x, y, lon, lat, value of cells counted from the corner."""
    rows = []
    for (column, row), value in cells.items():
        x, y = CORNER + (np.array([column, row]) + 0.5) * size
        lon, lat = FROM_GRID.transform(x, y)
        rows.append(f"{x:.0f},{y:.0f},{lon:.6f},{lat:.6f},{value}")
    return rows


def write(path: Path, header: str, rows: list[str]) -> Path:
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def weights(homes: Homes) -> list[float]:
    result: list[float] = np.round(homes.columns["weight"], 6).tolist()
    return result


@pytest.mark.parametrize("size", [100, 500, 1000])
def test_census_grid(tmp_path: Path, size: int) -> None:
    homes = homes_at([(1, 1), (size - 1, 1), (size + 1, 1), (10 * size, 1)])
    rows = grid_rows({(0, 0): "10", (1, 0): "7", (0, 3): "99", (5, 5): "0"}, size)
    weighed = weigh_homes(homes, write(tmp_path / "a.csv", "x,y,lon,lat,einwohner", rows), PROJECTION)
    assert weights(weighed) == [5.0, 5.0, 7.0, 0.0]
    assert any("weighted with 17 people" in note for note in weighed.notes)
    assert any("1 homes lie in no cell" in note for note in weighed.notes)


def test_cells_without_homes_are_listed(tmp_path: Path) -> None:
    homes = homes_at([(50, 50), (950, 950)])
    rows = grid_rows({(0, 0): "10", (9, 9): "1", (5, 5): "30", (4, 4): "0", (90, 90): "5"})
    weighed = weigh_homes(homes, write(tmp_path / "a.csv", "x,y,lon,lat,people", rows), PROJECTION)
    assert weights(weighed) == [10.0, 1.0]
    assert [(s.element, s.station) for s in weighed.skipped] == [
        ("row 4", "population")
    ]  # not the one outside
    assert "30 people" in weighed.skipped[0].reason
    assert any("30 people in 1 cells" in note for note in weighed.notes)
    assert any("5 people in 1 cells of a.csv live beyond" in note for note in weighed.notes)


@pytest.mark.parametrize("code", ["-1", "-9", "-9.0", "–"])
def test_secret_numbers_are_not_people(tmp_path: Path, code: str) -> None:
    rows = grid_rows({(0, 0): code, (1, 0): "4"})
    homes = homes_at([(50, 50), (150, 50)])
    weighed = weigh_homes(homes, write(tmp_path / "a.csv", "x,y,lon,lat,people", rows), PROJECTION)
    assert weights(weighed) == [0.0, 4.0]
    assert any("secret" in note for note in weighed.notes)


@pytest.mark.parametrize("value", ["-3", "many", "inf", "1e99"])
def test_numbers_that_are_none(tmp_path: Path, value: str) -> None:
    rows = grid_rows({(0, 0): "4", (1, 0): value})
    path = write(tmp_path / "a.csv", "x,y,lon,lat,people", rows)
    with pytest.raises(InputDataError, match="row 3") as caught:
        weigh_homes(homes_at([(50, 50)]), path, PROJECTION)
    assert "people" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "people"),
    [
        (("1.5", "0.25"), (1.5, 0.25)),
        (("1,5", "0,25"), (1.5, 0.25)),
        (("1.200", "0.25"), (1.2, 0.25)),  # a share of a cell with all its decimals
        (("0.125", "1234.500"), (0.125, 1234.5)),
        (("1.200", "1,5"), (1200.0, 1.5)),
        (("1.200", "1.234.567"), (1200.0, 1234567.0)),
        (("1,200", "1,234.5"), (1200.0, 1234.5)),
        (("1.234,5", "80"), (1234.5, 80.0)),
        (("1200", "-1.0"), (1200.0, 0.0)),
    ],
)
def test_point_and_comma_are_what_the_column_says(
    tmp_path: Path, values: tuple[str, str], people: tuple[float, float]
) -> None:
    rows = grid_rows({(0, 0): f'"{values[0]}"', (1, 0): f'"{values[1]}"'})
    path = write(tmp_path / "a.csv", "x,y,lon,lat,people", rows)
    weighed = weigh_homes(homes_at([(50, 50), (150, 50)]), path, PROJECTION)
    assert weights(weighed) == list(people)


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize(
    "values", [("80", "1.200"), ("80", "1,200"), ("12.345", "1.200"), ("1.5", "1,5", "1.200")]
)
def test_thousands_that_may_be_decimals_are_refused_in_one_line(
    tmp_path: Path, separator: str, values: tuple[str, ...]
) -> None:
    """Nothing tells whether a cell with 1.200 holds a village or somebody and a fifth."""
    rows = grid_rows({(column, 0): "{}" for column in range(len(values))})
    cells = [
        row.replace(",", separator).format(f'"{value}"') for row, value in zip(rows, values, strict=True)
    ]
    path = write(tmp_path / "a.csv", separator.join(["x", "y", "lon", "lat", "einwohner"]), cells)
    with pytest.raises(InputDataError) as caught:
        weigh_homes(homes_at([(50, 50)]), path, PROJECTION)
    told = str(caught.value)
    assert told.startswith(f"{path}: column 'einwohner', row ")
    first = next(value for value in values if len(value) > 4)
    assert f"{first!r} may be {first.replace('.', '').replace(',', '')} or " in told
    assert "\n" not in told
    settled = len(set("".join(values)) & {".", ","}) == 1  # else the column contradicts itself
    assert ("--decimal comma or --decimal point" in told) == settled


@pytest.mark.parametrize("written", ["1.200", "1,200"])
@pytest.mark.parametrize(("sign", "word"), [(".", "point"), (",", "comma")])
def test_thousands_that_may_be_decimals_are_what_the_user_says(
    tmp_path: Path, written: str, sign: str, word: str
) -> None:
    path = write(tmp_path / "a.csv", "x,y,lon,lat,people", grid_rows({(0, 0): f'"{written}"', (1, 0): "80"}))
    homes = homes_at([(50, 50), (150, 50)])
    weighed = weigh_homes(homes, path, PROJECTION, said=Said(decimal=check_decimal(word)))
    assert weights(weighed) == [1.2 if sign in written else 1200.0, 80.0]


def test_thousands_that_are_plain_are_told(tmp_path: Path) -> None:
    rows = grid_rows({(0, 0): '"1.200"', (1, 0): '"2,5"'})
    path = write(tmp_path / "a.csv", "x,y,lon,lat,people", rows)
    weighed = weigh_homes(homes_at([(50, 50)]), path, PROJECTION)
    assert "a.csv: '.' in column 'people' parts thousands" in weighed.notes


@pytest.mark.parametrize(("written", "refused"), [(1.125, False), ("1.125", True)])
def test_numbers_that_are_typed_are_not_doubted(tmp_path: Path, written: object, refused: bool) -> None:
    """A GeoJSON number is a number; a text in its place is read like a table's."""
    ring = [list(lonlat(x, y)) for x, y in ((-50, -50), (50, -50), (50, 50), (-50, 50), (-50, -50))]
    area = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"people": written}, "geometry": area}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    home = homes_at([(0, 0)])
    home.columns["x"][:], home.columns["y"][:] = ORIGIN
    if refused:
        with pytest.raises(InputDataError, match=r"may be 1125 or 1\.125"):
            weigh_homes(home, path, PROJECTION)
    else:
        assert weights(weigh_homes(home, path, PROJECTION)) == [1.125]


def test_all_faults_of_a_column_at_once(tmp_path: Path) -> None:
    rows = grid_rows({(column, 0): "-2" for column in range(8)})
    path = write(tmp_path / "a.csv", "x,y,lon,lat,people", rows)
    with pytest.raises(InputDataError, match="and 3 more"):
        weigh_homes(homes_at([(50, 50)]), path, PROJECTION)


def test_seniors(tmp_path: Path) -> None:
    rows = grid_rows({(0, 0): "200,25.0,30", (1, 0): "100,-9,-9", (2, 0): "-1,-1,-1"})
    homes = homes_at([(10, 10), (20, 10), (150, 50), (250, 50), (5000, 0)])
    path = write(tmp_path / "a.csv", "x,y,lon,lat,einwohner,ab65_pct,age_80plus", rows)
    columns = weigh_homes(homes, path, PROJECTION).columns
    np.testing.assert_allclose(columns["people_65"], [25, 25, np.nan, np.nan, 0])
    np.testing.assert_allclose(columns["people_80"], [15, 15, np.nan, np.nan, 0])


def test_dwellings_weigh_where_no_people_are_given(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "x,y,lon,lat,dwellings_sum", grid_rows({(0, 0): "12"}))
    weighed = weigh_homes(homes_at([(10, 10)]), path, PROJECTION)
    assert weights(weighed) == [12.0]
    assert any("12 dwellings" in note for note in weighed.notes)


@pytest.mark.parametrize(
    ("columns", "unit"),
    [
        ("Einwohner_2023,Einwohner_ueber65", "people"),
        ("POPULATION,pop_density", "people"),
        ("Wohnungen,Anteil", "dwellings"),
    ],
)
def test_columns_of_people_by_many_names(tmp_path: Path, columns: str, unit: str) -> None:
    path = write(tmp_path / "a.csv", f"x,y,lon,lat,{columns}", grid_rows({(0, 0): "12,3"}))
    weighed = weigh_homes(homes_at([(10, 10)]), path, PROJECTION)
    assert weights(weighed) == [12.0]
    assert f"12 {unit}" in weighed.notes[0]


def test_spread_by_flats_floor_area_or_evenly(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "x,y,lon,lat,people", grid_rows({(0, 0): "90"}))
    xy = [(10.0, 10.0), (20.0, 10.0), (30.0, 10.0)]
    nan = float("nan")
    for homes, expected in (
        (homes_at(xy), [30, 30, 30]),
        (homes_at(xy, floor_m2=[100, 200, 600]), [10, 20, 60]),
        (homes_at(xy, floor_m2=[100, 200, nan]), [30, 30, 30]),
        (homes_at(xy, flats=[1, 1, 7], floor_m2=[100, 200, 600]), [10, 10, 70]),
        (homes_at(xy, flats=[1, nan, 7], floor_m2=[100, 200, 600]), [10, 20, 60]),
        (homes_at(xy, inhabited=[True, False, True]), [45, 0, 45]),
        (homes_at(xy, inhabited=[False, False, False]), [30, 30, 30]),
    ):
        assert weights(weigh_homes(homes, path, PROJECTION)) == expected


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_shares_of_a_cell_sum_to_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 30))
    homes = homes_at(
        [(0.0, 0.0)] * count,
        flats=rng.choice([np.nan, 0, 1, 4], count).tolist(),
        floor_m2=rng.choice([np.nan, 0.0, 80.5, 1000.0], count).tolist(),
        inhabited=(rng.random(count) < 0.7).tolist(),
    )
    cell = rng.integers(-1, 5, count)
    part = shares(homes, cell)
    assert (part >= 0).all()
    assert (part[cell < 0] == 0).all()
    for number in set(cell[cell >= 0].tolist()):
        assert part[cell == number].sum() == pytest.approx(1.0)


def test_zensus_2022_as_published(tmp_path: Path) -> None:
    x, y = CORNER + 50
    rows = [f"CRS3035RES100mN{y - 50:.0f}E{x - 50:.0f};{x:.0f};{y:.0f};31", f"b;{x + 100:.0f};{y:.0f};–"]
    path = tmp_path / "z.csv"
    text = "\n".join(["GITTER_ID_100m;x_mp_100m;y_mp_100m;Einwohner", *rows])
    path.write_text(text, encoding="utf-8-sig")
    assert weights(weigh_homes(homes_at([(10, 10), (110, 10)]), path, PROJECTION)) == [31.0, 0.0]


def test_german_excel(tmp_path: Path) -> None:
    lon, lat = FROM_GRID.transform(*(CORNER + 50))
    row = f"{lon:.6f};{lat:.6f};1.234,5;Straße".replace(
        f"{lon:.6f};{lat:.6f}", f"{lon:.6f};{lat:.6f}".replace(".", ",")
    )
    path = tmp_path / "e.csv"
    path.write_bytes(f"lon;lat;Bevölkerung;Ort\r\n{row}\r\n".encode("cp1252"))
    weighed = weigh_homes(homes_at([(10, 10)]), path, PROJECTION)
    assert weights(weighed) == [1234.5]
    assert any("Windows-1252" in note for note in weighed.notes)


def hexagons(side_m: float, count: int) -> NDArray[np.float64]:
    rows, columns = np.divmod(np.arange(count * count), count)
    step = side_m * np.sqrt(3)
    return np.column_stack(((columns + rows % 2 / 2) * step, rows * 1.5 * side_m))


def test_points_of_a_hexagonal_grid_are_cells(tmp_path: Path) -> None:
    middles = hexagons(150.0, 8)
    people = np.arange(len(middles)) * 10
    rows = [
        "{:.7f},{:.7f},{}".format(*lonlat(*xy), n)
        for xy, n in zip(middles.tolist(), people.tolist(), strict=True)
    ]
    path = write(tmp_path / "h.csv", "lon,lat,population", rows)
    rng = np.random.default_rng(2)
    spots = ORIGIN + rng.uniform([0, 0], [1500, 1300], (300, 2))
    base = homes_at([(0.0, 0.0)] * len(spots))
    base.columns["x"], base.columns["y"] = spots[:, 0], spots[:, 1]
    nearest = np.argmin(np.hypot(*(spots[:, None] - (middles + ORIGIN)).transpose(2, 0, 1)), axis=1)
    weighed = weigh_homes(base, path, PROJECTION)
    for cell in set(nearest.tolist()):
        assert weighed.columns["weight"][nearest == cell].sum() == pytest.approx(people[cell])


def test_people_of_scattered_points_go_to_the_nearest_home(tmp_path: Path) -> None:
    spots = [(0, 0, 3), (4, 3, 5), (30, 0, 2), (300, 0, 4), (20_000, 0, 8)]
    rows = ["{:.7f},{:.7f},{}".format(*lonlat(x, y), n) for x, y, n in spots]
    path = write(tmp_path / "p.csv", "lon,lat,people", rows)
    homes = homes_at([(0.0, 0.0)] * 2)
    homes.columns["x"], homes.columns["y"] = ORIGIN[0] + np.array([1.0, 290.0]), ORIGIN[1] + np.zeros(2)
    weighed = weigh_homes(homes, path, PROJECTION)
    assert weights(weighed) == [10.0, 4.0]


@pytest.mark.parametrize("suffix", ["geojson", "parquet", "gpkg"])
def test_polygons(tmp_path: Path, suffix: str) -> None:
    homes = homes_at([(10, 10), (20, 10), (150, 10), (950, 10)])
    east, north = CORNER.tolist()
    shapes = np.array([shapely.box(east + x, north, east + x + 100, north + 100) for x in (0, 100, 500)])
    path = tmp_path / f"areas.{suffix}"
    people = np.array([8, 5, 2])
    if suffix == "parquet":
        write_columns(path, {"people": people}, geometry=shapes, epsg=3035)
    else:
        import geopandas

        table = geopandas.GeoDataFrame({"people": people}, geometry=shapes, crs=3035)
        (table.to_crs(4326) if suffix == "geojson" else table).to_file(path)
    weighed = weigh_homes(homes, path, PROJECTION)
    assert weights(weighed) == [4.0, 4.0, 5.0, 0.0]
    assert any("2 people in 1 cells" in note for note in weighed.notes)


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ("lon,lat,inhabs", "13.74,51.05,3", "no column of people"),
        ("x,y,people", "4544850,3276850,3", "coordinate system"),
        ("people,name", "3,a", "lon and lat"),
        ("lon,lat,people", "113.74,5000,3", "'lat'"),
        ("lon,lat,people", "51.05,13.74,3", "swapped"),
        ("lon,lat,people", "9.0,45.0,3", "another city"),
        ("lon,lat,people", "nan,51.05,3", "'lon'"),
        ("lon,lat,people", "13.74,51.05,3,4", "4 cells"),
        ("lon,lat,people", "", "no rows"),
    ],
)
def test_tables_that_cannot_be_used(tmp_path: Path, header: str, row: str, said: str) -> None:
    path = write(tmp_path / "a.csv", header, [row])
    with pytest.raises(InputDataError) as caught:
        weigh_homes(homes_at([(50, 50)]), path, PROJECTION)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_one_cell_twice(tmp_path: Path) -> None:
    rows = grid_rows({(0, 0): "4", (1, 0): "5"})
    path = write(tmp_path / "a.csv", "x,y,lon,lat,people", [*rows, rows[0]])
    with pytest.raises(InputDataError, match="more than once"):
        weigh_homes(homes_at([(50, 50)]), path, PROJECTION)


def test_missing_file_and_no_homes(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match="cannot be read"):
        weigh_homes(homes_at([(50, 50)]), tmp_path / "none.csv", PROJECTION)
    assert len(weigh_homes(homes_at([]), tmp_path / "none.csv", PROJECTION)) == 0


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes_end_in_one_clear_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "a.csv"
    path.write_bytes(content)
    with pytest.raises((InputDataError, MissingExtraError)):  # a workbook, by its first bytes
        weigh_homes(homes_at([(50, 50)]), path, PROJECTION)


@given(st.text("lonatpe,;\n\"'-0123456789. ", max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_table_ends_in_weights_or_one_clear_error(
    tmp_path_factory: pytest.TempPathFactory, content: str
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "a.csv"
    path.write_text("lon,lat,people\n" + content, encoding="utf-8")
    try:
        weighed = weigh_homes(homes_at([(50, 50)]), path, PROJECTION)
    except InputDataError:
        return
    assert np.isfinite(weighed.columns["weight"]).all()


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("zensus2011_100m_neubrandenburg.csv", "dwellings"),
        ("zensus2011_1km_neubrandenburg.csv", "people"),
        ("zensus2011_100m_dresden.csv", "dwellings"),
        ("zensus2011_1km_dresden.csv", "people"),
    ],
)
def test_real_grids_keep_their_totals(shared_data: Path, name: str, unit: str) -> None:
    path = shared_data / "population" / name
    table = np.genfromtxt(path, delimiter=",", names=True)
    people = table["einwohner" if unit == "people" else "dwellings_sum"]
    where = PROJECTION.to_xy(np.column_stack((table["lon"], table["lat"])))
    homes = homes_at([(0.0, 0.0)] * (2 * len(where)))  # two homes in the middle of every cell
    homes.columns["x"], homes.columns["y"] = np.repeat(where, 2, axis=0).T
    weighed = weigh_homes(homes, path, PROJECTION)
    assert weighed.columns["weight"].sum() == pytest.approx(people[people > 0].sum())
    np.testing.assert_allclose(weighed.columns["weight"], np.repeat(np.maximum(people, 0) / 2, 2))
    assert unit in weighed.notes[0]


def test_cells_stand_in_where_homes_are_not_mapped(tmp_path: Path) -> None:
    from support.drawn import Town

    import wegeketten as wk

    town = Town(
        """
         H
        a------------b
        """,
        ways={"ab": "highway=residential|surface=asphalt"},
        nodes={"H": "addr:street=Ring|addr:housenumber=1"},
    )
    (west, lat), (east, _) = town.position("a"), town.position("b")
    lons = [west + (east - west) * step / 79 for step in range(80)]
    rows = "".join(f"{lon},{lat},{number % 7 + 1}\n" for number, lon in enumerate(lons))
    file = tmp_path / "cells.csv"
    file.write_text("lon,lat,people\n" + rows)
    city = wk.build(town.write(tmp_path / "town.osm"), tmp_path / "city", population=file)
    total = sum(number % 7 + 1 for number in range(80))
    assert city.homes["weight"].sum() == total
    assert (city.homes["source"] == "cell").sum() > 50
    assert len(set(city.homes["home_id"].tolist())) == len(city.homes["home_id"])
    assert any("stand in" in note for note in city.meta["notes"])
    account = f"{total} people read from cells.csv: {total} on homes, 0 listed as lost"
    assert account in city.meta["notes"]  # not what it was before the cells stood in
    assert f"homes are weighted with {total} people of cells.csv" in city.meta["notes"]
    scan = wk.scan(city, profiles=["walker"], services=["stop"])
    assert scan.reach["walker"].joined.all()
