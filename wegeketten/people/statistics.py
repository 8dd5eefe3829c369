"""The city's own statistics: people by the name or number of a district, joined to the city's districts."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.osm.features import Skipped
from wegeketten.people.cells import area_cells
from wegeketten.people.long_form import groups_of

if TYPE_CHECKING:
    import shapely
    from numpy.typing import NDArray

    from wegeketten.people.cells import Cells, Said
    from wegeketten.people.counts import Columns
    from wegeketten.places.districts import Districts

    Floats = NDArray[np.float64]

_SUM = re.compile(
    r"(.* )?(insgesamt|gesamt|gesamtstadt|summe|total|stadt|zusammen|stadtgebiet)( .*)?", re.IGNORECASE
)
_MATCHED = 0.5  # of the rows or of the districts: a column that matches fewer is another one


def by_district(
    reader: Columns, said: Said, districts: Districts | None, coverage: shapely.Geometry | None
) -> Cells:
    """People of each district, out of a table that names districts.

    Parameters
    ----------
    reader
        The table: a row per district, or several (by year, sex, age) that are summed.
    said
        What the user says about it.
    districts
        Of the city.
    coverage
        What the extract covers: of a district that reaches beyond, only the share inside lives here.

    Raises
    ------
    InputDataError
        No column names the city's districts.
    """
    path = reader.path
    if districts is None or not len(districts):
        raise InputDataError(
            f"{path}: says neither by coordinates nor by lon and lat where its rows lie; statistics "
            "by district "
            "need districts: give --districts"
        )
    column, matched = _join_column(reader, districts)
    people, unit = reader.people(said.column)
    counted = next(
        note.rsplit("column ", 1)[1].strip("'\"")
        for note in reversed(reader.notes)
        if "come from column" in note
    )
    others = [name for name in reader.names if name not in (column, counted)]
    several = max(Counter(row for row in matched.tolist() if row >= 0).values(), default=0) > 1
    groups = groups_of(reader, others) if several else None
    keep = np.ones(len(people), dtype=bool) if groups is None else groups.keep
    if groups is not None:
        reader.notes += groups.notes

    def summed(values: Floats, rows: NDArray[np.bool_]) -> Floats:
        here = rows & (matched >= 0)
        return np.bincount(matched[here], np.nan_to_num(values[here]), minlength=len(districts)).astype(
            np.float64
        )

    total = summed(people, keep)
    over: dict[int, Floats | None] = {}
    for age in (65, 80):
        if groups is not None and age in groups.over:
            over[age] = summed(people, groups.over[age])
        else:
            counts = reader.over(age, people)
            over[age] = None if counts is None else summed(counts, keep)
    names = [text.strip() for text in reader.texts(column)]
    told = sorted({names[row] for row in np.flatnonzero(matched >= 0).tolist()})
    reader.notes.append(f"{path.name}: column {column!r} names {len(told)} of the {len(districts)} districts")
    lost, notes = _unmatched(reader, names, people, keep & (matched < 0), unit)
    without = [districts.name[row] for row in range(len(districts)) if row not in set(matched.tolist())]
    if without:
        notes.append(
            f"{path.name}: no row for {len(without)} districts ({', '.join(without[:5])}): nobody lives there"
        )
    rows = np.array([_first(matched, row, reader) for row in range(len(districts))], dtype=np.int64)
    return area_cells(
        districts.geometry, total, over[65], over[80], unit, rows, coverage,
        skipped=lost, notes=[*reader.notes, *notes],
    )  # fmt: skip


def plain_name(text: str) -> str:
    """A district's name as it compares: no number before it, no case, no umlauts, no signs.

    Examples
    --------
    >>> plain_name("01 Innere Altstadt") == plain_name("innere altstadt"), plain_name("Südvorstadt-West")
    (True, 'suedvorstadtwest')
    """
    low = text.strip().casefold()
    for sign, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        low = low.replace(sign, plain)
    low = re.sub(r"^(stadtteil|ortsteil|stadtbezirk|bezirk|stb|ot|st|ortschaft)\b[ .]*(?=\w)", "", low)
    low = re.sub(r"^\d+[a-z]?[ ._:/-]+(?=\D)", "", low)
    low = re.sub(r"\(.*?\)", "", low)
    return re.sub(r"[\W_]+", "", low)


def _number(text: str) -> str | None:
    """Number of a district that a text begins with or is, without leading zeros."""
    found = re.match(r"\s*0*(\d+)(?:\.0)?(?=$|[ ._:/-])", text)
    return found[1] if found is not None else None


def _join_column(reader: Columns, districts: Districts) -> tuple[str, NDArray[np.int64]]:
    """Column that names the districts, and the district of each row (-1 none)."""
    by_name = _unique({plain_name(name): row for row, name in enumerate(districts.name)}, districts.name)
    number_of = [
        _number(code) or _number(name) for code, name in zip(districts.codes, districts.name, strict=True)
    ]
    by_number = {number: row for row, number in enumerate(number_of) if number is not None}
    if len(by_number) < len(districts):
        by_number = {}
    best: tuple[float, str, NDArray[np.int64]] | None = None
    for name in reader.names:
        texts = reader.texts(name)
        rows = np.array([by_name.get(plain_name(text), -1) for text in texts], dtype=np.int64)
        if by_number and (rows < 0).all():
            rows = np.array([by_number.get(_number(text) or "", -1) for text in texts], dtype=np.int64)
            if not _says_number(name) and len(set(texts)) != len(districts):
                continue
        score = len(set(rows[rows >= 0].tolist())) / len(districts) + float((rows >= 0).mean()) / 10
        if best is None or score > best[0]:
            best = score, name, rows
    hit = 0.0 if best is None else max(best[0], float((best[2] >= 0).mean()))
    if best is None or (hit < _MATCHED and not (best[2] >= 0).any()):
        raise InputDataError(
            f"{reader.path}: no column with coordinates (lon and lat, or metres), and none that names "
            "the city's "
            f"districts ({', '.join(districts.name[:3])} …); there are {', '.join(reader.names[:12])}"
        )
    return best[1], best[2]


def _says_number(name: str) -> bool:
    return (
        re.search(r"nr|nummer|num|id|code|schl|key|kenn|district|stadtteil|bezirk", name.casefold())
        is not None
    )


def _unique(rows: dict[str, int], names: list[str]) -> dict[str, int]:
    """Only names that mean one district."""
    often = Counter(plain_name(name) for name in names)
    return {name: row for name, row in rows.items() if often[name] == 1}


def _unmatched(
    reader: Columns, names: list[str], people: Floats, rows: NDArray[np.bool_], unit: str
) -> tuple[list[Skipped], list[str]]:
    """Rows of no district: people that are lost, listed; sums of the whole city are no people."""
    lost, notes = [], []
    for row in np.flatnonzero(rows).tolist():
        if _SUM.fullmatch(names[row]) or not names[row]:
            notes.append(
                f"{reader.path.name}: row {reader.row(row)} ({names[row]!r}) is a sum and is passed over"
            )
        elif np.nan_to_num(people[row]) > 0:
            where = f"{names[row][:60]!r}, no district of the city"
            reason = f"{people[row]:g} {unit} of {reader.path.name} live in {where}"
            lost.append(Skipped(f"row {reader.row(row)}", "population", reason))
    if lost:
        total = float(np.nansum(people[rows]))
        notes.append(
            f"{reader.path.name}: {total:.0f} {unit} in {len(lost)} rows live in no district of the city"
        )
    return lost, notes[:20]


def _first(matched: NDArray[np.int64], district: int, reader: Columns) -> int:
    found = np.flatnonzero(matched == district)
    return reader.row(int(found[0])) if len(found) else 0
