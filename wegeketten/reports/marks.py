"""Points of a plan or a survey as marks on the map, read from the files those commands write."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from wegeketten.errors import InputDataError
from wegeketten.files.csv import read_csv
from wegeketten.reports.data import Mark
from wegeketten.words.catalogue import load_words
from wegeketten.words.names import attribute_name, kind_name
from wegeketten.words.numbers import number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

MOST_MARKS = 200
"""Only the first this many of a ranked list are drawn; the lists themselves have all."""


def read_measures(folder: Path, lang: str) -> list[Mark]:
    """The first measures of ``measures.csv``.

    Raises
    ------
    InputDataError
        The file is missing, lacks a column or has a row that cannot be read.
    """
    words = load_words(lang)["marks"]

    def mark(row: dict[str, str]) -> Mark:
        lines = [
            words["cost"].format(cost=number(float(row["cost_eur"] or 0), lang)),
            words["gain"].format(people=number(float(row["people_newly_reached"] or 0), lang)),
        ]
        return Mark(
            float(row["lon"]), float(row["lat"]), f"{row['rank']}. {_kinds(row['kinds'], lang)}", lines
        )

    columns = ("rank", "kinds", "lat", "lon", "cost_eur", "people_newly_reached")
    return _marks(folder / "measures.csv", columns, mark)


def read_walks(folder: Path, lang: str) -> list[Mark]:
    """The first spots of ``survey.csv``.

    Raises
    ------
    InputDataError
        The file is missing, lacks a column or has a row that cannot be read.
    """
    words = load_words(lang)

    def mark(row: dict[str, str]) -> Mark:
        attribute = attribute_name(row["attribute"], lang)
        lines = [words["marks"]["between"].format(people=number(float(row["people_between"] or 0), lang))]
        title = f"{row['rank']}. {_kinds(row['kind'], lang)}: {attribute}"
        return Mark(float(row["lon"]), float(row["lat"]), title, lines)

    return _marks(folder / "survey.csv", ("rank", "kind", "lat", "lon", "attribute", "people_between"), mark)


def _kinds(text: str, lang: str) -> str:
    return ", ".join(dict.fromkeys(kind_name(kind, lang) for kind in text.split(";")))


def _marks(path: Path, columns: Sequence[str], mark: Callable[[dict[str, str]], Mark]) -> list[Mark]:
    marks = []
    for number_, row in enumerate(_rows(path, columns), start=1):
        try:
            marks.append(mark(row))
            _check_finite(row)
        except (ValueError, OverflowError) as error:
            raise InputDataError(f"{path}: row {number_} cannot be read ({error}); write it again") from error
    return marks


def _check_finite(row: dict[str, str]) -> None:
    for name in ("lon", "lat", "cost_eur", "people_newly_reached", "people_between"):
        if row.get(name) and not math.isfinite(float(row[name])):
            raise ValueError(f"{name} {row[name]}")


def _rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    if not path.is_file():
        raise InputDataError(f"{path}: cannot be read (no such file); give the folder that the command wrote")
    rows = read_csv(path)
    missing = [name for name in columns if rows and name not in rows[0]]
    if missing:
        raise InputDataError(f"{path}: column {missing[0]!r} is missing; write it again with wegeketten")
    return rows[:MOST_MARKS]
