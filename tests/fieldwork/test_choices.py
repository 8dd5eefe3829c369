"""What can be answered on a walk, and that ``build --survey`` reads every bit of it."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from wegeketten.fieldwork.choices import QUESTIONS
from wegeketten.fieldwork.drawings import drawing_symbols, drawings
from wegeketten.model.edges import ATTRIBUTE
from wegeketten.tags.survey_file import observed
from wegeketten.words.catalogue import load_words

if TYPE_CHECKING:
    from wegeketten.tags.lexicon import Span

_HERE = Path(__file__).resolve().parent
_TSC = _HERE.parent / "reports/.browser/typescript/lib/tsc.js"


def read(attribute: str, value: str) -> Span:
    span = observed(attribute, attribute, value)
    assert span is not None, (attribute, value)
    return span


def test_every_attribute_of_an_edge_has_its_question() -> None:
    assert QUESTIONS.keys() == ATTRIBUTE.keys()


@pytest.mark.parametrize("attribute", QUESTIONS)
def test_every_choice_is_read_and_no_two_overlap(attribute: str) -> None:
    question = QUESTIONS[attribute]
    spans = [read(attribute, choice.value) for choice in question.choices]
    for one, other in itertools.combinations(spans, 2):
        assert one.upper < other.lower or other.upper < one.lower, (one, other)
    for choice, span in zip(question.choices, spans, strict=True):
        if choice.falling:
            falling, either = (read(attribute, v) for v in (choice.falling, choice.either))
            assert (falling.lower, falling.upper) == (-span.upper, -span.lower)
            assert (either.lower, either.upper) == (-span.upper, span.upper)


@pytest.mark.parametrize("attribute", [name for name, each in QUESTIONS.items() if each.exact])
def test_every_number_that_is_taken_is_read(attribute: str) -> None:
    exact = QUESTIONS[attribute].exact
    assert exact is not None
    scale = 100 if attribute == "width_m" else 1
    for value in (
        (exact.least, 7, exact.most) if attribute == "step_count" else (exact.least, 37.5, exact.most)
    ):
        if value > exact.most:
            continue
        span = read(attribute, f"{value:g} {exact.unit}".strip())
        assert span.lower == span.upper == pytest.approx(value / scale)
    if QUESTIONS[attribute].signed:
        assert read(attribute, "-7.5 %").value == -7.5
        assert read(attribute, "-7.5..7.5 %")[1:3] == (-7.5, 7.5)


@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_choice_has_its_words_and_its_drawing(lang: str) -> None:
    words = load_words(lang)
    for attribute, question in QUESTIONS.items():
        assert len(words["choices"][attribute]) == len(question.choices)
    used = {choice.drawing for question in QUESTIONS.values() for choice in question.choices}
    assert used | {"unsure"} == set(drawings())


@pytest.mark.parametrize("attribute", [name for name, each in QUESTIONS.items() if each.exact])
@pytest.mark.parametrize("lang", ["de", "en"])
def test_words_state_the_limits_that_are_written(attribute: str, lang: str) -> None:
    """The last number of each wording is the upper bound, or the lower one of the last choice."""
    question = QUESTIONS[attribute]
    for label, choice in zip(load_words(lang)["choices"][attribute], question.choices, strict=True):
        said = float(re.findall(r"\d+(?:[.,]\d+)?", label)[-1].replace(",", "."))
        span = read(attribute, choice.value)
        scale = 100 if attribute == "width_m" else 1
        assert min(abs(said - scale * bound) for bound in span[1:3]) <= 1, (label, choice)


def test_drawings_are_well_formed() -> None:
    assert len(ET.fromstring(drawing_symbols())) == len(drawings())


def _check(project: Path) -> subprocess.CompletedProcess[str]:
    if not _TSC.is_file() or shutil.which("node") is None:
        pytest.skip("TypeScript is not here; tests/reports/browser-setup.sh fetches it")
    return subprocess.run(
        ["node", str(_TSC), "-p", str(project)], capture_output=True, text=True, check=False
    )


def test_javascript_is_sound() -> None:
    run = _check(_HERE / "walk-types")
    assert run.returncode == 0, run.stdout


def test_types_name_what_python_writes() -> None:
    """The same fields in both languages: one source, checked where the other is only described."""
    from wegeketten.fieldwork.choices import Choice, Exact
    from wegeketten.fieldwork.walk_map import Frame

    types = (_HERE / "walk-types/globals.d.ts").read_text(encoding="utf-8")
    (choice,) = re.findall(r"interface WalkChoice \{(.*?)\n\}", types, re.DOTALL)
    assert set(re.findall(r"(\w+):", choice)) == {*Choice._fields, "label"}
    (exact,) = re.findall(r"exact: \{(.*?)\}", types)
    assert set(re.findall(r"(\w+):", exact)) == set(Exact._fields)
    (frame,) = re.findall(r"map: \{(.*?)\n  \}", types, re.DOTALL)
    assert set(re.findall(r"(\w+):", frame)) == {*Frame._fields, "units"}
