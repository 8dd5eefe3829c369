"""Points of a plan or a survey as marks on the map, read from the files those commands write."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from wegeketten.errors import InputDataError
from wegeketten.report.data import Mark
from wegeketten.report.words import load_words, number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MOST_MARKS = 200
"""Only the first this many of a ranked list are drawn; the lists themselves have all."""


def read_measures(folder: Path, lang: str) -> list[Mark]:
    """The first measures of ``measures.csv``.

    Raises
    ------
    InputDataError
        The file is missing or lacks a column.
    """
    words = load_words(lang)["marks"]
    marks = []
    for row in _rows(
        folder / "measures.csv", ("rank", "kinds", "lat", "lon", "cost_eur", "people_newly_reached")
    ):
        lines = [
            words["cost"].format(cost=number(float(row["cost_eur"] or 0), lang)),
            words["gain"].format(people=number(float(row["people_newly_reached"] or 0), lang)),
        ]
        marks.append(
            Mark(float(row["lon"]), float(row["lat"]), f"{row['rank']}. {_kinds(row['kinds'], lang)}", lines)
        )
    return marks


def read_walks(folder: Path, lang: str) -> list[Mark]:
    """The first spots of ``survey.csv``.

    Raises
    ------
    InputDataError
        The file is missing or lacks a column.
    """
    words = load_words(lang)
    marks = []
    for row in _rows(folder / "survey.csv", ("rank", "kind", "lat", "lon", "attribute", "people_between")):
        attribute = words["attributes"].get(row["attribute"], {}).get("name", row["attribute"])
        lines = [words["marks"]["between"].format(people=number(float(row["people_between"] or 0), lang))]
        title = f"{row['rank']}. {_kinds(row['kind'], lang)}: {attribute}"
        marks.append(Mark(float(row["lon"]), float(row["lat"]), title, lines))
    return marks


def _kinds(text: str, lang: str) -> str:
    from wegeketten.network.edges import Kind

    words = load_words(lang)["kinds"]
    names = []
    for kind in text.split(";"):
        known = kind in Kind.__members__
        names.append(words[str(int(Kind[kind]))] if known else kind)
    return ", ".join(dict.fromkeys(names))


def _rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise InputDataError(
                    f"{path}: column {missing[0]!r} is missing; write it again with wegeketten"
                )
            return [row for row, _ in zip(reader, range(MOST_MARKS), strict=False)]
    except OSError as error:
        raise InputDataError(
            f"{path}: cannot be read ({error.strerror}); give the folder that the command wrote"
        ) from error
