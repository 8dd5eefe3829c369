"""Statistics of districts as cities publish them: the same people from each shape, or a question."""

# ruff: noqa: E501  # rows of tables stand as they are

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from people.test_population import homes_at
from support.sketch import PROJECTION

from wegeketten.errors import InputDataError, UsageError
from wegeketten.people.population import weigh_homes
from wegeketten.places.districts import Districts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wegeketten.people.homes import Homes

HOMES = homes_at([(10, 10), (20, 10), (150, 10)])
X, Y = HOMES.columns["x"], HOMES.columns["y"]
QUARTERS = Districts(
    ["nord", "sued"],
    ["Nord", "Süd"],
    np.array(
        [shapely.box(X[0] - 5, Y[0] - 9, X[1] + 5, Y[1] + 9), shapely.box(X[2] - 5, Y[2] - 9, X[2] + 5, Y[2] + 9)],
        dtype=object,
    ),
    "file",
    numbers=["01", "02"],
)  # fmt: skip
NORD, SUED = 40, 9


def lines(*rows: Sequence[object]) -> str:
    return "\n".join(";".join(map(str, row)) for row in rows) + "\n"


def read(tmp_path: Path, content: str, encoding: str = "utf-8") -> Homes:
    path = tmp_path / "s.csv"
    path.write_bytes(content.encode(encoding))
    return weigh_homes(HOMES, path, PROJECTION, districts=QUARTERS)


