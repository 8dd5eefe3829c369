"""The files a city's analyst has on the desk: every shape in which people are published, right or refused."""

# lines of files stand as they are in them

from __future__ import annotations

import gzip
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import pytest
import shapely
from people.test_population import CORNER, FROM_GRID, homes_at, weights
from support.sketch import PROJECTION

from wegeketten.errors import InputDataError, UsageError
from wegeketten.people.cells import Said
from wegeketten.people.population import weigh_homes
from wegeketten.places.districts import Districts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wegeketten.people.homes import Homes

TO_CITY = pyproj.Transformer.from_crs(3035, 25833, always_xy=True)
GRID_ID = f"CRS3035RES100mN{CORNER[1]:.0f}E{CORNER[0]:.0f}"


def table(tmp_path: Path, text: str, name: str = "a.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def layer(tmp_path: Path, shapes: Any, columns: dict[str, Any], name: str, crs: int = 25833) -> Path:
    import geopandas

    path = tmp_path / name
    geopandas.GeoDataFrame(columns, geometry=list(shapes), crs=crs).to_file(
        path, driver="KML" if name.endswith("kml") else None
    )
    return path


def in_city(x: float, y: float) -> tuple[float, float]:
    return TO_CITY.transform(CORNER[0] + x, CORNER[1] + y)


@pytest.fixture
def homes() -> Homes:
    return homes_at([(10, 10), (20, 10), (150, 10)])


@pytest.mark.parametrize(
    "row",
    [
        "GITTER_ID_100m;Einwohner\n{id};7",
        "Gitter_ID_100m;x_mp_100m;y_mp_100m;Einwohner;werterlaeuternde_Zeichen\nx;{x:.0f};{y:.0f};7;KLAMMERN",
        "GITTER_ID;Bevölkerung am 31.12.2024\n100mN{n:.0f}E{e:.0f};7",
    ],
)
def test_census_cells_by_middle_or_name(tmp_path: Path, homes: Homes, row: str) -> None:
    x, y = CORNER + 50
    path = table(tmp_path, row.format(id=GRID_ID, x=x, y=y, n=CORNER[1] / 100, e=CORNER[0] / 100))
    weighed = weigh_homes(homes, path, PROJECTION)
    assert weights(weighed) == [3.5, 3.5, 0]
    assert any("7 on homes, 0 listed as lost" in note for note in weighed.notes)


def test_the_census_of_2011_in_long_form(tmp_path: Path, homes: Homes) -> None:
    rows = ["Gitter_ID_100m;Gitter_ID_100m_neu;Merkmal;Auspraegung_Code;Auspraegung_Text;Anzahl;Anzahl_q"]
    for feature, group, count in (
        ("INSGESAMT", "Einheiten insgesamt", 10),
        ("ALTER_KURZ", "Unter 18", 3),
        ("ALTER_KURZ", "65 und älter", 4),
        ("GESCHLECHT", "Weiblich", 6),
    ):
        rows.append(
            f"100mN{CORNER[1] / 100:.0f}E{CORNER[0] / 100:.0f};{GRID_ID};{feature};0;{group};{count};0"
        )
    weighed = weigh_homes(homes, table(tmp_path, "\n".join(rows)), PROJECTION)
    assert weights(weighed) == [5, 5, 0]
    assert weighed.columns["people_65"].tolist() == [2, 2, 0]


@pytest.mark.parametrize(
    ("header", "epsg", "crs"),
    [
        ("Rechtswert;Hochwert", 25833, None),
        ("easting;northing", 25833, "EPSG:25833"),
        ("x;y", 25833, None),
        ("Ost;Nord", 5650, None),
        ("Rechtswert;Hochwert", 31469, "GK5"),
    ],
)
def test_points_in_metres(tmp_path: Path, homes: Homes, header: str, epsg: int, crs: str | None) -> None:
    change = pyproj.Transformer.from_crs(25833, epsg, always_xy=True)
    x, y = change.transform(*in_city(15, 12))
    path = table(tmp_path, f"Straße;{header};EW\nHauptstraße;{x:.2f};{y:.2f};4\n".replace(".", ","))
    weighed = weigh_homes(homes, path, PROJECTION, said=Said(crs=crs))
    assert sum(weights(weighed)) == pytest.approx(4)
    assert any(f"EPSG:{epsg}" in note for note in weighed.notes)


def test_which_old_system_is_meant_is_asked(tmp_path: Path, homes: Homes) -> None:
    change = pyproj.Transformer.from_crs(25833, 31469, always_xy=True)
    x, y = change.transform(*in_city(15, 12))
    path = table(tmp_path, f"Rechtswert;Hochwert;EW\n{x:.2f};{y:.2f};4\n")
    with pytest.raises(InputDataError, match="--crs"):
        weigh_homes(homes, path, PROJECTION)
    with pytest.raises(UsageError, match="--crs"):
        weigh_homes(homes, path, PROJECTION, said=Said(crs="EPSG:1"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "cp1252"])
def test_encodings(tmp_path: Path, homes: Homes, encoding: str) -> None:
    lon, lat = FROM_GRID.transform(*(CORNER + 12))
    path = table(tmp_path, f"Straße\tEinwohner\tlon\tlat\nGößweg\t4\t{lon}\t{lat}\n", encoding=encoding)
    for said in (None, Said(encoding=encoding)):
        assert sum(weights(weigh_homes(homes, path, PROJECTION, said=said))) == pytest.approx(4)


@pytest.mark.parametrize("name", ["p.gpkg", "p.geojson", "p.shp", "p.fgb", "p.gml", "p.kml"])
def test_points_in_every_format(tmp_path: Path, homes: Homes, name: str) -> None:
    import pyogrio

    if name.endswith("kml") and pyogrio.__gdal_version__ < (3, 12):
        pytest.skip(
            "older GDAL leaves out the columns of a KML; the build then says that there is none of people"
        )
    points = shapely.points([in_city(15, 12), in_city(150, 20)])
    crs = 4326 if name.endswith(("geojson", "kml")) else 25833
    if crs == 4326:
        points = shapely.transform(points, PROJECTION.to_lonlat)
    path = layer(tmp_path, points, {"Einwohner": [4, 3]}, name, crs)
    before = sorted(each.name for each in tmp_path.iterdir())
    weighed = weigh_homes(homes, path, PROJECTION)
    assert sum(weights(weighed)) == 7
    assert sorted(each.name for each in tmp_path.iterdir()) == before


def test_people_of_rows_without_a_shape_are_listed_as_lost(tmp_path: Path, homes: Homes) -> None:
    shapes = [shapely.box(*in_city(0, 0), *in_city(200, 100)), None]
    path = layer(tmp_path, shapes, {"Einwohner": [12, 5]}, "p.gpkg")
    weighed = weigh_homes(homes, path, PROJECTION)
    assert "17 people read from p.gpkg: 12 on homes, 5 listed as lost" in weighed.notes
    assert "5 people of p.gpkg live nowhere" in [one.reason for one in weighed.skipped]
    points = [shapely.Point(*in_city(10, 10)), shapely.Point(*in_city(150, 10)), shapely.Point()]
    path = layer(tmp_path, points, {"Einwohner": [12, 4, 5]}, "q.gpkg")
    weighed = weigh_homes(homes, path, PROJECTION)
    assert "21 people read from q.gpkg: 16 on homes, 5 listed as lost" in weighed.notes


def _row(x: float, y: float, people: object, form: str) -> str:
    place = shapely.set_srid(shapely.Point(*in_city(x, y)), 25833)
    hexadecimal = shapely.to_wkb(place, hex=True, include_srid=True)
    lon, lat = FROM_GRID.transform(CORNER[0] + x, CORNER[1] + y)
    return form.format(hex=hexadecimal, lon=lon, lat=lat, people=people)


@pytest.mark.parametrize(
    ("head", "form", "secret"),
    [
        ("geom;Einwohner", "{hex};{people}", "-1"),
        ("lon;lat;Einwohner", "{lon};{lat};{people}", "\N{MINUS SIGN}1"),
        ("# Quelle: Amt; Lizenz\n# Stand 2024\nlon;lat;Einwohner", "{lon};{lat};{people}", "-1"),
        ("# Amt\n# lon;lat;Einwohner", "{lon};{lat};{people}", "-1"),
    ],
)
def test_tables_as_databases_and_typesetters_write_them(
    tmp_path: Path, homes: Homes, head: str, form: str, secret: str
) -> None:
    rows = [_row(15, 10, 12, form), _row(150, 10, 5, form), _row(900, 900, secret, form)]
    path = table(tmp_path, "\n".join([head, *rows, ""]))
    weighed = weigh_homes(homes, path, PROJECTION)
    assert sum(weights(weighed)) == 17


@pytest.mark.parametrize(
    ("start", "told"),
    [
        (b"%PDF-1.7\n", "no table, but PDF"),
        (b"\x89PNG\r\n", "no table, but PNG"),
        (b"<html><table><tr><td>lon</td></tr></table></html>", "no table, but a web page"),
        (b'{"geometryType": "esriGeometryPoint", "features": []}', "JSON of ArcGIS"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(
    tmp_path: Path, homes: Homes, start: bytes, told: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(start)
    with pytest.raises(InputDataError, match=told):
        weigh_homes(homes, path, PROJECTION)


def test_plain_parquet_and_empty_cells(tmp_path: Path, homes: Homes) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    lon, lat = FROM_GRID.transform(*(CORNER + 12))
    columns = {"lon": [lon, lon + 1e-4], "lat": [lat, lat], "einwohner": [4, None]}
    pq.write_table(pa.table(columns), tmp_path / "p.parquet")
    weighed = weigh_homes(homes, tmp_path / "p.parquet", PROJECTION)
    assert sum(weights(weighed)) == 4
    assert any("1 empty cells" in note for note in weighed.notes)


@pytest.mark.parametrize(
    "column", ["Einwohner_je_km2", "Einwohnerdichte", "EW_65plus", "Einwohner_weiblich", "Anteil_Einwohner"]
)
def test_a_part_or_a_density_is_not_everybody(tmp_path: Path, homes: Homes, column: str) -> None:
    shape = shapely.box(*in_city(0, 0), *in_city(300, 300))
    path = layer(tmp_path, [shape], {column: [2300]}, "d.gpkg")
    with pytest.raises(InputDataError, match="--people-column"):
        weigh_homes(homes, path, PROJECTION)
    weighed = weigh_homes(homes, path, PROJECTION, said=Said(column=column))
    assert sum(weights(weighed)) == pytest.approx(2300)
    assert any(f"people come from column '{column}'" in note for note in weighed.notes)
    with pytest.raises(UsageError, match="did you mean"):
        weigh_homes(homes, path, PROJECTION, said=Said(column=column[:-1]))


def test_people_beyond_the_edge_are_told_not_moved_in(tmp_path: Path, homes: Homes) -> None:
    west, south = in_city(0, 0)
    wide = shapely.box(west, south, west + 5000, south + 1000)
    within = shapely.box(west, south, west + 1000, south + 1000)
    path = layer(tmp_path, [wide], {"Einwohner": [30_000]}, "d.gpkg")
    weighed = weigh_homes(homes, path, PROJECTION, coverage=within)
    assert sum(weights(weighed)) == pytest.approx(6000, rel=0.01)
    assert any("24000 of their 30000 people" in note for note in weighed.notes)
    assert any("6000 on homes, 24000 listed as lost" in note for note in weighed.notes)
    x, y = CORNER + 500
    cell = table(tmp_path, f"x_mp_1km;y_mp_1km;Einwohner\n{x:.0f};{y:.0f};100\n")
    half = shapely.box(west - 500, south - 500, *in_city(500, 1200))
    assert sum(weights(weigh_homes(homes, cell, PROJECTION, coverage=half))) == pytest.approx(50, abs=6)


QUARTERS = Districts(
    ["a", "b"],
    ["Äußere Neustadt", "Süd"],
    np.array(
        [
            shapely.box(*in_city(0, 0), *in_city(100, 100)),
            shapely.box(*in_city(100, -3), *in_city(300, 100)),
        ],
        dtype=np.object_,
    ),
    "file",
    numbers=["01", "02"],
)


def workbook(path: Path, rows: Sequence[Sequence[object]], *, above: Sequence[Sequence[object]] = ()) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in [*above, *rows]:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_citys_statistics_by_district(tmp_path: Path, homes: Homes, form: str) -> None:
    rows: list[list[object]] = [
        ["Stadtteil", "Einwohner", "65+"],
        ["aeussere neustadt", 40, 12],
        ["02 Süd", 9, 3],
        ["Gesamt", 49, 15],
    ]
    if form == "xlsx":
        path = workbook(tmp_path / "s.xlsx", rows, above=[["Einwohner am 31.12.2025"], []])
    else:
        path = table(tmp_path, "\n".join(";".join(map(str, row)) for row in rows))
    weighed = weigh_homes(homes, path, PROJECTION, districts=QUARTERS)
    assert weights(weighed) == [20, 20, 9]
    assert weighed.columns["people_65"].tolist() == [6, 6, 3]


def test_statistics_by_number(tmp_path: Path, homes: Homes) -> None:
    path = table(tmp_path, "Stadtteil-Nr.;EW\n1;40\n2;9\n")
    assert weights(weigh_homes(homes, path, PROJECTION, districts=QUARTERS)) == [20, 20, 9]


def test_statistics_in_long_form_as_dresden_publishes_them(tmp_path: Path, homes: Homes) -> None:
    rows = ["Jahr;Stadtteil zus.;Stadtraum;AltK_05D__-24-44-59-64-;Geschlecht;Anzahl Einwohner"]
    rows += [
        f"{year};{name};01 StB;{age};{sex};{people + (year == 2024)}"
        for year in (2024, 2025)
        for name, people in (("01 Äußere Neustadt", 10), ("02 Süd", 2), ("99 Anderswo", 1))
        for age in ("0-24 Jahre", "25-64 Jahre", "65 Jahre u.älter")
        for sex in ("männlich", "weiblich")
    ]
    weighed = weigh_homes(homes, table(tmp_path, "\n".join(rows)), PROJECTION, districts=QUARTERS)
    assert weights(weighed) == [30, 30, 12]
    assert weighed.columns["people_65"].tolist() == [10, 10, 4]
    assert any("6 people in 6 rows live in no district" in note for note in weighed.notes)
    assert any("latest, 2025" in note for note in weighed.notes)


def test_statistics_without_districts_are_a_clear_sentence(tmp_path: Path, homes: Homes) -> None:
    path = table(tmp_path, "Stadtteil;Einwohner\nTegel;5\n")
    with pytest.raises(InputDataError, match="--districts"):
        weigh_homes(homes, path, PROJECTION)
    with pytest.raises(InputDataError, match="none that names the city's districts"):
        weigh_homes(homes, path, PROJECTION, districts=QUARTERS)


def test_a_large_table_is_read_by_its_window(
    tmp_path: Path, homes: Homes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wegeketten.people.census.LARGE_BYTES", 1000)
    x, y = CORNER + 50
    rows = [
        f"{i};{4_000_050 + 100 * (i % 3000)};{2_600_050 + 100 * (i // 3000)};{i % 90}" for i in range(9000)
    ]
    rows.insert(4321, f"x;{x:.0f};{y:.0f};7")
    path = table(tmp_path, "\n".join(["GITTER_ID_100m;x_mp_100m;y_mp_100m;Einwohner", *rows]))
    weighed = weigh_homes(homes, path, PROJECTION)
    assert weights(weighed) == [3.5, 3.5, 0]
    assert any("1 of 9001 rows" in note for note in weighed.notes)
    import pyarrow as pa
    import pyarrow.parquet as pq

    lon, lat = PROJECTION.to_lonlat(np.array([[homes.columns["x"][0], homes.columns["y"][0]]]))[0]
    many = np.arange(9000)
    columns = {"lon": np.where(many == 4321, lon, 2 + many / 9000), "lat": np.where(many == 4321, lat, 44.0)}
    pq.write_table(pa.table({**columns, "Einwohner": np.where(many == 4321, 7, 1)}), tmp_path / "p.parquet")
    weighed = weigh_homes(homes, tmp_path / "p.parquet", PROJECTION)
    assert sum(weights(weighed)) == pytest.approx(7)
    assert any("1 of 9000 rows" in note for note in weighed.notes)
    by_name = [f"CRS3035RES100mN{2_600_000 + 100 * i}E4000000;{i % 90}" for i in range(3000)] + [
        f"{GRID_ID};7"
    ]
    path = table(tmp_path, "\n".join(["GITTER_ID_100m;Einwohner", *by_name]))
    assert weights(weigh_homes(homes, path, PROJECTION)) == [3.5, 3.5, 0]


def test_packed_tables(tmp_path: Path, homes: Homes) -> None:
    text = f"GITTER_ID_100m;Einwohner\n{GRID_ID};7\n"
    (tmp_path / "z.csv.gz").write_bytes(gzip.compress(text.encode()))
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("Zensus_1km.csv", text.replace("7", "9"))
        archive.writestr("Zensus_100m.csv", text)
    with pytest.raises(InputDataError, match=r"z\.zip:Zensus_100m\.csv"):
        weigh_homes(homes, tmp_path / "z.zip", PROJECTION)
    for path in (tmp_path / "z.csv.gz", tmp_path / "z.zip:Zensus_100m.csv"):
        assert weights(weigh_homes(homes, path, PROJECTION)) == [3.5, 3.5, 0]


def test_a_late_member_of_a_packed_table_is_bounded(tmp_path: Path, homes: Homes) -> None:
    path = tmp_path / "late.csv.gz"
    path.write_bytes(gzip.compress(b"lon;lat;EW\n13.7;51;3\n") + gzip.compress(bytes(120_000_000), 1))
    with pytest.raises(InputDataError, match="more than 100 MiB from"):
        weigh_homes(homes, path, PROJECTION)


def test_a_bomb_is_no_workbook(tmp_path: Path, homes: Homes) -> None:
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(150_000_000))
    with pytest.raises(InputDataError, match="unpack"):
        weigh_homes(homes, tmp_path / "b.xlsx", PROJECTION)


@pytest.mark.parametrize("name", ["DE_CRS3035RES100mN{n}E{e}", "100m_N{n1}_E{e1}", "CRS3035RES100mE{e}N{n}"])
def test_names_of_cells_in_every_order(tmp_path: Path, homes: Homes, name: str) -> None:
    east, north = int(CORNER[0]), int(CORNER[1])
    cell = name.format(n=north, e=east, n1=north // 100, e1=east // 100)
    assert weights(weigh_homes(homes, table(tmp_path, f"id;Einwohner\n{cell};7\n"), PROJECTION)) == [
        3.5,
        3.5,
        0,
    ]


def test_corners_of_cells_are_no_points(tmp_path: Path, homes: Homes) -> None:
    east, north = CORNER
    path = table(tmp_path, f"x;y;Einwohner\n{east:.0f};{north:.0f};7\n{east + 100:.0f};{north:.0f};5\n")
    weighed = weigh_homes(homes, path, PROJECTION)
    assert weights(weighed) == [3.5, 3.5, 5]
    assert any("south-west corners of cells of 100 m" in note for note in weighed.notes)


@pytest.mark.parametrize("form", ["POINT ({lon} {lat})", "SRID=25833;POINT ({x} {y})", "POINT({x} {y})"])
def test_points_as_text(tmp_path: Path, homes: Homes, form: str) -> None:
    rows = []
    for people, x, y in zip((3, 4, 5), homes.columns["x"], homes.columns["y"], strict=True):
        lon, lat = PROJECTION.to_lonlat(np.array([[x, y]]))[0]
        rows.append(f'"{form.format(lon=lon, lat=lat, x=x, y=y)}";{people}')
    path = table(tmp_path, "\n".join(["geom;Einwohner", *rows]))
    assert weights(weigh_homes(homes, path, PROJECTION)) == [3, 4, 5]


@pytest.mark.parametrize(
    "header", ["UTM33_E;UTM33_N", "Ostwert (UTM33);Nordwert (UTM33)", "Koordinate X;Koordinate Y"]
)
def test_names_of_axes_with_their_system(tmp_path: Path, homes: Homes, header: str) -> None:
    rows = [f"{x};{y};3" for x, y in zip(homes.columns["x"], homes.columns["y"], strict=True)]
    assert weights(weigh_homes(homes, table(tmp_path, "\n".join([header + ";EW", *rows])), PROJECTION)) == [
        3,
        3,
        3,
    ]
    swapped = [f"{y};{x};3" for x, y in zip(homes.columns["x"], homes.columns["y"], strict=True)]
    with pytest.raises(InputDataError, match="swapped"):
        weigh_homes(homes, table(tmp_path, "\n".join([header + ";EW", *swapped])), PROJECTION)


def test_rows_without_a_place_are_listed_and_sums_are_not(tmp_path: Path, homes: Homes) -> None:
    x, y = homes.columns["x"][0], homes.columns["y"][0]
    weighed = weigh_homes(homes, table(tmp_path, f"x;y;EW\n{x};{y};3\n;;4\n{x};{y};2\n"), PROJECTION)
    assert sum(weights(weighed)) == pytest.approx(5, abs=1e-3)
    assert any("9 people read" in note and "4 listed as lost" in note for note in weighed.notes)
    total = weigh_homes(homes, table(tmp_path, f"x;y;EW\n{x};{y};3\n;;3\n"), PROJECTION)
    assert any("3 on homes, 0 listed as lost" in note for note in total.notes)


def test_a_row_at_zero_widens_nothing(tmp_path: Path, homes: Homes) -> None:
    lonlat = PROJECTION.to_lonlat(np.column_stack((homes.columns["x"], homes.columns["y"])))
    rows = [f"{lon};{lat};3" for lon, lat in lonlat.tolist()]
    weighed = weigh_homes(homes, table(tmp_path, "\n".join(["lon;lat;EW", *rows, "0;0;7"])), PROJECTION)
    assert sum(weights(weighed)) == 9
    assert not any("3526" in note for note in weighed.notes)


def test_classes_of_the_census_of_2011_are_refused(tmp_path: Path, homes: Homes) -> None:
    x, y = CORNER + 500
    path = table(
        tmp_path, f"Gitter_ID_1km;x_mp_1km;y_mp_1km;Einwohner;Frauen_A;Alter_D\nx;{x:.0f};{y:.0f};3;2;-9\n"
    )
    with pytest.raises(InputDataError, match="classes"):
        weigh_homes(homes, path, PROJECTION)


def test_points_that_part_thousands_as_people_do(tmp_path: Path, homes: Homes) -> None:
    x, y = in_city(15, 12)
    row = f"{x:,.0f};{y:,.0f};4\n".replace(",", ".")
    path = table(tmp_path, f"Rechtswert;Hochwert;EW\n{row}")
    weighed = weigh_homes(homes, path, PROJECTION)
    assert sum(weights(weighed)) == pytest.approx(4)


@pytest.mark.parametrize(
    "rows",
    [
        "St. Pauli-Süd;9\n",
        "Sankt Pauli Süd;9\n",
        "02 - St. Pauli Süd;9\n",
        "Stadtteil Pauli-Süd;9\n© Statistisches Amt;\nStand: 31.12.2025;\n1) vorläufig;\n",
    ],
)
def test_names_of_saints_and_notes_below_the_table(tmp_path: Path, homes: Homes, rows: str) -> None:
    quarters = replace(QUARTERS, name=["Äußere Neustadt", "St. Pauli-Süd"])
    path = table(tmp_path, f"Stadtteil;EW\nÄußere Neustadt;40\n{rows}")
    assert weights(weigh_homes(homes, path, PROJECTION, districts=quarters)) == [20, 20, 9]
