"""Measures and survey spots on the map, read from the contract's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wegeketten.errors import InputDataError
from wegeketten.reports.marks import MOST_MARKS, read_measures, read_walks

if TYPE_CHECKING:
    from pathlib import Path

    from wegeketten.city import City

MEASURES = (
    "rank,measure_id,barrier_ids,kinds,lat,lon,cost_eur,cost_total_eur,people_newly_reached,minutes_saved,"
    "services,profiles,works,cost_low_eur,cost_high_eur,people_sure,people_possible,advice,street,near,district\n"
)


def test_measures_become_marks(tmp_path: Path) -> None:
    row = "{0},m{0},n1;n2,kerb;steps,51.05,13.74,8500,8500,123.4,17,pharmacy,wheelchair,"
    row += "lower_kerb;ramp,5000,12000,0,150,"
    row += "survey first,Hauptstraße,Hauptstraße 3,Altstadt\n"
    (tmp_path / "measures.csv").write_text(MEASURES + "".join(row.format(i) for i in range(1, 400)))
    marks = read_measures(tmp_path, "de")
    assert len(marks) == MOST_MARKS
    assert marks[0].title == "1. Bordstein: Bord auf 3 cm absenken; Rampe neben der Treppe"
    assert (marks[0].lat, marks[0].lon) == (51.05, 13.74)
    assert marks[0].lines[0] == "Hauptstraße 3, Altstadt"
    assert marks[0].lines[1] == "Grobe Kosten: 5.000 bis 12.000\u00a0€ (Schätzung)."
    assert "rund 120 Wohnadressen" in marks[0].lines[2]
    assert "erst ansehen" in marks[0].lines[4]
    english = read_measures(tmp_path, "en", "people")[0]
    assert english.title == "1. Lower the kerb to 3 cm; Ramp beside the steps"
    assert "about 120 people" in english.lines[2]


def test_survey_spots_become_marks(tmp_path: Path) -> None:
    (tmp_path / "survey.csv").write_text(
        "rank,barrier_id,kind,lat,lon,attribute,lower,upper,people_between\n"
        "1,n7,kerb,51.05,13.74,kerb_cm,0,20,88\n2,w9,steep,51.06,13.75,incline_pct,0,9,\n"
    )
    marks = read_walks(tmp_path, "de")
    assert [mark.title for mark in marks] == ["1. Bordstein", "2. Steigung oder Gefälle"]
    assert marks[0].lines == ["Es fehlt: Bordhöhe.", "Für rund 88 Wohnadressen hängt die Antwort davon ab."]


def test_what_is_no_plan_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputDataError, match=r"measures\.csv"):
        read_measures(tmp_path, "de")
    (tmp_path / "survey.csv").write_text("rank;kind\n1;kerb\n")
    with pytest.raises(InputDataError, match=r"survey\.csv: column"):
        read_walks(tmp_path, "de")
    (tmp_path / "measures.csv").write_text(MEASURES + "1,m,n1,kerb,north,13.7,1,1,1,1,a,b,c,1,1,1,1,,,,\n")
    with pytest.raises(InputDataError, match=r"measures\.csv: row 1"):
        read_measures(tmp_path, "de")


def test_a_real_plan_is_drawn(town: City, tmp_path: Path) -> None:
    from wegeketten.people.profile import load_profiles
    from wegeketten.planning.plan import make_plan
    from wegeketten.reports.map import write_map

    plan = make_plan(town, load_profiles(["wheelchair"]))
    plan.write(tmp_path / "plan")
    marks = read_measures(tmp_path / "plan", "de")
    assert len(marks) == min(len(plan.lines), MOST_MARKS) > 0
    page = write_map(town, tmp_path / "map.html", plan=tmp_path / "plan").read_text(encoding="utf-8")
    assert marks[0].title in page
