"""Files as they lie on an analyst's desk, one case each: the right people and values, or one clear sentence.

The files are small imitations of what cities publish, in ``cases/inputs`` and ``cases/faults`` beside the
shared data; the town is ``mini.osm.pbf`` with 1 765 people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import wegeketten as wk
from wegeketten.errors import WegekettenError
from wegeketten.model.reading import Provenance

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City

pytestmark = pytest.mark.data


@pytest.fixture
def desk(shared_data: Path) -> Path:
    folder = shared_data.parent / "cases" / "inputs"
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent")
    return folder


def build(desk: Path, tmp_path: Path, **options: object) -> City:
    return wk.build(desk / "mini.osm.pbf", tmp_path / "city", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "people", "said"),
    [
        ("ESTAT_Census_2021_V2.gpkg", 1765, "people come from column 'T'"),
        ("adr_easting_25833.csv", 1765, "EPSG:25833"),
        ("adr_rechtswert.csv", 1765, "EPSG:25833"),
        ("gitter_null.gpkg", 1765, "39 empty cells"),
        ("pop_points.gpkg", 1765, "people come from column 'Einwohner'"),
        ("pop_points.parquet", 1765, "people come from column 'Einwohner'"),
        ("pop_utf16.csv", 1765, "places come from 'lon' and 'lat'"),
        ("z22_nur_gitterid.csv", 765, "GITTER_ID_100m"),
        ("Zensus2022_Alter_in_5_Altersklassen_100m-Gitter.csv", 13653, "people of 65 and over come from"),
        ("stadtteile_ew_gross.gpkg", 5884, "29116 of their 30000 people live beyond it"),
    ],
)
def test_people_of_every_file_are_on_homes_or_told(
    desk: Path, tmp_path: Path, name: str, people: int, said: str
) -> None:
    city = build(desk, tmp_path, population=desk / name)
    assert float(city.homes["weight"].sum()) == pytest.approx(people, abs=1)
    notes = city.meta["notes"]
    assert any(said in note for note in notes), notes
    read, placed, lost = next(
        [int(word) for word in note.split() if word.isdigit()] for note in notes if "listed as lost" in note
    )
    assert read == placed + lost
    assert placed == pytest.approx(people, abs=1)


@pytest.mark.parametrize(
    ("option", "name", "said"),
    [
        ("population", "gitter_dichte_je_km2.gpkg", "--people-column"),
        ("population", "stadtteile_ew.xlsx", "none that names the city's"),
        ("districts", "d_bowtie.gpkg", "crosses itself"),
        ("districts", "d_multi.gpkg", "d_multi.gpkg:stadtteile"),
        ("dem", "flach_dm_ohne_skala.tif", "--dem-unit"),
        ("dem", "int16_dm.tif", "--dem-unit"),
        ("dem", "dgm1_33_385_5826_2_sn.xyz", "knows no height anywhere in the city"),
        ("dem", "xyz.zip", "--crs"),
        ("dem", "../faults/damaged_N51E013.hgt.zip", "damaged archive"),
    ],
)
def test_what_may_mean_two_things_is_asked(
    desk: Path, tmp_path: Path, option: str, name: str, said: str
) -> None:
    file = desk / name
    with pytest.raises(WegekettenError, match=said) as raised:
        build(desk, tmp_path, **{option: [file] if option == "dem" else file})
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "city").exists()


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("d_multi.gpkg:stadtteile", "Äußere Neustadt"),
        ("d.gml", "Äußere Neustadt"),
        ("stadtteile_shp.zip", "Äußere Neustadt"),
        ("shp/utf8_nocpg.shp", "Äußere Neustadt"),
        ("d_numeric.gpkg", "11"),
    ],
)
def test_names_of_districts_are_those_of_the_city(desk: Path, tmp_path: Path, name: str, first: str) -> None:
    city = build(desk, tmp_path, districts=f"{desk}/{name}")
    names = [str(one) for one in city.districts["name"]]
    assert len(names) == 4
    assert first in names


@pytest.mark.parametrize("name", ["datum_2-digit.csv", "datum_serial.csv", "datum_text.csv"])
def test_the_newer_reading_wins_whatever_its_date_is_written_like(
    desk: Path, tmp_path: Path, name: str
) -> None:
    city = build(desk, tmp_path, survey=[desk / name])
    kerbs = city.edges["kerb_cm"][city.edges["kerb_cm_from"] == int(Provenance.surveyed)]
    assert len(kerbs) > 0
    assert set(kerbs.tolist()) == {12.0}  # of 15 November 2026; the one of March says 2 cm


def test_a_wide_register_with_remarks_loses_no_height(desk: Path, tmp_path: Path) -> None:
    city = build(desk, tmp_path, survey=[desk / "bordkataster_breit_bemerkung.csv"])
    assert city.meta["counts"]["surveyed"] == 10
    assert any("'Bordhöhe_cm' as kerb:height" in note for note in city.meta["notes"])


@pytest.mark.parametrize("name", ["survey_25833.geojson", "opensidewalks.geojson"])
def test_surveys_of_other_programs_are_taken_over(desk: Path, tmp_path: Path, name: str) -> None:
    assert build(desk, tmp_path, survey=[desk / name]).meta["counts"]["surveyed"] == 10


@pytest.mark.parametrize(
    "name", ["overpass_outgeom.osm", "overpass_turbo_default.osm", "low_nonodes.osm.pbf", "josm.osm"]
)
def test_every_form_of_an_extract_is_the_same_network(desk: Path, tmp_path: Path, name: str) -> None:
    plain = build(desk, tmp_path)
    city = wk.build(desk / name, tmp_path / "other")
    if name == "josm.osm":  # one way of it is deleted
        gone = float(plain.edges["length_m"].sum() - city.edges["length_m"].sum())
        assert len(city.edges) == len(plain.edges) - 1
        assert 0 < gone < 200
    else:
        assert sorted(city.edges.ids()) == sorted(plain.edges.ids())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bad_utf8.osm.pbf", "cannot be read as OpenStreetMap data"),
        ("one_node_far_south.osm", "degrees of latitude"),
        ("far_5.osm", "degrees of latitude"),
    ],
)
def test_damaged_extracts_are_refused_in_one_sentence(
    desk: Path, tmp_path: Path, name: str, said: str
) -> None:
    with pytest.raises(WegekettenError, match=said):
        wk.build(desk.parent / "faults" / name, tmp_path / "city")
    assert not (tmp_path / "city").exists()


def test_a_graph_of_osmnx_is_the_same_city_by_both_of_its_files(desk: Path, tmp_path: Path) -> None:
    one = wk.build(desk / "g_True.graphml", tmp_path / "one")
    other = wk.build(desk / "g_True.gpkg", tmp_path / "other")
    assert one.edges.ids() == other.edges.ids()
    for name in ("length_m", "kind", "kerb_cm", "incline_pct", "width_m"):
        assert one.edges[name].tolist() == pytest.approx(other.edges[name].tolist(), nan_ok=True), name
    assert float(one.edges["length_m"].sum()) / 1000 == pytest.approx(19.26, abs=0.01)


def test_nobody_rolls_where_nobody_walks(desk: Path, tmp_path: Path) -> None:
    """Two homes of this town once reached a stop surely by wheelchair and not at all on foot."""
    from wegeketten.routing import INF

    found = wk.scan(build(desk, tmp_path), profiles=["walker", "wheelchair"], services=["stop"])
    walker, wheelchair = (found.reach[name].units for name in ("walker", "wheelchair"))
    for answer, units in wheelchair.items():
        assert not ((units != INF) & (walker[answer] == INF)).any(), answer
