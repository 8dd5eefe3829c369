"""Registers as cities keep them: a column per attribute, German names, dates in every spelling."""

# lines of files stand as they are in them

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from support.sketch import PROJECTION, lonlat

from wegeketten.errors import InputDataError
from wegeketten.files.coordinates import Ground
from wegeketten.tags.dates import iso_date, month_first
from wegeketten.tags.survey_file import Survey, parse_survey

if TYPE_CHECKING:
    from pathlib import Path

GROUND = Ground(25833, (410_900.0, 5_655_900.0, 411_200.0, 5_656_100.0))


def values(found: Survey) -> list[tuple[str, float]]:
    return sorted(
        (row.attribute, math.nan if row.span.likely is None else row.span.likely) for row in found.rows
    )


def test_a_wide_register_with_a_note_is_read_whole(tmp_path: Path) -> None:
    lon, lat = lonlat(3, 4)
    path = tmp_path / "k.csv"
    text = (
        "ID;Straße;lat;lon;Bordhöhe_cm;Gehwegbreite_m;Belag;Bodenindikatoren;Foto;Datum;Bemerkung\n"
        f"1;A-Weg;{lat};{lon};2,5;1,80;Kopfsteinpflaster;ja;x.jpg;15.03.2026;bei Regen Pfütze\n"
        f"2;A-Weg;{lat};{lon};viel;;;nein;;15.03.2026;\n"
    )
    path.write_bytes(
        text.replace(".", ",").replace("x,jpg", "x.jpg").replace("15,03,", "15.03.").encode("cp1252")
    )
    found = parse_survey(path)
    assert values(found) == [
        ("kerb_cm", 2.5),
        ("surface_class", 4.0),
        ("tactile", 0.0),
        ("tactile", 1.0),
        ("width_m", 1.8),
    ]
    assert {row.date for row in found.rows} == {"2026-03-15"}
    assert [each.row for each in found.rejected] == ["row 2"]
    assert any("'Foto'" in note and "not used" in note for note in found.notes)


@pytest.mark.parametrize(
    ("name", "cells", "likely"),
    [
        ("Bordhöhe", ["3", "12"], [3, 12]),
        ("Bordhöhe [mm]", ["30", "120"], [3, 12]),
        ("Bordsteinhöhe", ["0,03", "0,12"], [3, 12]),
        ("Bord (cm)", ["3", "12"], [3, 12]),
        ("Bordhöhe", ["30", "120"], [3, 12]),
    ],
)
def test_heights_of_kerbs_are_in_the_unit_that_they_say_or_show(
    tmp_path: Path, name: str, cells: list[str], likely: list[float]
) -> None:
    path = tmp_path / "k.csv"
    path.write_text(
        "\n".join([f"osm;{name}", *(f"n{at};{cell}" for at, cell in enumerate(cells))]), encoding="utf-8"
    )
    found = parse_survey(path)
    assert [row.span.likely for row in found.rows] == pytest.approx(likely)


def test_places_in_metres_and_unusual_units_are_told(tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_text(
        "Rechtswert;Hochwert;attribute;value\n411003,5;5656004;kerb_cm;0.03\n411003;5656004;kerb_cm;120\n"
    )
    found = parse_survey(path, ground=GROUND)
    assert found.rows[0].lon is not None
    assert found.rows[0].lat is not None
    assert np.allclose(
        PROJECTION.to_xy([[found.rows[0].lon, found.rows[0].lat]]), [[411003.5, 5656004]], atol=0.01
    )
    assert any("looks like metres" in note for note in found.notes)
    assert len(found.rows) + len(found.rejected) == 2


def test_geojson_with_another_system_and_opensidewalks(tmp_path: Path) -> None:
    feature: dict[str, Any] = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [411003.5, 5656004.0]},
    }
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25833"}}
    own = {**feature, "properties": {"attribute": "kerb:height", "value": "3 cm"}}
    (tmp_path / "a.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "crs": crs, "features": [own]})
    )
    (row,) = parse_survey(tmp_path / "a.geojson").rows
    assert row.lon is not None
    assert row.lat is not None
    assert np.allclose(PROJECTION.to_xy([[row.lon, row.lat]]), [[411003.5, 5656004]], atol=0.01)
    feature["geometry"]["coordinates"] = list(lonlat(3, 4))
    sidewalk = {
        **feature,
        "properties": {"_id": "1", "barrier": "kerb", "kerb": "lowered", "tactile_paving": "yes"},
    }
    slope = {**feature, "properties": {"_id": "2", "footway": "sidewalk", "incline": 0.06, "width": 1.5}}
    (tmp_path / "b.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [sidewalk, slope]})
    )
    assert values(parse_survey(tmp_path / "b.geojson")) == [
        ("kerb_cm", 3.0),
        ("tactile", 1.0),
        ("width_m", 1.5),
    ]
    nothing = {**feature, "properties": {"colour": "red"}}
    (tmp_path / "c.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [nothing]}))
    with pytest.raises(InputDataError, match="column missing: attribute, value"):
        parse_survey(tmp_path / "c.geojson")


@pytest.mark.parametrize(
    "text",
    [
        "15.11.26",
        "46341",
        "15. November 2026",
        "20261115",
        "Nov 15, 2026",
        "15-Nov-2026",
        "2026/11/15",
        "15.11.2026 10:30",
        "Mittwoch, 15. Nov. 2026",
    ],
)
def test_dates_in_every_spelling(tmp_path: Path, text: str) -> None:
    assert iso_date(text) == "2026-11-15"
    path = tmp_path / "k.csv"
    path.write_text(
        f"osm;merkmal;wert;datum\nn1;kerb:height;12 cm;{text}\nn1;kerb:height;2 cm;01.03.2026\n",
        encoding="utf-8",
    )
    assert [row.date for row in parse_survey(path).rows] == ["2026-11-15", "2026-03-01"]


def test_dates_that_may_be_two_are_refused_unless_the_column_tells(tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_text("osm;merkmal;wert;datum\nn1;kerb:height;12 cm;03/04/2026\nn1;kerb:height;2 cm;neulich\n")
    found = parse_survey(path)
    assert not found.rows
    assert all("date" in each.reason for each in found.rejected)
    assert month_first(["03/04/2026", "11/15/2026"]) is True
    assert iso_date("03/04/2026", month_first=True) == "2026-03-04"


def test_units_that_were_read_ten_times_too_large(tmp_path: Path) -> None:
    lon, lat = lonlat(3, 4)

    def values(head: str, *cells: str) -> list[float | None]:
        path = tmp_path / "r.csv"
        rows = [f"{lat};{lon};{cell}" for cell in cells]
        path.write_text("\n".join([f"lat;lon;{head}", *rows, ""]), encoding="utf-8")
        return [row.span.value for row in parse_survey(path).rows]

    assert values("attribute;value;Einheit", "kerb;30;mm", "kerb;3;cm") == [3, 3]
    assert values("Längsneigung (‰)", "30", "60") == [3, 6]
    assert values("Bordhöhe", "30", "120", "0") == [3, 12, 0]
    assert values("Bordhöhe", "3", "12", "8", "2")[:2] == [3, 12]
    assert values("Absenkung", "ja", "nein") == [3, 12]  # a kerb that is not lowered is not level
    with pytest.raises(InputDataError, match="rise over run"):
        values("Längsneigung", "0,03", "0,06")