PLAIN = (["Stadtteil", "Einwohner"], ["Nord", NORD], ["Süd", SUED])
LONG = [("Nord", "m", 19), ("Nord", "w", 21), ("Süd", "m", 4), ("Süd", "w", 5)]
SHAPES = {
    "plain": lines(*PLAIN),
    "a sum by name": lines(*PLAIN, ["Landeshauptstadt Dresden", 49]),
    "a sum by value": lines(["Stadtteil", "Einwohner"], ["Elbflorenz", 49], *PLAIN[1:]),
    "sums of boroughs": lines(PLAIN[0], ["Mitte", 49], *PLAIN[1:], ["Ost", 0]),
    "a footnote": lines(*PLAIN) + "Quelle: Statistikamt\n",
    "numbers of columns": lines(["Nr", *PLAIN[0]], [1, 2, 3], ["01", "Nord", NORD], ["02", "Süd", SUED]),
    "units": lines(PLAIN[0], ["", "Anzahl"], *PLAIN[1:]),
    "a running number": lines(["Nr.", *PLAIN[0]], [1, "Süd", SUED], [2, "Nord", NORD]),
    "official keys": lines(["AGS", "Einwohner"], ["1461200001", NORD], ["1461200002", SUED]),
    "two lines of names": lines(
        ["Stadtteil", "Bevölkerung", "", ""], ["", "männlich", "weiblich", "insgesamt"],
        ["Nord", 19, 21, NORD], ["Süd", 4, 5, SUED],
    ),
    "years over one another": lines(
        ["Nr.", "Stadtteil", "Einwohner", "", "Haushalte"], ["", "", "2023", "2024", ""],
        ["01", "Nord", 1, NORD, 7], ["02", "Süd", 1, SUED, 8],
    ),
    "both sexes": lines(["Stadtteil", "männlich", "weiblich"], ["Nord", 19, 21], ["Süd", 4, 5]),
    "all beside sexes": lines(["Stadtteil", "m", "w", "insgesamt"], ["Nord", 19, 21, NORD], ["Süd", 4, 5, SUED]),
    "merged cells": lines(
        ["Stadtteil", "Geschlecht", "Einwohner"],
        *[["" if sex == "w" else name, sex, count] for name, sex, count in LONG],
    ),
    "merged cells with sums": lines(
        ["Stadtteil", "Geschlecht", "Einwohner"], ["Nord", "m", 19], ["", "w", 21], ["", "zusammen", NORD],
        ["Süd", "m", 4], ["", "w", 5], ["", "zusammen", SUED],
    ),
    "main homes": lines(
        ["Stadtteil", "Wohnsitz", "Einwohner"], ["Nord", "Hauptwohnsitz", NORD], ["Nord", "Nebenwohnsitz", 3],
        ["Süd", "Hauptwohnsitz", SUED], ["Süd", "Nebenwohnsitz", 2],
    ),
    **{
        f"the latest of {column} {late}": lines(
            [column, *PLAIN[0]], [early, "Nord", 1], [late, "Nord", NORD], [early, "Süd", 2], [late, "Süd", SUED]
        )
        for column, early, late in (
            ("Quartal", "IV/2023", "II/2024"), ("Quartal", "2024-Q1", "2024-Q4"), ("Monat", "Januar 2024", "Okt 2024"),
            ("Monat", "09/2024", "10/2024"), ("Datum", "45291", "45657"), ("Stichtag", "31.12.2023", "30.06.2024"),
        )
    },
    "year and month": lines(
        ["Jahr", "Monat", *PLAIN[0]], [2024, 9, "Nord", 1], [2024, 10, "Nord", NORD], [2024, 9, "Süd", 1],
        [2024, 10, "Süd", SUED], [2023, 12, "Süd", 1], [2023, 12, "Nord", 1],
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_people_whatever_the_shape(tmp_path: Path, shape: str) -> None:
    weighed = read(tmp_path, SHAPES[shape])
    assert weighed.columns["weight"].tolist() == [NORD / 2, NORD / 2, SUED], weighed.notes
    assert any("49 on homes, 0 listed as lost" in note for note in weighed.notes)


AGES = {
    "groups only": lines(
        ["Stadtteil", "unter 18", "18 bis 64", "65 bis 79", "80 und älter"], ["Nord", 8, 20, 8, 4], ["Süd", 2, 4, 2, 1]
    ),
    "of which": lines(
        ["Stadtteil", "Einwohner", "davon 65 Jahre und älter"], ["Nord", NORD, 12], ["Süd", SUED, 3]
    ),
    "a share in percent": lines(
        ["Stadtteil", "Einwohner", "Anteil 65 Jahre und älter in %"], ["Nord", NORD, "30,0"], ["Süd", SUED, "33,3333333"]
    ),
    "a share with its sign": lines(
        ["Stadtteil", "Einwohner", "Senioren (65+)"], ["Nord", NORD, "30 %"], ["Süd", SUED, "33,3333333 %"]
    ),
    "single years": lines(
        ["Stadtteil", "Alter", "Einwohner"],
        *[[name, age, 1 if age < least else more if age == 99 else 0]
          for name, least, more in (("Nord", 28, 12), ("Süd", 6, 3)) for age in range(100)],
    ),
    "groups that overlap": lines(
        ["Stadtteil", "Alter", "Einwohner"],
        *[[name, age, count] for name, counts in (("Nord", (28, 8, 4, 12)), ("Süd", (6, 2, 1, 3)))
          for age, count in zip(("0-64", "65-79", "80 und älter", "65 und älter"), counts, strict=True)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", AGES)
def test_the_old_are_counted_whatever_the_shape(tmp_path: Path, shape: str) -> None:
    weighed = read(tmp_path, AGES[shape])
    assert weighed.columns["weight"].tolist() == [NORD / 2, NORD / 2, SUED], weighed.notes
    assert weighed.columns["people_65"] == pytest.approx([6, 6, 3]), weighed.notes


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "mac_roman", "utf-16", "utf-8-sig"])
def test_old_encodings_are_told_apart(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, lines(*PLAIN), encoding).columns["weight"].tolist() == [20, 20, 9]


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u202f", "'", "’"])
def test_blanks_part_thousands(tmp_path: Path, blank: str) -> None:
    weighed = read(tmp_path, lines(PLAIN[0], ["Nord", f"1{blank}200"], ["Süd", 800]))
    assert weighed.columns["weight"].tolist() == [600, 600, 800]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            lines(
                ["Stadtteil", "Indikator", "Einwohner"], ["Nord", "Bestand", 40], ["Nord", "Zuzüge", 3],
                ["Süd", "Bestand", 9], ["Süd", "Zuzüge", 1],
            ),
            "'Bestand', 'Zuzüge'",
        ),
        (lines(*PLAIN, ["Nord", 41]), "nothing tells them apart"),
        (
            lines(
                ["Stadtteil", "Alter", "Einwohner"], ["Nord", "10-64", 28], ["Nord", "60-80", 9],
                ["Süd", "10-64", 6], ["Süd", "60-80", 2],
            ),
            "overlap",
        ),
        (lines(["Stadtteil", "2023", "2024"], ["Nord", 1, 2], ["Süd", 1, 2]), "--people-column"),
    ],
)  # fmt: skip
def test_what_may_mean_two_things_is_asked(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises((InputDataError, UsageError), match=said):
        read(tmp_path, content)


def test_people_of_no_district_are_lost_and_told(tmp_path: Path) -> None:
    weighed = read(tmp_path, lines(*PLAIN, ["Anderswo", 5]))
    assert any("54 people read" in note and "49 on homes, 5 listed" in note for note in weighed.notes)
    assert [one.station for one in weighed.skipped] == ["population"]
