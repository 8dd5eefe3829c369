"""The city's own statistics: people by the name or number of a district, joined to the city's districts."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from wegeketten.errors import InputDataError
from wegeketten.osm.features import Skipped
from wegeketten.people.cells import area_cells
from wegeketten.people.long_form import groups_of
from wegeketten.words.umlauts import without_umlauts

if TYPE_CHECKING:
    import shapely
    from numpy.typing import NDArray

    from wegeketten.people.cells import Cells, Said
    from wegeketten.people.counts import Columns
    from wegeketten.places.districts import Districts

    Floats = NDArray[np.float64]

_SUM = re.compile(
    r"(?:.* )?(?:insgesamt|gesamt|gesamtstadt|summe|total|stadt|zusammen|stadtgebiet|landeshauptstadt)"
    r"(?: .*)?|[Σ∑].*|alle(?: \w*(?:teile|bezirke|gebiete))?",
    re.IGNORECASE,
)


_RUNNING = re.compile(r"l(au)?fd|laufende|row|zeile|index|unnamed|column \d|ogc_fid|fid$", re.IGNORECASE)
"""Columns that count the rows, whatever these are."""


class _Joined(NamedTuple):
    """A column that may say to which district each row belongs.

    Attributes
    ----------
    score
        How well it does.
    named
        By names, not by numbers.
    name
        The column's.
    rows
        District of each row, -1 none.
    """

    score: float
    named: bool
    name: str
    rows: NDArray[np.int64]


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

    Returns
    -------
    Cells
        A cell for each district.

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
    names = [text.strip() for text in reader.texts(column)]
    others = [name for name in reader.names if name != column and name not in reader.counted]
    names, matched = _filled(reader, column, names, matched, others)
    several = max(Counter(row for row in matched.tolist() if row >= 0).values(), default=0) > 1
    groups = groups_of(reader, others, matched) if several else None
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
    told = len(set(matched[matched >= 0].tolist()))
    reader.notes.append(f"{path.name}: column {column!r} names {told} of the {len(districts)} districts")
    lost, gone, notes = _unmatched(reader, names, people, keep, matched, unit)
    without = [districts.name[row] for row in range(len(districts)) if row not in set(matched.tolist())]
    if without:
        notes.append(
            f"{path.name}: no row for {len(without)} districts ({', '.join(without[:5])}): nobody lives there"
        )
    rows = np.array([_first(matched, row, reader) for row in range(len(districts))], dtype=np.int64)
    return area_cells(
        districts.geometry, total, over[65], over[80], unit, rows, coverage,
        skipped=lost, notes=[*reader.notes, *notes], lost=gone,
    )  # fmt: skip


_KIND = re.compile(r"^(stadtteil|ortsteil|stadtbezirk|bezirk|stb|ot|sankt|st|ortschaft)\b[ .]*(?=\w)")
"""What may stand before a district's name, or not; a saint's is written in full, short, or not at all."""


def plain_name(text: str) -> str:
    """A district's name as it compares: no number before it, no case, no umlauts, no signs.

    Parameters
    ----------
    text
        Name as somebody wrote it.

    Returns
    -------
    str
        Small letters.

    Examples
    --------
    >>> plain_name("01 Innere Altstadt") == plain_name("innere altstadt"), plain_name("Südvorstadt-West")
    (True, 'suedvorstadtwest')
    >>> plain_name("02 - St. Pauli u. Hafen") == plain_name("Sankt Pauli und Hafen")
    True
    """
    low = without_umlauts(text.strip())
    for _ in range(2):  # in either order: "02 - St. Pauli", "Stadtteil 02 Pauli"
        low = re.sub(r"^\d+[a-z]?[ ._:/-]+(?=\D)", "", low)
        low = _KIND.sub("", low)
    low = re.sub(r"\(.*?\)", "", low)
    low = re.sub(r"\s(?:u\.?|&|\+)\s", " und ", low)
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
    found: list[_Joined] = []
    for name in reader.names:
        texts = reader.texts(name)
        rows = np.array([by_name.get(plain_name(text), -1) for text in texts], dtype=np.int64)
        named = bool((rows >= 0).any())
        if not named:
            if not by_number or _RUNNING.match(name.strip()):
                continue
            rows = _by_number(texts, by_number)
            if not _says_number(name) and len(set(texts)) != len(districts):
                continue
        score = len(set(rows[rows >= 0].tolist())) / len(districts) + float((rows >= 0).mean()) / 10
        found.append(_Joined(score, named, name, rows))
    best = max(found, key=lambda each: (round(each.score, 3), each.named), default=None)
    if best is None or not (best.rows >= 0).any():
        raise InputDataError(
            f"{reader.path}: no column with coordinates (lon and lat, or metres), and none that names "
            "the city's "
            f"districts ({', '.join(districts.name[:3])} …); there are {', '.join(reader.names[:12])}"
        )
    for other in found:
        both = (other.rows >= 0) & (best.rows >= 0)
        if best.named and not other.named and (other.rows[both] != best.rows[both]).any():
            reader.notes.append(
                f"{reader.path.name}: column {other.name!r} counts otherwise than the districts' file; the "
                f"names in {best.name!r} decide"
            )
    return best.name, best.rows


def _by_number(texts: list[str], by_number: dict[str, int]) -> NDArray[np.int64]:
    """District of each row by its number, or by the last digits of an official key that ends in it."""
    rows = np.array([by_number.get(_number(text) or "", -1) for text in texts], dtype=np.int64)
    keys = [re.sub(r"\s", "", text) for text in texts]
    if (rows < 0).all() and len({key for key in keys if key}) > 1:
        for last in (2, 3, 4, 5, 6):
            ends = [by_number.get(key[-last:].lstrip("0"), -1) if len(key) > last else -1 for key in keys]
            if set(ends) >= set(by_number.values()):
                return np.array(ends, dtype=np.int64)
    return rows


def _filled(
    reader: Columns, column: str, names: list[str], matched: NDArray[np.int64], others: list[str]
) -> tuple[list[str], NDArray[np.int64]]:
    """Names and districts of rows whose name stands only in the first of them, as merged cells come out."""
    last = max((row for row, name in enumerate(names) if name), default=0)
    if all(names[:last]):
        return names, matched
    cells = [[text.strip() for text in reader.texts(name)] for name in others]
    # "all" beside each name parts the people; beside one of them it is the sum of the whole table
    sums = {
        text for column in cells for text, n in Counter(column).items() if n == 1 and _SUM.fullmatch(text)
    }
    filled, rows = list(names), matched.copy()
    count = 0
    for row in range(1, len(names)):
        beside = {column[row] for column in cells} - {""}
        if not names[row] and beside and not beside & sums and filled[row - 1]:
            filled[row], rows[row] = filled[row - 1], rows[row - 1]
            count += 1
    if count:
        reader.notes.append(
            f"{reader.path.name}: {count} rows without a name in column {column!r} belong to the name above"
        )
    return filled, rows


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
    reader: Columns,
    names: list[str],
    people: Floats,
    keep: NDArray[np.bool_],
    matched: NDArray[np.int64],
    unit: str,
) -> tuple[list[Skipped], float, list[str]]:
    """Rows of no district: people that are lost, listed; sums of other rows are no people."""
    lost, notes = [], []
    gone = 0.0
    counts = np.where(keep, np.nan_to_num(people), 0.0)
    everybody = float(counts[matched >= 0].sum())
    for row in np.flatnonzero(keep & (matched < 0)).tolist():
        is_sum = _SUM.fullmatch(names[row].rstrip(" :")) or not names[row]
        if is_sum or (counts[row] > 0 and _adds_up(counts, matched, row, everybody)):
            if counts[row] > 0:
                notes.append(
                    f"{reader.path.name}: row {reader.row(row)} ({names[row]!r}) is a sum and is passed over"
                )
        elif counts[row] > 0:
            where = f"{names[row][:60]!r}, no district of the city"
            reason = f"{people[row]:g} {unit} of {reader.path.name} live in {where}"
            lost.append(Skipped(f"row {reader.row(row)}", "population", reason))
            gone += float(counts[row])
    if lost:
        notes.append(
            f"{reader.path.name}: {gone:.0f} {unit} in {len(lost)} rows live in no district of the city"
        )
    return lost, gone, notes[-20:]


def _adds_up(counts: Floats, matched: NDArray[np.int64], row: int, everybody: float) -> bool:
    """Whether a row counts what the rows of districts just before or behind it do together, or all do."""
    apart = np.flatnonzero(matched < 0)
    before = counts[max(apart[apart < row], default=-1) + 1 : row]
    behind = counts[row + 1 : min(apart[apart > row], default=len(counts))]
    sums = [everybody, *(float(part.sum()) for part in (before, behind) if len(part) > 1)]
    return any(abs(counts[row] - each) < 0.5 for each in sums)


def _first(matched: NDArray[np.int64], district: int, reader: Columns) -> int:
    found = np.flatnonzero(matched == district)
    return reader.row(int(found[0])) if len(found) else 0
