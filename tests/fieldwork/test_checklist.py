"""The sheet for volunteers: one row per place, boxes to tick, words instead of classes."""

from __future__ import annotations

import re

import pytest

from wegeketten.fieldwork.checklist import checklist
from wegeketten.planning.readings import UncertainReading
from wegeketten.planning.survey import Survey
from wegeketten.planning.walks import Walk


def reading(rank: int, element: str, attribute: str, unit: str, kind: str = "kerb") -> UncertainReading:
    return UncertainReading(
        rank, rank, element, kind, attribute, "A", "F", unit, 51.05, 13.74, 9.0, None, "Marktplatz",
        "Marktplatz 24",
    )  # fmt: skip


SURVEY = Survey(
    ("wheelchair",),
    (
        reading(1, "n7", "kerb_cm", "cm"),
        reading(2, "n7", "tactile", "yes/no"),
        reading(3, "w9:2", "surface_class", "class", "rough"),
        reading(4, "w9:3", "incline_pct", "%", "steep"),
    ),
    (Walk(((0, 1), (2, 3)), 0.0, 30.0),),
    99.0,
    {},
)


@pytest.mark.parametrize("lang", ["de", "en"])
def test_a_place_is_one_row(lang: str) -> None:
    page = checklist(SURVEY, lang)
    assert page.count("<tr><td>") == 2
    assert [int(number) for number in re.findall(r"<tr><td>(\d+)</td>", page)] == [1, 2]
    assert "Marktplatz 24" in page
    assert "n7" in page


def test_words_and_boxes_instead_of_classes() -> None:
    page = checklist(SURVEY, "de")
    assert "A – F" not in page
    assert "class" not in re.sub(r'class="fill"|<style>.*</style>|:surface_class"', "", page)
    assert "☐ bis 3 cm" in page
    assert "☐ Steinpflaster mit kleinen Steinen" in page
    assert "☐ nicht sicher" in page
    assert re.search("größte Steigung: .*____ %", page)
    assert "0,0 km" not in page
    assert "geht zurück an" in page
